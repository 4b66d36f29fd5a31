//! Which fields of which kinds of event tell whether an event may belong to the context.

use std::collections::BTreeMap;

use super::kinds::{ACTOR_IDS, ACTOR_NAMES, KINDS, PROCESS_TERMINATE, names_actor};
use super::{By, Logon};
use crate::event::PROCESS_CREATE;
use crate::needle::{Look, Test};
use crate::sets::map;

/// What names processes.
struct Names {
    /// The process that started one.
    parent: Look,
    /// The one that was started.
    own: Look,
    /// The process that did something.
    owner: Look,
    /// The same in events that name two processes.
    actor: Look,
}

const GUIDS: Names = Names {
    parent: Look { names: &["ParentProcessGuid"], test: Test::Process },
    own: Look { names: &["ProcessGuid"], test: Test::Own },
    owner: Look { names: &["ProcessGuid"], test: Test::Process },
    actor: Look { names: ACTOR_NAMES, test: Test::Process },
};

const IDS: Names = Names {
    parent: Look { names: &["ParentProcessId"], test: Test::ProcessId },
    own: Look { names: &["ProcessId"], test: Test::OwnId },
    owner: Look { names: &["ProcessId"], test: Test::ProcessId },
    actor: Look { names: ACTOR_IDS, test: Test::ProcessId },
};

impl Names {
    fn of(by: By) -> Names {
        if by == By::Pid { IDS } else { GUIDS }
    }
}

const WHEN: Look = Look { names: &["UtcTime"], test: Test::Window };
const LOGON_GUID: Look = Look { names: &["LogonGuid"], test: Test::Logon };
const LOGON_ID: Look = Look { names: &["LogonId"], test: Test::Logon };

/// A connection, which may be the call itself.
const NETWORK_CONNECT: u32 = 3;
/// WMI subscriptions, which count at any time.
const SUBSCRIPTIONS: [u32; 3] = [19, 20, 21];

/// Those of the rounds after the first, which ask for what processes started and when they ended. A process
/// with the id of another tells from when on the id means it.
pub fn tree(by: By) -> BTreeMap<u32, Vec<Look>> {
    let Names { parent, own, owner, .. } = Names::of(by);
    let again = (by == By::Pid).then_some(own);
    let created = [parent].into_iter().chain(again).collect();
    map([(PROCESS_CREATE, created), (PROCESS_TERMINATE, vec![owner])])
}

/// Those of the first round, by EventID of Sysmon. `window`: a time is asked about.
pub fn all(by: By, window: bool, logon: &Logon) -> BTreeMap<u32, Vec<Look>> {
    let Names { parent, own, owner, actor } = Names::of(by);
    let when = window.then_some(WHEN);
    let logon = match logon {
        Logon::Guid(_) => Some(LOGON_GUID),
        Logon::Id(_) => Some(LOGON_ID),
        Logon::Service(_) | Logon::Unknown => None,
    };
    let deeds = KINDS.iter().flat_map(|kind| kind.ids).map(|id| {
        let whose = if names_actor(*id) { actor } else { owner };
        let came = when.filter(|_| *id == NETWORK_CONNECT);
        (*id, [whose].into_iter().chain(came).collect())
    });
    let created = [parent, own].into_iter().chain(when).chain(logon).collect();
    let others = [(PROCESS_CREATE, created), (PROCESS_TERMINATE, vec![owner])];
    map(deeds.chain(others).chain(SUBSCRIPTIONS.map(|id| (id, Vec::new()))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::needle::LOOKS;

    #[test]
    fn no_event_has_more_than_are_looked_at() {
        for by in [By::Guid, By::Pid] {
            let Names { parent, own, owner, actor } = Names::of(by);
            let all = all(by, true, &Logon::Id(1));
            assert!(all.values().chain(tree(by).values()).all(|looks| looks.len() <= LOOKS));
            assert_eq!(all[&PROCESS_CREATE], [parent, own, WHEN, LOGON_ID]);
            assert_eq!(
                (all[&3].as_slice(), all[&10].as_slice()),
                ([owner, WHEN].as_slice(), [actor].as_slice())
            );
            assert!(all[&19].is_empty() && !all.contains_key(&4));
        }
    }
}
