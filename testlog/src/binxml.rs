//! Binary XML: how Windows stores an event in a chunk.
//!
//! The tokens are those of MS-EVEN6 2.2.12 to 2.2.17; what a chunk adds to them (offsets of names and templates,
//! the tables in its header) is documented by libevtx, "Windows XML Event Log (EVTX) format". An
//! event is two template instances: one for `Event` and `System`, whose last value is a fragment
//! of its own with the instance for `EventData`. A template is written out where a chunk first
//! needs it; later instances name its offset.

use std::collections::HashMap;

use crate::event::{Event, Guid, Provider, Value};

/// Size of a chunk, and where its records begin.
pub const CHUNK_BYTES: usize = 64 * 1024;
const RECORDS: usize = 512;

/// Tokens. The flag 0x40 says that attributes, or more of them, follow.
const OPEN: u8 = 0x01;
const CLOSE_START: u8 = 0x02;
const CLOSE_EMPTY: u8 = 0x03;
const END: u8 = 0x04;
const VALUE: u8 = 0x05;
const ATTRIBUTE: u8 = 0x06;
const INSTANCE: u8 = 0x0c;
const SUBSTITUTION: u8 = 0x0d;
const OPTIONAL: u8 = 0x0e;
const MORE: u8 = 0x40;
/// Token 0x0f, version 1.1, no flags.
const FRAGMENT: [u8; 4] = [0x0f, 1, 1, 0];
/// An element that does not depend on a value.
const ALWAYS: u16 = 0xffff;

/// Value types (MS-EVEN6 2.2.18).
mod kind {
    pub const NULL: u8 = 0x00;
    pub const STRING: u8 = 0x01;
    pub const UINT8: u8 = 0x04;
    pub const UINT16: u8 = 0x06;
    pub const UINT32: u8 = 0x08;
    pub const UINT64: u8 = 0x0a;
    pub const GUID: u8 = 0x0f;
    pub const FILETIME: u8 = 0x11;
    pub const SID: u8 = 0x13;
    pub const HEX64: u8 = 0x15;
    pub const BINXML: u8 = 0x21;
}

/// S-1-5-18 in binary (MS-DTYP 2.4.2.2).
const LOCAL_SYSTEM: [u8; 12] = [1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0];

/// How a log is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Style {
    /// The computer's name stands in the template, as a host's own log has it, and not in a value,
    /// as in forwarded events.
    pub computer_in_template: bool,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Template {
    /// `Event` and `System`; with the computer's name, where it is part of it.
    Root(Option<String>),
    Data(Provider, u16, Vec<(&'static str, u8)>),
}

/// What an attribute or element holds.
enum Content<'a> {
    Text(&'a str),
    /// Value number and type.
    Slot(u16, u8),
}

/// A chunk that is being filled.
pub struct Chunk {
    style: Style,
    bytes: Vec<u8>,
    /// Heads of the lists of names and templates, as the chunk's header holds them.
    name_heads: [u32; 64],
    template_heads: [u32; 32],
    names: HashMap<String, u32>,
    templates: HashMap<Template, (u32, u32)>,
    /// Numbers of the first and last record, and where the last begins.
    first: u64,
    last: u64,
    last_at: usize,
}

impl Chunk {
    /// An empty chunk.
    pub fn new(style: Style) -> Chunk {
        Chunk {
            style,
            bytes: vec![0; RECORDS],
            name_heads: [0; 64],
            template_heads: [0; 32],
            names: HashMap::new(),
            templates: HashMap::new(),
            first: 0,
            last: 0,
            last_at: 0,
        }
    }

    /// True when it has no record.
    pub fn is_empty(&self) -> bool {
        self.first == 0
    }

    /// Adds a record of this number. False when there is no room: nothing was added then.
    pub fn push(&mut self, event: &Event, number: u64) -> bool {
        let start = self.bytes.len();
        let heads = (self.name_heads, self.template_heads);
        self.record(event, number);
        if self.bytes.len() > CHUNK_BYTES {
            self.bytes.truncate(start);
            (self.name_heads, self.template_heads) = heads;
            return false;
        }
        if self.is_empty() {
            self.first = number;
        }
        (self.last, self.last_at) = (number, start);
        true
    }

    /// The whole chunk with header and checksums (libevtx, "Chunk").
    pub fn finish(mut self) -> Vec<u8> {
        let used = self.bytes.len();
        let checksum = crc32fast::hash(&self.bytes[RECORDS..]);
        self.bytes.resize(CHUNK_BYTES, 0);
        let mut at = 0;
        let mut put = |bytes: &[u8]| {
            self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
            at += bytes.len();
        };
        put(b"ElfChnk\0");
        // Numbers, then identifiers, of the first and last record: Windows writes the same twice.
        for number in [self.first, self.last, self.first, self.last] {
            put(&number.to_le_bytes());
        }
        for number in [128, self.last_at as u32, used as u32, checksum] {
            put(&number.to_le_bytes());
        }
        put(&[0; 64]);
        put(&1_u32.to_le_bytes());
        put(&[0; 4]);
        for head in self.name_heads.iter().chain(&self.template_heads) {
            put(&head.to_le_bytes());
        }
        sign(&mut self.bytes);
        self.bytes
    }

    fn record(&mut self, event: &Event, number: u64) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(b"\x2a\x2a\0\0\0\0\0\0");
        self.bytes.extend_from_slice(&number.to_le_bytes());
        self.bytes.extend_from_slice(&event.time.0.to_le_bytes());
        self.root(event);
        // Records are aligned; the padding reads as the end of the fragment.
        let padded = (self.bytes.len() + 4).next_multiple_of(8);
        self.bytes.resize(padded - 4, 0);
        let size = (padded - start) as u32;
        self.bytes.extend_from_slice(&size.to_le_bytes());
        self.patch(start + 4, size);
    }

    fn root(&mut self, event: &Event) {
        let literal = self.style.computer_in_template.then(|| event.computer.to_string());
        let in_value = literal.is_none();
        self.instance(Template::Root(literal));
        let guid = event.provider.guid.bytes();
        let (name, channel) = (utf16(event.provider.name), utf16(event.provider.channel));
        let computer = utf16(&event.computer);
        let mut values: Vec<(u8, &[u8])> = Vec::with_capacity(19);
        let (level, version) = ([event.level], [event.version]);
        let (task, id) = (event.task.to_le_bytes(), event.id.to_le_bytes());
        let (keywords, time) = (event.keywords.to_le_bytes(), event.time.0.to_le_bytes());
        let (process, thread) = (event.process.to_le_bytes(), event.thread.to_le_bytes());
        let record = event.record.to_le_bytes();
        values.extend([
            (kind::UINT8, level.as_slice()),
            (kind::UINT8, &[0]),
            (kind::UINT16, &task),
            (kind::UINT16, &id),
            (kind::NULL, &[]),
            (kind::HEX64, &keywords),
            (kind::FILETIME, &time),
            (kind::NULL, &[]),
            (kind::UINT32, &process),
            (kind::UINT32, &thread),
            (kind::UINT64, &record),
            (kind::UINT8, &version),
            (kind::SID, &LOCAL_SYSTEM),
            (kind::NULL, &[]),
            (kind::STRING, &name),
            (kind::GUID, &guid),
            (kind::STRING, &channel),
        ]);
        if in_value {
            values.push((kind::STRING, &computer));
        }
        let size_at = self.values(&values, true);
        let start = self.bytes.len();
        self.data(event);
        let size = (self.bytes.len() - start) as u16;
        self.bytes[size_at..size_at + 2].copy_from_slice(&size.to_le_bytes());
    }

    fn data(&mut self, event: &Event) {
        let fields = event.data.iter();
        let types = fields.map(|(name, value)| (*name, value_type(value))).collect();
        self.instance(Template::Data(event.provider, event.id, types));
        self.u32(event.data.len() as u32);
        let mut descriptor = self.bytes.len();
        self.bytes.resize(descriptor + 4 * event.data.len(), 0);
        for (_, value) in &event.data {
            let start = self.bytes.len();
            self.value(value);
            let size = (self.bytes.len() - start) as u16;
            self.bytes[descriptor..descriptor + 2].copy_from_slice(&size.to_le_bytes());
            self.bytes[descriptor + 2] = value_type(value);
            descriptor += 4;
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Text(text) => push_utf16(&mut self.bytes, text),
            Value::Number(number) => self.bytes.extend_from_slice(&number.to_le_bytes()),
            Value::Hex(number) => self.bytes.extend_from_slice(&number.to_le_bytes()),
            Value::Guid(guid) => self.bytes.extend_from_slice(&guid.bytes()),
        }
    }

    /// Writes descriptors and values. With a fragment as a further value, whose size is not yet
    /// known; returns where that size belongs.
    fn values(&mut self, values: &[(u8, &[u8])], fragment: bool) -> usize {
        self.u32(values.len() as u32 + u32::from(fragment));
        for (kind, bytes) in values {
            self.bytes.extend_from_slice(&(bytes.len() as u16).to_le_bytes());
            self.bytes.extend_from_slice(&[*kind, 0]);
        }
        let size_at = self.bytes.len();
        if fragment {
            self.bytes.extend_from_slice(&[0, 0, kind::BINXML, 0]);
        }
        values.iter().for_each(|(_, bytes)| self.bytes.extend_from_slice(bytes));
        size_at
    }

    /// Starts a fragment with an instance of a template, which is defined here if it is new to the
    /// chunk.
    fn instance(&mut self, template: Template) {
        self.bytes.extend_from_slice(&FRAGMENT);
        self.bytes.extend_from_slice(&[INSTANCE, 1]);
        if let Some((id, offset)) = self.templates.get(&template).copied() {
            self.u32(id);
            self.u32(offset);
            return;
        }
        let guid = template_guid(&template);
        let offset = self.bytes.len() as u32 + 8;
        self.u32(guid.0);
        self.u32(offset);
        let head = &mut self.template_heads[guid.0 as usize % 32];
        let next = std::mem::replace(head, offset);
        self.u32(next);
        self.bytes.extend_from_slice(&guid.bytes());
        let size_at = self.reserve();
        self.bytes.extend_from_slice(&FRAGMENT);
        match &template {
            Template::Root(computer) => self.root_template(computer.as_deref()),
            Template::Data(_, _, types) => self.data_template(types),
        }
        self.bytes.push(0);
        self.fill(size_at);
        self.templates.insert(template, (guid.0, offset));
    }

    /// The numbers of the values are those of Windows.
    fn root_template(&mut self, computer: Option<&str>) {
        let namespace = "http://schemas.microsoft.com/win/2004/08/events/event";
        let fragment = 17 + u16::from(computer.is_none());
        let computer = computer.map_or(Content::Slot(17, kind::STRING), Content::Text);
        self.element("Event", fragment, &[("xmlns", Content::Text(namespace))], |chunk| {
            chunk.element("System", ALWAYS, &[], |chunk| {
                use Content::Slot;
                let (name, guid) = (Slot(14, kind::STRING), Slot(15, kind::GUID));
                chunk.empty("Provider", &[("Name", name), ("Guid", guid)]);
                let qualifiers = [("Qualifiers", Slot(4, kind::UINT16))];
                chunk.element("EventID", 3, &qualifiers, |chunk| {
                    chunk.content(&Slot(3, kind::UINT16));
                });
                chunk.leaf("Version", 11, Slot(11, kind::UINT8));
                chunk.leaf("Level", 0, Slot(0, kind::UINT8));
                chunk.leaf("Task", 2, Slot(2, kind::UINT16));
                chunk.leaf("Opcode", 1, Slot(1, kind::UINT8));
                chunk.leaf("Keywords", 5, Slot(5, kind::HEX64));
                chunk.empty("TimeCreated", &[("SystemTime", Slot(6, kind::FILETIME))]);
                chunk.leaf("EventRecordID", 10, Slot(10, kind::UINT64));
                let related = ("RelatedActivityID", Slot(13, kind::GUID));
                chunk.empty("Correlation", &[("ActivityID", Slot(7, kind::GUID)), related]);
                let thread = ("ThreadID", Slot(9, kind::UINT32));
                chunk.empty("Execution", &[("ProcessID", Slot(8, kind::UINT32)), thread]);
                chunk.leaf("Channel", 16, Slot(16, kind::STRING));
                chunk.leaf("Computer", ALWAYS, computer);
                chunk.empty("Security", &[("UserID", Slot(12, kind::SID))]);
            });
            chunk.content(&Content::Slot(fragment, kind::BINXML));
        });
    }

    fn data_template(&mut self, types: &[(&'static str, u8)]) {
        self.element("EventData", ALWAYS, &[], |chunk| {
            for (slot, (name, kind)) in types.iter().enumerate() {
                chunk.element("Data", ALWAYS, &[("Name", Content::Text(name))], |chunk| {
                    chunk.bytes.push(SUBSTITUTION);
                    chunk.bytes.extend_from_slice(&(slot as u16).to_le_bytes());
                    chunk.bytes.push(*kind);
                });
            }
        });
    }

    fn element(
        &mut self,
        name: &str,
        depends: u16,
        attributes: &[(&str, Content<'_>)],
        content: impl FnOnce(&mut Chunk),
    ) {
        let size_at = self.open(name, depends, attributes);
        self.bytes.push(CLOSE_START);
        content(self);
        self.bytes.push(END);
        self.fill(size_at);
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, Content<'_>)]) {
        let size_at = self.open(name, ALWAYS, attributes);
        self.bytes.push(CLOSE_EMPTY);
        self.fill(size_at);
    }

    fn leaf(&mut self, name: &str, depends: u16, content: Content<'_>) {
        self.element(name, depends, &[], |chunk| chunk.content(&content));
    }

    /// Returns where the element's size belongs.
    fn open(&mut self, name: &str, depends: u16, attributes: &[(&str, Content<'_>)]) -> usize {
        let flag = if attributes.is_empty() { 0 } else { MORE };
        self.bytes.push(OPEN | flag);
        self.bytes.extend_from_slice(&depends.to_le_bytes());
        let size_at = self.reserve();
        self.name(name);
        if !attributes.is_empty() {
            let list_at = self.reserve();
            for (index, (name, content)) in attributes.iter().enumerate() {
                let more = index + 1 < attributes.len();
                self.bytes.push(ATTRIBUTE | if more { MORE } else { 0 });
                self.name(name);
                self.content(content);
            }
            self.fill(list_at);
        }
        size_at
    }

    fn content(&mut self, content: &Content<'_>) {
        match content {
            Content::Text(text) => {
                let units = text.encode_utf16().count() as u16;
                self.bytes.extend_from_slice(&[VALUE, kind::STRING]);
                self.bytes.extend_from_slice(&units.to_le_bytes());
                push_utf16(&mut self.bytes, text);
            }
            Content::Slot(slot, kind) => {
                self.bytes.push(OPTIONAL);
                self.bytes.extend_from_slice(&slot.to_le_bytes());
                self.bytes.push(*kind);
            }
        }
    }

    /// The offset of a name, and the name itself where the chunk first needs it.
    fn name(&mut self, name: &str) {
        if let Some(offset) = self.names.get(name).copied() {
            self.u32(offset);
            return;
        }
        let offset = self.bytes.len() as u32 + 4;
        self.u32(offset);
        let hash = name_hash(name);
        let head = &mut self.name_heads[usize::from(hash) % 64];
        let next = std::mem::replace(head, offset);
        self.u32(next);
        self.bytes.extend_from_slice(&hash.to_le_bytes());
        let units = name.encode_utf16().count() as u16;
        self.bytes.extend_from_slice(&units.to_le_bytes());
        push_utf16(&mut self.bytes, name);
        self.bytes.extend_from_slice(&[0, 0]);
        self.names.insert(name.to_owned(), offset);
    }

    fn u32(&mut self, number: u32) {
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    /// Four bytes for the size of what follows; [`Chunk::fill`] writes it.
    fn reserve(&mut self) -> usize {
        self.u32(0);
        self.bytes.len() - 4
    }

    fn fill(&mut self, at: usize) {
        self.patch(at, (self.bytes.len() - at - 4) as u32);
    }

    fn patch(&mut self, at: usize, number: u32) {
        self.bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
    }
}

/// Computes both checksums of a chunk anew: of its records, and of its header without the
/// checksums' own place.
pub fn sign(chunk: &mut [u8]) {
    let used = u32::from_le_bytes([chunk[48], chunk[49], chunk[50], chunk[51]]) as usize;
    let records = crc32fast::hash(&chunk[RECORDS..used.clamp(RECORDS, chunk.len())]);
    chunk[52..56].copy_from_slice(&records.to_le_bytes());
    let mut header = crc32fast::Hasher::new();
    header.update(&chunk[..120]);
    header.update(&chunk[128..RECORDS]);
    chunk[124..128].copy_from_slice(&header.finalize().to_le_bytes());
}

/// The low half of a hash with the multiplier 65599 (libevtx, "Name").
fn name_hash(name: &str) -> u16 {
    let hash =
        name.encode_utf16().fold(0_u32, |hash, unit| hash.wrapping_mul(65_599).wrapping_add(unit.into()));
    hash as u16
}

/// A GUID that is the same for the same template.
fn template_guid(template: &Template) -> Guid {
    let text = match template {
        Template::Root(computer) => format!("root {computer:?}"),
        Template::Data(provider, id, types) => format!("{} {id} {types:?}", provider.name),
    };
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    Guid(hash as u32, (hash >> 32) as u16, (hash >> 48) as u16, hash.rotate_left(17).to_be_bytes())
}

fn value_type(value: &Value) -> u8 {
    match value {
        Value::Text(_) => kind::STRING,
        Value::Number(_) => kind::UINT32,
        Value::Hex(_) => kind::HEX64,
        Value::Guid(_) => kind::GUID,
    }
}

fn utf16(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() * 2);
    push_utf16(&mut bytes, text);
    bytes
}

fn push_utf16(bytes: &mut Vec<u8>, text: &str) {
    // Nearly all of a log is ASCII, where a unit is a byte and a zero.
    if text.is_ascii() {
        bytes.extend(text.bytes().flat_map(|byte| [byte, 0]));
    } else {
        bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    }
}

#[cfg(test)]
mod tests {
    /// The hashes stand in every EVTX file.
    #[test]
    fn names_hash_as_windows_does() {
        for (name, hash) in [("Event", 0x0cba), ("System", 0x546f), ("xmlns", 0x0fbc)] {
            assert_eq!(super::name_hash(name), hash, "{name}");
        }
    }
}
