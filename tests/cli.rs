//! The command line: exit status, input, tuning, and the forms of its output.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::common;
use expect_test::expect;
use serde_json::Value;
use sysmon_triage::time::Time;
use testlog::evtx::{self, Style};
use testlog::xml::{self, Layout, SPLUNK};
use testlog::{Event, Expected, Options, Size, gzip};

/// When the reports of these tests are made.
const MADE: u64 = 1_795_717_805;

pub fn run(arguments: &[&str], stdin: Option<&[u8]>) -> Output {
    run_at(&MADE.to_string(), arguments, stdin)
}

fn run_at(made: &str, arguments: &[&str], stdin: Option<&[u8]>) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sysmon-triage"))
        .args(arguments)
        .env("SOURCE_DATE_EPOCH", made)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let bytes = stdin.unwrap_or_default().to_vec();
    // In a thread of its own: the program may write before it has read everything.
    let writer = std::thread::spawn(move || _ = input.write_all(&bytes));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[track_caller]
pub fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A folder of this test's own.
pub fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli").join(test);
    _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

pub fn write(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

pub fn log() -> (Vec<Event>, Expected) {
    testlog::log(&Options { size: Size::Events(90), ..Options::default() })
}

pub fn xml_of(events: &[Event]) -> Vec<u8> {
    xml::file(events, &SPLUNK, Layout::Ended("\n")).into_bytes()
}

#[test]
fn json_is_the_report() {
    let (events, expected) = log();
    let file = write(&folder("json"), "log.evtx", &evtx::file(&events, Style::default()));
    let output = run(&["--format", "json", &file], None);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report = json(&output);
    common::assert_expected(&report, &expected);
    assert_eq!(report["schema"], "sysmon-triage/report/1");
    assert_eq!(report["rule"]["id"], "24869767-8579-485d-9a4f-d9ddfd8f0cac");
    assert_eq!(report["rule"]["technique"], "T1047");
    assert_eq!(report["rule"]["risk_score"], 49);
    assert_eq!(report["totals"]["groups"], 5);
    let source = &report["sources"][0];
    assert_eq!((&source["name"], &source["sha256"]), (&file.into(), &Value::Null));
    assert_eq!(source["bytes"], 4096 + 2 * 65536);
    assert!(output.stdout.ends_with(b"}\n"));
}

#[test]
fn csv_and_table() {
    let (events, _) = testlog::log(&Options { size: Size::Events(3), matches: 2, ..Options::default() });
    let file = write(&folder("forms"), "log.xml", &xml_of(&events));
    let output = run(&["--format", "csv", &file], None);
    assert_eq!(output.status.code(), Some(0));
    expect![[r#"
        dest,user,parent_process,process_name,process,process_id,parent_process_id,count,firstTime,lastTime
        WS-0001.contoso.example,CONTOSO\a.turing,C:\Windows\system32\wbem\wmiprvse.exe -secured -Embedding,cmd.exe,cmd.exe /Q /c whoami /priv 1> \\127.0.0.1\ADMIN$\__170950.11 2>&1,4000,2788,1,2024-03-04T08:00:00,2024-03-04T08:00:00
        WS-0002.contoso.example,CONTOSO\g.hopper,C:\Windows\system32\wbem\wmiprvse.exe -secured -Embedding,powershell.exe,"""powershell.exe"" -NoP -W Hidden -Enc SQBFAFgA1 & <x> ""quoted""",4004,2788,1,2024-03-04T08:00:00,2024-03-04T08:00:00
    "#]].assert_eq(&text(&output.stdout).replace('\r', ""));
    let output = run(&[&file], None);
    assert_eq!(output.status.code(), Some(0));
    expect![[r#"
        dest                     user              parent_process                                             process_name    process                                                            process_id  parent_process_id  count  firstTime            lastTime
        WS-0001.contoso.example  CONTOSO\a.turing  C:\Windows\system32\wbem\wmiprvse.exe -secured -Embedding  cmd.exe         cmd.exe /Q /c whoami /priv 1> \\127.0.0.1\ADMIN$\__170950.11 2>&1  4000        2788               1      2024-03-04T08:00:00  2024-03-04T08:00:00
        WS-0002.contoso.example  CONTOSO\g.hopper  C:\Windows\system32\wbem\wmiprvse.exe -secured -Embedding  powershell.exe  "powershell.exe" -NoP -W Hidden -Enc SQBFAFgA1 & <x> "quoted"      4004        2788               1      2024-03-04T08:00:00  2024-03-04T08:00:00
    "#]].assert_eq(&text(&output.stdout));
    expect![[r#"
        3 records, 2 process creations, 2 matches in 2 groups; 0 problems. Times are UTC.
    "#]]
    .assert_eq(&text(&output.stderr));
}

#[test]
fn standard_input_is_read_to_its_end() {
    let (events, expected) = log();
    let evtx = evtx::file(&events, Style::default());
    let zip = testlog::zip::archive(&[testlog::zip::Member::new("a.evtx", &evtx)]);
    for bytes in [xml_of(&events), gzip::member(&xml_of(&events)), evtx, zip] {
        let output = run(&["--format", "json", "--sha256", "-"], Some(&bytes));
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let report = json(&output);
        common::assert_expected(&report, &expected);
        let source = &report["sources"][0];
        assert_eq!((&source["name"], &source["bytes"]), (&"-".into(), &bytes.len().into()));
        let mut hasher = sysmon_triage::hash::Hasher::default();
        hasher.push(&bytes);
        assert_eq!(source["sha256"], hasher.finish());
    }
}

#[test]
fn a_copy_of_another_file_is_told_of() {
    let (events, expected) = log();
    let folder = folder("copies");
    for name in ["a.xml", "b.xml"] {
        write(&folder, name, &xml_of(&events));
    }
    // As long, and other than the first one near its end alone.
    let mut other = xml_of(&events);
    *other.iter_mut().rfind(|byte| **byte == b'\n').unwrap() = b' ';
    write(&folder, "c.xml", &other);
    write(&folder, "d.xml", &xml_of(&events));
    let path = folder.to_str().unwrap();
    for arguments in [&["--format", "json", path][..], &["--format", "json", "--sha256", path]] {
        let output = run(arguments, None);
        assert_eq!(output.status.code(), Some(0));
        let report = json(&output);
        assert_eq!(report["totals"]["matches"], 4 * expected.matches);
        assert_eq!((&report["totals"]["problems"], &report["totals"]["incomplete"]), (&3.into(), &0.into()));
        let codes = |number: usize| report["sources"][number]["problems"][0]["code"].clone();
        let [same, events] = ["same_content", "same_events"].map(serde_json::Value::from);
        assert_eq!([0, 1, 2, 3].map(codes), [().into(), same.clone(), events, same]);
        let said = String::from_utf8(output.stderr).unwrap();
        for copy in ["b.xml", "d.xml"] {
            let line = said
                .lines()
                .find(|line| line.contains(&format!("{copy}: warning: It is the same as ")))
                .unwrap();
            assert!(line.contains("a.xml, byte for byte"), "{line}");
        }
    }
}

/// Files of the kernel say that they have a page, and have a few bytes: as if they were cut off while they are read.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_is_shorter_than_it_was_is_told_of() {
    let output = run(&["/sys/kernel/uevent_seqnum"], None);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("The file is shorter than it was when it was opened."), "{said}");
}

/// A hash stands for what was searched, or there is none. Without one the log is named, too.
#[test]
fn a_log_that_is_written_to_meanwhile_is_named_and_has_no_hash() {
    for more in [&["--sha256"][..], &[]] {
        check_a_log_that_is_written_to(more);
    }
}

fn check_a_log_that_is_written_to(more: &[&str]) {
    let folder = folder("written");
    // So long that it is written to while it is read.
    let path = write(&folder, "log.xml", &xml_of(&log().0).repeat(200));
    let running = std::sync::atomic::AtomicBool::new(true);
    let output = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
            while running.load(std::sync::atomic::Ordering::Relaxed) {
                file.write_all(b"\n").unwrap();
                std::thread::sleep(std::time::Duration::from_micros(50));
            }
        });
        let output = run(&[&["--format", "json", &path], more].concat(), None);
        running.store(false, std::sync::atomic::Ordering::Relaxed);
        output
    });
    let report = json(&output);
    assert_eq!(report["sources"][0]["sha256"], Value::Null);
    let said = common::problems(&report);
    assert!(said.iter().any(|line| line.starts_with("warning changed_while_read")), "{said:?}");
}

/// A hash of nothing would stand for what could not be read.
#[cfg(target_os = "linux")]
#[test]
fn what_could_not_be_read_has_no_hash() {
    let folder = std::fs::File::open("/").unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_sysmon-triage"));
    let output = program.args(["--format", "json", "--sha256", "-"]).stdin(folder).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let source = &json(&output)["sources"][0];
    assert_eq!((&source["complete"], &source["sha256"]), (&Value::Bool(false), &Value::Null));
}

/// Status 1: something was not read. The rest is reported all the same.
#[test]
fn damage_is_told_by_the_exit_status() {
    let (events, expected) = log();
    let folder = folder("damage");
    let good = write(&folder, "good.xml", &xml_of(&events));
    let cut = write(&folder, "cut.evtx", &evtx::file(&events, Style::default())[..5000]);
    let missing = folder.join("missing.evtx").to_str().unwrap().to_owned();
    for bad in [cut, missing] {
        let output = run(&["--format", "json", &bad, &good], None);
        assert_eq!(output.status.code(), Some(1), "{bad}");
        let report = json(&output);
        common::assert_rows(&report, &expected);
        assert!(report["totals"]["problems"].as_u64().unwrap() > 0);
        let table = run(&[&bad, &good], None);
        assert_eq!(table.status.code(), Some(1));
        assert!(text(&table.stderr).contains(&format!("{bad}: error: ")), "{}", text(&table.stderr));
    }
    // A log that was not closed lost nothing.
    let mut dirty = evtx::file(&events, Style::default());
    dirty[evtx::FLAGS_AT] |= 1;
    let output = run(&[&write(&folder, "dirty.evtx", &dirty)], None);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn wrong_usage_is_status_2() {
    for arguments in [&[][..], &["--format", "yaml", "x"], &["--nonsense", "x"]] {
        let output = run(arguments, None);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    }
    // The rule is printed as it is: what would say otherwise is no use.
    for other in [&["--tuning", "x.json"][..], &["--format", "csv"], &["--sha256"], &["log.xml"]] {
        assert_eq!(run(&[&["--rule", "spl"], other].concat(), None).status.code(), Some(2), "{other:?}");
    }
    assert_eq!(run(&["--help"], None).status.code(), Some(0));
    assert_eq!(run(&["--version"], None).status.code(), Some(0));
}

/// What an attacker wrote into a log reaches a terminal as text, and a spreadsheet as no formula.
#[test]
fn output_is_safe_to_look_at() {
    let (events, _) = testlog::log(&Options { size: Size::Events(1), matches: 1, ..Options::default() });
    let event = events[0].clone().with("CommandLine", "=cmd|' /C calc'!A0 \u{202e}gpj");
    let file = write(&folder("safe"), "log.evtx", &evtx::file(&[event], Style::default()));
    let table = run(&[&file], None);
    assert!(text(&table.stdout).contains("‹U+202E›"));
    assert!(!text(&table.stdout).contains('\u{202e}'));
    let csv = run(&["--format", "csv", &file], None);
    assert!(text(&csv.stdout).contains(",'=cmd|' /C calc'!A0"), "{}", text(&csv.stdout));
    assert!(text(&csv.stderr).contains("1 cell(s)"));
}

/// A backslash in the table is one of the log's.
#[test]
fn two_values_never_look_the_same() {
    let (events, _) = testlog::log(&Options { size: Size::Events(1), matches: 1, ..Options::default() });
    let event = |command: &'static str| events[0].clone().with("CommandLine", command);
    let log = evtx::file(&[event("cmd /c C:\\new.exe"), event("cmd /c C:\new.exe")], Style::default());
    let table = text(&run(&[&write(&folder("same"), "log.evtx", &log)], None).stdout);
    assert!(table.contains("cmd /c C:\\new.exe ") && table.contains("cmd /c C:‹LF›ew.exe "), "{table}");
}

/// A terminal obeys what it is sent, in whatever form.
#[cfg(target_os = "linux")]
#[test]
fn no_form_steers_a_terminal() {
    let (events, _) = testlog::log(&Options { size: Size::Events(1), matches: 1, ..Options::default() });
    let event = events[0].clone().with("CommandLine", "a \u{1b}]0;b\u{7} \u{9b}2J c");
    let file = write(&folder("terminal"), "log.evtx", &evtx::file(&[event], Style::default()));
    for format in ["table", "csv", "json", "markdown", "html"] {
        let command = format!("'{}' --format {format} '{file}'", env!("CARGO_BIN_EXE_sysmon-triage"));
        // It gives the program a terminal.
        let output = Command::new("script").args(["-qec", &command, "/dev/null"]).output().unwrap();
        let shown = text(&output.stdout);
        assert!(shown.contains("]0;b"), "{format}");
        assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{9b}']), "{format}");
    }
}

/// A value of any length stands in the table whole, and widens no other row beyond what can be read.
#[test]
fn a_long_value_costs_the_table_no_more_than_itself() {
    let (mut events, _) = testlog::log(&Options { size: Size::Events(3), matches: 2, ..Options::default() });
    let hidden = "\u{202e}".repeat(8_200);
    events[0] = events[0].clone().with("CommandLine", hidden);
    let output = run(&[&write(&folder("long"), "log.xml", &xml_of(&events))], None);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let table = text(&output.stdout);
    assert_eq!(table.matches("‹U+202E›").count(), 8_200);
    assert_eq!(table.lines().filter(|line| line.len() < 1_000).count(), 2, "the head and the other row");
}

/// A table and a CSV have no place for hashes.
#[test]
fn hashes_stand_beside_a_table() {
    let file = write(&folder("hashes"), "log.xml", &xml_of(&log().0));
    let hash = json(&run(&["--format", "json", "--sha256", &file], None))["sources"][0]["sha256"].clone();
    for format in ["table", "csv"] {
        let said = text(&run(&["--format", format, "--sha256", &file], None).stderr);
        assert!(said.contains(&format!("log.xml: SHA-256 {}", hash.as_str().unwrap())), "{said}");
    }
}

/// Where nothing can be written, the status says so, and a sentence where one still can be.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_no_panic() {
    let file = write(&folder("full"), "log.xml", &xml_of(&log().0));
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let all = [&["--rule", "spl"][..], &[&file], &["--context", "1", &file], &["--format", "json", &file]];
    // What could not be read is said all the same.
    let mut program = Command::new(env!("CARGO_BIN_EXE_sysmon-triage"));
    let output = program.args([&file, "missing.xml"]).stdout(full()).output().unwrap();
    let said = text(&output.stderr);
    assert!(said.contains("missing.xml: error") && said.contains("could not be written"), "{said}");
    for arguments in all {
        let run = |out: Stdio, err: Stdio| {
            let mut program = Command::new(env!("CARGO_BIN_EXE_sysmon-triage"));
            program.args(arguments).stdin(Stdio::null()).stdout(out).stderr(err).spawn().unwrap()
        };
        let output = run(full().into(), Stdio::piped()).wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(text(&output.stderr).contains("could not be written"), "{arguments:?}");
        let output = run(Stdio::piped(), full().into()).wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    }
}

/// A pipe can't be read a second time.
#[cfg(unix)]
#[test]
fn the_context_of_a_pipe_is_refused() {
    let folder = folder("pipe-context");
    let (pipe, log) = (folder.join("pipe"), xml_of(&log().0));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::write(pipe, log).unwrap()
    });
    let output = run(&["--context", "1", pipe.to_str().unwrap()], None);
    writer.join().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("it can't be read a second time"), "{}", text(&output.stderr));
}

/// The reader of the output may go away.
#[test]
fn a_closed_pipe_is_no_panic() {
    let options = Options { size: Size::Events(9000), matches: 9000, groups: 9000, ..Options::default() };
    let (events, _) = testlog::log(&options);
    let file = write(&folder("pipe"), "log.xml", &xml_of(&events));
    let mut child = Command::new(env!("CARGO_BIN_EXE_sysmon-triage"))
        .args(["--format", "json", &file])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(!text(&output.stderr).contains("panicked"), "{}", text(&output.stderr));
}

fn tuning_file(folder: &Path) -> String {
    let entry =
        r#"{"mode": "exclude", "field": "process", "operator": "contains", "value": "whoami", "note": "n"}"#;
    let file = format!("{{\"schema\": \"sysmon-triage/tuning/1\", \"entries\": [{entry}]}}");
    write(folder, "tuning.json", file.as_bytes())
}

/// What is hidden is said in every form.
#[test]
fn a_tuning_hides_and_says_so() {
    let (events, _) = testlog::log(&Options { size: Size::Events(3), matches: 2, ..Options::default() });
    let folder = folder("tuning");
    let file = write(&folder, "log.xml", &xml_of(&events));
    let tuning = tuning_file(&folder);
    let printed = |format: &str| run(&["--format", format, "--tuning", &tuning, &file], None);
    let report = json(&printed("json"));
    assert_eq!(report["groups"].as_array().unwrap().len(), 1);
    assert_eq!((&report["totals"]["matches"], &report["totals"]["hidden"]), (&2.into(), &1.into()));
    assert_eq!(report["tuning"]["entries"][0]["hides"]["rows"], 1);
    for format in ["table", "csv"] {
        let output = printed(format);
        let said = "hidden by tuning: 1 event, 1 whole row; exclude process contains";
        assert!(text(&output.stdout).contains(said), "{format}: {}", text(&output.stdout));
    }
    assert!(text(&printed("csv").stderr).contains("hidden by tuning"));
    assert!(text(&printed("table").stderr).contains("2 matches in 2 groups, 1 of them in 1 group shown"));
    for format in ["markdown", "html"] {
        assert!(text(&printed(format).stdout).contains("1 in 1 row"), "{format}");
        assert!(!text(&printed(format).stdout).contains("whoami /priv"), "{format}");
    }
    // A context is of the rows that show, and says what does not.
    let context = |row: &str| run(&["--context", row, "--format", "json", "--tuning", &tuning, &file], None);
    assert_eq!(json(&context("1"))["process"]["process"], report["groups"][0]["process"]);
    let none = context("2");
    assert_eq!(none.status.code(), Some(2));
    assert!(
        text(&none.stderr).contains("There is no row 2") && text(&none.stderr).contains("hidden by tuning")
    );
    // A slip in the file is wrong usage, and nothing is printed that hides less than was asked for.
    let wrong = write(&folder, "wrong.json", br#"{"schema": "sysmon-triage/tuning/1", "entries": [{}]}"#);
    let output = run(&["--tuning", &wrong, &file], None);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert_eq!(text(&output.stderr), format!("{wrong}: Entry 1 has no `mode`.\n"));
}

/// The reports are those of the core, which the page prints too.
#[test]
fn reports_carry_the_note_and_are_those_of_the_core() {
    use sysmon_triage::export::{document::Options, html::html, json::json, markdown::markdown};
    use sysmon_triage::report::Made;
    let (events, _) = log();
    let folder = folder("reports");
    let bytes = xml_of(&events);
    let file = write(&folder, "log.xml", &bytes);
    let note = write(&folder, "note.txt", "\u{feff}see http://evil.example/ <b>".as_bytes());
    let session = common::session(&[(&file, &bytes)], 1 << 20);
    let made = Made { build: Some("command line".into()), at: Time::from_seconds(MADE as f64) };
    let options = Options { note: "see http://evil.example/ <b>".into(), defang: true, made };
    let printed = |arguments: &[&str]| text(&run(&[arguments, &[&file]].concat(), None).stdout);
    assert_eq!(printed(&["--format", "html", "--note-file", &note, "--defang"]), html(&session, &options));
    assert_eq!(
        printed(&["--format", "markdown", "--note", &options.note, "--defang"]),
        markdown(&session, &options)
    );
    assert_eq!(printed(&["--format", "json"]), json(&session, &options.made).unwrap());
    assert_eq!(run(&["--note", "x", &file], None).status.code(), Some(2));
}

/// What a result without rows means is said wherever it goes.
#[test]
fn an_empty_result_says_what_it_means() {
    let (events, _) = testlog::log(&Options { size: Size::Events(90), matches: 0, ..Options::default() });
    let file = write(&folder("empty-result"), "log.xml", &xml_of(&events));
    for format in ["table", "csv", "json", "markdown", "html"] {
        let output = run(&["--format", format, &file], None);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(said.contains("It does not say that WMI was not used"), "{format}: {said}");
    }
}

/// A report says when it was made; what it says can be set, so that it can be made again.
#[test]
fn reports_say_when_they_were_made() {
    let (events, _) = log();
    let file = write(&folder("made"), "log.xml", &xml_of(&events));
    let at = |made: &str, format: &str| run_at(made, &["--format", format, &file], None);
    let report = json(&at("0", "json"));
    assert_eq!(report["made"], "1970-01-01T00:00:00Z");
    assert_eq!(report["tool"]["build"], "command line");
    for format in ["markdown", "html"] {
        let output = text(&at("1795717805", format).stdout);
        let line =
            concat!("sysmon-triage ", env!("CARGO_PKG_VERSION"), " (command line), at 2026-11-26T18:30:05Z");
        assert!(output.contains(line), "{format}: {output}");
    }
    for wrong in ["", "-1", "soon", "1.5", "99999999999999"] {
        let output = at(wrong, "json");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{wrong}");
        assert!(text(&output.stderr).starts_with("SOURCE_DATE_EPOCH must be"), "{wrong}");
        // The other forms say nothing of it.
        assert_eq!(at(wrong, "csv").status.code(), Some(0), "{wrong}");
    }
    let mut now = Command::new(env!("CARGO_BIN_EXE_sysmon-triage"));
    let output = now.args(["--format", "json", &file]).env_remove("SOURCE_DATE_EPOCH").output().unwrap();
    let made = Time::parse(json(&output)["made"].as_str().unwrap()).unwrap();
    let seconds = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() as i64 - made.milliseconds() / 1000;
    assert!((0..600).contains(&seconds), "{seconds} s ago");
}

#[test]
fn the_rule_is_printed_in_other_languages() {
    for form in sysmon_triage::rule::forms(&sysmon_triage::rule::wmi::RULE) {
        let output = run(&["--rule", form.id], None);
        assert_eq!(text(&output.stdout).trim_end(), form.text.trim_end());
        assert_eq!(text(&output.stderr).lines().count(), form.notes.len());
    }
    assert_eq!(run(&["--rule", "yara"], None).status.code(), Some(2));
}

/// The context of a row, as text and as JSON; the events of the log are those of a tree that is known.
#[test]
fn the_context_of_a_row_is_printed() {
    let folder = folder("context");
    let forest =
        testlog::forest::forest(&testlog::forest::Options { processes: 12, hosts: 1, ..Default::default() });
    let log = write(&folder, "log.xml", &xml_of(&forest.events));
    let output = run(&["--context", "1", "--minutes", "1", &log], None);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let first = forest.born.iter().position(|born| born.matches).unwrap();
    let printed = text(&output.stdout);
    assert!(printed.starts_with("Context of "), "{printed}");
    assert!(printed.contains(&format!("\n\nStarted ({})\n", forest.descendants(first).len())), "{printed}");
    for part in [
        forest.born[first].command.as_str(),
        "[matches the rule]",
        "Beside, \u{b1}1 min",
        "does not show that the caller was remote",
        "\n  The logs hold no logons (Security, 4624) of this host.\n",
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    let output = run(&["--context", "1", "--format", "json", &log], None);
    assert_eq!(json(&output)["process"]["process"], forest.born[first].command.as_str());
    let verified = run(&["--verify", "--context", "1", "--format", "json", &log], None);
    assert_eq!(text(&verified.stdout), text(&output.stdout), "passed over and parsed in full");
    for wrong in [
        &["--context", "99", &log][..],
        &["--context", "1", "--event", "99", &log],
        &["--context", "0", &log],
    ] {
        let output = run(wrong, None);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).starts_with("There is no "), "{}", text(&output.stderr));
    }
    // The row may stand in what could not be read.
    let output = run(&["--context", "1", "missing.xml"], None);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("missing.xml: error: Nothing could be read"));
    // What two files hold is told once.
    let copy = write(&folder, "copy.xml", &xml_of(&forest.events));
    let both = text(&run(&["--context", "1", "--minutes", "1", &log, &copy], None).stdout);
    let number = forest.descendants(first).len();
    assert!(both.contains(&format!("\nStarted ({number}, in {} places)\n", 2 * number)), "{both}");
    let without: String = both.lines().map(|line| line.replace("[in 2 files] ", "") + "\n").collect();
    let entries = |text: &str| {
        text.lines().filter(|line| line.starts_with("  20")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(entries(&without), entries(&printed));
    assert_eq!(both.matches("[in 2 files] ").count(), entries(&printed).len());
    // What could not be read is said here too, and why.
    let file = write(&folder, "with-missing.xml", &xml_of(&forest.events));
    let missing = folder.join("missing.xml");
    let output = run(&["--context", "1", &file, missing.to_str().unwrap()], None);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("Nothing could be read: ") && !said.contains("second time"), "{said}");
    for wrong in [&["--format", "csv"][..], &["--minutes", "1441"], &["--minutes", "0"]] {
        // Nothing is read before.
        let output = run(&[&["--context", "1"], wrong, &["missing.xml"]].concat(), None);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(!text(&output.stderr).contains("missing.xml"), "{wrong:?}");
    }
    // Standard input is gone once it was read.
    let output = run(&["--context", "1", "-"], Some(&xml_of(&forest.events)));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("can't be read a second time"), "{}", text(&output.stderr));
}
