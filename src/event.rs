//! One event as a log holds it, the same for every format.

use crate::ids::{self, Link};
use crate::time::Time;

/// The provider of Sysmon's events.
pub const SYSMON: &str = "Microsoft-Windows-Sysmon";
/// The channel Sysmon writes to.
pub const SYSMON_CHANNEL: &str = "Microsoft-Windows-Sysmon/Operational";
/// Sysmon's EventID of a process creation.
pub const PROCESS_CREATE: u32 = 1;

/// Names and values in the order of the log. Lookups take the first of equal names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Appends a pair.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Puts a pair before all others: of equal names it is the one that counts.
    pub fn put_first(&mut self, name: &str, value: String) {
        self.0.insert(0, (name.to_owned(), value));
    }

    /// The value of the first pair of this name; names are compared exactly.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }

    /// All pairs in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One log event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// The `System` part under its XML names; an attribute is named `Element@Attribute`
    /// (`Provider@Name`, `TimeCreated@SystemTime`). Other formats are brought to these names.
    pub system: Pairs,
    /// `EventData` (or `UserData`): Sysmon's fields under Sysmon's names.
    pub data: Pairs,
    /// The rendered message, where the log carries one.
    pub message: Option<String>,
}

impl Event {
    /// `System/Provider@Name`, empty when the log lost it.
    pub fn provider(&self) -> &str {
        self.system.get("Provider@Name").unwrap_or_default()
    }

    /// `System/Channel`, empty when the log lost it.
    pub fn channel(&self) -> &str {
        self.system.get("Channel").unwrap_or_default()
    }

    /// `System/Computer`.
    pub fn computer(&self) -> Option<&str> {
        self.system.get("Computer").filter(|name| !name.is_empty())
    }

    /// `System/EventID` without qualifiers.
    pub fn event_id(&self) -> Option<u32> {
        ids::whole(self.system.get("EventID")?.trim()).parse().ok()
    }

    /// `System/EventRecordID`: the event's own number, which an EVTX record header may not share.
    pub fn record_id(&self) -> Option<u64> {
        self.system.get("EventRecordID")?.trim().parse().ok()
    }

    /// See [`is_process_creation`].
    pub fn is_process_creation(&self) -> bool {
        is_process_creation(self.provider(), self.channel(), self.event_id())
    }

    /// Whether it says what Sysmon says of a process creation.
    pub fn tells_of_a_parent(&self) -> bool {
        let says = |name: &str| self.data.get(name).is_some_and(|value| !value.is_empty());
        let message = || self.message.as_ref().map_or("", |text| text.trim_start());
        (says("Image") && says("ParentImage")) || message().starts_with("Process Create:")
    }
}

/// A process creation of Sysmon for Windows: its provider and EventID 1, nothing else. Where a log
/// lost the provider, Sysmon's channel stands for it.
pub fn is_process_creation(provider: &str, channel: &str, event_id: Option<u32>) -> bool {
    event_id == Some(PROCESS_CREATE) && is_sysmon(provider, channel)
}

/// An event that has a process creation's EventID, and of which nobody can say that it is none: its provider was lost, or
/// is another one in Sysmon's own channel, or Sysmon by a name of somebody else's.
pub fn is_doubtful(provider: &str, channel: &str, event_id: Option<u32>) -> bool {
    // Few events have this one, and all are asked.
    event_id == Some(PROCESS_CREATE)
        && !is_sysmon(provider, channel)
        && (provider.trim().is_empty() || [provider, channel].iter().any(|name| names_sysmon(name)))
}

/// Whether a name holds that of Sysmon, or its GUID. Sysmon for Linux is another one, which WMI starts nothing for.
fn names_sysmon(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    (name.contains("sysmon") && !name.contains("linux"))
        || name.contains("5770385f-c22a-43e0-bf4c-06f5698ffbd9")
}

/// An event of Sysmon for Windows, of any kind.
pub fn is_sysmon(provider: &str, channel: &str) -> bool {
    match provider.trim() {
        "" => channel.eq_ignore_ascii_case(SYSMON_CHANNEL),
        provider => provider.eq_ignore_ascii_case(SYSMON),
    }
}

/// What is counted of an event that can't match, so that it need not be read in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skim<'a> {
    /// `System/Provider@Name`, or empty.
    pub provider: &'a str,
    /// `System/Channel`, or empty.
    pub channel: &'a str,
    /// `System/EventID`.
    pub event_id: Option<u32>,
    /// `System/Computer`; it may be left out where only the kind of an event is counted.
    pub computer: Option<&'a str>,
    /// `_time` of a process creation, where the rule's text is looked for.
    pub time: Option<Time>,
    /// What links a process creation to its parent, where that is looked for.
    pub link: Option<Link>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(pairs: &[(&str, &str)]) -> Event {
        let mut event = Event::default();
        pairs.iter().for_each(|(name, value)| event.system.push(*name, *value));
        event
    }

    #[test]
    fn only_sysmons_event_1_is_a_process_creation() {
        let yes = |pairs: &[(&str, &str)]| event(pairs).is_process_creation();
        assert!(yes(&[("Provider@Name", SYSMON), ("EventID", "1")]));
        assert!(yes(&[("Channel", SYSMON_CHANNEL), ("EventID", "1")]));
        assert!(!yes(&[("Provider@Name", SYSMON), ("EventID", "5")]));
        assert!(!yes(&[("Provider@Name", "Microsoft-Windows-Kernel-General"), ("EventID", "1")]));
        assert!(!yes(&[("Provider@Name", "Linux-Sysmon"), ("EventID", "1")]));
        // A forwarded event keeps its provider whatever the channel says.
        assert!(!yes(&[("Provider@Name", "Other"), ("Channel", SYSMON_CHANNEL), ("EventID", "1")]));
        assert!(!yes(&[("EventID", "1")]));
    }
}
