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

    /// With the part in a block behind it. None if that can't be read.
    pub fn with(mut self, block: &GnuExtSparseHeader) -> Option<Map> {
        self.add(block.sparse())?;
        let bytes = self.runs.len() * size_of::<(u64, u64)>();
        (bytes as u64 <= limits::TAR_EXTENSION_BYTES).then_some(self)
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

    /// The lines at the beginning of a content: the map, and how many bytes they take with what fills their last block.
    /// None: more are needed, or they are none.
    fn of_lines(text: &[u8], size: u64) -> Option<(Map, usize)> {
        let (mut numbers, mut at) = (Vec::<u64>::new(), 0);
        // The first number says how many runs there are.
        while numbers.first().is_none_or(|runs| numbers.len() as u64 <= runs.saturating_mul(2)) {
            let length = memchr::memchr(b'\n', text.get(at..)?)?;
            numbers.push(number(&text[at..at + length])?);
            at += length + 1;
        }
        let runs = runs(numbers.get(1..)?);
        let length = at.next_multiple_of(BLOCK);
        (length <= text.len()).then_some((Map { runs, size }, length))
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
}

impl Told {
    /// None: the map can't be read.
    pub fn of(map: Option<Map>) -> Told {
        map.map_or(Told::Unreadable, Told::Map)
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
    /// They are larger than what is filled.
    TooLarge,
}

/// Puts the holes back into a content.
pub struct Filling {
    state: State,
    /// Bytes of the content that are still to come.
    left: u64,
    /// So many bytes of holes may be filled.
    room: u64,
    /// So many were.
    filled: u64,
}

enum State {
    /// The map is collected, of a file of this length.
    Lines(Vec<u8>, u64),
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
    /// Fills a content of so many bytes, of which this was told.
    pub fn new(told: Told, content: u64, room: u64) -> Result<Filling, Refusal> {
        let state = match told {
            Told::Map(map) => begin(map, content, room)?,
            Told::InContent(size) => State::Lines(Vec::new(), size),
            Told::Unreadable => return Err(Refusal::Misfit),
        };
        Ok(Filling { state, left: content, room, filled: 0 })
    }

    /// Takes bytes of the content, and hands on those of the file.
    pub fn push(&mut self, bytes: &[u8], out: &mut dyn FnMut(&[u8])) -> Result<(), Refusal> {
        self.left -= bytes.len() as u64;
        let State::Lines(text, size) = &mut self.state else {
            self.fill(bytes, out);
            return Ok(());
        };
        text.extend_from_slice(bytes);
        let read = Map::of_lines(text, *size);
        if read.is_none() && self.left > 0 && text.len() as u64 <= limits::TAR_EXTENSION_BYTES {
            return Ok(());
        }
        let text = std::mem::take(text);
        let (mut begun, mut used) = (Err(Refusal::Misfit), 0);
        if let Some((map, length)) = read {
            begun = begin(map, self.left + (text.len() - length) as u64, self.room);
            used = if begun.is_ok() { length } else { 0 };
        }
        let refused = begun.as_ref().err().copied();
        self.state = begun.unwrap_or(State::AsItIs);
        self.fill(&text[used..], out);
        refused.map_or(Ok(()), Err)
    }

    fn fill(&mut self, mut bytes: &[u8], out: &mut dyn FnMut(&[u8])) {
        let State::Runs { map, run, at } = &mut self.state else { return out(bytes) };
        while let (Some((start, length)), false) = (map.runs.get(*run), bytes.is_empty()) {
            self.filled += zeros(start - (*at).min(*start), out);
            *at = (*at).max(*start);
            let left = usize::try_from(start + length - *at).unwrap_or(usize::MAX);
            let (piece, rest) = bytes.split_at(left.min(bytes.len()));
            out(piece);
            *at += piece.len() as u64;
            *run += usize::from(*at == start + length);
            bytes = rest;
        }
    }

    /// The content has ended: a hole may be the last of the file. Returns how many bytes of holes were filled.
    pub fn finish(mut self, out: &mut dyn FnMut(&[u8])) -> Result<u64, Refusal> {
        match &self.state {
            State::Runs { map, at, .. } if self.left == 0 => self.filled += zeros(map.size - at, out),
            // The archive ends inside of the map, or of what was none.
            State::Lines(text, _) if !text.is_empty() => {
                out(text);
                return Err(Refusal::Misfit);
            }
            _ => {}
        }
        Ok(self.filled)
    }
}

fn begin(map: Map, content: u64, room: u64) -> Result<State, Refusal> {
    match map.fits(content) {
        false => Err(Refusal::Misfit),
        true if map.size - content > room => Err(Refusal::TooLarge),
        true => Ok(State::Runs { map, run: 0, at: 0 }),
    }
}

/// Hands on so many zeros, and returns their number.
fn zeros(count: u64, out: &mut dyn FnMut(&[u8])) -> u64 {
    let mut left = count;
    while left > 0 {
        let piece = left.min(ZEROS.len() as u64);
        out(&ZEROS[..piece as usize]);
        left -= piece;
    }
    count
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
            for room in [holes, holes.wrapping_sub(1)] {
                let told = if in_content { Told::InContent(map.size) } else { Told::Map(map.clone()) };
                let (mut read, mut refused) = (Vec::new(), None);
                match Filling::new(told, content.len() as u64, room) {
                    Ok(mut filling) => {
                        for piece in content.chunks(piece) {
                            refused = refused.or(filling.push(piece, &mut |bytes| read.extend_from_slice(bytes)).err());
                        }
                        let filled = filling.finish(&mut |bytes| read.extend_from_slice(bytes));
                        prop_assert_eq!(filled, Ok(if refused.is_none() { holes } else { 0 }));
                    }
                    Err(refusal) => (refused, read) = (Some(refusal), content.clone()),
                }
                let fits = room >= holes;
                prop_assert_eq!(&read, if fits { &file } else { &content });
                prop_assert_eq!(refused, (!fits).then_some(Refusal::TooLarge));
            }
        }
    }

    /// A content that is cut in its map is not thrown away.
    #[test]
    fn a_map_without_an_end() {
        let mut read = Vec::new();
        let mut filling = Filling::new(Told::InContent(9), 600, 9).unwrap_or_else(|_| unreachable!());
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
