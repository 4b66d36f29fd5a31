//! What lacks the very thing that decides is told of, and what only looks as if it lacked it is read. In both modes alike.

use crate::common::read;

const PROVIDER: &str =
    "<Provider Name='Microsoft-Windows-Sysmon' Guid='{5770385F-C22A-43E0-BF4C-06F5698FFBD9}'/>";
const PARENT: &str = "<Data Name='ParentImage'>C:\\Windows\\System32\\wbem\\WmiPrvSE.exe</Data>";

/// A match; `changes`: what is replaced in it.
fn event(changes: &[(&str, &str)]) -> String {
    let event = format!(
        "<Event xmlns='urn'><System>{PROVIDER}<EventID>1</EventID><Channel>Microsoft-Windows-Sysmon/Operational</Channel>\
         <Computer>H</Computer></System><EventData><Data Name='UtcTime'>2024-03-04 08:00:00.5</Data>\
         <Data Name='Image'>a.exe</Data>{PARENT}</EventData></Event>"
    );
    changes.iter().fold(event, |event, (from, to)| {
        assert!(event.contains(from), "{from}");
        event.replace(from, to)
    })
}

#[test]
fn an_event_without_what_decides_is_told_of() {
    assert_eq!(read(event(&[]).as_bytes()), ((1, 1, 1), vec![]));
    let cases: &[(&[(&str, &str)], u64)] = &[
        (&[("<EventID>1</EventID>", "")], 0),
        (&[("<EventID>1<", "<EventID>one<")], 0),
        (&[(PROVIDER, ""), ("Microsoft-Windows-Sysmon/Operational", "ForwardedEvents")], 0),
        (&[("Name='Microsoft-Windows-Sysmon'", "Name=''"), ("Microsoft-Windows-Sysmon/Operational", "x")], 0),
        (&[("Name='Microsoft-Windows-Sysmon'", "Name='Other'")], 0),
        (&[(PARENT, "")], 1),
        (&[("C:\\Windows\\System32\\wbem\\WmiPrvSE.exe", "")], 1),
        (&[("Name='ParentImage'", "Name='parentImage'")], 1),
        (&[("<Data Name='ParentImage'>", "<Data>")], 1),
    ];
    for (changes, creations) in cases {
        let (counts, said) = read(event(changes).as_bytes());
        assert_eq!((counts, said), ((1, *creations, 0), vec!["undecided".to_owned()]), "{changes:?}");
    }
    // Another provider's event 1 in its own channel is none of Sysmon's.
    let other = [("Microsoft-Windows-Sysmon'", "Other'"), ("Microsoft-Windows-Sysmon/Operational", "System")];
    assert_eq!(read(event(&other).as_bytes()), ((1, 0, 0), vec![]));
}

#[test]
fn the_same_in_json_and_csv() {
    let flat =
        |members: &str| format!("{{\"Hostname\":\"H\",\"UtcTime\":\"2024-03-04 08:00:00.5\",{members}}}\n");
    let parent = r#""ParentImage":"C:\\w\\WmiPrvSE.exe""#;
    let sysmon = r#""SourceName":"Microsoft-Windows-Sysmon","Channel":"C""#;
    for (members, matches, said) in [
        (format!(r#""EventID":1,{sysmon},{parent}"#), 1, ""),
        (format!(r#""EventID":1.0,{sysmon},{parent}"#), 1, ""),
        (format!(r#""EventID":["1","1"],{sysmon},{parent}"#), 1, ""),
        (
            format!(
                r#""EventID":"1",{parent},"source":"XmlWinEventLog:Microsoft-Windows-Sysmon/Operational""#
            ),
            1,
            "",
        ),
        (format!(r#""EventID":"x",{sysmon},{parent}"#), 0, "undecided"),
        (format!(r#""EventID":1,{parent}"#), 0, "undecided"),
        (format!(r#""EventID":1,{sysmon}"#), 0, "undecided"),
        (format!(r#""EventID":1,{sysmon},"ParentImage":"""#), 0, "undecided"),
        (
            format!(
                r#""EventID":1,"SourceName":"Sysmon","Channel":"Microsoft-Windows-Sysmon/Operational",{parent}"#
            ),
            0,
            "undecided",
        ),
    ] {
        // A second line of the shape is compared with the first.
        let (counts, codes) = read(flat(&members).repeat(2).as_bytes());
        assert_eq!((counts.0, counts.2), (2, 2 * matches), "{members}");
        assert!(
            codes.iter().all(|code| code == said) && codes.is_empty() == said.is_empty(),
            "{members}: {codes:?}"
        );
    }
    let csv = |header: &str, row: &str| read(format!("{header}\n{row}\n").as_bytes());
    let (counts, said) =
        csv("TimeCreated,Id,Message", "x,1,\"Process Create:\r\nParentImage: C:\\WmiPrvSE.exe\"");
    assert_eq!((counts, said), ((1, 0, 0), vec!["undecided".to_owned()]));
    let (counts, _) = csv(
        "EventID, SourceName, ParentImage, UtcTime",
        r"1.0, Microsoft-Windows-Sysmon, C:\w\WmiPrvSE.exe,x",
    );
    assert_eq!(counts, (1, 1, 1));
    // A GUID in a cell is no event in JSON.
    let (_, said) = csv(
        "EventID,SourceName,ProcessGuid,ParentImage,UtcTime",
        "1,Microsoft-Windows-Sysmon,{1},a,b,2024-03-04 08:00:00",
    );
    assert!(said.contains(&"joined_rows".to_owned()), "{said:?}");
}

/// What looks plain to who only looks for its words.
#[test]
fn what_only_looks_plain_goes_to_the_parser() {
    let found = ((1, 1, 1), vec![]);
    for changes in [
        [("WmiPrvSE.exe</Data>", "WmiPrv<?p?>SE.exe</Data>")],
        [("<EventID>", "<EventIDx>3</EventIDx><EventID>")],
        [("<EventID>", "<X><EventID>3</EventID></X><EventID>")],
        [("<Provider Name", "<X><Provider Name='Other'/></X><Provider Name")],
        [(
            "Name='Microsoft-Windows-Sysmon' Guid='{",
            "Guid=\"{ Name='Other' }\" Name='Microsoft-Windows-Sysmon' G='{",
        )],
        [("<Provider Name", "<Provider  \n Name")],
    ] {
        assert_eq!(read(event(&changes).as_bytes()), found, "{changes:?}");
    }
}

/// What begins inside of a section or comment is text of it, and swallows no other event.
#[test]
fn sections_in_sections_merge_no_events() {
    for inside in ["<![CDATA[<!--]]>", "<!-- <![CDATA[ -->", "<![CDATA[ <![CDATA[ ]]>", "<!-- <!-- -->"] {
        let odd = event(&[("a.exe", inside)]);
        for behind in ["", "<!-- -->\n", "<![CDATA[ ]]>\n"] {
            let text = format!("{odd}\n{}\n{behind}{}\n", event(&[]), event(&[]));
            let (counts, _) = read(text.as_bytes());
            assert_eq!(counts, (3, 3, 3), "{inside} {behind}");
        }
    }
}

/// Lists of events beside other members, and texts with more than one event.
#[test]
fn every_event_of_a_json_value_is_read() {
    let xml = serde_json::to_string(&event(&[])).unwrap();
    let two = serde_json::to_string(&(event(&[]) + &event(&[]))).unwrap();
    let flat = r#"{"EventID":1,"SourceName":"Microsoft-Windows-Sysmon","ParentImage":"WmiPrvSE.exe","UtcTime":"2024-03-04 08:00:00"}"#;
    for (json, events) in [
        (format!(r#"{{"_raw":{two}}}"#), 2),
        (format!(r#"{{"Id":"5f3c","Records":[{flat},{flat}]}}"#), 2),
        (format!(r#"{{"events":[{flat}],"records":[{flat}]}}"#), 2),
        (format!(r#"{{"fields":{{"Id":7}},"event":{flat}}}"#), 1),
        (format!(r#"{{"_raw":"\ufeff"}}{{"_raw":{xml}}}"#), 1),
        (format!(r#"{{"message":{}}}"#, serde_json::to_string(&format!("{flat}\n{flat}")).unwrap()), 2),
    ] {
        let (counts, _) = read(json.as_bytes());
        assert_eq!(counts, (events, events, events), "{json}");
    }
    // What breaks behind an event is told of.
    let broken = serde_json::to_string(&format!("{flat}\n{{\"EventID\":1,")).unwrap();
    let (counts, said) = read(format!(r#"{{"message":{broken}}}"#).as_bytes());
    assert_eq!((counts, said), ((1, 1, 1), vec!["damaged_record".to_owned()]));
    let cut = serde_json::to_string(&(event(&[]) + &event(&[]) + "<Event <é<<<")).unwrap();
    let (counts, said) = read(format!(r#"{{"_raw":{cut}}}"#).as_bytes());
    assert_eq!((counts, said), ((2, 2, 2), vec!["damaged_record".to_owned()]));
    // What is no event in a list is counted as such.
    let (counts, said) = read(format!(r#"{{"value":[{flat},{{"a":1}}]}}"#).as_bytes());
    assert_eq!((counts, said), ((1, 1, 1), vec!["not_an_event".to_owned()]));
}

/// Half a surrogate pair is shown as U+FFFD, and that is said.
#[test]
fn half_a_surrogate_pair_is_told_of() {
    let mut utf16: Vec<u8> = event(&[]).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let at = utf16.windows(4).position(|four| four == b"a\0.\0").unwrap();
    utf16[at..at + 2].copy_from_slice(&0xd800_u16.to_le_bytes());
    let bytes = [&b"\xff\xfe"[..], &utf16].concat();
    assert_eq!(read(&bytes), ((1, 1, 1), vec!["text_replaced".to_owned()]));
}

/// The same where its escape stands in JSON in a text.
#[test]
fn half_a_surrogate_pair_in_a_text_is_told_of() {
    let data = r#"{\"UtcTime\":\"2024-03-04 08:00:00.5\",\"CommandLine\":\"x\\ud800\",\"ParentImage\":\"C:\\\\WmiPrvSE.exe\"}"#;
    for json in [
        format!(r#"{{"EventID":1,"Source":"Microsoft-Windows-Sysmon","Computer":"H","EventData":"{data}"}}"#),
        format!(
            r#"{{"event_id":1,"source_name":"Microsoft-Windows-Sysmon","computer_name":"H","event_data":"{data}"}}"#
        ),
        format!(
            r#"{{"Event":{{"System":{{"Provider":{{"Name":"Microsoft-Windows-Sysmon"}},"EventID":1}},"EventData":"{data}"}}}}"#
        ),
        format!(
            r#"{{"winlog":{{"provider_name":"Microsoft-Windows-Sysmon","event_id":1,"event_data":"{data}"}}}}"#
        ),
    ] {
        assert_eq!(read(json.as_bytes()), ((1, 1, 1), vec!["text_replaced".to_owned()]), "{json}");
    }
}

/// Data in a text that is no JSON are not passed over.
#[test]
fn broken_data_in_a_text_are_told_of() {
    for json in [
        r#"{"event_id":1,"source_name":"Microsoft-Windows-Sysmon","event_data":"{\"ParentImage\":\"WmiPrvSE.exe"}"#,
        r#"{"Event":{"System":{"Provider":{"Name":"Microsoft-Windows-Sysmon"},"EventID":1},"EventData":"{broken WmiPrvSE.exe"}}"#,
        r#"{"winlog":{"provider_name":"Microsoft-Windows-Sysmon","event_id":1,"event_data":"{WmiPrvSE.exe"}}"#,
    ] {
        let (counts, said) = read(json.as_bytes());
        assert_eq!((counts.2, said), (0, vec!["damaged_record".to_owned()]), "{json}");
    }
}

/// Who started the parent wrote its command line: a message that has two beginnings of what stands behind the process's own is
/// no match and no "no match".
#[test]
fn a_message_with_two_readings_is_undecided() {
    let message = |parent: &str, line: &str| {
        format!(
            "Process Create:\nUtcTime: 2024-03-04 08:00:00.5\nProcessId: 4508\nImage: C:\\real.exe\nCommandLine: real.exe\n\
             CurrentDirectory: C:\\real\nUser: R\\u\nParentImage: {parent}\nParentCommandLine: {line}\nParentUser: S\\t"
        )
    };
    let (wmi, other) = (r"C:\w\WmiPrvSE.exe", r"C:\evil.exe");
    let forged = |parent: &str| format!("e\nCurrentDirectory: C:\\\nUser: F\\u\nParentImage: {parent}");
    for (parent, line, matches) in [
        (wmi, "x".to_owned(), 1),
        (other, forged(wmi), 0),
        (wmi, forged(other), 0),
        (other, forged(other), 0),
    ] {
        let message = serde_json::to_string(&message(parent, &line)).unwrap();
        let json = format!(
            r#"{{"EventID":1,"ProviderName":"Microsoft-Windows-Sysmon","MachineName":"H","Message":{message}}}"#
        );
        let said = if matches == 1 { vec![] } else { vec!["undecided".to_owned()] };
        assert_eq!(read(json.as_bytes()), ((1, 1, matches), said), "{json}");
    }
}

/// A line that is too long to be kept may hide markup behind blanks.
#[test]
fn a_long_line_hides_no_event_of_another_name() {
    let text = format!("{}\n{}<e:Event>x</e:Event>\n", event(&[]), " ".repeat(5000));
    let (counts, said) = read(text.as_bytes());
    assert_eq!((counts.2, said), (1, vec!["stray_text".to_owned()]));
}
