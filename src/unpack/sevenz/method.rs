//! How the files of a 7z archive are packed.

use lzma_rust2::FilterConfig;
use sevenz_rust2::{Block, Coder, EncoderMethod};

use super::lock::Lock;
use crate::detect::Coding;
use crate::unpack::decoder::{Decoder, Failure};

/// How a folder is packed.
pub enum Method {
    /// It can be unpacked.
    Known {
        /// A password is needed.
        lock: Option<Lock>,
        kind: Kind,
        /// What the method needs to know.
        properties: Vec<u8>,
        /// What is done to the bytes behind it.
        filter: Option<FilterConfig>,
        /// How many bytes it unpacks to.
        unpacked: u64,
    },
    /// In a way that is not read here: its name.
    Other(String),
}

/// The methods that are unpacked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Stored,
    Lzma,
    Lzma2,
    Deflate,
    Deflate64,
    Stream(Coding),
}

impl Kind {
    /// The coding of streams of which one may follow another.
    pub fn coding(self) -> Option<Coding> {
        match self {
            Kind::Stream(coding) => Some(coding),
            _ => None,
        }
    }
}

const KINDS: [(&[u8], Kind); 7] = [
    (EncoderMethod::ID_COPY, Kind::Stored),
    (EncoderMethod::ID_LZMA, Kind::Lzma),
    (EncoderMethod::ID_LZMA2, Kind::Lzma2),
    (EncoderMethod::ID_DEFLATE, Kind::Deflate),
    (EncoderMethod::ID_DEFLATE64, Kind::Deflate64),
    (EncoderMethod::ID_BZIP2, Kind::Stream(Coding::Bzip2)),
    (EncoderMethod::ID_ZSTD, Kind::Stream(Coding::Zstd)),
];

impl Method {
    /// That of a folder which takes so many packed streams.
    pub fn of(block: &Block, streams: usize) -> Method {
        // In the order in which they unpack.
        let coders: Vec<_> = block.ordered_coder_iter().map(|(_, coder)| coder).collect();
        let is_chain = streams == 1 && coders.len() == block.coders.len();
        let (lock, coders) = match coders.split_first() {
            Some((first, rest)) if first.encoder_method_id() == EncoderMethod::ID_AES256_SHA256 => {
                (Some(Lock::of(first.properties())), rest)
            }
            _ => (None, coders.as_slice()),
        };
        let known = match coders {
            [] if lock.is_some() => Some((&[][..], Kind::Stored, None)),
            [coder] => kind(coder).map(|kind| (coder.properties(), kind, None)),
            [coder, filter] => kind(coder).and_then(|kind| {
                let filters = matches!(kind, Kind::Lzma | Kind::Lzma2);
                let filter = filter_of(filter).filter(|_| filters)?;
                Some((coder.properties(), kind, Some(filter)))
            }),
            _ => None,
        };
        let is_lock_known = !matches!(lock, Some(None));
        match known.filter(|_| is_chain && is_lock_known) {
            Some((properties, kind, filter)) => {
                let (properties, unpacked) = (properties.to_vec(), block.get_unpack_size());
                Method::Known { lock: lock.flatten(), kind, properties, filter, unpacked }
            }
            None => Method::Other(names(block)),
        }
    }

    /// The decoder; none for what is stored as it is.
    ///
    /// # Errors
    /// Its properties are not valid, or more would have to be held than is.
    pub fn decoder(
        kind: Kind,
        properties: &[u8],
        filter: Option<FilterConfig>,
        unpacked: u64,
    ) -> Result<Option<Decoder>, Failure> {
        Ok(Some(match kind {
            Kind::Stored => return Ok(None),
            Kind::Lzma => Decoder::lzma(properties, unpacked, filter)?,
            Kind::Lzma2 => Decoder::lzma2(properties, unpacked, filter)?,
            Kind::Deflate => Decoder::deflate(),
            Kind::Deflate64 => Decoder::deflate64(),
            Kind::Stream(coding) => Decoder::of(coding),
        }))
    }
}

fn kind(coder: &Coder) -> Option<Kind> {
    KINDS.iter().find(|(id, _)| *id == coder.encoder_method_id()).map(|(_, kind)| *kind)
}

/// What turns the addresses in programs, or the differences of samples, back. 7-Zip takes such for what looks like one.
fn filter_of(coder: &Coder) -> Option<FilterConfig> {
    let properties = coder.properties();
    let start = properties.try_into().map_or(0, u32::from_le_bytes);
    Some(match coder.encoder_method_id() {
        EncoderMethod::ID_DELTA => {
            FilterConfig::new_delta(properties.first().map_or(1, |less| u32::from(*less) + 1))
        }
        EncoderMethod::ID_BCJ_X86 => FilterConfig::new_bcj_x86(start),
        EncoderMethod::ID_BCJ_ARM => FilterConfig::new_bcj_arm(start),
        EncoderMethod::ID_BCJ_ARM_THUMB => FilterConfig::new_bcj_arm_thumb(start),
        EncoderMethod::ID_BCJ_ARM64 => FilterConfig::new_bcj_arm64(start),
        EncoderMethod::ID_BCJ_PPC => FilterConfig::new_bcj_ppc(start),
        EncoderMethod::ID_BCJ_SPARC => FilterConfig::new_bcj_sparc(start),
        EncoderMethod::ID_BCJ_IA64 => FilterConfig::new_bcj_ia64(start),
        EncoderMethod::ID_BCJ_RISCV => FilterConfig::new_bcj_risc_v(start),
        _ => return None,
    })
}

/// The methods by name, as 7-Zip lists them; those that have none by number.
fn names(block: &Block) -> String {
    let name = |coder: &Coder| {
        let id = coder.encoder_method_id();
        let number = || id.iter().map(|byte| format!("{byte:02x}")).collect();
        EncoderMethod::by_id(id).map_or_else(number, |method| method.name().to_owned())
    };
    // A hostile one may name many.
    block.coders.iter().take(4).map(name).collect::<Vec<_>>().join(" ")
}
