//! What names a process or a logon: GUIDs and numbers, as they are compared.

use serde::{Deserialize, Serialize};

/// A process and what started it, by GUID; or by id, with the time of its creation, see [`Link::by_id`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Link {
    /// What started it.
    pub parent: u128,
    /// The process.
    pub own: u128,
}

impl Link {
    /// None: one of them names nothing.
    pub fn new(parent: u128, own: u128) -> Option<Link> {
        (parent != 0 && own != 0).then_some(Link { parent, own })
    }

    /// The same by process ids. An id is used again and again: `begun` tells which process it is, a number in the order
    /// of times.
    pub fn by_id(parent: u64, own: u64, begun: u64) -> Link {
        Link { parent: parent.into(), own: u128::from(begun) << 64 | u128::from(own) }
    }

    /// The id of the process and when it began, of a link [`Link::by_id`].
    pub fn own_id(self) -> (u64, u64) {
        (self.own as u64, (self.own >> 64) as u64)
    }
}

/// A GUID in text, with or without braces, in any case. None: it is no GUID of 32 digits.
pub fn guid(text: &str) -> Option<u128> {
    let text = text.trim().trim_start_matches('{').trim_end_matches('}').as_bytes();
    if text.len() != 36 {
        return None;
    }
    let mut value = 0_u128;
    for (at, group) in [(0, 8), (9, 4), (14, 4), (19, 4), (24, 12)] {
        if at > 0 && text[at - 1] != b'-' {
            return None;
        }
        let mut digits = 0_u64;
        for byte in &text[at..at + group] {
            digits = digits << 4 | u64::from(char::from(*byte).to_digit(16)?);
        }
        value = value << (4 * group) | u128::from(digits);
    }
    Some(value)
}

/// A GUID as binary records hold it: the first three parts are little endian (MS-DTYP 2.3.4.2).
pub fn guid_of_bytes(bytes: &[u8]) -> Option<u128> {
    let mut bytes: [u8; 16] = bytes.try_into().ok()?;
    bytes[..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    Some(u128::from_be_bytes(bytes))
}

/// A GUID as text: 32 digits in lower case, without braces.
pub fn guid_text(guid: u128) -> String {
    let digits = format!("{guid:032x}");
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

/// A whole number as it is: tables with gaps write it as a fraction.
pub fn whole(text: &str) -> &str {
    let whole = text.strip_suffix(".0").unwrap_or(text);
    if is_digits(whole) { whole } else { text }
}

/// The same of a number whose thousands may be set apart, as old Kibana does.
pub fn plain(text: &str) -> String {
    let number = text.strip_suffix(".0").unwrap_or(text);
    let (first, rest) = number.split_once(',').unwrap_or((number, ""));
    let is_thousands = |part: &str| is_digits(part) && part.len() == 3;
    match is_digits(first) && first.len() <= 3 && rest.split(',').all(is_thousands) {
        true => number.replace(',', ""),
        false => whole(text).to_owned(),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A decimal number, whose thousands may be set apart, or a hexadecimal one with `0x`.
pub fn number(text: &str) -> Option<u64> {
    let text = whole(text.trim());
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok().or_else(|| grouped(text)),
    }
}

/// The same of a number whose thousands are set apart; it is rare, and no part of what is read for each event.
#[cold]
#[inline(never)]
fn grouped(text: &str) -> Option<u64> {
    text.contains(',').then(|| plain(text))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_are_written_anew() {
        for (text, expected) in [
            ("7.0", "7"),
            ("1,234", "1234"),
            ("12,345,678.0", "12345678"),
            ("0", "0"),
            ("1234", "1234"),
            (".0", ".0"),
            (",", ","),
            ("", ""),
            ("1,23", "1,23"),
            ("1234,567", "1234,567"),
            ("1,,234", "1,,234"),
            ("x.0", "x.0"),
        ] {
            assert_eq!(plain(text), expected);
        }
    }

    const TEXT: &str = "5770385f-c22a-43e0-bf4c-06f5698ffbd9";

    #[test]
    fn every_spelling_of_a_guid_is_one_number() {
        let bytes =
            [0x5f, 0x38, 0x70, 0x57, 0x2a, 0xc2, 0xe0, 0x43, 0xbf, 0x4c, 6, 0xf5, 0x69, 0x8f, 0xfb, 0xd9];
        let value = guid(TEXT);
        assert!(value.is_some());
        for text in [TEXT.to_uppercase(), format!("{{{TEXT}}}"), format!(" {{{}}} ", TEXT.to_uppercase())] {
            assert_eq!(guid(&text), value, "{text}");
        }
        assert_eq!(guid_of_bytes(&bytes), value);
        assert_eq!(value.map(guid_text).as_deref(), Some(TEXT));
        assert_eq!(guid_text(1), "00000000-0000-0000-0000-000000000001");
    }

    #[test]
    fn what_is_no_guid_is_none() {
        for text in [
            "",
            "-",
            "{}",
            &TEXT[1..],
            &TEXT.replace('-', "0"),
            &TEXT.replace("c2", "g2"),
            &TEXT.replace("c2", "é"),
        ] {
            assert_eq!(guid(text), None, "{text}");
        }
        assert_eq!(guid_of_bytes(&[1; 15]), None);
    }

    #[test]
    fn what_names_nothing_is_no_link() {
        assert_eq!(Link::new(0, 1), None);
        assert_eq!(Link::new(1, 0), None);
        assert_eq!(Link::new(1, 2), Some(Link { parent: 1, own: 2 }));
    }

    #[test]
    fn numbers_are_decimal_or_hexadecimal() {
        assert_eq!(
            (number(" 0x11C "), number("284.0"), number("-"), number("0x")),
            (Some(284), Some(284), None, None)
        );
    }
}
