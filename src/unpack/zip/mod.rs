//! zip: the members that the directory at the end lists, read one after another.
//!
//! The directory is read by the `zip` crate. Since the core does no I/O, the crate reads from
//! [`Blocks`], the parts of the file that were fetched; when it asks for another part, that part is
//! wanted next and the attempt is made again. The members are then read as one pass over the file, or
//! over a part of it: a member belongs to the part in which its local header begins.

mod blocks;
mod cut;
mod directory;
mod member;
mod walk;

use zip::result::ZipError;

pub use self::cut::Cut;
use self::directory::{Directory, Listed};
use self::member::{Entry, Member};
use self::walk::Walk;
use super::Place;
use crate::limits;
use crate::part::Part;
use crate::problem::Code;
use crate::source::{Sink, Trouble};

/// Reads a zip archive whose bytes are fetched from any place.
pub struct Zip {
    place: Place,
    size: u64,
    part: Part,
    state: State,
}

enum State {
    Directory(Directory),
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
    /// How far those reach that were read.
    reach: u64,
    /// Where the first member of the next part begins, or the archive ends.
    end: u64,
}

impl Zip {
    /// A part of an archive of `size` bytes.
    pub fn new(place: Place, size: u64, part: Part) -> Zip {
        Zip { place, size, part, state: State::Directory(Directory::new(size)) }
    }

    /// The part that is read.
    pub fn part(&self) -> Part {
        self.part
    }

    /// The next bytes to fetch: offset and how many at the most. None: all is read.
    pub fn want(&self) -> Option<(u64, u64)> {
        match &self.state {
            State::Directory(directory) => Some(directory.want()),
            State::Members(members) => Some((members.position, members.end.saturating_sub(members.position))),
            State::Walk(walk) => Some((walk.position, self.size.saturating_sub(walk.position))),
            State::Done => None,
        }
    }

    /// Takes bytes from the start of the wanted part.
    pub fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
        match &mut self.state {
            State::Directory(directory) => match directory.push(bytes) {
                Listed::More => {}
                listed => self.listed(listed, sink),
            },
            State::Members(members) => {
                members.push(bytes, &self.place, sink);
                if members.is_done() {
                    self.part.misfit |= self.part.end.is_some() && members.reach > members.end;
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
            State::Directory(_) => {
                sink.trouble(Trouble::note(
                    Code::DamagedArchive,
                    None,
                    "The zip's directory could not be read.",
                ));
            }
            State::Members(mut members) => {
                // A member that reaches into the next part overlaps with what is read there.
                self.part.misfit |= self.part.end.is_some();
                members.finish(sink);
            }
            State::Walk(walk) => walk.finish(&self.place, sink),
            State::Done => {}
        }
    }

    fn listed(&mut self, listed: Listed, sink: &mut dyn Sink) {
        // Only a plain archive is cut.
        self.part.misfit = self.part != Part::WHOLE && !cut::is_plain(&listed, self.size);
        self.state = match listed {
            _ if self.part.misfit => State::Done,
            Listed::More => return,
            Listed::Read(entries, stopped) => self.members(entries, stopped, sink),
            Listed::TooLarge => {
                let message =
                    format!("The zip's directory is larger than {} MiB.", limits::ZIP_DIRECTORY_BYTES >> 20);
                sink.trouble(Trouble::note(Code::OverLimit, None, message));
                State::Done
            }
            Listed::Unreadable(error) => {
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
        let position = entries.first().map_or(self.size, |entry| entry.header_start);
        if position >= self.size {
            sink.trouble(Trouble::note(Code::EmptyInput, None, "The zip archive has no members."));
            return State::Done;
        }
        let behind = |end: u64| entries.partition_point(|entry| entry.header_start < end);
        let (from, to) = (behind(self.part.start), self.part.end.map_or(entries.len(), behind));
        let end = entries.get(to).map_or(self.size, |next| next.header_start);
        entries.truncate(to);
        entries.drain(..from);
        match entries.first() {
            None => State::Done,
            Some(first) => {
                let position = first.header_start;
                let entries = entries.into_iter();
                State::Members(Box::new(Members { entries, current: None, position, reach: 0, end }))
            }
        }
    }
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
            self.reach = self.reach.max(member.reach());
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
        if next.header_start >= self.reach {
            let gap = next.header_start.checked_sub(self.position);
            let Some(rest) =
                gap.and_then(|gap| bytes.get(usize::try_from(gap).ok()?..)).filter(|rest| !rest.is_empty())
            else {
                // Behind these bytes, or before them: one that breaks may have taken too many.
                self.position = next.header_start;
                return false;
            };
            *bytes = rest;
            self.position = next.header_start;
        }
        let Some(entry) = self.entries.next() else {
            return false;
        };
        self.current = Some(Member::open(entry, self.reach, archive, sink));
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
pub fn read_held(bytes: &[u8], mut place: Place, sink: &mut dyn Sink) {
    if bytes.len() > place.room() {
        let around = if place.held > 0 { ", with those around it" } else { "" };
        let most = limits::NESTED_ZIP_BYTES >> 20;
        let message = format!("A zip inside an archive is larger than {most} MiB{around}.");
        sink.trouble(Trouble::note(Code::OverLimit, None, message));
        return;
    }
    place.held += bytes.len();
    let mut zip = Zip::new(place, bytes.len() as u64, Part::WHOLE);
    while let Some((offset, length)) = zip.want() {
        let part = usize::try_from(offset).ok().and_then(|from| bytes.get(from..from + length as usize));
        match part {
            Some(part) if !part.is_empty() => zip.push(part, sink),
            _ => break,
        }
    }
    zip.finish(sink);
}
