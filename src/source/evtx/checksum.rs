//! The CRC32 values of a chunk: one of its header, one of its records.
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 48 | 4 | where the free space begins: the records end there |
//! | 52 | 4 | CRC32 of the records, from offset 512 on |
//! | 120 | 4 | flags; 4: the chunk has no checksums |
//! | 124 | 4 | CRC32 of the header's bytes 0 to 120 and 128 to 512 |

use crc32fast::Hasher;

use super::template::u32_at;

/// The flag that says that there are no checksums.
const NO_CRC32: u32 = 4;

/// Where no instruction multiplies without carry, as in WebAssembly, tables are the usual way to a
/// CRC32, and would take half of the time of a scan.
const NO_CARRYLESS_MULTIPLY: bool = cfg!(target_family = "wasm");

/// Verifies chunks.
#[derive(Debug, Default)]
pub struct Checksum {
    folded: Vec<u8>,
}

/// What the checksums of a chunk say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Its header and its records up to the stated end are as they were written.
    Right,
    Wrong,
    /// It has none.
    Nothing,
}

impl Checksum {
    /// Whether the checksums of a chunk match its content.
    pub fn of(&mut self, chunk: &[u8]) -> Verdict {
        let flags = u32_at(chunk, 120).unwrap_or_default();
        match self.matches(chunk) {
            _ if flags & NO_CRC32 != 0 => Verdict::Nothing,
            Some(true) => Verdict::Right,
            _ => Verdict::Wrong,
        }
    }

    fn matches(&mut self, chunk: &[u8]) -> Option<bool> {
        let records = chunk.get(512..u32_at(chunk, 48)? as usize)?;
        let records = if NO_CARRYLESS_MULTIPLY { self.folding(records) } else { crc(!0, &[records]) };
        let header = crc(!0, &[chunk.get(..120)?, chunk.get(128..512)?]);
        Some(header == u32_at(chunk, 124)? && records == u32_at(chunk, 52)?)
    }

    /// CRC32 by exclusive-or alone, but for the last few hundred bytes.
    ///
    /// The polynomial x^24048 + x^22928 + x^17720 + 1 is a multiple of the CRC's, so a byte can be
    /// moved 140, 791 and 3006 bytes further, in three copies, and the remainder stays the same.
    /// All exponents are multiples of 8 and no move is shorter than a block, which makes this plain
    /// arithmetic on vectors. (Sparse multiples for CRC32: Russell, "Chorba", arXiv 2412.16398.)
    fn folding(&mut self, bytes: &[u8]) -> u32 {
        let Some(moved) = bytes.len().checked_sub(MOVES[2]).filter(|moved| *moved >= BLOCK) else {
            return crc(!0, &[bytes]);
        };
        self.folded.resize(MOVES[2] + STRETCH + MOVES[2], 0);
        self.folded[..MOVES[2]].fill(0);
        // A CRC32 begins with all bits set, which is the same as the first four bytes inverted: only those get
        // what stands so far before them.
        self.folded[..4].fill(0xff);
        let mut last = 0;
        for stretch in bytes[..moved].chunks(STRETCH) {
            self.folded.copy_within(last..last + MOVES[2], 0);
            fold_stretch(&mut self.folded, stretch);
            last = stretch.len();
        }
        // Nothing is moved onto the rest by itself.
        self.folded[MOVES[2] + last..][..MOVES[2]].fill(0);
        let mut rest = [0; MOVES[2]];
        for (at, byte) in rest.iter_mut().enumerate() {
            *byte = bytes[moved + at] ^ moved_onto(&self.folded, last + at);
        }
        crc(0, &[fold_rest(&mut rest)])
    }
}

/// How far a byte is moved.
const MOVES: [usize; 3] = [140, 791, 3006];
/// How far a byte of the rest is moved, by another multiple of the polynomial: x^2400 + x^1240 + x^936 + x^712 + 1.
const MOVES_OF_REST: [usize; 4] = [145, 183, 211, 300];
/// Bytes that are folded at once.
const BLOCK: usize = 128;

/// Bytes that are folded before the last of them move to the front: they stay in the nearest cache.
const STRETCH: usize = 64 * BLOCK;

/// What was moved onto the byte at `at`. `folded` begins [`MOVES`]`[2]` bytes before the first byte.
fn moved_onto(folded: &[u8], at: usize) -> u8 {
    MOVES.iter().fold(0, |byte, far| byte ^ folded[MOVES[2] + at - far])
}

/// Folds bytes, behind those that stand at the front of `folded`.
fn fold_stretch(folded: &mut [u8], bytes: &[u8]) {
    let whole = bytes.len() / BLOCK * BLOCK;
    for at in (0..whole).step_by(BLOCK) {
        fold_block(folded, bytes, at);
    }
    for at in whole..bytes.len() {
        folded[MOVES[2] + at] = bytes[at] ^ moved_onto(folded, at);
    }
}

/// The same for one block.
fn fold_block(folded: &mut [u8], bytes: &[u8], at: usize) {
    let (done, open) = folded.split_at_mut(MOVES[2] + at);
    let [a, b, c] = MOVES.map(|far| block(done, MOVES[2] + at - far));
    let bytes = block(bytes, at);
    let (out, _) = open.split_at_mut(BLOCK);
    for (k, out) in out.iter_mut().enumerate() {
        *out = bytes[k] ^ a[k] ^ b[k] ^ c[k];
    }
}

/// Folds the rest in place, and gives what is left of it.
fn fold_rest(rest: &mut [u8; MOVES[2]]) -> &[u8] {
    const FOLDED: usize = (MOVES[2] - MOVES_OF_REST[3]) / BLOCK * BLOCK;
    for at in (0..FOLDED).step_by(BLOCK) {
        let (done, open) = rest.split_at_mut(at + BLOCK);
        let from = block(done, at);
        for far in MOVES_OF_REST {
            for (to, byte) in open[far - BLOCK..].iter_mut().zip(from) {
                *to ^= byte;
            }
        }
    }
    &rest[FOLDED..]
}

fn block(bytes: &[u8], at: usize) -> &[u8; BLOCK] {
    match bytes[at..].first_chunk() {
        Some(block) => block,
        None => unreachable!("blocks are cut where there are enough bytes"),
    }
}

/// CRC32 of some bytes, with a register that begins with `register`.
fn crc(register: u32, parts: &[&[u8]]) -> u32 {
    let mut crc = Hasher::new_with_initial(!register);
    parts.iter().for_each(|part| crc.update(part));
    crc.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn folding_gives_the_same_crc(bytes in proptest::collection::vec(any::<u8>(), 0..9000)) {
            prop_assert_eq!(Checksum::default().folding(&bytes), crc32fast::hash(&bytes));
        }
    }

    #[test]
    fn folding_gives_the_same_crc_at_every_edge() {
        let bytes: Vec<u8> = (0..70_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let mut checksum = Checksum::default();
        for length in (3000..3300).chain([65_024, 70_000, 0, 1, 4]) {
            assert_eq!(checksum.folding(&bytes[..length]), crc32fast::hash(&bytes[..length]), "{length}");
        }
    }
}
