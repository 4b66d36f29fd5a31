//! JSON: objects on lines, in one array, or one after another, pretty-printed or not.
//!
//! The reader finds where a top-level object ends by counting brackets outside of strings. It finds
//! back after a broken object by what no writer of JSON does: a raw line break inside a string, or
//! a line that opens an object no deeper than the one that is still open.

use serde::de::IgnoredAny;
use serde_json::Value;

use super::json_skim::{Line, Skimmer};
use super::whole::Whole;
use super::{Form, Found, Reader, Sink, Trouble, gap, json_event, json_held, json_string, signs};
use crate::limits;
use crate::locator::Span;
use crate::needle::Needle;
use crate::part::Part;
use crate::problem::Code;
use crate::text::{self, Encoding, Text, Window};

/// Objects that are no lines of their own before lines are no longer tried: in one long line each try
/// costs as much as the line is long.
const NOT_LINES: u32 = 16;

/// Reads a text, or a part of one.
#[derive(Debug)]
pub struct JsonReader {
    /// What was pushed and is not read: an object that is cut by the pieces.
    window: Window,
    objects: Objects,
}

/// Finds the objects in text.
#[derive(Debug)]
struct Objects {
    state: State,
    /// Blanks since the last line break; none when something else stood there.
    indent: Option<usize>,
    /// Zeros between objects: where they begin, and how many.
    zeros: Option<(u64, usize)>,
    count: u64,
    events: u64,
    part: Part,
    /// Passes over events that can't match; without it all are built in full.
    skimmer: Option<Skimmer>,
    /// Objects that were no lines of their own.
    not_lines: u32,
    /// A line that was cut by the pieces is whole now: it may be skimmed after all.
    line_ended: bool,
    /// A list ended on this line.
    list_ended: bool,
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
    /// It was skimmed once more, when its first line had come in full.
    skimmed_again: bool,
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
    /// It is only the beginning of a wrapper up to this byte: each object behind it is read by itself, however many there are.
    Opens(usize),
    /// It is a member without its object.
    Member,
}

impl JsonReader {
    /// A reader for a part of a text. Only JSON lines can be read in parts: a part that does not
    /// begin the text begins one byte early, and passes over the line that this byte is in.
    pub fn new(encoding: Encoding, part: Part, needle: Option<&Needle>) -> JsonReader {
        let (base, state) = match part.exact {
            true => (part.start, State::Between),
            false => (part.start.saturating_sub(1), State::Skip),
        };
        let objects = Objects {
            state,
            indent: Some(0),
            count: 0,
            events: 0,
            part,
            skimmer: needle.cloned().map(Skimmer::new),
            not_lines: 0,
            zeros: None,
            line_ended: false,
            list_ended: false,
        };
        JsonReader { window: Window::new(encoding, base), objects }
    }
}

impl Objects {
    fn advance(&mut self, text: &mut dyn Text, ended: bool, sink: &mut dyn Sink) {
        while !self.part.is_done()
            && match std::mem::replace(&mut self.state, State::Between) {
                State::Between => self.between(text, ended, sink),
                State::Object(object) => self.object(text, object, ended, sink),
                State::Junk { line, offset } => self.junk(text, line, offset, ended, sink),
                State::Skip => self.skip(text),
            }
        {}
    }

    /// Passes over blanks, commas and array brackets up to an object. False when more text is
    /// needed.
    fn between(&mut self, text: &mut dyn Text, ended: bool, sink: &mut dyn Sink) -> bool {
        let bytes = text.bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if *byte != 0 && self.zeros.is_some() && !self.end_zeros(sink) {
                text.consume(at);
                return true;
            }
            self.list_ended = *byte == b']' || self.list_ended && !b"\n[{".contains(byte);
            match byte {
                0 => {
                    let (_, count) = self.zeros.get_or_insert_with(|| (text.source_offset(at), 0));
                    *count += 1;
                    self.indent = None;
                }
                b'\n' => self.indent = Some(0),
                b' ' | b'\t' => self.indent = self.indent.map(|indent| indent + 1),
                // 0x1e starts a record of a JSON text sequence (RFC 7464).
                b'\r' | b',' | b'[' | b']' | 0x1e => self.indent = None,
                // A text may be a whole event, as PowerShell writes those of `ToXml()`.
                b'{' | b'"' => {
                    self.state = State::Object(Object {
                        scanned: 0,
                        skimmed_again: false,
                        depth: 0,
                        string: false,
                        indent: self.indent.unwrap_or(0),
                        layout: Layout::Unknown,
                    });
                    text.consume(at);
                    return self.part.begins(text.source_offset(0));
                }
                _ if !ended && MARK.starts_with(&bytes[at..]) => break,
                // Files that were joined.
                _ if bytes[at..].starts_with(MARK) => at += MARK.len() - 1,
                _ => {
                    let offset = text.source_offset(at);
                    let length = match lone_value(&bytes[at..]) {
                        Lone::More if !ended => break,
                        Lone::Value(length) => length,
                        _ => {
                            self.state = State::Junk { line: Vec::new(), offset };
                            text.consume(at);
                            return self.part.begins(text.source_offset(0));
                        }
                    };
                    if !self.part.begins(offset) {
                        text.consume(at);
                        return true;
                    }
                    self.count += 1;
                    let message = "A value that is no JSON object.";
                    sink.trouble(Trouble::note(Code::NotAnEvent, offset, message));
                    at += length - 1;
                }
            }
            at += 1;
        }
        text.consume(at);
        false
    }

    /// Tells of zeros in place of objects, which end here. False when they belong to the next part.
    fn end_zeros(&mut self, sink: &mut dyn Sink) -> bool {
        let Some((offset, count)) = self.zeros.take().filter(|(_, count)| *count >= limits::ZERO_RUN) else {
            return true;
        };
        let mine = self.part.begins(offset);
        if mine {
            let message = format!("{count} zeros stand in place of objects; what stood there is lost.");
            sink.trouble(Trouble::lost(Code::DamagedRecord, offset, message));
        }
        mine
    }

    /// Skims the object at the front, and those behind it, while they are lines of their own. True when one
    /// was taken.
    fn skim_lines(&mut self, text: &mut dyn Text, sink: &mut dyn Sink) -> bool {
        let Some(skimmer) = self.skimmer.as_mut().filter(|_| self.not_lines < NOT_LINES) else {
            return false;
        };
        let bytes = text.bytes();
        let (mut taken, mut at) = (0, 0);
        while bytes.get(at) == Some(&b'{') {
            // Only text as it stands in the file has its offsets in step with it.
            if at > 0 && !(text.is_identity() && self.part.begins(text.source_offset(at))) {
                break;
            }
            match skimmer.skim(&bytes[at..]) {
                None | Some((_, Line::Full)) => break,
                Some((length, Line::Skimmed(_))) if holds_too_many(&bytes[at..at + length]) => break,
                Some((_, Line::Other)) => {
                    self.not_lines += 1;
                    break;
                }
                Some((length, Line::Skimmed(skimmed))) => {
                    sink.skimmed(skimmed.get());
                    taken = at + length;
                }
            }
            self.count += 1;
            self.events += 1;
            at = taken + if bytes[taken..].starts_with(b"\r\n") { 2 } else { 1 };
        }
        text.consume(taken);
        taken > 0
    }

    fn object(&mut self, text: &mut dyn Text, mut object: Object, ended: bool, sink: &mut dyn Sink) -> bool {
        let again = self.line_ended && !object.skimmed_again;
        object.skimmed_again |= again;
        if (object.scanned == 0 || again) && self.skim_lines(text, sink) {
            return true;
        }
        let stop = object.scan(text.bytes(), ended);
        let reached = match stop {
            Stop::Complete(at) | Stop::Broken(at, _) | Stop::Opens(at) => at,
            Stop::More | Stop::Member => text.bytes().len(),
        };
        if reached > limits::OBJECT_BYTES {
            let message = format!(
                "An object is longer than {} MiB; its line was passed over.",
                limits::OBJECT_BYTES >> 20
            );
            sink.trouble(Trouble::lost(Code::OverLimit, text.source_offset(0), message));
            self.count += 1;
            text.consume(limits::OBJECT_BYTES);
            self.state = State::Skip;
            return true;
        }
        match stop {
            Stop::Complete(length) => self.take(text, length, sink),
            Stop::Broken(resume, why) => self.broken(text, resume, Code::DamagedRecord, why, sink),
            Stop::Opens(resume) => text.consume(resume),
            Stop::Member => self.state = State::Junk { line: Vec::new(), offset: text.source_offset(0) },
            Stop::More if ended => {
                self.broken(
                    text,
                    reached,
                    Code::Truncated,
                    "is cut off: the input ends before its end",
                    sink,
                );
            }
            Stop::More => {
                self.state = State::Object(object);
                return false;
            }
        }
        true
    }

    /// Reads the object that takes the first `length` bytes of the window.
    fn take(&mut self, text: &mut dyn Text, length: usize, sink: &mut dyn Sink) {
        self.count += 1;
        self.indent = None;
        if !matches!(text.bytes().get(length), None | Some(b'\r' | b'\n')) {
            self.not_lines = self.not_lines.saturating_add(1);
        }
        let offset = text.source_offset(0);
        if holds_too_many(&text.bytes()[..length]) {
            // It may well have held an event.
            self.events += 1;
            let message = format!(
                "An object holds too much: over {} values, where a list or an object counts as {}; it was passed over.",
                limits::OBJECT_VALUES,
                limits::NESTED_VALUES
            );
            sink.trouble(Trouble::lost(Code::OverLimit, offset, message));
            text.consume(length);
            return;
        }
        let source_length = text.source_offset(length) - offset;
        let (raw, mut replaced) = text::utf8(&text.bytes()[..length]);
        let parsed = parse(&raw).map(|(value, surrogates)| {
            replaced |= surrogates;
            json_held::events(&value)
        });
        let not_an_event = |sink: &mut dyn Sink| {
            let message = if raw.starts_with('"') {
                "A value that is no JSON object."
            } else {
                "A JSON object without an EventID."
            };
            sink.trouble(Trouble::note(Code::NotAnEvent, offset, message));
        };
        match parsed {
            Err(reason) => {
                // It may well have held an event.
                self.events += 1;
                sink.trouble(Trouble::lost(Code::DamagedRecord, offset, reason));
            }
            Ok(held) if held.events.is_empty() && (held.unread > 0 || tells_of_events(&raw)) => {
                self.events += 1;
                let begins: String = raw.chars().take(40).collect();
                let message = format!(
                    "A JSON object tells of an event in a form that is not read here; it begins {begins:?}."
                );
                sink.trouble(Trouble::lost(Code::NotUnderstood, offset, message));
            }
            Ok(held) if held.events.is_empty() => not_an_event(sink),
            Ok(held) => {
                self.events += 1;
                (0..held.others).for_each(|_| not_an_event(sink));
                if held.unread > 0 {
                    let trouble = Trouble::lost(Code::NotUnderstood, offset, UNREAD);
                    sink.trouble(Trouble { lost: held.unread, ..trouble });
                }
                for (nth, event) in held.events.into_iter().enumerate() {
                    let direct = text.is_identity();
                    let span = Span { offset, length: source_length, nth: nth as u32, direct };
                    match event {
                        Ok(event) => {
                            let replaced = replaced || json_event::is_mended(&event, &raw);
                            sink.event(Found { event: &event, span, raw: &raw, form: Form::Json, replaced })
                        }
                        Err(reason) => sink.trouble(Trouble::lost(Code::DamagedRecord, offset, reason)),
                    }
                }
            }
        }
        text.consume(length);
    }

    fn broken(&mut self, text: &mut dyn Text, resume: usize, code: Code, why: &str, sink: &mut dyn Sink) {
        // It may well have held an event.
        self.count += 1;
        self.events += 1;
        let offset = text.source_offset(0);
        sink.trouble(Trouble::lost(code, offset, format!("A JSON object {why}.")));
        text.consume(resume);
        self.indent = Some(0);
    }

    /// Takes a line that is no object.
    fn junk(
        &mut self,
        text: &mut dyn Text,
        mut line: Vec<u8>,
        offset: u64,
        ended: bool,
        sink: &mut dyn Sink,
    ) -> bool {
        let bytes = text.bytes();
        let end = memchr::memchr(b'\n', bytes);
        let piece = &bytes[..end.unwrap_or(bytes.len())];
        let room = limits::GAP_LINE_BYTES.saturating_sub(line.len());
        line.extend_from_slice(&piece[..piece.len().min(room)]);
        let length = piece.len();
        text.consume(length);
        if end.is_none() && !ended {
            self.state = State::Junk { line, offset };
            return false;
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        let is_comment = line.len() < limits::GAP_LINE_BYTES && gap::is_comment(text);
        // The end of a wrapper, whose objects were read by themselves.
        let is_end = gap::is_closing(text) && !text.is_empty()
            || self.list_ended
                && gap::is_wrapper_end(text)
                && !tells_of_events(text)
                && !signs::names_fields(text);
        if !gap::is_record_line(text) && !is_comment && !is_end {
            let begins: String = text.chars().take(40).collect();
            let message = format!("A line is no JSON object; it begins {begins:?}.");
            sink.trouble(Trouble::lost(Code::DamagedRecord, offset, message));
        }
        end.is_some()
    }

    fn skip(&mut self, text: &mut dyn Text) -> bool {
        let length = text.bytes().len();
        let end = memchr::memchr(b'\n', text.bytes());
        text.consume(end.unwrap_or(length));
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
                    // A text alone; one before a colon is the name of a member whose object is broken.
                    b'"' if self.depth == 0 => {
                        match text[at + 1..].iter().find(|byte| !matches!(byte, b' ' | b'\t')) {
                            None if !ended => break,
                            Some(b':') => return Stop::Member,
                            _ => return Stop::Complete(at + 1),
                        }
                    }
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
                    b'\n' => match self.line(text, at, ended) {
                        Next::Fits => {}
                        Next::More => break,
                        Next::Restarts if self.opens_list(&text[..at]) => return Stop::Opens(at),
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

    /// Whether a list of objects begins at the end of this first line of the object, a wrapper's: no event that is cut.
    fn opens_list(&self, line: &[u8]) -> bool {
        self.layout == Layout::Unknown
            && line.len() < FIRST_LINE_BYTES
            && line.trim_ascii_end().ends_with(b"[")
            && !tells_of_events(&String::from_utf8_lossy(line))
    }

    /// Looks at the line inside the object that begins behind the byte at `end`.
    fn line(&mut self, text: &[u8], end: usize, ended: bool) -> Next {
        let rest = &text[end + 1..];
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

/// What to say of values beside events.
pub(super) const UNREAD: &str =
    "Beside an event stands what tells of another one in a form that is not read here.";
/// A wrapper's first line, which is no event that was cut, is shorter.
const FIRST_LINE_BYTES: usize = 256;

/// Whether an object tells of an event, though none was found in it: its number, its provider, or a field of Sysmon's.
fn tells_of_events(object: &str) -> bool {
    signs::tell_of_events(object.as_bytes()) || object.contains("\"ParentImage\":")
}

/// A byte order mark, which stands between files that were joined.
const MARK: &[u8] = "\u{feff}".as_bytes();

enum Lone {
    /// A value of so many bytes.
    Value(usize),
    /// More bytes must tell.
    More,
    /// None.
    None,
}

/// Whether a list goes on here with a value that is no object, as `null`, and another one behind it.
fn lone_value(bytes: &[u8]) -> Lone {
    let bytes = &bytes[..bytes.len().min(limits::LONE_VALUE_BYTES)];
    let more = if bytes.len() < limits::LONE_VALUE_BYTES { Lone::More } else { Lone::None };
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<IgnoredAny>();
    match values.next() {
        Some(Ok(_)) => {
            let length = values.byte_offset();
            match bytes[length..].trim_ascii_start().first() {
                Some(b',' | b']') => Lone::Value(length),
                Some(_) => Lone::None,
                None => more,
            }
        }
        Some(Err(error)) if error.is_eof() => more,
        _ => Lone::None,
    }
}

enum Next {
    Fits,
    More,
    Restarts,
}

/// Whether an object holds more values than are built, by what parts and opens them. In its texts, which an attacker
/// writes, nothing does.
fn holds_too_many(object: &[u8]) -> bool {
    let most = limits::OBJECT_VALUES;
    object.len() > most / limits::NESTED_VALUES && values(object) > most
}

/// How many values an object may hold.
#[cold]
fn values(object: &[u8]) -> usize {
    let (mut values, mut string, mut escaped) = (0, false, false);
    for byte in object {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = string,
            b'"' => string = !string,
            b',' if !string => values += 1,
            b'{' | b'[' if !string => values += limits::NESTED_VALUES,
            _ => {}
        }
    }
    values
}

/// Parses an object. The flag says that escapes of half a surrogate pair became U+FFFD: Windows
/// strings may hold them, JSON strings in Rust can't.
pub fn parse(raw: &str) -> Result<(Value, bool), String> {
    let error = match serde_json::from_str(raw) {
        Ok(value) => return Ok((value, false)),
        Err(error) => error,
    };
    if (error.to_string().contains("surrogate") || error.to_string().contains("hex escape"))
        && let Ok(value) = serde_json::from_str(&json_string::without_lone_surrogates(raw))
    {
        return Ok((value, true));
    }
    Err(format!("JSON breaks at column {} of line {} of the object: {error}.", error.column(), error.line()))
}

impl Reader for JsonReader {
    fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
        let mut bytes = bytes;
        // Text is read where it lies; only an object that is cut by the pieces is put together.
        while !bytes.is_empty() {
            if let Some(mut piece) = self.window.piece(bytes) {
                self.objects.advance(&mut piece, false, sink);
                self.window.resume(piece);
                return;
            }
            let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
            let (first, rest) = bytes.split_at(end);
            self.window.push(first);
            self.objects.line_ended = first.ends_with(b"\n");
            self.objects.advance(&mut self.window, false, sink);
            self.objects.line_ended = false;
            bytes = rest;
        }
    }

    fn finish(&mut self, sink: &mut dyn Sink) {
        self.window.finish();
        self.objects.advance(&mut self.window, true, sink);
        self.objects.end_zeros(sink);
        sink.whole(Whole::Json(self.objects.count, self.objects.events));
    }

    fn part(&self) -> Part {
        self.objects.part
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Format;
    use crate::event::Skim;
    use crate::locator::MemberId;

    /// What was passed over, and what was built in full.
    #[derive(Debug, Default)]
    struct Counted(u64, u64);

    impl Sink for Counted {
        fn enter(&mut self, _: &MemberId) {}
        fn leave(&mut self, _: u64) {}
        fn format(&mut self, _: &Format) {}

        fn event(&mut self, _: Found<'_>) {
            self.1 += 1;
        }

        fn skimmed(&mut self, _: Skim<'_>) {
            self.0 += 1;
        }

        fn trouble(&mut self, trouble: Trouble) {
            panic!("{trouble:?}");
        }

        fn whole(&mut self, _: Whole) {}
    }

    #[test]
    fn a_line_that_the_pieces_cut_is_skimmed_too() {
        let line = r#"{"SourceName":"P","EventID":3,"Channel":"C","Hostname":"H"}"#;
        let text = format!("{line}\n{line}\r\n{line}\n");
        let needle = Needle::new("WmiPrvSE.exe", &[]).unwrap();
        for at in 0..=text.len() {
            let mut reader = JsonReader::new(Encoding::Utf8 { bom: 0 }, Part::WHOLE, Some(&needle));
            let mut counted = Counted::default();
            let (first, rest) = text.as_bytes().split_at(at);
            reader.push(first, &mut counted);
            reader.push(rest, &mut counted);
            reader.finish(&mut counted);
            // An object that is whole waits for no line break.
            let expected = if first.ends_with(b"}") || first.ends_with(b"}\r") { (2, 1) } else { (3, 0) };
            assert_eq!((counted.0, counted.1), expected, "{at}");
        }
    }

    #[test]
    fn only_what_parts_values_counts_as_many_of_them() {
        let holds = |again: &str, count: usize| {
            let object = format!("{{\"EventID\":1,\"a\":{}0}}", again.repeat(count));
            holds_too_many(object.as_bytes())
        };
        assert!(!holds("0,", limits::OBJECT_VALUES - 10) && holds("0,", limits::OBJECT_VALUES));
        let most = limits::OBJECT_VALUES / (limits::NESTED_VALUES + 1);
        assert!(!holds("[],", most - 10) && holds("[],", most + 10) && holds("{},", most + 10));
        // What an attacker can write: a command line.
        let text = format!("\"{}\",", r#"\\,{[\","#.repeat(limits::OBJECT_VALUES / 4));
        assert!(!holds(&text, 2));
    }

    #[test]
    fn half_a_surrogate_pair_does_not_cost_the_event() {
        let (value, replaced) = parse(r#"{"a":"x\ud800y\\ud800 \ud83d\ude00\n"}"#).unwrap();
        assert_eq!(value["a"], "x\u{fffd}y\\ud800 😀\n");
        assert!(replaced);
        assert!(parse(r#"{"a":"\ud83d\ude00"}"#).is_ok_and(|(_, replaced)| !replaced));
        assert!(parse(r#"{"a":}"#).is_err());
    }
}
