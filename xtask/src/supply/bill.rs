//! The lists of what is in `dist/index.html` (`dist/sbom.cdx.json`) and in the program (CycloneDX 1.5).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::read;
use super::rust::{checksums, metadata, text_of};
use crate::run::{command, hex_sha256, output};

/// The list of what is compiled into the page.
pub fn of_page(sha256: &str) -> Result<String> {
    bill(sha256, "wasm32-unknown-unknown", &["--no-default-features"], &["unpacker"])
}

/// The list of what is compiled into the program for a platform.
pub fn of_program(sha256: &str, target: &str) -> Result<String> {
    bill(sha256, target, &[], &[])
}

/// Prints the list of the program that this machine's compiler made.
pub fn print_of_program(path: &str) -> Result<()> {
    let bytes = fs::read(path).with_context(|| path.to_owned())?;
    let compiler = output(command("rustc").arg("-vV"))?;
    let host =
        compiler.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc tells no host")?;
    print!("{}", of_program(&hex_sha256(&[&bytes]), host)?);
    Ok(())
}

/// Same packages, same bytes: it has no time and no serial number. `beside`: packages of this repository that are a part of
/// the product, and that its own one does not depend on.
fn bill(sha256: &str, target: &str, features: &[&str], beside: &[&str]) -> Result<String> {
    let metadata = metadata("Cargo.toml", &[&["--locked", "--filter-platform", target], features].concat())?;
    let sums = checksums(&read("Cargo.lock")?);
    let packages: BTreeMap<&str, &Value> = metadata["packages"]
        .as_array()
        .context("packages")?
        .iter()
        .map(|package| Ok((text_of(package, "id")?, package)))
        .collect::<Result<_>>()?;
    let nodes: BTreeMap<&str, &Value> = metadata["resolve"]["nodes"]
        .as_array()
        .context("nodes")?
        .iter()
        .map(|node| Ok((text_of(node, "id")?, node)))
        .collect::<Result<_>>()?;
    let own = text_of(&metadata["resolve"], "root")?;
    let beside = beside.iter().map(|name| id_of(name, &packages)).collect::<Result<Vec<_>>>()?;
    let inside = inside([&[own], &beside[..]].concat(), &nodes, &packages);
    let mut components = Vec::new();
    let mut depends = Vec::new();
    for id in &inside {
        let package = packages.get(id).with_context(|| format!("no package {id}"))?;
        let reference = reference(package)?;
        if *id != own {
            components.push(match package["source"].is_null() {
                true if beside.contains(id) => own_part(package, &reference)?,
                true => own_component(package, &reference)?,
                false => component(package, &reference, &sums)?,
            });
        }
        let more = beside.iter().copied().filter(|_| *id == own);
        let on = normal_dependencies(nodes[id]).filter(|on| inside.contains(on)).chain(more);
        let on: Result<BTreeSet<_>> = on.map(|on| self::reference(packages[on])).collect();
        depends.push(json!({ "ref": reference, "dependsOn": on? }));
    }
    components.push(standard_library(&read("rust-toolchain.toml")?)?);
    let by_reference = |value: &Value| value["bom-ref"].as_str().or(value["ref"].as_str()).map(str::to_owned);
    components.sort_by_key(by_reference);
    depends.sort_by_key(by_reference);
    let product = packages[own];
    let list = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": reference(product)?,
                "name": text_of(product, "name")?,
                "version": text_of(product, "version")?,
                "licenses": [{ "expression": text_of(product, "license")? }],
                "hashes": [{ "alg": "SHA-256", "content": sha256 }],
                "properties": [{ "name": "target", "value": target }],
            },
        },
        "components": components,
        "dependencies": depends,
    });
    Ok(serde_json::to_string_pretty(&list)? + "\n")
}

/// What every package leans on and no lock file names: Rust's own library, which comes with the compiler.
fn standard_library(toolchain: &str) -> Result<Value> {
    let version = toolchain
        .lines()
        .find_map(|line| line.strip_prefix("channel = \"")?.strip_suffix('"'))
        .context("rust-toolchain.toml has no channel")?;
    let address = format!("pkg:github/rust-lang/rust@{version}");
    Ok(json!({
        "type": "library",
        "bom-ref": address,
        "name": "Rust standard library",
        "version": version,
        "purl": address,
        "licenses": [{ "expression": "MIT OR Apache-2.0" }],
    }))
}

/// The packages whose code ends in the product: not what only runs while it is built.
fn inside<'a>(
    own: Vec<&'a str>,
    nodes: &BTreeMap<&'a str, &'a Value>,
    packages: &BTreeMap<&'a str, &'a Value>,
) -> BTreeSet<&'a str> {
    let builds = |id: &str| {
        let targets = packages.get(id).and_then(|package| package["targets"].as_array());
        targets.is_some_and(|targets| {
            targets.iter().any(|target| {
                target["kind"].as_array().is_some_and(|kind| kind.contains(&json!("proc-macro")))
            })
        })
    };
    let (mut found, mut left) = (BTreeSet::new(), own);
    while let Some(id) = left.pop() {
        if found.insert(id) {
            left.extend(
                nodes.get(id).into_iter().flat_map(|node| normal_dependencies(node)).filter(|id| !builds(id)),
            );
        }
    }
    found
}

fn normal_dependencies(node: &Value) -> impl Iterator<Item = &str> {
    let all = node["deps"].as_array().into_iter().flatten();
    let normal = |dependency: &&Value| {
        dependency["dep_kinds"]
            .as_array()
            .is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()))
    };
    all.filter(normal).filter_map(|dependency| dependency["pkg"].as_str())
}

/// What a package is called within the list. Only those of the registry have an address.
fn reference(package: &Value) -> Result<String> {
    let named = format!("{}@{}", text_of(package, "name")?, text_of(package, "version")?);
    Ok(if package["source"].is_null() { format!("own:{named}") } else { format!("pkg:cargo/{named}") })
}

/// The identity of a package of this repository.
fn id_of<'a>(name: &str, packages: &BTreeMap<&'a str, &Value>) -> Result<&'a str> {
    let own = |package: &&Value| package["source"].is_null() && package["name"] == name;
    let found = packages.iter().find(|(_, package)| own(package));
    found.map(|(id, _)| *id).with_context(|| format!("no package {name} in this repository"))
}

/// A package of this repository that is a part of the product.
fn own_part(package: &Value, reference: &str) -> Result<Value> {
    Ok(json!({
        "type": "library",
        "bom-ref": reference,
        "name": text_of(package, "name")?,
        "version": text_of(package, "version")?,
        "description": text_of(package, "description")?,
        "licenses": [{ "expression": text_of(package, "license")? }],
    }))
}

/// A package of this repository that stands in for one of the registry: who looks up flaws by address must not take it
/// for that one, and must see which one it comes from.
fn own_component(package: &Value, reference: &str) -> Result<Value> {
    let (name, version) = (text_of(package, "name")?, text_of(package, "version")?);
    Ok(json!({
        "type": "library",
        "bom-ref": reference,
        "name": format!("{name} (cut down)"),
        "version": version,
        "description": text_of(package, "description")?,
        "licenses": [{ "expression": text_of(package, "license")? }],
        "pedigree": {
            "ancestors": [{
                "type": "library",
                "name": name,
                "version": version,
                "purl": format!("pkg:cargo/{name}@{version}"),
            }],
            "notes": format!("Written for this product in the place of {name} {version}, whose names it has: slim/{name}."),
        },
    }))
}

fn component(package: &Value, reference: &str, sums: &BTreeMap<String, String>) -> Result<Value> {
    let (name, version) = (text_of(package, "name")?, text_of(package, "version")?);
    let sum = sums.get(&format!("{name} {version}"));
    let licence = text_of(package, "license")?.replace('/', " OR ");
    Ok(json!({
        "type": "library",
        "bom-ref": reference,
        "name": name,
        "version": version,
        "purl": reference,
        "licenses": [{ "expression": licence }],
        "hashes": sum.iter().map(|sum| json!({ "alg": "SHA-256", "content": sum })).collect::<Vec<_>>(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names in a list, each once; every package of the registry has its hash.
    fn names(list: &str) -> Vec<String> {
        let list: Value = serde_json::from_str(list).unwrap();
        let components = list["components"].as_array().unwrap();
        for one in components.iter().filter(|one| one["bom-ref"].as_str().unwrap().starts_with("pkg:cargo/"))
        {
            assert_eq!(one["hashes"][0]["content"].as_str().unwrap().len(), 64, "{one}");
        }
        components.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    }

    #[track_caller]
    fn has(names: &[String], inside: &[&str], outside: &[&str]) {
        let there = |name: &&&str| names.iter().any(|one| one == **name);
        assert_eq!(inside.iter().filter(|name| !there(name)).collect::<Vec<_>>(), [&""; 0], "{names:?}");
        assert_eq!(outside.iter().filter(there).collect::<Vec<_>>(), [&""; 0], "{names:?}");
    }

    const ALWAYS: [&str; 5] = ["evtx", "quick-xml", "serde_json", "zip", "Rust standard library"];
    const NEVER: [&str; 5] = ["serde_derive", "syn", "proptest", "testlog", "wasm-bindgen-cli-support"];

    #[test]
    fn the_list_of_the_page_names_what_is_inside_and_nothing_that_only_builds() {
        let list = of_page("00").unwrap();
        assert_eq!(list, of_page("00").unwrap());
        let names = names(&list);
        let inside = [&ALWAYS[..], &["wasm-bindgen", "unpacker", "lzma-rust2"]].concat();
        has(&names, &inside, &[&NEVER[..], &["clap"]].concat());
    }

    #[test]
    fn the_list_of_the_program_is_that_of_its_platform() {
        for target in ["x86_64-unknown-linux-gnu", "x86_64-pc-windows-msvc", "aarch64-apple-darwin"] {
            let names = names(&of_program("00", target).unwrap());
            let windows = [&["windows-sys"][..], &[]];
            let [inside, outside] =
                if target.contains("windows") { windows } else { [windows[1], windows[0]] };
            has(&names, &[&ALWAYS[..], &["clap"], inside].concat(), &[&NEVER[..], outside].concat());
        }
    }

    /// Those of this repository have no archive whose hash a lock file could hold, and no address in the registry.
    #[test]
    fn what_stands_in_for_a_package_names_its_ancestor() {
        let list: Value = serde_json::from_str(&of_page("00").unwrap()).unwrap();
        let own: Vec<_> = list["components"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["purl"].is_null() && one["name"] != "unpacker")
            .map(|one| (one["name"].as_str().unwrap(), &one["pedigree"]["ancestors"][0]["purl"]))
            .collect();
        assert_eq!(own, [("encoding_rs (cut down)", &json!("pkg:cargo/encoding_rs@0.8.44"))]);
    }
}
