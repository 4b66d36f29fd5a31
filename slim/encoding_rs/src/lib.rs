//! The part of `encoding_rs` that the `evtx` crate calls, for windows-1252 alone.
//!
//! `evtx` decodes the few strings that an event log holds in a code page by a codec that its caller
//! may choose, so all of them would be linked: 190 KB of compressed tables, a fifth of the page, of
//! which this project uses one of 32 entries. The names and what they do are those of `encoding_rs`
//! 0.8; the mapping is that of the WHATWG Encoding Standard, index windows-1252.

use std::borrow::Cow;

/// An encoding.
#[derive(Debug, PartialEq, Eq)]
pub struct Encoding {
    name: &'static str,
}

/// windows-1252.
pub static WINDOWS_1252: &Encoding = &Encoding { name: "windows-1252" };

/// What the bytes 0x80 to 0x9f stand for; all others stand for the code point of their value.
const HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

impl Encoding {
    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The text of some bytes. Every byte of windows-1252 stands for a character, so it is never none.
    pub fn decode_without_bom_handling_and_without_replacement<'a>(
        &'static self,
        bytes: &'a [u8],
    ) -> Option<Cow<'a, str>> {
        Some(match std::str::from_utf8(bytes) {
            Ok(text) if text.is_ascii() => Cow::Borrowed(text),
            _ => Cow::Owned(bytes.iter().map(|byte| decoded(*byte)).collect()),
        })
    }
}

fn decoded(byte: u8) -> char {
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => byte.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8]) -> String {
        WINDOWS_1252.decode_without_bom_handling_and_without_replacement(bytes).unwrap().into_owned()
    }

    #[test]
    fn text_is_decoded() {
        assert_eq!(decode(b"plain"), "plain");
        assert_eq!(decode(b"\x80uro \x93caf\xe9\x94 \xff"), "€uro “café” ÿ");
        // A byte-order mark stays data, and so does what would be valid UTF-8.
        assert_eq!(decode(b"\xef\xbb\xbf\xc3\xa9"), "ï»¿Ã©");
        assert_eq!(decode(b"\x81\x8d\x8f\x90\x9d"), "\u{81}\u{8d}\u{8f}\u{90}\u{9d}");
    }
}
