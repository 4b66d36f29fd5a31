//! `--context`: what else the inputs hold about one row.

use std::io;
use std::path::PathBuf;

use sysmon_triage::context::{Answer, Context, Pass};
use sysmon_triage::locator::At;
use sysmon_triage::passwords::Passwords;
use sysmon_triage::recall::Recall;
use sysmon_triage::rule::wmi::RULE;
use sysmon_triage::session::Session;

use super::feed;
use super::file::LogFile;

/// Which event is asked about.
#[derive(Clone, Copy)]
pub struct Which<'a> {
    /// The row, from 1, as it is printed.
    pub row: usize,
    /// The event of the row, from 1, in the order of time.
    pub event: usize,
    /// Minutes before and after.
    pub minutes: u32,
    /// Every event is parsed in full.
    pub verify: bool,
    /// With what encrypted archives are tried.
    pub passwords: &'a Passwords,
}

/// Why there is no context.
#[derive(Debug)]
pub struct Refusal {
    pub sentence: String,
    /// There is no such row or event; else it could not be read again.
    pub usage: bool,
}

/// The context of an event. `paths`: of each input of the session, volume by volume; none: it is no file.
///
/// # Errors
/// When there is no such row or event, or when it could not be read again.
pub fn context(session: &Session, paths: &[Vec<PathBuf>], which: Which<'_>) -> Result<Answer, Refusal> {
    let unknown = |sentence| Refusal { sentence, usage: true };
    let order = session.order();
    let group = which.row.checked_sub(1).and_then(|row| order.get(row));
    let Some(group) = group else {
        return Err(unknown(format!("There is no row {}: the result has {}.", which.row, order.len())));
    };
    let events = session.matches(*group).len();
    let Some(mut recall) = which.event.checked_sub(1).and_then(|event| Recall::new(session, *group, event))
    else {
        let (event, row) = (which.event, which.row);
        return Err(unknown(format!("There is no event {event} in row {row}: it has {events}.")));
    };
    let unread = |sentence| Refusal { sentence, usage: false };
    recall.set_passwords(which.passwords);
    let mut context = anchor(recall, paths, which.minutes).map_err(unread)?;
    loop {
        for (number, source) in (0..).zip(session.sources()) {
            if !context.asks(number) {
                continue;
            }
            let new = if which.verify { Pass::verifying } else { Pass::new };
            let mut pass = new(&RULE, context.question(), number, &source.name, Some(source.bytes));
            pass.set_passwords(which.passwords);
            match open(paths, number).and_then(|mut file| feed(&mut file, &mut pass, Pass::want, Pass::push))
            {
                Ok(()) => context.absorb(pass.finish()),
                Err(error) => context.fail(&source.name, &format!("{error}.")),
            }
        }
        if !context.next_round() {
            return Ok(context.answer(session));
        }
    }
}

fn anchor(mut recall: Recall, paths: &[Vec<PathBuf>], minutes: u32) -> Result<Context, String> {
    let source = recall.source();
    let fed =
        open(paths, source).and_then(|mut file| feed(&mut file, &mut recall, Recall::want, Recall::push));
    fed.map_err(|error| format!("The event could not be read again: {error}."))?;
    let (source, locator, event) =
        recall.event().ok_or("The input no longer holds the event at its place. Was the file changed?")?;
    Ok(Context::new(&RULE, At { source, locator }, &event, minutes))
}

fn open(paths: &[Vec<PathBuf>], source: u32) -> io::Result<LogFile> {
    match paths.get(source as usize) {
        Some(paths) if !paths.is_empty() => LogFile::open(paths),
        _ => Err(io::Error::other("it can't be read a second time, or was not opened")),
    }
}
