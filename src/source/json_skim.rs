//! What is counted of an event in a line of JSON that can't match, without building the object.
//!
//! The line is parsed once, strictly, and only the few members are kept that are counted; so a line
//! that is no JSON is noticed as by the full parser. Skimmed are the shapes whose members are found
//! at one place each (evtx_dump, Winlogbeat 6 to 8, flat names); anything else is built in full.
//!
//! Soundness: a process creation is only skimmed when its raw text holds neither the needle nor a
//! `\u` escape, the one way in which JSON can write a letter that hides it.

use std::borrow::Cow;
use std::fmt;

use memchr::memmem::Finder;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};

use crate::event::{Skim, is_process_creation, is_sysmon};
use crate::needle::{Needle, Wide};
use crate::time::Time;

/// Skims lines.
#[derive(Debug)]
pub struct Skimmer {
    needle: Needle,
    escape: Finder<'static>,
}

/// What a line is.
pub enum Line<'a> {
    /// An event that can't match.
    Skimmed(Skimmed<'a>),
    /// A whole object that must be built in full.
    Full,
    /// No object, or not a whole one.
    Other,
}

/// A skim that owns what had to be decoded.
pub struct Skimmed<'a> {
    provider: Cow<'a, str>,
    channel: Cow<'a, str>,
    computer: Cow<'a, str>,
    event_id: u32,
    time: Option<Time>,
}

impl Skimmed<'_> {
    /// The skim.
    pub fn get(&self) -> Skim<'_> {
        Skim {
            provider: &self.provider,
            channel: &self.channel,
            event_id: Some(self.event_id),
            computer: Some(&self.computer),
            time: self.time,
        }
    }
}

impl Skimmer {
    /// A skimmer that leaves every process creation with the needle to the full parser.
    pub fn new(needle: Needle) -> Skimmer {
        Skimmer { needle, escape: Finder::new("\\u") }
    }

    /// Skims a line.
    pub fn skim<'a>(&self, line: &'a str) -> Line<'a> {
        let Ok(record) = serde_json::from_str::<Record<'a>>(line) else { return Line::Other };
        self.record(line, record).map_or(Line::Full, Line::Skimmed)
    }

    fn record<'a>(&self, line: &str, record: Record<'a>) -> Option<Skimmed<'a>> {
        if self.needle.wide().is_some_and(|wide| wide.is_in(line.as_bytes())) {
            return None;
        }
        let fields = record.fields()?;
        let full = |text: &Text<'a>| text.0.clone().filter(|text| !text.is_empty());
        let (provider, channel) = (full(&fields.provider)?, full(&fields.channel)?);
        let computer = full(&fields.computer)?;
        let event_id = fields.event_id.0?.parse().ok()?;
        let time = match is_process_creation(&provider, &channel, Some(event_id)) {
            false => None,
            true if self.needle.is_in(line.as_bytes()) => return None,
            true if self.escape.find(line.as_bytes()).is_some() => return None,
            true => Some(Time::parse(&fields.utc_time.0?)?),
        };
        let wanted = |wide: &Wide| wide.wants(is_sysmon(&provider, &channel), Some(event_id), time);
        if self.needle.wide().is_some_and(wanted) {
            return None;
        }
        Some(Skimmed { provider, channel, computer, event_id, time })
    }
}

/// A scalar as text; none when it is absent or something else.
#[derive(Debug, Clone, Default)]
struct Text<'a>(Option<Cow<'a, str>>);

/// The members of one shape that are counted.
#[derive(Debug, Default)]
struct Fields<'a> {
    provider: Text<'a>,
    event_id: Text<'a>,
    channel: Text<'a>,
    computer: Text<'a>,
    utc_time: Text<'a>,
}

/// A record with the members of every shape that is skimmed.
#[derive(Debug, Default)]
struct Record<'a> {
    /// `Event` of evtx_dump.
    event: Option<Fields<'a>>,
    /// `winlog` of Winlogbeat 7 and 8.
    winlog: Option<Fields<'a>>,
    /// `event_data` of Winlogbeat 6.
    event_data: Option<Data<'a>>,
    /// Winlogbeat 6 at the top.
    beat: Fields<'a>,
    /// Flat names.
    flat: Fields<'a>,
    /// A member that another shape is known by.
    other: bool,
    /// A member that may hold the whole event as text, which counts before flat names.
    text: bool,
}

impl<'a> Record<'a> {
    /// The fields of the one shape that it has.
    fn fields(self) -> Option<Fields<'a>> {
        let flat = self.flat.event_id.0.is_some();
        match (self.event, self.winlog, self.event_data) {
            _ if self.other => None,
            (Some(fields), None, None) if !flat => Some(fields),
            (None, Some(fields), None) if !flat => Some(fields),
            (None, None, Some(data)) if !flat => Some(Fields { utc_time: data.utc_time, ..self.beat }),
            // Winlogbeat 6 without data: its names mean the same as flat ones only together.
            (None, None, None) if self.beat.event_id.0.is_none() && !self.text => Some(self.flat),
            _ => None,
        }
    }
}

/// Writes a visitor that keeps some members of an object and passes over the others.
macro_rules! object {
    ($name:ident, $what:literal, |$into:ident, $map:ident, $key:ident| { $($arms:tt)* }) => {
        impl<'de: 'a, 'a> Deserialize<'de> for $name<'a> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Members<'a>(std::marker::PhantomData<&'a ()>);
                impl<'de: 'a, 'a> Visitor<'de> for Members<'a> {
                    type Value = $name<'a>;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($what)
                    }
                    fn visit_map<A: MapAccess<'de>>(self, mut $map: A) -> Result<$name<'a>, A::Error> {
                        let mut $into = $name::default();
                        while let Some(key) = $map.next_key::<Name<'de>>()? {
                            match &*key.0 {
                                $($arms)*
                                _ => {
                                    $map.next_value::<IgnoredAny>()?;
                                }
                            }
                        }
                        Ok($into)
                    }
                }
                deserializer.deserialize_map(Members(std::marker::PhantomData))
            }
        }
    };
}

/// A member's name, borrowed where nothing in it is escaped.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

object!(Record, "an object", |record, map, key| {
    "Event" => record.event = Some(map.next_value::<Rendered<'a>>()?.fields()),
    "winlog" => record.winlog = Some(map.next_value::<Winlog<'a>>()?.fields()),
    "event_data" => record.event_data = Some(map.next_value()?),
    "event_id" => record.beat.event_id = map.next_value()?,
    "source_name" => record.beat.provider = map.next_value()?,
    "computer_name" => record.beat.computer = map.next_value()?,
    "log_name" => record.beat.channel = map.next_value()?,
    "EventID" => record.flat.event_id = map.next_value()?,
    "SourceName" => record.flat.provider = map.next_value()?,
    "Hostname" => record.flat.computer = map.next_value()?,
    "Channel" => record.flat.channel = map.next_value()?,
    "UtcTime" => record.flat.utc_time = map.next_value()?,
    // What other shapes are known by, or what would come before a name used here.
    "System" | "EventData" | "Payload" | "EventCode" | "_raw" | "event.original" | "RawLog" | "raw"
    | "xml" | "Xml" | "EventXml" | "Provider" | "ProviderName" | "EventSourceName" | "provider_name"
    | "Computer" | "ComputerName" | "MachineName" | "LogName" => {
        map.next_value::<IgnoredAny>()?;
        record.other = true;
    }
    "event" | "message" => {
        map.next_value::<IgnoredAny>()?;
        record.text = true;
    }
    name if name.starts_with("winlog.") => {
        map.next_value::<IgnoredAny>()?;
        record.other = true;
    }
});

/// `EventData` or `event_data`.
#[derive(Debug, Default)]
struct Data<'a> {
    utc_time: Text<'a>,
}

object!(Data, "the event's data", |data, map, key| {
    "UtcTime" => data.utc_time = map.next_value()?,
});

/// `winlog`.
#[derive(Debug, Default)]
struct Winlog<'a> {
    fields: Fields<'a>,
    data: Data<'a>,
}

impl<'a> Winlog<'a> {
    fn fields(self) -> Fields<'a> {
        Fields { utc_time: self.data.utc_time, ..self.fields }
    }
}

object!(Winlog, "winlog", |winlog, map, key| {
    "provider_name" => winlog.fields.provider = map.next_value()?,
    "event_id" => winlog.fields.event_id = map.next_value()?,
    "channel" => winlog.fields.channel = map.next_value()?,
    "computer_name" => winlog.fields.computer = map.next_value()?,
    "event_data" => winlog.data = map.next_value()?,
});

/// `Event` of evtx_dump.
#[derive(Debug, Default)]
struct Rendered<'a> {
    system: System<'a>,
    data: Data<'a>,
}

impl<'a> Rendered<'a> {
    fn fields(self) -> Fields<'a> {
        Fields {
            provider: self.system.provider.attributes.name,
            event_id: self.system.event_id,
            channel: self.system.channel,
            computer: self.system.computer,
            utc_time: self.data.utc_time,
        }
    }
}

object!(Rendered, "an event", |event, map, key| {
    "System" => event.system = map.next_value()?,
    "EventData" => event.data = map.next_value::<Option<Data<'a>>>()?.unwrap_or_default(),
});

#[derive(Debug, Default)]
struct System<'a> {
    provider: Provider<'a>,
    event_id: Text<'a>,
    channel: Text<'a>,
    computer: Text<'a>,
}

object!(System, "System", |system, map, key| {
    "Provider" => system.provider = map.next_value()?,
    "EventID" => system.event_id = map.next_value()?,
    "Channel" => system.channel = map.next_value()?,
    "Computer" => system.computer = map.next_value()?,
});

#[derive(Debug, Default)]
struct Provider<'a> {
    attributes: Attributes<'a>,
}

object!(Provider, "Provider", |provider, map, key| {
    "#attributes" => provider.attributes = map.next_value()?,
});

#[derive(Debug, Default)]
struct Attributes<'a> {
    name: Text<'a>,
}

object!(Attributes, "attributes", |attributes, map, key| {
    "Name" => attributes.name = map.next_value()?,
});

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Scalar(std::marker::PhantomData))
    }
}

struct Scalar<'a>(std::marker::PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for Scalar<'a> {
    type Value = Text<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Text<'a>, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<'a>, E> {
        Ok(Text(Some(Cow::Owned(text.to_owned()))))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Text<'a>, E> {
        Ok(Text(Some(Cow::Owned(number.to_string()))))
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Text<'a>, E> {
        Ok(Text(None))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Text<'a>, E> {
        Ok(Text(None))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Text<'a>, E> {
        Ok(Text(None))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Text<'a>, E> {
        Ok(Text(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Text<'a>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text<'a>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::json_event;

    /// What a line gives, and that the full parser gives the same.
    fn skim(line: &str) -> &'static str {
        let skimmer = Skimmer::new(Needle::new("WmiPrvSE.exe", &[]).unwrap());
        match skimmer.skim(line) {
            Line::Full => "full",
            Line::Other => "other",
            Line::Skimmed(skimmed) => {
                let skim = skimmed.get();
                let events = json_event::events(&serde_json::from_str(line).unwrap());
                let [Ok(event)] = events.as_slice() else { panic!("{events:?}") };
                let full = (event.provider(), event.channel(), event.event_id(), event.computer());
                assert_eq!((skim.provider, skim.channel, skim.event_id, skim.computer), full);
                "skimmed"
            }
        }
    }

    const SHAPES: [&str; 4] = [
        r##"{"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":1,"Channel":"C","Computer":"H"},"EventData":{"UtcTime":"2020-01-01 00:00:00.1","ParentImage":"p.exe"}}}"##,
        r#"{"winlog":{"provider_name":"Microsoft-Windows-Sysmon","event_id":"1","channel":"C","computer_name":"H","event_data":{"UtcTime":"2020-01-01 00:00:00.1","ParentImage":"p.exe"}},"message":"m"}"#,
        r#"{"source_name":"Microsoft-Windows-Sysmon","event_id":1,"log_name":"C","computer_name":"H","event_data":{"UtcTime":"2020-01-01 00:00:00.1","ParentImage":"p.exe"}}"#,
        r#"{"SourceName":"Microsoft-Windows-Sysmon","EventID":1,"Channel":"C","Hostname":"H","UtcTime":"2020-01-01 00:00:00.1","ParentImage":"p.exe"}"#,
    ];

    #[test]
    fn the_plain_shapes_are_skimmed() {
        for shape in SHAPES {
            assert_eq!(skim(shape), "skimmed", "{shape}");
            assert_eq!(
                skim(&shape.replace("p.exe", "WmiPrvSE.exe").replace(":1,", ":3,").replace("\"1\"", "\"3\"")),
                "skimmed"
            );
        }
    }

    #[test]
    fn every_spelling_of_the_needle_is_built_in_full() {
        for shape in SHAPES {
            for parent in ["WmiPrvSE.exe", "WMIPRVSE.EXE", r"\u0057miPrvSE.exe", r"WmiPrvSE\u002eexe"] {
                assert_eq!(skim(&shape.replace("p.exe", parent)), "full", "{shape}");
            }
        }
    }

    #[test]
    fn what_is_not_plain_is_built_in_full() {
        for shape in SHAPES {
            assert_eq!(skim(&shape.replace("2020-01-01 00:00:00.1", "never")), "full");
            assert_eq!(skim(&shape.replace("\"H\"", "null")), "full");
            assert_eq!(skim(&shape.replacen('{', "{\"_raw\":\"<Event>\",", 1)), "full");
        }
        let flat = SHAPES[3].replacen('{', "{\"message\":\"<Event>\",", 1);
        assert_eq!(skim(&flat), "full");
        assert_eq!(skim(r#"{"a":1}"#), "full");
        assert_eq!(skim(r#"{"a":1},"#), "other");
        assert_eq!(skim(r#"{"a":"#), "other");
    }
}
