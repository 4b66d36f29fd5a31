//! One `<result>` of Splunk's results in XML to the record that the same export in JSON has as an object.
//!
//! ```text
//! <result offset='0'>
//!   <field k='_raw'><v xml:space='preserve' trunc='0'>&lt;Event …</v></field>
//!   <field k='host'><value h='1'><text>WS042</text></value></field>
//! </result>
//! ```
//!
//! A field with several values has several `<value>` elements. What the search looked for may be set off in a value by
//! `<sg>` (Splunk, REST API reference, search endpoints).

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event as Xml};
use serde_json::{Map, Value};

use crate::source::xml::event::{attribute_value, resolve};

/// The element of a field, and the attribute with its name.
const FIELD: (&str, &str) = ("field", "k");
/// The elements around the text of a value: of `_raw`, and of any other field.
const VALUES: [&str; 2] = ["v", "text"];

/// The fields of a result by their names, each with its text or a list of them.
///
/// # Errors
/// A sentence that says what is wrong and where in the result.
pub fn parse(result: &str) -> Result<Map<String, Value>, String> {
    let mut reader = Reader::from_str(result);
    reader.config_mut().check_end_names = true;
    let mut build = Build::default();
    loop {
        let token = reader.read_event();
        let at = reader.buffer_position();
        match token.map_err(|error| format!("XML breaks at byte {at} of the result: {error}."))? {
            Xml::Start(start) => build.open(&start)?,
            Xml::Empty(start) => {
                build.open(&start)?;
                build.close()?;
            }
            Xml::End(_) => build.close()?,
            Xml::Text(text) => build.add(&text.xml10_content())?,
            Xml::CData(text) => build.add(&text.xml10_content())?,
            Xml::GeneralRef(reference) => build.add(&resolve(&reference))?,
            Xml::Eof if build.path.is_empty() => return Ok(build.record),
            Xml::Eof => return Err("The result is not closed.".to_owned()),
            Xml::Comment(_) | Xml::Decl(_) | Xml::PI(_) | Xml::DocType(_) => {}
        }
    }
}

#[derive(Default)]
struct Build {
    record: Map<String, Value>,
    /// Names of the open elements, `result` first.
    path: Vec<String>,
    /// Name of the open field.
    field: String,
    /// Its values.
    values: Vec<Value>,
    /// The value that is open.
    text: Option<String>,
}

impl Build {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), String> {
        let name = start.local_name().as_ref().to_owned();
        if self.path.len() == 1 && name == FIELD.0 {
            self.field = field_name(start)?;
            self.values.clear();
        }
        let is_in_field = self.path.get(1).is_some_and(|outer| outer == FIELD.0);
        if self.text.is_none() && is_in_field && VALUES.contains(&name.as_str()) {
            self.text = Some(String::new());
        }
        self.path.push(name);
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        let Some(name) = self.path.pop() else { return Ok(()) };
        if VALUES.contains(&name.as_str()) {
            self.values.extend(self.text.take().map(Value::String));
        }
        if self.path.len() == 1 && name == FIELD.0 {
            let mut values = std::mem::take(&mut self.values);
            let value = if values.len() == 1 { values.remove(0) } else { Value::Array(values) };
            if self.record.insert(std::mem::take(&mut self.field), value).is_some() {
                return Err("A field stands twice in a result: it may be what is left of two.".to_owned());
            }
        }
        Ok(())
    }

    fn add(&mut self, text: &str) -> Result<(), String> {
        match &mut self.text {
            Some(value) => value.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err("Text stands outside of the values of a result.".to_owned()),
        }
        Ok(())
    }
}

fn field_name(start: &BytesStart<'_>) -> Result<String, String> {
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| format!("An attribute of a field breaks: {error}."))?;
        if attribute.key.local_name().as_ref() == FIELD.1 {
            return Ok(attribute_value(&attribute.value));
        }
    }
    Err("A field of a result has no name.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_result_is_the_object_that_the_export_in_json_has() {
        let result = "<result offset='0'>\n\t<field k='_raw'><v xml:space='preserve' trunc='0'>&lt;Event&gt; \
            <sg h=\"1\">Wmi</sg>PrvSE &amp;lt;</v></field>\n<field k='tag'><value><text>a</text></value><value h='1'><text> b\n</text>\
            </value></field><field k='none'></field><field k='empty'><value><text/></value></field></result>";
        assert_eq!(
            Value::Object(parse(result).unwrap()),
            json!({"_raw": "<Event> WmiPrvSE &lt;", "tag": ["a", " b\n"], "none": [], "empty": ""})
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        let said = |result: &str| parse(result).unwrap_err();
        assert_eq!(said("<result><field><v>a</v></field></result>"), "A field of a result has no name.");
        let stray = "<result><value><text>a</text></value><field k='b'><value><text>c</text></value></field></result>";
        assert_eq!(said(stray), "Text stands outside of the values of a result.");
        let twice = "<result><field k='b'><v>c</v></field><field k='b'><v>d</v></field></result>";
        assert_eq!(said(twice), "A field stands twice in a result: it may be what is left of two.");
        assert_eq!(said("<result>a</result>"), "Text stands outside of the values of a result.");
        assert_eq!(said("<result><field k='a'>"), "The result is not closed.");
        assert!(said("<result><field k='a'></result>").starts_with("XML breaks at byte "));
    }
}
