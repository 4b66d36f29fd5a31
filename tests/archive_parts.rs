//! The members of a zip and the folders of a 7z archive, read side by side, give the report of one reading.

use crate::common::forms;
use crate::common::{self, cut_at, differences, in_parts, misfit_of, report_of, spoil};
use proptest::prelude::*;
use proptest::sample::Index;
use sysmon_triage::intake::{Planned, plan};
use testlog::rng::Rng;
use testlog::sevenz::{self, Method};
use testlog::xml::{self, Layout, SPLUNK};
use testlog::zip::{self, Member};
use testlog::{Event, Options, Size, gzip};

fn events(seed: u64, count: u64) -> Vec<Event> {
    let matches = count / 4;
    let options = Options { seed, size: Size::Events(count), matches, groups: 3, ..Options::default() };
    testlog::log(&options).0
}

fn xml_of(events: &[Event]) -> Vec<u8> {
    xml::file(events, &SPLUNK, Layout::Ended("\n")).into_bytes()
}

/// Logs in many forms, packed ones too, and other things; `members` of them.
fn contents(rng: &mut Rng, seed: u64, members: usize) -> Vec<(String, Vec<u8>)> {
    let mut contents: Vec<(String, Vec<u8>)> = Vec::new();
    for number in 0..members {
        let forms = forms::plain(&events(seed + number as u64, 4));
        let form = &forms[rng.below(forms.len() as u32) as usize];
        contents.push(match rng.below(9) {
            0 => (format!("{number}/empty"), Vec::new()),
            1 => (format!("{number}/picture.png"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
            2 => (form.name.clone() + ".gz", gzip::member(&form.bytes)),
            3 => ("inner.zip".to_owned(), zip::archive(&[Member::new(&form.name, &form.bytes)])),
            4 => (format!("{number}/broken.json"), b"{\"EventID\":1,\n{\"EventID\":1".to_vec()),
            5 => ("folder/".to_owned(), Vec::new()),
            _ => (form.name.clone(), form.bytes.clone()),
        });
    }
    contents
}

/// A 7z archive of such, a few in each folder.
fn archive_7z(seed: u64, members: usize) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    let contents = contents(&mut rng, seed, members);
    let members: Vec<_> = contents.iter().map(|(name, content)| sevenz::Member::new(name, content)).collect();
    let mut folders = Vec::new();
    let mut rest = &members[..];
    while !rest.is_empty() {
        let (folder, behind) = rest.split_at(1 + rng.below(3.min(rest.len() as u32)) as usize);
        // A folder without a byte is one that no program writes.
        if folder.iter().any(|member| !member.content.is_empty()) {
            folders.push(folder);
        }
        rest = behind;
    }
    sevenz::archive(&folders, if rng.below(2) == 0 { Method::Copy } else { Method::Lzma2 })
}

/// A zip of such.
fn archive(seed: u64, members: usize) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    let contents = contents(&mut rng, seed, members);
    let members = contents.iter().map(|(name, content)| Member {
        deflate: rng.below(3) > 0 && !name.ends_with('/'),
        descriptor: rng.below(2) == 0,
        encrypted: rng.below(8) == 0,
        ..Member::new(name, content)
    });
    zip::archive(&members.collect::<Vec<_>>())
}

/// The same in pieces and in these parts. Says whether the parts did not fit.
fn check(bytes: &[u8], parts: Vec<Planned>, piece: usize, turn: usize) -> bool {
    let [whole, pieces] = [1 << 20, piece].map(|piece| common::session(&[("logs.zip", bytes)], piece));
    assert_eq!(differences(&pieces, &whole), [""; 0], "in pieces");
    misfit_of("logs.zip", bytes, parts, piece, turn)
}

#[test]
fn runs_of_small_members_and_a_large_one_alone() {
    let small = xml_of(&events(1, 2));
    let large = xml_of(&events(2, 900));
    let names: Vec<_> = (0..3001).map(|number| format!("{number}.xml")).collect();
    let member = |(number, name)| Member {
        deflate: false,
        ..Member::new(name, if number == 1000 { &large } else { &small })
    };
    let bytes = zip::archive(&names.iter().map(String::as_str).enumerate().map(member).collect::<Vec<_>>());
    let step = 200_000;
    assert!(large.len() > step as usize);
    let parts = plan(&bytes, 8 * step);
    let length = |planned: &Planned| planned.part.end.unwrap_or(bytes.len() as u64) - planned.part.start;
    let lengths: Vec<_> = parts.iter().map(length).collect();
    let alone = lengths.iter().filter(|length| **length >= large.len() as u64).count();
    assert_eq!(alone, 1, "{lengths:?}");
    assert!(lengths.iter().all(|length| *length < step + large.len() as u64), "{lengths:?}");
    assert!((lengths.len() as u64) < 2 * bytes.len() as u64 / step, "{lengths:?}");
    assert!(!check(&bytes, parts, 1 << 20, 1));
}

/// Every part reads the directory.
#[test]
fn a_long_directory_is_not_read_often() {
    let names: Vec<_> = (0..20_000).map(|number| number.to_string()).collect();
    let member = |name| Member { deflate: false, ..Member::new(name, b"nothing") };
    let bytes = zip::archive(&names.iter().map(|name| member(name)).collect::<Vec<_>>());
    let parts = plan(&bytes, 1).len();
    assert!((2..=52).contains(&parts), "{parts}");
}

#[test]
fn an_archive_without_logs_is_told_of_once() {
    let members =
        ["a", "b", "c"].map(|name| Member { deflate: false, ..Member::new(name, b"nothing of note") });
    let bytes = zip::archive(&members);
    let parts = plan(&bytes, 1);
    assert_eq!(parts.len(), 3);
    let session = in_parts("logs.zip", &bytes, &parts, 100);
    assert!(report_of(&session).to_string().contains("Nothing in the archive is an event log."));
    assert!(!check(&bytes, parts, 100, 2));
}

/// What is not of the plain shape is read as a whole.
#[test]
fn archives_that_are_not_cut() {
    let log = xml_of(&events(3, 9));
    let members = [("a.xml", false), ("b.xml", false), ("c.xml", true)];
    let members = members.map(|(name, deflate)| Member { deflate, ..Member::new(name, &log) });
    let good = zip::archive(&members);
    assert_eq!(plan(&good, 1).len(), 3);
    let directory = good.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    let mut overlapping = good.clone();
    // The size that the first entry states: 64 KiB more.
    overlapping[directory + 22] += 1;
    let mut twice = good.clone();
    let second = directory + 46 + "a.xml".len();
    // The second entry names the member of the first.
    twice[second + 42..second + 46].fill(0);
    let cut = good[..good.len() - 30].to_vec();
    let mut damaged = good.clone();
    damaged[second] = b'X';
    let one = zip::archive(&members[..1]);
    let none = zip::archive(&[]);
    for (what, bytes) in [
        ("overlapping", overlapping),
        ("twice", twice),
        ("cut", cut),
        ("damaged", damaged),
        ("one", one),
        ("none", none),
    ] {
        assert_eq!(plan(&bytes, 1), [], "{what}");
    }
}

/// The directory knows nothing of what only a member's own header says: how long its extra field is.
#[test]
fn a_member_that_reaches_into_the_next_part_is_noticed() {
    let log = xml_of(&events(4, 9));
    let members =
        ["a.xml", "b.xml", "c.xml"].map(|name| Member { deflate: false, ..Member::new(name, &log) });
    let mut bytes = zip::archive(&members);
    assert!(!check(&bytes, plan(&bytes, 1), 100, 0));
    bytes[28] = 50;
    let parts = plan(&bytes, 1);
    assert_eq!(parts.len(), 3);
    assert!(check(&bytes, parts, 100, 0));
    let whole = common::session(&[("logs.zip", &bytes)], 1 << 20);
    assert!(report_of(&whole).to_string().contains("it reaches into what follows it"));
}

/// Each folder of a 7z archive is one stream.
#[test]
fn folders_of_a_7z() {
    let log = xml_of(&events(5, 9));
    let names = ["a.xml", "b.xml", "c.xml"];
    let members = names.map(|name| sevenz::Member::new(name, &log));
    let solid = sevenz::archive(&[&members], Method::Lzma2);
    let apart: Vec<&[sevenz::Member]> = members.chunks(1).collect();
    let apart = sevenz::archive(&apart, Method::Lzma2);
    let parts = plan(&apart, 1);
    assert_eq!(parts.len(), 3);
    assert!(!check(&apart, parts, 100, 1));
    let mut damaged = apart.clone();
    *damaged.last_mut().unwrap() ^= 1;
    // What the directory does not list may stand anywhere.
    let (packed, directory) =
        apart[32..].split_at(u64::from_le_bytes(apart[12..20].try_into().unwrap()) as usize);
    let unlisted = sevenz::sealed(&[packed, &log].concat(), directory);
    let cut = apart[..apart.len() - 30].to_vec();
    for (what, bytes) in [("solid", solid), ("damaged", damaged), ("unlisted", unlisted), ("cut", cut)] {
        assert_eq!(plan(&bytes, 1), [], "{what}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_parts_in_any_order(
        seed in 0_u64..1 << 40, members in 1_usize..12, part in 1_u64..60_000, places in prop::collection::vec(any::<Index>(), 0..6),
        piece in 1_usize..5000, turn: usize,
    ) {
        let bytes = archive(seed, members);
        prop_assert!(!check(&bytes, plan(&bytes, part), piece, turn));
        // Members belong to the part in which they begin, wherever that ends.
        let places: Vec<_> = places.iter().map(|at| at.index(bytes.len()) as u64).collect();
        check(&bytes, cut_at(&bytes, &places), piece, turn);
    }

    #[test]
    fn any_parts_of_a_7z_in_any_order(
        seed in 0_u64..1 << 40, members in 1_usize..12, part in 1_u64..60_000, places in prop::collection::vec(any::<Index>(), 0..6),
        piece in 1_usize..5000, turn: usize,
    ) {
        let bytes = archive_7z(seed, members);
        prop_assert!(!check(&bytes, plan(&bytes, part), piece, turn));
        // Folders belong to the part in which they begin, wherever that ends.
        let places: Vec<_> = places.iter().map(|at| at.index(bytes.len()) as u64).collect();
        check(&bytes, cut_at(&bytes, &places), piece, turn);
    }

    #[test]
    fn any_parts_of_a_spoilt_7z(
        seed in 0_u64..1 << 40, kind: u8, at: Index, length in 1_usize..300, part in 1_u64..20_000,
        piece in 1_usize..5000, turn: usize,
    ) {
        let mut bytes = archive_7z(seed, 6);
        let at = at.index(bytes.len());
        spoil(&mut bytes, kind, at, length, seed);
        check(&bytes, plan(&bytes, part), piece, turn);
    }

    #[test]
    fn any_parts_of_a_spoilt_archive(
        seed in 0_u64..1 << 40, kind: u8, at: Index, length in 1_usize..300, part in 1_u64..20_000,
        piece in 1_usize..5000, turn: usize,
    ) {
        let mut bytes = archive(seed, 6);
        let at = at.index(bytes.len());
        spoil(&mut bytes, kind, at, length, seed);
        check(&bytes, plan(&bytes, part), piece, turn);
    }

    /// Most of the flaws that matter are in the directory and in the headers.
    #[test]
    fn any_parts_of_an_archive_with_a_spoilt_number(
        seed in 0_u64..1 << 40, members in 2_usize..5, at: Index, value: u8, part in 1_u64..9000,
        piece in 1_usize..5000, turn: usize,
    ) {
        let mut bytes = archive(seed, members);
        let headers = bytes.windows(2).enumerate().filter(|(_, bytes)| bytes == b"PK").map(|(at, _)| at);
        let places: Vec<_> = headers.flat_map(|header| header..header + 46).filter(|at| *at < bytes.len()).collect();
        bytes[places[at.index(places.len())]] = value;
        check(&bytes, plan(&bytes, part), piece, turn);
    }
}
