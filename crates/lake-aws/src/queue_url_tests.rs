use super::*;

fn parsed(text: &str) -> (Option<String>, Option<String>) {
    let url: QueueUrl = text.parse().unwrap();
    assert_eq!(url.text, text);
    (url.region, url.endpoint)
}

#[test]
fn a_url_of_aws_says_the_region() {
    for (url, region) in [
        ("https://sqs.eu-central-1.amazonaws.com/123456789012/jobs", "eu-central-1"),
        ("https://sqs.eu-central-1.amazonaws.com/123456789012/jobs.fifo", "eu-central-1"),
        ("https://sqs.cn-north-1.amazonaws.com.cn/123456789012/jobs", "cn-north-1"),
        ("https://eu-west-1.queue.amazonaws.com/123456789012/jobs", "eu-west-1"),
        ("https://queue.amazonaws.com/123456789012/jobs", "us-east-1"),
        ("https://SQS.us-gov-west-1.amazonaws.com/123456789012/jobs", "us-gov-west-1"),
    ] {
        assert_eq!(parsed(url), (Some(region.to_owned()), None), "{url}");
    }
}

#[test]
fn a_host_that_is_not_the_default_endpoint_is_the_endpoint() {
    let vpc = "https://vpce-0a1b-2c3d.sqs.eu-central-1.vpce.amazonaws.com";
    for (endpoint, region) in [
        (vpc, Some("eu-central-1")),
        ("https://vpce-0a1b.sqs.cn-north-1.vpce.amazonaws.com.cn", Some("cn-north-1")),
        ("https://sqs-fips.us-east-2.amazonaws.com", Some("us-east-2")),
        ("https://sqs.eu-west-3.api.aws", Some("eu-west-3")),
        ("http://localhost:9324", None),
        ("http://sqs.eu-central-1.localhost.example:4566", None),
        ("http://[::1]:4566", None),
    ] {
        let expected = (region.map(str::to_owned), Some(endpoint.to_owned()));
        assert_eq!(parsed(&format!("{endpoint}/123456789012/jobs")), expected);
    }
}

#[test]
fn an_invalid_queue_url_says_what_to_write() {
    for text in [
        "",
        "jobs",
        "arn:aws:sqs:eu-central-1:123456789012:jobs",
        "sqs.eu-central-1.amazonaws.com/123456789012/jobs",
        "sqs://eu-central-1/jobs",
        "https://sqs.eu-central-1.amazonaws.com",
        "https://sqs.eu-central-1.amazonaws.com/",
        "https://sqs.eu-central-1.amazonaws.com/123456789012/",
        "https:///123456789012/jobs",
        "https://somebody@sqs.eu-central-1.amazonaws.com/123456789012/jobs",
        "https://sqs.eu-central-1.amazonaws.com/123456789012/jobs?x=y",
        "https://sqs.eu-central-1.amazonaws.com/123456789012/jobs\n",
    ] {
        let error = text.parse::<QueueUrl>().unwrap_err().to_string();
        for words in [&format!("{text:?}"), "https://sqs.REGION.amazonaws.com/ACCOUNT/NAME"] {
            assert!(error.contains(words), "{error}");
        }
        assert!(!error.contains('\n'), "{error}");
    }
}
