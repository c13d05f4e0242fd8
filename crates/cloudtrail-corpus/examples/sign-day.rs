//! Signs a generated day: `sign-day DIR DAY` writes the hourly digest files of every account and region of the log files below a
//! folder, in place of those that are there, and `DIR/public-keys.json`. For measurements with `--public-keys`.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a tool for a terminal, that writes no lake"
)]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use cloudtrail_corpus::{DigestChain, DigestSigner, DigestedHour, content};
use cloudtrail_model::digest::{ChainId, LogFileContent};
use cloudtrail_model::{Day, Kind, LogFileName, SourceKey};
use jiff::SignedDuration;

/// Log files by the number of the hour in which they were delivered: key and SHA-256.
type Hours = BTreeMap<i32, Vec<(String, [u8; 32])>>;

/// Ends of hours of a day, those before it and after it included: 01:00 of the day is 1.
const HOURS: std::ops::RangeInclusive<i32> = 0..=26;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(day)) = (arguments.next(), arguments.next()) else {
        return Err("usage: sign-day DIR DAY".into());
    };
    let (folder, day): (PathBuf, Day) = (folder.into(), day.parse()?);
    let mut regions: BTreeMap<ChainId, Hours> = BTreeMap::new();
    for file in files_below(&folder)? {
        let key = file.strip_prefix(&folder)?.to_str().ok_or("a path is not UTF-8")?.to_owned();
        let Ok(parsed) = SourceKey::parse(&key) else { continue };
        if parsed.kind == Kind::Digest {
            fs::remove_file(&file)?;
            continue;
        }
        let (Some(name), true) = (LogFileName::parse(&parsed.file), parsed.day == day) else { continue };
        let LogFileContent::Text { first_member_sha256, .. } = content(&fs::read(&file)?) else { continue };
        let hours = regions.entry(chain(parsed)).or_default();
        hours.entry(i32::from(name.minute / 60) + 1).or_default().push((key, first_member_sha256));
    }
    let signer = DigestSigner::cloudtrail();
    let mut digests = 0;
    for (id, mut hours) in regions {
        let mut chain = DigestChain::new(id, "audit-logs", &signer);
        for hour in HOURS {
            let end = day.midnight() + SignedDuration::from_hours(hour.into());
            let start = end - SignedDuration::from_hours(1);
            let log_files = hours.remove(&hour).unwrap_or_default();
            let digest = chain.digest(&DigestedHour { start, end, log_files, generated: None });
            let file = folder.join(&digest.key);
            fs::create_dir_all(file.parent().ok_or("a key without a folder")?)?;
            fs::write(file, digest.object.body)?;
            digests += 1;
        }
    }
    let (from, to) =
        (day.midnight() - SignedDuration::from_hours(240), day.midnight() + SignedDuration::from_hours(240));
    fs::write(folder.join("public-keys.json"), signer.public_keys_json(from, to))?;
    println!("{digests} digest files");
    Ok(())
}

fn chain(key: SourceKey) -> ChainId {
    let SourceKey { prefix, organization, account, region, .. } = key;
    let (trail, home_region) = ("management_events".to_owned(), "us-east-1".to_owned());
    ChainId { prefix, organization, account, region, trail, home_region, backfill: false }
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { files.extend(files_below(&path)?) } else { files.push(path) }
    }
    files.sort();
    Ok(files)
}
