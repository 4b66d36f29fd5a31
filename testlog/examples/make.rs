//! Writes a log of a size to a file and prints what must be found in it:
//!
//!     cargo run --release -p testlog --example make -- evtx 1073741824 1gib.evtx
//!
//! Formats: `evtx`, `xml`, `json`.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use testlog::{Expected, Options, Size};

fn main() -> io::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [format, bytes, path] = arguments.as_slice() else {
        return Err(io::Error::other("usage: make evtx|xml|json BYTES FILE"));
    };
    let bytes = bytes.parse().map_err(io::Error::other)?;
    let options = Options { size: Size::Bytes(bytes), matches: 100, groups: 40, ..Options::default() };
    let start = std::time::Instant::now();
    let expected = write(format, &options, BufWriter::with_capacity(1 << 20, File::create(path)?))?;
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{} bytes, {} records, {} process creations, {} matches, {} groups; {:.0} MB/s",
        expected.bytes,
        expected.records,
        expected.process_creations,
        expected.matches,
        expected.groups.len(),
        expected.bytes as f64 / seconds / 1e6,
    );
    Ok(())
}

fn write(format: &str, options: &Options, mut out: BufWriter<File>) -> io::Result<Expected> {
    let expected = match format {
        "evtx" => testlog::write_evtx(options, &mut out),
        "xml" => testlog::write_xml(options, &mut out),
        "json" => testlog::write_json(options, &mut out),
        _ => Err(io::Error::other("the format is evtx, xml or json")),
    }?;
    out.flush()?;
    Ok(expected)
}
