//! JSON.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sysmon_triage_fuzz::check(b"{\"a\":1}\n", data));
