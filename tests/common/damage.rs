//! Logs to be damaged, and what is then still found in them.

use expect_test::Expect;
use testlog::xml::{self, Layout, SPLUNK};
use testlog::{Event, Expected, Options, Size};

use super::{assert_expected, problem_lines, report};

/// Events of which every fifth is a match.
pub fn log(events: u64) -> Vec<Event> {
    // Every fifth event is a match, so that a lost one shows.
    let options =
        Options { size: Size::Events(events), matches: events / 5, groups: events, ..Options::default() };
    testlog::log(&options).0
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

/// Each `<Event …>…</Event>` of a text that roxmltree parses by itself.
pub fn independent_xml(text: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(text);
    let mut sound = 0;
    let ended = text.rsplit_once("</Event>").map_or("", |(ended, _)| ended);
    for part in ended.split("</Event>").filter(|part| part.contains("<Event ")) {
        let start = part.rfind("<Event ").unwrap();
        let event = format!("{}</Event>", &part[start..]);
        sound += u64::from(roxmltree::Document::parse(&event).is_ok());
    }
    sound
}
