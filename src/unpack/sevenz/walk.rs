//! What is packed in a 7z archive whose directory is missing or damaged, as far as its first bytes tell.
//!
//! The directory stands at the end, so every archive that was cut lacks it, and with it the names and sizes of the files and
//! how they are packed. But the first folder begins right behind the archive's first bytes, most are packed by one of two
//! methods, and a folder of LZMA2 says where it ends, where the next one begins.

use super::directory::HEAD_BYTES;
use crate::limits;
use crate::problem::Code;
use crate::source::{Sink, Trouble};
use crate::unpack::decoder::{Decoder, Progress};
use crate::unpack::{Place, Stream};

/// How 7-Zip codes literals unless it is told otherwise (`lc=3 lp=0 pb=2`), and how far back a stream may look here.
const LZMA_PROPERTIES: [u8; 5] = {
    let [a, b, c, d] = (limits::WINDOW_BYTES as u32).to_le_bytes();
    [0x5d, a, b, c, d]
};
/// LZMA2 that looks back so far: `2 << (30 / 2 + 11)` bytes.
const LZMA2_PROPERTIES: [u8; 1] = [30];

/// Unpacks one folder after another.
pub struct Walk {
    /// Where the next byte is taken.
    pub position: u64,
    end: u64,
    /// Less than a step, which waits for more.
    held: Vec<u8>,
    /// How many folders were opened.
    opened: u64,
    current: Option<Nameless>,
    /// What follows is not looked at.
    over: bool,
}

/// A folder that is unpacked; its files are one content.
struct Nameless {
    /// None for what is taken as it stands.
    decoder: Option<Decoder>,
    content: Stream,
}

impl Walk {
    /// Up to where the directory begins or the archive ends.
    pub fn new(end: u64) -> Walk {
        Walk { position: HEAD_BYTES, end, held: Vec::new(), opened: 0, current: None, over: false }
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
                self.step(&held, archive, sink);
            }
        }
    }

    fn step(&mut self, mut bytes: &[u8], archive: &Place, sink: &mut dyn Sink) {
        while !bytes.is_empty() && !self.over {
            if self.current.is_none() {
                self.open(bytes[0], archive, sink);
            }
            let Some(Nameless { decoder, content }) = &mut self.current else { return };
            let Some(decoder) = decoder else {
                content.push(bytes, sink);
                return;
            };
            match decoder.push(bytes, |out| content.push(out, sink)) {
                Ok(Progress::More) => return,
                Ok(Progress::End(used)) => {
                    bytes = &bytes[used..];
                    self.close(None, sink);
                }
                Err(failure) => {
                    let message = format!(
                        "What is unpacked without the archive's directory breaks ({}); what stands before was read.",
                        failure.reason()
                    );
                    self.over = true;
                    self.close(Some(Trouble::note(Code::DamagedArchive, None, message)), sink);
                }
            }
        }
    }

    /// Opens the folder that begins with this byte.
    fn open(&mut self, first: u8, archive: &Place, sink: &mut dyn Sink) {
        let decoder = match first {
            // A range coder's first byte.
            0 => Decoder::lzma(&LZMA_PROPERTIES, u64::MAX, None).ok(),
            // A chunk with all that is needed to begin (5.3.1 of the .xz format).
            1 | 0xe0.. => Decoder::lzma2(&LZMA2_PROPERTIES, u64::MAX, None).ok(),
            _ => None,
        };
        self.opened += 1;
        let content = Stream::open(archive, self.opened - 1, &format!("(nameless {})", self.opened), sink);
        self.current = Some(Nameless { decoder, content });
    }

    fn close(&mut self, trouble: Option<Trouble>, sink: &mut dyn Sink) {
        let Some(Nameless { content, .. }) = self.current.take() else { return };
        if let Some(trouble) = trouble {
            sink.trouble(trouble);
        }
        content.close(sink);
    }

    /// No more bytes come.
    pub fn finish(mut self, archive: &Place, sink: &mut dyn Sink) {
        let held = std::mem::take(&mut self.held);
        self.step(&held, archive, sink);
        if let Some(Nameless { decoder: Some(decoder), content }) = &mut self.current {
            decoder.stop(|out| content.push(out, sink));
        }
        self.close(None, sink);
    }
}
