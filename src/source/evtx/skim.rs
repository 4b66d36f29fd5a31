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

use super::instance::{
    FRAGMENT, GUID, HEX_32, HEX_64, Header, Instance, Layouts, NULL, NUMBER_16, NUMBER_32, NUMBER_64, TEXT,
    Value,
};
use super::records::{Record, content};
use super::template::{Part, Template, compile, u16_at, u32_at, u64_at, utf16};
use crate::event::{Skim, is_doubtful, is_process_creation, is_sysmon};
use crate::ids::{self, Link};
use crate::needle::{Ask, LOOKS, Look, Needle, Said, Wide};
use crate::text::same;
use crate::time::Time;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Different texts that are kept decoded.
const TEXTS: usize = 64;

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
