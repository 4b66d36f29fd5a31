//! One event of a Windows log, before it is written in any format.

use std::borrow::Cow;
use std::fmt::Write;

use crate::time::Time;

/// A GUID as Windows stores it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Guid(pub u32, pub u16, pub u16, pub [u8; 8]);

impl Guid {
    /// The sixteen bytes in memory: the first three parts are little endian (MS-DTYP 2.3.4.2).
    pub fn bytes(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&self.0.to_le_bytes());
        bytes[4..6].copy_from_slice(&self.1.to_le_bytes());
        bytes[6..8].copy_from_slice(&self.2.to_le_bytes());
        bytes[8..].copy_from_slice(&self.3);
        bytes
    }

    /// `5770385F-C22A-43E0-BF4C-06F5698FFBD9` in braces, at the end of a text.
    pub fn push(&self, text: &mut String) {
        text.push('{');
        push_hex(text, self.0.into(), 8);
        for part in [self.1, self.2] {
            text.push('-');
            push_hex(text, part.into(), 4);
        }
        for (at, byte) in self.3.iter().enumerate() {
            if at == 0 || at == 2 {
                text.push('-');
            }
            push_hex(text, (*byte).into(), 2);
        }
        text.push('}');
    }
}

/// Exactly `width` upper-case hexadecimal digits.
pub fn push_hex(text: &mut String, number: u64, width: u32) {
    for place in (0..width).rev() {
        let digit = (number >> (4 * place) & 0xf) as usize;
        text.push(b"0123456789ABCDEF"[digit] as char);
    }
}

/// A value of an event's data, with the type that Sysmon's manifest gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text.
    Text(Cow<'static, str>),
    /// Unsigned number.
    Number(u32),
    /// 64 bits, shown in hexadecimal.
    Hex(u64),
    /// A GUID, shown in braces.
    Guid(Guid),
}

impl Value {
    /// The value as text at the end of another.
    pub fn push(&self, text: &mut String) {
        match self {
            Value::Text(value) => text.push_str(value),
            Value::Number(value) => push_decimal(text, *value),
            // Writing to a String never fails.
            Value::Hex(value) => _ = write!(text, "0x{value:x}"),
            Value::Guid(value) => value.push(text),
        }
    }

    /// The value as Windows renders it.
    pub fn text(&self) -> Cow<'_, str> {
        if let Value::Text(value) = self {
            return Cow::Borrowed(value);
        }
        let mut text = String::new();
        self.push(&mut text);
        Cow::Owned(text)
    }
}

fn push_decimal(text: &mut String, number: u32) {
    let mut digits = [0; 10];
    let (mut left, mut at) = (number, digits.len());
    loop {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    digits[at..].iter().for_each(|digit| text.push(*digit as char));
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Value {
        Value::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text.into())
    }
}

/// Who wrote an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Provider {
    /// Its name.
    pub name: &'static str,
    /// Its GUID.
    pub guid: Guid,
    /// The channel that it writes to.
    pub channel: &'static str,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Who wrote it, and where to.
    pub provider: Provider,
    /// `EventID`.
    pub id: u16,
    /// `Version`.
    pub version: u8,
    /// `Level`.
    pub level: u8,
    /// `Task`.
    pub task: u16,
    /// `Keywords`.
    pub keywords: u64,
    /// `TimeCreated`.
    pub time: Time,
    /// `EventRecordID`.
    pub record: u64,
    /// `Execution@ProcessID`: the logging service's own.
    pub process: u32,
    /// `Execution@ThreadID`.
    pub thread: u32,
    /// `Computer`.
    pub computer: Cow<'static, str>,
    /// `EventData` in order.
    pub data: Vec<(&'static str, Value)>,
}

impl Event {
    /// The first value of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let mut pairs = self.data.iter();
        pairs.find(|(have, _)| *have == name).map(|(_, value)| value)
    }

    /// The first value of this name as text; empty when there is none.
    pub fn text(&self, name: &str) -> Cow<'_, str> {
        self.get(name).map(Value::text).unwrap_or_default()
    }

    /// The same event with another value, in its place if there is one of this name.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Event {
        let value = value.into();
        match self.data.iter_mut().find(|(have, _)| *have == name) {
            Some((_, have)) => *have = value,
            None => self.data.push((name, value)),
        }
        self
    }

    /// The same event without the values of this name.
    #[must_use]
    pub fn without(mut self, name: &str) -> Event {
        self.data.retain(|(have, _)| *have != name);
        self
    }

    /// The message that Windows renders from the data: a title, then a line for each value.
    pub fn message(&self, line_end: &str) -> String {
        let mut text = match self.id {
            1 => "Process Create:".to_owned(),
            id => format!("Event {id}:"),
        };
        for (name, value) in &self.data {
            text.push_str(line_end);
            text.push_str(name);
            text.push_str(": ");
            value.push(&mut text);
        }
        text
    }
}
