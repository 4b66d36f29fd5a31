//! `cargo xtask bench`: how fast the product is, against rivals and floors measured in the same run.
//!
//! Absolute figures follow the machine and what else it does; so all that is compared is run in turns, round after
//! round, and the ratios are what counts. Wrong results end the benchmark.

mod browser;
mod context;
mod forms;
mod growth;
mod log;
mod measure;
mod native;
mod table;

use anyhow::{Context, Result, bail};

use self::log::Logs;
use self::table::Table;
use crate::run::{root, run};

/// What the command line asks for.
struct Options {
    bytes: u64,
    runs: usize,
    sections: Vec<Section>,
}

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Native,
    Browser,
    Context,
    Growth,
    Forms,
}

impl Options {
    fn parse(args: &[String]) -> Result<Options> {
        let mut options = Options { bytes: 1 << 30, runs: 5, sections: Vec::new() };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "native" => options.sections.push(Section::Native),
                "browser" => options.sections.push(Section::Browser),
                "context" => options.sections.push(Section::Context),
                "growth" => options.sections.push(Section::Growth),
                "forms" => options.sections.push(Section::Forms),
                "--size" => options.bytes = bytes(args.next().context("--size wants a number of bytes")?)?,
                "--runs" => {
                    let runs = args.next().and_then(|runs| runs.parse().ok()).filter(|runs| *runs > 0);
                    options.runs = runs.context("--runs wants a number from 1 on")?;
                }
                other => {
                    bail!(
                        "bench takes [native|browser|context|growth|forms] [--size BYTES] [--runs N], not {other:?}."
                    )
                }
            }
        }
        if options.sections.is_empty() {
            options.sections = vec![Section::Native, Section::Browser, Section::Context];
        }
        Ok(options)
    }
}

/// `1000000`, `256MiB`, `1GiB`.
fn bytes(text: &str) -> Result<u64> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let shift = match unit {
        "" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        _ => bail!("--size wants a number, with KiB, MiB or GiB behind it or nothing, not {text:?}."),
    };
    let number: u64 = number.parse().with_context(|| format!("--size {text}"))?;
    number.checked_mul(1 << shift).context("--size: that is too much")
}

/// Makes the logs, measures, and prints the tables.
pub fn bench(args: &[String]) -> Result<()> {
    let options = Options::parse(args)?;
    // Another process builds: what it needs of memory must not count as that of a program measured here.
    let this = std::env::current_exe().context("the path of this program")?;
    run(std::process::Command::new(this).arg("dist").current_dir(root()))?;
    println!("\n{} in each log, {} runs in turns; {}", table::size(options.bytes), options.runs, load());
    for section in options.sections {
        // Made once, and found there the next time.
        let logs = || Logs::make(options.bytes);
        match section {
            Section::Native => native::measure(&logs()?, options.runs, &mut Table::new("native"))?,
            Section::Browser => browser::measure(&logs()?, options.runs, &mut Table::new("browser"))?,
            Section::Context => context::measure(&logs()?, options.runs)?,
            Section::Growth => growth::measure(options.bytes, options.runs)?,
            Section::Forms => forms::measure(options.bytes, options.runs)?,
        }
    }
    println!("\nAt the end: {}.", load());
    Ok(())
}

/// How busy the machine is, where it says so.
fn load() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    match std::fs::read_to_string("/proc/loadavg") {
        Ok(load) => {
            let load: Vec<&str> = load.split(' ').take(1).collect();
            format!("load average of the last minute {} on {cores} cores", load.join(" "))
        }
        Err(_) => format!("{cores} cores, load unknown"),
    }
}
