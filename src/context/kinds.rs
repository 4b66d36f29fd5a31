//! Which events tell what a process did, and which tell where a WMI call came from.

use crate::event::Event;
use crate::process::{Field, Process};

/// A kind of thing that a process does.
#[derive(Debug)]
pub struct Kind {
    /// Its name in results.
    pub name: &'static str,
    /// Sysmon's EventIDs.
    pub ids: &'static [u32],
    /// The fields that tell it, in the order shown.
    pub fields: &'static [&'static str],
}

/// Sysmon's EventID of a process that ended.
pub const PROCESS_TERMINATE: u32 = 5;

/// What Sysmon logs of a process beside its creation and its end.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "network",
        ids: &[3],
        fields: &[
            "Protocol",
            "Initiated",
            "SourceIp",
            "SourcePort",
            "DestinationIp",
            "DestinationPort",
            "DestinationHostname",
        ],
    },
    Kind { name: "dns", ids: &[22], fields: &["QueryName", "QueryStatus", "QueryResults"] },
    Kind {
        name: "file",
        ids: &[11, 15, 23, 26, 2, 27, 28, 29],
        fields: &[
            "TargetFilename",
            "CreationUtcTime",
            "PreviousCreationUtcTime",
            "Hash",
            "Hashes",
            "Contents",
        ],
    },
    Kind {
        name: "registry",
        ids: &[12, 13, 14],
        fields: &["EventType", "TargetObject", "Details", "NewName"],
    },
    Kind {
        name: "image",
        ids: &[7],
        fields: &["ImageLoaded", "Signed", "Signature", "SignatureStatus", "Hashes"],
    },
    Kind {
        name: "access",
        ids: &[10],
        fields: &["TargetImage", "TargetProcessId", "GrantedAccess", "CallTrace"],
    },
    Kind {
        name: "thread",
        ids: &[8],
        fields: &["TargetImage", "TargetProcessId", "StartAddress", "StartModule", "StartFunction"],
    },
    Kind { name: "pipe", ids: &[17, 18], fields: &["EventType", "PipeName"] },
    Kind { name: "other", ids: &[9, 24, 25], fields: &["Device", "Session", "ClientInfo", "Type"] },
];

/// The kind of an EventID.
pub fn kind(event_id: u32) -> Option<usize> {
    KINDS.iter().position(|kind| kind.ids.contains(&event_id))
}

/// How Sysmon spells the GUID of the process that did it: in event 10, and in event 8.
pub const ACTOR_NAMES: &[&str] = &["SourceProcessGUID", "SourceProcessGuid"];
/// And its id.
pub const ACTOR_IDS: &[&str] = &["SourceProcessId", "SourceProcessID"];

/// Whether an event names two processes.
pub fn names_actor(event_id: u32) -> bool {
    matches!(event_id, 8 | 10)
}

/// The field that names the process that did it: its GUID, and its id.
pub fn actor(event: &Event, event_id: u32) -> (Option<&str>, Option<&str>) {
    let data = |name: &str| event.data.get(name);
    if !names_actor(event_id) {
        return (data("ProcessGuid"), data("ProcessId"));
    }
    // The first of them in any spelling, as a reader that passes the event over takes it.
    let first =
        |names: &[&str]| event.data.iter().find(|(name, _)| names.contains(name)).map(|(_, value)| value);
    (first(ACTOR_NAMES), first(ACTOR_IDS))
}

/// When an event of the WMI side counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// In the minutes before the match: what it did itself is no cause of it.
    Before,
    /// The same, and shortly after: what comes from another host may be written down when it is over, or stamped on receipt.
    Near,
    /// However long before: a subscription waits. Later, when it tells that one was there until then.
    Waits,
}

/// What an event tells of where a WMI call may have come from.
#[derive(Debug)]
pub struct Trace {
    /// Its name in results.
    pub kind: &'static str,
    /// When it counts.
    pub when: When,
    /// The fields that tell it.
    pub fields: &'static [&'static str],
}

const SUBSCRIPTION: Trace = Trace {
    kind: "subscription",
    when: When::Waits,
    fields: &[
        "EventType",
        "Operation",
        "User",
        "EventNamespace",
        "Name",
        "Query",
        "Type",
        "Destination",
        "Consumer",
        "Filter",
    ],
};
const WMIC: Trace = Trace { kind: "wmic", when: When::Before, fields: &[] };
const COMMAND: Trace = Trace { kind: "command", when: When::Before, fields: &[] };
const SCRIPT: Trace =
    Trace { kind: "script_block", when: When::Before, fields: &["ScriptBlockText", "Path", "ScriptBlockId"] };
/// The name of a logon among the traces.
pub const LOGON_KIND: &str = "logon";
const LOGON: Trace = Trace {
    kind: LOGON_KIND,
    when: When::Near,
    fields: &[
        "LogonType",
        "TargetDomainName",
        "TargetUserName",
        "TargetLogonId",
        "IpAddress",
        "IpPort",
        "WorkstationName",
        "AuthenticationPackageName",
    ],
};
const INBOUND: Trace = Trace {
    kind: "inbound",
    when: When::Near,
    fields: &[
        "Image",
        "Application",
        "SourceIp",
        "SourceAddress",
        "SourcePort",
        "SourceHostname",
        "DestinationIp",
        "DestAddress",
        "DestinationPort",
        "DestPort",
    ],
};
const ACTIVITY: Trace = Trace { kind: "wmi_activity", when: When::Near, fields: ACTIVITY_FIELDS };
/// A permanent consumer that was bound to a filter (5861): Windows tells of it as Sysmon does by 19 to 21.
const BOUND: Trace = Trace { when: When::Waits, ..ACTIVITY };
const ACTIVITY_FIELDS: &[&str] = &[
    "Operation",
    "ClientMachine",
    "User",
    "ClientProcessId",
    "PossibleCause",
    "ESS",
    "CONSUMER",
    "Query",
    "NamespaceName",
    "Namespace",
];

/// Provider of logons and connections.
pub const SECURITY: &str = "Microsoft-Windows-Security-Auditing";
const WMI_ACTIVITY: &str = "Microsoft-Windows-WMI-Activity";
const POWERSHELL_PROVIDER: &str = "Microsoft-Windows-PowerShell";

/// What a script that calls WMI holds.
const CALLS: &[&str] = &[
    "invoke-wmimethod",
    "invoke-cimmethod",
    "win32_process",
    "win32_scheduledjob",
    "[wmiclass]",
    "invoke-wmiexec",
    "new-ciminstance",
];

/// What an event of another process may tell of the call. `process`: of a process creation.
pub fn trace(event: &Event, sysmon: bool, process: Option<&Process<'_>>) -> Option<&'static Trace> {
    let data = |name: &str| event.data.get(name).unwrap_or_default();
    // Older Sysmon, and Windows' filtering platform, call the host's own end the source, whoever began.
    let at_mapper = |ends: [&str; 2]| ends.iter().any(|end| data(end) == "135");
    let id = event.event_id()?;
    match (sysmon, id) {
        (true, 1) => caller(process?),
        (true, 3) => {
            let inbound = data("Initiated").eq_ignore_ascii_case("false");
            (inbound && at_mapper(["SourcePort", "DestinationPort"])).then_some(&INBOUND)
        }
        (true, 19..=21) => Some(&SUBSCRIPTION),
        (true, _) => None,
        (false, 4104) if event.provider().eq_ignore_ascii_case(POWERSHELL_PROVIDER) => {
            calls(data("ScriptBlockText")).then_some(&SCRIPT)
        }
        (false, 4624) if is_security(event) => Some(&LOGON),
        // %%14592 is the resource that Windows renders as "Inbound".
        (false, 5156) if is_security(event) => {
            let inbound = matches!(data("Direction"), "%%14592" | "Inbound");
            (inbound && at_mapper(["SourcePort", "DestPort"])).then_some(&INBOUND)
        }
        (false, 5858..=5861) if event.provider().eq_ignore_ascii_case(WMI_ACTIVITY) => {
            Some(if id == 5861 { &BOUND } else { &ACTIVITY })
        }
        _ => None,
    }
}

/// An event of the Security log; where a log lost the provider, the channel stands for it.
pub fn is_security(event: &Event) -> bool {
    match event.provider() {
        "" => event.channel().eq_ignore_ascii_case("Security"),
        provider => provider.eq_ignore_ascii_case(SECURITY),
    }
}

fn caller(process: &Process<'_>) -> Option<&'static Trace> {
    let is = |field: Field, name: &str| {
        process.value(field).text.is_some_and(|have| have.eq_ignore_ascii_case(name))
    };
    if is(Field::ProcessName, "wmic.exe") || is(Field::OriginalFileName, "wmic.exe") {
        return Some(&WMIC);
    }
    calls(process.value(Field::Process).text.as_deref().unwrap_or_default()).then_some(&COMMAND)
}

fn calls(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    CALLS.iter().any(|call| text.contains(call))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(provider: &str, id: &str, data: &[(&str, &str)]) -> Event {
        let mut event = Event::default();
        event.system.push("Provider@Name", provider);
        event.system.push("EventID", id);
        data.iter().for_each(|(name, value)| event.data.push(*name, *value));
        event
    }

    fn traced(event: &Event) -> Option<&'static str> {
        let sysmon = event.provider() == crate::event::SYSMON;
        trace(event, sysmon, Some(&Process::of(event))).map(|trace| trace.kind)
    }

    #[test]
    fn an_event_has_one_kind_at_most() {
        for id in 1..=30 {
            assert!(KINDS.iter().filter(|kind| kind.ids.contains(&id)).count() <= 1, "{id}");
        }
    }

    #[test]
    fn callers_are_told_by_name_and_by_what_they_call() {
        let created = |image: &str, command: &str| {
            traced(&event(crate::event::SYSMON, "1", &[("Image", image), ("CommandLine", command)]))
        };
        assert_eq!(created(r"C:\Windows\System32\wbem\WMIC.exe", "wmic os"), Some("wmic"));
        assert_eq!(created("p.exe", "powershell Invoke-CIMMethod -Class Win32_Process"), Some("command"));
        assert_eq!(created("p.exe", "powershell Get-Date"), None);
    }

    #[test]
    fn logons_and_connections_are_told_by_provider_and_direction() {
        assert_eq!(traced(&event(SECURITY, "4624", &[("LogonType", "3")])), Some("logon"));
        assert_eq!(traced(&event("Other", "4624", &[("LogonType", "3")])), None);
        let port = |initiated: &str, port: &str| {
            traced(&event(crate::event::SYSMON, "3", &[("Initiated", initiated), ("DestinationPort", port)]))
        };
        assert_eq!(port("false", "135"), Some("inbound"));
        assert_eq!(port("true", "135"), None);
        assert_eq!(port("false", "445"), None);
        let older = [("Initiated", "false"), ("SourcePort", "135"), ("DestinationPort", "50000")];
        assert_eq!(traced(&event(crate::event::SYSMON, "3", &older)), Some("inbound"));
        let own_end = [("Direction", "%%14592"), ("SourcePort", "135"), ("DestPort", "50000")];
        assert_eq!(traced(&event(SECURITY, "5156", &own_end)), Some("inbound"));
    }
}
