//! Questions about the packages of Rust.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::{Answer, Said, folder, ran, reason};
use crate::run::cargo;
use crate::supply::read;
use crate::supply::rust::{MANIFESTS, checksums};

/// A version that its authors withdrew in 2021, for something unsound; so a registry that gives it out tells nothing.
const WITHDRAWN: &str = "futures-util 0.3.13";

/// Cargo chooses no withdrawn version anew, so it is asked to choose exactly what is locked, from nothing. What it then
/// locks has the hashes that the registry gives today.
pub fn withdrawn() -> Result<Answer> {
    let canary = BTreeMap::from([(WITHDRAWN.to_owned(), String::new())]);
    match choose(&folder("crates/known")?, &canary)? {
        Answer::Flaws(_) => {}
        Answer::Sound(_) => {
            return Ok(Answer::NotAsked(format!(
                "the registry doesn't tell of {WITHDRAWN}, which was withdrawn"
            )));
        }
        not_asked @ Answer::NotAsked(_) => return Ok(not_asked),
    }
    let (mut packages, mut flaws) = (0, Vec::new());
    for (number, manifest) in MANIFESTS.iter().enumerate() {
        let pinned = checksums(&read(&manifest.replace(".toml", ".lock"))?);
        packages += pinned.len();
        match choose(&folder(&format!("crates/{number}"))?, &pinned)? {
            Answer::Sound(_) => {}
            Answer::Flaws(more) => flaws.extend(more),
            not_asked @ Answer::NotAsked(_) => return Ok(not_asked),
        }
    }
    Ok(if flaws.is_empty() {
        Answer::Sound(format!("none of {packages} was, {WITHDRAWN} was"))
    } else {
        Answer::Flaws(flaws)
    })
}

/// Lets cargo choose these packages, `name version` with their hash, until nothing stands in the way.
fn choose(folder: &Path, pinned: &BTreeMap<String, String>) -> Result<Answer> {
    let (mut left, mut flaws) = (pinned.clone(), Vec::new());
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("src/lib.rs"), "")?;
    loop {
        fs::write(folder.join("Cargo.toml"), manifest(&left))?;
        // What lies in cargo's own store is not an answer of the registry.
        let said = ran(cargo()
            .args([
                "--quiet",
                "--config",
                "net.offline=false",
                "--config",
                "net.retry=1",
                "generate-lockfile",
            ])
            .current_dir(folder)
            .env_remove("CARGO_NET_OFFLINE"))?;
        if said.ok {
            break;
        }
        let Some((package, flaw)) = refused(&said, &left) else {
            return Ok(Answer::NotAsked(reason(&said.err)));
        };
        flaws.push(flaw);
        left.remove(&package);
    }
    let today =
        checksums(&fs::read_to_string(folder.join("Cargo.lock")).context("cargo wrote no lock file")?);
    flaws.extend(changed(&left, &today));
    Ok(if flaws.is_empty() { Answer::Sound(String::new()) } else { Answer::Flaws(flaws) })
}

/// A package that asks for exactly these, and for nothing that they may have beside.
fn manifest(packages: &BTreeMap<String, String>) -> String {
    let mut text = "[package]\nname = \"asked\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n\n[dependencies]\n"
        .to_owned();
    for (number, package) in packages.keys().enumerate() {
        let (name, version) = package.split_once(' ').unwrap_or((package, "*"));
        // What stands behind a plus is no part of the order of versions.
        let version = version.split('+').next().unwrap_or(version);
        // Writing into a text can't fail.
        _ = writeln!(
            text,
            "p{number} = {{ package = \"{name}\", version = \"={version}\", default-features = false }}"
        );
    }
    text
}

/// Which of the packages cargo would not choose, and its words; nothing when it failed for another reason.
fn refused(said: &Said, packages: &BTreeMap<String, String>) -> Option<(String, String)> {
    let (_, rest) =
        said.err.split_once("failed to select a version for the requirement `").or_else(|| {
            // Gone as a whole. Without a network cargo says the same, and that it has none.
            let there = !said.err.contains("offline mode");
            said.err.split_once("no matching package named `").filter(|_| there)
        })?;
    let wish = rest.split('`').next()?;
    let (name, version) = wish.split_once(" = \"=").unwrap_or((wish, ""));
    let version = version.trim_end_matches('"');
    let is_meant = |package: &&String| {
        package.split_once(' ').is_some_and(|(its_name, its_version)| {
            its_name == name && (version.is_empty() || its_version.split('+').next() == Some(version))
        })
    };
    let package = packages.keys().find(is_meant)?;
    let why = rest.lines().nth(1).unwrap_or_default().trim();
    let why = if why.ends_with("is yanked") { "it was withdrawn (yanked)" } else { "it is no longer there" };
    Some((package.clone(), format!("{package}: {why}, crates.io says")))
}

/// Packages that have another hash today.
fn changed(pinned: &BTreeMap<String, String>, today: &BTreeMap<String, String>) -> Vec<String> {
    let others =
        pinned.iter().filter(|(package, hash)| today.get(*package) != Some(*hash) && !hash.is_empty());
    let said = |package: &String| today.get(package).map_or("none", |hash| hash);
    others
        .map(|(package, hash)| format!("{package}: crates.io has the hash {}, not {hash}", said(package)))
        .collect()
}

/// `cargo deny`, where it is installed: its database of flaws is fetched from elsewhere.
pub fn advisories() -> Result<Answer> {
    if !ran(cargo().args(["deny", "--version"])).is_ok_and(|said| said.ok) {
        return Ok(Answer::NotAsked("cargo-deny is not installed".to_owned()));
    }
    for manifest in MANIFESTS {
        let said = ran(cargo().args(["deny", "--color", "never", "--manifest-path", manifest]).args([
            "--config",
            "deny.toml",
            "check",
            "advisories",
        ]))?;
        match advised(&said) {
            Answer::Sound(_) => {}
            other => return Ok(other),
        }
    }
    Ok(Answer::Sound("none is about a package in use".to_owned()))
}

fn advised(said: &Said) -> Answer {
    let errors: Vec<_> =
        said.err.lines().filter(|line| line.starts_with("error[")).map(str::to_owned).collect();
    if said.ok {
        Answer::Sound(String::new())
    } else if errors.is_empty() {
        Answer::NotAsked(reason(said.err.split("[ERROR]").last().unwrap_or_default()))
    } else {
        Answer::Flaws(errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packages() -> BTreeMap<String, String> {
        [("serde 1.0.228", "aa"), ("wasi 0.14.7+wasi-0.2.4", "bb")]
            .map(|(name, hash)| (name.to_owned(), hash.to_owned()))
            .into()
    }

    fn failed(err: &str) -> Said {
        Said { ok: false, out: String::new(), err: err.to_owned() }
    }

    #[test]
    fn every_package_is_asked_for_exactly() {
        let text = manifest(&packages());
        assert!(
            text.contains("p0 = { package = \"serde\", version = \"=1.0.228\", default-features = false }"),
            "{text}"
        );
        assert!(text.contains("package = \"wasi\", version = \"=0.14.7\","), "{text}");
    }

    #[test]
    fn a_withdrawn_package_is_named() {
        let said = "    Updating crates.io index\nerror: failed to select a version for the requirement `wasi = \"=0.14.7\"`\n  \
                    version 0.14.7 is yanked\nlocation searched: crates.io index\nrequired by package `asked v0.0.0`\n";
        let (package, flaw) = refused(&failed(said), &packages()).unwrap();
        assert_eq!(package, "wasi 0.14.7+wasi-0.2.4");
        assert_eq!(flaw, "wasi 0.14.7+wasi-0.2.4: it was withdrawn (yanked), crates.io says");
        let gone = "error: failed to select a version for the requirement `serde = \"=1.0.228\"`\n\
                    candidate versions found which didn't match: 1.0.229\n";
        assert_eq!(
            refused(&failed(gone), &packages()).unwrap().1,
            "serde 1.0.228: it is no longer there, crates.io says"
        );
        let all_gone = "error: no matching package named `serde` found\nlocation searched: crates.io index\n";
        assert_eq!(refused(&failed(all_gone), &packages()).unwrap().0, "serde 1.0.228");
    }

    #[test]
    fn without_a_network_nothing_is_said_of_a_package() {
        for said in [
            "error: no matching package named `serde` found\nAs a reminder, you're using offline mode (--offline)",
            "error: failed to get `serde` as a dependency of package `asked v0.0.0`\n\nCaused by:\n  download failed",
        ] {
            assert_eq!(refused(&failed(said), &packages()), None);
        }
    }

    #[test]
    fn another_hash_is_named() {
        assert_eq!(changed(&packages(), &packages()), [""; 0]);
        let mut today = packages();
        today.insert("serde 1.0.228".to_owned(), "cc".to_owned());
        today.remove("wasi 0.14.7+wasi-0.2.4");
        assert_eq!(
            changed(&packages(), &today),
            [
                "serde 1.0.228: crates.io has the hash cc, not aa",
                "wasi 0.14.7+wasi-0.2.4: crates.io has the hash none, not bb"
            ]
        );
    }

    #[test]
    fn advisories_are_told_from_a_database_that_can_not_be_had() {
        let away =
            "2026-11-26 18:37:52 [ERROR] failed to fetch advisory database https://example.invalid\nfatal";
        assert_eq!(advised(&failed(away)), Answer::NotAsked("failed to fetch advisory database".to_owned()));
        let flaw = "error[vulnerability]: Something is unsound\n   ┌─ Cargo.lock:1:1\n";
        assert_eq!(
            advised(&failed(flaw)),
            Answer::Flaws(vec!["error[vulnerability]: Something is unsound".to_owned()])
        );
    }
}
