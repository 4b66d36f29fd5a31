//! Which object of a JSON wrapper holds an event.

use std::ops::Range;

use crate::event::Event;
use crate::source::json;

/// Byte range of the innermost object in which the `nth` event of a text stands; the whole text where it can't be told.
pub fn of(raw: &str, nth: u32, event: &Event) -> Range<usize> {
    let (mut range, mut nth) = (0..raw.len(), nth as usize);
    let mut count = held(raw).len();
    // Each turn goes into an object that holds fewer, or that is smaller.
    while count > 1 {
        let mut before = 0;
        let inner = objects(&raw[range.clone()]).into_iter().find_map(|part| {
            let part = range.start + part.start..range.start + part.end;
            let events = held(&raw[part.clone()]);
            before += events.len();
            (nth < before).then_some((part, events))
        });
        let Some((part, events)) = inner else { return 0..raw.len() };
        nth -= before - events.len();
        (range, count) = (part, events.len());
        if count == 1 && events[0].as_ref() != Ok(event) {
            return 0..raw.len();
        }
    }
    range
}

fn held(text: &str) -> Vec<Result<Event, String>> {
    json::object::parse(text).map_or_else(|_| Vec::new(), |(value, _)| json::held::events(&value).events)
}

/// Byte ranges of the objects in an object, but for those in them.
fn objects(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut open) = (Vec::new(), Vec::new());
    let (mut string, mut escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = string,
            b'"' => string = !string,
            b'{' if !string => open.push(at),
            b'}' if !string => {
                let start = open.pop();
                found.extend(start.filter(|_| open.len() == 1).map(|start| start..at + 1));
            }
            _ => {}
        }
    }
    found
}
