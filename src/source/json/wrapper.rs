//! Objects that wrap a list of events, as programming interfaces answer.
//!
//! A wrapper is read as one object (`held`) only while that works. One that is long, cut off or damaged is opened, and each
//! object and list in it is read as if it stood by itself; so is one whose events stand under a name that is no wrapper's.

use serde_json::{Deserializer, Value};

use super::held;
use super::names::{self, Object};
use crate::limits;
use crate::source::signs;

/// How deep wrappers are opened: each is looked through as often as others are around it.
const LAYERS: usize = 8;
/// How many lists of an object are looked at.
const LISTS: usize = 16;
/// Longest name of a member, with the blanks behind it.
const NAME_BYTES: usize = 64 * 1024;
/// How much of a wrapper's values beside its lists is kept, and how much of one.
const KEPT_BYTES: usize = 64 * 1024;
const VALUE_BYTES: usize = 2048;

/// The lists and wrappers around the text at hand.
#[derive(Debug, Default)]
pub struct Nest {
    wrappers: Vec<Wrapper>,
    /// Lists that are open in the innermost of them.
    lists: u32,
    /// Where the outermost begins, if its end must come.
    begin: Option<u64>,
    /// Whose value comes next, of the innermost wrapper.
    name: Option<String>,
}

/// An object whose members are read one by one.
#[derive(Debug)]
pub struct Wrapper {
    /// Where it begins.
    pub offset: u64,
    /// How many bytes of it are left, where that is known.
    left: Option<usize>,
    /// Lists that are open around it, in the wrapper around it.
    lists: u32,
    /// Its members that are neither objects nor lists.
    values: Object,
    kept: usize,
    /// One that is not kept whole tells of an event.
    tells: bool,
    /// How many events there were before it.
    events: u64,
}

impl Nest {
    /// A list begins. `tells`: it is to be told of where it has no end.
    pub fn open_list(&mut self, offset: u64, tells: bool) {
        self.begin = self.begin.or((tells && !self.is_open()).then_some(offset));
        self.lists += 1;
        self.name = None;
    }

    /// A list ends, if there is one.
    pub fn close_list(&mut self) {
        self.lists = self.lists.saturating_sub(1);
        self.end();
    }

    /// Opens a wrapper, before its bracket is passed over. `length`: where it is known. `events`: how many there were before it.
    pub fn open(&mut self, offset: u64, length: Option<usize>, events: u64) {
        self.begin = self.begin.or(Some(offset));
        let lists = std::mem::take(&mut self.lists);
        self.name = None;
        let values = Object::new();
        self.wrappers.push(Wrapper { offset, left: length, lists, values, kept: 0, tells: false, events });
    }

    /// The innermost wrapper ends.
    pub fn close(&mut self) -> Option<Wrapper> {
        let wrapper = self.wrappers.pop()?;
        self.lists = wrapper.lists;
        self.name = None;
        self.end();
        Some(wrapper)
    }

    fn end(&mut self) {
        self.begin = self.begin.filter(|_| self.is_open());
    }

    /// Whether no more of them may be opened in each other.
    pub fn is_deep(&self) -> bool {
        self.wrappers.len() == LAYERS
    }

    /// Whether there is any list or wrapper.
    pub fn is_open(&self) -> bool {
        self.lists > 0 || !self.wrappers.is_empty()
    }

    /// Whether the next member of a wrapper, or its end, comes next.
    pub fn wants_member(&self) -> bool {
        self.holds_members() && self.name.is_none()
    }

    /// Where the outermost list or wrapper begins whose end is missing.
    pub fn begin(&self) -> Option<u64> {
        self.begin
    }

    /// Whether this stands in a wrapper, and in no list of it.
    pub fn holds_members(&self) -> bool {
        self.lists == 0 && !self.wrappers.is_empty()
    }

    /// The name of the member whose value comes next.
    pub fn name_next(&mut self, name: String) {
        self.name = Some(name);
    }

    /// Whether the value of a member comes next.
    pub fn wants_value(&self) -> bool {
        self.name.is_some()
    }

    /// The value of that member has come, and is none that holds others. False: no member waits for one.
    pub fn take_value(&mut self, value: Option<&[u8]>) -> bool {
        let Some(name) = self.name.take() else { return false };
        if let (Some(value), Some(wrapper)) = (value, self.wrappers.last_mut()) {
            wrapper.keep(name, value);
        }
        true
    }

    /// So many bytes are passed over.
    pub fn pass(&mut self, bytes: usize) {
        let lefts = self.wrappers.iter_mut().filter_map(|wrapper| wrapper.left.as_mut());
        lefts.for_each(|left| *left = left.saturating_sub(bytes));
    }

    /// How many bytes are left of the first wrapper to end, of those whose ends are known.
    pub fn left(&self) -> Option<usize> {
        self.wrappers.iter().filter_map(|wrapper| wrapper.left).min()
    }
}

impl Wrapper {
    fn keep(&mut self, name: String, value: &[u8]) {
        let size = name.len() + value.len().min(VALUE_BYTES);
        let has_room = self.kept + size <= KEPT_BYTES;
        if value.len() > VALUE_BYTES || !has_room {
            self.tells |= signs::json_tells_of_events(&String::from_utf8_lossy(value));
        }
        // What an event is told by has few names.
        if !has_room && !names::is_counted(&name) {
            return;
        }
        self.kept += size;
        let value = match value.strip_prefix(b"\"") {
            Some(text) if value.len() > VALUE_BYTES => {
                Some(String::from_utf8_lossy(&text[..VALUE_BYTES]).into_owned().into())
            }
            _ => serde_json::from_slice(value).ok(),
        };
        self.values.extend(value.map(|value| (name, value)));
    }

    /// Whether it is around previews of Splunk's results. `events`: how many there are now.
    pub fn is_preview(&self, events: u64) -> bool {
        events > self.events && held::is_preview(&self.values)
    }

    /// Whether it tells of an event itself. `events`: how many there are now.
    pub fn tells_of_an_event(self, events: u64) -> bool {
        let provider = names::first(&self.values, names::PROVIDER);
        let is_around_some = events > self.events && provider.is_none();
        let values = Value::Object(self.values);
        let held = held::events(&values);
        self.tells
            || held.unread > 0
            || signs::json_tells_of_events(&values.to_string())
            || (!held.events.is_empty() && !is_around_some)
    }
}

/// What stands at the place of a member.
pub enum Name {
    /// Its name, and where its value begins.
    Is(String, usize),
    /// More text must tell.
    More,
    /// No name.
    None,
}

/// The name of the member that begins with a quote here.
pub fn name_at(text: &[u8]) -> Name {
    let text = &text[..text.len().min(NAME_BYTES)];
    let more = if text.len() < NAME_BYTES { Name::More } else { Name::None };
    let Some(length) = text_length(text) else { return more };
    let behind = &text[length..];
    let blanks = behind.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    match (behind.get(blanks), serde_json::from_slice(&text[..length])) {
        (None, _) => more,
        (Some(b':'), Ok(name)) => Name::Is(name, length + blanks + 1),
        _ => Name::None,
    }
}

/// Whether an object is a wrapper, by all of it or its beginning: it has a list of what may be events, itself or in objects in it,
/// and does not tell of one before that.
pub fn is_wrapper(object: &[u8]) -> bool {
    let (mut depth, mut at, mut name) = (0_usize, 0, &object[..0]);
    // How deep the list is that this stands in, and how many there were.
    let (mut list, mut lists) = (None, 0);
    while let Some(byte) = object.get(at) {
        match byte {
            b'"' => {
                let Some(length) = text_length(&object[at..]) else { break };
                name = &object[at + 1..at + length - 1];
                at += length - 1;
            }
            b'{' | b'[' => {
                if *byte == b'[' && list.is_none() {
                    let (before, elements) = object.split_at(at + 1);
                    if is_of_events(name, elements.trim_ascii_start()) {
                        return !signs::json_tells_of_events(&String::from_utf8_lossy(before));
                    }
                    list = Some(depth);
                    lists += 1;
                }
                if lists == LISTS {
                    break;
                }
                depth += 1;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                list = list.filter(|list| *list < depth);
                if depth == 0 {
                    break;
                }
            }
            _ => {}
        }
        at += 1;
    }
    false
}

fn is_name_of_wrapper(name: &[u8]) -> bool {
    std::str::from_utf8(name).is_ok_and(held::wraps)
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
            first.and_then(Result::ok).is_some_and(|first| !held::events(&first).events.is_empty())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapper_has_a_list_of_what_may_be_events() {
        for object in [
            r#"{"results":[{"a":1}]}"#,
            r#"{"took":3,"hits":{"total":[1],"hits":[{"#,
            r#"{"value":[],"records":["<Event"]}"#,
            r#"{"a\"]}":"\\","data": [ {"b":[{}]}"#,
            // A name that says nothing, by the first element; and what stands behind it may tell of events as well.
            r#"{"logs":[{"EventID":1,"SourceName":"P","Channel":"C"},"#,
            r#"{"logs":[{"EventID":1,"SourceName":"P"}],"more":[{"Id":4}]}"#,
            r#"{"logs":["#,
            r#"{"other":{"results":[{}]}}"#,
        ] {
            assert!(is_wrapper(object.as_bytes()), "{object}");
        }
        let many = format!("{{{}\"results\":[{{}}]}}", "\"a\":[1],".repeat(LISTS));
        let deep = r#"{"hits":"#.repeat(200);
        for object in [
            r#"{"logs":[{"a":1}]}"#,
            r#"{"other":[{"results":[{}]}]}"#,
            r#"{"results":[["a"]]}"#,
            r#"{"results":["a"]}"#,
            r#"{"results":{}}"#,
            r#"{"EventID":1,"data":[{"a":1}]}"#,
            r#"{"results"#,
            "{}]]}",
            r#"{}{"results":[{"a":1}]}"#,
            &many,
            &deep,
        ] {
            assert!(!is_wrapper(object.as_bytes()), "{object}");
        }
    }

    #[test]
    fn what_stands_beside_lists_may_be_an_event() {
        let tells = |members: &[(&str, &str)], events: u64| {
            let mut nest = Nest::default();
            nest.open(0, None, 0);
            for (name, value) in members {
                nest.name_next((*name).to_owned());
                assert!(nest.take_value(Some(value.as_bytes())));
            }
            nest.close().unwrap().tells_of_an_event(events)
        };
        assert!(!tells(&[("took", "3"), ("timed_out", "false"), ("next", "\"x\"")], 1));
        assert!(!tells(&[("Id", "7"), ("Source", "\"\"")], 1));
        let event = [("Id", "7"), ("ProviderName", "\"P\""), ("MachineName", "\"H\"")];
        assert!(tells(&event, 0) && tells(&event, 1));
        let long = format!("\"<Event><System><EventID>1</EventID>{}\"", "x".repeat(VALUE_BYTES));
        assert!(tells(&[("_raw", &long)], 1));
        // What is too much to be kept.
        let blank = format!("\"{:VALUE_BYTES$}EventID: 1\"", "");
        assert!(tells(&[("m", &blank)], 1));
        let much: Vec<_> =
            (0..99).map(|nth| (format!("p{nth}"), format!("\"{}\"", "x".repeat(VALUE_BYTES - 2)))).collect();
        let mut members: Vec<_> = much.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert!(!tells(&members, 1));
        members.extend(event);
        assert!(tells(&members, 1));
    }

    #[test]
    fn nothing_goes_on_behind_an_end_that_is_known() {
        let mut nest = Nest::default();
        nest.open(0, Some(10), 0);
        nest.pass(3);
        nest.open(3, None, 0);
        assert_eq!(nest.left(), Some(7));
        nest.close();
        assert_eq!((nest.left(), nest.is_open()), (Some(7), true));
    }

    #[test]
    fn the_name_of_a_member() {
        let told = |text: &str| match name_at(text.as_bytes()) {
            Name::Is(name, at) => format!("{name} {at}"),
            Name::More => "more".to_owned(),
            Name::None => "none".to_owned(),
        };
        assert_eq!(told(r#""a\"b" : 1"#), "a\"b 8");
        for text in [r#"""#, r#""a"#, r#""a" "#] {
            assert_eq!(told(text), "more", "{text}");
        }
        for text in [r#""a","#, "\"a\nb\":1", &format!("\"{}", "x".repeat(NAME_BYTES))] {
            assert_eq!(told(text), "none", "{text}");
        }
    }
}
