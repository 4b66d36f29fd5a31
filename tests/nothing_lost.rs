//! Whatever is cut, flipped, moved or lied about: a record that another reader still reads is read here too, and what
//! is not read is said. The other readers are the `evtx` crate with its own settings (as evtx_dump runs it),
//! roxmltree over single events, and serde_json over single lines.

use crate::common::damage::{independent_xml, scan};
use crate::common::forms;
use crate::common::{problem_lines, report_of};
use proptest::prelude::*;
use serde_json::Value;
use sysmon_triage::session::Session;
use testlog::evtx::{self, CHUNK_BYTES, HEADER_BYTES, Style};
use testlog::json::{self, Shape};
use testlog::rng::Rng;
use testlog::xml::{self, Layout, SPLUNK};
use testlog::{Event, Options, Size};

fn log(events: u64) -> Vec<Event> {
    testlog::log(&Options { size: Size::Events(events), matches: events / 2, ..Options::default() }).0
}

/// Records read, matches, and whether anything was said.
fn outcome(bytes: &[u8]) -> (u64, u64, bool) {
    let session = scan(bytes);
    let findings = &session.sources()[0].findings;
    (findings.counts.records, findings.counts.matches, findings.problems.total() > 0)
}

/// The command lines of the rows, once for each event.
fn processes(session: &Session) -> Vec<String> {
    let mut found = Vec::new();
    for row in report_of(session)["groups"].as_array().unwrap() {
        let count = row["count"].as_u64().unwrap() as usize;
        found.extend(std::iter::repeat_n(row["process"].as_str().unwrap().to_owned(), count));
    }
    found.sort();
    found
}

/// What the `evtx` crate reads: how many records, and the command lines of those that match.
fn reference(bytes: &[u8]) -> (u64, Vec<String>) {
    let Ok(mut parser) = ::evtx::EvtxParser::from_read_seek(std::io::Cursor::new(bytes)) else {
        return (0, Vec::new());
    };
    let (mut records, mut matches) = (0, Vec::new());
    for record in parser.records_json_value().flatten() {
        records += 1;
        matches.extend(matching(&record.data["Event"]));
    }
    matches.sort();
    (records, matches)
}

/// Stands for a command line that evtx_dump does not give as a text, because damage made it
/// empty, an array or a number.
const NO_TEXT: &str = "(no text)";

/// The command line of an event of evtx_dump's shape that matches, by the rule's plain words.
fn matching(event: &Value) -> Option<String> {
    let (system, data) = (&event["System"], &event["EventData"]);
    let id = match &system["EventID"] {
        Value::Object(with_qualifiers) => &with_qualifiers["#text"],
        id => id,
    };
    let sysmon = system["Provider"]["#attributes"]["Name"] == "Microsoft-Windows-Sysmon" && *id == 1;
    let parent = data["ParentImage"].as_str()?.rsplit(['\\', '/']).next()?;
    (sysmon && parent.eq_ignore_ascii_case("WmiPrvSE.exe"))
        .then(|| data["CommandLine"].as_str().filter(|text| !text.is_empty()).unwrap_or(NO_TEXT).to_owned())
}

/// Fewer records than there were are never passed over in silence, and the reference reads no more than is read here.
#[track_caller]
fn check_evtx(bytes: &[u8], all: u64, what: impl std::fmt::Display) {
    let session = scan(bytes);
    let counts = &session.sources()[0].findings.counts;
    let (records, matches) = reference(bytes);
    assert!(
        counts.records >= records,
        "{what}: {} records, the reference reads {records}; {}",
        counts.records,
        problem_lines(&report_of(&session))
    );
    assert!(
        counts.matches as usize >= matches.len(),
        "{what}: {} matches of {}",
        counts.matches,
        matches.len()
    );
    let mut have = processes(&session);
    // What the reference has more than there is here.
    let missing: Vec<_> = matches
        .iter()
        .filter(|one| *one != NO_TEXT)
        .filter(|one| have.iter().position(|other| other == *one).map(|at| have.swap_remove(at)).is_none())
        .collect();
    assert!(
        missing.is_empty(),
        "{what}: {missing:?} are lost, {have:?} remain; {}",
        problem_lines(&report_of(&session))
    );
    if counts.records < all {
        let said = problem_lines(&report_of(&session));
        assert!(
            !said.is_empty(),
            "{what}: {} of {all} records are read, and nothing is said",
            counts.records
        );
    }
}

/// A cut keeps every event before it, and does not cost a word less than what it hides.
#[test]
fn cut_at_every_byte_of_every_form() {
    let events = log(3);
    let (mut cuts, mut forms) = (0, 0);
    for form in forms::plain(&events) {
        let bytes = &form.bytes;
        let all = outcome(bytes);
        assert_eq!((all.0, all.1), (3, 1), "{}", form.name);
        // Behind the last record of an event log there is nothing but zeros until the chunk ends; the record itself ends
        // with the zeros of its size.
        let used = (bytes.iter().rposition(|byte| *byte != 0).unwrap() + 4).min(bytes.len());
        let (mut before, mut whole) = ((0, 0), 0);
        for cut in 0..=used {
            let (records, matches, said) = outcome(&bytes[..cut]);
            // A number that is cut in the last cell of a row is another number.
            let csv = form.raw == "csv";
            assert!(
                csv || (records >= before.0 && matches >= before.1),
                "{} cut at {cut} loses a record",
                form.name
            );
            if records > before.0 {
                whole = cut;
            }
            let rest = String::from_utf8_lossy(&bytes[whole..cut]).replace('\0', "");
            let rest = rest.replace("\\n", "").replace("</Events>", "").replace("</results>", "");
            let rest = rest
                .split("<?xml")
                .next()
                .unwrap()
                .replace("Record ", "")
                .replace(|c: char| c.is_ascii_digit(), "");
            let silent = rest.trim_matches(|c: char| c.is_whitespace() || "[],\"\u{fffd}".contains(c));
            // What follows the event's cell in its row holds nothing that is read; and nothing tells that a last cell
            // is cut.
            let cells = |row: Option<&[u8]>| row.unwrap().iter().filter(|byte| **byte == b';').count();
            let header = cells(bytes.split(|byte| *byte == b'\n').next());
            let row = cells(bytes[..cut].trim_ascii_end().rsplit(|byte| *byte == b'\n').next());
            let told = !csv || silent.contains('<') || row < header;
            let silent = if told { silent } else { "" };
            assert!(said || silent.is_empty(), "{} cut at {cut} hides {silent:?} in silence", form.name);
            before = (records, matches);
            cuts += 1;
        }
        assert_eq!(before, (3, 1), "{}", form.name);
        forms += 1;
    }
    println!("{cuts} cuts of {forms} forms");
    assert!(forms > 20 && cuts > 100_000, "{cuts} cuts of {forms} forms");
}

/// The bits of a file that `choose` takes, each flipped alone.
fn flip_bits(bytes: &[u8], choose: impl Fn(usize) -> bool, check: impl Fn(&[u8], usize)) -> u64 {
    let mut spoilt = bytes.to_vec();
    let mut flips = 0;
    for bit in (0..8 * bytes.len()).filter(|bit| choose(bit / 8)) {
        spoilt[bit / 8] ^= 1 << (bit % 8);
        check(&spoilt, bit);
        spoilt[bit / 8] ^= 1 << (bit % 8);
        flips += 1;
    }
    flips
}

/// A flipped bit with what stands around it.
fn place(bytes: &[u8], bit: usize) -> String {
    let at = bit / 8;
    let around = &bytes[at.saturating_sub(30)..(at + 30).min(bytes.len())];
    format!("bit {bit} in {:?}", String::from_utf8_lossy(around))
}

fn flipped_evtx(choose: impl Fn(usize, usize) -> bool) -> u64 {
    let bytes = evtx::file(&log(3), Style::default());
    let used = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    flip_bits(&bytes, |at| choose(at, used), |spoilt, bit| check_evtx(spoilt, 3, format_args!("bit {bit}")))
}

/// Every bit of the headers and of the records, and of some of the zeros behind them.
#[test]
fn every_flipped_bit_of_an_event_log() {
    let flips = flipped_evtx(|at, used| {
        at < 128 || (HEADER_BYTES..used + 64).contains(&at) || (at > HEADER_BYTES && at % 512 == 7)
    });
    println!("{flips} flips");
    assert!(flips > 40_000, "{flips}");
}

#[test]
#[ignore = "minutes, nearly all of it for zeros; run by hand: cargo test --release --test native nothing_lost:: -- --ignored"]
fn every_flipped_bit_of_an_event_log_and_of_its_zeros() {
    let flips = flipped_evtx(|_, _| true);
    println!("{flips} flips");
    assert_eq!(flips, 8 * (HEADER_BYTES + CHUNK_BYTES) as u64);
}

#[test]
fn every_flipped_bit_of_event_xml() {
    let text = xml::file(&log(3), &SPLUNK, Layout::Ended("\n"));
    let flips = flip_bits(
        text.as_bytes(),
        |_| true,
        |spoilt, bit| {
            let (records, matches, said) = outcome(spoilt);
            let (sound, matching) = independent_xml(spoilt);
            assert!(matches >= matching, "{}: {matches} matches of {matching}", place(spoilt, bit));
            assert!(records >= sound, "{}: {records} records, roxmltree reads {sound}", place(spoilt, bit));
            assert!(records == 3 || said, "{}: {records} records, and nothing is said", place(spoilt, bit));
        },
    );
    println!("{flips} flips");
    assert_eq!(flips, 8 * text.len() as u64);
}

#[test]
fn every_flipped_bit_of_json_lines() {
    let text = json::file(&log(3), Shape::EvtxDump, json::Layout::Lines);
    let event = |line: &[u8]| serde_json::from_slice::<Value>(line).unwrap_or_default();
    let sound = |line: &[u8]| event(line)["Event"]["System"]["EventID"].is_number();
    let matching_line = |line: &[u8]| matching(&event(line)["Event"]).is_some();
    let flips = flip_bits(
        text.as_bytes(),
        |_| true,
        |spoilt, bit| {
            let (records, matches, said) = outcome(spoilt);
            let lines = || spoilt.split(|byte| *byte == b'\n');
            let wanted = lines().filter(|line| matching_line(line)).count() as u64;
            assert!(matches >= wanted, "{}: {matches} matches of {wanted}", place(spoilt, bit));
            let sound = lines().filter(|line| sound(line)).count() as u64;
            assert!(records >= sound, "{}: {records} records, serde_json reads {sound}", place(spoilt, bit));
            assert!(records == 3 || said, "{}: {records} records, and nothing is said", place(spoilt, bit));
        },
    );
    println!("{flips} flips");
    assert_eq!(flips, 8 * text.len() as u64);
}

/// One way in which chunks are moved or their headers lie.
fn mishandle(bytes: &mut Vec<u8>, records: &[usize], rng: &mut Rng) {
    let chunks = ((bytes.len() - HEADER_BYTES) / CHUNK_BYTES) as u32;
    let at = |chunk: u32| HEADER_BYTES + chunk as usize * CHUNK_BYTES;
    let (one, other) = (at(rng.below(chunks)), at(rng.below(chunks)));
    match rng.below(8) {
        0 => {
            let moved = bytes[one..one + CHUNK_BYTES].to_vec();
            bytes.copy_within(other..other + CHUNK_BYTES, one);
            bytes[other..other + CHUNK_BYTES].copy_from_slice(&moved);
        }
        1 => {
            let copy = bytes[one..one + CHUNK_BYTES].to_vec();
            bytes.splice(other..other, copy);
        }
        2 => bytes[one..one + CHUNK_BYTES].fill(0),
        3 => _ = bytes.drain(one..one + 4 * rng.below(CHUNK_BYTES as u32 / 4) as usize),
        // The counts of the file header: chunks, first and last, next record.
        4 => {
            let field = 8 + rng.below(36) as usize;
            bytes[field] = rng.number() as u8;
        }
        // The chunk header: first and last record, last record's place, free space, tables of names and templates.
        5 | 6 => {
            let field = one + 8 + rng.below(504) as usize;
            let value = rng.number().to_le_bytes();
            let length = 1 << rng.below(3);
            bytes[field..field + length].copy_from_slice(&value[..length]);
        }
        // Sizes and numbers of a record.
        _ => {
            let field = records[rng.below(records.len() as u32) as usize] + rng.below(24) as usize;
            if let Some(byte) = bytes.get_mut(field) {
                *byte = rng.number() as u8;
            }
        }
    }
}

/// A log whose chunks are moved and lied about so many times, and what is read of it.
fn check_mishandled(seed: u64, times: u32) {
    let mut bytes = evtx::file(&log(150), Style::default());
    let records = evtx::record_offsets(&bytes);
    let mut rng = Rng::new(seed);
    for _ in 0..times {
        if bytes.len() >= HEADER_BYTES + CHUNK_BYTES {
            mishandle(&mut bytes, &records, &mut rng);
        }
    }
    // Chunks that were doubled hold more; fewer than there are now is a loss.
    check_evtx(&bytes, 0, format_args!("seed {seed}, {times} times"));
}

/// Chunks that begin in the header of another one, or so near to its end that only their magic fits.
#[test]
fn seeds_that_once_lost_records() {
    check_mishandled(3_689_701_507_816_925_463, 2);
    for times in 1..5 {
        check_mishandled(14_621_419_246_269_462_459, times);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn chunks_are_moved_and_headers_lie(seed: u64, times in 1_u32..5) {
        check_mishandled(seed, times);
    }
}
