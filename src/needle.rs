//! What most events are passed over by: a text without which an event can't match a rule, or what a
//! few fields say.

mod wide;

use std::sync::Arc;

pub use wide::{Ask, LOOKS, Look, Said, Test, Wide};

/// ASCII text, looked for without regard to case, and the fields of the log that may hold it.
///
/// A reader may pass an event over when its decoded text does not hold the needle. It must look at
/// the decoded text: where a format can write a letter in another way (`&#87;`, `\u0057`), an event
/// that holds such a spelling is read in full.
#[derive(Debug, Clone)]
pub struct Needle {
    text: Vec<u8>,
    /// The rarest letter of it, which is searched for, and where it stands.
    rare: u8,
    at: usize,
    fields: &'static [&'static str],
    /// The field whose last path part must be the text, wherever it has one.
    path: Option<&'static str>,
    /// Something else than a text is looked for.
    wide: Option<Arc<Wide>>,
}

/// Letters of names and paths, the frequent ones first.
const FREQUENT: &[u8] = b"estnioarcdlmpuwgyhfbvkxzjq";

impl Needle {
    /// A needle of letters, digits, `.`, `-` and `_`: no format has its own way to write those but
    /// by number. None for any other text. `fields`: the names of the event's data, one of which holds
    /// the text in every match; where an event has a rendered message, that may stand for them.
    pub fn new(text: &str, fields: &'static [&'static str]) -> Option<Needle> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        let text = text.to_ascii_lowercase().into_bytes();
        if text.is_empty() || !text.iter().all(|byte| plain(*byte)) {
            return None;
        }
        let rank = |byte: u8| FREQUENT.iter().position(|letter| *letter == byte);
        // Digits and punctuation fill paths and ids: they count as frequent.
        let (at, rare) = text.iter().copied().enumerate().max_by_key(|(_, byte)| rank(*byte))?;
        Some(Needle { text, rare, at, fields, path: None, wide: None })
    }

    /// The same, where a path whose last part is no other than the text decides alone: other fields count
    /// only where it has no last part.
    pub fn in_path(self, path: Option<&'static str>) -> Needle {
        Needle { path, ..self }
    }

    /// The name of the path that decides.
    pub fn path(&self) -> Option<&'static str> {
        self.path
    }

    /// Whether an event with this value of the path that decides is no match. It may stand here as JSON escapes
    /// it, but for letters by number: an escape that is no part of a path is no part of the text either.
    pub fn is_ruled_out_by(&self, path: &str) -> bool {
        let last = last_part(path).trim();
        self.path.is_some() && !last.is_empty() && !last.as_bytes().eq_ignore_ascii_case(&self.text)
    }

    /// What leaves only those events to be read in full that are of this wider interest.
    pub fn of(wide: Wide) -> Needle {
        Needle { text: Vec::new(), rare: 0, at: 0, fields: &[], path: None, wide: Some(Arc::new(wide)) }
    }

    /// What is looked for instead of the text.
    pub fn wide(&self) -> Option<&Wide> {
        self.wide.as_deref()
    }

    /// The fields of which one must hold it.
    pub fn fields(&self) -> &'static [&'static str] {
        self.fields
    }

    /// Whether the text holds the needle.
    pub fn is_in(&self, text: &[u8]) -> bool {
        if self.text.is_empty() {
            return false;
        }
        memchr::memchr2_iter(self.rare, self.rare.to_ascii_uppercase(), text).any(|found| {
            let window =
                found.checked_sub(self.at).and_then(|start| text.get(start..start + self.text.len()));
            window.is_some_and(|window| window.eq_ignore_ascii_case(&self.text))
        })
    }

    /// Whether UTF-16LE text holds the needle.
    pub fn is_in_utf16(&self, text: &[u8]) -> bool {
        let equal = |window: &[u8]| {
            let units = window.chunks_exact(2).zip(&self.text);
            units.into_iter().all(|(unit, letter)| unit[0].eq_ignore_ascii_case(letter) && unit[1] == 0)
        };
        if self.text.is_empty() {
            return false;
        }
        memchr::memchr2_iter(self.rare, self.rare.to_ascii_uppercase(), text).any(|found| {
            let start = found.checked_sub(2 * self.at);
            let window = start.and_then(|start| text.get(start..start + 2 * self.text.len()));
            window.is_some_and(equal)
        })
    }
}

/// What stands after the last `\` or `/`.
pub fn last_part(path: &str) -> &str {
    path.rsplit(['\\', '/']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_any_case_at_any_place() {
        let needle = Needle::new("WmiPrvSE.exe", &[]).unwrap();
        for text in ["wmiprvse.exe", "xWMIPRVSE.EXEx", r"C:\Windows\WmiPrvSE.exe", "vvwmiprvse.exe"] {
            assert!(needle.is_in(text.as_bytes()), "{text}");
            let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert!(needle.is_in_utf16(&utf16), "{text}");
        }
        for text in ["", "wmiprvse.ex", "wmi prvse.exe", "v", "WmıPrvSE.exe"] {
            assert!(!needle.is_in(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn another_last_part_rules_an_event_out() {
        let needle = Needle::new("WmiPrvSE.exe", &[]).unwrap();
        assert!(!needle.is_ruled_out_by("x.exe"));
        let needle = needle.in_path(Some("ParentImage"));
        for path in
            ["x.exe", r"C:\\WmiPrvSE.exe\\x.exe", r"C:\xWmiPrvSE.exe", "WmiPrvSE.exe.bak", r"a\nWmiPrvSE.exe"]
        {
            assert!(needle.is_ruled_out_by(path), "{path}");
        }
        for path in
            ["", r"C:\", "/ ", "wmiprvse.EXE", r"C:\WmiPrvSE.exe", "C:/WmiPrvSE.exe ", r"C:\\WmiPrvSE.exe"]
        {
            assert!(!needle.is_ruled_out_by(path), "{path}");
        }
    }

    #[test]
    fn a_text_that_formats_escape_is_no_needle() {
        for text in ["", "a b", r"a\b", "a&b", "é", "a\"b", "a/b"] {
            assert!(Needle::new(text, &[]).is_none(), "{text}");
        }
    }
}
