//! What stands beside events, in the same text or in a text of its own: read where it is an event, told of where it tells of
//! one, and never an event where it is the words of whoever was logged. In both modes alike.

use crate::common::read;
use serde_json::json;

const SYSMON: &str = "Microsoft-Windows-Sysmon";
const MATCH: &str = "<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID></System><EventData>\
    <Data Name='UtcTime'>2024-03-04 08:00:00.5</Data><Data Name='ParentImage'>WmiPrvSE.exe</Data></EventData></Event>";
/// A network connection, of which nothing is undecided.
const OTHER: &str = r#"{"EventID":3,"SourceName":"Microsoft-Windows-Sysmon"}"#;
const HIDDEN: &str = r#"{"EventID":1,"SourceName":"Microsoft-Windows-Sysmon","ParentImage":"WmiPrvSE.exe"}"#;

/// Each of these logs: its records, its matches, and what is said.
#[track_caller]
fn assert_all(cases: &[(String, u64, u64, &[&str])]) {
    for (log, records, matches, codes) in cases {
        let ((read, _, matched), said) = read(log.as_bytes());
        assert_eq!(
            (read, matched, said),
            (*records, *matches, codes.iter().map(|code| (*code).to_owned()).collect()),
            "{log}"
        );
    }
}

#[test]
fn what_tells_of_an_event_beside_another_one_is_told_of() {
    let other = OTHER.trim_matches(['{', '}']);
    let foreign = json!({"log": {"windows": {"system": {"eventID": "1"}, "eventdata": {"parentImage": "WmiPrvSE.exe"}}}});
    let xml = "<Event><System><EventID>3</EventID></System></Event>";
    assert_all(&[
        (
            json!({"hits": {"hits": [{"_source": {"winlog": {"event_id": 3}}}, {"_source": foreign}]}})
                .to_string(),
            1,
            0,
            &["not_understood"],
        ),
        (
            json!({"records": [{"EventID": 3}, "LogName=x EventCode=1 ParentImage: WmiPrvSE.exe"]})
                .to_string(),
            1,
            0,
            &["not_understood"],
        ),
        (json!({"message": format!("{OTHER}{foreign}")}).to_string(), 1, 0, &["not_understood"]),
        (
            format!("{OTHER}\n{{\"host\":\"H\",\"Image\":\"a.exe\",\"ParentImage\":\"WmiPrvSE.exe\"}}\n"),
            1,
            0,
            &["not_understood"],
        ),
        (json!({"_raw": format!("{xml}{HIDDEN}")}).to_string(), 1, 0, &["damaged_record"]),
        (
            json!({"_raw": format!("<?xml version='1.0'?>{HIDDEN}{xml}")}).to_string(),
            1,
            0,
            &["damaged_record"],
        ),
        (format!("id,_raw\n1,\"{xml} {}\"\n", HIDDEN.replace('"', "\"\"")), 1, 0, &["damaged_record"]),
        // Behind signs of what is passed over.
        (format!("{OTHER}\n#{HIDDEN}\n"), 1, 0, &["damaged_record"]),
        (format!("{OTHER}\n#{:5000}{HIDDEN}\n", ""), 1, 0, &["damaged_record"]),
        (format!("{xml}\n#{HIDDEN}\n"), 1, 0, &["not_understood"]),
        (format!("{xml}\n{:5000}{HIDDEN}\n", ""), 1, 0, &["not_understood"]),
        (format!("<Events {HIDDEN}>\n{xml}</Events>"), 1, 0, &["not_understood"]),
        (json!({"_raw": format!("{xml}{HIDDEN}{xml}")}).to_string(), 2, 0, &["damaged_record"]),
        // An event that is cut behind the name of a list is no wrapper.
        (format!("{}\n{OTHER}\n", HIDDEN.replace('}', ",\"Tags\":[")), 1, 0, &["damaged_record"]),
        // Behind a list, members of what holds it are its end, if they tell of nothing; elsewhere such a line is what is left.
        (format!("{{\"records\":[\n{OTHER}\n],\"nextLink\":\"https://x\"}}\n"), 1, 0, &[]),
        (format!("{{\"h\":{{\"hits\":[\n{OTHER}]}} , \"a\":{{\"b\":[]}}}},\n{OTHER}\n"), 2, 0, &[]),
        (format!("{{\"records\":[\n{OTHER}\n],\"x\":{HIDDEN}}}\n"), 2, 1, &["time_unknown"]),
        (format!("{{\"records\":[\n{OTHER}\n],\"x\":1,\n\"y\": 2\n}}\n"), 1, 0, &[]),
        (format!("{{\"records\":[\n{OTHER}\n],\"x\":1 2,\n"), 1, 0, &["damaged_record"]),
        (format!("{OTHER}\n],\"Image\":\"x.exe\",\"User\":\"u\"}}\n{OTHER}\n"), 2, 0, &["damaged_record"]),
        (
            format!("\"Tag\":\"x\"}}\n{OTHER}\n[{OTHER}\n,\"x\":1}}\n"),
            2,
            0,
            &["damaged_record", "damaged_record"],
        ),
        // What is said of them needs no more than there is.
        (format!("# wevtutil qe Microsoft-Windows-Sysmon/Operational\n{xml}"), 1, 0, &[]),
        (format!("{OTHER}\n# wevtutil qe Microsoft-Windows-Sysmon/Operational\n{OTHER}\n"), 2, 0, &[]),
        (json!({"_raw": format!("{xml}\0")}).to_string(), 1, 0, &[]),
        (format!("{OTHER}\n# a comment\n{{{other}}}\n"), 2, 0, &[]),
        (
            json!({"fields": [{"name": "_raw"}, {"name": "host"}], "results": [{"_raw": MATCH}]}).to_string(),
            1,
            1,
            &[],
        ),
    ]);
}

#[test]
fn a_text_that_is_an_event_is_read_wherever_it_stands() {
    let text = json!(MATCH).to_string().replace('<', "\\u003c");
    let wrapped = json!({"System": {"Provider": {"@Name": SYSMON}, "EventID": "1"}, "EventData": {"Data": [
        {"@Name": "UtcTime", "#text": "2024-03-04 08:00:00.5"}, {"@Name": "ParentImage", "#text": "WmiPrvSE.exe"}]}});
    assert_all(&[
        (format!("[{OTHER},{text}]"), 2, 1, &[]),
        // Windows PowerShell writes a mark before it.
        (format!("\u{feff}[\r\n    {text},\r\n    {text}\r\n]"), 2, 2, &[]),
        (format!("\u{feff}{text}\r\n"), 1, 1, &[]),
        (format!("sep=,\"{MATCH}\"\n_raw\n\"{MATCH}\"\n"), 2, 2, &["not_an_event"]),
        // Fluent Bit, xq, jq --seq.
        (json!({"System": MATCH, "Message": "x"}).to_string(), 1, 1, &[]),
        (json!({"Events": {"Event": [wrapped, wrapped]}}).to_string(), 2, 2, &[]),
        (format!("\u{1e}{OTHER}\n\u{1e}{OTHER}\n"), 2, 0, &[]),
        // The list begins at the end of a line.
        (format!("{{\"records\":[\n{OTHER},\n{OTHER}\n]}}\n"), 2, 0, &[]),
    ]);
    let utf16: Vec<u8> =
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(read(&utf16), ((1, 1, 1), vec![]));
}

#[test]
fn the_words_of_another_program_are_no_event() {
    let message = json!({"EventID": 1000, "ProviderName": "MyApp", "message": MATCH}).to_string();
    let row = format!("event.code,event.provider,host.name,message\n1000,MyApp,H,\"{MATCH}\"\n");
    let beat = row.replace(
        "event.code,event.provider,host.name",
        "winlog.event_id,winlog.provider_name,winlog.computer_name",
    );
    assert_all(&[(message, 1, 0, &[]), (row, 1, 0, &[]), (beat, 1, 0, &[])]);
    // Numbers and sources of a database say nothing of an event.
    assert_all(&[
        (json!({"Id": 17, "Source": "DC01", "message": MATCH}).to_string(), 1, 1, &[]),
        (format!("Id,Source,message\n17,DC01,\"{MATCH}\"\n"), 1, 1, &[]),
    ]);
    // Who only ships events has no number of an event.
    assert_all(&[(json!({"ProviderName": "MyApp", "message": MATCH}).to_string(), 1, 1, &[])]);
}

#[test]
fn a_dash_or_nothing_makes_room_for_what_stands_elsewhere() {
    let header = "winlog.provider_name,winlog.event_id,winlog.event_data.UtcTime,process.parent.executable,\
        winlog.event_data.ParentImage";
    for absent in ["-", "", "\"\""] {
        let row = format!("{SYSMON},1,2024-03-04 08:00:00.5,C:\\WmiPrvSE.exe,{absent}");
        assert_all(&[(format!("{header}\n{row}\n"), 1, 1, &[])]);
    }
    for absent in [json!("-"), json!(""), json!(null)] {
        let data = json!({"UtcTime": "2024-03-04 08:00:00.5", "ParentImage": absent});
        let winlog = json!({"provider_name": SYSMON, "event_id": "1", "channel": "C", "computer_name": "H", "event_data": data});
        let line = json!({"winlog": winlog, "process": {"parent": {"executable": "C:\\WmiPrvSE.exe"}}, "message": "m"});
        // Lines of a known shape are skimmed by it.
        assert_all(&[(format!("{line}\n{line}\n{line}\n"), 3, 3, &[])]);
    }
}

#[test]
fn fields_that_splunk_extracted_twice_are_those_of_one_event() {
    let twice = |text: &str| format!("\"{text}\n{text}\"");
    let row = [SYSMON, "1", "2024-03-04 08:00:00.5", "WmiPrvSE.exe", "4"].map(twice).join(",");
    assert_all(&[(format!("SourceName,EventID,UtcTime,ParentImage,ProcessId\n{row}\n"), 1, 1, &[])]);
}

#[test]
fn data_that_are_cut_are_told_of() {
    let log =
        format!("RecordNumber,EventId,Provider,Payload\n1,3,{SYSMON},\"{{\"\"EventData\"\":{{\"\"Da\"\n");
    assert_all(&[(log, 0, 0, &["unknown_format", "damaged_record"])]);
}

#[test]
fn texts_in_texts_are_opened_to_a_bound() {
    let nested = |depth: usize| {
        (0..depth).fold(HIDDEN.to_owned(), |text, _| {
            let text = text.replace('\\', "\\u005c").replace('"', "\\u0022");
            format!("{{\"raw\":\"{text}\"}}")
        })
    };
    assert_eq!(read(nested(5).as_bytes()).0, (1, 1, 1));
    // Without a bound this takes gigabytes.
    assert_all(&[(nested(500), 0, 0, &["not_understood"])]);
}

/// The objects of a wrapper whose list begins at the end of its first line are read each by itself: one that is cut costs no other.
#[test]
fn a_wrapper_that_is_cut_costs_no_event_behind_it() {
    for (gap, end) in [("", ""), ("", "\n]}\n"), ("    ", "")] {
        let log = format!("{{\"records\": [\n{gap}{OTHER},\n{gap}{{\"EventID\":3,\n{OTHER},\n{HIDDEN}{end}");
        let ((records, _, matches), said) = read(log.as_bytes());
        assert_eq!((records, matches), (3, 1), "{log}: {said:?}");
        assert!(said.contains(&"damaged_record".to_owned()), "{said:?}");
    }
}
