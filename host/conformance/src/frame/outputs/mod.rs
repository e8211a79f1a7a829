//! The output of a sink, read back from where its configuration says that it goes.

mod http;
mod json;
mod otlp;
mod prometheus;
mod seen;
mod statsd;
mod wire;

pub(crate) use otlp::collector::{Answer, Collector};
pub(crate) use prometheus::Page;
pub(crate) use seen::{told, Format, Record, Seen};

use crate::frame::must::{ensure, unseen, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::prometheus::ACCEPTED;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::Mutex;

/// The places that a configuration has in text.
const DIRECTORY: &str = "{dir}";
const FILE: &str = "{file}";
pub(crate) const PORT: &str = "{port}";

/// The ports that are tried: those below what the kernel gives to whoever asks for any.
const PORTS: std::ops::Range<u16> = 20_000..32_000;
/// The largest datagram.
const DATAGRAM: usize = 64 << 10;

/// A configuration of one instance, and the places that stand in it.
///
/// It is kept as long as the instance: what comes by UDP goes to it.
///
/// ```
/// use sochdb_plugin_conformance::Filled;
///
/// let filled = Filled::new(r#"{"path": "{dir}/rows", "log": "{file}"}"#, "/srv/one".as_ref())?;
/// assert_eq!(filled.config(), r#"{"path": "/srv/one/rows", "log": "/srv/one/output"}"#);
/// # Ok::<(), sochdb_plugin_conformance::NotPassed>(())
/// ```
#[derive(Debug)]
pub struct Filled {
    config: String,
    output: Option<Output>,
}

impl Filled {
    /// Puts `directory` in the place of `{dir}` in `config`, a new file in it in that of `{file}`, and a port of this machine in that
    /// of `{port}`. Behind a scheme, as in `http://127.0.0.1:{port}`, an OpenTelemetry collector listens there; otherwise nothing
    /// listens by TCP, and what comes by UDP is read.
    ///
    /// # Errors
    /// The path of the directory is not UTF-8; no port is free.
    pub fn new(config: &str, directory: &Path) -> Result<Self, NotPassed> {
        let path = directory.to_str().ok_or("the directory for temporary files is not UTF-8")?;
        let quoted = path.replace('\\', "\\\\").replace('"', "\\\"");
        let mut filled = config.replace(DIRECTORY, &quoted).replace(FILE, &format!("{quoted}/output"));
        let output = if let Some(at) = config.find(PORT) {
            let (port, listener, socket) = free_port()?;
            filled = filled.replace(PORT, &port.to_string());
            // What has a scheme is sent to, and what has none is listened at.
            let from = config[..at].rfind('"').unwrap_or(0);
            let sent = if config[from..at].contains("://") {
                Output::Collector(Collector::start(listener)?)
            } else {
                Output::Port { port, socket, received: Mutex::default() }
            };
            // What one of the two has no place for, such as lines of the log, may be in the other.
            Some(if config.contains(FILE) {
                Output::Both(Box::new([sent, Output::File(directory.join("output"))]))
            } else {
                sent
            })
        } else if config.contains(FILE) {
            Some(Output::File(directory.join("output")))
        } else {
            config.contains(DIRECTORY).then(|| Output::Directory(directory.to_owned()))
        };
        Ok(Self { config: filled, output })
    }

    /// Returns the text of the configuration.
    #[must_use]
    pub fn config(&self) -> &str {
        &self.config
    }

    pub(crate) fn into_output(self) -> Option<Output> {
        self.output
    }
}

/// Where the output of one instance is.
#[derive(Debug)]
pub(crate) enum Output {
    File(PathBuf),
    /// Some file of it.
    Directory(PathBuf),
    /// Something listens there and is asked, or this socket gets what is sent.
    Port {
        port: u16,
        socket: UdpSocket,
        received: Mutex<Vec<u8>>,
    },
    /// The collector that listens there gets requests by HTTP.
    Collector(Collector),
    /// A port and a file.
    Both(Box<[Output; 2]>),
}

/// A port of this machine with what listens there by TCP and by UDP.
fn free_port() -> Result<(u16, TcpListener, UdpSocket), NotPassed> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let count = PORTS.end - PORTS.start;
    let first = (std::process::id().wrapping_mul(61) % u32::from(count)) as u16;
    for _ in 0..count {
        let port = PORTS.start + first.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % count;
        let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) else { continue };
        if let Ok(socket) = UdpSocket::bind(("127.0.0.1", port)) {
            socket.set_nonblocking(true).must("cannot read without waiting")?;
            return Ok((port, listener, socket));
        }
    }
    Err("no port of this machine is free".into())
}

impl Output {
    /// All that was told until now.
    ///
    /// # Errors
    /// It breaks its format, which is a failure; nothing is there that is understood: the test has nothing to look at.
    pub(crate) fn seen(&self) -> Result<Seen, NotPassed> {
        match self {
            Self::File(path) => {
                let text = std::fs::read(path).unwrap_or_default();
                match json::lines(&text)? {
                    Some(seen) => Ok(seen),
                    None if text.is_empty() => Ok(Seen { format: Format::Json, records: Vec::new() }),
                    None => unseen!("the file at {{file}} has no JSON lines, which is what the suite understands"),
                }
            }
            Self::Directory(path) => {
                for file in files(path) {
                    if let Some(seen) = json::lines(&std::fs::read(&file).unwrap_or_default())? {
                        return Ok(seen);
                    }
                }
                unseen!("no file in {{dir}} has JSON lines; name the file of the output by {{file}}")
            }
            Self::Port { port, socket, received } => {
                let mut received = received.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let mut datagram = vec![0; DATAGRAM];
                while let Ok(len) = socket.recv(&mut datagram) {
                    received.extend_from_slice(&datagram[..len]);
                    received.push(b'\n');
                }
                if !received.is_empty() {
                    return statsd::lines(&received);
                }
                match prometheus::scraped(*port, None)? {
                    Some(page) => Ok(page.told()?.seen),
                    None => Ok(Seen { format: Format::StatsD, records: Vec::new() }),
                }
            }
            Self::Collector(collector) => collector.seen(),
            Self::Both(places) => {
                let [sent, kept] = places.each_ref().map(Self::seen);
                let sent = sent?;
                if sent.records.is_empty() {
                    kept
                } else {
                    Ok(sent)
                }
            }
        }
    }

    /// The page that is served for Prometheus to who asks for any, and to who accepts what Prometheus says; none if none is.
    pub(crate) fn pages(&self) -> Result<Vec<Page>, NotPassed> {
        let port = match self {
            Self::Port { port, .. } => port,
            Self::Both(places) => return places[0].pages(),
            Self::File(_) | Self::Directory(_) | Self::Collector(_) => return Ok(Vec::new()),
        };
        let asked = [None].into_iter().chain(ACCEPTED.map(Some));
        Ok(asked
            .map(|accept| prometheus::scraped(*port, accept))
            .collect::<Result<Option<_>, _>>()?
            .unwrap_or_default())
    }

    /// The collector to which it is sent; None if it goes elsewhere.
    pub(crate) fn collector(&self) -> Option<&Collector> {
        match self {
            Self::Collector(collector) => Some(collector),
            Self::Both(places) => places[0].collector(),
            Self::File(_) | Self::Directory(_) | Self::Port { .. } => None,
        }
    }

    /// A connection to what serves the page for Prometheus; None if none is.
    pub(crate) fn connection(&self) -> Result<Option<TcpStream>, NotPassed> {
        match self {
            Self::Port { port, .. } => prometheus::connection(*port),
            Self::Both(places) => places[0].connection(),
            Self::File(_) | Self::Directory(_) | Self::Collector(_) => Ok(None),
        }
    }

    /// All that was told until now, of a sink that must have told something.
    pub(crate) fn something(&self) -> Result<Seen, NotPassed> {
        let seen = self.seen()?;
        ensure!(!seen.records.is_empty(), "the sink told nothing of what it was given, at {self}, after `flush`");
        Ok(seen)
    }

    /// Whether it can be read when the instance has ended.
    pub(crate) fn stays(&self) -> bool {
        match self {
            Self::File(_) | Self::Directory(_) | Self::Collector(_) => true,
            Self::Both(places) => places[0].stays(),
            Self::Port { received, .. } => {
                !received.lock().unwrap_or_else(std::sync::PoisonError::into_inner).is_empty()
            }
        }
    }
}

impl std::fmt::Display for Output {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(_) => formatter.write_str("{file}"),
            Self::Directory(_) => formatter.write_str("the files in {dir}"),
            Self::Both(places) => write!(formatter, "{} or {}", places[0], places[1]),
            Self::Collector(_) => formatter.write_str("{port} (sent there by HTTP, as OTLP)"),
            Self::Port { .. } => formatter.write_str("{port} (served by HTTP, or sent there by UDP)"),
        }
    }
}

/// The files below a directory, by name.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let mut entries: Vec<_> = std::fs::read_dir(directory).into_iter().flatten().flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push(path);
        }
    }
    all
}
