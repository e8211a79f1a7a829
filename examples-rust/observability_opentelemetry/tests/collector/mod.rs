//! A collector, and what it passes on.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use std::io::Read;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long a collector may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The paths and bodies of what arrived.
type Requests = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// The collector's process and what arrived from it.
pub struct Collector {
    process: Child,
    port: u16,
    arrived: Requests,
}

/// A log line and what is said of its origin.
pub struct Line {
    pub scope: String,
    pub record: LogRecord,
}

impl Collector {
    /// None, and a word about it, if there is no collector's program.
    pub fn start() -> Option<Self> {
        let Some(program) = std::env::var_os("SOCH_ROTEL") else {
            eprintln!("skipped: received by a collector: SOCH_ROTEL is not the path of rotel's program");
            return None;
        };
        let arrived = Requests::default();
        let server = tiny_http::Server::http((Ipv4Addr::LOCALHOST, 0)).expect("a server");
        let passed_on_to = server.server_addr().to_ip().expect("an address");
        let takes = arrived.clone();
        std::thread::spawn(move || {
            for mut request in server.incoming_requests() {
                let is_compressed = request.headers().iter().any(|header| header.field.equiv("content-encoding"));
                let mut body = Vec::new();
                if is_compressed {
                    flate2::read::GzDecoder::new(request.as_reader()).read_to_end(&mut body).expect("a body");
                } else {
                    request.as_reader().read_to_end(&mut body).expect("a body");
                }
                takes.lock().expect("no panic").push((request.url().to_owned(), body));
                request.respond(tiny_http::Response::empty(200)).expect("answered");
            }
        });
        let (port, grpc) = (free_port(), free_port());
        let process = Command::new(program)
            .args(["start", "--exporter", "otlp", "--otlp-exporter-protocol", "http", "--disable-batching"])
            .args([
                "--otlp-exporter-compression",
                "none",
                "--otlp-exporter-endpoint",
                &format!("http://{passed_on_to}"),
            ])
            .args(["--otlp-http-endpoint", &format!("127.0.0.1:{port}")])
            .args(["--otlp-grpc-endpoint", &format!("127.0.0.1:{grpc}")])
            .stdout(Stdio::null())
            .spawn()
            .expect("the collector starts");
        let collector = Self { process, port, arrived };
        until("the collector listens", || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok());
        Some(collector)
    }

    pub fn config(&self, service: &str) -> String {
        let endpoint = format!("http://127.0.0.1:{}", self.port);
        format!(r#"{{"endpoint": "{endpoint}", "service_name": "{service}", "interval_seconds": 600}}"#)
    }

    fn of<T: Message + Default>(&self, signal: &str) -> Vec<T> {
        let arrived = self.arrived.lock().expect("no panic");
        let mine = arrived.iter().filter(|(path, _)| path.ends_with(signal));
        mine.map(|(_, body)| T::decode(&**body).expect("OTLP")).collect()
    }

    /// All spans, as soon as there are so many.
    pub fn spans(&self, least: usize) -> Vec<Span> {
        until("spans arrive", || {
            let requests = self.of::<ExportTraceServiceRequest>("/v1/traces");
            let scopes = requests.into_iter().flat_map(|it| it.resource_spans).flat_map(|it| it.scope_spans);
            let spans: Vec<Span> = scopes.flat_map(|it| it.spans).collect();
            (spans.len() >= least).then_some(spans)
        })
    }

    /// All log lines, as soon as there are so many.
    pub fn log_lines(&self, least: usize) -> Vec<Line> {
        until("log lines arrive", || {
            let requests = self.of::<ExportLogsServiceRequest>("/v1/logs");
            let scopes = requests.into_iter().flat_map(|it| it.resource_logs).flat_map(|it| it.scope_logs);
            let lines = scopes.flat_map(|it| {
                let scope = it.scope.map(|scope| scope.name).unwrap_or_default();
                it.log_records.into_iter().map(move |record| Line { scope: scope.clone(), record })
            });
            let lines: Vec<Line> = lines.collect();
            (lines.len() >= least).then_some(lines)
        })
    }

    /// All metrics, as soon as these are among them.
    pub fn metrics(&self, names: &[&str]) -> Vec<Metric> {
        until("metrics arrive", || {
            let requests = self.of::<ExportMetricsServiceRequest>("/v1/metrics");
            let scopes = requests.into_iter().flat_map(|it| it.resource_metrics).flat_map(|it| it.scope_metrics);
            let metrics: Vec<Metric> = scopes.flat_map(|it| it.metrics).collect();
            names.iter().all(|name| metrics.iter().any(|metric| metric.name == *name)).then_some(metrics)
        })
    }

    /// The names of the services that sent spans, each once.
    pub fn service_names(&self) -> Vec<String> {
        let requests = self.of::<ExportTraceServiceRequest>("/v1/traces");
        let resources = requests.into_iter().flat_map(|it| it.resource_spans).filter_map(|it| it.resource);
        let mut names: Vec<String> = resources
            .flat_map(|it| it.attributes)
            .filter(|it| it.key == "service.name")
            .filter_map(|it| match it.value.and_then(|value| value.value) {
                Some(Value::StringValue(name)) => Some(name),
                _ => None,
            })
            .collect();
        names.sort();
        names.dedup();
        names
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|it| it.local_addr()).expect("an address").port()
}

/// The plugin in a directory that only its owner can change.
pub struct Library {
    path: PathBuf,
    _directory: tempfile::TempDir,
}

impl Library {
    pub fn path(&self) -> &Path {
        &self.path
    }
}

pub fn library() -> Library {
    let built = std::env::current_exe().expect("a path");
    let built = built.parent().expect("a directory").join("libobservability_opentelemetry.so");
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("observability_opentelemetry.so");
    std::fs::copy(&built, &path).unwrap_or_else(|error| panic!("{}: {error}", built.display()));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("permissions");
    Library { path, _directory: directory }
}
