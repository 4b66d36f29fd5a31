//! The directory at the end of a zip, fetched and read.

use zip::CompressionMethod;
use zip::read::Config;
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

use super::blocks::{Blocks, FETCH_BYTES, Reader};
use super::member::{Entry, Method};
use crate::limits;

/// A directory of which parts are still to be fetched.
pub struct Directory {
    blocks: Blocks,
    fetch: u64,
}

/// What a directory gave.
pub enum Listed {
    /// More of the file is wanted.
    More,
    /// The files in the order of their place, where the directory begins, and what stopped the reading before the end.
    Read(Vec<Entry>, u64, Option<ZipError>),
    /// It can't be read at all.
    Unreadable(ZipError),
    /// It is larger than [`limits::ZIP_DIRECTORY_BYTES`].
    TooLarge,
}

impl Directory {
    /// That of an archive of this size.
    pub fn new(size: u64) -> Directory {
        Directory { blocks: Blocks::new(size), fetch: FETCH_BYTES }
    }

    /// The bytes to fetch next: offset and how many.
    pub fn want(&self) -> (u64, u64) {
        self.blocks.missing()
    }

    /// Takes bytes from the start of what is wanted.
    pub fn push(&mut self, bytes: &[u8]) -> Listed {
        self.blocks.add(bytes);
        if self.blocks.missing().1 > 0 {
            return Listed::More;
        }
        self.blocks.clear_missing();
        let size = self.blocks.size();
        let listed = list(self.blocks.reader());
        if let Some(offset) = self.blocks.asked() {
            self.blocks.want(offset, self.fetch);
            self.fetch = self.fetch.saturating_mul(2);
            return match self.blocks.held() <= limits::ZIP_DIRECTORY_BYTES {
                true => Listed::More,
                false => Listed::TooLarge,
            };
        }
        match listed {
            Ok((mut entries, start, stopped)) => {
                entries.sort_by_key(|entry| entry.header_start);
                Listed::Read(entries, start.unwrap_or(size), stopped)
            }
            Err(error) => Listed::Unreadable(error),
        }
    }
}

/// Files, where the list of them begins unless that is empty, and what ended it too early.
type List = (Vec<Entry>, Option<u64>, Option<ZipError>);

/// The files that the directory lists, as far as it can be read. `ZipArchive` would keep only the last of several
/// members of one name.
fn list(reader: Reader) -> Result<List, ZipError> {
    let mut archive = ZipIterable::try_new(reader, Config::default())?;
    let mut entries = Vec::new();
    let mut start = None;
    for (index, entry) in archive.files()?.enumerate() {
        if let Ok(entry) = &entry {
            start = start.or(Some(entry.central_header_start()));
        }
        match entry {
            Ok(entry) if entry.is_dir() && entry.size() == 0 => {}
            Ok(entry) => entries.push(Entry {
                index: index as u64,
                name: String::from_utf8_lossy(entry.name_raw()).into_owned(),
                header_start: entry.header_start(),
                compressed: Some(entry.compressed_size()),
                method: match entry.compression() {
                    CompressionMethod::Stored => Method::Stored,
                    CompressionMethod::DEFLATE => Method::Deflate,
                    other => Method::Other(other.to_string()),
                },
                encrypted: entry.encrypted(),
                crc: Some(entry.crc32()),
            }),
            Err(error) => return Ok((entries, start, Some(error))),
        }
    }
    Ok((entries, start, None))
}
