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
