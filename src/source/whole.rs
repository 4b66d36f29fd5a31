//! What can only be judged when all of an input was read, since parts of it are read apart.

use serde::{Deserialize, Serialize};

use super::Trouble;
use super::evtx::chunks::Chunks;
use super::gap::GapCounts;
use crate::problem::Code;

/// Facts about an input that add up over its parts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Whole {
    /// An event log.
    Evtx(Chunks),
    /// Text with events: what stands between them, and how many there are.
    Text(Box<GapCounts>, u64),
    /// JSON: how many objects there are, and how many of them hold an event.
    Json(u64, u64),
    /// Results of Splunk: what stands between them, how many there are, and how many of them hold an event.
    Results {
        /// Text that is none of them.
        gaps: Box<GapCounts>,
        /// All of them.
        results: u64,
        /// Those with an event, also one that can't be read.
        events: u64,
        /// How many roots begin, and how many end.
        roots: (u64, u64),
    },
    /// CSV: how many rows hold an event, and its columns.
    Csv(u64, String),
    /// An archive: a member was read, or should have been; a member is something else.
    Archive(bool, bool),
}

impl Whole {
    /// Adds those of another part of the same input. Parts of another format are not merged: an
    /// input has one format.
    pub fn merge(&mut self, other: Whole) {
        match (self, other) {
            (Whole::Evtx(ours), Whole::Evtx(theirs)) => ours.merge(theirs),
            (Whole::Text(ours, events), Whole::Text(theirs, more)) => {
                ours.merge(*theirs);
                *events += more;
            }
            (
                Whole::Results { gaps, results, events, roots },
                Whole::Results {
                    gaps: more_gaps,
                    results: more_results,
                    events: more_events,
                    roots: more_roots,
                },
            ) => {
                *roots = (roots.0 + more_roots.0, roots.1 + more_roots.1);
                gaps.merge(*more_gaps);
                *results += more_results;
                *events += more_events;
            }
            (Whole::Json(objects, events), Whole::Json(more_objects, more_events)) => {
                *objects += more_objects;
                *events += more_events;
            }
            (Whole::Csv(rows, _), Whole::Csv(more, _)) => *rows += more,
            (Whole::Archive(logs, others), Whole::Archive(more_logs, more_others)) => {
                *logs |= more_logs;
                *others |= more_others;
            }
            // Can't be: all parts are read in the format of the input's first bytes.
            _ => {}
        }
    }

    /// Text that was taken for XML because it is nothing else, and is no markup at all.
    pub fn is_plain_text(&self) -> bool {
        matches!(self, Whole::Text(gaps, 0) if gaps.is_plain())
    }

    /// What must be reported.
    pub fn judge(&self) -> Vec<Trouble> {
        match self {
            Whole::Evtx(chunks) => chunks.judge(),
            Whole::Text(gaps, events) => gaps.judge(*events),
            Whole::Results { gaps, results, events, roots: (begun, ended) } => {
                let mut troubles = gaps.judge(*results);
                if *results > 0 && *events == 0 {
                    let message = format!("A Splunk export without any event in it: {results} result(s).");
                    troubles.push(Trouble::note(Code::UnknownFormat, None, message));
                }
                if begun > ended {
                    let message = "Splunk's results are cut off: the input ends before they do.";
                    troubles.push(Trouble::note(Code::Truncated, None, message));
                }
                troubles
            }
            Whole::Json(0, _) => vec![Trouble::note(Code::EmptyInput, None, "The JSON holds no object.")],
            Whole::Json(objects, 0) => {
                let message = format!("JSON without any event in it: {objects} object(s).");
                vec![Trouble::note(Code::UnknownFormat, None, message)]
            }
            Whole::Csv(0, columns) => {
                let message = format!("CSV without any event in it. Its columns are: {columns}.");
                vec![Trouble::note(Code::UnknownFormat, None, message)]
            }
            Whole::Archive(false, true) => {
                let message = "Nothing in the archive is an event log.";
                vec![Trouble::note(Code::UnknownFormat, None, message)]
            }
            Whole::Json(..) | Whole::Csv(..) | Whole::Archive(..) => Vec::new(),
        }
    }
}
