//! Which of the files that were read hold the very bytes of an earlier one: their events count twice.

use std::collections::BTreeMap;
use std::fs::File;
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// By how many bytes of their beginning files are told apart before all of two are compared: logs that are full have one
/// size, but no two of them begin alike.
const BEGINNING_BYTES: u64 = 64 * 1024;

/// Files that were read, no two of which are the same.
#[derive(Default)]
pub struct Originals {
    /// Their numbers and paths, by size and a hash of their beginning.
    known: BTreeMap<(u64, u64), Vec<(u32, PathBuf)>>,
}

impl Originals {
    /// The number of the file that this one is a copy of; it becomes an original if it is none.
    pub fn of_copy(&mut self, number: u32, path: &Path, size: u64) -> io::Result<Option<u32>> {
        let alike = self.known.entry((size, beginning(path)?)).or_default();
        for (original, known) in &*alike {
            if is_same(known, path)? {
                return Ok(Some(*original));
            }
        }
        alike.push((number, path.to_owned()));
        Ok(None)
    }
}

fn beginning(path: &Path) -> io::Result<u64> {
    let mut bytes = Vec::new();
    File::open(path)?.take(BEGINNING_BYTES).read_to_end(&mut bytes)?;
    let mut hasher = DefaultHasher::new();
    hasher.write(&bytes);
    Ok(hasher.finish())
}

/// Whether two files hold the same bytes, read up to the first that differ.
fn is_same(one: &Path, other: &Path) -> io::Result<bool> {
    let open =
        |path| Ok::<_, io::Error>(BufReader::with_capacity(BEGINNING_BYTES as usize, File::open(path)?));
    let (mut one, mut other) = (open(one)?, open(other)?);
    loop {
        let (a, b) = (one.fill_buf()?, other.fill_buf()?);
        let length = a.len().min(b.len());
        if length == 0 {
            return Ok(a.len() == b.len());
        }
        if a[..length] != b[..length] {
            return Ok(false);
        }
        one.consume(length);
        other.consume(length);
    }
}
