//! A query of the table, as the page asks it.

use serde::Deserialize;

/// How the table is filtered, searched, stacked and sorted.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Query {
    /// A column; an unknown one or none is the default order.
    pub sort: String,
    /// Backwards.
    pub descending: bool,
    /// Text that a row must hold in some column, without regard to case.
    pub search: String,
    /// One row for each value of this key field; empty: the rows of the rule.
    pub stack: String,
    /// Only rows with an event of this hint; empty: all.
    pub hint: String,
    /// Only rows with an event of this input.
    pub source: Option<u32>,
    /// And there in an archive member of this name; empty: in any.
    pub member: String,
    /// Only rows with an event in this time.
    pub range: Option<Range>,
    /// Only rows with all of these values, compared exactly: those of a stack within a stack.
    pub only: Vec<Only>,
    /// How far the clock that times are shown by is from UTC, the earliest first; empty: they are shown in UTC.
    pub clock: Vec<Offset>,
}

/// The offset of a clock from some moment on.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Offset {
    /// Milliseconds since 1970.
    pub from: i64,
    /// Minutes east of UTC.
    pub minutes: i32,
}

/// A value of a key field that rows can be stacked by.
#[derive(Debug, Clone, Default, Deserialize)]
#[allow(missing_docs)]
pub struct Only {
    pub field: String,
    pub value: String,
}

/// A time from the first moment up to, and without, the second.
#[derive(Debug, Clone, Default, Deserialize)]
#[allow(missing_docs)]
pub struct Range {
    pub from: String,
    pub to: String,
}

/// Fields that rows can be stacked by: their names and places in the key.
const STACKS: &[(&str, usize)] =
    &[("process_name", 3), ("process", 4), ("user", 1), ("dest", 0), ("parent_process", 2)];

/// The place in the key of a field that rows can be stacked by.
pub(super) fn stacked_by(name: &str) -> Result<usize, &'static str> {
    let found = STACKS.iter().find(|(known, _)| *known == name);
    found.map(|(_, at)| *at).ok_or("Rows can't be stacked by this field.")
}
