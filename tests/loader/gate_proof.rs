//! What is not trusted is refused before any system call; and a process with more rights than its user does not take
//! its user's word.

mod child;
mod elevated;

use child::{Child, Filter};
use std::ffi::OsStr;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use support::in_c;
use support::plugins::Private;
use support::{only, run, MINUTE};

/// The arguments that have this program load.
fn only_inside() -> [String; 3] {
    only!("inside")
}

/// Not a test of its own: what the other tests start.
#[test]
fn inside() {
    child::run_if_asked();
}

fn answer(path: &Path, child: Child) -> String {
    let finished = run(&mut child.command(path), MINUTE);
    child::answer(&finished.stdout).unwrap_or_else(|| {
        panic!("{child:?} at {}: {}\n{}{}", path.display(), finished.status, finished.stdout, finished.stderr)
    })
}

/// A plugin, a name that no file has, and a FIFO that nobody writes.
fn paths() -> (Private, [PathBuf; 3]) {
    let plugin = Private::copy(&in_c!("codec_xor"));
    let [missing, fifo] = ["missing.so", "fifo.so"].map(|name| plugin.path.with_file_name(name));
    let name = std::ffi::CString::new(fifo.as_os_str().as_encoded_bytes()).expect("a path has no NUL");
    // SAFETY: it is a NUL-terminated path that outlives the call.
    assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0, "{}", std::io::Error::last_os_error());
    let paths = [plugin.path.clone(), missing, fifo];
    (plugin, paths)
}

#[test]
fn an_untrusted_load_is_refused_before_any_system_call() {
    let (_plugin, paths) = paths();
    for value in [None, Some(""), Some("0"), Some("garbage \u{1b}[2J")] {
        for path in &paths {
            for filter in [Filter::OnlyMemory, Filter::NoFiles] {
                let given = answer(path, Child { variable: value.map(OsStr::new), trusted: false, filter });
                assert_eq!(given, "E_NOT_TRUSTED", "{value:?}, {}, {filter:?}", path.display());
            }
        }
    }
}

#[test]
fn the_filters_kill_a_load_that_is_trusted() {
    let (_plugin, paths) = paths();
    for path in &paths {
        for filter in [Filter::OnlyMemory, Filter::NoFiles] {
            for (variable, trusted) in [(None, true), (Some(OsStr::new("1")), false)] {
                let child = Child { variable, trusted, filter };
                let finished = run(&mut child.command(path), MINUTE);
                assert_eq!(finished.status.signal(), Some(libc::SIGSYS), "{child:?}: {}", finished.stdout);
                assert_eq!(child::answer(&finished.stdout), None, "{child:?}");
            }
        }
    }
}

#[test]
fn without_a_filter_the_trusted_load_gives_an_answer() {
    let (_plugin, paths) = paths();
    for (path, expected) in paths.iter().zip(["loaded", "E_FILE_NOT_FOUND", "E_FILE_NOT_REGULAR"]) {
        for (variable, trusted) in [(None, true), (Some(OsStr::new("1")), false)] {
            let child = Child { variable, trusted, filter: Filter::None };
            assert_eq!(answer(path, child), expected, "{}", path.display());
        }
    }
}
