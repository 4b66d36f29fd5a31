//! What the page shows: a summary of the session, windows of a sorted and searched table, a timeline.

mod filter;
mod logs;
mod query;
mod search;
mod table;
mod timeline;

use filter::Filter;
pub use logs::LogName;
pub use query::{Offset, Only, Query, Range};
pub use table::{IndexedRow, StackedRow, View, Window};
pub use timeline::{Lane, Timeline, timeline};

use std::collections::BTreeMap;

use serde::Serialize;

use crate::event::is_process_creation;
use crate::findings::{self, Period};
use crate::hints::{self, Hints};
use crate::locator::At;
use crate::order;
use crate::report::{self, Outcome, RuleReport, SourceReport, Totals, Verdict};
use crate::session::Session;

/// Hosts listed by name in a summary.
const HOSTS_LISTED: usize = 20;

/// The session at a glance.
#[derive(Debug, Serialize)]
pub struct Summary<'a> {
    /// The rule.
    pub rule: RuleReport,
    /// The funnel.
    pub totals: Totals,
    /// The answer.
    pub verdict: Verdict,
    /// Which kind of answer it is.
    pub outcome: Outcome,
    /// The process creations.
    pub seen: Seen<'a>,
    /// Every kind of record, the most frequent first.
    pub events: Vec<Kind<'a>>,
    /// Those inputs that were asked for, with their numbers, also when they were taken out.
    pub sources: Vec<(u32, SourceReport<'a>)>,
}

/// Name of all that is not counted by its own name, see [`limits::COUNTED_NAMES`](crate::limits::COUNTED_NAMES).
const OTHERS: &str = "(others)";

/// The process creations.
#[derive(Debug, Serialize)]
pub struct Seen<'a> {
    /// The hosts with most of them.
    pub hosts: Vec<Host<'a>>,
    /// How many hosts there are.
    pub host_count: u64,
    /// First time, or null.
    #[serde(rename = "firstTime")]
    pub first_time: Option<String>,
    /// Last time, or null.
    #[serde(rename = "lastTime")]
    pub last_time: Option<String>,
}

/// A host.
#[derive(Debug, Serialize)]
pub struct Host<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its process creations.
    pub count: u64,
}

/// A kind of record.
#[derive(Debug, Serialize)]
pub struct Kind<'a> {
    /// Channel.
    pub channel: &'a str,
    /// Provider.
    pub provider: &'a str,
    /// EventID, or null.
    pub event_id: Option<u32>,
    /// Whether they are process creations; null of those that are not counted apart.
    pub process_creation: Option<bool>,
    /// How many.
    pub count: u64,
}

/// The session at a glance, with the inputs that are wanted: there may be thousands.
pub fn summary(session: &Session, wanted: impl Fn(u32) -> bool) -> Summary<'_> {
    let totals = report::totals(session);
    let sources = (0..).zip(session.sources()).filter(|(number, _)| wanted(*number));
    Summary {
        rule: report::rule_report(session.rule()),
        verdict: report::verdict(session),
        outcome: report::outcome(&totals),
        seen: seen(session),
        events: events(session),
        sources: sources.map(|(number, source)| (number, report::source_report(source))).collect(),
        totals,
    }
}

fn seen(session: &Session) -> Seen<'_> {
    let mut period = Period::default();
    let mut hosts: BTreeMap<Option<&str>, u64> = BTreeMap::new();
    for (_, source) in session.inputs() {
        period.merge(source.findings.period);
        source.findings.hosts.iter().for_each(|(host, count)| *hosts.entry(host).or_default() += count);
    }
    let host_count = hosts.len() as u64;
    let mut hosts: Vec<_> =
        hosts.into_iter().map(|(name, count)| Host { name: name.unwrap_or(OTHERS), count }).collect();
    order::sort(&mut hosts, |a, b| b.count.cmp(&a.count).then(a.name.cmp(b.name)));
    hosts.truncate(HOSTS_LISTED);
    Seen {
        hosts,
        host_count,
        first_time: period.first().map(|time| time.to_string()),
        last_time: period.last().map(|time| time.to_string()),
    }
}

fn events<'a>(session: &'a Session) -> Vec<Kind<'a>> {
    let mut kinds: BTreeMap<Option<&findings::Kind>, u64> = BTreeMap::new();
    for (_, source) in session.inputs() {
        source.findings.kinds.iter().for_each(|(kind, count)| *kinds.entry(kind).or_default() += count);
    }
    let kind = |(kind, count): (Option<&'a findings::Kind>, u64)| Kind {
        channel: kind.map_or(OTHERS, |kind| &kind.channel),
        provider: kind.map_or(OTHERS, |kind| &kind.provider),
        event_id: kind.and_then(|kind| kind.event_id),
        process_creation: kind.map(|kind| is_process_creation(&kind.provider, &kind.channel, kind.event_id)),
        count,
    };
    let mut kinds: Vec<Kind<'a>> = kinds.into_iter().map(kind).collect();
    order::sort(&mut kinds, |a, b| b.count.cmp(&a.count));
    kinds
}

/// A kind of hint, and how much of what is shown has it.
#[derive(Debug, Serialize)]
#[allow(missing_docs)] // See `hints::Hint`.
pub struct HintCount {
    pub id: &'static str,
    pub label: &'static str,
    pub why: &'static str,
    pub rows: u64,
    pub events: u64,
    /// Rows with an event of it that passes a query, but for the hint that the query asks for.
    pub left: u64,
}

/// All hints, counted over what is shown, and over what a query leaves of it.
///
/// # Errors
/// A sentence, when a part of the query is not understood.
pub fn hints(session: &Session, query: &Query) -> Result<Vec<HintCount>, &'static str> {
    let mut filter = Filter::of(session, &Query { hint: String::new(), ..query.clone() }, true)?;
    let left: Vec<_> = session.shown().map(|group| filter.hints(session, group)).collect();
    let count = |hint: &hints::Hint| {
        let only = Hints::named(hint.id).unwrap_or_default();
        let events = session.variants().filter(|variant| variant.is_shown && variant.all.hints.any_of(only));
        HintCount {
            id: hint.id,
            label: hint.label,
            why: hint.why,
            rows: session.shown().filter(|group| group.shown.hints.any_of(only)).count() as u64,
            events: events.map(|variant| variant.all.events).sum(),
            left: left.iter().filter(|hints| hints.any_of(only)).count() as u64,
        }
    };
    Ok(hints::ALL.iter().map(count).collect())
}

/// One event of a group, as it is told from others.
#[derive(Debug, Serialize)]
pub struct MatchRef<'a> {
    /// Its time, or null.
    pub time: Option<String>,
    /// Number of the input.
    pub source: u32,
    /// Name of the archive member.
    pub member: Option<&'a str>,
    /// One word for its place: its number in the group may change while logs are read.
    pub at: String,
}

/// The events `from..to` of a group, by time and place.
pub fn matches(session: &Session, group: usize, from: usize, to: usize) -> Vec<MatchRef<'_>> {
    let found = session.matches(group);
    let to = to.min(found.len());
    let window = found.get(from.min(to)..to).unwrap_or_default();
    let reference = |(source, found): &&(u32, crate::group::Match)| MatchRef {
        time: found.time.map(|time| time.to_string()),
        source: *source,
        member: session.member(*source, found.locator.member),
        at: At { source: *source, locator: found.locator.clone() }.token(),
    };
    window.iter().map(reference).collect()
}
