//! Writes a log of a size to a file and prints what must be found in it:
//!
//!     cargo run --release -p testlog --example make -- evtx 1073741824 1gib.evtx
//!
//! Formats: `evtx`, `xml`, `splunk-xml`, `json`, `csv`; `zip` and `7z`, the XML log four times in one archive; and the other forms of JSON, see [`JSON`].

use std::fs::File;
use std::io::{self, BufWriter, Write};

use testlog::json::{Layout, Shape};
use testlog::sevenz;
use testlog::zip::{self, Member};
use testlog::{Expected, Options, Size};

fn main() -> io::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [format, bytes, path] = arguments.as_slice() else {
        return Err(io::Error::other("usage: make evtx|xml|json|csv|zip|… BYTES FILE"));
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
        "csv" => testlog::write_csv(options, &mut out),
        "splunk-xml" => testlog::write_results(options, &mut out),
        "zip" | "7z" => archive(format, options, &mut out),
        _ => match JSON.iter().find(|(name, ..)| *name == format) {
            Some((_, shape, layout)) => testlog::write_json_of(options, *shape, *layout, &mut out),
            None => Err(io::Error::other(
                "the format is evtx, xml, splunk-xml, json, csv, zip, 7z or another form of JSON",
            )),
        },
    }?;
    out.flush()?;
    Ok(expected)
}

/// JSON by the name of its form.
const JSON: [(&str, Shape, Layout); 10] = [
    ("array", Shape::EvtxDump, Layout::Array),
    ("pretty", Shape::EvtxDump, Layout::PrettyArray),
    ("concatenated", Shape::EvtxDump, Layout::Concatenated),
    ("winlogbeat", Shape::Winlogbeat8, Layout::Lines),
    ("nxlog", Shape::NxLog, Layout::Lines),
    ("splunk", Shape::Splunk, Layout::Lines),
    ("azure", Shape::AzureObject, Layout::Lines),
    ("velociraptor", Shape::Velociraptor, Layout::Lines),
    ("evtxecmd", Shape::EvtxECmd, Layout::Lines),
    ("get-winevent", Shape::GetWinEvent, Layout::PrettyArray),
];

/// Members of the same size, so that as many workers have as much to do.
fn archive(format: &str, options: &Options, out: &mut impl Write) -> io::Result<Expected> {
    let mut log = Vec::new();
    let mut expected = testlog::write_xml(options, &mut log)?;
    let members = ["a.xml", "b.xml", "c.xml", "d.xml"];
    let bytes = match format {
        "zip" => zip::archive(&members.map(|name| Member::new(name, &log))),
        _ => {
            let members = members.map(|name| sevenz::Member::new(name, &log));
            sevenz::archive(&members.chunks(1).collect::<Vec<_>>(), sevenz::Method::Lzma2)
        }
    };
    out.write_all(&bytes)?;
    expected.bytes = bytes.len() as u64;
    for count in [&mut expected.records, &mut expected.process_creations, &mut expected.matches] {
        *count *= members.len() as u64;
    }
    Ok(expected)
}
