//! The results as a table that reads well in a terminal and in Markdown.

use super::measure::Sample;

/// The samples of each row.
pub struct Table {
    title: &'static str,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    bytes: u64,
    samples: Vec<Sample>,
}

/// Two rows whose ratio is asked for.
pub struct Ratio<'a> {
    pub ours: &'a str,
    pub against: &'a str,
    pub at_least: f64,
    pub aim: f64,
}

impl Table {
    pub fn new(title: &'static str) -> Table {
        Table { title, rows: Vec::new() }
    }

    /// One more sample of a row, which read so many bytes.
    pub fn add(&mut self, name: &str, bytes: u64, sample: Sample) {
        match self.rows.iter_mut().find(|row| row.name == name) {
            Some(row) => row.samples.push(sample),
            None => self.rows.push(Row { name: name.to_owned(), bytes, samples: vec![sample] }),
        }
    }

    /// The most memory that any sample of a row took, in MiB.
    pub fn peak(&self, name: &str) -> Option<f64> {
        self.rows.iter().find(|row| row.name == name)?.peak()
    }

    /// Prints the rows, then the ratios whose rows are both there.
    pub fn print(&self, ratios: &[Ratio<'_>]) {
        println!("\n| {} | MB/s | seconds, median (spread) | processor s | peak MiB |", self.title);
        println!("|---|--:|--:|--:|--:|");
        for row in &self.rows {
            let seconds = row.all(|sample| Some(sample.seconds));
            let rate = if row.bytes == 0 {
                "-".to_owned()
            } else {
                format!("{:.0}", row.bytes as f64 / median(&seconds) / 1e6)
            };
            let processor = row.all(|sample| sample.processor);
            println!(
                "| {} | {rate} | {:.3} ({:.3} to {:.3}) | {} | {} |",
                row.name,
                median(&seconds),
                seconds.first().copied().unwrap_or_default(),
                seconds.last().copied().unwrap_or_default(),
                if processor.is_empty() { "-".to_owned() } else { format!("{:.3}", median(&processor)) },
                row.peak().map_or("-".to_owned(), |peak| format!("{peak:.0}")),
            );
        }
        println!("\n| ratio of medians | by the clock | by processor time | at least | aim |");
        println!("|---|--:|--:|--:|--:|");
        for Ratio { ours, against, at_least, aim } in ratios {
            let find = |name: &str| self.rows.iter().find(|row| row.name == name);
            let (Some(ours), Some(against)) = (find(ours), find(against)) else { continue };
            let ratio = |of: fn(&Sample) -> Option<f64>| {
                let (ours, against) = (ours.all(of), against.all(of));
                let known = !ours.is_empty() && !against.is_empty();
                known.then(|| median(&against) / median(&ours))
            };
            let shown = |ratio: Option<f64>| ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2}"));
            let by_clock = ratio(|sample| Some(sample.seconds));
            let verdict = if by_clock.is_some_and(|ratio| ratio >= *at_least) { "" } else { ", below it" };
            println!(
                "| {}, against {} | {} | {} | {at_least}{verdict} | {aim} |",
                ours.name,
                against.name,
                shown(by_clock),
                shown(ratio(|sample| sample.processor)),
            );
        }
    }
}

impl Row {
    fn peak(&self) -> Option<f64> {
        self.all(|sample| sample.peak_kib.map(|kib| kib as f64 / 1024.0)).last().copied()
    }

    /// A figure of all samples that have it, in rising order.
    fn all(&self, of: impl Fn(&Sample) -> Option<f64>) -> Vec<f64> {
        let mut all: Vec<f64> = self.samples.iter().filter_map(of).collect();
        all.sort_by(f64::total_cmp);
        all
    }
}

/// Of figures in rising order.
fn median(sorted: &[f64]) -> f64 {
    match sorted.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => sorted[count / 2],
        count => f64::midpoint(sorted[count / 2 - 1], sorted[count / 2]),
    }
}

/// Bytes as a person says them.
pub fn size(bytes: u64) -> String {
    let (mib, gib) = (1 << 20, 1 << 30);
    match bytes {
        _ if bytes >= gib && bytes.is_multiple_of(gib) => format!("{} GiB", bytes / gib),
        _ if bytes >= mib && bytes.is_multiple_of(mib) => format!("{} MiB", bytes / mib),
        _ => format!("{bytes} bytes"),
    }
}
