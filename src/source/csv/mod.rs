//! CSV with a header line, whose rows hold an event: as XML or JSON in a cell, or field by field.
//!
//! Line breaks inside quotes do not end a row, so where a part begins the quotes around tell whether that is inside of
//! some. Whether they told right shows where the parts meet.

mod skim;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use self::skim::{Skimmer, is_xml, quoted};
use super::whole::Whole;
use super::{Form, Found, Reader, Sink, Trouble, json, signs, xml};
use crate::detect::{Format, is_event_viewer, is_preface};
use crate::event::{Skim, is_sysmon};
use crate::limits;
use crate::locator::{MemberId, Span};
use crate::needle::Needle;
use crate::part::Part;
use crate::problem::Code;
use crate::text::{self, Encoding, Text, Window};

/// Finds the rows in a text.
#[derive(Debug)]
pub struct CsvReader {
    window: Window,
    delimiter: u8,
    header: Option<Vec<String>>,
    /// Its names, as a problem lists them.
    columns: String,
    /// Those of the parent of a process creation.
    parents: Vec<usize>,
    /// One of them has the EventID.
    has_id: bool,
    /// Passes over rows that can't match; without it all are read in full.
    skimmer: Option<Skimmer>,
    /// Bytes of the row at the front that were searched for its end.
    searched: usize,
    /// The searched part ends inside quotes.
    quoted: bool,
    /// The row at the front is too long and is passed over.
    skipping: bool,
    rows: u64,
    part: Part,
    /// Before the first row of a part: the one at the front belongs to the part before.
    before: bool,
    /// Whether the part begins inside quotes is not known yet.
    guessing: bool,
}

/// A row that was cut into its cells.
struct Row<'a> {
    raw: &'a str,
    /// Bytes of it were no text.
    replaced: bool,
    span: Span,
    /// So many bytes behind its cells are none of them.
    behind: usize,
}

/// How far a part is searched for quotes that tell whether it begins inside of some.
const GUESS_BYTES: usize = 256 * 1024;

impl CsvReader {
    /// A reader for a part of a text in this encoding, with this delimiter. A part that does not begin the text begins
    /// one byte early, and passes over the row that this byte is in; `header` are its columns. With a needle, rows that
    /// can't hold it are skimmed.
    pub fn new(
        encoding: Encoding,
        delimiter: u8,
        part: Part,
        header: &[String],
        needle: Option<&Needle>,
    ) -> CsvReader {
        let base = if part.exact { part.start } else { part.start.saturating_sub(1) };
        let mut reader = CsvReader {
            skimmer: needle.cloned().map(Skimmer::new),
            window: Window::new(encoding, base),
            delimiter,
            header: None,
            columns: String::new(),
            parents: Vec::new(),
            has_id: false,
            searched: 0,
            quoted: false,
            skipping: !part.exact,
            rows: 0,
            part,
            before: !part.exact,
            guessing: !part.exact,
        };
        if !part.exact {
            reader.set_columns(header.to_vec());
        }
        reader
    }

    /// Notes where the row at the front begins. False when it belongs to the next part.
    fn begins(&mut self) -> bool {
        let inside = self.skipping || self.searched > 0 || self.window.bytes().is_empty();
        inside || self.part.begins(self.window.source_offset(0))
    }

    /// The length of the row at the front, its line break included. A line break inside quotes
    /// does not end a row.
    fn row_end(&mut self, ended: bool) -> Option<usize> {
        let text = self.window.bytes();
        // A message has many line breaks, and all of them inside quotes.
        let find = |quoted: bool, rest: &[u8]| match quoted {
            true => memchr::memchr(b'"', rest),
            false => memchr::memchr2(b'"', b'\n', rest),
        };
        while let Some(found) = find(self.quoted, &text[self.searched..]) {
            let at = self.searched + found;
            self.searched = at + 1;
            match text[at] {
                b'"' => self.quoted = !self.quoted,
                _ => return Some(at + 1),
            }
        }
        self.searched = text.len();
        (ended && !text.is_empty()).then_some(text.len())
    }

    fn advance(&mut self, ended: bool, sink: &mut dyn Sink) {
        if self.guessing {
            let text = self.window.bytes();
            let guess = guess(text, self.delimiter, ended);
            if guess.is_none() && text.len() < GUESS_BYTES && !ended {
                return;
            }
            self.quoted = guess.unwrap_or(false);
            self.guessing = false;
        }
        while self.begins() {
            let end = self.row_end(ended);
            let length = end.unwrap_or(self.searched);
            if !self.skipping && length > limits::EVENT_BYTES {
                let message =
                    format!("A row is longer than {} MiB; it was passed over.", limits::EVENT_BYTES >> 20);
                sink.trouble(Trouble::lost(Code::OverLimit, self.window.source_offset(0), message));
                self.skipping = true;
            }
            if self.skipping {
                self.window.consume(length);
                self.searched = 0;
                self.skipping = end.is_none();
            } else if end.is_some() {
                self.row(length, sink);
                self.searched = 0;
            }
            if end.is_none() {
                return;
            }
            if std::mem::take(&mut self.quoted) && !self.before {
                let message =
                    "The last row has an open quote: the input is cut, or a quote in it was not doubled.";
                sink.trouble(Trouble::note(Code::Truncated, self.window.source_offset(0), message));
            }
            self.before = false;
        }
    }

    /// Whether a row behind the columns has columns itself: names of an EventID and of two other things that are counted of every
    /// event, and no number, of which every event has some; a gap at an end, where some programs number their rows or end
    /// them with a delimiter. A single cell may be an attacker's words.
    fn has_columns(&self, cells: &[String]) -> bool {
        let is_of_number = |letter: char| letter.is_ascii_digit() || "+-.,:/ TZ".contains(letter);
        let is_name = |cell: &String| !cell.trim().is_empty() && !cell.trim().chars().all(is_of_number);
        let is_gap = |cell: Option<&String>| cell.is_some_and(|cell| cell.trim().is_empty());
        let (from, to) = (usize::from(is_gap(cells.first())), usize::from(is_gap(cells.last())));
        let inner = cells.get(from..cells.len() - to).unwrap_or_default();
        let name = |cell: &String| json::names::column(cell).to_owned();
        self.header.is_some()
            && inner.iter().all(|cell| is_name(cell) && !is_xml(cell) && !is_json(cell))
            && cells.iter().map(name).any(|name| json::names::is_event_id(&name))
            && cells.iter().map(name).filter(|name| json::names::is_counted(name)).count() >= 3
    }

    /// Takes a row for the columns of those behind it.
    fn take_columns(&mut self, cells: Vec<String>) {
        let name = |name: String| match name.len() > limits::COLUMN_NAME_BYTES {
            true => text::cut(json::names::column(&name).to_owned(), limits::COLUMN_NAME_BYTES),
            false => name,
        };
        self.set_columns(cells.into_iter().map(name).collect());
    }

    fn set_columns(&mut self, names: Vec<String>) {
        self.skimmer.iter_mut().for_each(|skimmer| skimmer.start(&names));
        // Asked for again and again where no row is an event.
        self.columns = listed(&names);
        let all = |is: fn(&str) -> bool| {
            (0..names.len()).filter(|at| is(json::names::column(&names[*at]))).collect::<Vec<_>>()
        };
        self.parents = all(json::names::is_parent);
        self.has_id = !all(json::names::is_event_id).is_empty();
        self.header = Some(names);
    }

    /// Passes over zeros before the row at the front; returns how long that is without them. Many stand in place of rows.
    fn pass_zeros(&mut self, length: usize, sink: &mut dyn Sink) -> usize {
        let text = &self.window.bytes()[..length];
        let zeros = text.iter().take_while(|byte| **byte == 0).count();
        if zeros >= limits::ZERO_RUN {
            let message = format!("{zeros} zeros stand in place of rows; what stood there is lost.");
            sink.trouble(Trouble::lost(Code::DamagedRecord, self.window.source_offset(0), message));
        }
        self.window.consume(zeros);
        length - zeros
    }

    /// Takes the row at the front.
    fn row(&mut self, length: usize, sink: &mut dyn Sink) {
        let length = self.pass_zeros(length, sink);
        if !self.skim(length, sink) {
            self.read(length, sink);
        }
        self.window.consume(length);
    }

    /// Skims the row at the front. False: it must be read in full.
    fn skim(&mut self, length: usize, sink: &mut dyn Sink) -> bool {
        let row = &self.window.bytes()[..length];
        let skimmer = self.skimmer.as_mut().filter(|_| self.header.is_some() && !text::holds_zeros(row));
        let skim = skimmer.and_then(|skimmer| skimmer.skim(row, self.delimiter));
        self.rows += u64::from(skim.is_some());
        skim.map(|skim| sink.skimmed(skim)).is_some()
    }

    fn read(&mut self, length: usize, sink: &mut dyn Sink) {
        let offset = self.window.source_offset(0);
        let (raw, replaced) = text::utf8(&self.window.bytes()[..length]);
        match cells(&raw, self.delimiter) {
            Err(reason) => {
                sink.trouble(Trouble::lost(Code::DamagedRecord, offset, reason));
                // Another row must not take the place of columns that were not read.
                self.header.get_or_insert_with(Vec::new);
            }
            Ok((cells, behind)) if is_no_event(&cells, self.header.is_none(), self.rows) => {
                if let Some(message) = unread(behind) {
                    sink.trouble(misfit(&raw, offset, message));
                }
                let is_empty = cells.iter().all(|cell| cell.is_empty());
                if !is_empty && self.header.is_none() && !is_preface(&cells[0]) {
                    self.take_columns(cells);
                }
            }
            // Files that were joined, each with its columns.
            Ok((cells, _)) if self.header.as_ref() == Some(&cells) => {}
            Ok((cells, _)) if self.has_columns(&cells) => self.other_columns(cells, offset, sink),
            Ok((cells, behind)) => {
                let span = Span {
                    offset,
                    length: self.window.source_offset(length) - offset,
                    nth: 0,
                    direct: false,
                };
                let row = Row { raw: &raw, replaced, span, behind };
                let is_event = self.events(row, cells, sink);
                self.rows += u64::from(is_event);
            }
        }
    }

    /// Takes other columns behind rows: exports that were joined.
    fn other_columns(&mut self, cells: Vec<String>, offset: u64, sink: &mut dyn Sink) {
        let message = format!(
            "Other columns begin here, by which the rows behind are read: right where exports were joined, wrong where \
             a text with a line break in it was written without quotes. They are: {}.",
            listed(&cells)
        );
        // An attacker may have written that text.
        sink.trouble(Trouble::note(Code::JoinedRows, offset, message));
        // Of other parts nobody knows which columns they have.
        self.part.misfit = true;
        self.take_columns(cells);
    }

    /// Hands on the events of a row. Whether it held one.
    fn events(&self, row: Row<'_>, cells: Vec<String>, sink: &mut dyn Sink) -> bool {
        let Row { raw, replaced, span, .. } = row;
        let nothing = Vec::new();
        let header = self.header.as_ref().unwrap_or(&nothing);
        let viewer = event_viewer(header, &cells);
        let header = viewer.as_ref().unwrap_or(header);
        let trouble = self.trouble(&row, header, &cells);
        let of_sysmon = viewer.is_none() && self.is_of_sysmon(&cells);
        let json::held::Held { events, unread, .. } = events(header, cells);
        // That it has other cells than columns is no news in a row without an event; that it is damaged, cut or may hold
        // other rows is.
        let is_news = |trouble: &Trouble| !events.is_empty() || trouble.code != Code::UnevenRow;
        let trouble = trouble.filter(is_news);
        let is_damaged = trouble.as_ref().is_some_and(|trouble| trouble.code == Code::DamagedRecord);
        if events.is_empty() && !is_damaged {
            let columns = if viewer.is_some() { &listed(header) } else { &self.columns };
            sink.trouble(match of_sysmon || signs::tell_of_events(raw.as_bytes()) {
                true => {
                    let message = format!(
                        "A row tells of an event in a form that is not read here. The columns are: {columns}."
                    );
                    Trouble::lost(Code::NotUnderstood, span.offset, message)
                }
                false => {
                    let message = format!("A row without an event. The columns are: {columns}.");
                    Trouble::note(Code::NotAnEvent, span.offset, message)
                }
            });
        }
        trouble.into_iter().for_each(|trouble| sink.trouble(trouble));
        if unread > 0 && !events.is_empty() {
            let trouble = Trouble::lost(Code::NotUnderstood, span.offset, json::UNREAD);
            sink.trouble(Trouble { lost: unread, ..trouble });
        }
        for (nth, event) in events.iter().enumerate() {
            let span = Span { nth: nth as u32, ..span };
            match event {
                Ok(event) => {
                    let replaced = replaced || json::event::is_mended(event, raw);
                    sink.event(Found { event, span, raw: raw.trim_end(), form: Form::Csv, replaced });
                }
                Err(reason) => {
                    sink.trouble(Trouble::lost(Code::DamagedRecord, span.offset, reason.clone()));
                }
            }
        }
        events.iter().any(Result::is_ok)
    }

    /// Whether a row that is no event may be one of Sysmon: its table has the fields of a process creation. Where the table has an
    /// EventID, too, rows of other logs may stand between, which say nothing in those.
    fn is_of_sysmon(&self, cells: &[String]) -> bool {
        let says = |at: &usize| cells.get(*at).is_some_and(|cell| !matches!(cell.trim(), "" | "-"));
        !self.parents.is_empty() && (!self.has_id || self.parents.iter().any(says))
    }

    /// What is wrong with a row as such.
    fn trouble(&self, row: &Row<'_>, header: &[String], cells: &[String]) -> Option<Trouble> {
        let Row { raw, span, behind, .. } = *row;
        if cells.len() < header.len() && !self.quoted && !raw.ends_with('\n') {
            let (have, want) = (cells.len(), header.len());
            let message = format!("The last row ends after {have} of {want} cells: the input is cut.");
            return Some(Trouble::note(Code::Truncated, span.offset, message));
        }
        let uneven = uneven(header, cells, behind);
        // Which values are whose nobody knows then.
        let is_shifted = uneven.is_some() && has_surplus(header, cells);
        let message = uneven
            .or_else(|| misquoted(raw.as_bytes(), self.delimiter).then(|| MISQUOTED.to_owned()))
            .or_else(|| text::holds_zeros(raw.as_bytes()).then(|| "A row is damaged.".to_owned()))?;
        let trouble = misfit(raw, span.offset, message);
        let code =
            if is_shifted && trouble.code == Code::UnevenRow { Code::JoinedRows } else { trouble.code };
        Some(Trouble { code, ..trouble })
    }
}

/// The names of columns in a message: all that a problem can hold.
fn listed(columns: &[String]) -> String {
    let mut bytes = 0;
    let named = columns.iter().filter(|name| !name.is_empty());
    let names = named.map(|name| text::start(name, limits::MESSAGE_BYTES)).take_while(|name| {
        let fits = bytes < limits::MESSAGE_BYTES;
        bytes += name.len() + ", ".len();
        fits
    });
    names.collect::<Vec<_>>().join(", ")
}

/// The columns of a CSV that can be read in parts, and where their row ends, if that is in its first bytes.
pub fn header(format: &Format, head: &[u8]) -> Option<(Vec<String>, u64)> {
    let Format::Csv { encoding: encoding @ Encoding::Utf8 { .. }, delimiter } = format else {
        return None;
    };
    let mut reader = CsvReader::new(*encoding, *delimiter, Part::WHOLE, &[], None);
    let mut end = 0;
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        reader.push(line, &mut Nowhere);
        end += line.len() as u64;
        if let Some(columns) = reader.header {
            return Some((columns, end));
        }
    }
    None
}

/// The rows before the columns are read again.
struct Nowhere;

impl Sink for Nowhere {
    fn enter(&mut self, _: &MemberId) {}
    fn leave(&mut self, _: u64) {}
    fn format(&mut self, _: &Format) {}
    fn event(&mut self, _: Found<'_>) {}
    fn skimmed(&mut self, _: Skim<'_>) {}
    fn whole(&mut self, _: Whole) {}
    fn trouble(&mut self, _: Trouble) {}
}

/// Whether a text begins inside quotes, as far as its own quotes tell. Where they are written as they should be, they
/// never tell wrong: a run of quotes that is odd begins or ends a cell, and has a delimiter or line break on that side;
/// one that is even is an empty cell, or stands for quotes inside of one.
fn guess(text: &[u8], delimiter: u8, ended: bool) -> Option<bool> {
    let edge = |byte: u8| byte == delimiter || matches!(byte, b'\r' | b'\n');
    let mut before = 0;
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'"', &text[at..]) {
        let start = at + found;
        let run = text[start..].iter().take_while(|byte| **byte == b'"').count();
        at = start + run;
        let after = match text.get(at) {
            Some(byte) => edge(*byte),
            None if ended => true,
            None => return None,
        };
        // What stands before the text is not known, nor how many quotes.
        if let Some(last) = start.checked_sub(1).map(|last| edge(text[last])) {
            let quoted = match (run % 2 == 1, last, after) {
                (true, true, false) => Some(false),
                (true, false, true) | (false, false, _) | (false, _, false) => Some(true),
                _ => None,
            };
            if let Some(quoted) = quoted {
                return Some(quoted != (before % 2 == 1));
            }
        }
        before += run;
    }
    None
}

/// The columns of a row of Event Viewer's, in its own words.
const EVENT_VIEWER: [&str; 6] = ["Level", "Date and Time", "Source", "Event ID", "Task Category", "Message"];

/// The columns of a row, where Event Viewer saved it.
fn event_viewer(header: &[String], cells: &[String]) -> Option<Vec<String>> {
    let others = header.iter().filter(|name| *name != EVENT_VIEWER[3]);
    let is_one = cells.len() == EVENT_VIEWER.len()
        && is_event_viewer(header, cells)
        && !others.into_iter().any(|name| json::names::is_event_id(name));
    is_one.then(|| EVENT_VIEWER.map(str::to_owned).to_vec())
}

/// A GUID begins with a brace too.
fn is_json(cell: &str) -> bool {
    cell.trim_start().strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with('"'))
}

/// Whether a row is empty, or stands before the first event: what an exporter says of itself, or the columns.
fn is_no_event(cells: &[String], is_before_columns: bool, rows: u64) -> bool {
    let is_event = cells.iter().any(|cell| is_xml(cell));
    cells.iter().all(|cell| cell.is_empty())
        || (is_before_columns && !is_event && (rows == 0 || is_preface(&cells[0])))
}

/// What to say of the bytes behind the end of a row.
fn unread(behind: usize) -> Option<String> {
    let message = format!("A row ends by its quotes {behind} byte(s) before it should; they were not read.");
    (behind > 0).then_some(message)
}

const MISQUOTED: &str = "A cell goes on behind the quote that ends it: a quote in it was not doubled.";

/// Whether a cell goes on behind the quote that should end it. The cell is then taken to hold both.
fn misquoted(row: &[u8], delimiter: u8) -> bool {
    let is_edge = |byte: &u8| *byte == delimiter || b"\r\n".contains(byte);
    let mut at = 0;
    while at < row.len() {
        if row[at] == b'"' {
            let Some(cell) = quoted(row, at + 1) else { return false };
            at = cell.end + 1;
            if row.get(at).is_some_and(|byte| !is_edge(byte)) {
                return true;
            }
        }
        at += row[at..].iter().position(is_edge).map_or(row.len(), |length| length + 1);
    }
    false
}

/// A row that does not fit its columns. One of several lines may hold others: a quote that is not doubled makes text of all
/// rows up to the next one, and nobody can tell how many that were.
fn misfit(raw: &str, offset: u64, message: String) -> Trouble {
    if text::holds_zeros(raw.as_bytes()) {
        let message = format!("{message} Zeros stand in place of a part of it.");
        return Trouble::lost(Code::DamagedRecord, offset, message);
    }
    let lines = raw.split(['\r', '\n']).filter(|line| !line.is_empty()).count();
    if lines > 1 {
        return Trouble::note(Code::JoinedRows, offset, format!("{message} It has {lines} lines."));
    }
    Trouble::note(Code::UnevenRow, offset, message)
}

/// The cells that hold an event in XML. Where the row itself has an EventID, or one of them stands in a column that is known
/// for that, only such columns count: what stands in others may be the words of those who were logged.
fn xml_cells<'a>(header: &[String], cells: &'a [String]) -> Vec<&'a str> {
    let column = |at: usize| header.get(at).map_or("", |name| json::names::column(name));
    let xml: Vec<_> = cells.iter().enumerate().filter(|(_, cell)| is_xml(cell)).collect();
    if xml.is_empty() {
        return Vec::new();
    }
    let has_id = |(at, cell): (usize, &String)| json::names::is_event_id(column(at)) && !cell.is_empty();
    let known_only = xml.iter().any(|(at, _)| json::held::holds_event(column(*at)))
        || cells.iter().enumerate().any(has_id);
    let named = |(at, cell): (usize, &String)| {
        json::names::is_provider(column(at)) && !cell.is_empty() && !is_sysmon(cell.trim(), "")
    };
    let of_others = cells.iter().enumerate().any(has_id) && cells.iter().enumerate().any(named);
    xml.into_iter()
        .filter(|(at, _)| !known_only || json::held::holds_event(column(*at)))
        .filter(|(at, _)| !of_others || !json::held::holds_words(column(*at)))
        .map(|(_, cell)| cell.as_str())
        .collect()
}

/// What is odd about a row that has other cells than there are columns, or text `behind` its end; empty cells at its end
/// are none. An event in a cell is whole by itself.
fn uneven(header: &[String], cells: &[String], behind: usize) -> Option<String> {
    let (have, want) = (cells.len(), header.len());
    if let Some(message) = unread(behind) {
        return Some(message);
    }
    let surplus = has_surplus(header, cells);
    let json = |(name, cell): (&String, &String)| {
        json::held::holds_event(json::names::column(name)) && is_json(cell)
    };
    let holds_event = header.iter().zip(cells).any(json) || !xml_cells(header, cells).is_empty();
    (want > 0 && !holds_event && (have < want || surplus))
        .then(|| format!("A row has {have} cell(s), and there are {want} columns."))
}

/// Whether a cell behind the columns holds something: a comma in a value before it may have moved all from there on.
fn has_surplus(header: &[String], cells: &[String]) -> bool {
    cells.iter().skip(header.len()).any(|cell| !cell.is_empty())
}

/// The cells of one row, and how many bytes stand behind them: where a quote inside of a cell was not doubled, a line break
/// in the cell ends the row.
fn cells(row: &str, delimiter: u8) -> Result<(Vec<String>, usize), String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(row.as_bytes());
    let mut record = csv::StringRecord::new();
    reader.read_record(&mut record).map_err(|error| format!("A row is no CSV: {error}."))?;
    if record.len() > limits::ROW_CELLS {
        return Err(format!(
            "A row has {} cells; of more than {} none is read.",
            record.len(),
            limits::ROW_CELLS
        ));
    }
    let used = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
    let behind = row.get(used..).unwrap_or_default().trim().len();
    Ok((record.iter().map(str::to_owned).collect(), behind))
}

/// The events of a row: those of its cells of XML, each once, else of the row as an object. See [`xml_cells`].
fn events(header: &[String], cells: Vec<String>) -> json::held::Held {
    // A row may have millions of cells.
    let mut seen = BTreeSet::new();
    let texts = xml_cells(header, &cells).into_iter().map(str::trim);
    let texts: Vec<_> = texts.filter(|text| seen.insert(*text)).collect();
    if !texts.is_empty() {
        return json::held::Held::of(texts.into_iter().flat_map(xml::event::parse_all).collect());
    }
    let mut row = Map::new();
    for (name, cell) in header.iter().zip(cells) {
        let name = json::names::column(name);
        // The first of equal names counts that says anything.
        if row.get(name).is_none_or(|have| have == "") {
            row.insert(name.to_owned(), Value::String(cell));
        }
    }
    json::held::events(&Value::Object(row))
}

impl Reader for CsvReader {
    fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
        self.window.push(bytes);
        self.advance(false, sink);
    }

    fn finish(&mut self, sink: &mut dyn Sink) {
        self.window.finish();
        self.advance(true, sink);
        sink.whole(Whole::Csv(self.rows, std::mem::take(&mut self.columns)));
    }

    fn part(&self) -> Part {
        self.part
    }
}
