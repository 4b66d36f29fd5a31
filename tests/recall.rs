//! A match read again: from every format and packing, its evidence is the event that was counted.

use crate::common::{self, forms};
use sysmon_triage::intake::Want;
use sysmon_triage::recall::{Evidence, Recall};
use sysmon_triage::session::Session;
use testlog::xml::{self, Layout, SPLUNK};
use testlog::{Event, Options, Size};

fn log() -> Vec<Event> {
    testlog::log(&Options { size: Size::Events(60), matches: 9, groups: 5, ..Options::default() }).0
}

fn recall(session: &Session, group: usize, index: usize, bytes: &[u8]) -> Evidence {
    let mut recall = Recall::new(session, group, index).unwrap();
    let mut read = 0;
    while let Some(Want { offset, length }) = recall.want() {
        let from = offset as usize;
        let piece = (length as usize).min(bytes.len().saturating_sub(from)).min(1 << 16);
        if piece == 0 {
            break;
        }
        recall.push(&bytes[from..from + piece]);
        read += piece;
    }
    assert!(read <= 3 * bytes.len() + (1 << 16), "{read} bytes read for one match");
    recall.finish().unwrap()
}

/// Every match, and what its evidence says. `member`: how many bytes the innermost content has.
fn check(name: &str, bytes: &[u8], form: &str, content: usize) {
    let session = common::session(&[(name, bytes)], 1 << 20);
    assert_eq!(session.groups().len(), 5, "{name}");
    let mut seen = 0;
    for group in 0..session.groups().len() {
        for index in 0..session.matches(group).len() {
            let evidence = recall(&session, group, index, bytes);
            check_evidence(name, &session, group, &evidence, form, content);
            let (_, found) = session.matches(group)[index];
            assert_eq!(
                evidence.locator.record_id,
                found.locator.record_id.map(|id| id.to_string()),
                "{name}"
            );
            seen += 1;
        }
    }
    assert_eq!(seen, 9, "{name}");
}

fn check_evidence(
    name: &str,
    session: &Session,
    group: usize,
    evidence: &Evidence,
    form: &str,
    content: usize,
) {
    let key = &session.groups()[group].key;
    let cim = |wanted: &str| {
        let field = evidence.cim.iter().find(|field| field.name == wanted).unwrap();
        (field.value.clone().unwrap_or("null".into()), field.key)
    };
    for (field, value) in session.rule().key.iter().zip(key.values()) {
        assert_eq!(cim(field.name()), (value.to_owned(), true), "{name}");
    }
    assert!(evidence.clauses.iter().all(|clause| clause.holds), "{name}: {:?}", evidence.clauses);
    assert_eq!(evidence.raw_form, form, "{name}");
    let end = evidence.locator.offset + evidence.locator.length;
    assert!(evidence.locator.length > 0 && end <= content as u64, "{name}: {:?}", evidence.locator);
    check_marks(name, evidence);
}

/// A mark covers the value of its field, as it is written there.
fn check_marks(name: &str, evidence: &Evidence) {
    let units: Vec<u16> = evidence.raw.encode_utf16().collect();
    let mut marked = Vec::new();
    for mark in &evidence.marks {
        let text = String::from_utf16(&units[mark.start..mark.end]).unwrap();
        marked.push(mark.field);
        let value = match mark.field {
            "provider" => "Microsoft-Windows-Sysmon".to_owned(),
            "EventID" => "1".to_owned(),
            "_time" => {
                let logged = evidence.data.iter().find(|pair| pair.name == "UtcTime");
                let message = || {
                    evidence.message.as_ref().unwrap().lines().find_map(|line| line.strip_prefix("UtcTime: "))
                };
                logged.map(|pair| pair.value.as_str()).or_else(message).unwrap().to_owned()
            }
            field => {
                let from = evidence.cim.iter().find(|cim| cim.name == field).unwrap();
                from.value.clone().unwrap()
            }
        };
        let readings = readings(&text, evidence.raw_form);
        // `process_name` is the end of the path that it was taken from.
        let fits = readings.iter().any(|reading| reading.ends_with(&value));
        assert!(fits, "{name}: {} is marked {readings:?}, not {value:?}", mark.field);
    }
    assert!(marked.contains(&"parent_process_name"), "{name}: {marked:?}");
    assert!(marked.contains(&"dest"), "{name}: {marked:?}");
}

/// What a marked text may stand for: as it is written, and without the escapes of one JSON string, in a cell too, or
/// of one inside another.
fn readings(text: &str, form: &str) -> Vec<String> {
    let mut readings = vec![text.to_owned()];
    if form == "csv" {
        readings.push(text.replace("\"\"", "\""));
    }
    let layers = match form {
        "json" => 2,
        "csv" => 1,
        _ => 0,
    };
    for _ in 0..layers {
        let last = readings.last().unwrap();
        let quoted = if last.starts_with('"') { last.clone() } else { format!("\"{last}\"") };
        readings.extend(serde_json::from_str::<String>(&quoted));
    }
    let marks = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&"), ("\"\"", "\"")];
    let plain = |text: String| marks.iter().fold(text, |text, (written, meant)| text.replace(written, meant));
    // Splunk's results in XML hold XML that is escaped once more.
    let once = readings.into_iter().map(&plain);
    once.flat_map(|text| [plain(text.clone()), text]).collect()
}

#[test]
fn every_form() {
    for form in forms::plain(&log()).into_iter().chain(forms::rendered(&log())) {
        check(&form.name, &form.bytes, form.raw, form.bytes.len());
    }
}

#[test]
fn every_form_in_every_packing() {
    for plain in forms::plain(&log()) {
        for form in forms::packed(&plain) {
            check(&form.name, &form.bytes, form.raw, plain.bytes.len());
        }
    }
}

/// A long wrapper is read object by object, and so are its events shown.
#[test]
fn an_event_of_a_long_wrapper_is_shown_by_itself() {
    let one = r#"{"EventID":1,"SourceName":"Microsoft-Windows-Sysmon","ParentImage":"WmiPrvSE.exe","User":""#;
    let objects: Vec<_> = (0..3).map(|nth| format!("{one}{}{nth}\"}}", "x".repeat(500_000))).collect();
    let text = format!("{{\"results\":[{}]}}", objects.join(","));
    let session = common::session(&[("wrapper.json", text.as_bytes())], 1 << 20);
    assert_eq!(session.groups().len(), 3);
    for (group, object) in objects.iter().enumerate() {
        let evidence = recall(&session, group, 0, text.as_bytes());
        assert_eq!(&evidence.raw, object);
        assert!(
            evidence.marks.iter().any(|mark| mark.field == "parent_process_name"),
            "{:?}",
            evidence.marks
        );
    }
}

/// Events of one wrapper share their text: each one's marks stand in its own object, also where others say the same.
#[test]
fn marks_stand_in_the_event_s_own_object() {
    let object = |id: u32| {
        serde_json::json!({"Event": {
            "System": {
                "Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon"}},
                "EventID": 1, "EventRecordID": id, "Computer": "H",
                "Channel": "Microsoft-Windows-Sysmon/Operational"
            },
            "EventData": {
                "UtcTime": "2024-01-01 00:00:00.000", "Image": "C:\\x.exe", "ProcessId": id % 2,
                "CommandLine": "{\"EventID\": 2}", "ParentImage": "C:\\Windows\\System32\\wbem\\WmiPrvSE.exe"
            }
        }})
    };
    let all: Vec<_> = (0..4).map(object).collect();
    let sources: Vec<_> = all.iter().map(|one| serde_json::json!({"n": {"m": 1}, "_source": one})).collect();
    for wrapper in [
        serde_json::json!({"head": {"a": {"b": 1}}, "records": all}),
        serde_json::json!({"hits": {"total": {"value": 4}, "hits": sources}}),
    ] {
        let text = wrapper.to_string();
        let session = common::session(&[("wrapper.json", text.as_bytes())], 1 << 20);
        let mut seen = Vec::new();
        for group in 0..session.groups().len() {
            for index in 0..session.matches(group).len() {
                let evidence = recall(&session, group, index, text.as_bytes());
                check_marks("wrapper", &evidence);
                assert_eq!(evidence.raw, text);
                let id: usize = evidence.locator.record_id.unwrap().parse().unwrap();
                let own = all[id].to_string();
                let whole = format!("{{\"records\":[{own}]}}");
                let alone = common::session(&[("alone.json", whole.as_bytes())], 1 << 20);
                let expected = recall(&alone, 0, 0, whole.as_bytes()).marks;
                // The one before and the next but one differ in nothing that is marked.
                let own_starts = text.match_indices("{\"Event\":").nth(id).unwrap().0;
                let moved: Vec<_> = expected
                    .iter()
                    .map(|mark| (mark.field, mark.start - 12 + own_starts, mark.end - 12 + own_starts))
                    .collect();
                let marks: Vec<_> =
                    evidence.marks.iter().map(|mark| (mark.field, mark.start, mark.end)).collect();
                assert_eq!(marks, moved, "{id}");
                seen.push(id);
            }
        }
        seen.sort_unstable();
        assert_eq!(seen, [0, 1, 2, 3]);
    }
}

/// A file that was changed after it was read gives no evidence, and not another event's.
#[test]
fn a_changed_file_gives_none() {
    let events = log();
    let bytes = xml::file(&events, &SPLUNK, Layout::Ended("\n")).into_bytes();
    let session = common::session(&[("log.xml", &bytes)], 1 << 20);
    let (source, found) = session.matches(0)[0];
    let (from, length) = (found.locator.span.offset as usize, found.locator.span.length as usize);
    let event = std::str::from_utf8(&bytes[from..from + length]).unwrap();
    let reread = |recall: Option<Recall>, event: &str| {
        let mut changed = bytes.clone();
        changed[from..from + length].copy_from_slice(event.as_bytes());
        let mut recall = recall.unwrap();
        while let Some(Want { offset, length }) = recall.want() {
            let from = offset as usize;
            recall.push(&changed[from..from + length as usize]);
        }
        recall.finish().is_some()
    };
    let of_match = || Recall::new(&session, 0, 0);
    let at_place = || Recall::at(&session, *source, found.locator.clone());
    assert!(reread(of_match(), event) && reread(at_place(), event));
    let id = found.locator.record_id.unwrap().to_string();
    let other_id = event.replace(&format!(">{id}<"), &format!(">{}<", "8".repeat(id.len())));
    let blank = "\n".repeat(length);
    // Of the same length each, and another event.
    for other in [&blank, &other_id] {
        assert!(other != event && !reread(of_match(), other) && !reread(at_place(), other), "{other}");
    }
    for (from, to) in
        [("WmiPrvSE", "WmiPrvSX"), ("<EventID>1<", "<EventID>5<"), ("'CommandLine'>", "'CommandLina'>")]
    {
        let other = event.replace(from, to);
        assert!(other != event && !reread(of_match(), &other), "{other}");
    }
    assert!(Recall::new(&session, 99, 0).is_none());
    assert!(Recall::new(&session, 0, 99).is_none());
}
