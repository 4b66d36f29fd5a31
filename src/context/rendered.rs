//! What Windows' own messages say of events whose data an export left out, as `Get-WinEvent` and Event Viewer do. Sysmon's are
//! taken apart where they are read; these only matter to a context.

use std::borrow::Cow;

use crate::event::Event;

/// A section of a message, a label in it, and the name of the data that it shows; in English.
type Label = (&'static str, &'static str, &'static str);

const LOGON: &[Label] = &[
    ("Logon Information", "Logon Type", "LogonType"),
    // Before Windows 10.
    ("", "Logon Type", "LogonType"),
    ("New Logon", "Account Name", "TargetUserName"),
    ("New Logon", "Account Domain", "TargetDomainName"),
    ("New Logon", "Logon ID", "TargetLogonId"),
    ("Network Information", "Workstation Name", "WorkstationName"),
    ("Network Information", "Source Network Address", "IpAddress"),
    ("Network Information", "Source Port", "IpPort"),
    ("Detailed Authentication Information", "Authentication Package", "AuthenticationPackageName"),
];

const CONNECTION: &[Label] = &[
    ("Application Information", "Application Name", "Application"),
    ("Network Information", "Direction", "Direction"),
    ("Network Information", "Source Address", "SourceAddress"),
    ("Network Information", "Source Port", "SourcePort"),
    ("Network Information", "Destination Address", "DestAddress"),
    ("Network Information", "Destination Port", "DestPort"),
];

/// The event with the data that its message shows, where it has none of its own.
pub fn with_data(event: &Event) -> Cow<'_, Event> {
    let (id, Some(message)) = (event.event_id(), &event.message) else { return Cow::Borrowed(event) };
    let has = |name: &str| event.data.get(name).is_some();
    let shown: Vec<(&str, &str)> = match id {
        Some(4104) if !has("ScriptBlockText") => vec![("ScriptBlockText", message)],
        Some(4624) if !has("LogonType") => shown(message, LOGON),
        Some(5156) if !has("Direction") => shown(message, CONNECTION),
        _ => return Cow::Borrowed(event),
    };
    let mut event = event.clone();
    shown.into_iter().for_each(|(name, value)| event.data.push(name, value));
    Cow::Owned(event)
}

fn shown<'a>(message: &'a str, labels: &[Label]) -> Vec<(&'static str, &'a str)> {
    let mut section = "";
    let mut shown = Vec::new();
    for line in message.lines() {
        let Some((label, value)) = line.split_once(':').map(|(label, value)| (label, value.trim())) else {
            continue;
        };
        let is_inside = label.starts_with([' ', '\t']);
        if !is_inside && value.is_empty() {
            section = label;
            continue;
        }
        let place = (if is_inside { section } else { "" }, label.trim());
        let name = labels.iter().find(|(section, label, _)| (*section, *label) == place);
        shown.extend(name.map(|(_, _, name)| (*name, value)));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(id: &str, message: &str) -> Vec<(String, String)> {
        let mut event = Event { message: Some(message.to_owned()), ..Event::default() };
        event.system.push("EventID", id);
        with_data(&event).data.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_logon_by_its_message() {
        let message = "An account was successfully logged on.\r\n\r\nSubject:\r\n\tAccount Name:\t\t-\r\n\tLogon ID:\t\t0x0\r\n\r\n\
                       Logon Information:\r\n\tLogon Type:\t\t3\r\n\r\nNew Logon:\r\n\tAccount Name:\t\tadmin\r\n\tLogon ID:\t\t0x7777\r\n\r\n\
                       Network Information:\r\n\tSource Network Address:\t10.6.6.6\r\n\tSource Port:\t\t4444\r\n";
        let said = [
            ("LogonType", "3"),
            ("TargetUserName", "admin"),
            ("TargetLogonId", "0x7777"),
            ("IpAddress", "10.6.6.6"),
            ("IpPort", "4444"),
        ];
        assert_eq!(of("4624", message), pairs(&said));
        assert_eq!(of("4624", "Logon Type:\t\t\t10\n"), pairs(&[("LogonType", "10")]));
        assert_eq!(of("4625", message), []);
    }

    #[test]
    fn connections_and_scripts() {
        let message = "…\n\nNetwork Information:\n\tDirection:\t\tInbound\n\tSource Port:\t\t135\n";
        assert_eq!(of("5156", message), pairs(&[("Direction", "Inbound"), ("SourcePort", "135")]));
        let script = "Creating Scriptblock text (1 of 1):\nInvoke-WmiMethod";
        assert_eq!(of("4104", script), pairs(&[("ScriptBlockText", script)]));
    }

    #[test]
    fn data_of_its_own_stay() {
        let mut event = Event { message: Some("Logon Type:\t3".to_owned()), ..Event::default() };
        event.system.push("EventID", "4624");
        event.data.push("LogonType", "2");
        assert_eq!(*with_data(&event), event);
    }
}
