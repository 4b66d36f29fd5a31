//! The findings of all inputs, merged in any order.

mod overlap;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use self::overlap::{by_time_and_place, overlaps};
pub use self::source::Source;
use crate::findings::{Findings, Period};
use crate::group::{Facts, Groups, Key, Match, Values, facts_bytes, key_bytes};
use crate::hints::Hints;
use crate::keep::{self, Weighed};
use crate::limits;
use crate::locator::Locator;
use crate::order;
use crate::part::{Coverage, coverage};
use crate::problem::{Code, Place, Problem};
use crate::rule::Rule;
use crate::scan::Scan;
use crate::text;
use crate::time;
use crate::tuning::Tuning;
use crate::visible::labelled;
use crate::volumes::Volume;

/// So much of another input's name stands in a problem.
const NAME_BYTES: usize = 200;

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
        self.hints = self.hints.union(other.hints);
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
    /// Number of the facts.
    number: u32,
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
    /// The next number of facts.
    next_facts: u32,
    tuning: Tuning,
    /// Bytes of the matches that are kept, see [`limits::MATCH_BYTES`].
    kept: usize,
    /// The first match that was left out, by input and place: none at or behind it is kept.
    end: Option<(u32, Locator)>,
    /// Inputs whose problems were judged by what others hold, since somebody asked.
    judged: BTreeSet<u32>,
    /// The matches of the inputs were compared since they changed last.
    compared: bool,
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
            next_facts: 0,
            tuning: Tuning::default(),
            kept: 0,
            end: None,
            judged: BTreeSet::new(),
            compared: false,
        }
    }

    /// The rule.
    pub fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// Adds an input; returns its number, which is its place in reports.
    pub fn add_source(&mut self, name: &str, bytes: u64) -> u32 {
        self.add(name, bytes, Vec::new())
    }

    /// Adds an input that is joined from these files; returns its number.
    pub fn add_joined(&mut self, name: &str, volumes: Vec<Volume>) -> u32 {
        self.add(name, volumes.iter().map(|volume| volume.size).sum(), volumes)
    }

    fn add(&mut self, name: &str, bytes: u64, volumes: Vec<Volume>) -> u32 {
        let number = self.sources.len() as u32;
        let findings = Findings { source: number, ..Findings::default() };
        let name = name.to_owned();
        self.sources.push(Source { name, bytes, volumes, sha256: None, findings, kept: 0, removed: false });
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
        let shown = |index: &usize| self.groups[*index].shown.events > 0;
        self.in_order((0..self.groups.len()).filter(shown).collect())
    }

    /// These groups in that order.
    pub fn in_order(&self, mut groups: Vec<usize>) -> Vec<usize> {
        let first = |index: usize| self.groups[index].shown.period.first();
        let key = |index: usize| &self.groups[index].key;
        let numbers = groups.iter().map(|index| time::number(first(*index)));
        let order = order::by_number(numbers, &|a, b| {
            let (a, b) = (groups[a], groups[b]);
            time::compare(first(a), first(b)).then_with(|| key(a).cmp(key(b)))
        });
        order::rearrange(&mut groups, &order);
        groups
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

    /// Merges findings. Those of an unknown input, or with a match whose facts are missing, are not taken; the result says
    /// whether. Nor are those of an input that was taken out: whoever read on did not know yet.
    #[must_use]
    pub fn absorb(&mut self, findings: Findings) -> bool {
        let number = findings.source;
        if !findings.groups.is_whole() {
            return false;
        }
        let Some(source) = self.sources.get_mut(number as usize) else {
            return false;
        };
        if source.removed {
            return true;
        }
        let is_last = findings.is_last();
        let Groups { rows, facts, end, .. } = source.findings.merge(findings);
        self.end_at(end.map(|end| (number, end)));
        self.add_all(number, rows, facts);
        let source = &mut self.sources[number as usize];
        source.findings.settle(source.bytes);
        source.tell_volumes();
        // Findings may come late, after the last ones of their input.
        let exactly = is_last || source.findings.complete;
        if self.kept > limits::MATCH_BYTES + if exactly { 0 } else { limits::MATCH_SLACK } {
            self.trim();
        }
        self.judge();
        true
    }

    /// Adds those of the matches of an input that are kept.
    fn add_all(&mut self, source: u32, mut rows: Vec<(Key, Vec<Match>)>, mut facts: Vec<Facts>) {
        rows.retain_mut(|(_, found)| {
            found.retain(|one| self.keeps(source, &one.locator));
            !found.is_empty()
        });
        let mut used = vec![false; facts.len()];
        rows.iter().flat_map(|(_, found)| found).for_each(|found| used[found.facts as usize] = true);
        // The facts of what is left out are not to fill the memory in its place.
        facts.iter_mut().zip(used).filter(|(_, used)| !used).for_each(|(facts, _)| *facts = Facts::default());
        let facts: Vec<_> = facts.into_iter().map(|facts| self.intern(facts)).collect();
        rows.into_iter().for_each(|(key, found)| self.add_row(source, key, found, &facts));
    }

    /// Adds matches of one key of an input.
    fn add_row(&mut self, source: u32, key: Key, found: Vec<Match>, facts: &[(u32, Arc<Facts>)]) {
        self.kept += found.len() * limits::MATCH_OVERHEAD;
        self.sources[source as usize].kept += found.len() as u64;
        let next = self.groups.len();
        let index = *self.by_key.entry(key.clone()).or_insert(next);
        if index == next {
            self.groups.push(Group { key, matches: Vec::new(), shown: Shown::default() });
        }
        let group = &mut self.groups[index];
        if group.matches.is_empty() {
            self.kept += key_bytes(&group.key);
            // A hostile log has a row for each match: none of them is to have room for more.
            group.matches.reserve_exact(found.len());
        }
        for mut found in found {
            let (number, values) = &facts[found.facts as usize];
            found.facts = self.variant_of(index, *number, values);
            let variant = &mut self.variants[found.facts as usize];
            let period = Period(found.time.map(|time| (time, time)));
            let one = Shown { events: 1, period, hints: variant.all.hints };
            variant.all.add(one);
            let group = &mut self.groups[index];
            if variant.is_shown {
                group.shown.add(one);
            }
            group.matches.push((source, found));
        }
    }

    /// No match at this place or behind it is kept from now on.
    fn end_at(&mut self, end: Option<(u32, Locator)>) {
        let Some(end) = end.filter(|end| self.keeps(end.0, &end.1)) else { return };
        self.groups.iter_mut().for_each(|group| {
            group.matches.retain(|(source, found)| (*source, &found.locator) < (end.0, &end.1));
        });
        self.end = Some(end);
        self.recount();
        self.free();
    }

    fn keeps(&self, source: u32, locator: &Locator) -> bool {
        self.end.as_ref().is_none_or(|(of, end)| (source, locator) < (*of, end))
    }

    /// Leaves out what is too much.
    fn trim(&mut self) {
        let end = self.weigh();
        self.end_at(end);
    }

    /// Weighs what is kept; gives the first match that is too much.
    fn weigh(&mut self) -> Option<(u32, Locator)> {
        let keys: Vec<_> = self.groups.iter().map(|group| key_bytes(&group.key)).collect();
        let mut facts = vec![0; self.next_facts as usize];
        self.facts.iter().for_each(|(values, number)| facts[*number as usize] = facts_bytes(values));
        let variants = &self.variants;
        let weighed = self.groups.iter().enumerate().flat_map(|(key, group)| {
            group.matches.iter().map(move |(source, found)| Weighed {
                place: (*source, &found.locator),
                key,
                facts: variants[found.facts as usize].number as usize,
            })
        });
        let (end, kept) = keep::cut(weighed.collect(), &keys, &facts);
        self.kept = kept;
        end
    }

    /// Gives back what groups without matches hold. Their numbers are not given again.
    fn free(&mut self) {
        let (none, no_key) = (Arc::new(Facts::default()), Key::default());
        self.by_facts.retain(|_, at| self.variants[*at as usize].all.events > 0);
        for variant in self.variants.iter_mut().filter(|variant| variant.all.events == 0) {
            variant.facts = Arc::clone(&none);
        }
        for group in self.groups.iter_mut().filter(|group| group.matches.is_empty()) {
            self.by_key.remove(&group.key);
            group.key = no_key.clone();
            group.matches = Vec::new();
        }
        self.facts.retain(|facts, _| Arc::strong_count(facts) > 1);
    }

    /// The inputs whose problems changed by what others hold, since this was asked last.
    pub fn take_judged(&mut self) -> BTreeSet<u32> {
        std::mem::take(&mut self.judged)
    }

    /// Says of every input how many of its matches are left out.
    fn judge(&mut self) {
        self.compared = false;
        if self.end.is_none() {
            return;
        }
        for (number, source) in (0..).zip(&mut self.sources) {
            let left_out = source.findings.counts.matches.saturating_sub(source.kept);
            let left_out = self.end.as_ref().filter(|_| left_out > 0).map(|(of, end)| {
                let message = format!(
                    "The matches of all inputs take more than {} MiB; {left_out} of this input are counted, and are \
                     not among the rows: the last ones, by input and place.",
                    limits::MATCH_BYTES >> 20
                );
                let here = (*of == number).then_some(end);
                let place = Place {
                    ordinal: here.and_then(|end| end.member),
                    offset: here.map(|end| end.span.offset),
                    member: here.and_then(|end| source.findings.members.get(end.member?)).map(|one| one.name.clone()),
                    record: here.and_then(|end| end.record_id),
                };
                (place, message)
            });
            if source.findings.problems.judge(Code::RowsLeftOut, left_out) {
                self.judged.insert(number);
            }
        }
    }

    /// Says of each input how many of its matches stand in a log before it, too, once all are read. Whoever shows a result asks
    /// for it first.
    pub fn compare(&mut self) {
        if self.compared || self.inputs().any(|(_, input)| !input.findings.is_over()) {
            return;
        }
        self.compared = true;
        for (number, overlap) in (0..).zip(overlaps(&self.groups, self.sources.len())) {
            let is_copy = self.sources[number].findings.problems.has(Code::SameContent);
            let overlap = overlap.filter(|_| !is_copy);
            let told = overlap.map(|overlap| (Place::default(), overlap.told(number, &self.sources)));
            if self.sources[number].findings.problems.judge(Code::SameEvents, told) {
                self.judged.insert(number as u32);
            }
        }
    }

    /// The number of some facts, and the one copy of them.
    fn intern(&mut self, facts: Facts) -> (u32, Arc<Facts>) {
        let next = self.next_facts;
        let facts = Arc::new(facts);
        match self.facts.get_key_value(&facts) {
            Some((facts, number)) => (*number, Arc::clone(facts)),
            None => {
                self.kept += facts_bytes(&facts);
                self.facts.insert(Arc::clone(&facts), next);
                self.next_facts += 1;
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
            self.variants.push(Variant { group, facts: Arc::clone(facts), number, all, is_shown });
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
        self.forget(&[source]);
    }

    fn forget(&mut self, sources: &[u32]) {
        let mut gone = vec![false; self.sources.len()];
        for source in sources {
            if let Some(input) = self.sources.get_mut(*source as usize) {
                input.findings = Findings { source: *source, ..Findings::default() };
                gone[*source as usize] = true;
            }
        }
        // Compared anew once all is read: until then nothing is to be said of a log that is gone.
        for (number, source) in (0..).zip(&mut self.sources) {
            if source.findings.problems.judge(Code::SameEvents, None) {
                self.judged.insert(number);
            }
        }
        for group in &mut self.groups {
            group.matches.retain(|(from, _)| !gone[*from as usize]);
        }
        self.recount();
        // Less than before: there is nothing to leave out.
        _ = self.weigh();
        if !self.inputs().any(|(_, input)| input.lacks_matches()) {
            self.end = None;
        }
        self.judge();
    }

    /// Counts anew what is kept, for inputs, variants and groups.
    fn recount(&mut self) {
        self.sources.iter_mut().for_each(|source| source.kept = 0);
        for variant in &mut self.variants {
            variant.all = Shown { hints: variant.all.hints, ..Shown::default() };
        }
        for (source, found) in self.groups.iter().flat_map(|group| &group.matches) {
            self.sources[*source as usize].kept += 1;
            let all = &mut self.variants[found.facts as usize].all;
            let period = Period(found.time.map(|time| (time, time)));
            all.add(Shown { events: 1, period, hints: all.hints });
        }
        self.sum_up();
    }

    /// Takes an input out: nothing of it counts any more. Its number is not given again. Where it makes room, all that were read
    /// and whose matches found none beside it are taken out with it, and returned: they are to be read anew.
    pub fn remove(&mut self, source: u32) -> Vec<u32> {
        let makes_room = self.sources.get(source as usize).is_some_and(|input| input.kept > 0);
        let crowded: Vec<_> = match makes_room {
            true => {
                let lacks = |input: &Source| input.findings.complete && input.lacks_matches();
                self.inputs()
                    .filter(|one| one.0 != source && lacks(one.1))
                    .map(|(number, _)| number)
                    .collect()
            }
            false => Vec::new(),
        };
        let gone: Vec<_> = crowded.iter().copied().chain([source]).collect();
        self.forget(&gone);
        self.free();
        for source in gone {
            let Some(input) = self.sources.get_mut(source as usize) else { continue };
            input.removed = true;
            if let Some(hash) = input.sha256.take() {
                self.judge_copy(&hash, source);
            }
        }
        crowded
    }

    /// Sets the SHA-256 of an input.
    pub fn set_sha256(&mut self, source: u32, hash: String) {
        if let Some(input) = self.sources.get_mut(source as usize).filter(|input| !input.removed) {
            input.sha256 = Some(hash.clone());
            self.judge_copy(&hash, source);
        }
    }

    /// Says of an input that it is a copy of the first one with its hash; and anew of all of them if it is the first itself. Of
    /// inputs without events nothing counts twice.
    fn judge_copy(&mut self, hash: &str, newcomer: u32) {
        let is_same =
            |source: &Source| source.sha256.as_deref() == Some(hash) && source.findings.counts.records > 0;
        let Some(first) = self.sources.iter().position(is_same) else { return };
        let is_judged = |number: usize| number == newcomer as usize || newcomer as usize <= first;
        let judged = (first..self.sources.len()).filter(|number| is_judged(*number)).collect::<Vec<_>>();
        for number in judged {
            if is_same(&self.sources[number]) {
                self.tell_copy(number, Some(first).filter(|first| *first < number));
            }
        }
    }

    /// Says of an input that it holds the same bytes as one before it.
    pub fn set_copy(&mut self, source: u32, original: u32) {
        self.tell_copy(source as usize, Some(original as usize));
    }

    /// Says of an input what it is a copy of, or takes back that it is one.
    fn tell_copy(&mut self, number: usize, original: Option<usize>) {
        let copy = original.and_then(|original| self.sources.get(original)).map(|original| {
            let name = text::ends(labelled(&original.name), NAME_BYTES);
            (Place::default(), format!("It is the same as {name}, byte for byte."))
        });
        if let Some(source) = self.sources.get_mut(number)
            && source.findings.problems.judge(Code::SameContent, copy)
        {
            self.judged.insert(number as u32);
            self.compared = false;
        }
    }

    /// An input was written to while it was read: no hash stands for what was searched.
    pub fn changed_while_read(&mut self, source: u32) {
        if let Some(source) = self.sources.get_mut(source as usize) {
            source.findings.problems.add(Problem {
                place: Place::default(),
                code: Code::ChangedWhileRead,
                message: "It was written to while it was read, so what was searched may be neither what it was nor what it is; it has no \
                          SHA-256 here."
                    .to_owned(),
            });
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
        order::sort(&mut found, |a, b| by_time_and_place(a, b));
        found
    }

    /// The member that a locator names.
    pub fn member(&self, source: u32, ordinal: Option<u128>) -> Option<&str> {
        let member = self.sources.get(source as usize)?.findings.members.get(ordinal?)?;
        Some(&member.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report;
    use crate::rule::wmi::RULE;

    const EVENT: &[u8] =
        b"<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>3</EventID></System></Event>";

    fn add(session: &mut Session, name: &str, bytes: &[u8], hash: &str) -> u32 {
        let source = session.add_source(name, bytes.len() as u64);
        let mut scan = session.scan(source).unwrap();
        scan.push(bytes);
        assert!(session.absorb(scan.finish()));
        session.set_sha256(source, hash.to_owned());
        source
    }

    /// The inputs that are said to be copies, and of what.
    fn copies(session: &Session) -> Vec<(u32, String)> {
        let of = |number: u32, source: &Source| {
            let problems = source.findings.problems.list();
            let copy = problems.into_iter().find(|(problem, _)| problem.code == Code::SameContent)?.0;
            Some((number, copy.message.split(',').next()?.to_owned()))
        };
        session.inputs().filter_map(|(number, source)| of(number, source)).collect()
    }

    #[test]
    fn an_input_with_the_bytes_of_another_one_is_said_to_be_its_copy() {
        let mut session = Session::new(&RULE);
        let first = add(&mut session, "a\u{202e}.xml", EVENT, "11");
        add(&mut session, "other.xml", EVENT, "22");
        assert!(copies(&session).is_empty() && session.take_judged().is_empty());
        let second = add(&mut session, "b.xml", EVENT, "11");
        let third = add(&mut session, "c.xml", EVENT, "11");
        let of = |name: &str| format!("It is the same as {name}");
        assert_eq!(copies(&session), [(second, of("a‹U+202E›.xml")), (third, of("a‹U+202E›.xml"))]);
        assert_eq!(report::totals(&session).problems, 2);
        assert_eq!(report::totals(&session).incomplete, 0);
        session.take_judged();

        // The next one takes the place of the first one when that is taken out, whose hash may come late.
        session.remove(first);
        session.set_sha256(first, "11".to_owned());
        assert_eq!(copies(&session), [(third, of("b.xml"))]);
        assert_eq!(session.take_judged(), BTreeSet::from([second, third]));
        session.remove(second);
        assert_eq!(copies(&session), []);
        assert_eq!(report::totals(&session).problems, 0);
    }

    #[test]
    fn of_inputs_without_events_nothing_counts_twice() {
        let mut session = Session::new(&RULE);
        add(&mut session, "a", b"", "e3");
        add(&mut session, "b", b"", "e3");
        assert!(copies(&session).is_empty());
    }
}
