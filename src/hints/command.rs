//! A command line as cmd.exe and PowerShell would cut it, as far as the hints need it.

use std::borrow::Cow;

use crate::fold;

/// One word, and whether a command begins with it.
#[derive(Debug, Clone, Copy)]
pub struct Word<'a> {
    text: &'a str,
    begins: bool,
}

impl<'a> Word<'a> {
    /// The word without what shells take away: quotes and cmd.exe's carets.
    pub fn plain(&self) -> Cow<'a, str> {
        match self.text.contains(['"', '\'', '^']) {
            true => self.text.replace(['"', '\'', '^'], "").into(),
            false => self.text.into(),
        }
    }
}

/// The words, cut at blanks outside of double quotes and at what ends a command. A quote right
/// behind `/c` or `-Command` holds a command line of its own (`cmd /c "whoami /all"`): it is cut too.
pub fn words(line: &str) -> Vec<Word<'_>> {
    let mut words: Vec<Word<'_>> = Vec::new();
    let (mut start, mut begins, mut after_switch) = (0, true, false);
    let (mut quoted, mut inner) = (false, false);
    for (at, c) in line.char_indices() {
        let opens = c == '"' && !quoted && !inner && start == at && after_switch;
        let ends_command = matches!(c, '&' | '|' | ';' | '(' | ')' | '{' | '}' | '\n' | '\r') && !quoted;
        let blank = c.is_whitespace() && !quoted || c == '"' && inner;
        if opens || ends_command || blank {
            if start < at {
                let word = Word { text: &line[start..at], begins };
                after_switch = is_switch(&word.plain());
                // `call`, `start` and switches of cmd.exe before a command change nothing.
                begins = after_switch || begins && is_passing(&word.plain());
                words.push(word);
            }
            begins |= ends_command || opens;
            inner |= opens;
            start = at + c.len_utf8();
        } else if c == '"' {
            quoted = !quoted;
        }
    }
    if start < line.len() {
        words.push(Word { text: &line[start..], begins });
    }
    words
}

/// A shell takes what follows for a command.
fn is_switch(word: &str) -> bool {
    let of_powershell = |given: &str| !given.is_empty() && fold::begins("command", given);
    ["/c", "/k", "/r"].iter().any(|switch| word.eq_ignore_ascii_case(switch))
        || word.strip_prefix(['-', '/']).is_some_and(of_powershell)
}

fn is_passing(word: &str) -> bool {
    ["call", "start", "/q", "/d", "/s", "/b", "@", ""].iter().any(|one| word.eq_ignore_ascii_case(one))
}

/// The commands in it: each begins with its program.
pub fn commands<'w, 'a>(words: &'w [Word<'a>]) -> impl Iterator<Item = &'w [Word<'a>]> {
    let starts = words.iter().enumerate().filter(|(_, word)| word.begins).map(|(at, _)| at);
    starts.map(move |from| {
        let length = words[from + 1..].iter().take_while(|word| !word.begins).count();
        &words[from..from + 1 + length]
    })
}

/// The last path part of a program's name.
pub fn program(word: &str) -> &str {
    let name = word.rsplit(['\\', '/']).next().unwrap_or_default();
    name.trim_start_matches('@')
}

/// Where output is redirected to: what stands behind each `>` and `>>`, up to a blank or quote.
pub fn outputs(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices('>').filter_map(|(at, _)| {
        let rest = line[at + 1..].trim_start_matches([' ', '\t']);
        let rest = rest.strip_prefix('"').unwrap_or(rest);
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '&' | '|' | '>' | '<'));
        Some(&rest[..end.unwrap_or(rest.len())]).filter(|target| !target.is_empty())
    })
}
