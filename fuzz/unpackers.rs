//! What other unpackers give of an archive: the `zip`, `tar` and `sevenz-rust2` crates by their own loops, and flate2's
//! decoder of many streams.

use std::io::{Cursor, Read};

use flate2::Crc;
use flate2::read::{DeflateDecoder, MultiGzDecoder};

/// A member gives no more than these bytes, and an archive no more members than these: a fuzzer finds bombs.
const MEMBER_BYTES: u64 = 4 << 20;
const MEMBERS: usize = 100;

/// The members of a zip that its directory lists, whose checksum fits.
pub fn of_zip(bytes: &[u8]) -> Vec<Vec<u8>> {
    let Ok(mut archive) = ::zip::ZipArchive::new(Cursor::new(bytes)) else { return Vec::new() };
    let count = archive.len().min(MEMBERS);
    let member = |index: usize| {
        let mut member = archive.by_index_raw(index).ok()?;
        let (mut packed, mut content) = (Vec::new(), Vec::new());
        member.read_to_end(&mut packed).ok()?;
        match member.compression() {
            ::zip::CompressionMethod::Stored => content = packed,
            ::zip::CompressionMethod::DEFLATE => {
                DeflateDecoder::new(&packed[..]).take(MEMBER_BYTES).read_to_end(&mut content).ok()?;
            }
            _ => return None,
        }
        let mut crc = Crc::new();
        crc.update(&content);
        (!member.encrypted() && crc.sum() == member.crc32()).then_some(content)
    };
    (0..count).filter_map(member).collect()
}

/// The files of a tar up to where it breaks.
pub fn of_tar(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut archive = ::tar::Archive::new(bytes);
    let Ok(entries) = archive.entries() else { return Vec::new() };
    let entry = |entry: std::io::Result<::tar::Entry<'_, &[u8]>>| {
        let (mut entry, mut content) = (entry.ok()?, Vec::new());
        entry.read_to_end(&mut content).ok()?;
        entry.header().entry_type().is_file().then_some(content)
    };
    entries.take(MEMBERS).filter_map(entry).collect()
}

/// The files of a 7z up to where it breaks, whose checksum fits. How they are packed, that crate unpacks by itself.
/// The password opens what is encrypted.
pub fn of_7z(bytes: &[u8], password: &str) -> Vec<Vec<u8>> {
    use sevenz_rust2::{ArchiveReader, Password};
    let mut all = Vec::new();
    // It looks for the directory byte by byte where the archive does not say where it is.
    if bytes.len() < 32 || bytes[8..32].iter().all(|byte| *byte == 0) {
        return all;
    }
    let kib = (MEMBER_BYTES / 1024) as usize;
    let Ok(mut archive) =
        ArchiveReader::new_with_memory_limit(Cursor::new(bytes), Password::new(password), kib)
    else {
        return all;
    };
    // What it gave before an error counts.
    _ = archive.for_each_entries(|entry, content| {
        let mut bytes = Vec::new();
        let whole = content.take(MEMBER_BYTES).read_to_end(&mut bytes).is_ok();
        if whole && bytes.len() as u64 == entry.size() {
            all.push(bytes);
        }
        Ok(whole && all.len() < MEMBERS)
    });
    all
}

/// What a gzip gives, up to where it breaks.
pub fn of_gzip(bytes: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    // What it gave before an error counts.
    _ = MultiGzDecoder::new(bytes).take(MEMBER_BYTES).read_to_end(&mut content);
    content
}
