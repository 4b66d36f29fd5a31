//! What is exported and shown: the types behind the JSON of the page and of the command line.

use serde::Serialize;

use crate::findings::{Counts, Findings};
use crate::group::Key;
use crate::problem::Severity;
use crate::rule::{self, Rule};
use crate::session::{Group, Session, Source};

/// Name and version of the report's form.
pub const SCHEMA: &str = "sysmon-triage/report/1";

/// The whole result.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// What made it.
    pub tool: Tool,
    /// The rule.
    pub rule: RuleReport,
    /// The funnel over all inputs.
    pub totals: Totals,
    /// The inputs in order.
    pub sources: Vec<SourceReport<'a>>,
    /// The rows by first time, then key.
    pub groups: Vec<Row<'a>>,
}

/// The program.
#[derive(Debug, Serialize)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// The rule and all its metadata.
#[derive(Debug, Serialize)]
#[allow(missing_docs)] // The fields are those of `Rule`.
pub struct RuleReport {
    pub id: &'static str,
    pub name: &'static str,
    pub version: u32,
    pub date: &'static str,
    pub author: &'static str,
    pub r#type: &'static str,
    pub description: &'static str,
    pub search: String,
    pub technique: &'static str,
    pub technique_name: &'static str,
    pub tactic: &'static str,
    pub kill_chain_phase: &'static str,
    pub risk_score: u32,
    pub impact: u32,
    pub confidence: u32,
    pub story: &'static str,
    pub required_fields: &'static [&'static str],
    pub key: Vec<&'static str>,
    pub known_false_positives: &'static str,
    pub limits: &'static [&'static str],
    pub data_set: &'static str,
    pub products: &'static [&'static str],
}

/// The funnel.
#[derive(Debug, Serialize)]
#[allow(missing_docs)] // See `Counts`.
pub struct Totals {
    pub records: u64,
    pub process_creations: u64,
    pub matches: u64,
    pub groups: u64,
    pub problems: u64,
    pub unreadable: u64,
    pub not_events: u64,
}

/// One input.
#[derive(Debug, Serialize)]
pub struct SourceReport<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of all its bytes, or null.
    pub sha256: Option<&'a str>,
    /// Its format.
    pub format: &'a str,
    /// It was read to its end.
    pub complete: bool,
    /// Its part of the funnel.
    #[serde(flatten)]
    pub counts: Counts,
    /// Archive members with records in them.
    pub members: Vec<MemberReport<'a>>,
    /// What went wrong.
    pub problems: Vec<ProblemReport>,
}

/// One archive member.
#[derive(Debug, Serialize)]
pub struct MemberReport<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its format.
    pub format: &'a str,
    /// Bytes unpacked.
    pub bytes: u64,
    /// Its part of the funnel.
    #[serde(flatten)]
    pub counts: Counts,
}

/// One problem.
#[derive(Debug, Serialize)]
pub struct ProblemReport {
    /// How much it touches the result.
    pub severity: Severity,
    /// Its kind, in snake case.
    pub code: crate::problem::Code,
    /// Member, offset and record, as far as they are known.
    pub r#where: String,
    /// What happened and why.
    pub message: String,
    /// What to do.
    pub next: &'static str,
    /// How many problems this entry stands for.
    pub count: u64,
}

/// One row. Times are UTC with the log's precision, or null when unknown.
#[derive(Debug, Serialize)]
#[allow(missing_docs)] // The fields are the columns of the search.
pub struct Row<'a> {
    pub dest: &'a str,
    pub user: &'a str,
    pub parent_process: &'a str,
    pub process_name: &'a str,
    pub process: &'a str,
    pub process_id: &'a str,
    pub parent_process_id: &'a str,
    pub count: u64,
    #[serde(rename = "firstTime")]
    pub first_time: Option<String>,
    #[serde(rename = "lastTime")]
    pub last_time: Option<String>,
}

/// The columns of the result, in the order of the search.
pub const COLUMNS: [&str; 10] = [
    "dest",
    "user",
    "parent_process",
    "process_name",
    "process",
    "process_id",
    "parent_process_id",
    "count",
    "firstTime",
    "lastTime",
];

impl<'a> Row<'a> {
    /// The row of a group.
    pub fn of(group: &'a Group) -> Row<'a> {
        let [dest, user, parent_process, process_name, process, process_id, parent_process_id]: &Key =
            &group.key;
        Row {
            dest,
            user,
            parent_process,
            process_name,
            process,
            process_id,
            parent_process_id,
            count: group.matches.len() as u64,
            first_time: group.period.first().map(|time| time.to_string()),
            last_time: group.period.last().map(|time| time.to_string()),
        }
    }
}

/// The rule with all its metadata.
pub fn rule_report(rule: &Rule) -> RuleReport {
    RuleReport {
        id: rule.id,
        name: rule.name,
        version: rule.version,
        date: rule.date,
        author: rule.author,
        r#type: rule.kind,
        description: rule.description,
        search: rule::spl(rule),
        technique: rule.technique.0,
        technique_name: rule.technique.1,
        tactic: rule.tactic,
        kill_chain_phase: rule.kill_chain_phase,
        risk_score: rule.risk_score(),
        impact: rule.impact,
        confidence: rule.confidence,
        story: rule.story,
        required_fields: rule.required_fields,
        key: rule.key.iter().map(|field| field.name()).collect(),
        known_false_positives: rule.known_false_positives,
        limits: rule.limits,
        data_set: rule.data_set,
        products: rule.products,
    }
}

/// The funnel over all inputs.
pub fn totals(session: &Session) -> Totals {
    let mut counts = Counts::default();
    let mut problems = 0;
    for source in session.sources() {
        counts += source.findings.counts;
        problems += source.findings.problems.total();
    }
    Totals {
        records: counts.records,
        process_creations: counts.process_creations,
        matches: counts.matches,
        groups: session.rows().count() as u64,
        problems,
        unreadable: counts.unreadable,
        not_events: counts.not_events,
    }
}

/// The problems of one input.
pub fn problems(findings: &Findings) -> Vec<ProblemReport> {
    let listed = findings.problems.list().into_iter();
    listed
        .map(|(problem, count)| ProblemReport {
            severity: problem.code.severity(),
            code: problem.code,
            r#where: problem.place.to_string(),
            message: problem.message,
            next: problem.code.next(),
            count,
        })
        .collect()
}

/// One input.
pub fn source_report(source: &Source) -> SourceReport<'_> {
    let findings = &source.findings;
    let members = findings.members.values().map(|member| MemberReport {
        name: &member.name,
        format: &member.format,
        bytes: member.bytes,
        counts: member.counts,
    });
    SourceReport {
        name: &source.name,
        bytes: source.bytes,
        sha256: source.sha256.as_deref(),
        format: findings.format.as_deref().unwrap_or("unknown"),
        complete: findings.complete,
        counts: findings.counts,
        members: members.collect(),
        problems: problems(findings),
    }
}

impl<'a> Report<'a> {
    /// The result of a session as it stands.
    pub fn of(session: &'a Session) -> Report<'a> {
        let order = session.order().into_iter();
        Report {
            schema: SCHEMA,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            rule: rule_report(session.rule()),
            totals: totals(session),
            sources: session.sources().iter().map(source_report).collect(),
            groups: order.map(|index| Row::of(&session.groups()[index])).collect(),
        }
    }
}
