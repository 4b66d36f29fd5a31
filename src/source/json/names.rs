//! The names under which records of JSON and rows of CSV have the parts of an event, and what can be told by names alone.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::graylog_names;

/// A record by its names.
pub type Object = Map<String, Value>;

/// Names that flat records use, the first that has a value counts.
pub const EVENT_ID: &[&str] =
    &["EventID", "EventCode", "event_id", "EventId", "Event ID", "Id", "event.code"];
pub const PROVIDER: &[&str] = &[
    "SourceName",
    "Provider",
    "ProviderName",
    "EventSourceName",
    "provider_name",
    "source_name",
    "Provider Name",
    "Provider_Name",
    "Source",
    "event.provider",
];
/// Those of Windows come first: what others call the host may be the one that collects the events.
pub const COMPUTER: &[&str] = &[
    "Computer",
    "ComputerName",
    "Hostname",
    "MachineName",
    "computer_name",
    "host.name",
    "computer",
    "dest",
    "dvc",
    "hostname",
    "host.hostname",
    "DeviceName",
    "host",
];
pub const CHANNEL: &[&str] = &["Channel", "LogName", "log_name", "EventLog"];
pub const RECORD_ID: &[&str] = &[
    "EventRecordID",
    "EventRecordId",
    "RecordNumber",
    "record_number",
    "RecordId",
    "Record ID",
    "record_id",
];
pub const TIME: &[&str] = &["TimeGenerated", "TimeCreated", "@timestamp", "SystemTime"];
/// Splunk's and Graylog's, which may be local times.
pub const OTHER_TIME: &[&str] = &["_time", "timestamp"];
/// Where Azure has an event's data, and where EvtxECmd has them.
pub const DATA: &str = "EventData";
/// See [`DATA`].
pub const PAYLOAD: &str = "Payload";

/// Splunk says so beside its results whether they are a preview.
pub const PREVIEW: &str = "preview";
/// Splunk's name of an event's origin, and how that begins before the channel.
pub const ORIGIN: &str = "source";
pub const ORIGINS: [&str; 2] = ["XmlWinEventLog:", "WinEventLog:"];
pub const MESSAGE: &[&str] = &["Message", "message", "RenderedDescription"];

/// How names of Wazuh begin in a table.
pub const WAZUH_SYSTEM: &str = "data.win.system.";
pub const WAZUH_DATA: &str = "data.win.eventdata.";

/// Where Winlogbeat has the parts of `System`.
pub const WINLOG: &[(&str, &[&str])] = &[
    ("Provider@Name", &["winlog.provider_name", "event.provider"]),
    ("Provider@Guid", &["winlog.provider_guid"]),
    ("EventID", &["winlog.event_id", "event.code"]),
    ("TimeCreated@SystemTime", &["@timestamp"]),
    ("EventRecordID", &["winlog.record_id"]),
    ("Channel", &["winlog.channel"]),
    ("Computer", &["winlog.computer_name", "host.name"]),
    ("Security@UserID", &["winlog.user.identifier"]),
];

/// The name of a column of CSV as the member of an object.
pub fn column(name: &str) -> &str {
    name.trim_start_matches('\u{feff}').trim()
}

/// True for the names under which a record of texts has what is counted of an event: its kind and its computer.
pub fn is_counted(name: &str) -> bool {
    let counted = ["Provider@Name", "EventID", "Channel", "Computer"];
    let winlog = WINLOG.iter().filter(|(part, _)| counted.contains(part)).map(|(_, paths)| *paths);
    let name = &*graylog_names::plain_name(name);
    [EVENT_ID, PROVIDER, COMPUTER, CHANNEL, &[ORIGIN]]
        .into_iter()
        .chain(winlog)
        .any(|names| names.contains(&name))
}

/// True for the names under which a record says which program logged it. `Source` may be the host that it comes from.
pub fn is_provider(name: &str) -> bool {
    name != "Source" && has_part("Provider@Name", PROVIDER, name)
}

/// Whether a part of `System` stands under this name, without nested records or in those of Winlogbeat.
fn has_part(part: &str, names: &[&str], name: &str) -> bool {
    let name = &*unmasked(name);
    names.contains(&name) || WINLOG.iter().any(|(have, paths)| *have == part && paths.contains(&name))
}

/// Winlogbeat's name of a field, where only Graylog calls it so.
fn unmasked(name: &str) -> Cow<'_, str> {
    if graylog_names::is_name(name) { graylog_names::plain_name(name) } else { Cow::Borrowed(name) }
}

/// True for the names that make a record one of Winlogbeat 7 or 8.
pub fn is_winlog(name: &str) -> bool {
    name == "winlog" || name.starts_with("winlog.")
}

/// True for the names under which a process creation has its parent.
pub fn is_parent(name: &str) -> bool {
    let part =
        |name: &str| name.rsplit('.').next().unwrap_or_default().trim_start_matches("event_data_").to_owned();
    part(&unmasked(name)).eq_ignore_ascii_case("ParentImage")
}

/// True for the names by which a record may be one of another shape than its other names say: of Graylog or Wazuh.
pub fn is_masked(name: &str) -> bool {
    graylog_names::is_name(name) || name == graylog_names::FULL_MESSAGE || name.starts_with("data.win.")
}

/// The names that together make a record one of Winlogbeat 6.
pub const BEAT: [&str; 2] = ["event_data", "event_id"];

/// True for the names under which a record without nested ones has its EventID.
pub fn is_event_id(name: &str) -> bool {
    has_part("EventID", EVENT_ID, name) || name.strip_prefix(WAZUH_SYSTEM) == Some("eventID")
}

/// Whether a value says anything. In a table the cells of other records are empty, or `-`.
pub fn says(value: &Value) -> bool {
    !value.is_null() && value != "" && value != "-"
}

/// Whether nothing but `Source` names a provider.
pub fn has_only_source(object: &Object) -> bool {
    has_only(object, PROVIDER, "Source")
}

/// Whether of some names only this one says anything.
pub fn has_only(object: &Object, names: &[&str], only: &str) -> bool {
    let mut says = names.iter().filter(|name| first(object, &[**name]).is_some());
    says.next() == Some(&only) && says.next().is_none()
}

/// A path is no provider: some call `Source` the file that a record is from.
pub fn is_path(provider: &str) -> bool {
    provider.contains('\\')
}

/// The first of these paths that has a value that is not empty, and no object of others.
pub fn first(object: &Object, paths: &[&str]) -> Option<String> {
    let is_text = |value: &&Value| value.as_object().is_none_or(|object| object.contains_key("#text"));
    let mut found = paths.iter().filter_map(|path| text_of(get(object, path).filter(is_text)?));
    found.find(|text| !text.is_empty())
}

/// A member by its path: as a name with dots, or through nested objects.
pub fn get<'a>(object: &'a Object, path: &str) -> Option<&'a Value> {
    if let Some(value) = object.get(path) {
        return Some(value);
    }
    let (head, rest) = path.split_once('.')?;
    get(object.get(head)?.as_object()?, rest)
}

/// The value as the log's text; none for null.
pub fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) if items.windows(2).all(|two| two[0] == two[1]) => text_of(items.first()?),
        Value::Array(items) => {
            let texts: Vec<_> = items.iter().filter_map(text_of).collect();
            Some(texts.join(", "))
        }
        Value::Object(object) => match object.get("#text") {
            Some(text) => text_of(text),
            None => Some(value.to_string()),
        },
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
    }
}
