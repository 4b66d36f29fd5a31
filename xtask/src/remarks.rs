//! What the last lines of a run say beside its checks: what was skipped, and what passed only when repeated.

use std::sync::Mutex;

static REMARKS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Says something now and in the last lines.
pub fn remark(text: String) {
    println!("{text}");
    REMARKS.lock().expect("nobody panics while remarking").push(text);
}

/// All that was said so far.
pub fn all() -> Vec<String> {
    REMARKS.lock().expect("nobody panics while remarking").clone()
}
