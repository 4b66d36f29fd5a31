//! The findings of all inputs, merged in any order.

use std::collections::BTreeMap;

use crate::findings::{Findings, Period};
use crate::group::{Key, Match};
use crate::locator::MemberId;
use crate::part::{Coverage, coverage};
use crate::rule::Rule;
use crate::scan::Scan;

/// One input of a session.
#[derive(Debug)]
pub struct Source {
    /// Its name as the face gave it.
    pub name: String,
    /// Its size in bytes, as far as it is known.
    pub bytes: u64,
    /// SHA-256 of all of it, once it is known.
    pub sha256: Option<String>,
    /// What was found in it; the groups are with the session.
    pub findings: Findings,
}

/// One row of the result.
#[derive(Debug)]
pub struct Group {
    /// The values of the by-clause.
    pub key: Key,
    /// Its events: which input, and where in it.
    pub matches: Vec<(u32, Match)>,
    /// First and last time.
    pub period: Period,
}

/// The result over all inputs.
#[derive(Debug)]
pub struct Session {
    rule: &'static Rule,
    sources: Vec<Source>,
    groups: Vec<Group>,
    by_key: BTreeMap<Key, usize>,
}

impl Session {
    /// An empty session for a rule.
    pub fn new(rule: &'static Rule) -> Session {
        Session { rule, sources: Vec::new(), groups: Vec::new(), by_key: BTreeMap::new() }
    }

    /// The rule.
    pub fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// Adds an input; returns its number, which is its place in reports.
    pub fn add_source(&mut self, name: &str, bytes: u64) -> u32 {
        let number = self.sources.len() as u32;
        let findings = Findings { source: number, ..Findings::default() };
        self.sources.push(Source { name: name.to_owned(), bytes, sha256: None, findings });
        number
    }

    /// A scan of an input. None when there is no such input.
    pub fn scan(&self, source: u32) -> Option<Scan> {
        let found = self.sources.get(source as usize)?;
        Some(Scan::new(self.rule, source, &found.name, Some(found.bytes)))
    }

    /// The inputs in order.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The groups in the order they were first seen: a group's index never changes.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The groups that have events.
    pub fn rows(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(|group| !group.matches.is_empty())
    }

    /// The indexes of the groups in the order of reports: by first time (unknown last), then key.
    pub fn order(&self) -> Vec<usize> {
        let mut order: Vec<_> =
            (0..self.groups.len()).filter(|index| !self.groups[*index].matches.is_empty()).collect();
        let first = |index: &usize| {
            let time = self.groups[*index].period.first();
            (time.is_none(), time)
        };
        order.sort_by(|a, b| {
            first(a).cmp(&first(b)).then_with(|| self.groups[*a].key.cmp(&self.groups[*b].key))
        });
        order
    }

    /// Merges findings. Findings of an unknown input are not taken; the result says whether.
    pub fn absorb(&mut self, findings: Findings) -> bool {
        let number = findings.source;
        let Some(source) = self.sources.get_mut(number as usize) else {
            return false;
        };
        for (key, found) in source.findings.merge(findings).0 {
            let next = self.groups.len();
            let index = *self.by_key.entry(key.clone()).or_insert(next);
            if index == next {
                self.groups.push(Group { key, matches: Vec::new(), period: Period::default() });
            }
            let group = &mut self.groups[index];
            found.iter().filter_map(|found| found.time).for_each(|time| group.period.add(time));
            group.matches.extend(found.into_iter().map(|found| (number, found)));
        }
        let source = &mut self.sources[number as usize];
        source.findings.settle(source.bytes);
        true
    }

    /// True when all parts of an input were read and do not fit together, see [`crate::part`].
    pub fn is_misfit(&self, source: u32) -> bool {
        let source = self.sources.get(source as usize);
        source.is_some_and(|source| coverage(&source.findings.parts, source.bytes) == Coverage::Misfit)
    }

    /// Forgets what was found in an input, so that it can be read anew.
    pub fn restart(&mut self, source: u32) {
        let Some(input) = self.sources.get_mut(source as usize) else { return };
        input.findings = Findings { source, ..Findings::default() };
        for group in &mut self.groups {
            group.matches.retain(|(from, _)| *from != source);
            group.period = Period::default();
            group.matches.iter().filter_map(|(_, found)| found.time).for_each(|time| group.period.add(time));
        }
    }

    /// Sets the SHA-256 of an input.
    pub fn set_sha256(&mut self, source: u32, hash: String) {
        if let Some(source) = self.sources.get_mut(source as usize) {
            source.sha256 = Some(hash);
        }
    }

    /// Sets the size of an input that was not known when it was added.
    pub fn set_bytes(&mut self, source: u32, bytes: u64) {
        if let Some(source) = self.sources.get_mut(source as usize) {
            source.bytes = bytes;
        }
    }

    /// A group's events by time and place, which does not depend on the order they arrived in.
    pub fn matches(&self, group: usize) -> Vec<&(u32, Match)> {
        let mut found: Vec<_> =
            self.groups.get(group).map_or(Vec::new(), |group| group.matches.iter().collect());
        found.sort_by_key(|(source, found)| (found.time.is_none(), found.time, *source, &found.locator));
        found
    }

    /// The member that a locator names.
    pub fn member(&self, source: u32, ordinal: Option<u128>) -> Option<MemberId> {
        let ordinal = ordinal?;
        let member = self.sources.get(source as usize)?.findings.members.get(&ordinal)?;
        Some(MemberId { ordinal, name: member.name.clone() })
    }
}
