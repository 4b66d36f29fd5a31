//! EVTX files: a header of 4 KiB, then chunks of 64 KiB (libevtx, "Windows XML Event Log (EVTX)
//! format").

use std::io::{self, Cursor, Seek, SeekFrom, Write};

use crate::binxml::Chunk;
pub use crate::binxml::{CHUNK_BYTES, Style, sign};
use crate::event::Event;

/// Where the first chunk begins.
pub const HEADER_BYTES: usize = 4096;
/// Offset of the flags in the file header; bit 0 says that the log was not closed.
pub const FLAGS_AT: usize = 120;
/// Offset of the 16-bit number of chunks in the file header.
pub const CHUNK_COUNT_AT: usize = 42;

/// Writes a file chunk by chunk.
pub struct Writer<W> {
    out: W,
    style: Style,
    chunk: Chunk,
    /// Chunks that were written, and records that were taken.
    chunks: u64,
    records: u64,
}

impl<W: Write + Seek> Writer<W> {
    /// Starts a file at the beginning of `out`.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(mut out: W, style: Style) -> io::Result<Writer<W>> {
        out.write_all(&[0; HEADER_BYTES])?;
        Ok(Writer { out, style, chunk: Chunk::new(style), chunks: 0, records: 0 })
    }

    /// Bytes written so far, without the chunk at hand.
    pub fn written(&self) -> u64 {
        HEADER_BYTES as u64 + self.chunks * CHUNK_BYTES as u64
    }

    /// Adds an event. Its record is numbered by its place in the file, as in an exported log.
    ///
    /// # Errors
    /// Those of `out`, and an event that is larger than a chunk.
    pub fn push(&mut self, event: &Event) -> io::Result<()> {
        self.records += 1;
        if self.chunk.push(event, self.records) {
            return Ok(());
        }
        self.end_chunk()?;
        match self.chunk.push(event, self.records) {
            true => Ok(()),
            false => Err(io::Error::other("the event is larger than a chunk")),
        }
    }

    fn end_chunk(&mut self) -> io::Result<()> {
        let chunk = std::mem::replace(&mut self.chunk, Chunk::new(self.style));
        self.chunks += 1;
        self.out.write_all(&chunk.finish())
    }

    /// Writes the last chunk and the file header; returns the size of the file.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn finish(mut self) -> io::Result<u64> {
        if !self.chunk.is_empty() {
            self.end_chunk()?;
        }
        self.out.seek(SeekFrom::Start(0))?;
        self.out.write_all(&header(self.chunks, self.records))?;
        self.out.seek(SeekFrom::End(0))
    }
}

/// The file header: first and last chunk, next record, size of the header, version 3.1, size of its
/// block, chunks, flags and checksum.
fn header(chunks: u64, records: u64) -> [u8; 128] {
    let mut bytes = [0; 128];
    bytes[..8].copy_from_slice(b"ElfFile\0");
    bytes[16..24].copy_from_slice(&chunks.saturating_sub(1).to_le_bytes());
    bytes[24..32].copy_from_slice(&(records + 1).to_le_bytes());
    bytes[32..36].copy_from_slice(&128_u32.to_le_bytes());
    bytes[36..40].copy_from_slice(&[1, 0, 3, 0]);
    bytes[40..42].copy_from_slice(&(HEADER_BYTES as u16).to_le_bytes());
    bytes[42..44].copy_from_slice(&(chunks as u16).to_le_bytes());
    let checksum = crc32fast::hash(&bytes[..FLAGS_AT]);
    bytes[124..].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// A file of these events in memory.
///
/// # Panics
/// When an event is larger than a chunk.
pub fn file(events: &[Event], style: Style) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let written = Writer::new(&mut bytes, style).and_then(|mut writer| {
        events.iter().try_for_each(|event| writer.push(event))?;
        writer.finish()
    });
    match written {
        Ok(_) => bytes.into_inner(),
        Err(error) => panic!("{error}"),
    }
}

/// Offset of every record of an intact file, in order.
pub fn record_offsets(file: &[u8]) -> Vec<usize> {
    let mut offsets = Vec::new();
    for (number, chunk) in file[HEADER_BYTES..].chunks_exact(CHUNK_BYTES).enumerate() {
        let word =
            |at: usize| u32::from_le_bytes([chunk[at], chunk[at + 1], chunk[at + 2], chunk[at + 3]]) as usize;
        let mut at = 512;
        while at < word(48) {
            offsets.push(HEADER_BYTES + number * CHUNK_BYTES + at);
            at += word(at + 4);
        }
    }
    offsets
}
