//! The rows as CSV, as the search would export them.

use crate::report::{COLUMNS, Row};
use crate::time::ctime;

/// CSV with a header line, and how many cells were neutralised: one that a spreadsheet would run
/// as a formula gets a leading apostrophe. Log content is written by attackers; JSON is exact.
pub fn csv<'a>(rows: impl Iterator<Item = Row<'a>>) -> (String, u64) {
    let mut text = COLUMNS.join(",") + "\r\n";
    let mut neutralised = 0;
    for row in rows {
        let cells = cells(&row).map(|cell| {
            let runs = is_formula(&cell);
            neutralised += u64::from(runs);
            quoted(&if runs { format!("'{cell}") } else { cell })
        });
        text += &cells.join(",");
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

/// Whether a spreadsheet may take the cell for a formula (OWASP: CSV injection).
fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
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
        };
        let (text, neutralised) = csv([row].into_iter());
        assert_eq!(neutralised, 2);
        assert_eq!(
            text.split_once("\r\n").unwrap().1,
            "H,'@x,\"a \"\"b\"\", c\",'=cmd|' /C calc'!A0,\"two\nlines\",1,null,2,2020-01-01T00:00:00,\r\n"
        );
    }
}
