//! xz, and LZMA and LZMA2 without a frame, as 7z archives hold them: what a frame would tell is told by the archive.

use lzma_rust2::{FilterConfig, Lzma2Stream, LzmaStream, XzStream};

use super::fed::Fed;
use super::lzma2::Mending;
use super::{Decoder, Failure};
use crate::limits;

/// What xz may take, in KiB: a window, and less than a MiB beside it.
const XZ_KIB: u32 = (limits::WINDOW_BYTES / 1024) as u32 + 1024;

impl Decoder {
    /// One stream of an .xz file.
    pub fn xz() -> Decoder {
        Decoder::new(Fed::new(XzStream::new_mem_limit(false, XZ_KIB), false))
    }

    /// LZMA that unpacks to `unpacked` bytes. `properties`: how literals are coded, and in four bytes how far it may look back.
    ///
    /// # Errors
    /// The properties are none.
    pub fn lzma(properties: &[u8], unpacked: u64, filter: Option<FilterConfig>) -> Result<Decoder, Failure> {
        let [coding, a, b, c, d, ..] = *properties else { return Err(Failure::Broken) };
        let window = Window::new(u32::from_le_bytes([a, b, c, d]).into(), unpacked);
        let mut stream =
            LzmaStream::new_with_props(unpacked, coding, window.bytes, None).map_err(|_| Failure::Broken)?;
        stream.set_filters(filter.as_slice()).map_err(|_| Failure::Foreign)?;
        Ok(Decoder::new(Fed::new(stream, window.is_less)))
    }

    /// LZMA2 that unpacks to `unpacked` bytes. `properties`: how far it may look back, in one byte (5.3.1 of the .xz format).
    ///
    /// # Errors
    /// The properties are none.
    pub fn lzma2(properties: &[u8], unpacked: u64, filter: Option<FilterConfig>) -> Result<Decoder, Failure> {
        let stated = match properties {
            [40, ..] => u64::from(u32::MAX),
            [bits @ 0..40, ..] => u64::from(2 | bits & 1) << (bits / 2 + 11),
            _ => return Err(Failure::Broken),
        };
        let window = Window::new(stated, unpacked);
        if filter.is_none() {
            return Ok(Decoder::new(Mending::new(window.bytes, window.is_less)));
        }
        let mut stream = Lzma2Stream::new(window.bytes);
        stream.set_filters(filter.as_slice()).map_err(|_| Failure::Foreign)?;
        Ok(Decoder::new(Fed::new(stream, window.is_less)))
    }
}

/// How much is held of what was unpacked.
struct Window {
    bytes: u32,
    /// It is less than the stream may look back. Few do: programs state what fits the size of what they pack.
    is_less: bool,
}

impl Window {
    fn new(stated: u64, unpacked: u64) -> Window {
        // Nothing looks back farther than to the beginning.
        let wanted = stated.min(unpacked);
        let most = limits::WINDOW_BYTES as u64;
        Window { bytes: wanted.min(most) as u32, is_less: wanted > most }
    }
}
