//! Upgrades and removals while plugins load, and ones that are killed: at each moment the old plugin or the new one is
//! there, whole, and loads.

mod full_disk;
mod killed;

use sochdb_plugin_host::{DynamicPluginLoader, TrustFiles};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};
use support::home::{text, Home};

/// How many loads there are; by default as many as fit into some seconds.
const LOADS: &str = "SOCH_UPGRADE_LOADS";
const SECONDS: Duration = Duration::from_secs(5);
/// How many installs there are at least meanwhile, also on a machine that has much else to do.
const INSTALLS: usize = 6;

/// A directory with a policy, and two versions of a codec to install there, both signed.
struct Shop {
    home: Home,
    directory: PathBuf,
    downloads: [PathBuf; 2],
}

impl Shop {
    /// With version 1 installed.
    fn new(policy: &str) -> Self {
        let home = Home::new();
        let directory = home.directory("plugins");
        let made = home.call(&["keygen", "--no-password", "--out", "acme"], 0);
        let downloads = ["1.0.0", "1.1.0"].map(|version| home.download("codec", version));
        for download in &downloads {
            home.call(&["sign", "--key", "acme.key", text(download)], 0);
        }
        home.call(&["trust", "add", "directory", text(&directory), "--policy", policy], 0);
        home.call(&["trust", "add", "publisher", "acme", made["public_key"].as_str().expect("a key")], 0);
        let shop = Self { home, directory, downloads };
        shop.home.call(&shop.install(0), 0);
        shop
    }

    /// The arguments that install one of the versions.
    fn install(&self, version: usize) -> [&str; 5] {
        ["install", "--downgrade", "--directory", text(&self.directory), text(&self.downloads[version])]
    }

    /// The installed plugin.
    fn plugin(&self) -> PathBuf {
        self.directory.join("codec.so")
    }

    fn loader(&self) -> DynamicPluginLoader {
        DynamicPluginLoader::new_trusted().trust_files(TrustFiles::Only(vec![self.home.trust_file()]))
    }

    /// The names in the directory.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.directory).expect("it is there").flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

/// What came of many loads: versions and codes, and how often each.
type Counts = Mutex<BTreeMap<String, usize>>;

fn count(counts: &Counts, what: String) {
    *counts.lock().expect("nobody panics with it").entry(what).or_default() += 1;
}

fn verify(loader: &DynamicPluginLoader, plugin: &Path) -> String {
    loader.verify(plugin).map_or_else(|error| format!("{error:?}"), |verified| verified.note.version.to_string())
}

fn load(loader: &DynamicPluginLoader, plugin: &Path) -> String {
    // SAFETY: it was compiled from this source tree.
    let loaded = unsafe { loader.load(plugin) };
    loaded.map_or_else(|error| format!("{error:?}"), |library| library.info().version.clone())
}

fn no_load_is_refused(policy: &str) {
    let shop = Shop::new(policy);
    let wanted = std::env::var(LOADS).ok().map(|loads| loads.parse::<usize>().expect("a number of loads"));
    let (counts, loads, installs) = (Counts::default(), AtomicUsize::new(0), AtomicUsize::new(0));
    let (begin, stop) = (Instant::now(), AtomicBool::new(false));
    let go_on = || match wanted {
        Some(wanted) => loads.fetch_add(1, Ordering::Relaxed) < wanted,
        None => begin.elapsed() < SECONDS || installs.load(Ordering::Relaxed) < INSTALLS,
    };
    thread::scope(|scope| {
        let installer = scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let version = (installs.fetch_add(1, Ordering::Relaxed) + 1) % 2;
                shop.home.call(&shop.install(version), 0);
            }
        });
        let again = || {
            let lasting = shop.loader();
            while go_on() {
                count(&counts, verify(&lasting, &shop.plugin()));
            }
        };
        let anew = || {
            while go_on() {
                count(&counts, load(&shop.loader(), &shop.plugin()));
            }
        };
        let loaders = [scope.spawn(again), scope.spawn(anew)];
        loaders.into_iter().for_each(|loader| loader.join().expect("it ends"));
        stop.store(true, Ordering::Relaxed);
        installer.join().expect("it ends");
    });
    let counts = counts.into_inner().expect("nobody panicked with it");
    let installs = installs.into_inner();
    println!("{policy}: {installs} installs, {counts:?}");
    assert!(installs >= INSTALLS, "{installs} installs");
    assert_eq!(counts.keys().collect::<Vec<_>>(), ["1.0.0", "1.1.0"], "{counts:?}");
    let names = shop.names();
    let kept = names.iter().filter(|name| name.starts_with("codec.so.")).count();
    assert_eq!((names.len(), kept), (4, 2), "{names:?}");
}

#[test]
fn no_load_is_refused_while_a_signed_plugin_is_upgraded() {
    no_load_is_refused("signed");
}

#[test]
fn no_load_is_refused_while_a_pinned_plugin_is_upgraded() {
    no_load_is_refused("pinned");
}

#[test]
fn a_plugin_that_its_publisher_put_there_is_upgraded_without_a_gap() {
    let shop = Shop::new("signed");
    shop.home.call(&["remove", "codec", "--directory", text(&shop.directory)], 0);
    assert_eq!(shop.names(), ["sochdb-plugin.lock"]);
    for suffix in ["", ".manifest", ".manifest.minisig"] {
        let from = format!("{}{suffix}", text(&shop.downloads[0]));
        let to = shop.directory.join(format!("codec.so{suffix}"));
        fs::copy(from, &to).expect("its own directory");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        fs::set_permissions(&to, mode).expect("its own file");
    }
    let loader = shop.loader();
    assert_eq!(verify(&loader, &shop.plugin()), "1.0.0");
    let stop = AtomicBool::new(false);
    let counts = Counts::default();
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                count(&counts, verify(&loader, &shop.plugin()));
            }
        });
        shop.home.call(&shop.install(1), 0);
        stop.store(true, Ordering::Relaxed);
    });
    let counts = counts.into_inner().expect("nobody panicked with it");
    assert!(counts.keys().all(|version| ["1.0.0", "1.1.0"].contains(&&**version)), "{counts:?}");
    assert_eq!(verify(&loader, &shop.plugin()), "1.1.0");
    assert_eq!(shop.names().len(), 4, "{:?}", shop.names());
}

#[test]
fn a_plugin_that_is_signed_again_counts_where_it_was_installed() {
    let shop = Shop::new("signed");
    let made = shop.home.call(&["keygen", "--no-password", "--out", "next"], 0);
    let old = fs::read_to_string(shop.home.path.join("acme.pub")).expect("it was made");
    let old = old.lines().nth(1).expect("the key is in its second line");
    shop.home.call(&["trust", "add", "publisher", "acme", made["public_key"].as_str().expect("a key")], 0);
    shop.home.call(&["trust", "revoke", "--key", old], 0);
    let loader = shop.loader();
    assert!(verify(&loader, &shop.plugin()).starts_with("E_KEY_REVOKED"));
    // Where it lies, or as a download.
    shop.home.call(&["sign", "--key", "next.key", text(&shop.plugin())], 0);
    assert_eq!(verify(&loader, &shop.plugin()), "1.0.0");
    shop.home.call(&["sign", "--key", "next.key", text(&shop.downloads[0])], 0);
    shop.home.call(&shop.install(0), 0);
    assert_eq!(verify(&loader, &shop.plugin()), "1.0.0");
    assert_eq!(shop.names().len(), 4, "{:?}", shop.names());
}
