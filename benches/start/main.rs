//! What plugins cost a host at its start, in time and in resident memory, beside a plain `dlopen` of the same files.
//!
//! `cargo bench --bench start` prints Markdown and writes it, and the same as JSON, to `start.md` and `start.json` in the
//! target directory. Without `--bench`, as under `cargo test --benches`, it makes one trial of each row. Nothing is
//! asserted: times depend on the machine.
//!
//! Each trial is a process of its own, this program again, that loads its files one after the other. The ways to load
//! take turns, and the ratio is the median of those of neighbours. "Cold" is a file that the page cache does not hold
//! (`posix_fadvise`, `DONTNEED`), as after a restart of the machine.

use rustix::fs::{fadvise, Advice};
use serde_json::json;
use sochdb_plugin_host::DynamicPluginLoader;
use std::env;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use support::plugins::in_rust;
use support::{in_c, target_directory};

/// The argument that makes this program a trial.
const TRIAL: &str = "--one-trial";
const TRIALS: usize = 15;
/// How many plugins a host with many has.
const MANY: usize = 50;

/// How a trial loads. The first is what the others are compared with.
const WAYS: [(&str, Way); 3] = [("dlopen", Way::Plain), ("without a probe", Way::Unprobed), ("load", Way::Load)];

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Plain,
    Unprobed,
    Load,
}

/// What a trial came to.
struct Trial {
    time: Duration,
    /// By how many KiB the process has grown.
    resident: u64,
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [flag, way, files @ ..] = &arguments[..] {
        if flag == TRIAL {
            return run(way, files);
        }
    }
    let trials = if arguments.iter().any(|argument| argument == "--bench") { TRIALS } else { 1 };
    let (_directory, place) = support::private();
    let copies = |library: &Path, count: usize| -> Vec<PathBuf> {
        let name = library.file_stem().expect("a file name").to_string_lossy();
        (0..count).map(|number| copy(library, &place.join(format!("{name}_{count}_{number}.so")), number)).collect()
    };
    let (c, rust) = (in_c!("storage_memory"), in_rust("storage_memory"));
    let mut many = copies(&c, MANY / 2);
    many.extend(copies(&rust, MANY / 2));
    let rows = [
        ("1 C plugin, warm".to_owned(), copies(&c, 1), false),
        ("1 C plugin, cold".to_owned(), copies(&c, 1), true),
        ("1 Rust plugin, warm".to_owned(), copies(&rust, 1), false),
        ("1 Rust plugin, cold".to_owned(), copies(&rust, 1), true),
        (format!("{MANY} plugins, half C, half Rust, warm"), many, false),
    ];
    let mut markdown =
        "| plugins | KiB | way | median | least | most | ratio | resident KiB more |\n| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |\n"
            .to_owned();
    let mut objects = Vec::new();
    for (name, files, cold) in &rows {
        let size: u64 = files.iter().map(|file| fs::metadata(file).expect("a copy").len() / 1024).sum();
        let mut all: [Vec<Trial>; 3] = Default::default();
        for _ in 0..trials {
            for (of_way, (way, _)) in all.iter_mut().zip(WAYS) {
                of_way.push(start(way, files, *cold));
            }
        }
        for (of_way, (way, _)) in all.iter().zip(WAYS) {
            let ratios =
                of_way.iter().zip(&all[0]).map(|(one, plain)| one.time.as_secs_f64() / plain.time.as_secs_f64());
            let ratio = sorted(ratios)[trials / 2];
            let times = sorted(of_way.iter().map(|trial| trial.time.as_secs_f64() * 1e6));
            let resident = sorted(of_way.iter().map(|trial| trial.resident as f64))[trials / 2];
            let (median, least, most) = (times[trials / 2], times[0], times[trials - 1]);
            let _ = writeln!(
                markdown,
                "| {name} | {size} | {way} | {median:.0} µs | {least:.0} µs | {most:.0} µs | {ratio:.2} | {resident} |"
            );
            objects.push(json!({
                "plugins": name, "kib": size, "way": way, "trials": trials, "median_us": median, "least_us": least,
                "most_us": most, "ratio": ratio, "resident_kib": resident,
            }));
        }
    }
    println!("{markdown}");
    let directory = target_directory();
    let json = format!("{:#}\n", json!({ "rows": objects }));
    for (suffix, text) in [("md", markdown), ("json", json)] {
        let path = directory.join("start").with_extension(suffix);
        fs::write(&path, text).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
    }
}

/// A copy that no other file equals: a library is loaded once, however many files have its bytes.
fn copy(library: &Path, to: &Path, number: usize) -> PathBuf {
    let mut bytes = fs::read(library).unwrap_or_else(|error| panic!("{}: {error}", library.display()));
    bytes.extend((number as u64).to_le_bytes());
    fs::write(to, bytes).expect("there is room for it");
    fs::set_permissions(to, PermissionsExt::from_mode(0o755)).expect("its own file");
    File::open(to).and_then(|file| file.sync_all()).expect("only what is on disk can be dropped from memory");
    to.to_owned()
}

fn start(way: &str, files: &[PathBuf], cold: bool) -> Trial {
    for file in files.iter().filter(|_| cold) {
        let file = File::open(file).expect("a copy");
        fadvise(&file, 0, None, Advice::DontNeed).expect("a file on disk");
    }
    let mut command = Command::new(env::current_exe().expect("this program"));
    let output = command.arg(TRIAL).arg(way).args(files).output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}: {text}{}", output.status, String::from_utf8_lossy(&output.stderr));
    let (time, resident) = text.trim().split_once(' ').expect("two numbers");
    let time = Duration::from_nanos(time.parse().expect("a number"));
    Trial { time, resident: resident.parse().expect("a number") }
}

/// Loads, and writes what it took to standard output.
fn run(way: &str, files: &[String]) {
    let (_, way) = WAYS.into_iter().find(|(name, _)| *name == way).expect("one of the ways");
    let (before, start) = (resident(), Instant::now());
    let loader = DynamicPluginLoader::new_trusted().probing(way == Way::Load);
    for file in files {
        if way == Way::Plain {
            use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
            // SAFETY: it is a copy of a plugin of this source tree, and only this user can write it.
            let library = unsafe { Library::open(Some(file), RTLD_NOW | RTLD_LOCAL) };
            std::mem::forget(library.unwrap_or_else(|error| panic!("{file}: {error}")));
        } else {
            // SAFETY: as above.
            let library = unsafe { loader.load(Path::new(file)) };
            library.unwrap_or_else(|error| panic!("{file}: {error}"));
        }
    }
    println!("{} {}", start.elapsed().as_nanos(), resident().saturating_sub(before));
}

/// What this process has in memory, in KiB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("a process has one");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it says so");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}
