//! A library that a trust file names may want its own needs to be searched for, if it and they are root's.

use crate::dependencies::Scene;
use std::fs::{self, Permissions};
use std::os::unix::fs::{chown, symlink, PermissionsExt};
use std::path::Path;
use support::{private_in, skipped};

/// A scene that only root can change, with `libmore.so.1` in its directory `own`.
fn of_root(test: &str) -> Option<Scene> {
    let room = private_in(Path::new("/opt")).ok().filter(|_| rustix::process::geteuid().is_root());
    if room.is_none() {
        skipped(test, "only root can make libraries of root's in /opt");
    }
    let scene = Scene::at(room?);
    scene.directory("own");
    scene.library("own/libmore.so.1", "more", &["-Wl,-soname,libmore.so.1"]);
    Some(scene)
}

/// The library that the plugin needs, which needs `libmore.so.1` and wants it to be searched for in `path`.
fn searching(scene: &Scene, path: &str) {
    let more = scene.path.join("own/libmore.so.1");
    let (path, more) = (format!("-Wl,-rpath,{path}"), more.to_str().expect("UTF-8").to_owned());
    scene.library("lib/libextra.so.1", "good", &["-Wl,-soname,libextra.so.1", "-Wl,--no-as-needed", &path, &more]);
}

#[test]
fn it_is_found_where_only_root_can_put_it() {
    let Some(scene) = of_root("it_is_found_where_only_root_can_put_it") else { return };
    let own = scene.path.join("own");
    for path in [own.to_str().expect("UTF-8"), "$ORIGIN/../own", "${ORIGIN}/../own", "/opt/not/there:$ORIGIN/../own"] {
        searching(&scene, path);
        assert_eq!(scene.answer(Some(""), &[]), "good", "{path}");
    }
    // A search path does not allow what lies elsewhere.
    searching(&scene, "$ORIGIN/../nowhere");
    assert_eq!(scene.answer(Some(""), &[]), "E_DEP_FORBIDDEN");
}

#[test]
fn a_search_path_that_others_can_fill_is_refused() {
    let Some(scene) = of_root("a_search_path_that_others_can_fill_is_refused") else { return };
    let open = scene.directory("open");
    fs::set_permissions(&open, Permissions::from_mode(0o777)).expect("an own directory");
    let theirs = scene.directory("theirs");
    chown(&theirs, Some(12345), None).expect("this is root");
    symlink("own", scene.path.join("link")).expect("a new link");
    for path in
        ["$ORIGIN/../open", "$ORIGIN/../theirs", "$ORIGIN/../link", "/tmp", "own", "", "$ORIGIN/../own::/opt", "$LIB"]
    {
        searching(&scene, if path.is_empty() { ":" } else { path });
        assert_eq!(scene.answer(Some(""), &[]), "E_DEP_REFUSED", "{path:?}");
    }
}

#[test]
fn what_is_found_there_is_looked_at_too() {
    let Some(scene) = of_root("what_is_found_there_is_looked_at_too") else { return };
    searching(&scene, "$ORIGIN/../own");
    let more = scene.path.join("own/libmore.so.1");
    let mode = |mode| fs::set_permissions(&more, Permissions::from_mode(mode)).expect("an own file");
    mode(0o666);
    assert_eq!(scene.answer(Some(""), &[]), "E_DEP_REFUSED");
    mode(0o755);
    chown(&more, Some(12345), None).expect("this is root");
    assert_eq!(scene.answer(Some(""), &[]), "E_DEP_REFUSED");
    for (flags, expected) in [
        (&["-Wl,-soname,libother.so.1"][..], "E_DEP_SONAME"),
        (&["-Wl,-soname,libmore.so.1", "-z", "execstack"], "E_DEP_REFUSED"),
        (&["-Wl,-soname,libmore.so.1", "-Wl,-rpath,/tmp"], "E_DEP_REFUSED"),
        (&["-Wl,-soname,libmore.so.1"], "good"),
    ] {
        fs::remove_file(&more).expect("an own file");
        scene.library("own/libmore.so.1", "more", flags);
        assert_eq!(scene.answer(Some(""), &[]), expected, "{flags:?}");
    }
}
