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
    Text(GapCounts, u64),
    /// JSON: how many objects there are.
    Json(u64),
}

impl Whole {
    /// Adds those of another part of the same input. Parts of another format are not merged: an
    /// input has one format.
    pub fn merge(&mut self, other: Whole) {
        match (self, other) {
            (Whole::Evtx(ours), Whole::Evtx(theirs)) => ours.merge(theirs),
            (Whole::Text(ours, events), Whole::Text(theirs, more)) => {
                ours.merge(theirs);
                *events += more;
            }
            (Whole::Json(ours), Whole::Json(theirs)) => *ours += theirs,
            (Whole::Evtx(_) | Whole::Text(..) | Whole::Json(_), _) => {}
        }
    }

    /// What must be reported.
    pub fn judge(&self) -> Vec<Trouble> {
        match self {
            Whole::Evtx(chunks) => chunks.judge(),
            Whole::Text(gaps, events) => gaps.judge(*events),
            Whole::Json(0) => vec![Trouble::note(Code::EmptyInput, None, "The JSON holds no object.")],
            Whole::Json(_) => Vec::new(),
        }
    }
}
