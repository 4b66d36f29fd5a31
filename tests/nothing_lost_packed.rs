//! The same of what is packed: whatever bit of an archive is flipped and wherever it is cut, what other unpackers still
//! give is read here too, and what is not read is said. They are the `zip`, `tar` and `sevenz-rust2` crates by their
//! own loops and flate2's decoder of many streams; roxmltree says which events are whole.

use crate::common::damage::{independent_xml, log, scan, xml_of};
use crate::common::{problem_lines, report_of};
use crate::oracles::unpackers;
use testlog::gzip;
use testlog::sevenz::{self, Method};
use testlog::tar::{self, Naming};
use testlog::zip::{self, Member};

/// Two events in each of three members.
const ALL: u64 = 6;

fn contents() -> Vec<String> {
    log(ALL).chunks(2).map(xml_of).collect()
}

/// How many events are whole in what an unpacker gives.
fn events(contents: impl IntoIterator<Item = Vec<u8>>) -> u64 {
    contents.into_iter().map(|content| independent_xml(&content).0).sum()
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

/// Flips every bit, and cuts at every byte but where what is left looks whole; returns how many archives that were. Of a
/// zero, and of text that stands in the archive as it is, which `nothing_lost.rs` flips in full, only one bit of a byte.
fn spoil(name: &str, bytes: &[u8], whole: &[usize], reference: impl Fn(&[u8]) -> u64) -> usize {
    assert_eq!(reference(bytes), ALL, "{name}");
    let mut plain: Vec<bool> = bytes.iter().map(|byte| *byte == 0).collect();
    for text in contents() {
        let found = memchr::memmem::find(bytes, text.as_bytes());
        found.into_iter().for_each(|at| plain[at..at + text.len()].fill(true));
    }
    let mut spoilt = bytes.to_vec();
    let mut cases = 0;
    for bit in (0..8 * bytes.len()).filter(|bit| !plain[bit / 8] || bit % 8 == bit / 8 % 8) {
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

fn spoil_zip(deflate: bool, descriptor: bool) {
    let contents = contents();
    let members: Vec<_> = ["a.xml", "b.xml", "c.xml"]
        .into_iter()
        .zip(&contents)
        .map(|(name, text)| Member { deflate, descriptor, ..Member::new(name, text.as_bytes()) })
        .collect();
    let name = format!("deflate {deflate}, descriptor {descriptor}");
    let cases = spoil(&name, &zip::archive(&members), &[], |bytes| events(unpackers::of_zip(bytes)));
    println!("{cases} archives");
}

// Apart from each other, so that they run side by side.
#[test]
fn every_flipped_bit_and_every_cut_of_a_zip() {
    spoil_zip(true, false);
}

#[test]
fn every_flipped_bit_and_every_cut_of_a_zip_with_sizes_behind_the_data() {
    spoil_zip(true, true);
}

#[test]
fn every_flipped_bit_and_every_cut_of_a_zip_that_is_not_deflated() {
    spoil_zip(false, false);
}

#[test]
fn every_flipped_bit_and_every_cut_of_a_gzip_of_many_streams() {
    let streams: Vec<_> = contents().iter().map(|text| gzip::member(text.as_bytes())).collect();
    let whole = [streams[0].len(), streams[0].len() + streams[1].len()];
    println!(
        "{} archives",
        spoil("gzip", &streams.concat(), &whole, |bytes| events([unpackers::of_gzip(bytes)]))
    );
}

#[test]
fn every_flipped_bit_and_every_cut_of_a_tar() {
    let contents = contents();
    let members: Vec<_> =
        ["a.xml", "b.xml", "c.xml"].into_iter().zip(contents.iter().map(String::as_bytes)).collect();
    println!(
        "{} archives",
        spoil("tar", &tar::archive(&members, Naming::Pax), &[], |bytes| events(unpackers::of_tar(bytes)))
    );
}

/// In one folder, and each in a folder of its own.
fn spoil_7z(solid: bool) {
    let contents = contents();
    let members: Vec<_> = ["a.xml", "b.xml", "c.xml"]
        .into_iter()
        .zip(&contents)
        .map(|(name, text)| sevenz::Member::new(name, text.as_bytes()))
        .collect();
    let folders: Vec<&[sevenz::Member]> = members.chunks(if solid { 3 } else { 1 }).collect();
    let bytes = sevenz::archive(&folders, Method::Lzma2);
    let cases = spoil(&format!("solid {solid}"), &bytes, &[], |bytes| events(unpackers::of_7z(bytes, "")));
    println!("{cases} archives");
}

#[test]
fn every_flipped_bit_and_every_cut_of_a_7z() {
    spoil_7z(false);
}

#[test]
fn every_flipped_bit_and_every_cut_of_a_solid_7z() {
    spoil_7z(true);
}
