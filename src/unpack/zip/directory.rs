//! The directory at the end of a zip, fetched and read.

use std::io::{self, Read, Seek, SeekFrom};

use memchr::memmem;
use zip::CompressionMethod;
use zip::read::Config;
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

use super::member::{Entry, LOCAL_HEADER_BYTES, Method};
use crate::detect::Coding;
use crate::limits;
use crate::order;
use crate::passwords::Passwords;
use crate::unpack::blocks::{FETCH_BYTES, Reader};
use crate::unpack::directory::Listing;

/// What a directory lists.
pub struct List {
    /// The files in the order of their place.
    pub entries: Vec<Entry>,
    /// Where the directory begins; the end of the file when it is empty.
    pub start: u64,
    /// Where the archive ends, as far as that is known.
    pub end: Option<u64>,
    /// What stopped the reading before the directory's end.
    pub stopped: Option<ZipError>,
}

/// Why a directory can't be read.
pub enum Refusal {
    /// It is larger than [`limits::ZIP_DIRECTORY_BYTES`].
    TooLarge,
    /// The archive was split: places are told by part and from its beginning.
    Split(Split),
    Unreadable(ZipError),
}

/// What the end of a split archive tells of it.
#[derive(Clone, Copy)]
pub struct Split {
    /// How many parts there are.
    pub parts: u32,
    /// How many members and folders the directory lists, if it has room to say so.
    pub entries: Option<u64>,
}

impl Listing for List {
    type Refusal = Refusal;

    const HELD_BYTES: u64 = limits::ZIP_DIRECTORY_BYTES;

    fn first(size: u64) -> (u64, u64) {
        let start = size.saturating_sub(FETCH_BYTES);
        (start, size - start)
    }

    fn read(reader: Reader, size: u64, _: &Passwords) -> Result<List, Refusal> {
        let listed = list(reader.clone(), size);
        let mut list =
            listed.map_err(|error| split(reader, size).map_or(Refusal::Unreadable(error), Refusal::Split))?;
        order::sort(&mut list.entries, |a, b| a.header_start.cmp(&b.header_start));
        Ok(list)
    }

    fn too_large() -> Refusal {
        Refusal::TooLarge
    }

    fn files(&self) -> u64 {
        self.entries.len() as u64
    }

    fn packed(&self, size: u64) -> Option<impl Iterator<Item = (u64, u64)>> {
        let packed = |entry: &Entry| (entry.header_start, entry.compressed.unwrap_or_default());
        (self.stopped.is_none() && is_in_order(&self.entries, size)).then(|| self.entries.iter().map(packed))
    }
}

/// Whether no member reaches over the next one or over the end by what the directory says. What only a member's own header
/// tells is noticed where the parts meet.
fn is_in_order(entries: &[Entry], size: u64) -> bool {
    let mut end = 0;
    for entry in entries {
        if entry.header_start < end {
            return false;
        }
        let bytes = entry.compressed.unwrap_or_default().saturating_add(LOCAL_HEADER_BYTES as u64);
        end = entry.header_start.saturating_add(bytes);
    }
    !entries.is_empty() && end <= size
}

/// The files that the directory lists, as far as it can be read. `ZipArchive` would keep only the last of several
/// members of one name.
fn list(mut reader: Reader, size: u64) -> Result<List, ZipError> {
    let mut archive = ZipIterable::try_new(reader.clone(), Config::default())?;
    let mut list = List { entries: Vec::new(), start: size, end: None, stopped: None };
    let mut last = None;
    for (index, entry) in archive.files()?.enumerate() {
        if let Ok(entry) = &entry {
            list.start = if last.is_none() { entry.central_header_start() } else { list.start };
            last = Some(entry.central_header_start());
        }
        match entry {
            // Nothing takes two bytes when it is deflated. What takes more is no folder, whatever is said of it.
            Ok(entry) if entry.is_dir() && entry.size() == 0 && entry.compressed_size() <= 2 => {}
            Ok(entry) => list.entries.push(Entry {
                index: index as u64,
                name: String::from_utf8_lossy(entry.name_raw()).into_owned(),
                header_start: entry.header_start(),
                compressed: Some(entry.compressed_size()),
                method: match entry.compression() {
                    CompressionMethod::Stored => Method::Stored,
                    CompressionMethod::DEFLATE => Method::Deflate,
                    CompressionMethod::DEFLATE64 => Method::Deflate64,
                    CompressionMethod::BZIP2 => Method::Stream(Coding::Bzip2),
                    CompressionMethod::ZSTD => Method::Stream(Coding::Zstd),
                    other => Method::Other(other.to_string()),
                },
                encrypted: entry.encrypted(),
                crc: Some(entry.crc32()),
            }),
            Err(error) => {
                list.stopped = Some(error);
                return Ok(list);
            }
        }
    }
    // Where more is to be fetched for it, all is done again.
    list.end = last.and_then(|last| end(&mut reader, last).ok());
    Ok(list)
}

/// The records behind a directory's entries (APPNOTE 4.3.12 to 4.3.16): their magic, how many bytes they have without what
/// they state a length of, and where and in how many bytes that stands.
const RECORDS: [(&[u8], u64, usize, usize); 5] = [
    (b"PK\x05\x05", 6, 4, 2),   // signature
    (b"PK\x06\x06", 12, 4, 8),  // end of the directory, zip64
    (b"PK\x06\x07", 20, 20, 0), // where that is
    (END_OF_DIRECTORY, 22, 20, 2),
    (b"PK\x06\x08", 8, 4, 4), // extra data
];
const END_OF_DIRECTORY: &[u8] = b"PK\x05\x06";
const END_OF_DIRECTORY_BYTES: usize = 22;

/// Longest comment behind the end of a directory.
const COMMENT_BYTES: u64 = u16::MAX as u64;

/// What the end of the directory says, if the archive was split (APPNOTE 4.3.16, 8.3).
fn split(mut reader: Reader, size: u64) -> Option<Split> {
    let mut end = vec![0; usize::try_from(size.min(END_OF_DIRECTORY_BYTES as u64 + COMMENT_BYTES)).ok()?];
    reader.seek(SeekFrom::Start(size - end.len() as u64)).ok()?;
    reader.read_exact(&mut end).ok()?;
    let record = &end[memmem::rfind(&end, END_OF_DIRECTORY)?..];
    let field = |at: usize| record.get(at..at + 2).map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]));
    let (last, entries) = (field(4)?, field(10)?);
    (last > 0).then(|| Split {
        parts: u32::from(last) + 1,
        entries: (entries < u16::MAX).then_some(entries.into()),
    })
}

/// Where an archive ends whose last entry in the directory begins at `last`.
fn end(reader: &mut Reader, last: u64) -> io::Result<u64> {
    let entry = reader.bytes_at::<46>(last)?;
    let lengths = [28, 30, 32].map(|at| u64::from(u16::from_le_bytes([entry[at], entry[at + 1]])));
    let mut at = last + entry.len() as u64 + lengths.iter().sum::<u64>();
    loop {
        let Ok(record) = reader.bytes_at::<22>(at) else { return Ok(at) };
        let Some((magic, fixed, place, width)) = RECORDS.iter().find(|(magic, ..)| record.starts_with(magic))
        else {
            return Ok(at);
        };
        let stated =
            record[*place..place + width].iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        at = at.saturating_add(*fixed).saturating_add(stated);
        if *magic == END_OF_DIRECTORY {
            return Ok(at);
        }
    }
}
