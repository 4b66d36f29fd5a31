//! What a few fields of an event in XML say, without parsing it.
//!
//! Soundness: the data is followed from its beginning, and every element of it must be of the plain
//! shape `<Data Name='…'>text</Data>`. So the first field of a name is the parser's first, and what
//! is not found up to the end of the event is not there.

use crate::needle::{LOOKS, Look, Said};

/// The value of the first field of this name. `rest`: what follows the System part of an event. None: there
/// is none, the data up to it is not of the plain shape, or the value is encoded.
pub fn value<'a>(rest: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = data(rest)?;
    loop {
        let (have, value, after) = field(rest.trim_ascii_start())?;
        if have == name {
            return Some(value).filter(|value| !value.contains('&'));
        }
        rest = after;
    }
}

/// The data of an event; `rest`: what follows its System part.
fn data(rest: &str) -> Option<&str> {
    rest.trim_ascii_start().strip_prefix("<EventData>")
}

/// What the fields say. `rest`: what follows the System part of an event. None: it is not of the
/// plain shape, or a value is encoded.
pub fn said(rest: &str, looks: &[Look]) -> Option<[Said; LOOKS]> {
    let mut said = [Said::Nothing; LOOKS];
    let mut found = [false; LOOKS];
    let mut left = looks.len();
    let mut rest = data(rest)?;
    while left > 0 {
        rest = rest.trim_ascii_start();
        let Some((name, value, after)) = field(rest) else {
            let end = rest.strip_prefix("</EventData>")?.trim_ascii();
            return (end == "</Event>").then_some(said);
        };
        let at = looks.iter().position(|look| look.names.contains(&name));
        if let Some(at) = at.filter(|at| !found[*at]) {
            // Or a printer put line breaks around it.
            if value.contains('&') || value.starts_with(['\n', '\r']) {
                return None;
            }
            said[at] = Said::of(name, value);
            found[at] = true;
            left -= 1;
        }
        rest = after;
    }
    Some(said)
}

/// The name and the value of the field at the front, as they are written, and what follows it.
fn field(text: &str) -> Option<(&str, &str, &str)> {
    let tag = text.strip_prefix("<Data Name=")?;
    let quote = *tag.as_bytes().first().filter(|quote| b"'\"".contains(quote))?;
    let length = memchr::memchr3(quote, b'&', b'<', &tag.as_bytes()[1..])?;
    let (name, rest) = (&tag[1..=length], &tag[1 + length..]);
    let rest = rest.strip_prefix(char::from(quote))?;
    if let Some(after) = rest.strip_prefix("/>") {
        return Some((name, "", after));
    }
    let content = rest.strip_prefix('>')?;
    let (value, end) = content.split_at(memchr::memchr(b'<', content.as_bytes())?);
    Some((name, value, end.strip_prefix("</Data>")?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::needle::Test;

    const OWN: Look = Look { names: &["A", "B"], test: Test::Own };
    const ID: Look = Look { names: &["LogonId"], test: Test::Logon };

    fn read(data: &str) -> Option<[Said; 2]> {
        let said = said(&format!("{data}</Event>"), &[OWN, ID])?;
        Some([said[0], said[1]])
    }

    #[test]
    fn plain_fields_are_read_in_any_order() {
        let (other, seven) = (Said::Other, Said::Number(7));
        for (data, expected) in [
            ("<EventData><Data Name='A'>x</Data><Data Name='LogonId'>7</Data></EventData>", [other, seven]),
            (
                "\n <EventData>\n<Data Name=\"LogonId\">0x7</Data>\n\t<Data Name=\"B\">x</Data></EventData>\n",
                [other, seven],
            ),
            // What comes after the last field looked for does not matter.
            ("<EventData><Data Name='A'>x</Data><Data Name='LogonId'>7</Data><x>&", [other, seven]),
            // The first of a name counts, in any of its spellings.
            ("<EventData><Data Name='A'/><Data Name='B'>x</Data></EventData>", [Said::Nothing; 2]),
            ("<EventData><Data Name='C'>&lt;a>'</Data></EventData>", [Said::Nothing; 2]),
            ("<EventData></EventData>", [Said::Nothing; 2]),
        ] {
            assert_eq!(read(data), Some(expected), "{data}");
        }
    }

    #[test]
    fn another_shape_is_left_to_the_parser() {
        for data in [
            "",
            "<UserData><Data Name='A'>x</Data></UserData>",
            "<EventData><Data>x</Data><Data Name='A'>x</Data></EventData>",
            "<EventData><A>x</A></EventData>",
            "<EventData><Data Name='A'>x<b/></Data></EventData>",
            "<EventData><Data Name='A'>&#120;</Data></EventData>",
            "<EventData><Data Name='&#65;'>x</Data></EventData>",
            "<EventData><Data Name='A' B='x'>x</Data></EventData>",
            "<EventData><Data Name='A>x</Data></EventData>",
            "<EventData><Data Name='A'>x</Data></EventData><UserData/>",
            "<EventData><Data Name='A'>x</Data>",
            "<EventData><Data Name='",
            "<EventData><Data Name='A'",
        ] {
            assert_eq!(read(data), None, "{data}");
        }
    }
}
