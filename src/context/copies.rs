//! The same event, where more than one file holds it.

use super::gather::Seen;
use super::{At, Created};
use crate::order;

/// An event, and everywhere it lies: one place, or one in each of some files.
#[derive(Debug)]
pub struct Copies<'a, T> {
    /// What is told of it.
    pub event: &'a T,
    /// In the order in which they came.
    pub places: Vec<&'a At>,
}

/// Whether what a list tells of an event, with the number of its record, names it.
///
/// All that is told must be the same, with the time, the GUID and the number of the record, and the host is. Two
/// events with so much in common can only be told apart by what no list shows; each can still be opened.
pub trait Named: Ord {
    /// `has_record`: the number of its record is known.
    fn is_named(&self, has_record: bool) -> bool;
}

impl Named for Created {
    fn is_named(&self, has_record: bool) -> bool {
        self.time.is_some() && (has_record || self.process_guid.is_some())
    }
}

impl Named for Seen {
    fn is_named(&self, has_record: bool) -> bool {
        self.time.is_some() && has_record
    }
}

/// Each event once, in the order in which they came. What one file holds twice stays twice.
pub fn merged<'a, T: Named>(entries: Vec<(&'a At, &'a T)>) -> Vec<Copies<'a, T>> {
    let numbers = numbers(&entries);
    let mut firsts: Vec<Option<usize>> = vec![None; entries.len()];
    let mut all: Vec<Copies<'a, T>> = Vec::new();
    for ((at, event), number) in entries.into_iter().zip(numbers) {
        match number.map(|number| &mut firsts[number]) {
            Some(Some(first)) => all[*first].places.push(at),
            first => {
                if let Some(first) = first {
                    *first = Some(all.len());
                }
                all.push(Copies { event, places: vec![at] });
            }
        }
    }
    all
}

/// A number for each entry that is named: the same for those that tell the same event, the first one of a file and the first one
/// of another. By sorting, as maps with such keys take the page ten kilobytes of code.
fn numbers<T: Named>(entries: &[(&At, &T)]) -> Vec<Option<usize>> {
    let record = |entry: usize| entries[entry].0.locator.record_id;
    let mut named: Vec<usize> =
        (0..entries.len()).filter(|entry| entries[*entry].1.is_named(record(*entry).is_some())).collect();
    let same =
        |one: usize, other: usize| (record(one), entries[one].1).cmp(&(record(other), entries[other].1));
    let file = |entry: usize| (entries[entry].0.source, entries[entry].0.locator.member);
    order::sort(&mut named, |one, other| {
        same(*one, *other).then_with(|| (file(*one), one).cmp(&(file(*other), other)))
    });
    let mut numbers = vec![None; entries.len()];
    // Where the entries of one event begin, and which one of its file an entry is: together they are fewer than those entries.
    let (mut begin, mut nth) = (0, 0);
    for (rank, entry) in named.iter().enumerate() {
        let before =
            rank.checked_sub(1).map(|before| named[before]).filter(|before| same(*before, *entry).is_eq());
        (begin, nth) = match before {
            Some(before) if file(before) == file(*entry) => (begin, nth + 1),
            Some(_) => (begin, 0),
            None => (rank, 0),
        };
        numbers[*entry] = Some(begin + nth);
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locator::{Locator, Span};
    use crate::time::Time;

    fn at(source: u32, offset: u64, record_id: Option<u64>) -> At {
        let span = Span { offset, ..Span::default() };
        At { source, locator: Locator { member: None, span, record_id } }
    }

    fn created(guid: Option<&str>, time: &str) -> Created {
        Created { time: Time::parse(time), process_guid: guid.map(str::to_owned), ..Created::default() }
    }

    /// How many places each one has.
    fn counts(entries: &[(At, Created)]) -> Vec<usize> {
        merged(entries.iter().map(|(at, event)| (at, event)).collect())
            .iter()
            .map(|one| one.places.len())
            .collect()
    }

    #[test]
    fn what_names_the_same_event_is_one() {
        let (when, later) = ("2020-01-01 00:00:00", "2020-01-01 00:00:01");
        let with = |guid, time, source, record| (at(source, 9, record), created(guid, time));
        for (one, other, same) in [
            (with(Some("a"), when, 0, Some(1)), with(Some("a"), when, 1, Some(1)), true),
            (with(None, when, 0, Some(1)), with(None, when, 1, Some(1)), true),
            (with(Some("a"), when, 0, None), with(Some("a"), when, 1, None), true),
            (with(Some("a"), when, 0, Some(1)), with(Some("a"), when, 1, Some(2)), false),
            (with(Some("a"), when, 0, Some(1)), with(Some("a"), when, 1, None), false),
            (with(Some("a"), when, 0, Some(1)), with(Some("b"), when, 1, Some(1)), false),
            (with(Some("a"), when, 0, Some(1)), with(Some("a"), later, 1, Some(1)), false),
            (with(None, when, 0, None), with(None, when, 1, None), false),
            (with(Some("a"), "", 0, Some(1)), with(Some("a"), "", 1, Some(1)), false),
        ] {
            let expected = if same { vec![2] } else { vec![1, 1] };
            assert_eq!(counts(&[one.clone(), other.clone()]), expected, "{one:?} {other:?}");
        }
        let seen = Seen {
            time: Time::parse(when),
            event_id: 3,
            kind: String::new(),
            provider: String::new(),
            fields: Vec::new(),
            same_logon: false,
        };
        assert!(seen.is_named(true) && !seen.is_named(false));
    }

    #[test]
    fn what_one_file_holds_twice_stays_twice() {
        let event = created(Some("a"), "2020-01-01 00:00:00");
        let entries: Vec<_> = [(0, 1), (0, 2), (1, 1), (2, 1), (2, 2), (2, 3)]
            .map(|(source, offset)| (at(source, offset, Some(7)), event.clone()))
            .into();
        assert_eq!(counts(&entries), [3, 2, 1]);
    }
}
