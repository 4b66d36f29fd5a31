//! The by-clause: matches with the same key are one row.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::locator::Locator;
use crate::process::Process;
use crate::rule::Rule;
use crate::time::Time;

/// How many fields the by-clause has.
pub const KEY_FIELDS: usize = 7;

/// Splunk's `fillnull_value`: what a key field without a value becomes.
const NULL: &str = "null";

/// The key of a group: the values of [`Rule::key`], in this order, compared exactly.
pub type Key = [String; KEY_FIELDS];

/// The key of a matching process creation.
pub fn key(rule: &Rule, process: &Process<'_>) -> Key {
    std::array::from_fn(|at| {
        let value = rule.key.get(at).and_then(|field| process.value(*field).text);
        value.unwrap_or_else(|| NULL.to_owned())
    })
}

/// One matching event: when it was, and where it lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Match {
    /// `_time`; none when the event has no readable time.
    pub time: Option<Time>,
    /// Its bytes.
    pub locator: Locator,
}

/// Matches by key. A tree and not a hash table: an attacker writes the keys, and a tree has no
/// collisions to provoke.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Groups(pub BTreeMap<Key, Vec<Match>>);

impl Groups {
    /// Adds one match.
    pub fn add(&mut self, key: Key, found: Match) {
        self.0.entry(key).or_default().push(found);
    }
}
