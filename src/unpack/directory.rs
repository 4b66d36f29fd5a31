//! The directory of an archive, zip or 7z, fetched piece by piece, and where it says that the archive can be cut.

use super::blocks::{Attempt, Blocks, Reader};
use crate::passwords::Passwords;

/// What the directory of an archive lists.
pub trait Listing: Sized {
    /// Why a directory can't be read.
    type Refusal;

    /// How much may be held of one, in bytes.
    const HELD_BYTES: u64;

    /// Where one is looked for first, in an archive of `size` bytes: offset and how many.
    fn first(size: u64) -> (u64, u64);

    /// Reads it. What it gives counts only if it found all that it asked `reader` for. `passwords`: with what it is tried if
    /// it is encrypted.
    ///
    /// # Errors
    /// It can't be read.
    fn read(reader: Reader, size: u64, passwords: &Passwords) -> Result<Self, Self::Refusal>;

    /// More would have to be held of it than may be.
    fn too_large() -> Self::Refusal;

    /// How many files it lists.
    fn files(&self) -> u64;

    /// Where each thing begins that is packed, in their order, and how many bytes it takes, in an archive of `size` bytes. None:
    /// it is not plain enough to be cut.
    fn packed(&self, size: u64) -> Option<impl Iterator<Item = (u64, u64)>>;
}

/// A directory of which parts are still to be fetched.
pub struct Directory<L> {
    blocks: Blocks,
    size: u64,
    passwords: Passwords,
    listing: std::marker::PhantomData<L>,
}

/// What a directory gave.
pub enum Listed<L: Listing> {
    /// More of the file is wanted.
    More,
    /// What it lists.
    Read(L),
    /// It can't be read.
    Unreadable(L::Refusal),
}

impl<L: Listing> Directory<L> {
    /// That of an archive of this size.
    pub fn new(size: u64, passwords: &Passwords) -> Directory<L> {
        let (start, length) = L::first(size);
        let (blocks, passwords) = (Blocks::new(size, start, length), passwords.clone());
        Directory { blocks, size, passwords, listing: std::marker::PhantomData }
    }

    /// The bytes to fetch next: offset and how many.
    pub fn want(&self) -> (u64, u64) {
        self.blocks.missing()
    }

    /// Takes bytes from the start of what is wanted.
    pub fn push(&mut self, bytes: &[u8]) -> Listed<L> {
        let Directory { blocks, size, passwords, .. } = self;
        match blocks.attempt(bytes, L::HELD_BYTES, |reader| L::read(reader, *size, passwords)) {
            Attempt::More => Listed::More,
            Attempt::Read(Ok(list)) => Listed::Read(list),
            Attempt::Read(Err(refusal)) => Listed::Unreadable(refusal),
            Attempt::TooLarge => Listed::Unreadable(L::too_large()),
        }
    }
}

impl<L: Listing> Listed<L> {
    /// Whether an archive of `size` bytes may be cut by it.
    pub fn is_plain(&self, size: u64) -> bool {
        matches!(self, Listed::Read(list) if list.packed(size).is_some())
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

/// [`Cut`] by what a directory lists.
pub struct Runs<L> {
    directory: Directory<L>,
    size: u64,
    step: u64,
    /// Where the parts begin, once that is known.
    starts: Option<Vec<u64>>,
}

impl<L: Listing> Runs<L> {
    /// Cuts an archive of `size` bytes into parts of about `step` packed bytes.
    pub fn new(size: u64, step: u64) -> Runs<L> {
        Runs { directory: Directory::new(size, &Passwords::default()), size, step, starts: None }
    }
}

impl<L: Listing> Cut for Runs<L> {
    fn want(&self) -> Option<(u64, u64)> {
        self.starts.is_none().then(|| self.directory.want())
    }

    fn push(&mut self, bytes: &[u8]) {
        self.starts = match self.directory.push(bytes) {
            Listed::More => None,
            Listed::Unreadable(_) => Some(Vec::new()),
            Listed::Read(list) => {
                let runs =
                    list.packed(self.size).map(|packed| runs(packed, self.step, self.size, list.files()));
                Some(runs.unwrap_or_default())
            }
        };
    }

    fn starts(self: Box<Self>) -> Vec<u64> {
        self.starts.unwrap_or_default()
    }
}

/// Every part reads the directory, so of a long one there are few: in all no more files are listed than these.
const FILES_READ: u64 = 1_000_000;

/// Where parts of about `step` packed bytes begin in an archive of `size` bytes that lists so many files. `packed`: where
/// each thing that is packed in it begins, in their order, and how many bytes it takes. One that takes a step is alone.
fn runs(packed: impl Iterator<Item = (u64, u64)>, step: u64, size: u64, files: u64) -> Vec<u64> {
    let step = step.max(size.saturating_mul(files) / FILES_READ);
    let mut starts = vec![0];
    for (start, bytes) in packed.skip(1) {
        let last = starts.last().copied().unwrap_or_default();
        if start > last && (start - last >= step || bytes >= step) {
            starts.push(start);
        }
    }
    starts
}
