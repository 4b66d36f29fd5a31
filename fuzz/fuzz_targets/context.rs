//! What a log tells about one of its matches, by every way of reading it.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sysmon_triage_fuzz::check_context(data));
