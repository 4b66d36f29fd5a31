//! The values of a key in one piece of memory.

use std::cmp::Ordering;
use std::ops::Index;
use std::sync::Arc;

use super::KEY_FIELDS;

/// The key of a group: the values of [`Rule::key`](crate::rule::Rule::key), in this order, compared
/// exactly. They lie one behind the other: whoever looks through a hundred thousand rows waits for
/// the memory, once for each piece. A clone shares them.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    values: Arc<str>,
    /// Where each of them ends.
    ends: [usize; KEY_FIELDS],
}

impl Key {
    /// The key of these values.
    pub fn new(values: [&str; KEY_FIELDS]) -> Key {
        let mut end = 0;
        let ends = values.map(|value| {
            end += value.len();
            end
        });
        Key { values: values.concat().into(), ends }
    }

    /// The key whose values lie in `joined`, each as long as said. None: they don't.
    pub fn cut(joined: &str, lengths: [usize; KEY_FIELDS]) -> Option<Key> {
        let mut end = 0_usize;
        let ends = lengths.map(|length| {
            end = end.saturating_add(length);
            end
        });
        let fits = end == joined.len() && ends.iter().all(|end| joined.is_char_boundary(*end));
        fits.then(|| Key { values: joined.into(), ends })
    }

    /// The values.
    pub fn values(&self) -> [&str; KEY_FIELDS] {
        std::array::from_fn(|at| &self[at])
    }

    /// The values without anything between them.
    pub fn joined(&self) -> &str {
        &self.values
    }
}

/// Empty values.
impl Default for Key {
    fn default() -> Key {
        Key::new([""; KEY_FIELDS])
    }
}

impl Index<usize> for Key {
    type Output = str;

    fn index(&self, at: usize) -> &str {
        let from = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.values[from..self.ends[at]]
    }
}

/// Value by value, which is not the order of the joined texts.
impl Ord for Key {
    fn cmp(&self, other: &Key) -> Ordering {
        let mut values = (0..KEY_FIELDS).map(|at| self[at].cmp(&other[at]));
        values.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.values().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keys_compare_as_their_values_do(a in values(), b in values()) {
            let key = |values: &[String; KEY_FIELDS]| Key::new(values.each_ref().map(String::as_str));
            let (one, other) = (key(&a), key(&b));
            prop_assert_eq!(one.cmp(&other), a.cmp(&b));
            prop_assert_eq!(one == other, a == b);
            prop_assert_eq!(one.values(), a.each_ref().map(String::as_str));
            let lengths = a.each_ref().map(String::len);
            prop_assert_eq!(Key::cut(&a.concat(), lengths), Some(one));
        }
    }

    /// Short ones, so that the joined texts are often equal where the values are not.
    fn values() -> impl Strategy<Value = [String; KEY_FIELDS]> {
        prop::array::uniform7("[aé]{0,2}")
    }
}
