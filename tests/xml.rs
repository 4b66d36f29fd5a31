//! Event XML in every form in which it is exported.

use crate::common::{assert_expected, problems, report};
use testlog::text::Encoding;
use testlog::xml::{self, EVENT_VIEWER, EVTX_DUMP, Layout, SPLUNK, Style, WINDOWS};
use testlog::{Options, Size};

const LAYOUTS: [Layout; 5] =
    [Layout::Ended("\n"), Layout::Ended("\r\n"), Layout::Ended(""), Layout::Document, Layout::Records];

const STYLES: [Style; 4] = [SPLUNK, WINDOWS, EVENT_VIEWER, EVTX_DUMP];

fn options() -> Options {
    Options { size: Size::Events(120), ..Options::default() }
}

/// Each combination is read whole, without a word.
#[track_caller]
fn reads(style: &Style, layout: Layout, encoding: Encoding) {
    let (events, expected) = testlog::log(&options());
    let bytes = encoding.encode(&xml::file(&events, style, layout));
    let report = report(&[("log.xml", &bytes)]);
    let what = format!("{style:?} {layout:?} {encoding:?}");
    assert_eq!(problems(&report), [""; 0], "{what}");
    assert_eq!(report["sources"][0]["format"], "xml", "{what}");
    assert_expected(&report, &expected);
}

#[test]
fn every_style_in_every_layout() {
    for style in STYLES {
        for layout in LAYOUTS {
            reads(&style, layout, Encoding::Utf8);
        }
    }
}

#[test]
fn every_encoding() {
    for encoding in Encoding::ALL {
        reads(&SPLUNK, Layout::Ended("\n"), encoding);
    }
    reads(&EVENT_VIEWER, Layout::Document, Encoding::Utf16LeBom);
    reads(&WINDOWS, Layout::Ended(""), Encoding::JsonString);
    reads(&WINDOWS, Layout::Ended("\r\n"), Encoding::Utf16LeBom);
}

#[test]
fn a_file_may_end_without_a_line_end_or_with_zeros() {
    let (events, expected) = testlog::log(&options());
    let text = xml::file(&events, &SPLUNK, Layout::Ended("\n"));
    for end in ["", "\n\n\n", "\r\n \t", "\0\0\0\0"] {
        let bytes = [text.trim_end().as_bytes(), end.as_bytes()].concat();
        let report = report(&[("log.xml", &bytes)]);
        assert_expected(&report, &expected);
        assert_eq!(problems(&report), [""; 0], "{end:?}");
    }
}

#[test]
fn comments_and_declarations_between_events_are_passed_over() {
    let (events, expected) = testlog::log(&options());
    let mut text = String::from("# exported 2024-03-04\r\n");
    for event in &events {
        text += "<?xml version='1.0'?><!-- an event -->\n";
        xml::push(&mut text, event, &WINDOWS);
        text += "\r\n# next\r\n";
    }
    let report = report(&[("log.xml", text.as_bytes())]);
    assert_expected(&report, &expected);
    assert_eq!(problems(&report), [""; 0]);
}

/// Every spelling that XML allows for the same name of a program.
#[test]
fn what_is_compared_is_decoded_first() {
    let (events, _) = testlog::log(&Options { size: Size::Events(1), matches: 1, ..Options::default() });
    let mut plain = String::new();
    xml::push(&mut plain, &events[0], &SPLUNK);
    let name = "WmiPrvSE.exe</Data>";
    assert!(plain.contains(name));
    for spelling in [
        "&#87;miPrvSE.exe</Data>",
        "W&#x6d;iPrvSE.exe</Data>",
        "WmiPrvSE&#46;exe</Data>",
        "W<![CDATA[miPrv]]>SE.exe</Data>",
        "<![CDATA[WmiPrvSE.exe]]></Data>",
        "Wmi<!-- -->PrvSE.exe</Data>",
        "WmiPrvSE.exe</Data >",
        "WMIPRVSE.EXE</Data>",
    ] {
        let text = plain.replace(name, spelling);
        assert_ne!(text, plain);
        let report = report(&[("log.xml", text.as_bytes())]);
        assert_eq!(report["totals"]["matches"], 1, "{spelling}");
        assert_eq!(problems(&report), [""; 0], "{spelling}");
    }
    for other in ["&amp;#87;miPrvSE.exe</Data>", "WmiPrvSE.exe </Data>", "WmiPrvSE.exe&#10;</Data>"] {
        let report = report(&[("log.xml", plain.replace(name, other).as_bytes())]);
        assert_eq!(report["totals"]["matches"], 0, "{other}");
        assert_eq!(report["totals"]["process_creations"], 1, "{other}");
    }
}

/// A value may hold text that looks like the event's end, or like another event.
#[test]
fn a_value_can_not_forge_an_event() {
    let (events, expected) =
        testlog::log(&Options { size: Size::Events(2), matches: 2, ..Options::default() });
    let mut text = xml::file(&events, &SPLUNK, Layout::Ended("\n"));
    let forged = "</Data></EventData></Event><Event><System><EventID>1</EventID></System></Event>";
    text = text.replace("<Data Name='Company'>", &format!("<Data Name='Company'><![CDATA[{forged}]]>"));
    let report = report(&[("log.xml", text.as_bytes())]);
    assert_expected(&report, &expected);
    assert_eq!(problems(&report), [""; 0]);
}

const PROCESS: &str = "<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID><Channel>C</Channel>\
    <Computer>H</Computer></System><EventData><Data Name='UtcTime'>2024-03-04 08:00:00.500</Data>\
    <Data Name='CommandLine'>cmd /c a</Data><Data Name='ParentImage'>C:\\w\\WmiPrvSE.exe</Data></EventData></Event>\n";

/// Some printers of XML put line breaks around each value.
#[test]
fn values_that_are_set_in() {
    let text = PROCESS
        .replace("'>", "'>\n      ")
        .replace("</Data>", "\n    </Data>")
        .replace("Sysmon'/>\n", "Sysmon'/>");
    assert_ne!(text, PROCESS);
    let report = report(&[("log.xml", text.as_bytes())]);
    assert_eq!(problems(&report), [""; 0]);
    assert_eq!(
        (&report["groups"][0]["process"], &report["totals"]["matches"]),
        (&"cmd /c a".into(), &1.into())
    );
    assert_eq!(report["groups"], crate::common::verified(text.as_bytes())["groups"]);
    // A command line may begin and end with anything.
    let text = PROCESS.replace("cmd /c a", "\ncmd\n");
    assert_eq!(crate::common::report(&[("log.xml", text.as_bytes())])["groups"][0]["process"], "\ncmd\n");
}

/// A value that was written as it is may look like markup.
#[test]
fn markup_in_a_value_is_text() {
    for command in ["cmd /c echo <b>x</b> y", "a <c d='e'/> <f><g>h</g></f>"] {
        let text = PROCESS.replace("cmd /c a", command);
        let report = report(&[("log.xml", text.as_bytes())]);
        assert_eq!(problems(&report), [""; 0]);
        assert_eq!(report["groups"][0]["process"], command);
    }
}

/// Joined logs of two forms: the one is read, the other told of.
#[test]
fn json_among_events_in_xml_is_an_error() {
    let json = "{\"Event\":{\"System\":{\"EventID\":1}}}\n";
    let text = [PROCESS, json, json, PROCESS].concat();
    let report = report(&[("log.xml", text.as_bytes())]);
    assert_eq!((&report["totals"]["matches"], &report["totals"]["unreadable"]), (&2.into(), &2.into()));
    let said = problems(&report);
    assert!(said.len() == 1 && said[0].starts_with("error not_understood "), "{said:?}");
}
