//! How often each kind of event occurs, and how many process creations each host has.

use serde::{Deserialize, Serialize};

use super::Tally;
use crate::limits;
use crate::text::same;

/// A kind of event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Kind {
    /// Channel, or empty.
    pub channel: String,
    /// Provider, or empty.
    pub provider: String,
    /// EventID.
    pub event_id: Option<u32>,
}

/// How often each kind of event occurs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Kinds {
    counts: Tally<Kind>,
    /// Counts of the kinds met last, not yet in `counts`: most events are of a few kinds.
    #[serde(skip)]
    recent: Vec<(Kind, u64)>,
    /// Where among them the last one with this EventID stands, or another one with the same last digits.
    #[serde(skip)]
    places: Vec<usize>,
}

/// Kinds whose counts are kept at hand.
const RECENT: usize = 64;

impl Kinds {
    /// Counts one event.
    pub fn add(&mut self, channel: &str, provider: &str, event_id: Option<u32>) {
        if channel.len().max(provider.len()) > limits::COUNTED_NAME_BYTES {
            self.counts.add(None, 1);
            return;
        }
        let equal = |(kind, _): &(Kind, u64)| {
            kind.event_id == event_id
                && same(kind.channel.as_bytes(), channel.as_bytes())
                && same(kind.provider.as_bytes(), provider.as_bytes())
        };
        self.places.resize(RECENT, 0);
        let place = event_id.unwrap_or_default() as usize % RECENT;
        let likely = self.places[place];
        if self.recent.get(likely).is_some_and(equal) {
            self.recent[likely].1 += 1;
            return;
        }
        if let Some(at) = self.recent.iter().position(equal) {
            self.recent[at].1 += 1;
            self.places[place] = at;
            return;
        }
        if self.recent.len() == RECENT {
            self.gather();
        }
        self.places[place] = self.recent.len();
        let kind = Kind { channel: channel.to_owned(), provider: provider.to_owned(), event_id };
        self.recent.push((kind, 1));
    }

    /// Brings all counts into one map.
    fn gather(&mut self) {
        for (kind, count) in std::mem::take(&mut self.recent) {
            self.counts.add(Some(kind), count);
        }
    }

    pub(super) fn settle(&mut self) {
        self.gather();
        self.counts.settle();
    }

    pub(super) fn merge(&mut self, mut other: Kinds) {
        self.gather();
        other.gather();
        self.counts.merge(other.counts);
    }

    /// All kinds with their counts; none: all that are not counted apart.
    pub fn iter(&self) -> impl Iterator<Item = (Option<&Kind>, u64)> {
        let recent = self.recent.iter().map(|(kind, count)| (Some(kind), *count));
        self.counts.iter().chain(recent)
    }
}

/// How many process creations each host has.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Hosts(pub(super) Tally<String>);

impl Hosts {
    /// Counts one process creation.
    pub(super) fn add(&mut self, host: &str) {
        match self.0.get_mut(host) {
            Some(count) => *count += 1,
            None => self.0.add((host.len() <= limits::COUNTED_NAME_BYTES).then(|| host.to_owned()), 1),
        }
    }

    /// All hosts, name and count; none: all that are not counted apart.
    pub fn iter(&self) -> impl Iterator<Item = (Option<&str>, u64)> {
        self.0.iter().map(|(host, count)| (host.map(String::as_str), count))
    }
}
