use super::*;

#[test]
fn the_text_is_stable() {
    let mut event_days = EventDays::default();
    event_days.add("2026-11-22".parse().unwrap(), Some(1_795_341_600_000_000));
    let columns = [("eventTimestamp".to_owned(), ColumnCounts { values: 1, nulls: 0 })].into();
    let part = Part {
        key: "k".into(),
        bytes: 1,
        raw_bytes: 2,
        records: 1,
        sha256: "00".into(),
        accounts: Some(AccountRange { first: "1".into(), last: "2".into() }),
        off_day: true,
        event_days,
        columns,
    };
    let text = serde_json::to_string(&part).unwrap();
    let expected = r#"{"key":"k","bytes":1,"raw_bytes":2,"records":1,"sha256":"00","first_account":"1","last_account":"2","off_day":true,"event_days":{"2026-11-22":1},"min_instant_us":1795341600000000,"max_instant_us":1795341600000000,"columns":{"eventTimestamp":{"values":1,"nulls":0}}}"#;
    assert_eq!(text, expected);
    assert_eq!(serde_json::from_str::<Part>(&text).unwrap(), part);

    let little = r#"{"key":"k","bytes":1,"raw_bytes":2,"records":0,"sha256":"00","new":[1]}"#;
    let part: Part = serde_json::from_str(little).unwrap();
    assert_eq!((part.accounts, part.off_day, part.event_days), (None, false, EventDays::default()));
}

#[test]
fn a_part_holds_the_accounts_from_the_first_to_the_last() {
    let mut accounts = AccountRange::of("3");
    accounts.extend(&AccountRange::of("5"));
    accounts.extend(&AccountRange::of("4"));
    let mut part = Part { accounts: Some(accounts), ..Part::default() };
    assert_eq!(
        ["2", "3", "4", "5", "6"].map(|account| part.can_hold(account)),
        [false, true, true, true, false]
    );
    part.accounts.as_mut().unwrap().extend(&AccountRange::of("1"));
    assert!(part.can_hold("2"));
    part.accounts = None;
    assert!(part.can_hold("9"));
}
