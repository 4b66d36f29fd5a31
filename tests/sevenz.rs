//! 7z archives, as 7-Zip and `py7zr` pack them (`fixtures/packed/README.md`) and as they are damaged, cut and lied about.

use proptest::prelude::*;
use serde_json::Value;
use testlog::evtx::{self, Style};
use testlog::sevenz::{self, Member, Method};
use testlog::tar::{self, Naming};
use testlog::xml::{self, Layout, SPLUNK};
use testlog::{Event, Options, Size, gzip, zip};

use crate::codings::COUNTS;
use crate::common::{
    assert_expected, counts, differences, problems, report, report_of, rows, session, spoil, streamed,
};

/// What other programs packed, which holds [`COUNTS`].
pub const FILES: [(&str, &[u8]); 10] = [
    ("bcj.7z", include_bytes!("fixtures/packed/bcj.7z")),
    ("blocks.7z", include_bytes!("fixtures/packed/blocks.7z")),
    ("bzip2.7z", include_bytes!("fixtures/packed/bzip2.7z")),
    ("deflate.7z", include_bytes!("fixtures/packed/deflate.7z")),
    ("deflate64.7z", include_bytes!("fixtures/packed/deflate64.7z")),
    ("delta.7z", include_bytes!("fixtures/packed/delta.7z")),
    ("lzma.7z", include_bytes!("fixtures/packed/lzma.7z")),
    ("lzma2.7z", include_bytes!("fixtures/packed/lzma2.7z")),
    ("py7zr.7z", include_bytes!("fixtures/packed/py7zr.7z")),
    ("zstd.7z", include_bytes!("fixtures/packed/zstd.7z")),
];

fn log() -> (Vec<Event>, testlog::Expected) {
    testlog::log(&Options { size: Size::Events(90), ..Options::default() })
}

/// A third of the log in each of three files.
fn thirds(events: &[Event]) -> [Vec<u8>; 3] {
    let third = events.len() / 3;
    let text = |events: &[Event]| xml::file(events, &SPLUNK, Layout::Ended("\n")).into_bytes();
    [
        text(&events[..third]),
        evtx::file(&events[third..2 * third], Style::default()),
        text(&events[2 * third..]),
    ]
}

/// The members of the only input: name and format.
fn members(report: &Value) -> Vec<(&str, &str)> {
    let members = report["sources"][0]["members"].as_array().unwrap().iter();
    members.map(|member| (member["name"].as_str().unwrap(), member["format"].as_str().unwrap())).collect()
}

#[test]
fn what_other_programs_packed() {
    let all = FILES.map(|(name, bytes)| {
        let report = report(&[(name, bytes)]);
        assert_eq!((counts(&report), problems(&report)), (COUNTS, vec![]), "{name}");
        assert_eq!(report["sources"][0]["format"], "7z", "{name}");
        assert_eq!(members(&report), [("log.xml", "xml")], "{name}");
        assert_eq!(report["sources"][0]["members"][0]["bytes"], 203_974, "{name}");
        rows(&report)
    });
    assert!(all.iter().all(|rows| *rows == all[0] && rows.len() == 40));
}

#[test]
fn in_pieces_of_any_size_and_from_a_pipe() {
    for (name, bytes) in FILES {
        let whole = session(&[(name, bytes)], usize::MAX);
        for piece in [1, 7, 1000, 16 * 1024 + 1] {
            let pieces = session(&[(name, bytes)], piece);
            assert_eq!(differences(&pieces, &whole), [""; 0], "{name} in pieces of {piece}");
        }
        // Without a size it is held.
        let report = report_of(&streamed(name, bytes, 5000));
        assert_eq!((counts(&report), problems(&report)), (COUNTS, vec![]), "{name}");
    }
}

/// What needs a password, or a method that is not known here, is named.
#[test]
fn what_is_not_opened() {
    let files: [(&[u8], &str); 4] = [
        (
            include_bytes!("fixtures/packed/ppmd.7z"),
            "error unsupported_packing [one.xml] It is compressed as PPMD, which is not opened here.",
        ),
        (
            include_bytes!("fixtures/packed/bcj2.7z"),
            "error unsupported_packing [one.xml] It is compressed as LZMA LZMA LZMA2 BCJ2, which is not opened here.",
        ),
        (
            include_bytes!("fixtures/packed/encrypted.7z"),
            "error encrypted_member [one.xml] It is encrypted; it was not read.",
        ),
        (
            include_bytes!("fixtures/packed/encrypted_directory.7z"),
            "error encrypted_member [] The 7z archive's directory is encrypted, and so is all that is in it; nothing of it \
             was read.",
        ),
    ];
    for (bytes, said) in files {
        assert_eq!(problems(&report(&[("log.7z", bytes)])), [said]);
    }
}

/// Of several streams each is unpacked, wherever the one before ends.
#[test]
fn a_stream_that_ends_with_a_step() {
    let bytes = include_bytes!("fixtures/packed/zstd_step.7z");
    for piece in [1000, 1 << 20] {
        let report = report_of(&session(&[("log.7z", bytes)], piece));
        assert_eq!((counts(&report).0, problems(&report)), (2, vec![]));
    }
}

/// Many files in one stream, files and directories without content among them.
#[test]
fn a_solid_archive() {
    let (events, expected) = log();
    let [one, two, three] = thirds(&events);
    let folder = [
        Member::new("logs/", b""),
        Member::new("logs/zoë.xml", &one),
        Member::new("logs/empty.txt", b""),
        Member::new("logs/two.evtx", &two),
        Member::new("three.xml", &three),
    ];
    for method in [Method::Copy, Method::Lzma2] {
        let archives = [
            sevenz::archive(&[&folder], method),
            sevenz::archive(&[&folder[..2], &folder[2..4], &folder[4..]], method),
        ];
        for bytes in archives {
            let report = report(&[("logs.7z", &bytes)]);
            assert_expected(&report, &expected);
            assert_eq!(problems(&report), ["info not_a_log [logs/empty.txt] It is empty (0 bytes)."]);
            let mut members = members(&report);
            members.sort_unstable();
            assert_eq!(members, [("logs/two.evtx", "evtx"), ("logs/zoë.xml", "xml"), ("three.xml", "xml")]);
        }
    }
    let nothing = sevenz::archive(&[&folder[..1]], Method::Copy);
    assert_eq!(
        problems(&report(&[("logs.7z", &nothing)])),
        ["error empty_input [] The 7z archive's directory lists no files."]
    );
}

#[test]
fn inside_other_archives_and_around_them() {
    let (events, expected) = log();
    let [one, two, three] = thirds(&events);
    let inner = sevenz::archive(&[&[Member::new("a.xml", &one), Member::new("b.evtx", &two)]], Method::Lzma2);
    let other = zip::archive(&[zip::Member::new("c.xml", &three)]);
    let archives = [
        zip::archive(&[zip::Member::new("x.7z", &inner), zip::Member::new("y.zip", &other)]),
        gzip::member(&tar::archive(&[("x.7z", &inner), ("y.zip", &other)], Naming::Pax)),
        sevenz::archive(&[&[Member::new("x.7z", &inner), Member::new("y.zip", &other)]], Method::Copy),
    ];
    for bytes in archives {
        let report = report(&[("logs", &bytes)]);
        assert_expected(&report, &expected);
        assert_eq!(problems(&report), [""; 0]);
    }
}

/// What stands before a damaged place of a folder is read, what is packed behind it is named, and other folders are whole.
#[test]
fn damage_in_a_folder() {
    let (events, expected) = log();
    let [one, two, three] = thirds(&events);
    let first = [Member::new("a.xml", &one), Member::new("b.evtx", &two)];
    let second = [Member::new("c.xml", &three)];
    let mut bytes = sevenz::archive(&[&first, &second], Method::Lzma2);
    // The head of the second chunk.
    bytes[32 + 3 + (1 << 16)] = 0x77;
    let report = report(&[("logs.7z", &bytes)]);
    assert!(counts(&report).0 < expected.records && counts(&report).0 > expected.records / 2);
    let said = problems(&report).join("\n");
    assert!(
        said.contains(
            "error damaged_archive [b.evtx] Its compressed data breaks (the compressed data or its checksum is not valid); \
             what stands before was read, though some of it may be wrong."
        ),
        "{said}"
    );
    assert!(!said.contains("c.xml"), "{said}");

    // A byte of the content: only the checksum tells.
    let mut bytes = sevenz::archive(&[&first, &second], Method::Copy);
    let at = memchr::memmem::find(&bytes, b"Sysmon").unwrap();
    bytes[at] = b'X';
    let report = crate::common::report(&[("logs.7z", &bytes)]);
    let wrong = "error damaged_archive [a.xml] Its checksum does not match: the content is damaged.";
    assert_eq!(problems(&report), [wrong]);
}

/// 7-Zip packs parts of a file side by side, which need nothing of each other: damage costs one of them.
#[test]
fn damage_in_a_part_of_lzma2() {
    let (_, bytes) = FILES[1];
    // Behind the heads of the parts' only chunks, with and without a directory.
    for (at, cut) in [(700, 0), (4000, 0), (8000, 20)] {
        let mut spoilt = bytes[..bytes.len() - cut].to_vec();
        spoilt[at..at + 8].fill(0xa5);
        let report = report(&[("log.7z", &spoilt)]);
        let said = problems(&report).join("\n");
        assert!((66..72).contains(&counts(&report).0), "{at}: {:?} {said}", counts(&report));
        assert!(
            said.contains(
                "byte(s) of it can't be unpacked, for the archive is damaged: zeros stand in their place"
            ),
            "{said}"
        );
        assert_eq!(report["sources"][0]["members"][0]["bytes"], 203_974);
    }
}

/// What a folder packs behind the place where it breaks is named, file by file.
#[test]
fn files_behind_damage_are_named() {
    let first = vec![b' '; 1 << 17];
    let folder =
        [Member::new("a.txt", &first), Member::new("b.xml", b"<Event/>"), Member::new("c.xml", b"<Event/>")];
    let mut bytes = sevenz::archive(&[&folder], Method::Lzma2);
    bytes[32 + 3 + (1 << 16)] = 0x77;
    let said = problems(&report(&[("logs.7z", &bytes)]));
    for name in ["b.xml", "c.xml"] {
        let behind = format!(
            "error damaged_archive [{name}] It is packed behind a place where the archive is damaged; it was not read."
        );
        assert!(said.contains(&behind), "{said:?}");
    }
}

/// Every archive that was cut lacks its directory: what is packed is read all the same.
#[test]
fn without_a_directory() {
    let (events, expected) = log();
    let [one, two, three] = thirds(&events);
    let folders =
        [[Member::new("a.xml", &one)], [Member::new("b.evtx", &two)], [Member::new("c.xml", &three)]];
    let folders: Vec<&[Member]> = folders.iter().map(<[Member; 1]>::as_slice).collect();
    let whole = sevenz::archive(&folders, Method::Lzma2);
    let cut = &whole[..whole.len() - 100];
    let mut unfinished = whole.clone();
    unfinished[8..32].fill(0);
    let mut head = whole.clone();
    head[12] ^= 1;
    let mut directory = whole.clone();
    *directory.last_mut().unwrap() ^= 1;
    let archives = [
        (
            cut,
            "error truncated [] The 7z archive lacks its last 100 byte(s), and its directory stands there:",
        ),
        (&unfinished, "error truncated [] The 7z archive was not written to its end and has no directory;"),
        (
            &head,
            "error damaged_archive [] The first bytes of the 7z archive are damaged, which say where its directory is;",
        ),
        (
            &directory,
            "error damaged_archive [] The 7z archive's directory can't be read (its checksum does not fit);",
        ),
    ];
    for (bytes, says) in archives {
        let report = report(&[("logs.7z", bytes)]);
        assert_expected(&report, &expected);
        let said = problems(&report);
        assert!(
            said[0].starts_with(says) && said[0].contains("what is packed was read without it"),
            "{said:?}"
        );
        let members = members(&report);
        assert_eq!(
            members[..3],
            [("(nameless 1)", "xml"), ("(nameless 2)", "evtx"), ("(nameless 3)", "xml")]
        );
    }
}

/// Files that are one stream are one content without a directory; logs behind one another are read.
#[test]
fn a_solid_archive_without_a_directory() {
    let (events, expected) = log();
    let half = events.len() / 2;
    let logs = [&events[..half], &events[half..]].map(|events| evtx::file(events, Style::default()));
    let folder = [Member::new("a.evtx", &logs[0]), Member::new("b.evtx", &logs[1])];
    let whole = sevenz::archive(&[&folder], Method::Lzma2);
    let report = report(&[("logs.7z", &whole[..whole.len() - 20])]);
    assert_expected(&report, &expected);
    assert!(problems(&report)[0].starts_with("error truncated"));
}

/// Wherever one is cut: of LZMA, LZMA2 and bzip2 what is there is read, and it is said in any case.
#[test]
fn cut_anywhere() {
    for (name, bytes) in FILES {
        let mut most = 0;
        for length in (6..bytes.len()).step_by(211).chain([bytes.len() - 20]) {
            let report = report(&[(name, &bytes[..length])]);
            let said = problems(&report);
            assert!(
                said.iter().any(|line| line.starts_with("error truncated")),
                "{name}, {length}: {said:?}"
            );
            most = most.max(counts(&report).0);
        }
        let found = match name {
            "blocks.7z" | "lzma.7z" | "lzma2.7z" | "py7zr.7z" | "bzip2.7z" => 50,
            _ => 0,
        };
        assert!(most >= found, "{name}: {most}");
    }
}

#[test]
fn what_stands_behind_the_end() {
    let (events, expected) = log();
    let [one, ..] = thirds(&events);
    let archive = sevenz::archive(&[&[Member::new("a.xml", &one)]], Method::Lzma2);
    let bytes = [&archive[..], b"stray"].concat();
    let report = report(&[("logs.7z", &bytes)]);
    assert!(counts(&report).0 >= expected.records / 3);
    let behind = "warning stray_bytes [] 5 byte(s) stand behind the 7z archive's end; they were not read.";
    let said = problems(&report);
    assert!(said.len() == 1 && said[0].ends_with(&behind[behind.find("5 byte").unwrap()..]), "{said:?}");
}

/// Packed bytes that the directory gives to no file: before the files, between them and behind them, and a stream of no file.
#[test]
fn what_no_file_takes() {
    let (events, expected) = log();
    let [one, two, three] = thirds(&events);
    let folders =
        [[Member::new("a.xml", &one)], [Member::new("b.evtx", &two)], [Member::new("c.xml", &three)]];
    let folders: Vec<&[Member]> = folders.iter().map(<[Member; 1]>::as_slice).collect();
    for hidden in 0..3 {
        for method in [Method::Copy, Method::Lzma2] {
            let packed: Vec<_> = folders.iter().map(|folder| sevenz::pack(folder, method)).collect();
            let mut directory = match hidden {
                0 => sevenz::directory(&folders[1..], &packed[1..], method),
                2 => sevenz::directory(&folders[..2], &packed[..2], method),
                _ => sevenz::directory(&folders, &packed, method),
            };
            match hidden {
                // The packed streams begin so far behind the beginning.
                0 => {
                    let before = sevenz::number(packed[0].len() as u64);
                    assert_eq!(directory[2..4], [0x06, 0]);
                    directory.splice(3..4, before);
                }
                // The second folder has no file: so many streams has each.
                1 => {
                    let counts = directory.windows(4).position(|four| four == [0x0d, 1, 1, 1]).unwrap();
                    directory[counts + 2] = 0;
                    directory = directory_without(&directory, &two);
                }
                _ => {}
            }
            let bytes = sevenz::sealed(&packed.concat(), &directory);
            let report = report(&[("logs.7z", &bytes)]);
            let said = problems(&report);
            assert_expected(&report, &expected);
            assert!(
                said[0].starts_with("warning unlisted_members") && said[0].contains("are of no file"),
                "{said:?}"
            );
        }
    }
}

/// The directory of `a.xml`, `b.evtx` and `c.xml` without the second file, whose content that was.
fn directory_without(directory: &[u8], content: &[u8]) -> Vec<u8> {
    let at = |bytes: &[u8], wanted: &[u8]| memchr::memmem::find(bytes, wanted).unwrap();
    let mut directory = directory.to_vec();
    let checksum = at(&directory, &crc32fast::hash(content).to_le_bytes());
    directory.drain(checksum..checksum + 4);
    let name: Vec<u8> = "b.evtx\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let place = at(&directory, &name);
    directory.drain(place..place + name.len());
    // How many files, and how long their names are.
    let files = at(&directory, &[0x05, 3, 0x11]);
    directory[files + 1] = 2;
    directory[files + 3] -= name.len() as u8;
    directory
}

/// A text may begin like LZMA2.
#[test]
fn stored_texts_with_a_byte_order_mark_and_no_directory() {
    let (events, expected) = log();
    let text = xml::file(&events, &SPLUNK, Layout::Ended("\n"));
    let utf16: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for content in [&[b"\xef\xbb\xbf", text.as_bytes()].concat(), &utf16] {
        let bytes = sevenz::archive(&[&[Member::new("a.xml", content)]], Method::Copy);
        let report = report(&[("logs.7z", &bytes[..bytes.len() - 1])]);
        assert_expected(&report, &expected);
        assert_eq!(problems(&report).len(), 1);
    }
}

/// The packed bytes of an archive, and its directory.
fn unsealed(bytes: &[u8]) -> (&[u8], Vec<u8>) {
    let start = u64::from_le_bytes(bytes[12..20].try_into().unwrap()) as usize;
    let (packed, directory) = bytes[32..].split_at(start);
    (packed, directory.to_vec())
}

/// What a stream may look back and does not is no reason to leave it out.
#[test]
fn a_window_that_is_larger_than_what_is_held() {
    let (events, expected) = log();
    let text = xml::file(&events, &SPLUNK, Layout::Ended("\n"));
    let bytes = sevenz::archive(&[&[Member::new("a.xml", text.as_bytes())]], Method::Lzma2);
    let (packed, mut directory) = unsealed(&bytes);
    let property = directory.windows(4).position(|four| four == [0x21, 0x21, 1, 16]).unwrap() + 3;
    directory[property] = 40;
    let bytes = sevenz::sealed(packed, &directory);
    assert_expected(&report(&[("logs.7z", &bytes)]), &expected);
}

/// A directory that is whole and not understood is no damage.
#[test]
fn a_directory_that_is_not_understood() {
    let (events, expected) = log();
    let text = xml::file(&events, &SPLUNK, Layout::Ended("\n"));
    let bytes = sevenz::archive(&[&[Member::new("a.xml", text.as_bytes())]], Method::Lzma2);
    let (packed, mut directory) = unsealed(&bytes);
    // Half a character, as Windows allows it in names.
    let name = directory.windows(4).position(|four| four == b"a\0.\0").unwrap();
    directory[name..name + 2].copy_from_slice(&0xd800_u16.to_le_bytes());
    let report = report(&[("logs.7z", &sevenz::sealed(packed, &directory))]);
    assert_expected(&report, &expected);
    let said = problems(&report);
    assert!(
        said.len() == 1
            && said[0]
                .starts_with("error unsupported_packing [] The 7z archive's directory is not understood"),
        "{said:?}"
    );
    let empty = crate::common::report(&[("logs.7z", &sevenz::sealed(b"", b""))]);
    assert_eq!(problems(&empty), ["error empty_input [] The 7z archive's directory lists no files."]);
}

/// Sizes that the directory states and that the data does not have.
#[test]
fn a_directory_that_lies_about_sizes() {
    let content = b"<Event><System><EventID>3</EventID></System></Event>".as_slice();
    let two = [Member::new("a.xml", content), Member::new("b.xml", content)];
    let longer = [Member::new("a.xml", content), Member::new("b.xml", &[b' '; 500])];
    let packed = |folder: &[Member]| {
        let archive = sevenz::archive(&[folder], Method::Lzma2);
        let packed = content.len() * 2 + 4;
        archive[32..32 + packed].to_vec()
    };
    // The data ends before the second file does.
    let stream = packed(&two);
    let bytes =
        sevenz::sealed(&stream, &sevenz::directory(&[&longer], std::slice::from_ref(&stream), Method::Lzma2));
    let said = problems(&report(&[("logs.7z", &bytes)])).join("\n");
    assert!(said.contains("[b.xml] Its compressed data ends too early; what is there was read."), "{said}");
    // There is more than the files take.
    let bytes = sevenz::sealed(
        &stream,
        &sevenz::directory(&[&two[..1]], std::slice::from_ref(&stream), Method::Lzma2),
    );
    let said = problems(&report(&[("logs.7z", &bytes)])).join("\n");
    assert!(said.contains("52 byte(s) are packed behind the last file; they were not read."), "{said}");
    // The packed bytes reach over the end.
    let far = vec![0; 100_000];
    let bytes = sevenz::sealed(&stream, &sevenz::directory(&[&two], &[far], Method::Copy));
    let said = problems(&report(&[("logs.7z", &bytes)])).join("\n");
    assert!(
        said.contains("The archive ends inside it") || said.contains("checksum does not match"),
        "{said}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a directory says whose checksums fit, its archive is read to an end, and the same in any pieces.
    #[test]
    fn any_directory_that_is_spoilt_and_sealed(
        kind: u8, at: prop::sample::Index, length in 1_usize..12, seed: u64, piece in 1_usize..300, stored: bool,
    ) {
        let content = b"<Event><System><EventID>3</EventID></System></Event>".as_slice();
        let folders: [&[Member]; 2] =
            [&[Member::new("a.xml", content), Member::new("b.xml", content)], &[Member::new("c/", b""), Member::new("c", content)]];
        let method = if stored { Method::Copy } else { Method::Lzma2 };
        let whole = sevenz::archive(&folders, method);
        let (packed, mut directory) = unsealed(&whole);
        let at = at.index(directory.len());
        spoil(&mut directory, kind, at, length, seed);
        let bytes = sevenz::sealed(packed, &directory);
        let pieces = session(&[("logs.7z", &bytes)], piece);
        prop_assert_eq!(differences(&pieces, &session(&[("logs.7z", &bytes)], usize::MAX)), [""; 0]);
    }
}
