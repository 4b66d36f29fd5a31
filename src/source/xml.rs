//! Event XML: `<Event>` elements one after another, with or without a root, in any text.
//!
//! An event ends at `</Event>`, not at a line end: a command line may hold line breaks.

use memchr::memmem::{self, Finder};

use super::gap::Gap;
use super::whole::Whole;
use super::xml_pairs::Pairs;
use super::xml_skim::Skimmer;
use super::{Form, Found, Reader, Sink, Trouble, xml_event};
use crate::event::Skim;
use crate::limits;
use crate::locator::Span;
use crate::needle::Needle;
use crate::part::Part;
use crate::problem::Code;
use crate::text::{self, Encoding, Text, Window};

/// Longest tag, blanks included, that may be cut at the end of a piece.
const TAG_TAIL: usize = 64;

/// Reads a text, or a part of one.
#[derive(Debug)]
pub struct XmlReader {
    /// What was pushed and is not read: an event that is cut by the pieces.
    window: Window,
    events: Events,
}

/// Finds the events in text.
#[derive(Debug)]
struct Events {
    gap: Gap,
    /// Passes over events that can't match; without it all are parsed.
    skimmer: Option<Skimmer>,
    find: Finders,
    state: State,
    count: u64,
    part: Part,
}

/// What is known of the text of an event.
#[derive(Debug, Clone, Copy, Default)]
struct Kind {
    /// It has no CDATA section and no comment, in which markup would be no markup.
    plain: bool,
    ascii: bool,
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
        let events = Events {
            gap: Gap::default(),
            skimmer: needle.cloned().map(Skimmer::new),
            find: Finders::default(),
            state: if part.exact { State::Gap } else { State::Before },
            count: 0,
            part,
        };
        XmlReader { window: Window::new(encoding, part.start), events }
    }
}

impl Events {
    /// Reads on until more text is needed.
    fn advance(&mut self, text: &mut impl Text, ended: bool, sink: &mut dyn Sink) {
        while !self.part.is_done() {
            let more = match self.state {
                State::Before | State::Gap => self.find_start(text, ended),
                State::Event { searched } => self.find_end(text, searched, ended, sink),
                State::TooLong => self.skip_rest(text, ended),
            };
            if !more {
                return;
            }
        }
    }

    /// Consumes the gap before the next event. True when an event starts.
    fn find_start(&mut self, text: &mut impl Text, ended: bool) -> bool {
        let bytes = text.bytes();
        let start = self.find.start(bytes, 0, ended);
        let gap = start.unwrap_or_else(|| settled(bytes, ended));
        if matches!(self.state, State::Gap) && gap > 0 {
            self.gap.push(&bytes[..gap], |at| text.source_offset(at));
        }
        text.consume(gap);
        if start.is_some() {
            self.gap.end_line();
            self.state = State::Event { searched: 1 };
            self.part.begins(text.source_offset(0));
        }
        start.is_some()
    }

    /// Takes the event at the front of the text. True when it was taken or given up.
    fn find_end(&mut self, text: &mut impl Text, searched: usize, ended: bool, sink: &mut dyn Sink) -> bool {
        let bytes = text.bytes();
        let first = (searched == 1).then(|| Finders::plain_bounds(bytes, ended));
        let (inner, end, kind) = first.filter(|(.., kind)| kind.plain).unwrap_or_else(|| {
            let (inner, end) = self.find.bounds(bytes, searched, ended);
            (inner, end, Kind::default())
        });
        let length = inner.or(end).unwrap_or(bytes.len());
        if length > limits::EVENT_BYTES {
            self.too_long(text, sink);
        } else if inner.is_some() {
            self.broken(text, length, "is cut off: another event begins before its end", sink);
        } else if end.is_some_and(|end| !kind.plain && Finders::open_section(&bytes[..end])) {
            self.state = State::Event { searched: length };
        } else if end.is_some() {
            self.take(text, length, kind, sink);
        } else if ended {
            self.broken(text, length, "is cut off: the input ends before its end", sink);
        } else {
            self.state = State::Event { searched: settled(bytes, false).max(1) };
            return false;
        }
        true
    }

    /// Skips what is left of an event that is too long: to its end or to the next beginning.
    fn skip_rest(&mut self, text: &mut impl Text, ended: bool) -> bool {
        let (start, end) = self.find.bounds(text.bytes(), 0, ended);
        let stop = start.or(end);
        let skipped = stop.unwrap_or_else(|| settled(text.bytes(), ended));
        text.consume(skipped);
        if stop.is_some() {
            self.state = State::Gap;
        }
        stop.is_some()
    }

    /// Reads the event that takes the first `length` bytes of the text.
    fn take(&mut self, text: &mut impl Text, length: usize, kind: Kind, sink: &mut dyn Sink) {
        self.count += 1;
        let offset = text.source_offset(0);
        let span =
            Span { offset, length: text.source_offset(length) - offset, nth: 0, direct: text.is_identity() };
        let bytes = &text.bytes()[..length];
        let skimmer =
            self.skimmer.as_mut().filter(|_| kind.ascii || simdutf8::basic::from_utf8(bytes).is_ok());
        if let Some(skim) = skimmer.and_then(|skimmer| skimmer.skim(bytes, kind.plain)) {
            sink.skimmed(skim);
        } else {
            let (raw, replaced) = text::utf8(bytes);
            match xml_event::parse(&raw) {
                Ok(event) => sink.event(Found { event: &event, span, raw: &raw, form: Form::Xml, replaced }),
                Err(reason) => sink.trouble(Trouble::lost(Code::DamagedRecord, offset, reason)),
            }
        }
        text.consume(length);
        self.state = State::Gap;
    }

    /// Gives up the event that takes the first `length` bytes of the text.
    fn broken(&mut self, text: &mut impl Text, length: usize, why: &str, sink: &mut dyn Sink) {
        self.count += 1;
        sink.trouble(Trouble::lost(
            Code::Truncated,
            text.source_offset(0),
            format!("An event {why}, after {length} bytes."),
        ));
        text.consume(length);
        self.state = State::Gap;
    }

    fn too_long(&mut self, text: &mut impl Text, sink: &mut dyn Sink) {
        self.count += 1;
        sink.trouble(Trouble::lost(
            Code::OverLimit,
            text.source_offset(0),
            format!("An event is longer than {} MiB; it was passed over.", limits::EVENT_BYTES >> 20),
        ));
        text.consume(1);
        self.state = State::TooLong;
    }
}

impl Reader for XmlReader {
    fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
        let mut bytes = bytes;
        // Text is read where it lies; only an event that is cut by the pieces is put together.
        while !bytes.is_empty() {
            if let Some(mut piece) = self.window.piece(bytes) {
                self.events.advance(&mut piece, false, sink);
                self.window.resume(piece);
                return;
            }
            let (first, rest) = bytes.split_at(self.events.find.end(bytes, 0).unwrap_or(bytes.len()));
            self.window.push(first);
            self.events.advance(&mut self.window, false, sink);
            bytes = rest;
        }
    }

    fn finish(&mut self, sink: &mut dyn Sink) {
        self.window.finish();
        self.events.advance(&mut self.window, true, sink);
        self.events.gap.end_line();
        sink.whole(Whole::Text(std::mem::take(&mut self.events.gap.counts), self.events.count));
    }

    fn part(&self) -> Part {
        self.events.part
    }
}

/// Skims a text that is one event and nothing else, and UTF-8. None: it must be parsed.
pub fn skim_alone<'a>(skimmer: &'a mut Skimmer, text: &'a [u8]) -> Option<Skim<'a>> {
    let begins = text.starts_with(b"<Event") && is_end_of_name(*text.get(6)?);
    let (inner, end, kind) = Finders::plain_bounds(text, true);
    let alone = begins && inner.is_none() && end == Some(text.len()) && kind.plain;
    if alone { skimmer.skim(text, true) } else { None }
}

/// How much of a text without a tag of interest can be passed over: what may be the beginning of
/// one is kept until more text tells.
fn settled(text: &[u8], ended: bool) -> usize {
    if ended { text.len() } else { text.len().saturating_sub(TAG_TAIL) }
}

/// Where an end tag ends whose name ends here.
fn end_of_tag(text: &[u8], name_end: usize) -> Option<usize> {
    let blanks = text[name_end..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    (text.get(name_end + blanks) == Some(&b'>')).then_some(name_end + blanks + 1)
}

/// Whether a start tag's name ends before this byte.
fn is_end_of_name(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'>' | b'/')
}

/// The searches, prepared once.
#[derive(Debug)]
struct Finders {
    start: Finder<'static>,
    end: Finder<'static>,
}

impl Default for Finders {
    fn default() -> Finders {
        Finders { start: Finder::new("<Event"), end: Finder::new("</Event") }
    }
}

impl Finders {
    /// Whether `<!` is in the text. One byte is found sooner than two, and few logs have many of it.
    fn has_section(text: &[u8]) -> bool {
        memchr::memchr_iter(b'!', text).any(|at| text[..at].ends_with(b"<"))
    }

    /// Where another event begins inside the one at the front, or else where that ends.
    fn bounds(&self, text: &[u8], searched: usize, ended: bool) -> (Option<usize>, Option<usize>) {
        let end = self.end(text, searched);
        let inner = self.inner(&text[..end.unwrap_or(text.len())], searched, ended || end.is_some());
        (inner, end)
    }

    /// The same in text of which nothing was searched, as far as it has no sections: in one pass.
    fn plain_bounds(text: &[u8], ended: bool) -> (Option<usize>, Option<usize>, Kind) {
        // Behind the name of the event itself.
        let mut names = Pairs::new(text.get(6..).unwrap_or_default(), [*b"Ev"]);
        let (inner, end) = Finders::bounds_by(text, names.by_ref().map(|at| at + 6), ended);
        let searched = &text[..inner.or(end).unwrap_or(text.len())];
        let plain = !names.met_mark() || !Finders::has_section(searched);
        (inner, end, Kind { plain, ascii: !names.met_wide() })
    }

    /// The bounds by the places where the name of an event may begin.
    fn bounds_by(
        text: &[u8],
        names: impl Iterator<Item = usize>,
        ended: bool,
    ) -> (Option<usize>, Option<usize>) {
        for at in names.filter(|at| text[*at..].starts_with(b"Event")) {
            match &text[..at] {
                [.., b'<', b'/'] => {
                    if let Some(end) = end_of_tag(text, at + 5) {
                        return (None, Some(end));
                    }
                }
                [.., b'<'] => match text.get(at + 5) {
                    Some(next) if is_end_of_name(*next) => return (Some(at - 1), None),
                    None if !ended => return (None, None),
                    _ => {}
                },
                _ => {}
            }
        }
        (None, None)
    }

    /// Where the next `<Event` begins that is the whole name (not `<Events`, `<EventID`, …).
    fn start(&self, text: &[u8], from: usize, ended: bool) -> Option<usize> {
        // Behind a line end or none, as it nearly always does: no search is as fast as a look.
        let blanks = text.iter().skip(from).take(2).take_while(|byte| byte.is_ascii_whitespace()).count();
        let mut at = from + blanks;
        if let Some([b'<', b'E', b'v', b'e', b'n', b't', next, ..]) = text.get(at..)
            && is_end_of_name(*next)
        {
            return Some(at);
        }
        while let Some(found) = self.start.find(text.get(at..)?) {
            let start = at + found;
            match text.get(start + 6) {
                Some(next) if is_end_of_name(*next) => return Some(start),
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
            if !Finders::open_section(&text[..start]) {
                return Some(start);
            }
            at = start + 1;
        }
    }

    /// Where the next `</Event>` ends.
    fn end(&self, text: &[u8], from: usize) -> Option<usize> {
        let mut at = from.saturating_sub(TAG_TAIL);
        while let Some(found) = self.end.find(text.get(at..)?) {
            match end_of_tag(text, at + found + 7) {
                Some(end) if end > from => return Some(end),
                _ => at += found + 7,
            }
        }
        None
    }

    /// True when a CDATA section or comment is open at the end of the text: what looks like the
    /// event's end is then part of a value.
    fn open_section(text: &[u8]) -> bool {
        let mut rest = text;
        while let Some(at) = memmem::find(rest, b"<!") {
            rest = &rest[at..];
            // What begins inside of one is a part of its text.
            let (begin, end): (&[u8], &[u8]) = match rest.starts_with(b"<![CDATA[") {
                true => (b"<![CDATA[", b"]]>"),
                false => (b"<!--", b"-->"),
            };
            if !rest.starts_with(begin) {
                rest = &rest[2..];
                continue;
            }
            match memmem::find(&rest[begin.len()..], end) {
                Some(length) => rest = &rest[begin.len() + length + end.len()..],
                None => return true,
            }
        }
        false
    }
}
