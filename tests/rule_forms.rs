//! The rule in other languages, word by word. `tests/forms` gives Sigma, EQL and KQL to the engines of others.

use expect_test::{Expect, expect};
use sysmon_triage::rule::{forms, spl, wmi::RULE};

#[track_caller]
fn check(id: &str, expected: Expect) {
    let form = forms(&RULE).into_iter().find(|form| form.id == id).unwrap();
    expected.assert_eq(&form.text);
    assert!(!form.notes.is_empty(), "every form says what it can't");
}

#[test]
fn the_first_form_is_the_search() {
    assert_eq!(forms(&RULE)[0].text, spl(&RULE));
}

#[test]
fn sigma() {
    check(
        "sigma",
        expect![[r#"
            title: Process Execution via WMI
            id: cad92702-0212-4ec2-81f7-43fea5adf96b
            related:
                - id: 24869767-8579-485d-9a4f-d9ddfd8f0cac
                  type: derived
            status: experimental
            description: 'Finds processes that WmiPrvSE.exe started. This is how code that was launched through WMI, on this machine or from another one, shows up on an endpoint. Review the processes that ran beside it and the command line that WmiPrvSE.exe started; contain and remediate the endpoint as needed.'
            references:
                - 'https://attack.mitre.org/techniques/T1047/'
            author: 'Rico Valdez, Michael Haag, Splunk'
            date: 2020-03-16
            tags:
                - attack.execution
                - attack.t1047
            logsource:
                category: process_creation
                product: windows
            detection:
                selection:
                    ParentImage|endswith: '\WmiPrvSE.exe'
                condition: selection
            fields:
                - Computer
                - User
                - ParentCommandLine
                - Image
                - CommandLine
                - ProcessId
                - ParentProcessId
            falsepositives:
                - 'Administrators may use WMI to run commands, although it is unlikely.'
            level: medium
        "#]],
    );
}

#[test]
fn kql() {
    check(
        "kql_defender",
        expect![[r#"
        DeviceProcessEvents
        | where ActionType == "ProcessCreated"
        | where InitiatingProcessFileName =~ "WmiPrvSE.exe"
        | summarize ['count'] = count(), firstTime = min(Timestamp), lastTime = max(Timestamp) by
            dest = iff(isempty(DeviceName), "unknown", DeviceName),
            user = iff(isempty(AccountName), "unknown", strcat(AccountDomain, @"\", AccountName)),
            parent_process = iff(isempty(InitiatingProcessCommandLine), "unknown", InitiatingProcessCommandLine),
            process_name = iff(isempty(FileName), "unknown", FileName),
            process = iff(isempty(ProcessCommandLine), "unknown", ProcessCommandLine),
            process_id = iff(isempty(tostring(ProcessId)), "null", tostring(ProcessId)),
            parent_process_id = iff(isempty(tostring(InitiatingProcessId)), "null", tostring(InitiatingProcessId))
        | order by firstTime asc
    "#]],
    );
    check(
        "kql_sentinel",
        expect![[r#"
        Event
        | where Source == "Microsoft-Windows-Sysmon" and EventID == 1
        | extend Data = parse_xml(EventData).DataItem.EventData.Data
        | mv-apply Data on (
            summarize Fields = make_bag(bag_pack(tostring(Data['@Name']), tostring(Data['#text'])))
          )
        | where extract(@"([^\\/]*)$", 1, tostring(Fields.ParentImage)) =~ "WmiPrvSE.exe"
        | summarize ['count'] = count(), firstTime = min(TimeGenerated), lastTime = max(TimeGenerated) by
            dest = iff(isempty(Computer), "unknown", Computer),
            user = iff(isempty(tostring(Fields.User)), "unknown", tostring(Fields.User)),
            parent_process = iff(isempty(tostring(Fields.ParentCommandLine)), "unknown", tostring(Fields.ParentCommandLine)),
            process_name = iff(isempty(extract(@"([^\\/]*)$", 1, tostring(Fields.Image))), "unknown", extract(@"([^\\/]*)$", 1, tostring(Fields.Image))),
            process = iff(isempty(tostring(Fields.CommandLine)), "unknown", tostring(Fields.CommandLine)),
            process_id = iff(isempty(tostring(Fields.ProcessId)), "null", tostring(Fields.ProcessId)),
            parent_process_id = iff(isempty(tostring(Fields.ParentProcessId)), "null", tostring(Fields.ParentProcessId))
        | order by firstTime asc
    "#]],
    );
}

#[test]
fn elastic() {
    check(
        "eql",
        expect![[r#"
        process where event.provider == "Microsoft-Windows-Sysmon" and event.code == "1" and
          process.parent.name : "WmiPrvSE.exe"
    "#]],
    );
    check(
        "esql",
        expect![[r#"
        FROM logs-windows.sysmon_operational-*, winlogbeat-*
        | WHERE event.provider == "Microsoft-Windows-Sysmon" AND event.code == "1"
        | WHERE TO_LOWER(process.parent.name) == "wmiprvse.exe"
        | EVAL
            dest = COALESCE(winlog.computer_name, host.name, "unknown"),
            user = COALESCE(CONCAT(user.domain, "\\", user.name), "unknown"),
            parent_process = COALESCE(process.parent.command_line, "unknown"),
            process_name = COALESCE(process.name, "unknown"),
            process = COALESCE(process.command_line, "unknown"),
            process_id = COALESCE(TO_STRING(process.pid), "null"),
            parent_process_id = COALESCE(TO_STRING(process.parent.pid), "null")
        | STATS count = COUNT(*), firstTime = MIN(@timestamp), lastTime = MAX(@timestamp)
            BY dest, user, parent_process, process_name, process, process_id, parent_process_id
        | KEEP dest, user, parent_process, process_name, process, process_id, parent_process_id, count, firstTime, lastTime
        | SORT firstTime
        | LIMIT 10000
    "#]],
    );
}
