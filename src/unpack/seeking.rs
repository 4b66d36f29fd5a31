//! Archives whose directory tells where to read: zip and 7z.

use crate::part::Part;
use crate::passwords::Passwords;
use crate::source::Sink;

/// Reads an archive whose bytes are fetched from any place.
pub trait Seeking {
    /// The next bytes to fetch: offset and how many at the most. None: all is read.
    fn want(&self) -> Option<(u64, u64)>;

    /// Takes bytes from the start of the wanted part.
    fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink);

    /// No more bytes come, though some are wanted.
    fn finish(&mut self, sink: &mut dyn Sink);

    /// With what it is tried if it is encrypted, before any bytes of it are pushed.
    fn set_passwords(&mut self, passwords: &Passwords);

    /// The part of the archive that is read.
    fn part(&self) -> Part {
        Part::WHOLE
    }
}
