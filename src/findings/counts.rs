//! How many records ended where, and when the process creations were.

use serde::{Deserialize, Serialize};

use crate::time::Time;

/// The funnel: how many records ended where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Events that were read.
    pub records: u64,
    /// Those that are process creations of Sysmon.
    pub process_creations: u64,
    /// Those of them that the rule matches.
    pub matches: u64,
    /// Records that could not be read, as far as they can be counted.
    pub unreadable: u64,
    /// Objects or rows that are no events.
    pub not_events: u64,
}

impl Counts {
    /// The further one of two counts of the same thing.
    pub(super) fn max(self, other: Counts) -> Counts {
        Counts {
            records: self.records.max(other.records),
            process_creations: self.process_creations.max(other.process_creations),
            matches: self.matches.max(other.matches),
            unreadable: self.unreadable.max(other.unreadable),
            not_events: self.not_events.max(other.not_events),
        }
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.records += other.records;
        self.process_creations += other.process_creations;
        self.matches += other.matches;
        self.unreadable += other.unreadable;
        self.not_events += other.not_events;
    }
}

/// First and last of some times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period(pub Option<(Time, Time)>);

impl Period {
    /// Widens the period to hold a time.
    pub fn add(&mut self, time: Time) {
        self.merge(Period(Some((time, time))));
    }

    /// Widens the period to hold another one.
    pub fn merge(&mut self, other: Period) {
        self.0 = match (self.0, other.0) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (one, other) => one.or(other),
        };
    }

    /// The first time.
    pub fn first(&self) -> Option<Time> {
        self.0.map(|(first, _)| first)
    }

    /// The last time.
    pub fn last(&self) -> Option<Time> {
        self.0.map(|(_, last)| last)
    }
}
