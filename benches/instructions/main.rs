//! How many instructions a call takes, counted by valgrind's callgrind: unlike times, a number that is the same on a busy
//! machine. A regression ends it with an error.
//!
//! `cargo bench --bench instructions` prints the rows of `calls/src` and `support/src/sinks.rs`. Each is (count of 2 N calls - count of N
//! calls) / N, of two processes, this program again: all that comes before and after the calls is gone from the
//! difference. Without `--bench`, as under `cargo test --benches`, each row runs once, and nothing is counted.

use bench_calls::{events, BASE, FULL_SAFETY, RAW_C, RAW_RUST, SAFE_HANDLES};
use bench_support::frame::{repeat, Rows};
use bench_support::sinks;
use std::collections::HashMap;
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use support::{succeed, tool, PrivateDir, MINUTE};

/// The argument that makes this program one that is counted.
const RUN: &str = "--run-one";
const CALLS: u64 = 100_000;
/// Two processes are not alike to the last instruction before and after the calls.
const EQUAL: f64 = 0.5;
const MOST_WITH_FULL_SAFETY: f64 = 30.0;
/// Of each row of [`SAFE_HANDLES`]. A change elsewhere in a crate moves these and the next by 0.5 % (16 units for each crate,
/// cargo's default, moved them by 8 %): each is what was counted and 1.5 %.
const MOST_OF_SAFE_HANDLES: [f64; 5] = [79.0, 85.0, 118.0, 203.0, 258.0];
const MOST_OF_A_SPAN: f64 = 782.0;
const MOST_OF_A_LOG_LINE: f64 = 561.0;
const MOST_OF_A_PLUGINS_LINE: f64 = 1797.0;
/// Of events by `log` and `tracing`, times those of the same line by `Host::log`.
const MOST_OF_EVENTS: [f64; 2] = [1.22, 1.51];

/// Gives all rows to `rows`.
fn each(rows: &mut impl Rows) {
    bench_calls::each(rows);
    sinks::spans(rows);
    sinks::logs(rows);
    events::each(rows);
}

/// Runs the row of this name so many times.
struct One<'a> {
    name: &'a str,
    calls: u64,
}

impl Rows for One<'_> {
    fn row(&mut self, name: &str, mut step: impl FnMut(u64) -> u64 + 'static) {
        if name == self.name {
            std::hint::black_box(repeat(&mut step, 1, self.calls));
        }
    }
}

/// Keeps the names, and runs each row once.
struct Names(Vec<String>);

impl Rows for Names {
    fn row(&mut self, name: &str, mut step: impl FnMut(u64) -> u64 + 'static) {
        repeat(&mut step, 1, 1);
        self.0.push(name.to_owned());
    }
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [flag, name, calls] = &arguments[..] {
        if flag == RUN {
            return each(&mut One { name, calls: calls.parse().expect("a number") });
        }
    }
    let mut names = Names(Vec::new());
    each(&mut names);
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let Some(valgrind) = tool("instructions", "valgrind") else { return };
    let directory = PrivateDir::new("instructions");
    let mut found = HashMap::new();
    println!("| call | instructions |\n| --- | ---: |");
    for name in &names.0 {
        let [once, twice] = [CALLS, 2 * CALLS].map(|calls| count(&valgrind, &directory, name, calls));
        let each = (twice as f64 - once as f64) / CALLS as f64;
        println!("| {name} | {each:.1} |");
        found.insert(name.as_str(), each);
    }
    gate(&found);
}

/// Instructions of a whole process.
fn count(valgrind: &Path, directory: &PrivateDir, name: &str, calls: u64) -> u64 {
    let file = directory.join("callgrind.out");
    let mut command = Command::new(valgrind);
    command.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", file.display()));
    command.arg(env::current_exe().expect("this program")).args([RUN, name, &calls.to_string()]);
    succeed(&mut command, MINUTE);
    let text = fs::read_to_string(&file).expect("callgrind wrote it");
    let summary = text.lines().find_map(|line| line.strip_prefix("summary: "));
    summary.and_then(|count| count.trim().parse().ok()).unwrap_or_else(|| panic!("no summary in {}", file.display()))
}

/// Ends with an error if a plugin's slot takes more than a trait object, or another row more than its limit.
fn gate(found: &HashMap<&str, f64>) {
    let others = [
        (RAW_C, found[BASE]),
        (RAW_RUST, found[BASE]),
        (FULL_SAFETY, MOST_WITH_FULL_SAFETY),
        (sinks::SPAN, MOST_OF_A_SPAN),
        (sinks::LOG, MOST_OF_A_LOG_LINE),
        (events::LINE, MOST_OF_A_PLUGINS_LINE),
        (events::LOG, MOST_OF_EVENTS[0] * found[events::LINE]),
        (events::TRACING, MOST_OF_EVENTS[1] * found[events::LINE]),
    ];
    for (name, limit) in SAFE_HANDLES.into_iter().zip(MOST_OF_SAFE_HANDLES).chain(others) {
        assert!(found[name] <= limit + EQUAL, "`{name}` takes {:.1} instructions, more than {limit:.1}", found[name]);
    }
}
