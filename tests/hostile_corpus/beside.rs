//! Inputs beside the numbered ones. A descriptor's number that comes again is in tests/loader_repeated_loads.

use crate::row::{only_root, path, row, Gate, Input, Made, Row, Site};
use rustix::fs::{setxattr, XattrFlags};

/// All of them, with number 0.
pub fn rows() -> Vec<Row> {
    vec![
        row(0, "POSIX ACL that lets another user write", "E_FILE_WRITABLE", acl),
        row(0, "file system mounted noexec", "E_NOEXEC_MOUNT", noexec),
        row(0, "/proc is not mounted", "E_PROC", without_proc),
        row(0, "64 KiB of static TLS", "E_OPEN", |site| {
            if cfg!(target_env = "musl") {
                return Err("musl makes room for any static TLS".to_owned());
            }
            site.material("large_tls")
        }),
        row(0, "note in a library that it is linked with, too", "E_NOTE_DUPLICATE", |site| {
            site.material("note_in_a_dependency")
        }),
    ]
}

/// As `setfacl -m u:54321:rwx` writes it: version 2, then tag, permissions and user of each entry.
fn acl(site: &Site<'_>) -> Made {
    let file = site.good_at("x.so");
    let nobody = u32::MAX;
    let entries = [(0x01, 6, nobody), (0x02, 7, 54321), (0x04, 4, nobody), (0x10, 7, nobody), (0x20, 4, nobody)];
    let mut list = 2u32.to_le_bytes().to_vec();
    for (tag, permissions, user) in entries {
        let (tag, permissions, user): (u16, u16, u32) = (tag, permissions, user);
        list.extend(tag.to_le_bytes().iter().chain(&permissions.to_le_bytes()).chain(&user.to_le_bytes()));
    }
    setxattr(&file, c"system.posix_acl_access", &list, XattrFlags::empty())
        .map_err(|error| format!("the file system has no POSIX ACLs ({error})"))?;
    path(file)
}

fn noexec(site: &Site<'_>) -> Made {
    only_root("mount a file system")?;
    let (good, mount) = (site.good_at("good.so"), site.directory("mount", 0o755));
    let script = format!(
        "mount -t tmpfs -o noexec,mode=755 tmpfs '{0}' || exit 77; cp '{1}' '{0}/x.so' && chmod 644 '{0}/x.so'",
        mount.display(),
        good.display()
    );
    Ok(Input { path: mount.join("x.so"), gate: Gate::Open, mounts: Some(script) })
}

fn without_proc(site: &Site<'_>) -> Made {
    only_root("unmount a file system")?;
    let script = "umount -l /proc || exit 77".to_owned();
    Ok(Input { path: site.good_at("x.so"), gate: Gate::Open, mounts: Some(script) })
}
