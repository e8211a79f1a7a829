//! A row of the table, the place where its input is made, and the input.

use crate::materials::Materials;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use support::patch::Patch;

/// What must come of an input that is not refused.
pub const LOADED: &str = "LOADED";

/// The input, or why there is none here.
pub type Made = Result<Input, String>;

/// An input and what must come of it.
pub struct Row {
    /// As in the table; 0 beside it.
    pub number: u32,
    /// What is wrong with the input.
    pub what: &'static str,
    /// [`LOADED`] or the code of the refusal.
    pub expected: &'static str,
    /// Makes the input.
    pub make: Box<dyn Fn(&Site<'_>) -> Made + Send + Sync>,
}

/// A row of the table.
pub fn row(
    number: u32,
    what: &'static str,
    expected: &'static str,
    make: impl Fn(&Site<'_>) -> Made + Send + Sync + 'static,
) -> Row {
    Row { number, what, expected, make: Box::new(make) }
}

/// Which loader gets the input.
pub enum Gate {
    /// One that the program trusts.
    Open,
    /// One that asks the environment, which does not allow it.
    Closed,
    /// One that the program trusts, with this trust file.
    Rules(PathBuf),
}

/// What is loaded, and how.
pub struct Input {
    /// What the loader gets.
    pub path: PathBuf,
    /// By which loader.
    pub gate: Gate,
    /// A shell script that runs before, in a mount namespace of its own; needs root. It exits with 77 if it cannot.
    pub mounts: Option<String>,
}

/// A path for the trusted loader.
pub fn path(path: impl Into<PathBuf>) -> Made {
    Ok(Input { path: path.into(), gate: Gate::Open, mounts: None })
}

/// A directory for one row.
pub struct Site<'a> {
    /// Where it is: absolute, and without symbolic links.
    pub dir: PathBuf,
    /// What inputs are made of.
    pub materials: &'a Materials,
}

impl Site<'_> {
    /// The path of `name` in it.
    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir.join(name)
    }

    /// A directory with this mode.
    pub fn directory(&self, name: &str, mode: u32) -> PathBuf {
        let path = self.join(name);
        fs::create_dir(&path).expect("a new directory");
        chmod(&path, mode);
        path
    }

    /// A file that only its owner may write.
    pub fn file(&self, name: impl AsRef<Path>, bytes: &[u8]) -> PathBuf {
        let path = self.join(name);
        fs::write(&path, bytes).expect("a new file");
        chmod(&path, 0o644);
        path
    }

    /// The good plugin's bytes.
    pub fn good(&self) -> Vec<u8> {
        self.materials.get("good").expect("cc makes it")
    }

    /// The good plugin, to damage.
    pub fn patch(&self) -> Patch {
        Patch(self.good())
    }

    /// The good plugin as `name`.
    pub fn good_at(&self, name: &str) -> PathBuf {
        self.file(name, &self.good())
    }

    /// What the loader gets is a file of these bytes.
    pub fn bytes(&self, bytes: &[u8]) -> Made {
        path(self.file("x.so", bytes))
    }

    /// What the loader gets is this library.
    pub fn material(&self, name: &str) -> Made {
        self.bytes(&self.materials.get(name)?)
    }
}

/// Changes the mode of something that belongs to this user.
pub fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("its owner may");
}

/// Whether the tests run as root.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// `Err` if the tests do not run as root.
pub fn only_root(may: &str) -> Result<(), String> {
    if is_root() {
        Ok(())
    } else {
        Err(format!("only root may {may}"))
    }
}
