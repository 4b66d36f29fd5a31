//! What must hold for every input, however it is split, ordered, cut or spoilt.

use crate::common::forms::{self, Form};
use crate::common::{self, assert_rows, differences, feed, report_of, rows, spoil};
use proptest::prelude::*;
use proptest::sample::Index;
use sysmon_triage::findings::Findings;
use sysmon_triage::rule::wmi::RULE;
use sysmon_triage::scan::Scan;
use sysmon_triage::session::Session;
use testlog::evtx::{self, Style};
use testlog::json::{self, Shape};
use testlog::rng::Rng;
use testlog::xml::{self, Layout, SPLUNK};
use testlog::{Event, Expected, Options, Size, csv};

fn log(seed: u64, events: u64) -> (Vec<Event>, Expected) {
    let matches = events / 4;
    testlog::log(&Options { seed, size: Size::Events(events), matches, groups: 3, ..Options::default() })
}

/// A session over one input in pieces of these sizes, over and over.
fn in_pieces(form: &Form, sizes: &[usize]) -> Session {
    let mut session = Session::new(&RULE);
    let size = form.bytes.len() as u64;
    let source = session.add_source(&form.name, size);
    let mut scan = Scan::new(&RULE, source, &form.name, Some(size));
    let mut sizes = sizes.iter().cycle();
    feed(&mut scan, &form.bytes, || *sizes.next().unwrap());
    assert!(session.absorb(scan.finish()));
    session
}

fn whole(form: &Form) -> Session {
    in_pieces(form, &[usize::MAX])
}

/// The session says what reading the whole at once says.
fn same(form: &Form, session: &Session) -> Result<(), TestCaseError> {
    let differences = differences(session, &whole(form));
    prop_assert!(differences.is_empty(), "{}:\n{}", form.name, differences.join("\n"));
    Ok(())
}

/// Every plain form, and every packing of some of them.
fn all_forms(events: &[Event]) -> Vec<Form> {
    let plain = forms::plain(events);
    let some = plain.iter().step_by(7).flat_map(forms::packed).collect::<Vec<_>>();
    plain.into_iter().chain(some).collect()
}

proptest! {
    // One case goes through forty forms.
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_split_gives_the_same_result(seed: u64, sizes in prop::collection::vec(1_usize..3000, 1..9)) {
        let (events, expected) = log(seed, 24);
        for form in all_forms(&events) {
            let session = in_pieces(&form, &sizes);
            same(&form, &session)?;
            assert_rows(&report_of(&session), &expected);
        }
    }

    #[test]
    fn any_split_of_a_spoilt_input_gives_the_same_result(
        seed: u64, kind: u8, at: Index, length in 1_usize..3000,
        sizes in prop::collection::vec(1_usize..700, 1..9),
    ) {
        let (events, _) = log(seed, 12);
        for mut form in all_forms(&events) {
            let at = at.index(form.bytes.len().max(1));
            spoil(&mut form.bytes, kind, at, length, seed);
            same(&form, &in_pieces(&form, &sizes))?;
        }
    }

    /// The worst split, on a short log.
    #[test]
    fn byte_by_byte(seed: u64) {
        let (events, _) = log(seed, 4);
        for form in all_forms(&events) {
            same(&form, &in_pieces(&form, &[1]))?;
        }
    }

    #[test]
    fn taking_findings_at_any_time_in_any_order_gives_the_same_result(
        seed: u64, sizes in prop::collection::vec(1_usize..9000, 1..6), order: u64,
    ) {
        let (events, _) = log(seed, 24);
        for form in all_forms(&events) {
            let taken = taken(&form, &sizes);
            same(&form, &absorbed(&form, taken, order))?;
        }
    }

    #[test]
    fn any_order_of_files_gives_the_same_rows(seed: u64, order: u64) {
        let (events, expected) = log(seed, 60);
        let mut forms: Vec<_> = events.chunks(2).enumerate().map(|(at, part)| {
            let mut forms = forms::plain(part);
            forms.swap_remove(at % forms.len())
        }).collect();
        let in_order = rows_of_all(&forms);
        shuffle(&mut forms, order);
        prop_assert_eq!(&rows_of_all(&forms), &in_order);
        prop_assert_eq!(in_order.len(), expected.groups.len());
    }
}

/// The findings of a scan, handed over after every piece, and sent as bytes as workers do.
fn taken(form: &Form, sizes: &[usize]) -> Vec<Vec<u8>> {
    let mut taken = Vec::new();
    let mut sizes = sizes.iter().cycle();
    let size = form.bytes.len() as u64;
    let mut scan = Scan::new(&RULE, 0, &form.name, Some(size));
    let mut send = |findings: Findings| taken.push(postcard::to_stdvec(&findings).unwrap());
    while let Some(want) = scan.want() {
        let from = (want.offset as usize).min(form.bytes.len());
        let length = (want.length as usize).min(form.bytes.len() - from).min(*sizes.next().unwrap());
        if length == 0 {
            break;
        }
        scan.push(&form.bytes[from..from + length]);
        send(scan.take());
    }
    send(scan.finish());
    taken
}

fn absorbed(form: &Form, mut taken: Vec<Vec<u8>>, order: u64) -> Session {
    shuffle(&mut taken, order);
    let mut session = Session::new(&RULE);
    session.add_source(&form.name, form.bytes.len() as u64);
    for bytes in taken {
        assert!(session.absorb(postcard::from_bytes(&bytes).unwrap()));
    }
    session
}

fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut rng = Rng::new(seed);
    for at in (1..items.len()).rev() {
        items.swap(at, rng.below(at as u32 + 1) as usize);
    }
}

fn rows_of_all(forms: &[Form]) -> Vec<(Vec<String>, u64, String, String)> {
    let inputs: Vec<_> = forms.iter().map(|form| (form.name.as_str(), form.bytes.as_slice())).collect();
    rows(&common::report(&inputs))
}

/// A log and where each of its events ends.
struct Ended {
    form: Form,
    ends: Vec<usize>,
}

/// `pieces`: one for each event; `head` stands before them, `end` bytes of each are not needed.
fn ended(name: &str, head: &str, pieces: &[String], end: usize) -> Ended {
    let mut text = head.to_owned();
    let mut ends = Vec::new();
    for piece in pieces {
        text += piece;
        ends.push(text.len() - end);
    }
    Ended { form: Form { name: name.into(), bytes: text.into_bytes(), raw: "" }, ends }
}

fn ended_forms(events: &[Event]) -> Vec<Ended> {
    let each = |write: &dyn Fn(&[Event]) -> String| -> Vec<String> {
        events.iter().map(|event| write(std::slice::from_ref(event))).collect()
    };
    let json = |shape| move |events: &[Event]| json::file(events, shape, json::Layout::Lines);
    let (header, _) =
        csv::splunk(&[]).split_once('\n').map(|(header, _)| (header.to_owned() + "\n", ())).unwrap();
    let rows = each(&|event| csv::splunk(event)[header.len()..].to_owned());
    let evtx = evtx::file(events, Style::default());
    let ends = evtx::record_offsets(&evtx)
        .into_iter()
        .map(|at| at + u32::from_le_bytes([evtx[at + 4], evtx[at + 5], evtx[at + 6], evtx[at + 7]]) as usize);
    let ends = ends.collect();
    vec![
        ended("log.xml", "", &each(&|event| xml::file(event, &SPLUNK, Layout::Ended("\n"))), 1),
        ended("log.json", "", &each(&json(Shape::EvtxDump)), 1),
        ended("beat.json", "", &each(&json(Shape::Winlogbeat8)), 1),
        ended("log.csv", &header, &rows, 1),
        Ended { form: Form { name: "log.evtx".into(), bytes: evtx, raw: "" }, ends },
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_cut_costs_no_complete_record(seed in 0_u64..4, at: Index) {
        let (events, _) = log(seed, 40);
        for Ended { mut form, ends } in ended_forms(&events) {
            // EVTX ends with free space; the cut is to hit the records.
            let cut = at.index(ends.last().unwrap() + 1);
            form.bytes.truncate(cut);
            let complete = ends.iter().filter(|end| **end <= cut).count();
            let report = report_of(&whole(&form));
            let found = report["totals"]["records"].as_u64().unwrap() as usize;
            // A CSV row may be cut behind the event that it holds.
            let csv_row = form.name == "log.csv" && found == complete + 1;
            prop_assert!(found == complete || csv_row, "{}: {} of {} at {}", form.name, found, complete, cut);
            assert_rows(&report, &Expected::of(&events[..found]));
        }
    }
}

/// Beginnings that lead into every reader.
const BEGINNINGS: &[&[u8]] = &[
    b"",
    b"ElfFile\0",
    b"ElfChnk\0",
    b"\x1f\x8b\x08\0\0\0\0\0\0\x03",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"<Event xmlns='x'><System>",
    b"<?xml version='1.0'?><Events>",
    b"\"<Event xmlns=\\\"x\\\">",
    b"\xff\xfe<\0E\0v\0e\0n\0t\0>\0",
    b"\xfe\xff\0<\0E\0v\0e\0n\0t\0>",
    b"\xef\xbb\xbf<Event>",
    b"{\"Event\":{\"System\":{",
    b"[{\"EventID\":1,",
    b"Record 1\n{",
    b"_raw,EventID\n\"<Event>",
    b"EventID;Image\n1;\"",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_end_without_a_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..3000),
        sizes in prop::collection::vec(1_usize..900, 1..5),
    ) {
        for beginning in BEGINNINGS {
            let bytes = [beginning, bytes.as_slice()].concat();
            let form = Form { name: "any".into(), bytes, raw: "" };
            same(&form, &in_pieces(&form, &sizes))?;
        }
    }

    /// Text from the characters that the readers look for.
    #[test]
    fn arbitrary_markup_ends_without_a_panic(
        text in "([<>/\"'\\\\{}\\[\\]:,;=&#!\\-\r\n\t 1a]|<Event|</Event>|<Data Name='|EventID|\\\\u|<!--|-->|\\]\\]>|<!\\[CDATA\\[|Record 1\n){0,80}",
        sizes in prop::collection::vec(1_usize..40, 1..5),
    ) {
        for beginning in BEGINNINGS {
            let bytes = [beginning, text.as_bytes()].concat();
            let form = Form { name: "any".into(), bytes, raw: "" };
            same(&form, &in_pieces(&form, &sizes))?;
        }
    }

    /// Whole chunks of junk behind good magic.
    #[test]
    fn spoilt_chunks_end_without_a_panic(kind: u8, at: Index, length in 1_usize..9000, seed: u64) {
        let (events, _) = log(3, 60);
        let mut bytes = evtx::file(&events, Style::default());
        let at = at.index(bytes.len());
        spoil(&mut bytes, kind, at, length, seed);
        let records = report_of(&whole(&Form { name: "spoilt.evtx".into(), bytes, raw: "" }));
        prop_assert!(records["totals"]["records"].as_u64().unwrap() <= 120);
    }
}
