//! What one input, or a part of one, answers to a question.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::kinds::{self, KINDS, PROCESS_TERMINATE, Trace, When};
use super::links::Links;
use super::shelf::{Shelf, nearest};
use super::{Anchor, At, By, Created, Logon, Question, cut, guid, pid};
use crate::detect::Format;
use crate::event::{Event, PROCESS_CREATE, Skim, is_sysmon};
use crate::ids::{Link, number};
use crate::limits;
use crate::locator::{Locator, MemberId};
use crate::process::Process;
use crate::rule::Rule;
use crate::source::whole::Whole;
use crate::source::{self, Sink, Trouble};
use crate::time::{self, Time};

/// A process that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// When.
    pub time: Option<Time>,
    /// Its id.
    pub process_id: Option<String>,
    /// Its GUID.
    pub process_guid: Option<String>,
}

/// An event that is no process of a list, as far as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Seen {
    /// When.
    pub time: Option<Time>,
    /// `EventID`.
    pub event_id: u32,
    /// What it tells, see [`kinds`].
    pub kind: String,
    /// Who wrote it.
    pub provider: String,
    /// Its telling fields.
    pub fields: Vec<(String, String)>,
    /// It is the logon that the process belongs to.
    pub same_logon: bool,
}

/// What was found in one input, or in a part of one. Merges in any order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Found {
    /// Number of the input.
    pub source: u32,
    /// How many processes of the host it saw begin, and how many end.
    pub host_lives: u64,
    /// Processes that may belong to the tree.
    pub created: Shelf<Created>,
    /// Who started whom on the host. Only the first round asks for it.
    pub links: Links,
    /// Which of them ended.
    pub ended: Shelf<End>,
    /// What ran beside the process.
    pub beside: Shelf<Created>,
    /// What ran in its logon.
    pub logon: Shelf<Created>,
    /// What it did, by [`KINDS`].
    pub did: Vec<Shelf<Seen>>,
    /// The WMI side.
    pub wmi: Shelf<Seen>,
    /// How many events of each of Sysmon's kinds the host has.
    pub sysmon: BTreeMap<u32, u64>,
    /// How many logons (4624) the host has.
    pub logons: u64,
}

impl Found {
    /// Nothing yet.
    pub fn new(source: u32, by_pid: bool) -> Found {
        let candidates = if by_pid { limits::CONTEXT_CANDIDATES } else { limits::CONTEXT_LISTED };
        Found {
            source,
            host_lives: 0,
            created: Shelf::new(candidates),
            links: Links::default(),
            ended: Shelf::new(candidates),
            beside: Shelf::new(limits::CONTEXT_LISTED),
            logon: Shelf::new(limits::CONTEXT_LISTED),
            did: KINDS.iter().map(|_| Shelf::new(limits::CONTEXT_LISTED)).collect(),
            wmi: Shelf::new(limits::CONTEXT_LISTED),
            sysmon: BTreeMap::new(),
            logons: 0,
        }
    }

    /// Adds what was found elsewhere.
    pub fn merge(&mut self, other: Found) {
        self.host_lives += other.host_lives;
        self.created.merge(other.created);
        self.links.merge(other.links);
        self.ended.merge(other.ended);
        self.beside.merge(other.beside);
        self.logon.merge(other.logon);
        for (ours, theirs) in self.did.iter_mut().zip(other.did) {
            ours.merge(theirs);
        }
        self.wmi.merge(other.wmi);
        for (id, count) in other.sysmon {
            *self.sysmon.entry(id).or_default() += count;
        }
        self.logons += other.logons;
    }
}

/// Takes the events of an input and keeps what answers the question.
pub struct Gatherer {
    rule: &'static Rule,
    question: Question,
    /// Whose children are wanted: those asked for, and with ids those of them that were found on the way.
    parents: BTreeSet<String>,
    found: Found,
    open: Vec<u128>,
}

impl Gatherer {
    /// For input number `source`.
    pub fn new(rule: &'static Rule, question: Question, source: u32) -> Gatherer {
        let found = Found::new(source, question.by == By::Pid);
        Gatherer { rule, parents: question.parents.clone(), question, found, open: Vec::new() }
    }

    /// How many processes of the host began and ended so far.
    pub fn host_lives(&self) -> u64 {
        self.found.host_lives
    }

    /// What was found.
    pub fn into_found(self) -> Found {
        self.found
    }

    fn is_host(&self, computer: Option<&str>) -> bool {
        match (computer, &self.question.host) {
            (Some(have), Some(wanted)) => have.eq_ignore_ascii_case(wanted),
            (have, wanted) => have.is_none() && wanted.is_none(),
        }
    }

    /// Counts an event of the host. Only the first round does.
    fn count(&mut self, sysmon: bool, event_id: Option<u32>, security: impl FnOnce() -> bool) {
        if sysmon && matches!(event_id, Some(PROCESS_CREATE | PROCESS_TERMINATE)) {
            self.found.host_lives += 1;
        }
        if self.question.anchor.is_none() {
            return;
        }
        match event_id {
            // Sysmon has about thirty; a hostile log can't fill the memory with others.
            Some(id @ 0..=255) if sysmon => *self.found.sysmon.entry(id).or_default() += 1,
            Some(4624) if security() => self.found.logons += 1,
            _ => {}
        }
    }

    fn link(&mut self, link: Option<Link>) {
        if let Some(link) = link.filter(|_| self.question.anchor.is_some()) {
            self.found.links.add(link);
        }
    }

    fn created(&mut self, event: &Event, at: &At) {
        let process = Process::of(event);
        let created = Created::of(self.rule, &process);
        self.link(created.link(self.question.by));
        let wanted = |name: &Option<String>| name.as_ref().is_some_and(|name| self.parents.contains(name));
        let (in_tree, follow) = match self.question.by {
            // The links tell all the others.
            By::Guid => (wanted(&created.parent_process_guid), false),
            // One with the same id as a parent tells from when on the id means another process.
            By::Pid => {
                let started = wanted(&created.parent_process_id);
                (started || wanted(&created.process_id), started)
            }
            By::Nothing => (false, false),
        };
        if follow && self.parents.len() < limits::CONTEXT_CANDIDATES {
            self.parents.extend(created.process_id.clone());
        }
        // Another file may hold the match itself, too. A pass reads what lies in its window.
        let is_itself = |anchor: &Anchor| created.time.is_some() && created == anchor.created;
        if in_tree || self.question.anchor.as_ref().is_some_and(is_itself) {
            self.found.created.add(time::number(created.time), at, || created.clone());
        }
        if let Some(anchor) = self.question.anchor.clone() {
            let itself = created == anchor.created;
            let near = nearest(anchor.created.time, created.time);
            if !itself && self.is_beside(created.time) {
                self.found.beside.add(near, at, || created.clone());
            }
            if !itself && in_logon(&anchor.logon, event) {
                self.found.logon.add(near, at, || created.clone());
            }
            if !itself && let Some(trace) = kinds::trace(event, true, Some(&process)) {
                self.trace(trace, event, created.time, at, &created);
            }
        }
    }

    fn ended(&mut self, event: &Event, at: &At) {
        let (own_guid, own_pid) = kinds::actor(event, PROCESS_TERMINATE);
        let end = End {
            time: Process::of(event).time(),
            process_id: own_pid.and_then(pid),
            process_guid: own_guid.and_then(guid),
        };
        let name = match self.question.by {
            By::Guid => &end.process_guid,
            By::Pid => &end.process_id,
            By::Nothing => &None,
        };
        if name.as_ref().is_some_and(|name| self.parents.contains(name)) {
            self.found.ended.add(time::number(end.time), at, || end.clone());
        }
    }

    /// What the process did. By id only from its creation on; until when is told at the end.
    fn did(&mut self, event: &Event, event_id: u32, kind: usize, at: &At) {
        let Some(anchor) = &self.question.anchor else { return };
        let (own_guid, own_pid) = kinds::actor(event, event_id);
        let its_own = match self.question.by {
            By::Guid => own_guid.and_then(guid) == anchor.created.process_guid,
            By::Pid => own_pid.and_then(pid) == anchor.created.process_id,
            By::Nothing => false,
        };
        if !its_own {
            return;
        }
        let time = Process::of(event).time();
        let since = anchor.created.time;
        let lived =
            self.question.by == By::Guid || since.is_none_or(|since| time.is_some_and(|time| since <= time));
        if lived {
            self.found.did[kind].add(time::number(time), at, || Seen {
                time,
                event_id,
                kind: KINDS[kind].name.to_owned(),
                provider: event.provider().to_owned(),
                fields: telling(event, KINDS[kind].fields),
                same_logon: false,
            });
        }
    }

    fn other(&mut self, event: &Event, sysmon: bool, at: &At) {
        if let Some(trace) = kinds::trace(event, sysmon, None) {
            let time = Process::of(event).time();
            let none = Created { time, ..Created::default() };
            self.trace(trace, event, time, at, &none);
        }
    }

    fn trace(&mut self, trace: &Trace, event: &Event, time: Option<Time>, at: &At, created: &Created) {
        let Some(anchor) = &self.question.anchor else { return };
        let begun = anchor.created.time;
        let before = matches!((time, begun), (Some(time), Some(begun)) if time <= begun);
        let in_window =
            matches!((time, self.question.window), (Some(time), Some((first, _))) if before && first <= time);
        let data = |name: &str| event.data.get(name).and_then(number);
        let is_logon = trace.kind == "logon";
        let same_logon =
            is_logon && before && anchor.logon_id.is_some() && data("TargetLogonId") == anchor.logon_id;
        let counts = match trace.when {
            // What is made after the match can't have started it. Without a time it may have been before.
            When::Waits => {
                let later = matches!((time, begun), (Some(time), Some(begun)) if begun < time);
                let deleted =
                    event.data.get("Operation").is_some_and(|did| did.eq_ignore_ascii_case("Deleted"));
                !later || deleted
            }
            When::Before if is_logon => same_logon || (in_window && data("LogonType") == Some(3)),
            When::Before => in_window,
        };
        if !counts {
            return;
        }
        // The logon of the process itself is never crowded out.
        let rank = if same_logon { 0 } else { nearest(begun, time) };
        self.found.wmi.add(rank, at, || Seen {
            time,
            event_id: event.event_id().unwrap_or_default(),
            kind: trace.kind.to_owned(),
            provider: event.provider().to_owned(),
            fields: if trace.fields.is_empty() { who(created) } else { telling(event, trace.fields) },
            same_logon,
        });
    }

    fn is_beside(&self, time: Option<Time>) -> bool {
        matches!((time, self.question.window), (Some(time), Some((first, last))) if (first..=last).contains(&time))
    }
}

/// A process, as the fields of an event.
fn who(created: &Created) -> Vec<(String, String)> {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    vec![
        pair("process", &created.process),
        pair("user", &created.user),
        pair("process_id", created.process_id.as_deref().unwrap_or_default()),
        pair("parent_process_name", &created.parent_process_name),
    ]
}

fn in_logon(logon: &Logon, event: &Event) -> bool {
    match logon {
        Logon::Guid(wanted) => event.data.get("LogonGuid").and_then(guid).as_ref() == Some(wanted),
        Logon::Id(wanted) => event.data.get("LogonId").and_then(number) == Some(*wanted),
        Logon::Service(_) | Logon::Unknown => false,
    }
}

/// Those of an event's fields that say something.
fn telling(event: &Event, names: &[&str]) -> Vec<(String, String)> {
    let fields = names.iter().filter_map(|name| Some((*name, event.data.get(name)?)));
    let said = fields.filter(|(_, value)| !matches!(value.trim(), "" | "-"));
    said.map(|(name, value)| (name.to_owned(), cut(value))).collect()
}

impl Sink for Gatherer {
    fn enter(&mut self, member: &MemberId) {
        self.open.push(member.ordinal);
    }

    fn leave(&mut self, _bytes: u64) {
        self.open.pop();
    }

    fn format(&mut self, _format: &Format) {}

    fn event(&mut self, found: source::Found<'_>) {
        let event = found.event;
        if !self.is_host(event.computer()) {
            return;
        }
        let sysmon = is_sysmon(event.provider(), event.channel());
        let event_id = event.event_id();
        self.count(sysmon, event_id, || kinds::is_security(event));
        let locator =
            Locator { member: self.open.last().copied(), span: found.span, record_id: event.record_id() };
        let at = At { source: self.found.source, locator };
        match event_id {
            Some(PROCESS_CREATE) if sysmon => self.created(event, &at),
            Some(PROCESS_TERMINATE) if sysmon => self.ended(event, &at),
            Some(id) => {
                if let Some(kind) = kinds::kind(id).filter(|_| sysmon) {
                    self.did(event, id, kind, &at);
                }
                self.other(event, sysmon, &at);
            }
            None => {}
        }
    }

    fn skimmed(&mut self, skim: Skim<'_>) {
        if self.is_host(skim.computer) {
            let security = || skim.provider.eq_ignore_ascii_case(kinds::SECURITY);
            self.count(is_sysmon(skim.provider, skim.channel), skim.event_id, security);
            self.link(skim.link);
        }
    }

    // The scan judged it.
    fn whole(&mut self, _whole: Whole) {}

    // The scan reported them all.
    fn trouble(&mut self, _trouble: Trouble) {}
}
