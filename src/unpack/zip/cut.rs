//! Where a zip can be cut, so that its members are read side by side.

use super::directory::{Directory, List, Listed};
use super::member::{Entry, LOCAL_HEADER_BYTES};

/// Every part reads the directory, so of a long one there are few: in all no more entries are read than these.
const ENTRIES_READ: u64 = 1_000_000;

/// Reads the directory of an archive to cut it into runs of members.
pub struct Cut {
    directory: Directory,
    size: u64,
    step: u64,
    /// Where the parts begin, once that is known.
    starts: Option<Vec<u64>>,
}

impl Cut {
    /// Cuts an archive of `size` bytes into parts of about `step` packed bytes.
    pub fn new(size: u64, step: u64) -> Cut {
        Cut { directory: Directory::new(size), size, step, starts: None }
    }

    /// The bytes to fetch next: offset and how many. None: no more is needed.
    pub fn want(&self) -> Option<(u64, u64)> {
        self.starts.is_none().then(|| self.directory.want())
    }

    /// Takes bytes from the start of what is wanted.
    pub fn push(&mut self, bytes: &[u8]) {
        self.starts = match self.directory.push(bytes) {
            Listed::More => None,
            listed if !is_plain(&listed, self.size) => Some(Vec::new()),
            Listed::Read(list) => Some(self.starts_of(&list.entries)),
            Listed::Unreadable(_) | Listed::TooLarge => Some(Vec::new()),
        };
    }

    /// Where the parts begin. Empty: it can't be cut.
    pub fn starts(self) -> Vec<u64> {
        self.starts.unwrap_or_default()
    }

    /// Runs of members; one that takes a step by itself is alone.
    fn starts_of(&self, entries: &[Entry]) -> Vec<u64> {
        let step = self.step.max(self.size.saturating_mul(entries.len() as u64) / ENTRIES_READ);
        let mut starts = vec![0];
        for entry in entries.iter().skip(1) {
            let run = entry.header_start.saturating_sub(starts.last().copied().unwrap_or_default());
            let large = entry.compressed.is_some_and(|bytes| bytes >= step);
            if run >= step || large {
                starts.push(entry.header_start);
            }
        }
        starts
    }
}

/// Whether the directory is whole, and no member reaches over the next one or over the end by it. What only a member's
/// own header tells is noticed where the parts meet.
pub fn is_plain(listed: &Listed, size: u64) -> bool {
    let Listed::Read(List { entries, stopped: None, .. }) = listed else {
        return false;
    };
    let mut end = 0;
    for entry in entries {
        if entry.header_start < end {
            return false;
        }
        let bytes = entry.compressed.unwrap_or_default().saturating_add(LOCAL_HEADER_BYTES as u64);
        end = entry.header_start.saturating_add(bytes);
    }
    !entries.is_empty() && end <= size
}
