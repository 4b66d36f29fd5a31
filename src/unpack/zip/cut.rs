//! Where a zip can be cut, so that its members are read side by side.

use super::directory::{Directory, List, Listed};
use super::member::{Entry, LOCAL_HEADER_BYTES};
use crate::unpack::seeking::{Cut, runs};

/// Reads the directory of a zip to cut it into runs of members.
pub struct Members {
    directory: Directory,
    size: u64,
    step: u64,
    /// Where the parts begin, once that is known.
    starts: Option<Vec<u64>>,
}

impl Members {
    /// Cuts an archive of `size` bytes into parts of about `step` packed bytes.
    pub fn new(size: u64, step: u64) -> Members {
        Members { directory: Directory::new(size), size, step, starts: None }
    }

    fn starts_of(&self, entries: &[Entry]) -> Vec<u64> {
        let packed = entries.iter().map(|entry| (entry.header_start, entry.compressed.unwrap_or_default()));
        runs(packed, self.step, self.size, entries.len() as u64)
    }
}

impl Cut for Members {
    fn want(&self) -> Option<(u64, u64)> {
        self.starts.is_none().then(|| self.directory.want())
    }

    fn push(&mut self, bytes: &[u8]) {
        self.starts = match self.directory.push(bytes) {
            Listed::More => None,
            listed if !is_plain(&listed, self.size) => Some(Vec::new()),
            Listed::Read(list) => Some(self.starts_of(&list.entries)),
            Listed::Unreadable(_) | Listed::TooLarge => Some(Vec::new()),
        };
    }

    fn starts(self: Box<Self>) -> Vec<u64> {
        self.starts.unwrap_or_default()
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
