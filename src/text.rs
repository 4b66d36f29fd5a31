//! Text as UTF-8, whatever it was written in, and where each byte of it came from.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::VecDeque;

use memchr::memmem;

use crate::limits;

/// Consumed bytes that are kept before the rest is moved to the front.
const DEAD_BYTES: usize = if cfg!(test) { 4 } else { 64 * 1024 };

/// How the bytes of a text are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 (ASCII included), after a byte-order mark of this many bytes.
    Utf8 {
        /// 0 or 3.
        bom: u8,
    },
    /// The same with lines that end in CR alone, as Excel writes them for "CSV (Macintosh)": a table, in which those outside of
    /// quotes are read as LF.
    Utf8Cr {
        /// 0 or 3.
        bom: u8,
    },
    /// UTF-16, little endian, after a byte-order mark of 0 or 2 bytes.
    Utf16Le {
        /// 0 or 2.
        bom: u8,
    },
    /// UTF-16, big endian.
    Utf16Be {
        /// 0 or 2.
        bom: u8,
    },
    /// JSON strings in UTF-8 that hold the text, as Splunk's attack data has it: usually one.
    JsonString,
}

/// The beginning of a text, at most so many bytes.
pub fn start(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// A text of at most so many bytes, and of a longer one so much as ends in `…`.
#[inline(never)]
pub fn cut(mut text: String, most: usize) -> String {
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most));
        text.push('…');
        text.shrink_to_fit();
    }
    text
}

/// Whether so many zeros stand in a row that they took the place of data.
pub fn holds_zeros(text: &[u8]) -> bool {
    // So many of them reach over one of these places.
    let mut places = text.iter().step_by(limits::ZERO_RUN);
    places.any(|byte| *byte == 0) && memmem::find(text, &[0; limits::ZERO_RUN]).is_some()
}

/// A text of bearable length: of one that has more than so many bytes the beginning and the end.
pub fn ends(text: String, most: usize) -> String {
    if text.len() <= most {
        return text;
    }
    let half = most / 2;
    let end = text.ceil_char_boundary(text.len() - half);
    format!("{}…{}", &text[..text.floor_char_boundary(half)], &text[end..])
}

impl Encoding {
    /// Reads a byte-order mark; without one, text whose first characters are ASCII in UTF-16 shows
    /// a zero in every other byte.
    pub fn detect(prefix: &[u8]) -> Encoding {
        match prefix {
            [0xef, 0xbb, 0xbf, ..] => Encoding::Utf8 { bom: 3 },
            [0xff, 0xfe, ..] => Encoding::Utf16Le { bom: 2 },
            [0xfe, 0xff, ..] => Encoding::Utf16Be { bom: 2 },
            [a, 0, b, 0, ..] if *a != 0 && *b != 0 => Encoding::Utf16Le { bom: 0 },
            [0, a, 0, b, ..] if *a != 0 && *b != 0 => Encoding::Utf16Be { bom: 0 },
            _ => Encoding::Utf8 { bom: 0 },
        }
    }

    fn bom(self) -> u8 {
        match self {
            Encoding::Utf8 { bom }
            | Encoding::Utf8Cr { bom }
            | Encoding::Utf16Le { bom }
            | Encoding::Utf16Be { bom } => bom,
            Encoding::JsonString => 0,
        }
    }

    /// The same, with lines that end as all of this table do: what stands in quotes ends none.
    #[must_use]
    pub fn with_lines_of(self, table: &str) -> Encoding {
        let Encoding::Utf8 { bom } = self else { return self };
        let (mut quoted, mut any) = (false, false);
        let is_cr = table.match_indices(['"', '\r', '\n']).all(|(_, found)| {
            quoted ^= found == "\"";
            any |= !quoted && found == "\r";
            quoted || found != "\n"
        });
        if any && is_cr { Encoding::Utf8Cr { bom } } else { self }
    }

    /// True when an event's bytes in the file are its text.
    pub fn is_identity(self) -> bool {
        matches!(self, Encoding::Utf8 { .. })
    }
}

/// Whether two texts are equal, sixteen bytes at a time: the comparison that WebAssembly comes with takes
/// them one by one. The last bytes are compared again, which is cheaper than one by one.
#[inline]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    fn at_ends<const N: usize>(a: &[u8], b: &[u8], equal: fn([u8; N], [u8; N]) -> bool) -> Option<bool> {
        Some(equal(*a.first_chunk()?, *b.first_chunk()?) && equal(*a.last_chunk()?, *b.last_chunk()?))
    }
    let long = |a, b| u128::from_le_bytes(a) == u128::from_le_bytes(b);
    let short = |a, b| u64::from_le_bytes(a) == u64::from_le_bytes(b);
    if a.len() != b.len() {
        return false;
    }
    match at_ends(a, b, long) {
        Some(ends) => ends && a.as_chunks().0.iter().zip(b.as_chunks().0).skip(1).all(|(a, b)| long(*a, *b)),
        None => at_ends(a, b, short).unwrap_or_else(|| a.iter().zip(b).all(|(a, b)| a == b)),
    }
}

/// The whole of a short piece of text, for a look at it.
pub fn decode(bytes: &[u8], encoding: Encoding) -> String {
    let mut window = Window::new(encoding, 0);
    window.push(bytes);
    String::from_utf8_lossy(window.bytes()).into_owned()
}

/// Text that is read from its front.
pub trait Text {
    /// The text that is not consumed.
    fn bytes(&self) -> &[u8];
    /// Gives up the first `count` bytes of it.
    fn consume(&mut self, count: usize);
    /// Where the byte at `at` of it came from, as an offset in the input.
    fn source_offset(&self, at: usize) -> u64;
    /// Its bytes in the file are its text.
    fn is_identity(&self) -> bool;
}

/// A piece of UTF-8 text where it lies.
pub struct Piece<'a> {
    bytes: &'a [u8],
    offset: u64,
}

impl Text for Piece<'_> {
    fn bytes(&self) -> &[u8] {
        self.bytes
    }

    fn consume(&mut self, count: usize) {
        self.bytes = &self.bytes[count..];
        self.offset += count as u64;
    }

    fn source_offset(&self, at: usize) -> u64 {
        self.offset + at as u64
    }

    fn is_identity(&self) -> bool {
        true
    }
}

/// UTF-8 text as it arrives: what was pushed and not yet consumed.
///
/// The text is UTF-8 as far as the input is: bytes of an UTF-8 input are passed on as they are,
/// broken ones included, and whoever takes an event out of it decides with [`utf8`].
#[derive(Debug)]
pub struct Window {
    encoding: Encoding,
    text: Vec<u8>,
    /// Bytes at the front of `text` that are consumed.
    start: usize,
    /// Decoded bytes before `text[0]`.
    before: u64,
    /// Where the pieces of `text` came from: (decoded offset, source offset), both from the start.
    origins: VecDeque<(u64, u64)>,
    /// The place that was asked for last, (decoded offset, source offset): from there UTF-16 is counted on, or back.
    asked: Cell<(u64, u64)>,
    /// Source bytes pushed so far, `base` included.
    source: u64,
    /// Bytes of the byte-order mark still to skip.
    skip: u8,
    /// A code unit, surrogate pair or escape that is not complete yet.
    partial: Vec<u8>,
    /// Inside the quotes of a JSON string, or of a cell.
    quoted: bool,
}

impl Window {
    /// A window on text whose first byte lies at `base` of the input.
    pub fn new(encoding: Encoding, base: u64) -> Window {
        Window {
            encoding,
            text: Vec::new(),
            start: 0,
            before: 0,
            origins: VecDeque::new(),
            asked: Cell::new((0, base)),
            source: base,
            skip: if base == 0 { encoding.bom() } else { 0 },
            partial: Vec::new(),
            quoted: false,
        }
    }

    /// The next bytes of the input as text of their own, which need not be copied. None while the window
    /// holds text before them, or where text must be decoded. [`Window::resume`] comes after it.
    pub fn piece<'a>(&self, bytes: &'a [u8]) -> Option<Piece<'a>> {
        let direct = self.encoding.is_identity() && self.skip == 0 && Text::bytes(self).is_empty();
        direct.then_some(Piece { bytes, offset: self.source })
    }

    /// Takes up what is left of a piece.
    pub fn resume(&mut self, piece: Piece<'_>) {
        self.text.clear();
        self.origins.clear();
        self.start = 0;
        self.before = 0;
        self.source = piece.offset;
        self.push(piece.bytes);
    }

    /// Adds bytes of the input.
    pub fn push(&mut self, mut bytes: &[u8]) {
        let skipped = usize::from(self.skip).min(bytes.len());
        self.skip -= skipped as u8;
        self.source += skipped as u64;
        bytes = &bytes[skipped..];
        match self.encoding {
            Encoding::Utf8 { .. } => self.append(bytes, bytes.len()),
            Encoding::Utf8Cr { .. } => {
                let mut text = bytes.to_vec();
                for byte in &mut text {
                    self.quoted ^= *byte == b'"';
                    if *byte == b'\r' && !self.quoted {
                        *byte = b'\n';
                    }
                }
                self.append(&text, bytes.len());
            }
            Encoding::Utf16Le { .. } => self.push_utf16(bytes, u16::from_le_bytes),
            Encoding::Utf16Be { .. } => self.push_utf16(bytes, u16::from_be_bytes),
            Encoding::JsonString => self.push_json(bytes),
        }
    }

    /// Adds UTF-8 that stands for the next `source` bytes of the input.
    fn append(&mut self, text: &[u8], source: usize) {
        let decoded = self.before + self.text.len() as u64;
        // A new piece is only worth noting where the offsets do not run on by themselves.
        let runs_on = matches!(self.encoding, Encoding::Utf8 { .. } | Encoding::Utf8Cr { .. })
            && !self.origins.is_empty();
        if !runs_on {
            self.origins.push_back((decoded, self.source));
        }
        self.text.extend_from_slice(text);
        self.source += source as u64;
    }

    fn push_utf16(&mut self, bytes: &[u8], unit: fn([u8; 2]) -> u16) {
        self.partial.extend_from_slice(bytes);
        let mut units: Vec<u16> = self.partial.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        // A high surrogate waits for its other half.
        if units.last().is_some_and(|last| (0xd800..0xdc00).contains(last)) {
            units.pop();
        }
        let used = units.len() * 2;
        let mut text = Vec::with_capacity(units.len());
        for character in char::decode_utf16(units) {
            match character {
                Ok(character) => text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
                Err(_) => text.push(HALF_PAIR),
            }
        }
        self.append(&text, used);
        self.partial.drain(..used);
    }

    fn push_json(&mut self, bytes: &[u8]) {
        self.partial.extend_from_slice(bytes);
        let pending = std::mem::take(&mut self.partial);
        let mut rest = pending.as_slice();
        while !rest.is_empty() {
            let special = match self.quoted {
                true => memchr::memchr2(b'\\', b'"', rest),
                false => memchr::memchr(b'"', rest),
            };
            let plain = special.unwrap_or(rest.len());
            if plain > 0 {
                self.append(&rest[..plain], plain);
                rest = &rest[plain..];
                continue;
            }
            if rest[0] == b'"' {
                self.quoted = !self.quoted;
                self.source += 1;
                rest = &rest[1..];
                continue;
            }
            let Some(length) = escape_length(rest) else {
                break;
            };
            self.append(&unescape(&rest[..length]), length);
            rest = &rest[length..];
        }
        self.partial = rest.to_vec();
    }

    /// Ends the input. What is left of a broken code unit or escape becomes U+FFFD.
    pub fn finish(&mut self) {
        let left = std::mem::take(&mut self.partial);
        if !left.is_empty() {
            self.append("\u{fffd}".as_bytes(), left.len());
        }
    }
}

impl Window {
    /// Where the text at `decoded` came from, which lies in the piece that begins at `begin`. Counted from the place that was
    /// asked for last if that is nearer: places are asked for one after another.
    fn utf16_offset(&self, decoded: u64, begin: (u64, u64)) -> u64 {
        let bytes =
            |from: u64, to: u64| &self.text[(from - self.before) as usize..(to - self.before) as usize];
        let (last, source) = self.asked.get();
        let near = last >= begin.0 && last.abs_diff(decoded) < decoded - begin.0;
        let offset = match near {
            true if last <= decoded => source + 2 * utf16_units(bytes(last, decoded)),
            true => source - 2 * utf16_units(bytes(decoded, last)),
            false => begin.1 + 2 * utf16_units(bytes(begin.0, decoded)),
        };
        self.asked.set((decoded, offset));
        offset
    }
}

impl Text for Window {
    fn bytes(&self) -> &[u8] {
        &self.text[self.start..]
    }

    fn consume(&mut self, count: usize) {
        self.start += count;
        // Moving the rest only when the dead part outweighs it keeps the cost linear.
        if self.start > DEAD_BYTES && self.start * 2 > self.text.len() {
            let source = self.source_offset(0);
            self.text.drain(..self.start);
            self.before += self.start as u64;
            self.start = 0;
            // Pieces that are gone are forgotten; the one that is cut begins anew.
            while matches!(self.origins.front(), Some((decoded, _)) if *decoded <= self.before) {
                self.origins.pop_front();
            }
            self.origins.push_front((self.before, source));
        }
    }

    fn source_offset(&self, at: usize) -> u64 {
        let decoded = self.before + (self.start + at) as u64;
        let next = self.origins.partition_point(|(begin, _)| *begin <= decoded);
        let Some((begin, source)) = next.checked_sub(1).and_then(|at| self.origins.get(at)) else {
            return self.source;
        };
        match self.encoding {
            Encoding::Utf8 { .. } | Encoding::Utf8Cr { .. } | Encoding::JsonString => {
                source + (decoded - begin)
            }
            Encoding::Utf16Le { .. } | Encoding::Utf16Be { .. } => {
                self.utf16_offset(decoded, (*begin, *source))
            }
        }
    }

    fn is_identity(&self) -> bool {
        self.encoding.is_identity()
    }
}

/// Length of the JSON escape at the start of `bytes`, both halves of a surrogate pair together;
/// none when more bytes are needed to tell.
fn escape_length(bytes: &[u8]) -> Option<usize> {
    match bytes.get(1)? {
        b'u' => {
            let first = bytes.get(2..6)?;
            let high = matches!(first, [b'd' | b'D', b'8' | b'9' | b'a' | b'b' | b'A' | b'B', ..]);
            if !high {
                return Some(6);
            }
            match (bytes.get(6), bytes.get(7)) {
                (Some(b'\\'), Some(b'u')) => bytes.get(..12).map(|_| 12),
                (Some(b'\\'), None) | (None, _) => None,
                _ => Some(6),
            }
        }
        _ => Some(2),
    }
}

/// What one JSON escape stands for; a broken one stands for U+FFFD.
fn unescape(escape: &[u8]) -> Vec<u8> {
    let quoted = [b"\"", escape, b"\""].concat();
    serde_json::from_slice::<String>(&quoted).map_or_else(|_| vec![HALF_PAIR], String::into_bytes)
}

/// What stands for half a surrogate pair, which no character is: a byte that is no UTF-8, so that an event with it is told
/// of as one whose text is not valid. It counts as one unit.
const HALF_PAIR: u8 = 0xc0;

/// How many UTF-16 code units UTF-8 text takes.
fn utf16_units(text: &[u8]) -> u64 {
    let chars = text.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
    let pairs = text.iter().filter(|byte| **byte >= 0xf0).count();
    (chars + pairs) as u64
}

/// The text of an event. Bytes that are no UTF-8 become U+FFFD; the flag says that this happened.
pub fn utf8(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => (text.into(), false),
        Err(_) => (String::from_utf8_lossy(bytes), true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
        let unit = |unit: u16| match encoding {
            Encoding::Utf16Be { .. } => unit.to_be_bytes(),
            _ => unit.to_le_bytes(),
        };
        match encoding {
            Encoding::Utf8 { .. } => text.as_bytes().to_vec(),
            Encoding::JsonString => serde_json::to_vec(text).unwrap(),
            _ => text.encode_utf16().flat_map(unit).collect(),
        }
    }

    #[test]
    fn byte_order_marks_and_their_absence() {
        assert_eq!(Encoding::detect(b"\xef\xbb\xbf<"), Encoding::Utf8 { bom: 3 });
        assert_eq!(Encoding::detect(b"\xff\xfe<\0"), Encoding::Utf16Le { bom: 2 });
        assert_eq!(Encoding::detect(b"\xfe\xff\0<"), Encoding::Utf16Be { bom: 2 });
        assert_eq!(Encoding::detect(b"<\0E\0"), Encoding::Utf16Le { bom: 0 });
        assert_eq!(Encoding::detect(b"\0<\0E"), Encoding::Utf16Be { bom: 0 });
        assert_eq!(Encoding::detect(b"<Ev"), Encoding::Utf8 { bom: 0 });
    }

    #[test]
    fn a_broken_end_is_shown_not_dropped() {
        let mut window = Window::new(Encoding::Utf16Le { bom: 0 }, 0);
        window.push(b"a\0\x3d\xd8");
        window.finish();
        assert_eq!(window.bytes(), "a\u{fffd}".as_bytes());
    }

    proptest! {
        /// Any split gives the same text, and each character's offset is where it was written.
        #[test]
        fn any_split_gives_the_same_text_and_offsets(text in "[a-z\"\\\\\né€😀]{0,40}", cuts in prop::collection::vec(0usize..200, 0..6), consume in 0usize..20) {
            for encoding in [Encoding::Utf8 { bom: 0 }, Encoding::Utf16Le { bom: 0 }, Encoding::Utf16Be { bom: 0 }, Encoding::JsonString] {
                let bytes = encode(&text, encoding);
                let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
                cuts.push(bytes.len());
                cuts.sort_unstable();
                let mut window = Window::new(encoding, 0);
                let mut at = 0;
                for cut in cuts {
                    window.push(&bytes[at..cut]);
                    at = cut;
                }
                window.finish();
                prop_assert_eq!(window.bytes(), text.as_bytes());
                let consumed = text.char_indices().map(|(at, _)| at).nth(consume).unwrap_or(0);
                window.consume(consumed);
                for (at, _) in text.char_indices().filter(|(at, _)| *at >= consumed) {
                    let quote = usize::from(encoding == Encoding::JsonString);
                    let written = encode(&text[..at], encoding).len() - quote;
                    prop_assert_eq!(window.source_offset(at - consumed), written as u64);
                }
            }
        }
    }
}
