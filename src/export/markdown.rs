//! The report as Markdown. Log content in it is inert: it stands in code spans, in which nothing
//! has a meaning, or every character that could have one is written with a backslash.

use super::document::{Block, Inline, Options, document};
use crate::session::Session;

/// The report of a session as it stands, in CommonMark with GitHub's tables.
pub fn markdown(session: &Session, options: &Options) -> String {
    document(session, options).iter().map(block).collect::<Vec<_>>().join("\n")
}

fn block(block: &Block) -> String {
    match block {
        Block::Heading(level, inlines) => {
            format!("{} {}\n", "#".repeat(usize::from(*level)), line(inlines, false))
        }
        Block::Paragraph(inlines) => line(inlines, false) + "\n",
        Block::Note(note) => quote(note),
        Block::Facts(facts) => {
            let fact = |(name, value): &(&str, Vec<Inline>)| {
                format!("- {}: {}\n", escaped(name), line(value, false))
            };
            facts.iter().map(fact).collect()
        }
        Block::List(items) => items.iter().map(|item| format!("- {}\n", line(item, false))).collect(),
        Block::Table(header, rows) => {
            let cells = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
            let mut text = cells(header.iter().map(|name| escaped(name)).collect());
            text += &cells(vec!["---".to_owned(); header.len()]);
            for row in rows {
                text += &cells(row.iter().map(|cell| line(cell, true)).collect());
            }
            text
        }
        Block::Code(code) => {
            let fence = "`".repeat(longest_run(code).max(2) + 1);
            format!("{fence}text\n{code}\n{fence}\n")
        }
    }
}

fn line(inlines: &[Inline], in_table: bool) -> String {
    let inline = |inline: &Inline| match inline {
        Inline::Text(text) => escaped(text),
        Inline::Value(value) => span(value, in_table),
    };
    inlines.iter().map(inline).collect()
}

/// A quotation with the line breaks of the text: a backslash at the end of a line keeps its break.
fn quote(text: &str) -> String {
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        // Blanks at the start of a line would be lost, and four of them begin code.
        let words = line.trim_start();
        let blanks = "\u{a0}".repeat(line.chars().count() - words.chars().count());
        let go_on = !words.is_empty() && lines.peek().is_some_and(|next| !next.trim().is_empty());
        let line_break = if go_on { "\\" } else { "" };
        let quoted = format!("> {blanks}{}{line_break}", escaped(words.trim_end()));
        out += quoted.trim_end_matches(' ');
        out.push('\n');
    }
    out
}

/// Words in which no character has a meaning.
fn escaped(text: &str) -> String {
    let plain = |c: char| ",.()-:;'\"/%".contains(c);
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_punctuation() && !plain(c) {
            out.push('\\');
        }
        out.push(c);
    }
    // What renderers make links of without being asked.
    let mut out = out.replace("://", "\\://").replace("www.", "www\\.");
    // What begins a list, a heading line or a rule at the start of a line.
    let digits = out.len() - out.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let begins_list = out[digits..].starts_with(['.', ')']) && digits > 0;
    if begins_list || out.starts_with('-') {
        out.insert(digits, '\\');
    }
    out
}

/// A code span: its fence is longer than any run of backticks in it. In a table a bar is escaped
/// even there, and behind a backslash that can't be: such a bar stands between two spans.
fn span(value: &str, in_table: bool) -> String {
    let (mut out, mut rest) = (String::new(), value);
    while in_table && let Some((before, behind)) = rest.split_once("\\|") {
        out += &code(&format!("{}\\", before.replace('|', "\\|")));
        out += "\\|";
        rest = behind;
    }
    match in_table {
        true => out + &code(&rest.replace('|', "\\|")),
        false => code(rest),
    }
}

fn code(value: &str) -> String {
    if value.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(value) + 1);
    // A blank on each side is taken away again, where the span does not consist of blanks.
    let blank = |c: char| c == '`' || c == ' ';
    let pad = if value.starts_with(blank) || value.ends_with(blank) { " " } else { "" };
    format!("{fence}{pad}{value}{pad}{fence}")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    /// What stands outside of a span may become a link.
    #[test]
    fn a_bar_behind_a_backslash_stands_between_spans() {
        assert_eq!(super::span(r"x\|a@b.com|c\|", true), r"`x\`\|`a@b.com\|c\`\|");
        assert_eq!(super::span(r"x\|a", false), r"`x\|a`");
    }
}
