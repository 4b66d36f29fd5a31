//! What a site leaves out of the result: the rule's macro `process_execution_via_wmi_filter`.
//!
//! An event is shown when no exclusion and no preset that is on matches it and when, for every
//! field with includes that are on, one of them does. Whoever hides something says how much:
//! [`crate::session::Session`] counts it, and every export carries the list.

mod file;
mod preset;
mod splunk;
mod test;

pub use file::{SCHEMA, Wrong};
pub use preset::{PRESETS, Preset};
pub use splunk::Splunk;
pub use test::{Operator, Test};

use serde::Serialize;

use crate::group::Values;

/// What an entry does with the events that it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Hides them.
    Exclude,
    /// Hides all others.
    Include,
}

impl Mode {
    /// Both.
    pub const ALL: &[Mode] = &[Mode::Exclude, Mode::Include];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Exclude => "exclude",
            Mode::Include => "include",
        }
    }
}

/// One exclusion or include.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it does.
    pub mode: Mode,
    /// What it compares.
    pub test: Test,
    /// Why it is there.
    pub note: String,
    /// Whether it counts.
    pub enabled: bool,
}

impl Entry {
    /// Whether it, alone, hides an event.
    pub fn hides(&self, values: Values<'_>) -> bool {
        self.test.holds(values) == (self.mode == Mode::Exclude)
    }
}

/// `exclude process_name equals "x.exe"`
impl std::fmt::Display for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.mode.name(), self.test)
    }
}

/// A preset, switched on or off.
#[derive(Debug, Clone)]
pub struct Switch {
    /// The preset.
    pub preset: &'static Preset,
    /// Whether it counts.
    pub enabled: bool,
    /// It hides what meets all tests of one of these.
    any: Vec<Vec<Test>>,
}

impl Switch {
    /// Whether the preset, alone, hides an event.
    pub fn hides(&self, values: Values<'_>) -> bool {
        self.any.iter().any(|all| all.iter().all(|test| test.holds(values)))
    }
}

/// All entries and presets.
#[derive(Debug, Clone)]
pub struct Tuning {
    /// In the order of the file.
    pub entries: Vec<Entry>,
    /// All presets that there are.
    pub presets: Vec<Switch>,
}

/// Hides nothing.
impl Default for Tuning {
    fn default() -> Tuning {
        let presets = PRESETS.iter().map(|preset| Switch { preset, enabled: false, any: preset.tests() });
        Tuning { entries: Vec::new(), presets: presets.collect() }
    }
}

impl Tuning {
    /// True when nothing is switched on.
    pub fn is_off(&self) -> bool {
        !self.entries.iter().any(|entry| entry.enabled) && !self.presets.iter().any(|preset| preset.enabled)
    }

    /// Whether an event is shown.
    pub fn shows(&self, values: Values<'_>) -> bool {
        let on = || self.entries.iter().filter(|entry| entry.enabled);
        let excluded = on().any(|entry| entry.mode == Mode::Exclude && entry.hides(values))
            || self.presets.iter().any(|preset| preset.enabled && preset.hides(values));
        // One include of each field must match; a field is looked at where its first one stands.
        let includes = || on().filter(|entry| entry.mode == Mode::Include);
        !excluded
            && includes().enumerate().all(|(at, first)| {
                let of_field = |entry: &&Entry| entry.test.column == first.test.column;
                includes().take(at).any(|entry| of_field(&entry))
                    || includes().filter(of_field).any(|entry| entry.test.holds(values))
            })
    }
}
