//! The part of HTTP/1.1 that a scrape needs: requests without a body, answers of a known length.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// How long a request may take to arrive, and a connection may be idle.
const READ_TIME: Duration = Duration::from_secs(30);
/// How long the other side may take no byte of the answer.
const WRITE_TIME: Duration = Duration::from_secs(10);
const MAX_HEAD: usize = 8 * 1024;
const MAX_HEADERS: usize = 64;

/// A request for something.
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Whether it takes the OpenMetrics format.
    pub(crate) open_metrics: bool,
    /// Whether no other request follows on this connection.
    pub(crate) last: bool,
}

/// Why there is no request.
pub(crate) enum End {
    /// The other side is done, or too slow.
    Closed,
    /// It sent something else.
    Refused(&'static str),
}

impl From<io::Error> for End {
    fn from(_: io::Error) -> Self {
        Self::Closed
    }
}

/// One connection, with what arrived and was not used.
pub(crate) struct Connection {
    stream: TcpStream,
    arrived: Vec<u8>,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(WRITE_TIME))?;
        Ok(Self { stream, arrived: Vec::new() })
    }

    /// Waits for the next request.
    pub(crate) fn request(&mut self) -> Result<Request, End> {
        let deadline = Instant::now() + READ_TIME;
        loop {
            if let Some((request, len)) = parse(&self.arrived)? {
                self.arrived.drain(..len);
                return Ok(request);
            }
            if self.arrived.len() >= MAX_HEAD {
                return Err(End::Refused("431 Request Header Fields Too Large"));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(End::Closed);
            }
            self.stream.set_read_timeout(Some(left))?;
            let mut chunk = [0; 2048];
            match self.stream.read(&mut chunk) {
                Ok(0) => return Err(End::Closed),
                Ok(len) => self.arrived.extend_from_slice(&chunk[..len]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Answers, with `extra` header lines, each with its line end.
    pub(crate) fn answer(
        &mut self,
        head_only: bool,
        status: &str,
        extra: &str,
        kind: &str,
        body: &str,
    ) -> io::Result<()> {
        let len = body.len();
        let mut answer = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len}\r\n{extra}\r\n");
        if !head_only {
            answer.push_str(body);
        }
        self.stream.write_all(answer.as_bytes())
    }
}

impl Drop for Connection {
    /// Ends the connection, also where the server holds it too.
    fn drop(&mut self) {
        // The other side may have ended it.
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

fn parse(bytes: &[u8]) -> Result<Option<(Request, usize)>, End> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let len = match head.parse(bytes) {
        Ok(httparse::Status::Complete(len)) => len,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(End::Refused("431 Request Header Fields Too Large")),
        Err(_) => return Err(End::Refused("400 Bad Request")),
    };
    let has = |name: &str, value: &str| {
        let named = head.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
        named.into_iter().any(|header| String::from_utf8_lossy(header.value).to_ascii_lowercase().contains(value))
    };
    // What follows a body is not looked for: such a connection ends with the answer.
    let has_body = has("content-length", "") || has("transfer-encoding", "");
    let target = head.path.unwrap_or_default();
    let request = Request {
        method: head.method.unwrap_or_default().to_owned(),
        path: target.split_once('?').map_or(target, |(path, _)| path).to_owned(),
        open_metrics: has("accept", "application/openmetrics-text"),
        last: has_body || head.version == Some(0) || has("connection", "close"),
    };
    Ok(Some((request, len)))
}
