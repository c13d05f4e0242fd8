//! Writes one generated day below a folder: `make-day DIR [RECORDS]`. Without a number it is the ordinary day of 3,911
//! log files and 17,648 records; with one, a day of that many records in files of 100 to 250.

#![expect(clippy::print_stdout, reason = "a tool for a terminal")]

use cloudtrail_corpus::{OrganizationConfig, write_day};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: make-day DIR [RECORDS]")?;
    let config = match arguments.next() {
        Some(records) => OrganizationConfig::large_day(records.parse()?),
        None => OrganizationConfig::article_day(),
    };
    let made = write_day(&config, "2026-10-15".parse()?, folder.as_ref())?;
    println!("{made:?}");
    Ok(())
}
