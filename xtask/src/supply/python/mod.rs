//! The packages of Python, which only check: what `requirements.in` asks for, that `requirements.txt` beside it pins
//! all that this takes, by version and hash, and what those say of themselves that are installed.

mod installed;

use std::collections::BTreeSet;

use anyhow::Result;

use super::{Checked, read};
use crate::setup::{PYTHON, python};

/// Both files of every environment, and the environment itself.
pub fn check(allowed: &BTreeSet<String>) -> Result<Checked> {
    let (mut packages, mut broken) = (0, Vec::new());
    let (mut there, mut lacking) = (Vec::new(), Vec::new());
    for environment in &PYTHON {
        let (wishes, pins) = (environment.wishes(), environment.pins());
        let pinned = pinned(&pins, &read(&pins)?, &mut broken);
        broken.extend(unpinned(&wishes, &read(&wishes)?, &pinned));
        packages += pinned.len();
        let Some(python) = python(environment)? else {
            lacking.push(pins);
            continue;
        };
        let found = installed::of(&python)?;
        broken.extend(installed::flaws(&pins, &found, &pinned, allowed));
        there.extend(found);
    }
    let licences = if lacking.is_empty() {
        broken.extend(installed::idle_exceptions(&there));
        "licence of all that are installed".to_owned()
    } else {
        format!("licences NOT LOOKED AT of those that can't be installed here: {}", lacking.join(", "))
    };
    Ok(Checked { what: format!("{packages} Python packages: version and hash; {licences}"), broken })
}

/// Wishes that are not pinned, or leave a choice.
fn unpinned(name: &str, text: &str, pinned: &[String]) -> Vec<String> {
    let mut broken = Vec::new();
    for (wish, _) in requirements(text) {
        if !is_pin(&wish) {
            broken.push(format!("{name}: {wish:?} is not a name and one version"));
        } else if !pinned.contains(&wish) {
            broken.push(format!("{name}: {wish} is not pinned; the first lines of requirements.txt say how"));
        }
    }
    broken
}

/// What a list with hashes pins; what is not of that form is broken.
fn pinned(name: &str, text: &str, broken: &mut Vec<String>) -> Vec<String> {
    let list = requirements(text);
    if list.is_empty() {
        broken.push(format!("{name}: it pins nothing"));
    }
    for (pin, hashes) in &list {
        if !is_pin(pin) {
            broken.push(format!("{name}: {pin:?} is not a name and one version"));
        }
        if hashes.is_empty() || !hashes.iter().all(|hash| is_sha256(hash)) {
            broken.push(format!("{name}: {pin} is not pinned by SHA-256"));
        }
    }
    list.into_iter().map(|(pin, _)| pin).collect()
}

/// The lines of a list, without comments and markers (`; python_version < "3.13"`), each with its hashes.
fn requirements(text: &str) -> Vec<(String, Vec<String>)> {
    let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
    let lines = joined.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let of_line = |line: &str| {
        let mut parts = line.split(" --hash=");
        let first = parts.next().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_owned();
        (first, parts.map(|part| part.trim().to_owned()).collect())
    };
    lines.filter(|line| !line.is_empty()).map(of_line).collect()
}

/// `name==version`, and nothing that leaves a choice: no option, address, range or star.
fn is_pin(text: &str) -> bool {
    let plain = |part: &str, more: &[u8]| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
    };
    let starts = |part: &str, kind: fn(&u8) -> bool| part.bytes().next().is_some_and(|byte| kind(&byte));
    text.split_once("==").is_some_and(|(name, version)| {
        plain(name, b"-_.")
            && starts(name, u8::is_ascii_alphanumeric)
            && plain(version, b".+!")
            && starts(version, u8::is_ascii_digit)
    })
}

fn is_sha256(hash: &str) -> bool {
    hash.strip_prefix("sha256:")
        .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn broken(text: &str) -> Vec<String> {
        let mut broken = Vec::new();
        pinned("list", text, &mut broken);
        broken
    }

    #[test]
    fn a_list_that_pins_everything_is_sound() {
        let text = format!(
            "# made by\none==1.0.3 \\\n    --hash={HASH} \\\n    --hash={HASH}\n\
             two-more==2026.10.19.post1 ; python_full_version < '3.13' \\\n    --hash={HASH}\n"
        );
        assert_eq!(broken(&text), [""; 0]);
        assert_eq!(broken(&text.replace('\n', "\r\n")), [""; 0]);
        assert_eq!(
            requirements(&text).into_iter().map(|(pin, hashes)| (pin, hashes.len())).collect::<Vec<_>>(),
            [("one==1.0.3".to_owned(), 2), ("two-more==2026.10.19.post1".to_owned(), 1)]
        );
    }

    #[test]
    fn what_leaves_a_choice_is_named() {
        for line in [
            "one==1.*",
            "one>=1.0",
            "one",
            "one==1.0,<2",
            "one[extra]==1.0",
            "one @ https://example.invalid/one.whl",
            "--index-url https://example.invalid",
            "-e .",
            "-r other.txt",
        ] {
            assert_eq!(broken(&format!("{line} --hash={HASH}")).len(), 1, "{line}");
        }
    }

    #[test]
    fn what_has_no_hash_or_another_one_is_named() {
        for line in [
            "one==1.0".to_owned(),
            "one==1.0 --hash=md5:0123456789abcdef0123456789abcdef".to_owned(),
            "one==1.0 --hash=sha256:0123".to_owned(),
            format!("one==1.0 --hash={HASH} --hash=sha256:"),
        ] {
            assert_eq!(broken(&line).len(), 1, "{line}");
        }
        assert_eq!(broken("# nothing\n").len(), 1);
    }

    #[test]
    fn a_wish_that_is_not_pinned_is_named() {
        let pinned = ["one==1.0".to_owned()];
        assert_eq!(unpinned("list", "one==1.0\n", &pinned), [""; 0]);
        for wish in ["one==1.1", "two==1.0", "one>=1.0", "one"] {
            assert_eq!(unpinned("list", wish, &pinned).len(), 1, "{wish}");
        }
    }
}
