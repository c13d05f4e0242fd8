//! Log files copied into one folder: identified by their names.

use cloudtrail_corpus::write_day;
use lake::Partition;
use testkit::{Oracle, partition_lines};

use crate::command::daily_well;
use crate::lake_on_disk::{assert_lines, assert_verifies, files_below, journaled};
use crate::made_source::{day, put, small_day};

#[test]
fn a_flat_folder_of_log_files_is_read_by_their_names() {
    let (layout, flat, lake) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let next = "2026-11-23".parse().unwrap();
    for day in [day(), next] {
        write_day(&small_day(80, 400), day, layout.path()).unwrap();
    }
    let files = files_below(layout.path());
    for (key, (_, body)) in &files {
        put(flat.path(), key.rsplit_once('/').unwrap().1, body);
    }
    put(flat.path(), "notes.txt", b"what I did");
    assert_eq!(files_below(flat.path()).len(), files.len() + 1, "no two log files have one name");

    let ran = daily_well(flat.path(), lake.path(), &[]);
    let oracle = Oracle::read(layout.path()).unwrap();
    let expected = |(table, day): (_, _)| Partition::day(table, day);
    let wanted = oracle.partitions.keys().copied().map(expected).collect();
    assert_eq!(journaled(lake.path()), wanted);
    for ((table, day), expected) in &oracle.partitions {
        let partition = Partition::day(*table, *day);
        let lines = partition_lines(lake.path(), partition).unwrap();
        assert_lines(&lines, &expected.lines, &partition.to_string());
        let totals = &ran.partitions()[&partition.to_string()]["committed"]["totals"];
        assert_eq!(totals["files_in"], expected.files, "{partition}");
        assert_eq!(totals["duplicates"], expected.duplicates, "{partition}");
    }
    assert_verifies(lake.path());
    daily_well(flat.path(), lake.path(), &[]).assert_nothing_done();
}
