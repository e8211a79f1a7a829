//! The step `path`: a path that has one meaning, to be read off the path alone.

use crate::base::text::UntrustedText;
use crate::files::plain_path::PlainPath;
use crate::refusal::refusals::Refusal;
use crate::refusal::words::Words;
use std::ffi::OsStr;
use std::path::{Component, Path, Prefix};

/// From a drive's letter on, `C:\…`: no `.`, `..`, empty part, `/`, stream of a file, and no end of a part that the
/// system would take away.
pub(crate) fn check(path: &Path) -> Result<(PlainPath<'_>, impl Words<PlainPath<'_>>), Refusal> {
    let bytes = path.as_os_str().as_encoded_bytes();
    if bytes.is_empty() {
        return Err(Refusal::PathEmpty);
    }
    if bytes.contains(&0) {
        return Err(Refusal::PathNul);
    }
    let mut parts = path.components();
    let on_drive = matches!(parts.next(), Some(Component::Prefix(it)) if matches!(it.kind(), Prefix::Disk(_)));
    if !on_drive || parts.next() != Some(Component::RootDir) {
        return Err(Refusal::not_absolute(path));
    }
    // Behind `C:\`.
    for part in bytes[3..].split(|byte| *byte == b'\\') {
        let wrong = match part {
            b"" => Some(r"an empty part (`\\`, or `\` at its end)"),
            b"." => Some("the part `.`"),
            b".." => Some("the part `..`"),
            part if part.contains(&b'/') => Some("`/`"),
            part if part.contains(&b':') => Some("`:` behind its drive"),
            part if part.ends_with(b".") || part.ends_with(b" ") => Some("a part that ends in `.` or a space"),
            _ => None,
        };
        if let Some(part) = wrong {
            return Err(Refusal::PathNotNormal { path: path.into(), part });
        }
    }
    let mut directories: Vec<&OsStr> = parts.map(Component::as_os_str).collect();
    let file = directories.pop().ok_or(Refusal::PathEmpty)?;
    let words = |plain: &PlainPath<'_>| UntrustedText::from(plain.path).to_string();
    Ok((PlainPath { path, directories, file }, words))
}
