//! Where a 7z archive can be cut, so that its folders are read side by side.

use super::directory::{Directory, List, Listed};
use crate::unpack::seeking::{Cut, runs};

/// Reads the directory of a 7z archive to cut it into runs of folders.
pub struct Folders {
    directory: Directory,
    size: u64,
    step: u64,
    /// Where the parts begin, once that is known.
    starts: Option<Vec<u64>>,
}

impl Folders {
    /// Cuts an archive of `size` bytes into parts of about `step` packed bytes.
    pub fn new(size: u64, step: u64) -> Folders {
        Folders { directory: Directory::new(size), size, step, starts: None }
    }

    fn starts_of(&self, list: &List) -> Vec<u64> {
        let packed = list.folders.iter().map(|folder| (folder.start, folder.packed));
        runs(packed, self.step, self.size, list.files)
    }
}

impl Cut for Folders {
    fn want(&self) -> Option<(u64, u64)> {
        self.starts.is_none().then(|| self.directory.want())
    }

    fn push(&mut self, bytes: &[u8]) {
        self.starts = match self.directory.push(bytes) {
            Listed::More => None,
            listed if !is_plain(&listed, self.size) => Some(Vec::new()),
            Listed::Read(list) => Some(self.starts_of(&list)),
            Listed::Unreadable(_) => Some(Vec::new()),
        };
    }

    fn starts(self: Box<Self>) -> Vec<u64> {
        self.starts.unwrap_or_default()
    }
}

/// Whether the directory can be read, and its folders take all that is packed and nothing beyond the end.
pub fn is_plain(listed: &Listed, size: u64) -> bool {
    let Listed::Read(List { folders, unlisted, .. }) = listed else {
        return false;
    };
    let ends = folders.last().map_or(0, |last| last.start.saturating_add(last.packed));
    unlisted.is_empty() && !folders.is_empty() && ends <= size
}
