//! Bytes as text for the page: two characters for thirteen bits, where base64 takes one for six.
//!
//! The digits are the printable characters from `#` to `~` without `<`, so that the text can't end the element that it
//! stands in, nor begin a comment. Bits are taken from the lowest of each byte on, and of two digits the lower one
//! comes first. The first character says whether the last bits only fill up a byte that was not there, 0 or 1.
//! `www/input/blocks.js` reads it.

const FIRST: u8 = b'#';
const BASE: u32 = 91;
/// 2 to the 13th is just below 91 times 91.
const BITS: u32 = 13;

/// The text of these bytes.
pub fn encode(bytes: &[u8]) -> String {
    let pairs = (bytes.len() * 8).div_ceil(BITS as usize);
    let filling = pairs * BITS as usize / 8 - bytes.len();
    let mut text = filling.to_string();
    let (mut held, mut bits) = (0, 0);
    for byte in bytes {
        held |= u32::from(*byte) << bits;
        bits += 8;
        if bits >= BITS {
            text.extend(pair(held));
            held >>= BITS;
            bits -= BITS;
        }
    }
    if bits > 0 {
        text.extend(pair(held));
    }
    text
}

/// The digits of the lowest thirteen bits.
fn pair(held: u32) -> [char; 2] {
    let value = held & ((1 << BITS) - 1);
    [value % BASE, value / BASE].map(character)
}

fn character(digit: u32) -> char {
    let code = FIRST + digit as u8;
    char::from(if code < b'<' { code } else { code + 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_is_harmless_and_of_its_own() {
        let all: Vec<char> = (0..BASE).map(character).collect();
        assert!(all.is_sorted_by(|a, b| a < b) && !all.contains(&'<'));
        assert_eq!((all[0], all[90]), ('#', '~'));
    }

    /// The same as in `www/input/blocks.test.js`, which reads them.
    #[test]
    fn thirteen_bits_become_two_characters() {
        for (bytes, text) in [
            (&b""[..], "0"),
            (b"\0", "0##"),
            (b"abcd", "0c)g+=#"),
            (b"\xff\xff\xff\xff\xff", "1$~$~$~$#"),
            (b"\xfa\xfb\xfc\xfd\xfe\xff\0\x01\x02\x03\x04\x05\x06", r"0drgP@}\(3#8'L\-%"),
        ] {
            assert_eq!(encode(bytes), text);
        }
    }
}
