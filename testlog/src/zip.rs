//! zip archives (PKWARE APPNOTE 6.3.9).

/// One member.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// Its name as it is written; Windows tools write backslashes too.
    pub name: &'a str,
    /// What it holds.
    pub content: &'a [u8],
    /// Deflated, or else stored.
    pub deflate: bool,
    /// Sizes and checksum stand behind the data, as in archives that were written as a stream.
    pub descriptor: bool,
    /// Says that it is encrypted. The content is not: nobody may look at it without a password.
    pub encrypted: bool,
}

impl<'a> Member<'a> {
    /// A deflated member.
    pub fn new(name: &'a str, content: &'a [u8]) -> Member<'a> {
        Member { name, content, deflate: true, descriptor: false, encrypted: false }
    }
}

/// What a header says of a member.
struct Entry {
    offset: u32,
    flags: u16,
    method: u16,
    checksum: u32,
    packed: u32,
    size: u32,
}

/// An archive of these members.
pub fn archive(members: &[Member<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let entries: Vec<_> = members.iter().map(|member| local(&mut bytes, member)).collect();
    let directory = bytes.len() as u32;
    for (member, entry) in members.iter().zip(&entries) {
        central(&mut bytes, member.name, entry);
    }
    let size = bytes.len() as u32 - directory;
    bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    let count = members.len() as u16;
    bytes.extend([count, count].map(u16::to_le_bytes).as_flattened());
    bytes.extend([size, directory].map(u32::to_le_bytes).as_flattened());
    bytes.extend_from_slice(&[0, 0]);
    bytes
}

/// APPNOTE 4.3.7 to 4.3.9: local header, data, data descriptor.
fn local(bytes: &mut Vec<u8>, member: &Member<'_>) -> Entry {
    let data = match member.deflate {
        true => crate::gzip::deflate(member.content),
        false => member.content.to_vec(),
    };
    let utf8 = if member.name.is_ascii() { 0 } else { 1 << 11 };
    let entry = Entry {
        offset: bytes.len() as u32,
        flags: u16::from(member.encrypted) | u16::from(member.descriptor) << 3 | utf8,
        method: if member.deflate { 8 } else { 0 },
        checksum: crc32fast::hash(member.content),
        packed: data.len() as u32,
        size: member.content.len() as u32,
    };
    bytes.extend_from_slice(b"PK\x03\x04");
    let known = if member.descriptor { 0 } else { 1 };
    push_common(bytes, member.name, &entry, known);
    bytes.extend_from_slice(member.name.as_bytes());
    bytes.extend_from_slice(&data);
    if member.descriptor {
        bytes.extend_from_slice(b"PK\x07\x08");
        let numbers = [entry.checksum, entry.packed, entry.size];
        bytes.extend(numbers.map(u32::to_le_bytes).as_flattened());
    }
    entry
}

/// APPNOTE 4.3.12.
fn central(bytes: &mut Vec<u8>, name: &str, entry: &Entry) {
    bytes.extend_from_slice(b"PK\x01\x02\x14\0");
    push_common(bytes, name, entry, 1);
    // Comment, disk, internal and external attributes: none.
    bytes.extend_from_slice(&[0; 10]);
    bytes.extend_from_slice(&entry.offset.to_le_bytes());
    bytes.extend_from_slice(name.as_bytes());
}

/// The part that both headers share: version 2.0, flags, method, a time, checksum, sizes, length of
/// the name, no extra field. `known`: 0 where checksum and sizes follow later.
fn push_common(bytes: &mut Vec<u8>, name: &str, entry: &Entry, known: u32) {
    let words = [20, entry.flags, entry.method, 0x4000, 0x5864];
    bytes.extend(words.map(u16::to_le_bytes).as_flattened());
    let numbers = [entry.checksum, entry.packed, entry.size].map(|number| number * known);
    bytes.extend(numbers.map(u32::to_le_bytes).as_flattened());
    bytes.extend([name.len() as u16, 0].map(u16::to_le_bytes).as_flattened());
}
