//! Which licences are allowed: the list of `deny.toml`, and whether an SPDX expression can be met with it.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};

use super::read;

/// The licences that the checkout's `deny.toml` allows.
pub fn of_deny_toml() -> Result<BTreeSet<String>> {
    allowed(&read("deny.toml")?)
}

/// The licences that `deny.toml` allows.
fn allowed(text: &str) -> Result<BTreeSet<String>> {
    let list = text.split("[licenses]").nth(1).and_then(|rest| rest.split("allow = [").nth(1));
    let list = list.and_then(|rest| rest.split(']').next()).context("deny.toml has no list of licences")?;
    let allowed: BTreeSet<_> = list.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    if allowed.is_empty() {
        bail!("deny.toml allows no licence");
    }
    Ok(allowed)
}

/// Whether an SPDX expression can be met with these licences. `/` is the old way to write OR.
pub fn satisfied(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let met = any(&mut words, allowed);
    met && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    let mut met = all(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        met |= all(words, allowed);
    }
    met
}

fn all(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    let mut met = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, allowed);
    }
    met
}

fn one(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    match words.next() {
        Some("(") => any(words, allowed) & words.next_if_eq(&")").is_some(),
        Some(name) => match words.next_if_eq(&"WITH") {
            Some(_) => {
                let exception = words.next().unwrap_or_default();
                allowed.contains(&format!("{name} WITH {exception}"))
            }
            None => allowed.contains(name),
        },
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licence_expressions_are_weighed() {
        let allowed: BTreeSet<_> =
            ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned).into();
        for (expression, met) in [
            ("MIT", true),
            ("GPL-3.0", false),
            ("GPL-3.0 OR MIT", true),
            ("GPL-3.0/MIT", true),
            ("(MIT OR GPL-3.0) AND Apache-2.0", true),
            ("(MIT OR Apache-2.0) AND GPL-3.0", false),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("Apache-2.0 WITH Something-else", false),
            ("", false),
            ("MIT OR", true),
            ("(MIT", false),
        ] {
            assert_eq!(satisfied(expression, &allowed), met, "{expression}");
        }
    }

    #[test]
    fn a_list_without_licences_is_refused() {
        assert!(allowed("[licenses]\nallow = []\n").is_err());
        assert!(allowed("[sources]\n").is_err());
        assert!(of_deny_toml().unwrap().contains("MIT"));
    }
}
