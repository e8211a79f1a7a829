//! The files of a race, and the process that swaps them.

use sochdb_plugin_host::Digest;
use std::ffi::CString;
use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{symlink, FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use support::{compiler, find, root, succeed, MINUTE};

/// How the good file is swapped for the evil one, and back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swap {
    /// Another file is renamed over it.
    Rename,
    /// A symbolic link to a file elsewhere is renamed over it.
    Symlink,
    /// Its directory is exchanged for another one.
    Directory,
    /// Other bytes are written into it.
    Write,
}

impl Swap {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Rename, Self::Symlink, Self::Directory, Self::Write];
}

/// The files of one race, in directories that only this user may change.
pub struct Stage {
    base: PathBuf,
}

impl Stage {
    /// The stage that [`Stage::build`] made at `base`.
    pub fn at(base: &Path) -> Self {
        Self { base: base.to_owned() }
    }

    /// Compiles the two plugins and lays the good one where a loader is to find it.
    pub fn build(base: &Path) -> Self {
        let stage = Self::at(base);
        for directory in ["stage", "other"] {
            fs::create_dir(base.join(directory)).expect("a directory");
            fs::set_permissions(base.join(directory), Permissions::from_mode(0o755)).expect("its own directory");
        }
        compile(1, &stage.good());
        compile(2, &stage.evil());
        let [good, evil] = [stage.good(), stage.evil()].map(|path| fs::read(path).expect("a compiled plugin"));
        assert_eq!(good.len(), evil.len(), "a write in place swaps the one for the other");
        assert_ne!(good, evil);
        let digest = Digest::of(&good);
        let text = format!("[[directory]]\npath = \"{}\"\n[[pin]]\nsha256 = \"{digest}\"\n", stage.allowed().display());
        fs::write(stage.trust_file(), text).expect("a trust file");
        fs::set_permissions(stage.trust_file(), Permissions::from_mode(0o644)).expect("its own file");
        copy(&stage.good(), &stage.path());
        copy(&stage.evil(), &base.join("other/plugin.so"));
        stage
    }

    /// What the loader is given.
    pub fn path(&self) -> PathBuf {
        self.base.join("stage/plugin.so")
    }

    /// The directory in which plugins may lie.
    pub fn allowed(&self) -> PathBuf {
        self.base.join("stage")
    }

    /// Pins the good file.
    pub fn trust_file(&self) -> PathBuf {
        self.base.join("trust.toml")
    }

    /// The good file, where nobody swaps it.
    pub fn good(&self) -> PathBuf {
        self.base.join("good.so")
    }

    /// The evil file, where nobody swaps it.
    pub fn evil(&self) -> PathBuf {
        self.base.join("evil.so")
    }

    /// Swaps until the process is killed.
    pub fn swap(&self, swap: Swap) -> std::io::Result<()> {
        let (path, next) = (self.path(), self.base.join("next"));
        match swap {
            Swap::Rename => alternate(|evil| {
                fs::hard_link(if evil { self.evil() } else { self.good() }, &next)?;
                fs::rename(&next, &path)
            }),
            Swap::Symlink => alternate(|evil| {
                if evil {
                    symlink(self.evil(), &next)?;
                } else {
                    fs::hard_link(self.good(), &next)?;
                }
                fs::rename(&next, &path)
            }),
            Swap::Directory => {
                let [here, there] = [self.allowed(), self.base.join("other")].map(c_path);
                alternate(|_| exchange(&here, &there))
            }
            Swap::Write => {
                let (good, evil) = (fs::read(self.good())?, fs::read(self.evil())?);
                alternate(|is_evil| {
                    let file = OpenOptions::new().write(true).open(&path)?;
                    file.write_all_at(if is_evil { &evil } else { &good }, 0)
                })
            }
        }
    }
}

/// Calls `swap` with true and false in turn: often at once, often after a pause, short or long, as a loader has windows of
/// all sizes, and needs one of its own to load the good file: some 0.5 ms, not optimized.
fn alternate(mut swap: impl FnMut(bool) -> std::io::Result<()>) -> std::io::Result<()> {
    let mut random: u64 = 0x9e37_79b9_7f4a_7c15 ^ u64::from(std::process::id());
    for turn in 0_u64.. {
        swap(turn % 2 == 0)?;
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let longest = [0, 400, 0, 4000][(random & 3) as usize];
        let pause = Duration::from_micros((random >> 8) % (longest + 1));
        let end = Instant::now() + pause;
        while Instant::now() < end {
            std::hint::spin_loop();
        }
    }
    Ok(())
}

fn exchange(one: &CString, other: &CString) -> std::io::Result<()> {
    let here = libc::AT_FDCWD;
    // SAFETY: both are NUL-terminated paths that outlive the call.
    match unsafe { libc::renameat2(here, one.as_ptr(), here, other.as_ptr(), libc::RENAME_EXCHANGE) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    }
}

/// `path` for a call of the C library.
pub fn c_path(path: PathBuf) -> CString {
    CString::new(path.as_os_str().as_bytes()).expect("a path has no NUL")
}

fn compile(which: u32, library: &Path) {
    let cc = find("cc").expect("a C compiler called cc: the plugins in examples-c need it too");
    let mut command = compiler(&cc);
    command.args(["-std=c11", "-O2", "-shared", "-fPIC", &format!("-DWHICH={which}")]);
    succeed(command.arg(root().join("tests/hostile_races/which.c")).arg("-o").arg(library), MINUTE);
    fs::set_permissions(library, Permissions::from_mode(0o755)).expect("its own file");
}

fn copy(from: &Path, to: &Path) {
    fs::copy(from, to).expect("a copy");
    fs::set_permissions(to, Permissions::from_mode(0o755)).expect("its own file");
}
