//! The part of HTTP/1.1 that a scrape needs: requests without a body, answers of a known length.

use crate::format::Format;
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
    /// The format that it asks for.
    pub(crate) format: Format,
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
        body: &[u8],
    ) -> io::Result<()> {
        let len = body.len();
        let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len}\r\n{extra}\r\n");
        let mut answer = head.into_bytes();
        if !head_only {
            answer.extend_from_slice(body);
        }
        self.stream.write_all(&answer)
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
    let values = |name: &str| {
        let named = head.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
        let values: Vec<_> = named.map(|header| String::from_utf8_lossy(header.value)).collect();
        // As several headers of one name are one list.
        (!values.is_empty()).then(|| values.join(","))
    };
    // What follows a body is not looked for: such a connection ends with the answer.
    let has_body = values("content-length").or_else(|| values("transfer-encoding")).is_some();
    let target = head.path.unwrap_or_default();
    let request = Request {
        method: head.method.unwrap_or_default().to_owned(),
        path: target.split_once('?').map_or(target, |(path, _)| path).to_owned(),
        format: Format::of(&values("accept").unwrap_or_default()),
        last: has_body
            || head.version == Some(0)
            || values("connection").is_some_and(|value| value.to_ascii_lowercase().contains("close")),
    };
    Ok(Some((request, len)))
}
