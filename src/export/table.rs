//! The rows as a plain text table, for a terminal.

use super::csv::cells;
use super::document::tuning_line;
use crate::report::{COLUMNS, Report};
use crate::visible::{labelled, value};

/// How far columns are set apart for a long value in them: one of a megabyte would fill every other row with as many blanks.
const MOST_WIDTH: usize = 120;

/// Columns separated by two blanks; a character that can't be seen, or that a terminal would obey, is a label as on the page: a
/// backslash is always one of the log's. Values are whole, however long. While the tuning is on, a last line says what it hides.
pub fn table(report: &Report<'_>) -> String {
    let header = COLUMNS.map(str::to_owned);
    let rows: Vec<_> = std::iter::once(header)
        .chain(report.groups.iter().map(|row| cells(row).map(|cell| value(&cell))))
        .collect();
    let length = |cell: &String| cell.chars().count();
    let width =
        |column: usize| rows.iter().map(|row| length(&row[column])).max().unwrap_or(0).min(MOST_WIDTH);
    let widths: Vec<_> = (0..COLUMNS.len()).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        for (cell, width) in row.iter().zip(&widths) {
            text += cell;
            // No format's width: that ends the program where it is over 65,535.
            text.extend(std::iter::repeat_n(' ', width.saturating_sub(length(cell)) + 2));
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    if let Some(hidden) = tuning_line(report) {
        text += &format!("\n{}\n", labelled(&hidden));
    }
    text
}
