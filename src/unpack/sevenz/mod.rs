//! 7z: the files that the directory lists, folder by folder, and what it does not list.
//!
//! A folder is one stream that holds many files one behind another, as 7-Zip packs them unless it is told not to.

mod directory;
mod folder;
mod lock;
mod method;
mod walk;

use std::ops::Range;

use self::directory::{Entry, Folder, HEAD_BYTES, List};
use self::folder::Unfolding;
use self::lock::Keys;
use self::walk::{BEGINNING_BYTES, Walk};
use super::directory::{Cut, Directory, Listed, Runs};
use super::seeking::Seeking;
use super::{Place, Stream};
use crate::part::Part;
use crate::passwords::Passwords;
use crate::problem::Code;
use crate::source::{Sink, Trouble};

/// Reads a 7z archive whose bytes are fetched from any place.
pub struct SevenZ {
    place: Place,
    size: u64,
    part: Part,
    state: State,
    /// Packed bytes that are of no file, and are still to be looked at.
    unlisted: std::vec::IntoIter<Range<u64>>,
    /// How many files and directories are listed, and the ordinal of the next content without a name.
    files: u64,
    nameless: u64,
    keys: Keys,
}

enum State {
    Directory(Directory<List>),
    Folders(Box<Folders>),
    /// Bytes of which no directory tells.
    Walk(Box<Walk>),
    Done,
}

struct Folders {
    next: std::vec::IntoIter<Folder>,
    current: Option<Unfolding>,
    /// Where the next byte is taken.
    position: u64,
}

/// Cuts an archive of `size` bytes into runs of folders, of about `step` packed bytes.
pub fn cut(size: u64, step: u64) -> Box<dyn Cut> {
    Box::new(Runs::<List>::new(size, step))
}

impl SevenZ {
    /// A part of an archive of `size` bytes: the folders that begin in it.
    pub fn new(place: Place, size: u64, part: Part) -> SevenZ {
        let state = State::Directory(Directory::new(size, &place.passwords));
        let (unlisted, keys) = (Vec::new().into_iter(), Keys::default());
        SevenZ { place, size, part, state, unlisted, files: 0, nameless: 0, keys }
    }

    fn listed(&mut self, listed: Listed<List>, sink: &mut dyn Sink) {
        // Only a plain archive is cut.
        self.part.misfit = self.part != Part::WHOLE && !listed.is_plain(self.size);
        let List { mut folders, empty, unlisted, files, end } = match listed {
            _ if self.part.misfit => {
                self.state = State::Done;
                return;
            }
            Listed::More => return,
            Listed::Read(list) => list,
            Listed::Unreadable(refusal) => {
                sink.trouble(Trouble::note(refusal.code, None, refusal.message));
                let walk = |end: u64| State::Walk(Box::new(Walk::new(HEAD_BYTES..end.min(self.size), 0, 0)));
                self.state = refusal.walk.map_or(State::Done, walk);
                return;
            }
        };
        if self.part.start == 0 {
            self.tell(empty, folders.is_empty(), end, sink);
        }
        let Part { start, end, .. } = self.part;
        folders.retain(|folder| folder.start >= start && end.is_none_or(|end| folder.start < end));
        (self.unlisted, self.files, self.nameless) = (unlisted.into_iter(), files, files);
        let folders = Folders { next: folders.into_iter(), current: None, position: 0 };
        self.state = State::Folders(Box::new(folders));
        self.go_on(sink);
    }

    /// What is not packed, and belongs to the first part. `end`: where the archive does.
    fn tell(&self, empty: Vec<Entry>, is_all: bool, end: u64, sink: &mut dyn Sink) {
        if empty.is_empty() && is_all {
            sink.trouble(Trouble::note(Code::EmptyInput, None, "The 7z archive's directory lists no files."));
        }
        for Entry { index, name, .. } in empty {
            Stream::open(&self.place, index, &name, sink).close(sink);
        }
        if self.size > end {
            let message =
                format!("{} byte(s) stand behind the 7z archive's end; they were not read.", self.size - end);
            sink.trouble(Trouble::note(Code::StrayBytes, end, message));
        }
    }

    /// Opens the next folder that wants bytes, if the one at hand wants none.
    fn go_on(&mut self, sink: &mut dyn Sink) {
        let State::Folders(folders) = &mut self.state else { return };
        while folders.current.as_ref().is_none_or(|current| current.wants() == 0) {
            if let Some(current) = folders.current.take() {
                current.close(false, &mut self.keys, &self.place, sink);
            }
            let Some(next) = folders.next.next() else {
                self.walk_next(sink);
                return;
            };
            folders.position = next.start;
            folders.current = Some(Unfolding::open(next, &self.place, sink));
        }
    }

    /// Tells of the next bytes that are of no file, and walks through them.
    fn walk_next(&mut self, sink: &mut dyn Sink) {
        self.state = State::Done;
        for range in self.unlisted.by_ref() {
            let bytes = range.end - range.start;
            let is_read = bytes >= BEGINNING_BYTES as u64;
            let (code, what) = match is_read {
                true => (Code::UnlistedMembers, "were read as far as can be"),
                false => (Code::StrayBytes, "were not read"),
            };
            let message = format!(
                "{bytes} byte(s) from here on are of no file in the 7z archive's directory; they {what}."
            );
            sink.trouble(Trouble::note(code, range.start, message));
            if is_read {
                self.state = State::Walk(Box::new(Walk::new(range, self.files, self.nameless)));
                return;
            }
        }
    }
}

impl Seeking for SevenZ {
    fn want(&self) -> Option<(u64, u64)> {
        match &self.state {
            State::Directory(directory) => Some(directory.want()),
            State::Folders(folders) => {
                let length = folders.current.as_ref().map_or(0, Unfolding::wants);
                Some((folders.position, length.min(self.size.saturating_sub(folders.position))))
            }
            State::Walk(walk) => Some((walk.position, walk.wants())),
            State::Done => None,
        }
    }

    fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
        match &mut self.state {
            State::Directory(directory) => match directory.push(bytes) {
                Listed::More => {}
                listed => self.listed(listed, sink),
            },
            State::Folders(folders) => {
                folders.position += bytes.len() as u64;
                if let Some(current) = &mut folders.current {
                    current.push(bytes, &mut self.keys, &self.place, sink);
                }
                self.go_on(sink);
            }
            State::Walk(walk) => {
                walk.push(bytes, &self.place, sink);
                if walk.wants() == 0 {
                    self.nameless = walk.finish(&self.place, sink);
                    self.walk_next(sink);
                }
            }
            State::Done => {}
        }
    }

    fn set_passwords(&mut self, passwords: &Passwords) {
        self.place.passwords = passwords.clone();
        self.state = State::Directory(Directory::new(self.size, passwords));
    }

    fn finish(&mut self, sink: &mut dyn Sink) {
        match std::mem::replace(&mut self.state, State::Done) {
            State::Directory(_) => {
                let message = "The 7z archive's directory could not be read.";
                sink.trouble(Trouble::note(Code::DamagedArchive, None, message));
            }
            State::Folders(folders) => {
                let Folders { next, current, .. } = *folders;
                if let Some(current) = current {
                    current.close(true, &mut self.keys, &self.place, sink);
                }
                for folder in next {
                    Unfolding::open(folder, &self.place, sink).close(true, &mut self.keys, &self.place, sink);
                }
            }
            State::Walk(mut walk) => _ = walk.finish(&self.place, sink),
            State::Done => {}
        }
    }

    fn part(&self) -> Part {
        // What is done for passwords has one limit for all of an input.
        let mut part = self.part;
        part.misfit |= part != Part::WHOLE && self.place.passwords.is_spent();
        part
    }
}
