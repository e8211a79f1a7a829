//! `observability_prometheus` and those who read it: `promtool`, and a Prometheus server that scrapes.

use serde_json::Value;
use sochdb_plugin_host::sdk::{HealthInfo, IndexExtension, ObservabilityExtension};
use sochdb_plugin_host::{MetricDescription, PluginInstance, PluginManager};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use support::plugins::{in_rust, load, Private, Recorder};
use support::{in_c, run, tool, PrivateDir, MINUTE};

const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(100);
/// What Prometheus has to escape, and what it must not.
const TRICKY: &str = "/a\"b\\c\nd Größe 数";

/// The plugin behind a manager, and where it serves.
struct Served {
    manager: PluginManager,
    plugin: PluginInstance,
    address: SocketAddr,
    directory: PrivateDir,
}

impl Served {
    fn new(test: &str) -> Self {
        let directory = PrivateDir::new(test);
        let file = directory.join("address");
        // An address of its own, so that nobody else takes the port that a test frees.
        let config = serde_json::json!({"listen": "127.77.2.1:0", "address_file": file}).to_string();
        let plugin = load(&in_rust("observability_prometheus")).instance(&config).expect("an instance");
        let manager = PluginManager::new();
        manager.register(&plugin).expect("registered");
        let text = fs::read_to_string(&file).expect("the plugin wrote its address");
        let address = text.trim_end().parse().unwrap_or_else(|error| panic!("the address {text:?}: {error}"));
        Self { manager, plugin, address, directory }
    }

    /// Some of everything, with names and values that are not Prometheus' own.
    fn push(&self) {
        let manager = &self.manager;
        manager.counter_inc("rows_read", 40, &[("table", "users")]);
        manager.counter_inc("rows_read", 2, &[("table", "users")]);
        manager.counter_inc("requests_total", 7, &[("path", TRICKY), ("le", "mine"), ("__name__", "x")]);
        manager.counter_inc("9 lives: Größe", u64::MAX, &[]);
        manager.gauge_set("open_files", 3.5, &[]);
        manager.gauge_set("ratio", f64::NAN, &[]);
        manager.gauge_set("limit", f64::INFINITY, &[]);
        manager.gauge_set("tiny", 5e-324, &[]);
        for value in [0.25, 0.5, 4.0, f64::NAN] {
            manager.histogram_observe("query_seconds", value, &[("kind", "scan")]);
        }
        let commit = manager.span_start("commit", None);
        let sync = manager.span_start("sync", Some(commit));
        manager.span_event(sync, "written", &[("bytes", "10")]);
        manager.span_end(sync);
        manager.span_end(commit);
        manager.log_warn("not a metric", &[]);
        let mut health = HealthInfo::new(true);
        health.wal_size_bytes = 4096;
        manager.report_health(&health);
    }
}

/// The body that a server gives for `target`; an error if it does not answer with 200.
fn get(address: SocketAddr, target: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    // HTTP/1.0, so that the answer is neither in chunks nor followed by another one.
    write!(stream, "GET {target} HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.split(' ').nth(1) == Some("200") => Ok(body.to_owned()),
        _ => Err(io::Error::other(answer)),
    }
}

#[test]
fn promtool_has_no_complaint() {
    let Some(promtool) = tool("promtool_has_no_complaint", "promtool") else { return };
    let served = Served::new("promtool");
    served.push();
    let text = get(served.address, "/metrics").expect("a scrape");
    for line in
        ["rows_read_total{table=\"users\"} 42", "query_seconds_count{kind=\"scan\"} 3", "sochdb_operational 1.0"]
    {
        assert!(text.lines().any(|have| have == line), "no line {line} in\n{text}");
    }
    let file = served.directory.write("metrics", &text);
    let mut check = Command::new("sh");
    let checked = run(check.args(["-c", r#"exec "$0" check metrics < "$1""#]).arg(promtool).arg(file), MINUTE);
    let said = format!("{}{}", checked.stdout, checked.stderr);
    assert!(checked.status.success() && said.is_empty(), "{}\n{said}\n{text}", checked.status);
}

#[test]
fn what_a_plugin_says_of_its_own_metrics_is_on_the_page() {
    let served = Served::new("told");
    let plugin = load(&in_c!("index_vectors")).instance(r#"{"dimensions": 1}"#).expect("an instance");
    served.manager.register_as("orders.place", &plugin).expect("registered");
    plugin.index().expect("an index").build(1, 2, &[(1, &[0; 4])]).expect("it builds");
    let page = get(served.address, "/metrics").expect("a scrape");
    let lines: Vec<&str> = page.lines().filter(|line| line.contains("build_seconds")).collect();
    assert!(lines.contains(&"# HELP build_seconds Time that builds took Unit: s"), "{lines:#?}");
    let counted = "build_seconds_count{extension=\"orders.place\",plugin=\"index_vectors\"} 1";
    assert!(lines.contains(&counted), "{lines:#?}");
}

#[test]
fn what_is_kept_and_what_is_named_is_one_total_on_the_page() {
    let served = Served::new("kept");
    let manager = &served.manager;
    let labels = [("table", "users"), ("op", "get")];
    let rows = manager.counter("rows_read", &labels).expect("a counter");
    let seconds = manager.histogram("query_seconds", &[]).expect("a histogram");
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..1000 {
                    rows.add(2);
                    seconds.observe(0.25);
                    manager.counter_inc("rows_read", 1, &[("op", "get"), ("table", "users")]);
                }
            });
        }
    });
    manager.gauge("open_files", &[]).expect("a gauge").set(1.5);
    for _ in 0..2 {
        let text = get(served.address, "/metrics").expect("a scrape");
        for line in [
            "rows_read_total{op=\"get\",table=\"users\"} 6000",
            "query_seconds_bucket{le=\"0.0625\"} 0",
            "query_seconds_bucket{le=\"0.25\"} 2000",
            "query_seconds_sum{} 500.0",
            "open_files{} 1.5",
            "sochdb_dropped_updates_total{} 0",
        ] {
            assert!(text.lines().any(|have| have == line), "no line {line} in\n{text}");
        }
    }
}

#[test]
fn the_host_hears_once_of_names_that_clash_and_of_labels_that_are_too_long() {
    let (recorder, loader) = Recorder::with_loader();
    let library = Private::copy(&in_rust("observability_prometheus")).load_by(&loader).expect("it loads");
    let plugin = library.instance("{}").expect("an instance");
    let sink = plugin.observability().expect("a sink");
    recorder.take();
    for _ in 0..5 {
        sink.gauge_set("queue.depth", 1.0, &[]);
        sink.gauge_set("queue_depth", 2.0, &[]);
        sink.counter_inc("n", 1, &[("a.b", "x")]);
        sink.counter_inc("n", 1, &[("a_b", "x")]);
        sink.counter_inc("long", 1, &[("l", &"v".repeat(1 << 20))]);
        sink.counter_inc("long too", 1, &[("l", &"v".repeat(1 << 20))]);
    }
    let said = recorder.take();
    let clash = "metric dropped: an earlier one has its name";
    assert_eq!(said, [clash, clash, "metrics are dropped: they exceed a limit of the configuration"]);
}

/// A Prometheus server; it ends with this, whatever the test's outcome.
struct Server {
    child: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts one that scrapes `target` each second, with these flags beside what all have.
    fn start(program: &Path, directory: &PrivateDir, target: SocketAddr, flags: &[&str]) -> Self {
        let config = format!(
            "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\nscrape_configs:\n  - job_name: sochdb\n    \
             static_configs:\n      - targets: ['{target}']\n"
        );
        let config = directory.write("prometheus.yml", &config);
        let log = directory.join("prometheus.log");
        // Another process may take the port that was free a moment ago.
        for _ in 0..3 {
            let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
            let address = free.expect("a free port");
            let output = File::create(&log).expect("a log");
            let child = Command::new(program)
                .arg(format!("--config.file={}", config.display()))
                .arg(format!("--storage.tsdb.path={}", directory.join("tsdb").display()))
                .arg(format!("--web.listen-address={address}"))
                .args(flags)
                .current_dir(directory.path())
                .stdin(Stdio::null())
                .stdout(output.try_clone().expect("the log again"))
                .stderr(output)
                .spawn();
            let mut server = Self { child: child.expect("prometheus starts"), address, log: log.clone() };
            if server.becomes_ready() {
                return server;
            }
        }
        panic!("prometheus ended at once, three times: {}", fs::read_to_string(&log).unwrap_or_default());
    }

    /// False if it ended instead.
    fn becomes_ready(&mut self) -> bool {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if self.child.try_wait().expect("a child can be waited for").is_some() {
                return false;
            }
            if get(self.address, "/-/ready").is_ok() {
                return true;
            }
            thread::sleep(PAUSE);
        }
        panic!("prometheus was not ready after {PATIENCE:?}: {}", self.said());
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// What the server says of the first series that a query finds.
    fn series(&self, query: &str) -> Value {
        let plain =
            |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).into() } else { format!("%{byte:02X}") };
        let escaped: String = query.bytes().map(plain).collect();
        let body = get(self.address, &format!("/api/v1/query?query={escaped}"));
        let body = body.unwrap_or_else(|error| panic!("{query}: {error}"));
        let answer: Value = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{query}: {error}: {body}"));
        answer["data"]["result"][0].clone()
    }

    /// The answer to a query for one series: its labels and its value.
    fn query(&self, query: &str) -> Option<(Value, String)> {
        let series = self.series(query);
        Some((series["metric"].clone(), series["value"][1].as_str()?.to_owned()))
    }

    /// Waits until the query's value is `expected`.
    fn shows(&self, query: &str, expected: &str) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let found = self.query(query);
            match found {
                Some((labels, value)) if value == expected => return labels,
                _ if Instant::now() < end => thread::sleep(PAUSE),
                _ => panic!("{query} is {found:?} and not {expected} after {PATIENCE:?}\n{}", self.said()),
            }
        }
    }
}

#[test]
fn a_prometheus_server_scrapes_it() {
    let Some(prometheus) = tool("a_prometheus_server_scrapes_it", "prometheus") else { return };
    let served = Served::new("prometheus");
    served.push();
    let server = Server::start(&prometheus, &served.directory, served.address, &[]);
    server.shows("up{job=\"sochdb\"}", "1");
    server.shows("rows_read_total{table=\"users\"}", "42");
    let labels = server.shows("requests_total", "7");
    assert_eq!(labels["path"], TRICKY, "{labels}");
    assert_eq!(labels["exported_le"], "mine", "{labels}");
    server.shows("_9_lives__gr__e_total", "18446744073709552000");
    server.shows("open_files", "3.5");
    server.shows("ratio", "NaN");
    server.shows("limit", "+Inf");
    server.shows("tiny", "5e-324");
    server.shows("query_seconds_count{kind=\"scan\"}", "3");
    server.shows("query_seconds_sum{kind=\"scan\"}", "4.75");
    server.shows("query_seconds_bucket{kind=\"scan\", le=\"+Inf\"}", "3");
    server.shows("span_duration_seconds_count{name=\"sync\"}", "1");
    server.shows("sochdb_wal_size_bytes", "4096");

    served.manager.counter_inc("rows_read", 8, &[("table", "users")]);
    server.shows("rows_read_total{table=\"users\"}", "50");
    served.manager.shutdown_all().expect("a clean shutdown");
    server.shows("up{job=\"sochdb\"}", "0");
}

/// Buckets of a native histogram as Prometheus tells them: from, to, and how many observations lie between.
fn native_buckets(histogram: &Value) -> Vec<(f64, f64, u64)> {
    let number = |value: &Value| value.as_str().expect("a number in quotes").parse::<f64>().expect("a number");
    let buckets = histogram["buckets"].as_array().unwrap_or_else(|| panic!("no buckets: {histogram}"));
    buckets.iter().map(|bucket| (number(&bucket[1]), number(&bucket[2]), number(&bucket[3]) as u64)).collect()
}

#[test]
fn a_prometheus_server_has_the_buckets_of_an_exponential_histogram() {
    let test = "a_prometheus_server_has_the_buckets_of_an_exponential_histogram";
    let Some(prometheus) = tool(test, "prometheus") else { return };
    let served = Served::new("native");
    served.push();
    // One that is finer than Prometheus knows, one with all parts, and one over so many powers that it is coarse.
    let series: [(&str, &[f64], f64); 3] = [
        ("fine", &[0.25, 0.25, 0.2501, 0.26], 1.003),
        ("whole", &[0.0, 0.0, 1.0, 1.1, 1.5, 1.5, 3.0, 100.0, -2.0, -2.0, -7.5], 1.1),
        ("coarse", &[1e-12, 1e12, 3.0, 0.5], 2.0),
    ];
    let seconds = MetricDescription::new("").with_exponential_buckets();
    served.manager.describe_metric("wait_seconds", &seconds).expect("it is described");
    for (name, values, _) in series {
        let labels = [("kind", name), ("path", TRICKY)];
        values.iter().for_each(|value| served.manager.histogram_observe("wait_seconds", *value, &labels));
    }
    let flags = ["--enable-feature=native-histograms"];
    let server = Server::start(&prometheus, &served.directory, served.address, &flags);
    for (name, values, base) in series {
        let one = format!("wait_seconds{{kind=\"{name}\"}}");
        let labels = server.shows(&format!("histogram_count({one})"), &values.len().to_string());
        assert_eq!(labels["path"], TRICKY, "{labels}");
        server.shows(&format!("histogram_sum({one}) - {}", values.iter().sum::<f64>()), "0");
        let histogram = server.series(&one)["histogram"][1].clone();
        for (from, to, count) in native_buckets(&histogram) {
            let lies = |value: &&f64| match **value {
                0.0 => from <= 0.0 && 0.0 <= to,
                below if below < 0.0 => from <= below && below < to && to < 0.0,
                above => from < above && above <= to && from > 0.0,
            };
            assert_eq!(values.iter().filter(lies).count() as u64, count, "{name}: {from} to {to}: {histogram}");
            let wide = if from < 0.0 { from / to } else { to / from };
            assert!(from <= 0.0 && to >= 0.0 || wide <= base * 1.000_001, "{name}: {from} to {to}: {histogram}");
        }
        let all: u64 = native_buckets(&histogram).iter().map(|(.., count)| count).sum();
        assert_eq!(all, values.len() as u64, "{name}: {histogram}");
    }
    // All else comes in the same messages.
    server.shows("rows_read_total{table=\"users\"}", "42");
    assert_eq!(server.shows("requests_total", "7")["path"], TRICKY);
    for (query, value) in [("ratio", "NaN"), ("limit", "+Inf"), ("tiny", "5e-324"), ("open_files", "3.5")] {
        server.shows(query, value);
    }
    server.shows("query_seconds_bucket{kind=\"scan\", le=\"0.25\"}", "1");
    server.shows("query_seconds_sum{kind=\"scan\"}", "4.75");
    server.shows("span_duration_seconds_count{name=\"sync\"}", "1");
}

#[test]
fn after_shutdown_the_port_is_closed() {
    let served = Served::new("closed");
    served.push();
    let mut open = TcpStream::connect(served.address).expect("it listens");
    open.set_read_timeout(Some(PATIENCE)).expect("a time limit");
    get(served.address, "/metrics").expect("a scrape");
    served.plugin.shutdown().expect("a clean shutdown");
    // A child that another test starts has a copy of the listening socket until it begins its program.
    let end = Instant::now() + PATIENCE;
    let refused = loop {
        match TcpStream::connect(served.address) {
            Err(refused) => break refused,
            Ok(_) => assert!(Instant::now() < end, "somebody listens"),
        }
        thread::sleep(Duration::from_millis(10));
    };
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused, "{refused}");
    assert_eq!(open.read(&mut [0; 8]).expect("the end of the connection"), 0);
    TcpListener::bind(served.address).expect("the port is free");
    // What comes later is dropped.
    served.push();
}
