//! Where a piece of evidence lies: which input, which archive member, which bytes.

use serde::{Deserialize, Serialize};

/// A member of an archive, or the content of a gzip file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MemberId {
    /// Order in the archive. A member of a nested archive counts within its outer member:
    /// `(outer + 1) << 32 | inner`, up to four deep.
    pub ordinal: u128,
    /// The name as the archive gives it, nested names joined with `/`.
    pub name: String,
}

/// The bytes one record was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Span {
    /// Byte offset in the input, or in the unpacked member.
    pub offset: u64,
    /// Length in bytes.
    pub length: u64,
    /// Which event of the record, where one record holds several (a JSON wrapper object).
    pub nth: u32,
    /// The span alone gives the event again, without reading what comes before it.
    pub direct: bool,
}

/// Where one event was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Locator {
    /// The member's `ordinal`, or none when the event lies in the input itself.
    pub member: Option<u128>,
    /// The bytes.
    pub span: Span,
    /// `System/EventRecordID` of the event.
    pub record_id: Option<u64>,
}
