//! The built page in Chromium and Firefox, against pages that read the same file and drop it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::log::{Log, Logs};
use super::measure::{Sample, run, run_two};
use super::native::must_find;
use super::table::{Ratio, Table};
use crate::run::{cargo, command, root, run as must_run, target_dir};
use crate::setup::{self, Browsers};

const ALONE: &str = "command line, EVTX, --verify, alone";
/// What two workers can't be expected to surpass: processors share their memory and more, and others use them too.
const TWO: &str = "command line, EVTX, --verify, two at once, half of it";

const RATIOS: &[Ratio<'_>] = &[
    floor("page, XML lines, chromium", "floor, XML lines, chromium"),
    floor("page, EVTX, chromium", "floor, EVTX, chromium"),
    floor("page, XML lines, firefox", "floor, XML lines, firefox"),
    floor("page, EVTX, firefox", "floor, EVTX, firefox"),
    floor("page, XML lines, chromium", "floor, as most pages read, XML lines, chromium"),
    floor("page, EVTX, chromium", "floor, as most pages read, EVTX, chromium"),
    floor("page, XML lines, firefox", "floor, as most pages read, XML lines, firefox"),
    floor("page, EVTX, firefox", "floor, as most pages read, EVTX, firefox"),
    two_workers(
        "page, EVTX, all parsed, 2 worker(s), chromium",
        "page, EVTX, all parsed, 1 worker(s), chromium",
    ),
    two_workers(TWO, ALONE),
    two_workers(
        "page, CSV, all parsed, 2 worker(s), chromium",
        "page, CSV, all parsed, 1 worker(s), chromium",
    ),
    two_workers("page, CSV, all parsed, 2 worker(s), firefox", "page, CSV, all parsed, 1 worker(s), firefox"),
    two_workers("page, zip of four, 2 worker(s), chromium", "page, zip of four, 1 worker(s), chromium"),
    two_workers("page, zip of four, 2 worker(s), firefox", "page, zip of four, 1 worker(s), firefox"),
];

const fn floor(ours: &'static str, against: &'static str) -> Ratio<'static> {
    Ratio { ours, against, at_least: 0.8, aim: 0.95 }
}

const fn two_workers(ours: &'static str, against: &'static str) -> Ratio<'static> {
    Ratio { ours, against, at_least: 1.8, aim: 2.0 }
}

/// Fills and prints the table, as far as it came. The page must have been built.
pub fn measure(logs: &Logs, runs: usize, table: &mut Table) -> Result<()> {
    let measured = fill(logs, runs, table);
    table.print(RATIOS);
    measured
}

fn fill(logs: &Logs, runs: usize, table: &mut Table) -> Result<()> {
    let browsers = setup::browsers()?;
    must_run(cargo().args(["build", "--quiet", "--release", "--locked", "--bin", "sysmon-triage"]))?;
    for round in 0..runs {
        eprintln!("xtask: round {} of {runs} in the browsers", round + 1);
        for (form, log) in
            [("XML lines", &logs.xml), ("EVTX", &logs.evtx), ("CSV", &logs.csv), ("zip of four", &logs.zip)]
        {
            dropped(form, log, &logs.folder, &browsers, table)?;
        }
        ceiling(&logs.evtx, &logs.folder, table)?;
    }
    Ok(())
}

/// Drops a log on the page as `tests/browser/bench.js` does with this form of it. Takes each row as soon as it is
/// there: none is lost when a later one fails.
pub fn dropped(form: &str, log: &Log, folder: &Path, browsers: &Browsers, table: &mut Table) -> Result<()> {
    let script = "tests/browser/bench.js";
    let mut node = command("node");
    node.args([script, form]).arg(&log.path).arg(folder);
    node.env("PAGE", root().join("dist/index.html")).envs(browsers.env());
    let mut child = node.stdout(Stdio::piped()).spawn().context("could not start node")?;
    let said = child.stdout.take().context("its output")?;
    for line in BufReader::new(said).lines() {
        let line = line?;
        row(&line, log, table).with_context(|| format!("{script} {form:?} said {line:?}"))?;
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("{script} {form:?} failed ({status})");
    }
    Ok(())
}

/// What the machine itself makes of two instead of one, where processors are the bound: the command line, which uses one,
/// alone and twice at the same time.
fn ceiling(log: &Log, folder: &Path, table: &mut Table) -> Result<()> {
    let verify = || {
        let mut program = Command::new(target_dir().join("release/sysmon-triage"));
        program.arg("--verify").arg(&log.path);
        program
    };
    let alone = run(&mut verify(), folder, false)?;
    must_find(&alone.stderr, log)?;
    table.add(ALONE, log.bytes, alone.sample);
    for one in run_two(verify, folder)? {
        must_find(&one.stderr, log)?;
        table.add(TWO, log.bytes, one.sample);
    }
    Ok(())
}

/// `name;bytes;seconds;processor seconds;KiB;counts`, where anything but the first may be empty.
fn row(line: &str, log: &Log, table: &mut Table) -> Result<()> {
    let [name, bytes, seconds, processor, peak, counts] = line.split(';').collect::<Vec<_>>()[..] else {
        bail!("six fields are wanted");
    };
    let wanted = log.counts;
    if !counts.is_empty() && super::log::Counts::of(counts) != Some(wanted) {
        bail!("{wanted:?} must be found");
    }
    let sample =
        Sample { seconds: seconds.parse()?, processor: processor.parse().ok(), peak_kib: peak.parse().ok() };
    // A round takes ten minutes, and whoever ends it before the table comes has at least this.
    eprintln!("xtask: {name}: {} s", sample.seconds);
    table.add(name, bytes.parse()?, sample);
    Ok(())
}
