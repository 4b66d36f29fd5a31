//! What a release says of itself: whether its tag is the version of the program, and what has changed.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::run::root;

/// Prints the part of `CHANGELOG.md` for the version that a tag names, such as `v0.1.0`.
pub fn notes(tag: &str) -> Result<()> {
    let read = |name: &str| fs::read_to_string(root().join(name)).with_context(|| name.to_owned());
    print!("{}", notes_of(tag, &read("Cargo.toml")?, &read("CHANGELOG.md")?)?);
    Ok(())
}

fn notes_of(tag: &str, manifest: &str, changelog: &str) -> Result<String> {
    let package = manifest.split("[package]").nth(1).context("Cargo.toml has no [package]")?;
    let version = package.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
    let version = version.context("Cargo.toml has no version")?;
    if tag != format!("v{version}") {
        bail!("The tag {tag} does not name the version {version} of Cargo.toml.");
    }
    let mut parts = changelog.split("\n## ").skip(1);
    let is_meant =
        |part: &&str| part.lines().next().is_some_and(|line| line.split(' ').next() == Some(version));
    let part = parts.find(is_meant).with_context(|| format!("CHANGELOG.md has no part \"## {version}\""))?;
    let (_, text) = part.split_once('\n').unwrap_or_default();
    if text.trim().is_empty() {
        bail!("CHANGELOG.md says nothing of {version}.");
    }
    Ok(format!("{}\n", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str =
        "[workspace]\n\n[package]\nname = \"a\"\nversion = \"0.2.0\"\n\n[dependencies]\nb = \"1\"\n";
    const CHANGELOG: &str =
        "# Changelog\n\n## Unreleased\n\n- new\n\n## 0.2.0 (2026-12-01)\n\n- this\n\n## 0.1.0\n\n- old\n";

    #[test]
    fn the_notes_are_those_of_the_version() {
        assert_eq!(notes_of("v0.2.0", MANIFEST, CHANGELOG).unwrap(), "- this\n");
    }

    #[test]
    fn a_tag_that_is_not_the_version_is_refused() {
        for tag in ["v0.1.0", "0.2.0", "v0.2.0-rc.1", "v0.2", ""] {
            assert!(notes_of(tag, MANIFEST, CHANGELOG).is_err(), "{tag}");
        }
    }

    #[test]
    fn a_version_without_notes_is_refused() {
        assert!(notes_of("v0.2.0", MANIFEST, "# Changelog\n\n## Unreleased\n\n- new\n").is_err());
        assert!(notes_of("v0.2.0", MANIFEST, "# Changelog\n\n## 0.2.0\n\n## 0.1.0\n\n- old\n").is_err());
    }
}
