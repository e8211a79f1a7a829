//! Trust files and lock files that are refused: nobody installs, strips or builds them.

use crate::base::text::UntrustedText;
use crate::loader::tests::*;

/// Words of remedies for plugins.
const OF_PLUGINS: [&str; 7] = ["sochdb-plugin install", ".so", "plugin to", "the plugin", "umask", "strip", "realpath"];

/// The remedy for the trust file at `path`, which must be refused and must name `part`.
fn remedy(path: &Path, part: &str) -> String {
    let error = TrustFiles::Only(vec![path.to_owned()]).read(path).expect_err("it cannot be used");
    assert_eq!(error.code(), "E_TRUST_FILE", "{error}");
    let (said, remedy) = (format!("{error}; {}", error.remedy()), error.remedy());
    assert!(OF_PLUGINS.iter().all(|words| !said.replace("sochdb-plugin.lock", "").contains(words)), "{said}");
    assert!(remedy.contains(part), "{part} is not in: {said}");
    remedy
}

#[test]
fn a_trust_file_that_is_refused_gets_no_remedy_of_a_plugin() {
    let dir = Dir::new();
    let file = dir.file("trust.toml", b"");
    remedy(&dir.join("missing.toml"), "check the path");
    remedy(&dir.0.path().join("nowhere/trust.toml"), "check the path");
    remedy(Path::new("trust.toml"), "absolute path");
    remedy(&dir.join("../trust.toml"), "absolute path");
    remedy(Path::new("/proc/trust.toml"), "directory on disk");
    chmod(&file, 0o664);
    remedy(&file, &format!("chmod go-w {}", UntrustedText::from(&*file)));
    chmod(&file, 0o644);
    remedy(&dir.directory("folder", 0o755), "move the directory");
    let link = dir.join("link.toml");
    std::os::unix::fs::symlink(&file, &link).expect("a new link");
    remedy(&link, "in place of the link");
    let open = dir.directory("open", 0o777);
    remedy(&write(&open.join("trust.toml"), b""), &format!("chmod go-w {}", UntrustedText::from(&*open)));
    chmod(&open, 0o1777);
    let sticky = remedy(&open.join("trust.toml"), "keep the file outside of");
    assert!(!sticky.contains("chmod"), "a sticky directory is meant to be so: {sticky}");
    let linked = dir.join("linked");
    std::os::unix::fs::symlink(&open, &linked).expect("a new link");
    remedy(&linked.join("trust.toml"), "XDG_CONFIG_HOME");
    let large = dir.file("large.toml", &vec![b'\n'; (1 << 20) + 1]);
    remedy(&large, "the right file");
}

#[test]
fn a_lock_file_that_is_refused_gets_no_remedy_of_a_plugin() {
    let good = good_or_skip!("a_lock_file_that_is_refused_gets_no_remedy_of_a_plugin");
    let dir = Dir::new();
    let (plugin, lock) = (dir.file("x.so", good), dir.file("sochdb-plugin.lock", b""));
    chmod(&lock, 0o666);
    let error = admit_trusted(&plugin).map(|_| ()).expect_err("others write the lock file");
    assert_eq!(error.code(), "E_LOCK_FILE");
    assert!(OF_PLUGINS.iter().all(|words| !error.remedy().contains(words)), "{}", error.remedy());
    assert!(error.remedy().ends_with(&format!("chmod go-w {}", UntrustedText::from(&*lock))), "{}", error.remedy());
}
