//! The step `trust`: who vouches for the sealed bytes, before anything parses them: a pin, or a publisher's signature.

use super::beside::{read, reason_and_fix};
use super::lexical::PlainPath;
use super::owners::Owners;
use super::walk::Walked;
use super::{lock, Digest, LoadError, Standing, Text};
use crate::trust::{places, verify_signature, Manifest, Publisher, Rules, SignatureError};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// What was said of the plugin by those who vouch for it.
pub(super) struct Vouched {
    /// What the publisher signed, if a signature was asked for.
    pub(super) manifest: Option<Manifest>,
    /// Who signed it.
    pub(super) publisher: Option<String>,
}

pub(super) fn check(
    path: &PlainPath<'_>,
    walked: &Walked,
    digest: Digest,
    rules: Option<&Rules>,
    standing: Standing,
) -> Result<(Vouched, String), LoadError> {
    if let Some(revoked) = rules.and_then(|rules| rules.revoked(&digest)) {
        let why = revoked.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
        return Err(LoadError::Revoked { digest, why });
    }
    let demands = standing.demands;
    let pinned = pinned_by(path, walked, digest, rules, standing)?;
    if demands.pin && pinned.is_none() {
        return Err(LoadError::Unpinned { path: path.path.into(), digest });
    }
    let needs_signature = demands.signature || (demands.pin_or_signature && pinned.is_none());
    if !needs_signature {
        let detail = pinned.unwrap_or_else(|| "nobody vouches for it, and its policy does not ask".to_owned());
        return Ok((Vouched { manifest: None, publisher: None }, detail));
    }
    let publishers = rules.map(Rules::publishers).unwrap_or_default();
    let (manifest, signer) = match signed(path, walked, digest, publishers, standing) {
        // What is neither pinned nor signed has two ways out, of which the pin is the shorter.
        Err(LoadError::SignatureMissing { .. }) if !demands.signature => {
            return Err(LoadError::Unpinned { path: path.path.into(), digest })
        }
        signed => signed?,
    };
    let by = pinned.map_or_else(String::new, |pinned| format!(", {pinned}"));
    let detail = format!("signed by {signer}{by}");
    Ok((Vouched { manifest: Some(manifest), publisher: Some(signer) }, detail))
}

/// Where the digest is pinned.
fn pinned_by(
    path: &PlainPath<'_>,
    walked: &Walked,
    digest: Digest,
    rules: Option<&Rules>,
    standing: Standing,
) -> Result<Option<String>, LoadError> {
    let lock = lock::of(walked, Owners::of(standing.demands))?;
    let locked = lock.as_ref().and_then(|lock| lock.find(path.file.to_str()?));
    if let Some(locked) = locked {
        if locked.sha256 != digest && locked.previous != Some(digest) {
            let (by, expected) = ("the directory's lock file", locked.sha256);
            return Err(LoadError::DigestMismatch { path: path.path.into(), found: digest, by, expected });
        }
        return Ok(Some("pinned in the directory's lock file".to_owned()));
    }
    Ok(rules.filter(|rules| rules.is_pinned(&digest)).map(|_| "pinned in a trust file".to_owned()))
}

/// What was signed of these bytes, and by whom.
fn signed(
    path: &PlainPath<'_>,
    walked: &Walked,
    digest: Digest,
    publishers: &[Publisher],
    standing: Standing,
) -> Result<(Manifest, String), LoadError> {
    let read = |name: &OsStr| {
        let path = walked.path.join(name);
        read(&path, walked, name, Owners::of(standing.demands)).map_err(|error| {
            let (reason, fix) = reason_and_fix(&path, &error);
            LoadError::ManifestFile { file: path.as_path().into(), reason, fix }
        })
    };
    let of_plugin = |named: fn(&Path) -> PathBuf| named(Path::new(path.file)).into_os_string();
    let (manifest_name, signature_name) = (of_plugin(places::manifest_of), of_plugin(places::signature_of));
    let at = |name: &OsStr| Text::from(walked.path.join(name).as_path());
    let missing = |name: &OsStr| LoadError::SignatureMissing { manifest: at(name) };
    let manifest = read(&manifest_name)?.ok_or_else(|| missing(&manifest_name))?;
    let signature = read(&signature_name)?.ok_or_else(|| missing(&signature_name))?;
    let publisher = verify_signature(&manifest, &signature, publishers).map_err(|error| match error {
        SignatureError::KeyUnknown { key_id } => LoadError::KeyUnknown { signature: at(&signature_name), key: key_id },
        other => LoadError::SignatureInvalid { signature: at(&signature_name), reason: other.to_string() },
    })?;
    let read =
        Manifest::parse(&manifest).map_err(|error| LoadError::ManifestSyntax { file: at(&manifest_name), error })?;
    if read.sha256 != digest {
        return Err(LoadError::ManifestDigest { manifest: at(&manifest_name), found: digest, signed: read.sha256 });
    }
    Ok((read, publisher.name.clone()))
}
