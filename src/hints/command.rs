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

/// A program that runs what stands behind a switch of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runner {
    /// `cmd.exe`: behind `/c`, `/k` and `/r`.
    Cmd,
    /// Windows PowerShell and its successor: behind `-Command` or a beginning of it.
    PowerShell,
    /// `forfiles.exe`: behind `/c`.
    ForFiles,
    /// `bash`, `sh` and `wsl.exe`: behind `-c`.
    Unix,
}

impl Runner {
    const NAMES: &[(&str, Runner)] = &[
        ("cmd", Runner::Cmd),
        ("powershell", Runner::PowerShell),
        ("pwsh", Runner::PowerShell),
        ("pwsh.dll", Runner::PowerShell),
        ("forfiles", Runner::ForFiles),
        ("bash", Runner::Unix),
        ("sh", Runner::Unix),
        ("wsl", Runner::Unix),
    ];

    /// The one that a word names, with or without its path and ending.
    pub fn named(word: &str) -> Option<Runner> {
        if word.eq_ignore_ascii_case("%comspec%") {
            return Some(Runner::Cmd);
        }
        Runner::NAMES.iter().find(|(name, _)| is_named(word, name)).map(|(_, shell)| *shell)
    }

    /// It takes what follows this word for a command.
    fn runs_behind(self, word: &str) -> bool {
        let is = |switches: &[&str]| switches.iter().any(|switch| word.eq_ignore_ascii_case(switch));
        match self {
            Runner::Cmd => is(&["/c", "/k", "/r"]),
            Runner::ForFiles => is(&["/c", "-c"]),
            Runner::Unix => is(&["-c"]),
            Runner::PowerShell => word
                .strip_prefix(DASHES)
                .is_some_and(|given| !given.is_empty() && fold::begins("command", given)),
        }
    }
}

/// What PowerShell takes for the beginning of a parameter.
pub const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];

/// Programs and commands that only print or look for what stands behind them.
const TALKING: &[&str] = &["echo", "find", "findstr", "rem", "title", "type"];

/// The words so far, and what they make of the next one.
#[derive(Default)]
struct Cut<'a> {
    words: Vec<Word<'a>>,
    /// The program of the first command, where its file names it: its word may be any.
    first: Option<Runner>,
    /// The last shell that the command names, be it as an argument: `psexec cmd /c whoami`.
    shell: Option<Runner>,
    /// The command runs none of its arguments.
    talks: bool,
    /// `start` stands before it: in quotes it is the title of a window.
    started: bool,
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
        if std::mem::take(&mut self.started) && text.starts_with('"') {
            return self.words.push(Word { text, begins: false });
        }
        let word = Word { text, begins: self.begins };
        let plain = word.plain();
        self.started = self.begins && plain.eq_ignore_ascii_case("start");
        let is_switch = self.powershell && plain.starts_with(DASHES);
        if self.begins && !is_switch {
            self.shell = self.first.take();
            self.talks = TALKING.contains(&name(&plain).as_str());
        }
        self.shell = Runner::named(&plain).or(self.shell).filter(|_| !self.talks);
        self.powershell = self.begins
            && (is_named(&plain, "powershell") || self.powershell && is_powershell_switch(&plain));
        self.opens = self.powershell || self.shell.is_some_and(|shell| shell.runs_behind(&plain));
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
/// right behind a shell's `/c` or `-Command` holds a command line of its own (`cmd /c "whoami /all"`): it is
/// cut too. Any other program's is an argument (`find /c "whoami"`). `shell`: what the file of the program is.
pub fn words(line: &str, shell: Option<Runner>) -> Vec<Word<'_>> {
    let mut cut = Cut { begins: true, first: shell, ..Cut::default() };
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

/// Windows PowerShell takes the first word that is no parameter for a command.
fn is_powershell_switch(word: &str) -> bool {
    let names = ["noprofile", "nologo", "noninteractive", "noexit", "sta", "mta"];
    let is = |given: &str| given.len() >= 3 && names.iter().any(|name| fold::begins(name, given));
    word.strip_prefix(DASHES).is_some_and(is)
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
