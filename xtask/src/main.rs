//! Every automated task of the project, on any machine that has rustup and Node: `cargo xtask help` lists them.
//!
//! Each task does its own set-up (see [`setup`]), says in a sentence what is missing when it cannot, and exits
//! non-zero when anything it did has failed.

mod base91;
mod bench;
mod browser;
mod check;
mod page;
mod release;
mod remarks;
mod reproducible;
mod run;
mod screenshot;
mod serve;
mod setup;
mod supply;
mod tidy;
mod wasm;
mod workflows;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask <task>

  dist                 build dist/index.html, the whole product in one file
  serve [--port N]     build it, serve it on this machine and print the address (port 8000 unless told)
  test [CHECK...]      run every check there is, or only the named ones
  bench [native|browser|context|growth|forms] [--size BYTES] [--runs N]
                       measure against rivals and floors, over logs of this size (1 GiB and 5 runs unless told);
                       growth, over logs from a 128th of this size on, and forms of JSON only when named
  tidy                 check the architecture's rules
  screenshot [--all]   make docs/screenshot.png from the built page; or every state, in target/screenshots
  packages PROGRAM     print the list of every package in a program that was built here (CycloneDX)
  release-notes TAG    print what has changed in the version of a tag; fails when that is not Cargo.toml's
  setup [--browsers]   only fetch what the other tasks need
  help                 print this

Checks of `test`, in the order they run:";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> Result<()> {
    let (task, rest) = match args.split_first() {
        Some((task, rest)) => (task.as_str(), rest),
        None => ("help", args),
    };
    match (task, rest) {
        ("dist", []) => page::dist().map(drop),
        ("serve", []) => serve::serve(serve::DEFAULT_PORT),
        ("serve", [flag, port]) if flag == "--port" => match port.parse() {
            Ok(port) => serve::serve(port),
            Err(_) => bail!("--port wants a number from 0 to 65535, not {port:?}."),
        },
        ("test", names) => check::test(names),
        ("bench", options) => bench::bench(options),
        ("tidy", []) => tidy::tidy(),
        ("screenshot", []) => screenshot::screenshot(false),
        ("screenshot", [flag]) if flag == "--all" => screenshot::screenshot(true),
        ("packages", [program]) => supply::print_of_program(program),
        ("release-notes", [tag]) => release::notes(tag),
        ("setup", []) => setup::for_build(),
        ("setup", [flag]) if flag == "--browsers" => {
            setup::for_build().and_then(|()| setup::browsers().map(drop))
        }
        ("help" | "--help" | "-h", _) => {
            println!("{HELP}");
            for check in check::CHECKS {
                println!("  {:<20} {}", check.name, check.about);
            }
            Ok(())
        }
        _ => bail!("I don't know `cargo xtask {}`. `cargo xtask help` lists the tasks.", args.join(" ")),
    }
}
