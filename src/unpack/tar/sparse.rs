//! Files that a tar holds without their holes, as GNU tar writes them: in headers of its own, or in pax records.
//!
//! | form | where the runs of data are listed | by |
//! |---|---|---|
//! | old GNU | four in the header (type `S`), 21 in each block behind it | `tar -S` |
//! | pax 0.0 | records `GNU.sparse.offset` and `GNU.sparse.numbytes`, one after another | `--sparse-version=0.0` |
//! | pax 0.1 | a record `GNU.sparse.map` with commas | `--sparse-version=0.1` |
//! | pax 1.0 | lines at the beginning of the content, up to the end of a block | `tar -S --format=posix`, bsdtar |
//!
//! Format: GNU tar manual, D.2 "Storing Sparse Files".

use tar::{GnuExtSparseHeader, GnuHeader, GnuSparseHeader};

use super::{BLOCK, last};
use crate::limits;

/// Zeros that are handed on at once.
static ZEROS: [u8; 4096] = [0; 4096];

/// Which parts of a file are stored, and how long it is with its holes.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Map {
    /// Where each run of data begins, and its length.
    runs: Vec<(u64, u64)>,
    size: u64,
}

impl Map {
    /// The part of it that is in a header.
    pub fn of_gnu(header: &GnuHeader) -> Option<Map> {
        let mut map = Map { runs: Vec::new(), size: header.real_size().ok()? };
        map.add(&header.sparse)?;
        Some(map)
    }

    /// Adds the part in a block behind it. None if that can't be read.
    pub fn add_block(&mut self, block: &GnuExtSparseHeader) -> Option<()> {
        self.add(block.sparse())
    }

    /// Whether more runs are listed than are kept.
    pub fn is_too_long(&self) -> bool {
        (self.runs.len() * size_of::<(u64, u64)>()) as u64 > limits::TAR_EXTENSION_BYTES
    }

    fn add(&mut self, entries: &[GnuSparseHeader]) -> Option<()> {
        for entry in entries.iter().take_while(|entry| !entry.is_empty()) {
            self.runs.push((entry.offset().ok()?, entry.length().ok()?));
        }
        Some(())
    }

    /// Of pax 0.0 and 0.1.
    fn of_records(records: &[(&[u8], &[u8])]) -> Option<Map> {
        let list = last(records, "GNU.sparse.map");
        let numbers: Option<Vec<u64>> = match &list {
            Some(list) => list.split(',').map(|digits| number(digits.as_bytes())).collect(),
            None => {
                // They take turns.
                let keys: [&[u8]; 2] = [b"GNU.sparse.offset", b"GNU.sparse.numbytes"];
                records.iter().filter(|(key, _)| keys.contains(key)).map(|(_, value)| number(value)).collect()
            }
        };
        let numbers = numbers?;
        Some(Map { runs: runs(&numbers), size: size(records)? })
    }

    /// Whether this can be the map of a content of so many bytes: its runs follow one another and lie in the file.
    fn fits(&self, content: u64) -> bool {
        let (mut end, mut stored) = (0_u64, 0_u64);
        let ordered = self.runs.iter().all(|(start, length)| {
            let follows = *start >= end;
            (end, stored) = (start.saturating_add(*length), stored.saturating_add(*length));
            follows && end < u64::MAX
        });
        ordered && end <= self.size && stored == content
    }
}

/// What is said of the holes of a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Told {
    /// The map.
    Map(Map),
    /// The map stands in the content, and the file is so long.
    InContent(u64),
    /// There are some, and what is said of them can't be read.
    Unreadable,
    /// There are more than are kept.
    TooLong,
}

impl Told {
    /// None: the map can't be read.
    pub fn of(map: Option<Map>) -> Told {
        match map {
            Some(map) if map.is_too_long() => Told::TooLong,
            Some(map) => Told::Map(map),
            None => Told::Unreadable,
        }
    }
}

/// What these pax records tell of the next entry's holes. None: nothing.
pub fn told(records: &[(&[u8], &[u8])]) -> Option<Told> {
    records.iter().find(|(key, _)| key.starts_with(b"GNU.sparse."))?;
    Some(match last(records, "GNU.sparse.major").as_deref() {
        Some("1") => size(records).map_or(Told::Unreadable, Told::InContent),
        Some("0") | None => Told::of(Map::of_records(records)),
        Some(_) => Told::Unreadable,
    })
}

/// The length of a file with its holes, by either name.
fn size(records: &[(&[u8], &[u8])]) -> Option<u64> {
    let text = last(records, "GNU.sparse.realsize").or_else(|| last(records, "GNU.sparse.size"))?;
    text.parse().ok()
}

fn number(digits: &[u8]) -> Option<u64> {
    str::from_utf8(digits).ok()?.parse().ok()
}

/// The runs of which a list names the beginning and the length, one after the other.
fn runs(numbers: &[u64]) -> Vec<(u64, u64)> {
    numbers.as_chunks().0.iter().map(|[start, length]| (*start, *length)).collect()
}

/// Why a content is handed on without its holes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// What is said of them can't be read, or does not fit the content.
    Misfit,
    /// There are more of them than are kept.
    TooMany,
    /// They are larger than what is filled.
    TooLarge,
}

/// Puts the holes back into a content.
pub struct Filling {
    state: State,
    /// Bytes of the content, as they are stated, that are still to come.
    left: u64,
    /// So many bytes of holes may still be filled. What is stated of a content may be a lie, so it grows with what comes.
    room: u64,
    /// So many were.
    filled: u64,
}

enum State {
    Lines(Lines),
    Runs {
        map: Map,
        /// The run at hand.
        run: usize,
        /// How far the file is written.
        at: u64,
    },
    AsItIs,
}

impl Filling {
    /// Fills a content of so many bytes, of which this was told. `room`: so many bytes of holes may be filled before it.
    pub fn new(told: Told, content: u64, room: u64) -> Result<Filling, Refusal> {
        let state = match told {
            Told::Map(map) => begin(map, content)?,
            Told::InContent(size) => State::Lines(Lines::new(size)),
            Told::Unreadable => return Err(Refusal::Misfit),
            Told::TooLong => return Err(Refusal::TooMany),
        };
        Ok(Filling { state, left: content, room, filled: 0 })
    }

    /// Takes bytes of the content, and hands on those of the file. Behind an error it hands on the content as it is.
    pub fn push(&mut self, bytes: &[u8], out: &mut dyn FnMut(&[u8])) -> Result<(), Refusal> {
        self.left -= bytes.len() as u64;
        self.room = self.room.saturating_add(limits::TAR_HOLES_PER_BYTE.saturating_mul(bytes.len() as u64));
        let State::Lines(lines) = &mut self.state else { return self.fill(bytes, out) };
        match lines.push(bytes) {
            Ok(None) if self.left > 0 => Ok(()),
            Ok(None) => self.give_up(Refusal::Misfit, out),
            Err(refusal) => self.give_up(refusal, out),
            Ok(Some((map, behind))) => match begin(map, self.left + behind.len() as u64) {
                Err(refusal) => self.give_up(refusal, out),
                Ok(state) => {
                    self.state = state;
                    self.fill(&behind, out)
                }
            },
        }
    }

    /// Hands on what was taken for a map.
    fn give_up(&mut self, refusal: Refusal, out: &mut dyn FnMut(&[u8])) -> Result<(), Refusal> {
        if let State::Lines(lines) = std::mem::replace(&mut self.state, State::AsItIs) {
            out(&lines.text);
        }
        Err(refusal)
    }

    fn fill(&mut self, mut bytes: &[u8], out: &mut dyn FnMut(&[u8])) -> Result<(), Refusal> {
        while let State::Runs { map, run, at } = &mut self.state
            && let Some((start, length)) = map.runs.get(*run).copied()
            && !bytes.is_empty()
        {
            let hole = start - (*at).min(start);
            if hole > self.room {
                self.state = State::AsItIs;
                out(bytes);
                return Err(Refusal::TooLarge);
            }
            zeros(hole, out);
            (self.room, self.filled) = (self.room - hole, self.filled + hole);
            *at = (*at).max(start);
            let left = usize::try_from(start + length - *at).unwrap_or(usize::MAX);
            let (piece, rest) = bytes.split_at(left.min(bytes.len()));
            out(piece);
            *at += piece.len() as u64;
            *run += usize::from(*at == start + length);
            bytes = rest;
        }
        if !bytes.is_empty() {
            out(bytes);
        }
        Ok(())
    }

    /// How many bytes of holes were filled.
    pub fn filled(&self) -> u64 {
        self.filled
    }

    /// The content has ended: a hole may be the last of the file.
    pub fn finish(&mut self, out: &mut dyn FnMut(&[u8])) -> Result<(), Refusal> {
        match &self.state {
            State::Runs { map, at, .. } if self.left == 0 => {
                let hole = map.size - at;
                if hole > self.room {
                    return Err(Refusal::TooLarge);
                }
                zeros(hole, out);
                self.filled += hole;
                Ok(())
            }
            // The archive ends inside of the map, or of what was none.
            State::Lines(lines) if !lines.text.is_empty() => self.give_up(Refusal::Misfit, out),
            _ => Ok(()),
        }
    }
}

fn begin(map: Map, content: u64) -> Result<State, Refusal> {
    map.fits(content).then_some(State::Runs { map, run: 0, at: 0 }).ok_or(Refusal::Misfit)
}

/// The lines at the beginning of a content, as far as they are here: the number of runs, then the beginning and the length of
/// each, and zeros up to the end of a block.
struct Lines {
    text: Vec<u8>,
    /// How much of it was read, so that each line is looked at once.
    at: usize,
    numbers: Vec<u64>,
    size: u64,
}

impl Lines {
    fn new(size: u64) -> Lines {
        Lines { text: Vec::new(), at: 0, numbers: Vec::new(), size }
    }

    /// Takes bytes; gives the map of a file once all of it is here, and what stands behind it.
    fn push(&mut self, bytes: &[u8]) -> Result<Option<(Map, Vec<u8>)>, Refusal> {
        let searched = self.text.len();
        self.text.extend_from_slice(bytes);
        let mut from = searched;
        while self.wants_numbers() {
            let Some(length) = memchr::memchr(b'\n', &self.text[from..]) else {
                let is_long = self.text.len() as u64 > limits::TAR_EXTENSION_BYTES;
                return if is_long { Err(Refusal::TooMany) } else { Ok(None) };
            };
            let end = from + length;
            self.numbers.push(number(&self.text[self.at..end]).ok_or(Refusal::Misfit)?);
            self.at = end + 1;
            from = self.at;
        }
        let end = self.at.next_multiple_of(BLOCK);
        let Some(behind) = self.text.get(end..) else { return Ok(None) };
        Ok(Some((Map { runs: runs(&self.numbers[1..]), size: self.size }, behind.to_vec())))
    }

    fn wants_numbers(&self) -> bool {
        self.numbers.first().is_none_or(|runs| self.numbers.len() as u64 <= runs.saturating_mul(2))
    }
}

/// Hands on so many zeros.
fn zeros(count: u64, out: &mut dyn FnMut(&[u8])) {
    let mut left = count;
    while left > 0 {
        let piece = left.min(ZEROS.len() as u64);
        out(&ZEROS[..piece as usize]);
        left -= piece;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// However the content comes, the file is what it was, and a hole that there is no room for stays away.
        #[test]
        fn any_split_gives_the_file(
            parts in prop::collection::vec((0..900_u64, 0..900_usize), 0..12), end in 0..900_u64, piece in 1..1500_usize, in_content: bool,
        ) {
            let (mut file, mut data, mut map) = (Vec::new(), Vec::new(), Map::default());
            for (hole, length) in &parts {
                file.resize(file.len() + *hole as usize, 0);
                map.runs.push((file.len() as u64, *length as u64));
                file.resize(file.len() + length, b'x');
                data.resize(data.len() + length, b'x');
            }
            file.resize(file.len() + end as usize, 0);
            map.size = file.len() as u64;
            let mut content = Vec::new();
            if in_content {
                content.extend(format!("{}\n", map.runs.len()).bytes());
                content.extend(map.runs.iter().flat_map(|(start, length)| format!("{start}\n{length}\n").into_bytes()));
                content.resize(content.len().next_multiple_of(BLOCK), 0);
            }
            content.extend(&data);
            let holes = (file.len() - data.len()) as u64;
            let told = if in_content { Told::InContent(map.size) } else { Told::Map(map) };
            let mut filling = Filling::new(told, content.len() as u64, holes).map_err(|refusal| TestCaseError::fail(format!("{refusal:?}")))?;
            let mut read = Vec::new();
            for piece in content.chunks(piece) {
                prop_assert_eq!(filling.push(piece, &mut |bytes| read.extend_from_slice(bytes)), Ok(()));
            }
            prop_assert_eq!(filling.finish(&mut |bytes| read.extend_from_slice(bytes)), Ok(()));
            prop_assert_eq!(filling.filled(), holes);
            prop_assert_eq!(read, file);
        }
    }

    fn filling(told: Told, content: u64, room: u64) -> Filling {
        Filling::new(told, content, room).unwrap_or_else(|refusal| panic!("{refusal:?}"))
    }

    /// What a header states of its content may be a lie: only what comes makes room for holes.
    #[test]
    fn holes_that_nothing_makes_room_for_stay_away() {
        let far = 1 << 60;
        let map = || Told::Map(Map { runs: vec![(0, 4), (far, far)], size: 2 * far + 9 });
        let mut read = Vec::new();
        let mut lie = filling(map(), far + 4, 100);
        assert_eq!(lie.push(b"abcd", &mut |bytes| read.extend_from_slice(bytes)), Ok(()));
        assert_eq!(lie.push(b"efgh", &mut |bytes| read.extend_from_slice(bytes)), Err(Refusal::TooLarge));
        assert_eq!(lie.push(b"ij", &mut |bytes| read.extend_from_slice(bytes)), Ok(()));
        assert_eq!((lie.finish(&mut |_| unreachable!()), lie.filled()), (Ok(()), 0));
        assert_eq!(read, b"abcdefghij");
        let mut end = filling(Told::Map(Map { runs: vec![(0, 1)], size: 2000 }), 1, 0);
        assert_eq!(end.push(b"a", &mut |_| {}), Ok(()));
        assert_eq!(end.finish(&mut |_| unreachable!()), Err(Refusal::TooLarge));
    }

    /// However small the pieces are, a line is looked at once: here a hundred thousand of them.
    #[test]
    fn a_long_map_in_small_pieces() {
        let runs: Vec<_> = (0..50_000).map(|run| (3 * run, 1)).collect();
        let mut content = format!("{}\n", runs.len()).into_bytes();
        content.extend(runs.iter().flat_map(|(start, length)| format!("{start}\n{length}\n").into_bytes()));
        content.resize(content.len().next_multiple_of(BLOCK), 0);
        content.resize(content.len() + runs.len(), b'x');
        let (mut filling, mut bytes) = (filling(Told::InContent(150_000), content.len() as u64, 150_000), 0);
        for piece in content.chunks(1) {
            assert_eq!(filling.push(piece, &mut |piece| bytes += piece.len()), Ok(()));
        }
        assert_eq!((filling.finish(&mut |piece| bytes += piece.len()), bytes), (Ok(()), 150_000));
        let mut endless = filling_of_lines();
        let lines = "9\n".repeat(1 << 20);
        assert_eq!(endless.push(lines.as_bytes(), &mut |_| {}), Err(Refusal::TooMany));
    }

    /// So many runs that their list has no end in what is kept of it.
    fn filling_of_lines() -> Filling {
        let mut filling = filling(Told::InContent(9), u64::MAX, 9);
        assert_eq!(filling.push(b"9000000000\n", &mut |_| unreachable!()), Ok(()));
        filling
    }

    /// A content that is cut in its map is not thrown away.
    #[test]
    fn a_map_without_an_end() {
        let mut read = Vec::new();
        let mut filling = filling(Told::InContent(9), 600, 9);
        assert_eq!(filling.push(b"2\n0\n4\n", &mut |_| unreachable!()), Ok(()));
        assert_eq!(filling.finish(&mut |bytes| read.extend_from_slice(bytes)), Err(Refusal::Misfit));
        assert_eq!(read, b"2\n0\n4\n");
    }

    #[test]
    fn what_fits_no_content_is_no_map() {
        let map = |runs: &[(u64, u64)], size| Map { runs: runs.to_vec(), size };
        assert!(map(&[(0, 4), (8, 4), (20, 0)], 20).fits(8));
        for (wrong, content) in [
            (map(&[(0, 4), (3, 4)], 20), 8),
            (map(&[(8, 4), (0, 4)], 20), 8),
            (map(&[(0, 4), (18, 4)], 20), 8),
            (map(&[(0, 4)], 20), 8),
            (map(&[(u64::MAX - 1, 4)], u64::MAX), 4),
            (map(&[(0, u64::MAX), (u64::MAX, 2)], u64::MAX), 1),
        ] {
            assert!(!wrong.fits(content), "{wrong:?}");
        }
        let records = |pairs: &[(&'static str, &'static str)]| -> Vec<(&'static [u8], &'static [u8])> {
            pairs.iter().map(|(key, value)| (key.as_bytes(), value.as_bytes())).collect()
        };
        assert_eq!(told(&records(&[("path", "a"), ("size", "5")])), None);
        for unreadable in [
            &[("GNU.sparse.map", "0,4")][..],
            &[("GNU.sparse.map", "0,x"), ("GNU.sparse.size", "9")],
            &[("GNU.sparse.major", "1")],
            &[("GNU.sparse.major", "2"), ("GNU.sparse.realsize", "9")],
        ] {
            assert_eq!(told(&records(unreadable)), Some(Told::Unreadable), "{unreadable:?}");
        }
    }
}
