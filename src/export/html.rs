//! The report as one HTML file: no script, nothing loaded, and a content security policy that
//! allows its own style sheet only. It reads on a screen, dark or light, and on paper.

use super::document::{Block, Inline, Options, document};
use crate::hash;
use crate::session::Session;

const STYLE: &str = include_str!("report.css");

/// The report of a session as it stands.
pub fn html(session: &Session, options: &Options) -> String {
    let title = escaped(session.rule().name);
    let policy = format!("default-src 'none'; style-src 'sha256-{}'", hash::base64(STYLE.as_bytes()));
    let body: String = document(session, options).iter().map(block).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

fn block(block: &Block) -> String {
    match block {
        Block::Heading(level, inlines) => format!("<h{level}>{}</h{level}>\n", line(inlines)),
        Block::Paragraph(inlines) => format!("<p>{}</p>\n", line(inlines)),
        Block::Note(note) => format!("<blockquote>{}</blockquote>\n", escaped(note)),
        Block::Facts(facts) => {
            let fact = |(name, value): &(&str, Vec<Inline>)| {
                format!("<dt>{}</dt><dd>{}</dd>\n", escaped(name), line(value))
            };
            format!("<dl>\n{}</dl>\n", facts.iter().map(fact).collect::<String>())
        }
        Block::List(items) => {
            let items: String = items.iter().map(|item| format!("<li>{}</li>\n", line(item))).collect();
            format!("<ul>\n{items}</ul>\n")
        }
        Block::Table(header, rows) => {
            let head: String =
                header.iter().map(|name| format!("<th scope=\"col\">{}</th>", escaped(name))).collect();
            let cells = |row: &Vec<Vec<Inline>>| {
                let cells: String = row.iter().map(|cell| format!("<td>{}</td>", line(cell))).collect();
                format!("<tr>{cells}</tr>\n")
            };
            let rows: String = rows.iter().map(cells).collect();
            format!("<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n")
        }
        Block::Code(code) => format!("<pre>{}</pre>\n", escaped(code)),
    }
}

fn line(inlines: &[Inline]) -> String {
    let inline = |inline: &Inline| match inline {
        Inline::Text(text) => escaped(text),
        Inline::Value(value) => format!("<code>{}</code>", escaped(value)),
    };
    inlines.iter().map(inline).collect()
}

/// Text in which no character has a meaning, between tags and in attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            c => out.push(c),
        }
    }
    out
}
