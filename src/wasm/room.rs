//! Where the pieces of an input are put together before a reader takes them: browsers give 50 to 64 KB at a time,
//! and whatever a piece cuts (a chunk, an event, a line) would be copied once more and read the slow way.

use js_sys::Uint8Array;

use crate::intake::Want;

/// Bytes that a reader takes at once: they fit a processor's cache.
const ROOM_BYTES: usize = 256 * 1024;

/// Bytes from the start of the wanted part that no reader has taken.
#[derive(Default)]
pub struct Room {
    bytes: Vec<u8>,
    filled: usize,
}

impl Room {
    /// What is wanted behind the bytes that are here.
    pub fn want(&self, want: Option<Want>) -> Option<Want> {
        let filled = self.filled as u64;
        want.map(|Want { offset, length }| Want { offset: offset + filled, length: length - filled })
    }

    /// Takes a piece from behind the bytes that are here, and hands over what there is whenever the room is full or the
    /// wanted part is whole. `take` says what is wanted then: a reader that goes on elsewhere (a zip's directory is at its
    /// end) gets none of what is left of the piece.
    pub fn push(
        &mut self,
        piece: &Uint8Array,
        mut wanted: Option<Want>,
        mut take: impl FnMut(&[u8]) -> Option<Want>,
    ) {
        let (mut from, length) = (0, piece.length());
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
                self.flush(|bytes| wanted = take(bytes));
                wanted = wanted.filter(|next| next.offset == offset + room as u64);
            }
        }
    }

    /// Hands over what there is.
    pub fn flush(&mut self, take: impl FnOnce(&[u8])) {
        if self.filled > 0 {
            take(&self.bytes[..std::mem::take(&mut self.filled)]);
        }
    }
}
