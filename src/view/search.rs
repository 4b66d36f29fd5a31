//! The search over all columns of the table, as they are shown.

use std::fmt::Write;

use super::logs::{self, Log};
use super::query::Offset;
use crate::findings::Period;
use crate::fold::Part;
use crate::group::Key;
use crate::hints::Hints;
use crate::session::{Group, Session, Shown};
use crate::time::Time;

/// A text that is looked for in every column.
#[derive(Debug)]
pub(super) struct Search {
    part: Part,
    /// In lower case.
    text: String,
    /// Room for the values of a row.
    room: Vec<u8>,
    /// The hints whose tag holds it.
    hints: Hints,
    /// The logs whose name holds it; of one alone the table shows none.
    logs: Vec<Log>,
    number: bool,
    time: bool,
    clock: Vec<Offset>,
    /// Room for a time.
    written: String,
}

impl Search {
    pub(super) fn new(session: &Session, text: &str, clock: &[Offset]) -> Search {
        let text = text.to_lowercase();
        Search {
            logs: logs::named(session, |name| name.to_lowercase().contains(&text)),
            part: Part::new(&text),
            hints: Hints::filter(|hint| hint.label.to_lowercase().contains(&text)),
            number: text.bytes().all(|byte| byte.is_ascii_digit()),
            time: text.bytes().all(|byte| b"0123456789-:.tz".contains(&byte)),
            clock: clock.to_vec(),
            room: Vec::new(),
            written: String::new(),
            text,
        }
    }

    pub(super) fn finds(&mut self, session: &Session, group: &Group) -> bool {
        let Shown { events, period, hints } = group.shown;
        self.in_key(&group.key)
            || hints.any_of(self.hints)
            || !self.logs.is_empty()
                && logs::of(session, group).any(|log| self.logs.binary_search(&log).is_ok())
            || self.number && events.to_string().contains(&self.text)
            || self.time && self.in_times(period)
    }

    fn in_key(&mut self, key: &Key) -> bool {
        match self.text.is_ascii() {
            // What is found in the joined values may lie across two of them.
            true => {
                self.part.is_in_with(key.joined(), &mut self.room)
                    && key.values().iter().any(|value| self.part.is_in(value))
            }
            // Beyond ASCII a letter may change its length with its case. No text of ASCII becomes
            // one that holds such a letter, and nearly all of them are.
            false => {
                !key.joined().is_ascii()
                    && key.values().iter().any(|value| value.to_lowercase().contains(&self.text))
            }
        }
    }

    fn in_times(&mut self, period: Period) -> bool {
        let first = period.first();
        let last = period.last().filter(|last| Some(*last) != first);
        first.into_iter().chain(last).any(|time| {
            self.written.clear();
            // Writing to a text can't fail.
            _ = write!(self.written, "{}", self.by_clock(time));
            if !self.clock.is_empty() {
                // The name of another zone than it is in.
                self.written.truncate(self.written.len() - "Z".len());
            }
            self.written.make_ascii_lowercase();
            self.written.contains(&self.text)
        })
    }

    /// What the clock shows at a time, as if it were UTC.
    fn by_clock(&self, time: Time) -> Time {
        let after = self.clock.partition_point(|offset| offset.from <= time.milliseconds());
        // Before the first of them its offset is the best that is known.
        let offset = self.clock.get(after.saturating_sub(1));
        time.plus_minutes(offset.map_or(0, |offset| offset.minutes.into()))
    }
}
