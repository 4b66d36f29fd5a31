//! Lists that keep only so much: the same entries in whatever order they come.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::At;
use crate::order;
use crate::time::{self, Time};

/// Entries by rank and place, the lowest ranks first, and how many there were.
///
/// The entries that are kept depend on nothing but the entries that came: not on their order, nor on
/// how they were spread over shelves that are merged later.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Shelf<T> {
    most: usize,
    count: u64,
    /// Where each entry stands in `entries`: one kind of map for all kinds of entries, as each kind of map takes the
    /// page ten kilobytes of code.
    places: BTreeMap<(u64, At), usize>,
    entries: Vec<T>,
}

impl<T> Shelf<T> {
    /// A shelf for so many.
    pub fn new(most: usize) -> Shelf<T> {
        Shelf { most, count: 0, places: BTreeMap::new(), entries: Vec::new() }
    }

    /// True when an entry of this rank would be kept.
    pub fn has_room(&self, rank: u64) -> bool {
        self.places.len() < self.most
            || self.places.last_key_value().is_some_and(|((last, _), _)| rank <= *last)
    }

    /// Takes an entry; `make` is called only when it may be kept.
    pub fn add(&mut self, rank: u64, at: &At, make: impl FnOnce() -> T) {
        if !self.has_room(rank) || self.put((rank, at.clone()), make()) {
            self.count += 1;
        }
    }

    /// Takes all of another shelf, which has room for as many.
    pub fn merge(&mut self, mut other: Shelf<T>) {
        self.count += other.count;
        let order: Vec<usize> = other.places.values().copied().collect();
        order::rearrange(&mut other.entries, &order);
        for (key, entry) in other.places.into_keys().zip(other.entries) {
            if !self.put(key, entry) {
                self.count -= 1;
            }
        }
    }

    /// Puts an entry into its place, and takes out the last one if they are too many; false where the entry was there.
    fn put(&mut self, key: (u64, At), entry: T) -> bool {
        if let Some(place) = self.places.get(&key) {
            self.entries[*place] = entry;
            return false;
        }
        let place = self.entries.len();
        self.entries.push(entry);
        self.places.insert(key.clone(), place);
        if self.places.len() > self.most
            && let Some((_, freed)) = self.places.pop_last()
        {
            // The new entry takes the place of the one that goes.
            self.entries.swap_remove(freed);
            if freed != place {
                self.places.insert(key, freed);
            }
        }
        true
    }

    /// How many came. An entry that came twice counts once while it is kept.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// True when some did not fit.
    pub fn is_cut(&self) -> bool {
        self.count > self.places.len() as u64
    }

    /// What is kept, by rank.
    pub fn iter(&self) -> impl Iterator<Item = (&At, &T)> {
        self.places.iter().map(|((_, at), place)| (at, &self.entries[*place]))
    }
}

/// What is nearest to a time first.
pub fn nearest(to: Option<Time>, time: Option<Time>) -> u64 {
    match (to, time) {
        (Some(to), Some(time)) => to.nanoseconds().abs_diff(time.nanoseconds()),
        _ => u64::MAX,
    }
}

/// From a time on, in the order of time; what was before it comes last, the latest first: of what descends from a process
/// nothing should be.
pub fn since(from: Option<Time>, time: Option<Time>) -> u64 {
    let number = |time: Option<Time>| time::number(time) >> 1;
    match (from, time) {
        (Some(_), Some(_)) if from <= time => number(time) - number(from),
        (Some(_), Some(_)) => BEFORE + (number(from) - number(time)),
        _ => u64::MAX,
    }
}

/// The rank of what was before.
const BEFORE: u64 = 1 << 63;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locator::{Locator, Span};

    fn at(offset: u64) -> At {
        let span = Span { offset, ..Span::default() };
        At { source: 0, locator: Locator { member: None, span, record_id: None } }
    }

    #[test]
    fn the_lowest_ranks_stay_in_any_order_and_split() {
        let ranks = [5, 1, 4, 1, 3, 9, 2];
        let fill = |ranks: &[(usize, u64)]| {
            let mut shelf = Shelf::new(3);
            ranks.iter().for_each(|(place, rank)| shelf.add(*rank, &at(*place as u64), || *rank));
            shelf
        };
        let all: Vec<_> = ranks.into_iter().enumerate().collect();
        let whole = fill(&all);
        assert_eq!(whole.iter().map(|(_, rank)| *rank).collect::<Vec<_>>(), [1, 1, 2]);
        assert_eq!((whole.count(), whole.is_cut()), (7, true));
        for cut in 0..all.len() {
            let mut parts = fill(&all[cut..]);
            parts.merge(fill(&all[..cut]));
            let told =
                |shelf: &Shelf<u64>| format!("{:?}", (shelf.count(), shelf.iter().collect::<Vec<_>>()));
            assert_eq!(told(&parts), told(&whole));
        }
    }

    #[test]
    fn times_rank_as_they_follow() {
        let time = |text| Time::parse(text);
        let to = time("2020-01-01T00:00:00Z");
        assert!(nearest(to, time("2020-01-01T00:00:02Z")) < nearest(to, time("2019-12-31T23:59:57Z")));
        let ranks = [
            "2020-01-01T00:00:00Z",
            "2020-01-01T00:00:02Z",
            "2262-01-01T00:00:00Z",
            "2019-12-31T23:59:57Z",
            "1678-01-01T00:00:00Z",
        ]
        .map(|text| since(to, time(text)));
        assert!(ranks.is_sorted() && ranks[0] == 0 && ranks[4] < since(to, None), "{ranks:?}");
    }
}
