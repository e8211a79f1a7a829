//! Places that depend on the environment.

use crate::trust::places::{of_user, signature_of};
use std::path::{Path, PathBuf};

#[test]
fn a_relative_variable_counts_as_none() {
    for (xdg, home, found) in [
        (Some("/c"), Some("/h"), Some("/c")),
        (Some("/c"), None, Some("/c")),
        (Some("c"), Some("/h"), Some("/h/.config")),
        (Some(""), Some("/h"), Some("/h/.config")),
        (None, Some("/h"), Some("/h/.config")),
        (None, Some("h"), None),
        (None, None, None),
    ] {
        let environment = |name: &str| if name == "HOME" { home } else { xdg }.map(Into::into);
        assert_eq!(of_user(("XDG", ".config"), environment), found.map(PathBuf::from));
    }
    assert_eq!(signature_of(Path::new("/a/x.so")), Path::new("/a/x.so.manifest.minisig"));
}
