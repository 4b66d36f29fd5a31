//! Results of Splunk in XML.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sysmon_triage_fuzz::check(b"<results preview='0'>\n", data));
