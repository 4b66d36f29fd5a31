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
//!
//! A chunk has its own definitions, a dozen or so, so compiling one must cost little beside reading
//! the chunk: names are compared where they lie, and nothing is copied.

use std::ops::Range;

/// Size of a definition's header.
pub const DEFINITION_BYTES: usize = 24;
/// Tokens and elements of a definition that are looked at before it counts as not plain.
const MOST_TOKENS: usize = 4096;
/// Elements inside each other; event XML has four.
const MOST_DEPTH: usize = 16;
/// Letters of a name.
const MOST_NAME: usize = 256;
/// What an element depends on that is always there.
const INDEPENDENT: u16 = 0xffff;

/// What stands at a place of the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// UTF-16 text of the definition: where it lies in the chunk.
    Literal(Range<usize>),
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
    /// The slots of the wanted `EventData/Data[@Name]`, in the order in which they were asked for.
    pub wanted: Vec<Option<u16>>,
    /// It holds more than `System` and `EventData` with `Data` in it, of whatever name: the wanted slots do not tell all that the
    /// event says.
    pub odd: bool,
    /// It holds an `EventData` below `Event`.
    pub has_data: bool,
    /// Slots, a bit each, without whose values elements that are told apart are left out.
    pub depends: u64,
}

/// Compiles the definition at `offset` of a chunk. `wanted`: names of the data whose slots are asked
/// for. None: it is not of the plain shape, so records of it are left to the full decoder.
pub fn compile(chunk: &[u8], offset: usize, wanted: &[&str]) -> Option<Template> {
    compile_if(chunk, offset, wanted, |_| true)
}

/// Whether the definition at `offset`, and every name in it, lies in places of which `holds` is true.
pub fn lies_in(chunk: &[u8], offset: usize, holds: impl Fn(Range<usize>) -> bool) -> bool {
    compile_if(chunk, offset, &[], holds).is_some()
}

fn compile_if(
    chunk: &[u8],
    offset: usize,
    wanted: &[&str],
    holds: impl Fn(Range<usize>) -> bool,
) -> Option<Template> {
    let size = u32_at(chunk, offset.checked_add(20)?)? as usize;
    let start = offset + DEFINITION_BYTES;
    let end = start.checked_add(size).filter(|end| *end <= chunk.len() && holds(offset..*end))?;
    let mut walk = Walk {
        chunk: chunk.get(..end)?,
        at: start,
        names: chunk,
        holds,
        wanted,
        path: [Word::Other; MOST_DEPTH],
        depth: 0,
        attribute: None,
        data: Data::Unnamed,
        met: 0,
    };
    let mut template = Template { wanted: vec![None; wanted.len()], ..Template::default() };
    for _ in 0..MOST_TOKENS {
        if !walk.token(&mut template)? {
            return Some(template);
        }
    }
    None
}

/// The names that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Event,
    System,
    Provider,
    EventId,
    Channel,
    Computer,
    EventData,
    Data,
    /// The attribute.
    Name,
    Other,
}

impl Word {
    /// Those that are told apart and have so many letters.
    fn told_apart(letters: usize) -> &'static [(&'static str, Word)] {
        match letters {
            4 => &[("Data", Word::Data), ("Name", Word::Name)],
            5 => &[("Event", Word::Event)],
            6 => &[("System", Word::System)],
            7 => &[("EventID", Word::EventId), ("Channel", Word::Channel)],
            8 => &[("Provider", Word::Provider), ("Computer", Word::Computer)],
            9 => &[("EventData", Word::EventData)],
            _ => &[],
        }
    }

    /// None: the name holds what the decoder may take for markup, for a prefix or for its end, so that it may mean one of the
    /// others; or it is longer than any.
    #[inline(never)]
    fn of(utf16: &[u8]) -> Option<Word> {
        let known = Word::told_apart(utf16.len() / 2).iter().find(|(text, _)| is(utf16, text));
        if let Some((_, word)) = known {
            return Some(*word);
        }
        let is_plain = |[low, high]: &[u8; 2]| {
            *high == 0 && (low.is_ascii_alphanumeric() || matches!(low, b'_' | b'-' | b'.'))
        };
        // All of it, which is done by vectors, rather than up to the first.
        let plain = utf16.as_chunks().0.iter().fold(true, |all, unit| all & is_plain(unit));
        (plain && utf16.len() <= 2 * MOST_NAME).then_some(Word::Other)
    }
}

/// What the open `Data` element is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Data {
    Unnamed,
    Named,
    /// By the name at this place of those that are wanted.
    Wanted(usize),
}

struct Walk<'a, Holds> {
    /// The chunk up to the definition's end.
    chunk: &'a [u8],
    at: usize,
    /// All of the chunk: names may lie anywhere.
    names: &'a [u8],
    /// Whether a name may lie at a place.
    holds: Holds,
    wanted: &'a [&'a str],
    /// The open elements, the outermost first, and how many there are.
    path: [Word; MOST_DEPTH],
    depth: usize,
    /// The attribute whose value comes next.
    attribute: Option<Word>,
    data: Data,
    /// Bits of the wanted names that were met.
    met: u64,
}

impl<Holds: Fn(Range<usize>) -> bool> Walk<'_, Holds> {
    /// Reads one token. False at the end of the definition.
    fn token(&mut self, template: &mut Template) -> Option<bool> {
        if self.at == self.chunk.len() {
            return self.end();
        }
        // None also when a name or text reaches over the definition's end.
        let token = self.byte()?;
        // 0x40 says that more of the same follow.
        match token & !0x40 {
            0x00 => return self.end(),
            0x01 => self.open(token & 0x40 != 0, template)?,
            // The start tag ends; what follows is the element's content.
            0x02 => self.attribute = None,
            0x03 | 0x04 => {
                self.attribute = None;
                self.data = Data::Unnamed;
                self.depth = self.depth.checked_sub(1)?;
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

    /// The definition ends. None: inside of an element, so that what it tells is not all there was.
    fn end(&self) -> Option<bool> {
        (self.depth == 0).then_some(false)
    }

    /// An element starts: dependency id, size, name and, with attributes, their size.
    fn open(&mut self, attributes: bool, template: &mut Template) -> Option<()> {
        let depends = self.u16()?;
        self.at += 4;
        let name = self.name()?;
        if depends != INDEPENDENT && name != Word::Other {
            // None: it is one of more slots than events have.
            template.depends |= 1_u64.checked_shl(depends.into())?;
        }
        if attributes {
            self.at += 4;
        }
        self.attribute = None;
        self.data = Data::Unnamed;
        *self.path.get_mut(self.depth)? = name;
        self.depth += 1;
        template.has_data |= self.path() == [Word::Event, Word::EventData];
        template.odd |= !matches!(
            self.path(),
            [Word::Event | Word::EventData]
                | [Word::Event, Word::System, ..]
                | [Word::Event, Word::EventData]
                | [Word::Event, Word::EventData, Word::Data]
                | [Word::EventData, Word::Data]
        );
        Some(())
    }

    fn path(&self) -> &[Word] {
        &self.path[..self.depth]
    }

    /// A part of the text of an element or attribute.
    fn found(&mut self, part: Part, template: &mut Template) -> Option<()> {
        use Word::{Channel, Computer, Event, EventData, EventId, Provider, System};
        let place = match (self.path(), self.attribute) {
            ([Event, System, Provider], Some(Word::Name)) => &mut template.provider,
            ([Event, System, EventId], None) => &mut template.event_id,
            ([Event, System, Channel], None) => &mut template.channel,
            ([Event, System, Computer], None) => &mut template.computer,
            // Before them it could bring others.
            ([Event], None) if template.provider.is_none() || template.event_id.is_none() => return None,
            ([Event], None) => return set_slot(&mut template.data, part),
            ([EventData, Word::Data] | [Event, EventData, Word::Data], attribute) => {
                return self.found_data(attribute, part, template);
            }
            ([EventData, ..] | [Event, EventData, ..], None) => {
                template.odd = true;
                return Some(());
            }
            _ => return Some(()),
        };
        // Text in several parts is not plain.
        place.replace(part).is_none().then_some(())
    }

    /// A part of the text of a `Data` element or of an attribute of it.
    fn found_data(&mut self, attribute: Option<Word>, part: Part, template: &mut Template) -> Option<()> {
        match attribute {
            Some(Word::Name) => {
                let Part::Literal(name) = part else { return None };
                let at = self.wanted.iter().position(|wanted| is(&self.names[name.clone()], wanted));
                // Of two elements of a name the first one counts, though it may be empty.
                let bit = at.map_or(0, |at| 1 << (at as u32 % u64::BITS));
                let twice = self.data != Data::Unnamed || self.met & bit != 0;
                self.met |= bit;
                self.data = at.map_or(Data::Named, Data::Wanted);
                (!twice).then_some(())
            }
            Some(_) => {
                template.odd = true;
                Some(())
            }
            None => match self.data {
                Data::Wanted(at) => set_slot(template.wanted.get_mut(at)?, part),
                Data::Named | Data::Unnamed => Some(()),
            },
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.chunk.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn u16(&mut self) -> Option<u16> {
        let value = u16_at(self.names, self.at)?;
        self.at += 2;
        Some(value)
    }

    /// A name by its offset; it is stored right here when it is used for the first time.
    fn name(&mut self) -> Option<Word> {
        let offset = u32_at(self.names, self.at)? as usize;
        self.at += 4;
        let length = 2 * usize::from(u16_at(self.names, offset.checked_add(6)?)?);
        if offset == self.at {
            self.at += 8 + length + 2;
        }
        let text = offset + 8..offset + 8 + length;
        (self.holds)(offset..text.end).then_some(())?;
        Word::of(self.names.get(text)?)
    }

    /// A literal: its type, which must be text, its length, and the text.
    fn text(&mut self) -> Option<Range<usize>> {
        if self.byte()? != 0x01 {
            return None;
        }
        let length = 2 * usize::from(self.u16()?);
        let text = self.at..self.at + length;
        self.at = text.end;
        // The decoder takes a NUL for its end.
        (!holds_nul(self.names.get(text.clone())?)).then_some(text)
    }
}

#[inline(never)]
fn holds_nul(utf16: &[u8]) -> bool {
    let units: &[[u8; 2]] = utf16.as_chunks().0;
    units.contains(&[0, 0])
}

fn set_slot(place: &mut Option<u16>, part: Part) -> Option<()> {
    let Part::Slot(slot) = part else { return None };
    place.replace(slot).is_none().then_some(())
}

/// Whether UTF-16LE text is this ASCII text.
fn is(utf16: &[u8], text: &str) -> bool {
    utf16.len() == 2 * text.len()
        && utf16.chunks_exact(2).zip(text.bytes()).all(|(unit, letter)| unit == [letter, 0])
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
