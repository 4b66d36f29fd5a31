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

/// The words so far, and what they make of the next one.
#[derive(Default)]
struct Cut<'a> {
    words: Vec<Word<'a>>,
    /// A command begins with it.
    begins: bool,
    /// If it is quoted, the quotes hold a command line of their own.
    opens: bool,
    /// Nothing but cmd.exe and its switches stands before it.
    cmd: bool,
    /// Nothing but PowerShell and switches of it that take no value stands before it.
    powershell: bool,
}

impl<'a> Cut<'a> {
    fn take(&mut self, mut text: &'a str) {
        // Of `cmd/cwhoami` the switches are a word, and the command is another.
        while let Some(at) = self.switches(text).and_then(command_at) {
            let (switches, command) = text.split_at(at);
            self.words.push(Word { text: switches, begins: self.begins });
            (self.begins, self.opens, self.cmd, self.powershell) = (true, true, false, false);
            if command.is_empty() {
                return;
            }
            text = command;
        }
        self.cmd = self.switches(text).is_some();
        let word = Word { text, begins: self.begins };
        let plain = word.plain();
        self.powershell = self.begins
            && (is_named(&plain, "powershell") || self.powershell && is_powershell_switch(&plain));
        self.opens = is_switch(&plain) || self.powershell;
        // `call`, `start` and switches of cmd.exe before a command change nothing.
        self.begins = self.opens || self.begins && is_passing(&plain);
        self.words.push(word);
    }

    /// If the word is cmd.exe or follows it: the word, and where in it switches begin.
    fn switches<'t>(&self, text: &'t str) -> Option<(&'t str, usize)> {
        let name = text.find('/').unwrap_or(text.len());
        let is_cmd = |name: &str| {
            let name = name.replace(['"', '^'], "");
            is_named(&name, "cmd") || name.eq_ignore_ascii_case("%comspec%")
        };
        if self.begins && is_cmd(&text[..name]) {
            Some((text, name))
        } else if self.begins && is_cmd(text) {
            Some((text, text.len()))
        } else {
            (self.cmd && name == 0).then_some((text, 0))
        }
    }

    /// Whether a quote behind this part of a word holds a command: `/c"whoami"`.
    fn opens_behind(&self, part: &str) -> bool {
        const MOST: usize = 64;
        part.len() <= MOST && self.switches(part).and_then(command_at) == Some(part.len())
    }
}

/// Where the command begins behind cmd.exe's switches, which need no blanks: `/q/cwhoami`.
fn command_at((text, mut at): (&str, usize)) -> Option<usize> {
    loop {
        let letter = text[at..].strip_prefix('/')?.chars().next()?.to_ascii_lowercase();
        at += 1 + letter.len_utf8();
        if matches!(letter, 'c' | 'k' | 'r') {
            return Some(at);
        }
        at += text[at..].find('/')?;
    }
}

/// The words, cut at blanks outside of double quotes, at redirections and at what ends a command. A quote
/// right behind `/c` or `-Command` holds a command line of its own (`cmd /c "whoami /all"`): it is cut too.
pub fn words(line: &str) -> Vec<Word<'_>> {
    let mut cut = Cut { begins: true, ..Cut::default() };
    let (mut start, mut quoted, mut inner) = (0, false, false);
    for (at, c) in line.char_indices() {
        let opens = c == '"' && !quoted && !inner && {
            if start == at { cut.opens } else { cut.opens_behind(&line[start..at]) }
        };
        let ends_command = matches!(c, '&' | '|' | ';' | '(' | ')' | '{' | '}' | '\n' | '\r') && !quoted;
        let blank = (c.is_whitespace() || matches!(c, '<' | '>')) && !quoted || c == '"' && inner;
        if opens || ends_command || blank {
            if start < at {
                cut.take(&line[start..at]);
            }
            cut.begins |= ends_command || opens;
            inner |= opens;
            start = at + c.len_utf8();
        } else if c == '"' {
            quoted = !quoted;
        }
    }
    if start < line.len() {
        cut.take(&line[start..]);
    }
    cut.words
}

/// A shell takes what follows for a command.
fn is_switch(word: &str) -> bool {
    let of_powershell = |given: &str| !given.is_empty() && fold::begins("command", given);
    ["/c", "/k", "/r"].iter().any(|switch| word.eq_ignore_ascii_case(switch))
        || word.strip_prefix(['-', '/']).is_some_and(of_powershell)
}

/// Windows PowerShell takes the first word that is no parameter for a command.
fn is_powershell_switch(word: &str) -> bool {
    let names = ["noprofile", "nologo", "noninteractive", "noexit", "sta", "mta"];
    let is = |given: &str| given.len() >= 3 && names.iter().any(|name| fold::begins(name, given));
    word.strip_prefix(['-', '/']).is_some_and(is)
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

/// The name of the program in lower case, without its ending.
pub fn name(word: &str) -> String {
    let name = program(word).to_ascii_lowercase();
    name.strip_suffix(".exe").map(str::to_owned).unwrap_or(name)
}

fn is_named(word: &str, wanted: &str) -> bool {
    let program = program(word);
    let rest = program.get(wanted.len()..);
    fold::begins(program, wanted)
        && rest.is_some_and(|rest| rest.is_empty() || rest.eq_ignore_ascii_case(".exe"))
}

/// The word without a switch that follows the program with no blank, as cmd.exe takes it: `ipconfig/all`.
pub fn without_switch(word: &str) -> &str {
    let Some((program, switch)) = word.split_once('/') else { return word };
    let is_folder = program.contains(['\\', ':']) && !program.to_ascii_lowercase().ends_with(".exe");
    let name = switch.split(':').next().unwrap_or_default();
    let is_switch = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '?' | '/'));
    if is_switch && !is_folder { program } else { word }
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
