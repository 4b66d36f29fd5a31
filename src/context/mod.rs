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
//! A tree grows: what a child started can only be asked for when the child is known. So the processes
//! that a round found are put to all inputs in another one, until a round finds no new process. A pass
//! follows what it finds as it goes, as far as it reads the events at all, which saves rounds. Neither
//! the cut of an input nor the order of reading changes the answer.
//!
//! Processes are linked by `ProcessGuid`. Where the match has none, by process id and time: the
//! parent is the latest process with that id on that host that was created before the child, unless
//! it had ended by then.

mod answer;
mod gather;
mod kinds;
mod shelf;
mod tree;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::intake::{Intake, Planned, Want};
use crate::limits;
use crate::locator::{Locator, Span};
use crate::needle::{Needle, Wide, guid_bytes};
use crate::process::{Field, Process};
use crate::rule::Rule;
use crate::time::Time;

pub use answer::{Answer, Did, Happened, List, Ran, Relation};
pub use gather::{End, Found, Gatherer, Seen};
pub use shelf::Shelf;

/// Where an event lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct At {
    /// Number of the input.
    pub source: u32,
    /// Where in it.
    pub locator: Locator,
}

impl At {
    /// One word from which [`At::parse`] makes the place again.
    pub fn token(&self) -> String {
        let Span { offset, length, nth, direct } = self.locator.span;
        let member = self.locator.member.map_or("-".to_owned(), |member| member.to_string());
        format!("{}:{member}:{offset}:{length}:{nth}:{}", self.source, u8::from(direct))
    }

    /// The place that a token names. None when it is none.
    pub fn parse(token: &str) -> Option<At> {
        let words: Vec<&str> = token.split(':').collect();
        let [source, member, offset, length, nth, direct] = words.as_slice() else {
            return None;
        };
        let member = match *member {
            "-" => None,
            member => Some(member.parse().ok()?),
        };
        let span = Span {
            offset: offset.parse().ok()?,
            length: length.parse().ok()?,
            nth: nth.parse().ok()?,
            direct: *direct == "1",
        };
        let locator = Locator { member, span, record_id: None };
        Some(At { source: source.parse().ok()?, locator })
    }
}

/// How processes are linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// By `ProcessGuid`.
    Guid,
    /// By `ProcessId` and time.
    Pid,
    /// The event has neither.
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)] // The names are the CIM's, see [`Field`].
pub struct Created {
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
}

/// A value no longer than [`limits::CONTEXT_VALUE_BYTES`].
fn cut(text: &str) -> String {
    if text.len() <= limits::CONTEXT_VALUE_BYTES {
        return text.to_owned();
    }
    let end = (0..=limits::CONTEXT_VALUE_BYTES).rev().find(|end| text.is_char_boundary(*end));
    format!("{}…", &text[..end.unwrap_or_default()])
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

/// A decimal number, or a hexadecimal one with `0x`.
fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
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
    /// GUIDs or ids of the processes whose children are asked for.
    parents: BTreeSet<String>,
    /// First and last time of what ran beside it.
    window: Option<(Time, Time)>,
}

/// Kinds of event of other providers that may tell of the WMI call: they are few, and not all name
/// their time in one way.
const OTHERS: &[u32] = &[4104, 4624, 5156, 5858, 5859, 5860, 5861];
/// Sysmon's WMI subscriptions, which count at any time.
const SUBSCRIPTIONS: &[u32] = &[19, 20, 21];

impl Question {
    /// By what a reader passes events over that can't answer it. None: all must be read.
    ///
    /// An answer holds the GUID of a process or of the logon, or is a process creation of the window,
    /// or is of the WMI side: of a kind that is read always, or of the minutes before, which stand in
    /// Sysmon's `UtcTime`. Process ids are too short to be looked for.
    fn needle(&self) -> Option<Needle> {
        if self.by == By::Pid {
            return None;
        }
        let mut texts: Vec<String> = self.parents.iter().cloned().collect();
        let mut values: Vec<Vec<u8>> = self.parents.iter().filter_map(|guid| guid_bytes(guid)).collect();
        let Some(anchor) = &self.anchor else {
            return Wide::new(&texts, &values).map(Needle::of);
        };
        match &anchor.logon {
            Logon::Guid(guid) => {
                values.extend(guid_bytes(guid));
                texts.push(guid.clone());
            }
            Logon::Id(id) => {
                values.push(id.to_le_bytes().to_vec());
                texts.extend([format!("{id:x}"), id.to_string()]);
            }
            Logon::Service(_) | Logon::Unknown => {}
        }
        if let (Some((first, _)), Some(begun)) = (self.window, anchor.created.time) {
            texts.extend(minutes(first, begun));
        }
        let mut wide = Wide::new(&texts, &values)?;
        wide.window = self.window;
        (wide.sysmon, wide.others) = (SUBSCRIPTIONS, OTHERS);
        Some(Needle::of(wide))
    }
}

/// The beginnings of all times from one to another, in tens of minutes or, if those are too many, in
/// hours.
fn minutes(first: Time, last: Time) -> Vec<String> {
    let hours = last.nanoseconds().saturating_sub(first.nanoseconds()) > 2 * 3_600_000_000_000;
    let (step, length) = if hours { (30, "2020-05-02T02:".len()) } else { (5, "2020-05-02T02:5".len()) };
    let mut texts = BTreeSet::new();
    let mut time = first;
    loop {
        let text = time.min(last).to_string();
        texts.extend(text.get(..length).map(str::to_owned));
        if time >= last {
            break;
        }
        time = time.plus_minutes(step);
    }
    texts.iter().flat_map(|text| [text.clone(), text.replace('T', " ")]).collect()
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

    /// The next part of the input that is wanted; None: enough was read.
    pub fn want(&self) -> Option<Want> {
        self.intake.want()
    }

    /// Takes bytes from the start of the wanted part.
    pub fn push(&mut self, bytes: &[u8]) {
        self.intake.push(bytes, &mut self.gatherer);
    }

    /// Process creations of the host that were met so far.
    pub fn host_creations(&self) -> u64 {
        self.gatherer.host_creations()
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
}

impl Context {
    /// The context of this event, with what ran in so many minutes before and after it.
    pub fn new(rule: &'static Rule, at: At, event: &Event, minutes: u32) -> Context {
        let minutes = minutes.clamp(1, limits::CONTEXT_MINUTES);
        let created = Created::of(rule, &Process::of(event));
        let (logon, logon_id) = Logon::of(event);
        let (by, own) = match (&created.process_guid, &created.process_id) {
            (Some(guid), _) => (By::Guid, Some(guid.clone())),
            (None, Some(pid)) => (By::Pid, Some(pid.clone())),
            (None, None) => (By::Nothing, None),
        };
        let window = created
            .time
            .map(|time| (time.plus_minutes(-i64::from(minutes)), time.plus_minutes(i64::from(minutes))));
        let mut found = Found::new(at.source, By::Pid == by);
        found.created.add(shelf::earliest(created.time), &at, || created.clone());
        let anchor = Anchor { created, logon, logon_id };
        let question = Question {
            host: event.computer().map(str::to_owned),
            anchor: Some(anchor.clone()),
            by,
            parents: own.into_iter().collect(),
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
        if found.host_creations > 0 {
            self.holds_host.insert(found.source);
        }
        self.found.merge(found);
    }

    /// An input could not be asked: why, a sentence.
    pub fn fail(&mut self, name: &str, reason: &str) {
        self.troubles.push(format!("{name} could not be read: {reason}"));
    }

    /// All answers of a round are in. True: there is another question.
    pub fn next_round(&mut self) -> bool {
        self.rounds += 1;
        let tree = tree::Tree::of(&self.anchor, self.question.by, &self.found);
        let new: BTreeSet<_> = tree.names().filter(|name| !self.asked.contains(*name)).cloned().collect();
        if new.is_empty() {
            self.complete = true;
            return false;
        }
        if self.rounds >= limits::CONTEXT_ROUNDS {
            self.troubles.push(format!(
                "All inputs were asked {} times, and each time more processes were found: the tree may have more.",
                self.rounds
            ));
            return false;
        }
        self.asked.extend(new.iter().cloned());
        self.question = Question { anchor: None, parents: new, ..self.question() };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_gives_its_place_again() {
        let span = Span { offset: 1 << 40, length: 7, nth: 2, direct: true };
        for member in [None, Some(u128::MAX)] {
            let at = At { source: 3, locator: Locator { member, span, record_id: None } };
            assert_eq!(At::parse(&at.token()), Some(at));
        }
        for token in ["", "1", "1:-:2:3:4:5:6", "x:-:1:2:3:1"] {
            assert_eq!(At::parse(token), None, "{token}");
        }
    }

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
    fn every_minute_of_a_window_begins_with_one_of_its_texts() {
        let time = |text: &str| Time::parse(text).unwrap();
        let told = |first: &str, last: &str| minutes(time(first), time(last)).join(", ");
        expect_test::expect!["2020-05-01T23:5, 2020-05-01 23:5, 2020-05-02T00:0, 2020-05-02 00:0"]
            .assert_eq(&told("2020-05-01 23:56:00", "2020-05-02 00:01:00"));
        let day = minutes(time("2020-05-01 00:30:00"), time("2020-05-02 00:30:00"));
        assert_eq!((day.len(), day[0].as_str()), (50, "2020-05-01T00:"));
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        let long = "ä".repeat(limits::CONTEXT_VALUE_BYTES);
        let short = cut(&long);
        assert!(short.len() <= limits::CONTEXT_VALUE_BYTES + '…'.len_utf8() && short.ends_with("ä…"));
    }
}
