//! The data of an event as EvtxECmd writes them: JSON in a string, `{"EventData":{"Data":[{"@Name": …, "#text": …}, …]}}`.
//!
//! Anything else, be it a letter that is written by its number, is left to the full parser.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use super::strict::{Name, Passed, Text, object};
use super::string;

/// The member by which an item of the list says its name.
pub const NAME: &str = "@Name";

/// `{"EventData":{"Data":[…]}}`; none of it may be an array in place of an object.
#[derive(Default)]
struct Payload<'a> {
    data: EventData<'a>,
    /// Something else, or twice.
    odd: bool,
}

object!(Payload, "a payload", |payload, map, key| {
    "EventData" => {
        payload.odd |= payload.data.items.is_some();
        payload.data = map.next_value()?;
    }
    name if name != "EventData" => {
        map.next_value::<Passed>()?;
        payload.odd = true;
    }
});

#[derive(Default)]
struct EventData<'a> {
    items: Option<Vec<Item<'a>>>,
    odd: bool,
}

object!(EventData, "the event's data", |data, map, key| {
    "Data" => {
        data.odd |= data.items.is_some();
        data.items = Some(map.next_value()?);
    }
    name if name != "Data" => {
        map.next_value::<Passed>()?;
        data.odd = true;
    }
});

#[derive(Default)]
struct Item<'a> {
    name: Text<'a>,
    /// An empty value has none.
    text: Text<'a>,
    odd: bool,
}

object!(Item, "a field", |item, map, key| {
    NAME => {
        item.odd |= item.name.0.is_some();
        item.name = map.next_value()?;
    }
    "#text" => {
        item.odd |= item.text.0.is_some();
        item.text = map.next_value()?;
    }
    name if name != NAME => {
        map.next_value::<Passed>()?;
        item.odd = true;
    }
});

/// The values of these names in a payload; none for those that it does not have. None: it is not plain, or has a name twice.
pub fn values<const N: usize>(payload: &str, names: [&str; N]) -> Option<[Text<'static>; N]> {
    string::all(payload.as_bytes()).filter(|inside| !inside.numbered)?;
    let Payload { data, odd } = serde_json::from_str(payload).ok()?;
    let items = data.items.filter(|items| !odd && !data.odd && !items.iter().any(|item| item.odd))?;
    let mut values = [const { Text(None) }; N];
    for item in items {
        let name = item.name.0?;
        let Some(at) = names.iter().position(|wanted| *wanted == name) else { continue };
        if values[at].0.is_some() {
            return None;
        }
        values[at] = Text(Some(Cow::Owned(item.text.0?.into_owned())));
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::super::skim::{Line, Skimmer};
    use super::*;
    use crate::needle::Needle;

    #[test]
    fn only_a_plain_payload_is_taken() {
        let event = |items: &str| format!(r#"{{"EventData":{{"Data":[{items}]}}}}"#);
        let time = r##"{"@Name":"UtcTime","#text":"t"}"##;
        let found = |payload: &str| {
            let [time, path] = values(payload, ["UtcTime", "ParentImage"])?;
            Some((time.0.map(Cow::into_owned), path.0.map(Cow::into_owned)))
        };
        let only_time = Some((Some("t".to_owned()), None));
        assert_eq!(found(&event(time)), only_time);
        assert_eq!(found(&event(&format!(r#"{{"@Name":"RuleName"}},{time}"#))), only_time);
        assert_eq!(found(&event("")), Some((None, None)));
        for payload in [
            event(&format!("{time},{time}")),
            event(&time.replace('t', "\\u0074")),
            event(r#"{"@Name":"UtcTime"}"#),
            event(&time.replace("@Name", "Name")),
            event(&time.replace("}", ",\"x\":1}")),
            format!(r#"{{"EventData":{{"Data":[{time}],"UtcTime":"u"}}}}"#),
            format!(r#"{{"EventData":{{"Data":[{time}]}},"x":1e999}}"#),
            r#"{"EventData":{"Data":"t"}}"#.to_owned(),
            // Arrays in place of objects.
            event(r#"["UtcTime","t"]"#),
            format!(r#"{{"EventData":[[{time}]]}}"#),
            format!("[[[{time}]]]"),
            event(&time.replace("\"t\"", "\"t\",\"#text\":\"t\"")),
            event(&time.replace("\"UtcTime\"", "[1]")),
            r#"{"UserData":{}}"#.to_owned(),
            event(time) + "}",
            "t".to_owned(),
        ] {
            assert_eq!(found(&payload), None, "{payload}");
        }
    }
    /// A process creation with this text, as the line has it, for its parent.
    fn creation(parent: &str) -> String {
        let item = |name: &str, text: &str| format!(r##"{{\"@Name\":\"{name}\",\"#text\":\"{text}\"}}"##);
        let items = [
            item("UtcTime", "2024-03-04 08:00:00.1"),
            item("CommandLine", r#"\\\"C:\\\\x y\\\" -a"#),
            item("ParentImage", parent),
        ];
        format!(
            r#"{{"PayloadData1":"d","Computer":"H","Payload":"{{\"EventData\":{{\"Data\":[{}]}}}}","Channel":"C","Provider":"Microsoft-Windows-Sysmon","EventId":1}}"#,
            items.join(",")
        ) + "\n"
    }

    #[test]
    fn every_spelling_of_the_needle_is_built_in_full() {
        let mut skimmer =
            Skimmer::new(Needle::new("WmiPrvSE.exe", &[]).unwrap().in_path(Some("ParentImage")));
        let mut is_skimmed = |line: &str| match skimmer.skim(line.as_bytes()) {
            Some((_, Line::Skimmed(skimmed))) => skimmed.time.is_some(),
            _ => false,
        };
        for _ in 0..2 {
            // The second time by the shape of the first one.
            assert!(is_skimmed(&creation(r"C:\\\\Windows\\\\upd\\/p.exe")));
            assert!(is_skimmed(&creation("é.exe")));
            for parent in [
                "WmiPrvSE.exe",
                r"\u0057miPrvSE.exe",
                r"\\u0057miPrvSE.exe",
                r"C:\\\\WmiPrvSE\\u002eexe",
                r##"p.exe\",\"#text\":\"WMIPRVSE.exe"##,
                r##"p.exe\"},{\"@Name\":\"ParentImage\",\"#text\":\"q.exe"##,
                r"p.exe\\",
                r"p\u0009.exe",
                "",
                "-",
            ] {
                assert!(!is_skimmed(&creation(parent)), "{parent}");
            }
            let line = creation("p.exe");
            for (name, other) in [
                ("\"EventId\":1", "\"EventId\":1,\"EventID\":[1]"),
                ("\"EventId\":1", "\"EventId\":1,\"event_id\":true"),
                ("\"Computer\"", "\"Hostname\":[\"I\"],\"MachineName\""),
                ("\"Provider\"", "\"SourceName\":\"S\",\"Provider\""),
                ("\"Computer\"", "\"System\":{},\"Computer\""),
                ("\"Computer\"", "\"winlog\":{},\"Computer\""),
                ("\"Computer\"", "\"EventData\":null,\"Computer\""),
                ("\"Computer\":\"H\",", ""),
                ("\\\"@Name\\\"", "\\\"Name\\\""),
                ("]}}", "]}"),
                ("]}}", "],\\\"Data\\\":[]}}"),
            ] {
                assert!(line.contains(name) && !is_skimmed(&line.replace(name, other)), "{other}");
            }
        }
    }

    /// A name that is another one in the same place makes another shape.
    #[test]
    fn names_are_no_values() {
        let mut skimmer = Skimmer::new(Needle::new("WmiPrvSE.exe", &[]).unwrap());
        let line = creation("p.exe");
        for _ in 0..2 {
            assert!(matches!(skimmer.skim(line.as_bytes()), Some((_, Line::Skimmed(_)))));
            let other = line.replace("ParentImage", "ParentXmage");
            assert!(matches!(skimmer.skim(other.as_bytes()), Some((_, Line::Skimmed(_)))));
            let other = line.replace("UtcTime", "UtcTune");
            assert!(matches!(skimmer.skim(other.as_bytes()), Some((_, Line::Full))));
        }
    }
}
