//! One input read to the end: bytes in, findings out.

use crate::detect;
use crate::findings::{Collector, Counts, Findings};
use crate::intake::{Intake, Planned, Want};
use crate::passwords::Passwords;
use crate::problem::Code;
use crate::rule::Rule;
use crate::source::whole::Whole;
use crate::source::{Sink, Trouble};

/// How far a scan has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the input that were taken.
    pub bytes: u64,
    /// Its format, once it is known.
    pub format: Option<String>,
    /// The funnel so far.
    pub counts: Counts,
    /// Problems so far.
    pub problems: u64,
}

/// Scans one input for a rule's matches.
pub struct Scan {
    intake: Intake,
    collector: Collector,
    /// What was handed over already, summed up.
    progress: Progress,
    /// An error is among that.
    error: bool,
    size: Option<u64>,
}

impl Scan {
    /// A scan of input number `source`. Without a size the input can only be read front to back,
    /// so a zip archive in it is held in memory.
    pub fn new(rule: &'static Rule, source: u32, name: &str, size: Option<u64>) -> Scan {
        Scan {
            intake: Intake::new(name, size, rule.filter.needle()),
            collector: Collector::new(rule, source),
            progress: Progress::default(),
            error: false,
            size,
        }
    }

    /// A scan that parses every event in full, to verify what the other one finds.
    pub fn verifying(rule: &'static Rule, source: u32, name: &str, size: Option<u64>) -> Scan {
        Scan { intake: Intake::new(name, size, None), ..Scan::new(rule, source, name, size) }
    }

    /// A scan of a part of input number `source`, which is `size` bytes long.
    pub fn of_part(rule: &'static Rule, source: u32, name: &str, size: u64, planned: &Planned) -> Scan {
        let mut collector = Collector::new(rule, source);
        collector.format(&planned.format);
        let intake = Intake::of_part(name, size, planned, rule.filter.needle());
        Scan { intake, collector, progress: Progress::default(), error: false, size: Some(size) }
    }

    /// A scan of a part that parses every event in full.
    pub fn verifying_part(
        rule: &'static Rule,
        source: u32,
        name: &str,
        size: u64,
        planned: &Planned,
    ) -> Scan {
        let intake = Intake::of_part(name, size, planned, None);
        Scan { intake, ..Scan::of_part(rule, source, name, size, planned) }
    }

    /// Tries encrypted archives with these, before any bytes are pushed.
    pub fn set_passwords(&mut self, passwords: &Passwords) {
        self.intake.set_passwords(passwords);
    }

    /// Counts bytes of the input that other scans took.
    pub fn after(mut self, bytes: u64) -> Scan {
        self.progress.bytes += bytes;
        self
    }

    /// The next part of the input that is wanted; any prefix of it may be pushed. None: enough was
    /// read, [`Scan::finish`] is next.
    pub fn want(&self) -> Option<Want> {
        self.intake.want()
    }

    /// Takes bytes from the start of the wanted part.
    pub fn push(&mut self, bytes: &[u8]) {
        self.progress.bytes += bytes.len() as u64;
        self.intake.push(bytes, &mut self.collector);
    }

    /// How far it has come.
    pub fn progress(&self) -> Progress {
        let findings = &self.collector.findings;
        let mut progress = self.progress.clone();
        progress.counts += findings.counts;
        progress.problems += findings.problems.total();
        progress.format = findings.format.clone().or(progress.format);
        // A zip's directory is read twice.
        progress.bytes = progress.bytes.min(self.size.unwrap_or(u64::MAX));
        progress
    }

    /// Whether a match was found since the last call of [`Scan::take`].
    pub fn has_match(&self) -> bool {
        self.collector.findings.counts.matches > 0
    }

    /// Hands over what was found since the last call.
    pub fn take(&mut self) -> Findings {
        let bytes = self.progress.bytes;
        self.progress = Progress { bytes, ..self.progress() };
        self.error |= self.collector.findings.problems.any_error();
        self.collector.take()
    }

    /// The input has ended; hands over the rest.
    pub fn finish(mut self) -> Findings {
        self.intake.finish(&mut self.collector);
        let Progress { format, counts, problems, .. } = self.progress();
        if format.as_deref().is_some_and(detect::names_packing) {
            let error = self.error || self.collector.findings.problems.any_error();
            let logs = error || counts != Counts::default();
            self.collector.findings.whole = Some(Whole::Archive(logs, problems > 0));
        }
        self.collector.findings.parts.push(self.intake.part());
        self.take()
    }

    /// Breaks the scan off; hands over what was found.
    pub fn cancel(self) -> Findings {
        let read = self.progress.bytes;
        let message = match read {
            0 => "Reading was stopped before it began; nothing of this input is in the result.".to_owned(),
            _ => format!("Reading was stopped after {read} bytes; the result is partial."),
        };
        self.stop(Code::Cancelled, message)
    }

    /// The input can't be read on; hands over what was found. `reason`: a sentence.
    pub fn fail(self, reason: &str) -> Findings {
        let read = self.progress.bytes;
        let message = match read {
            0 => format!("Nothing could be read: {reason}"),
            _ => format!("Reading failed after {read} bytes: {reason}"),
        };
        self.stop(Code::ReadFailed, message)
    }

    /// The input is not to be opened. `reason`: a sentence.
    pub fn refuse(self, reason: &str) -> Findings {
        self.stop(Code::NotOpened, format!("It was not opened: {reason}"))
    }

    /// The reader of the input broke down; what it had not handed over is lost. `reason`: a sentence.
    pub fn crash(self, reason: &str) -> Findings {
        let read = self.progress.bytes;
        let message = match read {
            0 => format!("{reason} Nothing of it is in the result."),
            _ => format!("{reason} That was after {read} bytes; what was found until then stays."),
        };
        self.stop(Code::ReaderCrashed, message)
    }

    fn stop(mut self, code: Code, message: String) -> Findings {
        let place = Some(self.progress.bytes).filter(|bytes| *bytes > 0);
        self.collector.trouble(Trouble::note(code, place, message));
        self.take()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use testlog::rng::Rng;
    use testlog::zip::{self, Member};

    use super::Scan;
    use crate::findings::Findings;
    use crate::intake::{Want, plan};
    use crate::limits::{MATCH_BYTES, MEMBERS_LISTED};
    use crate::problem::Code;
    use crate::report::{Report, problems};
    use crate::rule::wmi::RULE;
    use crate::session::Session;
    use crate::view;

    fn log(events: usize, bytes: usize) -> String {
        let event = |number: usize| {
            format!(
                "<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID>\
                 <TimeCreated SystemTime='2024-05-01T10:00:00Z'/></System><EventData><Data Name='Image'>a.exe</Data>\
                 <Data Name='ParentImage'>WmiPrvSE.exe</Data><Data Name='CommandLine'>{number:0bytes$}</Data></EventData></Event>"
            )
        };
        (0..events).map(event).collect()
    }

    /// How many problems each input has; all must be of this kind.
    fn left_out(session: &Session) -> Vec<u64> {
        let of = |source: &crate::session::Source| {
            let problems = source.findings.problems.list();
            assert!(problems.iter().all(|(problem, _)| problem.code == Code::RowsLeftOut), "{problems:?}");
            source.findings.problems.total()
        };
        session.sources().iter().map(of).collect()
    }

    /// What was left out beside an input that is taken out has room then, and is read anew.
    #[test]
    fn an_input_that_is_taken_out_makes_room() {
        let mut session = Session::new(&RULE);
        let both = log(24, MATCH_BYTES / 20);
        let (one, other) = both.split_at(both.len() / 2);
        let add = |session: &mut Session, text: &str| {
            let source = session.add_source("log", text.len() as u64);
            let mut scan = session.scan(source).unwrap();
            scan.push(text.as_bytes());
            assert!(session.absorb(scan.finish()));
            source
        };
        let (first, last) = (add(&mut session, one), add(&mut session, other));
        assert_eq!((left_out(&session), session.rows().count()), (vec![0, 1], 19));
        assert_eq!(session.remove(first), [last]);
        assert!(session.inputs().next().is_none(), "both are gone");
        add(&mut session, other);
        assert_eq!((left_out(&session)[2], session.rows().count()), (0, 12));
        // The one that lacked some is taken out: what comes then has room for what is left.
        let late = add(&mut session, one);
        assert_eq!(left_out(&session)[3], 1);
        assert_eq!(session.remove(late), [0; 0]);
        add(&mut session, &one[..one.len() / 4]);
        assert_eq!((left_out(&session)[4], session.rows().count()), (0, 15));
    }

    #[test]
    fn matches_that_do_not_fit_are_counted_and_reported() {
        let mut session = Session::new(&RULE);
        let text = log(30, MATCH_BYTES / 20);
        let source = session.add_source("a", text.len() as u64);
        let mut scan = session.scan(source).unwrap();
        scan.push(text.as_bytes());
        assert!(session.absorb(scan.finish()));
        assert_eq!(session.sources()[0].findings.counts.matches, 30);
        assert_eq!(session.rows().count(), 19);
        assert_eq!(left_out(&session), [1]);
        assert!(session.take_judged().contains(&0));

        // What another input has is no longer kept either.
        let source = session.add_source("b", text.len() as u64);
        let mut scan = session.scan(source).unwrap();
        scan.push(&log(40, MATCH_BYTES / 20).as_bytes()[text.len()..]);
        assert!(session.absorb(scan.finish()));
        assert_eq!(session.rows().count(), 19);
        assert_eq!(left_out(&session), [1, 1]);
        assert_eq!(session.take_judged().len(), 2, "what one holds changes what the others are said to lack");
        assert_eq!(session.sources()[1].findings.counts.matches, 10);

        // What is advised helps: alone, in a new session, it has all its rows.
        let advice = problems(&session.sources()[1].findings)[0].next;
        assert!(advice.starts_with("Read this input alone, in a new session"), "{advice}");
        let mut session = Session::new(&RULE);
        let source = session.add_source("b", text.len() as u64);
        let mut scan = session.scan(source).unwrap();
        scan.push(&log(40, MATCH_BYTES / 20).as_bytes()[text.len()..]);
        assert!(session.absorb(scan.finish()));
        assert_eq!((session.rows().count(), left_out(&session)), (10, vec![0]));
    }

    /// Events of up to 60 KB; some agree in all that a row shows.
    fn mixed(rng: &mut Rng, source: u32) -> String {
        let event = |record: u32| {
            let number = rng.below(100);
            let bytes = 60_000 - 599 * number as usize;
            format!(
                "<Event xmlns='u'><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID>\
                 <EventRecordID>{record}</EventRecordID><TimeCreated SystemTime='2024-05-01T10:00:00Z'/></System>\
                 <EventData><Data Name='Image'>{}.exe</Data><Data Name='ParentImage'>WmiPrvSE.exe</Data>\
                 <Data Name='User'>{source}</Data><Data Name='CommandLine'>{number:0bytes$}</Data></EventData></Event>\n",
                record % 3
            )
        };
        (0..60).map(event).collect()
    }

    /// The findings of an input, as workers hand them over that read its parts.
    fn pieces(rng: &mut Rng, source: u32, text: &[u8], part: u32, piece: u32) -> Vec<Findings> {
        let size = text.len() as u64;
        let parts = plan(text, u64::from(part));
        assert!(parts.len() > 1);
        let mut found = Vec::new();
        for part in parts {
            let mut scan = Scan::of_part(&RULE, source, "log", size, &part);
            while let Some(Want { offset, length }) = scan.want() {
                let (from, most) = (offset as usize, 1 + rng.below(piece) as usize);
                let to = from + most.min(length as usize).min(text.len() - from);
                if from == to {
                    break;
                }
                scan.push(&text[from..to]);
                if rng.below(3) == 0 {
                    found.push(scan.take());
                }
            }
            found.push(scan.finish());
        }
        found
    }

    /// More members than are listed, in all of which something is counted; the matches are in two of them.
    fn archive(rng: &mut Rng) -> Vec<u8> {
        let (first, second) = (rng.below(40), rng.below(40));
        let content = |number: u32| match number == first || number == second {
            true => log(1 + number as usize % 3, 1).replace("Image'>a.exe", "Image'>b.exe"),
            false => log(1 + number as usize % 3, 1).replace("WmiPrvSE.exe", "cmd.exe"),
        };
        let contents: Vec<_> = (0..40).map(|number| (format!("{number}.xml"), content(number))).collect();
        let members: Vec<_> =
            contents.iter().map(|(name, text)| Member::new(name, text.as_bytes())).collect();
        zip::archive(&members)
    }

    /// Process creations of more hosts and in more channels than are counted apart.
    fn with_names(rng: &mut Rng) -> String {
        let event = |_| {
            let (channel, host) = (rng.below(40), rng.below(40));
            format!(
                "<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID><Channel>c{channel}</Channel>\
                 <Computer>h{host}</Computer></System><EventData><Data Name='Image'>a.exe</Data></EventData></Event>\n"
            )
        };
        (0..200).map(event).collect()
    }

    fn summary(session: &Session) -> String {
        serde_json::to_string_pretty(&view::summary(session, |_| true)).unwrap()
    }

    fn absorb_in_any_order(session: &mut Session, mut found: Vec<Findings>, rng: &mut Rng) {
        while !found.is_empty() {
            let next = found.swap_remove(rng.below(found.len() as u32) as usize);
            assert!(session.absorb(next));
        }
    }

    /// Two sessions over the same inputs: one reads each as a whole, the other in parts of a size from the first
    /// number on, up to so much more, in any order.
    fn whole_and_in_parts(
        rng: &mut Rng,
        texts: &[String],
        (least, more): (u32, u32),
        piece: u32,
    ) -> (Session, Session) {
        let (mut whole, mut in_parts) = (Session::new(&RULE), Session::new(&RULE));
        let mut found = Vec::new();
        for text in texts {
            let source = whole.add_source("log", text.len() as u64);
            let mut scan = whole.scan(source).unwrap();
            scan.push(text.as_bytes());
            assert!(whole.absorb(scan.finish()));
            in_parts.add_source("log", text.len() as u64);
            let part = least + rng.below(more);
            found.extend(pieces(rng, source, text.as_bytes(), part, piece));
        }
        absorb_in_any_order(&mut in_parts, found, rng);
        (whole, in_parts)
    }

    fn report(session: &Session) -> String {
        serde_json::to_string_pretty(&Report::of(session)).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_members_that_are_listed_are_the_same_in_any_order_of_workers(seed: u64) {
            let mut rng = Rng::new(seed);
            let bytes = archive(&mut rng);
            let (mut one, mut other) = (Session::new(&RULE), Session::new(&RULE));
            let size = bytes.len() as u64;
            for session in [&mut one, &mut other] {
                session.add_source("logs.zip", size);
            }
            let mut scan = one.scan(0).unwrap();
            while let Some(Want { offset, length }) = scan.want() {
                scan.push(&bytes[offset as usize..(offset + length) as usize]);
            }
            prop_assert!(one.absorb(scan.finish()));
            let part = 1 + rng.below(40_000);
            let found = pieces(&mut rng, 0, &bytes, part, 300);
            absorb_in_any_order(&mut other, found, &mut rng);
            prop_assert_eq!(report(&one), report(&other));
            let listed = one.sources()[0].findings.members.iter().count();
            prop_assert!((MEMBERS_LISTED..MEMBERS_LISTED + 3).contains(&listed), "{}", listed);
            prop_assert_eq!(one.sources()[0].findings.members.left_out(), 40 - listed as u64);
            let matches: u64 = one.sources()[0].findings.members.iter().map(|member| member.counts.matches).sum();
            prop_assert_eq!(matches, one.sources()[0].findings.counts.matches);
        }

        #[test]
        fn the_names_that_are_counted_are_the_same_in_any_order_of_workers(seed: u64) {
            let mut rng = Rng::new(seed);
            let texts: Vec<_> = (0..2).map(|_| with_names(&mut rng)).collect();
            let (one, other) = whole_and_in_parts(&mut rng, &texts, (500, 10_000), 3000);
            prop_assert_eq!(summary(&one), summary(&other));
            prop_assert!(summary(&one).contains("\"(others)\""));
        }

        #[test]
        fn what_does_not_fit_is_the_same_in_any_order_of_workers(seed: u64) {
            let mut rng = Rng::new(seed);
            let texts: Vec<_> = (0..3).map(|source| mixed(&mut rng, source)).collect();
            let (one, other) = whole_and_in_parts(&mut rng, &texts, (50_000, 900_000), 400_000);
            // The reports are too long to be printed.
            prop_assert_eq!(one.rows().count(), other.rows().count());
            prop_assert!(report(&one) == report(&other));

            // Those that are kept are the first ones, and as many as fit.
            let mut places: Vec<_> = one.groups().iter().flat_map(|group| &group.matches)
                .map(|(source, found)| (*source, found.locator.record_id.unwrap())).collect();
            places.sort_unstable();
            let all: Vec<_> = (0..3).flat_map(|source| (0..60).map(move |record| (source, record))).collect();
            prop_assert_eq!(&places[..], &all[..places.len()]);
            prop_assert!((10..170).contains(&places.len()), "{}", places.len());
            for source in one.sources() {
                prop_assert_eq!(source.findings.counts.matches, 60);
            }
            prop_assert!(left_out(&one).contains(&1));
        }
    }
}
