//! Files by size and mode, as far as the corpus of bad inputs (tests/hostile_corpus) does not have them.

use crate::loader::tests::*;

#[test]
fn the_program_sets_the_largest_size() {
    let good = good_or_skip!("the_program_sets_the_largest_size");
    let dir = Dir::new();
    let mut rows = Rows::default();
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
