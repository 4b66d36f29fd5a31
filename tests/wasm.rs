//! The core in WebAssembly says what the native one says, over logs of every form, whole and spoilt, and over all that
//! the fuzzer found: every export, and the context of the first row.
//!
//! `cargo xtask test wasm` builds the module and runs this; by itself it is ignored, as it needs that module (its folder
//! in `CORE`) and Node. `FUZZ_CORPUS=fuzz/corpus` puts everything in that folder to it as well.

mod common;
#[allow(dead_code)] // Its ways to read are compared natively.
#[path = "../fuzz/oracles.rs"]
mod oracles;

use std::fs;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use common::{forms, spoil};
use serde_json::{Value, json};
use sysmon_triage::context::{Pass, Question};
use sysmon_triage::export;
use sysmon_triage::report::Report;
use sysmon_triage::rule::wmi::RULE;
use sysmon_triage::session::Session;
use testlog::forest::{self, forest};
use testlog::rng::Rng;
use testlog::zip::{self, Member};
use testlog::{Event, Options, Size};

/// The built core, in a process of Node.
struct Core {
    child: Child,
    asked: ChildStdin,
    answered: BufReader<ChildStdout>,
    compared: usize,
}

impl Core {
    fn start() -> Core {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = std::env::var_os("CORE").expect("CORE names the folder with the built core");
        let mut node = Command::new("node");
        node.arg(root.join("tests/wasm/core.js")).arg(folder);
        let mut child = node.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("node runs");
        let asked = child.stdin.take().unwrap();
        let answered = BufReader::new(child.stdout.take().unwrap());
        Core { child, asked, answered, compared: 0 }
    }

    fn ask(&mut self, log: &[u8], piece: u32) -> std::io::Result<Value> {
        self.asked.write_all(&u32::try_from(log.len()).unwrap().to_le_bytes())?;
        self.asked.write_all(&piece.to_le_bytes())?;
        self.asked.write_all(log)?;
        self.asked.flush()?;
        let mut length = [0; 4];
        self.answered.read_exact(&mut length)?;
        let mut text = vec![0; u32::from_le_bytes(length) as usize];
        self.answered.read_exact(&mut text)?;
        Ok(serde_json::from_slice(&text)?)
    }

    /// Both cores say the same of this log, whatever the pieces in which the built one gets it.
    fn compare(&mut self, name: &str, log: &[u8], piece: u32) {
        let mut built =
            self.ask(log, piece).unwrap_or_else(|error| panic!("{name}: the built core broke down: {error}"));
        if let Some(rounds) = built.pointer_mut("/context/rounds") {
            // The native context leaves it out.
            *rounds = Value::Null;
        }
        // Why the decoder can't read a size that no address holds depends on how long addresses are.
        let lines = |answer: &Value| {
            let text = serde_json::to_string_pretty(answer).unwrap().replace("\\n", "\n");
            text.replace("template data size overflow", "template data out of bounds")
        };
        let (built, native) = (lines(&built), lines(&native(log)));
        if built != native {
            let differ = built.lines().zip(native.lines()).find(|(built, native)| built != native);
            panic!("{name}: built and native differ: {differ:?}");
        }
        self.compared += 1;
    }

    fn end(mut self) -> usize {
        drop(self.asked);
        assert!(self.child.wait().unwrap().success());
        self.compared
    }
}

/// What `tests/wasm/core.js` answers, by the native core.
fn native(log: &[u8]) -> Value {
    let session = oracles::read_whole(log);
    let options = export::document::Options::default();
    let report = Report::of(&session);
    json!({
        "exports": {
            "json": export::json::json(&session, &options.made).unwrap(),
            "csv": export::csv::csv(&report).0,
            "markdown": export::markdown::markdown(&session, &options),
            "html": export::html::html(&session, &options),
        },
        "context": context(&session, log),
    })
}

fn context(session: &Session, log: &[u8]) -> Option<Value> {
    let passes = |question: Question| vec![Pass::new(&RULE, question, 0, "fuzz", Some(log.len() as u64))];
    (!session.groups().is_empty()).then(|| oracles::gathered(session, 0, log, usize::MAX, &passes)).flatten()
}

fn log(seed: u64) -> Vec<Event> {
    testlog::log(&Options { seed, size: Size::Events(6), matches: 2, ..Options::default() }).0
}

/// A log whose processes start one another.
fn linked(seed: u64, guids: bool) -> Vec<Event> {
    forest(&forest::Options { seed, processes: 14, hosts: 2, guids, ..forest::Options::default() }).events
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> =
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect();
    found.sort();
    found
}

#[test]
#[ignore = "needs the built core: cargo xtask test wasm"]
fn the_built_core_says_what_the_native_one_says() {
    let mut core = Core::start();
    let mut random = Rng::new(20_261_124);
    for seed in 0..3 {
        for events in [log(seed), linked(seed, true), linked(seed, false)] {
            for plain in forms::plain(&events) {
                for mut form in forms::packed(&plain).into_iter().chain([plain]) {
                    core.compare(&form.name, &form.bytes, u32::MAX);
                    let mut below = |end: usize| random.below(end.max(1) as u32) as usize;
                    let (kind, from, length) = (below(5) as u8, below(form.bytes.len()), 1 + below(3000));
                    spoil(&mut form.bytes, kind, from, length, seed);
                    let how = format!("{} of seed {seed}, spoilt: {kind}, {from}, {length}", form.name);
                    core.compare(&how, &form.bytes, 1 + below(5000) as u32);
                }
            }
        }
    }
    println!("{} logs: the same in WebAssembly", core.end());
}

/// Browsers give pieces that do not divide what the core puts together, and a zip goes on at its end.
#[test]
#[ignore = "needs the built core: cargo xtask test wasm"]
fn pieces_of_any_size_are_put_together() {
    let mut core = Core::start();
    let options = Options { seed: 5, size: Size::Events(2000), matches: 6, ..Options::default() };
    let events = testlog::log(&options).0;
    for plain in forms::plain(&events) {
        assert!(plain.bytes.len() > 300_000, "{} is too small", plain.name);
        let stored = zip::archive(&[Member { deflate: false, ..Member::new(&plain.name, &plain.bytes) }]);
        core.compare(&format!("{}, stored", plain.name), &stored, 200_001);
    }
    println!("{} logs in pieces: the same in WebAssembly", core.end());
}

/// The first byte of each file tells the size of pieces, see `oracles.rs`.
#[test]
#[ignore = "needs the built core: cargo xtask test wasm"]
fn the_built_core_says_the_same_of_what_the_fuzzer_made() {
    let mut core = Core::start();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("fuzz/finds")];
    folders.extend(std::env::var_os("FUZZ_CORPUS").map(PathBuf::from));
    for file in folders.iter().flat_map(|folder| files(folder)) {
        let bytes = fs::read(&file).unwrap();
        let Some((knob, log)) = bytes.split_first() else { continue };
        core.compare(&file.display().to_string(), log, 1 + u32::from(*knob));
    }
    let compared = core.end();
    assert!(compared > 0);
    println!("{compared} logs of the fuzzer: the same in WebAssembly");
}
