//! A rule in the languages of other products, each with what it says differently.
//!
//! All of them are printed from the rule's data. None is the search itself: what a form can't say
//! stands in its notes, and `docs/rule-forms.md` compares them.

use serde::Serialize;

use super::{Rule, eql, kql, sigma, spl};

/// The rule in one language.
#[derive(Debug, Serialize)]
pub struct Form {
    /// Its name on the command line.
    pub id: &'static str,
    /// The language and where it runs.
    pub name: &'static str,
    /// The text.
    pub text: String,
    /// What it says differently, one sentence each.
    pub notes: &'static [&'static str],
}

/// All forms. The first one is the rule as it was published.
pub fn forms(rule: &Rule) -> Vec<Form> {
    vec![
        Form { id: "spl", name: "SPL, Splunk", text: spl::spl(rule), notes: spl::NOTES },
        Form { id: "sigma", name: "Sigma", text: sigma::sigma(rule), notes: sigma::NOTES },
        Form {
            id: "kql_defender",
            name: "KQL, Microsoft Defender XDR",
            text: kql::defender(rule),
            notes: kql::DEFENDER_NOTES,
        },
        Form {
            id: "kql_sentinel",
            name: "KQL, Microsoft Sentinel with Sysmon",
            text: kql::sentinel(rule),
            notes: kql::SENTINEL_NOTES,
        },
        Form { id: "eql", name: "EQL, Elastic Security", text: eql::eql(rule), notes: eql::EQL_NOTES },
        Form { id: "esql", name: "ES|QL, Elasticsearch", text: eql::esql(rule), notes: eql::ESQL_NOTES },
    ]
}

/// Names in the order of a by-clause, joined as lines of a list.
pub(super) fn list(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join(",\n    ")
}

/// The condition written with the language's own words; `equals` writes a comparison.
pub(super) fn condition(
    expr: &super::Expr,
    [and, or, not]: [&str; 3],
    equals: &dyn Fn(crate::process::Field, &str) -> String,
) -> String {
    use super::Expr;
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
