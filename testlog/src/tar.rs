//! tar archives (POSIX.1-2017 pax and ustar; GNU tar's long names).

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
            Naming::Pax => entry(&mut bytes, "PaxHeaders/x", b'x', &pax_record(name)),
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

/// `27 path=…\n`, where the number is the length of the whole record, its own digits included.
fn pax_record(name: &str) -> Vec<u8> {
    let rest = format!(" path={name}\n");
    let mut length = rest.len();
    while length != rest.len() + length.to_string().len() {
        length = rest.len() + length.to_string().len();
    }
    format!("{length}{rest}").into_bytes()
}

/// A header and its padded content.
fn entry(bytes: &mut Vec<u8>, name: &str, kind: u8, content: &[u8]) {
    let mut header = [0; BLOCK];
    let name = &name.as_bytes()[..name.len().min(100)];
    header[..name.len()].copy_from_slice(name);
    let mut put = |at: usize, text: String| {
        header[at..at + text.len()].copy_from_slice(text.as_bytes());
    };
    put(100, "0000644\0".into());
    put(108, "0001750\0".into());
    put(116, "0001750\0".into());
    put(124, format!("{:011o}\0", content.len()));
    put(136, "14571234567\0".into());
    // The checksum is made with blanks in its own place.
    put(148, " ".repeat(8));
    put(257, "ustar\x0000".into());
    header[156] = kind;
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    bytes.extend_from_slice(&header);
    bytes.extend_from_slice(content);
    bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
}
