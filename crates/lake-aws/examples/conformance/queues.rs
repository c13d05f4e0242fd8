//! The queue port's conformance suite, over an SQS that shares no code with Trailmill.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use job_queue::conformance::{self, HIDDEN_FOR, Kind, MAX_RECEIVES, MakeQueue, UnderTest};
use lake_aws::{Connection, SqsQueue};

/// Creates queues of a server.
struct Queues {
    client: Client,
    made: AtomicUsize,
}

/// Runs the suite except the checks named.
pub(crate) async fn suite(connection: Connection, left_out: Vec<String>) -> String {
    let left_out: Vec<&str> = left_out.iter().map(String::as_str).collect();
    let queues = Queues { client: connection.queue_client(), made: AtomicUsize::new(0) };
    conformance::suite_without(&queues, &left_out).await;
    let end = if left_out.is_empty() { String::new() } else { format!(" without {}", left_out.join(", ")) };
    format!("{} queues conform{end}", queues.made.into_inner())
}

#[async_trait]
impl MakeQueue for Queues {
    async fn make(&self, kind: Kind) -> UnderTest {
        let number = self.made.fetch_add(1, SeqCst);
        let dead = self.create(kind, &format!("dead-{number}"), None).await;
        let named =
            self.client.get_queue_attributes().queue_url(&dead).attribute_names(QueueAttributeName::QueueArn);
        let named = named.send().await.unwrap().attributes.unwrap();
        let arn = &named[&QueueAttributeName::QueueArn];
        let redrive = format!(r#"{{"deadLetterTargetArn":"{arn}","maxReceiveCount":"{MAX_RECEIVES}"}}"#);
        let queue = self.create(kind, &format!("jobs-{number}"), Some(redrive)).await;
        let over_http = |url| Arc::new(SqsQueue::new(self.client.clone(), url));
        UnderTest { queue: over_http(queue), dead_letters: over_http(dead) }
    }
}

impl Queues {
    /// Creates a queue and returns its URL.
    async fn create(&self, kind: Kind, name: &str, redrive: Option<String>) -> String {
        let end = if kind == Kind::Fifo { ".fifo" } else { "" };
        let mut asked = self
            .client
            .create_queue()
            .queue_name(format!("{name}{end}"))
            .attributes(QueueAttributeName::VisibilityTimeout, HIDDEN_FOR.as_secs().to_string());
        if kind == Kind::Fifo {
            asked = asked.attributes(QueueAttributeName::FifoQueue, "true");
        }
        if let Some(policy) = redrive {
            asked = asked.attributes(QueueAttributeName::RedrivePolicy, policy);
        }
        asked.send().await.unwrap().queue_url.unwrap()
    }
}
