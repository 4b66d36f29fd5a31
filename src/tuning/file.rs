//! A tuning as a file: JSON, read strictly. A slip in it would hide the wrong events.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};

use super::test::{Operator, Test};
use super::{Entry, Mode, PRESETS, Tuning};
use crate::group::Column;
use crate::limits;
use crate::visible::labelled;

/// So much of a value is quoted when it is wrong.
const QUOTED_BYTES: usize = 80;

/// Name and version of the file's form.
pub const SCHEMA: &str = "sysmon-triage/tuning/1";

/// What is wrong with a file: one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong(String);

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Wrong {}

fn wrong<T>(sentence: String) -> Result<T, Wrong> {
    Err(Wrong(sentence))
}

impl Tuning {
    /// The file that gives this tuning.
    pub fn json(&self) -> String {
        let entry = |entry: &Entry| {
            json!({
                "mode": entry.mode.name(),
                "field": entry.test.column.name(),
                "operator": entry.test.operator.name(),
                "value": entry.test.value,
                "note": entry.note,
                "enabled": entry.enabled,
            })
        };
        let on = self.presets.iter().filter(|preset| preset.enabled).map(|preset| preset.preset.id);
        let file = json!({
            "schema": SCHEMA,
            "entries": self.entries.iter().map(entry).collect::<Vec<_>>(),
            "presets": on.collect::<Vec<_>>(),
        });
        format!("{file:#}\n")
    }

    /// Reads a file.
    ///
    /// # Errors
    /// A sentence that names the entry and what is allowed, when anything in it is not understood.
    pub fn parse(text: &str) -> Result<Tuning, Wrong> {
        // Editors on Windows write a byte-order mark.
        let text = text.trim_start_matches('\u{feff}');
        let file = match serde_json::from_str(text) {
            Ok(Unique(file)) => file,
            Err(error) if error.is_data() => return wrong(format!("In the tuning file {error}.")),
            Err(error) => return wrong(format!("The tuning file is no JSON: {error}.")),
        };
        let Value::Object(file) = file else {
            return wrong("The tuning file is no JSON object.".to_owned());
        };
        match file.get("schema") {
            Some(Value::String(schema)) if schema == SCHEMA => {}
            Some(other) => {
                return wrong(format!(
                    "The tuning file has the schema {}; this version reads \"{SCHEMA}\".",
                    shown(other)
                ));
            }
            None => return wrong(format!("The tuning file has no \"schema\": \"{SCHEMA}\".")),
        }
        only("The tuning file", &file, &["schema", "entries", "presets"])?;
        let mut tuning = Tuning::default();
        let entries = list(&file, "entries")?;
        if entries.len() > limits::TUNING_ENTRIES {
            let most = limits::TUNING_ENTRIES;
            return wrong(format!("The tuning file has {} entries; at most {most} are read.", entries.len()));
        }
        for (at, value) in entries.iter().enumerate() {
            tuning.entries.push(entry(&format!("Entry {}", at + 1), value)?);
        }
        for (at, value) in list(&file, "presets")?.iter().enumerate() {
            let named = value.as_str();
            match tuning.presets.iter_mut().find(|one| Some(one.preset.id) == named) {
                Some(preset) => preset.enabled = true,
                None => {
                    let all: Vec<_> = PRESETS.iter().map(|preset| preset.id).collect();
                    return wrong(format!(
                        "Preset {} is {}, which is unknown. The presets are {}.",
                        at + 1,
                        shown(value),
                        all.join(", ")
                    ));
                }
            }
        }
        Ok(tuning)
    }
}

/// A value in which no object has a name twice: of two lists of entries one would be lost without a word.
struct Unique(Value);

impl<'a> Deserialize<'a> for Unique {
    fn deserialize<D: Deserializer<'a>>(from: D) -> Result<Unique, D::Error> {
        from.deserialize_any(Once)
    }
}

struct Once;

impl<'a> Visitor<'a> for Once {
    type Value = Unique;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut members: A) -> Result<Unique, A::Error> {
        let mut object = Map::new();
        while let Some((name, Unique(value))) = members.next_entry::<String, Unique>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format!("{} stands twice", shown(&json!(name)))));
            }
            object.insert(name, value);
        }
        Ok(Unique(Value::Object(object)))
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut items: A) -> Result<Unique, A::Error> {
        let mut list = Vec::new();
        while let Some(Unique(value)) = items.next_element()? {
            list.push(value);
        }
        Ok(Unique(Value::Array(list)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Unique, E> {
        Ok(Unique(text.into()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Unique, E> {
        Ok(Unique(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Unique, E> {
        Ok(Unique(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Unique, E> {
        Ok(Unique(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Unique, E> {
        Ok(Unique(value.into()))
    }

    fn visit_unit<E: Error>(self) -> Result<Unique, E> {
        Ok(Unique(Value::Null))
    }
}

/// What a file says, as it is quoted in a sentence.
fn shown(value: &Value) -> String {
    labelled(&crate::text::cut(value.to_string(), QUOTED_BYTES))
}

fn list<'a>(file: &'a Map<String, Value>, name: &str) -> Result<&'a [Value], Wrong> {
    match file.get(name) {
        None => Ok(&[]),
        Some(Value::Array(values)) => Ok(values),
        Some(_) => wrong(format!("`{name}` in the tuning file must be a list.")),
    }
}

fn only(what: &str, object: &Map<String, Value>, known: &[&str]) -> Result<(), Wrong> {
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => {
            let key = shown(&json!(key));
            wrong(format!("{what} has {key}, which is unknown. It may have {}.", known.join(", ")))
        }
        None => Ok(()),
    }
}

fn entry(place: &str, value: &Value) -> Result<Entry, Wrong> {
    let Value::Object(object) = value else {
        return wrong(format!("{place} is no JSON object."));
    };
    only(place, object, &["mode", "field", "operator", "value", "note", "enabled"])?;
    let mode = choice(place, object, "mode", Mode::ALL, |mode| mode.name())?;
    let column = choice(place, object, "field", Column::ALL, |column| column.name())?;
    let operator = choice(place, object, "operator", Operator::ALL, |operator| operator.name())?;
    let value = text(place, object, "value", None)?;
    if value.is_empty() {
        return wrong(format!("{place}: `value` is empty; no field is ever empty."));
    }
    if value.len() > limits::TUNING_VALUE_BYTES {
        let (have, most) = (value.len(), limits::TUNING_VALUE_BYTES);
        return wrong(format!("{place}: `value` has {have} bytes; at most {most} are read."));
    }
    let enabled = match object.get("enabled") {
        None => true,
        Some(Value::Bool(enabled)) => *enabled,
        Some(_) => return wrong(format!("{place}: `enabled` must be true or false.")),
    };
    let note = text(place, object, "note", Some(""))?.to_owned();
    Ok(Entry { mode, test: Test::new(column, operator, value), note, enabled })
}

fn text<'a>(
    place: &str,
    object: &'a Map<String, Value>,
    name: &str,
    missing: Option<&'a str>,
) -> Result<&'a str, Wrong> {
    match (object.get(name), missing) {
        (Some(Value::String(text)), _) => Ok(text),
        (Some(_), _) => wrong(format!("{place}: `{name}` must be a text in quotes.")),
        (None, Some(missing)) => Ok(missing),
        (None, None) => wrong(format!("{place} has no `{name}`.")),
    }
}

fn choice<T: Copy>(
    place: &str,
    object: &Map<String, Value>,
    name: &str,
    all: &[T],
    called: fn(T) -> &'static str,
) -> Result<T, Wrong> {
    let have = text(place, object, name, None)?;
    let found = all.iter().copied().find(|one| called(*one) == have);
    let names = || all.iter().map(|one| called(*one)).collect::<Vec<_>>().join(", ");
    found.ok_or_else(|| {
        Wrong(format!("{place}: the {name} {} is unknown. It may be {}.", shown(&json!(have)), names()))
    })
}
