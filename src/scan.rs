//! One input read to the end: bytes in, findings out.

use crate::findings::{Collector, Counts, Findings};
use crate::intake::{Intake, Planned, Want};
use crate::problem::Code;
use crate::rule::Rule;
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
        Scan { intake, collector, progress: Progress::default(), size: Some(size) }
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

    /// Hands over what was found since the last call.
    pub fn take(&mut self) -> Findings {
        let bytes = self.progress.bytes;
        self.progress = Progress { bytes, ..self.progress() };
        self.collector.take()
    }

    /// The input has ended; hands over the rest.
    pub fn finish(mut self) -> Findings {
        self.intake.finish(&mut self.collector);
        let counts = self.progress().counts;
        let packed = matches!(self.progress().format.as_deref(), Some("zip" | "gzip" | "tar"));
        let problems = self.progress().problems;
        let only_others = !self.collector.findings.problems.any_error() && problems > 0;
        if packed && only_others && counts == Counts::default() {
            let message = "Nothing in the archive is an event log.";
            self.collector.trouble(Trouble::note(Code::UnknownFormat, None, message));
        }
        self.collector.findings.parts.push(self.intake.part());
        self.take()
    }

    /// Breaks the scan off; hands over what was found.
    pub fn cancel(self) -> Findings {
        let read = self.progress.bytes;
        self.stop(Code::Cancelled, format!("Reading was stopped after {read} bytes; the result is partial."))
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

    /// The reader of the input broke down; what it had not handed over is lost. `reason`: a sentence.
    pub fn crash(self, reason: &str) -> Findings {
        let read = self.progress.bytes;
        let message = format!("{reason} That was after {read} bytes; what was found until then stays.");
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
    use crate::limits::MATCH_BYTES;
    use crate::problem::Code;
    use crate::rule::wmi::RULE;
    use crate::session::Session;

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
    fn over_limit(session: &Session) -> Vec<u64> {
        let of = |source: &crate::session::Source| {
            let problems = source.findings.problems.list();
            assert!(problems.iter().all(|(problem, _)| problem.code == Code::OverLimit), "{problems:?}");
            source.findings.problems.total()
        };
        session.sources().iter().map(of).collect()
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
        assert_eq!(over_limit(&session), [11]);

        // What another input has is no longer kept either.
        let source = session.add_source("b", text.len() as u64);
        let mut scan = session.scan(source).unwrap();
        scan.push(&log(40, MATCH_BYTES / 20).as_bytes()[text.len()..]);
        assert!(session.absorb(scan.finish()));
        assert_eq!(session.rows().count(), 19);
        assert_eq!(over_limit(&session), [11, 1]);
        assert_eq!(session.sources()[1].findings.counts.matches, 10);
    }
}
