//! What the page's scripts say of the core, which has it too: neither may change without the other.

use sysmon_triage::limits;
use sysmon_triage::rule::wmi::RULE;
use sysmon_triage::session::Session;
use sysmon_triage::tuning::{Operator, SCHEMA};
use sysmon_triage::view::{Query, View};

/// A file of the checkout.
fn file(path: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What stands between the two in a file.
#[track_caller]
fn between(path: &str, before: &str, after: &str) -> String {
    let text = file(path);
    let found = text.split_once(before).and_then(|(_, rest)| rest.split_once(after));
    found.unwrap_or_else(|| panic!("{path} has no {before:?}")).0.to_owned()
}

/// The texts of a list in a script.
#[track_caller]
fn list(path: &str, before: &str) -> Vec<String> {
    serde_json::from_str(&format!("[{}]", between(path, before, "]"))).unwrap()
}

#[test]
fn a_plan_looks_at_as_much_as_the_core_wants_to_see() {
    let kibibytes = between("www/worker/lead.js", "const HEAD_BYTES = ", " * 1024;");
    assert_eq!(kibibytes.parse(), Ok(limits::DETECT_BYTES / 1024));
}

#[test]
fn a_worker_gives_as_much_as_the_core_takes_at_once() {
    let given = between("www/worker/protocol.js", "export const PIECE = ", ";");
    assert_eq!(given, between("src/wasm/room.rs", "const ROOM_BYTES: usize = ", ";"));
}

#[test]
fn the_form_of_a_line_offers_what_the_core_compares_by() {
    let offered = list("www/view/entryform.js", "const OPERATORS = [");
    assert_eq!(offered, Operator::ALL.iter().map(|one| one.name()).collect::<Vec<_>>());
    assert_eq!(between("www/state/tuning.js", "SCHEMA = \"", "\""), SCHEMA);
}

#[test]
fn the_table_stacks_by_what_the_core_can() {
    let session = Session::new(&RULE);
    let can =
        |stack: &str| View::new(&session, &Query { stack: stack.to_owned(), ..Query::default() }).is_ok();
    let offered = list("www/state/columns.js", "export const STACKS = Object.freeze([");
    let all: Vec<_> = RULE.key.iter().map(|field| field.name()).filter(|name| can(name)).collect();
    assert!(offered.iter().all(|name| can(name)) && offered.len() == all.len(), "{offered:?} {all:?}");
}
