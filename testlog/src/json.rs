//! JSON as log shippers and tools write it.
//!
//! The shapes follow real exports: evtx_dump, Winlogbeat's documentation of its fields (6.8, 7.17,
//! 8.11), NXLog's `im_msvistalog` with `to_json()`, Azure Monitor's table `WindowsEvent`, Splunk's
//! REST export, Velociraptor's `parse_evtx()`, EvtxECmd's `--json`, Wazuh's alerts and Graylog's exports.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

use crate::event::{Event, Value};
use crate::xml;

/// Who writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// evtx_dump: `Event.System`, attributes under `#attributes`.
    EvtxDump,
    /// Winlogbeat 6: `event_data` beside `event_id`.
    Winlogbeat6,
    /// Winlogbeat 7: `winlog`, a number as `event_id`.
    Winlogbeat7,
    /// Winlogbeat 8: `winlog`, text as `event_id`, ECS names beside it.
    Winlogbeat8,
    /// NXLog: flat names.
    NxLog,
    /// Azure, the data as an object.
    AzureObject,
    /// Azure, the data as JSON in a string.
    AzureJson,
    /// Azure, the data as XML in a string.
    AzureXml,
    /// Splunk: the event's XML in `result._raw`.
    Splunk,
    /// Velociraptor: `System.EventID.Value`, times in seconds.
    Velociraptor,
    /// EvtxECmd: the data as JSON in the string `Payload`, and some of them once more by the event's map.
    EvtxECmd,
    /// Wazuh: `data.win`, names with small letters, values escaped once more.
    Wazuh,
    /// Graylog, with what Winlogbeat 8 sent it: the paths of fields with `_` between their parts.
    Graylog,
    /// PowerShell's `Get-WinEvent`: the fields stand in the message alone, and `ProcessId` is the logging service.
    GetWinEvent,
}

impl Shape {
    /// All of them whose fields stand by themselves.
    pub const ALL: [Shape; 13] = [
        Shape::EvtxDump,
        Shape::Winlogbeat6,
        Shape::Winlogbeat7,
        Shape::Winlogbeat8,
        Shape::NxLog,
        Shape::AzureObject,
        Shape::AzureJson,
        Shape::AzureXml,
        Shape::Splunk,
        Shape::Velociraptor,
        Shape::EvtxECmd,
        Shape::Wazuh,
        Shape::Graylog,
    ];
}

/// How objects stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One object a line.
    Lines,
    /// One array on one line.
    Array,
    /// One array, pretty-printed.
    PrettyArray,
    /// Pretty-printed objects one after another.
    Concatenated,
    /// The same after `Record N` lines, as evtx_dump prints them.
    Records,
}

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// null.
    Null,
    /// A number, as it is written.
    Number(String),
    /// true or false.
    Bool(bool),
    /// A string.
    Text(String),
    /// An array.
    Array(Vec<Json>),
    /// An object, in this order.
    Object(Vec<(&'static str, Json)>),
}

/// A file of these events.
pub fn file(events: &[Event], shape: Shape, layout: Layout) -> String {
    let mut text = String::new();
    for (nth, event) in events.iter().enumerate() {
        push(&mut text, event, nth as u64, shape, layout);
    }
    text + end(layout)
}

/// The event with this number from 0 on, at the end of a file.
pub fn push(text: &mut String, event: &Event, nth: u64, shape: Shape, layout: Layout) {
    let (before, between, depth, behind) = match layout {
        Layout::Lines => ("", "", None, "\n"),
        Layout::Array => ("[", ",", None, ""),
        Layout::PrettyArray => ("[\n  ", ",\n  ", Some(1), ""),
        Layout::Concatenated | Layout::Records => ("", "", Some(0), "\n"),
    };
    text.push_str(if nth == 0 { before } else { between });
    if layout == Layout::Records {
        text.push_str(&format!("Record {}\n", event.record));
    }
    object(event, shape).push(text, depth);
    text.push_str(behind);
}

/// How a file ends.
pub fn end(layout: Layout) -> &'static str {
    match layout {
        Layout::Array => "]",
        Layout::PrettyArray => "\n]",
        Layout::Lines | Layout::Concatenated | Layout::Records => "",
    }
}

/// One event.
pub fn object(event: &Event, shape: Shape) -> Json {
    match shape {
        Shape::EvtxDump => evtx_dump(event),
        Shape::Winlogbeat6 => winlogbeat_6(event),
        Shape::Winlogbeat7 => winlogbeat(event, number(event.id)),
        Shape::Winlogbeat8 => winlogbeat(event, text(event.id)),
        Shape::NxLog => nxlog(event),
        Shape::AzureObject => azure(event, Json::Object(data(event, as_text))),
        Shape::AzureJson => {
            let mut inner = String::new();
            Json::Object(data(event, as_text)).push(&mut inner, None);
            azure(event, Json::Text(inner))
        }
        Shape::AzureXml => {
            let mut inner = xml::event_data(event, &xml::WINDOWS);
            let namespace = "<EventData xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\">";
            inner.replace_range(.."<EventData>".len(), namespace);
            azure(event, Json::Text(inner))
        }
        Shape::Splunk => splunk(event),
        Shape::Velociraptor => velociraptor(event),
        Shape::EvtxECmd => evtx_ecmd(event),
        Shape::Wazuh => wazuh(event),
        Shape::Graylog => graylog(event),
        Shape::GetWinEvent => get_winevent(event),
    }
}

fn text(value: impl ToString) -> Json {
    Json::Text(value.to_string())
}

fn number(value: impl ToString) -> Json {
    Json::Number(value.to_string())
}

fn as_text(value: &Value) -> Json {
    text(value.text())
}

/// Numbers of the schema as numbers.
fn as_typed(value: &Value) -> Json {
    match value {
        Value::Number(value) => number(value),
        value => as_text(value),
    }
}

fn data(event: &Event, form: fn(&Value) -> Json) -> Vec<(&'static str, Json)> {
    let pairs = event.data.iter();
    pairs.map(|(name, value)| (*name, form(value))).collect()
}

fn attributes(pairs: Vec<(&'static str, Json)>) -> Json {
    Json::Object(vec![("#attributes", Json::Object(pairs))])
}

fn guid(event: &Event) -> String {
    let mut text = String::new();
    event.provider.guid.push(&mut text);
    text
}

fn keywords(event: &Event) -> String {
    format!("0x{:x}", event.keywords)
}

fn evtx_dump(event: &Event) -> Json {
    let plain_guid = guid(event).trim_matches(['{', '}']).to_owned();
    let system = vec![
        ("Provider", attributes(vec![("Name", text(event.provider.name)), ("Guid", text(plain_guid))])),
        ("EventID", number(event.id)),
        ("Version", number(event.version)),
        ("Level", number(event.level)),
        ("Task", number(event.task)),
        ("Opcode", number(0)),
        ("Keywords", text(keywords(event))),
        ("TimeCreated", attributes(vec![("SystemTime", text(event.time.iso(6)))])),
        ("EventRecordID", number(event.record)),
        ("Correlation", Json::Null),
        (
            "Execution",
            attributes(vec![("ProcessID", number(event.process)), ("ThreadID", number(event.thread))]),
        ),
        ("Channel", text(event.provider.channel)),
        ("Computer", text(&event.computer)),
        ("Security", attributes(vec![("UserID", text("S-1-5-18"))])),
    ];
    let namespace = "http://schemas.microsoft.com/win/2004/08/events/event";
    Json::Object(vec![(
        "Event",
        Json::Object(vec![
            ("#attributes", Json::Object(vec![("xmlns", text(namespace))])),
            ("System", Json::Object(system)),
            ("EventData", Json::Object(data(event, as_typed))),
        ]),
    )])
}

fn winlogbeat_6(event: &Event) -> Json {
    Json::Object(vec![
        ("@timestamp", text(event.time.iso(3))),
        ("record_number", text(event.record)),
        ("process_id", number(event.process)),
        ("thread_id", number(event.thread)),
        ("event_id", number(event.id)),
        ("message", text(event.message("\n"))),
        ("source_name", text(event.provider.name)),
        ("log_name", text(event.provider.channel)),
        ("computer_name", text(&event.computer)),
        ("provider_guid", text(guid(event))),
        ("event_data", Json::Object(data(event, as_text))),
    ])
}

fn winlogbeat(event: &Event, id: Json) -> Json {
    let service = Json::Object(vec![
        ("pid", number(event.process)),
        ("thread", Json::Object(vec![("id", number(event.thread))])),
    ]);
    let winlog = vec![
        ("channel", text(event.provider.channel)),
        ("provider_name", text(event.provider.name)),
        ("provider_guid", text(guid(event))),
        ("event_id", id),
        ("record_id", number(event.record)),
        ("computer_name", text(&event.computer)),
        ("process", service),
        ("api", text("wineventlog")),
        ("event_data", Json::Object(data(event, as_text))),
    ];
    Json::Object(vec![
        ("@timestamp", text(event.time.iso(3))),
        (
            "event",
            Json::Object(vec![
                ("code", text(event.id)),
                ("kind", text("event")),
                ("provider", text(event.provider.name)),
            ]),
        ),
        ("host", Json::Object(vec![("name", text(&event.computer))])),
        ("message", text(event.message("\n"))),
        ("winlog", Json::Object(winlog)),
        ("agent", Json::Object(vec![("type", text("winlogbeat"))])),
    ])
}

/// NXLog writes its own process in `ProcessID`; a member of the data of the same name as one of its
/// own is lost.
fn nxlog(event: &Event) -> Json {
    let mut members = vec![
        ("EventTime", text(event.time.iso(0).replace(['T', 'Z'], " ").trim_end())),
        ("Hostname", text(&event.computer)),
        ("Keywords", number(event.keywords as i64)),
        ("EventType", text("INFO")),
        ("SeverityValue", number(2)),
        ("Severity", text("INFO")),
        ("EventID", number(event.id)),
        ("SourceName", text(event.provider.name)),
        ("ProviderGuid", text(guid(event))),
        ("Version", number(event.version)),
        ("Task", number(event.task)),
        ("OpcodeValue", number(0)),
        ("RecordNumber", number(event.record)),
        ("ExecutionProcessID", number(event.process)),
        ("ExecutionThreadID", number(event.thread)),
        ("Channel", text(event.provider.channel)),
        ("Message", text(event.message("\r\n"))),
    ];
    for (name, value) in data(event, as_text) {
        if !members.iter().any(|(have, _)| *have == name) {
            members.push((name, value));
        }
    }
    Json::Object(members)
}

fn get_winevent(event: &Event) -> Json {
    Json::Object(vec![
        ("Message", text(event.message("\r\n"))),
        ("Id", number(event.id)),
        ("Version", number(event.version)),
        ("Qualifiers", Json::Null),
        ("Level", number(event.level)),
        ("Task", number(event.task)),
        ("Keywords", number(event.keywords as i64)),
        ("RecordId", number(event.record)),
        ("ProviderName", text(event.provider.name)),
        ("LogName", text(event.provider.channel)),
        ("ProcessId", number(event.process)),
        ("ThreadId", number(event.thread)),
        ("MachineName", text(&event.computer)),
        ("TimeCreated", text(format!("/Date({})/", event.time.unix_seconds().replace('.', "")))),
    ])
}

fn azure(event: &Event, data: Json) -> Json {
    Json::Object(vec![
        ("TimeGenerated", text(event.time.iso(3))),
        ("Provider", text(event.provider.name)),
        ("Channel", text(event.provider.channel)),
        ("Computer", text(&event.computer)),
        ("Task", number(event.task)),
        ("EventLevel", number(event.level)),
        ("EventData", data),
        ("EventID", number(event.id)),
        ("EventRecordId", text(event.record)),
        ("Keywords", text(keywords(event))),
        ("Type", text("WindowsEvent")),
    ])
}

fn splunk(event: &Event) -> Json {
    let mut raw = String::new();
    xml::push(&mut raw, event, &xml::SPLUNK);
    let result = vec![
        ("_raw", Json::Text(raw)),
        ("_time", text(event.time.iso(3))),
        ("host", text(&event.computer)),
        ("index", text("win")),
        ("sourcetype", text("XmlWinEventLog")),
    ];
    Json::Object(vec![
        ("preview", Json::Bool(false)),
        ("offset", number(event.record)),
        ("result", Json::Object(result)),
    ])
}

fn velociraptor(event: &Event) -> Json {
    let provider = vec![("Name", text(event.provider.name)), ("Guid", text(guid(event)))];
    let system = vec![
        ("Provider", Json::Object(provider)),
        ("EventID", Json::Object(vec![("Value", number(event.id))])),
        ("Version", number(event.version)),
        ("Level", number(event.level)),
        ("TimeCreated", Json::Object(vec![("SystemTime", Json::Number(event.time.unix_seconds()))])),
        ("EventRecordID", number(event.record)),
        ("Channel", text(event.provider.channel)),
        ("Computer", text(&event.computer)),
    ];
    Json::Object(vec![
        ("System", Json::Object(system)),
        ("EventData", Json::Object(data(event, as_typed))),
        ("Message", text(event.message("\n"))),
    ])
}

/// A GUID without its brackets.
fn as_plain(value: &Value) -> Json {
    match value {
        Value::Guid(_) => text(value.text().trim_matches(['{', '}']).to_lowercase()),
        value => as_text(value),
    }
}

/// The data of an event as EvtxECmd writes them in a text.
pub(crate) fn payload(event: &Event) -> String {
    let item =
        |(name, value): (&'static str, Json)| Json::Object(vec![("@Name", text(name)), ("#text", value)]);
    let items = data(event, as_plain).into_iter().map(item).collect();
    let inner = Json::Object(vec![("EventData", Json::Object(vec![("Data", Json::Array(items))]))]);
    let mut payload = String::new();
    inner.push(&mut payload, None);
    payload
}

fn evtx_ecmd(event: &Event) -> Json {
    let of = |name: &str| event.data.iter().find(|(have, _)| *have == name).map(|(_, value)| value.text());
    let mut members = Vec::new();
    if let (Some(process), Some(guid)) = (of("ProcessId"), of("ProcessGuid")) {
        members.push(("PayloadData1", text(format!("ProcessID: {process}, ProcessGUID: {guid}"))));
    }
    if let Some(parent) = of("ParentImage") {
        members.push(("PayloadData4", text(format!("ParentProcess: {parent}"))));
    }
    if let Some(command) = of("CommandLine") {
        members.push(("ExecutableInfo", text(command)));
    }
    members.extend([
        ("MapDescription", text(format!("Event {}", event.id))),
        ("ChunkNumber", number(event.record / 64)),
        ("Computer", text(&event.computer)),
        ("Payload", text(payload(event))),
        ("UserId", text("S-1-5-18")),
        ("Channel", text(event.provider.channel)),
        ("Provider", text(event.provider.name)),
        ("EventId", number(event.id)),
        ("EventRecordId", text(event.record)),
        ("ProcessId", number(event.process)),
        ("ThreadId", number(event.thread)),
        ("Level", text("Info")),
        ("Keywords", text(keywords(event))),
        ("SourceFile", text("C:\\Cases\\Microsoft-Windows-Sysmon%4Operational.evtx")),
        ("ExtraDataOffset", number(0)),
        ("HiddenRecord", Json::Bool(false)),
        ("TimeCreated", text(format!("{}+00:00", event.time.iso(7).trim_end_matches('Z')))),
        ("RecordNumber", number(event.record)),
    ]);
    Json::Object(members)
}

fn wazuh(event: &Event) -> Json {
    let system = vec![
        ("providerName", text(event.provider.name)),
        ("providerGuid", text(guid(event))),
        ("eventID", text(event.id)),
        ("version", text(event.version)),
        ("level", text(event.level)),
        ("task", text(event.task)),
        ("opcode", text(0)),
        ("keywords", text(keywords(event))),
        ("systemTime", text(event.time.iso(7))),
        ("eventRecordID", text(event.record)),
        ("processID", text(event.process)),
        ("threadID", text(event.thread)),
        ("channel", text(event.provider.channel)),
        ("computer", text(&event.computer)),
        ("severityValue", text("INFORMATION")),
        ("message", text(format!("\"{}\"", event.message("\r\n")))),
    ];
    let escaped = |value: &Value| {
        let mut quoted = String::new();
        push_string(&mut quoted, &value.text());
        text(&quoted[1..quoted.len() - 1])
    };
    let small = data(event, escaped).into_iter().map(|(name, value)| (small_letter(name), value)).collect();
    let win = Json::Object(vec![("system", Json::Object(system)), ("eventdata", Json::Object(small))]);
    Json::Object(vec![
        ("timestamp", text(event.time.iso(3).replace('Z', "+0000"))),
        ("rule", Json::Object(vec![("level", number(3)), ("id", text("61603"))])),
        ("agent", Json::Object(vec![("id", text("001")), ("name", text("agent"))])),
        ("id", text(format!("1704067200.{}", event.record))),
        ("data", Json::Object(vec![("win", win)])),
        ("location", text("EventChannel")),
    ])
}

/// Graylog's `Beats2Codec`: time and message under its own names, `source` is who sent it.
fn graylog(event: &Event) -> Json {
    let Json::Object(members) = winlogbeat(event, text(event.id)) else { unreachable!("an object") };
    let mut flat = vec![("source", text("collector"))];
    for (name, value) in members {
        match name {
            "@timestamp" => flat.push(("timestamp", value)),
            "message" => flat.push((name, value)),
            _ => flatten(&mut flat, &format!("winlogbeat_{name}"), value),
        }
    }
    Json::Object(flat)
}

fn flatten(flat: &mut Vec<(&'static str, Json)>, path: &str, value: Json) {
    match value {
        Json::Object(members) => {
            members.into_iter().for_each(|(name, value)| flatten(flat, &format!("{path}_{name}"), value));
        }
        value => flat.push((kept(path), value)),
    }
}

/// The name with a small first letter.
fn small_letter(name: &str) -> &'static str {
    kept(&(name[..1].to_ascii_lowercase() + &name[1..]))
}

/// A name that lasts; there are few, and each is made once.
fn kept(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(name) = names.get(name) {
        return name;
    }
    let name: &'static str = name.to_owned().leak();
    names.insert(name);
    name
}

impl Json {
    /// The value at the end of a text: on one line, or indented by two blanks from this depth on.
    pub fn push(&self, text: &mut String, depth: Option<usize>) {
        match self {
            Json::Null => text.push_str("null"),
            Json::Number(value) => text.push_str(value),
            Json::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
            Json::Text(value) => push_string(text, value),
            Json::Array(items) => push_all(text, depth, ['[', ']'], items, |text, item, depth| {
                item.push(text, depth);
            }),
            Json::Object(members) => {
                push_all(text, depth, ['{', '}'], members, |text, (name, value), depth| {
                    push_string(text, name);
                    text.push_str(if depth.is_some() { ": " } else { ":" });
                    value.push(text, depth);
                });
            }
        }
    }
}

fn push_all<T>(
    text: &mut String,
    depth: Option<usize>,
    [open, close]: [char; 2],
    items: &[T],
    push: impl Fn(&mut String, &T, Option<usize>),
) {
    text.push(open);
    let inner = depth.map(|depth| depth + 1);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        new_line(text, inner);
        push(text, item, inner);
    }
    if !items.is_empty() {
        new_line(text, depth);
    }
    text.push(close);
}

fn new_line(text: &mut String, depth: Option<usize>) {
    if let Some(depth) = depth {
        text.push('\n');
        (0..depth).for_each(|_| text.push_str("  "));
    }
}

/// A JSON string at the end of a text.
pub fn push_string(text: &mut String, value: &str) {
    text.push('"');
    let mut rest = value;
    while let Some(at) = rest.find(|c: char| c == '"' || c == '\\' || c < ' ') {
        text.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'"' => text.push_str("\\\""),
            b'\\' => text.push_str("\\\\"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            // Writing to a String never fails.
            control => _ = write!(text, "\\u{control:04x}"),
        }
        rest = &rest[at + 1..];
    }
    text.push_str(rest);
    text.push('"');
}
