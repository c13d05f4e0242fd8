//! Real log files, as CloudTrail delivered them.

use std::fs::remove_file;
use std::path::Path;

use cloudtrail_model::{Day, Table};
use lake::Partition;
use testkit::{Oracle, samples_dir};

use crate::command::{daily, daily_well, verify};
use crate::lake_on_disk::{assert_holds, assert_verifies, files_below, journal_state};
use crate::made_source::{key_of, main_partition, put};

/// The one day of `samples/AWSLogs`.
fn delivered() -> Day {
    "2023-07-10".parse().unwrap()
}

/// The expected content of a lake of `samples/AWSLogs` alone.
fn oracle_of_the_day(samples: &Path) -> Oracle {
    let mut oracle = Oracle::read(samples).unwrap();
    oracle.partitions.retain(|(_, day), _| *day == delivered());
    oracle
}

#[test]
fn a_real_delivery_arrives_whole_and_a_second_run_writes_nothing() {
    let Some(samples) = samples_dir() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (source, lake) = (samples.join("AWSLogs"), folder.path().join("lake"));
    let summary = daily_well(&source, &lake, &[]).summary();
    assert_eq!(summary["summary"]["files_in"], 55);
    assert_eq!(summary["summary"]["records_in"], 2_900);
    assert_holds(&lake, &oracle_of_the_day(&samples));
    assert_verifies(&lake);
    let before = files_below(&lake);
    daily_well(&source, &lake, &[]).assert_nothing_done();
    assert!(files_below(&lake) == before, "a run with nothing to do changed the lake");
}

#[test]
fn verify_names_a_part_that_is_gone() {
    let Some(samples) = samples_dir() else { return };
    let lake = tempfile::tempdir().unwrap();
    daily_well(&samples.join("AWSLogs"), lake.path(), &[]);
    let state = journal_state(lake.path(), Partition::day(Table::CloudTrail, delivered()));
    let (newest, _) = state.parts.last_key_value().unwrap();
    remove_file(lake.path().join(newest)).unwrap();
    let ran = verify(lake.path());
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(1), ""));
    assert!(ran.stdout.contains(newest), "{ran:?}");
    // a lake that lost a part does not repair itself: duplicates could not be detected
    let again = daily(&samples.join("AWSLogs"), lake.path(), &["--rebuild"]);
    assert_eq!(again.status, Some(0), "{again:?}");
    assert_holds(lake.path(), &oracle_of_the_day(&samples));
}

#[test]
fn a_folder_above_several_layouts_is_read_whole() {
    let Some(samples) = samples_dir() else { return };
    let lake = tempfile::tempdir().unwrap();
    daily_well(&samples, lake.path(), &[]);
    let oracle = Oracle::read(&samples).unwrap();
    assert!(oracle.partitions.len() >= 3, "two layouts with three days");
    assert_holds(lake.path(), &oracle);
    assert_verifies(lake.path());
}

#[test]
fn keys_are_the_same_from_a_folder_deep_in_the_layout() {
    let Some(samples) = samples_dir() else { return };
    let (top, deep) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    daily_well(&samples.join("AWSLogs"), top.path(), &[]);
    let below = samples.join("AWSLogs/218007301253/CloudTrail");
    daily_well(&below, deep.path(), &[]);
    let partition = Partition::day(Table::CloudTrail, delivered());
    let inputs = journal_state(top.path(), partition).inputs;
    assert_eq!(inputs, journal_state(deep.path(), partition).inputs);
    assert!(
        inputs
            .iter()
            .all(|input| input.key.starts_with("AWSLogs/218007301253/CloudTrail/us-east-1/2023/07/10/"))
    );
    // and so the lake of one is up to date from the other
    daily_well(&below, top.path(), &[]).assert_nothing_done();
}

#[test]
fn every_event_version_arrives() {
    let Some(samples) = samples_dir() else { return };
    let (source, lake) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (name, (_, body)) in files_below(&samples.join("versions")) {
        put(source.path(), &key_of(&name), &body);
    }
    let oracle = Oracle::read(source.path()).unwrap();
    let expected = &oracle.partitions[&(Table::CloudTrail, crate::made_source::day())];
    assert!(expected.files >= 16 && expected.records_out() >= 12, "{} files", expected.files);
    let ran = daily(source.path(), lake.path(), &[]);
    assert_eq!(ran.status, Some(if expected.broken.is_empty() { 0 } else { 2 }), "{ran:?}");
    assert_holds(lake.path(), &oracle);
    // the licence next to them is not a log file: the report counts it
    let partition = &ran.partitions()[&main_partition().to_string()];
    assert_eq!((&partition["others"], oracle.foreign.len()), (&1.into(), 1));
}
