//! tar: 512-byte headers and contents one after another (ustar, pax and GNU names).

mod sparse;

use tar::{EntryType, GnuExtSparseHeader, Header};

use self::sparse::{Filling, Map, Refusal, Told};
use super::{Place, Stream};
use crate::detect::{Format, TAR_BLOCK as BLOCK, detect, has_tar_magic, tar_checksum_fits};
use crate::limits;
use crate::problem::Code;
use crate::source::{Sink, Trouble};

/// Where a header of GNU tar, and a block behind it, say that another block about holes follows: any byte but zero.
const GNU_MORE_AT: usize = 482;
/// See [`GNU_MORE_AT`].
const BLOCK_MORE_AT: usize = 504;

/// Unpacks a tar archive.
pub struct Tar {
    place: Place,
    /// The header at hand, as far as it is here.
    header: Vec<u8>,
    entry: Entry,
    /// Bytes of the entry, and of the padding after it, that are still to come.
    content: u64,
    padding: u64,
    /// Name and size of the next entry, from pax and GNU records.
    long_name: Option<String>,
    long_size: Option<u64>,
    /// What pax records tell of the next entry's holes.
    holes: Option<Told>,
    /// Bytes of holes that were filled.
    filled: u64,
    members: u64,
    offset: u64,
    /// Blocks that should be headers and are none were reported.
    broken: bool,
    /// Empty blocks behind the last entry, and where the first one begins: two end an archive.
    empty: u64,
    empty_start: u64,
    /// Name and size of a link, whose content may follow.
    link: Option<(String, u64)>,
}

enum Entry {
    Header,
    File(Box<Member>),
    /// Blocks behind the header of a file of this name tell more of its holes. None: one of them can't be read.
    Holes(String, Option<Map>),
    Pax(Vec<u8>),
    LongName(Vec<u8>),
    Skipped,
}

/// A file of the archive.
struct Member {
    content: Stream,
    /// It is stored without its holes.
    filling: Option<Filling>,
}

impl Member {
    fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
        let Member { content, filling } = self;
        let Some(filling) = filling else { return content.push(bytes, sink) };
        let filled = filling.push(bytes, &mut |bytes| content.push(bytes, sink));
        filled.unwrap_or_else(|refusal| refused(refusal, sink));
    }

    /// Returns how many bytes of holes were filled in it.
    fn close(self, sink: &mut dyn Sink) -> u64 {
        let Member { mut content, mut filling } = self;
        if let Some(filling) = &mut filling {
            let ended = filling.finish(&mut |bytes| content.push(bytes, sink));
            ended.unwrap_or_else(|refusal| refused(refusal, sink));
        }
        content.close(sink);
        filling.map_or(0, |filling| filling.filled())
    }
}

/// Says why a member is read without its holes.
fn refused(refusal: Refusal, sink: &mut dyn Sink) {
    let (code, why) = match refusal {
        Refusal::Misfit => (Code::DamagedArchive, "What is said of them is damaged or does not fit it"),
        Refusal::TooMany => (Code::OverLimit, "There are more of them than are kept"),
        Refusal::TooLarge => (Code::OverLimit, "They would take more than is filled in"),
    };
    let message = format!(
        "It is a sparse file, stored without its runs of zeros. {why}, so not all of them were filled in, and places in it \
         may not be those of the file."
    );
    sink.trouble(Trouble::note(code, 0, message));
}

impl Tar {
    /// Unpacks the archive at this place.
    pub fn new(place: Place) -> Tar {
        Tar {
            place,
            header: Vec::with_capacity(BLOCK),
            entry: Entry::Header,
            content: 0,
            padding: 0,
            long_name: None,
            long_size: None,
            holes: None,
            filled: 0,
            members: 0,
            offset: 0,
            broken: false,
            empty: 0,
            empty_start: 0,
            link: None,
        }
    }

    /// Takes the next bytes.
    pub fn push(&mut self, mut bytes: &[u8], sink: &mut dyn Sink) {
        while !bytes.is_empty() {
            let room = match &self.entry {
                Entry::Header | Entry::Holes(..) => (BLOCK - self.header.len()) as u64,
                _ if self.content > 0 => self.content,
                _ => self.padding,
            };
            let (piece, rest) = bytes.split_at(usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len()));
            bytes = rest;
            self.offset += piece.len() as u64;
            match &mut self.entry {
                Entry::Header => {
                    self.header.extend_from_slice(piece);
                    if self.header.len() == BLOCK {
                        self.begin(sink);
                    }
                    continue;
                }
                Entry::Holes(..) => {
                    self.header.extend_from_slice(piece);
                    if self.header.len() == BLOCK {
                        self.more_holes(sink);
                    }
                    continue;
                }
                Entry::File(member) if self.content > 0 => member.push(piece, sink),
                Entry::Pax(text) | Entry::LongName(text) if self.content > 0 => text.extend_from_slice(piece),
                _ => {}
            }
            match self.content {
                0 => self.padding -= piece.len() as u64,
                _ => self.content -= piece.len() as u64,
            }
            if self.content + self.padding == 0 {
                self.end(sink);
            }
        }
    }

    /// A header is complete.
    fn begin(&mut self, sink: &mut dyn Sink) {
        let block = std::mem::take(&mut self.header);
        let link = self.link.take();
        if block.iter().all(|byte| *byte == 0) {
            if self.empty == 0 {
                self.empty_start = self.offset - BLOCK as u64;
            }
            self.empty += 1;
            return;
        }
        let header = Header::from_byte_slice(&block);
        let (true, Ok(size)) = (tar_checksum_fits(&block), header.entry_size()) else {
            self.no_header(&block, link, sink);
            return;
        };
        self.broken = false;
        self.tell_empty(sink);
        let size = self.content_size(header, size);
        if size > i64::MAX as u64 {
            let message =
                format!("A tar header states a size of {size} bytes; reading goes on at the next good one.");
            sink.trouble(Trouble::note(Code::DamagedArchive, self.offset - BLOCK as u64, message));
            self.forget();
            return;
        }
        self.content = size;
        self.padding = padding(size);
        self.entry = self.entry_of(header, size, sink);
        self.end_if_empty(sink);
    }

    /// Ends an entry without content.
    fn end_if_empty(&mut self, sink: &mut dyn Sink) {
        if self.content + self.padding == 0 && !matches!(self.entry, Entry::Holes(..)) {
            self.end(sink);
        }
    }

    /// What should be a header is none: the content of the link before it, or damaged.
    fn no_header(&mut self, block: &[u8], link: Option<(String, u64)>, sink: &mut dyn Sink) {
        // One damaged header is no content: that is of a form which is known.
        let is_content = !has_tar_magic(block) && detect(block) != Format::Binary;
        if let (Some((name, size)), true) = (link.filter(|(_, size)| *size <= i64::MAX as u64), is_content) {
            self.content_of_link(&name, size, block, sink);
            return;
        }
        if !self.broken {
            let message = "A tar header is damaged; reading goes on at the next good one.";
            sink.trouble(Trouble::note(Code::DamagedArchive, self.offset - BLOCK as u64, message));
        }
        self.broken = true;
        self.forget();
    }

    /// What was said of an entry that is none is not said of the next one.
    fn forget(&mut self) {
        (self.long_name, self.long_size, self.holes) = (None, None, None);
    }

    /// How many bytes of content follow this header, which states a size.
    fn content_size(&mut self, header: &Header, size: u64) -> u64 {
        match header.entry_type() {
            EntryType::XHeader
            | EntryType::GNULongName
            | EntryType::GNULongLink
            | EntryType::XGlobalHeader => size,
            EntryType::Link => {
                let size = self.long_size.take().unwrap_or(size);
                self.link = (size > 0).then(|| (self.name(header), size));
                0
            }
            // They have no content, whatever is said of its size (POSIX, pax, typeflag).
            EntryType::Symlink
            | EntryType::Char
            | EntryType::Block
            | EntryType::Directory
            | EntryType::Fifo => 0,
            _ => self.long_size.take().unwrap_or(size),
        }
    }

    /// What is done with the content of this size.
    fn entry_of(&mut self, header: &Header, size: u64, sink: &mut dyn Sink) -> Entry {
        let fits = size <= limits::TAR_EXTENSION_BYTES;
        match header.entry_type() {
            EntryType::XHeader if fits => Entry::Pax(Vec::new()),
            EntryType::GNULongName if fits => Entry::LongName(Vec::new()),
            EntryType::XHeader | EntryType::GNULongName => {
                let message = format!(
                    "A record of {size} bytes about a member is too long; its name, size or holes may be other ones."
                );
                sink.trouble(Trouble::note(Code::OverLimit, self.offset - BLOCK as u64, message));
                Entry::Skipped
            }
            EntryType::GNULongLink | EntryType::XGlobalHeader => Entry::Skipped,
            EntryType::GNUSparse => self.open_sparse(header, sink),
            EntryType::Regular | EntryType::Continuous => self.open(header, sink),
            // A type that nobody knows is a file (POSIX, pax, typeflag).
            _ if size > 0 => self.open(header, sink),
            _ => {
                self.forget();
                Entry::Skipped
            }
        }
    }

    /// Says that a member follows where the archive had ended: archives that were joined, or members that are gone.
    fn tell_empty(&mut self, sink: &mut dyn Sink) {
        let empty = std::mem::take(&mut self.empty);
        if empty > 0 {
            let message = format!(
                "{empty} empty block(s) of {BLOCK} bytes stand before another member: archives were joined here, or what \
                 stood there was overwritten with zeros."
            );
            sink.trouble(Trouble::note(Code::StrayBytes, self.empty_start, message));
        }
    }

    /// A hard link may come with its content (POSIX, pax, linkdata); most state a size and have none. `block`: what
    /// follows the link, which is no header.
    fn content_of_link(&mut self, name: &str, size: u64, block: &[u8], sink: &mut dyn Sink) {
        self.content = size;
        self.padding = padding(size);
        self.entry = self.open_named(name, None, sink);
        self.offset -= block.len() as u64;
        self.push(block, sink);
    }

    /// The name of the entry at hand.
    fn name(&mut self, header: &Header) -> String {
        let name = self.long_name.take();
        name.unwrap_or_else(|| String::from_utf8_lossy(&header.path_bytes()).into_owned())
    }

    fn open(&mut self, header: &Header, sink: &mut dyn Sink) -> Entry {
        let (name, told) = (self.name(header), self.holes.take());
        self.open_named(&name, told, sink)
    }

    /// Opens a file whose header tells of its holes.
    fn open_sparse(&mut self, header: &Header, sink: &mut dyn Sink) -> Entry {
        let name = self.name(header);
        // Its own header counts.
        self.holes = None;
        let map = header.as_gnu().and_then(Map::of_gnu);
        match header.as_gnu().is_some_and(|_| header.as_bytes()[GNU_MORE_AT] != 0) {
            true => Entry::Holes(name, map),
            false => self.open_named(&name, Some(Told::of(map)), sink),
        }
    }

    /// A block behind such a header is complete.
    fn more_holes(&mut self, sink: &mut dyn Sink) {
        let mut block = GnuExtSparseHeader::new();
        block.as_mut_bytes().copy_from_slice(&std::mem::take(&mut self.header));
        let Entry::Holes(name, map) = &mut self.entry else { return };
        // Of a list that is too long already nothing more is kept.
        let adds = map.as_mut().is_none_or(|map| map.is_too_long() || map.add_block(&block).is_some());
        if !adds {
            *map = None;
        }
        if block.as_bytes()[BLOCK_MORE_AT] == 0 {
            let (name, told) = (std::mem::take(name), Told::of(map.take()));
            self.entry = self.open_named(&name, Some(told), sink);
            self.end_if_empty(sink);
        }
    }

    fn open_named(&mut self, name: &str, told: Option<Told>, sink: &mut dyn Sink) -> Entry {
        let index = self.members;
        self.members += 1;
        let content = Stream::open(&self.place, index, name, sink);
        let room = limits::TAR_HOLES_PER_BYTE.saturating_mul(self.offset);
        let room = room.saturating_add(limits::TAR_HOLES_BYTES).saturating_sub(self.filled);
        let filling = told.and_then(|told| {
            let filling = Filling::new(told, self.content, room);
            filling.map_err(|refusal| refused(refusal, sink)).ok()
        });
        Entry::File(Box::new(Member { content, filling }))
    }

    /// An entry is complete.
    fn end(&mut self, sink: &mut dyn Sink) {
        match std::mem::replace(&mut self.entry, Entry::Header) {
            Entry::File(member) => self.filled = self.filled.saturating_add(member.close(sink)),
            Entry::Pax(text) => {
                let records = pax(&text);
                // The other name is that of the stored file.
                let name = last(&records, "GNU.sparse.name").or_else(|| last(&records, "path"));
                self.long_name = name.or(self.long_name.take());
                self.long_size = last(&records, "size").and_then(|size| size.parse().ok());
                self.holes = sparse::told(&records);
            }
            Entry::LongName(text) => {
                let name = String::from_utf8_lossy(&text);
                self.long_name = Some(name.trim_end_matches('\0').to_owned());
            }
            Entry::Header | Entry::Holes(..) | Entry::Skipped => {}
        }
    }

    /// The bytes have ended.
    pub fn finish(&mut self, sink: &mut dyn Sink) {
        let left = std::mem::take(&mut self.header);
        let cut = !matches!(self.entry, Entry::Header) || (self.empty == 0 && !left.is_empty());
        if cut {
            let message = "The tar archive ends in the middle of a member; what is there was read.";
            sink.trouble(Trouble::note(Code::Truncated, self.offset, message));
        } else if left.iter().any(|byte| *byte != 0) {
            let message =
                format!("{} byte(s) stand behind the tar archive's end; they were not read.", left.len());
            sink.trouble(Trouble::note(Code::StrayBytes, self.offset - left.len() as u64, message));
        }
        if let Entry::File(member) = std::mem::replace(&mut self.entry, Entry::Header) {
            member.close(sink);
        }
        if !cut && self.empty < 2 {
            let message = "The tar archive has no end (two empty blocks), so members may be missing behind the last one.";
            sink.trouble(Trouble::note(Code::NoEnd, self.offset, message));
        }
        if self.members == 0 && !self.broken {
            sink.trouble(Trouble::note(Code::EmptyInput, None, "The tar archive holds no file."));
        }
    }
}

/// Zeros that fill the last block of a content of this size.
fn padding(size: u64) -> u64 {
    (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64
}

/// Key and value of pax records: `length key=value\n`, one after another. A value may hold any byte, so only the length tells
/// where the next one begins.
fn pax(mut text: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut records = Vec::new();
    while let Some(blank) = memchr::memchr(b' ', text) {
        let length = str::from_utf8(&text[..blank]).ok().and_then(|digits| digits.parse::<usize>().ok());
        let Some(record) = length.and_then(|length| text.get(blank + 1..length)) else { break };
        text = &text[blank + 1 + record.len()..];
        if let Some(equals) = memchr::memchr(b'=', record) {
            let value = &record[equals + 1..];
            records.push((&record[..equals], value.strip_suffix(b"\n").unwrap_or(value)));
        }
    }
    records
}

/// What records say under this key: the last of several counts (POSIX, pax).
fn last(records: &[(&[u8], &[u8])], key: &str) -> Option<String> {
    let (_, value) = records.iter().rfind(|(name, _)| *name == key.as_bytes())?;
    Some(String::from_utf8_lossy(value).into_owned())
}
