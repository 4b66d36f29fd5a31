//! The core as WebAssembly, the glue that calls it, and what unpacks it in the page.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::run::{cargo, root, run, target_dir};

/// The module and its JavaScript, a classic script that defines the global `wasm_bindgen`.
pub struct Wasm {
    pub module: Vec<u8>,
    pub glue: String,
    /// `www/unpacker`.
    pub unpacker: Vec<u8>,
}

/// Builds the core for the browser.
pub fn build() -> Result<Wasm> {
    let input = compiled("sysmon-triage")?;
    let dir = target_dir().join("page");
    let mut bindgen = Bindgen::new();
    bindgen.input_path(&input).typescript(false).remove_name_section(true).remove_producers_section(true);
    bindgen.no_modules(true).context("wasm-bindgen")?;
    bindgen.generate(&dir).with_context(|| format!("wasm-bindgen could not process {}", input.display()))?;

    let read = |name: &str| {
        let path = dir.join(name);
        fs::read(&path).with_context(|| format!("wasm-bindgen did not write {}", path.display()))
    };
    let glue = String::from_utf8(read("sysmon_triage.js")?).context("the glue is not UTF-8")?;
    if !glue.contains("wasm_bindgen") {
        bail!("the glue does not define wasm_bindgen");
    }
    let unpacker = compiled("unpacker")?;
    let unpacker = fs::read(&unpacker).with_context(|| unpacker.display().to_string())?;
    Ok(Wasm { module: read("sysmon_triage_bg.wasm")?, glue, unpacker })
}

/// Builds a package of the workspace for the browser and gives the path of its module.
fn compiled(package: &str) -> Result<PathBuf> {
    let target = target_dir();
    run(cargo()
        .args(["build", "--quiet", "--lib", "--profile", "page", "--locked", "--no-default-features"])
        .args(["--package", package])
        .args(["--target", "wasm32-unknown-unknown", "--config", &remapped_paths()])
        .arg("--target-dir")
        .arg(&target))?;
    let module = format!("{}.wasm", package.replace('-', "_"));
    Ok(target.join("wasm32-unknown-unknown/page").join(module))
}

/// A cargo setting that keeps this machine's folders out of the module (they stand in panic messages), so that
/// every checkout builds the same bytes. Cargo joins it with the flags of `.cargo/config.toml`.
fn remapped_paths() -> String {
    let cargo_home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
        .unwrap_or_default();
    // Packages lie in a folder named after the registry they came from, which may be a mirror.
    let registries = fs::read_dir(cargo_home.join("registry/src")).into_iter().flatten().flatten();
    let mut folders: Vec<(PathBuf, &str)> = registries.map(|entry| (entry.path(), "/crates")).collect();
    folders.sort();
    folders.push((root().to_owned(), "/source"));
    let flags: Vec<String> = folders
        .into_iter()
        .map(|(from, to)| format!("{:?}", format!("--remap-path-prefix={}={to}", from.display())))
        .collect();
    format!("target.wasm32-unknown-unknown.rustflags=[{}]", flags.join(","))
}
