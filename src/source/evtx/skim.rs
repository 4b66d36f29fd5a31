//! What is counted of a binary record that can't match, without rendering it.
//!
//! A record of the plain shape is one template instance with the `System` values in its slots and
//! the event's data as a nested fragment. Its slots are read where the compiled template says. Any
//! other record is left to the full decoder, and so is every process creation that holds the
//! needle in UTF-16 or ASCII: the two ways in which BinXML writes text.

use std::collections::BTreeMap;
use std::ops::Range;

use super::template::{DEFINITION_BYTES, Part, Template, compile, u16_at, u32_at, u64_at, utf16};
use crate::event::{Skim, is_process_creation};
use crate::needle::Needle;
use crate::time::Time;

/// Size of a chunk's header.
const CHUNK_HEADER_BYTES: usize = 512;
/// Size of a record's header, and of the copy of its size at its end.
const RECORD_HEADER_BYTES: usize = 24;
const SIZE_COPY_BYTES: usize = 4;
/// Token of a template instance.
const TEMPLATE_INSTANCE: u8 = 0x0c;
/// Slots of a template; Windows allows fewer.
const MOST_SLOTS: usize = 1024;
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

/// The records of a chunk. None: they do not follow one another as they should, so that the chunk
/// is left to the full decoder, which finds its way past damage.
pub fn records(chunk: &[u8]) -> Option<Vec<Record>> {
    let (free, last) = stated_end(chunk)?;
    let mut records = Vec::with_capacity(128);
    let mut offset = CHUNK_HEADER_BYTES;
    while offset < free {
        let record = record_at(chunk, offset)?;
        records.push(record);
        if record.number == last {
            break;
        }
        offset += record.size;
    }
    Some(records)
}

/// Sound records behind the end that the chunk states, newer than its last one: where they begin and
/// how many there are. A chunk that was used before holds older ones there, which are none of these.
pub fn behind_end(chunk: &[u8]) -> Option<(usize, u64)> {
    let (free, last) = stated_end(chunk)?;
    let start = free.max(CHUNK_HEADER_BYTES);
    let (mut offset, mut count) = (start, 0);
    while let Some(record) =
        record_at(chunk, offset).filter(|record| free <= CHUNK_HEADER_BYTES || record.number > last)
    {
        count += 1;
        offset += record.size;
    }
    (count > 0).then_some((start, count))
}

/// Where the chunk's header says that its records end, and the number of the last one.
fn stated_end(chunk: &[u8]) -> Option<(usize, u64)> {
    Some(((u32_at(chunk, 48)? as usize).min(chunk.len()), u64_at(chunk, 32)?))
}

/// The record at an offset, if its header and the copy of its size are sound.
fn record_at(chunk: &[u8], offset: usize) -> Option<Record> {
    let header = chunk.get(offset..offset + RECORD_HEADER_BYTES)?;
    let size = u32_at(header, 4)? as usize;
    let end = offset.checked_add(size).filter(|end| *end <= chunk.len())?;
    let whole = header.starts_with(b"**\0\0") && size >= RECORD_HEADER_BYTES + SIZE_COPY_BYTES;
    let copied = whole && u32_at(chunk, end - SIZE_COPY_BYTES)? as usize == size;
    copied.then_some(Record { offset, size, number: u64_at(header, 8)? })
}

/// Skims records.
pub struct Skimmer {
    needle: Needle,
    /// The templates of the chunk at hand, by offset; none for one that is not plain.
    templates: BTreeMap<usize, Option<Template>>,
    values: Vec<Value>,
    nested: Vec<Value>,
    texts: Texts,
}

/// A value of a slot: its type and where it lies in the chunk.
#[derive(Debug, Clone)]
struct Value {
    kind: u8,
    bytes: Range<usize>,
}

impl Skimmer {
    /// A skimmer that leaves every process creation with the needle to the full decoder.
    pub fn new(needle: Needle) -> Skimmer {
        Skimmer {
            needle,
            templates: BTreeMap::new(),
            values: Vec::new(),
            nested: Vec::new(),
            texts: Texts::default(),
        }
    }

    /// Starts a chunk: templates are numbered by their offset in it.
    pub fn next_chunk(&mut self) {
        self.templates.clear();
    }

    /// Skims a record. None: it must be decoded.
    pub fn skim<'a>(&'a mut self, chunk: &[u8], record: Record) -> Option<Skim<'a>> {
        self.texts.bound();
        let content = record.offset + RECORD_HEADER_BYTES..record.offset + record.size - SIZE_COPY_BYTES;
        let definition = instance(chunk, content, &mut self.values)?;
        let template =
            self.templates.entry(definition).or_insert_with(|| compile(chunk, definition)).as_ref()?;
        let event_id = number(chunk, template.event_id.as_ref()?, &self.values)?;
        let provider = self.texts.find(chunk, template.provider.as_ref()?, &self.values)?;
        let channel = self.texts.find(chunk, template.channel.as_ref()?, &self.values)?;
        let computer = self.texts.find(chunk, template.computer.as_ref()?, &self.values)?;
        let created = is_process_creation(self.texts.get(provider), self.texts.get(channel), Some(event_id));
        let time = match created {
            true => Some(self.process_creation(chunk, record, definition)?),
            false => None,
        };
        Some(Skim {
            provider: self.texts.get(provider),
            channel: self.texts.get(channel),
            event_id: Some(event_id),
            computer: Some(self.texts.get(computer)).filter(|name| !name.is_empty()),
            time,
        })
    }

    /// The time of a process creation that can't match.
    fn process_creation(&mut self, chunk: &[u8], record: Record, definition: usize) -> Option<Time> {
        let bytes = &chunk[record.offset..record.offset + record.size];
        if self.needle.is_in_utf16(bytes) || self.needle.is_in(bytes) {
            return None;
        }
        let root = self.templates.get(&definition)?.as_ref()?;
        if let Some(slot) = root.utc_time {
            return time(chunk, slot, &self.values);
        }
        let data = self.values.get(usize::from(root.data?)).filter(|value| value.kind == 0x21)?;
        let definition = instance(chunk, data.bytes.clone(), &mut self.nested)?;
        let template =
            self.templates.entry(definition).or_insert_with(|| compile(chunk, definition)).as_ref()?;
        time(chunk, template.utc_time?, &self.nested)
    }
}

/// Reads the template instance that takes a range of the chunk: the offset of its definition, and
/// its values. None: it is something else, or a value has not the size of its type.
fn instance(chunk: &[u8], range: Range<usize>, values: &mut Vec<Value>) -> Option<usize> {
    values.clear();
    let bytes = chunk.get(..range.end)?;
    // A nested fragment may do without the fragment header of version 1.1.
    let start = match bytes.get(range.start..)?.starts_with(&[0x0f, 1, 1, 0]) {
        true => range.start + 4,
        false => range.start,
    };
    if *bytes.get(start)? != TEMPLATE_INSTANCE {
        return None;
    }
    // The token, an unknown byte, the template's id, the offset of its definition.
    let definition = u32_at(bytes, start + 6)? as usize;
    let mut at = start + 10;
    if definition == at {
        at = at.checked_add(DEFINITION_BYTES + u32_at(bytes, at + 20)? as usize)?;
    }
    let count = u32_at(bytes, at)? as usize;
    if count > MOST_SLOTS {
        return None;
    }
    let descriptors = bytes.get(at + 4..at + 4 + 4 * count)?;
    let mut start = at + 4 + 4 * count;
    for descriptor in descriptors.chunks_exact(4) {
        let size = usize::from(u16::from_le_bytes([descriptor[0], descriptor[1]]));
        let kind = descriptor[2];
        let end = start + size;
        if end > bytes.len() || !has_size(kind, size) {
            return None;
        }
        values.push(Value { kind, bytes: start..end });
        start = end;
    }
    Some(definition)
}

/// Whether a value of this type can have this size.
fn has_size(kind: u8, size: usize) -> bool {
    match kind {
        0x00 => true,
        0x01 => size.is_multiple_of(2),
        0x03 | 0x04 => size == 1,
        0x05 | 0x06 => size == 2,
        0x07 | 0x08 | 0x0b | 0x0d | 0x14 => size == 4,
        0x09 | 0x0a | 0x0c | 0x11 | 0x15 => size == 8,
        0x0f | 0x12 => size == 16,
        0x13 => size >= 8,
        0x0e | 0x21 => true,
        // Text of an unknown code page, arrays and what has no fixed size: to the decoder.
        _ => false,
    }
}

fn number(chunk: &[u8], part: &Part, values: &[Value]) -> Option<u32> {
    match part {
        Part::Literal(text) => text.trim().parse().ok(),
        Part::Slot(slot) => {
            let value = values.get(usize::from(*slot)).filter(|value| value.kind == 0x06)?;
            u16_at(chunk, value.bytes.start).map(u32::from)
        }
    }
}

fn time(chunk: &[u8], slot: u16, values: &[Value]) -> Option<Time> {
    let value = values.get(usize::from(slot)).filter(|value| value.kind == 0x01)?;
    Time::parse(&utf16(&chunk[value.bytes.clone()])?)
}

/// Texts of slots, decoded once: providers, channels and computers are few.
#[derive(Default)]
struct Texts(Vec<(Vec<u8>, String)>);

impl Texts {
    /// The number of the text of a part.
    fn find(&mut self, chunk: &[u8], part: &Part, values: &[Value]) -> Option<usize> {
        match part {
            Part::Literal(text) => {
                let known = self.0.iter().position(|(raw, have)| raw.is_empty() && have == text);
                known.or_else(|| Some(self.add(Vec::new(), text.clone())))
            }
            Part::Slot(slot) => {
                let value = values.get(usize::from(*slot)).filter(|value| value.kind == 0x01)?;
                let raw = chunk.get(value.bytes.clone()).filter(|raw| !raw.is_empty())?;
                let known = self.0.iter().position(|(have, _)| have == raw);
                match known {
                    Some(known) => Some(known),
                    None => Some(self.add(raw.to_vec(), utf16(raw)?)),
                }
            }
        }
    }

    fn add(&mut self, raw: Vec<u8>, text: String) -> usize {
        self.0.push((raw, text));
        self.0.len() - 1
    }

    fn get(&self, number: usize) -> &str {
        self.0.get(number).map_or("", |(_, text)| text.trim())
    }

    /// Forgets all texts when a log has too many.
    fn bound(&mut self) {
        if self.0.len() > TEXTS {
            self.0.clear();
        }
    }
}
