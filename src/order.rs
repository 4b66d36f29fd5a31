//! Sorting with one copy of the sort in the program.
//!
//! The standard library's sort is compiled anew for every type and every comparison, a dozen
//! kilobytes each, which the page carries along. Sorting the places of things instead, through one
//! function pointer, costs a few nanoseconds a comparison. Loops that are hot keep the other one.

use std::cmp::Ordering;

/// The places of so many things in the order that `compare` gives; equal ones stay as they are.
pub fn places(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by(|a, b| compare(*a, *b));
    places
}

/// Sorts a list; equal things stay as they are.
pub fn sort<T>(list: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    let places = places(list.len(), &|a, b| compare(&list[a], &list[b]));
    let mut taken: Vec<_> = std::mem::take(list).into_iter().map(Some).collect();
    list.extend(places.into_iter().filter_map(|at| taken[at].take()));
}

#[cfg(test)]
mod tests {
    #[test]
    fn sorts_and_keeps_equal_things_in_their_order() {
        let mut list = vec![(2, 'a'), (1, 'b'), (2, 'c'), (1, 'd')];
        super::sort(&mut list, |a, b| a.0.cmp(&b.0));
        assert_eq!(list, [(1, 'b'), (1, 'd'), (2, 'a'), (2, 'c')]);
    }
}
