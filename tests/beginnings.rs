//! What values at the beginning of a log could make of it: another format, or none. An attacker writes them.

use crate::common::{self, assert_expected, problems, report};
use sysmon_triage::detect::tar_checksum_fits;
use testlog::csv;
use testlog::json::{self, Shape as JsonShape};
use testlog::text::Encoding;
use testlog::xml::{self, Layout, SPLUNK};
use testlog::zip::{self, Member};
use testlog::{Event, Expected, Options, Size};

/// A log whose first command line is this one.
fn log(command: String) -> (Vec<Event>, Expected) {
    let (mut events, _) = testlog::log(&Options { size: Size::Events(40), ..Options::default() });
    events[0] = events[0].clone().with("CommandLine", command);
    let expected = Expected::of(&events);
    (events, expected)
}

/// U+FFFD stands in an export for every half of a surrogate pair.
#[test]
fn characters_that_stand_for_others_make_no_log_binary() {
    let (events, expected) = log("\u{fffd}".repeat(30_000));
    let xml = xml::file(&events, &SPLUNK, Layout::Ended("\n"));
    let json = json::file(&events, JsonShape::ALL[0], json::Layout::Lines);
    let mut logs: Vec<_> = [&xml, &json].map(|text| text.clone().into_bytes()).into();
    logs.push(csv::fields(&events, ',').into_bytes());
    logs.push(Encoding::ALL[1].encode(&xml));
    for bytes in logs {
        let inputs: [(&str, &[u8]); 1] = [("log", &bytes)];
        let report = report(&inputs);
        assert_expected(&report, &expected);
        let zipped = zip::archive(&[Member::new("other.log", b"x"), Member::new("log", &bytes)]);
        assert_expected(&common::report(&[("logs.zip", &zipped)]), &expected);
    }
}

/// In a JSON string backslashes come in pairs, too.
#[test]
fn backslashes_make_no_json_string_of_a_table() {
    let (events, expected) = log("\\".repeat(1_200));
    let rows: String = events
        .iter()
        .map(|event| xml::file(std::slice::from_ref(event), &SPLUNK, Layout::Ended("")).replace('"', "'"))
        .map(|event| format!("\"{event}\"\r\n"))
        .collect();
    let report = report(&[("log.csv", rows.as_bytes())]);
    assert_eq!(report["sources"][0]["format"], "csv", "{:?}", problems(&report));
    assert_eq!(report["totals"]["matches"], expected.matches);
}

/// The sum of a block's bytes may stand where tar has it.
#[test]
fn digits_make_no_archive_of_a_log() {
    let (events, expected) = log("x".to_owned());
    let first = format!("{{\"a\":\"{:600}\"}}\n", "");
    let mut bytes = (first + &json::file(&events, JsonShape::ALL[0], json::Layout::Lines)).into_bytes();
    let sum: u32 = bytes[..512].iter().map(|byte| u32::from(*byte)).sum();
    bytes[148..156].copy_from_slice(format!("{sum:07o} ").as_bytes());
    assert!(tar_checksum_fits(&bytes[..512]));
    assert_expected(&report(&[("log.json", &bytes)]), &expected);
}

/// Members of an archive that nobody can read are told of as missing where their names say that they were logs, or packed.
#[test]
fn members_that_were_logs_by_their_names() {
    let binary: Vec<u8> = (0..4000_u32).map(|at| ((at * 7919) >> 3) as u8).collect();
    let (events, _) = log("x".to_owned());
    let good = xml::file(&events, &SPLUNK, Layout::Ended("\n"));
    for (name, incomplete) in [
        ("Windows-Sysmon.log", 1),
        ("a/sysmon.log.gz", 1),
        ("b.7z", 1),
        ("logs.lzma", 1),
        ("SRU.log", 0),
        ("picture.dat", 0),
    ] {
        let archive = zip::archive(&[Member::new("good.log", good.as_bytes()), Member::new(name, &binary)]);
        let report = report(&[("logs.zip", &archive)]);
        assert_eq!(report["totals"]["incomplete"], incomplete, "{name}: {:?}", problems(&report));
    }
}

/// A part of an archive that became the only one.
#[test]
fn a_zip_behind_the_mark_of_a_part() {
    let (events, expected) = log("x".to_owned());
    let xml = xml::file(&events, &SPLUNK, Layout::Ended("\n"));
    let archive = [&b"PK00"[..], &zip::archive(&[Member::new("log.xml", xml.as_bytes())])].concat();
    assert_expected(&report(&[("log.zip", &archive)]), &expected);
}
