//! CSV with a header line, whose rows hold an event: as XML or JSON in a cell, or field by field.

use serde_json::{Map, Value};

use super::{Form, Found, Reader, Sink, Trouble, json_event};
use crate::limits;
use crate::locator::Span;
use crate::problem::Code;
use crate::text::{self, Encoding, Text, Window};

/// Finds the rows in a text.
#[derive(Debug)]
pub struct CsvReader {
    window: Window,
    delimiter: u8,
    header: Option<Vec<String>>,
    /// Bytes of the row at the front that were searched for its end.
    searched: usize,
    /// The searched part ends inside quotes.
    quoted: bool,
    /// The row at the front is too long and is passed over.
    skipping: bool,
    rows: u64,
}

impl CsvReader {
    /// A reader for text in this encoding, with this delimiter.
    pub fn new(encoding: Encoding, delimiter: u8) -> CsvReader {
        CsvReader {
            window: Window::new(encoding, 0),
            delimiter,
            header: None,
            searched: 0,
            quoted: false,
            skipping: false,
            rows: 0,
        }
    }

    /// The length of the row at the front, its line break included. A line break inside quotes
    /// does not end a row.
    fn row_end(&mut self, ended: bool) -> Option<usize> {
        let text = self.window.bytes();
        while let Some(found) = memchr::memchr2(b'"', b'\n', &text[self.searched..]) {
            let at = self.searched + found;
            self.searched = at + 1;
            match text[at] {
                b'"' => self.quoted = !self.quoted,
                _ if self.quoted => {}
                _ => return Some(at + 1),
            }
        }
        self.searched = text.len();
        (ended && !text.is_empty()).then_some(text.len())
    }

    fn advance(&mut self, ended: bool, sink: &mut dyn Sink) {
        loop {
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
            if std::mem::take(&mut self.quoted) {
                let message =
                    "The last row has an open quote: the input is cut, or a quote in it was not doubled.";
                sink.trouble(Trouble::note(Code::Truncated, self.window.source_offset(0), message));
            }
        }
    }

    fn row(&mut self, length: usize, sink: &mut dyn Sink) {
        let offset = self.window.source_offset(0);
        let (raw, replaced) = text::utf8(&self.window.bytes()[..length]);
        match cells(&raw, self.delimiter) {
            Err(reason) => sink.trouble(Trouble::lost(Code::DamagedRecord, offset, reason)),
            Ok(cells) if cells.iter().all(|cell| cell.is_empty()) => {}
            Ok(cells) if self.header.is_none() && !cells.iter().any(|cell| is_xml(cell)) => {
                self.header = Some(cells);
            }
            Ok(cells) => {
                let nothing = Vec::new();
                let header = self.header.as_ref().unwrap_or(&nothing);
                let span = Span {
                    offset,
                    length: self.window.source_offset(length) - offset,
                    nth: 0,
                    direct: false,
                };
                if cells.len() < header.len() && !self.quoted && !raw.ends_with('\n') {
                    let (have, want) = (cells.len(), header.len());
                    let message =
                        format!("The last row ends after {have} of {want} cells: the input is cut.");
                    sink.trouble(Trouble::note(Code::Truncated, offset, message));
                }
                match event(header, cells) {
                    Some(Ok(event)) => {
                        self.rows += 1;
                        sink.event(Found {
                            event: &event,
                            span,
                            raw: raw.trim_end(),
                            form: Form::Csv,
                            replaced,
                        });
                    }
                    Some(Err(reason)) => sink.trouble(Trouble::lost(Code::DamagedRecord, offset, reason)),
                    None => {
                        let message =
                            format!("A row without an event. The columns are: {}.", header.join(", "));
                        sink.trouble(Trouble::note(Code::NotAnEvent, offset, message));
                    }
                }
            }
        }
        self.window.consume(length);
    }
}

fn is_xml(cell: &str) -> bool {
    let cell = cell.trim_start();
    cell.starts_with("<Event") || cell.starts_with("<?xml")
}

/// The cells of one row.
fn cells(row: &str, delimiter: u8) -> Result<Vec<String>, String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(row.as_bytes());
    let mut record = csv::StringRecord::new();
    reader.read_record(&mut record).map_err(|error| format!("A row is no CSV: {error}."))?;
    Ok(record.iter().map(str::to_owned).collect())
}

/// The event of a row: its XML cell if there is one, else the row as an object.
fn event(header: &[String], cells: Vec<String>) -> Option<Result<crate::event::Event, String>> {
    if let Some(xml) = cells.iter().find(|cell| is_xml(cell)) {
        return Some(super::xml_event::parse(xml));
    }
    let names = header.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned());
    let row: Map<_, _> = names.zip(cells.into_iter().map(Value::String)).collect();
    json_event::events(&Value::Object(row)).into_iter().next()
}

impl Reader for CsvReader {
    fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
        self.window.push(bytes);
        self.advance(false, sink);
    }

    fn finish(&mut self, sink: &mut dyn Sink) {
        self.window.finish();
        self.advance(true, sink);
        if self.rows == 0 {
            let columns = self.header.take().unwrap_or_default().join(", ");
            let message = format!("CSV without any event in it. Its columns are: {columns}.");
            sink.trouble(Trouble::note(Code::UnknownFormat, None, message));
        }
    }
}
