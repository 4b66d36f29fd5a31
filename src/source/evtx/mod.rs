//! EVTX: 64 KiB chunks after a file header of 4 KiB, each chunk readable on its own.
//!
//! The file header is not believed: a log copied from a running system has stale counts there, and
//! its 16-bit chunk count can't tell more than 4 GiB. Chunks are found by their magic. The records
//! are decoded by the `evtx` crate; what the event says (`System/EventRecordID`, `TimeCreated`)
//! counts, not the record header, which an exported log may have numbered anew.

mod checksum;
pub mod chunks;
mod covered;
mod decode;
mod instance;
mod numbers;
pub mod records;
mod runs;
pub mod skim;
pub mod template;

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use evtx::{EvtxFileHeader, HeaderFlags, ParserSettings};
use memchr::memmem;

use self::checksum::{Checksum, Verdict};
use self::chunks::Chunks;
use self::covered::Covered;
use self::decode::{Unread, chain};
use self::numbers::{Break, Kind};
use self::records::{CHUNK_HEADER_BYTES, Record, Walk};
use self::skim::Skimmer;
use super::whole::Whole;
use super::{Reader, Sink, Trouble};
use crate::detect::{EVTX_CHUNK_MAGIC, EVTX_FILE_MAGIC, EVTX_HEADER_BYTES};
use crate::needle::Needle;
use crate::part::Part;
use crate::problem::Code;

/// Size of a chunk.
pub const CHUNK_BYTES: usize = 64 * 1024;

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
    /// The sizes of its records were made to cover others, and perhaps the numbers made to fit.
    is_covered: bool,
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
        let bytes = &self.pending[..EVTX_HEADER_BYTES.min(self.pending.len())];
        // Only in the first bytes of the file: what is a header there is looked at once it is whole.
        if let (0, Some(length @ 1..)) = (self.offset, memmem::find(bytes, EVTX_FILE_MAGIC)) {
            self.part.misfit = true;
            let message = format!(
                "The first {length} byte(s) of the file are no part of the log, which begins behind them."
            );
            sink.trouble(Trouble::note(Code::StrayBytes, 0, message));
            self.offset += length as u64;
            self.pending.drain(..length);
            return;
        }
        self.in_header = false;
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
                    let is_sound = header.checksum == header.computed_checksum;
                    self.chunks.header = Some(chunks::Header {
                        count: header.chunk_count,
                        is_dirty: header.flags.contains(HeaderFlags::DIRTY),
                        next: Some(header.next_record_id).filter(|_| is_sound),
                    })
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
        if let Some(next) = records::chunk_in_header(block) {
            self.cut_by_next(block, next, offset, sink);
            return next;
        }
        // First, as this goes from one end to the other: a processor sees it coming, and what is looked at next is near.
        let verdict = self.checksum.of(block);
        let uncovered = covered::uncovered(block);
        let block = uncovered.as_ref().map_or(block, |(copy, _)| copy);
        let walk = records::walk(block, &mut self.records, verdict == Verdict::Wrong);
        if let Some(next) = records::next_chunk(block, &walk) {
            self.cut_by_next(block, next, offset, sink);
            return next;
        }
        tell_covered(uncovered.as_ref().map_or(&[], |(_, covered)| covered), offset, sink);
        let is_covered = uncovered.is_some();
        self.chunk(Chunk { bytes: block, present: CHUNK_BYTES, verdict, walk, is_covered }, offset, sink);
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
        if bytes.starts_with(EVTX_FILE_MAGIC) && next == Some(EVTX_HEADER_BYTES) {
            let is_first = self.chunks.header.take().is_none() && offset == EVTX_HEADER_BYTES as u64;
            let message = if is_first {
                "An event log begins here; what stands before is no part of one."
            } else {
                "Another event log begins here, behind the one before; both were read."
            };
            sink.trouble(Trouble::note(Code::StaleHeader, offset, message));
            self.part.misfit = true;
            self.chunks.runs.next_log(offset + EVTX_HEADER_BYTES as u64);
            return EVTX_HEADER_BYTES;
        }
        // Parts are cut where chunks should begin; here they begin elsewhere, perhaps with the last byte of the part before.
        self.part.misfit |= next.is_some() || bytes.starts_with(&EVTX_CHUNK_MAGIC[1..]);
        let length = next.unwrap_or_else(|| self.up_to_begun_magic(bytes));
        if let Some(between) = &mut self.between {
            *between += length as u64;
        } else if bytes[..length].iter().all(|byte| *byte == 0) {
            self.chunks.empty.push((offset, length as u64));
        } else {
            self.chunks.damaged += 1;
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
        let uncovered = covered::uncovered(&bytes);
        let is_covered = uncovered.is_some();
        if let Some((copy, covered)) = uncovered {
            tell_covered(&covered, offset, sink);
            bytes = copy;
        }
        let walk = records::walk(&bytes, &mut self.records, verdict == Verdict::Wrong);
        self.chunk(Chunk { bytes: &bytes, present: present.len(), verdict, walk, is_covered }, offset, sink);
    }

    /// Reads a chunk that was walked over.
    fn chunk(&mut self, chunk: Chunk<'_>, offset: u64, sink: &mut dyn Sink) {
        let Chunk { bytes, present, verdict, walk, is_covered } = chunk;
        let behind = offset + walk.end as u64;
        let hidden = records::behind_end(bytes, &walk);
        if hidden > 0 && records::goes_on_earlier(bytes, &walk) {
            let message = format!(
                "{hidden} sound record(s) behind the end that the chunk's header states have the numbers that come next, but earlier \
                 times than all before them; they were not read."
            );
            sink.trouble(Trouble::note(Code::EarlierRecords, behind, message));
        } else if hidden > 0 {
            let message = format!(
                "{hidden} sound record(s) lie behind the end that the chunk's header states; they were not read."
            );
            sink.trouble(Trouble::note(Code::HiddenRecords, behind, message));
        }
        if walk.behind > 0 {
            let message = format!(
                "The header of a chunk is older than its last {} record(s), whose numbers and times run on behind the end that it \
                 states; they were read.",
                walk.behind
            );
            sink.trouble(Trouble::note(Code::StaleHeader, offset, message));
        }
        if verdict == Verdict::Wrong {
            let message = "The checksum of a chunk does not match its content; what is sound in it was read all the same.";
            sink.trouble(Trouble::note(Code::BadChecksum, offset, message));
        }
        let numbers = numbers::of(bytes, &self.records, verdict);
        // Of a cut one all may be there that was used.
        let is_whole = walk.whole && walk.end <= present && !is_covered;
        // Those that are hidden behind its end are told of.
        let is_told = |broken: &&Break| hidden > 0 && matches!(broken.kind, Kind::Empty | Kind::Last);
        for broken in numbers.breaks.iter().filter(|broken| is_whole && !is_told(broken)) {
            let trouble = Trouble::note(Code::BrokenNumbers, offset + broken.at, broken.message());
            sink.trouble(Trouble { record: Some(broken.number), ..trouble });
        }
        self.chunks.add(offset);
        // Chunks among other things lie as they happen to.
        if self.between.is_none() {
            self.chunks.add_numbers(offset, &numbers, is_whole && hidden == 0, verdict);
        }
        // A cut chunk is left to the decoder, which finds its way past damage.
        let skimmer = self.skimmer.as_mut().filter(|_| walk.whole && present == CHUNK_BYTES);
        let unread = skimmer.map_or(Unread::All, |skimmer| skim(skimmer, &self.records, bytes, sink));
        if unread.len() > 0 {
            let chunk = decode::Chunk { bytes, records: &self.records, end: walk.end, present, offset };
            decode::chunk(&self.settings, chunk, &unread, sink);
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
        let walk = records::walk(bytes, &mut self.records, false);
        if let Some(next) = records::chunk_in_header(bytes).or_else(|| records::next_chunk(bytes, &walk)) {
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

/// Says which records of a chunk stood inside of others, by their sizes.
fn tell_covered(covered: &[Covered], chunk: u64, sink: &mut dyn Sink) {
    for Covered { by, start, count } in covered {
        let message = format!(
            "By the size of a record, {count} more record(s) belong to it, from offset {} on; they were read all the same. Other tools do \
             not show them.",
            chunk + *start as u64
        );
        sink.trouble(Trouble::note(Code::CoveredRecords, chunk + *by as u64, message));
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
        while self.in_header && chunk_magic(&self.pending).is_some() {
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
