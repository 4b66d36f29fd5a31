//! The records of a chunk, by the full decoder, the `evtx` crate.
//!
//! The decoder bounds what a record may render to and build, but keeps what it has read until the chunk is done, and reads a
//! template anew for each record if that template is broken: 64 KiB that somebody made for it can take more memory than there
//! is. A chunk is therefore read in rounds, each by a decoder of its own: the next one begins behind a record that can't be read,
//! as what that took is seen only when its round has ended; behind the one at which the round had taken enough; or where it was
//! out of means that it gives to all records of a chunk together.

use std::collections::BTreeMap;
use std::error::Error;
use std::ops::ControlFlow;
use std::sync::Arc;

use evtx::err::EvtxError;
use evtx::{EvtxChunk, EvtxChunkData, EvtxRecord, ParserSettings};
use serde_json::Value;

use super::records::{self, CHUNK_HEADER_BYTES, Record};
use super::{CHUNK_BYTES, chunk_offset, instance};
use crate::limits;
use crate::locator::Span;
use crate::problem::Code;
use crate::source::{Form, Found, Sink, Trouble, json, xml};
use crate::text;

/// Size of a record header: magic, size, record number, time written.
const RECORD_HEADER_BYTES: u64 = 24;
/// What the decoder says of a record for which those before it left nothing.
const SPENT: &str = "earlier records of the chunk spent its render budget";

/// A chunk that is to be decoded.
pub struct Chunk<'a> {
    pub bytes: &'a [u8],
    /// Its records, as far as they were found by walking over it.
    pub records: &'a [Record],
    /// Where they end.
    pub end: usize,
    /// How many bytes of it the file holds; the rest is zero.
    pub present: usize,
    /// Where it lies in the file.
    pub offset: u64,
}

/// Decodes the records that were not skimmed.
pub fn chunk(settings: &Arc<ParserSettings>, chunk: Chunk<'_>, unread: &Unread, sink: &mut dyn Sink) {
    let reduced = match unread {
        Unread::All => None,
        Unread::Some(wanted) => records::without_others(chunk.bytes, chunk.records, |record| {
            wanted.contains_key(&(record.offset as u64))
        }),
    };
    let mut rounds = Rounds::new(&chunk, unread);
    let mut bytes = reduced.unwrap_or_else(|| chunk.bytes.to_vec());
    records::open(&mut bytes, chunk.records, chunk.end);
    loop {
        let from = rounds.at;
        let end = EvtxChunkData::new(std::mem::take(&mut bytes), false).and_then(|mut data| {
            let end = rounds.round(data.parse(Arc::clone(settings))?, sink);
            bytes = data.data;
            Ok(end)
        });
        match end {
            Ok(End::Chunk) => {
                rounds.tell_short(sink);
                return rounds.tell_left(sink);
            }
            // Each round begins further on than the one before; were it not so, there would be no end.
            Ok(End::Round) if rounds.taken > limits::EVTX_CHUNK_BYTES || rounds.at <= from => {
                return sink.trouble(rounds.given_up());
            }
            Ok(End::Round) => begin_at(&mut bytes, rounds.at),
            // Where names and templates stand is known without the tables of the header, too.
            Err(_) if std::mem::take(&mut rounds.has_tables) => {
                bytes = chunk.bytes.to_vec();
                records::open(&mut bytes, chunk.records, chunk.end);
                records::clear_tables(&mut bytes);
                if rounds.at > CHUNK_HEADER_BYTES {
                    begin_at(&mut bytes, rounds.at);
                }
            }
            Err(error) => {
                let message = format!("A chunk can't be read: {}.", chain(&error));
                let trouble = Trouble::lost(Code::DamagedChunk, chunk.offset, message);
                let lost = unread.len().min(chunk.records.len()).max(1) as u64;
                return sink.trouble(Trouble { lost, ..trouble });
            }
        }
    }
}

/// Why a round ended.
enum End {
    /// All that was to be read of the chunk was read.
    Chunk,
    /// It has taken enough, and more is to come.
    Round,
}

/// How far the decoder came in a chunk, round by round.
struct Rounds<'a> {
    chunk: &'a Chunk<'a>,
    unread: &'a Unread,
    /// How many records are still wanted, as far as it is known.
    left: usize,
    /// None where it found no way on, and has said so.
    reached: Option<Reached>,
    /// Where the decoder is in the chunk: the next record stands there, and the next round begins there.
    at: usize,
    /// It lost its way, and goes on at the first sound record from here on.
    astray: Option<usize>,
    /// The tables of the chunk's header were not cleared.
    has_tables: bool,
    /// Records that could not be read, and may be among those that are left.
    failed: usize,
    /// How many places may still be looked at behind records with a damaged size.
    places: usize,
    /// Nothing was read in this round.
    is_first: bool,
    /// How often more records may be decoded anew.
    retries: usize,
    /// Bytes of memory that the rounds took beyond what real records take.
    taken: usize,
}

/// Records that XML would not carry exactly, in the order in which their content stands in the chunk, until they are taken.
type NotExacts = Vec<(u64, Option<NotExact>)>;

impl<'a> Rounds<'a> {
    fn new(chunk: &'a Chunk<'a>, unread: &'a Unread) -> Rounds<'a> {
        Rounds {
            chunk,
            unread,
            left: unread.len(),
            reached: Some(Reached::default()),
            at: CHUNK_HEADER_BYTES,
            astray: None,
            has_tables: true,
            failed: 0,
            places: limits::EVTX_PLACES,
            is_first: true,
            retries: limits::EVTX_RETRIES,
            taken: 0,
        }
    }

    /// Reads on in the chunk, which begins where the round before ended.
    fn round(&mut self, mut decoder: EvtxChunk<'_>, sink: &mut dyn Sink) -> End {
        // What was read in earlier rounds is one record now.
        let before = usize::from(self.at > CHUNK_HEADER_BYTES);
        self.is_first = true;
        let mut not_exact = NotExacts::new();
        let (mut end, mut count, bytes) = (End::Chunk, before, decoder.data);
        for record in decoder.iter().skip(before) {
            count += 1;
            let next = match record {
                _ if self.left == 0 => break,
                Ok(record) => self.record(record, &mut not_exact, sink),
                Err(error) => self.failure(&error, bytes, sink),
            };
            self.is_first = false;
            if next.is_break() {
                end = End::Round;
                break;
            }
        }
        self.take_otherwise(&mut decoder, count, not_exact, sink);
        self.taken += decoder.arena.allocated_bytes().saturating_sub(limits::EVTX_REAL_BYTES);
        end
    }

    /// Takes a record, if it is wanted; says whether the round ends.
    fn record(
        &mut self,
        record: EvtxRecord<'_>,
        not_exact: &mut NotExacts,
        sink: &mut dyn Sink,
    ) -> ControlFlow<()> {
        let (at, arena, reached) = (record.binxml_offset, &record.chunk.arena, Reached::of(&record));
        if self.unread.holds(&record) {
            let is_cut = is_cut(&record, self.chunk.present);
            if !is_cut {
                self.tell_values(&record, sink);
            }
            if is_cut {
                sink.trouble(cut_record(&record, self.chunk.offset));
            } else if let Err(why) = take(record, self.chunk.offset, false, sink) {
                if matches!(why, NotExact::Spent(_)) && self.may_retry() {
                    self.at = at.saturating_sub(RECORD_HEADER_BYTES) as usize;
                    return ControlFlow::Break(());
                }
                not_exact.push((at, Some(why)));
            }
            self.left = self.left.saturating_sub(1);
        }
        let start = at.saturating_sub(RECORD_HEADER_BYTES) as usize;
        let (end, next) = (reached.end as usize, self.behind(start, reached.end as usize, sink));
        (self.at, self.astray) = (next, None);
        self.reached = Some(Reached { end: next as u64, ..reached });
        self.end_if(next != end || arena.allocated_bytes() > limits::EVTX_ROUND_BYTES)
    }

    /// Says what of a record's values the decoder reads in another way than they are stated.
    fn tell_values(&self, record: &EvtxRecord<'_>, sink: &mut dyn Sink) {
        let at = record.binxml_offset as usize;
        let flaws = instance::flaws(self.chunk.bytes, at..at + record.binxml_size as usize);
        let found = [
            (
                flaws.other_size,
                Code::DamagedRecord,
                "A value of a record has not the size of its type; those behind it may be wrong.",
            ),
            (
                flaws.cut_text,
                Code::TextReplaced,
                "A text of a record goes on behind a NUL; what stands there is not shown.",
            ),
        ];
        for (_, code, message) in found.into_iter().filter(|(is_so, ..)| *is_so) {
            let offset = self.chunk.offset + record.binxml_offset.saturating_sub(RECORD_HEADER_BYTES);
            let trouble = Trouble::note(code, offset, message);
            sink.trouble(Trouble { record: Some(record.event_record_id), ..trouble });
        }
    }

    /// Where the next record begins behind one that is decoded as if it ended at `end`.
    fn behind(&mut self, start: usize, end: usize, sink: &mut dyn Sink) -> usize {
        let Chunk { bytes, present, offset, .. } = *self.chunk;
        let is_sound = || records::record_at(bytes, start).is_some();
        // In what was walked over all are sound, and of a cut chunk the last one never is.
        if !matches!(self.unread, Unread::All) || end > present || is_sound() {
            return end;
        }
        let next = records::goes_on(bytes, start, end, self.chunk.end, &mut self.places);
        let message = match &next {
            None if self.places == 0 => {
                "The size of a record is not the one at its end; whether it hides other records was not looked at.".to_owned()
            }
            Some(next) if next.at != end => format!(
                "The size of a record is damaged: by it {} bytes belong to the record, and the next one begins after {}. What was \
                 read of it may not be all.",
                end - start,
                next.at - start
            ),
            Some(next) if next.is_doubtful => "The size of a record is not the one at its end; it may hide others.".to_owned(),
            _ => {
                let message = "The size of a record is not the one at its end; values of it may be wrong.";
                sink.trouble(Trouble::note(Code::BadChecksum, offset + start as u64, message));
                return end;
            }
        };
        let (at, lost) = next.map_or((end, 0), |next| (next.at, next.lost));
        sink.trouble(Trouble { lost, ..Trouble::note(Code::DamagedRecord, offset + start as u64, message) });
        at
    }

    /// Tells of a record that can't be read; says whether the round ends.
    fn failure(&mut self, error: &EvtxError, bytes: &[u8], sink: &mut dyn Sink) -> ControlFlow<()> {
        let record = failed(error).and_then(|number| match self.astray {
            Some(from) => records::numbered(bytes, from, number),
            None => records::header_at(bytes, self.at, number),
        });
        if let Some(record) = record
            && is_spent(error)
            && self.may_retry()
        {
            self.at = record.offset;
            return ControlFlow::Break(());
        }
        if !self.unread.excuses(error) {
            sink.trouble(lost_record(error, self.chunk.offset, record));
        }
        // It is one record that is lost where its number is known; the decoder goes on behind it.
        self.reached = failed(error).and_then(|number| {
            self.reached.take().map(|reached| Reached { number: Some(number), ..reached })
        });
        if let EvtxError::FailedToReadRecordAt { offset, .. } = error {
            self.astray = Some(*offset as usize + 1);
        }
        let Some(record) = record else {
            self.failed += 1;
            return ControlFlow::Continue(());
        };
        if matches!(self.unread, Unread::Some(wanted) if wanted.contains_key(&(record.offset as u64))) {
            self.left = self.left.saturating_sub(1);
        }
        let end = record.offset + record.size;
        (self.at, self.astray) = (self.behind(record.offset, end, sink), None);
        if let Some(reached) = &mut self.reached {
            reached.end = self.at as u64;
        }
        self.end_if(self.at != end || !records::is_empty(bytes, record))
    }

    /// Whether a record for which others left nothing is decoded anew: there are such, and it was not tried too often.
    fn may_retry(&mut self) -> bool {
        let may = !self.is_first && self.retries > 0;
        self.retries -= usize::from(may);
        may
    }

    /// Ends a round that has taken enough, if more may follow.
    fn end_if(&self, has_enough: bool) -> ControlFlow<()> {
        let follows = self.left > 0 && self.at < self.chunk.end;
        if has_enough && follows { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// The decoder takes zeros for the end of the records. Where it found no way on, it has said so.
    fn tell_short(&self, sink: &mut dyn Sink) {
        if let (Unread::All, CHUNK_BYTES, Some(reached)) = (self.unread, self.chunk.present, &self.reached)
            && let Some(message) = reached.short_of(self.chunk)
        {
            sink.trouble(Trouble::lost(Code::DamagedChunk, self.chunk.offset + reached.end, message));
        }
    }

    /// Records that were walked over, and that the decoder did not come to.
    fn tell_left(&self, sink: &mut dyn Sink) {
        let left = self.left.saturating_sub(self.failed);
        if matches!(self.unread, Unread::Some(_)) && left > 0 {
            let message =
                format!("{left} record(s) of a chunk were not read: the decoder did not come to them.");
            let trouble = Trouble::lost(Code::DamagedChunk, self.chunk.offset, message);
            sink.trouble(Trouble { lost: left as u64, ..trouble });
        }
    }

    /// What there is to say of the records that follow in a chunk made to take all memory.
    fn given_up(&self) -> Trouble {
        let follow = self.chunk.records.iter().filter(|record| record.offset >= self.at);
        let lost = match self.unread {
            Unread::All => follow.count().max(1),
            Unread::Some(_) => self.left,
        };
        let message = format!(
            "{lost} record(s) of a chunk, from byte {} of it on, were not read: to decode those before them takes more than {} MiB \
             of memory, or comes to no end, as with no records of Windows.",
            self.at,
            limits::EVTX_CHUNK_BYTES >> 20
        );
        let trouble = Trouble::lost(Code::DamagedChunk, self.chunk.offset + self.at as u64, message);
        Trouble { lost: lost as u64, ..trouble }
    }

    /// Hands over the records that XML can't carry, of the first `count` that the decoder gives, as JSON: names that damage
    /// made, control characters in values.
    fn take_otherwise(
        &mut self,
        decoder: &mut EvtxChunk<'_>,
        count: usize,
        mut left: NotExacts,
        sink: &mut dyn Sink,
    ) {
        let chunk = self.chunk.offset;
        if left.is_empty() {
            return;
        }
        // Each time the decoder gives all records together new means.
        let mut again = true;
        while std::mem::take(&mut again) {
            self.is_first = true;
            for record in decoder.iter().take(count).flatten() {
                let at = record.binxml_offset;
                let Ok(index) = left.binary_search_by_key(&at, |(at, _)| *at) else { continue };
                let Some(why) = left[index].1.take() else { continue };
                if let Err(why) = self.as_json(record, why, sink) {
                    left[index].1 = Some(why);
                    again = true;
                    break;
                }
                self.is_first = false;
            }
        }
        for (at, why) in left.into_iter().filter_map(|(at, why)| Some((at, why?))) {
            sink.trouble(why.trouble(chunk + at.saturating_sub(RECORD_HEADER_BYTES)));
        }
    }

    /// Hands over a record as JSON, or says what is wrong with it; gives back why it was not exact if it is to be decoded anew.
    fn as_json(
        &mut self,
        record: EvtxRecord<'_>,
        why: NotExact,
        sink: &mut dyn Sink,
    ) -> Result<(), NotExact> {
        let span = span_of(&record, self.chunk.offset);
        let value = match record.clone().into_json_value() {
            Ok(record) => record.data,
            Err(error) if is_spent(&error) && self.may_retry() => return Err(why),
            Err(_) => Value::Null,
        };
        let raw = value.to_string();
        let why = match why {
            NotExact::Underscore if !needs_json(&raw) => match take(record, self.chunk.offset, true, sink) {
                Ok(()) => return Ok(()),
                Err(NotExact::Spent(_)) if self.may_retry() => return Err(why),
                Err(why) => why,
            },
            why => why,
        };
        match json::held::events(&value).events.into_iter().next() {
            Some(Ok(event)) => {
                let replaced = raw.contains(char::REPLACEMENT_CHARACTER);
                sink.event(Found { event: &event, span, raw: &raw, form: Form::Json, replaced });
            }
            _ => sink.trouble(why.trouble(span.offset)),
        }
        Ok(())
    }
}

/// Makes one record without content of all that stands before the one at `at`, so that the decoder goes on there. What may be
/// referred to stays where it is.
fn begin_at(chunk: &mut [u8], at: usize) {
    // The decoder ends behind the record that has the number of the last one.
    let number = records::stated_end(chunk).map_or(0, |(_, last)| last.wrapping_add(1));
    records::make_empty(chunk, CHUNK_HEADER_BYTES..at, number);
    // With a time that is none, it would look for records inside of that one.
    let time = CHUNK_HEADER_BYTES + RECORD_HEADER_BYTES as usize - size_of::<u64>();
    chunk[time..time + size_of::<u64>()].fill(0);
}

/// How far the decoder came in a chunk.
struct Reached {
    /// Behind the last record.
    end: u64,
    /// Its number.
    number: Option<u64>,
}

impl Default for Reached {
    fn default() -> Reached {
        Reached { end: CHUNK_HEADER_BYTES as u64, number: None }
    }
}

impl Reached {
    fn of(record: &EvtxRecord<'_>) -> Reached {
        let end = record.binxml_offset + u64::from(record.binxml_size) + 4;
        Reached { end, number: Some(record.event_record_id) }
    }

    /// What must be said if that is not where the records end. Some logs state an end behind zeros.
    fn short_of(&self, chunk: &Chunk<'_>) -> Option<String> {
        let (end, (_, last)) = (chunk.end, records::stated_end(chunk.bytes)?);
        let between = chunk.bytes.get(self.end as usize..end)?;
        let is_last = || self.number == Some(last) && between.iter().all(|byte| *byte == 0);
        (!between.is_empty() && !is_last()).then(|| {
            format!(
                "The records of a chunk that can be read end at byte {} of it, and others should follow up to byte {end}. Those \
                 between are lost.",
                self.end
            )
        })
    }
}

/// Whether the record goes on where the file has ended. It could be decoded all the same, with zeros
/// for what is lost: values that nobody logged.
fn is_cut(record: &EvtxRecord<'_>, present: usize) -> bool {
    record.binxml_offset + u64::from(record.binxml_size) + 4 > present as u64
}

fn cut_record(record: &EvtxRecord<'_>, chunk: u64) -> Trouble {
    let offset = chunk + record.binxml_offset.saturating_sub(RECORD_HEADER_BYTES);
    Trouble {
        record: Some(record.event_record_id),
        ..Trouble::lost(Code::Truncated, offset, "A record is cut off: the file ends before its end.")
    }
}

/// The records of a chunk that must be decoded.
pub enum Unread {
    /// All that the decoder finds.
    All,
    /// Those that were not skimmed: their numbers by offset.
    Some(BTreeMap<u64, u64>),
}

impl Unread {
    /// How many there are, as far as it is known.
    pub fn len(&self) -> usize {
        match self {
            Unread::All => usize::MAX,
            Unread::Some(records) => records.len(),
        }
    }

    fn holds(&self, record: &EvtxRecord<'_>) -> bool {
        match self {
            Unread::All => true,
            Unread::Some(records) => {
                records.contains_key(&record.binxml_offset.saturating_sub(RECORD_HEADER_BYTES))
            }
        }
    }

    /// True when the error is about a record that was skimmed, whose System part is sound.
    fn excuses(&self, error: &EvtxError) -> bool {
        match (self, error) {
            (Unread::Some(records), EvtxError::FailedToParseRecord { record_id, .. }) => {
                !records.values().any(|number| number == record_id)
            }
            _ => false,
        }
    }
}

/// The number of the record that an error is about, where the decoder goes on behind it.
fn failed(error: &EvtxError) -> Option<u64> {
    match error {
        EvtxError::FailedToParseRecord { record_id, .. } => Some(*record_id),
        _ => None,
    }
}

/// Whether the decoder only had nothing left for the record, and would read it in another round.
fn is_spent(error: &EvtxError) -> bool {
    match error {
        EvtxError::FailedToParseRecord { source, .. } => is_spent(source),
        EvtxError::FailedToCreateRecordModel(why) => *why == SPENT,
        _ => false,
    }
}

/// Where a record lies in the file.
fn span_of(record: &EvtxRecord<'_>, chunk: u64) -> Span {
    Span {
        offset: chunk + record.binxml_offset.saturating_sub(RECORD_HEADER_BYTES),
        // The size is repeated in four bytes after the content.
        length: RECORD_HEADER_BYTES + u64::from(record.binxml_size) + 4,
        nth: 0,
        // The chunk is found again by counting from the file header.
        direct: chunk_offset(chunk) == chunk,
    }
}

/// Why a record's XML is not what it holds, and what to say if its JSON is not either.
enum NotExact {
    /// It gives no XML that can be read.
    NoXml(Trouble),
    /// Records before it left it nothing of what the decoder gives to all records together.
    Spent(Trouble),
    /// The decoder writes `_` where XML does not allow a character, and there is one.
    Underscore,
}

impl NotExact {
    /// What to say of the record at this offset of the file.
    fn trouble(self, offset: u64) -> Trouble {
        match self {
            NotExact::NoXml(trouble) | NotExact::Spent(trouble) => trouble,
            NotExact::Underscore => {
                let message = "A record with control characters can't be decoded.";
                Trouble::lost(Code::DamagedRecord, offset, message)
            }
        }
    }
}

/// Hands over one record as XML, or says why that would not be exact; `exact`: it is known to be.
fn take(record: EvtxRecord<'_>, chunk: u64, exact: bool, sink: &mut dyn Sink) -> Result<(), NotExact> {
    let (number, span) = (record.event_record_id, span_of(&record, chunk));
    let lost = |reason: String| {
        let trouble = Trouble::lost(Code::DamagedRecord, span.offset, reason);
        Trouble { record: Some(number), ..trouble }
    };
    let rendered = record.into_xml_bytes().map_err(|error| {
        let trouble = lost(format!("A record can't be decoded: {}.", chain(&error)));
        if is_spent(&error) { NotExact::Spent(trouble) } else { NotExact::NoXml(trouble) }
    })?;
    let (raw, replaced) = text::utf8(&rendered.data);
    if !exact && memchr::memchr(b'_', raw.as_bytes()).is_some() {
        return Err(NotExact::Underscore);
    }
    let event = xml::event::parse_rendering(&raw).map_err(|why| NotExact::NoXml(lost(why)))?;
    sink.event(Found { event: &event, span, raw: &raw, form: Form::Evtx, replaced });
    Ok(())
}

/// Whether JSON text holds a character that XML 1.0 (2.2) does not allow, or what stands for half a surrogate pair, for which
/// the decoder writes `_` in XML too.
fn needs_json(json: &str) -> bool {
    let escaped = ["\\u00", "\\b", "\\f"].iter().any(|escape| json.contains(escape));
    escaped || json.contains([char::REPLACEMENT_CHARACTER, '\u{fffe}', '\u{ffff}'])
}

/// What the decoder says of a record that it can't read. `chunk`: the offset of its chunk; `place`: where it stands in that, if that
/// is known.
fn lost_record(error: &EvtxError, chunk: u64, place: Option<Record>) -> Trouble {
    let message = format!("A record can't be read: {}.", chain(error));
    let (record, at) = match error {
        EvtxError::FailedToParseRecord { record_id, .. } => {
            (Some(*record_id), place.map_or(0, |record| record.offset as u64))
        }
        EvtxError::FailedToReadRecordAt { offset, .. } => (None, *offset),
        _ => (None, 0),
    };
    Trouble { record, ..Trouble::lost(Code::DamagedRecord, chunk + at, message) }
}

/// An error with all its causes.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{}: {more}", text.trim_end_matches('.'));
        }
        cause = inner.source();
    }
    text.trim_end_matches('.').to_owned()
}
