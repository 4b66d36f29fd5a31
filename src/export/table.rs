//! The rows as a plain text table, for a terminal.

use super::csv::cells;
use super::document::tuning_line;
use super::visible::is_hidden;
use crate::report::{COLUMNS, Report};

/// Columns separated by two blanks; a control character, which a terminal would obey, is written
/// as an escape. While the tuning is on, a last line says what it hides.
pub fn table(report: &Report<'_>) -> String {
    let header = COLUMNS.map(str::to_owned);
    let rows: Vec<_> = std::iter::once(header)
        .chain(report.groups.iter().map(|row| cells(row).map(|cell| visible(&cell))))
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..COLUMNS.len()).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        text += cells.join("  ").trim_end();
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
