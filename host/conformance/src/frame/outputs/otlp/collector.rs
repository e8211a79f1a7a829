//! A collector for one instance: it takes what comes to a port of this machine by HTTP, and keeps it until somebody looks.

use crate::frame::must::Must;
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::http::{self, Read as Part, Request};
use crate::frame::outputs::otlp::{records, Signal};
use crate::frame::outputs::seen::Seen;
use rustix::event::{poll, PollFd, PollFlags};
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// The paths to which senders post, and what that is.
const PATHS: [(&str, Signal); 3] =
    [("/v1/traces", Signal::Traces), ("/v1/metrics", Signal::Metrics), ("/v1/logs", Signal::Logs)];
/// The largest request, in bytes.
const MOST: usize = 64 << 20;

/// The answer to a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The request is kept.
    #[default]
    Taken,
    /// The request is not kept, and this status says so.
    Refused(&'static str),
    /// The request is not kept, and no answer comes.
    Silence,
}

/// The requests that came. They are in a file, as memory that the suite takes would be looked for in the plugin.
#[derive(Debug)]
struct Kept {
    file: File,
    /// The first request that is not understood, in words.
    strange: Option<String>,
    answer: Answer,
}

/// Listens from its begin to its end, in a thread of its own.
#[derive(Debug)]
pub(crate) struct Collector {
    kept: Arc<Mutex<Kept>>,
    /// Whether the thread is to end. It looks when something comes.
    ends: Arc<AtomicBool>,
    address: SocketAddr,
    thread: Option<JoinHandle<()>>,
}

impl Collector {
    /// # Errors
    /// The system gives no file, no socket or no thread for it.
    pub(crate) fn start(listener: TcpListener) -> Result<Self, NotPassed> {
        let cannot = "cannot listen as a collector";
        listener.set_nonblocking(true).must(cannot)?;
        let (ends, address) = (Arc::new(AtomicBool::new(false)), listener.local_addr().must(cannot)?);
        let kept = Arc::new(Mutex::new(Kept {
            file: tempfile::tempfile().must(cannot)?,
            strange: None,
            answer: Answer::Taken,
        }));
        let (shared, ended) = (kept.clone(), ends.clone());
        let thread = std::thread::Builder::new().name("collector".into());
        let thread = thread.spawn(move || serve(&listener, &ended, &shared)).must(cannot)?;
        Ok(Self { kept, ends, address, thread: Some(thread) })
    }

    /// Answers like this from now on. Whoever waits in silence for an answer is let go when that is over.
    pub(crate) fn answers(&self, answer: Answer) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).answer = answer;
        // So that it looks.
        let _ = TcpStream::connect(self.address);
    }

    /// All that came until now.
    ///
    /// # Errors
    /// It is no OTLP, which is a failure; it is OTLP of another form, of which nothing can be seen.
    pub(crate) fn seen(&self) -> Result<Seen, NotPassed> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(strange) = &kept.strange {
            return Err(NotPassed::Unseen(strange.clone()));
        }
        let mut bytes = Vec::new();
        kept.file.seek(SeekFrom::Start(0)).must("what came")?;
        kept.file.read_to_end(&mut bytes).must("what came")?;
        let (mut requests, mut rest) = (Vec::new(), &bytes[..]);
        while let Some((head, after)) = rest.split_first_chunk::<9>() {
            let len = usize::from_le_bytes(head[1..].try_into().unwrap_or_default());
            let (body, after) = after.split_at(len);
            requests.push((PATHS[usize::from(head[0])].1, body.to_vec()));
            rest = after;
        }
        records(&requests)
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Release);
        // Where the connection is not made, there are so many that it looks all the same.
        let _ = TcpStream::connect(self.address);
        // It has nothing to tell.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn serve(listener: &TcpListener, ends: &AtomicBool, kept: &Mutex<Kept>) {
    let mut connections: Vec<Connection> = Vec::new();
    loop {
        let mut wanted = vec![PollFd::new(listener, PollFlags::IN)];
        wanted.extend(connections.iter().map(|connection| PollFd::new(&connection.stream, PollFlags::IN)));
        match poll(&mut wanted, None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
        let ready: Vec<bool> = wanted.iter().map(|fd| !fd.revents().is_empty()).collect();
        if ends.load(Ordering::Acquire) {
            return;
        }
        let mut at = ready[1..].iter();
        connections.retain_mut(|connection| !at.next().is_some_and(|ready| *ready) || connection.take(kept));
        let is_silent = kept.lock().unwrap_or_else(PoisonError::into_inner).answer == Answer::Silence;
        connections.retain(|connection| is_silent || !connection.waits);
        while let Ok((stream, _)) = listener.accept() {
            if stream.set_nonblocking(true).is_ok() {
                connections.push(Connection { stream, came: Vec::new(), waits: false });
            }
        }
    }
}

struct Connection {
    stream: TcpStream,
    /// The bytes that are not yet a whole request.
    came: Vec<u8>,
    /// Whether a request has got no answer.
    waits: bool,
}

impl Connection {
    /// Takes what is there, and answers each request; false if the connection is at its end.
    fn take(&mut self, kept: &Mutex<Kept>) -> bool {
        let mut room = vec![0; 64 << 10];
        let goes_on = loop {
            match self.stream.read(&mut room) {
                Ok(0) => break false,
                Ok(len) => self.came.extend_from_slice(&room[..len]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => break error.kind() == ErrorKind::WouldBlock,
            }
        };
        loop {
            match http::read(&self.came) {
                Part::Whole(request, taken) => {
                    self.came.drain(..taken);
                    let Some(status) = keep(kept, &request) else {
                        self.waits = true;
                        return goes_on;
                    };
                    let answer = format!(
                        "HTTP/1.1 {status}\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n"
                    );
                    if self.stream.write_all(answer.as_bytes()).is_err() {
                        return false;
                    }
                }
                Part::Begun(waits) => {
                    let told = !waits || self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").is_ok();
                    return goes_on && told && self.came.len() < MOST;
                }
                Part::Broken => {
                    strange(kept, "what comes to {port} is no POST of HTTP/1.1".to_owned());
                    return false;
                }
            }
        }
    }
}

/// Keeps a request, and gives the status of the answer; None if it gets none.
fn keep(kept: &Mutex<Kept>, request: &Request) -> Option<&'static str> {
    // The lock is let go before the request is kept.
    let answer = kept.lock().unwrap_or_else(PoisonError::into_inner).answer;
    match answer {
        Answer::Taken => Some(keep_taken(kept, request)),
        Answer::Refused(status) => Some(status),
        Answer::Silence => None,
    }
}

fn keep_taken(kept: &Mutex<Kept>, request: &Request) -> &'static str {
    let Some(number) = PATHS.iter().position(|(path, _)| request.path.ends_with(path)) else {
        strange(
            kept,
            format!("a request has the path {:.200?}, and OTLP has /v1/traces, /v1/metrics and /v1/logs", request.path),
        );
        return "404 Not Found";
    };
    if !request.encoding.is_empty() && request.encoding != "identity" {
        strange(kept, format!("what it sends is compressed ({:.40}), which the suite does not read", request.encoding));
        return "415 Unsupported Media Type";
    }
    if !request.content_type.starts_with("application/x-protobuf") {
        strange(
            kept,
            format!("it sends {:.80?}, and the suite reads OTLP as application/x-protobuf", request.content_type),
        );
        return "415 Unsupported Media Type";
    }
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    let mut framed = vec![number as u8];
    framed.extend_from_slice(&request.body.len().to_le_bytes());
    framed.extend_from_slice(&request.body);
    match kept.file.seek(SeekFrom::End(0)).and_then(|_| kept.file.write_all(&framed)) {
        Ok(()) => "200 OK",
        Err(_) => "503 Service Unavailable",
    }
}

fn strange(kept: &Mutex<Kept>, what: String) {
    kept.lock().unwrap_or_else(PoisonError::into_inner).strange.get_or_insert(what);
}
