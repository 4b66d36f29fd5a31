//! Maps and sets that are filled value by value. To collect them would sort the values first, and a sort for each type of
//! them is half a per cent of the page.

use std::collections::{BTreeMap, BTreeSet};

/// A map of these pairs; of equal keys the last counts.
pub fn map<K: Ord, V>(pairs: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    map.extend(pairs);
    map
}

/// A set of these values.
pub fn set<T: Ord>(values: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    let mut set = BTreeSet::new();
    set.extend(values);
    set
}
