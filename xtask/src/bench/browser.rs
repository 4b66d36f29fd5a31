//! The built page in Chromium and Firefox, against a page that reads the same file in the same way and drops it.

use anyhow::{Context, Result, bail};

use super::log::{Log, Logs};
use super::measure::Sample;
use super::table::{Ratio, Table};
use crate::run::{command, output, root};
use crate::setup;

const RATIOS: &[Ratio<'_>] = &[
    Ratio {
        ours: "page, XML lines, chromium",
        against: "floor, XML lines, chromium",
        at_least: 0.8,
        aim: 0.95,
    },
    Ratio { ours: "page, EVTX, chromium", against: "floor, EVTX, chromium", at_least: 0.8, aim: 0.95 },
    Ratio {
        ours: "page, XML lines, firefox",
        against: "floor, XML lines, firefox",
        at_least: 0.8,
        aim: 0.95,
    },
    Ratio { ours: "page, EVTX, firefox", against: "floor, EVTX, firefox", at_least: 0.8, aim: 0.95 },
    two_workers(
        "page, EVTX, all parsed, 2 worker(s), chromium",
        "page, EVTX, all parsed, 1 worker(s), chromium",
    ),
    two_workers("page, CSV, 2 worker(s), chromium", "page, CSV, 1 worker(s), chromium"),
    two_workers("page, CSV, 2 worker(s), firefox", "page, CSV, 1 worker(s), firefox"),
    two_workers("page, zip of four, 2 worker(s), chromium", "page, zip of four, 1 worker(s), chromium"),
    two_workers("page, zip of four, 2 worker(s), firefox", "page, zip of four, 1 worker(s), firefox"),
];

const fn two_workers(ours: &'static str, against: &'static str) -> Ratio<'static> {
    Ratio { ours, against, at_least: 1.8, aim: 2.0 }
}

/// Fills and prints the table. The page must have been built.
pub fn measure(logs: &Logs, runs: usize, table: &mut Table) -> Result<()> {
    let browsers = setup::browsers()?;
    for round in 0..runs {
        eprintln!("xtask: round {} of {runs} in the browsers", round + 1);
        for (form, log) in
            [("XML lines", &logs.xml), ("EVTX", &logs.evtx), ("CSV", &logs.csv), ("zip of four", &logs.zip)]
        {
            let said = output(
                command("node")
                    .args(["tests/browser/bench.js", form])
                    .arg(&log.path)
                    .arg(&logs.folder)
                    .env("PAGE", root().join("dist/index.html"))
                    .envs(browsers.env()),
            )?;
            for line in said.lines() {
                row(line, log, table).with_context(|| format!("tests/browser/bench.js said {line:?}"))?;
            }
        }
    }
    table.print(RATIOS);
    Ok(())
}

/// `name;bytes;seconds;KiB;counts`, where anything but the first may be empty.
fn row(line: &str, log: &Log, table: &mut Table) -> Result<()> {
    let [name, bytes, seconds, peak, counts] = line.split(';').collect::<Vec<_>>()[..] else {
        bail!("five fields are wanted");
    };
    let wanted = log.counts;
    if !counts.is_empty() && super::log::Counts::of(counts) != Some(wanted) {
        bail!("{wanted:?} must be found");
    }
    let sample = Sample { seconds: seconds.parse()?, processor: None, peak_kib: peak.parse().ok() };
    table.add(name, bytes.parse()?, sample);
    Ok(())
}
