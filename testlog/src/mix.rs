//! A realistic mix of events.
//!
//! Of a thousand events, ninety are process creations, and twenty mention `WmiPrvSE.exe` where the
//! rule must not match: as the process itself, as the source of an access, in a command line, as
//! the parent in a Security event, or in a name that only looks like it.

use crate::event::Event;
use crate::expected::Expected;
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
    /// What came out so far. `bytes` is the writer's to count.
    pub expected: Expected,
}

impl Mix {
    /// The events that these options ask for.
    pub fn new(options: &Options) -> Mix {
        Mix {
            options: options.clone(),
            rng: Rng::new(options.seed),
            clock: Time::from_unix_millis(START),
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

    fn context(&mut self) -> Context {
        let host = self.rng.below(self.options.hosts.max(1));
        let user = self.rng.pick(USERS);
        self.context_of(host, user)
    }

    fn context_of(&self, host: u32, user: &'static str) -> Context {
        Context {
            time: self.clock.whole_millis(),
            record: self.expected.records + 1,
            computer: host_name(host),
            user: user.into(),
        }
    }

    /// The event of the `index`th match.
    fn matching(&mut self, index: u64) -> Event {
        let group = index % self.options.groups.max(1);
        let choice = group as usize;
        let user = USERS[choice % USERS.len()];
        let context = self.context_of((group % u64::from(self.options.hosts.max(1))) as u32, user);
        let (image, command) = LAUNCHED[choice % LAUNCHED.len()];
        let child = Process {
            image: image.into(),
            command: command.replace('#', &group.to_string()).into(),
            id: 4_000 + 4 * group as u32,
        };
        let spelling = [
            WMI_PROVIDER_HOST,
            r"C:\WINDOWS\system32\wbem\wmiprvse.exe",
            r"C:\Windows\SysWOW64\wbem\WmiPrvSE.exe",
        ];
        let parent = Process {
            image: spelling[choice % spelling.len()].into(),
            command: r"C:\Windows\system32\wbem\wmiprvse.exe -secured -Embedding".into(),
            id: 2_788,
        };
        context.process_create(&child, &parent)
    }

    fn other(&mut self) -> Event {
        let context = self.context();
        let process = self.process();
        match self.rng.below(1000) {
            0..20 => self.mention(&context, process),
            20..106 => {
                let parent = self.process();
                context.process_create(&process, &parent)
            }
            106..236 => context.network_connect(&process, self.rng.number() as u32),
            236..320 => context.process_terminate(&process),
            320..500 => context.image_load(&process, self.rng.pick(LIBRARIES)),
            500..650 => context.process_access(&process, &self.process()),
            650..760 => context.file_create(&process, self.file()),
            760..820 => context.registry_key(&process, self.rng.pick(REGISTRY)),
            820..910 => {
                let details = format!("DWORD (0x{:08x})", self.rng.below(u32::MAX));
                context.registry_value(&process, self.rng.pick(REGISTRY), details)
            }
            910..945 => context.dns_query(&process, format!("cdn{}.example.net", self.rng.below(500))),
            945..970 => context.file_delete(&process, self.file()),
            970..990 => context.security_process(&process, &self.process()),
            _ => context.clock_change(),
        }
    }

    /// An event that names `WmiPrvSE.exe` and is no match.
    fn mention(&mut self, context: &Context, other: Process) -> Event {
        let host = Process {
            image: WMI_PROVIDER_HOST.into(),
            command: r"C:\Windows\system32\wbem\wmiprvse.exe -Embedding".into(),
            id: 2_788,
        };
        let looks_like = |image: &'static str| Process { image: image.into(), ..host.clone() };
        match self.rng.below(20) {
            0..6 => context.process_access(&host, &other),
            6..10 => context.image_load(&host, LIBRARIES[2]),
            10..12 => context.process_terminate(&host),
            12..14 => context.registry_key(&host, REGISTRY[0]),
            14..16 => context.security_process(&other, &host),
            16 => context.process_create(&host, &looks_like(PROGRAMS[0].0)),
            17 => context.process_create(&other, &looks_like(r"C:\Tools\xWmiPrvSE.exe")),
            18 => context.process_create(&other, &looks_like(r"C:\Windows\WmiPrvSE.exe.bak")),
            _ => {
                let child = Process { command: r"taskkill /f /im WmiPrvSE.exe".into(), ..other.clone() };
                context.process_create(&child, &other)
            }
        }
    }

    fn process(&mut self) -> Process {
        let (image, command) = self.rng.pick(PROGRAMS);
        Process { image: image.into(), command: command.into(), id: 4 * (1 + self.rng.below(4000)) }
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
