//! Prints a rule in the Kusto Query Language, for two places where process creations are kept.

use super::Rule;
use super::words::{condition, fill, list};
use crate::process::Field;

pub(super) const DEFENDER_NOTES: &[&str] = &[
    "It reads Defender's own sensor and not Sysmon: the two log the same process with other times, and either may lack \
     it.",
    "DeviceName is the machine's full name in lower case, as Defender keeps it. The user is put together of domain and \
     name.",
    "Missing values are filled as the search fills them; Defender writes an empty text where Sysmon has none.",
    "The parent is compared as a whole name without case, as in the search.",
    "Advanced hunting looks back 30 days at the most, and gives no more rows than its service allows.",
];

pub(super) const SENTINEL_NOTES: &[&str] = &[
    "It reads Sysmon's events from the table Event, where the agent puts them as XML; parse_xml decodes the entities. \
     Workspaces that collect with the Windows Event agent into WindowsEvent have the same fields in EventData.",
    "The last part of ParentImage behind a backslash or slash is compared as a whole without case, as in the search. \
     Where it is empty the search looks at the command line, which this query does not.",
    "TimeGenerated is when Windows wrote the event; the search uses Sysmon's UtcTime, some milliseconds earlier.",
    "Missing values are filled as the search fills them, but for process_name, which the search can take from the \
     command line.",
];

/// For Defender's advanced hunting.
pub fn defender(rule: &Rule) -> String {
    let equals = |field: Field, value: &str| format!("{} =~ {}", defender_field(field), literal(value));
    format!(
        "DeviceProcessEvents\n\
         | where ActionType == \"ProcessCreated\"\n\
         | where {}\n\
         | summarize ['count'] = count(), firstTime = min(Timestamp), lastTime = max(Timestamp) by\n    {}\n\
         | order by firstTime asc\n",
        condition(&rule.filter, ["and", "or", "not"], &equals),
        by(rule, defender_field),
    )
}

/// For Sysmon's events in a workspace of Sentinel.
pub fn sentinel(rule: &Rule) -> String {
    let equals = |field: Field, value: &str| format!("{} =~ {}", sentinel_field(field), literal(value));
    format!(
        "Event\n\
         | where Source == \"Microsoft-Windows-Sysmon\" and EventID == 1\n\
         | extend Data = parse_xml(EventData).DataItem.EventData.Data\n\
         | mv-apply Data on (\n    \
               summarize Fields = make_bag(bag_pack(tostring(Data['@Name']), tostring(Data['#text'])))\n  )\n\
         | where {}\n\
         | summarize ['count'] = count(), firstTime = min(TimeGenerated), lastTime = max(TimeGenerated) by\n    {}\n\
         | order by firstTime asc\n",
        condition(&rule.filter, ["and", "or", "not"], &equals),
        by(rule, sentinel_field),
    )
}

/// The by-clause under the names of the data model, with its fill of missing values.
fn by(rule: &Rule, column: fn(Field) -> String) -> String {
    list(rule.key.iter().map(|field| {
        if column(*field) == "AccountName" {
            return r#"user = iff(isempty(AccountName), "unknown", strcat(AccountDomain, @"\", AccountName))"#.to_owned();
        }
        let (column, fill) = (column(*field), literal(fill(*field)));
        format!("{} = iff(isempty({column}), {fill}, {column})", field.name())
    }))
}

fn defender_field(field: Field) -> String {
    let name = match field {
        Field::Dest => "DeviceName",
        Field::User => "AccountName",
        Field::ParentProcess => "InitiatingProcessCommandLine",
        Field::ParentProcessName => "InitiatingProcessFileName",
        Field::ParentProcessPath => "InitiatingProcessFolderPath",
        Field::ParentProcessId => "tostring(InitiatingProcessId)",
        Field::ParentProcessGuid => "tostring(InitiatingProcessUniqueId)",
        Field::ParentUser => "InitiatingProcessAccountName",
        Field::Process => "ProcessCommandLine",
        Field::ProcessName => "FileName",
        Field::ProcessPath => "FolderPath",
        Field::ProcessId => "tostring(ProcessId)",
        Field::ProcessGuid => "tostring(ProcessUniqueId)",
        Field::ProcessHash => "SHA256",
        Field::ProcessIntegrityLevel => "ProcessIntegrityLevel",
        Field::ProcessCurrentDirectory => "\"\"",
        Field::OriginalFileName => "ProcessVersionInfoOriginalFileName",
        Field::VendorProduct => "\"Microsoft Defender\"",
        Field::Action => "\"allowed\"",
    };
    name.to_owned()
}

fn sentinel_field(field: Field) -> String {
    let of = |name: &str| format!("tostring(Fields.{name})");
    let last_part = |name: &str| format!(r#"extract(@"([^\\/]*)$", 1, tostring(Fields.{name}))"#);
    match field {
        Field::Dest => "Computer".to_owned(),
        Field::User => of("User"),
        Field::ParentProcess => of("ParentCommandLine"),
        Field::ParentProcessName => last_part("ParentImage"),
        Field::ParentProcessPath => of("ParentImage"),
        Field::ParentProcessId => of("ParentProcessId"),
        Field::ParentProcessGuid => of("ParentProcessGuid"),
        Field::ParentUser => of("ParentUser"),
        Field::Process => of("CommandLine"),
        Field::ProcessName => last_part("Image"),
        Field::ProcessPath => of("Image"),
        Field::ProcessId => of("ProcessId"),
        Field::ProcessGuid => of("ProcessGuid"),
        Field::ProcessHash => of("Hashes"),
        Field::ProcessIntegrityLevel => of("IntegrityLevel"),
        Field::ProcessCurrentDirectory => of("CurrentDirectory"),
        Field::OriginalFileName => of("OriginalFileName"),
        Field::VendorProduct => "\"Microsoft Sysmon\"".to_owned(),
        Field::Action => "\"allowed\"".to_owned(),
    }
}

/// A text in double quotes.
fn literal(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}
