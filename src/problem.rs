//! What went wrong while reading, where, and what to do about it.
//!
//! Reading never fails as a whole: every reader goes on after a problem and reports it here. All
//! problems of one input are kept in a [`Problems`], bounded per kind and in the order of their
//! place, so that the same input gives the same list however it was split.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::limits;
use crate::order;

/// How much a problem touches the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something could not be read, or is missing: the result may lack events.
    Error,
    /// Everything was read, but a value may not be what it seems.
    Warning,
    /// Worth knowing; the result does not depend on it.
    Info,
}

macro_rules! codes {
    ($($name:ident $severity:ident $next:literal $doc:literal;)+) => {
        /// The kind of a problem. In reports it is written in snake case.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $(#[doc = $doc] $name,)+
        }

        impl Code {
            /// How much a problem of this kind touches the result.
            pub fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity,)+ }
            }

            /// What a responder does about it: one sentence, or none when there is nothing to do.
            pub fn next(self) -> &'static str {
                match self { $(Code::$name => $next,)+ }
            }
        }
    };
}

codes! {
    ReadFailed Error "Check the path and the medium, copy the file again where need be, and add it once more."
        "The face could not read the bytes.";
    NotOpened Error "To have it read, name it on the command line."
        "What stands in a folder and is neither a file nor a folder: a link, a pipe, a device.";
    ReaderCrashed Error "Try this file again; if its reader breaks down again, read it with the command line."
        "The reader of the input broke down.";
    Cancelled Error "Read all of the file."
        "Reading was stopped before the end.";
    EmptyInput Error "Check that the copy or export completed."
        "The input has no bytes.";
    UnknownFormat Error "Give a Sysmon log as EVTX, event XML, JSON or CSV, plain or in gzip, bzip2, xz, zstd, zip, 7z or tar."
        "No accepted format, or no event in it.";
    UnsupportedPacking Error "Unpack it with another tool and add the content."
        "Packed in a way that is not read here.";
    EncryptedMember Error "Read it again with its password, or unpack it with that and add the content."
        "An archive member that needs a password.";
    NestedTooDeep Error "Unpack the outer archives and add the content."
        "More layers of packing than are opened.";
    OverLimit Error "Split or unpack the input and add the parts."
        "Larger than a stated bound.";
    RowsLeftOut Error "Read this input alone, in a new session; if that is not enough, export it in parts by time, and read each alone."
        "The matches of all inputs take more memory than a stated bound.";
    DamagedArchive Error "Copy the archive again, or unpack what is left of it with a repair tool."
        "A gzip, bzip2, xz, zstd, zip, 7z or tar that breaks its own format.";
    Truncated Error "Copy the file again; what stands before the cut was read."
        "The input ends in the middle of a record.";
    DamagedChunk Error "The chunk's records are lost here; carve the disk image if they matter."
        "An EVTX chunk that can't be read.";
    DamagedRecord Error "Look at the bytes at this place with a hex viewer if the record matters."
        "A record that can't be read.";
    EarlierRecords Error "Either the clock was set back, or they are left of a log that was cleared: carve the chunk and look at them."
        "Sound records behind the end that an EVTX chunk states, which run on by their numbers alone.";
    BrokenNumbers Error "Windows leaves no number out: records were taken out, unless the log was written to while it was copied, or made larger once it was full. Keep the file as evidence, and look for another copy: a backup, a shadow copy, a collector."
        "Numbers of EVTX records that do not run on.";
    NotUnderstood Error "Export these events again as XML (Splunk: renderXml=true) or take the EVTX file."
        "Events in a form that is not read here.";
    Undecided Error "Export these events again with all fields, EventID and provider too, or take the EVTX file."
        "An event without what tells whether it matches: its EventID, its provider, or the parent of a process creation.";
    JoinedRows Error "Open the export at this row: a comma or quote in a value was not quoted or doubled, so values may be cut or stand in the wrong column, and rows may be part of a text. Export it again, or take the EVTX file."
        "A CSV row with more cells than columns, or of several lines that does not fit them, or other columns among the rows.";
    SameContent Warning "Take one of the two out: until then its events count twice."
        "The input holds the same bytes as another one.";
    SameEvents Warning "An event in both counts twice. If all matches of one file are in the other, you can take that one out; its other events are then missing from a context."
        "Matches that stand in another log, too.";
    Preview Warning "Export the search again without previews (preview=0): until then counts may be too high."
        "Results of Splunk from before its search was done, beside which the final ones may stand.";
    MissingVolumes Warning "Add all volumes at once: their names must differ in the number alone, and all but the last be of one size. Or join them before (copy /b log.001 + log.002 log)."
        "A volume that stands alone, or volumes of which one may be missing, with errors in what was read.";
    ChangedWhileRead Warning "Copy the log first and read the copy: then it has a hash that stands for what was read."
        "The input was written to while it was read.";
    BadChecksum Warning "Logs copied from a running system may show this; compare with another copy if in doubt."
        "A checksum does not match, yet the content could be read.";
    TextReplaced Warning "Compare with the original log if such a value matters."
        "Bytes that are no valid text were shown as U+FFFD.";
    TimeUnknown Warning "The event is grouped, but first and last time leave it out."
        "No readable time in an event.";
    NotAnEvent Warning "Check that the export holds whole events, EventID included."
        "A JSON object or CSV row without an EventID.";
    UnevenRow Warning "Look at the row: a comma or quote in a value may not have been quoted or doubled, and cut the value."
        "A CSV row with fewer cells than there are columns, or with quotes in them.";
    StrayText Warning "Look at the place: text between events is passed over."
        "Text between events.";
    NotALog Info "Nothing to do if this is no event log."
        "An archive member that is no event log.";
    UnlistedMembers Warning "Find out who changed the archive: what its directory leaves out other tools do not show."
        "Members of an archive that its directory does not list.";
    NoEnd Warning "Compare its size or hash with the original: members may be missing behind the last one."
        "A tar without the two empty blocks that end it.";
    StrayBytes Warning "Look at the place with a hex viewer: something may have been hidden there, or taken out."
        "Bytes of an archive that belong to no member, or before the header of an event log.";
    CoveredRecords Warning "Somebody has hidden them: no system writes such a size. Keep the file as evidence, and look at them first."
        "Records of EVTX that the size of another one covers.";
    HiddenRecords Info "Usual after a log was cleared; carve the chunk if older or hidden records matter."
        "Sound records behind the end that an EVTX chunk states.";
    StaleHeader Info "Usual for a log copied from a running system; all was read whatever the header says."
        "The header of an EVTX file or chunk does not fit what follows it.";
    JoinedVolumes Info "Its SHA-256 is that of all of them, one behind the other. If these are logs of their own, give them other names."
        "Files that were read as the one that they were cut from.";
    TrailingBytes Info "Nothing to do: the packed content before them is whole."
        "Bytes after the end of a packed stream.";
}

/// Where in an input a problem lies. The order is the order of the input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Place {
    /// Ordinal of the archive member, see [`crate::locator::MemberId`].
    pub ordinal: Option<u128>,
    /// Byte offset in the input, or in the unpacked member.
    pub offset: Option<u64>,
    /// Name of the archive member.
    pub member: Option<String>,
    /// The record's number, where it is known.
    pub record: Option<u64>,
}

/// `members/a.evtx, offset 0x1200, record 17`; empty when the whole input is meant.
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut parts = Vec::new();
        parts.extend(self.member.clone());
        parts.extend(self.offset.map(|offset| format!("offset {offset} (0x{offset:x})")));
        parts.extend(self.record.map(|record| format!("record {record}")));
        f.write_str(&parts.join(", "))
    }
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// Where it lies.
    pub place: Place,
    /// Its kind.
    pub code: Code,
    /// What happened and why, one or two sentences.
    pub message: String,
}

/// All problems of one input, the first ones of each kind word by word, all of them counted; and of some kinds one that
/// is judged anew whenever more is known of the inputs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Problems(BTreeMap<Code, Kept>, Vec<Problem>);

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Kept {
    first: Vec<Problem>,
    total: u64,
}

impl Kept {
    /// Keeps the first ones by place, so that the order of arrival does not matter.
    fn settle(&mut self) {
        order::sort(&mut self.first, Problem::cmp);
        self.first.truncate(limits::PROBLEMS_PER_CODE);
    }
}

impl Problems {
    /// Adds one problem.
    pub fn add(&mut self, problem: Problem) {
        let kept = self.0.entry(problem.code).or_default();
        kept.total += 1;
        // Twice the bound before settling keeps a million problems from sorting a million times.
        kept.first.push(problem);
        if kept.first.len() >= 2 * limits::PROBLEMS_PER_CODE {
            kept.settle();
        }
    }

    /// Adds those of another part of the same input.
    pub fn merge(&mut self, other: Problems) {
        for (code, theirs) in other.0 {
            let ours = self.0.entry(code).or_default();
            ours.total += theirs.total;
            ours.first.extend(theirs.first);
            ours.settle();
        }
    }

    /// Puts a problem in place of the one of this kind that was judged before. True: there is or was one.
    pub fn judge(&mut self, code: Code, problem: Option<(Place, String)>) -> bool {
        let before = self.1.len();
        self.1.retain(|problem| problem.code != code);
        let was = self.1.len() < before;
        let is = problem.is_some();
        self.1.extend(problem.map(|(place, message)| Problem { place, code, message }));
        was || is
    }

    /// How many there are.
    pub fn total(&self) -> u64 {
        self.0.values().map(|kept| kept.total).sum::<u64>() + self.1.len() as u64
    }

    /// True when there is one of this kind.
    pub fn has(&self, code: Code) -> bool {
        self.codes().any(|one| one == code)
    }

    /// The kinds that there are.
    pub fn codes(&self) -> impl Iterator<Item = Code> {
        self.0.keys().copied().chain(self.1.iter().map(|problem| problem.code))
    }

    /// True when something could not be read.
    pub fn any_error(&self) -> bool {
        self.codes().any(|code| code.severity() == Severity::Error)
    }

    /// The kept problems by severity, kind and place, each with how many it stands for: one, or
    /// for the last of a kind also those that were only counted.
    pub fn list(&self) -> Vec<(Problem, u64)> {
        let mut all: Vec<_> = self.0.values().flat_map(|kept| kept.listed()).collect();
        all.extend(self.1.iter().map(|problem| (problem.clone(), 1)));
        order::sort(&mut all, |(a, _), (b, _)| {
            (a.code.severity(), a.code, &a.place).cmp(&(b.code.severity(), b.code, &b.place))
        });
        all
    }
}

impl Kept {
    fn listed(&self) -> Vec<(Problem, u64)> {
        let mut kept = self.clone();
        kept.settle();
        let more = kept.total - kept.first.len() as u64;
        let mut listed: Vec<_> = kept.first.into_iter().map(|problem| (problem, 1)).collect();
        if let (1.., Some((problem, count))) = (more, listed.last_mut()) {
            *count += more;
            problem.message += &format!(" {more} more of this kind follow.");
        }
        listed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(offset: u64) -> Problem {
        Problem {
            place: Place { offset: Some(offset), ..Place::default() },
            code: Code::DamagedRecord,
            message: "m.".into(),
        }
    }

    #[test]
    fn keeps_the_first_and_counts_all_in_any_order() {
        let mut forward = Problems::default();
        (0..1000).for_each(|offset| forward.add(problem(offset)));
        let mut backward = Problems::default();
        for part in (0..10).rev() {
            let mut problems = Problems::default();
            (0..100).rev().for_each(|offset| problems.add(problem(part * 100 + offset)));
            backward.merge(problems);
        }
        assert_eq!(forward.list(), backward.list());
        assert_eq!(forward.total(), 1000);
        assert_eq!(forward.list().iter().map(|(_, count)| count).sum::<u64>(), 1000);
        let (last, count) = forward.list().pop().unwrap();
        assert_eq!((last.place.offset, count), (Some(24), 976));
        assert!(last.message.ends_with("975 more of this kind follow."));
    }
}
