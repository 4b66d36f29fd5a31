//! What the fuzz targets share: a scan of bytes in pieces, and the check that the pieces do not
//! matter.

use sysmon_triage::intake::Want;
use sysmon_triage::report::Report;
use sysmon_triage::rule::wmi::RULE;
use sysmon_triage::scan::Scan;
use sysmon_triage::session::Session;

/// The report on one input, read in pieces of this size.
pub fn report(bytes: &[u8], piece: usize) -> Result<String, Box<dyn std::error::Error>> {
    let mut session = Session::new(&RULE);
    let size = bytes.len() as u64;
    let source = session.add_source("fuzz", size);
    let mut scan = Scan::new(&RULE, source, "fuzz", Some(size));
    while let Some(Want { offset, length }) = scan.want() {
        let from = usize::try_from(offset)?.min(bytes.len());
        let length = usize::try_from(length).unwrap_or(usize::MAX).min(bytes.len() - from).min(piece);
        if length == 0 {
            break;
        }
        scan.push(&bytes[from..from + length]);
    }
    assert!(session.absorb(scan.finish()));
    Ok(sysmon_triage::export::json::json(&Report::of(&session))?)
}

/// Reads `beginning` and the fuzzer's bytes, whole and in pieces: the same must come out.
pub fn check(beginning: &[u8], data: &[u8]) {
    let Some((piece, rest)) = data.split_first() else { return };
    let bytes = [beginning, rest].concat();
    let whole = report(&bytes, usize::MAX);
    let pieces = report(&bytes, 1 + usize::from(*piece));
    assert_eq!(whole.ok(), pieces.ok(), "the pieces matter");
}
