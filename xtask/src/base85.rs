//! Bytes as text for the page: five characters for four bytes, where base64 takes four for three.
//!
//! The digits are the printable characters from `(` to `}` without `<`, so that the text can't end the element that it
//! stands in, nor begin a comment. The first character says how many bytes at the end only fill up the last four.
//! `www/input/blocks.js` reads it.

const FIRST: u8 = b'(';

/// The text of these bytes.
pub fn encode(bytes: &[u8]) -> String {
    let filling = bytes.len().next_multiple_of(4) - bytes.len();
    let mut text = filling.to_string();
    for four in bytes.chunks(4) {
        let mut word = [0; 4];
        word[..four.len()].copy_from_slice(four);
        let mut left = u32::from_be_bytes(word);
        let mut digits = [0; 5];
        for digit in digits.iter_mut().rev() {
            *digit = (left % 85) as u8;
            left /= 85;
        }
        text.extend(digits.map(character));
    }
    text
}

fn character(digit: u8) -> char {
    let code = FIRST + digit;
    char::from(if code < b'<' { code } else { code + 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_is_harmless_and_of_its_own() {
        let all: Vec<char> = (0..85).map(character).collect();
        assert!(all.is_sorted_by(|a, b| a < b) && !all.contains(&'<'));
        assert_eq!((all[0], all[84]), ('(', '}'));
    }

    /// The same as in `www/input/blocks.test.js`, which reads them.
    #[test]
    fn four_bytes_become_five_characters() {
        for (bytes, text) in [
            (&b""[..], "0"),
            (b"\0", "3((((("),
            (b"abcd", "0HBMg_"),
            (b"\xff\xff\xff\xff\xff", "3{@_4(zzD+("),
            (b"\xfa\xfb\xfc\xfd\xfe\xff", "2ya]:pzz9z}"),
        ] {
            assert_eq!(encode(bytes), text);
        }
    }
}
