//! Damaged logs: what is lost is named with its place and its cause, and all else is still read.

use crate::common::damage::{evtx_of, gives, log, xml_of};
use crate::common::{self, assert_expected, problems, report};
use expect_test::expect;
use testlog::evtx::{self, CHUNK_BYTES, HEADER_BYTES};
use testlog::json::{self, Shape};
use testlog::{Event, Expected, csv};

/// All but these.
fn without(events: &[Event], lost: impl Fn(usize) -> bool) -> impl Iterator<Item = &Event> {
    events.iter().enumerate().filter(move |(at, _)| !lost(*at)).map(|(_, event)| event)
}

/// Which events lie in which chunk.
fn chunk_of(offsets: &[usize], event: usize) -> usize {
    (offsets[event] - HEADER_BYTES) / CHUNK_BYTES
}

mod evtx_files {
    use super::*;

    #[test]
    fn cut_anywhere_keeps_what_is_whole() {
        let events = log(60);
        let bytes = evtx_of(&events);
        let offsets = evtx::record_offsets(&bytes);
        let ends = |at: usize| {
            let size = &bytes[offsets[at] + 4..offsets[at] + 8];
            offsets[at] + u32::from_le_bytes(size.try_into().unwrap()) as usize
        };
        for cut in (HEADER_BYTES + 513..bytes.len()).step_by(1021) {
            let report = report(&[("cut.evtx", &bytes[..cut])]);
            let whole = events.iter().enumerate().filter(|(at, _)| ends(*at) <= cut);
            assert_expected(&report, &Expected::of(whole.map(|(_, event)| event)));
            let said = problems(&report);
            let last_used = *offsets.last().unwrap() / CHUNK_BYTES * CHUNK_BYTES;
            if !(cut - HEADER_BYTES).is_multiple_of(CHUNK_BYTES) && cut < last_used {
                assert!(said.iter().any(|line| line.starts_with("error truncated")), "{cut}: {said:?}");
            }
        }
    }

    #[test]
    fn cut_inside_the_file_header() {
        let events = log(20);
        gives(
            "cut.evtx",
            &evtx_of(&events)[..1000],
            [],
            expect![[r#"
            error truncated [offset 0 (0x0)] The file ends inside its header, after 1000 bytes.
        "#]],
        );
    }

    #[test]
    fn cut_in_the_middle_of_a_chunk() {
        let events = log(60);
        let bytes = evtx_of(&events);
        let offsets = evtx::record_offsets(&bytes);
        gives(
            "cut.evtx",
            &bytes[..offsets[40] + 100],
            &events[..40],
            expect![[r#"
            error truncated [offset 0 (0x0)] The file header says 2 chunk(s); 1 were found: the others are missing, with all their records.
            error truncated [offset 4096 (0x1000)] The file ends 51452 bytes into a chunk of 65536; the records before the cut were read.
            error truncated [offset 55448 (0xd898), record 41] A record is cut off: the file ends before its end.
            warning bad_checksum [offset 4096 (0x1000)] The checksum of a chunk does not match its content; what is sound in it was read all the same.
        "#]],
        );
    }

    #[test]
    fn a_zeroed_chunk() {
        let events = log(150);
        let mut bytes = evtx_of(&events);
        let offsets = evtx::record_offsets(&bytes);
        bytes[HEADER_BYTES + CHUNK_BYTES..HEADER_BYTES + 2 * CHUNK_BYTES].fill(0);
        let rest = without(&events, |at| chunk_of(&offsets, at) == 1);
        gives(
            "zeroed.evtx",
            &bytes,
            rest,
            expect![[r#"
            error damaged_chunk [offset 69632 (0x11000)] 65536 bytes between chunks are zero; records that were there are lost.
            info stale_header [offset 0 (0x0)] The file header says 3 chunk(s); 2 were found and read.
        "#]],
        );
    }

    #[test]
    fn a_chunk_without_its_magic() {
        let events = log(150);
        let mut bytes = evtx_of(&events);
        let offsets = evtx::record_offsets(&bytes);
        bytes[HEADER_BYTES + CHUNK_BYTES] = b'X';
        let rest = without(&events, |at| chunk_of(&offsets, at) == 1);
        gives(
            "magic.evtx",
            &bytes,
            rest,
            expect![[r#"
            error damaged_chunk [offset 69632 (0x11000)] 65536 bytes where a chunk should begin are no chunk; records in them are lost.
            info stale_header [offset 0 (0x0)] The file header says 3 chunk(s); 2 were found and read.
        "#]],
        );
    }

    #[test]
    fn a_record_whose_content_is_junk() {
        let events = log(60);
        let mut bytes = evtx_of(&events);
        let offsets = evtx::record_offsets(&bytes);
        // Not the first of a chunk: it defines the templates of those that follow.
        bytes[offsets[8] + 24..offsets[9] - 4].fill(0xa5);
        gives(
            "junk.evtx",
            &bytes,
            without(&events, |at| at == 8),
            expect![[r#"
            error damaged_record [offset 18528 (0x4860), record 9] A record can't be read: Failed to parse record number 9: An error occurred while trying to deserialize evtx stream: Offset 0x00003879: Tried to read an invalid byte `0xa5` as binxml token.
            warning bad_checksum [offset 4096 (0x1000)] The checksum of a chunk does not match its content; what is sound in it was read all the same.
        "#]],
        );
    }

    /// The size of a record leads to the next one; the copy behind the record, or the next magic,
    /// finds the way back.
    #[test]
    fn a_record_whose_size_is_junk() {
        let events = log(60);
        let mut bytes = evtx_of(&events);
        let offsets = evtx::record_offsets(&bytes);
        bytes[offsets[8] + 4..offsets[8] + 8].copy_from_slice(&0x00ff_ffff_u32.to_le_bytes());
        gives(
            "size.evtx",
            &bytes,
            without(&events, |at| at == 8),
            expect![[r#"
            error damaged_record [offset 18528 (0x4860)] A record can't be read: Failed to read the record at offset 0x3860 of its chunk: Failed to parse record number 9: Failed to create record model, reason: record BinXML slice is out of bounds.
            warning bad_checksum [offset 4096 (0x1000)] The checksum of a chunk does not match its content; what is sound in it was read all the same.
        "#]],
        );
    }

    #[test]
    fn a_record_without_its_magic() {
        let events = log(60);
        let mut bytes = evtx_of(&events);
        let offsets = evtx::record_offsets(&bytes);
        bytes[offsets[8]..offsets[8] + 4].fill(0);
        gives(
            "record.evtx",
            &bytes,
            without(&events, |at| at == 8),
            expect![[r#"
            error damaged_record [offset 18528 (0x4860)] A record can't be read: Failed to read the record at offset 0x3860 of its chunk: An error occurred while trying to deserialize evtx stream: Invalid EVTX record header magic, expected `2a2a0000`, found `[ 0,  0,  0,  0]`.
            warning bad_checksum [offset 4096 (0x1000)] The checksum of a chunk does not match its content; what is sound in it was read all the same.
        "#]],
        );
    }

    #[test]
    fn wrong_checksums() {
        let events = log(20);
        let mut bytes = evtx_of(&events);
        bytes[HEADER_BYTES + 52] ^= 1;
        gives(
            "checksum.evtx",
            &bytes,
            &events,
            expect![[r#"
            warning bad_checksum [offset 4096 (0x1000)] The checksum of a chunk does not match its content; what is sound in it was read all the same.
        "#]],
        );
    }

    /// A chunk whose header says that it has no records: what is there is named.
    #[test]
    fn a_chunk_header_that_says_too_little() {
        let events = log(20);
        let mut bytes = evtx_of(&events);
        bytes[HEADER_BYTES + 48..HEADER_BYTES + 52].copy_from_slice(&512_u32.to_le_bytes());
        evtx::sign(&mut bytes[HEADER_BYTES..HEADER_BYTES + CHUNK_BYTES]);
        let report = report(&[("short.evtx", &bytes)]);
        let problems = problems(&report);
        assert!(
            problems[0].starts_with("info hidden_records [offset 4608 (0x1200)] 20 sound record(s)"),
            "{problems:?}"
        );
    }

    /// Another chunk begins among the records of one whose checksums are right all the same: it is read too.
    #[test]
    fn a_chunk_inside_of_a_signed_one() {
        let events = log(20);
        let outer = evtx_of(&events);
        let eleventh = evtx::record_offsets(&outer)[10];
        let mut bytes = [&outer[..eleventh], &outer[HEADER_BYTES..]].concat();
        evtx::sign(&mut bytes[HEADER_BYTES..HEADER_BYTES + CHUNK_BYTES]);
        let report = report(&[("forged.evtx", &bytes)]);
        let problems = problems(&report);
        let cut = format!("is cut after {}, where the next one begins", eleventh - HEADER_BYTES);
        assert!(problems.iter().any(|problem| problem.contains(&cut)), "{cut}: {problems:?}");
        assert_eq!(report["totals"]["records"], 30);
    }

    /// Of a chunk so little is left that the next one begins in its header; or so much that only the magic of the next one
    /// lies where it should end.
    #[test]
    fn a_chunk_cut_near_its_ends() {
        let log = evtx_of(&log(20));
        let chunk = &log[HEADER_BYTES..];
        for left in [8, 136, 511, CHUNK_BYTES - 8, CHUNK_BYTES - 16, CHUNK_BYTES - 43] {
            let bytes = [&log[..HEADER_BYTES], &chunk[..left], chunk].concat();
            let report = report(&[("cut.evtx", &bytes)]);
            let records = if left < 512 { 20 } else { 40 };
            assert_eq!(report["totals"]["records"], records, "{left}: {:?}", problems(&report));
            assert!(!problems(&report).is_empty(), "{left}");
        }
    }

    /// Zeros where records should go on look like the end of them to the decoder; the chunk's header knows better.
    #[test]
    fn records_behind_zeros() {
        let events = log(20);
        let sound = evtx_of(&events);
        let offsets = evtx::record_offsets(&sound);
        let used =
            HEADER_BYTES + u32::from_le_bytes(sound[HEADER_BYTES + 48..][..4].try_into().unwrap()) as usize;
        for (zeros, kept) in
            [(offsets[8]..used, 8), (offsets[19]..offsets[19] + 4, 19), (offsets[0]..used, 0)]
        {
            for signed in [false, true] {
                let mut bytes = sound.clone();
                bytes[zeros.clone()].fill(0);
                if signed {
                    evtx::sign(&mut bytes[HEADER_BYTES..HEADER_BYTES + CHUNK_BYTES]);
                }
                let report = report(&[("zeros.evtx", &bytes)]);
                assert_expected(&report, &Expected::of(&events[..kept]));
                let said = problems(&report);
                let lost = format!(
                    "error damaged_chunk [offset {0} ({0:#x})] The records of a chunk that can be read end at",
                    zeros.start
                );
                assert!(said.iter().any(|problem| problem.starts_with(&lost)), "{lost}: {said:?}");
                assert_eq!(report["totals"]["unreadable"], 1);
            }
        }
    }

    /// A few bytes are missing: all chunks behind them begin too early, with the magic over the end of the block before.
    #[test]
    fn a_few_bytes_missing() {
        let events = log(300);
        let sound = evtx_of(&events);
        let offsets = evtx::record_offsets(&sound);
        for missing in [1, 4, 7, 8, 100] {
            // In the file's magic and in its header, where nothing need be lost.
            for place in [0, 600] {
                let bytes = [&sound[..place], &sound[place + missing..]].concat();
                let report = report(&[("short.evtx", &bytes)]);
                assert_expected(&report, &Expected::of(&events));
                let short = format!("{missing} byte(s) of the file header are missing.");
                let said = problems(&report);
                assert!(
                    said.iter().any(|problem| problem.contains(&short)),
                    "{missing} at {place}: {said:?}"
                );
            }
            // In the records of a chunk and in its magic: what follows in that chunk is.
            let first = chunk_of(&offsets, 80);
            let least = events.len() - (0..300).filter(|at| chunk_of(&offsets, *at) == first).count();
            for place in [offsets[80] + 60, HEADER_BYTES + first * CHUNK_BYTES] {
                let bytes = [&sound[..place], &sound[place + missing..]].concat();
                let report = report(&[("short.evtx", &bytes)]);
                let records = report["totals"]["records"].as_u64().unwrap() as usize;
                let said = problems(&report);
                assert!((least..=300).contains(&records), "{missing} at {place}: {records}: {said:?}");
                assert!(said.iter().any(|problem| problem.starts_with("error")), "{said:?}");
            }
        }
        // Behind the records of a sound chunk, also before the last one: nothing is lost, and it is told of.
        for end in [HEADER_BYTES + CHUNK_BYTES, sound.len() - CHUNK_BYTES] {
            for missing in [1, 2, 4, 7, 8, 100] {
                let bytes = [&sound[..end - missing], &sound[end..]].concat();
                let report = report(&[("slack.evtx", &bytes)]);
                assert_expected(&report, &Expected::of(&events));
                let said = problems(&report);
                let cut =
                    format!("A chunk of 65536 bytes is cut after {}, where the next", CHUNK_BYTES - missing);
                let place = format!("error truncated [offset {} ", end - CHUNK_BYTES);
                assert!(said.len() == 1 && said[0].starts_with(&place) && said[0].contains(&cut), "{said:?}");
            }
        }
        // A record that can't be parsed, and zeros behind it.
        let mut bytes = sound.clone();
        bytes[offsets[8] + 24..offsets[9] - 4].fill(0xa5);
        bytes[offsets[9]..HEADER_BYTES + CHUNK_BYTES].fill(0);
        let said = problems(&report(&[("zeros.evtx", &bytes)]));
        assert!(said.iter().any(|problem| problem.contains("Those between are lost")), "{said:?}");
    }

    /// Behind the last whole chunk stands one that begins too late, and one that is cut.
    #[test]
    fn a_cut_chunk_behind_junk() {
        let events = log(20);
        let log = evtx_of(&events);
        let chunk = &log[HEADER_BYTES..];
        let cut = evtx::record_offsets(&log)[10] - HEADER_BYTES;
        for junk in [&b"junk ElfChn"[..], b"E", &[7; 100]] {
            let bytes = [&log, junk, &chunk[..cut]].concat();
            let report = report(&[("junk.evtx", &bytes)]);
            let said = problems(&report);
            assert_eq!(report["totals"]["records"], 30, "{junk:?}: {said:?}");
            let length = format!("{} bytes where a chunk should begin are no chunk", junk.len());
            assert!(said.iter().any(|problem| problem.contains(&length)), "{said:?}");
        }
        // Behind a chunk with a wrong checksum that ends as a magic begins.
        let mut wrong = log.clone();
        *wrong.last_mut().unwrap() = b'E';
        wrong[HEADER_BYTES + 52] ^= 1;
        let begun = wrong.len() - 1;
        for bytes in [[&wrong[..], &chunk[..cut]].concat(), [&wrong[..begun], &chunk[..cut]].concat()] {
            let report = report(&[("begun.evtx", &bytes)]);
            assert_eq!(report["totals"]["records"], 30, "{:?}", problems(&report));
        }
        let two = [&log, &chunk[..cut], &chunk[..cut]].concat();
        assert_eq!(report(&[("two.evtx", &two)])["totals"]["records"], 40);
        let carved = &chunk[..evtx::record_offsets(&log)[1] - HEADER_BYTES];
        assert!(carved.len() < HEADER_BYTES, "{}", carved.len());
        let report = report(&[("carved.evtx", carved)]);
        assert_eq!(report["totals"]["records"], 1, "{:?}", problems(&report));
    }
}

mod xml_text {
    use super::*;

    #[test]
    fn an_event_cut_by_the_next_one() {
        let events = log(40);
        let lines: Vec<_> = events.iter().map(|event| xml_of(std::slice::from_ref(event))).collect();
        let mut lines = lines;
        lines[7] = lines[7][..300].to_owned() + "\n";
        gives(
            "cut.xml",
            lines.concat().as_bytes(),
            without(&events, |at| at == 7),
            expect![[r#"
            error truncated [offset 9222 (0x2406)] An event is cut off: another event begins before its end, after 301 bytes.
        "#]],
        );
    }

    #[test]
    fn an_event_without_its_beginning() {
        let events = log(40);
        let text = xml_of(&events);
        gives(
            "tail.xml",
            &text.as_bytes()[500..],
            &events[1..],
            expect![[r#"
            error truncated [offset 0 (0x0)] 1 event(s) have an end but no beginning; they were not read.
        "#]],
        );
    }

    #[test]
    fn cut_at_the_end() {
        let events = log(40);
        let text = xml_of(&events);
        gives(
            "cut.xml",
            &text.as_bytes()[..text.len() - 30],
            &events[..39],
            expect![[r#"
            error truncated [offset 57165 (0xdf4d)] An event is cut off: the input ends before its end, after 797 bytes.
        "#]],
        );
    }

    #[test]
    fn markup_that_is_not_well_formed() {
        let events = log(40);
        let mut lines: Vec<_> = events.iter().map(|event| xml_of(std::slice::from_ref(event))).collect();
        lines[17] = lines[17].replace("</EventData>", "</EventDate>");
        lines[12] = lines[12].replace("</System>", "");
        let rest = without(&events, |at| at == 12 || at == 17);
        gives(
            "broken.xml",
            lines.concat().as_bytes(),
            rest,
            expect![[r#"
            error damaged_record [offset 16965 (0x4245)] XML breaks at byte 1998 of the event: ill-formed document: expected `</System>`, but `</Event>` was found.
            error damaged_record [offset 23671 (0x5c77)] XML breaks at byte 1989 of the event: ill-formed document: expected `</EventData>`, but `</EventDate>` was found.
        "#]],
        );
    }

    /// Bytes that are no UTF-8 are shown as U+FFFD, and the event is kept.
    #[test]
    fn bytes_of_another_code_page() {
        let mut events = log(40);
        let at = events.iter().position(|event| event.text("ParentImage").contains("mi")).unwrap();
        events[at] = events[at].clone().with("CommandLine", "caf\u{fffd}.exe");
        let text = xml_of(&events).replace('\u{fffd}', "\u{1}");
        let bytes: Vec<_> = text.bytes().map(|byte| if byte == 1 { 0xe9 } else { byte }).collect();
        gives(
            "ansi.xml",
            &bytes,
            &events,
            expect![[r#"
            warning text_replaced [offset 2424 (0x978), record 3] An event holds bytes that are no valid text; they are shown as U+FFFD.
        "#]],
        );
    }

    #[test]
    fn foreign_lines_between_events() {
        let events = log(10);
        let lines: Vec<_> = events.iter().map(|event| xml_of(std::slice::from_ref(event))).collect();
        let text = lines.join("-- more --\n");
        gives(
            "more.xml",
            text.as_bytes(),
            &events,
            expect![[r#"
            warning stray_text [offset 1368 (0x558)] 9 line(s), 99 bytes, between the events are no events; the first begins "-- more --".
        "#]],
        );
    }

    #[test]
    fn zeros_in_the_middle() {
        let events = log(40);
        let mut bytes = xml_of(&events).into_bytes();
        let second = xml_of(&events[..1]).len();
        bytes[second + 40..second + 400].fill(0);
        gives(
            "zeros.xml",
            &bytes,
            without(&events, |at| at == 1),
            expect![[r#"
                error damaged_record [offset 1368 (0x558)] An event holds zeros in place of text.
            "#]],
        );
    }
}

mod json_text {
    use super::*;

    fn lines(events: &[Event]) -> Vec<String> {
        let text = json::file(events, Shape::EvtxDump, json::Layout::Lines);
        text.split_inclusive('\n').map(str::to_owned).collect()
    }

    #[test]
    fn a_line_cut_in_the_middle() {
        let events = log(40);
        let mut lines = lines(&events);
        lines[7] = lines[7][..200].to_owned() + "\n";
        gives(
            "cut.json",
            lines.concat().as_bytes(),
            without(&events, |at| at == 7),
            expect![[r#"
            error damaged_record [offset 7975 (0x1f27)] A JSON object has a line break inside a string: it is cut or was not written as JSON.
        "#]],
        );
    }

    #[test]
    fn a_line_cut_between_members() {
        let events = log(40);
        let mut lines = lines(&events);
        let cut = lines[7].find(",\"Level\"").unwrap();
        lines[7] = lines[7][..cut].to_owned() + "\n";
        gives(
            "cut.json",
            lines.concat().as_bytes(),
            without(&events, |at| at == 7),
            expect![[r#"
            error damaged_record [offset 7975 (0x1f27)] A JSON object is cut off: another one begins before its end.
        "#]],
        );
    }

    #[test]
    fn lines_that_are_no_json() {
        let events = log(40);
        let mut lines = lines(&events);
        lines.insert(3, "Traceback (most recent call last):\n".into());
        lines.insert(9, "{\"Event\": {,}}\n".into());
        gives(
            "log.json",
            lines.concat().as_bytes(),
            &events,
            expect![[r#"
            error damaged_record [offset 3764 (0xeb4)] A line is no JSON object; it begins "Traceback (most recent call last):".
            error damaged_record [offset 9746 (0x2612)] JSON breaks at column 12 of line 1 of the object: key must be a string at line 1 column 12.
        "#]],
        );
    }

    #[test]
    fn cut_at_the_end() {
        let events = log(40);
        let text = lines(&events).concat();
        gives(
            "cut.json",
            &text.as_bytes()[..text.len() - 20],
            &events[..39],
            expect![[r#"
            error truncated [offset 48874 (0xbeea)] A JSON object is cut off: the input ends before its end.
        "#]],
        );
    }

    #[test]
    fn an_object_of_an_array_that_is_cut() {
        let events = log(10);
        let text = json::file(&events, Shape::EvtxDump, json::Layout::PrettyArray);
        let cut = text.match_indices("\n  {").nth(4).unwrap().0;
        let text = text[..cut - 200].to_owned() + "\n" + &text[cut + 1..];
        gives(
            "cut.json",
            text.as_bytes(),
            without(&events, |at| at == 3),
            expect![[r#"
            error damaged_record [offset 5530 (0x159a)] A JSON object has a line break inside a string: it is cut or was not written as JSON.
        "#]],
        );
    }

    /// Windows allows half a surrogate pair in a string; JSON writers escape it.
    #[test]
    fn half_a_surrogate_pair() {
        let mut events = log(20);
        let at = events.iter().position(|event| event.text("ParentImage").contains("mi")).unwrap();
        events[at] = events[at].clone().with("CommandLine", "a\u{fffd}.exe");
        let text = lines(&events).concat().replace('\u{fffd}', "\\ud83d");
        gives(
            "log.json",
            text.as_bytes(),
            &events,
            expect![[r#"
            warning text_replaced [offset 2063 (0x80f), record 3] An event holds bytes that are no valid text; they are shown as U+FFFD.
        "#]],
        );
    }
}

mod csv_text {
    use super::*;

    #[test]
    fn a_quote_that_is_never_closed() {
        let events = log(20);
        let text = csv::splunk(&events);
        let last = text.rfind("</Event>\"").unwrap();
        let cut = text[..last + 8].to_owned() + "\n";
        gives(
            "cut.csv",
            cut.as_bytes(),
            &events,
            expect![[r#"
            error truncated [offset 29874 (0x74b2)] The last row has an open quote: the input is cut, or a quote in it was not doubled.
        "#]],
        );
    }

    #[test]
    fn cut_at_the_end() {
        let events = log(20);
        let text = csv::splunk(&events);
        let last = text.rfind("<Event ").unwrap();
        gives(
            "cut.csv",
            &text.as_bytes()[..last + 300],
            &events[..19],
            expect![[r#"
            error truncated [offset 28585 (0x6fa9)] The last row has an open quote: the input is cut, or a quote in it was not doubled.
            error damaged_record [offset 28284 (0x6e7c)] XML breaks at byte 300 of the event: syntax error: tag not closed: `>` not found before end of input.
        "#]],
        );
    }

    #[test]
    fn a_row_that_holds_no_event() {
        let events = log(20);
        let text = csv::splunk(&events) + "total,20,,,\n";
        gives(
            "total.csv",
            text.as_bytes(),
            &events,
            expect![[r#"
            warning not_an_event [offset 29952 (0x7500)] A row without an event. The columns are: _raw, _time, host, index, sourcetype.
        "#]],
        );
    }
}

/// Whatever happens to one file, the others count.
#[test]
fn the_other_files_still_count() {
    let events = log(60);
    let [good, bad] = [&events[..30], &events[30..]].map(evtx_of);
    let report = report(&[("bad.evtx", &bad[..5000]), ("empty.evtx", b""), ("good.evtx", &good)]);
    assert_expected(&report, &Expected::of(&events[..30]));
    let sources = report["sources"].as_array().unwrap().iter();
    let said: Vec<_> = sources.map(|source| !source["problems"].as_array().unwrap().is_empty()).collect();
    assert_eq!(said, [true, true, false]);
}

/// A file system that lost its power leaves zeros in place of data. What they take is told of, wherever they begin and end,
/// and of what stands before and behind them no event is made that nobody logged.
#[test]
fn zeros_in_place_of_text() {
    let events = log(60);
    let texts = [
        ("log.xml", xml_of(&events)),
        ("log.json", json::file(&events, Shape::ALL[0], json::Layout::Lines)),
        ("log.csv", csv::fields(&events, ',')),
    ];
    for (name, text) in texts {
        let sound = common::rows(&report(&[(name, text.as_bytes())]));
        let lines: Vec<_> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        // Lines as a whole, and others.
        let whole = lines.windows(3).map(|lines| (lines[0], lines[1] - lines[0]));
        let others =
            (lines[1]..text.len() - 4000).step_by(977).zip([64, 300, 701, 3000, 4000].into_iter().cycle());
        for (start, length) in whole.chain(others).filter(|(_, length)| *length >= 64) {
            let mut bytes = text.clone().into_bytes();
            let end = (start + length).min(bytes.len());
            bytes[start..end].fill(0);
            let whole = common::session(&[(name, &bytes)], usize::MAX);
            let report = common::report_of(&whole);
            let said = problems(&report);
            assert!(said.iter().any(|line| line.starts_with("error ")), "{name} {start} {length}: {said:?}");
            assert_eq!(report["totals"], common::verified(&bytes)["totals"], "{name} {start} {length}");
            let differences = common::differences(&common::session(&[(name, &bytes)], 777), &whole);
            assert!(differences.is_empty(), "{name} {start} {length}: {differences:?}");
            common::misfit_of(name, &bytes, common::cut_at(&bytes, &[end as u64 - 20]), 1000, 1);
            let invented = |row: &_| !sound.contains(row);
            // A row of CSV is read as far as it goes.
            let rows = common::rows(&report);
            assert!(name == "log.csv" || !rows.iter().any(invented), "{name} {start} {length}");
        }
    }
}

/// So many zeros at the beginning that less than nine tenths of what decides the format is text.
#[test]
fn zeros_at_the_beginning_of_a_text() {
    let events = log(60);
    for (name, text) in
        [("log.xml", xml_of(&events)), ("log.json", json::file(&events, Shape::ALL[0], json::Layout::Lines))]
    {
        for zeros in [64, 700, 4096, 12_288] {
            let mut bytes = text.clone().into_bytes();
            bytes[..zeros].fill(0);
            let report = report(&[(name, &bytes)]);
            // All but the one in which they end.
            let end = if name == "log.xml" { "</Event>" } else { "\n" };
            let rest = String::from_utf8_lossy(&text.as_bytes()[zeros..]);
            let least = rest.matches(end).count() as u64 - 1;
            let records = report["totals"]["records"].as_u64().unwrap();
            let said = problems(&report);
            assert!(records >= least && records < 60, "{name} {zeros}: {records} of {least}, {said:?}");
            assert!(said.iter().any(|line| line.starts_with("error ")), "{said:?}");
        }
    }
}
