//! Results of Splunk in XML, as its search saves them ("Export results", XML) and its REST interface gives them. Made by hand
//! after the form that Splunk documents.

use crate::common::{self, cut_at, misfit_of, problems, read, report};
use sysmon_triage::limits;
use sysmon_triage::report::COLUMNS;
use testlog::xml::{self, Layout, SPLUNK};
use testlog::{Options, Size};

const HEAD: &str = "<?xml version='1.0' encoding='UTF-8'?>\n<results preview='0'>\n<meta>\n<fieldOrder>\n<field>_raw</field>\n\
    </fieldOrder>\n</meta>\n";
const EVENT: &str = "<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID><EventRecordID>7</EventRecordID>\
    <Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>H</Computer></System><EventData><Data Name='UtcTime'>2024-03-04 08:00:00.500\
    </Data><Data Name='ProcessId'>4</Data><Data Name='Image'>C:\\a.exe</Data><Data Name='CommandLine'>a &lt;b&gt; &amp;amp; c</Data>\
    <Data Name='ParentImage'>C:\\WmiPrvSE.exe</Data></EventData></Event>";

fn escaped(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

/// One result with an event as text.
fn raw(event: &str) -> String {
    format!(
        "\t<result offset='0'>\n\t\t<field k='_raw'><v xml:space='preserve' trunc='0'>{}</v></field>\n\t</result>\n",
        escaped(event)
    )
}

/// One with these fields.
fn fields(fields: &[(&str, &str)]) -> String {
    let field = |(name, value): &(&str, &str)| {
        format!(
            "\t\t<field k='{name}'>\n\t\t\t<value><text>{}</text></value>\n\t\t</field>\n",
            escaped(value)
        )
    };
    format!("\t<result offset='0'>\n{}\t</result>\n", fields.iter().map(field).collect::<String>())
}

fn document(results: &[String]) -> String {
    format!("{HEAD}{}</results>\n", results.concat())
}

/// Counts of a document in both modes, and what is said of it.
#[track_caller]
fn said(text: &str) -> ((u64, u64, u64), Vec<String>) {
    let (counts, _) = read(text.as_bytes());
    (counts, problems(&report(&[("export.xml", text.as_bytes())])))
}

#[test]
fn the_same_as_the_events_that_were_exported() {
    let (events, _) =
        testlog::log(&Options { size: Size::Events(300), matches: 40, groups: 9, ..Options::default() });
    let lines = report(&[("log", xml::file(&events, &SPLUNK, Layout::Ended("\n")).as_bytes())]);
    let results = xml::results(&events);
    let export = report(&[("log", results.as_bytes())]);
    assert_eq!(export["sources"][0]["format"], "splunk_xml");
    assert_eq!(problems(&export), [""; 0]);
    assert_eq!(read(results.as_bytes()).0.2, 40);
    assert!(export["totals"].is_object());
    assert_eq!(export["totals"], lines["totals"]);
    let rows = |report: &serde_json::Value| {
        let row = |row: &serde_json::Value| COLUMNS.map(|name| row[name].to_string()).join(" ");
        report["groups"].as_array().unwrap().iter().map(row).collect::<Vec<_>>()
    };
    assert!(rows(&export).len() == 9 && !rows(&export)[0].contains("null null"), "{:?}", rows(&export)[0]);
    assert_eq!(rows(&export), rows(&lines));
}

/// `| table` has the fields alone, some with more than one value, and other programs' events say nothing in Sysmon's.
#[test]
fn fields_alone() {
    let sysmon = [
        ("EventCode", "1"),
        ("SourceName", "Microsoft-Windows-Sysmon"),
        ("ComputerName", "H"),
        ("UtcTime", "2024-03-04 08:00:00.500"),
        ("Image", "C:\\a.exe"),
        ("ProcessId", "4"),
        ("ParentImage", "C:\\WmiPrvSE.exe"),
    ];
    let twice = fields(&sysmon).replace(
        "<value><text>C:\\WmiPrvSE.exe</text></value>",
        "<value><text>C:\\WmiPrvSE.exe</text></value>\n\t\t\t<value><text>C:\\WmiPrvSE.exe</text></value>",
    );
    assert_eq!(said(&document(&[fields(&sysmon), twice])), ((2, 2, 2), vec![]));
}

/// What the search looked for is set off in the text.
#[test]
fn words_that_are_set_off_belong_to_the_text() {
    let text = document(&[raw(EVENT).replace("WmiPrvSE.exe", "<sg h=\"1\">WmiPrvSE</sg>.exe")]);
    assert_eq!(said(&text), ((1, 1, 1), vec![]));
}

#[test]
fn joined_exports_and_a_root_on_one_line() {
    let one = document(&[raw(EVENT)]);
    assert_eq!(said(&(one.clone() + &one)), ((2, 2, 2), vec![]));
    let flat = one.replace(['\n', '\t'], "");
    assert_eq!(said(&(flat.clone() + "\u{feff}" + &flat)), ((2, 2, 2), vec![]));
}

#[test]
fn what_is_no_event_is_told_of() {
    let table = document(&[fields(&[("count", "5"), ("user", "a")])]);
    let (counts, lines) = said(&table);
    assert_eq!(counts, (0, 0, 0));
    assert!(
        lines.iter().any(|line| line.starts_with("error unknown_format ") && line.contains("1 result(s)")),
        "{lines:?}"
    );
    let (counts, lines) = said(&document(&[fields(&[("count", "5")]), raw(EVENT)]));
    assert_eq!((counts, lines.len()), ((1, 1, 1), 1));
    assert!(lines[0].contains("not_an_event"), "{lines:?}");
    let (_, lines) = said(&document(&[]));
    assert!(lines[0].starts_with("error empty_input "), "{lines:?}");
    let classic = fields(&[(
        "_raw",
        "03/04/2024 08:00:00 AM\nLogName=Microsoft-Windows-Sysmon/Operational\nEventCode=1",
    )]);
    let (counts, lines) = said(&document(&[classic, raw(EVENT)]));
    assert_eq!(counts, (1, 1, 1));
    assert!(lines[0].starts_with("error not_understood "), "{lines:?}");
}

#[test]
fn damage_costs_one_result() {
    let good = raw(EVENT);
    let cases = [
        (good.replace("</result>", ""), "error truncated "),
        (good.replace("</field>", ""), "error damaged_record "),
        (good.replace("C:\\a.exe", &"\0".repeat(limits::ZERO_RUN)), "error damaged_record "),
        (good.replace(" k='_raw'", ""), "error damaged_record "),
        (raw(&EVENT.replace("</System>", "")), "error damaged_record "),
        (good.replace("a.exe", &"a".repeat(limits::EVENT_BYTES)), "error over_limit "),
    ];
    for (bad, wanted) in cases {
        let (counts, lines) = said(&document(&[good.clone(), bad, good.clone()]));
        assert_eq!((counts, lines.len()), ((2, 2, 2), 1), "{wanted}");
        assert!(lines[0].starts_with(wanted), "{wanted}: {}", lines[0]);
    }
    let whole = document(&[good.clone(), good]);
    let (counts, lines) = said(whole.trim_end().trim_end_matches("</results>"));
    assert_eq!((counts, lines.len()), ((2, 2, 2), 1), "{lines:?}");
    assert!(lines[0].starts_with("error truncated "), "{lines:?}");
    let (counts, lines) = said(&whole[..whole.len() - 30]);
    assert_eq!(counts, (1, 1, 1));
    assert!(lines.iter().any(|line| line.contains("the input ends before its end")), "{lines:?}");
    assert_eq!(said("<results preview='0'/>").1, ["error empty_input [] The text holds no event."]);
}

/// Roots around previews come before that around the results.
#[test]
fn previews_are_told_of() {
    let last = document(&[raw(EVENT)]);
    let preview = last.replace("preview='0'", "preview='1'");
    let (counts, lines) = said(&format!("{preview}{preview}{last}"));
    assert_eq!((counts, lines.len()), ((3, 3, 3), 2), "{lines:?}");
    assert!(lines.iter().all(|line| line.starts_with("warning preview ")), "{lines:?}");
    assert_eq!(said(&last).1, [""; 0]);
    // Those that came before anything was found.
    let [empty, closed] =
        [document(&[]), "<results preview='0'/>\n".to_owned()].map(|root| root.replace('0', "1"));
    assert_eq!(said(&format!("{empty}{closed}{last}")), ((1, 1, 1), Vec::new()));
}

/// What the search complains of, an event that stands beside, a long line.
#[test]
fn what_stands_between_results_is_told_of() {
    let good = raw(EVENT);
    for (other, wanted) in [
        (
            "<messages>\n<msg type='ERROR'>The search was cancelled.</msg>\n</messages>\n".to_owned(),
            "stray_text",
        ),
        (format!("{EVENT}\n"), "error truncated"),
        ("x".repeat(3 * limits::GAP_LINE_BYTES) + "\n", "stray_text"),
    ] {
        let (counts, lines) = said(&document(&[good.clone(), other, good.clone()]));
        assert_eq!(counts, (2, 2, 2));
        assert!(lines[0].contains(wanted), "{lines:?}");
    }
    let debug = "<messages>\n<msg type='DEBUG'>base lispy</msg>\n<msg type='INFO'>Your timerange was substituted.</msg></messages>\n";
    assert_eq!(said(&document(&[debug.to_owned(), good])), ((1, 1, 1), vec![]));
}

/// Cut anywhere, into parts and into pieces.
#[test]
fn parts_and_pieces_give_the_same() {
    let long = "y".repeat(limits::GAP_LINE_BYTES + 7) + "<meta>\n";
    // An empty one, one inside of another, an end alone, and what a search says.
    let odd = "<result offset='0'/>\n<result <result/>\n</result>\n<msg type='WARN'>a</msg>\n";
    let text = document(&[
        odd.to_owned(),
        raw(EVENT),
        fields(&[("count", "5")]),
        long,
        raw(EVENT),
        "<result x".to_owned(),
    ]);
    let bytes = text.as_bytes();
    for at in (0..bytes.len() as u64).filter(|at| at % 13 == 0 || *at < 700) {
        assert!(!misfit_of("export.xml", bytes, cut_at(bytes, &[at, at + 1, at + 900]), 97, 1), "{at}");
    }
    let whole = report(&[("log", bytes)]);
    for piece in [1, 2, 3, 8, 9, 4095, 4096, 4115] {
        assert_eq!(common::report_of(&common::session(&[("log", bytes)], piece)), whole, "{piece}");
    }
}

/// Lines that are lost, or a tag that is damaged, cost no event in silence.
#[test]
fn lost_lines_are_told_of() {
    let (good, body) = (raw(EVENT), raw(EVENT));
    let fields_of = |result: &str| {
        let from = result.find("\t\t<field").unwrap();
        result[from..result.find("\t</result>").unwrap()].to_owned()
    };
    let alone = fields(&[("ParentImage", "C:\\WmiPrvSE.exe"), ("EventCode", "1")]);
    for (damaged, matches) in [
        (fields_of(&body), 2),
        (body.replace("<result offset", "<resuld offset"), 2),
        (alone[alone.find("<value>").unwrap()..].to_owned(), 2),
        (format!("\t<result offset='0'>\n{0}{0}\t</result>\n", fields_of(&body)), 2),
        (alone.replace("<field k='EventCode'>", "<note><text>junk</text></note>\n<field k='EventCode'>"), 2),
        (
            alone.replace("<field k='EventCode'>", "<value><text>junk</text></value>\n<field k='EventCode'>"),
            2,
        ),
        (
            fields(&[
                ("_time", "2024-03-04T08:00:00.000+00:00"),
                ("ParentImage", "C:\\WmiPrvSE.exe"),
                ("Image", "a"),
            ]),
            2,
        ),
    ] {
        let (counts, lines) = said(&document(&[good.clone(), damaged.clone(), good.clone()]));
        assert_eq!(counts.2, matches, "{damaged}");
        assert!(lines.iter().any(|line| line.starts_with("error ")), "{damaged}: {lines:?}");
    }
}

/// All on one line, of a search with many fields.
#[test]
fn a_long_list_of_fields_on_one_line() {
    let names: String = (0..900).map(|at| format!("<field>name_of_a_field_{at}</field>")).collect();
    let text =
        document(&[raw(EVENT), raw(EVENT)]).replace("<field>_raw</field>", &names).replace(['\n', '\t'], "");
    assert!(text.find("<result ").unwrap() > 4 * limits::GAP_LINE_BYTES);
    assert_eq!(said(&text), ((2, 2, 2), vec![]));
    let cut = &text[..text.rfind("<result ").unwrap()];
    let (counts, lines) = said(cut);
    assert_eq!((counts, lines.len()), ((1, 1, 1), 1));
    assert!(lines[0].starts_with("error truncated "), "{lines:?}");
}

/// What Splunk says of its search may quote it; a result may be empty.
#[test]
fn what_splunk_says_is_no_event() {
    let messages = "<messages>\n<msg type=\"INFO\">index=win EventCode=1</msg>\n<msg type='WARN'>EventCode=1 was cut</msg>\n</messages>\n";
    let (counts, lines) =
        said(&document(&[messages.to_owned(), "<result offset='0'/>\n".to_owned(), raw(EVENT)]));
    assert_eq!(counts, (1, 1, 1));
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines.iter().any(|line| line.contains("Splunk says of its search: \"EventCode=1 was cut\".")),
        "{lines:?}"
    );
    assert!(lines.iter().all(|line| line.starts_with("warning ")), "{lines:?}");
}
