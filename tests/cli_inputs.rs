//! What the command line reads of what is named: files, folders, links, and names that are no text.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::cli::{folder, json, log, run, text, write, xml_of};
use crate::common;
use serde_json::Value;
use testlog::evtx::{self, Style};
use testlog::gzip;

#[test]
fn folders_are_read_whole_in_the_order_of_names() {
    let (events, expected) = log();
    let folder = folder("folders");
    write(&folder, "b.xml", &xml_of(&events[..30]));
    write(&folder, "a/z/deep.evtx", &evtx::file(&events[30..60], Style::default()));
    write(&folder, "c.log.gz", &gzip::member(&xml_of(&events[60..])));
    let output = run(&["--format", "json", "--sha256", folder.to_str().unwrap()], None);
    assert_eq!(output.status.code(), Some(0));
    let report = json(&output);
    common::assert_expected(&report, &expected);
    let sources = report["sources"].as_array().unwrap();
    let names: Vec<_> = sources
        .iter()
        .map(|source| source["name"].as_str().unwrap().rsplit(['/', '\\']).next().unwrap())
        .collect();
    assert_eq!(names, ["deep.evtx", "b.xml", "c.log.gz"]);
    assert!(sources.iter().all(|source| source["sha256"].as_str().is_some_and(|hash| hash.len() == 64)));
}

/// A link may lead out of the folder, and a pipe may never end: both are named and not opened. What is read anyway is not
/// missing.
#[cfg(unix)]
#[test]
fn links_and_pipes_in_a_folder_are_named_and_left() {
    let (events, expected) = log();
    let folder = folder("links");
    let log = write(&folder, "log.xml", &xml_of(&events));
    for (name, target) in
        [("here", "."), ("there", "."), ("root", "/"), ("nowhere", "missing"), ("again.xml", "log.xml")]
    {
        std::os::unix::fs::symlink(target, folder.join(name)).unwrap();
    }
    assert!(Command::new("mkfifo").arg(folder.join("pipe")).status().unwrap().success());
    let output = run(&["--format", "json", folder.to_str().unwrap()], None);
    assert_eq!(output.status.code(), Some(1));
    let report = json(&output);
    common::assert_rows(&report, &expected);
    let sources = report["sources"].as_array().unwrap();
    let said: Vec<_> = sources
        .iter()
        .flat_map(|source| source["problems"].as_array().unwrap())
        .map(Value::to_string)
        .collect();
    assert_eq!(said.iter().filter(|line| line.contains("it is a link")).count(), 2, "{said:?}");
    assert_eq!(text(&output.stderr).matches("it is a link to what is read anyway").count(), 3);
    assert_eq!(
        said.iter().filter(|line| line.contains("neither a file nor a folder")).count(),
        1,
        "{said:?}"
    );
    assert_eq!(said.iter().filter(|line| line.contains("\"not_opened\"")).count(), 3, "{said:?}");
    // What is named is followed.
    let named = run(&["--format", "json", folder.join("again.xml").to_str().unwrap()], None);
    common::assert_expected(&json(&named), &expected);
    assert!(std::fs::remove_file(log).is_ok());
}

/// The same file, by whatever path, would count each of its events twice; and no file is no logs without a match.
#[test]
fn a_file_is_read_once_and_an_empty_folder_is_told_of() {
    let (events, expected) = log();
    let folder = folder("once");
    let file = write(&folder, "in/log.xml", &xml_of(&events));
    let [inside, around, empty] =
        ["in", "in/../in/log.xml", "empty"].map(|name| folder.join(name).to_str().unwrap().to_owned());
    let output = run(&["--format", "json", &inside, &file, &around], None);
    common::assert_expected(&json(&output), &expected);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output.stderr).matches("it is among the inputs already").count(), 2);

    std::fs::create_dir_all(&empty).unwrap();
    let output = run(&["--format", "json", &empty, &file], None);
    assert_eq!(output.status.code(), Some(1));
    let report = json(&output);
    common::assert_rows(&report, &expected);
    assert!(common::problems(&report).iter().any(|line| line.contains("the folder holds no file")));
}

/// Names that are no text are shown so that two files have two names, and the one that can't be opened is not taken for
/// another one that can.
#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_stay_apart() {
    use std::os::unix::ffi::OsStringExt;
    let folder = folder("names");
    let named = |name: &[u8]| folder.join(std::ffi::OsString::from_vec(name.to_vec()));
    std::fs::write(named(b"a\xef\xbf\xbd.xml"), xml_of(&log().0)).unwrap();
    let program = |paths: &[PathBuf]| {
        Command::new(env!("CARGO_BIN_EXE_sysmon-triage"))
            .args(["--format", "json"])
            .args(paths)
            .output()
            .unwrap()
    };
    let output = program(&[named(b"a\xff.xml"), named(b"a\xef\xbf\xbd.xml")]);
    assert_eq!(output.status.code(), Some(1));
    common::assert_rows(&json(&output), &log().1);
    std::fs::write(named(b"a\xff.xml"), xml_of(&log().0)).unwrap();
    let names = json(&program(std::slice::from_ref(&folder)))["sources"].to_string();
    assert!(names.contains("a\\\\xff.xml") && names.contains("a\u{fffd}.xml"), "{names}");
}

/// The result may be written into the folder that is read.
#[cfg(unix)]
#[test]
fn the_output_is_no_input() {
    let (events, expected) = log();
    let folder = folder("output");
    write(&folder, "log.xml", &xml_of(&events));
    let result = folder.join("report.json");
    for _ in 0..2 {
        let mut program = Command::new(env!("CARGO_BIN_EXE_sysmon-triage"));
        program.args(["--format", "json"]).arg(&folder).stdout(std::fs::File::create(&result).unwrap());
        let output = program.stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(text(&output.stderr).contains("report.json: the result is written to it"));
        let report = serde_json::from_slice(&std::fs::read(&result).unwrap()).unwrap();
        common::assert_expected(&report, &expected);
    }
}

/// Nor is it, where it is named: then something is missing.
#[cfg(unix)]
#[test]
fn the_output_that_is_named_as_an_input_is_told_of() {
    let folder = folder("named-output");
    let file = write(&folder, "log.xml", &xml_of(&log().0));
    let mut program = Command::new(env!("CARGO_BIN_EXE_sysmon-triage"));
    let out = std::fs::OpenOptions::new().append(true).open(&file).unwrap();
    let output =
        program.arg(&file).stdout(out).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("It was not opened: the result is written to it."));
}
