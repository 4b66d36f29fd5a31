//! One input, fed by a face that can read any part of it.
//!
//! ```text
//! while let Some(want) = intake.want() { intake.push(some prefix of that part) }
//! intake.finish()
//! ```
//!
//! Everything but a zip or 7z archive is read front to back; of these, the directory at the end tells where to read.

use crate::detect::{EVTX_FILE_MAGIC, EVTX_HEADER_BYTES, Format, detect, is_7z, is_zip};
use crate::limits;
use crate::locator::Span;
use crate::needle::Needle;
use crate::part::Part;
use crate::passwords::Passwords;
use crate::source::evtx::{CHUNK_BYTES, chunk_offset};
use crate::source::{Sink, csv};
use crate::text::Encoding;
use crate::unpack::directory::Cut;
use crate::unpack::held::Kind;
use crate::unpack::seeking::Seeking;
use crate::unpack::sevenz::{self, SevenZ};
use crate::unpack::zip::{self, Zip};
use crate::unpack::{Place, Stream};

/// Part of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Want {
    /// Byte offset.
    pub offset: u64,
    /// Length in bytes; as much as there is when the input's length is not known.
    pub length: u64,
}

/// Bytes that are read at once behind the end of a part.
const OVER_BYTES: u64 = 64 * 1024;
/// So many bytes tell a 7z archive; fewer tell a zip.
const ARCHIVE_MAGIC_BYTES: usize = 6;

/// Reads one input.
pub struct Intake {
    place: Place,
    /// Where reading ends: the input's length, if it is known.
    end: Option<u64>,
    position: u64,
    state: State,
}

enum State {
    /// The first bytes tell whether it is an archive whose directory does.
    Start(Vec<u8>),
    Stream(Stream),
    Archive(Box<dyn Seeking>),
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
            "splunk_xml" => {
                (Format::SplunkXml(Encoding::Utf8 { bom: 0 }), span.offset, span.offset + span.length)
            }
            _ => (Format::Xml(Encoding::Utf8 { bom: 0 }), span.offset, span.offset + span.length),
        };
        let place = Place::input(name, None);
        let stream = Stream::known(place.clone(), &format, Part::at(start), &[]);
        Intake { place, end: Some(end), position: start, state: State::Stream(stream) }
    }

    /// A part of an input of this size, as [`Plan`] cuts it.
    pub fn of_part(name: &str, size: u64, planned: &Planned, needle: Option<Needle>) -> Intake {
        let Planned { format, part, header } = planned;
        let place = Place::input(name, needle);
        let state = match format {
            Format::Zip => State::Archive(Box::new(Zip::new(place.clone(), size, *part))),
            Format::SevenZ => State::Archive(Box::new(SevenZ::new(place.clone(), size, *part))),
            _ => State::Stream(Stream::known(place.clone(), format, *part, header)),
        };
        let (position, end) = match format {
            // The line before tells where the first one of the part begins.
            Format::Json(_) | Format::Csv { .. } => (part.start.saturating_sub(1), size),
            // Chunks do not reach over the end of a part.
            Format::Evtx => (part.start, part.end.unwrap_or(size)),
            _ => (part.start, size),
        };
        Intake { place, end: Some(end), position, state }
    }

    /// Tries encrypted archives with these, before any bytes are pushed.
    pub fn set_passwords(&mut self, passwords: &Passwords) {
        self.place.passwords = passwords.clone();
        if let State::Archive(archive) = &mut self.state {
            archive.set_passwords(passwords);
        }
    }

    /// The part that was read, and what was met at its edges.
    pub fn part(&self) -> Part {
        match &self.state {
            State::Stream(stream) => stream.part(),
            State::Archive(archive) => archive.part(),
            State::Start(_) => Part::WHOLE,
        }
    }

    /// The next part that is wanted. None: enough was read.
    pub fn want(&self) -> Option<Want> {
        if let State::Archive(archive) = &self.state {
            let (offset, length) = archive.want()?;
            return (length > 0).then_some(Want { offset, length });
        }
        let part = self.part();
        let mut length = self.end.unwrap_or(u64::MAX).saturating_sub(self.position);
        if let Some(end) = part.end {
            // Behind its end a part reads on in small steps, until the next record begins.
            length = length.min(end.saturating_sub(self.position).max(OVER_BYTES));
        }
        if part.is_done() {
            return None;
        }
        (length > 0).then_some(Want { offset: self.position, length })
    }

    /// Takes bytes from the start of the wanted part.
    pub fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
        self.position += bytes.len() as u64;
        match &mut self.state {
            State::Start(head) => {
                head.extend_from_slice(bytes);
                if head.len() >= ARCHIVE_MAGIC_BYTES || is_zip(head) {
                    self.start(sink);
                }
            }
            State::Stream(stream) => stream.push(bytes, sink),
            State::Archive(archive) => archive.push(bytes, sink),
        }
    }

    fn start(&mut self, sink: &mut dyn Sink) {
        let State::Start(head) = &mut self.state else {
            return;
        };
        let head = std::mem::take(head);
        let archive = match () {
            () if is_zip(&head) => Some((Format::Zip, Kind::Zip)),
            () if is_7z(&head) => Some((Format::SevenZ, Kind::SevenZ)),
            () => None,
        };
        if let (Some((format, kind)), Some(size)) = (archive, self.end) {
            sink.format(&format);
            self.state = State::Archive(kind.open(self.place.clone(), size));
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
            State::Archive(archive) => archive.finish(sink),
        }
    }
}

/// A part of an input, as it is dealt out to a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The input's format.
    pub format: Format,
    /// The part.
    pub part: Part,
    /// The columns of a CSV.
    header: Vec<String>,
}

impl Planned {
    /// The bytes from `start` to `end` of an input that can be cut there. `head`: its first [`limits::DETECT_BYTES`].
    pub fn new(head: &[u8], start: u64, end: Option<u64>) -> Planned {
        let head = &head[..head.len().min(limits::DETECT_BYTES)];
        let format = detect(head);
        let header = csv::header(&format, head).map_or(Vec::new(), |(columns, _)| columns);
        Planned { format, part: Part::new(start, end), header }
    }
}

/// Packed bytes take so much longer to read than others, about.
const PACKED: u64 = 8;

/// Cuts an input into parts that can be read side by side.
///
/// ```text
/// while let Some(want) = plan.want() { plan.push(some prefix of that part) }
/// plan.starts()
/// ```
///
/// Only a zip or 7z archive wants more than its head: what its directory lists is dealt out by its packed size.
pub enum Plan {
    /// Where the parts begin.
    Known(Vec<u64>),
    /// The directory of an archive is being read.
    Archive(Box<dyn Cut>),
}

impl Plan {
    /// Cuts an input of this size into parts of about `part_bytes`. `head`: its first [`limits::DETECT_BYTES`].
    pub fn new(head: &[u8], size: u64, part_bytes: u64) -> Plan {
        let head = &head[..head.len().min(limits::DETECT_BYTES)];
        let format = detect(head);
        let (first, step) = match &format {
            // One whose first byte is damaged is held, and read as a whole.
            Format::Zip if !is_zip(head) => (0, 0),
            Format::Zip => return Plan::Archive(zip::cut(size, part_bytes / PACKED)),
            Format::SevenZ => return Plan::Archive(sevenz::cut(size, part_bytes / PACKED)),
            Format::Evtx if head.starts_with(EVTX_FILE_MAGIC) => {
                (EVTX_HEADER_BYTES as u64, part_bytes.next_multiple_of(CHUNK_BYTES as u64))
            }
            Format::Xml(Encoding::Utf8 { .. }) | Format::SplunkXml(Encoding::Utf8 { .. }) => (0, part_bytes),
            Format::Json(Encoding::Utf8 { .. }) if is_json_lines(head) => (0, part_bytes),
            // Every part needs the columns, so they stand in the first one.
            Format::Csv { .. } => csv::header(&format, head).map_or((0, 0), |(_, end)| (end, part_bytes)),
            _ => (0, 0),
        };
        if step == 0 || size <= first + step {
            return Plan::Known(Vec::new());
        }
        let mut starts = vec![0];
        let mut next = first + step;
        while next < size {
            starts.push(next);
            next += step;
        }
        Plan::Known(starts)
    }

    /// Whether its parts unfold to many times their size.
    pub fn is_packed(&self) -> bool {
        matches!(self, Plan::Archive(_))
    }

    /// The next bytes that are wanted. None: the parts are known.
    pub fn want(&self) -> Option<Want> {
        let Plan::Archive(cut) = self else { return None };
        let (offset, length) = cut.want()?;
        (length > 0).then_some(Want { offset, length })
    }

    /// Takes bytes from the start of what is wanted.
    pub fn push(&mut self, bytes: &[u8]) {
        if let Plan::Archive(cut) = self {
            cut.push(bytes);
        }
    }

    /// Where the parts begin: the first at 0, each ends where the next one begins. Empty: the input must be read as a
    /// whole.
    pub fn starts(self) -> Vec<u64> {
        let starts = match self {
            Plan::Known(starts) => starts,
            Plan::Archive(cut) => cut.starts(),
        };
        if starts.len() > 1 { starts } else { Vec::new() }
    }
}

/// Cuts an input that is held in memory into parts of about `part_bytes`. Empty: it must be read as a whole.
pub fn plan(bytes: &[u8], part_bytes: u64) -> Vec<Planned> {
    let mut plan = Plan::new(bytes, bytes.len() as u64, part_bytes);
    while let Some(Want { offset, length }) = plan.want() {
        plan.push(&bytes[offset as usize..(offset + length) as usize]);
    }
    let starts = plan.starts();
    let ends = starts.iter().skip(1).copied().map(Some).chain([None]);
    starts.iter().zip(ends).map(|(start, end)| Planned::new(bytes, *start, end)).collect()
}

/// Whether the first line is one JSON object.
fn is_json_lines(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.len() < head.len() && serde_json::from_slice::<serde_json::Map<_, serde_json::Value>>(line).is_ok()
}
