//! Counts by name, bounded, and the same in whatever order they come together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::limits;

/// How often each of many names occurs: the first [`limits::COUNTED_NAMES`] in the order of names apart, all others together.
///
/// A name that falls out has as many before it, and so it has with whatever is merged: it stays out. Which names are kept
/// and what they count is thus the same in any order, and exact.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tally<N: Ord> {
    counts: BTreeMap<N, u64>,
    others: u64,
}

impl<N: Ord> Default for Tally<N> {
    fn default() -> Tally<N> {
        Tally { counts: BTreeMap::new(), others: 0 }
    }
}

impl<N: Ord> Tally<N> {
    /// Counts a name so often; none: one that is not counted apart.
    pub fn add(&mut self, name: Option<N>, count: u64) {
        match name {
            Some(name) => *self.counts.entry(name).or_default() += count,
            None => self.others += count,
        }
        // Seldom enough that a million names are not sorted out a million times.
        if self.counts.len() > 2 * limits::COUNTED_NAMES {
            self.settle();
        }
    }

    /// The count of a name that is counted apart so far.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, name: &Q) -> Option<&mut u64>
    where
        N: std::borrow::Borrow<Q>,
    {
        self.counts.get_mut(name)
    }

    /// Counts those names together that are too many.
    pub fn settle(&mut self) {
        if self.counts.len() > limits::COUNTED_NAMES {
            for (place, (name, count)) in std::mem::take(&mut self.counts).into_iter().enumerate() {
                if place < limits::COUNTED_NAMES {
                    self.counts.insert(name, count);
                } else {
                    self.others += count;
                }
            }
        }
    }

    /// Adds the counts of another part.
    pub fn merge(&mut self, other: Tally<N>) {
        self.others += other.others;
        other.counts.into_iter().for_each(|(name, count)| self.add(Some(name), count));
        self.settle();
    }

    /// All names with their counts; none: all others.
    pub fn iter(&self) -> impl Iterator<Item = (Option<&N>, u64)> {
        let named = self.counts.iter().map(|(name, count)| (Some(name), *count));
        named.chain((self.others > 0).then_some((None, self.others)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use testlog::rng::Rng;

    use super::Tally;
    use crate::limits::COUNTED_NAMES;

    fn listed(tally: &Tally<u32>) -> Vec<(Option<u32>, u64)> {
        tally.iter().map(|(name, count)| (name.copied(), count)).collect()
    }

    /// The first names with all that was counted for them, and the sum of the others.
    fn expected(names: &[u32], unnamed: u64) -> Vec<(Option<u32>, u64)> {
        let mut counts = BTreeMap::new();
        names.iter().for_each(|name| *counts.entry(*name).or_default() += 1);
        let kept: Vec<_> =
            counts.iter().take(COUNTED_NAMES).map(|(name, count)| (Some(*name), *count)).collect();
        let others = unnamed + counts.values().skip(COUNTED_NAMES).sum::<u64>();
        kept.into_iter().chain((others > 0).then_some((None, others))).collect()
    }

    proptest! {
        #[test]
        fn the_same_in_any_order_and_grouping(
            names in prop::collection::vec(0_u32..6 * COUNTED_NAMES as u32, 0..400), unnamed in 0_u64..3, parts in 1_usize..20, seed: u64,
        ) {
            let mut rng = Rng::new(seed);
            let mut tallies: Vec<Tally<u32>> = (0..parts).map(|_| Tally::default()).collect();
            for name in names.iter().copied().map(Some).chain((0..unnamed).map(|_| None)) {
                tallies[rng.below(parts as u32) as usize].add(name, 1);
            }
            // Any two of them, until one is left.
            while tallies.len() > 1 {
                let one = tallies.swap_remove(rng.below(tallies.len() as u32) as usize);
                let at = rng.below(tallies.len() as u32) as usize;
                tallies[at].merge(one);
            }
            tallies[0].settle();
            prop_assert!(tallies[0].counts.len() <= COUNTED_NAMES);
            prop_assert_eq!(listed(&tallies[0]), expected(&names, unnamed));
        }
    }
}
