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
}

enum State {
    /// In a stream that begins at `start`.
    Stream { decoder: Decoder, start: u64 },
    /// Behind a stream.
    Gap(Gap),
}

/// Bytes that no stream takes.
struct Gap {
    /// Where they begin.
    start: u64,
    /// The stream before them is broken: where it begins, and why.
    broken: Option<(u64, Failure)>,
    /// Not all of them are blanks or zeros.
    filled: bool,
}

impl Compressed {
    /// Unpacks into `content`.
    pub fn new(coding: Coding, content: Stream) -> Compressed {
        Compressed {
            coding,
            content: Some(content),
            state: State::Stream { decoder: Decoder::of(coding), start: 0 },
            held: Vec::new(),
            offset: 0,
            unpacked: 0,
            troubles: Vec::new(),
            untold: 0,
            breaks: 0,
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
        let Compressed { state: State::Stream { decoder, start }, content, unpacked, .. } = self else {
            return None;
        };
        let start = *start;
        let progress = decoder.push(&step[at..], |out| {
            *unpacked += out.len() as u64;
            if let Some(content) = content {
                content.push(out, sink);
            }
        });
        let (next, broken) = match progress {
            Ok(Progress::More) => return Some(step.len()),
            Ok(Progress::End(used)) => (at + used, None),
            // Another stream may begin anywhere behind the beginning of this one.
            Err(failure) => {
                self.breaks += 1;
                let behind = usize::try_from((start + 1).saturating_sub(self.offset)).unwrap_or(step.len());
                let next = if self.breaks < MOST_BREAKS { behind } else { step.len() };
                (next, Some((start, failure)))
            }
        };
        self.state = State::Gap(Gap { start: self.offset + next as u64, broken, filled: false });
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
            true if self.coding.begins(rest) => Some(0),
            _ => beginning(self.coding, rest),
        };
        let passed = match found {
            Some(found) => found,
            None if ended => rest.len(),
            None => rest.len().saturating_sub(HEADER_BYTES - 1),
        };
        gap.filled |= rest[..passed].iter().any(|byte| *byte != 0 && !byte.is_ascii_whitespace());
        if found.is_some() {
            let start = self.offset + (at + passed) as u64;
            let stream = State::Stream { decoder: Decoder::of(self.coding), start };
            if let State::Gap(gap) = std::mem::replace(&mut self.state, stream) {
                if let (Some(content), Some(_)) = (&mut self.content, &gap.broken) {
                    content.interrupt(sink);
                }
                self.tell(gap, start, false);
            }
        }
        (passed > 0 || found.is_some()).then_some(at + passed)
    }

    /// Notes what a gap was that ends here.
    fn tell(&mut self, gap: Gap, end: u64, last: bool) {
        let bytes = end - gap.start;
        let coding = self.coding.name();
        let trouble = match gap.broken {
            Some((start, failure)) => {
                let until = match last {
                    true => "and nothing behind it".to_owned(),
                    false => format!("and then on from offset {end}, where another one begins"),
                };
                let message = format!(
                    "The {coding} stream that begins here breaks after {} unpacked bytes ({}); what was unpacked was \
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
        let stopped = State::Gap(Gap { start: end, broken: None, filled: false });
        match std::mem::replace(&mut self.state, stopped) {
            State::Gap(gap) => self.tell(gap, end, true),
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
