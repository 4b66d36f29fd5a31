//! The report as JSON: exact, in UTC, with the log's precision.

use crate::report::{Made, Report};
use crate::session::Session;

/// The result of a session as it stands, pretty-printed and with a final line break.
///
/// # Errors
/// Never for a report, whose types all have a JSON form; the error is passed on all the same.
pub fn json(session: &Session, made: &Made) -> Result<String, serde_json::Error> {
    let report = Report::of(session).made(made).with_evidence(session);
    serde_json::to_string_pretty(&report).map(|text| text + "\n")
}
