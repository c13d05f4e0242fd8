use cloudtrail_corpus::Tampering;

use super::*;
use crate::testing::{ACCOUNT, at, day, delivered, prove};

fn report(days: Vec<ReportedDay>) -> Report {
    let (tool, source) = ("trailmill 1.0".to_owned(), "s3://audit-logs/".to_owned());
    let (lake, public_keys) = ("/lake".to_owned(), "keys.json".to_owned());
    Report { as_of: at("2026-11-29T00:00:00Z"), tool, source, lake, public_keys, days }
}

#[tokio::test]
async fn the_report_says_what_is_proven_and_what_is_not() {
    let (trail, mut bucket) = delivered();
    let proven = prove(&bucket, false, "2026-11-29T00:00:00Z").await;
    assert_eq!(proven.sentence(), "92 of 92 log files proven by 58 of 58 digest files");
    let whole = report(vec![ReportedDay { table: Table::CloudTrail, proof: proven }]);
    let text = whole.markdown();
    assert!(text.contains("Result: **proven**") && text.contains("\nNothing.\n"), "{text}");
    assert!(text.contains("| cloudtrail | 2026-11-22 | proven | 92 of 92 | 58 of 58 | 0 | 0 |"), "{text}");

    let elsewhere = trail.chain(ACCOUNT, "us-east-1");
    Tampering::LogRemoved.apply(&mut bucket, &trail.chain(ACCOUNT, "eu-west-1"), &elsewhere);
    let proof = prove(&bucket, false, "2026-11-29T00:00:00Z").await;
    let broken = report(vec![ReportedDay { table: Table::CloudTrail, proof }]);
    let text = broken.markdown();
    assert!(text.contains("Result: **broken**"), "{text}");
    assert!(text.contains("account 990000000001, eu-west-1") && !text.contains("us-east-1\n"), "{text}");
    assert!(text.contains("broken, missing: `"), "{text}");
    let json = serde_json::to_value(&broken).unwrap();
    assert_eq!(json["days"][0]["day"], "2026-11-22");
    assert_eq!(json["days"][0]["regions"][0]["found"][0]["kind"], "missing");
}

#[test]
fn text_from_logs_stays_in_its_code_span() {
    assert_eq!(code("a`b``c"), "``` a`b``c ```");
    assert_eq!(code("a|b\n# heading"), "` a b # heading `");
}

#[test]
fn a_report_of_no_day_proves_nothing() {
    assert_eq!(report(Vec::new()).state(), ProofState::Unproven);
    let proof =
        DayProof { day: day(), as_of: at("2026-11-29T00:00:00Z"), is_final: true, regions: Vec::new() };
    assert_eq!(report(vec![ReportedDay { table: Table::CloudTrail, proof }]).state(), ProofState::Proven);
}
