//! What one input, or a part of one, answers to a question.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::kinds::{self, KINDS, LOGON_KIND, PROCESS_TERMINATE, Trace, When};
use super::links::Links;
use super::shelf::{Shelf, nearest, since};
use super::{Anchor, At, By, Created, Logon, Question, cut, guid, pid, rendered};
use crate::detect::Format;
use crate::event::{Event, PROCESS_CREATE, Skim, is_sysmon};
use crate::ids::{Link, number};
use crate::limits;
use crate::locator::{Locator, MemberId};
use crate::process::Process;
use crate::rule::Rule;
use crate::source::whole::Whole;
use crate::source::{self, Sink, Trouble};
use crate::text;
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
    /// What is left out, and should be told of.
    pub left_out: LeftOut,
}

/// Events that may belong to a context and can't be placed in it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LeftOut {
    /// They may tell of the call, and have no readable time.
    pub untimed: u64,
    /// Logons that do not tell their type.
    pub untyped: u64,
    /// They name the process by its id, where others of the log do by GUID.
    pub by_id_alone: u64,
    /// Names of hosts that differ from the host's in their domain alone.
    pub hosts: Vec<String>,
}

/// So many names of hosts are told.
const HOSTS_TOLD: usize = 3;

impl LeftOut {
    fn merge(&mut self, other: LeftOut) {
        self.untimed += other.untimed;
        self.untyped += other.untyped;
        self.by_id_alone += other.by_id_alone;
        other.hosts.into_iter().for_each(|host| self.host(host));
    }

    /// The first ones, whatever the order in which they came.
    fn host(&mut self, host: String) {
        if let Err(place) = self.hosts.binary_search(&host) {
            self.hosts.insert(place, host);
            self.hosts.truncate(HOSTS_TOLD);
        }
    }
}

impl Found {
    /// Nothing yet.
    pub fn new(source: u32, by_pid: bool) -> Found {
        let candidates = if by_pid { limits::CONTEXT_CANDIDATES } else { limits::CONTEXT_COPIES };
        Found {
            source,
            host_lives: 0,
            created: Shelf::new(candidates),
            links: Links::default(),
            ended: Shelf::new(limits::CONTEXT_CANDIDATES),
            beside: Shelf::new(limits::CONTEXT_LISTED),
            logon: Shelf::new(limits::CONTEXT_LISTED),
            did: KINDS.iter().map(|_| Shelf::new(limits::CONTEXT_LISTED)).collect(),
            wmi: Shelf::new(limits::CONTEXT_LISTED),
            sysmon: BTreeMap::new(),
            logons: 0,
            left_out: LeftOut::default(),
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
        self.left_out.merge(other.left_out);
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

    /// Keeps the name of a host that may be the same one, with its domain or without it. Only the first round does.
    fn look_at_host(&mut self, computer: Option<&str>) {
        let (Some(have), Some(wanted), Some(_)) = (computer, &self.question.host, &self.question.anchor)
        else {
            return;
        };
        let first = |name: &str| name.split('.').next().unwrap_or_default().len();
        let (length, other) = (first(have), first(wanted));
        // A name is qualified or it is not: of two domains each may have such a host.
        let is_alike = length == other
            && (length == have.len()) != (other == wanted.len())
            && have.as_bytes()[..length].eq_ignore_ascii_case(&wanted.as_bytes()[..length]);
        if is_alike {
            self.found.left_out.host(text::start(have, limits::COUNTED_NAME_BYTES).to_owned());
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
            self.found.created.add(since(self.question.since, created.time), at, || created.clone());
        }
        self.count_by_id_alone((&created.parent_process_guid, &created.parent_process_id), created.time);
        if let Some(anchor) = self.question.anchor.clone() {
            let itself = created == anchor.created;
            let near = nearest(anchor.created.time, created.time);
            if !itself && self.is_beside(created.time) {
                self.found.beside.add(near, at, || created.clone());
            }
            if !itself && in_logon(&anchor, event) {
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
            self.found.ended.add(since(self.question.since, end.time), at, || end.clone());
        }
    }

    /// Counts what may belong to the process, and names it by its id alone where the process has a GUID.
    fn count_by_id_alone(&mut self, (guid, id): (&Option<String>, &Option<String>), time: Option<Time>) {
        let Some(Anchor { created: anchor, .. }) = &self.question.anchor else { return };
        let is_its_own = id.is_some() && *id == anchor.process_id && time >= anchor.time;
        if self.question.by == By::Guid && guid.is_none() && is_its_own {
            self.found.left_out.by_id_alone += 1;
        }
    }

    /// What the process did. By id only from its creation on; until when is told at the end.
    fn did(&mut self, event: &Event, event_id: u32, kind: usize, at: &At) {
        let Some(anchor) = &self.question.anchor else { return };
        let (own_guid, own_pid) = kinds::actor(event, event_id);
        let (own_guid, own_pid) = (own_guid.and_then(guid), own_pid.and_then(pid));
        let its_own = match self.question.by {
            By::Guid => own_guid == anchor.created.process_guid,
            By::Pid => own_pid == anchor.created.process_id,
            By::Nothing => false,
        };
        let time = Process::of(event).time();
        if !its_own {
            self.count_by_id_alone((&own_guid, &own_pid), time);
            return;
        }
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
        let event = if sysmon { Cow::Borrowed(event) } else { rendered::with_data(event) };
        if let Some(trace) = kinds::trace(&event, sysmon, None) {
            let time = Process::of(&event).time();
            let none = Created { time, ..Created::default() };
            self.trace(trace, &event, time, at, &none);
        }
    }

    fn trace(&mut self, trace: &Trace, event: &Event, time: Option<Time>, at: &At, created: &Created) {
        let Some(anchor) = &self.question.anchor else { return };
        let begun = anchor.created.time;
        let slack = if trace.when == When::Near { limits::CONTEXT_SLACK_SECONDS } else { 0 };
        let latest = begun.map(|begun| begun.plus_seconds(slack));
        let before = matches!((time, latest), (Some(time), Some(latest)) if time <= latest);
        let in_window =
            matches!((time, self.question.window), (Some(time), Some((first, _))) if before && first <= time);
        let is_logon = trace.kind == LOGON_KIND;
        let logon_type = event.data.get("LogonType").and_then(number);
        let same_logon =
            is_logon && (before || time.is_none() || latest.is_none()) && is_logon_of(anchor, event);
        let is_kind = !is_logon || logon_type == Some(3);
        let counts = match trace.when {
            // What is made after the match can't have started it. Without a time it may have been before.
            When::Waits => {
                let later = matches!((time, begun), (Some(time), Some(begun)) if begun < time);
                let deleted =
                    event.data.get("Operation").is_some_and(|did| did.eq_ignore_ascii_case("Deleted"));
                !later || deleted
            }
            When::Before | When::Near => same_logon || (in_window && is_kind),
        };
        if !counts {
            let untyped = is_logon && logon_type.is_none() && in_window;
            let untimed = time.is_none() && begun.is_some() && is_kind;
            self.found.left_out.untyped += u64::from(untyped);
            self.found.left_out.untimed += u64::from(untimed && !untyped);
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

/// Whether a logon is the one of the process: by its id, which is good until the host starts again, and its user.
fn is_logon_of(anchor: &Anchor, event: &Event) -> bool {
    let data = |name: &str| event.data.get(name);
    let id = data("TargetLogonId").and_then(number);
    id.is_some()
        && id == anchor.logon_id
        && may_be(&anchor.created.user, data("TargetUserName").unwrap_or_default())
}

/// Whether two names may be those of one user, with or without their domain; a missing one may be any.
fn may_be(user: &str, other: &str) -> bool {
    let name = |user: &str| user.rsplit('\\').next().unwrap_or_default().trim().to_lowercase();
    let (user, other) = (name(user), name(other));
    let is_known = |name: &str| !matches!(name, "" | "-" | "unknown");
    user == other || !is_known(&user) || !is_known(&other)
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

fn in_logon(anchor: &Anchor, event: &Event) -> bool {
    match &anchor.logon {
        Logon::Guid(wanted) => event.data.get("LogonGuid").and_then(guid).as_ref() == Some(wanted),
        Logon::Id(wanted) => {
            let is_same = event.data.get("LogonId").and_then(number) == Some(*wanted);
            is_same && may_be(&anchor.created.user, event.data.get("User").unwrap_or_default())
        }
        Logon::Service(_) | Logon::Unknown => false,
    }
}

/// Those of an event's fields that say something.
fn telling(event: &Event, names: &[&str]) -> Vec<(String, String)> {
    let fields = names.iter().filter_map(|name| Some((*name, event.data.get(name)?)));
    let said = fields.filter(|(name, value)| !matches!(value.trim(), "" | "-") && !is_severity(name, value));
    said.map(|(name, value)| (name.to_owned(), cut(value))).collect()
}

/// NXLog writes the severity over what Sysmon says by the same name: that of Sysmon is in mixed case.
fn is_severity(name: &str, value: &str) -> bool {
    name == "EventType" && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
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
            self.look_at_host(event.computer());
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
        } else {
            self.look_at_host(skim.computer);
        }
    }

    // The scan judged it.
    fn whole(&mut self, _whole: Whole) {}

    // The scan reported them all.
    fn trouble(&mut self, _trouble: Trouble) {}
}
