//! What a query of the table leaves: which rows, and which of their events.

use super::query::{Query, stacked_by};
use super::search::Search;
use crate::group::Match;
use crate::hints::Hints;
use crate::session::{Group, Session, Shown};
use crate::time::Time;

/// What a query leaves.
#[derive(Debug, Default)]
pub(super) struct Filter {
    search: Option<Search>,
    hint: Option<Hints>,
    log: Option<Logs>,
    range: Option<(Time, Time)>,
    only: Vec<(usize, String)>,
}

/// An input, or those of its archive members that have one name.
#[derive(Debug)]
struct Logs {
    source: u32,
    members: Option<Vec<u128>>,
}

impl Logs {
    fn of(session: &Session, source: u32, member: &str) -> Logs {
        let findings = session.sources().get(source as usize).map(|source| &source.findings);
        let named = || findings.into_iter().flat_map(|findings| findings.members.named(member)).collect();
        Logs { source, members: (!member.is_empty()).then(named) }
    }

    fn has(&self, source: u32, found: &Match) -> bool {
        let is_in = |members: &Vec<u128>| {
            found.locator.member.is_some_and(|member| members.binary_search(&member).is_ok())
        };
        self.source == source && self.members.as_ref().is_none_or(is_in)
    }
}

impl Filter {
    /// The filter of a query, with its range only where `ranged` says so.
    ///
    /// # Errors
    /// A sentence, when a part of the query is not understood.
    pub(super) fn of(session: &Session, query: &Query, ranged: bool) -> Result<Filter, &'static str> {
        let hint = match query.hint.as_str() {
            "" => None,
            id => Some(Hints::named(id).ok_or("There is no such hint.")?),
        };
        let range = match query.range.as_ref().filter(|_| ranged) {
            None => None,
            Some(range) => {
                let ends = Time::parse(&range.from).zip(Time::parse(&range.to));
                Some(ends.ok_or("The ends of the range are no ISO 8601 times.")?)
            }
        };
        let only = query.only.iter().map(|only| Ok((stacked_by(&only.field)?, only.value.clone())));
        let only = only.collect::<Result<_, &'static str>>()?;
        let search = (!query.search.is_empty()).then(|| Search::new(session, &query.search, &query.clock));
        let log = query.source.map(|source| Logs::of(session, source, &query.member));
        Ok(Filter { search, hint, log, range, only })
    }

    /// Whether a group can have events that pass: what is the same for all of them.
    fn admits(&mut self, session: &Session, group: &Group) -> bool {
        group.shown.events > 0
            && self.only.iter().all(|(at, value)| group.key[*at] == *value)
            && self.search.as_mut().is_none_or(|search| search.finds(session, group))
    }

    /// What passes of a group.
    pub(super) fn tally(&mut self, session: &Session, group: &Group) -> Shown {
        if !self.admits(session, group) {
            return Shown::default();
        }
        if !self.is_about_events() {
            return group.shown;
        }
        let mut tally = Shown::default();
        for found in self.events(session, group) {
            tally.events += 1;
            found.time.into_iter().for_each(|time| tally.period.add(time));
        }
        tally
    }

    /// The hints on what passes of a group.
    pub(super) fn hints(&mut self, session: &Session, group: &Group) -> Hints {
        if !self.admits(session, group) {
            return Hints::default();
        }
        if !self.is_about_events() {
            return group.shown.hints;
        }
        let of = |found| session.variant(found).all.hints;
        self.events(session, group).fold(Hints::default(), |all, found| all.union(of(found)))
    }

    /// Whether it may leave some events of a group and others not.
    fn is_about_events(&self) -> bool {
        self.hint.is_some() || self.log.is_some() || self.range.is_some()
    }

    /// How many of the shown events of a group that was admitted pass.
    pub(super) fn passing(&self, session: &Session, group: &Group) -> u64 {
        match self.is_about_events() {
            true => self.events(session, group).count() as u64,
            false => group.shown.events,
        }
    }

    /// The shown events of a group that pass; the search is about the group.
    fn events<'a>(&self, session: &'a Session, group: &'a Group) -> impl Iterator<Item = &'a Match> {
        let Filter { hint, log, range, .. } = self;
        let passes = move |(source, found): &&(u32, Match)| {
            let variant = session.variant(found);
            variant.is_shown
                && hint.is_none_or(|hint| variant.all.hints.any_of(hint))
                && log.as_ref().is_none_or(|log| log.has(*source, found))
                && range.is_none_or(|(from, to)| found.time.is_some_and(|time| from <= time && time < to))
        };
        group.matches.iter().filter(passes).map(|(_, found)| found)
    }

    /// All events that pass, each with its group.
    pub(super) fn all<'a>(&mut self, session: &'a Session) -> Vec<(&'a Group, &'a Match)> {
        let mut all = Vec::new();
        for group in session.shown() {
            if self.admits(session, group) {
                all.extend(self.events(session, group).map(|found| (group, found)));
            }
        }
        all
    }
}
