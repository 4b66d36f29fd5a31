//! The rows as a plain text table, for a terminal.

use super::csv::cells;
use super::document::tuning_line;
use crate::report::{COLUMNS, Report};
use crate::visible::is_hidden;

/// How far columns are set apart for a long value in them: one of a megabyte would fill every other row with as many blanks.
const MOST_WIDTH: usize = 120;

/// Columns separated by two blanks; a control character, which a terminal would obey, is written
/// as an escape. Values are whole, however long. While the tuning is on, a last line says what it hides.
pub fn table(report: &Report<'_>) -> String {
    let header = COLUMNS.map(str::to_owned);
    let rows: Vec<_> = std::iter::once(header)
        .chain(report.groups.iter().map(|row| cells(row).map(|cell| visible(&cell))))
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
        text += &format!("\n{}\n", visible(&hidden));
    }
    text
}

/// Text that can't move the cursor, change colours or reverse the reading order, and in which nothing is unseen.
pub fn visible(text: &str) -> String {
    text.chars().flat_map(|c| if is_hidden(c) { c.escape_default().collect() } else { vec![c] }).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn terminal_escapes_are_shown_not_obeyed() {
        assert_eq!(super::visible("a\u{1b}[2Jb\n\u{202e}é"), "a\\u{1b}[2Jb\\n\\u{202e}é");
        for unseen in
            ["\u{61c}", "\u{ad}", "\u{a0}", "\u{206a}", "\u{e0041}", "\u{fe0f}", "\u{3164}", "\u{2800}"]
        {
            assert!(super::visible(unseen).is_ascii(), "{unseen:?}");
        }
    }
}
