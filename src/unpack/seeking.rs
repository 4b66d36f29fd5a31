//! Archives whose directory tells where to read, zip and 7z, and where they can be cut, so that what is in them is read side by
//! side.

use crate::part::Part;
use crate::source::Sink;

/// Reads an archive whose bytes are fetched from any place.
pub trait Seeking {
    /// The next bytes to fetch: offset and how many at the most. None: all is read.
    fn want(&self) -> Option<(u64, u64)>;

    /// Takes bytes from the start of the wanted part.
    fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink);

    /// No more bytes come, though some are wanted.
    fn finish(&mut self, sink: &mut dyn Sink);

    /// The part of the archive that is read.
    fn part(&self) -> Part {
        Part::WHOLE
    }
}

/// Reads the directory of an archive to cut it into runs of what is packed in it.
pub trait Cut {
    /// The bytes to fetch next: offset and how many. None: no more is needed.
    fn want(&self) -> Option<(u64, u64)>;

    /// Takes bytes from the start of what is wanted.
    fn push(&mut self, bytes: &[u8]);

    /// Where the parts begin. Empty: it can't be cut.
    fn starts(self: Box<Self>) -> Vec<u64>;
}

/// Every part reads the directory, so of a long one there are few: in all no more entries are read than these.
const ENTRIES_READ: u64 = 1_000_000;

/// Where parts of about `step` packed bytes begin in an archive of `size` bytes that lists so many entries. `packed`: where
/// each thing that is packed in it begins, in their order, and how many bytes it takes. One that takes a step is alone.
pub fn runs(packed: impl Iterator<Item = (u64, u64)>, step: u64, size: u64, entries: u64) -> Vec<u64> {
    let step = step.max(size.saturating_mul(entries) / ENTRIES_READ);
    let mut starts = vec![0];
    for (start, bytes) in packed.skip(1) {
        let last = starts.last().copied().unwrap_or_default();
        if start > last && (start - last >= step || bytes >= step) {
            starts.push(start);
        }
    }
    starts
}
