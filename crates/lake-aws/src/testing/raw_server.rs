//! A server on 127.0.0.1 that answers with the bytes it is told, whatever it is asked.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The bytes for a request, by its number from 0. Nothing follows them: the connection stays open.
type Answer = Arc<dyn Fn(usize) -> Vec<u8> + Send + Sync>;

/// The server. It ends with the runtime of its test.
pub(crate) struct RawServer {
    address: std::net::SocketAddr,
    requests: Arc<Mutex<Vec<(usize, String)>>>,
}

impl RawServer {
    pub(crate) async fn start(answer: impl Fn(usize) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (requests, answer): (Arc<Mutex<Vec<_>>>, Answer) = (Arc::default(), Arc::new(answer));
        let (kept, asked) = (requests.clone(), Arc::new(AtomicUsize::new(0)));
        tokio::spawn(async move {
            for connection in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, connection, kept.clone(), asked.clone(), answer.clone()));
            }
        });
        RawServer { address, requests }
    }

    /// The URL: `http://127.0.0.1:PORT`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The number of the connection, and the text, of each request.
    pub(crate) fn requests(&self) -> Vec<(usize, String)> {
        self.requests.lock().unwrap().clone()
    }
}

async fn serve(
    mut stream: TcpStream,
    connection: usize,
    requests: Arc<Mutex<Vec<(usize, String)>>>,
    asked: Arc<AtomicUsize>,
    answer: Answer,
) {
    let (mut head, mut chunk) = (Vec::new(), [0; 4096]);
    while let Ok(read @ 1..) = stream.read(&mut chunk).await {
        head.extend_from_slice(&chunk[..read]);
        if !is_whole(&head) {
            continue;
        }
        let text = String::from_utf8(std::mem::take(&mut head)).unwrap();
        requests.lock().unwrap().push((connection, text));
        if stream.write_all(&answer(asked.fetch_add(1, SeqCst))).await.is_err() {
            return;
        }
    }
}

/// Whether a request has come whole: its head, and as many bytes as it says.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length.map_or(0, |length| length.parse().unwrap()) == body.len()
}
