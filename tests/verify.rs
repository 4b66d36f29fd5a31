//! A scan that looks only at what can match finds what a scan finds that parses everything.

use crate::common::forms::{self, Form};
use crate::common::{differences, feed, problems, report_of, rows, spoil};
use proptest::prelude::*;
use proptest::sample::Index;
use sysmon_triage::rule::wmi::RULE;
use sysmon_triage::scan::Scan;
use sysmon_triage::session::Session;
use testlog::rng::Rng;
use testlog::xml::{self, Layout, SPLUNK};
use testlog::{Event, Options, Size};

fn session_of(form: &Form, verifying: bool) -> Session {
    let mut session = Session::new(&RULE);
    let size = form.bytes.len() as u64;
    let source = session.add_source(&form.name, size);
    let mut scan = match verifying {
        true => Scan::verifying(&RULE, source, &form.name, Some(size)),
        false => Scan::new(&RULE, source, &form.name, Some(size)),
    };
    feed(&mut scan, &form.bytes, || 4000);
    assert!(session.absorb(scan.finish()));
    session
}

fn log(seed: u64, events: u64) -> Vec<Event> {
    testlog::log(&Options { seed, size: Size::Events(events), matches: events / 5, ..Options::default() }).0
}

/// The beginning of a System part.
const SYSTEM_OF: &str = "<Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID>";

/// Values that a fast reader may take for something else.
const ODD: &[&str] = &[
    "",
    "-",
    " ",
    "WmiPrvSE.exe",
    r"C:\Windows\System32\wbem\wMiPrVsE.ExE",
    r#""C:\a b\WmiPrvSE.exe" -Embedding"#,
    "C:/x/WmiPrvSE.exe",
    "WmiPrvSE.exe\u{0}",
    "\u{0}",
    "<Event>&amp;</Event>",
    "]]>",
    "Zoë 日本 😀",
    "\r\n\t",
    "2024-03-04 08:00:00.123",
    "Microsoft-Windows-Sysmon",
    "1",
];

/// Names that say what an event is, or what it holds.
const COLUMNS: &[&str] = &[
    "EventCode",
    "event_id",
    "event.code",
    "Channel",
    "source",
    "Computer",
    "host.name",
    "SourceName",
    "Provider",
    "UtcTime",
    "ParentImage",
    "Image",
    "Message",
    "message",
    "_raw",
    "Payload",
    "EventData",
    "event_data",
    "winlog.event_id",
    "winlog.channel",
    "winlog.provider_name",
    "winlog.computer_name",
    "winlog.event_data.ParentImage",
    "winlog",
];

/// Cells as CSV has them inside of quotes.
const CELLS: &[&str] = &[
    "",
    "1",
    "1",
    "3",
    "1.0",
    "one",
    "Microsoft-Windows-Sysmon",
    "Microsoft-Windows-Sysmon",
    "Microsoft-Windows-Sysmon/Operational",
    "XmlWinEventLog:Microsoft-Windows-Sysmon/Operational",
    " H\r\nH ",
    "\u{feff}H",
    r"C:\x\WmiPrvSE.exe",
    r"C:\x.exe",
    r"C:\",
    "2020-01-01 00:00:00.123",
    "a \"\"WmiPrvSE.exe\"\", b",
    "UtcTime: 2020-01-01 00:00:00.123\r\nParentImage: C:\\WmiPrvSE.exe",
    r#"{""ParentImage"":""C:\\WmiPrvSE.exe"",""EventID"":1}"#,
    r#" {""EventID"":1,""SourceName"":""Microsoft-Windows-Sysmon"",""ParentImage"":""Wmi\u0050rvSE.exe""}"#,
    "<EventData><Data Name='ParentImage'>C:\\WmiPrvSE.exe</Data></EventData>",
    "<Event><System><Provider Name=\"\"Microsoft-Windows-Sysmon\"\"/><EventID>1</EventID><Channel>C</Channel><Computer>H</Computer></System>\
     <EventData><Data Name='UtcTime'>2020-01-01 00:00:00.123</Data><Data Name='ParentImage'>C:\\x.exe</Data></EventData></Event>",
];

/// Puts odd values into the fields that the rule reads, takes fields away, doubles them.
fn make_odd(events: &mut [Event], seed: u64) {
    let names = [
        "ParentImage",
        "ParentCommandLine",
        "Image",
        "CommandLine",
        "User",
        "UtcTime",
        "ProcessId",
        "ParentProcessId",
    ];
    let mut rng = Rng::new(seed);
    for event in events {
        for _ in 0..rng.below(4) {
            let (name, value) = (rng.pick(&names), rng.pick(ODD));
            match rng.below(6) {
                0 => event.data.retain(|(have, _)| *have != name),
                1 => event.data.push((name, value.into())),
                2 => event.computer = value.into(),
                _ => *event = event.clone().with(name, value),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_form_and_packing(seed: u64) {
        let events = log(seed, 30);
        for plain in forms::plain(&events).into_iter().chain(forms::rendered(&events)) {
            for form in forms::packed(&plain).into_iter().chain([plain]) {
                let found = differences(&session_of(&form, false), &session_of(&form, true));
                prop_assert!(found.is_empty(), "{}:\n{}", form.name, found.join("\n"));
            }
        }
    }

    #[test]
    fn odd_values(seed: u64) {
        let mut events = log(seed, 30);
        make_odd(&mut events, seed);
        for form in forms::plain(&events).into_iter().chain(forms::rendered(&events)) {
            let found = differences(&session_of(&form, false), &session_of(&form, true));
            prop_assert!(found.is_empty(), "{}:\n{}", form.name, found.join("\n"));
        }
    }

    /// What is broken and can't match may count as a record or as damaged; the rows are the same.
    #[test]
    fn spoilt_input_gives_the_same_rows(seed: u64, kind: u8, at: Index, length in 1_usize..2000) {
        let events = log(seed, 30);
        for mut form in forms::plain(&events).into_iter().chain(forms::rendered(&events)) {
            let from = at.index(form.bytes.len());
            spoil(&mut form.bytes, kind, from, length, seed);
            let rows = [false, true].map(|verifying| rows(&report_of(&session_of(&form, verifying))));
            prop_assert_eq!(&rows[0], &rows[1], "{}", form.name);
        }
    }

    /// Templates, names and values of an event log that say something else: what was one event's field may
    /// be another's, stand in two places or nowhere.
    #[test]
    fn altered_event_logs_give_the_same_rows(seed: u64) {
        let form = forms::plain(&log(seed, 12)).pop().expect("the last form is an event log");
        let mut rng = Rng::new(seed);
        for _ in 0..100 {
            let mut altered = Form { name: form.name.clone(), bytes: form.bytes.clone(), raw: form.raw };
            for _ in 0..=rng.below(3) {
                let at = 4096 + 512 + rng.below(form.bytes.len().min(40_000) as u32 - 4096 - 512) as usize;
                altered.bytes[at] = match rng.below(3) {
                    0 => altered.bytes[at] ^ (1 << rng.below(8)),
                    1 => rng.below(0x22) as u8,
                    // Something else of the same log.
                    _ => form.bytes[at - 1 - rng.below(512) as usize],
                };
            }
            let rows = [false, true].map(|verifying| rows(&report_of(&session_of(&altered, verifying))));
            prop_assert_eq!(&rows[0], &rows[1]);
        }
    }

    /// A name can be written in a thousand ways in XML.
    #[test]
    fn any_spelling_of_a_name_in_xml_is_seen(seed: u64) {
        let mut rng = Rng::new(seed);
        let text = xml::file(&log(seed, 20), &SPLUNK, Layout::Ended("\n"));
        let mut respelled = String::new();
        for (at, part) in text.split("WmiPrvSE.exe").enumerate() {
            if at > 0 {
                "WmiPrvSE.exe".chars().for_each(|c| respelled += &spelling(c, &mut rng));
            }
            respelled += part;
        }
        let plain = Form { name: "a.xml".into(), bytes: text.into_bytes(), raw: "xml" };
        let other = Form { name: "a.xml".into(), bytes: respelled.clone().into_bytes(), raw: "xml" };
        let totals = |form: &Form, verifying| report_of(&session_of(form, verifying))["totals"].clone();
        prop_assert_eq!(totals(&other, false), totals(&plain, true), "{}", respelled);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// A row of CSV is an event by the names of its columns.
    #[test]
    fn columns_and_cells_of_any_kind(seed: u64) {
        let mut rng = Rng::new(seed);
        let mut names: Vec<&str> = (0..1 + rng.below(9)).map(|_| rng.pick(COLUMNS)).collect();
        names.sort_unstable();
        // Equal names are rare, or most rows would be read in full.
        if rng.below(8) > 0 {
            names.dedup();
        }
        let row = |rng: &mut Rng| names.iter().map(|_| format!("\"{}\"", rng.pick(CELLS))).collect::<Vec<_>>().join(",");
        let rows: Vec<String> = (0..30).map(|_| row(&mut rng)).collect();
        let text = format!("EventID,Other,{}\n1,x,{}\n", names.join(","), rows.join("\n3,x,"));
        let text = if rng.below(2) == 0 { text } else { text.replace("EventID,", "RecordID,") };
        let form = Form { name: "a.csv".into(), bytes: text.clone().into_bytes(), raw: "csv" };
        let found = differences(&session_of(&form, false), &session_of(&form, true));
        prop_assert!(found.is_empty(), "{}\n{}", found.join("\n"), text);
    }
}

fn spelling(character: char, rng: &mut Rng) -> String {
    match rng.below(8) {
        0 => format!("&#{};", character as u32),
        1 => format!("&#x{:x};", character as u32),
        2 => format!("&#x000{:X};", character as u32),
        3 => format!("<![CDATA[{character}]]>"),
        4 => format!("<!--x-->{character}"),
        5 => character.to_ascii_uppercase().to_string(),
        _ => character.to_string(),
    }
}

/// The decoder reads a SID as long as it says itself, whatever size is stated for it; what stands behind lies
/// elsewhere then.
#[test]
fn a_sid_of_another_size_than_is_stated() {
    let form = forms::plain(&log(1, 30)).pop().expect("the last form is an event log");
    // 12 bytes of type SID.
    let stated = memchr::memmem::find_iter(&form.bytes, &[12, 0, 0x13, 0]).collect::<Vec<_>>();
    assert!(stated.len() >= 30, "{}", stated.len());
    for at in stated {
        for size in [8, 11, 13] {
            let mut altered = Form { name: form.name.clone(), bytes: form.bytes.clone(), raw: form.raw };
            altered.bytes[at] = size;
            let reports = [false, true].map(|verifying| report_of(&session_of(&altered, verifying)));
            assert_eq!(rows(&reports[0]), rows(&reports[1]), "at {at}, {size} bytes");
            let said = problems(&reports[1]);
            assert!(said.iter().any(|line| line.starts_with("error damaged_record")), "{said:?}");
        }
    }
}

/// Each was read in two ways once, or a match in it was lost without a word: how many match, and what is said.
#[test]
fn what_two_readers_took_for_different_things() {
    const HEADER: &str = "SourceName,EventID,Computer,UtcTime,Description,ParentImage";
    let row = |provider: &str, said: &str, parent: &str| {
        format!("{provider},1,H,2024-03-04 08:00:00.5,{said},{parent}\n")
    };
    let (sysmon, wmi) = ("Microsoft-Windows-Sysmon", r"C:\w\WmiPrvSE.exe");
    let other =
        "<Event><System><Provider Name='X'/><EventID>3</EventID><Channel>C</Channel></System></Event>";
    let csv = |first: &str, rows: &[String]| format!("{first}\n{}", rows.concat());
    let beat = |more: &str| {
        format!(
            r#"{{"event_id": 1, "source_name": "Other", "log_name": "C", "computer_name": "H", "event_data":
            {{"UtcTime": "2024-03-04 08:00:00.5", "ParentImage": "C:\\w\\WmiPrvSE.exe"}}{more}}}"#
        )
        .replace('\n', " ")
    };
    let dump = |system: &str| {
        format!(
            r#"{{"Event": {{"System": {{{system}, "Channel": "C", "Computer": "H"}}, "EventData": {{"UtcTime":
            "2024-03-04 08:00:00.5", "ParentImage": "C:\\w\\WmiPrvSE.exe"}}}}}}"#
        )
        .replace('\n', " ")
    };
    let nested = |parent: &str| {
        format!(
            r#"{{"a": {{"ParentImage": "{parent}"}}, "SourceName": "{sysmon}", "EventID": 1, "Channel": "C", "Hostname": "H",
            "UtcTime": "2024-03-04 08:00:00.5", "ParentImage": "C:\\w\\WmiPrvSE.exe"}}"#
        )
        .replace('\n', " ")
    };
    let cases = [
        // The beginning of another file, in the middle.
        (
            "bom.csv",
            csv(HEADER, &[row(sysmon, "a", "C:\\x.exe"), row(&format!("\u{feff}{sysmon}"), "a", wmi)]),
            1,
            "",
        ),
        // Words of an attacker's own program, that look like an event.
        ("forged.csv", csv(HEADER, &[row(sysmon, other, wmi)]), 1, ""),
        (
            "forged_beside_raw.csv",
            csv("_raw,Description", &[format!("{other},{}\n", other.replace('3', "1").replace('X', sysmon))]),
            0,
            "",
        ),
        // What only looks like the end of System: a blank in the end tag, and an open quote.
        ("ends.xml", format!("<Event><System>{SYSTEM_OF}</System ><EventData><Data Name='ParentImage'>C:\\WmiPrvSE.exe</Data></EventData><System><Channel>C</Channel><Computer>H</Computer></System><EventData><Data Name='UtcTime'>2024-03-04 08:00:00.5</Data><Data Name='ParentImage'>C:\\x.exe</Data></EventData></Event>\n"), 1, ""),
        ("quote.xml", format!("<Event><System>{SYSTEM_OF}<Channel>C</Channel><Computer>H</Computer><Security UserID='/></System><EventData><Data Name=\"ParentImage\">C:\\x.exe</Data></EventData>'/></System><EventData><Data Name='UtcTime'>2024-03-04 08:00:00.5</Data><Data Name='ParentImage'>C:\\WmiPrvSE.exe</Data></EventData></Event>\n"), 1, ""),
        // A number with a sign is no name of a column.
        ("sign.csv", "EventID,Channel,Computer,SourceName,UtcTime,ParentImage\n+3,Channel,Computer,EventCode,x,y\n1,C,H,Microsoft-Windows-Sysmon,2024-03-04 08:00:00.5,C:\\w\\WmiPrvSE.exe\n".to_owned(), 1, ""),
        // What hides that a row has more cells than columns.
        ("uneven.csv", csv(HEADER, &[row(sysmon, "a,explorer.exe,{\"a\"", wmi)]), 0, "joined_rows"),
        // What stands behind the end of the columns.
        (
            "columns.csv",
            format!("{HEADER}\r{}{}", row(sysmon, "a", wmi), row(sysmon, "a", "C:\\x.exe")),
            0,
            "joined_rows",
        ),
        // No columns, and a row without XML.
        ("no_columns.csv", format!("\"{other}\",x\n{}\"{other}\",x\n", "lost,x\n"), 0, "not_an_event"),
        // Five columns of numbers are not Event Viewer's.
        (
            "viewer.csv",
            format!(
                "winlog.event_id,winlog.provider_name,winlog.event_data.UtcTime,winlog.event_data.ParentProcessId,winlog.event_data.ParentImage\n\
                 1,{sysmon},2024-03-04 08:00:00.5,772,{wmi},\n"
            ),
            1,
            "",
        ),
        // Another name that counts before.
        ("beat.json", beat(&format!(r#", "SourceName": "{sysmon}""#)), 1, ""),
        ("beat_id.json", beat(&format!(r#", "EventID": [3], "SourceName": "{sysmon}""#)), 0, ""),
        (
            "attributes.json",
            dump(&format!(
                r##""Provider_attributes": {{"Name": "{sysmon}"}}, "Provider": {{"#attributes": {{"Name": "O"}}}}, "EventID": 1"##
            )),
            1,
            "",
        ),
        (
            "name.json",
            dump(&format!(
                r##""Provider": {{"Name": "{sysmon}", "#attributes": {{"Name": "O"}}}}, "EventID": 1"##
            )),
            1,
            "",
        ),
        // Half a surrogate pair in JSON in a cell, or in a text of JSON.
        (
            "half.csv",
            csv(
                "_raw,x",
                &[format!(
                    "\"{}\",x\n",
                    dump(&format!(
                        r##""Provider": {{"#attributes": {{"Name": "{sysmon}"}}}}, "EventID": 1"##
                    ))
                    .replace("C:\\\\w", "C:\\\\\\udc00w")
                    .replace('"', "\"\"")
                )],
            ),
            1,
            "text_replaced",
        ),
        // A field of the same name deeper down, before.
        ("deeper.json", nested(""), 1, ""),
        ("deeper_other.json", nested("C:\\\\x.exe"), 1, ""),
        // A number that no computer holds, and values in values, where nobody looks.
        ("number.json", beat(r#", "x": 1e999"#).replace("WmiPrvSE", "x"), 0, "damaged_record"),
        (
            "deep.json",
            beat(&format!(r#", "x": {}{}"#, "[".repeat(200), "]".repeat(200))).replace("WmiPrvSE", "x"),
            0,
            "damaged_record",
        ),
        // A blank that JSON has not.
        (
            "blank.json",
            dump(r##""Provider": {"#attributes": {"Name": "O"}}, "EventID": 1"##) + "\u{c}\n",
            0,
            "damaged_record",
        ),
    ];
    for (name, text, matches, said) in cases {
        // A line of another event before, so that the form is known.
        let text = match name.ends_with("json") {
            true => {
                format!("{}\n{text}", dump(r##""Provider": {"#attributes": {"Name": "O"}}, "EventID": 3"##))
            }
            false => text,
        };
        let form = Form { name: name.to_owned(), bytes: text.into_bytes(), raw: "" };
        let [fast, full] = [false, true].map(|verifying| session_of(&form, verifying));
        assert_eq!(differences(&fast, &full), [""; 0], "{name}");
        let report = report_of(&fast);
        assert_eq!(report["totals"]["matches"], matches, "{name}: {report}");
        let problems = &report["sources"][0]["problems"];
        let codes: Vec<_> =
            problems.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
        assert_eq!(codes.first().copied().unwrap_or_default(), said, "{name}: {codes:?}");
    }
}
