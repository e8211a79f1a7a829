//! Paths with more than one meaning, and ways that somebody else can turn.

use crate::loader::tests::*;
use crate::refusal::step::{Step, Verdict};
use crate::system::posix::files::directory_walk;
use crate::system::posix::files::own::backend::{open_nofollow, Posix};
use crate::system::posix::files::own::Own;
use crate::system::posix::files::owners::Owners;
use crate::system::posix::files::plain_path;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

#[test]
fn untrusted_refuses_whatever_the_path_is() {
    let dir = Dir::new();
    let fifo = dir.join("fifo.so");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, 0o644.into(), 0).expect("a FIFO");
    for path in [Path::new("/does/not/exist.so"), &fifo, Path::new(""), Path::new("x.so")] {
        let (result, steps) = steps_of(path, &options(Permission::Nobody));
        assert_eq!(outcome(&result), "E_NOT_TRUSTED");
        let verdicts: Vec<Verdict> = steps.iter().map(|step| step.verdict).collect();
        assert_eq!(verdicts[0], Verdict::Refused);
        assert!(verdicts[1..].iter().all(|verdict| *verdict == Verdict::Skipped));
        assert_eq!(steps.len(), Step::ALL.len());
    }
}

#[test]
fn ambiguous_paths() {
    let dir = Dir::new();
    let base = dir.0.path().to_str().expect("UTF-8").to_owned();
    dir.file("x.so", b"a file");
    let mut rows = Rows::default();
    rows.check("empty", "", "E_PATH_EMPTY");
    rows.check("relative", "plugins/x.so", "E_PATH_NOT_ABSOLUTE");
    rows.check("./ relative", "./x.so", "E_PATH_NOT_ABSOLUTE");
    rows.check("bare soname", "libz.so.1", "E_PATH_NOT_ABSOLUTE");
    rows.check("NUL", OsStr::from_bytes(b"/opt/x\0.so"), "E_PATH_NUL");
    rows.check("..", format!("{base}/../x.so"), "E_PATH_NOT_NORMAL");
    rows.check(".", format!("{base}/./x.so"), "E_PATH_NOT_NORMAL");
    rows.check("double slash", format!("{base}//x.so"), "E_PATH_NOT_NORMAL");
    rows.check("two slashes first", format!("/{base}/x.so"), "E_PATH_NOT_NORMAL");
    rows.check("trailing slash", format!("{base}/x.so/"), "E_PATH_NOT_NORMAL");
    rows.check("trailing dot", format!("{base}/."), "E_PATH_NOT_NORMAL");
    rows.check("root", "/", "E_PATH_NOT_NORMAL");
    rows.check("$LIB", "/opt/$LIB/x.so", "E_PATH_TOKEN");
    rows.check("$ORIGIN", "/opt/${ORIGIN}/x.so", "E_PATH_TOKEN");
    rows.check("5000 bytes", format!("/{}", "a/".repeat(2500)), "E_PATH_TOO_LONG");
    rows.check("a part of 300 bytes", format!("/opt/{}", "a".repeat(300)), "E_PATH_TOO_LONG");
    rows.check("/proc", "/proc/self/fd/0", "E_PATH_PSEUDO");
    rows.check("/proc/self/exe", "/proc/self/exe", "E_PATH_PSEUDO");
    rows.check("/dev", "/dev/zero", "E_PATH_PSEUDO");
    rows.check("/sys", "/sys/x.so", "E_PATH_PSEUDO");
    rows.check("missing file", dir.join("missing.so"), "E_FILE_NOT_FOUND");
    rows.check("missing directory", dir.join("missing/x.so"), "E_DIR_NOT_FOUND");
    rows.check("a file as a directory", dir.join("x.so/y.so"), "E_DIR_NOT_A_DIRECTORY");
    rows.end();
}

#[test]
fn links() {
    let dir = Dir::new();
    let real = dir.directory("real", 0o755);
    write(&real.join("x.so"), b"a file");
    let link = |target: &Path, name: &str| symlink(target, dir.join(name)).expect("a new link");
    link(&real.join("x.so"), "file.so");
    link(&real, "directory");
    link(&dir.join("loop.so"), "loop.so");
    link(&dir.join("nowhere"), "dangling.so");
    link(Path::new("/proc/self/fd/0"), "magic.so");
    let mut rows = Rows::default();
    rows.check("to a file", dir.join("file.so"), "E_FILE_SYMLINK");
    rows.check("to a directory", dir.join("directory/x.so"), "E_DIR_SYMLINK");
    rows.check("loop", dir.join("loop.so"), "E_FILE_SYMLINK");
    rows.check("loop on the way", dir.join("loop.so/x.so"), "E_DIR_SYMLINK");
    rows.check("dangling", dir.join("dangling.so"), "E_FILE_SYMLINK");
    rows.check("into /proc", dir.join("magic.so"), "E_FILE_SYMLINK");
    rows.end();
}

#[test]
fn directories_that_others_can_change() {
    let good = good_or_skip!("directories_that_others_can_change");
    let dir = Dir::new();
    let mut rows = Rows::default();
    for (name, mode, expected) in [
        ("closed", 0o700, LOADED),
        ("open", 0o755, LOADED),
        ("all", 0o777, "E_DIR_WRITABLE"),
        ("group", 0o775, "E_DIR_WRITABLE"),
        ("sticky", 0o1777, "E_DIR_WRITABLE"),
    ] {
        let directory = dir.directory(name, 0o755);
        let inner = directory.join("inner");
        fs::create_dir(&inner).expect("a new directory");
        chmod(&inner, 0o755);
        write(&directory.join("x.so"), good);
        write(&inner.join("x.so"), good);
        chmod(&directory, mode);
        rows.check(name, directory.join("x.so"), expected);
        // Only root's sticky directory protects what lies in it from others.
        let expected = if name == "sticky" && is_root() { LOADED } else { expected };
        rows.check(&format!("below {name}"), inner.join("x.so"), expected);
    }
    rows.end();
}

#[test]
fn nobody_is_told_to_close_a_directory_that_is_meant_to_be_open() {
    let dir = Dir::new();
    let remedy = |name: &str, mode: u32| {
        let directory = dir.directory(name, mode);
        let path = write(&directory.join("x.so"), b"a file");
        (admit_trusted(&path).expect_err("others can change its directory").remedy(), directory)
    };
    let (own, directory) = remedy("own", 0o777);
    assert!(own.starts_with(&format!("chmod go-w {}, ", directory.display())), "{own}");
    assert!(own.contains("umask 022"), "{own}");
    // All that has to be closed, at once.
    let outer = dir.directory("outer", 0o775);
    let [between, inner] = ["between", "between/inner"].map(|name| outer.join(name));
    for (directory, mode) in [(&between, 0o755), (&inner, 0o775)] {
        fs::create_dir(directory).expect("a new directory");
        chmod(directory, mode);
    }
    let file = write(&inner.join("x.so"), b"a file");
    chmod(&file, 0o664);
    let all = admit_trusted(&file).expect_err("others can change its directories").remedy();
    let open = [&outer, &inner, &file].map(|path| path.display().to_string()).join(" ");
    assert!(all.starts_with(&format!("chmod go-w {open}, ")), "{all}");
    let (sticky, directory) = remedy("sticky", 0o1777);
    if is_root() {
        let inner = directory.join("plugins");
        assert!(sticky.contains(&format!("mkdir -m 755 {} && mv ", inner.display())), "{sticky}");
        assert!(!sticky.contains("chmod"), "{sticky}");
        // As it says, it loads from there as far as the directories are concerned.
        fs::create_dir(&inner).expect("a new directory");
        chmod(&inner, 0o755);
        let moved = write(&inner.join("x.so"), b"a file");
        assert_eq!(outcome(&admit_trusted(&moved)), "E_FILE_TOO_SMALL");
    }
    // Root's, whoever runs this.
    let shared = Path::new("/tmp/there-is-no-such-plugin.so");
    match admit_trusted(shared) {
        Err(error) if error.code() == "E_DIR_WRITABLE" => {
            assert!(!error.remedy().contains("chmod") && error.remedy().contains("mkdir -m 755"), "{error:?}");
        }
        other => eprintln!("skipped: nobody_is_told_to_close, /tmp: it is not open here: {}", outcome(&other)),
    }
}

#[test]
fn who_asked_for_a_directory_is_not_told_to_move_its_lock_file() {
    let dir = Dir::new();
    for mode in [0o775, 0o777, 0o1777] {
        let directory = dir.directory(&format!("{mode:o}"), mode);
        let error = admit_trusted(&directory.join("sochdb-plugin.lock")).expect_err("others can change its directory");
        let remedy = error.remedy();
        assert_eq!(error.code(), "E_DIR_WRITABLE");
        assert!(remedy.contains(&*directory.to_string_lossy()) && remedy.contains("umask 022"), "{remedy}");
        assert!(!remedy.contains(".lock") && !remedy.contains("mv ") && !remedy.contains("install"), "{remedy}");
        let plugin = directory.join("x.so");
        let remedy = admit_trusted(&plugin).expect_err("others can change its directory").remedy();
        assert!(remedy.contains(&format!("sochdb-plugin install {}", plugin.display())), "{remedy}");
    }
}

#[test]
fn a_name_that_is_no_text() {
    let good = good_or_skip!("a_name_that_is_no_text");
    let dir = Dir::new();
    let path = write(&dir.0.path().join(OsStr::from_bytes(b"\xff\x1b[2J.so")), good);
    let admitted = admit_trusted(&path).expect("the bytes of a name are free on Unix");
    assert_eq!(admitted.place.directory, dir.0.path());
    chmod(&path, 0o666);
    let error = admit_trusted(&path).expect_err("others can write it");
    for text in [error.to_string(), error.remedy()] {
        assert!(text.contains("\\xff\\x1b[2J.so"), "{text}");
        assert!(!text.contains('\x1b'), "{text:?}");
    }
}

/// Kernels before 5.6, and sandboxes that do not know `openat2`, take the other way to open a directory.
#[test]
fn the_walk_without_openat2_refuses_the_same() {
    let dir = Dir::new();
    dir.directory("real", 0o755);
    dir.directory("wide", 0o777);
    dir.file("file", b"");
    symlink(dir.join("real"), dir.join("link")).expect("a new link");
    for (name, expected) in [
        ("real", LOADED),
        ("wide", "E_DIR_WRITABLE"),
        ("file", "E_DIR_NOT_A_DIRECTORY"),
        ("link", "E_DIR_SYMLINK"),
        ("missing", "E_DIR_NOT_FOUND"),
    ] {
        for open in [Own::open as directory_walk::Open, open_nofollow] {
            let path = dir.join(name).join("x.so");
            let (plain, _) = plain_path::check(&path).expect("a plain path");
            let walked = directory_walk::check(&plain, Owners::ROOT_AND_USER, open);
            assert_eq!(walked.map_or_else(|error| error.code(), |_| LOADED), expected, "{name}");
        }
    }
}
