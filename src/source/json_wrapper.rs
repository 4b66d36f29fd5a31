//! Objects that wrap a list of events, as programming interfaces answer: where the list begins, and how the wrapper ends.
//!
//! A wrapper is read as one object (`json_held`) only while that works. One that is long, cut off or damaged is opened, and each
//! element of its list is read by itself; so is one whose events stand under a name that is no wrapper's.

use serde::de::IgnoredAny;
use serde_json::{Deserializer, Value};

use super::{gap, json_held, signs};
use crate::limits;

/// How deep wrappers are opened: those that list another one.
pub const LAYERS: usize = 8;

/// An object or a list that is a member of another object.
#[derive(Debug, Clone, Copy)]
struct Member<'a> {
    name: &'a [u8],
    /// Its bracket.
    at: usize,
    is_list: bool,
    /// No list is around it.
    in_objects: bool,
}

/// Where the elements of a wrapper's list begin, in an object or the beginning of one. None: it has no such list, or tells of an
/// event before it.
pub fn list_in(object: &[u8]) -> Option<usize> {
    let list = longest_list(object)?;
    let (before, elements) = object.split_at(list.at + 1);
    (is_of_events(list.name, elements.trim_ascii_start())
        && !signs::json_tells_of_events(&String::from_utf8_lossy(before)))
    .then_some(before.len())
}

/// The longest list of an object, or of those in it. One that does not end is the longest.
fn longest_list(object: &[u8]) -> Option<Member<'_>> {
    let mut open: Vec<Member> = Vec::new();
    let mut longest: Option<(usize, Member)> = None;
    let (mut depth, mut at, mut name) = (0, 0, &object[..0]);
    while let Some(byte) = object.get(at) {
        match byte {
            b'"' => {
                let Some(length) = text_length(&object[at..]) else { break };
                name = &object[at + 1..at + length - 1];
                at += length - 1;
            }
            b'{' | b'[' => {
                if depth == open.len() && depth <= LAYERS {
                    open.push(Member::new(open.last(), name, at, *byte == b'['));
                }
                depth += 1;
            }
            b'}' | b']' => {
                depth -= usize::from(depth > 0);
                let ended = if depth < open.len() { open.pop() } else { None };
                if let Some(list) = ended.filter(Member::is_outermost_list)
                    && longest.is_none_or(|(length, _)| length < at - list.at)
                {
                    longest = Some((at - list.at, list));
                }
            }
            _ => {}
        }
        at += 1;
    }
    open.into_iter().find(Member::is_outermost_list).or(longest.map(|(_, list)| list))
}

impl<'a> Member<'a> {
    fn new(around: Option<&Member>, name: &'a [u8], at: usize, is_list: bool) -> Member<'a> {
        let in_objects = around.is_none_or(|around| around.in_objects && !around.is_list);
        Member { name, at, is_list, in_objects }
    }

    fn is_outermost_list(&self) -> bool {
        self.in_objects && self.is_list
    }
}

fn is_name_of_wrapper(name: &[u8]) -> bool {
    std::str::from_utf8(name).is_ok_and(json_held::wraps)
}

/// How long a text is that begins here, with its quotes. None: it does not end.
fn text_length(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// Whether a list with this name and these elements may be one of events.
fn is_of_events(name: &[u8], elements: &[u8]) -> bool {
    match elements {
        [] => true,
        [b'{', ..] | [b'"', b'<' | b'{', ..] if is_name_of_wrapper(name) => true,
        // Of an unknown name the first one must be one.
        _ => {
            let elements = &elements[..elements.len().min(limits::WRAPPER_HEAD_BYTES)];
            let first = Deserializer::from_slice(elements).into_iter::<Value>().next();
            first.and_then(Result::ok).is_some_and(|first| !json_held::events(&first).events.is_empty())
        }
    }
}

/// Whether a line goes on, behind a list, with the last members of the object that holds it: a link to the next page.
pub fn is_end(line: &str) -> bool {
    let members = format!("{{{}", line.trim_start_matches(['}', ']', ',', ' ']));
    let mut values = Deserializer::from_str(&members).into_iter::<IgnoredAny>();
    matches!(values.next(), Some(Ok(_))) && gap::is_closing(&members[values.byte_offset()..])
}

/// Whether a line is a member of such an object, or the beginning of one, where each stands on a line of its own.
pub fn is_member(line: &str) -> bool {
    let line = line.trim_end_matches([',', ' ', '\r']);
    let opened = line.strip_suffix(['{', '[']).map(|name| format!("{name}0"));
    let member = format!("{{{}}}", opened.as_deref().unwrap_or(line));
    serde_json::from_str::<IgnoredAny>(&member).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_found_by_the_names_around_it() {
        for (object, before) in [
            (r#"{"results":[{"a":1}]}"#, Some(r#"{"results":["#)),
            (r#"{"took":3,"hits":{"total":[1],"hits":[{"#, Some(r#"{"took":3,"hits":{"total":[1],"hits":["#)),
            // The longer of two, and one that does not end.
            (r#"{"value":[],"records":["<Event"]}"#, Some(r#"{"value":[],"records":["#)),
            (r#"{"value":[{"a":"bcdefgh"}],"records":[{"#, Some(r#"{"value":[{"a":"bcdefgh"}],"records":["#)),
            (r#"{"a\"]}":"\\","data": [ {"b":[{}]}"#, Some(r#"{"a\"]}":"\\","data": ["#)),
            // A name that says nothing, by its first element.
            (r#"{"logs":[{"EventID":1,"SourceName":"P","Channel":"C"},"#, Some(r#"{"logs":["#)),
            (r#"{"logs":["#, Some(r#"{"logs":["#)),
            (r#"{"logs":[{"a":1}]}"#, None),
            (r#"{"other":{"results":[{}]}}"#, Some(r#"{"other":{"results":["#)),
            (r#"{"other":[{"results":[{}]}]}"#, None),
            (r#"{"results":[["a"]]}"#, None),
            (r#"{"results":["a"]}"#, None),
            (r#"{"results":{}}"#, None),
            (r#"{"EventID":1,"data":[{"a":1}]}"#, None),
            (r#"{"results"#, None),
            ("{}]]}", None),
        ] {
            assert_eq!(list_in(object.as_bytes()), before.map(str::len), "{object}");
        }
        let deep = r#"{"hits":"#.repeat(200);
        assert_eq!(list_in(deep.as_bytes()), None);
    }

    #[test]
    fn what_ends_a_wrapper() {
        for line in [r#"],"took":5}"#, r#"}},"next":"x"}]"#, r#""a":{"b":[1]}}"#] {
            assert!(is_end(line), "{line}");
        }
        for line in [r#""took": 5,"#, r#""a": {"#, r#""b": [ "#, r#""c": "d""#, r#""a": [1, 2],"#] {
            assert!(is_member(line) && !is_end(line), "{line}");
        }
        for line in ["took: 5", r#""a" {"#, r#""a": 1 2"#, "x"] {
            assert!(!is_member(line) && !is_end(line), "{line}");
        }
    }
}
