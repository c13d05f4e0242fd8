use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;

use super::*;
use crate::Message;

/// The response to one call.
#[derive(Debug, Clone)]
enum Answer {
    /// Accepts all but those at these indexes.
    Refuses(Vec<usize>),
    /// Accepts the first messages, and returns no result for the others.
    AnswersFor(usize),
    /// Accepts all, and the response is lost.
    Lost,
    /// Rejects all, permanently.
    Denied,
}

/// Responds to calls by a script, and accepts all after its end.
#[derive(Debug, Default)]
struct Scripted {
    answers: Mutex<VecDeque<Answer>>,
    taken: Mutex<Vec<String>>,
    calls: Mutex<Vec<usize>>,
}

fn failed(transient: bool) -> QueueError {
    QueueError { action: "send messages", transient, source: "scripted".into() }
}

#[async_trait]
impl Queue for Scripted {
    async fn send(&self, messages: &[NewMessage]) -> Result<Vec<Result<(), QueueError>>, QueueError> {
        let bodies: Vec<String> = messages.iter().map(|message| message.body.clone()).collect();
        self.calls.lock().unwrap().push(bodies.len());
        let answer = self.answers.lock().unwrap().pop_front().unwrap_or(Answer::Refuses(vec![]));
        let take = |bodies: &[String]| self.taken.lock().unwrap().extend_from_slice(bodies);
        match answer {
            Answer::Refuses(refused) => Ok((0..messages.len())
                .map(|at| {
                    if refused.contains(&at) {
                        return Err(failed(true));
                    }
                    take(&bodies[at..=at]);
                    Ok(())
                })
                .collect()),
            Answer::AnswersFor(number) => {
                take(&bodies[..number]);
                Ok((0..number).map(|_| Ok(())).collect())
            }
            Answer::Lost => {
                take(&bodies);
                Err(failed(true))
            }
            Answer::Denied => Err(failed(false)),
        }
    }
    async fn receive(&self, _: usize, _: Duration) -> Result<Vec<Message>, QueueError> {
        unreachable!()
    }
    async fn delete(&self, _: &Message) -> Result<(), QueueError> {
        unreachable!()
    }
    async fn hide(&self, _: &Message, _: Duration) -> Result<(), QueueError> {
        unreachable!()
    }
}

fn bodies(number: usize) -> Vec<String> {
    (0..number).map(|number| format!("{number:02}")).collect()
}

fn messages(number: usize) -> Vec<NewMessage> {
    bodies(number).into_iter().map(|body| NewMessage::new(body, "a group")).collect()
}

fn scripted(answers: &[Answer]) -> Scripted {
    Scripted { answers: Mutex::new(answers.iter().cloned().collect()), ..Scripted::default() }
}

#[tokio::test(start_paused = true)]
async fn messages_are_sent_ten_a_call() {
    let queue = scripted(&[]);
    send_all(&queue, &messages(25)).await.unwrap();
    assert_eq!(*queue.calls.lock().unwrap(), [10, 10, 5]);
    assert_eq!(*queue.taken.lock().unwrap(), bodies(25));
    send_all(&queue, &[]).await.unwrap();
    assert_eq!(queue.calls.lock().unwrap().len(), 3, "nothing is sent for nothing");
}

#[tokio::test(start_paused = true)]
async fn large_messages_are_fewer_a_call_but_at_least_one() {
    let queue = scripted(&[]);
    let sizes = [150 << 10, 60 << 10, 10, 300 << 10, 10];
    let messages: Vec<NewMessage> =
        sizes.iter().map(|size| NewMessage::new("x".repeat(*size), "a group")).collect();
    send_all(&queue, &messages).await.unwrap();
    assert_eq!(*queue.calls.lock().unwrap(), [1, 2, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn only_unconfirmed_messages_are_sent_again() {
    let queue = scripted(&[Answer::Refuses(vec![1, 3]), Answer::Refuses(vec![0])]);
    send_all(&queue, &messages(4)).await.unwrap();
    assert_eq!(*queue.calls.lock().unwrap(), [4, 2, 1]);
    assert_eq!(*queue.taken.lock().unwrap(), ["00", "02", "03", "01"]);
}

#[tokio::test(start_paused = true)]
async fn messages_without_a_result_are_not_confirmed() {
    let queue = scripted(&[Answer::AnswersFor(2)]);
    send_all(&queue, &messages(5)).await.unwrap();
    assert_eq!(*queue.calls.lock().unwrap(), [5, 3]);
    assert_eq!(*queue.taken.lock().unwrap(), bodies(5));
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_answer_all_are_sent_again() {
    let queue = scripted(&[Answer::Lost]);
    send_all(&queue, &messages(2)).await.unwrap();
    assert_eq!(*queue.taken.lock().unwrap(), ["00", "01", "00", "01"]);
}

#[tokio::test(start_paused = true)]
async fn it_gives_up_at_once_where_no_retry_helps_and_says_how_many_are_left() {
    let queue = scripted(&[Answer::Refuses(vec![]), Answer::Denied]);
    let unsent = send_all(&queue, &messages(25)).await.unwrap_err();
    assert_eq!((unsent.unsent, unsent.all), (15, 25));
    assert_eq!(queue.calls.lock().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn it_gives_up_at_the_deadline() {
    let mut answers = vec![Answer::Refuses(vec![2])];
    answers.extend(vec![Answer::Refuses(vec![0]); 1_000]);
    let queue = scripted(&answers);
    let started = Instant::now();
    let unsent = send_all(&queue, &messages(3)).await.unwrap_err();
    assert!(started.elapsed() <= DEADLINE, "{:?}", started.elapsed());
    assert_eq!((unsent.unsent, unsent.all), (1, 3));
}
