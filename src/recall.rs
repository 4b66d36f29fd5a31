//! One match read again from its input, with the evidence for it.
//!
//! A session keeps where a match lies, never its text: memory follows the matches. When someone
//! asks for the evidence, the bytes are read again.

mod marks;
mod message;
mod object;
mod result;

use serde::Serialize;

use crate::detect::Format;
use crate::event::{Event, SYSMON, Skim};
use crate::group::{Facts, Key, Match, Values, key};
use crate::hints::{self, Remark};
use crate::intake::{Intake, Want};
use crate::locator::{At, Locator, MemberId};
use crate::passwords::Passwords;
use crate::process::{Field, Process};
use crate::rule::Rule;
use crate::session::Session;
use crate::source::whole::Whole;
use crate::source::{Form, Found, Sink, Trouble};

pub use marks::Mark;
use marks::Used;

/// Reads one match again.
pub struct Recall {
    rule: &'static Rule,
    source: u32,
    source_name: String,
    /// The name of its archive member.
    member: Option<String>,
    locator: Locator,
    /// The key of its group, if it is a match.
    key: Option<Key>,
    intake: Intake,
    finder: Finder,
}

/// Everything about one match.
#[derive(Debug, Serialize)]
pub struct Evidence {
    /// Where it lies.
    pub locator: Place,
    /// The comparisons of the data model and the rule, each with its value.
    pub clauses: Vec<Clause>,
    /// The hints on it, which are no part of the rule.
    pub hints: Vec<Remark>,
    /// All CIM fields.
    pub cim: Vec<CimField>,
    /// The `System` part as logged.
    pub system: Vec<Pair>,
    /// The event's data as logged.
    pub data: Vec<Pair>,
    /// The rendered message, where the log has one.
    pub message: Option<String>,
    /// The event's text.
    pub raw: String,
    /// What `raw` is: `xml`, `json`, `csv`, or `evtx` for the XML rendering of a binary record.
    pub raw_form: &'static str,
    /// The values in `raw` that the rule used.
    pub marks: Vec<Mark>,
}

/// Where a match lies.
#[derive(Debug, Serialize)]
pub struct Place {
    /// Number of the input.
    pub source: u32,
    /// Name of the input.
    pub source_name: String,
    /// Name of the archive member.
    pub member: Option<String>,
    /// `EventRecordID`, as text: 64 bits do not fit a JavaScript number.
    pub record_id: Option<String>,
    /// Byte offset in the input, or in the unpacked member.
    pub offset: u64,
    /// Length in bytes.
    pub length: u64,
}

/// One comparison.
#[derive(Debug, Serialize)]
pub struct Clause {
    /// As the search writes it.
    pub text: String,
    /// The field compared.
    pub field: &'static str,
    /// Its value in this event.
    pub value: Option<String>,
    /// The log's own name of the field it came from.
    pub source_field: Option<&'static str>,
    /// Whether it holds.
    pub holds: bool,
}

/// One CIM field.
#[derive(Debug, Serialize)]
pub struct CimField {
    /// Its name.
    pub name: &'static str,
    /// Its value, or null.
    pub value: Option<String>,
    /// The log's own name of the field it came from.
    pub source_field: Option<&'static str>,
    /// Part of the by-clause.
    pub key: bool,
}

/// A name and a value.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct Pair {
    pub name: String,
    pub value: String,
}

impl Recall {
    /// A recall of the `index`th event of a group, in the order of [`Session::matches`]. None when
    /// there is no such event.
    pub fn new(session: &Session, group: usize, index: usize) -> Option<Recall> {
        Recall::of(session, group, session.matches(group).get(index)?)
    }

    /// A recall of the event of a group that lies at this place. None when there is no such event.
    pub fn of_match(session: &Session, group: usize, at: &At) -> Option<Recall> {
        let is_there = |(source, found): &&&(u32, Match)| {
            *source == at.source
                && found.locator.member == at.locator.member
                && found.locator.span == at.locator.span
        };
        Recall::of(session, group, session.matches(group).iter().find(is_there)?)
    }

    fn of(session: &Session, group: usize, (source, found): &(u32, Match)) -> Option<Recall> {
        let recall = Recall::at(session, *source, found.locator.clone())?;
        Some(Recall { key: session.groups().get(group).map(|group| group.key.clone()), ..recall })
    }

    /// A recall of any event that a locator names, a match or not. None when there is no such input.
    pub fn at(session: &Session, source: u32, locator: Locator) -> Option<Recall> {
        let input = session.sources().get(source as usize)?;
        let member = session.member(source, locator.member).map(str::to_owned);
        let format = input.findings.format.as_deref().unwrap_or_default();
        let intake = match locator.span.direct && locator.member.is_none() {
            true => Intake::of_span(&input.name, format, locator.span),
            false => Intake::new(&input.name, Some(input.bytes), None),
        };
        let finder = Finder { wanted: locator.clone(), open: Vec::new(), found: None };
        Some(Recall {
            rule: session.rule(),
            source,
            source_name: input.name.clone(),
            member,
            locator,
            key: None,
            intake,
            finder,
        })
    }

    /// Tries encrypted archives with these, before any bytes are pushed.
    pub fn set_passwords(&mut self, passwords: &Passwords) {
        self.intake.set_passwords(passwords);
    }

    /// Number of the input to read.
    pub fn source(&self) -> u32 {
        self.source
    }

    /// The next part of the input that is wanted. None: the event was found, or is not there.
    pub fn want(&self) -> Option<Want> {
        if self.finder.found.is_some() { None } else { self.intake.want() }
    }

    /// Takes bytes from the start of the wanted part.
    pub fn push(&mut self, bytes: &[u8]) {
        self.intake.push(bytes, &mut self.finder);
    }

    /// The event alone, with its place. None as in [`Recall::finish`].
    pub fn event(mut self) -> Option<(u32, Locator, Event)> {
        let (event, ..) = self.found()?;
        Some((self.source, self.locator, event))
    }

    /// What stands at the place, if it is the event that was read there: a file may have been changed since.
    fn found(&mut self) -> Option<(Event, String, Form)> {
        if self.finder.found.is_none() {
            self.intake.finish(&mut self.finder);
        }
        let found = self.finder.found.take()?;
        let process = Process::of(&found.0);
        let matches = || found.0.is_process_creation() && self.rule.filter.matches(&process);
        let same = self.locator.record_id == found.0.record_id()
            && self.key.as_ref().is_none_or(|wanted| matches() && key(self.rule, &process) == *wanted);
        same.then_some(found)
    }

    /// The evidence. None when the input no longer holds the event at its place: it was changed.
    pub fn finish(mut self) -> Option<Evidence> {
        let (event, raw, form) = self.found()?;
        let process = Process::of(&event);
        let span = self.locator.span;
        let own = match form {
            Form::Json => object::of(&raw, span.nth, &event),
            _ => 0..raw.len(),
        };
        Some(Evidence {
            locator: Place {
                source: self.source,
                source_name: self.source_name,
                member: self.member,
                record_id: event.record_id().map(|id| id.to_string()),
                offset: span.offset,
                length: span.length,
            },
            clauses: clauses(self.rule, &event, &process),
            hints: hints::remarks(Values { key: &key(self.rule, &process), facts: &Facts::of(&process) }),
            cim: cim(self.rule, &process),
            system: pairs(event.system.iter()),
            data: pairs(event.data.iter()),
            message: event.message.clone(),
            marks: marks::marks(&raw, own, form, &used(self.rule, &event, &process)),
            raw,
            raw_form: form.name(),
        })
    }
}

fn pairs<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Pair> {
    pairs.map(|(name, value)| Pair { name: name.to_owned(), value: value.to_owned() }).collect()
}

fn clauses(rule: &Rule, event: &Event, process: &Process<'_>) -> Vec<Clause> {
    let provider = event.provider();
    let (field, value) = match provider {
        "" => ("Channel", event.channel()),
        provider => ("Provider@Name", provider),
    };
    let mut clauses = vec![
        Clause {
            text: format!("provider = {SYSMON:?}"),
            field: "provider",
            value: Some(value.to_owned()),
            source_field: Some(field),
            holds: event.is_process_creation(),
        },
        Clause {
            text: "EventID = 1".to_owned(),
            field: "EventID",
            value: event.event_id().map(|id| id.to_string()),
            source_field: Some("EventID"),
            holds: event.is_process_creation(),
        },
    ];
    clauses.extend(rule.filter.explain(process).into_iter().map(|outcome| {
        let value = process.value(outcome.field);
        Clause {
            text: outcome.text,
            field: outcome.field.name(),
            value: value.text,
            source_field: value.source,
            holds: outcome.holds,
        }
    }));
    clauses
}

fn cim(rule: &Rule, process: &Process<'_>) -> Vec<CimField> {
    let field = |field: &Field| {
        let value = process.value(*field);
        let key = rule.key.contains(field);
        CimField { name: field.name(), value: value.text, source_field: value.source, key }
    };
    Field::ALL.iter().map(field).collect()
}

/// The log's fields that the match and its group rest on.
fn used(rule: &Rule, event: &Event, process: &Process<'_>) -> Vec<Used> {
    let compared = rule.filter.explain(process).into_iter().map(|outcome| outcome.field);
    let fields = compared.chain(rule.key.iter().copied());
    let mut used: Vec<_> = fields
        .filter_map(|field| {
            let (name, field) = (process.value(field).source?, field.name());
            let value = process.logged(name).or(event.system.get(name))?.to_owned();
            Some(Used { name, field, value })
        })
        .collect();
    let others = [
        ("EventID", "EventID", event.system.get("EventID")),
        ("Provider@Name", "provider", event.system.get("Provider@Name")),
        ("UtcTime", "_time", process.logged("UtcTime")),
    ];
    for (name, field, value) in others {
        used.extend(value.map(|value| Used { name, field, value: value.to_owned() }));
    }
    used
}

/// Waits for one event.
struct Finder {
    wanted: Locator,
    open: Vec<u128>,
    found: Option<(Event, String, Form)>,
}

impl Sink for Finder {
    fn enter(&mut self, member: &MemberId) {
        self.open.push(member.ordinal);
    }

    fn leave(&mut self, _bytes: u64) {
        self.open.pop();
    }

    fn format(&mut self, _format: &Format) {}

    fn event(&mut self, found: Found<'_>) {
        let span = self.wanted.span;
        let same =
            (found.span.offset, found.span.length, found.span.nth) == (span.offset, span.length, span.nth);
        if same && self.open.last().copied() == self.wanted.member && self.found.is_none() {
            self.found = Some((found.event.clone(), found.raw.to_owned(), found.form));
        }
    }

    // Without a needle every event is read in full.
    fn skimmed(&mut self, _skim: Skim<'_>) {}

    // The scan judged it.
    fn whole(&mut self, _whole: Whole) {}

    // The scan reported them all.
    fn trouble(&mut self, _trouble: Trouble) {}
}
