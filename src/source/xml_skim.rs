//! What is counted of an event in XML that can't match, without parsing it.
//!
//! Windows writes the `System` part of an event in one order, and an exporter writes it the same
//! way every time. So the start of an event, up to its EventID, is compared with those seen before;
//! channel, computer and time are then found by their tags. Whatever is not of this plain shape is
//! left to the parser.
//!
//! Soundness: an event is only skimmed when its raw text holds neither the needle nor any spelling
//! that could hide it (`&#…;`), no CDATA section or comment, in which markup is no markup, and no processing instruction. The
//! five named entities stand for characters that no needle has. With the needle it is skimmed when
//! [`xml_data`] reads the path that decides, and that rules a match out. Where fields are looked at instead
//! of a text, [`xml_data`] must be able to read them.

use memchr::memmem::Finder;

use super::xml_data;
use super::xml_pairs::Pairs;
use crate::event::{Skim, is_doubtful, is_process_creation, is_sysmon};
use crate::needle::{Ask, Needle};
use crate::text::same;
use crate::time::Time;

/// Starts of events that are remembered.
const PREFIXES: usize = 8;

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

    /// Skims an `<Event>` element, which is UTF-8. `plain`: it is known to hold no section. None: it must be parsed.
    pub fn skim<'a>(&'a mut self, xml: &'a [u8], plain: bool) -> Option<Skim<'a>> {
        if !plain && self.find.section.find(xml).is_some() {
            return None;
        }
        let at = self.prefix(xml)?;
        let rest = &xml[self.prefixes[at].text.len()..];
        let event_id = number(rest)?;
        let System { channel, computer, length } = System::of(rest)?;
        self.prefixes[at].take_channel(channel)?;
        let Prefix { provider, channel, .. } = &self.prefixes[at];
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
        let data = &rest[length..];
        if let Some(wide) = self.needle.wide() {
            match wide.ask(computer, is_sysmon(provider, channel), event_id) {
                Ask::Nothing => {}
                Ask::Fields(looks) => {
                    skim.link = wide.judge(looks, &xml_data::said(str::from_utf8(data).ok()?, looks)?)?;
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
        let path = self.needle.path().and_then(|name| xml_data::value(data, name));
        path.is_some_and(|path| self.needle.is_ruled_out_by(path))
    }

    /// The prefix that the event starts with, remembered or new.
    fn prefix(&mut self, xml: &[u8]) -> Option<usize> {
        let known = self.prefixes.iter().position(|prefix| {
            let start = xml.get(..prefix.text.len());
            start.is_some_and(|start| same(start, prefix.text.as_bytes()))
        });
        if known.is_some() {
            return known;
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
        if others || !(tag.is_empty() || tag.starts_with(' ')) {
            return None;
        }
        Some(Prefix {
            text: text.to_owned(),
            provider: name(provider.strip_suffix('/')?)?.to_owned(),
            channel: String::new(),
        })
    }
}

impl Prefix {
    /// Keeps the channel that is written so, if nothing in it is encoded, and no tag.
    fn take_channel(&mut self, text: &[u8]) -> Option<()> {
        if !same(text, self.channel.as_bytes()) {
            let plain = memchr::memchr2(b'<', b'&', text).is_none();
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
    computer: &'a str,
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
                let (channel, computer) = (channel?, computer?);
                let before = system[..computer - "<Computer>".len()].trim_ascii_end();
                let end = before.len().checked_sub("</Channel>".len()).filter(|end| *end >= channel)?;
                let (name, rest) = text_and_rest(&system[computer..])?;
                let behind = rest.strip_prefix(b"</Computer>")?;
                // Elements around them would begin before them, and end here.
                let behind = behind.trim_ascii();
                let security = || {
                    let inner = behind.strip_prefix(b"<Security")?.strip_suffix(b"/>")?;
                    memchr::memchr(b'<', inner).is_none().then_some(())
                };
                let flat = before[end..] == *b"</Channel>" && (behind.is_empty() || security().is_some());
                return flat.then_some(System {
                    channel: &system[channel..end],
                    computer: name,
                    length: system.len(),
                });
            }
        }
        None
    }
}

/// The number up to the next tag.
fn number(xml: &[u8]) -> Option<u32> {
    let digits = xml.iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 || !xml[digits..].starts_with(b"</") {
        return unencoded(xml)?.parse().ok();
    }
    Some(xml[..digits].iter().fold(0, |number, digit| 10 * number + u32::from(digit - b'0')))
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
    use super::*;
    use crate::source::xml_event;

    const EVENT: &str = "<Event xmlns='urn'><System><Provider Name='Microsoft-Windows-Sysmon' Guid='{5}'/><EventID>1</EventID>\
        <Channel>C</Channel><Computer>H</Computer></System><EventData><Data Name='UtcTime'>2020-01-01 00:00:00.123</Data>\
        <Data Name='ParentImage'>C:\\x.exe</Data></EventData></Event>";

    fn skim(xml: &str) -> Option<(String, u32)> {
        let mut skimmer = Skimmer::new(Needle::new("WmiPrvSE.exe", &[]).unwrap());
        let skim = skimmer.skim(xml.as_bytes(), false)?;
        // What is skimmed is what the parser would give.
        let event = xml_event::parse(xml).unwrap();
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
        let skim = |xml: &str| Skimmer::new(needle()).skim(xml.as_bytes(), false).is_some();
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
        ] {
            let changed = EVENT.replace(from, to);
            assert_ne!(changed, EVENT, "{from}");
            assert_eq!(skim(&changed), None, "{from} -> {to}");
        }
    }
}
