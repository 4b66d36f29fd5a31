//! Events with the fields of Sysmon's schema (version 4.90), in its order and with its types, and
//! two of other providers that are easily taken for them.

use std::borrow::Cow;

use crate::event::{Event, Guid, Provider, Value};
use crate::time::Time;

/// Sysmon for Windows.
pub const SYSMON: Provider = Provider {
    name: "Microsoft-Windows-Sysmon",
    guid: Guid(0x5770_385f, 0xc22a, 0x43e0, [0xbf, 0x4c, 0x06, 0xf5, 0x69, 0x8f, 0xfb, 0xd9]),
    channel: "Microsoft-Windows-Sysmon/Operational",
};

/// Security auditing: its event 4688 is a process creation too.
pub const SECURITY: Provider = Provider {
    name: "Microsoft-Windows-Security-Auditing",
    guid: Guid(0x5484_9625, 0x5478, 0x4994, [0xa5, 0xba, 0x3e, 0x3b, 0x03, 0x28, 0xc3, 0x0d]),
    channel: "Security",
};

/// Kernel-General: its event 1 is a change of the system's time.
pub const KERNEL: Provider = Provider {
    name: "Microsoft-Windows-Kernel-General",
    guid: Guid(0xa68c_a8b7, 0x004f, 0xd7b6, [0xa6, 0x98, 0x07, 0xe2, 0xde, 0x0f, 0x1f, 0x5d]),
    channel: "System",
};

/// Where WMI's provider host lies.
pub const WMI_PROVIDER_HOST: &str = r"C:\Windows\System32\wbem\WmiPrvSE.exe";

/// A process as an event names it.
#[derive(Debug, Clone, Default)]
pub struct Process {
    /// Path of the program.
    pub image: Cow<'static, str>,
    /// Command line.
    pub command: Cow<'static, str>,
    /// Who runs it.
    pub user: Cow<'static, str>,
    /// Id, which another process may have later.
    pub id: u32,
    /// What no other process ever has.
    pub guid: Guid,
    /// The logon that it belongs to.
    pub logon: u64,
}

impl Process {
    fn guid(&self) -> Value {
        Value::Guid(self.guid)
    }

    fn user(&self) -> Value {
        Value::Text(self.user.clone())
    }
}

/// A process's GUID as Sysmon makes it: of the machine, the time in seconds, and a counter.
pub fn process_guid(computer: &str, start: Time, counter: u32) -> Guid {
    let seconds = start.unix();
    let [a, b, c, d] = counter.to_le_bytes();
    Guid(machine(computer), seconds as u16, (seconds >> 16) as u16, [a, b, c, d, 0, 0, 0x17, 0])
}

/// A logon's GUID, for which the machine and the logon suffice.
fn logon_guid(computer: &str, logon: u64) -> Guid {
    Guid(machine(computer), 0x7d29, 0x65e5, logon.to_le_bytes())
}

fn machine(computer: &str) -> u32 {
    computer.bytes().fold(0x1000_0193, |hash: u32, byte| hash.rotate_left(5) ^ u32::from(byte))
}

/// When and where of an event.
#[derive(Debug, Clone)]
pub struct Context {
    /// When it happened; it is logged a little later.
    pub time: Time,
    /// Number of the record.
    pub record: u64,
    /// The host.
    pub computer: Cow<'static, str>,
}

impl Context {
    fn event(&self, provider: Provider, id: u16, version: u8, data: Vec<(&'static str, Value)>) -> Event {
        Event {
            provider,
            id,
            version,
            level: 4,
            task: id,
            keywords: 0x8000_0000_0000_0000,
            // The service writes it a few milliseconds after the fact.
            time: self.time.plus(31_415 + self.record % 7 * 10_007),
            record: self.record,
            process: 3044,
            thread: 3772,
            computer: self.computer.clone(),
            data,
        }
    }

    fn sysmon(&self, id: u16, version: u8, data: Vec<(&'static str, Value)>) -> Event {
        let utc = self.time.utc_time().into();
        let mut all = Vec::with_capacity(data.len() + 2);
        all.extend([("RuleName", "-".into()), ("UtcTime", utc)]);
        all.extend(data);
        self.event(SYSMON, id, version, all)
    }

    /// EventID 1.
    pub fn process_create(&self, process: &Process, parent: &Process) -> Event {
        let name = file_name(&process.image).to_owned();
        // Services share a session.
        let session = u32::from(!process.user.starts_with("NT AUTHORITY"));
        self.sysmon(
            1,
            5,
            vec![
                ("ProcessGuid", process.guid()),
                ("ProcessId", Value::Number(process.id)),
                ("Image", Value::Text(process.image.clone())),
                ("FileVersion", "10.0.19041.746 (WinBuild.160101.0800)".into()),
                ("Description", "A part of Windows®".into()),
                ("Product", "Microsoft® Windows® Operating System".into()),
                ("Company", "Microsoft Corporation".into()),
                ("OriginalFileName", name.into()),
                ("CommandLine", Value::Text(process.command.clone())),
                ("CurrentDirectory", r"C:\Windows\system32\".into()),
                ("User", process.user()),
                ("LogonGuid", Value::Guid(logon_guid(&self.computer, process.logon))),
                ("LogonId", Value::Hex(process.logon)),
                ("TerminalSessionId", Value::Number(session)),
                ("IntegrityLevel", "High".into()),
                ("Hashes", hashes(process.id)),
                ("ParentProcessGuid", parent.guid()),
                ("ParentProcessId", Value::Number(parent.id)),
                ("ParentImage", Value::Text(parent.image.clone())),
                ("ParentCommandLine", Value::Text(parent.command.clone())),
                ("ParentUser", parent.user()),
            ],
        )
    }

    /// EventID 3.
    pub fn network_connect(&self, process: &Process, peer: u32) -> Event {
        let [a, b, c, d] = peer.to_be_bytes();
        self.sysmon(
            3,
            5,
            vec![
                ("ProcessGuid", process.guid()),
                ("ProcessId", Value::Number(process.id)),
                ("Image", Value::Text(process.image.clone())),
                ("User", process.user()),
                ("Protocol", "tcp".into()),
                ("Initiated", "true".into()),
                ("SourceIsIpv6", "false".into()),
                ("SourceIp", format!("10.0.{}.{}", c & 3, d).into()),
                ("SourceHostname", Value::Text(self.computer.clone())),
                ("SourcePort", Value::Number(49_152 + peer % 16_384)),
                ("SourcePortName", "-".into()),
                ("DestinationIsIpv6", "false".into()),
                ("DestinationIp", format!("{a}.{b}.{c}.{d}").into()),
                ("DestinationHostname", "-".into()),
                ("DestinationPort", Value::Number(443)),
                ("DestinationPortName", "https".into()),
            ],
        )
    }

    /// EventID 5.
    pub fn process_terminate(&self, process: &Process) -> Event {
        self.sysmon(
            5,
            3,
            vec![
                ("ProcessGuid", process.guid()),
                ("ProcessId", Value::Number(process.id)),
                ("Image", Value::Text(process.image.clone())),
                ("User", process.user()),
            ],
        )
    }

    /// EventID 7.
    pub fn image_load(&self, process: &Process, library: &'static str) -> Event {
        self.sysmon(
            7,
            3,
            vec![
                ("ProcessGuid", process.guid()),
                ("ProcessId", Value::Number(process.id)),
                ("Image", Value::Text(process.image.clone())),
                ("ImageLoaded", library.into()),
                ("FileVersion", "10.0.19041.746 (WinBuild.160101.0800)".into()),
                ("Description", "A library".into()),
                ("Product", "Microsoft® Windows® Operating System".into()),
                ("Company", "Microsoft Corporation".into()),
                ("OriginalFileName", "LIBRARY.DLL".into()),
                ("Hashes", hashes(library.len() as u32)),
                ("Signed", "true".into()),
                ("Signature", "Microsoft Windows".into()),
                ("SignatureStatus", "Valid".into()),
                ("User", process.user()),
            ],
        )
    }

    /// EventID 10.
    pub fn process_access(&self, source: &Process, target: &Process) -> Event {
        self.sysmon(
            10,
            3,
            vec![
                ("SourceProcessGUID", source.guid()),
                ("SourceProcessId", Value::Number(source.id)),
                ("SourceThreadId", Value::Number(source.id + 8)),
                ("SourceImage", Value::Text(source.image.clone())),
                ("TargetProcessGUID", target.guid()),
                ("TargetProcessId", Value::Number(target.id)),
                ("TargetImage", Value::Text(target.image.clone())),
                ("GrantedAccess", "0x1fffff".into()),
                (
                    "CallTrace",
                    r"C:\Windows\SYSTEM32\ntdll.dll+9d1e4|C:\Windows\System32\KERNELBASE.dll+2c13e|C:\Windows\System32\lsm.dll+e959|C:\Windows\SYSTEM32\ntdll.dll+8c08a".into(),
                ),
                ("SourceUser", source.user()),
                ("TargetUser", target.user()),
            ],
        )
    }

    /// EventID 11.
    pub fn file_create(&self, process: &Process, file: String) -> Event {
        self.sysmon(
            11,
            2,
            vec![
                ("ProcessGuid", process.guid()),
                ("ProcessId", Value::Number(process.id)),
                ("Image", Value::Text(process.image.clone())),
                ("TargetFilename", file.into()),
                ("CreationUtcTime", self.time.utc_time().into()),
                ("User", process.user()),
            ],
        )
    }

    /// EventID 12: a key or value was added or deleted.
    pub fn registry_key(&self, process: &Process, object: &'static str) -> Event {
        self.sysmon(
            12,
            2,
            vec![
                ("EventType", "CreateKey".into()),
                ("ProcessGuid", process.guid()),
                ("ProcessId", Value::Number(process.id)),
                ("Image", Value::Text(process.image.clone())),
                ("TargetObject", object.into()),
                ("User", process.user()),
            ],
        )
    }

    /// EventID 13: a value was set.
    pub fn registry_value(&self, process: &Process, object: &'static str, details: String) -> Event {
        self.sysmon(
            13,
            2,
            vec![
                ("EventType", "SetValue".into()),
                ("ProcessGuid", process.guid()),
                ("ProcessId", Value::Number(process.id)),
                ("Image", Value::Text(process.image.clone())),
                ("TargetObject", object.into()),
                ("Details", details.into()),
                ("User", process.user()),
            ],
        )
    }

    /// EventID 22.
    pub fn dns_query(&self, process: &Process, name: String) -> Event {
        self.sysmon(
            22,
            5,
            vec![
                ("ProcessGuid", process.guid()),
                ("ProcessId", Value::Number(process.id)),
                ("QueryName", name.into()),
                ("QueryStatus", "0".into()),
                ("QueryResults", "::ffff:10.0.0.53;".into()),
                ("Image", Value::Text(process.image.clone())),
                ("User", process.user()),
            ],
        )
    }

    /// EventID 23.
    pub fn file_delete(&self, process: &Process, file: String) -> Event {
        self.sysmon(
            23,
            5,
            vec![
                ("ProcessGuid", process.guid()),
                ("ProcessId", Value::Number(process.id)),
                ("User", process.user()),
                ("Image", Value::Text(process.image.clone())),
                ("TargetFilename", file.into()),
                ("Hashes", hashes(process.id)),
                ("IsExecutable", "false".into()),
                ("Archived", "true".into()),
            ],
        )
    }

    /// Security event 4688, which the rule on Sysmon's log does not count.
    pub fn security_process(&self, process: &Process, parent: &Process) -> Event {
        let (domain, name) = process.user.split_once('\\').unwrap_or(("", &process.user));
        self.event(
            SECURITY,
            4688,
            2,
            vec![
                ("SubjectUserSid", "S-1-5-18".into()),
                ("SubjectUserName", name.to_owned().into()),
                ("SubjectDomainName", domain.to_owned().into()),
                ("SubjectLogonId", Value::Hex(0x3e7)),
                ("NewProcessId", Value::Hex(process.id.into())),
                ("NewProcessName", Value::Text(process.image.clone())),
                ("TokenElevationType", "%%1936".into()),
                ("ProcessId", Value::Hex(parent.id.into())),
                ("CommandLine", Value::Text(process.command.clone())),
                ("TargetUserSid", "S-1-0-0".into()),
                ("ParentProcessName", Value::Text(parent.image.clone())),
                ("MandatoryLabel", "S-1-16-12288".into()),
            ],
        )
    }

    /// Event 1 of Kernel-General: an EventID 1 that is no process creation.
    pub fn clock_change(&self) -> Event {
        self.event(
            KERNEL,
            1,
            1,
            vec![
                ("NewTime", self.time.iso(7).into()),
                ("OldTime", self.time.whole_millis().iso(7).into()),
                ("Reason", Value::Number(1)),
                ("ProcessName", r"C:\Windows\System32\svchost.exe".into()),
                ("ProcessID", Value::Number(1234)),
            ],
        )
    }
}

/// Hashes that no file has.
fn hashes(seed: u32) -> Value {
    let mut text = String::with_capacity(160);
    for (name, digits) in [("MD5=", 32), (",SHA256=", 64), (",IMPHASH=", 32)] {
        text.push_str(name);
        for part in 0..digits / 8_u32 {
            let mixed = seed.wrapping_add(part).wrapping_mul(0x9e37_79b9).rotate_left(part);
            crate::event::push_hex(&mut text, mixed.into(), 8);
        }
    }
    text.into()
}

/// What stands after the last `\`.
pub fn file_name(path: &str) -> &str {
    path.rsplit('\\').next().unwrap_or(path)
}
