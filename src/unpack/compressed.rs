//! gzip, bzip2, xz and zstd: one or many streams, which together are one content.

use memchr::memmem;

use super::Stream;
use super::decoder::{Decoder, Failure, Progress};
use crate::detect::Coding;
use crate::limits;
use crate::problem::Code;
use crate::source::{Sink, Trouble};

/// So many bytes tell that a stream begins, of any coding; and that one does right behind another.
const HEADER_BYTES: usize = 12;
/// Longest header of a block of xz: two sizes, and two filters more than any program uses (3.1 of the format).
const BLOCK_HEADER_BYTES: usize = 64;
const MAGIC_BYTES: usize = 10;
/// So many streams may break before the rest of a step is no longer searched for others: each may cost what a whole step
/// unpacks to.
const MOST_BREAKS: u64 = 256;

/// Unpacks a file of one coding.
pub struct Compressed {
    coding: Coding,
    content: Option<Stream>,
    state: State,
    /// Less than a step, or the beginning of a header, that waits for more.
    held: Vec<u8>,
    /// Where the held bytes begin: packed bytes before them.
    offset: u64,
    /// Bytes that were unpacked so far.
    unpacked: u64,
    /// What went wrong. It is told when the content is closed, since the places are those of the packed file.
    troubles: Vec<Trouble>,
    untold: u64,
    /// Streams that broke.
    breaks: u64,
    /// The header of the last stream of xz: how its blocks are checked. A block is read as a stream that begins so.
    xz_header: Option<[u8; HEADER_BYTES]>,
}

enum State {
    /// In a stream that begins at `start`, or in a block of one, which is read behind the `lead` bytes of its header.
    Stream { decoder: Decoder, start: u64, lead: u64 },
    /// Behind a stream.
    Gap(Gap),
}

/// Bytes that no stream takes.
struct Gap {
    /// Where they begin.
    start: u64,
    /// What stands before them is broken.
    broken: Option<Broken>,
    /// Not all of them are blanks or zeros.
    filled: bool,
    /// From here on a block of xz may begin: the decoder came no further.
    blocks: u64,
}

/// A stream, or a block of one, that could not be read to its end.
struct Broken {
    start: u64,
    failure: Failure,
    is_block: bool,
}

/// Where reading goes on.
#[derive(Clone, Copy)]
enum Next {
    Stream(usize),
    Block(usize),
}

impl Compressed {
    /// Unpacks into `content`.
    pub fn new(coding: Coding, content: Stream) -> Compressed {
        Compressed {
            coding,
            content: Some(content),
            state: State::Stream { decoder: Decoder::of(coding), start: 0, lead: 0 },
            held: Vec::new(),
            offset: 0,
            unpacked: 0,
            troubles: Vec::new(),
            untold: 0,
            breaks: 0,
            xz_header: None,
        }
    }

    /// Takes the next compressed bytes. They are unpacked in whole steps from the first byte on, so that what is found of a
    /// broken stream does not depend on how the bytes came.
    pub fn push(&mut self, mut bytes: &[u8], sink: &mut dyn Sink) {
        while !bytes.is_empty() {
            let end = self.offset + self.held.len() as u64;
            let room = limits::UNPACK_STEP - (end % limits::UNPACK_STEP as u64) as usize;
            let (piece, rest) = bytes.split_at(room.min(bytes.len()));
            bytes = rest;
            if self.held.is_empty() && piece.len() == limits::UNPACK_STEP {
                self.step(piece, false, sink);
                continue;
            }
            self.held.extend_from_slice(piece);
            if piece.len() == room {
                let held = std::mem::take(&mut self.held);
                self.step(&held, false, sink);
            }
        }
    }

    /// Takes all of a step, but for what may be the beginning of a header at its end.
    fn step(&mut self, step: &[u8], ended: bool, sink: &mut dyn Sink) {
        let mut at = 0;
        while at < step.len() {
            let next = match &mut self.state {
                State::Stream { .. } => self.unpack(step, at, sink),
                State::Gap(_) => self.seek(step, at, ended, sink),
            };
            match next {
                Some(next) => at = next,
                None => break,
            }
        }
        self.offset += at as u64;
        self.held = step[at..].to_vec();
    }

    /// Unpacks on from `at`; returns where to go on in the step.
    fn unpack(&mut self, step: &[u8], at: usize, sink: &mut dyn Sink) -> Option<usize> {
        let Compressed { state: State::Stream { decoder, start, lead }, content, unpacked, .. } = self else {
            return None;
        };
        let (start, lead) = (*start, *lead);
        if self.coding == Coding::Xz && start == self.offset + at as u64 {
            let header = step[at..].first_chunk::<HEADER_BYTES>().filter(|header| Coding::Xz.begins(*header));
            self.xz_header = header.filter(|header| is_xz_header(*header)).copied().or(self.xz_header);
        }
        let progress = decoder.push(&step[at..], |out| {
            *unpacked += out.len() as u64;
            if let Some(content) = content {
                content.push(out, sink);
            }
        });
        let blocks = (start + decoder.taken()).saturating_sub(lead).max(start + 1);
        let (next, broken) = match progress {
            Ok(Progress::More) => return Some(step.len()),
            Ok(Progress::End(used)) => (at + used, None),
            // Another stream may begin anywhere behind the beginning of this one.
            Err(failure) => {
                self.breaks += 1;
                let behind = usize::try_from((start + 1).saturating_sub(self.offset)).unwrap_or(step.len());
                let next = if self.breaks < MOST_BREAKS { behind } else { step.len() };
                (next, Some(Broken { start, failure, is_block: lead > 0 }))
            }
        };
        self.state = State::Gap(Gap { start: self.offset + next as u64, broken, filled: false, blocks });
        Some(next)
    }

    /// Looks for the next stream from `at` on; returns where to go on in the step, none when more bytes must tell.
    fn seek(&mut self, step: &[u8], at: usize, ended: bool, sink: &mut dyn Sink) -> Option<usize> {
        let State::Gap(gap) = &mut self.state else { return None };
        let rest = &step[at..];
        let first = gap.broken.is_none() && gap.start == self.offset + at as u64;
        // Right behind a stream the magic is enough: a damaged stream is told of as such.
        let found = match first {
            true if rest.len() < MAGIC_BYTES && !ended => return None,
            true if self.coding.begins(rest) => Some(Next::Stream(0)),
            _ => {
                let from = gap.blocks.saturating_sub(self.offset + at as u64);
                let header = self.xz_header.filter(|_| gap.broken.is_some());
                next_beginning(self.coding, rest, header.map(|_| usize::try_from(from).unwrap_or(usize::MAX)))
            }
        };
        let kept = if self.coding == Coding::Xz { BLOCK_HEADER_BYTES } else { HEADER_BYTES };
        let passed = match found {
            Some(Next::Stream(found) | Next::Block(found)) => found,
            None if ended => rest.len(),
            None => rest.len().saturating_sub(kept - 1),
        };
        gap.filled |= rest[..passed].iter().any(|byte| *byte != 0 && !byte.is_ascii_whitespace());
        if let Some(next) = found {
            self.resume(next, self.offset + (at + passed) as u64, sink);
        }
        (passed > 0 || found.is_some()).then_some(at + passed)
    }

    /// Goes on at a place behind a gap.
    fn resume(&mut self, next: Next, start: u64, sink: &mut dyn Sink) {
        let mut decoder = Decoder::of(self.coding);
        let lead = match (next, self.xz_header) {
            (Next::Block(_), Some(header)) => {
                // It is sound, and nothing is unpacked of it.
                _ = decoder.push(&header, |_| {});
                HEADER_BYTES as u64
            }
            _ => 0,
        };
        let stream = State::Stream { decoder, start, lead };
        if let State::Gap(gap) = std::mem::replace(&mut self.state, stream) {
            if let (Some(content), Some(_)) = (&mut self.content, &gap.broken) {
                content.interrupt(sink);
            }
            self.tell(gap, start, Some(next));
        }
    }

    /// Notes what a gap was that ends here.
    fn tell(&mut self, gap: Gap, end: u64, next: Option<Next>) {
        let bytes = end - gap.start;
        let coding = self.coding.name();
        let trouble = match gap.broken {
            Some(Broken { start, failure, is_block }) => {
                let what = if is_block { "block" } else { "stream" };
                let until = match next {
                    None => "and nothing behind it".to_owned(),
                    Some(Next::Stream(_)) => {
                        format!("and then on from offset {end}, where another one begins")
                    }
                    Some(Next::Block(_)) => {
                        format!("and then on from offset {end}, where a block of it begins")
                    }
                };
                let message = format!(
                    "The {coding} {what} that begins here breaks after {} unpacked bytes ({}); what was unpacked was \
                     read{}, {until}.",
                    self.unpacked,
                    failure.reason(),
                    failure.doubt()
                );
                Trouble::note(failure.code(), start, message)
            }
            None if gap.filled => {
                let message = format!(
                    "{bytes} byte(s) behind the end of the {coding} stream belong to none; they were not read."
                );
                Trouble::note(Code::DamagedArchive, gap.start, message)
            }
            None if bytes > 0 => {
                let message = format!(
                    "{bytes} byte(s), blanks or zeros, behind the end of the {coding} stream were left out."
                );
                Trouble::note(Code::TrailingBytes, gap.start, message)
            }
            None => return,
        };
        match self.troubles.len() < limits::PROBLEMS_PER_CODE {
            true => self.troubles.push(trouble),
            false => self.untold += 1,
        }
    }

    /// The compressed bytes have ended.
    pub fn finish(&mut self, sink: &mut dyn Sink) {
        let held = std::mem::take(&mut self.held);
        self.step(&held, true, sink);
        let end = self.offset;
        let stopped = State::Gap(Gap { start: end, broken: None, filled: false, blocks: end });
        match std::mem::replace(&mut self.state, stopped) {
            State::Gap(gap) => self.tell(gap, end, None),
            State::Stream { mut decoder, .. } => {
                if let Some(content) = &mut self.content {
                    decoder.stop(|out| content.push(out, sink));
                }
                let coding = self.coding.name();
                let message =
                    format!("The {coding} stream ends too early, after {end} bytes; what is there was read.");
                self.troubles.push(Trouble::note(Code::Truncated, end, message));
            }
        }
        if let Some(content) = self.content.take() {
            content.close(sink);
        }
        if self.untold > 0 {
            let message = format!(
                "{} more place(s) where a stream of {} breaks or ends.",
                self.untold,
                self.coding.name()
            );
            sink.trouble(Trouble::note(Code::DamagedArchive, None, message));
        }
        for trouble in std::mem::take(&mut self.troubles) {
            sink.trouble(trouble);
        }
    }
}

/// Where a stream begins, or a block of xz at or behind `blocks`, if there may be some.
fn next_beginning(coding: Coding, bytes: &[u8], blocks: Option<usize>) -> Option<Next> {
    let stream = beginning(coding, bytes);
    let before = stream.unwrap_or(bytes.len());
    let block = blocks.and_then(|from| (from..before).find(|at| is_block_header(&bytes[*at..])));
    block.map(Next::Block).or(stream.map(Next::Stream))
}

/// How long it is, flags and checksum (3.1 of the format).
fn is_block_header(bytes: &[u8]) -> bool {
    let [words, flags, ..] = *bytes else { return false };
    let length = 4 * (usize::from(words) + 1);
    if words == 0 || flags & 0b0011_1100 != 0 || length > BLOCK_HEADER_BYTES || bytes.len() < length {
        return false;
    }
    let (header, sum) = bytes[..length].split_at(length - 4);
    crc32fast::hash(header).to_le_bytes() == *sum
}

/// Where the header of a stream begins that is as all tools write it: three bytes alone occur in packed data by chance.
fn beginning(coding: Coding, bytes: &[u8]) -> Option<usize> {
    let magic: &[u8] = match coding {
        Coding::Gzip => b"\x1f\x8b\x08",
        Coding::Bzip2 => b"BZh",
        Coding::Xz => b"\xfd7zXZ\0",
        Coding::Zstd => b"\x28\xb5\x2f\xfd",
    };
    let is_header = |header: &[u8]| match coding {
        Coding::Gzip => is_gzip_header(header),
        Coding::Bzip2 => coding.begins(header),
        Coding::Xz => is_xz_header(header),
        // A bit of the descriptor is reserved (RFC 8878 3.1.1.1.1.4).
        Coding::Zstd => header[4] & 0b1000 == 0,
    };
    memmem::find_iter(bytes, magic).find(|at| {
        let header = &bytes[*at..];
        header.len() >= HEADER_BYTES && is_header(header)
    })
}

/// Flags, speed and system (RFC 1952 2.3.1).
fn is_gzip_header(header: &[u8]) -> bool {
    header[3] & 0xe0 == 0 && matches!(header[8], 0 | 2 | 4) && matches!(header[9], 0..=13 | 255)
}

/// The flags have a checksum of their own (2.1.1.3 of the format).
fn is_xz_header(header: &[u8]) -> bool {
    crc32fast::hash(&header[6..8]).to_le_bytes() == header[8..12]
}
