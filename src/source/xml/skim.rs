//! What is counted of an event in XML that can't match, without parsing it.
//!
//! Windows writes the `System` part of an event in one order, and an exporter writes it the same
//! way every time. So the start of an event, up to its EventID, is compared with those seen before, and so
//! is the rest of its System part, but for values ([`head`]). Where that is new, channel and computer are found
//! by their tags, and the parser must read the same in it. Whatever is not of this plain shape is left to the parser.
//!
//! Soundness: no event is skimmed that holds a CDATA section or comment, in which markup is no markup. A process creation is only
//! skimmed when what follows its System part holds neither the needle nor any spelling that could hide it (`&#…;`), and no
//! processing instruction. The five named entities stand for characters that no needle has. With the needle it is skimmed when
//! [`data`] reads the path that decides, and that rules a match out. Where fields are looked at instead
//! of a text, [`data`] must be able to read them.

use memchr::memmem::{self, Finder};

use super::data;
use super::event;
use super::head::{self, Heads};
use super::pairs::Pairs;
use crate::event::{Skim, is_doubtful, is_process_creation, is_sysmon};
use crate::needle::{Ask, Needle};
use crate::text::same;
use crate::time::Time;

/// Starts of events that are remembered.
const PREFIXES: usize = 32;

/// Skims events.
#[derive(Debug)]
pub struct Skimmer {
    needle: Needle,
    prefixes: Vec<Prefix>,
    find: Finders,
}

/// The start of an event up to and including the tag `<EventID…>`, and the provider in it.
#[derive(Debug)]
struct Prefix {
    text: String,
    provider: String,
    /// The channel of the last event that began so, most likely that of the next.
    channel: String,
    /// The rest of the System part of events that began so.
    heads: Heads,
}

/// The System part of an event that is like that of one before.
#[derive(Debug, Clone)]
pub struct Begun {
    prefix: usize,
    /// Its places are counted from the EventID on.
    head: head::Found,
    end: usize,
}

impl Begun {
    /// Where `</System>` ends. What stands before it is UTF-8, and holds neither a section nor a bound of the event, nor many zeros.
    pub fn end(&self) -> usize {
        self.end
    }
}

#[derive(Debug)]
struct Finders {
    section: Finder<'static>,
    /// The start of the path that decides.
    path: Option<Finder<'static>>,
    utc_time: Finder<'static>,
}

impl Skimmer {
    /// A skimmer that leaves every event with the needle to the parser.
    pub fn new(needle: Needle) -> Skimmer {
        let find = Finders {
            section: Finder::new("<!"),
            path: needle.path().map(|name| Finder::new(&format!("<Data Name='{name}'>")).into_owned()),
            utc_time: Finder::new("<Data Name='UtcTime'>"),
        };
        Skimmer { needle, prefixes: Vec::new(), find }
    }

    /// The beginning of an event, if one before began so.
    pub fn begin(&mut self, xml: &[u8]) -> Option<Begun> {
        let prefix = self.known(xml)?;
        let Prefix { text, heads, .. } = &mut self.prefixes[prefix];
        let head = heads.find(&xml[text.len()..])?;
        Some(Begun { prefix, end: text.len() + head.end, head })
    }

    /// The same of an event that was not asked about before.
    #[cold]
    #[inline(never)]
    fn begin_whole(&mut self, xml: &[u8]) -> Option<Begun> {
        self.begin(xml)
    }

    /// Skims an `<Event>` element, which is UTF-8. `plain`: it is known to hold no section. `begun`: what [`Skimmer::begin`] said of
    /// it. None: it must be parsed.
    pub fn skim<'a>(&'a mut self, xml: &'a [u8], plain: bool, begun: Option<Begun>) -> Option<Skim<'a>> {
        if !plain && self.find.section.find(xml).is_some() {
            return None;
        }
        // What came in pieces was not looked at as a whole.
        if let Some(Begun { prefix, head, end }) = begun.or_else(|| self.begin_whole(xml)) {
            let Prefix { text, provider, heads, .. } = &self.prefixes[prefix];
            let computer = str::from_utf8(&xml[text.len()..][head.computer]).ok()?;
            return self.judge(provider, heads.channel(head.nth), head.event_id, computer, &xml[end..]);
        }
        let at = self.prefix(xml)?;
        let rest = &xml[self.prefixes[at].text.len()..];
        let event_id = number(rest)?;
        let system = System::of(rest)?;
        self.prefixes[at].take_channel(system.channel)?;
        let end = system.length + "</System>".len();
        let start = &xml[..self.prefixes[at].text.len() + end];
        says_the_same(start, event_id, &self.prefixes[at].channel, system.computer).then_some(())?;
        let Prefix { channel, heads, .. } = &mut self.prefixes[at];
        let channel_end = system.channel_at + system.channel.len();
        heads.keep(&rest[..end], (system.channel_at..channel_end, channel), system.computer_at);
        let Prefix { provider, channel, .. } = &self.prefixes[at];
        self.judge(provider, channel, event_id, system.computer, &rest[end..])
    }

    /// What is counted of an event whose System part says this; `data`: all that follows it.
    fn judge<'a>(
        &'a self,
        provider: &'a str,
        channel: &'a str,
        event_id: u32,
        computer: &'a str,
        data: &[u8],
    ) -> Option<Skim<'a>> {
        let mut skim = Skim {
            provider,
            channel,
            event_id: Some(event_id),
            computer: Some(computer).filter(|name| !name.is_empty()),
            time: None,
            link: None,
        };
        if is_doubtful(provider, channel, skim.event_id) {
            return None;
        }
        if let Some(wide) = self.needle.wide() {
            match wide.ask(computer, is_sysmon(provider, channel), event_id) {
                Ask::Nothing => {}
                Ask::Fields(looks) => {
                    skim.link = wide.judge(looks, &data::said(str::from_utf8(data).ok()?, looks)?)?;
                }
                Ask::All => return None,
            }
        } else if is_process_creation(provider, channel, skim.event_id) {
            skim.time = Some(self.process_creation(data)?);
        }
        Some(skim)
    }

    /// The time of a process creation that can't match; `data`: all that follows its System part.
    fn process_creation(&self, data: &[u8]) -> Option<Time> {
        // A character by its number, or an instruction, in which markup is no markup.
        let hides = Pairs::new(data, [*b"&#", *b"<?"]).next().is_some();
        if hides || self.is_silent(data) || (self.needle.is_in(data) && !self.is_ruled_out(data)) {
            return None;
        }
        let time = self.find.utc_time.find(data)? + self.find.utc_time.needle().len();
        Time::parse(unencoded(&data[time..])?)
    }

    /// Whether the path that decides says nothing, as far as that is plain.
    fn is_silent(&self, data: &[u8]) -> bool {
        let Some(path) = &self.find.path else { return false };
        path.find(data).is_none_or(|at| matches!(data.get(at + path.needle().len()), None | Some(b'<')))
    }

    /// Whether the path that decides rules a match out.
    fn is_ruled_out(&self, data: &[u8]) -> bool {
        let Ok(data) = str::from_utf8(data) else { return false };
        let path = self.needle.path().and_then(|name| data::value(data, name));
        path.is_some_and(|path| self.needle.is_ruled_out_by(path))
    }

    /// The prefix that the event starts with, if it is remembered.
    #[inline]
    fn known(&self, xml: &[u8]) -> Option<usize> {
        self.prefixes.iter().position(|prefix| {
            let start = xml.get(..prefix.text.len());
            start.is_some_and(|start| same(start, prefix.text.as_bytes()))
        })
    }

    /// The prefix that the event starts with, remembered or new.
    fn prefix(&mut self, xml: &[u8]) -> Option<usize> {
        if let Some(known) = self.known(xml) {
            return Some(known);
        }
        let prefix = Prefix::of(str::from_utf8(xml).ok()?)?;
        if self.prefixes.len() == PREFIXES {
            self.prefixes.remove(0);
        }
        self.prefixes.push(prefix);
        Some(self.prefixes.len() - 1)
    }
}

impl Prefix {
    fn of(xml: &str) -> Option<Prefix> {
        // Nothing may stand between these tags, nor anything else be hidden in them.
        let system =
            xml.strip_prefix("<Event")?.split_once('>')?.1.trim_ascii_start().strip_prefix("<System>")?;
        let (provider, rest) = system.trim_ascii_start().strip_prefix("<Provider ")?.split_once('>')?;
        let id = rest.trim_ascii_start().strip_prefix("<EventID")?;
        let (tag, rest) = id.split_once('>')?;
        let text = &xml[..xml.len() - rest.len()];
        let others = text.contains('&') || text.matches('<').count() != 4 || tag.contains('/');
        // Each is kept, and compared with the beginning of each event.
        let long = text.len() > head::MOST_BYTES;
        if others || long || !(tag.is_empty() || tag.starts_with(' ')) {
            return None;
        }
        let provider = name(provider.strip_suffix('/')?)?;
        // What the parser says of it counts: names with a prefix, blanks before `=` and `>` inside of quotes are its own to judge.
        let event = event::parse(&format!("{text}1</EventID></System></Event>")).ok()?;
        (event.provider() == provider && event.event_id() == Some(1)).then(|| Prefix {
            text: text.to_owned(),
            provider: provider.to_owned(),
            channel: String::new(),
            heads: Heads::default(),
        })
    }
}

impl Prefix {
    /// Keeps the channel that is written so, if nothing in it is encoded, and no tag.
    fn take_channel(&mut self, text: &[u8]) -> Option<()> {
        if !same(text, self.channel.as_bytes()) {
            let plain = text.len() <= head::MOST_BYTES && memchr::memchr2(b'<', b'&', text).is_none();
            str::from_utf8(text).ok().filter(|_| plain)?.trim().clone_into(&mut self.channel);
        }
        Some(())
    }
}

/// The value of the attribute `Name` among those of a tag.
fn name(mut attributes: &str) -> Option<&str> {
    loop {
        let (key, rest) = attributes.trim_ascii_start().split_once('=')?;
        let quote = rest.chars().next().filter(|quote| "'\"".contains(*quote))?;
        let (value, rest) = rest[1..].split_once(quote)?;
        if key == "Name" {
            return Some(value);
        }
        attributes = rest;
    }
}

/// What is counted of the System part behind its EventID.
struct System<'a> {
    /// As it is written.
    channel: &'a [u8],
    channel_at: usize,
    computer: &'a str,
    computer_at: usize,
    /// Where its end tag begins.
    length: usize,
}

impl System<'_> {
    /// The channel and computer before the first end tag. `rest`: from the EventID on. None: they may be no children of it.
    fn of(rest: &[u8]) -> Option<System<'_>> {
        let (mut channel, mut computer) = (None, None);
        for at in Pairs::new(rest, [*b"<C", *b"/S"]) {
            let tag = &rest[at..];
            if tag.starts_with(b"<Channel>") {
                channel = channel.or(Some(at + "<Channel>".len()));
            } else if tag.starts_with(b"<Computer>") {
                computer = computer.or(Some(at + "<Computer>".len()));
            } else if tag.starts_with(b"/System>") && rest[..at].ends_with(b"<") {
                let system = &rest[..at - 1];
                let (channel_at, computer_at) = (channel?, computer?);
                let before = system[..computer_at - "<Computer>".len()].trim_ascii_end();
                let end = before.len().checked_sub("</Channel>".len()).filter(|end| *end >= channel_at)?;
                let (computer, rest) = text_and_rest(&system[computer_at..])?;
                let behind = rest.strip_prefix(b"</Computer>")?;
                // Elements around them would begin before them, and end here.
                let behind = behind.trim_ascii();
                let security = || {
                    let inner = behind.strip_prefix(b"<Security")?.strip_suffix(b"/>")?;
                    memchr::memchr(b'<', inner).is_none().then_some(())
                };
                // Nor may another one stand before it, with attributes or by another name, or an instruction.
                let first = &before[..channel_at - "<Channel>".len()];
                let others = ["Channel", "Computer", "<?"];
                let alone = others.iter().all(|other| memmem::find(first, other.as_bytes()).is_none());
                let flat =
                    alone && before[end..] == *b"</Channel>" && (behind.is_empty() || security().is_some());
                return flat.then_some(System {
                    channel: &system[channel_at..end],
                    channel_at,
                    computer,
                    computer_at,
                    length: system.len(),
                });
            }
        }
        None
    }
}

/// Whether the parser, too, reads this in the beginning of an event, and nothing besides: what only looks like the end of the
/// System part, in quotes or behind another way to write it, is its own to judge. Events like one before are not parsed.
#[cold]
#[inline(never)]
fn says_the_same(start: &[u8], event_id: u32, channel: &str, computer: &str) -> bool {
    let Ok(start) = str::from_utf8(start) else { return false };
    event::parse(&format!("{start}</Event>")).is_ok_and(|event| {
        event.event_id() == Some(event_id)
            && event.channel() == channel
            && event.computer().unwrap_or_default() == computer
            && event.data.iter().next().is_none()
            && event.message.is_none()
    })
}

/// The number up to the next tag.
fn number(xml: &[u8]) -> Option<u32> {
    head::number(xml).or_else(|| unencoded(xml)?.parse().ok())
}

/// Text up to the next tag, which must be an end tag, when nothing in it is encoded.
fn unencoded(xml: &[u8]) -> Option<&str> {
    text_and_rest(xml).map(|(text, _)| text)
}

/// The same, and what follows from its end tag on.
fn text_and_rest(xml: &[u8]) -> Option<(&str, &[u8])> {
    let (text, rest) = xml.split_at(memchr::memchr2(b'<', b'&', xml)?);
    let text = str::from_utf8(text).ok()?;
    rest.starts_with(b"</").then(|| (text.trim(), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::xml::event;

    const EVENT: &str = "<Event xmlns='urn'><System><Provider Name='Microsoft-Windows-Sysmon' Guid='{5}'/><EventID>1</EventID>\
        <Channel>C</Channel><Computer>H</Computer></System><EventData><Data Name='UtcTime'>2020-01-01 00:00:00.123</Data>\
        <Data Name='ParentImage'>C:\\x.exe</Data></EventData></Event>";

    fn skim(xml: &str) -> Option<(String, u32)> {
        let mut skimmer = Skimmer::new(Needle::new("WmiPrvSE.exe", &[]).unwrap());
        let skim = skimmer.skim(xml.as_bytes(), false, None)?;
        // What is skimmed is what the parser would give.
        let event = event::parse(xml).unwrap();
        assert_eq!(skim.provider, event.provider());
        assert_eq!(skim.channel, event.channel());
        assert_eq!(skim.event_id, event.event_id());
        assert_eq!(skim.computer, event.computer());
        Some((skim.time.map(|time| time.to_string()).unwrap_or_default(), skim.event_id?))
    }

    #[test]
    fn the_plain_shape_is_skimmed() {
        assert_eq!(skim(EVENT), Some(("2020-01-01T00:00:00.123Z".into(), 1)));
        let other = EVENT.replace("<EventID>1<", "<EventID Qualifiers='0'>3<").replace("C:\\x", "WmiPrvSE");
        assert_eq!(skim(&other), Some((String::new(), 3)));
    }

    #[test]
    fn every_spelling_of_the_needle_goes_to_the_parser() {
        for parent in [
            "WmiPrvSE.exe",
            "WMIPRVSE.EXE",
            "&#87;miPrvSE.exe",
            "WmiPrvSE&#x2e;exe",
            "<![CDATA[WmiPrv]]>SE.exe",
            "Wmi<!-- -->PrvSE.exe",
        ] {
            assert_eq!(skim(&EVENT.replace("x.exe", parent)), None, "{parent}");
        }
    }

    #[test]
    fn a_parent_of_another_name_is_skimmed_whatever_else_holds_the_needle() {
        let needle = || Needle::new("WmiPrvSE.exe", &[]).unwrap().in_path(Some("ParentImage"));
        let skim = |xml: &str| Skimmer::new(needle()).skim(xml.as_bytes(), false, None).is_some();
        let event =
            EVENT.replace("</EventData>", "<Data Name='CommandLine'>WmiPrvSE.exe &amp;</Data></EventData>");
        assert!(skim(&event) && skim(&event.replace("x.exe", "xWmiPrvSE.exe")));
        for (from, to) in [
            ("C:\\x.exe", ""),
            ("x.exe", "WMIprvse.exe"),
            ("C:\\x.exe", "x&quot;"),
            ("ParentImage", "Parent"),
            ("&amp;", "&#65;"),
            ("<EventData>", "<EventData><Data>a</Data>"),
            ("<EventData>", "<EventData><Data Name='ParentImage'>C:\\WmiPrvSE.exe</Data>"),
            ("<EventData>", "<EventData><ParentImage>C:\\WmiPrvSE.exe</ParentImage>"),
        ] {
            assert!(!skim(&event.replace(from, to)), "{from} -> {to}");
        }
    }

    #[test]
    fn another_shape_goes_to_the_parser() {
        for (from, to) in [
            ("<Channel>C</Channel>", ""),
            ("<Computer>H<", "<Computer>a&amp;b<"),
            ("<System>", "<Other><Provider Name='x'/></Other><System>"),
            ("<EventID>1<", "<EventID>one<"),
            ("Name='Microsoft-Windows-Sysmon'", "Name='a&amp;b'"),
            ("2020-01-01 00:00:00.123", "never"),
            ("</System>", ""),
            ("<Channel>", "<Other><Computer>X</Computer></Other><Channel>"),
            ("<Channel>", "<Other><Channel>X</Channel></Other><Channel>"),
            ("<Channel>", "<Other><Channel>X</Channel><Computer>X</Computer></Other><Channel>"),
            ("<Computer>", "<Other><Computer>X</Computer></Other><Computer>"),
            ("</Computer>", "</Computer><Other></Other>"),
            ("<Channel>", "<Channel>X</Other><Channel>"),
            ("<Channel>", "<Channel a=''>X</Channel><Channel>"),
            ("<Channel>", "<x:Channel>X</x:Channel><Channel>"),
            ("<Channel>", "<Computer a=''>X</Computer><Channel>"),
            ("<Channel>", "<?x <Channel>X</Channel><Computer>X</Computer></System> ?><Channel>"),
            (
                "<Provider Name='Microsoft-Windows-Sysmon'",
                "<Provider x:Name='Microsoft-Windows-Sysmon' Name='Foo'",
            ),
            (
                "<Provider Name='Microsoft-Windows-Sysmon'",
                "<Provider Name ='Microsoft-Windows-Sysmon' Name='Foo'",
            ),
            (
                "<Event xmlns='urn'>",
                "<Event a='><System><Provider Name=\"Foo\"/><EventID>3</EventID><Channel>A</Channel><Computer>B</Computer></System>'>",
            ),
        ] {
            let changed = EVENT.replace(from, to);
            assert_ne!(changed, EVENT, "{from}");
            assert_eq!(skim(&changed), None, "{from} -> {to}");
        }
    }

    /// What a skimmer says of an event, by its head if one before had that.
    fn said(skimmer: &mut Skimmer, xml: &[u8], by_head: bool) -> (bool, Option<String>) {
        let begun = skimmer.begin(xml).filter(|_| by_head);
        let has_head = begun.is_some();
        let skim = skimmer.skim(xml, false, begun);
        (has_head, skim.map(|skim| format!("{skim:?}")))
    }

    fn written(style: &testlog::xml::Style) -> Vec<String> {
        let options = testlog::Options { size: testlog::Size::Events(60), ..testlog::Options::default() };
        let written = |event: &testlog::Event| {
            let mut text = String::new();
            testlog::xml::push(&mut text, event, style);
            text
        };
        testlog::log(&options).0.iter().map(written).collect()
    }

    #[test]
    fn an_event_like_one_before_has_its_head() {
        for style in [testlog::xml::SPLUNK, testlog::xml::WINDOWS, testlog::xml::EVTX_DUMP] {
            let mut skimmer = Skimmer::new(Needle::new("WmiPrvSE.exe", &[]).unwrap());
            let events = written(&style);
            let first = events.iter().filter(|event| said(&mut skimmer, event.as_bytes(), true).0).count();
            let again = events.iter().filter(|event| said(&mut skimmer, event.as_bytes(), true).0).count();
            assert!(first > 20 && again == events.len(), "{first} {again}");
        }
    }

    #[test]
    fn another_channel_is_another_head() {
        let mut skimmer = Skimmer::new(Needle::new("WmiPrvSE.exe", &[]).unwrap());
        for channel in ["A", "B", "\"A\"", "\"B\"", "'A'", "'B'", "x\"A\"y", "x\"B\"y"] {
            for number in [3, 3, 5] {
                let event = EVENT.replace("<EventID>1<", &format!("<EventID>{number}<"));
                let event = event.replace("<Channel>C<", &format!("<Channel>{channel}<"));
                let begun = skimmer.begin(event.as_bytes());
                let skim = skimmer.skim(event.as_bytes(), true, begun).unwrap();
                assert_eq!((skim.channel, skim.event_id), (channel, Some(number)));
            }
        }
    }

    proptest! {
        #[test]
        fn a_head_tells_what_the_event_tells(
            style in 0..3_usize,
            changes in prop::collection::vec((0..60_usize, 0..900_usize, 0..4_usize, 0..TEXTS.len()), 1..40),
        ) {
            let style = [testlog::xml::SPLUNK, testlog::xml::WINDOWS, testlog::xml::EVTX_DUMP][style];
            let events = written(&style);
            let needle = Needle::new("WmiPrvSE.exe", &["Image"]).unwrap().in_path(Some("ParentImage"));
            let mut by_head = Skimmer::new(needle.clone());
            events.iter().for_each(|event| _ = said(&mut by_head, event.as_bytes(), true));
            for (nth, at, taken, text) in changes {
                let mut event = events[nth].clone().into_bytes();
                let at = at.min(event.len() - taken);
                event.splice(at..at + taken, TEXTS[text].bytes());
                let Ok(event) = String::from_utf8(event) else { continue };
                let mut fresh = Skimmer::new(needle.clone());
                let expected = said(&mut fresh, event.as_bytes(), false);
                let (has_head, said) = said(&mut by_head, event.as_bytes(), true);
                prop_assert_eq!(&said, &expected.1, "{}", event);
                if has_head {
                    let end = event.find("</System>").unwrap();
                    prop_assert!(!event[1..end].contains("<!") && !event[1..end].contains("<Event>"));
                }
            }
        }
    }

    /// What is written into events: markup, and what might be taken for a value.
    const TEXTS: [&str; 24] = [
        "",
        "7",
        "x",
        "<",
        ">",
        "&",
        "'",
        "\"",
        "/",
        "=",
        "é",
        "\0",
        " ",
        "\n",
        "<!---->",
        "<Channel>",
        "</Channel>",
        "<Computer>X</Computer>",
        "</System>",
        "</Event>",
        "<Event>",
        "0123456789abcdef0123456789",
        "<Channel>\"App\"</Channel>",
        "<Channel>\"Sysmon\"</Channel>",
    ];
}
