//! Characters that can't be seen, made visible in the way of the page.

/// What stands for a blank at the end of a value: the sign of the page.
const BLANK: &str = "\u{2423}";
/// More of them are one label that counts them.
const MOST_ALIKE: usize = 3;

/// The text with a label for every character that shows as nothing, as a blank that is none, or
/// that turns the text around: `‹LF›` for a line feed, `‹U+202E›` for a right-to-left override.
pub fn labelled(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\0' => out += "\u{2039}NUL\u{203a}",
            '\t' => out += "\u{2039}TAB\u{203a}",
            '\n' => out += "\u{2039}LF\u{203a}",
            '\r' => out += "\u{2039}CR\u{203a}",
            _ if is_hidden(c) => out += &format!("\u{2039}U+{:04X}\u{203a}", c as u32),
            _ => out.push(c),
        }
    }
    out
}

/// The same of a value, with a label for each blank at its ends, too: nothing else shows that it is there, and two rows may differ in
/// nothing else.
pub fn value(text: &str) -> String {
    let from_start = text.trim_start_matches(' ');
    let inner = from_start.trim_end_matches(' ');
    let blanks =
        |count: usize| if count > MOST_ALIKE { format!("{BLANK}×{count}") } else { BLANK.repeat(count) };
    blanks(text.len() - from_start.len()) + &labelled(inner) + &blanks(from_start.len() - inner.len())
}

/// Control and format characters, blanks but U+0020, line separators, private and tag characters,
/// variation selectors, non-characters, and the letters that Unicode draws as nothing. Of what Unicode has assigned, the page
/// hides the same (`www/state/visible.test.js` compares them).
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || c.is_whitespace() && c != ' '
        || c as u32 & 0xfffe == 0xfffe
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}'
            | '\u{8e2}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_hides_is_labelled() {
        assert_eq!(
            super::labelled("a\r\n\tb\u{202e}c\u{a0}d\u{7f}é 日"),
            "a‹CR›‹LF›‹TAB›b‹U+202E›c‹U+00A0›d‹U+007F›é 日"
        );
    }

    #[test]
    fn blanks_at_the_ends_of_a_value_are_labelled() {
        assert_eq!(super::value(" cmd  /c \n  "), "␣cmd  /c ‹LF›␣␣");
        assert_eq!(super::value("  "), "␣␣");
        assert_eq!(super::value("a    "), "a␣×4");
        assert_eq!(super::value(""), "");
    }
}
