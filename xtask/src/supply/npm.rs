//! The packages of npm, which build and test the page and are no part of it: what the lock file pins, and whether
//! `node_modules` holds that.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};

use super::licence::satisfied;
use super::{Checked, read};
use crate::run::root;

/// Licences beyond those of `deny.toml`, each for one package that only tests use, and why.
const LICENCES: &[(&str, &str, &str)] = &[
    (
        "axe-core",
        "MPL-2.0",
        "copyleft by file; the browser tests load it as it is, and nothing of it is shipped",
    ),
    ("inherits", "ISC", "as permissive as MIT; jszip, which selenium-webdriver takes, needs it"),
];

/// Packages with an install script, and why they are here. None of the scripts is run: `.npmrc` and `xtask::setup` say so.
const SCRIPTS: &[(&str, &str)] = &[(
    "esbuild",
    "it replaces its launcher by the program of the platform's package, which only saves a start",
)];

/// Where a package lies, as the lock file names it.
const FOLDER: &str = "node_modules/";

/// Pins, licences, scripts, and what is installed.
pub fn check(allowed: &BTreeSet<String>) -> Result<Checked> {
    let lock: Value = serde_json::from_str(&read("package-lock.json")?).context("package-lock.json")?;
    let mut broken = settings(&read(".npmrc")?);
    broken.extend(pins(&lock, allowed));
    broken.extend(exceptions(&lock, LICENCES.iter().map(|(name, ..)| *name).chain(names(SCRIPTS))));
    let there = installed(&lock, root(), &mut broken)?;
    let what = format!(
        "{} npm packages: hash, licence and no script that runs; {there} are installed, as pinned",
        packages(&lock).count()
    );
    Ok(Checked { what, broken })
}

fn names(list: &'static [(&str, &str)]) -> impl Iterator<Item = &'static str> {
    list.iter().map(|(name, _)| *name)
}

/// Every package of a lock file, by its folder.
pub fn packages(lock: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let all = lock["packages"].as_object().into_iter().flat_map(Map::iter);
    all.filter(|(folder, _)| !folder.is_empty()).map(|(folder, package)| (folder.as_str(), package))
}

/// The name of a package: of its folder, unless it is installed under another.
pub fn name_of<'a>(folder: &'a str, package: &'a Value) -> &'a str {
    let last = folder.rsplit_once(FOLDER).map_or(folder, |(_, last)| last);
    package["name"].as_str().unwrap_or(last)
}

/// `.npmrc` of the checkout: no script runs, and no registry is named, as that is for who installs.
fn settings(text: &str) -> Vec<String> {
    let mut broken = Vec::new();
    let lines = || {
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        pairs.map(|(name, value)| (name.trim(), value.trim()))
    };
    for wanted in ["ignore-scripts", "omit-lockfile-registry-resolved"] {
        if lines().filter(|(name, _)| *name == wanted).collect::<Vec<_>>() != [(wanted, "true")] {
            broken.push(format!(".npmrc: it must say {wanted}=true, once"));
        }
    }
    for (name, _) in lines().filter(|(name, _)| *name == "registry" || name.ends_with(":registry")) {
        broken.push(format!(".npmrc: {name} names a registry"));
    }
    broken
}

/// What the lock file, and the wishes in it, break.
fn pins(lock: &Value, allowed: &BTreeSet<String>) -> Vec<String> {
    let mut broken = Vec::new();
    if lock["lockfileVersion"] != 3 {
        broken.push("package-lock.json: only version 3 of it is understood".to_owned());
    }
    for kind in ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"] {
        for (name, wish) in lock["packages"][""][kind].as_object().into_iter().flat_map(Map::iter) {
            if !wish.as_str().is_some_and(is_exact) {
                broken.push(format!("package.json: {name} is asked for as {wish}, not as one version"));
            }
        }
    }
    if packages(lock).next().is_none() {
        broken.push("package-lock.json: it holds no package".to_owned());
    }
    for (folder, package) in packages(lock) {
        broken.extend(rules(folder, package, allowed).into_iter().map(|what| format!("{folder}: {what}")));
    }
    broken
}

/// Digits and dots, and perhaps a label after them: no range, tag, address or folder.
fn is_exact(version: &str) -> bool {
    let (numbers, label) = version.split_once('-').unwrap_or((version, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    numbers.split('.').count() == 3
        && numbers.split('.').all(is_number)
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
}

/// What one package of the lock file breaks.
fn rules(folder: &str, package: &Value, allowed: &BTreeSet<String>) -> Vec<String> {
    let mut broken = Vec::new();
    let name = name_of(folder, package);
    if !folder.starts_with(FOLDER) {
        broken.push("it is a folder and not a package of the registry".to_owned());
    }
    if package["link"] == true || package["inBundle"] == true {
        broken.push("it comes with something else and not from the registry".to_owned());
    }
    // Names and hashes only: then it is the registry's package, by whichever address a machine reaches it.
    if let Some(address) = package.get("resolved") {
        broken.push(format!("it comes from {address}"));
    }
    if !package["version"].as_str().is_some_and(is_exact) {
        broken.push(format!("the version {} is not one version", package["version"]));
    }
    if !package["integrity"].as_str().is_some_and(is_sha512) {
        broken.push(format!("it is not pinned by a SHA-512: {}", package["integrity"]));
    }
    let licence = package["license"].as_str().unwrap_or_default();
    let extra = LICENCES.iter().any(|(for_name, extra, _)| *for_name == name && *extra == licence);
    if !extra && !satisfied(licence, allowed) {
        broken
            .push(format!("the licence {licence:?} is neither in deny.toml nor in xtask/src/supply/npm.rs"));
    }
    if package["hasInstallScript"] == true && !names(SCRIPTS).any(|known| known == name) {
        broken.push("it has an install script that xtask/src/supply/npm.rs doesn't know".to_owned());
    }
    broken
}

fn is_sha512(integrity: &str) -> bool {
    integrity
        .strip_prefix("sha512-")
        .is_some_and(|text| BASE64_STANDARD.decode(text).is_ok_and(|hash| hash.len() == 64))
}

/// Exceptions for packages that are gone.
fn exceptions<'a>(lock: &Value, excepted: impl Iterator<Item = &'a str>) -> Vec<String> {
    let there: BTreeSet<_> = packages(lock).map(|(folder, package)| name_of(folder, package)).collect();
    let gone = excepted.filter(|name| !there.contains(name));
    gone.map(|name| format!("xtask/src/supply/npm.rs: it excepts {name}, which is no longer used")).collect()
}

/// Compares `node_modules` with the lock file; gives how many packages are there. Those of other platforms may be missing.
fn installed(lock: &Value, root: &Path, broken: &mut Vec<String>) -> Result<usize> {
    let made: Value = fs::read_to_string(root.join("node_modules/.package-lock.json"))
        .context("node_modules/.package-lock.json")
        .and_then(|text| Ok(serde_json::from_str(&text)?))
        .context("npm did not make node_modules; `npm ci` does")?;
    let pinned: BTreeMap<_, _> = packages(lock).collect();
    for (folder, package) in packages(&made) {
        let same = |name: &str| pinned.get(folder).is_some_and(|pinned| pinned[name] == package[name]);
        if !same("version") || !same("integrity") {
            broken.push(format!("{folder}: npm installed another one than is pinned"));
        }
    }
    let mut there = BTreeSet::new();
    folders(root, "", &mut there, broken)?;
    for folder in there.iter().filter(|folder| !pinned.contains_key(folder.as_str())) {
        broken.push(format!("{folder}: it is installed, and not in package-lock.json"));
    }
    for (folder, pinned) in &pinned {
        if there.contains(*folder) {
            let text = fs::read_to_string(root.join(folder).join("package.json")).unwrap_or_default();
            let own = serde_json::from_str(&text).unwrap_or(Value::Null);
            broken.extend(differs(folder, pinned, &own));
        } else if pinned["optional"] != true {
            broken.push(format!("{folder}: it is not installed"));
        }
    }
    Ok(there.len())
}

/// Where an installed package's own description is not that of the lock file.
fn differs(folder: &str, pinned: &Value, own: &Value) -> Option<String> {
    if own["name"] != name_of(folder, pinned) || own["version"] != pinned["version"] {
        return Some(format!("{folder}: {} {} is installed", own["name"], own["version"]));
    }
    // A script that the lock file conceals would be found here.
    let has_script =
        ["preinstall", "install", "postinstall"].iter().any(|name| own["scripts"].get(name).is_some());
    (has_script && pinned["hasInstallScript"] != true)
        .then(|| format!("{folder}: it has an install script that package-lock.json doesn't tell of"))
}

/// The folders of packages below `within`, those inside of packages too, as the lock file would name them.
fn folders(root: &Path, within: &str, there: &mut BTreeSet<String>, broken: &mut Vec<String>) -> Result<()> {
    let parent = format!("{within}{FOLDER}");
    for name in entries(&root.join(&parent))? {
        let inner = if name.starts_with('@') { entries(&root.join(&parent).join(&name))? } else { vec![] };
        let found = match name.starts_with('@') {
            true => inner.into_iter().map(|inner| format!("{parent}{name}/{inner}")).collect(),
            false => vec![format!("{parent}{name}")],
        };
        for folder in found {
            if fs::symlink_metadata(root.join(&folder))?.is_symlink() {
                broken.push(format!("{folder}: it is a link to another folder"));
            } else if root.join(&folder).join("node_modules").is_dir() {
                folders(root, &format!("{folder}/"), there, broken)?;
            }
            there.insert(folder);
        }
    }
    Ok(())
}

/// The names in a folder, but for what npm and xtask keep there (`.bin`, `.package-lock.json`).
fn entries(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            names.push(name);
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Any SHA-512.
    fn hash() -> String {
        format!("sha512-{}", BASE64_STANDARD.encode([7; 64]))
    }

    fn allowed() -> BTreeSet<String> {
        BTreeSet::from(["MIT".to_owned()])
    }

    /// A sound lock file of two packages, the second one for other platforms.
    fn lock() -> Value {
        json!({ "lockfileVersion": 3, "packages": {
            "": { "name": "own", "devDependencies": { "a": "1.0.0" } },
            "node_modules/a": { "version": "1.0.0", "integrity": hash(), "license": "MIT" },
            "node_modules/@b/c": { "version": "2.0.0-rc.1", "integrity": hash(), "license": "MIT", "optional": true },
        }})
    }

    #[test]
    fn a_sound_lock_file_is_sound() {
        assert_eq!(pins(&lock(), &allowed()), [""; 0]);
    }

    #[test]
    fn what_a_package_breaks_is_named() {
        for (field, value) in [
            ("integrity", Value::Null),
            ("integrity", json!("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=")),
            ("integrity", json!("sha512-AAAA")),
            ("integrity", json!(format!("{} sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=", hash()))),
            ("resolved", json!("https://example.invalid/a.tgz")),
            ("resolved", json!("git+ssh://git@example.invalid/a.git")),
            ("link", json!(true)),
            ("inBundle", json!(true)),
            ("license", Value::Null),
            ("license", json!("GPL-3.0")),
            // Allowed for another package alone.
            ("license", json!("MPL-2.0")),
            ("version", json!("^1.0.0")),
            ("version", json!("file:../a")),
            ("hasInstallScript", json!(true)),
        ] {
            let mut lock = lock();
            lock["packages"]["node_modules/a"][field] = value.clone();
            assert_eq!(pins(&lock, &allowed()).len(), 1, "{field} {value}");
        }
        let mut lock = lock();
        lock["packages"]["other/a"] = lock["packages"]["node_modules/a"].clone();
        assert_eq!(pins(&lock, &allowed()).len(), 1);
    }

    #[test]
    fn exceptions_are_for_one_package() {
        let mut lock = lock();
        lock["packages"]["node_modules/axe-core"] =
            json!({ "version": "4.0.0", "integrity": hash(), "license": "MPL-2.0" });
        lock["packages"]["node_modules/esbuild"] =
            json!({ "version": "0.28.2", "integrity": hash(), "license": "MIT", "hasInstallScript": true });
        assert_eq!(pins(&lock, &allowed()), [""; 0]);
        assert_eq!(exceptions(&lock, ["axe-core", "esbuild"].into_iter()), [""; 0]);
        assert_eq!(exceptions(&lock, ["axe-core", "gone"].into_iter()).len(), 1);
    }

    #[test]
    fn a_wish_that_leaves_a_choice_is_named() {
        for wish in [
            "^1.0.0",
            "1",
            "1.x",
            "latest",
            "*",
            "",
            "git+https://example.invalid/a",
            "npm:other@1.0.0",
            "1.0.0 || 2",
        ] {
            let mut lock = lock();
            lock["packages"][""]["devDependencies"]["a"] = json!(wish);
            assert_eq!(pins(&lock, &allowed()).len(), 1, "{wish}");
        }
    }

    #[test]
    fn a_file_that_is_not_understood_is_not_sound() {
        let mut old = lock();
        old["lockfileVersion"] = json!(1);
        assert_eq!(pins(&old, &allowed()).len(), 1);
        assert_eq!(pins(&json!({}), &allowed()).len(), 2);
    }

    #[test]
    fn settings_run_no_script_and_name_no_registry() {
        let sound = "ignore-scripts=true\nomit-lockfile-registry-resolved=true\n";
        assert_eq!(settings(sound), [""; 0]);
        for unsound in [
            "omit-lockfile-registry-resolved=true\n".to_owned(),
            sound.replace("ts=true", "ts=false"),
            format!("{sound}ignore-scripts=false\n"),
            format!("{sound}registry=https://example.invalid\n"),
            format!("{sound}@own:registry = https://example.invalid\n"),
        ] {
            assert_eq!(settings(&unsound).len(), 1, "{unsound}");
        }
    }

    /// `node_modules` with what the lock file pins, but for the package of other platforms.
    fn install(name: &str) -> std::path::PathBuf {
        let root = std::env::temp_dir().join(format!("supply-{}-{name}", std::process::id()));
        _ = fs::remove_dir_all(&root);
        put(&root, "a", "a", "1.0.0");
        let mut made = lock();
        made["packages"].as_object_mut().unwrap().retain(|folder, _| folder == "node_modules/a");
        fs::write(root.join("node_modules/.package-lock.json"), made.to_string()).unwrap();
        root
    }

    fn put(root: &Path, folder: &str, name: &str, version: &str) {
        let folder = root.join(FOLDER).join(folder);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("package.json"), json!({ "name": name, "version": version }).to_string())
            .unwrap();
    }

    /// What is wrong with what is installed there; the folder is gone then.
    fn wrong(root: &Path) -> Vec<String> {
        let mut broken = Vec::new();
        installed(&lock(), root, &mut broken).unwrap();
        fs::remove_dir_all(root).unwrap();
        broken
    }

    #[test]
    fn what_is_installed_as_pinned_is_sound() {
        let root = install("sound");
        fs::create_dir_all(root.join("node_modules/.bin")).unwrap();
        put(&root, "@b/c", "@b/c", "2.0.0-rc.1");
        assert_eq!(wrong(&root), [""; 0]);
    }

    #[test]
    fn what_is_installed_otherwise_is_named() {
        let root = install("version");
        put(&root, "a", "a", "1.0.1");
        assert_eq!(wrong(&root).len(), 1);
        let root = install("name");
        put(&root, "a", "b", "1.0.0");
        assert_eq!(wrong(&root).len(), 1);
        let root = install("missing");
        fs::remove_dir_all(root.join("node_modules/a")).unwrap();
        assert_eq!(wrong(&root).len(), 1);
        for more in ["more", "@b/more", "a/node_modules/more", "a/node_modules/@b/more"] {
            let root = install("more");
            put(&root, more, "more", "1.0.0");
            assert_eq!(wrong(&root).len(), 1, "{more}");
        }
        let root = install("script");
        let own = json!({ "name": "a", "version": "1.0.0", "scripts": { "postinstall": "echo" } });
        fs::write(root.join("node_modules/a/package.json"), own.to_string()).unwrap();
        assert_eq!(wrong(&root).len(), 1);
        let root = install("made");
        let mut made = lock();
        made["packages"]["node_modules/a"]["integrity"] = json!("sha512-other");
        fs::write(root.join("node_modules/.package-lock.json"), made.to_string()).unwrap();
        assert_eq!(wrong(&root).len(), 1);
    }

    #[test]
    fn a_folder_that_npm_did_not_make_is_refused() {
        let root = install("unmade");
        fs::remove_file(root.join("node_modules/.package-lock.json")).unwrap();
        assert!(installed(&lock(), &root, &mut Vec::new()).is_err());
        fs::remove_dir_all(root).unwrap();
    }
}
