//! Matches on their way from one worker to another: column by column.
//!
//! Many rows have the same host, user and beginning of a command line. Their keys lie in order, each
//! without the text that it shares with the one before: a third of the bytes, and whoever takes them in
//! makes one text of each key and not seven.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Facts, Groups, KEY_FIELDS, Key, Match};
use crate::locator::{Locator, Span};
use crate::time::Time;

/// The rows of [`Groups`]. All columns are of one type: the page carries along the code for each.
#[derive(Serialize, Deserialize)]
struct Columns {
    /// The texts of all keys, each without what it shares with the one before.
    texts: String,
    /// Of each a [`KeyRow`].
    keys: Vec<u64>,
    /// Of each a [`MatchRow`].
    matches: Vec<u64>,
}

/// How many bytes a key shares with the one before, how many matches it has, and the bytes of each of its
/// values.
type KeyRow = [u64; KEY_COLUMNS];
const KEY_COLUMNS: usize = 2 + KEY_FIELDS;

/// Which of the next three a match has; its time, its member in two halves and its record id; its span and its
/// facts.
type MatchRow = [u64; MATCH_COLUMNS];
const MATCH_COLUMNS: usize = 10;

const HAS_TIME: u64 = 1;
const HAS_MEMBER: u64 = 2;
const HAS_RECORD_ID: u64 = 4;

impl Columns {
    fn of(groups: &Groups) -> Columns {
        let mut texts = String::new();
        let mut keys = Vec::with_capacity(groups.rows.len());
        let mut matches = Vec::new();
        let mut before = "";
        for (key, found) in &groups.rows {
            let joined = key.joined();
            let equal = joined.bytes().zip(before.bytes()).take_while(|(a, b)| a == b).count();
            // What is a whole character in one of two equal texts is one in the other.
            let shared = joined.floor_char_boundary(equal);
            texts.push_str(&joined[shared..]);
            let mut row: KeyRow = [shared as u64; KEY_COLUMNS];
            row[1] = found.len() as u64;
            row[2..].iter_mut().zip(key.values()).for_each(|(length, value)| *length = value.len() as u64);
            keys.push(row);
            matches.extend(found.iter().map(match_row));
            before = joined;
        }
        Columns { texts, keys: columns(&keys), matches: columns(&matches) }
    }

    /// The rows again. None: the columns don't fit together.
    fn rows(&self) -> Option<Vec<(Key, Vec<Match>)>> {
        let mut texts = &*self.texts;
        let mut joined = String::new();
        let all = self.matches.len() / MATCH_COLUMNS;
        let mut matches = (0..all).map(|at| row(&self.matches, at).and_then(found));
        let keys = self.keys.len() / KEY_COLUMNS;
        let mut rows = Vec::with_capacity(keys);
        for at in 0..keys {
            let [shared, count, lengths @ ..]: KeyRow = row(&self.keys, at)?;
            let lengths = lengths.map(|length| usize::try_from(length).unwrap_or(usize::MAX));
            let shared = joined.get(..usize::try_from(shared).ok()?)?.len();
            let length = lengths.iter().try_fold(0_usize, |sum, length| sum.checked_add(*length))?;
            let (text, behind) = texts.split_at_checked(length.checked_sub(shared)?)?;
            joined.truncate(shared);
            joined.push_str(text);
            texts = behind;
            // None of them is to have room for more, see `Groups::add`.
            let mut of_key = Vec::with_capacity(usize::try_from(count).ok()?.min(matches.len()));
            for _ in 0..count {
                of_key.push(matches.next()??);
            }
            rows.push((Key::cut(&joined, lengths)?, of_key));
        }
        Some(rows)
    }
}

fn match_row(found: &Match) -> MatchRow {
    let Match { time, locator: Locator { member, span, record_id }, facts } = found;
    let has = |some, flag| if some { flag } else { 0 };
    let number = member.unwrap_or_default();
    [
        has(time.is_some(), HAS_TIME)
            | has(member.is_some(), HAS_MEMBER)
            | has(record_id.is_some(), HAS_RECORD_ID),
        time.map_or(0, Time::bits),
        (number >> 64) as u64,
        number as u64,
        record_id.unwrap_or_default(),
        span.offset,
        span.length,
        span.nth.into(),
        span.direct.into(),
        (*facts).into(),
    ]
}

fn found(row: MatchRow) -> Option<Match> {
    let [has, time, high, low, record_id, offset, length, nth, direct, facts] = row;
    let locator = Locator {
        member: (has & HAS_MEMBER != 0).then_some(u128::from(high) << 64 | u128::from(low)),
        span: Span { offset, length, nth: nth.try_into().ok()?, direct: direct != 0 },
        record_id: (has & HAS_RECORD_ID != 0).then_some(record_id),
    };
    let time = (has & HAS_TIME != 0).then_some(Time::of_bits(time));
    Some(Match { time, locator, facts: facts.try_into().ok()? })
}

/// Rows of numbers, column by column.
fn columns<const N: usize>(rows: &[[u64; N]]) -> Vec<u64> {
    (0..N).flat_map(|column| rows.iter().map(move |row| row[column])).collect()
}

/// One of the rows of such columns.
fn row<const N: usize>(columns: &[u64], at: usize) -> Option<[u64; N]> {
    let mut row = [0; N];
    for (column, number) in row.iter_mut().enumerate() {
        *number = *columns.get(column * (columns.len() / N) + at)?;
    }
    Some(row)
}

impl Serialize for Groups {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (Columns::of(self), &self.facts, &self.end).serialize(to)
    }
}

impl<'a> Deserialize<'a> for Groups {
    fn deserialize<D: Deserializer<'a>>(from: D) -> Result<Groups, D::Error> {
        let (columns, facts, end): (Columns, Vec<Facts>, Option<Locator>) = Deserialize::deserialize(from)?;
        let rows = columns.rows().ok_or_else(|| Error::custom("columns that don't fit together"))?;
        Ok(Groups { rows, facts, end, ..Groups::default() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_are_what_they_were(rows in rows()) {
            let mut groups = Groups::default();
            for (values, time, locator, facts) in rows {
                let key = Key::new(values.each_ref().map(String::as_str));
                let facts = Facts { logon_id: Some(facts.to_string()), ..Facts::default() };
                groups.add(key, facts, time, locator);
            }
            groups.order();
            let packed = postcard::to_stdvec(&groups).unwrap();
            let again: Groups = postcard::from_bytes(&packed).unwrap();
            prop_assert_eq!(again.rows, groups.rows);
            prop_assert_eq!(again.facts, groups.facts);
            prop_assert_eq!(again.end, groups.end);
        }

        /// Any numbers, most of them small: no panic, and no row without its text and matches.
        #[test]
        fn columns_that_do_not_fit_are_refused(
            texts in "[aé]{0,9}",
            keys in prop::collection::vec(number(), 0..40),
            matches in prop::collection::vec(number(), 0..40),
        ) {
            let columns = Columns { texts, keys, matches };
            for (key, matches) in columns.rows().unwrap_or_default() {
                prop_assert!(key.joined().len() <= columns.texts.len());
                prop_assert!(matches.len() <= columns.matches.len());
            }
        }
    }

    fn number() -> impl Strategy<Value = u64> {
        prop_oneof![9 => 0..3_u64, 1 => any::<u64>()]
    }

    type Row = ([String; KEY_FIELDS], Option<Time>, Locator, u8);

    /// Keys that share their beginnings, some in the middle of a character.
    fn rows() -> impl Strategy<Value = Vec<Row>> {
        let span = (any::<u64>(), any::<u64>(), any::<u32>(), any::<bool>());
        let span = span.prop_map(|(offset, length, nth, direct)| Span { offset, length, nth, direct });
        let locator = (any::<Option<u128>>(), span, any::<Option<u64>>());
        let locator = locator.prop_map(|(member, span, record_id)| Locator { member, span, record_id });
        let time = prop::option::of(any::<u64>().prop_map(Time::of_bits));
        prop::collection::vec((prop::array::uniform7("[aéè]{0,2}"), time, locator, 0..4_u8), 0..20)
    }
}
