//! Encrypted archives, and passwords: `fixtures/locked/README.md` says what is in them.

use proptest::prelude::*;
use serde_json::Value;
use sysmon_triage::intake::{Planned, plan};
use sysmon_triage::limits;
use sysmon_triage::passwords::Passwords;
use sysmon_triage::rule::wmi::RULE;
use sysmon_triage::scan::Scan;
use sysmon_triage::session::Session;
use testlog::zip::{self, Member};

use crate::cli::{folder, json, run, text, write};
use crate::common::{counts, cut_at, differences, feed, problems, report, report_of, spoil};

macro_rules! files {
    ($($name:literal $records:literal),*) => {
        [$(($name, $records, include_bytes!(concat!("fixtures/locked/", $name)).as_slice())),*]
    };
}

/// A file, and how many records it holds.
const FILES: [(&str, u64, &[u8]); 13] = files![
    "aes256.zip" 101, "aes192_bzip2.zip" 101, "aes128_stored.zip" 2, "traditional.zip" 101, "traditional_7z.zip" 2,
    "streamed.zip" 2, "lzma2.7z" 101, "deflate.7z" 101, "stored.7z" 2, "directory.7z" 101,
    "aes256_oem.zip" 2, "traditional_ansi.zip" 2, "few_rounds.7z" 2
];

/// Among them that of each of these files.
const RIGHT: &str = "another one\npass word\npass wörd";
const WRONG: &str = "Pass word\npassword";

/// A session over an input that is read in these parts; none: as a whole.
fn unlocked(name: &str, bytes: &[u8], passwords: &str, parts: &[Planned], piece: usize) -> Session {
    let passwords = Passwords::of_lines(passwords);
    let mut session = Session::new(&RULE);
    let size = bytes.len() as u64;
    let source = session.add_source(name, size);
    let mut read = |mut scan: Scan| {
        scan.set_passwords(&passwords);
        feed(&mut scan, bytes, || piece);
        assert!(session.absorb(scan.finish()));
    };
    parts.iter().for_each(|part| read(Scan::of_part(&RULE, source, name, size, part)));
    if parts.is_empty() {
        read(Scan::new(&RULE, source, name, Some(size)));
    }
    session
}

fn said_of(name: &str, bytes: &[u8], passwords: &str) -> Vec<String> {
    problems(&report_of(&unlocked(name, bytes, passwords, &[], 1 << 20)))
}

#[test]
fn each_is_read_with_its_password() {
    for (name, records, bytes) in FILES {
        let whole = unlocked(name, bytes, RIGHT, &[], 1 << 20);
        let report = report_of(&whole);
        let wmi_calls = if records == 101 { 1 } else { 0 };
        assert_eq!((counts(&report).0, problems(&report)), (records, vec![]), "{name}");
        assert!(counts(&report).2 + wmi_calls >= records - 1, "{name}: {report}");
        for piece in [1, 7, 1000] {
            let other = unlocked(name, bytes, RIGHT, &[], piece);
            assert_eq!(differences(&other, &whole), [""; 0], "{name} in pieces of {piece}");
        }
    }
}

#[test]
fn parts_of_an_encrypted_archive_are_read_side_by_side() {
    for (name, _, bytes) in FILES {
        let parts = plan(bytes, 8);
        let is_alone = parts.is_empty();
        let whole = unlocked(name, bytes, RIGHT, &[], 1 << 20);
        let parts = if is_alone { cut_at(bytes, &[]) } else { parts };
        assert_eq!(differences(&unlocked(name, bytes, RIGHT, &parts, 100), &whole), [""; 0], "{name}");
        // Two members, or two folders.
        assert_eq!(
            !is_alone,
            ["aes256.zip", "aes192_bzip2.zip", "traditional.zip", "deflate.7z"].contains(&name),
            "{name}"
        );
    }
}

#[test]
fn without_a_password_each_is_named() {
    for (name, _, bytes) in FILES {
        let report = report(&[(name, bytes)]);
        let said = problems(&report);
        assert_eq!(counts(&report), (0, 0, 0), "{name}");
        assert!(
            said.iter().all(|said| said.starts_with("error encrypted_member")) && !said.is_empty(),
            "{said:?}"
        );
        assert!(said.iter().all(|said| !said.contains("no password")), "{said:?}");
    }
}

#[test]
fn wrong_passwords_are_told_of() {
    for (name, _, bytes) in FILES {
        let report = report_of(&unlocked(name, bytes, WRONG, &[], 1 << 20));
        let said = problems(&report).join("\n");
        assert_eq!(counts(&report), (0, 0, 0), "{name}");
        let wanted = "no password that was given opens it";
        assert!(said.contains(wanted), "{name}: {said}");
    }
}

/// Few bytes tell wrong passwords, or none, and some pass: what comes of them tells.
#[test]
fn wrong_passwords_that_look_right() {
    for (name, wrong) in [
        ("lzma2.7z", "guess327"),
        ("deflate.7z", "guess172"),
        ("traditional.zip", "guess194"),
        ("streamed.zip", "guess63"),
    ] {
        let (_, records, bytes) = FILES.into_iter().find(|file| file.0 == name).unwrap();
        let report = report_of(&unlocked(name, bytes, &format!("{wrong}\n{RIGHT}"), &[], 1000));
        assert_eq!((counts(&report).0, problems(&report)), (records, vec![]), "{name}");
        let said = said_of(name, bytes, wrong).join("\n");
        assert!(said.contains("error encrypted_member"), "{name}: {said}");
    }
}

/// Nothing at all tells a wrong password, but that no log is there.
#[test]
fn what_is_stored_without_a_checksum() {
    let bytes = include_bytes!("fixtures/locked/stored_no_checksum.7z");
    let report = report_of(&unlocked("log.7z", bytes, RIGHT, &[], 1 << 20));
    assert_eq!((counts(&report).0, problems(&report)), (2, vec![]));
    let said = said_of("log.7z", bytes, WRONG);
    let unsure = "error encrypted_member [dc01.txt] Nothing tells whether the password that it was opened with is the right one.";
    assert!(said.contains(&unsure.to_owned()), "{said:?}");
}

/// Damage is no wrong password: what is whole is read.
#[test]
fn damage_under_the_right_password() {
    let (name, _, bytes) = FILES[6];
    let mut damaged = bytes.to_vec();
    damaged[3000] ^= 1;
    let report = report_of(&unlocked(name, &damaged, RIGHT, &[], 1 << 20));
    assert!(counts(&report).0 > 10, "{report}");
    let said = problems(&report).join("\n");
    assert!(said.contains("error damaged_archive [one.xml]") && !said.contains("password"), "{said}");
}

#[test]
fn an_empty_file() {
    let bytes = include_bytes!("fixtures/locked/aes256_empty.zip");
    let report = report_of(&unlocked("log.zip", bytes, RIGHT, &[], 100));
    assert_eq!(
        (counts(&report).0, problems(&report)),
        (2, vec!["info not_a_log [empty.txt] It is empty (0 bytes).".to_owned()])
    );
}

#[test]
fn fewer_bytes_than_encryption_takes() {
    let bytes = zip::archive(&[Member { encrypted: true, deflate: false, ..Member::new("a.xml", b"bytes") }]);
    let said = said_of("log.zip", &bytes, RIGHT);
    assert_eq!(
        said,
        ["error damaged_archive [a.xml] It has fewer bytes than its encryption takes; it was not read."]
    );
}

/// Hashing takes time, so there is a limit to it: for all of an input, also where it is read in parts.
#[test]
fn the_limit_of_hashing() {
    let (name, _, bytes) = FILES[7];
    let spent = Passwords::of_lines(RIGHT);
    assert!(!spent.spend(limits::PASSWORD_ROUNDS + 1));
    let read = |part: Option<&Planned>| {
        let mut session = Session::new(&RULE);
        let size = bytes.len() as u64;
        let source = session.add_source(name, size);
        let mut scan = match part {
            Some(part) => Scan::of_part(&RULE, source, name, size, part),
            None => Scan::new(&RULE, source, name, Some(size)),
        };
        scan.set_passwords(&spent);
        feed(&mut scan, bytes, || 1 << 20);
        (scan.finish(), session)
    };
    let (whole, mut session) = read(None);
    assert!(session.absorb(whole));
    let said = problems(&report_of(&session)).join("\n");
    assert!(
        said.contains("error over_limit [one.xml] Passwords would have to be hashed more often"),
        "{said}"
    );
    for part in plan(bytes, 8) {
        assert!(read(Some(&part)).0.parts.iter().all(|part| part.misfit));
    }
}

/// The last one that opened something is tried first, so many others cost little.
#[test]
fn many_passwords() {
    let (name, records, bytes) = FILES[7];
    let many: String = (0..40).map(|at| format!("wrong{at}\n")).collect();
    let passwords = Passwords::of_lines(&format!("{many}{RIGHT}"));
    assert_eq!(
        counts(&report_of(&unlocked(name, bytes, &format!("{RIGHT}\n{}", many.repeat(20)), &[], 1 << 20))).0,
        records
    );
    passwords.prefer(41);
    assert_eq!(passwords.texts().take(2).collect::<Vec<_>>(), [(41, "pass word"), (0, "wrong0")]);
}

/// What follows an encrypted member is read, and archives inside of one are opened with the same passwords.
#[test]
fn archives_in_archives() {
    let [(_, _, aes), _, _, _, _, _, (_, _, seven), ..] = FILES;
    let inner = zip::archive(&[Member::new("aes256.zip", aes), Member::new("lzma2.7z", seven)]);
    let outer = zip::archive(&[Member::new("inner.zip", &inner), Member::new("empty", b"")]);
    let report = report_of(&unlocked("outer.zip", &outer, RIGHT, &[], 1 << 20));
    assert_eq!(counts(&report).0, 202);
    let errors: Vec<_> = problems(&report).into_iter().filter(|said| said.starts_with("error")).collect();
    assert_eq!(errors, [""; 0]);
}

/// The code behind the data tells of any change of it.
#[test]
fn a_changed_byte_of_aes_is_told_of() {
    let (name, _, bytes) = FILES[2];
    let at = bytes.len() / 2;
    let mut changed = bytes.to_vec();
    changed[at] ^= 1;
    let told = "error damaged_archive [few.xml] Its authentication code does not match: the content is damaged, or was changed.";
    assert!(said_of(name, &changed, RIGHT).contains(&told.to_owned()));
}

/// Without its directory the members of a zip are found by their headers.
#[test]
fn a_cut_zip() {
    for (name, records, bytes) in [FILES[0], FILES[3]] {
        let directory = memchr::memmem::find(bytes, b"PK\x01\x02").unwrap();
        let report = report_of(&unlocked(name, &bytes[..directory], RIGHT, &[], 1 << 20));
        assert_eq!(counts(&report).0, records, "{name}");
        let said = problems(&report);
        assert!(said.len() == 1 && said[0].contains("The zip's directory can't be read"), "{said:?}");
        let report = report_of(&unlocked(name, &bytes[..directory - 1000], RIGHT, &[], 1 << 20));
        assert!(counts(&report).0 > 51, "{name}: {report}");
    }
}

/// What was written as a stream has its sizes behind it, and in a directory that a cut one lacks.
#[test]
fn a_cut_zip_that_was_written_as_a_stream() {
    let (name, records, bytes) = FILES[0];
    let directory = memchr::memmem::find(bytes, b"PK\x01\x02").unwrap();
    let mut cut = bytes[..directory].to_vec();
    let headers: Vec<_> = memchr::memmem::find_iter(bytes, b"PK\x03\x04").collect();
    for at in headers {
        cut[at + 6] |= 8;
        cut[at + 14..at + 26].fill(0);
    }
    for piece in [1, 1000, 1 << 20] {
        let report = report_of(&unlocked(name, &cut, RIGHT, &[], piece));
        assert_eq!(counts(&report).0, records);
        let said = problems(&report);
        assert!(said.len() == 1 && said[0].contains("The zip's directory can't be read"), "{said:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Damage is told of, and what it costs does not depend on how the bytes came.
    #[test]
    fn any_damage_in_any_pieces(
        kind: u8, at: prop::sample::Index, length in 1_usize..3000, seed: u64, pieces in prop::collection::vec(1_usize..9000, 2),
    ) {
        for (name, records, bytes) in FILES {
            let mut spoilt = bytes.to_vec();
            spoil(&mut spoilt, kind, at.index(bytes.len()), length, seed);
            let [one, other] = [pieces[0], pieces[1]].map(|piece| unlocked(name, &spoilt, RIGHT, &[], piece));
            let different = differences(&one, &other);
            prop_assert!(different.is_empty(), "{}: {}", name, different.join("\n"));
            let report = report_of(&one);
            prop_assert!(counts(&report).0 == records || !problems(&report).is_empty(), "{}: {:?}", name, counts(&report));
        }
    }
}

/// On the command line passwords stand in a file, and the context of a row is read with them again.
#[test]
fn on_the_command_line() {
    let folder = folder("locked");
    let (name, _, bytes) = FILES[0];
    let archive = write(&folder, name, bytes);
    let passwords = write(&folder, "passwords.txt", "\u{feff}another one\r\npass word\r\n".as_bytes());
    let report = run(&["--format", "json", "--passwords", &passwords, &archive], None);
    assert_eq!((report.status.code(), counts(&json(&report)).0), (Some(0), 101));
    assert!(!text(&report.stdout).contains("pass word"), "passwords are shown nowhere");
    let context = run(&["--format", "json", "--context", "1", "--passwords", &passwords, &archive], None);
    assert_eq!(context.status.code(), Some(0));
    let Value::Object(context) = json(&context) else { panic!("a context is an object") };
    assert!(!context.is_empty());
    let without = run(&[&archive], None);
    assert_eq!(without.status.code(), Some(1));
    assert!(
        text(&without.stderr).contains("It is encrypted; it was not read. Read it again with its password")
    );
    let empty = write(&folder, "empty.txt", b"\n\n");
    let refused = run(&["--passwords", &empty, &archive], None);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("holds no password"));
}
