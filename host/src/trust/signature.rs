//! The signature of a manifest, as minisign writes it.
//!
//! The form is checked here, strictly, before `minisign-verify` sees it: four lines, of which the first is a comment
//! that nobody signed, and the other three are covered by the two signatures.

use crate::trust::publisher::key_id;
use crate::trust::publisher::{PublicKey, Publisher};
use ct_codecs::{Base64, Decoder};
use minisign_verify::Signature;

/// The largest file of a signature, in bytes. minisign allows 1 KiB and 8 KiB for the two comments.
const MAX_SIZE: usize = 16 << 10;

/// The reason why a signature does not count. `Display` writes no control characters.
///
/// ```
/// use sochdb_plugin_host::trust::{verify_signature, SignatureError};
///
/// let refused = verify_signature(b"a manifest", b"no signature", &[]).unwrap_err();
/// assert!(matches!(refused, SignatureError::Malformed { .. }));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The file is no signature of a kind that is accepted.
    #[error("the signature cannot be used: {reason}")]
    Malformed {
        /// The fault of the file.
        reason: &'static str,
    },
    /// The signature's key is that of no publisher.
    #[error("the signature was made with the key {key_id}, which is that of no publisher")]
    KeyUnknown {
        /// The number of the key, 16 upper-case hexadecimal digits.
        key_id: String,
    },
    /// The signature's key was revoked.
    #[error("the signature was made with the key {key_id}, which was revoked")]
    KeyRevoked {
        /// The number of the key, 16 upper-case hexadecimal digits.
        key_id: String,
        /// The reason, for people.
        reason: Option<String>,
    },
    /// The signature's key is that of a publisher, but the signature is over something else.
    #[error("the signature is not one of {publisher:?} over this manifest")]
    Invalid {
        /// The publisher's name in the trust file.
        publisher: String,
    },
}

/// Returns the one of `publishers` who made the file `signature` over the bytes `manifest`.
///
/// # Errors
/// [`SignatureError`] if none of them did. Signatures that minisign calls legacy, which are not over a hash, do not
/// count.
pub fn verify_signature<'p>(
    manifest: &[u8],
    signature: &[u8],
    publishers: &'p [Publisher],
) -> Result<&'p Publisher, SignatureError> {
    let malformed = |reason| SignatureError::Malformed { reason };
    if signature.len() > MAX_SIZE {
        return Err(malformed("it has more than 16 KiB"));
    }
    let text = std::str::from_utf8(signature).map_err(|_| malformed("it is not UTF-8"))?;
    let id = signed_with(text).map_err(malformed)?;
    let signature = Signature::decode(text).map_err(|_| malformed("it is not of minisign's form"))?;
    let mut invalid = None;
    // Several keys may share a number, which anybody can choose.
    for publisher in publishers.iter().filter(|publisher| publisher.key.id() == id) {
        match publisher.key.key().verify(manifest, &signature, false) {
            Ok(()) => return Ok(publisher),
            Err(_) => invalid = invalid.or(Some(publisher)),
        }
    }
    Err(match invalid {
        Some(publisher) => SignatureError::Invalid { publisher: publisher.name.clone() },
        None => SignatureError::KeyUnknown { key_id: key_id(id) },
    })
}

/// Returns the public key that the file `signature` names in its signed comment, if the signature was made with that key.
/// `sochdb-plugin sign` writes it there, as `key:RW…` between tabulators. Nothing says whose key it is.
#[must_use]
pub fn claimed_key(manifest: &[u8], signature: &[u8]) -> Option<PublicKey> {
    let comment = std::str::from_utf8(signature).ok()?.lines().nth(2)?.strip_prefix("trusted comment: ")?;
    let key: PublicKey = comment.split('\t').find_map(|part| part.strip_prefix("key:"))?.parse().ok()?;
    let claimed = Publisher { name: String::new(), key };
    let verified = verify_signature(manifest, signature, std::slice::from_ref(&claimed)).is_ok();
    verified.then_some(claimed.key)
}

/// The number of the key that the signature names.
fn signed_with(text: &str) -> Result<[u8; 8], &'static str> {
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err("it has a control character");
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let [comment, signature, trusted, global, ""] = lines[..] else {
        return Err("it has not four lines");
    };
    if !comment.starts_with("untrusted comment: ") {
        return Err("its first line does not begin with \"untrusted comment: \"");
    }
    if !trusted.starts_with("trusted comment: ") {
        return Err("its third line does not begin with \"trusted comment: \"");
    }
    // Strict in both ways that matter: padding, and no bits that mean nothing.
    let bytes = |line: &str, len| Base64::decode_to_vec(line, None).ok().filter(|bytes| bytes.len() == len);
    let signature = bytes(signature, 2 + 8 + 64).ok_or("its second line is no signature in base64")?;
    if bytes(global, 64).is_none() {
        return Err("its fourth line is no signature in base64");
    }
    match signature.split_at_checked(2) {
        Some((b"ED", rest)) => rest.first_chunk().copied().ok_or("its second line has no key number"),
        Some((b"Ed", _)) => Err("it is a legacy signature, which is not over a hash"),
        _ => Err("its algorithm is unknown"),
    }
}
