//! What an input can make the program hold, each bound with the reason for its value.

/// Bytes of an input that are looked at before its format is decided. An EVTX file whose file
/// header was wiped shows its first chunk at 4096; the first line of a CSV export fits as well.
pub const DETECT_BYTES: usize = 16 * 1024;

/// Longest event in XML, and row of CSV, in bytes of decoded text. An EVTX record is under 64 KiB and its rendering
/// under 1 MiB. An event that is nothing but empty elements takes thirty times as much memory.
pub const EVENT_BYTES: usize = 16 * 1024 * 1024;

/// Longest object in JSON, in bytes of decoded text: some hold many events.
pub const OBJECT_BYTES: usize = 64 * 1024 * 1024;

/// How much of a longer one is looked at for the list of a wrapper, of which each element is read by itself, however many
/// there are.
pub const WRAPPER_HEAD_BYTES: usize = if cfg!(test) { 4096 } else { 1024 * 1024 };

/// Most values in it, by the commas between them: one for each 16 bytes of the longest. A value takes at least 72 bytes of
/// memory, however short it is written.
pub const OBJECT_VALUES: usize = 4 * 1024 * 1024;

/// As many of these a list or an object in it takes: 640 bytes with one member.
pub const NESTED_VALUES: usize = 8;

/// Longest value in a list of JSON that is passed over when it is no object.
pub const LONE_VALUE_BYTES: usize = 1024;

/// Most cells of a row of CSV. An export has a column for each name of a field; each cell takes 24 bytes, however short.
pub const ROW_CELLS: usize = 64 * 1024;

/// Longest name of a column, in bytes: what follows is cut off. A row without a known shape copies the names of its cells.
pub const COLUMN_NAME_BYTES: usize = 256;

/// Longest message of a problem, in bytes: it may quote the input.
pub const MESSAGE_BYTES: usize = 2048;

/// Zeros in a row of which no tool writes as many into a text. A file system that lost its power leaves them in place of data.
pub const ZERO_RUN: usize = 64;

/// How much of a line between two events is kept to say what it is.
pub const GAP_LINE_BYTES: usize = 4096;

/// Layers of packing that are opened: a zip of tar.gz of a log has three.
pub const NESTING: usize = 4;

/// Largest zip or 7z inside another archive, in bytes, with those inside archives around it. Their directory stands at their
/// end, so one that comes as a stream must be held whole. Each worker of the page holds so much at the most; the command line
/// has one.
pub const NESTED_ARCHIVE_BYTES: usize = if cfg!(test) { 64 * 1024 } else { 256 * 1024 * 1024 };

/// Largest central directory of a zip, in bytes: about two million members.
pub const ZIP_DIRECTORY_BYTES: u64 = 256 * 1024 * 1024;

/// Largest directory of a 7z archive, packed or unpacked, in bytes, and how far back what it is packed by may look: some
/// programs state 16 MiB. A hundred thousand files of long names take 10 MiB. A hostile one of this size, which states a file
/// for each byte, makes the library take a hundred times as much for a moment.
pub const SEVENZ_DIRECTORY_BYTES: usize = 20 * 1024 * 1024;

/// Most files, and folders of files, that a 7z archive's directory lists.
pub const SEVENZ_FILES: usize = 1024 * 1024;

/// Largest pax or GNU long-name record of a tar, and list of a sparse file's runs, in bytes. Names are under 4 KiB in practice.
pub const TAR_EXTENSION_BYTES: u64 = 1024 * 1024;

/// So many bytes of sparse files' holes are filled for each byte of a tar: as deflate grows at most. A log that was
/// preallocated with 20 MiB and holds one chunk needs 300.
pub const TAR_HOLES_PER_BYTE: u64 = 1032;

/// And so many besides: a hole may stand before all data.
pub const TAR_HOLES_BYTES: u64 = 64 * 1024 * 1024;

/// Longest name of a member, in bytes, with those of the archives around it. Systems allow paths of 4096; it is kept for each
/// member and stands at each of its events.
pub const MEMBER_NAME_BYTES: usize = 4096;

/// How far back a packed stream may look: so much of it is held. `zstd --ultra -22` and `--long` look back so far, `xz -9` half of it.
pub const WINDOW_BYTES: usize = 128 * 1024 * 1024;

/// Rounds of hashing that are done for passwords, with one input: 7-Zip asks for 2^19 of SHA-256, mostly once for an archive.
pub const PASSWORD_ROUNDS: u64 = 1 << 28;

/// Compressed bytes that are unpacked at once. Deflate grows at most 1032 times, so this bounds
/// what is made of them to 16 MiB.
pub const UNPACK_STEP: usize = 16 * 1024;

/// Problems of one kind that are kept word by word for one input; further ones are counted.
pub const PROBLEMS_PER_CODE: usize = 25;

/// Different kinds of event (channel, provider, EventID) and hosts that are counted apart;
/// further ones are counted together, so that a hostile log can't fill the memory with them. Those apart are the first in
/// the order of names, so that the order in which workers read changes nothing.
pub const COUNTED_NAMES: usize = if cfg!(test) { 12 } else { 4096 };

/// Longest name, in bytes, that is counted apart.
pub const COUNTED_NAME_BYTES: usize = 512;

/// Archive members that are listed one by one in a report, beside those with a match.
pub const MEMBERS_LISTED: usize = if cfg!(test) { 5 } else { 10_000 };

/// Longest name, in bytes, of a member with a match that is not among those: a hostile archive may have a million of them.
pub const UNLISTED_NAME_BYTES: usize = 256;

/// Processes of a tree, and entries of each list in the context of a match, that are kept; of more
/// the result says that there are more. Nobody reads a longer list, and a page can show it at once.
pub const CONTEXT_LISTED: usize = 1_000;

/// Process creations that may belong to a tree that is told by process ids, before it is known
/// which of them do: ids are used again and again.
pub const CONTEXT_CANDIDATES: usize = 20_000;

/// The same where GUIDs tell it: a tree that fits in, in each of some files.
pub const CONTEXT_COPIES: usize = 4 * CONTEXT_LISTED;

/// So much later than a process, in seconds, may stand what caused it: not all times are those of the event, and Sysmon writes a
/// connection down when it is over.
pub const CONTEXT_SLACK_SECONDS: i64 = 10;

/// Process creations of a host whose links, 32 bytes each, are kept to know a whole tree after one
/// pass: 32 MiB, while their list grows up to 64; by ids 16 more, while they are followed. A log of them alone has about 2 GiB. Where there are
/// more, generation after generation is asked for.
pub const CONTEXT_LINKS: usize = if cfg!(test) { 1_000 } else { 1_000_000 };

/// How often all inputs are asked for one context. A round finds at least the next generation of a
/// tree, and trees are rarely deeper than ten.
pub const CONTEXT_ROUNDS: u32 = 64;

/// Longest value, in bytes, in the context of a match; a command line has at most 32,767
/// characters. What is cut ends in `…`, and the event itself can be opened.
pub const CONTEXT_VALUE_BYTES: usize = 32 * 1024;

/// The longest time around a match that is asked for, in minutes: a day.
pub const CONTEXT_MINUTES: u32 = 24 * 60;

/// Entries of a tuning file: each is compared with every row.
pub const TUNING_ENTRIES: usize = 1000;

/// Longest value of a tuning entry, in bytes: Windows allows command lines of 32767 characters.
pub const TUNING_VALUE_BYTES: usize = 128 * 1024;

/// Rows in a report for people: some hundred pages. The exports as CSV and JSON have all.
pub const REPORT_ROWS: usize = 5000;

/// Events that such a report lists for one row.
pub const REPORT_EVENTS: usize = 10;

/// Bytes of text that the JSON export spends on where events lie: 200,000 of them, without names of members. What is left
/// out is counted at its row.
pub const REPORT_EVIDENCE_BYTES: usize = if cfg!(test) { 50 } else { 200_000 } * REPORT_EVIDENCE_OVERHEAD;

/// What the place of an event takes there, about, beside the name of its member.
pub const REPORT_EVIDENCE_OVERHEAD: usize = 200;

/// Characters of a value in such a report: more than Windows allows for a command line by hand.
pub const REPORT_VALUE_CHARS: usize = 8192;

/// How much of a command line the hints look at, in bytes. Windows starts none of more than 32767
/// characters; a forged one could otherwise fill the memory with its words.
pub const HINT_BYTES: usize = 256 * 1024;

/// Bytes of matches that a session keeps: their keys, their facts, [`MATCH_OVERHEAD`] for each and [`KEY_OVERHEAD`] for
/// each row. Memory follows the matches, and a hostile log can be nothing else; more than 900,000 short rows fit. Of what does not fit the
/// last in order is left out, counted and reported, so that the order in which workers read changes nothing.
pub const MATCH_BYTES: usize = if cfg!(test) { 1024 * 1024 } else { 512 * 1024 * 1024 };

/// How many more are held before it is settled which of them stay, so that it is settled rarely.
pub const MATCH_SLACK: usize = MATCH_BYTES / 8;

/// What a match takes beside its texts, about.
pub const MATCH_OVERHEAD: usize = 256;

/// What a row takes beside its texts and its matches, about: its place among the rows, and in the order of keys.
pub const KEY_OVERHEAD: usize = 256;

/// Memory that the decoder of an EVTX chunk takes before it is given up for another one, which goes on in the chunk: all that it
/// has read stays in it. A chunk of real records takes 1 to 5 MB.
pub const EVTX_ROUND_BYTES: usize = 16 << 20;

/// Memory that a decoder takes for a record that can't be read, or a few others, as real ones are.
pub const EVTX_REAL_BYTES: usize = 1 << 20;

/// Memory that all decoders of a chunk may take beyond that one after another; then what follows in the chunk is given up.
pub const EVTX_CHUNK_BYTES: usize = 256 << 20;

/// How often records of a chunk are decoded anew as those before left nothing of what a decoder spends on a chunk, 64 MiB of
/// text or a million nodes.
pub const EVTX_RETRIES: usize = 4;

/// How many places of a chunk are looked at for records behind such as state a damaged size. A chunk has some hundred records;
/// one made of nothing but beginnings would be searched anew for each.
pub const EVTX_PLACES: usize = 1 << 12;
