//! What is hidden, and that nothing is hidden silently.

use crate::common::{self, forms};
use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::{Value, json};
use sysmon_triage::group::Column;
use sysmon_triage::report::{self, Outcome};
use sysmon_triage::rule::wmi::RULE;
use sysmon_triage::session::Session;
use sysmon_triage::tuning::{Operator, PRESETS, SCHEMA, Tuning};
use sysmon_triage::view;
use testlog::rng::Rng;
use testlog::{Event, Options, Size};

/// Matches that differ in what tunings look at; some rows hold events of different logons.
fn log(seed: u64, events: u64) -> Vec<Event> {
    let options = Options { seed, size: Size::Events(events), matches: events / 2, groups: 4, hosts: 3 };
    let mut rng = Rng::new(seed);
    let mut events = testlog::log(&options).0;
    for event in &mut events {
        let image =
            rng.pick(&[r"C:\Windows\System32\WerFault.exe", r"C:\Windows\CCM\x.exe", r"C:\t\A*b.exe", ""]);
        let level = rng.pick(&["High", "System", ""]);
        let logon = rng.pick(&["0x3e7", "0x3E7", "0x12ab"]);
        let changed = event.clone().with("Image", image).with("IntegrityLevel", level).with("LogonId", logon);
        *event = changed;
    }
    events
}

/// A tuning of a few entries that fit some events and not others.
fn tuning(seed: u64) -> Tuning {
    let mut rng = Rng::new(seed);
    let values =
        ["WerFault.exe", "*", "a*b.exe", "A", "high", "0x3E7", r"C:\", "whoami", r"CONTOSO\a.turing", "null"];
    let entries: Vec<_> = (0..rng.below(5))
        .map(|_| {
            json!({
                "mode": rng.pick(&["exclude", "exclude", "include"]),
                "field": rng.pick(Column::ALL).name(),
                "operator": rng.pick(Operator::ALL).name(),
                "value": rng.pick(&values),
                "enabled": rng.below(4) > 0,
            })
        })
        .collect();
    let presets: Vec<_> = PRESETS.iter().filter(|_| rng.below(5) == 0).map(|preset| preset.id).collect();
    parse(&json!({ "schema": SCHEMA, "entries": entries, "presets": presets })).unwrap()
}

fn parse(file: &Value) -> Result<Tuning, String> {
    Tuning::parse(&file.to_string()).map_err(|wrong| wrong.to_string())
}

fn entries(entries: Value) -> Tuning {
    parse(&json!({ "schema": SCHEMA, "entries": entries })).unwrap()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

/// The sums that must hold, whatever is hidden.
fn check_sums(session: &Session) -> Result<(), TestCaseError> {
    let report = common::report_of(session);
    let totals = &report["totals"];
    let sum = |a: &str, b: &str| number(&totals[a]) + number(&totals[b]);
    prop_assert_eq!(sum("shown", "hidden"), number(&totals["matches"]));
    prop_assert_eq!(sum("shown_groups", "hidden_groups"), number(&totals["groups"]));
    let rows = report["groups"].as_array().unwrap();
    prop_assert_eq!(rows.len() as u64, number(&totals["shown_groups"]));
    prop_assert_eq!(rows.iter().map(|row| number(&row["count"])).sum::<u64>(), number(&totals["shown"]));
    let in_rows: u64 = rows.iter().map(|row| number(&row["hidden"])).sum();
    prop_assert!(in_rows <= number(&totals["hidden"]));
    let summary = view::summary(session, |_| true);
    prop_assert_eq!(summary.verdict.matches, summary.totals.shown);
    let all_hidden = summary.totals.hidden > 0 && summary.totals.shown == 0;
    prop_assert_eq!(summary.outcome == Outcome::AllHidden, all_hidden);
    for (index, group) in session.groups().iter().enumerate() {
        prop_assert_eq!(session.matches(index).len() as u64, group.shown.events);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Tuning before reading, after it, or in between, and findings in any order: the same result.
    #[test]
    fn any_tuning_at_any_time_over_any_order_gives_the_same_result(seed: u64, rule: u64, at in 0_usize..4) {
        let events = log(seed, 40);
        let parts: Vec<_> = events.chunks(11).map(|part| forms::plain(part).swap_remove(0)).collect();
        let mut sessions = [Session::new(&RULE), Session::new(&RULE)];
        for (turn, session) in sessions.iter_mut().enumerate() {
            let names = ["a", "b", "c", "d"];
            let sources: Vec<_> = parts.iter().zip(names).map(|(part, name)| {
                session.add_source(name, part.bytes.len() as u64)
            }).collect();
            let order: Vec<_> = if turn == 0 { (0..parts.len()).collect() } else { (0..parts.len()).rev().collect() };
            for (step, part) in order.into_iter().enumerate() {
                if turn == 1 && step == at {
                    session.tune(tuning(rule));
                }
                let mut scan = session.scan(sources[part]).unwrap();
                common::feed(&mut scan, &parts[part].bytes, || 700);
                prop_assert!(session.absorb(scan.finish()));
            }
        }
        sessions[0].tune(tuning(rule));
        for session in &sessions {
            check_sums(session)?;
        }
        let differences = common::differences(&sessions[1], &sessions[0]);
        prop_assert!(differences.is_empty(), "{}", differences.join("\n"));
    }

    /// What each part hides alone is what is hidden when it is alone.
    #[test]
    fn each_part_says_what_it_hides_alone(seed: u64, rule: u64) {
        let form = forms::plain(&log(seed, 30)).swap_remove(0);
        let mut session = common::session(&[("log", &form.bytes)], 1 << 20);
        let file: Value = serde_json::from_str(&tuning(rule).json()).unwrap();
        session.tune(parse(&file).unwrap());
        let told = serde_json::to_value(report::tuning_report(&session)).unwrap();
        let mut alone = |entries: Vec<Value>, presets: Vec<&str>| {
            session.tune(parse(&json!({ "schema": SCHEMA, "entries": entries, "presets": presets })).unwrap());
            serde_json::to_value(report::tuning_report(&session).hidden).unwrap()
        };
        for (at, entry) in file["entries"].as_array().unwrap().iter().enumerate() {
            let mut entry = entry.clone();
            entry["enabled"] = true.into();
            prop_assert_eq!(&told["entries"][at]["hides"], &alone(vec![entry], vec![]));
        }
        for (at, preset) in PRESETS.iter().enumerate() {
            prop_assert_eq!(&told["presets"][at]["hides"], &alone(vec![], vec![preset.id]));
        }
    }

    #[test]
    fn a_file_gives_itself_again(rule: u64) {
        let json = tuning(rule).json();
        prop_assert_eq!(Tuning::parse(&json).unwrap().json(), json);
    }

    /// An input that was taken out might never have been there.
    #[test]
    fn taking_an_input_out_leaves_the_others(seed: u64, rule: u64) {
        let events = log(seed, 30);
        let forms: Vec<_> = events.chunks(10).map(|part| forms::plain(part).swap_remove(0)).collect();
        let read = |names: &[(usize, &str)]| {
            let inputs: Vec<_> = names.iter().map(|(at, name)| (*name, forms[*at].bytes.as_slice())).collect();
            let mut session = common::session(&inputs, 1 << 20);
            session.tune(tuning(rule));
            session
        };
        let mut session = read(&[(0, "a"), (1, "b"), (2, "c")]);
        session.remove(1);
        check_sums(&session)?;
        let without = common::report_of(&read(&[(0, "a"), (2, "c")]));
        prop_assert_eq!(common::report_of(&session), without);
        // Who was still reading it does no harm, and a new input gets a new number.
        let mut scan = session.scan(1).unwrap();
        common::feed(&mut scan, &forms[1].bytes, || 900);
        prop_assert!(session.absorb(scan.finish()));
        prop_assert_eq!(session.inputs().count(), 2);
        prop_assert_eq!(session.add_source("b", 1), 3);
    }
}

#[test]
fn includes_of_one_field_add_up_and_those_of_two_both_count() {
    let form = forms::plain(&log(7, 40)).swap_remove(0);
    let mut session = common::session(&[("log", &form.bytes)], 1 << 20);
    let mut shown = |list: Value| {
        session.tune(entries(list));
        report::totals(&session).shown
    };
    let include = |field: &str, value: &str| json!({ "mode": "include", "field": field, "operator": "equals", "value": value });
    let one = shown(json!([include("process_integrity_level", "HIGH")]));
    let other = shown(json!([include("process_integrity_level", "system")]));
    let both = shown(json!([
        include("process_integrity_level", "high"),
        include("process_integrity_level", "system")
    ]));
    assert!(one > 0 && other > 0);
    assert_eq!(both, one + other);
    let narrowed = shown(json!([include("process_integrity_level", "high"), include("logon_id", "0x3e7")]));
    assert!(0 < narrowed && narrowed < one);
}

#[track_caller]
fn check_wrong(file: &str, expected: Expect) {
    expected.assert_eq(&Tuning::parse(file).unwrap_err().to_string());
}

#[test]
fn a_slip_is_named_with_its_entry_and_what_is_allowed() {
    let with = |entry: &str| format!("{{\"schema\": \"{SCHEMA}\", \"entries\": [{GOOD}, {entry}]}}");
    const GOOD: &str = r#"{"mode": "exclude", "field": "user", "operator": "equals", "value": "x"}"#;
    check_wrong("{", expect!["The tuning file is no JSON: EOF while parsing an object at line 1 column 1."]);
    check_wrong("[]", expect!["The tuning file is no JSON object."]);
    check_wrong("{}", expect![[r#"The tuning file has no "schema": "sysmon-triage/tuning/1"."#]]);
    check_wrong(
        r#"{"schema": "sysmon-triage/tuning/2"}"#,
        expect![[
            r#"The tuning file has the schema "sysmon-triage/tuning/2"; this version reads "sysmon-triage/tuning/1"."#
        ]],
    );
    check_wrong(
        &format!("{{\"schema\": \"{SCHEMA}\", \"entry\": []}}"),
        expect![[r#"The tuning file has "entry", which is unknown. It may have schema, entries, presets."#]],
    );
    check_wrong(&with("3"), expect!["Entry 2 is no JSON object."]);
    check_wrong(&with("{}"), expect!["Entry 2 has no `mode`."]);
    check_wrong(
        &with(&GOOD.replace("user", "image")),
        expect![[
            r#"Entry 2: the field "image" is unknown. It may be dest, user, parent_process, process_name, process, process_id, parent_process_id, process_path, process_integrity_level, original_file_name, logon_id."#
        ]],
    );
    check_wrong(
        &with(&GOOD.replace("equals", "regex")),
        expect![[
            r#"Entry 2: the operator "regex" is unknown. It may be equals, contains, begins, ends, wildcard."#
        ]],
    );
    check_wrong(
        &with(&GOOD.replace("\"x\"", "\"\"")),
        expect!["Entry 2: `value` is empty; no field is ever empty."],
    );
    check_wrong(&with(&GOOD.replace("\"x\"", "7")), expect!["Entry 2: `value` must be a text in quotes."]);
    check_wrong(
        &with(&GOOD.replace("\"value\"", "\"enabled\": 1, \"value\"")),
        expect!["Entry 2: `enabled` must be true or false."],
    );
    check_wrong(
        &with(&GOOD.replace("\"value\"", "\"vaule\"")),
        expect![[
            r#"Entry 2 has "vaule", which is unknown. It may have mode, field, operator, value, note, enabled."#
        ]],
    );
    check_wrong(
        &format!("{{\"schema\": \"{SCHEMA}\", \"presets\": [\"ccm\", \"sccm\"]}}"),
        expect![[
            r#"Preset 2 is "sccm", which is unknown. The presets are system_logon, werfault, wmiprvse, dismhost, ccm, mofcomp, csc, powercfg, msiexec_install."#
        ]],
    );
    check_wrong(
        &format!("{{\"schema\": \"{SCHEMA}\", \"entries\": [{GOOD}], \"entries\": []}}"),
        expect![[r#"In the tuning file "entries" stands twice at line 1 column 138."#]],
    );
    check_wrong(
        &with(&GOOD.replace("\"value\"", "\"mode\": \"include\", \"value\"")),
        expect![[r#"In the tuning file "mode" stands twice at line 1 column 199."#]],
    );
    // What a terminal would obey, and what fills it.
    let long = format!("{{\"schema\": \"a\u{9b}31m\u{202e}{}\"}}", "b".repeat(200_000));
    let said = Tuning::parse(&long).unwrap_err().to_string();
    assert!(
        said.len() < 300 && said.contains("a\u{2039}U+009B\u{203a}31m\u{2039}U+202E\u{203a}bbb"),
        "{said}"
    );
    assert!(Tuning::parse(&format!("\u{feff}{{\"schema\": \"{SCHEMA}\"}}")).unwrap().is_off());
}

#[track_caller]
fn check_splunk(tuning: &Tuning, expected: Expect) {
    let splunk = tuning.splunk();
    let mut text = format!("{}\nwhere: {}\n", splunk.filter, splunk.r#where);
    splunk.notes.iter().for_each(|note| text += &format!("- {note}\n"));
    expected.assert_eq(&text);
}

#[test]
fn splunk_escapes_what_search_can_say_and_says_the_rest_with_match() {
    check_splunk(
        &Tuning::default(),
        expect![[r#"
        search *
        where: 
    "#]],
    );
    let entry = |mode: &str, field: &str, operator: &str, value: &str| json!({ "mode": mode, "field": field, "operator": operator, "value": value });
    check_splunk(
        &entries(json!([
            entry("exclude", "process", "equals", r#""C:\a b\x.exe" /c"#),
            entry("exclude", "user", "ends", r"\svc_scan"),
            entry("exclude", "process", "wildcard", r"*\\127.0.0.1\ADMIN$\__*"),
            entry("include", "dest", "begins", "WS-"),
            entry("include", "dest", "contains", "DC"),
            entry("include", "process_name", "equals", "cmd.exe"),
        ])),
        expect![[r#"
            search NOT (process="\"C:\\a b\\x.exe\" /c" OR user="*\\svc_scan" OR process="*\\\\127.0.0.1\\ADMIN$\\__*") (dest="WS-*" OR dest="*DC*") process_name="cmd.exe"
            where: 
        "#]],
    );
    // A star, a backtick and a line break that stand for themselves.
    check_splunk(
        &entries(json!([
            entry("exclude", "process", "contains", "SELECT * FROM `x`\n"),
            entry("exclude", "process", "wildcard", "a`*.b"),
            entry("include", "process", "equals", "*"),
            entry("include", "process", "ends", "z"),
            // What can't be seen is no text that anybody could compare.
            entry("exclude", "process", "contains", "run\u{a0}me\u{200b}\u{85}é"),
        ])),
        expect![[r#"
            where NOT match(process, "(?s)[sS][eE][lL][eE][cC][tT] \\x2a [fF][rR][oO][mM] \\x60[xX]\\x60\\x0a") | where NOT match(process, "(?s)\\A[aA]\\x60.*\\x2e[bB]\\z") | where NOT match(process, "(?s)[rR][uU][nN]\\x{a0}[mM][eE]\\x{200b}\\x{85}é") | where (match(process, "(?s)\\A\\x2a\\z") OR match(process, "(?s)[zZ]\\z"))
            where: 
        "#]],
    );
    check_splunk(
        &entries(json!([
            entry("exclude", "process_path", "begins", r"C:\Windows\CCM\"),
            entry("exclude", "original_file_name", "equals", "a*"),
            entry("include", "logon_id", "equals", "0x3e7"),
            entry("include", "process_integrity_level", "equals", "high"),
            entry("exclude", "logon_id", "equals", "*"),
        ])),
        expect![[r#"
            search *
            where: NOT Processes.process_path="C:\\Windows\\CCM\\*" Processes.process_integrity_level="high"
            - Entry 1 (exclude process_path begins "C:\Windows\CCM\") needs a field that the rows no longer have: add NOT Processes.process_path="C:\\Windows\\CCM\\*" to the where clause of tstats, before its by clause.
            - Entry 2 (exclude original_file_name equals "a*") can't be said: its field is only there in the where clause of tstats, where a star, a backtick or a control character can't be written as itself.
            - Entry 5 (exclude logon_id equals "*") can't be said: it needs the logon id, which the data model Endpoint.Processes does not have, and in a search over the events a star, a backtick or a control character can't be written as itself.
            - Entry 4 (include process_integrity_level equals "high") needs a field that the rows no longer have: add Processes.process_integrity_level="high" to the where clause of tstats, before its by clause.
            - Entry 3 (include logon_id equals "0x3e7") needs the logon id, which the data model Endpoint.Processes does not have: no text of this search can say it. Restrict the events that the data model reads instead: LogonId="0x3e7".
        "#]],
    );
    let presets: Vec<_> = PRESETS.iter().map(|preset| preset.id).collect();
    check_splunk(
        &parse(&json!({ "schema": SCHEMA, "presets": presets })).unwrap(),
        expect![[r#"
            search NOT (process_name="WerFault.exe" OR process_name="WmiPrvSE.exe" OR process_name="dismhost.exe" OR process_name="mofcomp.exe" OR process_name="powercfg.exe" OR ((process_name="msiexec.exe" AND process="* /i *") OR (process_name="msiexec.exe" AND process="* /i\"*") OR (process_name="msiexec.exe" AND process="* /i{*")))
            where: NOT Processes.process_path="C:\\Windows\\CCM\\*" NOT (Processes.process_name="csc.exe" AND Processes.process_path="C:\\Windows\\Microsoft.NET\\*")
            - The preset system_logon needs the logon id, which the data model Endpoint.Processes does not have: no text of this search can say it. Restrict the events that the data model reads instead: NOT LogonId="0x3e7".
            - The preset ccm needs a field that the rows no longer have: add NOT Processes.process_path="C:\\Windows\\CCM\\*" to the where clause of tstats, before its by clause.
            - The preset csc needs a field that the rows no longer have: add NOT (Processes.process_name="csc.exe" AND Processes.process_path="C:\\Windows\\Microsoft.NET\\*") to the where clause of tstats, before its by clause.
        "#]],
    );
}
