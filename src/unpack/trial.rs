//! Which of several passwords opens what is encrypted. Most formats tell wrong ones by a byte or two, or not at all: what comes
//! of each tells.

use flate2::Crc;

use super::decoder::{Decoder, Failure, Progress};
use crate::detect::{Format, detect};
use crate::limits;
use crate::passwords::Passwords;

/// What is said where hashing was asked for more often than it is done.
pub const SPENT: &str = "Passwords would have to be hashed more often for it than is done here; it was not read. Fewer passwords may do.";
/// What is said where nothing else speaks for a password.
pub const UNSURE: &str = "Nothing tells whether the password that it was opened with is the right one.";
/// Unpacked bytes that are looked at.
const LOOK_BYTES: usize = 1 << 20;
/// Fewer may look like anything.
const FORM_BYTES: usize = 32;

/// What comes of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing, or what can't be unpacked.
    Wrong,
    /// What nothing speaks against.
    Possible,
    /// What is of a known form, or has the checksum that it should have.
    Right,
}

/// What is packed: how many bytes, if that is known, and their checksum.
pub struct Content {
    pub size: Option<u64>,
    pub crc: Option<u32>,
}

/// What comes of the first bytes of a stream, opened with a password. `contents`: what it holds; `whole`: no bytes follow;
/// `goes_on`: another stream may, behind its end.
pub fn outcome(
    decoder: Option<Decoder>,
    plain: &[u8],
    contents: &[Content],
    (whole, goes_on): (bool, bool),
) -> Outcome {
    let (mut seen, mut made) = (Vec::new(), 0);
    let mut see = |out: &[u8]| {
        made += out.len() as u64;
        seen.extend_from_slice(&out[..out.len().min(LOOK_BYTES - seen.len())]);
    };
    let (ended, breaks) = match decoder {
        None => {
            see(plain);
            (whole, false)
        }
        Some(mut decoder) => match decoder.push(plain, see) {
            Ok(Progress::More) => (false, decoder.is_lost()),
            Ok(Progress::End(_)) => (true, false),
            Err(failure) => (false, failure == Failure::Broken),
        },
    };
    if let Some(sure) = looked_at(&seen, contents, ended && made == seen.len() as u64) {
        return sure;
    }
    let total: Option<u64> = contents.iter().map(|content| content.size).sum();
    // Of large blocks nothing comes yet.
    let is_short = ended && !goes_on && (made == 0 || total.is_some_and(|total| made < total));
    match breaks || is_short && !plain.is_empty() {
        true => Outcome::Wrong,
        false => Outcome::Possible,
    }
}

/// What the contents tell that begin in these bytes. `ended`: there are no others.
fn looked_at(mut seen: &[u8], contents: &[Content], ended: bool) -> Option<Outcome> {
    for content in contents {
        let size = content.size.map_or(usize::MAX, |size| usize::try_from(size).unwrap_or(usize::MAX));
        let (begin, rest) = seen.split_at(size.min(seen.len()));
        seen = rest;
        let is_whole = begin.len() == size || content.size.is_none() && ended;
        let fits = content.crc.filter(|_| is_whole && !begin.is_empty()).map(|wanted| {
            let mut crc = Crc::new();
            crc.update(begin);
            crc.sum() == wanted
        });
        // What has a form was not made by a wrong password, though it may be damaged.
        let has_form = begin.len() >= FORM_BYTES
            && detect(&begin[..begin.len().min(limits::DETECT_BYTES)]) != Format::Binary;
        if fits == Some(true) || has_form {
            return Some(Outcome::Right);
        }
        if fits == Some(false) {
            return Some(Outcome::Wrong);
        }
    }
    None
}

/// What the best password makes, and whether it is the right one for sure. `tried`: each with its number, as the format takes
/// it; `make`: what one makes, and what comes of that; none: it is a wrong one. None: they all are.
pub fn best<P, T>(
    passwords: &Passwords,
    tried: impl Iterator<Item = (usize, P)>,
    mut make: impl FnMut(P) -> Option<(T, Outcome)>,
) -> Option<(T, bool)> {
    let mut possible: Option<(usize, T)> = None;
    for (number, password) in tried {
        match make(password) {
            Some((made, Outcome::Right)) => {
                passwords.prefer(number);
                return Some((made, true));
            }
            // Of several the first, in whatever order they are tried.
            Some((made, Outcome::Possible))
                if possible.as_ref().is_none_or(|(before, _)| number < *before) =>
            {
                possible = Some((number, made));
            }
            _ => {}
        }
    }
    possible.map(|(_, made)| (made, false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Coding;

    /// Of a block that is not there to its end nothing is unpacked yet, which is no reason to refuse a password.
    #[test]
    fn a_large_block() {
        let packed = include_bytes!("../../tests/fixtures/packed/log.xml.bz2");
        let tried = |bytes: &[u8]| {
            let content = [Content { size: Some(203_974), crc: None }];
            outcome(Some(Decoder::of(Coding::Bzip2)), bytes, &content, (false, true))
        };
        assert_eq!(tried(&packed[..1000]), Outcome::Possible);
        assert_eq!(tried(packed), Outcome::Right);
        assert_eq!(tried(&packed[1..]), Outcome::Wrong);
    }
}
