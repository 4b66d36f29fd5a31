//! Writes small synthetic logs as seeds: `fuzz/corpus/<target>/`.

use std::fs;
use std::io;
use std::path::Path;

use sysmon_triage_fuzz::OWN_HEADER;
use testlog::evtx::{self, Style};
use testlog::forest::{self, forest};
use testlog::json::{self, Shape};
use testlog::tar::{self, Naming, Sparse};
use testlog::text::Encoding;
use testlog::xml::{self, EVENT_VIEWER, EVTX_DUMP, Layout, SPLUNK};
use testlog::zip::{self, Member};
use testlog::{Options, Size, csv, gzip};

/// What other programs packed.
const PACKED: [(&str, &[u8]); 9] = [
    ("bzip2", include_bytes!("../tests/fixtures/packed/two.bz2")),
    ("xz", include_bytes!("../tests/fixtures/packed/two.xz")),
    ("xz_blocks", include_bytes!("../tests/fixtures/packed/log.xml.xz")),
    ("zstd", include_bytes!("../tests/fixtures/packed/two.zst")),
    ("zip_deflate64", include_bytes!("../tests/fixtures/packed/deflate64.zip")),
    ("zip_bzip2", include_bytes!("../tests/fixtures/packed/bzip2.zip")),
    ("7z_lzma2", include_bytes!("../tests/fixtures/packed/lzma2.7z")),
    ("7z_lzma", include_bytes!("../tests/fixtures/packed/lzma.7z")),
    ("zip_zstd", include_bytes!("../tests/fixtures/packed/zstd.zip")),
];

/// Encrypted archives, opened by `oracles::PASSWORDS`; none of those that hash a password so often that it takes long.
const LOCKED: [(&str, &[u8]); 6] = [
    ("zip_aes256", include_bytes!("../tests/fixtures/locked/aes256_oem.zip")),
    ("zip_aes192", include_bytes!("../tests/fixtures/locked/aes192_bzip2.zip")),
    ("zip_aes128", include_bytes!("../tests/fixtures/locked/aes128_stored.zip")),
    ("zip_traditional", include_bytes!("../tests/fixtures/locked/traditional_7z.zip")),
    ("zip_streamed", include_bytes!("../tests/fixtures/locked/streamed.zip")),
    ("7z_aes", include_bytes!("../tests/fixtures/locked/few_rounds.7z")),
];

fn main() -> io::Result<()> {
    let options = Options { size: Size::Events(6), matches: 2, ..Options::default() };
    let (events, _) = testlog::log(&options);
    let lines = xml::file(&events, &SPLUNK, Layout::Ended("\n"));
    let evtx = evtx::file(&events, Style::default());
    let mut seeds: Vec<(&str, String, Vec<u8>)> = vec![
        ("evtx", "log".into(), evtx.clone()),
        ("xml", "document".into(), xml::file(&events, &EVENT_VIEWER, Layout::Document).into()),
        ("xml", "records".into(), xml::file(&events, &EVTX_DUMP, Layout::Records).into()),
        ("splunk_xml", "results".into(), xml::results(&events).into()),
        ("csv", "splunk".into(), csv::splunk(&events).into()),
        ("csv", "apt_hunter".into(), csv::apt_hunter(&events).into()),
        ("csv", "evtx_ecmd".into(), csv::evtx_ecmd(&events).into()),
        ("csv", "fields".into(), csv::fields(&events, ';').into()),
        ("csv", "get_winevent".into(), csv::get_winevent(&events).into()),
        ("csv", "event_viewer".into(), csv::event_viewer(&events, ',', ["a", "b", "c", "d", "e"]).into()),
        ("unpack", "gzip".into(), gzip::members(lines.as_bytes(), 2)),
        ("unpack", "zip".into(), zip::archive(&[Member::new("a.evtx", &evtx)])),
    ];
    for (name, bytes) in PACKED.into_iter().chain(LOCKED) {
        seeds.push(("unpack", name.into(), bytes.into()));
    }
    for encoding in Encoding::ALL {
        seeds.push(("xml", format!("{encoding:?}"), encoding.encode(&lines)));
    }
    for shape in Shape::ALL {
        let text = json::file(&events, shape, json::Layout::Lines);
        seeds.push(("json", format!("{shape:?}"), text.into()));
    }
    for naming in [Naming::Ustar, Naming::Pax, Naming::Gnu] {
        let archive = tar::archive(&[("a.xml", lines.as_bytes())], naming);
        seeds.push(("unpack", format!("{naming:?}"), archive));
    }
    let preallocated = [&evtx[..], &[0; 16 * 1024]].concat();
    for style in Sparse::ALL {
        seeds.push(("unpack", format!("{style:?}"), tar::sparse("a.evtx", &preallocated, style)));
    }
    for guids in [true, false] {
        let forest = forest(&forest::Options { processes: 9, hosts: 1, guids, ..forest::Options::default() });
        let name = |form: &str| format!("{form}_{guids}");
        seeds.extend([
            ("context", name("xml"), xml::file(&forest.events, &SPLUNK, Layout::Ended("\n")).into()),
            ("context", name("json"), json::file(&forest.events, Shape::ALL[0], json::Layout::Lines).into()),
            ("context", name("evtx"), evtx::file(&forest.events, Style::default())),
        ]);
    }
    for (target, name, bytes) in &seeds {
        write(target, name, bytes)?;
        write("detect", name, bytes)?;
        write("session", name, bytes)?;
    }
    println!("{} seeds", seeds.len());
    Ok(())
}

/// The first byte is the size of the pieces, see `check`; a CSV has its own header.
fn write(target: &str, name: &str, bytes: &[u8]) -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    fs::create_dir_all(&folder)?;
    let knob = if target == "csv" { OWN_HEADER + 100 } else { 100 };
    fs::write(folder.join(name), [&[knob], bytes].concat())
}
