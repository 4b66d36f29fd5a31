//! Where in an event's text the values stand that the rule used.

use serde::Serialize;

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

/// Marks for `used`: (the log's name, CIM name). A value that can't be found has none; one part of
/// the text is marked once.
pub fn marks(raw: &str, form: Form, used: &[(&'static str, &'static str)]) -> Vec<Mark> {
    let mut found: Vec<(usize, usize, &'static str)> = Vec::new();
    for (name, field) in used {
        let place = match form {
            Form::Xml | Form::Evtx => in_xml(raw, name),
            Form::Json => in_json(raw, name).or_else(|| in_xml(raw, name)).or_else(|| in_text(raw, name)),
            Form::Csv => in_xml(raw, name),
        };
        if let Some((start, end)) = place
            && start < end
            && !found.iter().any(|(s, e, _)| start < *e && *s < end)
        {
            found.push((start, end, field));
        }
    }
    found.sort_unstable();
    let units = |at: usize| raw.get(..at).map_or(0, |text| text.encode_utf16().count());
    found
        .into_iter()
        .map(|(start, end, field)| Mark { start: units(start), end: units(end), field })
        .collect()
}

/// Quotes of an attribute: as they are, doubled in CSV, escaped in a JSON string.
const QUOTES: [&str; 4] = ["'", "\"\"", "\"", "\\\""];

/// Byte range of a value in event XML, which may itself stand in a CSV cell or JSON string. Only
/// markup is searched for, and text in XML can't hold a `<` but in a section, so no value can pose as another one.
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

/// Byte range of a member's value in JSON that stands in a JSON string: its quotes are escaped once,
/// those of a value in it twice more.
fn in_text(raw: &str, name: &str) -> Option<(usize, usize)> {
    let opening = format!("\\\"{name}\\\":\\\"");
    let found = raw.match_indices(&opening).find(|(at, _)| !raw[..*at].ends_with('\\'))?;
    let start = found.0 + opening.len();
    let end = raw[start..].match_indices("\\\"").find(|(at, _)| !raw[start..start + at].ends_with('\\'))?;
    Some((start, start + end.0))
}

/// Byte range of a member's value in JSON. A quote inside a string is escaped, so no value can
/// pose as a member. The log's name is the last part of the member's name.
fn in_json(raw: &str, name: &str) -> Option<(usize, usize)> {
    let name = match name {
        "Computer" => &["Computer", "Hostname", "computer_name", "ComputerName"][..],
        "EventID" => &["EventID", "event_id", "EventId", "EventCode"][..],
        "Provider@Name" => &["provider_name", "SourceName", "source_name", "Provider", "Name"][..],
        name => &[name][..],
    };
    name.iter().find_map(|name| member(raw, name))
}

fn member(raw: &str, name: &str) -> Option<(usize, usize)> {
    raw.match_indices(name).find_map(|(at, _)| {
        let before = raw[..at].chars().next_back()?;
        let after = raw[at + name.len()..].strip_prefix('"')?.trim_start().strip_prefix(':')?.trim_start();
        if !matches!(before, '"' | '.') || after.starts_with(['{', '[']) {
            return None;
        }
        let start = raw.len() - after.len();
        Some((start, start + value_length(after)))
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

    fn marked<'a>(raw: &'a str, form: Form, used: &[(&'static str, &'static str)]) -> Vec<&'a str> {
        assert!(raw.is_ascii());
        marks(raw, form, used).iter().map(|mark| &raw[mark.start..mark.end]).collect()
    }

    const USED: &[(&str, &str)] = &[
        ("ParentImage", "parent_process_name"),
        ("Computer", "dest"),
        ("EventID", "EventID"),
        ("Provider@Name", "provider"),
    ];

    #[test]
    fn values_are_marked_in_every_form() {
        let xml = "<Event><System><Provider Name='P' Guid='g'/><EventID>1</EventID><Computer>H</Computer></System>\
            <EventData><Data Name='CommandLine'>Name='ParentImage'>evil</Data><Data Name='ParentImage'>C:\\x.exe</Data></EventData></Event>";
        assert_eq!(marked(xml, Form::Xml, USED), ["P", "1", "H", "C:\\x.exe"]);
        let json = r#"{"SourceName":"P","EventID": 1,"Hostname":"H","CommandLine":"\"ParentImage\":\"evil\"","ParentImage":"C:\\x\".exe"}"#;
        assert_eq!(marked(json, Form::Json, USED), ["\"P\"", "1", "\"H\"", r#""C:\\x\".exe""#]);
        let text = r#"{"EventData":"{\"CommandLine\":\"\\\"ParentImage\\\":\\\"evil\\\"\",\"ParentImage\":\"C:\\\\x.exe\"}","Computer":"H"}"#;
        assert_eq!(marked(text, Form::Json, USED), [r"C:\\\\x.exe", "\"H\""]);
        let export = r#"{"result":{"_raw":"<Event><Provider Name=\"P\"/><Computer>H</Computer><Data Name='ParentImage'>C:\\x.exe</Data></Event>"}}"#;
        assert_eq!(marked(export, Form::Json, USED), ["P", "H", r"C:\\x.exe"]);
        let flat = r#"{"winlog.event_data.ParentImage":"x","winlog.computer_name":"H"}"#;
        assert_eq!(marked(flat, Form::Json, USED), ["\"x\"", "\"H\""]);
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

    #[test]
    fn offsets_count_utf16_units() {
        let raw = "<Event>😀<Computer>H</Computer></Event>";
        assert_eq!(
            marks(raw, Form::Xml, &[("Computer", "dest")]),
            [Mark { start: 19, end: 20, field: "dest" }]
        );
    }
}
