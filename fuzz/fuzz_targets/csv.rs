//! CSV: behind a header line, or with its own.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let own = data.first().is_some_and(|knob| *knob >= sysmon_triage_fuzz::OWN_HEADER);
    sysmon_triage_fuzz::check(if own { b"" } else { b"EventID,_raw,Image\n" }, data);
});
