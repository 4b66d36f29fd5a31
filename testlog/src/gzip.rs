//! gzip (RFC 1952).

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

/// One member that holds these bytes.
pub fn member(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory never fails.
    _ = encoder.write_all(content);
    encoder.finish().unwrap_or_default()
}

/// Several members, each with a part of these bytes, as `cat a.gz b.gz` makes them.
pub fn members(content: &[u8], parts: usize) -> Vec<u8> {
    let size = content.len().div_ceil(parts.max(1)).max(1);
    content.chunks(size).flat_map(member).collect()
}

/// A raw deflate stream.
pub(crate) fn deflate(content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    _ = encoder.write_all(content);
    encoder.finish().unwrap_or_default()
}
