//! What the command line is to read: the files that were named, and those of the folders.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sysmon_triage::volumes::{self, Volume};

/// What to read: an opened file, or why it could not be opened.
pub struct Input {
    pub name: String,
    pub content: io::Result<Content>,
    pub path: PathBuf,
}

pub enum Content {
    File,
    /// A file that was cut into these, in this order; the first is that of the path.
    Volumes(Vec<PathBuf>),
    Standard,
    /// It is not to be opened, and why.
    Refused(&'static str),
}

impl Input {
    fn of(path: &Path, content: io::Result<Content>) -> Input {
        Input { name: name(path), content, path: path.to_owned() }
    }

    /// Where it can be read again, volume by volume; none: it can't. A pipe gives what it holds but once.
    pub fn paths(&self) -> Vec<PathBuf> {
        match &self.content {
            Ok(Content::File) if !self.path.is_file() => Vec::new(),
            // Whoever tries again what failed is told why.
            Ok(Content::File) | Err(_) => vec![self.path.clone()],
            Ok(Content::Volumes(paths)) => paths.clone(),
            Ok(Content::Standard | Content::Refused(_)) => Vec::new(),
        }
    }

    /// Which file it is, by whatever path it was named.
    fn file(&self) -> Option<PathBuf> {
        self.content.as_ref().ok().filter(|content| matches!(content, Content::File))?;
        fs::canonicalize(self.paths().first()?).ok()
    }

    /// Where a link leads that is not followed.
    fn target(&self) -> Option<PathBuf> {
        let is_link = self.content.as_ref().is_ok_and(|content| matches!(content, Content::Refused(LINK)));
        is_link.then(|| fs::canonicalize(&self.path).ok())?
    }
}

const LINK: &str = "it is a link, which is not followed inside of a folder.";

/// A path as it is shown: bytes that are no text as `\xff`, so that two files have two names.
pub fn name(path: &Path) -> String {
    let mut name = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        name += chunk.valid();
        chunk.invalid().iter().for_each(|byte| name += &format!("\\x{byte:02x}"));
    }
    name
}

/// What is read of these paths, and what is to be said of what is not.
pub struct Inputs {
    /// Every input in the order given; the files of a folder by name.
    pub read: Vec<Input>,
    /// Sentences on what is left out, as it is read anyway.
    pub left: Vec<String>,
}

/// The inputs that are named, or lie in named folders. None is read twice: its events would count twice.
pub fn inputs(paths: &[PathBuf]) -> Inputs {
    let mut all = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            all.push(Input::of(path, Ok(Content::Standard)));
        } else {
            let before = all.len();
            collect(path, &mut all);
            // A slip in the path, or what is not mounted, must not look like logs without a match.
            if all.len() == before {
                all.push(Input::of(path, Err(io::Error::other("the folder holds no file"))));
            }
        }
    }
    let output = standard_output();
    let named: Vec<_> = paths.iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
    let files: BTreeSet<_> = all.iter().filter_map(Input::file).collect();
    // A folder is read but for its links, and no link is left in a canonical path.
    let is_read = |target: &PathBuf| {
        files.contains(target) || named.iter().any(|folder| folder.is_dir() && target.starts_with(folder))
    };
    let (mut read, mut left, mut known) = (Vec::new(), Vec::new(), BTreeSet::new());
    for input in all {
        let file = input.file();
        let is_output = file.as_ref().is_some_and(|file| output.is_some() && identity(file) == output);
        let why = if is_output && paths.contains(&input.path) {
            read.push(Input { content: Ok(Content::Refused("the result is written to it.")), ..input });
            continue;
        } else if is_output {
            "the result is written to it, so it was not read."
        } else if file.is_some_and(|file| !known.insert(file)) {
            "it is among the inputs already, and was not read again: its events would count twice."
        } else if input.target().is_some_and(|target| is_read(&target)) {
            "it is a link to what is read anyway."
        } else {
            read.push(input);
            continue;
        };
        left.push(format!("{}: {why}", input.name));
    }
    Inputs { read: with_volumes_joined(read), left }
}

/// Volumes of one file become one input, in the place of the first of them.
fn with_volumes_joined(inputs: Vec<Input>) -> Vec<Input> {
    if !inputs.iter().any(|input| volumes::may_be_first(&input.name)) {
        return inputs;
    }
    let files: Vec<_> = inputs.iter().map(|input| volume(input).unwrap_or_default()).collect();
    let mut inputs: Vec<_> = inputs.into_iter().map(Some).collect();
    for joined in volumes::joined(&files) {
        let place = joined.files.iter().copied().min().unwrap_or_default();
        let volumes: Vec<_> = joined.files.iter().filter_map(|at| inputs[*at].take()).collect();
        if let [first, .., last] = volumes.as_slice() {
            let (name, path) = (volumes::name(&first.name, &last.name), first.path.clone());
            let paths = volumes.into_iter().map(|volume| volume.path).collect();
            inputs[place] = Some(Input { name, content: Ok(Content::Volumes(paths)), path });
        }
    }
    inputs.into_iter().flatten().collect()
}

/// A file as it may be a volume, by whatever path it was named; none: it can't be one.
fn volume(input: &Input) -> Option<Volume> {
    if !matches!(input.content, Ok(Content::File)) || !input.path.is_file() {
        return None;
    }
    let folder =
        input.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // The folder alone: a link may be called otherwise than the file it leads to.
    let path = fs::canonicalize(folder).ok()?.join(input.path.file_name()?);
    let file = fs::File::open(&path).ok()?;
    let size = file.metadata().ok()?.len();
    let mut head = Vec::new();
    file.take(volumes::HEAD_BYTES as u64).read_to_end(&mut head).ok()?;
    // Of what is no text a name that is shown may be that of another file, too.
    Some(Volume { name: path.to_str()?.to_owned(), size, head })
}

/// Which file the result is written to, if it is one.
#[cfg(unix)]
fn standard_output() -> Option<(u64, u64)> {
    use std::os::fd::AsFd;
    use std::os::unix::fs::MetadataExt;
    let output = fs::File::from(io::stdout().as_fd().try_clone_to_owned().ok()?).metadata().ok()?;
    output.is_file().then(|| (output.dev(), output.ino()))
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

// Elsewhere the standard library can't tell.
#[cfg(not(unix))]
fn standard_output() -> Option<(u64, u64)> {
    None
}

#[cfg(not(unix))]
fn identity(_path: &Path) -> Option<(u64, u64)> {
    None
}

fn collect(path: &Path, inputs: &mut Vec<Input>) {
    let children = match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::read_dir(path).and_then(|entries| {
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()
        }),
        Ok(_) => return inputs.push(Input::of(path, Ok(Content::File))),
        Err(error) => Err(error),
    };
    match children {
        Ok(mut children) => {
            children.sort();
            children.iter().for_each(|child| collect_found(child, inputs));
        }
        Err(error) => inputs.push(Input::of(path, Err(error))),
    }
}

/// What was found in a folder and not named: a link may lead anywhere, also back, and a pipe may never end.
fn collect_found(path: &Path, inputs: &mut Vec<Input>) {
    let kind = fs::symlink_metadata(path).map(|metadata| metadata.file_type());
    let content = match kind {
        Ok(kind) if kind.is_file() || kind.is_dir() => return collect(path, inputs),
        Ok(kind) if kind.is_symlink() => Ok(Content::Refused(LINK)),
        Ok(_) => Ok(Content::Refused("it is neither a file nor a folder.")),
        Err(error) => Err(error),
    };
    inputs.push(Input::of(path, content));
}
