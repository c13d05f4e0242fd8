//! The S3 of the tests as a process of its own, for benchmarks and for looking at it by hand.
//!
//! `s3-server [--latency MILLISECONDS] [--throttle PERCENT] [--log] BUCKET[=FOLDER]…` fills each bucket from its folder, prints
//! its endpoint on one line, and serves until its standard input ends. Then it prints how many requests came, by kind,
//! as JSON. With `--log` each request is a line on standard error, with the milliseconds since the start. The keys to it are
//! `S3Server::ACCESS_KEY` and `SECRET_KEY`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for a terminal")]

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use testkit::s3::{Fault, S3Server};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut latency, mut throttle, mut log, mut buckets) = (0, 0, false, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || {
            arguments.next().ok_or("a number is missing")?.parse().map_err(Box::<dyn std::error::Error>::from)
        };
        match argument.as_str() {
            "--latency" => latency = number()?,
            "--throttle" => throttle = number()?,
            "--log" => log = true,
            _ => buckets.push(argument),
        }
    }
    let parts: Vec<(&str, Option<&str>)> = buckets
        .iter()
        .map(|bucket| {
            bucket.split_once('=').map_or((bucket.as_str(), None), |(name, folder)| (name, Some(folder)))
        })
        .collect();
    let names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
    let server = S3Server::start(&names)?;
    for (name, folder) in &parts {
        if let Some(folder) = folder {
            fill(&server, name, folder.as_ref(), folder.as_ref())?;
        }
    }
    server.set_latency(Duration::from_millis(latency));
    // Fibonacci hashing: the same share of every stretch of requests, without a pattern callers could fall into
    let started = Instant::now();
    server.fault(move |call, number| {
        if log {
            eprintln!(
                "{:6} {:?} {} {}",
                started.elapsed().as_millis(),
                call.operation,
                call.bucket,
                call.key
            );
        }
        let share = (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) % 100;
        (share < throttle).then_some(Fault::Fail(503, "SlowDown"))
    });
    println!("{}", server.endpoint());
    std::io::stdin().read_to_end(&mut Vec::new())?;
    let mut counts = BTreeMap::new();
    for call in server.take_calls() {
        *counts.entry(format!("{:?}", call.operation)).or_insert(0_u64) += 1;
    }
    counts.insert("faults".to_owned(), server.faults_happened());
    let counts: Vec<String> = counts.iter().map(|(name, count)| format!("\"{name}\": {count}")).collect();
    println!("{{{}}}", counts.join(", "));
    Ok(())
}

/// Puts every file below a folder, its path the key.
fn fill(
    server: &S3Server,
    bucket: &str,
    top: &Path,
    folder: &Path,
) -> Result<(), Box<dyn std::error::Error>> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            fill(server, bucket, top, &path)?;
        } else {
            let key = path.strip_prefix(top)?.to_str().ok_or("a name is not UTF-8")?;
            server.put(bucket, key, std::fs::read(&path)?);
        }
    }
    Ok(())
}
