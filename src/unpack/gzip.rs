//! gzip: one or many streams, which together are one content.

use memchr::memmem;

use super::Stream;
use super::inflate::{Inflate, Progress};
use crate::limits;
use crate::problem::Code;
use crate::source::{Sink, Trouble};

/// How a stream begins (RFC 1952 2.3.1), and the method that all have, deflate.
const MAGIC: &[u8] = b"\x1f\x8b";
const BEGINNING: &[u8] = b"\x1f\x8b\x08";
const HEADER_BYTES: usize = 10;
/// So many streams may break before the rest of a step is no longer searched for others: each may cost what a whole step
/// unpacks to.
const MOST_BREAKS: u64 = 256;

/// Unpacks a gzip file.
pub struct Gzip {
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
    Stream { inflate: Inflate, start: u64 },
    /// Behind a stream.
    Gap(Gap),
}

/// Bytes that no stream takes.
struct Gap {
    /// Where they begin.
    start: u64,
    /// The stream before them is broken: where it begins, and why.
    broken: Option<(u64, String)>,
    /// Not all of them are blanks or zeros.
    filled: bool,
}

impl Gzip {
    /// Unpacks into `content`.
    pub fn new(content: Stream) -> Gzip {
        Gzip {
            content: Some(content),
            state: State::Stream { inflate: Inflate::gzip(), start: 0 },
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
            let room = limits::INFLATE_STEP - (end % limits::INFLATE_STEP as u64) as usize;
            let (piece, rest) = bytes.split_at(room.min(bytes.len()));
            bytes = rest;
            if self.held.is_empty() && piece.len() == limits::INFLATE_STEP {
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
        let Gzip { state: State::Stream { inflate, start }, content, unpacked, .. } = self else {
            return None;
        };
        let start = *start;
        let progress = inflate.push(&step[at..], |out| {
            *unpacked += out.len() as u64;
            if let Some(content) = content {
                content.push(out, sink);
            }
        });
        let (next, broken) = match progress {
            Ok(Progress::More) => return Some(step.len()),
            Ok(Progress::End(used)) => (at + used, None),
            // Another stream may begin anywhere behind the beginning of this one.
            Err(reason) => {
                self.breaks += 1;
                let behind = usize::try_from((start + 1).saturating_sub(self.offset)).unwrap_or(step.len());
                let next = if self.breaks < MOST_BREAKS { behind } else { step.len() };
                (next, Some((start, reason.to_string())))
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
            true if rest.len() < MAGIC.len() && !ended => return None,
            true if rest.starts_with(MAGIC) => Some(0),
            _ => beginning(rest),
        };
        let passed = match found {
            Some(found) => found,
            None if ended => rest.len(),
            None => rest.len().saturating_sub(HEADER_BYTES - 1),
        };
        gap.filled |= rest[..passed].iter().any(|byte| *byte != 0 && !byte.is_ascii_whitespace());
        if found.is_some() {
            let start = self.offset + (at + passed) as u64;
            let stream = State::Stream { inflate: Inflate::gzip(), start };
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
        let trouble = match gap.broken {
            Some((start, reason)) => {
                let until = match last {
                    true => "nothing behind it".to_owned(),
                    false => format!("then on from offset {end}, where another one begins"),
                };
                let message = format!(
                    "The gzip stream that begins here breaks after {} unpacked bytes ({reason}); they were read, {until}.",
                    self.unpacked
                );
                Trouble::note(Code::DamagedArchive, start, message)
            }
            None if gap.filled => {
                let message = format!(
                    "{bytes} byte(s) behind the end of a gzip stream belong to none; they were not read."
                );
                Trouble::note(Code::DamagedArchive, gap.start, message)
            }
            None if bytes > 0 => {
                let message = format!(
                    "{bytes} byte(s), blanks or zeros, behind the end of a gzip stream were left out."
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
            State::Stream { .. } => {
                let message =
                    format!("The gzip stream ends too early, after {end} bytes; what is there was read.");
                self.troubles.push(Trouble::note(Code::Truncated, end, message));
            }
        }
        if let Some(content) = self.content.take() {
            content.close(sink);
        }
        if self.untold > 0 {
            let message = format!("{} more place(s) where a gzip stream breaks or ends.", self.untold);
            sink.trouble(Trouble::note(Code::DamagedArchive, None, message));
        }
        for trouble in std::mem::take(&mut self.troubles) {
            sink.trouble(trouble);
        }
    }
}

/// Where the header of a stream begins that is as all tools write it: three bytes alone occur in packed data by chance.
fn beginning(bytes: &[u8]) -> Option<usize> {
    memmem::find_iter(bytes, BEGINNING).find(|at| {
        let header = &bytes[*at..];
        let known = |flags: u8, speed: u8, system: u8| {
            flags & 0xe0 == 0 && matches!(speed, 0 | 2 | 4) && (system <= 13 || system == 255)
        };
        header.len() >= HEADER_BYTES && known(header[3], header[8], header[9])
    })
}
