//! The same source gives the same bytes, wherever it lies: what git knows of the checkout is copied into another folder,
//! built there from nothing, with tools that are installed anew, and compared.

use std::fs;
use std::path::Path;
use std::thread;

use anyhow::{Context, Result, bail};

use crate::page;
use crate::run::{ROOT, command, output, root, run, target_dir};

/// What must be the same.
const PRODUCTS: &[&str] = &["index.html", "sbom.cdx.json", "SHA256SUMS"];

/// Builds twice, both at once, as each takes most of its time in one thread, and compares.
pub fn check() -> Result<()> {
    let copy = target_dir().join("reproducible/a folder with another, longer name");
    if copy.exists() {
        fs::remove_dir_all(&copy).context("the copy of the last time")?;
    }
    copy_checkout(&copy)?;
    let program = std::env::current_exe().context("this program")?;
    let mut there = command(program);
    there.arg("dist").env(ROOT, &copy).env("CARGO_TARGET_DIR", copy.join("target"));
    thread::scope(|scope| {
        let there = scope.spawn(|| run(&mut there));
        let here = page::dist();
        there.join().expect("it does not panic").and(here)
    })?;
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

/// Copies the files that git has of the checkout, as they are now. What it does not have must not change the product.
fn copy_checkout(to: &Path) -> Result<()> {
    let listed = output(command("git").args(["ls-files", "-z"]).current_dir(root()))
        .context("git must tell which files are source")?;
    for name in listed.split('\0').filter(|name| !name.is_empty()) {
        let (from, to) = (root().join(name), to.join(name));
        // Taken away, and not yet from git.
        if !from.exists() {
            continue;
        }
        fs::create_dir_all(to.parent().unwrap_or(&to)).with_context(|| to.display().to_string())?;
        fs::copy(&from, &to).with_context(|| from.display().to_string())?;
    }
    Ok(())
}
