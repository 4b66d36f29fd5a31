//! xz, and LZMA and LZMA2 without a frame, as 7z archives hold them: what a frame would tell is told by the archive.

use std::io::{self, ErrorKind};

use lzma_rust2::{Action, FilterConfig, Lzma2Stream, LzmaStream, Status, StreamResult, XzStream};

use super::{Decode, Decoder, Failure, Step};
use crate::limits;

/// Packed bytes that are given at once. What was made of them is lost where they break, so they are few.
const PIECE_BYTES: usize = 2 * 1024;
/// What xz may take, in KiB: a window, and less than a MiB beside it.
const XZ_KIB: u32 = (limits::WINDOW_BYTES / 1024) as u32 + 1024;

impl Decoder {
    /// One stream of an .xz file.
    pub fn xz() -> Decoder {
        Decoder::new(Box::new(XzStream::new_mem_limit(false, XZ_KIB)))
    }

    /// LZMA that unpacks to `unpacked` bytes. `properties`: how literals are coded, and in four bytes how far it looks back.
    ///
    /// # Errors
    /// The properties are none, or it looks back too far.
    pub fn lzma(properties: &[u8], unpacked: u64, filter: Option<FilterConfig>) -> Result<Decoder, Failure> {
        let [coding, size @ ..] = properties else { return Err(Failure::Broken) };
        let size = u32::from_le_bytes(size.try_into().map_err(|_| Failure::Broken)?);
        let size = window(u64::from(size), unpacked)?;
        let mut stream =
            LzmaStream::new_with_props(unpacked, *coding, size, None).map_err(|_| Failure::Broken)?;
        stream.set_filters(filter.as_slice()).map_err(|_| Failure::Foreign)?;
        Ok(Decoder::new(Box::new(stream)))
    }

    /// LZMA2 that unpacks to `unpacked` bytes. `properties`: how far it looks back, in one byte (5.3.1 of the .xz format).
    ///
    /// # Errors
    /// The properties are none, or it looks back too far.
    pub fn lzma2(properties: &[u8], unpacked: u64, filter: Option<FilterConfig>) -> Result<Decoder, Failure> {
        let size = match properties {
            [40] => u64::from(u32::MAX),
            [bits @ 0..40] => u64::from(2 | bits & 1) << (bits / 2 + 11),
            _ => return Err(Failure::Broken),
        };
        let mut stream = Lzma2Stream::new(window(size, unpacked)?);
        stream.set_filters(filter.as_slice()).map_err(|_| Failure::Foreign)?;
        Ok(Decoder::new(Box::new(stream)))
    }
}

/// How much is held of what was unpacked: nothing looks back farther than to the beginning.
fn window(stated: u64, unpacked: u64) -> Result<u32, Failure> {
    match stated.min(unpacked) {
        size if size > limits::WINDOW_BYTES as u64 => Err(Failure::TooLarge),
        size => Ok(size as u32),
    }
}

/// A stream that is fed.
trait Process {
    fn process(&mut self, input: &[u8], out: &mut [u8], action: Action) -> io::Result<StreamResult>;

    /// Bytes that it gave so far.
    fn total(&self) -> u64;
}

impl Process for LzmaStream {
    fn process(&mut self, input: &[u8], out: &mut [u8], action: Action) -> io::Result<StreamResult> {
        LzmaStream::process(self, input, out, action)
    }

    fn total(&self) -> u64 {
        self.total_out()
    }
}

impl Process for Lzma2Stream {
    fn process(&mut self, input: &[u8], out: &mut [u8], action: Action) -> io::Result<StreamResult> {
        Lzma2Stream::process(self, input, out, action)
    }

    fn total(&self) -> u64 {
        self.total_out()
    }
}

impl Process for XzStream {
    fn process(&mut self, input: &[u8], out: &mut [u8], action: Action) -> io::Result<StreamResult> {
        XzStream::process(self, input, out, action)
    }

    fn total(&self) -> u64 {
        self.total_out()
    }
}

impl<S: Process> Decode for Box<S> {
    fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        let before = self.total();
        let input = &input[..input.len().min(PIECE_BYTES)];
        match self.process(input, out, Action::Run) {
            Ok(StreamResult { bytes_consumed, bytes_produced, status }) => {
                Step { used: bytes_consumed, made: bytes_produced, ended: Ok(status == Status::StreamEnd) }
            }
            // What it gave before stands in `out`.
            Err(error) => {
                Step { used: 0, made: (self.total() - before) as usize, ended: Err(failure(&error)) }
            }
        }
    }

    fn rest(&mut self, out: &mut [u8]) -> usize {
        self.process(&[], out, Action::Finish).map_or(0, |result| result.bytes_produced)
    }
}

fn failure(error: &io::Error) -> Failure {
    match error.kind() {
        ErrorKind::OutOfMemory => Failure::TooLarge,
        ErrorKind::Unsupported => Failure::Foreign,
        _ => Failure::Broken,
    }
}
