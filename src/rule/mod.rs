//! Detection rules as data, and the engine that evaluates them.

mod eql;
mod expr;
mod forms;
mod kql;
mod sigma;
mod spl;
pub mod wmi;
mod words;

pub use expr::{Expr, Outcome};
pub use forms::{Form, forms};
pub use spl::spl;

use crate::process::Field;

/// A detection over `Endpoint.Processes`: a filter, a by-clause, and what is known about it.
/// The printed search and the evaluation both read this one value.
#[derive(Debug)]
pub struct Rule {
    /// The rule's id in Splunk's security content.
    pub id: &'static str,
    /// The id of its Sigma form, which is a rule of its own.
    pub sigma_id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: u32,
    /// Date of the version, ISO 8601.
    pub date: &'static str,
    /// Its authors.
    pub author: &'static str,
    /// Kind of detection, such as `TTP`.
    pub kind: &'static str,
    /// What it finds and what to do with a hit.
    pub description: &'static str,
    /// The `where` clause.
    pub filter: Expr,
    /// The `by` clause: the key of a group, in this order.
    pub key: &'static [Field],
    /// The macro where a site keeps its own exclusions.
    pub filter_macro: &'static str,
    /// MITRE ATT&CK technique: id and name.
    pub technique: (&'static str, &'static str),
    /// ATT&CK tactic.
    pub tactic: &'static str,
    /// Phase of the cyber kill chain.
    pub kill_chain_phase: &'static str,
    /// Risk-based alerting: impact, in percent.
    pub impact: u32,
    /// Risk-based alerting: confidence, in percent.
    pub confidence: u32,
    /// Analytic story.
    pub story: &'static str,
    /// Fields that the search needs.
    pub required_fields: &'static [&'static str],
    /// Known false positives.
    pub known_false_positives: &'static str,
    /// The attack data that the rule was tested with.
    pub data_set: &'static str,
    /// Splunk products that it is made for.
    pub products: &'static [&'static str],
    /// What the rule can't tell, and where to look instead: one sentence each.
    pub limits: &'static [&'static str],
}

impl Rule {
    /// Risk score: impact x confidence / 100.
    pub fn risk_score(&self) -> u32 {
        self.impact * self.confidence / 100
    }
}
