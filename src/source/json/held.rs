//! A JSON value to the events that it holds: one itself, in the members of a wrapper, in lists, or in texts.
//!
//! | form | recognised by |
//! |---|---|
//! | an event | one of the shapes of `event` |
//! | Splunk export, Splunk HEC, preserved originals | `_raw`, `event`, `event.original`, … as text |
//! | wrappers of any of these | `result`, `_source`, `results`, `hits.hits`, `records`, `value`, … |

use serde_json::Value;

use super::event::{self, structured};
use super::names::{self, CHANNEL, COMPUTER, EVENT_ID, Object, PREVIEW, PROVIDER, TIME, first, get};
use super::{graylog, string};
use crate::event::{Event, is_sysmon};
use crate::source::{signs, xml};

/// Members that hold one record.
const ONE: &[&str] = &["result", "_source", "event", "fields", "document", "message"];
/// Members that hold a list of records.
const MANY: &[&str] =
    &["results", "records", "Records", "Events", "events", "Event", "value", "hits", "data", "messages"];
/// Members that hold the original event as text.
const TEXT: &[&str] = &[
    "_raw",
    "event",
    "event.original",
    "RawLog",
    "raw",
    "xml",
    "Xml",
    "EventXml",
    "xml_string",
    "Event Data",
    "Original Event Log",
    "System",
    "message",
];
/// Those of them that may be the words of whoever is logged.
const WORDS: &[&str] = &["event", "message"];

/// How deep wrappers are opened: far deeper than any shipper nests them.
const WRAPPERS: u32 = 8;

/// What a value holds.
#[derive(Default)]
pub struct Held {
    /// Its events, in order. An error is an event that can't be read, with the reason.
    pub events: Vec<Result<Event, String>>,
    /// How many objects in its lists are no events.
    pub others: u64,
    /// How many values beside its events tell of one in a form that is not read here.
    pub unread: u64,
    /// They are previews of Splunk's results, which repeat them.
    pub is_preview: bool,
    /// Texts hold texts, deeper than they are opened.
    too_deep: bool,
}

impl Held {
    /// So many events and nothing else.
    pub fn of(events: Vec<Result<Event, String>>) -> Held {
        Held { events, ..Held::default() }
    }

    /// Notes a value that gave no event.
    fn pass(&mut self, value: &Value) {
        let tells = match value {
            Value::String(text) => signs::tell_of_events(text.as_bytes()),
            Value::Object(_) => signs::tell_of_events(value.to_string().as_bytes()),
            _ => false,
        };
        self.unread += u64::from(tells);
        self.others += u64::from(!tells && value.is_object());
    }
}

/// The events of a value, none in one that is no event.
pub fn events(value: &Value) -> Held {
    let mut held = Held::default();
    collect(value, WRAPPERS, &mut held);
    held.unread += u64::from(held.too_deep);
    held
}

fn collect(value: &Value, depth: u32, held: &mut Held) {
    if let (Value::Array(items), 1..) = (value, depth) {
        for item in items {
            let before = held.events.len();
            collect(item, depth - 1, held);
            if held.events.len() == before {
                held.pass(item);
            }
        }
        return;
    }
    let Value::Object(object) = value else {
        original(value, depth, held);
        return;
    };
    let plain = graylog::plain(object);
    let object = plain.as_ref().unwrap_or(object);
    if let Some(event) = structured(object) {
        held.events.push(event);
        return;
    }
    let mut texts = TEXT.iter().filter(|name| !WORDS.contains(name) || !is_of_others(object));
    if texts.any(|name| get(object, name).is_some_and(|text| original(text, depth, held))) {
        return;
    }
    let before = held.events.len();
    // What has nothing of an event of its own but a number is a field of Sysmon's event around it.
    let own =
        || first(object, EVENT_ID).is_some() && is_sysmon(&first(object, PROVIDER).unwrap_or_default(), "");
    let is_field = |inner: &Value| inner.as_object().is_some_and(is_anonymous) && own();
    for name in ONE.iter().chain(MANY) {
        if let (Some(inner @ (Value::Array(_) | Value::Object(_))), 1..) = (object.get(*name), depth)
            && !is_field(inner)
            // Splunk's REST interface lists the names of fields there.
            && !(*name == "fields" && inner.is_array())
            && holds_messages(name, inner, object)
        {
            collect(inner, depth - 1, held);
            held.is_preview |= is_preview(object) && held.events.len() > before;
            // A list may stand beside another one; other members tell of the same event in another way.
            if held.events.len() > before && !MANY.contains(name) {
                return;
            }
        }
    }
    // An event with a list of others in a field of its own is still one. A wrapper has no provider, and one object in another may
    // tell of the same event.
    let holds_object = || MANY.iter().any(|name| object.get(*name).is_some_and(Value::is_object));
    if held.events.len() == before || (first(object, PROVIDER).is_some() && !holds_object()) {
        held.events.extend(event::flat(object).map(Ok));
    }
}

/// Whether an object holds previews of Splunk's results: what `search/jobs/export` gives while it still searches.
pub fn is_preview(object: &Object) -> bool {
    object.get(PREVIEW) == Some(&Value::Bool(true))
}

/// Whether a member may hold records: under names that many others use, only what Graylog's search answers with.
fn holds_messages(name: &str, inner: &Value, object: &Object) -> bool {
    let is_one =
        |item: &Value| item.get("message").is_some_and(Value::is_object) && item.get("index").is_some();
    match name {
        "messages" => inner.as_array().is_some_and(|items| items.iter().any(is_one)),
        "message" => object.contains_key("index") && first(object, EVENT_ID).is_none(),
        _ => true,
    }
}

/// Whether a record says that it is an event of another program. What that logs, a whole event as text too, anybody may have written.
fn is_of_others(object: &Object) -> bool {
    let is_other = |(name, value): (&String, &Value)| {
        let provider = value.as_str().unwrap_or_default();
        names::is_provider(name) && !provider.is_empty() && !is_sysmon(provider, "")
    };
    object.iter().any(is_other) && first(object, EVENT_ID).is_some()
}

/// Whether an object has an EventID, and nothing else by which it could be an event of anybody's.
fn is_anonymous(object: &Object) -> bool {
    let has = |names: &[&str]| first(object, names).is_some();
    has(EVENT_ID)
        && ![PROVIDER, CHANNEL, COMPUTER, TIME].into_iter().any(has)
        && !object.values().any(|value| value.is_object() || value.is_array())
        && structured(object).is_none()
        && !TEXT.iter().any(|name| object.contains_key(*name))
}

/// Takes original events that stand in a text: XML, or JSON of any of these shapes. False: the text holds none.
fn original(value: &Value, depth: u32, held: &mut Held) -> bool {
    let Some(text) = value.as_str().map(string::trimmed) else { return false };
    if is_xml(text) || text.starts_with("<?xml") {
        held.events.extend(xml::event::parse_all(text));
        return true;
    }
    if !text.starts_with('{') {
        return false;
    }
    // Each layer is a text of its own beside those around it.
    if depth == 0 {
        held.too_deep = true;
        return false;
    }
    // One object, or lines of them.
    let text = string::mended(text);
    let mut found = Held::default();
    for value in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
        let before = found.events.len();
        match value {
            Ok(value) => {
                collect(&value, depth - 1, &mut found);
                if found.events.len() == before {
                    found.pass(&value);
                }
            }
            Err(error) => {
                // Text that is no JSON from its beginning is some other text.
                if before > 0 {
                    found.events.push(Err(format!("Text behind an event is no JSON: {error}.")));
                }
                break;
            }
        }
    }
    held.too_deep |= found.too_deep;
    held.is_preview |= found.is_preview;
    if found.events.is_empty() {
        return false;
    }
    held.events.append(&mut found.events);
    held.others += found.others;
    held.unread += found.unread;
    true
}

/// Whether a text begins with an event in XML, and not with the data of one.
pub fn is_xml(text: &str) -> bool {
    text.strip_prefix("<Event").is_some_and(|rest| !rest.starts_with("Data"))
}

/// Whether an object is no event by its own members: what it has as text decides.
pub fn has_only_texts(object: &Object) -> bool {
    graylog::plain(object).is_none() && structured(object).is_none()
}

/// True for the names under which a wrapper has records.
pub fn wraps(name: &str) -> bool {
    ONE.contains(&name) || MANY.contains(&name)
}

/// True for the names under which a record may have a whole event, or its data, as text.
pub fn may_be_event(name: &str) -> bool {
    TEXT.contains(&name) || name == names::DATA
}

/// True for the names under which a text may be the words of whoever is logged, see [`is_of_others`].
pub fn holds_words(name: &str) -> bool {
    WORDS.contains(&name)
}

/// True for the names under which a record may have a whole event as text.
pub fn holds_event(name: &str) -> bool {
    TEXT.contains(&name)
}
