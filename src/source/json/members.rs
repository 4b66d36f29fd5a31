//! The members of an object of JSON that are counted or looked at: a strict parse that builds nothing else.
//!
//! Known are the forms whose members are found at one place each: evtx_dump, Velociraptor, Winlogbeat 6 to 8, EvtxECmd, Azure where
//! the data are an object, and members of the record itself (NXLog, `Get-WinEvent`, Splunk's fields), also as hits of Elasticsearch
//! or results of Splunk.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::Value;

use super::kind::Skimmed;
use super::names::{BEAT, CHANNEL, COMPUTER, EVENT_ID, PREVIEW, PROVIDER, is_masked, is_path};
use super::payload;
use super::strict::{Name, Passed, Plain, Text, object};
use super::string::has_blanks_around;

/// The members of one shape that are counted.
#[derive(Debug, Default)]
pub(super) struct Fields<'a> {
    pub(super) provider: Text<'a>,
    pub(super) event_id: Text<'a>,
    pub(super) channel: Text<'a>,
    pub(super) computer: Text<'a>,
    pub(super) data: Data<'a>,
}

impl<'a> Fields<'a> {
    /// What is counted of them, but for the time.
    pub(super) fn skimmed(self) -> Option<Skimmed<'a>> {
        let full = |text: Text<'a>| text.0.filter(|text| !text.is_empty());
        // The full parser knows which blanks count.
        let plain = |text| full(text).filter(|text| !has_blanks_around(text));
        Some(Skimmed {
            provider: plain(self.provider).filter(|name| !is_path(name))?,
            channel: plain(self.channel)?,
            computer: Some(full(self.computer)?),
            event_id: self.event_id.0?.parse().ok()?,
            time: None,
            link: None,
        })
    }
}

/// A record with the members of every shape that is skimmed.
#[derive(Debug, Default)]
struct Record<'a> {
    /// `Event` of evtx_dump.
    event: Option<Fields<'a>>,
    /// `System` of Velociraptor.
    system: Option<System<'a>>,
    /// `winlog` of Winlogbeat 7 and 8.
    winlog: Option<Fields<'a>>,
    /// What members of the record itself say of the event, in the order of [`PARTS`].
    named: [First<'a>; 4],
    /// One of them has the name by which Winlogbeat 6 is known.
    has_beat_id: bool,
    /// `event_data` of Winlogbeat 6.
    event_data: Option<Data<'a>>,
    /// `EventData` of Velociraptor and Azure.
    data: Part<Data<'a>>,
    /// The data of EvtxECmd, as text.
    payload: Option<Text<'a>>,
    /// Data beside what says the rest, as NXLog has them.
    own: Data<'a>,
    /// A member that another shape is known by.
    other: bool,
    /// One that comes before the whole event as text.
    structured: bool,
    /// The whole event as text, as Splunk has it.
    raw: Text<'a>,
    /// A member that may hold the whole event as text, which counts before members of the record itself.
    text: bool,
    /// A member that may hold events, which counts before them too.
    list: bool,
}

/// The names of the number, the provider, the computer and the channel of an event, where a record has them itself.
const PARTS: [&[&str]; 4] = [EVENT_ID, PROVIDER, COMPUTER, CHANNEL];

/// What the first of the names of a part says that says anything.
#[derive(Debug, Default)]
struct First<'a> {
    /// The text, and which name that was.
    text: Option<(usize, Cow<'a, str>)>,
    /// The first name that says something else, or nothing.
    unclear: Option<usize>,
}

impl<'a> First<'a> {
    fn offer(&mut self, rank: usize, value: Text<'a>) {
        match value.0.filter(|text| !text.is_empty()) {
            // The last one of two members with the same name counts.
            Some(text) if self.text.as_ref().is_none_or(|(have, _)| rank <= *have) => {
                self.text = Some((rank, text));
            }
            Some(_) => {}
            None => self.unclear = Some(self.unclear.map_or(rank, |have| have.min(rank))),
        }
    }

    /// None: it is not certain.
    fn get(self) -> Option<Text<'a>> {
        let (rank, text) = self.text?;
        self.unclear.is_none_or(|unclear| rank < unclear).then_some(Text(Some(text)))
    }
}

impl<'a> Record<'a> {
    /// Takes what a member of the record says of the event. `name`: one of [`PARTS`].
    fn offer(&mut self, name: &str, value: Text<'a>) {
        self.has_beat_id |= name == BEAT[1];
        for (names, first) in PARTS.iter().zip(&mut self.named) {
            if let Some(rank) = names.iter().position(|one| *one == name) {
                // What else the event says tells whether that is its provider.
                first.offer(rank, if name == "Source" { Text(None) } else { value });
                return;
            }
        }
    }

    fn counted(mut self) -> Counted<'a> {
        let is_structured = self.structured
            || self.event.is_some()
            || self.winlog.is_some()
            || self.event_data.is_some()
            || self.payload.is_some();
        match self.raw.0.take() {
            Some(text) if !is_structured => Counted::Raw(text),
            _ => self.fields().map_or(Counted::Unknown, Counted::Fields),
        }
    }

    /// The fields of the one shape that it has.
    fn fields(mut self) -> Option<Fields<'a>> {
        if self.other {
            return None;
        }
        match (self.event.take(), self.winlog.take(), self.system.take()) {
            (Some(fields), None, None) | (None, Some(fields), None) => {
                (!self.structured && self.event_data.is_none()).then_some(fields)
            }
            (None, None, Some(system)) if self.event_data.is_none() => {
                Rendered { system, data: self.data.0.unwrap_or_default() }.fields()
            }
            (None, None, None) => {
                let data = self.take_data()?;
                let [event_id, provider, computer, channel] = self.named.map(First::get);
                Some(Fields {
                    event_id: event_id?,
                    provider: provider?,
                    computer: computer?,
                    channel: channel?,
                    data,
                })
            }
            _ => None,
        }
    }

    /// The data of a record that says the rest itself.
    fn take_data(&mut self) -> Option<Data<'a>> {
        if self.event_data.is_some() {
            return self.event_data.take().filter(|_| self.has_beat_id && !self.structured);
        }
        if let Some(data) = self.data.0.take() {
            return Some(data);
        }
        if self.structured {
            return None;
        }
        if let Some(payload) = self.payload.take() {
            let [utc_time, parent_image] = payload::values(&payload.0?, ["UtcTime", "ParentImage"])?;
            return Some(Data { utc_time, parent_image, is_in_text: true, ..Data::default() });
        }
        let mut own = std::mem::take(&mut self.own);
        // A message may tell what no member does.
        own.is_in_text = own.utc_time.0.is_none();
        (!self.text && !self.list).then_some(own)
    }
}

object!(Record, "an object", |record, map, key| {
    "Event" => {
        let fields = map.next_value::<Rendered<'a>>()?.fields();
        record.other |= fields.is_none();
        record.event = Some(fields.unwrap_or_default());
    }
    "winlog" => record.winlog = Some(map.next_value::<Winlog<'a>>()?.fields()),
    "event_data" => record.event_data = Some(map.next_value()?),
    "UtcTime" => record.own.utc_time = map.next_value()?,
    "ParentImage" => record.own.parent_image = map.next_value()?,
    "ProcessGuid" => record.own.process_guid = map.next_value()?,
    "ParentProcessGuid" => record.own.parent_process_guid = map.next_value()?,
    "SourceProcessGUID" => record.own.source_process_guid = map.next_value()?,
    "SourceProcessGuid" => record.own.source_process_guid_2 = map.next_value()?,
    "LogonGuid" => record.own.logon_guid = map.next_value()?,
    "LogonId" => record.own.logon_id = map.next_value()?,
    // What other shapes are known by, or what would come before a name used here.
    "_raw" => {
        record.raw = map.next_value()?;
        record.other = true;
    }
    "System" => {
        record.system = Some(map.next_value()?);
        record.structured = true;
    }
    "EventData" => {
        record.data = map.next_value()?;
        record.structured = true;
    }
    "Payload" => record.payload = Some(map.next_value()?),
    "win" | "event.original" | "RawLog" | "raw" | "xml" | "Xml" | "EventXml" | "xml_string" | "Event Data" | "Original Event Log" => {
        map.next_value::<Passed>()?;
        record.other = true;
    }
    "host" => {
        let value: Text = map.next_value()?;
        // An object of this name may have a name in it.
        record.offer(if value.0.is_some() { "host" } else { "host.name" }, value);
    }
    "event" | "message" => {
        map.next_value::<Passed>()?;
        record.text = true;
    }
    "result" | "_source" | "fields" | "results" | "records" | "Records" | "Events" | "events" | "value" | "hits"
    | "data" | "document" | "messages" => {
        map.next_value::<Passed>()?;
        record.list = true;
    }
    name if name.starts_with("winlog.") || is_masked(name) => {
        map.next_value::<Passed>()?;
        record.structured = true;
        record.other = true;
    }
    name if PARTS.iter().any(|names| names.contains(&name)) => {
        let value = map.next_value()?;
        record.offer(name, value);
    }
});

/// A record in another object: a hit of Elasticsearch, as elasticdump and Kibana write them, or a result of Splunk.
#[derive(Debug, Default)]
struct Hit<'a> {
    record: Option<Record<'a>>,
    /// There is another one, or what may be an event.
    other: bool,
}

object!(Hit, "a hit", |hit, map, key| {
    "_source" | "result" => {
        hit.other |= hit.record.is_some();
        hit.record = Some(map.next_value()?);
    }
    // That one is repeated is told with its place.
    PREVIEW => hit.other |= map.next_value::<Value>()? == Value::Bool(true),
    name if !ABOUT_HITS.contains(&name) => {
        map.next_value::<Passed>()?;
        hit.other = true;
    }
});

/// What is said of a hit beside it.
const ABOUT_HITS: [&str; 11] = [
    "_index",
    "_type",
    "_id",
    "_score",
    "_version",
    "_ignored",
    "fields",
    "highlight",
    "sort",
    "offset",
    "lastrow",
];

/// By what a line is counted.
#[allow(clippy::large_enum_variant)] // There is one at a time.
pub(super) enum Counted<'a> {
    /// By its fields.
    Fields(Fields<'a>),
    /// By the event that it has as text.
    Raw(Cow<'a, str>),
    /// That is not certain.
    Unknown,
}

/// By what a line is counted, or the record that it has as a hit. An error: it is no object.
pub(super) fn counted(line: &str) -> serde_json::Result<Counted<'_>> {
    let record: Record = serde_json::from_str(line)?;
    if !record.list {
        return Ok(record.counted());
    }
    let hit = serde_json::from_str::<Hit>(line).ok().filter(|hit| !hit.other);
    Ok(hit.and_then(|hit| hit.record).unwrap_or(record).counted())
}

/// `EventData` or `event_data`.
#[derive(Debug, Default)]
pub(super) struct Data<'a> {
    pub(super) utc_time: Text<'a>,
    parent_image: Text<'a>,
    process_guid: Plain<'a>,
    parent_process_guid: Plain<'a>,
    /// Sysmon spells this one in two ways.
    source_process_guid: Plain<'a>,
    source_process_guid_2: Plain<'a>,
    logon_guid: Plain<'a>,
    logon_id: Plain<'a>,
    /// It stands in a text, in which fields are not looked at.
    pub(super) is_in_text: bool,
}

object!(Data, "the event's data", |data, map, key| {
    "UtcTime" => data.utc_time = map.next_value()?,
    "ParentImage" => data.parent_image = map.next_value()?,
    "ProcessGuid" => data.process_guid = map.next_value()?,
    "ParentProcessGuid" => data.parent_process_guid = map.next_value()?,
    "SourceProcessGUID" => data.source_process_guid = map.next_value()?,
    "SourceProcessGuid" => data.source_process_guid_2 = map.next_value()?,
    "LogonGuid" => data.logon_guid = map.next_value()?,
    "LogonId" => data.logon_id = map.next_value()?,
});

impl<'a> Data<'a> {
    /// The path that decides, by its name.
    pub(super) fn path(&self, name: &str) -> Option<&Text<'a>> {
        (name == "ParentImage").then_some(&self.parent_image)
    }

    /// The value of a field that is looked at.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        match name {
            "UtcTime" => self.utc_time.0.as_deref(),
            "ProcessGuid" => self.process_guid.0,
            "ParentProcessGuid" => self.parent_process_guid.0,
            "SourceProcessGUID" => self.source_process_guid.0,
            "SourceProcessGuid" => self.source_process_guid_2.0,
            "LogonGuid" => self.logon_guid.0,
            "LogonId" => self.logon_id.0,
            _ => None,
        }
    }
}

/// `winlog`.
#[derive(Debug, Default)]
struct Winlog<'a> {
    fields: Fields<'a>,
    data: Data<'a>,
}

impl<'a> Winlog<'a> {
    fn fields(self) -> Fields<'a> {
        Fields { data: self.data, ..self.fields }
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
    /// None: something is said in another way as well.
    fn fields(self) -> Option<Fields<'a>> {
        let Provider { attributes, name, odd } = self.system.provider;
        let is_odd = self.system.odd || odd || (attributes.name.0.is_some() && name.0.is_some());
        let fields = Fields {
            provider: if name.0.is_some() { name } else { attributes.name },
            event_id: self.system.event_id.0,
            channel: self.system.channel,
            computer: self.system.computer,
            data: self.data,
        };
        (!is_odd).then_some(fields)
    }
}

object!(Rendered, "an event", |event, map, key| {
    "System" => event.system = map.next_value()?,
    "EventData" => event.data = map.next_value::<Option<Data<'a>>>()?.unwrap_or_default(),
});

#[derive(Debug, Default)]
struct System<'a> {
    provider: Provider<'a>,
    event_id: Number<'a>,
    channel: Text<'a>,
    computer: Text<'a>,
    /// A member that may say one of these in another way.
    odd: bool,
}

object!(System, "System", |system, map, key| {
    "Provider" => system.provider = map.next_value()?,
    "EventID" => system.event_id = map.next_value()?,
    "Channel" => system.channel = map.next_value()?,
    "Computer" => system.computer = map.next_value()?,
    name if ["Provider", "EventID", "Channel", "Computer"].iter().any(|one| name.starts_with(one)) => {
        map.next_value::<Passed>()?;
        system.odd = true;
    }
});

#[derive(Debug, Default)]
struct Provider<'a> {
    /// Of evtx_dump.
    attributes: Attributes<'a>,
    /// Velociraptor has it here.
    name: Text<'a>,
    /// A member that may say its name in another way.
    odd: bool,
}

object!(Provider, "Provider", |provider, map, key| {
    "#attributes" => provider.attributes = map.next_value()?,
    "Name" => provider.name = map.next_value()?,
    // A name of its own.
    "EventSourceName" => {
        map.next_value::<Passed>()?;
    }
    name if name.ends_with("Name") || name.starts_with('#') || name == "Value" => {
        map.next_value::<Passed>()?;
        provider.odd = true;
    }
});

#[derive(Debug, Default)]
struct Attributes<'a> {
    name: Text<'a>,
}

object!(Attributes, "attributes", |attributes, map, key| {
    "Name" => attributes.name = map.next_value()?,
});

/// An object; none in the place of text or null. Anything else is an error.
#[derive(Debug, Default)]
struct Part<T>(Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Part<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PartVisitor(std::marker::PhantomData))
    }
}

struct PartVisitor<T>(std::marker::PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PartVisitor<T> {
    type Value = Part<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, text or null")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Part<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|value| Part(Some(value)))
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<Part<T>, E> {
        Ok(Part(None))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Part<T>, E> {
        Ok(Part(None))
    }
}

/// The number of an event: as it is, or in an object, as Velociraptor has it. Anything else is an error.
#[derive(Debug, Default)]
struct Number<'a>(Text<'a>);

/// Such an object.
#[derive(Debug, Default)]
struct Valued<'a> {
    value: Text<'a>,
    /// It says it in another way as well.
    odd: bool,
}

object!(Valued, "a value", |valued, map, key| {
    "Value" => valued.value = map.next_value()?,
    name if name.starts_with('#') => {
        map.next_value::<Passed>()?;
        valued.odd = true;
    }
});

impl<'de: 'a, 'a> Deserialize<'de> for Number<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor(std::marker::PhantomData))
    }
}

struct NumberVisitor<'a>(std::marker::PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for NumberVisitor<'a> {
    type Value = Number<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the number of an event")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Number<'a>, E> {
        Ok(Number(Text(Some(Cow::Owned(text.to_owned())))))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Number<'a>, E> {
        Ok(Number(Text(Some(Cow::Owned(number.to_string())))))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Number<'a>, E> {
        Ok(Number::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Number<'a>, A::Error> {
        let Valued { value, odd } = Valued::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Number(if odd { Text(None) } else { value }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_line_is_counted_by() {
        const EVENT: &str = r#"{"EventID":3,"SourceName":"P","Channel":"C","Hostname":"H"}"#;
        let named = |more: &str| format!(r#"{{"ProviderName":"P","LogName":"C","MachineName":"H",{more}}}"#);
        for (line, expected) in [
            (EVENT.to_owned(), "fields"),
            (
                format!(
                    r#"{{"_index":"i","_id":"1","_score":null,"_source":{EVENT},"fields":{{"a":[1]}},"sort":[1]}}"#
                ),
                "fields",
            ),
            (format!(r#"{{"preview":false,"offset":1,"result":{EVENT}}}"#), "fields"),
            // What may be an event stands beside it, or another one.
            (format!(r#"{{"EventID":1,"_source":{EVENT}}}"#), "unknown"),
            (format!(r#"{{"result":{EVENT},"_source":{EVENT}}}"#), "unknown"),
            (format!(r#"{{"_source":{{"_source":{EVENT}}}}}"#), "unknown"),
            (format!(r#"{{"_source":[{EVENT}]}}"#), "unknown"),
            (r#"{"_raw":"<Event/>","EventCode":1,"host":"H","source":"s"}"#.to_owned(), "raw <Event/>"),
            (r#"{"preview":false,"result":{"_raw":"<Event\u003e"}}"#.to_owned(), "raw <Event>"),
            (r#"{"preview":true,"result":{"_raw":"<Event\u003e"}}"#.to_owned(), "unknown"),
            // What comes before the text.
            (r#"{"_raw":"<Event/>","System":{}}"#.to_owned(), "unknown"),
            (r#"{"_raw":"<Event/>","EventData":{}}"#.to_owned(), "unknown"),
            // Velociraptor.
            (
                r#"{"System":{"Provider":{"Name":"P"},"EventID":{"Value":3,"Qualifiers":0}},"EventData":{}}"#
                    .to_owned(),
                "fields",
            ),
            (r#"{"EventData":null,"System":{"Provider":{"Name":"P"},"EventID":3}}"#.to_owned(), "fields"),
            (
                r##"{"System":{"Provider":{"Name":"P","#attributes":{"Name":"P"}},"EventID":3}}"##.to_owned(),
                "unknown",
            ),
            (r#"{"System":{"EventID":3},"winlog":{}}"#.to_owned(), "unknown"),
            (r#"{"System":{"EventID":3},"Event":{}}"#.to_owned(), "unknown"),
            // The first name that says anything.
            (named(r#""EventID":3,"EventCode":4,"Id":[5]"#), "fields"),
            (named(r#""EventCode":"3","EventID":"""#), "unknown"),
            (named(r#""EventCode":"3","EventID":[4]"#), "unknown"),
            (named(r#""Id":4,"Id":3"#), "fields"),
            (named(r#""Id":3,"Id":null"#), "unknown"),
            (named(r#""Id":3,"host":{"name":"I"}"#), "fields"),
            (named(r#""Id":3,"host":{"name":"I"}"#).replace("MachineName", "dest"), "unknown"),
            (named(r#""Id":3,"message":"m""#), "unknown"),
            (named(r#""Id":3,"value":[]"#), "unknown"),
            // Azure.
            (named(r#""EventID":3,"EventData":{"a":1}"#), "fields"),
            (named(r#""EventID":3,"EventData":null"#), "unknown"),
            (named(r#""EventID":3,"EventData":{},"winlog.x":1"#), "unknown"),
            // Winlogbeat 6.
            (named(r#""event_id":3,"event_data":{},"message":"m""#), "fields"),
            (named(r#""EventID":3,"event_data":{}"#), "unknown"),
            // EvtxECmd.
            (named(r#""EventId":3,"Payload":"{\"EventData\":{\"Data\":[]}}""#), "fields"),
            (named(r#""EventId":3,"Payload":"{}""#), "unknown"),
            (r#"{"EventID":3,"EventData":"{}"}"#.to_owned(), "unknown"),
            (r#"{"EventID":3,"System":"<Event/>"}"#.to_owned(), "error"),
            (r#"{"_raw":"<Event/>","winlog.event_id":1}"#.to_owned(), "unknown"),
            (r#"{"_raw":"<Event/>","event_data":{},"event_id":1}"#.to_owned(), "unknown"),
            (r#"{"_raw":"<Event/>","winlog":{"event_id":1}}"#.to_owned(), "unknown"),
            (r#"{"_raw":["<Event/>"]}"#.to_owned(), "unknown"),
            (r#"{"_raw":"<Event/>""#.to_owned(), "error"),
        ] {
            let found = match counted(&line) {
                Ok(Counted::Fields(fields)) => {
                    assert_eq!(fields.event_id.0.as_deref(), Some("3"), "{line}");
                    "fields".to_owned()
                }
                Ok(Counted::Raw(text)) => format!("raw {text}"),
                Ok(Counted::Unknown) => "unknown".to_owned(),
                Err(_) => "error".to_owned(),
            };
            assert_eq!(found, expected, "{line}");
        }
    }
}
