//! What the fuzz targets share.

pub mod oracles;

/// From this first byte on a CSV has its own header line.
pub const OWN_HEADER: u8 = 128;

/// Checks `beginning` and the fuzzer's bytes, the first of which chooses the sizes of pieces and parts.
pub fn check(beginning: &[u8], data: &[u8]) {
    let Some((knob, rest)) = data.split_first() else { return };
    oracles::check(&[beginning, rest].concat(), *knob);
}

/// Checks the contexts that the fuzzer's bytes tell; the first one chooses as above.
pub fn check_context(data: &[u8]) {
    let Some((knob, rest)) = data.split_first() else { return };
    oracles::check_context(rest, *knob);
}
