//! The message that Windows renders of an event of Sysmon, taken apart into its fields.
//!
//! A message is a title and a line for each field, in the order of Sysmon's schema. Who starts a process writes its
//! command line, and who made its program what that says of itself; both may hold lines that look like fields. What
//! stands before them is read from the front, and what stands behind them from the line that begins it, so that no such line
//! can take the place of another field. Where more than one line could, it may be one of the process's own command line or of
//! its parent's: then nothing behind the front is read, and the event is undecided.
//!
//! ```text
//! Process Create:
//! RuleName: -                            from the front
//! UtcTime: 2020-07-20 13:29:49.966
//! ProcessGuid: {…}
//! ProcessId: 4508
//! Image: C:\Windows\System32\cmd.exe
//! FileVersion: …                         the program's own words
//! OriginalFileName: Cmd.Exe
//! CommandLine: cmd.exe /c …              up to the next line
//! CurrentDirectory: C:\                  the only line of this name
//! …
//! ParentImage: C:\Windows\System32\wbem\WmiPrvSE.exe
//! ParentCommandLine: …                   up to the next line or the end
//! ParentUser: NT AUTHORITY\SYSTEM
//! ```

use std::ops::Range;

/// What stands before the program's own words.
const FRONT: &[&str] = &["UtcTime", "ProcessGuid", "ProcessId", "Image"];
/// The program's own words, and how it was started.
const MIDDLE: &[&str] = &["OriginalFileName", "CommandLine"];
/// What stands behind.
const BACK: &[&str] = &[
    "CurrentDirectory",
    "User",
    "LogonGuid",
    "LogonId",
    "TerminalSessionId",
    "IntegrityLevel",
    "Hashes",
    "ParentProcessGuid",
    "ParentProcessId",
    "ParentImage",
    "ParentCommandLine",
    "ParentUser",
];
/// The one behind the parent's command line.
const LAST: &str = "ParentUser";
/// Values that may have more than one line.
const LONG: &[&str] = &["CommandLine", "ParentCommandLine"];

/// A field and where its value stands in the message.
type Place = (&'static str, Range<usize>);

/// The fields of a message of any other kind of event: all lines that begin with a name, the first of each.
pub fn of_other(message: &str) -> Vec<(&str, &str)> {
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let mut fields: Vec<(&str, &str)> = Vec::new();
    for (name, value) in message.lines().skip(1).filter_map(|line| line.split_once(": ")) {
        if fields.len() < MOST_FIELDS && is_name(name) && !fields.iter().any(|(have, _)| *have == name) {
            fields.push((name, value.trim_ascii()));
        }
    }
    fields
}

/// Sysmon's events have fewer.
const MOST_FIELDS: usize = 64;

/// The fields of a process creation's message, each once, with their values as they stand there.
pub fn of_process_creation(message: &str) -> Vec<(&'static str, &str)> {
    let lines = lines(message);
    let mut places = Vec::new();
    let front = forward(message, &lines, FRONT, &mut places);
    if let Ok(back) = begin_of_back(message, &lines[front..]) {
        let back = front + back;
        forward(message, &lines[front..back], MIDDLE, &mut places);
        behind(message, &lines[back..], &mut places);
    }
    places.into_iter().map(|(name, place)| (name, value(name, &message[place]))).collect()
}

/// Whether a process creation's message can be read in more than one way.
pub fn is_ambiguous(message: &str) -> bool {
    let lines = lines(message);
    let front = forward(message, &lines, FRONT, &mut Vec::new());
    begin_of_back(message, &lines[front..]).is_err()
}

/// More than one line can begin the fields behind the command line.
struct Ambiguous;

/// Where the lines stand, their ends included.
fn lines(message: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let line = |line: &str| {
        let from = start;
        start += line.len();
        from..start
    };
    message.split_inclusive('\n').map(line).collect()
}

/// The field that a line begins, among these, and where its value begins.
fn begun(message: &str, line: &Range<usize>, names: &[&str]) -> Option<(usize, usize)> {
    let (name, _) = message[line.clone()].split_once(':')?;
    let known = names.iter().position(|known| *known == name.trim())?;
    Some((known, line.start + name.len() + 1))
}

/// Takes these fields in their order from the front; returns how many lines that took. The last one of `names` may go on
/// to the end of the lines.
fn forward(message: &str, lines: &[Range<usize>], names: &[&'static str], places: &mut Vec<Place>) -> usize {
    let (mut next, mut taken) = (0, 0);
    for (index, line) in lines.iter().enumerate() {
        let Some((at, start)) = begun(message, line, &names[next..]) else { continue };
        next += at + 1;
        taken = index + 1;
        let name = names[next - 1];
        let end =
            if LONG.contains(&name) { lines.last().map_or(line.end, |last| last.end) } else { line.end };
        places.push((name, start..end));
    }
    taken
}

/// At which of the lines the fields behind the command line begin: the one that names the first of them. Without one, the first
/// that names any.
///
/// # Errors
/// More than one names it. A line of the command stands before the right one, a line of the parent's command behind it, and
/// both may be followed by whatever else looks like fields.
fn begin_of_back(message: &str, lines: &[Range<usize>]) -> Result<usize, Ambiguous> {
    let names =
        |names: &'static [&'static str]| move |line: &Range<usize>| begun(message, line, names).is_some();
    let begin = lines.iter().position(names(&BACK[..1]));
    if begin != lines.iter().rposition(names(&BACK[..1])) {
        return Err(Ambiguous);
    }
    Ok(begin.or_else(|| lines.iter().position(names(BACK))).unwrap_or(lines.len()))
}

/// Takes the fields behind the command line, in any order, the first of each name: the parent's command line may hold
/// such lines too, but only [`LAST`] stands behind it.
fn behind(message: &str, lines: &[Range<usize>], places: &mut Vec<Place>) {
    let last = lines.iter().rposition(|line| begun(message, line, &[LAST]).is_some());
    let mut found: Vec<(&'static str, usize, usize)> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some((at, start)) = begun(message, line, BACK) else { continue };
        let name = BACK[at];
        let is_it =
            if name == LAST { last == Some(index) } else { !found.iter().any(|(have, ..)| *have == name) };
        if is_it {
            found.push((name, index, start));
        }
    }
    for (nth, (name, index, start)) in found.iter().enumerate() {
        // A long value goes on to the next field.
        let next = found.get(nth + 1).map_or(lines.len(), |(_, index, _)| *index);
        let until = if LONG.contains(name) { next } else { index + 1 };
        places.push((name, *start..lines[until - 1].end));
    }
}

/// A value without what sets it off. Blanks at the end of a command line are its own.
fn value<'a>(name: &str, text: &'a str) -> &'a str {
    match LONG.contains(&name) {
        true => text.strip_prefix(' ').unwrap_or(text).trim_end_matches(['\r', '\n']),
        false => text.trim_ascii(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "C:\\Windows\\System32\\wbem\\WmiPrvSE.exe";

    fn message(own: &str, command: &str) -> String {
        format!(
            "Process Create:\r\nRuleName: -\r\nUtcTime: 2020-07-20 13:29:49.966\r\nProcessGuid: {{1}}\r\nProcessId: 4508\r\n\
             Image: C:\\a.exe\r\nDescription: {own}\r\nOriginalFileName: A.EXE\r\nCommandLine: {command}\r\n\
             CurrentDirectory: C:\\\r\nUser: A\\b\r\nParentProcessId: 7\r\nParentImage: {PARENT}\r\n\
             ParentCommandLine: p -Embedding\r\nParentUser: S\\t"
        )
    }

    fn get<'a>(fields: &[(&str, &'a str)], name: &str) -> &'a str {
        fields.iter().find(|(have, _)| *have == name).unwrap_or_else(|| panic!("no {name} in {fields:?}")).1
    }

    #[test]
    fn each_field_has_its_line() {
        let message = message("d", "a.exe /x ");
        let fields = of_process_creation(&message);
        let expected = [
            ("UtcTime", "2020-07-20 13:29:49.966"),
            ("ProcessGuid", "{1}"),
            ("ProcessId", "4508"),
            ("Image", "C:\\a.exe"),
            ("OriginalFileName", "A.EXE"),
            ("CommandLine", "a.exe /x "),
            ("CurrentDirectory", "C:\\"),
            ("User", "A\\b"),
            ("ParentProcessId", "7"),
            ("ParentImage", PARENT),
            ("ParentCommandLine", "p -Embedding"),
            ("ParentUser", "S\\t"),
        ];
        assert_eq!(fields.len(), expected.len());
        for (name, value) in expected {
            assert_eq!(get(&fields, name), value, "{name}");
        }
    }

    /// A command line with a line break neither hides its parent nor changes who it is.
    #[test]
    fn a_command_line_forges_no_field_and_keeps_its_lines() {
        let command =
            "a.exe\nProcessId: 666\nUser: Evil\\x\r\nParentImage: C:\\good.exe\nParentCommandLine: x";
        let message = message("d", command);
        let fields = of_process_creation(&message);
        assert_eq!(get(&fields, "CommandLine"), command);
        let others = [
            ("ProcessId", "4508"),
            ("User", "A\\b"),
            ("ParentImage", PARENT),
            ("ParentCommandLine", "p -Embedding"),
        ];
        for (name, value) in others {
            assert_eq!(get(&fields, name), value, "{name}");
        }
    }

    /// What a program says of itself can't hide how it was started.
    #[test]
    fn a_description_hides_no_command_line() {
        let message = message(
            "d\r\nCommandLine: harmless.exe\r\nParentImage: C:\\good.exe\r\nProcessId: 1",
            "evil.exe",
        );
        let fields = of_process_creation(&message);
        assert!(get(&fields, "CommandLine").ends_with("\r\nCommandLine: evil.exe"));
        assert_eq!((get(&fields, "ParentImage"), get(&fields, "ProcessId")), (PARENT, "4508"));
    }

    /// Who started the parent wrote its command line: it neither makes another one the parent nor hides it.
    #[test]
    fn a_second_beginning_of_the_fields_behind_leaves_them_unread() {
        let forged =
            "p\nCurrentDirectory: C:\\\nUser: F\\u\nParentImage: C:\\forged.exe\nParentCommandLine: q";
        let of_parent = message("d", "a").replace("p -Embedding", forged);
        let of_process = message("d", &format!("a {forged}"));
        for message in [of_parent, of_process] {
            assert!(is_ambiguous(&message));
            let fields = of_process_creation(&message);
            assert_eq!(fields.iter().map(|(name, _)| *name).collect::<Vec<_>>(), FRONT);
        }
        assert!(!is_ambiguous(&message("d", "a")));
    }

    #[test]
    fn other_messages_have_a_line_for_each_field() {
        let message = "Network connection detected:\r\nRuleName: -\r\nProcessGuid: {1}\r\nImage: C:\\a b.exe\r\nnot one: x\r\nImage: y\r\n";
        assert_eq!(of_other(message), [("RuleName", "-"), ("ProcessGuid", "{1}"), ("Image", "C:\\a b.exe")]);
    }

    /// Another order than Sysmon's loses nothing, and neither does a parent whose command line looks like fields.
    #[test]
    fn the_fields_behind_may_stand_in_any_order() {
        let odd = "Process Create:\nCommandLine: a\n b\nParentImage: p\nParentCommandLine: x\nUser: u";
        let expected =
            [("CommandLine", "a\n b"), ("ParentImage", "p"), ("ParentCommandLine", "x"), ("User", "u")];
        assert_eq!(of_process_creation(odd), expected);
        let message = message("d", "a").replace("p -Embedding", "p\nParentImage: good\nParentUser: x");
        let fields = of_process_creation(&message);
        assert_eq!((get(&fields, "ParentImage"), get(&fields, "ParentUser")), (PARENT, "S\\t"));
        assert_eq!(get(&fields, "ParentCommandLine"), "p\nParentImage: good\nParentUser: x");
    }

    #[test]
    fn a_message_may_lack_any_of_them() {
        assert_eq!(of_process_creation(""), []);
        assert_eq!(of_process_creation("Process Create:\nwords"), []);
        assert_eq!(of_process_creation("CommandLine: a\n b"), [("CommandLine", "a\n b")]);
        assert_eq!(of_process_creation("ParentImage: p"), [("ParentImage", "p")]);
    }
}
