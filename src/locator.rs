//! Where a piece of evidence lies: which input, which archive member, which bytes.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A member of an archive, or the content of a compressed file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MemberId {
    /// Order in the archive. A member of a nested archive counts within its outer member:
    /// `(outer + 1) << 32 | inner`, up to four deep.
    pub ordinal: u128,
    /// The name as the archive gives it, nested names joined with `/`.
    pub name: String,
}

/// The bytes one record was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Span {
    /// Byte offset in the input, or in the unpacked member.
    pub offset: u64,
    /// Length in bytes.
    pub length: u64,
    /// Which event of the record, where one record holds several (a JSON wrapper object).
    pub nth: u32,
    /// The span alone gives the event again, without reading what comes before it.
    pub direct: bool,
}

/// Where one event was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Locator {
    /// The member's `ordinal`, or none when the event lies in the input itself.
    pub member: Option<u128>,
    /// The bytes.
    pub span: Span,
    /// `System/EventRecordID` of the event.
    pub record_id: Option<u64>,
}

/// Where an event lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct At {
    /// Number of the input.
    pub source: u32,
    /// Where in it.
    pub locator: Locator,
}

impl At {
    /// One word from which [`At::parse`] makes the place again.
    pub fn token(&self) -> String {
        let Span { offset, length, nth, direct } = self.locator.span;
        let member = self.locator.member.map_or("-".to_owned(), |member| member.to_string());
        let record = self.locator.record_id.map_or("-".to_owned(), |id| id.to_string());
        format!("{}:{member}:{offset}:{length}:{nth}:{}:{record}", self.source, u8::from(direct))
    }

    /// The place that a token names. None when it is none.
    pub fn parse(token: &str) -> Option<At> {
        let words: Vec<&str> = token.split(':').collect();
        let [source, member, offset, length, nth, direct, record] = words.as_slice() else {
            return None;
        };
        fn number<N: FromStr>(word: &str) -> Option<Option<N>> {
            if word == "-" { Some(None) } else { word.parse().ok().map(Some) }
        }
        let span = Span {
            offset: offset.parse().ok()?,
            length: length.parse().ok()?,
            nth: nth.parse().ok()?,
            direct: *direct == "1",
        };
        let locator = Locator { member: number(member)?, span, record_id: number(record)? };
        Some(At { source: source.parse().ok()?, locator })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_gives_its_place_again() {
        let span = Span { offset: 1 << 40, length: 7, nth: 2, direct: true };
        for (member, record_id) in [(None, None), (Some(u128::MAX), Some(u64::MAX))] {
            let at = At { source: 3, locator: Locator { member, span, record_id } };
            assert_eq!(At::parse(&at.token()), Some(at));
        }
        for token in ["", "1", "1:-:2:3:4:5", "1:-:2:3:4:5:6:7", "x:-:1:2:3:1:-", "1:-:1:2:3:1:x"] {
            assert_eq!(At::parse(token), None, "{token}");
        }
    }
}
