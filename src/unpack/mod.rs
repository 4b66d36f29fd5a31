//! Packed input: gzip, bzip2, xz, zstd, zip, 7z and tar, nested a few layers deep.
//!
//! A [`Stream`] takes the bytes of one input or archive member in order, finds out what they are,
//! and passes them on: to a reader of [`crate::source`], or through a decoder to the streams of
//! its members.

mod blocks;
mod carve;
mod compressed;
mod decoder;
pub mod directory;
pub mod held;
pub mod seeking;
pub mod sevenz;
pub mod tar;
mod trial;
pub mod zip;

use self::carve::Carve;
use self::compressed::Compressed;
use self::held::{Held, Kind};
use crate::detect::{Format, detect};
use crate::limits;
use crate::locator::MemberId;
use crate::needle::Needle;
use crate::part::Part;
use crate::passwords::Passwords;
use crate::problem::Code;
use crate::source::evtx::EvtxReader;
use crate::source::{self, Reader, Sink, Trouble, csv};
use crate::text;

/// The bytes of one input or member, front to back.
pub struct Stream {
    place: Place,
    bytes: u64,
    state: State,
    /// Its reader does not begin where it does.
    carved: bool,
    /// The text that it is, and its columns if it has some.
    text: Option<Box<(Format, Vec<String>)>>,
}

/// An input or member, as its own members need to know it.
#[derive(Clone)]
pub struct Place {
    /// The input's name, or the member's with the names of the archives around it.
    name: String,
    /// Layers of packing around it.
    depth: usize,
    /// Its ordinal, when it is a member.
    ordinal: u128,
    /// Bytes of archives that are held around it.
    held: usize,
    /// What events that are read in full must hold.
    needle: Option<Needle>,
    /// With what encrypted archives in it are tried.
    pub passwords: Passwords,
}

impl Place {
    /// An input of this name.
    pub fn input(name: &str, needle: Option<Needle>) -> Place {
        Place {
            name: name.to_owned(),
            depth: 0,
            ordinal: 0,
            held: 0,
            needle,
            passwords: Passwords::default(),
        }
    }

    /// Bytes of an archive that can be held here, beside those around it.
    fn room(&self) -> usize {
        limits::NESTED_ARCHIVE_BYTES.saturating_sub(self.held)
    }

    /// Its `index`th member.
    fn member(&self, index: u64, name: &str) -> Place {
        let (ordinal, name) = match self.depth {
            0 => (index.into(), name.to_owned()),
            // One more than the outer ordinal: its first member is not the outer member itself.
            _ => ((self.ordinal + 1) << 32 | u128::from(index), format!("{}/{name}", self.name)),
        };
        let name = text::ends(name, limits::MEMBER_NAME_BYTES);
        Place { name, depth: self.depth + 1, ordinal, ..self.clone() }
    }
}

enum State {
    Detecting(Vec<u8>),
    Reading(Box<dyn Reader>),
    Compressed(Box<Compressed>),
    Tar(Box<tar::Tar>),
    /// Its directory tells where to read, so it is held until its end.
    Held(Held),
    /// Of no known form.
    Unknown(Box<Carve>),
    Ignored,
}

impl Stream {
    /// The stream of an input.
    pub fn of_input(place: Place) -> Stream {
        Stream { place, bytes: 0, state: State::Detecting(Vec::new()), carved: false, text: None }
    }

    /// The stream of a part of an input whose format is known; `header`: that of a CSV.
    pub fn known(place: Place, format: &Format, part: Part, header: &[String]) -> Stream {
        let reader = source::reader(format, part, header, place.needle.as_ref());
        Stream { state: reader.map_or(State::Ignored, State::Reading), ..Stream::of_input(place) }
    }

    /// Opens the `index`th member of an archive; `sink` stands in it until [`Stream::close`].
    fn open(archive: &Place, index: u64, name: &str, sink: &mut dyn Sink) -> Stream {
        let place = archive.member(index, name);
        sink.enter(&MemberId { ordinal: place.ordinal, name: place.name.clone() });
        Stream::of_input(place)
    }

    /// The part that is read, and what was met at its edges.
    pub fn part(&self) -> Part {
        match &self.state {
            State::Reading(reader) if !self.carved => reader.part(),
            _ => Part::WHOLE,
        }
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
        self.bytes += bytes.len() as u64;
        match &mut self.state {
            State::Detecting(head) => {
                head.extend_from_slice(bytes);
                if head.len() >= limits::DETECT_BYTES {
                    self.detected(sink);
                }
            }
            State::Reading(reader) => reader.push(bytes, sink),
            State::Compressed(content) => content.push(bytes, sink),
            State::Tar(tar) => tar.push(bytes, sink),
            State::Held(held) => held.push(bytes, &self.place),
            State::Unknown(carve) => {
                if let Some((offset, bytes)) = carve.push(bytes) {
                    self.carve(offset, &bytes, sink);
                }
            }
            State::Ignored => {}
        }
    }

    /// Bytes are missing here. A text is read on as another one: what stands before the gap and what stands behind it would
    /// give a record that nobody logged. Chunks of EVTX have their own ends.
    fn interrupt(&mut self, sink: &mut dyn Sink) {
        if let State::Detecting(head) = &self.state {
            // Of a few bytes the next ones must tell.
            if !is_text(&detect(head)) {
                return;
            }
            self.detected(sink);
        }
        let (State::Reading(reader), Some(text)) = (&mut self.state, &self.text) else { return };
        let (format, columns) = &**text;
        if matches!(format, Format::Csv { .. }) && columns.is_empty() {
            return;
        }
        reader.finish(sink);
        let part = match format {
            // The columns stand at the beginning only.
            Format::Csv { .. } => Part::new(self.bytes, None),
            _ => Part::at(self.bytes),
        };
        let Some(mut next) = source::reader(format, part, columns, self.place.needle.as_ref()) else {
            return;
        };
        if matches!(format, Format::Csv { .. }) {
            // Such a part begins with the line end before it.
            next.push(b"\n", sink);
        }
        self.state = State::Reading(next);
    }

    /// Reads an event log that begins at `offset` of what is none.
    fn carve(&mut self, offset: u64, bytes: &[u8], sink: &mut dyn Sink) {
        sink.format(&Format::Evtx);
        let message = format!(
            "The first {offset} bytes are no event log: they are damaged, or something else stands before it; records in them \
             are lost."
        );
        sink.trouble(Trouble::lost(Code::DamagedChunk, 0, message));
        let mut reader: Box<dyn Reader> = Box::new(EvtxReader::carving(offset, self.place.needle.as_ref()));
        reader.push(bytes, sink);
        (self.state, self.carved) = (State::Reading(reader), true);
    }

    /// The bytes have ended.
    pub fn finish(&mut self, sink: &mut dyn Sink) {
        if matches!(self.state, State::Detecting(_)) {
            self.detected(sink);
        }
        match std::mem::replace(&mut self.state, State::Ignored) {
            State::Reading(mut reader) => {
                reader.finish(sink);
                self.state = State::Reading(reader);
            }
            State::Compressed(mut content) => content.finish(sink),
            State::Tar(mut tar) => tar.finish(sink),
            State::Held(held) => held.finish(self.place.clone(), sink),
            State::Unknown(carve) => sink.trouble(unknown(&carve)),
            State::Detecting(_) | State::Ignored => {}
        }
    }

    /// Ends a member: what [`Stream::finish`] does, and `sink` leaves it.
    fn close(mut self, sink: &mut dyn Sink) {
        self.finish(sink);
        sink.leave(self.bytes);
    }

    /// Chooses what to do with the bytes, and does it with those that are here.
    fn detected(&mut self, sink: &mut dyn Sink) {
        let State::Detecting(head) = std::mem::replace(&mut self.state, State::Ignored) else {
            return;
        };
        let head = &mut { head };
        // The detector must see the same bytes however they were split.
        let format = detect(&head[..head.len().min(limits::DETECT_BYTES)]);
        sink.format(&format);
        // In a text of one line nothing would be found behind a gap.
        if is_text(&format) && (!matches!(format, Format::Json(_)) || head.contains(&b'\n')) {
            let columns = csv::header(&format, head).map_or(Vec::new(), |(columns, _)| columns);
            self.text = Some(Box::new((format.clone(), columns)));
        }
        self.state = self.state_for(&format, sink);
        self.bytes -= head.len() as u64;
        self.push(head, sink);
    }

    fn state_for(&self, format: &Format, sink: &mut dyn Sink) -> State {
        if let Some(reader) = source::reader(format, Part::WHOLE, &[], self.place.needle.as_ref()) {
            return State::Reading(reader);
        }
        let packed = matches!(format, Format::Compressed(_) | Format::Tar | Format::Zip | Format::SevenZ);
        if packed && self.place.depth >= limits::NESTING {
            let message = format!(
                "Packed {} layers deep; no more than {} are opened.",
                self.place.depth + 1,
                limits::NESTING
            );
            sink.trouble(Trouble::note(Code::NestedTooDeep, None, message));
            return State::Ignored;
        }
        match format {
            Format::Compressed(coding) => {
                let content = Stream::open(&self.place, 0, &unpacked_name(&self.place.name), sink);
                State::Compressed(Box::new(Compressed::new(*coding, content)))
            }
            Format::Tar => State::Tar(Box::new(tar::Tar::new(self.place.clone()))),
            Format::Zip => State::Held(Held::new(Kind::Zip)),
            Format::SevenZ => State::Held(Held::new(Kind::SevenZ)),
            Format::Binary => State::Unknown(Box::new(Carve::new())),
            _ => {
                sink.trouble(not_read(format));
                State::Ignored
            }
        }
    }
}

fn is_text(format: &Format) -> bool {
    matches!(format, Format::Xml(_) | Format::SplunkXml(_) | Format::Json(_) | Format::Csv { .. })
}

/// Why bytes of this form are not read.
fn not_read(format: &Format) -> Trouble {
    match format {
        Format::Foreign { what, packed: true } => {
            Trouble::note(Code::UnsupportedPacking, None, format!("It is {what}, which is not opened here."))
        }
        Format::Foreign { what, .. } => {
            Trouble::note(Code::UnknownFormat, None, format!("It is {what}, not an event log."))
        }
        _ => Trouble::note(Code::EmptyInput, None, "It is empty (0 bytes)."),
    }
}

/// Why bytes of no known form are not read.
fn unknown(carve: &Carve) -> Trouble {
    let message = match carve.zeros {
        true => format!(
            "Its {} bytes are zeros: the copy failed, or nothing was ever written there.",
            carve.bytes()
        ),
        false => {
            let first: Vec<_> = carve.first.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("Not a format that is read here. Its first bytes are {}.", first.join(" "))
        }
    };
    Trouble::note(Code::UnknownFormat, None, message)
}

/// Ends of names of what is packed, and what stands in their place when it is not.
const PACKED_ENDS: &[(&str, &str)] = &[
    (".gz", ""),
    (".gzip", ""),
    (".tgz", ".tar"),
    (".bz2", ""),
    (".tbz2", ".tar"),
    (".tbz", ".tar"),
    (".xz", ""),
    (".txz", ".tar"),
    (".zst", ""),
    (".tzst", ".tar"),
];

/// The name of what a compressed file holds.
fn unpacked_name(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let lower = base.to_ascii_lowercase();
    let stem = |(end, instead): &(&str, &str)| {
        let stem = lower.strip_suffix(end)?;
        (!stem.is_empty() || !instead.is_empty()).then(|| format!("{}{instead}", &base[..stem.len()]))
    };
    PACKED_ENDS.iter().find_map(stem).unwrap_or_else(|| format!("{base} (unpacked)"))
}

#[cfg(test)]
mod tests {
    use testlog::zip::{self, Member};

    use super::Place;
    use crate::limits::NESTED_ARCHIVE_BYTES;
    use crate::rule::wmi::RULE;
    use crate::scan::Scan;

    /// The messages of a stream of these bytes.
    fn said(bytes: &[u8]) -> Vec<String> {
        let mut scan = Scan::new(&RULE, 0, "logs", None);
        bytes.chunks(1000).for_each(|piece| scan.push(piece));
        scan.finish().problems.list().into_iter().map(|(problem, _)| problem.message).collect()
    }

    /// A `.tar.gz` may hold more than a million members.
    #[test]
    fn members_are_told_apart_however_many_there_are() {
        let archive = Place::input("logs", None);
        let (first, second) = (archive.member(0, "a"), archive.member(1, "b"));
        let far = [1 << 20, (1 << 32) - 1];
        let inner = [&first, &second].map(|outer| far.map(|index| outer.member(index, "c").ordinal));
        let mut all = inner.concat();
        all.extend(far.map(|index| archive.member(index, "d").ordinal));
        all.extend([
            first.ordinal,
            second.ordinal,
            first.member(0, "e").ordinal,
            second.member(0, "f").ordinal,
        ]);
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn names_of_members_are_of_bearable_length() {
        let archive = Place::input("logs", None);
        let long = "é".repeat(1 << 19);
        let outer = archive.member(0, &long);
        let inner = outer.member(0, "a.evtx");
        for place in [&outer, &inner, &inner.member(1, &long)] {
            assert!(place.name.len() < 4200 && place.name.contains('…'), "{}", place.name.len());
        }
        assert!(inner.name.ends_with("é/a.evtx"));
        assert_eq!(archive.member(0, "é").name, "é");
    }

    #[test]
    fn zips_in_zips_are_held_up_to_one_limit_for_all_of_them() {
        fn stored<'a>(name: &'a str, content: &'a [u8]) -> Member<'a> {
            Member { deflate: false, ..Member::new(name, content) }
        }
        let event = b"<Event><System><EventID>3</EventID></System></Event>";
        let of_size = |bytes: usize| {
            let filler = vec![b' '; bytes - 1000];
            let archive = zip::archive(&[stored("a.xml", event), stored("b", &filler)]);
            assert!(archive.len() < bytes);
            archive
        };
        let around = |inner: &[u8]| zip::archive(&[stored("inner.zip", inner)]);
        let small = of_size(NESTED_ARCHIVE_BYTES / 2 - 1000);
        let large = of_size(NESTED_ARCHIVE_BYTES * 3 / 4);
        let refused =
            |bytes: &[u8]| said(bytes).iter().any(|message| message.contains("with those around it"));
        assert!(refused(&around(&large)));
        assert!(!refused(&large) && !refused(&around(&small)));
    }
}
