//! What the installed packages of Python say of themselves: whether they are the pinned ones, and under which licence they
//! are. The lists that pin them know no licences.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::super::licence::satisfied;
use crate::run::{command, output};

/// Licences beyond those of `deny.toml`, each for one package, and why. All are programs that only check: nothing of them is
/// in what is shipped, nor is anything linked with them.
const LICENCES: &[(&str, &str, &str)] = &[
    ("antlr4-python3-runtime", "BSD", "as permissive as MIT; esql-parser takes it"),
    ("certifi", "MPL-2.0", "copyleft by file; requests takes it"),
    ("eql", "AGPLv3", "runs the rule's EQL form in a test, as its authors made it"),
    ("esql-parser", "Elastic-2.0", "parses the rule's ES|QL form in a test; it is no service to others"),
    ("google-re2", "BSD", "as permissive as MIT; a wish of eql"),
    ("jinja2", "BSD", "as permissive as MIT; pysigma takes it"),
    ("jq", "BSD-2-Clause", "as permissive as MIT; an engine for tests"),
    ("pathspec", "MPL-2.0", "copyleft by file; yamllint takes it"),
    ("pysigma", "LGPL-2.1-only", "reads the rule's Sigma form in a test, as its authors made it"),
    ("pysigma-backend-sqlite", "LGPL-3.0-only", "the same, to run it"),
    ("typing-extensions", "PSF-2.0", "as permissive as MIT; a part of Python"),
    ("yamllint", "GPL-3.0-or-later", "looks at the workflows, as its authors made it"),
];

/// What an environment has of itself, beside what is asked for.
const OWN: &[&str] = &["pip", "setuptools"];

/// Prints what the packages' metadata say (<https://packaging.python.org/specifications/core-metadata>).
const LIST: &str = "\
import importlib.metadata, json
print(json.dumps([{
    'name': one['Name'], 'version': one['Version'], 'expression': one.get('License-Expression') or '',
    'licence': one.get('License') or '', 'classifiers': one.get_all('Classifier', []),
} for one in (package.metadata for package in importlib.metadata.distributions())]))";

#[derive(Debug, Clone, Default)]
pub(super) struct Package {
    name: String,
    version: String,
    expression: String,
    licence: String,
    classifiers: Vec<String>,
}

/// The packages that this Python has.
pub(super) fn of(python: &Path) -> Result<Vec<Package>> {
    let list = output(command(python).args(["-c", LIST]))?;
    let list: Vec<Value> = serde_json::from_str(&list).context("what Python says of its packages")?;
    Ok(list.iter().map(Package::of).collect())
}

/// What is wrong with the installed packages of a list of pins (`name==version`).
pub(super) fn flaws(
    name: &str,
    installed: &[Package],
    pins: &[String],
    allowed: &BTreeSet<String>,
) -> Vec<String> {
    let pins: Vec<_> = pins
        .iter()
        .filter_map(|pin| pin.split_once("=="))
        .map(|(name, version)| (plain(name), version))
        .collect();
    let mut flaws = Vec::new();
    for package in installed {
        let (called, version) = (plain(&package.name), &package.version);
        match pins.iter().find(|(name, _)| *name == called) {
            Some((_, pinned)) if pinned == version => {}
            Some((_, pinned)) => flaws.push(format!("{name}: {called} {version} is installed, not {pinned}")),
            None if OWN.contains(&called.as_str()) => continue,
            None => flaws.push(format!("{name}: {called} {version} is installed and not pinned")),
        }
        let licence = package.stated();
        let extra = LICENCES.iter().any(|(name, extra, _)| *name == called && *extra == licence);
        if !extra && !satisfied(&licence, allowed) {
            flaws.push(format!(
                "{name}: the licence {licence:?} of {called} is neither in deny.toml nor in \
                 xtask/src/supply/python/installed.rs"
            ));
        }
    }
    flaws
}

/// Exceptions for packages that are not there any more.
pub(super) fn idle_exceptions(installed: &[Package]) -> Vec<String> {
    let there = |name: &str| installed.iter().any(|package| plain(&package.name) == name);
    let idle = LICENCES.iter().filter(|(name, ..)| !there(name));
    idle.map(|(name, ..)| format!("xtask/src/supply/python/installed.rs: {name} is not installed")).collect()
}

impl Package {
    /// As it is listed.
    fn of(listed: &Value) -> Package {
        let text = |name: &str| listed[name].as_str().unwrap_or_default().to_owned();
        let classifiers = listed["classifiers"].as_array().into_iter().flatten();
        Package {
            name: text("name"),
            version: text("version"),
            expression: text("expression"),
            licence: text("licence"),
            classifiers: classifiers.filter_map(Value::as_str).map(str::to_owned).collect(),
        }
    }

    /// Its licence: the SPDX expression, or else what its classifiers say, or else the first line of the old field.
    fn stated(&self) -> String {
        const CLASS: &str = "License :: OSI Approved :: ";
        let classes: Vec<_> =
            self.classifiers.iter().filter_map(|class| class.strip_prefix(CLASS)).map(spdx).collect();
        match () {
            () if !self.expression.is_empty() => self.expression.clone(),
            () if !classes.is_empty() => classes.join(" AND "),
            () => self.licence.lines().next().unwrap_or_default().trim().to_owned(),
        }
    }
}

/// What a classifier means. It doesn't say which of the BSD licences it is.
fn spdx(class: &str) -> &str {
    match class {
        "MIT License" => "MIT",
        "Apache Software License" => "Apache-2.0",
        "BSD License" => "BSD",
        "Mozilla Public License 2.0 (MPL 2.0)" => "MPL-2.0",
        other => other,
    }
}

/// A package's name, of which there are many spellings (PEP 503).
fn plain(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, version: &str) -> Package {
        Package { name: name.into(), version: version.into(), expression: "MIT".into(), ..Package::default() }
    }

    fn flaws_of(package: &Package) -> Vec<String> {
        let allowed = ["MIT", "Apache-2.0"].map(str::to_owned).into();
        flaws("list", std::slice::from_ref(package), &["some-name==1.0".to_owned()], &allowed)
    }

    #[test]
    fn what_is_pinned_and_allowed_is_sound() {
        for name in ["some-name", "Some_Name", "some.name"] {
            assert_eq!(flaws_of(&package(name, "1.0")), [""; 0], "{name}");
        }
        assert_eq!(flaws_of(&package("pip", "1.0")), [""; 0]);
        let old = |licence: &str, classifiers: &[&str]| Package {
            expression: String::new(),
            licence: licence.into(),
            classifiers: classifiers.iter().map(|class| (*class).to_owned()).collect(),
            ..package("some-name", "1.0")
        };
        assert_eq!(flaws_of(&old("MIT\nPermission is", &[])), [""; 0]);
        let apache = "License :: OSI Approved :: Apache Software License";
        assert_eq!(flaws_of(&old("Apache 2", &["Topic :: Security", apache])), [""; 0]);
        assert_eq!(flaws_of(&old("MIT", &[apache, "License :: OSI Approved :: BSD License"])).len(), 1);
    }

    #[test]
    fn another_version_another_package_and_another_licence_are_named() {
        assert_eq!(flaws_of(&package("some-name", "1.1")).len(), 1);
        assert_eq!(flaws_of(&package("other", "1.0")).len(), 1);
        for licence in ["GPL-3.0-only", "", "UNKNOWN"] {
            let package = Package { expression: licence.into(), ..package("some-name", "1.0") };
            assert_eq!(flaws_of(&package).len(), 1, "{licence}");
        }
    }

    #[test]
    fn an_exception_is_for_one_package_and_one_licence() {
        let agpl = |name: &str, licence: &str| {
            let package = Package { expression: licence.into(), ..package(name, "1.0") };
            flaws("list", &[package], &[format!("{name}==1.0")], &BTreeSet::new()).len()
        };
        assert_eq!(agpl("eql", "AGPLv3"), 0);
        assert_eq!(agpl("eql", "GPL-3.0-only"), 1);
        assert_eq!(agpl("eql-more", "AGPLv3"), 1);
        assert_eq!(idle_exceptions(&[package("eql", "1.0")]).len(), LICENCES.len() - 1);
    }
}
