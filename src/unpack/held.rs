//! Archives that are read from any place, opened, and held whole where they come as a stream.

use super::Place;
use super::seeking::Seeking;
use super::sevenz::SevenZ;
use super::zip::Zip;
use crate::limits;
use crate::part::Part;
use crate::problem::Code;
use crate::source::{Sink, Trouble};

/// The kinds of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A zip.
    Zip,
    /// A 7z archive.
    SevenZ,
}

impl Kind {
    /// Opens all of an archive of `size` bytes.
    pub fn open(self, place: Place, size: u64) -> Box<dyn Seeking> {
        match self {
            Kind::Zip => Box::new(Zip::new(place, size, Part::WHOLE)),
            Kind::SevenZ => Box::new(SevenZ::new(place, size, Part::WHOLE)),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Kind::Zip => "zip",
            Kind::SevenZ => "7z archive",
        }
    }
}

/// An archive that comes as a stream, which must be held whole.
pub struct Held {
    kind: Kind,
    bytes: Vec<u8>,
}

impl Held {
    /// Nothing of it yet.
    pub fn new(kind: Kind) -> Held {
        Held { kind, bytes: Vec::new() }
    }

    /// Holds the bytes, up to one byte more than there is room for, which tells that it is too large.
    pub fn push(&mut self, bytes: &[u8], place: &Place) {
        let held = &mut self.bytes;
        let room = (place.room() + 1).saturating_sub(held.len());
        let bytes = &bytes[..bytes.len().min(room)];
        if held.capacity() - held.len() < bytes.len() {
            // Twice as much as before, as a vector grows by itself, but no more than is ever needed.
            held.reserve_exact(held.len().clamp(bytes.len(), room));
        }
        held.extend_from_slice(bytes);
    }

    /// All of it is there, and is read.
    pub fn finish(self, mut place: Place, sink: &mut dyn Sink) {
        let Held { kind, bytes } = self;
        if bytes.len() > place.room() {
            let name = kind.name();
            let what = match place.depth {
                0 => format!("A {name} that can be read front to back only"),
                _ => format!("A {name} inside an archive"),
            };
            let around = if place.held > 0 { ", with those around it" } else { "" };
            let most = limits::NESTED_ARCHIVE_BYTES >> 20;
            let message = format!("{what} is larger than {most} MiB{around}.");
            sink.trouble(Trouble::note(Code::OverLimit, None, message));
            return;
        }
        place.held += bytes.len();
        let mut archive = kind.open(place, bytes.len() as u64);
        while let Some((offset, length)) = archive.want() {
            let part = usize::try_from(offset).ok().and_then(|from| bytes.get(from..from + length as usize));
            match part {
                Some(part) if !part.is_empty() => archive.push(part, sink),
                _ => break,
            }
        }
        archive.finish(sink);
    }
}
