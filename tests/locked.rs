//! Encrypted archives, and passwords: `fixtures/locked/README.md` says what is in them.

use proptest::prelude::*;
use serde_json::Value;
use sysmon_triage::intake::{Planned, plan};
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
const FILES: [(&str, u64, &[u8]); 10] = files![
    "aes256.zip" 101, "aes192_bzip2.zip" 101, "aes128_stored.zip" 2, "traditional.zip" 101, "traditional_7z.zip" 2,
    "streamed.zip" 2, "lzma2.7z" 101, "deflate.7z" 101, "stored.7z" 2, "directory.7z" 101
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
        let wanted = match name {
            // Only what comes of it tells.
            "stored.7z" => {
                "error encrypted_member [few.xml] Its checksum does not match: its password is another one"
            }
            _ => "no password that was given opens it",
        };
        assert!(said.contains(wanted), "{name}: {said}");
    }
}

/// Hashing takes time, so there is a limit to it.
#[test]
fn too_many_passwords() {
    let (name, _, bytes) = FILES[6];
    let many = |count: usize| (0..count).map(|at| format!("wrong{at}\n")).collect::<String>() + RIGHT;
    let said = said_of(name, bytes, &many(260)).join("\n");
    assert!(
        said.contains(
            "error over_limit [one.xml] To open the archive's files, passwords would have to be hashed"
        ),
        "{said}"
    );
    assert_eq!(said_of(name, bytes, &many(5)), [""; 0]);
}

/// What follows an encrypted member is read, and archives inside of one are opened with the same passwords.
#[test]
fn archives_in_archives() {
    let [(_, _, aes), .., (_, _, seven), _, _, _] = FILES;
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
    let told = "error damaged_archive [few.xml] What tells whether it was changed does not fit: the content is damaged, or another one.";
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
