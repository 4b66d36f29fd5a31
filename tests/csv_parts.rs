//! A CSV read in parts gives the report of one reading, whatever its quotes hold.

use crate::common::{self, cut_at, in_parts, misfit_of, report_of};
use proptest::prelude::*;
use proptest::sample::Index;
use sysmon_triage::intake::{Planned, plan};
use testlog::{Event, Options, Size, csv};

fn events(seed: u64, count: u64) -> Vec<Event> {
    let options =
        Options { seed, size: Size::Events(count), matches: count / 4, groups: 3, ..Options::default() };
    testlog::log(&options).0
}

fn check(bytes: &[u8], parts: Vec<Planned>, piece: usize, turn: usize) -> bool {
    misfit_of("log.csv", bytes, parts, piece, turn)
}

/// How Windows' Message columns look: many lines, most without a quote.
fn with_messages(events: &[Event], end: &str) -> String {
    let mut text = format!("\"EventID\",\"SourceName\",\"Message\",\"Keywords\"{end}");
    for event in events {
        let name = if event.id == 1 { "Process Create:" } else { "Something else:" };
        text += &format!("\"{}\",\"Microsoft-Windows-Sysmon\",\"{name}{end}", event.id);
        for field in csv::FIELDS {
            text += &format!("{field}: {}{end}", event.text(field).replace('"', "\"\""));
        }
        text += &format!("\",\"None\"{end}");
    }
    text
}

/// Otherwise such a log would be read twice. Only where a part begins behind the last quote of all is that not known.
#[test]
fn logs_full_of_line_ends_in_quotes_fit_at_any_cut() {
    let events = events(5, 6);
    let (unix, windows) = (with_messages(&events, "\n"), with_messages(&events, "\r\n"));
    for text in [unix, windows, csv::apt_hunter(&events), csv::splunk(&events), csv::fields(&events, '\t')] {
        let bytes = text.as_bytes();
        let columns = text.find('\n').unwrap() + 1;
        assert!(report_of(&common::session(&[("log.csv", bytes)], 100))["totals"]["matches"] == 1, "{text}");
        for place in (columns..bytes.len()).step_by(11) {
            let misfit = check(bytes, cut_at(bytes, &[place as u64]), 4000, 1);
            let last_quote = bytes[place - 1] == b'"' && !bytes[place..].contains(&b'"');
            assert!(!misfit || last_quote, "cut at {place} of {text}");
        }
    }
}

#[test]
fn what_is_not_cut() {
    let row = "1,Microsoft-Windows-Sysmon,x\n".repeat(30);
    let header = "EventID,SourceName,Image\n";
    let parts = |text: &str| plan(text.as_bytes(), 100).len();
    assert!(parts(&(header.to_owned() + &row)) > 5);
    // Columns that do not end where every part can see them.
    assert_eq!(parts(&format!("EventID,\"{}\"\n{row}", "wide".repeat(5000))), 0);
    let utf16: Vec<_> = (header.to_owned() + &row).encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(plan(&utf16, 100), []);
    assert!(report_of(&common::session(&[("log.csv", &utf16)], 100))["totals"]["records"] == 30);
}

/// Without a row for an event, that is told of once, with the columns.
#[test]
fn no_event_in_any_part() {
    let text = format!("EventID,SourceName,Image\n{}", ",,\n".repeat(400));
    let session = in_parts("log.csv", text.as_bytes(), &plan(text.as_bytes(), 100), 100);
    assert!(
        report_of(&session)
            .to_string()
            .contains("CSV without any event in it. Its columns are: EventID, SourceName, Image.")
    );
    assert!(!check(text.as_bytes(), plan(text.as_bytes(), 100), 100, 3));
}

/// A quote that is not doubled turns everything behind it inside out.
#[test]
fn a_broken_quote_is_noticed() {
    let row = "1,Microsoft-Windows-Sysmon,\"C:\\a.exe\"\n";
    let text = format!(
        "EventID,SourceName,Image\n{}1,Microsoft-Windows-Sysmon,5\" disk\n{}",
        row.repeat(20),
        row.repeat(20)
    );
    let parts = plan(text.as_bytes(), 200);
    assert!(parts.len() > 4);
    assert!(check(text.as_bytes(), parts, 100, 0));
}

/// Cells as they are written in a file; `broken` ones have quotes that nobody wrote so on purpose.
fn cell(broken: bool) -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "1",
        ",",
        "\n",
        "\r\n",
        "\"",
        ";",
        " ",
        "é",
        "C:\\x.exe",
        "WmiPrvSE.exe",
    ]);
    (prop::collection::vec(piece, 0..8), 0_u8..6).prop_map(move |(pieces, style)| {
        let text = pieces.concat();
        match style {
            0 if broken => text,
            1 if broken => format!("\"{text}"),
            2..=3 => text.replace([',', '\n', '\r', '"'], "_"),
            _ => format!("\"{}\"", text.replace('"', "\"\"")),
        }
    })
}

fn table(broken: bool) -> impl Strategy<Value = String> {
    let id = prop::sample::select(vec!["1", "1", "\"1\"", "11", ""]);
    let ragged = prop::sample::select(vec![2_usize, 4, 5, 5, 5, 6]);
    let row = (id, prop::collection::vec(cell(broken), 6), ragged, prop::sample::select(vec!["\n", "\r\n"]));
    prop::collection::vec(row, 1..30).prop_map(|rows| {
        let mut text = "EventID,SourceName,Image,ParentImage,CommandLine\n".to_owned();
        for (id, cells, count, end) in rows {
            text += &format!("{id},Microsoft-Windows-Sysmon,{}{end}", cells[..count].join(","));
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_parts_of_any_table(
        text in table(false), part in 1_u64..300, places in prop::collection::vec(any::<Index>(), 1..6),
        piece in 1_usize..500, turn: usize,
    ) {
        check(text.as_bytes(), plan(text.as_bytes(), part), piece, turn);
        let columns = text.find('\n').unwrap() + 1;
        let places: Vec<_> = places.iter().map(|at| (columns + at.index(text.len() - columns)) as u64).collect();
        check(text.as_bytes(), cut_at(text.as_bytes(), &places), piece, turn);
    }

    #[test]
    fn any_parts_of_a_table_with_broken_quotes(text in table(true), part in 1_u64..300, piece in 1_usize..500, turn: usize) {
        check(text.as_bytes(), plan(text.as_bytes(), part), piece, turn);
    }
}

/// Exports that were joined, each with its own columns in its own order.
#[test]
fn joined_exports_are_read_each_by_its_own_columns() {
    let system = "1,Microsoft-Windows-Sysmon/Operational,Microsoft-Windows-Sysmon";
    let row =
        |parent: &str, image: &str| format!("{system},H,2024-05-01 10:00:00.123,C:\\{parent},C:\\{image}\n");
    let other =
        |parent: &str, image: &str| format!("H,C:\\{image},C:\\{parent},2024-05-01 10:00:00.123,{system}\n");
    let columns = "EventCode,Channel,SourceName,Computer,UtcTime,ParentImage,Image\n";
    let others = "Computer,Image,ParentImage,UtcTime,EventCode,Channel,SourceName\n";
    let mark = "\u{feff}";
    let text = [
        columns,
        &row("explorer.exe", "a.exe").repeat(10),
        // The same columns again are no news.
        columns,
        &row("WmiPrvSE.exe", "b.exe"),
        mark,
        others,
        &other("WmiPrvSE.exe", "c.exe"),
        // An attacker's words in a cell do not make columns of a row.
        &other("WmiPrvSE.exe", "d.exe").replace("H,", "EventID,"),
        &other("explorer.exe", "WmiPrvSE.exe").repeat(10),
    ]
    .concat();
    let bytes = text.as_bytes();
    let whole = report_of(&common::session(&[("log.csv", bytes)], 100));
    let totals = &whole["totals"];
    assert_eq!([&totals["records"], &totals["matches"], &totals["not_events"]], [23, 3, 0]);
    let said = common::problems(&whole);
    assert!(said.len() == 1 && said[0].starts_with("error joined_rows "), "{said:?}");
    assert!(said[0].contains("They are: Computer, Image,"), "{said:?}");
    assert_eq!(whole["totals"], common::verified(bytes)["totals"]);
    for place in (text.find('\n').unwrap() + 1..bytes.len()).step_by(7) {
        check(bytes, cut_at(bytes, &[place as u64]), 1000, 1);
    }
}

#[test]
fn single_zeros_between_rows_cost_nothing() {
    let text = csv::fields(&events(7, 20), ',');
    let sound = report_of(&common::session(&[("log.csv", text.as_bytes())], 100));
    let bytes = text.replace('\n', "\n\0").into_bytes();
    let report = report_of(&common::session(&[("log.csv", &bytes)], 100));
    assert_eq!(report["totals"], sound["totals"]);
    assert_eq!(report["totals"], common::verified(&bytes)["totals"]);
    for place in (text.find('\n').unwrap() + 1..bytes.len()).step_by(7) {
        check(&bytes, cut_at(&bytes, &[place as u64]), 1000, 1);
    }
}

/// The zeros took the row's number, by which it would be an event.
#[test]
fn a_row_without_an_event_is_damaged_where_it_holds_zeros() {
    let columns = "EventID,Channel,SourceName,Computer,UtcTime,ParentImage,Image\n";
    let row = "1,Microsoft-Windows-Sysmon/Operational,Microsoft-Windows-Sysmon,H,2024-05-01 10:00:00.123,C:\\p,C:\\i\n";
    let damaged = format!(",,,{},2024-05-01 10:00:00.123,C:\\p,C:\\i\n", "\0".repeat(70));
    let text = [columns, row, &damaged, row].concat();
    let report = report_of(&common::session(&[("log.csv", text.as_bytes())], 100));
    let totals = &report["totals"];
    assert_eq!([&totals["records"], &totals["unreadable"], &totals["not_events"]], [2, 1, 0]);
    let said = common::problems(&report);
    assert!(said.len() == 1 && said[0].starts_with("error damaged_record "), "{said:?}");
    assert_eq!(*totals, common::verified(text.as_bytes())["totals"]);
}

/// A command line that is the name of a column makes no columns of its row, whatever the columns are.
#[test]
fn a_row_with_the_name_of_a_column_in_it_is_an_event() {
    let system = "Microsoft-Windows-Sysmon/Operational,Microsoft-Windows-Sysmon,H,2024-05-01 10:00:00.123,C:\\WmiPrvSE.exe";
    let columns = "Channel,SourceName,Computer,UtcTime,ParentImage,CommandLine";
    for (first, id) in
        [("EventID", "1"), ("EventID ", "1"), ("EventID", " 1"), ("Id,EventID", "{0a1b},1"), ("EventID", "")]
    {
        for word in ["EventID", "Id", "Channel"] {
            let row = |command: &str| format!("{id},{system},{command}\n");
            let text = format!("{first},{columns}\n{}{}{}", row("a"), row(word), row("b").repeat(3));
            let report = report_of(&common::session(&[("log.csv", text.as_bytes())], 100));
            let totals = &report["totals"];
            let counted = ["records", "not_events", "unreadable"].map(|name| totals[name].as_u64().unwrap());
            assert_eq!(counted.iter().sum::<u64>(), 5, "{first:?} {id:?} {word}: {totals}");
            assert_eq!(*totals, common::verified(text.as_bytes())["totals"], "{first:?} {id:?} {word}");
        }
    }
}
