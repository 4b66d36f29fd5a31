//! A process creation under the names of Splunk's CIM data model `Endpoint.Processes`.
//!
//! The mapping and what stands in for a missing value are those of the Splunk Add-on for Sysmon
//! together with the data model's own defaults; the table is in the documentation of [`Field`].

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::ids;
use crate::message;
use crate::needle::last_part;
use crate::time::Time;

macro_rules! fields {
    ($($name:ident $text:literal)+) => {
        /// A field of `Endpoint.Processes`.
        ///
        /// | field | Sysmon EventID 1 | missing or empty |
        /// |---|---|---|
        /// | `dest` | `System/Computer` | `unknown` |
        /// | `user` | `User`, with its domain | `unknown` |
        /// | `process` | `CommandLine` | `unknown` |
        /// | `process_path` | `Image` | null |
        /// | `process_name` | last path part of `Image` | program name cut from `process`, else `unknown` |
        /// | `process_id` | `ProcessId` | null |
        /// | `process_guid` | `ProcessGuid` | null |
        /// | `parent_process` | `ParentCommandLine` | `unknown` |
        /// | `parent_process_path` | `ParentImage` | null |
        /// | `parent_process_name` | last path part of `ParentImage` | program name cut from `parent_process`, else `unknown` |
        /// | `parent_process_id` | `ParentProcessId` | null |
        /// | `parent_process_guid` | `ParentProcessGuid` | null |
        /// | `original_file_name` | `OriginalFileName` (`-` is missing) | `unknown` |
        /// | `process_hash` | `Hashes` | null |
        /// | `process_integrity_level` | `IntegrityLevel`, lower case | null |
        /// | `process_current_directory` | `CurrentDirectory` | null |
        /// | `parent_user` | `ParentUser` | `unknown` |
        /// | `vendor_product`, `action` | the constants `Microsoft Sysmon` and `allowed` | |
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[allow(missing_docs)] // The table above says what each one is.
        pub enum Field { $($name,)+ }

        impl Field {
            /// Every field, in the order shown.
            pub const ALL: &[Field] = &[$(Field::$name,)+];

            /// The CIM name.
            pub fn name(self) -> &'static str {
                match self { $(Field::$name => $text,)+ }
            }
        }
    };
}

fields! {
    Dest "dest"
    User "user"
    ParentProcess "parent_process"
    ParentProcessName "parent_process_name"
    ParentProcessPath "parent_process_path"
    ParentProcessId "parent_process_id"
    ParentProcessGuid "parent_process_guid"
    ParentUser "parent_user"
    Process "process"
    ProcessName "process_name"
    ProcessPath "process_path"
    ProcessId "process_id"
    ProcessGuid "process_guid"
    ProcessHash "process_hash"
    ProcessIntegrityLevel "process_integrity_level"
    ProcessCurrentDirectory "process_current_directory"
    OriginalFileName "original_file_name"
    VendorProduct "vendor_product"
    Action "action"
}

impl Field {
    /// The names of the event's data that its value is taken from. None: it is not taken from there.
    pub fn data_names(self) -> Option<&'static [&'static str]> {
        match self {
            Field::Dest | Field::VendorProduct | Field::Action => None,
            Field::User => Some(&["User"]),
            Field::ParentProcess => Some(&["ParentCommandLine"]),
            Field::ParentProcessName => Some(&["ParentImage", "ParentCommandLine"]),
            Field::ParentProcessPath => Some(&["ParentImage"]),
            Field::ParentProcessId => Some(&["ParentProcessId"]),
            Field::ParentProcessGuid => Some(&["ParentProcessGuid"]),
            Field::ParentUser => Some(&["ParentUser"]),
            Field::Process => Some(&["CommandLine"]),
            Field::ProcessName => Some(&["Image", "CommandLine"]),
            Field::ProcessPath => Some(&["Image"]),
            Field::ProcessId => Some(&["ProcessId"]),
            Field::ProcessGuid => Some(&["ProcessGuid"]),
            Field::ProcessHash => Some(&["Hashes"]),
            Field::ProcessIntegrityLevel => Some(&["IntegrityLevel"]),
            Field::ProcessCurrentDirectory => Some(&["CurrentDirectory"]),
            Field::OriginalFileName => Some(&["OriginalFileName"]),
        }
    }

    /// The name of the path whose last part is its value, wherever that has one.
    pub fn path_name(self) -> Option<&'static str> {
        match self {
            Field::ParentProcessName => Some("ParentImage"),
            Field::ProcessName => Some("Image"),
            _ => None,
        }
    }
}

/// What the CIM puts where a log has no value.
const UNKNOWN: &str = "unknown";

/// A field's value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The value; none is null.
    pub text: Option<String>,
    /// The log's own name of the field it came from; none when nothing in the log gave it.
    pub source: Option<&'static str>,
}

/// A process creation as a record of `Endpoint.Processes`.
#[derive(Debug, Clone)]
pub struct Process<'a> {
    event: &'a Event,
    message: Vec<(&'static str, &'a str)>,
}

impl<'a> Process<'a> {
    /// Views an event as a process creation. Nothing is computed until it is asked for.
    pub fn of(event: &'a Event) -> Process<'a> {
        let message = event.message.as_deref().map(message::of_process_creation).unwrap_or_default();
        Process { event, message }
    }

    /// The value of a field.
    pub fn value(&self, field: Field) -> Value {
        match field {
            Field::Dest => Value {
                text: Some(self.event.computer().unwrap_or(UNKNOWN).to_owned()),
                source: self.event.computer().map(|_| "Computer"),
            },
            Field::User => self.or_unknown("User"),
            Field::Process => self.or_unknown("CommandLine"),
            Field::ProcessPath => self.or_null("Image"),
            Field::ProcessName => self.program("Image", "CommandLine"),
            Field::ProcessId => self.id("ProcessId"),
            Field::ProcessGuid => self.or_null("ProcessGuid"),
            Field::ParentProcess => self.or_unknown("ParentCommandLine"),
            Field::ParentProcessPath => self.or_null("ParentImage"),
            Field::ParentProcessName => self.program("ParentImage", "ParentCommandLine"),
            Field::ParentProcessId => self.id("ParentProcessId"),
            Field::ParentProcessGuid => self.or_null("ParentProcessGuid"),
            Field::ParentUser => self.or_unknown("ParentUser"),
            Field::OriginalFileName => match self.or_unknown("OriginalFileName") {
                Value { text: Some(dash), .. } if dash == "-" => constant(UNKNOWN),
                value => value,
            },
            Field::ProcessHash => self.or_null("Hashes"),
            Field::ProcessIntegrityLevel => {
                let value = self.or_null("IntegrityLevel");
                Value { text: value.text.map(|text| text.to_lowercase()), ..value }
            }
            Field::ProcessCurrentDirectory => self.or_null("CurrentDirectory"),
            Field::VendorProduct => constant("Microsoft Sysmon"),
            Field::Action => constant("allowed"),
        }
    }

    /// `_time`: `UtcTime`, else `TimeCreated@SystemTime`; none when neither is a time.
    pub fn time(&self) -> Option<Time> {
        self.find("UtcTime")
            .and_then(|(text, _)| Time::parse(text))
            .or_else(|| Time::parse(self.event.system.get("TimeCreated@SystemTime")?))
    }

    /// Sysmon's `LogonId`, which the data model has no field for.
    pub fn logon_id(&self) -> Option<String> {
        self.or_null("LogonId").text
    }

    /// The value that the log gives a field of this name.
    pub fn logged(&self, name: &'static str) -> Option<&'a str> {
        self.find(name).map(|(text, _)| text)
    }

    /// A field of the log that has a value: from the event's data, else from its message.
    fn find(&self, name: &'static str) -> Option<(&'a str, &'static str)> {
        let data = self.event.data.get(name).filter(|value| !value.is_empty());
        let message = || {
            let found = self.message.iter().find(|(have, _)| *have == name);
            found.map(|(_, value)| *value).filter(|value| !value.is_empty())
        };
        data.or_else(message).map(|value| (value, name))
    }

    fn id(&self, name: &'static str) -> Value {
        let Value { text, source } = self.or_null(name);
        Value { text: text.map(|text| ids::plain(&text)), source }
    }

    fn or_null(&self, name: &'static str) -> Value {
        let found = self.find(name);
        Value { text: found.map(|(text, _)| text.to_owned()), source: found.map(|(_, source)| source) }
    }

    fn or_unknown(&self, name: &'static str) -> Value {
        match self.or_null(name) {
            Value { text: None, .. } => constant(UNKNOWN),
            value => value,
        }
    }

    fn program(&self, path: &'static str, command_line: &'static str) -> Value {
        let from_path = self.find(path).map(|(text, source)| (last_part(text), source));
        let from_command = || self.find(command_line).map(|(text, source)| (program(text), source));
        let named = |found: &(&str, _)| !found.0.is_empty();
        match from_path.filter(named).or_else(|| from_command().filter(named)) {
            Some((name, source)) => Value { text: Some(name.to_owned()), source: Some(source) },
            None => constant(UNKNOWN),
        }
    }
}

fn constant(text: &str) -> Value {
    Value { text: Some(text.to_owned()), source: None }
}

/// The program name of a command line: the last path part of its leading quoted text, or of what
/// stands before the first blank.
fn program(command_line: &str) -> &str {
    let text = command_line.trim_start();
    let path = match text.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => text.split([' ', '\t']).next(),
    };
    last_part(path.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(data: &[(&str, &str)]) -> Event {
        let mut event = Event::default();
        data.iter().for_each(|(name, value)| event.data.push(*name, *value));
        event
    }

    fn text(event: &Event, field: Field) -> Option<String> {
        Process::of(event).value(field).text
    }

    #[test]
    fn nothing_logged_gives_the_data_models_defaults() {
        let event = Event::default();
        let defaults: Vec<_> = Field::ALL.iter().map(|field| (field.name(), text(&event, *field))).collect();
        expect_test::expect![[r#"
            dest unknown
            user unknown
            parent_process unknown
            parent_process_name unknown
            parent_process_path null
            parent_process_id null
            parent_process_guid null
            parent_user unknown
            process unknown
            process_name unknown
            process_path null
            process_id null
            process_guid null
            process_hash null
            process_integrity_level null
            process_current_directory null
            original_file_name unknown
            vendor_product Microsoft Sysmon
            action allowed
        "#]]
        .assert_eq(
            &defaults
                .iter()
                .map(|(name, value)| format!("{name} {}\n", value.as_deref().unwrap_or("null")))
                .collect::<String>(),
        );
    }

    #[test]
    fn names_come_from_the_path_then_from_the_command_line() {
        let names = |data: &[(&str, &str)]| text(&event(data), Field::ParentProcessName).unwrap();
        assert_eq!(names(&[("ParentImage", r"C:\Windows\System32\wbem\WmiPrvSE.exe")]), "WmiPrvSE.exe");
        assert_eq!(names(&[("ParentImage", "C:/x/WmiPrvSE.exe")]), "WmiPrvSE.exe");
        assert_eq!(names(&[("ParentImage", "-")]), "-");
        let quoted = r#""C:\Program Files\a b\WmiPrvSE.exe" -Embedding"#;
        assert_eq!(names(&[("ParentCommandLine", quoted)]), "WmiPrvSE.exe");
        assert_eq!(names(&[("ParentCommandLine", r"C:\w\wmiprvse.exe -secured")]), "wmiprvse.exe");
        assert_eq!(names(&[("ParentImage", ""), ("ParentCommandLine", "x.exe")]), "x.exe");
        assert_eq!(names(&[("ParentImage", r"C:\dir\"), ("ParentCommandLine", "x.exe")]), "x.exe");
    }

    #[test]
    fn the_service_s_own_ids_never_stand_in() {
        let mut event = Event::default();
        event.system.push("Execution@ProcessID", "2412");
        event.system.push("Security@UserID", "S-1-5-18");
        assert_eq!(text(&event, Field::ProcessId), None);
        assert_eq!(text(&event, Field::User).as_deref(), Some("unknown"));
    }

    #[test]
    fn the_message_fills_only_what_is_missing_and_cannot_be_forged_backwards() {
        let mut event = event(&[("CommandLine", "logged.exe")]);
        event.message = Some(
            "Process Create:\r\nUtcTime: 2020-07-20 13:29:49.966\r\nProcessId: 4508\r\nCommandLine: a\r\n\
             ProcessId: 666\r\nUser: A\\b\r\nParentImage: C:\\p.exe\r\n"
                .into(),
        );
        assert_eq!(text(&event, Field::ProcessId).as_deref(), Some("4508"));
        assert_eq!(text(&event, Field::Process).as_deref(), Some("logged.exe"));
        assert_eq!(text(&event, Field::User).as_deref(), Some("A\\b"));
        assert_eq!(Process::of(&event).time().unwrap().to_string(), "2020-07-20T13:29:49.966Z");
    }

    #[test]
    fn time_falls_back_to_system_time() {
        let mut event = event(&[("UtcTime", "not a time")]);
        event.system.push("TimeCreated@SystemTime", "2019-04-30T20:32:51.1680000Z");
        assert_eq!(Process::of(&event).time().unwrap().to_string(), "2019-04-30T20:32:51.168Z");
    }

    #[test]
    fn a_dash_is_no_original_file_name() {
        assert_eq!(
            text(&event(&[("OriginalFileName", "-")]), Field::OriginalFileName).as_deref(),
            Some("unknown")
        );
        assert_eq!(
            text(&event(&[("IntegrityLevel", "High")]), Field::ProcessIntegrityLevel).as_deref(),
            Some("high")
        );
    }
}
