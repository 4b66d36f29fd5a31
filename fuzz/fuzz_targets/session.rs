//! Anything, whole and in pieces.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sysmon_triage_fuzz::check(b"", data));
