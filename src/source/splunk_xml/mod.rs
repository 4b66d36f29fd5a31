//! Splunk's results in XML, as its search saves and its REST interface gives them: `<result>` elements, each a record.
//!
//! All text in them is escaped, so that no value can hold the beginning or the end of one.

mod result;

use std::borrow::Cow;

use memchr::memmem;
use serde_json::{Map, Value};

use super::gap::Gap;
use super::whole::Whole;
use super::xml::skim::Skimmer;
use super::{Form, Found, Reader, Sink, Trouble, json, signs, xml};
use crate::event::Skim;
use crate::limits;
use crate::locator::Span;
use crate::needle::Needle;
use crate::part::Part;
use crate::problem::Code;
use crate::text::{self, Encoding, Text, Window};

const BEGIN: &[u8] = b"<result";
const END: &[u8] = b"</result>";
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Longest line between results that is looked at as a whole: all that stands around them may be on one.
const FRAME_BYTES: usize = 1 << 20;
/// Most bytes of a line that are kept until it ends: so many that a longer one is long without a tag that is cut.
const KEPT: usize = FRAME_BYTES + 2 * END.len();

/// Longest tag of a result that is looked at for its own end.
const TAG_BYTES: usize = 4096;

/// Elements around the results, of which only the tags stand there.
const AROUND: [&str; 9] = [
    "<?xml",
    "<results",
    "</results",
    "<meta",
    "</meta",
    "<fieldOrder",
    "</fieldOrder",
    "<messages",
    "</messages",
];
/// The names of the fields, and what the search says, each with its end.
const NAME: (&str, &str) = ("<field", "</field>");
const SAID: (&str, &str) = ("<msg", "</msg>");

/// Reads a text, or a part of one.
#[derive(Debug)]
pub struct SplunkXmlReader {
    window: Window,
    gap: Gap,
    /// Passes over events that can't match; without it all are parsed.
    skimmer: Option<Skimmer>,
    state: State,
    /// Part of a line between results was passed on.
    is_long_line: bool,
    part: Part,
    results: u64,
    events: u64,
    /// How many roots begin, and how many end.
    roots: (u64, u64),
    /// Where one begins that is around previews, before the first of them.
    preview: Option<u64>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// Before the first result of a part: what stands there belongs to the part before.
    Before,
    /// Between results.
    Between,
    /// In a result; the text up to here holds no bound of one.
    Inside(usize),
    /// In one that is too long.
    TooLong,
}

impl SplunkXmlReader {
    /// A reader for a part of a text. With a needle, results whose event can't hold it are skimmed.
    pub fn new(encoding: Encoding, part: Part, needle: Option<&Needle>) -> SplunkXmlReader {
        SplunkXmlReader {
            window: Window::new(encoding, part.start),
            gap: Gap::default(),
            skimmer: needle.cloned().map(Skimmer::new),
            state: if part.exact { State::Between } else { State::Before },
            is_long_line: false,
            part,
            results: 0,
            events: 0,
            roots: (0, 0),
            preview: None,
        }
    }

    fn advance(&mut self, ended: bool, sink: &mut dyn Sink) {
        while !self.part.is_done() {
            let more = match self.state {
                State::Before | State::Between => self.find_begin(ended, sink),
                State::Inside(searched) => self.find_end(searched, ended, sink),
                State::TooLong => self.skip_rest(),
            };
            if !more {
                return;
            }
        }
    }

    /// Consumes what stands before the next result. True when one begins.
    fn find_begin(&mut self, ended: bool, sink: &mut dyn Sink) -> bool {
        let text = self.window.bytes();
        let begin = begin_of_result(text);
        // What may be the beginning of one, or a line that has not come in full, waits for more.
        let line = text.len() - memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
        let settled = if ended { text.len() } else { text.len() - line.min(KEPT) };
        let length = begin.unwrap_or(settled);
        if matches!(self.state, State::Between) {
            self.pass(length, sink);
        }
        self.window.consume(length);
        if begin.is_some() {
            if let Some(offset) = self.preview.take() {
                sink.trouble(Trouble::note(Code::Preview, offset, json::PREVIEW));
            }
            self.gap.end_line();
            self.is_long_line = false;
            self.state = State::Inside(BEGIN.len());
            self.part.begins(self.window.source_offset(0));
        }
        begin.is_some()
    }

    /// Passes over what stands between results; what does not belong there is counted. A long line, which comes in pieces, is
    /// nothing that Splunk writes there.
    fn pass(&mut self, length: usize, sink: &mut dyn Sink) {
        let text = &self.window.bytes()[..length];
        let mut at = 0;
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            at += line.len();
            let is_long = self.is_long_line || line.len() > FRAME_BYTES;
            self.is_long_line = is_long && !line.ends_with(b"\n");
            let mut rest = line;
            while !is_long && let (Some(element), behind) = frame(rest) {
                self.roots.0 += u64::from(element.starts_with(b"<results") && !element.ends_with(b"/>"));
                self.roots.1 += u64::from(element.starts_with(b"</results"));
                let offset = self.window.source_offset(at - behind.len() - element.len());
                if element.starts_with(b"<results") {
                    self.preview = Some(offset).filter(|_| is_preview(element));
                } else if element.starts_with(b"</results") {
                    self.preview = None;
                }
                if let Some(said) = complaint(element) {
                    sink.trouble(Trouble::note(Code::StrayText, offset, said));
                }
                rest = behind;
            }
            let begin = at - rest.len();
            if !is_long && memmem::find(rest, END).is_some() {
                let message = "A result has an end but no beginning; it was not read.";
                sink.trouble(Trouble::lost(Code::Truncated, self.window.source_offset(begin), message));
            }
            if is_long || !frame(rest).1.trim_ascii().is_empty() {
                self.gap.push(rest, |within| self.window.source_offset(begin + within));
            }
        }
    }

    /// Takes the result at the front. True when it was taken or given up.
    fn find_end(&mut self, searched: usize, ended: bool, sink: &mut dyn Sink) -> bool {
        let text = self.window.bytes();
        if let Some(length) = length_of_empty(text) {
            self.take(length, sink);
            return true;
        }
        let end = memmem::find(&text[searched..], END).map(|at| searched + at + END.len());
        let inner = begin_of_result(&text[searched..end.unwrap_or(text.len())]).map(|at| searched + at);
        let length = inner.or(end).unwrap_or(text.len());
        match (inner, end) {
            _ if length > limits::EVENT_BYTES => {
                let why = format!("is longer than {} MiB; it was passed over", limits::EVENT_BYTES >> 20);
                self.give_up(0, Code::OverLimit, &why, sink);
                self.window.consume(BEGIN.len());
                self.state = State::TooLong;
            }
            (Some(_), _) => {
                self.give_up(length, Code::Truncated, "is cut off: another one begins before its end", sink)
            }
            (None, Some(_)) => self.take(length, sink),
            (None, None) if ended => {
                self.give_up(length, Code::Truncated, "is cut off: the input ends before its end", sink);
            }
            (None, None) => {
                // A tag may be cut.
                self.state = State::Inside(length.saturating_sub(END.len()).max(searched));
                return false;
            }
        }
        true
    }

    /// Skips what is left of a result that is too long.
    fn skip_rest(&mut self) -> bool {
        let text = self.window.bytes();
        let end = memmem::find(text, END).map(|at| at + END.len());
        let bound = begin_of_result(&text[..end.unwrap_or(text.len())]).or(end);
        self.window.consume(bound.unwrap_or_else(|| text.len().saturating_sub(END.len())));
        if bound.is_some() {
            self.state = State::Between;
        }
        bound.is_some()
    }

    fn give_up(&mut self, length: usize, code: Code, why: &str, sink: &mut dyn Sink) {
        // It may well have held an event.
        self.results += 1;
        self.events += 1;
        sink.trouble(Trouble::lost(code, self.window.source_offset(0), format!("A result {why}.")));
        self.window.consume(length);
        self.state = State::Between;
    }

    /// Reads the result that takes the first `length` bytes.
    fn take(&mut self, length: usize, sink: &mut dyn Sink) {
        self.results += 1;
        let offset = self.window.source_offset(0);
        let span = Span {
            offset,
            length: self.window.source_offset(length) - offset,
            nth: 0,
            direct: self.window.is_identity(),
        };
        let bytes = &self.window.bytes()[..length];
        let (raw, replaced) = text::utf8(bytes);
        let record = match text::holds_zeros(bytes) {
            true => Err("A result holds zeros in place of text.".to_owned()),
            false => result::parse(&raw),
        };
        let is_event = match record {
            Err(reason) => {
                sink.trouble(Trouble::lost(Code::DamagedRecord, offset, reason));
                true
            }
            Ok(record) => {
                let event = event_text(&record);
                let skim =
                    self.skimmer.as_mut().filter(|_| !replaced).and_then(|skimmer| skim(skimmer, event?));
                match skim {
                    Some(skim) => {
                        sink.skimmed(skim);
                        true
                    }
                    None => events(record, &raw, replaced, span, sink),
                }
            }
        };
        self.events += u64::from(is_event);
        self.window.consume(length);
        self.state = State::Between;
    }
}

/// Hands on the events of a record. Whether it held one, or tells of one.
fn events(record: Map<String, Value>, raw: &str, replaced: bool, span: Span, sink: &mut dyn Sink) -> bool {
    let record = Value::Object(record);
    let held = json::held::events(&record);
    if held.events.is_empty() {
        // As JSON: in XML the name of a field stands far from what it says.
        let tells = held.unread > 0 || signs::json_tells_of_events(&record.to_string());
        sink.trouble(match tells {
            true => {
                let message = "A result tells of an event in a form that is not read here.";
                Trouble::lost(Code::NotUnderstood, span.offset, message)
            }
            false => Trouble::note(Code::NotAnEvent, span.offset, "A result without an event."),
        });
        return tells;
    }
    if held.unread > 0 {
        let trouble = Trouble::lost(Code::NotUnderstood, span.offset, json::UNREAD);
        sink.trouble(Trouble { lost: held.unread, ..trouble });
    }
    for (nth, event) in held.events.into_iter().enumerate() {
        let span = Span { nth: nth as u32, ..span };
        match event {
            Ok(event) => sink.event(Found { event: &event, span, raw, form: Form::Xml, replaced }),
            Err(reason) => sink.trouble(Trouble::lost(Code::DamagedRecord, span.offset, reason)),
        }
    }
    true
}

/// The event of a record that has it as text, and nothing that counts before that.
fn event_text(record: &Map<String, Value>) -> Option<&str> {
    let text = json::string::trimmed(record.get("_raw")?.as_str()?);
    (json::held::is_xml(text) && json::held::has_only_texts(record)).then_some(text)
}

fn skim<'a>(skimmer: &'a mut Skimmer, event: &'a str) -> Option<Skim<'a>> {
    xml::skim_alone(skimmer, event.as_bytes())
}

/// Where a result begins first.
fn begin_of_result(text: &[u8]) -> Option<usize> {
    let ends_name = |at: usize| text.get(at + BEGIN.len()).is_some_and(|byte| b" \t\r\n>".contains(byte));
    memmem::find_iter(text, BEGIN).find(|at| ends_name(*at))
}

/// The length of a result without anything in it, `<result offset='0'/>`.
fn length_of_empty(text: &[u8]) -> Option<usize> {
    let rest = &text[BEGIN.len()..text.len().min(TAG_BYTES)];
    // What begins before the tag ends is another one, however the text came in pieces.
    let end = BEGIN.len() + memchr::memchr2(b'<', b'>', rest)?;
    text[..=end].ends_with(b"/>").then_some(end + 1)
}

/// What stands around results in a line: one element of it after another, and then what is none.
fn frame(line: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let rest = line.trim_ascii_start();
    // A byte-order mark stands between files that were joined.
    let rest = rest.strip_prefix(BYTE_ORDER_MARK).unwrap_or(rest).trim_ascii_start();
    let upto = |begin: &str, end: &str| {
        let inner = rest.strip_prefix(begin.as_bytes())?;
        let at = memmem::find(inner, end.as_bytes())?;
        Some(begin.len() + at + end.len())
    };
    let tag = AROUND.iter().find_map(|begin| upto(begin, ">"));
    // A field of a result has its name in an attribute, and elements in it.
    let is_name = |end: &usize| {
        let element = &rest[..*end - NAME.1.len()];
        memmem::find(element, b" k=").is_none() && element.iter().filter(|byte| **byte == b'<').count() == 1
    };
    let name = || upto(NAME.0, NAME.1).filter(is_name);
    match tag.or_else(name).or_else(|| upto(SAID.0, SAID.1)) {
        Some(end) => (Some(&rest[..end]), &rest[end..]),
        None => (None, rest),
    }
}

/// Whether a root is around previews.
fn is_preview(root: &[u8]) -> bool {
    [&b"preview='1'"[..], b"preview=\"1\""].into_iter().any(|says| memmem::find(root, says).is_some())
}

/// What the search says that is more than a remark: a result may lack something then.
fn complaint(element: &[u8]) -> Option<String> {
    let text =
        String::from_utf8_lossy(element.strip_prefix(SAID.0.as_bytes())?.strip_suffix(SAID.1.as_bytes())?);
    let (tag, said) = text.split_once('>')?;
    let is_remark = ["DEBUG", "INFO"].iter().any(|kind| tag.contains(kind));
    let said = quick_xml::escape::unescape(said).map_or_else(|_| said.to_owned(), Cow::into_owned);
    (!is_remark).then(|| format!("Splunk says of its search: {said:?}."))
}

impl Reader for SplunkXmlReader {
    fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
        self.window.push(bytes);
        self.advance(false, sink);
    }

    fn finish(&mut self, sink: &mut dyn Sink) {
        self.window.finish();
        self.advance(true, sink);
        self.gap.end_line();
        let gaps = Box::new(std::mem::take(&mut self.gap.counts));
        sink.whole(Whole::Results { gaps, results: self.results, events: self.events, roots: self.roots });
    }

    fn part(&self) -> Part {
        self.part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_results_is_told_apart() {
        let elements = |line: &[u8]| {
            let (mut rest, mut count) = (line.to_vec(), 0);
            while let (Some(_), behind) = frame(&rest) {
                (rest, count) = (behind.to_vec(), count + 1);
            }
            (count, String::from_utf8(frame(&rest).1.to_vec()).unwrap())
        };
        let line = b"\t<meta><fieldOrder><field>_raw</field><field groupby_rank='0'>a</field></fieldOrder></meta>\r\n";
        assert_eq!(elements(line), (6, String::new()));
        assert_eq!(elements(b"</results><Event>"), (1, "<Event>".to_owned()));
        let field = "<field k='_raw'><v>&lt;Event&gt;</v></field>\n";
        assert_eq!(elements(field.as_bytes()), (0, field.to_owned()));
        assert_eq!(complaint(b"<msg type=\"INFO\">x</msg>"), None);
        assert_eq!(
            complaint(b"<msg type='WARN'>a &lt; b</msg>").unwrap(),
            "Splunk says of its search: \"a < b\"."
        );
    }
}
