//! JSON: objects on lines, in one array, or one after another, pretty-printed or not.
//!
//! Each top-level object is read by itself, and so is each in a wrapper that is long, cut off or damaged (`wrapper`).

mod between;
pub mod event;
mod graylog;
mod graylog_names;
pub mod held;
mod kind;
mod members;
pub(super) mod names;
pub mod object;
mod payload;
mod shape;
mod skim;
mod strict;
pub(super) mod string;
mod wrapper;

use self::object::{Object, Stop, holds_too_many, parse};
use self::skim::{Line, Skimmer};
use self::wrapper::Nest;
use super::whole::Whole;
use super::{Form, Found, Reader, Sink, Trouble, gap, signs};
use crate::limits;
use crate::locator::Span;
use crate::needle::Needle;
use crate::part::Part;
use crate::problem::Code;
use crate::text::{self, Encoding, Text, Window};

/// Objects that are no lines of their own before lines are no longer tried: in one long line each try
/// costs as much as the line is long. An object of a shape that is not known is then skimmed when its end was found.
const NOT_LINES: u32 = 16;

/// How often all of a text is looked through for wrappers at most: twice as often as they are opened in each other.
const LOOKS: u64 = 16;

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
    /// What is around the text at hand.
    nest: Nest,
    /// How many bytes were passed over, and how many of wrappers were looked through before they were opened.
    passed: u64,
    looked: u64,
    /// Something was no object, or a broken one.
    is_damaged: bool,
}

#[derive(Debug)]
enum State {
    Between,
    Object(Object),
    /// In what is no object.
    Junk(Junk),
    /// In a line that was given up already.
    Skip,
}

/// What is no object.
#[derive(Debug)]
struct Junk {
    /// The beginning of it.
    line: Vec<u8>,
    offset: u64,
    /// It ends where another value may begin, not with its line.
    is_value: bool,
}

impl Junk {
    fn new(offset: u64, is_value: bool) -> Junk {
        Junk { line: Vec::new(), offset, is_value }
    }

    /// Where it ends.
    fn end(&self, text: &[u8]) -> Option<usize> {
        match self.is_value {
            true => text.iter().position(|byte| b",[]{}\n".contains(byte)),
            false => memchr::memchr(b'\n', text),
        }
    }
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
            nest: Nest::default(),
            passed: 0,
            looked: 0,
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
                State::Junk(junk) => self.junk(text, junk, ended, sink),
                State::Skip => self.skip(text),
            }
        {}
    }

    fn consume(&mut self, text: &mut dyn Text, bytes: usize) {
        self.nest.pass(bytes);
        self.passed += bytes as u64;
        text.consume(bytes);
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
    /// when one was taken. `is_full`: the first one must be built in full.
    fn skim_lines(&mut self, text: &mut dyn Text, is_full: &mut bool, sink: &mut dyn Sink) -> bool {
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
                None => break,
                Some((_, Line::Full)) => {
                    *is_full = at == 0;
                    break;
                }
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
            // The name of a member may be missing.
            if self.nest.holds_members() {
                break;
            }
            at = taken + length_between(&bytes[taken..], are_lines);
        }
        if taken > 0 {
            self.nest.take_value(None);
        }
        self.consume(text, taken);
        taken > 0
    }

    /// Whether objects are lines of their own, until it is known that they are not.
    fn are_lines(&self) -> bool {
        self.not_lines < NOT_LINES
    }

    /// Skims the object that takes the first `length` bytes: one that is no line, or was cut by the pieces. True when it was taken.
    fn skim_object(&mut self, text: &mut dyn Text, length: usize, sink: &mut dyn Sink) -> bool {
        let object = &text.bytes()[..length];
        if is_extreme(object) || !object.starts_with(b"{") {
            return false;
        }
        let line = self.skimmer.as_mut().and_then(|skimmer| skimmer.skim_object(object));
        let Some(Line::Skimmed(skimmed)) = line else { return false };
        sink.skimmed(skimmed.get());
        self.count += 1;
        self.events += 1;
        self.indent = None;
        self.nest.take_value(None);
        self.consume(text, length);
        true
    }

    fn object(&mut self, text: &mut dyn Text, mut object: Object, ended: bool, sink: &mut dyn Sink) -> bool {
        let again = self.line_ended && !object.skimmed_again;
        object.skimmed_again |= again;
        if (object.scanned == 0 || again) && self.skim_lines(text, &mut object.is_full, sink) {
            return true;
        }
        // Nothing in a wrapper goes on behind its end.
        let most = self.nest.left().unwrap_or(usize::MAX);
        let bytes = &text.bytes()[..text.bytes().len().min(most)];
        let ended = ended || most <= bytes.len();
        let stop = object.scan(bytes, ended);
        let reached = match stop {
            Stop::Complete(at) | Stop::Broken(at, _) | Stop::Long(at) => at,
            Stop::More | Stop::Member => bytes.len(),
        };
        if reached > limits::OBJECT_BYTES {
            let message = format!(
                "An object is longer than {} MiB; its line was passed over.",
                limits::OBJECT_BYTES >> 20
            );
            sink.trouble(Trouble::lost(Code::OverLimit, text.source_offset(0), message));
            self.count += 1;
            self.is_damaged = true;
            self.nest.take_value(None);
            self.consume(text, limits::OBJECT_BYTES);
            self.state = State::Skip;
            return true;
        }
        let may_wrap =
            matches!(stop, Stop::Long(_) | Stop::Broken(..)) || matches!(stop, Stop::More) && ended;
        if may_wrap && self.is_wrapper(text, reached) {
            self.open(text, None);
            return true;
        }
        match stop {
            Stop::Complete(length) if !object.is_full && self.skim_object(text, length, sink) => {}
            Stop::Complete(length) if self.take_text(text, length) => {}
            Stop::Complete(length) => self.take(text, length, sink),
            Stop::Long(_) => self.state = State::Object(object),
            Stop::Broken(resume, why) => self.broken(text, resume, Code::DamagedRecord, why, sink),
            Stop::Member => self.state = State::Junk(Junk::new(text.source_offset(0), false)),
            Stop::More if ended && reached == most => {
                let why = "does not end before what is around it";
                self.broken(text, reached, Code::DamagedRecord, why, sink);
            }
            Stop::More if ended => {
                let why = "is cut off: the input ends before its end";
                self.broken(text, reached, Code::Truncated, why, sink);
            }
            Stop::More => {
                self.state = State::Object(object);
                return false;
            }
        }
        true
    }

    /// Whether the object is a wrapper to be opened, by its first `length` bytes, which are looked through again then. Where that
    /// is too much of what there is, as in a text of nothing but beginnings, none is opened.
    fn is_wrapper(&mut self, text: &dyn Text, length: usize) -> bool {
        let (length, bytes) = (length as u64, &text.bytes()[..length]);
        let is_too_much = self.looked + length > LOOKS * (self.passed + length);
        let opens = !self.nest.is_deep() && !is_too_much && wrapper::is_wrapper(bytes);
        self.looked += if opens { length } else { 0 };
        opens
    }

    /// Opens a wrapper: what is in it is read one by one. `length`: where it is known.
    fn open(&mut self, text: &mut dyn Text, length: Option<usize>) {
        self.count += 1;
        self.nest.open(text.source_offset(0), length, self.events);
        // Another part knows nothing of it.
        self.part.misfit |= !self.is_whole();
        self.indent = None;
        self.consume(text, 1);
    }

    /// Takes the text that is a member of a wrapper. True when there is one.
    fn take_text(&mut self, text: &mut dyn Text, length: usize) -> bool {
        let value = &text.bytes()[..length];
        let taken = value.starts_with(b"\"") && self.nest.take_value(Some(value));
        if taken {
            self.consume(text, length);
        }
        taken
    }

    /// Whether no other part is read.
    fn is_whole(&self) -> bool {
        self.part.start == 0 && self.part.end.is_none()
    }

    /// Tells of a list or wrapper that the end of the input cuts between two objects. What broke an object may have hidden its end.
    fn end_nest(&mut self, sink: &mut dyn Sink) {
        if let Some(offset) = self.nest.begin().filter(|_| self.is_whole() && !self.is_damaged) {
            let message = "A list of objects is cut off: the input ends before it does.";
            sink.trouble(Trouble::note(Code::Truncated, offset, message));
        }
        while let Some(wrapper) = self.nest.close() {
            self.tell_preview(&wrapper, sink);
        }
    }

    /// Reads the object that takes the first `length` bytes of the window.
    fn take(&mut self, text: &mut dyn Text, length: usize, sink: &mut dyn Sink) {
        self.count += 1;
        self.indent = None;
        // Of a member of a wrapper it need not be said that it is no event.
        let is_member = self.nest.take_value(None);
        if !matches!(text.bytes().get(length), None | Some(b'\r' | b'\n')) {
            self.not_lines = self.not_lines.saturating_add(1);
        }
        let offset = text.source_offset(0);
        if holds_too_many(&text.bytes()[..length]) {
            let message = format!(
                "An object holds too much: over {} values, where a list or an object counts as {}; it was passed over.",
                limits::OBJECT_VALUES,
                limits::NESTED_VALUES
            );
            self.tell_lost(Code::OverLimit, offset, message, sink);
            self.consume(text, length);
            return;
        }
        let source_length = text.source_offset(length) - offset;
        let (raw, mut replaced) = text::utf8(&text.bytes()[..length]);
        let parsed = parse(&raw).map(|(value, surrogates)| {
            replaced |= surrogates;
            held::events(&value)
        });
        let is_not_understood = |held: &held::Held| {
            held.events.is_empty() && (held.unread > 0 || signs::json_tells_of_events(&raw))
        };
        let is_unread = parsed.as_ref().map_or(true, is_not_understood);
        if is_unread && self.is_wrapper(text, length) {
            drop(raw);
            self.open(text, Some(length));
            return;
        }
        match parsed {
            Err(reason) => {
                self.is_damaged = true;
                self.tell_lost(Code::DamagedRecord, offset, reason, sink);
            }
            Ok(_) if is_unread => {
                let begins: String = raw.chars().take(40).collect();
                let message = format!(
                    "A JSON object tells of an event in a form that is not read here; it begins {begins:?}."
                );
                self.tell_lost(Code::NotUnderstood, offset, message, sink);
            }
            Ok(held) if held.events.is_empty() && is_member => {}
            Ok(held) if held.events.is_empty() => tell_no_event(&raw, offset, sink),
            Ok(held) => {
                self.events += 1;
                let span = Span { offset, length: source_length, nth: 0, direct: text.is_identity() };
                give(held, &raw, span, replaced, sink);
            }
        }
        self.consume(text, length);
    }

    /// Tells of an object that may well have held an event.
    fn tell_lost(&mut self, code: Code, offset: u64, message: String, sink: &mut dyn Sink) {
        self.events += 1;
        sink.trouble(Trouble::lost(code, offset, message));
    }

    fn broken(&mut self, text: &mut dyn Text, resume: usize, code: Code, why: &str, sink: &mut dyn Sink) {
        // It may well have held an event.
        self.count += 1;
        self.events += 1;
        self.is_damaged = true;
        self.nest.take_value(None);
        let offset = text.source_offset(0);
        sink.trouble(Trouble::lost(code, offset, format!("A JSON object {why}.")));
        self.consume(text, resume);
        self.indent = Some(0);
    }

    /// Takes what is no object.
    fn junk(&mut self, text: &mut dyn Text, mut junk: Junk, ended: bool, sink: &mut dyn Sink) -> bool {
        let bytes = text.bytes();
        let most = self.nest.left().unwrap_or(usize::MAX);
        let end = junk.end(&bytes[..bytes.len().min(most)]).or((most <= bytes.len()).then_some(most));
        let piece = &bytes[..end.unwrap_or(bytes.len())];
        let room = limits::GAP_LINE_BYTES.saturating_sub(junk.line.len());
        junk.line.extend_from_slice(&piece[..piece.len().min(room)]);
        let length = piece.len();
        self.consume(text, length);
        if end.is_none() && !ended {
            self.state = State::Junk(junk);
            return false;
        }
        self.nest.take_value(None);
        let Junk { line, offset, .. } = junk;
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        let is_comment = line.len() < limits::GAP_LINE_BYTES && gap::is_comment(text);
        let is_end = text.bytes().all(|byte| b"}],".contains(&byte)) && !text.is_empty();
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
        self.consume(text, end.unwrap_or(length));
        if end.is_none() {
            self.state = State::Skip;
        }
        end.is_some()
    }
}

/// Hands over what an object holds, some events at least. `replaced`: bytes of it were no valid text.
fn give(held: held::Held, raw: &str, span: Span, replaced: bool, sink: &mut dyn Sink) {
    if held.is_preview {
        sink.trouble(Trouble::note(Code::Preview, span.offset, PREVIEW));
    }
    (0..held.others).for_each(|_| tell_no_event(raw, span.offset, sink));
    if held.unread > 0 {
        let trouble = Trouble::lost(Code::NotUnderstood, span.offset, UNREAD);
        sink.trouble(Trouble { lost: held.unread, ..trouble });
    }
    for (nth, event) in held.events.into_iter().enumerate() {
        let span = Span { nth: nth as u32, ..span };
        match event {
            Ok(event) => {
                let replaced = replaced || event::is_mended(&event, raw);
                sink.event(Found { event: &event, span, raw, form: Form::Json, replaced })
            }
            Err(reason) => sink.trouble(Trouble::lost(Code::DamagedRecord, span.offset, reason)),
        }
    }
}

/// Tells of what is no event.
fn tell_no_event(raw: &str, offset: u64, sink: &mut dyn Sink) {
    let message = if raw.starts_with('"') { NO_OBJECT } else { "A JSON object without an EventID." };
    sink.trouble(Trouble::note(Code::NotAnEvent, offset, message));
}

const NO_OBJECT: &str = "A value that is no JSON object.";

/// What to say of previews of Splunk.
pub(super) const PREVIEW: &str =
    "These results of Splunk are a preview, which later ones repeat: an event may count more than once.";

/// What to say of values beside events.
pub(super) const UNREAD: &str =
    "Beside an event stands what tells of another one in a form that is not read here.";

/// How many bytes stand between an object and the next one, on the next line or in a list.
fn length_between(text: &[u8], are_lines: bool) -> usize {
    match are_lines {
        true if text.starts_with(b"\r\n") => 2,
        true => usize::from(text.starts_with(b"\n")),
        false => text.iter().take_while(|byte| b", \t\r\n".contains(byte)).count(),
    }
}

/// Whether a line can't be told from a wrapper before it has come in full, or holds too much.
fn is_extreme(line: &[u8]) -> bool {
    line.len() > limits::WRAPPER_HEAD_BYTES || holds_too_many(line)
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
        self.objects.end_nest(sink);
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
            assert_eq!((counted.0, counted.1), (3, 0), "{at}");
        }
    }
}
