//! Logs to be damaged, and what is then still found in them.

use expect_test::Expect;
use testlog::evtx::{self, Style};
use testlog::xml::{self, Layout, SPLUNK};
use testlog::{Event, Expected, Options, Size};

use super::{assert_expected, feed, problem_lines, report};
use sysmon_triage::rule::wmi::RULE;
use sysmon_triage::scan::Scan;
use sysmon_triage::session::Session;

/// Events of which every fifth is a match.
pub fn log(events: u64) -> Vec<Event> {
    // Every fifth event is a match, so that a lost one shows.
    let options =
        Options { size: Size::Events(events), matches: events / 5, groups: events, ..Options::default() };
    testlog::log(&options).0
}

/// The events as an EVTX file.
pub fn evtx_of(events: &[Event]) -> Vec<u8> {
    evtx::file(events, Style::default())
}

/// The events as Splunk writes them, a line each.
pub fn xml_of(events: &[Event]) -> String {
    xml::file(events, &SPLUNK, Layout::Ended("\n"))
}

/// The input gives these events and no others, and these problems.
#[track_caller]
pub fn gives<'a>(name: &str, bytes: &[u8], events: impl IntoIterator<Item = &'a Event>, said: Expect) {
    let report = report(&[(name, bytes)]);
    said.assert_eq(&problem_lines(&report));
    assert_expected(&report, &Expected::of(events));
}

/// Each `<Event …>…</Event>` of a text that roxmltree parses by itself, and how many of them match by the rule's plain words.
pub fn independent_xml(text: &[u8]) -> (u64, u64) {
    let text = String::from_utf8_lossy(text);
    let (mut sound, mut matches) = (0, 0);
    let ended = text.rsplit_once("</Event>").map_or("", |(ended, _)| ended);
    for part in ended.split("</Event>").filter(|part| part.contains("<Event ")) {
        let start = part.rfind("<Event ").unwrap();
        let event = format!("{}</Event>", &part[start..]);
        if let Ok(document) = roxmltree::Document::parse(&event) {
            sound += 1;
            matches += u64::from(is_match(&document));
        }
    }
    (sound, matches)
}

fn is_match(document: &roxmltree::Document<'_>) -> bool {
    let elements = |name: &'static str| {
        document.descendants().filter(move |node| node.has_tag_name(name) || node.tag_name().name() == name)
    };
    let text = |node: roxmltree::Node<'_, '_>| node.text().unwrap_or_default().trim().to_owned();
    let provider =
        elements("Provider").any(|node| node.attribute("Name") == Some("Microsoft-Windows-Sysmon"));
    let id = elements("EventID").any(|node| text(node) == "1");
    let parent = elements("Data").find(|node| node.attribute("Name") == Some("ParentImage")).map(text);
    let name = parent.as_deref().and_then(|path| path.rsplit(['\\', '/']).next());
    provider && id && name.is_some_and(|name| name.eq_ignore_ascii_case("WmiPrvSE.exe"))
}

/// Reads an input as large pieces as it wants.
#[track_caller]
pub fn scan(bytes: &[u8]) -> Session {
    let mut session = Session::new(&RULE);
    let size = bytes.len() as u64;
    let source = session.add_source("log", size);
    let mut scan = Scan::new(&RULE, source, "log", Some(size));
    // No scan wants the same bytes over and over.
    let mut pushes = 0;
    feed(&mut scan, bytes, || {
        pushes += 1;
        assert!(pushes < 1000, "the scan goes round in circles");
        1 << 20
    });
    assert!(session.absorb(scan.finish()));
    session
}
