//! Where in an event's text the values stand that the rule used.

use std::ops::Range;

use serde::Serialize;
use serde_json::Value;

use super::message::in_message;
use super::result;
use crate::order;
use crate::source::Form;

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Mark {
    /// First UTF-16 code unit, as JavaScript counts.
    pub start: usize,
    /// Code unit after the last.
    pub end: usize,
    /// The field, under its CIM name.
    pub field: &'static str,
}

/// A value that was used.
pub struct Used {
    /// The log's name of its field.
    pub name: &'static str,
    /// The field, under its CIM name.
    pub field: &'static str,
    /// The value as it was read.
    pub value: String,
}

/// Marks for `used` in the part of a text that is the event's own. A value that can't be found has none; one part of the
/// text is marked once.
pub fn marks(text: &str, own: Range<usize>, form: Form, used: &[Used]) -> Vec<Mark> {
    let raw = &text[own.clone()];
    let mut found: Vec<(usize, usize, &'static str)> = Vec::new();
    for Used { name, field, value } in used {
        let written = written(form, value);
        let in_message = || {
            in_message(raw, form, name, &written)
                .or_else(|| in_message(raw, form, name, &by_number(&written)))
        };
        // Where the event is no XML itself, a command line may hold what looks like a field.
        let says = |(start, end): &(usize, usize)| is_said(&raw[*start..*end], form, value);
        let in_xml_of_it = || in_xml_where(raw, name, says);
        let place = match form {
            Form::Xml if raw.starts_with("<result") => result::place(raw, &names(name), value),
            Form::Xml | Form::Evtx => in_xml(raw, name),
            Form::Json => in_json(raw, name, value)
                .or_else(in_xml_of_it)
                .or_else(|| in_text(raw, data_in_json(raw), name, "\\\"", says))
                .or_else(|| in_text(raw, 0..raw.len(), name, "\"", says))
                .or_else(in_message),
            Form::Csv => in_xml_of_it()
                .or_else(|| in_text(raw, data_in_csv(raw), name, "\"\"", says))
                .or_else(in_message)
                .or_else(|| only_cell(raw, &written)),
        };
        if let Some((start, end)) = place
            && start < end
            && !found.iter().any(|(s, e, _)| start < *e && *s < end)
        {
            found.push((start, end, field));
        }
    }
    order::sort(&mut found, |a, b| a.0.cmp(&b.0));
    let units = |at: usize| text.get(..own.start + at).map_or(0, |text| text.encode_utf16().count());
    found
        .into_iter()
        .map(|(start, end, field)| Mark { start: units(start), end: units(end), field })
        .collect()
}

/// A value as a text of this form has it.
fn written(form: Form, value: &str) -> String {
    match form {
        Form::Xml | Form::Evtx => value.to_owned(),
        Form::Json => {
            let quoted = Value::from(value).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        }
        Form::Csv => value.replace('"', "\"\""),
    }
}

/// The same as Windows PowerShell writes it.
fn by_number(written: &str) -> String {
    let numbers = [('&', "\\u0026"), ('\'', "\\u0027"), ('<', "\\u003c"), ('>', "\\u003e")];
    numbers.iter().fold(written.to_owned(), |text, (letter, number)| text.replace(*letter, number))
}

/// Texts in JSON inside each other, around a value in XML or JSON: Splunk's export of a text that is JSON.
const LAYERS: usize = 3;

/// Whether a part of a text says a value, in XML or JSON that stands in a text of this form.
fn is_said(part: &str, form: Form, value: &str) -> bool {
    let in_xml = |text: &str| quick_xml::escape::unescape(text).is_ok_and(|text| text.trim() == value.trim());
    let mut text = part.to_owned();
    if form == Form::Csv {
        text = text.replace("\"\"", "\"");
    }
    for _ in 0..LAYERS {
        if text == value || in_xml(&text) {
            return true;
        }
        let Ok(inner) = serde_json::from_str::<String>(&format!("\"{text}\"")) else { return false };
        text = inner;
    }
    false
}

/// Byte range of a value in the only cell that is no other: which column is which stands in another line.
fn only_cell(raw: &str, written: &str) -> Option<(usize, usize)> {
    let edge = |byte: Option<&u8>| byte.is_none_or(|byte| b",;\t\"\r\n".contains(byte));
    let bytes = raw.as_bytes();
    let mut cells =
        raw.match_indices(written).map(|(start, text)| (start, start + text.len())).filter(|(start, end)| {
            edge(start.checked_sub(1).and_then(|before| bytes.get(before))) && edge(bytes.get(*end))
        });
    cells.next().filter(|_| cells.next().is_none())
}

/// Quotes of an attribute: as they are, doubled in CSV, escaped in a JSON string.
const QUOTES: [&str; 4] = ["'", "\"\"", "\"", "\\\""];

/// Byte range of a value in event XML, which may itself stand in a CSV cell or JSON string. Only
/// markup is searched for, and text in XML can't hold a `<` but in a section, so no value can pose as another one.
#[inline(never)]
fn in_xml(raw: &str, name: &str) -> Option<(usize, usize)> {
    if let Some((element, attribute)) = name.split_once('@') {
        let tag = in_markup(raw, &format!("<{element} "))?;
        let tag_end = tag + raw[tag..].find('>')?;
        return QUOTES.iter().find_map(|quote| {
            let opening = format!(" {attribute}={quote}");
            let start = tag + raw[tag..tag_end].find(&opening)? + opening.len();
            Some((start, start + raw[start..].find(quote)?))
        });
    }
    let data = QUOTES.iter().map(|quote| format!("<Data Name={quote}{name}{quote}>"));
    let elements = [format!("<{name}>"), format!("<{name} ")].into_iter();
    let opening = data.chain(elements).find_map(|opening| in_markup(raw, &opening))?;
    let start = opening + raw[opening..].find('>')? + 1;
    Some((start, start + raw[start..].find('<')?))
}

/// Places that are looked at for one that says the value: each is searched for anew.
const PLACES: usize = 32;

/// The first byte range of a value in event XML of which this is true.
fn in_xml_where(raw: &str, name: &str, says: impl Fn(&(usize, usize)) -> bool) -> Option<(usize, usize)> {
    let mut from = 0;
    for _ in 0..PLACES {
        let (start, end) = in_xml(&raw[from..], name)?;
        let place = (from + start, from + end);
        if says(&place) {
            return Some(place);
        }
        from = place.1;
    }
    None
}

/// Where a tag begins first so that is in no CDATA section and no comment.
fn in_markup(raw: &str, opening: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        at += raw[at..].find('<')?;
        let rest = &raw[at..];
        if rest.starts_with(opening) {
            return Some(at);
        }
        let section =
            [("<![CDATA[", "]]>"), ("<!--", "-->")].into_iter().find(|(begin, _)| rest.starts_with(begin));
        at += match section {
            Some((begin, end)) => begin.len() + rest[begin.len()..].find(end)?,
            None => 1,
        };
    }
}

/// Where the data of an event stand as JSON in a string: beside it, a command line may hold what looks like them.
fn data_in_json(raw: &str) -> Range<usize> {
    let data = ["Payload", "EventData"].iter().flat_map(|name| members(raw, name));
    data.map(|(start, end)| start..end)
        .find(|place| raw[place.clone()].starts_with("\"{"))
        .unwrap_or(0..raw.len())
}

/// The same in the last cell that begins like one.
fn data_in_csv(raw: &str) -> Range<usize> {
    let is_cell = |at: &usize| raw[..*at].chars().next_back().is_none_or(|before| ",;\t".contains(before));
    let start = raw.rmatch_indices("\"{\"\"").map(|(at, _)| at).find(is_cell);
    start.unwrap_or(raw.len())..raw.len()
}

/// The first byte range that says the value, of a member in JSON that stands in this part of a text, or of an item in a list, as
/// EvtxECmd has them. `quote`: how quotes are written there.
fn in_text(
    raw: &str,
    part: Range<usize>,
    name: &str,
    quote: &str,
    says: impl Fn(&(usize, usize)) -> bool,
) -> Option<(usize, usize)> {
    let json = &raw[part.clone()];
    let item = format!("{quote}@Name{quote}:{quote}{name}{quote},{quote}#text{quote}:{quote}");
    let member = format!("{quote}{name}{quote}:{quote}");
    [item, member].iter().find_map(|opening| {
        let starts = json.match_indices(opening.as_str()).filter(|(at, _)| is_of_json(json, *at, quote));
        let places = starts.filter_map(|(at, _)| {
            let start = at + opening.len();
            let mut ends = json[start..].match_indices(quote).map(|(at, _)| start + at);
            let end = ends.find(|end| is_of_json(json, *end, quote))?;
            Some((part.start + start, part.start + end))
        });
        places.take(PLACES).find(|place| says(place))
    })
}

/// Whether a quote is one of JSON, and not of a text in it: those have a backslash more, and that is one of two where itself is escaped.
fn is_of_json(json: &str, at: usize, quote: &str) -> bool {
    let before = json[..at].bytes().rev().take_while(|byte| *byte == b'\\').count();
    before % (2 * (quote.len() - quote.trim_start_matches('\\').len() + 1)) == 0
}

/// All names of a field, the log's first.
fn names(name: &'static str) -> Vec<&'static str> {
    [name].into_iter().chain(in_json_names(name).iter().copied()).collect()
}

/// Other names of a field in JSON, also the last parts of those of the Elastic Common Schema.
fn in_json_names(name: &'static str) -> &'static [&'static str] {
    match name {
        "Computer" => &[
            "Computer",
            "Hostname",
            "computer_name",
            "ComputerName",
            "MachineName",
            "computer",
            "name",
            "hostname",
            "source",
        ],
        "EventID" => &["EventID", "event_id", "EventId", "EventCode", "Id", "code"],
        "Provider@Name" => &[
            "provider_name",
            "providerName",
            "SourceName",
            "source_name",
            "ProviderName",
            "Provider",
            "Name",
            "provider",
        ],
        "Image" | "ParentImage" => &["executable"],
        "CommandLine" | "ParentCommandLine" => &["command_line"],
        "ProcessId" | "ParentProcessId" => &["pid"],
        "ProcessGuid" | "ParentProcessGuid" => &["entity_id"],
        _ => &[],
    }
}

/// Byte range of a member's value in JSON. A quote inside a string is escaped, so no value can
/// pose as a member. The log's name is the last part of the member's name. A member of this name with another value is not
/// the one that was used.
fn in_json(raw: &str, name: &'static str, value: &str) -> Option<(usize, usize)> {
    let wazuh = name.get(..1).map(|first| first.to_ascii_lowercase() + &name[1..]).unwrap_or_default();
    let names = [name, wazuh.as_str()].into_iter().chain(in_json_names(name).iter().copied());
    for name in names {
        let found = members(raw, name).take(PLACES).find(|(start, end)| is_value(&raw[*start..*end], value));
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Whether a scalar in JSON is this value.
fn is_value(scalar: &str, value: &str) -> bool {
    match serde_json::from_str(scalar) {
        // Wazuh escapes it twice.
        Ok(Value::String(text)) => {
            text == value
                || serde_json::from_str::<String>(&format!("\"{text}\"")).is_ok_and(|text| text == value)
        }
        Ok(_) => scalar == value,
        // It stands where JSON is itself a text.
        Err(_) => true,
    }
}

/// The scalars of all members whose name ends like this, also of one that stands alone in a list.
fn members<'a>(raw: &'a str, name: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
    raw.match_indices(name).filter_map(move |(at, _)| {
        let before = raw[..at].chars().next_back()?;
        let after = raw[at + name.len()..].strip_prefix('"')?.trim_start().strip_prefix(':')?.trim_start();
        let alone = after.strip_prefix('[').map_or(after, str::trim_start);
        if !matches!(before, '"' | '.' | '_') || alone.starts_with(['{', '[', ']']) {
            return None;
        }
        let start = raw.len() - alone.len();
        let end = start + value_length(alone);
        let is_alone = alone.len() == after.len() || raw[end..].trim_start().starts_with(']');
        is_alone.then_some((start, end))
    })
}

/// Length of the JSON scalar at the start of a text.
fn value_length(text: &str) -> usize {
    let Some(inner) = text.strip_prefix('"') else {
        return text.find([',', '}', ']', '\n', ' ']).unwrap_or(text.len());
    };
    let mut escaped = false;
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            b'"' if !escaped => return at + 2,
            _ => escaped = byte == b'\\' && !escaped,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked<'a>(raw: &'a str, form: Form, used: &[(&'static str, &str)]) -> Vec<&'a str> {
        assert!(raw.is_ascii());
        let used: Vec<_> = used
            .iter()
            .map(|(name, value)| Used { name, field: "field", value: (*value).to_owned() })
            .collect();
        marks(raw, 0..raw.len(), form, &used).iter().map(|mark| &raw[mark.start..mark.end]).collect()
    }

    const USED: &[(&str, &str)] =
        &[("ParentImage", "C:\\x.exe"), ("Computer", "H"), ("EventID", "1"), ("Provider@Name", "P")];

    #[test]
    fn values_are_marked_in_every_form() {
        let xml = "<Event><System><Provider Name='P' Guid='g'/><EventID>1</EventID><Computer>H</Computer></System>\
            <EventData><Data Name='CommandLine'>Name='ParentImage'>evil</Data><Data Name='ParentImage'>C:\\x.exe</Data></EventData></Event>";
        assert_eq!(marked(xml, Form::Xml, USED), ["P", "1", "H", "C:\\x.exe"]);
        let json = r#"{"SourceName":"P","EventID": 1,"Hostname":"H","CommandLine":"\"ParentImage\":\"evil\"","ParentImage":"C:\\x.exe"}"#;
        assert_eq!(marked(json, Form::Json, USED), ["\"P\"", "1", "\"H\"", r#""C:\\x.exe""#]);
        let text = r#"{"EventData":"{\"CommandLine\":\"\\\"ParentImage\\\":\\\"evil\\\"\",\"ParentImage\":\"C:\\\\x.exe\"}","Computer":"H"}"#;
        assert_eq!(marked(text, Form::Json, USED), [r"C:\\\\x.exe", "\"H\""]);
        let item = |name: &str, text: &str| format!(r##"{{"@Name":"{name}","#text":"{text}"}}"##);
        let items = [
            item("CommandLine", &item("ParentImage", "evil").replace('"', "\\\"")),
            item("ParentImage", "C:\\\\x.exe"),
        ];
        let payload = format!(r#"{{"EventData":{{"Data":[{}]}}}}"#, items.join(","));
        let line = format!(
            r#"{{"Computer":"H","Payload":{},"EventId":1,"Provider":"P"}}"#,
            Value::from(payload.as_str())
        );
        assert_eq!(marked(&line, Form::Json, USED), ["\"H\"", r"C:\\\\x.exe", "1", "\"P\""]);
        assert_eq!(marked(&payload, Form::Json, USED), [r"C:\\x.exe"]);
        // What a command line holds, in members and cells beside.
        let forged = format!(
            r#"{{"ExecutableInfo":{},"Computer":"H","Payload":{}}}"#,
            Value::from(format!("{}\"ParentImage\":\"C:\\\\x.exe\"", items[1])),
            Value::from(payload.as_str())
        );
        let marks = marks(
            &forged,
            0..forged.len(),
            Form::Json,
            &[Used { name: "ParentImage", field: "f", value: "C:\\x.exe".to_owned() }],
        );
        assert!(marks[0].start > forged.find("Payload").unwrap(), "{marks:?}");
        let last = payload.replace("x.exe", "x\\\\");
        let line = format!(r#"{{"Payload":{}}}"#, Value::from(last.as_str()));
        assert_eq!(marked(&line, Form::Json, &[("ParentImage", "C:\\x\\")]), [r"C:\\\\x\\\\"]);
        let flat = format!("1,P,H,C:\\x.exe,\"cmd {}\"", items[1].replace('"', "\"\""));
        assert_eq!(marked(&flat, Form::Csv, USED), ["1", "P", "H", "C:\\x.exe"]);
        let row = format!("1,P,H,\"{}\"", payload.replace('"', "\"\""));
        assert_eq!(marked(&row, Form::Csv, USED), ["1", "P", "H", r"C:\\x.exe"]);
        let export = r#"{"result":{"_raw":"<Event><Provider Name=\"P\"/><Computer>H</Computer><Data Name='ParentImage'>C:\\x.exe</Data></Event>"}}"#;
        assert_eq!(marked(export, Form::Json, USED), ["P", "H", r"C:\\x.exe"]);
        let schema = r#"{"process":{"parent":{"executable":"C:\\x.exe"},"executable":"C:\\y.exe"},"host":{"name":"H"},"event":{"code":"1","provider":"P"}}"#;
        assert_eq!(marked(schema, Form::Json, USED), [r#""C:\\x.exe""#, "\"H\"", "\"1\"", "\"P\""]);
        let lists = r#"{"fields":{"winlog.event_data.ParentImage":["C:\\x.exe"],"winlog.computer_name":[ "H" ],"winlog.event_id":["1","1"]}}"#;
        assert_eq!(marked(lists, Form::Json, USED), [r#""C:\\x.exe""#, "\"H\""]);
        let flat = r#"{"winlog.event_data.ParentImage":"C:\\x.exe","winlog.computer_name":"H"}"#;
        assert_eq!(marked(flat, Form::Json, USED), [r#""C:\\x.exe""#, "\"H\""]);
        let graylog = r#"{"source":"C","winlogbeat_winlog_event_data_ParentImage":"C:\\x.exe","winlogbeat_winlog_computer_name":"H","winlogbeat_winlog_event_id":1}"#;
        assert_eq!(marked(graylog, Form::Json, USED), [r#""C:\\x.exe""#, "\"H\"", "1"]);
    }

    #[test]
    fn what_stands_in_a_section_is_no_markup() {
        let forged = "<Data Name='ParentImage'>evil</Data>";
        for section in
            [format!("<![CDATA[{forged}]]>"), format!("<!--{forged}-->"), format!("<![CDATA[<!--{forged}]]>")]
        {
            let xml = format!(
                "<Event><EventData><Data Name='CommandLine'>{section}</Data><Data Name='ParentImage'>C:\\x.exe</Data></EventData></Event>"
            );
            assert_eq!(marked(&xml, Form::Xml, USED), ["C:\\x.exe"]);
        }
        // One without an end hides all that follows.
        assert_eq!(marked(&format!("<Event><![CDATA[{forged}"), Form::Xml, USED), [""; 0]);
    }

    /// What the message says is marked there, also where a member or a line in a command has its name.
    #[test]
    fn values_of_a_message_are_marked_in_it() {
        const USED: &[(&str, &str)] = &[("ProcessId", "42"), ("ParentImage", "C:\\x.exe"), ("EventID", "1")];
        let json = r#"{"Message":"Process Create:\r\nProcessId: 42\r\nCommandLine: a\nParentImage: evil\r\nParentImage: C:\\x.exe\r\nX: y","Id":1,"ProcessId":7}"#;
        assert_eq!(marked(json, Form::Json, USED), ["42", r"C:\\x.exe", "1"]);
        let numbers =
            r#"{"Message":"Process Create:\r\nParentImage: C:\\x.exe \u003e \u0027a\u0027\r\nX: y","Id":1}"#;
        let used = [("ParentImage", "C:\\x.exe > 'a'")];
        assert_eq!(marked(numbers, Form::Json, &used), [r"C:\\x.exe \u003e \u0027a\u0027"]);
        let csv = "7,1,\"Process Create:\r\nProcessId: 42\r\nCommandLine: \"\"a\"\"\nParentImage: evil\r\nParentImage: C:\\x.exe\"";
        assert_eq!(marked(csv, Form::Csv, USED), ["1", "42", "C:\\x.exe"]);
    }

    /// A command line that holds what looks like a field, where the event is no XML and no JSON in a text.
    #[test]
    fn what_a_command_line_holds_is_not_marked() {
        const USED: &[(&str, &str)] = &[("ParentImage", "C:\\x.exe")];
        let csv = "1,\"<Data Name='ParentImage'>C:\\good.exe</Data>\",C:\\x.exe";
        assert_eq!(marked(csv, Form::Csv, USED), ["C:\\x.exe"]);
        let before = "<Data Name='ParentImage'>C:\\good.exe</Data>,\"<Event><Data Name='ParentImage'>C:\\x.exe</Data></Event>\"";
        assert_eq!(marked(before, Form::Csv, USED), ["C:\\x.exe"]);
        for forged in [r"<ParentImage>C:\\good.exe</ParentImage>", r#"\"ParentImage\":\"C:\\\\good.exe\""#] {
            let json = format!(
                r#"{{"Message":"Process Create:\r\nCommandLine: {forged}\r\nParentImage: C:\\x.exe\r\n"}}"#
            );
            assert_eq!(marked(&json, Form::Json, USED), [r"C:\\x.exe"], "{json}");
        }
    }

    /// A value that is the beginning of its own line, again and again: each is looked at once.
    #[test]
    fn a_message_is_searched_once() {
        // The square of this would take hours.
        let value = "\nCommandLine: ".repeat(1_000_000);
        let csv = format!("1,\"Process Create:\r\nCommandLine: {value}\r\nParentCommandLine: {value}x\"");
        let used = [Used { name: "CommandLine", field: "process", value }];
        assert_eq!(marks(&csv, 0..csv.len(), Form::Csv, &used).len(), 1);
    }

    #[test]
    fn a_cell_is_marked_where_no_other_is_the_same() {
        const USED: &[(&str, &str)] = &[("ProcessId", "4"), ("EventID", "1"), ("CommandLine", "a \"b\"")];
        assert_eq!(marked("1,44,4,\"a \"\"b\"\"\"", Form::Csv, USED), ["1", "4", "a \"\"b\"\""]);
        assert_eq!(marked("1\t4\t4", Form::Csv, USED), ["1"]);
    }

    #[test]
    fn offsets_count_utf16_units() {
        let raw = "<Event>😀<Computer>H</Computer></Event>";
        assert_eq!(
            marks(
                raw,
                0..raw.len(),
                Form::Xml,
                &[Used { name: "Computer", field: "dest", value: "H".to_owned() }]
            ),
            [Mark { start: 19, end: 20, field: "dest" }]
        );
    }
}
