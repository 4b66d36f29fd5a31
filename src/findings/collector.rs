//! Applies the rule to every event of one input, and counts where each ends.

use super::{Counts, Findings};
use crate::detect::Format;
use crate::event::{Event, Skim, is_doubtful, is_process_creation};
use crate::group::{Facts, key};
use crate::locator::{Locator, MemberId};
use crate::message;
use crate::problem::{Code, Place, Problem, Problems};
use crate::process::Process;
use crate::rule::Rule;
use crate::source::whole::Whole;
use crate::source::{Found, Sink, Trouble};

/// Gathers the findings of one input: applies the rule to every event.
pub struct Collector {
    rule: &'static Rule,
    /// The log's fields of which one must say something for the rule to be decided.
    deciding: &'static [&'static str],
    /// What was gathered since the last [`Collector::take`].
    pub findings: Findings,
    /// The members that are open, the innermost last.
    open: Vec<Open>,
}

/// A member that is being read.
pub(super) struct Open {
    pub(super) id: MemberId,
    pub(super) format: String,
    /// All that was counted for it, also what was handed over already.
    pub(super) counts: Counts,
    /// What is said of its parts that are no events, until one is: of a member without any, one sentence says it.
    not_events: Problems,
    /// That sentence was said.
    is_no_log: bool,
}

impl Open {
    pub(super) fn new(id: MemberId) -> Open {
        let (format, counts, not_events) = Default::default();
        Open { id, format, counts, not_events, is_no_log: false }
    }
}

impl Collector {
    /// Gathers for input number `source`.
    pub fn new(rule: &'static Rule, source: u32) -> Collector {
        let findings = Findings { source, ..Findings::default() };
        let deciding = rule.filter.needle().map_or(&[][..], |needle| needle.fields());
        Collector { rule, deciding, findings, open: Vec::new() }
    }

    /// Hands over what was gathered, and goes on.
    pub fn take(&mut self) -> Findings {
        self.findings.kinds.settle();
        self.findings.hosts.0.settle();
        self.findings.groups.order();
        self.open.iter().for_each(|open| self.findings.members.put(open, 0));
        self.findings.members.settle();
        let mut next = Findings { source: self.findings.source, ..Findings::default() };
        next.groups.end.clone_from(&self.findings.groups.end);
        std::mem::replace(&mut self.findings, next)
    }

    /// Counts for the input and for the member at hand.
    fn count(&mut self, counts: Counts) {
        self.findings.counts += counts;
        self.open.last_mut().into_iter().for_each(|open| open.counts += counts);
    }

    fn process_creation(&mut self, event: &Event, found: &Found<'_>) {
        let process = Process::of(event);
        let time = process.time();
        self.findings.hosts.add(event.computer().unwrap_or("unknown"));
        time.into_iter().for_each(|time| self.findings.period.add(time));
        let matches = self.rule.filter.matches(&process);
        self.count(Counts { records: 1, process_creations: 1, matches: matches.into(), ..Counts::default() });
        if !matches {
            if !self.deciding.is_empty() && self.deciding.iter().all(|name| process.logged(name).is_none()) {
                self.undecided(event, found, &self.lacking(event));
            }
            return;
        }
        let locator = Locator {
            member: self.open.last().map(|open| open.id.ordinal),
            span: found.span,
            record_id: event.record_id(),
        };
        if time.is_none() {
            let message = "A match has neither a readable UtcTime nor a readable TimeCreated.";
            self.trouble(Trouble {
                record: locator.record_id,
                ..Trouble::note(Code::TimeUnknown, found.span.offset, message)
            });
        }
        let (key, facts) = (key(self.rule, &process), Facts::of(&process));
        self.findings.groups.add(key, facts, time, locator);
    }
}

impl Collector {
    /// What a process creation lacks that would decide, and why.
    fn lacking(&self, event: &Event) -> String {
        let fields = self.deciding.join(" and no ");
        match event.message.as_deref().is_some_and(message::is_ambiguous) {
            true => format!(
                "A process creation has no {fields} but in its message, and that has several lines \"CurrentDirectory:\": a command \
                 line wrote all but one of them, and the fields behind the right one."
            ),
            false => format!("A process creation has no {fields}."),
        }
    }

    /// Tells of an event of which nobody knows whether it matches.
    fn undecided(&mut self, event: &Event, found: &Found<'_>, message: &str) {
        let record = event.record_id();
        self.trouble(Trouble { record, ..Trouble::note(Code::Undecided, found.span.offset, message) });
    }
}

impl Sink for Collector {
    fn enter(&mut self, member: &MemberId) {
        self.open.push(Open::new(member.clone()));
    }

    fn leave(&mut self, bytes: u64) {
        let Some(open) = self.open.pop() else { return };
        self.findings.members.end(&open, bytes);
        if open.counts.records > 0 || !open.is_no_log {
            self.findings.problems.merge(open.not_events);
        }
    }

    fn format(&mut self, format: &Format) {
        match self.open.last_mut() {
            Some(open) => format.name().clone_into(&mut open.format),
            None => self.findings.format = Some(format.name().to_owned()),
        }
    }

    fn event(&mut self, found: Found<'_>) {
        let event = found.event;
        self.findings.kinds.add(event.channel(), event.provider(), event.event_id());
        if found.replaced {
            let message = "An event holds bytes that are no valid text; they are shown as U+FFFD.";
            self.trouble(Trouble {
                record: event.record_id(),
                ..Trouble::note(Code::TextReplaced, found.span.offset, message)
            });
        }
        match event.event_id() {
            None => self.undecided(event, &found, "An event has no EventID that is a number."),
            id if is_doubtful(event.provider(), event.channel(), id) => {
                let message = match event.provider().trim() {
                    "" => "An event has EventID 1, but no provider: it may be Sysmon's.".to_owned(),
                    provider => {
                        format!(
                            "An event has EventID 1 and looks like one of Sysmon's, but its provider is {provider:?}."
                        )
                    }
                };
                self.undecided(event, &found, &message);
            }
            Some(_) => {}
        }
        if event.is_process_creation() {
            self.process_creation(event, &found);
        } else {
            self.count(Counts { records: 1, ..Counts::default() });
        }
    }

    fn skimmed(&mut self, skim: Skim<'_>) {
        self.findings.kinds.add(skim.channel, skim.provider, skim.event_id);
        let created = is_process_creation(skim.provider, skim.channel, skim.event_id);
        if created {
            self.findings.hosts.add(skim.computer.unwrap_or("unknown"));
            skim.time.into_iter().for_each(|time| self.findings.period.add(time));
        }
        self.count(Counts { records: 1, process_creations: created.into(), ..Counts::default() });
    }

    fn whole(&mut self, whole: Whole) {
        // A member is read by one reader; an input perhaps by several.
        if self.open.is_empty() {
            self.findings.whole = Some(whole);
        } else {
            whole.judge().into_iter().for_each(|trouble| self.trouble(trouble));
        }
    }

    fn trouble(&mut self, trouble: Trouble) {
        let binary = self.open.last().is_some_and(|open| open.format == Format::Binary.name());
        let member = self.open.last().map(|open| open.id.clone());
        let code = match (trouble.code, &member) {
            // Most members of a triage archive are no event logs. One that has a log's name was one.
            (Code::UnknownFormat | Code::EmptyInput, Some(id)) if !is_log_name(&id.name, binary) => {
                Code::NotALog
            }
            (code, _) => code,
        };
        let lost = trouble.lost;
        let not_events = u64::from(code == Code::NotAnEvent);
        if lost + not_events > 0 {
            self.count(Counts { unreadable: lost, not_events, ..Counts::default() });
        }
        let place = Place {
            ordinal: member.as_ref().map(|id| id.ordinal),
            offset: trouble.offset,
            member: member.map(|id| id.name),
            record: trouble.record,
        };
        let problem = Problem { place, code, message: trouble.message };
        match self.open.last_mut() {
            Some(open) if code == Code::NotAnEvent => open.not_events.add(problem),
            open => {
                let says_no_log = matches!(code, Code::NotALog | Code::UnknownFormat | Code::EmptyInput);
                open.into_iter().for_each(|open| open.is_no_log |= says_no_log);
                self.findings.problems.add(problem);
            }
        }
    }
}

/// Whether a member of this name was a log, though it is empty or holds no event. `binary`: nor is it any text.
fn is_log_name(name: &str, binary: bool) -> bool {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
    // What macOS keeps of a file stands beside it in a zip, under the same name behind these two bytes.
    let text = [".xml", ".json", ".jsonl", ".ndjson", ".csv", ".tsv"];
    // What is packed may hold logs, and can't be opened.
    let packed = [
        ".gz", ".tgz", ".zip", ".tar", ".7z", ".xz", ".bz2", ".zst", ".lz4", ".lzma", ".rar", ".z", ".cab",
        ".wim",
    ];
    // Databases have files that end in .log.
    let plain = [".log", ".txt", ".raw"].iter().any(|end| base.ends_with(end));
    let of_events = ["sysmon", "eventlog", "winevt", "winlog"].iter().any(|word| base.contains(word));
    !base.starts_with("._")
        && (base.ends_with(".evtx")
            || base.ends_with(".evt")
            || (binary && (plain && of_events || text.iter().chain(&packed).any(|end| base.ends_with(end)))))
}
