//! The report as JSON: exact, in UTC, with the log's precision.

use crate::report::Report;

/// Pretty-printed JSON with a final line break.
///
/// # Errors
/// Never for a report, whose types all have a JSON form; the error is passed on all the same.
pub fn json(report: &Report<'_>) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(report).map(|text| text + "\n")
}
