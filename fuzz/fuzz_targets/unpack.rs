//! Archives: a gzip stream of anything, a 7z with any directory, and anything as it is.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    sysmon_triage_fuzz::check(b"", data);
    sysmon_triage_fuzz::oracles::check_unpacked(data.get(1..).unwrap_or_default());
    sysmon_triage_fuzz::check(b"", &[&[7], testlog::gzip::member(data).as_slice()].concat());
    // Checksums guard a directory: no fuzzer finds them.
    let (packed, directory) = data.split_at(data.first().map_or(0, |at| usize::from(*at)).min(data.len()));
    let sealed = testlog::sevenz::sealed(packed, directory);
    sysmon_triage_fuzz::oracles::check_unpacked(&sealed);
    sysmon_triage_fuzz::check(b"", &[&[7], sealed.as_slice()].concat());
});
