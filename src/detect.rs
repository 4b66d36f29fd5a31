//! The first bytes of an input decide its format; its name never does.

use std::borrow::Cow;

use memchr::memmem;

use crate::limits;
use crate::text::{self, Encoding};

/// What an input is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// Windows event log, binary.
    Evtx,
    /// Text with `<Event>` elements in it, or text that is nothing else: the XML reader tells.
    Xml(Encoding),
    /// Results of a search as Splunk writes them in XML.
    SplunkXml(Encoding),
    /// JSON: lines, one array, or objects one after another.
    Json(Encoding),
    /// Delimited text with a header line.
    Csv {
        /// How it is written.
        encoding: Encoding,
        /// Comma, semicolon or tab.
        delimiter: u8,
    },
    /// One or many streams of one coding, which together are one content.
    Compressed(Coding),
    /// A zip archive.
    Zip,
    /// A 7z archive, as 7-Zip writes it.
    SevenZ,
    /// A tar archive.
    Tar,
    /// Something known that is not read here: what it is, and whether it is a packed form.
    Foreign {
        /// Name with its article: `a PNG image`.
        what: &'static str,
        /// It could hold a log once it is unpacked.
        packed: bool,
    },
    /// Binary data of no known form.
    Binary,
    /// No bytes.
    Empty,
}

/// How what is no archive is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// RFC 1952.
    Gzip,
    /// bzip2, whose format is its program's.
    Bzip2,
    /// The .xz file format, version 1.2.1.
    Xz,
    /// RFC 8878.
    Zstd,
}

const CODINGS: [Coding; 4] = [Coding::Gzip, Coding::Bzip2, Coding::Xz, Coding::Zstd];

impl Coding {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Coding::Gzip => "gzip",
            Coding::Bzip2 => "bzip2",
            Coding::Xz => "xz",
            Coding::Zstd => "zstd",
        }
    }

    /// Whether a stream of it begins so.
    pub fn begins(self, bytes: &[u8]) -> bool {
        match self {
            Coding::Gzip => bytes.starts_with(b"\x1f\x8b"),
            // What follows is the first block, or the end of a stream without one.
            Coding::Bzip2 => {
                matches!(
                    bytes,
                    [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..]
                        | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..]
                )
            }
            Coding::Xz => bytes.starts_with(b"\xfd7zXZ\0"),
            // Some writers put a frame without data before all others (3.1.2).
            Coding::Zstd => {
                matches!(bytes, [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
            }
        }
    }

    fn of(bytes: &[u8]) -> Option<Coding> {
        CODINGS.into_iter().find(|coding| coding.begins(bytes))
    }
}

/// The name in reports of text that was taken for XML, and is no markup.
pub const PLAIN_TEXT: &str = "text";

impl Format {
    /// The name in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Format::Evtx => "evtx",
            Format::Xml(_) => "xml",
            Format::SplunkXml(_) => "splunk_xml",
            Format::Json(_) => "json",
            Format::Csv { .. } => "csv",
            Format::Compressed(coding) => coding.name(),
            Format::Zip => "zip",
            Format::SevenZ => "7z",
            Format::Tar => "tar",
            Format::Foreign { .. } | Format::Binary => "unknown",
            Format::Empty => "empty",
        }
    }
}

/// Whether a name in reports is that of a form in which others are packed.
pub fn names_packing(name: &str) -> bool {
    matches!(name, "zip" | "7z" | "tar") || CODINGS.iter().any(|coding| coding.name() == name)
}

/// Start of an EVTX file header.
pub const EVTX_FILE_MAGIC: &[u8] = b"ElfFile\0";
/// Start of an EVTX chunk.
pub const EVTX_CHUNK_MAGIC: &[u8] = b"ElfChnk\0";
/// Size of a block of a tar archive.
pub const TAR_BLOCK: usize = 512;
/// Size of the EVTX file header block, after which the chunks begin.
pub const EVTX_HEADER_BYTES: usize = 4096;

/// Forms that are told apart so that the error can name them: magic, name, packed.
const FOREIGN: &[(&[u8], &str, bool)] = &[
    (b"\x89PNG\r\n\x1a\n", "a PNG image", false),
    (b"\xff\xd8\xff", "a JPEG image", false),
    (b"GIF8", "a GIF image", false),
    (b"%PDF-", "a PDF document", false),
    (b"MZ", "a Windows program", false),
    (b"\x7fELF", "a Linux program", false),
    (b"SQLite format 3\0", "an SQLite database", false),
    (b"regf", "a registry hive", false),
    (b"\xd4\xc3\xb2\xa1", "a packet capture", false),
    (b"\x0a\x0d\x0d\x0a", "a packet capture", false),
    (b"LfLe", "a log of Windows XP (EVT)", false),
    (b"\x30\0\0\0LfLe", "a log of Windows XP (EVT)", false),
    (b"Rar!\x1a\x07", "a RAR archive", true),
    (b"\x04\x22\x4d\x18", "an LZ4 file", true),
    (b"MSCF", "a cabinet archive", true),
    (b"EVF\x09\x0d\x0a\xff\0", "an EnCase disk image", true),
    (b"EVF2\r\n\x81\0", "an EnCase disk image", true),
    (b"vhdxfile", "a virtual disk (VHDX)", true),
    (b"conectix", "a virtual disk (VHD)", true),
    (b"KDMV", "a virtual disk (VMDK)", true),
    (b"QFI\xfb", "a virtual disk (QCOW)", true),
    (b"PAR1", "a Parquet table", true),
    (b"-----BEGIN PGP MESSAGE-----", "an encrypted file (OpenPGP)", true),
    // RFC 1740, appendix A. macOS puts them into zips beside the files.
    (b"\0\x05\x16\x07", "an AppleDouble file (what macOS keeps of a file beside its content)", false),
];

/// How what this tool writes begins, beside the key `schema` of its JSON.
const OWN: &[(&[u8], &str)] = &[
    (b"\"sysmon-triage/tuning/", "a tuning file of this tool, which Tuning imports and --tuning names"),
    (b"\"sysmon-triage/report/", OWN_REPORT),
    (b"# Process Execution via WMI\n\nWmiPrvSE.exe ", OWN_REPORT),
    (b"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" ", OWN_REPORT),
];
const OWN_REPORT: &str = "a report of this tool";

/// What this tool wrote stands in many a folder beside the logs. Nothing that is logged stands where it is looked at.
fn own_file(prefix: &[u8]) -> Option<&'static str> {
    let text = prefix.strip_prefix(b"\xef\xbb\xbf").unwrap_or(prefix);
    let schema = [&b"{"[..], b"\"schema\"", b":"]
        .iter()
        .try_fold(text, |rest, token| rest.trim_ascii_start().strip_prefix(*token));
    let text = schema.map_or(text, <[u8]>::trim_ascii_start);
    OWN.iter().find(|(begin, _)| text.starts_with(begin)).map(|(_, what)| *what)
}

/// Decides from the first [`crate::limits::DETECT_BYTES`] of an input, or from all of it when it
/// is shorter.
pub fn detect(prefix: &[u8]) -> Format {
    if prefix.is_empty() {
        return Format::Empty;
    }
    // Before an event log with a wiped header: whoever can read a zip from its end looks at these bytes only.
    if is_zip(prefix) {
        return Format::Zip;
    }
    if is_7z(prefix) {
        return Format::SevenZ;
    }
    if is_evtx(prefix) {
        return Format::Evtx;
    }
    if let Some(coding) = Coding::of(prefix) {
        return Format::Compressed(coding);
    }
    if is_tar(prefix) {
        return Format::Tar;
    }
    if is_zip_with_a_flaw(prefix) {
        return Format::Zip;
    }
    if is_gzip_with_a_flaw(prefix) {
        return Format::Compressed(Coding::Gzip);
    }
    if let Some(what) = own_file(prefix) {
        return Format::Foreign { what, packed: false };
    }
    if let Some((_, what, packed)) = FOREIGN.iter().find(|(magic, ..)| prefix.starts_with(magic)) {
        return Format::Foreign { what, packed: *packed };
    }
    // Bytes of the file's header are missing, or it was carved from something larger. No text holds this magic.
    if memmem::find(prefix, EVTX_CHUNK_MAGIC).is_some() {
        return Format::Evtx;
    }
    detect_text(prefix)
}

/// Whether bytes begin as a file does in which others are packed.
pub fn is_packed(bytes: &[u8]) -> bool {
    let is_compressed =
        Coding::of(bytes).is_some_and(|coding| coding != Coding::Gzip || bytes.get(2) == Some(&8));
    is_compressed
        || is_zip(bytes)
        || is_7z(bytes)
        || FOREIGN.iter().any(|(magic, _, packed)| *packed && bytes.starts_with(magic))
}

/// The signature of a zip's first part.
pub fn is_zip(prefix: &[u8]) -> bool {
    // A part of several that became the only one has a mark before it (APPNOTE 8.5.4).
    let prefix = prefix.strip_prefix(b"PK00").unwrap_or(prefix);
    matches!(prefix, [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', 7, 8, ..])
}

/// The signature of a 7z archive (7zFormat.txt).
pub fn is_7z(prefix: &[u8]) -> bool {
    prefix.starts_with(b"7z\xbc\xaf\x27\x1c")
}

/// A file header, or a chunk where the first chunk lies (the file header was wiped), or a chunk
/// alone (carved).
fn is_evtx(prefix: &[u8]) -> bool {
    let chunk_at = |at: usize| prefix.get(at..).is_some_and(|rest| rest.starts_with(EVTX_CHUNK_MAGIC));
    prefix.starts_with(EVTX_FILE_MAGIC) || chunk_at(EVTX_HEADER_BYTES) || chunk_at(0)
}

/// A tar header: it has a name, and its checksum fits or its magic is there. One damaged header costs one member.
fn is_tar(prefix: &[u8]) -> bool {
    // A text may hold that word there, and digits that fit; names and links end in zeros, which no text has.
    let is_header = |block: &[u8]| tar_checksum_fits(block) || has_tar_magic(block);
    prefix
        .get(..TAR_BLOCK)
        .is_some_and(|block| block[0] != 0 && block[..257].contains(&0) && is_header(block))
}

/// A zip of which one byte of the magic is damaged; the rest of its first header is as all tools write it (APPNOTE
/// 4.3.7): version, method, length of the name. The directory says where all other members are.
fn is_zip_with_a_flaw(prefix: &[u8]) -> bool {
    let word = |at: usize| u16::from_le_bytes([prefix[at], prefix[at + 1]]);
    prefix.len() >= 30
        && nearly(prefix, b"PK\x03\x04")
        && (10..=63).contains(&word(4))
        && matches!(word(8), 0 | 8 | 9 | 12 | 14 | 93 | 95 | 98 | 99)
        && (1..=4096).contains(&word(26))
}

/// The same of gzip (RFC 1952 2.3.1): flags, speed and system.
fn is_gzip_with_a_flaw(prefix: &[u8]) -> bool {
    prefix.len() >= 10
        && nearly(prefix, &[0x1f, 0x8b, 8])
        && prefix[3] & 0xe0 == 0
        && matches!(prefix[8], 0 | 2 | 4)
        && matches!(prefix[9], 0..=13 | 255)
}

/// All bytes of a magic but one.
fn nearly(prefix: &[u8], magic: &[u8]) -> bool {
    prefix.iter().zip(magic).filter(|(byte, wanted)| byte != wanted).count() == 1
}

/// Whether a tar header block (512 bytes) has its magic.
pub fn has_tar_magic(block: &[u8]) -> bool {
    &block[257..262] == b"ustar"
}

/// Whether a tar header block (512 bytes) has its checksum: the sum of all bytes, its own eight
/// counted as blanks. Old tools took the bytes for signed numbers (POSIX, ustar).
pub fn tar_checksum_fits(block: &[u8]) -> bool {
    let sum = |value: fn(u8) -> i64| {
        let all: i64 = block.iter().map(|byte| value(*byte)).sum();
        let own: i64 = block[148..156].iter().map(|byte| value(*byte)).sum();
        all - own + 8 * i64::from(b' ')
    };
    let stored = tar::Header::from_byte_slice(block).cksum().map(i64::from);
    stored.is_ok_and(|stored| stored == sum(i64::from) || stored == sum(|byte| i64::from(byte.cast_signed())))
}

fn detect_text(prefix: &[u8]) -> Format {
    let encoding = Encoding::detect(prefix);
    let text = text::decode(prefix, encoding);
    // Text in a legacy code page has a few bytes that are no UTF-8, and a file system that lost its
    // power leaves a run of zeros; binary data has many of both.
    let is_broken = |c: &char| matches!(c, '\u{fffd}' | '\0');
    let (all, broken) = (text.chars().count(), text.chars().filter(is_broken).count());
    // Both as they are, and without such a run: behind it, or before it, stands text that begins as a log does.
    let zeros: usize = zero_runs(&text);
    // 0x1e begins a record of a JSON text sequence (RFC 7464).
    let body = text.trim_start_matches(|c: char| c.is_whitespace() || "\0\u{1e}".contains(c));
    // Values may be of such characters, thousands of them: what a log begins with is none.
    if ((broken - zeros) * 10 > all - zeros && !begins_as_log(body)) || all == zeros {
        return Format::Binary;
    }
    if broken * 10 > all && !looks_like_log(body) {
        return Format::Binary;
    }
    // Those of a table may end in CR alone.
    let of_lines = encoding.with_lines_of(body);
    if let Some(format) = quoted(body, encoding, of_lines) {
        return format;
    }
    let mut significant = body.chars().filter(|c| !c.is_whitespace());
    match (significant.next(), significant.next()) {
        (Some('{'), Some('"' | '}') | None) => return Format::Json(encoding),
        (Some('['), Some('{' | '[' | ']' | '"') | None) => return Format::Json(encoding),
        (Some('<'), _) if is_splunk_results(body) => return Format::SplunkXml(encoding),
        (Some('<'), _) => return Format::Xml(encoding),
        _ => {}
    }
    if after_record_lines(body).starts_with('{') {
        return Format::Json(encoding);
    }
    let lines = match of_lines {
        Encoding::Utf8Cr { .. } => Cow::Owned(body.replace('\r', "\n")),
        _ => Cow::Borrowed(body),
    };
    match delimiter(&lines) {
        Some(delimiter) => Format::Csv { encoding: of_lines, delimiter },
        None if is_json_behind_damage(body) => Format::Json(encoding),
        None => Format::Xml(encoding),
    }
}

/// How many zeros stand in long rows.
fn zero_runs(text: &str) -> usize {
    text.split(|c| c != '\0').map(str::len).filter(|length| *length >= limits::ZERO_RUN).sum()
}

/// Whether a text begins as no binary data does by chance.
fn begins_as_log(body: &str) -> bool {
    let line = body.lines().next().unwrap_or_default();
    body.contains("<Event")
        || ["{\"", "[{\"", "[\"<"].iter().any(|start| body.starts_with(start))
        || (!line.contains(['\0', '\u{fffd}']) && delimiter(line).is_some())
}

/// Whether a text that holds many zeros begins as XML, JSON or columns.
fn looks_like_log(body: &str) -> bool {
    let line = body.lines().next().unwrap_or_default();
    body.starts_with(['<', '{', '['])
        || body.contains("<Event")
        || (!line.contains('\0') && delimiter(line).is_some())
        || is_json_behind_damage(body)
}

/// A quoted start with event XML in it: a JSON string (`\"`), perhaps one of a list, or a CSV cell (`""`).
fn quoted(body: &str, encoding: Encoding, of_lines: Encoding) -> Option<Format> {
    let list = body.strip_prefix('[').map(str::trim_start);
    let inner = list.unwrap_or(body).strip_prefix('"')?;
    let markup = inner.starts_with('<') || inner.to_ascii_lowercase().starts_with("\\u003c");
    if !markup {
        return None;
    }
    let csv = first_quote_is_of_csv(inner) || is_full_of_paths(inner);
    Some(match encoding {
        Encoding::Utf8 { bom: 0 } if list.is_some() || !csv => Format::Xml(Encoding::JsonString),
        _ if list.is_some() || !csv => Format::Json(encoding),
        _ => Format::Csv { encoding: of_lines, delimiter: b',' },
    })
}

/// CSV doubles a quote inside a cell, and a delimiter follows the one that ends it; JSON puts a
/// backslash before a quote, and nothing follows the one that ends the string.
fn first_quote_is_of_csv(inner: &str) -> bool {
    inner
        .split_once('"')
        .is_some_and(|(before, after)| !before.ends_with('\\') && after.starts_with(['"', ',', ';', '\t']))
}

/// Whether backslashes stand in the text as they stand in paths, not before what JSON escapes. A line has one voice: a value may hold
/// any number of them.
fn is_full_of_paths(inner: &str) -> bool {
    let of_paths = |line: &&str| has_paths(line);
    let (paths, others): (Vec<_>, Vec<_>) =
        inner.lines().filter(|line| line.contains('\\')).partition(of_paths);
    paths.len() > others.len()
}

/// The same of a line. Letters that JSON escapes begin folders, too; and a row of backslashes is one in JSON if it has pairs only.
fn has_paths(line: &str) -> bool {
    let (mut pairs, mut others) = (0, 0);
    let mut rest = line;
    while let Some(at) = rest.find('\\') {
        let behind = rest[at..].trim_start_matches('\\');
        let length = rest.len() - at - behind.len();
        match (length % 2, behind.bytes().next()) {
            (0, _) | (_, Some(b'"' | b'/')) => pairs += 1,
            (_, None | Some(b'b' | b'f' | b'n' | b'r' | b't' | b'u')) => {}
            (_, Some(_)) => others += 1,
        }
        rest = behind;
    }
    others > pairs
}

/// Whether a text is results of Splunk, and not events in a root of that name.
fn is_splunk_results(body: &str) -> bool {
    let declared = body.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>"));
    let rest = declared.map_or(body, |(_, rest)| rest).trim_start();
    let Some((tag, inner)) = rest.strip_prefix("<results").and_then(|rest| rest.split_once('>')) else {
        return false;
    };
    let is_root = tag.is_empty() || tag.starts_with(char::is_whitespace);
    let (before, has_events) =
        inner.split_once("<Event").map_or((inner, false), |(before, _)| (before, true));
    let has_results = before.contains("<result ") || before.contains("<result>");
    is_root && (has_results || (tag.contains("preview=") && !has_events))
}

/// Skips the `Record 17` lines that evtx_dump prints between objects.
fn after_record_lines(body: &str) -> &str {
    let mut rest = body;
    while let Some(line) = rest.strip_prefix("Record ") {
        rest = line.split_once('\n').map_or("", |(_, after)| after).trim_start();
    }
    rest
}

/// JSON lines of which only the first is damaged where it begins.
fn is_json_behind_damage(body: &str) -> bool {
    !body.contains("<Event") && body.lines().skip(1).any(|line| line.trim_start().starts_with("{\""))
}

/// What some programs write on a line before a table's header: Windows PowerShell's Export-Csv the type of what it exports,
/// others the delimiter for Excel.
pub fn is_preface(line: &str) -> bool {
    let line = line.trim_start_matches('\u{feff}');
    line.starts_with("#TYPE ") || line.starts_with("sep=")
}

/// How many columns have a name in a table of Event Viewer's, and the place of the EventID among them. The names are in the
/// language of Windows; the message stands in one more cell.
const EVENT_VIEWER: (usize, usize) = (5, 3);

/// Whether a row with these columns is one of a table that Event Viewer saved.
pub fn is_event_viewer(columns: &[impl AsRef<str>], cells: &[impl AsRef<str>]) -> bool {
    let (names, id) = EVENT_VIEWER;
    columns.len() == names && cells.len() > names && cells[id].as_ref().parse::<u32>().is_ok()
}

/// Whether a cell holds an event in XML: not every program puts all cells in quotes, and not every row has such a cell.
fn has_cell_of_xml(body: &str, delimiter: char) -> bool {
    let begins = |before: &str, quote: &str| {
        ["<Event", "<?xml"].iter().any(|event| body.contains(&format!("{before}{quote}{event}")))
    };
    begins("\n", "\"") || ["", "\""].iter().any(|quote| begins(&delimiter.to_string(), quote))
}

/// The delimiter of a header line: names without markup, and some cell that an event export has.
fn delimiter(body: &str) -> Option<u8> {
    let mut lines = body.lines().skip_while(|line| is_preface(line));
    let (header, row) = (lines.next()?, lines.next().unwrap_or_default());
    let known = |name: &str| {
        let name = name.trim().trim_matches('"').to_ascii_lowercase().replace([' ', '_'], "");
        // Kibana writes the whole path of a field (`winlog.event_id`).
        let path = name.as_str();
        let name = path.rsplit('.').next().unwrap_or_default();
        // And Graylog with the names of what it is in before it (`winlogbeat_winlog_event_id`).
        let inner = ["winlogbeat", "filebeat", "winlog", "eventdata"]
            .iter()
            .fold(name, |name, outer| name.strip_prefix(outer).unwrap_or(name));
        let name = if inner.is_empty() { name } else { inner };
        matches!(
            name,
            "raw"
                | "rawlog"
                | "eventid"
                | "eventcode"
                | "id"
                | "eventdata"
                | "payload"
                | "image"
                | "xml"
                | "parentimage"
        ) || path == "event.code"
    };
    let found = [',', ';', '\t'].into_iter().find(|delimiter| {
        let names: Vec<_> = header.split(*delimiter).collect();
        let named = names.len() > 1 && names.iter().any(|name| known(name));
        !header.contains(['<', '{'])
            && (named
                || names.len() > 1 && has_cell_of_xml(body, *delimiter)
                || is_event_viewer(&names, &row.split(*delimiter).collect::<Vec<_>>()))
    });
    // A column alone, as Splunk exports `| table _raw`.
    let is_name = || {
        !header.is_empty()
            && header.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_@.\"".contains(&byte))
    };
    let alone = (known(header) && memmem::find(body.as_bytes(), b"<Event").is_some())
        || (is_name() && row.starts_with("\"<") && row.contains("\"\"") && has_cell_of_xml(body, ','));
    found.map(|delimiter| delimiter as u8).or(alone.then_some(b','))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UTF8: Encoding = Encoding::Utf8 { bom: 0 };

    #[test]
    fn first_bytes_decide() {
        let cases: &[(&[u8], Format)] = &[
            (b"", Format::Empty),
            (b"ElfFile\0....", Format::Evtx),
            (b"\x1f\x8b\x08", Format::Compressed(Coding::Gzip)),
            (b"PK\x03\x04", Format::Zip),
            (b"PK\x05\x06", Format::Zip),
            (b"\x89PNG\r\n\x1a\n\0\0", Format::Foreign { what: "a PNG image", packed: false }),
            (b"7z\xbc\xaf\x27\x1c", Format::SevenZ),
            (
                b"{ \"schema\" : \"sysmon-triage/report/1\"",
                Format::Foreign { what: OWN_REPORT, packed: false },
            ),
            (
                b"\xef\xbb\xbf{\"schema\":\"sysmon-triage/tuning/1\"",
                Format::Foreign { what: OWN[0].1, packed: false },
            ),
            (
                b"# Process Execution via WMI\n\nWmiPrvSE.exe started",
                Format::Foreign { what: OWN_REPORT, packed: false },
            ),
            // No other place tells: an attacker may write such words.
            (b"{\"a\":1,\"schema\":\"sysmon-triage/report/1\"", Format::Json(UTF8)),
            (b"{\"CommandLine\":\"sysmon-triage/report/\"", Format::Json(UTF8)),
            (b"\x01\x02\x03\x04\x90\x91\x92", Format::Binary),
            (b"<Event xmlns='x'>", Format::Xml(UTF8)),
            (b"\xef\xbb\xbf<?xml version=", Format::Xml(Encoding::Utf8 { bom: 3 })),
            (b"\xff\xfe<\0E\0v\0", Format::Xml(Encoding::Utf16Le { bom: 2 })),
            (b"<?xml version='1.0'?>\n<results preview='0'>\n<meta>", Format::SplunkXml(UTF8)),
            (b"<results>\n<result offset='0'>", Format::SplunkXml(UTF8)),
            (b"<results>", Format::Xml(UTF8)),
            (b"<results preview='0'><Event xmlns='x'>", Format::Xml(UTF8)),
            (b"<resultset preview='0'><result>", Format::Xml(UTF8)),
            (b"Record 1\n<?xml", Format::Xml(UTF8)),
            (b"# a comment\r\n<Event>", Format::Xml(UTF8)),
            (b"03/25/2022 05:46:37 PM\nLogName=Security", Format::Xml(UTF8)),
            (b"\"<Event xmlns='x'><Data Name=\\\"a\\\">", Format::Xml(Encoding::JsonString)),
            (b"\"\\u003cEvent xmlns='x'>", Format::Xml(Encoding::JsonString)),
            (b"[\r\n  \"\\u003cEvent xmlns='x'>", Format::Xml(Encoding::JsonString)),
            (b"[\"x\",1]", Format::Json(UTF8)),
            (b"{\"Event\":", Format::Json(UTF8)),
            (b" [\n {\"a\":1}]", Format::Json(UTF8)),
            (b"[]", Format::Json(UTF8)),
            (b"Record 1\n{\n \"Event\"", Format::Json(UTF8)),
            (b"z\"Event\":1}\n{\"Event\":", Format::Json(UTF8)),
            (b"{\0\"\0E\0v\0", Format::Json(Encoding::Utf16Le { bom: 0 })),
            (b"\"_raw\",\"_time\"\n\"<Event", Format::Csv { encoding: UTF8, delimiter: b',' }),
            (b"_raw\n\"<Event", Format::Csv { encoding: UTF8, delimiter: b',' }),
            (b"DateTime;EventID;RawLog\n", Format::Csv { encoding: UTF8, delimiter: b';' }),
            (b"\"<Event Name=\"\"x\"\">\"\n", Format::Csv { encoding: UTF8, delimiter: b',' }),
            (
                b"\"<Event Name='x'>C:\\Windows\\tools\\System32\\\"\n",
                Format::Csv { encoding: UTF8, delimiter: b',' },
            ),
            (b"\"<Event Name='x'>C:\\\\Windows\\\\x\\W\"\n", Format::Xml(Encoding::JsonString)),
        ];
        for (bytes, format) in cases {
            assert_eq!(detect(bytes), *format, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_wiped_file_header_is_still_an_event_log() {
        let mut bytes = vec![0; EVTX_HEADER_BYTES];
        bytes.extend_from_slice(EVTX_CHUNK_MAGIC);
        assert_eq!(detect(&bytes), Format::Evtx);
        assert_eq!(detect(&bytes[2..]), Format::Evtx);
        assert_eq!(detect(&[&[1; 4000], &bytes[..]].concat()), Format::Evtx);
        bytes[..4].copy_from_slice(b"PK\x03\x04");
        assert_eq!(detect(&bytes), Format::Zip);
    }

    #[test]
    fn a_text_with_the_word_of_a_tar_is_no_tar() {
        let line = format!("{{\"a\":\"{}ustar\"}}\n", "x".repeat(251));
        assert_eq!(detect(format!("{line}{line}").as_bytes()), Format::Json(UTF8));
    }
}
