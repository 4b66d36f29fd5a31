//! A rule in the languages of other products, each with what it says differently.
//!
//! All of them are printed from the rule's data. None is the search itself: what a form can't say
//! stands in its notes, and `docs/rule-forms.md` compares them.

use serde::Serialize;

use super::{Rule, eql, kql, sigma, spl};

/// The rule in one language.
#[derive(Debug, Clone, Serialize)]
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
