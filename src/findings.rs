//! What was found in one input, or in a part of one.
//!
//! Findings merge in any order: counts add up, times take their minimum and maximum, problems and
//! matches carry their place. So the number and order of workers never changes a result.

mod members;
mod tally;

use serde::{Deserialize, Serialize};

pub use self::members::{Member, Members};
use self::tally::Tally;

use crate::detect::{Format, PLAIN_TEXT};
use crate::event::{Event, Skim, is_doubtful, is_process_creation};
use crate::group::{Facts, Groups, key};
use crate::limits;
use crate::locator::{Locator, MemberId};
use crate::message;
use crate::part::{Coverage, Part, coverage};
use crate::problem::{Code, Place, Problem, Problems};
use crate::process::Process;
use crate::rule::Rule;
use crate::source::whole::Whole;
use crate::source::{Found, Sink, Trouble};
use crate::text::same;
use crate::time::Time;

/// The funnel: how many records ended where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Events that were read.
    pub records: u64,
    /// Those that are process creations of Sysmon.
    pub process_creations: u64,
    /// Those of them that the rule matches.
    pub matches: u64,
    /// Records that could not be read, as far as they can be counted.
    pub unreadable: u64,
    /// Objects or rows that are no events.
    pub not_events: u64,
}

impl Counts {
    /// The further one of two counts of the same thing.
    fn max(self, other: Counts) -> Counts {
        Counts {
            records: self.records.max(other.records),
            process_creations: self.process_creations.max(other.process_creations),
            matches: self.matches.max(other.matches),
            unreadable: self.unreadable.max(other.unreadable),
            not_events: self.not_events.max(other.not_events),
        }
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.records += other.records;
        self.process_creations += other.process_creations;
        self.matches += other.matches;
        self.unreadable += other.unreadable;
        self.not_events += other.not_events;
    }
}

/// A kind of event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Kind {
    /// Channel, or empty.
    pub channel: String,
    /// Provider, or empty.
    pub provider: String,
    /// EventID.
    pub event_id: Option<u32>,
}

/// How often each kind of event occurs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Kinds {
    counts: Tally<Kind>,
    /// Counts of the kinds met last, not yet in `counts`: most events are of a few kinds.
    #[serde(skip)]
    recent: Vec<(Kind, u64)>,
    /// Where among them the last one with this EventID stands, or another one with the same last digits.
    #[serde(skip)]
    places: Vec<usize>,
}

/// Kinds whose counts are kept at hand.
const RECENT: usize = 64;

impl Kinds {
    /// Counts one event.
    pub fn add(&mut self, channel: &str, provider: &str, event_id: Option<u32>) {
        if channel.len().max(provider.len()) > limits::COUNTED_NAME_BYTES {
            self.counts.add(None, 1);
            return;
        }
        let equal = |(kind, _): &(Kind, u64)| {
            kind.event_id == event_id
                && same(kind.channel.as_bytes(), channel.as_bytes())
                && same(kind.provider.as_bytes(), provider.as_bytes())
        };
        self.places.resize(RECENT, 0);
        let place = event_id.unwrap_or_default() as usize % RECENT;
        let likely = self.places[place];
        if self.recent.get(likely).is_some_and(equal) {
            self.recent[likely].1 += 1;
            return;
        }
        if let Some(at) = self.recent.iter().position(equal) {
            self.recent[at].1 += 1;
            self.places[place] = at;
            return;
        }
        if self.recent.len() == RECENT {
            self.gather();
        }
        self.places[place] = self.recent.len();
        let kind = Kind { channel: channel.to_owned(), provider: provider.to_owned(), event_id };
        self.recent.push((kind, 1));
    }

    /// Brings all counts into one map.
    fn gather(&mut self) {
        for (kind, count) in std::mem::take(&mut self.recent) {
            self.counts.add(Some(kind), count);
        }
    }

    fn settle(&mut self) {
        self.gather();
        self.counts.settle();
    }

    fn merge(&mut self, mut other: Kinds) {
        self.gather();
        other.gather();
        self.counts.merge(other.counts);
    }

    /// All kinds with their counts; none: all that are not counted apart.
    pub fn iter(&self) -> impl Iterator<Item = (Option<&Kind>, u64)> {
        let recent = self.recent.iter().map(|(kind, count)| (Some(kind), *count));
        self.counts.iter().chain(recent)
    }
}

/// How many process creations each host has.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Hosts(Tally<String>);

impl Hosts {
    /// Counts one process creation.
    fn add(&mut self, host: &str) {
        match self.0.get_mut(host) {
            Some(count) => *count += 1,
            None => self.0.add((host.len() <= limits::COUNTED_NAME_BYTES).then(|| host.to_owned()), 1),
        }
    }

    /// All hosts, name and count; none: all that are not counted apart.
    pub fn iter(&self) -> impl Iterator<Item = (Option<&str>, u64)> {
        self.0.iter().map(|(host, count)| (host.map(String::as_str), count))
    }
}

/// First and last of some times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period(pub Option<(Time, Time)>);

impl Period {
    /// Widens the period to hold a time.
    pub fn add(&mut self, time: Time) {
        self.merge(Period(Some((time, time))));
    }

    /// Widens the period to hold another one.
    pub fn merge(&mut self, other: Period) {
        self.0 = match (self.0, other.0) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (one, other) => one.or(other),
        };
    }

    /// The first time.
    pub fn first(&self) -> Option<Time> {
        self.0.map(|(first, _)| first)
    }

    /// The last time.
    pub fn last(&self) -> Option<Time> {
        self.0.map(|(_, last)| last)
    }
}

/// What was found in one input, or in a part of one.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Findings {
    /// Which input: its number in the session.
    pub source: u32,
    /// Its format as reports name it, once it is known.
    pub format: Option<String>,
    /// Its part of the funnel.
    pub counts: Counts,
    /// Archive members.
    pub members: Members,
    /// What went wrong.
    pub problems: Problems,
    /// Kinds of events.
    pub kinds: Kinds,
    /// Hosts of the process creations.
    pub hosts: Hosts,
    /// When the process creations were.
    pub period: Period,
    /// The matches.
    pub groups: Groups,
    /// The parts of it that were read to their ends.
    pub parts: Vec<Part>,
    /// What can only be judged when all parts are read.
    pub whole: Option<Whole>,
    /// All of it was read, and it is judged.
    pub complete: bool,
}

impl Findings {
    /// Adds everything but the groups of another part of the same input.
    pub fn merge(&mut self, other: Findings) -> Groups {
        self.format = other.format.or(self.format.take());
        self.counts += other.counts;
        self.members.merge(other.members);
        self.problems.merge(other.problems);
        self.kinds.merge(other.kinds);
        self.hosts.0.merge(other.hosts.0);
        self.period.merge(other.period);
        self.parts.extend(other.parts);
        match (&mut self.whole, other.whole) {
            (Some(ours), Some(theirs)) => ours.merge(theirs),
            (ours, theirs) => *ours = ours.take().or(theirs),
        }
        other.groups
    }

    /// Nothing more comes of the scan that these are of.
    pub fn is_last(&self) -> bool {
        !self.parts.is_empty() || self.has_ended()
    }

    /// Nothing more comes of the input that these are of.
    pub fn is_over(&self) -> bool {
        self.complete || self.has_ended()
    }

    /// Reading ended early.
    fn has_ended(&self) -> bool {
        let ends = [Code::ReadFailed, Code::NotOpened, Code::ReaderCrashed, Code::Cancelled];
        ends.into_iter().any(|code| self.problems.has(code))
    }

    /// Judges the input of this size once all of its parts are read and fit together.
    pub fn settle(&mut self, size: u64) {
        if self.complete || coverage(&self.parts, size) != Coverage::Whole {
            return;
        }
        self.complete = true;
        let whole = self.whole.take();
        if whole.as_ref().is_some_and(Whole::is_plain_text) {
            self.format = Some(PLAIN_TEXT.to_owned());
        }
        for trouble in whole.iter().flat_map(Whole::judge) {
            self.counts.unreadable += trouble.lost;
            let place = Place { offset: trouble.offset, record: trouble.record, ..Place::default() };
            self.problems.add(Problem { place, code: trouble.code, message: trouble.message });
        }
    }
}

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

/// A member that is being read.
struct Open {
    id: MemberId,
    format: String,
    /// All that was counted for it, also what was handed over already.
    counts: Counts,
    /// What is said of its parts that are no events, until one is: of a member without any, one sentence says it.
    not_events: Problems,
    /// That sentence was said.
    is_no_log: bool,
}

impl Open {
    fn new(id: MemberId) -> Open {
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
