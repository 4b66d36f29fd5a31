//! How fast the command line reads the forms of JSON, as tools and programs write it.

use std::process::Command;

use anyhow::Result;

use super::log;
use super::measure::run;
use super::native::must_find;
use super::table::Table;
use crate::run::{cargo, run as must_run, target_dir};

/// Each form, and what the example `make` of `testlog` calls it.
const FORMS: [(&str, &str); 11] = [
    ("evtx_dump, lines", "json"),
    ("evtx_dump, an array on one line", "array"),
    ("evtx_dump, a pretty-printed array", "pretty"),
    ("evtx_dump, pretty-printed objects", "concatenated"),
    ("Winlogbeat 8, lines", "winlogbeat"),
    ("NXLog, lines", "nxlog"),
    ("Splunk, _raw with XML, lines", "splunk"),
    ("Azure, lines", "azure"),
    ("Velociraptor, lines", "velociraptor"),
    ("EvtxECmd, lines", "evtxecmd"),
    ("Get-WinEvent, messages, a pretty-printed array", "get-winevent"),
];

/// Fills and prints the table.
pub fn measure(bytes: u64, runs: usize) -> Result<()> {
    must_run(cargo().args(["build", "--quiet", "--release", "--locked", "--bin", "sysmon-triage"]))?;
    let folder = log::folder()?;
    let logs = FORMS.map(|(name, format)| log::one(format, bytes).map(|log| (name, log)));
    let logs = logs.into_iter().collect::<Result<Vec<_>>>()?;
    let mut table = Table::new("forms of JSON, command line");
    // Once unmeasured: from then on they come from memory.
    for round in 0..=runs {
        for (name, log) in &logs {
            let program = &mut Command::new(target_dir().join("release/sysmon-triage"));
            let run = run(program.arg(&log.path), &folder, false)?;
            must_find(&run.stderr, log)?;
            if round > 0 {
                table.add(name, log.bytes, run.sample);
            }
        }
    }
    table.print(&[]);
    Ok(())
}
