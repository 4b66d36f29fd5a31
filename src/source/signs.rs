//! What tells of events in text that holds none in a form that is read: it must not be passed over as something else.

use memchr::memmem;

/// The provider, in lower case as all here.
const SYSMON: &[u8] = b"microsoft-windows-sysmon";
/// Names of an EventID, behind which its number stands.
const EVENT_IDS: [&[u8]; 3] = [b"eventid", b"event_id", b"eventcode"];
/// Most characters between such a name and its number: quotes, blanks, a colon or an equals sign.
const MARKS: usize = 8;

/// Whether the text tells of events of Sysmon, or of some with an EventID, in whatever form.
pub fn tell_of_events(text: &[u8]) -> bool {
    memmem::find(&text.to_ascii_lowercase(), SYSMON).is_some() || number_an_event(text)
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
        ] {
            assert!(tell_of_events(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "{\"eventID\":\"a1b2-3\",\"eventSource\":\"x\"}",
            "<!--SYSMON EVENT ID 1 : PROCESS CREATION-->",
            "<ParentImage condition=\"image\">C:\\WmiPrvSE.exe</ParentImage>",
            "EventID",
        ] {
            assert!(!tell_of_events(text.as_bytes()), "{text}");
        }
    }
}
