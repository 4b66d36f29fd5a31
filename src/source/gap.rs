//! Text between events: what is passed over in silence, and what must be reported.

use super::{Sink, Trouble};
use crate::limits;
use crate::problem::Code;

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
    line_offset: u64,
    stray: Count,
    classic: Count,
    headless: Count,
}

#[derive(Debug, Default)]
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
}

impl Gap {
    /// Adds text; `offset_of` gives the place in the input of a byte of it.
    pub fn push(&mut self, text: &[u8], offset_of: impl Fn(usize) -> u64) {
        let mut at = 0;
        for piece in text.split_inclusive(|byte| *byte == b'\n') {
            if self.length == 0 {
                self.line_offset = offset_of(at);
            }
            let room = limits::GAP_LINE_BYTES.saturating_sub(self.line.len());
            self.line.extend_from_slice(&piece[..piece.len().min(room)]);
            self.length += piece.len() as u64;
            at += piece.len();
            if piece.ends_with(b"\n") {
                self.end_line();
            }
        }
    }

    /// The line ends, at a line break or at an event.
    pub fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let length = std::mem::take(&mut self.length);
        let text = String::from_utf8_lossy(&line);
        let rest = without_markup(&text);
        if rest.is_empty() || rest.starts_with('#') || is_record_line(rest) {
            return;
        }
        if rest.contains("</Event>") {
            self.headless.add(self.line_offset, length, rest);
        } else if rest.starts_with("LogName=") {
            self.classic.add(self.line_offset, length, rest);
        } else {
            self.stray.add(self.line_offset, length, rest);
        }
    }

    /// True when no part of an event was seen, in whatever form.
    pub fn knows_no_event(&self) -> bool {
        self.classic.number + self.headless.number == 0
    }

    /// The beginning of the first line that is no event; none when all of them are passed over.
    pub fn first_stray(&self) -> Option<&str> {
        (self.stray.number > 0).then_some(self.stray.sample.as_str())
    }

    /// Reports what was counted. `events`: how many events stood around it; without any, the
    /// whole input is not what was expected, and stray text is not reported piece by piece.
    pub fn finish(&mut self, events: u64, sink: &mut dyn Sink) {
        self.end_line();
        let (classic, headless, stray) = (&self.classic, &self.headless, &self.stray);
        if headless.number > 0 {
            sink.trouble(Trouble {
                lost: headless.number,
                ..Trouble::note(
                    Code::Truncated,
                    headless.first,
                    format!("{} event(s) have an end but no beginning; they were not read.", headless.number),
                )
            });
        }
        if classic.number > 0 {
            sink.trouble(Trouble {
                lost: classic.number,
                ..Trouble::note(
                    Code::NotUnderstood,
                    classic.first,
                    format!(
                        "{} event(s) are written as classic WinEventLog text (LogName=…, EventCode=…), not as XML; they were not read.",
                        classic.number
                    ),
                )
            });
        } else if stray.number > 0 && events > 0 {
            sink.trouble(Trouble::note(
                Code::StrayText,
                stray.first,
                format!(
                    "{} line(s), {} bytes, between the events are no events; the first begins {:?}.",
                    stray.number, stray.bytes, stray.sample
                ),
            ));
        }
    }
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
                rest.find('>').map(|at| at + 1)
            }
            _ => None,
        };
        match end {
            Some(end) => rest = &rest[end..],
            None => return rest,
        }
    }
}

pub(super) fn is_record_line(line: &str) -> bool {
    line.strip_prefix("Record ").is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}
