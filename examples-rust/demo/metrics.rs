//! The sink: what it serves at /metrics is what was measured.

use crate::meter::Meter;
use crate::report::{Report, COUNTED};
use crate::setup::Stage;
use serde_json::{json, Value};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);
/// The most bytes of a page that are read.
const MOST: u64 = 16 << 20;
const EXCERPT: [&str; 4] = ["sochdb_calls_total", "sochdb_keys", "sochdb_operational", "span_duration_seconds_count"];

/// Reads /metrics and compares; gives address and excerpt for the JSON object.
pub(crate) fn run(report: &mut Report<'_>, stage: &Stage) -> Value {
    let mut meter = Meter::default();
    let page = match meter.time(|| get(&stage.metrics_address)) {
        Ok(page) => page,
        Err(error) => {
            report.check("/metrics answers", Err(error));
            return Value::Null;
        }
    };
    meter.bytes = page.len();
    report.scraped(&meter);
    let lines: Vec<&str> = page.lines().collect();
    report.check("/metrics answers", Ok(format!("{} lines", lines.len())));
    let counted = counted(report, &lines);
    report.check("every call is counted", counted);
    let healthy = lines.contains(&"sochdb_operational 1") || lines.contains(&"sochdb_operational 1.0");
    let health = if healthy { Ok("operational".to_owned()) } else { Err("not on the page".to_owned()) };
    report.check("the health report is shown", health);
    let spans = lines.iter().filter(|line| line.starts_with("span_duration_seconds_count")).count();
    let spans = if spans >= 4 { Ok(format!("{spans} spans")) } else { Err(format!("{spans} spans, not 4")) };
    report.check("the spans are timed", spans);
    let wanted = |line: &&str| EXCERPT.iter().any(|name| line.starts_with(name));
    let mut excerpt: Vec<&str> = lines.into_iter().filter(wanted).collect();
    excerpt.sort_unstable();
    report.out.line(format!("\n  {}", report.out.paint.dim(format!("http://{}/metrics", stage.metrics_address))));
    excerpt.iter().for_each(|line| report.out.line(format!("  {}", sochdb_plugin_host::printable(line))));
    json!({ "address": stage.metrics_address.to_string(), "excerpt": excerpt })
}

/// The counters of the page are the table's.
fn counted(report: &Report<'_>, lines: &[&str]) -> Result<String, String> {
    let mut count = 0;
    for (plugin, call, expected) in report.counts() {
        let labels = [format!("plugin=\"{plugin}\""), format!("call=\"{call}\"")];
        for name in COUNTED {
            let family = format!("{name}_total{{");
            let of_call = |line: &&&str| line.starts_with(&family) && labels.iter().all(|label| line.contains(label));
            let line = lines.iter().find(of_call);
            let line = line.ok_or_else(|| format!("{name} of `{call}` of {plugin} is not on the page"))?;
            let shown = line.rsplit(' ').next().and_then(|number| number.parse::<f64>().ok());
            if shown != Some(expected as f64) {
                return Err(format!("`{call}` of {plugin}: {line}, not {expected}"));
            }
            count += 1;
        }
    }
    Ok(format!("{count} counters"))
}

/// The page that is served at `address`.
pub(crate) fn get(address: &SocketAddr) -> Result<String, String> {
    let page = fetch(address).map_err(|error| format!("http://{address}/metrics: {error}"))?;
    let (head, body) = page.split_once("\r\n\r\n").ok_or("the answer has no end of its head")?;
    match head.lines().next() {
        Some(status) if status.split(' ').nth(1) == Some("200") => Ok(body.to_owned()),
        status => Err(format!("the answer is {status:?}")),
    }
}

fn fetch(address: &SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut page = String::new();
    stream.take(MOST).read_to_string(&mut page)?;
    Ok(page)
}
