//! Whether the numbers of records run on.
//!
//! Windows gives each record of a log the next number, and numbers an exported one anew from its first record on. Where a number
//! is left out, a record was taken out, also if the rest was closed up and made to fit. In a log that was copied while it was written
//! to, those of the moment between two chunks may be missing.

use serde::{Deserialize, Serialize};

use super::checksum::Verdict;
use super::records::{Record, stated_numbers};
use crate::order;

/// Where they don't.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Break {
    /// Where it shows: an offset in the chunk, or in the file.
    pub at: u64,
    pub kind: Kind,
    /// The number of the record there.
    pub number: u64,
    /// The number of the record before it, or the one that is stated for it.
    other: u64,
}

/// What does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The first record of a chunk is not the one that its header states.
    First,
    /// A record does not have the number behind that of the one before it.
    Next,
    /// The same in a chunk whose numbers do not even ascend.
    Disorder,
    /// The last record of a chunk is not the one that its header states.
    Last,
    /// A chunk does not go on where the one before it ends.
    Chunk,
}

impl Break {
    /// What there is to say of it.
    pub fn message(&self) -> String {
        let Break { kind, number, other, .. } = *self;
        let missing = match kind {
            Kind::First | Kind::Last => number.abs_diff(other),
            _ => number.saturating_sub(other).saturating_sub(1),
        };
        match kind {
            Kind::First => format!(
                "A chunk begins with record number {number}, but by its header with number {other}: {missing} record(s) are missing."
            ),
            Kind::Last => format!(
                "A chunk ends with record number {number}, but by its header with number {other}: {missing} record(s) are missing."
            ),
            Kind::Chunk => format!(
                "A chunk begins with record number {number}, the one before it ends with number {other}: {missing} record(s) are missing."
            ),
            Kind::Next => {
                format!("Record number {number} follows number {other}: {missing} record(s) are missing.")
            }
            Kind::Disorder => {
                format!("Record number {number} follows number {other}: the numbers do not run on.")
            }
        }
    }
}

/// Where the numbers of a chunk don't run on, or not as its header states the first and the last of them.
pub fn breaks(chunk: &[u8], records: &[Record], verdict: Verdict) -> Vec<Break> {
    let (Some(first), Some(last)) = (records.first(), records.last()) else { return Vec::new() };
    let run_on = |pair: &[Record]| pair[0].number.checked_add(1) == Some(pair[1].number);
    let ascend = records.is_sorted_by(|a, b| a.number < b.number);
    // A number that damage wrote says nothing of other records.
    if verdict == Verdict::Wrong && !ascend {
        return Vec::new();
    }
    let inner = records.windows(2).filter(|pair| !run_on(pair)).map(|pair| Break {
        at: pair[1].offset as u64,
        kind: if ascend { Kind::Next } else { Kind::Disorder },
        number: pair[1].number,
        other: pair[0].number,
    });
    // Nor does a header that is older than the records.
    let is_stated = verdict == Verdict::Right && ascend;
    let states = stated_numbers(chunk).filter(|(from, to)| is_stated && 0 < *from && from <= to);
    let (from, to) = states.unwrap_or((first.number, last.number));
    let stated = |kind, at: usize, number, other| Break { at: at as u64, kind, number, other };
    let begin = (from < first.number).then(|| stated(Kind::First, first.offset, first.number, from));
    let end = (to > last.number).then(|| stated(Kind::Last, last.offset, last.number, to));
    begin.into_iter().chain(inner).chain(end).collect()
}

/// The numbers of the chunks of a log, in runs in which chunks and numbers follow one another: one or two in a sound log, which
/// begins anew at its start once it is full.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Runs(Vec<Run>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Run {
    /// Where its chunks lie.
    start: u64,
    end: u64,
    /// Its numbers.
    first: u64,
    last: u64,
}

impl Run {
    /// Takes a run that lies and is numbered behind this one. False: it is none.
    fn take(&mut self, next: Run) -> bool {
        let follows = self.end == next.start && self.last.checked_add(1) == Some(next.first);
        if follows {
            (self.end, self.last) = (next.end, next.last);
        }
        follows
    }
}

impl Runs {
    /// Adds a chunk whose numbers ascend.
    pub fn add(&mut self, start: u64, bytes: u64, records: &[Record]) {
        let [Some(first), Some(last)] = [records.first(), records.last()] else { return };
        if !records.is_sorted_by(|a, b| a.number < b.number) {
            return;
        }
        let run = Run { start, end: start + bytes, first: first.number, last: last.number };
        if !self.0.last_mut().is_some_and(|before| before.take(run)) {
            self.0.push(run);
        }
    }

    /// Adds those of another part of the same log.
    pub fn merge(&mut self, other: Runs) {
        self.0.extend(other.0);
    }

    /// Where numbers are missing between two chunks of which one lies behind the other, and no other chunk has them.
    pub fn breaks(&self) -> Vec<Break> {
        let mut runs: Vec<Run> = Vec::new();
        for run in sorted(&self.0, |run| run.start) {
            if !runs.last_mut().is_some_and(|before| before.take(run)) {
                runs.push(run);
            }
        }
        let held = held(&runs);
        let missing = |pair: &[Run]| {
            let &[Run { end, last, .. }, Run { start, first, .. }] = pair else { return None };
            let known = held.partition_point(|(from, _)| *from <= last).checked_sub(1)?;
            let other = held[known].1;
            (end == start && other < first - 1).then_some(Break {
                at: start,
                kind: Kind::Chunk,
                number: first,
                other,
            })
        };
        runs.windows(2).filter(|pair| pair[0].last < pair[1].first).filter_map(missing).collect()
    }
}

fn sorted(runs: &[Run], key: fn(&Run) -> u64) -> Vec<Run> {
    let mut runs = runs.to_vec();
    order::sort(&mut runs, |a, b| key(a).cmp(&key(b)));
    runs
}

/// The numbers that runs have, from one to another; these neither touch nor overlap.
fn held(runs: &[Run]) -> Vec<(u64, u64)> {
    let mut held: Vec<(u64, u64)> = Vec::new();
    for Run { first, last, .. } in sorted(runs, |run| run.first) {
        match held.last_mut() {
            Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
            _ => held.push((first, last)),
        }
    }
    held
}
