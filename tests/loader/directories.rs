//! Plugin directories: what their lock files list is what loads, and what their policies demand is asked.

use sochdb_plugin_host::sdk::CompressionExtension;
use sochdb_plugin_host::trust::{places::LOCK_FILE, Lock, Locked, Manifest};
use sochdb_plugin_host::{
    Digest, DynamicPluginLoader, Listed, LoadError, OnRefusal, Policy, Refusal, Step, StepOutcome, TrustFiles,
};
use std::error::Error;
use std::fs::{self, Permissions};
use std::os::unix::fs::{chown, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use support::in_c;
use support::{private, private_in, skipped};
use tempfile::TempDir;

/// A plugin directory, and a trust file beside it.
struct Place {
    _dir: TempDir,
    path: PathBuf,
}

impl Place {
    fn new() -> Self {
        let (dir, path) = private();
        Self { _dir: dir, path }
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path.join(name);
        fs::write(&path, bytes).expect("an own directory");
        fs::set_permissions(&path, Permissions::from_mode(0o644)).expect("an own file");
        path
    }

    /// Copies a plugin of examples-c into it.
    fn plugin(&self, name: &str) -> PathBuf {
        self.write(&format!("{name}.so"), fs::read(in_c!(name)).expect("it was built"))
    }

    /// Lists these plugins as they are.
    fn lock(&self, names: &[&str]) {
        let locked = |name: &&str| {
            let file = format!("{name}.so");
            let sha256 = Digest::of(&fs::read(self.path.join(&file)).expect("an own file"));
            let (name, version, kinds) = ((*name).to_owned(), "1.0.0".to_owned(), vec!["storage".to_owned()]);
            Locked::new(file, Manifest::new(sha256, name, version, (1, 1)), kinds)
        };
        self.write(LOCK_FILE, Lock::from(names.iter().map(locked).collect::<Vec<_>>()).to_text());
    }

    /// A loader that obeys a trust file with this text, in which `DIR` is this directory.
    fn loader(&self, trust: &str) -> DynamicPluginLoader {
        let text = trust.replace("DIR", self.path.to_str().expect("UTF-8"));
        let file = self.write("trust.toml", text);
        DynamicPluginLoader::new_trusted().trust_files(TrustFiles::Only(vec![file]))
    }
}

/// What came of each, by file name.
fn words(listed: &[Listed]) -> Vec<(String, &'static str)> {
    let name = |path: &Path| path.file_name().expect("a file").to_string_lossy().into_owned();
    let word = |listed: &Listed| listed.library.as_ref().map_or_else(LoadError::code, |_| "loaded");
    listed.iter().map(|listed| (name(&listed.path), word(listed))).collect()
}

fn load(loader: &DynamicPluginLoader, place: &Place, on_refusal: OnRefusal) -> Result<Vec<Listed>, &'static str> {
    // SAFETY: all plugins were built from this source tree.
    unsafe { loader.load_dir(&place.path, on_refusal) }.map_err(|error| error.error.code())
}

fn code(loader: &DynamicPluginLoader, path: &Path) -> &'static str {
    loader.verify(path).map_or_else(|error| error.code(), |_| "accepted")
}

const THREE: [&str; 3] = ["storage_memory", "codec_xor", "index_sorted"];

#[test]
fn loads_what_is_listed_in_the_order_of_the_list() {
    let place = Place::new();
    THREE.iter().for_each(|name| drop(place.plugin(name)));
    place.plugin("observability_json");
    place.lock(&THREE);
    let loaded = load(&DynamicPluginLoader::new_trusted(), &place, OnRefusal::LoadNone).expect("all are good");
    let expected = THREE.map(|name| (format!("{name}.so"), "loaded"));
    assert_eq!(words(&loaded), expected);
    let codec = loaded[1].library.as_ref().expect("it loaded").instance("{}").expect("an instance");
    assert_eq!(codec.compression().expect("a codec").algorithm(), "xor");
}

#[test]
fn one_bad_plugin_keeps_the_others_out_only_if_asked() {
    let place = Place::new();
    THREE.iter().for_each(|name| drop(place.plugin(name)));
    place.lock(&THREE);
    place.write("codec_xor.so", b"somebody changed it, and it has more bytes than an ELF header has, namely these");
    let loader = DynamicPluginLoader::new_trusted();
    let loaded = load(&loader, &place, OnRefusal::LoadOthers).expect("the lock file is good");
    let verdicts: Vec<_> = words(&loaded).into_iter().map(|(_, word)| word).collect();
    assert_eq!(verdicts, ["loaded", "E_DIGEST", "loaded"]);
    assert_eq!(load(&loader, &place, OnRefusal::LoadNone).err(), Some("E_DIGEST"));
    fs::remove_file(place.path.join("codec_xor.so")).expect("an own file");
    assert_eq!(load(&loader, &place, OnRefusal::LoadNone).err(), Some("E_FILE_NOT_FOUND"));
}

#[test]
fn a_directory_without_a_good_lock_file_loads_nothing() {
    let place = Place::new();
    let loader = DynamicPluginLoader::new_trusted();
    assert_eq!(load(&loader, &place, OnRefusal::LoadOthers).err(), Some("E_LOCK_FILE"));
    place.write(LOCK_FILE, "[[plugin]]\nfile = \"../x.so\"\n");
    assert_eq!(load(&loader, &place, OnRefusal::LoadOthers).err(), Some("E_LOCK_SYNTAX"));
    let plugin = place.plugin("codec_xor");
    assert_eq!(code(&loader, &plugin), "E_LOCK_SYNTAX", "nor is a plugin beside it loaded by its path");
    place.lock(&["codec_xor"]);
    fs::set_permissions(place.path.join(LOCK_FILE), Permissions::from_mode(0o666)).expect("an own file");
    assert_eq!(load(&loader, &place, OnRefusal::LoadOthers).err(), Some("E_LOCK_FILE"));
    assert_eq!(code(&loader, &plugin), "E_LOCK_FILE");
}

/// An error and its sources, as programs show a chain.
fn chain(error: &dyn Error) -> Vec<String> {
    let sources = std::iter::successors(error.source(), |error| (*error).source());
    std::iter::once(error.to_string()).chain(sources.map(ToString::to_string)).collect()
}

#[test]
fn a_chain_of_errors_says_each_thing_once() {
    let place = Place::new();
    place.write(LOCK_FILE, "[[plugin]]\nfile = \"../x.so\"\n");
    let refused = DynamicPluginLoader::new_trusted().lock(&place.path).expect_err("a path is no file's name");
    let chain = chain(&refused);
    assert_eq!(chain.len(), 2, "{chain:?}");
    assert_eq!(chain[1], refused.error.to_string());
    assert!(!chain[0].contains(&chain[1]) && chain[0].contains(LOCK_FILE), "{chain:?}");
    let whole = format!("{refused:?}");
    assert!(whole.contains(refused.error.code()) && whole.contains(&refused.error.remedy()), "{whole}");
}

#[test]
fn each_step_says_of_which_file_it_is() {
    let place = Place::new();
    let paths = THREE.map(|name| place.plugin(name));
    place.lock(&THREE);
    let told = Arc::new(Mutex::new(Vec::<StepOutcome>::new()));
    let keep = told.clone();
    let loader = DynamicPluginLoader::new_trusted().observer(move |step| keep.lock().expect("no panic").push(step));
    let loaded = load(&loader, &place, OnRefusal::LoadOthers).expect("the lock file is good");
    let library = loaded[1].library.as_ref().expect("it loads");
    let instance = library.instance("{}").expect("an instance");
    let missing = instance.storage().expect_err("it is a codec");
    assert!(matches!(missing.refusal(), Refusal::KindMissing { wanted: "storage", .. }));
    assert_eq!((missing.path(), missing.instance()), (Some(&*paths[1]), Some(instance.number())));
    let told = std::mem::take(&mut *told.lock().expect("no panic"));
    let of = |step: Step| told.iter().filter(|told| told.step == step).filter_map(|told| told.path.clone()).collect();
    let (opened, created): (Vec<PathBuf>, Vec<PathBuf>) = (of(Step::Open), of(Step::Create));
    assert_eq!((&opened[..], &created[..]), (&paths[..], &paths[1..2]));
}

#[test]
fn the_digest_before_an_install_that_was_cut_off_still_loads() {
    let place = Place::new();
    let plugin = place.plugin("codec_xor");
    place.lock(&["codec_xor"]);
    let text = fs::read_to_string(place.path.join(LOCK_FILE)).expect("an own file");
    let mut lock = Lock::parse(text.as_bytes()).expect("as it was written");
    lock.plugins[0].previous = Some(std::mem::replace(&mut lock.plugins[0].sha256, Digest::of(b"the next version")));
    place.write(LOCK_FILE, lock.to_text());
    assert_eq!(code(&place.loader("[[directory]]\npath = \"DIR\"\n"), &plugin), "accepted");
}

#[test]
fn a_pinned_directory_wants_a_pin() {
    let place = Place::new();
    let plugin = place.plugin("codec_xor");
    let pinned = "[[directory]]\npath = \"DIR\"\n";
    assert_eq!(code(&place.loader(pinned), &plugin), "E_UNPINNED");
    let digest = Digest::of(&fs::read(&plugin).expect("an own file"));
    let pin = format!("{pinned}[[pin]]\nsha256 = \"{digest}\"\n");
    assert_eq!(code(&place.loader(&pin), &plugin), "accepted");
    assert_eq!(code(&place.loader(&format!("{pin}[[revoked]]\nsha256 = \"{digest}\"\n")), &plugin), "E_REVOKED");
    let minimum = |version| format!("{pin}[[minimum]]\nname = \"codec_xor\"\nversion = \"{version}\"\n");
    assert_eq!(code(&place.loader(&minimum("1.0.0")), &plugin), "accepted");
    assert_eq!(code(&place.loader(&minimum("1.0.1")), &plugin), "E_VERSION_TOO_OLD");
    place.lock(&["codec_xor"]);
    assert_eq!(code(&place.loader(pinned), &plugin), "accepted");
}

#[test]
fn the_program_can_demand_more_than_the_trust_file_but_not_less() {
    let place = Place::new();
    let plugin = place.plugin("codec_xor");
    let open = "[[directory]]\npath = \"DIR\"\npolicy = \"development\"\n";
    assert_eq!(code(&place.loader(open), &plugin), "accepted");
    assert_eq!(code(&place.loader(open).policy(Policy::Pinned), &plugin), "E_UNPINNED");
    assert_eq!(code(&place.loader(open).policy(Policy::Signed), &plugin), "E_SIGNATURE_MISSING");
    let signed = "[[directory]]\npath = \"DIR\"\npolicy = \"signed\"\n";
    assert_eq!(code(&place.loader(signed).policy(Policy::Development), &plugin), "E_SIGNATURE_MISSING");
}

#[test]
fn a_strict_directory_belongs_to_root_and_has_a_pin_or_a_signature() {
    const TEST: &str = "a_strict_directory_belongs_to_root_and_has_a_pin_or_a_signature";
    let place = Place::new();
    let plugin = place.plugin("codec_xor");
    let strict = "[[directory]]\npath = \"DIR\"\npolicy = \"strict\"\n";
    let is_root = rustix::process::geteuid().is_root();
    // A sticky directory that others write, such as /tmp, is on the way.
    let way_is_open = place.path.starts_with("/tmp");
    if way_is_open {
        assert_eq!(code(&place.loader(strict), &plugin), "E_DIR_WRITABLE");
    }
    if !is_root {
        return skipped(TEST, "only root has a place that belongs to root");
    }
    let (dir, path) = private_in(Path::new("/var/lib")).expect("root's own directory");
    let place = Place { _dir: dir, path };
    let plugin = place.plugin("codec_xor");
    assert_eq!(code(&place.loader(strict), &plugin), "E_UNPINNED");
    place.lock(&["codec_xor"]);
    assert_eq!(code(&place.loader(strict), &plugin), "accepted");
    // What was loaded under a weaker policy is not good enough later.
    let weak = place.plugin("observability_json");
    place.lock(&["codec_xor", "observability_json"]);
    // SAFETY: it was built from this source tree.
    let loaded = unsafe { DynamicPluginLoader::new_trusted().probing(false).load(&weak) };
    assert!(loaded.is_ok(), "{:?}", loaded.err());
    // SAFETY: as above.
    let again = unsafe { place.loader(strict).load(&weak) };
    assert_eq!(again.err().map(|error| error.code()), Some("E_PROBE_UNAVAILABLE"));
    let probed = place.loader(strict).probe(&weak);
    assert_eq!(probed.err().map(|error| error.code()), Some("E_PROBE_UNAVAILABLE"));
    chown(&plugin, Some(65534), None).expect("root may");
    assert_eq!(code(&place.loader(strict), &plugin), "E_FILE_OWNER");
    // In a strict directory one bad plugin is enough.
    assert_eq!(load(&place.loader(strict), &place, OnRefusal::LoadOthers).err(), Some("E_FILE_OWNER"));
}

#[test]
fn a_trust_file_that_others_write_or_that_is_wrong_refuses_everything() {
    let place = Place::new();
    let plugin = place.plugin("codec_xor");
    let wrong = place.loader("[[directory]]\npath = \"DIR\"\npolcy = \"strict\"\n");
    let error = wrong.verify(&plugin).expect_err("a key is unknown");
    assert_eq!(error.code(), "E_TRUST_SYNTAX");
    assert!(error.to_string().contains("line 3, column 1"), "{error}");
    let open = place.loader("[[directory]]\npath = \"DIR\"\npolicy = \"development\"\n");
    fs::set_permissions(place.path.join("trust.toml"), Permissions::from_mode(0o664)).expect("an own file");
    let error = open.verify(&plugin).expect_err("others write the trust file");
    assert_eq!(error.code(), "E_TRUST_FILE");
    assert!(error.remedy().contains("chmod go-w"), "{error:?}");
    let missing = TrustFiles::Only(vec![place.path.join("missing.toml")]);
    assert_eq!(code(&DynamicPluginLoader::new_trusted().trust_files(missing), &plugin), "E_TRUST_FILE");
}
