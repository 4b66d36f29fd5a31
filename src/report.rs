//! What is exported and shown: the types behind the JSON of the page and of the command line.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::findings::{Counts, Findings, Period};
use crate::group::{Column, Values};
use crate::limits;
use crate::problem::Severity;
use crate::rule::{self, Rule};
use crate::session::{Group, Session, Source};
use crate::time::{self, Time};
use crate::tuning::{Mode, Operator};

/// Name and version of the report's form.
pub const SCHEMA: &str = "sysmon-triage/report/1";

/// The whole result.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// What made it.
    pub tool: Tool<'a>,
    /// When it was made, in UTC and whole seconds, or null where nobody said.
    pub made: Option<String>,
    /// The zone of all times.
    pub time_zone: &'static str,
    /// The rule.
    pub rule: RuleReport,
    /// Which kind of answer it is.
    pub outcome: Outcome,
    /// The funnel over all inputs.
    pub totals: Totals,
    /// What the tuning hides.
    pub tuning: TuningReport<'a>,
    /// The inputs in order.
    pub sources: Vec<SourceReport<'a>>,
    /// The rows that are shown by first time, then key.
    pub groups: Vec<Row<'a>>,
}

/// Which kind of answer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// There are rows.
    Matches,
    /// There are matches, and the tuning hides all of them.
    AllHidden,
    /// There are process creations, all was read, and none matches.
    NoMatch,
    /// All was read, and there is no process creation in it.
    NoProcessCreations,
    /// Nothing matches in what was read, but not all could be read.
    CoverageUnknown,
    /// There is no record at all.
    NothingRead,
}

/// The program.
#[derive(Debug, Serialize)]
pub struct Tool<'a> {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Which build of it, see [`Made::build`], or null where nobody said.
    pub build: Option<&'a str>,
}

/// What only the caller knows of the making of a report: the core has neither a clock nor a face.
#[derive(Debug, Clone, Default)]
pub struct Made {
    /// `command line`, or `page` and the hash of its code as the page shows it.
    pub build: Option<String>,
    /// When.
    pub at: Option<Time>,
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
    /// Matches that the tuning shows, and those that it hides.
    pub shown: u64,
    pub hidden: u64,
    /// Rows that it leaves something of, and those that it hides whole.
    pub shown_groups: u64,
    pub hidden_groups: u64,
    /// Inputs that were not read in full, or lack records: rows may be missing.
    pub incomplete: u64,
}

/// The answer in numbers, over what the tuning shows.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// Rows.
    pub groups: u64,
    /// Events in them.
    pub matches: u64,
    /// Different values of `dest`.
    pub hosts: u64,
    /// Different values of `user`.
    pub users: u64,
    /// First time of all, or null.
    pub first_time: Option<String>,
    /// Last time of all, or null.
    pub last_time: Option<String>,
}

/// How much is hidden or shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Amount {
    /// Rows.
    pub rows: u64,
    /// Events.
    pub events: u64,
}

/// The tuning, and what each part of it hides alone. Of the presets, those that are on.
#[derive(Debug, Serialize)]
pub struct TuningReport<'a> {
    /// Exclusions and includes.
    pub entries: Vec<EntryReport<'a>>,
    /// Presets.
    pub presets: Vec<PresetReport>,
    /// What all of it hides: rows whole, and events.
    pub hidden: Amount,
    /// What is left.
    pub shown: Amount,
}

/// An entry of the tuning.
#[derive(Debug, Serialize)]
#[allow(missing_docs)] // See `tuning::Entry`.
pub struct EntryReport<'a> {
    pub mode: Mode,
    pub field: Column,
    pub operator: Operator,
    pub value: &'a str,
    pub note: &'a str,
    pub enabled: bool,
    /// What it hides, or would hide, alone.
    pub hides: Amount,
}

/// A preset of the tuning.
#[derive(Debug, Serialize)]
#[allow(missing_docs)] // See `tuning::Preset`.
pub struct PresetReport {
    pub id: &'static str,
    pub name: &'static str,
    pub why: &'static str,
    pub enabled: bool,
    /// What it hides, or would hide, alone.
    pub hides: Amount,
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
    /// More of them, which were read and counted but are not listed.
    #[serde(skip_serializing_if = "is_zero")]
    pub members_left_out: u64,
    /// What went wrong.
    pub problems: Vec<ProblemReport>,
    /// It was taken out: nothing of it counts. Never so in an export, which leaves such inputs out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
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
    /// Names of the hints on it.
    pub hints: Vec<&'static str>,
    /// Events of the row that the tuning hides; `count` and the times leave them out.
    pub hidden: u64,
    /// Where its shown events lie, by time; only in an export.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Vec<Evidence<'a>>>,
    /// How many more there are, see [`limits::REPORT_EVIDENCE_BYTES`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence_left_out: Option<u64>,
}

/// Where an event of a row lies.
#[derive(Debug, Serialize)]
pub struct Evidence<'a> {
    /// Which of the report's `sources`, from 0.
    pub source: usize,
    /// The archive member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<&'a str>,
    /// `System/EventRecordID`: a number, or text where JavaScript would round it.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "exact")]
    pub record_id: Option<u64>,
    /// Byte offset in the input, or in the unpacked member.
    pub offset: u64,
    /// Length in bytes.
    pub length: u64,
    /// `_time`, or null.
    pub time: Option<String>,
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
        let [dest, user, parent_process, process_name, process, process_id, parent_process_id] =
            group.key.values();
        Row {
            dest,
            user,
            parent_process,
            process_name,
            process,
            process_id,
            parent_process_id,
            count: group.shown.events,
            first_time: group.shown.period.first().map(|time| time.to_string()),
            last_time: group.shown.period.last().map(|time| time.to_string()),
            hints: group.shown.hints.ids(),
            hidden: group.matches.len() as u64 - group.shown.events,
            evidence: None,
            evidence_left_out: None,
        }
    }

    /// With where its events lie, by time. `room`: so many bytes of text may still be spent on that.
    fn add_evidence(&mut self, session: &'a Session, index: usize, places: &[usize], room: &mut usize) {
        let mut listed = Vec::new();
        let events = if *room > 0 { session.matches(index) } else { Vec::new() };
        for (source, found) in events {
            let member = session.member(*source, found.locator.member);
            let bytes = limits::REPORT_EVIDENCE_OVERHEAD + member.map_or(0, bytes_in_json);
            let Some(rest) = room.checked_sub(bytes) else {
                *room = 0;
                break;
            };
            *room = rest;
            listed.push(Evidence {
                source: places.get(*source as usize).copied().unwrap_or_default(),
                member,
                record_id: found.locator.record_id,
                offset: found.locator.span.offset,
                length: found.locator.span.length,
                time: found.time.map(|time| time.to_string()),
            });
        }
        self.evidence_left_out = Some(self.count - listed.len() as u64).filter(|left_out| *left_out > 0);
        self.evidence = Some(listed).filter(|listed| !listed.is_empty());
    }
}

/// What a text takes in JSON, about.
fn bytes_in_json(text: &str) -> usize {
    text.bytes()
        .map(|byte| if byte < b' ' { "\\u0000".len() } else { 1 + usize::from(b"\"\\".contains(&byte)) })
        .sum()
}

/// Writes a number as text where JavaScript would round it (RFC 7493, 2.2).
fn exact<S: serde::Serializer>(number: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    const MOST: u64 = (1 << 53) - 1;
    match number {
        Some(number) if *number > MOST => serializer.serialize_str(&number.to_string()),
        number => number.serialize(serializer),
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
    for (_, source) in session.inputs() {
        counts += source.findings.counts;
        problems += source.findings.problems.total();
    }
    let hidden = hidden(session);
    let shown = shown(session);
    Totals {
        records: counts.records,
        process_creations: counts.process_creations,
        matches: counts.matches,
        groups: session.rows().count() as u64,
        problems,
        unreadable: counts.unreadable,
        not_events: counts.not_events,
        shown: shown.events,
        hidden: hidden.events,
        shown_groups: shown.rows,
        hidden_groups: hidden.rows,
        incomplete: session.inputs().filter(|(_, source)| !is_read_in_full(source)).count() as u64,
    }
}

/// Whether an input was read to its end, and nothing of it was lost.
fn is_read_in_full(source: &Source) -> bool {
    source.findings.complete && !source.findings.problems.any_error()
}

/// Which kind of answer these are.
pub fn outcome(totals: &Totals) -> Outcome {
    match () {
        () if totals.hidden > 0 && totals.shown == 0 => Outcome::AllHidden,
        () if totals.shown > 0 => Outcome::Matches,
        // None of them found room.
        () if totals.matches > 0 => Outcome::CoverageUnknown,
        () if totals.records == 0 => Outcome::NothingRead,
        () if totals.incomplete > 0 => Outcome::CoverageUnknown,
        () if totals.process_creations == 0 => Outcome::NoProcessCreations,
        () => Outcome::NoMatch,
    }
}

/// The answer of a session as it stands.
pub fn verdict(session: &Session) -> Verdict {
    let mut period = Period::default();
    let (mut hosts, mut users) = (BTreeSet::new(), BTreeSet::new());
    for group in session.shown() {
        period.merge(group.shown.period);
        hosts.insert(&group.key[0]);
        users.insert(&group.key[1]);
    }
    Verdict {
        groups: session.shown().count() as u64,
        matches: session.shown().map(|group| group.shown.events).sum(),
        hosts: hosts.len() as u64,
        users: users.len() as u64,
        first_time: period.first().map(|time| time.to_string()),
        last_time: period.last().map(|time| time.to_string()),
    }
}

/// What the tuning leaves.
fn shown(session: &Session) -> Amount {
    session.shown().fold(Amount::default(), |sum, group| Amount {
        rows: sum.rows + 1,
        events: sum.events + group.shown.events,
    })
}

/// What the tuning hides. Counted, and not the difference of others, so that a test can compare.
fn hidden(session: &Session) -> Amount {
    let hidden = session.variants().filter(|variant| !variant.is_shown);
    Amount {
        rows: session.rows().filter(|group| group.shown.events == 0).count() as u64,
        events: hidden.map(|variant| variant.all.events).sum(),
    }
}

/// What each of some parts hides alone. Every event is looked at once, by all of them in turn.
fn alone(session: &Session, parts: usize, hides: &dyn Fn(usize, Values<'_>) -> bool) -> Vec<Amount> {
    let mut amounts = vec![Amount::default(); parts];
    for first in (0..parts).step_by(64) {
        let some = first..parts.min(first + 64);
        // Which of them leave something of a group, a bit for each.
        let mut left = vec![0_u64; session.groups().len()];
        for variant in session.variants() {
            let values = session.values(variant);
            for part in some.clone() {
                match hides(part, values) {
                    true => amounts[part].events += variant.all.events,
                    false => left[variant.group] |= 1 << (part - first),
                }
            }
        }
        for (group, left) in session.groups().iter().zip(left) {
            for part in some.clone().filter(|_| !group.matches.is_empty()) {
                amounts[part].rows += u64::from(left >> (part - first) & 1 == 0);
            }
        }
    }
    amounts
}

/// The tuning with all presets, and what each part of it hides alone.
pub fn tuning_report(session: &Session) -> TuningReport<'_> {
    let tuning = session.tuning();
    let parts = tuning.entries.len() + tuning.presets.len();
    let mut alone = alone(session, parts, &|part, values| match tuning.entries.get(part) {
        Some(entry) => entry.hides(values),
        None => tuning.presets[part - tuning.entries.len()].hides(values),
    })
    .into_iter();
    let mut amount = || alone.next().unwrap_or_default();
    let entries = tuning.entries.iter().map(|entry| EntryReport {
        mode: entry.mode,
        field: entry.test.column,
        operator: entry.test.operator,
        value: &entry.test.value,
        note: &entry.note,
        enabled: entry.enabled,
        hides: amount(),
    });
    let entries = entries.collect();
    let presets = tuning.presets.iter().map(|switch| PresetReport {
        id: switch.preset.id,
        name: switch.preset.name,
        why: switch.preset.why,
        enabled: switch.enabled,
        hides: amount(),
    });
    let presets = presets.collect();
    TuningReport { entries, presets, hidden: hidden(session), shown: shown(session) }
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

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// One input.
pub fn source_report(source: &Source) -> SourceReport<'_> {
    let findings = &source.findings;
    let members = findings.members.iter().map(|member| MemberReport {
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
        members_left_out: findings.members.left_out(),
        problems: problems(findings),
        removed: source.removed,
    }
}

impl<'a> Report<'a> {
    /// The same, and what made it when.
    pub fn made(mut self, made: &'a Made) -> Report<'a> {
        self.tool.build = made.build.as_deref();
        self.made = made.at.map(|at| format!("{}Z", time::ctime(&at.to_string())));
        self
    }

    /// The result of a session as it stands, without the places of events.
    pub fn of(session: &'a Session) -> Report<'a> {
        let mut tuning = tuning_report(session);
        tuning.presets.retain(|preset| preset.enabled);
        let totals = totals(session);
        Report {
            schema: SCHEMA,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION"), build: None },
            made: None,
            time_zone: "UTC",
            rule: rule_report(session.rule()),
            outcome: outcome(&totals),
            totals,
            tuning,
            sources: session.inputs().map(|(_, source)| source_report(source)).collect(),
            groups: session.order().into_iter().map(|index| Row::of(&session.groups()[index])).collect(),
        }
    }

    /// The same, with where the events of its rows lie, as the export has it.
    pub fn with_evidence(mut self, session: &'a Session) -> Report<'a> {
        // Inputs that were taken out are not listed, and do not count.
        let places: Vec<_> = session
            .sources()
            .iter()
            .scan(0, |next, source| {
                let place = *next;
                *next += usize::from(!source.removed);
                Some(place)
            })
            .collect();
        let mut room = limits::REPORT_EVIDENCE_BYTES;
        for (row, index) in self.groups.iter_mut().zip(session.order()) {
            row.add_evidence(session, index, &places, &mut room);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use testlog::xml::{self, Layout, SPLUNK};
    use testlog::{Options, Size};

    use super::*;
    use crate::rule::wmi::RULE;

    /// Matches that found no room have no rows, and nobody knows whether the tuning hides them.
    #[test]
    fn what_found_no_room_is_no_answer() {
        let none = totals(&Session::new(&RULE));
        let of = |matches, shown, hidden| outcome(&Totals { records: 9, matches, shown, hidden, ..none });
        assert_eq!(of(5, 3, 0), Outcome::Matches);
        assert_eq!(of(5, 0, 3), Outcome::AllHidden);
        assert_eq!(of(5, 0, 0), Outcome::CoverageUnknown);
    }

    #[test]
    fn evidence_that_is_too_much_is_counted() {
        let matches = (limits::REPORT_EVIDENCE_BYTES / limits::REPORT_EVIDENCE_OVERHEAD) as u64 + 10;
        let options = Options { size: Size::Events(matches), matches, groups: 4, ..Options::default() };
        let log = xml::file(&testlog::log(&options).0, &SPLUNK, Layout::Ended("\n"));
        let mut session = Session::new(&RULE);
        let source = session.add_source("log", log.len() as u64);
        let mut scan = session.scan(source).expect("the input just added");
        scan.push(log.as_bytes());
        assert!(session.absorb(scan.finish()));
        let report = Report::of(&session).with_evidence(&session);
        let listed = |row: &Row<'_>| row.evidence.as_ref().map_or(0, Vec::len) as u64;
        let left_out = |row: &Row<'_>| row.evidence_left_out.unwrap_or_default();
        assert_eq!(report.groups.iter().map(left_out).sum::<u64>(), 10);
        assert!(report.groups.iter().all(|row| listed(row) + left_out(row) == row.count));
    }
}
