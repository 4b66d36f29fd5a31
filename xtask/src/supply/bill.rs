//! The list of what is in `dist/index.html` (`dist/sbom.cdx.json`, CycloneDX 1.5).

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::read;
use super::rust::{checksums, metadata, text_of};

/// The CycloneDX list of what is compiled into the page. Same packages, same bytes: it has no time and no serial number.
pub fn bill_of_materials(page_sha256: &str) -> Result<String> {
    let wasm = ["--locked", "--filter-platform", "wasm32-unknown-unknown", "--no-default-features"];
    let metadata = metadata("Cargo.toml", &wasm)?;
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
    let inside = inside(own, &nodes, &packages);
    let mut components = Vec::new();
    let mut depends = Vec::new();
    for id in &inside {
        let package = packages.get(id).with_context(|| format!("no package {id}"))?;
        let reference = reference(package)?;
        if *id != own {
            components.push(match package["source"].is_null() {
                true => own_component(package, &reference)?,
                false => component(package, &reference, &sums)?,
            });
        }
        let on = normal_dependencies(nodes[id]).filter(|on| inside.contains(on));
        let on: Result<BTreeSet<_>> = on.map(|on| self::reference(packages[on])).collect();
        depends.push(json!({ "ref": reference, "dependsOn": on? }));
    }
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
                "hashes": [{ "alg": "SHA-256", "content": page_sha256 }],
            },
        },
        "components": components,
        "dependencies": depends,
    });
    Ok(serde_json::to_string_pretty(&list)? + "\n")
}

/// The packages whose code ends in the page: not what only runs while it is built.
fn inside<'a>(
    own: &'a str,
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
    let (mut found, mut left) = (BTreeSet::new(), vec![own]);
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

    #[test]
    fn the_list_names_what_is_inside_and_nothing_that_only_builds() {
        let list: Value = serde_json::from_str(&bill_of_materials("00").unwrap()).unwrap();
        let names: Vec<_> =
            list["components"].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
        for name in ["evtx", "quick-xml", "serde_json", "wasm-bindgen", "zip"] {
            assert!(names.contains(&name), "{names:?}");
        }
        for name in ["serde_derive", "syn", "clap", "proptest", "testlog", "wasm-bindgen-cli-support"] {
            assert!(!names.contains(&name), "{name}");
        }
        // Those of this repository have no archive whose hash a lock file could hold, and no address in the registry.
        let mut own = Vec::new();
        for one in list["components"].as_array().unwrap() {
            match one["purl"].as_str() {
                Some(address) => {
                    assert!(address.starts_with("pkg:cargo/"), "{one}");
                    assert_eq!(one["hashes"][0]["content"].as_str().unwrap().len(), 64, "{one}");
                }
                None => own.push((one["name"].as_str().unwrap(), &one["pedigree"]["ancestors"][0]["purl"])),
            }
        }
        assert_eq!(own, [("encoding_rs (cut down)", &json!("pkg:cargo/encoding_rs@0.8.44"))]);
        assert_eq!(
            list.to_string(),
            serde_json::from_str::<Value>(&bill_of_materials("00").unwrap()).unwrap().to_string()
        );
    }
}
