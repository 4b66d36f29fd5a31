//! Deflate, raw (zip) or in gzip's frame, fed in pieces.

use flate2::{Decompress, FlushDecompress, Status};

/// Bytes that are inflated before they are passed on.
const OUT_BYTES: usize = 256 * 1024;
/// The window of deflate, as a power of two: gzip allows the largest.
const WINDOW_BITS: u8 = 15;

/// Why a stream can't be read on. What the decoder itself says of the same damage depends on how the
/// bytes came.
const BROKEN: &str = "the compressed data or its checksum is not valid";

/// A decoder of one deflate stream.
pub struct Inflate {
    state: Decompress,
    out: Vec<u8>,
}

/// How far a push came.
pub enum Progress {
    /// All input was taken, and the stream goes on.
    More,
    /// The stream ended after this many bytes of the input.
    End(usize),
}

impl Inflate {
    /// A stream without a frame, as zip holds it.
    pub fn raw() -> Inflate {
        Inflate { state: Decompress::new(false), out: vec![0; OUT_BYTES] }
    }

    /// A stream in gzip's frame (RFC 1952); its checksum is verified.
    pub fn gzip() -> Inflate {
        Inflate { state: Decompress::new_gzip(WINDOW_BITS), out: vec![0; OUT_BYTES] }
    }

    /// Inflates `input` and hands the output over in pieces. What was inflated before an error is
    /// handed over too.
    ///
    /// # Errors
    /// The reason why the data is no deflate stream.
    pub fn push(&mut self, input: &[u8], mut take: impl FnMut(&[u8])) -> Result<Progress, &'static str> {
        let mut used = 0;
        loop {
            let (before_in, before_out) = (self.state.total_in(), self.state.total_out());
            let status = self.state.decompress(&input[used..], &mut self.out, FlushDecompress::None);
            used += (self.state.total_in() - before_in) as usize;
            let made = (self.state.total_out() - before_out) as usize;
            if made > 0 {
                take(&self.out[..made]);
            }
            match status.map_err(|_| BROKEN)? {
                Status::StreamEnd => return Ok(Progress::End(used)),
                // A full output buffer may hide more output behind it.
                _ if made == self.out.len() => {}
                _ if used == input.len() => return Ok(Progress::More),
                _ if made == 0 => return Err(BROKEN),
                _ => {}
            }
        }
    }
}
