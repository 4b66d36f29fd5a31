//! Files that a tar holds without their holes.

use crate::common::{self, assert_expected, problems, reads, report};
use serde_json::Value;
use testlog::evtx::{self, Style};
use testlog::tar::{self, Sparse};
use testlog::{Event, Expected, Options, Size, gzip};

fn log(events: u64) -> (Vec<Event>, Expected) {
    testlog::log(&Options { size: Size::Events(events), ..Options::default() })
}

/// The name of the only member.
fn member(report: &Value) -> &Value {
    let members = report["sources"][0]["members"].as_array().unwrap();
    assert_eq!(members.len(), 1, "{members:?}");
    &members[0]["name"]
}

/// An event log that was made larger before it was written to, with its slack and its end not stored.
#[test]
fn a_tar_of_a_file_without_its_holes() {
    let (events, expected) = log(90);
    let mut log = evtx::file(&events, Style::default());
    log.resize(3 * 1024 * 1024, 0);
    for style in Sparse::ALL {
        let archive = tar::sparse("logs/sysmon.evtx", &log, style);
        assert!(archive.len() < log.len() / 2, "{style:?}: {}", archive.len());
        let report = reads("logs.tar", &archive, &expected);
        assert_eq!(member(&report), "logs/sysmon.evtx", "{style:?}");
        let packed = reads("logs.tar.gz", &gzip::member(&archive), &expected);
        assert_eq!(member(&packed), "logs.tar/logs/sysmon.evtx", "{style:?}");
        let plain = reads("sysmon.evtx", &log, &expected);
        let place = |report: &Value| report["groups"][0]["evidence"][0]["offset"].clone();
        assert_eq!(place(&report), place(&plain), "{style:?}");
        for piece in [1, 511, 4096] {
            let pieces = common::report_of(&common::session(&[("logs.tar", &archive)], piece));
            assert_eq!(pieces, report, "{style:?} in pieces of {piece}");
        }
    }
}

/// So many runs that their list takes several blocks.
#[test]
fn a_tar_of_a_file_with_many_holes() {
    let (events, expected) = log(6000);
    let log = evtx::file(&events, Style::default());
    for style in Sparse::ALL {
        let archive = tar::sparse("sysmon.evtx", &log, style);
        let blocks =
            archive.chunks(512).skip(1).take_while(|block| style == Sparse::Gnu && block[504] == 1).count();
        assert!(style != Sparse::Gnu || (archive[482] == 1 && blocks >= 1), "{blocks}");
        reads("logs.tar", &archive, &expected);
    }
}

/// What is said of holes may be damaged, or a bomb: the content is read all the same.
#[test]
fn a_tar_with_holes_that_can_not_be() {
    let (events, expected) = log(40);
    let log = evtx::file(&events, Style::default());
    let whole = [&log[..], &[0; 8192]].concat();
    let said = |bytes: &[u8]| {
        let report = report(&[("case.tar", bytes)]);
        assert_expected(&report, &expected);
        problems(&report)
    };
    for style in Sparse::ALL {
        let sound = tar::sparse("a.evtx", &whole, style);
        assert_eq!(said(&sound), [""; 0], "{style:?}");
    }
    let size = |size: &str| {
        let mut bytes = tar::sparse("a.evtx", &log, Sparse::Gnu);
        bytes[483..483 + size.len()].copy_from_slice(size.as_bytes());
        tar::seal(&mut bytes);
        bytes
    };
    let [shorter, endless] = ["00000000010", "77777777777"].map(|octal| said(&size(octal)));
    // A header that states more than there is, with a hole of 2^60 bytes before it.
    let mut lie = tar::sparse("a.evtx", &log, Sparse::Gnu);
    lie.truncate(1024);
    lie[386..482].fill(0);
    for (at, number) in [(124, 1_u64 << 60), (386, 1 << 60), (398, 1 << 60), (483, 1 << 61)] {
        lie[at..at + 12].copy_from_slice(&[&[0x80, 0, 0, 0], &number.to_be_bytes()[..]].concat());
    }
    tar::seal(&mut lie);
    let lies = problems(&report(&[("case.tar", &lie)]));
    assert!(lies.iter().any(|line| line.starts_with("error over_limit [a.evtx, ")), "{lies:?}");
    // Damaged lines of a map, and an archive that ends in them.
    let mut lines = tar::sparse("a.evtx", &whole, Sparse::Pax10);
    let map = 3 * 512;
    let cut = problems(&report(&[("case.tar", &lines[..map + 20])]));
    assert!(cut.iter().any(|line| line.starts_with("error damaged_archive [a.evtx, ")), "{cut:?}");
    lines[map] = b'x';
    let damaged = said(&lines);
    assert!(damaged[0].starts_with("error damaged_archive [a.evtx, "), "{damaged:?}");
    // What pax records tell of one member is not told of the next one.
    let next =
        [&tar::sparse("a.evtx", &log, Sparse::Pax01)[..1024], &tar::sparse("b.evtx", &whole, Sparse::Gnu)]
            .concat();
    assert_eq!(said(&next), [""; 0]);
    // Behind that, what the log itself lacks without its holes.
    assert!(shorter[0].starts_with("error damaged_archive [a.evtx, offset 0 "), "{shorter:?}");
    assert!(endless[0].starts_with("error over_limit [a.evtx, offset 0 "), "{endless:?}");
}
