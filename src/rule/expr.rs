//! Boolean expressions over the fields of a process creation.

use crate::needle::Needle;
use crate::process::{Field, Process};

/// A condition.
#[derive(Debug)]
pub enum Expr {
    /// The whole value is equal, ASCII case-insensitive, as Splunk compares field values. No
    /// wildcards. Null equals nothing.
    Equals(Field, &'static str),
    /// All of them hold.
    And(&'static [Expr]),
    /// At least one holds.
    Or(&'static [Expr]),
    /// It does not hold.
    Not(&'static Expr),
}

/// One comparison of a rule, evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The comparison as the search writes it.
    pub text: String,
    /// The field compared.
    pub field: Field,
    /// Whether it holds.
    pub holds: bool,
}

impl Expr {
    /// Whether the process creation meets the condition.
    pub fn matches(&self, process: &Process<'_>) -> bool {
        match self {
            Expr::Equals(field, wanted) => {
                process.value(*field).text.is_some_and(|have| have.eq_ignore_ascii_case(wanted))
            }
            Expr::And(parts) => parts.iter().all(|part| part.matches(process)),
            Expr::Or(parts) => parts.iter().any(|part| part.matches(process)),
            Expr::Not(part) => !part.matches(process),
        }
    }

    /// A text that every match holds somewhere. None: nothing can be told from the text alone.
    pub fn needle(&self) -> Option<Needle> {
        match self {
            // `unknown` stands for what is not there.
            Expr::Equals(_, value) if value.eq_ignore_ascii_case("unknown") => None,
            Expr::Equals(field, value) => {
                Some(Needle::new(value, field.data_names()?)?.in_path(field.path_name()))
            }
            Expr::And(parts) => parts.iter().find_map(Expr::needle),
            Expr::Or(_) | Expr::Not(_) => None,
        }
    }

    /// Every comparison in it with its own result, left to right.
    pub fn explain(&self, process: &Process<'_>) -> Vec<Outcome> {
        match self {
            Expr::Equals(field, wanted) => vec![Outcome {
                text: format!("{} = {wanted:?}", field.name()),
                field: *field,
                holds: self.matches(process),
            }],
            Expr::And(parts) | Expr::Or(parts) => {
                parts.iter().flat_map(|part| part.explain(process)).collect()
            }
            Expr::Not(part) => part.explain(process),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;

    fn parent(image: &str) -> Event {
        let mut event = Event::default();
        event.data.push("ParentImage", image);
        event
    }

    const WMI: Expr = Expr::Equals(Field::ParentProcessName, "WmiPrvSE.exe");

    #[test]
    fn equality_is_whole_and_ignores_ascii_case() {
        let matches = |image: &str| WMI.matches(&Process::of(&parent(image)));
        assert!(matches(r"C:\Windows\System32\wbem\WmiPrvSE.exe"));
        assert!(matches("WMIPRVSE.EXE"));
        for other in ["xWmiPrvSE.exe", "WmiPrvSE.exe.bak", "WmiPrvSE", "WmiPrvSE.exe ", "WmıPrvSE.exe", ""] {
            assert!(!matches(other), "{other}");
        }
    }

    #[test]
    fn connectives() {
        let event = parent("WmiPrvSE.exe");
        let process = Process::of(&event);
        const OTHER: Expr = Expr::Equals(Field::ProcessGuid, "x");
        assert!(Expr::Or(&[OTHER, WMI]).matches(&process));
        assert!(!Expr::And(&[OTHER, WMI]).matches(&process));
        assert!(Expr::Not(&OTHER).matches(&process), "null equals nothing");
        let holds: Vec<_> = Expr::And(&[OTHER, WMI]).explain(&process).iter().map(|o| o.holds).collect();
        assert_eq!(holds, [false, true]);
    }
}
