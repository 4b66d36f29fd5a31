//! What all lines of JSON of one shape have in common, and what is counted of a line.

use std::borrow::Cow;

use super::shape::Wanted;
use super::string::has_blanks_around;
use crate::event::Skim;
use crate::ids::Link;
use crate::needle::{LOOKS, Said};
use crate::text::same;
use crate::time::Time;

/// What is the same in all lines of a shape.
#[derive(Debug)]
pub struct Kind {
    pub provider: String,
    pub channel: String,
    pub event_id: u32,
    /// Whether they are process creations.
    pub is_creation: bool,
    /// Where the fields are that are looked at. None: a line of it does not tell that plainly.
    pub looked_at: Option<[Place; LOOKS]>,
}

/// The name of a field, and which of the values that are asked for is its value; none where it has none.
pub type Place = Option<(&'static str, usize)>;

impl Kind {
    /// The skim of a line of it, but for its time and link.
    pub fn skim<'a>(&'a self, computer: &'a str) -> Skim<'a> {
        Skim {
            provider: &self.provider,
            channel: &self.channel,
            event_id: Some(self.event_id),
            computer: Some(computer),
            time: None,
            link: None,
        }
    }

    /// What is counted of an event that is no process creation.
    pub fn counted(&self) -> Skimmed<'_> {
        Skimmed {
            provider: Cow::Borrowed(&self.provider),
            channel: Cow::Borrowed(&self.channel),
            computer: None,
            event_id: self.event_id,
            time: None,
            link: None,
        }
    }

    /// What the fields say that are looked at. None: it is not certain.
    pub fn said(&self, line: &[u8], wanted: &Wanted) -> Option<[Said; LOOKS]> {
        let mut said = [Said::Nothing; LOOKS];
        for (place, said) in self.looked_at.as_ref()?.iter().zip(&mut said) {
            if let Some((name, which)) = *place {
                *said = Said::of(name, plain(&line[wanted[which].clone()])?);
            }
        }
        Some(said)
    }
}

/// A skim that owns what had to be decoded.
pub struct Skimmed<'a> {
    pub provider: Cow<'a, str>,
    pub channel: Cow<'a, str>,
    /// Not asked for where only the kind of an event is counted.
    pub computer: Option<Cow<'a, str>>,
    pub event_id: u32,
    pub time: Option<Time>,
    pub link: Option<Link>,
}

impl Skimmed<'_> {
    /// What was counted of an event elsewhere. None: it has no number.
    pub fn owned(skim: &Skim<'_>) -> Option<Skimmed<'static>> {
        Some(Skimmed {
            provider: Cow::Owned(skim.provider.to_owned()),
            channel: Cow::Owned(skim.channel.to_owned()),
            computer: skim.computer.map(|computer| Cow::Owned(computer.to_owned())),
            event_id: skim.event_id?,
            time: skim.time,
            link: skim.link,
        })
    }

    /// The skim.
    pub fn get(&self) -> Skim<'_> {
        Skim {
            provider: &self.provider,
            channel: &self.channel,
            event_id: Some(self.event_id),
            computer: self.computer.as_deref(),
            time: self.time,
            link: self.link,
        }
    }
}

/// The computer of the last line: most lines of a log name the same one.
#[derive(Debug, Default)]
pub struct Computer(String);

impl Computer {
    /// Takes what a line has inside of the quotes. False: something in it is escaped.
    #[inline]
    pub fn is(&mut self, inside: &[u8]) -> bool {
        if same(self.0.as_bytes(), inside) {
            return true;
        }
        let Some(text) = plain(inside).filter(|text| !has_blanks_around(text)) else { return false };
        self.0.clear();
        self.0.push_str(text);
        true
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// The text of a string in which nothing is escaped.
pub fn plain(inside: &[u8]) -> Option<&str> {
    str::from_utf8(inside).ok().filter(|text| !text.contains('\\'))
}
