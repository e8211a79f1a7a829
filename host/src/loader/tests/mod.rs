//! Bad inputs by what is wrong with them, and good ones that must not be taken for bad.

mod codes;
mod elf_built;
mod elf_bytes;
mod files;
mod foreign;
mod hidden;
mod hostile;
mod mutants;
mod notes;
mod patch;
mod paths;
mod sealed;
mod texts;

use crate::loader::audit::Record;
use crate::loader::options::Options;
use crate::loader::permission::Permission;
use crate::loader::pipeline::{admit, Admitted};
use crate::loader::step_runner::Steps;
use crate::loader::trust_source::{RuleSource, TrustFiles};
use crate::loader::worker::Worker;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::StepOutcome;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;
use tempfile::TempDir;

/// The processor time of this thread since it began, which is the same on a machine that has other work.
fn processor_time() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    now.try_into().expect("it is not negative")
}

const LOADED: &str = "LOADED";

/// A directory that only its owner can change, whatever the umask.
struct Dir(TempDir);

impl Dir {
    fn new() -> Self {
        let place = std::env::temp_dir().canonicalize().expect("the temporary directory exists");
        let dir = tempfile::Builder::new().prefix("soch").tempdir_in(place);
        let dir = dir.expect("the temporary directory is writable");
        chmod(dir.path(), 0o700);
        Self(dir)
    }

    fn join(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn directory(&self, name: &str, mode: u32) -> PathBuf {
        let path = self.join(name);
        fs::create_dir(&path).expect("a new directory");
        chmod(&path, mode);
        path
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        write(&self.join(name), bytes)
    }
}

fn write(path: &Path, bytes: &[u8]) -> PathBuf {
    fs::write(path, bytes).expect("a new file");
    chmod(path, 0o644);
    path.to_owned()
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("an own file");
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A file of `host/tests/c`, whose links lead to the header and to `examples-c`: the package has copies in their place.
fn in_c(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c").join(name)
}

/// Runs the C compiler; `None` if there is none. A file that it cannot compile fails the test.
fn compile(output: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let mut cc = Command::new("cc");
    // The segments that linkers for x86-64 make unasked, and those for aarch64 do not: tests count them.
    cc.arg("-Wl,-z,separate-code,-z,max-page-size=4096");
    cc.arg("-I").arg(in_c(".")).args(arguments).arg("-o").arg(output);
    match cc.output() {
        Ok(done) if done.status.success() => Some(fs::read(output).expect("cc wrote it")),
        Ok(done) => panic!("cc {arguments:?}: {}", String::from_utf8_lossy(&done.stderr)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => panic!("cc does not start: {error}"),
    }
}

/// The bytes of a good plugin, `examples-c/codec_xor.c`.
fn good() -> Option<&'static [u8]> {
    static GOOD: OnceLock<Option<Vec<u8>>> = OnceLock::new();
    let build = || {
        let source = in_c("codec_xor.c");
        compile(&Dir::new().join("codec_xor.so"), &["-shared", "-fPIC", source.to_str().expect("UTF-8")])
    };
    GOOD.get_or_init(build).as_deref()
}

/// The good plugin's bytes, or a line on standard error and the end of the test.
macro_rules! good_or_skip {
    ($test:literal) => {
        match $crate::loader::tests::good() {
            Some(good) => good,
            None => return eprintln!("skipped: {}: cc is not installed", $test),
        }
    };
}
use good_or_skip;

/// The options of a loader without trust files.
fn options(permission: Permission) -> Options {
    Options::new(permission, RuleSource::new(TrustFiles::Unused))
}

fn admit_trusted(path: &Path) -> Result<Admitted, Refusal> {
    steps_of(path, &options(Permission::Program)).0
}

fn steps_of(path: &Path, options: &Options) -> (Result<Admitted, Refusal>, Vec<StepOutcome>) {
    let mut steps = Vec::new();
    let mut observer = |outcome| steps.push(outcome);
    let (mut worker, mut record) = (Worker::new(options.load_limit), Record::default());
    let result = admit(path, options, &mut worker, &mut Steps::new(&mut observer, true), &mut record);
    (result, steps)
}

fn outcome(result: &Result<Admitted, Refusal>) -> &'static str {
    result.as_ref().map_or_else(Refusal::code, |_| LOADED)
}

/// Rows of a test: what it is, where it is, what must come of it.
#[derive(Default)]
struct Rows(Vec<String>);

impl Rows {
    fn check(&mut self, what: &str, path: impl AsRef<Path>, expected: &str) {
        let result = admit_trusted(path.as_ref());
        let found = outcome(&result);
        if found != expected {
            let why = result.map_or_else(|error| error.to_string(), |_| String::new());
            self.0.push(format!("{what}: {found} instead of {expected} {why}"));
        }
    }

    fn end(self) {
        assert!(self.0.is_empty(), "\n{}", self.0.join("\n"));
    }
}

/// Checks rows of what it is, the file's bytes, and what must come of it.
fn check(rows: Vec<(&str, patch::Patch, &str)>) {
    let dir = Dir::new();
    let mut result = Rows::default();
    for (at, (what, patch, expected)) in rows.into_iter().enumerate() {
        result.check(what, dir.file(&format!("{at}.so"), &patch.0), expected);
    }
    result.end();
}
