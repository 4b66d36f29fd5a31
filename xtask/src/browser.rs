//! The tests in browsers. Most of their time is waiting, so several run at once.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result, bail};

use crate::remarks::remark;
use crate::run::node_tests;

/// Tells the tests which browsers to use.
const BROWSERS: &str = "BROWSERS";

/// More would slow each other down so much that what they wait for comes too late.
const AT_ONCE: usize = 2;

/// These hold against a limit how long something takes, or print it: nothing runs beside them.
const ALONE: [&str; 3] = ["cancel.test.js", "hostile.test.js", "many.test.js"];

/// These wait for what is made to come late, and for nothing to come: they run beside the two.
const WAITING: [&str; 2] = ["network.test.js", "slow.test.js"];

/// A file of tests in one browser.
#[derive(Clone, Copy)]
struct Run<'a> {
    file: &'a Path,
    browser: &'a str,
}

/// Runs all files in both browsers, or in those that the environment names.
pub fn test(files: &[PathBuf], env: &[(&str, &Path)]) -> Result<()> {
    if files.is_empty() {
        bail!("There is no test file, so nothing was tested.");
    }
    let chosen = std::env::var(BROWSERS).unwrap_or_else(|_| "chromium,firefox".to_owned());
    let browsers: Vec<&str> = chosen.split(',').collect();
    let named = |names: &[&str], file: &Path| names.iter().any(|name| file.ends_with(name));
    let of = |wanted: &dyn Fn(&Path) -> bool| {
        let files: Vec<&Path> = files.iter().map(PathBuf::as_path).filter(|file| wanted(file)).collect();
        runs(&files, &browsers)
    };
    let alone = of(&|file| named(&ALONE, file));
    let waiting = of(&|file| named(&WAITING, file));
    let busy = of(&|file| !named(&ALONE, file) && !named(&WAITING, file));

    let mut failed = failing(&[(&busy, AT_ONCE), (&waiting, 1)], env)?;
    failed.extend(failing(&[(&alone, 1)], env)?);
    repeat(&failed, env)
}

/// Each file in each browser.
fn runs<'a>(files: &[&'a Path], browsers: &[&'a str]) -> Vec<Run<'a>> {
    files.iter().flat_map(|file| browsers.iter().map(|browser| Run { file, browser })).collect()
}

/// Runs all lists side by side, of each so many at once, and gives those that failed.
fn failing<'a>(lists: &[(&[Run<'a>], usize)], env: &[(&str, &Path)]) -> Result<Vec<Run<'a>>> {
    let next: Vec<_> = lists.iter().map(|_| AtomicUsize::new(0)).collect();
    let lane = |runs: &[Run<'a>], next: &AtomicUsize| {
        let mut failed = Vec::new();
        while let Some(run) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
            if !run.passes(env)? {
                failed.push(*run);
            }
        }
        Ok(failed)
    };
    let failed = thread::scope(|scope| {
        let mut lanes = Vec::new();
        for ((runs, at_once), next) in lists.iter().zip(&next) {
            lanes.extend((0..*at_once).map(|_| scope.spawn(|| lane(runs, next))));
        }
        lanes.into_iter().map(|lane| lane.join().expect("no run panics")).collect::<Result<Vec<_>>>()
    })?;
    Ok(failed.concat())
}

/// A driver loses a key now and then on a machine that has much to do. What fails twice is no accident; what passes at
/// the second try, by itself, is named, so that it is looked at.
fn repeat(failed: &[Run<'_>], env: &[(&str, &Path)]) -> Result<()> {
    let (mut unstable, mut broken) = (Vec::new(), Vec::new());
    for run in failed {
        println!("\n== again:");
        let list = if run.passes(env)? { &mut unstable } else { &mut broken };
        list.push(run.to_string());
    }
    if !unstable.is_empty() {
        remark(format!("UNSTABLE, passed only when repeated: {}", unstable.join("; ")));
    }
    if !broken.is_empty() {
        bail!("these failed twice: {}", broken.join("; "));
    }
    Ok(())
}

impl Run<'_> {
    /// Runs it, and prints what it said in one go: another one may be running beside it.
    fn passes(&self, env: &[(&str, &Path)]) -> Result<bool> {
        let mut command = node_tests(&[self.file.to_owned()], env);
        let output = command
            .env(BROWSERS, self.browser)
            .output()
            .with_context(|| format!("could not start Node for {self}"))?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "\n== {self}")?;
        out.write_all(&output.stdout)?;
        out.write_all(&output.stderr)?;
        Ok(output.status.success())
    }
}

impl fmt::Display for Run<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        write!(f, "{name}, {}", self.browser)
    }
}
