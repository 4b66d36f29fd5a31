//! A file of which parts are fetched on demand, for a reader that seeks.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes fetched at once at first; twice as many with each attempt.
pub const FETCH_BYTES: u64 = 64 * 1024;

/// The parts of a file that were fetched.
pub struct Blocks {
    shared: Arc<Mutex<Shared>>,
    fetch: u64,
}

/// What came of an attempt to read.
pub enum Attempt<T> {
    /// More of the file is wanted.
    More,
    /// What was read.
    Read(T),
    /// More would have to be held than may be.
    TooLarge,
}

struct Shared {
    size: u64,
    parts: BTreeMap<u64, Vec<u8>>,
    /// The part being fetched: its start and what is still missing of it.
    filling: (u64, u64),
    /// Where a read failed for lack of bytes.
    asked: Option<u64>,
}

impl Blocks {
    /// Those of a file of `size` bytes, of which `length` from `start` on are fetched first.
    pub fn new(size: u64, start: u64, length: u64) -> Blocks {
        let shared = Shared { size, parts: BTreeMap::new(), filling: (start, length), asked: None };
        Blocks { shared: Arc::new(Mutex::new(shared)), fetch: FETCH_BYTES }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Shared) -> T) -> T {
        act(&mut self.shared.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is missing of the part being fetched: offset and length.
    pub fn missing(&self) -> (u64, u64) {
        self.with(|shared| {
            let (start, left) = shared.filling;
            let have = shared.parts.get(&start).map_or(0, Vec::len) as u64;
            (start + have, left)
        })
    }

    /// Takes bytes from the start of what is missing, and reads once nothing is. What `read` gives counts only if it found
    /// all that it asked for; else it is called again when that was fetched. Up to `most` bytes are held.
    pub fn attempt<T>(&mut self, bytes: &[u8], most: u64, read: impl FnOnce(Reader) -> T) -> Attempt<T> {
        self.add(bytes);
        if self.missing().1 > 0 {
            return Attempt::More;
        }
        self.with(|shared| shared.asked = None);
        let value = read(Reader { shared: Arc::clone(&self.shared), position: 0 });
        let Some(offset) = self.with(|shared| shared.asked) else { return Attempt::Read(value) };
        self.want(offset);
        match self.held() <= most {
            true => Attempt::More,
            false => Attempt::TooLarge,
        }
    }

    fn add(&self, bytes: &[u8]) {
        self.with(|shared| {
            let (start, left) = shared.filling;
            let used = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            shared.parts.entry(start).or_default().extend_from_slice(&bytes[..used]);
            shared.filling = (start, left - used as u64);
        });
    }

    fn want(&mut self, offset: u64) {
        let length = self.fetch;
        self.fetch = self.fetch.saturating_mul(2);
        self.with(|shared| {
            // Fetch up to what is known already.
            let next = shared.parts.range(offset..).next().map_or(shared.size, |(start, _)| *start);
            shared.filling = (offset, length.min(next.saturating_sub(offset)));
        });
    }

    fn held(&self) -> u64 {
        self.with(|shared| shared.parts.values().map(|part| part.len() as u64).sum())
    }
}

/// Reads from [`Blocks`], and notes what is missing.
#[derive(Clone)]
pub struct Reader {
    shared: Arc<Mutex<Shared>>,
    position: u64,
}

impl Reader {
    /// The bytes from here on.
    pub fn bytes_at<const N: usize>(&mut self, at: u64) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.seek(SeekFrom::Start(at))?;
        self.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if self.position >= shared.size || buffer.is_empty() {
            return Ok(0);
        }
        let part = shared.parts.range(..=self.position).next_back();
        // On the page a place may be farther from a part than an index can tell.
        let rest = part.and_then(|(start, part)| part.get(usize::try_from(self.position - start).ok()?..));
        match rest {
            Some(rest) if !rest.is_empty() => {
                let count = rest.len().min(buffer.len());
                buffer[..count].copy_from_slice(&rest[..count]);
                self.position += count as u64;
                Ok(count)
            }
            _ => {
                shared.asked = Some(self.position);
                Err(io::Error::new(io::ErrorKind::WouldBlock, "not fetched yet"))
            }
        }
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let size = self.shared.lock().unwrap_or_else(PoisonError::into_inner).size;
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(delta) => size.checked_add_signed(delta),
            SeekFrom::Current(delta) => self.position.checked_add_signed(delta),
        };
        self.position = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}
