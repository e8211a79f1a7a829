//! How long each step of a load takes, for C plugins of three sizes and one in Rust, beside a plain `dlopen` of an equal
//! file.
//!
//! `cargo bench --bench load` prints Markdown, `cargo bench --bench load -- --json` one JSON object. Without `--bench`,
//! as under `cargo test --benches`, it makes one trial of each size, to see that it works. Nothing is asserted: times
//! depend on the machine.
//!
//! Each trial is a process of its own, this program again. A process keeps what it loaded for ever, 32 MiB each time,
//! and its first load pays for pages of the host that no call has touched: so the first load of each process has a
//! column of its own. For 32 MiB there are fewer trials, as a trial writes and hashes more than 100 MiB.

mod library;
mod report;
mod trial;

use library::Template;
use report::Report;
use std::env;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use support::plugins::in_rust;

const KIB: usize = 1 << 10;
/// Sizes of the libraries in bytes, and how many trials of each.
const SIZES: [(usize, usize); 3] = [(512 * KIB, 41), (1024 * KIB, 41), (32 * 1024 * KIB, 9)];

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let Some(trial) = trial::asked(&arguments) {
        return trial.run();
    }
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    // What is loaded must lie where only this user writes, whatever the umask.
    let only_mine = Permissions::from_mode(0o700);
    let directory = tempfile::Builder::new().prefix("sochdb-bench-").permissions(only_mine).tempdir();
    let directory = directory.expect("a private directory");
    let place = directory.path().canonicalize().expect("it is there");
    let mut reports = Vec::new();
    let mut measure = |name: &str, template: Template, trials: usize| {
        let trials = if has("--bench") { trials } else { 1 };
        let trials: Vec<_> = (0..trials).map(|number| trial::start(&template, number)).collect();
        reports.push(Report::new(name, template.size(), &trials));
    };
    for (size, trials) in SIZES {
        measure("C plugin", Template::build(&place, size), trials);
    }
    measure("Rust plugin", Template::copy(&place, &in_rust("storage_memory")), SIZES[0].1);
    if has("--json") {
        println!("{}", report::json(&reports));
    } else {
        reports.iter().for_each(Report::print);
    }
}
