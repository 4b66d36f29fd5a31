//! Input that is no log: it is named for what it is, with the next step, and never a panic.

use crate::common::{self, report};
use expect_test::{Expect, expect};
use serde_json::Value;
use testlog::rng::Rng;

/// No record in it, and these words.
#[track_caller]
fn says(name: &str, bytes: &[u8], said: Expect) -> Value {
    let report = report(&[(name, bytes)]);
    assert_eq!(report["totals"]["records"], 0);
    assert_eq!(report["totals"]["matches"], 0);
    said.assert_eq(&common::problem_lines(&report));
    for problem in report["sources"][0]["problems"].as_array().unwrap() {
        let next = problem["next"].as_str().unwrap();
        assert!(next.ends_with('.'), "what to do next: {problem}");
    }
    report
}

#[test]
fn nothing() {
    says(
        "empty.evtx",
        b"",
        expect![[r#"
        error empty_input [] It is empty (0 bytes).
    "#]],
    );
    says(
        "blank.log",
        b" \r\n\n",
        expect![[r#"
        error empty_input [] The text holds no event.
    "#]],
    );
    says(
        "one.log",
        b"x",
        expect![[r#"
        error unknown_format [] Text without any event in it; it begins "x".
    "#]],
    );
}

/// Text is read as XML when it is nothing else, and is not called so.
#[test]
fn text_that_is_no_markup() {
    let inputs: [(&str, &[u8]); 2] = [("note.txt", b"see attachment"), ("page.html", b"<html>x</html>")];
    let report = report(&inputs);
    let formats: Vec<_> = (0..2).map(|at| report["sources"][at]["format"].as_str().unwrap()).collect();
    assert_eq!(formats, ["text", "xml"]);
}

#[test]
fn random_bytes() {
    let bytes = Rng::new(7).bytes(300_000);
    says(
        "random.evtx",
        &bytes,
        expect![[r#"
        error unknown_format [] Not a format that is read here. Its first bytes are 63 04 e6 95 73 3f 77 53 22 69 1a f5 eb df dd 8c.
    "#]],
    );
}

#[test]
fn pictures_programs_and_archives_of_other_kinds() {
    says(
        "a.evtx",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10",
        expect![[r#"
        error unknown_format [] It is a PNG image, not an event log.
    "#]],
    );
    says(
        "b.evtx",
        b"MZ\x90\0\x03\0\0\0\x04\0",
        expect![[r#"
        error unknown_format [] It is a Windows program, not an event log.
    "#]],
    );
    says(
        "c.log",
        b"Rar!\x1a\x07\x01\0",
        expect![[r#"
        error unsupported_packing [] It is a RAR archive, which is not opened here.
    "#]],
    );
    says(
        "c.7z",
        b"7z\xbc\xaf\x27\x1c\0\x04",
        expect![[r#"
        error truncated [] The 7z archive ends after 8 bytes.
    "#]],
    );
    says(
        "d.evt",
        b"\x30\0\0\0LfLe\x01\0\0\0",
        expect![[r#"
        error unknown_format [] It is a log of Windows XP (EVT), not an event log.
    "#]],
    );
}

#[test]
fn a_web_page() {
    let page = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><Events></body></html>\n";
    says(
        "sysmon.xml",
        page,
        expect![[r#"
        error unknown_format [] Text without any event in it; it begins "<!DOCTYPE html>".
    "#]],
    );
}

#[test]
fn text_of_another_kind() {
    says(
        "readme.txt",
        b"Collected on 2024-03-04 by the response team.\n",
        expect![[r#"
        error unknown_format [] Text without any event in it; it begins "Collected on 2024-03-04 by the response ".
    "#]],
    );
    says(
        "people.csv",
        b"name,mail\na,a@example.net\n",
        expect![[r#"
        error unknown_format [] Text without any event in it; it begins "name,mail".
    "#]],
    );
    says(
        "ids.csv",
        b"id,name\n1,a\n2,b\n",
        expect![[r#"
        error unknown_format [] CSV without any event in it. Its columns are: id, name.
        warning not_an_event [offset 8 (0x8)] A row without an event. The columns are: id, name.
        warning not_an_event [offset 12 (0xc)] A row without an event. The columns are: id, name.
    "#]],
    );
    says(
        "package.json",
        b"{\"name\": \"x\", \"version\": \"1.0.0\"}",
        expect![[r#"
            error unknown_format [] JSON without any event in it: 1 object(s).
            warning not_an_event [offset 0 (0x0)] A JSON object without an EventID.
        "#]],
    );
}

#[test]
fn classic_text_is_counted_as_not_understood() {
    let event = "03/04/2024 08:00:00 AM\nLogName=Security\nEventCode=4688\nMessage=A new process.\n\n";
    let report = says(
        "security.log",
        event.repeat(3).as_bytes(),
        expect![[r#"
        error not_understood [offset 23 (0x17)] 3 event(s) are written as classic WinEventLog text (LogName=…, EventCode=…), not as XML; they were not read.
    "#]],
    );
    assert_eq!(report["totals"]["unreadable"], 3);
}

/// A line of 10 MB, in each kind of text.
#[test]
fn one_very_long_line() {
    let long = "A".repeat(10 << 20);
    says(
        "long.txt",
        long.as_bytes(),
        expect![[r#"
        error unknown_format [] Text without any event in it; it begins "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".
    "#]],
    );
    says(
        "long.json",
        format!("{{\"a\":\"{long}\"}}\n").as_bytes(),
        expect![[r#"
            error unknown_format [] JSON without any event in it: 1 object(s).
            warning not_an_event [offset 0 (0x0)] A JSON object without an EventID.
        "#]],
    );
    says(
        "long.csv",
        format!("_raw,EventID\n{long}\n").as_bytes(),
        expect![[r#"
        error unknown_format [] CSV without any event in it. Its columns are: _raw, EventID.
        warning not_an_event [offset 13 (0xd)] A row without an event. The columns are: _raw, EventID.
    "#]],
    );
    says(
        "long.xml",
        format!("<Event>{long}").as_bytes(),
        expect![[r#"
        error truncated [offset 0 (0x0)] An event is cut off: the input ends before its end, after 10485767 bytes.
    "#]],
    );
}

#[test]
fn json_that_is_nested_without_end() {
    let deep = format!("{{\"a\":{}{}}}\n", "[".repeat(100_000), "]".repeat(100_000));
    says(
        "deep.json",
        deep.as_bytes(),
        expect![[r#"
        error damaged_record [offset 0 (0x0)] JSON breaks at column 132 of line 1 of the object: recursion limit exceeded at line 1 column 132.
    "#]],
    );
    let open = "{\"a\":".repeat(100_000);
    says(
        "open.json",
        open.as_bytes(),
        expect![[r#"
            error truncated [offset 0 (0x0)] A JSON object is cut off: the input ends before its end.
        "#]],
    );
    let wrapped = format!("{}{{\"EventID\":1}}{}", "{\"event\":".repeat(100), "}".repeat(100));
    says(
        "wrapped.json",
        wrapped.as_bytes(),
        expect![[r#"
            error not_understood [offset 0 (0x0)] A JSON object tells of an event in a form that is not read here; it begins "{\"event\":{\"event\":{\"event\":{\"event\":{\"ev".
        "#]],
    );
}

#[test]
fn xml_that_is_nested_without_end() {
    let deep = format!("<Event>{}{}</Event>", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let report = report(&[("deep.xml", deep.as_bytes())]);
    assert_eq!(report["totals"]["records"], 1);
    assert_eq!(report["totals"]["process_creations"], 0);
}

/// Names of entities that a document type could define are not expanded.
#[test]
fn entities_do_not_explode() {
    let laughs = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
    let event = "<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID>\
        <TimeCreated SystemTime='2024-03-04T08:00:00Z'/></System><EventData>\
        <Data Name='ParentImage'>WmiPrvSE.exe</Data><Data Name='CommandLine'>&b;</Data></EventData></Event>";
    let report = report(&[("log.xml", format!("{laughs}{event}").as_bytes())]);
    assert_eq!(report["groups"][0]["process"], "&b;");
}

/// Archives that hold nothing, or nothing of use.
#[test]
fn archives_without_a_log() {
    let picture: &[u8] = b"\x89PNG\r\n\x1a\n\0\0";
    says(
        "empty.zip",
        &testlog::zip::archive(&[]),
        expect![[r#"
        error empty_input [] The zip's directory lists no members.
    "#]],
    );
    let zip = testlog::zip::archive(&[testlog::zip::Member::new("a.png", picture)]);
    says(
        "pictures.zip",
        &zip,
        expect![[r#"
        error unknown_format [] Nothing in the archive is an event log.
        info not_a_log [a.png] It is a PNG image, not an event log.
    "#]],
    );
    says(
        "a.png.gz",
        &testlog::gzip::member(picture),
        expect![[r#"
        error unknown_format [] Nothing in the archive is an event log.
        info not_a_log [a.png] It is a PNG image, not an event log.
    "#]],
    );
    says(
        "cut.gz",
        b"\x1f\x8b",
        expect![[r#"
        error truncated [offset 2 (0x2)] The gzip stream ends too early, after 2 bytes; what is there was read.
        info not_a_log [cut] It is empty (0 bytes).
    "#]],
    );
    says(
        "cut.zip",
        b"PK\x03\x04",
        expect![[r#"
            error damaged_archive [] The zip's directory can't be read (invalid Zip archive: Could not find EOCD), so the archive is cut or damaged; its members were looked for by their own headers.
        "#]],
    );
}

/// A bomb is inflated in small steps and read as what it is.
#[test]
fn a_bomb_is_no_trouble() {
    let zeros = vec![0; 64 << 20];
    let bomb = testlog::gzip::member(&zeros);
    assert!(bomb.len() < 1 << 20);
    says(
        "bomb.gz",
        &bomb,
        expect![[r#"
            error unknown_format [] Nothing in the archive is an event log.
            info not_a_log [bomb] Its 67108864 bytes are zeros: the copy failed, or nothing was ever written there.
        "#]],
    );
}
