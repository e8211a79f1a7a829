//! Files that are none, or that others can change.

use super::*;
use crate::loader::{exec_policy, file};
use rustix::fs::{mknodat, FileType, Mode, OFlags, CWD};
use std::os::unix::net::UnixListener;

#[test]
fn what_is_no_file() {
    let dir = Dir::new();
    let mut rows = Rows::default();
    rows.check("directory", dir.directory("d.so", 0o755), "E_FILE_NOT_REGULAR");
    mknodat(CWD, dir.join("fifo.so"), FileType::Fifo, Mode::from(0o644), 0).expect("a FIFO");
    rows.check("FIFO without a writer", dir.join("fifo.so"), "E_FILE_NOT_REGULAR");
    let _listener = UnixListener::bind(dir.join("sock.so")).expect("a socket");
    rows.check("socket", dir.join("sock.so"), "E_FILE_NOT_REGULAR");
    for (name, kind, major, minor) in [
        ("zero.so", FileType::CharacterDevice, 1, 5),
        ("tty.so", FileType::CharacterDevice, 5, 0),
        ("block.so", FileType::BlockDevice, 7, 0),
    ] {
        match mknodat(CWD, dir.join(name), kind, Mode::from(0o644), rustix::fs::makedev(major, minor)) {
            Ok(()) => rows.check(name, dir.join(name), "E_FILE_NOT_REGULAR"),
            Err(error) => eprintln!("skipped: what_is_no_file, {name}: this user may not make a device ({error})"),
        }
    }
    rows.end();
}

#[test]
fn sizes() {
    let good = good_or_skip!("sizes");
    let dir = Dir::new();
    let mut rows = Rows::default();
    for size in [0, 1, 63] {
        rows.check(&format!("{size} bytes"), dir.file("small.so", &good[..size]), "E_FILE_TOO_SMALL");
    }
    rows.check("64 bytes, only the header", dir.file("header.so", &good[..64]), "E_ELF_TRUNCATED");
    for size in [(64 << 20) + 1, 1 << 40] {
        let path = dir.file("sparse.so", good);
        match fs::OpenOptions::new().write(true).open(&path).and_then(|file| file.set_len(size)) {
            Ok(()) => rows.check(&format!("sparse, {size} bytes"), path, "E_FILE_TOO_LARGE"),
            Err(error) => eprintln!("skipped: sizes, {size} bytes: the file system does not hold it ({error})"),
        }
    }
    let small = Options { max_size: good.len() as u64 - 1, ..Options::new(Trust::Program) };
    let path = dir.file("x.so", good);
    assert_eq!(outcome(&steps_of(&path, &small).0), "E_FILE_TOO_LARGE");
    rows.check("within the limit", path, LOADED);
    rows.end();
}

#[test]
fn modes() {
    let good = good_or_skip!("modes");
    let dir = Dir::new();
    let path = dir.file("x.so", good);
    let mut rows = Rows::default();
    for (mode, expected) in [
        (0o400, LOADED),
        (0o644, LOADED),
        (0o755, LOADED),
        (0o775, "E_FILE_WRITABLE"),
        (0o757, "E_FILE_WRITABLE"),
        (0o666, "E_FILE_WRITABLE"),
        (0o4755, "E_FILE_SPECIAL_BITS"),
        (0o2755, "E_FILE_SPECIAL_BITS"),
        (0o1755, "E_FILE_SPECIAL_BITS"),
    ] {
        chmod(&path, mode);
        rows.check(&format!("{mode:04o}"), &path, expected);
    }
    chmod(&path, 0o200);
    rows.check("unreadable", &path, if is_root() { LOADED } else { "E_FILE_DENIED" });
    rows.end();
}

/// `/proc` is mounted noexec on every usual system; no other such mount is needed to see the rule work.
#[test]
fn a_mount_without_execution() {
    let open = |path: &Path| {
        let fd = rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).expect("it is readable");
        let stat = rustix::fs::fstat(&fd).expect("it is open");
        exec_policy::check(path, &file::OpenFile { fd, stat, size: 0 })
    };
    let mounts = fs::read_to_string("/proc/self/mounts").expect("/proc is mounted");
    let options = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>()).rfind(|fields| fields[1] == "/proc");
    if !options.is_some_and(|fields| fields[3].split(',').any(|option| option == "noexec")) {
        return eprintln!("skipped: a_mount_without_execution: /proc is not mounted noexec");
    }
    let refused = open(Path::new("/proc/self/status"));
    assert_eq!(refused.map_or_else(|error| error.code(), |_| LOADED), "E_NOEXEC_MOUNT");
    let own = std::env::current_exe().expect("/proc is mounted");
    assert!(open(&own).is_ok(), "this program runs from there");
}
