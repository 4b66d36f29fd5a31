//! What is counted of a row of CSV that can't match, without building its event.
//!
//! A row is cut into cells where they lie. If one of them is an event in XML, that is skimmed as any other
//! (`xml::skim`). Of a row that is an event field by field, the few cells that tell its kind and its computer are looked up
//! among those of earlier rows, for which [`json::names`] was asked. Whatever is not of a plain shape is read in full.
//!
//! Soundness: a row is only skimmed when it has as many cells as there are columns, each either without quotes or in
//! quotes from end to end; when no two columns have the same name; and when no cell that may hold a whole event does. Of
//! process creations only those are skimmed that have their cells as their data, and no nested ones: they can't match
//! if they hold the needle nowhere, or the path rules a match out.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Map, Value};

use crate::event::{PROCESS_CREATE, Skim, is_doubtful, is_process_creation, is_sysmon};
use crate::needle::{Ask, Needle};
use crate::sets::set;
use crate::source::{json, xml};
use crate::time::Time;

/// Kinds with computers that are remembered, and how long the cells may be that tell them.
const KINDS: usize = 4096;
const KEY_BYTES: usize = 512;
/// An event in XML whose quotes are doubled is skimmed up to this size: it is copied.
const COPIED_BYTES: usize = 64 * 1024;
/// Columns of a log; exports have fewer than a hundred.
const MOST_COLUMNS: usize = 1024;

/// Skims rows.
#[derive(Debug)]
pub struct Skimmer {
    needle: Needle,
    xml: xml::skim::Skimmer,
    columns: Columns,
    kinds: Vec<Kind>,
    /// Their places by the cells that tell them.
    places: BTreeMap<String, u64>,
    /// The cells of the row at hand, without their quotes.
    cells: Vec<Range<usize>>,
    key: String,
    /// An event in XML that has quotes, which the cell doubles.
    text: String,
}

/// What the columns of a log are for.
#[derive(Debug, Default)]
struct Columns {
    names: Vec<String>,
    /// Those that tell the kind and the computer of an event.
    counted: Vec<usize>,
    /// Those that may hold an event, and the one with its data.
    texts: Vec<usize>,
    /// Those that are known to hold an event as it was logged. Any other may too, where there is none with an EventID.
    raw: Vec<usize>,
    has_id: bool,
    payload: Option<usize>,
    utc_time: Option<usize>,
    path: Option<usize>,
    /// No two have the same name.
    distinct: bool,
    /// One of those that make a record one of Winlogbeat.
    winlog: bool,
    /// One of those that may make it one of another shape.
    masked: bool,
    /// The data of an event don't have their names alone.
    nested: bool,
}

/// What an event is, by the cells that tell it.
#[derive(Debug)]
struct Kind {
    provider: String,
    channel: String,
    event_id: u32,
    computer: Option<String>,
}

impl Columns {
    fn of(header: &[String], path: Option<&str>) -> Columns {
        let names: Vec<String> = header.iter().map(|name| json::names::column(name).to_owned()).collect();
        let at = |wanted: &str| names.iter().position(|name| name == wanted);
        let all = |is: fn(&str) -> bool| (0..names.len()).filter(|at| is(&names[*at])).collect();
        let distinct = set(names.iter().map(String::as_str));
        let winlog = names.iter().any(|name| json::names::is_winlog(name));
        Columns {
            counted: all(json::names::is_counted),
            texts: all(json::held::may_be_event),
            raw: all(|name| json::held::holds_event(name) && !json::held::holds_words(name)),
            has_id: names.iter().any(|name| json::names::is_event_id(name)),
            payload: at(json::names::PAYLOAD),
            utc_time: at("UtcTime"),
            path: path.and_then(at),
            distinct: distinct.len() == names.len(),
            nested: winlog || json::names::BEAT.iter().all(|name| distinct.contains(name)),
            masked: names.iter().any(|name| json::names::is_masked(name)),
            winlog,
            names,
        }
    }
}

impl Skimmer {
    /// A skimmer that leaves every process creation with the needle to the full parser.
    pub fn new(needle: Needle) -> Skimmer {
        Skimmer {
            xml: xml::skim::Skimmer::new(needle.clone()),
            columns: Columns::default(),
            kinds: Vec::new(),
            places: BTreeMap::new(),
            cells: Vec::new(),
            key: String::new(),
            text: String::new(),
            needle,
        }
    }

    /// These are the columns of the rows that follow. With too many of them no row is skimmed.
    pub fn start(&mut self, header: &[String]) {
        let header = if header.len() <= MOST_COLUMNS { header } else { &[] };
        self.columns = Columns::of(header, self.needle.path());
        (self.kinds, self.places) = Default::default();
    }

    /// Skims a row. None: it must be read in full.
    // A call for each row costs nothing beside the rest; inlined it only lengthens the page.
    #[inline(never)]
    pub fn skim<'a>(&'a mut self, row: &'a [u8], delimiter: u8) -> Option<Skim<'a>> {
        let row = simdutf8::basic::from_utf8(row).ok()?;
        // Between files that were joined stands another one of these.
        let row = row.strip_prefix('\u{feff}').unwrap_or(row);
        let row = row.strip_suffix('\n').map_or(row, |row| row.strip_suffix('\r').unwrap_or(row));
        cut(row.as_bytes(), delimiter, self.columns.names.len(), &mut self.cells)?;
        let cells = self.cells.iter().map(|cell| &row[cell.clone()]).enumerate();
        let mut events = cells.filter(|(_, cell)| is_xml(cell));
        match (events.next(), events.next()) {
            (Some((at, event)), None) if !self.columns.has_id || self.columns.raw.contains(&at) => {
                let mut event = event.trim();
                if event.contains('"') {
                    if event.len() > COPIED_BYTES {
                        return None;
                    }
                    self.text = event.replace("\"\"", "\"");
                    event = &self.text;
                }
                xml::skim_alone(&mut self.xml, event.as_bytes())
            }
            (None, _) if self.columns.distinct && !self.columns.masked => self.fields(row),
            _ => None,
        }
    }

    /// Skims a row that is an event field by field.
    fn fields(&mut self, row: &str) -> Option<Skim<'_>> {
        let Skimmer { needle, columns, kinds, places, cells, key, .. } = self;
        let cell = |at: usize| &row[cells[at].clone()];
        if columns.texts.iter().any(|at| begins_markup(cell(*at))) {
            return None;
        }
        // Data that are cut are told of.
        let is_cut = |at: usize| begins_markup(cell(at)) && !cell(at).trim_end().ends_with('}');
        if columns.payload.is_some_and(is_cut) {
            return None;
        }
        key.clear();
        for at in &columns.counted {
            if key.len() + cell(*at).len() > KEY_BYTES {
                return None;
            }
            key.push_str(cell(*at));
            // In a cell no odd number of quotes stands before a comma.
            key.push_str("\",");
        }
        let place = match places.get(key.as_str()) {
            Some(place) => *place as usize,
            None => {
                let counted = columns.counted.iter().map(|at| (columns.names[*at].as_str(), cell(*at)));
                let kind = Kind::of(counted, columns.winlog)?;
                if kinds.len() == KINDS {
                    (*kinds, *places) = Default::default();
                }
                places.insert(key.clone(), kinds.len() as u64);
                kinds.push(kind);
                kinds.len() - 1
            }
        };
        let kind = kinds.get(place)?;
        let mut skim = kind.skim();
        if let Some(wide) = needle.wide() {
            let asks =
                wide.ask(kind.computer.as_deref()?, is_sysmon(&kind.provider, &kind.channel), kind.event_id);
            return matches!(asks, Ask::Nothing).then_some(skim);
        }
        if is_process_creation(&kind.provider, &kind.channel, Some(kind.event_id)) {
            let path = columns.path.map(cell).filter(|path| !path.is_empty())?;
            let elsewhere = columns.nested || columns.payload.is_some_and(|at| begins_markup(cell(at)));
            if elsewhere || (needle.is_in(row.as_bytes()) && !needle.is_ruled_out_by(path)) {
                return None;
            }
            skim.time = Some(Time::parse(cell(columns.utc_time?))?);
        }
        Some(skim)
    }
}

impl Kind {
    /// The kind of a row with these cells. None: the row is no event, or not a plain one.
    fn of<'a>(counted: impl Iterator<Item = (&'a str, &'a str)>, winlog: bool) -> Option<Kind> {
        let row: Map<String, Value> = counted
            .map(|(name, cell)| (name.to_owned(), Value::String(cell.replace("\"\"", "\""))))
            .collect();
        // These cells make the shape that all of them make.
        if winlog && !row.iter().any(|(name, cell)| json::names::is_winlog(name) && json::names::says(cell)) {
            return None;
        }
        let is_unsure = json::names::has_only_source(&row);
        let event = json::held::events(&Value::Object(row)).events.pop()?.ok()?;
        // What else it says tells whether that is the provider.
        let event_id = event.event_id().filter(|id| *id != PROCESS_CREATE || !is_unsure)?;
        (!is_doubtful(event.provider(), event.channel(), Some(event_id))).then(|| Kind {
            provider: event.provider().to_owned(),
            channel: event.channel().to_owned(),
            event_id,
            computer: event.computer().map(str::to_owned),
        })
    }

    fn skim(&self) -> Skim<'_> {
        Skim {
            provider: &self.provider,
            channel: &self.channel,
            event_id: Some(self.event_id),
            computer: self.computer.as_deref(),
            time: None,
            link: None,
        }
    }
}

/// Whether a cell holds an event in XML.
pub(super) fn is_xml(cell: &str) -> bool {
    // Nearly all cells begin with a letter or a digit.
    if cell.bytes().next().is_none_or(|first| first.is_ascii_alphanumeric()) {
        return false;
    }
    let cell = cell.trim_start();
    json::held::is_xml(cell) || cell.starts_with("<?xml")
}

/// Whether a text may be XML or JSON, and an event or its data.
fn begins_markup(cell: &str) -> bool {
    cell.trim_start_matches('\u{feff}').trim_start().starts_with(['<', '{'])
}

/// Cuts a row, without its line break, into its cells without their quotes. None: there are more or fewer than `columns`,
/// a quote stands elsewhere, or a cell has a line break and no quotes.
fn cut(row: &[u8], delimiter: u8, columns: usize, cells: &mut Vec<Range<usize>>) -> Option<()> {
    cells.clear();
    let mut at = 0;
    while cells.len() < columns {
        let cell = if row.get(at) == Some(&b'"') { quoted(row, at + 1)? } else { bare(row, at, delimiter)? };
        let quotes = usize::from(row.get(at) == Some(&b'"'));
        at = cell.end + quotes;
        cells.push(cell);
        match row.get(at) {
            None => return (cells.len() == columns).then_some(()),
            Some(byte) if *byte == delimiter => at += 1,
            Some(_) => return None,
        }
    }
    None
}

/// The cell that begins behind a quote; a quote in it is doubled. None: no quote ends it.
pub(super) fn quoted(row: &[u8], start: usize) -> Option<Range<usize>> {
    let mut end = start;
    loop {
        end += memchr::memchr(b'"', row.get(end..)?)?;
        if row.get(end + 1) != Some(&b'"') {
            return Some(start..end);
        }
        end += 2;
    }
}

/// The cell that begins here and has no quotes.
fn bare(row: &[u8], start: usize, delimiter: u8) -> Option<Range<usize>> {
    let length = row[start..].iter().position(|byte| *byte == delimiter || b"\"\r\n".contains(byte));
    let end = length.map_or(row.len(), |length| start + length);
    row.get(end).is_none_or(|byte| *byte == delimiter).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEADER: &str = "EventCode,Channel,Computer,SourceName,UtcTime,ParentImage,CommandLine";
    const ROW: &str = r#"1,C,H,Microsoft-Windows-Sysmon,2020-01-01 00:00:00.123,C:\x.exe,"a ""b"", c""#;

    fn skim(header: &str, row: &str) -> Option<String> {
        let needle = Needle::new("WmiPrvSE.exe", &[]).unwrap().in_path(Some("ParentImage"));
        let mut skimmer = Skimmer::new(needle);
        skimmer.start(&header.split(',').map(str::to_owned).collect::<Vec<_>>());
        // Once more, when its kind is known.
        let [first, again] =
            [(); 2].map(|()| skimmer.skim(row.as_bytes(), b',').map(|skim| format!("{skim:?}")));
        assert_eq!(first, again);
        first
    }

    /// What of it is changed, and whether the row is skimmed then.
    fn changed(from: &str, to: &str) -> bool {
        let [header, row] = [HEADER, ROW].map(|text| text.replace(from, to));
        assert_ne!((header.as_str(), row.as_str()), (HEADER, ROW), "{from}");
        skim(&header, &row).is_some()
    }

    #[test]
    fn a_row_field_by_field_is_skimmed() {
        let skim = skim(HEADER, &format!("{ROW}\r\n")).unwrap();
        for part in
            [r#"channel: "C""#, r#"computer: Some("H")"#, "event_id: Some(1)", "Time(1577836800123000000)"]
        {
            assert!(skim.contains(part), "{part}: {skim}");
        }
        for (from, to) in [
            // An event that is no process creation may say what it likes.
            ("1,C", "3,C"),
            ("C:\\x.exe", "C:\\xWmiPrvSE.exe"),
            ("a ", "WmiPrvSE.exe"),
            ("CommandLine", "Payload"),
            (",H,", ",,"),
        ] {
            assert!(changed(from, to), "{from} -> {to}");
        }
    }

    #[test]
    fn what_may_match_or_is_not_plain_is_read_in_full() {
        for (from, to) in [
            ("C:\\x.exe", "C:\\WmiPrvSE.exe"),
            ("C:\\x.exe", "wMIprvse.exe"),
            // The path that decides says nothing, or is not there.
            ("C:\\x.exe", ""),
            ("ParentImage", "Parent"),
            ("2020-01-01 00:00:00.123", "never"),
            ("UtcTime", "Time"),
            ("1,C", "one,C"),
            ("1,C", ",C"),
            ("Microsoft-Windows-Sysmon", ""),
            // Cells.
            ("1,C", "1,C,C"),
            ("1,C", "1C"),
            ("a ", "\"a"),
            ("C,H", "C,H\"H\""),
            ("C,H", "C,\"H\"H"),
            ("C,H", "C\r,H"),
            // Columns.
            ("Channel", "EventCode"),
            ("CommandLine", "\u{feff}ParentImage "),
            ("CommandLine", "winlog"),
            ("CommandLine", "winlog.event_data.x"),
            ("Channel,Computer", "event_data,event_id"),
            // Events, and the data of one.
            ("a ", "<Event><System/></Event>"),
            ("a ", " <?xml?>"),
        ] {
            assert!(!changed(from, to), "{from} -> {to}");
        }
        let (long, many) = (format!(",{},", "H".repeat(KEY_BYTES)), ",".repeat(MOST_COLUMNS));
        assert!(!changed(",H,", &long));
        assert_eq!(skim(&(HEADER.to_owned() + &many), &(ROW.to_owned() + &many)), None);
        for name in ["_raw", "message", "EventData", "Payload"] {
            let row = ROW.replace("\"a ", "\"{\"\"a\"\":1}");
            assert!(skim(&HEADER.replace("CommandLine", name), &row).is_none(), "{name}");
            assert!(skim(HEADER, &row).is_some());
        }
    }

    #[test]
    fn of_nested_records_all_but_process_creations_are_skimmed() {
        let header =
            "winlog.event_id,winlog.channel,winlog.computer_name,winlog.provider_name,winlog.event_data.x";
        let skimmed = skim(header, "3,C,H,Microsoft-Windows-Sysmon,WmiPrvSE.exe").unwrap();
        for part in [
            r#"provider: "Microsoft-Windows-Sysmon""#,
            r#"channel: "C""#,
            r#"computer: Some("H")"#,
            "Some(3)",
        ] {
            assert!(skimmed.contains(part), "{part}: {skimmed}");
        }
        assert_eq!(skim(header, "1,C,H,Microsoft-Windows-Sysmon,x"), None);
        // One of Winlogbeat has its EventID nowhere else.
        assert!(skim("EventID,Channel,x", "3,C,x").is_some());
        assert_eq!(skim("EventID,Channel,winlog.event_data.x", "3,C,x"), None);
        assert_eq!(skim("EventID,Channel,winlog", "3,C,x"), None);
    }

    #[test]
    fn an_event_in_xml_is_skimmed_whatever_stands_beside_it() {
        let event = |quote: &str| {
            format!(
                "<Event xmlns='urn'><System><Provider Name={quote}Microsoft-Windows-Sysmon{quote}/><EventID>1</EventID>\
                 <Channel>C</Channel><Computer>H</Computer></System><EventData><Data Name='UtcTime'>2020-01-01 \
                 00:00:00.123</Data><Data Name='ParentImage'>C:\\x.exe</Data></EventData></Event>"
            )
        };
        let row = |event: &str| format!("x,\" {event}\n\"");
        let plain = skim("a,_raw", &row(&event("'")));
        assert!(plain.as_ref().is_some_and(|skim| skim.contains(r#"computer: Some("H")"#)), "{plain:?}");
        assert_eq!(skim("a,_raw", &row(&event("\"\""))), plain);
        for other in [
            event("'").replace("x.exe", "WmiPrvSE.exe"),
            event("'").replace("x.exe", "&#87;miPrvSE.exe"),
            event("'") + &event("'"),
            event("'").replace("</EventData>", "</EventData><Event>"),
            event("'").replace("</Event>", ""),
            format!("<?xml?>{}", event("'")),
        ] {
            assert_eq!(skim("a,_raw", &row(&other)), None, "{other}");
        }
        assert_eq!(skim("a,_raw", &format!("\"{0}\",\"{0}\"", event("'"))), None);
        assert_eq!(skim("a,b,_raw", &row(&event("'"))), None);
    }

    proptest! {
        #[test]
        fn cells_are_those_of_the_library(row in "(\"[a,\r\n]{0,3}(\"\"){0,2}[a;]?\"|[a\"\r;]{0,4}|,){0,8}") {
            let mut found = Vec::new();
            if (1..40).any(|columns| cut(row.as_bytes(), b',', columns, &mut found).is_some()) {
                let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(row.as_bytes());
                let mut record = csv::StringRecord::new();
                reader.read_record(&mut record).unwrap();
                let cells: Vec<_> = found.into_iter().map(|cell| row[cell].replace("\"\"", "\"")).collect();
                // The library gives nothing of an empty row.
                prop_assert!(row.is_empty() || cells.iter().map(String::as_str).eq(record.iter()), "{cells:?} {record:?}");
            }
        }
    }
}
