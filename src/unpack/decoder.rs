//! What was packed, unpacked: one stream, fed in pieces.

mod fed;
mod lzma;
mod lzma2;
mod zstd;

use bzip2::Decompress as Bunzip;
use deflate64::InflaterManaged as Inflate64;
use flate2::{Decompress as Inflate, FlushDecompress};

use self::zstd::Zstd;
use crate::detect::Coding;
use crate::problem::Code;

/// Bytes that are unpacked before they are passed on.
const OUT_BYTES: usize = 256 * 1024;
/// The window of deflate, as a power of two: gzip allows the largest.
const WINDOW_BITS: u8 = 15;

/// Why a stream can't be read on. What the decoder itself says of the same damage depends on how the
/// bytes came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// It is damaged.
    Broken,
    /// It looks back farther than [`WINDOW_BYTES`](crate::limits::WINDOW_BYTES).
    TooLarge,
    /// It is damaged, or looks back so far, which it may by what it states.
    Bounded,
    /// It needs what is not known here.
    Foreign,
    /// It ends with a list of other blocks than were unpacked.
    Index,
}

impl Failure {
    /// The reason in words.
    pub fn reason(self) -> &'static str {
        match self {
            Failure::Broken => "the compressed data or its checksum is not valid",
            Failure::TooLarge => "it looks back farther than the 128 MiB that are held here",
            Failure::Bounded => {
                "the compressed data is not valid, or it looks back farther than the 128 MiB that are held here"
            }
            Failure::Foreign => "it uses a filter, a checksum or a dictionary that is not known here",
            Failure::Index => "its index lists other blocks than were unpacked",
        }
    }

    /// What is to be said of what was unpacked before: a decoder need not notice at once that it unpacks what is damaged.
    pub fn doubt(self) -> &'static str {
        match self {
            Failure::Broken | Failure::Bounded => ", though some of it may be wrong",
            Failure::TooLarge | Failure::Foreign | Failure::Index => "",
        }
    }

    /// The kind of problem that it is.
    pub fn code(self) -> Code {
        match self {
            Failure::Broken | Failure::Bounded | Failure::Index => Code::DamagedArchive,
            Failure::TooLarge | Failure::Foreign => Code::UnsupportedPacking,
        }
    }
}

/// A decoder of one stream.
pub struct Decoder {
    state: Box<dyn Decode>,
    out: Vec<u8>,
    /// Bytes that it took so far.
    taken: u64,
}

/// How far a push came.
pub enum Progress {
    /// All input was taken, and the stream goes on.
    More,
    /// The stream ended after this many bytes of the input.
    End(usize),
}

/// What a decoder did with a piece of input and an output buffer.
struct Step {
    /// Bytes of the input that it took.
    used: usize,
    /// Bytes of the output that it made, also before an error.
    made: usize,
    /// Whether the stream is over, or why it can't be read on.
    ended: Result<bool, Failure>,
}

/// One kind of decoder.
trait Decode {
    fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Step;

    /// What is held back until the stream goes on, when it doesn't. Returns how many bytes were made; 0: no more.
    fn rest(&mut self, _out: &mut [u8]) -> usize {
        0
    }

    /// Whether what was made last are zeros in place of what can't be unpacked.
    fn stands_in(&self) -> bool {
        false
    }

    /// Whether what stands here can't be unpacked, and is passed over.
    fn is_lost(&self) -> bool {
        false
    }
}

impl Decoder {
    /// A stream that stands by itself in a file; its checksum is verified.
    pub fn of(coding: Coding) -> Decoder {
        match coding {
            Coding::Gzip => Decoder::new(Inflate::new_gzip(WINDOW_BITS)),
            Coding::Bzip2 => Decoder::new(Bunzip::new(false)),
            Coding::Xz => Decoder::xz(),
            Coding::Zstd => Decoder::new(Zstd::default()),
        }
    }

    /// Deflate without a frame, as zip holds it.
    pub fn deflate() -> Decoder {
        Decoder::new(Inflate::new(false))
    }

    /// Deflate64, with a window of 64 KiB and long copies, as Windows packs large files in zips (APPNOTE 4.4.5, method 9).
    pub fn deflate64() -> Decoder {
        Decoder::new(Inflate64::new())
    }

    fn new(state: impl Decode + 'static) -> Decoder {
        Decoder { state: Box::new(state), out: vec![0; OUT_BYTES], taken: 0 }
    }

    /// Unpacks `input` and hands the output over in pieces. What was unpacked before an error is handed over too.
    ///
    /// # Errors
    /// The reason why the data can't be read on.
    pub fn push(&mut self, input: &[u8], mut take: impl FnMut(&[u8])) -> Result<Progress, Failure> {
        self.push_marked(input, |out, _| take(out))
    }

    /// The same; it is said of each piece whether it is zeros in place of what can't be unpacked.
    ///
    /// # Errors
    /// The reason why the data can't be read on.
    pub fn push_marked(
        &mut self,
        input: &[u8],
        mut take: impl FnMut(&[u8], bool),
    ) -> Result<Progress, Failure> {
        let mut used = 0;
        loop {
            let step = self.state.decode(&input[used..], &mut self.out);
            used += step.used;
            self.taken += step.used as u64;
            if step.made > 0 {
                take(&self.out[..step.made], self.state.stands_in());
            }
            match step.ended {
                Err(failure) => {
                    self.stop(|out| take(out, false));
                    return Err(failure);
                }
                Ok(true) => return Ok(Progress::End(used)),
                // A full output buffer may hide more output behind it.
                Ok(false) if step.made == self.out.len() => {}
                Ok(false) if used == input.len() => return Ok(Progress::More),
                Ok(false) if step.made == 0 && step.used == 0 => return Err(Failure::Broken),
                Ok(false) => {}
            }
        }
    }

    /// Whether what stands here can't be unpacked, and is passed over.
    pub fn is_lost(&self) -> bool {
        self.state.is_lost()
    }

    /// How many bytes it took so far: where it broke, what it could not read stands behind them.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// Hands over what is held back of a stream that does not go on.
    pub fn stop(&mut self, mut take: impl FnMut(&[u8])) {
        loop {
            match self.state.rest(&mut self.out) {
                0 => return,
                made => take(&self.out[..made]),
            }
        }
    }
}

impl Decode for Inflate {
    fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        let (before_in, before_out) = (self.total_in(), self.total_out());
        let status = self.decompress(input, out, FlushDecompress::None);
        Step {
            used: (self.total_in() - before_in) as usize,
            made: (self.total_out() - before_out) as usize,
            ended: status.map(|status| status == flate2::Status::StreamEnd).map_err(|_| Failure::Broken),
        }
    }
}

impl Decode for Inflate64 {
    /// Byte by byte: of more it reads up to three bytes too far, by where a piece ends, and does not say so. Only with the
    /// last byte of its stream it has what it needs to end.
    fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        let mut step = Step { used: 0, made: 0, ended: Ok(false) };
        loop {
            let next = step.used.min(input.len())..(step.used + 1).min(input.len());
            let result = self.inflate(&input[next], &mut out[step.made..]);
            step.used += result.bytes_consumed;
            step.made += result.bytes_written;
            step.ended = if result.data_error { Err(Failure::Broken) } else { Ok(self.finished()) };
            if step.ended != Ok(false) || step.made == out.len() || step.used == input.len() {
                return step;
            }
        }
    }

    fn rest(&mut self, out: &mut [u8]) -> usize {
        self.inflate(&[], out).bytes_written
    }
}

impl Decode for Bunzip {
    fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        let (before_in, before_out) = (self.total_in(), self.total_out());
        let status = self.decompress(input, out);
        Step {
            used: (self.total_in() - before_in) as usize,
            made: (self.total_out() - before_out) as usize,
            ended: match status {
                Ok(bzip2::Status::StreamEnd) => Ok(true),
                Ok(bzip2::Status::MemNeeded) | Err(_) => Err(Failure::Broken),
                Ok(_) => Ok(false),
            },
        }
    }
}
