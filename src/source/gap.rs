//! Text between events: what is passed over in silence, and what is counted.

use memchr::memmem;
use serde::{Deserialize, Serialize};

use super::{Trouble, signs};
use crate::problem::Code;
use crate::{detect, limits, text};

/// How an event ends.
const END_OF_EVENT: &[u8] = b"</Event>";

/// Looks at the text between events line by line.
///
/// Passed over: blank lines, XML declarations, `<Events>` and its end, comments, `#` lines,
/// `Record N` lines (evtx_dump), stray quotes, commas and brackets. Everything else is counted.
#[derive(Debug, Default)]
pub struct Gap {
    /// The first bytes of the line at hand.
    line: Vec<u8>,
    /// All bytes of that line.
    length: u64,
    /// Where XML or an object may begin in those bytes that are not kept: the first sign of it.
    hides: Option<u8>,
    /// An event ends in the line.
    ends_event: bool,
    /// The last bytes of the line so far, too few for an event's end.
    tail: Vec<u8>,
    line_offset: u64,
    /// What was counted.
    pub counts: GapCounts,
}

/// Lines between the events of an input that are not passed over.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct GapCounts {
    /// Lines that are no events.
    stray: Count,
    /// Events in classic WinEventLog text.
    classic: Count,
    /// Of the lines that are no events those that tell of some in another form, or stand around one.
    unread: Count,
    /// Of these those in another encoding.
    encoded: Count,
    /// Lines that begin as a packed file does, and are no text.
    packed: Count,
    /// Events whose beginning is missing.
    headless: Count,
    /// Lines with zeros in place of data.
    zeros: Count,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Count {
    number: u64,
    bytes: u64,
    first: Option<u64>,
    sample: String,
}

impl Count {
    fn add(&mut self, offset: u64, bytes: u64, sample: &str) {
        self.number += 1;
        self.bytes += bytes;
        if self.first.is_none() {
            self.first = Some(offset);
            self.sample = sample.chars().take(40).collect();
        }
    }

    fn merge(&mut self, other: Count) {
        self.number += other.number;
        self.bytes += other.bytes;
        let earlier = match (self.first, other.first) {
            (Some(ours), Some(theirs)) => theirs < ours,
            (ours, _) => ours.is_none(),
        };
        if earlier {
            (self.first, self.sample) = (other.first, other.sample);
        }
    }
}

impl Gap {
    /// Adds text; `offset_of` gives the place in the input of a byte of it.
    pub fn push(&mut self, text: &[u8], offset_of: impl Fn(usize) -> u64) {
        if self.length == 0 && matches!(text, b"\n" | b"\r\n") {
            return;
        }
        let mut at = 0;
        for piece in text.split_inclusive(|byte| *byte == b'\n') {
            if self.length == 0 {
                self.line_offset = offset_of(at);
            }
            let room = limits::GAP_LINE_BYTES.saturating_sub(self.line.len());
            let (kept, rest) = piece.split_at(piece.len().min(room));
            self.line.extend_from_slice(kept);
            self.hides = self.hides.or_else(|| rest.iter().copied().find(|byte| b"<{".contains(byte)));
            self.look_for_end(piece);
            self.length += piece.len() as u64;
            at += piece.len();
            if piece.ends_with(b"\n") {
                self.end_line();
            }
        }
    }

    /// Looks for an event's end in the line, which may be cut by the pieces.
    fn look_for_end(&mut self, piece: &[u8]) {
        let most = END_OF_EVENT.len() - 1;
        let holds_end = |bytes: &[u8]| memmem::find(bytes, END_OF_EVENT).is_some();
        self.tail.extend_from_slice(&piece[..piece.len().min(most)]);
        self.ends_event |= holds_end(&self.tail) || holds_end(piece);
        if piece.len() > most {
            self.tail.clear();
            self.tail.extend_from_slice(&piece[piece.len() - most..]);
        } else {
            self.tail.drain(..self.tail.len().saturating_sub(most));
        }
    }

    /// The line ends, at a line break or at an event.
    pub fn end_line(&mut self) {
        if self.length == 0 {
            return;
        }
        self.tail.clear();
        let ends_event = std::mem::take(&mut self.ends_event);
        let hides = std::mem::take(&mut self.hides);
        let line = std::mem::take(&mut self.line);
        let length = std::mem::take(&mut self.length);
        let shown = String::from_utf8_lossy(&line);
        let rest = without_markup(&shown);
        // Of a long line only the beginning is kept.
        let is_event = if length > line.len() as u64 { ends_event } else { rest.contains("</Event>") };
        if !is_event && text::holds_zeros(&line) {
            self.counts.zeros.add(self.line_offset, length, "");
            return;
        }
        if let (Some(sign), "", false) = (hides, rest, is_event) {
            let sample = if sign == b'{' { "{" } else { "<" };
            self.counts.stray.add(self.line_offset, length, sample);
            if sign == b'{' {
                self.counts.unread.add(self.line_offset, length, sample);
            }
            return;
        }
        if !is_event && (holds_packed(&line) || begins_packed(rest)) {
            self.counts.packed.add(self.line_offset, length, "");
            return;
        }
        let is_comment = || length == line.len() as u64 && is_comment(rest);
        if !is_event && (rest.is_empty() || is_comment() || is_record_line(rest)) {
            return;
        }
        if is_event {
            self.counts.headless.add(self.line_offset, length, rest);
        } else if rest.starts_with("LogName=") {
            self.counts.classic.add(self.line_offset, length, rest);
        } else {
            self.counts.stray.add(self.line_offset, length, rest);
            // An event inside of an object is written as no XML is.
            let encoded = is_otherwise_encoded(rest);
            if encoded {
                self.counts.encoded.add(self.line_offset, length, "");
            }
            if encoded || rest.contains("{\"") || signs::tell_of_events(rest.as_bytes()) {
                self.counts.unread.add(self.line_offset, length, rest);
            }
        }
    }
}

impl GapCounts {
    /// Adds those of another part of the same input.
    pub fn merge(&mut self, other: GapCounts) {
        self.stray.merge(other.stray);
        self.classic.merge(other.classic);
        self.unread.merge(other.unread);
        self.encoded.merge(other.encoded);
        self.packed.merge(other.packed);
        self.headless.merge(other.headless);
        self.zeros.merge(other.zeros);
    }

    /// Whether there is text, and it does not look like markup.
    pub fn is_plain(&self) -> bool {
        self.stray.number > 0 && !self.stray.sample.trim_start().starts_with('<')
    }

    /// What must be reported of an input that holds this many events. Without any, stray text is
    /// not reported piece by piece: the whole input is not what was expected.
    pub fn judge(&self, events: u64) -> Vec<Trouble> {
        let (classic, unread, headless, stray) = (&self.classic, &self.unread, &self.headless, &self.stray);
        let mut troubles = Vec::new();
        if self.zeros.number > 0 {
            let message = format!(
                "Zeros stand in place of text in {} line(s), {} bytes; events in them are lost.",
                self.zeros.number, self.zeros.bytes
            );
            let note = Trouble::note(Code::DamagedRecord, self.zeros.first, message);
            troubles.push(Trouble { lost: self.zeros.number, ..note });
        }
        if self.packed.number > 0 {
            let message = "Behind text stands what begins as a packed file; it was not read. Files were joined that must be unpacked first.";
            troubles.push(Trouble::lost(Code::NotUnderstood, self.packed.first, message));
        }
        if headless.number > 0 {
            let message =
                format!("{} event(s) have an end but no beginning; they were not read.", headless.number);
            let note = Trouble::note(Code::Truncated, headless.first, message);
            troubles.push(Trouble { lost: headless.number, ..note });
        }
        // Each event of classic text has a line with its EventCode.
        if unread.number > 0 && classic.number == 0 {
            let message = format!(
                "{} line(s) that are no XML tell of events, or stand around some: what is in them was not read, or not as it \
                 was written. The first begins {:?}.",
                unread.number, unread.sample
            );
            let encoding = "Text in another encoding, UTF-16 behind UTF-8 or the other way round, holds events. They were not read.";
            let message = if self.encoded.number > 0 { encoding.to_owned() } else { message };
            let note = Trouble::note(Code::NotUnderstood, unread.first, message);
            troubles.push(Trouble { lost: unread.number, ..note });
        }
        if classic.number > 0 {
            let message = format!(
                "{} event(s) are written as classic WinEventLog text (LogName=…, EventCode=…), not as XML; \
                 they were not read.",
                classic.number
            );
            let note = Trouble::note(Code::NotUnderstood, classic.first, message);
            troubles.push(Trouble { lost: classic.number, ..note });
        } else if stray.number > unread.number && events > 0 {
            let message = format!(
                "{} line(s), {} bytes, between the events are no events; the first begins {:?}.",
                stray.number, stray.bytes, stray.sample
            );
            troubles.push(Trouble::note(Code::StrayText, stray.first, message));
        }
        if events + classic.number + headless.number == 0 {
            troubles.push(match stray.number {
                0 => Trouble::note(Code::EmptyInput, None, "The text holds no event."),
                _ => {
                    let message = format!("Text without any event in it; it begins {:?}.", stray.sample);
                    Trouble::note(Code::UnknownFormat, None, message)
                }
            });
        }
        troubles
    }
}

/// Whether a packed file begins in a line that is no text: at its start, or behind markup or a blank.
fn holds_packed(line: &[u8]) -> bool {
    let begins = |at: &usize| at.checked_sub(1).is_none_or(|before| b"> \t".contains(&line[before]));
    str::from_utf8(line).is_err() && (0..line.len()).filter(begins).any(|at| detect::is_packed(&line[at..]))
}

/// The same of one that was read as UTF-16: how gzip and zip begin, in both orders of bytes.
fn begins_packed(text: &str) -> bool {
    ["\u{8b1f}", "\u{1f8b}", "\u{4b50}\u{0403}", "\u{504b}\u{0304}"]
        .iter()
        .any(|begin| text.starts_with(begin))
}

/// The line without what may stand between events.
fn without_markup(line: &str) -> &str {
    let mut rest = line;
    loop {
        rest = rest.trim_matches(|c: char| c.is_whitespace() || "\",[]\u{feff}\0".contains(c));
        let end = match rest {
            _ if rest.starts_with("<?") => rest.find("?>").map(|at| at + 2),
            _ if rest.starts_with("<!--") => rest.find("-->").map(|at| at + 3),
            _ if rest.starts_with("<Events") || rest.starts_with("</Events") => {
                let end = rest.find('>').map(|at| at + 1);
                end.filter(|end| !rest[..*end].contains('{'))
            }
            _ => None,
        };
        match end {
            Some(end) => rest = &rest[end..],
            None => return rest,
        }
    }
}

/// Whether a line holds an event in another encoding than the text before it: PowerShell's `>>` writes UTF-16 behind what is
/// UTF-8, that of other shells UTF-8 behind UTF-16, and one byte between files of UTF-16 turns the letters of the next one round.
fn is_otherwise_encoded(line: &str) -> bool {
    // Few lines of text have zeros, or many such characters, and a text may have millions.
    let leads = line.bytes().filter(|byte| *byte >= 0xe2).count();
    if leads * 6 <= line.len() && !line.contains('\0') {
        return false;
    }
    let is_event = |bytes: &[u8]| memmem::find(bytes, b"<Event").is_some() || signs::tell_of_events(bytes);
    // A letter of UTF-16 is one with a zero, two of UTF-8 are one that no log is full of.
    let letters: Vec<u8> = line.bytes().filter(|byte| *byte != 0).collect();
    if letters.len() < line.len() {
        return is_event(&letters);
    }
    let units = || line.encode_utf16();
    units().filter(|unit| *unit > 0x2000).count() * 2 > units().count()
        && [u16::to_le_bytes, u16::to_be_bytes]
            .iter()
            .any(|bytes| is_event(&units().flat_map(bytes).filter(|byte| *byte != 0).collect::<Vec<_>>()))
}

/// Whether a line is a comment, and no event behind the sign of one.
pub(super) fn is_comment(line: &str) -> bool {
    line.starts_with('#') && !line.contains(['{', '<']) && !signs::number_an_event(line.as_bytes())
}

pub(super) fn is_record_line(line: &str) -> bool {
    line.strip_prefix("Record ").is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}
