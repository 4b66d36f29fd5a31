//! One JSON object to an event: the shapes that log shippers and tools write. What holds such objects is in `held`.
//!
//! | shape | recognised by |
//! |---|---|
//! | evtx_dump, Velociraptor | `Event.System` or `System` |
//! | Winlogbeat 7 and 8, Elastic Agent | `winlog`, nested or with dotted names |
//! | Winlogbeat 6 | `event_data` beside `event_id` |
//! | Azure, Microsoft Sentinel | `EventData` as object, JSON text or XML text |
//! | EvtxECmd | `Payload` as JSON text |
//! | Wazuh | `win.system`, alone or in `data` |
//! | Graylog | see `graylog` |
//! | NXLog, OTRF datasets, Splunk field exports, `Get-WinEvent`, CSV rows | flat names with an EventID |

use serde_json::Value;

use super::names::{
    BEAT, CHANNEL, COMPUTER, DATA, EVENT_ID, MESSAGE, ORIGIN, ORIGINS, OTHER_TIME, Object, PAYLOAD, PROVIDER,
    RECORD_ID, TIME, WAZUH_DATA, WAZUH_SYSTEM, WINLOG, first, get, has_only, has_only_source, is_path,
    is_winlog, says, text_of,
};
use super::string;
use crate::event::{Event, Pairs, is_sysmon};
use crate::message;
use crate::source::xml;
use crate::time::Time;

/// Fields that a process creation of Sysmon has, one of them at least, where a record has its fields.
const OWN: &[&str] = &["Image", "ParentImage", "CommandLine", "ParentCommandLine"];

/// Whether half a surrogate pair in JSON inside of a text became U+FFFD in the event, which stands in `raw`. There its escape has a
/// backslash for each text around it.
pub fn is_mended(event: &Event, raw: &str) -> bool {
    let replaced = |value: &str| value.contains(char::REPLACEMENT_CHARACTER);
    let values = event.data.iter().chain(event.system.iter()).map(|(_, value)| value);
    values.chain(event.message.as_deref()).any(replaced) && !replaced(raw) && string::has_surrogates(raw)
}

/// Shapes with a part for the system and a part for the data.
pub(super) fn structured(object: &Object) -> Option<Result<Event, String>> {
    let root = object.get("Event").and_then(Value::as_object).unwrap_or(object);
    match root.get("System") {
        Some(Value::Object(system)) => return Some(rendered(root, system)),
        // Velociraptor, in a table.
        Some(Value::String(system)) => {
            if let Some(event) = rendered_in_texts(root, system) {
                return Some(event);
            }
        }
        _ => {}
    }
    if object.iter().any(|(key, value)| is_winlog(key) && says(value)) {
        return Some(winlogbeat(object));
    }
    if BEAT.iter().all(|name| object.contains_key(*name)) {
        let mut event = flat_system(object);
        return Some(push_data(&mut event, object.get("event_data")).map(|()| event));
    }
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let data = object.get(DATA).filter(|data| !data.is_null());
    if let (Some(data), Some(_)) = (data, first(object, EVENT_ID)) {
        let mut event = flat_system(object);
        return match data.as_str() {
            Some(text) if text.trim_start().starts_with(['<', '{']) => {
                Some(data_from_text(text, &mut event).map(|()| event))
            }
            // Some other field of this name: the record is flat. So is Fluentd's, whose data are values without names.
            Some(_) => None,
            None if data.is_array() => None,
            None => {
                push_all(&mut event.data, Some(data));
                Some(Ok(event))
            }
        };
    }
    // PowerShell's events have a field of this name too, which is no JSON.
    let payload = text(PAYLOAD).filter(|text| text.trim_start().starts_with('{'));
    if let (Some(payload), Some(_)) = (payload, first(object, EVENT_ID)) {
        let mut event = flat_system(object);
        return Some(data_from_text(payload, &mut event).map(|()| event));
    }
    if let Some(win) = get(object, "data.win").or_else(|| object.get("win")) {
        let data = win.get("eventdata").and_then(Value::as_object);
        return Some(Ok(wazuh(win.get("system")?.as_object()?, data.unwrap_or(&Object::new()))));
    }
    // The same with dots in its names, as a table has it.
    let system = below(object, WAZUH_SYSTEM);
    let is_event = ["providerName", "eventID"].iter().any(|name| system.get(*name).is_some_and(says));
    is_event.then(|| Ok(wazuh(&system, &below(object, WAZUH_DATA))))
}

/// The members whose names begin so, without that beginning.
fn below(object: &Object, start: &str) -> Object {
    let inner =
        |(name, value): (&String, &Value)| Some((name.strip_prefix(start)?.to_owned(), value.clone()));
    object.iter().filter_map(inner).collect()
}

/// Wazuh's decoder `windows_eventchannel`: names begin with a small letter, and values are escaped as in JSON once more.
fn wazuh(system: &Object, data: &Object) -> Event {
    let mut event = Event::default();
    let names = [
        ("Provider@Name", "providerName"),
        ("EventID", "eventID"),
        ("TimeCreated@SystemTime", "systemTime"),
        ("EventRecordID", "eventRecordID"),
        ("Channel", "channel"),
        ("Computer", "computer"),
    ];
    for (name, from) in names {
        if let Some(value) = system.get(from) {
            push_text(&mut event.system, name, value);
        }
    }
    event.message = system.get("message").and_then(text_of);
    let values: Vec<_> = data.iter().filter_map(|(name, value)| Some((name, text_of(value)?))).collect();
    // By what is a path, and not by what somebody wrote into a command line.
    let paths = ["image", "parentImage", "currentDirectory"];
    let is_escaped =
        values.iter().any(|(name, text)| paths.contains(&name.as_str()) && text.contains(":\\\\"));
    for (name, text) in values {
        let plain = || serde_json::from_str(&format!("\"{text}\"")).ok().filter(|_| is_escaped);
        let value = plain().unwrap_or_else(|| text.clone());
        event.data.push(capitalized(name), value);
    }
    event
}

fn capitalized(name: &str) -> String {
    let mut name = name.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}

/// evtx_dump and Velociraptor.
fn rendered(root: &Object, system: &Object) -> Result<Event, String> {
    let mut event = Event::default();
    for (name, value) in system {
        let name = name.strip_suffix("_attributes").unwrap_or(name);
        let Value::Object(parts) = value else {
            push_text(&mut event.system, if name == "Provider" { "Provider@Name" } else { name }, value);
            continue;
        };
        for (part, value) in parts {
            match (part.as_str(), value) {
                ("#attributes", Value::Object(attributes)) => {
                    attributes
                        .iter()
                        .for_each(|(key, value)| push_attribute(&mut event.system, name, key, value));
                }
                ("#text" | "Value", _) => push_text(&mut event.system, name, value),
                // Some converters put a sign before an attribute's name.
                _ => push_attribute(&mut event.system, name, part.trim_start_matches('@'), value),
            }
        }
    }
    for data in ["EventData", "UserData"] {
        push_data(&mut event, root.get(data))?;
    }
    event.message = root.get("Message").and_then(text_of);
    Ok(event)
}

/// The same as texts: Velociraptor, in a table. None: `System` is no such text.
fn rendered_in_texts(root: &Object, system: &str) -> Option<Result<Event, String>> {
    let data = root.get(DATA)?;
    let Ok(Value::Object(system)) = serde_json::from_str(&string::mended(string::trimmed(system))) else {
        return None;
    };
    let of_text = |text: &str| {
        let mut rest = root.clone();
        rest.shift_remove(DATA);
        let mut event = rendered(&rest, &system)?;
        if !text.trim().is_empty() {
            data_from_text(text, &mut event)?;
        }
        Ok(event)
    };
    Some(data.as_str().map_or_else(|| rendered(root, &system), of_text))
}

fn push_attribute(system: &mut Pairs, element: &str, attribute: &str, value: &Value) {
    // Velociraptor writes times as seconds since 1970.
    let time = value.as_f64().filter(|_| attribute == "SystemTime").and_then(Time::from_seconds);
    if let Some(text) = time.map(|time| time.to_string()).or_else(|| text_of(value)) {
        system.push(format!("{element}@{attribute}"), text);
    }
}

/// Winlogbeat 7 and 8 and Elastic Agent, with the names of the Elastic Common Schema standing in
/// for fields that an ingest pipeline moved away.
fn winlogbeat(object: &Object) -> Result<Event, String> {
    let mut event = Event::default();
    for (name, paths) in WINLOG {
        if let Some(text) = first(object, paths) {
            event.system.push(*name, text);
        }
    }
    push_data(&mut event, get(object, "winlog.event_data"))?;
    for (key, value) in object {
        if let Some(name) = key.strip_prefix("winlog.event_data.") {
            push_text(&mut event.data, name, value);
        }
    }
    // Of events that have `UserData`, as those of WMI itself; Sysmon's have none.
    if event.data.is_empty() && !is_sysmon(event.provider(), event.channel()) {
        push_data(&mut event, get(object, "winlog.user_data").filter(|data| data.is_object()))?;
    }
    let moved: &[(&str, &[&str])] = &[
        ("Image", &["process.executable"]),
        ("CommandLine", &["process.command_line"]),
        ("CurrentDirectory", &["process.working_directory"]),
        ("ProcessId", &["process.pid"]),
        ("ProcessGuid", &["process.entity_id"]),
        ("ParentImage", &["process.parent.executable"]),
        ("ParentCommandLine", &["process.parent.command_line"]),
        ("ParentProcessId", &["process.parent.pid"]),
        ("ParentProcessGuid", &["process.parent.entity_id"]),
    ];
    // Only of a process creation: elsewhere `process` is who did it.
    if event.is_process_creation() {
        for (name, paths) in moved {
            fill(&mut event.data, name, || first(object, paths));
        }
        fill(&mut event.data, "User", || {
            let name = first(object, &["user.name"])?;
            Some(match first(object, &["user.domain"]) {
                Some(domain) => format!("{domain}\\{name}"),
                None => name,
            })
        });
    }
    event.message = first(object, &["message"]);
    Ok(event)
}

/// Puts a value in place of a field's that is absent or empty, or `-`, as Kibana writes what is absent.
fn fill(data: &mut Pairs, name: &str, value: impl Fn() -> Option<String>) {
    if data.get(name).is_none_or(|have| matches!(have, "" | "-"))
        && let Some(value) = value()
    {
        data.put_first(name, value);
    }
}

/// Flat names: NXLog, OTRF datasets, field exports, PowerShell's `Get-WinEvent`, CSV rows.
pub(super) fn flat(object: &Object) -> Option<Event> {
    first(object, EVENT_ID)?;
    let mut event = flat_system(object);
    // Many a table of something else numbers its rows so.
    let is_number_of_row =
        has_only(object, EVENT_ID, "Id") && event.provider().is_empty() && event.channel().is_empty();
    if is_number_of_row && event.message.is_none() {
        return None;
    }
    let mut data = object.clone();
    // The properties of an `EventLogRecord` in .NET: this process wrote the event, which `System/Execution` says in XML.
    let logger = data.contains_key("ThreadId")
        || event.message.as_ref().is_some_and(|text| text.contains("\nProcessId: "));
    if logger && !data.get("ProcessGuid").is_some_and(says) {
        for (name, of) in [("Execution@ProcessID", "ProcessId"), ("Execution@ThreadID", "ThreadId")] {
            if let Some(text) = data.shift_remove(of).as_ref().and_then(text_of) {
                event.system.push(name, text);
            }
        }
    }
    push_all(&mut event.data, Some(&Value::Object(data)));
    // Splunk has extracted this event's fields twice.
    let is_twice = |name: &str| {
        event.data.get(name).is_some_and(|value| value.contains('\n') && !once(value).contains('\n'))
    };
    if ["UtcTime", "ProcessGuid", "ProcessId"].into_iter().any(is_twice) {
        let mut data = Pairs::default();
        event.data.iter().for_each(|(name, value)| data.push(name, once(value)));
        event.data = data;
    }
    // Some call `Source` the host that a record is from.
    if has_only_source(object)
        && !["Microsoft-", "Linux-"].iter().any(|start| event.provider().starts_with(start))
        && event.tells_of_a_parent()
    {
        event.system.put_first("Provider@Name", String::new());
    }
    take_message_apart(&mut event);
    Some(event)
}

/// An event of Sysmon whose fields stand in its message alone has them as its data.
fn take_message_apart(event: &mut Event) {
    let Some(message) = event.message.take() else { return };
    if is_sysmon(event.provider(), event.channel()) && event.data.get("UtcTime").is_none() {
        let fields = match event.is_process_creation() {
            true => message::of_process_creation(&message),
            false => message::of_other(&message),
        };
        let has_own = OWN.iter().any(|name| event.data.get(name).is_some_and(|value| !value.is_empty()));
        for (name, value) in fields {
            // In a record without fields of the event that is who logged it, not whose process it is.
            if name == "User" && !value.is_empty() && !has_own {
                event.data.put_first(name, value.to_owned());
            } else if event.data.get(name).is_none_or(str::is_empty) {
                event.data.push(name, value);
            }
        }
    }
    event.message = Some(message);
}

fn flat_system(object: &Object) -> Event {
    let mut event = Event::default();
    let names = [
        ("Provider@Name", PROVIDER),
        ("EventID", EVENT_ID),
        ("TimeCreated@SystemTime", TIME),
        ("EventRecordID", RECORD_ID),
        ("Channel", CHANNEL),
        ("Computer", COMPUTER),
    ];
    for (name, from) in names {
        if let Some(text) = first(object, from).filter(|text| name != "Provider@Name" || !is_path(text)) {
            event.system.push(name, once(&text));
        }
    }
    if event.system.get("Channel").is_none() {
        let origin = first(object, &[ORIGIN]).unwrap_or_default();
        let channel = ORIGINS.iter().find_map(|start| origin.strip_prefix(start));
        channel.into_iter().for_each(|channel| event.system.push("Channel", channel));
    }
    if event.system.get("TimeCreated@SystemTime").is_none() {
        let time = first(object, OTHER_TIME).filter(|time| Time::has_zone(time));
        time.into_iter().for_each(|time| event.system.push("TimeCreated@SystemTime", time));
    }
    // Where the event has fields of its own, a program says in that one what it is, in its own words.
    let described = || {
        let says = |text: &String| text.contains("\nUtcTime: ") && first(object, OWN).is_none();
        first(object, &["Description"]).filter(says)
    };
    event.message = first(object, MESSAGE).or_else(described);
    event
}

/// A value without blanks around it; one that Splunk extracted twice stands on two lines.
fn once(text: &str) -> &str {
    let mut lines = text.lines().map(str::trim);
    let first = lines.next().unwrap_or_default();
    if lines.all(|line| line == first) { first } else { text.trim() }
}

/// Event data that stands in a string: JSON of EventData, or its XML.
fn data_from_text(text: &str, event: &mut Event) -> Result<(), String> {
    let text = text.trim();
    if text.starts_with('<') {
        // `<EventData>…`, or Sentinel's `<DataItem …><EventData>…`: an event with nothing else.
        let xml = match text.starts_with("<Event>") || text.starts_with("<Event ") {
            true => text.to_owned(),
            false => format!("<Event>{}</Event>", without_data_item(text)),
        };
        event.data = xml::event::parse(&xml)?.data;
        return Ok(());
    }
    let value: Value = serde_json::from_str(&string::mended(text))
        .map_err(|error| format!("The event's data is no JSON: {error}."))?;
    let inner = value.get("EventData").or_else(|| value.get("UserData")).unwrap_or(&value);
    push_all(&mut event.data, Some(inner));
    Ok(())
}

fn without_data_item(text: &str) -> &str {
    let inner = text.strip_prefix("<DataItem").and_then(|rest| rest.split_once('>'));
    inner.map_or(text, |(_, rest)| rest.trim_end().strip_suffix("</DataItem>").unwrap_or(rest))
}

/// Event data as an object or, as some shippers write it, as text.
fn push_data(event: &mut Event, value: Option<&Value>) -> Result<(), String> {
    match value {
        Some(Value::String(text)) if text.trim_start().starts_with(['<', '{']) => data_from_text(text, event),
        _ => {
            push_all(&mut event.data, value);
            Ok(())
        }
    }
}

/// All members of an object as pairs. `Data` lists (`{"@Name": …, "#text": …}`) give their names.
fn push_all(data: &mut Pairs, value: Option<&Value>) {
    let Some(Value::Object(members)) = value else { return };
    // What stands deeper comes last: of two fields of a name the first one counts.
    let mut deeper = Vec::new();
    for (name, value) in members {
        match value {
            Value::Array(items) if items.iter().any(|item| named(item).is_some()) => {
                for (name, value) in items.iter().filter_map(named) {
                    data.push(name, value);
                }
            }
            Value::Object(inner) if !inner.contains_key("#text") && name != "#attributes" => {
                deeper.push(value)
            }
            _ if name == "#attributes" => {}
            _ => push_text(data, name, value),
        }
    }
    for value in deeper {
        push_all(data, Some(value));
    }
}

/// `{"@Name": "Image", "#text": "C:\\…"}`
fn named(item: &Value) -> Option<(String, String)> {
    let name = item.get("@Name").or_else(|| item.get("Name"))?.as_str()?;
    let value = ["#text", "Value", "value", "text"].iter().find_map(|name| item.get(*name));
    Some((name.to_owned(), value.and_then(text_of).unwrap_or_default()))
}

fn push_text(pairs: &mut Pairs, name: &str, value: &Value) {
    if let Some(text) = text_of(value) {
        pairs.push(name, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::json::held::events;

    /// The parts that the rule needs, however they were written.
    fn show(json: &str) -> String {
        let value = serde_json::from_str(json).unwrap();
        let line = |event: Result<Event, String>| match event {
            Ok(event) => format!(
                "{} {:?} {} {:?} {:?} image={:?} pid={:?}\n",
                event.provider(),
                event.event_id(),
                event.channel(),
                event.computer(),
                event.system.get("TimeCreated@SystemTime"),
                event.data.get("Image"),
                event.data.get("ProcessId"),
            ),
            Err(reason) => format!("error {reason}\n"),
        };
        events(&value).events.into_iter().map(line).collect()
    }

    #[test]
    fn every_shape_gives_the_same_event() {
        let shapes = [
            r##"{"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":{"#attributes":{"Qualifiers":""},"#text":1},"TimeCreated":{"#attributes":{"SystemTime":"2020-01-01T00:00:00.5Z"}},"Channel":"C","Computer":"H"},"EventData":{"Image":"i.exe","ProcessId":7}}}"##,
            r#"{"Event":{"System":{"Provider_attributes":{"Name":"Microsoft-Windows-Sysmon"},"EventID":1,"TimeCreated_attributes":{"SystemTime":"2020-01-01T00:00:00.5Z"},"Channel":"C","Computer":"H"},"EventData":{"Image":"i.exe","ProcessId":7}}}"#,
            r#"{"System":{"Provider":{"Name":"Microsoft-Windows-Sysmon"},"EventID":{"Value":1},"TimeCreated":{"SystemTime":1577836800.5},"Channel":"C","Computer":"H"},"EventData":{"Image":"i.exe","ProcessId":7}}"#,
            r#"{"@timestamp":"2020-01-01T00:00:00.5Z","winlog":{"provider_name":"Microsoft-Windows-Sysmon","event_id":"1","channel":"C","computer_name":"H","event_data":{"Image":"i.exe","ProcessId":"7"}}}"#,
            r#"{"_source":{"@timestamp":"2020-01-01T00:00:00.5Z","winlog.provider_name":"Microsoft-Windows-Sysmon","winlog.event_id":1,"winlog.channel":"C","winlog.computer_name":"H","winlog.event_data.Image":"i.exe","winlog.event_data.ProcessId":"7"}}"#,
            r#"{"@timestamp":"2020-01-01T00:00:00.5Z","event":{"code":"1","provider":"Microsoft-Windows-Sysmon"},"winlog":{"channel":"C","computer_name":"H"},"process":{"executable":"i.exe","pid":7}}"#,
            r#"{"@timestamp":"2020-01-01T00:00:00.5Z","event_id":1,"source_name":"Microsoft-Windows-Sysmon","log_name":"C","computer_name":"H","event_data":{"Image":"i.exe","ProcessId":"7"}}"#,
            r#"{"TimeGenerated":"2020-01-01T00:00:00.5Z","Provider":"Microsoft-Windows-Sysmon","EventID":1,"Channel":"C","Computer":"H","EventData":{"Image":"i.exe","ProcessId":"7"}}"#,
            r#"{"TimeGenerated":"2020-01-01T00:00:00.5Z","Provider":"Microsoft-Windows-Sysmon","EventID":1,"Channel":"C","Computer":"H","EventData":"{\"Image\":\"i.exe\",\"ProcessId\":\"7\"}"}"#,
            r#"{"TimeGenerated":"2020-01-01T00:00:00.5Z","Source":"Microsoft-Windows-Sysmon","EventID":1,"EventLog":"C","Computer":"H","EventData":"<DataItem type=\"x\"><EventData xmlns=\"y\"><Data Name=\"Image\">i.exe</Data><Data Name=\"ProcessId\">7</Data></EventData></DataItem>"}"#,
            r##"{"TimeCreated":"2020-01-01T00:00:00.5Z","Provider":"Microsoft-Windows-Sysmon","EventId":1,"Channel":"C","Computer":"H","Payload":"{\"EventData\":{\"Data\":[{\"@Name\":\"Image\",\"#text\":\"i.exe\"},{\"@Name\":\"ProcessId\",\"#text\":\"7\"}]}}"}"##,
            r#"{"@timestamp":"2020-01-01T00:00:00.5Z","SourceName":"Microsoft-Windows-Sysmon","EventID":1,"Channel":"C","Hostname":"H","Image":"i.exe","ProcessId":"7"}"#,
            r#"{"preview":false,"result":{"_raw":"<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID><TimeCreated SystemTime='2020-01-01T00:00:00.5Z'/><Channel>C</Channel><Computer>H</Computer></System><EventData><Data Name='Image'>i.exe</Data><Data Name='ProcessId'>7</Data></EventData></Event>"}}"#,
            r#"{"timestamp":"t","data":{"win":{"system":{"providerName":"Microsoft-Windows-Sysmon","eventID":"1","systemTime":"2020-01-01T00:00:00.5Z","channel":"C","computer":"H"},"eventdata":{"image":"i.exe","processId":"7"}}}}"#,
            r#"{"results":[{"SystemTime":"2020-01-01T00:00:00.5Z","SourceName":"Microsoft-Windows-Sysmon","EventCode":"1","Channel":"C","host":"x","ComputerName":"H","Image":"i.exe","ProcessId":"7"}]}"#,
        ];
        for shape in shapes {
            let wanted = "Microsoft-Windows-Sysmon Some(1) C Some(\"H\") Some(\"2020-01-01T00:00:00.5Z\") image=Some(\"i.exe\") pid=Some(\"7\")\n";
            assert_eq!(show(shape), wanted, "{shape}");
        }
    }

    /// As Wazuh has it in its alerts, and as it takes it.
    #[test]
    fn values_that_are_escaped_once_more() {
        for (image, command) in
            [(r"C:\\\\x.exe", r#"\\\"C:\\\\x y.exe\\\" -a"#), (r"C:\\x.exe", r#"\"C:\\x y.exe\" -a"#)]
        {
            let json = format!(
                r#"{{"win":{{"system":{{"eventID":"1"}},"eventdata":{{"image":"{image}","commandLine":"{command}"}}}}}}"#
            );
            let event = structured(serde_json::from_str::<Value>(&json).unwrap().as_object().unwrap())
                .unwrap()
                .unwrap();
            assert_eq!(event.data.get("Image"), Some("C:\\x.exe"));
            assert_eq!(event.data.get("CommandLine"), Some("\"C:\\x y.exe\" -a"));
        }
    }

    #[test]
    fn wrappers_give_all_their_events_and_other_objects_none() {
        assert_eq!(
            show(r#"{"hits":{"hits":[{"_source":{"EventID":1}},{"_source":{"EventID":2}}]}}"#)
                .lines()
                .count(),
            2
        );
        assert_eq!(show(r#"{"result":{"hits":{"hits":[{"_source":{"EventID":1}}]}}}"#).lines().count(), 1);
        // A list beside an event's own fields takes nothing away.
        let beside = r#"{"EventID":1,"SourceName":"S","data":[{"EventID":2,"SourceName":"S"}]}"#;
        assert_eq!(show(beside).lines().count(), 2);
        let inside = beside.replace(['[', ']'], "");
        assert_eq!(show(&inside).lines().count(), 1);
        // A field of Sysmon's that looks like an event.
        for name in ["data", "event", "records"] {
            let event =
                format!(r#"{{"EventID":1,"SourceName":"Microsoft-Windows-Sysmon","{name}":{{"Id":7}}}}"#);
            assert!(
                show(&event).starts_with("Microsoft-Windows-Sysmon Some(1)")
                    && show(&event).lines().count() == 1
            );
        }
        // A wrapper may have a number and a source.
        let wrapped =
            r#"{"Id":4711,"Source":"collector","event":{"EventID":1,"Channel":"C","Computer":"H"}}"#;
        assert!(show(wrapped).contains("Some(1) C"), "{}", show(wrapped));
        assert_eq!(show(r#"{"Id":1,"value":[{"EventID":2}]}"#).lines().count(), 1);
        assert_eq!(show(r#"{"name":"x","pid":4}"#), "");
        assert_eq!(show(r#"{"_raw":"<Event><System>"}"#), "error The event is not closed.\n");
    }
}
