//! The SHA-256 of what can be read.

use std::io::{self, Read};

use sysmon_triage::hash::Hasher;

/// Bytes that are read at once.
const READ_BYTES: usize = 256 * 1024;

/// Reads to the end; returns the hash in hexadecimal digits.
pub fn of(from: &mut impl Read) -> io::Result<String> {
    let mut hasher = Hasher::default();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finish()),
            Ok(count) => hasher.push(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
