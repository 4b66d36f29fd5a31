//! LZMA2 past a damaged place.
//!
//! It is made of chunks, each of which says how long it is, packed and unpacked (5.3.1 of the .xz format). Some begin anew: they
//! need nothing of what stands before. 7-Zip packs parts of a file side by side, each of which begins so: of a megabyte at its
//! fastest level, of more at others. So what can't be unpacked ends where the next one begins, and zeros take its place: what
//! follows stays where it was.

use lzma_rust2::Lzma2Stream;

use super::fed::Fed;
use super::{Decode, Failure, Step};

/// Nothing unpacks to more than so many times its bytes; a header that says so is no header.
const MOST_RATIO: u64 = 16 * 1024;

/// A decoder that goes on behind what it can't unpack.
pub struct Mending {
    fed: Fed<Lzma2Stream>,
    /// How much may be held.
    window: u32,
    is_bounded: bool,
    chunks: Chunks,
    /// Bytes that were given.
    given: u64,
    /// What stands here can't be unpacked: up to the next chunk that begins anew.
    is_lost: bool,
    /// The last bytes that were given are zeros in place of others.
    stands_in: bool,
}

/// Where the input stands in its chunks.
#[derive(Default)]
struct Chunks {
    header: [u8; 6],
    have: usize,
    /// Packed bytes of the chunk that are still to come.
    left: u64,
    /// What all chunks up to this one unpack to.
    unpacked: u64,
    /// A header said what no header says.
    is_broken: bool,
}

impl Chunks {
    /// How many bytes the header has that begins so; none: none begins so.
    fn header_bytes(control: u8) -> Option<usize> {
        match control {
            0 => Some(1),
            1 | 2 => Some(3),
            0x80..=0xbf => Some(5),
            0xc0.. => Some(6),
            3..=0x7f => None,
        }
    }

    /// How many of the next bytes are of one header or chunk.
    fn run(&self) -> u64 {
        match self.have {
            _ if self.left > 0 => self.left,
            0 => 1,
            have => Chunks::header_bytes(self.header[0]).map_or(1, |bytes| (bytes - have) as u64),
        }
    }

    /// Whether the next byte begins a chunk.
    fn is_between(&self) -> bool {
        self.left == 0 && self.have == 0
    }

    /// Passes over bytes of one run.
    fn pass(&mut self, bytes: &[u8]) {
        if self.left > 0 || bytes.is_empty() {
            self.left -= bytes.len() as u64;
            return;
        }
        let end = self.have + bytes.len();
        self.header[self.have..end].copy_from_slice(bytes);
        self.have = end;
        let Some(length) = Chunks::header_bytes(self.header[0]) else {
            self.is_broken = true;
            return;
        };
        if self.have < length {
            return;
        }
        self.have = 0;
        let number = |at: usize| u64::from(u16::from_be_bytes([self.header[at], self.header[at + 1]])) + 1;
        let (unpacked, packed) = match self.header[0] {
            0 => (0, 0),
            1 | 2 => (number(1), number(1)),
            control => ((u64::from(control & 0x1f) << 16) + number(1), number(3)),
        };
        self.is_broken |= unpacked > packed * MOST_RATIO;
        self.unpacked += unpacked;
        self.left = packed;
    }
}

impl Mending {
    pub fn new(window: u32, is_bounded: bool) -> Mending {
        let fed = Fed::new(Lzma2Stream::new(window), is_bounded);
        let chunks = Chunks::default();
        Mending { fed, window, is_bounded, chunks, given: 0, is_lost: false, stands_in: false }
    }

    /// Takes bytes of one chunk or header.
    fn unpack(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        let step = self.fed.decode(input, out);
        self.given += step.made as u64;
        let Err(failure) = step.ended else {
            self.chunks.pass(&input[..step.used]);
            return step;
        };
        // What it took of them before is not said: the chunk's length is.
        self.chunks.pass(input);
        if self.chunks.is_broken || self.chunks.unpacked < self.given {
            return Step { ended: Err(failure), ..step };
        }
        self.is_lost = true;
        Step { used: input.len(), made: step.made, ended: Ok(false) }
    }

    /// Passes over bytes of one chunk or header that can't be unpacked.
    fn pass(&mut self, input: &[u8]) -> Step {
        let ends = self.chunks.is_between() && input[0] == 0;
        self.chunks.pass(input);
        let ended = if self.chunks.is_broken { Err(Failure::Broken) } else { Ok(ends) };
        Step { used: input.len(), made: 0, ended }
    }
}

impl Decode for Mending {
    fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        self.stands_in = false;
        let missing = self.chunks.unpacked - self.given.min(self.chunks.unpacked);
        if self.is_lost && missing > 0 {
            let made = usize::try_from(missing).unwrap_or(usize::MAX).min(out.len());
            out[..made].fill(0);
            self.given += made as u64;
            self.stands_in = true;
            return Step { used: 0, made, ended: Ok(false) };
        }
        if input.is_empty() && self.is_lost {
            return Step { used: 0, made: 0, ended: Ok(false) };
        }
        if self.is_lost && self.chunks.is_between() && matches!(input[0], 1 | 0xe0..) {
            self.fed = Fed::new(Lzma2Stream::new(self.window), self.is_bounded);
            self.is_lost = false;
        }
        let run = usize::try_from(self.chunks.run()).unwrap_or(usize::MAX);
        let input = &input[..input.len().min(run)];
        match self.is_lost {
            true => self.pass(input),
            false => self.unpack(input, out),
        }
    }

    fn rest(&mut self, out: &mut [u8]) -> usize {
        match self.is_lost {
            true => 0,
            false => self.fed.rest(out),
        }
    }

    fn stands_in(&self) -> bool {
        self.stands_in
    }

    fn is_lost(&self) -> bool {
        self.is_lost
    }
}
