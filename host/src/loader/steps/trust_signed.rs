//! The manifest and the signature of a plugin: what was signed of its bytes, and by whom.

use crate::base::digest::Digest;
use crate::base::text::UntrustedText;
use crate::files::backend::FileSystem;
use crate::files::plain_path::PlainPath;
use crate::files::refused::refused;
use crate::loader::trust_source::Decisions;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::system::{Directory, Files, Owners};
use crate::trust::manifest::Manifest;
use crate::trust::places;
use crate::trust::rules::Rules;
use crate::trust::signature::{claimed_key, SignatureError};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The manifest that was signed of these bytes, and the name of the publisher.
///
/// # Errors
/// Why those that `install` keeps for the digest do not count, or else those beside the file.
pub(crate) fn signed(
    path: &PlainPath<'_>,
    walked: &Directory,
    digest: Digest,
    decisions: &Decisions,
    owners: Owners,
) -> Result<(Manifest, String), Refusal> {
    let file = Path::new(path.file);
    let kept = [places::kept_manifest_of(file, &digest), places::kept_signature_of(file, &digest)];
    let beside = [places::manifest_of(file), places::signature_of(file)];
    let is_there = |pair: &[PathBuf; 2]| pair.iter().all(|name| Files::has(walked, name));
    let judge = |[manifest, signature]: &[PathBuf; 2]| {
        one(walked, manifest.as_os_str(), signature.as_os_str(), digest, decisions, owners)
    };
    if !is_there(&kept) {
        return judge(&beside);
    }
    // Its publisher may have signed it again since it was installed, with another key.
    judge(&kept).or_else(|error| if is_there(&beside) { judge(&beside).map_err(|_| error) } else { Err(error) })
}

/// The same by one manifest and its signature.
fn one(
    walked: &Directory,
    manifest_name: &OsStr,
    signature_name: &OsStr,
    digest: Digest,
    decisions: &Decisions,
    owners: Owners,
) -> Result<(Manifest, String), Refusal> {
    let read = |name: &OsStr| {
        let path = Files::path_of(walked).join(name);
        Files::read_text(&path, walked, name, owners).map_err(|error| {
            refused(Step::Trust, &path, error, |reason, fix| Refusal::ManifestFile {
                file: path.as_path().into(),
                reason,
                fix,
            })
        })
    };
    let at = |name: &OsStr| UntrustedText::from(Files::path_of(walked).join(name).as_path());
    let missing = |name: &OsStr| Refusal::SignatureMissing { manifest: at(name) };
    let manifest = read(manifest_name)?.ok_or_else(|| missing(manifest_name))?.0;
    let signature = read(signature_name)?.ok_or_else(|| missing(signature_name))?.0;
    let nobody = Rules::default();
    let rules = decisions.rules().unwrap_or(&nobody);
    let publisher = rules.signer(&manifest, &signature).map_err(|error| {
        let file = at(signature_name);
        match error {
            SignatureError::KeyUnknown { key_id } => {
                let fix = add_key(&manifest, &signature, decisions);
                Refusal::KeyUnknown { signature: file, key: key_id, fix }
            }
            SignatureError::KeyRevoked { key_id, reason } => {
                let why = reason.map_or_else(String::new, |reason| format!(": {reason}"));
                Refusal::KeyRevoked { signature: file, key: key_id, why }
            }
            other => Refusal::SignatureInvalid { signature: file, reason: other.to_string() },
        }
    })?;
    let read =
        Manifest::parse(&manifest).map_err(|error| Refusal::ManifestSyntax { file: at(manifest_name), error })?;
    if read.sha256 != digest {
        return Err(Refusal::ManifestDigest { manifest: at(manifest_name), found: digest, signed: read.sha256 });
    }
    Ok((read, publisher.name.clone()))
}

/// The remedy that trusts the key of a signature: the command with the key in it, if the signature says which that is.
fn add_key(manifest: &[u8], signature: &[u8], decisions: &Decisions) -> String {
    let place = decisions.place();
    match claimed_key(manifest, signature) {
        Some(key) => format!(
            "if {key} is the key that the publisher gives in a source that you trust: sochdb-plugin trust add publisher \
             NAME {key}{place}, where NAME is of your choice"
        ),
        None => format!(
            "if you trust its owner: sochdb-plugin trust add publisher NAME KEY{place}, where NAME is of your choice and \
             KEY the line that begins with RW in the publisher's .pub file"
        ),
    }
}
