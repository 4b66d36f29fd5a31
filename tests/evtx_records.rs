//! The records of EVTX chunks whose headers, sizes, times or tables are not what they should be: each is read or told of.

use crate::common::damage::{evtx_of, log};
use crate::common::{self, assert_expected, report};
use serde_json::Value;
use testlog::evtx::{self, CHUNK_BYTES, HEADER_BYTES};
use testlog::{Event, Expected};

fn codes(report: &Value) -> Vec<String> {
    let problems = report["sources"][0]["problems"].as_array().unwrap();
    problems.iter().map(|problem| problem["code"].as_str().unwrap().to_owned()).collect()
}

/// Skimmed and parsed in full.
fn both(bytes: &[u8]) -> [Value; 2] {
    [report(&[("log.evtx", bytes)]), common::verified(bytes)]
}

/// All events are read, and nothing is told of but this.
fn assert_reads(bytes: &[u8], events: &[Event], said: &[&str]) {
    for report in both(bytes) {
        assert_expected(&report, &Expected::of(events));
        assert_eq!(codes(&report), said);
    }
}

fn assert_sound(bytes: &[u8], events: &[Event]) {
    assert_reads(bytes, events, &[]);
}

/// The header's last number is that of the fifth record, and a greater one stands before it: all are read, also where one
/// between is damaged.
#[test]
fn a_last_number_that_comes_too_early() {
    let events = log(20);
    let mut bytes = evtx_of(&events);
    let records = evtx::record_offsets(&bytes);
    let fifth = bytes[records[4] + 8..records[4] + 16].to_vec();
    bytes[HEADER_BYTES + 32..HEADER_BYTES + 40].copy_from_slice(&fifth);
    bytes[records[2] + 8..records[2] + 16].copy_from_slice(&10_000_u64.to_le_bytes());
    evtx::sign(&mut bytes[HEADER_BYTES..HEADER_BYTES + CHUNK_BYTES]);
    assert_reads(&bytes, &events, &["broken_numbers"; 2]);
    bytes[records[5]] = b'+';
    evtx::sign(&mut bytes[HEADER_BYTES..HEADER_BYTES + CHUNK_BYTES]);
    let report = report(&[("early.evtx", &bytes)]);
    assert_eq!(codes(&report), ["damaged_record"]);
    assert_expected(
        &report,
        &Expected::of(events.iter().enumerate().filter(|(at, _)| *at != 5).map(|(_, event)| event)),
    );
}

/// By its size a record holds others, whole or in part; by the size at its end it does not.
#[test]
fn a_size_that_hides_other_records() {
    let events = log(20);
    let sound = evtx_of(&events);
    let records = evtx::record_offsets(&sound);
    let used =
        u32::from_le_bytes(sound[HEADER_BYTES + 48..][..4].try_into().unwrap()) as usize + HEADER_BYTES;
    for of in [0, 7, 18] {
        for end in [records[of + 1] + 8, *records.get(of + 2).unwrap_or(&used), used] {
            for signed in [false, true] {
                let mut bytes = sound.clone();
                bytes[records[of] + 4..records[of] + 8]
                    .copy_from_slice(&((end - records[of]) as u32).to_le_bytes());
                if signed {
                    evtx::sign(&mut bytes[HEADER_BYTES..HEADER_BYTES + CHUNK_BYTES]);
                }
                for report in both(&bytes) {
                    assert!(codes(&report).contains(&"damaged_record".to_owned()), "{of} {end}: {report}");
                    assert_expected(&report, &Expected::of(&events));
                }
            }
        }
    }
    // The one at the end is damaged: nothing is hidden, as far as can be seen.
    let mut bytes = sound.clone();
    bytes[records[8] - 4] ^= 1;
    evtx::sign(&mut bytes[HEADER_BYTES..HEADER_BYTES + CHUNK_BYTES]);
    for report in both(&bytes) {
        assert_eq!(codes(&report), ["bad_checksum"]);
        assert_expected(&report, &Expected::of(&events));
    }
}

/// Who hides records makes the one before them larger, by both sizes, and the rest fit: the numbers and the checksums.
#[test]
fn records_that_the_size_of_another_one_covers() {
    let events = log(20);
    let sound = evtx_of(&events);
    let mut ends = evtx::record_offsets(&sound);
    let used = u32::from_le_bytes(sound[HEADER_BYTES + 48..][..4].try_into().unwrap()) as usize;
    ends.push(used + HEADER_BYTES);
    for (by, hidden) in [(0, 1), (7, 3), (18, 1), (0, 19)] {
        let mut bytes = sound.clone();
        let (start, end) = (ends[by], ends[by + hidden + 1]);
        let size = ((end - start) as u32).to_le_bytes();
        bytes[start + 4..start + 8].copy_from_slice(&size);
        bytes[end - 4..end].copy_from_slice(&size);
        for (number, at) in ends[..20].iter().enumerate().skip(by + hidden + 1) {
            bytes[at + 8..at + 16].copy_from_slice(&((number - hidden + 1) as u64).to_le_bytes());
        }
        evtx::sign(&mut bytes[HEADER_BYTES..HEADER_BYTES + CHUNK_BYTES]);
        for report in both(&bytes) {
            assert_eq!(codes(&report), ["covered_records"], "{hidden} behind {by}");
            assert_expected(&report, &Expected::of(&events));
        }
        // Cut behind them, they are read all the same.
        let cut = &bytes[..end + 40];
        assert!(codes(&report(&[("log.evtx", cut)])).contains(&"covered_records".to_owned()));
    }
}

/// One event log behind another one: the second header is none of the chunks.
#[test]
fn two_logs_in_one_file() {
    let (first, second) = (log(20), log(7));
    let bytes = [evtx_of(&first), evtx_of(&second)].concat();
    for report in both(&bytes) {
        assert_eq!(codes(&report), ["stale_header"]);
        assert_expected(&report, &Expected::of(first.iter().chain(&second)));
    }
}

/// What was put before a log is no damage of it.
#[test]
fn bytes_before_the_file_header() {
    let events = log(30);
    let stale = ["stale_header"; 2];
    for (length, told) in
        [(1, &["stray_bytes"][..]), (17, &["stray_bytes"]), (4000, &["stray_bytes"]), (HEADER_BYTES, &stale)]
    {
        let bytes = [vec![b'.'; length], evtx_of(&events)].concat();
        for report in both(&bytes) {
            assert_eq!(codes(&report), told, "{length}");
            assert_expected(&report, &Expected::of(&events));
        }
    }
}

/// A running system writes records before the chunk's header; and damage may have written what it states.
#[test]
fn a_chunk_header_that_is_older_than_its_records_or_damaged() {
    let events = log(20);
    let sound = evtx_of(&events);
    let records = evtx::record_offsets(&sound);
    let stale = |kept: usize| {
        let mut bytes = sound.clone();
        let end = (records[kept] - HEADER_BYTES) as u32;
        bytes[HEADER_BYTES + 48..HEADER_BYTES + 52].copy_from_slice(&end.to_le_bytes());
        bytes.copy_within(records[kept - 1] + 8..records[kept - 1] + 16, HEADER_BYTES + 32);
        evtx::sign(&mut bytes[HEADER_BYTES..HEADER_BYTES + CHUNK_BYTES]);
        bytes
    };
    for kept in [1, 8, 19] {
        for report in both(&stale(kept)) {
            assert_eq!(codes(&report), ["stale_header"]);
            assert_expected(&report, &Expected::of(&events));
        }
    }
    // Those that were written before the last of the others may have stood there since the chunk was used before: nobody knows.
    let mut old = stale(8);
    for at in &records[8..] {
        old[at + 16..at + 24].copy_from_slice(&1_u64.to_le_bytes());
    }
    for report in both(&old) {
        assert_eq!(codes(&report), ["earlier_records"]);
        assert_expected(&report, &Expected::of(&events[..8]));
    }
    for end in [0_u32, 512, 3000, u32::MAX] {
        let mut bytes = sound.clone();
        bytes[HEADER_BYTES + 32..HEADER_BYTES + 48].fill(0);
        bytes[HEADER_BYTES + 48..HEADER_BYTES + 52].copy_from_slice(&end.to_le_bytes());
        for report in both(&bytes) {
            assert_eq!(codes(&report), ["bad_checksum"], "{end}");
            assert_expected(&report, &Expected::of(&events));
        }
    }
}

/// What a chunk's header says of where names and templates stand is not needed, nor a record header's time.
#[test]
fn what_is_not_needed_may_be_damaged() {
    let events = log(20);
    let sound = evtx_of(&events);
    let records = evtx::record_offsets(&sound);
    let mut tables = sound.clone();
    tables[HEADER_BYTES + 128..HEADER_BYTES + 512].fill(0x77);
    let mut times = sound;
    records.iter().for_each(|at| times[at + 16..at + 24].fill(0xff));
    for mut bytes in [tables, times] {
        evtx::sign(&mut bytes[HEADER_BYTES..HEADER_BYTES + CHUNK_BYTES]);
        assert_sound(&bytes, &events);
    }
}

/// What is cut where a chunk ends looks whole; the file's header knows better.
#[test]
fn chunks_that_are_missing() {
    let events = log(150);
    let bytes = evtx_of(&events);
    let offsets = evtx::record_offsets(&bytes);
    let left = &bytes[..HEADER_BYTES + CHUNK_BYTES];
    let first = offsets.iter().filter(|at| **at < left.len()).count();
    let zeros = [left, &vec![0; bytes.len() - left.len()]].concat();
    for bytes in [left, &zeros] {
        for report in both(bytes) {
            assert_eq!(codes(&report), ["truncated"]);
            assert_eq!(report["totals"]["incomplete"], 1);
            assert_expected(&report, &Expected::of(&events[..first]));
        }
    }
}

/// The greatest number that there is ends nothing.
#[test]
fn a_record_with_the_greatest_number() {
    let events = log(20);
    let mut bytes = evtx_of(&events);
    let records = evtx::record_offsets(&bytes);
    for at in [records[2] + 8, HEADER_BYTES + 16, HEADER_BYTES + 32] {
        bytes[at..at + 8].fill(0xff);
    }
    evtx::sign(&mut bytes[HEADER_BYTES..HEADER_BYTES + CHUNK_BYTES]);
    assert_reads(&bytes, &events, &["broken_numbers"; 2]);
}

/// Each damaged size costs nothing that stands between it and the next one.
#[test]
fn two_damaged_sizes() {
    let events = log(20);
    let mut bytes = evtx_of(&events);
    let records = evtx::record_offsets(&bytes);
    for at in [3, 9, 12] {
        bytes[records[at] + 4] ^= 8;
    }
    evtx::sign(&mut bytes[HEADER_BYTES..HEADER_BYTES + CHUNK_BYTES]);
    for report in both(&bytes) {
        assert_expected(&report, &Expected::of(&events));
        assert!(
            codes(&report).len() > 1 && codes(&report).iter().all(|code| code == "damaged_record"),
            "{report}"
        );
    }
}

/// What a value holds may look like a record up to the end of the one that it is in.
#[test]
fn a_record_in_a_value_is_none() {
    let mut events = log(6);
    events[2] = events[2].clone().with("CommandLine", "x".repeat(400));
    let mut bytes = evtx_of(&events);
    let records = evtx::record_offsets(&bytes);
    let text: Vec<u8> = "x".repeat(64).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let value =
        records[2] + bytes[records[2]..].windows(text.len()).position(|window| window == text).unwrap();
    bytes[value..value + 4].copy_from_slice(b"**\0\0");
    let size = (records[3] - value) as u32;
    bytes[value + 4..value + 8].copy_from_slice(&size.to_le_bytes());
    for damaged in [false, true] {
        // The size at the end of the record.
        bytes[records[3] - 4] ^= u8::from(damaged) << 3;
        evtx::sign(&mut bytes[HEADER_BYTES..HEADER_BYTES + CHUNK_BYTES]);
        for report in both(&bytes) {
            assert_eq!(report["totals"]["records"], 6, "{damaged}: {report}");
        }
    }
}

/// Records of another time behind the end that is stated are no new ones, whatever else of the chunk is damaged; and damaged
/// ones behind it don't end what is told of.
#[test]
fn old_and_damaged_records_behind_the_end() {
    let events = log(20);
    let sound = evtx_of(&events);
    let records = evtx::record_offsets(&sound);
    let used =
        u32::from_le_bytes(sound[HEADER_BYTES + 48..][..4].try_into().unwrap()) as usize + HEADER_BYTES;
    // An old copy of the third record, a damaged first one, and a header that does not fit.
    let mut bytes = sound.clone();
    let third = bytes[records[2]..records[3]].to_vec();
    bytes[used..used + third.len()].copy_from_slice(&third);
    bytes[records[1] - 4] ^= 8;
    bytes[HEADER_BYTES + 90] ^= 1;
    for report in both(&bytes) {
        assert_expected(&report, &Expected::of(&events));
    }
    // The header is older than the last eleven, of which the second is damaged.
    let mut bytes = sound;
    let end = (records[9] - HEADER_BYTES) as u32;
    bytes[HEADER_BYTES + 48..HEADER_BYTES + 52].copy_from_slice(&end.to_le_bytes());
    bytes.copy_within(records[8] + 8..records[8] + 16, HEADER_BYTES + 32);
    bytes[records[11] - 4] ^= 8;
    evtx::sign(&mut bytes[HEADER_BYTES..HEADER_BYTES + CHUNK_BYTES]);
    for report in both(&bytes) {
        assert_expected(&report, &Expected::of(&events));
        assert!(codes(&report).contains(&"stale_header".to_owned()), "{report}");
    }
}

type Damage<'a> = dyn Fn(&mut Vec<u8>) + 'a;

/// Behind the end of a header that is older, or can't be believed, damaged records cost no others; and older ones stay where they are.
#[test]
fn damage_behind_an_old_end() {
    let events = log(20);
    let sound = evtx_of(&events);
    let records = evtx::record_offsets(&sound);
    let stale = |damage: &Damage<'_>| {
        let mut bytes = sound.clone();
        let end = (records[3] - HEADER_BYTES) as u32;
        bytes[HEADER_BYTES + 48..HEADER_BYTES + 52].copy_from_slice(&end.to_le_bytes());
        bytes.copy_within(records[2] + 8..records[2] + 16, HEADER_BYTES + 32);
        damage(&mut bytes);
        evtx::sign(&mut bytes[HEADER_BYTES..HEADER_BYTES + CHUNK_BYTES]);
        bytes
    };
    // The magic of the first one behind the end, all of its header, and the size at the end of the last one before.
    let lost_one: [&Damage<'_>; 2] =
        [&|bytes| bytes[records[3]] ^= 1, &|bytes| bytes[records[3]..records[3] + 24].fill(0)];
    for damage in lost_one {
        for report in both(&stale(damage)) {
            let rest = events.iter().enumerate().filter(|(at, _)| *at != 3).map(|(_, event)| event);
            assert_expected(&report, &Expected::of(rest));
            assert_eq!(report["totals"]["unreadable"], 1, "{report}");
        }
    }
    for report in both(&stale(&|bytes| bytes[records[3] - 4] ^= 8)) {
        assert_expected(&report, &Expected::of(&events));
    }
    // One bit of the end, and slack of another time behind the records.
    let used =
        u32::from_le_bytes(sound[HEADER_BYTES + 48..][..4].try_into().unwrap()) as usize + HEADER_BYTES;
    let mut bytes = sound.clone();
    let mut old = sound[records[5]..records[9]].to_vec();
    let mut at = 0;
    while at < old.len() {
        let size = u32::from_le_bytes(old[at + 4..at + 8].try_into().unwrap()) as usize;
        let number = u64::from_le_bytes(old[at + 8..at + 16].try_into().unwrap()) + 100;
        old[at + 8..at + 16].copy_from_slice(&number.to_le_bytes());
        old[at + 16..at + 24].copy_from_slice(&1_u64.to_le_bytes());
        at += size;
    }
    bytes[used..used + old.len()].copy_from_slice(&old);
    bytes[HEADER_BYTES + 48] ^= 8;
    for report in both(&bytes) {
        assert_expected(&report, &Expected::of(&events));
        assert!(!codes(&report).contains(&"damaged_record".to_owned()), "{report}");
    }
}

/// A chunk that the file cuts is read as others are, up to the cut.
#[test]
fn a_cut_chunk_whose_header_or_sizes_are_damaged() {
    let events = log(20);
    let sound = evtx_of(&events);
    let records = evtx::record_offsets(&sound);
    let cut = records[15] + 40;
    let [mut free, mut size] = [sound[..cut].to_vec(), sound[..cut].to_vec()];
    free[HEADER_BYTES + 48..HEADER_BYTES + 52].fill(0);
    size[records[4] + 4] ^= 8;
    for bytes in [free, size] {
        for report in both(&bytes) {
            assert_expected(&report, &Expected::of(&events[..15]));
            assert_eq!(report["totals"]["incomplete"], 1);
        }
    }
}
