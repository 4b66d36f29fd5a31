//! An input read in parts, in any order, gives the report of one reading.

use crate::common::forms::{self, Form};
use crate::common::{self, in_parts, mended, misfit_of, report_of};
use proptest::prelude::*;
use sysmon_triage::intake::plan;
use testlog::{Event, Options, Size};

fn events(seed: u64, count: u64) -> Vec<Event> {
    let options = Options { seed, size: Size::Events(count), matches: 9, groups: 4, ..Options::default() };
    testlog::log(&options).0
}

/// Compares with one reading, and says in how many parts the input was read.
fn check(form: &Form, part: u64, piece: usize, turn: usize) -> usize {
    let parts = plan(&form.bytes, part);
    let count = parts.len();
    assert!(!misfit_of(&form.name, &form.bytes, parts, piece, turn), "{} in parts of {part}", form.name);
    count
}

/// The same of a table: whether a part begins inside of quotes is told by the first ones in it, and the fewer bytes a part
/// has the more often wrongly. It is noticed, and all is read as a whole.
fn read_anyhow(form: &Form, part: u64, piece: usize, turn: usize) {
    misfit_of(&form.name, &form.bytes, plan(&form.bytes, part), piece, turn);
}

/// A log whose tables are guessed wrongly in parts of 199 bytes.
#[test]
fn a_wrong_guess_is_noticed() {
    let events = events(13_907_931_591_612_845_591, 60);
    for form in forms::plain(&events).iter().filter(|form| form.name.ends_with(".csv")) {
        read_anyhow(form, 199, 1, 1);
    }
}

#[test]
fn text_and_event_logs_are_split() {
    let counts: Vec<_> = forms::plain(&events(1, 600))
        .iter()
        .map(|form| (form.name.clone(), check(form, 4000, 777, 1)))
        .collect();
    let split = |name: &str| counts.iter().any(|(form, parts)| form.contains(name) && *parts > 1);
    for name in ["Utf8.xml", "(EvtxDump, Lines)", "evtx", "splunk.csv", "apt_hunter.csv", "fields.csv"] {
        assert!(split(name), "{name} is never split: {counts:?}");
    }
}

/// `<Event ` inside a CDATA section looks like a beginning to a reader that starts there. Event XML
/// from Windows never has one, but a file may.
#[test]
fn a_beginning_that_is_none_is_noticed() {
    let event = |data: &str| {
        format!(
            "<Event xmlns='u'><System><EventID>1</EventID></System><EventData><Data Name='a'>{data}</Data></EventData></Event>\n"
        )
    };
    let trap = format!("<![CDATA[{}]]>", "<Event x='1'></Event>".repeat(40));
    let text = event("plain") + &event(&trap) + &event("plain");
    let parts = plan(text.as_bytes(), 300);
    assert!(parts.len() > 3);
    let mut session = in_parts("trap.xml", text.as_bytes(), &parts, 100);
    assert!(!session.sources()[0].findings.complete);
    assert!(mended(&mut session, text.as_bytes()));
    assert_eq!(report_of(&session), report_of(&common::session(&[("trap.xml", text.as_bytes())], 1 << 20)));
    assert_eq!(report_of(&session)["totals"]["records"], 3);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Parts of any size, from a few bytes up, in any order.
    #[test]
    fn any_parts_in_any_order(seed in any::<u64>(), part in 60u64..9000, piece in 1usize..5000, turn in any::<usize>()) {
        let events = events(seed, 60);
        for form in forms::plain(&events).into_iter().chain(forms::rendered(&events)) {
            if form.name.ends_with(".csv") {
                read_anyhow(&form, part, piece, turn);
            } else {
                check(&form, part, piece, turn);
            }
        }
    }
}

mod out_of_step {
    use super::*;
    use proptest::sample::Index;
    use testlog::evtx::{self, CHUNK_BYTES, HEADER_BYTES, Style};

    proptest! {
        #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

        /// Chunks that begin where none should, with bytes missing or put in anywhere: parts give what the whole gives.
        #[test]
        fn chunks_in_parts(
            seed in any::<u64>(),
            places in proptest::collection::vec((any::<Index>(), 0usize..12, proptest::collection::vec(prop_oneof![Just(b'E'), Just(b'l'), any::<u8>()], 0..9)), 1..4),
            piece in 1usize..100_000,
        ) {
            let mut bytes = evtx::file(&events(seed, 150), Style::default());
            for (place, missing, new) in places {
                let at = place.index(bytes.len());
                let end = (at + missing).min(bytes.len());
                bytes.splice(at..end, new);
            }
            let starts: Vec<_> = (HEADER_BYTES..bytes.len()).step_by(CHUNK_BYTES).skip(1).map(|at| at as u64).collect();
            let mut session = common::in_parts("a.evtx", &bytes, &common::cut_at(&bytes, &starts), piece);
            common::mended(&mut session, &bytes);
            let whole = common::session(&[("a.evtx", &bytes)], 1 << 20);
            prop_assert_eq!(common::report_of(&session), common::report_of(&whole));
        }
    }
}
