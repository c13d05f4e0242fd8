use super::*;

fn partitions() -> Vec<Partition> {
    Table::ALL
        .into_iter()
        .flat_map(|table| {
            [
                Partition::day(table, "2026-11-22".parse().unwrap()),
                Partition::month(table, "2026-11".parse().unwrap()),
            ]
        })
        .collect()
}

#[test]
fn names_are_those_of_the_design() {
    let day = Partition::day(Table::CloudTrail, "2026-11-22".parse().unwrap());
    assert_eq!(part_key(day, 1, 0), "cloudtrail_daily/year=2026/month=11/day=22/part-000001-0000.ndjson.gz");
    assert_eq!(day.journal_key(1), "_journal/cloudtrail_daily/2026-11-22/000001.json.gz");
    let attempt = AttemptId("3f2a".into());
    assert_eq!(
        day.inputs_key(2, &attempt),
        "_journal/cloudtrail_daily/2026-11-22/000002-3f2a.inputs.ndjson.gz"
    );
    assert_eq!(
        day.facts_key(2, &attempt),
        "_journal/cloudtrail_daily/2026-11-22/000002-3f2a.facts.ndjson.gz"
    );
    assert_eq!(
        day.feeds_key("2026-10".parse().unwrap()),
        "_journal/cloudtrail_daily/feeds/2026-10/2026-11-22"
    );
    let month = Partition::month(Table::NetworkActivity, "2026-11".parse().unwrap());
    assert_eq!(
        part_key(month, 12, 3),
        "cloudtrail_network_activity_monthly/year=2026/month=11/part-000012-0003.parquet"
    );
    assert_eq!(day.to_string(), "cloudtrail_daily 2026-11-22");
}

#[test]
fn a_journal_is_outside_every_table() {
    for partition in partitions() {
        for other in partitions() {
            assert!(!partition.journal_prefix().starts_with(&format!("{}/", other.table_name())));
        }
    }
}

#[test]
fn journal_prefixes_round_trip() {
    for partition in partitions() {
        assert_eq!(Partition::from_journal_prefix(&partition.journal_prefix()), Some(partition));
        assert_eq!(partition.journal_seq(&partition.journal_key(7)), Some(7));
        assert_eq!(partition.journal_seq(&partition.journal_key(1_000_000)), Some(1_000_000));
    }
    for other in [
        "_journal/",
        "_journal/x_daily/2026-11-22/",
        "_journal/cloudtrail_daily/2026-11/",
        "_journal/cloudtrail_daily/feeds/",
        "cloudtrail_daily/",
    ] {
        assert_eq!(Partition::from_journal_prefix(other), None, "{other}");
    }
    let day = partitions()[0];
    for key in [
        "000007-a.inputs.ndjson.gz",
        "000007-a.json.gz",
        "7.json.gz",
        "+00007.json.gz",
        "0000007.json.gz",
        "000007.json",
        "000007.json.gz.tmp",
    ] {
        assert_eq!(day.journal_seq(&format!("{}{key}", day.journal_prefix())), None, "{key}");
    }
}

#[test]
fn a_key_tells_its_partition() {
    for partition in partitions() {
        assert_eq!(Partition::of_key(&part_key(partition, 1, 0)), Some(partition));
        assert_eq!(Partition::of_key(&format!("{}deeper/notes.txt", partition.prefix())), Some(partition));
        assert!(partition.prefix().starts_with(&Partition::root(partition.table, partition.stage())));
    }
    for other in [
        "notes.txt",
        "cloudtrail_daily/notes.txt",
        "cloudtrail_daily/year=2026/month=11/day=22",
        "cloudtrail_daily/year=2026/month=11/day=31/part.ndjson.gz",
        "cloudtrail_daily/year=2026/month=11/part.ndjson.gz",
        "cloudtrail_daily/2026/11/22/part.ndjson.gz",
        "other_daily/year=2026/month=11/day=22/part.ndjson.gz",
        "_journal/cloudtrail_daily/2026-11-22/000001.json.gz",
    ] {
        assert_eq!(Partition::of_key(other), None, "{other}");
    }
}

#[test]
fn a_part_tells_the_claim_it_was_written_after() {
    for partition in partitions() {
        for claim in [1, 777, 1_000_000, u64::MAX] {
            assert_eq!(part_claim(partition, &part_key(partition, claim, 12_345)), Some(claim));
        }
    }
    let day = partitions()[0];
    let ours = part_key(day, 1, 0);
    let others = [
        ours.replace("000001", "000000"),
        ours.replace("000001", "1"),
        ours.replace("000001", "+00001"),
        ours.replace("0000.", "0."),
        ours.replace("ndjson.gz", "ndjson.gz.tmp"),
        ours.replace("ndjson.gz", "parquet"),
        ours.replace("part-", "copy-of-part-"),
        ours.replace("part-", "deeper/part-"),
        ours.replace("day=22", "day=23"),
        format!("{}_SUCCESS", day.prefix()),
        day.prefix(),
        String::new(),
    ];
    for other in others {
        assert_eq!(part_claim(day, &other), None, "{other}");
    }
}

#[test]
fn the_projected_folders_are_those_of_the_lake() {
    let month = Partition::month(Table::CloudTrail, "2026-03".parse().unwrap());
    let template = "cloudtrail_monthly/year=${year}/month=${month}/";
    assert!(
        cloudtrail_model::ddl(Table::CloudTrail, cloudtrail_model::Dialect::Athena, "s3://bucket")
            .contains(&format!("s3://bucket/{template}"))
    );
    assert_eq!(template.replace("${year}", "2026").replace("${month}", "03"), month.prefix());
}
