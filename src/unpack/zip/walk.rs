//! Members of a zip that no directory lists, one after another, found by their local headers.

use memchr::memmem;

use super::member::{ENCRYPTED, Entry, LOCAL_HEADER_BYTES, LOCAL_HEADER_MAGIC, Member, Method, SIZES_FOLLOW};
use crate::source::{Sink, signs};
use crate::unpack::Place;
use crate::{detect, limits};

/// What may follow a member: magic, checksum and two sizes of eight bytes (APPNOTE 4.3.9).
pub const DESCRIPTOR_BYTES: u64 = 24;
/// Longest name of a member that is believed.
const NAME_BYTES: usize = 4096;
/// A size that stands in the extra field (zip64, APPNOTE 4.4.8).
const IN_EXTRA: u32 = u32::MAX;

/// A member that is not listed has this and its place as its number: no directory lists so many. A number has 32 bits,
/// as those of members inside of it stand behind it; headers are further apart than eight bytes.
const UNLISTED: u64 = 1 << 31;
/// So many members may break right where they begin before a step is no longer searched for others: each may cost what
/// a whole step unpacks to.
const MOST_BREAKS: u64 = 256;

fn unlisted(place: u64) -> u64 {
    UNLISTED + (place / 8).min(UNLISTED - 1)
}

/// Walks through an archive, or through a part of one.
#[derive(Default)]
pub struct Walk {
    /// Where the next byte is taken.
    pub position: u64,
    /// Members that were met.
    pub members: u64,
    /// Folders that were met.
    pub folders: u64,
    /// Bytes, other than zeros, that are no part of a member, and how many of them may be so: what describes one.
    passed: u64,
    /// The first of them, behind zeros and blanks.
    kept: Vec<u8>,
    described: u64,
    /// A member could not be read to its end, and was told of: bytes of it are passed as well.
    broken: bool,
    breaks: u64,
    /// Bytes that may be the beginning of a header, or less than a step of a member.
    pending: Vec<u8>,
    current: Option<Member>,
    /// The current member was not given anything yet.
    fresh: bool,
    /// Members are numbered by their place: others have the numbers of a directory.
    unlisted: bool,
}

impl Walk {
    /// Walks from this byte on, in an archive whose directory lists other members.
    pub fn between(position: u64) -> Walk {
        Walk { position, unlisted: true, ..Walk::default() }
    }

    /// Bytes that belong to nothing: neither a member, nor what describes one, nor zeros. `before`: so many may belong to
    /// what stands before.
    pub fn stray(&self, before: u64) -> u64 {
        if self.broken { 0 } else { self.passed.saturating_sub(self.described + before) }
    }

    /// Whether those bytes may hold events.
    pub fn is_suspicious(&self) -> bool {
        // A letter of UTF-16 is one with a zero.
        let letters: Vec<u8> = self.kept.iter().copied().filter(|byte| *byte != 0).collect();
        detect::is_packed(&self.kept)
            || memmem::find(&self.kept, detect::EVTX_CHUNK_MAGIC).is_some()
            || memmem::find(&letters, b"<Event").is_some()
            || signs::tell_of_events(&letters)
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.passed += bytes.iter().filter(|byte| **byte != 0).count() as u64;
        let is_filler = |byte: &&u8| **byte == 0 || byte.is_ascii_whitespace();
        let filler = if self.kept.is_empty() { bytes.iter().take_while(is_filler).count() } else { 0 };
        let room = limits::DETECT_BYTES.saturating_sub(self.kept.len());
        self.kept.extend_from_slice(&bytes[filler..][..(bytes.len() - filler).min(room)]);
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8], archive: &Place, sink: &mut dyn Sink) {
        self.position += bytes.len() as u64;
        self.pending.extend_from_slice(bytes);
        self.advance(false, archive, sink);
    }

    fn advance(&mut self, ended: bool, archive: &Place, sink: &mut dyn Sink) {
        let data = std::mem::take(&mut self.pending);
        let mut rest = data.as_slice();
        while !rest.is_empty() {
            if let Some(member) = self.current.take() {
                // Always in whole steps, so that where a break is noticed does not depend on how the bytes came.
                if rest.len() < limits::UNPACK_STEP && !ended {
                    self.current = Some(member);
                    break;
                }
                rest = &rest[self.step(member, rest, sink)..];
                continue;
            }
            match find_header(rest, ended) {
                Found::Nothing(keep) => {
                    let (noise, kept) = rest.split_at(rest.len() - keep);
                    self.pass(noise);
                    rest = kept;
                    break;
                }
                Found::Noise(at) => {
                    self.pass(&rest[..at]);
                    rest = &rest[at..];
                }
                Found::Folder(at, length) => {
                    self.pass(&rest[..at]);
                    self.folders += 1;
                    self.described += DESCRIPTOR_BYTES;
                    rest = &rest[at + length..];
                }
                Found::Header(at) => {
                    self.pass(&rest[..at]);
                    rest = &rest[at..];
                    let place = self.position - rest.len() as u64;
                    let entry = entry(rest, if self.unlisted { unlisted(place) } else { self.members });
                    self.members += 1;
                    self.described += DESCRIPTOR_BYTES;
                    let start = entry.header_start;
                    let member = Member::open(entry, start, archive, sink);
                    // A member that is given up takes no bytes: the walk goes on behind its magic.
                    if member.is_complete() {
                        self.broken = true;
                        member.close(sink);
                        rest = &rest[LOCAL_HEADER_MAGIC.len()..];
                    } else {
                        (self.current, self.fresh) = (Some(member), true);
                    }
                }
            }
        }
        self.pending = rest.to_vec();
    }

    /// Gives a member one step; returns how many bytes are done with. Of a member that breaks, the step is searched for
    /// the next header.
    fn step(&mut self, mut member: Member, rest: &[u8], sink: &mut dyn Sink) -> usize {
        let fresh = std::mem::take(&mut self.fresh);
        let used = member.push(&rest[..rest.len().min(limits::UNPACK_STEP)], sink);
        if !member.is_complete() {
            self.current = Some(member);
            return used;
        }
        let used = match (member.is_broken(), fresh) {
            (true, true) if self.breaks < MOST_BREAKS => LOCAL_HEADER_MAGIC.len(),
            (true, false) => 0,
            (_, _) => used,
        };
        self.breaks += u64::from(member.is_broken());
        self.broken |= member.is_broken();
        member.close(sink);
        used
    }

    /// The bytes have ended.
    pub fn finish(&mut self, archive: &Place, sink: &mut dyn Sink) {
        self.advance(true, archive, sink);
        let rest = std::mem::take(&mut self.pending);
        self.pass(&rest);
        if let Some(member) = self.current.take() {
            self.broken = true;
            member.cut(sink);
        }
    }
}

enum Found {
    /// A whole header begins here, with its name and extra field.
    Header(usize),
    /// That of a folder begins here and is so long.
    Folder(usize, usize),
    /// What looks like a header is none; the search goes on here.
    Noise(usize),
    /// No header; so many bytes at the end may be the beginning of one.
    Nothing(usize),
}

/// `ended`: no more bytes follow, so what is no whole header is none.
fn find_header(bytes: &[u8], ended: bool) -> Found {
    let Some(at) = memmem::find(bytes, LOCAL_HEADER_MAGIC) else {
        return Found::Nothing(bytes.len().min(LOCAL_HEADER_MAGIC.len() - 1));
    };
    let header = &bytes[at..];
    let part = if ended { Found::Noise(at + LOCAL_HEADER_MAGIC.len()) } else { Found::Nothing(header.len()) };
    if header.len() < LOCAL_HEADER_BYTES {
        return part;
    }
    let name = usize::from(u16_at(header, 26));
    if !(1..=NAME_BYTES).contains(&name) {
        return Found::Noise(at + LOCAL_HEADER_MAGIC.len());
    }
    let extra = usize::from(u16_at(header, 28));
    let Some(names) = header.get(LOCAL_HEADER_BYTES..LOCAL_HEADER_BYTES + name + extra) else { return part };
    // What stands before another member may be made to look as if that were its name.
    if memmem::find(names, LOCAL_HEADER_MAGIC).is_some() {
        return Found::Noise(at + LOCAL_HEADER_MAGIC.len());
    }
    let length = LOCAL_HEADER_BYTES + name + extra;
    // Nothing takes two bytes when it is deflated.
    if !is_folder(&names[..name]) || u32_at(header, 22) != 0 || u32_at(header, 18) > 2 {
        return Found::Header(at);
    }
    match begins_nothing(&header[length..]) {
        _ if u16_at(header, 6) & SIZES_FOLLOW == 0 => Found::Folder(at, length),
        None if !ended => Found::Nothing(header.len()),
        Some(false) => Found::Header(at),
        _ => Found::Folder(at, length),
    }
}

/// Whether this is what may stand behind the header of a folder whose size follows: nothing, deflated or not, and what
/// describes it, or the next header. None: that can't be told of so few bytes.
fn begins_nothing(behind: &[u8]) -> Option<bool> {
    let start = behind.first_chunk::<4>()?;
    Some(matches!(start, [3, 0, ..] | [b'P', b'K', ..] | [0, 0, 0, 0]))
}

/// Old tools write backslashes.
fn is_folder(name: &[u8]) -> bool {
    name.ends_with(b"/") || name.ends_with(b"\\")
}

/// What a local header says; it is whole, with its name.
fn entry(header: &[u8], index: u64) -> Entry {
    let flags = u16_at(header, 6);
    let known = flags & SIZES_FOLLOW == 0;
    let is_sized = known && u32_at(header, 18) != IN_EXTRA;
    let name = &header[LOCAL_HEADER_BYTES..LOCAL_HEADER_BYTES + usize::from(u16_at(header, 26))];
    Entry {
        index,
        name: String::from_utf8_lossy(name).into_owned(),
        header_start: 0,
        // Deflated data ends by itself, whatever is said of its size.
        compressed: (is_sized && u16_at(header, 8) != 8).then(|| u32_at(header, 18).into()),
        method: match u16_at(header, 8) {
            0 => Method::Stored,
            8 => Method::Deflate,
            // Its decoder may take a few bytes behind its end, and these may be the next header.
            9 if is_sized => Method::Deflate64,
            other => Method::Other(format!("method {other}")),
        },
        encrypted: flags & ENCRYPTED != 0,
        crc: known.then(|| u32_at(header, 14)),
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}
