//! Where in a `<result>` of Splunk's, whose texts are escaped, the values stand that the rule used.

use super::message::in_message;
use crate::source::Form;

/// Quotes of an attribute, as they are or escaped.
const QUOTES: [&str; 6] = ["'", "\"", "&apos;", "&quot;", "&#39;", "&#34;"];

/// Byte range of a value in a result: in its event, in one of its fields, or in the message. `names`: those of the field.
pub fn place(raw: &str, names: &[&str], value: &str) -> Option<(usize, usize)> {
    let name = names.first()?;
    let in_event = || {
        let (start, end) = text_of(raw, "_raw")?;
        let (from, to) = in_event(&raw[start..end], name)?;
        says(&raw[start + from..start + to], value, 2).then_some((start + from, start + to))
    };
    let in_field = || {
        names.iter().find_map(|name| text_of(raw, name).filter(|(from, to)| says(&raw[*from..*to], value, 1)))
    };
    let in_text = || in_message(raw, Form::Xml, name, &quick_xml::escape::partial_escape(value));
    in_event().or_else(in_field).or_else(in_text)
}

/// Whether a text that was escaped so often says a value.
fn says(text: &str, value: &str, times: u32) -> bool {
    let mut text = text.to_owned();
    for _ in 0..times {
        let Ok(plain) = quick_xml::escape::unescape(&text) else { return false };
        text = plain.into_owned();
    }
    text.trim() == value.trim()
}

/// Byte range of the first text of a field.
fn text_of(raw: &str, name: &str) -> Option<(usize, usize)> {
    let field = ["'", "\""].iter().find_map(|quote| raw.find(&format!("<field k={quote}{name}{quote}")))?;
    let end = field + raw[field..].find("</field>")?;
    let value =
        ["<v>", "<v ", "<text>", "<text "].iter().filter_map(|tag| raw[field..end].find(tag)).min()?;
    let start = field + value + raw[field + value..end].find('>')? + 1;
    Some((start, start + raw[start..end].find("</")?))
}

/// Byte range of a value in an event in XML that is escaped once: in it no `&lt;` is text.
fn in_event(event: &str, name: &str) -> Option<(usize, usize)> {
    if let Some((element, attribute)) = name.split_once('@') {
        let tag = event.find(&format!("&lt;{element} "))?;
        let tag_end = tag + event[tag..].find("&gt;")?;
        return QUOTES.iter().find_map(|quote| {
            let opening = format!(" {attribute}={quote}");
            let start = tag + event[tag..tag_end].find(&opening)? + opening.len();
            Some((start, start + event[start..tag_end].find(quote)?))
        });
    }
    let data = QUOTES.iter().map(|quote| format!("&lt;Data Name={quote}{name}{quote}&gt;"));
    let elements = [format!("&lt;{name}&gt;"), format!("&lt;{name} ")].into_iter();
    let opening = data.chain(elements).find_map(|opening| event.find(&opening))?;
    let start = opening + event[opening..].find("&gt;")? + "&gt;".len();
    Some((start, start + event[start..].find("&lt;")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn marks(raw: &str, names: &[&str], value: &str, wanted: &str) {
        let (start, end) = place(raw, names, value).unwrap_or_else(|| panic!("{names:?} in {raw}"));
        assert_eq!(&raw[start..end], wanted);
    }

    #[test]
    fn values_are_marked_in_the_event_and_in_fields() {
        for quote in QUOTES {
            let raw = format!(
                "<result offset='0'><field k='host'><value><text>F</text></value></field><field k='_raw'><v xml:space='preserve' \
                 trunc='0'>&lt;Event&gt;&lt;Provider Name={quote}P{quote} Guid={quote}g{quote}/&gt;&lt;EventID&gt;1&lt;/EventID&gt;&lt;Data \
                 Name={quote}CommandLine{quote}&gt;a &amp;lt;b&amp;gt;&lt;/Data&gt;&lt;/Event&gt;</v></field></result>"
            );
            marks(&raw, &["Provider@Name"], "P", "P");
            marks(&raw, &["EventID"], "1", "1");
            marks(&raw, &["CommandLine"], "a <b>", "a &amp;lt;b&amp;gt;");
            marks(&raw, &["Computer", "host"], "F", "F");
            assert_eq!(place(&raw, &["CommandLine"], "other"), None);
        }
        let raw = "<result><field k=\"Message\"><value><text>Process Create:\nParentImage: C:\\a &amp; b\nUser: x</text></value></field></result>";
        marks(raw, &["ParentImage"], "C:\\a & b", "C:\\a &amp; b");
    }
}
