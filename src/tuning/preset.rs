//! Benign children of WmiPrvSE.exe that practitioners filter, as data.

use super::test::Operator::{self, Begins, Contains, Equals};
use super::test::Test;
use crate::group::Column::{self, LogonId, Process, ProcessName, ProcessPath};

/// A ready-made exclusion, off until someone switches it on.
#[derive(Debug)]
pub struct Preset {
    /// Its name in files.
    pub id: &'static str,
    /// What it hides, in a few words.
    pub name: &'static str,
    /// Why that is usually benign, and what else it may hide.
    pub why: &'static str,
    /// It hides what meets all comparisons of one of these.
    any: &'static [&'static [(Column, Operator, &'static str)]],
}

impl Preset {
    /// Its comparisons, made ready.
    pub fn tests(&self) -> Vec<Vec<Test>> {
        let test =
            |(column, operator, value): &(Column, Operator, &str)| Test::new(*column, *operator, value);
        self.any.iter().map(|all| all.iter().map(test).collect()).collect()
    }
}

/// All of them, in the order shown.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "system_logon",
        name: "SYSTEM logon (LogonId 0x3e7)",
        why: "Windows and management agents start their own helpers through WMI under the logon of the machine \
              itself. It also hides whatever an attacker starts as SYSTEM.",
        any: &[&[(LogonId, Equals, "0x3e7")]],
    },
    Preset {
        id: "werfault",
        name: "WerFault.exe",
        why: "Windows Error Reporting starts when a WMI provider crashes. It is known by name alone: a tool \
              of that name is hidden too.",
        any: &[&[(ProcessName, Equals, "WerFault.exe")]],
    },
    Preset {
        id: "wmiprvse",
        name: "WmiPrvSE.exe itself",
        why: "A WMI provider host that starts another one is part of how WMI runs. It is known by name alone: \
              a tool of that name is hidden too.",
        any: &[&[(ProcessName, Equals, "WmiPrvSE.exe")]],
    },
    Preset {
        id: "dismhost",
        name: "dismhost.exe",
        why: "Servicing of Windows images runs through WMI; the rule's later versions leave it out as well. It \
              is known by name alone: a tool of that name is hidden too.",
        any: &[&[(ProcessName, Equals, "dismhost.exe")]],
    },
    Preset {
        id: "ccm",
        name: r"Configuration Manager (C:\Windows\CCM\)",
        why: "The client of Configuration Manager lies there and works through WMI. Only administrators can \
              write to this folder.",
        any: &[&[(ProcessPath, Begins, r"C:\Windows\CCM\")]],
    },
    Preset {
        id: "mofcomp",
        name: "mofcomp.exe",
        why: "Installers compile class definitions of WMI with it. An attacker may register a consumer of WMI \
              events the same way. It is known by name alone: a tool of that name is hidden too.",
        any: &[&[(ProcessName, Equals, "mofcomp.exe")]],
    },
    Preset {
        id: "csc",
        name: ".NET compiler csc.exe",
        why: "WMI providers that are written for .NET compile code when they load. Only the compiler in the \
              folder of .NET is hidden.",
        any: &[&[(ProcessName, Equals, "csc.exe"), (ProcessPath, Begins, r"C:\Windows\Microsoft.NET\")]],
    },
    Preset {
        id: "powercfg",
        name: "powercfg.exe",
        why: "Management tools set power plans through WMI. It is known by name alone: a tool of that name is \
              hidden too.",
        any: &[&[(ProcessName, Equals, "powercfg.exe")]],
    },
    Preset {
        id: "msiexec_install",
        name: "msiexec.exe /i",
        why: "Software distribution installs packages through WMI. A package that an attacker brought is \
              installed the same way. It is known by name and by /i anywhere in the line: what else has both is hidden too.",
        any: &[
            &[(ProcessName, Equals, "msiexec.exe"), (Process, Contains, " /i ")],
            &[(ProcessName, Equals, "msiexec.exe"), (Process, Contains, " /i\"")],
            &[(ProcessName, Equals, "msiexec.exe"), (Process, Contains, " /i{")],
        ],
    },
];
