//! Wrappers of JSON: objects with a list of events in them, long ones, and such as are cut off or damaged.

use crate::common::damage::log;
use crate::common::{
    assert_expected, cut_at, misfit_of, problem_lines, problems, read, report, report_of, session, verified,
};
use expect_test::expect;
use serde_json::json;
use testlog::json::{self, Layout, Shape};
use testlog::{Event, Expected};

const OTHER: &str = r#"{"EventID":3,"SourceName":"Microsoft-Windows-Sysmon"}"#;
const MATCH: &str = r#"{"EventID":1,"SourceName":"Microsoft-Windows-Sysmon","UtcTime":"2024-03-04 08:00:00.5","ParentImage":"WmiPrvSE.exe"}"#;

/// The beginnings and ends of wrappers, as programming interfaces answer.
const WRAPPERS: [(&str, &str); 5] = [
    ("{\"results\":", "}"),
    ("{\"preview\":false,\"messages\":[],\"results\": ", ",\"highlighted\":{}}\n"),
    (
        "{\"took\":3,\"hits\":{\"total\":{\"value\":9},\"hits\":",
        "},\n  \"aggregations\": {\n    \"x\": [\n1\n]\n  },\n  \"took\": 5\n}\n",
    ),
    ("{\n  \"records\": ", ",\n  \"next\": null\n}\n"),
    ("{\"logs\":", "}"),
];

/// The events in a list, on one line and on many.
fn lists(events: &[Event]) -> [String; 2] {
    [Layout::Array, Layout::PrettyArray].map(|layout| json::file(events, Shape::Winlogbeat7, layout))
}

/// More than is looked at of one object.
fn long() -> Vec<Event> {
    let events = log(700);
    assert!(lists(&events)[0].len() > 1024 * 1024);
    events
}

#[test]
fn a_long_wrapper_is_read_object_by_object() {
    let events = long();
    let expected = Expected::of(&events);
    for list in lists(&events) {
        for (before, after) in WRAPPERS {
            let text = format!("{before}{list}{after}");
            let bytes = text.as_bytes();
            let whole = report(&[("log", bytes)]);
            assert_expected(&whole, &expected);
            let said = if after.contains("[\n1\n]") { "warning not_an_event" } else { "" };
            assert!(
                problem_lines(&whole).lines().all(|line| line.starts_with(said) && !said.is_empty()),
                "{before}: {whole}"
            );
            assert_eq!(report_of(&session(&[("log", bytes)], 70_000)), whole, "{before}");
            assert_eq!(verified(bytes)["rows"], whole["rows"], "{before}");
        }
    }
}

/// Wherever it is cut: the events that are whole are read, and it is told.
#[test]
fn a_wrapper_that_is_cut_off_gives_what_is_left() {
    for (before, after) in WRAPPERS {
        for between in [",", ",\n    "] {
            let list = [OTHER, MATCH, MATCH, OTHER].join(between);
            let text = format!("{before}[{list}]{after}");
            let begin = before.len() + 1;
            for cut in begin + 2..begin + list.len() {
                let kept = &text[..cut];
                let ended = kept.matches("n\"}").count() + kept.matches("e\"}").count();
                let ((records, _, matched), said) = read(kept.as_bytes());
                if ended > 0 || !before.contains("logs") {
                    assert_eq!(records, ended as u64, "{kept}: {said:?}");
                    assert_eq!(matched, kept.matches("E.exe\"}").count() as u64, "{kept}");
                }
                assert_eq!(said, ["truncated"], "{kept}");
            }
        }
    }
}

/// One damaged event costs no other one.
#[test]
fn damage_in_a_wrapper_costs_one_event() {
    for (log, records, codes) in [
        (
            format!(r#"{{"results":[{OTHER},{{"EventID":1,"Image":"\x"}},{MATCH}]}}"#),
            2,
            ["damaged_record"].as_slice(),
        ),
        (
            format!(
                r#"{{"hits":{{"hits":[{{"_source":{OTHER}}},{{"_source":{{"EventID":1,}}}},{{"_source":{MATCH}}}]}}}}"#
            ),
            2,
            &["damaged_record"],
        ),
        // The first object on the wrapper's own line.
        (format!("{{\"results\":[{OTHER},\n{MATCH}\n]}}\n"), 2, &[]),
        // A name that says nothing.
        (
            json!({"took": 1, "entries": [serde_json::from_str::<serde_json::Value>(MATCH).unwrap()]})
                .to_string(),
            1,
            &[],
        ),
        // Members on lines of their own.
        (
            format!(
                "{{\"records\": [\n{OTHER},\n{MATCH}\n],\n\"a\": {{\n\"b\": 1,\n\"c\": \"d\"\n}},\n\"count\": 2\n}}\n"
            ),
            2,
            &[],
        ),
        // What is left of an event is told of.
        (format!("{{\"records\": [\n{OTHER},\n{MATCH}\n],\n\"EventID\": 1\n}}\n"), 2, &["not_understood"]),
        // Lists that do not end.
        (format!("[{OTHER},\n{MATCH},\n"), 2, &["truncated"]),
        (format!("{{\"records\": [\n{OTHER},\n{MATCH},\n"), 2, &["truncated"]),
        (format!("[[{MATCH}]\n{OTHER}"), 2, &["truncated"]),
        (format!("[{MATCH}]\n[{OTHER}]"), 2, &[]),
        // An event that is cut is no wrapper.
        (format!("{{\"EventID\":1,\"data\":[{{\"a\":1\n{MATCH}\n"), 1, &["damaged_record"]),
    ] {
        let ((read, _, matches), said) = read(log.as_bytes());
        assert_eq!((read, matches), (records, 1), "{log}: {said:?}");
        assert_eq!(said, codes, "{log}");
    }
}

/// Parts of a log know nothing of a wrapper in another one: then it is read at a stretch.
#[test]
fn a_long_wrapper_among_lines_is_read_as_a_whole() {
    let events = long();
    let lines = format!("{OTHER}\n{OTHER}\n");
    let text = format!("{lines}{{\"results\":{}}}\n{lines}", lists(&events)[0]);
    let bytes = text.as_bytes();
    let places = [0, lines.len() as u64 + 500_000];
    assert!(misfit_of("log", bytes, cut_at(bytes, &places), 1 << 20, 0));
    let report = report(&[("log", bytes)]);
    assert_eq!(report["totals"]["records"], 704);
    assert_eq!(problems(&report), [""; 0]);
}

/// Each layer costs a look at what is in it: more than a few are not opened, or this would not end.
#[test]
fn wrappers_in_wrappers_are_opened_to_a_bound() {
    let nested = "{\"data\":[".repeat(300_000);
    let report = report(&[("log", nested.as_bytes())]);
    // Beginnings one after another.
    for again in ["{\"data\":[{}]", "{\"data\":[{}],\"", "{\"logs\":[],\"data\":[{\"a\":1}],"] {
        read(again.repeat(200_000).as_bytes());
    }
    expect![[r#"
        error truncated [offset 72 (0x48)] A JSON object is cut off: the input ends before its end.
    "#]]
    .assert_eq(&problem_lines(&report));
}

/// What stands beside and behind the list of a wrapper that was opened, on its line and others.
#[test]
fn nothing_is_lost_behind_a_wrapper() {
    let big = format!("[{}]", OTHER.replace('}', &format!(",\"x\":\"{}\"}}", "x".repeat(1_100_000))));
    let pad = "y".repeat(1_100_000);
    let other_name = r#"{"Id":4688,"ProviderName":"X","LogName":"Security","MachineName":"H"}"#;
    let alone = other_name.trim_matches(['{', '}']);
    let broken = format!("{{\"data\":[{OTHER}],\"x\":nope}}");
    for (log, records, matches, codes) in [
        (format!(r#"[{{"data":{big}}},{{"data":[{MATCH},{MATCH}]}}]"#), 3, 2, [].as_slice()),
        (format!(r#"{{"data":{big}}}{{"data":[{MATCH}]}}"#), 2, 1, &[]),
        (format!(r#"{{"value":{big},"records":[{MATCH}]}}"#), 2, 1, &[]),
        (format!(r#"{{"records":[{MATCH}],"value":{big}}}"#), 2, 1, &[]),
        (
            format!(r#"{{"fields":[{{"name":"x"}}],"meta":"{pad}","results":[{MATCH}]}}"#),
            1,
            1,
            &["not_an_event"],
        ),
        (format!(r#"{{"value":{big},"a":{{"b":"{pad}"}},"c":[]}}"#), 1, 0, &[]),
        (format!(r#"[{{"logs":[{OTHER}]}},{MATCH},{MATCH}]"#), 3, 2, &[]),
        (format!(r#"[{broken},{MATCH},{{"data":[{MATCH},{MATCH}]}}]"#), 4, 3, &["damaged_record"]),
        (format!(r#"[{{"data":[{{"a":1}}],"x":1e999}},{MATCH}]"#), 1, 1, &["not_an_event"]),
        (format!(r#"{broken}{{"data":[{MATCH}]}}{{"data":[{MATCH}]}}"#), 3, 2, &["damaged_record"]),
        (format!(r#"[{OTHER}, nope, {MATCH}]"#), 2, 1, &["damaged_record"]),
        // Events by names that say little.
        (format!(r#"{{"value":[{other_name}],"records":{big}}}"#), 2, 0, &[]),
        (format!(r#"{{"value":{big},"records":[{other_name}]}}"#), 2, 0, &[]),
        (format!(r#"{{"logs":[{OTHER}],"more":[{other_name}]}}"#), 2, 0, &[]),
        (format!(r#"{{"data":[{{"a":"{pad}"}}],{alone}}}"#), 0, 0, &["not_understood", "not_an_event"]),
        // Behind it nothing is in it any more.
        (
            format!("{{\"logs\":[{OTHER}]}}\n\"LogonType\":\"3\",{alone}}}\n{OTHER}\n"),
            2,
            0,
            &["damaged_record"],
        ),
        (format!("{{\"logs\":[{OTHER}]}}\n\"x\":{other_name}\n"), 1, 0, &["damaged_record"]),
        // Cut behind the first list.
        (format!("{{\"value\":{big},\"records\":[\n{MATCH},\n"), 2, 1, &["truncated"]),
        (format!("{{\"value\":{big}],\"more\":["), 1, 0, &["truncated"]),
        (format!("{{\"value\":{big}"), 1, 0, &["truncated"]),
        (format!("{{\"value\":{big},\"nex"), 1, 0, &["truncated"]),
        (format!("{{\"value\":{big},\"next\": 1"), 1, 0, &["truncated"]),
        (format!("{{\"value\":{big},\"next\": \"a"), 1, 0, &["truncated"]),
        (
            format!("{{\"logs\":[{OTHER}],\"n\":5\n{{\"logs\":[{OTHER}]\n"),
            2,
            0,
            &["damaged_record", "damaged_record"],
        ),
        (format!("{OTHER}\n[{{\"logs\":[{OTHER},{OTHER}]"), 3, 0, &["truncated"]),
        (format!("{OTHER}\n[{{\"logs\":[{OTHER},{OTHER}],\"na"), 3, 0, &["truncated"]),
        // A member without a name.
        (
            format!("{OTHER}\n{{\"logs\":[{OTHER}],\"x\":{OTHER}\n{OTHER}\n}}\n{OTHER}\n"),
            5,
            0,
            &["damaged_record"],
        ),
        // Values on lines of their own.
        (format!("{{\"logs\":\r\n[{OTHER}],\r\n\"x\":\r\n1,\r\n\"y\":\r\n\t{{}}\r\n}}\r\n"), 1, 0, &[]),
        (format!("{{\"logs\":[{OTHER}],\"x\":,\"y\":}}\n"), 1, 0, &["damaged_record", "damaged_record"]),
        // What is not kept of members beside a list.
        (
            format!(
                "{{\"logs\":[{OTHER}],\"m\":\"{:2100}<Event><System><EventID>1</EventID></System>\"}}",
                ""
            ),
            1,
            0,
            &["not_understood"],
        ),
        // A bracket too many.
        (format!("[{OTHER}}}, {MATCH}]"), 2, 1, &["damaged_record"]),
        // Quotes where there should be none.
        (format!(r#"[{{"logs":[{OTHER}],"x":nope"{{"}},{MATCH},{MATCH}]"#), 3, 2, &["damaged_record"; 3]),
        // No list that another part of the log could close.
        (format!("{OTHER}\n{OTHER}\n[{OTHER}]{OTHER}\n"), 4, 0, &[]),
        (format!("{OTHER}\n[{OTHER},\n{OTHER}\n"), 3, 0, &[]),
    ] {
        let shown = &log[..log.len().min(300)];
        let ((read, _, matched), said) = read(log.as_bytes());
        assert_eq!((read, matched), (records, matches), "{shown}: {said:?}");
        assert_eq!(said, codes, "{shown}");
        let pieces = report_of(&session(&[("log", log.as_bytes())], 77));
        assert_eq!(pieces["totals"], report(&[("log", log.as_bytes())])["totals"], "{shown}");
    }
}

/// Wrappers beside each other are no layers.
#[test]
fn many_wrappers_in_a_wrapper() {
    let logs = vec![format!("{{\"logs\":[{MATCH}]}}"); 1300].join(",\n");
    let ((records, _, matches), said) = read(format!("{{\"data\":[{logs}]}}").as_bytes());
    assert_eq!((records, matches, said), (1300, 1300, vec![]));
}

/// XML that is broken behind its System part: the same is said of it however the text comes.
#[test]
fn broken_xml_in_splunk_s_export_is_told_of_alike() {
    let xml = "<Event><System><Provider Name='P'/><EventID>3</EventID><Channel>C</Channel><Computer>H</Computer></System>\
        <EventData><Data Name='a'>b</Dat></EventData></Event>";
    let line = json!({"_raw": xml, "host": "h"}).to_string();
    let text = format!("{}\n", vec![line.clone(); 40].join("\n"));
    let list = format!("[{}]", vec![line; 40].join(","));
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let totals = |bytes: &[u8], piece| {
        let totals = report_of(&session(&[("log", bytes)], piece))["totals"].clone();
        (totals["records"].as_u64(), totals["unreadable"].as_u64())
    };
    let expected = totals(text.as_bytes(), 1 << 20);
    for (bytes, piece) in [
        (text.as_bytes(), 7),
        (text.as_bytes(), 300),
        (list.as_bytes(), 300),
        (list.as_bytes(), 1 << 20),
        (&utf16, 333),
    ] {
        assert_eq!(totals(bytes, piece), expected, "{piece}");
    }
}

/// Splunk's `search/jobs/export` gives previews before the results, unless it is asked not to: they are told of.
#[test]
fn previews_of_splunk() {
    let line = |preview, event| format!("{{\"preview\":{preview},\"offset\":0,\"result\":{event}}}\n");
    let [preview, last] = [true, false].map(|preview| [line(preview, MATCH), line(preview, OTHER)].concat());
    let said = |count: usize| vec!["preview".to_owned(); count];
    let long = format!("{}{}", format!("{OTHER},").repeat(30_000), MATCH);
    assert!(long.len() > 1024 * 1024);
    for (text, counts, told) in [
        (last.clone(), (2, 1, 1), 0),
        (format!("{preview}{preview}{last}"), (6, 3, 3), 4),
        (format!("{{\"preview\":true,\"results\":[{MATCH},{OTHER}]}}"), (2, 1, 1), 1),
        (format!("{{\"preview\":true,\"results\":[{long}]}}"), (30_001, 1, 1), 1),
        (format!("{{\"results\":[{long}],\"preview\":true}}"), (30_001, 1, 1), 1),
        (format!("{{\"preview\":false,\"results\":[{long}]}}"), (30_001, 1, 1), 0),
        (format!("{{\"preview\":true,\"message\":{}}}", json!(line(true, MATCH))), (1, 1, 1), 1),
        // What an event says itself.
        (MATCH.replace('{', "{\"preview\":true,"), (1, 1, 1), 0),
    ] {
        assert_eq!(read(text.as_bytes()), (counts, said(told)), "{}", &text[..80]);
    }
    expect![[r#"
        warning preview [offset 0 (0x0)] These results of Splunk are a preview, which later ones repeat: an event may count more than once.
        warning preview [offset 154 (0x9a)] These results of Splunk are a preview, which later ones repeat: an event may count more than once.
    "#]].assert_eq(&problem_lines(&report(&[("log", preview.as_bytes())])));
    // One that is cut off.
    let cut = format!("{{\"preview\":true,\"results\":[{MATCH},{MATCH},");
    let (counts, mut told) = read(cut.as_bytes());
    told.sort();
    assert_eq!((counts, told), ((2, 2, 2), ["preview", "truncated"].map(str::to_owned).to_vec()));
}
