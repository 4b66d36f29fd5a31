//! Where a value stands in a message that Windows rendered.

use crate::source::Form;

/// Byte range of a value in a rendered message: a line with its name and nothing else but the value.
#[inline(never)]
pub(super) fn in_message(raw: &str, form: Form, name: &str, written: &str) -> Option<(usize, usize)> {
    let line_ends: &[&str] = if form == Form::Json { &["\\r", "\\n"] } else { &["\r", "\n"] };
    let line = format!("{}{name}: {written}", line_ends[1]);
    // A command line may hold such a line of a field behind it, so the last one counts.
    let mut ends = raw.rmatch_indices(&line).map(|(at, line)| at + line.len());
    let end = ends.find(|end| {
        let rest = &raw[*end..];
        rest.is_empty() || rest.starts_with(['"', '<']) || line_ends.iter().any(|end| rest.starts_with(end))
    })?;
    Some((end - written.len(), end))
}
