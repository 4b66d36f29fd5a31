//! The report that people read: what it says, in an order for reading. `markdown` and `html` only
//! print it, so both say the same.

use std::collections::BTreeSet;

use crate::hints;
use crate::limits;
use crate::locator::Locator;
use crate::problem::Severity;
use crate::report::{self, Amount, Made, Outcome, ProblemReport, Report};
use crate::session::{Group, Session};
use crate::time::ctime;
use crate::visible::{self, labelled};

use super::defang::defang;

/// What a report for people has beside the result.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The analyst's note.
    pub note: String,
    /// Addresses are written so that no program takes them for links, see [`super::defang`].
    pub defang: bool,
    /// What made it when.
    pub made: Made,
}

/// A part of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading of level 1 to 3.
    Heading(u8, Vec<Inline>),
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// The analyst's note, line breaks and all.
    Note(String),
    /// Names and values.
    Facts(Vec<(&'static str, Vec<Inline>)>),
    /// A list.
    List(Vec<Vec<Inline>>),
    /// A table: its header and its rows.
    Table(Vec<&'static str>, Vec<Vec<Vec<Inline>>>),
    /// A text with its line breaks, as a machine wants it.
    Code(String),
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Words of this program.
    Text(String),
    /// A value from a log or a file, with nothing in it that can't be seen.
    Value(String),
}

/// Words.
fn text(words: impl Into<String>) -> Vec<Inline> {
    vec![Inline::Text(words.into())]
}

struct Writer<'a> {
    session: &'a Session,
    options: &'a Options,
    blocks: Vec<Block>,
}

/// The report of a session as it stands.
pub fn document(session: &Session, options: &Options) -> Vec<Block> {
    let report = Report::of(session).made(&options.made);
    let mut writer = Writer { session, options, blocks: Vec::new() };
    writer.head(&report);
    writer.funnel(&report);
    writer.tuning(&report);
    writer.rows(&report);
    writer.inputs(&report);
    writer.problems(&report);
    writer.meaning(&report);
    writer.blocks
}

impl Writer<'_> {
    fn push(&mut self, block: Block) {
        self.blocks.push(block);
    }

    fn heading(&mut self, level: u8, words: &str) {
        self.push(Block::Heading(level, text(words)));
    }

    fn facts(&mut self, facts: Vec<(&'static str, Vec<Inline>)>) {
        self.push(Block::Facts(facts));
    }

    /// A value from outside, safe to look at and cut where no reader would read on.
    fn value(&self, value: &str) -> Inline {
        let cut = value.char_indices().nth(limits::REPORT_VALUE_CHARS).map(|(at, _)| at);
        let shown = visible::value(&value[..cut.unwrap_or(value.len())]);
        let shown = if self.options.defang { defang(&shown) } else { shown };
        Inline::Value(match cut {
            Some(at) => format!("{shown}… ({} more characters)", value[at..].chars().count()),
            None => shown,
        })
    }

    fn values(&self, value: &str) -> Vec<Inline> {
        vec![self.value(value)]
    }

    fn head(&mut self, report: &Report<'_>) {
        let rule = &report.rule;
        self.heading(1, rule.name);
        self.push(Block::Paragraph(text(nothing(report).unwrap_or_else(|| found(self.session)))));
        if let Some(sentence) = incomplete(report) {
            self.push(Block::Paragraph(text(sentence)));
        }
        self.without_rows(report);
        let technique = format!("{} {}, tactic {}", rule.technique, rule.technique_name, rule.tactic);
        let risk =
            format!("{} (impact {} × confidence {} / 100)", rule.risk_score, rule.impact, rule.confidence);
        self.facts(vec![
            ("Rule", text(format!("version {} of {}, id {}, by {}", rule.version, rule.date, rule.id, rule.author))),
            ("ATT&CK", text(technique)),
            ("Risk score", text(risk)),
            ("Made with", text(made(report))),
            ("Time zone", text("UTC; all times of this report")),
            (
                "Addresses",
                text(match self.options.defang {
                    true => "defanged: hxxp for http, [.] and [:] in host names of links, domains and IP addresses; \
                              searches stay as they are, for they must work",
                    false => "as logged",
                }),
            ),
        ]);
        let note = self.options.note.trim_end();
        if !note.is_empty() {
            let shown = note.lines().map(labelled).collect::<Vec<_>>().join("\n");
            let shown = if self.options.defang { defang(&shown) } else { shown };
            self.heading(2, "Note of the analyst");
            self.push(Block::Note(shown));
        }
    }

    /// No match is no all-clear: what it means, and what to do next.
    fn without_rows(&mut self, report: &Report<'_>) {
        let Some((meaning, next)) = no_rows(report.outcome) else { return };
        self.push(Block::Paragraph(text(meaning)));
        self.push(Block::Paragraph(text("Next:")));
        self.push(Block::List(next.iter().map(|step| text(*step)).collect()));
    }

    fn funnel(&mut self, report: &Report<'_>) {
        let totals = &report.totals;
        let number = |number: u64| text(number.to_string());
        self.heading(2, "From records to rows");
        self.facts(vec![
            ("Records read", number(totals.records)),
            ("Process creations of Sysmon", number(totals.process_creations)),
            ("Started by WmiPrvSE.exe", text(in_rows(totals.matches, totals.groups))),
            ("Hidden by tuning", text(in_rows(totals.hidden, totals.hidden_groups))),
            ("Shown", text(in_rows(totals.shown, totals.shown_groups))),
            ("Unreadable records", number(totals.unreadable)),
            ("JSON objects or CSV rows that are no events", number(totals.not_events)),
        ]);
    }

    fn tuning(&mut self, report: &Report<'_>) {
        let tuning = &report.tuning;
        self.heading(2, "Hidden by tuning");
        if tuning.entries.is_empty() && tuning.presets.is_empty() {
            return self.push(Block::Paragraph(text("Nothing: no exclusion, include or preset is set.")));
        }
        let mut rows = Vec::new();
        for entry in &tuning.entries {
            let what = format!("{} {} {} ", entry.mode.name(), entry.field.name(), entry.operator.name());
            let note = if entry.note.is_empty() { Vec::new() } else { self.values(entry.note) };
            rows.push(vec![
                vec![Inline::Text(what), self.value(entry.value)],
                note,
                hides(entry.hides, entry.enabled),
            ]);
        }
        for preset in &tuning.presets {
            let what = format!("preset {}: {}", preset.id, preset.name);
            rows.push(vec![text(what), text(preset.why), hides(preset.hides, preset.enabled)]);
        }
        self.push(Block::Table(vec!["What", "Why", "Hides alone"], rows));
    }

    fn rows(&mut self, report: &Report<'_>) {
        self.heading(2, "Rows");
        if report.groups.is_empty() {
            return self.push(Block::Paragraph(text("None.")));
        }
        let order = self.session.order();
        let most = limits::REPORT_ROWS;
        if order.len() > most {
            let more = order.len() - most;
            self.push(Block::Paragraph(text(format!(
                "The first {most} rows are listed; {more} more are in the exports as CSV and JSON."
            ))));
        }
        for (at, index) in order.into_iter().take(most).enumerate() {
            self.row(at + 1, index, &report.groups[at]);
        }
    }

    fn row(&mut self, number: usize, index: usize, row: &crate::report::Row<'_>) {
        let words = |words: &str| Inline::Text(words.to_owned());
        let title = vec![
            Inline::Text(format!("{number}. ")),
            self.value(row.process_name),
            words(" on "),
            self.value(row.dest),
        ];
        self.push(Block::Heading(3, title));
        let time = |time: &Option<String>| match time {
            Some(time) => text(time),
            None => text("unknown"),
        };
        let count = match row.hidden {
            0 => row.count.to_string(),
            hidden => format!("{} ({hidden} more hidden by tuning)", row.count),
        };
        self.facts(vec![
            ("dest", self.values(row.dest)),
            ("user", self.values(row.user)),
            ("parent_process", self.values(row.parent_process)),
            ("process_name", self.values(row.process_name)),
            ("process", self.values(row.process)),
            ("process_id", self.values(row.process_id)),
            ("parent_process_id", self.values(row.parent_process_id)),
            ("count", text(count)),
            ("firstTime", time(&row.first_time)),
            ("lastTime", time(&row.last_time)),
        ]);
        let group = &self.session.groups()[index];
        let hints = self.hints(group);
        if !hints.is_empty() {
            self.push(Block::Paragraph(text("Hints, which are no part of the rule:")));
            self.push(Block::List(hints));
        }
        let events = self.session.matches(index);
        self.push(Block::Paragraph(text("Evidence:")));
        let listed = events.iter().take(limits::REPORT_EVENTS).map(|(source, found)| {
            let name = self.session.sources().get(*source as usize).map_or("", |source| source.name.as_str());
            let time = found.time.map_or("time unknown".to_owned(), |time| time.to_string());
            let mut line = vec![Inline::Text(format!("{time}, input ")), self.value(name)];
            if let Some(member) = self.session.member(*source, found.locator.member) {
                line.extend([words(", member "), self.value(member)]);
            }
            line.push(Inline::Text(place(&found.locator)));
            line
        });
        let mut listed: Vec<_> = listed.collect();
        if events.len() > listed.len() {
            listed.push(text(format!(
                "and {} of this row, whose places the JSON export lists",
                counted((events.len() - listed.len()) as u64, "more event")
            )));
        }
        self.push(Block::List(listed));
    }

    /// The hints of a group, each with one value that gave it.
    fn hints(&self, group: &Group) -> Vec<Vec<Inline>> {
        let mut seen = Vec::new();
        let mut lines = Vec::new();
        let mut variants = BTreeSet::new();
        for (_, found) in &group.matches {
            if self.session.variant(found).is_shown && variants.insert(found.facts) {
                for remark in hints::remarks(self.session.values(self.session.variant(found))) {
                    if !seen.contains(&remark.id) {
                        seen.push(remark.id);
                        lines.push(vec![
                            Inline::Text(format!("{}: ", remark.label)),
                            self.value(&remark.found),
                            Inline::Text(format!(" {}", remark.reason)),
                        ]);
                    }
                }
            }
            if seen.len() >= group.shown.hints.ids().len() {
                break;
            }
        }
        lines
    }

    fn inputs(&mut self, report: &Report<'_>) {
        self.heading(2, "Inputs");
        let rows = report.sources.iter().map(|source| {
            let hash = match source.sha256 {
                Some(hash) => Inline::Value(hash.to_owned()),
                None => Inline::Text("not computed".to_owned()),
            };
            let has_errors = source.problems.iter().any(|problem| problem.severity == Severity::Error);
            let read = match source.complete {
                false => "in part",
                true if !has_errors => "whole",
                true if source.counts.records == 0 => "not read",
                true => "with errors",
            };
            vec![
                self.values(source.name),
                self.values(source.format),
                text(source.bytes.to_string()),
                text(read),
                text(source.counts.records.to_string()),
                text(source.counts.matches.to_string()),
                vec![hash],
            ]
        });
        let rows = rows.collect();
        self.push(Block::Table(
            vec!["Input", "Form", "Bytes", "Read", "Records", "Matches", "SHA-256"],
            rows,
        ));
    }

    fn problems(&mut self, report: &Report<'_>) {
        self.heading(2, "Problems");
        let mut lines = Vec::new();
        for source in &report.sources {
            lines.extend(source.problems.iter().map(|problem| self.problem(source.name, problem)));
        }
        match lines.is_empty() {
            true => self.push(Block::Paragraph(text("None."))),
            false => self.push(Block::List(lines)),
        }
    }

    fn problem(&self, source: &str, problem: &ProblemReport) -> Vec<Inline> {
        let severity = format!("{:?}: ", problem.severity).to_lowercase();
        let mut line = vec![Inline::Text(severity), self.value(source)];
        if !problem.r#where.is_empty() {
            line.extend([Inline::Text(", ".to_owned()), self.value(&problem.r#where)]);
        }
        // Messages may quote the log.
        line.extend([Inline::Text(": ".to_owned()), self.value(&problem.message)]);
        line.push(Inline::Text(format!(" {}", problem.next)));
        line
    }

    fn meaning(&mut self, report: &Report<'_>) {
        let rule = &report.rule;
        self.heading(2, "What the rule means");
        self.push(Block::Paragraph(text(rule.description)));
        self.push(Block::Paragraph(text(format!("Known false positives: {}", rule.known_false_positives))));
        self.push(Block::Paragraph(text("What it can't tell:")));
        self.push(Block::List(rule.limits.iter().map(|limit| text(*limit)).collect()));
        self.push(Block::Paragraph(text("The search:")));
        self.push(Block::Code(rule.search.clone()));
        let tuning = self.session.tuning();
        if !tuning.is_off() {
            let splunk = tuning.splunk();
            self.push(Block::Paragraph(text(
                "Its macro process_execution_via_wmi_filter as this tuning would have it:",
            )));
            self.push(Block::Code(labelled(&splunk.filter)));
            if !splunk.notes.is_empty() {
                self.push(Block::List(splunk.notes.iter().map(|note| splunk_note(note)).collect()));
            }
        }
    }
}

/// A note on a text for Splunk, which may be copied.
fn splunk_note(note: &str) -> Vec<Inline> {
    let shown = labelled(note);
    let is_labelled = shown != note;
    let mut line = vec![Inline::Value(shown)];
    if is_labelled {
        line.extend(text(
            " A label such as ‹U+202E› stands here for the character itself: the search needs that one.",
        ));
    }
    line
}

fn in_rows(events: u64, rows: u64) -> String {
    format!("{events} in {}", counted(rows, "row"))
}

fn hides(found: Amount, enabled: bool) -> Vec<Inline> {
    let would = if enabled { "" } else { "off; would hide " };
    text(format!("{would}{}", amount(found)))
}

fn place(locator: &Locator) -> String {
    let span = locator.span;
    let record = locator.record_id.map(|id| format!(", record {id}")).unwrap_or_default();
    format!("{record}, offset {} (0x{:x}), {} bytes", span.offset, span.offset, span.length)
}

fn made(report: &Report<'_>) -> String {
    let tool = &report.tool;
    let build = tool.build.map(|build| format!(" ({build})")).unwrap_or_default();
    let at = report.made.as_ref().map(|at| format!(", at {at}")).unwrap_or_default();
    format!("{} {}{build}{at}", tool.name, tool.version)
}

/// The answer where there are rows.
fn found(session: &Session) -> String {
    let verdict = report::verdict(session);
    let period = match (&verdict.first_time, &verdict.last_time) {
        (Some(first), Some(last)) => format!(", from {} to {} UTC", ctime(first), ctime(last)),
        _ => String::new(),
    };
    format!(
        "WmiPrvSE.exe started processes: {} in {}, on {} under {}{period}.",
        counted(verdict.matches, "event"),
        counted(verdict.groups, "row"),
        counted(verdict.hosts, "host"),
        counted(verdict.users, "user"),
    )
}

/// The answer where there are none.
fn nothing(report: &Report<'_>) -> Option<String> {
    let totals = &report.totals;
    Some(match report.outcome {
        Outcome::Matches => return None,
        Outcome::AllHidden => match totals.matches - totals.hidden {
            0 => format!("The tuning hides all {} that the rule matches.", counted(totals.hidden, "event")),
            more => format!(
                "The tuning hides all {} that have rows; {more} more found no room among them.",
                counted(totals.hidden, "matching event")
            ),
        },
        Outcome::NoMatch => format!(
            "No match: of {}, none has WmiPrvSE.exe as its parent.",
            counted(totals.process_creations, "process creation")
        ),
        Outcome::NoProcessCreations => {
            "No process creation of Sysmon is in these logs, so the rule had nothing to look at.".to_owned()
        }
        Outcome::CoverageUnknown => {
            "No match in what could be read, but not everything could be read.".to_owned()
        }
        Outcome::NothingRead => "No event was read.".to_owned(),
    })
}

/// That rows may be missing beside those that there are.
fn incomplete(report: &Report<'_>) -> Option<String> {
    let broken = report.totals.incomplete;
    let has_rows = matches!(report.outcome, Outcome::Matches | Outcome::AllHidden);
    (has_rows && broken > 0).then(|| {
        let all = counted(report.sources.len() as u64, "file");
        let lack = if broken == 1 { "lacks" } else { "lack" };
        format!(
            "Incomplete: {broken} of {all} could not be read in full, or {lack} records, so rows may be missing; see Problems."
        )
    })
}

/// What an answer without rows is, and means; none where there are rows.
pub fn empty_answer(report: &Report<'_>) -> Option<String> {
    let (meaning, _) = no_rows(report.outcome)?;
    Some(format!("{} {meaning}", nothing(report)?))
}

/// What an answer without rows means, and the next steps; none where there are rows.
fn no_rows(outcome: Outcome) -> Option<(&'static str, &'static [&'static str])> {
    Some(match outcome {
        Outcome::Matches => return None,
        Outcome::AllHidden => (
            "The rule did match. This is no all-clear: the tuning hides every row.",
            &["Switch lines of the tuning off one after another, and look at what comes back."],
        ),
        Outcome::NoMatch => (
            "That is the answer for these inputs and their period only. It does not say that WMI was not used: a log \
             that is too small, wrapped or from another host would look the same.",
            &[
                "Check that the hosts and the period are those of the case.",
                "Look at what the rule can't tell, below, and where to look instead.",
            ],
        ),
        Outcome::NoProcessCreations => (
            "The rule needs Sysmon EventID 1 of the provider Microsoft-Windows-Sysmon. This is no all-clear.",
            &[
                "Get the channel Microsoft-Windows-Sysmon/Operational from the host.",
                "If it is this channel, the Sysmon configuration may leave out EventID 1: look at its ProcessCreate rules.",
            ],
        ),
        Outcome::CoverageUnknown => (
            "Records are missing or damaged, are in a form that is not read here or lack what decides, or reading was stopped. A \
             match may stand in the part that is missing, so this is no all-clear.",
            &["Do what the problems below say: another export, an undamaged copy, or reading to the end."],
        ),
        Outcome::NothingRead => (
            "The inputs hold no events that are understood here, or could not be opened or read to the end. This is no all-clear.",
            &["Look at the problems below: they name what was found and what is accepted."],
        ),
    })
}

/// What the tuning hides, in one line; none when it is off.
pub fn tuning_line(report: &Report<'_>) -> Option<String> {
    let tuning = &report.tuning;
    let entries = tuning.entries.iter().filter(|entry| entry.enabled).map(|entry| {
        let (mode, field, operator) = (entry.mode.name(), entry.field.name(), entry.operator.name());
        let note =
            if entry.note.is_empty() { String::new() } else { format!(", note {}", quoted(entry.note)) };
        format!("{mode} {field} {operator} {}{note} ({} alone)", quoted(entry.value), amount(entry.hides))
    });
    let presets = tuning.presets.iter().filter(|preset| preset.enabled);
    let presets = presets.map(|preset| format!("preset {} ({} alone)", preset.id, amount(preset.hides)));
    let parts: Vec<_> = entries.chain(presets).collect();
    (!parts.is_empty()).then(|| format!("hidden by tuning: {}; {}", amount(tuning.hidden), parts.join("; ")))
}

/// A text in one line and in quotes, doubled inside, so that nothing in it looks like what stands around it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", labelled(text).replace('"', "\"\""))
}

fn amount(amount: Amount) -> String {
    format!("{}, {}", counted(amount.events, "event"), counted(amount.rows, "whole row"))
}

/// `1 row`, `2 rows`.
fn counted(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
