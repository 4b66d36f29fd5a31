//! What tells of events in text that holds none in a form that is read: it must not be passed over as something else.

use memchr::memmem;

/// The provider, in lower case as all here.
const SYSMON: &[u8] = b"microsoft-windows-sysmon";
/// Names of an EventID, behind which its number stands.
const EVENT_IDS: [&[u8]; 3] = [b"eventid", b"event_id", b"eventcode"];
/// Most characters between such a name and its number: quotes, blanks, a colon or an equals sign.
const MARKS: usize = 8;

/// How the name of the provider goes on in that of its log, as lists of files have it: `%4Operational.evtx`, also as part of an
/// address.
const OF_A_FILE: [&[u8]; 2] = [b"%4", b"%254"];
/// Columns in which a table has who started a process: Sysmon's, those of the Elastic Common Schema and of Defender.
const PARENTS: [&[u8]; 3] = [b"parentimage", b"process.parent.executable", b"initiatingprocessfilename"];
/// One of these stands in each of those names, and in that line: lines without them are many.
const PARENT_WORDS: [&[u8]; 2] = [b"parent", b"initiatingprocess"];
/// The line of a message that says the same.
const PARENT_LINE: &[u8] = b"parentimage: ";

/// Whether the text tells of events of Sysmon, or of some with an EventID, in whatever form.
pub fn tell_of_events(text: &[u8]) -> bool {
    let lower = text.to_ascii_lowercase();
    let is_provider = |at: usize| {
        let behind = &lower[at + SYSMON.len()..];
        !OF_A_FILE.iter().any(|sign| behind.starts_with(sign))
    };
    memmem::find_iter(&lower, SYSMON).any(is_provider)
        || number_an_event(text)
        || (PARENT_WORDS.iter().any(|word| memmem::find(&lower, word).is_some())
            && (names_a_parent(&lower) || says_a_parent(&lower)))
}

/// Whether one of the names of a table's columns is that of a parent.
fn names_a_parent(lower: &[u8]) -> bool {
    const EDGES: &[u8] = b",;\t";
    let edge = |text: Option<&u8>| text.is_some_and(|byte| EDGES.contains(byte));
    let is_column = |at: usize, name: &[u8]| {
        let unquoted = |byte: &&u8| **byte != b'"';
        let before = lower[..at]
            .iter()
            .rev()
            .find(|byte| unquoted(byte) && **byte != b'_' && !byte.is_ascii_alphanumeric());
        let behind = &lower[at + name.len()..];
        edge(behind.iter().find(unquoted))
            || (edge(before) && behind.iter().all(|byte| b"\" \r\n".contains(byte)))
    };
    PARENTS.iter().any(|name| memmem::find_iter(lower, name).any(|at| is_column(at, name)))
}

/// Whether a message says the path of a parent.
fn says_a_parent(lower: &[u8]) -> bool {
    memmem::find_iter(lower, PARENT_LINE).any(|at| {
        matches!(lower[at + PARENT_LINE.len()..], [b'a'..=b'z', b':', b'\\', ..] | [b'\\', b'\\', ..])
    })
}

/// Whether JSON tells of an event: its number, its provider, or a field of Sysmon's.
pub fn json_tells_of_events(json: &str) -> bool {
    tell_of_events(json.as_bytes()) || json.contains("\"ParentImage\":")
}

/// Whether the text holds an EventID with its number.
pub fn number_an_event(text: &[u8]) -> bool {
    let text = text.to_ascii_lowercase();
    let has_number = |behind: &[u8]| {
        let next = behind.iter().take(MARKS).find(|byte| byte.is_ascii_alphanumeric());
        next.is_some_and(u8::is_ascii_digit)
    };
    EVENT_IDS.iter().any(|name| memmem::find_iter(&text, name).any(|at| has_number(&text[at + name.len()..])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_told_of_in_any_form() {
        for text in [
            "<S N=\"ProviderName\">Microsoft-Windows-Sysmon</S>",
            "{\"win\":{\"eventID\": \"1\"}}",
            "EventCode=1",
            "&lt;EventID Qualifiers=''&gt;x EVENTID\t4688",
            "event_id: 3",
            "time,winlogbeat_event_data_ParentImage,x",
            "\"@timestamp\",\"process.parent.executable\"\r\n",
            "Timestamp\tInitiatingProcessFileName\tFileName",
            "ParentImage: C:\\Windows\\System32\\wbem\\WmiPrvSE.exe",
            "c:\\logs\\Microsoft-Windows-Sysmon%4Operational.evtx,Microsoft-Windows-Sysmon",
        ] {
            assert!(tell_of_events(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "{\"eventID\":\"a1b2-3\",\"eventSource\":\"x\"}",
            "<!--SYSMON EVENT ID 1 : PROCESS CREATION-->",
            "<ParentImage condition=\"image\">C:\\WmiPrvSE.exe</ParentImage>",
            "EventID",
            "C:\\Windows\\System32\\winevt\\Logs\\Microsoft-Windows-Sysmon%4Operational.evtx,copied",
            "/uploads/ntfs/C%3A/Logs/Microsoft-Windows-Sysmon%254Operational.evtx",
            "    ParentImage|endswith: '\\WmiPrvSE.exe'",
            "ParentImage: 'C:\\a.exe'",
            "where ParentImage = x, y",
        ] {
            assert!(!tell_of_events(text.as_bytes()), "{text}");
        }
    }
}
