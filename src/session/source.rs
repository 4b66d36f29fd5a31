//! One input of a session, and what is said of the files that it was joined from.

use super::NAME_BYTES;
use crate::findings::Findings;
use crate::problem::{Code, Place, Severity};
use crate::text;
use crate::visible::labelled;
use crate::volumes::{self, Volume};

/// One input of a session.
#[derive(Debug)]
pub struct Source {
    /// Its name as the face gave it.
    pub name: String,
    /// Its size in bytes, as far as it is known.
    pub bytes: u64,
    /// The files that it was joined from; none: it is one.
    pub(super) volumes: Vec<Volume>,
    /// SHA-256 of all of it, once it is known.
    pub sha256: Option<String>,
    /// What was found in it; the groups are with the session.
    pub findings: Findings,
    /// How many of its matches are among the rows.
    pub(super) kept: u64,
    /// It was taken out again: nothing of it counts, and only its number remains.
    pub removed: bool,
}

/// Errors that say nothing of what an input holds.
const OTHER_REASONS: [Code; 5] =
    [Code::ReadFailed, Code::NotOpened, Code::ReaderCrashed, Code::Cancelled, Code::RowsLeftOut];

impl Source {
    /// Whether some of its matches found no room among the rows.
    pub(super) fn lacks_matches(&self) -> bool {
        self.findings.counts.matches > self.kept
    }

    /// Says what it was joined from; and where it looks so, that a volume may be missing.
    pub(super) fn tell_volumes(&mut self) {
        let (joined, missing) = (self.joined(), self.missing_volume());
        for (code, message) in [(Code::JoinedVolumes, joined), (Code::MissingVolumes, missing)] {
            self.findings.problems.judge(code, message.map(|message| (Place::default(), message)));
        }
    }

    fn joined(&self) -> Option<String> {
        let [first, .., last] = self.volumes.as_slice() else { return None };
        let (count, first, last) = (self.volumes.len(), shown(&first.name), shown(&last.name));
        Some(format!("It is made of {count} volumes, {first} to {last}."))
    }

    fn missing_volume(&self) -> Option<String> {
        let problems = &self.findings.problems;
        if !problems.codes().any(|code| code.severity() == Severity::Error && !OTHER_REASONS.contains(&code))
        {
            return None;
        }
        let Some(first) = self.volumes.first() else { return self.missing_others() };
        if let Some(last) = volumes::lacks_last(&self.volumes) {
            let last = shown(&last);
            return Some(format!("The last part of this split zip is missing, {last}."));
        }
        if let Some(next) = volumes::next(&self.volumes) {
            let next = shown(&next);
            return Some(format!(
                "A further volume may be missing, {next}: the last one is as long as the first."
            ));
        }
        // Of a file without its beginning the form is mostly not known.
        (problems.has(Code::UnknownFormat) && first.name.ends_with(".001"))
            .then(|| "The first volume may be missing: some programs count from .000 on.".to_owned())
    }

    /// The same of one that was not joined to any.
    fn missing_others(&self) -> Option<String> {
        if let Some((number, whole)) = volumes::alone(&self.name) {
            let whole = shown(&whole);
            return Some(format!(
                "By its name it is volume .{number} of {whole}, and it was read without the others."
            ));
        }
        let is_zip = self.findings.format.as_deref() == Some("zip");
        let first = shown(&volumes::first_of_zip(&self.name).filter(|_| !is_zip)?);
        Some(format!(
            "It may be the last part of a split zip, whose first one is {first}; it was read alone."
        ))
    }
}

fn shown(name: &str) -> String {
    text::ends(labelled(name), NAME_BYTES)
}
