//! Instances of BinXML templates: which values stand in their slots, and where.
//!
//! Format: [MS-EVEN6] 2.2.12. An instance is
//!
//! | bytes | what |
//! |---|---|
//! | 1 | token |
//! | 1 | unknown |
//! | 4 | id of the template |
//! | 4 | offset of its definition in the chunk, which stands right here when it is used for the first time |
//! | 4 | number of values |
//! | 4 each | their descriptors: size, two bytes, and type; the last byte is not used |
//! | | the values |
//!
//! The descriptors of one template are the same in nearly every record, but for the sizes of texts and of nested data. So they are
//! compared with those of records before, as a whole, and only the values that are asked for are looked up.

use std::ops::Range;

use super::template::{DEFINITION_BYTES, u32_at};

/// Token of a template instance.
const TEMPLATE_INSTANCE: u8 = 0x0c;
/// Slots of a template; Windows allows fewer.
const MOST_SLOTS: usize = 1024;
/// Layouts that are kept.
const LAYOUTS: usize = 64;

/// Types of values: none, UTF-16 text, numbers without a sign, binary, GUID, SID, hexadecimal numbers, BinXML.
pub const NULL: u8 = 0x00;
pub const TEXT: u8 = 0x01;
pub const NUMBER_16: u8 = 0x06;
pub const NUMBER_32: u8 = 0x08;
pub const NUMBER_64: u8 = 0x0a;
const BINARY: u8 = 0x0e;
pub const GUID: u8 = 0x0f;
const SID: u8 = 0x13;
pub const HEX_32: u8 = 0x14;
pub const HEX_64: u8 = 0x15;
pub const FRAGMENT: u8 = 0x21;
/// Rows of texts, and of SIDs.
const TEXTS: u8 = 0x81;
const SIDS: u8 = 0x93;

/// A value of a slot: its type and where it lies in the chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    pub kind: u8,
    pub bytes: Range<usize>,
}

/// The instance of a template that a range of a chunk holds.
#[derive(Debug, Clone, Copy)]
pub struct Header<'a> {
    /// The chunk up to the end of the range.
    bytes: &'a [u8],
    /// The offset of the template's definition.
    pub definition: usize,
    descriptors: &'a [u8],
    /// Where the values begin.
    values: usize,
}

impl Header<'_> {
    /// None: the range holds something else.
    pub fn of(chunk: &[u8], range: Range<usize>) -> Option<Header<'_>> {
        let bytes = chunk.get(..range.end)?;
        // A nested fragment may do without the fragment header of version 1.1.
        let start = match bytes.get(range.start..)?.starts_with(&[0x0f, 1, 1, 0]) {
            true => range.start + 4,
            false => range.start,
        };
        if *bytes.get(start)? != TEMPLATE_INSTANCE {
            return None;
        }
        let definition = u32_at(bytes, start + 6)? as usize;
        let mut at = start + 10;
        if definition == at {
            at = at.checked_add(DEFINITION_BYTES)?.checked_add(u32_at(bytes, at + 20)? as usize)?;
        }
        let count = u32_at(bytes, at)? as usize;
        if count > MOST_SLOTS {
            return None;
        }
        let values = at + 4 + 4 * count;
        Some(Header { bytes, definition, descriptors: bytes.get(at + 4..values)?, values })
    }
}

/// The layouts of templates: few, and the same in every chunk.
#[derive(Debug, Default)]
pub struct Layouts {
    known: Vec<Layout>,
    /// Which one makes room for another.
    oldest: usize,
}

/// How the values of a template lie, by the descriptors of one instance.
#[derive(Debug, Default)]
struct Layout {
    descriptors: Vec<[u8; 4]>,
    /// The bits of them that must be the same.
    mask: Vec<[u8; 4]>,
    /// Where each value begins, and where the last one ends, if all those that vary were empty.
    starts: Vec<usize>,
    /// The slots of those that vary in size.
    varying: Vec<usize>,
    /// The slots of those that say themselves how long they are.
    sids: Vec<usize>,
    /// The slots of those that are BinXML, which the decoder puts wherever they stand.
    fragments: Vec<usize>,
}

impl Layouts {
    /// The values of an instance. `nth`: which layout it has most likely, and then which it has. None: a value has not the
    /// size of its type, or a type that is left to the decoder.
    #[inline]
    pub fn read<'a>(&'a mut self, header: Header<'a>, nth: &mut usize) -> Option<Instance<'a>> {
        let descriptors = header.descriptors.as_chunks().0;
        if self.known.get(*nth).is_none_or(|layout| !layout.fits(descriptors)) {
            *nth = self.find(descriptors)?;
        }
        let instance = Instance { layout: &self.known[*nth], descriptors, begin: header.values };
        instance.is_sound(header.bytes).then_some(instance)
    }

    #[cold]
    fn find(&mut self, descriptors: &[[u8; 4]]) -> Option<usize> {
        if let Some(nth) = self.known.iter().position(|layout| layout.fits(descriptors)) {
            return Some(nth);
        }
        let layout = Layout::of(descriptors)?;
        if self.known.len() < LAYOUTS {
            self.known.push(layout);
            return Some(self.known.len() - 1);
        }
        let nth = self.oldest;
        self.oldest = (nth + 1) % LAYOUTS;
        self.known[nth] = layout;
        Some(nth)
    }
}

impl Layout {
    #[inline]
    fn fits(&self, descriptors: &[[u8; 4]]) -> bool {
        let same = self.descriptors.iter().zip(&self.mask).zip(descriptors);
        let word = |bytes: &[u8; 4]| u32::from_le_bytes(*bytes);
        let other = same.fold(0, |other, ((have, mask), new)| other | (word(have) ^ word(new)) & word(mask));
        other == 0 && self.descriptors.len() == descriptors.len()
    }

    fn of(descriptors: &[[u8; 4]]) -> Option<Layout> {
        let mut layout = Layout { descriptors: descriptors.to_vec(), ..Layout::default() };
        let mut start = 0;
        for (slot, descriptor) in descriptors.iter().enumerate() {
            let (size, kind) = (size_of(descriptor), descriptor[2]);
            layout.starts.push(start);
            if matches!(kind, TEXT | BINARY | FRAGMENT) {
                layout.varying.push(slot);
                if kind == FRAGMENT {
                    layout.fragments.push(slot);
                }
                layout.mask.push([0, 0, 0xff, 0]);
                continue;
            }
            has_size(kind, size).then_some(())?;
            if kind == SID {
                layout.sids.push(slot);
            }
            layout.mask.push([0xff, 0xff, 0xff, 0]);
            start += size;
        }
        layout.starts.push(start);
        Some(layout)
    }
}

/// The values of an instance.
#[derive(Debug, Clone, Copy)]
pub struct Instance<'a> {
    layout: &'a Layout,
    descriptors: &'a [[u8; 4]],
    /// Where the values begin.
    begin: usize,
}

impl Instance<'_> {
    /// The value of a slot.
    #[inline]
    pub fn value(&self, slot: u16) -> Option<Value> {
        let slot = usize::from(slot);
        let descriptor = self.descriptors.get(slot)?;
        let start = self.start(slot);
        Some(Value { kind: descriptor[2], bytes: start..start + size_of(descriptor) })
    }

    /// Whether a slot other than this one holds BinXML.
    #[inline]
    pub fn has_fragments_but(&self, slot: Option<u16>) -> bool {
        self.layout.fragments.iter().any(|fragment| slot.map(usize::from) != Some(*fragment))
    }

    /// Whether each of these slots, a bit each, has a value: without it the decoder leaves out what depends on it.
    #[inline]
    pub fn holds(&self, slots: u64) -> bool {
        let mut left = slots;
        while left != 0 {
            let descriptor = self.descriptors.get(left.trailing_zeros() as usize);
            let has_value = |descriptor: &[u8; 4]| {
                descriptor[2] != NULL && (descriptor[2] != FRAGMENT || size_of(descriptor) > 0)
            };
            if !descriptor.is_some_and(has_value) {
                return false;
            }
            left &= left - 1;
        }
        true
    }

    /// All values in order.
    pub fn values(&self) -> impl Iterator<Item = Value> {
        let mut start = self.begin;
        self.descriptors.iter().map(move |descriptor| {
            let bytes = start..start + size_of(descriptor);
            start = bytes.end;
            Value { kind: descriptor[2], bytes }
        })
    }

    /// Where the value of a slot begins.
    #[inline]
    fn start(&self, slot: usize) -> usize {
        let before = self.layout.varying.iter().take_while(|varying| **varying < slot);
        let varying: usize = before.map(|varying| size_of(&self.descriptors[*varying])).sum();
        self.begin + self.layout.starts[slot] + varying
    }

    /// Whether the values lie in these bytes, and have the sizes of their types where a layout does not tell.
    #[inline]
    fn is_sound(&self, bytes: &[u8]) -> bool {
        let texts = self.layout.varying.iter().filter(|slot| self.descriptors[**slot][2] == TEXT);
        texts.fold(true, |even, slot| even & self.descriptors[*slot][0].is_multiple_of(2))
            && self.layout.sids.iter().all(|slot| self.is_sid(*slot, bytes))
            && self.start(self.descriptors.len()) <= bytes.len()
    }

    /// Whether a SID has its size: it says itself how many parts of four bytes stand behind its first eight.
    fn is_sid(&self, slot: usize, bytes: &[u8]) -> bool {
        let parts = bytes.get(self.start(slot) + 1);
        parts.is_some_and(|parts| size_of(&self.descriptors[slot]) == 8 + 4 * usize::from(*parts))
    }
}

/// Where the values end of the instance that a range of a chunk holds. None: it holds something else.
pub fn end_of_values(chunk: &[u8], range: Range<usize>) -> Option<usize> {
    let header = Header::of(chunk, range)?;
    // The size is the lower half of a descriptor. Four at once are added up so.
    let size = |descriptor: &[u8; 4]| u32::from_le_bytes(*descriptor) & 0xffff;
    let sizes: u32 = header.descriptors.as_chunks().0.iter().map(size).sum();
    Some(header.values + sizes as usize)
}

/// What the decoder reads in another way than it is stated.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Flaws {
    /// A value is stated to be shorter or longer than its type is. The decoder goes by the type: all values behind it are then
    /// read from another place.
    pub other_size: bool,
    /// A text goes on behind a NUL, at which the decoder ends it.
    pub cut_text: bool,
}

/// The flaws of the values in a range of BinXML.
pub fn flaws(chunk: &[u8], range: Range<usize>) -> Flaws {
    let (mut flaws, mut ranges) = (Flaws::default(), vec![range]);
    while let Some(range) = ranges.pop() {
        let Some(header) = Header::of(chunk, range) else { continue };
        let mut start = header.values;
        for descriptor in header.descriptors.as_chunks().0 {
            let (kind, size) = (descriptor[2], size_of(descriptor));
            // Each fragment lies inside of the one before. A value that does not would be read by others, too.
            let Some(value) = header.bytes.get(start..start + size) else {
                return Flaws { other_size: true, ..flaws };
            };
            flaws.other_size |= (is_fixed(kind) && !has_size(kind, size)) || says_another_size(kind, value);
            flaws.cut_text |= kind == TEXT && goes_on_behind_nul(value);
            if kind == FRAGMENT {
                ranges.push(start..start + size);
            }
            start += size;
        }
    }
    flaws
}

/// Texts may be filled up with NULs.
fn goes_on_behind_nul(text: &[u8]) -> bool {
    let mut units = text.as_chunks::<2>().0.iter().skip_while(|unit| **unit != [0, 0]);
    units.any(|unit| *unit != [0, 0])
}

/// Whether a value that tells itself where it ends does so at another place: a SID by the number of its parts, texts and SIDs in
/// a row one behind the other.
fn says_another_size(kind: u8, value: &[u8]) -> bool {
    match kind {
        SID => sid_bytes(value) != Some(value.len()),
        TEXTS => !value.is_empty() && (!value.len().is_multiple_of(2) || !value.ends_with(&[0, 0])),
        SIDS => {
            let mut rest = value;
            while let Some(next) = sid_bytes(rest).and_then(|bytes| rest.get(bytes..)) {
                rest = next;
            }
            !rest.is_empty()
        }
        _ => false,
    }
}

/// How many bytes the SID has that begins a value.
fn sid_bytes(value: &[u8]) -> Option<usize> {
    Some(8 + 4 * usize::from(*value.get(1)?))
}

/// Whether all values of this type have the same size.
fn is_fixed(kind: u8) -> bool {
    matches!(kind, 0x03..=0x0d | GUID | 0x11 | 0x12 | HEX_32 | HEX_64)
}

fn size_of([low, high, ..]: &[u8; 4]) -> usize {
    u16::from_le_bytes([*low, *high]).into()
}

/// Whether a value of this type can have this size. The decoder goes by the type, and the size that is stated must be the one
/// it reads.
fn has_size(kind: u8, size: usize) -> bool {
    match kind {
        NULL | SID => true,
        0x03 | 0x04 => size == 1,
        0x05 | NUMBER_16 => size == 2,
        0x07 | NUMBER_32 | 0x0b | 0x0d | HEX_32 => size == 4,
        0x09 | NUMBER_64 | 0x0c | 0x11 | HEX_64 => size == 8,
        GUID | 0x12 => size == 16,
        // Text of an unknown code page, arrays and what has no fixed size: to the decoder.
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_stands_behind_a_nul() {
        for (text, is_cut) in
            [("a\0\0\0\0\0", false), ("a\0\0\0b\0", true), ("a\0b\0", false), ("", false), ("\0\0b\0", true)]
        {
            assert_eq!(goes_on_behind_nul(text.as_bytes()), is_cut, "{text:?}");
        }
    }

    #[test]
    fn values_that_tell_their_own_size() {
        let sid = |parts: u8, bytes: usize| [&[1, parts], &vec![0; bytes - 2][..]].concat();
        for (kind, value, is_other) in [
            (SID, sid(1, 12), false),
            (SID, sid(3, 12), true),
            (SID, vec![], true),
            (SIDS, [sid(1, 12), sid(2, 16)].concat(), false),
            (SIDS, [sid(1, 12), sid(2, 12)].concat(), true),
            (TEXTS, b"a\0\0\0".to_vec(), false),
            (TEXTS, b"a\0b\0".to_vec(), true),
            (TEXTS, b"a\0\0".to_vec(), true),
            (TEXTS, vec![], false),
        ] {
            assert_eq!(says_another_size(kind, &value), is_other, "{kind:#x} {value:?}");
        }
    }

    /// An instance with these descriptors, and room for so many bytes of values, the second of which is this one in each SID.
    fn written(descriptors: &[(u16, u8)], room: usize, byte: u8) -> Vec<u8> {
        let mut bytes = vec![TEMPLATE_INSTANCE, 1, 0, 0, 0, 0, 1, 0, 0, 0];
        bytes.extend((descriptors.len() as u32).to_le_bytes());
        for (size, kind) in descriptors {
            bytes.extend(size.to_le_bytes());
            bytes.extend([*kind, 0]);
        }
        bytes.extend(std::iter::repeat_n(byte, room));
        bytes
    }

    /// The same one by one: what must hold of each value.
    fn expected(descriptors: &[(u16, u8)], room: usize, byte: u8) -> Option<Vec<Value>> {
        let begin = 14 + 4 * descriptors.len();
        let mut start = begin;
        let mut values = Vec::new();
        for (size, kind) in descriptors {
            let size = usize::from(*size);
            let sound = match *kind {
                TEXT => size.is_multiple_of(2),
                BINARY | FRAGMENT => true,
                SID => start + 1 < begin + room && size == 8 + 4 * usize::from(byte),
                kind => has_size(kind, size),
            };
            sound.then_some(())?;
            values.push(Value { kind: *kind, bytes: start..start + size });
            start += size;
        }
        (start <= begin + room).then_some(values)
    }

    /// Ranges that overlap, each of them with two that do, would be looked at without end.
    #[test]
    fn values_that_reach_out_of_their_range_are_told_of() {
        let bytes = written(&[(9, FRAGMENT), (4, NUMBER_32)], 13, 0);
        assert!(!flaws(&bytes, 0..bytes.len()).other_size);
        for (descriptors, room) in
            [(&[(9, FRAGMENT), (5, NUMBER_32)], 14), (&[(9, FRAGMENT), (9, FRAGMENT)], 17)]
        {
            let bytes = written(descriptors, room, 0);
            assert!(flaws(&bytes, 0..bytes.len()).other_size, "{descriptors:?}");
        }
    }

    proptest! {
        #[test]
        fn a_layout_gives_what_each_instance_has(
            instances in prop::collection::vec(
                (prop::collection::vec((0..6_usize, 0..3_u16), 0..12), 0..90_usize, 0..3_u8), 1..20,
            ),
        ) {
            let kinds = [(TEXT, [0, 6, 7]), (FRAGMENT, [0, 9, 20]), (SID, [8, 12, 16]), (NUMBER_32, [4, 4, 5]), (NULL, [0, 0, 2]), (0x81, [0, 4, 6])];
            let (mut layouts, mut nth) = (Layouts::default(), 0);
            for (slots, room, byte) in instances {
                let descriptors: Vec<_> =
                    slots.iter().map(|(kind, size)| (kinds[*kind].1[usize::from(*size)], kinds[*kind].0)).collect();
                let bytes = written(&descriptors, room, byte);
                let header = Header::of(&bytes, 0..bytes.len()).unwrap();
                let expected = expected(&descriptors, room, byte);
                let Some(instance) = layouts.read(header, &mut nth) else {
                    prop_assert_eq!(None, expected);
                    continue;
                };
                let one_by_one = (0..slots.len()).map(|slot| instance.value(slot as u16).unwrap()).collect();
                prop_assert_eq!(Some(one_by_one), expected.clone());
                prop_assert_eq!(Some(instance.values().collect()), expected);
            }
        }
    }
}
