//! A tuning as a file: JSON, read strictly. A slip in it would hide the wrong events.

use serde_json::{Map, Value, json};

use super::test::{Operator, Test};
use super::{Entry, Mode, PRESETS, Tuning};
use crate::group::Column;
use crate::limits;

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
        let file: Value = match serde_json::from_str(text) {
            Ok(file) => file,
            Err(error) => return wrong(format!("The tuning file is no JSON: {error}.")),
        };
        let Value::Object(file) = file else {
            return wrong("The tuning file is no JSON object.".to_owned());
        };
        match file.get("schema") {
            Some(Value::String(schema)) if schema == SCHEMA => {}
            Some(other) => {
                return wrong(format!(
                    "The tuning file has the schema {other}; this version reads \"{SCHEMA}\"."
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
                        "Preset {} is {value}, which is unknown. The presets are {}.",
                        at + 1,
                        all.join(", ")
                    ));
                }
            }
        }
        Ok(tuning)
    }
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
            wrong(format!("{what} has {key:?}, which is unknown. It may have {}.", known.join(", ")))
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
    found.ok_or_else(|| Wrong(format!("{place}: the {name} {have:?} is unknown. It may be {}.", names())))
}
