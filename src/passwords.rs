//! Passwords with which encrypted archives are tried.

mod codepages;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::limits;

/// Passwords, in the order in which they are tried. What they are is shown nowhere.
#[derive(Clone, Default)]
pub struct Passwords(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// First as they were given, then other spellings of those that have some.
    all: Vec<Spelling>,
    /// The one that opened something last comes first: most archives have one.
    first: AtomicUsize,
    /// Rounds of hashing that were done for them, with one input or one part of it.
    rounds: AtomicU64,
}

/// A password, or how a program may have written one.
enum Spelling {
    Text(String),
    Bytes(Vec<u8>),
}

impl Passwords {
    /// One on each line. Blanks belong to a password; a line without anything is none.
    pub fn of_lines(text: &str) -> Passwords {
        let given = || text.lines().filter(|line| !line.is_empty());
        let texts = given().map(|line| Spelling::Text(line.to_owned()));
        let all = texts.chain(given().flat_map(codepages::spellings).map(Spelling::Bytes)).collect();
        Passwords(Arc::new(Shared { all, ..Shared::default() }))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.all.is_empty()
    }

    fn all(&self) -> impl Iterator<Item = (usize, &Spelling)> {
        let first = self.0.first.load(Ordering::Relaxed);
        let others = (0..self.0.all.len()).filter(move |at| *at != first);
        [first].into_iter().chain(others).filter_map(|at| Some((at, self.0.all.get(at)?)))
    }

    /// Each of them with its number, where a format says how they are written.
    pub fn texts(&self) -> impl Iterator<Item = (usize, &str)> {
        self.all().filter_map(|(number, spelling)| match spelling {
            Spelling::Text(text) => Some((number, text.as_str())),
            Spelling::Bytes(_) => None,
        })
    }

    /// Each spelling of each of them with its number, where none does.
    pub fn spellings(&self) -> impl Iterator<Item = (usize, &[u8])> {
        self.all().map(|(number, spelling)| match spelling {
            Spelling::Text(text) => (number, text.as_bytes()),
            Spelling::Bytes(bytes) => (number, bytes.as_slice()),
        })
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
