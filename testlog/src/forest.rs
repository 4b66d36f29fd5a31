//! Logs whose processes start one another, end, and have their ids used again, with who started whom.

use std::borrow::Cow;

use crate::event::{Event, Guid, Value};
use crate::rng::Rng;
use crate::sysmon::{Context, Process, WMI_PROVIDER_HOST};
use crate::time::Time;

/// What a log should be like.
#[derive(Debug, Clone)]
pub struct Options {
    /// The same seed gives the same log.
    pub seed: u64,
    /// How many processes start, on all hosts.
    pub processes: usize,
    /// How many hosts there are; all use the same process ids.
    pub hosts: usize,
    /// The log names processes by GUID.
    pub guids: bool,
    /// The log tells when a process ends.
    pub ends: bool,
    /// Different process ids of a host: few are used again soon.
    pub ids: u32,
}

impl Default for Options {
    fn default() -> Options {
        Options { seed: 1, processes: 60, hosts: 2, guids: true, ends: true, ids: 12 }
    }
}

/// A process that ran.
#[derive(Debug, Clone)]
pub struct Born {
    /// Which host, and its name.
    pub host: usize,
    /// `System/Computer`.
    pub computer: String,
    /// Which process started it; none for those that were there before the log.
    pub parent: Option<usize>,
    /// Its command line, which no other process has.
    pub command: String,
    /// When it started, in milliseconds of the log.
    pub millis: u64,
    /// Its logon.
    pub logon: u32,
    /// WmiPrvSE.exe started it.
    pub matches: bool,
    /// EventIDs of what it did.
    pub deeds: Vec<u32>,
    id: u32,
    image: Cow<'static, str>,
    ended: bool,
}

/// A log and its processes. The first of each host is WmiPrvSE.exe.
#[derive(Debug, Default)]
pub struct Forest {
    /// The log, in the order of time.
    pub events: Vec<Event>,
    /// Its processes in the order of time.
    pub born: Vec<Born>,
}

impl Forest {
    /// Which processes descend from one, itself not among them.
    pub fn descendants(&self, of: usize) -> Vec<usize> {
        let descends = |index: &usize| {
            let mut next = self.born[*index].parent;
            while let Some(parent) = next {
                if parent == of {
                    return true;
                }
                next = self.born[parent].parent;
            }
            false
        };
        (0..self.born.len()).filter(descends).collect()
    }
}

/// Makes a log.
pub fn forest(options: &Options) -> Forest {
    let mut grower = Grower {
        rng: Rng::new(options.seed),
        forest: Forest::default(),
        millis: 0,
        options: options.clone(),
    };
    for host in 0..options.hosts {
        grower.start(host, None);
    }
    while grower.forest.born.len() < options.processes {
        grower.step();
    }
    grower.forest
}

struct Grower {
    rng: Rng,
    forest: Forest,
    millis: u64,
    options: Options,
}

/// Midnight of 2020-05-02, less four minutes: times cross the day.
const START_MILLIS: u64 = 1_588_377_360_000;

impl Grower {
    fn step(&mut self) {
        self.millis += u64::from(self.rng.below(9000)) + 1;
        let host = self.rng.below(self.options.hosts as u32) as usize;
        let alive = self.alive(host);
        let one = alive[self.rng.below(alive.len() as u32) as usize];
        let first = alive[0];
        match self.rng.below(8) {
            0 | 1 if one != first => self.end(one),
            2 | 3 => self.deed(one),
            4 => self.start(host, Some(first)),
            _ => self.start(host, Some(one)),
        }
    }

    fn alive(&self, host: usize) -> Vec<usize> {
        let born = self.forest.born.iter().enumerate();
        born.filter(|(_, born)| born.host == host && !born.ended).map(|(index, _)| index).collect()
    }

    fn start(&mut self, host: usize, parent: Option<usize>) {
        let used: Vec<_> = self.alive(host).into_iter().map(|index| self.forest.born[index].id).collect();
        let free: Vec<_> = (1..=self.options.ids).map(|id| id * 4).filter(|id| !used.contains(id)).collect();
        if free.is_empty() {
            let alive = self.alive(host);
            let one = alive[1 + self.rng.below(alive.len() as u32 - 1) as usize];
            return self.end(one);
        }
        let number = self.forest.born.len();
        let image = match parent {
            None => Cow::from(WMI_PROVIDER_HOST),
            Some(_) => Cow::from(self.rng.pick(&[r"C:\Windows\System32\cmd.exe", r"C:\Tools\a b.exe"])),
        };
        let born = Born {
            host,
            computer: format!("HOST-{host}.example.org"),
            parent,
            command: format!("\"{image}\" /number {number} & more"),
            millis: self.millis,
            logon: self.rng.below(3),
            matches: parent.is_some_and(|parent| self.forest.born[parent].parent.is_none()),
            deeds: Vec::new(),
            id: self.rng.pick(&free),
            image,
            ended: false,
        };
        self.forest.born.push(born);
        let starter = parent.map_or_else(service, |parent| self.process(parent));
        let mut event = self.context(number).process_create(&self.process(number), &starter);
        if self.options.guids {
            event = event.with("LogonGuid", Value::Guid(logon_guid(self.forest.born[number].logon)));
        } else {
            event = event.without("ProcessGuid").without("ParentProcessGuid").without("LogonGuid");
        }
        self.forest.events.push(event);
    }

    fn end(&mut self, index: usize) {
        self.forest.born[index].ended = true;
        if self.options.ends {
            let event = self.context(index).process_terminate(&self.process(index));
            self.push(event, "ProcessGuid");
        }
    }

    fn deed(&mut self, index: usize) {
        let (context, process) = (self.context(index), self.process(index));
        let other = self.process(0);
        let (event, name) = match self.rng.below(6) {
            0 => (context.network_connect(&process, 0x0a00_0001), "ProcessGuid"),
            1 => (context.image_load(&process, r"C:\Windows\System32\wbem\wbemprox.dll"), "ProcessGuid"),
            2 => (context.process_access(&process, &other), "SourceProcessGUID"),
            3 => (context.file_create(&process, r"C:\Windows\Temp\out.txt".to_owned()), "ProcessGuid"),
            4 => (context.registry_key(&process, r"HKLM\Software\Run"), "ProcessGuid"),
            _ => (context.dns_query(&process, "example.org".to_owned()), "ProcessGuid"),
        };
        self.forest.born[index].deeds.push(u32::from(event.id));
        self.push(event, name);
    }

    fn push(&mut self, event: Event, guid: &'static str) {
        let event = match self.options.guids {
            true => event,
            false => event.without(guid).without("TargetProcessGUID"),
        };
        self.forest.events.push(event);
    }

    /// The host, when and which one it was: no two processes share it.
    fn guid(&self, index: usize) -> Guid {
        let host = self.forest.born[index].host as u8;
        Guid(
            0x6a7b_0000 | u32::from(host),
            0x7d29,
            0x5ec0,
            [0, index as u8, (index >> 8) as u8, 0, 0, 0, 0x17, 0],
        )
    }

    fn process(&self, index: usize) -> Process {
        let born = &self.forest.born[index];
        Process {
            image: born.image.clone(),
            command: born.command.clone().into(),
            user: format!(r"DOMAIN\user{}", born.logon).into(),
            id: born.id,
            guid: self.guid(index),
            logon: 0x1_0000 + u64::from(born.logon),
        }
    }

    fn context(&self, index: usize) -> Context {
        Context {
            time: Time::from_unix_millis(START_MILLIS + self.millis),
            record: self.forest.events.len() as u64 + 1,
            computer: self.forest.born[index].computer.clone().into(),
        }
    }
}

fn logon_guid(logon: u32) -> Guid {
    Guid(0x6a7b_0000, 1, 1, [1, 1, 0, 0, 0, 0, 0, logon as u8 + 1])
}

fn service() -> Process {
    Process {
        image: r"C:\Windows\System32\svchost.exe".into(),
        command: "svchost -k DcomLaunch".into(),
        user: r"NT AUTHORITY\SYSTEM".into(),
        id: 2,
        guid: Guid(9, 9, 9, [9; 8]),
        logon: 0x3e7,
    }
}
