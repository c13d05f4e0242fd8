//! The objects next to CloudTrail's own log files: insights, network activity, aggregated events, and digests.

use cloudtrail_model::{Day, Kind};
use fastrand::Rng;

use crate::clock::Clock;
use crate::organization::Organization;
use crate::plan::Place;
use crate::record::{Circumstances, Scene};

const INSIGHT: &str = r#"{"eventVersion":"1.09","eventTime":"<time>","awsRegion":"<region>","eventID":"<uuid>","eventType":"AwsCloudTrailInsight","recipientAccountId":"<account>","sharedEventID":"<uuid>","insightDetails":{"state":"Start","eventSource":"ssm.amazonaws.com","eventName":"UpdateInstanceInformation","insightType":"ApiCallRateInsight","insightContext":{"statistics":{"baseline":{"average":0.<num>},"insight":{"average":<small>.0},"insightDuration":<digit>,"baselineDuration":10080},"attributions":[{"attribute":"userIdentityArn","insight":[{"value":"arn:aws:sts::<account>:assumed-role/<role>","average":<small>.5}],"baseline":[{"value":"arn:aws:sts::<account>:assumed-role/<role>","average":1.5E-4}]},{"attribute":"userAgent","insight":[{"value":"aws-sdk-go/1.54.6 (go1.22.4; linux; amd64)","average":<small>.5}],"baseline":[]},{"attribute":"errorCode","insight":[{"value":"null","average":<small>.0}],"baseline":[{"value":"null","average":0.0}]}]}},"eventCategory":"Insight"}"#;

const NETWORK_ACTIVITY: &str = r#"{"eventVersion":"1.09","userIdentity":{"type":"AWSAccount","principalId":"<role-id>:<instance>","accountId":"<other-account>"},"eventTime":"<time>","eventSource":"kms.amazonaws.com","eventName":"GenerateDataKey","awsRegion":"<region>","sourceIPAddress":"<address>","errorCode":"VpceAccessDenied","errorMessage":"The request was denied due to a VPC endpoint policy","requestID":"<uuid>","eventID":"<uuid>","readOnly":true,"resources":[{"accountId":"<account>","type":"AWS::KMS::Key","ARN":"arn:aws:kms:<region>:<account>:key/<key>"}],"eventType":"AwsVpceEvent","recipientAccountId":"<account>","sharedEventID":"<uuid>","vpcEndpointId":"<endpoint>","vpcEndpointAccountId":"<account>","eventCategory":"NetworkActivity"}"#;

// documented in "CloudTrail record contents for aggregated events": the id is called `eventId`, and there is no eventTime
const AGGREGATED: &str = r#"{"eventVersion":"1.0","accountId":"<account>","eventId":"<uuid>","eventCategory":"Aggregated","eventType":"AwsAggregatedEvent","awsRegion":"<region>","eventSource":"s3.amazonaws.com","timeWindow":{"windowStart":"<time-before>","windowEnd":"<time>","windowSize":"PT5M"},"summary":{"primaryDimension":{"dimension":"eventName","statistics":[{"name":"GetObject","value":<num>},{"name":"PutObject","value":<small>}]},"details":[{"dimension":"resourceARN","statistics":[{"name":"arn:aws:s3:::<bucket>","value":<num>}]},{"dimension":"userIdentity","statistics":[{"name":"arn:aws:sts::<account>:assumed-role/<role>","value":<small>}]},{"dimension":"errorCode","statistics":[]}]}}"#;

const DIGEST_START: &str = r#"{"awsAccountId":"<account>","digestStartTime":"<time-before>","digestEndTime":"<time>","digestS3Bucket":"organisation-cloudtrail","digestPublicKeyFingerprint":"<hex32>","digestSignatureAlgorithm":"SHA256withRSA","newestEventTime":"<time>","oldestEventTime":"<time-before>","previousDigestS3Bucket":"organisation-cloudtrail","previousDigestHashValue":"<hex64>","previousDigestHashAlgorithm":"SHA-256","previousDigestSignature":"<hex64><hex64><hex64><hex64>","logFiles":["#;
const DIGEST_ENTRY: &str = r#"{"s3Bucket":"organisation-cloudtrail","s3Object":"AWSLogs/<account>/CloudTrail/<region>/<account>_CloudTrail_<region>_<hex16>.json.gz","hashValue":"<hex64>","hashAlgorithm":"SHA-256","newestEventTime":"<time>","oldestEventTime":"<time-before>"}"#;

/// The text of an object of another kind, and how many records are in it.
pub(crate) fn other_text(
    kind: Kind,
    organization: &Organization,
    (day, place, minute): (Day, Place, u16),
    rng: &mut Rng,
) -> (Vec<u8>, usize) {
    let count = rng.u32(1..6) as usize;
    let clock = Clock::new(day);
    let (start, entry) = match kind {
        Kind::Insight => (r#"{"Records":["#, INSIGHT),
        Kind::NetworkActivity => (r#"{"Records":["#, NETWORK_ACTIVITY),
        Kind::Aggregated => (r#"{"Records":["#, AGGREGATED),
        Kind::CloudTrail | Kind::Digest => (DIGEST_START, DIGEST_ENTRY),
    };
    let circumstances = Circumstances {
        account: place.account,
        region: place.region,
        seconds: i64::from(minute) * 60 - 30,
        without_id: false,
        awkward_per_mille: 0,
    };
    let mut text = Vec::new();
    for number in 0..count {
        let mut scene = Scene::new(organization, &clock, &circumstances, rng);
        scene.fill(if number == 0 { start } else { "," }, &mut text);
        scene.fill(entry, &mut text);
    }
    text.extend_from_slice(b"]}");
    (text, if kind == Kind::Digest { 0 } else { count })
}

#[cfg(test)]
#[path = "other_kinds_tests.rs"]
mod tests;
