//! What a plugin needs comes from where the operator says, never from a search.

mod commands;
mod search_path;

use sochdb_plugin_host::sdk::CompressionExtension;
use sochdb_plugin_host::{Digest, DynamicPluginLoader, LoadError, TrustFiles};
use std::env;
use std::fs::{self, Permissions};
use std::os::unix::fs::{symlink, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{alone, compiler, find, private, root, run, succeed, MINUTE};
use tempfile::TempDir;

/// The plugin that a child loads, and the trust file that its loader obeys.
const PLUGIN: &str = "SOCH_TEST_PLUGIN";
const TRUST: &str = "SOCH_TEST_TRUST";

/// A plugin, the library `libextra.so.1` that it needs, and a trust file.
struct Scene {
    _dir: TempDir,
    path: PathBuf,
}

impl Scene {
    fn new() -> Self {
        Self::at(private())
    }

    fn at((dir, path): (TempDir, PathBuf)) -> Self {
        let scene = Self { _dir: dir, path };
        scene.close("");
        scene.directory("lib");
        scene.library("lib/libextra.so.1", "good", &["-Wl,-soname,libextra.so.1"]);
        let mut cc = compiler(&find("cc").expect("a C compiler called cc"));
        cc.args(["-shared", "-fPIC"]).arg(root().join("tests/plugins/needs_library.c"));
        cc.arg(scene.path.join("lib/libextra.so.1")).arg("-o").arg(scene.plugin());
        succeed(&mut cc, MINUTE);
        scene.close("plugin.so");
        scene
    }

    fn plugin(&self) -> PathBuf {
        self.path.join("plugin.so")
    }

    fn directory(&self, name: &str) -> PathBuf {
        let path = self.path.join(name);
        fs::create_dir(&path).expect("a new directory");
        self.close(name);
        path
    }

    /// Takes the rights of others away, which the umask may have given.
    fn close(&self, name: &str) {
        fs::set_permissions(self.path.join(name), Permissions::from_mode(0o755)).expect("an own file");
    }

    /// A library whose name for itself is `says`.
    fn library(&self, name: &str, says: &str, flags: &[&str]) -> PathBuf {
        let (source, path) = (self.path.join("library.c"), self.path.join(name));
        fs::write(&source, format!("const char *library_name(void) {{ return \"{says}\"; }}\n")).expect("a new file");
        let mut cc = Command::new(find("cc").expect("a C compiler called cc"));
        succeed(cc.args(["-shared", "-fPIC"]).args(flags).arg(&source).arg("-o").arg(&path), MINUTE);
        self.close(name);
        path
    }

    /// The word of a child that loads the plugin: its algorithm, or the code of the refusal. `more` is the library's
    /// entry in the trust file, if it has one.
    fn answer(&self, dependency: Option<&str>, environment: &[(&str, &Path)]) -> String {
        let trust = self.path.join("trust.toml");
        let directory = format!("[[directory]]\npath = \"{}\"\npolicy = \"development\"\n", self.path.display());
        let dependency = dependency.map_or_else(String::new, |more| {
            let lib = self.path.join("lib");
            format!("[[dependency]]\nname = \"libextra.so.1\"\ndirectory = \"{}\"\n{more}", lib.display())
        });
        fs::write(&trust, directory + &dependency).expect("a new file");
        fs::set_permissions(&trust, Permissions::from_mode(0o644)).expect("an own file");
        let mut child = again();
        child.env(PLUGIN, self.plugin()).env(TRUST, &trust);
        child.envs(environment.iter().copied());
        let finished = run(&mut child, MINUTE);
        let word = finished.stdout.split("answer: ").nth(1).and_then(|rest| rest.lines().next());
        word.unwrap_or_else(|| panic!("{}{}", finished.stdout, finished.stderr)).to_owned()
    }
}

/// This program again: it loads, and says what came of it.
fn again() -> Command {
    alone!("inside")
}

/// The child.
#[test]
fn inside() {
    let Some(plugin) = env::var_os(PLUGIN) else { return };
    let trust = env::var_os(TRUST).expect("set beside the plugin");
    let loader = DynamicPluginLoader::new_trusted().trust_files(TrustFiles::Only(vec![trust.into()]));
    // SAFETY: it was compiled from this source tree.
    let codec = unsafe { loader.load_compression(Path::new(&plugin), "{}") };
    match codec {
        Ok(codec) => println!("answer: {}", codec.algorithm()),
        Err(error) => println!("answer: {}\n{}", error.code(), LoadError::remedy(&error)),
    }
}

#[test]
fn a_library_that_nobody_named_is_refused_wherever_it_lies() {
    let scene = Scene::new();
    let lib = scene.path.join("lib");
    assert_eq!(scene.answer(None, &[]), "E_DEP_FORBIDDEN");
    assert_eq!(scene.answer(None, &[("LD_LIBRARY_PATH", &lib)]), "E_DEP_FORBIDDEN");
}

/// A runtime of a compiler may be needed without a word in a trust file, if the system has it.
#[test]
fn a_library_that_the_system_should_have_and_has_not_is_refused() {
    let scene = Scene::new();
    let runtime = scene.library("lib/libtsan.so.1997", "tsan", &["-Wl,-soname,libtsan.so.1997"]);
    let mut cc = compiler(&find("cc").expect("a C compiler called cc"));
    cc.args(["-shared", "-fPIC"]).arg(root().join("tests/plugins/needs_library.c")).arg(runtime);
    succeed(cc.arg("-o").arg(scene.plugin()), MINUTE);
    scene.close("plugin.so");
    assert_eq!(scene.answer(None, &[]), "E_DEP_MISSING");
    assert_eq!(scene.answer(None, &[("LD_LIBRARY_PATH", &scene.path.join("lib"))]), "E_DEP_MISSING");
}

#[test]
fn a_named_library_comes_from_its_directory_whatever_the_search_path_says() {
    let scene = Scene::new();
    let evil = scene.directory("evil");
    scene.library("evil/libextra.so.1", "evil", &["-Wl,-soname,libextra.so.1"]);
    assert_eq!(scene.answer(Some(""), &[]), "good");
    assert_eq!(scene.answer(Some(""), &[("LD_LIBRARY_PATH", &evil)]), "good");
}

#[test]
fn a_named_library_may_be_a_link_to_its_version() {
    let scene = Scene::new();
    let (name, version) = (scene.path.join("lib/libextra.so.1"), scene.path.join("lib/libextra.so.1.0.3"));
    fs::rename(&name, &version).expect("own files");
    symlink("libextra.so.1.0.3", &name).expect("a new link");
    assert_eq!(scene.answer(Some(""), &[]), "good");
    // Not to another directory.
    let elsewhere = scene.directory("elsewhere").join("libextra.so.1");
    fs::rename(&version, &elsewhere).expect("own files");
    fs::remove_file(&name).expect("an own link");
    symlink("../elsewhere/libextra.so.1", &name).expect("a new link");
    assert_eq!(scene.answer(Some(""), &[]), "E_DEP_REFUSED");
}

#[test]
fn a_named_library_with_another_digest_is_refused() {
    let scene = Scene::new();
    let bytes = fs::read(scene.path.join("lib/libextra.so.1")).expect("an own file");
    assert_eq!(scene.answer(Some(&format!("sha256 = \"{}\"\n", Digest::of(&bytes))), &[]), "good");
    let other = format!("sha256 = \"{}\"\n", Digest::of(b"other"));
    assert_eq!(scene.answer(Some(&other), &[]), "E_DEP_REFUSED");
    let revoked = format!("[[revoked]]\nsha256 = \"{}\"\n", Digest::of(&bytes));
    assert_eq!(scene.answer(Some(&revoked), &[]), "E_DEP_REFUSED");
}

#[test]
fn a_named_library_is_looked_at_as_a_plugin_is() {
    let scene = Scene::new();
    let library = scene.path.join("lib/libextra.so.1");
    fs::set_permissions(&library, Permissions::from_mode(0o666)).expect("an own file");
    assert_eq!(scene.answer(Some(""), &[]), "E_DEP_REFUSED");
    for (flags, expected) in [
        (&["-Wl,-soname,libother.so.1"][..], "E_DEP_SONAME"),
        (&["-Wl,-soname,libextra.so.1", "-Wl,-rpath,/tmp/x"], "E_DEP_REFUSED"),
        (&["-Wl,-soname,libextra.so.1", "-z", "execstack"], "E_DEP_REFUSED"),
        (&[], "E_DEP_SONAME"),
        (&["-Wl,-soname,libextra.so.1", "-Wl,--no-as-needed", "-l:libresolv.so.2"], "good"),
    ] {
        scene.library("lib/libextra.so.1", "good", flags);
        assert_eq!(scene.answer(Some(""), &[]), expected, "{flags:?}");
    }
    fs::remove_file(&library).expect("an own file");
    assert_eq!(scene.answer(Some(""), &[]), "E_DEP_REFUSED");
}

#[test]
fn a_plugin_with_the_inner_name_of_another_library_is_refused() {
    let scene = Scene::new();
    let other = scene.library("other.so", "other", &["-Wl,-soname,libsochdb_plugin_taken.so"]);
    let mut cc = compiler(&find("cc").expect("a C compiler called cc"));
    cc.args(["-shared", "-fPIC", "-Wl,-soname,libsochdb_plugin_taken.so"]);
    succeed(cc.arg(root().join("examples-c/codec_xor.c")).arg("-o").arg(scene.plugin()), MINUTE);
    scene.close("plugin.so");
    assert_eq!(scene.answer(None, &[]), "xor");
    assert_eq!(scene.answer(None, &[("LD_PRELOAD", &other)]), "E_SONAME_TAKEN");
}

#[test]
fn a_search_path_that_hangs_who_searches_it_hangs_nobody() {
    let scene = Scene::new();
    let trap = scene.directory("trap");
    let fifo = |name: &str| {
        let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR);
        rustix::fs::mknodat(rustix::fs::CWD, trap.join(name), kind, mode, 0).expect("a FIFO");
    };
    fifo("libextra.so.1");
    fifo("libsochdb_plugin_own.so");
    let mut cc = compiler(&find("cc").expect("a C compiler called cc"));
    cc.args(["-shared", "-fPIC", "-Wl,-soname,libsochdb_plugin_own.so"]);
    cc.arg(root().join("tests/plugins/needs_library.c")).arg(scene.path.join("lib/libextra.so.1"));
    succeed(cc.arg("-o").arg(scene.plugin()), MINUTE);
    scene.close("plugin.so");
    assert_eq!(scene.answer(Some(""), &[("LD_LIBRARY_PATH", &trap)]), "good");
}

#[test]
fn a_library_that_ends_the_process_ends_only_the_probe() {
    let scene = Scene::new();
    let source = scene.path.join("ends.c");
    let text = "#include <stdlib.h>\nconst char *library_name(void) { return \"ends\"; }\n\
                __attribute__((constructor)) static void end(void) { abort(); }\n";
    fs::write(&source, text).expect("a new file");
    let mut cc = Command::new(find("cc").expect("a C compiler called cc"));
    cc.args(["-shared", "-fPIC", "-Wl,-soname,libextra.so.1"]).arg(&source);
    succeed(cc.arg("-o").arg(scene.path.join("lib/libextra.so.1")), MINUTE);
    scene.close("lib/libextra.so.1");
    assert_eq!(scene.answer(Some(""), &[]), "E_PROBE_CRASHED");
}
