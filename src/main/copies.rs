//! Which of the files that were read hold the very bytes of an earlier one: their events count twice.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::PathBuf;

use crate::file::LogFile;
use crate::hash;

/// How many first bytes are compared before whole files are: logs that are full have one size, but no two of them begin alike.
const BEGINNING_BYTES: u64 = 64 * 1024;

/// Files that were read.
#[derive(Default)]
pub struct Originals {
    known: BTreeMap<u64, OfOneSize>,
}

/// Files of one size.
#[derive(Default)]
struct OfOneSize {
    /// The number and paths of the first one, of which nothing is read until another one comes.
    first: Option<(u32, Vec<PathBuf>)>,
    /// By the hash of their beginning.
    known: BTreeMap<String, Alike>,
}

/// Files that are equally long and begin alike.
#[derive(Default)]
struct Alike {
    /// The number and paths of the first one, which is hashed when another one comes.
    first: Option<(u32, Vec<PathBuf>)>,
    /// The number of each that is no copy of one before, by the hash of all of it.
    hashed: BTreeMap<String, u32>,
}

impl Originals {
    /// The number of the file that this one is a copy of; it becomes an original if it is none.
    pub fn of_copy(&mut self, number: u32, paths: &[PathBuf], size: u64) -> io::Result<Option<u32>> {
        let sized = self.known.entry(size).or_default();
        let Some((first, known)) = sized.first.replace((number, paths.to_owned())) else {
            if sized.known.is_empty() {
                return Ok(None);
            }
            sized.first = None;
            return sized.original(number, paths);
        };
        // If it can't be read any more, this one is the first.
        let beginning = hash(&known, BEGINNING_BYTES)?;
        sized.first = None;
        sized.known.entry(beginning).or_default().first = Some((first, known));
        sized.original(number, paths)
    }
}

impl OfOneSize {
    fn original(&mut self, number: u32, paths: &[PathBuf]) -> io::Result<Option<u32>> {
        let alike = self.known.entry(hash(paths, BEGINNING_BYTES)?).or_default();
        let Some((first, known)) = alike.first.replace((number, paths.to_owned())) else {
            if alike.hashed.is_empty() {
                return Ok(None);
            }
            alike.first = None;
            return alike.original(number, paths);
        };
        // If it can't be read any more, this one is the first.
        alike.hashed.insert(hash(&known, u64::MAX)?, first);
        alike.first = None;
        alike.original(number, paths)
    }
}

impl Alike {
    fn original(&mut self, number: u32, paths: &[PathBuf]) -> io::Result<Option<u32>> {
        let original = *self.hashed.entry(hash(paths, u64::MAX)?).or_insert(number);
        Ok(Some(original).filter(|original| *original != number))
    }
}

/// The hash of the first bytes of a file, at most so many.
fn hash(paths: &[PathBuf], most: u64) -> io::Result<String> {
    hash::of(&mut LogFile::open(paths)?.take(most))
}
