//! The same of what is packed: whatever bit of an archive is flipped and wherever it is cut, what other unpackers still
//! give is read here too, and what is not read is said. They are the `zip` and `tar` crates by their own loops and
//! flate2's decoder of many streams; roxmltree says which events are whole.

mod common;

use std::io::{Cursor, Read};

use common::damage::{independent_xml, log, scan, xml_of};
use common::{problem_lines, report_of};
use flate2::Crc;
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use testlog::gzip;
use testlog::tar::{self, Naming};
use testlog::zip::{self, Member};

/// Two events in each of three members.
const ALL: u64 = 6;

fn contents() -> Vec<String> {
    log(ALL).chunks(2).map(xml_of).collect()
}

fn of_zip(bytes: &[u8]) -> u64 {
    let Ok(mut archive) = ::zip::ZipArchive::new(Cursor::new(bytes)) else { return 0 };
    let count = archive.len();
    let member = |index: usize| {
        let mut member = archive.by_index_raw(index).ok()?;
        let (mut packed, mut content) = (Vec::new(), Vec::new());
        member.read_to_end(&mut packed).ok()?;
        match member.compression() {
            ::zip::CompressionMethod::Stored => content = packed,
            ::zip::CompressionMethod::DEFLATE => {
                DeflateDecoder::new(&packed[..]).read_to_end(&mut content).ok()?;
            }
            _ => return None,
        }
        let mut crc = Crc::new();
        crc.update(&content);
        (!member.encrypted() && crc.sum() == member.crc32()).then(|| independent_xml(&content).0)
    };
    (0..count).filter_map(member).sum()
}

fn of_tar(bytes: &[u8]) -> u64 {
    let mut archive = ::tar::Archive::new(bytes);
    let Ok(entries) = archive.entries() else { return 0 };
    let entry = |entry: std::io::Result<::tar::Entry<'_, &[u8]>>| {
        let (mut entry, mut content) = (entry.ok()?, Vec::new());
        entry.read_to_end(&mut content).ok()?;
        entry.header().entry_type().is_file().then(|| independent_xml(&content).0)
    };
    entries.map_while(|one| Some(entry(one).unwrap_or(0))).sum()
}

fn of_gzip(bytes: &[u8]) -> u64 {
    let mut content = Vec::new();
    // What it gave before an error counts.
    _ = MultiGzDecoder::new(bytes).read_to_end(&mut content);
    independent_xml(&content).0
}

/// Reads it and holds it against what another one reads.
#[track_caller]
fn check(bytes: &[u8], reference: u64, what: impl std::fmt::Display) {
    let session = scan(bytes);
    let records = session.sources()[0].findings.counts.records;
    let said = problem_lines(&report_of(&session));
    assert!(records >= reference, "{what}: {records} records, the reference reads {reference}; {said}");
    assert!(records >= ALL || !said.is_empty(), "{what}: {records} records, and nothing is said");
}

/// Flips every bit, of a zero only one, and cuts at every byte but where what is left looks whole; returns how many
/// archives that were.
fn spoil(name: &str, bytes: &[u8], whole: &[usize], reference: impl Fn(&[u8]) -> u64) -> usize {
    assert_eq!(reference(bytes), ALL, "{name}");
    let mut spoilt = bytes.to_vec();
    let mut cases = 0;
    for bit in (0..8 * bytes.len()).filter(|bit| bytes[bit / 8] != 0 || bit % 8 == 4) {
        spoilt[bit / 8] ^= 1 << (bit % 8);
        check(&spoilt, reference(&spoilt), format_args!("{name}, bit {} of byte {}", bit % 8, bit / 8));
        spoilt[bit / 8] ^= 1 << (bit % 8);
        cases += 1;
    }
    for end in (1..bytes.len()).filter(|end| !whole.contains(end)) {
        check(&bytes[..end], reference(&bytes[..end]), format_args!("{name}, cut at {end}"));
        cases += 1;
    }
    cases
}

#[test]
fn every_flipped_bit_and_every_cut_of_a_zip() {
    let contents = contents();
    let mut cases = 0;
    for (deflate, descriptor) in [(true, false), (true, true), (false, false)] {
        let members: Vec<_> = ["a.xml", "b.xml", "c.xml"]
            .into_iter()
            .zip(&contents)
            .map(|(name, text)| Member { deflate, descriptor, ..Member::new(name, text.as_bytes()) })
            .collect();
        cases += spoil(
            &format!("deflate {deflate}, descriptor {descriptor}"),
            &zip::archive(&members),
            &[],
            of_zip,
        );
    }
    println!("{cases} archives");
}

#[test]
fn every_flipped_bit_and_every_cut_of_a_gzip_of_many_streams() {
    let streams: Vec<_> = contents().iter().map(|text| gzip::member(text.as_bytes())).collect();
    let whole = [streams[0].len(), streams[0].len() + streams[1].len()];
    println!("{} archives", spoil("gzip", &streams.concat(), &whole, of_gzip));
}

#[test]
fn every_flipped_bit_and_every_cut_of_a_tar() {
    let contents = contents();
    let members: Vec<_> =
        ["a.xml", "b.xml", "c.xml"].into_iter().zip(contents.iter().map(String::as_bytes)).collect();
    println!("{} archives", spoil("tar", &tar::archive(&members, Naming::Pax), &[], of_tar));
}
