//! The same source gives the same bytes, wherever it lies: the checkout is copied into another folder, built there from
//! nothing, and compared.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::page;
use crate::run::{ROOT, command, root, run, target_dir};

/// What is not source.
const NOT_COPIED: &[&str] = &["target", "node_modules", "dist", ".git", "corpus", "artifacts"];
/// What must be the same.
const PRODUCTS: &[&str] = &["index.html", "sbom.cdx.json", "SHA256SUMS"];

/// Builds twice and compares.
pub fn check() -> Result<()> {
    page::dist()?;
    let copy = target_dir().join("reproducible/a folder with another, longer name");
    if copy.exists() {
        fs::remove_dir_all(&copy).context("the copy of the last time")?;
    }
    copy_tree(root(), &copy)?;
    // The tools are not what is compared; they are pinned by the lock file.
    link(&root().join("node_modules"), &copy.join("node_modules"))?;
    let program = std::env::current_exe().context("this program")?;
    run(command(program).arg("dist").env(ROOT, &copy).env("CARGO_TARGET_DIR", copy.join("target")))?;
    for product in PRODUCTS {
        let read = |root: &Path| fs::read(root.join("dist").join(product)).context(*product);
        let (here, there) = (read(root())?, read(&copy)?);
        if here != there {
            let at = here.iter().zip(&there).position(|(a, b)| a != b).unwrap_or(here.len().min(there.len()));
            bail!("dist/{product} differs from byte {at} on; the other is {}", copy.join("dist").display());
        }
    }
    fs::remove_dir_all(&copy).context("the copy")?;
    println!("reproducible: {} are the same bytes from two folders", PRODUCTS.join(", "));
    Ok(())
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| to.display().to_string())?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let name = entry.file_name();
        if NOT_COPIED.iter().any(|skipped| name == *skipped) {
            continue;
        }
        match entry.file_type()? {
            kind if kind.is_dir() => copy_tree(&entry.path(), &to.join(&name))?,
            kind if kind.is_file() => {
                fs::copy(entry.path(), to.join(&name)).with_context(|| entry.path().display().to_string())?;
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> Result<()> {
    std::os::unix::fs::symlink(from, to).context("node_modules")
}

#[cfg(not(unix))]
fn link(from: &Path, to: &Path) -> Result<()> {
    copy_tree(from, to)
}
