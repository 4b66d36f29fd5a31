//! Where the records of a chunk stand, also in one that is damaged, or whose header is older than they are.

use std::ops::Range;

use memchr::memmem;

use super::instance::{FRAGMENT, Header, Layouts};
use super::template::{lies_in, u32_at, u64_at};
use crate::detect::EVTX_CHUNK_MAGIC;
use crate::sets::set;

/// Size of a chunk's header.
pub const CHUNK_HEADER_BYTES: usize = 512;
/// What a chunk's header says about the size of its used part, and where.
const CHUNK_HEADER_SIZE: u32 = 128;
const HEADER_SIZE_AT: usize = 40;
/// The header's checksum is of its first bytes and of what stands behind its used part.
const HEADER_SUMMED: usize = 120;
const HEADER_SUM_AT: usize = 124;
/// What every record begins with.
pub const RECORD_MAGIC: &[u8; 4] = b"**\0\0";
/// Size of a record's header. A copy of its size stands at its end.
const RECORD_HEADER_BYTES: usize = 24;
/// Size of that copy.
pub const SIZE_COPY_BYTES: usize = 4;
/// A record has no fewer bytes.
pub const LEAST_RECORD_BYTES: usize = RECORD_HEADER_BYTES + SIZE_COPY_BYTES;
/// A chunk has fewer records.
pub const MOST_RECORDS: u64 = 4096;
/// How much earlier than the record before it one may have been made: threads wait for one another. In units of 100 ns.
const OUT_OF_ORDER: u64 = 60 * 10_000_000;
/// Token that ends BinXML.
const END_OF_STREAM: u8 = 0x00;

/// A record of a chunk.
#[derive(Debug, Clone, Copy)]
pub struct Record {
    /// Its offset in the chunk.
    pub offset: usize,
    /// Its size.
    pub size: usize,
    /// Its number in the record header.
    pub number: u64,
}

/// How far the records of a chunk follow one another.
pub struct Walk {
    /// Behind the last of them, or where the used part of the chunk ends, if damage is on the way there.
    pub end: usize,
    /// The greatest number up to there.
    newest: Option<u64>,
    /// Nothing is damaged. If something is, the chunk is left to the full decoder, which finds its way past it.
    pub whole: bool,
    /// How many of them stand behind the end that the header states, and run on from those before it.
    pub behind: u64,
}

/// Walks over the records of a chunk up to the end that it states, and on, where the header is older than what follows.
/// `is_damaged`: its checksums don't match.
pub fn walk(chunk: &[u8], records: &mut Vec<Record>, is_damaged: bool) -> Walk {
    let (free, last) = stated_end(chunk).unwrap_or_default();
    let mut walk = walk_to(chunk, free, records);
    let ends_well = walk.whole && walk.end == free && !records.is_empty();
    // An end that damage wrote is none: no record ends there.
    if is_damaged && !ends_well && !has_sound_header(chunk) && sound_before(chunk, free).is_none() {
        walk = walk_row(chunk, last, records);
    }
    let mut before = match walk.whole {
        true => records.last().copied(),
        false => sound(chunk, CHUNK_HEADER_BYTES..free).max_by_key(|record| record.number),
    };
    // One whose time is damaged must not hide the others.
    let times = records.iter().chain(&before).map(|record| written(chunk, *record));
    let since = times.filter(|time| *time > 0).min().unwrap_or_default();
    // Of those up to the stated end none is left: the first one behind it is told by the last number that is stated.
    let mut next = match before {
        None if !walk.whole => record_at(chunk, walk.end).filter(|record| record.number <= last),
        _ => None,
    };
    while let Some(record) = next.or_else(|| newer(chunk, walk.end, before?, since)) {
        // What stands between is damaged, or is none that follows.
        walk.whole &= record.offset == walk.end;
        if walk.whole {
            records.push(record);
        }
        (walk.end, walk.newest) = (record.offset + record.size, walk.newest.max(Some(record.number)));
        walk.behind += 1;
        (before, next) = (Some(record), None);
    }
    let last = before.and_then(|before| header_at(chunk, walk.end, before.number.checked_add(1)?));
    let is_damaged = record_at(chunk, walk.end).is_none();
    if let Some(last) = last.filter(|last| is_damaged && last.offset + last.size <= chunk.len()) {
        // Nothing follows it: the decoder tells what it is.
        (walk.end, walk.whole) = (last.offset + last.size, false);
    }
    walk
}

/// The record that was written next behind the end of a chunk's records, or the first one of those behind it, if damage is
/// between. `since`: when the first of those before was written.
fn newer(chunk: &[u8], end: usize, before: Record, since: u64) -> Option<Record> {
    record_at(chunk, end).filter(|record| runs_on(chunk, before, since, *record)).or_else(|| {
        let is_newer = |record: &Record| {
            record.number > before.number && since > 0 && is_later(written(chunk, *record), since)
        };
        sound(chunk, end..chunk.len()).find(is_newer)
    })
}

/// Sound records that begin in a range, wherever.
fn sound(chunk: &[u8], range: Range<usize>) -> impl Iterator<Item = Record> {
    let starts =
        chunk.get(range.clone()).into_iter().flat_map(|bytes| memmem::find_iter(bytes, RECORD_MAGIC));
    starts.filter_map(move |at| record_at(chunk, range.start + at))
}

/// The sound record that ends at a place.
fn sound_before(chunk: &[u8], end: usize) -> Option<Record> {
    sound(chunk, CHUNK_HEADER_BYTES..end).find(|record| record.offset + record.size == end)
}

fn walk_to(chunk: &[u8], free: usize, records: &mut Vec<Record>) -> Walk {
    records.clear();
    let last = stated_end(chunk).map(|(_, last)| last);
    let mut walk = Walk { end: CHUNK_HEADER_BYTES, newest: None, whole: true, behind: 0 };
    while walk.end < free {
        let Some(record) = record_at(chunk, walk.end) else {
            // Some logs state an end behind zeros.
            let is_last = records.last().map(|record| record.number) == last;
            if is_last && chunk[walk.end..free].iter().all(|byte| *byte == 0) {
                break;
            }
            let newest = sound(chunk, CHUNK_HEADER_BYTES..free).map(|record| record.number).max();
            return Walk { end: free, newest, whole: false, behind: 0 };
        };
        records.push(record);
        walk.newest = walk.newest.max(Some(record.number));
        walk.end += record.size;
    }
    walk
}

/// Where the end that the header states can't be believed: the records that follow one another from the first one on, if they come
/// to the last number that it states. If not, all of the chunk is looked at: rather what stood there before, than too little.
fn walk_row(chunk: &[u8], last: u64, records: &mut Vec<Record>) -> Walk {
    records.clear();
    let mut walk = Walk { end: CHUNK_HEADER_BYTES, newest: None, whole: true, behind: 0 };
    while let Some(record) = record_at(chunk, walk.end) {
        records.push(record);
        walk.newest = walk.newest.max(Some(record.number));
        walk.end += record.size;
        if record.number == last {
            return walk;
        }
    }
    // Nothing but zeros follows.
    if chunk[walk.end..].iter().all(|byte| *byte == 0) {
        return walk;
    }
    Walk { end: chunk.len(), whole: false, ..walk }
}

/// Whether a record was written next after another one: a record that stands there since the chunk was used before was not.
fn runs_on(chunk: &[u8], before: Record, since: u64, record: Record) -> bool {
    // Exported logs have records without a time.
    let time = written(chunk, record);
    Some(record.number) == before.number.checked_add(1) && (time == 0 || is_later(time, since))
}

/// When a record was written, in units of 100 ns.
fn written(chunk: &[u8], record: Record) -> u64 {
    u64_at(chunk, record.offset + 16).unwrap_or_default()
}

/// Whether a time is not before another one, by more than threads wait for one another.
fn is_later(time: u64, since: u64) -> bool {
    time.saturating_add(OUT_OF_ORDER) >= since
}

/// How many sound records that are none of its walk stand behind it, newer ones: a chunk that was used before holds older ones
/// there.
pub fn behind_end(chunk: &[u8], walk: &Walk) -> u64 {
    let (mut offset, mut count) = (walk.end, 0);
    while let Some(record) = record_at(chunk, offset).filter(|record| Some(record.number) > walk.newest) {
        count += 1;
        offset += record.size;
    }
    count
}

/// Whether the first of them has the number that comes next: its time alone speaks against it.
pub fn goes_on_earlier(chunk: &[u8], walk: &Walk) -> bool {
    let next = walk.newest.and_then(|newest| newest.checked_add(1));
    next.is_some() && record_at(chunk, walk.end).map(|record| record.number) == next
}

/// Where another chunk begins in the header of this one, of which nearly all is missing. No magic stands there by chance.
pub fn chunk_in_header(chunk: &[u8]) -> Option<usize> {
    chunk_within(chunk, 1..chunk.len().min(CHUNK_HEADER_BYTES + EVTX_CHUNK_MAGIC.len()))
}

/// Where another chunk begins behind the header of this one: bytes of this one are missing. None in a sound chunk, also
/// where the value of a record looks like the beginning of a chunk.
pub fn next_chunk(chunk: &[u8], walk: &Walk) -> Option<usize> {
    let mut sound = if walk.whole { walk.end } else { CHUNK_HEADER_BYTES };
    while let Some(record) = record_at(chunk, sound) {
        sound += record.size;
    }
    chunk_within(chunk, sound..chunk.len())
}

fn chunk_within(chunk: &[u8], range: Range<usize>) -> Option<usize> {
    let found = memmem::find_iter(chunk.get(range.clone())?, EVTX_CHUNK_MAGIC);
    found.map(|at| range.start + at).find(|at| begins_chunk(&chunk[*at..]))
}

/// Whether a chunk with the right magic begins here: its header is sound, or a record follows it, as far as its bytes
/// are here.
fn begins_chunk(bytes: &[u8]) -> bool {
    if u32_at(bytes, HEADER_SIZE_AT).is_some_and(|size| size != CHUNK_HEADER_SIZE) {
        return false;
    }
    bytes.len() < CHUNK_HEADER_BYTES
        || has_sound_header(bytes)
        || record_at(bytes, CHUNK_HEADER_BYTES).is_some()
}

/// Whether the header of a chunk is as it was written.
fn has_sound_header(chunk: &[u8]) -> bool {
    let Some(header) = chunk.get(..CHUNK_HEADER_BYTES) else { return false };
    let mut sum = crc32fast::Hasher::new();
    sum.update(&header[..HEADER_SUMMED]);
    sum.update(&header[CHUNK_HEADER_SIZE as usize..]);
    u32_at(header, HEADER_SUM_AT) == Some(sum.finalize())
}

/// Makes a copy of a chunk state that its records end at `end`, whatever their numbers and times are: the decoder ends behind the
/// one with the last number, goes on behind damage only at numbers up to it, and refuses records with a time that is none.
pub fn open(copy: &mut [u8], records: &[Record], end: usize) {
    let numbers = || memmem::find_iter(copy, RECORD_MAGIC).filter_map(|at| u64_at(copy, at + 8));
    // Numbers beyond the last record's, and the stated one, are those of no record, but of what a value holds.
    let stated = stated_end(copy).map_or(0, |(_, last)| last);
    let last = records.last().filter(|last| last.offset + last.size == end).copied();
    let greatest = last
        .or_else(|| sound_before(copy, end))
        .map_or(u64::MAX, |last| last.number.max(stated).saturating_add(1));
    let mut last = greatest;
    if numbers().any(|number| number == last) {
        let taken = set(numbers());
        let free = |number: &u64| !taken.contains(number);
        last =
            (greatest..=u64::MAX).find(free).or_else(|| (0..greatest).rev().find(free)).unwrap_or_default();
    }
    // The first and last number, once as counted and once as identified.
    for at in [8, 24] {
        copy[at..at + 8].fill(0);
        copy[at + 8..at + 16].copy_from_slice(&last.to_le_bytes());
    }
    // The offset of the last record.
    copy[44..48].fill(0xff);
    copy[48..52].copy_from_slice(&(end as u32).to_le_bytes());
    for record in records {
        copy[record.offset + 16..record.offset + RECORD_HEADER_BYTES].fill(0);
    }
}

/// The tables of the header tell where names and templates were first used. The records tell it, too.
pub fn clear_tables(copy: &mut [u8]) {
    copy[CHUNK_HEADER_SIZE as usize..CHUNK_HEADER_BYTES].fill(0);
}

/// Where records go on behind one whose size is not the one at its end. `places`: how many more places may be looked at.
pub fn goes_on(chunk: &[u8], start: usize, end: usize, free: usize, places: &mut usize) -> Option<Next> {
    if *places == 0 {
        return None;
    }
    let begins = |at: usize| at == free || chunk.get(at..).is_some_and(|rest| rest.starts_with(RECORD_MAGIC));
    let from = start + RECORD_HEADER_BYTES;
    let starts: Vec<_> =
        memmem::find_iter(chunk.get(from..free)?, RECORD_MAGIC).map(|at| from + at).collect();
    let left = places.checked_sub(starts.len() + 1);
    *places = left.unwrap_or(0);
    left?;
    // The size at its end is the right one.
    let own = |at: &usize| u32_at(chunk, at - SIZE_COPY_BYTES).map(|size| size as usize) == Some(at - start);
    if let Some(at) =
        starts.iter().copied().chain([free]).filter(|at| *at >= from + SIZE_COPY_BYTES).find(own)
    {
        return Some(Next { at, lost: 0, is_doubtful: false });
    }
    let number = u64_at(chunk, start + 8)?;
    let following = starts.iter().filter_map(|at| record_at(chunk, *at));
    if !begins(end) {
        let next = following.clone().find(|next| Some(next.number) == number.checked_add(1));
        let next = next.or_else(|| following.clone().next())?;
        let between = next.number.checked_sub(number).and_then(|more| more.checked_sub(1));
        let lost = between.filter(|lost| *lost < MOST_RECORDS).unwrap_or(1);
        return Some(Next { at: next.offset, lost, is_doubtful: false });
    }
    // A size that hides whole records ends with the last of them. What a value holds ends before its record does.
    let rows = rows(chunk, &starts, end, &begins);
    let hidden = rows.iter().rev().find(|row| row.at < end && row.end == end);
    Some(match hidden {
        Some(row) if row.ends_sound => Next { at: row.at, lost: 0, is_doubtful: false },
        hidden => Next { at: end, lost: 0, is_doubtful: hidden.is_some() },
    })
}

/// Where records go on.
pub struct Next {
    /// At this offset.
    pub at: usize,
    /// How many are lost before.
    pub lost: u64,
    /// The size may be the right one, or hide others.
    pub is_doubtful: bool,
}

/// A place where a record may begin, where the records end that follow one another from there, and whether the last one is sound.
struct Row {
    at: usize,
    end: usize,
    ends_sound: bool,
}

/// The rows that begin at these places, the last one first. `end` ends one, too.
fn rows(chunk: &[u8], starts: &[usize], end: usize, begins: &dyn Fn(usize) -> bool) -> Vec<Row> {
    // A record with one of its two sizes, whichever is damaged.
    let likely = |at: usize| {
        let size = u32_at(chunk, at + 4)? as usize;
        let next = at.checked_add(size).filter(|_| size >= LEAST_RECORD_BYTES)?;
        let is_sound = record_at(chunk, at).is_some();
        (is_sound || begins(next)).then_some((at, next, is_sound))
    };
    let mut rows: Vec<Row> = Vec::new();
    for (at, next, is_sound) in starts.iter().rev().filter_map(|at| likely(*at)) {
        let follows = rows.binary_search_by(|row| next.cmp(&row.at)).ok().filter(|_| next != end);
        let (end, ends_sound) = follows.map_or((next, is_sound), |row| (rows[row].end, rows[row].ends_sound));
        rows.push(Row { at, end, ends_sound });
    }
    rows
}

/// Where the chunk's header says that its records end, and the number of the last one.
pub fn stated_end(chunk: &[u8]) -> Option<(usize, u64)> {
    Some(((u32_at(chunk, 48)? as usize).min(chunk.len()), u64_at(chunk, 32)?))
}

/// The numbers that the chunk's header states for its first and its last record.
pub fn stated_numbers(chunk: &[u8]) -> Option<(u64, u64)> {
    Some((u64_at(chunk, 24)?, u64_at(chunk, 32)?))
}

/// The record at an offset, if its header and the copy of its size are sound.
pub fn record_at(chunk: &[u8], offset: usize) -> Option<Record> {
    let header = chunk.get(offset..offset + RECORD_HEADER_BYTES)?;
    let size = u32_at(header, 4)? as usize;
    let end = offset.checked_add(size).filter(|end| *end <= chunk.len())?;
    let whole = header.starts_with(RECORD_MAGIC) && size >= LEAST_RECORD_BYTES;
    let copied = whole && u32_at(chunk, end - SIZE_COPY_BYTES)? as usize == size;
    copied.then_some(Record { offset, size, number: u64_at(header, 8)? })
}

/// A copy of a chunk in which the decoder finds little but the records at the offsets `wanted`: it walks
/// all records of a chunk and builds each. Every run of others becomes one record without content, by
/// other sizes and an early end in it; what lies in them stays where it is. None: what the wanted
/// records refer to does not lie plainly inside of records, so the copy might tell something else.
pub fn without_others(chunk: &[u8], records: &[Record], wanted: impl Fn(&Record) -> bool) -> Option<Vec<u8>> {
    let inside = |range: Range<usize>| {
        let next = records.partition_point(|record| record.offset < range.start);
        let record = next.checked_sub(1).map(|at| &records[at]);
        // Behind the first token of its content, and before the copy of its size.
        record.is_some_and(|record| {
            range.start > record.offset + RECORD_HEADER_BYTES
                && range.end <= record.offset + record.size - SIZE_COPY_BYTES
        })
    };
    let (mut layouts, mut nth) = (Layouts::default(), 0);
    for record in records.iter().filter(|record| wanted(record)) {
        let mut range = content(*record);
        loop {
            let header = Header::of(chunk, range)?;
            lies_in(chunk, header.definition, inside).then_some(())?;
            let instance = layouts.read(header, &mut nth)?;
            let mut fragments = instance.values().filter(|value| value.kind == FRAGMENT);
            let Some(fragment) = fragments.next() else { break };
            // More than one would have to be followed all; a fragment in a fragment is followed.
            fragments.next().is_none().then_some(())?;
            range = fragment.bytes;
        }
    }
    let mut copy = chunk.to_vec();
    let mut rest = records;
    while let Some(record) = rest.first() {
        let run = rest.iter().take_while(|record| !wanted(record)).count();
        if run > 0 {
            let size: usize = rest[..run].iter().map(|record| record.size).sum();
            let end = record.offset + size;
            make_empty(&mut copy, record.offset..end, record.number);
            copy[end - SIZE_COPY_BYTES..end].copy_from_slice(&(size as u32).to_le_bytes());
        }
        rest = &rest[run.max(1)..];
    }
    Some(copy)
}

/// Makes one record of a range of a chunk, with this number and without content; what lies behind its first token stays.
pub fn make_empty(chunk: &mut [u8], range: Range<usize>, number: u64) {
    let header = &mut chunk[range.start..range.start + RECORD_HEADER_BYTES + 1];
    header[..4].copy_from_slice(RECORD_MAGIC);
    header[4..8].copy_from_slice(&(range.len() as u32).to_le_bytes());
    header[8..16].copy_from_slice(&number.to_le_bytes());
    header[RECORD_HEADER_BYTES] = END_OF_STREAM;
}

/// Whether a record has no content, as one that [`make_empty`] made.
pub fn is_empty(chunk: &[u8], record: Record) -> bool {
    chunk.get(record.offset + RECORD_HEADER_BYTES) == Some(&END_OF_STREAM)
}

/// The record with this number whose header stands at an offset, whatever is at its end.
pub fn header_at(chunk: &[u8], offset: usize, number: u64) -> Option<Record> {
    let header = chunk.get(offset..offset + RECORD_HEADER_BYTES)?;
    let is_it = header.starts_with(RECORD_MAGIC) && u64_at(header, 8) == Some(number);
    let size = u32_at(header, 4)? as usize;
    (is_it && size >= LEAST_RECORD_BYTES).then_some(Record { offset, size, number })
}

/// The sound record with this number that stands first at an offset or behind it, in the used part of the chunk.
pub fn numbered(chunk: &[u8], from: usize, number: u64) -> Option<Record> {
    let (free, _) = stated_end(chunk)?;
    let starts = memmem::find_iter(chunk.get(from..free)?, RECORD_MAGIC).map(|at| from + at);
    let mut sound = starts.filter_map(|at| record_at(chunk, at));
    sound.find(|record| record.number == number && record.offset + record.size <= free)
}

/// The BinXML of a record.
pub fn content(record: Record) -> Range<usize> {
    record.offset + RECORD_HEADER_BYTES..record.offset + record.size - SIZE_COPY_BYTES
}
