//! What is counted of an event in JSON that can't match, without building the object: in a line, or in an object that
//! stands on more lines than one or on a line with others. Both are called a line here.
//!
//! A line is parsed once, strictly, and only the few members are kept that are counted; so a line that is no JSON
//! is noticed as by the full parser. A line of the shape of one that was parsed before is only compared with it
//! (`shape`). Skimmed are the forms that `members` knows, and events as text in XML (`xml::skim`); anything else is
//! built in full.
//!
//! Soundness: a process creation is only skimmed when its raw text holds neither the needle nor a
//! `\u` escape, the one way in which JSON can write a letter that hides it; or it has no such escape, and the
//! path that decides, whose name stands nowhere else in the line, rules a match out. Where fields are looked
//! at instead of a text, each must stand in the event's data and its name nowhere else in the line,
//! or not at all; a shape learnt from such a line has their values in the same places in every line, in which
//! the names are looked for all the same: a value may be one.

use std::borrow::Cow;
use std::collections::BTreeMap;

use memchr::memmem::Finder;
use memchr::{memchr, memmem};

use super::kind::{Computer, Kind, Place, Skimmed, plain};
use super::members::{Counted, Data, Fields, counted};
use super::object;
use super::shape::{Known, Shapes, Use, WANTED, Wanted, numbered, values};
use super::strict::Text;
use super::string::{self, has_blanks_around, hides};
use crate::event::{Skim, is_doubtful, is_process_creation, is_sysmon};
use crate::ids::Link;
use crate::limits;
use crate::needle::{Ask, LOOKS, Look, Needle, Said};
use crate::sets::map;
use crate::source::xml;
use crate::time::Time;

/// What may stand behind an object, by JSON.
const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// Skims lines.
#[derive(Debug)]
pub struct Skimmer {
    needle: Needle,
    xml: xml::skim::Skimmer,
    shapes: Shapes<Kind>,
    computer: Computer,
    /// The names of the fields that are looked at, as a line holds them.
    names: BTreeMap<&'static str, Finder<'static>>,
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

/// What the counted values of an event leave to be done.
enum Judged<'a> {
    /// It can't match; `_time` of a process creation.
    Passed(Option<Time>),
    /// That depends on what these fields say.
    Fields(&'a [Look]),
    /// It must be built in full.
    Full,
}

impl Skimmer {
    /// A skimmer that leaves every process creation with the needle to the full parser.
    pub fn new(needle: Needle) -> Skimmer {
        let quoted = |name: &str| Finder::new(&format!("\"{name}\"")).into_owned();
        let mut names = needle.wide().map(|wide| wide.names()).unwrap_or_default();
        names.extend(needle.path());
        let names = map(names.into_iter().map(|name| (name, quoted(name))));
        let xml = xml::skim::Skimmer::new(needle.clone());
        Skimmer { needle, xml, shapes: Shapes::new(), computer: Computer::default(), names }
    }

    /// What the line at the front of a text is, and its length. None: it is cut, too long, or no UTF-8.
    pub fn skim<'a>(&'a mut self, text: &'a [u8]) -> Option<(usize, Line<'a>)> {
        match self.shapes.find(text) {
            Some(known) => self.known(text, known),
            None => self.unknown(text),
        }
    }

    /// The same for an object on one line or more, if its shape is known.
    pub fn skim_known<'a>(&'a mut self, text: &'a [u8]) -> Option<(usize, Line<'a>)> {
        let known = self.shapes.find(text)?;
        self.known(text, known)
    }

    fn known<'a>(&'a mut self, text: &'a [u8], known: Known) -> Option<(usize, Line<'a>)> {
        let Known { shape, wanted, length, inside } = known;
        let line = text.get(..length).filter(|_| length <= limits::OBJECT_BYTES)?;
        if inside.wide && simdutf8::basic::from_utf8(line).is_err() {
            return None;
        }
        let kind = self.shapes.get(shape)?;
        if self.needle.wide().is_none() && !kind.is_creation && !wanted[0].is_empty() {
            return Some((length, Line::Skimmed(kind.counted())));
        }
        if self.computer.is(&line[wanted[0].clone()])
            && let Some(passed) = self.by_shape(shape, &wanted, line, inside.numbered)
        {
            let kind = self.shapes.get(shape)?;
            let skimmed = passed.map(|(time, link)| Skimmed {
                provider: Cow::Borrowed(&kind.provider),
                channel: Cow::Borrowed(&kind.channel),
                computer: Some(Cow::Borrowed(self.computer.name())),
                event_id: kind.event_id,
                time,
                link,
            });
            return Some((length, skimmed.map_or(Line::Full, Line::Skimmed)));
        }
        Some((length, self.strict(str::from_utf8(line).ok()?.trim_end_matches(BLANKS), inside.numbered)))
    }

    /// The same for a line whose shape is not known; from now on it may be.
    fn unknown<'a>(&mut self, text: &'a [u8]) -> Option<(usize, Line<'a>)> {
        let line = &text[..memchr(b'\n', text)?];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        Some((line.len(), self.skim_object(line)?))
    }

    /// What a text is that is an object or a line; from now on its shape may be known. None: it is too long, or no UTF-8.
    pub fn skim_object<'a>(&mut self, object: &'a [u8]) -> Option<Line<'a>> {
        if object.len() > limits::OBJECT_BYTES {
            return None;
        }
        let line = simdutf8::basic::from_utf8(object).ok()?;
        let inside = string::all(line.as_bytes());
        let numbers = || memmem::find_iter(line.as_bytes(), b"\\u");
        // The parser passes over half a surrogate pair; the event is to show it.
        if inside.is_none() && numbers().any(|at| string::is_surrogate(&line.as_bytes()[at + 2..])) {
            return Some(Line::Full);
        }
        let numbered = inside.map_or_else(|| numbers().next().is_some(), |inside| inside.numbered);
        let fields = match counted(line.trim_end_matches(BLANKS)) {
            Err(_) => return Some(Line::Other),
            Ok(Counted::Unknown) => return Some(Line::Full),
            Ok(Counted::Raw(text)) => return Some(self.raw(&text)),
            Ok(Counted::Fields(fields)) => fields,
        };
        let Some(skimmed) = self.passed(fields, line, numbered) else { return Some(Line::Full) };
        let may_learn =
            inside.is_some() && self.shapes.may_learn(line) && !object::has_object_on_line(object);
        if may_learn && self.learn(line, &skimmed).is_none() {
            self.shapes.give_up();
        }
        Some(Line::Skimmed(skimmed))
    }

    /// The skim of an event that a line has as text.
    fn raw(&mut self, text: &str) -> Line<'static> {
        let skim = xml::skim_alone(&mut self.xml, string::trimmed(text).as_bytes());
        skim.and_then(|skim| Skimmed::owned(&skim)).map_or(Line::Full, Line::Skimmed)
    }

    /// What a line of a known shape is, whose computer is at hand: the time and link of an event that can't match, or that it
    /// must be built in full. None: the strict parser tells.
    #[allow(clippy::option_option)]
    fn by_shape(
        &self,
        shape: u32,
        wanted: &Wanted,
        line: &[u8],
        numbered: bool,
    ) -> Option<Option<(Option<Time>, Option<Link>)>> {
        let kind = self.shapes.get(shape)?;
        let (utc_time, path) = match self.needle.wide() {
            Some(_) => (None, None),
            None => (Some(plain(&line[wanted[1].clone()])?), str::from_utf8(&line[wanted[2].clone()]).ok()),
        };
        match self.judge(&kind.skim(self.computer.name()), line, numbered, (utc_time, path)) {
            Judged::Passed(time) => Some(Some((time, None))),
            Judged::Full => Some(None),
            // What is not plain the strict parser tells.
            Judged::Fields(_) if numbered => None,
            Judged::Fields(looks) => {
                let said = kind.said(line, wanted)?;
                // A value may say such a name too, of a field in a list.
                for (look, place) in looks.iter().zip(kind.looked_at.iter().flatten()) {
                    let name = place.map(|(name, _)| name);
                    (self.name_of(look, line, &|other| name == Some(other))? == name).then_some(())?;
                }
                Some(self.needle.wide()?.judge(looks, &said).map(|link| (None, link)))
            }
        }
    }

    /// What the fields of the data say. None: it is not certain.
    fn said(&self, line: &str, data: &Data<'_>, looks: &[Look]) -> Option<[Said; LOOKS]> {
        if data.is_in_text || hides(line.as_bytes()) {
            return None;
        }
        let mut said = [Said::Nothing; LOOKS];
        for (look, said) in looks.iter().zip(&mut said) {
            if let Some(name) = self.name_of(look, line.as_bytes(), &|name| data.get(name).is_some())? {
                *said = Said::of(name, data.get(name)?);
            }
        }
        Some(said)
    }

    /// Where the fields of a line are that are looked at in events of its kind; their values are asked for then. `data`
    /// tells which value is which. None: it is not certain.
    fn looked_at(
        &self,
        line: &str,
        skimmed: &Skimmed<'_>,
        data: &Data<'_>,
        values: usize,
        wanted: &mut [Option<usize>; WANTED],
    ) -> Option<[Place; LOOKS]> {
        let looks = self.needle.wide().filter(|_| !data.is_in_text)?.sysmon.get(&skimmed.event_id)?;
        let mut places = [None; LOOKS];
        for (nth, (look, place)) in looks.iter().zip(&mut places).enumerate() {
            if let Some(name) = self.name_of(look, line.as_bytes(), &|name| data.get(name).is_some())? {
                let at = data.get(name)?.parse().ok().filter(|at| *at < values)?;
                // A value that is asked for already has its place.
                let which = wanted.iter().position(|wanted| *wanted == Some(at)).unwrap_or(2 + nth);
                wanted[which] = Some(at);
                *place = Some((name, which));
            }
        }
        Some(places)
    }

    /// The one of its names that a field has in a line, if it is there; `has`: whether the data has it by this name. None: it
    /// is not certain, as the line holds the name elsewhere too.
    #[allow(clippy::option_option)]
    fn name_of(
        &self,
        look: &Look,
        line: &[u8],
        has: &dyn Fn(&'static str) -> bool,
    ) -> Option<Option<&'static str>> {
        let mut found = None;
        for name in look.names {
            let times = self.names.get(name)?.find_iter(line).take(2).count();
            let is_there = has(name);
            if times != usize::from(is_there) || (found.is_some() && is_there) {
                return None;
            }
            found = is_there.then_some(*name).or(found);
        }
        Some(found)
    }

    /// Skims a line of fields by the strict parser. `numbered`: a character in it may be written by its number.
    fn strict<'a>(&self, line: &'a str, numbered: bool) -> Line<'a> {
        let skimmed = match counted(line) {
            Err(_) => return Line::Other,
            Ok(Counted::Fields(fields)) => self.passed(fields, line, numbered),
            Ok(_) => None,
        };
        skimmed.map_or(Line::Full, Line::Skimmed)
    }

    /// The skim of fields. None: the event must be built in full.
    fn passed<'a>(&self, mut fields: Fields<'a>, line: &str, numbered: bool) -> Option<Skimmed<'a>> {
        let data = std::mem::take(&mut fields.data);
        let skimmed = fields.skimmed()?;
        let path = self.needle.path().and_then(|name| data.path(name)?.0.as_deref());
        let judged =
            self.judge(&skimmed.get(), line.as_bytes(), numbered, (data.utc_time.0.as_deref(), path));
        let (time, link) = match judged {
            Judged::Passed(time) => (time, None),
            Judged::Fields(looks) => {
                (None, self.needle.wide()?.judge(looks, &self.said(line, &data, looks)?)?)
            }
            Judged::Full => return None,
        };
        let creation = is_process_creation(&skimmed.provider, &skimmed.channel, Some(skimmed.event_id));
        let computer = skimmed.computer.filter(|_| creation || self.needle.wide().is_some());
        if computer.as_deref().is_some_and(has_blanks_around) {
            return None;
        }
        Some(Skimmed { time, link, computer, ..skimmed })
    }

    /// What is to be done with an event of which this is known; `values`: its time, and the path that decides.
    fn judge(
        &self,
        skim: &Skim<'_>,
        line: &[u8],
        numbered: bool,
        (utc_time, path): (Option<&str>, Option<&str>),
    ) -> Judged<'_> {
        let (computer, Some(event_id)) = (skim.computer.unwrap_or_default(), skim.event_id) else {
            return Judged::Full;
        };
        if computer.is_empty() {
            return Judged::Full;
        }
        if let Some(wide) = self.needle.wide() {
            return match wide.ask(computer, is_sysmon(skim.provider, skim.channel), event_id) {
                Ask::Nothing => Judged::Passed(None),
                Ask::Fields(looks) => Judged::Fields(looks),
                Ask::All => Judged::Full,
            };
        }
        if is_doubtful(skim.provider, skim.channel, skim.event_id) {
            return Judged::Full;
        }
        if !is_process_creation(skim.provider, skim.channel, skim.event_id) {
            return Judged::Passed(None);
        }
        if numbered || (self.needle.is_in(line) && !self.is_ruled_out(line, path)) {
            return Judged::Full;
        }
        // What it means that the path says nothing the event tells; Kibana writes a dash for what is absent.
        if self.needle.path().is_some() && path.is_none_or(|path| matches!(path, "" | "-")) {
            return Judged::Full;
        }
        match utc_time.and_then(Time::parse) {
            Some(time) => Judged::Passed(Some(time)),
            None => Judged::Full,
        }
    }

    /// Whether the path that decides rules a match out: its name stands nowhere else in the line.
    fn is_ruled_out(&self, line: &[u8], path: Option<&str>) -> bool {
        let name = self.needle.path().and_then(|name| self.names.get(name));
        let once = name.is_some_and(|name| name.find_iter(line).take(2).count() == 1);
        once && path.is_some_and(|path| self.needle.is_ruled_out_by(path))
    }

    /// Learns the shape of a line that the strict parser skimmed.
    fn learn(&mut self, line: &str, skimmed: &Skimmed<'_>) -> Option<()> {
        let values = values(line)?;
        // The parser tells which value is which: it is given the line with their numbers in their places.
        let template = numbered(line, &values);
        let Ok(Counted::Fields(fields)) = counted(&template) else { return None };
        let place = |text: &Text<'_>| text.0.as_ref()?.parse().ok().filter(|at| *at < values.len());
        let fixed = [place(&fields.provider)?, place(&fields.channel)?, place(&fields.event_id)?];
        let mut wanted = [None; WANTED];
        wanted[0] = place(&fields.computer);
        wanted[1] = place(&fields.data.utc_time);
        wanted[2] = self.needle.path().and_then(|name| place(fields.data.path(name)?));
        let looked_at = self.looked_at(line, skimmed, &fields.data, values.len(), &mut wanted);
        let event_id = skimmed.event_id.to_string();
        let same = |at: usize, text: &str| line[values[at].place.clone()] == *text;
        if !same(fixed[0], &skimmed.provider)
            || !same(fixed[1], &skimmed.channel)
            || !same(fixed[2], &event_id)
        {
            return None;
        }
        let used = |at: usize| match wanted.iter().position(|wanted| *wanted == Some(at)) {
            _ if fixed.contains(&at) => Use::Fixed,
            Some(which) => Use::Wanted(which as u8),
            None => Use::None,
        };
        let values: Vec<_> = values.into_iter().enumerate().map(|(at, value)| (value, used(at))).collect();
        let kind = Kind {
            provider: skimmed.provider.clone().into_owned(),
            channel: skimmed.channel.clone().into_owned(),
            event_id: skimmed.event_id,
            is_creation: is_process_creation(&skimmed.provider, &skimmed.channel, Some(skimmed.event_id)),
            looked_at,
        };
        self.shapes.learn(line, &values, kind);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;
    use testlog::json::{self, Shape};
    use testlog::{Options, Size};

    use super::*;
    use crate::needle::{Test, Wide};
    use crate::source::json::held;

    /// What a line gives, and that the full parser gives the same.
    fn skim(line: &str) -> &'static str {
        let mut skimmer = Skimmer::new(Needle::new("WmiPrvSE.exe", &[]).unwrap());
        let text = format!("{line}\n");
        match skimmer.skim(text.as_bytes()).unwrap().1 {
            Line::Full => "full",
            Line::Other => "other",
            Line::Skimmed(skimmed) => {
                let skim = skimmed.get();
                let events = held::events(&serde_json::from_str(line).unwrap()).events;
                let [Ok(event)] = events.as_slice() else { panic!("{events:?}") };
                let full = (event.provider(), event.channel(), event.event_id());
                assert_eq!((skim.provider, skim.channel, skim.event_id), full);
                assert!(skim.computer.is_none() || skim.computer == event.computer());
                "skimmed"
            }
        }
    }

    /// What a line is, in words.
    fn told(skimmer: &mut Skimmer, text: &[u8]) -> String {
        match skimmer.skim(text) {
            None => "cut".to_owned(),
            Some((length, Line::Full)) => format!("{length} full"),
            Some((length, Line::Other)) => format!("{length} other"),
            Some((length, Line::Skimmed(skimmed))) => format!("{length} {:?}", skimmed.get()),
        }
    }

    fn is_known(skimmer: &mut Skimmer, text: &[u8]) -> bool {
        skimmer.shapes.find(text).is_some()
    }

    /// Lines of every form that is skimmed.
    fn lines(seed: u64) -> Vec<String> {
        let options = Options { seed, size: Size::Events(60), matches: 2, groups: 1, ..Options::default() };
        let (events, _) = testlog::log(&options);
        let file = |shape| json::file(&events, shape, json::Layout::Lines);
        let forms = [
            Shape::EvtxDump,
            Shape::Velociraptor,
            Shape::Winlogbeat6,
            Shape::Winlogbeat7,
            Shape::Winlogbeat8,
            Shape::NxLog,
            Shape::EvtxECmd,
            Shape::AzureObject,
            Shape::GetWinEvent,
        ];
        let lines = forms.map(file);
        let lines = lines.iter().flat_map(|text| text.split_inclusive('\n'));
        // As they are, and as hits of Elasticsearch.
        let hit = |line: &str| {
            format!(
                "{{\"_index\":\"i\",\"_id\":\"7\",\"_score\":1.5,\"_source\":{},\"sort\":[1]}}\n",
                line.trim_end()
            )
        };
        lines.flat_map(|line| [line.to_owned(), hit(line)]).collect()
    }

    /// What a context looks for on the host of the first of these lines.
    fn wide(lines: &[String]) -> Needle {
        let host = lines[0].split("\"Computer\":\"").nth(1).unwrap().split('"').next().unwrap();
        let look = |names, test| Look { names, test };
        let own = || look(&["ProcessGuid"], Test::Process);
        let when = || look(&["UtcTime"], Test::Window);
        let created = vec![
            look(&["ParentProcessGuid"], Test::Process),
            look(&["ProcessGuid"], Test::Own),
            when(),
            look(&["LogonId"], Test::Logon),
        ];
        let accessed = vec![look(&["SourceProcessGUID", "SourceProcessGuid"], Test::Process)];
        let deeds = [5, 7, 11, 12, 13, 22].map(|id| (id, vec![own()]));
        Needle::of(Wide {
            host: Some(host.to_owned()),
            logon: Some(Said::Number(0x3e7)),
            sysmon: [(1, created), (3, vec![own(), when()]), (10, accessed)]
                .into_iter()
                .chain(deeds)
                .collect(),
            ..Wide::default()
        })
    }

    fn taught(lines: &[String], needle: &Needle) -> Skimmer {
        let mut skimmer = Skimmer::new(needle.clone());
        // Each line that is known earns the credit to learn from another one.
        for _ in 0..4 {
            lines.iter().for_each(|line| _ = told(&mut skimmer, line.as_bytes()));
        }
        skimmer
    }

    #[test]
    fn lines_of_a_shape_are_known() {
        let lines = lines(1);
        let mut taught = taught(&lines, &narrow());
        let plain = |line: &String| told(&mut strict(&narrow()), line.as_bytes()).contains("Skim");
        let plain: Vec<_> = lines.iter().filter(|line| plain(line)).collect();
        assert!(plain.len() > 400, "{}", plain.len());
        // An escape in a value that is counted is for the strict parser.
        let unknown: Vec<_> = plain.iter().filter(|line| !is_known(&mut taught, line.as_bytes())).collect();
        assert!(unknown.is_empty(), "{} of {}: {:?}", unknown.len(), plain.len(), unknown.first());
        // Other values in the same places.
        let more: Vec<_> = self::lines(2);
        let known = more.iter().filter(|line| is_known(&mut taught, line.as_bytes())).count();
        assert!(known > 400, "{known} of {}", more.len());
    }

    /// What the fields say is told by the shape of a line as by the strict parser.
    #[test]
    fn fields_are_looked_at_by_shape() {
        let lines = lines(1);
        let needle = wide(&lines);
        let mut taught = taught(&lines, &needle);
        let mut linked = 0;
        for line in &lines {
            let by_shape = told(&mut taught, line.as_bytes());
            assert_eq!(by_shape, told(&mut strict(&needle), line.as_bytes()), "{line}");
            linked += usize::from(by_shape.contains("link: Some") && is_known(&mut taught, line.as_bytes()));
        }
        assert!(linked > 2, "{linked} of {}", lines.len());
    }

    /// In one line of a shape a value in a list names a field that is looked at, in the one before it another.
    #[test]
    fn a_field_that_only_a_value_names() {
        let lines = lines(1);
        let needle = wide(&lines);
        let field = |name| {
            format!(
                "\"Data\":[{{\"Name\":\"{name}\",\"#text\":\"{{00000000-0000-0000-0000-000000000000}}\"}}],"
            )
        };
        let with =
            |line: &String, name| line.replacen("\"UtcTime\"", &format!("{}\"UtcTime\"", field(name)), 1);
        let mut told_in_full = 0;
        for line in lines.iter().filter(|line| line.contains("\"UtcTime\"")) {
            let mut taught = taught(&[with(line, "Other")], &needle);
            let text = with(line, "ProcessGuid");
            let by_shape = told(&mut taught, text.as_bytes());
            assert_eq!(by_shape, told(&mut strict(&needle), text.as_bytes()), "{text}");
            told_in_full +=
                usize::from(is_known(&mut taught, text.as_bytes()) && by_shape.ends_with(" full"));
        }
        assert!(told_in_full > 2, "{told_in_full}");
    }

    /// A skimmer that knows no shape.
    fn strict(needle: &Needle) -> Skimmer {
        Skimmer::new(needle.clone())
    }

    /// What the strict parser tells of a line, or of the object at its front where that is one of a list.
    fn strictly(needle: &Needle, by_shape: &mut Skimmer, text: &[u8]) -> String {
        let length = by_shape.shapes.find(text).map(|known| known.length);
        let object = length.filter(|length| matches!(text[*length], b',' | b']'));
        let text = object.map_or_else(|| text.to_vec(), |length| [&text[..length], b"\n"].concat());
        told(&mut strict(needle), &text)
    }

    /// What the rule looks for.
    fn narrow() -> Needle {
        Needle::new("WmiPrvSE.exe", &[]).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever a line is, by its shape it is told as by the strict parser.
        #[test]
        fn a_shape_tells_what_the_strict_parser_tells(
            seed in 0_u64..9,
            is_wide: bool,
            spoilt in prop::collection::vec((any::<Index>(), any::<Index>(), 0_u8..4, any::<Index>()), 2000),
        ) {
            const BYTES: &[u8] = b"\"\\\x01\x1f\x7f\x80\xc3{}[]:, 0159-.eEunrtx/\r\n\t";
            let lines = lines(seed);
            let needle = if is_wide { wide(&lines) } else { narrow() };
            let mut taught = taught(&lines, &needle);
            for (line, place, how, byte) in spoilt {
                let mut text = lines[line.index(lines.len())].clone().into_bytes();
                let (at, byte) = (place.index(text.len()), BYTES[byte.index(BYTES.len())]);
                match how {
                    0 => text[at] = byte,
                    1 => text.insert(at, byte),
                    2 => _ = text.remove(at),
                    _ => text.truncate(at),
                }
                let by_shape = told(&mut taught, &text);
                let expected = strictly(&needle, &mut taught, &text);
                prop_assert_eq!(by_shape, expected, "{}", String::from_utf8_lossy(&text));
            }
        }

        /// Values of any kind and content in the place of others.
        #[test]
        fn any_value_in_a_known_place(
            seed in 0_u64..9,
            is_wide: bool,
            values in prop::collection::vec((any::<Index>(), any::<Index>(), prop_oneof![
                "\"([a-z\\\\\"/é\u{1}]|\\\\[\"/bfnrtuz]|\\\\u[0-9a-dA-D]{4}|\\\\u[dD][89a-f][0-9]{2}){0,70}\"",
                "-?[0-9]{1,21}([.][0-9]{0,2})?([eE][+-]?[0-9]{0,3})?",
                "null|true|false|nul|[{]\\}|\\[1\\]|\\[|",
                "\"[{]?[0-9A-F]{8}-([0-9a-f]{4}-){3}[0-9A-F]{12}[}]?\"|\"0x3e7\"|\"2024-03-04 08:00:0[0-9]\"",
            ]), 600),
        ) {
            let lines = lines(seed);
            let needle = if is_wide { wide(&lines) } else { narrow() };
            let mut taught = taught(&lines, &needle);
            for (line, which, value) in values {
                let line = &lines[line.index(lines.len())];
                let length = line.trim_end_matches(['\r', '\n']).len();
                let places = self::values(&line[..length]).unwrap();
                let mut place = places[which.index(places.len())].place.clone();
                if line[..place.start].ends_with('"') {
                    place = place.start - 1..place.end + 1;
                }
                let text = format!("{}{value}{}", &line[..place.start], &line[place.end..]);
                let by_shape = told(&mut taught, text.as_bytes());
                let expected = strictly(&needle, &mut taught, text.as_bytes());
                prop_assert_eq!(by_shape, expected, "{}", text);
            }
        }
    }

    const SHAPES: [&str; 5] = [
        r##"{"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":1,"Channel":"C","Computer":"H"},"EventData":{"UtcTime":"2020-01-01 00:00:00.1","ParentImage":"p.exe"}}}"##,
        r#"{"winlog":{"provider_name":"Microsoft-Windows-Sysmon","event_id":"1","channel":"C","computer_name":"H","event_data":{"UtcTime":"2020-01-01 00:00:00.1","ParentImage":"p.exe"}},"message":"m"}"#,
        r#"{"source_name":"Microsoft-Windows-Sysmon","event_id":1,"log_name":"C","computer_name":"H","event_data":{"UtcTime":"2020-01-01 00:00:00.1","ParentImage":"p.exe"}}"#,
        r#"{"SourceName":"Microsoft-Windows-Sysmon","EventID":1,"Channel":"C","Hostname":"H","UtcTime":"2020-01-01 00:00:00.1","ParentImage":"p.exe"}"#,
        r#"{"Provider":"Microsoft-Windows-Sysmon","EventID":1,"Channel":"C","Computer":"H","EventData":{"UtcTime":"2020-01-01 00:00:00.1","ParentImage":"p.exe"}}"#,
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
    fn a_parent_of_another_name_is_skimmed_whatever_else_holds_the_needle() {
        let needle = || Needle::new("WmiPrvSE.exe", &[]).unwrap().in_path(Some("ParentImage"));
        for shape in SHAPES {
            let other = shape.replace("\"ParentImage", "\"Image\":\"C:\\\\WmiPrvSE.exe\",\"ParentImage");
            let mut skimmer = Skimmer::new(needle());
            let mut skim = |line: &str| told(&mut skimmer, format!("{line}\n").as_bytes());
            // The second one by the shape of the first.
            for parent in ["p.exe", "C:\\\\WmiPrvSE.exe.bak", "C:\\\\xWmiPrvSE.exe", "WmiPrvSE.exe\\\\x"] {
                assert!(skim(&other.replace("p.exe", parent)).contains("Skim"), "{parent} {shape}");
            }
            for parent in ["", "WmiPrvSE.exe", "C:\\\\wmiprvse.EXE", "C:/WmiPrvSE.exe", "\\u0041", "C:\\\\"] {
                let line = other.replace("p.exe", parent);
                assert!(skim(&line).ends_with(" full"), "{parent} {shape}");
            }
            for more in [
                "{\"ParentImage\":\"WmiPrvSE.exe\"}",
                "[{\"Name\":\"ParentImage\",\"#text\":\"WmiPrvSE.exe\"}]",
            ] {
                let line = other.replace("\"UtcTime", &format!("\"Data\":{more},\"UtcTime"));
                assert!(skim(&line).ends_with(" full"), "{line}");
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
        for shape in SHAPES {
            let other = shape.replace(":1,", ":3,").replace("\"1\"", "\"3\"");
            assert_eq!(skim(&other.replace("p.exe", "\\u0041")), "skimmed");
            assert_eq!(skim(&other.replace("p.exe", "\\ud800")), "full");
        }
        let raw = r#"{"_raw":"<Event><System><Provider Name='P'/><EventID>3</EventID><Channel>C</Channel><Computer>H</Computer></System><EventData/></Event>"}"#;
        assert_eq!(skim(raw), "skimmed");
        assert_eq!(skim(&raw.replace("</Event>", "</Event> <Event/>")), "full");
        let flat = SHAPES[3].replacen('{', "{\"message\":\"<Event>\",", 1);
        assert_eq!(skim(&flat), "full");
        assert_eq!(skim(r#"{"a":1}"#), "full");
        assert_eq!(skim(r#"{"a":1},"#), "other");
        assert_eq!(skim(r#"{"a":"#), "other");
    }
}
