//! Chunks. Whatever the header says, the checksums are made to fit it.
#![no_main]

use testlog::evtx::{CHUNK_BYTES, HEADER_BYTES};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut data = data.to_vec();
    // The first byte is the knob, see `check`.
    if let Some(chunk) = data.get_mut(1 + HEADER_BYTES..1 + HEADER_BYTES + CHUNK_BYTES) {
        testlog::evtx::sign(chunk);
    }
    sysmon_triage_fuzz::check(b"", &data);
    if let Some(bytes) = data.get(1..) {
        sysmon_triage_fuzz::oracles::check_against_reference(bytes);
    }
});
