//! Splunk's detection "Process Execution via WMI" over Sysmon logs, without Splunk.
//!
//! Bytes flow one way, and each module is named after what comes out of it:
//!
//! ```text
//! bytes -> detect -> unpack -> text -> source -> event -> process -> rule -> group -> report -> view
//! ```
//!
//! - [`detect`]: the first bytes of a file decide its [`Format`](detect::Format); its name never does.
//! - [`intake`]: one input, from the bytes that the face feeds to the events in it. It opens the
//!   layers ([`unpack`]: gzip, zip, tar) and hands the innermost bytes to a reader in [`source`].
//! - [`event`]: one log event as it was logged; [`process`]: the same as a record of Splunk's CIM
//!   data model `Endpoint.Processes`.
//! - [`rule`]: the detection as data, and the engine that evaluates it.
//! - [`group`]: the by-clause; [`tuning`]: what a site hides of its rows, counted; [`hints`]: remarks
//!   on them that are no part of the rule.
//! - [`scan`]: one input's [`Findings`](findings::Findings); [`session`]: the findings of all
//!   inputs, merged in any order; [`recall`]: one match read again, with the evidence for it;
//!   [`context`]: what else the inputs hold about a match.
//! - [`volumes`]: which files are pieces of one; [`passwords`]: with what encrypted archives are tried.
//! - [`report`], [`export`], [`view`]: what the command line and the page print.
//!
//! The core does no I/O and has no clock. A face asks a [`Scan`](scan::Scan) which bytes it wants
//! and feeds them in pieces of any size. Two faces stand on it: `src/main.rs` (command line) and
//! `src/wasm.rs` (browser).
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod context;
pub mod detect;
pub mod event;
pub mod export;
pub mod findings;
pub mod fold;
pub mod group;
pub mod hash;
pub mod hints;
pub mod ids;
pub mod intake;
pub mod keep;
pub mod limits;
pub mod locator;
mod message;
pub mod needle;
pub mod order;
pub mod part;
pub mod passwords;
pub mod problem;
pub mod process;
pub mod recall;
pub mod report;
pub mod rule;
pub mod scan;
pub mod session;
mod sets;
pub mod source;
pub mod text;
pub mod time;
pub mod tuning;
pub mod unpack;
pub mod view;
pub mod visible;
pub mod volumes;

#[cfg(target_arch = "wasm32")]
mod wasm;
