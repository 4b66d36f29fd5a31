//! The loops that every byte of a log goes through: `cargo bench --no-default-features --bench hot_loops`.

use std::hint::black_box;
use std::io::Cursor;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sysmon_triage::detect::Format;
use sysmon_triage::event::Skim;
use sysmon_triage::locator::MemberId;
use sysmon_triage::needle::Needle;
use sysmon_triage::part::Part;
use sysmon_triage::rule::wmi::RULE;
use sysmon_triage::source::whole::Whole;
use sysmon_triage::source::{Found, Sink, Trouble, reader};
use sysmon_triage::text::Encoding;
use testlog::{Options, Size};

/// Larger than the caches near the processor, and read in a blink.
const LOG_BYTES: u64 = 8 << 20;
/// What the command line reads at once.
const PIECE_BYTES: usize = 1 << 20;

/// Counts what a reader hands over, and nothing else.
#[derive(Default)]
struct Count {
    parsed: u64,
    skimmed: u64,
    troubles: u64,
}

impl Sink for Count {
    fn enter(&mut self, _: &MemberId) {}
    fn leave(&mut self, _: u64) {}
    fn format(&mut self, _: &Format) {}
    fn event(&mut self, _: Found<'_>) {
        self.parsed += 1;
    }
    fn skimmed(&mut self, skim: Skim<'_>) {
        black_box(skim);
        self.skimmed += 1;
    }
    fn whole(&mut self, _: Whole) {}
    fn trouble(&mut self, _: Trouble) {
        self.troubles += 1;
    }
}

fn read(log: &[u8], format: &Format, needle: Option<&Needle>) -> Count {
    let mut count = Count::default();
    let mut reader =
        reader(format, Part::WHOLE, &[], needle).expect("a format that is read record by record");
    log.chunks(PIECE_BYTES).for_each(|piece| reader.push(piece, &mut count));
    reader.finish(&mut count);
    count
}

/// Each reader with the rule's needle, which lets it skim, and without, so that it parses every event.
fn readers(criterion: &mut Criterion) {
    let options = Options { size: Size::Bytes(LOG_BYTES), ..Options::default() };
    let (mut xml, mut json, mut evtx) = (Vec::new(), Vec::new(), Cursor::new(Vec::new()));
    let written = "writing to memory works";
    let events = [
        testlog::write_xml(&options, &mut xml).expect(written).records,
        testlog::write_json(&options, &mut json).expect(written).records,
        testlog::write_evtx(&options, &mut evtx).expect(written).records,
    ];
    let logs = [
        ("xml", Format::Xml(Encoding::Utf8 { bom: 0 }), xml),
        ("json", Format::Json(Encoding::Utf8 { bom: 0 }), json),
        ("evtx", Format::Evtx, evtx.into_inner()),
    ];
    let needle = RULE.filter.needle();
    let mut group = criterion.benchmark_group("read");
    group.sample_size(20);
    for ((name, format, log), events) in logs.iter().zip(events) {
        group.throughput(Throughput::Bytes(log.len() as u64));
        for (how, needle) in [("skim", needle.as_ref()), ("parse", None)] {
            let count = read(log, format, needle);
            assert_eq!((count.parsed + count.skimmed, count.troubles), (events, 0), "{name} {how}");
            group.bench_with_input(BenchmarkId::new(*name, how), log, |bencher, log| {
                bencher.iter(|| read(black_box(log), format, needle).skimmed);
            });
        }
    }
    group.finish();
}

/// The needle in text that does not hold it, as most of a log.
fn needle(criterion: &mut Criterion) {
    let line = r"<Data Name='ParentImage'>C:\Windows\System32\svchost.exe</Data><Data Name='User'>NT AUTHORITY\SYSTEM</Data>";
    let text = line.repeat(PIECE_BYTES / line.len());
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let needle = RULE.filter.needle().expect("the rule has a needle");
    let mut group = criterion.benchmark_group("needle");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("utf-8", |bencher| bencher.iter(|| needle.is_in(black_box(text.as_bytes()))));
    group.throughput(Throughput::Bytes(utf16.len() as u64));
    group.bench_function("utf-16", |bencher| bencher.iter(|| needle.is_in_utf16(black_box(&utf16))));
    group.finish();
}

criterion_group!(benches, readers, needle);
criterion_main!(benches);
