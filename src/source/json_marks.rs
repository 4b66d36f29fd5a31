//! Where the strings of a line of JSON begin and end, and whether what is in them may stand there:
//! sixty-four bytes at a time, one bit for each.

use wide::u8x16;

/// Bytes that one word of marks tells of.
const WORD: usize = 64;
/// The first of every two bits.
const EVEN: u64 = 0x5555_5555_5555_5555;

/// The quotes of one line that no backslash stands before.
#[derive(Debug, Default)]
pub struct Marks(Vec<u64>);

/// What a line is as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Its length, without a line break.
    pub length: usize,
    /// A character is written by its number.
    pub numbered: bool,
    /// A byte is not ASCII.
    pub wide: bool,
}

impl Marks {
    /// Marks the line at the front of a text. None: it has no line break yet, or something in it may stand in
    /// no line of JSON, be it a control character or an escape that JSON does not know, or is half a
    /// surrogate pair.
    pub fn line(&mut self, text: &[u8]) -> Option<Line> {
        self.0.clear();
        let mut line = Line { length: 0, numbered: false, wide: false };
        let mut carry = 0;
        loop {
            let rest = text.get(line.length..)?;
            let end = match rest.first_chunk() {
                Some(word) => self.word(word, text, &mut carry, &mut line)?,
                None => {
                    let mut last = [b' '; WORD];
                    last[..rest.len()].copy_from_slice(rest);
                    self.word(&last, text, &mut carry, &mut line)?
                }
            };
            if end {
                return Some(line);
            }
        }
    }

    /// Marks the next word of a line. True at the end of the line. `carry`: a backslash at the end of the
    /// word before stands before its first byte.
    #[inline(always)]
    fn word(&mut self, word: &[u8; WORD], text: &[u8], carry: &mut u64, line: &mut Line) -> Option<bool> {
        let Masks { mut quotes, mut slashes, controls, wide } = Masks::of(word);
        line.wide |= wide;
        let (mut end, mut before) = (None, !0);
        if controls {
            let at = first_control(word);
            let place = line.length + at;
            match text[place..] {
                [b'\n', ..] | [b'\r', b'\n', ..] => end = Some(place),
                _ => return None,
            }
            before = (1 << at) - 1;
            quotes &= before;
            slashes &= before;
        }
        if slashes | *carry != 0 {
            let escaped = escaped(slashes, carry) & before;
            for at in bits(escaped & !(quotes | slashes)) {
                match text.get(line.length + at)? {
                    b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                    b'u' => {
                        let digits = text.get(line.length + at + 1..line.length + at + 5)?;
                        // Half a surrogate pair is no character.
                        if !digits.iter().all(u8::is_ascii_hexdigit) || is_surrogate(digits) {
                            return None;
                        }
                        line.numbered = true;
                    }
                    _ => return None,
                }
            }
            quotes &= !escaped;
        }
        self.0.push(quotes);
        match end {
            Some(end) => line.length = end,
            None => line.length += WORD,
        }
        Some(end.is_some())
    }

    /// Where the first quote at or after a place of the line is.
    #[inline]
    pub fn quote(&self, from: usize) -> Option<usize> {
        let (first, bit) = (from / WORD, from % WORD);
        let words = self.0.get(first..)?;
        let near =
            words.first()? >> bit | (words.get(1).copied().unwrap_or_default() << 1) << (WORD - 1 - bit);
        if near != 0 {
            return Some(from + near.trailing_zeros() as usize);
        }
        let far = words.iter().skip(1).position(|word| *word != 0)? + 1;
        Some((first + far) * WORD + words[far].trailing_zeros() as usize)
    }
}

/// Which bytes have a backslash before them that is none itself. `carry`: the first byte has; then whether the
/// first one of the next word has.
fn escaped(slashes: u64, carry: &mut u64) -> u64 {
    // Backslashes that begin at an odd place, added to themselves, carry over to the byte behind the run.
    let slashes = slashes & !*carry;
    let follows = slashes << 1 | *carry;
    let odd = slashes & !EVEN & !follows;
    let (even, over) = odd.overflowing_add(slashes);
    *carry = u64::from(over);
    (EVEN ^ (even << 1)) & follows
}

/// Whether the digits of an escape are those of half a surrogate pair.
pub fn is_surrogate(digits: &[u8]) -> bool {
    matches!(digits, [b'd' | b'D', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F', ..])
}

fn bits(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let at = (mask != 0).then(|| mask.trailing_zeros() as usize)?;
        mask &= mask - 1;
        Some(at)
    })
}

/// Where the first control character of a word is.
fn first_control(word: &[u8; WORD]) -> usize {
    let mut controls = 0;
    for (nth, bytes) in word.as_chunks::<16>().0.iter().enumerate() {
        controls |= u64::from(u8x16::new(*bytes).simd_lt(u8x16::splat(b' ')).to_bitmask()) << (16 * nth);
    }
    controls.trailing_zeros() as usize
}

/// The bytes of each kind in a word.
struct Masks {
    quotes: u64,
    slashes: u64,
    /// Whether there are any.
    controls: bool,
    wide: bool,
}

impl Masks {
    #[inline(always)]
    fn of(word: &[u8; WORD]) -> Masks {
        let (mut quotes, mut slashes) = (0, 0);
        let (mut least, mut all) = (u8x16::splat(b' '), u8x16::splat(0));
        for (nth, bytes) in word.as_chunks::<16>().0.iter().enumerate() {
            let bytes = u8x16::new(*bytes);
            let mask = |byte| u64::from(bytes.simd_eq(u8x16::splat(byte)).to_bitmask()) << (16 * nth);
            quotes |= mask(b'"');
            slashes |= mask(b'\\');
            least = least.min(bytes);
            all |= bytes;
        }
        let controls = least.simd_eq(u8x16::splat(b' ')).to_bitmask() != 0xffff;
        Masks { quotes, slashes, controls, wide: all.to_bitmask() != 0 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One byte after another.
    fn slow(text: &[u8]) -> Option<(Line, Vec<usize>)> {
        let mut line = Line { length: 0, numbered: false, wide: false };
        line.length = text.iter().position(|byte| *byte == b'\n')?;
        if text[..line.length].ends_with(b"\r") {
            line.length -= 1;
        }
        let text = &text[..line.length];
        let mut quotes = Vec::new();
        let mut at = 0;
        while at < text.len() {
            match text[at] {
                0..b' ' => return None,
                b'"' => quotes.push(at),
                b'\\' => {
                    at += 1;
                    match text.get(at) {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {}
                        Some(b'u') => {
                            let digits = str::from_utf8(text.get(at + 1..at + 5)?).ok()?;
                            let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                            char::from_u32(u32::from_str_radix(digits, 16).ok().filter(|_| plain)?)?;
                            line.numbered = true;
                        }
                        // A backslash at the end leaves a string open.
                        None => {}
                        Some(_) => return None,
                    }
                }
                _ => {}
            }
            at += 1;
        }
        line.wide = !text.is_ascii();
        Some((line, quotes))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn marks_are_those_of_reading_byte_by_byte(
            text in "([\"\\\\nxu/]|\\\\\\\\|\\\\\"|\\\\u[0-9a-fA-F]{3,4}|\\\\u[dD][0-9a-fA-F]{3}|[a-z ]{10,70}|\u{1}|é){0,24}(\r\n|\n|\r|)[\\\\\"a\n]{0,3}",
        ) {
            let mut marks = Marks::default();
            let line = marks.line(text.as_bytes());
            let Some((expected, quotes)) = slow(text.as_bytes()) else {
                prop_assert_eq!(line, None);
                return Ok(());
            };
            let line = line.unwrap();
            prop_assert_eq!((line.length, line.numbered), (expected.length, expected.numbered));
            prop_assert!(line.wide || !expected.wide);
            for from in 0..=line.length {
                prop_assert_eq!(marks.quote(from), quotes.iter().copied().find(|quote| *quote >= from));
            }
        }
    }
}
