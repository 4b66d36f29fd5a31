//! Passwords with which encrypted archives are tried.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::limits;

/// Passwords, in the order in which they are tried. What they are is shown nowhere.
#[derive(Clone, Default)]
pub struct Passwords(Arc<Shared>);

#[derive(Default)]
struct Shared {
    all: Vec<String>,
    /// The one that opened something last comes first: most archives have one.
    first: AtomicUsize,
    /// Rounds of hashing that were done for them, with one input or one part of it.
    rounds: AtomicU64,
}

impl Passwords {
    /// One on each line. Blanks belong to a password; a line without anything is none.
    pub fn of_lines(text: &str) -> Passwords {
        let all = text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
        Passwords(Arc::new(Shared { all, ..Shared::default() }))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.all.is_empty()
    }

    /// Each of them with its number.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &str)> {
        let first = self.0.first.load(Ordering::Relaxed);
        let others = (0..self.0.all.len()).filter(move |at| *at != first);
        [first].into_iter().chain(others).filter_map(|at| Some((at, self.0.all.get(at)?.as_str())))
    }

    /// The one of this number opened something.
    pub fn prefer(&self, number: usize) {
        self.0.first.store(number, Ordering::Relaxed);
    }

    /// Whether so many rounds of hashing may be done for one of them: an archive may ask for any number.
    pub fn spend(&self, rounds: u64) -> bool {
        let before = self.0.rounds.fetch_add(rounds, Ordering::Relaxed);
        before.saturating_add(rounds) <= limits::PASSWORD_ROUNDS
    }

    /// Whether more was asked for than is done.
    pub fn is_spent(&self) -> bool {
        self.0.rounds.load(Ordering::Relaxed) > limits::PASSWORD_ROUNDS
    }
}
