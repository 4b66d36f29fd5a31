//! Real logs against results that an independent program computed.
//!
//! The logs are not part of the repository: the folder is `$CORPUS_DIR`, or `../shared/corpus`
//! beside the checkout. Without it the test says so and checks nothing.

use std::path::PathBuf;

use crate::common;
use serde_json::Value;

fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("CORPUS_DIR").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"));
    folder.join("expected").is_dir().then_some(folder)
}

/// Every file gives the expected groups and totals.
#[test]
fn every_file_gives_its_expected_result() {
    let Some(folder) = corpus() else {
        println!("no corpus folder: nothing was compared");
        return;
    };
    let mut failures = Vec::new();
    let mut compared = 0;
    let mut files: Vec<_> =
        std::fs::read_dir(folder.join("expected")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let expected: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let name = expected["file"].as_str().unwrap();
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let report = common::report(&[(name, &bytes)]);
        compared += 1;
        failures.extend(differences(name, &expected, &report));
    }
    assert!(compared > 0, "the corpus folder holds no expected results");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    println!("{compared} files compared");
}

/// Parsing every event in full gives the same report as skimming those that can't match.
#[test]
fn verifying_gives_the_same_report() {
    let Some(folder) = corpus() else {
        println!("no corpus folder: nothing was compared");
        return;
    };
    for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if file.is_file() {
            let bytes = std::fs::read(&file).unwrap();
            let skimmed = common::report(&[("log", &bytes)]);
            assert_eq!(skimmed, common::verified(&bytes), "{}", file.display());
        }
    }
}

/// No record was taken out of any of them, whatever system wrote it and whoever exported it.
#[test]
fn the_numbers_of_real_logs_run_on() {
    let Some(folder) = corpus() else {
        println!("no corpus folder: nothing was looked at");
        return;
    };
    for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if file.is_file() {
            let report = common::report(&[("log", &std::fs::read(&file).unwrap())]);
            let told = common::problems(&report);
            assert!(!told.iter().any(|problem| problem.contains("broken_numbers")), "{}", file.display());
        }
    }
}

/// Where the expected number of records is known to be wrong, what it is and why.
const KNOWN: &[(&str, u64, &str)] = &[(
    "json_winlogbeat6_empire_invoke_wmi.tar.gz",
    5189,
    "two events (40961, 40962) have no event_data; the reference takes them for no events",
)];

/// Classic WinEventLog text is no event here: it is counted as not understood.
fn differences(name: &str, expected: &Value, report: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let damaged = expected["damaged"] == true;
    for count in ["records", "process_creations", "matches"] {
        let known = KNOWN.iter().find(|(file, ..)| *file == name && count == "records");
        let (want, have) = (
            known.map_or_else(|| expected[count].as_u64().unwrap(), |(_, records, _)| *records),
            report["totals"][count].as_u64().unwrap(),
        );
        let classic = expected["format"] == "splunk-classic-text" && count == "records";
        let have = if classic { report["totals"]["unreadable"].as_u64().unwrap() } else { have };
        if have < want || (have > want && !damaged) {
            found.push(format!("{name}: {count}: expected {want}, found {have}"));
        }
    }
    let groups = report["groups"].as_array().unwrap();
    for group in expected["groups"].as_array().unwrap() {
        // A row says more than the rule: its hints, and what a tuning hides of it.
        let same = |have: &Value| group.as_object().unwrap().iter().all(|(name, value)| have[name] == *value);
        if !groups.iter().any(same) {
            found.push(format!("{name}: this group is missing: {group}\n  found: {groups:?}"));
        }
    }
    if groups.len() != expected["groups"].as_array().unwrap().len() && !damaged {
        found.push(format!(
            "{name}: {} groups, not {}",
            groups.len(),
            expected["groups"].as_array().unwrap().len()
        ));
    }
    found
}
