//! What runs in a process of its own: a load of the input by the public loader, or by plain `dlopen`.

use libloading::os::unix::{Library, RTLD_LAZY, RTLD_LOCAL};
use sochdb_plugin_abi::{soch_plugin, soch_str, SOCH_MAGIC, SOCH_OK};
use sochdb_plugin_host::sdk::CompressionExtension;
use sochdb_plugin_host::{DynamicPluginLoader, LoadError, PluginLibrary, TrustFiles};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// `load` or `plain`.
pub const WAY: &str = "SOCH_CORPUS_WAY";
/// A file whose bytes are the input's path, which may have any.
pub const INPUT: &str = "SOCH_CORPUS_INPUT";
/// Whether the loader asks the environment.
pub const CLOSED: &str = "SOCH_CORPUS_CLOSED";
/// The trust file for the loader.
pub const RULES: &str = "SOCH_CORPUS_RULES";
/// A good plugin, to load after the input.
pub const AFTER: &str = "SOCH_CORPUS_AFTER";
/// What a constructor writes.
pub const MARK: &str = "SOCH_CORPUS_MARK";
/// What a good plugin may take on a machine that is busy.
const LONG: Duration = Duration::from_secs(12);

/// Loads the input, and says what came of it.
pub fn run() {
    let input = fs::read(variable(INPUT)).expect("the parent wrote it");
    let input = PathBuf::from(OsString::from_vec(input));
    if variable(WAY) == "plain" {
        plain(&input);
    } else {
        load(&input);
    }
    say("finished", "yes");
}

fn variable(name: &str) -> OsString {
    env::var_os(name).unwrap_or_else(|| panic!("the parent sets {name}"))
}

/// A line for the parent, apart from what the test harness prints.
fn say(key: &str, value: &str) {
    println!("\n{key}={}", value.escape_debug());
}

fn load(input: &Path) {
    let maps = fs::read_to_string("/proc/self/maps").unwrap_or_default();
    assert!(!maps.contains("libstdc++"), "the host has libstdc++ in memory, which a row wants absent");
    // SAFETY: what is not refused was compiled from this source tree.
    let loaded = unsafe { loader().load(input) };
    let code = loaded.as_ref().err().map_or("LOADED", LoadError::code);
    say("verdict", code);
    match &loaded {
        Ok(library) => use_it(library).expect("an instance works"),
        Err(error) => {
            let (text, remedy) = (error.to_string(), error.remedy());
            assert!(!text.is_empty() && !remedy.is_empty(), "a refusal without text or remedy: {error:?}");
            assert!(!format!("{text}{remedy}").contains(char::is_control), "it would control a terminal: {error:?}");
            say("text", &text);
        }
    }
    let patient = DynamicPluginLoader::new_trusted().probe_limit(LONG).load_limit(2 * LONG);
    // SAFETY: it was compiled from this source tree.
    let after = unsafe { patient.load(PathBuf::from(variable(AFTER))) };
    match after.and_then(|library| use_it(&library)) {
        Ok(()) => say("after", "works"),
        Err(error) => say("after", &format!("{error:?}")),
    }
}

/// The loader that the row wants.
fn loader() -> DynamicPluginLoader {
    if env::var_os(CLOSED).is_some() {
        return DynamicPluginLoader::new();
    }
    match env::var_os(RULES) {
        None => DynamicPluginLoader::new_trusted(),
        Some(rules) => with_trust_file(DynamicPluginLoader::new_trusted(), rules.into()),
    }
}

/// The loader with one trust file, and none of the machine's.
fn with_trust_file(loader: DynamicPluginLoader, file: PathBuf) -> DynamicPluginLoader {
    loader.trust_files(TrustFiles::Only(vec![file]))
}

/// Makes an instance, and sends bytes through it.
fn use_it(library: &PluginLibrary) -> Result<(), LoadError> {
    let codec = library.instance("{}")?.compression()?;
    let bytes = b"what goes in comes out".repeat(100);
    let packed = codec.compress(&bytes).expect("a codec that works");
    assert_ne!(packed, bytes, "the codec did nothing");
    assert_eq!(codec.decompress(&packed).expect("a codec that works"), bytes);
    Ok(())
}

/// Loads it as a host without a loader would, and calls what it finds.
fn plain(input: &Path) {
    // SAFETY: none; this is the control, whose process may die of it.
    let library = match unsafe { Library::open(Some(input), RTLD_LAZY | RTLD_LOCAL) } {
        Ok(library) => std::mem::ManuallyDrop::new(library),
        Err(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            return say("plain", &format!("error: {error} {cause}"));
        }
    };
    // SAFETY: as above.
    unsafe {
        if let Ok(entry) = library.get::<*const soch_plugin>(b"soch_plugin_v1\0") {
            let entry = *entry;
            if (&raw const (*entry).magic).read_unaligned() == SOCH_MAGIC && !(*entry).compression.is_null() {
                let mut name = soch_str::lend("");
                let algorithm = (*(*entry).compression).algorithm.expect("a codec has it");
                assert_eq!(algorithm(std::ptr::null_mut(), &mut name), SOCH_OK);
            }
        }
        if let Ok(call) = library.get::<unsafe extern "C" fn()>(b"soch_corpus_call\0") {
            call();
        }
    }
    say("plain", "loaded");
}
