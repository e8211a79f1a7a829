//! Rows 1 to 25: the gate, paths with more than one meaning, and ways that are none.

use crate::row::{path, row, Gate, Input, Made, Row, Site, LOADED};
use rustix::fs::{mknodat, FileType, CWD};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// Rows 1 to 25.
pub fn rows() -> Vec<Row> {
    vec![
        row(1, "gate off, path does not exist", "E_NOT_TRUSTED", |site| closed(site.join("missing.so"))),
        row(2, "gate off, path is a FIFO", "E_NOT_TRUSTED", |site| closed(fifo(site))),
        row(3, "empty path", "E_PATH_EMPTY", |_| path("")),
        row(4, "relative path", "E_PATH_NOT_ABSOLUTE", |site| inside(site, "d/x.so")),
        row(5, "./ relative", "E_PATH_NOT_ABSOLUTE", |site| inside(site, "./x.so")),
        row(6, "bare soname", "E_PATH_NOT_ABSOLUTE", |_| path("libm.so.6")),
        row(7, "NUL inside path", "E_PATH_NUL", |site| path(site.join(OsStr::from_bytes(b"x\0.so")))),
        row(8, "..  component", "E_PATH_NOT_NORMAL", |site| below(site, "/d/../x.so")),
        row(9, ". component", "E_PATH_NOT_NORMAL", |site| below(site, "/./x.so")),
        row(10, "double slash", "E_PATH_NOT_NORMAL", |site| below(site, "//x.so")),
        row(11, "trailing slash", "E_PATH_NOT_NORMAL", |site| below(site, "/x.so/")),
        row(12, "$LIB token", "E_PATH_TOKEN", |site| token(site, "$LIB")),
        row(13, "$ORIGIN token", "E_PATH_TOKEN", |site| token(site, "${ORIGIN}")),
        row(14, "path 5000 bytes", "E_PATH_TOO_LONG", |_| path(format!("/{}", "a/".repeat(2500)))),
        row(15, "component 300 bytes", "E_PATH_TOO_LONG", |site| path(site.join("a".repeat(300)))),
        row(16, "non UTF-8 file name", LOADED, |site| {
            path(site.file(OsStr::from_bytes(b"\xff\x1b[2J.so"), &site.good()))
        }),
        row(17, "/proc/self/fd/0", "E_PATH_PSEUDO", |_| path("/proc/self/fd/0")),
        row(18, "/proc/self/exe", "E_PATH_PSEUDO", |_| path("/proc/self/exe")),
        row(19, "missing file", "E_FILE_NOT_FOUND", |site| path(site.join("missing.so"))),
        row(20, "missing directory", "E_DIR_NOT_FOUND", |site| path(site.join("missing/x.so"))),
        row(21, "file used as a directory", "E_DIR_NOT_A_DIRECTORY", |site| below(site, "/x.so/y.so")),
        row(22, "symlink to a good file", "E_FILE_SYMLINK", |site| link(site, &site.good_at("x.so"), "link.so")),
        row(23, "symlinked directory component", "E_DIR_SYMLINK", |site| {
            site.directory("real", 0o755);
            site.good_at("real/x.so");
            link(site, &site.join("real"), "link")?;
            path(site.join("link/x.so"))
        }),
        row(24, "symlink loop", "E_FILE_SYMLINK", |site| link(site, &site.join("loop.so"), "loop.so")),
        row(25, "dangling symlink", "E_FILE_SYMLINK", |site| link(site, &site.join("nowhere"), "dangling.so")),
    ]
}

fn closed(path: PathBuf) -> Made {
    Ok(Input { path, gate: Gate::Closed, mounts: None })
}

/// A FIFO that nobody writes to.
pub fn fifo(site: &Site<'_>) -> PathBuf {
    let path = site.join("fifo.so");
    mknodat(CWD, &path, FileType::Fifo, 0o644.into(), 0).expect("any user may make one");
    path
}

/// The good plugin by another of its names; the child runs in its directory.
fn inside(site: &Site<'_>, name: &str) -> Made {
    site.directory("d", 0o755);
    for there in ["x.so", "d/x.so"] {
        site.good_at(there);
    }
    path(name)
}

/// As [`inside`], but absolute.
fn below(site: &Site<'_>, rest: &str) -> Made {
    site.directory("d", 0o755);
    site.good_at("x.so");
    let mut name = site.dir.clone().into_os_string();
    name.push(rest);
    path(name)
}

/// A good plugin in a directory whose name the dynamic linker would take for another one's.
fn token(site: &Site<'_>, name: &str) -> Made {
    // The second is what glibc of Debian makes of `$LIB`.
    for there in [name, "lib/x86_64-linux-gnu"] {
        fs::create_dir_all(site.join(there)).expect("a new directory");
        site.good_at(&format!("{there}/x.so"));
    }
    path(site.join(name).join("x.so"))
}

fn link(site: &Site<'_>, target: &Path, name: &str) -> Made {
    symlink(target, site.join(name)).expect("a new link");
    path(site.join(name))
}
