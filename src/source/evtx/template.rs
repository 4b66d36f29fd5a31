//! BinXML templates, compiled to which substitution slot holds which field.
//!
//! A record of an event log is a template instance: a definition of the XML, stored once in the
//! chunk, and the values for its slots. Format: [MS-EVEN6] 2.2.12 and the libevtx documentation
//! "Windows XML Event Log (EVTX)". A definition lies at an offset of its chunk:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | offset of the next definition |
//! | 16 | GUID |
//! | 4 | size of the BinXML that follows |
//!
//! Names are stored once a chunk too: 4 bytes next, 2 bytes hash, 2 bytes length, UTF-16 text, NUL.

/// Size of a definition's header.
pub const DEFINITION_BYTES: usize = 24;
/// Tokens and elements of a definition that are looked at before it counts as not plain.
const MOST_TOKENS: usize = 4096;
/// Elements inside each other; event XML has four.
const MOST_DEPTH: usize = 16;

/// What stands at a place of the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text of the definition.
    Literal(String),
    /// The value of a slot.
    Slot(u16),
}

/// Where a definition has the fields that are counted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// `System/Provider@Name`.
    pub provider: Option<Part>,
    /// `System/EventID`.
    pub event_id: Option<Part>,
    /// `System/Channel`.
    pub channel: Option<Part>,
    /// `System/Computer`.
    pub computer: Option<Part>,
    /// The slot below `Event` that holds the event's data as a fragment of its own.
    pub data: Option<u16>,
    /// `EventData/Data[@Name='UtcTime']`.
    pub utc_time: Option<u16>,
}

/// Compiles the definition at `offset` of a chunk. None: it is not of the plain shape, so records
/// of it are left to the full decoder.
pub fn compile(chunk: &[u8], offset: usize) -> Option<Template> {
    let size = u32_at(chunk, offset + 20)? as usize;
    let start = offset + DEFINITION_BYTES;
    let end = start.checked_add(size).filter(|end| *end <= chunk.len())?;
    let mut walk = Walk { chunk, at: start, end, path: Vec::new(), attribute: None, data_name: None };
    let mut template = Template::default();
    for _ in 0..MOST_TOKENS {
        if !walk.token(&mut template)? {
            return Some(template);
        }
    }
    None
}

struct Walk<'a> {
    chunk: &'a [u8],
    at: usize,
    end: usize,
    path: Vec<String>,
    /// The attribute whose value comes next.
    attribute: Option<String>,
    /// The `Name` of the open element.
    data_name: Option<String>,
}

impl Walk<'_> {
    /// Reads one token. False at the end of the definition.
    fn token(&mut self, template: &mut Template) -> Option<bool> {
        if self.at >= self.end {
            return Some(false);
        }
        let token = self.byte()?;
        // 0x40 says that more of the same follow.
        match token & !0x40 {
            0x00 => return Some(false),
            0x01 => self.open(token & 0x40 != 0)?,
            // The start tag ends; what follows is the element's content.
            0x02 => self.attribute = None,
            0x03 | 0x04 => {
                self.attribute = None;
                self.data_name = None;
                self.path.pop()?;
            }
            0x05 => {
                let text = self.text()?;
                self.found(Part::Literal(text), template)?;
            }
            0x06 => self.attribute = Some(self.name()?),
            0x0d | 0x0e => {
                let slot = self.u16()?;
                self.byte()?;
                self.found(Part::Slot(slot), template)?;
            }
            0x0f => self.at += 3,
            // Sections, references and instructions: not plain.
            _ => return None,
        }
        Some(true)
    }

    /// An element starts: dependency id, size, name and, with attributes, their size.
    fn open(&mut self, attributes: bool) -> Option<()> {
        self.at += 6;
        let name = self.name()?;
        if attributes {
            self.at += 4;
        }
        self.attribute = None;
        self.data_name = None;
        self.path.push(name);
        (self.path.len() <= MOST_DEPTH).then_some(())
    }

    /// A part of the text of an element or attribute.
    fn found(&mut self, part: Part, template: &mut Template) -> Option<()> {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let place = match (path.as_slice(), self.attribute.as_deref()) {
            (["Event", "System", "Provider"], Some("Name")) => &mut template.provider,
            (["Event", "System", "EventID"], None) => &mut template.event_id,
            (["Event", "System", "Channel"], None) => &mut template.channel,
            (["Event", "System", "Computer"], None) => &mut template.computer,
            (["Event"], None) => return set_slot(&mut template.data, part),
            ([.., "Data"], Some("Name")) => {
                let Part::Literal(name) = part else { return None };
                self.data_name = Some(name);
                return Some(());
            }
            ([.., "EventData", "Data"], None) if self.data_name.as_deref() == Some("UtcTime") => {
                return set_slot(&mut template.utc_time, part);
            }
            _ => return Some(()),
        };
        // Text in several parts is not plain.
        place.replace(part).is_none().then_some(())
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.chunk.get(self.at).filter(|_| self.at < self.end)?;
        self.at += 1;
        Some(byte)
    }

    fn u16(&mut self) -> Option<u16> {
        let value = u16_at(self.chunk, self.at)?;
        self.at += 2;
        Some(value)
    }

    /// A name by its offset; it is stored right here when it is used for the first time.
    fn name(&mut self) -> Option<String> {
        let offset = u32_at(self.chunk, self.at)? as usize;
        self.at += 4;
        let length = 2 * usize::from(u16_at(self.chunk, offset + 6)?);
        if offset == self.at {
            self.at += 8 + length + 2;
        }
        utf16(self.chunk.get(offset + 8..offset + 8 + length)?)
    }

    /// A literal: its type, which must be text, its length, and the text.
    fn text(&mut self) -> Option<String> {
        if self.byte()? != 0x01 {
            return None;
        }
        let length = 2 * usize::from(self.u16()?);
        let text = utf16(self.chunk.get(self.at..self.at + length)?)?;
        self.at += length;
        Some(text)
    }
}

fn set_slot(place: &mut Option<u16>, part: Part) -> Option<()> {
    let Part::Slot(slot) = part else { return None };
    place.replace(slot).is_none().then_some(())
}

/// Little-endian number at an offset.
pub fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes([bytes[0], bytes[1]]))
}

/// Little-endian number at an offset.
pub fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

/// Little-endian number at an offset.
pub fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let low = u64::from(u32_at(bytes, at)?);
    Some(low | u64::from(u32_at(bytes, at.checked_add(4)?)?) << 32)
}

/// UTF-16LE text, which may end with NULs; none when it is no text or holds a NUL.
pub fn utf16(bytes: &[u8]) -> Option<String> {
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let length = units.iter().rposition(|unit| *unit != 0).map_or(0, |last| last + 1);
    String::from_utf16(&units[..length]).ok().filter(|text| !text.contains('\0'))
}
