//! The by-clause: which events are one row, and what stands in it.

use crate::common::{self, problems, report, rows};
use expect_test::expect;
use testlog::evtx::{self, Style};
use testlog::json::{self, Shape};
use testlog::sysmon::{Context, Process, WMI_PROVIDER_HOST};
use testlog::time::Time;
use testlog::xml::{self, Layout, SPLUNK};
use testlog::{Event, Expected, Options, Size};

fn process(image: &'static str, command: &'static str, id: u32) -> Process {
    Process { image: image.into(), command: command.into(), id, ..Process::default() }
}

/// A match at this many milliseconds after 2024-03-04T08:00:00Z.
fn event(millis: u64) -> Event {
    let context = Context {
        time: Time::from_unix_millis(1_709_539_200_000 + millis),
        record: 1 + millis,
        computer: "HOST".into(),
    };
    let child =
        Process { user: r"DOM\user".into(), ..process(r"C:\Windows\cmd.exe", "cmd.exe /c whoami", 512) };
    let parent = process(WMI_PROVIDER_HOST, "wmiprvse.exe -Embedding", 788);
    context.process_create(&child, &parent)
}

fn xml_of(events: &[Event]) -> Vec<u8> {
    xml::file(events, &SPLUNK, Layout::Ended("\n")).into_bytes()
}

/// The rows of a log of these events, a line each.
fn rows_of(events: &[Event]) -> String {
    let report = report(&[("log.xml", &xml_of(events))]);
    let line = |(key, count, first, last): &(Vec<String>, u64, String, String)| -> String {
        format!("{} | {count} | {first} | {last}\n", key.join(" | "))
    };
    rows(&report).iter().map(line).collect()
}

#[test]
fn equal_keys_are_one_row_with_first_and_last_time() {
    let events = [event(5000), event(1500), event(9000)];
    expect![[r"
        HOST | DOM\user | wmiprvse.exe -Embedding | cmd.exe | cmd.exe /c whoami | 512 | 788 | 3 | 2024-03-04T08:00:01.5Z | 2024-03-04T08:00:09Z
    "]]
    .assert_eq(&rows_of(&events));
}

/// Splunk's `by` compares exactly, its `where` does not.
#[test]
fn keys_are_case_sensitive_and_the_rule_is_not() {
    let events = [
        event(1),
        event(2).with("ParentImage", r"c:\windows\system32\WBEM\wmiprvse.EXE"),
        event(3).with("User", r"dom\USER"),
        event(4).with("Image", r"C:\Windows\CMD.EXE"),
        event(5).with("CommandLine", "cmd.exe /c WHOAMI"),
        event(6).with("CommandLine", "cmd.exe /c whoami "),
    ];
    expect![[r"
        HOST | DOM\user | wmiprvse.exe -Embedding | cmd.exe | cmd.exe /c whoami | 512 | 788 | 2 | 2024-03-04T08:00:00.001Z | 2024-03-04T08:00:00.002Z
        HOST | dom\USER | wmiprvse.exe -Embedding | cmd.exe | cmd.exe /c whoami | 512 | 788 | 1 | 2024-03-04T08:00:00.003Z | 2024-03-04T08:00:00.003Z
        HOST | DOM\user | wmiprvse.exe -Embedding | CMD.EXE | cmd.exe /c whoami | 512 | 788 | 1 | 2024-03-04T08:00:00.004Z | 2024-03-04T08:00:00.004Z
        HOST | DOM\user | wmiprvse.exe -Embedding | cmd.exe | cmd.exe /c WHOAMI | 512 | 788 | 1 | 2024-03-04T08:00:00.005Z | 2024-03-04T08:00:00.005Z
        HOST | DOM\user | wmiprvse.exe -Embedding | cmd.exe | cmd.exe /c whoami  | 512 | 788 | 1 | 2024-03-04T08:00:00.006Z | 2024-03-04T08:00:00.006Z
    "]]
    .assert_eq(&rows_of(&events));
}

/// `fillnull_value=null` for the ids, the data model's `unknown` for the rest; nothing is dropped.
#[test]
fn missing_and_empty_values_are_filled() {
    let names = ["User", "ParentCommandLine", "CommandLine", "ProcessId", "ParentProcessId"];
    let mut nameless = event(8);
    nameless.computer = "".into();
    let mut events = vec![nameless];
    for (at, name) in names.into_iter().enumerate() {
        events.push(event(10 + at as u64).without(name));
        events.push(event(20 + at as u64).with(name, ""));
    }
    events.push(event(30).without("Image"));
    events.push(event(31).without("Image").without("CommandLine"));
    events.push(event(32).without("ParentImage").with("ParentCommandLine", r#""C:\w w\WmiPrvSE.exe" -x"#));
    expect![[r#"
        unknown | DOM\user | wmiprvse.exe -Embedding | cmd.exe | cmd.exe /c whoami | 512 | 788 | 1 | 2024-03-04T08:00:00.008Z | 2024-03-04T08:00:00.008Z
        HOST | unknown | wmiprvse.exe -Embedding | cmd.exe | cmd.exe /c whoami | 512 | 788 | 2 | 2024-03-04T08:00:00.01Z | 2024-03-04T08:00:00.02Z
        HOST | DOM\user | unknown | cmd.exe | cmd.exe /c whoami | 512 | 788 | 2 | 2024-03-04T08:00:00.011Z | 2024-03-04T08:00:00.021Z
        HOST | DOM\user | wmiprvse.exe -Embedding | cmd.exe | unknown | 512 | 788 | 2 | 2024-03-04T08:00:00.012Z | 2024-03-04T08:00:00.022Z
        HOST | DOM\user | wmiprvse.exe -Embedding | cmd.exe | cmd.exe /c whoami | null | 788 | 2 | 2024-03-04T08:00:00.013Z | 2024-03-04T08:00:00.023Z
        HOST | DOM\user | wmiprvse.exe -Embedding | cmd.exe | cmd.exe /c whoami | 512 | null | 2 | 2024-03-04T08:00:00.014Z | 2024-03-04T08:00:00.024Z
        HOST | DOM\user | wmiprvse.exe -Embedding | cmd.exe | cmd.exe /c whoami | 512 | 788 | 1 | 2024-03-04T08:00:00.03Z | 2024-03-04T08:00:00.03Z
        HOST | DOM\user | wmiprvse.exe -Embedding | unknown | unknown | 512 | 788 | 1 | 2024-03-04T08:00:00.031Z | 2024-03-04T08:00:00.031Z
        HOST | DOM\user | "C:\w w\WmiPrvSE.exe" -x | cmd.exe | cmd.exe /c whoami | 512 | 788 | 1 | 2024-03-04T08:00:00.032Z | 2024-03-04T08:00:00.032Z
    "#]]
    .assert_eq(&rows_of(&events));
}

/// The whole name is compared, and only where the process creation is Sysmon's.
#[test]
fn what_only_looks_like_a_match_is_none() {
    let context =
        Context { time: Time::from_unix_millis(1_709_539_200_000), record: 1, computer: "HOST".into() };
    let wmi = process(WMI_PROVIDER_HOST, "wmiprvse.exe", 4);
    let other = process(r"C:\a.exe", "a.exe WmiPrvSE.exe", 8);
    let mut renamed = event(1);
    renamed.provider.name = "Microsoft-Windows-Sysmon-Test";
    let images = [
        r"C:\xWmiPrvSE.exe",
        r"C:\WmiPrvSE.exe.bak",
        r"C:\WmiPrvSE",
        r"C:\WmiPrvSE.exe\a.exe",
        "C:\\WmiPrvSE.exe ",
        "C:\\WmiPrvſE.exe",
        "C:\\Wm\u{131}PrvSE.exe",
        r"C:\WmiPrv*.exe",
    ];
    let creations = images.map(|image| event(2).with("ParentImage", image));
    let mut events = vec![
        renamed,
        context.security_process(&other, &wmi),
        context.process_access(&wmi, &other),
        context.process_create(&wmi, &other),
        context.clock_change(),
    ];
    events.extend(creations);
    let report = report(&[("log.xml", &xml_of(&events))]);
    assert_eq!(report["totals"]["records"], 5 + 8);
    assert_eq!(report["totals"]["process_creations"], 1 + 8);
    assert_eq!(report["totals"]["matches"], 0);
}

/// One row over three files of three formats.
#[test]
fn a_row_may_come_from_many_files() {
    let files = [
        xml_of(&[event(2000), event(1000)]),
        evtx::file(&[event(500)], Style::default()),
        json::file(&[event(3000)], Shape::Winlogbeat8, json::Layout::Lines).into_bytes(),
    ];
    let report = report(&[("a.xml", &files[0]), ("b.evtx", &files[1]), ("c.json", &files[2])]);
    let rows = rows(&report);
    assert_eq!(rows.len(), 1);
    let (_, count, first, last) = &rows[0];
    assert_eq!(
        (*count, first.as_str(), last.as_str()),
        (4, "2024-03-04T08:00:00.5Z", "2024-03-04T08:00:03Z")
    );
    let matches: Vec<_> =
        report["sources"].as_array().unwrap().iter().map(|source| source["matches"].clone()).collect();
    assert_eq!(matches, [2, 1, 1]);
}

/// Without `UtcTime`, the time it was logged; without any, the row stands last and says so.
#[test]
fn times_fall_back_and_may_be_unknown() {
    let logged = event(10).without("UtcTime");
    let text = |event: &Event| String::from_utf8(xml_of(std::slice::from_ref(event))).unwrap();
    let stamp = format!("SystemTime='{}'", logged.time.iso(9));
    let timeless = event(20).with("UtcTime", "yesterday").with("User", "no time");
    let timeless_stamp = format!("SystemTime='{}'", timeless.time.iso(9));
    let timeless = text(&timeless).replace(&timeless_stamp, "SystemTime='-'");
    assert!(text(&logged).contains(&stamp) && timeless.contains("SystemTime='-'"));
    let log = timeless + &text(&logged);
    let report = report(&[("log.xml", log.as_bytes())]);
    let rows = rows(&report);
    let times: Vec<_> = rows.iter().map(|(_, _, first, last)| (first.as_str(), last.as_str())).collect();
    let logged_at = logged.time.shortest();
    assert_eq!(times, [(logged_at.as_str(), logged_at.as_str()), ("(none)", "(none)")]);
    expect!["warning time_unknown [offset 0 (0x0), record 21] A match has neither a readable UtcTime nor a readable TimeCreated."]
    .assert_eq(&problems(&report).join("\n"));
}

/// An event without a time leaves the times of its row to the others.
#[test]
fn an_unknown_time_is_neither_first_nor_last() {
    let text = String::from_utf8(xml_of(&[event(10), event(20)])).unwrap();
    let second = event(20);
    let text = text
        .replace(&format!("SystemTime='{}'", second.time.iso(9)), "")
        .replace("2024-03-04 08:00:00.020", "");
    let report = report(&[("log.xml", text.as_bytes())]);
    let time = "2024-03-04T08:00:00.01Z".to_owned();
    let rows = rows(&report);
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].1, &rows[0].2, &rows[0].3), (2, &time, &time));
}

/// Twenty thousand rows, none lost.
#[test]
fn many_rows() {
    let options = Options {
        size: Size::Events(20_000),
        matches: 20_000,
        groups: 20_000,
        hosts: 40,
        ..Options::default()
    };
    let mut log = Vec::new();
    let expected: Expected = testlog::write_xml(&options, &mut log).unwrap();
    assert_eq!(expected.groups.len(), 20_000);
    common::assert_expected(&report(&[("log.xml", &log)]), &expected);
}
