//! Records that the size of another one covers.
//!
//! Who hides a record from an event log makes the one before it larger, by both of its sizes, so that readers go on behind what is
//! hidden; numbers and checksums are then made to fit (`eventlogedit` of DanderSpritz, as Fox-IT described it in 2017). The hidden
//! record is still there, behind the content of the other one; only the copy of its size at its end is another one's.

use std::ops::Range;

use memchr::memmem;

use super::instance;
use super::records::{
    CHUNK_HEADER_BYTES, LEAST_RECORD_BYTES, RECORD_MAGIC, Record, SIZE_COPY_BYTES, content, record_at,
};
use super::template::u32_at;

/// A record that covers others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Covered {
    /// Its offset in the chunk.
    pub by: usize,
    /// Where the first of the others begins.
    pub start: usize,
    /// How many there are.
    pub count: usize,
}

/// A chunk in which each record has its own size, and which ones had not. None: there are none.
pub fn uncovered(chunk: &[u8]) -> Option<(Vec<u8>, Vec<Covered>)> {
    let mut found = Vec::new();
    let mut at = CHUNK_HEADER_BYTES;
    while let Some(record) = record_at(chunk, at) {
        found.extend(others_in(chunk, record));
        at += record.size;
    }
    if found.is_empty() {
        return None;
    }
    let mut copy = chunk.to_vec();
    for Covered { by, start, .. } in &found {
        let end = record_at(chunk, *by).map(|record| by + record.size)?;
        set_size(&mut copy, *by..*start);
        // The last of the others is the one whose copy was written over.
        let starts: Vec<_> = row(chunk, *start, end)?;
        set_size(&mut copy, *starts.last()?..end);
    }
    Some((copy, found))
}

/// What a record covers behind its content.
fn others_in(chunk: &[u8], record: Record) -> Option<Covered> {
    let content = content(record);
    let end = instance::end_of_values(chunk, content.clone())?;
    if content.end.saturating_sub(end) < LEAST_RECORD_BYTES {
        return None;
    }
    uncover(chunk, record, end)
}

/// The same where there is room for one. In sound logs there is none.
#[cold]
fn uncover(chunk: &[u8], record: Record, from: usize) -> Option<Covered> {
    let end = record.offset + record.size;
    let starts = memmem::find_iter(&chunk[from..end], RECORD_MAGIC).map(|at| from + at);
    let mut rows = starts.filter_map(|start| Some((start, row(chunk, start, end)?.len())));
    rows.next().map(|(start, count)| Covered { by: record.offset, start, count })
}

/// Where the records begin that follow one another from `start` and end together at `end`: the last one by its first size.
fn row(chunk: &[u8], start: usize, end: usize) -> Option<Vec<usize>> {
    let (mut at, mut starts) = (start, Vec::new());
    while at < end {
        starts.push(at);
        let size = u32_at(chunk, at + RECORD_MAGIC.len())? as usize;
        let next = at.checked_add(size).filter(|next| *next <= end && size >= LEAST_RECORD_BYTES)?;
        let begins = chunk.get(at..)?.starts_with(RECORD_MAGIC);
        (begins && (next == end || record_at(chunk, at).is_some())).then_some(())?;
        at = next;
    }
    Some(starts)
}

/// Makes a range one record by both of its sizes.
fn set_size(chunk: &mut [u8], record: Range<usize>) {
    let size = (record.len() as u32).to_le_bytes();
    let first = record.start + RECORD_MAGIC.len();
    chunk[first..first + size.len()].copy_from_slice(&size);
    chunk[record.end - SIZE_COPY_BYTES..record.end].copy_from_slice(&size);
}
