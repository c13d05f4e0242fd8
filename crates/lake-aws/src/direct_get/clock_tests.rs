use lake_store::ErrorKind;

use super::super::DirectGet;
use super::super::tests::{client, wanted};
use crate::BucketOptions;
use crate::failure::read_error;
use crate::testing::recorder::{Recorder, response};

const SKEWED: &str = "<Error><Code>RequestTimeTooSkewed</Code></Error>";

#[tokio::test]
async fn a_wrong_clock_is_set_by_the_refusal_of_s3() {
    let cases = [
        ("Sat, 28 Nov 2026 15:30:00 GMT", "20261128T153000Z"),
        ("Fri, 27 Nov 2026 11:00:00 GMT", "20261127T110000Z"),
    ];
    let answers = [
        |_: &_| response(403, &[("date", "Sat, 28 Nov 2026 15:30:00 GMT")], SKEWED),
        |_: &_| response(403, &[("date", "Fri, 27 Nov 2026 11:00:00 GMT")], SKEWED),
    ];
    for ((date, signed), answer) in cases.into_iter().zip(answers) {
        let recorder = Recorder::answering(answer);
        let client = client(&recorder, |it| it);
        let (get, options) = (DirectGet::default(), BucketOptions::default());
        for expected in ["20261128T120000Z", signed] {
            let error = get.send(&client, &wanted("logs", "key", &options)).await.unwrap_err();
            assert_eq!(read_error("key", error).kind, ErrorKind::Transient, "{date}");
            assert_eq!(recorder.take().pop().unwrap().headers["x-amz-date"], expected, "{date}");
        }
    }
}

#[tokio::test]
async fn text_that_is_no_date_leaves_the_clock_alone() {
    let recorder = Recorder::answering(|_| response(403, &[("date", "yesterday")], ""));
    let client = client(&recorder, |it| it);
    let (get, options) = (DirectGet::default(), BucketOptions::default());
    for _ in 0..2 {
        get.send(&client, &wanted("logs", "key", &options)).await.unwrap_err();
        assert_eq!(recorder.take().pop().unwrap().headers["x-amz-date"], "20261128T120000Z");
    }
}
