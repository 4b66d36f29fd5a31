//! Event XML: `<Event>` elements one after another, with or without a root, in any text.
//!
//! An event ends at `</Event>`, not at a line end: a command line may hold line breaks.

use memchr::memmem::{self, Finder};

use super::gap::Gap;
use super::whole::Whole;
use super::xml_skim::Skimmer;
use super::{Form, Found, Reader, Sink, Trouble, xml_event};
use crate::limits;
use crate::locator::Span;
use crate::needle::Needle;
use crate::part::Part;
use crate::problem::Code;
use crate::text::{self, Encoding, Window};

/// Longest tag, blanks included, that may be cut at the end of a piece.
const TAG_TAIL: usize = 64;

/// Finds the events in a text.
#[derive(Debug)]
pub struct XmlReader {
    window: Window,
    gap: Gap,
    /// Passes over events that can't match; without it all are parsed.
    skimmer: Option<Skimmer>,
    find: Finders,
    state: State,
    events: u64,
    part: Part,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// Before the first event of a part: what stands there belongs to the part before.
    Before,
    /// Between events.
    Gap,
    /// In an event; the text up to `searched` holds neither its end nor another beginning.
    Event { searched: usize },
    /// In an event that is too long, until its end.
    TooLong,
}

impl XmlReader {
    /// A reader for a part of a text. With a needle, events that can't hold it are skimmed.
    pub fn new(encoding: Encoding, part: Part, needle: Option<&Needle>) -> XmlReader {
        XmlReader {
            window: Window::new(encoding, part.start),
            gap: Gap::default(),
            skimmer: needle.cloned().map(Skimmer::new),
            find: Finders::default(),
            state: if part.exact { State::Gap } else { State::Before },
            events: 0,
            part,
        }
    }

    /// Reads on until more text is needed.
    fn advance(&mut self, ended: bool, sink: &mut dyn Sink) {
        while !self.part.is_done() {
            let more = match self.state {
                State::Before | State::Gap => self.find_start(ended),
                State::Event { searched } => self.find_end(searched, ended, sink),
                State::TooLong => self.skip_rest(ended),
            };
            if !more {
                return;
            }
        }
    }

    /// Consumes the gap before the next event. True when an event starts.
    fn find_start(&mut self, ended: bool) -> bool {
        let text = self.window.bytes();
        let start = self.find.start(text, 0, ended);
        let gap = start.unwrap_or_else(|| settled(text, ended));
        if matches!(self.state, State::Gap) {
            self.gap.push(&text[..gap], |at| self.window.source_offset(at));
        }
        self.window.consume(gap);
        if start.is_some() {
            self.gap.end_line();
            self.state = State::Event { searched: 1 };
            self.part.begins(self.window.source_offset(0));
        }
        start.is_some()
    }

    /// Takes the event at the front of the window. True when it was taken or given up.
    fn find_end(&mut self, searched: usize, ended: bool, sink: &mut dyn Sink) -> bool {
        let text = self.window.bytes();
        let end = self.find.end(text, searched);
        let inner = self.find.inner(&text[..end.unwrap_or(text.len())], searched, ended || end.is_some());
        let length = inner.or(end).unwrap_or(text.len());
        if length > limits::EVENT_BYTES {
            self.too_long(sink);
        } else if inner.is_some() {
            self.broken(length, "is cut off: another event begins before its end", sink);
        } else if end.is_some_and(|end| self.find.open_section(&text[..end])) {
            self.state = State::Event { searched: length };
        } else if end.is_some() {
            self.take(length, sink);
        } else if ended {
            self.broken(length, "is cut off: the input ends before its end", sink);
        } else {
            self.state = State::Event { searched: settled(text, false).max(1) };
            return false;
        }
        true
    }

    /// Skips what is left of an event that is too long: to its end or to the next beginning.
    fn skip_rest(&mut self, ended: bool) -> bool {
        let text = self.window.bytes();
        let end = self.find.end(text, 0);
        let start = self.find.start(&text[..end.unwrap_or(text.len())], 0, ended || end.is_some());
        let stop = start.or(end);
        let skipped = stop.unwrap_or_else(|| settled(text, ended));
        self.window.consume(skipped);
        if stop.is_some() {
            self.state = State::Gap;
        }
        stop.is_some()
    }

    /// Reads the event that takes the first `length` bytes of the window.
    fn take(&mut self, length: usize, sink: &mut dyn Sink) {
        self.events += 1;
        let offset = self.window.source_offset(0);
        let span = Span {
            offset,
            length: self.window.source_offset(length) - offset,
            nth: 0,
            direct: self.window.encoding().is_identity(),
        };
        let (raw, replaced) = text::utf8(&self.window.bytes()[..length]);
        let skim = self.skimmer.as_mut().filter(|_| !replaced).and_then(|skimmer| skimmer.skim(&raw));
        if let Some(skim) = skim {
            sink.skimmed(skim);
        } else {
            match xml_event::parse(&raw) {
                Ok(event) => sink.event(Found { event: &event, span, raw: &raw, form: Form::Xml, replaced }),
                Err(reason) => sink.trouble(Trouble::lost(Code::DamagedRecord, offset, reason)),
            }
        }
        self.window.consume(length);
        self.state = State::Gap;
    }

    /// Gives up the event that takes the first `length` bytes of the window.
    fn broken(&mut self, length: usize, why: &str, sink: &mut dyn Sink) {
        self.events += 1;
        sink.trouble(Trouble::lost(
            Code::Truncated,
            self.window.source_offset(0),
            format!("An event {why}, after {length} bytes."),
        ));
        self.window.consume(length);
        self.state = State::Gap;
    }

    fn too_long(&mut self, sink: &mut dyn Sink) {
        self.events += 1;
        sink.trouble(Trouble::lost(
            Code::OverLimit,
            self.window.source_offset(0),
            format!("An event is longer than {} MiB; it was passed over.", limits::EVENT_BYTES >> 20),
        ));
        self.window.consume(1);
        self.state = State::TooLong;
    }
}

impl Reader for XmlReader {
    fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
        self.window.push(bytes);
        self.advance(false, sink);
    }

    fn finish(&mut self, sink: &mut dyn Sink) {
        self.window.finish();
        self.advance(true, sink);
        self.gap.end_line();
        sink.whole(Whole::Text(std::mem::take(&mut self.gap.counts), self.events));
    }

    fn part(&self) -> Part {
        self.part
    }
}

/// How much of a text without a tag of interest can be passed over: what may be the beginning of
/// one is kept until more text tells.
fn settled(text: &[u8], ended: bool) -> usize {
    if ended { text.len() } else { text.len().saturating_sub(TAG_TAIL) }
}

/// The searches, prepared once.
#[derive(Debug)]
struct Finders {
    start: Finder<'static>,
    end: Finder<'static>,
    section: Finder<'static>,
}

impl Default for Finders {
    fn default() -> Finders {
        Finders { start: Finder::new("<Event"), end: Finder::new("</Event"), section: Finder::new("<!") }
    }
}

impl Finders {
    /// Where the next `<Event` begins that is the whole name (not `<Events`, `<EventID`, …).
    fn start(&self, text: &[u8], from: usize, ended: bool) -> Option<usize> {
        let mut at = from;
        while let Some(found) = self.start.find(text.get(at..)?) {
            let start = at + found;
            match text.get(start + 6) {
                Some(b' ' | b'\t' | b'\r' | b'\n' | b'>' | b'/') => return Some(start),
                // Cut here: the next piece tells.
                None if !ended => return None,
                _ => at = start + 6,
            }
        }
        None
    }

    /// Where another event begins inside the one at the front, which is cut off then.
    fn inner(&self, text: &[u8], from: usize, ended: bool) -> Option<usize> {
        let mut at = from;
        loop {
            let start = self.start(text, at, ended)?;
            if !self.open_section(&text[..start]) {
                return Some(start);
            }
            at = start + 1;
        }
    }

    /// Where the next `</Event>` ends.
    fn end(&self, text: &[u8], from: usize) -> Option<usize> {
        let mut at = from.saturating_sub(TAG_TAIL);
        while let Some(found) = self.end.find(text.get(at..)?) {
            let after = at + found + 7;
            let blanks = text[after..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            match text.get(after + blanks) {
                Some(b'>') if after + blanks + 1 > from => return Some(after + blanks + 1),
                _ => at = after,
            }
        }
        None
    }

    /// True when a CDATA section or comment is open at the end of the text: what looks like the
    /// event's end is then part of a value.
    fn open_section(&self, text: &[u8]) -> bool {
        let open = |begin: &[u8], end: &[u8]| match memmem::rfind(text, begin) {
            Some(at) => memmem::find(&text[at..], end).is_none(),
            None => false,
        };
        self.section.find(text).is_some() && (open(b"<![CDATA[", b"]]>") || open(b"<!--", b"-->"))
    }
}
