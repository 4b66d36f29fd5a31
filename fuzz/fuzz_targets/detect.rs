//! The first bytes of anything.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    _ = sysmon_triage::detect::detect(data);
});
