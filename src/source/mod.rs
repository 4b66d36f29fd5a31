//! Readers: bytes of one format to events, resumable at any byte.
//!
//! A reader never fails as a whole. It hands every event it finds to a [`Sink`], every
//! [`Trouble`] too, and goes on with the next record.

pub mod csv;
pub mod evtx;
pub mod gap;
pub mod json;
pub mod signs;
pub mod splunk_xml;
pub mod whole;
pub mod xml;

use self::whole::Whole;
use crate::detect::Format;
use crate::event::{Event, Skim};
use crate::locator::{MemberId, Span};
use crate::needle::Needle;
use crate::part::Part;
use crate::problem::Code;
use crate::{limits, text};

/// The form in which the raw text of an event is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `<Event>` as it stands in the log.
    Xml,
    /// A JSON object as it stands in the log.
    Json,
    /// A CSV row as it stands in the log.
    Csv,
    /// XML rendering of a binary record.
    Evtx,
}

impl Form {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Form::Xml => "xml",
            Form::Json => "json",
            Form::Csv => "csv",
            Form::Evtx => "evtx",
        }
    }
}

/// An event that was read.
#[derive(Debug)]
pub struct Found<'a> {
    /// The event.
    pub event: &'a Event,
    /// Its bytes in the input or member.
    pub span: Span,
    /// Its text, as `form` says.
    pub raw: &'a str,
    /// What `raw` is.
    pub form: Form,
    /// Bytes of it were no valid text and became U+FFFD.
    pub replaced: bool,
}

/// Something that could not be read, or not quite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Its kind.
    pub code: Code,
    /// Byte offset in the input or member.
    pub offset: Option<u64>,
    /// The record's number, where it is known.
    pub record: Option<u64>,
    /// What happened and why.
    pub message: String,
    /// Records that are lost by it, as far as they can be counted.
    pub lost: u64,
}

impl Trouble {
    /// A trouble that costs no record.
    pub fn note(code: Code, offset: impl Into<Option<u64>>, message: impl Into<String>) -> Trouble {
        let message = text::cut(message.into(), limits::MESSAGE_BYTES);
        Trouble { code, offset: offset.into(), record: None, message, lost: 0 }
    }

    /// A trouble that costs one record.
    pub fn lost(code: Code, offset: impl Into<Option<u64>>, message: impl Into<String>) -> Trouble {
        Trouble { lost: 1, ..Trouble::note(code, offset, message) }
    }
}

/// Where a reader's results go.
pub trait Sink {
    /// What follows lies in this archive member, until [`Sink::leave`]. Members nest.
    fn enter(&mut self, member: &MemberId);
    /// Ends the member; `bytes` is how long it was, unpacked.
    fn leave(&mut self, bytes: u64);
    /// The format of the current member or, outside of members, of the input.
    fn format(&mut self, format: &Format);
    /// An event.
    fn event(&mut self, found: Found<'_>);
    /// An event that can't match and was only skimmed.
    fn skimmed(&mut self, skim: Skim<'_>);
    /// What can only be judged when all of the input or member was read.
    fn whole(&mut self, whole: Whole);
    /// A trouble.
    fn trouble(&mut self, trouble: Trouble);
}

/// Reads one format.
pub trait Reader {
    /// Takes the next bytes, in pieces of any size.
    fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink);
    /// The input, or its part, has ended.
    fn finish(&mut self, sink: &mut dyn Sink);
    /// The part that is read, and what was met at its edges. Once it is done no more bytes are
    /// needed.
    fn part(&self) -> Part {
        Part::WHOLE
    }
}

/// The reader of a format, or none for one that is not read record by record. `header`: the columns of a CSV,
/// where they stand before the part. With a needle, events that can't hold it are only skimmed.
pub fn reader(
    format: &Format,
    part: Part,
    header: &[String],
    needle: Option<&Needle>,
) -> Option<Box<dyn Reader>> {
    match format {
        Format::Evtx => Some(Box::new(evtx::EvtxReader::new(part, needle))),
        Format::Xml(encoding) => Some(Box::new(xml::XmlReader::new(*encoding, part, needle))),
        Format::SplunkXml(encoding) => {
            Some(Box::new(splunk_xml::SplunkXmlReader::new(*encoding, part, needle)))
        }
        Format::Json(encoding) => Some(Box::new(json::JsonReader::new(*encoding, part, needle))),
        Format::Csv { encoding, delimiter } => {
            Some(Box::new(csv::CsvReader::new(*encoding, *delimiter, part, header, needle)))
        }
        _ => None,
    }
}
