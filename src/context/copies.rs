//! The same event, where more than one file holds it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::gather::Seen;
use super::{At, Created};

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
pub fn merged<'a, T: Named>(entries: impl IntoIterator<Item = (&'a At, &'a T)>) -> Vec<Copies<'a, T>> {
    let mut all: Vec<Copies<'a, T>> = Vec::new();
    let mut numbers = BTreeMap::<_, usize>::new();
    // The first one of a file is the first one of another.
    let mut met = BTreeMap::new();
    for (at, event) in entries {
        let record = at.locator.record_id;
        if event.is_named(record.is_some()) {
            let nth = met.entry((at.source, at.locator.member, record, event)).or_insert(0_u32);
            *nth += 1;
            match numbers.entry((record, event, *nth)) {
                Entry::Occupied(number) => {
                    all[*number.get()].places.push(at);
                    continue;
                }
                Entry::Vacant(new) => _ = new.insert(all.len()),
            }
        }
        all.push(Copies { event, places: vec![at] });
    }
    all
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
        merged(entries.iter().map(|(at, event)| (at, event))).iter().map(|one| one.places.len()).collect()
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
