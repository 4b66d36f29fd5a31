//! What a log that is twice as large costs: the time by the byte, and the peak of memory, which must stay what it is.

use std::process::Command;

use anyhow::Result;

use super::browser;
use super::log;
use super::measure::run;
use super::native::must_find;
use super::table::{Table, size};
use crate::run::{cargo, run as must_run, target_dir};
use crate::setup;

/// What is read in parts.
const FORMS: [(&str, &str); 4] =
    [("EVTX", "evtx"), ("XML lines", "xml"), ("JSON lines", "json"), ("CSV", "csv")];
/// The largest log is so many times as large as each of these; with 8 GiB, 64 MiB is the smallest.
const FRACTIONS: [u64; 5] = [128, 32, 8, 2, 1];
/// Those that are dropped on the page as well.
const ON_THE_PAGE: [u64; 2] = [8, 1];
/// Per cent of memory that the larger of them may take beyond the smaller.
const MOST_MORE: f64 = 10.0;

/// Fills and prints both tables. The page must have been built.
pub fn measure(largest: u64, runs: usize) -> Result<()> {
    must_run(cargo().args(["build", "--quiet", "--release", "--locked", "--bin", "sysmon-triage"]))?;
    let browsers = setup::browsers()?;
    let (mut native, mut page) = (Table::new("growth, command line"), Table::new("growth, page"));
    let folder = log::folder()?;
    for (form, format) in FORMS {
        for fraction in FRACTIONS {
            let log = log::one(format, largest / fraction)?;
            let name = format!("{form}, {}", size(largest / fraction));
            // Once unmeasured: from then on it comes from memory, as far as that reaches.
            for round in 0..=runs {
                let run = run(
                    Command::new(target_dir().join("release/sysmon-triage")).arg(&log.path),
                    &folder,
                    false,
                )?;
                must_find(&run.stderr, &log)?;
                if round > 0 {
                    native.add(&name, log.bytes, run.sample);
                }
            }
            for _ in (0..runs).filter(|_| ON_THE_PAGE.contains(&fraction)) {
                browser::dropped(&name, &log, &folder, &browsers, &mut page)?;
            }
        }
    }
    native.print(&[]);
    page.print(&[]);
    print_memory(&page, largest);
    Ok(())
}

/// How much more the tab took at most for the largest log than for the smaller one.
fn print_memory(page: &Table, largest: u64) {
    println!("\n| peak memory of the tab | more, % | at most |");
    println!("|---|--:|--:|");
    let [smaller, large] = ON_THE_PAGE.map(|fraction| size(largest / fraction));
    for (form, _) in FORMS {
        for browser in ["chromium", "firefox"] {
            let peak = |size: &str| page.peak(&format!("page, {form}, {size}, {browser}"));
            let (Some(before), Some(after)) = (peak(&smaller), peak(&large)) else { continue };
            let more = (after / before - 1.0) * 100.0;
            let verdict = if more <= MOST_MORE { "" } else { ", above it" };
            println!("| {form}, {browser}, {large} after {smaller} | {more:+.0} | {MOST_MORE:.0}{verdict} |");
        }
    }
}
