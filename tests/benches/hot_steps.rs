//! The steps a record passes through, each alone on one core: `scripts/bench steps`. Throughput is in bytes of JSON. Beside a
//! step stands what a library needs for the same, or for less.

#![expect(clippy::unwrap_used, reason = "a bench that cannot start may stop")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::Read;

use block_deflate::{Compressor, Level};
use cloudtrail_corpus::{OrganizationConfig, day_objects};
use cloudtrail_model::{DedupeIndex, Fingerprint, Limits, LogFile, Table};
use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use daily_aggregator::{Gunzip, Gunzipped, promised_text};
use flate2::bufread::MultiGzDecoder;
use flate2::{Compress, Compression, FlushCompress};
use monthly_aggregator::Rows;
use serde_json::value::RawValue;

/// Enough for some MB of JSON, more than a core's own cache holds.
const RECORDS: u32 = 10_000;

/// The delivery day of the records.
fn delivered() -> cloudtrail_model::Day {
    "2026-10-15".parse().unwrap()
}

/// The log files of a generated day.
struct Day {
    bodies: Vec<Vec<u8>>,
    texts: Vec<Vec<u8>>,
}

impl Day {
    fn new() -> Self {
        let objects = day_objects(&OrganizationConfig::large_day(RECORDS), delivered());
        let log_files = objects.filter(|object| object.broken.is_none() && object.records > 0);
        let bodies: Vec<Vec<u8>> = log_files.map(|object| object.body).collect();
        let texts = bodies.iter().map(|body| gunzip(&mut Gunzip::new(), body)).collect();
        Day { bodies, texts }
    }

    fn log_files(&self) -> Vec<LogFile> {
        self.texts.iter().map(|text| split_file(text.clone())).collect()
    }

    /// A group of benches of a step, in bytes of JSON.
    fn group<'c>(&self, criterion: &'c mut Criterion, step: &str) -> BenchmarkGroup<'c, WallTime> {
        let mut group = criterion.benchmark_group(step);
        group.throughput(Throughput::Bytes(self.texts.iter().map(|text| text.len() as u64).sum()));
        group
    }
}

fn gunzip(gunzip: &mut Gunzip, body: &[u8]) -> Vec<u8> {
    match gunzip.whole(body, promised_text(body), usize::MAX, &Limits::default()).unwrap() {
        Gunzipped::Text { text, .. } => text,
        Gunzipped::NeedsMoreRoom => unreachable!("there is room for all"),
    }
}

fn split_file(text: Vec<u8>) -> LogFile {
    LogFile::parse(text, &Limits::default()).unwrap()
}

/// A log file for serde_json to split only.
type Split<'a> = BTreeMap<&'a str, Vec<&'a RawValue>>;

fn inflate(criterion: &mut Criterion) {
    let day = Day::new();
    let mut group = day.group(criterion, "inflate");
    let mut ours = Gunzip::new();
    group.bench_function("trailmill", |bencher| {
        bencher.iter(|| day.bodies.iter().for_each(|body| drop(black_box(gunzip(&mut ours, body)))));
    });
    group.bench_function("zlib-rs, streaming", |bencher| {
        bencher.iter(|| {
            for body in &day.bodies {
                let mut text = Vec::new();
                MultiGzDecoder::new(body.as_slice()).read_to_end(&mut text).unwrap();
                black_box(text);
            }
        });
    });
}

fn split(criterion: &mut Criterion) {
    let day = Day::new();
    let mut group = day.group(criterion, "split");
    group.bench_function("trailmill: validated, split, headers found", |bencher| {
        let texts = || day.texts.clone();
        bencher.iter_batched(
            texts,
            |texts| texts.into_iter().map(split_file).collect::<Vec<_>>(),
            BatchSize::LargeInput,
        );
    });
    group.bench_function("serde_json RawValue: validated, split", |bencher| {
        bencher.iter(|| {
            for text in &day.texts {
                black_box(serde_json::from_slice::<Split<'_>>(text).unwrap());
            }
        });
    });
}

fn dedupe(criterion: &mut Criterion) {
    let day = Day::new();
    let files = day.log_files();
    let mut group = day.group(criterion, "dedupe");
    group.bench_function("trailmill", |bencher| {
        bencher.iter(|| {
            let mut index = DedupeIndex::default();
            for record in files.iter().flat_map(LogFile::records) {
                black_box(Fingerprint::of(&record).map(|fingerprint| index.insert(fingerprint)));
            }
            index
        });
    });
}

fn deflate(criterion: &mut Criterion) {
    let day = Day::new();
    let files = day.log_files();
    let mut records: Vec<_> = files.iter().flat_map(LogFile::records).collect();
    // as the daily stage groups them
    records.sort_by_key(|record| (record.event_source, record.event_name, record.identity));
    let mut text = Vec::new();
    for record in records {
        text.extend_from_slice(record.line);
        text.push(b'\n');
    }
    let blocks: Vec<&[u8]> = text.chunks(daily_aggregator::Options::default().block_bytes).collect();
    let mut group = criterion.benchmark_group("deflate");
    group.throughput(Throughput::Bytes(text.len() as u64));
    let mut ours = Compressor::new(Level::default());
    group.bench_function("trailmill", |bencher| {
        bencher.iter(|| {
            for block in &blocks {
                let mut deflated = Vec::with_capacity(block.len());
                ours.compress(block, &mut deflated);
                black_box(deflated);
            }
        });
    });
    group.bench_function("zlib-rs", |bencher| {
        bencher.iter(|| {
            for block in &blocks {
                let mut deflated = Vec::with_capacity(block.len());
                Compress::new(Compression::new(6), false)
                    .compress_vec(block, &mut deflated, FlushCompress::Sync)
                    .unwrap();
                black_box(deflated);
            }
        });
    });
}

fn parse(criterion: &mut Criterion) {
    let day = Day::new();
    let files = day.log_files();
    let lines: Vec<&[u8]> = files.iter().flat_map(LogFile::records).map(|record| record.line).collect();
    let mut group = day.group(criterion, "parse");
    group.bench_function("trailmill: into the values of columns", |bencher| {
        bencher.iter(|| Rows::of(Table::CloudTrail, delivered(), lines.iter().copied()).unwrap());
    });
    group.bench_function("serde_json Value", |bencher| {
        bencher.iter(|| {
            for line in &lines {
                black_box(serde_json::from_slice::<serde_json::Value>(line).unwrap());
            }
        });
    });
}

fn encode(criterion: &mut Criterion) {
    let day = Day::new();
    let files = day.log_files();
    let mut records: Vec<_> = files.iter().flat_map(LogFile::records).collect();
    records.sort_by_key(|record| (record.event_source, record.event_name, record.identity));
    let lines = records.iter().map(|record| record.line);
    let rows = Rows::of(Table::CloudTrail, delivered(), lines).unwrap();
    let mut group = day.group(criterion, "column encode");
    let options = monthly_aggregator::Options::default();
    group.bench_function("trailmill", |bencher| bencher.iter(|| rows.to_parquet(&options).unwrap()));
}

criterion_group!(steps, inflate, split, dedupe, deflate, parse, encode);
criterion_main!(steps);
