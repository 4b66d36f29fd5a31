//! A realistic mix of events.
//!
//! Of a thousand events, ninety are process creations, and twenty mention `WmiPrvSE.exe` where the
//! rule must not match: as the process itself, as the source of an access, in a command line, as
//! the parent in a Security event, or in a name that only looks like it. Each event is of a process
//! that runs on its host, see [`crate::population`].

use crate::event::Event;
use crate::expected::Expected;
use crate::population::Population;
use crate::rng::Rng;
use crate::sysmon::{Context, Process, WMI_PROVIDER_HOST};
use crate::time::Time;

/// How much is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// So many events.
    Events(u64),
    /// Events until at least so many bytes are written.
    Bytes(u64),
}

/// What is written.
#[derive(Debug, Clone)]
pub struct Options {
    /// Another seed gives another log.
    pub seed: u64,
    /// How much.
    pub size: Size,
    /// Events that the rule matches, spread evenly. In a log of fewer events, all match.
    pub matches: u64,
    /// Rows that they form: the matches take them in turn.
    pub groups: u64,
    /// Computers, at most nine have names of their own kind.
    pub hosts: u32,
}

impl Default for Options {
    fn default() -> Options {
        Options { seed: 1047, size: Size::Events(200), matches: 8, groups: 5, hosts: 3 }
    }
}

/// 2024-03-04T08:00:00Z.
const START: u64 = 1_709_539_200_000;

const USERS: &[&str] = &[
    r"CONTOSO\a.turing",
    r"CONTOSO\g.hopper",
    r"CONTOSO\Zoë",
    r"NT AUTHORITY\SYSTEM",
    r"NT AUTHORITY\NETWORK SERVICE",
    r"WS-0007\Administrator",
];

const PROGRAMS: &[(&str, &str)] = &[
    (r"C:\Windows\System32\svchost.exe", r"C:\Windows\system32\svchost.exe -k netsvcs -p -s Schedule"),
    (r"C:\Windows\System32\services.exe", r"C:\Windows\system32\services.exe"),
    (r"C:\Windows\explorer.exe", r"C:\Windows\Explorer.EXE"),
    (r"C:\Windows\System32\conhost.exe", r"\??\C:\Windows\system32\conhost.exe 0xffffffff -ForceV1"),
    (
        r"C:\Windows\System32\cmd.exe",
        r#"C:\Windows\system32\cmd.exe /c ""C:\Scripts\nightly backup.cmd" & exit""#,
    ),
    (
        r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
        r#""C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe" -NoProfile -Command "Get-Process | Where-Object { $_.CPU -gt 100 }""#,
    ),
    (
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        r#""C:\Program Files\Google\Chrome\Application\chrome.exe" --type=renderer --lang=de --enable-features=A,B<C --field-trial-handle=1736,16"#,
    ),
    (
        r"C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE",
        r#""C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE" /recycle"#,
    ),
    (r"C:\Windows\System32\taskhostw.exe", r"taskhostw.exe {222A245B-E637-4AE9-A93F-A59CA119A75E}"),
    (r"C:\Windows\System32\RuntimeBroker.exe", r"C:\Windows\System32\RuntimeBroker.exe -Embedding"),
    (
        r"C:\Windows\System32\backgroundTaskHost.exe",
        r#""C:\Windows\system32\backgroundTaskHost.exe" -ServerName:App.AppXmtcan0h2tfbfy7k9kn8hbxb6dmzz1zh0.mca"#,
    ),
    (r"C:\Windows\System32\wbem\WMIC.exe", r"wmic /node:WS-0007 os get caption"),
];

const LIBRARIES: &[&str] = &[
    r"C:\Windows\System32\ntdll.dll",
    r"C:\Windows\System32\kernel32.dll",
    r"C:\Windows\System32\wbem\fastprox.dll",
    r"C:\Windows\System32\wbem\wbemprox.dll",
    r"C:\Windows\assembly\NativeImages_v4.0.30319_64\System.Core\db2a5f3a\System.Core.ni.dll",
];

const REGISTRY: &[&str] = &[
    r"HKLM\System\CurrentControlSet\Services\Tcpip\Parameters\Interfaces",
    r"HKU\S-1-5-21-1004336348-1177238915-682003330-1001\Software\Microsoft\Windows\CurrentVersion\Run\OneDrive",
    r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tree\Backup",
];

/// Command lines that a WMI caller runs. The group's number goes into each, at `#`.
const LAUNCHED: &[(&str, &str)] = &[
    (r"C:\Windows\System32\cmd.exe", r"cmd.exe /Q /c whoami /priv 1> \\127.0.0.1\ADMIN$\__17095#.11 2>&1"),
    (
        r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
        r#""powershell.exe" -NoP -W Hidden -Enc SQBFAFgA# & <x> "quoted""#,
    ),
    (r"C:\Windows\System32\notepad.exe", "notepad.exe C:\\Temp\\Zoë – 日本 😀 #.txt"),
    (r"C:\Users\Public\tool.exe", "tool.exe --first #\n--second, on its own line"),
    (r"C:\Windows\System32\rundll32.exe", r"rundll32.exe 'C:\Temp\#.dll',Start; echo 100 %"),
];

/// Makes the events of a log, one after another.
#[derive(Debug, Clone)]
pub struct Mix {
    options: Options,
    rng: Rng,
    clock: Time,
    hosts: Vec<Population>,
    /// What came out so far. `bytes` is the writer's to count.
    pub expected: Expected,
}

impl Mix {
    /// The events that these options ask for.
    pub fn new(options: &Options) -> Mix {
        let begin = Time::from_unix_millis(START);
        let users = USERS.iter().cycle();
        let programs: Vec<_> = PROGRAMS
            .iter()
            .zip(users)
            .map(|((image, line), user)| ((*image).into(), (*line).into(), *user))
            .collect();
        let hosts = 0..options.hosts.max(1);
        Mix {
            options: options.clone(),
            rng: Rng::new(options.seed),
            clock: begin,
            hosts: hosts.map(|host| Population::new(host_name(host), begin, &programs)).collect(),
            expected: Expected::default(),
        }
    }

    /// The next event, or none when there are enough. `written`: bytes so far.
    pub fn next(&mut self, written: u64) -> Option<Event> {
        let (done, total) = match self.options.size {
            Size::Events(events) => (self.expected.records, events),
            Size::Bytes(bytes) => (written, bytes),
        };
        let is_match = self.is_due(done, total);
        if done >= total && !(is_match && matches!(self.options.size, Size::Bytes(_))) {
            return None;
        }
        self.clock = self.clock.plus(u64::from(self.rng.below(400_000)) + 1);
        let event = match is_match {
            true => self.matching(self.expected.matches),
            false => self.other(),
        };
        self.expected.add(&event);
        Some(event)
    }

    /// The matches lie in the middle of equal parts of the log.
    fn is_due(&self, done: u64, total: u64) -> bool {
        let (matches, given) = (self.options.matches, self.expected.matches);
        let place = u128::from(2 * given + 1) * u128::from(total);
        given < matches && place <= 2 * u128::from(matches) * u128::from(done + 1)
    }

    fn context(&self, host: usize) -> Context {
        Context {
            time: self.clock.whole_millis(),
            record: self.expected.records + 1,
            computer: self.hosts[host].computer.clone(),
        }
    }

    /// The event of the `index`th match.
    fn matching(&mut self, index: u64) -> Event {
        let group = index % self.options.groups.max(1);
        let choice = group as usize;
        let at = choice % self.hosts.len();
        let context = self.context(at);
        let (image, command) = LAUNCHED[choice % LAUNCHED.len()];
        let command = command.replace('#', &group.to_string()).into();
        let program = (image.into(), command, USERS[choice % USERS.len()]);
        let host = &mut self.hosts[at];
        let child = host.call(context.time, program, 4_000 + 4 * group as u32);
        let spelling = [
            WMI_PROVIDER_HOST,
            r"C:\WINDOWS\system32\wbem\wmiprvse.exe",
            r"C:\Windows\SysWOW64\wbem\WmiPrvSE.exe",
        ];
        let image = spelling[choice % spelling.len()].into();
        context.process_create(&child, &Process { image, ..host.provider.clone() })
    }

    fn other(&mut self) -> Event {
        let at = self.rng.below(self.hosts.len() as u32) as usize;
        let context = self.context(at);
        match self.rng.below(1000) {
            0..20 => self.mention(&context, at),
            20..106 => self.start(&context, at),
            106..236 => context.network_connect(&self.any(at), self.rng.number() as u32),
            236..320 => match self.hosts[at].end(&mut self.rng) {
                Some(process) => context.process_terminate(&process),
                None => self.start(&context, at),
            },
            320..500 => context.image_load(&self.any(at), self.rng.pick(LIBRARIES)),
            500..650 => context.process_access(&self.any(at), &self.any(at)),
            650..760 => context.file_create(&self.any(at), self.file()),
            760..820 => context.registry_key(&self.any(at), self.rng.pick(REGISTRY)),
            820..910 => {
                let details = format!("DWORD (0x{:08x})", self.rng.below(u32::MAX));
                context.registry_value(&self.any(at), self.rng.pick(REGISTRY), details)
            }
            910..945 => context.dns_query(&self.any(at), format!("cdn{}.example.net", self.rng.below(500))),
            945..970 => context.file_delete(&self.any(at), self.file()),
            970..990 => context.security_process(&self.any(at), &self.any(at)),
            _ => context.clock_change(),
        }
    }

    /// An event that names `WmiPrvSE.exe` and is no match.
    fn mention(&mut self, context: &Context, at: usize) -> Event {
        let provider = self.hosts[at].provider.clone();
        match self.rng.below(20) {
            0..6 => context.process_access(&provider, &self.any(at)),
            6..10 => context.image_load(&provider, LIBRARIES[2]),
            10..12 | 16 => match self.hosts[at].end_second() {
                Some(second) => context.process_terminate(&second),
                None => {
                    let parent = self.any(at);
                    let second = self.hosts[at].start_second(&mut self.rng, context.time);
                    context.process_create(&second, &parent)
                }
            },
            12..14 => context.registry_key(&provider, REGISTRY[0]),
            14..16 => context.security_process(&self.any(at), &provider),
            which @ 17..19 => {
                let parent = self.hosts[at].lookalikes[which as usize - 17].clone();
                self.start_by(context, at, &parent, None)
            }
            _ => {
                let parent = self.any(at);
                self.start_by(context, at, &parent, Some(r"taskkill /f /im WmiPrvSE.exe"))
            }
        }
    }

    /// A process that runs on this host.
    fn any(&mut self, at: usize) -> Process {
        self.hosts[at].any(&mut self.rng)
    }

    /// A process starts another.
    fn start(&mut self, context: &Context, at: usize) -> Event {
        let parent = self.hosts[at].starter(&mut self.rng);
        self.start_by(context, at, &parent, None)
    }

    /// This one starts another, with this command line if it matters.
    fn start_by(
        &mut self,
        context: &Context,
        at: usize,
        parent: &Process,
        line: Option<&'static str>,
    ) -> Event {
        let (image, command) = self.rng.pick(PROGRAMS);
        let program = (image.into(), line.unwrap_or(command).into());
        let child = self.hosts[at].start(&mut self.rng, context.time, program, parent);
        context.process_create(&child, parent)
    }

    fn file(&mut self) -> String {
        let number = self.rng.below(1_000_000);
        format!(r"C:\Users\a.turing\AppData\Local\Temp\tmp{number:06x}.tmp")
    }
}

/// The first nine of a domain, then workstations without end.
fn host_name(host: u32) -> std::borrow::Cow<'static, str> {
    const NAMES: &[&str] = &[
        "WS-0001.contoso.example",
        "WS-0002.contoso.example",
        "SRV-DC01.contoso.example",
        "SRV-SQL.contoso.example",
        "WS-0007",
    ];
    match NAMES.get(host as usize) {
        Some(name) => (*name).into(),
        None => format!("WS-{host:04}.contoso.example").into(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    /// A GUID is one process with one program, id, user and host, and nothing is told of it after its end.
    #[test]
    fn a_guid_is_one_process() {
        let options = Options { size: Size::Events(20_000), matches: 300, ..Options::default() };
        let (events, expected) = crate::log(&options);
        let (mut known, mut started, mut ended) = (HashMap::new(), HashSet::new(), HashSet::new());
        let mut by_started = 0;
        for event in &events {
            let mut named = |guid: &str, id: &str, image: &str| {
                event.get(guid)?;
                let guid = event.text(guid).into_owned();
                // WmiPrvSE.exe is spelt in several ways.
                let image = event.text(image).to_ascii_lowercase().replace("syswow64", "system32");
                let what = (event.computer.clone(), event.text(id).into_owned(), image);
                assert!(!ended.contains(&guid), "{guid} has ended: {event:?}");
                assert_eq!(known.entry(guid.clone()).or_insert_with(|| what.clone()), &what, "{event:?}");
                Some(guid)
            };
            named("SourceProcessGUID", "SourceProcessId", "SourceImage");
            named("TargetProcessGUID", "TargetProcessId", "TargetImage");
            let parent = named("ParentProcessGuid", "ParentProcessId", "ParentImage");
            let own = named("ProcessGuid", "ProcessId", "Image");
            let (sysmon, id) = (event.provider == crate::sysmon::SYSMON, event.id);
            if sysmon && id == 1 {
                by_started += u64::from(started.contains(&parent));
                assert!(started.insert(own), "started twice: {event:?}");
            } else if sysmon && id == 5 {
                ended.extend(own);
            }
        }
        assert_eq!(started.len() as u64, expected.process_creations);
        assert!(
            by_started > expected.process_creations / 4 && ended.len() > 1000,
            "{by_started}, {}",
            ended.len()
        );
    }

    /// What WMI called starts something, if it runs until then.
    #[test]
    fn a_match_has_children() {
        let (events, _) =
            crate::log(&Options { size: Size::Events(20_000), matches: 50, ..Options::default() });
        let texts = |name: &'static str| events.iter().map(move |event| event.text(name).into_owned());
        let parents: HashSet<_> = texts("ParentProcessGuid").collect();
        let called: Vec<_> = events.iter().filter(|event| event.text("ParentProcessId") == "2788").collect();
        assert_eq!(called.len(), 50);
        let with_children = called.iter().filter(|event| parents.contains(&*event.text("ProcessGuid")));
        assert!(with_children.count() > 40);
    }
}
