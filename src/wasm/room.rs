//! Where the pieces of an input are put together before a reader takes them: browsers give 50 to 64 KB at a time,
//! and whatever a piece cuts (a chunk, an event, a line) would be copied once more and read the slow way.

use js_sys::Uint8Array;

use crate::intake::Want;
use crate::{context, scan};

/// Bytes that a reader takes at once: they fit a processor's cache.
const ROOM_BYTES: usize = 256 * 1024;

/// What takes the bytes of an input that it wants.
pub trait Reader {
    /// What is wanted.
    fn want(&self) -> Option<Want>;
    /// Takes bytes from the start of it.
    fn push(&mut self, bytes: &[u8]);
}

impl Reader for scan::Scan {
    fn want(&self) -> Option<Want> {
        self.want()
    }

    fn push(&mut self, bytes: &[u8]) {
        self.push(bytes);
    }
}

impl Reader for context::Pass {
    fn want(&self) -> Option<Want> {
        self.want()
    }

    fn push(&mut self, bytes: &[u8]) {
        self.push(bytes);
    }
}

/// A reader of an input, and bytes from the start of the wanted part that it has not taken.
pub struct Room<R> {
    reader: R,
    pieces: Pieces,
}

impl<R: Reader> Room<R> {
    /// That of a reader of an input of this size.
    pub fn new(reader: R, size: u64) -> Room<R> {
        Room { reader, pieces: Pieces { size, bytes: Vec::new(), filled: 0 } }
    }

    /// What is wanted behind the bytes that are here.
    pub fn want(&self) -> Option<Want> {
        let filled = self.pieces.filled as u64;
        let want = self.pieces.wanted(&self.reader);
        want.map(|Want { offset, length }| Want {
            offset: offset + filled,
            length: length.saturating_sub(filled),
        })
    }

    /// Takes a piece from behind the bytes that are here.
    pub fn push(&mut self, piece: &Uint8Array) {
        self.pieces.push(piece, &mut self.reader);
    }

    /// The reader as far as it has come. It may not have taken all that was pushed.
    pub fn seen(&self) -> &R {
        &self.reader
    }

    /// The reader, once it has taken what was pushed.
    pub fn reader(&mut self) -> &mut R {
        self.pieces.flush(&mut self.reader);
        &mut self.reader
    }

    /// The same, and nothing more is pushed.
    pub fn into_reader(mut self) -> R {
        self.pieces.flush(&mut self.reader);
        self.reader
    }
}

/// What is wanted of an input of this size.
pub fn within(want: Option<Want>, size: u64) -> Option<Want> {
    want.map(|Want { offset, length }| Want { offset, length: length.min(size.saturating_sub(offset)) })
}

/// Bytes from the start of the wanted part.
struct Pieces {
    /// Of the input.
    size: u64,
    bytes: Vec<u8>,
    filled: usize,
}

impl Pieces {
    fn wanted(&self, reader: &dyn Reader) -> Option<Want> {
        within(reader.want(), self.size)
    }

    /// Hands over what there is whenever the room is full or the wanted part is whole. A reader that then goes on elsewhere
    /// (a zip's directory is at its end) gets none of what is left of the piece.
    fn push(&mut self, piece: &Uint8Array, reader: &mut dyn Reader) {
        let (mut from, length) = (0, piece.length());
        let mut wanted = self.wanted(reader);
        while let Some(Want { offset, length: most }) = wanted.filter(|_| from < length) {
            let room = ROOM_BYTES.min(usize::try_from(most).unwrap_or(ROOM_BYTES));
            let count = (length - from).min(room.saturating_sub(self.filled) as u32);
            if count == 0 {
                return;
            }
            let part = if count == length { piece.clone() } else { piece.subarray(from, from + count) };
            self.bytes.resize(self.bytes.len().max(room), 0);
            let end = self.filled + count as usize;
            part.copy_to(&mut self.bytes[self.filled..end]);
            self.filled = end;
            from += count;
            if self.filled == room {
                self.flush(reader);
                wanted = self.wanted(reader).filter(|next| next.offset == offset + room as u64);
            }
        }
    }

    /// Hands over what there is.
    fn flush(&mut self, reader: &mut dyn Reader) {
        if self.filled > 0 {
            reader.push(&self.bytes[..std::mem::take(&mut self.filled)]);
        }
    }
}
