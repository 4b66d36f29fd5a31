//! 7z archives (7zFormat.txt of 7-Zip's source): folders that are stored, or LZMA2 that packs nothing.

/// A file, or a directory: its name ends in `/`.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// Its name, with `/` between its parts.
    pub name: &'a str,
    /// What it holds.
    pub content: &'a [u8],
}

impl<'a> Member<'a> {
    /// A file.
    pub fn new(name: &'a str, content: &'a [u8]) -> Member<'a> {
        Member { name, content }
    }

    fn is_directory(&self) -> bool {
        self.name.ends_with('/')
    }
}

/// How folders are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Not at all.
    Copy,
    /// As LZMA2 of uncompressed chunks.
    Lzma2,
}

/// An archive with these folders; what has no content belongs to none.
pub fn archive(folders: &[&[Member<'_>]], method: Method) -> Vec<u8> {
    let packed: Vec<_> = folders.iter().map(|members| pack(members, method)).collect();
    sealed(&packed.concat(), &directory(folders, &packed, method))
}

/// An archive of these packed bytes and this directory, with all checksums as they should be.
pub fn sealed(packed: &[u8], directory: &[u8]) -> Vec<u8> {
    let mut place = Vec::new();
    place.extend((packed.len() as u64).to_le_bytes());
    place.extend((directory.len() as u64).to_le_bytes());
    place.extend(crc32fast::hash(directory).to_le_bytes());
    let checksum = crc32fast::hash(&place).to_le_bytes();
    [b"7z\xbc\xaf\x27\x1c\0\x04", &checksum[..], &place, packed, directory].concat()
}

/// The files of a folder one behind another, as one stream.
pub fn pack(members: &[Member<'_>], method: Method) -> Vec<u8> {
    let content = members.iter().map(|member| member.content).collect::<Vec<_>>().concat();
    if method == Method::Copy {
        return content;
    }
    let mut bytes = Vec::new();
    for (index, chunk) in content.chunks(1 << 16).enumerate() {
        // The first one resets the dictionary (5.3.1 of the .xz format).
        bytes.push(if index == 0 { 1 } else { 2 });
        bytes.extend((chunk.len() as u16).wrapping_sub(1).to_be_bytes());
        bytes.extend_from_slice(chunk);
    }
    bytes.push(0);
    bytes
}

/// The directory, as it is.
pub fn directory(folders: &[&[Member<'_>]], packed: &[Vec<u8>], method: Method) -> Vec<u8> {
    let mut out = vec![0x01, 0x04];
    let count = folders.len() as u64;
    out.extend([&[0x06, 0][..], &number(count), &[0x09]].concat());
    out.extend(packed.iter().flat_map(|bytes| number(bytes.len() as u64)));
    out.extend([&[0, 0x07, 0x0b][..], &number(count), &[0]].concat());
    for _ in folders {
        out.extend_from_slice(match method {
            Method::Copy => &[1, 0x01, 0x00],
            Method::Lzma2 => &[1, 0x21, 0x21, 1, 16],
        });
    }
    out.push(0x0c);
    let sizes = |members: &[Member<'_>]| -> Vec<u64> {
        members.iter().map(|member| member.content.len() as u64).filter(|size| *size > 0).collect()
    };
    out.extend(folders.iter().flat_map(|members| number(sizes(members).iter().sum())));
    out.extend([0, 0x08, 0x0d]);
    out.extend(folders.iter().flat_map(|members| number(sizes(members).len() as u64)));
    out.push(0x09);
    for members in folders {
        // That of the last one follows from the whole.
        let sizes = sizes(members);
        out.extend(sizes.iter().take(sizes.len().saturating_sub(1)).flat_map(|size| number(*size)));
    }
    out.extend([0x0a, 1]);
    let all: Vec<_> = folders.concat();
    for member in all.iter().filter(|member| !member.content.is_empty()) {
        out.extend(crc32fast::hash(member.content).to_le_bytes());
    }
    out.extend([0, 0]);
    out.extend(files(&all));
    out.push(0);
    out
}

fn files(all: &[Member<'_>]) -> Vec<u8> {
    let mut out = vec![0x05];
    out.extend(number(all.len() as u64));
    let empty: Vec<_> = all.iter().map(|member| member.content.is_empty()).collect();
    if empty.contains(&true) {
        out.extend(property(0x0e, &bits(&empty)));
        let files: Vec<_> = all
            .iter()
            .filter(|member| member.content.is_empty())
            .map(|member| !member.is_directory())
            .collect();
        out.extend(property(0x0f, &bits(&files)));
    }
    let mut names = vec![0];
    for member in all {
        let name = member.name.trim_end_matches('/');
        names.extend(name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
    }
    out.extend(property(0x11, &names));
    out.push(0);
    out
}

fn property(kind: u8, bytes: &[u8]) -> Vec<u8> {
    [&[kind][..], &number(bytes.len() as u64), bytes].concat()
}

/// The highest bit comes first.
fn bits(all: &[bool]) -> Vec<u8> {
    let byte =
        |eight: &[bool]| (0..8).zip(eight).map(|(at, is_set)| if *is_set { 0x80_u8 >> at } else { 0 }).sum();
    all.chunks(8).map(byte).collect()
}

/// A number: so many of the highest bits are set as bytes follow, of which the lowest comes first.
pub fn number(value: u64) -> Vec<u8> {
    let more = (0..8).find(|more| value < 1 << (7 * (more + 1))).unwrap_or(8);
    let first = if more == 8 { 0xff } else { !(0xff_u8 >> more) | (value >> (8 * more)) as u8 };
    [&[first][..], &value.to_le_bytes()[..more]].concat()
}
