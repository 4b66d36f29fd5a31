//! Where pairs of bytes stand in a text, sixty-four places at a time, and what else was met on the way: so a text
//! is looked at once for several ends.

use wide::u8x16;

/// Places that are looked at together.
const WORD: usize = 64;
/// They and what stands behind the last of them.
const SPAN: usize = WORD + 16;

/// The places of any of `N` pairs, in order.
pub struct Pairs<'a, const N: usize> {
    text: &'a [u8],
    pairs: [[u8x16; 2]; N],
    /// Where the next word begins.
    next: usize,
    /// The places in the word before.
    places: u64,
    /// All bytes, joined by "or"; and whether each place of sixteen had a `!`.
    all: u8x16,
    marks: u8x16,
}

impl<'a, const N: usize> Pairs<'a, N> {
    /// Looks for pairs in a text.
    pub fn new(text: &'a [u8], pairs: [[u8; 2]; N]) -> Pairs<'a, N> {
        let zero = u8x16::splat(0);
        let pairs = pairs.map(|pair| pair.map(u8x16::splat));
        Pairs { text, pairs, next: 0, places: 0, all: zero, marks: zero }
    }

    /// Whether the text may hold a `!` up to the place that was found last: perhaps it stands a little behind.
    pub fn met_mark(&self) -> bool {
        self.marks.to_bitmask() != 0
    }

    /// Whether a byte may be no ASCII, likewise.
    pub fn met_wide(&self) -> bool {
        self.all.to_bitmask() != 0
    }

    #[inline(always)]
    fn word(&mut self, span: &[u8; SPAN]) -> u64 {
        let mut places = 0;
        let (firsts, seconds) = (span.as_chunks::<16>().0, span[1..].as_chunks::<16>().0);
        for (nth, (first, second)) in firsts.iter().zip(seconds).enumerate() {
            let (first, second) = (u8x16::new(*first), u8x16::new(*second));
            let mut here = u8x16::splat(0);
            for [a, b] in &self.pairs {
                here |= first.simd_eq(*a) & second.simd_eq(*b);
            }
            self.all |= first;
            self.marks |= first.simd_eq(u8x16::splat(b'!'));
            places |= u64::from(here.to_bitmask()) << (16 * nth);
        }
        places
    }
}

impl<const N: usize> Iterator for Pairs<'_, N> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.places == 0 {
            let rest = self.text.get(self.next..).filter(|rest| !rest.is_empty())?;
            self.places = match rest.first_chunk() {
                Some(span) => self.word(span),
                None => {
                    // Behind its end a text is blank; what stands there of the last word is looked at next.
                    let mut last = [b' '; SPAN];
                    last[..rest.len()].copy_from_slice(rest);
                    self.word(&last)
                }
            };
            self.next += WORD;
        }
        let place = self.places.trailing_zeros() as usize;
        self.places &= self.places - 1;
        Some(self.next - WORD + place)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pairs_are_those_of_reading_byte_by_byte(text in "[abA!é]{0,40}( {0,90}|[abA]{60,70})[ab!é]{0,9}") {
            let text = text.as_bytes();
            let at = |pair: &[u8]| pair == b"ab" || pair == b"bA";
            let expected: Vec<_> = (1..text.len()).filter(|end| at(&text[end - 1..=*end])).map(|end| end - 1).collect();
            let mut pairs = Pairs::new(text, [*b"ab", *b"bA"]);
            for place in expected {
                prop_assert_eq!(pairs.next(), Some(place));
                prop_assert!(pairs.met_mark() || !text[..place].contains(&b'!'));
                prop_assert!(pairs.met_wide() || text[..place].is_ascii());
            }
            prop_assert_eq!(pairs.next(), None);
            prop_assert_eq!((pairs.met_mark(), pairs.met_wide()), (text.contains(&b'!'), !text.is_ascii()));
        }
    }
}
