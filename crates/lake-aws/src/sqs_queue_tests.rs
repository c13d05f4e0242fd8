use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use aws_credential_types::provider::error::CredentialsError;
use job_queue::conformance::{self, HIDDEN_FOR, Kind, MAX_RECEIVES, MakeQueue, UnderTest};
use job_queue::send_all;
use testkit::MemoryQueue;
use testkit::sqs::{Fault, Operation, Refused, SqsServer};

use super::*;
use crate::Connection;
use crate::testing::world::{Failing, Queues, assert_queue_said, over_http, queue_connection, queues};

const NOT_AT_ALL: Duration = Duration::ZERO;

/// Creates queues of one server.
struct OverHttp {
    server: SqsServer,
    made: AtomicUsize,
}

#[async_trait]
impl MakeQueue for OverHttp {
    async fn make(&self, kind: Kind) -> UnderTest {
        let (queue, end) = match kind {
            Kind::Standard => (MemoryQueue::new(HIDDEN_FOR, MAX_RECEIVES), ""),
            Kind::Fifo => (MemoryQueue::fifo(HIDDEN_FOR, MAX_RECEIVES), ".fifo"),
        };
        let number = self.made.fetch_add(1, SeqCst);
        let [name, dead] = ["jobs", "dead"].map(|name| format!("{name}-{number}{end}"));
        self.server.add(&name, queue.clone());
        self.server.add(&dead, queue.dead_letters());
        let [queue, dead_letters] =
            [name, dead].map(|name| Arc::new(over_http(&self.server, &name)) as Arc<dyn Queue>);
        UnderTest { queue, dead_letters }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_conforms() {
    let server = SqsServer::start(&[]).unwrap();
    conformance::suite(&OverHttp { server, made: AtomicUsize::new(0) }).await;
}

fn messages(number: usize) -> Vec<NewMessage> {
    (0..number)
        .map(|number| NewMessage::new(format!("{number:02}"), format!("group-{}", number % 3)))
        .collect()
}

fn bodies(messages: &[NewMessage]) -> Vec<String> {
    messages.iter().map(|message| message.body.clone()).collect()
}

fn sorted(mut bodies: Vec<String>) -> Vec<String> {
    bodies.sort_unstable();
    bodies
}

fn received(receipt: &str) -> Message {
    Message { id: "1".into(), receipt: receipt.into(), body: "".into(), received: 1, group: None }
}

/// Transient failures of a batch, and the maximum of duplicates among 12 messages.
fn passing_faults() -> Vec<(Fault, usize)> {
    let refused = |code, senders_fault| Refused { code, senders_fault };
    vec![
        (Fault::Fail(503, "ServiceUnavailable"), 0),
        (Fault::Fail(500, "InternalError"), 0),
        (Fault::Fail(400, "ThrottlingException"), 0),
        (Fault::Fail(403, "RequestThrottled"), 0),
        (Fault::Fail(400, "KMS.ThrottlingException"), 0),
        (Fault::Reset, 0),
        (Fault::ReplyLost, 10),
        (Fault::DoneThenFail(500, "InternalError"), 10),
        (Fault::Garbled, 10),
        (Fault::Refused(&[0, 3, 9], refused("InternalError", false)), 0),
        (Fault::Refused(&[1], refused("RequestThrottled", true)), 0),
        (Fault::Forgotten(&[4]), 0),
        (Fault::Forgotten(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), 0),
        (Fault::Unmentioned(&[0, 9]), 2),
        (Fault::Unmentioned(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), 10),
        (Fault::Slow(Duration::from_millis(50)), 0),
    ]
}

#[tokio::test]
async fn whatever_passes_loses_no_message_and_a_fifo_queue_has_each_once() {
    for (fault, twice) in passing_faults() {
        let Queues { server, standard, fifo } = queues();
        let sent = messages(12);
        for (name, queue, expected) in [("jobs", standard, 12 + twice), ("jobs.fifo", fifo, 12)] {
            server.fault_next(&[fault]);
            send_all(&over_http(&server, name), &sent).await.unwrap();
            assert_eq!(server.faults_happened(), 1, "{fault:?}");
            let found = queue.bodies();
            assert_eq!(found.len(), expected, "{fault:?} of {name}: {found:?}");
            let mut once = sorted(found);
            once.dedup();
            assert_eq!(once, bodies(&sent), "{fault:?} of {name}");
        }
    }
}

#[tokio::test]
async fn only_unconfirmed_messages_are_sent_again() {
    let Queues { server, standard, .. } = queues();
    server.fault_next(&[
        Fault::Refused(&[1, 3], Refused { code: "InternalError", senders_fault: false }),
        Fault::Forgotten(&[0]),
    ]);
    send_all(&over_http(&server, "jobs"), &messages(5)).await.unwrap();
    assert_eq!(standard.bodies(), ["00", "02", "04", "03", "01"]);
    let calls: Vec<usize> =
        server.take_calls().iter().map(|call| call.body["Entries"].as_array().unwrap().len()).collect();
    assert_eq!(calls, [5, 2, 1]);
}

#[tokio::test]
async fn each_message_is_answered_for_in_its_place() {
    let queues = queues();
    let queue = over_http(&queues.server, "jobs");
    let refused = Refused { code: "InvalidMessageContents", senders_fault: true };
    queues.server.fault_next(&[Fault::Refused(&[2], refused), Fault::Unmentioned(&[1])]);

    let answers = queue.send(&messages(3)).await.unwrap();
    assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, true, false]);
    let words = ["cannot send a message: http://", "/jobs: InvalidMessageContents: The fault of this test"];
    assert_queue_said(answers[2].as_ref().unwrap_err(), false, &words);

    let answers = queue.send(&messages(3)).await.unwrap();
    assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    assert_queue_said(answers[1].as_ref().unwrap_err(), true, &["/jobs: the response has no result for it"]);
}

/// Permanent errors, with their advice.
const LASTING: [(Fault, &str); 6] = [
    (Fault::Fail(403, "AccessDenied"), "the policy of the caller or of the queue"),
    (Fault::Fail(403, "ExpiredToken"), "renew the credentials"),
    (Fault::Fail(403, "SignatureDoesNotMatch"), "check the credentials"),
    (Fault::Fail(400, "KMS.AccessDeniedException"), "check the KMS key"),
    (Fault::Fail(400, "AWS.SimpleQueueService.NonExistentQueue"), "check the queue's URL"),
    (Fault::Fail(400, "InvalidParameterValue"), "The fault of this test"),
];

#[tokio::test]
async fn permanent_errors_are_reported_at_once_in_one_line() {
    let Queues { server, standard, .. } = queues();
    let queue = over_http(&server, "jobs");
    let held = received("1");
    for (fault, advice) in LASTING {
        server.fault(move |_, _| Some(fault));
        let unsent = send_all(&queue, &messages(12)).await.unwrap_err();
        assert_eq!((unsent.unsent, unsent.all), (12, 12));
        let errors = [
            unsent.source,
            queue.receive(1, NOT_AT_ALL).await.unwrap_err(),
            queue.delete(&held).await.unwrap_err(),
            queue.hide(&held, NOT_AT_ALL).await.unwrap_err(),
        ];
        for error in &errors {
            assert_queue_said(error, false, &["cannot ", &server.url("jobs"), advice]);
        }
        assert_eq!(server.faults_happened(), 4, "{fault:?} was tried again");
    }
    assert_eq!(standard.bodies().len(), 0);
}

#[tokio::test]
async fn a_message_that_is_the_senders_fault_is_not_sent_again() {
    let Queues { server, standard, .. } = queues();
    server
        .fault_next(&[Fault::Refused(&[1], Refused { code: "InvalidMessageContents", senders_fault: true })]);
    let unsent = send_all(&over_http(&server, "jobs"), &messages(3)).await.unwrap_err();
    assert_eq!((unsent.unsent, unsent.all), (1, 3));
    assert_queue_said(&unsent.source, false, &["InvalidMessageContents"]);
    assert_eq!(standard.bodies(), ["00", "02"]);
}

#[tokio::test]
async fn a_missing_queue_and_an_invalid_key_are_reported() {
    let Queues { server, .. } = queues();
    let missing = over_http(&server, "no-jobs").send(&messages(1)).await.unwrap_err();
    let words = [
        "cannot send messages",
        "/no-jobs: NonExistentQueue: The specified queue does not exist; check the queue's URL",
    ];
    assert_queue_said(&missing, false, &words);

    let stranger = Connection { access_key: "AKIASTRANGER".into(), ..queue_connection(&server) };
    let queue = SqsQueue::new(stranger.queue_client(), server.url("jobs"));
    let error = queue.receive(1, NOT_AT_ALL).await.unwrap_err();
    assert_queue_said(
        &error,
        false,
        &["cannot receive messages", "InvalidClientTokenId", "check the credentials"],
    );

    let nobody = Failing(|| CredentialsError::not_loaded("nothing in the chain"));
    let config = queue_connection(&server).queue_client().config().to_builder();
    let client = Client::from_conf(config.credentials_provider(nobody).build());
    let error = SqsQueue::new(client, server.url("jobs")).delete(&received("1")).await.unwrap_err();
    let words = ["cannot delete a message", "no credentials: set AWS_PROFILE", "nothing in the chain"];
    assert_queue_said(&error, false, &words);
}

#[tokio::test]
async fn a_server_that_is_gone_may_come_back() {
    let Queues { server, .. } = queues();
    let queue = over_http(&server, "jobs");
    let held = received("1");
    drop(server);
    let error = queue.send(&messages(1)).await.unwrap_err();
    assert_queue_said(&error, true, &["cannot send messages", "no response"]);
    assert!(queue.receive(1, NOT_AT_ALL).await.unwrap_err().transient);
    assert!(queue.delete(&held).await.unwrap_err().transient);
}

#[tokio::test]
async fn a_group_and_an_id_go_to_a_fifo_queue_alone() {
    let queues = queues();
    let sent = messages(1);
    for (name, group, id) in [("jobs", None, None), ("jobs.fifo", Some("group-0"), Some(sent[0].id.as_str()))]
    {
        over_http(&queues.server, name).send(&sent).await.unwrap().remove(0).unwrap();
        let call = queues.server.take_calls().remove(0);
        let entry = &call.body["Entries"][0];
        assert_eq!((call.operation, call.queue.as_str()), (Operation::SendMessageBatch, name));
        assert_eq!((entry["MessageGroupId"].as_str(), entry["MessageDeduplicationId"].as_str()), (group, id));
    }
}

#[tokio::test]
async fn numbers_are_those_that_sqs_takes() {
    let queues = queues();
    let queue = over_http(&queues.server, "jobs");
    queue.send(&messages(2)).await.unwrap();
    let held = queue.receive(0, Duration::from_millis(900)).await.unwrap().remove(0);
    queue.receive(1_000, Duration::from_secs(3_600)).await.unwrap();
    queue.hide(&held, Duration::from_millis(1)).await.unwrap();
    queue.hide(&held, Duration::MAX).await.unwrap();
    let calls = queues.server.take_calls();
    let asked: Vec<_> = calls[1..3]
        .iter()
        .map(|call| {
            (
                call.body["MaxNumberOfMessages"].as_u64().unwrap(),
                call.body["WaitTimeSeconds"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(asked, [(1, 0), (10, 20)]);
    let hidden: Vec<_> =
        calls[3..].iter().map(|call| call.body["VisibilityTimeout"].as_u64().unwrap()).collect();
    assert_eq!(hidden, [1, 43_200]);
}

#[tokio::test]
async fn deleting_and_hiding_are_repeated_and_receiving_is_not() {
    let Queues { server, standard, .. } = queues();
    let queue = over_http(&server, "jobs");
    queue.send(&messages(1)).await.unwrap();
    server.fault_next(&[Fault::ReplyLost]);
    let error = queue.receive(1, NOT_AT_ALL).await.unwrap_err();
    assert_queue_said(&error, true, &["cannot receive messages", "no response"]);
    // messages of a lost response are hidden until their visibility timeout ends
    assert_eq!(queue.receive(1, NOT_AT_ALL).await.unwrap(), []);

    queue.send(&messages(1)).await.unwrap();
    let held = queue.receive(1, NOT_AT_ALL).await.unwrap().remove(0);
    server.fault_next(&[Fault::Fail(503, "ServiceUnavailable"), Fault::ReplyLost, Fault::Reset]);
    queue.hide(&held, Duration::from_secs(90)).await.unwrap();
    assert_eq!(server.faults_happened(), 3);
    server.fault_next(&[Fault::Fail(400, "ThrottlingException"), Fault::ReplyLost]);
    queue.delete(&held).await.unwrap();
    assert_eq!(server.faults_happened(), 2);
    assert_eq!(standard.bodies().len(), 1, "but for the one that is hidden");
}

#[tokio::test]
async fn a_receipt_of_another_queue_is_an_error_and_one_whose_message_is_gone_is_none() {
    let queues = queues();
    let queue = over_http(&queues.server, "jobs");
    for error in [
        queue.delete(&received("no receipt")).await.unwrap_err(),
        queue.hide(&received("no receipt"), NOT_AT_ALL).await.unwrap_err(),
    ] {
        assert_queue_said(&error, false, &["ReceiptHandleIsInvalid"]);
    }
    queue.delete(&received("77")).await.unwrap();
    queue.hide(&received("77"), NOT_AT_ALL).await.unwrap();
    queues.server.fault_next(&[Fault::Fail(400, "AWS.SimpleQueueService.MessageNotInflight")]);
    queue.hide(&received("77"), NOT_AT_ALL).await.unwrap();
}
