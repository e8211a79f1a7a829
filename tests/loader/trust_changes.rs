//! Trust files and lock files that change while a host runs: its next load knows, and pays for nothing that did not.

mod opens;

use opens::Opens;
use sochdb_plugin_host::trust::{places::LOCK_FILE, Lock, Locked, Manifest};
use sochdb_plugin_host::{Digest, DynamicPluginLoader, OnRefusal, TrustFiles};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use support::in_c;
use support::{alone, private, succeed, MINUTE};
use tempfile::TempDir;

/// A directory with a plugin, and with a trust file that allows plugins in it.
struct Place {
    _room: TempDir,
    path: PathBuf,
    plugin: PathBuf,
}

impl Place {
    fn new() -> Self {
        let (room, path) = private();
        let plugin = path.join("codec_xor.so");
        fs::copy(in_c!("codec_xor"), &plugin).expect("its own directory");
        fs::set_permissions(&plugin, Permissions::from_mode(0o755)).expect("its own file");
        let place = Self { _room: room, path, plugin };
        place.rename_over(&place.allows());
        place
    }

    fn allows(&self) -> String {
        format!("[[directory]]\npath = \"{}\"\npolicy = \"development\"\n", self.path.display())
    }

    fn trust_file(&self) -> PathBuf {
        self.path.join("trust.toml")
    }

    fn write(&self, path: &Path, text: &str) {
        fs::write(path, text).expect("its own file");
        fs::set_permissions(path, Permissions::from_mode(0o644)).expect("its own file");
    }

    fn rename_over(&self, text: &str) {
        let new = self.path.join("new.toml");
        self.write(&new, text);
        fs::rename(new, self.trust_file()).expect("its own directory");
    }

    fn loader(&self) -> DynamicPluginLoader {
        DynamicPluginLoader::new_trusted().trust_files(TrustFiles::Only(vec![self.trust_file()]))
    }

    fn digest(&self) -> Digest {
        Digest::of(&fs::read(&self.plugin).expect("it is there"))
    }
}

fn verdict(loader: &DynamicPluginLoader, plugin: &Path) -> &'static str {
    loader.verify(plugin).map_or_else(
        |error| {
            eprintln!("{error:?}");
            error.code()
        },
        |_| "accepted",
    )
}

#[test]
fn a_plugin_that_is_revoked_while_the_host_runs_is_refused_though_it_is_mapped() {
    let place = Place::new();
    let loader = place.loader();
    // SAFETY: it was built from this source tree.
    let load = || unsafe { loader.load(&place.plugin) }.map_or_else(|error| error.code(), |_| "loaded");
    assert_eq!((load(), load()), ("loaded", "loaded"));
    let revoked = format!("{}[[revoked]]\nsha256 = \"{}\"\n", place.allows(), place.digest());
    place.rename_over(&revoked);
    assert_eq!((load(), load()), ("E_REVOKED", "E_REVOKED"));
    assert_eq!(verdict(&loader.clone(), &place.plugin), "E_REVOKED", "its clones know too");
    place.rename_over(&place.allows());
    assert_eq!(load(), "loaded");
    fs::remove_file(place.trust_file()).expect("its own file");
    assert_eq!(load(), "E_TRUST_FILE");
    place.rename_over(&revoked);
    assert_eq!(load(), "E_REVOKED");
    fs::set_permissions(place.trust_file(), Permissions::from_mode(0o666)).expect("its own file");
    assert_eq!(load(), "E_TRUST_FILE");
}

#[test]
fn a_change_right_after_a_load_is_seen_though_size_and_clock_are_the_same() {
    let place = Place::new();
    let loader = place.loader();
    let minimum = |version| format!("{}[[minimum]]\nname = \"codec_xor\"\nversion = \"{version}\"\n", place.allows());
    let texts = [(minimum("1.0.0"), "accepted"), (minimum("9.0.0"), "E_VERSION_TOO_OLD")];
    place.rename_over(&texts[0].0);
    let modified = fs::metadata(place.trust_file()).and_then(|file| file.modified()).expect("it is there");
    for round in 0..400 {
        let (text, expected) = &texts[round % 2];
        if round % 4 < 2 {
            // The same file, of the same length, and of the same age as one can see.
            place.write(&place.trust_file(), text);
            let file = fs::File::options().write(true).open(place.trust_file()).expect("its own file");
            file.set_modified(modified).expect("its own file");
        } else {
            place.rename_over(text);
        }
        assert_eq!(verdict(&loader, &place.plugin), *expected, "round {round}");
        assert_eq!(verdict(&loader, &place.plugin), *expected, "round {round}, again");
    }
}

#[test]
fn no_load_is_refused_while_the_trust_file_is_replaced() {
    let place = Place::new();
    let stop = AtomicBool::new(false);
    let refused = thread::scope(|scope| {
        scope.spawn(|| {
            let pinned = format!("{}[[pin]]\nsha256 = \"{}\"\n", place.allows(), place.digest());
            while !stop.load(Ordering::Relaxed) {
                place.rename_over(&pinned);
                place.rename_over(&place.allows());
            }
        });
        let loader = place.loader();
        let verdicts: Vec<_> = (0..2000).map(|_| verdict(&loader, &place.plugin)).collect();
        stop.store(true, Ordering::Relaxed);
        verdicts.into_iter().filter(|verdict| *verdict != "accepted").collect::<Vec<_>>()
    });
    assert!(refused.is_empty(), "{} refused: {:?}", refused.len(), refused.first());
}

/// The child's home.
const HOME: &str = "SOCH_TEST_TRUST_HOME";

#[test]
fn the_operator_s_trust_file_may_come_and_go() {
    let test = "the_operator_s_trust_file_may_come_and_go";
    let Some(home) = std::env::var_os(HOME) else {
        let (_room, home) = private();
        let mut child = alone!(test);
        child.env(HOME, &home).env("HOME", &home).env_remove("XDG_CONFIG_HOME");
        succeed(&mut child, MINUTE);
        return;
    };
    let place = Place::new();
    let loader = DynamicPluginLoader::new_trusted().trust_files(TrustFiles::Operator);
    let directory = Path::new(&home).join(".config/sochdb");
    for _ in 0..3 {
        assert_eq!(verdict(&loader, &place.plugin), "accepted");
        fs::create_dir_all(&directory).expect("its own home");
        for made in [directory.parent().expect("it has one"), &directory] {
            fs::set_permissions(made, Permissions::from_mode(0o700)).expect("its own directory");
        }
        assert_eq!(verdict(&loader, &place.plugin), "accepted");
        place.write(&directory.join("trust.toml"), "");
        assert_eq!(verdict(&loader, &place.plugin), "E_NOT_ALLOWED");
        fs::remove_dir_all(directory.parent().expect("it has one")).expect("its own directory");
    }
}

#[test]
fn a_directory_of_many_plugins_costs_one_read_of_its_lock_file() {
    const MANY: usize = 60;
    let place = Place::new();
    let sha256 = place.digest();
    let plugins: Vec<Locked> = (0..MANY)
        .map(|number| {
            let file = format!("codec_{number}.so");
            fs::copy(&place.plugin, place.path.join(&file)).expect("its own directory");
            let (name, version) = ("codec_xor".to_owned(), "1.0.0".to_owned());
            Locked::new(file, Manifest::new(sha256, name, version, (1, 1)), vec![])
        })
        .collect();
    let lock = place.path.join(LOCK_FILE);
    place.write(&lock, &Lock::from(plugins.clone()).to_text());
    // What changed a moment ago is read once more, as it could change again unseen.
    thread::sleep(std::time::Duration::from_millis(60));
    let opens = Opens::of(&lock);
    let loader = DynamicPluginLoader::new_trusted();
    // SAFETY: it was built from this source tree.
    let loaded = unsafe { loader.load_dir(&place.path, OnRefusal::LoadOthers) }.expect("the lock file is good");
    assert!(loaded.iter().all(|listed| listed.library.is_ok()) && loaded.len() == MANY);
    assert_eq!(opens.count(), 1, "load_dir");
    let all = plugins.iter().all(|plugin| verdict(&loader, &place.path.join(&plugin.file)) == "accepted");
    assert!(all && opens.count() == 0, "verify");
    let directory = place.path.to_str().expect("UTF-8");
    for arguments in [&["list", "--directory", directory][..], &["doctor", "--directory", directory]] {
        let answer = support::command::one_object(
            &support::run(support::command::command().args(arguments).arg("--json"), MINUTE),
            0,
        );
        assert!(answer.to_string().matches("codec_59.so").count() > 0, "{answer}");
        assert_eq!(opens.count(), 1, "{arguments:?}");
    }
    // And a change is seen.
    let mut changed = plugins[0].clone();
    changed.sha256 = Digest::of(b"another");
    place.write(&lock, &Lock::from(vec![changed]).to_text());
    assert_eq!(verdict(&loader, &place.path.join("codec_0.so")), "E_DIGEST");
    assert_eq!(verdict(&loader, &place.path.join("codec_1.so")), "accepted", "nobody lists it, and nobody asks");
    fs::remove_file(&lock).expect("its own file");
    assert_eq!(verdict(&loader, &place.path.join("codec_0.so")), "accepted");
}
