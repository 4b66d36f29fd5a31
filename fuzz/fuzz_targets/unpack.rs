//! Archives: a gzip stream of anything, and anything as it is.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    sysmon_triage_fuzz::check(b"", data);
    sysmon_triage_fuzz::oracles::check_unpacked(data.get(1..).unwrap_or_default());
    sysmon_triage_fuzz::check(b"", &[&[7], testlog::gzip::member(data).as_slice()].concat());
});
