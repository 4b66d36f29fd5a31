//! One input, fed by a face that can read any part of it.
//!
//! ```text
//! while let Some(want) = intake.want() { intake.push(some prefix of that part) }
//! intake.finish()
//! ```
//!
//! Everything but a zip archive is read front to back; a zip is read from its end.

use crate::detect::Format;
use crate::locator::Span;
use crate::needle::Needle;
use crate::source::Sink;
use crate::source::evtx::{CHUNK_BYTES, chunk_offset};
use crate::text::Encoding;
use crate::unpack::zip::Zip;
use crate::unpack::{Place, Stream};

/// Part of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Want {
    /// Byte offset.
    pub offset: u64,
    /// Length in bytes; as much as there is when the input's length is not known.
    pub length: u64,
}

/// Reads one input.
pub struct Intake {
    place: Place,
    /// Where reading ends: the input's length, if it is known.
    end: Option<u64>,
    position: u64,
    state: State,
}

enum State {
    /// The first four bytes tell a zip.
    Start(Vec<u8>),
    Stream(Stream),
    Zip(Zip),
}

impl Intake {
    /// An input of this name and size; without a size it can only be read front to back. With a
    /// needle, events that can't hold it are only skimmed.
    pub fn new(name: &str, size: Option<u64>, needle: Option<Needle>) -> Intake {
        Intake { place: Place::input(name, needle), end: size, position: 0, state: State::Start(Vec::new()) }
    }

    /// One event of an input, which its span alone gives again. `format`: as the report names it.
    pub fn of_span(name: &str, format: &str, span: Span) -> Intake {
        let (format, start, end) = match format {
            "evtx" => {
                let chunk = chunk_offset(span.offset);
                (Format::Evtx, chunk, chunk + CHUNK_BYTES as u64)
            }
            "json" => (Format::Json(Encoding::Utf8 { bom: 0 }), span.offset, span.offset + span.length),
            _ => (Format::Xml(Encoding::Utf8 { bom: 0 }), span.offset, span.offset + span.length),
        };
        let place = Place::input(name, None);
        let stream = Stream::known(place.clone(), &format, start);
        Intake { place, end: Some(end), position: start, state: State::Stream(stream) }
    }

    /// The next part that is wanted. None: enough was read.
    pub fn want(&self) -> Option<Want> {
        if let State::Zip(zip) = &self.state {
            let (offset, length) = zip.want()?;
            return (length > 0).then_some(Want { offset, length });
        }
        let length = self.end.unwrap_or(u64::MAX).saturating_sub(self.position);
        (length > 0).then_some(Want { offset: self.position, length })
    }

    /// Takes bytes from the start of the wanted part.
    pub fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
        self.position += bytes.len() as u64;
        match &mut self.state {
            State::Start(head) => {
                head.extend_from_slice(bytes);
                if head.len() >= 4 {
                    self.start(sink);
                }
            }
            State::Stream(stream) => stream.push(bytes, sink),
            State::Zip(zip) => zip.push(bytes, sink),
        }
    }

    fn start(&mut self, sink: &mut dyn Sink) {
        let State::Start(head) = &mut self.state else {
            return;
        };
        let head = std::mem::take(head);
        let zip = matches!(
            head.as_slice(),
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', 7, 8, ..]
        );
        if let (true, Some(size)) = (zip, self.end) {
            sink.format(&Format::Zip);
            self.state = State::Zip(Zip::new(self.place.clone(), size));
            return;
        }
        let mut stream = Stream::of_input(self.place.clone());
        stream.push(&head, sink);
        self.state = State::Stream(stream);
    }

    /// No more bytes come.
    pub fn finish(&mut self, sink: &mut dyn Sink) {
        self.start(sink);
        match &mut self.state {
            State::Start(_) => {}
            State::Stream(stream) => stream.finish(sink),
            State::Zip(zip) => zip.finish(sink),
        }
    }
}
