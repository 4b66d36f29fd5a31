//! Event XML: `<Event>` elements one after another, with or without a root, in any text.
//!
//! An event ends at `</Event>`, not at a line end: a command line may hold line breaks.

mod data;
pub mod event;
mod head;
mod pairs;
pub(super) mod skim;

use memchr::memmem::{self, Finder};

use self::pairs::Pairs;
use self::skim::{Begun, Skimmer};
use super::gap::Gap;
use super::whole::Whole;
use super::{Form, Found, Reader, Sink, Trouble};
use crate::event::Skim;
use crate::limits;
use crate::locator::Span;
use crate::needle::Needle;
use crate::part::Part;
use crate::problem::Code;
use crate::text::{self, Encoding, Text, Window};

/// Longest tag, blanks included, that may be cut at the end of a piece.
const TAG_TAIL: usize = 64;
/// Most blanks in an event's end tag. Nobody writes one.
const TAG_BLANKS: usize = 48;

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

/// A part of an event in which markup is no markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Cdata,
    Comment,
}

impl Section {
    const ALL: [Section; 2] = [Section::Cdata, Section::Comment];

    fn begin(self) -> &'static [u8] {
        match self {
            Section::Cdata => b"<![CDATA[",
            Section::Comment => b"<!--",
        }
    }

    fn end(self) -> &'static [u8] {
        match self {
            Section::Cdata => b"]]>",
            Section::Comment => b"-->",
        }
    }
}

/// What the text behind the beginning of an event holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    /// The event's end, before this byte.
    End(usize),
    /// The beginning of another event.
    Inner(usize),
    /// None of them: all up to `searched` is known, and what follows there lies in `section`.
    More { searched: usize, section: Option<Section> },
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// Before the first event of a part: what stands there belongs to the part before.
    Before,
    /// Between events.
    Gap,
    /// In an event; the text up to `searched` holds neither its end nor another beginning. What follows there lies in
    /// `section`.
    Event { searched: usize, section: Option<Section> },
    /// In an event that is too long, until its end; what follows lies in this section.
    TooLong(Option<Section>),
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
                State::Event { searched, section } => self.find_end(text, searched, section, ended, sink),
                State::TooLong(section) => self.skip_rest(text, section, ended),
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
            self.state = State::Event { searched: 1, section: None };
            self.part.begins(text.source_offset(0));
        }
        start.is_some()
    }

    /// Takes the event at the front of the text. True when it was taken or given up.
    fn find_end(
        &mut self,
        text: &mut impl Text,
        searched: usize,
        section: Option<Section>,
        ended: bool,
        sink: &mut dyn Sink,
    ) -> bool {
        let bytes = text.bytes();
        // Once: more of an event comes again and again.
        let begun = match (searched, &mut self.skimmer) {
            (1, Some(skimmer)) => skimmer.begin(bytes),
            _ => None,
        };
        let first = (searched == 1).then(|| Finders::plain_bounds(bytes, begun.as_ref(), ended));
        let (bound, kind) = first
            .filter(|(_, kind)| kind.plain)
            .unwrap_or_else(|| (bounds(bytes, searched, section, ended), Kind::default()));
        let length = match bound {
            Bound::End(at) | Bound::Inner(at) => at,
            Bound::More { .. } => bytes.len(),
        };
        match bound {
            _ if length > limits::EVENT_BYTES => self.too_long(text, bound, sink),
            Bound::Inner(_) => {
                self.broken(text, length, "is cut off: another event begins before its end", sink);
            }
            Bound::End(_) => self.take(text, length, kind, begun, sink),
            Bound::More { .. } if ended => {
                self.broken(text, length, "is cut off: the input ends before its end", sink);
            }
            Bound::More { searched, section } => {
                self.state = State::Event { searched, section };
                return false;
            }
        }
        true
    }

    /// Skips what is left of an event that is too long: to its end or to the next beginning.
    fn skip_rest(&mut self, text: &mut impl Text, section: Option<Section>, ended: bool) -> bool {
        let bound = bounds(text.bytes(), 0, section, ended);
        self.skip_to(text, bound);
        matches!(self.state, State::Gap)
    }

    /// Gives up the text up to a bound of an event that is too long.
    fn skip_to(&mut self, text: &mut impl Text, bound: Bound) {
        let (skipped, state) = match bound {
            Bound::End(at) | Bound::Inner(at) => (at, State::Gap),
            Bound::More { searched, section } => (searched, State::TooLong(section)),
        };
        text.consume(skipped);
        self.state = state;
    }

    /// Reads the event that takes the first `length` bytes of the text.
    fn take(
        &mut self,
        text: &mut impl Text,
        length: usize,
        kind: Kind,
        begun: Option<Begun>,
        sink: &mut dyn Sink,
    ) {
        self.count += 1;
        let offset = text.source_offset(0);
        let span =
            Span { offset, length: text.source_offset(length) - offset, nth: 0, direct: text.is_identity() };
        let bytes = &text.bytes()[..length];
        let unknown = &bytes[begun.as_ref().map_or(0, Begun::end).min(length)..];
        if text::holds_zeros(unknown) {
            // Before and behind them may stand parts of two events.
            let message = "An event holds zeros in place of text.";
            sink.trouble(Trouble::lost(Code::DamagedRecord, offset, message));
            text.consume(length);
            self.state = State::Gap;
            return;
        }
        let skimmer =
            self.skimmer.as_mut().filter(|_| kind.ascii || simdutf8::basic::from_utf8(unknown).is_ok());
        if let Some(skim) = skimmer.and_then(|skimmer| skimmer.skim(bytes, kind.plain, begun)) {
            sink.skimmed(skim);
        } else {
            let (raw, replaced) = text::utf8(bytes);
            match event::parse(&raw) {
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

    fn too_long(&mut self, text: &mut impl Text, bound: Bound, sink: &mut dyn Sink) {
        self.count += 1;
        sink.trouble(Trouble::lost(
            Code::OverLimit,
            text.source_offset(0),
            format!("An event is longer than {} MiB; it was passed over.", limits::EVENT_BYTES >> 20),
        ));
        self.skip_to(text, bound);
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
        let counts = std::mem::take(&mut self.events.gap.counts);
        sink.whole(Whole::Text(Box::new(counts), self.events.count));
    }

    fn part(&self) -> Part {
        self.events.part
    }
}

/// Skims a text that is one event and nothing else, and UTF-8. None: it must be parsed.
pub fn skim_alone<'a>(skimmer: &'a mut Skimmer, text: &'a [u8]) -> Option<Skim<'a>> {
    let begins = text.starts_with(b"<Event") && is_end_of_name(*text.get(6)?);
    let begun = skimmer.begin(text);
    let (bound, kind) = Finders::plain_bounds(text, begun.as_ref(), true);
    let alone = begins && bound == Bound::End(text.len()) && kind.plain;
    if alone { skimmer.skim(text, true, begun) } else { None }
}

/// How much of a text without a tag of interest can be passed over: what may be the beginning of
/// one is kept until more text tells.
fn settled(text: &[u8], ended: bool) -> usize {
    if ended { text.len() } else { text.len().saturating_sub(TAG_TAIL) }
}

/// Where an end tag ends whose name ends here.
fn end_of_tag(text: &[u8], name_end: usize) -> Option<usize> {
    if text.get(name_end) == Some(&b'>') {
        return Some(name_end + 1);
    }
    let blanks =
        text[name_end..].iter().take(TAG_BLANKS).take_while(|byte| byte.is_ascii_whitespace()).count();
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

    /// The bound of an event in text of which nothing was searched, as far as it has no sections: in one pass.
    fn plain_bounds(text: &[u8], begun: Option<&Begun>, ended: bool) -> (Bound, Kind) {
        // Behind the name of the event itself, or what is known to hold no other.
        let from = begun.map_or(6, Begun::end);
        let mut names = Pairs::new(text.get(from..).unwrap_or_default(), [*b"Ev"]);
        let bound = Finders::bound_by(text, names.by_ref().map(|at| at + from), ended);
        let searched = match bound {
            Bound::End(at) | Bound::Inner(at) => &text[..at],
            Bound::More { .. } => text,
        };
        let plain = !names.met_mark() || !Finders::has_section(searched);
        (bound, Kind { plain, ascii: !names.met_wide() })
    }

    /// The bound by the places where the name of an event may begin.
    fn bound_by(text: &[u8], names: impl Iterator<Item = usize>, ended: bool) -> Bound {
        let more = Bound::More { searched: settled(text, false).max(1), section: None };
        for at in names.filter(|at| text[*at..].starts_with(b"Event")) {
            match &text[..at] {
                [.., b'<', b'/'] => {
                    if let Some(end) = end_of_tag(text, at + 5) {
                        return Bound::End(end);
                    }
                }
                [.., b'<'] => match text.get(at + 5) {
                    Some(next) if is_end_of_name(*next) => return Bound::Inner(at - 1),
                    None if !ended => return more,
                    _ => {}
                },
                _ => {}
            }
        }
        more
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
}

/// The bound of an event, from a place in it on, by one tag after the other; `section`: what that place lies in.
fn bounds(text: &[u8], searched: usize, section: Option<Section>, ended: bool) -> Bound {
    let (mut at, mut section) = (searched, section);
    loop {
        if let Some(open) = section {
            let Some(length) = text.get(at..).and_then(|rest| memmem::find(rest, open.end())) else {
                return Bound::More {
                    searched: at.max(text.len().saturating_sub(open.end().len() - 1)),
                    section,
                };
            };
            at += length + open.end().len();
            section = None;
        }
        let Some(found) = text.get(at..).and_then(|rest| memchr::memchr(b'<', rest)) else {
            return Bound::More { searched: text.len(), section: None };
        };
        at += found;
        let tag = &text[at..];
        if let Some(open) = Section::ALL.into_iter().find(|section| tag.starts_with(section.begin())) {
            section = Some(open);
            at += open.begin().len();
            continue;
        }
        if !ended && tag.len() < TAG_TAIL && may_go_on(tag) {
            return Bound::More { searched: at, section: None };
        }
        if tag.starts_with(b"</Event")
            && let Some(end) = end_of_tag(text, at + 7)
        {
            return Bound::End(end);
        }
        if tag.starts_with(b"<Event") && tag.get(6).is_some_and(|next| is_end_of_name(*next)) {
            return Bound::Inner(at);
        }
        at += 1;
    }
}

/// Whether this is the beginning of a tag of interest, or of a section, whose rest tells more.
fn may_go_on(tag: &[u8]) -> bool {
    let begun = |whole: &[u8]| whole.starts_with(tag);
    let ends = tag.strip_prefix(b"</Event").is_some_and(|rest| rest.iter().all(u8::is_ascii_whitespace));
    ends || begun(b"<Event")
        || begun(b"</Event")
        || Section::ALL.into_iter().any(|section| begun(section.begin()))
}
