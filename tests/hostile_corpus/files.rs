//! Rows 26 to 50: what is no file, sizes, and what others can change.

use crate::paths::fifo;
use crate::row::{chmod, only_root, path, row, Made, Row, Site};
use rustix::fs::{makedev, mknodat, FileType, Mode, CWD};
use std::fs::OpenOptions;
use std::os::unix::fs::chown;
use std::os::unix::net::UnixListener;
use std::path::Path;

/// Neither root nor a user that runs tests.
const OTHER: u32 = 54321;

/// Rows 26 to 50.
pub fn rows() -> Vec<Row> {
    vec![
        row(26, "directory", "E_FILE_NOT_REGULAR", |site| path(site.directory("d", 0o755))),
        row(27, "directory named .so", "E_FILE_NOT_REGULAR", |site| path(site.directory("d.so", 0o755))),
        row(28, "FIFO without a writer", "E_FILE_NOT_REGULAR", |site| path(fifo(site))),
        row(29, "unix socket", "E_FILE_NOT_REGULAR", |site| {
            UnixListener::bind(site.join("sock.so")).expect("a short path");
            path(site.join("sock.so"))
        }),
        row(30, "char device (dev/zero node)", "E_FILE_NOT_REGULAR", |site| {
            node(site, FileType::CharacterDevice, 1, 5)
        }),
        row(31, "char device (tty node)", "E_FILE_NOT_REGULAR", |site| node(site, FileType::CharacterDevice, 5, 0)),
        row(32, "block device", "E_FILE_NOT_REGULAR", |site| node(site, FileType::BlockDevice, 7, 0)),
        row(33, "/dev/zero", "E_PATH_PSEUDO", |_| path("/dev/zero")),
        row(34, "empty file", "E_FILE_TOO_SMALL", |site| site.bytes(b"")),
        row(35, "1 byte", "E_FILE_TOO_SMALL", |site| site.bytes(&site.good()[..1])),
        row(36, "63 bytes", "E_FILE_TOO_SMALL", |site| site.bytes(&site.good()[..63])),
        row(37, "64 bytes: header only", "E_ELF_TRUNCATED", |site| site.bytes(&site.good()[..64])),
        row(38, "sparse file one byte over the limit", "E_FILE_TOO_LARGE", |site| sparse(site, (64 << 20) + 1)),
        row(39, "sparse 1 TiB", "E_FILE_TOO_LARGE", |site| sparse(site, 1 << 40)),
        row(40, "mode 775", "E_FILE_WRITABLE", |site| mode(site, 0o775)),
        row(41, "mode 757", "E_FILE_WRITABLE", |site| mode(site, 0o757)),
        row(42, "mode 666", "E_FILE_WRITABLE", |site| mode(site, 0o666)),
        row(43, "mode 4755", "E_FILE_SPECIAL_BITS", |site| mode(site, 0o4755)),
        row(44, "mode 2755", "E_FILE_SPECIAL_BITS", |site| mode(site, 0o2755)),
        row(45, "mode 1755", "E_FILE_SPECIAL_BITS", |site| mode(site, 0o1755)),
        row(46, "owned by another user", "E_FILE_OWNER", |site| {
            let file = site.good_at("x.so");
            give_away(&file)?;
            path(file)
        }),
        row(47, "parent directory 0777", "E_DIR_WRITABLE", |site| under(site, "d", 0o777)),
        row(48, "parent directory 1777 (sticky, like /tmp)", "E_DIR_WRITABLE", |site| under(site, "d", 0o1777)),
        row(49, "grandparent directory group-writable", "E_DIR_WRITABLE", |site| {
            let grandparent = site.directory("gp", 0o755);
            let made = under(site, "gp/d", 0o755);
            chmod(&grandparent, 0o775);
            made
        }),
        row(50, "parent directory owned by another user", "E_DIR_OWNER", |site| {
            let made = under(site, "d", 0o755);
            give_away(&site.join("d"))?;
            made
        }),
    ]
}

fn node(site: &Site<'_>, kind: FileType, major: u32, minor: u32) -> Made {
    only_root("make a device node")?;
    let device = site.join("device.so");
    mknodat(CWD, &device, kind, Mode::from(0o644), makedev(major, minor))
        .map_err(|error| format!("root may not make a device node here ({error})"))?;
    path(device)
}

fn sparse(site: &Site<'_>, size: u64) -> Made {
    let file = site.good_at("x.so");
    let longer = OpenOptions::new().write(true).open(&file).and_then(|file| file.set_len(size));
    longer.map_err(|error| format!("the file system holds no file of {size} bytes ({error})"))?;
    path(file)
}

fn mode(site: &Site<'_>, mode: u32) -> Made {
    let file = site.good_at("x.so");
    chmod(&file, mode);
    path(file)
}

/// The good plugin in a directory with this mode.
fn under(site: &Site<'_>, name: &str, mode: u32) -> Made {
    let directory = site.directory(name, 0o755);
    let file = site.good_at(&format!("{name}/x.so"));
    chmod(&directory, mode);
    path(file)
}

fn give_away(path: &Path) -> Result<(), String> {
    only_root("give a file away")?;
    chown(path, Some(OTHER), Some(OTHER)).map_err(|error| format!("root may not give a file away here ({error})"))
}
