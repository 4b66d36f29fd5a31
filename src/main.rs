//! The command line: the same session as the page, for scripts and for parity.

#[path = "main/context.rs"]
mod context;
#[path = "main/copies.rs"]
mod copies;
#[path = "main/file.rs"]
mod file;
#[path = "main/hash.rs"]
mod hash;
#[path = "main/inputs.rs"]
mod inputs;

use std::env;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, ValueEnum};
use sysmon_triage::detect::EVTX_HEADER_BYTES;
use sysmon_triage::export::document::{Options, empty_answer, tuning_line};
use sysmon_triage::export::{self, csv, html, json, markdown, table};
use sysmon_triage::findings::Findings;
use sysmon_triage::hash::Hasher;
use sysmon_triage::intake::Want;
use sysmon_triage::limits;
use sysmon_triage::passwords::Passwords;
use sysmon_triage::report::{self, Made, Report};
use sysmon_triage::rule::{self, Form, wmi::RULE};
use sysmon_triage::scan::Scan;
use sysmon_triage::session::Session;
use sysmon_triage::time::Time;
use sysmon_triage::tuning::Tuning;
use sysmon_triage::visible::labelled;
use sysmon_triage::volumes::Volume;

use copies::Originals;
use file::LogFile;
use inputs::{Content, Input, inputs, name};

/// Bytes read at once: they stay in the nearest caches. A chunk of an EVTX file is as long.
const READ_BYTES: usize = 64 * 1024;

/// Writes a line to standard error. If that can't be written to, nobody is left to be told.
macro_rules! say {
    ($($argument:tt)*) => {{
        let _ = writeln!(io::stderr(), $($argument)*);
    }};
}

/// Splunk's detection "Process Execution via WMI" over Sysmon logs, without Splunk.
///
/// Reads EVTX, event XML, JSON and CSV, also in gzip, bzip2, xz, zstd, zip, 7z and tar. Exit status: 0, all was read;
/// 1, some input could not be read or was damaged (the rest is reported all the same); 2, wrong
/// usage.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Computes the SHA-256 of every input: in the result, or on standard error beside a table or CSV.
    #[arg(long)]
    sha256: bool,
    /// Parses every event in full, also those that can't match: slower, the same result, and damage in those is told of, too.
    #[arg(long)]
    verify: bool,
    /// Hides what this tuning file says, as the page exports it; the result tells how much.
    #[arg(long, value_name = "FILE")]
    tuning: Option<PathBuf>,
    /// Tries encrypted zip and 7z archives with the passwords in this file, one on each line.
    #[arg(long, value_name = "FILE")]
    passwords: Option<PathBuf>,
    /// A note of the analyst for the report (markdown, html).
    #[arg(long, value_name = "TEXT", conflicts_with = "note_file")]
    note: Option<String>,
    /// The same from a file.
    #[arg(long, value_name = "FILE")]
    note_file: Option<PathBuf>,
    /// Writes addresses in the report (markdown, html) so that programs don't take them for links; `docs/reports.md` says which.
    #[arg(long)]
    defang: bool,
    /// Prints the rule in this language, and to standard error what that says differently; reads nothing.
    #[arg(long, value_name = "FORM", value_parser = form_parser(), exclusive = true)]
    rule: Option<Form>,
    /// Prints, instead of the result, the context of row ROW: what its process started and did, what
    /// ran beside it and in its logon, and what its host holds of the WMI call. Reads the files again.
    #[arg(long, value_name = "ROW")]
    context: Option<usize>,
    /// Of which event of the row, in the order of time.
    #[arg(long, value_name = "EVENT", default_value_t = 1, requires = "context")]
    event: usize,
    /// How many minutes before and after it, up to a day.
    #[arg(long, value_name = "MINUTES", default_value_t = 5, requires = "context", value_parser = clap::value_parser!(u32).range(1..=i64::from(limits::CONTEXT_MINUTES)))]
    minutes: u32,
    /// Logs, or folders whose files are all read; `-` is standard input.
    #[arg(required_unless_present = "rule", value_name = "FILE|FOLDER")]
    inputs: Vec<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Json,
    Csv,
    Markdown,
    Html,
}

impl Format {
    /// It is for people, and has a place for a note.
    fn is_report(self) -> bool {
        matches!(self, Format::Markdown | Format::Html)
    }

    /// It says what made it when.
    fn says_when(self) -> bool {
        self.is_report() || matches!(self, Format::Json)
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(form) = &arguments.rule {
        return print_rule(form);
    }
    let mut session = Session::new(&RULE);
    let options = match prepare(&arguments, &mut session) {
        Ok(options) => options,
        Err(sentence) => {
            say!("{}", labelled(&sentence));
            return ExitCode::from(2);
        }
    };
    let passwords = match passwords(&arguments) {
        Ok(passwords) => passwords,
        Err(sentence) => {
            say!("{}", labelled(&sentence));
            return ExitCode::from(2);
        }
    };
    let how = How { sha256: arguments.sha256, verify: arguments.verify, passwords: &passwords };
    let mut paths = Vec::new();
    let mut originals = Originals::default();
    let inputs = inputs(&arguments.inputs);
    inputs.left.iter().for_each(|sentence| say!("{}", labelled(sentence)));
    for input in inputs.read {
        let found = input.paths();
        let source = read(&mut session, input, how);
        // By their hashes the session finds them itself.
        if !found.is_empty() && !how.sha256 {
            tell_copy(&mut session, &mut originals, source, &found);
        }
        paths.push(found);
    }
    session.compare();
    if let Some(row) = arguments.context {
        let (event, minutes, verify) = (arguments.event, arguments.minutes, arguments.verify);
        let which = context::Which { row, event, minutes, verify, passwords: &passwords };
        return print_context(&session, &paths, which, arguments.format);
    }
    written(print(&session, arguments.format, how, &options), is_whole(&session))
}

/// Nothing is missing in the result.
fn is_whole(session: &Session) -> bool {
    report::totals(session).incomplete == 0
}

/// The exit status, once the output was written or not. `whole`: nothing is missing in it.
fn written(result: io::Result<()>, whole: bool) -> ExitCode {
    match result {
        Ok(()) if whole => ExitCode::SUCCESS,
        Ok(()) => ExitCode::from(1),
        // The reader of the output has gone, as `head` does: not worth a message.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(1),
        Err(error) => {
            say!("The result could not be written: {error}.");
            ExitCode::from(1)
        }
    }
}

/// Takes the name of a form of the rule.
fn form_parser() -> impl TypedValueParser<Value = Form> {
    let ids: Vec<_> = rule::forms(&RULE).iter().map(|form| form.id).collect();
    let named = |id: String| rule::forms(&RULE).into_iter().find(|form| form.id == id).ok_or("no such form");
    PossibleValuesParser::new(ids).try_map(named)
}

/// Prints the rule in another language.
fn print_rule(form: &Form) -> ExitCode {
    let text = form.text.trim_end().to_owned() + "\n";
    let result = put(&text);
    form.notes.iter().for_each(|note| say!("{note}"));
    written(result, true)
}

/// Writes to standard output. To a terminal, which would obey them, characters that can't be seen go as labels.
fn put(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if out.is_terminal() {
        for line in text.lines() {
            writeln!(out, "{}", labelled(line))?;
        }
        return out.flush();
    }
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Reads the tuning and the note.
fn prepare(arguments: &Arguments, session: &mut Session) -> Result<Options, String> {
    if let Some(path) = &arguments.tuning {
        let tuning = Tuning::parse(&text_of(path)?).map_err(|wrong| format!("{}: {wrong}", name(path)))?;
        session.tune(tuning);
    }
    let note = match (&arguments.note, &arguments.note_file) {
        (Some(note), _) => note.clone(),
        (None, Some(path)) => text_of(path)?,
        (None, None) => String::new(),
    };
    if arguments.context.is_some() && !matches!(arguments.format, Format::Table | Format::Json) {
        return Err("A context is printed as text or, with --format json, as JSON.".to_owned());
    }
    if (arguments.defang || !note.is_empty()) && !arguments.format.is_report() {
        return Err("--note and --defang are for the reports: --format markdown or html.".to_owned());
    }
    let made = if arguments.format.says_when() { made()? } else { Made::default() };
    Ok(Options { note, defang: arguments.defang, made })
}

/// Longest file of tunings, passwords or notes: the most that a tuning may hold, and more.
const SETTINGS_BYTES: u64 = 256 << 20;

/// The passwords that were given.
fn passwords(arguments: &Arguments) -> Result<Passwords, String> {
    let path = arguments.passwords.as_ref();
    let text = path.map_or(Ok(String::new()), |path| text_of(path))?;
    let passwords = Passwords::of_lines(&text);
    match path.filter(|_| passwords.is_empty()) {
        Some(path) => Err(format!("{} holds no password: each stands on a line.", name(path))),
        None => Ok(passwords),
    }
}

/// What a file says. Editors on Windows write a byte-order mark.
fn text_of(path: &Path) -> Result<String, String> {
    let unread = |error| format!("{} could not be read: {error}.", name(path));
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(unread)?;
    file.take(SETTINGS_BYTES + 1).read_to_end(&mut bytes).map_err(unread)?;
    if bytes.len() as u64 > SETTINGS_BYTES {
        return Err(format!("{} is larger than {} MiB.", name(path), SETTINGS_BYTES >> 20));
    }
    let text =
        String::from_utf8(bytes).map_err(|_| format!("{} is not in UTF-8: save it so.", name(path)))?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// What a report says of its making: now, or the second since 1970 that `SOURCE_DATE_EPOCH` names, so that
/// the same report can be made again (<https://reproducible-builds.org/specs/source-date-epoch/>).
fn made() -> Result<Made, String> {
    let seconds = match env::var_os("SOURCE_DATE_EPOCH") {
        Some(text) => text.to_str().and_then(|text| text.parse::<u64>().ok()).map(|seconds| seconds as f64),
        None => Some(match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => since.as_secs_f64(),
            Err(before) => -before.duration().as_secs_f64(),
        }),
    };
    let at = seconds.and_then(Time::from_seconds);
    let at = at.ok_or("SOURCE_DATE_EPOCH must be a number of seconds since 1970, of a time before 2255.")?;
    Ok(Made { build: Some("command line".to_owned()), at: Some(at) })
}

/// How inputs are read.
#[derive(Clone, Copy)]
struct How<'a> {
    sha256: bool,
    verify: bool,
    passwords: &'a Passwords,
}

impl How<'_> {
    fn scan(self, source: u32, name: &str, size: Option<u64>) -> Scan {
        let new = if self.verify { Scan::verifying } else { Scan::new };
        let mut scan = new(&RULE, source, name, size);
        scan.set_passwords(self.passwords);
        scan
    }
}

/// Reads one input into the session. Returns its number.
fn read(session: &mut Session, input: Input, how: How<'_>) -> u32 {
    let name = &input.name;
    let opened = match input.content {
        Ok(Content::Standard) => return read_stream(session, name, io::stdin().lock(), how),
        Ok(Content::Refused(reason)) => {
            let source = session.add_source(name, 0);
            absorb(session, how.scan(source, name, None).refuse(reason));
            return source;
        }
        Ok(Content::File) => File::open(&input.path).and_then(|file| Ok((file.metadata()?.is_file(), file))),
        Ok(Content::Volumes(paths)) => return read_volumes(session, name, &paths, how),
        Err(error) => Err(error),
    };
    match opened {
        Ok((true, file)) => {
            let log = LogFile::new(&input.path, file);
            let source = session.add_source(name, log.as_ref().map_or(0, LogFile::size));
            read_log(session, source, log, how);
            source
        }
        // A pipe or device has no size.
        Ok((false, file)) => read_stream(session, name, file, how),
        Err(error) => {
            let source = session.add_source(name, 0);
            read_log(session, source, Err(error), how);
            source
        }
    }
}

fn read_volumes(session: &mut Session, name: &str, paths: &[PathBuf], how: How<'_>) -> u32 {
    let log = LogFile::open(paths);
    let sizes = log.as_ref().map_or(vec![0; paths.len()], LogFile::sizes);
    let volumes = paths.iter().zip(sizes).map(|(path, size)| Volume {
        name: inputs::name(path),
        size,
        head: Vec::new(),
    });
    let source = session.add_joined(name, volumes.collect());
    read_log(session, source, log, how);
    source
}

/// Merges what was found in an input of this session.
fn absorb(session: &mut Session, findings: Findings) {
    let is_taken = session.absorb(findings);
    debug_assert!(is_taken, "what a scan of an input gives fits it");
}

/// Says of a file that it is a copy of one that was read before.
fn tell_copy(session: &mut Session, originals: &mut Originals, source: u32, paths: &[PathBuf]) {
    // Of files without events nothing counts twice.
    let read = session.sources().get(source as usize).filter(|read| read.findings.counts.records > 0);
    let Some((bytes, name)) = read.map(|read| (read.bytes, labelled(&read.name))) else { return };
    match originals.of_copy(source, paths, bytes) {
        Ok(Some(original)) => session.set_copy(source, original),
        Ok(None) => {}
        Err(error) => say!(
            "{name}: whether it is a copy of another file is not known, as one of the two could not be read again: {error}."
        ),
    }
}

/// Reads a log that was added to the session.
fn read_log(session: &mut Session, source: u32, log: io::Result<LogFile>, how: How<'_>) {
    let name = session.sources()[source as usize].name.clone();
    let opened = log.and_then(|log| Ok((log.stamp()?, log)));
    let (before, mut log) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            let findings = how.scan(source, &name, None).fail(&format!("{error}."));
            return absorb(session, findings);
        }
    };
    let mut scan = how.scan(source, &name, Some(log.size()));
    match feed(&mut log, &mut scan, Scan::want, Scan::push) {
        Ok(()) => absorb(session, scan.finish()),
        Err(error) => absorb(session, scan.fail(&format!("{error}."))),
    };
    let hash = how.sha256.then(|| log.rewind().and_then(|()| hash::of(&mut log)));
    match (log.stamp(), hash) {
        // It was searched before it is hashed: both must be of the same bytes.
        (Ok(after), _) if before != after => session.changed_while_read(source),
        (Ok(_), None) => {}
        (Ok(_), Some(Ok(hash))) => session.set_sha256(source, hash),
        (Ok(_), Some(Err(error))) => {
            say!("{}: no SHA-256, the file could not be read again: {error}.", labelled(&name));
        }
        (Err(error), _) => {
            say!("{}: whether it was written to while it was read is not known: {error}.", labelled(&name));
        }
    }
}

/// Gives a reader the parts of a file that it wants.
fn feed<R>(
    file: &mut LogFile,
    reader: &mut R,
    want: impl Fn(&R) -> Option<Want>,
    push: impl Fn(&mut R, &[u8]),
) -> io::Result<()> {
    let mut buffer = vec![0; READ_BYTES];
    let mut position = 0;
    while let Some(Want { offset, length }) = want(reader) {
        if offset != position {
            file.seek(SeekFrom::Start(offset))?;
        }
        let wanted = usize::try_from(length).unwrap_or(usize::MAX).min(room(offset));
        position = offset;
        match file.read(&mut buffer[..wanted]) {
            Ok(0) => return Err(io::Error::other("The file is shorter than it was when it was opened")),
            Ok(count) => {
                push(reader, &buffer[..count]);
                position += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// How much to read from here: reads end where the chunks of an EVTX file do, so that none of them is put together.
fn room(offset: u64) -> usize {
    let behind = (offset as usize).wrapping_sub(EVTX_HEADER_BYTES) % READ_BYTES;
    READ_BYTES - behind
}

/// What has no size can't be read from its end: it is read front to back.
fn read_stream(session: &mut Session, name: &str, mut input: impl Read, how: How<'_>) -> u32 {
    let source = session.add_source(name, 0);
    let mut scan = how.scan(source, name, None);
    let mut hasher = Hasher::default();
    let mut buffer = vec![0; READ_BYTES];
    let result = loop {
        match input.read(&mut buffer) {
            Ok(0) => break Ok(()),
            Ok(count) => {
                scan.push(&buffer[..count]);
                if how.sha256 {
                    hasher.push(&buffer[..count]);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
    };
    session.set_bytes(source, scan.progress().bytes);
    let whole = result.is_ok();
    match result {
        Ok(()) => absorb(session, scan.finish()),
        Err(error) => absorb(session, scan.fail(&format!("{error}."))),
    };
    // A hash stands for all of an input, or there is none.
    if how.sha256 && whole {
        session.set_sha256(source, hasher.finish());
    }
    source
}

/// Prints the result to standard output, and what a table or CSV can't say to standard error: also where the output could
/// not be written.
fn print(session: &Session, format: Format, how: How<'_>, options: &Options) -> io::Result<()> {
    let report = Report::of(session).made(&options.made);
    let mut notes = Vec::new();
    let text = match format {
        Format::Json => json::json(session, &options.made).map_err(io::Error::other)?,
        Format::Markdown => markdown::markdown(session, options),
        Format::Html => html::html(session, options),
        Format::Csv => {
            let (text, neutralised) = csv::csv(&report);
            if neutralised > 0 {
                notes.push(format!(
                    "{neutralised} cell(s) would be a formula in a spreadsheet, or begin one, and got an apostrophe there; \
                     JSON is exact."
                ));
            }
            notes.extend(tuning_line(&report));
            text
        }
        Format::Table => table::table(&report),
    };
    let result = put(&text);
    if how.sha256 && matches!(format, Format::Csv | Format::Table) {
        let hashes =
            session.sources().iter().filter_map(|source| Some((&source.name, source.sha256.as_ref()?)));
        notes.extend(hashes.map(|(name, hash)| format!("{name}: SHA-256 {hash}")));
    }
    notes.iter().for_each(|note| say!("{}", labelled(note)));
    if matches!(format, Format::Table) || io::stderr().is_terminal() {
        summarise(session);
    }
    // A table without rows does not say what that means.
    empty_answer(&report).iter().for_each(|sentences| say!("{sentences}"));
    problems(session);
    result
}

/// Prints the context of an event: text, or JSON when that is asked for.
fn print_context(
    session: &Session,
    paths: &[Vec<PathBuf>],
    which: context::Which<'_>,
    format: Format,
) -> ExitCode {
    let answer = match context::context(session, paths, which) {
        Ok(answer) => answer,
        Err(refusal) => {
            say!("{}", refusal.sentence);
            tuning_line(&Report::of(session)).iter().for_each(|hidden| say!("{}", labelled(hidden)));
            problems(session);
            // The row may stand in what was not read.
            let usage = refusal.usage && is_whole(session);
            return ExitCode::from(if usage { 2 } else { 1 });
        }
    };
    let printed = match format {
        Format::Json => export::context::json(&answer).map_err(io::Error::other),
        _ => Ok(export::context::text(&answer)),
    };
    let result = printed.and_then(|text| put(&text));
    answer.problems.iter().for_each(|problem| say!("{}", labelled(problem)));
    problems(session);
    written(result, answer.complete && is_whole(session))
}

fn summarise(session: &Session) {
    let totals = report::totals(session);
    let count =
        |number: u64, one: &str, more: &str| format!("{number} {}", if number == 1 { one } else { more });
    let groups = |number| count(number, "group", "groups");
    let hidden = match session.tuning().is_off() {
        true => String::new(),
        false => format!(", {} of them in {} shown", totals.shown, groups(totals.shown_groups)),
    };
    say!(
        "{}, {}, {} in {}{hidden}; {}. Times are UTC.",
        count(totals.records, "record", "records"),
        count(totals.process_creations, "process creation", "process creations"),
        count(totals.matches, "match", "matches"),
        groups(totals.groups),
        count(totals.problems, "problem", "problems"),
    );
}

fn problems(session: &Session) {
    for source in session.sources() {
        for problem in report::problems(&source.findings) {
            let severity = format!("{:?}", problem.severity).to_lowercase();
            let place =
                if problem.r#where.is_empty() { String::new() } else { format!("{}: ", problem.r#where) };
            let text = format!("{}: {severity}: {place}{} {}", source.name, problem.message, problem.next);
            say!("{}", labelled(&text));
        }
    }
}
