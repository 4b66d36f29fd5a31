//! The context of the first row: on the command line beside the scan alone, and on the page from the drop on.

use std::fs::File;
use std::io::BufReader;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::log::{Log, Logs};
use super::measure::{STDOUT, Sample, run};
use super::table::{Ratio, Table};
use crate::run::{cargo, command, output, root, run as must_run, target_dir};
use crate::setup;

const BROWSERS: [&str; 2] = ["chromium", "firefox"];

/// Fills and prints both tables. The page must have been built.
pub fn measure(logs: &Logs, runs: usize) -> Result<()> {
    must_run(cargo().args(["build", "--quiet", "--release", "--locked", "--bin", "sysmon-triage"]))?;
    let forms = [("XML lines", &logs.xml), ("EVTX", &logs.evtx), ("JSON lines", &logs.json)];
    let (mut native, mut page) = (Table::new("context, command line"), Table::new("context, page"));
    for round in 0..runs {
        eprintln!("xtask: round {} of {runs} of contexts", round + 1);
        for (form, log) in forms {
            let counts = on_command_line(form, log, logs, &mut native)?;
            on_page(form, log, &counts, &mut page)?;
        }
    }
    native.print(&ratios(
        &forms.map(|(form, _)| (format!("context, {form}"), format!("scan, {form}"))),
        0.33,
        0.5,
    ));
    let pairs = BROWSERS.map(|browser| {
        forms.map(|(form, _)| (format!("context, {form}, {browser}"), format!("scan, {form}, {browser}")))
    });
    page.print(&ratios(pairs.as_flattened(), 0.5, 1.0));
    Ok(())
}

/// On the command line a context holds the scan and two rounds; on the page it comes after the scan.
fn ratios(pairs: &[(String, String)], at_least: f64, aim: f64) -> Vec<Ratio<'_>> {
    pairs.iter().map(|(ours, against)| Ratio { ours, against, at_least, aim }).collect()
}

/// The scan alone, then with the context; what is in its lists.
fn on_command_line(form: &str, log: &Log, logs: &Logs, table: &mut Table) -> Result<String> {
    let program = target_dir().join("release/sysmon-triage");
    let scan = run(Command::new(&program).arg(&log.path), &logs.folder, false)?;
    table.add(&format!("scan, {form}"), log.bytes, scan.sample);
    let asked = ["--context", "1", "--format", "json"];
    let context = run(Command::new(&program).args(asked).arg(&log.path), &logs.folder, true)?;
    table.add(&format!("context, {form}"), log.bytes, context.sample);
    let answer = BufReader::new(File::open(logs.folder.join(STDOUT))?);
    let answer: Value = serde_json::from_reader(answer).context("the context of the first row")?;
    if answer["rounds"] != 2 || answer["complete"] != true {
        bail!("two complete rounds are wanted, not {} ({})", answer["rounds"], answer["complete"]);
    }
    let count = |name: &str| answer[name]["count"].as_u64().context("a list's count");
    // As on the page, the process itself is not counted.
    Ok(format!("{} {} {}", count("tree")? - 1, count("beside")?, count("logon")?))
}

fn on_page(form: &str, log: &Log, counts: &str, table: &mut Table) -> Result<()> {
    let browsers = setup::browsers()?;
    let said = output(
        command("node")
            .args(["tests/browser/bench-context.js", form])
            .arg(&log.path)
            .env("PAGE", root().join("dist/index.html"))
            .envs(browsers.env()),
    )?;
    for line in said.lines() {
        let [name, seconds, peak, found] = line.split(';').collect::<Vec<_>>()[..] else {
            bail!("tests/browser/bench-context.js said {line:?}");
        };
        if found != counts {
            bail!("{name}: {found:?} is in the lists, and {counts:?} on the command line");
        }
        let sample = Sample { seconds: seconds.parse()?, processor: None, peak_kib: peak.parse().ok() };
        table.add(name, log.bytes, sample);
    }
    Ok(())
}
