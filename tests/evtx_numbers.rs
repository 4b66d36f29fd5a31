//! Records that were taken out of EVTX logs, of which nothing but the numbers of the others tells.

use crate::common::damage::{evtx_of, log};
use crate::common::{self, assert_expected, cut_at, in_parts, problems, report, report_of};
use expect_test::expect;
use serde_json::Value;
use testlog::evtx::{self, CHUNK_BYTES, HEADER_BYTES};
use testlog::{Event, Expected};

/// Skimmed and parsed in full.
fn both(bytes: &[u8]) -> [Value; 2] {
    [report(&[("log.evtx", bytes)]), common::verified(bytes)]
}

fn without(events: &[Event], gone: std::ops::Range<usize>) -> Expected {
    Expected::of(events[..gone.start].iter().chain(&events[gone.end..]))
}

/// A log of one chunk that is closed up around records that were taken out: all but the numbers was made to fit.
fn closed_up(events: &[Event], gone: std::ops::Range<usize>) -> Vec<u8> {
    let left: Vec<_> = events[..gone.start].iter().chain(&events[gone.end..]).cloned().collect();
    let mut bytes = evtx_of(&left);
    let numbers = (0..events.len()).filter(|at| !gone.contains(at)).map(|at| at as u64 + 1);
    for (start, number) in evtx::record_offsets(&bytes).into_iter().zip(numbers) {
        bytes[start + 8..start + 16].copy_from_slice(&number.to_le_bytes());
    }
    state(&mut bytes, [16, 32], events.len() as u64);
    bytes
}

fn sign(bytes: &mut [u8]) {
    evtx::sign(&mut bytes[HEADER_BYTES..HEADER_BYTES + CHUNK_BYTES]);
}

/// Sets the numbers that the header of the first chunk states.
fn state(bytes: &mut [u8], at: [usize; 2], number: u64) {
    for at in at {
        bytes[HEADER_BYTES + at..HEADER_BYTES + at + 8].copy_from_slice(&number.to_le_bytes());
    }
}

#[test]
fn a_record_that_was_cut_out() {
    let events = log(20);
    let said = [
        (
            0..1,
            "A chunk begins with record number 2, but by its header with number 1: 1 record(s) are missing.",
        ),
        (7..8, "Record number 9 follows number 7: 1 record(s) are missing."),
        (7..12, "Record number 13 follows number 7: 5 record(s) are missing."),
        (
            17..20,
            "A chunk ends with record number 17, but by its header with number 20: 3 record(s) are missing.",
        ),
    ];
    for (gone, message) in said {
        let mut bytes = closed_up(&events, gone.clone());
        sign(&mut bytes);
        for report in both(&bytes) {
            let said = &report["sources"][0]["problems"];
            assert_eq!(said.as_array().unwrap().len(), 1, "{said}");
            assert_eq!((&said[0]["severity"], &report["totals"]["incomplete"]), (&"error".into(), &1.into()));
            assert_eq!((&said[0]["code"], &said[0]["message"]), (&"broken_numbers".into(), &message.into()));
            assert_expected(&report, &without(&events, gone.clone()));
        }
    }
}

/// Where the checksums were not made to fit, the numbers tell more than these.
#[test]
fn a_record_that_was_cut_out_without_a_new_checksum() {
    let events = log(20);
    let bytes = closed_up(&events, 4..6);
    for report in both(&bytes) {
        assert_eq!(problems(&report).len(), 2);
        assert!(problems(&report).iter().any(|problem| problem.contains("Record number 7 follows number 4")));
        assert_expected(&report, &without(&events, 4..6));
    }
}

/// A number that is damaged says nothing of others; one that was written there does.
#[test]
fn a_number_that_does_not_run_on() {
    let events = log(20);
    let mut bytes = evtx_of(&events);
    let third = evtx::record_offsets(&bytes)[2];
    bytes[third + 8] ^= 64;
    for report in both(&bytes) {
        assert_eq!(report["sources"][0]["problems"][0]["code"], "bad_checksum");
        assert_eq!(problems(&report).len(), 1);
        assert_expected(&report, &Expected::of(&events));
    }
    sign(&mut bytes);
    for report in both(&bytes) {
        assert!(
            problems(&report).iter().any(|problem| problem.contains("Record number 4 follows number 67"))
        );
        assert_expected(&report, &Expected::of(&events));
    }
}

/// The header of a chunk that states no numbers, or those of older records, says nothing of missing ones.
#[test]
fn a_header_that_states_other_numbers() {
    let events = log(20);
    for (at, number) in [([8, 24], 0), ([16, 32], 12), ([8, 24], 3)] {
        let mut bytes = evtx_of(&events);
        state(&mut bytes, at, number);
        sign(&mut bytes);
        for report in both(&bytes) {
            assert_eq!(problems(&report), [""; 0]);
            assert_expected(&report, &Expected::of(&events));
        }
    }
}

/// A log of five chunks, and the events of each.
fn five_chunks() -> (Vec<u8>, Vec<Vec<Event>>) {
    let mut events = log(1000);
    let chunk_of = |start: &usize| (start - HEADER_BYTES) / CHUNK_BYTES;
    let bytes = evtx_of(&events);
    let most = evtx::record_offsets(&bytes).iter().take_while(|start| chunk_of(start) < 5).count();
    events.truncate(most);
    let bytes = evtx_of(&events);
    let mut chunks = vec![Vec::new(); 5];
    for (event, start) in events.iter().zip(evtx::record_offsets(&bytes)) {
        chunks[chunk_of(&start)].push(event.clone());
    }
    (bytes, chunks)
}

/// The log with its chunks in this order, and a header that fits; `next`: the number of the next record.
fn ordered_with(log: &[u8], order: &[usize], next: u64) -> Vec<u8> {
    let mut bytes = log[..HEADER_BYTES].to_vec();
    bytes[24..32].copy_from_slice(&next.to_le_bytes());
    bytes[42..44].copy_from_slice(&(order.len() as u16).to_le_bytes());
    let checksum = crc32fast::hash(&bytes[..120]);
    bytes[124..128].copy_from_slice(&checksum.to_le_bytes());
    for chunk in order {
        bytes.extend(&log[HEADER_BYTES + chunk * CHUNK_BYTES..][..CHUNK_BYTES]);
    }
    bytes
}

fn number_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
}

fn ordered(log: &[u8], order: &[usize]) -> Vec<u8> {
    let last = |chunk: &usize| number_at(log, HEADER_BYTES + chunk * CHUNK_BYTES + 32);
    ordered_with(log, order, order.iter().map(last).max().unwrap() + 1)
}

/// What is said of the numbers, alike in both modes, and nothing else is.
#[track_caller]
fn said(bytes: &[u8], events: &Expected) -> Vec<String> {
    let [skimmed, verified] = both(bytes).map(|report| {
        assert_expected(&report, events);
        let told = report["sources"][0]["problems"].as_array().unwrap().iter();
        told.map(|problem| {
            assert_eq!(problem["code"], "broken_numbers", "{problem}");
            problem["message"].as_str().unwrap().to_owned()
        })
        .collect::<Vec<_>>()
    });
    assert_eq!(skimmed, verified);
    skimmed
}

fn events_of<'a>(chunks: &'a [Vec<Event>], order: &[usize]) -> Expected {
    Expected::of(order.iter().flat_map(|chunk| &chunks[*chunk]).collect::<Vec<&'a Event>>())
}

#[test]
fn a_chunk_that_was_cut_out() {
    let (log, chunks) = five_chunks();
    for (order, breaks) in [
        (&[0, 1, 3, 4][..], 1),
        (&[0, 2, 4], 2),
        // A log that is full goes on at its start; what it grows by comes behind its end.
        (&[3, 4, 0, 1, 2], 0),
        (&[3, 1, 2, 4], 0),
        (&[2, 3, 0, 1, 4], 0),
        // Where it goes on, one is missing.
        (&[3, 4, 0, 1], 1),
        (&[4, 0, 1, 2], 1),
        // Its first chunks leave no gap.
        (&[1, 2, 3], 0),
        (&[4, 1, 3], 1),
    ] {
        let told = said(&ordered(&log, order), &events_of(&chunks, order));
        assert_eq!(told.len(), breaks, "{order:?} {told:?}");
    }
    let told = |order: &[usize]| said(&ordered(&log, order), &events_of(&chunks, order)).join("\n");
    expect!["A chunk begins with record number 155, the one before it ends with number 103: 51 record(s) are missing."].assert_eq(&told(&[0, 1, 3, 4]));
    expect!["The log begins with record number 155 and ends with number 103, behind which it should go on: 51 record(s) are missing."].assert_eq(&told(&[3, 4, 0, 1]));
    // By the header of the file, which says how many there were.
    let next = number_at(&log, 24);
    let told = said(&ordered_with(&log, &[0, 1, 2, 3], next), &events_of(&chunks, &[0, 1, 2, 3]));
    expect!["By its header the log ends with record number 255, but the last one has number 202: 53 record(s) are missing."].assert_eq(&told.join("\n"));
}

/// A chunk without records parts no others, and its header tells of them.
#[test]
fn a_chunk_that_was_emptied() {
    let (log, chunks) = five_chunks();
    let emptied = |at: usize, numbers: (u64, u64)| {
        let mut bytes = log.clone();
        let chunk = &mut bytes[HEADER_BYTES + at * CHUNK_BYTES..][..CHUNK_BYTES];
        chunk[512..].fill(0);
        chunk[48..52].copy_from_slice(&512_u32.to_le_bytes());
        for (at, number) in [(8, numbers.0), (16, numbers.1), (24, numbers.0), (32, numbers.1)] {
            chunk[at..at + 8].copy_from_slice(&number.to_le_bytes());
        }
        evtx::sign(chunk);
        bytes
    };
    let numbers = |chunk: usize| {
        let at = HEADER_BYTES + chunk * CHUNK_BYTES;
        (number_at(&log, at + 24), number_at(&log, at + 32))
    };
    let left = |gone: usize| {
        let order: Vec<usize> = (0..5).filter(|chunk| *chunk != gone).collect();
        events_of(&chunks, &order)
    };
    for gone in 0..5 {
        let told = said(&emptied(gone, numbers(gone)), &left(gone));
        assert!(told.len() == 1 && told[0].starts_with("A chunk holds no record"), "{gone} {told:?}");
    }
    // As Windows writes one that was never used.
    for gone in 1..5 {
        for numbers in [(1, u64::MAX), (u64::MAX, u64::MAX)] {
            assert_eq!(said(&emptied(gone, numbers), &left(gone)).len(), 1, "{gone}");
        }
    }
}

/// What a chunk holds or held that is damaged is not missing.
#[test]
fn a_damaged_chunk_of_a_log_that_grew() {
    let (log, _) = five_chunks();
    let sound = ordered(&log, &[3, 1, 2, 4]);
    let records = evtx::record_offsets(&sound);
    for (at, bit) in [(records[4], 1), (records[4] + 8, 64), (records[4] + 4, 8)] {
        let mut bytes = sound.clone();
        bytes[at] ^= bit;
        for report in both(&bytes) {
            let told = problems(&report);
            assert!(!told.iter().any(|problem| problem.contains("broken_numbers")), "{told:?}");
        }
    }
}

/// A number that damage wrote at the edge of a chunk is none of those that the header states.
#[test]
fn a_damaged_number_at_the_edge_of_a_chunk() {
    let (log, _) = five_chunks();
    let (records, chunk) = (evtx::record_offsets(&log), HEADER_BYTES + CHUNK_BYTES);
    let first = records.iter().position(|at| *at >= chunk).unwrap();
    for (at, bit) in [(records[first] + 8, 64), (records[first - 1] + 13, 1), (records[first - 1] + 8, 64)] {
        let mut bytes = log.clone();
        bytes[at] ^= bit;
        for report in both(&bytes) {
            assert!(
                !problems(&report).iter().any(|problem| problem.contains("broken_numbers")),
                "{at} {bit}"
            );
        }
    }
}

/// Neither a great number nor another log before it hides what is missing.
#[test]
fn what_would_hide_a_gap() {
    let (log, chunks) = five_chunks();
    let mut bytes = ordered(&log, &[0, 2, 4]);
    let records = evtx::record_offsets(&bytes);
    let last = records.iter().rposition(|at| *at < HEADER_BYTES + CHUNK_BYTES).unwrap();
    bytes[records[last - 1] + 8..records[last - 1] + 16].copy_from_slice(&(u64::MAX - 1).to_le_bytes());
    bytes[records[last] + 8..records[last] + 16].copy_from_slice(&u64::MAX.to_le_bytes());
    state(&mut bytes, [16, 32], u64::MAX);
    sign(&mut bytes);
    let told = said(&bytes, &events_of(&chunks, &[0, 2, 4]));
    assert!(told.iter().any(|one| one.starts_with("A chunk begins")), "{told:?}");

    let two = [log.clone(), ordered(&log, &[0, 1, 3, 4])].concat();
    for report in both(&two) {
        let told = problems(&report);
        assert_eq!(told.iter().filter(|problem| problem.contains("are missing")).count(), 1, "{told:?}");
    }

    // Zeros that were cut off behind the used part.
    let mut bytes = closed_up(&common::damage::log(20), 4..6);
    sign(&mut bytes);
    bytes.truncate(bytes.len() - 100);
    for report in both(&bytes) {
        assert!(problems(&report).iter().any(|problem| problem.contains("Record number 7 follows number 4")));
    }

    // Another number that damage wrote.
    let mut bytes = closed_up(&common::damage::log(20), 4..6);
    let at = evtx::record_offsets(&bytes)[12] + 15;
    bytes[at] = 128;
    for report in both(&bytes) {
        assert!(problems(&report).iter().any(|problem| problem.contains("Record number 7 follows number 4")));
    }
}

/// Also where each chunk is a part of its own, and the parts come in any order.
#[test]
fn a_chunk_that_was_cut_out_in_parts() {
    let (log, _) = five_chunks();
    for order in [&[0, 1, 3, 4][..], &[3, 4, 0, 1, 2], &[0, 2, 4], &[3, 4, 0, 1]] {
        let bytes = ordered(&log, order);
        let whole = report(&[("log.evtx", &bytes)]);
        let places: Vec<_> =
            (1..order.len()).map(|chunk| (HEADER_BYTES + chunk * CHUNK_BYTES) as u64).collect();
        let mut parts = cut_at(&bytes, &places);
        for turn in 0..parts.len() {
            parts.rotate_left(turn);
            let have = report_of(&in_parts("log.evtx", &bytes, &parts, 40_000));
            assert_eq!(problems(&have), problems(&whole), "{order:?}");
        }
    }
}
