//! The same events in more than one log: they count twice, and it is said.

use crate::common::{damage, feed, report_of};
use serde_json::Value;
use sysmon_triage::rule::wmi::RULE;
use sysmon_triage::session::Session;
use testlog::evtx::{self, Style};
use testlog::json::{self, Layout, Shape};
use testlog::zip::{self, Member};
use testlog::{Event, Options, Size};

/// Thirty matches, one a minute.
fn events() -> Vec<Event> {
    let options = Options { size: Size::Events(30), matches: 30, groups: 3, ..Options::default() };
    testlog::log(&options).0
}

fn as_xml(events: &[Event]) -> Vec<u8> {
    damage::xml_of(events).into_bytes()
}

fn read(session: &mut Session, name: &str, bytes: &[u8]) -> u32 {
    let source = session.add_source(name, bytes.len() as u64);
    let mut scan = session.scan(source).unwrap();
    feed(&mut scan, bytes, || 5000);
    assert!(session.absorb(scan.finish()));
    source
}

/// What is said of each input.
fn said(session: &mut Session) -> Vec<Vec<String>> {
    session.compare();
    let report = report_of(session);
    let of = |source: &Value| {
        let problems = source["problems"].as_array().unwrap().iter();
        problems
            .map(|problem| {
                format!("{}: {}", problem["code"].as_str().unwrap(), problem["message"].as_str().unwrap())
            })
            .collect()
    };
    report["sources"].as_array().unwrap().iter().map(of).collect()
}

#[test]
fn an_export_that_overlaps_a_log() {
    let events = events();
    let (log, export) = (evtx::file(&events[..20], Style::default()), as_xml(&events[12..]));
    let lines = json::file(&events[25..], Shape::Winlogbeat8, Layout::Lines).into_bytes();
    let mut session = Session::new(&RULE);
    read(&mut session, "log.evtx", &log);
    assert_eq!(said(&mut session), [[""; 0]]);
    let export = read(&mut session, "export.xml", &export);
    assert_eq!(
        said(&mut session)[1],
        ["same_events: 8 of its 18 matches are also in log.evtx, which has 20."]
    );
    let lines = read(&mut session, "lines.json", &lines);
    let last = "same_events: 5 of its 5 matches are also in export.xml, which has 18.";
    assert_eq!(said(&mut session)[2], [last]);
    assert_eq!(report_of(&session)["totals"]["matches"], 43);

    // What is taken out is in no log any more.
    session.remove(export);
    assert_eq!(said(&mut session), [[""; 0]; 2]);
    session.remove(lines);
    assert_eq!(said(&mut session), [[""; 0]; 1]);
}

#[test]
fn in_two_logs_before() {
    let events = events();
    let mut session = Session::new(&RULE);
    for (name, range) in [("a.xml", 0..10), ("b.xml", 10..20), ("c.xml", 9..11)] {
        read(&mut session, name, &as_xml(&events[range]));
    }
    assert_eq!(
        said(&mut session)[2],
        ["same_events: 2 of its 2 matches are also in other logs, such as a.xml."]
    );
}

#[test]
fn in_two_members_of_an_archive() {
    let events = events();
    let (all, some) = (as_xml(&events), as_xml(&events[..4]));
    let archive = zip::archive(&[Member::new("all.xml", &all), Member::new("some.xml", &some)]);
    let mut session = Session::new(&RULE);
    read(&mut session, "case.zip", &archive);
    assert_eq!(
        said(&mut session),
        [["same_events: 4 of its 34 matches are also in another of its members."]]
    );
}

#[test]
fn the_same_in_any_order() {
    let events = events();
    let logs = [as_xml(&events[..20]), as_xml(&events[15..]), as_xml(&events[5..17])];
    let all = |order: [usize; 3]| {
        let mut session = Session::new(&RULE);
        for (at, log) in logs.iter().enumerate() {
            session.add_source(&format!("{at}.xml"), log.len() as u64);
        }
        for at in order {
            let mut scan = session.scan(at as u32).unwrap();
            feed(&mut scan, &logs[at], || 700);
            // While others are still to be read, nothing is said.
            assert!(said(&mut session).concat().is_empty());
            assert!(session.absorb(scan.finish()));
        }
        said(&mut session)
    };
    let first = all([0, 1, 2]);
    assert_eq!(first[1], ["same_events: 5 of its 15 matches are also in 0.xml, which has 20."]);
    assert_eq!(first[2], ["same_events: 12 of its 12 matches are also in 0.xml, which has 20."]);
    assert_eq!([all([2, 1, 0]), all([1, 2, 0])], [first.clone(), first]);
}

/// One log may hold one event twice, as it was joined so: that is what it says.
#[test]
fn twice_in_one_log_is_as_it_was_logged() {
    let events = events();
    let mut session = Session::new(&RULE);
    read(&mut session, "joined.xml", &[as_xml(&events), as_xml(&events)].concat());
    assert_eq!(said(&mut session), [[""; 0]]);
}

#[test]
fn what_is_taken_out_is_named_no_longer_while_others_are_read() {
    let events = events();
    let mut session = Session::new(&RULE);
    let first = read(&mut session, "a.xml", &as_xml(&events));
    read(&mut session, "b.xml", &as_xml(&events[..1]));
    assert_eq!(said(&mut session)[1], ["same_events: Its one match is also in a.xml, which has 30."]);
    session.add_source("still to be read.xml", 5);
    session.remove(first);
    assert!(said(&mut session).concat().is_empty());
}

/// Without the number of the process two events of one second may be two.
#[test]
fn processes_without_a_number_are_not_told_apart() {
    let events: Vec<_> = events().into_iter().take(1).map(|event| event.without("ProcessId")).collect();
    let mut session = Session::new(&RULE);
    for name in ["a.xml", "b.xml"] {
        read(&mut session, name, &as_xml(&events));
    }
    assert!(said(&mut session).concat().is_empty());
    assert_eq!(report_of(&session)["totals"]["matches"], 2);
}
