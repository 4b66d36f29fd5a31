//! zip: the members that the directory at the end lists, read one after another.
//!
//! The directory is read by the `zip` crate. Since the core does no I/O, the crate reads from
//! [`Blocks`], the parts of the file that were fetched; when it asks for another part, that part is
//! wanted next and the attempt is made again. The members are then read as one pass over the file, or
//! over a part of it: a member belongs to the part in which its local header begins. What lies between them is walked
//! through: a directory need not list all that is there.

mod cipher;
mod directory;
mod member;
mod walk;

use self::directory::{List, Refusal, Split};
use self::member::{Entry, LOCAL_HEADER_MAGIC, Member};
use self::walk::{DESCRIPTOR_BYTES, Walk};
use super::Place;
use super::directory::{Cut, Directory, Listed, Runs};
use super::seeking::Seeking;
use crate::limits;
use crate::part::Part;
use crate::passwords::Passwords;
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
    Directory(Directory<List>),
    Members(Box<Members>),
    /// The directory can't be read, or tells places in parts of the archive.
    Walk(Box<Walk>, Option<Split>),
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
    /// The same, or where the directory begins: up to there bytes should belong to members.
    content: u64,
    /// What no listed member takes, before the next one.
    gap: Option<Gap>,
    /// Where the archive ends, if something follows it.
    behind: Option<u64>,
    /// The member at hand ends where the directory says; what stands there, as far as it was looked at.
    bounded: bool,
    seam: Vec<u8>,
    /// The directory was read only in part.
    partial: bool,
}

/// Start of a directory's entry (APPNOTE 4.3.12).
const DIRECTORY_MAGIC: &[u8] = b"PK\x01\x02";

/// Bytes between members, or behind the archive.
struct Gap {
    /// Where they begin, and whether that is exact.
    start: u64,
    exact: bool,
    /// Nothing of the archive follows.
    behind: bool,
    /// The directory can't be read to its end: it may list what is found here.
    partial: bool,
    walk: Walk,
}

impl Gap {
    fn new((start, exact): (u64, bool), partial: bool) -> Gap {
        Gap { start, exact, behind: false, partial, walk: Walk::between(start) }
    }

    /// What stands behind the archive's end.
    fn behind(start: u64) -> Gap {
        Gap { start, exact: true, behind: true, partial: false, walk: Walk::between(start) }
    }

    /// Says what was there.
    fn close(mut self, archive: &Place, sink: &mut dyn Sink) {
        self.walk.finish(archive, sink);
        // What describes a member may follow one, but not the archive.
        let (start, members) = (self.start, self.walk.members);
        let stray = self.walk.stray(if self.behind { 0 } else { DESCRIPTOR_BYTES });
        if members > 0 && self.partial {
            let message = format!("{members} member(s) here were found without the zip's directory.");
            sink.trouble(Trouble::note(Code::DamagedArchive, start, message));
        } else if members > 0 {
            let message = format!(
                "{members} member(s) here are not in the zip's directory; they were read as far as can be."
            );
            sink.trouble(Trouble::note(Code::UnlistedMembers, start, message));
        } else if self.exact && stray > 0 {
            let (code, and) = match self.walk.is_suspicious() {
                true => (Code::DamagedArchive, ", and may hold events"),
                false => (Code::StrayBytes, ""),
            };
            let message = match self.behind {
                true => format!("{stray} byte(s) stand behind the zip's end; they were not read{and}."),
                false => {
                    format!(
                        "{stray} byte(s) between here and the next member belong to none; they were not read{and}."
                    )
                }
            };
            sink.trouble(Trouble::note(code, start, message));
        }
    }
}

/// Cuts an archive of `size` bytes into runs of members, of about `step` packed bytes.
pub fn cut(size: u64, step: u64) -> Box<dyn Cut> {
    Box::new(Runs::<List>::new(size, step))
}

impl Split {
    /// What must be said when so many members and folders were found.
    fn judge(self, found: u64) -> Option<Trouble> {
        let listed = self.entries.filter(|listed| *listed != found)?;
        let message = format!(
            "The zip was split into {} parts (.z01, .z02, …, .zip), which are to be given together; its directory lists {listed} \
             members and folders, and {found} were found.",
            self.parts
        );
        Some(Trouble::note(Code::DamagedArchive, None, message))
    }
}

impl Zip {
    /// A part of an archive of `size` bytes.
    pub fn new(place: Place, size: u64, part: Part) -> Zip {
        Zip { place, size, part, state: State::Directory(Directory::new(size, &Passwords::default())) }
    }

    fn listed(&mut self, listed: Listed<List>, sink: &mut dyn Sink) {
        // Only a plain archive is cut.
        self.part.misfit = self.part != Part::WHOLE && !listed.is_plain(self.size);
        self.state = match listed {
            _ if self.part.misfit => State::Done,
            Listed::More => return,
            Listed::Read(list) => self.members(list, sink),
            Listed::Unreadable(Refusal::TooLarge) => {
                let message =
                    format!("The zip's directory is larger than {} MiB.", limits::ZIP_DIRECTORY_BYTES >> 20);
                sink.trouble(Trouble::note(Code::OverLimit, None, message));
                State::Done
            }
            Listed::Unreadable(Refusal::Unreadable(error)) => {
                let message = format!(
                    "The zip's directory can't be read ({error}), so the archive is cut or damaged; its \
                     members were looked for by their own headers."
                );
                sink.trouble(Trouble::note(Code::DamagedArchive, None, message));
                State::Walk(Box::default(), None)
            }
            // Its parts are not known here, and what they hold has headers of its own.
            Listed::Unreadable(Refusal::Split(split)) => State::Walk(Box::default(), Some(split)),
        };
    }

    fn members(&self, list: List, sink: &mut dyn Sink) -> State {
        let List { mut entries, start: directory, end: archive_end, stopped } = list;
        let partial = stopped.is_some();
        if let Some(error) = stopped {
            let message = format!("The zip's directory can be read only in part: {error}.");
            sink.trouble(Trouble::note(Code::DamagedArchive, None, message));
        }
        if entries.is_empty() {
            sink.trouble(Trouble::note(Code::EmptyInput, None, "The zip's directory lists no members."));
        }
        let behind = |end: u64| entries.partition_point(|entry| entry.header_start < end);
        let (from, to) = (behind(self.part.start), self.part.end.map_or(entries.len(), behind));
        let next = entries.get(to).map(|next| next.header_start);
        let (end, content) = (next.unwrap_or(self.size), next.unwrap_or(directory.min(self.size)));
        entries.truncate(to);
        entries.drain(..from);
        let first = entries.first().map_or(content, |first| first.header_start);
        // A file that begins as a zip does has a member there.
        let gap = (self.part.start == 0 && first > 0).then(|| Gap::new((0, directory < self.size), partial));
        let behind = archive_end.filter(|end| next.is_none() && *end < self.size);
        if entries.is_empty() && gap.is_none() && behind.is_none() {
            return State::Done;
        }
        let position = if gap.is_some() { 0 } else { first };
        State::Members(Box::new(Members {
            entries: entries.into_iter(),
            current: None,
            position,
            reach: 0,
            end,
            content,
            gap,
            behind,
            bounded: true,
            seam: Vec::new(),
            partial,
        }))
    }
}

impl Seeking for Zip {
    fn want(&self) -> Option<(u64, u64)> {
        match &self.state {
            State::Directory(directory) => Some(directory.want()),
            State::Members(members) => Some((members.position, members.end.saturating_sub(members.position))),
            State::Walk(walk, _) => Some((walk.position, self.size.saturating_sub(walk.position))),
            State::Done => None,
        }
    }

    fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
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
            State::Walk(walk, _) => {
                walk.push(bytes, &self.place, sink);
                if walk.position >= self.size {
                    self.finish(sink);
                }
            }
            State::Done => {}
        }
    }

    fn finish(&mut self, sink: &mut dyn Sink) {
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
                members.finish(&self.place, sink);
            }
            State::Walk(mut walk, split) => {
                walk.finish(&self.place, sink);
                if let Some(trouble) = split.and_then(|split| split.judge(walk.members + walk.folders)) {
                    sink.trouble(trouble);
                }
            }
            State::Done => {}
        }
    }

    fn set_passwords(&mut self, passwords: &Passwords) {
        self.place.passwords = passwords.clone();
    }

    fn part(&self) -> Part {
        // What is done for passwords has one limit for all of an input.
        let mut part = self.part;
        part.misfit |= part != Part::WHOLE && self.place.passwords.is_spent();
        part
    }
}

impl Members {
    fn is_done(&self) -> bool {
        self.current.is_none() && self.entries.len() == 0 && self.gap.is_none() && self.behind.is_none()
    }

    /// Takes bytes from `position` on, through as many members as they hold.
    fn push(&mut self, mut bytes: &[u8], archive: &Place, sink: &mut dyn Sink) {
        loop {
            if self.current.is_none() {
                if !self.pass_gap(&mut bytes, archive, sink) {
                    return;
                }
                if self.entries.len() == 0 && self.go_behind() {
                    continue;
                }
                if !self.start_next(&mut bytes, archive, sink) {
                    return;
                }
            }
            let next = self.next_start();
            let Some(member) = &mut self.current else {
                return;
            };
            let bounded = self.bounded && member.least_end() <= next;
            let room = if bounded { next.saturating_sub(self.position) } else { u64::MAX };
            let most = usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len());
            if most > 0 {
                let used = member.push(&bytes[..most], sink);
                self.position += used as u64;
                bytes = &bytes[used..];
            }
            let overruns = !member.is_complete();
            if overruns && !(bounded && self.position >= next && self.is_right(next, &mut bytes)) {
                return;
            }
            self.end_current(overruns, if bounded { next } else { u64::MAX }, sink);
        }
    }

    /// By the directory, the member at hand ends before `next`; by its own header it does not. True when something begins
    /// there: then its own header is wrong, and costs no other member. Else it goes on, or more bytes must tell.
    fn is_right(&mut self, next: u64, bytes: &mut &[u8]) -> bool {
        let wanted = LOCAL_HEADER_MAGIC.len() - self.seam.len();
        let (begin, rest) = bytes.split_at(wanted.min(bytes.len()));
        self.seam.extend_from_slice(begin);
        self.position += begin.len() as u64;
        *bytes = rest;
        if self.seam.len() < LOCAL_HEADER_MAGIC.len() {
            return false;
        }
        self.bounded = self.seam == LOCAL_HEADER_MAGIC || self.seam == DIRECTORY_MAGIC;
        self.seam.clear();
        if !self.bounded {
            // They are the member's own: it has them next.
            self.position = next;
        }
        self.bounded
    }

    /// Ends the member at hand, which takes nothing behind `most`. `overruns`: by its own header it would.
    fn end_current(&mut self, overruns: bool, most: u64, sink: &mut dyn Sink) {
        let Some(member) = self.current.take() else { return };
        self.reach = self.reach.max(member.reach().min(most));
        self.gap = self.gap_behind(member.end(self.reach));
        self.bounded = true;
        match overruns {
            true => member.overrun(sink),
            false => member.close(sink),
        }
    }

    /// Where the next member begins, or what follows the last one.
    fn next_start(&self) -> u64 {
        self.entries.as_slice().first().map_or(self.content, |next| next.header_start)
    }

    /// What lies between the end of a member and the next one, if that may be more than what describes it.
    fn gap_behind(&self, (end, exact): (u64, bool)) -> Option<Gap> {
        let room = self.next_start().saturating_sub(end);
        (room > DESCRIPTOR_BYTES).then(|| Gap::new((end, exact), self.partial))
    }

    /// Walks through the gap. False when more of it is wanted.
    fn pass_gap(&mut self, bytes: &mut &[u8], archive: &Place, sink: &mut dyn Sink) -> bool {
        let end = self.next_start();
        let Some(mut gap) = self.gap.take() else { return true };
        if !self.go_to(gap.walk.position, bytes) {
            self.gap = Some(gap);
            return false;
        }
        let length = usize::try_from(end - self.position).unwrap_or(usize::MAX).min(bytes.len());
        let (between, rest) = bytes.split_at(length);
        gap.walk.push(between, archive, sink);
        self.position += length as u64;
        *bytes = rest;
        if self.position < end {
            self.gap = Some(gap);
            return false;
        }
        gap.close(archive, sink);
        true
    }

    /// Goes on behind the archive. False when nothing is there, or it was read.
    fn go_behind(&mut self) -> bool {
        let Some(start) = self.behind.take() else { return false };
        (self.content, self.gap) = (self.end, Some(Gap::behind(start)));
        true
    }

    /// Goes on at this place. False when it is not among the bytes at hand: then it is wanted next.
    fn go_to(&mut self, place: u64, bytes: &mut &[u8]) -> bool {
        let ahead = place.checked_sub(self.position);
        let rest =
            ahead.and_then(|ahead| bytes.get(usize::try_from(ahead).ok()?..)).filter(|rest| !rest.is_empty());
        self.position = place;
        // Behind these bytes, or before them: one that breaks may have taken too many.
        let Some(rest) = rest else { return false };
        *bytes = rest;
        true
    }

    /// Opens the next member. False when its bytes are not among those at hand.
    fn start_next(&mut self, bytes: &mut &[u8], archive: &Place, sink: &mut dyn Sink) -> bool {
        let Some(next) = self.entries.as_slice().first() else {
            return false;
        };
        let start = next.header_start;
        if start >= self.reach && !self.go_to(start, bytes) {
            return false;
        }
        let Some(entry) = self.entries.next() else {
            return false;
        };
        self.current = Some(Member::open(entry, self.reach, archive, sink));
        true
    }

    fn finish(&mut self, archive: &Place, sink: &mut dyn Sink) {
        if let Some(member) = self.current.take() {
            member.cut(sink);
        }
        if let Some(gap) = self.gap.take() {
            gap.close(archive, sink);
        }
        let left = self.entries.len();
        if left > 0 {
            let message = format!("The zip is cut: {left} member(s) of its directory lie behind the end.");
            sink.trouble(Trouble::note(Code::Truncated, None, message));
        }
    }
}
