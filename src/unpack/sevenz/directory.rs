//! The directory of a 7z archive, fetched and read.
//!
//! It stands behind the packed data, in most archives packed itself; the first 32 bytes say where. The crate `sevenz-rust2`
//! reads it, from the parts of the file that were fetched, again and again until it found all that it asked for.

use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;

use sevenz_rust2::{Archive, Block, Error, Password};

use super::lock::rounds_of;
use super::method::Method;
use crate::limits;
use crate::passwords::Passwords;
use crate::problem::Code;
use crate::unpack::blocks::Reader;
use crate::unpack::directory::Listing;
use crate::unpack::trial::SPENT;

/// The signature, the version, a checksum, and where the directory is (7zFormat.txt, "SignatureHeader").
pub const HEAD_BYTES: u64 = 32;

/// What a directory lists.
#[derive(Default)]
pub struct List {
    /// What is packed, in the order of its place.
    pub folders: Vec<Folder>,
    /// Files without content.
    pub empty: Vec<Entry>,
    /// Packed bytes that are of no file.
    pub unlisted: Vec<Range<u64>>,
    /// How many files and directories it lists in all.
    pub files: u64,
    /// Where the archive ends.
    pub end: u64,
}

/// Files that are packed one behind another, as one stream. The format calls that a folder.
pub struct Folder {
    /// Where its packed bytes begin.
    pub start: u64,
    /// How many there are.
    pub packed: u64,
    /// How they are packed.
    pub method: Method,
    pub entries: Vec<Entry>,
}

/// A file.
pub struct Entry {
    pub index: u64,
    pub name: String,
    /// Its unpacked bytes.
    pub size: u64,
    pub crc: Option<u32>,
}

impl Listing for List {
    type Refusal = Refusal;

    const HELD_BYTES: u64 = 2 * limits::SEVENZ_DIRECTORY_BYTES as u64;

    fn first(size: u64) -> (u64, u64) {
        (0, size.min(HEAD_BYTES))
    }

    fn read(reader: Reader, size: u64, passwords: &Passwords) -> Result<List, Refusal> {
        list(reader, size, passwords)
    }

    fn too_large() -> Refusal {
        too_large()
    }

    fn files(&self) -> u64 {
        self.files
    }

    /// It is plain when its folders take all that is packed and nothing beyond the end.
    fn packed(&self, size: u64) -> Option<impl Iterator<Item = (u64, u64)>> {
        let ends = self.folders.last()?.start.saturating_add(self.folders.last()?.packed);
        let packed = |folder: &Folder| (folder.start, folder.packed);
        (self.unlisted.is_empty() && ends <= size).then(|| self.folders.iter().map(packed))
    }
}

/// Why a directory can't be read.
pub struct Refusal {
    pub code: Code,
    /// A sentence.
    pub message: String,
    /// Up to where what is packed may be unpacked without it.
    pub walk: Option<u64>,
}

impl Refusal {
    fn new(code: Code, message: String) -> Refusal {
        Refusal { code, message, walk: Some(u64::MAX) }
    }

    /// One of an archive of which nothing can be unpacked.
    fn of_all(code: Code, message: String) -> Refusal {
        Refusal { walk: None, ..Refusal::new(code, message) }
    }
}

fn list(mut reader: Reader, size: u64, passwords: &Passwords) -> Result<List, Refusal> {
    let Range { start, end } = place(&mut reader, size)?;
    if start == end {
        // An archive of nothing has no directory.
        return Ok(List { end, unlisted: between(&[], HEAD_BYTES..start), ..List::default() });
    }
    let head = start..end;
    let start = packed_end(&mut reader, start);
    let archive = archive(&mut reader, head, passwords).map_err(|error| {
        let refusal = refusal(error, passwords);
        Refusal { walk: refusal.walk.map(|_| start), ..refusal }
    })?;
    let mut list = List { end, files: archive.files.len() as u64, ..List::default() };
    if archive.files.len().max(archive.blocks.len()) > limits::SEVENZ_FILES {
        return Err(Refusal { walk: Some(start), ..too_large() });
    }
    for (index, block) in archive.blocks.iter().enumerate() {
        list.folders.push(folder(&archive, index, block));
    }
    for (index, file) in archive.files.into_iter().enumerate() {
        // Of a folder or of what an update deletes there is nothing to be read.
        if file.is_directory || file.is_anti_item {
            continue;
        }
        let crc = file.has_crc.then_some(file.crc as u32);
        let entry = Entry { index: index as u64, name: file.name, size: file.size, crc };
        // A file without content may stand among those of a folder.
        let folder = archive.stream_map.file_block_index.get(index).copied().flatten();
        match folder.filter(|_| file.has_stream).and_then(|folder| list.folders.get_mut(folder)) {
            Some(folder) => folder.entries.push(entry),
            None => list.empty.push(entry),
        }
    }
    list.folders.retain(|folder| !folder.entries.is_empty());
    list.unlisted = between(&list.folders, HEAD_BYTES..start);
    Ok(list)
}

/// The directory, as the library reads it: with the first password that opens it, if one is needed. `head`: where it stands.
fn archive(reader: &mut Reader, head: Range<u64>, passwords: &Passwords) -> Result<Archive, Error> {
    let limit = limits::SEVENZ_DIRECTORY_BYTES / 1024;
    let read =
        |reader: &mut Reader, password: &Password| Archive::read_with_memory_limit(reader, password, limit);
    let result = read(reader, &Password::empty());
    if !matches!(result, Err(Error::PasswordRequired)) {
        return result;
    }
    // The methods of a packed directory are named in its first bytes.
    let mut first = vec![0; (head.end - head.start).min(HEAD_READ_BYTES) as usize];
    let read_first = reader.seek(SeekFrom::Start(head.start)).and_then(|_| reader.read_exact(&mut first));
    let rounds = read_first.map_or(0, |()| rounds_of(&first));
    for (number, password) in passwords.texts() {
        if !passwords.spend(rounds) {
            break;
        }
        match read(reader, &Password::from(password)) {
            // What a wrong one makes of it is of no interest.
            Err(error) if !is_waiting(&error) => {}
            result => {
                passwords.prefer(number);
                return result;
            }
        }
    }
    Err(Error::PasswordRequired)
}

/// More of the file is to be fetched.
fn is_waiting(error: &Error) -> bool {
    match error {
        Error::Io(error, _) | Error::MaybeBadPassword(error) => error.kind() == ErrorKind::WouldBlock,
        _ => false,
    }
}

/// What no folder with files takes of the packed bytes. Folders follow one another.
fn between(folders: &[Folder], all: Range<u64>) -> Vec<Range<u64>> {
    let mut unlisted = Vec::new();
    let mut at = all.start;
    for folder in folders {
        unlisted.push(at..folder.start.min(all.end));
        at = folder.start.saturating_add(folder.packed);
    }
    unlisted.push(at..all.end);
    unlisted.retain(|range| !range.is_empty());
    unlisted
}

/// Where the packed bytes of files end: those of the directory, if it is packed, stand before it ("PackedStreams for Header").
/// `start`: where it begins.
fn packed_end(reader: &mut Reader, start: u64) -> u64 {
    let mut head = [0; 11];
    let read = reader.seek(SeekFrom::Start(start)).and_then(|_| reader.read(&mut head)).unwrap_or_default();
    let place = match &head[..read] {
        [0x17, 0x06, rest @ ..] => number(rest),
        _ => None,
    };
    place.map_or(start, |place| HEAD_BYTES.saturating_add(place).min(start))
}

/// A number: so many of the highest bits of the first byte are set as bytes follow, of which the lowest comes first.
fn number(bytes: &[u8]) -> Option<u64> {
    let (first, rest) = bytes.split_first()?;
    let more = first.leading_ones() as usize;
    let low = rest.get(..more)?.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    let high = u64::from(*first) & (0x7f_u64 >> more);
    Some(if more == 8 { low } else { high << (8 * more) | low })
}

/// Where the directory begins and ends, by the archive's first bytes. Nothing follows it.
fn place(reader: &mut Reader, size: u64) -> Result<Range<u64>, Refusal> {
    let head = reader.bytes_at::<{ HEAD_BYTES as usize }>(0);
    let ended = |_| Refusal::of_all(Code::Truncated, format!("The 7z archive ends after {size} bytes."));
    let head = head.map_err(ended)?;
    // A program that breaks off leaves them so. `Archive::read` would look for the directory byte by byte.
    if head[8..].iter().all(|byte| *byte == 0) {
        let message = format!("The 7z archive was not written to its end and has no directory; {AS_FAR}.");
        return Err(Refusal::new(Code::Truncated, message));
    }
    if crc32fast::hash(&head[12..]).to_le_bytes() != head[8..12] {
        let message = format!(
            "The first bytes of the 7z archive are damaged, which say where its directory is; {AS_FAR}."
        );
        return Err(Refusal::new(Code::DamagedArchive, message));
    }
    let number = |at: usize| u64::from_le_bytes(head[at..at + 8].try_into().unwrap_or_default());
    let start = HEAD_BYTES.saturating_add(number(12));
    let end = start.saturating_add(number(20));
    if end > size {
        let missing = end - size;
        let message = format!(
            "The 7z archive lacks its last {missing} byte(s), and its directory stands there: it is cut, or the first of \
             several volumes (.7z.001, .7z.002, …), which are to be given together; {AS_FAR}."
        );
        return Err(Refusal { walk: Some(start), ..Refusal::new(Code::Truncated, message) });
    }
    Ok(start..end)
}

/// The folder of this index, without its files.
fn folder(archive: &Archive, index: usize, block: &Block) -> Folder {
    let firsts = archive.stream_map.block_first_pack_stream_index();
    let first = firsts.get(index).copied().unwrap_or_default();
    // All that are left are the last one's.
    let next = firsts.get(index + 1).copied().unwrap_or(archive.pack_sizes().len());
    let streams = next.saturating_sub(first);
    let sizes = archive.pack_sizes().get(first..first.saturating_add(streams)).unwrap_or_default();
    let offset = archive.stream_map.pack_stream_offsets().get(first).copied().unwrap_or_default();
    Folder {
        start: HEAD_BYTES.saturating_add(archive.pack_pos()).saturating_add(offset),
        packed: sizes.iter().fold(0, |sum: u64, size| sum.saturating_add(*size)),
        method: Method::of(block, streams),
        entries: Vec::new(),
    }
}

/// So much of a packed directory's head is looked at.
const HEAD_READ_BYTES: u64 = 4096;

/// What is done without a directory.
const AS_FAR: &str = "what is packed was read without it, as far as can be";

fn too_large() -> Refusal {
    let most = limits::SEVENZ_DIRECTORY_BYTES >> 20;
    let message = format!(
        "The 7z archive's directory takes more than {most} MiB to be read, or lists more than a million files; {AS_FAR}."
    );
    Refusal::new(Code::OverLimit, message)
}

/// Why the directory can't be read.
fn refusal(error: Error, passwords: &Passwords) -> Refusal {
    let why = match error {
        Error::PasswordRequired if passwords.is_spent() => {
            return Refusal::of_all(Code::OverLimit, SPENT.to_owned());
        }
        Error::PasswordRequired => {
            let tried = match !passwords.is_empty() {
                true => "no password that was given opens it, or it is damaged",
                false => "so is all that is in it",
            };
            let message =
                format!("The 7z archive's directory is encrypted, and {tried}; nothing of it was read.");
            return Refusal::of_all(Code::EncryptedMember, message);
        }
        Error::UnsupportedCompressionMethod(method) => {
            let message = format!(
                "The 7z archive's directory is compressed as {method}, which is not opened here; {AS_FAR}."
            );
            return Refusal::new(Code::UnsupportedPacking, message);
        }
        Error::UnsupportedVersion { major, minor } => {
            let message = format!(
                "The 7z archive is of version {major}.{minor} of the format, which is not known here."
            );
            return Refusal::of_all(Code::UnsupportedPacking, message);
        }
        Error::MaxMemLimited { .. } => return too_large(),
        Error::ChecksumVerificationFailed | Error::NextHeaderCrcMismatch => {
            "its checksum does not fit".to_owned()
        }
        Error::Io(error, _) if error.kind() == ErrorKind::UnexpectedEof => "it ends too early".to_owned(),
        Error::Io(error, _) => error.to_string(),
        // Its checksum fits: it was written so.
        error => {
            let why = match error {
                Error::Other(why) => why.split([',', '.']).next().unwrap_or_default().to_owned(),
                _ => "it is not built as one".to_owned(),
            };
            let message = format!("The 7z archive's directory is not understood ({why}); {AS_FAR}.");
            return Refusal::new(Code::UnsupportedPacking, message);
        }
    };
    Refusal::new(Code::DamagedArchive, format!("The 7z archive's directory can't be read ({why}); {AS_FAR}."))
}
