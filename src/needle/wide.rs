//! What makes an event of any kind worth reading: its kind, and what a few of its fields say.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::{self, Link};
use crate::sets::set;
use crate::time::{self, Time};

/// Most fields of one event that are looked at.
pub const LOOKS: usize = 4;

/// What is looked for in the events of one host.
///
/// A reader may pass an event over when it is of no kind that is looked at, and otherwise when it
/// can tell exactly what the fields say that are looked at, and [`Wide::judge`] lets it pass.
#[derive(Debug, Default)]
pub struct Wide {
    /// The host; none for events that name none.
    pub host: Option<String>,
    /// GUIDs of processes, or their ids.
    pub processes: BTreeSet<u128>,
    /// First and last time.
    pub window: Option<(Time, Time)>,
    /// A logon.
    pub logon: Option<Said>,
    /// EventIDs of Sysmon, with the fields to look at; without any, the event is always read.
    pub sysmon: BTreeMap<u32, Vec<Look>>,
    /// EventIDs of other providers that are always read.
    pub others: &'static [u32],
}

/// A field of an event that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Its name, in each spelling.
    pub names: &'static [&'static str],
    /// What its value is compared with.
    pub test: Test,
}

/// What makes an event worth reading by the value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    /// It is one of the processes, or there is no value.
    Process,
    /// It is a time of the window, or no time.
    Window,
    /// It is the logon.
    Logon,
    /// Nothing: it is the process itself, which is linked to the one before.
    Own,
    /// It is the id of one of the processes, or there is no value.
    ProcessId,
    /// The same of the process itself, which is linked to the one before.
    OwnId,
}

/// What a field says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Said {
    /// The event has no such field, or it is empty.
    #[default]
    Nothing,
    /// A GUID.
    Guid(u128),
    /// A time.
    Time(Time),
    /// A number.
    Number(u64),
    /// Something else than what such a field holds.
    Other,
}

/// How much of an event must be known before it can be passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask<'a> {
    /// Nothing more.
    Nothing,
    /// What these fields say.
    Fields(&'a [Look]),
    /// It is read in full.
    All,
}

impl Wide {
    /// What must be known of an event.
    pub fn ask(&self, computer: &str, sysmon: bool, event_id: u32) -> Ask<'_> {
        if !self.host.as_deref().unwrap_or_default().eq_ignore_ascii_case(computer) {
            return Ask::Nothing;
        }
        match self.sysmon.get(&event_id) {
            Some(looks) if sysmon && looks.is_empty() => Ask::All,
            Some(looks) if sysmon => Ask::Fields(looks),
            _ if !sysmon && self.others.contains(&event_id) => Ask::All,
            _ => Ask::Nothing,
        }
    }

    /// Whether an event may be passed over whose fields say this, with the link that they give.
    /// None: it must be read.
    #[allow(clippy::option_option)]
    pub fn judge(&self, looks: &[Look], said: &[Said; LOOKS]) -> Option<Option<Link>> {
        let within = |time: Time| self.window.is_some_and(|(first, last)| (first..=last).contains(&time));
        let (mut parent, mut own) = (0, 0);
        let (mut parent_id, mut own_id, mut begun) = (None, None, None);
        for (look, said) in looks.iter().zip(said) {
            match (look.test, *said) {
                // It may stand elsewhere in the event.
                (Test::Process | Test::Own, Said::Nothing) => return None,
                // It names no process.
                (Test::Process, Said::Guid(0)) => return None,
                (Test::Process, Said::Guid(guid)) if self.processes.contains(&guid) => return None,
                (Test::Process, Said::Guid(guid)) => parent = guid,
                (Test::Own, Said::Guid(guid)) => own = guid,
                (Test::Window, Said::Time(time)) if !within(time) => begun = Some(time),
                (Test::Window, _) => return None,
                (Test::ProcessId | Test::OwnId, Said::Nothing) => return None,
                (Test::ProcessId | Test::OwnId, Said::Number(id)) if self.processes.contains(&id.into()) => {
                    return None;
                }
                (Test::ProcessId, Said::Number(id)) => parent_id = Some(id),
                (Test::OwnId, Said::Number(id)) => own_id = Some(id),
                (Test::Logon, said) if said != Said::Nothing && Some(said) == self.logon => return None,
                _ => {}
            }
        }
        Some(match (parent_id, own_id, begun) {
            (Some(parent), Some(own), begun @ Some(_)) => Some(Link::by_id(parent, own, time::number(begun))),
            _ => Link::new(parent, own),
        })
    }

    /// The names of all fields that are looked at.
    pub fn names(&self) -> BTreeSet<&'static str> {
        set(self.sysmon.values().flatten().flat_map(|look| look.names).copied())
    }
}

impl Said {
    /// What the text of the field `name` says.
    pub fn of(name: &str, text: &str) -> Said {
        let said = match name {
            _ if matches!(text, "" | "-") => return Said::Nothing,
            "UtcTime" => Time::parse(text).map(Said::Time),
            "LogonId" | "ProcessId" | "ParentProcessId" | "SourceProcessId" | "SourceProcessID" => {
                ids::number(text).map(Said::Number)
            }
            _ => ids::guid(text).map(Said::Guid),
        };
        said.unwrap_or(Said::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROCESS: Look = Look { names: &["ParentProcessGuid"], test: Test::Process };
    const OWN: Look = Look { names: &["ProcessGuid"], test: Test::Own };
    const WHEN: Look = Look { names: &["UtcTime"], test: Test::Window };
    const LOGON: Look = Look { names: &["LogonId"], test: Test::Logon };

    fn time(text: &str) -> Time {
        Time::parse(text).unwrap()
    }

    fn wide() -> Wide {
        Wide {
            host: Some("Host".to_owned()),
            processes: [7].into(),
            window: Some((time("2020-01-01 00:00:00"), time("2020-01-01 00:01:00"))),
            logon: Some(Said::Number(9)),
            sysmon: [(1, vec![PROCESS, OWN, WHEN, LOGON]), (19, Vec::new())].into(),
            others: &[4624],
        }
    }

    #[test]
    fn asks_by_host_and_kind() {
        let wide = wide();
        assert_eq!(wide.ask("HOST", true, 19), Ask::All);
        assert_eq!(wide.ask("HOST", false, 4624), Ask::All);
        assert!(matches!(wide.ask("HOST", true, 1), Ask::Fields(looks) if looks.len() == 4));
        for (host, sysmon, id) in
            [("other", true, 19), ("HOST", false, 19), ("HOST", true, 4624), ("HOST", true, 2)]
        {
            assert_eq!(wide.ask(host, sysmon, id), Ask::Nothing, "{host} {sysmon} {id}");
        }
        assert_eq!(Wide { host: None, ..wide }.ask("", true, 19), Ask::All);
    }

    #[test]
    fn an_event_passes_by_what_all_its_fields_say() {
        let wide = wide();
        let looks = &[PROCESS, OWN, WHEN, LOGON];
        let away = Said::Time(time("2020-01-01 00:01:01"));
        let pass = [Said::Guid(1), Said::Guid(2), away, Said::Number(8)];
        let judge = |at: usize, value: Said| {
            let mut said = pass;
            said[at] = value;
            wide.judge(looks, &said)
        };
        assert_eq!(judge(0, Said::Guid(0)), None, "by its id it may belong to one of the processes");
        assert_eq!(judge(0, Said::Guid(1)), Some(Link::new(1, 2)));
        assert_eq!(judge(0, Said::Other), Some(None));
        assert_eq!(judge(3, Said::Nothing), Some(Link::new(1, 2)));
        for (at, value) in [
            (0, Said::Guid(7)),
            (0, Said::Nothing),
            (1, Said::Nothing),
            (2, Said::Time(time("2020-01-01 00:01:00"))),
            (2, Said::Other),
            (2, Said::Nothing),
            (3, Said::Number(9)),
        ] {
            assert_eq!(judge(at, value), None, "{at} {value:?}");
        }
    }

    #[test]
    fn ids_are_linked_with_the_time() {
        let wide = wide();
        let looks = &[
            Look { names: &["ParentProcessId"], test: Test::ProcessId },
            Look { names: &["ProcessId"], test: Test::OwnId },
            WHEN,
        ];
        let when = time("2020-01-01 00:01:01");
        let judge =
            |parent: Said, own: Said| wide.judge(looks, &[parent, own, Said::Time(when), Said::Nothing]);
        let link = Link::by_id(1, 2, time::number(Some(when)));
        assert_eq!(judge(Said::Number(1), Said::Number(2)), Some(Some(link)));
        assert_eq!(link.own_id(), (2, time::number(Some(when))));
        assert_eq!(judge(Said::Other, Said::Number(2)), Some(None));
        assert_eq!(judge(Said::Number(1), Said::Other), Some(None));
        for (parent, own) in [(7, 2), (1, 7)] {
            assert_eq!(judge(Said::Number(parent), Said::Number(own)), None);
        }
        assert_eq!(judge(Said::Nothing, Said::Number(2)), None);
        assert_eq!(judge(Said::Number(1), Said::Nothing), None);
    }

    #[test]
    fn a_value_is_read_by_the_name_of_its_field() {
        let guid = "{5770385F-c22a-43e0-bf4c-06f5698ffbd9}";
        assert_eq!(Said::of("ProcessGuid", guid), ids::guid(guid).map_or(Said::Other, Said::Guid));
        assert_eq!(Said::of("LogonId", "0x10"), Said::Number(16));
        assert_eq!(Said::of("ParentProcessId", "16"), Said::Number(16));
        assert_eq!(Said::of("UtcTime", "2020-01-01 00:01:00"), Said::Time(time("2020-01-01 00:01:00")));
        assert_eq!((Said::of("LogonId", ""), Said::of("UtcTime", "-")), (Said::Nothing, Said::Nothing));
    }
}
