//! The table: the rows that a query leaves, stacked and sorted.
//!
//! With a hundred thousand rows nobody should wait: what a row is compared by is computed once and
//! not at every comparison, and rows that don't pass are not sorted.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde::Serialize;

use super::filter::Filter;
use super::logs::{self, LogName};
use super::query::{Query, stacked_by};
use crate::findings::Period;
use crate::order;
use crate::report::Row;
use crate::session::{Session, Shown};
use crate::time::{self, Time};

/// The table as a query gives it.
#[derive(Debug, Default)]
pub struct View {
    rows: Rows,
    filter: Filter,
    groups: u64,
    events: u64,
}

#[derive(Debug)]
enum Rows {
    /// Indexes of groups.
    Groups(Vec<usize>),
    Stacks(Vec<Stack>),
}

impl Default for Rows {
    fn default() -> Rows {
        Rows::Groups(Vec::new())
    }
}

/// Groups of one value.
#[derive(Debug)]
struct Stack {
    /// Any of them, and the place of the value in its key.
    group: usize,
    at: usize,
    groups: u64,
    events: u64,
    hosts: u64,
    period: Period,
}

impl Stack {
    fn value<'a>(&self, session: &'a Session) -> &'a str {
        session.groups().get(self.group).map_or("", |group| &group.key[self.at])
    }
}

/// A row of the rule on the page.
#[derive(Debug, Serialize)]
pub struct IndexedRow<'a> {
    /// Index of the group; it never changes.
    pub group: u64,
    /// The row.
    #[serde(flatten)]
    pub row: Row<'a>,
    /// How many of its shown events pass the query.
    pub passing: u64,
    /// The logs that its shown events are in; of many the first ones.
    pub sources: Vec<LogName>,
    /// How many they are.
    pub source_count: u64,
}

/// A row for all groups of one value.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StackedRow<'a> {
    /// The value.
    pub value: &'a str,
    /// Its groups.
    pub groups: u64,
    /// Events in them that pass the query.
    pub events: u64,
    /// Different values of `dest`.
    pub hosts: u64,
    /// First time, or null.
    pub first_time: Option<String>,
    /// Last time, or null.
    pub last_time: Option<String>,
}

/// Some rows of the table.
#[derive(Debug, Serialize)]
#[serde(untagged)]
#[allow(missing_docs)]
pub enum Window<'a> {
    Rows(Vec<IndexedRow<'a>>),
    Stacks(Vec<StackedRow<'a>>),
}

impl View {
    /// The rows of a session for a query. Equal rows keep the default order.
    ///
    /// # Errors
    /// A sentence, when a part of the query is not understood.
    pub fn new(session: &Session, query: &Query) -> Result<View, &'static str> {
        let mut filter = Filter::of(session, query, true)?;
        let stack = match query.stack.as_str() {
            "" => None,
            name => Some(stacked_by(name)?),
        };
        let mut view = View::default();
        let mut rows = Vec::new();
        for (index, group) in session.groups().iter().enumerate() {
            view.groups += u64::from(group.shown.events > 0);
            let tally = filter.tally(session, group);
            if tally.events > 0 {
                view.events += tally.events;
                rows.push((index, tally));
            }
        }
        view.filter = filter;
        view.rows = match stack {
            Some(at) => Rows::Stacks(stacks(session, &rows, at, query)),
            None => {
                let rows = rows.into_iter().map(|(index, _)| index).collect();
                Rows::Groups(sort_groups(session, session.in_order(rows), query))
            }
        };
        Ok(view)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        match &self.rows {
            Rows::Groups(rows) => rows.len(),
            Rows::Stacks(rows) => rows.len(),
        }
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many groups there are, whatever the query leaves of them.
    pub fn groups(&self) -> u64 {
        self.groups
    }

    /// How many events pass the query.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The rows `from..to`, as far as they exist. A row has all its shown events, also those that the query's hint, log
    /// and range leave out: it is the row of the export, and says beside it how many pass.
    pub fn window<'a>(&self, session: &'a Session, from: usize, to: usize) -> Window<'a> {
        let to = to.min(self.len());
        let from = from.min(to);
        match &self.rows {
            Rows::Groups(rows) => {
                Window::Rows(rows[from..to].iter().map(|index| self.indexed(session, *index)).collect())
            }
            Rows::Stacks(rows) => {
                let row = |stack: &Stack| StackedRow {
                    value: stack.value(session),
                    groups: stack.groups,
                    events: stack.events,
                    hosts: stack.hosts,
                    first_time: stack.period.first().map(|time| time.to_string()),
                    last_time: stack.period.last().map(|time| time.to_string()),
                };
                Window::Stacks(rows[from..to].iter().map(row).collect())
            }
        }
    }

    fn indexed<'a>(&self, session: &'a Session, index: usize) -> IndexedRow<'a> {
        let group = &session.groups()[index];
        let (sources, source_count) = logs::names(session, group);
        let passing = self.filter.passing(session, group);
        IndexedRow { group: index as u64, row: Row::of(group), passing, sources, source_count }
    }
}

/// What things are sorted by: the value of the one at a place.
enum By<'a> {
    /// Compared without regard to case.
    Text(Box<dyn Fn(usize) -> &'a str + 'a>),
    Number(Box<dyn Fn(usize) -> u64 + 'a>),
    /// Unknown times come last.
    Time(Box<dyn Fn(usize) -> Option<Time> + 'a>),
}

/// The places of so many things in order; equal ones stay in the order they have.
fn sorted(count: usize, by: &By<'_>, backwards: bool) -> Vec<usize> {
    let turn = |number: u64| if backwards { !number } else { number };
    match by {
        By::Text(text) => {
            let lower = Texts::lower((0..count).map(text));
            order::by_text(count, &|at| lower.get(at), backwards)
        }
        By::Number(number) => {
            order::by_number((0..count).map(|at| turn(number(at))), &|_, _| Ordering::Equal)
        }
        By::Time(time) => order::by_number((0..count).map(|at| turn(time::number(time(at)))), &|a, b| {
            let (a, b) = if backwards { (b, a) } else { (a, b) };
            time::compare(time(a), time(b))
        }),
    }
}

/// Texts one behind the other: a comparison then looks at one place in memory and not at several.
struct Texts {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Texts {
    fn exact<'a>(texts: impl Iterator<Item = &'a str>) -> Texts {
        let mut all = Texts { bytes: Vec::new(), ends: vec![0] };
        texts.for_each(|text| all.push(text));
        all
    }

    fn lower<'a>(texts: impl Iterator<Item = &'a str>) -> Texts {
        let mut all = Texts { bytes: Vec::new(), ends: vec![0] };
        for text in texts {
            let from = all.bytes.len();
            match text.is_ascii() {
                true => {
                    all.push(text);
                    all.bytes[from..].make_ascii_lowercase();
                }
                false => all.push(&text.to_lowercase()),
            }
        }
        all
    }

    fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
        self.ends.push(self.bytes.len());
    }

    fn get(&self, at: usize) -> &[u8] {
        &self.bytes[self.ends[at]..self.ends[at + 1]]
    }
}

fn sort_groups(session: &Session, mut rows: Vec<usize>, query: &Query) -> Vec<usize> {
    let order = {
        let group = |at: usize| &session.groups()[rows[at]];
        let text = |field: usize| By::Text(Box::new(move |at| &group(at).key[field]));
        // Ids are compared as numbers; what is no number comes last, and first where the order is backwards.
        let id =
            |field: usize| By::Number(Box::new(move |at| group(at).key[field].parse().unwrap_or(u64::MAX)));
        let by = match query.sort.as_str() {
            "dest" => text(0),
            "user" => text(1),
            "parent_process" => text(2),
            "process_name" => text(3),
            "process" => text(4),
            "process_id" => id(5),
            "parent_process_id" => id(6),
            "count" => By::Number(Box::new(|at| group(at).shown.events)),
            "hints" => By::Number(Box::new(|at| group(at).shown.hints.iter().count() as u64)),
            "sources" => By::Text(Box::new(|at| logs::first(session, group(at)))),
            "firstTime" => By::Time(Box::new(|at| group(at).shown.period.first())),
            "lastTime" => By::Time(Box::new(|at| group(at).shown.period.last())),
            _ => return rows,
        };
        sorted(rows.len(), &by, query.descending)
    };
    order::rearrange(&mut rows, &order);
    rows
}

/// One row for each value, the rarest first unless the query sorts otherwise.
fn stacks(session: &Session, groups: &[(usize, Shown)], at: usize, query: &Query) -> Vec<Stack> {
    let values = Texts::exact(groups.iter().map(|(index, _)| &session.groups()[*index].key[at]));
    let by_value = order::by_text(groups.len(), &|place| values.get(place), false);
    let mut rows: Vec<Stack> = by_value
        .chunk_by(|a, b| values.get(*a) == values.get(*b))
        .map(|places| stack(session, places.iter().map(|place| groups[*place]), at))
        .collect();
    let row = |place: usize| &rows[place];
    let (by, known) = match query.sort.as_str() {
        "value" => (By::Text(Box::new(|at| row(at).value(session))), true),
        "groups" => (By::Number(Box::new(|at| row(at).groups)), true),
        "events" => (By::Number(Box::new(|at| row(at).events)), true),
        "hosts" => (By::Number(Box::new(|at| row(at).hosts)), true),
        "firstTime" => (By::Time(Box::new(|at| row(at).period.first())), true),
        "lastTime" => (By::Time(Box::new(|at| row(at).period.last())), true),
        // They are in the order of their values.
        _ => (By::Number(Box::new(|at| row(at).events)), false),
    };
    let order = sorted(rows.len(), &by, known && query.descending);
    drop(by);
    order::rearrange(&mut rows, &order);
    rows
}

/// The row for groups of one value, which stands at this place of their keys.
fn stack(session: &Session, groups: impl ExactSizeIterator<Item = (usize, Shown)>, at: usize) -> Stack {
    let count = groups.len();
    let mut row =
        Stack { group: 0, at, groups: count as u64, events: 0, hosts: 1, period: Period::default() };
    let mut hosts = BTreeSet::new();
    for (group, tally) in groups {
        row.group = group;
        row.events += tally.events;
        row.period.merge(tally.period);
        // Most values occur once, and their host with them.
        if count > 1 {
            hosts.insert(&session.groups()[group].key[0]);
            row.hosts = hosts.len() as u64;
        }
    }
    row
}
