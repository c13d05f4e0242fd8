use super::*;
use crate::testing::world::{World, day};

const ADMIN: &str = "arn:aws:sts::1:assumed-role/admin/alice";

fn call(id: &str, time: &str, rest: &str) -> String {
    format!(r#"{{"eventID":"{id}","eventTime":"{time}",{rest}}}"#)
}

/// Bob assumes a role as alice, whose session lists a bucket, is denied an object, and assumes another role.
async fn world() -> World {
    let world = World::new();
    let alice = format!(
        r#""userIdentity":{{"arn":"{ADMIN}","accessKeyId":"ASIAALICEALICEALICE1"}},"sourceIPAddress":"192.0.2.1""#
    );
    let gave = |role: &str, key: &str| {
        format!(
            r#""eventSource":"sts.amazonaws.com","eventName":"AssumeRole","responseElements":{{"assumedRoleUser":{{"arn":"arn:aws:sts::1:assumed-role/{role}/alice"}},"credentials":{{"accessKeyId":"{key}"}}}}"#
        )
    };
    let bob = r#""userIdentity":{"arn":"arn:aws:iam::1:user/bob"}"#;
    world.deliver(day("2026-10-30"), "1", &[
        call("1", "2026-10-30T10:00:00Z", &format!("{bob},{}", gave("admin", "ASIAALICEALICEALICE1"))),
        call("2", "2026-10-30T11:00:00Z", &format!(r#"{alice},"eventSource":"s3.amazonaws.com","eventName":"ListBucket","awsRegion":"eu-west-1""#)),
        call("3", "2026-10-30T12:00:00Z", &format!(r#"{alice},"eventSource":"s3.amazonaws.com","eventName":"GetObject","errorCode":"AccessDenied""#)),
    ]);
    world.deliver(
        day("2026-10-31"),
        "2",
        &[
            call("4", "2026-10-31T09:00:00Z", &format!("{alice},{}", gave("backup", "ASIAOTHEROTHEROTHER1"))),
            call(
                "5",
                "2026-10-31T10:00:00Z",
                &format!(r#"{bob},"eventSource":"s3.amazonaws.com","eventName":"ListBucket""#),
            ),
        ],
    );
    world.daily(&["2026-10-30", "2026-10-31"]).await;
    world
}

async fn who(world: &World, subject: &str) -> Who {
    Who::of(&world.lake, &Subject::of(subject), Span::default(), &Arc::default()).await.unwrap()
}

fn top(tally: &Tally) -> Vec<(String, u64)> {
    tally.top(10).texts
}

#[tokio::test]
async fn it_says_what_a_session_did_and_how_it_came_to_be() {
    let world = world().await;
    for monthly in [false, true] {
        if monthly {
            world.monthly(&["2026-10"]).await;
        }
        for subject in [ADMIN, "ASIAALICEALICEALICE1", "admin/alice"] {
            let who = who(&world, subject).await;
            assert_eq!((who.seen.records, who.failed), (3, 1), "{subject}");
            let micros = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_microsecond();
            assert_eq!(who.seen.first, Some(micros("2026-10-30T11:00:00Z")));
            assert_eq!(who.seen.last, Some(micros("2026-10-31T09:00:00Z")));
            assert_eq!(top(&who.services), [("s3".to_owned(), 2), ("sts".to_owned(), 1)]);
            assert_eq!(top(&who.errors), [("AccessDenied s3:GetObject".to_owned(), 1)]);
            assert_eq!(top(&who.addresses), [("192.0.2.1".to_owned(), 3)]);
            assert_eq!(top(&who.callers), [(ADMIN.to_owned(), 3)]);
            let traces = |of: &Traces| {
                of.traces
                    .keys()
                    .map(|trace| format!("{} {} {}", trace.by, trace.call, trace.of))
                    .collect::<Vec<_>>()
            };
            assert_eq!(
                traces(&who.came_from),
                [format!("arn:aws:iam::1:user/bob AssumeRole {ADMIN}")],
                "{subject}"
            );
            assert_eq!(
                traces(&who.gave),
                [format!("{ADMIN} AssumeRole arn:aws:sts::1:assumed-role/backup/alice")]
            );
        }
    }
}

#[tokio::test]
async fn an_address_has_no_origin_and_nobody_did_nothing() {
    let world = world().await;
    let address = who(&world, "192.0.2.1").await;
    assert_eq!((address.seen.records, address.came_from.is_empty()), (3, true));
    assert_eq!(who(&world, "carol").await, Who::default());
}
