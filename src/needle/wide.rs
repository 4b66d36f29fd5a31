//! What makes an event of any kind worth reading: one of several texts in it, its kind, its time.

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memmem;

use crate::time::Time;

/// Some texts, looked for without regard to case and as binary values, some kinds of event, and a
/// time.
///
/// A reader may pass an event over when its raw bytes hold none of the texts in any spelling, it is
/// of none of the kinds, and it is no process creation of that time.
#[derive(Debug)]
pub struct Wide {
    texts: Option<AhoCorasick>,
    /// The texts in UTF-16 as well.
    utf16: Option<AhoCorasick>,
    /// Values in binary records.
    values: Option<AhoCorasick>,
    /// First and last time of the process creations that are wanted.
    pub window: Option<(Time, Time)>,
    /// EventIDs of Sysmon that are wanted whatever they hold.
    pub sysmon: &'static [u32],
    /// EventIDs of other providers that are.
    pub others: &'static [u32],
}

impl Wide {
    /// Looks for these texts, and in binary records for these values. None: a text has a letter that
    /// formats have their own ways to write.
    pub fn new(texts: &[String], values: &[Vec<u8>]) -> Option<Wide> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-: ".contains(&byte);
        if texts.iter().any(|text| text.is_empty() || !text.bytes().all(plain)) {
            return None;
        }
        let utf16 = texts.iter().map(|text| text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        let wide: Vec<Vec<u8>> = texts.iter().map(|text| text.clone().into_bytes()).chain(utf16).collect();
        Some(Wide {
            texts: automaton(texts, true)?,
            utf16: automaton(&wide, true)?,
            values: automaton(values, false)?,
            window: None,
            sysmon: &[],
            others: &[],
        })
    }

    /// Whether an event as text holds one of the texts, or a spelling that could hide one. CDATA
    /// sections and comments are the caller's.
    pub fn is_in(&self, text: &[u8]) -> bool {
        let found = self.texts.as_ref().is_some_and(|texts| texts.is_match(text));
        found || hides(text)
    }

    /// Whether binary records hold one of the texts or values.
    pub fn is_in_binary(&self, bytes: &[u8]) -> bool {
        [&self.utf16, &self.values].into_iter().flatten().any(|patterns| patterns.is_match(bytes))
    }

    /// Whether an event is wanted whatever it holds. `time`: of a process creation.
    pub fn wants(&self, sysmon: bool, event_id: Option<u32>, time: Option<Time>) -> bool {
        let kinds = if sysmon { self.sysmon } else { self.others };
        let in_time = |(first, last): (Time, Time)| time.is_some_and(|time| (first..=last).contains(&time));
        event_id.is_some_and(|id| kinds.contains(&id)) || self.window.is_some_and(in_time)
    }
}

/// Finds any of the patterns; nothing, when there is none to find. None: they are too many.
#[allow(clippy::option_option)]
fn automaton(patterns: &[impl AsRef<[u8]>], any_case: bool) -> Option<Option<AhoCorasick>> {
    if patterns.is_empty() {
        return Some(None);
    }
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(any_case).match_kind(MatchKind::Standard);
    builder.build(patterns).ok().map(Some)
}

/// Whether a text holds a letter, digit, blank, colon or hyphen by number. Line breaks are written so
/// in XML, and `<`, `>`, `&` and `'` in JSON; those hide nothing.
fn hides(text: &[u8]) -> bool {
    const BREAKS: [&[u8]; 8] = [b"13;", b"10;", b"9;", b"xD;", b"xd;", b"xA;", b"xa;", b"x9;"];
    let after = |at: usize, length: usize| text.get(at + length..).unwrap_or_default();
    let reference = |at: usize| !BREAKS.iter().any(|line_break| after(at, 2).starts_with(line_break));
    let escape = |at: usize| {
        let digits = after(at, 4).get(..2).map(<[u8]>::to_ascii_lowercase);
        !matches!(digits.as_deref(), Some(b"26" | b"27" | b"3c" | b"3e" | [b'0' | b'1', _]))
    };
    memmem::find_iter(text, b"&#").any(reference) || memmem::find_iter(text, b"\\u00").any(escape)
}

/// A GUID as binary records hold it: the first three parts are little endian (MS-DTYP 2.3.4.2). None
/// for what is no GUID.
pub fn guid_bytes(text: &str) -> Option<Vec<u8>> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    if text.len() != 36 || digits.len() != 32 || !digits.is_ascii() {
        return None;
    }
    let byte = |at: usize| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).ok();
    [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].into_iter().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUID: &str = "5770385f-c22a-43e0-bf4c-06f5698ffbd9";

    fn wide() -> Wide {
        Wide::new(&[GUID.to_owned()], &[guid_bytes(GUID).unwrap()]).unwrap()
    }

    #[test]
    fn finds_a_text_in_every_spelling() {
        let wide = wide();
        for text in [
            "x{5770385F-C22A-43E0-BF4C-06F5698FFBD9}",
            GUID,
            "&#53;770385f",
            "a&#x2d;b",
            "\\u0035770385f",
            "\\u002D",
        ] {
            assert!(wide.is_in(text.as_bytes()), "{text}");
        }
        for text in
            ["", "5770385f-c22a-43e0-bf4c-06f5698ffbd", "a&#xD;&#10;b", "\\u003cb\\u003E\\u0026\\u000a"]
        {
            assert!(!wide.is_in(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn finds_a_guid_in_binary_records() {
        let wide = wide();
        let bytes =
            [0x5f, 0x38, 0x70, 0x57, 0x2a, 0xc2, 0xe0, 0x43, 0xbf, 0x4c, 6, 0xf5, 0x69, 0x8f, 0xfb, 0xd9];
        assert!(wide.is_in_binary(&[&[1, 2][..], &bytes].concat()));
        let utf16: Vec<u8> = GUID.to_uppercase().encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(wide.is_in_binary(&utf16) && wide.is_in_binary(GUID.as_bytes()));
        assert!(!wide.is_in_binary(&bytes[1..]));
    }

    #[test]
    fn wants_kinds_and_times() {
        let time = |text: &str| Time::parse(text).unwrap();
        let window = (time("2020-01-01 00:00:00"), time("2020-01-01 00:01:00"));
        let wide = Wide { window: Some(window), sysmon: &[19], others: &[4624], ..wide() };
        assert!(wide.wants(true, Some(19), None) && wide.wants(false, Some(4624), None));
        assert!(!wide.wants(false, Some(19), None) && !wide.wants(true, Some(4624), None));
        assert!(wide.wants(true, Some(1), Some(window.1)));
        assert!(!wide.wants(true, Some(1), Some(time("2020-01-01 00:01:01"))));
    }

    #[test]
    fn a_text_that_formats_escape_is_not_looked_for() {
        assert!(Wide::new(&["a&b".to_owned()], &[]).is_none());
        assert!(Wide::new(&[String::new()], &[]).is_none());
        assert_eq!(guid_bytes("x"), None);
    }
}
