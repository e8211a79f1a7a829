//! Refusals as an operator meets them, for `explain`: real ones, so their words are those of the loader.

use semver::Version;
use sochdb_plugin_host::trust::{SyntaxError, TooOld};
use sochdb_plugin_host::{Digest, Refusal, UntrustedText};
use std::path::Path;

const DIRECTORY: &str = "/srv/plugins";
const PLUGIN: &str = "/srv/plugins/codec.so";
const LOCK: &str = "/srv/plugins/sochdb-plugin.lock";
const TRUST: &str = "/etc/sochdb/trust.toml";

/// A refusal with this code, if there is one that shows more than its cause and remedy do.
pub(crate) fn example(code: &str) -> Option<Refusal> {
    let (path, directory) = (|| text(PLUGIN), || text(DIRECTORY));
    let (found, other) = (Digest::of(b"found"), Digest::of(b"expected"));
    let trusted = || "neither root nor the user 1000 that the host runs as".to_owned();
    let wrong = |line, message: &str| SyntaxError::new(line, 10, message.to_owned());
    let writable = |file| {
        let reason = Refusal::FileWritable { path: text(file), mode: 0o664 }.to_string();
        (text(file), reason, format!("make sure that nobody else changed it, then chmod go-w {file}"))
    };
    Some(match code {
        "E_TRUST_FILE" => {
            let (file, reason, fix) = writable(TRUST);
            Refusal::TrustFile { file, reason, fix }
        }
        "E_TRUST_SYNTAX" => {
            let error = wrong(3, "\"sined\" is none of development, pinned, signed and strict");
            Refusal::TrustSyntax { file: text(TRUST), error }
        }
        "E_PATH_NOT_ABSOLUTE" => {
            Refusal::PathNotAbsolute { path: text("plugins/codec.so"), absolute: text("/srv/plugins/codec.so") }
        }
        "E_DIR_SYMLINK" => Refusal::DirSymlink { directory: directory() },
        "E_DIR_OWNER" => Refusal::DirOwner { directory: directory(), owner: 1001, trusted: trusted(), suggested_owner: 1000 },
        "E_DIR_WRITABLE" => {
            let fix = format!(
                "chmod go-w {DIRECTORY}, or move the plugin to a directory that only its owner can change; or copy it \
                 to where plugins are: sochdb-plugin install {}",
                path()
            );
            Refusal::DirWritable { directory: directory(), mode: 0o775, fix }
        }
        "E_NOT_ALLOWED" => {
            let copy = format!(", or copy the plugin to where plugins are: sochdb-plugin install {PLUGIN}");
            Refusal::NotAllowed { directory: directory(), place: String::new(), copy }
        }
        "E_FILE_OWNER" => Refusal::FileOwner { path: path(), owner: 1001, trusted: trusted(), suggested_owner: 1000 },
        "E_FILE_WRITABLE" => Refusal::FileWritable { path: path(), mode: 0o775 },
        "E_FILE_SPECIAL_BITS" => Refusal::SpecialBits { path: path(), mode: 0o4755 },
        "E_REVOKED" => Refusal::Revoked { digest: found, why: ": it loses rows".to_owned() },
        "E_DIGEST" => {
            Refusal::DigestMismatch { path: path(), found, by: "the directory's lock file", expected: other }
        }
        "E_UNPINNED" => {
            let copy = format!("sochdb-plugin install {PLUGIN}; or, to leave it where it is: ");
            Refusal::Unpinned { digest: found, place: String::new(), copy }
        }
        "E_LOCK_FILE" => {
            let (file, reason, fix) = writable(LOCK);
            Refusal::LockFile { file, reason, fix }
        }
        "E_LOCK_SYNTAX" => Refusal::LockSyntax { file: text(LOCK), error: wrong(2, "a text is expected here") },
        "E_SIGNATURE_MISSING" => Refusal::SignatureMissing { manifest: text("/srv/plugins/codec.so.manifest") },
        "E_KEY_UNKNOWN" => Refusal::KeyUnknown {
            signature: text("/srv/plugins/codec.so.manifest.minisig"),
            key: "21FB0A1C94E0E2D7".to_owned(),
            fix: "if you trust its owner: sochdb-plugin trust add publisher NAME KEY, where NAME is of your choice and KEY \
                  the line that begins with RW in the publisher's .pub file"
                .to_owned(),
        },
        "E_MANIFEST_FILE" => {
            let (file, reason, fix) = writable("/srv/plugins/codec.so.manifest");
            Refusal::ManifestFile { file, reason, fix }
        }
        "E_VERSION_TOO_OLD" => {
            let (name, version, minimum) = ("codec".to_owned(), "1.0.0".to_owned(), Version::new(1, 2, 0));
            Refusal::VersionTooOld { error: TooOld::new(name, version, minimum) }
        }
        "E_DEP_FORBIDDEN" => Refusal::DepForbidden {
            libraries: "libzstd.so.1 (in /usr/lib/x86_64-linux-gnu)".to_owned(),
            found: vec!["/usr/lib/x86_64-linux-gnu/libzstd.so.1".into()],
            fix: "link them into the plugin, or allow them: sochdb-plugin trust add dependency libzstd.so.1 \
                  /usr/lib/x86_64-linux-gnu"
                .to_owned(),
        },
        _ => return None,
    })
}

fn text(path: &str) -> UntrustedText {
    UntrustedText::from(Path::new(path))
}
