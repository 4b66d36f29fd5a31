//! The names that Graylog gives the fields of a beat, and what the beat calls them.

use std::borrow::Cow;

/// What stands before the names of a beat: of Winlogbeat, of Elastic Agent, of one that does not say its name.
const BEATS: [&str; 3] = ["winlogbeat_", "filebeat_", "beat_"];
/// What stands before the names of an event's data in Winlogbeat 6.
pub const DATA: &str = "event_data_";
/// The message of a record of GELF; `message` is its first line.
pub const FULL_MESSAGE: &str = "full_message";
/// Names of the Elastic Common Schema, of which a name with `_` does not tell where its dots were.
const SCHEMA: [(&str, &str); 15] = [
    ("event_code", "event.code"),
    ("event_provider", "event.provider"),
    ("host_name", "host.name"),
    ("user_domain", "user.domain"),
    ("user_name", "user.name"),
    ("process_executable", "process.executable"),
    ("process_command_line", "process.command_line"),
    ("process_working_directory", "process.working_directory"),
    ("process_pid", "process.pid"),
    ("process_entity_id", "process.entity_id"),
    ("process_parent_executable", "process.parent.executable"),
    ("process_parent_command_line", "process.parent.command_line"),
    ("process_parent_pid", "process.parent.pid"),
    ("process_parent_entity_id", "process.parent.entity_id"),
    ("winlog_user_identifier", "winlog.user.identifier"),
];

/// Whether only Graylog names a field so.
pub fn is_name(name: &str) -> bool {
    let inner = without_beat(name);
    name.starts_with(BEATS[0]) || ["winlog_", DATA].iter().any(|start| inner.starts_with(start))
}

/// A name without that of the beat before it.
pub fn without_beat(name: &str) -> &str {
    BEATS.iter().find_map(|beat| name.strip_prefix(beat)).unwrap_or(name)
}

/// What Winlogbeat calls the field that Graylog calls so.
pub fn plain_name(name: &str) -> Cow<'_, str> {
    let rest = without_beat(name);
    if let Some((_, plain)) = SCHEMA.iter().find(|(with, _)| *with == rest) {
        return Cow::Borrowed(plain);
    }
    if let Some(data) = rest.strip_prefix("winlog_event_data_") {
        return Cow::Owned(format!("winlog.event_data.{data}"));
    }
    match rest.strip_prefix("winlog_") {
        Some(part) => Cow::Owned(format!("winlog.{part}")),
        // Winlogbeat 6, whose other names have no dots.
        None => Cow::Borrowed(rest),
    }
}
