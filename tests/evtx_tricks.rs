//! Records that the decoder reads in another way than they seem: what skims them must leave them to it.

use crate::common::{differences, feed, report_of};
use sysmon_triage::rule::wmi::RULE;
use sysmon_triage::scan::Scan;
use sysmon_triage::session::Session;
use testlog::evtx::{self, Style};
use testlog::{Options, Size};

const WMI: &str = r"C:\Windows\System32\wbem\WmiPrvSE.exe";

/// A log of a single process creation whose path is no match, with this command line of the parent, and room for BinXML in
/// its first value.
fn log(parent_command: &str) -> Vec<u8> {
    let options = Options { size: Size::Events(1), matches: 1, groups: 1, ..Options::default() };
    let event = testlog::log(&options).0.remove(0);
    let event = event.with("RuleName", "Q".repeat(80)).with("ParentImage", r"C:\x.exe".to_owned());
    evtx::file(&[event.with("ParentCommandLine", parent_command.to_owned())], Style::default())
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn find(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes.windows(wanted.len()).position(|window| window == wanted).unwrap()
}

/// Where the name `ParentImage` stands as the text of an attribute in the definition of the data.
fn parent_image(bytes: &[u8]) -> usize {
    let at = find(bytes, &[&[5, 1, 11, 0], &utf16("ParentImage")[..]].concat()) + 4;
    assert_eq!(
        (bytes[at - 24], &bytes[at - 23..at - 21]),
        (0x41, &[0xff, 0xff][..]),
        "an element without a condition"
    );
    at
}

/// Where the first value stands, and its descriptor.
fn first_value(bytes: &[u8]) -> (usize, usize) {
    let value = find(bytes, &utf16("QQQQQQQQ"));
    let count = |slots: usize| {
        u32::from_le_bytes(bytes[value - 4 * slots - 4..value - 4 * slots].try_into().unwrap())
    };
    let slots = (1..64).find(|slots| count(*slots) as usize == *slots).unwrap();
    (value, value - 4 * slots)
}

/// What skimming says of a log, and what decoding all of it in full says.
fn both(bytes: &[u8]) -> [Session; 2] {
    [Scan::new, Scan::verifying].map(|scan| {
        let mut session = Session::new(&RULE);
        let source = session.add_source("log.evtx", bytes.len() as u64);
        let mut scan = scan(&RULE, source, "log.evtx", Some(bytes.len() as u64));
        feed(&mut scan, bytes, || 4000);
        assert!(session.absorb(scan.finish()));
        session
    })
}

/// The same by skimming and by decoding in full, which is one match.
fn check(what: &str, bytes: &[u8]) {
    let [fast, full] = both(bytes);
    assert_eq!(report_of(&full)["totals"]["matches"], 1, "{what}: {}", report_of(&full)["sources"]);
    assert_eq!(differences(&fast, &full), [""; 0], "{what}");
}

#[test]
fn a_field_that_is_left_out_as_another_one_has_no_value() {
    let mut bytes = log(&format!("{WMI} -Embedding"));
    let at = parent_image(&bytes);
    bytes[at - 23..at - 21].fill(0);
    let (_, descriptor) = first_value(&bytes);
    bytes[descriptor + 2] = 0;
    check("ParentImage depends on RuleName, which is none", &bytes);
}

#[test]
fn a_field_inside_of_the_value_of_another_one() {
    let mut bytes = log("x");
    let at = parent_image(&bytes);
    let (data, name) = (bytes[at - 17..at - 13].to_vec(), bytes[at - 8..at - 4].to_vec());
    let (value, descriptor) = first_value(&bytes);
    let text = |text: &str| [&[5, 1, text.len() as u8, 0], &utf16(text)[..]].concat();
    let attribute = [&[6], &name[..], &text("ParentImage")].concat();
    let rest =
        [&data[..], &(attribute.len() as u32).to_le_bytes(), &attribute, &[2], &text(WMI), &[4]].concat();
    // In a value an element does not say what it depends on.
    let element = [&[0x41], &(rest.len() as u32).to_le_bytes()[..], &rest].concat();
    let fragment = [&[0x0f, 1, 1, 0], &element[..], &[0]].concat();
    let size = usize::from(u16::from_le_bytes([bytes[descriptor], bytes[descriptor + 1]]));
    assert!(fragment.len() <= size, "{} in {size}", fragment.len());
    bytes[value..value + size].fill(0);
    bytes[value..value + fragment.len()].copy_from_slice(&fragment);
    bytes[descriptor + 2] = 0x21;
    check("RuleName is BinXML", &bytes);
}

/// Both ways of reading say the same of a log.
fn agrees(what: &str, bytes: &[u8]) {
    let [fast, full] = both(bytes);
    assert_eq!(differences(&fast, &full), [""; 0], "{what}");
    let totals = &report_of(&full)["totals"];
    assert_eq!((&totals["process_creations"], &totals["unreadable"]), (&1.into(), &0.into()), "{what}");
}

#[test]
fn a_name_that_the_decoder_ends_at_a_nul() {
    // The name of the field before is the path's, and a NUL.
    let mut bytes = log("x");
    let [before, after] = ["ParentProcessId", "ParentImage\0ab\0"].map(utf16);
    let at = find(&bytes, &before);
    bytes[at..at + before.len()].copy_from_slice(&after);
    agrees("a name with a NUL", &bytes);
}

#[test]
fn a_field_that_is_there_twice() {
    for (first, second) in [(WMI, r"C:\x.exe"), (r"C:\x.exe", WMI), ("", WMI), (WMI, "")] {
        let options = Options { size: Size::Events(1), matches: 1, groups: 1, ..Options::default() };
        let event = testlog::log(&options).0.remove(0);
        let event = event.with("CommandLine", first.to_owned()).with("ParentImage", second.to_owned());
        let mut bytes = evtx::file(&[event], Style::default());
        let name = |name: &str| [&[5, 1, name.len() as u8, 0], &utf16(name)[..]].concat();
        let at = find(&bytes, &name("CommandLine"));
        bytes[at..at + 26].copy_from_slice(&name("ParentImage"));
        agrees(&format!("ParentImage is {first:?} and {second:?}"), &bytes);
    }
}
