//! The reports for people: what stands in a log has no meaning in them.

use crate::common;
use expect_test::expect;
use proptest::prelude::*;
use pulldown_cmark::{Event as Part, Options as Syntax, Parser, Tag};
use serde_json::json;
use sysmon_triage::export::document::Options;
use sysmon_triage::export::{csv, html, markdown, table};
use sysmon_triage::hash;
use sysmon_triage::report::{Made, Report};
use sysmon_triage::session::Session;
use sysmon_triage::time::Time;
use sysmon_triage::tuning::{SCHEMA, Tuning};
use testlog::xml::{self, Layout, SPLUNK};
use testlog::{Event, Options as Log, Size};

/// A session over matches with these command lines.
fn session(name: &str, commands: &[&str]) -> Session {
    let count = commands.len() as u64;
    let log = Log { size: Size::Events(count), matches: count, groups: 1, ..Log::default() };
    let events: Vec<Event> = testlog::log(&log)
        .0
        .into_iter()
        .zip(commands)
        .map(|(event, command)| event.with("CommandLine", (*command).to_owned()))
        .collect();
    let bytes = xml::file(&events, &SPLUNK, Layout::Ended("\n")).into_bytes();
    common::session(&[(name, &bytes)], 1 << 20)
}

fn hide(session: &mut Session, value: &str) {
    let entry =
        json!({ "mode": "exclude", "field": "process", "operator": "equals", "value": value, "note": value });
    session.tune(Tuning::parse(&json!({ "schema": SCHEMA, "entries": [entry] }).to_string()).unwrap());
}

/// What the tuning hides. Longer than a letter, so that no text made at random is this one.
const HIDDEN: &str = "hidden";

/// Text that means something in Markdown or HTML.
const ACTIVE: &[&str] = &[
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](http://evil.example)",
    "![x](http://evil.example/x.png)",
    "<http://evil.example>",
    "a | b | c",
    "``` \n# heading",
    "`` ` ```` `",
    "**bold** _it_ ~~no~~",
    "\r\n\r\n# heading\n\n- item\n\n---\n",
    "</code></pre></td>&lt;b&gt;&amp;",
    "\\` \\| \\\\| \\",
    "$x$ @user #1 :smile:",
    "\u{202e}gpj.exe\u{200b}",
    " starts and ends with blanks ",
    "`",
    "| --- |",
    "C:\\|<img src=x onerror=x>",
    "\\\\| `x` \\\\\\|",
    "x\\|a@evil.com",
    "[a]: http://evil.example",
    "' onmouseover=x \"",
];

/// The texts and code of a Markdown document, and the kinds of everything else in it.
fn parse(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut values, mut kinds) = (Vec::new(), Vec::new());
    let syntax =
        Syntax::ENABLE_TABLES | Syntax::ENABLE_STRIKETHROUGH | Syntax::ENABLE_MATH | Syntax::ENABLE_FOOTNOTES;
    for part in Parser::new_ext(text, syntax) {
        match part {
            Part::Code(code) => values.push(code.into_string()),
            Part::Text(_) | Part::SoftBreak | Part::HardBreak | Part::End(_) => {}
            Part::Start(tag) => kinds.push(match tag {
                Tag::Heading { level, .. } => format!("{level}"),
                tag => format!("{tag:?}").split(['(', ' ']).next().unwrap().to_owned(),
            }),
            other => kinds.push(format!("{other:?}")),
        }
    }
    (values, kinds)
}

/// The same report with nothing in its place.
fn harmless(text: &str) -> Vec<String> {
    let mut plain = session("log", &["x"]);
    hide(&mut plain, HIDDEN);
    let note =
        text.lines().map(|line| if line.trim().is_empty() { "" } else { "x" }).collect::<Vec<_>>().join("\n");
    parse(&markdown::markdown(&plain, &Options { note, ..Options::default() })).1
}

/// The rows of tables, each with its number of cells by the parity of the backslashes before each bar, as the other
/// readers of GitHub's tables count them.
fn cells(text: &str) -> Vec<usize> {
    let rows = text.lines().filter(|line| line.starts_with("| "));
    let bars = |row: &str| {
        let mut escaped = false;
        let bars = row.chars().filter(|c| {
            let bar = *c == '|' && !escaped;
            escaped = *c == '\\' && !escaped;
            bar
        });
        bars.count()
    };
    rows.map(bars).collect()
}

fn check_markdown(active: &str) -> Result<(), TestCaseError> {
    let plain = |active: &str| {
        let mut session = session(active, &[active, "other"]);
        hide(&mut session, active);
        cells(&markdown::markdown(&session, &Options::default()))
    };
    prop_assert_eq!(plain(active), plain("x"), "{:?}", active);
    let mut session = session(active, &[active]);
    hide(&mut session, HIDDEN);
    let options = Options { note: active.to_owned(), ..Options::default() };
    let (values, kinds) = parse(&markdown::markdown(&session, &options));
    // A quotation whose lines are all empty has no paragraphs; otherwise the same document.
    let structure =
        |kinds: &[String]| kinds.iter().filter(|kind| *kind != "Paragraph").cloned().collect::<Vec<_>>();
    if !active.trim().is_empty() {
        prop_assert_eq!(structure(&kinds), structure(&harmless(active)), "{:?}", active);
    }
    // The command line is there in full, with labels for what can't be seen.
    let shown = sysmon_triage::visible::value(&session.groups()[0].key[4]);
    prop_assert!(values.contains(&shown), "{shown:?} is not in {values:?}");
    Ok(())
}

fn check_html(active: &str) -> Result<(), TestCaseError> {
    let mut session = session(active, &[active]);
    hide(&mut session, active);
    for defang in [false, true] {
        let text = html::html(&session, &Options { note: active.to_owned(), defang, ..Options::default() });
        let body = text.split_once("</head>").unwrap().1;
        for tag in body.split('<').skip(1) {
            let name = tag.split('>').next().unwrap();
            const TAGS: &[&str] = &[
                "body",
                "main",
                "h1",
                "h2",
                "h3",
                "p",
                "dl",
                "dt",
                "dd",
                "ul",
                "li",
                "table",
                "thead",
                "tbody",
                "tr",
                "th scope=\"col\"",
                "th",
                "td",
                "code",
                "pre",
                "blockquote",
                "html",
            ];
            prop_assert!(TAGS.contains(&name.trim_start_matches('/')), "{}", name);
        }
        let hidden = ['\u{202e}', '\u{200b}'];
        prop_assert!(!body.contains(hidden));
    }
    Ok(())
}

#[test]
fn active_text_is_inert() {
    for active in ACTIVE {
        check_markdown(active).unwrap();
        check_html(active).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_inert(
        parts in prop::collection::vec(prop_oneof![
            prop::sample::select(ACTIVE).prop_map(str::to_owned),
            "[ -~]{0,12}", "[`|\\\\<>\\[\\]()*_#\n -]{0,12}", "\\PC{0,6}",
        ], 1..5),
    ) {
        let active = parts.concat();
        // What XML can't hold is no matter of the report.
        prop_assume!(!active.contains('\u{0}') && !active.trim().is_empty());
        check_markdown(&active)?;
        check_html(&active)?;
    }
}

#[test]
fn the_style_sheet_is_the_one_the_policy_names() {
    let text = html::html(&session("log", &["x"]), &Options::default());
    let style = text.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    let policy =
        format!("content=\"default-src 'none'; style-src 'sha256-{}'\"", hash::base64(style.as_bytes()));
    assert!(text.contains(&policy));
    assert!(!text.contains("<script") && !text.contains("url(") && !text.contains("style="));
}

#[test]
fn the_whole_report_in_markdown() {
    let mut session =
        session("triage.xml", &[r"cmd.exe /Q /c whoami 1> \\127.0.0.1\ADMIN$\__1.2 2>&1", "WerFault.exe"]);
    session.set_sha256(0, "ab".repeat(32));
    hide(&mut session, "werfault.exe");
    let made = Made { build: Some("page 0123456789ab".into()), at: Time::parse("2026-11-26T18:30:05.9Z") };
    let options = Options { note: "Seen on http://evil.com.\n\n1. first".into(), defang: true, made };
    let text = markdown::markdown(&session, &options);
    let (text, _) = text.split_once("## What the rule means").unwrap();
    expect![[r#"
        # Process Execution via WMI

        WmiPrvSE.exe started processes: 1 event in 1 row, on 1 host under 1 user, from 2024-03-04T08:00:00 to 2024-03-04T08:00:00 UTC.

        - Rule: version 4 of 2020-03-16, id 24869767-8579-485d-9a4f-d9ddfd8f0cac, by Rico Valdez, Michael Haag, Splunk
        - ATT\&CK: T1047 Windows Management Instrumentation, tactic Execution
        - Risk score: 49 (impact 70 × confidence 70 / 100)
        - Made with: sysmon-triage 0.1.0 (page 0123456789ab), at 2026-11-26T18:30:05Z
        - Time zone: UTC; all times of this report
        - Addresses: defanged: hxxp for http, \[.\] and \[:\] in host names of links, domains and IP addresses; searches stay as they are, for they must work

        ## Note of the analyst

        > Seen on hxxp\://evil\[.\]com.
        >
        > 1\. first

        ## From records to rows

        - Records read: 2
        - Process creations of Sysmon: 2
        - Started by WmiPrvSE.exe: 2 in 2 rows
        - Hidden by tuning: 1 in 1 row
        - Shown: 1 in 1 row
        - Unreadable records: 0
        - JSON objects or CSV rows that are no events: 0

        ## Hidden by tuning

        | What | Why | Hides alone |
        | --- | --- | --- |
        | exclude process equals `werfault.exe` | `werfault.exe` | 1 event, 1 whole row |

        ## Rows

        ### 1\. `cmd.exe` on `WS-0001.contoso.example`

        - dest: `WS-0001.contoso.example`
        - user: `CONTOSO\a.turing`
        - parent\_process: `C:\Windows\system32\wbem\wmiprvse.exe -secured -Embedding`
        - process\_name: `cmd.exe`
        - process: `cmd.exe /Q /c whoami 1> \\127[.]0[.]0[.]1\ADMIN$\__1.2 2>&1`
        - process\_id: `4000`
        - parent\_process\_id: `2788`
        - count: 1
        - firstTime: 2024-03-04T08:00:00.03Z
        - lastTime: 2024-03-04T08:00:00.03Z

        Hints, which are no part of the rule:

        - shell: `process_name is cmd.exe.` A command shell or script host is what most tools start through WMI, for it runs whatever it is told.
        - output to share: `process writes its output to \\127[.]0[.]0[.]1\ADMIN$\__1.2.` wmiexec and its kin write a command's output to a file on the machine's own admin share and fetch it from there.
        - discovery: `process runs whoami.` Commands that ask who and where one is are what an intruder runs first.
        - high integrity: `process_integrity_level is high and user is CONTOSO\a.turing.` Integrity High under an account other than SYSTEM, LOCAL SERVICE or NETWORK SERVICE means that somebody with administrator's rights started it.

        Evidence:

        - 2024-03-04T08:00:00.03Z, input `triage.xml`, record 1, offset 0 (0x0), 2018 bytes

        ## Inputs

        | Input | Form | Bytes | Read | Records | Matches | SHA-256 |
        | --- | --- | --- | --- | --- | --- | --- |
        | `triage.xml` | `xml` | 3987 | whole | 2 | 2 | `abababababababababababababababababababababababababababababababab` |

        ## Problems

        None.

    "#]].assert_eq(text);
}

/// The JSON export says where every shown event lies, also of inputs behind one that was taken out.
#[test]
fn rows_carry_the_places_of_their_evidence() {
    let log = |command: &str| {
        let log = Log { size: Size::Events(1), matches: 1, groups: 1, ..Log::default() };
        let event = testlog::log(&log).0.remove(0).with("CommandLine", command.to_owned());
        xml::file(&[event], &SPLUNK, Layout::Ended("\n")).into_bytes()
    };
    let (gone, one, two) = (log("gone"), log("same"), log("same"));
    let mut session = common::session(&[("gone", &gone), ("one", &one), ("two", &two)], 1 << 20);
    session.remove(0);
    let report = serde_json::to_value(Report::of(&session).with_evidence(&session)).unwrap();
    assert_eq!(report["time_zone"], "UTC");
    let [row] = report["groups"].as_array().unwrap().as_slice() else { panic!("{report}") };
    let evidence = row["evidence"].as_array().unwrap();
    assert_eq!(evidence.len(), 2, "{row}");
    for (at, (found, bytes)) in evidence.iter().zip([&one, &two]).enumerate() {
        assert_eq!(found["source"], at);
        assert_eq!(report["sources"][at]["name"], ["one", "two"][at]);
        let (offset, length) = (found["offset"].as_u64().unwrap(), found["length"].as_u64().unwrap());
        let event = std::str::from_utf8(&bytes[offset as usize..(offset + length) as usize]).unwrap();
        assert!(event.starts_with("<Event") && event.ends_with("</Event>") && event.contains("same"));
        assert!(found["record_id"].is_u64() && found["time"].is_string() && found.get("member").is_none());
    }
    assert!(row.get("evidence_left_out").is_none());
}

/// An answer without rows says what it means and what to do next.
#[test]
fn no_report_is_bare() {
    let none = Log { size: Size::Events(60), matches: 0, ..Log::default() };
    let events = testlog::log(&none).0;
    let created: Vec<_> = events.iter().filter(|event| event.id == 1).cloned().collect();
    let others: Vec<_> = events.iter().filter(|event| event.id != 1).cloned().collect();
    let file = |events: &[Event]| xml::file(events, &SPLUNK, Layout::Ended("\n")).into_bytes();
    let (created, others) = (file(&created), file(&others));
    let cut = &created[..created.len() - 40];
    let said = |name: &str, bytes: &[u8]| {
        let text = markdown::markdown(&common::session(&[(name, bytes)], 1 << 20), &Options::default());
        let head = text.split("## From records").next().unwrap().to_owned();
        assert!(head.contains("Next:"), "{head}");
        head
    };
    let expected = [
        ("created", &*created, "none has WmiPrvSE.exe as its parent"),
        ("others", &others, "the rule had nothing to look at"),
        ("cut", cut, "not everything could be read"),
        ("text", b"no log", "No event was read."),
    ];
    for (name, bytes, words) in expected {
        let head = said(name, bytes);
        assert!(head.contains(words), "{name}: {head}");
        assert_eq!(head.contains("all-clear"), name != "created", "{name}: {head}");
    }
}

/// Of each input how much was read, as the page's list of files says it.
#[test]
fn a_report_says_how_much_of_each_input_was_read() {
    let (events, _) = testlog::log(&Log { size: Size::Events(30), matches: 3, groups: 2, ..Log::default() });
    let log = xml::file(&events, &SPLUNK, Layout::Ended("\n")).into_bytes();
    let cut = &log[..log.len() - 40];
    let session = common::session(&[("whole", &log), ("cut", cut), ("text", b"no log")], 1 << 20);
    let text = markdown::markdown(&session, &Options::default());
    for (name, read) in [("whole", "whole"), ("cut", "with errors"), ("text", "not read")] {
        let row = text.lines().find(|line| line.starts_with(&format!("| `{name}` "))).unwrap();
        assert!(row.contains(&format!(" | {read} | ")), "{row}");
    }
}

#[test]
fn csv_and_table_carry_what_is_hidden() {
    let mut session = session("log", &["=1+1", "b"]);
    hide(&mut session, "b");
    let report = Report::of(&session);
    let (text, neutralised) = csv::csv(&report);
    assert_eq!(neutralised, 1);
    let head = text.lines().next().unwrap();
    let column = r#","hidden by tuning: 1 event, 1 whole row; exclude process equals ""b"", note ""b"" (1 event, 1 whole row alone)""#;
    assert!(head.ends_with(column), "{head}");
    assert!(text.lines().nth(1).unwrap().ends_with(",0"));
    assert!(table::table(&report).ends_with(
        "\n\nhidden by tuning: 1 event, 1 whole row; exclude process equals \"b\", note \"b\" (1 event, 1 whole row alone)\n"
    ));
    // A path stands as it is, and no value looks like what stands around it.
    hide(&mut session, "C:\\a\"; preset ccm\n");
    let line = sysmon_triage::export::document::tuning_line(&Report::of(&session)).unwrap();
    assert!(line.contains(r#"equals "C:\a""; preset ccm"#) && !line.contains('\n'), "{line}");
    // With no row left the file still says it.
    hide(&mut session, "=1+1");
    let entry =
        |value: &str| json!({ "mode": "include", "field": "process", "operator": "equals", "value": value });
    session.tune(Tuning::parse(&json!({ "schema": SCHEMA, "entries": [entry("=x")] }).to_string()).unwrap());
    let (text, neutralised) = csv::csv(&Report::of(&session));
    assert!(text.lines().count() == 1 && text.contains("hidden by tuning: 2 events, 2 whole rows"));
    assert_eq!(neutralised, 0, "the column's name begins with a letter whatever the tuning says");
}
