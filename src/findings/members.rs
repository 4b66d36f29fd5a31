//! The archive members that a report lists.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Counts;
use super::collector::Open;
use crate::{limits, text};

/// One archive member.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its format, as reports name it.
    pub format: String,
    /// Bytes unpacked.
    pub bytes: u64,
    /// Its part of the funnel.
    pub counts: Counts,
}

/// The members with anything worth counting: the first ones, and all that hold a match, so that its locator has a name.
/// Which ones that are does not depend on how they came together.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Members {
    by_ordinal: BTreeMap<u128, Member>,
    /// How many there are, those that were left out included.
    total: u64,
    /// How many were left when the others were last left out.
    #[serde(skip)]
    settled: usize,
}

impl Members {
    /// Tells of a member that was read and is `bytes` long.
    pub(super) fn end(&mut self, open: &Open, bytes: u64) {
        self.total += u64::from(open.counts != Counts::default());
        self.put(open, bytes);
    }

    /// Tells of a member that is being read, or of one that was: then `bytes` is how long it is.
    pub(super) fn put(&mut self, open: &Open, bytes: u64) {
        let Open { id, format, counts, .. } = open;
        if *counts == Counts::default() {
            return;
        }
        let member = Member { name: id.name.clone(), format: format.clone(), bytes, counts: *counts };
        self.add(id.ordinal, member);
        // Seldom enough that a million members are not sorted out a million times.
        if self.by_ordinal.len() > 2 * self.settled.max(limits::MEMBERS_LISTED) {
            self.settle();
        }
    }

    /// A member is told of with all that was counted for it so far: whoever knows more is right.
    fn add(&mut self, ordinal: u128, member: Member) {
        let ours = self.by_ordinal.entry(ordinal).or_default();
        ours.counts = ours.counts.max(member.counts);
        ours.bytes = ours.bytes.max(member.bytes);
        ours.name = member.name;
        if !member.format.is_empty() {
            ours.format = member.format;
        }
    }

    /// Adds those of another part of the same input.
    pub(super) fn merge(&mut self, other: Members) {
        self.total += other.total;
        other.by_ordinal.into_iter().for_each(|(ordinal, member)| self.add(ordinal, member));
        self.settle();
    }

    /// Leaves out those that are too many.
    pub(super) fn settle(&mut self) {
        if self.by_ordinal.len() > limits::MEMBERS_LISTED {
            let all = std::mem::take(&mut self.by_ordinal);
            for (place, (ordinal, mut member)) in all.into_iter().enumerate() {
                if place >= limits::MEMBERS_LISTED {
                    member.name = text::ends(member.name, limits::UNLISTED_NAME_BYTES);
                }
                if place < limits::MEMBERS_LISTED || member.counts.matches > 0 {
                    self.by_ordinal.insert(ordinal, member);
                }
            }
        }
        self.settled = self.by_ordinal.len();
    }

    /// How many are not listed.
    pub fn left_out(&self) -> u64 {
        self.total.saturating_sub(self.by_ordinal.len() as u64)
    }

    /// The member of this ordinal.
    pub fn get(&self, ordinal: u128) -> Option<&Member> {
        self.by_ordinal.get(&ordinal)
    }

    /// All that are listed, by ordinal.
    pub fn iter(&self) -> impl Iterator<Item = &Member> {
        self.by_ordinal.values()
    }

    /// All that are listed, each with its ordinal.
    pub fn numbered(&self) -> impl Iterator<Item = (u128, &Member)> {
        self.by_ordinal.iter().map(|(ordinal, member)| (*ordinal, member))
    }

    /// The ordinals of those with this name: an archive may hold it more than once.
    pub fn named(&self, name: &str) -> impl Iterator<Item = u128> {
        self.numbered().filter(move |(_, member)| member.name == name).map(|(ordinal, _)| ordinal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locator::MemberId;

    /// However many members hold a match, and however long their names are.
    #[test]
    fn names_of_members_that_are_not_listed_are_short() {
        let name = |number: usize| format!("{number}/{}.evtx", "long".repeat(1000));
        let counts = Counts { records: 1, matches: 1, ..Counts::default() };
        let mut members = Members::default();
        for number in (0..3 * limits::MEMBERS_LISTED).rev() {
            let id = MemberId { ordinal: number as u128, name: name(number) };
            let mut open = Open::new(id);
            (open.format, open.counts) = ("evtx".to_owned(), counts);
            members.end(&open, 1);
        }
        members.settle();
        for (number, member) in members.iter().enumerate() {
            let short = member.name.len() <= limits::UNLISTED_NAME_BYTES + '…'.len_utf8();
            assert_eq!(short, number >= limits::MEMBERS_LISTED, "{number}");
            assert!(member.name.starts_with(&format!("{number}/")) && member.name.ends_with(".evtx"));
        }
        assert_eq!((members.iter().count(), members.left_out()), (3 * limits::MEMBERS_LISTED, 0));
    }
}
