//! Event XML as different programs write it.

use crate::event::Event;

/// How one event is written.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Around attributes: single in Windows' own rendering and in Splunk, double elsewhere.
    pub quote: char,
    /// Fraction digits of `SystemTime`: seven from Windows, nine from Splunk, six from evtx_dump.
    pub digits: usize,
    /// One element a line, as evtx_dump indents.
    pub indent: bool,
    /// Quotes in text are written as references, as wevtutil does.
    pub escape_quotes: bool,
    /// A `RenderingInfo` with the message, as Event Viewer saves and as forwarded events carry it.
    pub rendering: bool,
}

/// Splunk's XmlWinEventLog.
pub const SPLUNK: Style =
    Style { quote: '\'', digits: 9, indent: false, escape_quotes: false, rendering: false };

/// `wevtutil qe /f:xml` and most of what is called "event XML".
pub const WINDOWS: Style = Style { quote: '"', digits: 7, escape_quotes: true, ..SPLUNK };

/// Event Viewer's "Save as XML" with display information.
pub const EVENT_VIEWER: Style = Style { digits: 7, rendering: true, ..SPLUNK };

/// evtx_dump.
pub const EVTX_DUMP: Style =
    Style { quote: '"', digits: 6, indent: true, escape_quotes: false, rendering: false };

/// How events stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One after another, this after each.
    Ended(&'static str),
    /// In one `<Events>` document.
    Document,
    /// Each after a `Record N` line and an XML declaration, as evtx_dump prints them.
    Records,
}

const NAMESPACE: &str = "http://schemas.microsoft.com/win/2004/08/events/event";

/// A file of these events.
pub fn file(events: &[Event], style: &Style, layout: Layout) -> String {
    let mut text = String::new();
    if layout == Layout::Document {
        text.push_str("<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n<Events>");
    }
    for event in events {
        if layout == Layout::Records {
            text.push_str(&format!("Record {}\n", event.record));
            text.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
        }
        push(&mut text, event, style);
        match layout {
            Layout::Ended(end) => text.push_str(end),
            Layout::Records => text.push('\n'),
            Layout::Document => {}
        }
    }
    if layout == Layout::Document {
        text.push_str("</Events>");
    }
    text
}

/// What stands before the results of a search as Splunk exports them in XML.
pub const RESULTS: &str = "<?xml version='1.0' encoding='UTF-8'?>\n<results preview='0'>\n<meta>\n<fieldOrder>\n<field>_raw</field>\n\
    <field>host</field>\n</fieldOrder>\n</meta>\n<messages>\n  <msg type='DEBUG'>Configuration initialization took 5 ms</msg>\n\
    </messages>\n\n";
/// What stands behind them.
pub const RESULTS_END: &str = "</results>\n";

/// One result at the end of a text: the event in `_raw`, escaped once more.
pub fn push_result(text: &mut String, event: &Event, nth: u64) {
    let mut raw = String::new();
    push(&mut raw, event, &SPLUNK);
    text.push_str(&format!(
        "\t<result offset='{nth}'>\n\t\t<field k='_raw'><v xml:space='preserve' trunc='0'>"
    ));
    escape(text, &raw, true);
    text.push_str("</v></field>\n\t\t<field k='host'>\n\t\t\t<value h='1'><text>");
    escape(text, &event.computer, true);
    text.push_str("</text></value>\n\t\t</field>\n\t</result>\n");
}

/// Results of a search as Splunk exports them in XML.
pub fn results(events: &[Event]) -> String {
    let mut text = String::from(RESULTS);
    for (nth, event) in events.iter().enumerate() {
        push_result(&mut text, event, nth as u64);
    }
    text + RESULTS_END
}

/// One event at the end of a text.
pub fn push(text: &mut String, event: &Event, style: &Style) {
    let mut writer = Writer { text, style };
    writer.open(0, "Event", &[("xmlns", NAMESPACE)]);
    writer.system(event);
    writer.data(event);
    if style.rendering {
        writer.rendering(event);
    }
    writer.close(0, "Event");
}

/// `<EventData>` alone, as Azure stores it.
pub fn event_data(event: &Event, style: &Style) -> String {
    let mut text = String::new();
    let mut writer = Writer { text: &mut text, style };
    writer.data(event);
    text
}

struct Writer<'a> {
    text: &'a mut String,
    style: &'a Style,
}

impl Writer<'_> {
    fn system(&mut self, event: &Event) {
        let mut guid = String::with_capacity(38);
        event.provider.guid.push(&mut guid);
        self.open(1, "System", &[]);
        self.empty("Provider", &[("Name", event.provider.name), ("Guid", &guid)]);
        self.number("EventID", event.id.into());
        self.number("Version", event.version.into());
        self.number("Level", event.level.into());
        self.number("Task", event.task.into());
        self.number("Opcode", 0);
        self.leaf("Keywords", &format!("0x{:x}", event.keywords));
        let mut time = String::with_capacity(30);
        event.time.push_iso(&mut time, self.style.digits);
        self.empty("TimeCreated", &[("SystemTime", &time)]);
        self.number("EventRecordID", event.record);
        self.empty("Correlation", &[]);
        let (process, thread) = (event.process.to_string(), event.thread.to_string());
        self.empty("Execution", &[("ProcessID", &process), ("ThreadID", &thread)]);
        self.leaf("Channel", event.provider.channel);
        self.leaf("Computer", &event.computer);
        self.empty("Security", &[("UserID", "S-1-5-18")]);
        self.close(1, "System");
    }

    fn data(&mut self, event: &Event) {
        self.open(1, "EventData", &[]);
        for (name, value) in &event.data {
            self.start(2);
            self.text.push_str("<Data");
            self.attributes(&[("Name", name)]);
            self.text.push('>');
            match value {
                crate::event::Value::Text(value) => self.escape(value),
                value => value.push(self.text),
            }
            self.text.push_str("</Data>");
        }
        self.close(1, "EventData");
    }

    fn rendering(&mut self, event: &Event) {
        self.open(1, "RenderingInfo", &[("Culture", "en-US")]);
        self.leaf("Message", &event.message("\n"));
        self.leaf("Level", "Information");
        self.leaf("Task", "Process Create (rule: ProcessCreate)");
        self.leaf("Opcode", "Info");
        self.close(1, "RenderingInfo");
    }

    fn start(&mut self, depth: usize) {
        if self.style.indent && depth > 0 {
            self.text.push('\n');
            (0..depth).for_each(|_| self.text.push_str("  "));
        }
    }

    fn open(&mut self, depth: usize, name: &str, attributes: &[(&str, &str)]) {
        self.start(depth);
        self.text.push('<');
        self.text.push_str(name);
        self.attributes(attributes);
        self.text.push('>');
    }

    fn close(&mut self, depth: usize, name: &str) {
        if self.style.indent {
            self.text.push('\n');
            (0..depth).for_each(|_| self.text.push_str("  "));
        }
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.start(2);
        self.text.push('<');
        self.text.push_str(name);
        self.attributes(attributes);
        self.text.push_str("/>");
    }

    fn leaf(&mut self, name: &str, value: &str) {
        self.start(2);
        self.text.push('<');
        self.text.push_str(name);
        self.text.push('>');
        self.escape(value);
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
    }

    fn number(&mut self, name: &str, value: u64) {
        self.leaf(name, &value.to_string());
    }

    fn attributes(&mut self, attributes: &[(&str, &str)]) {
        for (name, value) in attributes {
            self.text.push(' ');
            self.text.push_str(name);
            self.text.push('=');
            self.text.push(self.style.quote);
            self.text.push_str(value);
            self.text.push(self.style.quote);
        }
    }

    fn escape(&mut self, value: &str) {
        escape(self.text, value, self.style.escape_quotes);
    }
}

/// Text in markup, quotes as references if they are to be.
fn escape(text: &mut String, value: &str, quotes: bool) {
    let mut rest = value;
    let special = |c: char| match c {
        '&' | '<' | '>' => true,
        '"' => quotes,
        _ => false,
    };
    while let Some(at) = rest.find(special) {
        text.push_str(&rest[..at]);
        text.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&quot;",
        });
        rest = &rest[at + 1..];
    }
    text.push_str(rest);
}
