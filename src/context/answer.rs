//! The context of a match as the command line prints it and the page shows it.

use std::collections::BTreeSet;

use serde::Serialize;

use super::copies::{Copies, Named, merged};
use super::gather::Seen;
use super::kinds::{KINDS, LOGON_KIND};
use super::shelf::Shelf;
use super::tree::{Tree, until};
use super::{Anchor, At, By, Context, Created, Logon};
use crate::order;
use crate::recall::{Pair, Place};
use crate::session::Session;
use crate::sets::set;
use crate::time::{self, Time};

/// The context of a match. Times are ISO 8601 in UTC.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// `Computer` of the event: all that is told is of this host. Null: it names none.
    pub host: Option<String>,
    /// The process that is asked about.
    pub process: Ran,
    /// How processes are linked: `guid`, `pid`, or `nothing` where the event has no GUID, and no id or no time.
    pub linked_by: By,
    /// Minutes before and after, of what ran beside it and of the WMI side.
    pub minutes: u32,
    /// What it started, parents before their children; the first is the process itself.
    pub tree: List<Ran>,
    /// What ran on the same host in the minutes around it.
    pub beside: List<Ran>,
    /// How the logon is told: `guid`, `id`, `service` (SYSTEM and its like, whose logon all
    /// services share) or `unknown`.
    pub logon_by: &'static str,
    /// What ran in the same logon.
    pub logon: List<Ran>,
    /// What it did, by kind; every kind is there.
    pub did: Vec<Did>,
    /// What on the host may have to do with the call, mostly from the minutes before.
    pub wmi: List<Happened>,
    /// Logons (Security, 4624) of the host in the log, of any type.
    pub logons_logged: u64,
    /// Which of Sysmon's EventIDs the log has of the host, and how many.
    pub sysmon: Vec<(u32, u64)>,
    /// Something did not fit into its list.
    pub truncated: bool,
    /// All inputs were asked all that was to be asked.
    pub complete: bool,
    /// How often they were asked.
    pub rounds: u32,
    /// What may be missing and why: a sentence each.
    pub problems: Vec<String>,
}

/// Some entries of a list.
#[derive(Debug, Serialize)]
pub struct List<T> {
    /// Those that are listed.
    pub items: Vec<T>,
    /// How many there are; null where there are more than are listed and nobody knows how many.
    pub count: Option<u64>,
    /// In how many places they lie: more, where several files hold the same event. Null where nobody knows.
    pub places: Option<u64>,
}

/// Another place that holds the same event.
#[derive(Debug, Serialize)]
pub struct Copy {
    /// Where it lies.
    pub locator: Place,
    /// The same in one word, with which the event is opened.
    pub at: String,
}

/// How a process relates to the one that is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// It is that one.
    Itself,
    /// It started it.
    Parent,
    /// It was started by it, or by what it started.
    Descendant,
    /// It was started by the same parent.
    Sibling,
    /// Nothing of these is known.
    None,
}

/// A process that ran.
#[derive(Debug, Serialize)]
pub struct Ran {
    /// Its creation.
    #[serde(flatten)]
    pub created: Created,
    /// What it has to do with the one that is asked about.
    pub relation: Relation,
    /// In a tree: which of its items started it.
    pub parent: Option<usize>,
    /// In a tree: generations from the first.
    pub depth: usize,
    /// In a tree: when it ended, where the log tells.
    pub ended: Option<String>,
    /// Where its creation lies.
    pub locator: Place,
    /// The same in one word, with which the event is opened.
    pub at: String,
    /// Where else: one place in each other file that holds the event, too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Copy>,
}

/// What a process did, of one kind.
#[derive(Debug, Serialize)]
pub struct Did {
    /// The kind.
    pub kind: &'static str,
    /// Sysmon's EventIDs of it.
    pub ids: &'static [u32],
    /// How many such events the log has of the host, whoever did them.
    pub logged: u64,
    /// What this process did.
    pub list: List<Happened>,
}

/// An event that is no process creation of a list.
#[derive(Debug, Serialize)]
#[allow(missing_docs)]
pub struct Happened {
    pub time: Option<String>,
    pub event_id: u32,
    pub provider: String,
    /// What it tells: a kind of [`Did`], or of the WMI side `wmic`, `command`, `script_block`,
    /// `subscription`, `logon`, `inbound` or `wmi_activity`.
    pub kind: String,
    /// It is the logon that the process belongs to.
    pub same_logon: bool,
    /// The fields that tell it, those with a value.
    pub fields: Vec<Pair>,
    pub locator: Place,
    pub at: String,
    /// As in [`Ran`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Copy>,
}

fn text(time: Option<Time>) -> Option<String> {
    time.map(|time| time.to_string())
}

/// Answers with the names that only a session knows.
struct Teller<'a> {
    session: &'a Session,
    at: &'a At,
    anchor: &'a Anchor,
    by: By,
    /// GUIDs, or places where there are none, of the tree.
    tree: BTreeSet<&'a At>,
    guids: BTreeSet<&'a String>,
}

impl Context {
    /// What was found so far.
    pub fn answer(&self, session: &Session) -> Answer {
        let found = &self.found;
        let by = self.question.by;
        let tree = Tree::of(&self.anchor, by, found);
        let descendants = tree.nodes.iter().skip(1);
        let teller = Teller {
            session,
            at: &self.at,
            anchor: &self.anchor,
            by,
            tree: set(descendants.clone().flat_map(|node| node.places.iter().copied())),
            guids: set(descendants.filter_map(|node| node.created.process_guid.as_ref())),
        };
        let listed = teller.tree(&tree, self.endless);
        // A log may tell another process by the same GUID.
        let root = tree.nodes.first().map(|root| root.places.clone());
        let itself = root.filter(|places| places.contains(&&self.at)).unwrap_or_else(|| vec![&self.at]);
        let did = self.did(&teller);
        let truncated = listed.count.is_none()
            || found.beside.is_cut()
            || found.logon.is_cut()
            || found.wmi.is_cut()
            || found.ended.is_cut()
            || found.did.iter().any(Shelf::is_cut);
        Answer {
            host: self.question.host.clone(),
            process: Ran {
                ended: listed.items.first().and_then(|root| root.ended.clone()),
                ..teller.ran(&itself, &self.anchor.created)
            },
            linked_by: by,
            minutes: self.minutes,
            tree: listed,
            beside: teller.list(&found.beside),
            logon_by: match self.anchor.logon {
                Logon::Guid(_) => "guid",
                Logon::Id(_) => "id",
                Logon::Service(_) => "service",
                Logon::Unknown => "unknown",
            },
            logon: teller.list(&found.logon),
            did,
            wmi: self.wmi(&teller),
            logons_logged: found.logons,
            sysmon: found.sysmon.iter().map(|(id, count)| (*id, *count)).collect(),
            truncated,
            complete: self.complete && self.troubles.is_empty(),
            rounds: self.rounds,
            problems: self.problems(session),
        }
    }

    /// What the process did, by kind.
    fn did(&self, teller: &Teller<'_>) -> Vec<Did> {
        let found = &self.found;
        let end = if teller.by == By::Pid { until(&self.anchor, found) } else { None };
        let kinds = KINDS.iter().zip(&found.did);
        let did = kinds.map(|(kind, shelf)| Did {
            kind: kind.name,
            ids: kind.ids,
            logged: kind.ids.iter().filter_map(|id| found.sysmon.get(id)).sum(),
            list: teller.did(shelf, end),
        });
        did.collect()
    }

    fn problems(&self, session: &Session) -> Vec<String> {
        let mut problems = self.troubles.clone();
        let damaged = session.sources().iter().filter(|source| source.findings.counts.unreadable > 0);
        problems.extend(damaged.map(|source| {
            let lost = source.findings.counts.unreadable;
            let records = if lost == 1 { "record" } else { "records" };
            format!("{}: {lost} {records} could not be read, and may belong here.", source.name)
        }));
        if self.anchor.created.time.is_none() {
            problems.push("The event has no readable time: what ran beside it can't be told.".to_owned());
        }
        if self.question.by == By::Nothing {
            let message = "The event has no ProcessGuid, and no ProcessId with a time: what the process started and did can't be told.";
            problems.push(message.to_owned());
        }
        problems.extend(self.left_out());
        problems
    }

    /// What was seen and could not be placed.
    fn left_out(&self) -> Vec<String> {
        let left = &self.found.left_out;
        let counted = [
            (left.untimed, "Events without a readable time that may tell of the call", "They"),
            (left.untyped, "Logons (4624) that do not tell their type", "They"),
            (
                left.by_id_alone,
                "Events that name a process by the id of this one, and by no GUID",
                "They may be its own, and",
            ),
        ];
        let counted = counted.iter().filter(|(count, ..)| *count > 0);
        let mut told: Vec<_> =
            counted.map(|(count, what, they)| format!("{what}: {count}. {they} are not listed.")).collect();
        if self.found.ended.is_cut() {
            told.push("The logs hold more ends of processes than are kept: of some processes it is not told that they ended.".to_owned());
        }
        if !left.hosts.is_empty() {
            told.push(format!(
                "The logs also name a host {}: it may be the same one, but what is told of it is not listed.",
                left.hosts.join(", ")
            ));
        }
        told
    }

    /// The WMI side. The id of a logon is good until the host starts again: of several logons with the one of the process only
    /// the latest is marked, and the others count as any logon does.
    fn wmi(&self, teller: &Teller<'_>) -> List<Happened> {
        let shelf = &self.found.wmi;
        let own = shelf.iter().filter(|(_, seen)| seen.same_logon);
        let latest = own.filter_map(|(_, seen)| seen.time).max();
        let first = self.anchor.created.time.map(|time| time.plus_minutes(-i64::from(self.minutes)));
        let mut list = teller.happened(shelf);
        let listed = list.items.len();
        list.items.retain_mut(|item| {
            let time = item.time.as_deref().and_then(Time::parse);
            item.same_logon &= time.is_none() || time == latest;
            let is_network =
                item.fields.iter().any(|Pair { name, value }| name == "LogonType" && value == "3");
            item.kind != LOGON_KIND || item.same_logon || (is_network && time >= first)
        });
        let gone = (listed - list.items.len()) as u64;
        let less = |count: Option<u64>| count.map(|count| count.saturating_sub(gone));
        List { count: less(list.count), places: less(list.places), ..list }
    }
}

impl<'a> Teller<'a> {
    /// `endless`: there may be more generations.
    fn tree(&self, tree: &Tree<'_>, endless: bool) -> List<Ran> {
        let ran = tree.nodes.iter().map(|node| Ran {
            parent: node.parent,
            depth: node.depth,
            ended: text(node.ended),
            ..self.ran(&node.places, node.created)
        });
        let sum = |sum: usize| (!tree.cut && !endless).then_some(sum as u64);
        let places = tree.nodes.iter().map(|node| node.places.len()).sum();
        List { count: sum(tree.nodes.len()), places: sum(places), items: ran.collect() }
    }

    fn place(&self, at: &At) -> Place {
        let name = self.session.sources().get(at.source as usize).map(|source| source.name.clone());
        let member = self.session.member(at.source, at.locator.member);
        Place {
            source: at.source,
            source_name: name.unwrap_or_default(),
            member: member.map(str::to_owned),
            record_id: at.locator.record_id.map(|id| id.to_string()),
            offset: at.locator.span.offset,
            length: at.locator.span.length,
        }
    }

    /// One of the places, the asked one before all others, and the others.
    fn placed(&self, places: &[&At]) -> (Copy, Vec<Copy>) {
        let first = places.iter().position(|at| *at == self.at).unwrap_or_default();
        let copy = |at: &&At| Copy { locator: self.place(at), at: at.token() };
        let mut all: Vec<_> = places.iter().map(copy).collect();
        (all.remove(first), all)
    }

    fn ran(&self, places: &[&At], created: &Created) -> Ran {
        let (Copy { locator, at }, also) = self.placed(places);
        Ran {
            created: created.clone(),
            relation: self.relation(places, created),
            parent: None,
            depth: 0,
            ended: None,
            locator,
            at,
            also,
        }
    }

    fn relation(&self, places: &[&At], created: &Created) -> Relation {
        let anchor = &self.anchor.created;
        if created == anchor {
            return Relation::Itself;
        }
        if places.iter().any(|at| self.tree.contains(at))
            || created.process_guid.as_ref().is_some_and(|guid| self.guids.contains(guid))
        {
            return Relation::Descendant;
        }
        let same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
        match self.by {
            By::Guid if same(&created.process_guid, &anchor.parent_process_guid) => Relation::Parent,
            By::Guid if same(&created.parent_process_guid, &anchor.parent_process_guid) => Relation::Sibling,
            _ => Relation::None,
        }
    }

    fn list(&self, shelf: &Shelf<Created>) -> List<Ran> {
        listed(shelf, |created| created.time, |one| self.ran(&one.places, one.event))
    }

    fn happened(&self, shelf: &Shelf<Seen>) -> List<Happened> {
        listed(shelf, |seen| seen.time, |one| self.seen(one))
    }

    /// What a process did until its id meant another one.
    fn did(&self, shelf: &Shelf<Seen>, until: Option<Time>) -> List<Happened> {
        let Some(until) = until else { return self.happened(shelf) };
        let its_own = |seen: &Seen| seen.time.is_some_and(|time| time <= until);
        let all = merged(shelf.iter().filter(|(_, seen)| its_own(seen)).collect());
        // What did not fit came later than all that did: of these some may be its own.
        let unknown = shelf.is_cut() && shelf.iter().all(|(_, seen)| its_own(seen));
        let sum = |sum: usize| (!unknown).then_some(sum as u64);
        List {
            count: sum(all.len()),
            places: sum(all.iter().map(|one| one.places.len()).sum()),
            items: all.iter().map(|one| self.seen(one)).collect(),
        }
    }

    fn seen(&self, one: &Copies<'_, Seen>) -> Happened {
        let pair = |(name, value): &(String, String)| Pair { name: name.clone(), value: value.clone() };
        let (Copy { locator, at }, also) = self.placed(&one.places);
        let seen = one.event;
        Happened {
            time: text(seen.time),
            event_id: seen.event_id,
            provider: seen.provider.clone(),
            kind: seen.kind.clone(),
            same_logon: seen.same_logon,
            fields: seen.fields.iter().map(pair).collect(),
            locator,
            at,
            also,
        }
    }
}

/// In the order of time, each event once. Where not all are kept and some of those that are lie in several
/// files, nobody knows how many of the others do.
fn listed<T: Named, U>(
    shelf: &Shelf<T>,
    time: impl Fn(&T) -> Option<Time>,
    tell: impl Fn(&Copies<'_, T>) -> U,
) -> List<U> {
    let mut entries: Vec<_> = shelf.iter().collect();
    order::sort(&mut entries, |(at, event), (other, another)| {
        time::compare(time(event), time(another)).then_with(|| at.cmp(other))
    });
    let kept = entries.len();
    let all = merged(entries);
    let count = match shelf.is_cut() {
        true => (all.len() == kept).then_some(shelf.count()),
        false => Some(all.len() as u64),
    };
    List { count, places: Some(shelf.count()), items: all.iter().map(tell).collect() }
}
