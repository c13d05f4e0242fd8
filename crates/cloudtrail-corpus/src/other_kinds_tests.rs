use serde_json::Value;

use super::*;
use crate::OrganizationConfig;
use crate::draw::rng_for;

#[test]
fn every_kind_is_json_with_its_records() {
    let organization = Organization::new(&OrganizationConfig::default());
    let place = Place { account: 0, region: 0 };
    for (kind, member) in [
        (Kind::Insight, "insightDetails"),
        (Kind::NetworkActivity, "vpcEndpointId"),
        (Kind::Aggregated, "timeWindow"),
        (Kind::Digest, "hashValue"),
    ] {
        for seed in 0..20 {
            let day = crate::record::example_day();
            let (text, count) = other_text(kind, &organization, (day, place, 600), &mut rng_for(seed, 1, 1));
            let value: Value = serde_json::from_slice(&text).unwrap();
            let list = if kind == Kind::Digest { &value["logFiles"] } else { &value["Records"] };
            let list = list.as_array().unwrap();
            assert_eq!(if kind == Kind::Digest { 0 } else { list.len() }, count);
            assert!(!list.is_empty() && list.iter().all(|entry| !entry[member].is_null()), "{value}");
            assert!(!value.to_string().contains('<'));
        }
    }
}
