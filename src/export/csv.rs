//! The rows as CSV, as the search would export them.

use super::document::tuning_line;
use crate::report::{COLUMNS, Report, Row};
use crate::time::ctime;

/// CSV with a header line, and how many cells were neutralised: an apostrophe stands before what a spreadsheet would run
/// as a formula. Log content is written by attackers; JSON is exact.
///
/// A file of comma-separated values has no place for remarks, and a result from which something was
/// left out must say so. While the tuning is on there is one column more, the last: its name says
/// what hides how much, and its cells how many events of the row are hidden. So a file without rows
/// says it too, and whoever reads columns by name does not notice.
pub fn csv(report: &Report<'_>) -> (String, u64) {
    let mut neutralised = 0;
    let mut cell = |cell: String| {
        let inert = inert(&cell);
        neutralised += u64::from(inert != cell);
        quoted(&inert)
    };
    let hidden = tuning_line(report);
    let mut text = COLUMNS.join(",");
    if let Some(column) = &hidden {
        text += &format!(",{}", cell(column.clone()));
    }
    text += "\r\n";
    for row in &report.groups {
        text += &cells(row).map(&mut cell).join(",");
        if hidden.is_some() {
            text += &format!(",{}", row.hidden);
        }
        text += "\r\n";
    }
    (text, neutralised)
}

/// The cells of a row in the order of [`COLUMNS`], times as `security_content_ctime` prints them.
pub fn cells(row: &Row<'_>) -> [String; 10] {
    let time = |time: &Option<String>| time.as_deref().map(ctime).unwrap_or_default().to_owned();
    [
        row.dest.to_owned(),
        row.user.to_owned(),
        row.parent_process.to_owned(),
        row.process_name.to_owned(),
        row.process.to_owned(),
        row.process_id.to_owned(),
        row.parent_process_id.to_owned(),
        row.count.to_string(),
        time(&row.first_time),
        time(&row.last_time),
    ]
}

/// With an apostrophe before whatever a spreadsheet may take for a formula (OWASP: CSV injection). Where it separates by
/// semicolons or tabs, as in half of Europe, our quotes are none, so a cell may begin behind each of those and in each line.
fn inert(cell: &str) -> String {
    let mut text = String::with_capacity(cell.len());
    let mut before = None;
    for c in cell.chars() {
        let separates = |c: char| matches!(c, ';' | '\t' | '\r' | '\n');
        let runs = "=+-@\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}".contains(c);
        let begins = match before {
            None => runs || matches!(c, '\t' | '\r' | '\n'),
            Some(before) => runs && separates(before),
        };
        if begins {
            text.push('\'');
        }
        text.push(c);
        // A quote at the beginning of a cell is taken away.
        if c != '"' || before.is_some_and(|before| !separates(before)) {
            before = Some(c);
        }
    }
    text
}

/// The cell in quotes where RFC 4180 asks for them.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n']) || cell.starts_with(' ') || cell.ends_with(' ') {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_neutralised_and_counted() {
        let row = Row {
            dest: "H",
            user: "@x",
            parent_process: "a \"b\", c",
            process_name: "=cmd|' /C calc'!A0",
            process: "two\nlines",
            process_id: "1",
            parent_process_id: "null",
            count: 2,
            first_time: Some("2020-01-01T00:00:00.5Z".into()),
            last_time: None,
            hints: Vec::new(),
            hidden: 0,
            evidence: None,
            evidence_left_out: None,
        };
        let session = crate::session::Session::new(&crate::rule::wmi::RULE);
        let (text, neutralised) = csv(&Report { groups: vec![row], ..Report::of(&session) });
        assert_eq!(neutralised, 2);
        assert_eq!(
            text.split_once("\r\n").unwrap().1,
            "H,'@x,\"a \"\"b\"\", c\",'=cmd|' /C calc'!A0,\"two\nlines\",1,null,2,2020-01-01T00:00:00,\r\n"
        );
    }

    #[test]
    fn a_formula_is_inert_wherever_a_spreadsheet_may_begin_a_cell() {
        for (cell, expected) in [
            ("x;=1+1;y", "x;'=1+1;y"),
            ("x\t@SUM(1)", "x\t'@SUM(1)"),
            ("x\n=1", "x\n'=1"),
            ("\t=1", "'\t'=1"),
            (";;+1", ";;'+1"),
            ("a=1; -b", "a=1; -b"),
            ("x;\"=1;y", "x;\"'=1;y"),
            ("\"=1", "\"'=1"),
            ("x\"=1", "x\"=1"),
            ("a,=1", "a,=1"),
            ("", ""),
        ] {
            assert_eq!(inert(cell), expected);
        }
    }
}
