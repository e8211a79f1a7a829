//! Files on Windows: `.ci/windows` builds the plugins and runs this under wine, which it tells by `SOCH_WINDOWS_PLUGINS`.
#![cfg(windows)]

use sochdb_plugin_host::sdk::CompressionExtension;
use sochdb_plugin_host::{
    Digest, DynamicPluginLoader, Facts, Format, LoadError, PluginLibrary, Policy, Step, TrustFiles, UntrustedText,
    Verdict,
};
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// The directory of the plugins, each made by another compiler.
fn plugins() -> Option<PathBuf> {
    let named = std::env::var_os("SOCH_WINDOWS_PLUGINS").map(PathBuf::from);
    if named.is_none() {
        eprintln!("skipped: SOCH_WINDOWS_PLUGINS names no directory of plugins");
    }
    named
}

fn loader(policy: Policy) -> DynamicPluginLoader {
    DynamicPluginLoader::new_trusted().trust_files(TrustFiles::Unused).policy(policy)
}

fn load(path: &Path) -> Result<PluginLibrary, LoadError> {
    // SAFETY: `.ci/windows` compiled it.
    unsafe { loader(Policy::Development).load(path) }
}

#[test]
fn a_plugin_of_each_compiler_loads_and_is_held_for_good() {
    let Some(plugins) = plugins() else { return };
    for name in ["mingw.dll", "msvc.dll", "rust.dll"] {
        let path = plugins.join(name);
        let facts = Facts::read(&fs::read(&path).expect("a plugin")).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((facts.format, facts.note_count), (Format::Pe, 1), "{name}");
        let library = load(&path).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(library.info().name, "codec_xor", "{name}");
        let codec = library.instance("{}").and_then(|plugin| plugin.compression()).expect("a codec");
        assert_eq!(codec.compress(b"hello").expect("it flips bits"), b"hello".map(|byte| byte ^ 0x5A), "{name}");
        assert_eq!(codec.decompress(&codec.compress(b"hello").unwrap()).unwrap(), b"hello", "{name}");
        let other = plugins.join("other.dll");
        assert!(OpenOptions::new().write(true).open(&path).is_err(), "{name} is written while it is loaded");
        assert!(fs::rename(&path, &other).is_err(), "{name} is renamed while it is loaded");
        assert!(fs::remove_file(&path).is_err(), "{name} is deleted while it is loaded");
    }
}

/// `strict` demands a probe, and this system has none; the others are told that none ran.
#[test]
fn a_load_without_a_probe_is_not_told() {
    let Some(plugins) = plugins() else { return };
    let told = Arc::new(Mutex::new(Vec::new()));
    let steps = told.clone();
    let loader = loader(Policy::Development).observer(move |outcome| steps.lock().unwrap().push(outcome));
    // SAFETY: as above.
    unsafe { loader.load(plugins.join("probed.dll")) }.expect("it loads without a probe");
    let told = told.lock().unwrap();
    let probe = told.iter().find(|outcome| outcome.step == Step::Probe).expect("the step is told");
    assert_eq!(probe.verdict, Verdict::Passed);
    assert!(probe.detail.starts_with("not run: "), "{}", probe.detail);
    assert!(told.iter().all(|outcome| outcome.verdict == Verdict::Passed), "{told:?}");
}

#[test]
fn a_library_that_is_not_the_systems_is_needed() {
    let Some(plugins) = plugins() else { return };
    let error = load(&plugins.join("needy.dll")).err().expect("it needs strange.dll");
    assert_eq!(error.code(), "E_FILE_STRANGER", "{error}");
}

#[test]
fn a_file_that_others_may_write_is_loaded() {
    let Some(plugins) = plugins() else { return };
    let error = load(&plugins.join("open.dll")).err().expect("everybody may write it");
    assert_eq!(error.code(), "E_WIN_ACCESS_LIST", "{error}");
    assert!(error.remedy().contains("icacls"), "{}", error.remedy());
    let error = load(&plugins.join("open\\inside.dll")).err().expect("everybody may write its directory");
    assert_eq!((error.code(), error.step()), ("E_WIN_ACCESS_LIST", Step::Directories), "{error}");
}

/// wine says so of a file that another user of the host owns, which only root can make of one.
#[test]
fn a_file_of_another_user_is_loaded() {
    let Some(plugins) = plugins() else { return };
    if std::env::var_os("SOCH_WINDOWS_OTHERS").is_none() {
        eprintln!("skipped: SOCH_WINDOWS_OTHERS does not say that others.dll is another user's");
        return;
    }
    let error = load(&plugins.join("others.dll")).err().expect("it is another user's");
    assert_eq!((error.code(), error.step()), ("E_WIN_OWNER", Step::File), "{error}");
    assert!(error.remedy().contains("/setowner *S-1-5-21-"), "{}", error.remedy());
}

#[test]
fn a_path_is_not_shown_as_the_shells_of_windows_read_it() {
    for (path, shown) in [
        (r"C:\plugins\codec.dll", r"C:\plugins\codec.dll"),
        (r"C:\Program Files\codec.dll", r#""C:\Program Files\codec.dll""#),
        (r"C:\Program Files\", r#""C:\Program Files\\""#),
        (r"C:\a b%TEMP%", r"$'C:\\a b%TEMP%'"),
    ] {
        assert_eq!(UntrustedText::from(Path::new(path)).to_string(), shown);
    }
}

#[test]
fn a_file_that_somebody_writes_is_loaded() {
    let Some(plugins) = plugins() else { return };
    let path = plugins.join("written.dll");
    let writer = OpenOptions::new().write(true).open(&path).expect("its own file");
    let error = load(&path).err().expect("it is open for writing");
    assert_eq!(error.code(), "E_FILE_CHANGED", "{error}");
    drop(writer);
    load(&path).expect("nobody writes it any more");
}

/// With a pin and a trust file that name it, so that nothing else is wrong.
#[test]
fn strict_loads_without_a_probe() {
    let Some(plugins) = plugins() else { return };
    let path = plugins.join("strict.dll");
    let digest = Digest::of(&fs::read(&path).expect("a plugin"));
    let trust = plugins.join("trust.toml");
    let text = |policy: &str| {
        format!("[[directory]]\npath = 'C:\\plugins'\npolicy = \"{policy}\"\n\n[[pin]]\nsha256 = \"{digest}\"\n")
    };
    let loader = || DynamicPluginLoader::new_trusted().trust_files(TrustFiles::Only(vec![trust.clone()]));
    fs::write(&trust, text("strict")).expect("its own directory");
    let error = loader().verify(&path).expect_err("no system has a probe but Linux");
    assert_eq!((error.code(), error.step()), ("E_PROBE_UNAVAILABLE", Step::Probe), "{error}");
    assert!(error.to_string().contains("nobody has made one for Windows"), "{error}");
    // What the remedy says.
    assert!(error.remedy().ends_with("choose another policy for the directory"), "{}", error.remedy());
    fs::write(&trust, text("pinned")).expect("its own directory");
    // SAFETY: as above.
    unsafe { loader().load(&path) }.expect("it has a pin");
}
