//! What the forms of a rule have in common: its condition in a language's own words, lists, the fill of missing values.

use super::Expr;
use crate::process::Field;

/// Names in the order of a by-clause, joined as lines of a list.
pub(super) fn list(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join(",\n    ")
}

/// The condition written with the language's own words; `equals` writes a comparison.
pub(super) fn condition(
    expr: &Expr,
    [and, or, not]: [&str; 3],
    equals: &dyn Fn(Field, &str) -> String,
) -> String {
    let joined = |parts: &[Expr], word: &str| {
        let parts: Vec<_> = parts.iter().map(|part| condition(part, [and, or, not], equals)).collect();
        format!("({})", parts.join(&format!(" {word} ")))
    };
    match expr {
        Expr::Equals(field, value) => equals(*field, value),
        Expr::And(parts) => joined(parts, and),
        Expr::Or(parts) => joined(parts, or),
        Expr::Not(part) => format!("{not}({})", condition(part, [and, or, not], equals)),
    }
}

/// What stands where a value is missing: the data model's own, else that of `fillnull_value`.
pub(super) fn fill(field: Field) -> &'static str {
    match field {
        Field::ProcessId | Field::ParentProcessId => "null",
        _ => "unknown",
    }
}
