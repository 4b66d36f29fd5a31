//! The by-clause: matches with the same key are one row.

mod columns;
mod key;

pub use key::Key;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::keep::{self, Weighed};
use crate::limits;
use crate::locator::Locator;
use crate::order;
use crate::process::{Field, Process};
use crate::rule::Rule;
use crate::time::Time;

/// How many fields the by-clause has.
pub const KEY_FIELDS: usize = 7;

/// Splunk's `fillnull_value`: what a key field without a value becomes.
const NULL: &str = "null";

/// The key of a matching process creation.
pub fn key(rule: &Rule, process: &Process<'_>) -> Key {
    let values: [_; KEY_FIELDS] =
        std::array::from_fn(|at| rule.key.get(at).and_then(|field| process.value(*field).text));
    Key::new(values.each_ref().map(|value| value.as_deref().unwrap_or(NULL)))
}

/// What a match keeps beside its key, for the tuning and the hints. Few matches differ in it, so it
/// is kept once and named by number.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)] // The CIM fields of these names, and Sysmon's `LogonId`.
pub struct Facts {
    pub process_path: Option<String>,
    pub process_integrity_level: Option<String>,
    pub original_file_name: Option<String>,
    pub logon_id: Option<String>,
}

impl Facts {
    /// Those of a process creation.
    pub fn of(process: &Process<'_>) -> Facts {
        let text = |field| process.value(field).text;
        Facts {
            process_path: text(Field::ProcessPath),
            process_integrity_level: text(Field::ProcessIntegrityLevel),
            original_file_name: text(Field::OriginalFileName),
            logon_id: process.logon_id(),
        }
    }
}

/// Bytes that a key takes, with its row.
pub fn key_bytes(key: &Key) -> usize {
    limits::KEY_OVERHEAD + key.joined().len()
}

/// Bytes of the texts of facts.
pub fn facts_bytes(facts: &Facts) -> usize {
    let texts =
        [&facts.process_path, &facts.process_integrity_level, &facts.original_file_name, &facts.logon_id];
    texts.into_iter().flatten().map(String::len).sum()
}

macro_rules! columns {
    ($($name:ident $text:literal)+) => {
        /// A value that every match keeps: one of the key, or one of its [`Facts`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[allow(missing_docs)] // Named after the CIM fields.
        pub enum Column { $($name,)+ }

        impl Column {
            /// All of them, those of the key first and in its order.
            pub const ALL: &[Column] = &[$(Column::$name,)+];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self { $(Column::$name => $text,)+ }
            }
        }
    };
}

columns! {
    Dest "dest"
    User "user"
    ParentProcess "parent_process"
    ProcessName "process_name"
    Process "process"
    ProcessId "process_id"
    ParentProcessId "parent_process_id"
    ProcessPath "process_path"
    ProcessIntegrityLevel "process_integrity_level"
    OriginalFileName "original_file_name"
    LogonId "logon_id"
}

impl Column {
    /// The column of a name.
    pub fn of(name: &str) -> Option<Column> {
        Column::ALL.iter().copied().find(|column| column.name() == name)
    }

    /// It is part of the key, so the rows of the result have it.
    pub fn is_key(self) -> bool {
        (self as usize) < KEY_FIELDS
    }
}

/// The values of one match.
#[derive(Debug, Clone, Copy)]
pub struct Values<'a> {
    /// Its key.
    pub key: &'a Key,
    /// What it keeps beside the key.
    pub facts: &'a Facts,
}

impl<'a> Values<'a> {
    /// The value of a column; none where the log has none.
    pub fn get(&self, column: Column) -> Option<&'a str> {
        match column {
            Column::ProcessPath => self.facts.process_path.as_deref(),
            Column::ProcessIntegrityLevel => self.facts.process_integrity_level.as_deref(),
            Column::OriginalFileName => self.facts.original_file_name.as_deref(),
            Column::LogonId => self.facts.logon_id.as_deref(),
            of_key => Some(&self.key[of_key as usize]),
        }
    }
}

/// One matching event: when it was, and where it lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// `_time`; none when the event has no readable time.
    pub time: Option<Time>,
    /// Its bytes.
    pub locator: Locator,
    /// Number of its facts: in [`Groups::facts`], or, in a session, of the variant of its group.
    pub facts: u32,
}

/// Matches by key.
#[derive(Debug, Default)]
pub struct Groups {
    /// The matches of each key.
    pub rows: Vec<(Key, Vec<Match>)>,
    /// The different facts of the matches.
    pub facts: Vec<Facts>,
    /// The first match that was left out, see [`keep::cut`]: none at or behind it is kept.
    pub end: Option<Locator>,
    /// The row of each key; needed only while matches are added. A tree and not a hash table: an
    /// attacker writes the keys, and a tree has no collisions to provoke.
    by_key: BTreeMap<Key, usize>,
    /// The number of each of `facts`; needed only while matches are added.
    numbers: BTreeMap<Facts, u32>,
    /// Bytes of what is held, see [`limits::MATCH_BYTES`].
    held: usize,
}

impl Groups {
    /// Whether the facts of each match are there.
    pub fn is_whole(&self) -> bool {
        let mut found = self.rows.iter().flat_map(|(_, found)| found);
        found.all(|found| (found.facts as usize) < self.facts.len())
    }

    /// Adds one match; what becomes too much is left out.
    pub fn add(&mut self, key: Key, facts: Facts, time: Option<Time>, locator: Locator) {
        if self.end.as_ref().is_some_and(|end| locator >= *end) {
            return;
        }
        self.held += limits::MATCH_OVERHEAD;
        let next = self.facts.len() as u32;
        let facts = *self.numbers.entry(facts).or_insert_with_key(|facts| {
            self.held += facts_bytes(facts);
            self.facts.push(facts.clone());
            next
        });
        let bytes = key_bytes(&key);
        let row = *self.by_key.entry(key).or_insert_with_key(|key| {
            self.rows.push((key.clone(), Vec::new()));
            self.rows.len() - 1
        });
        let matches = &mut self.rows[row].1;
        if matches.is_empty() {
            self.held += bytes;
            // A hostile log has a row for each match: none of them is to have room for more.
            matches.reserve_exact(1);
        }
        matches.push(Match { time, locator, facts });
        if self.held > limits::MATCH_BYTES + limits::MATCH_SLACK {
            self.trim();
        }
    }

    /// Puts the rows into the order of their keys: so they are the same however they were found, and pack well.
    pub fn order(&mut self) {
        let places: Vec<_> = std::mem::take(&mut self.by_key).into_values().collect();
        if !places.is_empty() {
            order::rearrange(&mut self.rows, &places);
        }
    }

    /// Leaves out what is too much.
    fn trim(&mut self) {
        let keys: Vec<_> = self.rows.iter().map(|(key, _)| key_bytes(key)).collect();
        let facts: Vec<_> = self.facts.iter().map(facts_bytes).collect();
        let weighed = self.rows.iter().enumerate().flat_map(|(key, (_, found))| {
            found.iter().map(move |one| Weighed { place: (0, &one.locator), key, facts: one.facts as usize })
        });
        let Some((_, end)) = keep::cut(weighed.collect(), &keys, &facts).0 else { return };
        let rows = std::mem::take(&mut self.rows);
        let all = std::mem::take(&mut self.facts);
        *self = Groups { end: Some(end.clone()), ..Groups::default() };
        for (key, found) in rows {
            for one in found {
                let facts = all.get(one.facts as usize).cloned().unwrap_or_default();
                self.add(key.clone(), facts, one.time, one.locator);
            }
        }
    }
}
