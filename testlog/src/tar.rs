//! tar archives (POSIX.1-2017 pax and ustar; GNU tar's long names, and its files without their holes).

/// How a name is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// In the header, up to 100 bytes.
    Ustar,
    /// In a pax record before the header.
    Pax,
    /// In a GNU `././@LongLink` before the header.
    Gnu,
}

const BLOCK: usize = 512;

/// An archive of these names and contents.
pub fn archive(members: &[(&str, &[u8])], naming: Naming) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, content) in members {
        match naming {
            Naming::Ustar => {}
            Naming::Pax => entry(&mut bytes, "PaxHeaders/x", b'x', &record(&format!("path={name}"))),
            Naming::Gnu => {
                let name = [name.as_bytes(), &[0]].concat();
                entry(&mut bytes, "././@LongLink", b'L', &name);
            }
        }
        entry(&mut bytes, name, b'0', content);
    }
    bytes.resize(bytes.len() + 2 * BLOCK, 0);
    bytes
}

/// How a file is stored without its holes (GNU tar manual, D.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sparse {
    /// Type `S`: four runs in the header, 21 in each block behind it.
    Gnu,
    /// A pax record for each number.
    Pax00,
    /// One record for all of them.
    Pax01,
    /// Lines before the data.
    Pax10,
}

impl Sparse {
    /// All of them.
    pub const ALL: [Sparse; 4] = [Sparse::Gnu, Sparse::Pax00, Sparse::Pax01, Sparse::Pax10];
}

/// An archive of one file, whose blocks of zeros are not stored.
pub fn sparse(name: &str, content: &[u8], style: Sparse) -> Vec<u8> {
    let mut bytes = Vec::new();
    let runs = runs(content);
    let data: Vec<u8> =
        runs.iter().flat_map(|(start, length)| &content[*start..start + length]).copied().collect();
    let size = content.len();
    let numbers: Vec<_> = runs.iter().flat_map(|(start, length)| [*start, *length]).collect();
    let record = |key: &str, value: &dyn std::fmt::Display| record(&format!("GNU.sparse.{key}={value}"));
    let pax =
        |bytes: &mut Vec<u8>, records: &[Vec<u8>]| entry(bytes, "PaxHeaders/x", b'x', &records.concat());
    match style {
        Sparse::Gnu => gnu(&mut bytes, name, &runs, size, &data),
        Sparse::Pax00 => {
            let mut records = vec![record("size", &size), record("numblocks", &runs.len())];
            for (start, length) in &runs {
                records.extend([record("offset", start), record("numbytes", length)]);
            }
            pax(&mut bytes, &records);
            entry(&mut bytes, name, b'0', &data);
        }
        Sparse::Pax01 => {
            let map = numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(",");
            let records = [("size", size.to_string()), ("name", name.to_owned()), ("map", map)];
            pax(&mut bytes, &records.map(|(key, value)| record(key, &value)));
            entry(&mut bytes, "./GNUSparseFile.1/x", b'0', &data);
        }
        Sparse::Pax10 => {
            let records = [("major", "1"), ("minor", "0"), ("name", name), ("realsize", &size.to_string())];
            pax(&mut bytes, &records.map(|(key, value)| record(key, &value)));
            let lines: String =
                [runs.len()].iter().chain(&numbers).map(|number| format!("{number}\n")).collect();
            let mut stored = lines.into_bytes();
            stored.resize(stored.len().next_multiple_of(BLOCK), 0);
            stored.extend(&data);
            entry(&mut bytes, "./GNUSparseFile.1/x", b'0', &stored);
        }
    }
    bytes.resize(bytes.len() + 2 * BLOCK, 0);
    bytes
}

/// Where the blocks that hold more than zeros lie. Behind a hole at the end stands a run without a byte.
fn runs(content: &[u8]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, block) in
        content.chunks(BLOCK).enumerate().filter(|(_, block)| block.iter().any(|byte| *byte != 0))
    {
        match runs.last_mut() {
            Some((start, length)) if *start + *length == at * BLOCK => *length += block.len(),
            _ => runs.push((at * BLOCK, block.len())),
        }
    }
    if runs.last().is_none_or(|(start, length)| start + length < content.len()) {
        runs.push((content.len(), 0));
    }
    runs
}

fn gnu(bytes: &mut Vec<u8>, name: &str, runs: &[(usize, usize)], size: usize, data: &[u8]) {
    let octal = |number: usize| format!("{number:011o}\0").into_bytes();
    let list = |runs: &[(usize, usize)]| -> Vec<u8> {
        runs.iter().flat_map(|(start, length)| [octal(*start), octal(*length)].concat()).collect()
    };
    let (first, rest) = runs.split_at(runs.len().min(4));
    let mut header = header(name, b'S', data.len());
    header[257..265].copy_from_slice(b"ustar  \0");
    header[386..386 + 24 * first.len()].copy_from_slice(&list(first));
    header[482] = u8::from(!rest.is_empty());
    header[483..495].copy_from_slice(&octal(size));
    seal(&mut header);
    bytes.extend(header);
    let blocks = rest.len().div_ceil(21);
    for (nth, runs) in rest.chunks(21).enumerate() {
        let mut block = list(runs);
        block.resize(BLOCK, 0);
        block[504] = u8::from(nth + 1 < blocks);
        bytes.extend(block);
    }
    bytes.extend_from_slice(data);
    bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
}

/// `27 path=…\n`, where the number is the length of the whole record, its own digits included.
fn record(text: &str) -> Vec<u8> {
    let rest = format!(" {text}\n");
    let mut length = rest.len();
    while length != rest.len() + length.to_string().len() {
        length = rest.len() + length.to_string().len();
    }
    format!("{length}{rest}").into_bytes()
}

/// A header and its padded content.
fn entry(bytes: &mut Vec<u8>, name: &str, kind: u8, content: &[u8]) {
    let mut header = header(name, kind, content.len());
    seal(&mut header);
    bytes.extend_from_slice(&header);
    bytes.extend_from_slice(content);
    bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
}

fn header(name: &str, kind: u8, size: usize) -> [u8; BLOCK] {
    let mut header = [0; BLOCK];
    let name = &name.as_bytes()[..name.len().min(100)];
    header[..name.len()].copy_from_slice(name);
    let mut put = |at: usize, text: String| {
        header[at..at + text.len()].copy_from_slice(text.as_bytes());
    };
    put(100, "0000644\0".into());
    put(108, "0001750\0".into());
    put(116, "0001750\0".into());
    put(124, format!("{size:011o}\0"));
    put(136, "14571234567\0".into());
    put(257, "ustar\x0000".into());
    header[156] = kind;
    header
}

/// Writes the checksum of a header, which is made with blanks in its own place.
pub fn seal(header: &mut [u8]) {
    header[148..156].fill(b' ');
    let sum: u32 = header[..BLOCK].iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}
