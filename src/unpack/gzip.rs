//! gzip: one or many streams, which together are one content.

use super::Stream;
use super::inflate::{Inflate, Progress};
use crate::limits;
use crate::problem::Code;
use crate::source::{Sink, Trouble};

/// Unpacks a gzip file.
pub struct Gzip {
    inflate: Inflate,
    content: Option<Stream>,
    /// Compressed bytes taken so far, and how many of them before the stream at hand.
    offset: u64,
    start: u64,
    /// Bytes that were unpacked so far.
    unpacked: u64,
    /// Streams that ended.
    ended: u64,
    /// Bytes of the stream at hand were taken.
    started: bool,
    stopped: bool,
}

impl Gzip {
    /// Unpacks into `content`.
    pub fn new(content: Stream) -> Gzip {
        Gzip {
            inflate: Inflate::gzip(),
            content: Some(content),
            offset: 0,
            start: 0,
            unpacked: 0,
            ended: 0,
            started: false,
            stopped: false,
        }
    }

    /// Takes the next compressed bytes.
    pub fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
        for piece in bytes.chunks(limits::INFLATE_STEP) {
            let mut rest = piece;
            while !rest.is_empty() && !self.stopped {
                rest = self.step(rest, sink);
            }
        }
    }

    fn step<'a>(&mut self, bytes: &'a [u8], sink: &mut dyn Sink) -> &'a [u8] {
        // Only the two magic bytes begin another stream; tapes and careless copies pad with others.
        if !self.started && self.ended > 0 && bytes[0] != 0x1f {
            let message = "Bytes after the end of the gzip stream were left out.";
            self.stop(Code::TrailingBytes, self.offset, message, sink);
            return &[];
        }
        self.started = true;
        let Gzip { inflate, content, unpacked, .. } = self;
        let progress = inflate.push(bytes, |out| {
            *unpacked += out.len() as u64;
            if let Some(content) = content {
                content.push(out, sink);
            }
        });
        match progress {
            Ok(Progress::More) => {
                self.offset += bytes.len() as u64;
                &[]
            }
            Ok(Progress::End(used)) => {
                self.offset += used as u64;
                self.start = self.offset;
                self.ended += 1;
                self.started = false;
                self.inflate = Inflate::gzip();
                &bytes[used..]
            }
            Err(reason) => {
                // How far the decoder looked ahead depends on how the bytes came; what it unpacked does not.
                let message = format!(
                    "The gzip stream that begins here breaks after {} unpacked bytes ({reason}); they were read.",
                    self.unpacked
                );
                self.stop(Code::DamagedArchive, self.start, &message, sink);
                &[]
            }
        }
    }

    /// The compressed bytes have ended.
    pub fn finish(&mut self, sink: &mut dyn Sink) {
        if self.started && !self.stopped {
            let message = format!(
                "The gzip stream ends too early, after {} bytes; what is there was read.",
                self.offset
            );
            self.stop(Code::Truncated, self.offset, &message, sink);
        }
        self.close(sink);
    }

    /// Takes no more bytes and says why. The content is closed before, since the offset is one of
    /// the packed file.
    fn stop(&mut self, code: Code, place: u64, message: &str, sink: &mut dyn Sink) {
        self.close(sink);
        sink.trouble(Trouble::note(code, place, message));
        self.stopped = true;
    }

    fn close(&mut self, sink: &mut dyn Sink) {
        if let Some(content) = self.content.take() {
            content.close(sink);
        }
    }
}
