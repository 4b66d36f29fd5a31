//! Forms of tools that name what they write in their own way, and lists of files beside logs.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::common::{problems, reads, report, verified};
use testlog::event::Event;
use testlog::json::{Layout, Shape};
use testlog::xml;
use testlog::zip::{self, Member};
use testlog::{Expected, Options, Size};

fn log() -> (Vec<Event>, Expected) {
    testlog::log(&Options { seed: 11, size: Size::Events(40), matches: 3, groups: 2, ..Options::default() })
}

fn raw(event: &Event) -> String {
    let mut text = String::new();
    xml::push(&mut text, event, &xml::WINDOWS);
    text
}

/// A row, with quotes only around cells that need them.
fn row(cells: &[&str]) -> String {
    let cell = |cell: &&str| match cell.contains([',', '"', '\n']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => (*cell).to_owned(),
    };
    cells.iter().map(cell).collect::<Vec<_>>().join(",") + "\n"
}

/// A table with a row for each event.
fn table(events: &[Event], columns: &[&str], cells: impl Fn(&Event) -> Vec<String>) -> String {
    let rows = events.iter().map(|event| {
        let cells = cells(event);
        row(&cells.iter().map(String::as_str).collect::<Vec<_>>())
    });
    std::iter::once(row(columns)).chain(rows).collect()
}

/// Magnet AXIOM says in `Source` from which file an event is, and has its XML in a column of its own name.
#[test]
fn the_source_of_a_row_may_be_a_file() {
    let (events, expected) = log();
    let columns = ["Event ID", "Provider Name", "Computer", "Event Data", "Source"];
    let text = table(&events, &columns, |event| {
        let source = "PC.E01 - Entire Disk\\Windows\\System32\\winevt\\Logs\\ForwardedEvents.evtx";
        let provider = event.provider.name.to_owned();
        vec![event.id.to_string(), provider, event.computer.to_string(), raw(event), source.to_owned()]
    });
    let report = reads("axiom.csv", text.as_bytes(), &expected);
    assert_eq!(problems(&report), [""; 0]);
    // Without the XML the fields are missing, but what the events are is known.
    let text = text.replace(",Event Data,", ",Details,");
    let without = crate::common::report(&[("axiom.csv", text.as_bytes())]);
    assert_eq!(without["totals"]["process_creations"], expected.process_creations);
}

/// plaso, chainsaw and Timesketch hold the whole event in a member or column of their own name.
#[test]
fn an_event_under_a_name_of_a_tools_own() {
    let (events, expected) = log();
    let lines = |object: &dyn Fn(&Event) -> Value| -> String {
        events.iter().map(|event| object(event).to_string() + "\n").collect()
    };
    let plaso = lines(&|event| {
        json!({"__type__": "AttributeContainer", "data_type": "windows:evtx:record",
            "event_identifier": event.id, "source_name": event.provider.name, "xml_string": raw(event)})
    });
    let sketch = table(&events, &["message", "Original Event Log", "Event ID"], |event| {
        vec!["m".to_owned(), raw(event), event.id.to_string()]
    });
    for (name, text) in [("plaso.jsonl", plaso), ("sketch.csv", sketch)] {
        assert_eq!(problems(&reads(name, text.as_bytes(), &expected)), [""; 0], "{name}");
    }
    let dump = testlog::json::file(&events, Shape::EvtxDump, Layout::Lines);
    let hunt: String = dump
        .lines()
        .map(|line| format!("{{\"name\":\"n\",\"document\":{{\"kind\":\"evtx\",\"data\":{line}}}}}\n"))
        .collect();
    assert_eq!(problems(&reads("hunt.jsonl", hunt.as_bytes(), &expected)), [""; 0]);
}

/// Whether the first row has quotes says nothing of those behind it.
#[test]
fn a_table_whose_first_row_has_no_quotes() {
    let (events, expected) = log();
    for columns in [["@timestamp", "@message"], ["time", "body"]] {
        let plain = "t,<Event><System><Provider Name='P'/><EventID>9</EventID><Channel>C</Channel><Computer>H</Computer></System></Event>\n";
        let text = table(&events, &columns, |event| vec!["t".to_owned(), raw(event)]);
        let (header, rows) = text.split_once('\n').unwrap();
        let text = format!("{header}\n{plain}{rows}");
        let report = report(&[("log.csv", text.as_bytes())]);
        assert_eq!(problems(&report), [""; 0]);
        assert_eq!(report["sources"][0]["format"], "csv");
        assert_eq!(report["totals"]["records"], expected.records + 1);
        crate::common::assert_rows(&report, &expected);
    }
}

/// PowerShell's `>>` writes UTF-16 behind UTF-8, other shells UTF-8 behind UTF-16.
#[test]
fn text_in_two_encodings_is_told_of() {
    let (events, _) = log();
    let (first, second) = events.split_at(20);
    let text = |events: &[Event]| events.iter().map(|event| raw(event) + "\r\n").collect::<String>();
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let (first, second) = (text(first), text(second));
    for bytes in [
        [first.as_bytes(), &wide(&second)].concat(),
        [first.as_bytes(), b"\xff\xfe", &wide(&second)].concat(),
        [b"\xff\xfe", wide(&first).as_slice(), second.as_bytes()].concat(),
        [b"\xff\xfe", wide(&first).as_slice(), second.as_bytes(), b"x"].concat(),
    ] {
        let said = problems(&report(&[("log.xml", &bytes)]));
        let is_told =
            |line: &String| line.starts_with("error not_understood ") && line.contains("another encoding");
        assert!(said.iter().any(is_told), "{said:?}");
    }
}

/// A provider that is none by its name, of an event that says what Sysmon says.
#[test]
fn a_process_creation_of_another_provider_is_undecided() {
    let line = |provider: &str, more: &str| {
        format!("{{\"EventID\":1,\"Source\":\"{provider}\",\"Channel\":\"C\",\"Computer\":\"H\"{more}}}\n")
    };
    let fields =
        ",\"Image\":\"C:\\\\a.exe\",\"ParentImage\":\"C:\\\\Windows\\\\System32\\\\wbem\\\\WmiPrvSE.exe\"";
    let message = ",\"Message\":\"Process Create:\\nParentImage: C:\\\\WmiPrvSE.exe\"";
    for (provider, more, undecided) in [
        ("WS01", fields, true),
        ("WS01", message, true),
        ("{5770385f-c22a-43e0-bf4c-06f5698ffbd9}", fields, true),
        ("Microsoft-Windows-Kernel-General", fields, false),
        ("Other", "", false),
        ("Linux-Sysmon", fields, false),
    ] {
        // By the parser, and by the shape of the lines before.
        let said = problems(&report(&[("log.json", line(provider, more).repeat(5).as_bytes())]));
        let is_told = said.iter().any(|line| line.starts_with("error undecided "));
        assert_eq!(is_told, undecided, "{provider}: {said:?}");
    }
}

/// Tables of something else that number their rows.
#[test]
fn a_number_of_a_row_is_no_event() {
    let text = "Id,Timestamp,ExeInfo,UserId\n1,2024-03-04,a.exe,4\n2,2024-03-04,b.exe,4\n";
    let report = report(&[("srum.csv", text.as_bytes())]);
    assert_eq!(report["totals"]["records"], 0);
    assert!(!problems(&report).iter().any(|line| line.contains("undecided")), "{:?}", problems(&report));
}

/// What collectors write of the files that they copied: Sysmon's log is one of them.
#[test]
fn a_list_of_files_is_no_log() {
    let (events, expected) = log();
    let text: String = events.iter().map(|event| raw(event) + "\n").collect();
    let path = "C:\\Windows\\System32\\winevt\\Logs\\Microsoft-Windows-Sysmon%4Operational.evtx";
    let copied = format!("CopiedTimestamp,SourceFile,FileSize\n2024-03-04,{path},69632\n");
    let console = format!("[2024-03-04] Copied {path} to C:\\out\n");
    let uploaded =
        "{\"Path\":\"uploads/ntfs/Microsoft-Windows-Sysmon%254Operational.evtx\",\"Size\":69632}\n";
    let archive = zip::archive(&[
        Member::new("log.xml", text.as_bytes()),
        Member::new("CopyLog.csv", copied.as_bytes()),
        Member::new("ConsoleLog.txt", console.as_bytes()),
        Member::new("log.json", uploaded.as_bytes()),
    ]);
    let report = report(&[("case.zip", &archive)]);
    crate::common::assert_expected(&report, &expected);
    let said = problems(&report);
    assert!(said.iter().all(|line| !line.starts_with("error ")), "{said:?}");
}

/// Beside a log a table that was exported with few columns, or the messages alone, may hold the matches.
#[test]
fn what_names_a_parent_is_told_of_in_an_archive() {
    let (events, _) = log();
    let text: String = events.iter().map(|event| raw(event) + "\n").collect();
    for other in [
        "timestamp,winlogbeat_event_data_Image,winlogbeat_event_data_ParentImage\nt,a.exe,b.exe\n",
        "\"@timestamp\",\"process.executable\",\"process.parent.executable\"\n\"t\",\"a.exe\",\"b.exe\"\n",
        "Timestamp,DeviceName,InitiatingProcessFileName,FileName\nt,h,wmiprvse.exe,cmd.exe\n",
        "Process Create:\r\nRuleName: -\r\nImage: C:\\a.exe\r\nParentImage: C:\\Windows\\System32\\wbem\\WmiPrvSE.exe\r\n",
    ] {
        let archive =
            zip::archive(&[Member::new("log.xml", text.as_bytes()), Member::new("b.txt", other.as_bytes())]);
        let said = problems(&report(&[("case.zip", &archive)]));
        assert!(said.iter().any(|line| line.starts_with("error not_understood ")), "{other}: {said:?}");
    }
}

/// The events as records of a shape.
fn parsed(events: &[Event], shape: Shape) -> Vec<Value> {
    let text = testlog::json::file(events, shape, Layout::Lines);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Graylog writes the names of Winlogbeat with `_` for `.`, and those of GELF beside its own.
#[test]
fn events_that_went_through_graylog() {
    let (events, expected) = log();
    for (shape, prefix) in [
        (Shape::Winlogbeat8, "winlogbeat_"),
        (Shape::Winlogbeat8, ""),
        (Shape::Winlogbeat7, "filebeat_"),
        (Shape::Winlogbeat6, "winlogbeat_"),
    ] {
        let messages: Vec<_> = parsed(&events, shape).iter().map(|event| flattened(event, prefix)).collect();
        every_form_of_graylog(&messages, &expected, &format!("{shape:?} {prefix}"));
    }
    let gelf: Vec<_> = parsed(&events, Shape::NxLog).into_iter().map(of_gelf).collect();
    every_form_of_graylog(&gelf, &expected, "GELF");
}

/// As Graylog has the fields of an event of Winlogbeat.
fn flattened(event: &Value, prefix: &str) -> Map<String, Value> {
    fn push(to: &mut Map<String, Value>, name: &str, value: &Value) {
        match value {
            Value::Object(inner) => {
                inner.iter().for_each(|(part, value)| push(to, &format!("{name}_{part}"), value))
            }
            _ => drop(to.insert(name.to_owned(), value.clone())),
        }
    }
    let mut message = Map::new();
    for (name, value) in event.as_object().unwrap() {
        match name.as_str() {
            "@timestamp" => drop(message.insert("timestamp".to_owned(), value.clone())),
            "message" => drop(message.insert(name.clone(), value.clone())),
            _ => push(&mut message, &format!("{prefix}{}", name.replace('.', "_")), value),
        }
    }
    message.insert("source".to_owned(), "COLLECTOR".into());
    message
}

/// As NXLog's GELF arrives: the event's own process is in the message alone, as a name that differs in one capital letter had its place.
fn of_gelf(event: Value) -> Map<String, Value> {
    let Value::Object(mut event) = event else { panic!("{event}") };
    let full = event.shift_remove("Message").unwrap();
    let first = full.as_str().unwrap().lines().next().unwrap().to_owned();
    let logger = event.shift_remove("ExecutionProcessID").unwrap();
    event.shift_remove("ProcessId");
    let host = event.shift_remove("Hostname").unwrap();
    let time = event.shift_remove("EventTime").unwrap().as_str().unwrap().replace(' ', "T") + "Z";
    let more = [
        ("timestamp", time.into()),
        ("source", host),
        ("message", first.into()),
        ("full_message", full),
        ("ProcessID", logger),
    ];
    more.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(event).collect()
}

/// As lines, as an answer of the search, and as a table.
fn every_form_of_graylog(messages: &[Map<String, Value>], expected: &Expected, of: &str) {
    let lines: String =
        messages.iter().map(|message| Value::from(message.clone()).to_string() + "\n").collect();
    let answer: Vec<_> = messages
        .iter()
        .map(|message| json!({"highlight_ranges": {}, "message": message, "index": "graylog_0"}))
        .collect();
    let answer =
        json!({"query": "*", "built_query": "{}", "messages": answer, "fields": ["message"], "time": 3})
            .to_string();
    let table = quoted_table(messages);
    for (form, text) in [("lines", lines), ("answer", answer), ("table", table)] {
        let report = reads(&format!("{of} {form}"), text.as_bytes(), expected);
        assert_eq!(report["groups"], verified(text.as_bytes())["groups"], "{of} {form}");
    }
}

/// Tables whose cells or names are those of nested records, and records with nothing but a message under a name of its own.
#[test]
fn tables_of_nested_records_and_described_events() {
    let (events, expected) = log();
    // Velociraptor's `parse_evtx`.
    let cells = |event: &Value| ["System", "EventData"].map(|name| event[name].to_string());
    let rows = parsed(&events, Shape::Velociraptor);
    let velociraptor: String = [row(&["System", "EventData", "Message"])]
        .into_iter()
        .chain(rows.iter().map(cells).map(|[system, data]| row(&[&system, &data, "m"])))
        .collect();
    // Wazuh's dashboard.
    let rows: Vec<_> =
        parsed(&events, Shape::Wazuh).iter().map(|event| dotted(&event["data"], "data")).collect();
    let names: BTreeSet<&str> = rows.iter().flat_map(Map::keys).map(String::as_str).collect();
    let names: Vec<_> = names.into_iter().collect();
    let cells = |of: &Map<String, Value>| -> Vec<String> {
        names
            .iter()
            .map(|name| of.get(*name).and_then(Value::as_str).unwrap_or_default().to_owned())
            .collect()
    };
    let wazuh: String = [row(&names)]
        .into_iter()
        .chain(rows.iter().map(|of| row(&cells(of).iter().map(String::as_str).collect::<Vec<_>>())))
        .collect();
    // FullEventLogView, where `User` is who logged the event, and Fluentd, whose data have no names.
    let columns =
        ["Event Time", "Record ID", "Event ID", "Channel", "Provider", "Description", "Computer", "User"];
    let viewed = table(&events, &columns, |event| {
        let (channel, provider) = (event.provider.channel.to_owned(), event.provider.name.to_owned());
        let (description, user) = (event.message("\r\n"), "NT AUTHORITY\\SYSTEM".to_owned());
        let record = event.record.to_string();
        let time = "5/18/2023 8:28:24 PM.168".to_owned();
        vec![
            time,
            record,
            event.id.to_string(),
            channel,
            provider,
            description,
            event.computer.to_string(),
            user,
        ]
    });
    let fluentd: String = events
        .iter()
        .map(|event| {
            let data: Vec<_> = event.data.iter().map(|_| "v").collect();
            json!({"ProviderName": event.provider.name, "EventID": event.id.to_string(), "Channel": event.provider.channel,
                "Computer": event.computer, "Description": event.message("\r\n"), "EventData": data}).to_string() + "\n"
        })
        .collect();
    for (name, text) in [
        ("velociraptor.csv", velociraptor),
        ("wazuh.csv", wazuh),
        ("viewed.csv", viewed),
        ("fluentd.jsonl", fluentd),
    ] {
        let report = reads(name, text.as_bytes(), &expected);
        assert_eq!(report["groups"], verified(text.as_bytes())["groups"], "{name}");
    }
}

/// The texts in a record, by their paths.
fn dotted(value: &Value, path: &str) -> Map<String, Value> {
    let Value::Object(inner) = value else { return [(path.to_owned(), value.clone())].into_iter().collect() };
    inner.iter().flat_map(|(name, value)| dotted(value, &format!("{path}.{name}"))).collect()
}

/// A process creation that matches, with its fields beside what tells of it.
fn plain_match() -> Map<String, Value> {
    let Value::Object(event) = json!({
        "SourceName": "Microsoft-Windows-Sysmon", "EventID": "1", "Channel": "C", "Hostname": "H",
        "UtcTime": "2024-01-01 00:00:00.000", "ProcessGuid": "{1}", "ProcessId": "7", "Image": "C:\\a.exe", "User": "U",
        "CommandLine": "a", "ParentProcessId": "8", "ParentImage": "C:\\WmiPrvSE.exe", "ParentCommandLine": "WmiPrvSE.exe -x"
    }) else {
        unreachable!()
    };
    event
}

/// The same with these members in place of its own, and without those that are null.
fn with(changes: Value) -> Map<String, Value> {
    let mut event = plain_match();
    event.extend(changes.as_object().unwrap().clone());
    event.retain(|_, value| !value.is_null());
    event
}

/// What of a record is whose: its own fields, its message, and what somebody wrote into either.
#[test]
fn what_others_wrote_into_a_record_is_not_the_event() {
    let forged = "x\nUtcTime: 2001-01-01 00:00:00\nProcessId: 9\nImage: q\nCurrentDirectory: C\nUser: V\nParentImage: C:\\x.exe";
    let inner = Value::from(plain_match());
    let xml = "<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID></System><EventData><Data Name='ParentImage'>WmiPrvSE.exe</Data></EventData></Event>";
    let of_beat_6 = |more: Value| {
        let mut event = Map::new();
        for (name, value) in
            [("source_name", "P"), ("event_id", "1"), ("log_name", "L"), ("computer_name", "H")]
        {
            event.insert(format!("winlogbeat_{name}"), value.into());
        }
        event.extend(more.as_object().unwrap().clone());
        event
    };
    let kept = Some(["H", "U", "7"]);
    for (case, event, row) in [
        ("a description", with(json!({"Description": forged, "ParentImage": null})), kept),
        (
            "a description, no time",
            with(json!({"Description": forged, "UtcTime": null, "@timestamp": "2024-01-01T00:00:00Z"})),
            kept,
        ),
        (
            "an empty user in the message",
            with(
                json!({"UtcTime": null, "@timestamp": "2024-01-01T00:00:00Z", "Message": "Process Create:\nUser: "}),
            ),
            kept,
        ),
        (
            "a cut message",
            with(
                json!({"UtcTime": null, "@timestamp": "2024-01-01T00:00:00Z", "Message": format!("Process Create:\n{forged}\nAA")}),
            ),
            kept,
        ),
        (
            "a name like Graylog's",
            with(json!({"winlog_forwarder": "x", "event_data_size": 3, "host_name": "G"})),
            kept,
        ),
        ("an event as its message", with(json!({"message": {"EventID": 3, "SourceName": "P"}})), kept),
        ("messages", with(json!({"messages": {"EventID": 3, "SourceName": "P"}})), kept),
        ("another's message", with(json!({"SourceName": "P", "EventID": 7, "message": inner})), None),
        (
            "another's data",
            of_beat_6(
                json!({"event_data_SourceName": "Microsoft-Windows-Sysmon", "event_data_ParentImage": "WmiPrvSE.exe"}),
            ),
            None,
        ),
        ("another's text", of_beat_6(json!({"event_data_xml": xml, "event_data_raw": xml})), None),
        (
            "Graylog's nested record",
            with(json!({"winlog": {"event_id": 3, "provider_name": "P"}, "winlog_event_id": 1})),
            None,
        ),
    ] {
        // A table has no records in its cells.
        let table =
            (!event.values().any(Value::is_object)).then(|| quoted_table(std::slice::from_ref(&event)));
        for text in table.into_iter().chain([Value::from(event).to_string()]) {
            let report = report(&[(case, text.as_bytes())]);
            assert_eq!(problems(&report), [""; 0], "{case}");
            let found: Vec<_> = report["groups"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| ["dest", "user", "process_id"].map(|name| row[name].as_str().unwrap()))
                .collect();
            assert_eq!(found, Vec::from_iter(row), "{case}");
            assert_eq!(report["totals"], verified(text.as_bytes())["totals"], "{case}");
        }
    }
    // Which of two parents counts is the same in both modes.
    let two = quoted_table(&[with(
        json!({"event_data_ParentImage": "WmiPrvSE.exe", "ParentImage": "C:\\x.exe", "ParentCommandLine": "y"}),
    )]);
    assert_eq!(report(&[("two", two.as_bytes())])["totals"], verified(two.as_bytes())["totals"]);
}

/// A table with these records as rows; all cells in quotes.
fn quoted_table(records: &[Map<String, Value>]) -> String {
    let names: BTreeSet<&str> = records.iter().flat_map(Map::keys).map(String::as_str).collect();
    let cell = |value: Option<&Value>| match value {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    };
    let line = |cells: Vec<String>| {
        let cells: Vec<_> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        cells.join(",") + "\n"
    };
    let header = line(names.iter().map(|name| (*name).to_owned()).collect());
    let rows = records.iter().map(|record| line(names.iter().map(|name| cell(record.get(*name))).collect()));
    std::iter::once(header).chain(rows).collect()
}

/// Records of Linux among those of Windows say nothing in the columns of these; and data that are cut or spoilt in a cell.
#[test]
fn rows_of_others_and_damaged_cells_in_tables_of_nested_records() {
    let wazuh = |text: Value| {
        dotted(
            &json!({"system": {"providerName": "Microsoft-Windows-Sysmon", "eventID": "1", "computer": "H"},
        "eventdata": {"utcTime": "2024-01-01 00:00:00", "image": "C:\\a.exe", "user": "D\\u", "parentImage": "C:\\WmiPrvSE.exe", "commandLine": text}}),
            "data.win",
        )
    };
    let graylog = dotted(
        &json!({"provider_name": "Microsoft-Windows-Sysmon", "event_id": "1", "event_data": {"UtcTime": "2024-01-01 00:00:00", "ParentImage": "WmiPrvSE.exe"}}),
        "winlog",
    );
    let masked: Map<_, _> =
        graylog.iter().map(|(name, value)| (name.replace('.', "_"), value.clone())).collect();
    let other: Map<_, _> = [("message".to_owned(), json!("sshd: session opened"))].into_iter().collect();
    for events in [[wazuh("a".into()), other.clone()], [graylog, other.clone()], [masked, other]] {
        for empty in ["\"\"", "\"-\""] {
            let text = quoted_table(&events).replace("\"\"", empty);
            let report = report(&[("mixed", text.as_bytes())]);
            let found: Vec<_> = problems(&report)
                .iter()
                .map(|problem| problem.split(' ').take(2).collect::<Vec<_>>().join(" "))
                .collect();
            assert_eq!(found, ["warning not_an_event"], "{text}");
            assert_eq!(report["totals"]["matches"], 1, "{text}");
        }
    }
    // Values that are not escaped twice are not unescaped for what stands in a command line.
    let text = quoted_table(&[wazuh(r"dir C:\\x".into())]);
    let report_of = report(&[("wazuh.csv", text.as_bytes())]);
    assert_eq!(report_of["groups"][0]["user"], r"D\u");
    assert_eq!(report_of["groups"][0]["process"], r"dir C:\\x");
    // Velociraptor's.
    let system = r#"{"Provider":{"Name":"Microsoft-Windows-Sysmon"},"EventID":{"Value":1},"Computer":"H"}"#;
    let data = r#"{"UtcTime":"2024-01-01 00:00:00","ParentImage":"WmiPrvSE.exe","CommandLine":"\ud83d"}"#;
    for (data, matches, told) in
        [(data, 1, "warning text_replaced"), (&data[..60], 0, "error damaged_record")]
    {
        let text = row(&["System", "EventData"]) + &row(&[&format!(" {system}"), data]);
        let report = report(&[("velociraptor.csv", text.as_bytes())]);
        assert_eq!(report["totals"]["matches"], matches);
        assert!(problems(&report).iter().any(|problem| problem.starts_with(told)), "{:?}", problems(&report));
    }
}

/// One byte between files of UTF-16 turns the letters of the next one round; so does another order of bytes.
#[test]
fn text_whose_letters_are_turned_round_is_told_of() {
    let (events, _) = log();
    let text: String = events[..4].iter().map(|event| raw(event) + "\r\n").collect();
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mark: &[u8] = b"\xff\xfe";
    for bytes in [[mark, &little, b"\n", mark, &little].concat(), [mark, &little, b"\xfe\xff", &big].concat()]
    {
        let said = problems(&report(&[("log.xml", &bytes)]));
        assert!(said.iter().any(|line| line.starts_with("error not_understood ")), "{said:?}");
    }
}

/// `cat log.1 log.2.gz`, and what stands behind a zip.
#[test]
fn packed_data_behind_text_and_events_behind_a_zip_are_told_of() {
    let (events, _) = log();
    let text: String = events[..4].iter().map(|event| raw(event) + "\n").collect();
    let (gzip, zip) =
        (testlog::gzip::member(text.as_bytes()), zip::archive(&[Member::new("a.xml", text.as_bytes())]));
    for packed in [&gzip, &zip] {
        for end in ["", "\n"] {
            let bytes = [text.trim_end().as_bytes(), end.as_bytes(), packed].concat();
            let said = problems(&report(&[("log.xml", &bytes)]));
            assert!(
                said.iter().any(|line| line.starts_with("error not_understood ") && line.contains("packed")),
                "{said:?}"
            );
        }
    }
    let wide: Vec<u8> =
        format!("<Events>{text}</Events>").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let root = format!("<Events>{text}</Events>");
    for bytes in [
        [root.as_bytes(), &gzip].concat(),
        [root.as_bytes(), b" ", &zip].concat(),
        [b"\xff\xfe", &*wide, &gzip].concat(),
    ] {
        let said = problems(&report(&[("log.xml", &bytes)]));
        assert!(said.iter().any(|line| line.starts_with("error not_understood ")), "{said:?}");
    }
    for behind in [[b"\n", gzip.as_slice()].concat(), wide, [&[0; 90_000], text.as_bytes()].concat()] {
        let said = problems(&report(&[("log.zip", &[&zip, behind.as_slice()].concat())]));
        assert!(said.iter().any(|line| line.starts_with("error damaged_archive ")), "{said:?}");
    }
    for (behind, wanted) in [
        (text.as_bytes(), "error damaged_archive "),
        (&gzip, "error damaged_archive "),
        (b"hello", "warning stray_bytes "),
    ] {
        let said = problems(&report(&[("log.zip", &[&zip, behind].concat())]));
        assert!(said.iter().any(|line| line.starts_with(wanted)), "{said:?}");
    }
}

/// An export of .NET in a table of others: who logged an event is not whose process it is. The host is the one of Windows, and
/// values that Splunk extracted twice are one.
#[test]
fn columns_that_say_nothing_of_an_event() {
    let rows = |text: &str| {
        let report = report(&[("log.csv", text.as_bytes())]);
        assert_eq!(problems(&report), [""; 0]);
        report["groups"][0].clone()
    };
    let message = "\"Process Create:\nUtcTime: 2020-07-20 13:29:49.966\nProcessId: 4508\nImage: C:\\a.exe\nCommandLine: a\nUser: A\\b\n\
        ParentProcessId: 7\nParentImage: C:\\WmiPrvSE.exe\"";
    let key = rows(&format!(
        "Id,ProviderName,MachineName,ProcessId,ThreadId,ProcessGuid,Message\n1,Microsoft-Windows-Sysmon,H,2608,3,,{message}\n"
    ));
    assert_eq!(key["process_id"], "4508");
    let key = rows(&format!(
        "EventID,SourceName,Hostname,Computer,Message\n1,Microsoft-Windows-Sysmon,collector,H,{message}\n"
    ));
    assert_eq!(key["dest"], "H");
    let key = rows(
        "_time,EventCode,SourceName,ComputerName,User,Image,CommandLine,ProcessId,ParentImage\n\
         2020-07-20T13:29:49.966Z,1,Microsoft-Windows-Sysmon,H,\"A\\b\nA\\b\",\"C:\\a.exe\nC:\\a.exe\",\"a\na\",\"5\n5\",\"C:\\WmiPrvSE.exe\nC:\\WmiPrvSE.exe\"\n",
    );
    assert_eq!(
        (&key["user"], &key["process_id"], &key["process"]),
        (&"A\\b".into(), &"5".into(), &"a".into())
    );
}

/// Tables of Sentinel's portal: of `WindowsEvent`, whose data are JSON, and of `Event`, whose data are XML.
#[test]
fn tables_of_sentinel() {
    let (events, expected) = log();
    let row = |record: Value| -> Map<String, Value> {
        let Value::Object(record) = record else { panic!("{record}") };
        record
            .into_iter()
            .map(|(name, value)| (name.replace("TimeGenerated", "TimeGenerated [UTC]"), value))
            .collect()
    };
    for shape in [Shape::AzureObject, Shape::AzureJson, Shape::AzureXml] {
        let mut rows: Vec<_> = parsed(&events, shape).into_iter().map(row).collect();
        // Who logged an event is not whose process it is.
        rows.iter_mut().for_each(|row| _ = row.insert("UserName".into(), "NT AUTHORITY\\SYSTEM".into()));
        let report = reads("query_data.csv", quoted_table(&rows).as_bytes(), &expected);
        assert_eq!(problems(&report), [""; 0], "{shape:?}");
    }
}

/// Exports that were joined, of which the second numbers its rows, ends them with a delimiter or has a column that begins with a digit.
#[test]
fn columns_behind_rows_with_a_gap_or_a_digit() {
    let first = "EventID,SourceName,Computer,Channel,Image,ParentImage\n3,Microsoft-Windows-Sysmon,H,C,a,b\n";
    for second in [
        "EventID,SourceName,Computer,Channel,ParentImage,Image,\n1,Microsoft-Windows-Sysmon,H,C,C:\\WmiPrvSE.exe,C:\\a.exe,\n",
        ",EventID,SourceName,Computer,Channel,ParentImage,Image\n0,1,Microsoft-Windows-Sysmon,H,C,C:\\WmiPrvSE.exe,C:\\a.exe\n",
        "EventID,SourceName,Computer,2nd host,ParentImage,Image\n1,Microsoft-Windows-Sysmon,H,x,C:\\WmiPrvSE.exe,C:\\a.exe\n",
    ] {
        let ((records, _, matches), said) = crate::common::read(format!("{first}{second}").as_bytes());
        assert_eq!((records, matches), (2, 1), "{second}: {said:?}");
        assert!(said.iter().any(|code| code == "joined_rows"), "{said:?}");
    }
}

/// A printer of XML put values on lines of their own, of an event without a time.
#[test]
fn pretty_printed_xml_without_a_time() {
    let value = |name: &str, value: &str| format!("<Data Name='{name}'>\n  {value}\n</Data>");
    let data =
        value("ProcessId", "4") + &value("Image", "C:\\a.exe") + &value("ParentImage", "C:\\WmiPrvSE.exe");
    let text = format!(
        "<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID><Computer>H</Computer></System><EventData>{data}\
         </EventData></Event>"
    );
    assert_eq!(crate::common::read(text.as_bytes()), ((1, 1, 1), vec!["time_unknown".to_owned()]));
}
