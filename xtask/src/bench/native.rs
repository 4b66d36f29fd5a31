//! The command line and the core in WebAssembly, against programs that do a part of the same work.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::log::{Counts, Log, Logs};
use super::measure::{Run, STDOUT, Sample, run};
use super::table::{Ratio, Table};
use crate::run::{cargo, root, run as must_run, target_dir, which};

const EVTX: &str = "command line, EVTX";
const EVTX_VERIFIED: &str = "command line, EVTX, --verify";
const XML: &str = "command line, XML lines";
const JSON: &str = "command line, JSON lines";
const CSV: &str = "command line, CSV";
const GZIP: &str = "command line, XML lines in gzip";
const WASM_EVTX: &str = "wasm core in Node, EVTX";
const WASM_XML: &str = "wasm core in Node, XML lines";
const EVTX_DUMP: &str = "evtx_dump -t 1 -o jsonl";
const RIPGREP: &str = "ripgrep -j1, the rule line by line";
const RIPGREP_EXACT: &str = "ripgrep -j1 -U, the rule over line ends";
const DUCKDB: &str = "DuckDB, one thread, the same fields";
const DUCKDB_CSV: &str = "DuckDB, one thread, the same columns of CSV";
const ORJSON: &str = "orjson, the same fields";
const LXML: &str = "lxml, the same fields";
const ZCAT: &str = "zcat";
const FLOOR_READ: &str = "floor: read the XML file and drop it";
const FLOOR_READ_EVTX: &str = "floor: read the EVTX file and drop it";
const FLOOR_MEMCHR: &str = "floor: memchr over the XML file";

const RATIOS: &[Ratio<'_>] = &[
    Ratio { ours: EVTX, against: EVTX_DUMP, at_least: 2.5, aim: 8.0 },
    Ratio { ours: WASM_EVTX, against: EVTX_DUMP, at_least: 1.5, aim: 4.0 },
    Ratio { ours: XML, against: RIPGREP, at_least: 4.0, aim: 10.0 },
    Ratio { ours: XML, against: RIPGREP_EXACT, at_least: 4.0, aim: 10.0 },
    Ratio { ours: JSON, against: DUCKDB, at_least: 4.0, aim: 15.0 },
    Ratio { ours: JSON, against: ORJSON, at_least: 4.0, aim: 15.0 },
    Ratio { ours: CSV, against: DUCKDB_CSV, at_least: 1.0, aim: 4.0 },
    Ratio { ours: XML, against: LXML, at_least: 4.0, aim: 10.0 },
    Ratio { ours: GZIP, against: ZCAT, at_least: 0.8, aim: 1.0 },
];

/// The whole rule for tools that look at one line: such a tool does not find an event that holds a line end.
const RULE_BY_LINE: &str = r"<Provider Name='Microsoft-Windows-Sysmon'.*<EventID>1</EventID>.*<Data Name='ParentImage'>(?:[^<]*\\)?(?i:wmiprvse\.exe)</Data>";
/// The same over line ends, and never from one event into the next.
const RULE: &str = r"<Provider Name='Microsoft-Windows-Sysmon'[^>]*><EventID>1</EventID>(?:[^<]|<[^/]|</[^E]|</E[^v]|</Event[^>])*?<Data Name='ParentImage'>(?:[^<]*\\)?(?i:wmiprvse\.exe)</Data>";

/// What the core needs of each event, the counts and the rows' keys, by libraries for Python.
const SCRIPTS: [Script; 4] = [
    Script { name: DUCKDB, module: "duckdb", text: include_str!("duckdb_fields.py"), log: |logs| &logs.json },
    Script {
        name: DUCKDB_CSV,
        module: "duckdb",
        text: include_str!("duckdb_columns.py"),
        log: |logs| &logs.csv,
    },
    Script { name: ORJSON, module: "orjson", text: include_str!("orjson_fields.py"), log: |logs| &logs.json },
    Script { name: LXML, module: "lxml", text: include_str!("lxml_fields.py"), log: |logs| &logs.xml },
];

/// Reads a log by a library, and prints what it found and how long that took.
struct Script {
    name: &'static str,
    module: &'static str,
    text: &'static str,
    log: fn(&Logs) -> &Log,
}

/// What is run again and again for one row.
struct Subject<'a> {
    name: &'static str,
    log: &'a Log,
    work: Box<dyn Fn() -> Result<Sample> + 'a>,
}

/// Fills and prints the table.
pub fn measure(logs: &Logs, runs: usize, table: &mut Table) -> Result<()> {
    must_run(cargo().args(["build", "--quiet", "--release", "--locked", "--bin", "sysmon-triage"]))?;
    let mut subjects = ours(logs);
    subjects.extend(floors(logs));
    subjects.extend(rivals(logs)?);
    for log in logs.all() {
        // All of them from memory, as far as it reaches.
        read(&log.path, |_| {})?;
    }
    for round in 0..runs {
        eprintln!("xtask: round {} of {runs}", round + 1);
        for Subject { name, log, work } in &subjects {
            let sample = work().context(*name)?;
            table.add(name, log.bytes, sample);
        }
    }
    table.print(RATIOS);
    Ok(())
}

fn ours<'a>(logs: &'a Logs) -> Vec<Subject<'a>> {
    let program = target_dir().join("release/sysmon-triage");
    let page = target_dir().join("page");
    let native = |name, log: &'a Log, flag: Option<&'static str>| {
        let program = program.clone();
        Subject {
            name,
            log,
            work: Box::new(move || {
                let run = run(Command::new(&program).args(flag).arg(&log.path), &logs.folder, true)?;
                must_find(&run.stderr, log)?;
                Ok(run.sample)
            }),
        }
    };
    let wasm = |name, log| {
        let page = page.clone();
        Subject {
            name,
            log,
            work: Box::new(move || {
                let script = root().join("xtask/src/bench/core.js");
                let mut node = Command::new("node");
                let run = run(node.arg(script).arg(&page).arg(&log.path), &logs.folder, true)?;
                timed(&run, log.counts)
            }),
        }
    };
    vec![
        native(EVTX, &logs.evtx, None),
        native(EVTX_VERIFIED, &logs.evtx, Some("--verify")),
        native(XML, &logs.xml, None),
        native(JSON, &logs.json, None),
        native(CSV, &logs.csv, None),
        native(GZIP, &logs.gzip, None),
        wasm(WASM_EVTX, &logs.evtx),
        wasm(WASM_XML, &logs.xml),
    ]
}

/// What no reader of the file can do without.
fn floors(logs: &Logs) -> Vec<Subject<'_>> {
    let floor = |name, log, each: fn(&[u8])| Subject {
        name,
        log,
        work: Box::new(move || {
            let start = Instant::now();
            read(&log.path, each)?;
            Ok(Sample { seconds: start.elapsed().as_secs_f64(), ..Sample::default() })
        }),
    };
    vec![
        floor(FLOOR_READ, &logs.xml, |_| {}),
        floor(FLOOR_READ_EVTX, &logs.evtx, |_| {}),
        // A byte that text does not hold, so that all of it is looked at.
        floor(FLOOR_MEMCHR, &logs.xml, |bytes| _ = std::hint::black_box(memchr::memchr(0, bytes))),
    ]
}

/// Those that are installed. The others are named, with what would install them.
fn rivals(logs: &Logs) -> Result<Vec<Subject<'_>>> {
    let mut found: Vec<Subject> = Vec::new();
    let folder = &logs.folder;
    if installed("evtx_dump", "cargo install evtx") {
        let log = &logs.evtx;
        let dump = || program("evtx_dump", ["-t", "1", "-o", "jsonl"], &log.path);
        // A line a record, so its work is whole.
        run(&mut dump(), folder, true)?;
        let printed = std::cell::Cell::new(0);
        read(&folder.join(STDOUT), |bytes| {
            printed.set(printed.get() + memchr::memchr_iter(b'\n', bytes).count() as u64);
        })?;
        let printed = printed.into_inner();
        if printed != log.counts.records {
            bail!("evtx_dump prints {printed} records of {}", log.counts.records);
        }
        found.push(Subject {
            name: EVTX_DUMP,
            log,
            work: Box::new(move || Ok(run(&mut dump(), folder, false)?.sample)),
        });
    }
    if installed("rg", "cargo install ripgrep") {
        let log = &logs.xml;
        let grep = move |name, args: [&'static str; 4], exact: bool| Subject {
            name,
            log,
            work: Box::new(move || {
                let run = run(&mut program("rg", args, &log.path), folder, true)?;
                let matches = run.stdout.trim().parse().unwrap_or(0);
                let right = if exact { matches == log.counts.matches } else { matches <= log.counts.matches };
                if !right || matches == 0 {
                    bail!("it finds {matches} matches of {}", log.counts.matches);
                }
                Ok(run.sample)
            }),
        };
        found.push(grep(RIPGREP, ["-j1", "--count-matches", "--", RULE_BY_LINE], false));
        found.push(grep(RIPGREP_EXACT, ["-Uj1", "--count-matches", "--", RULE], true));
    }
    for Script { name, module, text, log } in SCRIPTS {
        if !python_has(module) {
            println!("{module} is not installed, so its row is left out: pip install {module}");
            continue;
        }
        let log = log(logs);
        found.push(Subject {
            name,
            log,
            work: Box::new(move || {
                let run = run(&mut program("python3", ["-c", text], &log.path), folder, true)?;
                timed(&run, log.counts)
            }),
        });
    }
    if installed("zcat", "apt-get install gzip") {
        let log = &logs.gzip;
        found.push(Subject {
            name: ZCAT,
            log,
            work: Box::new(move || Ok(run(&mut program("zcat", [], &log.path), folder, false)?.sample)),
        });
    }
    Ok(found)
}

fn program<const N: usize>(name: &str, args: [&str; N], path: &Path) -> Command {
    let mut command = Command::new(name);
    command.args(args.map(OsStr::new)).arg(path);
    command
}

fn installed(name: &str, how: &str) -> bool {
    let found = which(name).is_some();
    if !found {
        println!("{name} is not installed, so its row is left out: {how}");
    }
    found
}

fn python_has(module: &str) -> bool {
    let probe = Command::new("python3").args(["-c", &format!("import {module}")]).output();
    probe.is_ok_and(|probe| probe.status.success())
}

/// The summary that the command line prints.
pub fn must_find(stderr: &str, log: &Log) -> Result<()> {
    let summary = stderr.lines().find(|line| line.contains(" records, ")).unwrap_or_default();
    if Counts::of(summary) != Some(log.counts) || !summary.contains(" 0 problems") {
        bail!("{:?} must be found, and this was: {}", log.counts, stderr.trim());
    }
    Ok(())
}

/// A script that prints its four counts and the seconds it took, its own start not among them.
fn timed(run: &Run, wanted: Counts) -> Result<Sample> {
    if Counts::of(&run.stdout) != Some(wanted) {
        bail!("{wanted:?} must be found, and this was: {}", run.stdout.trim());
    }
    let seconds = run.stdout.rsplit(' ').next().and_then(|seconds| seconds.trim().parse().ok());
    Ok(Sample { seconds: seconds.context("no time was printed")?, ..run.sample })
}

/// Reads a file in the pieces that the command line takes.
fn read(path: &Path, each: impl Fn(&[u8])) -> Result<()> {
    let mut file = File::open(path).with_context(|| format!("{}", path.display()))?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            count => each(&buffer[..count]),
        }
    }
}
