//! Comparisons without regard to ASCII case, as Splunk's `search` makes them.
//!
//! What is compared was written by an attacker and may be megabytes long: every comparison takes
//! time in proportion to the text, whatever stands in it.

use memchr::memmem::Finder;

/// Whether the text begins so.
pub fn begins(text: &str, beginning: &str) -> bool {
    text.as_bytes().get(..beginning.len()).is_some_and(|head| head.eq_ignore_ascii_case(beginning.as_bytes()))
}

/// Whether the text ends so.
pub fn ends(text: &str, ending: &str) -> bool {
    let from = text.len().checked_sub(ending.len());
    from.is_some_and(|from| text.as_bytes()[from..].eq_ignore_ascii_case(ending.as_bytes()))
}

/// A text that is looked for in many others.
#[derive(Debug, Clone)]
pub struct Part {
    finder: Finder<'static>,
    /// Its rarest byte, and where that stands.
    rare: u8,
    at: usize,
}

/// Bytes of paths and command lines, the frequent ones first.
const FREQUENT: &[u8] = b" e\\.stnioarcdlm-puw/gyh\"fbvkxzjq:";
/// Places that are looked at before a text is taken for a hostile one.
const TRIES: usize = 64;

impl Part {
    /// Looks for this text.
    pub fn new(text: &str) -> Part {
        let text = text.to_ascii_lowercase();
        let rank = |byte: &u8| FREQUENT.iter().position(|one| one == byte).unwrap_or(FREQUENT.len());
        let rarest = text.bytes().enumerate().max_by_key(|(_, byte)| rank(byte));
        let (at, rare) = rarest.unwrap_or_default();
        Part { finder: Finder::new(&text).into_owned(), rare, at }
    }

    /// Where it stands first in a text that is in lower case.
    fn find(&self, lower: &[u8]) -> Option<usize> {
        self.finder.find(lower)
    }

    fn len(&self) -> usize {
        self.finder.needle().len()
    }

    /// Whether the text holds it.
    pub fn is_in(&self, text: &str) -> bool {
        if text.len() < self.len() {
            return false;
        }
        if self.len() == 0 {
            return true;
        }
        // Nearly always the rarest byte stands in few places, and none of them needs a copy.
        let bytes = text.as_bytes();
        let mut found = memchr::memchr2_iter(self.rare, self.rare.to_ascii_uppercase(), bytes);
        for at in found.by_ref().take(TRIES) {
            let start = at.checked_sub(self.at);
            let window = start.and_then(|start| bytes.get(start..start + self.len()));
            if window.is_some_and(|window| window.eq_ignore_ascii_case(self.finder.needle())) {
                return true;
            }
        }
        found.next().is_some() && self.find(text.to_ascii_lowercase().as_bytes()).is_some()
    }

    /// Whether the text holds it. `lower` is room for its copy, to be used again: for many short
    /// texts that takes the same time whatever is looked for.
    pub fn is_in_with(&self, text: &str, lower: &mut Vec<u8>) -> bool {
        lower.clear();
        lower.extend_from_slice(text.as_bytes());
        lower.make_ascii_lowercase();
        self.find(lower).is_some()
    }
}

/// A pattern in which `*` stands for any text, the empty one too; it must fit the whole text.
#[derive(Debug, Clone)]
pub struct Wildcard {
    first: String,
    middle: Vec<Part>,
    /// None: there is no `*`, and `first` is all.
    last: Option<String>,
}

impl Wildcard {
    /// Reads a pattern.
    pub fn new(pattern: &str) -> Wildcard {
        let mut parts = pattern.split('*');
        let first = parts.next().unwrap_or_default().to_owned();
        let last = parts.next_back().map(str::to_owned);
        let middle = parts.filter(|part| !part.is_empty()).map(Part::new).collect();
        Wildcard { first, middle, last }
    }

    /// Whether the whole text fits.
    pub fn fits(&self, text: &str) -> bool {
        let Some(last) = &self.last else {
            return text.eq_ignore_ascii_case(&self.first);
        };
        let fixed = self.first.len() + last.len();
        if text.len() < fixed || !begins(text, &self.first) || !ends(text, last) {
            return false;
        }
        let inner = text.as_bytes()[self.first.len()..text.len() - last.len()].to_ascii_lowercase();
        // The first place is the best one: it leaves most for the parts that follow.
        let mut rest = inner.as_slice();
        self.middle.iter().all(|part| match part.find(rest) {
            Some(at) => {
                rest = &rest[at + part.len()..];
                true
            }
            None => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_beginnings_ignore_ascii_case_and_never_cut_a_letter() {
        assert!(begins("CMD.exe /c", "cmd.EXE"));
        assert!(!begins("cmd", "cmd.exe"));
        assert!(ends("Zoë.EXE", "ë.exe"));
        assert!(!ends("é", "\u{e9}x"));
        assert!(!begins("ë", "e") && !ends("É", "é"), "letters beyond ASCII keep their case");
    }

    #[test]
    fn parts() {
        assert!(Part::new("ADMIN$").is_in(r"1> \\127.0.0.1\admin$\__1"));
        assert!(!Part::new("x").is_in("") && Part::new("").is_in(""));
        let long = "a".repeat(1 << 20) + "B";
        assert!(Part::new(&("a".repeat(1000) + "b")).is_in(&long) && !Part::new("ba").is_in(&long));
        let mut room = Vec::new();
        assert!(Part::new("B").is_in_with("xbX", &mut room) && !Part::new("Bx").is_in_with("xb", &mut room));
    }

    #[test]
    fn wildcards_fit_the_whole_text() {
        let fits = |pattern, text| Wildcard::new(pattern).fits(text);
        assert!(fits("a*c", "AbC") && fits("a*c", "ac") && fits("*", "") && fits("**", "x"));
        assert!(fits("abc", "ABC") && !fits("abc", "abcd") && !fits("a*", "ba"));
        assert!(fits("*b*d*", "abcde") && !fits("*d*b*", "abcde"));
        assert!(!fits("ab*ba", "aba"), "the ends may not overlap");
        assert!(fits("*é*", "xéy"));
        let long = "a".repeat(1 << 20);
        assert!(!fits("*a*a*a*a*a*b*", &long));
    }
}
