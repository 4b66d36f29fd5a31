//! CSV with a header line.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sysmon_triage_fuzz::check(b"EventID,_raw,Image\n", data));
