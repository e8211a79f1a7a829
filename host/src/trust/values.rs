//! The rules for strings in files of an operator. Each function says what is wrong as the end of a sentence.

use crate::base::digest::Digest;
use crate::kernel::backend::Kernel;
use crate::kernel::Own;
use crate::trust::conformance::Conformance;
use crate::trust::policy::Policy;
use crate::trust::publisher::PublicKey;
use crate::trust::syntax::quoted;
use std::path::PathBuf;

/// A name for people or for a plugin: not empty, without control characters.
pub(crate) fn name(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("is empty".to_owned());
    }
    if let Some(control) = text.chars().find(|c| c.is_control()) {
        return Err(format!("has the control character U+{:04X}: {}", u32::from(control), quoted(text)));
    }
    Ok(text.to_owned())
}

/// The name of a file in a directory.
pub(crate) fn file_name(text: &str) -> Result<String, String> {
    let text = name(text)?;
    match text.as_str() {
        "." | ".." => Err(format!("is no file name: {}", quoted(&text))),
        _ => without(&text, &["/", "$"]).map(|()| text),
    }
}

/// An absolute path that is written in the one way that it can be.
pub(crate) fn directory(text: &str) -> Result<PathBuf, String> {
    let text = name(text)?;
    without(&text, &["$"])?;
    let Some(below) = Own::below_root(&text) else {
        return Err(format!("is not absolute: {}", quoted(&text)));
    };
    if below.is_empty() {
        return Err("is the root, which holds every directory".to_owned());
    }
    if let Some(part) = below.split(Own::SEPARATOR).find(|part| matches!(*part, "" | "." | "..")) {
        let found = if part.is_empty() { format!("a {} too many", Own::SEPARATOR) } else { part.to_owned() };
        return Err(format!("has {found} in it: {}", quoted(&text)));
    }
    Ok(PathBuf::from(text))
}

fn without(text: &str, refused: &[&str]) -> Result<(), String> {
    match refused.iter().find(|part| text.contains(**part)) {
        Some(part) => Err(format!("has {part} in it: {}", quoted(text))),
        None => Ok(()),
    }
}

pub(crate) fn digest(text: &str) -> Result<Digest, String> {
    text.parse().map_err(|error| format!("is no SHA-256, {error}: {}", quoted(text)))
}

pub(crate) fn conformance(text: &str) -> Result<Conformance, String> {
    text.parse().map_err(|error| format!("is {}: {error}", quoted(text)))
}

pub(crate) fn policy(text: &str) -> Result<Policy, String> {
    text.parse().map_err(|error| format!("is {}: {error}", quoted(text)))
}

pub(crate) fn public_key(text: &str) -> Result<PublicKey, String> {
    text.parse().map_err(|error| format!("is no key, {error}: {}", quoted(text)))
}

/// A version that others can be compared with.
pub(crate) fn semver(text: &str) -> Result<semver::Version, String> {
    semver::Version::parse(text).map_err(|error| format!("is no semantic version, {error}: {}", quoted(text)))
}

/// An ABI, such as `1.1`.
pub(crate) fn abi(text: &str) -> Result<(u16, u16), String> {
    let number = |text: &str| {
        let number: u16 = text.parse().ok()?;
        // No sign, and no zero in front.
        (number.to_string() == text).then_some(number)
    };
    let pair = text.split_once('.').and_then(|(major, minor)| Some((number(major)?, number(minor)?)));
    pair.ok_or_else(|| format!("is no ABI such as \"1.1\": {}", quoted(text)))
}
