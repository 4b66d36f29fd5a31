//! What is counted of a binary record that can't match, without rendering it.
//!
//! A record of the plain shape is one template instance with the `System` values in its slots and
//! the event's data as a nested fragment. Its slots are read where the compiled template says. Any
//! other record is left to the full decoder.
//!
//! Soundness: a process creation is only skimmed when its data is named `Data` in `EventData` and
//! nothing else (no rendered message, no element of another name, no prefix, no literal text in a
//! field of interest), and when each slot of a field that may hold the needle is empty or UTF-16 text
//! without it, or the path that decides rules a match out. The full decoder would give the rule these very values: no value but
//! that of the data is BinXML, which it would put where it stands; nothing that is told apart depends on a value that is not
//! there; no wanted name is met twice; and names are letters and digits, as it writes and cuts others in its own way. Where
//! fields are looked at instead of a text, that goes for every event, and each of these slots must be empty, a GUID, a number
//! or short ASCII text.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use memchr::memmem;

use super::instance::{
    FRAGMENT, GUID, HEX_32, HEX_64, Header, Instance, Layouts, NULL, NUMBER_16, NUMBER_32, NUMBER_64, TEXT,
    Value,
};
use super::template::{Part, Template, compile, lies_in, u16_at, u32_at, u64_at, utf16};
use crate::detect::EVTX_CHUNK_MAGIC;
use crate::event::{Skim, is_doubtful, is_process_creation, is_sysmon};
use crate::ids::{self, Link};
use crate::needle::{Ask, LOOKS, Look, Needle, Said, Wide};
use crate::text::same;
use crate::time::Time;

/// Size of a chunk's header.
pub const CHUNK_HEADER_BYTES: usize = 512;
/// What a chunk's header says about the size of its used part, and where.
const CHUNK_HEADER_SIZE: u32 = 128;
const HEADER_SIZE_AT: usize = 40;
/// The header's checksum is of its first bytes and of what stands behind its used part.
const HEADER_SUMMED: usize = 120;
const HEADER_SUM_AT: usize = 124;
/// What every record begins with.
const RECORD_MAGIC: &[u8; 4] = b"**\0\0";
/// Size of a record's header, and of the copy of its size at its end.
const RECORD_HEADER_BYTES: usize = 24;
const SIZE_COPY_BYTES: usize = 4;
/// How much earlier than the record before it one may have been made: threads wait for one another. In units of 100 ns.
const OUT_OF_ORDER: u64 = 60 * 10_000_000;
/// Token that ends BinXML.
const END_OF_STREAM: u8 = 0x00;
/// Different texts that are kept decoded.
const TEXTS: usize = 64;

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
    let (free, _) = stated_end(chunk).unwrap_or_default();
    let mut walk = walk_to(chunk, free, false, records);
    // An end that damage wrote is none.
    if is_damaged && !(walk.whole && walk.end == free && !records.is_empty()) && !has_sound_header(chunk) {
        return walk_to(chunk, chunk.len(), true, records);
    }
    while let Some(record) = record_at(chunk, walk.end)
        .filter(|record| walk.whole && records.last().is_some_and(|before| runs_on(chunk, *before, *record)))
    {
        records.push(record);
        (walk.end, walk.newest) = (walk.end + record.size, walk.newest.max(Some(record.number)));
        walk.behind += 1;
    }
    walk
}

/// `may_be_less`: whether they go on to `free` is not known.
fn walk_to(chunk: &[u8], free: usize, may_be_less: bool, records: &mut Vec<Record>) -> Walk {
    records.clear();
    let last = stated_end(chunk).map(|(_, last)| last);
    let mut walk = Walk { end: CHUNK_HEADER_BYTES, newest: None, whole: true, behind: 0 };
    while walk.end < free {
        let Some(record) = record_at(chunk, walk.end) else {
            // Some logs state an end behind zeros.
            let is_last = may_be_less || records.last().map(|record| record.number) == last;
            if is_last && chunk[walk.end..free].iter().all(|byte| *byte == 0) {
                break;
            }
            return Walk { end: free, newest: walk.newest.max(last), whole: false, behind: 0 };
        };
        records.push(record);
        walk.newest = walk.newest.max(Some(record.number));
        walk.end += record.size;
    }
    walk
}

/// Whether a record was written next after another one: a record that stands there since the chunk was used before was not.
fn runs_on(chunk: &[u8], before: Record, record: Record) -> bool {
    let written = |record: Record| u64_at(chunk, record.offset + 16).unwrap_or_default();
    Some(record.number) == before.number.checked_add(1)
        && written(record).saturating_add(OUT_OF_ORDER) >= written(before)
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
    // The first and last number, once as counted and once as identified.
    for at in [8, 24] {
        copy[at..at + 8].fill(0);
        copy[at + 8..at + 16].fill(0xff);
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

/// Where records go on behind one whose size is not the one at its end: at `end`, if its size is right.
pub fn goes_on(chunk: &[u8], start: usize, end: usize, free: usize) -> Option<usize> {
    let begins = |at: usize| at == free || chunk.get(at..).is_some_and(|rest| rest.starts_with(RECORD_MAGIC));
    // A record with one of its two sizes, whichever is damaged.
    let likely = |at: usize| {
        let size = u32_at(chunk, at + 4)? as usize;
        let next = at.checked_add(size).filter(|_| size >= RECORD_HEADER_BYTES + SIZE_COPY_BYTES)?;
        (record_at(chunk, at).is_some() || begins(next)).then_some((at, next))
    };
    let from = start + RECORD_HEADER_BYTES;
    let starts: Vec<_> =
        memmem::find_iter(chunk.get(from..free)?, RECORD_MAGIC).map(|at| from + at).collect();
    // The last one first, each with the end of its row: the records that follow one another from there.
    let mut rows: Vec<(usize, usize)> = Vec::new();
    for (at, next) in starts.into_iter().rev().filter_map(likely) {
        let follows = rows.binary_search_by(|(start, _)| next.cmp(start)).ok().filter(|_| next != end);
        rows.push((at, follows.map_or(next, |row| rows[row].1)));
    }
    let mut first_first = rows.iter().rev();
    let found = match begins(end) {
        // A size that hides whole records ends with the last of them. What a value holds ends before its record does.
        true => {
            return Some(first_first.find(|(at, row)| *at < end && *row == end).map_or(end, |(at, _)| *at));
        }
        false => first_first.find(|(_, row)| *row >= free).or(rows.last()),
    };
    found.map(|(at, _)| *at)
}

/// Where the chunk's header says that its records end, and the number of the last one.
pub fn stated_end(chunk: &[u8]) -> Option<(usize, u64)> {
    Some(((u32_at(chunk, 48)? as usize).min(chunk.len()), u64_at(chunk, 32)?))
}

/// The record at an offset, if its header and the copy of its size are sound.
pub fn record_at(chunk: &[u8], offset: usize) -> Option<Record> {
    let header = chunk.get(offset..offset + RECORD_HEADER_BYTES)?;
    let size = u32_at(header, 4)? as usize;
    let end = offset.checked_add(size).filter(|end| *end <= chunk.len())?;
    let whole = header.starts_with(RECORD_MAGIC) && size >= RECORD_HEADER_BYTES + SIZE_COPY_BYTES;
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
    (is_it && size >= RECORD_HEADER_BYTES + SIZE_COPY_BYTES).then_some(Record { offset, size, number })
}

/// The sound record with this number that stands first at an offset or behind it, in the used part of the chunk.
pub fn numbered(chunk: &[u8], from: usize, number: u64) -> Option<Record> {
    let (free, _) = stated_end(chunk)?;
    let starts = memmem::find_iter(chunk.get(from..free)?, RECORD_MAGIC).map(|at| from + at);
    let mut sound = starts.filter_map(|at| record_at(chunk, at));
    sound.find(|record| record.number == number && record.offset + record.size <= free)
}

/// The BinXML of a record.
fn content(record: Record) -> Range<usize> {
    record.offset + RECORD_HEADER_BYTES..record.offset + record.size - SIZE_COPY_BYTES
}

/// Skims records.
pub struct Skimmer {
    needle: Needle,
    /// Names of the data whose slots are looked at: the time and what may hold the needle, or the fields
    /// that are looked at instead.
    wanted: Vec<&'static str>,
    /// The templates of the chunk at hand, by offset; none for one that is not plain.
    templates: BTreeMap<usize, Option<Known>>,
    /// Those of fragments.
    fragments: BTreeMap<usize, Option<Fragment>>,
    texts: Texts,
    layouts: Layouts,
    fragment_layouts: Layouts,
    /// The numbers of the provider, the channel and the computer that stood in a slot last.
    last: [usize; 3],
}

/// The template of a fragment.
struct Fragment {
    template: Template,
    layout: usize,
}

/// A template with its literals read.
struct Known {
    template: Template,
    /// Which one its last instance had.
    layout: usize,
    event_id: Named,
    provider: Named,
    channel: Named,
    computer: Named,
}

/// What stands at a place of the event: a number, or the number of a text, or the slot of one.
#[derive(Clone, Copy)]
enum Named {
    Known(usize),
    Slot(u16),
}

impl Skimmer {
    /// A skimmer that leaves every process creation with the needle to the full decoder.
    pub fn new(needle: Needle) -> Skimmer {
        let wanted = match needle.wide() {
            Some(wide) => wide.names().into_iter().collect(),
            None => std::iter::once("UtcTime").chain(needle.fields().iter().copied()).collect(),
        };
        Skimmer {
            needle,
            wanted,
            templates: BTreeMap::new(),
            fragments: BTreeMap::new(),
            texts: Texts::default(),
            layouts: Layouts::default(),
            fragment_layouts: Layouts::default(),
            last: [0; 3],
        }
    }

    /// Starts a chunk: templates are numbered by their offset in it.
    pub fn next_chunk(&mut self) {
        self.templates.clear();
        self.fragments.clear();
    }

    /// Skims a record. None: it must be decoded.
    pub fn skim<'a>(&'a mut self, chunk: &[u8], record: Record) -> Option<Skim<'a>> {
        if self.texts.are_too_many() {
            (self.texts, self.templates) = Default::default();
        }
        let header = Header::of(chunk, content(record))?;
        let known = match self.templates.entry(header.definition) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                new.insert(Known::new(chunk, header.definition, &self.wanted, &mut self.texts))
            }
        };
        let known = known.as_mut()?;
        let values = self.layouts.read(header, &mut known.layout)?;
        if values.has_fragments_but(known.template.data) || !values.holds(known.template.depends) {
            return None;
        }
        let event_id = match known.event_id {
            Named::Known(number) => number as u32,
            Named::Slot(slot) => number(chunk, slot, values)?,
        };
        let [last_provider, last_channel, last_computer] = &mut self.last;
        let provider = self.texts.find(chunk, known.provider, values, last_provider)?;
        let channel = self.texts.find(chunk, known.channel, values, last_channel)?;
        let computer = self.texts.find(chunk, known.computer, values, last_computer)?;
        let root = &known.template;
        let nested = Nested {
            fragments: &mut self.fragments,
            layouts: &mut self.fragment_layouts,
            wanted: &self.wanted,
        };
        let [provider, channel, computer] = [provider, channel, computer].map(|text| self.texts.get(text));
        // What that means is told with the place of the event.
        if is_doubtful(provider, channel, Some(event_id)) {
            return None;
        }
        let (mut time, mut link) = (None, None);
        if let Some(wide) = self.needle.wide() {
            match wide.ask(computer, is_sysmon(provider, channel), event_id) {
                Ask::Nothing => {}
                Ask::Fields(looks) => {
                    let (template, values) = nested.data(chunk, root, values)?;
                    link = judge(wide, looks, &self.wanted, chunk, template, values)?;
                }
                Ask::All => return None,
            }
        } else if is_process_creation(provider, channel, Some(event_id)) {
            let (template, values) = nested.data(chunk, root, values)?;
            time = Some(time_unless_found(&self.needle, &self.wanted, chunk, template, values)?);
        }
        Some(Skim {
            provider,
            channel,
            event_id: Some(event_id),
            computer: Some(computer).filter(|name| !name.is_empty()),
            time,
            link,
        })
    }
}

/// Where the data of a record is put together when it is a fragment of its own.
struct Nested<'a> {
    fragments: &'a mut BTreeMap<usize, Option<Fragment>>,
    layouts: &'a mut Layouts,
    wanted: &'a [&'static str],
}

impl<'a> Nested<'a> {
    /// The template and the values that hold the data of an event: the record's own or those of a
    /// fragment. None: they may lie elsewhere too.
    fn data(
        self,
        chunk: &'a [u8],
        root: &'a Template,
        values: Instance<'a>,
    ) -> Option<(&'a Template, Instance<'a>)> {
        if root.odd {
            return None;
        }
        let Some(slot) = root.data else { return Some((root, values)) };
        // What stands in the record itself comes first.
        if root.has_data {
            return None;
        }
        let data = values.value(slot).filter(|value| value.kind == FRAGMENT)?;
        let header = Header::of(chunk, data.bytes)?;
        let compiled = || {
            let template = compile(chunk, header.definition, self.wanted)?;
            Some(Fragment { template, layout: 0 })
        };
        let Fragment { template, layout } =
            self.fragments.entry(header.definition).or_insert_with(compiled).as_mut()?;
        let values = self.layouts.read(header, layout)?;
        let plain = !template.odd && !values.has_fragments_but(None) && values.holds(template.depends);
        plain.then_some((&*template, values))
    }
}

/// What the fields of an event say, judged as [`Wide::judge`] does. None: it must be decoded.
#[allow(clippy::option_option)]
fn judge(
    wide: &Wide,
    looks: &[Look],
    wanted: &[&str],
    chunk: &[u8],
    template: &Template,
    values: Instance<'_>,
) -> Option<Option<Link>> {
    let mut said = [Said::Nothing; LOOKS];
    for (look, said) in looks.iter().zip(&mut said) {
        let mut found = false;
        for name in look.names {
            let at = wanted.iter().position(|wanted| wanted == name)?;
            let Some(slot) = template.wanted.get(at)? else { continue };
            if found {
                return None;
            }
            found = true;
            *said = said_by(name, chunk, &values.value(*slot)?)?;
        }
    }
    wide.judge(looks, &said)
}

/// What the value of a field says. None: only the decoder can tell.
fn said_by(name: &str, chunk: &[u8], value: &Value) -> Option<Said> {
    let bytes = chunk.get(value.bytes.clone())?;
    Some(match value.kind {
        NULL => Said::Nothing,
        TEXT => Said::of(name, ascii(bytes, &mut [0; 64])?),
        GUID => Said::Guid(ids::guid_of_bytes(bytes)?),
        NUMBER_16 => Said::Number(u16_at(bytes, 0)?.into()),
        NUMBER_32 | HEX_32 => Said::Number(u32_at(bytes, 0)?.into()),
        NUMBER_64 | HEX_64 => Said::Number(u64_at(bytes, 0)?),
        _ => return None,
    })
}

/// Short ASCII text out of UTF-16. None: it is something else.
fn ascii<'a>(utf16: &[u8], room: &'a mut [u8]) -> Option<&'a str> {
    let units = utf16.chunks_exact(2);
    let text = room.get_mut(..units.len())?;
    for (letter, unit) in text.iter_mut().zip(units) {
        *letter = Some(unit[0]).filter(|byte| (b' '..=b'~').contains(byte) && unit[1] == 0)?;
    }
    std::str::from_utf8(text).ok()
}

impl Known {
    /// Compiles the template at an offset of the chunk. None: it is not plain.
    fn new(chunk: &[u8], definition: usize, wanted: &[&str], texts: &mut Texts) -> Option<Known> {
        let template = compile(chunk, definition, wanted)?;
        let mut text = |part: &Option<Part>| match part.as_ref()? {
            Part::Literal(text) => texts.number(chunk.get(text.clone())?).map(Named::Known),
            Part::Slot(slot) => Some(Named::Slot(*slot)),
        };
        let provider = text(&template.provider)?;
        let channel = text(&template.channel)?;
        let computer = text(&template.computer)?;
        let event_id = match template.event_id.as_ref()? {
            Part::Literal(text) => {
                let number: u16 = utf16(chunk.get(text.clone())?)?.trim().parse().ok()?;
                Named::Known(number.into())
            }
            Part::Slot(slot) => Named::Slot(*slot),
        };
        Some(Known { event_id, provider, channel, computer, template, layout: 0 })
    }
}

/// The time in the slots of an instance that holds a process creation's data. None: it may match, or one of the
/// fields that may hold the needle is no text.
fn time_unless_found(
    needle: &Needle,
    wanted: &[&str],
    chunk: &[u8],
    template: &Template,
    values: Instance<'_>,
) -> Option<Time> {
    let [time, fields @ ..] = template.wanted.as_slice() else { return None };
    let mut found = false;
    for slot in fields.iter().flatten() {
        let value = values.value(*slot)?;
        found |= match value.kind {
            NULL => false,
            TEXT => needle.is_in_utf16(&chunk[value.bytes.clone()]),
            _ => return None,
        };
    }
    if is_silent(needle, wanted, chunk, template, values) {
        return None;
    }
    if found && !is_ruled_out(needle, wanted, chunk, template, values)? {
        return None;
    }
    let time = values.value((*time)?).filter(|value| value.kind == TEXT)?;
    // A time is short and ASCII; the full decoder judges what is not.
    Time::parse(ascii(&chunk[time.bytes.clone()], &mut [0; 32])?)
}

/// Whether the path that decides says nothing: what that means the decoder's event tells.
fn is_silent(
    needle: &Needle,
    wanted: &[&str],
    chunk: &[u8],
    template: &Template,
    values: Instance<'_>,
) -> bool {
    let Some(path) = needle.path() else { return false };
    let at = wanted.iter().position(|name| *name == path);
    let slot = at.and_then(|at| template.wanted.get(at).copied().flatten());
    let value = slot.and_then(|slot| values.value(slot)).filter(|value| value.kind == TEXT);
    // A text may be filled up with NULs.
    value.is_none_or(|value| chunk[value.bytes.clone()].iter().take(2).all(|byte| *byte == 0))
}

/// Whether the path that decides rules a match out. Only ASCII is judged; it has no NUL in it, at which
/// some would end a text. None: there is no such path.
fn is_ruled_out(
    needle: &Needle,
    wanted: &[&str],
    chunk: &[u8],
    template: &Template,
    values: Instance<'_>,
) -> Option<bool> {
    let path = needle.path()?;
    let at = wanted.iter().position(|name| *name == path)?;
    let slot = (*template.wanted.get(at)?)?;
    let value = values.value(slot).filter(|value| value.kind == TEXT)?;
    Some(needle.is_ruled_out_by(ascii(&chunk[value.bytes.clone()], &mut [0; 520])?))
}

fn number(chunk: &[u8], slot: u16, values: Instance<'_>) -> Option<u32> {
    let value = values.value(slot).filter(|value| value.kind == NUMBER_16)?;
    u16_at(chunk, value.bytes.start).map(u32::from)
}

/// Texts as they lie in chunks, decoded once: providers, channels and computers are few.
#[derive(Default)]
struct Texts {
    known: Vec<(Vec<u8>, String)>,
}

impl Texts {
    /// The number of a text that is known, or stands in a slot. `last`: that of the record before, most likely the same.
    fn find(&mut self, chunk: &[u8], named: Named, values: Instance<'_>, last: &mut usize) -> Option<usize> {
        match named {
            Named::Known(number) => Some(number),
            Named::Slot(slot) => {
                let value = values.value(slot).filter(|value| value.kind == TEXT)?;
                let raw = chunk.get(value.bytes)?;
                if self.known.get(*last).is_none_or(|(have, _)| !same(have, raw)) {
                    *last = self.number(raw)?;
                }
                Some(*last)
            }
        }
    }

    /// The number of a text.
    fn number(&mut self, raw: &[u8]) -> Option<usize> {
        if let Some(known) = self.known.iter().position(|(have, _)| same(have, raw)) {
            return Some(known);
        }
        // The parser of the rendering trims some texts and brings control characters to others.
        let text = utf16(raw).filter(|text| text.trim() == text && !text.contains(char::is_control))?;
        self.known.push((raw.to_vec(), text));
        Some(self.known.len() - 1)
    }

    fn get(&self, number: usize) -> &str {
        self.known.get(number).map_or("", |(_, text)| text)
    }

    /// A log that has too many is not worth remembering them.
    fn are_too_many(&self) -> bool {
        self.known.len() > TEXTS
    }
}
