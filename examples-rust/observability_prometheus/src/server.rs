//! Serves the metrics, and ends when told. A server of our own over `httparse`: the small HTTP crates leave threads
//! and the port behind, and end for good when the process is out of file descriptors for a moment.

use crate::http::{Connection, End};
use crate::metrics::Metrics;
use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

const MAX_CONNECTIONS: usize = 64;
/// How long to wait before another try to accept, if one failed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
const STOP_TIME: Duration = Duration::from_millis(900);
const HINT: &str = "There is nothing here. The metrics are at /metrics\n";
const PLAIN_TEXT: &str = "text/plain; charset=utf-8";

/// A server that runs.
pub(crate) struct Server {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves `metrics` at `address`.
    ///
    /// # Errors
    /// The address cannot be had, or there is no thread.
    pub(crate) fn start(address: SocketAddr, metrics: Arc<Metrics>) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = thread::Builder::new()
            .name("sochdb-metrics".into())
            .spawn(move || accept(&listener, &metrics, &stopped))?;
        Ok(Self { address, stop, thread: Some(thread) })
    }

    /// Where it serves.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends all connections and threads; the port is free afterwards. False if they do not end in time.
    pub(crate) fn stop(&mut self) -> bool {
        let Some(thread) = self.thread.take() else { return true };
        self.stop.store(true, Ordering::SeqCst);
        let mut awake = self.address;
        if awake.ip().is_unspecified() {
            awake.set_ip(if awake.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
        }
        let deadline = Instant::now() + STOP_TIME;
        while !thread.is_finished() {
            if Instant::now() > deadline {
                return false;
            }
            // It waits for a connection, and looks at `stop` when it gets one.
            let _ = TcpStream::connect_timeout(&awake, ACCEPT_PAUSE);
            thread::sleep(Duration::from_millis(2));
        }
        thread.join().is_ok()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn accept(listener: &TcpListener, metrics: &Arc<Metrics>, stop: &AtomicBool) {
    let mut connections: HashMap<u64, (TcpStream, JoinHandle<()>)> = HashMap::new();
    for number in 0.. {
        let accepted = listener.accept();
        if stop.load(Ordering::SeqCst) {
            break;
        }
        connections.retain(|_, (_, thread)| !thread.is_finished());
        let room = connections.len() < MAX_CONNECTIONS;
        match accepted.and_then(|(stream, _)| serve(stream, metrics, room)) {
            Ok(Some(connection)) => drop(connections.insert(number, connection)),
            Ok(None) => {}
            Err(_) => thread::sleep(ACCEPT_PAUSE),
        }
    }
    for (stream, _) in connections.values() {
        // It may be closed already.
        let _ = stream.shutdown(Shutdown::Both);
    }
    for (_, thread) in connections.into_values() {
        let _ = thread.join();
    }
}

/// Answers on a thread of its own; without `room`, says so at once.
fn serve(stream: TcpStream, metrics: &Arc<Metrics>, room: bool) -> io::Result<Option<(TcpStream, JoinHandle<()>)>> {
    let to_end = stream.try_clone()?;
    let mut connection = Connection::new(stream)?;
    if !room {
        let body = format!("More than {MAX_CONNECTIONS} connections are open\n");
        connection.answer(false, "503 Service Unavailable", "Connection: close\r\n", PLAIN_TEXT, body.as_bytes())?;
        return Ok(None);
    }
    let metrics = metrics.clone();
    let thread = thread::Builder::new().name("sochdb-scrape".into()).spawn(move || {
        // The other side is gone: there is nobody to tell.
        let _ = converse(&mut connection, &metrics);
    })?;
    Ok(Some((to_end, thread)))
}

fn converse(connection: &mut Connection, metrics: &Metrics) -> io::Result<()> {
    loop {
        let request = match connection.request() {
            Ok(request) => request,
            Err(End::Closed) => return Ok(()),
            Err(End::Refused(status)) => {
                return connection.answer(false, status, "Connection: close\r\n", PLAIN_TEXT, HINT.as_bytes());
            }
        };
        let head_only = request.method == "HEAD";
        let close = if request.last { "Connection: close\r\n" } else { "" };
        if !head_only && request.method != "GET" {
            let extra = format!("Allow: GET, HEAD\r\n{close}");
            connection.answer(false, "405 Method Not Allowed", &extra, PLAIN_TEXT, HINT.as_bytes())?;
        } else if request.path != "/metrics" {
            connection.answer(head_only, "404 Not Found", close, PLAIN_TEXT, HINT.as_bytes())?;
        } else {
            let page = metrics.encode(request.format);
            connection.answer(head_only, "200 OK", close, request.format.content_type(), &page)?;
        }
        if request.last {
            return Ok(());
        }
    }
}
