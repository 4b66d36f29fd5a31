//! What the command line is to read: the files that were named, and those of the folders.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What to read: an opened file, or why it could not be opened.
pub struct Input {
    pub name: String,
    pub content: io::Result<Content>,
}

pub enum Content {
    File(PathBuf),
    Standard,
    /// It is not to be opened, and why.
    Refused(&'static str),
}

impl Input {
    /// Where it can be read again. A pipe gives what it holds but once.
    pub fn path(&self) -> Option<PathBuf> {
        match &self.content {
            Ok(Content::File(path)) => Some(path.clone()).filter(|path| path.is_file()),
            // Whoever tries again is told why not.
            Err(_) => Some(PathBuf::from(&self.name)),
            Ok(Content::Standard | Content::Refused(_)) => None,
        }
    }

    /// Which file it is, by whatever path it was named.
    pub fn file(&self) -> Option<PathBuf> {
        fs::canonicalize(self.path()?).ok()
    }
}

/// Every input in the order given; the files of a folder by name.
pub fn inputs(paths: &[PathBuf]) -> Vec<Input> {
    let mut inputs = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            inputs.push(Input { name: "-".to_owned(), content: Ok(Content::Standard) });
        } else {
            let before = inputs.len();
            collect(path, &mut inputs);
            // A slip in the path, or what is not mounted, must not look like logs without a match.
            if inputs.len() == before {
                let content = Err(io::Error::other("the folder holds no file"));
                inputs.push(Input { name: path.display().to_string(), content });
            }
        }
    }
    inputs
}

fn collect(path: &Path, inputs: &mut Vec<Input>) {
    let name = path.display().to_string();
    let children = match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::read_dir(path).and_then(|entries| {
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()
        }),
        Ok(_) => {
            inputs.push(Input { name, content: Ok(Content::File(path.to_owned())) });
            return;
        }
        Err(error) => Err(error),
    };
    match children {
        Ok(mut children) => {
            children.sort();
            children.iter().for_each(|child| collect_found(child, inputs));
        }
        Err(error) => inputs.push(Input { name, content: Err(error) }),
    }
}

/// What was found in a folder and not named: a link may lead anywhere, also back, and a pipe may never end.
fn collect_found(path: &Path, inputs: &mut Vec<Input>) {
    let kind = fs::symlink_metadata(path).map(|metadata| metadata.file_type());
    let content = match kind {
        Ok(kind) if kind.is_file() || kind.is_dir() => return collect(path, inputs),
        Ok(kind) if kind.is_symlink() => {
            Ok(Content::Refused("it is a link, which is not followed inside of a folder."))
        }
        Ok(_) => Ok(Content::Refused("it is neither a file nor a folder.")),
        Err(error) => Err(error),
    };
    inputs.push(Input { name: path.display().to_string(), content });
}
