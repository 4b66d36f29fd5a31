//! Runs sessions over bytes in memory, as a face would.
#![allow(dead_code)] // Each test file uses a part of it.

pub mod damage;
pub mod forms;

use serde_json::Value;
use sysmon_triage::intake::{Planned, Want};
use sysmon_triage::report::Report;
use sysmon_triage::rule::wmi::RULE;
use sysmon_triage::scan::Scan;
use sysmon_triage::session::Session;
use sysmon_triage::view;

/// Feeds a scan with everything it wants, in pieces whose sizes `piece` gives.
pub fn feed(scan: &mut Scan, bytes: &[u8], mut piece: impl FnMut() -> usize) {
    while let Some(Want { offset, length }) = scan.want() {
        let from = (offset as usize).min(bytes.len());
        let length =
            usize::try_from(length).unwrap_or(usize::MAX).min(bytes.len() - from).min(piece().max(1));
        if length == 0 {
            break;
        }
        scan.push(&bytes[from..from + length]);
    }
}

/// A session over these inputs, each fed in pieces of this size.
pub fn session(inputs: &[(&str, &[u8])], piece: usize) -> Session {
    let mut session = Session::new(&RULE);
    for (name, bytes) in inputs {
        let source = session.add_source(name, bytes.len() as u64);
        let mut scan = Scan::new(&RULE, source, name, Some(bytes.len() as u64));
        feed(&mut scan, bytes, || piece);
        assert!(session.absorb(scan.finish()));
    }
    session
}

/// Records, process creations and matches, and the codes of what is said, alike in both modes.
#[track_caller]
pub fn read(bytes: &[u8]) -> ((u64, u64, u64), Vec<String>) {
    let [skimmed, verified] = [Scan::new, Scan::verifying].map(|new| {
        let mut session = Session::new(&RULE);
        let source = session.add_source("log", bytes.len() as u64);
        let mut scan = new(&RULE, source, "log", Some(bytes.len() as u64));
        feed(&mut scan, bytes, || usize::MAX);
        assert!(session.absorb(scan.finish()));
        let counts = session.sources()[0].findings.counts;
        let said = problems(&report_of(&session));
        let codes: Vec<_> = said.iter().map(|line| line.split(' ').nth(1).unwrap().to_owned()).collect();
        ((counts.records, counts.process_creations, counts.matches), codes)
    });
    assert_eq!(skimmed, verified, "{}", String::from_utf8_lossy(bytes));
    verified
}

/// A session over one input, read in these parts in this order, in pieces of this size.
pub fn in_parts(name: &str, bytes: &[u8], parts: &[Planned], piece: usize) -> Session {
    let mut session = Session::new(&RULE);
    let size = bytes.len() as u64;
    let source = session.add_source(name, size);
    for part in parts {
        let mut scan = Scan::of_part(&RULE, source, name, size, part);
        feed(&mut scan, bytes, || piece);
        assert!(session.absorb(scan.finish()));
    }
    session
}

/// What a face does about an input whose parts do not fit together: it reads it as a whole. Says whether that was needed.
pub fn mended(session: &mut Session, bytes: &[u8]) -> bool {
    let misfit = session.is_misfit(0);
    if misfit {
        session.restart(0);
        let mut scan = session.scan(0).unwrap();
        feed(&mut scan, bytes, || 1 << 20);
        assert!(session.absorb(scan.finish()));
    }
    assert!(session.sources()[0].findings.complete);
    misfit
}

/// The parts of an input that is cut at these places.
pub fn cut_at(bytes: &[u8], places: &[u64]) -> Vec<Planned> {
    let mut starts: Vec<_> =
        places.iter().copied().filter(|at| (1..bytes.len() as u64).contains(at)).collect();
    starts.push(0);
    starts.sort_unstable();
    starts.dedup();
    let ends = starts.iter().skip(1).copied().map(Some).chain([None]);
    starts.iter().zip(ends).map(|(start, end)| Planned::new(bytes, *start, end)).collect()
}

/// Reads an input in these parts, turned and backwards, and compares with one reading. Says whether the parts did not fit.
#[track_caller]
pub fn misfit_of(name: &str, bytes: &[u8], mut parts: Vec<Planned>, piece: usize, turn: usize) -> bool {
    if parts.is_empty() {
        return false;
    }
    let turn = turn % parts.len();
    parts.rotate_left(turn);
    parts.reverse();
    let mut have = in_parts(name, bytes, &parts, piece);
    let misfit = mended(&mut have, bytes);
    assert_eq!(differences(&have, &session(&[(name, bytes)], 1 << 20)), [""; 0], "{name}: {parts:?}");
    misfit
}

/// The JSON report over these inputs.
pub fn report(inputs: &[(&str, &[u8])]) -> Value {
    report_of(&session(inputs, 1 << 20))
}

/// The JSON report over one input named `log`, every event of which is parsed in full.
pub fn verified(bytes: &[u8]) -> Value {
    let mut session = Session::new(&RULE);
    let source = session.add_source("log", bytes.len() as u64);
    let mut scan = Scan::verifying(&RULE, source, "log", Some(bytes.len() as u64));
    feed(&mut scan, bytes, || 1 << 20);
    assert!(session.absorb(scan.finish()));
    report_of(&session)
}

/// The JSON report of a session.
pub fn report_of(session: &Session) -> Value {
    serde_json::to_value(Report::of(session).with_evidence(session)).unwrap()
}

/// The problems of the only input as `severity code where: message`.
pub fn problems(report: &Value) -> Vec<String> {
    let listed = report["sources"][0]["problems"].as_array().unwrap().iter();
    listed
        .map(|problem| {
            let text = |name: &str| problem[name].as_str().unwrap().to_owned();
            format!("{} {} [{}] {}", text("severity"), text("code"), text("where"), text("message"))
        })
        .collect()
}

/// The rows of a report: the values of the by-clause, count, first and last time.
pub fn rows(report: &Value) -> Vec<(Vec<String>, u64, String, String)> {
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or("(none)").to_owned();
    let groups = report["groups"].as_array().unwrap().iter();
    groups
        .map(|row| {
            let key = RULE.key.iter().map(|field| text(row, field.name()));
            let count = row["count"].as_u64().unwrap();
            (key.collect(), count, text(row, "firstTime"), text(row, "lastTime"))
        })
        .collect()
}

/// The report of an input that gives these results, and of which nothing is said.
#[track_caller]
pub fn reads(name: &str, bytes: &[u8], expected: &testlog::Expected) -> Value {
    let report = report(&[(name, bytes)]);
    assert_eq!(problems(&report), [""; 0], "{name}");
    assert_expected(&report, expected);
    report
}

/// The report says exactly what a synthetic log was made to give.
#[track_caller]
pub fn assert_expected(report: &Value, expected: &testlog::Expected) {
    let totals = &report["totals"];
    let want = (expected.records, expected.process_creations, expected.matches);
    let number = |name: &str| totals[name].as_u64().unwrap();
    let have = (number("records"), number("process_creations"), number("matches"));
    assert_eq!(have, want, "records, process creations, matches");
    assert_rows(report, expected);
}

/// The rows alone.
#[track_caller]
pub fn assert_rows(report: &Value, expected: &testlog::Expected) {
    let want = expected.rows().into_iter();
    let want: Vec<_> = want.map(|(key, count, first, last)| (key.to_vec(), count, first, last)).collect();
    assert_eq!(rows(report), want);
}

/// A session over an input that is read front to back and whose size is not known before, as
/// standard input.
pub fn streamed(name: &str, bytes: &[u8], piece: usize) -> Session {
    let mut session = Session::new(&RULE);
    let source = session.add_source(name, bytes.len() as u64);
    let mut scan = Scan::new(&RULE, source, name, None);
    bytes.chunks(piece).for_each(|piece| scan.push(piece));
    assert!(session.absorb(scan.finish()));
    session
}

/// [`problems`], each on a line of its own.
pub fn problem_lines(report: &Value) -> String {
    problems(report).iter().map(|problem| format!("{problem}\n")).collect()
}

/// What a report counts: records, process creations and matches.
pub fn counts(report: &Value) -> (u64, u64, u64) {
    let number = |name: &str| report["totals"][name].as_u64().unwrap();
    (number("records"), number("process_creations"), number("matches"))
}

/// Names the paths at which two sessions differ, in the report or in the summary with every kind of
/// event and host: a report is too long to be looked through.
pub fn differences(have: &Session, want: &Session) -> Vec<String> {
    let all = |session| serde_json::json!([report_of(session), view::summary(session, |_| true)]);
    let mut found = Vec::new();
    compare("", &all(have), &all(want), &mut found);
    found
}

fn compare(path: &str, have: &Value, want: &Value, found: &mut Vec<String>) {
    match (have, want) {
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            a.iter().for_each(|(name, value)| compare(&format!("{path}/{name}"), value, &b[name], found));
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let pairs = a.iter().zip(b).enumerate();
            pairs.for_each(|(at, (a, b))| compare(&format!("{path}/{at}"), a, b, found));
        }
        _ if have == want => {}
        _ => found.push(format!("{path}: {have} and not {want}")),
    }
}

/// Cuts, zeroes, overwrites, removes or doubles a part of the bytes.
pub fn spoil(bytes: &mut Vec<u8>, kind: u8, from: usize, length: usize, seed: u64) {
    let from = from.min(bytes.len());
    let to = (from + length).min(bytes.len());
    match kind % 5 {
        0 => bytes.truncate(from),
        1 => bytes[from..to].fill(0),
        2 => bytes[from..to].copy_from_slice(&testlog::rng::Rng::new(seed).bytes(to - from)),
        3 => _ = bytes.drain(from..to),
        _ => {
            let part = bytes[from..to].to_vec();
            bytes.splice(to..to, part);
        }
    }
}
