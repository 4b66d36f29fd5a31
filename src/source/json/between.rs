//! What stands between the objects of a text: blanks, commas, the brackets of lists, and in wrappers names and values.

use super::object::{Lone, Object, lone_value};
use super::wrapper::{self, Name, Wrapper};
use super::{Junk, NO_OBJECT, Objects, PREVIEW, State};
use crate::problem::Code;
use crate::source::{Sink, Trouble};
use crate::text::Text;

/// A byte order mark, which stands between files that were joined.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// What the text at a place between objects is.
enum Step {
    /// So many bytes of what stands there.
    On(usize),
    /// It is not known before more text is there.
    More,
    /// The beginning of something that is taken from here on, if it is of this part.
    Begins(State),
    /// What belongs to the next part.
    Over,
}

impl Objects {
    /// Passes over what stands between objects: blanks, commas, brackets of lists, and in wrappers names and values. False when
    /// more text is needed.
    pub(super) fn between(&mut self, text: &mut dyn Text, ended: bool, sink: &mut dyn Sink) -> bool {
        let mut at = 0;
        loop {
            match self.step(text, at, ended, sink) {
                Step::On(length) => at += length,
                Step::More => {
                    self.consume(text, at);
                    return false;
                }
                Step::Begins(state) => {
                    self.state = state;
                    self.consume(text, at);
                    return self.part.begins(text.source_offset(0));
                }
                Step::Over => {
                    self.consume(text, at);
                    return true;
                }
            }
        }
    }

    /// What the text at a place between objects is.
    fn step(&mut self, text: &dyn Text, at: usize, ended: bool, sink: &mut dyn Sink) -> Step {
        let bytes = &text.bytes()[at..];
        let Some(byte) = bytes.first() else { return Step::More };
        if *byte != 0 && self.zeros.is_some() && !self.end_zeros(sink) {
            return Step::Over;
        }
        if self.nest.left() == Some(at) {
            self.leave(text.source_offset(at), sink);
            return Step::On(0);
        }
        match byte {
            0 => {
                let (_, count) = self.zeros.get_or_insert_with(|| (text.source_offset(at), 0));
                *count += 1;
                self.indent = None;
            }
            b'\n' => self.indent = Some(0),
            b' ' | b'\t' => self.indent = self.indent.map(|indent| indent + 1),
            // What is left of a broken object ends on a line of its own, or with one.
            b'}' if !self.nest.holds_members() && !self.is_in_line() => {
                return Step::Begins(State::Junk(Junk::new(text.source_offset(at), false)));
            }
            // 0x1e starts a record of a JSON text sequence (RFC 7464).
            b'\r' | b',' | b'[' | b']' | b'}' | 0x1e => {
                self.indent = None;
                self.bracket(*byte, text.source_offset(at), sink);
            }
            b'"' if self.nest.wants_member() => return self.name(bytes, text.source_offset(at), ended),
            // A text may be a whole event, as PowerShell writes those of `ToXml()`.
            b'{' | b'"' => {
                // An object without a name is no member: it stands behind a wrapper that was cut off, if its end is not known.
                while self.nest.wants_member() && self.nest.left().is_none() {
                    self.leave(text.source_offset(at), sink);
                }
                return Step::Begins(State::Object(Object::new(self.indent.unwrap_or(0))));
            }
            _ if !ended && MARK.starts_with(bytes) => return Step::More,
            // Files that were joined.
            _ if bytes.starts_with(MARK) => return Step::On(MARK.len()),
            _ => return self.value(bytes, text.source_offset(at), ended, sink),
        }
        Step::On(1)
    }

    /// Takes the name of a member of a wrapper.
    fn name(&mut self, text: &[u8], offset: u64, ended: bool) -> Step {
        match wrapper::name_at(text) {
            Name::Is(name, length) => {
                self.indent = None;
                self.nest.name_next(name);
                Step::On(length)
            }
            // The end of the input cuts it: that is told of the wrapper.
            Name::More if ended => Step::On(text.len()),
            Name::More => Step::More,
            Name::None => Step::Begins(State::Junk(Junk::new(offset, true))),
        }
    }

    /// Takes a value that is no object and no text.
    fn value(&mut self, text: &[u8], offset: u64, ended: bool, sink: &mut dyn Sink) -> Step {
        let length = match lone_value(text, self.nest.wants_value()) {
            Lone::More if !ended => return Step::More,
            // The end of the input cuts it.
            Lone::More if self.nest.wants_value() => return Step::On(text.len()),
            Lone::Value(length) => length,
            _ => {
                // In a list or wrapper on one line others may follow.
                let is_value = self.is_in_line() && !text.starts_with(b"#");
                return Step::Begins(State::Junk(Junk::new(offset, is_value)));
            }
        };
        if self.nest.take_value(Some(&text[..length])) {
            return Step::On(length);
        }
        if !self.part.begins(offset) {
            return Step::Over;
        }
        self.count += 1;
        sink.trouble(Trouble::note(Code::NotAnEvent, offset, NO_OBJECT));
        Step::On(length)
    }

    /// Whether this is in a list or wrapper that has more than one value on a line.
    fn is_in_line(&self) -> bool {
        self.nest.is_open() && self.indent.is_none()
    }

    /// Takes a bracket between values, or what parts them.
    fn bracket(&mut self, byte: u8, offset: u64, sink: &mut dyn Sink) {
        if b",]}".contains(&byte) && self.nest.take_value(None) {
            self.tell_broken(offset, "has a member without a value", sink);
        }
        match byte {
            // In lines such a list is not told of where it does not end: another part could not know.
            b'[' => self.nest.open_list(offset, self.count == 0),
            b']' => self.nest.close_list(),
            b'}' if self.nest.wants_member() => self.close(sink),
            b'}' => self.tell_broken(offset, "ends where none begins", sink),
            // They only part values.
            _ => {}
        }
    }

    /// The end of a wrapper.
    fn close(&mut self, sink: &mut dyn Sink) {
        let Some(wrapper) = self.nest.close() else { return };
        let offset = wrapper.offset;
        self.tell_preview(&wrapper, sink);
        if wrapper.tells_of_an_event(self.events) {
            self.events += 1;
            let message = "A JSON object tells of an event beside a list of others; it was not read as one.";
            sink.trouble(Trouble::lost(Code::NotUnderstood, offset, message));
        }
    }

    /// Tells of a wrapper that is around previews.
    pub(super) fn tell_preview(&self, wrapper: &Wrapper, sink: &mut dyn Sink) {
        if wrapper.is_preview(self.events) {
            sink.trouble(Trouble::note(Code::Preview, wrapper.offset, PREVIEW));
        }
    }

    /// The end of a wrapper without its bracket.
    fn leave(&mut self, offset: u64, sink: &mut dyn Sink) {
        self.close(sink);
        self.tell_broken(offset, "around a list of others is broken off here", sink);
    }

    fn tell_broken(&mut self, offset: u64, why: &str, sink: &mut dyn Sink) {
        self.is_damaged = true;
        sink.trouble(Trouble::note(Code::DamagedRecord, offset, format!("A JSON object {why}.")));
    }
}
