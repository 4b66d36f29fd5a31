//! A tuning as text for Splunk's macro `process_execution_via_wmi_filter`.
//!
//! The macro stands behind the by-clause, so it sees the seven key fields and nothing else. What
//! needs another field of the data model goes into the `where` of `tstats`; what needs a field that
//! the data model lacks can't be said at all. Both are told in the notes.
//!
//! In `search`, `field="…"` compares without case, `*` stands for any text and can't be escaped, a
//! backslash and a double quote are escaped by a backslash. So a value with a star of its own, with
//! a backtick (macros) or with a control character, or one that can't be seen, is compared by `where match()` instead, whose
//! pattern writes every character but letters, digits and a few plain ones as its number.

use serde::Serialize;

use super::test::{Operator, Test};
use super::{Mode, Tuning};
use crate::group::Column;
use crate::visible::is_hidden;

/// The texts.
#[derive(Debug, Serialize)]
pub struct Splunk {
    /// The definition of the macro.
    pub filter: String,
    /// What to add to the `where` of `tstats`, or empty. Characters that can't be seen stand in it as they are.
    pub r#where: String,
    /// What the macro can't say and where it goes instead, one sentence each.
    pub notes: Vec<String>,
}

/// A term: an `AND` of comparisons, one of them, or an `OR` of terms.
enum Term<'a> {
    Test(&'a Test),
    All(Vec<Term<'a>>),
    Any(Vec<Term<'a>>),
}

impl<'a> Term<'a> {
    fn tests(&self) -> Vec<&'a Test> {
        match self {
            Term::Test(test) => vec![test],
            Term::All(terms) | Term::Any(terms) => terms.iter().flat_map(Term::tests).collect(),
        }
    }

    /// As `print` writes the comparisons.
    fn print(&self, print: &dyn Fn(&Test) -> String) -> String {
        match self {
            Term::Test(test) => print(test),
            Term::All(terms) => joined(terms, " AND ", print),
            Term::Any(terms) => joined(terms, " OR ", print),
        }
    }
}

fn joined(terms: &[Term<'_>], word: &str, print: &dyn Fn(&Test) -> String) -> String {
    let texts: Vec<_> = terms.iter().map(|term| term.print(print)).collect();
    match texts.as_slice() {
        [one] => one.clone(),
        _ => format!("({})", texts.join(word)),
    }
}

/// A part of the tuning that hides or keeps events on its own.
struct Clause<'a> {
    /// Who asks for it, for the notes.
    name: String,
    hides: bool,
    term: Term<'a>,
}

impl Tuning {
    /// This tuning for Splunk.
    pub fn splunk(&self) -> Splunk {
        let (mut excluded, mut included, mut patterns) = (Vec::new(), Vec::new(), Vec::new());
        let (mut wheres, mut notes) = (Vec::new(), Vec::new());
        for Clause { name, hides, term } in self.clauses() {
            let tests = term.tests();
            let not = if hides { "NOT " } else { "" };
            let is_plain = tests.iter().all(|test| is_plain(test));
            if tests.iter().any(|test| test.column == Column::LogonId) && !is_plain {
                notes.push(format!(
                    "{name} can't be said: it needs the logon id, which the data model Endpoint.Processes does not have, and in a \
                     search over the events a star, a backtick or a control character can't be written as itself."
                ));
            } else if tests.iter().any(|test| test.column == Column::LogonId) {
                notes.push(format!(
                    "{name} needs the logon id, which the data model Endpoint.Processes does not have: no text of \
                     this search can say it. Restrict the events that the data model reads instead: {not}{}.",
                    term.print(&|test| comparison(event_field(test.column), test))
                ));
            } else if tests.iter().all(|test| test.column.is_key()) {
                match is_plain && !tests.iter().any(|test| test.value.contains(is_hidden)) {
                    true if hides => excluded.push(term),
                    true => included.push(term),
                    false => patterns.push(format!("where {not}{}", term.print(&pattern))),
                }
            } else if is_plain {
                let text = term.print(&|test| comparison(&format!("Processes.{}", test.column.name()), test));
                notes.push(format!(
                    "{name} needs a field that the rows no longer have: add {not}{text} to the where clause of \
                     tstats, before its by clause."
                ));
                wheres.push(format!("{not}{text}"));
            } else {
                notes.push(format!(
                    "{name} can't be said: its field is only there in the where clause of tstats, where a star, a \
                     backtick or a control character can't be written as itself."
                ));
            }
        }
        let mut search = Vec::new();
        let print = |test: &Test| comparison(test.column.name(), test);
        if !excluded.is_empty() {
            let text = Term::Any(excluded).print(&print);
            search.push(if text.starts_with('(') { format!("NOT {text}") } else { format!("NOT ({text})") });
        }
        search.extend(included.iter().map(|term| term.print(&print)));
        let search = (!search.is_empty()).then(|| format!("search {}", search.join(" ")));
        let commands: Vec<_> = search.into_iter().chain(patterns).collect();
        Splunk {
            filter: if commands.is_empty() { "search *".to_owned() } else { commands.join(" | ") },
            r#where: wheres.join(" "),
            notes,
        }
    }

    /// Everything that is switched on.
    fn clauses(&self) -> Vec<Clause<'_>> {
        let mut clauses = Vec::new();
        let on = || self.entries.iter().enumerate().filter(|(_, entry)| entry.enabled);
        for (at, entry) in on().filter(|(_, entry)| entry.mode == Mode::Exclude) {
            clauses.push(Clause {
                name: format!("Entry {} ({entry})", at + 1),
                hides: true,
                term: Term::Test(&entry.test),
            });
        }
        for switch in self.presets.iter().filter(|switch| switch.enabled) {
            let any = switch.any.iter().map(|tests| Term::All(tests.iter().map(Term::Test).collect()));
            clauses.push(Clause {
                name: format!("The preset {}", switch.preset.id),
                hides: true,
                term: Term::Any(any.collect()),
            });
        }
        for column in Column::ALL {
            let of_column: Vec<_> = on()
                .filter(|(_, entry)| entry.mode == Mode::Include && entry.test.column == *column)
                .collect();
            let (Some((first, entry)), more) = (of_column.first(), of_column.len().saturating_sub(1)) else {
                continue;
            };
            let others = if more > 0 { format!(" and {more} more of this field") } else { String::new() };
            clauses.push(Clause {
                name: format!("Entry {} ({entry}){others}", first + 1),
                hides: false,
                term: Term::Any(of_column.iter().map(|(_, entry)| Term::Test(&entry.test)).collect()),
            });
        }
        clauses
    }
}

/// Whether `search` can compare with it.
fn is_plain(test: &Test) -> bool {
    let star = test.operator != Operator::Wildcard && test.value.contains('*');
    !star && !test.value.contains(|c: char| c == '`' || c.is_control())
}

/// `field="value"`, as `search` and `tstats` read it.
fn comparison(field: &str, test: &Test) -> String {
    let value = test.value.replace('\\', r"\\").replace('"', "\\\"");
    match test.operator {
        Operator::Equals | Operator::Wildcard => format!("{field}=\"{value}\""),
        Operator::Contains => format!("{field}=\"*{value}*\""),
        Operator::Begins => format!("{field}=\"{value}*\""),
        Operator::Ends => format!("{field}=\"*{value}\""),
    }
}

/// `match(field, "pattern")`, as `where` reads it: the pattern stands in a string in which a
/// backslash is written twice.
fn pattern(test: &Test) -> String {
    let is_plain = |c: char| c.is_ascii_digit() || !c.is_ascii() && !is_hidden(c);
    let escaped = |c: char| match c as u32 {
        // The case of ASCII letters alone is no matter: `(?i)` would take other letters for each other, too.
        _ if c.is_ascii_alphabetic() => format!("[{}{}]", c.to_ascii_lowercase(), c.to_ascii_uppercase()),
        _ if is_plain(c) || " _-,:;=<>'/%".contains(c) => c.to_string(),
        code @ 0..0x80 => format!(r"\\x{code:02x}"),
        code => format!(r"\\x{{{code:x}}}"),
    };
    let literal = |text: &str| text.chars().map(escaped).collect::<String>();
    let inner = match test.operator {
        Operator::Wildcard => test.value.split('*').map(literal).collect::<Vec<_>>().join(".*"),
        _ => literal(&test.value),
    };
    let (begin, end) = match test.operator {
        Operator::Equals | Operator::Wildcard => (r"\\A", r"\\z"),
        Operator::Contains => ("", ""),
        Operator::Begins => (r"\\A", ""),
        Operator::Ends => ("", r"\\z"),
    };
    format!("match({}, \"(?s){begin}{inner}{end}\")", test.column.name())
}

/// Sysmon's own name of a column, for a search over the events.
fn event_field(column: Column) -> &'static str {
    match column {
        Column::Dest => "Computer",
        Column::User => "User",
        Column::ParentProcess => "ParentCommandLine",
        Column::ProcessName => "process_name",
        Column::Process => "CommandLine",
        Column::ProcessId => "ProcessId",
        Column::ParentProcessId => "ParentProcessId",
        Column::ProcessPath => "Image",
        Column::ProcessIntegrityLevel => "IntegrityLevel",
        Column::OriginalFileName => "OriginalFileName",
        Column::LogonId => "LogonId",
    }
}
