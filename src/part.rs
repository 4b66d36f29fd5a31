//! Parts of one input that are read apart, and how they fit together.
//!
//! A record belongs to the part in which it begins. A part's reader passes over what stands before
//! the first beginning in it, which belongs to the part before, and reads on past its own end until
//! it meets a record of the next part. Both note that place: where the notes differ, the input has
//! beginnings that are none (`<Event ` inside a CDATA section, say), and it must be read as a whole.

use serde::{Deserialize, Serialize};

use crate::order;

/// A part of an input and the records at its edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Part {
    /// First byte.
    pub start: u64,
    /// Byte after the last; none for the end of the input.
    pub end: Option<u64>,
    /// Where the first record at or after `start` begins.
    first: Option<u64>,
    /// Where the first record at or after `end` begins.
    next: Option<u64>,
    /// The reader could not keep to the part.
    pub misfit: bool,
    /// A record is known to begin at `start`.
    pub exact: bool,
}

impl Part {
    /// All of an input.
    pub const WHOLE: Part = Part::new(0, None);

    /// All that follows a place where a record is known to begin.
    pub const fn at(start: u64) -> Part {
        Part { exact: true, ..Part::new(start, None) }
    }

    /// The bytes from `start` to `end`.
    pub const fn new(start: u64, end: Option<u64>) -> Part {
        Part { start, end, first: None, next: None, misfit: false, exact: start == 0 }
    }

    /// Notes that a record begins at `offset`. True when it belongs to this part.
    pub fn begins(&mut self, offset: u64) -> bool {
        self.first = self.first.or(Some(offset));
        let mine = self.end.is_none_or(|end| offset < end);
        if !mine {
            self.next = Some(offset);
        }
        mine
    }

    /// True when a record of the next part was met: all of this part was read.
    pub fn is_done(&self) -> bool {
        self.next.is_some()
    }
}

/// How far an input was read, part by part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// Parts are missing.
    Partial,
    /// All parts are there and fit together.
    Whole,
    /// All parts are there and do not fit: the input must be read as a whole.
    Misfit,
}

/// What these parts cover of an input.
pub fn coverage(parts: &[Part], size: u64) -> Coverage {
    let mut parts = parts.to_vec();
    order::sort(&mut parts, Part::cmp);
    let mut reached = Some(0);
    let mut fits = true;
    let mut before: Option<Part> = None;
    for part in parts {
        if reached != Some(part.start) {
            return Coverage::Partial;
        }
        // A part with records in it tells where they begin; one without says nothing.
        let meets = before.is_none_or(|before| before.next == part.first);
        // What is read as a whole keeps to itself wherever its records begin.
        let alone = part.start == 0 && part.end.is_none();
        fits &= alone || (meets && !part.misfit);
        reached = part.end;
        before = Some(part);
    }
    match reached {
        Some(end) if end < size || before.is_none() => Coverage::Partial,
        _ if fits => Coverage::Whole,
        _ => Coverage::Misfit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(start: u64, end: Option<u64>, records: &[u64]) -> Part {
        let mut part = Part::new(start, end);
        records.iter().filter(|record| **record >= start).find(|record| !part.begins(**record));
        part
    }

    #[test]
    fn parts_cover_and_fit_in_any_order() {
        let records = [0, 5, 12, 33];
        let parts = [read(10, Some(20), &records), read(20, None, &records), read(0, Some(10), &records)];
        assert_eq!(coverage(&parts, 40), Coverage::Whole);
        assert_eq!(coverage(&parts[..2], 40), Coverage::Partial);
        assert_eq!(coverage(&[Part::WHOLE], 40), Coverage::Whole);
        assert_eq!(coverage(&[], 0), Coverage::Partial);
    }

    #[test]
    fn a_beginning_that_is_none_shows() {
        // The second reader takes the text at 11 for a beginning; the first knows better.
        let parts = [read(0, Some(10), &[0, 12]), read(10, None, &[11, 12])];
        assert_eq!(coverage(&parts, 20), Coverage::Misfit);
    }
}
