//! The workflows of `.github`, which run elsewhere only, in the linters for them: what can be told of them here.

use std::env::consts::EXE_SUFFIX;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::remarks::remark;
use crate::run::{command, files_ending, root, run};
use crate::setup;

/// A workflow with something wrong for each of them. One that finds nothing there would find nothing anywhere.
const BAD: &str = "tests/workflows/bad.yml";

/// A linter: its program, its arguments, the folder that it looks at, and what it must find in [`BAD`].
struct Linter {
    program: &'static str,
    args: &'static [&'static str],
    files: &'static str,
    finds: &'static str,
}

const LINTERS: &[Linter] = &[
    // Holes: rights, injections, what is not pinned, caches. Some of what it knows takes a network; that is left out.
    Linter {
        program: "zizmor",
        args: &["--offline", "--no-progress", "--quiet", "--color=never"],
        files: ".github/workflows",
        finds: "dangerous-triggers",
    },
    // The form.
    Linter {
        program: "yamllint",
        args: &["--strict", "--config-file", ".github/yamllint.yml"],
        files: ".github",
        finds: "trailing-spaces",
    },
    // The schema of workflows, which it brings: misspelt keys, rights and events.
    Linter {
        program: "check-jsonschema",
        args: &["--color=never", "--builtin-schema", "vendor.github-workflows"],
        files: ".github/workflows",
        finds: "timeout-minute",
    },
];

/// Runs those of Python; without them it says so and checks nothing.
pub fn lint() -> Result<()> {
    let Some(python) = setup::python(&setup::LINTERS)? else {
        remark(format!(
            "skipped: zizmor, yamllint and check-jsonschema: Python 3.11 or its packages ({}) are not there",
            setup::LINTERS.pins()
        ));
        return Ok(());
    };
    let programs = python.parent().context("the Python of the linters lies nowhere")?;
    for linter in LINTERS {
        finds_what_is_bad(linter, programs)?;
        run(started(linter, programs).args(files_ending(&root().join(linter.files), ".yml")?))?;
        println!("{}: nothing to say", linter.program);
    }
    Ok(())
}

fn started(linter: &Linter, programs: &Path) -> Command {
    let mut started = command(programs.join(format!("{}{EXE_SUFFIX}", linter.program)));
    started.args(linter.args);
    started
}

fn finds_what_is_bad(linter: &Linter, programs: &Path) -> Result<()> {
    let found = started(linter, programs).arg(BAD).output().context(linter.program)?;
    let said = String::from_utf8_lossy(&found.stdout);
    if found.status.success() || !said.contains(linter.finds) {
        bail!(
            "{} does not find {:?} in {BAD}, and so would find nothing anywhere",
            linter.program,
            linter.finds
        );
    }
    Ok(())
}
