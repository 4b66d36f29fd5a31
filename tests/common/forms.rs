//! A log in every form in which it is read.

use testlog::evtx::{self, Style};
use testlog::json::{self, Shape};
use testlog::sevenz::{self, Method};
use testlog::tar::{self, Naming};
use testlog::text::Encoding;
use testlog::xml::{self, EVENT_VIEWER, EVTX_DUMP, Layout, SPLUNK, WINDOWS};
use testlog::zip::{self, Member};
use testlog::{Event, csv, gzip};

/// A log in one form.
pub struct Form {
    /// What it is, as a file's name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The form of its events' raw text, as evidence names it.
    pub raw: &'static str,
}

fn form(name: impl std::fmt::Debug, raw: &'static str, bytes: impl Into<Vec<u8>>) -> Form {
    Form { name: format!("{name:?}.{raw}").replace(['"', '/'], ""), bytes: bytes.into(), raw }
}

/// Every form that is not packed.
pub fn plain(events: &[Event]) -> Vec<Form> {
    let mut forms = Vec::new();
    let lines = xml::file(events, &SPLUNK, Layout::Ended("\n"));
    forms.extend(Encoding::ALL.map(|encoding| form(encoding, "xml", encoding.encode(&lines))));
    let layouts =
        [(WINDOWS, Layout::Ended("")), (EVENT_VIEWER, Layout::Document), (EVTX_DUMP, Layout::Records)];
    forms.extend(layouts.map(|(style, layout)| form(layout, "xml", xml::file(events, &style, layout))));
    forms.push(form("splunk_results", "xml", xml::results(events)));
    for shape in Shape::ALL {
        let layouts = [json::Layout::Lines, json::Layout::Array, json::Layout::PrettyArray];
        forms.extend(layouts.map(|layout| form((shape, layout), "json", json::file(events, shape, layout))));
    }
    forms.push(form("splunk", "csv", csv::splunk(events)));
    forms.push(form("apt_hunter", "csv", csv::apt_hunter(events)));
    forms.push(form("evtx_ecmd", "csv", csv::evtx_ecmd(events)));
    forms.push(form("fields", "csv", csv::fields(events, ';')));
    for computer_in_template in [false, true] {
        forms.push(form(computer_in_template, "evtx", evtx::file(events, Style { computer_in_template })));
    }
    forms
}

/// The forms whose fields stand in the rendered message of the events alone.
pub fn rendered(events: &[Event]) -> Vec<Form> {
    let layouts = [json::Layout::Lines, json::Layout::Array, json::Layout::PrettyArray];
    let json = |layout| form(("rendered", layout), "json", json::file(events, Shape::GetWinEvent, layout));
    layouts.map(json).into_iter().chain([form("rendered", "csv", csv::get_winevent(events))]).collect()
}

/// One form in every packing.
pub fn packed(plain: &Form) -> Vec<Form> {
    let other: (&str, &[u8]) = ("readme.txt", b"nothing");
    let tar = tar::archive(&[other, (&plain.name, &plain.bytes)], Naming::Pax);
    let zip = zip::archive(&[
        Member { deflate: false, ..Member::new(other.0, other.1) },
        Member { descriptor: true, ..Member::new(&plain.name, &plain.bytes) },
    ]);
    let solid = [sevenz::Member::new(other.0, other.1), sevenz::Member::new(&plain.name, &plain.bytes)];
    let sevenz = sevenz::archive(&[&solid], Method::Lzma2);
    let form = |ending: &str, bytes| Form { name: plain.name.clone() + ending, bytes, raw: plain.raw };
    vec![
        form(".gz", gzip::members(&plain.bytes, 2)),
        form(".tar.gz", gzip::member(&tar)),
        form(".tar", tar),
        form(".zip", zip),
        form(".7z", sevenz),
    ]
}
