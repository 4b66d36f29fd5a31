//! Chunks that somebody made so that decoding them takes more than there is: they end, within bounds, and what stands behind
//! the costly records of a chunk is found as far as those bounds allow.

use std::collections::BTreeMap;
#[cfg(target_os = "linux")]
use std::{fs, process::Command};

use crate::common::{damage, report_of, verified};
use serde_json::Value;
use testlog::evtx::{self, Style};
use testlog::{Options, Size};

/// Where the first chunk begins, and its records.
const CHUNK: usize = 4096;
const RECORDS: usize = CHUNK + 512;
const CHUNK_BYTES: usize = 65536;
/// Size of a record's header and of the copy of its size.
const AROUND: usize = 28;

/// A log of one chunk with two matches; the second one refers to what the first one defines.
fn two_matches() -> Vec<u8> {
    let options = Options { size: Size::Events(2), matches: 2, groups: 1, ..Options::default() };
    evtx::file(&testlog::log(&options).0, Style::default())
}

/// The second one of them.
fn second_match() -> Vec<u8> {
    let bytes = two_matches();
    let at = evtx::record_offsets(&bytes)[1];
    let size = u32::from_le_bytes(bytes[at + 4..at + 8].try_into().unwrap()) as usize;
    bytes[at..at + size].to_vec()
}

fn record(number: u64, content: &[u8]) -> Vec<u8> {
    let size = ((content.len() + AROUND) as u32).to_le_bytes();
    let written = 133_000_000_000_000_000u64.to_le_bytes();
    [b"**\0\0", &size[..], &number.to_le_bytes(), &written, content, &size].concat()
}

/// Puts records between the two matches of [`two_matches`]; `between` is told where they will stand in the chunk, and how far
/// behind that a name stands that the chunk's list of names is to hold.
fn with_between(name: Option<usize>, between: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
    let mut bytes = two_matches();
    let (second, last) = (evtx::record_offsets(&bytes)[1], second_match());
    let size = last.len();
    let name = name.map(|behind| second - CHUNK + behind);
    let between = between(second - CHUNK);
    let at = second + between.len();
    assert!(at + size <= CHUNK + CHUNK_BYTES, "{} bytes too many", at + size - CHUNK - CHUNK_BYTES);
    bytes[second..at].copy_from_slice(&between);
    bytes[at..at + size].copy_from_slice(&last);
    let set = |bytes: &mut [u8], at: usize, value: u32| {
        bytes[CHUNK + at..CHUNK + at + 4].copy_from_slice(&value.to_le_bytes());
    };
    set(&mut bytes, 44, (at - CHUNK) as u32);
    set(&mut bytes, 48, (at + size - CHUNK) as u32);
    if let Some(name) = name {
        let free = (128..384).step_by(4).find(|at| bytes[CHUNK + at..CHUNK + at + 4] == [0; 4]).unwrap();
        set(&mut bytes, free, name as u32);
    }
    let sum = crc32fast::hash(&bytes[RECORDS..at + size]);
    set(&mut bytes, 52, sum);
    let sum = crc32fast::hash(&[&bytes[CHUNK..CHUNK + 120], &bytes[CHUNK + 128..RECORDS]].concat());
    set(&mut bytes, 124, sum);
    bytes
}

/// Size of a record that uses its definition.
const USER: usize = AROUND + 19;
/// Where the name of [`using_a_long_name`] stands behind its beginning.
const NAME: usize = 24 + 5;

/// Records that all use one definition, an element that holds `refs` others, of a name of `length` characters, and then ends
/// with `end`.
fn using_a_long_name(refs: usize, length: usize, users: usize, end: &[u8]) -> impl Fn(usize) -> Vec<u8> {
    move |at| {
        let name = at + NAME;
        let text: Vec<u8> = "n".repeat(length).encode_utf16().flat_map(u16::to_le_bytes).collect();
        let name_bytes = [&[0; 6], &(length as u16).to_le_bytes()[..], &text, &[0, 0]].concat();
        let definition = name + name_bytes.len();
        let reference = [&[0x09], &(name as u32).to_le_bytes()[..]].concat();
        // An element without a condition, of any size, with that name as well.
        let open =
            [&[0x0f, 1, 1, 0, 1, 0xff, 0xff, 0, 0, 0, 0][..], &(name as u32).to_le_bytes(), &[2]].concat();
        let body = [&open[..], &reference.repeat(refs), end].concat();
        let head = [&[0; 20], &(body.len() as u32).to_le_bytes()[..]].concat();
        let content = [&[0x0f, 1, 1, 0, 0][..], &name_bytes, &head, &body].concat();
        let use_it = [
            &[0x0f, 1, 1, 0, 0x0c, 1, 7, 0, 0, 0][..],
            &(definition as u32).to_le_bytes(),
            &0u32.to_le_bytes(),
            &[0],
        ]
        .concat();
        assert_eq!(use_it.len() + AROUND, USER);
        let users = (0..users).flat_map(|user| record(1000 + user as u64, &use_it));
        record(999, &content).into_iter().chain(users).collect()
    }
}

/// What the command line says of the log when it may take no more memory than this.
#[cfg(target_os = "linux")]
fn within(mib: u64, name: &str, bytes: &[u8]) -> Value {
    let path = std::env::temp_dir().join(format!("triage-{}-{name}", std::process::id()));
    fs::write(&path, bytes).unwrap();
    let output = Command::new("sh")
        .args(["-c", &format!("ulimit -v {}; exec \"$0\" \"$@\"", mib << 10)])
        .arg(env!("CARGO_BIN_EXE_sysmon-triage"))
        .args(["--format", "json"])
        .arg(&path)
        .output();
    fs::remove_file(&path).unwrap();
    let output = output.unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{name}: no report: {}", String::from_utf8_lossy(&output.stderr)))
}

/// The same records with sizes at their ends that are others than those at their beginnings.
fn with_wrong_copies(between: impl Fn(usize) -> Vec<u8>) -> impl Fn(usize) -> Vec<u8> {
    move |at| {
        let mut records = between(at);
        let mut from = 0;
        while let Some(size) = records.get(from + 4..from + 8) {
            from += u32::from_le_bytes(size.try_into().unwrap()) as usize;
            records[from - 1] ^= 1;
        }
        records
    }
}

/// How many problems of each kind there are.
fn codes(report: &Value) -> BTreeMap<&str, u64> {
    let problems = report["sources"][0]["problems"].as_array().unwrap().iter();
    let mut codes = BTreeMap::new();
    for problem in problems {
        *codes.entry(problem["code"].as_str().unwrap()).or_default() += 1;
    }
    codes
}

#[test]
fn the_second_match_stands_without_what_is_before_it() {
    let report = verified(&with_between(None, |_| Vec::new()));
    assert_eq!((&report["totals"]["matches"], codes(&report).len()), (&2.into(), 0), "{report}");
}

/// 1,700 times 7,000 characters for each of 500 records: 6 GB, if all were kept.
#[test]
#[cfg(target_os = "linux")]
fn a_broken_definition_that_names_much() {
    let records = || using_a_long_name(1700, 7000, 500, &[0xee]);
    for (name, bytes) in [
        ("names.evtx", with_between(None, records())),
        ("wrong-copies.evtx", with_between(None, with_wrong_copies(records()))),
    ] {
        let report = within(256, name, &bytes);
        let (codes, source) = (codes(&report), &report["sources"][0]);
        assert_eq!(codes.get("damaged_chunk"), Some(&1), "what follows is given up: {source}");
        // All of them are counted, those that were read and those that were not.
        let unreadable = source["unreadable"].as_u64().unwrap();
        // The match behind them is among them.
        assert!(unreadable == 501 || name != "names.evtx", "{unreadable}: {source}");
    }
}

/// A record that can't be read, with a wrong size at its end, before a match; behind that another one of the same number.
#[test]
fn a_number_that_a_later_record_has_too() {
    let bytes = with_between(None, |at| {
        let records = using_a_long_name(2, 10, 5, &[0xee])(at);
        let (first, broken) = records.split_at(records.len() - USER);
        let mut wrong = broken.to_vec();
        wrong[USER - 4] ^= 1;
        let mut between = second_match();
        between[8..16].copy_from_slice(&77u64.to_le_bytes());
        [first, &wrong, &between, broken].concat()
    });
    for report in [report_of(&damage::scan(&bytes)), verified(&bytes)] {
        assert_eq!(report["totals"]["matches"], 3, "{}", report["sources"][0]);
        assert_eq!(codes(&report)["damaged_record"], 6, "{}", report["sources"][0]);
    }
}

/// The decoder can't read some records behind the first one, whose time is none, and which is read: each is lost once.
#[test]
fn a_first_record_with_a_time_that_is_none() {
    let mut bytes = with_between(None, using_a_long_name(2, 10, 6, &[0xee]));
    bytes[RECORDS + 16..RECORDS + 24].fill(0xff);
    // The last one has the greatest number, as it finds its way by numbers then.
    let last = CHUNK + u32::from_le_bytes(bytes[CHUNK + 44..CHUNK + 48].try_into().unwrap()) as usize;
    for at in [CHUNK + 32, last + 8] {
        bytes[at..at + 8].copy_from_slice(&5000u64.to_le_bytes());
    }
    let report = verified(&bytes);
    let source = &report["sources"][0];
    assert_eq!((&source["matches"], &source["unreadable"]), (&2.into(), &6.into()), "{source}");
}

/// Each of these records renders to more than the decoder allows, four to more than it allows for all of a chunk.
#[test]
fn records_that_render_to_much_before_a_match() {
    // Names of the list are kept once; others take memory at each use.
    for (name, users) in [(None, 3), (Some(NAME), 4)] {
        let bytes = with_between(name, using_a_long_name(1500, 12000, users, &[4, 0]));
        for report in [report_of(&damage::scan(&bytes)), verified(&bytes)] {
            assert_eq!(report["totals"]["matches"], 2, "{}", report["sources"][0]);
            let said =
                BTreeMap::from([("broken_numbers", 2), ("damaged_record", users as u64), ("undecided", 1)]);
            assert_eq!(codes(&report), said, "{}", report["sources"][0]);
        }
    }
}
