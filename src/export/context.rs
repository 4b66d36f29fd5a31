//! The context of a match, for a terminal and as JSON.

use std::fmt::Write;

use crate::context::{Answer, Copy, Created, Happened, List, Ran};
use crate::time::ctime;
use crate::visible::labelled;

/// Pretty-printed JSON with a final line break.
///
/// # Errors
/// Never: all its types have a JSON form; the error is passed on all the same.
pub fn json(answer: &Answer) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(answer).map(|text| text + "\n")
}

/// Text in sections. What a terminal would obey is written as an escape.
pub fn text(answer: &Answer) -> String {
    let mut text = String::new();
    let minutes = answer.minutes;
    let itself = answer.tree.items.first().map_or(0, |root| 1 + root.also.len() as u64);
    let tree = &answer.tree;
    let started = tree.count.map(|count| count.saturating_sub(1));
    heading(&mut text, "Started", started, tree.places.map(|places| places.saturating_sub(itself)));
    answer.tree.items.iter().for_each(|ran| process(&mut text, ran, ran.depth));
    listed(&mut text, &answer.tree, "first");
    heading(&mut text, &format!("Beside, \u{b1}{minutes} min"), answer.beside.count, answer.beside.places);
    processes(&mut text, &answer.beside);
    heading(&mut text, "Same logon", answer.logon.count, answer.logon.places);
    processes(&mut text, &answer.logon);
    if answer.logon_by == "service" {
        text.push_str("  All services of a host share this logon: its processes are not listed.\n");
    }
    for did in answer.did.iter().filter(|did| did.list.count != Some(0)) {
        heading(&mut text, &format!("Did: {}", did.kind), did.list.count, did.list.places);
        did.list.items.iter().for_each(|item| happened(&mut text, item));
        listed(&mut text, &did.list, "first");
    }
    let held = if answer.complete { "The logs hold" } else { "What could be read again holds" };
    let silent: Vec<_> = answer.did.iter().filter(|did| did.logged == 0).map(|did| did.kind).collect();
    if !silent.is_empty() {
        _ = writeln!(text, "\n{held} no events of this host about: {}.", silent.join(", "));
    }
    heading(&mut text, "WMI side", answer.wmi.count, answer.wmi.places);
    answer.wmi.items.iter().for_each(|item| happened(&mut text, item));
    listed(&mut text, &answer.wmi, "nearest in time");
    if answer.logons_logged == 0 {
        _ = writeln!(text, "  {held} no logons (Security, 4624) of this host.");
    }
    if answer.sysmon.iter().all(|(id, _)| *id != 3) {
        _ = writeln!(text, "  {held} no network connections (Sysmon, 3) of this host.");
    }
    text.push_str("\nThe rule does not show that the caller was remote, and nor does this.\n");
    text
}

// Writing to a String never fails.
fn heading(text: &mut String, title: &str, count: Option<u64>, places: Option<u64>) {
    let gap = if text.is_empty() { "" } else { "\n" };
    match count {
        Some(count) if places.is_some_and(|places| places > count) => {
            _ = writeln!(text, "{gap}{title} ({count}, in {} places)", places.unwrap_or_default());
        }
        Some(count) => _ = writeln!(text, "{gap}{title} ({count})"),
        None => _ = writeln!(text, "{gap}{title} (more than are listed)"),
    }
}

fn time(time: Option<&str>) -> String {
    time.map_or_else(|| "(no time)          ".to_owned(), |time| ctime(time).to_owned())
}

fn processes(text: &mut String, list: &List<Ran>) {
    list.items.iter().for_each(|ran| process(text, ran, 0));
    listed(text, list, "nearest in time");
}

/// Says that a list does not hold all that there is.
fn listed<T>(text: &mut String, list: &List<T>, which: &str) {
    let number = list.items.len();
    match list.count {
        Some(count) if count == number as u64 => {}
        Some(count) => _ = writeln!(text, "  Of {count}, the {number} {which} are listed."),
        None => _ = writeln!(text, "  The {number} {which} are listed; there are more."),
    }
}

/// Where more than one file holds an event: how many do.
fn files(also: &[Copy]) -> String {
    if also.is_empty() { String::new() } else { format!("  [in {} files]", 1 + also.len()) }
}

fn process(text: &mut String, ran: &Ran, depth: usize) {
    let Created { time: started, process_name, process, user, process_id, matches, .. } = &ran.created;
    let id = process_id.as_deref().unwrap_or("?");
    let mark = if *matches { "  [matches the rule]" } else { "" };
    let files = files(&ran.also);
    // Deeper than that, a line would only move to the right.
    let indent = "  ".repeat(depth.min(20));
    let line = format!("{indent}{process_name} ({id})  {user}  {process}{mark}{files}");
    let started = started.map(|time| time.to_string());
    _ = writeln!(text, "  {}  {}", time(started.as_deref()), labelled(&line));
}

fn happened(text: &mut String, item: &Happened) {
    let fields: Vec<_> = item.fields.iter().map(|field| format!("{}={}", field.name, field.value)).collect();
    let mark = if item.same_logon { "  [the logon of the process]" } else { "" };
    let files = files(&item.also);
    let line = format!("{} {}  {}{mark}{files}", item.event_id, item.kind, fields.join("  "));
    _ = writeln!(text, "  {}  {}", time(item.time.as_deref()), labelled(&line));
}
