//! Who started whom, of all processes of a host: the whole tree is known after one pass.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::Link;
use crate::limits;

/// Links of processes, in any order; none at all where they are more than
/// [`limits::CONTEXT_LINKS`], whatever the order in which they came.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Links {
    count: u64,
    kept: Vec<Link>,
}

impl Links {
    /// Takes one.
    pub fn add(&mut self, link: Link) {
        self.count += 1;
        if self.fits() {
            self.kept.push(link);
        }
    }

    /// Takes all that were found elsewhere.
    pub fn merge(&mut self, other: Links) {
        self.count += other.count;
        if self.fits() {
            self.kept.extend(other.kept);
        }
    }

    /// Gives the memory back as soon as there are too many.
    fn fits(&mut self) -> bool {
        let fits = self.count <= limits::CONTEXT_LINKS as u64;
        if !fits {
            self.kept = Vec::new();
        }
        fits
    }

    /// What a process started, and what that started. None of them when they are so many that not all
    /// could be listed: which ones are is then told by going from one generation to the next.
    pub fn descendants(mut self, of: u128) -> BTreeSet<u128> {
        self.kept.sort_unstable();
        let mut found = BTreeSet::new();
        let mut waiting = vec![of];
        // The process itself is listed too, and what a log tells twice counts twice.
        let mut listed = 1;
        while let Some(parent) = waiting.pop() {
            let first = self.kept.partition_point(|link| link.parent < parent);
            for link in self.kept[first..].iter().take_while(|link| link.parent == parent) {
                listed += 1;
                if listed > limits::CONTEXT_LISTED {
                    return BTreeSet::new();
                }
                if link.own != of && found.insert(link.own) {
                    waiting.push(link.own);
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(pairs: &[(u128, u128)]) -> Links {
        let mut links = Links::default();
        pairs.iter().filter_map(|(parent, own)| Link::new(*parent, *own)).for_each(|link| links.add(link));
        links
    }

    #[test]
    fn all_generations_are_found_also_where_links_go_round() {
        let pairs = [(3, 4), (1, 2), (2, 3), (9, 8), (4, 2), (4, 1), (2, 3), (1, 5)];
        assert_eq!(links(&pairs).descendants(1), [2, 3, 4, 5].into());
        let mut merged = links(&pairs[4..]);
        merged.merge(links(&pairs[..4]));
        assert_eq!(merged.descendants(1), [2, 3, 4, 5].into());
        assert!(links(&pairs).descendants(7).is_empty());
    }

    #[test]
    fn too_many_are_none_in_any_order() {
        // All of these but three have nothing to do with the first.
        let most = limits::CONTEXT_LINKS as u128 - 3;
        let others = (100..100 + most).map(|own| (7, own));
        let all: Vec<_> = [(1, 2), (2, 3), (3, 4)].into_iter().chain(others).collect();
        assert_eq!(links(&all).descendants(1), [2, 3, 4].into());
        let (half, rest) = all.split_at(all.len() / 2);
        for (first, second) in [(half, rest), (rest, half)] {
            let mut merged = links(first);
            merged.merge(links(second));
            merged.add(Link { parent: 7, own: 8 });
            merged.merge(links(&[(1, 2)]));
            assert!(merged.descendants(1).is_empty());
        }
    }

    #[test]
    fn what_can_not_all_be_listed_is_not_asked_for_at_once() {
        let star = |most: usize| (2..=most as u128).map(|own| (1, own)).collect::<Vec<_>>();
        let most = limits::CONTEXT_LISTED;
        assert_eq!(links(&star(most)).descendants(1).len(), most - 1);
        assert!(links(&star(most + 1)).descendants(1).is_empty());
        let twice = [star(most), vec![(1, 2)]].concat();
        assert!(links(&twice).descendants(1).is_empty());
    }
}
