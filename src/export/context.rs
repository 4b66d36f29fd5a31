//! The context of a match, for a terminal and as JSON.

use std::fmt::Write;

use crate::context::{Answer, By, Copy, Created, Happened, List, Ran, Relation};
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
    about(&mut text, answer);
    started(&mut text, answer);
    heading(
        &mut text,
        &format!("Beside, \u{b1}{} min", answer.minutes),
        answer.beside.count,
        answer.beside.places,
    );
    processes(&mut text, &answer.beside);
    heading(&mut text, "Same logon", answer.logon.count, answer.logon.places);
    processes(&mut text, &answer.logon);
    if let Some(how) = logon(answer.logon_by) {
        _ = writeln!(text, "  {how}");
    }
    for did in answer.did.iter().filter(|did| did.list.count != Some(0)) {
        heading(&mut text, &format!("Did: {}", did.kind), did.list.count, did.list.places);
        did.list.items.iter().for_each(|item| happened(&mut text, item));
        listed(&mut text, &did.list, "first");
    }
    silent(&mut text, answer);
    wmi(&mut text, answer);
    text.push_str("\nThe rule does not show that the caller was remote, and nor does this.\n");
    text
}

/// Whose context it is.
fn about(text: &mut String, answer: &Answer) {
    let Created { process_name, process_id, time, .. } = &answer.process.created;
    let id = process_id.as_deref().unwrap_or("?");
    let host = answer.host.as_deref().unwrap_or("a host without a name");
    let time = time.map_or_else(|| "at an unknown time".to_owned(), |time| time.to_string());
    _ = writeln!(text, "{}", labelled(&format!("Context of {process_name} ({id}) on {host}, {time}")));
}

fn started(text: &mut String, answer: &Answer) {
    let (tree, itself) =
        (&answer.tree, answer.tree.items.first().map_or(0, |root| 1 + root.also.len() as u64));
    let others = |count: Option<u64>, but: u64| count.map(|count| count.saturating_sub(but));
    heading(text, "Started", others(tree.count, 1), others(tree.places, itself));
    match answer.linked_by {
        By::Guid => {}
        By::Pid => text.push_str("  Linked by process id and time: this event names no process by GUID.\n"),
        By::Nothing => {
            text.push_str("  Can't be told: the event has no ProcessGuid, and no ProcessId with a time.\n")
        }
    }
    tree.items.iter().for_each(|ran| process(text, ran, ran.depth));
    listed(text, tree, "first");
}

/// What is to be said of how the logon is told.
fn logon(by: &str) -> Option<&'static str> {
    match by {
        "service" => Some("All services of a host share this logon: its processes are not listed."),
        "id" => Some("Linked by LogonId, which is good until the host starts again, and by user."),
        "unknown" => Some("Can't be told: the event has neither a LogonGuid nor a LogonId."),
        _ => None,
    }
}

fn held(answer: &Answer) -> &'static str {
    if answer.complete { "The logs hold" } else { "What could be read again holds" }
}

fn silent(text: &mut String, answer: &Answer) {
    let kinds = |logged: bool| {
        let silent = answer.did.iter().filter(|did| did.list.count == Some(0) && (did.logged > 0) == logged);
        silent.map(|did| did.kind).collect::<Vec<_>>().join(", ")
    };
    let (of_others, silent) = (kinds(true), kinds(false));
    if !of_others.is_empty() {
        _ = writeln!(text, "\nLogged on this host, but not of this process: {of_others}.");
    }
    if !silent.is_empty() {
        _ = writeln!(text, "\n{} no events of this host about: {silent}.", held(answer));
    }
}

fn wmi(text: &mut String, answer: &Answer) {
    heading(text, "WMI side", answer.wmi.count, answer.wmi.places);
    answer.wmi.items.iter().for_each(|item| happened(text, item));
    listed(text, &answer.wmi, "nearest in time");
    if answer.wmi.items.is_empty() {
        text.push_str(
            "  Looked for, in the minutes before: WMIC, commands and scripts that call WMI, logons of type 3, connections to port 135 and\n  \
             WMI activity; at any time before: WMI subscriptions and the logon of the process.\n",
        );
    }
    if answer.logons_logged == 0 {
        _ = writeln!(text, "  {} no logons (Security, 4624) of this host.", held(answer));
    }
    if answer.sysmon.iter().all(|(id, _)| *id != 3) {
        _ = writeln!(text, "  {} no network connections of Sysmon (3) of this host.", held(answer));
    }
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

/// With all its digits: processes of one command run within a second.
fn time(time: Option<&str>) -> String {
    format!("{:<24}", time.unwrap_or("(no time)"))
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
fn files(also: &[Copy]) -> Option<String> {
    (!also.is_empty()).then(|| format!("in {} files", 1 + also.len()))
}

/// Marks stand before all that a log says: behind it they could be forged.
fn marked(marks: impl IntoIterator<Item = Option<String>>) -> String {
    marks.into_iter().flatten().map(|mark| format!("[{mark}] ")).collect()
}

fn process(text: &mut String, ran: &Ran, depth: usize) {
    let Created { time: started, process_name, process, user, process_id, matches, .. } = &ran.created;
    let id = process_id.as_deref().unwrap_or("?");
    let relation = match ran.relation {
        Relation::Parent => Some("its parent"),
        Relation::Sibling => Some("same parent"),
        Relation::Descendant if depth == 0 => Some("started by it"),
        Relation::Descendant | Relation::Itself | Relation::None => None,
    };
    let marks = marked([
        matches.then(|| "matches the rule".to_owned()),
        relation.map(str::to_owned),
        ran.ended.as_ref().map(|time| format!("ended {time}")),
        files(&ran.also),
    ]);
    // Deeper than that, a line would only move to the right.
    let indent = "  ".repeat(depth.min(20));
    let line = format!("{process_name} ({id})  {user}  {process}");
    let started = started.map(|time| time.to_string());
    _ = writeln!(text, "  {}  {indent}{marks}{}", time(started.as_deref()), labelled(&line));
}

fn happened(text: &mut String, item: &Happened) {
    let fields: Vec<_> = item.fields.iter().map(|field| format!("{}={}", field.name, field.value)).collect();
    let marks = marked([item.same_logon.then(|| "the logon of the process".to_owned()), files(&item.also)]);
    let (id, kind) = (item.event_id, &item.kind);
    _ = writeln!(
        text,
        "  {}  {id} {kind}  {marks}{}",
        time(item.time.as_deref()),
        labelled(&fields.join("  "))
    );
}
