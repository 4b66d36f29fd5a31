//! The table: rows filtered, searched, stacked and sorted.
//!
//! With a hundred thousand rows nobody should wait: what a row is compared by is computed once and
//! not at every comparison.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::findings::Period;
use crate::fold::Part;
use crate::group::Match;
use crate::hints::Hints;
use crate::order;
use crate::report::Row;
use crate::session::{Group, Session, Shown};
use crate::time::Time;

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
    pub(super) fn of(query: &Query, ranged: bool) -> Result<Filter, &'static str> {
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
        let search = (!query.search.is_empty()).then(|| Search::new(&query.search));
        Ok(Filter { search, hint, source: query.source, range, only })
    }

    /// Whether a group can have events that pass: what is the same for all of them.
    fn admits(&mut self, group: &Group) -> bool {
        group.shown.events > 0
            && self.only.as_ref().is_none_or(|(at, value)| group.key[*at] == *value)
            && self.search.as_mut().is_none_or(|search| search.finds(group))
    }

    /// What passes of a group.
    fn tally(&mut self, session: &Session, group: &Group) -> Shown {
        if !self.admits(group) {
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
            if self.admits(group) {
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
    number: bool,
    time: bool,
}

impl Search {
    fn new(text: &str) -> Search {
        let text = text.to_lowercase();
        Search {
            part: Part::new(&text),
            hints: Hints::filter(|hint| hint.label.to_lowercase().contains(&text)),
            number: text.bytes().all(|byte| byte.is_ascii_digit()),
            time: text.bytes().all(|byte| b"0123456789-:.tz".contains(&byte)),
            room: Vec::new(),
            text,
        }
    }

    fn finds(&mut self, group: &Group) -> bool {
        let key = group.key.iter().map(String::as_str);
        // Beyond ASCII a letter may change its length with its case; that is rare enough to be slow.
        let in_key = match self.text.is_ascii() {
            true => self.part.is_in_any(key, &mut self.room),
            false => key.into_iter().any(|value| value.to_lowercase().contains(&self.text)),
        };
        let Shown { events, period, hints } = group.shown;
        in_key
            || hints.any_of(self.hints)
            || self.number && events.to_string().contains(&self.text)
            || self.time
                && [period.first(), period.last()]
                    .into_iter()
                    .flatten()
                    .any(|time| time.to_string().to_lowercase().contains(&self.text))
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
        let mut filter = Filter::of(query, true)?;
        let stack = match query.stack.as_str() {
            "" => None,
            name => Some(stacked_by(name)?),
        };
        let mut view = View::default();
        let mut rows = Vec::new();
        let order = session.order();
        view.groups = order.len() as u64;
        for index in order {
            let tally = filter.tally(session, &session.groups()[index]);
            if tally.events > 0 {
                view.events += tally.events;
                rows.push((index, tally));
            }
        }
        view.rows = match stack {
            Some(at) => Rows::Stacks(stacks(session, rows, at, query)),
            None => {
                let rows = rows.into_iter().map(|(index, _)| index).collect();
                Rows::Groups(sort_groups(session, rows, query))
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

/// What rows are sorted by, computed once for each.
enum Key<'a> {
    /// Compared without regard to case.
    Text(&'a str),
    Number(u64),
    /// Unknown times come last.
    Time(Option<Time>),
}

/// The places of the keys in the order of the keys; equal ones stay in the order they have.
fn sorted<'a>(keys: impl Iterator<Item = Key<'a>>, descending: bool) -> Vec<usize> {
    // All texts in lower case, one behind the other: a comparison then looks at one place in memory
    // and not at several.
    let (mut texts, mut keys_of) = (String::new(), Vec::new());
    for key in keys {
        let from = texts.len();
        keys_of.push(match key {
            Key::Text(text) => {
                match text.is_ascii() {
                    true => texts.extend(text.chars().map(|c| c.to_ascii_lowercase())),
                    false => texts += &text.to_lowercase(),
                }
                (None, 0, from..texts.len())
            }
            Key::Number(number) => (None, number, 0..0),
            Key::Time(time) => (time, time.is_none().into(), 0..0),
        });
    }
    let texts = texts.as_bytes();
    order::places(keys_of.len(), &|a, b| {
        let ((a, a_number, a_text), (b, b_number, b_text)) = match descending {
            true => (&keys_of[b], &keys_of[a]),
            false => (&keys_of[a], &keys_of[b]),
        };
        let numbers = a_number.cmp(b_number).then(a.cmp(b));
        numbers.then_with(|| texts[a_text.clone()].cmp(&texts[b_text.clone()]))
    })
}

fn sort_groups(session: &Session, rows: Vec<usize>, query: &Query) -> Vec<usize> {
    let key: &dyn for<'a> Fn(&'a Group) -> Key<'a> = match query.sort.as_str() {
        "dest" => &|group| Key::Text(&group.key[0]),
        "user" => &|group| Key::Text(&group.key[1]),
        "parent_process" => &|group| Key::Text(&group.key[2]),
        "process_name" => &|group| Key::Text(&group.key[3]),
        "process" => &|group| Key::Text(&group.key[4]),
        // Ids are compared as numbers; what is no number comes last.
        "process_id" => &|group| Key::Number(group.key[5].parse().unwrap_or(u64::MAX)),
        "parent_process_id" => &|group| Key::Number(group.key[6].parse().unwrap_or(u64::MAX)),
        "count" => &|group| Key::Number(group.shown.events),
        "hints" => &|group| Key::Number(group.shown.hints.iter().count() as u64),
        "sources" => &|group| Key::Number(sources(session, group).min().unwrap_or_default().into()),
        "firstTime" => &|group| Key::Time(group.shown.period.first()),
        "lastTime" => &|group| Key::Time(group.shown.period.last()),
        _ => return rows,
    };
    let keys = rows.iter().map(|index| key(&session.groups()[*index]));
    sorted(keys, query.descending).into_iter().map(|at| rows[at]).collect()
}

/// One row for each value, the rarest first unless the query sorts otherwise.
fn stacks<'a>(session: &'a Session, groups: Vec<(usize, Shown)>, at: usize, query: &Query) -> Vec<Stack> {
    // Trees and not a sort of all groups: most values occur many times.
    let mut places: BTreeMap<&str, u64> = BTreeMap::new();
    let mut hosts: BTreeMap<&str, u64> = BTreeMap::new();
    let mut seen: BTreeSet<(u64, u64)> = BTreeSet::new();
    let mut stacks: Vec<Stack> = Vec::new();
    for (group, tally) in groups {
        let key = &session.groups()[group].key;
        let next = stacks.len() as u64;
        let place = *places.entry(&key[at]).or_insert(next);
        if place == next {
            let period = Period::default();
            stacks.push(Stack { group, at, groups: 0, events: 0, hosts: 0, period });
        }
        let next = hosts.len() as u64;
        let host = *hosts.entry(&key[0]).or_insert(next);
        let row = &mut stacks[place as usize];
        row.hosts += u64::from(seen.insert((place, host)));
        row.groups += 1;
        row.events += tally.events;
        row.period.merge(tally.period);
    }
    let mut stacks: Vec<_> = stacks.into_iter().map(Some).collect();
    let rows: Vec<Stack> = places.values().filter_map(|place| stacks[*place as usize].take()).collect();
    let key: &dyn Fn(&Stack) -> Key<'a> = match query.sort.as_str() {
        "value" => &|row| Key::Text(row.value(session)),
        "groups" => &|row| Key::Number(row.groups),
        "events" => &|row| Key::Number(row.events),
        "hosts" => &|row| Key::Number(row.hosts),
        "firstTime" => &|row| Key::Time(row.period.first()),
        "lastTime" => &|row| Key::Time(row.period.last()),
        // They are in the order of their values.
        _ => &|row| Key::Number(row.events),
    };
    let known =
        ["value", "groups", "events", "hosts", "firstTime", "lastTime"].contains(&query.sort.as_str());
    let order = sorted(rows.iter().map(key), known && query.descending);
    let mut rows: Vec<_> = rows.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| rows[at].take()).collect()
}
