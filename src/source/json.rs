//! JSON: objects on lines, in one array, or one after another, pretty-printed or not.
//!
//! The reader finds where a top-level object ends by counting brackets outside of strings. It finds
//! back after a broken object by what no writer of JSON does: a raw line break inside a string, or
//! a line that opens an object no deeper than the one that is still open.

use serde_json::Value;

use super::json_skim::{Line, Skimmer};
use super::whole::Whole;
use super::{Form, Found, Reader, Sink, Trouble, gap, json_event};
use crate::limits;
use crate::locator::Span;
use crate::needle::Needle;
use crate::part::Part;
use crate::problem::Code;
use crate::text::{self, Encoding, Text, Window};

/// Objects that are no lines of their own before lines are no longer tried: in one long line each try
/// costs as much as the line is long.
const NOT_LINES: u32 = 16;

/// Finds the objects in a text.
#[derive(Debug)]
pub struct JsonReader {
    window: Window,
    state: State,
    /// Blanks since the last line break; none when something else stood there.
    indent: Option<usize>,
    objects: u64,
    events: u64,
    part: Part,
    /// Passes over events that can't match; without it all are built in full.
    skimmer: Option<Skimmer>,
    /// Objects that were no lines of their own.
    not_lines: u32,
}

#[derive(Debug)]
enum State {
    Between,
    Object(Object),
    /// In a line that is no object: its beginning, and where it lies.
    Junk {
        line: Vec<u8>,
        offset: u64,
    },
    /// In a line that was given up already.
    Skip,
}

/// The object at the front of the window.
#[derive(Debug)]
struct Object {
    scanned: usize,
    depth: u32,
    string: bool,
    /// Blanks before it on its line.
    indent: usize,
    layout: Layout,
}

/// Whether a line that opens an object as far left as the open one tells that this one is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    Unknown,
    /// Members are indented deeper than their object.
    Indented,
    /// Members stand as far left as their object: nothing can be told.
    Flat,
}

/// Where the scan of an object stops.
enum Stop {
    /// More text is needed.
    More,
    /// It ends before this byte.
    Complete(usize),
    /// It is broken; reading goes on at this byte.
    Broken(usize, &'static str),
}

impl JsonReader {
    /// A reader for a part of a text. Only JSON lines can be read in parts: a part that does not
    /// begin the text begins one byte early, and passes over the line that this byte is in.
    pub fn new(encoding: Encoding, part: Part, needle: Option<&Needle>) -> JsonReader {
        let (base, state) = match part.exact {
            true => (part.start, State::Between),
            false => (part.start.saturating_sub(1), State::Skip),
        };
        JsonReader {
            window: Window::new(encoding, base),
            state,
            indent: Some(0),
            objects: 0,
            events: 0,
            part,
            skimmer: needle.cloned().map(Skimmer::new),
            not_lines: 0,
        }
    }

    /// A record begins at the front of the window: whether it belongs to this part.
    fn begins(&mut self) -> bool {
        self.part.begins(self.window.source_offset(0))
    }

    fn advance(&mut self, ended: bool, sink: &mut dyn Sink) {
        while !self.part.is_done()
            && match std::mem::replace(&mut self.state, State::Between) {
                State::Between => self.between(),
                State::Object(object) => self.object(object, ended, sink),
                State::Junk { line, offset } => self.junk(line, offset, ended, sink),
                State::Skip => self.skip(),
            }
        {}
    }

    /// Passes over blanks, commas and array brackets up to an object. False when more text is
    /// needed.
    fn between(&mut self) -> bool {
        let text = self.window.bytes();
        for (at, byte) in text.iter().enumerate() {
            match byte {
                b'\n' => self.indent = Some(0),
                b' ' | b'\t' => self.indent = self.indent.map(|indent| indent + 1),
                // 0x1e starts a record of a JSON text sequence (RFC 7464).
                b'\r' | b',' | b'[' | b']' | 0x1e | 0 => self.indent = None,
                b'{' => {
                    self.state = State::Object(Object {
                        scanned: 0,
                        depth: 0,
                        string: false,
                        indent: self.indent.unwrap_or(0),
                        layout: Layout::Unknown,
                    });
                    self.window.consume(at);
                    return self.begins();
                }
                _ => {
                    let offset = self.window.source_offset(at);
                    self.state = State::Junk { line: Vec::new(), offset };
                    self.window.consume(at);
                    return self.begins();
                }
            }
        }
        self.window.consume(text.len());
        false
    }

    /// Skims the object at the front when it is a line of its own. True when it was taken.
    fn skim_line(&mut self, sink: &mut dyn Sink) -> bool {
        let Some(skimmer) = self.skimmer.as_ref().filter(|_| self.not_lines < NOT_LINES) else {
            return false;
        };
        let text = self.window.bytes();
        let Some(end) = memchr::memchr(b'\n', text).filter(|end| *end <= limits::EVENT_BYTES) else {
            return false;
        };
        let Ok(line) = simdutf8::basic::from_utf8(&text[..end]) else { return false };
        match skimmer.skim(line.trim_end()) {
            Line::Full => return false,
            Line::Other => {
                self.not_lines += 1;
                return false;
            }
            Line::Skimmed(skimmed) => sink.skimmed(skimmed.get()),
        }
        self.objects += 1;
        self.events += 1;
        self.window.consume(end);
        true
    }

    fn object(&mut self, mut object: Object, ended: bool, sink: &mut dyn Sink) -> bool {
        if object.scanned == 0 && self.skim_line(sink) {
            return true;
        }
        let text = self.window.bytes();
        let stop = object.scan(text, ended);
        let reached = match stop {
            Stop::Complete(at) | Stop::Broken(at, _) => at,
            Stop::More => text.len(),
        };
        if reached > limits::EVENT_BYTES {
            let message = format!(
                "An object is longer than {} MiB; its line was passed over.",
                limits::EVENT_BYTES >> 20
            );
            sink.trouble(Trouble::lost(Code::OverLimit, self.window.source_offset(0), message));
            self.objects += 1;
            self.window.consume(limits::EVENT_BYTES);
            self.state = State::Skip;
            return true;
        }
        match stop {
            Stop::Complete(length) => self.take(length, sink),
            Stop::Broken(resume, why) => self.broken(resume, Code::DamagedRecord, why, sink),
            Stop::More if ended => {
                self.broken(reached, Code::Truncated, "is cut off: the input ends before its end", sink);
            }
            Stop::More => {
                self.state = State::Object(object);
                return false;
            }
        }
        true
    }

    /// Reads the object that takes the first `length` bytes of the window.
    fn take(&mut self, length: usize, sink: &mut dyn Sink) {
        self.objects += 1;
        self.indent = None;
        let offset = self.window.source_offset(0);
        let source_length = self.window.source_offset(length) - offset;
        let (raw, mut replaced) = text::utf8(&self.window.bytes()[..length]);
        let parsed = parse(&raw).map(|(value, surrogates)| {
            replaced |= surrogates;
            json_event::events(&value)
        });
        match parsed {
            Err(reason) => {
                // It may well have held an event.
                self.events += 1;
                sink.trouble(Trouble::lost(Code::DamagedRecord, offset, reason));
            }
            Ok(events) if events.is_empty() => {
                sink.trouble(Trouble::note(Code::NotAnEvent, offset, "A JSON object without an EventID."));
            }
            Ok(events) => {
                self.events += 1;
                for (nth, event) in events.into_iter().enumerate() {
                    let direct = self.window.is_identity();
                    let span = Span { offset, length: source_length, nth: nth as u32, direct };
                    match event {
                        Ok(event) => {
                            sink.event(Found { event: &event, span, raw: &raw, form: Form::Json, replaced })
                        }
                        Err(reason) => sink.trouble(Trouble::lost(Code::DamagedRecord, offset, reason)),
                    }
                }
            }
        }
        self.window.consume(length);
    }

    fn broken(&mut self, resume: usize, code: Code, why: &str, sink: &mut dyn Sink) {
        // It may well have held an event.
        self.objects += 1;
        self.events += 1;
        let offset = self.window.source_offset(0);
        sink.trouble(Trouble::lost(code, offset, format!("A JSON object {why}.")));
        self.window.consume(resume);
        self.indent = Some(0);
    }

    /// Takes a line that is no object.
    fn junk(&mut self, mut line: Vec<u8>, offset: u64, ended: bool, sink: &mut dyn Sink) -> bool {
        let text = self.window.bytes();
        let end = memchr::memchr(b'\n', text);
        let piece = &text[..end.unwrap_or(text.len())];
        let room = limits::GAP_LINE_BYTES.saturating_sub(line.len());
        line.extend_from_slice(&piece[..piece.len().min(room)]);
        self.window.consume(piece.len());
        if end.is_none() && !ended {
            self.state = State::Junk { line, offset };
            return false;
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if !gap::is_record_line(text) && !text.starts_with('#') {
            let begins: String = text.chars().take(40).collect();
            let message = format!("A line is no JSON object; it begins {begins:?}.");
            sink.trouble(Trouble::lost(Code::DamagedRecord, offset, message));
        }
        end.is_some()
    }

    fn skip(&mut self) -> bool {
        let text = self.window.bytes();
        let end = memchr::memchr(b'\n', text);
        self.window.consume(end.unwrap_or(text.len()));
        if end.is_none() {
            self.state = State::Skip;
        }
        end.is_some()
    }
}

impl Object {
    /// Scans on for the object's end.
    fn scan(&mut self, text: &[u8], ended: bool) -> Stop {
        let mut at = self.scanned;
        while at < text.len() {
            if self.string {
                let Some(found) = memchr::memchr3(b'"', b'\\', b'\n', &text[at..]) else {
                    at = text.len();
                    break;
                };
                at += found;
                match text[at] {
                    b'"' => self.string = false,
                    b'\n' => {
                        return Stop::Broken(
                            at,
                            "has a line break inside a string: it is cut or was not written as JSON",
                        );
                    }
                    _ if at + 1 < text.len() => at += 1,
                    _ => break,
                }
            } else {
                match text[at] {
                    b'"' => self.string = true,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => {
                        self.depth -= 1;
                        if self.depth == 0 {
                            return Stop::Complete(at + 1);
                        }
                    }
                    b'\n' => match self.line(&text[at + 1..], ended) {
                        Next::Fits => {}
                        Next::More => break,
                        Next::Restarts => {
                            return Stop::Broken(at, "is cut off: another one begins before its end");
                        }
                    },
                    _ => {}
                }
            }
            at += 1;
        }
        self.scanned = at;
        Stop::More
    }

    /// Looks at a line inside the object.
    fn line(&mut self, rest: &[u8], ended: bool) -> Next {
        let indent = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        match rest.get(indent) {
            None if ended => Next::Fits,
            None => Next::More,
            Some(b'\r' | b'\n') => Next::Fits,
            Some(b'{') if indent <= self.indent && self.layout != Layout::Flat => Next::Restarts,
            Some(_) => {
                if self.layout == Layout::Unknown {
                    self.layout = if indent > self.indent { Layout::Indented } else { Layout::Flat };
                }
                Next::Fits
            }
        }
    }
}

enum Next {
    Fits,
    More,
    Restarts,
}

/// Parses an object. The flag says that escapes of half a surrogate pair became U+FFFD: Windows
/// strings may hold them, JSON strings in Rust can't.
fn parse(raw: &str) -> Result<(Value, bool), String> {
    let error = match serde_json::from_str(raw) {
        Ok(value) => return Ok((value, false)),
        Err(error) => error,
    };
    if (error.to_string().contains("surrogate") || error.to_string().contains("hex escape"))
        && let Ok(value) = serde_json::from_str(&without_lone_surrogates(raw))
    {
        return Ok((value, true));
    }
    Err(format!("JSON breaks at column {} of line {} of the object: {error}.", error.column(), error.line()))
}

/// The text with every escape of half a surrogate pair replaced by one of U+FFFD.
fn without_lone_surrogates(raw: &str) -> String {
    let unit = |at: usize| {
        let escape = raw.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(escape, 16).ok()
    };
    let mut text = String::with_capacity(raw.len());
    let mut at = 0;
    while let Some(found) = raw.get(at..).and_then(|rest| rest.find('\\')) {
        text.push_str(&raw[at..at + found]);
        at += found;
        let length = match (unit(at), unit(at + 6)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => 12,
            (Some(0xd800..0xe000), _) => {
                text.push_str("\\ufffd");
                at += 6;
                continue;
            }
            (Some(_), _) => 6,
            (None, _) => 1 + raw[at + 1..].chars().next().map_or(0, char::len_utf8),
        };
        text.push_str(&raw[at..at + length]);
        at += length;
    }
    text.push_str(raw.get(at..).unwrap_or_default());
    text
}

impl Reader for JsonReader {
    fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
        self.window.push(bytes);
        self.advance(false, sink);
    }

    fn finish(&mut self, sink: &mut dyn Sink) {
        self.window.finish();
        self.advance(true, sink);
        sink.whole(Whole::Json(self.objects, self.events));
    }

    fn part(&self) -> Part {
        self.part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_surrogate_pair_does_not_cost_the_event() {
        let (value, replaced) = parse(r#"{"a":"x\ud800y\\ud800 \ud83d\ude00\n"}"#).unwrap();
        assert_eq!(value["a"], "x\u{fffd}y\\ud800 😀\n");
        assert!(replaced);
        assert!(parse(r#"{"a":"\ud83d\ude00"}"#).is_ok_and(|(_, replaced)| !replaced));
        assert!(parse(r#"{"a":}"#).is_err());
    }
}
