//! The result that must come out of a log, computed from its events and by none of the code under
//! test.

use std::collections::BTreeMap;

use crate::event::Event;
use crate::sysmon::{SYSMON, file_name};
use crate::time::Time;

/// The values of the rule's by-clause, in its order: dest, user, parent_process, process_name,
/// process, process_id, parent_process_id.
pub type Key = [String; 7];

/// Count, first and last time of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// Events in it.
    pub count: u64,
    /// The earliest `UtcTime`.
    pub first: Time,
    /// The latest.
    pub last: Time,
}

/// What must be found in a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// Bytes written.
    pub bytes: u64,
    /// Events.
    pub records: u64,
    /// Those that are process creations of Sysmon.
    pub process_creations: u64,
    /// Those of them that the rule matches.
    pub matches: u64,
    /// The rows.
    pub groups: BTreeMap<Key, Group>,
}

impl Expected {
    /// Of these events, whose times must be readable and whose key fields must have values.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a Event>) -> Expected {
        let mut expected = Expected::default();
        events.into_iter().for_each(|event| expected.add(event));
        expected
    }

    /// One more event.
    pub fn add(&mut self, event: &Event) {
        self.records += 1;
        if event.provider.name != SYSMON.name || event.id != 1 {
            return;
        }
        self.process_creations += 1;
        let parent = event.text("ParentImage");
        if !file_name(&parent).eq_ignore_ascii_case("WmiPrvSE.exe") {
            return;
        }
        self.matches += 1;
        let time = happened(event);
        let group = self.groups.entry(key(event)).or_insert(Group { count: 0, first: time, last: time });
        group.count += 1;
        group.first = group.first.min(time);
        group.last = group.last.max(time);
    }

    /// The rows by first time, then key, with times as the report prints them.
    pub fn rows(&self) -> Vec<(Key, u64, String, String)> {
        let mut rows: Vec<_> = self.groups.iter().collect();
        rows.sort_by_key(|(key, group)| (group.first, *key));
        rows.into_iter()
            .map(|(key, group)| {
                let (first, last) = (group.first.shortest(), group.last.shortest());
                (key.clone(), group.count, first, last)
            })
            .collect()
    }
}

/// The group of a process creation that has all its fields.
pub fn key(event: &Event) -> Key {
    let text = |name: &str| event.text(name).into_owned();
    [
        event.computer.clone().into_owned(),
        text("User"),
        text("ParentCommandLine"),
        file_name(&event.text("Image")).to_owned(),
        text("CommandLine"),
        text("ProcessId"),
        text("ParentProcessId"),
    ]
}

/// `UtcTime`. Sysmon logs a few milliseconds later, so the day is that of `TimeCreated`, or the one
/// before.
fn happened(event: &Event) -> Time {
    let text = event.text("UtcTime");
    // The generator's events lie less than a second before their TimeCreated: look back for the
    // millisecond that reads like this.
    let logged = event.time.whole_millis();
    (0..1000)
        .map(|millis| Time(logged.0 - millis * 10_000))
        .find(|time| time.utc_time() == text)
        .unwrap_or(logged)
}
