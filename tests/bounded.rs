//! Input that is made to fill the memory: the peak of the whole program stays under a stated bound, and the limit that
//! was met is named. The input is made while it is read; none of it ever lies on a disk but archives.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{self, BufWriter, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use testlog::sevenz;

const MIB: u64 = 1 << 20;

/// What came out: the report, and the most memory that the program held at once.
struct Outcome {
    report: Value,
    peak: u64,
    took: Duration,
}

/// The most resident memory of a process so far, in bytes.
fn peak_of(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// Runs the command line over one input and watches its memory.
fn run(input: &str, make: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'static) -> Outcome {
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_sysmon-triage"))
        .args(["--format", "json", input])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let stdin = child.stdin.take().unwrap();
    let writer = thread::spawn(move || {
        let mut out = BufWriter::with_capacity(1 << 20, stdin);
        // The program may stop reading when it has seen enough.
        _ = make(&mut out).and_then(|()| out.flush());
    });
    let mut stdout = child.stdout.take().unwrap();
    let reader = thread::spawn(move || {
        let mut text = Vec::new();
        io::copy(&mut stdout, &mut text).map(|_| text)
    });
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        peak = peak.max(peak_of(&child).unwrap_or(0));
        thread::sleep(Duration::from_millis(5));
    }
    writer.join().unwrap();
    let text = reader.join().unwrap().unwrap();
    let report = serde_json::from_slice(&text).expect("a whole report: the program did not die");
    Outcome { report, peak, took: start.elapsed() }
}

/// The run stays under the bound, and its problems are of these kinds.
#[track_caller]
fn check(name: &str, outcome: &Outcome, most_mib: u64, codes: &[&str]) {
    let problems = outcome.report["sources"][0]["problems"].as_array().unwrap();
    let mut said: Vec<_> = problems.iter().map(|problem| problem["code"].as_str().unwrap()).collect();
    said.sort_unstable();
    said.dedup();
    println!(
        "{name}: peak {} MiB of {most_mib}, {:.1} s, {said:?}",
        outcome.peak / MIB,
        outcome.took.as_secs_f32()
    );
    assert!(outcome.peak > MIB, "{name}: the memory was not measured");
    assert!(outcome.peak <= most_mib * MIB, "{name}: {} MiB", outcome.peak / MIB);
    assert_eq!(said, codes, "{name}");
}

/// Repeats a block until so many bytes are written.
fn repeat(out: &mut dyn Write, block: &[u8], bytes: u64) -> io::Result<()> {
    for _ in 0..bytes.div_ceil(block.len() as u64) {
        out.write_all(block)?;
    }
    Ok(())
}

fn event(record: u64, host: &str, command: &str) -> String {
    format!(
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider \
         Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID><EventRecordID>{record}</EventRecordID>\
         <Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>{host}</Computer></System><EventData>\
         <Data Name='UtcTime'>2024-05-01 10:00:00.123</Data><Data Name='ProcessId'>{record}</Data>\
         <Data Name='Image'>C:\\x\\cmd.exe</Data><Data Name='CommandLine'>{command}</Data>\
         <Data Name='ParentImage'>C:\\x\\WmiPrvSE.exe</Data></EventData></Event>\n"
    )
}

const BLOCK: usize = 1 << 20;

#[test]
fn an_event_of_a_gigabyte() {
    for (start, name) in
        [("<Event><EventData><Data>", "xml"), ("{\"EventID\":1,\"a\":\"", "json"), ("EventID,x\n1,\"", "csv")]
    {
        let outcome = run("-", move |out| {
            out.write_all(start.as_bytes())?;
            repeat(out, &[b'a'; BLOCK], 1 << 30)
        });
        check(
            name,
            &outcome,
            400,
            match name {
                "xml" => &["over_limit"],
                _ => &["over_limit", "unknown_format"],
            },
        );
    }
}

#[test]
fn a_key_of_ten_megabytes_and_a_depth_of_a_hundred_thousand() {
    let outcome = run("-", |out| {
        for _ in 0..20 {
            out.write_all(b"{\"")?;
            repeat(out, &[b'k'; BLOCK], 10 << 20)?;
            out.write_all(b"\":1}\n{\"a\":")?;
            repeat(out, &[b'['; 100_000], 100_000)?;
            repeat(out, &[b']'; 100_000], 100_000)?;
            out.write_all(b"}\n")?;
        }
        Ok(())
    });
    check("keys", &outcome, 150, &["damaged_record", "not_an_event"]);
}

/// Text of nearly the greatest length that takes as much memory, and more time than anybody has if it is looked at again and
/// again: what looks like an end where it is none, what is cut again and again, values, elements and cells of no length.
#[test]
fn the_worst_text_of_bearable_length() {
    const LONGEST: u64 = 15 << 20;
    let xml = |start: &'static str, again: &'static str, end: &'static str| {
        run("-", move |out| {
            out.write_all(start.as_bytes())?;
            repeat(out, again.as_bytes(), LONGEST)?;
            out.write_all(end.as_bytes())?;
            out.write_all(event(1, "a", "b").as_bytes())
        })
    };
    for again in ["</Event>", "<Event ", "</Event ", "<!--"] {
        let outcome = xml("<Event><EventData><Data><![CDATA[", again, "]]></Data></EventData></Event>");
        check(again, &outcome, 150, &["undecided"]);
        assert_eq!(outcome.report["totals"]["matches"], 1);
        assert_eq!(outcome.report["totals"]["records"], 2);
    }
    let outcome = xml("<Event><EventData>", "<a/>", "</EventData></Event>");
    check("elements", &outcome, 500, &["undecided"]);

    // Longer than is read: what looks like an event in its section is none.
    let outcome = run("-", |out| {
        out.write_all(b"<Event><EventData><Data><![CDATA[")?;
        repeat(out, &[b'a'; BLOCK], 17 << 20)?;
        let inner = event(1, "EVIL", "b");
        write!(out, "{inner}]]></Data></EventData></Event>\n{}", event(2, "a", "b"))
    });
    check("section", &outcome, 150, &["over_limit"]);
    assert_eq!(outcome.report["totals"]["matches"], 1);
    // UTF-16, where the place of each line and object must be counted.
    for again in ["\n", "a\n", "{}\n", "{},"] {
        let again: Vec<u8> = again.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let outcome = run("-", move |out| {
            out.write_all(&[0xff, 0xfe])?;
            repeat(out, &again, 4 << 20)
        });
        println!("UTF-16: {:.1} s", outcome.took.as_secs_f32());
        assert_eq!(outcome.report["totals"]["records"], 0);
    }

    let json = |start: &'static [u8], again: &'static [u8], bytes: u64, end: &'static str| {
        run("-", move |out| {
            out.write_all(start)?;
            repeat(out, &[b'x'; 1 << 20], 8 << 20)?;
            out.write_all(b"\\ud800\",\n")?;
            repeat(out, again, bytes)?;
            out.write_all(end.as_bytes())
        })
    };
    let outcome = json(b"{\"a\":\"", b"\"b\":0,\n", LONGEST, "\"c\":0}\n");
    check("lines", &outcome, 200, &["not_an_event", "unknown_format"]);
    let outcome = json(b"{\"EventID\":\"", b"0,", 40 << 20, "}\n");
    check("values", &outcome, 200, &["over_limit"]);
    let outcome = json(b"{\"EventID\":\"", b"\"a\":{\"a\":{}},", 40 << 20, "\"b\":0}\n");
    check("objects", &outcome, 200, &["over_limit"]);

    let outcome = run("-", |out| {
        out.write_all(b"EventID,")?;
        repeat(out, b"a,", LONGEST)?;
        out.write_all(event(1, "a", "b").as_bytes())
    });
    check("columns", &outcome, 300, &["damaged_record", "unknown_format"]);
    // Names of columns as long as a row may be, which each row without an event could tell of.
    let outcome = run("-", |out| {
        out.write_all(b"EventID,")?;
        repeat(out, &[b'a'; 1 << 20], LONGEST)?;
        repeat(out, b"\n,b", 300_000)
    });
    check("names", &outcome, 200, &["not_an_event", "unknown_format"]);
    let outcome = run("-", |out| {
        out.write_all(b"EventID,x\n")?;
        repeat(out, b",", LONGEST)
    });
    check("cells", &outcome, 500, &["damaged_record", "unknown_format"]);
}

/// 1 GiB of zeros in 1 MiB, and the same as one event without an end.
#[test]
fn gzip_bombs() {
    let zeros = testlog::gzip::member(&vec![0; 64 << 20]);
    let outcome = run("-", move |out| repeat(out, &zeros, 16 * zeros.len() as u64));
    assert_eq!(outcome.report["sources"][0]["members"].as_array().unwrap().len(), 0);
    check("zeros", &outcome, 40, &["not_a_log", "unknown_format"]);

    let start = testlog::gzip::member(b"<Event><EventData><Data>");
    let rest = testlog::gzip::member(&vec![b'a'; 64 << 20]);
    let outcome = run("-", move |out| {
        out.write_all(&start)?;
        repeat(out, &rest, 16 * rest.len() as u64)
    });
    check("event", &outcome, 400, &["over_limit"]);
}

/// 1 GiB of zeros in 32 KiB: blocks that repeat one byte (RFC 8878 3.1.1.2.2).
#[test]
fn a_zstd_bomb() {
    const BLOCK: u32 = 128 * 1024;
    let blocks = 8192;
    let outcome = run("-", move |out| {
        // A window of 8 MiB, no checksum.
        out.write_all(b"\x28\xb5\x2f\xfd\x00\x68")?;
        let [low, middle, high, _] = (BLOCK << 3 | 1 << 1).to_le_bytes();
        out.write_all(&[low, middle, high, 0].repeat(blocks))?;
        out.write_all(&[1, 0, 0])
    });
    check("zeros in zstd", &outcome, 60, &["not_a_log", "unknown_format"]);
}

#[test]
fn archives_inside_each_other() {
    let mut packed = event(1, "a", "b").into_bytes();
    for layer in 0..8 {
        packed = match layer % 3 {
            0 => testlog::gzip::member(&packed),
            1 => testlog::tar::archive(&[("a", &packed)], testlog::tar::Naming::Ustar),
            _ => testlog::zip::archive(&[testlog::zip::Member::new("a", &packed)]),
        };
    }
    // Not over before its memory was looked at.
    let outcome = run("-", move |out| {
        thread::sleep(Duration::from_millis(200));
        out.write_all(&packed)
    });
    check("nested", &outcome, 60, &["nested_too_deep"]);
}

/// A tar of empty members, and of members that are a log each.
#[test]
fn a_tar_of_very_many_members() {
    let archive =
        testlog::tar::archive(&[("a.xml", event(1, "a", "b").as_bytes())], testlog::tar::Naming::Ustar);
    // Without the end of the archive.
    let member = archive[..archive.len() - 1024].to_vec();
    let outcome = run("-", move |out| repeat(out, &member, 100_000 * member.len() as u64));
    let source = &outcome.report["sources"][0];
    println!("{}", source["matches"]);
    assert!(source["matches"].as_u64().unwrap() >= 100_000);
    // Each member holds the same event.
    check("tar", &outcome, 300, &["no_end", "same_events"]);
}

/// The directory of a zip is read as a whole.
fn zip_of(members: u32) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for member in 0..members {
        let name = format!("{member:010}");
        let offset = file.len() as u32;
        let fields: Vec<u8> = [&[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0][..], &[0; 12], &[10, 0, 0, 0]].concat();
        file.extend([b"PK\x03\x04", fields.as_slice(), name.as_bytes()].concat());
        directory.extend(
            [b"PK\x01\x02\x14\0", fields.as_slice(), &[0; 10], &offset.to_le_bytes(), name.as_bytes()]
                .concat(),
        );
    }
    let (at, length) = (file.len() as u32, directory.len() as u32);
    file.extend(directory);
    // More than 65,535 members need the record of zip64.
    let end64 = file.len() as u64;
    let count = u64::from(members).to_le_bytes();
    file.extend(
        [&b"PK\x06\x06"[..], &44_u64.to_le_bytes(), &[45, 0, 45, 0], &[0; 8], &count, &count].concat(),
    );
    file.extend([u64::from(length).to_le_bytes(), u64::from(at).to_le_bytes()].concat());
    file.extend([&b"PK\x06\x07"[..], &[0; 4], &end64.to_le_bytes(), &1_u32.to_le_bytes()].concat());
    file.extend([&b"PK\x05\x06"[..], &[0; 4], &[0xff; 12], &[0; 2]].concat());
    file
}

fn a_zip_of(members: u32, most_mib: u64) {
    let path = std::env::temp_dir().join(format!("triage-{}-{members}.zip", std::process::id()));
    fs::write(&path, zip_of(members)).unwrap();
    let outcome = run(path.to_str().unwrap(), |_| Ok(()));
    fs::remove_file(&path).unwrap();
    let problems = outcome.report["sources"][0]["problems"].as_array().unwrap();
    let empty: u64 = problems
        .iter()
        .filter(|one| one["code"] == "not_a_log")
        .map(|one| one["count"].as_u64().unwrap())
        .sum();
    assert_eq!(empty, u64::from(members), "{problems:?}");
    check("zip", &outcome, most_mib, &["not_a_log", "unknown_format"]);
}

#[test]
fn a_zip_of_a_hundred_thousand_members() {
    a_zip_of(100_000, 100);
}

#[test]
#[ignore = "a file of 100 MB; run by hand: cargo test --test native bounded:: -- --ignored"]
fn a_zip_of_a_million_members() {
    a_zip_of(1_000_000, 700);
}

/// The directory of a 7z archive is read as a whole, too.
#[test]
fn a_7z_of_a_hundred_thousand_members() {
    let names: Vec<_> = (0..100_000).map(|member| format!("{member:010}")).collect();
    let members: Vec<_> = names.iter().map(|name| sevenz::Member::new(name, b"x")).collect();
    let path = std::env::temp_dir().join(format!("triage-{}.7z", std::process::id()));
    fs::write(&path, sevenz::archive(&[&members], sevenz::Method::Copy)).unwrap();
    let outcome = run(path.to_str().unwrap(), |_| Ok(()));
    fs::remove_file(&path).unwrap();
    let problems = outcome.report["sources"][0]["problems"].as_array().unwrap();
    let told =
        problems.iter().filter(|one| one["code"] == "not_a_log").map(|one| one["count"].as_u64().unwrap());
    assert_eq!(told.sum::<u64>(), 100_000, "{problems:?}");
    check("7z", &outcome, 100, &["not_a_log", "unknown_format"]);
}

/// Rows that are all different, long enough to reach the limit soon. The unit test of `scan` does it on a smaller scale.
#[test]
#[ignore = "a minute; run by hand: cargo test --test native bounded:: -- --ignored"]
fn more_rows_than_are_kept() {
    let outcome = run("-", |out| {
        let command = "x".repeat(100_000);
        (0..8000).try_for_each(|record| out.write_all(event(record, "host", &command).as_bytes()))
    });
    let totals = &outcome.report["totals"];
    assert_eq!(totals["matches"], 8000, "all of them are counted");
    let rows = outcome.report["groups"].as_array().unwrap().len();
    println!("{rows} rows");
    assert!((5000..6000).contains(&rows), "{rows}");
    check("rows", &outcome, 2048, &["rows_left_out"]);
}

/// As many rows as an attacker cares to make, each of one short event.
#[test]
#[ignore = "three minutes; run by hand: cargo test --test native bounded:: -- --ignored"]
fn millions_of_rows() {
    let outcome = run("-", |out| {
        (0..3_000_000).try_for_each(|record| {
            out.write_all(event(record, "host", &format!("cmd.exe /c {record}")).as_bytes())
        })
    });
    assert_eq!(outcome.report["totals"]["matches"], 3_000_000, "all of them are counted");
    let rows = outcome.report["groups"].as_array().unwrap().len();
    println!("{rows} rows");
    assert!((900_000..1_000_000).contains(&rows), "{rows}");
    check("rows", &outcome, 2048, &["rows_left_out"]);
}

/// Hosts, kinds of events and problems that are all different.
#[test]
fn names_and_problems_without_number() {
    let outcome = run("-", |out| {
        for record in 0..100_000 {
            writeln!(
                out,
                "{{\"Event\":{{\"System\":{{\"Provider\":{{\"#attributes\":{{\"Name\":\"p{record}\"}}}},\"EventID\":{record},\
                 \"Channel\":\"c{record}\",\"Computer\":\"h{record}\"}},\"EventData\":{{}}}}}}\n{{\"broken\": {record}"
            )?;
        }
        Ok(())
    });
    assert_eq!(outcome.report["totals"]["records"], 100_000);
    check("names", &outcome, 60, &["damaged_record", "truncated"]);
}
