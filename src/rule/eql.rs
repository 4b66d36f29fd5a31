//! Prints a rule in the two query languages of Elastic.

use super::Rule;
use super::words::{condition, fill, list};
use crate::process::Field;

pub(super) const EQL_NOTES: &[&str] = &[
    "It finds the events; EQL has no by clause with counts, so each event is a hit of its own.",
    "It reads events under the names of the Elastic Common Schema, as Winlogbeat and Elastic Agent write them.",
    PARENT_NAME,
    NO_COMMAND_LINE,
    "Missing values are not filled: a field that is not there is null.",
];

const PARENT_NAME: &str = "process.parent.name is the last part of ParentImage and is compared as a whole without case, as in the \
     search. Elastic fills it only where the path holds a backslash: a name alone, or a path with slashes, is missed.";
const NO_COMMAND_LINE: &str = "Where the parent's image is missing the search looks at the parent's command line, which this query does not.";

pub(super) const ESQL_NOTES: &[&str] = &[
    "It reads events under the names of the Elastic Common Schema, as Winlogbeat and Elastic Agent write them; change \
     the index pattern to where they are.",
    PARENT_NAME,
    NO_COMMAND_LINE,
    "dest is the host that wrote the event, winlog.computer_name; host.name may be the one that collected it.",
    "@timestamp is Sysmon's UtcTime where the Sysmon integration reads the log; elsewhere it is when Windows wrote the \
     event.",
    "Missing values are filled as the search fills them, but for process_name, which the search can take from the \
     command line, and for user, which Elastic splits into user.domain and user.name only where it holds one backslash: any other is \
     unknown here. ES|QL returns no more than 10,000 rows unless a cluster \
     allows more, and 1,000 without a LIMIT.",
];

/// An EQL query.
pub fn eql(rule: &Rule) -> String {
    // `:` compares without case, but reads `*` and `?` as wildcards; `in~` does not.
    let equals = |field: Field, value: &str| match value.contains(['*', '?']) {
        true => format!("{} in~ ({})", ecs(field), literal(value)),
        false => format!("{} : {}", ecs(field), literal(value)),
    };
    format!(
        "process where event.provider == \"Microsoft-Windows-Sysmon\" and event.code == \"1\" and\n  {}\n",
        condition(&rule.filter, ["and", "or", "not "], &equals)
    )
}

/// An ES|QL query.
pub fn esql(rule: &Rule) -> String {
    let equals =
        |field: Field, value: &str| format!("TO_LOWER({}) == {}", ecs(field), literal(&value.to_lowercase()));
    let filled = rule.key.iter().map(|field| {
        let column = match field {
            Field::ProcessId | Field::ParentProcessId => format!("TO_STRING({})", ecs(*field)),
            Field::Dest => "winlog.computer_name, host.name".to_owned(),
            Field::User => "CONCAT(user.domain, \"\\\\\", user.name)".to_owned(),
            _ => ecs(*field).to_owned(),
        };
        format!("{} = COALESCE({column}, {})", field.name(), literal(fill(*field)))
    });
    let names: Vec<_> = rule.key.iter().map(|field| field.name()).collect();
    let columns = names.join(", ");
    format!(
        "FROM logs-windows.sysmon_operational-*, winlogbeat-*\n\
         | WHERE event.provider == \"Microsoft-Windows-Sysmon\" AND event.code == \"1\"\n\
         | WHERE {}\n\
         | EVAL\n    {}\n\
         | STATS count = COUNT(*), firstTime = MIN(@timestamp), lastTime = MAX(@timestamp)\n    \
               BY {columns}\n\
         | KEEP {columns}, count, firstTime, lastTime\n\
         | SORT firstTime\n\
         | LIMIT 10000\n",
        condition(&rule.filter, ["AND", "OR", "NOT "], &equals),
        list(filled),
    )
}

/// The field of the Elastic Common Schema.
fn ecs(field: Field) -> &'static str {
    match field {
        Field::Dest => "host.name",
        Field::User => "user.name",
        Field::ParentProcess => "process.parent.command_line",
        Field::ParentProcessName => "process.parent.name",
        Field::ParentProcessPath => "process.parent.executable",
        Field::ParentProcessId => "process.parent.pid",
        Field::ParentProcessGuid => "process.parent.entity_id",
        Field::ParentUser => "winlog.event_data.ParentUser",
        Field::Process => "process.command_line",
        Field::ProcessName => "process.name",
        Field::ProcessPath => "process.executable",
        Field::ProcessId => "process.pid",
        Field::ProcessGuid => "process.entity_id",
        Field::ProcessHash => "winlog.event_data.Hashes",
        Field::ProcessIntegrityLevel => "winlog.event_data.IntegrityLevel",
        Field::ProcessCurrentDirectory => "process.working_directory",
        Field::OriginalFileName => "process.pe.original_file_name",
        Field::VendorProduct => "event.provider",
        Field::Action => "event.outcome",
    }
}

/// A text in double quotes.
fn literal(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}
