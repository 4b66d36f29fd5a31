//! What the product is made of and made with: whether every package, of Rust, npm and Python, is pinned, comes from where
//! it should and may be used; what the registries say about it today; and the list of what is in the page ([`bill`]).
//!
//! What is pinned is checked without a network. What only a registry knows is asked through its own client, so that a
//! mirror that cargo, npm or pip is set up with is asked as well. A question that can't be put is said to be *not asked*;
//! it never counts as answered.

mod asked;
mod bill;
mod licence;
mod npm;
mod python;
mod rust;

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, bail};

pub use bill::{of_page, print_of_program};

use crate::run::root;

/// All packages, first as they are pinned, then as the registries know them.
pub fn check() -> Result<()> {
    let allowed = licence::of_deny_toml()?;
    let mut found = BTreeSet::new();
    for checked in [rust::check(&allowed)?, npm::check(&allowed)?, python::check(&allowed)?] {
        println!("supply: {}", checked.what);
        found.extend(checked.broken);
    }
    found.extend(asked::check()?);
    if !found.is_empty() {
        bail!("{}", found.into_iter().collect::<Vec<_>>().join("\n"));
    }
    Ok(())
}

/// What was looked at, in a few words, and a sentence for each rule that is broken.
struct Checked {
    what: String,
    broken: Vec<String>,
}

/// A file of the checkout.
fn read(name: &str) -> Result<String> {
    fs::read_to_string(root().join(name)).with_context(|| name.to_owned())
}
