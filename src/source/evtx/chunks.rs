//! What the chunks of a log say together, once all of it was read.

use serde::{Deserialize, Serialize};

use super::CHUNK_BYTES;
use super::checksum::Verdict;
use super::numbers::{Break, Kind, Numbers};
use super::runs::Runs;
use crate::detect::EVTX_HEADER_BYTES;
use crate::order;
use crate::problem::Code;
use crate::source::Trouble;

/// The chunks of a log, or of a part of one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Chunks {
    /// Chunks that were read.
    pub count: u64,
    /// Where the last of them lies.
    pub last: Option<u64>,
    /// Blocks of zeros where chunks should be: offset and bytes. Free space, unless a chunk follows.
    pub empty: Vec<(u64, u64)>,
    /// Blocks that should be chunks and are none.
    pub damaged: u64,
    /// The file header.
    pub header: Option<Header>,
    /// The numbers of the records in them.
    pub runs: Runs,
}

/// What a file header says.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Header {
    /// How many chunks there are, in 16 bits.
    pub count: u16,
    /// The log was not closed.
    pub is_dirty: bool,
    /// The number of the next record, if the header's checksum is right.
    pub next: Option<u64>,
}

impl Chunks {
    /// Adds a chunk that lies here.
    pub fn add(&mut self, offset: u64) {
        self.count += 1;
        self.last = self.last.max(Some(offset));
    }

    /// Adds the numbers of a chunk that lies here, in the order of a log. `is_whole`: each record of it was read.
    pub fn add_numbers(&mut self, offset: u64, numbers: &Numbers, is_whole: bool, verdict: Verdict) {
        if is_whole {
            self.runs.add(offset, CHUNK_BYTES as u64, &numbers.pieces);
        }
        if !is_whole || verdict == Verdict::Wrong {
            self.runs.add_damaged(offset, numbers.pieces.iter().copied().chain(numbers.stated));
        }
    }

    /// Adds those of another part of the same log.
    pub fn merge(&mut self, other: Chunks) {
        self.count += other.count;
        self.damaged += other.damaged;
        self.last = self.last.max(other.last);
        self.empty.extend(other.empty);
        self.header = self.header.or(other.header);
        self.runs.merge(other.runs);
    }

    /// What must be reported: zeros between chunks, records that are missing between them, and a file header that does not fit.
    pub fn judge(&self) -> Vec<Trouble> {
        let mut troubles: Vec<_> = self
            .lost_runs()
            .into_iter()
            .map(|(offset, bytes)| {
                let message =
                    format!("{bytes} bytes between chunks are zero; records that were there are lost.");
                Trouble::lost(Code::DamagedChunk, offset, message)
            })
            .collect();
        let tell = |broken: Break| Trouble::note(Code::BrokenNumbers, broken.at, broken.message());
        let is_sound = self.damaged == 0 && troubles.is_empty();
        let breaks = self.runs.breaks(is_sound.then_some(EVTX_HEADER_BYTES as u64));
        troubles.extend(breaks.into_iter().map(tell));
        let Some(Header { count: said, is_dirty: dirty, next }) = self.header else { return troubles };
        // The count has 16 bits; and a log that grew since its header was written has more.
        let told =
            self.damaged + self.lost_runs().iter().map(|(_, bytes)| bytes / CHUNK_BYTES as u64).sum::<u64>();
        if u64::from(said) > self.count + told {
            let message = format!(
                "The file header says {said} chunk(s); {} were found: the others are missing, with all their records.",
                self.count
            );
            troubles.push(Trouble::note(Code::Truncated, 0, message));
        } else if dirty || u64::from(said) != self.count & 0xffff {
            let dirty = if dirty { " and is marked as not closed (dirty)" } else { "" };
            let message =
                format!("The file header says {said} chunk(s){dirty}; {} were found and read.", self.count);
            troubles.push(Trouble::note(Code::StaleHeader, 0, message));
        } else if is_sound {
            troubles.extend(next.and_then(|next| self.end(next)).map(tell));
        }
        troubles
    }

    /// Where records are missing at the end of a log that was closed. `next`: the number of the one that would come next.
    fn end(&self, next: u64) -> Option<Break> {
        let number = self.runs.newest().filter(|_| self.runs.is_one_sound_log())?;
        let other = next.checked_sub(1)?;
        let missing = other.checked_sub(number).filter(|missing| *missing > 0)?;
        Some(Break { at: 0, kind: Kind::End, number, other, missing })
    }

    /// The runs of zeros before the last chunk, joined where they touch.
    fn lost_runs(&self) -> Vec<(u64, u64)> {
        let mut empty = self.empty.clone();
        order::sort(&mut empty, |a, b| a.cmp(b));
        let mut runs: Vec<(u64, u64)> = Vec::new();
        for (offset, bytes) in empty.into_iter().filter(|(offset, _)| Some(*offset) < self.last) {
            match runs.last_mut() {
                Some((start, length)) if *start + *length == offset => *length += bytes,
                _ => runs.push((offset, bytes)),
            }
        }
        runs
    }
}
