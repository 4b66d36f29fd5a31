//! JSON: objects on lines, in one array, or one after another, pretty-printed or not.
//!
//! Each top-level object is read by itself, and so is each element of the list of a wrapper that is long, cut off or damaged.

use serde::de::IgnoredAny;
use serde_json::Value;

use super::json_object::{Object, Stop};
use super::json_skim::{Line, Skimmer};
use super::whole::Whole;
use super::{
    Form, Found, Reader, Sink, Trouble, gap, json_event, json_held, json_string, json_wrapper, signs,
};
use crate::limits;
use crate::locator::Span;
use crate::needle::Needle;
use crate::part::Part;
use crate::problem::Code;
use crate::text::{self, Encoding, Text, Window};

/// Objects that are no lines of their own before lines are no longer tried: in one long line each try
/// costs as much as the line is long. An object of a shape that is not known is then skimmed when its end was found.
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
    /// A list ended on this line, or a wrapper's.
    list_ended: bool,
    wrappers: Wrappers,
    lists: Lists,
    /// Something was no object, or a broken one.
    is_damaged: bool,
}

/// Lists of objects that have not ended.
#[derive(Debug, Default)]
struct Lists {
    depth: u32,
    /// Where the outermost begins.
    begin: Option<u64>,
}

impl Lists {
    fn open(&mut self, offset: u64) {
        self.depth += 1;
        self.begin = self.begin.or(Some(offset));
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.begin = self.begin.filter(|_| self.depth > 0);
    }
}

/// Wrappers that were opened.
#[derive(Debug, Default)]
struct Wrappers {
    /// Some was.
    any: bool,
    /// How many in the text before `looked_at`, which was looked through for a list as often.
    layers: usize,
    looked_at: u64,
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
            wrappers: Wrappers::default(),
            lists: Lists::default(),
            is_damaged: false,
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
            let ends_behind: &[u8] = if self.wrappers.any { b"[{" } else { b"\n[{" };
            self.list_ended = *byte == b']' || self.list_ended && !ends_behind.contains(byte);
            match byte {
                0 => {
                    let (_, count) = self.zeros.get_or_insert_with(|| (text.source_offset(at), 0));
                    *count += 1;
                    self.indent = None;
                }
                b'\n' => self.indent = Some(0),
                b' ' | b'\t' => self.indent = self.indent.map(|indent| indent + 1),
                // 0x1e starts a record of a JSON text sequence (RFC 7464).
                b'\r' | b',' | b'[' | b']' | 0x1e => {
                    self.indent = None;
                    match byte {
                        b'[' => self.lists.open(text.source_offset(at)),
                        b']' => self.lists.close(),
                        _ => {}
                    }
                }
                // A text may be a whole event, as PowerShell writes those of `ToXml()`.
                b'{' | b'"' => {
                    self.state = State::Object(Object::new(self.indent.unwrap_or(0)));
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

    /// Skims the object at the front, and those behind it, while they are lines of their own or of a known shape. True
    /// when one was taken.
    fn skim_lines(&mut self, text: &mut dyn Text, sink: &mut dyn Sink) -> bool {
        let are_lines = self.are_lines();
        let Some(skimmer) = self.skimmer.as_mut() else { return false };
        let bytes = text.bytes();
        let (mut taken, mut at) = (0, 0);
        while bytes.get(at) == Some(&b'{') {
            // Only text as it stands in the file has its offsets in step with it.
            if at > 0 && !(text.is_identity() && self.part.begins(text.source_offset(at))) {
                break;
            }
            let rest = &bytes[at..];
            match if are_lines { skimmer.skim(rest) } else { skimmer.skim_known(rest) } {
                None | Some((_, Line::Full)) => break,
                Some((length, Line::Skimmed(_))) if is_extreme(&bytes[at..at + length]) => break,
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
            at = taken + length_between(&bytes[taken..], are_lines);
        }
        text.consume(taken);
        taken > 0
    }

    /// Whether objects are lines of their own, until it is known that they are not.
    fn are_lines(&self) -> bool {
        self.not_lines < NOT_LINES
    }

    /// Skims the object that takes the first `length` bytes, where objects are no lines. True when it was taken.
    fn skim_object(&mut self, text: &mut dyn Text, length: usize, sink: &mut dyn Sink) -> bool {
        let object = &text.bytes()[..length];
        if self.are_lines() || is_extreme(object) || !object.starts_with(b"{") {
            return false;
        }
        let line = self.skimmer.as_mut().and_then(|skimmer| skimmer.skim_object(object));
        let Some(Line::Skimmed(skimmed)) = line else { return false };
        sink.skimmed(skimmed.get());
        self.count += 1;
        self.events += 1;
        self.indent = None;
        text.consume(length);
        true
    }

    fn object(&mut self, text: &mut dyn Text, mut object: Object, ended: bool, sink: &mut dyn Sink) -> bool {
        let again = self.line_ended && !object.skimmed_again;
        object.skimmed_again |= again;
        if (object.scanned == 0 || again) && self.skim_lines(text, sink) {
            return true;
        }
        let stop = object.scan(text.bytes(), ended);
        let reached = match stop {
            Stop::Complete(at) | Stop::Broken(at, _) | Stop::Long(at) => at,
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
        let may_wrap =
            matches!(stop, Stop::Long(_) | Stop::Broken(..)) || matches!(stop, Stop::More) && ended;
        if may_wrap && let Some(list) = self.list_in(text, reached) {
            self.open(text, list, reached);
            return true;
        }
        match stop {
            Stop::Complete(length) if self.skim_object(text, length, sink) => {}
            Stop::Complete(length) => self.take(text, length, sink),
            Stop::Long(_) => self.state = State::Object(object),
            Stop::Broken(resume, why) => self.broken(text, resume, Code::DamagedRecord, why, sink),
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

    /// Where the elements of its list begin, if the object is a wrapper by its first `length` bytes.
    fn list_in(&self, text: &dyn Text, length: usize) -> Option<usize> {
        // Each layer looks once more through what is in it.
        let is_deep = self.wrappers.layers == json_wrapper::LAYERS;
        let is_within = text.source_offset(0) < self.wrappers.looked_at;
        if is_deep && is_within { None } else { json_wrapper::list_in(&text.bytes()[..length]) }
    }

    /// Passes over the beginning of a wrapper, whose first `length` bytes were looked at, up to the elements of its list.
    fn open(&mut self, text: &mut dyn Text, list: usize, length: usize) {
        let (offset, looked_at) = (text.source_offset(0), text.source_offset(length));
        let Wrappers { layers, looked_at: before, .. } = self.wrappers;
        let layers = if offset < before { layers + 1 } else { 1 };
        self.wrappers = Wrappers { any: true, layers, looked_at: looked_at.max(before) };
        self.count += 1;
        self.lists.open(offset);
        // Another part knows nothing of it.
        self.part.misfit |= !self.is_whole();
        text.consume(list);
    }

    /// Whether no other part is read.
    fn is_whole(&self) -> bool {
        self.part.start == 0 && self.part.end.is_none()
    }

    /// Tells of a list that the end of the input cuts between two objects. What broke an object may have hidden the list's end.
    fn end_lists(&self, sink: &mut dyn Sink) {
        let Some(offset) = self.lists.begin.filter(|_| self.is_whole() && !self.is_damaged) else { return };
        let message = "A list of objects is cut off: the input ends before the list does.";
        sink.trouble(Trouble::note(Code::Truncated, offset, message));
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
        let is_not_understood = |held: &json_held::Held| {
            held.events.is_empty() && (held.unread > 0 || signs::json_tells_of_events(&raw))
        };
        let is_unread = parsed.as_ref().map_or(true, is_not_understood);
        if is_unread && let Some(list) = self.list_in(text, length) {
            drop(raw);
            self.open(text, list, length);
            return;
        }
        match parsed {
            Err(reason) => {
                // It may well have held an event.
                self.events += 1;
                self.is_damaged = true;
                sink.trouble(Trouble::lost(Code::DamagedRecord, offset, reason));
            }
            Ok(_) if is_unread => {
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
        self.is_damaged = true;
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
                && (json_wrapper::is_end(text) || self.wrappers.any && json_wrapper::is_member(text))
                && !signs::json_tells_of_events(text)
                && !signs::names_fields(text);
        if !gap::is_record_line(text) && !is_comment && !is_end {
            self.is_damaged = true;
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

/// What to say of values beside events.
pub(super) const UNREAD: &str =
    "Beside an event stands what tells of another one in a form that is not read here.";

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

/// How many bytes stand between an object and the next one, on the next line or in a list.
fn length_between(text: &[u8], are_lines: bool) -> usize {
    match are_lines {
        true if text.starts_with(b"\r\n") => 2,
        true => 1,
        false => text.iter().take_while(|byte| b", \t\r\n".contains(byte)).count(),
    }
}

/// Whether a line can't be told from a wrapper before it has come in full, or holds too much.
fn is_extreme(line: &[u8]) -> bool {
    line.len() > limits::WRAPPER_HEAD_BYTES || holds_too_many(line)
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
        self.objects.end_lists(sink);
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
