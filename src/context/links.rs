//! Who started whom, of all processes of a host: the whole tree is known after one pass.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::Link;
use crate::limits;
use crate::order;
use crate::sets::set;

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
        self.kept.dedup();
        let mut found = BTreeSet::new();
        let mut waiting = vec![of];
        // The process itself is listed too.
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

    /// The same by ids: those of all processes that may descend from the one with this id that began then. A
    /// process may have started what began until another one had its id. Ends are not looked at.
    pub fn descendants_by_id(mut self, of: u64, begun: u64) -> BTreeSet<u64> {
        self.kept.sort_unstable();
        let mut begins: Vec<(u64, u64)> = self.kept.iter().map(|link| link.own_id()).collect();
        order::sort(&mut begins, Ord::cmp);
        let next = |(id, begun): (u64, u64)| {
            let after = begins.partition_point(|have| *have <= (id, begun));
            begins.get(after).filter(|have| have.0 == id).map_or(u64::MAX, |have| have.1)
        };
        let mut found = BTreeSet::new();
        let mut seen = set([(of, begun)]);
        let mut waiting = vec![(of, begun)];
        while let Some(process) = waiting.pop() {
            let (first, last) = (Link::by_id(process.0, 0, process.1), next(process));
            let from = self.kept.partition_point(|link| *link < first);
            let own = self.kept[from..].iter().take_while(|link| link.parent == first.parent);
            for child in own.map(|link| link.own_id()).take_while(|child| child.1 <= last) {
                if seen.len() > limits::CONTEXT_LISTED {
                    return BTreeSet::new();
                }
                if seen.insert(child) {
                    found.insert(child.0);
                    waiting.push(child);
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
    fn by_id_the_times_tell_which_process_it_is() {
        let mut links = Links::default();
        // Parent, own id, time.
        for (parent, own, begun) in [
            (9, 1, 10),
            (1, 2, 11),
            (2, 3, 12),
            (1, 4, 9),
            (3, 3, 13),
            (9, 2, 20),
            (2, 5, 20),
            (2, 6, 21),
            (9, 1, 30),
            (1, 7, 30),
            (1, 8, 31),
        ] {
            links.add(Link::by_id(parent, own, begun));
        }
        let of = |id: u64, begun: u64| links.clone().descendants_by_id(id, begun);
        // What began in the moment in which the id was given again may be either's.
        assert_eq!(of(1, 10), [2, 3, 5, 7].into());
        assert_eq!(of(1, 30), [7, 8].into());
        assert_eq!(of(2, 20), [5, 6].into());
        assert_eq!(of(3, 12), [3].into());
        assert_eq!(of(6, 21), [].into());
        let star = |most: u64| {
            let mut links = Links::default();
            (2..=most).for_each(|own| links.add(Link::by_id(1, own, own)));
            links.descendants_by_id(1, 0)
        };
        let most = limits::CONTEXT_LISTED as u64;
        assert_eq!(star(most).len() as u64, most - 1);
        assert!(star(most + 2).is_empty());
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
        assert_eq!(links(&twice).descendants(1).len(), most - 1, "what is told twice is one");
    }
}
