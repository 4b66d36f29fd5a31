//! What a fresh machine lacks: the wasm target, npm packages, browsers and their drivers. Each is looked for
//! first, so that a machine that has everything waits for nothing and needs no network.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, Result, bail};

use crate::run::{cargo, command, hex_sha256, npm, output, root, run, target_dir, which};

const WASM_TARGET: &str = "wasm32-unknown-unknown";
const GECKODRIVER_VERSION: &str = "0.37.1";
const OLDEST_NODE: u32 = 20;

/// What building the page needs.
pub fn for_build() -> Result<()> {
    wasm_target()?;
    node_modules()
}

/// `rust-toolchain.toml` names the target, but a machine with `RUSTUP_AUTO_INSTALL=0` does not fetch it by itself.
fn wasm_target() -> Result<()> {
    let library = output(command("rustc").args(["--print", "target-libdir", "--target", WASM_TARGET]))?;
    if Path::new(library.trim()).is_dir() {
        return Ok(());
    }
    if which("rustup").is_none() {
        bail!(
            "The {WASM_TARGET} target is not installed, and there is no rustup to add it: see https://rustup.rs."
        );
    }
    run(command("rustup").args(["target", "add", WASM_TARGET]))
        .with_context(|| format!("`rustup target add {WASM_TARGET}` must work once, with a network"))
}

/// rustfmt and clippy, for the checks.
pub fn rust_components() -> Result<()> {
    for component in ["rustfmt", "clippy"] {
        let probe =
            cargo().args([if component == "rustfmt" { "fmt" } else { "clippy" }, "--version"]).output();
        if !probe.is_ok_and(|probe| probe.status.success()) {
            run(command("rustup").args(["component", "add", component])).with_context(|| {
                format!("{component} is missing; `rustup component add {component}` adds it")
            })?;
        }
    }
    Ok(())
}

/// `npm ci`, when `node_modules` was not made from the lock file as it is now.
fn node_modules() -> Result<()> {
    let version = output(command("node").arg("--version"))
        .with_context(|| format!("Node {OLDEST_NODE} or newer must be installed: https://nodejs.org"))?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    if major.is_none_or(|major: u32| major < OLDEST_NODE) {
        bail!("Node {OLDEST_NODE} or newer is needed, this is {}.", version.trim());
    }
    let lock = fs::read(root().join("package-lock.json")).context("package-lock.json")?;
    let wanted = hex_sha256(&[&lock]);
    let stamp = root().join("node_modules/.made-from-lock");
    if fs::read_to_string(&stamp).is_ok_and(|made_from| made_from == wanted) {
        return Ok(());
    }
    eprintln!("xtask: npm ci");
    // No package's own script runs, whatever the machine's settings are.
    run(npm().args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]))
        .context("the npm packages must be fetched once, with a network")?;
    fs::write(&stamp, wanted).context("node_modules")
}

/// Packages of Python for one purpose, in an environment of their own.
#[derive(Debug)]
pub struct Environment {
    /// Where its lists lie.
    folder: &'static str,
    /// What it is called below `target/tools`.
    name: &'static str,
}

impl Environment {
    /// The list of what is asked for.
    pub fn wishes(&self) -> String {
        format!("{}/requirements.in", self.folder)
    }

    /// The list of all that this takes, with versions and hashes, made by `uv pip compile`.
    pub fn pins(&self) -> String {
        format!("{}/requirements.txt", self.folder)
    }
}

/// Engines and parsers for the rule's other forms.
pub const RULE_ENGINES: Environment = Environment { folder: "tests/forms", name: "rule-engines" };
/// What looks at the workflows.
pub const LINTERS: Environment = Environment { folder: ".github", name: "linters" };
/// All of them.
pub const PYTHON: [Environment; 2] = [RULE_ENGINES, LINTERS];

/// The Python of such an environment; none where there is no Python, or, but in CI, where its packages can't be had. Packages come as they were built, each with its hash,
/// so that none runs anything while it is installed.
pub fn python(environment: &Environment) -> Result<Option<PathBuf>> {
    // Two checks that run beside each other may ask for the same one.
    static ONE_AT_ONCE: Mutex<()> = Mutex::new(());
    let _asking = ONE_AT_ONCE.lock().expect("nobody panics while asking");
    let packages = root().join(environment.pins());
    let wanted = hex_sha256(&[&fs::read(&packages).with_context(|| packages.display().to_string())?]);
    let folder = target_dir().join("tools").join(environment.name);
    let stamp = folder.join(".made-from");
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if fs::read_to_string(&stamp).is_ok_and(|made_from| made_from == wanted) {
        return Ok(Some(python));
    }
    let Some(found) = ["python3", "python"].into_iter().find_map(which) else { return Ok(None) };
    eprintln!("xtask: Python packages of {}", environment.pins());
    let installed = run(command(found).args(["-m", "venv", "--clear"]).arg(&folder)).and_then(|()| {
        run(command(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(["--require-hashes", "--only-binary", ":all:", "-r"])
            .arg(packages))
    });
    match installed {
        Ok(()) => fs::write(&stamp, wanted).with_context(|| stamp.display().to_string())?,
        // A package with another hash would look like one that is not there.
        Err(error) if std::env::var_os("CI").is_some() => return Err(error),
        Err(_) => return Ok(None),
    }
    Ok(Some(python))
}

/// The browsers of the tests, and the programs that drive them.
#[derive(Debug)]
pub struct Browsers {
    pub chromium: PathBuf,
    pub chromedriver: PathBuf,
    pub firefox: PathBuf,
    pub geckodriver: PathBuf,
}

impl Browsers {
    /// As the tests take them.
    pub fn env(&self) -> [(&'static str, &Path); 4] {
        [
            ("CHROMIUM", &self.chromium),
            ("CHROMEDRIVER", &self.chromedriver),
            ("FIREFOX", &self.firefox),
            ("GECKODRIVER", &self.geckodriver),
        ]
    }
}

/// One thing to find: the variable that overrides it, its names on the PATH, and Debian's package.
struct Wanted {
    env: &'static str,
    names: &'static [&'static str],
    elsewhere: &'static [&'static str],
    package: &'static str,
}

const CHROMIUM: Wanted = Wanted {
    env: "CHROMIUM",
    names: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"],
    elsewhere: &["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"],
    package: "chromium",
};
const CHROMEDRIVER: Wanted = Wanted {
    env: "CHROMEDRIVER",
    names: &["chromedriver"],
    elsewhere: &["/usr/lib/chromium/chromedriver", "/usr/lib/chromium-browser/chromedriver"],
    package: "chromium-driver",
};
const FIREFOX: Wanted = Wanted {
    env: "FIREFOX",
    names: &["firefox-esr", "firefox"],
    elsewhere: &["/Applications/Firefox.app/Contents/MacOS/firefox"],
    package: "firefox-esr",
};

impl Wanted {
    fn find(&self) -> Result<Option<PathBuf>> {
        if let Some(path) = std::env::var_os(self.env).map(PathBuf::from) {
            return if path.is_file() {
                Ok(Some(path))
            } else {
                bail!("{} names {}, which is not a file.", self.env, path.display())
            };
        }
        let elsewhere = || self.elsewhere.iter().map(PathBuf::from).find(|path| path.is_file());
        Ok(self.names.iter().find_map(|name| which(name)).or_else(elsewhere))
    }
}

/// Finds the browsers, or installs them where that is possible without asking anybody.
pub fn browsers() -> Result<Browsers> {
    let wanted = [CHROMIUM, CHROMEDRIVER, FIREFOX];
    let mut missing = Vec::new();
    for one in &wanted {
        if one.find()?.is_none() {
            missing.push(one.package);
        }
    }
    if !missing.is_empty() {
        install_with_apt(&missing)?;
    }
    let [chromium, chromedriver, firefox] = wanted.map(|one| {
        one.find()?.with_context(|| format!("{} is still missing after its installation", one.package))
    });
    Ok(Browsers {
        chromium: chromium?,
        chromedriver: chromedriver?,
        firefox: firefox?,
        geckodriver: geckodriver()?,
    })
}

fn install_with_apt(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    let by_hand = format!(
        "The browser tests need {list} (Debian's names). Install them, or name the programs in the variables \
         CHROMIUM, CHROMEDRIVER, FIREFOX and GECKODRIVER."
    );
    let is_root = cfg!(unix) && output(command("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !is_root || which("apt-get").is_none() {
        bail!(by_hand);
    }
    eprintln!("xtask: apt-get install {list}");
    let apt = |args: &[&str]| run(command("apt-get").args(args).env("DEBIAN_FRONTEND", "noninteractive"));
    apt(&["update", "-qq"])
        .and_then(|()| apt(&[&["install", "-y", "-qq", "--no-install-recommends"], packages].concat()))
        .context(by_hand)
}

/// geckodriver is in no Debian package, and its npm package carries no program; cargo builds it (about 90 s, once).
fn geckodriver() -> Result<PathBuf> {
    let wanted =
        Wanted { env: "GECKODRIVER", names: &["geckodriver"], elsewhere: &[], package: "geckodriver" };
    if let Some(found) = wanted.find()? {
        return Ok(found);
    }
    let tools = target_dir().join("tools");
    let built = tools.join(if cfg!(windows) { "bin/geckodriver.exe" } else { "bin/geckodriver" });
    if !built.is_file() {
        eprintln!("xtask: cargo install geckodriver");
        run(cargo()
            .args([
                "install",
                "geckodriver",
                "--locked",
                "--quiet",
                "--version",
                GECKODRIVER_VERSION,
                "--root",
            ])
            .arg(&tools))
        .context("geckodriver could not be built; install it, or name it in the variable GECKODRIVER")?;
    }
    Ok(built)
}
