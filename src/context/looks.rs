//! Which fields of which kinds of event tell whether an event may belong to the context.

use std::collections::BTreeMap;

use super::Logon;
use super::kinds::{ACTOR_NAMES, KINDS, PROCESS_TERMINATE, names_actor};
use crate::event::PROCESS_CREATE;
use crate::needle::{Look, Test};

/// The process that started one.
pub const PARENT: Look = Look { names: &["ParentProcessGuid"], test: Test::Process };
/// The process that did something.
pub const OWNER: Look = Look { names: &["ProcessGuid"], test: Test::Process };
/// The same in events that name two processes.
const ACTOR: Look = Look { names: ACTOR_NAMES, test: Test::Process };
const OWN: Look = Look { names: &["ProcessGuid"], test: Test::Own };
const WHEN: Look = Look { names: &["UtcTime"], test: Test::Window };
const LOGON_GUID: Look = Look { names: &["LogonGuid"], test: Test::Logon };
const LOGON_ID: Look = Look { names: &["LogonId"], test: Test::Logon };

/// A connection, which may be the call itself.
const NETWORK_CONNECT: u32 = 3;
/// WMI subscriptions, which count at any time.
const SUBSCRIPTIONS: [u32; 3] = [19, 20, 21];

/// Those of the first round, by EventID of Sysmon. `window`: a time is asked about.
pub fn all(window: bool, logon: &Logon) -> BTreeMap<u32, Vec<Look>> {
    let when = window.then_some(WHEN);
    let logon = match logon {
        Logon::Guid(_) => Some(LOGON_GUID),
        Logon::Id(_) => Some(LOGON_ID),
        Logon::Service(_) | Logon::Unknown => None,
    };
    let deeds = KINDS.iter().flat_map(|kind| kind.ids).map(|id| {
        let whose = if names_actor(*id) { ACTOR } else { OWNER };
        let came = when.filter(|_| *id == NETWORK_CONNECT);
        (*id, [whose].into_iter().chain(came).collect())
    });
    let created = [PARENT, OWN].into_iter().chain(when).chain(logon).collect();
    let others = [(PROCESS_CREATE, created), (PROCESS_TERMINATE, vec![OWNER])];
    deeds.chain(others).chain(SUBSCRIPTIONS.map(|id| (id, Vec::new()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::needle::LOOKS;

    #[test]
    fn no_event_has_more_than_are_looked_at() {
        let all = all(true, &Logon::Id(1));
        assert!(all.values().all(|looks| looks.len() <= LOOKS));
        assert_eq!(all[&PROCESS_CREATE], [PARENT, OWN, WHEN, LOGON_ID]);
        assert_eq!((all[&3].as_slice(), all[&10].as_slice()), ([OWNER, WHEN].as_slice(), [ACTOR].as_slice()));
        assert!(all[&19].is_empty() && !all.contains_key(&4));
    }
}
