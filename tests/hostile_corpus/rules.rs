//! Rows 51 to 54: files that the operator's trust file does not allow.

use crate::row::{row, Gate, Input, Made, Row, Site};
use sochdb_plugin_host::DynamicPluginLoader;
use std::path::{Path, PathBuf};

/// Rows 51 to 54.
pub fn rows() -> Vec<Row> {
    vec![
        row(51, "directory not in the allow-list", "E_NOT_ALLOWED", |site| {
            let listed = site.directory("listed", 0o755);
            site.directory("other", 0o755);
            ruled(site, site.good_at("other/x.so"), &directory(&listed, "development"))
        }),
        row(52, "allow-list is a string prefix of the directory (/opt/x vs /opt/xy)", "E_NOT_ALLOWED", |site| {
            let listed = site.directory("x", 0o755);
            site.directory("xy", 0o755);
            ruled(site, site.good_at("xy/x.so"), &directory(&listed, "development"))
        }),
        row(53, "digest does not match", "E_UNPINNED", |site| pinned(site, site.good(), &"0".repeat(64))),
        row(54, "one bit flipped after the digest was pinned", "E_UNPINNED", |site| {
            let whole = site.good_at("whole.so");
            let digest = DynamicPluginLoader::new_trusted().verify(whole).expect("the good plugin").digest;
            let mut bytes = site.good();
            // In the section headers, which nothing needs that loads it.
            *bytes.last_mut().expect("it has bytes") ^= 1;
            pinned(site, bytes, &digest.to_string())
        }),
    ]
}

fn directory(path: &Path, policy: &str) -> String {
    format!("[[directory]]\npath = \"{}\"\npolicy = \"{policy}\"\n", path.display())
}

/// A plugin in a directory whose plugins must be pinned, where the one with this digest is.
fn pinned(site: &Site<'_>, bytes: Vec<u8>, sha256: &str) -> Made {
    let rules = format!("{}[[pin]]\nsha256 = \"{sha256}\"\n", directory(&site.dir, "pinned"));
    ruled(site, site.file("x.so", &bytes), &rules)
}

fn ruled(site: &Site<'_>, path: PathBuf, rules: &str) -> Made {
    let rules = site.file("trust.toml", rules.as_bytes());
    Ok(Input { path, gate: Gate::Rules(rules), mounts: None })
}
