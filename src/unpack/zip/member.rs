//! One member of a zip: its local header, and its data through the decoder.

use flate2::Crc;

use super::cipher::{Cipher, Closed, Tried};
use crate::detect::Coding;
use crate::limits;
use crate::passwords::Passwords;
use crate::problem::Code;
use crate::source::{Sink, Trouble};
use crate::unpack::decoder::{Decoder, Progress};
use crate::unpack::trial;
use crate::unpack::{Place, Stream};

/// Fixed part of a local file header (APPNOTE 4.3.7).
pub const LOCAL_HEADER_BYTES: usize = 30;
/// Start of a local file header.
pub const LOCAL_HEADER_MAGIC: &[u8] = b"PK\x03\x04";

/// What is left of a step behind this many bytes.
fn left_of_step(bytes: u64) -> usize {
    limits::UNPACK_STEP - (bytes % limits::UNPACK_STEP as u64) as usize
}

/// What the directory, or a local header, says of a member.
pub struct Entry {
    pub index: u64,
    pub name: String,
    pub header_start: u64,
    /// Its compressed bytes; none when only the end of its stream tells.
    pub compressed: Option<u64>,
    pub method: Method,
    pub encrypted: bool,
    /// Its checksum, where it is known.
    pub crc: Option<u32>,
}

/// How a member is compressed.
pub enum Method {
    /// Not at all.
    Stored,
    /// Deflate.
    Deflate,
    /// Deflate64.
    Deflate64,
    /// As one stream of this kind.
    Stream(Coding),
    /// In a way that is not read here: its name.
    Other(String),
}

/// Flags of a local header: encrypted; sizes and checksum follow the data; encrypted in another way (APPNOTE 4.4.4).
pub const ENCRYPTED: u16 = 1;
pub const SIZES_FOLLOW: u16 = 8;
const STRONGLY_ENCRYPTED: u16 = 0x40;
/// Encrypted with AES: the extra field tells how, and how it is compressed.
const AES: u16 = 99;
const AES_FIELD: u16 = 0x9901;

impl Method {
    /// By its number (APPNOTE 4.4.5).
    fn of_number(number: u16) -> Method {
        match number {
            0 => Method::Stored,
            8 => Method::Deflate,
            9 => Method::Deflate64,
            12 => Method::Stream(Coding::Bzip2),
            93 => Method::Stream(Coding::Zstd),
            other => Method::Other(format!("method {other}")),
        }
    }

    /// What unpacks it; none for what is stored.
    ///
    /// # Errors
    /// It is not opened here: a sentence.
    fn decoder(&self) -> Result<Option<Decoder>, String> {
        Ok(Some(match self {
            Method::Stored => return Ok(None),
            Method::Deflate => Decoder::deflate(),
            Method::Deflate64 => Decoder::deflate64(),
            Method::Stream(coding) => Decoder::of(*coding),
            Method::Other(method) => {
                return Err(format!("It is compressed as {method}, which is not opened here."));
            }
        }))
    }
}

const SIZE_UNKNOWN: &str = "Its size is in the directory alone, which can't be read; it was not read.";

/// The extra field that tells of AES: version, `AE`, strength, and how the data is compressed.
fn aes_field(mut extra: &[u8]) -> Option<[u8; 7]> {
    loop {
        let ([a, b, c, d], rest) = extra.split_first_chunk::<4>()?;
        let field = rest.get(..usize::from(u16::from_le_bytes([*c, *d])))?;
        if u16::from_le_bytes([*a, *b]) == AES_FIELD {
            return field.first_chunk::<7>().copied().filter(|field| field[2..4] == *b"AE");
        }
        extra = &rest[field.len()..];
    }
}

/// The member being read.
pub struct Member {
    entry: Entry,
    header: Vec<u8>,
    /// Bytes of name and extra field before the data, how many of them are still to be passed over, and those of what is
    /// encrypted.
    names: u64,
    skip: u64,
    extra: Vec<u8>,
    /// Bytes of data still to come, and those that were taken.
    left: u64,
    taken: u64,
    content: Stream,
    crc: Crc,
    passwords: Passwords,
    /// What opens it, once its headers told how it is encrypted.
    cipher: Option<Cipher>,
    /// None for stored data.
    decoder: Option<Decoder>,
    /// Bytes behind the end of the stream that are its data as well.
    behind: u64,
    /// The decoder has come to the end of its stream.
    ended: bool,
    failed: bool,
    /// It is not where the directory says.
    misplaced: bool,
}

impl Member {
    /// Opens a member; `sink` stands in it until it is closed. `reach`: where those before it end.
    pub fn open(entry: Entry, reach: u64, archive: &Place, sink: &mut dyn Sink) -> Member {
        let content = Stream::open(archive, entry.index, &entry.name, sink);
        let mut member = Member {
            header: Vec::new(),
            names: 0,
            skip: 0,
            extra: Vec::new(),
            left: entry.compressed.unwrap_or(u64::MAX),
            taken: 0,
            content,
            crc: Crc::new(),
            passwords: archive.passwords.clone(),
            cipher: None,
            decoder: None,
            behind: 0,
            ended: false,
            failed: false,
            misplaced: entry.header_start < reach,
            entry,
        };
        let entry = &member.entry;
        if member.misplaced {
            member.fail(Code::DamagedArchive, "It overlaps with another member; it was not read.", sink);
        } else if entry.encrypted && member.passwords.is_empty() {
            member.fail(Code::EncryptedMember, "It is encrypted; it was not read.", sink);
        } else if matches!(entry.method, Method::Stored) && entry.compressed.is_none() {
            member.fail(Code::DamagedArchive, SIZE_UNKNOWN, sink);
        } else if !entry.encrypted {
            member.set_decoder(sink);
        }
        member
    }

    fn set_decoder(&mut self, sink: &mut dyn Sink) {
        match self.entry.method.decoder() {
            Ok(decoder) => self.decoder = decoder,
            Err(message) => self.fail(Code::UnsupportedPacking, &message, sink),
        }
    }

    /// All before the data of an encrypted member is there, and tells how it is to be opened.
    fn unlock(&mut self, sink: &mut dyn Sink) {
        let u16_at = |at: usize| u16::from_le_bytes([self.header[at], self.header[at + 1]]);
        let flags = u16_at(6);
        if flags & STRONGLY_ENCRYPTED != 0 {
            let message = "It is encrypted in a way that is not opened here; it was not read.";
            return self.fail(Code::UnsupportedPacking, message, sink);
        }
        if u16_at(8) != AES {
            // The checksum was not known yet where it follows the data; most programs then write the time.
            let check = self.entry.crc.map_or(self.header[11], |crc| (crc >> 24) as u8);
            let checks = [check, if flags & SIZES_FOLLOW == 0 { check } else { self.header[11] }];
            self.cipher = Cipher::traditional(&self.passwords, checks, self.entry.compressed);
            if self.cipher.is_none() {
                let message = "It has fewer bytes than its encryption takes; it was not read.";
                return self.fail(Code::DamagedArchive, message, sink);
            }
            return self.set_decoder(sink);
        }
        let names = usize::from(u16_at(26));
        let field = aes_field(self.extra.get(names..).unwrap_or_default());
        let packed = self.entry.compressed;
        let opened = field.and_then(|field| Some((Cipher::aes(&self.passwords, field[4], packed)?, field)));
        let Some((cipher, [version, _, _, _, _, low, high])) = opened else {
            let message = "What tells how it is encrypted is damaged; it was not read.";
            return self.fail(Code::DamagedArchive, message, sink);
        };
        self.cipher = Some(cipher);
        self.entry.method = Method::of_number(u16::from_le_bytes([low, high]));
        if matches!(self.entry.method, Method::Stored) && packed.is_none() {
            return self.fail(Code::DamagedArchive, SIZE_UNKNOWN, sink);
        }
        // Its code stands for its checksum, which would tell of the content.
        if version == 2 {
            self.entry.crc = None;
        }
        self.set_decoder(sink);
    }

    fn fail(&mut self, code: Code, message: &str, sink: &mut dyn Sink) {
        self.failed = true;
        sink.trouble(Trouble::note(code, None, message));
    }

    /// Takes bytes; returns how many.
    pub fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> usize {
        if self.failed {
            // The next member's own offset says where to go on.
            self.left = 0;
            return 0;
        }
        let mut used = 0;
        if self.header.len() < LOCAL_HEADER_BYTES {
            used = (LOCAL_HEADER_BYTES - self.header.len()).min(bytes.len());
            self.header.extend_from_slice(&bytes[..used]);
            if self.header.len() < LOCAL_HEADER_BYTES {
                return used;
            }
            let length = |at: usize| u64::from(u16::from_le_bytes([self.header[at], self.header[at + 1]]));
            self.names = length(26) + length(28);
            self.skip = self.names;
            if !self.header.starts_with(LOCAL_HEADER_MAGIC) {
                self.misplaced = true;
                self.fail(Code::DamagedArchive, "Its local header is damaged; it was not read.", sink);
                return used;
            }
            if let Some(more) = self.more_by_its_header() {
                let message = format!(
                    "By its own header it has {more} byte(s) more than the directory says; they were not read."
                );
                sink.trouble(Trouble::note(Code::DamagedArchive, None, message));
            }
        }
        let skipped = self.skip.min((bytes.len() - used) as u64);
        self.skip -= skipped;
        if self.entry.encrypted && self.cipher.is_none() {
            self.extra.extend_from_slice(&bytes[used..used + skipped as usize]);
            if self.skip == 0 {
                self.unlock(sink);
                if self.failed {
                    return used + skipped as usize;
                }
            }
        }
        used += skipped as usize;
        let data = self.left.min((bytes.len() - used) as u64) as usize;
        self.left -= data as u64;
        let before = self.taken;
        let mut rest = &bytes[used..used + data];
        while !rest.is_empty() && !self.failed && (!self.ended || self.is_bounded()) {
            // Steps are counted from where the data begins, so that a break is noticed in the same one however it came.
            let (piece, next) = rest.split_at(left_of_step(self.taken).min(rest.len()));
            self.taken += self.data(piece, sink) as u64;
            rest = next;
        }
        // Without a known size the member ends where its stream does.
        used + if self.entry.compressed.is_some() { data } else { (self.taken - before) as usize }
    }

    /// How many more bytes its own header states than the directory does (APPNOTE 4.3.7). A header that was written before the
    /// data states none, and one of more than four gigabytes states them elsewhere.
    fn more_by_its_header(&self) -> Option<u64> {
        let has_sizes = self.header[6] & 8 == 0;
        let stated = u32::from_le_bytes(self.header[18..22].try_into().ok()?);
        let more = u64::from(stated).checked_sub(self.entry.compressed?)?;
        (more > 0 && has_sizes && stated != u32::MAX).then_some(more)
    }

    /// It is encrypted, and how long it is is known: its stream may end in bytes that were held.
    fn is_bounded(&self) -> bool {
        self.cipher.is_some() && self.entry.compressed.is_some()
    }

    /// Where it ends, as far as it was read. One that breaks reaches to the end of the step.
    pub fn reach(&self) -> u64 {
        let most = self.entry.compressed.unwrap_or(u64::MAX);
        let step = if self.failed { left_of_step(self.taken) % limits::UNPACK_STEP } else { 0 };
        let data = self.taken.saturating_add(step as u64).min(most);
        let head = self.header.len() as u64 + self.names.saturating_sub(self.skip);
        // The directory may place a member anywhere.
        self.entry.header_start.saturating_add(head).saturating_add(data)
    }

    /// Where it ends by what is stated of it, and whether that is exact: only its own header tells how long that is. One that
    /// is not where it should be ends where it should begin, or where the others do that `reach` to.
    pub fn end(&self, reach: u64) -> (u64, bool) {
        if self.misplaced {
            return (self.entry.header_start.max(reach), false);
        }
        let exact = self.header.len() == LOCAL_HEADER_BYTES && self.header.starts_with(LOCAL_HEADER_MAGIC);
        let names = if exact { self.names } else { 0 };
        (self.least_end().saturating_add(names), exact)
    }

    /// Where it ends at the least, by what the directory says.
    pub fn least_end(&self) -> u64 {
        let data = self.entry.compressed.unwrap_or_default();
        self.entry.header_start.saturating_add(LOCAL_HEADER_BYTES as u64).saturating_add(data)
    }

    /// Decodes a piece of the data; returns how much of it belongs to the stream.
    fn data(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> usize {
        let mut opened = Vec::new();
        let data = match self.cipher.is_some() {
            true => match self.open_bytes(bytes, false, &mut opened, sink) {
                true => &opened,
                false => return bytes.len(),
            },
            false => bytes,
        };
        let used = self.unpack(data, sink);
        match self.is_bounded() {
            true => bytes.len(),
            // What stands before the data is the member's as well.
            false => bytes.len().saturating_sub(data.len()) + used,
        }
    }

    /// Opens encrypted bytes. False: they can't be opened, which is told of.
    fn open_bytes(&mut self, bytes: &[u8], ended: bool, opened: &mut Vec<u8>, sink: &mut dyn Sink) -> bool {
        let Member { cipher, entry, .. } = self;
        let tried = Tried { decoder: &|| entry.method.decoder().ok().flatten(), crc: entry.crc };
        let result = cipher.as_mut().map(|cipher| cipher.open(bytes, ended, &tried, opened));
        let (code, message) = match result {
            Some(Err(Closed::Spent)) => (Code::OverLimit, trial::SPENT),
            Some(Err(Closed::NoPassword)) => (
                Code::EncryptedMember,
                "It is encrypted, and no password that was given opens it, or it is damaged; it was not read.",
            ),
            Some(Ok(())) | None => return true,
        };
        self.fail(code, message, sink);
        false
    }

    /// Unpacks bytes; returns how many of them belong to the stream.
    fn unpack(&mut self, data: &[u8], sink: &mut dyn Sink) -> usize {
        if self.ended {
            self.behind += data.len() as u64;
            return data.len();
        }
        let is_bounded = self.is_bounded();
        let Member { decoder, content, crc, .. } = self;
        let mut take = |out: &[u8]| {
            crc.update(out);
            content.push(out, sink);
        };
        let Some(decoder) = decoder else {
            take(data);
            return data.len();
        };
        match decoder.push(data, take) {
            Ok(Progress::More) => data.len(),
            Ok(Progress::End(used)) => {
                self.ended = true;
                match is_bounded {
                    true => self.behind = (data.len() - used) as u64,
                    // What follows the stream inside the member is padding.
                    false => self.left = 0,
                }
                used
            }
            Err(failure) => {
                let (reason, doubt) = (failure.reason(), failure.doubt());
                let message =
                    format!("Its compressed data breaks ({reason}); what stands before was read{doubt}.");
                self.doubted(failure.code(), message, sink);
                self.failed = true;
                data.len()
            }
        }
    }

    /// Tells of a trouble that a wrong password may be the reason of.
    fn doubted(&self, code: Code, message: String, sink: &mut dyn Sink) {
        sink.trouble(match self.cipher.as_ref().is_some_and(|cipher| cipher.is_unsure) {
            true => Trouble::note(
                Code::EncryptedMember,
                None,
                format!("{message} Or its password is another one."),
            ),
            false => Trouble::note(code, None, message),
        });
    }

    /// No more bytes of it come: what was held of encrypted ones is opened.
    fn open_rest(&mut self, sink: &mut dyn Sink) {
        let mut opened = Vec::new();
        if !self.failed && self.cipher.is_some() && self.open_bytes(&[], true, &mut opened, sink) {
            self.unpack(&opened, sink);
        }
    }

    /// True when all its bytes were taken, or it is given up.
    pub fn is_complete(&self) -> bool {
        self.failed || (self.header.len() == LOCAL_HEADER_BYTES && self.skip == 0 && self.left == 0)
    }

    /// True when it could not be read to its end.
    pub fn is_broken(&self) -> bool {
        self.failed
    }

    /// Ends a member that is complete.
    pub fn close(mut self, sink: &mut dyn Sink) {
        self.open_rest(sink);
        let is_authentic = self.cipher.as_ref().and_then(Cipher::is_authentic);
        if !self.failed && is_authentic == Some(false) {
            let message = "Its authentication code does not match: the content is damaged, or was changed.";
            sink.trouble(Trouble::note(Code::DamagedArchive, None, message));
        }
        if !self.failed && self.entry.crc.is_some_and(|crc| crc != self.crc.sum()) {
            let message = "Its checksum does not match: the content is damaged or cut.";
            self.doubted(Code::DamagedArchive, message.to_owned(), sink);
        }
        if !self.failed && self.decoder.is_some() && !self.ended && self.taken > 0 {
            let message =
                "Its compressed data does not end where the zip says that it does; what is there was read.";
            sink.trouble(Trouble::note(Code::DamagedArchive, None, message));
        }
        let is_unsure = self.cipher.as_ref().is_some_and(|cipher| cipher.is_unsure);
        if !self.failed && is_unsure && is_authentic.is_none() && self.entry.crc.is_none() {
            sink.trouble(Trouble::note(Code::EncryptedMember, None, trial::UNSURE));
        }
        let behind = self.entry.compressed.unwrap_or_default().saturating_sub(self.taken) + self.behind;
        if !self.failed && self.ended && behind > 0 {
            let message = format!("{behind} byte(s) behind the end of its data were not read.");
            sink.trouble(Trouble::note(Code::StrayBytes, None, message));
        }
        // A member that was not opened is no log that was empty.
        if self.failed && self.content.bytes == 0 {
            sink.leave(0);
        } else {
            self.content.close(sink);
        }
    }

    /// Ends a member that would take what belongs to others.
    pub fn overrun(mut self, sink: &mut dyn Sink) {
        self.open_rest(sink);
        let message = "By its own header it reaches into what follows it, against the directory; what is there was read.";
        self.fail(Code::DamagedArchive, message, sink);
        self.close(sink);
    }

    /// Ends a member that the archive's end cuts.
    pub fn cut(mut self, sink: &mut dyn Sink) {
        self.open_rest(sink);
        self.fail(Code::Truncated, "The zip ends inside it; what is there was read.", sink);
        self.close(sink);
    }
}
