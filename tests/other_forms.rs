//! Events in forms that are not read: among events that are, and in archives beside logs, they are never passed over as
//! something else.

use crate::common::{problems, report};
use testlog::zip::{self, Member};

const READ: &str = "<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>3</EventID><Channel>C</Channel>\
    <Computer>H</Computer></System><EventData><Data Name='UtcTime'>2024-03-04 08:00:00.500</Data></EventData></Event>\n";

/// As other tools write an event: CEF, wevtutil and PowerShell as text, PowerShell's XML, a prefix and an escaped one in
/// XML.
const TEXTS: [&str; 6] = [
    "CEF:0|Microsoft|Microsoft-Windows-Sysmon|1|1|Process Create|3|sproc=C:\\WmiPrvSE.exe\n",
    "Event[0]:\n  Source: Microsoft-Windows-Sysmon\n  Event ID: 1\n",
    "ProviderName : Microsoft-Windows-Sysmon\nId           : 1\n",
    "<Objs><Obj><Props><S N=\"ProviderName\">Microsoft-Windows-Sysmon</S><I32 N=\"Id\">1</I32></Props></Obj></Objs>\n",
    "<n:Event><n:System><n:EventID>1</n:EventID></n:System></n:Event>\n",
    "&lt;Event&gt;&lt;System&gt;&lt;Provider Name='Microsoft-Windows-Sysmon'/&gt;&lt;/System&gt;&lt;/Event&gt;\n",
];

/// Loki, GELF and Splunk's classic text.
const OBJECTS: [&str; 3] = [
    "{\"line\":{\"event\":{\"eventID\":\"1\",\"eventdata\":{\"parentImage\":\"C:\\\\WmiPrvSE.exe\"}}}}\n",
    "{\"version\":\"1.1\",\"host\":\"h\",\"_EventID\":1,\"_ParentImage\":\"C:\\\\WmiPrvSE.exe\"}\n",
    "{\"result\":{\"_raw\":\"03/04/2024 08:00:00 AM\\nLogName=Security\\nEventCode=4688\"}}\n",
];

/// Something is an error, and its words say that there are events.
#[track_caller]
fn is_told_of(name: &str, bytes: &[u8], what: &str) {
    let said = problems(&report(&[(name, bytes)]));
    assert!(said.iter().any(|line| line.starts_with("error not_understood ")), "{what}: {said:?}");
}

#[test]
fn text_among_events() {
    for text in TEXTS.into_iter().chain(OBJECTS) {
        is_told_of("log.xml", [READ, text, READ].concat().as_bytes(), text);
    }
}

/// A string of JSON in a line: its backslashes are doubled.
#[test]
fn an_event_inside_of_an_object_in_a_line() {
    let text =
        format!("Mar  4 08:00:00 h fluent: {{\"message\":\"{}\"}}\n", READ.trim().replace("H<", "a\\\\b<"));
    is_told_of("log.txt", text.repeat(3).as_bytes(), &text);
}

/// What `ToXml()` gives, by `ConvertTo-Json`.
#[test]
fn a_list_of_strings_of_xml_is_read() {
    let text = format!("[\n  {},\n  {}\n]\n", serde_json::json!(READ), serde_json::json!(READ))
        .replace('<', "\\u003c");
    let report = report(&[("log.json", text.as_bytes())]);
    assert_eq!(problems(&report), [""; 0]);
    assert_eq!(report["totals"]["records"], 2);
}

#[test]
fn objects_among_events() {
    let read =
        "{\"EventID\":3,\"SourceName\":\"Microsoft-Windows-Sysmon\",\"Channel\":\"C\",\"Hostname\":\"H\"}\n";
    for text in OBJECTS {
        is_told_of("log.json", [read, text, read].concat().as_bytes(), text);
    }
}

#[test]
fn rows_among_events() {
    let text = "_raw,x\n\"<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>3</EventID><Channel>C</Channel>\
        <Computer>H</Computer></System></Event>\",\n\"LogName=Security\r\nEventCode=4688\",\n";
    is_told_of("log.csv", text.as_bytes(), text);
    is_told_of("log.csv", b"Image,ParentImage,Computer,_raw\na,C:\\WmiPrvSE.exe,H,x\n", "columns");
}

#[test]
fn members_beside_a_log() {
    let rows = "Image,ParentImage,Computer,_raw\na,C:\\WmiPrvSE.exe,H,x\n";
    for text in TEXTS.into_iter().chain(OBJECTS).chain([rows]) {
        let archive =
            zip::archive(&[Member::new("a.xml", READ.as_bytes()), Member::new("b.txt", text.as_bytes())]);
        is_told_of("case.zip", &archive, text);
    }
    // What is none is no error.
    let others = [
        ("c.json", "{\"eventID\":\"a1b2\"}"),
        ("d.txt", "a note\n"),
        ("e.xml", "<Sysmon><!-- EVENT ID 1 --></Sysmon>"),
    ];
    let mut members = vec![Member::new("a.xml", READ.as_bytes())];
    members.extend(others.iter().map(|(name, text)| Member::new(name, text.as_bytes())));
    let said = problems(&report(&[("case.zip", &zip::archive(&members))]));
    assert!(said.iter().all(|line| !line.starts_with("error ")), "{said:?}");
    // Windows' own form before XML is a log.
    let archive = zip::archive(&[
        Member::new("a.xml", READ.as_bytes()),
        Member::new("b.evt", b"0\0\0\0LfLe\x01\0\0\0\x01\0\0\0"),
    ]);
    let said = problems(&report(&[("case.zip", &archive)]));
    assert!(said.iter().any(|line| line.starts_with("error ")), "{said:?}");
}

/// Others' names of Sysmon's provider: nobody knows whether the event is one of Sysmon's.
#[test]
fn a_provider_that_looks_like_sysmons_is_undecided() {
    for (provider, undecided) in
        [("Sysmon", 1), ("SysmonDrv", 1), ("Microsoft Sysmon", 1), ("Linux-Sysmon", 0), ("Other", 0)]
    {
        let text = READ.replace("Microsoft-Windows-Sysmon", provider).replace(">3<", ">1<");
        let said = problems(&report(&[("log.xml", text.as_bytes())]));
        assert_eq!(
            said.iter().filter(|line| line.starts_with("error undecided ")).count(),
            undecided,
            "{provider}: {said:?}"
        );
    }
}

/// Splunk's and Graylog's times count where a zone makes them one.
#[test]
fn a_time_by_other_names_counts_with_its_zone() {
    for (name, text, first) in [
        ("_time", "2024-03-05T15:22:31.000+0100", Some("2024-03-05T14:22:31Z")),
        ("timestamp", "2024-03-05T14:22:31.5Z", Some("2024-03-05T14:22:31.5Z")),
        ("_time", "2024-03-05 15:22:31", None),
    ] {
        let object = format!(
            "{{\"{name}\":\"{text}\",\"EventID\":1,\"SourceName\":\"Microsoft-Windows-Sysmon\",\"ProcessId\":\"4,712\",\
             \"ParentImage\":\"C:\\\\WmiPrvSE.exe\"}}\n"
        );
        let report = report(&[("log.json", object.as_bytes())]);
        assert_eq!(report["groups"][0]["firstTime"].as_str(), first, "{name}");
        assert_eq!(report["groups"][0]["process_id"], "4712");
    }
}
