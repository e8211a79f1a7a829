//! The bytes that were checked are the bytes that are there, whatever happens to the file.

use crate::base::digest::Digest;
use crate::loader::tests::*;
use crate::refusal::step::Step;
use crate::system::linux::files::sealed_file::{seal, SealedFile};
use crate::system::posix::files::open_file;
use rustix::fd::AsFd;
use rustix::io::Errno;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

#[test]
fn the_copy_outlives_changes_of_the_file() {
    let good = good_or_skip!("the_copy_outlives_changes_of_the_file");
    let dir = Dir::new();
    let path = dir.file("x.so", good);
    let admitted = admit_trusted(&path).expect("a good plugin");
    fs::write(&path, b"something else").expect("an own file");
    fs::remove_file(&path).expect("an own file");
    let bytes = admitted.file.map().expect("it is mapped");
    assert!(bytes[..] == *good);
    assert_eq!(admitted.digest, Digest::of(good));
    let through_proc = fs::read(admitted.file.path().expect("/proc is mounted")).expect("it is readable");
    assert!(through_proc == good);
}

/// The kernel seals nothing of which somebody holds a page: here one that is mapped for a moment more.
#[test]
fn what_is_busy_for_a_moment_is_sealed() {
    use rustix::fs::{MemfdFlags, SealFlags};
    use rustix::mm::{mmap, munmap, MapFlags, ProtFlags};
    let made = rustix::fs::memfd_create("busy", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING).expect("memory");
    rustix::fs::ftruncate(&made, 4096).expect("its own file");
    let access = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: new pages, at an address that the system chooses.
    let page = unsafe { mmap(std::ptr::null_mut(), 4096, access, MapFlags::SHARED, &made, 0) }.expect("memory");
    let place = page as usize;
    assert_eq!(rustix::fs::fcntl_add_seals(&made, SealFlags::WRITE), Err(Errno::BUSY));
    let unmaps = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(20));
        // SAFETY: nobody uses the page.
        unsafe { munmap(place as *mut _, 4096) }
    });
    assert_eq!(seal(made.as_fd(), SealFlags::WRITE), Ok(()));
    unmaps.join().expect("no panic").expect("its own page");
}

#[test]
fn nobody_can_change_the_copy() {
    let good = good_or_skip!("nobody_can_change_the_copy");
    let dir = Dir::new();
    let admitted = admit_trusted(&dir.file("x.so", good)).expect("a good plugin");
    let fd = admitted.file.as_fd();
    assert_eq!(rustix::io::pwrite(fd, b"x", 0), Err(Errno::PERM));
    assert_eq!(rustix::fs::ftruncate(fd, 0), Err(Errno::PERM));
    assert_eq!(rustix::fs::ftruncate(fd, 1 << 20), Err(Errno::PERM));
    assert_eq!(rustix::fs::fcntl_add_seals(fd, rustix::fs::SealFlags::empty()), Err(Errno::PERM));
    // Opening it anew for writing does not get round the seals.
    let anew = fs::OpenOptions::new().write(true).open(admitted.file.path().expect("/proc is mounted"));
    if let Ok(anew) = anew {
        assert_eq!(rustix::io::pwrite(&anew, b"x", 0), Err(Errno::PERM));
    }
}

#[test]
fn a_file_that_changed_since_it_was_opened_is_refused() {
    let dir = Dir::new();
    type Change = fn(&mut fs::File);
    let changes: [(&str, Change); 4] = [
        ("nothing", |_| ()),
        ("longer", |file| file.write_all(b"more").expect("an own file")),
        ("shorter", |file| file.set_len(50).expect("an own file")),
        ("rewritten", |file| {
            file.set_len(0).expect("an own file");
            file.write_all(&[b'y'; 100]).expect("an own file");
        }),
    ];
    for (what, change) in changes {
        let path = dir.file("x.so", &[b'x'; 100]);
        let fd = fs::File::open(&path).expect("an own file").into();
        let stat = rustix::fs::fstat(&fd).expect("it is open");
        // Longer than the clock tick by which some file systems round.
        std::thread::sleep(Duration::from_millis(30));
        change(&mut fs::OpenOptions::new().append(true).open(&path).expect("an own file"));
        let copied = SealedFile::copy(&path, &open_file::OpenFile { fd, stat, size: 100 });
        let expected = if what == "nothing" { LOADED } else { "E_FILE_CHANGED" };
        assert_eq!(copied.map_or_else(|error| error.code(), |_| LOADED), expected, "{what}");
    }
}

#[test]
fn a_file_that_is_written_meanwhile_is_refused_or_whole() {
    let good = good_or_skip!("a_file_that_is_written_meanwhile_is_refused_or_whole");
    let dir = Dir::new();
    let path = dir.file("x.so", good);
    let (other, stop) = (good.iter().map(|byte| !byte).collect::<Vec<u8>>(), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let file = fs::OpenOptions::new().write(true).open(&path).expect("an own file");
            while !stop.load(Ordering::Relaxed) {
                for bytes in [&other[..], good] {
                    rustix::io::pwrite(&file, bytes, 0).expect("an own file");
                }
            }
        });
        for _ in 0..15 {
            // Whatever mixture was copied: what was judged, hashed and will be loaded is one and the same.
            if let Ok(admitted) = admit_trusted(&path) {
                let bytes = admitted.file.map().expect("it is mapped");
                assert_eq!(Digest::of(&bytes), admitted.digest);
                assert_eq!(crate::elf::Facts::read(&bytes).expect("it was read before"), admitted.facts);
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn each_step_says_what_it_found() {
    let good = good_or_skip!("each_step_says_what_it_found");
    let dir = Dir::new();
    let (result, steps) = steps_of(&dir.file("x.so", good), &options(Permission::Program));
    let admitted = result.expect("a good plugin");
    let names: Vec<&str> = steps.iter().map(|step| step.step.name()).collect();
    let expected: Vec<&str> = Step::ALL.iter().map(|step| step.name()).take_while(|name| *name != "identity").collect();
    assert_eq!(names, expected);
    assert!(steps.iter().all(|step| !step.detail.is_empty() && !step.detail.contains('\n')));
    let digest = steps.iter().find(|step| step.step == Step::Digest).expect("it ran");
    assert_eq!(digest.detail, admitted.digest.to_string());
    assert_eq!(admitted.digest.to_string().len(), 64);
}
