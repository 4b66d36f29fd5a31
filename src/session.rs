//! The findings of all inputs, merged in any order.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::findings::{Findings, Period};
use crate::group::{Facts, Groups, Key, Match, Values, facts_bytes, key_bytes};
use crate::hints::Hints;
use crate::limits;
use crate::locator::MemberId;
use crate::order;
use crate::part::{Coverage, coverage};
use crate::problem::{Code, Place, Problem};
use crate::rule::Rule;
use crate::scan::Scan;
use crate::tuning::Tuning;

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
    /// It was taken out again: nothing of it counts, and only its number remains.
    pub removed: bool,
}

/// One row of the result.
#[derive(Debug)]
pub struct Group {
    /// The values of the by-clause.
    pub key: Key,
    /// Its events, the hidden ones too: which input, and where in it. Their `facts` is the number
    /// of their variant.
    pub matches: Vec<(u32, Match)>,
    /// What the tuning leaves of it.
    pub shown: Shown,
}

/// Some events at a glance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shown {
    /// How many.
    pub events: u64,
    /// First and last time.
    pub period: Period,
    /// The hints on any of them.
    pub hints: Hints,
}

impl Shown {
    fn add(&mut self, other: Shown) {
        self.events += other.events;
        self.period.merge(other.period);
        self.hints = self.hints.and(other.hints);
    }
}

/// The events of one group that also agree in their facts: the tuning and the hints say the same
/// of all of them. Nearly every group has one.
#[derive(Debug)]
pub struct Variant {
    /// Index of the group.
    pub group: usize,
    /// What the events agree in beside the key.
    pub facts: Arc<Facts>,
    /// The events, hidden or not.
    pub all: Shown,
    /// Whether the tuning shows them.
    pub is_shown: bool,
}

/// The result over all inputs.
#[derive(Debug)]
pub struct Session {
    rule: &'static Rule,
    sources: Vec<Source>,
    groups: Vec<Group>,
    by_key: BTreeMap<Key, usize>,
    variants: Vec<Variant>,
    by_facts: BTreeMap<(usize, u32), u32>,
    /// Every different value of facts, and its number.
    facts: BTreeMap<Arc<Facts>, u32>,
    tuning: Tuning,
    /// Bytes of the matches that are kept, see [`limits::MATCH_BYTES`].
    kept: usize,
}

impl Session {
    /// An empty session for a rule.
    pub fn new(rule: &'static Rule) -> Session {
        Session {
            rule,
            sources: Vec::new(),
            groups: Vec::new(),
            by_key: BTreeMap::new(),
            variants: Vec::new(),
            by_facts: BTreeMap::new(),
            facts: BTreeMap::new(),
            tuning: Tuning::default(),
            kept: 0,
        }
    }

    /// The rule.
    pub fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// Adds an input; returns its number, which is its place in reports.
    pub fn add_source(&mut self, name: &str, bytes: u64) -> u32 {
        let number = self.sources.len() as u32;
        let findings = Findings { source: number, ..Findings::default() };
        self.sources.push(Source { name: name.to_owned(), bytes, sha256: None, findings, removed: false });
        number
    }

    /// A scan of an input. None when there is no such input.
    pub fn scan(&self, source: u32) -> Option<Scan> {
        let found = self.sources.get(source as usize)?;
        Some(Scan::new(self.rule, source, &found.name, Some(found.bytes)))
    }

    /// The inputs in order, also those that were taken out.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The inputs that were not taken out, with their numbers.
    pub fn inputs(&self) -> impl Iterator<Item = (u32, &Source)> {
        (0..).zip(&self.sources).filter(|(_, source)| !source.removed)
    }

    /// The groups in the order they were first seen: a group's index never changes.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The groups that have events.
    pub fn rows(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(|group| !group.matches.is_empty())
    }

    /// The groups that the tuning leaves something of.
    pub fn shown(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(|group| group.shown.events > 0)
    }

    /// The indexes of the shown groups in the order of reports: by first time (unknown last), then key.
    pub fn order(&self) -> Vec<usize> {
        let mut order: Vec<_> =
            (0..self.groups.len()).filter(|index| self.groups[*index].shown.events > 0).collect();
        let first = |index: &usize| {
            let time = self.groups[*index].shown.period.first();
            (time.is_none(), time)
        };
        order::sort(&mut order, |a, b| {
            first(a).cmp(&first(b)).then_with(|| self.groups[*a].key.cmp(&self.groups[*b].key))
        });
        order
    }

    /// The variants of all groups; those without events are of inputs that were taken out.
    pub fn variants(&self) -> impl Iterator<Item = &Variant> {
        self.variants.iter().filter(|variant| variant.all.events > 0)
    }

    /// The variant of an event of a group.
    pub fn variant(&self, found: &Match) -> &Variant {
        &self.variants[found.facts as usize]
    }

    /// The values of the events of a variant.
    pub fn values<'a>(&'a self, variant: &'a Variant) -> Values<'a> {
        Values { key: &self.groups[variant.group].key, facts: &variant.facts }
    }

    /// The tuning.
    pub fn tuning(&self) -> &Tuning {
        &self.tuning
    }

    /// Takes a tuning in place of the one before.
    pub fn tune(&mut self, tuning: Tuning) {
        self.tuning = tuning;
        for variant in &mut self.variants {
            let values = Values { key: &self.groups[variant.group].key, facts: &variant.facts };
            variant.is_shown = self.tuning.shows(values);
        }
        self.sum_up();
    }

    /// Sums up for every group what the tuning leaves of it.
    fn sum_up(&mut self) {
        self.groups.iter_mut().for_each(|group| group.shown = Shown::default());
        for variant in self.variants.iter().filter(|variant| variant.is_shown && variant.all.events > 0) {
            self.groups[variant.group].shown.add(variant.all);
        }
    }

    /// Merges findings. Findings of an unknown input are not taken; the result says whether. Nor
    /// are those of one that was taken out: whoever read on did not know yet.
    pub fn absorb(&mut self, findings: Findings) -> bool {
        let number = findings.source;
        let Some(source) = self.sources.get_mut(number as usize) else {
            return false;
        };
        if source.removed {
            return true;
        }
        let Groups { rows, facts, .. } = source.findings.merge(findings);
        let facts: Vec<_> = facts.into_iter().map(|facts| self.intern(facts)).collect();
        let mut left_out = 0;
        for (key, found) in rows {
            let is_new = !self.by_key.contains_key(&key);
            let bytes = if is_new { key_bytes(&key) } else { 0 } + found.len() * limits::MATCH_OVERHEAD;
            if self.kept + bytes > limits::MATCH_BYTES {
                left_out += found.len();
                continue;
            }
            self.kept += bytes;
            let next = self.groups.len();
            let index = *self.by_key.entry(key.clone()).or_insert(next);
            if index == next {
                self.groups.push(Group { key, matches: Vec::new(), shown: Shown::default() });
            }
            for mut found in found {
                let Some((number_of, values)) = facts.get(found.facts as usize) else {
                    return false;
                };
                found.facts = self.variant_of(index, *number_of, values);
                let variant = &mut self.variants[found.facts as usize];
                let period = Period(found.time.map(|time| (time, time)));
                let one = Shown { events: 1, period, hints: variant.all.hints };
                variant.all.add(one);
                let group = &mut self.groups[index];
                if variant.is_shown {
                    group.shown.add(one);
                }
                group.matches.push((number, found));
            }
        }
        let source = &mut self.sources[number as usize];
        if left_out > 0 {
            let message = format!(
                "The matches of all inputs take more than {} MiB; {left_out} of this input are counted, and are not \
                 among the rows.",
                limits::MATCH_BYTES >> 20
            );
            source.findings.problems.add(Problem { place: Place::default(), code: Code::OverLimit, message });
        }
        source.findings.settle(source.bytes);
        true
    }

    /// The number of some facts, and the one copy of them.
    fn intern(&mut self, facts: Facts) -> (u32, Arc<Facts>) {
        let next = self.facts.len() as u32;
        let facts = Arc::new(facts);
        match self.facts.get_key_value(&facts) {
            Some((facts, number)) => (*number, Arc::clone(facts)),
            None => {
                self.kept += facts_bytes(&facts);
                self.facts.insert(Arc::clone(&facts), next);
                (next, facts)
            }
        }
    }

    /// The number of the variant of a group that has these facts.
    fn variant_of(&mut self, group: usize, number: u32, facts: &Arc<Facts>) -> u32 {
        let next = self.variants.len() as u32;
        let found = *self.by_facts.entry((group, number)).or_insert(next);
        if found == next {
            let values = Values { key: &self.groups[group].key, facts };
            let all = Shown { hints: Hints::of(values), ..Shown::default() };
            let is_shown = self.tuning.shows(values);
            self.variants.push(Variant { group, facts: Arc::clone(facts), all, is_shown });
        }
        found
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
        for variant in &mut self.variants {
            variant.all = Shown { hints: variant.all.hints, ..Shown::default() };
        }
        for group in &mut self.groups {
            group.matches.retain(|(from, _)| *from != source);
            for (_, found) in &group.matches {
                let all = &mut self.variants[found.facts as usize].all;
                let period = Period(found.time.map(|time| (time, time)));
                all.add(Shown { events: 1, period, hints: all.hints });
            }
        }
        self.sum_up();
    }

    /// Takes an input out: nothing of it counts any more. Its number is not given again.
    pub fn remove(&mut self, source: u32) {
        self.restart(source);
        if let Some(input) = self.sources.get_mut(source as usize) {
            input.removed = true;
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

    /// A group's shown events by time and place, which does not depend on the order they arrived in.
    pub fn matches(&self, group: usize) -> Vec<&(u32, Match)> {
        let mut found: Vec<_> = self.groups.get(group).map_or(Vec::new(), |group| {
            group.matches.iter().filter(|(_, found)| self.variant(found).is_shown).collect()
        });
        order::sort(&mut found, |(source, a), (other, b)| {
            let times = (a.time.is_none(), a.time).cmp(&(b.time.is_none(), b.time));
            times.then(source.cmp(other)).then_with(|| a.locator.cmp(&b.locator))
        });
        found
    }

    /// The member that a locator names.
    pub fn member(&self, source: u32, ordinal: Option<u128>) -> Option<MemberId> {
        let ordinal = ordinal?;
        let member = self.sources.get(source as usize)?.findings.members.get(&ordinal)?;
        Some(MemberId { ordinal, name: member.name.clone() })
    }
}
