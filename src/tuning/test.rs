//! One comparison of a tuning.

use serde::Serialize;

use crate::fold::{self, Part, Wildcard};
use crate::group::{Column, Values};

/// How a value is compared; never with regard to ASCII case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// The whole value is equal.
    Equals,
    /// It stands somewhere in it.
    Contains,
    /// The value begins with it.
    Begins,
    /// The value ends with it.
    Ends,
    /// The whole value fits, where `*` stands for any text.
    Wildcard,
}

impl Operator {
    /// All of them.
    pub const ALL: &[Operator] =
        &[Operator::Equals, Operator::Contains, Operator::Begins, Operator::Ends, Operator::Wildcard];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Operator::Equals => "equals",
            Operator::Contains => "contains",
            Operator::Begins => "begins",
            Operator::Ends => "ends",
            Operator::Wildcard => "wildcard",
        }
    }
}

/// A comparison, made ready.
#[derive(Debug, Clone)]
pub struct Test {
    /// What is compared.
    pub column: Column,
    /// How.
    pub operator: Operator,
    /// With what.
    pub value: String,
    ready: Ready,
}

#[derive(Debug, Clone)]
enum Ready {
    Plain,
    Contains(Box<Part>),
    Wildcard(Wildcard),
}

impl Test {
    /// Makes a comparison ready.
    pub fn new(column: Column, operator: Operator, value: &str) -> Test {
        let ready = match operator {
            Operator::Contains => Ready::Contains(Box::new(Part::new(value))),
            Operator::Wildcard => Ready::Wildcard(Wildcard::new(value)),
            Operator::Equals | Operator::Begins | Operator::Ends => Ready::Plain,
        };
        Test { column, operator, value: value.to_owned(), ready }
    }

    /// Whether it holds. A value that is not there equals nothing.
    pub fn holds(&self, values: Values<'_>) -> bool {
        let Some(text) = values.get(self.column) else { return false };
        match (&self.ready, self.operator) {
            (Ready::Contains(part), _) => part.is_in(text),
            (Ready::Wildcard(wildcard), _) => wildcard.fits(text),
            (Ready::Plain, Operator::Begins) => fold::begins(text, &self.value),
            (Ready::Plain, Operator::Ends) => fold::ends(text, &self.value),
            (Ready::Plain, _) => text.eq_ignore_ascii_case(&self.value),
        }
    }
}

/// `process_name equals "x.exe"`
impl std::fmt::Display for Test {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} \"{}\"", self.column.name(), self.operator.name(), self.value)
    }
}
