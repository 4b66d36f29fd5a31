//! EVTX: 64 KiB chunks after a file header of 4 KiB, each chunk readable on its own.
//!
//! The file header is not believed: a log copied from a running system has stale counts there, and
//! its 16-bit chunk count can't tell more than 4 GiB. Chunks are found by their magic. The records
//! are decoded by the `evtx` crate; what the event says (`System/EventRecordID`, `TimeCreated`)
//! counts, not the record header, which an exported log may have numbered anew.

mod checksum;
pub mod chunks;
mod instance;
pub mod skim;
pub mod template;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Cursor;
use std::sync::Arc;

use evtx::err::EvtxError;
use evtx::{EvtxChunkData, EvtxFileHeader, EvtxRecord, HeaderFlags, ParserSettings};
use memchr::memmem;

use self::checksum::{Checksum, Verdict};
use self::chunks::Chunks;
use self::skim::{CHUNK_HEADER_BYTES, Record, Skimmer, Walk};
use super::whole::Whole;
use super::{Form, Found, Reader, Sink, Trouble, json_event, xml_event};
use crate::detect::{EVTX_CHUNK_MAGIC, EVTX_FILE_MAGIC, EVTX_HEADER_BYTES};
use crate::locator::Span;
use crate::needle::Needle;
use crate::part::Part;
use crate::problem::Code;
use crate::text;

/// Size of a chunk.
pub const CHUNK_BYTES: usize = 64 * 1024;
/// Size of a record header: magic, size, record number, time written.
const RECORD_HEADER_BYTES: u64 = 24;

/// The chunk that holds the record at this offset of a file.
pub fn chunk_offset(record: u64) -> u64 {
    let header = EVTX_HEADER_BYTES as u64;
    header + record.saturating_sub(header) / CHUNK_BYTES as u64 * CHUNK_BYTES as u64
}

/// Reads chunk after chunk.
pub struct EvtxReader {
    settings: Arc<ParserSettings>,
    /// Passes over records that can't match; without it all are decoded.
    skimmer: Option<Skimmer>,
    checksum: Checksum,
    /// The records of the chunk at hand.
    records: Vec<Record>,
    /// Bytes not yet read, and the offset of the first of them.
    pending: Vec<u8>,
    offset: u64,
    in_header: bool,
    /// So many of the bytes to come were the end of the block before, and are read once more: they may begin a chunk.
    again: usize,
    /// The block before was a chunk, or the file's header.
    behind_chunk: bool,
    /// It was a sound chunk whose last byte begins a magic, as that of many does.
    begun: bool,
    chunks: Chunks,
    part: Part,
    /// Bytes that are no chunks, where chunks are only some of all: then each is no loss by itself.
    between: Option<u64>,
}

/// A chunk, and what was seen of it as a whole.
struct Chunk<'a> {
    bytes: &'a [u8],
    /// How many bytes of it the file holds; the rest is zero.
    present: usize,
    verdict: Verdict,
    walk: Walk,
}

impl EvtxReader {
    /// A reader for a part that begins and ends where chunks should begin.
    pub fn new(part: Part, needle: Option<&Needle>) -> EvtxReader {
        // Checksums are verified here and reported, instead of refusing the chunk.
        let settings = ParserSettings::new().validate_checksums(false).indent(false);
        EvtxReader {
            settings: Arc::new(settings),
            skimmer: needle.cloned().map(Skimmer::new),
            checksum: Checksum::default(),
            records: Vec::new(),
            pending: Vec::new(),
            offset: part.start,
            in_header: part.start == 0,
            again: 0,
            behind_chunk: false,
            begun: false,
            chunks: Chunks::default(),
            part,
            between: None,
        }
    }

    /// A reader for what holds chunks among other things, as a disk image does; the first one begins at `start`.
    pub fn carving(start: u64, needle: Option<&Needle>) -> EvtxReader {
        EvtxReader { between: Some(0), ..EvtxReader::new(Part::at(start), needle) }
    }

    fn advance(&mut self, sink: &mut dyn Sink) {
        if self.in_header && self.pending.len() >= EVTX_HEADER_BYTES {
            self.file_header(sink);
        }
        if self.in_header {
            return;
        }
        let pending = std::mem::take(&mut self.pending);
        let used = self.blocks(&pending, sink);
        self.pending = pending;
        self.pending.drain(..used);
    }

    /// Reads whole blocks; returns how many bytes they take.
    fn blocks(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> usize {
        let mut used = 0;
        while let Some(block) = bytes.get(used..used + CHUNK_BYTES) {
            let length = self.block(block, self.offset, sink);
            used += length;
            self.offset += length as u64;
        }
        used
    }

    fn file_header(&mut self, sink: &mut dyn Sink) {
        self.in_header = false;
        let bytes = &self.pending[..EVTX_HEADER_BYTES.min(self.pending.len())];
        if let Some(length) = chunk_magic(bytes) {
            self.part.misfit = true;
            sink.trouble(Trouble::note(Code::StaleHeader, 0, short_header(length)));
            self.offset += length as u64;
            self.pending.drain(..length);
            return;
        }
        self.again = begun_magic(bytes);
        self.behind_chunk = true;
        let length = bytes.len() - self.again;
        if bytes.starts_with(EVTX_FILE_MAGIC) {
            match EvtxFileHeader::from_stream(&mut Cursor::new(bytes)) {
                Ok(header) => {
                    self.chunks.header = Some((header.chunk_count, header.flags.contains(HeaderFlags::DIRTY)))
                }
                Err(error) => {
                    let message = format!("The file header can't be read: {}.", chain(&error));
                    sink.trouble(Trouble::note(Code::StaleHeader, 0, message));
                }
            }
        } else {
            let message = "The file header is wiped; the chunks were found by their own magic.";
            sink.trouble(Trouble::note(Code::StaleHeader, 0, message));
        }
        self.offset += length as u64;
        self.pending.drain(..length);
    }

    /// Reads what stands where a chunk is expected. Returns how far to go on: a whole block, or to where another chunk
    /// begins in it, or may begin, when the chunks are out of step.
    fn block(&mut self, block: &[u8], offset: u64, sink: &mut dyn Sink) -> usize {
        if self.is_begun(block) {
            let chunk = [&EVTX_CHUNK_MAGIC[..1], &block[..CHUNK_BYTES - 1]].concat();
            self.again = 1;
            return self.block(&chunk, offset - 1, sink) - 1;
        }
        let again = std::mem::take(&mut self.again);
        if !block.starts_with(EVTX_CHUNK_MAGIC) {
            return if again > 0 { again } else { self.no_chunk(block, offset, sink) };
        }
        self.tell_short(again, offset, sink);
        if let Some(next) = skim::chunk_in_header(block) {
            self.cut_by_next(block, next, offset, sink);
            return next;
        }
        // First, as this goes from one end to the other: a processor sees it coming, and what is looked at next is near.
        let verdict = self.checksum.of(block);
        let walk = skim::walk(block, &mut self.records);
        if let Some(next) = skim::next_chunk(block, &walk) {
            self.cut_by_next(block, next, offset, sink);
            return next;
        }
        self.chunk(Chunk { bytes: block, present: CHUNK_BYTES, verdict, walk }, offset, sink);
        // A few bytes of it may be missing, and the next one begin at its very end. A single byte of that stands behind the
        // used part of many a sound chunk.
        self.behind_chunk = true;
        match (verdict, begun_magic(block)) {
            (Verdict::Right, begun @ 0..=1) => {
                self.begun = begun == 1;
                CHUNK_BYTES
            }
            _ => self.up_to_begun_magic(block),
        }
    }

    /// Whether a chunk begins with the last byte of the one before, of which one is missing.
    fn is_begun(&mut self, block: &[u8]) -> bool {
        std::mem::take(&mut self.begun) && block.starts_with(&EVTX_CHUNK_MAGIC[1..])
    }

    /// Says that the chunk before the one here, or the header, is short by so many bytes.
    fn tell_short(&mut self, short: usize, offset: u64, sink: &mut dyn Sink) {
        let is_told = std::mem::take(&mut self.behind_chunk) && short > 0;
        self.part.misfit |= short > 0;
        let header = EVTX_HEADER_BYTES as u64;
        if is_told && offset < header {
            sink.trouble(Trouble::note(Code::StaleHeader, 0, short_header(offset as usize)));
        } else if is_told {
            let length = CHUNK_BYTES - short;
            sink.trouble(Trouble::note(Code::Truncated, offset - length as u64, cut_chunk(length)));
        }
    }

    /// Reads a chunk that is cut where the next one begins: bytes of it are missing.
    fn cut_by_next(&mut self, bytes: &[u8], next: usize, offset: u64, sink: &mut dyn Sink) {
        self.part.misfit = true;
        sink.trouble(Trouble::note(Code::Truncated, offset, cut_chunk(next)));
        if next > CHUNK_HEADER_BYTES {
            self.cut_chunk(&bytes[..next], offset, sink);
        }
    }

    /// Tells of bytes that are no chunk. Returns how many there are.
    fn no_chunk(&mut self, bytes: &[u8], offset: u64, sink: &mut dyn Sink) -> usize {
        self.behind_chunk = false;
        let next = chunk_magic(&bytes[1..]).map(|at| at + 1);
        // Parts are cut where chunks should begin; here they begin elsewhere, perhaps with the last byte of the part before.
        self.part.misfit |= next.is_some() || bytes.starts_with(&EVTX_CHUNK_MAGIC[1..]);
        let length = next.unwrap_or_else(|| self.up_to_begun_magic(bytes));
        if let Some(between) = &mut self.between {
            *between += length as u64;
        } else if bytes[..length].iter().all(|byte| *byte == 0) {
            self.chunks.empty.push((offset, length as u64));
        } else {
            let message =
                format!("{length} bytes where a chunk should begin are no chunk; records in them are lost.");
            sink.trouble(Trouble::lost(Code::DamagedChunk, offset, message));
        }
        length
    }

    /// How far to go on behind a block: not beyond the beginning of a magic that may be cut by its end.
    fn up_to_begun_magic(&mut self, block: &[u8]) -> usize {
        self.again = begun_magic(block);
        block.len() - self.again
    }

    /// Reads a chunk of which the file holds only these bytes, as if zeros followed.
    fn cut_chunk(&mut self, present: &[u8], offset: u64, sink: &mut dyn Sink) {
        let mut bytes = present.to_vec();
        bytes.resize(CHUNK_BYTES, 0);
        let verdict = self.checksum.of(&bytes);
        let walk = skim::walk(&bytes, &mut self.records);
        self.chunk(Chunk { bytes: &bytes, present: present.len(), verdict, walk }, offset, sink);
    }

    /// Reads a chunk that was walked over.
    fn chunk(&mut self, chunk: Chunk<'_>, offset: u64, sink: &mut dyn Sink) {
        let Chunk { bytes, present, verdict, walk } = chunk;
        self.chunks.count += 1;
        self.chunks.last = self.chunks.last.max(Some(offset));
        if let Some((start, count)) = skim::behind_end(bytes, &walk) {
            sink.trouble(behind_end(start, count, bytes, offset));
        }
        if verdict == Verdict::Wrong {
            let message = "The checksum of a chunk does not match its content; what is sound in it was read all the same.";
            sink.trouble(Trouble::note(Code::BadChecksum, offset, message));
        }
        // A cut chunk is left to the decoder, which finds its way past damage.
        let skimmer = self.skimmer.as_mut().filter(|_| walk.whole && present == CHUNK_BYTES);
        let unread = skimmer.map_or(Unread::All, |skimmer| skim(skimmer, &self.records, bytes, sink));
        if unread.len() > 0 {
            self.decode(bytes, &unread, present, offset, sink);
        }
    }

    /// Decodes the records that were not skimmed.
    fn decode(&mut self, bytes: &[u8], unread: &Unread, present: usize, offset: u64, sink: &mut dyn Sink) {
        let damaged = |error: &dyn Error| {
            let message = format!("A chunk can't be read: {}.", chain(error));
            Trouble::lost(Code::DamagedChunk, offset, message)
        };
        let reduced = match unread {
            Unread::All => None,
            Unread::Some(wanted) => skim::without_others(bytes, &self.records, |record| {
                wanted.contains_key(&(record.offset as u64))
            }),
        };
        let mut data = match EvtxChunkData::new(reduced.unwrap_or_else(|| bytes.to_vec()), false) {
            Ok(data) => data,
            Err(error) => return sink.trouble(damaged(&error)),
        };
        let mut chunk = match data.parse(Arc::clone(&self.settings)) {
            Ok(chunk) => chunk,
            Err(error) => return sink.trouble(damaged(&error)),
        };
        let mut left = unread.len();
        let mut not_exact = BTreeMap::new();
        let mut reached = Some(Reached::default());
        for record in chunk.iter() {
            if left == 0 {
                break;
            }
            reached = match &record {
                Ok(record) => Some(Reached::of(record)),
                // It is one record that is lost; the decoder goes on behind it.
                Err(EvtxError::FailedToParseRecord { record_id, .. }) => {
                    reached.map(|reached| Reached { number: Some(*record_id), ..reached })
                }
                Err(_) => None,
            };
            left -= usize::from(record.as_ref().is_ok_and(|record| unread.holds(record)));
            match record {
                Ok(record) if !unread.holds(&record) => {}
                Ok(record) if is_cut(&record, present) => sink.trouble(cut_record(&record, offset)),
                Ok(record) => {
                    let at = record.binxml_offset;
                    not_exact.extend(take(record, offset, false, sink).err().map(|why| (at, why)));
                }
                Err(error) if unread.excuses(&error) => {}
                Err(error) => sink.trouble(lost_record(&error, offset)),
            }
        }
        // The decoder takes zeros for the end of the records. Where it found no way on, it has said so.
        if let (Unread::All, CHUNK_BYTES, Some(reached)) = (unread, present, reached)
            && let Some(message) = reached.short_of(bytes)
        {
            sink.trouble(Trouble::lost(Code::DamagedChunk, offset + reached.end, message));
        }
        if not_exact.is_empty() {
            return;
        }
        for record in chunk.iter().flatten() {
            if let Some(why) = not_exact.remove(&record.binxml_offset) {
                take_otherwise(record, offset, why, sink);
            }
        }
    }

    /// Reads the last, incomplete block.
    fn tail(&mut self, sink: &mut dyn Sink) {
        let mut bytes = std::mem::take(&mut self.pending);
        if self.is_begun(&bytes) {
            bytes.insert(0, EVTX_CHUNK_MAGIC[0]);
            self.offset -= 1;
            self.again = 1;
            // With it, that may be a whole one.
            let used = self.blocks(&bytes, sink);
            bytes.drain(..used);
        }
        let mut rest = &bytes[..];
        let again = std::mem::take(&mut self.again);
        // What may begin here goes on in the next part, if there is one.
        self.part.misfit |= again > 0 && self.part.end.is_some();
        match rest.starts_with(EVTX_CHUNK_MAGIC) {
            true => self.tell_short(again, self.offset, sink),
            false => rest = rest.get(again..).unwrap_or_default(),
        }
        while rest.iter().any(|byte| *byte != 0) {
            let offset = self.offset + (bytes.len() - rest.len()) as u64;
            let read = if rest.starts_with(EVTX_CHUNK_MAGIC) {
                self.last_chunk(rest, offset, sink)
            } else {
                self.no_chunk(rest, offset, sink)
            };
            // Nothing follows that could make a chunk of a begun magic.
            rest = &rest[read + std::mem::take(&mut self.again)..];
        }
    }

    /// Reads a chunk that the end of the file cuts, or the next one. Returns how many bytes it has.
    fn last_chunk(&mut self, bytes: &[u8], offset: u64, sink: &mut dyn Sink) -> usize {
        let walk = skim::walk(bytes, &mut self.records);
        if let Some(next) = skim::chunk_in_header(bytes).or_else(|| skim::next_chunk(bytes, &walk)) {
            self.cut_by_next(bytes, next, offset, sink);
            return next;
        }
        let length = bytes.len();
        let message = format!(
            "The file ends {length} bytes into a chunk of {CHUNK_BYTES}; {}.",
            records_before_cut(length)
        );
        sink.trouble(Trouble::note(Code::Truncated, offset, message));
        if length > CHUNK_HEADER_BYTES {
            self.cut_chunk(bytes, offset, sink);
        }
        length
    }
}

/// What there is to say of a file header that is so long.
fn short_header(length: usize) -> String {
    match length {
        0 => "The file header is missing: the file begins with a chunk.".to_owned(),
        _ => format!("{} byte(s) of the file header are missing.", EVTX_HEADER_BYTES - length),
    }
}

/// What there is to say of a chunk that is cut after so many bytes by the next one.
fn cut_chunk(length: usize) -> String {
    format!(
        "A chunk of {CHUNK_BYTES} bytes is cut after {length}, where the next one begins; {}.",
        records_before_cut(length)
    )
}

/// What there is to say of the records of a chunk that is cut after so many bytes.
fn records_before_cut(bytes: usize) -> &'static str {
    if bytes > CHUNK_HEADER_BYTES {
        "the records before the cut were read"
    } else {
        "no record of it is there"
    }
}

/// How many of the last bytes may begin a chunk's magic.
fn begun_magic(bytes: &[u8]) -> usize {
    let most = EVTX_CHUNK_MAGIC.len().min(bytes.len());
    (1..most).rev().find(|length| bytes.ends_with(&EVTX_CHUNK_MAGIC[..*length])).unwrap_or(0)
}

/// Where a chunk's magic stands.
fn chunk_magic(bytes: &[u8]) -> Option<usize> {
    memmem::find(bytes, EVTX_CHUNK_MAGIC)
}

/// Sound records that were not read, as the header of their chunk states an end before them: where they begin, and how many.
fn behind_end(start: usize, count: u64, chunk: &[u8], offset: u64) -> Trouble {
    let used = skim::stated_end(chunk).is_some_and(|(free, _)| start < free);
    let offset = offset + start as u64;
    if used {
        let message = format!(
            "{count} sound record(s) stand in the used part of a chunk, behind the one that its header names as the last; \
             they were not read."
        );
        return Trouble { lost: count, ..Trouble::lost(Code::DamagedChunk, offset, message) };
    }
    let message = format!(
        "{count} sound record(s) lie behind the end that the chunk's header states; they were not read."
    );
    Trouble::note(Code::HiddenRecords, offset, message)
}

/// How far the decoder came in a chunk.
struct Reached {
    /// Behind the last record.
    end: u64,
    /// Its number.
    number: Option<u64>,
}

impl Default for Reached {
    fn default() -> Reached {
        Reached { end: CHUNK_HEADER_BYTES as u64, number: None }
    }
}

impl Reached {
    fn of(record: &EvtxRecord<'_>) -> Reached {
        let end = record.binxml_offset + u64::from(record.binxml_size) + 4;
        Reached { end, number: Some(record.event_record_id) }
    }

    /// What must be said if that is not where the chunk's header states the end, nor its last record.
    fn short_of(&self, chunk: &[u8]) -> Option<String> {
        let (end, last) = skim::stated_end(chunk)?;
        (self.end < end as u64 && self.number != Some(last)).then(|| {
            format!(
                "The records of a chunk that can be read end at byte {} of it; its header says that they go on to byte {end}, up to \
                 record {last}. Those between are lost.",
                self.end
            )
        })
    }
}

/// Whether the record goes on where the file has ended. It could be decoded all the same, with zeros
/// for what is lost: values that nobody logged.
fn is_cut(record: &EvtxRecord<'_>, present: usize) -> bool {
    record.binxml_offset + u64::from(record.binxml_size) + 4 > present as u64
}

fn cut_record(record: &EvtxRecord<'_>, chunk: u64) -> Trouble {
    let offset = chunk + record.binxml_offset.saturating_sub(RECORD_HEADER_BYTES);
    Trouble {
        record: Some(record.event_record_id),
        ..Trouble::lost(Code::Truncated, offset, "A record is cut off: the file ends before its end.")
    }
}

/// The records of a chunk that must be decoded.
enum Unread {
    /// All that the decoder finds.
    All,
    /// Those that were not skimmed: their numbers by offset.
    Some(BTreeMap<u64, u64>),
}

impl Unread {
    /// How many there are, as far as it is known.
    fn len(&self) -> usize {
        match self {
            Unread::All => usize::MAX,
            Unread::Some(records) => records.len(),
        }
    }

    fn holds(&self, record: &EvtxRecord<'_>) -> bool {
        match self {
            Unread::All => true,
            Unread::Some(records) => {
                records.contains_key(&record.binxml_offset.saturating_sub(RECORD_HEADER_BYTES))
            }
        }
    }

    /// True when the error is about a record that was skimmed, whose System part is sound.
    fn excuses(&self, error: &EvtxError) -> bool {
        match (self, error) {
            (Unread::Some(records), EvtxError::FailedToParseRecord { record_id, .. }) => {
                !records.values().any(|number| number == record_id)
            }
            _ => false,
        }
    }
}

/// Skims the records of a chunk; returns those that must be decoded.
fn skim(skimmer: &mut Skimmer, records: &[Record], chunk: &[u8], sink: &mut dyn Sink) -> Unread {
    skimmer.next_chunk();
    let mut unread = BTreeMap::new();
    for record in records {
        match skimmer.skim(chunk, *record) {
            Some(skim) => sink.skimmed(skim),
            None => {
                unread.insert(record.offset as u64, record.number);
            }
        }
    }
    Unread::Some(unread)
}

/// Where a record lies in the file.
fn span_of(record: &EvtxRecord<'_>, chunk: u64) -> Span {
    Span {
        offset: chunk + record.binxml_offset.saturating_sub(RECORD_HEADER_BYTES),
        // The size is repeated in four bytes after the content.
        length: RECORD_HEADER_BYTES + u64::from(record.binxml_size) + 4,
        nth: 0,
        // The chunk is found again by counting from the file header.
        direct: chunk_offset(chunk) == chunk,
    }
}

/// Why a record's XML is not what it holds.
enum NotExact {
    /// It gives no XML that can be read.
    NoXml(Trouble),
    /// The decoder writes `_` where XML does not allow a character, and there is one.
    Underscore,
}

/// Hands over one record as XML, or says why that would not be exact; `exact`: it is known to be.
fn take(record: EvtxRecord<'_>, chunk: u64, exact: bool, sink: &mut dyn Sink) -> Result<(), NotExact> {
    let (number, span) = (record.event_record_id, span_of(&record, chunk));
    let lost = |reason: String| {
        let trouble = Trouble::lost(Code::DamagedRecord, span.offset, reason);
        NotExact::NoXml(Trouble { record: Some(number), ..trouble })
    };
    let rendered = record
        .into_xml_bytes()
        .map_err(|error| lost(format!("A record can't be decoded: {}.", chain(&error))))?;
    let (raw, replaced) = text::utf8(&rendered.data);
    if !exact && memchr::memchr(b'_', raw.as_bytes()).is_some() {
        return Err(NotExact::Underscore);
    }
    let event = xml_event::parse_rendering(&raw).map_err(lost)?;
    sink.event(Found { event: &event, span, raw: &raw, form: Form::Evtx, replaced });
    Ok(())
}

/// Hands over a record as JSON if XML can't carry it: names that damage made, control characters in values.
fn take_otherwise(record: EvtxRecord<'_>, chunk: u64, why: NotExact, sink: &mut dyn Sink) {
    let span = span_of(&record, chunk);
    let value = record.clone().into_json_value().map(|record| record.data).unwrap_or_default();
    let raw = value.to_string();
    let why = match why {
        NotExact::Underscore if !needs_json(&raw) => match take(record, chunk, true, sink) {
            Ok(()) => return,
            Err(why) => why,
        },
        why => why,
    };
    match (json_event::events(&value).events.into_iter().next(), why) {
        (Some(Ok(event)), _) => {
            let replaced = raw.contains(char::REPLACEMENT_CHARACTER);
            sink.event(Found { event: &event, span, raw: &raw, form: Form::Json, replaced });
        }
        (_, NotExact::NoXml(trouble)) => sink.trouble(trouble),
        (_, NotExact::Underscore) => {
            let message = "A record with control characters can't be decoded.";
            sink.trouble(Trouble::lost(Code::DamagedRecord, span.offset, message));
        }
    }
}

/// Whether JSON text holds a character that XML 1.0 (2.2) does not allow, or what stands for half a surrogate pair, for which
/// the decoder writes `_` in XML too.
fn needs_json(json: &str) -> bool {
    let escaped = ["\\u00", "\\b", "\\f"].iter().any(|escape| json.contains(escape));
    escaped || json.contains([char::REPLACEMENT_CHARACTER, '\u{fffe}', '\u{ffff}'])
}

fn lost_record(error: &EvtxError, chunk: u64) -> Trouble {
    let message = format!("A record can't be read: {}.", chain(error));
    let (record, offset) = match error {
        EvtxError::FailedToParseRecord { record_id, .. } => (Some(*record_id), chunk),
        EvtxError::FailedToReadRecordAt { offset, .. } => (None, chunk + offset),
        _ => (None, chunk),
    };
    Trouble { record, ..Trouble::lost(Code::DamagedRecord, offset, message) }
}

/// An error with all its causes.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{}: {more}", text.trim_end_matches('.'));
        }
        cause = inner.source();
    }
    text.trim_end_matches('.').to_owned()
}

impl Reader for EvtxReader {
    fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
        let mut bytes = bytes;
        // Blocks are read where they are; only what is cut by the pieces is put together.
        while self.in_header || !self.pending.is_empty() {
            let whole = if self.in_header { EVTX_HEADER_BYTES } else { CHUNK_BYTES };
            let (piece, rest) = bytes.split_at(whole.saturating_sub(self.pending.len()).min(bytes.len()));
            self.pending.extend_from_slice(piece);
            bytes = rest;
            self.advance(sink);
            if bytes.is_empty() {
                return;
            }
        }
        let used = self.blocks(bytes, sink);
        self.pending.extend_from_slice(&bytes[used..]);
    }

    fn finish(&mut self, sink: &mut dyn Sink) {
        if self.in_header && chunk_magic(&self.pending).is_some() {
            self.file_header(sink);
        }
        if self.in_header {
            let message = format!("The file ends inside its header, after {} bytes.", self.pending.len());
            sink.trouble(Trouble::note(Code::Truncated, 0, message));
            return;
        }
        self.tail(sink);
        if let Some(between @ 1..) = self.between {
            let message =
                format!("{between} bytes behind the first chunk are no chunks; records in them are lost.");
            sink.trouble(Trouble::lost(Code::DamagedChunk, self.part.start, message));
        }
        sink.whole(Whole::Evtx(std::mem::take(&mut self.chunks)));
    }

    fn part(&self) -> Part {
        self.part
    }
}
