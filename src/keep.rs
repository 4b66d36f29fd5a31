//! Which matches stay when there are too many: those that come first, by input and place. Whoever holds a part of them
//! can leave out its last ones, and what is left of all parts is what is left of the whole, in whatever order they came.

use crate::limits::{MATCH_BYTES, MATCH_OVERHEAD};
use crate::locator::Locator;
use crate::order;

/// Where a match lies: which input, and where in it.
pub type Place<'a> = (u32, &'a Locator);

/// A match, with the numbers of its key and of its facts, which weigh once.
pub struct Weighed<'a> {
    /// Where it lies.
    pub place: Place<'a>,
    /// Number of its key.
    pub key: usize,
    /// Number of its facts.
    pub facts: usize,
}

/// The first match, by place, that is too much together with all before it, if there is one; and the bytes of those
/// before it.
pub fn cut(
    mut matches: Vec<Weighed<'_>>,
    keys: &[usize],
    facts: &[usize],
) -> (Option<(u32, Locator)>, usize) {
    order::sort(&mut matches, |a, b| a.place.cmp(&b.place));
    let (mut keys, mut facts) = (keys.to_vec(), facts.to_vec());
    let once = |bytes: &mut [usize], at: usize| bytes.get_mut(at).map_or(0, std::mem::take);
    let mut kept = 0;
    for one in matches {
        let bytes = MATCH_OVERHEAD + once(&mut keys, one.key) + once(&mut facts, one.facts);
        if kept + bytes > MATCH_BYTES {
            return (Some((one.place.0, one.place.1.clone())), kept);
        }
        kept += bytes;
    }
    (None, kept)
}
