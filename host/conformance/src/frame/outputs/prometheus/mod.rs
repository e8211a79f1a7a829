//! The pages that Prometheus scrapes, in each of the formats that it asks for.

mod protobuf;
mod text;
mod told;

use crate::frame::must::{ensure, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::http::chunks;
use crate::frame::outputs::prometheus::told::Told;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(5);

/// The `Accept` of Prometheus 3: the one by default, and the one where it wants native histograms.
pub(crate) const ACCEPTED: [&str; 2] = [
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,\
     text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,\
     application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
];

/// A page as it came.
pub(crate) struct Page {
    /// The `Content-Type`.
    pub(crate) kind: String,
    body: Vec<u8>,
}

/// A connection to what serves pages at a port of this machine, which goes on behind an answer; None if nothing listens.
///
/// # Errors
/// Those of the system.
pub(crate) fn connection(port: u16) -> Result<Option<TcpStream>, NotPassed> {
    let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) else { return Ok(None) };
    stream.set_read_timeout(Some(PATIENCE)).must("cannot read from a connection to {port}")?;
    Ok(Some(stream))
}

/// The page that is served at a port of this machine to who asks for any, or accepts this; None if nothing listens.
///
/// # Errors
/// What listens does not serve `/metrics`.
pub(crate) fn scraped(port: u16, accept: Option<&str>) -> Result<Option<Page>, NotPassed> {
    let Some(mut stream) = connection(port)? else { return Ok(None) };
    let no_answer = "no answer to `GET /metrics` at {port}";
    let accept = accept.map_or_else(String::new, |accept| format!("Accept: {accept}\r\n"));
    let request = format!("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{accept}Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).must(no_answer)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).must(no_answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or(no_answer)?;
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let first = head.lines().next().unwrap_or_default();
    ensure!(first.split(' ').nth(1) == Some("200"), "`GET /metrics` at {{port}} is answered by {first:?}");
    let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim);
    let mut body = answer.split_off(end + 4);
    if field("transfer-encoding") == Some("chunked") {
        body = chunks(&body).ok_or("a page in chunks breaks off")?.0;
    } else if let Some(len) = field("content-length") {
        let here = body.len();
        ensure!(len == here.to_string(), "the page says that it has {len} bytes, and has {here}");
    }
    let kind = field("content-type").ok_or("a page has no `Content-Type`, without which Prometheus 3 takes none")?;
    Ok(Some(Page { kind: kind.to_owned(), body }))
}

impl Page {
    /// Reads it as what it says that it is.
    ///
    /// # Errors
    /// It is in no format that Prometheus takes, or not in the one that it says.
    pub(crate) fn told(&self) -> Result<Told, NotPassed> {
        match self.kind.split(';').next().unwrap_or_default().trim() {
            "text/plain" => text::read(self.text()?),
            "application/openmetrics-text" => {
                let page = self.text()?;
                let (page, end) = page.split_once("# EOF").ok_or("a page of OpenMetrics does not end with `# EOF`")?;
                ensure!(
                    end.trim_end_matches('\n').is_empty(),
                    "behind `# EOF` a page of OpenMetrics goes on: {end:.100}"
                );
                text::read(page)
            }
            "application/vnd.google.protobuf" => protobuf::read(&self.body)
                .ok_or("a page is no messages `MetricFamily` of Prometheus, each after its length")?,
            kind => Err(format!("Prometheus takes no page that is {kind:?}").into()),
        }
    }

    fn text(&self) -> Result<&str, NotPassed> {
        std::str::from_utf8(&self.body).must("the page is not UTF-8")
    }
}
