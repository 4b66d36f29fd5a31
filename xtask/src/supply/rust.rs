//! The packages of Rust: licences and sources.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::Value;

use super::Checked;
use super::licence::satisfied;
use crate::run::{cargo, output};

/// Where packages may come from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The workspaces of the checkout, each with the lock file beside its manifest.
pub const MANIFESTS: [&str; 2] = ["Cargo.toml", "fuzz/Cargo.toml"];

/// Licences and sources of every package of the workspace and of the fuzz targets.
pub fn check(allowed: &BTreeSet<String>) -> Result<Checked> {
    let (mut packages, mut broken) = (0, Vec::new());
    for manifest in MANIFESTS {
        for package in metadata(manifest, &["--locked"])?["packages"].as_array().context("packages")? {
            packages += 1;
            broken.extend(rules(package, allowed)?);
        }
    }
    Ok(Checked { what: format!("{packages} Rust packages: licences and sources"), broken })
}

/// What one package of `cargo metadata` breaks.
fn rules(package: &Value, allowed: &BTreeSet<String>) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    let name = format!("{} {}", text_of(package, "name")?, text_of(package, "version")?);
    let licence = package["license"].as_str().unwrap_or_default();
    if !satisfied(licence, allowed) {
        broken.push(format!("{name}: the licence {licence:?} is not among those of deny.toml"));
    }
    match package["source"].as_str() {
        None | Some(REGISTRY) => {}
        Some(other) => broken.push(format!("{name}: it comes from {other}")),
    }
    Ok(broken)
}

/// What `cargo metadata` says of a workspace.
pub fn metadata(manifest: &str, more: &[&str]) -> Result<Value> {
    let mut command = cargo();
    command.args(["metadata", "--format-version", "1", "--manifest-path", manifest]).args(more);
    serde_json::from_str(&output(&mut command)?).with_context(|| format!("cargo metadata of {manifest}"))
}

/// A text that `cargo metadata` must give.
pub fn text_of<'a>(value: &'a Value, name: &str) -> Result<&'a str> {
    value[name].as_str().with_context(|| format!("cargo metadata says no {name}"))
}

/// The SHA-256 of each package, `name version` first, as `Cargo.lock` has them.
pub fn checksums(lock: &str) -> BTreeMap<String, String> {
    let mut sums = BTreeMap::new();
    for package in lock.split("[[package]]").skip(1) {
        let value = |name: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \""));
            line.map(|rest| rest.trim_end_matches('"').to_owned())
        };
        if let (Some(name), Some(version), Some(sum)) = (value("name"), value("version"), value("checksum")) {
            sums.insert(format!("{name} {version}"), sum);
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_package_of_another_licence_or_source_is_named() {
        let allowed = BTreeSet::from(["MIT".to_owned()]);
        let package = |licence: &str, source: Value| {
            rules(&json!({ "name": "a", "version": "1.0.0", "license": licence, "source": source }), &allowed)
                .unwrap()
        };
        assert_eq!(package("MIT", json!(REGISTRY)), [""; 0]);
        assert_eq!(package("MIT", Value::Null), [""; 0]);
        assert_eq!(package("GPL-3.0", json!(REGISTRY)).len(), 1);
        assert_eq!(package("MIT", json!("git+https://example.invalid/a")).len(), 1);
        assert_eq!(package("", json!("registry+https://example.invalid/index")).len(), 2);
    }
}
