//! The rule "Process Execution via WMI" of Splunk's security content, as data.

use super::{Expr, Rule};
use crate::process::Field;

/// Version 4 of 2020-03-16.
pub static RULE: Rule = Rule {
    id: "24869767-8579-485d-9a4f-d9ddfd8f0cac",
    sigma_id: "cad92702-0212-4ec2-81f7-43fea5adf96b",
    name: "Process Execution via WMI",
    version: 4,
    date: "2020-03-16",
    author: "Rico Valdez, Michael Haag, Splunk",
    kind: "TTP",
    description: "Finds processes that WmiPrvSE.exe started. This is how code that was launched through \
        WMI, on this machine or from another one, shows up on an endpoint. Review the processes that ran \
        beside it and the command line that WmiPrvSE.exe started; contain and remediate the endpoint as \
        needed.",
    filter: Expr::Equals(Field::ParentProcessName, "WmiPrvSE.exe"),
    key: &[
        Field::Dest,
        Field::User,
        Field::ParentProcess,
        Field::ProcessName,
        Field::Process,
        Field::ProcessId,
        Field::ParentProcessId,
    ],
    filter_macro: "process_execution_via_wmi_filter",
    technique: ("T1047", "Windows Management Instrumentation"),
    tactic: "Execution",
    kill_chain_phase: "Actions on Objectives",
    impact: 70,
    confidence: 70,
    story: "Suspicious WMI Use",
    required_fields: &["_time", "process", "parent_process_name", "user", "dest", "process_name"],
    known_false_positives: "Administrators may use WMI to run commands, although it is unlikely.",
    data_set: "attack_data T1047/atomic_red_team/windows-sysmon.log",
    products: &["Splunk Enterprise", "Splunk Enterprise Security", "Splunk Cloud"],
    limits: &[
        "It does not show whether the caller was on this machine or on another one. Look for a logon of \
         type 3 and an inbound connection to port 135 just before, or for WMIC on the same host within a \
         second.",
        "It sees only what Sysmon logged: a configuration that leaves out process creations of \
         WmiPrvSE.exe leaves no trace here.",
        "It reads Sysmon's process creations (EventID 1). Security event 4688 is counted but not searched.",
    ],
};
