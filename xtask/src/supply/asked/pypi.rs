//! Questions about the packages of Python.

use std::fs;
use std::path::Path;

use anyhow::Result;

use super::{Answer, Said, folder, ran, reason};
use crate::run::command;
use crate::setup::{self, PYTHON};

/// A version that its authors withdrew, as broken; a registry that has no word on it tells of none.
const WITHDRAWN: &str = "urllib3==1.25";

/// pip takes a withdrawn version only when it is asked for by its number, as here, and then says so. It is made to choose
/// and to check the hashes, and installs nothing.
pub fn withdrawn() -> Result<Answer> {
    let Some(python) = PYTHON.iter().find_map(|one| setup::python(one).transpose()).transpose()? else {
        return Ok(Answer::NotAsked("there is no Python that can have packages".to_owned()));
    };
    let known = folder("pypi")?.join("known.txt");
    fs::write(&known, WITHDRAWN)?;
    match answer(&ask(&python, &known, &[])?) {
        Answer::Flaws(_) => {}
        Answer::Sound(_) => {
            return Ok(Answer::NotAsked(format!(
                "the registry doesn't tell of {WITHDRAWN}, which was withdrawn"
            )));
        }
        not_asked @ Answer::NotAsked(_) => return Ok(not_asked),
    }
    let mut flaws = Vec::new();
    for environment in &PYTHON {
        match answer(&ask(&python, Path::new(&environment.pins()), &["--require-hashes"])?) {
            Answer::Sound(_) => {}
            Answer::Flaws(more) => flaws.extend(more),
            not_asked @ Answer::NotAsked(_) => return Ok(not_asked),
        }
    }
    Ok(if flaws.is_empty() {
        Answer::Sound(format!("none was, and the hashes are the same; {WITHDRAWN} was"))
    } else {
        Answer::Flaws(flaws)
    })
}

fn ask(python: &Path, list: &Path, more: &[&str]) -> Result<Said> {
    ran(command(python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--dry-run",
            "--ignore-installed",
        ])
        .args(["--no-deps", "--only-binary", ":all:", "--retries", "1", "--timeout", "30"])
        .args(more)
        .arg("-r")
        .arg(list))
}

fn answer(said: &Said) -> Answer {
    let withdrawn = said.err.lines().filter(|line| line.contains("is a yanked version"));
    let flaws: Vec<_> = withdrawn
        .map(|line| {
            let what = line.split("yanked version:").nth(1).unwrap_or(line);
            format!("withdrawn (yanked), PyPI says: {}", reason(what.split(" at ").next().unwrap_or(what)))
        })
        .collect();
    let is_gone = said.err.contains("(from versions:") && !said.err.contains("(from versions: none)");
    if !flaws.is_empty() {
        Answer::Flaws(flaws)
    } else if said.ok {
        Answer::Sound(String::new())
    } else if said.err.contains("DO NOT MATCH THE HASHES") || is_gone {
        Answer::Flaws(vec![format!("PyPI: {}", reason(&said.err))])
    } else {
        Answer::NotAsked(reason(&said.err))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(ok: bool, err: &str) -> Answer {
        answer(&Said { ok, out: String::new(), err: err.to_owned() })
    }

    #[test]
    fn a_withdrawn_package_is_named() {
        let text = "WARNING: The candidate selected for download or install is a yanked version: 'urllib3' candidate \
                    (version 1.25 at https://example.invalid/a.whl (from https://example.invalid))\n\
                    Reason for being yanked: Broken release\n";
        assert_eq!(
            said(true, text),
            Answer::Flaws(vec![
                "withdrawn (yanked), PyPI says: 'urllib3' candidate (version 1.25".to_owned()
            ])
        );
    }

    #[test]
    fn another_hash_and_a_version_that_is_gone_are_flaws() {
        for text in [
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have\n",
            "ERROR: Could not find a version that satisfies the requirement a==9.9 (from versions: 1.0, 1.1)\n",
        ] {
            assert!(matches!(said(false, text), Answer::Flaws(_)), "{text}");
        }
    }

    #[test]
    fn without_a_network_nothing_is_said_of_a_package() {
        let text = "WARNING: Retrying after connection broken\n\
                    ERROR: Could not find a version that satisfies the requirement a==9.9 (from versions: none)\n";
        assert_eq!(
            said(false, text),
            Answer::NotAsked(
                "Could not find a version that satisfies the requirement a==9.9 (from versions: none)"
                    .to_owned()
            )
        );
        assert_eq!(said(true, ""), Answer::Sound(String::new()));
    }
}
