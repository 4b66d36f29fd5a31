//! Which logs the events of a row came from: inputs, or members of those that are archives.

use serde::Serialize;

use crate::order;
use crate::session::{Group, Session};

/// Logs of a row that are named.
const NAMED: usize = 20;

/// A log: the number of an input, and the ordinal of the member where it is an archive.
pub(super) type Log = (u32, Option<u128>);

/// A log that a row has events of.
#[derive(Debug, Serialize)]
pub struct LogName {
    /// Number of the input.
    pub source: u32,
    /// Name of the archive member, or null.
    pub member: Option<String>,
}

/// The log of each shown event of a group.
pub(super) fn of<'a>(session: &'a Session, group: &'a Group) -> impl Iterator<Item = Log> + 'a {
    let shown = group.matches.iter().filter(|(_, found)| session.variant(found).is_shown);
    shown.map(|(source, found)| (*source, found.locator.member))
}

/// The logs of a group: the first ones, in the order of inputs and members, and how many there are.
pub(super) fn names(session: &Session, group: &Group) -> (Vec<LogName>, u64) {
    let all = distinct(of(session, group));
    let name = |&(source, member): &Log| LogName {
        source,
        member: session.member(source, member).map(str::to_owned),
    };
    (all.iter().take(NAMED).map(name).collect(), all.len() as u64)
}

/// What a group is sorted by where logs are: the name of its first one.
pub(super) fn first<'a>(session: &'a Session, group: &Group) -> &'a str {
    let Some((source, member)) = of(session, group).min() else { return "" };
    let Some(source) = session.sources().get(source as usize) else { return "" };
    let member = member.and_then(|member| source.findings.members.get(member));
    member.map_or(&source.name, |member| &member.name)
}

/// Each log once, in order.
fn distinct(logs: impl Iterator<Item = Log>) -> Vec<Log> {
    let mut all: Vec<_> = logs.collect();
    all.dedup();
    order::sort(&mut all, Log::cmp);
    all.dedup();
    all
}

/// The logs whose name passes, in order; none where there is but one log, whose name no row shows.
pub(super) fn named(session: &Session, passes: impl Fn(&str) -> bool) -> Vec<Log> {
    let mut found = Vec::new();
    let mut all = 0_u64;
    for (number, source) in session.inputs() {
        let whole = passes(&source.name);
        all += 1;
        if whole {
            found.push((number, None));
        }
        let mut members = 0;
        for (ordinal, member) in source.findings.members.numbered() {
            members += 1;
            if whole || passes(&member.name) {
                found.push((number, Some(ordinal)));
            }
        }
        all += u64::saturating_sub(members, 1);
    }
    if all > 1 { found } else { Vec::new() }
}
