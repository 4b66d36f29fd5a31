//! The beginnings of events in XML, from their EventID to the end of their `System` part, compared with those of events before.
//!
//! A program writes this part the same way every time, but for values. So a head is the text of one event with gaps, where values
//! stand that changed. An event whose text is that of a head, with plain characters in the gaps, has the same elements and
//! attributes in the same order: what was found in the event that the head was made of stands where it stood. Such a text is
//! ASCII, and holds no tag, no section and no zero that the head does not hold.

use std::ops::Range;

use wide::i8x16;

use crate::text::same;

/// The longest text that is kept.
pub const MOST_BYTES: usize = 4096;
/// The most values that it has; Windows writes fifteen.
const MOST_VALUES: usize = 64;
/// Heads that are kept of events with the same start, and of those with the same EventID.
const HEADS: usize = 32;
const HEADS_OF_ID: usize = 4;
/// So many events in a row that have no head give one; behind them one in so many: they are not plain.
const PATIENCE: u32 = 64;

/// Heads of events that have the same start, up to their EventID.
#[derive(Debug, Default)]
pub struct Heads {
    heads: Vec<Head>,
    /// Their EventIDs.
    ids: Vec<u32>,
    /// Which one makes room for another.
    oldest: usize,
    /// How many events in a row had none of them.
    missed: u32,
}

/// What such a text says.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Which head it has.
    pub nth: usize,
    pub event_id: u32,
    /// Where the text of `Computer` stands.
    pub computer: Range<usize>,
    /// Where `</System>` ends.
    pub end: usize,
}

/// The text of one event from its EventID on, with gaps.
#[derive(Debug)]
struct Head {
    text: Vec<u8>,
    channel: String,
    values: Vec<Value>,
    /// What stands between the values that change.
    fixed: Vec<Range<usize>>,
    /// Where the name of the computer stands in the text.
    computer: usize,
}

/// A value in the text of a head.
#[derive(Debug, Clone)]
struct Value {
    place: Range<usize>,
    /// It was another one in another event.
    changes: bool,
}

impl Heads {
    /// What a text that begins with an EventID says, if one before was like it.
    #[inline]
    pub fn find(&mut self, text: &[u8]) -> Option<Found> {
        let event_id = number(text)?;
        let same_id = self.ids.iter().enumerate().filter(|(_, id)| **id == event_id);
        let found = same_id.map(|(nth, _)| nth).find_map(|nth| {
            let (computer, end) = self.heads[nth].fit(text)?;
            Some(Found { nth, event_id, computer, end })
        });
        let found = found.or_else(|| self.widen(text, event_id))?;
        self.missed = 0;
        Some(found)
    }

    /// The channel that a head names.
    pub fn channel(&self, nth: usize) -> &str {
        &self.heads[nth].channel
    }

    /// Takes a text up to the end of `</System>` for a head, if it is plain: one in which these values stand at these places.
    pub fn keep(&mut self, text: &[u8], channel: (Range<usize>, &str), computer: usize) {
        self.missed = self.missed.saturating_add(1);
        if self.missed > PATIENCE && !self.missed.is_multiple_of(PATIENCE) {
            return;
        }
        let head = number(text).and_then(|event_id| Some((event_id, Head::of(text, channel, computer)?)));
        let Some((event_id, head)) = head else { return };
        self.oldest = (self.oldest + 1) % HEADS;
        let same_id: Vec<_> = (0..self.ids.len()).filter(|nth| self.ids[*nth] == event_id).collect();
        let nth = match same_id.get(self.oldest % HEADS_OF_ID) {
            Some(nth) if same_id.len() == HEADS_OF_ID => *nth,
            _ if self.heads.len() == HEADS => self.oldest,
            _ => {
                self.ids.push(event_id);
                self.heads.push(head);
                return;
            }
        };
        self.ids[nth] = event_id;
        self.heads[nth] = head;
    }

    /// Opens gaps in a head for a text that is like it but for values.
    #[cold]
    fn widen(&mut self, text: &[u8], event_id: u32) -> Option<Found> {
        let mut same_id = self.ids.iter().enumerate().filter(|(_, id)| **id == event_id);
        let nth = same_id.find(|(nth, _)| self.heads[*nth].widen(text))?.0;
        let (computer, end) = self.heads[nth].fit(text)?;
        Some(Found { nth, event_id, computer, end })
    }
}

impl Head {
    /// That of a text that begins with a number.
    fn of(text: &[u8], (channel_at, channel): (Range<usize>, &str), computer: usize) -> Option<Head> {
        if text.len() > MOST_BYTES || !text.is_ascii() || text.contains(&0) {
            return None;
        }
        // The EventID stays, as all heads are looked up by it, and so does the channel.
        let (mut values, mut at) = (Vec::new(), plain_length(text)?);
        while let Some(length) = text.get(at..).and_then(plain_length) {
            let place = at..at + length;
            let ends = (text[at - 1], text[place.end]);
            if length > 0
                && !channel_at.contains(&at)
                && matches!(ends, (b'>', b'<') | (b'\'', b'\'') | (b'"', b'"'))
            {
                values.push(Value { changes: at == computer, place });
            }
            at += length + 1;
        }
        let is_found = values.len() <= MOST_VALUES && values.iter().any(|value| value.changes);
        let mut head =
            Head { text: text.to_vec(), channel: channel.to_owned(), values, fixed: Vec::new(), computer };
        head.open();
        is_found.then_some(head)
    }

    /// Cuts the text at the values that change.
    fn open(&mut self) {
        let changes = || self.values.iter().filter(|value| value.changes).map(|value| &value.place);
        let begins = [0].into_iter().chain(changes().map(|place| place.end));
        let ends = changes().map(|place| place.start).chain([self.text.len()]);
        self.fixed = begins.zip(ends).map(|(begin, end)| begin..end).collect();
    }

    /// Where the name of the computer stands in a text, and where `</System>` ends, if it is like this one.
    #[inline]
    fn fit(&self, text: &[u8]) -> Option<(Range<usize>, usize)> {
        let (mut at, mut computer) = (0, 0..0);
        let (last, fixed) = self.fixed.split_last()?;
        for part in fixed {
            at = self.is_at(part, text, at)?;
            let length = plain_length(&text[at..])?;
            if part.end == self.computer {
                computer = at..at + length;
            }
            at += length;
        }
        Some((computer, self.is_at(last, text, at)?))
    }

    /// Where a part ends that stands at a place of a text.
    #[inline(always)]
    fn is_at(&self, part: &Range<usize>, text: &[u8], at: usize) -> Option<usize> {
        let end = at + part.len();
        same(text.get(at..end)?, &self.text[part.clone()]).then_some(end)
    }

    /// Whether a text is like this one but for values; those are gaps from then on.
    fn widen(&mut self, text: &[u8]) -> bool {
        let (mut at, mut begin) = (0, 0);
        let mut others = Vec::new();
        for value in &self.values {
            let end = self.is_at(&(begin..value.place.start), text, at);
            let Some((start, length)) = end.and_then(|end| Some((end, plain_length(&text[end..])?))) else {
                return false;
            };
            at = start + length;
            begin = value.place.end;
            others.push(text[start..at] != self.text[value.place.clone()]);
        }
        let is_like = self.is_at(&(begin..self.text.len()), text, at).is_some();
        if is_like {
            self.values.iter_mut().zip(others).for_each(|(value, other)| value.changes |= other);
            self.open();
        }
        is_like
    }
}

/// How many plain characters a text begins with: ASCII of which none has a meaning in XML, no blanks. None: they do not end
/// in its whole blocks of sixteen bytes.
#[inline(always)]
fn plain_length(text: &[u8]) -> Option<usize> {
    // Below `(` stand blanks, quotes, `&` and, as signed numbers, all that is no ASCII; `<`, `=`, `>` and `?` stand together.
    let (first, mask, four) = (i8x16::splat(0x28), i8x16::splat(0x7c), i8x16::splat(0x3c));
    for (nth, bytes) in text.as_chunks::<16>().0.iter().enumerate() {
        let bytes = i8x16::new(bytes.map(|byte| byte as i8));
        let ends = (bytes.simd_lt(first) | (bytes & mask).simd_eq(four)).to_bitmask();
        if ends != 0 {
            return Some(16 * nth + ends.trailing_zeros() as usize);
        }
    }
    None
}

/// The number that a text begins with, up to an end tag, if it is plainly one.
#[inline]
pub fn number(text: &[u8]) -> Option<u32> {
    let digits = text.iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
    let plain = digits > 0 && text[digits..].starts_with(b"</");
    plain.then(|| text[..digits].iter().fold(0, |number, digit| 10 * number + u32::from(digit - b'0')))
}
