//! Where an object of JSON ends, in text that comes in pieces.
//!
//! The end is found by counting brackets outside of strings. A broken object is told by what no writer of JSON does: a raw line
//! break inside a string, or a line that opens an object no deeper than the one that is still open.

use serde::de::IgnoredAny;
use serde_json::Value;

use super::string;
use crate::limits;

/// The object at the front of the window.
#[derive(Debug)]
pub struct Object {
    /// How much of it was scanned.
    pub scanned: usize,
    /// It was skimmed once more, when its first line had come in full.
    pub skimmed_again: bool,
    /// It is known that it must be built in full.
    pub is_full: bool,
    /// It was found to be longer than a head.
    is_long: bool,
    depth: u32,
    string: bool,
    /// Blanks before it on its line.
    indent: usize,
    layout: Layout,
}

/// Whether a line that opens an object as far left as the open one tells that this one is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    Unknown,
    /// Members are indented deeper than their object.
    Indented,
    /// Members stand as far left as their object: nothing can be told.
    Flat,
}

/// Where the scan of an object stops.
pub enum Stop {
    /// More text is needed.
    More,
    /// It ends before this byte.
    Complete(usize),
    /// It is broken; reading goes on at this byte.
    Broken(usize, &'static str),
    /// It is longer than these first bytes, which may be the beginning of a wrapper. Said once.
    Long(usize),
    /// It is a member without its object.
    Member,
}

impl Object {
    /// One that begins behind so many blanks on its line.
    pub fn new(indent: usize) -> Object {
        let layout = Layout::Unknown;
        Object {
            scanned: 0,
            skimmed_again: false,
            is_full: false,
            is_long: false,
            depth: 0,
            string: false,
            indent,
            layout,
        }
    }

    /// Scans on for the object's end. Where it stops depends on the text alone, not on the pieces that it comes in.
    pub fn scan(&mut self, text: &[u8], ended: bool) -> Stop {
        let head = &text[..text.len().min(limits::WRAPPER_HEAD_BYTES)];
        if self.is_long || head.len() == text.len() {
            return self.scan_on(text, ended);
        }
        match self.scan_on(head, false) {
            Stop::More => {
                self.is_long = true;
                Stop::Long(head.len())
            }
            stop => stop,
        }
    }

    fn scan_on(&mut self, text: &[u8], ended: bool) -> Stop {
        let mut at = self.scanned;
        while at < text.len() {
            if self.string {
                let Some(found) = memchr::memchr3(b'"', b'\\', b'\n', &text[at..]) else {
                    at = text.len();
                    break;
                };
                at += found;
                match text[at] {
                    // A text alone; one before a colon is the name of a member whose object is broken.
                    b'"' if self.depth == 0 => {
                        match text[at + 1..].iter().find(|byte| !matches!(byte, b' ' | b'\t')) {
                            None if !ended => break,
                            Some(b':') => return Stop::Member,
                            _ => return Stop::Complete(at + 1),
                        }
                    }
                    b'"' => self.string = false,
                    b'\n' => {
                        return Stop::Broken(
                            at,
                            "has a line break inside a string: it is cut or was not written as JSON",
                        );
                    }
                    _ if at + 1 < text.len() => at += 1,
                    _ => break,
                }
            } else {
                match text[at] {
                    b'"' => self.string = true,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => {
                        self.depth -= 1;
                        if self.depth == 0 {
                            return Stop::Complete(at + 1);
                        }
                    }
                    b'\n' => match self.line(text, at, ended) {
                        Next::Fits => {}
                        Next::More => break,
                        Next::Restarts => {
                            return Stop::Broken(at, "is cut off: another one begins before its end");
                        }
                    },
                    _ => {}
                }
            }
            at += 1;
        }
        self.scanned = at;
        Stop::More
    }

    /// Looks at the line inside the object that begins behind the byte at `end`.
    fn line(&mut self, text: &[u8], end: usize, ended: bool) -> Next {
        let rest = &text[end + 1..];
        let indent = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        match rest.get(indent) {
            None if ended => Next::Fits,
            None => Next::More,
            Some(b'\r' | b'\n') => Next::Fits,
            Some(b'{') if indent <= self.indent && self.layout != Layout::Flat => Next::Restarts,
            Some(_) => {
                if self.layout == Layout::Unknown {
                    self.layout = if indent > self.indent { Layout::Indented } else { Layout::Flat };
                }
                Next::Fits
            }
        }
    }
}

enum Next {
    Fits,
    More,
    Restarts,
}

/// Whether an object stands at the beginning of a line inside of another one: whether that is whole may then depend on how far
/// to the right both stand.
pub fn has_object_on_line(object: &[u8]) -> bool {
    memchr::memchr_iter(b'\n', object).any(|end| {
        let mut line = object[end + 1..].iter().skip_while(|byte| matches!(byte, b' ' | b'\t'));
        line.next() == Some(&b'{')
    })
}

/// What stands where a value is that is no object, list or text.
pub enum Lone {
    /// A value of so many bytes.
    Value(usize),
    /// More bytes must tell.
    More,
    /// None.
    None,
}

/// Whether a list goes on here with a value that is no object, as `null`, and another one behind it; or a member of an object has
/// such a value.
pub fn lone_value(bytes: &[u8], is_member: bool) -> Lone {
    let bytes = &bytes[..bytes.len().min(limits::LONE_VALUE_BYTES)];
    let more = if bytes.len() < limits::LONE_VALUE_BYTES { Lone::More } else { Lone::None };
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<IgnoredAny>();
    match values.next() {
        Some(Ok(_)) => {
            let length = values.byte_offset();
            match bytes[length..].trim_ascii_start().first() {
                Some(b',' | b']') => Lone::Value(length),
                Some(b'}') if is_member => Lone::Value(length),
                Some(_) => Lone::None,
                None => more,
            }
        }
        Some(Err(error)) if error.is_eof() => more,
        _ => Lone::None,
    }
}

/// Whether an object holds more values than are built, by what parts and opens them. In its texts, which an attacker
/// writes, nothing does.
pub fn holds_too_many(object: &[u8]) -> bool {
    let most = limits::OBJECT_VALUES;
    object.len() > most / limits::NESTED_VALUES && values(object) > most
}

/// How many values an object may hold.
#[cold]
fn values(object: &[u8]) -> usize {
    let (mut values, mut string, mut escaped) = (0, false, false);
    for byte in object {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = string,
            b'"' => string = !string,
            b',' if !string => values += 1,
            b'{' | b'[' if !string => values += limits::NESTED_VALUES,
            _ => {}
        }
    }
    values
}

/// Parses an object. The flag says that escapes of half a surrogate pair became U+FFFD: Windows
/// strings may hold them, JSON strings in Rust can't.
pub fn parse(raw: &str) -> Result<(Value, bool), String> {
    let error = match serde_json::from_str(raw) {
        Ok(value) => return Ok((value, false)),
        Err(error) => error,
    };
    if (error.to_string().contains("surrogate") || error.to_string().contains("hex escape"))
        && let Ok(value) = serde_json::from_str(&string::without_lone_surrogates(raw))
    {
        return Ok((value, true));
    }
    Err(format!("JSON breaks at column {} of line {} of the object: {error}.", error.column(), error.line()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_parts_values_counts_as_many_of_them() {
        let holds = |again: &str, count: usize| {
            let object = format!("{{\"EventID\":1,\"a\":{}0}}", again.repeat(count));
            holds_too_many(object.as_bytes())
        };
        assert!(!holds("0,", limits::OBJECT_VALUES - 10) && holds("0,", limits::OBJECT_VALUES));
        let most = limits::OBJECT_VALUES / (limits::NESTED_VALUES + 1);
        assert!(!holds("[],", most - 10) && holds("[],", most + 10) && holds("{},", most + 10));
        // What an attacker can write: a command line.
        let text = format!("\"{}\",", r#"\\,{[\","#.repeat(limits::OBJECT_VALUES / 4));
        assert!(!holds(&text, 2));
    }

    #[test]
    fn half_a_surrogate_pair_does_not_cost_the_event() {
        let (value, replaced) = parse(r#"{"a":"x\ud800y\\ud800 \ud83d\ude00\n"}"#).unwrap();
        assert_eq!(value["a"], "x\u{fffd}y\\ud800 😀\n");
        assert!(replaced);
        assert!(parse(r#"{"a":"\ud83d\ude00"}"#).is_ok_and(|(_, replaced)| !replaced));
        assert!(parse(r#"{"a":}"#).is_err());
    }
}
