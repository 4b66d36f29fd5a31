//! Synthetic Windows event logs for tests and benchmarks.
//!
//! The same options give the same bytes on every machine, and with them the [`Expected`] result,
//! which is computed from the events and by none of the code under test.
//!
//! - [`forest`]: processes that start one another; [`mix`]: what the events are; [`sysmon`]: their fields; [`event`]: one of them.
//! - [`xml`], [`json`], [`csv`], [`evtx`]: the formats; [`text`]: encodings; [`gzip`], [`zip`],
//!   [`tar`]: packing.
//!
//! A log in memory is a list of events that a format's `file` function writes; the functions here
//! stream logs of any size.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod binxml;
pub mod csv;
pub mod event;
pub mod evtx;
pub mod expected;
pub mod forest;
pub mod gzip;
pub mod json;
pub mod mix;
mod population;
pub mod rng;
pub mod sevenz;
pub mod sysmon;
pub mod tar;
pub mod text;
pub mod time;
pub mod xml;
pub mod zip;

use std::io::{self, Seek, Write};

pub use event::Event;
pub use expected::Expected;
pub use mix::{Mix, Options, Size};

/// The events of a log, and what must be found in them.
pub fn log(options: &Options) -> (Vec<Event>, Expected) {
    let mut mix = Mix::new(options);
    let events = std::iter::from_fn(|| mix.next(0)).collect();
    (events, mix.expected)
}

/// Streams Splunk's XmlWinEventLog, one event a line.
///
/// # Errors
/// Those of `out`.
pub fn write_xml(options: &Options, out: &mut impl Write) -> io::Result<Expected> {
    write_lines(options, out, |text, event| {
        xml::push(text, event, &xml::SPLUNK);
        text.push('\n');
    })
}

/// Streams Splunk's results in XML.
///
/// # Errors
/// Those of `out`.
pub fn write_results(options: &Options, out: &mut impl Write) -> io::Result<Expected> {
    out.write_all(xml::RESULTS.as_bytes())?;
    let mut events = 0;
    let mut expected = write_lines(options, out, |text, event| {
        xml::push_result(text, event, events);
        events += 1;
    })?;
    out.write_all(xml::RESULTS_END.as_bytes())?;
    expected.bytes += (xml::RESULTS.len() + xml::RESULTS_END.len()) as u64;
    Ok(expected)
}

/// Streams evtx_dump's JSON, one event a line.
///
/// # Errors
/// Those of `out`.
pub fn write_json(options: &Options, out: &mut impl Write) -> io::Result<Expected> {
    write_json_of(options, json::Shape::EvtxDump, json::Layout::Lines, out)
}

/// Streams JSON of a shape in a layout.
///
/// # Errors
/// Those of `out`.
pub fn write_json_of(
    options: &Options,
    shape: json::Shape,
    layout: json::Layout,
    out: &mut impl Write,
) -> io::Result<Expected> {
    let mut events = 0;
    let mut expected = write_lines(options, out, |text, event| {
        json::push(text, event, events, shape, layout);
        events += 1;
    })?;
    let end = json::end(layout);
    out.write_all(end.as_bytes())?;
    expected.bytes += end.len() as u64;
    Ok(expected)
}

/// Streams a CSV with a column for each field and the message of many lines.
///
/// # Errors
/// Those of `out`.
pub fn write_csv(options: &Options, out: &mut impl Write) -> io::Result<Expected> {
    out.write_all(csv::header_with_message().as_bytes())?;
    write_lines(options, out, csv::push_with_message)
}

/// Streams an EVTX file, whose header is written last.
///
/// # Errors
/// Those of `out`.
pub fn write_evtx(options: &Options, out: &mut (impl Write + Seek)) -> io::Result<Expected> {
    let mut mix = Mix::new(options);
    let mut writer = evtx::Writer::new(out, evtx::Style::default())?;
    while let Some(event) = mix.next(writer.written()) {
        writer.push(&event)?;
    }
    mix.expected.bytes = writer.finish()?;
    Ok(mix.expected)
}

fn write_lines(
    options: &Options,
    out: &mut impl Write,
    mut push: impl FnMut(&mut String, &Event),
) -> io::Result<Expected> {
    let mut mix = Mix::new(options);
    let mut line = String::new();
    let mut written = 0;
    while let Some(event) = mix.next(written) {
        line.clear();
        push(&mut line, &event);
        out.write_all(line.as_bytes())?;
        written += line.len() as u64;
    }
    mix.expected.bytes = written;
    Ok(mix.expected)
}
