//! Prints a rule as a Sigma rule over Sysmon's field names.

use super::{Expr, Rule};
use crate::process::Field;

pub(super) const NOTES: &[&str] = &[
    "It finds the events; it has no by clause, no count and no first and last time, so each event is a hit of its own.",
    "Sigma's fields are Sysmon's. parent_process_name is the last part of ParentImage, so it is compared as the end \
     of ParentImage behind a backslash. A ParentImage that is the bare name, or that is written with slashes, is \
     found by the search and not by this rule.",
    "The search falls back to ParentCommandLine where ParentImage is empty; this rule does not.",
    "Missing values are not filled with `null` or `unknown`: they are as the engine shows them.",
    "The category process_creation may also read Security event 4688, which the search over Sysmon does not.",
];

/// The rule in YAML.
pub fn sigma(rule: &Rule) -> String {
    let mut leaves = Vec::new();
    let condition = condition(&rule.filter, &mut leaves);
    let single = leaves.len() == 1;
    let selections: String = leaves
        .iter()
        .enumerate()
        .map(|(at, leaf)| format!("    {}:\n        {leaf}\n", name(at, single)))
        .collect();
    let condition = if single { condition.replace(&name(0, false), &name(0, true)) } else { condition };
    let fields: String = rule.key.iter().map(|field| format!("    - {}\n", event_field(*field).0)).collect();
    format!(
        "title: {}\n\
         id: {}\n\
         related:\n    - id: {}\n      type: derived\n\
         status: experimental\n\
         description: {}\n\
         references:\n    - {}\n\
         author: {}\n\
         date: {}\n\
         tags:\n    - attack.{}\n    - attack.{}\n\
         logsource:\n    category: process_creation\n    product: windows\n\
         detection:\n{selections}    condition: {condition}\n\
         fields:\n{fields}\
         falsepositives:\n    - {}\n\
         level: medium\n",
        rule.name,
        rule.sigma_id,
        rule.id,
        quoted(rule.description),
        quoted(&format!("https://attack.mitre.org/techniques/{}/", rule.technique.0)),
        quoted(rule.author),
        rule.date,
        rule.tactic.to_lowercase().replace(' ', "-"),
        rule.technique.0.to_lowercase(),
        quoted(rule.known_false_positives),
    )
}

fn name(at: usize, single: bool) -> String {
    if single { "selection".to_owned() } else { format!("selection_{}", at + 1) }
}

/// The condition over selections, which are put into `leaves`.
fn condition(expr: &Expr, leaves: &mut Vec<String>) -> String {
    let mut joined = |parts: &[Expr], word: &str| {
        let parts: Vec<_> = parts.iter().map(|part| condition(part, leaves)).collect();
        format!("({})", parts.join(word))
    };
    match expr {
        Expr::Equals(field, value) => {
            let (name, is_path) = event_field(*field);
            // Sigma's own wildcards are escaped; a backslash before them would be one.
            let value = value.replace('*', r"\*").replace('?', r"\?");
            leaves.push(match is_path {
                true => format!("{name}|endswith: {}", quoted(&format!("\\{value}"))),
                false => format!("{name}: {}", quoted(&value)),
            });
            name_of(leaves.len())
        }
        Expr::And(parts) => joined(parts, " and "),
        Expr::Or(parts) => joined(parts, " or "),
        Expr::Not(part) => format!("not {}", condition(part, leaves)),
    }
}

fn name_of(count: usize) -> String {
    name(count - 1, false)
}

/// Sysmon's field for a field of the data model, and whether the value is the last part of its path.
fn event_field(field: Field) -> (&'static str, bool) {
    match field {
        Field::Dest => ("Computer", false),
        Field::User => ("User", false),
        Field::ParentProcess => ("ParentCommandLine", false),
        Field::ParentProcessName => ("ParentImage", true),
        Field::ParentProcessPath => ("ParentImage", false),
        Field::ParentProcessId => ("ParentProcessId", false),
        Field::ParentProcessGuid => ("ParentProcessGuid", false),
        Field::ParentUser => ("ParentUser", false),
        Field::Process => ("CommandLine", false),
        Field::ProcessName => ("Image", true),
        Field::ProcessPath => ("Image", false),
        Field::ProcessId => ("ProcessId", false),
        Field::ProcessGuid => ("ProcessGuid", false),
        Field::ProcessHash => ("Hashes", false),
        Field::ProcessIntegrityLevel => ("IntegrityLevel", false),
        Field::ProcessCurrentDirectory => ("CurrentDirectory", false),
        Field::OriginalFileName => ("OriginalFileName", false),
        Field::VendorProduct => ("Provider_Name", false),
        Field::Action => ("Keywords", false),
    }
}

/// A text in YAML's single quotes, in which only they have a meaning.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connects_selections() {
        const PARTS: Expr = Expr::And(&[
            Expr::Equals(Field::ParentProcessName, "WmiPrvSE.exe"),
            Expr::Not(&Expr::Or(&[Expr::Equals(Field::User, "it's"), Expr::Equals(Field::Process, "a*?")])),
        ]);
        let mut leaves = Vec::new();
        assert_eq!(condition(&PARTS, &mut leaves), "(selection_1 and not (selection_2 or selection_3))");
        assert_eq!(
            leaves,
            [r"ParentImage|endswith: '\WmiPrvSE.exe'", "User: 'it''s'", r"CommandLine: 'a\*\?'"]
        );
    }
}
