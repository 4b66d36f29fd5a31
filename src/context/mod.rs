//! The context of a match: what its process started, what ran beside it and in its logon, what it
//! did, and what WMI traces its host holds from just before. Read again when someone asks, and kept
//! for nobody else.
//!
//! ```text
//! let mut context = Context::new(…);                 // from the event, which a recall gives
//! loop {
//!     for every input that context.asks(…) {        // or every part of it, by whomever
//!         let mut pass = Pass::new(context.question(), …);
//!         while let Some(want) = pass.want() { pass.push(some prefix of that part) }
//!         context.absorb(pass.finish());
//!     }
//!     if !context.next_round() { break }
//! }
//! context.answer(&session)
//! ```
//!
//! A tree grows: what a child started can only be asked for when the child is known. So the first
//! round gathers the links of all processes of the host, and the second one asks for all that descend
//! from the match; with ids, for all that may, by the times of their creations. Where links are missing, or they
//! or the processes of the tree are too many, the processes that a round found are put to all inputs in another
//! one, until a round finds no new process; with ids, a pass follows what it finds as it goes. Neither the cut of an input nor the
//! order of reading changes the answer.
//!
//! Processes are linked by `ProcessGuid`. Where the match has none, by process id and time: the
//! parent is the latest process with that id on that host that was created before the child, unless
//! it had ended by then.

mod answer;
mod copies;
mod gather;
mod kinds;
mod links;
mod looks;
mod rendered;
mod shelf;
mod tree;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::ids::{self, Link, number};
use crate::intake::{Intake, Planned, Want};
use crate::limits;
use crate::locator::At;
use crate::needle::{Needle, Said, Wide};
use crate::passwords::Passwords;
use crate::process::{Field, Process};
use crate::rule::Rule;
use crate::sets::set;
use crate::text;
use crate::time::{self, Time};

pub use answer::{Answer, Copy, Did, Happened, List, Ran, Relation};
pub use gather::{End, Found, Gatherer, Seen};
pub use shelf::Shelf;

/// How processes are linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// By `ProcessGuid`.
    Guid,
    /// By `ProcessId` and time.
    Pid,
    /// The event has no GUID, and no id or no time.
    Nothing,
}

/// The logon that a process belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Logon {
    /// `LogonGuid`.
    Guid(String),
    /// `LogonId`, which is good until the host starts again.
    Id(u64),
    /// That of SYSTEM, LOCAL SERVICE or NETWORK SERVICE, which all services of a host share.
    Service(u64),
    /// The log does not tell.
    Unknown,
}

/// The process that is asked about.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Anchor {
    /// Its creation.
    pub created: Created,
    /// Its logon.
    pub logon: Logon,
    /// `LogonId`, where it is known and no service's.
    pub logon_id: Option<u64>,
}

/// A process creation, as far as lists and trees show it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)] // The names are the CIM's, see [`Field`].
pub struct Created {
    #[serde(with = "crate::time::text")]
    pub time: Option<Time>,
    pub process_name: String,
    pub process: String,
    pub user: String,
    pub process_id: Option<String>,
    pub process_guid: Option<String>,
    pub parent_process_name: String,
    pub parent_process_id: Option<String>,
    pub parent_process_guid: Option<String>,
    /// The rule matches it.
    pub matches: bool,
}

impl Created {
    fn of(rule: &Rule, process: &Process<'_>) -> Created {
        let text = |field: Field| process.value(field).text.map(|text| cut(&text)).unwrap_or_default();
        let maybe = |field: Field| process.value(field).text;
        Created {
            time: process.time(),
            process_name: text(Field::ProcessName),
            process: text(Field::Process),
            user: text(Field::User),
            process_id: maybe(Field::ProcessId).as_deref().and_then(pid),
            process_guid: maybe(Field::ProcessGuid).as_deref().and_then(guid),
            parent_process_name: text(Field::ParentProcessName),
            parent_process_id: maybe(Field::ParentProcessId).as_deref().and_then(pid),
            parent_process_guid: maybe(Field::ParentProcessGuid).as_deref().and_then(guid),
            matches: rule.filter.matches(process),
        }
    }

    /// What links it to its parent, where both are named.
    fn link(&self, by: By) -> Option<Link> {
        if by == By::Pid {
            let id = |id: &Option<String>| id.as_deref().and_then(number);
            let begun = time::number(Some(self.time?));
            return Some(Link::by_id(id(&self.parent_process_id)?, id(&self.process_id)?, begun));
        }
        let guid = |name: &Option<String>| name.as_deref().and_then(ids::guid);
        Link::new(guid(&self.parent_process_guid)?, guid(&self.process_guid)?)
    }
}

/// A value no longer than [`limits::CONTEXT_VALUE_BYTES`].
fn cut(value: &str) -> String {
    let most = limits::CONTEXT_VALUE_BYTES;
    if value.len() <= most { value.to_owned() } else { format!("{}…", text::start(value, most)) }
}

/// A GUID as it is compared: without braces and case. None when it names nothing.
fn guid(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('{').trim_end_matches('}').to_ascii_lowercase();
    let names = text.bytes().any(|byte| !matches!(byte, b'0' | b'-'));
    (names && text.len() <= limits::COUNTED_NAME_BYTES).then_some(text)
}

/// A process id as it is compared. None when it is none.
fn pid(text: &str) -> Option<String> {
    number(text).map(|number| number.to_string())
}

/// The logons of SYSTEM, LOCAL SERVICE and NETWORK SERVICE.
const SERVICE_LOGONS: [u64; 3] = [0x3e7, 0x3e5, 0x3e4];

impl Logon {
    fn of(event: &Event) -> (Logon, Option<u64>) {
        let id = event.data.get("LogonId").and_then(number).filter(|id| *id != 0);
        let logon = match (id, event.data.get("LogonGuid").and_then(guid)) {
            (Some(id), _) if SERVICE_LOGONS.contains(&id) => Logon::Service(id),
            (_, Some(guid)) => Logon::Guid(guid),
            (Some(id), None) => Logon::Id(id),
            (None, None) => Logon::Unknown,
        };
        let own = id.filter(|id| !SERVICE_LOGONS.contains(id));
        (logon, own)
    }
}

/// What is asked of an input in one round.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Question {
    /// `System/Computer` of the match.
    host: Option<String>,
    /// The match. Only the first round asks for more than the tree.
    anchor: Option<Anchor>,
    by: By,
    /// When the match began.
    since: Option<Time>,
    /// GUIDs or ids of the processes whose children are asked for.
    parents: BTreeSet<String>,
    /// First and last time of what ran beside it.
    window: Option<(Time, Time)>,
}

/// Kinds of event of other providers that may tell of the WMI call: they are few, and not all name
/// their time in one way.
const OTHERS: &[u32] = &[4104, 4624, 5156, 5858, 5859, 5860, 5861];

impl Question {
    /// By what a reader passes events over that can't answer it. None: all must be read.
    ///
    /// GUIDs that are none are not looked for.
    fn needle(&self) -> Option<Needle> {
        let by_id = self.by == By::Pid;
        let name = |name: &String| if by_id { number(name).map(u128::from) } else { ids::guid(name) };
        let processes = self.parents.iter().map(name).collect::<Option<_>>()?;
        let mut wide = Wide { host: self.host.clone(), processes, window: self.window, ..Wide::default() };
        let Some(anchor) = &self.anchor else {
            wide.sysmon = looks::tree(self.by);
            return Some(Needle::of(wide));
        };
        wide.logon = match &anchor.logon {
            Logon::Guid(name) => Some(Said::Guid(ids::guid(name)?)),
            Logon::Id(id) => Some(Said::Number(*id)),
            Logon::Service(_) | Logon::Unknown => None,
        };
        wide.sysmon = looks::all(self.by, self.window.is_some(), &anchor.logon);
        wide.others = OTHERS;
        Some(Needle::of(wide))
    }
}

/// One question put to one input, or to a part of one.
pub struct Pass {
    intake: Intake,
    gatherer: Gatherer,
}

impl Pass {
    /// Puts a question to input number `source`.
    pub fn new(rule: &'static Rule, question: Question, source: u32, name: &str, size: Option<u64>) -> Pass {
        let needle = question.needle();
        Pass { intake: Intake::new(name, size, needle), gatherer: Gatherer::new(rule, question, source) }
    }

    /// A pass that parses every event in full, to verify what the other one finds.
    pub fn verifying(
        rule: &'static Rule,
        question: Question,
        source: u32,
        name: &str,
        size: Option<u64>,
    ) -> Pass {
        let intake = Intake::new(name, size, None);
        Pass { intake, gatherer: Gatherer::new(rule, question, source) }
    }

    /// Puts a question to a part of an input, as [`crate::intake::plan`] cuts it.
    pub fn of_part(
        rule: &'static Rule,
        question: Question,
        source: u32,
        name: &str,
        size: u64,
        planned: &Planned,
    ) -> Pass {
        let intake = Intake::of_part(name, size, planned, question.needle());
        Pass { intake, gatherer: Gatherer::new(rule, question, source) }
    }

    /// Tries encrypted archives with these, before any bytes are pushed.
    pub fn set_passwords(&mut self, passwords: &Passwords) {
        self.intake.set_passwords(passwords);
    }

    /// The next part of the input that is wanted; None: enough was read.
    pub fn want(&self) -> Option<Want> {
        self.intake.want()
    }

    /// Takes bytes from the start of the wanted part.
    pub fn push(&mut self, bytes: &[u8]) {
        self.intake.push(bytes, &mut self.gatherer);
    }

    /// Process creations of the host that were met so far.
    pub fn host_lives(&self) -> u64 {
        self.gatherer.host_lives()
    }

    /// What was found.
    pub fn finish(mut self) -> Found {
        self.intake.finish(&mut self.gatherer);
        self.gatherer.into_found()
    }
}

/// The context of one match, being gathered.
pub struct Context {
    at: At,
    anchor: Anchor,
    minutes: u32,
    question: Question,
    /// Whose children were asked for.
    asked: BTreeSet<String>,
    rounds: u32,
    found: Found,
    /// Inputs that hold process creations of the host.
    holds_host: BTreeSet<u32>,
    troubles: Vec<String>,
    /// All that was asked for was answered.
    complete: bool,
    /// There may be more generations than were asked for.
    endless: bool,
}

impl Context {
    /// The context of this event, with what ran in so many minutes before and after it.
    pub fn new(rule: &'static Rule, mut at: At, event: &Event, minutes: u32) -> Context {
        // As a pass will find it again.
        at.locator.record_id = event.record_id();
        let minutes = minutes.clamp(1, limits::CONTEXT_MINUTES);
        let created = Created::of(rule, &Process::of(event));
        let (logon, logon_id) = Logon::of(event);
        let (by, own) = match (&created.process_guid, &created.process_id) {
            (Some(guid), _) => (By::Guid, Some(guid.clone())),
            // Without a time nothing tells processes with one id from each other.
            (None, Some(pid)) if created.time.is_some() => (By::Pid, Some(pid.clone())),
            (None, _) => (By::Nothing, None),
        };
        let window = created
            .time
            .map(|time| (time.plus_minutes(-i64::from(minutes)), time.plus_minutes(i64::from(minutes))));
        let mut found = Found::new(at.source, by == By::Pid);
        found.created.add(shelf::since(created.time, created.time), &at, || created.clone());
        let since = created.time;
        let anchor = Anchor { created, logon, logon_id };
        let question = Question {
            host: event.computer().map(str::to_owned),
            anchor: Some(anchor.clone()),
            since,
            by,
            parents: set(own),
            window,
        };
        Context {
            asked: question.parents.clone(),
            at,
            anchor,
            minutes,
            question,
            rounds: 0,
            found,
            holds_host: BTreeSet::new(),
            troubles: Vec::new(),
            complete: false,
            endless: false,
        }
    }

    /// What is to be asked now.
    pub fn question(&self) -> Question {
        self.question.clone()
    }

    /// Whether an input may have an answer to it.
    pub fn asks(&self, source: u32) -> bool {
        self.question.anchor.is_some() || self.holds_host.contains(&source)
    }

    /// Takes what one input, or a part of one, answered.
    pub fn absorb(&mut self, found: Found) {
        if found.host_lives > 0 {
            self.holds_host.insert(found.source);
        }
        self.found.merge(found);
    }

    /// An input could not be asked: why, a sentence.
    pub fn fail(&mut self, name: &str, reason: &str) {
        self.troubles.push(format!("{name} is missing here: {reason}"));
    }

    /// All answers of a round are in. True: there is another question.
    pub fn next_round(&mut self) -> bool {
        self.rounds += 1;
        let mut new = self.linked();
        let tree = tree::Tree::of(&self.anchor, self.question.by, &self.found);
        new.extend(tree.names().filter(|name| !self.asked.contains(*name)).cloned());
        if new.is_empty() {
            self.complete = true;
            return false;
        }
        self.endless = self.rounds >= limits::CONTEXT_ROUNDS;
        if self.endless {
            self.troubles.push(format!(
                "All inputs were asked {} times, and each time more processes were found: the tree may have more.",
                self.rounds
            ));
            return false;
        }
        self.asked.extend(new.iter().cloned());
        self.question = Question { anchor: None, parents: new, window: None, ..self.question() };
        true
    }

    /// All that descends from the process by the links of the first round.
    fn linked(&mut self) -> BTreeSet<String> {
        let links = std::mem::take(&mut self.found.links);
        let anchor = &self.anchor.created;
        match self.question.by {
            By::Guid => {
                let own = anchor.process_guid.as_deref().and_then(ids::guid);
                let found = own.map(|own| links.descendants(own)).unwrap_or_default();
                set(found.into_iter().map(ids::guid_text))
            }
            By::Pid => {
                let own = anchor.process_id.as_deref().and_then(number).zip(anchor.time);
                let found = own.map(|(own, time)| links.descendants_by_id(own, time::number(Some(time))));
                let found = found.unwrap_or_default().into_iter().map(|id| id.to_string());
                set(found.filter(|id| !self.asked.contains(id)))
            }
            By::Nothing => BTreeSet::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_and_ids_are_compared_by_what_they_name() {
        assert_eq!(guid("{ABCD-01}").as_deref(), Some("abcd-01"));
        for nothing in ["", "-", "{00000000-0000-0000-0000-000000000000}"] {
            assert_eq!(guid(nothing), None, "{nothing}");
        }
        assert_eq!(pid(" 0x11C ").as_deref(), Some("284"));
        assert_eq!(pid("284").as_deref(), Some("284"));
        assert_eq!(pid("-"), None);
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        let long = "ä".repeat(limits::CONTEXT_VALUE_BYTES);
        let short = cut(&long);
        assert!(short.len() <= limits::CONTEXT_VALUE_BYTES + '…'.len_utf8() && short.ends_with("ä…"));
    }
}
