//! A folder of a 7z archive unpacked: its stream, cut into the files that it holds.

use flate2::Crc;

use super::directory::{Entry, Folder};
use super::lock::{Keys, Lock, Opening};
use super::method::Method;
use crate::detect::Coding;
use crate::limits;
use crate::passwords::Passwords;
use crate::problem::Code;
use crate::source::{Sink, Trouble};
use crate::unpack::decoder::{Decoder, Failure, Progress};
use crate::unpack::trial::{self, Content, Outcome};
use crate::unpack::{Place, Stream};

/// Packed bytes behind the end of a stream that are no more than padding.
const PADDING_BYTES: u64 = 16;

/// What is said where no password fits.
const NO_PASSWORD: &str =
    "It is encrypted, and no password that was given opens it, or it is damaged; it was not read.";

/// Says that so many bytes of a content could not be unpacked.
pub fn lost(bytes: u64) -> String {
    format!(
        "{bytes} byte(s) of it can't be unpacked, for the archive is damaged: zeros stand in their place, and what stands \
         right before them may be wrong."
    )
}

/// The folder that is read.
pub struct Unfolding {
    /// What opens it, if it is encrypted.
    lock: Option<Locked>,
    /// None for what is stored as it is, or is no longer unpacked.
    decoder: Option<Decoder>,
    /// The decoder is one of this coding, of which another stream may follow.
    coding: Option<Coding>,
    /// Packed bytes still to come.
    left: u64,
    /// Less than a step of them, which waits for more.
    held: Vec<u8>,
    files: Files,
    /// Its packed bytes are no longer looked at.
    over: bool,
}

/// What is encrypted, and how it is opened.
enum Locked {
    /// With a key that is still to be found; with what unpacks it then.
    Untried(Lock, Box<dyn Fn() -> Result<Option<Decoder>, Failure>>),
    Open(Box<Opening>),
}

/// Its files, in the order in which they are packed.
struct Files {
    entries: std::vec::IntoIter<Entry>,
    current: Option<File>,
    /// Unpacked bytes behind the last one.
    stray: u64,
    /// Packed bytes behind the end of the stream.
    behind: u64,
    /// They are encrypted.
    is_locked: bool,
    /// Nothing tells whether the password is the right one.
    is_unsure: bool,
}

struct File {
    content: Stream,
    crc: Crc,
    wanted: Option<u32>,
    left: u64,
    /// Bytes of it that could not be unpacked.
    lost: u64,
}

impl Unfolding {
    /// Opens a folder. One that can't be unpacked is told of, and is over.
    pub fn open(folder: Folder, archive: &Place, sink: &mut dyn Sink) -> Unfolding {
        let files = Files {
            entries: folder.entries.into_iter(),
            current: None,
            stray: 0,
            behind: 0,
            is_locked: false,
            is_unsure: false,
        };
        let mut unfolding = Unfolding {
            lock: None,
            decoder: None,
            coding: None,
            left: folder.packed,
            held: Vec::new(),
            files,
            over: false,
        };
        if let Err((code, message)) = unfolding.prepare(folder.method, &archive.passwords) {
            unfolding.files.refuse(code, &message, archive, sink);
            unfolding.over = true;
        }
        unfolding
    }

    /// Makes ready what opens and unpacks it.
    ///
    /// # Errors
    /// It can't be: of what kind the problem is, and a sentence.
    fn prepare(&mut self, method: Method, passwords: &Passwords) -> Result<(), (Code, String)> {
        let (lock, kind, properties, filter, unpacked) = match method {
            Method::Known { lock: Some(_), .. } if passwords.is_empty() => {
                return Err((Code::EncryptedMember, "It is encrypted; it was not read.".to_owned()));
            }
            Method::Known { lock, kind, properties, filter, unpacked } => {
                (lock, kind, properties, filter, unpacked)
            }
            Method::Other(method) => {
                let message = format!("It is compressed as {method}, which is not opened here.");
                return Err((Code::UnsupportedPacking, message));
            }
        };
        let decoder = move || Method::decoder(kind, &properties, filter.clone(), unpacked);
        self.decoder = decoder().map_err(|failure| {
            (failure.code(), format!("It can't be unpacked ({}); it was not read.", failure.reason()))
        })?;
        self.coding = kind.coding();
        if let Some(lock) = lock {
            self.files.is_locked = true;
            self.lock = Some(Locked::Untried(lock, Box::new(decoder)));
        }
        Ok(())
    }

    /// How many of its bytes are still wanted.
    pub fn wants(&self) -> u64 {
        if self.over { 0 } else { self.left }
    }

    /// Takes bytes; no more than are wanted. They are unpacked in whole steps from the first one on, so that what is found of
    /// a broken folder does not depend on how they came.
    pub fn push(&mut self, mut bytes: &[u8], keys: &mut Keys, archive: &Place, sink: &mut dyn Sink) {
        while !bytes.is_empty() && !self.over {
            let room = limits::UNPACK_STEP - self.held.len();
            let (piece, rest) = bytes.split_at(room.min(bytes.len()));
            bytes = rest;
            self.left -= piece.len() as u64;
            self.held.extend_from_slice(piece);
            if self.held.len() == limits::UNPACK_STEP || self.left == 0 {
                let held = std::mem::take(&mut self.held);
                self.unlock(held, keys, archive, sink);
            }
        }
    }

    /// Opens a step, or what is left, and unpacks it.
    fn unlock(&mut self, bytes: Vec<u8>, keys: &mut Keys, archive: &Place, sink: &mut dyn Sink) {
        if let Some(Locked::Untried(lock, decoder)) = &self.lock {
            let passwords = &archive.passwords;
            let (contents, whole, goes_on) = (self.files.contents(), self.left == 0, self.coding.is_some());
            let best = trial::best(passwords, passwords.texts(), |password| {
                let key = keys.of(lock, password, passwords)?;
                let plain = lock.opening(&key).open(&bytes);
                let outcome = trial::outcome(decoder().ok()?, &plain, &contents, (whole, goes_on));
                (outcome != Outcome::Wrong).then_some((lock.opening(&key), outcome))
            });
            let Some((opening, is_sure)) = best else {
                let (code, message) = match passwords.is_spent() {
                    true => (Code::OverLimit, trial::SPENT),
                    false => (Code::EncryptedMember, NO_PASSWORD),
                };
                self.files.refuse(code, message, archive, sink);
                self.over = true;
                return;
            };
            self.files.is_unsure = !is_sure;
            self.lock = Some(Locked::Open(Box::new(opening)));
        }
        match &mut self.lock {
            Some(Locked::Open(opening)) => {
                let bytes = opening.open(&bytes);
                self.unpack(&bytes, archive, sink);
            }
            _ => self.unpack(&bytes, archive, sink),
        }
    }

    fn unpack(&mut self, bytes: &[u8], archive: &Place, sink: &mut dyn Sink) {
        let Unfolding { decoder, files, .. } = self;
        let Some(decoder) = decoder else {
            files.take(bytes, false, archive, sink);
            return;
        };
        match decoder.push_marked(bytes, |out, stands_in| files.take(out, stands_in, archive, sink)) {
            Ok(Progress::More) => {}
            Ok(Progress::End(used)) => {
                let behind = &bytes[used..];
                match self.coding {
                    // Some programs pack a folder as several streams.
                    Some(coding) if !files.is_complete() && (!behind.is_empty() || self.left > 0) => {
                        *decoder = Decoder::of(coding);
                        if !behind.is_empty() {
                            self.unpack(behind, archive, sink);
                        }
                    }
                    _ => {
                        self.over = true;
                        self.files.behind = behind.len() as u64 + self.left;
                    }
                }
            }
            Err(failure) => {
                self.over = true;
                self.files.fail(failure, archive, sink);
            }
        }
    }

    /// All its bytes were taken, or the archive ends: `cut`.
    pub fn close(mut self, cut: bool, keys: &mut Keys, archive: &Place, sink: &mut dyn Sink) {
        let held = std::mem::take(&mut self.held);
        // Of what is encrypted, nothing tells nothing.
        if !self.over && (!held.is_empty() || self.lock.is_none()) {
            self.unlock(held, keys, archive, sink);
        }
        if let (Some(decoder), false) = (&mut self.decoder, self.over) {
            decoder.stop(|out| self.files.take(out, false, archive, sink));
        }
        self.files.close(cut, archive, sink);
    }
}

impl Files {
    /// Takes what was unpacked, or zeros that stand in its place.
    fn take(&mut self, mut bytes: &[u8], stands_in: bool, archive: &Place, sink: &mut dyn Sink) {
        while !bytes.is_empty() {
            let Some(file) = self.at_hand(archive, sink) else {
                self.stray += bytes.len() as u64;
                return;
            };
            let most = usize::try_from(file.left).unwrap_or(usize::MAX).min(bytes.len());
            let (content, rest) = bytes.split_at(most);
            file.crc.update(content);
            file.content.push(content, sink);
            file.left -= content.len() as u64;
            file.lost += if stands_in { content.len() as u64 } else { 0 };
            bytes = rest;
            if file.left == 0 {
                self.end_current(None, sink);
            }
        }
    }

    /// What is still to come.
    fn contents(&self) -> Vec<Content> {
        let entries = self.entries.as_slice().iter().filter(|entry| entry.size > 0);
        entries.map(|entry| Content { size: Some(entry.size), crc: entry.crc }).collect()
    }

    /// A trouble that a wrong password may be the reason of.
    fn doubted(&self, code: Code, message: String) -> Trouble {
        match self.is_unsure {
            true => Trouble::note(
                Code::EncryptedMember,
                None,
                format!("{message} Or its password is another one."),
            ),
            false => Trouble::note(code, None, message),
        }
    }

    fn is_complete(&self) -> bool {
        self.current.is_none() && self.entries.as_slice().iter().all(|entry| entry.size == 0)
    }

    /// The file that the next byte belongs to.
    fn at_hand(&mut self, archive: &Place, sink: &mut dyn Sink) -> Option<&mut File> {
        while self.current.is_none() {
            let Entry { index, name, size, crc } = self.entries.next()?;
            let content = Stream::open(archive, index, &name, sink);
            self.current = Some(File { content, crc: Crc::new(), wanted: crc, left: size, lost: 0 });
            if size == 0 {
                self.end_current(None, sink);
            }
        }
        self.current.as_mut()
    }

    /// Ends the file at hand. `trouble`: why, before its end.
    fn end_current(&mut self, trouble: Option<Trouble>, sink: &mut dyn Sink) {
        let Some(file) = self.current.take() else { return };
        // What was not read is no log that was empty.
        if let (Some(trouble), 0) = (&trouble, file.content.bytes) {
            sink.trouble(trouble.clone());
            sink.leave(0);
            return;
        }
        let differs = file.wanted.is_some_and(|crc| crc != file.crc.sum());
        if file.lost > 0 {
            let message = lost(file.lost);
            sink.trouble(Trouble::note(Code::DamagedArchive, None, message));
        }
        if let Some(trouble) = trouble {
            sink.trouble(trouble);
        } else if differs && file.lost == 0 {
            let message = "Its checksum does not match: the content is damaged.";
            sink.trouble(self.doubted(Code::DamagedArchive, message.to_owned()));
        } else if self.is_unsure && file.wanted.is_none() {
            sink.trouble(Trouble::note(Code::EncryptedMember, None, trial::UNSURE));
        }
        file.content.close(sink);
    }

    /// The stream breaks.
    fn fail(&mut self, failure: Failure, archive: &Place, sink: &mut dyn Sink) {
        // What was unpacked to its last byte is whole.
        self.at_hand(archive, sink);
        let (reason, doubt) = (failure.reason(), failure.doubt());
        let message = format!("Its compressed data breaks ({reason}); what stands before was read{doubt}.");
        let trouble = self.doubted(failure.code(), message);
        self.end_current(Some(trouble), sink);
        let behind = "It is packed behind a place where the archive is damaged; it was not read.";
        self.refuse(Code::DamagedArchive, behind, archive, sink);
    }

    /// The stream has ended.
    fn close(&mut self, cut: bool, archive: &Place, sink: &mut dyn Sink) {
        // Of what has no content, nothing is missing.
        self.at_hand(archive, sink);
        let (code, message) = match cut {
            true => (Code::Truncated, "The archive ends inside it; what is there was read."),
            false => (Code::DamagedArchive, "Its compressed data ends too early; what is there was read."),
        };
        let trouble =
            if cut { Trouble::note(code, None, message) } else { self.doubted(code, message.to_owned()) };
        self.end_current(Some(trouble), sink);
        let behind = match cut {
            true => "It stands behind the archive's end; it was not read.",
            false => "It is packed behind what ends too early; it was not read.",
        };
        self.refuse(code, behind, archive, sink);
        // The end of LZMA may be marked though its size is known.
        if self.behind > PADDING_BYTES {
            let message = format!("{} byte(s) behind the end of packed data were not read.", self.behind);
            sink.trouble(Trouble::note(Code::StrayBytes, None, message));
        }
        // What is encrypted has whole blocks.
        let padding = if self.is_locked { PADDING_BYTES } else { 0 };
        if self.stray > padding {
            let message =
                format!("{} byte(s) are packed behind the last file; they were not read.", self.stray);
            sink.trouble(Trouble::note(Code::StrayBytes, None, message));
        }
    }

    /// Tells why the files that are left are not read.
    fn refuse(&mut self, code: Code, message: &str, archive: &Place, sink: &mut dyn Sink) {
        for entry in self.entries.by_ref() {
            if entry.size == 0 {
                Stream::open(archive, entry.index, &entry.name, sink).close(sink);
                continue;
            }
            // It is no log that was empty.
            drop(Stream::open(archive, entry.index, &entry.name, sink));
            sink.trouble(Trouble::note(code, None, message));
            sink.leave(0);
        }
    }
}
