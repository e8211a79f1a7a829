//! The storage: every row goes in, comes back, is found in order, and is there after a restart.

use crate::data::{Row, Rows, TABLE};
use crate::fast_rows;
use crate::meter::Meter;
use crate::report::Report;
use crate::setup::Loaded;
use sochdb_plugin_cli::grouped;
use sochdb_plugin_host::sdk::{ErrorKind, HealthInfo, StorageExtension};
use sochdb_plugin_host::{PluginInstance, Storage};

const RANGES: usize = 16;
const RANGE_LIMIT: usize = 100;

/// Does it all, and gives the storage as it is after the restart.
pub(crate) fn run(report: &mut Report<'_>, loaded: &Loaded, rows: &Rows) -> Option<PluginInstance> {
    let storage = match loaded.plugin.storage() {
        Ok(storage) => storage,
        Err(error) => {
            report.check("it is a storage", Err(error.to_string()));
            return None;
        }
    };
    let stored = store(report, loaded, &storage, rows);
    report.check("every row is stored", stored);
    let read = read_back(report, loaded, &storage, rows);
    report.check("every row is read back", read);
    let scanned = scan_all(report, loaded, &storage, rows);
    report.check("a scan gives all rows in order", scanned);
    let ranges = scan_ranges(report, loaded, &storage, rows);
    report.check("ranges have the right rows", ranges);
    fast_rows::run(report, loaded, &storage, rows);
    report.check("a key that was not stored is not found", absent(&storage, rows));
    report.check("the storage counts its rows", count(report, &storage, rows));
    let reopened = restart(loaded, &storage);
    report.check("it restarts on its directory", reopened.as_ref().map(|_| String::new()).map_err(String::clone));
    let plugin = reopened.ok()?;
    let found = plugin.storage().map_err(|error| error.to_string());
    let found = found.and_then(|storage| scan_all(report, loaded, &storage, rows));
    report.check("every row is there after the restart", found);
    Some(plugin)
}

fn store(report: &mut Report<'_>, loaded: &Loaded, storage: &Storage, rows: &Rows) -> Result<String, String> {
    let (mut put, mut flush) = (Meter::default(), Meter::default());
    let bar = report.progress("storing", rows.all.len());
    for (key, value) in &rows.all {
        let stored = put.time(|| storage.put(TABLE, key, value, 0));
        stored.map_err(|error| format!("{}: {error}", String::from_utf8_lossy(key)))?;
        put.bytes += key.len() + value.len();
        bar.inc(1);
    }
    flush.time(|| storage.flush()).map_err(|error| format!("flush: {error}"))?;
    report.measured(&loaded.who(), "put", &put);
    report.measured(&loaded.who(), "flush", &flush);
    Ok(format!("{} rows, {} bytes", grouped(rows.all.len() as u64), grouped(rows.bytes() as u64)))
}

fn read_back(report: &mut Report<'_>, loaded: &Loaded, storage: &Storage, rows: &Rows) -> Result<String, String> {
    let mut get = Meter::default();
    let mut found = Vec::new();
    let bar = report.progress("reading", rows.all.len());
    for (key, value) in &rows.all {
        found.clear();
        let there = get.time(|| storage.get_append(TABLE, key, &mut found)).map_err(|error| error.to_string())?;
        let name = || String::from_utf8_lossy(key);
        if !there {
            return Err(format!("{} is not there", name()));
        }
        if found != *value {
            return Err(format!("{} has another value", name()));
        }
        get.bytes += found.len();
        bar.inc(1);
    }
    report.measured(&loaded.who(), "get", &get);
    Ok(format!("{} values, byte for byte", grouped(rows.all.len() as u64)))
}

fn scan_all(report: &mut Report<'_>, loaded: &Loaded, storage: &Storage, rows: &Rows) -> Result<String, String> {
    let mut scan = Meter::default();
    let found = scan.time(|| storage.scan(TABLE, b"", b"", usize::MAX)).map_err(|error| error.to_string())?;
    scan.bytes = rows.bytes();
    same(&found, &rows.sorted)?;
    report.measured(&loaded.who(), "scan", &scan);
    Ok(format!("{} rows", grouped(found.len() as u64)))
}

/// Ranges spread over the table: of all lengths, some cut by the limit.
fn scan_ranges(report: &mut Report<'_>, loaded: &Loaded, storage: &Storage, rows: &Rows) -> Result<String, String> {
    let mut scan = Meter::default();
    let (sorted, mut count) = (&rows.sorted, 0);
    for range in 0..RANGES {
        let start = sorted.len() * range / RANGES;
        let end = (start + sorted.len() * (range % 4) / RANGES).min(sorted.len() - 1).max(start);
        let (from, to) = (&sorted[start].0, &sorted[end].0);
        let found = scan.time(|| storage.scan(TABLE, from, to, RANGE_LIMIT)).map_err(|error| error.to_string())?;
        // An empty range has its start as its end.
        let expected = &sorted[start..end.min(start + RANGE_LIMIT)];
        same(&found, expected).map_err(|why| format!("from {}: {why}", String::from_utf8_lossy(from)))?;
        scan.bytes += found.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>();
        count += found.len();
    }
    report.measured(&loaded.who(), "scan", &scan);
    Ok(format!("{RANGES} ranges, {} rows, at most {RANGE_LIMIT} each", grouped(count as u64)))
}

fn same(found: &[Row], expected: &[Row]) -> Result<(), String> {
    if found.len() != expected.len() {
        return Err(format!("{} rows, not {}", found.len(), expected.len()));
    }
    match found.iter().zip(expected).position(|(found, expected)| found != expected) {
        Some(at) => Err(format!("row {at} of the scan is {}", String::from_utf8_lossy(&found[at].0))),
        None => Ok(()),
    }
}

fn absent(storage: &Storage, rows: &Rows) -> Result<String, String> {
    // Longer than each of them, but in the middle of their order.
    let mut key = rows.sorted[rows.sorted.len() / 2].0.clone();
    key.push(0);
    let expected = rows.sorted.iter().any(|(other, _)| *other == key);
    match storage.get(TABLE, &key) {
        Ok(found) if found.is_some() == expected => Ok(String::new()),
        Ok(_) => Err("a value was found".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Also tells the sinks how the storage is.
fn count(report: &Report<'_>, storage: &Storage, rows: &Rows) -> Result<String, String> {
    let stats = storage.stats().map_err(|error| error.to_string())?;
    report.manager.gauge_set("sochdb_keys", stats.key_count as f64, &[("table", "1")]);
    report.manager.report_health(&HealthInfo::new(true));
    match stats.key_count {
        count if count == rows.all.len() as u64 => Ok(format!("{} keys", grouped(count))),
        count => Err(format!("{count} keys, not {}", rows.all.len())),
    }
}

/// Ends the instance and makes a new one from the same configuration.
fn restart(loaded: &Loaded, storage: &Storage) -> Result<PluginInstance, String> {
    loaded.plugin.shutdown().map_err(|error| format!("shutdown: {error}"))?;
    match storage.get(TABLE, b"") {
        Err(error) if error.kind() == ErrorKind::ShutDown => {}
        other => return Err(format!("a call after the shutdown gave {other:?}")),
    }
    loaded.library.instance(&loaded.config).map_err(|error| format!("{}: {error}", error.code()))
}
