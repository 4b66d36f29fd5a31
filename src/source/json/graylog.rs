//! Graylog's names for the fields of an event, in what it exports and in the answers of its search.
//!
//! | how the event came to it | recognised by |
//! |---|---|
//! | Winlogbeat or Elastic Agent: names with `_` for `.`, and the name of the beat before them unless it is set up otherwise | `winlogbeat_…`, `winlog_…`, `event_data_…` |
//! | NXLog's GELF: flat names, but the host, the time and the message under those of Graylog | `full_message` beside `source` |
//!
//! Source: Graylog's `graylog2-server`, `Beats2Codec` and `GelfCodec`.

use serde_json::Value;

use super::graylog_names::{DATA, FULL_MESSAGE, is_name, plain_name, without_beat};
use super::names::{self, COMPUTER, EVENT_ID, Object, first, is_winlog, says};
use crate::message;
use crate::time::Time;

/// Winlogbeat's names of an EventID: without one a name that begins like one of Graylog's is somebody else's.
const IDS: [&str; 3] = ["winlog.event_id", "event.code", names::BEAT[1]];
/// Graylog's name of the host that a message is from, and of its time.
const HOST: &str = "source";
const TIME: &str = "timestamp";

/// A record with the names that whoever sent it to Graylog gave. None: it is not one of Graylog's.
pub fn plain(object: &Object) -> Option<Object> {
    if object.keys().any(|name| is_name(name)) {
        let is_id = |(name, value): (&String, &Value)| IDS.contains(&&*plain_name(name)) && says(value);
        let is_nested = object.keys().any(|name| is_winlog(name));
        return (!is_nested && object.iter().any(is_id)).then(|| of_beat(object));
    }
    let message = object.get(FULL_MESSAGE)?.as_str()?;
    let host = object.get(HOST)?;
    first(object, EVENT_ID)?;
    Some(of_gelf(object, message, host))
}

fn of_beat(object: &Object) -> Object {
    let (mut record, mut data) = (Object::new(), Object::new());
    for (name, value) in object {
        match without_beat(name).strip_prefix(DATA) {
            Some(inner) => put(&mut data, inner, value),
            None if is_time(name, value) => put(&mut record, "@timestamp", value),
            None => put(&mut record, &plain_name(name), value),
        }
    }
    // Those of Winlogbeat 6, which are a record of their own there.
    if !data.is_empty() {
        record.insert(names::BEAT[0].to_owned(), Value::Object(data));
    }
    record
}

/// The first of equal names counts that says anything.
fn put(record: &mut Object, name: &str, value: &Value) {
    if record.get(name).is_none_or(is_empty) {
        record.insert(name.to_owned(), value.clone());
    }
}

/// Graylog's time. In a table it may be a local one.
fn is_time(name: &str, value: &Value) -> bool {
    name == TIME && value.as_str().is_some_and(Time::has_zone)
}

/// NXLog's names of fields are the same in capital and small letters: `ProcessID`, of who logged the event, stands in place of
/// the event's own `ProcessId`, which only the message has.
fn of_gelf(object: &Object, message: &str, host: &Value) -> Object {
    let mut record = object.clone();
    record.shift_remove("message");
    record.insert("Message".to_owned(), Value::from(message));
    if first(object, COMPUTER).is_none() {
        record.insert("Hostname".to_owned(), host.clone());
    }
    if let Some(time) = record.get(TIME).filter(|time| is_time(TIME, time)).cloned() {
        record.entry("@timestamp").or_insert(time);
    }
    if let Some(logger) = record.shift_remove("ProcessID") {
        record.insert("ExecutionProcessID".to_owned(), logger);
    }
    let mut said = message::of_process_creation(message).into_iter();
    if let Some((name, id)) = said.find(|(name, _)| *name == "ProcessId")
        && record.get(name).is_none_or(is_empty)
    {
        record.insert(name.to_owned(), Value::from(id));
    }
    record
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value == ""
}
