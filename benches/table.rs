//! What the page waits for with a hundred thousand rows: `cargo bench --no-default-features --bench table`.
//! It measures processor time, where the system tells it: other work on the machine then counts little.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{Criterion, criterion_group, criterion_main};
use sysmon_triage::report;
use sysmon_triage::rule::wmi::RULE;
use sysmon_triage::session::Session;
use sysmon_triage::tuning::{SCHEMA, Tuning};
use sysmon_triage::view::{self, Query, View};
use testlog::{Options, Size};

const ROWS: u64 = 100_000;

fn session() -> Session {
    let options = Options { size: Size::Events(ROWS), matches: ROWS, groups: ROWS, ..Options::default() };
    let mut log = Vec::new();
    testlog::write_xml(&options, &mut log).expect("writing to memory works");
    let mut session = Session::new(&RULE);
    let source = session.add_source("log", log.len() as u64);
    let mut scan = session.scan(source).expect("the input just added");
    scan.push(&log);
    assert!(session.absorb(scan.finish()));
    assert_eq!(session.groups().len() as u64, ROWS);
    session
}

/// The time that this thread had a processor; where Linux doesn't tell it, the time by the clock.
struct ProcessorTime(Instant);

impl ProcessorTime {
    fn now(&self) -> Duration {
        // Nanoseconds on a processor, nanoseconds waiting for one, turns.
        let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
        let nanoseconds = told.and_then(|told| told.split(' ').next()?.parse().ok());
        nanoseconds.map_or_else(|| self.0.elapsed(), Duration::from_nanos)
    }
}

impl Measurement for ProcessorTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        self.now()
    }

    fn end(&self, start: Duration) -> Duration {
        self.now().saturating_sub(start)
    }

    fn add(&self, a: &Duration, b: &Duration) -> Duration {
        *a + *b
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        WallTime.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

fn table(criterion: &mut Criterion<ProcessorTime>) {
    let mut session = session();
    let mut group = criterion.benchmark_group("table");
    group.sample_size(10);
    let mut query = |name: &str, query: Query| {
        group.bench_function(name, |bencher| {
            bencher.iter(|| View::new(black_box(&session), &query).map(|view| view.len()))
        });
    };
    query("default order", Query::default());
    for sort in ["process", "dest", "process_id", "lastTime"] {
        query(&format!("sort {sort}"), Query { sort: sort.into(), ..Query::default() });
    }
    for search in ["whoami", "no such text", "ZOË", "2024-03"] {
        query(&format!("search {search}"), Query { search: search.into(), ..Query::default() });
    }
    for stack in ["process", "user"] {
        query(&format!("stack {stack}"), Query { stack: stack.into(), ..Query::default() });
    }
    query("hint", Query { hint: "discovery".into(), ..Query::default() });
    group.bench_function("timeline", |bencher| {
        bencher
            .iter(|| view::timeline(&session, 400, &Query::default()).map(|timeline| timeline.lanes.len()));
    });
    group.bench_function("hints", |bencher| {
        bencher.iter(|| view::hints(&session, &Query::default()).map(|hints| hints.len()));
    });
    let entry = r#"{"mode":"exclude","field":"process","operator":"contains","value":"whoami"}"#;
    let file = format!(
        "{{\"schema\":\"{SCHEMA}\",\"entries\":[{}],\"presets\":[\"system_logon\"]}}",
        [entry; 10].join(",")
    );
    let tuning = Tuning::parse(&file).expect("a good file");
    group.bench_function("tune, ten entries", |bencher| bencher.iter(|| session.tune(tuning.clone())));
    group.bench_function("what ten entries hide", |bencher| {
        bencher.iter(|| report::tuning_report(&session).hidden)
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(ProcessorTime(Instant::now()));
    targets = table
}
criterion_main!(benches);
