//! The fuzz targets' checks on the stable compiler: over logs of every form and packing, whole and spoilt, and over
//! everything that the fuzzer ever found (`fuzz/finds`).

use std::fs;
use std::path::Path;

use crate::common::{forms, spoil};
use crate::oracles;
use proptest::prelude::*;
use proptest::sample::Index;
use testlog::forest::{self, forest};
use testlog::{Event, Options, Size};

fn log(seed: u64) -> Vec<Event> {
    testlog::log(&Options { seed, size: Size::Events(6), matches: 2, ..Options::default() }).0
}

/// Each file is what its target was given: the first byte chooses the sizes of pieces and parts.
#[test]
fn every_find_stays_mended() {
    let mut finds = 0;
    for target in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/finds")).unwrap() {
        for find in fs::read_dir(target.unwrap().path()).unwrap() {
            let bytes = fs::read(find.unwrap().path()).unwrap();
            let (knob, rest) = bytes.split_first().unwrap();
            oracles::check(rest, *knob);
            oracles::check_context(rest, *knob);
            oracles::check_against_reference(rest);
            oracles::check_unpacked(rest);
            finds += 1;
        }
    }
    assert!(finds > 0);
}

#[test]
fn every_form_and_packing() {
    for plain in forms::plain(&log(1)).into_iter().chain(forms::rendered(&log(1))) {
        for form in forms::packed(&plain).into_iter().chain([plain]) {
            oracles::check(&form.bytes, 100);
            oracles::check_unpacked(&form.bytes);
        }
    }
}

/// They hold the same log, and some its first two records alone.
#[test]
fn every_encrypted_archive() {
    for archive in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/locked")).unwrap()
    {
        let path = archive.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "md") {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let session = oracles::read_whole(&bytes);
        let records = session.sources()[0].findings.counts.records;
        assert!([2, 101].contains(&records), "{}: {records}", path.display());
        oracles::check(&bytes, 100);
        oracles::check_unpacked(&bytes);
        assert!(oracles::check_context(&bytes, 100) > 0, "{}", path.display());
    }
}

/// A log whose processes start one another.
fn linked(seed: u64, guids: bool) -> Vec<Event> {
    forest(&forest::Options { seed, processes: 14, hosts: 2, guids, ..forest::Options::default() }).events
}

#[test]
fn the_context_in_every_form_and_packing() {
    for plain in forms::plain(&linked(1, true)) {
        for form in forms::packed(&plain).into_iter().chain([plain]) {
            assert!(oracles::check_context(&form.bytes, 100) > 0, "{}", form.name);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_form_and_packing_spoilt(seed: u64, kind: u8, at: Index, length in 1_usize..3000, knob: u8) {
        for plain in forms::plain(&log(seed)).into_iter().chain(forms::rendered(&log(seed))) {
            for mut form in forms::packed(&plain).into_iter().chain([plain]) {
                let from = at.index(form.bytes.len().max(1));
                spoil(&mut form.bytes, kind, from, length, seed);
                oracles::check(&form.bytes, knob);
                oracles::check_against_reference(&form.bytes);
                oracles::check_unpacked(&form.bytes);
            }
        }
    }

    #[test]
    fn the_context_in_every_form_spoilt(
        seed: u64, guids: bool, kind: u8, at: Index, length in 1_usize..300, knob: u8,
    ) {
        for mut form in forms::plain(&linked(seed, guids)) {
            let from = at.index(form.bytes.len().max(1));
            spoil(&mut form.bytes, kind, from, length, seed);
            oracles::check_context(&form.bytes, knob);
        }
    }
}
