//! Whether the numbers of records run on in a chunk; between chunks, see `runs`.
//!
//! Windows gives each record of a log the next number, and numbers an exported one anew from its first record on. Where a number
//! is left out, a record was taken out, also if the rest was closed up and made to fit. In a log that was copied while it was written
//! to, those of the moment between two chunks may be missing.

use std::ops::RangeInclusive;

use super::checksum::Verdict;
use super::records::{CHUNK_HEADER_BYTES, MOST_RECORDS, Record, stated_numbers};

/// Pieces of a chunk whose numbers run on that are kept; a sound one has one. More are told of all the same.
const MOST_PIECES: usize = 4;

/// Where numbers don't run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Break {
    /// Where it shows: an offset in the chunk, or in the file.
    pub at: u64,
    pub kind: Kind,
    /// The number of the record there.
    pub number: u64,
    /// The number of the record before it, or the one that is stated for it.
    pub other: u64,
    /// How many are missing.
    pub missing: u64,
}

/// What does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A chunk whose header states the first and the last record holds none.
    Empty,
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
    /// A log that was full does not go on at its start where its last chunk ends.
    Start,
    /// The last record of a log is not the one that its header states.
    End,
}

impl Break {
    /// What there is to say of it.
    pub fn message(&self) -> String {
        let Break { kind, number, other, missing, .. } = self;
        let told = match kind {
            Kind::Empty => format!("A chunk holds no record, but by its header numbers {other} to {number}"),
            Kind::First => {
                format!("A chunk begins with record number {number}, but by its header with number {other}")
            }
            Kind::Next => format!("Record number {number} follows number {other}"),
            Kind::Disorder => {
                return format!("Record number {number} follows number {other}: the numbers do not run on.");
            }
            Kind::Last => {
                format!("A chunk ends with record number {number}, but by its header with number {other}")
            }
            Kind::Chunk => format!(
                "A chunk begins with record number {number}, the one before it ends with number {other}"
            ),
            Kind::Start => format!(
                "The log begins with record number {number} and ends with number {other}, behind which it should go on"
            ),
            Kind::End => format!(
                "By its header the log ends with record number {other}, but the last one has number {number}"
            ),
        };
        format!("{told}: {missing} record(s) are missing.")
    }
}

/// The numbers of a chunk.
#[derive(Debug, Default)]
pub struct Numbers {
    /// Where they don't run on.
    pub breaks: Vec<Break>,
    /// The pieces in which they do, with what the header states beyond them.
    pub pieces: Vec<(u64, u64)>,
    /// From which to which the header states them, if it can be so.
    pub stated: Option<(u64, u64)>,
}

/// What is said of the numbers of a chunk.
pub fn of(chunk: &[u8], records: &[Record], verdict: Verdict) -> Numbers {
    let stated = stated_numbers(chunk).filter(|(from, to)| can_be(*from, *to));
    let breaks = match (verdict, stated) {
        (Verdict::Wrong, Some((from, to))) => between_sound(records, &(from..=to)),
        (Verdict::Wrong, None) => Vec::new(),
        _ => between(records),
    };
    let mut numbers = Numbers { breaks, pieces: pieces(records), stated };
    // A header that damage wrote, or that is older than the records, states nothing.
    if verdict == Verdict::Right && records.is_sorted_by(|a, b| a.number < b.number) {
        numbers.compare(records);
    }
    numbers
}

impl Numbers {
    /// Compares the first and the last of the records with what the header states.
    fn compare(&mut self, records: &[Record]) {
        let Some((from, to)) = self.stated else { return };
        let (Some(first), Some(last)) = (records.first(), records.last()) else {
            let at = CHUNK_HEADER_BYTES as u64;
            self.breaks.push(Break {
                at,
                kind: Kind::Empty,
                number: to,
                other: from,
                missing: to - from + 1,
            });
            self.pieces.push((from, to));
            return;
        };
        if let (Some(missing @ 1..), Some(piece)) = (first.number.checked_sub(from), self.pieces.first_mut())
        {
            let at = first.offset as u64;
            self.breaks
                .insert(0, Break { at, kind: Kind::First, number: first.number, other: from, missing });
            piece.0 = from;
        }
        if let (Some(missing @ 1..), Some(piece)) = (to.checked_sub(last.number), self.pieces.last_mut()) {
            let at = (last.offset + last.size) as u64;
            self.breaks.push(Break { at, kind: Kind::Last, number: last.number, other: to, missing });
            piece.1 = to;
        }
    }
}

/// Whether a header can state these numbers: that of a chunk which was never used has the greatest number that there is.
fn can_be(from: u64, to: u64) -> bool {
    from > 0 && to < u64::MAX && to.checked_sub(from).is_some_and(|more| more < MOST_RECORDS)
}

fn runs_on(before: &Record, next: &Record) -> bool {
    before.number.checked_add(1) == Some(next.number)
}

/// The pieces of a chunk in which each record has the next number, with their first and last one: the first pieces and the last.
fn pieces(records: &[Record]) -> Vec<(u64, u64)> {
    let ends = |piece: &[Record]| Some((piece.first()?.number, piece.last()?.number));
    let mut pieces: Vec<_> = Vec::new();
    for piece in records.chunk_by(runs_on).filter_map(ends) {
        if pieces.len() == MOST_PIECES {
            pieces.pop();
        }
        pieces.push(piece);
    }
    pieces
}

/// Where the numbers of a chunk don't run on whose checksums are right.
fn between(records: &[Record]) -> Vec<Break> {
    let broken = |pair: &&[Record]| !runs_on(&pair[0], &pair[1]);
    if records.windows(2).find(broken).is_none() {
        return Vec::new();
    }
    let kind = match records.is_sorted_by(|a, b| a.number < b.number) {
        true => Kind::Next,
        false => Kind::Disorder,
    };
    records.windows(2).filter(broken).map(|pair| break_at(pair, kind)).collect()
}

fn break_at(pair: &[Record], kind: Kind) -> Break {
    let (number, other) = (pair[1].number, pair[0].number);
    let missing = number.saturating_sub(other).saturating_sub(1);
    Break { at: pair[1].offset as u64, kind, number, other, missing }
}

/// The same where the checksums are wrong. A number that damage wrote says nothing of other records: it is none of those that the
/// header states, or a lower one stands behind it, or a greater one before it.
fn between_sound(records: &[Record], stated: &RangeInclusive<u64>) -> Vec<Break> {
    let ascends = |pair: &[Record]| pair[0].number < pair[1].number;
    let is_sound = |at: usize| {
        let around = &records[at.saturating_sub(1)..(at + 2).min(records.len())];
        stated.contains(&records[at].number) && around.windows(2).all(ascends)
    };
    let pairs = records.windows(2).enumerate();
    pairs
        .filter(|(at, pair)| !runs_on(&pair[0], &pair[1]) && is_sound(*at) && is_sound(at + 1))
        .map(|(_, pair)| break_at(pair, Kind::Next))
        .collect()
}
