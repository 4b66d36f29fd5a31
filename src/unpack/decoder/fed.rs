//! The streams of the crate `lzma-rust2`, fed with a few bytes at once.

use std::io::{self, ErrorKind};

use lzma_rust2::{Action, Lzma2Stream, LzmaStream, Status, StreamResult, XzStream};

use super::{Decode, Failure, Step};

/// Packed bytes that are given at once. What was made of them is lost where they break, so they are few.
const PIECE_BYTES: usize = 256;

/// A stream that is fed.
pub trait Process {
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

/// A stream, and what it means that it breaks.
pub struct Fed<S> {
    stream: Box<S>,
    /// It may look back farther than is held.
    is_bounded: bool,
}

impl<S: Process> Fed<S> {
    pub fn new(stream: S, is_bounded: bool) -> Fed<S> {
        Fed { stream: Box::new(stream), is_bounded }
    }
}

impl<S: Process> Decode for Fed<S> {
    fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        let before = self.stream.total();
        let input = &input[..input.len().min(PIECE_BYTES)];
        match self.stream.process(input, out, Action::Run) {
            Ok(StreamResult { bytes_consumed, bytes_produced, status }) => {
                Step { used: bytes_consumed, made: bytes_produced, ended: Ok(status == Status::StreamEnd) }
            }
            // What it gave before stands in `out`.
            Err(error) => {
                let made = (self.stream.total() - before) as usize;
                Step { used: 0, made, ended: Err(failure(&error, self.is_bounded)) }
            }
        }
    }

    fn rest(&mut self, out: &mut [u8]) -> usize {
        self.stream.process(&[], out, Action::Finish).map_or(0, |result| result.bytes_produced)
    }
}

fn failure(error: &io::Error, is_bounded: bool) -> Failure {
    match error.kind() {
        _ if is_bounded => Failure::Bounded,
        ErrorKind::OutOfMemory => Failure::TooLarge,
        ErrorKind::Unsupported => Failure::Foreign,
        // Of the kind of all damage: only its words tell. Tests hold to them.
        _ if error.to_string().starts_with("index ") => Failure::Index,
        _ => Failure::Broken,
    }
}
