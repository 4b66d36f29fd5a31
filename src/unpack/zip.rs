//! zip: the members that the directory at the end lists, read one after another.
//!
//! The directory is read by the `zip` crate. Since the core does no I/O, the crate reads from
//! [`Blocks`], the parts of the file that were fetched; when it asks for another part, that part is
//! wanted next and the attempt is made again. The members are then read as one pass over the file.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::Crc;
use zip::CompressionMethod;
use zip::read::Config;
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

use super::inflate::{Inflate, Progress};
use super::{Place, Stream};
use crate::limits;
use crate::problem::Code;
use crate::source::{Sink, Trouble};

/// Bytes fetched at once for the directory at first; doubled at each further fetch.
const FETCH_BYTES: u64 = 64 * 1024;
/// Fixed part of a local file header (APPNOTE 4.3.7).
const LOCAL_HEADER_BYTES: usize = 30;

/// Reads a zip archive whose bytes are fetched from any place.
pub struct Zip {
    place: Place,
    size: u64,
    state: State,
}

enum State {
    Directory { blocks: Blocks, fetch: u64 },
    Members(Box<Members>),
    Done,
}

/// The members in the order of their place in the file.
struct Members {
    entries: std::vec::IntoIter<Entry>,
    current: Option<Member>,
    /// Where the next byte is taken.
    position: u64,
}

/// What the directory says of a member.
struct Entry {
    index: u64,
    name: String,
    header_start: u64,
    compressed: u64,
    method: CompressionMethod,
    encrypted: bool,
    crc: u32,
}

/// The member being read.
struct Member {
    entry: Entry,
    header: Vec<u8>,
    /// Bytes of name and extra field to pass over before the data.
    skip: u64,
    /// Bytes of data still to come.
    left: u64,
    content: Stream,
    crc: Crc,
    /// The decoder; none for stored data.
    inflate: Option<Inflate>,
    /// The decoder has come to the end of its stream.
    ended: bool,
    failed: bool,
}

impl Zip {
    /// An archive of `size` bytes.
    pub fn new(place: Place, size: u64) -> Zip {
        Zip { place, size, state: State::Directory { blocks: Blocks::new(size), fetch: FETCH_BYTES } }
    }

    /// The next bytes to fetch: offset and how many at the most. None: all is read.
    pub fn want(&self) -> Option<(u64, u64)> {
        match &self.state {
            State::Directory { blocks, .. } => Some(blocks.missing()),
            State::Members(members) => Some((members.position, self.size - members.position)),
            State::Done => None,
        }
    }

    /// Takes bytes from the start of the wanted part.
    pub fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
        match &mut self.state {
            State::Directory { blocks, .. } => {
                blocks.add(bytes);
                if blocks.missing().1 == 0 {
                    self.read_directory(sink);
                }
            }
            State::Members(members) => {
                members.push(bytes, &self.place, sink);
                if members.is_done() {
                    self.state = State::Done;
                }
            }
            State::Done => {}
        }
    }

    /// No more bytes come, though some are wanted.
    pub fn finish(&mut self, sink: &mut dyn Sink) {
        match std::mem::replace(&mut self.state, State::Done) {
            State::Directory { .. } => {
                sink.trouble(Trouble::note(
                    Code::DamagedArchive,
                    None,
                    "The zip's directory could not be read.",
                ));
            }
            State::Members(mut members) => members.finish(sink),
            State::Done => {}
        }
    }

    fn read_directory(&mut self, sink: &mut dyn Sink) {
        let State::Directory { blocks, fetch } = &mut self.state else {
            return;
        };
        blocks.clear_missing();
        let listed = list(blocks.reader());
        if let Some(offset) = blocks.asked() {
            blocks.want(offset, *fetch);
            *fetch *= 2;
            if blocks.held() <= limits::ZIP_DIRECTORY_BYTES {
                return;
            }
            let message =
                format!("The zip's directory is larger than {} MiB.", limits::ZIP_DIRECTORY_BYTES >> 20);
            sink.trouble(Trouble::note(Code::OverLimit, None, message));
            self.state = State::Done;
            return;
        }
        self.state = match listed {
            Ok((entries, stopped)) => self.members(entries, stopped, sink),
            Err(error) => {
                let message = format!("The zip's directory can't be read, so it is cut or damaged: {error}.");
                sink.trouble(Trouble::note(Code::DamagedArchive, None, message));
                State::Done
            }
        };
    }

    /// `stopped`: why the directory could not be read further.
    fn members(&self, mut entries: Vec<Entry>, stopped: Option<ZipError>, sink: &mut dyn Sink) -> State {
        if let Some(error) = stopped {
            let message = format!("The zip's directory can be read only in part: {error}.");
            sink.trouble(Trouble::note(Code::DamagedArchive, None, message));
        }
        entries.sort_by_key(|entry| entry.header_start);
        let position = entries.first().map_or(self.size, |entry| entry.header_start);
        match entries.is_empty() || position >= self.size {
            true => {
                sink.trouble(Trouble::note(Code::EmptyInput, None, "The zip archive has no members."));
                State::Done
            }
            false => {
                State::Members(Box::new(Members { entries: entries.into_iter(), current: None, position }))
            }
        }
    }
}

/// The files that the directory lists, as far as it can be read, and what stopped that. `ZipArchive`
/// would keep only the last of several members of one name.
fn list(reader: Reader) -> Result<(Vec<Entry>, Option<ZipError>), ZipError> {
    let mut archive = ZipIterable::try_new(reader, Config::default())?;
    let mut entries = Vec::new();
    for (index, entry) in archive.files()?.enumerate() {
        match entry {
            Ok(entry) if entry.is_dir() => {}
            Ok(entry) => entries.push(Entry {
                index: index as u64,
                name: String::from_utf8_lossy(entry.name_raw()).into_owned(),
                header_start: entry.header_start(),
                compressed: entry.compressed_size(),
                method: entry.compression(),
                encrypted: entry.encrypted(),
                crc: entry.crc32(),
            }),
            Err(error) => return Ok((entries, Some(error))),
        }
    }
    Ok((entries, None))
}

impl Members {
    fn is_done(&self) -> bool {
        self.current.is_none() && self.entries.len() == 0
    }

    /// Takes bytes from `position` on, through as many members as they hold.
    fn push(&mut self, mut bytes: &[u8], archive: &Place, sink: &mut dyn Sink) {
        loop {
            if self.current.is_none() && !self.start_next(&mut bytes, archive, sink) {
                return;
            }
            let Some(member) = &mut self.current else {
                return;
            };
            let used = member.push(bytes, sink);
            self.position += used as u64;
            bytes = &bytes[used..];
            if !member.is_complete() {
                return;
            }
            if let Some(member) = self.current.take() {
                member.close(sink);
            }
        }
    }

    /// Opens the next member. False when its bytes are not among those at hand.
    fn start_next(&mut self, bytes: &mut &[u8], archive: &Place, sink: &mut dyn Sink) -> bool {
        let Some(next) = self.entries.as_slice().first() else {
            return false;
        };
        let gap = next.header_start.saturating_sub(self.position);
        if gap > 0 && gap >= bytes.len() as u64 {
            self.position = next.header_start;
            return false;
        }
        if bytes.is_empty() {
            return false;
        }
        *bytes = &bytes[gap as usize..];
        self.position += gap;
        let Some(entry) = self.entries.next() else {
            return false;
        };
        self.current = Some(Member::open(entry, self.position, archive, sink));
        true
    }

    fn finish(&mut self, sink: &mut dyn Sink) {
        if let Some(member) = self.current.take() {
            member.cut(sink);
        }
        let left = self.entries.len();
        if left > 0 {
            let message = format!("The zip is cut: {left} member(s) of its directory lie behind the end.");
            sink.trouble(Trouble::note(Code::Truncated, None, message));
        }
    }
}

impl Member {
    fn open(entry: Entry, position: u64, archive: &Place, sink: &mut dyn Sink) -> Member {
        let content = Stream::open(archive, entry.index, &entry.name, sink);
        let mut member = Member {
            header: Vec::new(),
            skip: 0,
            left: entry.compressed,
            content,
            crc: Crc::new(),
            inflate: None,
            ended: false,
            failed: false,
            entry,
        };
        let entry = &member.entry;
        if entry.header_start < position {
            member.fail(Code::DamagedArchive, "It overlaps with another member; it was not read.", sink);
        } else if entry.encrypted {
            member.fail(Code::EncryptedMember, "It is encrypted; it was not read.", sink);
        } else {
            match entry.method {
                CompressionMethod::Stored => {}
                CompressionMethod::DEFLATE => member.inflate = Some(Inflate::raw()),
                method => {
                    let message = format!("It is compressed as {method}, which is not opened here.");
                    member.fail(Code::UnsupportedPacking, &message, sink);
                }
            }
        }
        member
    }

    fn fail(&mut self, code: Code, message: &str, sink: &mut dyn Sink) {
        self.failed = true;
        sink.trouble(Trouble::note(code, None, message));
    }

    /// Takes bytes; returns how many.
    fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> usize {
        if self.failed {
            // The next member's own offset says where to go on.
            self.left = 0;
            return 0;
        }
        let mut used = 0;
        if self.header.len() < LOCAL_HEADER_BYTES {
            used = (LOCAL_HEADER_BYTES - self.header.len()).min(bytes.len());
            self.header.extend_from_slice(&bytes[..used]);
            if self.header.len() < LOCAL_HEADER_BYTES {
                return used;
            }
            let length = |at: usize| u64::from(u16::from_le_bytes([self.header[at], self.header[at + 1]]));
            self.skip = length(26) + length(28);
            if !self.header.starts_with(b"PK\x03\x04") {
                self.fail(Code::DamagedArchive, "Its local header is damaged; it was not read.", sink);
                return used;
            }
        }
        let skipped = self.skip.min((bytes.len() - used) as u64);
        self.skip -= skipped;
        used += skipped as usize;
        let data = self.left.min((bytes.len() - used) as u64) as usize;
        self.left -= data as u64;
        for piece in bytes[used..used + data].chunks(limits::INFLATE_STEP) {
            self.data(piece, sink);
        }
        used + data
    }

    fn data(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
        if self.failed || self.ended {
            return;
        }
        let Member { inflate, content, crc, .. } = self;
        let mut take = |out: &[u8]| {
            crc.update(out);
            content.push(out, sink);
        };
        let Some(decoder) = inflate else {
            take(bytes);
            return;
        };
        match decoder.push(bytes, take) {
            Ok(Progress::More) => {}
            // What follows the stream inside the member is padding.
            Ok(Progress::End(_)) => (self.ended, self.left) = (true, 0),
            Err(reason) => {
                let message = format!("Its compressed data breaks ({reason}); what stands before was read.");
                self.fail(Code::DamagedArchive, &message, sink);
            }
        }
    }

    fn is_complete(&self) -> bool {
        self.failed || (self.header.len() == LOCAL_HEADER_BYTES && self.skip == 0 && self.left == 0)
    }

    fn close(self, sink: &mut dyn Sink) {
        if !self.failed && self.crc.sum() != self.entry.crc {
            let message = "Its checksum does not match: the content is damaged or cut.";
            sink.trouble(Trouble::note(Code::DamagedArchive, None, message));
        }
        // A member that was not opened is no log that was empty.
        if self.failed && self.content.bytes == 0 {
            sink.leave(0);
        } else {
            self.content.close(sink);
        }
    }

    fn cut(mut self, sink: &mut dyn Sink) {
        self.fail(Code::Truncated, "The zip ends inside it; what is there was read.", sink);
        self.close(sink);
    }
}

/// Reads a zip that is held in memory.
pub fn read_held(bytes: &[u8], place: Place, sink: &mut dyn Sink) {
    if bytes.len() > limits::NESTED_ZIP_BYTES {
        let message =
            format!("A zip inside an archive is larger than {} MiB.", limits::NESTED_ZIP_BYTES >> 20);
        sink.trouble(Trouble::note(Code::OverLimit, None, message));
        return;
    }
    let mut zip = Zip::new(place, bytes.len() as u64);
    while let Some((offset, length)) = zip.want() {
        let part = usize::try_from(offset).ok().and_then(|from| bytes.get(from..from + length as usize));
        match part {
            Some(part) if !part.is_empty() => zip.push(part, sink),
            _ => break,
        }
    }
    zip.finish(sink);
}

/// The parts of a file that were fetched.
struct Blocks {
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    size: u64,
    parts: BTreeMap<u64, Vec<u8>>,
    /// The part being fetched: its start and what is still missing of it.
    filling: (u64, u64),
    /// Where a read failed for lack of bytes.
    asked: Option<u64>,
}

impl Blocks {
    fn new(size: u64) -> Blocks {
        let start = size.saturating_sub(FETCH_BYTES);
        let shared = Shared { size, parts: BTreeMap::new(), filling: (start, size - start), asked: None };
        Blocks { shared: Arc::new(Mutex::new(shared)) }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Shared) -> T) -> T {
        act(&mut self.shared.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is missing of the part being fetched: offset and length.
    fn missing(&self) -> (u64, u64) {
        self.with(|shared| {
            let (start, left) = shared.filling;
            let have = shared.parts.get(&start).map_or(0, Vec::len) as u64;
            (start + have, left)
        })
    }

    fn add(&self, bytes: &[u8]) {
        self.with(|shared| {
            let (start, left) = shared.filling;
            let used = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            shared.parts.entry(start).or_default().extend_from_slice(&bytes[..used]);
            shared.filling = (start, left - used as u64);
        });
    }

    fn want(&self, offset: u64, length: u64) {
        self.with(|shared| {
            // Fetch up to what is known already.
            let next = shared.parts.range(offset..).next().map_or(shared.size, |(start, _)| *start);
            shared.filling = (offset, length.min(next.saturating_sub(offset)));
        });
    }

    fn clear_missing(&self) {
        self.with(|shared| shared.asked = None);
    }

    fn asked(&self) -> Option<u64> {
        self.with(|shared| shared.asked)
    }

    fn held(&self) -> u64 {
        self.with(|shared| shared.parts.values().map(|part| part.len() as u64).sum())
    }

    fn reader(&self) -> Reader {
        Reader { shared: Arc::clone(&self.shared), position: 0 }
    }
}

/// Reads from [`Blocks`], and notes what is missing.
struct Reader {
    shared: Arc<Mutex<Shared>>,
    position: u64,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if self.position >= shared.size || buffer.is_empty() {
            return Ok(0);
        }
        let part = shared.parts.range(..=self.position).next_back();
        let rest = part.and_then(|(start, part)| part.get((self.position - start) as usize..));
        match rest {
            Some(rest) if !rest.is_empty() => {
                let count = rest.len().min(buffer.len());
                buffer[..count].copy_from_slice(&rest[..count]);
                self.position += count as u64;
                Ok(count)
            }
            _ => {
                shared.asked = Some(self.position);
                Err(io::Error::new(io::ErrorKind::WouldBlock, "not fetched yet"))
            }
        }
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let size = self.shared.lock().unwrap_or_else(PoisonError::into_inner).size;
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(delta) => size.checked_add_signed(delta),
            SeekFrom::Current(delta) => self.position.checked_add_signed(delta),
        };
        self.position = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}
