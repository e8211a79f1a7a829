//! Files that are none, or that others can change.

use super::*;
use rustix::fs::{mknodat, FileType, Mode, CWD};
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
    let small = Options { max_size: good.len() as u64 - 1, ..options(Permission::Program) };
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

#[test]
fn directories_that_this_user_may_not_enter() {
    let good = good_or_skip!("directories_that_this_user_may_not_enter");
    let dir = Dir::new();
    let closed = dir.directory("closed", 0o755);
    let inner = closed.join("inner");
    fs::create_dir(&inner).expect("a new directory");
    chmod(&inner, 0o755);
    let (near, far) = (write(&closed.join("x.so"), good), write(&inner.join("x.so"), good));
    chmod(&closed, 0o600);
    let mut rows = Rows::default();
    rows.check("its directory", near, if is_root() { LOADED } else { "E_FILE_DENIED" });
    rows.check("one on the way", far, if is_root() { LOADED } else { "E_DIR_DENIED" });
    rows.end();
    chmod(&closed, 0o700);
}

const MOUNT: &str = "SOCH_TEST_NOEXEC_MOUNT";
const CHILD: &str = "loader::tests::files::in_a_mount_without_execution";

/// Mounts in a namespace of its own, so that nothing of it is left.
#[test]
fn a_mount_without_execution() {
    good_or_skip!("a_mount_without_execution");
    let dir = Dir::new();
    let script = r#"mount -t tmpfs -o noexec,mode=755 tmpfs "$0" || exit 77; exec "$@""#;
    let own = std::env::current_exe().expect("/proc is mounted");
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "sh", "-c", script]).arg(dir.directory("mount", 0o755)).arg(own);
    unshare.args(["--ignored", "--exact", CHILD]).env(MOUNT, dir.join("mount"));
    match unshare.output() {
        Err(error) => eprintln!("skipped: a_mount_without_execution: unshare is not installed ({error})"),
        Ok(done) if done.status.code() == Some(77) || !is_root() => {
            eprintln!("skipped: a_mount_without_execution: this user may not mount");
        }
        Ok(done) => {
            let text = String::from_utf8_lossy(&done.stdout);
            assert!(done.status.success() && text.contains("1 passed"), "{text}");
        }
    }
}

#[test]
#[ignore = "a_mount_without_execution runs it in a mount namespace of its own"]
fn in_a_mount_without_execution() {
    let Some(mount) = std::env::var_os(MOUNT) else {
        return eprintln!("skipped: in_a_mount_without_execution: {MOUNT} is not set");
    };
    let path = write(&Path::new(&mount).join("x.so"), good().expect("cc was there before"));
    assert_eq!(outcome(&admit_trusted(&path)), "E_NOEXEC_MOUNT");
}
