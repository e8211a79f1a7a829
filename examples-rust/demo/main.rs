//! `sochdb-plugin-demo`: the command `sochdb-plugin` and one more, `demo`: four plugins, two in C and two in Rust, loaded from files and put to work on real data.

mod codec;
mod data;
mod fast_rows;
mod meter;
mod metrics;
mod report;
mod rows;
mod setup;
mod vectors;

use crate::data::{Digits, Rows};
use crate::report::Report;
use crate::setup::Stage;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use serde_json::json;
use sochdb_plugin_cli::{grouped, Addition, Failure, Output};
use sochdb_plugin_host::PluginManager;
use std::path::PathBuf;
use std::process::ExitCode;

/// What the demonstration works on, and where.
#[derive(clap::Args)]
struct Options {
    /// Store the rows of this CSV file instead of the airports: a line of headings, then the key in the first column
    #[arg(long, value_name = "FILE.csv")]
    rows: Option<PathBuf>,
    /// Make the private directory of plugins and database here; it goes at the end
    #[arg(long, value_name = "DIR")]
    work_dir: Option<PathBuf>,
    /// Serve /metrics at this port of 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    metrics_port: u16,
}

const ABOUT: &str = "Load four plugins, two in C and two in Rust, and do real work with them";

const MORE: &str =
    "Stores, scans, compresses, indexes and measures the data that comes with this program. It runs native code \
    with your rights: the four example plugins that were built with this program.";

fn main() -> ExitCode {
    let command = Options::augment_args(Command::new("demo")).about(ABOUT).long_about(format!("{ABOUT}\n\n{MORE}"));
    sochdb_plugin_cli::run(Some(Addition { command, run }))
}

/// Prints what was done; true if every check passed.
fn run(out: &Output, matches: &ArgMatches) -> Result<bool, Failure> {
    let options = Options::from_arg_matches(matches).map_err(|error| Failure::usage(error.to_string()))?;
    let rows = match &options.rows {
        Some(file) => Rows::read(file)?,
        None => Rows::airports()?,
    };
    let digits = Digits::shipped()?;
    out.line(out.paint.bold("Four plugins through the trusted loader"));
    let stage = Stage::open(out, options.work_dir.as_deref(), options.metrics_port, &rows)?;
    let manager = PluginManager::new();
    for plugin in stage.plugins() {
        manager.register(&plugin.plugin).map_err(|error| error.to_string())?;
    }

    let mut report = Report::new(out, &manager, stage.observability.who());
    let demo = manager.span_start("demo", None);
    report.phase(demo, "rows", &format!("{} rows of {}", grouped(rows.all.len() as u64), rows.name));
    let reopened = rows::run(&mut report, &stage.storage, &rows);
    report.phase(demo, "blocks", "The same rows and the digits in blocks of 64 KiB");
    let ratio = codec::run(&mut report, &stage.compression, &[&rows.text, data::DIGITS]);
    let heading = format!("{} handwritten digits of 64 pixels", grouped(digits.vectors.len() as u64));
    report.phase(demo, "vectors", &heading);
    let search = vectors::run(&mut report, &stage.index, &digits);
    report.phase_end("Metrics of all this");
    manager.span_end(demo);
    let page = metrics::run(&mut report, &stage);
    report.phase_end("The end");
    end(&mut report, &stage, reopened);

    report.calls_table();
    let passed = report.totals();
    out.object(&json!({
        "rows": rows.all.len(),
        "vectors": digits.vectors.len(),
        "compression_ratio": ratio,
        "recall_at_10": search.as_ref().map(|search| search.recall),
        "queries_per_second": search.as_ref().map(|search| search.queries_per_second),
        "queries_per_second_in_a_batch": search.as_ref().map(|search| search.queries_per_second_in_a_batch),
        "plugins": stage.plugins().map(|plugin| plugin.object()).collect::<Vec<_>>(),
        "checks": report.checks_json(),
        "metrics": page,
        "calls": report.calls_json(),
    }));
    Ok(passed)
}

/// Ends all plugins and looks whether they have ended.
fn end(report: &mut Report<'_>, stage: &Stage, reopened: Option<sochdb_plugin_host::PluginInstance>) {
    let storage = reopened.map_or(Ok(()), |plugin| plugin.shutdown());
    report.check("the reopened storage shuts down", storage.map(|()| String::new()).map_err(|error| error.to_string()));
    let all = report.manager.shutdown_all();
    let count = report.manager.list_extensions().len();
    let all = all.map(|()| format!("{count} extensions, in reverse order")).map_err(|error| error.to_string());
    report.check("shutdown_all ends every plugin", all);
    let closed = match metrics::get(&stage.metrics_address) {
        Err(_) => Ok("connection refused".to_owned()),
        Ok(_) => Err("it still answers".to_owned()),
    };
    report.check("/metrics is closed", closed);
}
