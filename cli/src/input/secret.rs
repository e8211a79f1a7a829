//! Secret keys of minisign.

use crate::input::missing::not_found;
use crate::input::password::PasswordSource;
use crate::input::reading::{self, Links};
use crate::output::failure::Failure;
use crate::output::tell;
use crate::system::backend::System;
use crate::system::Native;
use ct_codecs::{Base64, Decoder};
use minisign::{SecretKey, SecretKeyBox};
use sochdb_plugin_host::UntrustedText;
use std::path::Path;

/// The most bytes of a file that can be a secret key.
const MOST: u64 = 1 << 16;

/// How the second line of a key file begins in base64: `Ed`, then `Sc` or two zero bytes, then `B2`.
const ENCRYPTED: &str = "RWRTY0Iy";
const PLAIN: &str = "RWQAAEIy";

/// The secret key in `file`; reads its password, if it has one, from where `source` says.
pub(crate) fn read(file: &Path, source: &PasswordSource) -> Result<SecretKey, Failure> {
    let wrong = |why: &str| {
        Failure::new("E_SECRET_KEY", format!("{} is no secret key of minisign: {why}", UntrustedText::from(file)))
    };
    let bytes = reading::read(file, MOST, Links::Follow)?.ok_or_else(|| not_found(file))?;
    let text = String::from_utf8(bytes).map_err(|_| wrong("it is no text"))?;
    let boxed = || {
        let boxed = SecretKeyBox::from_string(&text).map_err(|error| wrong(&error.to_string()))?;
        warn_of_others(file);
        Ok::<_, Failure>(boxed)
    };
    let key = text.lines().nth(1).ok_or_else(|| wrong("it has no second line"))?;
    if key.starts_with(PLAIN) {
        boxed()?.into_unencrypted_secret_key().or_else(|error| without_checksum(key).ok_or(wrong(&error.to_string())))
    } else if key.starts_with(ENCRYPTED) {
        let boxed = boxed()?;
        let password = source.password(&format!("password of {}", UntrustedText::from(file)), false)?;
        let refused = |error| Failure::new("E_PASSWORD", format!("cannot open {}: {error}", UntrustedText::from(file)));
        boxed.into_secret_key(Some(password)).map_err(refused)
    } else {
        Err(wrong("its second line does not begin as one"))
    }
}

/// Says so if others can read or write what is a secret key.
fn warn_of_others(file: &Path) {
    let vetted = std::fs::metadata(file).map(|metadata| Native::vet_private(file, &metadata));
    if let Ok(Err([reason, remedy])) = vetted {
        tell(&format!("attention: the secret key {reason}: {remedy}"));
    }
}

/// The key without a password that `minisign -G -W` makes: its checksum is not set.
fn without_checksum(key: &str) -> Option<SecretKey> {
    let bytes = Base64::decode_to_vec(key, None).ok()?;
    SecretKey::from_bytes(&bytes).ok().filter(|_| bytes.ends_with(&[0; 32]))
}
