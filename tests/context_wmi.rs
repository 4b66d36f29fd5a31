//! What a context says of the WMI call: whose logon, from where, and what could not be placed.

use serde_json::Value;

use crate::cli::{folder, run, text, write};
use crate::context::{
    HIT, How, Input, SECURITY, SYSMON, WHOLE, all_contexts, commands, context_of, created, event,
};

#[test]
fn the_wmi_side_is_what_the_host_held_just_before() {
    let logon = |seconds: u32, kind: &str, id: &str| {
        event(
            SECURITY,
            4624,
            seconds,
            &[("LogonType", kind), ("TargetLogonId", id), ("IpAddress", "10.0.0.5")],
        )
    };
    let port = |seconds: u32, initiated: &str| {
        event(
            SYSMON,
            3,
            seconds,
            &[("Initiated", initiated), ("DestinationPort", "135"), ("SourceIp", "10.0.0.5")],
        )
    };
    let log = [
        logon(1, "2", "0x1234"),
        logon(2, "3", "0x9"),
        event(SYSMON, 20, 3, &[("Operation", "Created"), ("Name", "consumer")]),
        logon(301, "3", "0x7"),
        logon(302, "2", "0x8"),
        port(303, "false"),
        port(304, "true"),
        created(305, 5, 4, &[("Image", "C:\\x\\wmic.exe"), ("CommandLine", "wmic process call create a")]),
        created(306, 6, 4, &[("Image", "C:\\p.exe"), ("CommandLine", "p Invoke-WmiMethod")]),
        created(400, 1, 9, HIT),
        // Times of logs differ a little, and a connection is written down when it is over.
        port(405, "false"),
        // What the process does itself is no cause of it.
        created(406, 7, 1, &[("Image", "C:\\x\\wmic.exe"), ("CommandLine", "wmic os get")]),
        port(411, "false"),
        logon(412, "3", "0x10"),
        // What is made later can't be the cause; what is deleted later was there.
        event(SYSMON, 20, 403, &[("Operation", "Created"), ("Name", "later")]),
        event(SYSMON, 20, 404, &[("Operation", "Deleted"), ("Name", "consumer")]),
    ];
    let answer = context_of(log.concat(), 5);
    let told: Vec<_> = answer["wmi"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            format!("{} {} {}", &item["time"].as_str().unwrap()[14..19], item["kind"], item["same_logon"])
        })
        .collect();
    expect_test::expect![[r#"
        [
            "00:01 \"logon\" true",
            "00:03 \"subscription\" false",
            "05:01 \"logon\" false",
            "05:03 \"inbound\" false",
            "05:05 \"wmic\" false",
            "05:06 \"command\" false",
            "06:44 \"subscription\" false",
            "06:45 \"inbound\" false",
        ]
    "#]]
    .assert_debug_eq(&told);
    assert_eq!(answer["logons_logged"], 5);
    assert_eq!(answer["logon_by"], "id");
}

fn of_user(data: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    [HIT, data].concat()
}

/// Each of the WMI side: when, and whether it is the logon of the process.
fn side(answer: &Value) -> Vec<(String, bool)> {
    let items = answer["wmi"]["items"].as_array().unwrap().iter();
    items
        .map(|item| (item["time"].as_str().unwrap_or("none").to_owned(), item["same_logon"] == true))
        .collect()
}

fn at(second: u32, own: bool) -> (String, bool) {
    (format!("2020-05-02T02:{:02}:{:02}Z", second / 60, second % 60), own)
}

fn problems(answer: &Value) -> Vec<&str> {
    answer["problems"].as_array().unwrap().iter().map(|problem| problem.as_str().unwrap()).collect()
}

/// The id of a logon is good until the host starts again.
#[test]
fn the_logon_of_the_process_is_the_latest_with_its_id_and_user() {
    let logon = |seconds: u32, id: &str, user: &str| {
        event(SECURITY, 4624, seconds, &[("LogonType", "3"), ("TargetLogonId", id), ("TargetUserName", user)])
    };
    let log = [
        logon(10, "0x1234", "anna"),
        logon(20, "0x1234", "other"),
        logon(900, "0x1234", "Anna"),
        created(901, 1, 9, &of_user(&[("User", "LAB\\anna")])),
        // Receivers stamp what they get.
        logon(903, "0x77", "anna"),
    ];
    assert_eq!(side(&context_of(log.concat(), 5)), [at(900, true), at(903, false)]);
    let late = [created(901, 1, 9, &of_user(&[("User", "LAB\\anna")])), logon(903, "0x1234", "anna")];
    assert_eq!(side(&context_of(late.concat(), 5)), [at(903, true)]);
    let others = [logon(10, "0x1234", "other"), created(901, 1, 9, &of_user(&[("User", "LAB\\anna")]))];
    assert_eq!(side(&context_of(others.concat(), 5)), []);
}

#[test]
fn the_same_logon_id_of_another_user_links_nothing() {
    let own = |seconds: u32, own: u32, user: &'static str| {
        let data = [("LogonId", "0x1234"), ("CommandLine", user), ("User", user)];
        created(seconds, own, 4, &data)
    };
    let log = [
        own(1, 5, "LAB\\other"),
        own(2, 6, "lab\\anna"),
        own(3, 7, "-"),
        created(9, 1, 9, &of_user(&[("User", "LAB\\anna")])),
    ];
    let answer = context_of(log.concat(), 5);
    assert_eq!(commands(&answer["logon"]), ["lab\\anna", "-"]);
}

/// Whose end is called the source depends on who writes it.
#[test]
fn calls_from_afar_in_both_spellings() {
    let connection = |seconds: u32, data: &[(&str, &str)]| event(SYSMON, 3, seconds, data);
    let older = [("Initiated", "false"), ("SourcePort", "135"), ("DestinationPort", "50000")];
    let newer = [("Initiated", "false"), ("SourcePort", "50000"), ("DestinationPort", "135")];
    let filtered =
        event(SECURITY, 5156, 3, &[("Direction", "%%14592"), ("SourcePort", "135"), ("DestPort", "50000")]);
    let bound = event("Microsoft-Windows-WMI-Activity", 5861, 0, &[("CONSUMER", "evil")]);
    let log = [
        bound,
        connection(301, &older),
        connection(302, &newer),
        filtered.replace("02:00:03", "02:05:03"),
        created(400, 1, 9, HIT),
    ];
    assert_eq!(
        side(&context_of(log.concat(), 5)),
        [at(0, false), at(301, false), at(302, false), at(303, false)]
    );
}

#[test]
fn what_can_not_be_placed_is_told() {
    let untimed = |data: &[(&str, &str)]| event(SECURITY, 4624, 7, data).replace("SystemTime=", "Other=");
    let log = [
        untimed(&[("LogonType", "3"), ("TargetLogonId", "0x9")]),
        untimed(&[("LogonType", "5"), ("TargetLogonId", "0x9")]),
        untimed(&[("LogonType", "3"), ("TargetLogonId", "0x1234")]),
        event(SECURITY, 4624, 350, &[("TargetLogonId", "0x9")]),
        created(400, 1, 9, HIT),
        event(SYSMON, 22, 401, &[("ProcessId", "8"), ("QueryName", "a")]),
        event(SYSMON, 22, 399, &[("ProcessId", "8"), ("QueryName", "before")]),
        event(SYSMON, 1, 402, &[("ProcessId", "9"), ("ParentProcessId", "8")]),
        // Far from the process, and with a GUID that names nothing.
        event(
            SYSMON,
            1,
            3000,
            &[
                ("ProcessGuid", "{00000000-0000-0000-0000-000000000007}"),
                ("ParentProcessGuid", "{00000000-0000-0000-0000-000000000000}"),
                ("ParentProcessId", "8"),
            ],
        ),
        event(SYSMON, 1, 402, &[]).replace("HOST", "host.lab.local"),
        event(SYSMON, 1, 402, &[]).replace("HOST", "hostile.lab.local"),
    ];
    let answer = context_of(log.concat(), 5);
    let inputs: [Input; 1] = [("log.xml".to_owned(), log.concat().into_bytes())];
    assert_eq!(
        answer,
        all_contexts(&inputs, 5, How { verify: true, ..WHOLE }).remove(0),
        "passed over or not"
    );
    assert_eq!(side(&answer), [("none".to_owned(), true)]);
    expect_test::expect![[r#"
        [
            "Events without a readable time that may tell of the call: 1. They are not listed.",
            "Logons (4624) that do not tell their type: 1. They are not listed.",
            "Events that name a process by the id of this one, and by no GUID: 3. They may be its own, and are not listed.",
            "The logs also name a host host.lab.local: it may be the same one, but what is told of it is not listed.",
        ]
    "#]].assert_debug_eq(&problems(&answer));
}

/// A rendered message stands for the data of Windows' own events.
#[test]
fn logons_of_get_winevent() {
    let log = r#"[{"Message":"An account was successfully logged on.\r\n\r\nLogon Information:\r\n\tLogon Type:\t\t3\r\n\r\nNew Logon:\r\n\tAccount Name:\t\tanna\r\n\tLogon ID:\t\t0x1234\r\n","Id":4624,"RecordId":1,"ProviderName":"Microsoft-Windows-Security-Auditing","LogName":"Security","MachineName":"HOST","TimeCreated":"\/Date(1588384799000)\/"},
{"Message":"Process Create:\r\nUtcTime: 2020-05-02 02:00:00.000\r\nProcessId: 50\r\nImage: C:\\a.exe\r\nCommandLine: a\r\nUser: LAB\\anna\r\nLogonId: 0x1234\r\nParentImage: C:\\WmiPrvSE.exe\r\nParentCommandLine: x","Id":1,"RecordId":2,"ProviderName":"Microsoft-Windows-Sysmon","LogName":"Microsoft-Windows-Sysmon/Operational","MachineName":"HOST","TimeCreated":"\/Date(1588384800000)\/"}]"#;
    let inputs: [Input; 1] = [("log.json".to_owned(), log.into())];
    let answer = all_contexts(&inputs, 5, WHOLE).remove(0);
    assert_eq!(side(&answer), [("2020-05-02T01:59:59Z".to_owned(), true)], "{answer}");
}

/// More with the same id, or of the same parent, than are kept.
#[test]
fn a_crowd_from_before_hides_nothing() {
    let crowd: String = (0..4_100)
        .map(|number| created(number % 300, 100 + number, 1, &[("CommandLine", "before")]))
        .collect();
    let by_guid = crowd + &created(400, 1, 9, HIT) + &created(401, 2, 1, &[("CommandLine", "child")]);
    let answer = context_of(by_guid, 5);
    assert_eq!(commands(&answer["tree"])[..2], ["a", "child"]);
    assert_eq!((&answer["tree"]["count"], &answer["truncated"]), (&Value::Null, &Value::from(true)));
}

/// A chain that is as long as a list has room for is whole in two files, too.
#[test]
fn a_long_chain_in_two_files() {
    let log: String = created(1, 1, 9, HIT)
        + &(2..700).map(|own| created(own, own, own - 1, &[("CommandLine", "link")])).collect::<String>();
    let inputs = ["a.xml", "b.xml"].map(|name| (name.to_owned(), log.clone().into_bytes()));
    let answer = all_contexts(&inputs, 1, WHOLE).remove(0);
    assert_eq!((&answer["tree"]["count"], &answer["rounds"]), (&Value::from(699), &Value::from(2)));
    assert_eq!(answer["tree"]["places"], 1398);
}

/// Two processes got the same id in the same moment: whose child it is depends on no order of files.
#[test]
fn the_order_of_the_files_decides_nothing() {
    let process = |own: &str, parent: &str, command: &str, hit: bool| {
        let image = if hit { "C:\\WmiPrvSE.exe" } else { "C:\\x.exe" };
        let data = [
            ("ProcessId", own),
            ("ParentProcessId", parent),
            ("Image", "C:\\a.exe"),
            ("ParentImage", image),
            ("CommandLine", command),
        ];
        event(SYSMON, 1, 5, &data)
    };
    let first = process("8", "4", "a", true) + &process("9", "8", "child", false);
    let second = process("8", "4", "b", false);
    let told = |logs: [&String; 2]| {
        let inputs = logs.map(|log| ("log.xml".to_owned(), log.clone().into_bytes()));
        commands(&all_contexts(&inputs, 1, WHOLE)[0]["tree"])
    };
    assert_eq!(told([&first, &second]), told([&second, &first]));
}

/// Behind what a log says, marks could be forged.
#[test]
fn marks_stand_before_what_a_log_says() {
    let log = created(1, 1, 9, &of_user(&[("CommandLine", "b  [in 7 files]")]));
    let file = write(
        &folder("context_marks"),
        "log.xml",
        log.replacen("<Data Name='CommandLine'>a</Data>", "", 1).as_bytes(),
    );
    let printed = text(&run(&["--context", "1", &file], None).stdout);
    let line = printed.lines().find(|line| line.contains("[in 7 files]")).unwrap();
    let place = |text: &str| line.find(text).unwrap();
    assert!(
        place("[matches the rule]") < place("a.exe (8)") && place("a.exe (8)") < place("[in 7 files]"),
        "{line}"
    );
}

/// WMI's own events have `UserData`, which Winlogbeat names otherwise; and NXLog writes over a field of Sysmon.
#[test]
fn events_of_wmi_itself_by_winlogbeat_and_a_field_that_nxlog_takes() {
    let log = r#"{"@timestamp":"2020-05-02T01:59:59Z","winlog":{"channel":"Microsoft-Windows-WMI-Activity/Operational","provider_name":"Microsoft-Windows-WMI-Activity","event_id":"5858","computer_name":"HOST","record_id":1,"user_data":{"xml_name":"Operation_ClientFailure","ClientMachine":"KALI"}}}
{"@timestamp":"2020-05-02T02:00:00Z","winlog":{"channel":"c","provider_name":"Microsoft-Windows-Sysmon","event_id":"20","computer_name":"HOST","record_id":3,"event_data":{"UtcTime":"2020-05-02 01:59:59","EventType":"INFO","Operation":"Created"}}}
{"@timestamp":"2020-05-02T02:00:00Z","winlog":{"channel":"c","provider_name":"Microsoft-Windows-Sysmon","event_id":"1","computer_name":"HOST","record_id":2,"event_data":{"UtcTime":"2020-05-02 02:00:00","ProcessId":"8","Image":"C:\\a.exe","CommandLine":"a","ParentImage":"C:\\WmiPrvSE.exe"},"user_data":{"ParentImage":"C:\\x.exe"}}}"#;
    let inputs: [Input; 1] = [("log.json".to_owned(), log.into())];
    let answer = all_contexts(&inputs, 5, WHOLE).remove(0);
    let fields: Vec<_> =
        answer["wmi"]["items"].as_array().unwrap().iter().map(|item| item["fields"].to_string()).collect();
    assert_eq!(
        fields,
        [r#"[{"name":"ClientMachine","value":"KALI"}]"#, r#"[{"name":"Operation","value":"Created"}]"#]
    );
}
