//! Child processes: where they run, what they inherit, and one sentence when they fail.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

/// Names another checkout than the one that this program was built in, for [`crate::reproducible`].
pub const ROOT: &str = "TRIAGE_ROOT";

/// The root of the checkout.
pub fn root() -> &'static Path {
    static OTHER: LazyLock<Option<PathBuf>> = LazyLock::new(|| std::env::var_os(ROOT).map(PathBuf::from));
    let own =
        || Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root of the checkout");
    OTHER.as_deref().unwrap_or_else(own)
}

/// Where cargo puts what it builds.
pub fn target_dir() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// A command that runs in the root of the checkout.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// Cargo, the very one that runs this task. Flags from the environment would replace those of
/// `.cargo/config.toml`, without which the web build fails, so they are not passed on.
pub fn cargo() -> Command {
    let mut cargo = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for name in [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_BUILD_RUSTFLAGS",
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
        "CARGO_BUILD_TARGET",
    ] {
        cargo.env_remove(name);
    }
    cargo
}

/// A program of `node_modules`.
pub fn node_tool(name: &str) -> Command {
    command(root().join("node_modules/.bin").join(if cfg!(windows) {
        format!("{name}.cmd")
    } else {
        name.to_owned()
    }))
}

/// A whole file of tests may take so long; one that hangs must not hang the run.
const TEST_TIMEOUT: &str = "--test-timeout=600000";

/// Tests in Node, one file after another.
pub fn node_tests(files: &[PathBuf], env: &[(&str, &Path)]) -> Command {
    let mut command = command("node");
    command.args(["--test", "--test-reporter=spec", "--test-concurrency=1", TEST_TIMEOUT]);
    command.args(files).envs(env.iter().copied());
    command
}

/// npm, which is a script with another name on Windows.
pub fn npm() -> Command {
    command(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// Runs to the end with the output passed through; an error names the command.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("could not start {}", shown(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", shown(command));
    }
    Ok(())
}

/// Runs to the end and gives what it printed on standard output.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("could not start {}", shown(command)))?;
    if !output.status.success() {
        bail!("{} failed ({})", shown(command), output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("{} did not print UTF-8", shown(command)))
}

/// Like [`output`], for a command that must not print a word on standard error.
pub fn strict_output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("could not start {}", shown(command)))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() || !said.trim().is_empty() {
        bail!("{} said:\n{}", shown(command), said.trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("{} did not print UTF-8", shown(command)))
}

/// The command as one would type it, shortened.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut text = program.file_stem().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    for arg in command.get_args() {
        text.push(' ');
        text.push_str(&arg.to_string_lossy());
        if text.len() > 160 {
            text.truncate(text.floor_char_boundary(160));
            text.push('…');
            break;
        }
    }
    format!("`{text}`")
}

/// Finds a program on the PATH.
pub fn which(name: &str) -> Option<PathBuf> {
    let file = if cfg!(windows) { format!("{name}.exe") } else { name.to_owned() };
    std::env::split_paths(&std::env::var_os("PATH")?).map(|dir| dir.join(&file)).find(|path| path.is_file())
}

/// SHA-256 over the parts one after another, in lower-case hexadecimal.
pub fn hex_sha256(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The files below a folder whose names end so, in order.
pub fn files_ending(dir: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).with_context(|| format!("{}", dir.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files_ending(&path, ending)?);
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
