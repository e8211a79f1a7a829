//! Where the plugins of the tests are, and a private copy of each to load.

use crate::place::deps;
use crate::{compiler, find, private, root, succeed, MINUTE};
use sochdb_plugin_host::sdk::{Labels, LogLevel};
use sochdb_plugin_host::{Caller, DynamicPluginLoader, HostServices, LoadError, PluginLibrary};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// The plugin `name` of examples-c: where the caller's package, which built it, has it.
#[macro_export]
macro_rules! in_c {
    ($name:expr) => {
        ::std::path::Path::new(env!("SOCH_C_PLUGINS")).join(format!("{}.so", $name))
    };
}

/// The plugin of the Rust crate `name`, which the caller's package depends on.
pub fn in_rust(name: &str) -> PathBuf {
    deps().join(format!("lib{name}.so"))
}

/// A plugin in a directory of its own that only its user may change. The directory goes with it.
pub struct Private {
    directory: TempDir,
    /// Where the plugin is.
    pub path: PathBuf,
}

impl Private {
    /// Room for a plugin of this name that is yet to be written.
    pub fn empty(name: &str) -> Self {
        let (directory, path) = private();
        Self { directory, path: path.join(format!("{name}.so")) }
    }

    /// A copy of `library`.
    pub fn copy(library: &Path) -> Self {
        let name = library.file_stem().expect("a file name").to_string_lossy();
        let private = Self::empty(&name);
        fs::copy(library, &private.path).unwrap_or_else(|error| panic!("cannot copy {}: {error}", library.display()));
        private.executable()
    }

    /// tests/plugins/`source`.c, compiled with `flags`, such as `-DWRONG_MAGIC`.
    pub fn compile(source: &str, flags: &[&str]) -> Self {
        Self::compile_file(&root().join(format!("tests/plugins/{source}.c")), flags)
    }

    /// `source`, compiled with `flags`.
    pub fn compile_file(source: &Path, flags: &[&str]) -> Self {
        let private = Self::empty(&source.file_stem().expect("a file name").to_string_lossy());
        let cc = find("cc").expect("a C compiler called cc: the plugins in examples-c need it too");
        let mut command = compiler(&cc);
        command.args([
            "-std=c11",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-Wno-unused-parameter",
            "-shared",
            "-fPIC",
            "-pthread",
            "-I",
        ]);
        // What plugins of tests share with the examples.
        command.arg(root().join("examples-c"));
        command.args(flags).arg(source).arg("-o").arg(&private.path);
        succeed(&mut command, MINUTE);
        private.executable()
    }

    /// With the mode of a plugin.
    pub fn executable(self) -> Self {
        fs::set_permissions(&self.path, fs::Permissions::from_mode(0o755)).expect("its own file");
        self
    }

    /// The directory that it is in.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Loads it.
    pub fn load(&self) -> Result<PluginLibrary, LoadError> {
        self.load_by(&DynamicPluginLoader::new_trusted())
    }

    /// Loads it with this loader.
    pub fn load_by(&self, loader: &DynamicPluginLoader) -> Result<PluginLibrary, LoadError> {
        // SAFETY: it was compiled from this source tree.
        unsafe { loader.load(&self.path) }
    }
}

/// Loads a private copy of `library`.
pub fn load(library: &Path) -> PluginLibrary {
    let loaded = Private::copy(library).load();
    loaded.unwrap_or_else(|error| panic!("{}: {error}", library.display()))
}

/// Compiles and loads tests/plugins/`source`.c.
pub fn load_c(source: &str, flags: &[&str]) -> PluginLibrary {
    Private::compile(source, flags).load().unwrap_or_else(|error| panic!("{source} {flags:?}: {error}"))
}

/// Keeps what plugins tell the host, but for panics: those of a library are told through the instance that was made last, which
/// may be another test's.
#[derive(Default)]
pub struct Recorder(Mutex<Vec<String>>);

impl Recorder {
    /// A new one, and a loader that gives it to its plugins.
    pub fn with_loader() -> (Arc<Self>, DynamicPluginLoader) {
        let recorder = Arc::new(Self::default());
        (recorder.clone(), DynamicPluginLoader::new_trusted().services(recorder))
    }

    /// The messages so far.
    pub fn messages(&self) -> Vec<String> {
        self.0.lock().expect("no test panics with it").clone()
    }

    /// The messages so far; forgets them.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("no test panics with it"))
    }
}

impl HostServices for Recorder {
    fn log(&self, _: &Caller<'_>, _: LogLevel, message: &str, fields: Labels<'_>) {
        if fields.iter().any(|(name, _)| *name == "panic.text") {
            return;
        }
        self.0.lock().expect("no test panics with it").push(message.to_owned());
    }
}
