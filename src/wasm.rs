//! The browser's face: the session, scans and recalls of the core, as JavaScript objects.
//!
//! Nothing is decided here. Values go out as plain objects in the shapes of [`crate::report`],
//! [`crate::view`] and [`crate::recall`]; errors become JavaScript errors with one sentence.
//! Numbers are JavaScript numbers: every count and offset fits 53 bits.

mod room;

use std::collections::BTreeSet;

use js_sys::Uint8Array;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use self::room::{Room, within};
use crate::export::document::Options;
use crate::findings::Findings;
use crate::group::Column;
use crate::intake::{self, Planned, Want};
use crate::locator::At;
use crate::passwords::Passwords;
use crate::report::{Made, Report};
use crate::rule::wmi::RULE;
use crate::time::Time;
use crate::tuning::{Operator, Splunk, Tuning};
use crate::view::{self, Query, View};
use crate::{context, export, hash, recall, report, rule, scan, session, volumes};

type Out = Result<JsValue, JsError>;

/// A value as a plain JavaScript object; absent values are null, as in the JSON export.
fn out(value: &impl Serialize) -> Out {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    Ok(value.serialize(&serializer)?)
}

/// Where the wanted part of an input begins; less than zero: enough was read. A part behind the input's end can't be read:
/// the face ends the loop. Asked for at every piece, so it is a number and no object.
fn offset(want: Option<Want>) -> f64 {
    want.filter(|want| want.length > 0).map_or(-1.0, |want| want.offset as f64)
}

/// How long the wanted part is.
fn length(want: Option<Want>) -> f64 {
    want.map_or(0.0, |want| want.length as f64)
}

/// A query of the page.
fn asked(query: JsValue) -> Result<Query, JsError> {
    Ok(serde_wasm_bindgen::from_value(query)?)
}

/// Findings on their way from one worker to another.
fn packed(findings: &Findings) -> Result<Vec<u8>, JsError> {
    Ok(postcard::to_stdvec(findings)?)
}

/// One input being read, or a part of one.
#[wasm_bindgen]
pub struct Scan {
    room: Room<scan::Scan>,
    /// Bytes of what this scan reads; at the edges of a part it looks at a little more.
    length: u64,
}

#[wasm_bindgen]
impl Scan {
    /// A scan of input number `source`, with this name and size. `verify`: every event is parsed in full.
    #[wasm_bindgen(constructor)]
    pub fn new(source: u32, name: &str, size: f64, verify: bool) -> Scan {
        let size = size as u64;
        let new = if verify { scan::Scan::verifying } else { scan::Scan::new };
        Scan { room: Room::new(new(&RULE, source, name, Some(size)), size), length: size }
    }

    /// A scan of the bytes from `start` to `end`, where [`Plan`] cuts the input. `head`: its first 16 KiB.
    pub fn of_part(
        source: u32,
        name: &str,
        size: f64,
        verify: bool,
        head: &[u8],
        start: f64,
        end: f64,
    ) -> Scan {
        let size = size as u64;
        let planned = planned(head, size, start, end);
        let of_part = if verify { scan::Scan::verifying_part } else { scan::Scan::of_part };
        let scan = of_part(&RULE, source, name, size, &planned);
        Scan { room: Room::new(scan, size), length: (end - start) as u64 }
    }

    /// Tries encrypted archives with these, one on each line.
    pub fn set_passwords(&mut self, lines: &str) {
        self.room.reader().set_passwords(&Passwords::of_lines(lines));
    }

    /// Where the next part to read begins; less than zero when enough was read.
    pub fn want_offset(&self) -> f64 {
        offset(self.room.want())
    }

    /// Its length.
    pub fn want_length(&self) -> f64 {
        length(self.room.want())
    }

    /// Takes any prefix of the wanted part.
    pub fn push(&mut self, bytes: &Uint8Array) {
        self.room.push(bytes);
    }

    /// How far it has come.
    pub fn progress(&mut self) -> Out {
        #[derive(Serialize)]
        struct Progress {
            bytes: u64,
            format: Option<String>,
            records: u64,
            process_creations: u64,
            matches: u64,
            unreadable: u64,
            problems: u64,
        }
        let progress = self.room.reader().progress();
        out(&Progress {
            bytes: progress.bytes.min(self.length),
            format: progress.format,
            records: progress.counts.records,
            process_creations: progress.counts.process_creations,
            matches: progress.counts.matches,
            unreadable: progress.counts.unreadable,
            problems: progress.problems,
        })
    }

    /// Whether it holds a match that was not taken yet. It costs next to nothing.
    pub fn has_match(&self) -> bool {
        self.room.seen().has_match()
    }

    /// What was found since the last call, packed for `Session.absorb`.
    pub fn take(&mut self) -> Result<Vec<u8>, JsError> {
        packed(&self.room.reader().take())
    }

    /// The input has ended: the rest, packed.
    pub fn finish(self) -> Result<Vec<u8>, JsError> {
        packed(&self.room.into_reader().finish())
    }
}

/// Where an input can be cut.
#[wasm_bindgen]
pub struct Plan {
    plan: intake::Plan,
    size: u64,
}

#[wasm_bindgen]
impl Plan {
    /// Cuts an input of `size` bytes into parts of about `part_bytes`. `head`: its first 16 KiB.
    #[wasm_bindgen(constructor)]
    pub fn new(head: &[u8], size: f64, part_bytes: f64) -> Plan {
        let size = size as u64;
        Plan { plan: intake::Plan::new(head, size, part_bytes as u64), size }
    }

    /// Where the next part to read begins; less than zero when enough was read.
    pub fn want_offset(&self) -> f64 {
        offset(within(self.plan.want(), self.size))
    }

    /// Its length.
    pub fn want_length(&self) -> f64 {
        length(within(self.plan.want(), self.size))
    }

    /// Takes any prefix of the wanted part.
    pub fn push(&mut self, bytes: &[u8]) {
        self.plan.push(bytes);
    }

    /// Whether its parts unfold to many times their size.
    pub fn is_packed(&self) -> bool {
        self.plan.is_packed()
    }

    /// Where the parts begin; empty: the input can only be read as a whole.
    pub fn starts(self) -> Vec<f64> {
        self.plan.starts().into_iter().map(|start| start as f64).collect()
    }
}

/// The bytes from `start` to `end` of an input.
fn planned(head: &[u8], size: u64, start: f64, end: f64) -> Planned {
    Planned::new(head, start as u64, Some(end as u64).filter(|end| *end < size))
}

/// Which of these files (`{name, size}`) are volumes of one: `{name, files}` for each, see `volumes::joined`.
#[wasm_bindgen]
pub fn joined(files: JsValue) -> Out {
    let files: Vec<volumes::Volume> = serde_wasm_bindgen::from_value(files)?;
    out(&volumes::joined(&files))
}

/// The text with its addresses written so that no program takes them for links.
#[wasm_bindgen]
pub fn defang(text: &str) -> String {
    export::defang::defang(text)
}

/// The result over all inputs.
#[wasm_bindgen]
pub struct Session {
    session: session::Session,
    view: View,
    /// Inputs that changed since the last summary.
    changed: BTreeSet<u32>,
    /// How many cells the last export neutralised.
    neutralised: u64,
}

impl Session {
    fn reading(&self, recall: Option<recall::Recall>) -> Result<Recall, JsError> {
        let recall = recall.ok_or_else(|| JsError::new("There is no such event."))?;
        let size = self.session.sources().get(recall.source() as usize).map_or(0, |source| source.bytes);
        Ok(Recall { recall, size })
    }
}

#[wasm_bindgen]
impl Session {
    /// An empty session.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Session {
        let session = session::Session::new(&RULE);
        Session { session, view: View::default(), changed: BTreeSet::new(), neutralised: 0 }
    }

    /// Adds an input; returns its number.
    pub fn add_source(&mut self, name: &str, size: f64) -> u32 {
        let source = self.session.add_source(name, size as u64);
        self.changed.insert(source);
        source
    }

    /// Adds an input that is joined from these volumes (`{name, size}`); returns its number.
    pub fn add_joined(&mut self, name: &str, volumes: JsValue) -> Result<u32, JsError> {
        let source = self.session.add_joined(name, serde_wasm_bindgen::from_value(volumes)?);
        self.changed.insert(source);
        Ok(source)
    }

    /// Merges what a scan found.
    pub fn absorb(&mut self, packed: &[u8]) -> Result<(), JsError> {
        self.merge(postcard::from_bytes(packed)?)
    }

    fn merge(&mut self, findings: Findings) -> Result<(), JsError> {
        self.changed.insert(findings.source);
        match self.session.absorb(findings) {
            true => Ok(()),
            false => Err(JsError::new("The findings belong to no input of this session, or are not whole.")),
        }
    }

    /// Whether there is a row yet.
    pub fn has_match(&self) -> bool {
        !self.session.groups().is_empty()
    }

    /// True when all parts of an input were read and do not fit together: `restart` it and scan it as a
    /// whole.
    pub fn is_misfit(&self, source: u32) -> bool {
        self.session.is_misfit(source)
    }

    /// Forgets what was found in an input, so that it can be read anew.
    pub fn restart(&mut self, source: u32) {
        self.changed.insert(source);
        self.session.restart(source);
    }

    /// Takes an input out: nothing of it counts any more, and its number is not given again. Returns those that are to be taken
    /// out and read anew, as their matches found no room beside it.
    pub fn remove(&mut self, source: u32) -> Vec<u32> {
        let crowded = self.session.remove(source);
        self.changed.extend(crowded.iter().chain([&source]));
        crowded
    }

    /// An input can't be read on after `bytes`: `reason`, a sentence, becomes a problem of it. `crashed`: not the
    /// input but its reader is to blame.
    pub fn reading_failed(
        &mut self,
        source: u32,
        bytes: f64,
        reason: &str,
        crashed: bool,
    ) -> Result<(), JsError> {
        let scan = self.scan(source)?.after(bytes as u64);
        self.merge(if crashed { scan.crash(reason) } else { scan.fail(reason) })
    }

    /// The user stopped reading an input after `bytes`.
    pub fn reading_stopped(&mut self, source: u32, bytes: f64) -> Result<(), JsError> {
        let scan = self.scan(source)?.after(bytes as u64);
        self.merge(scan.cancel())
    }

    fn scan(&self, source: u32) -> Result<scan::Scan, JsError> {
        self.session.scan(source).ok_or_else(|| JsError::new("There is no such input."))
    }

    /// The session at a glance. Of the inputs, those that changed since the last call, each as `[number, report]`.
    pub fn summary(&mut self) -> Out {
        self.session.compare();
        let mut changed = std::mem::take(&mut self.changed);
        changed.append(&mut self.session.take_judged());
        out(&view::summary(&self.session, |source| changed.contains(&source)))
    }

    /// The rule with all its metadata.
    pub fn rule(&self) -> Out {
        out(&report::rule_report(&RULE))
    }

    /// The rule in the languages of other products, each `{id, name, text, notes}`.
    pub fn rule_forms(&self) -> Out {
        out(&rule::forms(&RULE))
    }

    /// Filters, searches, stacks and sorts the table, see [`Query`]. Returns `{rows, groups, events}`.
    pub fn view(&mut self, query: JsValue) -> Out {
        #[derive(Serialize)]
        struct Size {
            rows: u64,
            groups: u64,
            events: u64,
        }
        self.view = View::new(&self.session, &asked(query)?).map_err(JsError::new)?;
        out(&Size { rows: self.view.len() as u64, groups: self.view.groups(), events: self.view.events() })
    }

    /// The rows `from..to` of the table.
    pub fn rows(&self, from: usize, to: usize) -> Out {
        out(&self.view.window(&self.session, from, to))
    }

    /// When the shown events were, a lane for each host, in at most so many buckets; the query is that of `view`.
    pub fn timeline(&self, buckets: usize, query: JsValue) -> Out {
        out(&view::timeline(&self.session, buckets, &asked(query)?).map_err(JsError::new)?)
    }

    /// The hints, counted over what is shown and over what the query leaves, which is that of `view`.
    pub fn hints(&self, query: JsValue) -> Out {
        out(&view::hints(&self.session, &asked(query)?).map_err(JsError::new)?)
    }

    /// Takes a tuning, as a file holds it, in place of the one before. An error names what is wrong in it; nothing
    /// changed then.
    pub fn tune(&mut self, json: &str) -> Out {
        let tuning = Tuning::parse(json).map_err(|wrong| JsError::new(&wrong.to_string()))?;
        self.session.tune(tuning);
        self.tuning()
    }

    /// The tuning, with what each part of it hides.
    pub fn tuning(&self) -> Out {
        #[derive(Serialize)]
        struct All<'a> {
            #[serde(flatten)]
            report: report::TuningReport<'a>,
            fields: &'static [Column],
            operators: &'static [Operator],
            json: String,
            splunk: Splunk,
        }
        let tuning = self.session.tuning();
        out(&All {
            report: report::tuning_report(&self.session),
            fields: Column::ALL,
            operators: Operator::ALL,
            json: tuning.json(),
            splunk: tuning.splunk(),
        })
    }

    /// The events `from..to` of a group.
    pub fn matches(&self, group: usize, from: usize, to: usize) -> Out {
        out(&view::matches(&self.session, group, from, to))
    }

    /// How many events a group has.
    pub fn match_count(&self, group: usize) -> usize {
        self.session.matches(group).len()
    }

    /// Starts to read one event of a group again, by the word that [`Self::matches`] names its place with.
    pub fn recall(&self, group: usize, at: &str) -> Result<Recall, JsError> {
        let at = At::parse(at);
        self.reading(at.and_then(|at| recall::Recall::of_match(&self.session, group, &at)))
    }

    /// Starts to read any event again, by the word that a context names its place with.
    pub fn recall_at(&self, at: &str) -> Result<Recall, JsError> {
        let at = At::parse(at);
        self.reading(at.and_then(|at| recall::Recall::at(&self.session, at.source, at.locator)))
    }

    /// The result as `json`, `csv`, `markdown` or `html`, byte for byte what the command line writes, in UTF-8: a text of
    /// JavaScript ends at half a gigabyte. Options: `{build, made}`, of this page and in ISO 8601, for all but CSV,
    /// and `{note, defang}`, for the last two.
    pub fn export(&mut self, format: &str, options: JsValue) -> Result<Vec<u8>, JsError> {
        #[derive(Default, serde::Deserialize)]
        #[serde(default)]
        struct Asked {
            note: String,
            defang: bool,
            build: Option<String>,
            made: Option<String>,
        }
        let Asked { note, defang, build, made } = match options.is_undefined() || options.is_null() {
            true => Asked::default(),
            false => serde_wasm_bindgen::from_value(options)?,
        };
        let read = |text: &str| Time::parse(text).ok_or_else(|| JsError::new("`made` is no time."));
        let made = Made { build, at: made.as_deref().map(read).transpose()? };
        let options = Options { note, defang, made };
        self.neutralised = 0;
        let text = match format {
            "json" => export::json::json(&self.session, &options.made)?,
            "csv" => {
                let (text, neutralised) = export::csv::csv(&Report::of(&self.session));
                self.neutralised = neutralised;
                text
            }
            "markdown" => export::markdown::markdown(&self.session, &options),
            "html" => export::html::html(&self.session, &options),
            _ => return Err(JsError::new("The formats are json, csv, markdown and html.")),
        };
        Ok(text.into_bytes())
    }

    /// How many cells the last export neutralised, which only CSV does.
    pub fn neutralised(&self) -> f64 {
        self.neutralised as f64
    }

    /// Sets the SHA-256 of an input.
    pub fn set_sha256(&mut self, source: u32, hash: &str) {
        self.changed.insert(source);
        self.session.set_sha256(source, hash.to_owned());
    }
}

const CHANGED: &str = "The input no longer holds this event at its place. Was the file changed?";

/// One event being read again.
#[wasm_bindgen]
pub struct Recall {
    recall: recall::Recall,
    size: u64,
}

#[wasm_bindgen]
impl Recall {
    /// Tries encrypted archives with these, one on each line.
    pub fn set_passwords(&mut self, lines: &str) {
        self.recall.set_passwords(&Passwords::of_lines(lines));
    }

    /// Where the next part to read begins; less than zero when enough was read.
    pub fn want_offset(&self) -> f64 {
        offset(within(self.recall.want(), self.size))
    }

    /// Its length.
    pub fn want_length(&self) -> f64 {
        length(within(self.recall.want(), self.size))
    }

    /// Takes any prefix of the wanted part.
    pub fn push(&mut self, bytes: &[u8]) {
        self.recall.push(bytes);
    }

    /// Begins the context of the event that was read, with so many minutes around it.
    pub fn context(self, minutes: u32) -> Result<Context, JsError> {
        let Some((source, locator, event)) = self.recall.event() else {
            return Err(JsError::new(CHANGED));
        };
        let at = At { source, locator };
        Ok(Context(context::Context::new(&RULE, at, &event, minutes)))
    }

    /// The evidence.
    pub fn finish(self) -> Out {
        match self.recall.finish() {
            Some(evidence) => out(&evidence),
            None => Err(JsError::new(CHANGED)),
        }
    }
}

/// The context of one match, being gathered from all inputs.
#[wasm_bindgen]
pub struct Context(context::Context);

#[wasm_bindgen]
impl Context {
    /// What is to be asked now, packed for [`Pass`].
    pub fn question(&self) -> Result<Vec<u8>, JsError> {
        Ok(postcard::to_stdvec(&self.0.question())?)
    }

    /// Whether an input may have an answer to it.
    pub fn asks(&self, source: u32) -> bool {
        self.0.asks(source)
    }

    /// Takes what a pass found.
    pub fn absorb(&mut self, packed: &[u8]) -> Result<(), JsError> {
        self.0.absorb(postcard::from_bytes(packed)?);
        Ok(())
    }

    /// An input could not be asked: `reason`, a sentence.
    pub fn fail(&mut self, name: &str, reason: &str) {
        self.0.fail(name, reason);
    }

    /// All answers are in. True: there is another question.
    pub fn next_round(&mut self) -> bool {
        self.0.next_round()
    }

    /// What was found so far.
    pub fn answer(&self, session: &Session) -> Out {
        out(&self.0.answer(&session.session))
    }
}

/// One question put to one input, or to a part of one.
#[wasm_bindgen]
pub struct Pass(Room<context::Pass>);

#[wasm_bindgen]
impl Pass {
    /// Puts a packed question to input number `source`.
    #[wasm_bindgen(constructor)]
    pub fn new(question: &[u8], source: u32, name: &str, size: f64) -> Result<Pass, JsError> {
        let size = size as u64;
        let question = postcard::from_bytes(question)?;
        let pass = context::Pass::new(&RULE, question, source, name, Some(size));
        Ok(Pass(Room::new(pass, size)))
    }

    /// Puts it to the bytes from `start` to `end`, where [`Plan`] cuts the input. `head`: its first 16 KiB.
    pub fn of_part(
        question: &[u8],
        source: u32,
        name: &str,
        size: f64,
        head: &[u8],
        start: f64,
        end: f64,
    ) -> Result<Pass, JsError> {
        let size = size as u64;
        let planned = planned(head, size, start, end);
        let question = postcard::from_bytes(question)?;
        let pass = context::Pass::of_part(&RULE, question, source, name, size, &planned);
        Ok(Pass(Room::new(pass, size)))
    }

    /// Tries encrypted archives with these, one on each line.
    pub fn set_passwords(&mut self, lines: &str) {
        self.0.reader().set_passwords(&Passwords::of_lines(lines));
    }

    /// Where the next part to read begins; less than zero when enough was read.
    pub fn want_offset(&self) -> f64 {
        offset(self.0.want())
    }

    /// Its length.
    pub fn want_length(&self) -> f64 {
        length(self.0.want())
    }

    /// Takes any prefix of the wanted part.
    pub fn push(&mut self, bytes: &Uint8Array) {
        self.0.push(bytes);
    }

    /// How many process creations of the host were met so far: without any, the input or part need
    /// not be asked about the next generation.
    pub fn host_lives(&mut self) -> f64 {
        self.0.reader().host_lives() as f64
    }

    /// What was found, packed for `Context.absorb`.
    pub fn finish(self) -> Result<Vec<u8>, JsError> {
        Ok(postcard::to_stdvec(&self.0.into_reader().finish())?)
    }
}

/// A SHA-256 being computed.
#[wasm_bindgen]
#[derive(Default)]
pub struct Hasher(hash::Hasher);

#[wasm_bindgen]
impl Hasher {
    /// Starts one.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Hasher {
        Hasher::default()
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.0.push(bytes);
    }

    /// The hash in hexadecimal digits.
    pub fn finish(self) -> String {
        self.0.finish()
    }
}
