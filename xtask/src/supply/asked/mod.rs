//! What only the registries know: what was withdrawn, what its author gave up, what has a known flaw. Each is asked
//! through its own client.
//!
//! A mirror may leave out what is asked for, and say of everything that all is well. So where the answer could be
//! silence, a package that is known to be withdrawn or given up is asked for as well: if the registry has no word on
//! that one, its word on the others is worth nothing, and the question counts as not asked.

mod crates;
mod npm;
mod pypi;

use std::path::PathBuf;
use std::process::Command;
use std::thread;

use anyhow::{Context, Result};

use crate::run::target_dir;

/// What became of a question.
#[derive(Debug, PartialEq)]
enum Answer {
    /// It was answered, and nothing is wrong: what was said.
    Sound(String),
    /// It was answered: what is wrong.
    Flaws(Vec<String>),
    /// It could not be asked, or was not answered: why.
    NotAsked(String),
}

/// A question, and who puts it.
type Question = (&'static str, fn() -> Result<Answer>);

const QUESTIONS: &[Question] = &[
    ("crates.io, whether a package was withdrawn or changed", crates::withdrawn),
    ("RustSec's advisories", crates::advisories),
    ("npm, whether a package was withdrawn, changed or given up", npm::withdrawn),
    ("npm audit", npm::audit),
    ("npm audit signatures", npm::signatures),
    ("PyPI, whether a package was withdrawn or changed", pypi::withdrawn),
];

/// Puts all questions at the same time, prints a line for each, and gives what is wrong.
pub fn check() -> Result<Vec<String>> {
    let answers: Vec<Result<Answer>> = thread::scope(|scope| {
        let asked: Vec<_> = QUESTIONS.iter().map(|(_, ask)| scope.spawn(ask)).collect();
        asked.into_iter().map(|one| one.join().expect("a question does not panic")).collect()
    });
    let mut broken = Vec::new();
    for ((question, _), answer) in QUESTIONS.iter().zip(answers) {
        match answer.with_context(|| (*question).to_owned())? {
            Answer::Sound(said) => println!("asked: {question}: {said}"),
            Answer::Flaws(flaws) => {
                println!("asked: {question}: {} flaws", flaws.len());
                broken.extend(flaws);
            }
            Answer::NotAsked(why) => println!("NOT ASKED: {question}: {why}"),
        }
    }
    Ok(broken)
}

/// An empty folder for a question.
fn folder(name: &str) -> Result<PathBuf> {
    let folder = target_dir().join("supply").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
    }
    std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    Ok(folder)
}

/// How a client ended, and what it said.
struct Said {
    ok: bool,
    out: String,
    err: String,
}

fn ran(command: &mut Command) -> Result<Said> {
    let output = command
        .output()
        .with_context(|| format!("could not start {}", command.get_program().to_string_lossy()))?;
    Ok(Said {
        ok: output.status.success(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// The first line of a complaint that says something, without addresses: which mirror was meant is nobody's business.
fn reason(text: &str) -> String {
    let lines = text.lines().filter(|line| !NOISE.iter().any(|start| line.trim_start().starts_with(start)));
    let mut telling = lines.map(|line| {
        let line =
            line.trim_start_matches("npm error").trim_start_matches("ERROR:").trim_start_matches("error:");
        let words = line.split_whitespace().filter(|word| !word.contains("://"));
        words.collect::<Vec<_>>().join(" ")
    });
    let mut first = telling.find(|line| !line.is_empty()).unwrap_or_else(|| "no reason was given".to_owned());
    first.truncate(first.floor_char_boundary(200));
    first
}

/// How lines begin that stand before the reason.
const NOISE: &[&str] = &[
    "WARNING",
    "warning:",
    "npm warn",
    "npm error code",
    "npm error syscall",
    "npm error errno",
    "Updating",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_the_first_line_that_says_something() {
        let said = "npm warn old\n\nnpm error 405 Method Not Allowed - POST https://example.invalid/bulk\nnpm error more";
        assert_eq!(reason(said), "405 Method Not Allowed - POST");
        assert_eq!(reason("ERROR: No way\n"), "No way");
        assert_eq!(
            reason("npm error code E1\nnpm error errno E1\nnpm error network No way"),
            "network No way"
        );
        assert_eq!(reason("    Updating crates.io index\nwarning: spurious\nerror: No way\n"), "No way");
        assert_eq!(reason(" \n"), "no reason was given");
        assert_eq!(reason(&"ä".repeat(300)).chars().count(), 100);
    }
}
