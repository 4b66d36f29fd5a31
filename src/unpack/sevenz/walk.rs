//! What is packed in a 7z archive whose directory is missing or damaged, as far as its first bytes tell.
//!
//! The directory stands at the end, so every archive that was cut lacks it, and with it the names and sizes of the files and
//! how they are packed. But the first folder begins right behind the archive's first bytes, most are packed by one of two
//! methods, and a folder of LZMA2 says where it ends, where the next one begins.

use std::ops::Range;

use super::folder;
use crate::detect::Coding;
use crate::limits;
use crate::problem::Code;
use crate::source::{Sink, Trouble};
use crate::unpack::decoder::{Decoder, Progress};
use crate::unpack::{Place, Stream};

/// How 7-Zip codes literals unless it is told otherwise (`lc=3 lp=0 pb=2`), and that a stream may look back to its beginning.
const LZMA_PROPERTIES: [u8; 5] = [0x5d, 0xff, 0xff, 0xff, 0xff];
/// LZMA2 that may do so.
const LZMA2_PROPERTIES: [u8; 1] = [40];

/// So many bytes tell what a folder begins with.
pub const BEGINNING_BYTES: usize = 10;

/// Unpacks one folder after another.
pub struct Walk {
    /// Where the next byte is taken.
    pub position: u64,
    end: u64,
    /// Less than a step, which waits for more.
    held: Vec<u8>,
    /// How many ordinals the files in the directory have, and the next one.
    files: u64,
    next: u64,
    current: Option<Nameless>,
    /// What follows is not looked at.
    over: bool,
}

/// A folder that is unpacked; its files are one content.
struct Nameless {
    /// None for what is taken as it stands.
    decoder: Option<Decoder>,
    content: Stream,
    /// Bytes of it that could not be unpacked.
    lost: u64,
}

impl Walk {
    /// What stands in this range of the archive.
    /// `files`: how many ordinals the files in the directory have; `next`: that of the first content.
    pub fn new(range: Range<u64>, files: u64, next: u64) -> Walk {
        Walk {
            position: range.start,
            end: range.end,
            held: Vec::new(),
            files,
            next,
            current: None,
            over: false,
        }
    }

    /// How many bytes are wanted.
    pub fn wants(&self) -> u64 {
        if self.over { 0 } else { self.end.saturating_sub(self.position) }
    }

    /// Takes the next bytes. They are unpacked in whole steps, so that what is found does not depend on how they came.
    pub fn push(&mut self, mut bytes: &[u8], archive: &Place, sink: &mut dyn Sink) {
        self.position += bytes.len() as u64;
        while !bytes.is_empty() && !self.over {
            let room = limits::UNPACK_STEP - self.held.len();
            let (piece, rest) = bytes.split_at(room.min(bytes.len()));
            bytes = rest;
            self.held.extend_from_slice(piece);
            if piece.len() == room {
                let held = std::mem::take(&mut self.held);
                self.step(&held, false, archive, sink);
            }
        }
    }

    fn step(&mut self, mut bytes: &[u8], ended: bool, archive: &Place, sink: &mut dyn Sink) {
        while !bytes.is_empty() && !self.over {
            if self.current.is_none() && bytes.len() < BEGINNING_BYTES && !ended {
                self.held = bytes.to_vec();
                return;
            }
            if self.current.is_none() {
                self.open(bytes, archive, sink);
            }
            let Some(Nameless { decoder, content, lost }) = &mut self.current else { return };
            let Some(decoder) = decoder else {
                content.push(bytes, sink);
                return;
            };
            let take = |out: &[u8], stands_in: bool| {
                *lost += if stands_in { out.len() as u64 } else { 0 };
                content.push(out, sink);
            };
            match decoder.push_marked(bytes, take) {
                Ok(Progress::More) => return,
                Ok(Progress::End(used)) => {
                    bytes = &bytes[used..];
                    self.close(None, sink);
                }
                Err(failure) => {
                    let message = format!(
                        "What is unpacked without the archive's directory breaks ({}); what stands before was read{}.",
                        failure.reason(),
                        failure.doubt()
                    );
                    self.over = true;
                    self.close(Some(Trouble::note(Code::DamagedArchive, None, message)), sink);
                }
            }
        }
    }

    /// Opens the folder that begins so.
    fn open(&mut self, beginning: &[u8], archive: &Place, sink: &mut dyn Sink) {
        let decoder = match beginning {
            bytes if Coding::Bzip2.begins(bytes) => Some(Decoder::of(Coding::Bzip2)),
            // A range coder's first byte; zeros may be anything.
            [0, rest @ ..] if rest.iter().take(BEGINNING_BYTES).any(|byte| *byte != 0) => {
                Decoder::lzma(&LZMA_PROPERTIES, u64::MAX, None).ok()
            }
            // A chunk with all that is needed to begin (5.3.1 of the .xz format): how much it unpacks to and is packed to, how
            // literals are coded, and a range coder's first byte; or one that is not packed.
            [0xe0..=0xff, _, _, _, _, 0..=224, 0, ..] | [1, ..] => {
                Decoder::lzma2(&LZMA2_PROPERTIES, u64::MAX, None).ok()
            }
            _ => None,
        };
        let name = format!("(nameless {})", self.next - self.files + 1);
        let content = Stream::open(archive, self.next, &name, sink);
        self.next += 1;
        self.current = Some(Nameless { decoder, content, lost: 0 });
    }

    fn close(&mut self, trouble: Option<Trouble>, sink: &mut dyn Sink) {
        let Some(Nameless { content, lost, .. }) = self.current.take() else { return };
        if lost > 0 {
            sink.trouble(Trouble::note(Code::DamagedArchive, None, folder::lost(lost)));
        }
        // What was not unpacked is no log that was empty.
        let is_lost = content.bytes == 0;
        if let Some(trouble) = trouble {
            sink.trouble(trouble);
        }
        match is_lost {
            true => sink.leave(0),
            false => content.close(sink),
        }
    }

    /// No more bytes come. Returns the ordinal behind the last one.
    pub fn finish(&mut self, archive: &Place, sink: &mut dyn Sink) -> u64 {
        let held = std::mem::take(&mut self.held);
        self.step(&held, true, archive, sink);
        if let Some(Nameless { decoder: Some(decoder), content, .. }) = &mut self.current {
            decoder.stop(|out| content.push(out, sink));
        }
        self.close(None, sink);
        self.next
    }
}
