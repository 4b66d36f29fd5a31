//! CSV whose rows hold events.

use crate::common::{self, assert_expected, problems, report};
use testlog::text::Encoding;
use testlog::{Event, Expected, Options, Size, csv};

fn log() -> (Vec<Event>, Expected) {
    testlog::log(&Options { size: Size::Events(120), ..Options::default() })
}

#[track_caller]
fn reads(text: &str, encoding: Encoding, expected: &Expected) {
    let report = report(&[("log.csv", &encoding.encode(text))]);
    assert_eq!(problems(&report), [""; 0], "{encoding:?}");
    assert_eq!(report["sources"][0]["format"], "csv");
    assert_expected(&report, expected);
}

#[test]
fn cells_of_xml() {
    let (events, expected) = log();
    for text in [csv::splunk(&events), csv::apt_hunter(&events), csv::evtx_ecmd(&events)] {
        for encoding in [Encoding::Utf8, Encoding::Utf8Bom, Encoding::Utf16LeBom] {
            reads(&text, encoding, &expected);
        }
    }
}

#[test]
fn a_column_for_each_field() {
    let (events, expected) = log();
    for delimiter in [',', ';', '\t'] {
        reads(&csv::fields(&events, delimiter), Encoding::Utf8, &expected);
    }
}

/// As Excel saves "CSV (Macintosh)".
#[test]
fn lines_that_end_in_cr_alone() {
    let (events, expected) = log();
    for text in [csv::splunk(&events), csv::apt_hunter(&events), csv::fields(&events, ';')] {
        // Those in a cell stay what they are.
        let mut quoted = false;
        let end = |c: char| {
            quoted ^= c == '"';
            if c == '\n' && !quoted { '\r' } else { c }
        };
        let text: String = text.replace("\r\n", "\n").chars().map(end).collect();
        for encoding in [Encoding::Utf8, Encoding::Utf8Bom] {
            reads(&text, encoding, &expected);
        }
        let bytes = text.as_bytes();
        let pieces = common::report_of(&common::session(&[("log.csv", bytes)], 7));
        assert_eq!(pieces, report(&[("log.csv", bytes)]));
    }
}

#[test]
fn the_last_row_needs_no_line_end_and_blank_lines_are_none() {
    let (events, expected) = log();
    let text = csv::splunk(&events);
    reads(text.trim_end(), Encoding::Utf8, &expected);
    reads(&(text + "\n\r\n\n"), Encoding::Utf8, &expected);
}

/// Cells without a header line, as a search that prints one column without its name.
#[test]
fn a_header_is_not_needed_where_a_cell_is_an_event() {
    let (events, expected) = log();
    let text = csv::splunk(&events);
    let (_, rows) = text.split_once('\n').unwrap();
    reads(rows, Encoding::Utf8, &expected);
}

/// A column that is not there makes a key's value `null` or `unknown`, and drops no row.
#[test]
fn columns_may_be_missing() {
    let header = "EventCode,SourceName,ParentImage,UtcTime\r\n";
    let row = "1,Microsoft-Windows-Sysmon,C:\\w\\WmiPrvSE.exe,2024-03-04 08:00:00.5\r\n";
    let report = report(&[("log.csv", format!("{header}{row}").as_bytes())]);
    let unknown = "unknown".to_owned();
    let null = "null".to_owned();
    let key = [vec![unknown; 5], vec![null; 2]].concat();
    let time = "2024-03-04T08:00:00.5Z".to_owned();
    assert_eq!(common::rows(&report), [(key, 1, time.clone(), time)]);
}

/// `ProcessId` is that of the process which wrote the event there; the one that was started stands in the message.
#[test]
fn what_powershell_exports() {
    let (events, expected) = log();
    let text = csv::get_winevent(&events);
    reads(&text, Encoding::Utf8, &expected);
    reads(&text, Encoding::Utf16LeBom, &expected);
    reads(text.split_once('\n').unwrap().1, Encoding::Utf8, &expected);
    reads(&format!("sep=,\r\n{}", text.split_once('\n').unwrap().1), Encoding::Utf8Bom, &expected);
}

/// Columns under the full names of their fields.
#[test]
fn what_kibana_exports() {
    let (events, expected) = log();
    let text = csv::fields(&events, ',');
    let (header, rows) = text.split_once("\r\n").unwrap();
    let full = |name: &str| match name {
        "EventID" => "winlog.event_id".to_owned(),
        "SourceName" => "winlog.provider_name".to_owned(),
        "Computer" => "winlog.computer_name".to_owned(),
        "RecordNumber" => "winlog.record_id".to_owned(),
        field => format!("winlog.event_data.{field}"),
    };
    let header: Vec<_> = header.split(',').map(|name| format!("\"{}\"", full(name))).collect();
    reads(&format!("{}\n{rows}", header.join(",")), Encoding::Utf8, &expected);
}

/// The message has no column, and no other cell tells the host.
#[test]
fn what_event_viewer_saves() {
    let (events, _) = log();
    let unnamed = |event: &Event| Event { computer: "unknown".into(), ..event.clone() };
    let nameless: Vec<_> = events.iter().map(unnamed).collect();
    let expected = Expected::of(&nameless);
    let english = ["Level", "Date and Time", "Source", "Event ID", "Task Category"];
    let german = ["Ebene", "Datum und Uhrzeit", "Quelle", "Ereignis-ID", "Aufgabenkategorie"];
    for (columns, delimiter) in [(english, ','), (english, '\t'), (german, ',')] {
        reads(&csv::event_viewer(&events, delimiter, columns), Encoding::Utf8, &expected);
    }
}

/// The same event twice is one; others are read too, wherever they stand in the row.
#[test]
fn a_row_with_two_events() {
    let (events, _) = log();
    let row = |first: usize, second: usize| {
        let cell = |at: usize| {
            testlog::xml::file(&events[at..=at], &testlog::xml::SPLUNK, testlog::xml::Layout::Ended(""))
        };
        format!("{},{}\n", cell(first).replace(',', ";"), cell(second).replace(',', ";"))
    };
    let read = |row: &str| {
        let session = common::session(&[("log.csv", format!("_raw,xml\n{row}").as_bytes())], usize::MAX);
        assert_eq!(problems(&serde_json::to_value(common::report_of(&session)).unwrap()), [""; 0], "{row}");
        session.sources()[0].findings.counts.records
    };
    assert_eq!(read(&row(3, 3)), 1);
    assert_eq!(read(&row(3, 4)), 2);
    assert_eq!(read(&row(3, 4).replace("</Event>,", "</Event>")), 2);
    // The row of an event is found again by its number in the row.
    common::assert_expected(
        &report(&[("log.csv", format!("_raw,xml\n{}", row(0, 1)).as_bytes())]),
        &Expected::of(&events[..2]),
    );
}

/// Millions of cells are neither compared with each other nor begun again at each break.
#[test]
fn a_row_of_very_many_events() {
    let cells: String = (0..200_000).map(|number| format!("<Event{number},")).collect();
    let whole = testlog::xml::file(&log().0[..1], &testlog::xml::SPLUNK, testlog::xml::Layout::Ended(""));
    let broken = format!("\"{0}{0}{1}\"", whole.replace('"', "\"\""), "<".repeat(1 << 20));
    for row in [cells, broken] {
        let said = problems(&report(&[("log.csv", format!("_raw,xml\n{row}\n").as_bytes())]));
        assert!(said.iter().any(|line| line.starts_with("error damaged_record ")), "{}", said.len());
    }
}

/// A quote that is not doubled ends the cell, and a line break behind it the row.
#[test]
fn what_stands_behind_a_row_by_its_quotes_is_told_of() {
    let header = "EventID,SourceName,UtcTime,ParentImage,CommandLine\n";
    let row = "1,Microsoft-Windows-Sysmon,2024-03-04 08:00:00.5,WmiPrvSE.exe,\"a \"b\" c\nlost\"\n";
    let report = report(&[("log.csv", format!("{header}{row}").as_bytes())]);
    assert_eq!(common::rows(&report).len(), 1);
    let said = problems(&report);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("error joined_rows [offset 51 "), "{said:?}");
    assert!(said[0].contains("5 byte(s)") && said[0].ends_with("2 lines."), "{said:?}");
}

/// A quote that is not doubled makes text of all rows up to the next one: that costs events, so it is an error.
#[test]
fn rows_that_a_quote_joins_are_told_of() {
    let header = "EventID,SourceName,UtcTime,ParentImage,CommandLine,User\n";
    let row = |quote: &str| {
        format!("1,Microsoft-Windows-Sysmon,2024-03-04 08:00:00.5,WmiPrvSE.exe,{quote}x.exe,A\\b\n")
    };
    // In one row it may have changed a value.
    let said = problems(&report(&[("log.csv", format!("{header}{}", row("\"a \"b\" c\"")).as_bytes())]));
    assert!(said.len() == 1 && said[0].starts_with("warning uneven_row "), "{said:?}");
    // What stands between the quotes is one cell, and ends behind the third row or the last one.
    for (rows, read, said_of) in [
        ([row(""), row("\""), row("\""), row("")].concat(), 3, vec!["error joined_rows "]),
        ([row(""), row("\""), row(""), row("")].concat(), 2, vec!["error joined_rows ", "error truncated "]),
    ] {
        let report = report(&[("log.csv", format!("{header}{rows}").as_bytes())]);
        let said = problems(&report);
        assert_eq!(report["totals"]["records"], read, "{said:?}");
        assert_eq!(said.len(), said_of.len(), "{said:?}");
        for code in said_of {
            assert!(said.iter().any(|line| line.starts_with(code)), "{said:?}");
        }
    }
}

/// A comma that is written as it is cuts a command line, and all behind it stands in other columns.
#[test]
fn rows_of_another_length_are_told_of() {
    let (events, _) = log();
    let text = csv::fields(&events, ',');
    for (place, more) in [(40, ",more\n"), (70, "")] {
        let mut lines: Vec<_> = text.split_inclusive('\n').map(str::to_owned).collect();
        let row = lines[place].trim_end().to_owned();
        lines[place] = match more {
            "" => format!("{}\n", row.rsplit_once(',').unwrap().0),
            more => row + more,
        };
        let said = problems(&report(&[("log.csv", lines.concat().as_bytes())]));
        assert_eq!(said.len(), 1, "{said:?}");
        let wanted =
            if more.is_empty() { "warning uneven_row [offset " } else { "error joined_rows [offset " };
        assert!(said[0].starts_with(wanted), "{said:?}");
    }
}

/// A comma that is written as it is moved the parent to another column: that there is no match is no answer.
#[test]
fn a_row_whose_values_are_shifted_is_an_error() {
    let header = "EventID,SourceName,UtcTime,CommandLine,ParentImage\n";
    let row = "1,Microsoft-Windows-Sysmon,2024-03-04 08:00:00.5,rundll32 a.dll,Run,C:\\w\\WmiPrvSE.exe\n";
    let bytes = format!("{header}{row}").into_bytes();
    let report = report(&[("log.csv", &bytes)]);
    assert_eq!((&report["totals"]["records"], &report["totals"]["matches"]), (&1.into(), &0.into()));
    let said = problems(&report);
    assert!(said.len() == 1 && said[0].starts_with("error joined_rows "), "{said:?}");
    assert_eq!(report["totals"], common::verified(&bytes)["totals"]);
}

/// Cells without a header whose events have their quotes as apostrophes look like strings of JSON, but for the paths.
#[test]
fn quoted_lines_of_xml_are_cells() {
    let event = |command: &str| {
        format!(
            "\"<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID><Channel>C</Channel>\
             <Computer>H</Computer></System><EventData><Data Name='UtcTime'>2024-03-04 08:00:00.500</Data>\
             <Data Name='CommandLine'>{command}</Data><Data Name='User'>d\\bob</Data>\
             <Data Name='ParentImage'>C:\\Windows\\System32\\wbem\\WmiPrvSE.exe</Data></EventData></Event>\"\n"
        )
    };
    for text in [event("a"), event("a") + &event("\"\"C:\\a b\"\""), event("\"\"a\"\"") + &event("b")] {
        let report = report(&[("log.txt", text.as_bytes())]);
        assert_eq!(problems(&report), [""; 0], "{text}");
        assert_eq!(report["sources"][0]["format"], "csv");
        assert_eq!(common::rows(&report).len(), text.lines().count(), "{text}");
        assert_eq!(report["groups"][0]["user"], "d\\bob");
        assert_eq!(report["totals"], common::verified(text.as_bytes())["totals"]);
    }
}

/// Tables of others' fields, and of numbers with gaps.
#[test]
fn the_host_by_other_names_and_ids_as_fractions() {
    for name in ["host", "dest", "dvc", "hostname", "DeviceName", "host.hostname"] {
        let header = format!("{name},EventCode,SourceName,UtcTime,ProcessId,ParentImage\n");
        let row = |host: &str, id: &str| {
            format!("{host},1,Microsoft-Windows-Sysmon,2024-03-04 08:00:00.5,{id},C:\\w\\WmiPrvSE.exe\n")
        };
        let text = [header, row("A", "10.0"), row("B", "10"), row("A", "10")].concat();
        let report = report(&[("log.csv", text.as_bytes())]);
        let rows: Vec<_> = report["groups"].as_array().unwrap().iter().collect();
        assert_eq!(rows.len(), 2, "{name}");
        assert_eq!((&rows[0]["dest"], &rows[1]["dest"]), (&"A".into(), &"B".into()), "{name}");
        assert!(rows.iter().all(|row| row["process_id"] == "10"), "{name}");
        let object = |host: &str| {
            format!(
                "{{\"{name}\":\"{host}\",\"EventID\":1,\"SourceName\":\"Microsoft-Windows-Sysmon\",\"UtcTime\":\
                 \"2024-03-04 08:00:00.5\",\"ProcessId\":10.0,\"ParentImage\":\"C:\\\\x.exe\"}}\n"
            )
        };
        let text = [object("A"), object("B")].concat();
        let session = common::session(&[("log.json", text.as_bytes())], 100);
        let hosts: Vec<_> = session.sources()[0].findings.hosts.iter().collect();
        assert_eq!(hosts, [(Some("A"), 1), (Some("B"), 1)], "{name}");
    }
}

/// Names of columns that are empty are not listed: a table may have thousands of them, and each row would list them anew.
#[test]
fn columns_without_a_name_are_not_listed() {
    let log = format!("id{}\nx\n", ",".repeat(60_000));
    let session = common::session(&[("a.csv", log.as_bytes())], 1 << 20);
    let said = common::problems(&common::report_of(&session));
    assert!(said.iter().any(|line| line.contains("Its columns are: id.")), "{:.200}", said[0]);
}
