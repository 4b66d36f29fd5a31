//! What must hold for any bytes: the fuzz targets check it with a fuzzer's bytes, `tests/fuzz_seeds.rs` with the
//! seeds and with everything the fuzzer ever found.

use std::io::Cursor;

use serde_json::Value;
use sysmon_triage::context::{Context, Pass, Question};
use sysmon_triage::intake::{Want, plan};
use sysmon_triage::locator::At;
use sysmon_triage::passwords::Passwords;
use sysmon_triage::recall::Recall;
use sysmon_triage::report::{Made, Report};
use sysmon_triage::rule::wmi::RULE;
use sysmon_triage::scan::Scan;
use sysmon_triage::session::Session;

#[path = "unpackers.rs"]
pub mod unpackers;

/// Encrypted archives are tried with these: a wrong one, and those of the seeds (`tests/fixtures/locked`).
pub const PASSWORDS: [&str; 3] = ["password", "pass word", "pass wörd"];

/// Reads `bytes` in every way there is; the same must come out of each. `knob` chooses the sizes of pieces and parts.
pub fn check(bytes: &[u8], knob: u8) {
    let piece = 1 + usize::from(knob);
    let whole = read_whole(bytes);
    assert_same(
        &whole,
        &read(bytes, piece, |source, size| Scan::new(&RULE, source, "fuzz", Some(size))),
        "in pieces",
    );
    assert_same(&whole, &streamed(bytes, piece), "as a stream");
    // What is broken and can't match may count as a record or as damaged; the rows are the same.
    let verified = read(bytes, usize::MAX, |source, size| Scan::verifying(&RULE, source, "fuzz", Some(size)));
    assert_eq!(rows(&whole), rows(&verified), "skimming and verifying");
    if let Some(parted) = in_parts(bytes, 64 + 16 * u64::from(knob)) {
        assert_same(&whole, &parted, "in parts");
    }
}

/// Gathers the context of the first and of the last match in every way there is; the same must come out of each.
/// `knob` chooses the sizes of pieces and parts. Gives the number of contexts.
pub fn check_context(bytes: &[u8], knob: u8) -> usize {
    let session = read_whole(bytes);
    let size = bytes.len() as u64;
    let parts = plan(bytes, 64 + 16 * u64::from(knob));
    let parted = in_parts(bytes, 64 + 16 * u64::from(knob)).is_some();
    let last = session.groups().len().checked_sub(1);
    let mut contexts = 0;
    for group in last.map_or(Vec::new(), |last| if last == 0 { vec![0] } else { vec![0, last] }) {
        let context = |piece: usize, passes: &dyn Fn(Question) -> Vec<Pass>| {
            gathered(&session, group, bytes, piece, passes)
        };
        let new = |question| vec![Pass::new(&RULE, question, 0, "fuzz", Some(size))];
        let Some(whole) = context(usize::MAX, &new) else { continue };
        contexts += 1;
        assert_eq!(Some(&whole), context(1 + usize::from(knob), &new).as_ref(), "in pieces");
        if parted {
            let of_parts = |question: Question| {
                let pass = |part| Pass::of_part(&RULE, question.clone(), 0, "fuzz", size, part);
                parts.iter().rev().map(pass).collect()
            };
            assert_eq!(Some(&whole), context(usize::MAX, &of_parts).as_ref(), "in parts");
        }
        let verifying = |question| vec![Pass::verifying(&RULE, question, 0, "fuzz", Some(size))];
        let verified = context(usize::MAX, &verifying).map(without_counts);
        assert_eq!(Some(without_counts(whole)), verified, "skimming and verifying");
    }
    contexts
}

/// The session over all of `bytes` at once.
pub fn read_whole(bytes: &[u8]) -> Session {
    read(bytes, usize::MAX, |source, size| Scan::new(&RULE, source, "fuzz", Some(size)))
}

/// The context of a group's first event. None: the event can't be read again.
pub fn gathered(
    session: &Session,
    group: usize,
    bytes: &[u8],
    piece: usize,
    passes: &dyn Fn(Question) -> Vec<Pass>,
) -> Option<Value> {
    let mut recall = Recall::new(session, group, 0)?;
    recall.set_passwords(&passwords());
    while let Some(piece) = wanted(recall.want(), bytes, usize::MAX) {
        recall.push(piece);
    }
    let (source, locator, event) = recall.event()?;
    let mut context = Context::new(&RULE, At { source, locator }, &event, 5);
    loop {
        for mut pass in passes(context.question()) {
            pass.set_passwords(&passwords());
            while let Some(piece) = wanted(pass.want(), bytes, piece) {
                pass.push(piece);
            }
            context.absorb(pass.finish());
        }
        if !context.next_round() {
            let mut answer = serde_json::to_value(context.answer(session)).ok()?;
            // With ids a pass follows what it finds, so that larger parts take fewer rounds.
            answer["rounds"] = Value::Null;
            return Some(answer);
        }
    }
}

/// What is broken and does not belong to the context may count as an event or as damaged.
fn without_counts(mut answer: Value) -> Value {
    for name in ["sysmon", "logons_logged"] {
        answer[name] = Value::Null;
    }
    answer["did"].as_array_mut().into_iter().flatten().for_each(|did| did["logged"] = Value::Null);
    answer
}

/// The next piece of what a reader wants. None: it wants no more, or there is none.
fn wanted(want: Option<Want>, bytes: &[u8], piece: usize) -> Option<&[u8]> {
    let Want { offset, length } = want?;
    let from = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
    let length = usize::try_from(length).unwrap_or(usize::MAX).min(bytes.len() - from).min(piece);
    (length > 0).then(|| &bytes[from..from + length])
}

/// Every record that the `evtx` crate reads by itself is read, none is dropped.
pub fn check_against_reference(bytes: &[u8]) {
    let Some(reference) = reference_records(bytes) else { return };
    let session = read(bytes, usize::MAX, |source, size| Scan::verifying(&RULE, source, "fuzz", Some(size)));
    let counts = &session.sources()[0].findings.counts;
    assert!(
        counts.records + counts.unreadable >= reference,
        "{} records and {} unreadable ones, but the reference reads {reference}",
        counts.records,
        counts.unreadable
    );
}

/// What other unpackers give of an archive is read here too, or something is said of the archive that is not said of
/// what is in it.
pub fn check_unpacked(bytes: &[u8]) {
    let whole = read_whole(bytes);
    let parts: Vec<_> = unpacked(bytes).iter().map(|content| read_whole(content)).collect();
    let of_all = |count: fn(&Session) -> u64| (count(&whole), parts.iter().map(count).sum::<u64>());
    let ((records, all_records), (matches, all_matches)) = (of_all(records), of_all(matches));
    let inside: Vec<_> = parts.iter().flat_map(said).collect();
    let told = said(&whole).iter().any(|line| !inside.contains(line));
    assert!(
        told || (records >= all_records && matches >= all_matches),
        "{records} records and {matches} matches; others find {all_records} and {all_matches}: {:?}",
        said(&whole)
    );
}

fn records(session: &Session) -> u64 {
    session.sources()[0].findings.counts.records
}

fn matches(session: &Session) -> u64 {
    session.groups().iter().map(|group| group.matches.len() as u64).sum()
}

/// The content of what is whole by the unpacker that the first bytes ask for.
fn unpacked(bytes: &[u8]) -> Vec<Vec<u8>> {
    match bytes {
        [b'P', b'K', ..] => unpackers::of_zip(bytes),
        [b'7', b'z', ..] => {
            let mut tried = Vec::from(PASSWORDS.map(|password| unpackers::of_7z(bytes, password)));
            tried.dedup();
            // A wrong password can give files, too, but no records.
            let records =
                |files: &Vec<Vec<u8>>| -> u64 { files.iter().map(|file| records(&read_whole(file))).sum() };
            tried.into_iter().max_by_key(records).unwrap_or_default()
        }
        [0x1f, 0x8b, ..] => vec![unpackers::of_gzip(bytes)],
        _ => unpackers::of_tar(bytes),
    }
}

/// The problems without their place.
fn said(session: &Session) -> Vec<String> {
    let report = Report::of(session);
    let problems = report.sources.iter().flat_map(|source| &source.problems);
    problems.map(|problem| format!("{:?} {}", problem.code, problem.message)).collect()
}

/// How many records the `evtx` crate reads with its own settings, as evtx_dump does; none when it reads no file.
pub fn reference_records(bytes: &[u8]) -> Option<u64> {
    let mut parser = evtx::EvtxParser::from_read_seek(Cursor::new(bytes)).ok()?;
    // Bounded by the chunks: each has room for 2,000 records at the most.
    let most = bytes.len() / 28 + 1;
    Some(parser.records_json_value().take(most).filter(Result::is_ok).count() as u64)
}

fn read(bytes: &[u8], piece: usize, scan: impl Fn(u32, u64) -> Scan) -> Session {
    let mut session = Session::new(&RULE);
    let size = bytes.len() as u64;
    let source = session.add_source("fuzz", size);
    let mut scan = scan(source, size);
    feed(&mut scan, bytes, piece);
    assert!(session.absorb(scan.finish()));
    session
}

fn passwords() -> Passwords {
    Passwords::of_lines(&PASSWORDS.join("\n"))
}

/// Feeds a scan. A scan that never ends is a find too.
fn feed(scan: &mut Scan, bytes: &[u8], piece: usize) {
    scan.set_passwords(&passwords());
    let mut pushes = 0;
    while let Some(piece) = wanted(scan.want(), bytes, piece) {
        scan.push(piece);
        pushes += 1;
        assert!(pushes <= 4 * bytes.len() + 100, "the scan goes round in circles");
    }
}

fn streamed(bytes: &[u8], piece: usize) -> Session {
    let mut session = Session::new(&RULE);
    let source = session.add_source("fuzz", bytes.len() as u64);
    let mut scan = Scan::new(&RULE, source, "fuzz", None);
    scan.set_passwords(&passwords());
    bytes.chunks(piece).for_each(|piece| scan.push(piece));
    assert!(session.absorb(scan.finish()));
    session
}

/// The parts from the last to the first. None: it is not read in parts, or they don't fit and a face reads it anew.
fn in_parts(bytes: &[u8], part: u64) -> Option<Session> {
    let mut session = Session::new(&RULE);
    let size = bytes.len() as u64;
    let source = session.add_source("fuzz", size);
    let parts = plan(bytes, part);
    for planned in parts.iter().rev() {
        let mut scan = Scan::of_part(&RULE, source, "fuzz", size, planned);
        feed(&mut scan, bytes, usize::MAX);
        assert!(session.absorb(scan.finish()));
    }
    (!parts.is_empty() && !session.is_misfit(source)).then_some(session)
}

fn json(session: &Session) -> String {
    sysmon_triage::export::json::json(session, &Made::default()).unwrap()
}

fn rows(session: &Session) -> Vec<String> {
    let rows = session.order().into_iter().map(|at| {
        let group = &session.groups()[at];
        format!("{:?} {:?}", group.key, session.matches(at))
    });
    rows.collect()
}

fn assert_same(whole: &Session, other: &Session, how: &str) {
    let (whole, other) = (json(whole), json(other));
    if whole != other {
        let differ = whole.lines().zip(other.lines()).find(|(a, b)| a != b);
        panic!("read {how} the report differs: {differ:?}");
    }
}
