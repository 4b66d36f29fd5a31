//! IPv6 addresses in a text.

use std::net::Ipv6Addr;
use std::ops::RangeInclusive;

/// An address has three parts between colons at least, as `fe80::` has, and nine at most, as `::2:3:4:5:6:7:8`.
const PARTS: RangeInclusive<usize> = 3..=9;

/// The text with `[:]` for the colons of IPv6 addresses.
pub fn bracketed(text: &str) -> String {
    let is_apart = |c: char| !c.is_alphanumeric() && !matches!(c, ':' | '.' | '_');
    let mut out = String::with_capacity(text.len() + 16);
    for piece in text.split_inclusive(is_apart) {
        let word = piece.trim_end_matches(is_apart);
        let is_host = out.ends_with("://[") || out.ends_with("@[");
        match word.matches(':').count() {
            0 | 1 => out += word,
            _ => out += &of_word(word, is_host),
        }
        out += &piece[word.len()..];
    }
    out
}

/// A word that is an address, holds one behind a name (`server:fe80::1`), or is something else.
fn of_word(word: &str, is_host: bool) -> String {
    // A sentence may end behind it.
    let address = word.trim_end_matches('.');
    let parts: Vec<_> = address.split(':').collect();
    let mut out = String::new();
    // The part that comes next, and up to where the colons belong to an address.
    let (mut at, mut until) = (0, 0);
    while at < parts.len() {
        out += parts[at];
        // Its last part may begin another one.
        let longest = parts.len().min(at + PARTS.end());
        let found = (at + PARTS.start()..=longest).rev().find(|to| is_address(&parts[at..*to], is_host));
        until = until.max(found.unwrap_or_default());
        at += 1;
        if at < parts.len() {
            out += if at < until { "[:]" } else { ":" };
        }
    }
    out + &word[address.len()..]
}

/// `is_host`: it can't be anything else than an address, whichever. Before and behind it may be a name.
fn is_address(parts: &[&str], is_host: bool) -> bool {
    let text = parts.join(":");
    let first = text.find(':').unwrap_or_default();
    let text = &text[text[..first].rfind('.').map_or(0, |dot| dot + 1)..];
    let alone = text.find('.').map_or(text, |dot| &text[..dot]);
    let counts = |address: Ipv6Addr| is_host || is_in_use(address);
    text.parse().is_ok_and(|address| text.contains('.') || counts(address)) || alone.parse().is_ok_and(counts)
}

/// Whether it belongs to what is given out or has a meaning. So `a::b`, `]::Add(` and the addresses of
/// network cards are none.
fn is_in_use(address: Ipv6Addr) -> bool {
    let first = address.segments()[0];
    let is_global = first & 0xe000 == 0x2000;
    let is_translated = address.segments()[..2] == [0x64, 0xff9b];
    is_global
        || is_translated
        || address.is_loopback()
        || address.is_unique_local()
        || address.is_unicast_link_local()
        || address.is_multicast()
        || address.to_ipv4_mapped().is_some()
}
