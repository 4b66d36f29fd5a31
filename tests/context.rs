//! The context of a match against what the makers of synthetic logs know of their processes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::common::{self, forms};
use proptest::prelude::*;
use serde_json::Value;
use sysmon_triage::context::{Context, Pass};
use sysmon_triage::intake::{Want, plan};
use sysmon_triage::locator::At;
use sysmon_triage::recall::Recall;
use sysmon_triage::rule::wmi::RULE;
use sysmon_triage::session::Session;
use testlog::forest::{Forest, Options, forest};
use testlog::xml::{self, Layout, SPLUNK};
use testlog::{Event, evtx};

/// An input: its name and bytes.
pub type Input = (String, Vec<u8>);

/// How inputs are read: in pieces and parts of these sizes, backwards or not.
#[derive(Debug, Clone, Copy)]
pub struct How {
    pub piece: usize,
    pub part: u64,
    pub backwards: bool,
    /// Every event is parsed in full.
    pub verify: bool,
}

pub const WHOLE: How = How { piece: 1 << 20, part: u64::MAX, backwards: false, verify: false };

fn session(inputs: &[Input]) -> Session {
    let inputs: Vec<_> = inputs.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    common::session(&inputs, 1 << 20)
}

fn feed(bytes: &[u8], piece: usize, want: impl Fn() -> Option<Want>) -> Option<&[u8]> {
    let Want { offset, length } = want()?;
    let from = (offset as usize).min(bytes.len());
    let length = usize::try_from(length).unwrap_or(usize::MAX).min(bytes.len() - from).min(piece);
    (length > 0).then(|| &bytes[from..from + length])
}

fn recalled(mut recall: Recall, inputs: &[Input]) -> (At, sysmon_triage::event::Event) {
    let bytes = &inputs[recall.source() as usize].1;
    while let Some(piece) = feed(bytes, 1 << 20, || recall.want()) {
        recall.push(piece);
    }
    let (source, locator, event) = recall.event().unwrap();
    (At { source, locator }, event)
}

/// Every question of a context put to all inputs, in parts.
fn ask(context: &mut Context, inputs: &[Input], how: How) {
    loop {
        let mut passes = Vec::new();
        for (source, (name, bytes)) in (0..).zip(inputs) {
            if !context.asks(source) {
                continue;
            }
            let size = bytes.len() as u64;
            let parts = match how.part {
                u64::MAX => Vec::new(),
                part => plan(bytes, part),
            };
            if parts.is_empty() {
                let new = if how.verify { Pass::verifying } else { Pass::new };
                passes.push((new(&RULE, context.question(), source, name, Some(size)), bytes));
            }
            passes.extend(
                parts
                    .iter()
                    .map(|part| (Pass::of_part(&RULE, context.question(), source, name, size, part), bytes)),
            );
        }
        if how.backwards {
            passes.reverse();
        }
        for (mut pass, bytes) in passes {
            while let Some(piece) = feed(bytes, how.piece, || pass.want()) {
                pass.push(piece);
            }
            context.absorb(pass.finish());
        }
        if !context.next_round() {
            return;
        }
    }
}

/// The context of every match, by its command line.
fn contexts(inputs: &[Input], minutes: u32, how: How) -> BTreeMap<String, Value> {
    let all = all_contexts(inputs, minutes, how).into_iter();
    all.map(|answer| (answer["process"]["process"].as_str().unwrap().to_owned(), answer)).collect()
}

/// The context of every match.
pub fn all_contexts(inputs: &[Input], minutes: u32, how: How) -> Vec<Value> {
    let session = session(inputs);
    let mut contexts = Vec::new();
    for group in 0..session.groups().len() {
        for index in 0..session.matches(group).len() {
            let recall = Recall::new(&session, group, index).unwrap();
            let (at, event) = recalled(recall, inputs);
            let mut context = Context::new(&RULE, at, &event, minutes);
            ask(&mut context, inputs, how);
            let answer = serde_json::to_value(context.answer(&session)).unwrap();
            assert_eq!(answer["complete"], true, "{answer:#}");
            contexts.push(answer);
        }
    }
    contexts
}

pub fn commands(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter();
    items.map(|item| item["process"].as_str().unwrap().to_owned()).collect()
}

pub fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list
}

/// Compares one context with what the forest knows.
fn check(forest: &Forest, index: usize, answer: &Value, minutes: u64, said: &str) {
    let born = &forest.born[index];
    assert!(answer["rounds"].as_u64().unwrap() <= 2, "{said}: any depth takes one more pass");
    let command = |index: usize| forest.born[index].command.clone();
    let others = |keep: &dyn Fn(usize) -> bool| {
        let all =
            (0..forest.born.len()).filter(|other| *other != index && forest.born[*other].host == born.host);
        sorted(all.filter(|other| keep(*other)).map(command).collect())
    };
    let mut tree = vec![born.command.clone()];
    tree.extend(forest.descendants(index).into_iter().map(command));
    assert_eq!(sorted(commands(&answer["tree"])), sorted(tree), "{said}: tree of {}", born.command);
    let near = others(&|other| forest.born[other].millis.abs_diff(born.millis) <= minutes * 60_000);
    assert_eq!(sorted(commands(&answer["beside"])), near, "{said}: beside {}", born.command);
    let logon = others(&|other| forest.born[other].logon == born.logon);
    assert_eq!(sorted(commands(&answer["logon"])), logon, "{said}: logon of {}", born.command);
    let did =
        answer["did"].as_array().unwrap().iter().flat_map(|did| did["list"]["items"].as_array().unwrap());
    let mut did: Vec<_> = did.map(|item| item["event_id"].as_u64().unwrap() as u32).collect();
    did.sort_unstable();
    let mut deeds = born.deeds.clone();
    deeds.sort_unstable();
    assert_eq!(did, deeds, "{said}: deeds of {}", born.command);
    check_links(forest, answer);
}

/// Each item of a tree names its true parent.
fn check_links(forest: &Forest, answer: &Value) {
    let items = answer["tree"]["items"].as_array().unwrap();
    for item in &items[1..] {
        let parent = &items[item["parent"].as_u64().unwrap() as usize];
        let find =
            |item: &Value| forest.born.iter().position(|born| item["process"] == born.command.as_str());
        assert_eq!(forest.born[find(item).unwrap()].parent, find(parent));
        assert_eq!(item["depth"].as_u64(), Some(parent["depth"].as_u64().unwrap() + 1));
    }
}

fn check_all(forest: &Forest, inputs: &[Input], how: How, said: &str) {
    let answers = contexts(inputs, 3, how);
    let matches = (0..forest.born.len()).filter(|index| forest.born[*index].matches);
    let mut seen = 0;
    for index in matches {
        let answer = answers.get(&forest.born[index].command);
        let answer = answer.unwrap_or_else(|| panic!("{said}: no {}", forest.born[index].command));
        check(forest, index, answer, 3, said);
        seen += 1;
    }
    assert_eq!(seen, answers.len(), "{said}");
}

fn xml_of(events: &[Event]) -> Vec<u8> {
    xml::file(events, &SPLUNK, Layout::Ended("\n")).into_bytes()
}

#[test]
fn every_form_tells_the_same_context() {
    let forest = forest(&Options { processes: 40, ..Options::default() });
    assert!(forest.born.iter().filter(|born| born.matches).count() > 5);
    for form in forms::plain(&forest.events).into_iter().chain(forms::rendered(&forest.events)) {
        if WITHOUT.iter().any(|name| form.name.contains(name)) {
            continue;
        }
        check_all(&forest, &[(form.name.clone(), form.bytes)], WHOLE, &form.name);
    }
}

/// These forms have no LogonGuid.
const WITHOUT: &[&str] = &["fields"];

#[test]
fn packed_logs_are_asked_as_well() {
    let forest = forest(&Options { processes: 30, seed: 5, ..Options::default() });
    let plain = forms::plain(&forest.events).into_iter().next().unwrap();
    for form in forms::packed(&plain) {
        check_all(&forest, &[(form.name.clone(), form.bytes)], WHOLE, &form.name);
    }
}

#[test]
fn ids_and_times_link_where_a_log_has_no_guids() {
    for seed in 0..12 {
        for ends in [true, false] {
            let options = Options { seed, guids: false, ends, processes: 80, ..Options::default() };
            let forest = forest(&options);
            check_all(&forest, &[("log.xml".into(), xml_of(&forest.events))], WHOLE, &format!("{options:?}"));
        }
    }
}

/// What is passed over by ids and times is nothing that counts, in any form: of links, deeds, ends, logons and times.
#[test]
fn ids_are_passed_over_as_if_parsed_in_full() {
    for (seed, ids, processes) in [(1, 4000, 24), (2, 4, 24)] {
        let options = Options { seed, guids: false, ids, processes, hosts: 2, ..Options::default() };
        for form in forms::plain(&forest(&options).events) {
            let inputs = [(form.name.clone(), form.bytes)];
            let answers = |verify: bool| {
                let mut answers = all_contexts(&inputs, 2, How { verify, ..WHOLE });
                // Who parses all follows in one round what it finds.
                answers.iter_mut().for_each(|answer| answer["rounds"] = Value::Null);
                answers
            };
            assert_eq!(answers(false), answers(true), "{} of {options:?}", form.name);
        }
    }
}

/// A process id that another process used before and after.
#[test]
fn a_reused_id_belongs_to_the_latest_process_with_it() {
    let forest =
        forest(&Options { seed: 3, guids: false, processes: 200, ids: 6, hosts: 1, ..Options::default() });
    check_all(&forest, &[("log.xml".into(), xml_of(&forest.events))], WHOLE, "six ids");
}

/// An event in XML, some seconds after the first.
pub fn event(provider: &str, id: u32, seconds: u32, data: &[(&str, &str)]) -> String {
    let (minute, second) = (seconds / 60, seconds % 60);
    let time = format!("2020-05-02 02:{minute:02}:{second:02}.000");
    let mut text = format!(
        "<Event xmlns='u'><System><Provider Name='{provider}'/><EventID>{id}</EventID><TimeCreated SystemTime='{}Z'/>\
         <EventRecordID>{seconds}</EventRecordID><Channel>c</Channel><Computer>HOST</Computer></System><EventData>",
        time.replace(' ', "T")
    );
    if provider == SYSMON {
        text += &format!("<Data Name='UtcTime'>{time}</Data>");
    }
    for (name, value) in data {
        text += &format!("<Data Name='{name}'>{value}</Data>");
    }
    text + "</EventData></Event>\n"
}

pub const SYSMON: &str = "Microsoft-Windows-Sysmon";
pub const SECURITY: &str = "Microsoft-Windows-Security-Auditing";

/// A process creation; GUIDs are made of numbers.
pub fn created(seconds: u32, own: u32, parent: u32, data: &[(&str, &str)]) -> String {
    let guid = |number: u32| format!("{{00000000-0000-0000-0000-{number:012}}}");
    let (own, parent) = (guid(own), guid(parent));
    let mut all =
        vec![("ProcessGuid", own.as_str()), ("ParentProcessGuid", parent.as_str()), ("ProcessId", "8")];
    all.extend(data);
    event(SYSMON, 1, seconds, &all)
}

pub const HIT: &[(&str, &str)] = &[
    ("Image", "C:\\a.exe"),
    ("ParentImage", "C:\\WmiPrvSE.exe"),
    ("LogonId", "0x1234"),
    ("CommandLine", "a"),
];

/// The context of the first match of a log.
pub fn context_of(log: String, minutes: u32) -> Value {
    let inputs = [("log.xml".to_owned(), log.into_bytes())];
    all_contexts(&inputs, minutes, WHOLE).into_iter().next().unwrap()
}

/// A log can claim anything: a process that is its own ancestor, one that is told twice, a service's logon.
#[test]
fn a_log_that_contradicts_itself_has_an_end() {
    let log = [
        created(1, 1, 3, &[("LogonId", "0x3e7"), ("Image", "a.exe"), ("ParentImage", "WmiPrvSE.exe")]),
        created(2, 2, 1, &[("CommandLine", "two")]),
        created(2, 2, 1, &[("CommandLine", "two again")]),
        created(3, 3, 2, &[("CommandLine", "three")]),
        created(4, 4, 4, &[("CommandLine", "its own parent")]),
    ];
    let answer = context_of(log.concat(), 5);
    assert_eq!(commands(&answer["tree"])[1..], ["two", "three"]);
    assert_eq!((&answer["logon_by"], &answer["logon"]["count"]), (&"service".into(), &0.into()));
    assert_eq!(answer["process"]["locator"]["record_id"], "1");
    // Another process with the GUID of the match.
    let log = [created(10, 1, 9, HIT), created(2, 1, 1, &[("CommandLine", "it, too")])];
    let answer = context_of(log.concat(), 5);
    assert_eq!(commands(&answer["tree"]), ["a"]);
    assert_eq!(
        (&answer["process"]["process"], &answer["process"]["locator"]["record_id"]),
        (&"a".into(), &"10".into())
    );
}

/// GUIDs that name several processes, as no Sysmon writes them: the tree is the same for all cuts.
#[test]
fn guids_that_repeat_give_one_tree() {
    let log: String = (0..300)
        .map(|number: u32| match number {
            40 => created(number, 1, 99, HIT),
            _ => {
                let (own, parent) = (1 + number * 7 % 23, 1 + number * 5 % 19);
                created(number, own, parent, &[("CommandLine", &number.to_string())])
            }
        })
        .collect();
    let inputs = [("log.xml".to_owned(), log.into_bytes())];
    let tree = |how: How| commands(&all_contexts(&inputs, 1, how)[0]["tree"]);
    let whole = tree(WHOLE);
    assert!(whole.len() > 15, "{whole:?}");
    for (part, backwards) in [(3000, false), (3000, true), (20_000, true), (900, false)] {
        assert_eq!(tree(How { piece: 777, part, backwards, verify: false }), whole);
    }
}

#[test]
fn what_does_not_fit_is_counted() {
    let mut log = created(100, 1, 9, HIT);
    for number in 0..1200 {
        log += &created(200 + number, 10 + number, 1, &[("CommandLine", "child"), ("LogonId", "0x1234")]);
        log += &event(SYSMON, 22, 200 + number, &[("ProcessGuid", "{00000000-0000-0000-0000-000000000001}")]);
    }
    let answer = context_of(log, 60);
    let listed = |list: &Value| (list["items"].as_array().unwrap().len(), list["count"].clone());
    assert_eq!(listed(&answer["tree"]), (1000, Value::Null));
    assert_eq!(listed(&answer["beside"]), (1000, 1200.into()));
    assert_eq!(listed(&answer["logon"]), (1000, 1200.into()));
    let did = answer["did"].as_array().unwrap().iter().find(|did| did["kind"] == "dns").unwrap();
    assert_eq!((did["logged"].clone(), listed(&did["list"])), (1200.into(), (1000, 1200.into())));
    assert_eq!((answer["truncated"].clone(), answer["complete"].clone()), (true.into(), true.into()));
}

/// The lists of an answer, each by its name.
fn lists(answer: &Value) -> Vec<(String, &Value)> {
    let named = ["tree", "beside", "logon", "wmi"].map(|name| (name.to_owned(), &answer[name]));
    let did = answer["did"].as_array().unwrap().iter();
    named.into_iter().chain(did.map(|did| (did["kind"].to_string(), &did["list"]))).collect()
}

/// What is told of an event, without the places that hold it.
fn told(item: &Value) -> Value {
    let mut item = item.clone();
    for key in ["locator", "at", "also"] {
        item.as_object_mut().unwrap().remove(key);
    }
    item
}

/// The names of all inputs that hold the event.
fn holders(item: &Value) -> Vec<&str> {
    let also = item["also"].as_array().into_iter().flatten().map(|copy| &copy["locator"]);
    let mut all: Vec<_> =
        also.chain([&item["locator"]]).map(|at| at["source_name"].as_str().unwrap()).collect();
    all.sort_unstable();
    all
}

/// Logs overlap: what more than one of them holds is told once, with all its places.
#[test]
fn an_event_of_several_files_is_told_once() {
    for guids in [true, false] {
        let forest = forest(&Options { guids, processes: 60, seed: 4, ..Options::default() });
        let whole = xml_of(&forest.events);
        let part: Vec<_> =
            forest.events.iter().filter(|event| event.record.is_multiple_of(3)).cloned().collect();
        let alone = contexts(&[("a.xml".into(), whole.clone())], 3, WHOLE);
        let twice = [("a.xml".into(), whole.clone()), ("b.xml".into(), whole.clone())];
        let other = [("a.xml".into(), whole), ("b.evtx".into(), evtx::file(&part, evtx::Style::default()))];
        for (inputs, share) in [(twice, 1), (other, 3)] {
            let answers = all_contexts(&inputs, 3, WHOLE);
            assert!(answers.len() > alone.len());
            let mut copies = 0;
            for answer in &answers {
                let expected = &alone[answer["process"]["process"].as_str().unwrap()];
                assert_eq!(told(&answer["process"]), told(&expected["process"]));
                for ((name, list), (_, expected)) in lists(answer).into_iter().zip(lists(expected)) {
                    let items = list["items"].as_array().unwrap();
                    let without: Vec<_> = items.iter().map(told).collect();
                    let expected_items: Vec<_> =
                        expected["items"].as_array().unwrap().iter().map(told).collect();
                    assert_eq!(without, expected_items, "{name}");
                    assert_eq!(list["count"], expected["count"], "{name}");
                    assert_eq!(expected["places"], expected["count"], "{name}");
                    let places: usize = items.iter().map(|item| holders(item).len()).sum();
                    assert_eq!(list["places"], places, "{name}");
                    for item in items {
                        let record: u64 = item["locator"]["record_id"].as_str().unwrap().parse().unwrap();
                        let held = holders(item);
                        assert_eq!(
                            held.len(),
                            if record.is_multiple_of(share) { 2 } else { 1 },
                            "{name} {record} {held:?}"
                        );
                        copies += held.len() - 1;
                    }
                }
            }
            assert!(copies > 20, "{copies}");
        }
    }
}

/// Two events that agree in all that a list shows, but for the number of the record, stay two.
#[test]
fn different_events_are_never_one() {
    let query = [("ProcessGuid", "{00000000-0000-0000-0000-000000000001}"), ("QueryName", "a.example")];
    let dns = |record: &str| {
        let text = event(SYSMON, 22, 110, &query);
        text.replace("<EventRecordID>110</EventRecordID>", record)
    };
    let log = |record: &str| {
        created(100, 1, 9, HIT) + &dns(record) + &created(120, 2, 1, &[("CommandLine", "child")])
    };
    let number = "<EventRecordID>110</EventRecordID>";
    for (other, count) in [(number, 1), ("<EventRecordID>111</EventRecordID>", 2), ("", 2)] {
        let inputs = [("a".to_owned(), log(number).into_bytes()), ("b".to_owned(), log(other).into_bytes())];
        for answer in all_contexts(&inputs, 5, WHOLE) {
            let did = answer["did"].as_array().unwrap().iter().find(|did| did["kind"] == "dns").unwrap();
            assert_eq!(
                (did["list"]["count"].clone(), did["list"]["places"].clone()),
                (count.into(), 2.into())
            );
            assert_eq!(answer["tree"]["count"], 2);
            assert_eq!(holders(&answer["process"]), ["a", "b"]);
        }
    }
}

/// Which of the events that are not listed lie in several files is not known: nor is how many there are.
#[test]
fn a_full_list_of_several_files_has_no_count() {
    let mut log = created(100, 1, 9, HIT);
    for number in 0..700 {
        log += &created(200 + number, 10 + number, 1, &[("CommandLine", "child")]);
    }
    let log = log.into_bytes();
    let inputs = [("a".to_owned(), log.clone()), ("b".to_owned(), log)];
    let answer = &all_contexts(&inputs, 60, WHOLE)[0];
    let beside = &answer["beside"];
    assert_eq!(beside["items"].as_array().unwrap().len(), 500);
    assert_eq!((beside["count"].clone(), beside["places"].clone()), (Value::Null, 1400.into()));
    assert_eq!(answer["truncated"], true);
}

/// Real logs against what `fixtures/context_corpus.py` found in them by means of its own.
#[test]
fn real_logs_give_what_another_program_found() {
    let named = std::env::var_os("CORPUS_DIR").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"));
    if !folder.join("expected").is_dir() {
        println!("no corpus folder: nothing was compared");
        return;
    }
    let expected: BTreeMap<String, BTreeMap<String, Value>> =
        serde_json::from_str(include_str!("fixtures/context_corpus.json")).unwrap();
    for (name, contexts) in expected {
        let inputs = [(name.clone(), std::fs::read(folder.join(&name)).unwrap())];
        let mut found = BTreeMap::new();
        for answer in all_contexts(&inputs, 5, WHOLE) {
            let guid = |item: &Value| item["process_guid"].as_str().unwrap().to_owned();
            let tree = answer["tree"]["items"].as_array().unwrap();
            let mut descendants: Vec<_> = tree[1..].iter().map(guid).collect();
            descendants.sort();
            let mut did = BTreeMap::new();
            for item in answer["did"]
                .as_array()
                .unwrap()
                .iter()
                .flat_map(|did| did["list"]["items"].as_array().unwrap())
            {
                *did.entry(item["event_id"].to_string()).or_insert(0) += 1;
            }
            let told = serde_json::json!({
                "descendants": descendants, "beside": answer["beside"]["count"], "logon": answer["logon"]["count"], "did": did,
            });
            found.insert(guid(&answer["process"]), told);
        }
        assert_eq!(found, contexts, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// However the log is cut into pieces, parts and files, and in whatever order its records and
    /// files come, the context is the same.
    #[test]
    fn any_split_and_order(
        seed in any::<u64>(), guids in any::<bool>(), piece in 50usize..5000, part in 500u64..20_000,
        backwards in any::<bool>(), files in 1usize..4, shuffle in any::<bool>(), binary in any::<bool>(),
    ) {
        let forest = forest(&Options { seed, guids, processes: 40, ..Options::default() });
        let mut events = forest.events.clone();
        if shuffle {
            events.sort_by_key(|event| event.record.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ seed);
        }
        let mut dealt = vec![Vec::new(); files];
        events.into_iter().enumerate().for_each(|(number, event)| dealt[number % files].push(event));
        let inputs: Vec<Input> = dealt.iter().enumerate().map(|(number, events)| match binary && number == 0 {
            true => ("log.evtx".to_owned(), evtx::file(events, evtx::Style::default())),
            false => (format!("{number}.xml"), xml_of(events)),
        }).collect();
        check_all(&forest, &inputs, How { piece, part, backwards, verify: false }, "any");
    }
}

/// A process begins or ends, in a log that has ids alone.
pub fn pid(seconds: u32, id: u32, own: &str, parent: &str, data: &[(&str, &str)]) -> String {
    let mut all = vec![("ProcessId", own), ("ParentProcessId", parent)];
    all.extend(data);
    event(SYSMON, id, seconds, &all)
}

/// What is said of a process that a hit started.
fn of(command: &str) -> [(&str, &str); 3] {
    [("Image", "C:\\b.exe"), ("CommandLine", command), ("ParentImage", "C:\\a.exe")]
}

/// A log that only tells which processes of the host ended is asked again, too.
#[test]
fn ends_in_a_log_of_their_own() {
    let child = [("Image", "C:\\b.exe"), ("CommandLine", "child"), ("ParentImage", "C:\\a.exe")];
    let stranger = [("Image", "C:\\c.exe"), ("CommandLine", "stranger"), ("ParentImage", "C:\\b.exe")];
    let created =
        pid(1, 1, "20", "4", HIT) + &pid(2, 1, "30", "20", &child) + &pid(9, 1, "40", "30", &stranger);
    let ends = pid(5, 5, "30", "0", &[("Image", "C:\\b.exe")]);
    let apart =
        [("a.xml".to_owned(), created.clone().into_bytes()), ("b.xml".to_owned(), ends.clone().into_bytes())];
    for inputs in [apart.to_vec(), vec![("all.xml".to_owned(), (created + &ends).into_bytes())]] {
        let answer = all_contexts(&inputs, 3, WHOLE).into_iter().next().unwrap();
        assert_eq!(commands(&answer["tree"]), ["a", "child"]);
    }
}

/// Times may be cut to seconds: an id that ends and begins in one of them ended first.
#[test]
fn an_id_that_is_free_and_taken_in_one_moment() {
    let log = pid(1, 1, "10", "4", HIT)
        + &pid(2, 1, "20", "10", &of("first"))
        + &pid(5, 5, "20", "0", &[("Image", "C:\\b.exe")])
        + &pid(5, 1, "20", "10", &of("second"))
        + &pid(7, 1, "30", "20", &of("grandchild"));
    let answer = context_of(log, 3);
    assert_eq!(sorted(commands(&answer["tree"])), ["a", "first", "grandchild", "second"]);
    let ended: Vec<_> =
        answer["tree"]["items"].as_array().unwrap().iter().map(|item| !item["ended"].is_null()).collect();
    assert_eq!(ended.iter().filter(|ended| **ended).count(), 1, "{ended:?}");
}

/// The same of an id that was free before: the end in that moment is the process's own.
#[test]
fn an_end_of_the_process_itself_in_the_moment_of_its_begin() {
    let log = pid(10, 1, "5", "4", &of("earlier"))
        + &pid(11, 5, "5", "0", &[])
        + &pid(14, 1, "5", "4", HIT)
        + &pid(14, 5, "5", "0", &[])
        + &pid(21, 1, "30", "5", &of("of another"));
    let answer = context_of(log, 3);
    assert_eq!(commands(&answer["tree"]), ["a"]);
}
