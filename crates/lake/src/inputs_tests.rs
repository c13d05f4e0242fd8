use super::*;
use crate::Verdict;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn key(account: u64, region: &str, n: u64) -> String {
    let id = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!(
        "AWSLogs/o-a1b2c3d4e5/{account:012}/CloudTrail/{region}/2026/11/22/\
         {account:012}_CloudTrail_{region}_20261122T{:02}{:02}Z_{id:016x}.json.gz",
        n / 60 % 24,
        n % 60
    )
}

fn of(inputs: &[Input]) -> Inputs {
    let mut run = Inputs::default();
    for input in inputs {
        assert!(run.push(input), "{} does not come after the last", input.key);
    }
    run
}

fn input(key: String, etag: &str) -> Input {
    Input { key, etag: etag.into(), ..Input::default() }
}

#[test]
fn an_input_costs_at_most_150_bytes() {
    let mut inputs = Inputs::default();
    let mut files: Vec<_> = (0..100).flat_map(|account| (0..1000).map(move |n| (account, n))).collect();
    files.sort_by_key(|(account, n)| key(*account, "us-east-1", *n));
    for (account, n) in files {
        let input = Input {
            key: key(account, "us-east-1", n),
            etag: format!("{:032x}", u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)),
            bytes: 12_345,
            raw_bytes: 123_456,
            records: 78,
            first_member_sha256: Some([7; 32]),
            ..Input::default()
        };
        assert!(inputs.push(&input));
    }
    let grown = inputs.memory() / 100_000;
    let each = Inputs::merged(vec![inputs.clone(), Inputs::default()]).memory() / 100_000;
    assert!(each <= 150 && grown <= 150, "{each} bytes, {grown} with room to grow");
    let merged = Inputs::merged(vec![inputs.clone(), of(&[input(key(5, "eu-west-1", 1), "e")])]);
    assert_eq!(merged.len(), 100_001);
    assert!(merged.memory() / 100_000 <= 110, "{} bytes in all", merged.memory());
}

#[test]
fn accounts_stay_together_whatever_is_above_them() {
    let organization = input(key(1, "us-east-1", 1), "1");
    let own = input("AWSLogs/000000000001/CloudTrail/us-east-1/2026/11/22/x.json.gz".into(), "1");
    let other = input(key(2, "eu-west-1", 1), "1");
    let inputs = of(&[own.clone(), organization.clone(), other.clone()]);
    assert_eq!(inputs.iter().collect::<Vec<_>>(), [own, organization, other.clone()]);
    assert!(!of(&[other]).push(&input(key(1, "us-east-1", 1), "1")));
}

#[test]
fn of_a_key_in_several_commits_the_newest_input_stays() {
    let keys = [1, 2, 3].map(|account| key(account, "us-east-1", 1));
    let [a, b, c] = &keys;
    let quarantined =
        Verdict::Quarantined(crate::Why { reason: "not_json".into(), detail: "at byte 7".into() });
    let first = of(&[Input { verdict: quarantined, ..input(a.clone(), "1") }, input(c.clone(), "1")]);
    let second = of(&[input(a.clone(), "2"), input(b.clone(), "2")]);
    let merged = Inputs::merged(vec![first.clone(), second.clone()]);
    let etags = |inputs: &Inputs| keys.iter().map(|key| inputs.get(key).map(|i| i.etag)).collect::<Vec<_>>();
    assert_eq!(etags(&merged), ["2", "2", "1"].map(|etag| Some(etag.to_owned())));
    assert!(merged.get(a).unwrap().is_ok());
    let merged = Inputs::merged(vec![second, first]);
    assert_eq!(etags(&merged), ["1", "2", "1"].map(|etag| Some(etag.to_owned())));
    assert!(merged.get(a).unwrap().is_quarantined());
    assert_eq!(merged.get("no such key"), None);
}

proptest! {
    #[test]
    fn merging_is_a_map_that_commits_extend(
        commits in prop::collection::vec(prop::collection::btree_map(0u64..30, any::<u16>(), 0..20), 0..6)
    ) {
        let mut expected = BTreeMap::new();
        let runs = commits.iter().map(|commit| {
            let inputs = commit.iter().map(|(n, etag)| input(key(n % 3, "us-east-1", *n), &etag.to_string()));
            expected.extend(inputs.clone().map(|input| (sort_key(&input.key), input)));
            inputs.collect::<Inputs>()
        }).collect::<Vec<_>>();
        let merged = Inputs::merged(runs);
        prop_assert_eq!(merged.len(), expected.len());
        for input in expected.values() {
            prop_assert_eq!(merged.get(&input.key), Some(input.clone()));
        }
        let mut walk = merged.walk();
        let mut asked: Vec<_> = (0..30).map(|n| key(n % 3, "us-east-1", n)).collect();
        asked.sort_by_key(|key| sort_key(key));
        for key in asked {
            prop_assert_eq!(walk.get(&key), merged.get(&key));
        }
        prop_assert_eq!(merged.iter().collect::<Vec<_>>(), expected.into_values().collect::<Vec<_>>());
    }
}
