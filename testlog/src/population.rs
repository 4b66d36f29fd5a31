//! The processes of a host: those that run when the log begins, those that start, and those that end.
//!
//! Each has a GUID of its own, which all its events name. Most processes are started by one of those
//! that run all the time, so that trees stay small, as on a real host.

use std::borrow::Cow;

use crate::rng::Rng;
use crate::sysmon::{Process, WMI_PROVIDER_HOST, process_guid};
use crate::time::Time;

/// Id of the provider host that starts what matches.
const PROVIDER: u32 = 2_788;
/// How many processes come and go at a time: when there are more, the oldest has ended unseen.
const RECENT: usize = 48;
/// Ids are multiples of four.
const IDS: u32 = 4_000;

/// Logons of SYSTEM and NETWORK SERVICE, and where those of people begin.
const SYSTEM: u64 = 0x3e7;
const NETWORK_SERVICE: u64 = 0x3e4;
const PEOPLE: u64 = 0x5_1ac0;

/// What a process is made of before it runs: path, command line, user.
pub(crate) type Program = (Cow<'static, str>, Cow<'static, str>, &'static str);

/// All processes of one host.
#[derive(Debug, Clone)]
pub(crate) struct Population {
    /// Its name.
    pub(crate) computer: Cow<'static, str>,
    /// WmiPrvSE.exe, which runs all the time.
    pub(crate) provider: Process,
    /// A second one, which comes and goes.
    second: Option<Process>,
    /// Those whose names only look like WmiPrvSE.exe.
    pub(crate) lookalikes: [Process; 2],
    /// Those that run all the time.
    lasting: Vec<Process>,
    /// Those that come and go, the oldest first.
    recent: Vec<Process>,
    /// Called through WMI, and about to start the next process.
    called: Option<Process>,
    /// How many have started.
    started: u32,
}

impl Population {
    /// What runs on a host when its log begins: these programs all the time, and a few of them besides.
    pub(crate) fn new(computer: Cow<'static, str>, begin: Time, programs: &[Program]) -> Population {
        let mut host = Population {
            computer,
            provider: Process::default(),
            second: None,
            lookalikes: Default::default(),
            lasting: Vec::new(),
            recent: Vec::new(),
            called: None,
            started: 0,
        };
        host.provider = host.provider_host(begin, PROVIDER);
        host.lookalikes = [r"C:\Tools\xWmiPrvSE.exe", r"C:\Windows\WmiPrvSE.exe.bak"].map(|image| {
            let command = host.provider.command.clone();
            host.instance(begin, (image.into(), command, r"NT AUTHORITY\SYSTEM"), None)
        });
        for (count, program) in programs.iter().cycle().take(2 * programs.len()).enumerate() {
            let process = host.instance(begin, program.clone(), None);
            if count < programs.len() { &mut host.lasting } else { &mut host.recent }.push(process);
        }
        host
    }

    /// A new process, with the logon of the one that starts it or that of its user.
    fn instance(&mut self, now: Time, program: Program, starter: Option<&Process>) -> Process {
        self.started += 1;
        let (image, command, user) = program;
        Process {
            image,
            command,
            user: user.into(),
            // Those that come later get an id that is free.
            id: 4 * (100 + self.started),
            guid: process_guid(&self.computer, now, self.started),
            logon: starter.map_or_else(|| logon(user), |starter| starter.logon),
        }
    }

    fn provider_host(&mut self, now: Time, id: u32) -> Process {
        let command = r"C:\Windows\system32\wbem\wmiprvse.exe -secured -Embedding".into();
        let program = (WMI_PROVIDER_HOST.into(), command, r"NT AUTHORITY\NETWORK SERVICE");
        Process { id, ..self.instance(now, program, None) }
    }

    /// One that runs.
    pub(crate) fn any(&self, rng: &mut Rng) -> Process {
        let of = if self.recent.is_empty() || rng.below(2) == 0 { &self.lasting } else { &self.recent };
        of[rng.below(of.len() as u32) as usize].clone()
    }

    /// One that starts another: what was called through WMI just now, else two of three are of those
    /// that run all the time.
    pub(crate) fn starter(&mut self, rng: &mut Rng) -> Process {
        if let Some(called) = self.called.take() {
            return called;
        }
        let of = if self.recent.is_empty() || rng.below(3) < 2 { &self.lasting } else { &self.recent };
        of[rng.below(of.len() as u32) as usize].clone()
    }

    /// Starts this program for the user of its starter.
    pub(crate) fn start(
        &mut self,
        rng: &mut Rng,
        now: Time,
        (image, command): (Cow<'static, str>, Cow<'static, str>),
        starter: &Process,
    ) -> Process {
        let id = self.free_id(rng);
        let fresh = self.instance(now, (image, command, ""), Some(starter));
        self.run(Process { id, user: starter.user.clone(), ..fresh })
    }

    /// Starts this program with this id, in a logon of its own: a caller's, through WMI.
    pub(crate) fn call(&mut self, now: Time, program: Program, id: u32) -> Process {
        self.recent.retain(|process| process.id != id);
        let fresh = self.instance(now, program, None);
        let logon = if fresh.logon < PEOPLE { fresh.logon } else { PEOPLE << 8 | u64::from(self.started) };
        let process = self.run(Process { id, logon, ..fresh });
        self.called.insert(process).clone()
    }

    fn run(&mut self, process: Process) -> Process {
        if self.recent.len() == RECENT {
            self.recent.remove(0);
        }
        self.recent.push(process.clone());
        process
    }

    /// Ends one of those that come and go, if there is any.
    pub(crate) fn end(&mut self, rng: &mut Rng) -> Option<Process> {
        if self.recent.is_empty() {
            return None;
        }
        let ended = self.recent.remove(rng.below(self.recent.len() as u32) as usize);
        self.called.take_if(|called| called.guid == ended.guid);
        Some(ended)
    }

    /// Ends the second provider host.
    pub(crate) fn end_second(&mut self) -> Option<Process> {
        self.second.take()
    }

    /// Starts the second provider host.
    pub(crate) fn start_second(&mut self, rng: &mut Rng, now: Time) -> Process {
        let id = self.free_id(rng);
        let process = self.provider_host(now, id);
        self.second.insert(process).clone()
    }

    /// An id that no process has.
    fn free_id(&self, rng: &mut Rng) -> u32 {
        let all = || {
            let lasting = self.lasting.iter().chain(&self.lookalikes).chain([&self.provider]);
            lasting.chain(&self.recent).chain(&self.second)
        };
        loop {
            let id = 4 * (1 + rng.below(IDS));
            if all().all(|process| process.id != id) {
                return id;
            }
        }
    }
}

/// The logon of a user who works at the host.
fn logon(user: &str) -> u64 {
    match user {
        r"NT AUTHORITY\SYSTEM" => SYSTEM,
        r"NT AUTHORITY\NETWORK SERVICE" => NETWORK_SERVICE,
        person => PEOPLE + person.len() as u64 * 0x11,
    }
}
