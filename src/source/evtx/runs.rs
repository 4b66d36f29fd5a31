//! Whether the numbers of records run on from chunk to chunk.
//!
//! Chunks lie in the order of their numbers. A log that is full goes on at its start, in place of its oldest chunk, so once in the
//! file lower numbers follow, and the last chunk is followed by the first one. What a log grows by later comes behind its end.

use serde::{Deserialize, Serialize};

use super::numbers::{Break, Kind};
use crate::order;

/// The numbers of the chunks of a file, in runs in which chunks and numbers follow one another: one or two in a sound log.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Runs {
    runs: Vec<Run>,
    /// What chunks hold that are damaged: other numbers may have been in them.
    parts: Vec<Run>,
    /// Where the chunks of another log begin, behind the first one.
    logs: Vec<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Run {
    /// Where its chunks lie.
    start: u64,
    end: u64,
    /// Its numbers, from one to another. None: its chunks hold no records.
    numbers: Option<(u64, u64)>,
}

impl Run {
    /// Takes a run that lies and is numbered behind this one. False: it is none.
    fn take(&mut self, next: Run) -> bool {
        let numbers = match (self.numbers, next.numbers) {
            (Some((first, last)), Some((from, to))) if last.checked_add(1) == Some(from) => Some((first, to)),
            (Some(_), Some(_)) => return false,
            (one, other) => one.or(other),
        };
        let touches = self.end == next.start;
        if touches {
            (self.end, self.numbers) = (next.end, numbers);
        }
        touches
    }
}

impl Runs {
    /// Adds a chunk, with the pieces in which its numbers run on.
    pub fn add(&mut self, start: u64, bytes: u64, pieces: &[(u64, u64)]) {
        let end = start + bytes;
        let empty = pieces.is_empty().then_some(None);
        for numbers in pieces.iter().copied().map(Some).chain(empty) {
            let run = Run { start, end, numbers };
            if !self.runs.last_mut().is_some_and(|before| before.take(run)) {
                self.runs.push(run);
            }
        }
    }

    /// Adds what a damaged chunk holds, or held. Of a log whose chunks all are, as their checksums are wrong, it is one part.
    pub fn add_damaged(&mut self, start: u64, pieces: impl Iterator<Item = (u64, u64)>) {
        let log = self.logs.last().copied().unwrap_or_default();
        for (first, last) in pieces {
            let before =
                self.parts.last_mut().filter(|part| part.start >= log).and_then(|part| part.numbers.as_mut());
            match before {
                Some((from, to)) if *from <= first && first <= to.saturating_add(1) => *to = last.max(*to),
                _ => self.parts.push(Run { start, end: start, numbers: Some((first, last)) }),
            }
        }
    }

    /// Another log begins, whose chunks begin here.
    pub fn next_log(&mut self, start: u64) {
        self.logs.push(start);
    }

    /// Adds those of another part of the same file.
    pub fn merge(&mut self, other: Runs) {
        self.runs.extend(other.runs);
        self.parts.extend(other.parts);
        self.logs.extend(other.logs);
    }

    /// Whether all chunks are of one log, and none is damaged.
    pub fn is_one_sound_log(&self) -> bool {
        self.logs.is_empty() && self.parts.is_empty()
    }

    /// The greatest number.
    pub fn newest(&self) -> Option<u64> {
        self.runs.iter().filter_map(|run| run.numbers).map(|(_, last)| last).max()
    }

    /// Where numbers are missing between two chunks of which one lies behind the other, and no other chunk of the log has them.
    /// `begins`: where the chunks of the first log begin, if all that is there are sound ones.
    pub fn breaks(&self, begins: Option<u64>) -> Vec<Break> {
        let mut logs = self.logs.clone();
        order::sort(&mut logs, |a, b| a.cmp(b));
        let log_of = |run: &Run| logs.partition_point(|start| *start <= run.start);
        let (runs, parts) = (sorted(&self.runs), sorted(&self.parts));
        let mut breaks = Vec::new();
        for log in runs.chunk_by(|a, b| log_of(a) == log_of(b)) {
            let number = log_of(&log[0]);
            let from = parts.partition_point(|part| log_of(part) < number);
            let to = parts.partition_point(|part| log_of(part) <= number);
            let start = if number == 0 { begins } else { begins.map(|_| logs[number - 1]) };
            breaks.extend(breaks_of(log, &parts[from..to], start));
        }
        breaks
    }
}

/// The same for one log.
fn breaks_of(log: &[Run], parts: &[Run], begins: Option<u64>) -> Vec<Break> {
    let mut runs: Vec<Run> = Vec::new();
    for run in log {
        if !runs.last_mut().is_some_and(|before| before.take(*run)) {
            runs.push(*run);
        }
    }
    let held = Held::of(runs.iter().chain(parts).filter_map(|run| run.numbers));
    let missing = |kind: Kind, before: &Run, next: &Run| {
        let ((_, other), (number, _)) = (before.numbers?, next.numbers?);
        let missing = held.missing(other, number);
        (missing > 0).then_some(Break { at: next.start, kind, number, other, missing })
    };
    let touching = runs.windows(2).filter(|pair| pair[0].end == pair[1].start);
    let mut breaks: Vec<_> =
        touching.clone().filter_map(|pair| missing(Kind::Chunk, &pair[0], &pair[1])).collect();
    let is_whole = touching.count() + 1 == runs.len();
    if let (Some(first), Some(last)) = (runs.first(), runs.last())
        && is_whole
        && parts.is_empty()
        && begins == Some(first.start)
    {
        breaks.extend(missing(Kind::Start, last, first));
    }
    breaks
}

/// In the order of the file; pieces of one chunk stay as they are.
fn sorted(runs: &[Run]) -> Vec<Run> {
    let mut runs = runs.to_vec();
    order::sort(&mut runs, |a, b| a.start.cmp(&b.start));
    runs
}

/// Numbers that a log has.
struct Held {
    /// From one to another; these neither touch nor overlap.
    ranges: Vec<(u64, u64)>,
    /// How many numbers the ranges before each have.
    before: Vec<u64>,
}

impl Held {
    fn of(numbers: impl Iterator<Item = (u64, u64)>) -> Held {
        let mut all: Vec<_> = numbers.collect();
        order::sort(&mut all, |a, b| a.cmp(b));
        let mut ranges: Vec<(u64, u64)> = Vec::new();
        for (first, last) in all {
            match ranges.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => ranges.push((first, last)),
            }
        }
        let mut count = 0_u64;
        let counted = |(first, last): &(u64, u64)| {
            let before = count;
            count = count.saturating_add((last - first).saturating_add(1));
            before
        };
        let before = ranges.iter().map(counted).collect();
        Held { ranges, before }
    }

    /// How many there are up to a number.
    fn up_to(&self, number: u64) -> u64 {
        let Some(at) = self.ranges.partition_point(|(first, _)| *first <= number).checked_sub(1) else {
            return 0;
        };
        let (first, last) = self.ranges[at];
        self.before[at].saturating_add((number.min(last) - first).saturating_add(1))
    }

    /// How many are missing between two numbers; none when the second one is not the greater one.
    fn missing(&self, from: u64, to: u64) -> u64 {
        let Some(between) = to.checked_sub(from).and_then(|step| step.checked_sub(1)) else { return 0 };
        between.saturating_sub(self.up_to(to - 1).saturating_sub(self.up_to(from)))
    }
}
