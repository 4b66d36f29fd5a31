//! Damaged archives: what is lost is named with its place and its cause, and all else is still read.

use crate::common::damage::{gives, log, xml_of};
use crate::common::{self, assert_expected, problems, report};
use expect_test::expect;
use proptest::prelude::*;
use sysmon_triage::rule::wmi::RULE;
use sysmon_triage::scan::Scan;
use testlog::json::{self, Layout, Shape};
use testlog::tar::{self, Naming};
use testlog::zip::{self, Member};
use testlog::{Expected, csv, gzip};

#[test]
fn gzip_cut() {
    let events = log(400);
    let packed = gzip::member(xml_of(&events).as_bytes());
    let report = report(&[("cut.log.gz", &packed[..packed.len() / 2])]);
    let records = report["totals"]["records"].as_u64().unwrap();
    assert!(records > 100, "{records}");
    assert_expected(&report, &Expected::of(&events[..records as usize]));
    let said = problems(&report);
    assert!(said.iter().any(|line| line.contains("error truncated [offset")), "{said:?}");
}

#[test]
fn gzip_corrupt() {
    let events = log(400);
    let mut packed = gzip::member(xml_of(&events).as_bytes());
    let half = packed.len() / 2;
    packed[half..half + 64].fill(0xff);
    let report = report(&[("bad.log.gz", &packed)]);
    let records = report["totals"]["records"].as_u64().unwrap();
    assert!(records > 100, "{records}");
    let said = problems(&report);
    assert!(said.iter().any(|line| line.starts_with("error damaged_archive [offset")), "{said:?}");
}

/// A file of many streams, as log shippers write it, is more than its first damaged one.
#[test]
fn gzip_of_many_streams_with_a_damaged_one() {
    let events = log(90);
    let streams: Vec<_> = events.chunks(30).map(|events| gzip::member(xml_of(events).as_bytes())).collect();
    let second = streams[0].len();
    let inside = second + streams[1].len() / 2;
    for (at, bits, code, least) in [
        // The magic of a stream, its method, its data, its checksum.
        (second, 0x80, "error damaged_archive", 60),
        (second + 1, 1, "error damaged_archive", 60),
        (second + 2, 4, "error damaged_archive", 60),
        (inside, 0xff, "error damaged_archive", 60),
        (second + streams[1].len() - 8, 1, "error damaged_archive", 90),
    ] {
        let mut packed = streams.concat();
        packed[at] ^= bits;
        let inputs: &[(&str, &[u8])] = &[("bad.log.gz", &packed)];
        let report = report(inputs);
        let records = report["totals"]["records"].as_u64().unwrap();
        let said = problems(&report);
        assert!(records >= least, "{at}: {records} {said:?}");
        assert!(said.iter().any(|line| line.starts_with(code)), "{at}: {said:?}");
        let whole = common::session(inputs, usize::MAX);
        for piece in [1, 7777] {
            let differences = common::differences(&common::session(inputs, piece), &whole);
            assert!(differences.is_empty(), "{at}: {differences:?}");
        }
    }
}

/// Of a stream that breaks in the middle of a record, and the next one, no record is made that nobody logged.
#[test]
fn behind_a_broken_gzip_stream_another_record_begins() {
    let events = log(400);
    let [first, second] = [&events[..390], &events[390..]];
    let expected = Expected::of(second).rows().len();
    assert!(expected > 0);
    let json = |events: &[_]| json::file(events, Shape::ALL[0], Layout::Lines);
    let table = |events: &[_]| csv::fields(events, ',');
    let rows = |text: String| text.split_once('\n').unwrap().1.to_owned();
    let texts = [
        ("log.xml.gz", xml_of(first), xml_of(second)),
        ("log.json.gz", json(first), json(second)),
        ("log.csv.gz", table(first), rows(table(second))),
        // A few bytes of the first one.
        ("log.json.gz", "{\"E".to_owned(), json(second)),
        ("log.json.gz", String::new(), json(second)),
    ];
    for (name, first, second) in texts {
        // Without its last bytes: in the middle of a record, and of a word.
        let packed = gzip::member(&first.as_bytes()[..first.len() - first.len().min(20)]);
        let mut bytes = [&packed[..], &gzip::member(second.as_bytes())].concat();
        // Its checksum.
        bytes[packed.len() - 8] ^= 1;
        let inputs: &[(&str, &[u8])] = &[(name, &bytes)];
        let whole = common::session(inputs, usize::MAX);
        let report = common::report_of(&whole);
        let records = report["totals"]["records"].as_u64().unwrap();
        let sound = match name {
            _ if first.len() < 20 => 10,
            // A row that is cut is told of, and read as far as it goes.
            "log.csv.gz" => 400,
            _ => 399,
        };
        let said = problems(&report);
        assert_eq!(records, sound, "{name} {said:?}");
        let differences = common::differences(&common::session(inputs, 777), &whole);
        assert!(differences.is_empty(), "{name}: {differences:?}");
    }
}

#[test]
fn what_no_gzip_stream_takes_is_named_with_its_length() {
    let events = log(20);
    let packed = gzip::member(xml_of(&events).as_bytes());
    let bytes = [&packed[..], b"\0\0\0", &packed, b"not packed"].concat();
    let said = problems(&report(&[("log.gz", &bytes)]));
    assert_eq!(said.len(), 2, "{said:?}");
    let at = 2 * packed.len() + 3;
    assert!(said[0].starts_with(&format!("error damaged_archive [offset {at} ")), "{said:?}");
    assert!(said[0].contains("10 byte(s)"), "{said:?}");
    assert!(said[1].starts_with("info trailing_bytes") && said[1].contains("3 byte(s)"), "{said:?}");
}

/// However the bytes come, the damage is told in the same words.
#[test]
fn gzip_corrupt_in_any_pieces() {
    let events = log(400);
    let mut packed = gzip::member(xml_of(&events).as_bytes());
    let half = packed.len() / 2;
    for junk in 0..64 {
        packed[half + junk] ^= 0x55;
        let inputs: &[(&str, &[u8])] = &[("bad.log.gz", &packed)];
        let whole = common::session(inputs, usize::MAX);
        for piece in [100, 7777] {
            let differences = common::differences(&common::session(inputs, piece), &whole);
            assert!(differences.is_empty(), "{differences:?}");
        }
    }
}

#[test]
fn gzip_with_a_wrong_checksum() {
    let events = log(20);
    let mut packed = gzip::member(xml_of(&events).as_bytes());
    let at = packed.len() - 8;
    packed[at] ^= 1;
    gives(
        "bad.log.gz",
        &packed,
        &events,
        expect![[r#"
        error damaged_archive [offset 0 (0x0)] The gzip stream that begins here breaks after 28338 unpacked bytes (the compressed data or its checksum is not valid); what was unpacked was read, though some of it may be wrong, and nothing behind it.
    "#]],
    );
}

/// Without its directory a zip is walked through; the member that is cut is read up to there.
#[test]
fn zip_cut_in_a_member() {
    let events = log(400);
    let [first, second] = [&events[..100], &events[100..]].map(xml_of);
    for (names, descriptors) in [(["a.xml", "b.xml"], false), (["c.xml", "d.xml"], true)] {
        let member = |name, text: &'static str| Member {
            descriptor: descriptors,
            ..Member::new(name, text.as_bytes())
        };
        let (first, second) = (first.clone().leak(), second.clone().leak());
        let archive = zip::archive(&[member(names[0], first), member(names[1], second)]);
        let report = report(&[("cut.zip", &archive[..archive.len() * 3 / 4])]);
        let records = report["totals"]["records"].as_u64().unwrap();
        assert!(records > 150, "{records}");
        assert_expected(&report, &Expected::of(&events[..records as usize]));
        let said = problems(&report).join("\n");
        assert!(
            said.contains("damaged_archive []")
                && said.contains("truncated [d.xml]") | said.contains("truncated [b.xml]"),
            "{said}"
        );
    }
}

#[test]
fn zip_cut() {
    let events = log(20);
    let text = xml_of(&events);
    let archive = zip::archive(&[Member::new("a.xml", text.as_bytes())]);
    gives(
        "cut.zip",
        &archive[..archive.len() - 30],
        &events,
        expect![[r#"
            error damaged_archive [] The zip's directory can't be read (invalid Zip archive: Could not find EOCD), so the archive is cut or damaged; its members were looked for by their own headers.
        "#]],
    );
}

#[test]
fn an_encrypted_member_is_named_and_skipped() {
    let events = log(40);
    let [first, second] = [&events[..20], &events[20..]].map(xml_of);
    let archive = zip::archive(&[
        Member::new("before.xml", first.as_bytes()),
        Member { encrypted: true, ..Member::new("secret/sysmon.evtx", b"not to be read") },
        Member::new("after.xml", second.as_bytes()),
    ]);
    gives(
        "case.zip",
        &archive,
        &events,
        expect![[r#"
        error encrypted_member [secret/sysmon.evtx] It is encrypted; it was not read.
    "#]],
    );
}

#[test]
fn a_member_with_a_wrong_checksum() {
    let events = log(20);
    let text = xml_of(&events);
    let member = Member { deflate: false, ..Member::new("a.xml", text.as_bytes()) };
    let mut archive = zip::archive(&[member]);
    let directory = archive.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    archive[directory + 16] ^= 1;
    gives(
        "bad.zip",
        &archive,
        &events,
        expect![[r#"
        error damaged_archive [a.xml] Its checksum does not match: the content is damaged or cut.
    "#]],
    );
}

#[test]
fn a_member_that_is_damaged_does_not_cost_the_others() {
    let events = log(40);
    let [first, second] = [&events[..20], &events[20..]].map(xml_of);
    let mut archive =
        zip::archive(&[Member::new("bad.xml", first.as_bytes()), Member::new("good.xml", second.as_bytes())]);
    // The first block of the first member's data.
    archive[37..60].fill(0xff);
    let report = report(&[("case.zip", &archive)]);
    assert_expected(&report, &Expected::of(&events[20..]));
    let said = problems(&report);
    assert!(said[0].starts_with("error damaged_archive [bad.xml] "), "{said:?}");
}

#[test]
fn an_unknown_method() {
    let events = log(20);
    let text = xml_of(&events);
    let mut archive = zip::archive(&[Member::new("a.xml", b"xxxx"), Member::new("b.xml", text.as_bytes())]);
    let directory = archive.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    archive[directory + 10] = 14;
    gives(
        "lzma.zip",
        &archive,
        &events,
        expect![[r#"
        error unsupported_packing [a.xml] It is compressed as Lzma, which is not opened here.
    "#]],
    );
}

#[test]
fn tar_cut_and_with_a_damaged_header() {
    let events = log(40);
    let [first, second] = [&events[..20], &events[20..]].map(xml_of);
    let list: &[(&str, &[u8])] = &[("a.xml", first.as_bytes()), ("b.xml", second.as_bytes())];
    let archive = tar::archive(list, Naming::Ustar);
    let cut = archive.len() - 1024 - 700;
    let report = report(&[("cut.tar", &archive[..cut])]);
    let records = report["totals"]["records"].as_u64().unwrap() as usize;
    assert!(records >= 39, "{records}");
    assert_expected(&report, &Expected::of(&events[..records]));
    let said = problems(&report);
    assert!(said.iter().any(|line| line.contains("The tar archive ends in the middle")), "{said:?}");

    let mut damaged = archive.clone();
    let header = 512 + first.len().next_multiple_of(512);
    damaged[header + 148] = b'x';
    gives(
        "bad.tar",
        &damaged,
        &events[..20],
        expect![[r#"
        error damaged_archive [offset 29184 (0x7200)] A tar header is damaged; reading goes on at the next good one.
    "#]],
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// A file that grows or shrinks while it is read, and a face that hands over more than is wanted: with a directory,
    /// and without one.
    #[test]
    fn a_zip_that_is_longer_or_shorter_than_its_stated_size(
        cut in 0_usize..3000, size in 0_u64..3000, more in 0_usize..3000, spoilt: bool, at in 0_usize..3000, value: u8,
    ) {
        let text = xml_of(&log(5));
        let members = [Member::new("a.xml", text.as_bytes()), Member { descriptor: true, ..Member::new("b.xml", text.as_bytes()) }];
        let mut bytes = zip::archive(&members);
        bytes.truncate(bytes.len() - cut.min(bytes.len() - 4));
        if let (true, Some(byte)) = (spoilt, bytes.get_mut(at)) {
            *byte = value;
        }
        let mut scan = Scan::new(&RULE, 0, "a.zip", Some(size));
        let mut pushes = 0;
        while let Some(want) = scan.want() {
            let rest = bytes.get(want.offset as usize..).unwrap_or_default();
            let length = (want.length as usize).min(1000).saturating_add(more).min(rest.len());
            if length == 0 {
                break;
            }
            scan.push(&rest[..length]);
            pushes += 1;
            prop_assert!(pushes < 1000, "it goes round in circles");
        }
        scan.push(&bytes[..more.min(bytes.len())]);
        _ = scan.finish();
    }
}

/// The directory of an archive of two members, changed: how many it says there are, or without the one that is named.
fn lying(archive: &[u8], count: Option<u16>, without: Option<&str>) -> Vec<u8> {
    let mut bytes = archive.to_vec();
    let end = bytes.windows(4).rposition(|four| four == b"PK\x05\x06").unwrap();
    if let Some(count) = count {
        bytes[end + 8..end + 12].copy_from_slice([count, count].map(u16::to_le_bytes).as_flattened());
    }
    let Some(name) = without else { return bytes };
    let first = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    let at = (first..end)
        .filter(|at| bytes[*at..].starts_with(b"PK\x01\x02"))
        .find(|at| bytes[at + 46..].starts_with(name.as_bytes()))
        .unwrap();
    bytes.drain(at..at + 46 + name.len());
    let end = end - 46 - name.len();
    let count = u16::from_le_bytes([bytes[end + 8], bytes[end + 9]]) - 1;
    bytes[end + 8..end + 12].copy_from_slice([count, count].map(u16::to_le_bytes).as_flattened());
    let size = (end - first) as u32;
    bytes[end + 12..end + 16].copy_from_slice(&size.to_le_bytes());
    bytes
}

/// What the directory leaves out is there all the same.
#[test]
fn a_zip_whose_directory_leaves_a_member_out() {
    let events = log(40);
    let [first, second] = [&events[..20], &events[20..]].map(xml_of);
    for (deflate, descriptor) in [(true, false), (true, true), (false, false)] {
        let member =
            |name, text: &'static str| Member { deflate, descriptor, ..Member::new(name, text.as_bytes()) };
        let archive = zip::archive(&[
            member("a.xml", first.clone().leak()),
            member("folder/", ""),
            Member { deflate: false, descriptor: false, ..Member::new("old\\", b"") },
            member("b.xml", second.clone().leak()),
        ]);
        assert_eq!(problems(&report(&[("whole.zip", &archive)])), [""; 0]);
        for (count, without) in
            [(Some(0), None), (Some(1), None), (Some(2), None), (None, Some("a.xml")), (None, Some("b.xml"))]
        {
            let lying = lying(&archive, count, without);
            let report = report(&[("case.zip", &lying)]);
            assert_expected(&report, &Expected::of(&events));
            let said = problems(&report);
            assert!(
                said.iter().any(|line| line.starts_with("warning unlisted_members")),
                "{count:?} {without:?} {said:?}"
            );
            // A match in it is found again.
            let inputs: &[(&str, &[u8])] = &[("case.zip", &lying)];
            let whole = common::session(inputs, usize::MAX);
            for piece in [1, 100, 7777] {
                let differences = common::differences(&common::session(inputs, piece), &whole);
                assert!(differences.is_empty(), "{count:?} {without:?} {differences:?}");
            }
        }
    }
}

#[test]
fn bytes_of_a_zip_that_belong_to_no_member() {
    let events = log(40);
    let [first, second] = [&events[..20], &events[20..]].map(xml_of);
    let archive =
        zip::archive(&[Member::new("a.xml", first.as_bytes()), Member::new("b.xml", second.as_bytes())]);
    let mut hidden = lying(&archive, None, Some("b.xml"));
    let at = hidden.windows(4).rposition(|four| four == b"PK\x03\x04").unwrap();
    hidden[at..at + 4].fill(b'x');
    let said = problems(&report(&[("case.zip", &hidden)]));
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with(&format!("warning stray_bytes [offset {at} ")), "{said:?}");
}

/// A tar whose first entry has another type and size than it had; the checksum fits.
/// Other tools pass over it without a word; what is a member of it is read.
#[test]
fn what_stands_behind_the_end_of_a_zip() {
    let events = log(40);
    let [first, second] = [&events[..20], &events[20..]].map(xml_of);
    let archive = zip::archive(&[Member::new("a.xml", first.as_bytes())]);
    let end = archive.len();
    let record = end - 22;
    let other = zip::archive(&[Member::new("b.xml", second.as_bytes())]);
    let member = &other[..other.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap()];
    let with = |at: usize, more: &[u8]| [&archive[..at], more, &archive[at..]].concat();
    let said = |bytes: &[u8], read: &[testlog::Event]| {
        let inputs: &[(&str, &[u8])] = &[("case.zip", bytes)];
        let whole = common::session(inputs, usize::MAX);
        for piece in [1, 100, 7777] {
            let differences = common::differences(&common::session(inputs, piece), &whole);
            assert!(differences.is_empty(), "{differences:?}");
        }
        let report = report(inputs);
        assert_expected(&report, &Expected::of(read));
        problems(&report)
    };
    // A comment, zeros, and the records of a large archive are its own.
    let mut comment = [&archive[..], b"made by hand"].concat();
    comment[end - 2] = 12;
    let zip64 = [&b"PK\x06\x06"[..], &44u64.to_le_bytes(), &[0; 44], b"PK\x06\x07", &[0; 16]].concat();
    for own in [&comment, &with(end, &[0; 512]), &with(record, &zip64)] {
        assert_eq!(said(own, &events[..20]), [""; 0]);
    }
    // What tells of events is more than something strange.
    let cases = [
        (end, &b"x"[..], "warning stray_bytes"),
        (end, first.as_bytes(), "error damaged_archive"),
        (record, b"something", "warning stray_bytes"),
    ];
    for (at, more, wanted) in cases {
        let lines = said(&with(at, more), &events[..20]);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with(&format!("{wanted} [offset {at} ")), "{lines:?}");
    }
    for at in [end, record] {
        let lines = said(&with(at, member), &events);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with(&format!("warning unlisted_members [offset {at} ")), "{lines:?}");
    }
}

fn tar_of(kind: u8, size: Option<u64>, members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = tar::archive(members, Naming::Ustar);
    bytes[156] = kind;
    if let Some(size) = size {
        bytes[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    }
    tar::seal(&mut bytes);
    bytes
}

/// POSIX: a type that is not known is that of a file. Readers of links and folders do not look at their size.
#[test]
fn a_tar_with_entries_of_other_types() {
    let events = log(40);
    let [first, second] = [&events[..20], &events[20..]].map(xml_of);
    let members = [("a.xml", first.as_bytes()), ("b.xml", second.as_bytes())];
    for kind in [b'0', b'7', b'Z', b'M', 0] {
        let report = report(&[("case.tar", &tar_of(kind, None, &members))]);
        assert_expected(&report, &Expected::of(&events));
        assert_eq!(problems(&report), [""; 0], "{}", kind as char);
    }
    for kind in [b'1', b'2', b'3', b'5', b'6'] {
        let empty = [("a.xml", &b""[..]), ("b.xml", second.as_bytes())];
        let sound = report(&[("case.tar", &tar_of(kind, Some(4096), &empty))]);
        assert_expected(&sound, &Expected::of(&events[20..]));
        assert_eq!(problems(&sound), [""; 0], "{}", kind as char);
        let report = report(&[("case.tar", &tar_of(kind, None, &members))]);
        // A hard link may have its content with it (pax, linkdata). What stands elsewhere all the same is told of.
        if kind == b'1' {
            assert_expected(&report, &Expected::of(&events));
            assert_eq!(problems(&report), [""; 0]);
            continue;
        }
        assert_expected(&report, &Expected::of(&events[20..]));
        let said = problems(&report);
        assert!(said[0].starts_with("error damaged_archive [offset 512 "), "{said:?}");
    }
}

/// Behind a link, a damaged header is no content of it.
#[test]
fn a_tar_with_a_damaged_header_behind_a_link() {
    let events = log(40);
    let [first, second] = [&events[..20], &events[20..]].map(xml_of);
    let mut bytes = tar_of(b'1', Some(1 << 30), &[("link", b"")]);
    bytes.truncate(512);
    bytes.extend(tar::archive(&[("a.xml", first.as_bytes()), ("b.xml", second.as_bytes())], Naming::Ustar));
    bytes[512] ^= 1;
    let report = report(&[("case.tar", &bytes)]);
    assert_expected(&report, &Expected::of(&events[20..]));
    assert!(
        problems(&report)[0].starts_with("error damaged_archive [offset 512 "),
        "{:?}",
        problems(&report)
    );
}

#[test]
fn a_member_of_a_tar_that_was_overwritten_with_zeros() {
    let events = log(60);
    let texts: Vec<_> = events.chunks(20).map(xml_of).collect();
    let members = ["a.xml", "b.xml", "c.xml"];
    let list: Vec<_> = members.iter().zip(&texts).map(|(name, text)| (*name, text.as_bytes())).collect();
    let mut bytes = tar::archive(&list, Naming::Ustar);
    let blocks = |content: &str| 512 + content.len().next_multiple_of(512);
    let start = blocks(&texts[0]);
    bytes[start..start + blocks(&texts[1])].fill(0);
    let said = problems(&report(&[("case.tar", &bytes)]));
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with(&format!("warning stray_bytes [offset {start} ")), "{said:?}");
    assert!(said[0].contains(&format!("{} empty block(s)", blocks(&texts[1]) / 512)), "{said:?}");
    // With a damaged header behind them.
    let end = start + blocks(&texts[1]);
    bytes[end - 512] = 1;
    let said = problems(&report(&[("case.tar", &bytes)]));
    assert!(said[0].starts_with(&format!("error damaged_archive [offset {} ", end - 512)), "{said:?}");
    assert!(said[1].starts_with(&format!("warning stray_bytes [offset {start} ")), "{said:?}");
}

#[test]
fn how_a_tar_ends() {
    let events = log(20);
    let text = xml_of(&events);
    let whole = tar::archive(&[("a.xml", text.as_bytes())], Naming::Ustar);
    let content = 512 + text.len().next_multiple_of(512);
    let said = |bytes: &[u8]| {
        let report = report(&[("case.tar", bytes)]);
        assert_expected(&report, &Expected::of(&events));
        problems(&report)
    };
    assert_eq!(said(&whole), [""; 0]);
    let lone = said(&whole[..content + 512]);
    assert!(lone.len() == 1 && lone[0].starts_with("warning no_end"), "{lone:?}");
    let half = said(&whole[..content + 700]);
    assert!(half.len() == 1 && half[0].starts_with("warning no_end"), "{half:?}");
    let more = said(&[&whole, &b"hidden"[..]].concat());
    assert!(more.len() == 1 && more[0].starts_with("warning stray_bytes"), "{more:?}");
    assert!(more[0].contains("6 byte(s) stand behind"), "{more:?}");
}

#[test]
fn a_tar_without_a_file() {
    let mut bytes = tar_of(b'5', None, &[("folder/", b"")]);
    let said = problems(&report(&[("case.tar", &bytes)]));
    assert_eq!(said, ["error empty_input [] The tar archive holds no file."]);
    // Sums of signed bytes, as old tools write them.
    let text = xml_of(&log(20));
    bytes = tar_of(b'0', None, &[("a.xml", text.as_bytes())]);
    bytes[0] = 0xe9;
    bytes[148..156].fill(b' ');
    let sum: i32 = bytes[..512].iter().map(|byte| i32::from(byte.cast_signed())).sum();
    bytes[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let report = report(&[("case.tar", &bytes)]);
    assert_expected(&report, &Expected::of(&log(20)));
    assert_eq!(problems(&report), [""; 0]);
}

/// A folder has no content. What has some is none, whatever its name and its stated size.
#[test]
fn a_member_of_a_zip_that_is_said_to_be_a_folder() {
    let events = log(60);
    let texts: Vec<_> = events.chunks(20).map(xml_of).collect();
    let names = ["a.xml", "b.xm/", "c.xml"];
    let list: Vec<_> =
        names.iter().zip(&texts).map(|(name, text)| Member::new(name, text.as_bytes())).collect();
    let mut bytes = zip::archive(&list);
    let named: Vec<_> =
        bytes.windows(5).enumerate().filter(|(_, five)| *five == b"b.xm/").map(|(at, _)| at).collect();
    // The local header, and the directory's entry.
    bytes[named[0] - 30 + 22..named[0] - 30 + 26].fill(0);
    bytes[named[1] - 46 + 24..named[1] - 46 + 28].fill(0);
    assert_expected(&report(&[("case.zip", &bytes)]), &Expected::of(&events));
    // Without a directory, too.
    let directory = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    assert_expected(&report(&[("case.zip", &bytes[..directory])]), &Expected::of(&events));
}

/// Of a folder whose size follows it can only be told by what stands behind its header.
#[test]
fn folders_of_a_streamed_zip_without_a_directory() {
    let events = log(60);
    let texts: Vec<_> = events.chunks(20).map(xml_of).collect();
    let streamed =
        |name, content, deflate| Member { descriptor: true, deflate, ..Member::new(name, content) };
    let bytes = zip::archive(&[
        streamed("a/", b"", true),
        streamed("b/", b"", false),
        streamed("b/1.xml", texts[0].as_bytes(), true),
        streamed("c/", texts[1].as_bytes(), true),
        streamed("d/", texts[2].as_bytes(), true),
        streamed("e/", b"", true),
    ]);
    let directory = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    let report = report(&[("case.zip", &bytes[..directory])]);
    assert_expected(&report, &Expected::of(&events));
    let said = problems(&report);
    assert!(said.len() == 1 && said[0].starts_with("error damaged_archive"), "{said:?}");
    // Cut right behind the header of the last one.
    let cut = directory - 16 - 2;
    let said = problems(&self::report(&[("case.zip", &bytes[..cut])]));
    assert!(said.len() == 1 && said[0].starts_with("error damaged_archive"), "{said:?}");
}

/// Sizes of more than 8 GiB stand in a pax record; here the header's own says nothing.
#[test]
fn a_tar_with_the_size_in_a_pax_record() {
    let events = log(40);
    let [first, second] = [&events[..20], &events[20..]].map(xml_of);
    let body = tar::archive(&[("a.xml", first.as_bytes()), ("b.xml", second.as_bytes())], Naming::Ustar);
    let record = format!("size={}\n", first.len());
    let record = format!("{} {record}", record.len() + 3);
    assert_eq!(record.len().to_string(), record[..2]);
    let mut bytes = tar_of(b'x', None, &[("PaxHeaders/a.xml", record.as_bytes())]);
    bytes.truncate(1024);
    let without = tar_of(b'0', Some(0), &[("a.xml", b"")]);
    bytes.extend_from_slice(&without[..512]);
    bytes.extend_from_slice(&body[512..]);
    let report = report(&[("case.tar", &bytes)]);
    assert_expected(&report, &Expected::of(&events));
    assert_eq!(problems(&report), [""; 0]);
}

/// A value in a pax record may hold what looks like another record; only lengths tell where one ends.
#[test]
fn a_tar_with_a_record_inside_of_a_value() {
    let events = log(40);
    let [first, second] = [&events[..20], &events[20..]].map(xml_of);
    let members = [("a.xml", first.as_bytes()), ("b.xml", second.as_bytes())];
    let body = tar::archive(&members, Naming::Ustar);
    let value = "comment=x\n19 size=123456789\n\nmore\n";
    let record = format!("{} {value}", value.len() + 3);
    let mut bytes = tar_of(b'x', None, &[("PaxHeaders/a.xml", record.as_bytes())]);
    bytes.truncate(1024);
    bytes.extend_from_slice(&body);
    let report = report(&[("case.tar", &bytes)]);
    assert_expected(&report, &Expected::of(&events));
    assert_eq!(problems(&report), [""; 0]);
}

#[test]
fn a_tar_with_a_size_that_nothing_has() {
    let events = log(20);
    let text = xml_of(&events);
    let mut bytes = tar::archive(&[("z", b"")], Naming::Ustar);
    bytes.truncate(512);
    bytes[124..136].fill(0xff);
    bytes[148..156].fill(b' ');
    let sum: u32 = bytes.iter().map(|byte| u32::from(*byte)).sum();
    bytes[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    bytes.extend(tar::archive(&[("a.xml", text.as_bytes())], Naming::Ustar));
    let report = report(&[("case.tar", &bytes)]);
    assert_expected(&report, &Expected::of(&events));
    assert!(problems(&report)[0].starts_with("error damaged_archive [offset 0 "), "{:?}", problems(&report));
}

/// The beginning of a header at the end of a gap does not keep what stands behind it from being looked at.
#[test]
fn a_member_behind_half_a_header() {
    let events = log(40);
    let [first, second] = [&events[..20], &events[20..]].map(xml_of);
    let archive =
        zip::archive(&[Member::new("a.xml", first.as_bytes()), Member::new("b.xml", second.as_bytes())]);
    let at = lying(&archive, None, Some("b.xml")).windows(4).rposition(|four| four == b"PK\x03\x04").unwrap();
    // A header whose name is said to be as long as can be stands before the member that is left out.
    let mut fake = [0; 40];
    fake[..4].copy_from_slice(b"PK\x03\x04");
    fake[26..28].copy_from_slice(&4096_u16.to_le_bytes());
    let mut bytes = lying(&archive, None, Some("b.xml"));
    bytes.splice(at..at, fake.iter().copied());
    let end = bytes.windows(4).rposition(|four| four == b"PK\x05\x06").unwrap();
    let directory = u32::from_le_bytes(bytes[end + 16..end + 20].try_into().unwrap()) + 40;
    bytes[end + 16..end + 20].copy_from_slice(&directory.to_le_bytes());
    let report = report(&[("case.zip", &bytes)]);
    assert_expected(&report, &Expected::of(&events));
    assert!(problems(&report).iter().any(|line| line.starts_with("warning unlisted_members")));
}
