//! Matches that stand in more than one log, as where a log and an export of it were both collected: they count twice.

use super::{Group, NAME_BYTES, Source};
use crate::group::{Column, Match};
use crate::visible::labelled;
use crate::{order, text, time};

/// The matches of an input that stand in another log, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap {
    /// How many.
    pub matches: u64,
    /// The first of the inputs that have them before it; it may be the input itself, an archive.
    pub first: u32,
    /// There are others.
    pub others: bool,
}

impl Overlap {
    /// What there is to say of the input with this number.
    pub fn told(&self, number: usize, inputs: &[Source]) -> String {
        let first = self.first as usize;
        let of = |input: usize| inputs[input].findings.counts.matches;
        let subject = match (self.matches, of(number)) {
            (_, 1) => "Its one match is".to_owned(),
            (1, all) => format!("1 of its {all} matches is"),
            (some, all) => format!("{some} of its {all} matches are"),
        };
        if first == number {
            return format!("{subject} also in another of its members.");
        }
        let name = text::ends(labelled(&inputs[first].name), NAME_BYTES);
        match (self.others, of(first)) {
            (true, _) => format!("{subject} also in other logs, such as {name}."),
            (false, 1) => format!("{subject} also in {name}, which has no other."),
            (false, all) => format!("{subject} also in {name}, which has {all}."),
        }
    }
}

/// Of so many inputs, what of their matches stands in a log before them, too: in an earlier input, or in an earlier member of
/// the same one. Two events are one where their row agrees, which has the number of a process, and their known time: no process
/// of a host has the number of another one at once. What stands twice in one log is as it was logged.
pub fn overlaps(groups: &[Group], inputs: usize) -> Vec<Option<Overlap>> {
    let mut overlaps = vec![None; inputs];
    let has_number =
        |group: &&Group| group.key[Column::ProcessId as usize].starts_with(|c: char| c.is_ascii_digit());
    for group in groups.iter().filter(|group| is_of_several_logs(group)).filter(has_number) {
        let mut found: Vec<_> = group.matches.iter().collect();
        order::sort(&mut found, |a, b| by_time_and_place(a, b));
        let mut first: &(u32, Match) = found[0];
        for one in found {
            if one.1.time != first.1.time {
                first = one;
            } else if one.1.time.is_some() && log_of(one) != log_of(first) {
                add(&mut overlaps[one.0 as usize], first.0);
            }
        }
    }
    overlaps
}

/// Most rows are of one log, also those with very many events: they need no order.
fn is_of_several_logs(group: &Group) -> bool {
    group.matches.windows(2).any(|pair| log_of(&pair[0]) != log_of(&pair[1]))
}

fn add(overlap: &mut Option<Overlap>, first: u32) {
    let known = overlap.get_or_insert(Overlap { matches: 0, first, others: false });
    known.matches += 1;
    known.others |= known.first != first;
    known.first = known.first.min(first);
}

fn log_of((source, found): &(u32, Match)) -> (u32, Option<u128>) {
    (*source, found.locator.member)
}

/// The order of the events of a row, which does not depend on the order they arrived in.
pub fn by_time_and_place((source, a): &(u32, Match), (other, b): &(u32, Match)) -> std::cmp::Ordering {
    time::compare(a.time, b.time).then(source.cmp(other)).then_with(|| a.locator.cmp(&b.locator))
}
