//! One `<Event>` element to an [`Event`], for every format that carries event XML.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event as Xml};

use crate::event::{Event, Pairs};

/// Parses one `<Event>` element. What stands before it (a declaration) is passed over. A line end
/// in a value becomes one line feed, as XML 1.0 (2.11) says.
///
/// # Errors
/// A sentence that says what is wrong and where in the element.
#[inline(never)]
pub fn parse(xml: &str) -> Result<Event, String> {
    parse_with(xml, true)
}

/// Parses every `<Event>` element of a text that holds nothing else, one after another.
pub fn parse_all(xml: &str) -> Vec<Result<Event, String>> {
    let mut stray = false;
    let one = parse_noting(xml, true, &mut stray);
    // Most hold one. The end tag may also stand in a section of one, so more are only looked for when they are known.
    if one.as_ref().is_err_and(|reason| reason == ANOTHER) {
        stray = false;
        let mut events: Vec<_> =
            split(xml).into_iter().map(|part| parse_noting(part, true, &mut stray)).collect();
        tell_stray(stray, &mut events);
        return events;
    }
    let mut events = vec![one];
    tell_stray(stray && events[0].is_ok(), &mut events);
    events
}

fn tell_stray(stray: bool, events: &mut Vec<Result<Event, String>>) {
    if stray {
        events.push(Err("Text stands beside an event, in the same value; it was not read.".to_owned()));
    }
}

/// What [`parse`] says of a text with more than one event.
const ANOTHER: &str = "Another event follows in the same text.";

/// The texts of events, each up to where its element ends. What breaks ends the last one: nobody knows what follows it.
fn split(xml: &str) -> Vec<&str> {
    let mut events = Vec::new();
    let mut rest = xml;
    while !rest.trim().is_empty() {
        let mut reader = Reader::from_str(rest);
        let mut depth = 0_u32;
        let whole = loop {
            match reader.read_event() {
                Ok(Xml::Start(_)) => depth += 1,
                Ok(Xml::End(_)) if depth > 1 => depth -= 1,
                Ok(Xml::Empty(_)) if depth > 0 => {}
                Ok(Xml::End(_) | Xml::Empty(_)) => break true,
                Ok(Xml::Eof) | Err(_) => break false,
                Ok(_) => {}
            }
        };
        let end = usize::try_from(reader.buffer_position()).ok().filter(|_| whole);
        let (event, after) = end.and_then(|end| rest.split_at_checked(end)).unwrap_or((rest, ""));
        events.push(event);
        rest = after;
    }
    events
}

/// Parses the XML rendering of a binary record, whose line ends are the record's own.
///
/// # Errors
/// As [`parse`].
pub fn parse_rendering(xml: &str) -> Result<Event, String> {
    parse_with(xml, false)
}

fn parse_with(xml: &str, normalise: bool) -> Result<Event, String> {
    parse_noting(xml, normalise, &mut false)
}

/// `stray`: whether text stands outside of the event.
fn parse_noting(xml: &str, normalise: bool, stray: &mut bool) -> Result<Event, String> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let mut build = Build { any_root: !normalise, ..Build::default() };
    loop {
        let token = reader.read_event();
        let at = reader.buffer_position();
        match token.map_err(|error| format!("XML breaks at byte {at} of the event: {error}."))? {
            // Who writes a value as it is writes markup in it that is none.
            Xml::Start(start) if build.is_in_value() => {
                build.inner += 1;
                build.text.extend(["<", &start, ">"]);
            }
            Xml::Empty(start) if build.is_in_value() => build.text.extend(["<", &start, "/>"]),
            Xml::End(end) if build.inner > 0 => {
                build.inner -= 1;
                build.text.extend(["</", &end, ">"]);
            }
            Xml::Start(start) => {
                *stray |= build.is_outside();
                build.open(&start)?;
            }
            Xml::Empty(start) => {
                *stray |= build.is_outside();
                build.open(&start)?;
                build.close();
            }
            Xml::End(_) => build.close(),
            Xml::Text(text) if normalise => build.text.push_str(&text.xml10_content()),
            Xml::CData(text) if normalise => build.text.push_str(&text.xml10_content()),
            Xml::Text(text) => build.text.push_str(&text),
            Xml::CData(text) => build.text.push_str(&text),
            Xml::GeneralRef(reference) => build.text.push_str(&resolve(&reference)),
            Xml::Eof => {
                *stray |= build.is_outside();
                break;
            }
            Xml::Comment(_) | Xml::Decl(_) | Xml::PI(_) | Xml::DocType(_) => {}
        }
    }
    match build.path.is_empty() {
        true if build.seen => {
            flatten(&mut build.event.data);
            Ok(build.event)
        }
        true => Err("No Event element.".to_owned()),
        false => Err("The event is not closed.".to_owned()),
    }
}

/// What a reference stands for. One that XML doesn't define is kept as it is written, since no
/// document type can be trusted to define it.
pub(in crate::source) fn resolve(reference: &BytesRef<'_>) -> String {
    let name = reference.to_string();
    match reference.resolve_char_ref() {
        Ok(Some(character)) => character.to_string(),
        Ok(None) | Err(_) => match resolve_xml_entity(&name) {
            Some(text) => text.to_owned(),
            None => format!("&{name};"),
        },
    }
}

/// The parts of an event that are told apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    System,
    Data,
    Rendering,
    Other,
}

#[derive(Default)]
struct Build {
    event: Event,
    /// Local names of the open elements, `Event` first.
    path: Vec<String>,
    part: Option<Part>,
    /// `Name` attribute of the open `Data` element.
    data_name: Option<String>,
    /// Text since the last tag.
    text: String,
    /// How many elements are open in a value.
    inner: u32,
    /// The element just closed had children, so it is no value.
    parent: bool,
    seen: bool,
    /// A binary record is an event, also one whose template is damaged where it says so.
    any_root: bool,
}

impl Build {
    /// Whether there is text outside of the event.
    fn is_outside(&self) -> bool {
        self.path.is_empty()
            && !self.text.trim_matches(|c: char| c.is_whitespace() || "\0\u{feff}".contains(c)).is_empty()
    }

    /// Whether a `Data` element with a name is open.
    fn is_in_value(&self) -> bool {
        let is_data = || self.path.last().is_some_and(|name| name == "Data");
        !self.any_root && self.data_name.is_some() && is_data()
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), String> {
        let name = start.local_name().as_ref().to_owned();
        match self.path.len() {
            0 if self.seen => return Err(ANOTHER.to_owned()),
            0 if name != "Event" && !self.any_root => {
                return Err(format!("The element is {name}, not Event."));
            }
            1 => {
                self.part = Some(match name.as_str() {
                    "System" => Part::System,
                    "EventData" | "UserData" => Part::Data,
                    "RenderingInfo" => Part::Rendering,
                    _ => Part::Other,
                });
            }
            _ => {}
        }
        self.seen = true;
        self.data_name = None;
        for attribute in start.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| format!("An attribute of {name} breaks: {error}."))?;
            let key = attribute.key.local_name().as_ref().to_owned();
            let value = attribute_value(&attribute.value);
            match self.part {
                Some(Part::System) if self.path.len() == 2 => {
                    self.event.system.push(format!("{name}@{key}"), value);
                }
                Some(Part::Data) if key == "Name" && self.path.len() >= 2 => {
                    self.data_name = Some(value);
                }
                _ => {}
            }
        }
        self.path.push(name);
        self.text.clear();
        self.parent = false;
        Ok(())
    }

    fn close(&mut self) {
        let Some(name) = self.path.pop() else { return };
        let text = std::mem::take(&mut self.text);
        match (self.part, self.path.len()) {
            (Some(Part::System), 2) if !text.trim().is_empty() => {
                self.event.system.push(name, text.trim());
            }
            (Some(Part::Data), 2..) if !self.parent => {
                let name = self.data_name.take().unwrap_or(name);
                self.event.data.push(name, text);
            }
            (Some(Part::Rendering), 2) if name == "Message" => self.event.message = Some(text),
            _ => {}
        }
        self.parent = true;
        if self.path.len() == 1 {
            self.part = None;
        }
    }
}

/// Takes from the values what a printer of XML put around them, line breaks and blanks, where it did so with the time
/// or, without one, an id: Sysmon begins none so, but a command line may begin with anything.
fn flatten(data: &mut Pairs) {
    let written_by_sysmon = ["UtcTime", "ProcessGuid", "ProcessId", "ParentProcessGuid", "ParentProcessId"];
    let first = written_by_sysmon.iter().find_map(|name| data.get(name));
    let is_set_in = first.is_some_and(|value| value.starts_with(['\n', '\r']));
    if is_set_in {
        let mut flat = Pairs::default();
        data.iter().for_each(|(name, value)| flat.push(name, value.trim_ascii()));
        *data = flat;
    }
}

/// Decodes the references in an attribute's value.
pub(in crate::source) fn attribute_value(raw: &str) -> String {
    if !raw.contains('&') {
        return raw.to_owned();
    }
    match quick_xml::escape::unescape(raw) {
        Ok(Cow::Borrowed(_)) | Err(_) => raw.to_owned(),
        Ok(Cow::Owned(text)) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(xml: &str) -> String {
        let event = match parse(xml) {
            Ok(event) => event,
            Err(error) => return format!("error: {error}\n"),
        };
        let mut lines = String::new();
        for (name, value) in event.system.iter() {
            lines += &format!("system {name} = {value:?}\n");
        }
        for (name, value) in event.data.iter() {
            lines += &format!("data {name} = {value:?}\n");
        }
        if let Some(message) = &event.message {
            lines += &format!("message {message:?}\n");
        }
        lines
    }

    #[test]
    fn quotes_entities_cdata_and_whitespace() {
        expect_test::expect![[r#"
            system Provider@Name = "Microsoft-Windows-Sysmon"
            system Provider@Guid = "{5770}"
            system EventID@Qualifiers = ""
            system EventID = "1"
            system Computer = "a & b"
            data CommandLine = "\"WmiPrvSE\" <x>\nnext & 😀 &nope;"
            data Empty = ""
            data Cdata = "<b>&amp;"
            message "one\ntwo"
        "#]]
        .assert_eq(&show(
            "<?xml version='1.0'?><Event xmlns=\"urn\"><System>\n <Provider Name='Microsoft-Windows-Sysmon' Guid='{5770}'/>\
             <EventID Qualifiers=\"\"> 1 </EventID><Computer>a &amp; b</Computer><Correlation/></System>\
             <EventData><Data Name='CommandLine'>&quot;&#87;miPrvS&#x45;&quot; &lt;x>\nnext &amp; &#x1F600; &nope;</Data>\
             <Data Name=\"Empty\"/><Data Name='Cdata'><![CDATA[<b>&amp;]]></Data></EventData>\
             <RenderingInfo Culture='en-US'><Message>one\ntwo</Message><Level>x</Level></RenderingInfo></Event>",
        ));
    }

    #[test]
    fn user_data_gives_its_leaves() {
        expect_test::expect![[r#"
            data Address = "x"
            data Param = "y"
        "#]]
        .assert_eq(&show(
            "<Event><UserData><EventXML xmlns='n'>\n<Address>x</Address><Inner><Param>y</Param></Inner>\n</EventXML></UserData></Event>",
        ));
    }

    #[test]
    fn broken_events_say_why() {
        for (xml, reason) in [
            ("<Event><System></Event>", "XML breaks"),
            ("<Event><System>", "not closed"),
            ("<Events/>", "not Event"),
            ("", "No Event element"),
        ] {
            let error = parse(xml).unwrap_err();
            assert!(error.contains(reason), "{xml}: {error}");
        }
    }
}
