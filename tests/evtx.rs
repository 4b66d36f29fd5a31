//! EVTX: what stands in the records is what is read, chunk by chunk, whatever the headers say.

use std::io::Cursor;

use crate::common::{self, assert_expected, assert_rows, problems, report, report_of};
use expect_test::expect;
use serde_json::Value;
use sysmon_triage::recall::Recall;
use sysmon_triage::rule::wmi::RULE;
use sysmon_triage::session::Session;
use testlog::evtx::{self, CHUNK_BYTES, HEADER_BYTES, Style};
use testlog::{Event, Options, Size};

fn options(events: u64) -> Options {
    Options { size: Size::Events(events), matches: 12, ..Options::default() }
}

const COMPUTER_IN_TEMPLATE: Style = Style { computer_in_template: true };

/// The test's own writer against the `evtx` crate: every record renders, and gives back exactly
/// what was written.
#[test]
fn the_synthetic_file_holds_what_was_written() {
    let (events, _) = testlog::log(&options(700));
    for style in [Style::default(), COMPUTER_IN_TEMPLATE] {
        let bytes = evtx::file(&events, style);
        let settings = evtx_crate_settings();
        let mut parser =
            ::evtx::EvtxParser::from_read_seek(Cursor::new(bytes)).unwrap().with_configuration(settings);
        let mut records = parser.records_json_value();
        for event in &events {
            let record = records.next().unwrap().unwrap();
            assert_eq!(record.event_record_id, event.record);
            assert_rendered(event, &record.data["Event"]);
        }
        assert!(records.next().is_none());
    }
}

fn evtx_crate_settings() -> ::evtx::ParserSettings {
    ::evtx::ParserSettings::new().validate_checksums(true).num_threads(1)
}

fn assert_rendered(event: &Event, rendered: &Value) {
    let system = &rendered["System"];
    assert_eq!(system["Provider"]["#attributes"]["Name"], event.provider.name);
    assert_eq!(system["EventID"], event.id);
    assert_eq!(system["EventRecordID"], event.record);
    assert_eq!(system["Channel"], event.provider.channel);
    assert_eq!(system["Computer"], *event.computer);
    assert_eq!(system["Security"]["#attributes"]["UserID"], "S-1-5-18");
    let execution = &system["Execution"]["#attributes"];
    assert_eq!(execution["ProcessID"], event.process);
    assert_eq!(execution["ThreadID"], event.thread);
    let time = system["TimeCreated"]["#attributes"]["SystemTime"].as_str();
    assert!(time.unwrap().starts_with(&event.time.iso(6)[..26]), "{time:?}");
    let data = rendered["EventData"].as_object().unwrap();
    assert_eq!(data.len(), event.data.len());
    for (name, value) in &event.data {
        let have = match &data[*name] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let want = value.text();
        // The crate renders a GUID in lower case, without braces.
        let plain = |text: &str| match value {
            testlog::event::Value::Guid(_) => text.trim_matches(['{', '}']).to_lowercase(),
            _ => text.to_owned(),
        };
        assert_eq!(plain(&have), plain(&want), "{name}");
    }
}

#[test]
fn every_record_is_counted_and_every_match_is_grouped() {
    let (events, expected) = testlog::log(&options(700));
    for style in [Style::default(), COMPUTER_IN_TEMPLATE] {
        let bytes = evtx::file(&events, style);
        assert!(bytes.len() > HEADER_BYTES + 10 * CHUNK_BYTES);
        let report = report(&[("log.evtx", &bytes)]);
        assert_expected(&report, &expected);
        assert_eq!(problems(&report), [""; 0]);
        assert_eq!(report["sources"][0]["format"], "evtx");
    }
}

#[test]
fn a_log_without_a_record_is_read() {
    let bytes = evtx::file(&[], Style::default());
    assert_eq!(bytes.len(), HEADER_BYTES);
    let report = report(&[("empty.evtx", &bytes)]);
    assert_eq!(report["totals"]["records"], 0);
    assert_eq!(problems(&report), [""; 0]);
}

/// A log copied from a running system: its header was last written long ago.
#[test]
fn a_dirty_header_is_not_believed() {
    let (events, expected) = testlog::log(&options(300));
    let mut bytes = evtx::file(&events, Style::default());
    bytes[evtx::FLAGS_AT] |= 1;
    bytes[evtx::CHUNK_COUNT_AT..evtx::CHUNK_COUNT_AT + 2].copy_from_slice(&1_u16.to_le_bytes());
    // Such a log ends with space that was set aside.
    bytes.resize(bytes.len() + 3 * CHUNK_BYTES, 0);
    let report = report(&[("dirty.evtx", &bytes)]);
    assert_expected(&report, &expected);
    expect![[r#"
        info stale_header [offset 0 (0x0)] The file header says 1 chunk(s) and is marked as not closed (dirty); 6 were found and read."#]]
    .assert_eq(&problems(&report).join("\n"));
}

#[test]
fn a_wiped_or_missing_file_header_costs_nothing() {
    let (events, expected) = testlog::log(&options(100));
    let whole = evtx::file(&events, Style::default());
    let mut wiped = whole.clone();
    wiped[..HEADER_BYTES].fill(0);
    let wiped = report(&[("wiped.evtx", &wiped)]);
    assert_expected(&wiped, &expected);
    let carved = report(&[("carved.evtx", &whole[HEADER_BYTES..])]);
    assert_expected(&carved, &expected);
    expect![[r#"
        info stale_header [offset 0 (0x0)] The file header is wiped; the chunks were found by their own magic.
        info stale_header [offset 0 (0x0)] The file header is missing: the file begins with a chunk."#]]
    .assert_eq(&[problems(&wiped), problems(&carved)].concat().join("\n"));
}

/// A log that was full and began anew has its oldest chunk somewhere in the middle.
#[test]
fn the_order_of_chunks_does_not_matter() {
    let (events, expected) = testlog::log(&options(400));
    let bytes = evtx::file(&events, Style::default());
    let (header, chunks) = bytes.split_at(HEADER_BYTES);
    let middle = chunks.len() / CHUNK_BYTES / 2 * CHUNK_BYTES;
    let wrapped = [header, &chunks[middle..], &chunks[..middle]].concat();
    let report = report(&[("wrapped.evtx", &wrapped)]);
    assert_expected(&report, &expected);
    assert_eq!(problems(&report), [""; 0]);
}

/// The file header counts chunks in 16 bits, which is 4 GiB; offsets behind that are true all the same.
#[test]
fn more_than_four_gibibytes_are_read() {
    const CHUNKS: u64 = (1 << 16) + 100;
    let quiet = testlog::log(&Options { matches: 0, ..options(2) }).0;
    let (events, expected) = testlog::log(&options(100));
    let [quiet, loud] = [&quiet, &events].map(|events| evtx::file(events, Style::default()));
    let (mut header, chunk) = (quiet[..HEADER_BYTES].to_vec(), &quiet[HEADER_BYTES..]);
    assert_eq!(chunk.len(), CHUNK_BYTES);
    let last = &loud[HEADER_BYTES..];
    let chunks = CHUNKS + (last.len() / CHUNK_BYTES) as u64;
    header[evtx::CHUNK_COUNT_AT..evtx::CHUNK_COUNT_AT + 2].copy_from_slice(&(chunks as u16).to_le_bytes());
    let start = HEADER_BYTES as u64 + CHUNKS * CHUNK_BYTES as u64;

    let mut session = Session::new(&RULE);
    let source = session.add_source("large.evtx", start + last.len() as u64);
    let mut scan = session.scan(source).unwrap();
    scan.push(&header);
    (0..CHUNKS).for_each(|_| scan.push(chunk));
    scan.push(last);
    assert!(session.absorb(scan.finish()));

    let report = report_of(&session);
    assert_eq!(report["totals"]["records"], 2 * CHUNKS + 100);
    assert_eq!(problems(&report), [""; 0]);
    assert_rows(&report, &expected);
    // The evidence is read from behind the four gibibytes.
    let mut recall = Recall::new(&session, session.order()[0], 0).unwrap();
    while let Some(want) = recall.want() {
        assert!(want.offset >= start);
        let from = (want.offset - start) as usize;
        recall.push(&last[from..from + want.length as usize]);
    }
    let evidence = recall.finish().unwrap();
    assert!(evidence.locator.offset >= start);
    assert!(evidence.raw.contains("WmiPrvSE.exe"));
}

/// Chunks that lie out of step, as carving tools leave them.
#[test]
fn chunks_are_found_by_their_magic() {
    let (events, expected) = testlog::log(&options(200));
    let bytes = evtx::file(&events, Style::default());
    let (first, rest) = bytes.split_at(HEADER_BYTES + CHUNK_BYTES);
    let shifted = [first, &[0; 1536], rest].concat();
    let report = report(&[("shifted.evtx", &shifted)]);
    assert_expected(&report, &expected);
    expect![[r#"
        error damaged_chunk [offset 69632 (0x11000)] 1536 bytes between chunks are zero; records that were there are lost."#]]
    .assert_eq(&problems(&report).join("\n"));
}

/// The events' own numbers count: an exported log numbers its records anew.
#[test]
fn the_record_id_is_the_event_s_own() {
    let (mut events, _) = testlog::log(&Options { size: Size::Events(1), matches: 1, ..Options::default() });
    events[0].record = 9_007_199_254_740_993;
    let bytes = evtx::file(&events, Style::default());
    let session = common::session(&[("exported.evtx", &bytes)], 1 << 20);
    let (_, found) = session.matches(0)[0];
    assert_eq!(found.locator.record_id, Some(9_007_199_254_740_993));
    assert_eq!(found.locator.span.offset, 4608);
}

/// Line breaks in a binary record are the command line's own; no XML rule turns them.
#[test]
fn control_characters_survive() {
    let (events, _) = testlog::log(&Options { size: Size::Events(1), matches: 1, ..Options::default() });
    let command = "a.exe \r\n\t\u{fffd} <&>\"' 😀 ]]> &#65; \u{1}\u{b}\u{1b}[2J_\u{ffff}";
    let events: Vec<_> = events.into_iter().map(|event| event.with("CommandLine", command)).collect();
    let bytes = evtx::file(&events, Style::default());
    let report = report(&[("log.evtx", &bytes)]);
    assert_eq!(report["groups"][0]["process"], command);
}

/// Half a surrogate pair is no character: U+FFFD stands for it, and not the `_` that the decoder writes in XML.
#[test]
fn half_a_surrogate_pair_in_a_value() {
    let events = testlog::log(&Options { size: Size::Events(6), matches: 2, ..Options::default() }).0;
    let marked: Vec<_> = events.into_iter().map(|event| event.with("CommandLine", "a_b #c")).collect();
    let mut file = evtx::file(&marked, Style::default());
    let places: Vec<_> = (0..file.len() - 4).filter(|at| &file[*at..*at + 4] == b"#\0c\0").collect();
    for at in places {
        file[at..at + 2].copy_from_slice(&0xd800_u16.to_le_bytes());
    }
    evtx::sign(&mut file[HEADER_BYTES..HEADER_BYTES + CHUNK_BYTES]);
    let report = common::report(&[("log.evtx", &file)]);
    let said = common::problems(&report);
    assert!(
        said.len() == 2 && said.iter().all(|line| line.starts_with("warning text_replaced ")),
        "{said:?}"
    );
    let commands: Vec<_> = common::rows(&report).into_iter().map(|row| row.0[4].clone()).collect();
    assert!(commands.contains(&"a_b \u{fffd}c".to_owned()), "{commands:?}");
}

/// A log whose beginning is damaged, or that lies in something larger, like a disk image.
#[test]
fn chunks_are_found_in_bytes_of_no_known_form() {
    let (events, expected) = testlog::log(&options(700));
    let bytes = evtx::file(&events, Style::default());
    // A magic alone is no chunk.
    let lure = [b"ElfChnk\0", &[1; 100][..]].concat();
    for before in [vec![0; 20_000], vec![0xa5; 300_001], [&[0xa5; 20_000], &lure[..]].concat()] {
        let image = [&before, &bytes[HEADER_BYTES..]].concat();
        let archive = testlog::zip::archive(&[testlog::zip::Member::new("page.bin", &image)]);
        for (name, input) in [("image.dd", &image), ("triage.zip", &archive)] {
            let whole = common::session(&[(name, input)], usize::MAX);
            let report = report_of(&whole);
            assert_expected(&report, &expected);
            let said = problems(&report);
            assert_eq!(said.len(), 1, "{said:?}");
            assert!(said[0].starts_with("error damaged_chunk"), "{said:?}");
            assert!(said[0].contains(&format!("The first {} bytes", before.len())), "{said:?}");
            for piece in [1000, 4099] {
                let differences = common::differences(&common::session(&[(name, input)], piece), &whole);
                assert!(differences.is_empty(), "{differences:?}");
            }
        }
        let recalled = recalled(&common::session(&[("image.dd", &image)], 5000), &image);
        assert!(recalled.contains("WmiPrvSE.exe"), "{recalled}");
    }
}

/// What lies between the chunks of a disk image is told of once.
#[test]
fn what_is_no_chunk_in_bytes_of_no_known_form_is_told_of_once() {
    let (events, expected) = testlog::log(&options(700));
    let bytes = evtx::file(&events, Style::default());
    let mut image = vec![0xa5; 20_000];
    for chunk in bytes[HEADER_BYTES..].chunks(CHUNK_BYTES) {
        image.extend_from_slice(chunk);
        image.extend_from_slice(&[0x5a; 150_000]);
    }
    let report = report(&[("image.dd", &image)]);
    assert_expected(&report, &expected);
    let said = problems(&report);
    let bytes = bytes[HEADER_BYTES..].chunks(CHUNK_BYTES).len() * 150_000;
    assert!(
        said.len() == 2 && said[1].contains(&format!("{bytes} bytes behind the first chunk")),
        "{said:?}"
    );
    assert_eq!(report["totals"]["unreadable"], 2);
}

/// The raw text of the first match.
fn recalled(session: &Session, bytes: &[u8]) -> String {
    let mut recall = Recall::new(session, session.order()[0], 0).unwrap();
    while let Some(want) = recall.want() {
        let end = (want.offset + want.length).min(bytes.len() as u64);
        if want.offset >= end {
            break;
        }
        recall.push(&bytes[want.offset as usize..end as usize]);
    }
    format!("{:?}", recall.finish())
}
