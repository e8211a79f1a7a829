//! Scrapes over a socket, and what they show.

use super::*;

mod clashes;
mod described;

use sochdb_plugin_sdk::{Bucket, Metric, MetricValue, Metrics};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

fn start(config: &str) -> Prometheus {
    Prometheus::create(Host::detached(config)).expect("a valid configuration")
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the server");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time limit");
    stream
}

/// Sends `request` and reads to the end of the connection.
fn exchange(address: SocketAddr, request: &str) -> String {
    let mut stream = connect(address);
    stream.write_all(request.as_bytes()).expect("room for a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

fn scrape(plugin: &Prometheus, accept: &str) -> String {
    let request = format!("GET /metrics HTTP/1.1\r\nAccept: {accept}\r\nConnection: close\r\n\r\n");
    let answer = exchange(plugin.server.address(), &request);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    answer.split_once("\r\n\r\n").expect("a body").1.to_owned()
}

fn has(text: &str, line: &str) -> bool {
    text.lines().any(|have| have == line)
}

/// Some of everything, with names and values that are not Prometheus'.
fn fill(plugin: &Prometheus) {
    plugin.counter_inc("requests", 2, &[("method", "get"), ("path", "/a\"b\\c\nd")]);
    plugin.counter_inc("requests", 1, &[("path", "/a\"b\\c\nd"), ("method", "get")]);
    plugin.counter_inc("9 lives: Größe", 1, &[("a.b", "1"), ("__name__", "x"), ("", "y"), ("le", "3")]);
    plugin.counter_inc("rowCount", 1, &[("tableName", "t")]);
    plugin.gauge_set("open_files_total", 3.5, &[]);
    plugin.gauge_set("connection_count", f64::NAN, &[("quantile", "0.5")]);
    plugin.gauge_set("limit", f64::INFINITY, &[]);
    plugin.gauge_set("floor", f64::NEG_INFINITY, &[]);
    plugin.gauge_set("tiny", 5e-324, &[]);
    plugin.histogram_observe("query_seconds", 0.003, &[("le", "mine")]);
    plugin.histogram_observe("query_seconds", f64::NAN, &[("le", "mine")]);
    plugin.counter_inc("", 1, &[]);
    let span = plugin.span_start("commit", None);
    plugin.span_event(span, "fsync", &[]);
    plugin.span_end(span);
    plugin.span_end(span);
    let mut health = HealthInfo::new(true);
    health.buffer_pool_usage = 0.25;
    plugin.report_health(&health);
    const SIZES: MetricValue<'_> =
        MetricValue::Histogram { count: 1, sum: 3.0, buckets: &[Bucket { upper: 3.0, count: 1 }] };
    lend(
        plugin,
        &[
            ("Row Count.read", "Größe \"\\\n", MetricValue::Counter(u64::MAX)),
            ("ratio of_host_total", "", MetricValue::Gauge(f64::NAN)),
            ("size bytes", "v", SIZES),
        ],
    );
}

#[test]
fn a_scrape_shows_what_was_counted() {
    let plugin = start("{}");
    fill(&plugin);
    let text = scrape(&plugin, "text/plain");
    let lines = [
        r#"requests_total{method="get",path="/a\"b\\c\nd"} 3"#,
        r#"_9_lives__gr__e_total{a_b="1",exported_le="3",name__="x",unnamed="y"} 1"#,
        r#"row_count_total{table_name="t"} 1"#,
        "open_files{} 3.5",
        "# TYPE requests_total counter",
        r#"query_seconds_count{exported_le="mine"} 1"#,
        r#"query_seconds_bucket{le="+Inf",exported_le="mine"} 1"#,
        r#"span_duration_seconds_count{name="commit"} 1"#,
        "sochdb_operational 1.0",
        "sochdb_buffer_pool_usage_ratio 0.25",
        "sochdb_dropped_series_total 0",
    ];
    for line in lines {
        assert!(has(&text, line), "no line {line} in\n{text}");
    }
    assert!(!text.contains("# EOF"));

    let open_metrics = scrape(&plugin, "text/html, application/openmetrics-text;version=1.0.0;q=0.9");
    assert!(open_metrics.ends_with("# EOF\n") && has(&open_metrics, "# TYPE requests counter"), "{open_metrics}");
}

#[test]
fn promtool_has_no_complaint() {
    let plugin = start("{}");
    fill(&plugin);
    let child = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        eprintln!("skipped: promtool_has_no_complaint: promtool is not installed");
        return;
    };
    let text = scrape(&plugin, "*/*");
    child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("promtool reads");
    let output = child.wait_with_output().expect("promtool ends");
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success() && said.is_empty(), "{}\n{text}", String::from_utf8_lossy(&said));
}

#[test]
fn of_two_kinds_with_one_name_the_first_stays() {
    let plugin = start("{}");
    plugin.counter_inc("jobs", 1, &[]);
    plugin.gauge_set("jobs", 5.0, &[]);
    plugin.histogram_observe("jobs_total", 5.0, &[]);
    plugin.histogram_observe("wait", 1.0, &[]);
    plugin.gauge_set("wait", 2.0, &[]);
    plugin.gauge_set("sochdb_operational", 7.0, &[]);
    let text = scrape(&plugin, "text/plain");
    assert!(has(&text, "jobs_total{} 1") && has(&text, "wait_count{} 1"), "{text}");
    let families = text.lines().filter(|line| line.starts_with("# TYPE jobs") || line.starts_with("# TYPE wait"));
    assert_eq!(families.count(), 2, "{text}");
    assert!(!text.contains("sochdb_operational"), "{text}");
}

#[test]
fn series_beyond_the_limit_are_dropped_and_counted() {
    let plugin = start(r#"{"max_series":3}"#);
    for table in 0..5 {
        plugin.counter_inc("rows", 1, &[("table", &table.to_string())]);
    }
    plugin.counter_inc("rows", 1, &[("table", "0")]);
    plugin.gauge_set("other", 1.0, &[]);
    let text = scrape(&plugin, "text/plain");
    assert_eq!(text.lines().filter(|line| line.starts_with("rows_total{")).count(), 3, "{text}");
    assert!(has(&text, r#"rows_total{table="0"} 2"#) && !text.contains("other"), "{text}");
    assert!(has(&text, "sochdb_dropped_series_total 3"), "{text}");
}

#[test]
fn what_is_no_scrape_gets_a_reason() {
    let plugin = start("{}");
    let status = |request: &str| {
        let answer = exchange(plugin.server.address(), request);
        let status = answer.lines().next().unwrap_or_default().to_owned();
        (status, answer)
    };
    let (found, answer) = status("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert!(found.ends_with("404 Not Found") && answer.contains("/metrics"), "{answer}");
    let (found, answer) = status("POST /metrics HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc");
    assert!(found.ends_with("405 Method Not Allowed") && answer.contains("Allow: GET, HEAD"), "{answer}");
    let (found, answer) = status("HEAD /metrics?a=b HTTP/1.0\r\n\r\n");
    assert!(found.ends_with("200 OK") && answer.ends_with("\r\n\r\n"), "{answer}");
    assert!(status("\x16\x03\x01 no http\r\n\r\n").0.ends_with("400 Bad Request"));
    let long = format!("GET /metrics HTTP/1.1\r\nX: {}", "x".repeat(8 * 1024));
    assert!(status(&long).0.contains("431"), "a head without an end");
}

#[test]
fn scrapes_go_on_at_once_and_while_metrics_change() {
    let plugin = start("{}");
    // One that says nothing must not keep the others waiting.
    let _silent = connect(plugin.server.address());
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let plugin = &plugin;
            scope.spawn(move || {
                let thread = thread.to_string();
                (0..500)
                    .for_each(|at| plugin.counter_inc("n", 1, &[("thread", &thread), ("at", &(at % 50).to_string())]));
            });
            scope.spawn(move || (0..5).for_each(|_| assert!(scrape(plugin, "").contains("sochdb_dropped_series"))));
        }
    });
    let text = scrape(&plugin, "");
    let total: u64 = text
        .lines()
        .filter(|line| line.starts_with("n_total{"))
        .map(|line| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap())
        .sum();
    assert_eq!(total, 2_000);
}

#[test]
fn too_many_connections_are_told_so() {
    let plugin = start("{}");
    let address = plugin.server.address();
    let mut open: Vec<TcpStream> = (0..64).map(|_| connect(address)).collect();
    let mut answer = String::new();
    connect(address).read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    open.clear();
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let mut answer = String::new();
        let mut stream = connect(address);
        // One that is turned away before it has spoken may find the connection reset.
        let asked =
            stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").and_then(|()| stream.read_to_string(&mut answer));
        if asked.is_ok() && answer.starts_with("HTTP/1.1 200 OK") {
            break;
        }
        assert!(Instant::now() < deadline, "closed connections still count: {answer}");
    }
}

#[test]
fn one_connection_takes_several_scrapes() {
    let plugin = start("{}");
    let get = "GET /metrics HTTP/1.1\r\n\r\n";
    let answer =
        exchange(plugin.server.address(), &format!("{get}{get}GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n"));
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 3, "{answer}");
}

#[test]
fn shutdown_is_prompt_and_frees_the_port() {
    // An address of its own, so that nobody else takes the port that this test frees.
    let mut plugin = start(r#"{"listen":"127.77.1.1:0"}"#);
    let address = plugin.server.address();
    let mut idle = connect(address);
    scrape(&plugin, "");
    let begin = Instant::now();
    Plugin::shutdown(&mut plugin).unwrap();
    // Far below the time that an idle connection has.
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    assert_eq!(idle.read(&mut [0; 8]).unwrap(), 0);
    TcpListener::bind(address).expect("the port is free");
    plugin.counter_inc("late", 1, &[]);
}

#[test]
fn only_a_loopback_address_is_taken_unasked() {
    let refusal = |config: &str| Prometheus::create(Host::detached(config)).err().expect("a refusal");
    for config in [r#"{"listen":"0.0.0.0:0"}"#, r#"{"listen":"[::]:0"}"#, r#"{"listen":"192.0.2.1:0"}"#] {
        let error = refusal(config);
        assert!(error.kind() == ErrorKind::Invalid && error.message().contains("allow_remote"), "{error}");
    }
    assert!(refusal(r#"{"listen":"nonsense"}"#).message().contains("nonsense"));
    assert!(refusal(r#"{"listening":"127.0.0.1:0"}"#).message().contains("listening"));
    let mut remote = start(r#"{"listen":"0.0.0.0:0","allow_remote":true}"#);
    Plugin::shutdown(&mut remote).unwrap();

    let first = start("{}");
    let taken = first.server.address();
    let error = refusal(&format!(r#"{{"listen":"{taken}"}}"#));
    assert!(
        error.kind() == ErrorKind::Io && error.code() != 0 && error.message().contains(&taken.to_string()),
        "{error}"
    );
}

#[test]
fn the_address_is_left_in_a_file() {
    let place = std::env::temp_dir().join(format!("observability_prometheus-{}", std::process::id()));
    std::fs::create_dir_all(&place).unwrap();
    let file = place.join("address");
    let config = |file: &std::path::Path| format!(r#"{{"address_file":{:?}}}"#, file.display().to_string());
    let plugin = start(&config(&file));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("{}\n", plugin.server.address()));
    assert_eq!(std::fs::read_dir(&place).unwrap().count(), 1, "no other file stays");
    let error = Prometheus::create(Host::detached(&config(&place.join("no/where")))).err().expect("a refusal");
    assert!(error.kind() == ErrorKind::Io && error.message().contains("where"), "{error}");
    std::fs::remove_dir_all(&place).unwrap();
}

/// Metrics of a host that is not there: `lines` of a name, a label and a value.
fn lend(plugin: &Prometheus, lines: &'static [(&'static str, &'static str, MetricValue<'static>)]) {
    let give = move |visit: &mut dyn FnMut(&Metric<'_>)| {
        lines.iter().for_each(|(name, label, value)| visit(&Metric::new(name, &[("l", label)], *value)));
    };
    plugin.attach(Metrics::new(give)).expect("it reads");
}

#[test]
fn what_the_host_keeps_is_read_at_each_scrape() {
    let plugin = start("{}");
    let total = Arc::new(AtomicU64::new(1));
    let counted = total.clone();
    let give = move |visit: &mut dyn FnMut(&Metric<'_>)| {
        let labels = [("Table Name", "a\"b"), ("le", "mine")];
        let value = MetricValue::Counter(counted.fetch_add(1, Ordering::Relaxed));
        visit(&Metric::new("rowsRead", &labels, value));
    };
    plugin.attach(Metrics::new(give)).expect("it reads");
    plugin.counter_inc("pushed", 1, &[]);
    for expected in 1..=3 {
        let text = scrape(&plugin, "text/plain");
        let line = format!(r#"rows_read_total{{exported_le="mine",table_name="a\"b"}} {expected}"#);
        assert!(has(&text, &line) && has(&text, "# TYPE rows_read_total counter"), "no {line} in\n{text}");
        assert!(has(&text, "pushed_total{} 1"), "what is pushed is kept too: {text}");
    }
    assert_eq!(total.load(Ordering::Relaxed), 4, "one reading a scrape");
}

#[test]
fn buckets_of_the_host_are_joined_to_fixed_ones() {
    const FINE: &[Bucket] = &[
        Bucket { upper: 0.25, count: 1 },
        Bucket { upper: 0.3125, count: 2 },
        Bucket { upper: 1.0, count: 4 },
        Bucket { upper: 1e9, count: 8 },
        Bucket { upper: f64::INFINITY, count: 16 },
    ];
    let plugin = start("{}");
    lend(&plugin, &[("seconds", "v", MetricValue::Histogram { count: 31, sum: 2.5, buckets: FINE })]);
    let text = scrape(&plugin, "text/plain");
    for (le, count) in [("0.0625", 0), ("0.25", 1), ("1.0", 7), ("4.0", 7), ("67108864.0", 7), ("+Inf", 31)] {
        let line = format!("seconds_bucket{{le=\"{le}\",l=\"v\"}} {count}");
        assert!(has(&text, &line), "no {line} in\n{text}");
    }
    assert!(has(&text, "seconds_count{l=\"v\"} 31") && has(&text, "seconds_sum{l=\"v\"} 2.5"), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("seconds_bucket")).count(), 25);
}

#[test]
fn of_a_pushed_and_a_read_metric_with_one_name_the_first_stays() {
    let plugin = start("{}");
    plugin.counter_inc("first", 1, &[]);
    lend(
        &plugin,
        &[
            ("first", "v", MetricValue::Counter(7)),
            ("second", "v", MetricValue::Counter(7)),
            ("sochdb_operational", "v", MetricValue::Gauge(7.0)),
        ],
    );
    scrape(&plugin, "text/plain");
    plugin.counter_inc("second", 1, &[]);
    plugin.gauge_set("second", 1.0, &[]);
    let text = scrape(&plugin, "text/plain");
    assert!(has(&text, "first_total{} 1") && has(&text, "second_total{l=\"v\"} 7"), "{text}");
    for name in ["first_total", "second_total"] {
        assert_eq!(text.lines().filter(|line| line.starts_with(name)).count(), 1, "{text}");
    }
    assert!(!text.contains("sochdb_operational"), "{text}");
}

#[test]
fn series_of_the_host_beyond_the_limit_are_dropped_and_counted() {
    let plugin = start(r#"{"max_series":2}"#);
    plugin.gauge_set("pushed", 1.0, &[]);
    lend(
        &plugin,
        &[
            ("rows", "a", MetricValue::Counter(1)),
            ("rows", "b", MetricValue::Counter(1)),
            ("tables", "a", MetricValue::Gauge(1.0)),
        ],
    );
    for scrapes in 1..=2 {
        let text = scrape(&plugin, "text/plain");
        assert!(has(&text, "rows_total{l=\"a\"} 1") && has(&text, "pushed{} 1.0"), "{text}");
        assert!(!text.contains("l=\"b\"") && !text.contains("tables"), "{text}");
        let dropped = format!("sochdb_dropped_series_total {}", 2 * scrapes);
        assert!(has(&text, &dropped), "no {dropped} in\n{text}");
    }
    plugin.counter_inc("rows_written", 1, &[]);
    assert!(!scrape(&plugin, "text/plain").contains("rows_written"), "both kinds count");
}
