//! What was found in one input, or in a part of one.
//!
//! Findings merge in any order: counts add up, times take their minimum and maximum, problems and
//! matches carry their place. So the number and order of workers never changes a result.

mod collector;
mod counts;
mod kinds;
mod members;
mod tally;

use serde::{Deserialize, Serialize};

pub use self::collector::Collector;
pub use self::counts::{Counts, Period};
pub use self::kinds::{Hosts, Kind, Kinds};
pub use self::members::{Member, Members};
pub use self::tally::Tally;

use crate::detect::PLAIN_TEXT;
use crate::group::Groups;
use crate::part::{Coverage, Part, coverage};
use crate::problem::{Code, Place, Problem, Problems};
use crate::source::whole::Whole;

/// What was found in one input, or in a part of one.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Findings {
    /// Which input: its number in the session.
    pub source: u32,
    /// Its format as reports name it, once it is known.
    pub format: Option<String>,
    /// Its part of the funnel.
    pub counts: Counts,
    /// Archive members.
    pub members: Members,
    /// What went wrong.
    pub problems: Problems,
    /// Kinds of events.
    pub kinds: Kinds,
    /// Hosts of the process creations.
    pub hosts: Hosts,
    /// When the process creations were.
    pub period: Period,
    /// The matches.
    pub groups: Groups,
    /// The parts of it that were read to their ends.
    pub parts: Vec<Part>,
    /// What can only be judged when all parts are read.
    pub whole: Option<Whole>,
    /// All of it was read, and it is judged.
    pub complete: bool,
}

impl Findings {
    /// Adds everything but the groups of another part of the same input.
    pub fn merge(&mut self, other: Findings) -> Groups {
        self.format = other.format.or(self.format.take());
        self.counts += other.counts;
        self.members.merge(other.members);
        self.problems.merge(other.problems);
        self.kinds.merge(other.kinds);
        self.hosts.0.merge(other.hosts.0);
        self.period.merge(other.period);
        self.parts.extend(other.parts);
        match (&mut self.whole, other.whole) {
            (Some(ours), Some(theirs)) => ours.merge(theirs),
            (ours, theirs) => *ours = ours.take().or(theirs),
        }
        other.groups
    }

    /// Nothing more comes of the scan that these are of.
    pub fn is_last(&self) -> bool {
        !self.parts.is_empty() || self.has_ended()
    }

    /// Nothing more comes of the input that these are of.
    pub fn is_over(&self) -> bool {
        self.complete || self.has_ended()
    }

    /// Reading ended early.
    fn has_ended(&self) -> bool {
        let ends = [Code::ReadFailed, Code::NotOpened, Code::ReaderCrashed, Code::Cancelled];
        ends.into_iter().any(|code| self.problems.has(code))
    }

    /// Judges the input of this size once all of its parts are read and fit together.
    pub fn settle(&mut self, size: u64) {
        if self.complete || coverage(&self.parts, size) != Coverage::Whole {
            return;
        }
        self.complete = true;
        let whole = self.whole.take();
        if whole.as_ref().is_some_and(Whole::is_plain_text) {
            self.format = Some(PLAIN_TEXT.to_owned());
        }
        for trouble in whole.iter().flat_map(Whole::judge) {
            self.counts.unreadable += trouble.lost;
            let place = Place { offset: trouble.offset, record: trouble.record, ..Place::default() };
            self.problems.add(Problem { place, code: trouble.code, message: trouble.message });
        }
    }
}
