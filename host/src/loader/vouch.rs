//! The step `trust`: who vouches for the sealed bytes, before anything parses them: a pin, or a publisher's signature.

use super::lexical::PlainPath;
use super::owners::Owners;
use super::signed::signed;
use super::trust_files::Decisions;
use super::walk::Walked;
use super::{Digest, LoadError, LockFiles, Standing};
use crate::trust::{Manifest, Rules};

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
    decisions: &Decisions,
    standing: Standing,
    locks: &LockFiles,
) -> Result<(Vouched, String), LoadError> {
    let rules = decisions.rules();
    if let Some(revoked) = rules.and_then(|rules| rules.revoked(&digest)) {
        let why = revoked.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
        return Err(LoadError::Revoked { digest, why });
    }
    let demands = standing.demands;
    let unpinned = || {
        let copy = decisions.installing(path.path);
        let copy = copy.map_or_else(String::new, |copy| format!("{copy}; or, to leave it where it is: "));
        LoadError::Unpinned { digest, place: decisions.place(), copy }
    };
    let pinned = pinned_by(path, walked, digest, rules, standing, locks)?;
    if demands.pin && pinned.is_none() {
        return Err(unpinned());
    }
    let owners = Owners::of(demands);
    let needs_signature = demands.signature || (demands.pin_or_signature && pinned.is_none());
    if !needs_signature {
        // What a revoked key signed is refused where no signature is asked for, too.
        if rules.is_some_and(|rules| !rules.revoked_keys().is_empty()) {
            if let Err(revoked @ LoadError::KeyRevoked { .. }) = signed(path, walked, digest, decisions, owners) {
                return Err(revoked);
            }
        }
        let detail = pinned.unwrap_or_else(|| "nobody vouches for it, and its policy does not ask".to_owned());
        return Ok((Vouched { manifest: None, publisher: None }, detail));
    }
    let (manifest, signer) = match signed(path, walked, digest, decisions, owners) {
        // What is neither pinned nor signed has two ways out, of which the pin is the shorter.
        Err(LoadError::SignatureMissing { .. }) if !demands.signature => return Err(unpinned()),
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
    locks: &LockFiles,
) -> Result<Option<String>, LoadError> {
    let lock = locks.of(walked, Owners::of(standing.demands))?;
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
