//! CSV: tables of fields, and such whose cells hold an event as XML, JSON or a message.

use crate::event::Event;
use crate::{json, xml};

/// Splunk's CSV export: all cells quoted, the event in `_raw`.
pub fn splunk(events: &[Event]) -> String {
    let mut text = String::from("\"_raw\",\"_time\",\"host\",\"index\",\"sourcetype\"\n");
    for event in events {
        let mut raw = String::new();
        xml::push(&mut raw, event, &xml::SPLUNK);
        let time = event.time.iso(3);
        let cells = [raw.as_str(), &time, &event.computer, "win", "XmlWinEventLog"];
        push_row(&mut text, &cells, (',', Quotes::Always), "\n");
    }
    text
}

/// APT-Hunter's CSV: the event as evtx_dump prints it, over many lines, in `RawLog`.
pub fn apt_hunter(events: &[Event]) -> String {
    let mut text = String::from("DateTime,timestamp,EventID,ProcessName,User,RawLog\r\n");
    for event in events {
        let mut raw = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
        xml::push(&mut raw, event, &xml::EVTX_DUMP);
        let (time, id) = (event.time.iso(6), event.id.to_string());
        let (image, user) = (event.text("Image"), event.text("User"));
        let cells = [time.as_str(), &event.time.unix_seconds(), &id, &image, &user, &raw];
        push_row(&mut text, &cells, (',', Quotes::Needed), "\r\n");
    }
    text
}

/// The columns of a field by field export.
pub const FIELDS: &[&str] = &[
    "UtcTime",
    "ProcessId",
    "Image",
    "CommandLine",
    "User",
    "ParentProcessId",
    "ParentImage",
    "ParentCommandLine",
];

/// A table of fields with a column for each, as `| table *` exports it, with this delimiter.
pub fn fields(events: &[Event], delimiter: char) -> String {
    let mut text = String::new();
    push_row(&mut text, &columns(), (delimiter, Quotes::Needed), "\r\n");
    for event in events {
        let cells = cells(event);
        let cells: Vec<_> = cells.iter().map(String::as_str).collect();
        push_row(&mut text, &cells, (delimiter, Quotes::Needed), "\r\n");
    }
    text
}

/// The first line of a table whose rows [`push_with_message`] makes.
pub fn header_with_message() -> String {
    let mut text = String::new();
    let columns: Vec<_> = columns().into_iter().chain(["Message"]).collect();
    push_row(&mut text, &columns, (',', Quotes::Always), "\r\n");
    text
}

/// The fields of an event, and the message that Windows makes of them: many lines in one cell.
pub fn push_with_message(text: &mut String, event: &Event) {
    let mut cells = cells(event);
    cells.push(event.message("\r\n"));
    let cells: Vec<_> = cells.iter().map(String::as_str).collect();
    push_row(text, &cells, (',', Quotes::Always), "\r\n");
}

fn columns() -> Vec<&'static str> {
    ["EventID", "SourceName", "Computer", "RecordNumber"].iter().chain(FIELDS).copied().collect()
}

fn cells(event: &Event) -> Vec<String> {
    let mut cells = vec![
        event.id.to_string(),
        event.provider.name.to_owned(),
        event.computer.to_string(),
        event.record.to_string(),
    ];
    cells.extend(FIELDS.iter().map(|name| event.text(name).into_owned()));
    cells
}

/// What Event Viewer saves as CSV, or as text with tabs: the message stands in a sixth cell, and five columns have names,
/// which are in the language of Windows.
pub fn event_viewer(events: &[Event], delimiter: char, columns: [&str; 5]) -> String {
    let mut text = String::new();
    push_row(&mut text, &columns, (delimiter, Quotes::Needed), "\r\n");
    for event in events {
        let (time, id, message) = (event.time.iso(0), event.id.to_string(), event.message("\r\n"));
        let cells = ["Information", &time, event.provider.name, &id, "(1)", &message];
        push_row(&mut text, &cells, (delimiter, Quotes::Needed), "\r\n");
    }
    text
}

/// What `Get-WinEvent | Export-Csv` writes in Windows PowerShell, without the columns that have nothing of the event:
/// the type on a line of its own, and the process that wrote the event as `ProcessId`.
pub fn get_winevent(events: &[Event]) -> String {
    let mut text = String::from("#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord\r\n");
    let columns = [
        "Message",
        "Id",
        "Level",
        "RecordId",
        "ProviderName",
        "LogName",
        "ProcessId",
        "ThreadId",
        "MachineName",
        "TimeCreated",
    ];
    push_row(&mut text, &columns, (',', Quotes::Always), "\r\n");
    for event in events {
        let numbers =
            [event.id.into(), event.level.into(), event.record, event.process.into(), event.thread.into()];
        let [id, level, record, process, thread] = numbers.map(|number: u64| number.to_string());
        let (message, time) = (event.message("\r\n"), event.time.iso(0));
        let provider = event.provider;
        let cells = [
            message.as_str(),
            &id,
            &level,
            &record,
            provider.name,
            provider.channel,
            &process,
            &thread,
            &event.computer,
            &time,
        ];
        push_row(&mut text, &cells, (',', Quotes::Always), "\r\n");
    }
    text
}

/// EvtxECmd's CSV: the data as JSON in the column `Payload`, without most of the columns that its maps fill.
pub fn evtx_ecmd(events: &[Event]) -> String {
    let mut text = String::from(
        "\u{feff}RecordNumber,EventRecordId,TimeCreated,EventId,Level,Provider,Channel,ProcessId,ThreadId,Computer,\
         ChunkNumber,UserId,MapDescription,UserName,PayloadData1,ExecutableInfo,HiddenRecord,SourceFile,Keywords,\
         ExtraDataOffset,Payload\r\n",
    );
    for event in events {
        let numbers =
            [event.record, event.id.into(), event.process.into(), event.thread.into(), event.record / 64];
        let [record, id, process, thread, chunk] = numbers.map(|number: u64| number.to_string());
        let time = event.time.iso(7).replace('T', " ");
        let cells = [
            &record,
            &record,
            time.trim_end_matches('Z'),
            &id,
            "Info",
            event.provider.name,
            event.provider.channel,
            &process,
            &thread,
            &event.computer,
            &chunk,
            "S-1-5-18",
            "",
            &event.text("User"),
            &event.text("ProcessGuid"),
            &event.text("CommandLine"),
            "False",
            "C:\\Cases\\Microsoft-Windows-Sysmon%4Operational.evtx",
            "0x8000000000000000",
            "0",
            &json::payload(event),
        ];
        push_row(&mut text, &cells, (',', Quotes::Needed), "\r\n");
    }
    text
}

/// Which cells are quoted.
#[derive(Clone, Copy, PartialEq)]
enum Quotes {
    Always,
    /// Where RFC 4180 asks for it.
    Needed,
}

/// One row at the end of a text.
fn push_row(text: &mut String, cells: &[&str], (delimiter, quotes): (char, Quotes), end: &str) {
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            text.push(delimiter);
        }
        if quotes == Quotes::Always || cell.contains([delimiter, '"', '\r', '\n']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(cell);
        }
    }
    text.push_str(end);
}
