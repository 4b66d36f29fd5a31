//! JSON in every shape and layout in which it is exported.

use crate::common::{self, assert_expected, problems, report, report_of, rows, session};
use expect_test::expect;
use serde_json::Value;
use testlog::json::{self, Layout, Shape};
use testlog::text::Encoding;
use testlog::{Event, Expected, Options, Size};

const LAYOUTS: [Layout; 5] =
    [Layout::Lines, Layout::Array, Layout::PrettyArray, Layout::Concatenated, Layout::Records];

fn log() -> (Vec<Event>, Expected) {
    testlog::log(&Options { size: Size::Events(120), ..Options::default() })
}

#[test]
fn every_shape_in_every_layout() {
    let (events, expected) = log();
    for shape in Shape::ALL {
        for layout in LAYOUTS {
            let text = json::file(&events, shape, layout);
            let report = report(&[("log.json", text.as_bytes())]);
            let what = format!("{shape:?} {layout:?}");
            assert_eq!(problems(&report), [""; 0], "{what}");
            assert_eq!(report["sources"][0]["format"], "json", "{what}");
            assert_expected(&report, &expected);
        }
    }
}

#[test]
fn every_encoding() {
    let (events, expected) = log();
    let text = json::file(&events, Shape::Winlogbeat8, Layout::Lines);
    for encoding in Encoding::ALL {
        if encoding == Encoding::JsonString {
            continue;
        }
        let report = report(&[("log.json", &encoding.encode(&text))]);
        assert_expected(&report, &expected);
        assert_eq!(problems(&report), [""; 0], "{encoding:?}");
    }
}

#[test]
fn wrappers_hold_many_events() {
    let (events, expected) = log();
    let array = json::file(&events, Shape::Winlogbeat7, Layout::PrettyArray);
    for (before, after) in [
        ("{\"value\": ", "}"),
        ("{\"records\":", "}\n"),
        ("{\"took\":3,\"hits\":{\"total\":120,\"hits\":", "}}"),
    ] {
        let text = format!("{before}{array}{after}");
        let report = report(&[("log.json", text.as_bytes())]);
        assert_expected(&report, &expected);
        assert_eq!(problems(&report), [""; 0], "{before}");
    }
}

/// NXLog writes over `ProcessId`; the real one then stands in the message alone.
#[test]
fn a_lost_process_id_is_taken_from_the_message() {
    let (events, expected) = log();
    let text = json::file(&events, Shape::NxLog, Layout::Lines);
    let lost = text.lines().map(|line| without_member(line, "\"ProcessId\":\"") + "\n").collect::<String>();
    assert_ne!(lost, text);
    assert_expected(&report(&[("log.json", lost.as_bytes())]), &expected);
    let without_both = lost.replace("ProcessId: ", "Process: ").replace("\"ParentProcessId\"", "\"x\"");
    let report = report(&[("log.json", without_both.as_bytes())]);
    assert_eq!(report["totals"]["matches"], expected.matches);
    for (key, ..) in rows(&report) {
        assert_eq!(key[5..], ["null", "null"]);
    }
}

/// Cuts a member with a text value out of a line.
fn without_member(line: &str, opening: &str) -> String {
    match line.split_once(opening) {
        Some((before, rest)) => {
            let after = rest.split_once("\",").map_or("", |(_, after)| after);
            format!("{before}{after}")
        }
        None => line.to_owned(),
    }
}

/// Objects that are no events are counted, and cost nothing.
#[test]
fn other_objects_are_counted_apart() {
    let (events, expected) = log();
    let text = json::file(&events, Shape::EvtxDump, Layout::Lines);
    let mixed = format!("{{\"schema\":1}}\n{text}{{\"end\":true}}\n");
    let report = report(&[("log.json", mixed.as_bytes())]);
    assert_expected(&report, &expected);
    assert_eq!(report["totals"]["not_events"], 2);
    assert_eq!(report["totals"]["unreadable"], 0);
    assert_eq!(problems(&report).len(), 2);
    expect!["warning not_an_event [offset 0 (0x0)] A JSON object without an EventID."]
        .assert_eq(&problems(&report)[0]);
}

/// Whether a line is skimmed or, where a piece ends in it, built in full: the event says what it lacks.
#[test]
fn half_a_surrogate_pair_is_said_however_the_log_is_cut() {
    let (events, expected) = log();
    let text = json::file(&events, Shape::EvtxDump, Layout::Lines);
    let text = text.replace("\"RuleName\":\"-\"", "\"RuleName\":\"\\ud800\"").replace('\n', "\r\n");
    let report = |piece| report_of(&session(&[("log.json", text.as_bytes())], piece));
    let whole = report(1 << 20);
    assert!(problems(&whole)[0].contains("text_replaced"), "{:?}", problems(&whole));
    assert_eq!(whole["totals"]["records"], expected.records);
    for piece in [100, 3000] {
        assert_eq!(report(piece), whole, "in pieces of {piece} bytes");
    }
}

/// An empty array is a log without an event.
#[test]
fn no_object_is_said() {
    let report = report(&[("log.json", b"[\n]\n")]);
    expect!["error empty_input [] The JSON holds no object."].assert_eq(&problems(&report).join("\n"));
}

/// A text in the event that looks like a field of it.
#[test]
fn a_value_can_not_forge_a_field() {
    let (events, _) = testlog::log(&Options { size: Size::Events(1), matches: 1, ..Options::default() });
    let forged = r#"x","ParentImage":"C:\\good.exe","y":"\\"#;
    for shape in Shape::ALL {
        let event = events[0].clone().with("CommandLine", forged);
        let expected = Expected::of([&event]);
        let text = json::file(&[event], shape, Layout::Lines);
        assert_expected(&report(&[("log.json", text.as_bytes())]), &expected);
    }
}

/// Files that were joined, each with its byte order mark; and lists with gaps.
#[test]
fn marks_between_files_and_values_that_are_no_objects_cost_no_event() {
    let (events, expected) = log();
    let lines = json::file(&events, Shape::ALL[0], Layout::Lines);
    let lines: Vec<_> = lines.lines().collect();
    let joined: String = lines.iter().map(|line| format!("\u{feff}{line}\n")).collect();
    let report = check(&joined);
    assert_expected(&report, &expected);
    assert_eq!(problems(&report), [""; 0]);

    let values = ["null", "17", "\"text, with a comma\"", "false", "[1, {\"a\": 2}]"];
    for value in values {
        let list = format!("[{}, {value}, {}, {value}]\n", lines[..20].join(", "), lines[20..].join(","));
        let report = check(&list);
        assert_expected(&report, &expected);
        let said = problems(&report);
        assert!(said.iter().all(|line| line.starts_with("warning not_an_event ")), "{said:?}");
        assert!(!said.is_empty());
    }
}

/// A path is no escape of half a surrogate pair.
#[test]
fn a_path_that_looks_like_an_escape_is_not_replaced() {
    let (events, _) = log();
    let events: Vec<_> =
        events.into_iter().map(|event| event.with("CommandLine", r"C:\udata\ud800.exe")).collect();
    let text = json::file(&events, Shape::ALL[0], Layout::Lines);
    assert!(text.contains(r"C:\\udata\\ud800.exe"));
    for report in [check(&text), common::verified(text.as_bytes())] {
        assert_eq!(problems(&report), [""; 0]);
    }
}

/// Any pieces give the same, and all of it parsed, too.
fn check(text: &str) -> Value {
    let inputs: &[(&str, &[u8])] = &[("log.json", text.as_bytes())];
    let whole = common::session(inputs, usize::MAX);
    for piece in [1, 1000] {
        let differences = common::differences(&common::session(inputs, piece), &whole);
        assert!(differences.is_empty(), "{differences:?}");
    }
    let report = common::report_of(&whole);
    assert_eq!(report["totals"], common::verified(text.as_bytes())["totals"]);
    report
}
