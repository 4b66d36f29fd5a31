//! What a responder looks at first: remarks on a match, which are no part of the rule.
//!
//! A hint is a word and a sentence that names the value it rests on. It is never a score: a row
//! without hints is not benign, and one with all of them is not malicious.
//!
//! Command lines are an attacker's text and may be megabytes long. Every test goes over them once,
//! and no further than Windows lets a command line be.

mod command;

use serde::Serialize;

use crate::fold;
use crate::group::{Column, Values};
use crate::limits;
use command::Word;

/// Hints of one match, as bits in the order of [`ALL`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hints(u16);

/// A kind of hint.
#[derive(Debug)]
pub struct Hint {
    /// Its name in queries and exports.
    pub id: &'static str,
    /// Its tag.
    pub label: &'static str,
    /// Why it is worth a look, one sentence.
    pub why: &'static str,
    /// The sentence on the value that gave it, if it is there.
    find: fn(&Look<'_>) -> Option<String>,
}

/// A hint on one match.
#[derive(Debug, Serialize)]
#[allow(missing_docs)] // See `Hint`.
pub struct Remark {
    pub id: &'static str,
    pub label: &'static str,
    /// Names the value that gave it, and says why that is worth a look.
    pub why: String,
    /// The first half of it, which quotes the log.
    #[serde(skip)]
    pub found: String,
    /// The second half, in words of this program.
    #[serde(skip)]
    pub reason: &'static str,
}

/// All of them, in the order shown.
pub const ALL: &[Hint] = &[
    Hint {
        id: "shell",
        label: "shell",
        why: "A command shell or script host is what most tools start through WMI, for it runs whatever it is told.",
        find: shell,
    },
    Hint {
        id: "encoded_powershell",
        label: "encoded PowerShell",
        why: "A PowerShell command in Base64 hides what it does from a glance at the command line.",
        find: encoded_powershell,
    },
    Hint {
        id: "hidden_window",
        label: "hidden window",
        why: "PowerShell without a window is started so that nobody at the screen sees it.",
        find: hidden_window,
    },
    Hint {
        id: "share_output",
        label: "output to share",
        why: "wmiexec and its kin write a command's output to a file on the machine's own admin share and fetch it \
              from there.",
        find: share_output,
    },
    Hint {
        id: "temp_output",
        label: "output to Temp",
        why: r"Tools that run commands through WMI collect their output in files under C:\Windows\Temp.",
        find: temp_output,
    },
    Hint {
        id: "discovery",
        label: "discovery",
        why: "Commands that ask who and where one is are what an intruder runs first.",
        find: discovery,
    },
    Hint {
        id: "user_folder",
        label: "writable folder",
        why: r"Under \Users\, \ProgramData\ and \Temp\ a program can be put without an administrator's rights.",
        find: user_folder,
    },
    Hint {
        id: "high_integrity",
        label: "high integrity",
        why: "Integrity High under an account other than SYSTEM, LOCAL SERVICE or NETWORK SERVICE means that somebody with \
              administrator's rights started it.",
        find: high_integrity,
    },
];

/// A match as the hints look at it.
struct Look<'a> {
    values: Values<'a>,
    process: &'a str,
    /// The words of the command line, cut once.
    words: Vec<Word<'a>>,
    powershell: bool,
}

impl<'a> Look<'a> {
    fn new(values: Values<'a>) -> Look<'a> {
        let process = values.get(Column::Process).unwrap_or_default();
        let process = &process[..process.floor_char_boundary(limits::HINT_BYTES)];
        let names = [Column::ProcessName, Column::OriginalFileName].map(|column| values.get(column));
        let shell = names.iter().flatten().find_map(|name| command::Runner::named(name));
        let words = command::words(process, shell);
        let is_powershell = |name: &str| {
            ["powershell", "powershell.exe", "pwsh", "pwsh.exe", "pwsh.dll"]
                .iter()
                .any(|known| name.eq_ignore_ascii_case(known))
        };
        let by_name = names.iter().flatten().any(|name| is_powershell(name));
        let powershell = by_name || words.iter().any(|word| is_powershell(command::program(&word.plain())));
        Look { values, process, words, powershell }
    }

    fn get(&self, column: Column) -> &'a str {
        self.values.get(column).unwrap_or_default()
    }
}

impl Hints {
    /// Those of a match.
    pub fn of(values: Values<'_>) -> Hints {
        let look = Look::new(values);
        let bits = ALL.iter().enumerate().filter(|(_, hint)| (hint.find)(&look).is_some());
        Hints(bits.fold(0, |bits, (at, _)| bits | 1 << at))
    }

    /// The ones of either.
    pub fn union(self, other: Hints) -> Hints {
        Hints(self.0 | other.0)
    }

    /// True when one of these is among them.
    pub fn any_of(self, other: Hints) -> bool {
        self.0 & other.0 != 0
    }

    /// The hint of this name alone.
    pub fn named(id: &str) -> Option<Hints> {
        ALL.iter().position(|hint| hint.id == id).map(|at| Hints(1 << at))
    }

    /// The hints that fulfil a condition.
    pub fn filter(wanted: impl Fn(&Hint) -> bool) -> Hints {
        let bits = ALL.iter().enumerate().filter(|(_, hint)| wanted(hint));
        Hints(bits.fold(0, |bits, (at, _)| bits | 1 << at))
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = &'static Hint> {
        ALL.iter().enumerate().filter(move |(at, _)| self.0 >> at & 1 == 1).map(|(_, hint)| hint)
    }

    /// Their names.
    pub fn ids(self) -> Vec<&'static str> {
        self.iter().map(|hint| hint.id).collect()
    }
}

/// The hints of a match in words.
pub fn remarks(values: Values<'_>) -> Vec<Remark> {
    let look = Look::new(values);
    let remark = |hint: &Hint| {
        let found = (hint.find)(&look)?;
        let why = format!("{found} {}", hint.why);
        Some(Remark { id: hint.id, label: hint.label, why, found, reason: hint.why })
    };
    ALL.iter().filter_map(remark).collect()
}

/// A value short enough for a sentence.
fn short(text: &str) -> String {
    const SHOWN: usize = 80;
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

const SHELLS: &[&str] = &[
    "cmd.exe",
    "powershell.exe",
    "powershell_ise.exe",
    "pwsh.exe",
    "pwsh.dll",
    "wscript.exe",
    "cscript.exe",
    "mshta.exe",
    "bash.exe",
    "wsl.exe",
];

fn shell(look: &Look<'_>) -> Option<String> {
    let is_shell = |name: &str| SHELLS.iter().any(|shell| name.eq_ignore_ascii_case(shell));
    let (name, original) = (look.get(Column::ProcessName), look.get(Column::OriginalFileName));
    if is_shell(name) {
        Some(format!("process_name is {}.", short(name)))
    } else if is_shell(original) {
        let name = short(name);
        Some(format!("original_file_name is {}, although process_name is {name}.", short(original)))
    } else {
        None
    }
}

/// Whether PowerShell takes the word for this parameter: a dash of any kind or a slash, and enough
/// of the name's beginning.
fn is_parameter(word: &str, name: &str, least: usize) -> bool {
    let Some(given) = word.strip_prefix(command::DASHES) else { return false };
    let given = given.strip_prefix('-').unwrap_or(given);
    given.len() >= least && fold::begins(name, given)
}

fn encoded_powershell(look: &Look<'_>) -> Option<String> {
    if !look.powershell {
        return None;
    }
    look.words.windows(2).find_map(|pair| {
        let (parameter, value) = (pair[0].plain(), pair[1].plain());
        let named = is_parameter(&parameter, "encodedcommand", 1) || is_parameter(&parameter, "ec", 2);
        let base64 = value.len() >= 8
            && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
        (named && base64).then(|| format!("process holds {} {}.", short(&parameter), short(&value)))
    })
}

fn hidden_window(look: &Look<'_>) -> Option<String> {
    if !look.powershell {
        return None;
    }
    look.words.windows(2).find_map(|pair| {
        let (parameter, value) = (pair[0].plain(), pair[1].plain());
        // PowerShell takes the beginning of a name, and the number of it.
        let hidden = value == "1" || !value.is_empty() && fold::begins("hidden", &value);
        let found = is_parameter(&parameter, "windowstyle", 1) && hidden;
        found.then(|| format!("process holds {} {}.", short(&parameter), short(&value)))
    })
}

fn share_output(look: &Look<'_>) -> Option<String> {
    let is_own = |target: &str| {
        let path = [r"\\127.0.0.1\", r"\\localhost\"]
            .iter()
            .find(|host| fold::begins(target, host))
            .map(|host| &target[host.len()..]);
        path.and_then(|path| path.split_once('\\')).is_some_and(|(share, _)| is_admin_share(share))
    };
    let found = command::outputs(look.process).find(|target| is_own(target))?;
    Some(format!("process writes its output to {}.", short(found)))
}

/// `ADMIN$`, or a drive such as `C$`.
fn is_admin_share(share: &str) -> bool {
    let drive = share.strip_suffix('$').is_some_and(|drive| {
        drive.len() == 1 && drive.starts_with(|letter: char| letter.is_ascii_alphabetic())
    });
    drive || share.eq_ignore_ascii_case("ADMIN$")
}

fn temp_output(look: &Look<'_>) -> Option<String> {
    let is_temp = |target: &str| {
        let drive = target.as_bytes().get(1) == Some(&b':') && target.is_char_boundary(2);
        let path = if drive { &target[2..] } else { target };
        [r"\Windows\Temp\", r"%windir%\Temp\", r"%SystemRoot%\Temp\"]
            .iter()
            .any(|folder| fold::begins(path, folder))
    };
    let found = command::outputs(look.process).find(|target| is_temp(target))?;
    Some(format!("process writes its output to {}.", short(found)))
}

/// Programs that only ask.
const ASKING: &[&str] = &[
    "whoami",
    "ipconfig",
    "nltest",
    "quser",
    "qwinsta",
    "query",
    "qprocess",
    "systeminfo",
    "tasklist",
    "hostname",
    "netstat",
    "arp",
    "route",
    "nbtstat",
    "getmac",
    "dsquery",
    "setspn",
    "klist",
    "adfind",
];

/// What `net` is asked for.
const NET: &[&str] = &[
    "user",
    "users",
    "view",
    "group",
    "groups",
    "localgroup",
    "accounts",
    "session",
    "share",
    "time",
    "config",
];

/// What `net` is asked for by these words, unless they change something.
fn asks_net(words: &[Word<'_>]) -> Option<String> {
    let changes = |word: &Word<'_>| {
        let is =
            |switch: &str| ["add", "del", "delete"].iter().any(|change| switch.eq_ignore_ascii_case(change));
        word.plain().split('/').skip(1).any(is)
    };
    let word = words.first()?.plain();
    let asked = word.split('/').next().unwrap_or_default();
    let known = NET.iter().any(|known| asked.eq_ignore_ascii_case(known));
    (known && !words.iter().any(changes)).then(|| asked.to_owned())
}

fn discovery(look: &Look<'_>) -> Option<String> {
    let runs = |name: &str, command: &[Word<'_>]| match name {
        "net" | "net1" => asks_net(&command[1..]).map(|asked| format!("{name} {asked}")),
        name => ASKING.contains(&name).then(|| name.to_owned()),
    };
    let asks = |command: &[Word<'_>]| {
        let word = command.first()?.plain();
        let names = [command::name(&word), command::name(command::without_switch(&word))];
        let found = names.iter().find_map(|name| runs(name, command))?;
        Some(format!("process runs {}.", short(&found)))
    };
    command::commands(&look.words).find_map(asks)
}

fn user_folder(look: &Look<'_>) -> Option<String> {
    let path = look.values.get(Column::ProcessPath)?;
    let lower = path.to_ascii_lowercase().replace('/', "\\");
    let folders = [r"\Users\", r"\ProgramData\", r"\Temp\"];
    let folder = folders.iter().find(|folder| lower.contains(&folder.to_ascii_lowercase()))?;
    Some(format!("process_path is {}, under {folder}.", short(path)))
}

fn high_integrity(look: &Look<'_>) -> Option<String> {
    let level = look.values.get(Column::ProcessIntegrityLevel)?;
    let user = look.get(Column::User);
    // Some exporters write the level as its SID.
    let high = level.eq_ignore_ascii_case("high") || level.eq_ignore_ascii_case("S-1-16-12288");
    (high && !is_service(user))
        .then(|| format!("process_integrity_level is {level} and user is {}.", short(user)))
}

/// Accounts of Windows itself and of services; those of machines end with a dollar sign.
fn is_service(user: &str) -> bool {
    let (domain, name) = user.rsplit_once('\\').unwrap_or(("", user));
    let names = ["SYSTEM", "LOCAL SERVICE", "NETWORK SERVICE", "unknown", "null", "-"];
    let is = |known: &[&str], text: &str| known.iter().any(|one| text.to_uppercase() == one.to_uppercase());
    name.ends_with('$') || is(SERVICE_DOMAINS, domain) || is(&names, name)
}

/// Domains of Windows's own accounts; the first one as Windows names it in other languages, too.
const SERVICE_DOMAINS: &[&str] = &[
    "NT AUTHORITY",
    "NT-AUTORITÄT",
    "AUTORITE NT",
    "AUTORIDADE NT",
    "NT INSTANS",
    "NT-HALLINTA",
    "ZARZĄDZANIE NT",
    "NT SERVICE",
    "IIS APPPOOL",
    "Window Manager",
    "Font Driver Host",
];
