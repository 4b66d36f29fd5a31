//! The context of a match against what the makers of synthetic logs know of their processes.

mod common;

use std::collections::BTreeMap;

use common::forms;
use proptest::prelude::*;
use serde_json::Value;
use sysmon_triage::context::{At, Context, Pass};
use sysmon_triage::intake::{Want, plan};
use sysmon_triage::limits::DETECT_BYTES;
use sysmon_triage::recall::Recall;
use sysmon_triage::rule::wmi::RULE;
use sysmon_triage::session::Session;
use testlog::forest::{Forest, Options, forest};
use testlog::xml::{self, Layout, SPLUNK};
use testlog::{Event, evtx};

/// An input: its name and bytes.
type Input = (String, Vec<u8>);

/// How inputs are read: in pieces and parts of these sizes, backwards or not.
#[derive(Debug, Clone, Copy)]
struct How {
    piece: usize,
    part: u64,
    backwards: bool,
}

const WHOLE: How = How { piece: 1 << 20, part: u64::MAX, backwards: false };

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

fn recalled(session: &Session, mut recall: Recall, inputs: &[Input]) -> (At, sysmon_triage::event::Event) {
    let _ = session;
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
                part => plan(&bytes[..bytes.len().min(DETECT_BYTES)], size, part),
            };
            if parts.is_empty() {
                passes.push((Pass::new(&RULE, context.question(), source, name, Some(size)), bytes));
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
    let session = session(inputs);
    let mut contexts = BTreeMap::new();
    for group in 0..session.groups().len() {
        for index in 0..session.matches(group).len() {
            let recall = Recall::new(&session, group, index).unwrap();
            let (at, event) = recalled(&session, recall, inputs);
            let mut context = Context::new(&RULE, at, &event, minutes);
            ask(&mut context, inputs, how);
            let answer = serde_json::to_value(context.answer(&session)).unwrap();
            assert_eq!(answer["complete"], true, "{answer:#}");
            contexts.insert(answer["process"]["process"].as_str().unwrap().to_owned(), answer);
        }
    }
    contexts
}

fn commands(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter();
    items.map(|item| item["process"].as_str().unwrap().to_owned()).collect()
}

fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list
}

/// Compares one context with what the forest knows.
fn check(forest: &Forest, index: usize, answer: &Value, minutes: u64, said: &str) {
    let born = &forest.born[index];
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
    for form in forms::plain(&forest.events) {
        // These forms lose what tells a process's deeds or logon; their trees are checked elsewhere.
        if WITHOUT.iter().any(|name| form.name.contains(name)) {
            continue;
        }
        check_all(&forest, &[(form.name.clone(), form.bytes)], WHOLE, &form.name);
    }
}

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

/// A process id that another process used before and after.
#[test]
fn a_reused_id_belongs_to_the_latest_process_with_it() {
    let forest =
        forest(&Options { seed: 3, guids: false, processes: 200, ids: 6, hosts: 1, ..Options::default() });
    check_all(&forest, &[("log.xml".into(), xml_of(&forest.events))], WHOLE, "six ids");
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
        check_all(&forest, &inputs, How { piece, part, backwards }, "any");
    }
}
