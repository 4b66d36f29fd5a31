//! Where a string of JSON ends, and whether what is in it may stand there: thirty-two bytes at a time.

use std::borrow::Cow;

use memchr::{memchr, memmem};
use wide::u8x16;

/// Bytes that are looked at together: most strings of an event are shorter.
const PIECE: usize = 32;

/// What the strings of a line hold.
#[derive(Debug, Clone, Copy, Default)]
pub struct Inside {
    /// A character is written by its number.
    pub numbered: bool,
    /// A byte is not ASCII, or one shortly behind a string is not.
    pub wide: bool,
}

/// Where the quote is that ends the string whose inside begins at `at`. None: the text ends before it, or something in it
/// may stand in no string of JSON, be it a control character or an escape that JSON does not know, or is half a surrogate
/// pair.
#[inline(always)]
pub fn end(text: &[u8], at: usize, inside: &mut Inside) -> Option<usize> {
    end_of::<false>(text, at, inside)
}

/// Where the escaped quote is that ends a string of JSON which stands itself in a string of JSON. None: as above, or the string
/// ends around it, or a character in it is written by its number.
#[inline(always)]
pub fn end_in_text(text: &[u8], at: usize, inside: &mut Inside) -> Option<usize> {
    end_of::<true>(text, at, inside)
}

#[inline(always)]
fn end_of<const IN_TEXT: bool>(text: &[u8], mut at: usize, inside: &mut Inside) -> Option<usize> {
    loop {
        let Some(piece) = text.get(at..)?.first_chunk() else {
            return end_of_last::<IN_TEXT>(text, at, inside);
        };
        let (mut marks, wide) = marks(piece);
        inside.wide |= wide;
        let mut next = PIECE;
        while marks != 0 {
            let nth = marks.trailing_zeros() as usize;
            match piece[nth] {
                b'"' if !IN_TEXT => return Some(at + nth),
                b'\\' => {
                    let behind = text.get(at + nth + 1..)?;
                    if IN_TEXT && behind.first()? == &b'"' {
                        return Some(at + nth);
                    }
                    let behind =
                        nth + if IN_TEXT { escape_in_text(behind)? } else { escape(behind, inside)? };
                    if behind >= PIECE {
                        next = behind;
                        break;
                    }
                    marks &= !0 << behind;
                }
                _ => return None,
            }
        }
        at += next;
    }
}

/// What all strings of a line hold. None: one of them has no end, see [`end`].
pub fn all(line: &[u8]) -> Option<Inside> {
    let (mut at, mut inside) = (0, Inside::default());
    while let Some(quote) = memchr(b'"', &line[at..]) {
        at = end(line, at + quote + 1, &mut inside)? + 1;
    }
    Some(inside)
}

/// The same where the text has no whole piece left.
#[cold]
fn end_of_last<const IN_TEXT: bool>(text: &[u8], mut at: usize, inside: &mut Inside) -> Option<usize> {
    loop {
        match *text.get(at)? {
            b'"' if !IN_TEXT => return Some(at),
            b'\\' if IN_TEXT && text.get(at + 1)? == &b'"' => return Some(at),
            b'\\' if IN_TEXT => at += escape_in_text(&text[at + 1..])?,
            b'\\' => at += escape(&text[at + 1..], inside)?,
            0..b' ' | b'"' => return None,
            byte => {
                inside.wide |= !byte.is_ascii();
                at += 1;
            }
        }
    }
}

/// The length of an escape in a text in a text, from its first backslash on, which is escaped itself; `text` begins behind that
/// backslash.
#[inline(always)]
fn escape_in_text(text: &[u8]) -> Option<usize> {
    match text {
        [b'\\', b'\\', b'\\' | b'"', ..] => Some(4),
        [b'\\', b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => Some(3),
        _ => None,
    }
}

/// The length of an escape, from its backslash on; `text` begins behind that.
#[inline(always)]
fn escape(text: &[u8], inside: &mut Inside) -> Option<usize> {
    match text.first()? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => {
            let digits = text.get(1..5)?;
            inside.numbered = true;
            // Half a surrogate pair is no character.
            (digits.iter().all(u8::is_ascii_hexdigit) && !is_surrogate(digits)).then_some(6)
        }
        _ => None,
    }
}

/// Whether the digits of an escape are those of half a surrogate pair.
pub fn is_surrogate(digits: &[u8]) -> bool {
    matches!(digits, [b'd' | b'D', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F', ..])
}

/// Whether escapes of surrogates stand in the text, in pairs or not, or what looks like one.
pub fn has_surrogates(json: &str) -> bool {
    let mut escapes = memmem::find_iter(json.as_bytes(), b"\\u");
    escapes.any(|at| is_surrogate(&json.as_bytes()[at + 2..]))
}

/// JSON as the parser takes it: Windows strings may hold half a surrogate pair, JSON strings in Rust can't.
pub fn mended(json: &str) -> Cow<'_, str> {
    if !has_surrogates(json) {
        return Cow::Borrowed(json);
    }
    // What looks like one may be a path, `C:\\\\udata`.
    match without_lone_surrogates(json) {
        same if same == json => Cow::Borrowed(json),
        text => Cow::Owned(text),
    }
}

/// The text with every escape of half a surrogate pair replaced by one of U+FFFD.
pub fn without_lone_surrogates(raw: &str) -> String {
    let unit = |at: usize| {
        let escape = raw.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(escape, 16).ok()
    };
    let mut text = String::with_capacity(raw.len());
    let mut at = 0;
    while let Some(found) = raw.get(at..).and_then(|rest| rest.find('\\')) {
        text.push_str(&raw[at..at + found]);
        at += found;
        let length = match (unit(at), unit(at + 6)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => 12,
            (Some(0xd800..0xe000), _) => {
                text.push_str("\\ufffd");
                at += 6;
                continue;
            }
            (Some(_), _) => 6,
            (None, _) => 1 + raw[at + 1..].chars().next().map_or(0, char::len_utf8),
        };
        text.push_str(&raw[at..at + length]);
        at += length;
    }
    text.push_str(raw.get(at..).unwrap_or_default());
    text
}

/// The quotes, backslashes and control characters of a piece, one bit for each byte; and whether a byte is not ASCII.
#[inline(always)]
fn marks(piece: &[u8; PIECE]) -> (u32, bool) {
    let half = |half: &[u8; 16]| {
        let bytes = u8x16::new(*half);
        let found = bytes.simd_eq(u8x16::splat(b'"'))
            | bytes.simd_eq(u8x16::splat(b'\\'))
            | bytes.min(u8x16::splat(0x1f)).simd_eq(bytes);
        (found.to_bitmask(), bytes)
    };
    let (halves, _) = piece.as_chunks::<16>();
    let ((low, first), (high, second)) = (half(&halves[0]), half(&halves[1]));
    (low | high << 16, (first | second).to_bitmask() != 0)
}

/// Whether a text has blanks around it, or more than one line.
pub fn has_blanks_around(text: &str) -> bool {
    text.trim().len() != text.len() || text.contains('\n')
}

/// Whether a line holds a letter by number. Controls, `&`, `'`, `<` and `>` are written so by some.
pub fn hides(line: &[u8]) -> bool {
    let letter = |at: usize| {
        let digits = line.get(at + 4..at + 6).map(<[u8]>::to_ascii_lowercase);
        !matches!(digits.as_deref(), Some(b"26" | b"27" | b"3c" | b"3e" | [b'0' | b'1', _]))
    };
    memmem::find_iter(line, b"\\u00").any(letter)
}

/// An event as text without what may stand around it.
pub fn trimmed(text: &str) -> &str {
    text.trim_start_matches('\u{feff}').trim()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One byte after another.
    fn slow(text: &[u8]) -> Option<(usize, bool, bool)> {
        let (mut at, mut numbered) = (0, false);
        loop {
            match *text.get(at)? {
                0..b' ' => return None,
                b'"' => return Some((at, numbered, !text[..at].is_ascii())),
                b'\\' => match text.get(at + 1)? {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => at += 2,
                    b'u' => {
                        let digits = str::from_utf8(text.get(at + 2..at + 6)?).ok()?;
                        let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                        char::from_u32(u32::from_str_radix(digits, 16).ok().filter(|_| plain)?)?;
                        numbered = true;
                        at += 6;
                    }
                    _ => return None,
                },
                _ => at += 1,
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_end_is_that_of_reading_byte_by_byte(
            text in "([nx/]|\\\\|\\\\\\\\|\\\\\"|\\\\[u/btz]|\\\\u[0-9a-fA-F]{3,4}|\\\\u[dD][0-9a-fA-F]{3}|[a-z ]{10,70}|\u{1}|é){0,24}\".{0,40}",
        ) {
            for length in 0..=text.len() {
                let text = &text.as_bytes()[..length];
                let mut inside = Inside::default();
                let found = end(text, 0, &mut inside);
                let expected = slow(text);
                prop_assert_eq!(found, expected.map(|(at, ..)| at));
                if let Some((_, numbered, wide)) = expected {
                    prop_assert_eq!(inside.numbered, numbered);
                    prop_assert!(inside.wide || !wide);
                }
            }
        }

        /// Of what a string in a string holds the end is found, or nothing is said.
        #[test]
        fn the_end_in_a_text_is_that_of_its_string(
            inner in "([nx/]|\\\\|\"|\n|[a-z ]{10,70}|\u{1}|é){0,24}",
            behind in "[\"\\\\a-z]{0,40}",
        ) {
            let escaped = |text: &str| {
                let text = serde_json::to_string(text).unwrap();
                text[1..text.len() - 1].to_owned()
            };
            let once = escaped(&inner);
            let text = format!("{}\\\"{behind}", escaped(&once));
            for length in 0..=text.len() {
                let mut inside = Inside::default();
                let found = end_in_text(&text.as_bytes()[..length], 0, &mut inside);
                let whole = length >= text.len() - behind.len() && !inner.contains('\u{1}');
                prop_assert_eq!(found, whole.then(|| text.len() - behind.len() - 2), "{}", text);
                prop_assert!(found.is_none() || (!inside.numbered && (inside.wide || inner.is_ascii())));
            }
        }
    }
}
