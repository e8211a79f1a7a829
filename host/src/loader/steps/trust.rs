//! The step `trust`: who vouches for the sealed bytes, before anything parses them: a pin, or a publisher's signature.

use crate::base::digest::Digest;
use crate::files::backend::FileSystem;
use crate::files::plain_path::PlainPath;
use crate::loader::lock_files::LockFiles;
use crate::loader::steps::trust_signed::signed;
use crate::loader::trust_source::Decisions;
use crate::loader::trust_source::EffectivePolicy;
use crate::refusal::refusals::Refusal;
use crate::refusal::words::Words;
use crate::system::{Directory, Files};
use crate::trust::manifest::Manifest;
use crate::trust::rules::Rules;

/// The words of those who vouch for a plugin.
pub(crate) struct Endorsement {
    /// The manifest that the publisher signed, if a signature was asked for.
    pub(crate) manifest: Option<Manifest>,
    /// The publisher who signed it.
    pub(crate) publisher: Option<String>,
}

pub(crate) fn check(
    path: &PlainPath<'_>,
    walked: &Directory,
    digest: Digest,
    decisions: &Decisions,
    effective: EffectivePolicy,
    locks: &LockFiles,
) -> Result<(Endorsement, impl Words<Endorsement>), Refusal> {
    let words = |pinned: Option<&'static str>| {
        move |endorsement: &Endorsement| match (&endorsement.publisher, pinned) {
            (None, None) => "nobody vouches for it, and its policy does not ask".to_owned(),
            (None, Some(pinned)) => pinned.to_owned(),
            (Some(signer), None) => format!("signed by {signer}"),
            (Some(signer), Some(pinned)) => format!("signed by {signer}, {pinned}"),
        }
    };
    let rules = decisions.rules();
    if let Some(revoked) = rules.and_then(|rules| rules.revoked(&digest)) {
        let why = revoked.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
        return Err(Refusal::Revoked { digest, why });
    }
    let demands = effective.demands;
    let unpinned = || {
        let copy = decisions.installing(path.path);
        let copy = copy.map_or_else(String::new, |copy| format!("{copy}; or, to leave it where it is: "));
        Refusal::Unpinned { digest, place: decisions.place(), copy }
    };
    let pinned = pinned_by(path, walked, digest, rules, effective, locks)?;
    if demands.pin && pinned.is_none() {
        return Err(unpinned());
    }
    let owners = Files::owners(demands);
    let vouched = demands.signature || !demands.conformance.is_none();
    let needs_signature = vouched || (demands.pin_or_signature && pinned.is_none());
    if !needs_signature {
        // What a revoked key signed is refused where no signature is asked for, too.
        if rules.is_some_and(|rules| !rules.revoked_keys().is_empty()) {
            if let Err(revoked @ Refusal::KeyRevoked { .. }) = signed(path, walked, digest, decisions, owners) {
                return Err(revoked);
            }
        }
        return Ok((Endorsement { manifest: None, publisher: None }, words(pinned)));
    }
    let (manifest, signer) = match signed(path, walked, digest, decisions, owners) {
        // What is neither pinned nor signed has two ways out, of which the pin is the shorter.
        Err(Refusal::SignatureMissing { .. }) if !vouched => return Err(unpinned()),
        signed => signed?,
    };
    Ok((Endorsement { manifest: Some(manifest), publisher: Some(signer) }, words(pinned)))
}

/// Where the digest is pinned.
fn pinned_by(
    path: &PlainPath<'_>,
    walked: &Directory,
    digest: Digest,
    rules: Option<&Rules>,
    effective: EffectivePolicy,
    locks: &LockFiles,
) -> Result<Option<&'static str>, Refusal> {
    let lock = locks.of(walked, Files::owners(effective.demands))?;
    let locked = lock.as_ref().and_then(|lock| lock.find(path.file.to_str()?));
    if let Some(locked) = locked {
        if locked.sha256 != digest && locked.previous != Some(digest) {
            let (by, expected) = ("the directory's lock file", locked.sha256);
            return Err(Refusal::DigestMismatch { path: path.path.into(), found: digest, by, expected });
        }
        return Ok(Some("pinned in the directory's lock file"));
    }
    Ok(rules.filter(|rules| rules.is_pinned(&digest)).map(|_| "pinned in a trust file"))
}
