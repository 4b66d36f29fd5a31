//! The table and the timeline as the page asks for them.

use crate::common;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use sysmon_triage::hints;
use sysmon_triage::session::Session;
use sysmon_triage::time::Time;
use sysmon_triage::tuning::{SCHEMA, Tuning};
use sysmon_triage::view::{self, Query, View};
use testlog::xml::{self, Layout, SPLUNK};
use testlog::zip::{self, Member};
use testlog::{Options, Size};

/// Two inputs: 60 matches in nine rows, and twenty in five.
fn session() -> Session {
    let bytes = |seed, events, groups| {
        let options = Options { seed, size: Size::Events(events), matches: events, groups, hosts: 3 };
        xml::file(&testlog::log(&options).0, &SPLUNK, Layout::Ended("\n")).into_bytes()
    };
    common::session(&[(NAMES[0], &bytes(1, 60, 9)), (NAMES[1], &bytes(2, 20, 5))], 1 << 20)
}

const NAMES: [&str; 2] = ["first.xml", "second.xml"];

const KEY: [&str; 7] =
    ["dest", "user", "parent_process", "process_name", "process", "process_id", "parent_process_id"];

fn query(query: Value) -> Query {
    serde_json::from_value(query).unwrap()
}

fn rows(session: &Session, asked: Value) -> Vec<Value> {
    let view = View::new(session, &query(asked)).unwrap();
    let rows = serde_json::to_value(view.window(session, 0, usize::MAX)).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), view.len());
    rows.as_array().unwrap().clone()
}

fn column<T: serde::de::DeserializeOwned>(rows: &[Value], name: &str) -> Vec<T> {
    rows.iter().map(|row| serde_json::from_value(row[name].clone()).unwrap()).collect()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

#[test]
fn every_column_sorts_both_ways_and_ties_keep_the_default_order() {
    let session = session();
    let default = rows(&session, json!({}));
    for name in ["dest", "user", "parent_process", "process_name", "process"] {
        let mut expected = default.clone();
        expected.sort_by_key(|row| row[name].as_str().unwrap().to_lowercase());
        assert_eq!(rows(&session, json!({ "sort": name })), expected, "{name}");
        expected = default.clone();
        expected.sort_by_key(|row| std::cmp::Reverse(row[name].as_str().unwrap().to_lowercase()));
        assert_eq!(rows(&session, json!({ "sort": name, "descending": true })), expected, "{name}");
    }
    let counts: Vec<u64> = column(&rows(&session, json!({ "sort": "count", "descending": true })), "count");
    assert!(counts.is_sorted_by(|a, b| a >= b));
    let times: Vec<String> = column(&rows(&session, json!({ "sort": "lastTime" })), "lastTime");
    assert!(times.is_sorted());
    let hints = rows(&session, json!({ "sort": "hints" }));
    assert!(hints.is_sorted_by_key(|row| row["hints"].as_array().unwrap().len()));
    assert!(
        rows(&session, json!({ "sort": "sources" }))
            .is_sorted_by_key(|row| number(&row["sources"][0]["source"]))
    );
}

#[test]
fn the_search_looks_at_every_column() {
    let session = session();
    let all = rows(&session, json!({}));
    for row in &all {
        for name in [
            "dest",
            "user",
            "parent_process",
            "process_name",
            "process",
            "process_id",
            "firstTime",
            "lastTime",
        ] {
            for text in [row[name].as_str().unwrap().to_owned(), row[name].as_str().unwrap().to_uppercase()] {
                let found = rows(&session, json!({ "search": text }));
                assert!(found.iter().any(|one| one["group"] == row["group"]), "{name} {text}");
            }
        }
        assert!(rows(&session, json!({ "search": row["count"].to_string() })).contains(row));
    }
    assert!(rows(&session, json!({ "search": "no such text" })).is_empty());
    // Letters beyond ASCII have cases too.
    assert_eq!(rows(&session, json!({ "search": "ZOË" })), rows(&session, json!({ "search": "zoë" })));
    assert!(!rows(&session, json!({ "search": "ZOË" })).is_empty());
    // An input's name is in its column, where there is more than one.
    let found = rows(&session, json!({ "search": "SECOND.xml" }));
    assert!(!found.is_empty() && found.len() < all.len());
    assert!(found.iter().all(|row| sources(row).contains(&1)));
    // A hint's tag is what its column shows.
    assert!(
        rows(&session, json!({ "search": "encoded power" }))
            .iter()
            .all(|row| row["hints"].to_string().contains("encoded_powershell"))
    );
}

/// The numbers of the inputs of a row.
fn sources(row: &Value) -> Vec<usize> {
    row["sources"].as_array().unwrap().iter().map(|one| number(&one["source"]) as usize).collect()
}

/// Whether a row holds a text, looked at value by value.
fn holds(row: &Value, text: &str) -> bool {
    let text = text.to_lowercase();
    let only = |letters: &str| text.chars().all(|letter| letters.contains(letter));
    let value = |name: &&str| row[*name].as_str().unwrap().to_owned();
    let in_key = KEY.iter().map(value).any(|value| match text.is_ascii() {
        true => value.to_ascii_lowercase().contains(&text),
        false => value.to_lowercase().contains(&text),
    });
    let times = ["firstTime", "lastTime"].iter().map(value);
    let hints = hints::ALL.iter().filter(|hint| row["hints"].as_array().unwrap().contains(&hint.id.into()));
    in_key
        || only("0123456789") && row["count"].to_string().contains(&text)
        || only("0123456789-:.tz") && times.into_iter().any(|time| time.to_lowercase().contains(&text))
        || hints.into_iter().any(|hint| hint.label.to_lowercase().contains(&text))
        || sources(row).into_iter().any(|source| NAMES[source].contains(&text))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Parts of rows, also such as reach from one value into the next and are in none.
    #[test]
    fn the_search_finds_what_a_look_at_every_value_finds(row: Index, from: Index, length in 1..12_usize, upper: bool) {
        let session = session();
        let all = rows(&session, json!({}));
        let row = row.get(&all);
        let columns = KEY.iter().chain(&["count", "firstTime", "lastTime"]);
        let joined: Vec<char> = columns
            .flat_map(|name| row[*name].as_str().map_or(row[*name].to_string(), str::to_owned).chars().collect::<Vec<_>>())
            .collect();
        let from = from.index(joined.len());
        let text: String = joined[from..joined.len().min(from + length)].iter().collect();
        let text = if upper { text.to_uppercase() } else { text };
        let expected: Vec<_> = all.iter().filter(|row| holds(row, &text)).cloned().collect();
        prop_assert_eq!(rows(&session, json!({ "search": text })), expected, "{}", text);
    }
}

#[test]
fn stacks_count_what_they_hold_the_rarest_first() {
    let session = session();
    let all = rows(&session, json!({}));
    for name in ["process_name", "process", "user", "dest", "parent_process"] {
        let stacks = rows(&session, json!({ "stack": name }));
        assert!(
            stacks
                .is_sorted_by_key(|row| (number(&row["events"]), row["value"].as_str().unwrap().to_owned()))
        );
        for stack in &stacks {
            let of: Vec<_> = all.iter().filter(|row| row[name] == stack["value"]).collect();
            assert_eq!(number(&stack["groups"]), of.len() as u64);
            assert_eq!(number(&stack["events"]), of.iter().map(|row| number(&row["count"])).sum::<u64>());
            let mut hosts: Vec<_> = of.iter().map(|row| row["dest"].as_str().unwrap()).collect();
            hosts.sort_unstable();
            hosts.dedup();
            assert_eq!(number(&stack["hosts"]), hosts.len() as u64);
            assert_eq!(
                stack["firstTime"].as_str(),
                of.iter().map(|row| row["firstTime"].as_str().unwrap()).min()
            );
            assert_eq!(
                stack["lastTime"].as_str(),
                of.iter().map(|row| row["lastTime"].as_str().unwrap()).max()
            );
            let only = json!([{ "field": name, "value": stack["value"] }]);
            assert_eq!(rows(&session, json!({ "only": only })).iter().collect::<Vec<_>>(), of);
            // A stack within a stack.
            for inner in rows(&session, json!({ "only": only, "stack": "dest" })) {
                let both = json!([only[0], { "field": "dest", "value": inner["value"] }]);
                let of = of.iter().filter(|row| row["dest"] == inner["value"]).copied();
                let found = rows(&session, json!({ "only": both }));
                assert_eq!(found.iter().collect::<Vec<_>>(), of.collect::<Vec<_>>());
                assert_eq!(number(&inner["groups"]), found.len() as u64);
            }
        }
        for sort in ["value", "groups", "events", "hosts", "firstTime", "lastTime"] {
            let sorted = rows(&session, json!({ "stack": name, "sort": sort, "descending": true }));
            assert_eq!(sorted.len(), stacks.len(), "{sort}");
        }
    }
}

#[test]
fn filters_are_about_events_and_the_timeline_counts_the_same() {
    let session = session();
    let events = |asked: Value| View::new(&session, &query(asked)).unwrap().events();
    assert_eq!(
        (events(json!({})), events(json!({ "source": 0 })), events(json!({ "source": 1 }))),
        (80, 60, 20)
    );
    assert_eq!(View::new(&session, &query(json!({ "source": 1 }))).unwrap().len(), 5);
    // The rows are those of the export, and say beside it how much of them passes.
    for asked in [json!({ "source": 1 }), json!({ "hint": "discovery" }), json!({})] {
        let found = rows(&session, asked.clone());
        let passing = found.iter().map(|row| number(&row["passing"])).sum::<u64>();
        assert_eq!(passing, events(asked));
        assert!(found.iter().all(|row| row["passing"].as_u64() <= row["count"].as_u64()));
    }
    for hint in view::hints(&session, &query(json!({}))).unwrap() {
        let view = View::new(&session, &query(json!({ "hint": hint.id }))).unwrap();
        assert_eq!((view.len() as u64, view.events()), (hint.rows, hint.events), "{}", hint.id);
        assert_eq!(hint.left, hint.rows, "{}", hint.id);
    }
    // What is left by the other filters, whichever hint is asked for.
    for asked in [
        json!({ "source": 1 }),
        json!({ "search": "whoami" }),
        json!({ "source": 0, "search": "cmd", "hint": "discovery" }),
    ] {
        for hint in view::hints(&session, &query(asked.clone())).unwrap() {
            let mut with = asked.clone();
            with["hint"] = hint.id.into();
            assert_eq!(
                View::new(&session, &query(with)).unwrap().len() as u64,
                hint.left,
                "{} {asked}",
                hint.id
            );
        }
    }
    let timeline = |asked: Value, buckets| {
        serde_json::to_value(view::timeline(&session, buckets, &query(asked)).unwrap()).unwrap()
    };
    let all = timeline(json!({}), 100);
    assert_eq!(all["laneCount"], 3);
    let lanes = all["lanes"].as_array().unwrap();
    assert_eq!(lanes.iter().map(|lane| number(&lane["events"])).sum::<u64>(), 80);
    for lane in lanes {
        let counts = lane["counts"].as_array().unwrap();
        assert!(counts.len() <= 100);
        assert_eq!(counts.iter().map(number).sum::<u64>(), number(&lane["events"]));
        assert_eq!(
            rows(&session, json!({ "stack": "dest" }))
                .iter()
                .find(|row| row["value"] == lane["dest"])
                .unwrap()["events"],
            lane["events"]
        );
    }
    let range = json!({ "from": all["from"], "to": all["to"] });
    // The last event lies at the end, which the range does not hold; the timeline does not look at it.
    let last = lanes.len() as u64;
    let ranged = events(json!({ "range": range }));
    assert!(ranged < 80 && ranged >= 80 - last);
    assert_eq!(timeline(json!({ "range": range }), 100), all);
    assert_eq!(timeline(json!({ "search": "no such text" }), 9)["lanes"], json!([]));
    assert_eq!(timeline(json!({}), 1)["lanes"][0]["counts"].as_array().unwrap().len(), 1);
    assert_eq!(timeline(json!({}), 0)["lanes"][0]["counts"].as_array().unwrap().len(), 1);
}

/// Times are searched as they are shown, whose clock may be turned in the middle.
#[test]
fn the_search_finds_times_by_the_clock_that_they_are_shown_by() {
    let session = session();
    let all = rows(&session, json!({}));
    let times: Vec<Time> =
        all.iter().map(|row| Time::parse(row["firstTime"].as_str().unwrap()).unwrap()).collect();
    let turned = times[times.len() / 2].milliseconds();
    let clock = json!([{ "from": 0, "minutes": -210 }, { "from": turned, "minutes": 345 }]);
    for (row, time) in all.iter().zip(times) {
        let minutes = if time.milliseconds() < turned { -210 } else { 345 };
        let shown = time.plus_minutes(minutes).to_string();
        let found = |text: &str| {
            rows(&session, json!({ "search": text, "clock": clock }))
                .iter()
                .any(|one| one["group"] == row["group"])
        };
        assert!(found(&shown[..19]) && found(shown.trim_end_matches('Z')), "{shown}");
        assert!(!found(row["firstTime"].as_str().unwrap()), "the time of another clock");
    }
}

/// A responder's stick holds one archive with the logs of many machines.
#[test]
fn the_members_of_an_archive_are_logs_of_their_own() {
    let member = |seed, events| {
        let options = Options { seed, size: Size::Events(events), matches: events, groups: 4, hosts: 3 };
        xml::file(&testlog::log(&options).0, &SPLUNK, Layout::Ended("\n")).into_bytes()
    };
    let (one, other) = (member(1, 30), member(2, 12));
    let bytes = zip::archive(&[Member::new("hosts/b.xml", &one), Member::new("hosts/A.xml", &other)]);
    let session = common::session(&[("case.zip", &bytes)], 1 << 20);
    let all = rows(&session, json!({}));
    let names = |row: &Value| -> Vec<String> {
        let sources = row["sources"].as_array().unwrap();
        assert_eq!(sources.len() as u64, number(&row["source_count"]));
        sources.iter().map(|one| one["member"].as_str().unwrap().to_owned()).collect()
    };
    assert!(all.iter().all(|row| !names(row).is_empty()));
    let events = |asked: Value| View::new(&session, &query(asked)).unwrap().events();
    assert_eq!(events(json!({ "source": 0 })), 42);
    assert_eq!(events(json!({ "source": 0, "member": "hosts/b.xml" })), 30);
    assert_eq!(events(json!({ "source": 0, "member": "hosts/A.xml" })), 12);
    assert_eq!(events(json!({ "source": 0, "member": "none" })), 0);
    assert_eq!(events(json!({ "source": 7 })), 0);
    let found = rows(&session, json!({ "search": "HOSTS/a" }));
    assert_eq!(
        found,
        all.iter().filter(|row| names(row).contains(&"hosts/A.xml".into())).cloned().collect::<Vec<_>>()
    );
    assert!(!found.is_empty());
    let sorted = rows(&session, json!({ "sort": "sources" }));
    assert!(sorted.is_sorted_by_key(|row| names(row)[0].to_lowercase()));
    // The name of one log alone is in no column.
    let bytes = zip::archive(&[Member::new("hosts/b.xml", &one)]);
    assert!(
        rows(&common::session(&[("case.zip", &bytes)], 1 << 20), json!({ "search": "hosts" })).is_empty()
    );
}

/// A page draws few lanes, but what it sums up is of all hosts.
#[test]
fn the_totals_of_the_timeline_count_hosts_without_a_lane_too() {
    let options = Options { seed: 3, size: Size::Events(200), matches: 200, groups: 90, hosts: 90 };
    let bytes = xml::file(&testlog::log(&options).0, &SPLUNK, Layout::Ended("\n")).into_bytes();
    let session = common::session(&[("a", &bytes)], 1 << 20);
    let timeline = view::timeline(&session, 20, &query(json!({}))).unwrap();
    assert!(timeline.lane_count > timeline.lanes.len() as u64, "{}", timeline.lane_count);
    assert_eq!(timeline.totals.iter().sum::<u64>(), 200);
    let drawn = timeline.lanes.iter().map(|lane| lane.events).sum::<u64>();
    assert!(drawn < 200);
    for (at, total) in timeline.totals.iter().enumerate() {
        assert!(timeline.lanes.iter().map(|lane| lane.counts[at]).sum::<u64>() <= *total);
    }
}

#[test]
fn what_is_not_understood_is_a_sentence() {
    let session = session();
    for asked in [
        json!({ "hint": "x" }),
        json!({ "stack": "process_id" }),
        json!({ "only": [{ "field": "x", "value": "y" }] }),
        json!({ "range": { "from": "yesterday", "to": "today" } }),
    ] {
        assert!(View::new(&session, &query(asked)).unwrap_err().ends_with('.'));
    }
    assert!(view::timeline(&session, 9, &query(json!({ "hint": "x" }))).is_err());
}

/// A row keeps its events; what is hidden is neither searched nor counted.
#[test]
fn the_table_shows_what_the_tuning_leaves() {
    let mut session = session();
    let user = rows(&session, json!({}))[0]["user"].clone();
    let entry = json!({ "mode": "exclude", "field": "user", "operator": "equals", "value": user });
    let hidden = rows(&session, json!({ "only": [{ "field": "user", "value": user }] })).len();
    let before = rows(&session, json!({})).len();
    session.tune(Tuning::parse(&json!({ "schema": SCHEMA, "entries": [entry] }).to_string()).unwrap());
    assert_eq!(rows(&session, json!({})).len(), before - hidden);
    assert!(rows(&session, json!({ "search": user })).is_empty());
    assert!(rows(&session, json!({ "stack": "user" })).iter().all(|row| row["value"] != user));
}

/// The kinds that are counted as process creations add up to them, also where only the channel tells.
#[test]
fn kinds_say_which_of_them_are_process_creations() {
    let csv = "EventID,Channel,Computer,UtcTime,ParentImage\n\
        1,Microsoft-Windows-Sysmon/Operational,H,2024-05-01 10:00:00.123,C:\\x.exe\n\
        1,Application,H,,\n3,Microsoft-Windows-Sysmon/Operational,H,,\n";
    let session = common::session(&[("a.csv", csv.as_bytes())], 1 << 20);
    let summary = serde_json::to_value(view::summary(&session, |_| true)).unwrap();
    let kinds = summary["events"].as_array().unwrap();
    let created =
        kinds.iter().filter(|kind| kind["process_creation"] == true).map(|kind| number(&kind["count"]));
    assert_eq!(created.sum::<u64>(), 1, "{kinds:?}");
    assert_eq!(summary["totals"]["process_creations"], 1);
    assert_eq!(kinds.len(), 3);
}
