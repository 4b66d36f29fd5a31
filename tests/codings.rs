//! What bzip2, xz, zstd and Deflate64 packed, by other programs: `fixtures/packed/README.md`.

use proptest::prelude::*;
use testlog::zip;

use crate::common::{counts, differences, problems, read, report, report_of, rows, session, spoil, streamed};
use crate::sevenz;

/// What they hold, and the archives of `sevenz.rs`: records, process creations and matches.
pub const COUNTS: (u64, u64, u64) = (101, 100, 100);

/// A file, its form, and what it holds is called.
const FILES: [(&str, &str, &str, &[u8]); 9] = [
    ("log.xml.bz2", "bzip2", "log.xml", include_bytes!("fixtures/packed/log.xml.bz2")),
    ("log.xml.xz", "xz", "log.xml", include_bytes!("fixtures/packed/log.xml.xz")),
    ("log.xml.zst", "zstd", "log.xml", include_bytes!("fixtures/packed/log.xml.zst")),
    ("two.bz2", "bzip2", "two", include_bytes!("fixtures/packed/two.bz2")),
    ("two.xz", "xz", "two", include_bytes!("fixtures/packed/two.xz")),
    ("two.zst", "zstd", "two", include_bytes!("fixtures/packed/two.zst")),
    ("deflate64.zip", "zip", "log.xml", include_bytes!("fixtures/packed/deflate64.zip")),
    ("bzip2.zip", "zip", "log.xml", include_bytes!("fixtures/packed/bzip2.zip")),
    ("zstd.zip", "zip", "log.xml", include_bytes!("fixtures/packed/zstd.zip")),
];

#[test]
fn each_is_read_as_what_it_holds() {
    let all = FILES.map(|(name, format, member, bytes)| {
        let report = report(&[(name, bytes)]);
        assert_eq!((counts(&report), problems(&report)), (COUNTS, vec![]), "{name}");
        let source = &report["sources"][0];
        assert_eq!(source["format"], format, "{name}");
        assert_eq!(source["members"][0]["name"], member, "{name}");
        assert_eq!(source["members"][0]["bytes"], 203_974, "{name}");
        rows(&report)
    });
    assert!(all.iter().all(|rows| *rows == all[0] && rows.len() == 40));
}

#[test]
fn in_pieces_of_any_size() {
    for (name, _, _, bytes) in FILES {
        let whole = session(&[(name, bytes)], usize::MAX);
        for piece in [1, 7, 1000, 16 * 1024 + 1] {
            let pieces = session(&[(name, bytes)], piece);
            assert_eq!(differences(&pieces, &whole), [""; 0], "{name} in pieces of {piece}");
        }
    }
}

#[test]
fn from_a_pipe() {
    for (name, format, _, bytes) in FILES {
        // A zip of an unknown size is held, and read from its end.
        let report = report_of(&streamed(name, bytes, 5000));
        assert_eq!((counts(&report), problems(&report)), (COUNTS, vec![]), "{name} {format}");
    }
}

/// What was unpacked before the end counts, and the rest is told of.
#[test]
fn one_that_is_cut_gives_what_is_there() {
    for (name, format, _, bytes) in FILES {
        if format == "zip" {
            continue;
        }
        for length in (20..bytes.len()).step_by(211) {
            let ((_, _, matches), said) = read(&bytes[..length]);
            // The last bytes are checksums.
            let is_all = length + 64 > bytes.len();
            assert!(
                (matches < 100 || is_all) && !said.is_empty(),
                "{name} of {length} bytes: {matches}, {said:?}"
            );
        }
        let most = report(&[(name, &bytes[..bytes.len() - 1])]);
        // The last byte is one of a checksum or index. The second frame of zstd has none: its last block is not whole.
        let least = if name == "two.zst" { 44 } else { 90 };
        assert!(counts(&most).0 >= least, "{name}: {:?}", counts(&most));
    }
}

/// Another stream behind a broken one is read.
#[test]
fn a_broken_stream_costs_no_other_one() {
    for (name, format, _, bytes) in FILES.iter().filter(|(name, ..)| name.starts_with("two")) {
        let mut spoilt = bytes.to_vec();
        spoilt[2000..2100].fill(0xa5);
        let report = report(&[(name, &spoilt)]);
        let said = problems(&report);
        assert!(
            said.iter().any(|line| line.contains(&format!("The {format} stream that begins here breaks"))),
            "{said:?}"
        );
        // 56 of the events stand in the second stream.
        assert!(counts(&report).0 >= 56, "{name}: {:?}", counts(&report));
    }
}

#[test]
fn zeros_between_streams_and_frames_without_data_are_passed_over() {
    let [.., two_xz] = ["two.bz2", "two.xz"].map(file);
    let second = two_xz[1..].windows(6).position(|six| six == b"\xfd7zXZ\0").unwrap() + 1;
    // Padding as the format allows it (2.2).
    let padded = [&two_xz[..second], &[0; 8], &two_xz[second..]].concat();
    let report_of_padded = report(&[("log.xz", &padded)]);
    assert_eq!(counts(&report_of_padded), COUNTS);
    let said = problems(&report_of_padded);
    assert!(said.len() == 1 && said[0].starts_with("info trailing_bytes"), "{said:?}");
    let skippable =
        [&b"\x50\x2a\x4d\x18\x05\0\0\0abcde"[..], file("two.zst"), b"\x5f\x2a\x4d\x18\0\0\0\0"].concat();
    let report = report(&[("log.zst", &skippable)]);
    assert_eq!((counts(&report), problems(&report)), (COUNTS, vec![]));
}

fn file(wanted: &str) -> &'static [u8] {
    FILES.iter().find(|(name, ..)| *name == wanted).unwrap().3
}

/// What asks for more than is held, or for what is not known here, is no damage.
#[test]
fn what_is_not_known_here_is_named() {
    // A window of 256 MiB (RFC 8878 3.1.1.1.2), and a dictionary with the number 7.
    let large: &[u8] = b"\x28\xb5\x2f\xfd\x00\x90\x01\0\0";
    let dictionary: &[u8] = b"\x28\xb5\x2f\xfd\x01\x58\x07\x01\0\0";
    for (bytes, says) in
        [(large, "farther than the 128 MiB"), (dictionary, "a dictionary that is not known here")]
    {
        let report = report(&[("log.zst", bytes)]);
        let said = problems(&report);
        assert!(said[0].starts_with("error unsupported_packing") && said[0].contains(says), "{said:?}");
    }
}

/// The decoder of Deflate64 reads too far by where a piece ends, and does not say so: it is fed byte by byte.
#[test]
fn what_stands_behind_deflate64_is_counted_to_the_byte() {
    // The letter `a` by the fixed codes (RFC 1951 3.2.6), whose end has seven bits, and two bytes that are no more of it.
    let stray = zip::Member { deflate: false, ..zip::Member::new("a.txt", b"K\x04\0xy") };
    let mut bytes = zip::archive(&[stray]);
    let directory = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    // The method, the checksum and the unpacked size, in the local header and in the directory.
    for at in [8, directory + 10] {
        bytes[at..at + 2].copy_from_slice(&9_u16.to_le_bytes());
        bytes[at + 6..at + 10].copy_from_slice(&0xe8b7_be43_u32.to_le_bytes());
        bytes[at + 14..at + 18].copy_from_slice(&1_u32.to_le_bytes());
    }
    for piece in [1, 2, 3, usize::MAX] {
        let said = problems(&report_of(&session(&[("log.zip", &bytes)], piece)));
        let behind = "warning stray_bytes [a.txt] 2 byte(s) behind the end of its data were not read.";
        assert!(said.iter().any(|line| line == behind), "in pieces of {piece}: {said:?}");
    }
}

/// Letters that are a beginning of bzip2's are a text.
#[test]
fn a_text_that_begins_like_bzip2_is_a_text() {
    let report = report(&[("notes.txt", b"BZh5 is what a file of bzip2 begins with.\n")]);
    assert_eq!(report["sources"][0]["format"], "text");
}

/// Blocks of xz need nothing of each other: a damaged one costs its own events alone. The log has four, of 64 KiB each.
#[test]
fn a_damaged_block_of_xz() {
    let (name, _, _, bytes) = FILES[1];
    assert_eq!(name, "log.xml.xz");
    let most_in_a_block = 101 / 3 + 2;
    for at in (12..bytes.len() - 100).step_by(37) {
        let mut damaged = bytes.to_vec();
        damaged[at] ^= 0x55;
        let whole = session(&[(name, &damaged)], usize::MAX);
        let report = report_of(&whole);
        let said = problems(&report);
        assert!(counts(&report).0 + most_in_a_block >= 101, "{at}: {:?} {said:?}", counts(&report));
        assert!(said.iter().any(|said| said.starts_with("error damaged_archive")), "{at}: {said:?}");
        assert_eq!(differences(&session(&[(name, &damaged)], 1000), &whole), [""; 0], "{at}");
    }
}

/// One that was taken out is missed at the end, where they are listed.
#[test]
fn a_block_of_xz_that_was_taken_out() {
    let (name, _, _, bytes) = FILES[1];
    let blocks: Vec<_> = (12..bytes.len() - 28).filter(|at| is_header_of_block(&bytes[*at..])).collect();
    assert_eq!(blocks.len(), 4, "{blocks:?}");
    let without = [&bytes[..blocks[1]], &bytes[blocks[2]..]].concat();
    let said = problems(&report(&[(name, &without)]));
    let index = "its index lists other blocks than were unpacked";
    assert!(
        said.iter().any(|said| said.starts_with("error damaged_archive") && said.contains(index)),
        "{said:?}"
    );
}

fn is_header_of_block(bytes: &[u8]) -> bool {
    let length = 4 * (usize::from(bytes[0]) + 1);
    bytes[0] > 0
        && bytes.len() >= length
        && crc32fast::hash(&bytes[..length - 4]).to_le_bytes() == bytes[length - 4..length]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Damage is told of, and what it costs does not depend on how the bytes came.
    #[test]
    fn any_damage_in_any_pieces(
        kind: u8, at: prop::sample::Index, length in 1_usize..3000, seed: u64, pieces in prop::collection::vec(1_usize..9000, 2),
    ) {
        let files = FILES.map(|(name, _, _, bytes)| (name, bytes)).into_iter().chain(sevenz::FILES);
        for (name, bytes) in files {
            let mut spoilt = bytes.to_vec();
            let at = at.index(bytes.len());
            spoil(&mut spoilt, kind, at, length, seed);
            let [one, other] = [pieces[0], pieces[1]].map(|piece| session(&[(name, &spoilt)], piece));
            let different = differences(&one, &other);
            prop_assert!(different.is_empty(), "{}: {}", name, different.join("\n"));
            let report = report_of(&one);
            prop_assert!(counts(&report) == COUNTS || !problems(&report).is_empty(), "{}: {:?}", name, counts(&report));
        }
    }
}
