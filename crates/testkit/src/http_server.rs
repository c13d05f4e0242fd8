//! An HTTP server on a port of 127.0.0.1, for the servers in the process.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::thread::JoinHandle;

use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use s3s::HttpResponse;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// A server that runs until it is dropped, in its own thread, so the clock of a test may be paused.
#[derive(Debug)]
pub(crate) struct HttpServer {
    address: SocketAddr,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

/// Handles requests. An error closes the connection.
pub(crate) trait Answers: Clone + Send + Sync + 'static {
    /// Handles one request.
    fn answer(&self, request: Request<Incoming>) -> impl Future<Output = io::Result<HttpResponse>> + Send;
}

impl HttpServer {
    /// Starts a server on a free port.
    pub(crate) fn start(name: &str, door: impl Answers) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, &door) => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(HttpServer { address, stop: Some(stop), thread: Some(thread) })
    }

    /// The URL: `http://127.0.0.1:PORT`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: std::net::TcpListener, door: &impl Answers) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(door.clone(), stream));
    }
}

/// Serves one connection until either side closes it.
async fn serve(door: impl Answers, stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let serve = service_fn(|request| door.answer(request));
    let mut http = hyper::server::conn::http1::Builder::new();
    let _ = http.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), serve).await;
}

/// The error that closes a connection.
pub(crate) fn cut() -> io::Error {
    io::Error::other("the fault of this test")
}
