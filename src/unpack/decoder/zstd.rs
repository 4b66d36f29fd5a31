//! A frame of zstd (RFC 8878), block by block.

use std::io::Read;

use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::{Decode, Failure, Step};
use crate::detect::Coding;
use crate::limits;

/// Start of a frame, and how many bytes tell how long its header is.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const FIRST_BYTES: usize = 5;
/// Length of a skippable frame's header: its magic and how many bytes follow (RFC 8878 3.1.2).
const SKIPPABLE_HEADER_BYTES: usize = 8;
/// Longest block (RFC 8878 3.1.1.2.4), and the header before each.
const MOST_BLOCK_BYTES: usize = 128 * 1024;
const BLOCK_HEADER_BYTES: usize = 3;
const CHECKSUM_BYTES: usize = 4;
/// A last block of no bytes: the decoder holds the window back until it has one.
const LAST_BLOCK: [u8; BLOCK_HEADER_BYTES] = [1, 0, 0];

/// Decodes one frame. The decoder wants whole blocks, so the bytes of one are held until it is.
#[derive(Default)]
pub struct Zstd {
    frame: FrameDecoder,
    held: Vec<u8>,
    state: State,
    /// A checksum stands behind the last block.
    has_checksum: bool,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Header,
    Blocks,
    /// The last block was decoded; some of it may still be held back.
    Last,
    /// So many bytes are passed over.
    Skipping(usize),
}

/// How many bytes what comes next has.
enum Next {
    Bytes(usize),
    /// More bytes must tell.
    More(usize),
}

impl Zstd {
    /// What is wanted of the input, by what is held of it.
    fn next(&self) -> Result<Next, Failure> {
        match self.state {
            State::Header => header_bytes(&self.held),
            State::Blocks => block_bytes(&self.held, self.has_checksum),
            State::Last | State::Skipping(_) => Ok(Next::Bytes(0)),
        }
    }

    /// Takes what is held: a header, or a block.
    fn take(&mut self) -> Result<(), Failure> {
        let held = std::mem::take(&mut self.held);
        if self.state == State::Header {
            if !held.starts_with(&MAGIC) {
                let length = held.last_chunk().copied().unwrap_or_default();
                self.state = State::Skipping(u32::from_le_bytes(length) as usize);
                return Ok(());
            }
            self.has_checksum = held[4] & 0b100 != 0;
            self.frame.set_max_window_size(limits::WINDOW_BYTES as u64);
            self.frame.init(&held[..]).map_err(|error| failure(&error))?;
            self.state = State::Blocks;
            return Ok(());
        }
        let one = BlockDecodingStrategy::UptoBlocks(1);
        let is_last = self.frame.decode_blocks(&held[..], one).map_err(|error| failure(&error))?;
        if is_last {
            self.state = State::Last;
        }
        Ok(())
    }

    /// Takes the last block if it is held, and only some of the checksum behind it is missing.
    fn take_without_checksum(&mut self) {
        let Ok(Next::Bytes(wanted)) = self.next() else { return };
        if self.has_checksum && self.held[0] & 1 == 1 && self.held.len() + CHECKSUM_BYTES >= wanted {
            self.held.resize(wanted, 0);
            _ = self.take();
        }
    }

    /// Takes bytes of the input until what comes next is whole; returns how many, and whether it is.
    fn fill(&mut self, input: &[u8]) -> Result<(usize, bool), Failure> {
        let mut used = 0;
        loop {
            let (wanted, is_whole) = match self.next()? {
                Next::Bytes(wanted) => (wanted, true),
                Next::More(wanted) => (wanted, false),
            };
            let count = wanted.saturating_sub(self.held.len()).min(input.len() - used);
            self.held.extend_from_slice(&input[used..used + count]);
            used += count;
            match self.held.len() < wanted {
                true => return Ok((used, false)),
                false if is_whole => return Ok((used, true)),
                false => {}
            }
        }
    }

    /// Whether the frame has ended, once all of it was handed over.
    fn is_over(&self) -> Result<bool, Failure> {
        let is_right = || {
            !self.has_checksum || self.frame.get_checksum_from_data() == self.frame.get_calculated_checksum()
        };
        match self.state {
            State::Last if !is_right() => Err(Failure::Broken),
            State::Last | State::Skipping(0) => Ok(true),
            State::Header | State::Blocks | State::Skipping(_) => Ok(false),
        }
    }
}

impl Decode for Zstd {
    fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        // What was decoded before goes first.
        let made = self.decoded(out);
        if made > 0 || self.state == State::Last {
            return Step { used: 0, made, ended: if made < out.len() { self.is_over() } else { Ok(false) } };
        }
        if let State::Skipping(left) = self.state {
            let used = left.min(input.len());
            self.state = State::Skipping(left - used);
            return Step { used, made: 0, ended: self.is_over() };
        }
        let filled = self.fill(input);
        let (used, taken) = match filled {
            Ok((used, true)) => (used, self.take()),
            Ok((used, false)) => (used, Ok(())),
            Err(failure) => (0, Err(failure)),
        };
        let Err(failure) = taken else {
            let made = self.decoded(out);
            return Step { used, made, ended: if made < out.len() { self.is_over() } else { Ok(false) } };
        };
        Step { used, made: 0, ended: Err(failure) }
    }

    fn rest(&mut self, out: &mut [u8]) -> usize {
        if self.state == State::Blocks {
            self.take_without_checksum();
            // What the decoder says of these blocks is of no use: the frame is broken.
            self.state = State::Last;
            _ = self.frame.decode_blocks(&LAST_BLOCK[..], BlockDecodingStrategy::UptoBlocks(1));
        }
        self.decoded(out)
    }
}

impl Zstd {
    /// What the decoder does not need any more of what it decoded.
    fn decoded(&mut self, out: &mut [u8]) -> usize {
        match self.state {
            State::Blocks | State::Last => self.frame.read(out).unwrap_or(0),
            State::Header | State::Skipping(_) => 0,
        }
    }
}

/// How many bytes the header of the frame has that begins so (RFC 8878 3.1.1.1).
fn header_bytes(held: &[u8]) -> Result<Next, Failure> {
    let Some(first) = held.first_chunk::<FIRST_BYTES>() else { return Ok(Next::More(FIRST_BYTES)) };
    if !Coding::Zstd.begins(first) {
        return Err(Failure::Broken);
    }
    if !first.starts_with(&MAGIC) {
        return Ok(Next::Bytes(SKIPPABLE_HEADER_BYTES));
    }
    let descriptor = first[4];
    let is_single = descriptor & 0b10_0000 != 0;
    let window = usize::from(!is_single);
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 0b11)];
    let size = match descriptor >> 6 {
        0 => usize::from(is_single),
        flag => 1 << flag,
    };
    Ok(Next::Bytes(FIRST_BYTES + window + dictionary + size))
}

/// How many bytes the block has that begins so, with its header and the checksum behind the last one (RFC 8878 3.1.1.2).
fn block_bytes(held: &[u8], has_checksum: bool) -> Result<Next, Failure> {
    let Some(header) = held.first_chunk::<BLOCK_HEADER_BYTES>() else {
        return Ok(Next::More(BLOCK_HEADER_BYTES));
    };
    let header = u32::from_le_bytes([header[0], header[1], header[2], 0]);
    let content = match (header >> 1) & 0b11 {
        // One byte, again and again.
        1 => 1,
        _ => (header >> 3) as usize,
    };
    if content > MOST_BLOCK_BYTES {
        return Err(Failure::Broken);
    }
    let checksum = if header & 1 == 1 && has_checksum { CHECKSUM_BYTES } else { 0 };
    Ok(Next::Bytes(BLOCK_HEADER_BYTES + content + checksum))
}

fn failure(error: &FrameDecoderError) -> Failure {
    match error {
        FrameDecoderError::WindowSizeTooBig { .. } => Failure::TooLarge,
        FrameDecoderError::DictNotProvided { .. } => Failure::Foreign,
        _ => Failure::Broken,
    }
}
