//! Compiles the plugins in this directory, each to a shared library of its own.
//!
//! The libraries are in `$OUT_DIR/plugins`, which the crate knows as `env!("SOCH_C_PLUGINS")`. zstd is the static
//! library that zstd-sys has built. LMDB is compiled from the source that lmdb-master-sys ships: that crate builds
//! LMDB for Rust programs, and tells a build script neither where its library nor where its header is. Tests that compile
//! changed plugins know as `env!("SOCH_ZSTD")`, `env!("SOCH_LMDB")` and `env!("SOCH_LMDB_FLAGS")` what these need.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Plugins over engines that nobody has to have: `.ci/engines` builds them.
const LEFT_OUT: [&str; 1] = ["storage_rocksdb"];

/// What a plugin needs beside its own source file.
#[derive(Default)]
struct Needs {
    includes: Vec<PathBuf>,
    /// Compiled into the library.
    inputs: Vec<PathBuf>,
    flags: &'static [&'static str],
}

/// Compiles the plugins for the target that cargo builds for.
pub fn compile() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let headers = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let plugins = headers.join("plugins");
    println!("cargo:rerun-if-changed=examples-c");
    println!("cargo:rustc-env=SOCH_C_PLUGINS={}", plugins.display());

    // A plugin whose source is gone must not stay.
    let _ = fs::remove_dir_all(&plugins);
    fs::create_dir_all(&plugins).unwrap_or_else(|error| panic!("cannot make {}: {error}", plugins.display()));
    for source in sources(&root.join("examples-c")) {
        let name = source.file_stem().expect("a source file has a name").to_str().expect("names are ASCII");
        let output = plugins.join(format!("{name}.{}", suffix()));
        let cpp = source.extension().is_some_and(|extension| extension == "cpp");
        let mut needs = needs(name);
        needs.includes.push(headers.clone());
        build(&root, &source, &output, cpp, needs);
    }
}

fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(directory)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", directory.display()))
        .map(|entry| entry.expect("a directory entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "c" || extension == "cpp"))
        .filter(|path| !LEFT_OUT.iter().any(|name| path.file_stem().is_some_and(|stem| stem == *name)))
        .collect();
    found.sort();
    found
}

fn suffix() -> &'static str {
    match env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("macos" | "ios") => "dylib",
        Ok("windows") => "dll",
        _ => "so",
    }
}

fn needs(name: &str) -> Needs {
    match name {
        "compression_zstd" => {
            let variable = |name: &str| {
                PathBuf::from(env::var_os(name).unwrap_or_else(|| {
                    panic!("zstd-sys did not build its own zstd ({name} is not set): unset ZSTD_SYS_USE_PKG_CONFIG")
                }))
            };
            let root = variable("DEP_ZSTD_ROOT");
            println!("cargo:rustc-env=SOCH_ZSTD={}", root.display());
            Needs { includes: vec![root.join("include")], inputs: vec![root.join("libzstd.a")], flags: &[] }
        }
        "storage_lmdb" => {
            let lmdb = package_directory("lmdb-master-sys").join("lmdb/libraries/liblmdb");
            // Without NDEBUG, LMDB calls `abort` where it can return an error. A full disk can be undone where a write
            // says so, but not where fdatasync does: that one becomes EIO. fdatasync is whole since Linux 3.6.
            let flags = &[
                "-DNDEBUG",
                // A transaction may end on another thread than it began on: a mutex cannot. The semaphores have no names:
                // `storage_lmdb_semaphores.h`.
                "-DMDB_USE_POSIX_SEM",
                "-Dsem_open=storage_lmdb_sem_open",
                "-Dsem_close=storage_lmdb_sem_close",
                "-Dsem_unlink=storage_lmdb_sem_unlink",
                "-DMDB_MAXKEYSIZE=511",
                "-DMDB_FDATASYNC_WORKS",
                "-DMDB_FDATASYNC(fd)=(fdatasync(fd) ? (errno = EIO, -1) : 0)",
            ];
            println!("cargo:rustc-env=SOCH_LMDB={}", lmdb.display());
            // A flag may have spaces.
            println!("cargo:rustc-env=SOCH_LMDB_FLAGS={}", flags.join("\x1f"));
            Needs { inputs: vec![lmdb.join("mdb.c"), lmdb.join("midl.c")], includes: vec![lmdb], flags }
        }
        _ => Needs::default(),
    }
}

fn build(root: &Path, source: &Path, output: &Path, cpp: bool, needs: Needs) {
    let mut compiler = cc::Build::new();
    compiler.cpp(cpp).opt_level(2).debug(false).warnings(false).pic(true);
    let tool = match compiler.try_get_compiler() {
        Ok(tool) if !tool.is_like_msvc() => tool,
        Ok(_) => return warn(source, "it needs a compiler that takes the options of gcc, such as clang"),
        Err(error) => return without_compiler(source, cpp, &error.to_string()),
    };
    let mut command = tool.to_command();
    // A fixed place for files that the compiler names in its output, so that two builds are alike.
    command.current_dir(root).arg("-shared").arg("-fvisibility=hidden");
    command.arg(if cpp { "-std=c++11" } else { "-std=c99" });
    command.args(needs.flags);
    for include in &needs.includes {
        command.arg("-isystem").arg(include);
    }
    command.arg("-o").arg(output).arg(source.strip_prefix(root).unwrap_or(source)).args(&needs.inputs);
    command.args(linker_flags(root)).arg("-pthread");
    match command.status() {
        Ok(status) if status.success() => {}
        Ok(status) => panic!("{} failed with {status}: {command:?}", tool.path().display()),
        Err(error) => without_compiler(source, cpp, &error.to_string()),
    }
}

/// Everything resolved at load, nothing executable but code, no library that is not used, and nothing exported but
/// the entry.
fn linker_flags(root: &Path) -> Vec<String> {
    if !env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        return Vec::new();
    }
    let exports = root.join("include/sochdb_plugin.map");
    vec![
        "-Wl,-z,defs,-z,now,-z,relro,-z,noexecstack".into(),
        "-Wl,--as-needed,--strip-debug".into(),
        format!("-Wl,--version-script={}", exports.display()),
    ]
}

/// Rust itself needs a C compiler to link, but none for C++.
fn without_compiler(source: &Path, cpp: bool, error: &str) {
    assert!(cpp, "{}: no C compiler: {error}", source.display());
    warn(source, &format!("it needs a C++ compiler: {error}"));
}

fn warn(source: &Path, why: &str) {
    println!("cargo:warning={} is not built: {why}", source.display());
}

/// Where cargo keeps the source of a package that this one depends on.
fn package_directory(name: &str) -> PathBuf {
    let mut command = Command::new(env::var_os("CARGO").expect("cargo sets it"));
    command.args(["metadata", "--format-version=1", "--locked", "--filter-platform"]);
    command.arg(env::var_os("TARGET").expect("cargo sets it"));
    let output = command.output().unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed; `cargo fetch` once gets what it needs:\n{errors}");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo metadata writes JSON");
    let manifest = metadata["packages"]
        .as_array()
        .and_then(|packages| packages.iter().find(|package| package["name"] == name))
        .and_then(|package| package["manifest_path"].as_str())
        .unwrap_or_else(|| panic!("{name} is not a dependency any more"));
    PathBuf::from(manifest).parent().expect("a manifest is in a directory").to_path_buf()
}
