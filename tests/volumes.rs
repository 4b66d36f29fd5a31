//! Files that were cut into volumes: joined where they are read together, and told of where they are not.

use testlog::evtx::{self, Style};
use testlog::xml::{self, Layout, SPLUNK};
use testlog::zip::{self, Member};
use testlog::{Options, Size};

use crate::cli::{folder, json, run, text, write};
use crate::common::counts;

/// A log in volumes of this size.
fn volumes(folder: &std::path::Path, name: &str, bytes: &[u8], size: usize) -> Vec<String> {
    let volume = |(at, piece): (usize, &[u8])| write(folder, &format!("{name}.{:03}", at + 1), piece);
    bytes.chunks(size).enumerate().map(volume).collect()
}

fn log() -> Vec<u8> {
    evtx::file(&testlog::log(&Options { size: Size::Events(400), ..Options::default() }).0, Style::default())
}

/// The report without what names the files.
fn result(arguments: &[&str]) -> String {
    let mut report = json(&run(arguments, None));
    for source in report["sources"].as_array_mut().unwrap() {
        source["name"] = "log".into();
        source["problems"] = serde_json::Value::Null;
    }
    report["totals"]["problems"] = serde_json::Value::Null;
    report.to_string()
}

#[test]
fn volumes_are_one_file() {
    let log = log();
    let (events, _) = testlog::log(&Options { size: Size::Events(400), ..Options::default() });
    let lines = xml::file(&events, &SPLUNK, Layout::Ended("\n")).into_bytes();
    let archive = zip::archive(&[Member::new("a.evtx", &log)]);
    for (name, bytes) in [("log.evtx", &log), ("log.xml", &lines), ("log.zip", &archive)] {
        let folder = folder(&format!("volumes_{name}"));
        let whole = write(&folder, &format!("whole/{name}"), bytes);
        let wanted = ["--sha256", "--format", "json", &whole];
        for pieces in [2, 3, 7] {
            let parts = folder.join(format!("{pieces}"));
            let files = volumes(&parts, name, bytes, bytes.len().div_ceil(pieces));
            assert_eq!(files.len(), pieces);
            let of_folder = ["--sha256", "--format", "json", parts.to_str().unwrap()];
            assert_eq!(result(&of_folder), result(&wanted), "{name} in {pieces}");
            let mut named = vec!["--sha256", "--format", "json"];
            named.extend(files.iter().rev().map(String::as_str));
            assert_eq!(result(&named), result(&wanted), "{name} in {pieces}, from the last one");
            let output = run(&of_folder, None);
            assert_eq!(output.status.code(), Some(0));
            let said =
                format!("info: It is made of {pieces} volumes, {} to {}.", files[0], files[pieces - 1]);
            assert!(text(&output.stderr).contains(&said), "{}", text(&output.stderr));
            assert_eq!(json(&output)["sources"][0]["name"], format!("{} to .{pieces:03}", files[0]));
        }
    }
}

#[test]
fn the_context_of_a_row_is_read_from_volumes() {
    let folder = folder("volumes_context");
    let (whole, parts) = (write(&folder, "whole/log.evtx", &log()), folder.join("parts"));
    volumes(&parts, "log.evtx", &log(), 70_000);
    let context = |path: &str| {
        let output = run(&["--context", "1", path], None);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout).replace(&format!("{path}/log.evtx.001 to .003"), path)
    };
    assert_eq!(context(parts.to_str().unwrap()).replace(parts.to_str().unwrap(), &whole), context(&whole));
}

/// Volumes that hold the same log as a file beside them are a copy of it.
#[test]
fn a_copy_in_volumes() {
    let folder = folder("volumes_copy");
    write(&folder, "log.evtx", &log());
    volumes(&folder, "log.evtx", &log(), 70_000);
    for hash in [&["--sha256"][..], &[]] {
        let arguments = [hash, &["--format", "json", folder.to_str().unwrap()]].concat();
        let output = run(&arguments, None);
        assert_eq!(json(&output)["sources"].as_array().unwrap().len(), 2);
        assert!(text(&output.stderr).contains("byte for byte"), "{}", text(&output.stderr));
    }
}

#[test]
fn a_missing_volume_is_told_of() {
    let folder = folder("volumes_missing");
    let bytes = zip::archive(&[Member { deflate: false, ..Member::new("a.evtx", &log()) }]);
    let files = volumes(&folder, "log.zip", &bytes, bytes.len() * 2 / 5);
    assert_eq!(files.len(), 3);
    let said = |files: &[&String]| {
        let output = run(&files.iter().map(|file| file.as_str()).collect::<Vec<_>>(), None);
        assert_eq!(output.status.code(), Some(1));
        text(&output.stderr)
    };
    let alone = |at: usize| {
        let whole = files[0].trim_end_matches(".001");
        format!(
            "warning: By its name it is volume .00{at} of {whole}, and it was read without the others. Add all volumes at once"
        )
    };
    assert!(said(&[&files[0]]).contains(&alone(1)));
    assert!(said(&[&files[1]]).contains(&alone(2)));
    let gap = said(&[&files[0], &files[2]]);
    assert!(gap.contains(&alone(1)) && gap.contains(&alone(3)), "{gap}");
    let further = format!(
        "warning: A further volume may be missing, {}: the last one is as long as the first.",
        files[2]
    );
    assert!(said(&[&files[0], &files[1]]).contains(&further));
    // Damage is no lack of a volume.
    std::fs::write(&files[2], vec![0; bytes.len() / 6]).unwrap();
    let damaged = said(&files.iter().collect::<Vec<_>>());
    assert!(damaged.contains("made of 3 volumes") && !damaged.contains("A further volume"), "{damaged}");
}

/// Logs that a program numbers are no volumes, and nothing is said of them.
#[test]
fn logs_that_are_numbered() {
    let folder = folder("volumes_rotated");
    let log = |seed, events| {
        let (events, _) = testlog::log(&Options { seed, size: Size::Events(events), ..Options::default() });
        evtx::file(&events, Style::default())
    };
    let logs = [log(1, 400), log(2, 50), log(3, 50)];
    for (at, log) in logs.iter().enumerate() {
        write(&folder, &format!("sysmon.evtx.{:03}", at + 1), log);
        write(&folder, &format!("sysmon.zip.{:03}", at + 1), &zip::archive(&[Member::new("a.evtx", log)]));
    }
    let output = run(&["--format", "json", folder.to_str().unwrap()], None);
    assert_eq!((output.status.code(), counts(&json(&output)).0), (Some(0), 1000));
    assert_eq!(json(&output)["sources"].as_array().unwrap().len(), 6);
    assert!(!text(&output.stderr).contains("volumes,") && !text(&output.stderr).contains("By its name"));
}

/// Copies and logs that overlap are told of: joined to one log they would count twice without a word.
#[test]
fn logs_of_one_program_that_are_numbered() {
    let folder = folder("volumes_copies");
    let (events, _) = testlog::log(&Options { size: Size::Events(50), ..Options::default() });
    let lines = xml::file(&events, &SPLUNK, Layout::Ended("\n")).into_bytes();
    let half = lines[..lines.len() / 2].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for (name, other, wanted) in
        [("same", &lines[..], "byte for byte"), ("overlap", &lines[half..], "matches are also in")]
    {
        let home = folder.join(name);
        write(&home, "log.xml.001", &lines);
        write(&home, "log.xml.002", other);
        let output = run(&["--format", "json", home.to_str().unwrap()], None);
        assert_eq!(json(&output)["sources"].as_array().unwrap().len(), 2, "{name}");
        assert!(text(&output.stderr).contains(wanted), "{name}: {}", text(&output.stderr));
    }
}

/// `split -d` counts from 0 on, and the volumes of a set may be named by several paths.
#[test]
fn from_zero_on_and_by_any_path() {
    let (folder, log) = (folder("volumes_paths"), log());
    let size = log.len().div_ceil(4);
    for (at, piece) in log.chunks(size).enumerate() {
        write(&folder, &format!("log.evtx.{at:03}"), piece);
    }
    let home = folder.to_str().unwrap();
    let records = |arguments: &[&str]| {
        let report = json(&run(&[&["--format", "json"], arguments].concat(), None));
        assert_eq!(report["sources"].as_array().unwrap().len(), 1, "{report}");
        counts(&report).0
    };
    assert_eq!(records(&[home]), 400);
    assert_eq!(records(&[&format!("{home}/log.evtx.001"), &format!("{home}/../volumes_paths")]), 400);
    let archive = include_bytes!("fixtures/packed/lzma2.7z");
    for (at, piece) in archive.chunks(1500).enumerate().skip(1) {
        write(&folder, &format!("7z/log.7z.{at:03}"), piece);
    }
    let without = text(&run(&[folder.join("7z").to_str().unwrap()], None).stderr);
    assert!(
        without.contains("The first volume may be missing: some programs count from .000 on."),
        "{without}"
    );
}

/// As `split` names them, with letters and digits, whatever stands before those.
#[test]
fn volumes_by_split() {
    let log = log();
    for (at, names) in [
        ["log.evtx.aa", "log.evtx.ab", "log.evtx.ac"],
        ["log.part-00", "log.part-01", "log.part-02"],
        ["xaa", "xab", "xac"],
    ]
    .iter()
    .enumerate()
    {
        let folder = folder(&format!("volumes_by_split_{at}"));
        let size = log.len().div_ceil(3);
        let files: Vec<_> =
            names.iter().zip(log.chunks(size)).map(|(name, piece)| write(&folder, name, piece)).collect();
        let output = run(&["--format", "json", folder.to_str().unwrap()], None);
        let report = json(&output);
        assert_eq!((counts(&report).0, output.status.code()), (400, Some(0)), "{}", text(&output.stderr));
        assert_eq!(report["sources"].as_array().unwrap().len(), 1);
        let cut = text(&run(&[&files[0], &files[1]], None).stderr);
        assert!(cut.contains(&format!("A further volume may be missing, {}", files[2])), "{cut}");
    }
}

/// A zip that was split, as Info-ZIP and WinZip do it: a mark before it, numbers of parts at its end, and in its directory places
/// in each part, which nothing needs.
fn split_zip(folder: &std::path::Path, cuts: &[usize]) -> Vec<String> {
    let log = log();
    let member = |name| Member { deflate: false, ..Member::new(name, &log) };
    let folder_entry = Member { deflate: false, ..Member::new("logs/", b"") };
    let mut bytes = b"PK\x07\x08".to_vec();
    bytes.extend(zip::archive(&[folder_entry, member("logs/a.evtx"), member("logs/b.evtx")]));
    let end = bytes.len() - 22;
    for at in [4, 6] {
        bytes[end + at] = cuts.len() as u8;
    }
    let mut from = 0;
    let mut part = |name: String, to: usize| {
        let path = write(folder, &name, &bytes[from..to]);
        from = to;
        path
    };
    let mut paths: Vec<_> =
        cuts.iter().enumerate().map(|(at, to)| part(format!("log.z{:02}", at + 1), *to)).collect();
    paths.push(part("log.zip".to_owned(), bytes.len()));
    paths
}

#[test]
fn a_split_zip_is_one_file() {
    let folder = folder("volumes_split_zip");
    let parts = split_zip(&folder, &[90_000, 100_000, 190_000]);
    let read = |files: &[&str]| {
        let output = run(&[&["--format", "json"], files].concat(), None);
        (counts(&json(&output)).0, output.status.code(), text(&output.stderr))
    };
    let (records, status, said) = read(&[folder.to_str().unwrap()]);
    assert_eq!((records, status), (800, Some(0)), "{said}");
    assert!(said.contains("made of 4 volumes, ") && !said.contains("error"), "{said}");
    // By hand, as is often advised.
    let joined: Vec<u8> = parts.iter().flat_map(|part| std::fs::read(part).unwrap()).collect();
    let joined = write(&folder, "by_hand/log.zip", &joined);
    assert_eq!((read(&[&joined]).0, read(&[&joined]).1), (800, Some(0)));

    let (records, status, said) = read(&[&parts[0], &parts[1]]);
    assert!(records > 0 && status == Some(1), "{said}");
    assert!(
        said.contains(&format!("warning: The last part of this split zip is missing, {}.", parts[3])),
        "{said}"
    );
    let (_, status, said) = read(&[&parts[3]]);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains(&format!("whose first one is {}; it was read alone", parts[0])), "{said}");
    let (_, status, said) = read(&[&parts[0], &parts[2], &parts[3]]);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("By its name it is volume .z03 of "), "{said}");
}

/// The directory of a split zip counts its members: where others are missing, that is said.
#[test]
fn a_split_zip_that_lacks_members() {
    let folder = folder("volumes_split_zip_cut");
    let parts = split_zip(&folder, &[90_000, 100_000]);
    let bytes: Vec<u8> = parts.iter().flat_map(|part| std::fs::read(part).unwrap()).collect();
    let second = memchr::memmem::rfind(&bytes, b"PK\x03\x04").unwrap();
    let file = write(&folder, "alone/log.zip", &bytes[second..]);
    let output = run(&[&file], None);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains(
            "split into 3 parts (.z01, .z02, …, .zip), which are to be given together; its directory lists 3"
        ),
        "{said}"
    );
}

/// Links are called as they like.
#[cfg(unix)]
#[test]
fn links_to_volumes() {
    let (folder, log) = (folder("volumes_links"), log());
    let links = log.chunks(log.len().div_ceil(3)).enumerate().map(|(at, piece)| {
        let link = folder.join(format!("log.evtx.{:03}", at + 1));
        std::os::unix::fs::symlink(write(&folder, &format!("stored/{at}"), piece), &link).unwrap();
        link.to_str().unwrap().to_owned()
    });
    let links: Vec<_> = links.collect();
    let arguments: Vec<_> =
        ["--format", "json"].into_iter().chain(links.iter().map(String::as_str)).collect();
    let report = json(&run(&arguments, None));
    assert_eq!((report["sources"].as_array().unwrap().len(), counts(&report).0), (1, 400));
}

/// More volumes than a system lets a program open at once.
#[cfg(unix)]
#[test]
fn a_thousand_volumes() {
    let (folder, log) = (folder("volumes_many"), log());
    volumes(&folder, "log.evtx", &log, log.len().div_ceil(1200));
    let command = format!(
        "ulimit -n 64; {} --format json --sha256 {}",
        env!("CARGO_BIN_EXE_sysmon-triage"),
        folder.to_str().unwrap()
    );
    let output = std::process::Command::new("sh").args(["-c", &command]).output().unwrap();
    assert_eq!(counts(&json(&output)).0, 400, "{}", text(&output.stderr));
}
