//! Passwords with which encrypted archives are tried.

use std::sync::Arc;

/// Passwords, in the order in which they are tried. What they are is shown nowhere.
#[derive(Clone, Default)]
pub struct Passwords(Arc<[String]>);

impl Passwords {
    /// One on each line. Blanks belong to a password; a line without anything is none.
    pub fn of_lines(text: &str) -> Passwords {
        Passwords(text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}
