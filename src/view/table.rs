//! The table: rows filtered, searched, stacked and sorted.
//!
//! With a hundred thousand rows nobody should wait: what a row is compared by is computed once and
//! not at every comparison, and rows that don't pass are not sorted.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::findings::Period;
use crate::fold::Part;
use crate::group::{Key, Match};
use crate::hints::Hints;
use crate::order;
use crate::report::Row;
use crate::session::{Group, Session, Shown};
use crate::time::{self, Time};

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
    /// Only rows with an event in this time.
    pub range: Option<Range>,
    /// Only rows with this value, compared exactly: those of a stack.
    pub only: Option<Only>,
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
fn stacked_by(name: &str) -> Result<usize, &'static str> {
    let found = STACKS.iter().find(|(known, _)| *known == name);
    found.map(|(_, at)| *at).ok_or("Rows can't be stacked by this field.")
}

/// What a query leaves.
pub(super) struct Filter {
    search: Option<Search>,
    hint: Option<Hints>,
    source: Option<u32>,
    range: Option<(Time, Time)>,
    only: Option<(usize, String)>,
}

impl Filter {
    /// The filter of a query, without its range where `ranged` says so.
    ///
    /// # Errors
    /// A sentence, when a part of the query is not understood.
    pub(super) fn of(session: &Session, query: &Query, ranged: bool) -> Result<Filter, &'static str> {
        let hint = match query.hint.as_str() {
            "" => None,
            id => Some(Hints::named(id).ok_or("There is no such hint.")?),
        };
        let range = match query.range.as_ref().filter(|_| ranged) {
            None => None,
            Some(range) => {
                let ends = Time::parse(&range.from).zip(Time::parse(&range.to));
                Some(ends.ok_or("The ends of the range are no ISO 8601 times.")?)
            }
        };
        let only = match &query.only {
            None => None,
            Some(only) => Some((stacked_by(&only.field)?, only.value.clone())),
        };
        let search = (!query.search.is_empty()).then(|| Search::new(session, &query.search));
        Ok(Filter { search, hint, source: query.source, range, only })
    }

    /// Whether a group can have events that pass: what is the same for all of them.
    fn admits(&mut self, session: &Session, group: &Group) -> bool {
        group.shown.events > 0
            && self.only.as_ref().is_none_or(|(at, value)| group.key[*at] == *value)
            && self.search.as_mut().is_none_or(|search| search.finds(session, group))
    }

    /// What passes of a group.
    fn tally(&mut self, session: &Session, group: &Group) -> Shown {
        if !self.admits(session, group) {
            return Shown::default();
        }
        if self.hint.is_none() && self.source.is_none() && self.range.is_none() {
            return group.shown;
        }
        let mut tally = Shown::default();
        for found in self.events(session, group) {
            tally.events += 1;
            found.time.into_iter().for_each(|time| tally.period.add(time));
        }
        tally
    }

    /// The shown events of a group that pass; the search is about the group.
    fn events<'a>(&self, session: &'a Session, group: &'a Group) -> impl Iterator<Item = &'a Match> {
        let &Filter { hint, source, range, .. } = self;
        let passes = move |(from, found): &&(u32, Match)| {
            let variant = session.variant(found);
            variant.is_shown
                && hint.is_none_or(|hint| variant.all.hints.any_of(hint))
                && source.is_none_or(|source| source == *from)
                && range.is_none_or(|(from, to)| found.time.is_some_and(|time| from <= time && time < to))
        };
        group.matches.iter().filter(passes).map(|(_, found)| found)
    }

    /// All events that pass, each with its group.
    pub(super) fn all<'a>(&mut self, session: &'a Session) -> Vec<(&'a Group, &'a Match)> {
        let mut all = Vec::new();
        for group in session.shown() {
            if self.admits(session, group) {
                all.extend(self.events(session, group).map(|found| (group, found)));
            }
        }
        all
    }
}

/// A text that is looked for in every column.
struct Search {
    part: Part,
    /// In lower case.
    text: String,
    /// Room for the values of a row.
    room: Vec<u8>,
    /// The hints whose tag holds it.
    hints: Hints,
    /// The inputs whose name holds it; of one alone the table shows none.
    sources: BTreeSet<u32>,
    number: bool,
    time: bool,
    /// Room for a time.
    written: String,
}

impl Search {
    fn new(session: &Session, text: &str) -> Search {
        let text = text.to_lowercase();
        let inputs: Vec<_> = session.inputs().collect();
        let named = inputs.iter().filter(|(_, source)| source.name.to_lowercase().contains(&text));
        let sources =
            if inputs.len() > 1 { named.map(|(number, _)| *number).collect() } else { BTreeSet::new() };
        Search {
            sources,
            part: Part::new(&text),
            hints: Hints::filter(|hint| hint.label.to_lowercase().contains(&text)),
            number: text.bytes().all(|byte| byte.is_ascii_digit()),
            time: text.bytes().all(|byte| b"0123456789-:.tz".contains(&byte)),
            room: Vec::new(),
            written: String::new(),
            text,
        }
    }

    fn finds(&mut self, session: &Session, group: &Group) -> bool {
        let Shown { events, period, hints } = group.shown;
        self.in_key(&group.key)
            || hints.any_of(self.hints)
            || !self.sources.is_empty()
                && sources(session, group).any(|source| self.sources.contains(&source))
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
            _ = write!(self.written, "{time}");
            self.written.make_ascii_lowercase();
            self.written.contains(&self.text)
        })
    }
}

/// The table as a query gives it.
#[derive(Debug, Default)]
pub struct View {
    rows: Rows,
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
    /// Numbers of the inputs that its shown events are in.
    pub sources: Vec<u32>,
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

    /// The rows `from..to`, as far as they exist. A row has all its shown events, also those that
    /// the query's hint, input and range leave out: it is the row of the export.
    pub fn window<'a>(&self, session: &'a Session, from: usize, to: usize) -> Window<'a> {
        let to = to.min(self.len());
        let from = from.min(to);
        match &self.rows {
            Rows::Groups(rows) => {
                Window::Rows(rows[from..to].iter().map(|index| indexed(session, *index)).collect())
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
}

fn indexed(session: &Session, index: usize) -> IndexedRow<'_> {
    let group = &session.groups()[index];
    let mut sources: Vec<_> = sources(session, group).collect();
    sources.sort_unstable();
    sources.dedup();
    IndexedRow { group: index as u64, row: Row::of(group), sources }
}

/// The inputs of the shown events of a group.
fn sources<'a>(session: &'a Session, group: &'a Group) -> impl Iterator<Item = u32> + 'a {
    group.matches.iter().filter(|(_, found)| session.variant(found).is_shown).map(|(source, _)| *source)
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
        // Ids are compared as numbers; what is no number comes last.
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
            "sources" => {
                By::Number(Box::new(|at| sources(session, group(at)).min().unwrap_or_default().into()))
            }
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
