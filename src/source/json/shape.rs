//! The shapes of lines of JSON that were read strictly before, so that the next line of one is only compared.
//!
//! A program writes its lines with the same members in the same order. Such a line is fixed text with values
//! between: the rest of a string up to its closing quote, or the digits of a number. Shapes that begin alike
//! share their beginning, as a tree.
//!
//! Soundness: a shape is learnt from a line that the strict parser took. Another line of it has the same text
//! around the values, so its members and their kinds are the same, and with them all that the parser decides on;
//! its strings are known to be whole (`string`), and its numbers are plain.

use std::ops::Range;

use memchr::memchr;

use super::string::{self, Inside};
use super::{names, payload};
use crate::needle::LOOKS;
use crate::text::same;

/// Bytes of text, and nodes, that all shapes may take; then all are forgotten. A kind of event takes about 500
/// bytes and 40 nodes.
const TEXT_BYTES: usize = 1024 * 1024;
const NODES: usize = 32 * 1024;
/// Longest line that is learnt from.
const LINE_BYTES: usize = 64 * 1024;
/// Digits of the longest number that a shape takes: any of so many is one of 64 bits.
const DIGITS: usize = 19;
/// Lines that must have been known for each that is learnt from: a log without shapes costs little more.
const GAIN: u32 = 8;
/// Lines that may be learnt from at first, and at most without one that was known.
const TRIALS: u32 = 128;

/// Shapes of lines, as a tree of texts. `S`: what is the same in all lines of a shape.
#[derive(Debug)]
pub struct Shapes<S> {
    nodes: Vec<Node>,
    /// The texts of the nodes.
    texts: Vec<u8>,
    shapes: Vec<S>,
    /// The first node of all.
    root: u32,
    /// Lines that may still be learnt from, times [`GAIN`].
    credit: u32,
}

/// Fixed text, and what comes behind it. No two nodes in one place begin with the same byte.
#[derive(Debug, Clone, Copy)]
struct Node {
    text: u32,
    length: u32,
    /// The first byte of the text.
    first: u8,
    then: Then,
    /// The first of the nodes that may follow; of an end, which shape it is.
    child: u32,
    /// The next node in the same place; the last one may have no text.
    sibling: u32,
}

/// No node.
const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// Other texts.
    Fork,
    Value(Kind, Use),
    /// The end of the line.
    End,
}

/// A value of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    pub place: Range<usize>,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What is between the quotes of a string.
    Text,
    /// The same of a string in JSON that stands in a string itself.
    InText,
    /// The digits of a number; of one that nobody asks for also those behind a point.
    Digits,
}

/// What a value is to whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Nothing.
    None,
    /// The same in all lines of the shape.
    Fixed,
    /// Asked for, under this number.
    Wanted(u8),
}

/// Most values that are asked for of each line: its computer, its time, and what decides.
pub const WANTED: usize = 2 + LOOKS;
/// Where they are; empty for those that a shape does not have.
pub type Wanted = [Range<usize>; WANTED];

/// A line whose shape is known.
#[derive(Debug)]
pub struct Known {
    /// See [`Shapes::get`].
    pub shape: u32,
    /// The values asked for.
    pub wanted: Wanted,
    /// Its length, without a line break.
    pub length: usize,
    /// What its strings hold.
    pub inside: Inside,
}

impl<S> Shapes<S> {
    pub fn new() -> Shapes<S> {
        Shapes { nodes: Vec::new(), texts: Vec::new(), shapes: Vec::new(), root: NONE, credit: TRIALS * GAIN }
    }

    /// The line at the front of a text, if its shape is known.
    #[inline]
    pub fn find(&mut self, text: &[u8]) -> Option<Known> {
        let mut wanted = [const { 0..0 }; WANTED];
        let mut inside = Inside::default();
        let (mut at, mut child) = (0, self.root);
        loop {
            let rest = text.get(at..)?;
            let first = rest.first().copied().unwrap_or_default();
            let mut node = self.nodes.get(child as usize)?;
            while node.first != first && node.length > 0 {
                node = self.nodes.get(node.sibling as usize)?;
            }
            if !same(rest.get(..node.length as usize)?, self.text(node)) {
                return None;
            }
            at += node.length as usize;
            child = node.child;
            let Then::Value(kind, used) = node.then else {
                if node.then == Then::Fork {
                    continue;
                }
                // The end of a line, or of an object in a list.
                let is_whole = matches!(text.get(at..)?, [b'\n' | b',' | b']', ..] | [b'\r', b'\n', ..]);
                self.credit = (self.credit + 1).min(TRIALS * GAIN);
                return is_whole.then_some(Known { shape: child, wanted, length: at, inside });
            };
            let end = match kind {
                Kind::Text => string::end(text, at, &mut inside)?,
                Kind::InText => string::end_in_text(text, at, &mut inside)?,
                Kind::Digits => at + number_length(text.get(at..)?, used == Use::None)?,
            };
            if let Use::Wanted(which) = used {
                *wanted.get_mut(usize::from(which))? = at..end;
            }
            at = end;
        }
    }

    fn text(&self, node: &Node) -> &[u8] {
        let from = node.text as usize;
        self.texts.get(from..from + node.length as usize).unwrap_or_default()
    }

    /// What is the same in all lines of a shape that was found.
    pub fn get(&self, shape: u32) -> Option<&S> {
        self.shapes.get(shape as usize)
    }

    /// Whether a line may be learnt from.
    pub fn may_learn(&self, line: &str) -> bool {
        self.credit >= GAIN && line.len() <= LINE_BYTES
    }

    /// A line could not be learnt from.
    pub fn give_up(&mut self) {
        self.credit = self.credit.saturating_sub(GAIN);
    }

    /// Learns the shape of a line with these values.
    pub fn learn(&mut self, line: &str, values: &[(Value, Use)], shape: S) {
        let credit = self.credit.saturating_sub(GAIN);
        if self.texts.len() > TEXT_BYTES || self.nodes.len() > NODES {
            *self = Shapes::new();
        }
        self.credit = credit;
        let mut parent = None;
        let mut from = 0;
        for (value, used) in values.iter().filter(|(_, used)| *used != Use::Fixed) {
            let text = &line.as_bytes()[from..value.place.start];
            parent = self.add(parent, text, Then::Value(value.kind, *used));
            if parent.is_none() {
                return;
            }
            from = value.place.end;
        }
        let known = self.nodes.len();
        if let Some(end) = self.add(parent, &line.as_bytes()[from..], Then::End)
            && end as usize >= known
        {
            self.nodes[end as usize].child = self.shapes.len() as u32;
            self.shapes.push(shape);
        }
    }

    /// The node of this text behind another node: one that is there, or a new one. None: another kind of value
    /// may stand in its place, and nothing tells which.
    fn add(&mut self, mut parent: Option<u32>, mut text: &[u8], then: Then) -> Option<u32> {
        loop {
            let Some(at) = self.beginning(parent, text.first().copied()) else {
                return Some(self.insert(parent, text, then));
            };
            let node = self.nodes[at as usize];
            let equal = self.text(&node).iter().zip(text).take_while(|(a, b)| a == b).count();
            if equal == node.length as usize && equal == text.len() && node.then == then {
                return Some(at);
            }
            if equal < node.length as usize || node.then != Then::Fork {
                if text.is_empty() {
                    return None;
                }
                self.fork(at, equal as u32);
            }
            (parent, text) = (Some(at), &text[equal..]);
        }
    }

    /// The node behind another one that begins with this byte, or the one without text.
    fn beginning(&self, parent: Option<u32>, first: Option<u8>) -> Option<u32> {
        let mut at = parent.map_or(self.root, |parent| self.nodes[parent as usize].child);
        while let Some(node) = self.nodes.get(at as usize) {
            if first.is_none_or(|first| first == node.first) && (node.length == 0) == first.is_none() {
                return Some(at);
            }
            at = node.sibling;
        }
        None
    }

    /// Puts a new node before those behind another one; one without text behind them.
    fn insert(&mut self, parent: Option<u32>, text: &[u8], then: Then) -> u32 {
        let new = self.nodes.len() as u32;
        let mut node = Node {
            text: self.texts.len() as u32,
            length: text.len() as u32,
            first: text.first().copied().unwrap_or_default(),
            then,
            child: NONE,
            sibling: NONE,
        };
        self.texts.extend_from_slice(text);
        let mut link = match parent {
            Some(parent) => &mut self.nodes[parent as usize].child,
            None => &mut self.root,
        };
        if text.is_empty() {
            while *link != NONE {
                let at = *link as usize;
                link = &mut self.nodes[at].sibling;
            }
        }
        node.sibling = std::mem::replace(link, new);
        self.nodes.push(node);
        new
    }

    /// Cuts the text of a node, so that others may follow its first bytes.
    fn fork(&mut self, at: u32, length: u32) {
        let rest = self.nodes.len() as u32;
        let node = self.nodes[at as usize];
        let first = self.text(&node).get(length as usize).copied().unwrap_or_default();
        self.nodes.push(Node {
            text: node.text + length,
            length: node.length - length,
            first,
            sibling: NONE,
            ..node
        });
        self.nodes[at as usize] = Node { length, then: Then::Fork, child: rest, ..node };
    }
}

/// The length of a number without sign, fraction and exponent at the start of a text.
fn digits(text: &[u8]) -> Option<usize> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let plain = (1..=DIGITS).contains(&length) && (length == 1 || text[0] != b'0');
    plain.then_some(length)
}

/// The length of such a number, or of one with a fraction.
#[inline]
fn number_length(text: &[u8], may_have_fraction: bool) -> Option<usize> {
    let length = digits(text)?;
    match text.get(length) {
        Some(b'.') if may_have_fraction => with_fraction(text, length + 1),
        _ => Some(length),
    }
}

/// The length of a number whose fraction begins here.
#[cold]
fn with_fraction(text: &[u8], at: usize) -> Option<usize> {
    let digits = text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    (1..=DIGITS).contains(&digits).then_some(at + digits)
}

/// The values of a line that is known to be JSON. A number that is written in another way than by digits, with a point between,
/// counts as fixed text, and so does a sign.
pub fn values(line: &str) -> Option<Vec<Value>> {
    let bytes = line.as_bytes();
    let mut inside = Inside::default();
    let mut values = Vec::new();
    let mut at = 0;
    let mut member = "";
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let end = string::end(bytes, at + 1, &mut inside)?;
                let place = at + 1..end;
                if line[end + 1..].trim_start().starts_with(':') {
                    member = &line[place];
                } else {
                    let inner = (member == names::PAYLOAD).then(|| values_in_text(line, place.clone()));
                    values.extend(inner.flatten().unwrap_or_else(|| vec![Value { place, kind: Kind::Text }]));
                }
                at = end + 1;
            }
            b'0'..=b'9' => {
                let number = |byte: &&u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
                let end = at + bytes[at..].iter().take_while(number).count();
                if number_length(&bytes[at..end], true) == Some(end - at) {
                    values.push(Value { place: at..end, kind: Kind::Digits });
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    Some(values)
}

/// The strings of an object of JSON that stands in this string of a line, but for those that name a field. None: it is not plainly
/// one.
fn values_in_text(line: &str, place: Range<usize>) -> Option<Vec<Value>> {
    if !line[place.clone()].starts_with("{\\\"") {
        return None;
    }
    let bytes = &line.as_bytes()[..place.end];
    let (mut at, mut values, mut is_name) = (place.start, Vec::new(), false);
    while let Some(backslash) = memchr(b'\\', &bytes[at..]) {
        let start = at + backslash + 2;
        if bytes[start - 1] != b'"' {
            return None;
        }
        let end = string::end_in_text(bytes, start, &mut Inside::default())?;
        at = end + 2;
        if line[at..].trim_start().starts_with(':') {
            is_name = line[start..end] == *payload::NAME;
        } else if !std::mem::take(&mut is_name) {
            values.push(Value { place: start..end, kind: Kind::InText });
        }
    }
    Some(values)
}

/// The line with each value replaced by its number: what a parser makes of it tells which value is which.
pub fn numbered(line: &str, values: &[Value]) -> String {
    let mut text = String::with_capacity(line.len());
    let mut from = 0;
    for (nth, value) in values.iter().enumerate() {
        text.push_str(&line[from..value.place.start]);
        text.push_str(&nth.to_string());
        from = value.place.end;
    }
    text + &line[from..]
}
