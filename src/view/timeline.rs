//! When the shown events were, a lane for each host.

use std::collections::BTreeMap;

use serde::Serialize;

use super::filter::Filter;
use super::query::Query;
use crate::order;
use crate::session::Session;
use crate::time::Time;

/// Lanes that are drawn; a page is not taller.
const LANES: usize = 50;
/// Most buckets of a lane: more than a screen has pixels are of no use.
const BUCKETS: usize = 4096;

/// Events by host and time.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Timeline<'a> {
    /// Where the first bucket begins, whole milliseconds; null when no event has a time.
    pub from: Option<String>,
    /// The last time.
    pub to: Option<String>,
    /// Length of a bucket in milliseconds.
    pub step_ms: u64,
    /// Events of all hosts in each bucket, also of those without a lane.
    pub totals: Vec<u64>,
    /// The hosts with most events.
    pub lanes: Vec<Lane<'a>>,
    /// How many hosts there are.
    pub lane_count: u64,
    /// Events without a time, which stand in no lane.
    pub untimed: u64,
}

/// A host.
#[derive(Debug, Serialize)]
pub struct Lane<'a> {
    /// Its name.
    pub dest: &'a str,
    /// Its events that have a time.
    pub events: u64,
    /// Its events in each bucket.
    pub counts: Vec<u64>,
}

/// The shown events that pass the query, without regard to its range, in at most so many buckets.
///
/// # Errors
/// A sentence, when a part of the query is not understood.
pub fn timeline<'a>(
    session: &'a Session,
    buckets: usize,
    query: &Query,
) -> Result<Timeline<'a>, &'static str> {
    let found = Filter::of(session, query, false)?.all(session);
    let mut hosts: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    let mut untimed = 0;
    let mut ends: Option<(Time, Time)> = None;
    for (group, found) in found {
        let Some(time) = found.time else {
            untimed += 1;
            continue;
        };
        ends = Some(ends.map_or((time, time), |(first, last)| (first.min(time), last.max(time))));
        hosts.entry(&group.key[0]).or_default().push(time.milliseconds());
    }
    let Some((first, last)) = ends else {
        return Ok(Timeline { untimed, ..Timeline::default() });
    };
    let from = first.milliseconds();
    let length = (last.milliseconds() - from) as u64 + 1;
    let step_ms = length.div_ceil(buckets.clamp(1, BUCKETS) as u64);
    let count = length.div_ceil(step_ms) as usize;
    let lane_count = hosts.len() as u64;
    let bucket = |time: &i64| ((time - from) as u64 / step_ms) as usize;
    let mut totals = vec![0; count];
    hosts.values().flatten().for_each(|time| totals[bucket(time)] += 1);
    let mut hosts: Vec<_> = hosts.into_iter().collect();
    order::sort(&mut hosts, |(_, a), (_, b)| b.len().cmp(&a.len()));
    hosts.truncate(LANES);
    let lane = |(dest, times): (&'a str, Vec<i64>)| {
        let mut counts = vec![0; count];
        times.iter().for_each(|time| counts[bucket(time)] += 1);
        Lane { dest, events: times.len() as u64, counts }
    };
    Ok(Timeline {
        from: Some(first.floor_to_millisecond().to_string()),
        to: Some(last.to_string()),
        step_ms,
        totals,
        lanes: hosts.into_iter().map(lane).collect(),
        lane_count,
        untimed,
    })
}
