//! zip: the members that the directory at the end lists, read one after another.
//!
//! The directory is read by the `zip` crate. Since the core does no I/O, the crate reads from
//! [`Blocks`], the parts of the file that were fetched; when it asks for another part, that part is
//! wanted next and the attempt is made again. The members are then read as one pass over the file.

mod blocks;
mod member;
mod walk;

use zip::CompressionMethod;
use zip::read::Config;
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

use self::blocks::{Blocks, FETCH_BYTES, Reader};
use self::member::{Entry, Member, Method};
use self::walk::Walk;
use super::Place;
use crate::limits;
use crate::problem::Code;
use crate::source::{Sink, Trouble};

/// Reads a zip archive whose bytes are fetched from any place.
pub struct Zip {
    place: Place,
    size: u64,
    state: State,
}

enum State {
    Directory {
        blocks: Blocks,
        fetch: u64,
    },
    Members(Box<Members>),
    /// The directory can't be read.
    Walk(Box<Walk>),
    Done,
}

/// The members in the order of their place in the file.
struct Members {
    entries: std::vec::IntoIter<Entry>,
    current: Option<Member>,
    /// Where the next byte is taken.
    position: u64,
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
            State::Walk(walk) => Some((walk.position, self.size - walk.position)),
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
            State::Walk(walk) => {
                walk.push(bytes, &self.place, sink);
                if walk.position >= self.size {
                    self.finish(sink);
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
            State::Walk(walk) => walk.finish(&self.place, sink),
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
                let message = format!(
                    "The zip's directory can't be read ({error}), so the archive is cut or damaged; its \
                     members were looked for by their own headers."
                );
                sink.trouble(Trouble::note(Code::DamagedArchive, None, message));
                State::Walk(Box::default())
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
                compressed: Some(entry.compressed_size()),
                method: match entry.compression() {
                    CompressionMethod::Stored => Method::Stored,
                    CompressionMethod::DEFLATE => Method::Deflate,
                    other => Method::Other(other.to_string()),
                },
                encrypted: entry.encrypted(),
                crc: Some(entry.crc32()),
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
