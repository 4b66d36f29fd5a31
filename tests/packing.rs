//! gzip, zip and tar around logs, nested, and as different tools write them.

use crate::common::{self, assert_expected, damage, problems, reads, report};
use expect_test::expect;
use serde_json::Value;
use testlog::evtx::{self, Style};
use testlog::json::{self, Shape};
use testlog::tar::{self, Naming};
use testlog::xml::{self, Layout, SPLUNK};
use testlog::zip::{self, Member};
use testlog::{Event, Expected, Options, Size, csv, gzip};

fn log() -> (Vec<Event>, Expected) {
    testlog::log(&Options { size: Size::Events(90), ..Options::default() })
}

fn xml_of(events: &[Event]) -> Vec<u8> {
    xml::file(events, &SPLUNK, Layout::Ended("\n")).into_bytes()
}

/// A third of the log in each of three formats.
fn parts(events: &[Event]) -> [Vec<u8>; 3] {
    let third = events.len() / 3;
    [
        evtx::file(&events[..third], Style::default()),
        xml_of(&events[third..2 * third]),
        json::file(&events[2 * third..], Shape::Winlogbeat8, json::Layout::Lines).into_bytes(),
    ]
}

/// The members of the only input: name and format.
fn members(report: &Value) -> Vec<(String, String)> {
    let members = report["sources"][0]["members"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    members.map(|member| (text(&member["name"]), text(&member["format"]))).collect()
}

fn named(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, format)| ((*name).to_owned(), (*format).to_owned())).collect()
}

#[test]
fn gzip_of_one_and_of_many_members() {
    let (events, expected) = log();
    let text = xml_of(&events);
    for parts in [1, 2, 7] {
        let report = reads("sysmon.log.gz", &gzip::members(&text, parts), &expected);
        assert_eq!(members(&report), named(&[("sysmon.log", "xml")]));
        assert_eq!(report["sources"][0]["format"], "gzip");
    }
    reads("log.evtx.gz", &gzip::member(&evtx::file(&events, Style::default())), &expected);
    reads("log.csv.gz", &gzip::member(csv::splunk(&events).as_bytes()), &expected);
}

/// Seen in attack data: a byte after the stream.
#[test]
fn bytes_after_a_gzip_stream_are_named_and_left_out() {
    let (events, expected) = log();
    for stray in [&b"\n"[..], &[0; 700]] {
        let bytes = [gzip::member(&xml_of(&events)), stray.to_vec()].concat();
        let report = report(&[("sysmon.log.gz", &bytes)]);
        assert_expected(&report, &expected);
        let said = problems(&report);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with("info trailing_bytes"), "{said:?}");
    }
}

#[test]
fn zip_as_different_tools_write_it() {
    let (events, expected) = log();
    let contents = parts(&events);
    let names = [r"logs\C\Security Log.evtx", "logs/zoë.xml", "logs/beat.ndjson"];
    for (deflate, descriptor) in [(true, false), (true, true), (false, false), (false, true)] {
        let list: Vec<_> = names
            .iter()
            .zip(&contents)
            .map(|(name, content)| Member { deflate, descriptor, ..Member::new(name, content) })
            .collect();
        let report = reads("logs.zip", &zip::archive(&list), &expected);
        let formats = ["evtx", "xml", "json"];
        let pairs: Vec<_> = names.into_iter().zip(formats).collect();
        assert_eq!(members(&report), named(&pairs));
    }
}

/// Finder's resource forks, pictures and folders lie beside the logs of a triage archive.
#[test]
fn members_that_are_no_logs_are_named() {
    let (events, expected) = log();
    let text = xml_of(&events);
    let archive = zip::archive(&[
        Member { deflate: false, ..Member::new("logs/", b"") },
        Member::new("logs/sysmon.xml", &text),
        Member::new("__MACOSX/logs/._sysmon.xml", b"\0\x05\x16\x07\0\x02\0\0Mac OS X        "),
        Member::new("logs/empty.txt", b""),
        Member::new("logs/screen.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        Member::new("logs/readme.txt", b"Collected on 2024-03-04.\n"),
    ]);
    let report = report(&[("triage.zip", &archive)]);
    assert_expected(&report, &expected);
    expect![[r#"
        info not_a_log [__MACOSX/logs/._sysmon.xml] It is an AppleDouble file (what macOS keeps of a file beside its content), not an event log.
        info not_a_log [logs/empty.txt] It is empty (0 bytes).
        info not_a_log [logs/screen.png] It is a PNG image, not an event log.
        info not_a_log [logs/readme.txt] Text without any event in it; it begins "Collected on 2024-03-04."."#]]
    .assert_eq(&problems(&report).join("\n"));
}

/// Of a member with a log's name it is an error; it is none what macOS keeps beside it.
#[test]
fn members_that_should_be_logs_and_are_not_are_errors() {
    let (events, expected) = log();
    let text = xml_of(&events);
    let zeros = [0; 40_000];
    let archive = zip::archive(&[
        Member::new("a.xml", &text),
        Member::new("b.json", &zeros),
        Member::new("c.dat", &zeros),
        Member::new("d.XML", b"<settings/>"),
        Member::new("e.csv", b""),
        Member::new("f.evtx", b""),
        Member::new("__MACOSX/._a.evtx", b"\0\x05\x16\x07\0\x02\0\0Mac OS X        "),
        Member::new("g.csv", b"\x01\x02\x03\x04\x05\0\0\0\0"),
    ]);
    let report = report(&[("triage.zip", &archive)]);
    assert_expected(&report, &expected);
    expect![[r#"
        error empty_input [f.evtx] It is empty (0 bytes).
        error unknown_format [b.json] Its 40000 bytes are zeros: the copy failed, or nothing was ever written there.
        error unknown_format [g.csv] Not a format that is read here. Its first bytes are 01 02 03 04 05 00 00 00 00.
        info not_a_log [c.dat] Its 40000 bytes are zeros: the copy failed, or nothing was ever written there.
        info not_a_log [d.XML] Text without any event in it; it begins "<settings/>".
        info not_a_log [e.csv] It is empty (0 bytes).
        info not_a_log [__MACOSX/._a.evtx] It is an AppleDouble file (what macOS keeps of a file beside its content), not an event log."#]].assert_eq(&problems(&report).join("\n"));
}

#[test]
fn tar_with_every_kind_of_name() {
    let (events, expected) = log();
    let [evtx, xml, json] = parts(&events);
    let long = format!("{}/sysmon.xml", "a very long folder name/".repeat(8));
    for naming in [Naming::Ustar, Naming::Pax, Naming::Gnu] {
        let second = if naming == Naming::Ustar { "logs/sysmon.xml" } else { long.as_str() };
        let list: &[(&str, &[u8])] = &[("a.evtx", &evtx), (second, &xml), ("z.ndjson", &json)];
        let archive = tar::archive(list, naming);
        let report = reads("logs.tar", &archive, &expected);
        assert_eq!(members(&report), named(&[("a.evtx", "evtx"), (second, "xml"), ("z.ndjson", "json")]));
        let packed = reads("logs.tar.gz", &gzip::member(&archive), &expected);
        let inner = format!("logs.tar/{second}");
        assert!(members(&packed).contains(&(inner, "xml".to_owned())), "{packed}");
    }
}

#[test]
fn archives_in_archives() {
    let (events, expected) = log();
    let [evtx, xml, json] = parts(&events);
    let inner = zip::archive(&[Member::new("sysmon.evtx", &evtx)]);
    let packed = gzip::member(&xml);
    let tarred = gzip::member(&tar::archive(&[("beat.json", &json)], Naming::Pax));
    let outer = zip::archive(&[
        Member { deflate: false, ..Member::new("host-1.zip", &inner) },
        Member::new("host-2.log.gz", &packed),
        Member::new("host-3.tgz", &tarred),
    ]);
    let report = reads("case.zip", &outer, &expected);
    let found = members(&report);
    for wanted in ["host-1.zip/sysmon.evtx", "host-2.log.gz/host-2.log"] {
        assert!(found.iter().any(|(name, _)| name == wanted), "{wanted}: {found:?}");
    }
}

/// A matryoshka of archives is not opened without end.
#[test]
fn nesting_has_a_bound() {
    let (events, expected) = log();
    let mut bytes = xml_of(&events);
    for _ in 0..4 {
        bytes = gzip::member(&bytes);
    }
    reads("a.gz", &bytes, &expected);
    let report = report(&[("a.gz", &gzip::member(&bytes))]);
    assert_eq!(report["totals"]["records"], 0);
    let said = problems(&report);
    assert!(said[0].starts_with("error nested_too_deep"), "{said:?}");
}

/// Twenty members of one name, and a member of the name of the archive.
#[test]
fn names_need_not_be_unique() {
    let (events, expected) = log();
    let contents: Vec<_> = events.chunks(5).map(xml_of).collect();
    let list: Vec<_> = contents.iter().map(|content| Member::new("same.zip", content)).collect();
    let report = reads("same.zip", &zip::archive(&list), &expected);
    assert_eq!(members(&report).len(), contents.len());
}

/// From standard input, a zip is read front to back and held.
#[test]
fn a_zip_of_unknown_size() {
    let (events, expected) = log();
    let [evtx, xml, json] = parts(&events);
    let archive = zip::archive(&[
        Member::new("a", &evtx),
        Member { descriptor: true, ..Member::new("b", &xml) },
        Member { deflate: false, ..Member::new("c", &json) },
    ]);
    let report = common::report_of(&common::streamed("-", &archive, 997));
    assert_expected(&report, &expected);
    assert_eq!(problems(&report), [""; 0]);
}

/// The directory and the member's own header state less than there is, with the checksum of that.
#[test]
fn a_member_whose_compressed_data_does_not_end() {
    let text = damage::xml_of(&damage::log(40));
    let whole = zip::archive(&[Member::new("log.xml", text.as_bytes())]);
    let packed = u32::from_le_bytes(whole[18..22].try_into().unwrap()) as usize;
    let data = whole[30 + "log.xml".len()..][..packed].to_vec();
    let mut kept = flate2::Decompress::new(false);
    let mut out = Vec::with_capacity(text.len());
    let cut = data.len() - 20;
    _ = kept.decompress_vec(&data[..cut], &mut out, flate2::FlushDecompress::None).unwrap();
    let mut bytes = whole;
    let sum = crc32fast::hash(&out).to_le_bytes();
    let directory = bytes.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    for header in [14, directory + 16] {
        bytes[header..header + 4].copy_from_slice(&sum);
        bytes[header + 4..header + 8].copy_from_slice(&(cut as u32).to_le_bytes());
        bytes[header + 8..header + 12].copy_from_slice(&(out.len() as u32).to_le_bytes());
    }
    let report = report(&[("logs.zip", &bytes)]);
    let said = problems(&report);
    assert!(said.iter().any(|line| line.contains("compressed data does not end")), "{said:?}");
    assert_eq!(report["totals"]["incomplete"], 1);
}

/// The directory alone says that a member is empty, or shorter: what it leaves out is told of.
#[test]
fn a_directory_that_says_less_than_a_member_s_own_header() {
    let text = damage::xml_of(&damage::log(20));
    let whole = zip::archive(&[Member { deflate: false, ..Member::new("log.xml", text.as_bytes()) }]);
    let directory = whole.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    for kept in [0, text.len() / 2] {
        let mut bytes = whole.clone();
        let sum = crc32fast::hash(&text.as_bytes()[..kept]).to_le_bytes();
        bytes[directory + 16..directory + 20].copy_from_slice(&sum);
        for size in [20, 24] {
            bytes[directory + size..directory + size + 4].copy_from_slice(&(kept as u32).to_le_bytes());
        }
        let report = report(&[("logs.zip", &bytes)]);
        let said = problems(&report);
        let more = format!("has {} byte(s) more than the directory says", text.len() - kept);
        assert!(said.iter().any(|line| line.starts_with("error") && line.contains(&more)), "{said:?}");
        assert_eq!(report["totals"]["incomplete"], 1);
    }
}
