//! The logs that are read: made once by `testlog`, the same on every machine, with the counts that must come out.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};

use crate::run::{cargo, hex_sha256, output, root, target_dir};

/// What must be found in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub records: u64,
    pub process_creations: u64,
    pub matches: u64,
    pub groups: u64,
}

impl Counts {
    /// Four numbers in a text, in this order.
    pub fn of(text: &str) -> Option<Counts> {
        match numbers(text).as_slice() {
            &[records, process_creations, matches, groups, ..] => {
                Some(Counts { records, process_creations, matches, groups })
            }
            _ => None,
        }
    }
}

/// All whole numbers in a text.
fn numbers(text: &str) -> Vec<u64> {
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

/// A log on disk.
#[derive(Debug, Clone)]
pub struct Log {
    pub path: PathBuf,
    pub bytes: u64,
    pub counts: Counts,
}

/// One of each form.
pub struct Logs {
    /// Where they lie, and what else the benchmark writes.
    pub folder: PathBuf,
    pub evtx: Log,
    pub xml: Log,
    pub json: Log,
    /// The XML log, in gzip.
    pub gzip: Log,
    /// Fields and messages of many lines.
    pub csv: Log,
    /// Four XML logs of half the size.
    pub zip: Log,
}

impl Logs {
    /// Makes those that are not there, or were made by another version of `testlog`.
    pub fn make(bytes: u64) -> Result<Logs> {
        let folder = folder()?;
        let version = version()?;
        let make = |format: &str, bytes: u64, ending: &str| {
            make(format, bytes, &version, &folder.join(format!("{bytes}.{ending}")))
        };
        let (evtx, xml) = (make("evtx", bytes, "evtx")?, make("xml", bytes, "xml")?);
        let json = make("json", bytes, "jsonl")?;
        let gzip = gzip(&xml, &version)?;
        let (csv, zip) = (make("csv", bytes, "csv")?, make("zip", bytes / 2, "zip")?);
        Ok(Logs { folder, evtx, xml, json, gzip, csv, zip })
    }

    pub fn all(&self) -> [&Log; 4] {
        [&self.evtx, &self.xml, &self.json, &self.gzip]
    }
}

/// Where logs lie.
pub fn folder() -> Result<PathBuf> {
    let folder = target_dir().join("bench");
    fs::create_dir_all(&folder).with_context(|| format!("{}", folder.display()))?;
    Ok(folder)
}

/// One log of a form and size.
pub fn one(format: &str, bytes: u64) -> Result<Log> {
    make(format, bytes, &version()?, &folder()?.join(format!("{bytes}.{format}")))
}

/// The sources of `testlog`, as a hash.
fn version() -> Result<String> {
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in ["testlog/src", "testlog/examples"] {
        for entry in fs::read_dir(root().join(folder)).context(folder)? {
            files.push(entry?.path());
        }
    }
    files.sort();
    let texts = files.iter().map(fs::read).collect::<io::Result<Vec<_>>>().context("testlog")?;
    Ok(hex_sha256(&texts.iter().map(Vec::as_slice).collect::<Vec<_>>()))
}

/// Beside each log stands what it was made by and what must be found in it.
fn note(path: &Path) -> PathBuf {
    path.with_added_extension("expected")
}

fn made_before(path: &Path, version: &str) -> Option<Log> {
    let note = fs::read_to_string(note(path)).ok()?;
    let (by, counts) = note.split_once('\n')?;
    let bytes = path.metadata().ok()?.len();
    (by == version).then_some(())?;
    Some(Log { path: path.to_owned(), bytes, counts: Counts::of(counts)? })
}

fn make(format: &str, bytes: u64, version: &str, path: &Path) -> Result<Log> {
    if let Some(log) = made_before(path, version) {
        return Ok(log);
    }
    eprintln!("xtask: making {}", path.display());
    let said = output(
        cargo()
            .args(["run", "--quiet", "--release", "--locked", "-p", "testlog", "--example", "make", "--"])
            .args([format, &bytes.to_string()])
            .arg(path),
    )?;
    // Its first number is that of the bytes.
    let counts = said.split_once(',').map(|(_, counts)| counts).unwrap_or_default();
    fs::write(note(path), format!("{version}\n{}", counts.trim())).context("a note beside a log")?;
    made_before(path, version).with_context(|| format!("testlog said {said:?}"))
}

fn gzip(xml: &Log, version: &str) -> Result<Log> {
    let path = xml.path.with_added_extension("gz");
    if let Some(log) = made_before(&path, version) {
        return Ok(log);
    }
    eprintln!("xtask: making {}", path.display());
    let mut encoder = GzEncoder::new(BufWriter::new(File::create(&path)?), Compression::default());
    let copied = io::copy(&mut File::open(&xml.path)?, &mut encoder)?;
    encoder.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    if copied != xml.bytes {
        bail!("{} changed while it was packed", xml.path.display());
    }
    fs::copy(note(&xml.path), note(&path))?;
    made_before(&path, version).context("the log in gzip is not there")
}
