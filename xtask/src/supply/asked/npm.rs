//! Questions about the packages of npm.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{Answer, Said, folder, ran, reason};
use crate::run::npm;
use crate::supply::npm::{name_of, packages};
use crate::supply::read;

/// The hash of each package, by its name and version.
type Pinned = BTreeMap<(String, String), String>;

/// A package that its author gave up for good; a registry that has no word on it tells of none.
const GIVEN_UP: (&str, &str) = ("left-pad", "1.3.0");

/// Waiting for a registry that is not there must end soon.
const PATIENCE: [&str; 4] = [
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=500",
    "--fetch-retry-maxtimeout=1000",
    "--fetch-timeout=30000",
];

/// npm is asked to lock exactly what is locked, from nothing; what it then writes has the registry's hashes and words of
/// today. Nothing is installed.
pub fn withdrawn() -> Result<Answer> {
    let lock: Value = serde_json::from_str(&read("package-lock.json")?)?;
    let pinned = pinned(&lock);
    // One alone first: where there is no registry, npm would wait for each.
    let known = match locked("npm/known", &BTreeMap::new())? {
        Ok(known) => known,
        Err(answer) => return Ok(answer),
    };
    Ok(match locked("npm/all", &pinned)? {
        Ok(today) => compared(&pinned, &today, &known),
        Err(answer) => answer,
    })
}

/// What npm locks when these are wished for, or why it doesn't.
fn locked(name: &str, pinned: &Pinned) -> Result<Result<Value, Answer>> {
    let folder = folder(name)?;
    fs::write(folder.join("package.json"), wishes(pinned).to_string())?;
    fs::write(folder.join(".npmrc"), read(".npmrc")?)?;
    // With a store of its own: npm takes what it has stored for an answer when none comes. `force`, for packages of other
    // platforms.
    let said = ran(npm()
        .args(["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund", "--force"])
        .args(["--loglevel=error", "--offline=false", "--prefer-offline=false", "--cache", "store"])
        .args(PATIENCE)
        .current_dir(&folder))?;
    if !said.ok {
        return Ok(Err(refused(&said)));
    }
    let text = fs::read_to_string(folder.join("package-lock.json")).context("npm wrote no lock file")?;
    Ok(Ok(serde_json::from_str(&text)?))
}

fn pinned(lock: &Value) -> Pinned {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = packages(lock).map(|(folder, package)| {
        ((name_of(folder, package).to_owned(), text(&package["version"])), text(&package["integrity"]))
    });
    all.collect()
}

/// A package that asks for exactly these, each under a name of its own; for the one that was given up if there are none.
fn wishes(pinned: &Pinned) -> Value {
    let wish = |name: &str, version: &str| json!(format!("npm:{name}@{version}"));
    let mut all = serde_json::Map::new();
    for (number, (name, version)) in pinned.keys().enumerate() {
        all.insert(format!("p{number}"), wish(name, version));
    }
    if all.is_empty() {
        all.insert("given-up".to_owned(), wish(GIVEN_UP.0, GIVEN_UP.1));
    }
    json!({ "name": "asked", "version": "0.0.0", "private": true, "dependencies": all })
}

/// npm stops at the first package that is not there.
fn refused(said: &Said) -> Answer {
    let gone = ["npm error code ETARGET", "npm error code E404"].iter().any(|code| said.err.contains(code));
    let why = reason(&said.err);
    if gone { Answer::Flaws(vec![format!("npm: {why}")]) } else { Answer::NotAsked(why) }
}

/// What the registry says today, against what is pinned; its word on the package that was given up counts for all.
fn compared(pinned: &Pinned, today: &Value, known: &Value) -> Answer {
    let all = &today["packages"];
    let mut flaws = Vec::new();
    for (number, ((name, version), hash)) in pinned.iter().enumerate() {
        let package = &all[format!("node_modules/p{number}")];
        if package["name"] != *name || package["version"] != *version {
            flaws.push(format!("{name} {version}: npm gives {} {}", package["name"], package["version"]));
        } else if package["integrity"] != *hash {
            flaws.push(format!("{name} {version}: npm has the hash {}, not {hash}", package["integrity"]));
        } else if let Some(why) = package.get("deprecated") {
            flaws.push(format!("{name} {version}: given up (deprecated), npm says: {why}"));
        }
    }
    if !flaws.is_empty() {
        return Answer::Flaws(flaws);
    }
    let same = format!("all {} are there, with the same hashes", pinned.len());
    if known["packages"]["node_modules/given-up"].get("deprecated").is_none() {
        let (name, version) = GIVEN_UP;
        return Answer::NotAsked(format!(
            "{same}; but the registry doesn't tell what was given up: it has no word on {name} {version}"
        ));
    }
    Answer::Sound(format!("{same}, and none was given up"))
}

/// Known flaws. One of the level *high* or *critical* is one too many; lower ones are counted.
pub fn audit() -> Result<Answer> {
    Ok(audited(&ran(npm().args(["audit", "--json"]).args(PATIENCE))?))
}

fn audited(said: &Said) -> Answer {
    let report: Value = serde_json::from_str(&said.out).unwrap_or(Value::Null);
    let levels = &report["metadata"]["vulnerabilities"];
    let (Some(all), Some(flawed)) = (levels["total"].as_u64(), report["vulnerabilities"].as_object()) else {
        let message = report["message"].as_str().or(report["error"]["summary"].as_str());
        return Answer::NotAsked(reason(message.filter(|text| !text.is_empty()).unwrap_or(&said.err)));
    };
    let severe =
        flawed.iter().filter(|(_, flaw)| flaw["severity"] == "high" || flaw["severity"] == "critical");
    let flaws: Vec<_> = severe
        .map(|(name, flaw)| format!("{name}: a known flaw, {}, npm audit says", flaw["severity"]))
        .collect();
    if flaws.is_empty() {
        Answer::Sound(format!("no severe flaw, {all} lesser ones"))
    } else {
        Answer::Flaws(flaws)
    }
}

/// Whether the registry signed what is installed.
pub fn signatures() -> Result<Answer> {
    // The registry's keys come from yet another place; waiting for that takes more than a minute unless told.
    Ok(signed(&ran(npm().args(["audit", "signatures", "--json"]).args(PATIENCE))?))
}

fn signed(said: &Said) -> Answer {
    let report: Value = serde_json::from_str(&said.out).unwrap_or(Value::Null);
    let (Some(invalid), Some(missing)) = (report["invalid"].as_array(), report["missing"].as_array()) else {
        let message = report["error"]["summary"].as_str();
        return Answer::NotAsked(reason(message.filter(|text| !text.is_empty()).unwrap_or(&said.err)));
    };
    let named = |list: &[Value], what: &str| -> Vec<String> {
        list.iter().map(|one| format!("{} {}: {what}, npm says", one["name"], one["version"])).collect()
    };
    let flaws = [named(invalid, "its signature is wrong"), named(missing, "it is not signed")].concat();
    if !flaws.is_empty() {
        Answer::Flaws(flaws)
    } else if said.ok {
        Answer::Sound("all that is installed is signed by the registry".to_owned())
    } else {
        Answer::NotAsked(reason(&said.err))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock() -> Value {
        json!({ "packages": {
            "": { "name": "own" },
            "node_modules/a": { "version": "1.0.0", "integrity": "sha512-a" },
            "node_modules/@b/c": { "version": "2.0.0", "integrity": "sha512-c" },
        }})
    }

    /// What npm writes for these wishes.
    fn today() -> Value {
        json!({ "packages": {
            "": { "name": "asked" },
            "node_modules/p0": { "name": "@b/c", "version": "2.0.0", "integrity": "sha512-c" },
            "node_modules/p1": { "name": "a", "version": "1.0.0", "integrity": "sha512-a" },
        }})
    }

    /// What it writes for the other wish, from a registry that tells what was given up.
    fn known() -> Value {
        json!({ "packages": { "node_modules/given-up": { "version": "1.3.0", "deprecated": "use another" } } })
    }

    fn said(ok: bool, out: &Value, err: &str) -> Said {
        Said { ok, out: out.to_string(), err: err.to_owned() }
    }

    fn flaws(answer: &Answer) -> usize {
        if let Answer::Flaws(flaws) = answer { flaws.len() } else { 0 }
    }

    #[test]
    fn every_package_is_asked_for_exactly() {
        assert_eq!(
            wishes(&pinned(&lock()))["dependencies"],
            json!({ "p0": "npm:@b/c@2.0.0", "p1": "npm:a@1.0.0" })
        );
        assert_eq!(wishes(&Pinned::new())["dependencies"], json!({ "given-up": "npm:left-pad@1.3.0" }));
    }

    #[test]
    fn what_is_the_same_today_is_sound() {
        assert!(matches!(compared(&pinned(&lock()), &today(), &known()), Answer::Sound(_)));
    }

    #[test]
    fn what_is_not_the_same_today_is_named() {
        for (field, value) in
            [("version", "1.0.1"), ("integrity", "sha512-b"), ("deprecated", "no more"), ("name", "d")]
        {
            let mut today = today();
            today["packages"]["node_modules/p1"][field] = json!(value);
            assert_eq!(flaws(&compared(&pinned(&lock()), &today, &known())), 1, "{field}");
        }
        let mut today = today();
        today["packages"].as_object_mut().unwrap().remove("node_modules/p0");
        assert_eq!(flaws(&compared(&pinned(&lock()), &today, &known())), 1);
    }

    #[test]
    fn a_registry_that_tells_nothing_was_not_asked() {
        let silent = json!({ "packages": { "node_modules/given-up": { "version": "1.3.0" } } });
        assert!(matches!(compared(&pinned(&lock()), &today(), &silent), Answer::NotAsked(_)));
        // But what it does tell counts.
        let mut today = today();
        today["packages"]["node_modules/p1"]["integrity"] = json!("sha512-b");
        assert_eq!(flaws(&compared(&pinned(&lock()), &today, &silent)), 1);
    }

    #[test]
    fn a_package_that_is_gone_is_told_from_a_registry_that_is() {
        let gone = "npm error code ETARGET\nnpm error notarget No matching version found for a@1.0.0.\n";
        assert_eq!(
            refused(&said(false, &json!({}), gone)),
            Answer::Flaws(vec!["npm: notarget No matching version found for a@1.0.0.".to_owned()])
        );
        let away = "npm error code ENOTFOUND\nnpm error syscall getaddrinfo\nnpm error network No way\n";
        assert_eq!(refused(&said(false, &json!({}), away)), Answer::NotAsked("network No way".to_owned()));
    }

    #[test]
    fn severe_flaws_fail_and_lesser_ones_are_counted() {
        let report = |severity: &str| {
            json!({ "auditReportVersion": 2, "vulnerabilities": { "a": { "severity": severity } },
                    "metadata": { "vulnerabilities": { "total": 1 } } })
        };
        for (severity, number) in [("low", 0), ("moderate", 0), ("high", 1), ("critical", 1)] {
            let answer = audited(&said(false, &report(severity), ""));
            assert_eq!(flaws(&answer), number, "{severity}");
            assert!(number == 1 || answer == Answer::Sound("no severe flaw, 1 lesser ones".to_owned()));
        }
    }

    #[test]
    fn an_audit_that_was_not_answered_is_not_sound() {
        let refused = json!({ "message": "405 Method Not Allowed - POST https://example.invalid", "error": { "summary": "" } });
        assert_eq!(
            audited(&said(false, &refused, "")),
            Answer::NotAsked("405 Method Not Allowed - POST".to_owned())
        );
        let empty = Said { ok: true, out: String::new(), err: String::new() };
        assert!(matches!(audited(&empty), Answer::NotAsked(_)));
        assert!(matches!(signed(&empty), Answer::NotAsked(_)));
        let away = json!({ "error": { "code": "ENOTFOUND", "summary": "getaddrinfo ENOTFOUND" } });
        assert_eq!(signed(&said(false, &away, "")), Answer::NotAsked("getaddrinfo ENOTFOUND".to_owned()));
    }

    #[test]
    fn what_is_not_signed_or_wrongly_is_named() {
        let package = json!({ "name": "a", "version": "1.0.0" });
        assert_eq!(
            flaws(&signed(&said(false, &json!({ "invalid": [package], "missing": [package] }), ""))),
            2
        );
        let none = json!({ "invalid": [], "missing": [] });
        assert!(matches!(signed(&said(true, &none, "")), Answer::Sound(_)));
        assert!(matches!(signed(&said(false, &none, "npm error no keys")), Answer::NotAsked(_)));
    }
}
