//! Sorting with one copy of the sort in the program.
//!
//! The standard library's sort is compiled anew for every type and every comparison, a dozen
//! kilobytes each, which the page carries along. Here places of things are sorted, each beside a
//! number that decides nearly always, so that a comparison rarely has to fetch the things
//! themselves. Loops that are hot keep the other one.

use std::cmp::Ordering;

/// The places of these numbers in their order; `ties` says how the things of equal numbers
/// compare. What is equal then too stays as it is.
pub fn by_number(numbers: impl Iterator<Item = u64>, ties: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut list: Vec<_> = numbers.zip(0..).collect();
    sort_numbered(&mut list, ties);
    list.into_iter().map(|(_, place)| place).collect()
}

fn sort_numbered(list: &mut [(u64, usize)], ties: &dyn Fn(usize, usize) -> Ordering) {
    list.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| ties(a.1, b.1)));
}

/// Sorts a list; equal things stay as they are.
pub fn sort<T>(list: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    let numbers = std::iter::repeat_n(0, list.len());
    let places = by_number(numbers, &|a, b| compare(&list[a], &list[b]));
    rearrange(list, &places);
}

/// Puts the things of a list into the order of these places.
pub fn rearrange<T>(list: &mut Vec<T>, places: &[usize]) {
    let mut taken: Vec<_> = std::mem::take(list).into_iter().map(Some).collect();
    list.extend(places.iter().filter_map(|at| taken[*at].take()));
}

/// Bytes of a text that are compared at once.
const STEP: usize = 7;

/// The places of so many texts in the order of their bytes, or backwards; equal ones stay as they
/// are.
///
/// Texts share long beginnings (`C:\Windows\System32\…`), which a sort by comparisons reads again
/// at each of them. Here a run of texts is compared behind what all of them begin with, and cut into
/// shorter runs by the next seven bytes: every byte is read about twice, whoever wrote it.
pub fn by_text<'a>(count: usize, text: &dyn Fn(usize) -> &'a [u8], backwards: bool) -> Vec<usize> {
    let mut list: Vec<(u64, usize)> = (0..count).map(|place| (0, place)).collect();
    // Parts of the list that are yet to be sorted, with the bytes in which their texts agree.
    let mut runs = vec![(0..count, 0)];
    while let Some((run, depth)) = runs.pop() {
        let part = &mut list[run.clone()];
        let depth = depth + shared(part, text, depth);
        for (number, place) in &mut *part {
            let next = next(&text(*place)[depth..]);
            *number = if backwards { !next } else { next };
        }
        sort_numbered(part, &|_, _| Ordering::Equal);
        let mut from = run.start;
        for same in part.chunk_by(|a, b| a.0 == b.0) {
            let goes_on = next(&text(same[0].1)[depth..]) & 0xff > STEP as u64;
            if same.len() > 1 && goes_on {
                runs.push((from..from + same.len(), depth + STEP));
            }
            from += same.len();
        }
    }
    list.into_iter().map(|(_, place)| place).collect()
}

/// How many bytes behind `depth` all texts of a run have in common.
fn shared<'a>(run: &[(u64, usize)], text: &dyn Fn(usize) -> &'a [u8], depth: usize) -> usize {
    let mut places = run.iter().map(|(_, place)| &text(*place)[depth..]);
    let first = places.next().unwrap_or_default();
    places
        .fold(first.len(), |most, other| first[..most].iter().zip(other).take_while(|(a, b)| a == b).count())
}

/// The next bytes of a text as a number, and below them how many they are, or that more follow: so
/// a text stands before those that go on with zeros.
fn next(rest: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let length = rest.len().min(STEP);
    bytes[..length].copy_from_slice(&rest[..length]);
    bytes[STEP] = rest.len().min(STEP + 1) as u8;
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sorts_and_keeps_equal_things_in_their_order() {
        let mut list = vec![(2, 'a'), (1, 'b'), (2, 'c'), (1, 'd')];
        sort(&mut list, |a, b| a.0.cmp(&b.0));
        assert_eq!(list, [(1, 'b'), (1, 'd'), (2, 'a'), (2, 'c')]);
    }

    #[test]
    fn equal_numbers_are_told_apart_by_the_things() {
        let things = ["b", "a", "c"];
        let ties = |a: usize, b: usize| things[a].cmp(things[b]);
        assert_eq!(by_number([1, 1, 0].into_iter(), &ties), [2, 1, 0]);
    }

    /// Texts of few letters, zeros among them, so that many are equal or go on where others end.
    fn texts() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let text = (0..4_usize, prop::collection::vec(0..3_u8, 0..12));
        let text = text.prop_map(|(shared, mut rest)| {
            let mut text = vec![b'x'; shared * 8];
            text.append(&mut rest);
            text
        });
        prop::collection::vec(text, 0..60)
    }

    proptest! {
        #[test]
        fn texts_are_sorted_as_the_standard_library_sorts_them(texts in texts()) {
            let sorted = |backwards| by_text(texts.len(), &|at| &texts[at], backwards);
            let mut expected: Vec<usize> = (0..texts.len()).collect();
            expected.sort_by_key(|at| &texts[*at]);
            prop_assert_eq!(sorted(false), &*expected);
            expected = (0..texts.len()).collect();
            expected.sort_by_key(|at| std::cmp::Reverse(&texts[*at]));
            prop_assert_eq!(sorted(true), expected);
        }
    }

    /// Each of them ends one byte behind the one before: the worst case for the depth.
    #[test]
    fn a_staircase_of_texts_takes_no_stack() {
        let text = vec![b'a'; 5_000];
        let order = by_text(text.len(), &|at| &text[..text.len() - at], false);
        assert!(order.into_iter().rev().eq(0..text.len()));
    }
}
