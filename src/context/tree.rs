//! What a process started, all generations.

use std::collections::BTreeMap;

use super::copies::merged;
use super::gather::Found;
use super::shelf::since;
use super::{Anchor, At, By, Created};
use crate::limits;
use crate::order;
use crate::sets::set;
use crate::time::Time;

/// The processes that descend from one, parents before their children.
pub struct Tree<'a> {
    by: By,
    /// The first is the one that was asked about.
    pub nodes: Vec<Branch<'a>>,
    /// There are more than are kept.
    pub cut: bool,
}

/// A process in a tree.
pub struct Branch<'a> {
    /// Its creation.
    pub created: &'a Created,
    /// Where that lies: in each of some files.
    pub places: Vec<&'a At>,
    /// Which one of the nodes is its parent.
    pub parent: Option<usize>,
    /// Generations from the first.
    pub depth: usize,
    /// When it ended, where the log tells.
    pub ended: Option<Time>,
}

/// Each process with what it started, in the order of time.
type Children<'a> = BTreeMap<usize, Vec<usize>>;

impl<'a> Tree<'a> {
    /// The tree that starts with the anchor, of the creations that were found.
    pub fn of(anchor: &Anchor, by: By, found: &'a Found) -> Tree<'a> {
        let mut entries: Vec<_> = found.created.iter().collect();
        let rank = |created: &Created| since(anchor.created.time, created.time);
        // By what they say before where they stand, so that the order of the files decides nothing.
        order::sort(&mut entries, |(at, one), (place, other)| {
            (rank(one), one, at).cmp(&(rank(other), other, place))
        });
        let (places, created): (Vec<_>, Vec<_>) =
            merged(entries).into_iter().map(|one| (one.places, one.event)).unzip();
        let ends: Vec<_> = found.ended.iter().map(|(_, end)| end).collect();
        // A log may tell another process by the same GUID, which stands for it only where it does not fit itself.
        let same = |have: &&Created| by == By::Guid && have.process_guid == anchor.created.process_guid;
        let itself = created.iter().position(|have| **have == anchor.created);
        let Some(root) = itself.or_else(|| created.iter().position(same)) else {
            return Tree { by, nodes: Vec::new(), cut: found.created.is_cut() };
        };
        let lives = Lives::of(&created, &ends, by);
        let children = match by {
            By::Guid => by_guid(&created, root),
            By::Pid => lives.children(&created),
            By::Nothing => Children::new(),
        };
        let mut tree = Tree { by, nodes: Vec::new(), cut: found.created.is_cut() };
        tree.grow(root, &created, &children, |index| (places[index].clone(), lives.end(&created, index)));
        tree
    }

    /// Depth first, siblings in the order of time; without recursion, as a log may hold any chain.
    fn grow(
        &mut self,
        root: usize,
        created: &[&'a Created],
        children: &Children<'_>,
        more: impl Fn(usize) -> (Vec<&'a At>, Option<Time>),
    ) {
        let mut seen = set([root]);
        let mut waiting = vec![(root, None, 0)];
        while let Some((index, parent, depth)) = waiting.pop() {
            if self.nodes.len() == limits::CONTEXT_LISTED {
                self.cut = true;
                return;
            }
            let (places, ended) = more(index);
            let number = self.nodes.len();
            self.nodes.push(Branch { created: created[index], places, parent, depth, ended });
            let own = children.get(&index).into_iter().flatten().rev();
            waiting.extend(
                own.filter(|child| seen.insert(**child)).map(|child| (*child, Some(number), depth + 1)),
            );
        }
    }

    /// What the processes of the tree are asked about by: their GUIDs or ids.
    pub fn names(&self) -> impl Iterator<Item = &'a String> {
        let by = self.by;
        self.nodes.iter().filter_map(move |node| match by {
            By::Guid => node.created.process_guid.as_ref(),
            By::Pid => node.created.process_id.as_ref(),
            By::Nothing => None,
        })
    }
}

/// Links by GUID, from the root on. Of records that tell the same process, the earliest counts whose
/// parent belongs to the tree: so what else was collected never changes it.
fn by_guid<'a>(created: &[&'a Created], root: usize) -> Children<'a> {
    let mut by_parent = BTreeMap::<&String, Vec<usize>>::new();
    for (index, have) in created.iter().enumerate() {
        if let Some(guid) = &have.parent_process_guid {
            by_parent.entry(guid).or_default().push(index);
        }
    }
    let own = |index: usize| created[index].process_guid.as_ref();
    let started = |parent: usize| {
        let list = own(parent).and_then(|guid| by_parent.get(guid));
        list.into_iter().flatten().map(move |child| (*child, parent))
    };
    let mut seen = set(own(root));
    let mut waiting = set(started(root));
    let mut children = Children::new();
    while let Some((index, parent)) = waiting.pop_first() {
        if own(index).is_some_and(|guid| !seen.insert(guid)) {
            continue;
        }
        children.entry(parent).or_default().push(index);
        waiting.extend(started(index));
    }
    children.values_mut().for_each(|list| order::sort(list, Ord::cmp));
    children
}

/// When processes began and ended.
struct Lives<'a> {
    by: By,
    /// By process id: when each one with it began, and which one that is, in the order of time.
    begins: BTreeMap<&'a str, Vec<(Time, usize)>>,
    /// By process id and by GUID: when one with it ended, in the order of time.
    ends: BTreeMap<&'a str, Vec<Time>>,
}

impl<'a> Lives<'a> {
    fn of(created: &[&'a Created], ends: &[&'a super::gather::End], by: By) -> Lives<'a> {
        let mut lives = Lives { by, begins: BTreeMap::new(), ends: BTreeMap::new() };
        for (index, have) in created.iter().enumerate() {
            if let (Some(pid), Some(time)) = (&have.process_id, have.time) {
                lives.begins.entry(pid).or_default().push((time, index));
            }
        }
        for end in ends {
            let name = if by == By::Guid { &end.process_guid } else { &end.process_id };
            if let (Some(name), Some(time)) = (name, end.time) {
                lives.ends.entry(name).or_default().push(time);
            }
        }
        lives.begins.values_mut().for_each(|list| order::sort(list, Ord::cmp));
        lives.ends.values_mut().for_each(|list| order::sort(list, Ord::cmp));
        lives
    }

    /// Links by process id and time.
    fn children(&self, created: &[&'a Created]) -> Children<'a> {
        let mut children = Children::new();
        for (index, have) in created.iter().enumerate() {
            if let Some(parent) = self.parent(index, have) {
                children.entry(parent).or_default().push(index);
            }
        }
        children
    }

    /// The latest process with the parent's id that was there when this one was created.
    fn parent(&self, index: usize, have: &Created) -> Option<usize> {
        let (pid, time) = (have.parent_process_id.as_deref()?, have.time?);
        let begins = self.begins.get(pid)?;
        let latest = begins.iter().rev().find(|(begun, other)| *begun <= time && *other != index)?;
        let ended = self.own_ends(pid, latest.0).next().is_some_and(|end| end < time);
        (!ended).then_some(latest.1)
    }

    /// The ends of a process id from when one with it began, see [`is_of_another`].
    fn own_ends(&self, pid: &str, begun: Time) -> impl Iterator<Item = Time> {
        let nothing = || (&[][..], &[][..]);
        let (begins, ends) = self.begins.get(pid).map_or_else(nothing, |begins| {
            (begins.as_slice(), self.ends.get(pid).map_or(&[][..], Vec::as_slice))
        });
        let others = is_of_another(begun, begins.iter().map(|(time, _)| *time), ends.iter().copied());
        let own = ends.iter().copied().filter(move |end| *end >= begun);
        let first = own.clone().next();
        own.skip(usize::from(others && first == Some(begun)))
    }

    /// When a process ended. With ids: before another one with the same id began.
    fn end(&self, created: &[&'a Created], index: usize) -> Option<Time> {
        let have = created[index];
        if self.by == By::Guid {
            return self.ends.get(have.process_guid.as_deref()?)?.first().copied();
        }
        let (pid, begun) = (have.process_id.as_deref()?, have.time?);
        let next = self.begins.get(pid)?.iter().map(|(time, _)| *time).find(|time| *time > begun);
        self.own_ends(pid, begun).find(|end| next.is_none_or(|next| *end <= next))
    }
}

/// Whether an end in the very moment in which a process began is that of the one before with the same id, as times may be cut to
/// seconds, and only then its id was free: there was one, and it has no end of its own before.
fn is_of_another(
    begun: Time,
    begins: impl Iterator<Item = Time>,
    mut ends: impl Iterator<Item = Time>,
) -> bool {
    let before = begins.filter(|time| *time < begun).max();
    before.is_some_and(|before| !ends.any(|end| before <= end && end < begun))
}

/// Until when an id meant the anchor: when it ended, or another process got the same id. None: as
/// far as the log tells, to its end.
pub fn until(anchor: &Anchor, found: &Found) -> Option<Time> {
    let (pid, begun) = (anchor.created.process_id.as_ref()?, anchor.created.time?);
    let same = |other: &Option<String>| other.as_ref() == Some(pid);
    let ended: Vec<_> =
        found.ended.iter().filter(|(_, end)| same(&end.process_id)).filter_map(|(_, end)| end.time).collect();
    let begins: Vec<_> = found
        .created
        .iter()
        .filter(|(_, have)| same(&have.process_id))
        .filter_map(|(_, have)| have.time)
        .collect();
    let others = is_of_another(begun, begins.iter().copied(), ended.iter().copied());
    let again = begins.into_iter().filter(|time| *time > begun);
    ended.into_iter().filter(|time| *time > begun || (*time == begun && !others)).chain(again).min()
}
