//! Looks for the chunks of an event log in bytes of no known form: its beginning is damaged, or it is part of something
//! larger, a disk image or a page file.

use memchr::memmem;

use crate::detect::EVTX_CHUNK_MAGIC;

/// A chunk's header states its own size, 128 bytes, at offset 40.
const SIZE_AT: usize = 40;
const SIZE: [u8; 4] = 128_u32.to_le_bytes();
/// Bytes that tell a chunk.
const TOLD_BY: usize = SIZE_AT + SIZE.len();
/// Bytes at the beginning that a report shows.
const SHOWN: usize = 16;

/// Bytes in which no chunk was found so far.
pub struct Carve {
    /// The first ones.
    pub first: Vec<u8>,
    /// All of them are zeros.
    pub zeros: bool,
    /// How many were looked at, but for the last ones.
    offset: u64,
    /// The last ones: a chunk may begin in them.
    held: Vec<u8>,
}

impl Carve {
    /// Nothing was looked at.
    pub fn new() -> Carve {
        Carve { first: Vec::new(), zeros: true, offset: 0, held: Vec::new() }
    }

    /// Looks at the next bytes; returns where the first chunk begins, and what is there of it.
    pub fn push(&mut self, bytes: &[u8]) -> Option<(u64, Vec<u8>)> {
        let more = SHOWN.saturating_sub(self.first.len()).min(bytes.len());
        self.first.extend_from_slice(&bytes[..more]);
        self.zeros &= bytes.iter().all(|byte| *byte == 0);
        self.held.extend_from_slice(bytes);
        let held = std::mem::take(&mut self.held);
        let found =
            memmem::find_iter(&held, EVTX_CHUNK_MAGIC).find(|at| is_chunk(&held[*at..]) != Some(false));
        let kept = match found {
            Some(at) if is_chunk(&held[at..]) == Some(true) => {
                return Some((self.offset + at as u64, held[at..].to_vec()));
            }
            Some(at) => at,
            None => held.len().saturating_sub(EVTX_CHUNK_MAGIC.len() - 1),
        };
        self.offset += kept as u64;
        self.held = held[kept..].to_vec();
        None
    }

    /// How many bytes were looked at.
    pub fn bytes(&self) -> u64 {
        self.offset + self.held.len() as u64
    }
}

/// Whether what begins with the magic is a chunk; none when more bytes must tell.
fn is_chunk(bytes: &[u8]) -> Option<bool> {
    bytes.get(SIZE_AT..TOLD_BY).map(|size| size == SIZE)
}
