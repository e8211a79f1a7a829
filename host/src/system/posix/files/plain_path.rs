//! The step `path`: a path that has one meaning, to be read off the path alone.

use crate::base::text::UntrustedText;
use crate::files::plain_path::PlainPath;
use crate::refusal::refusals::Refusal;
use crate::refusal::words::Words;
use std::ffi::OsStr;
use std::path::Path;

const PATH_MAX: usize = 4095;
const NAME_MAX: usize = 255;
const PSEUDO: [&[u8]; 3] = [b"proc", b"dev", b"sys"];

/// The step: the path has no `.`, `..`, `//`, `$` or NUL.
pub(crate) fn check(path: &Path) -> Result<(PlainPath<'_>, impl Words<PlainPath<'_>>), Refusal> {
    let bytes = path.as_os_str().as_encoded_bytes();
    if bytes.is_empty() {
        return Err(Refusal::PathEmpty);
    }
    if bytes.contains(&0) {
        return Err(Refusal::PathNul);
    }
    within("path", bytes.len(), PATH_MAX)?;
    let Some(relative) = bytes.strip_prefix(b"/") else {
        return Err(Refusal::not_absolute(path));
    };
    if bytes.contains(&b'$') {
        return Err(Refusal::PathToken { path: path.into() });
    }
    for (at, part) in relative.split(|byte| *byte == b'/').enumerate() {
        component(path, part)?;
        if at == 0 && PSEUDO.contains(&part) {
            return Err(Refusal::PathPseudo { path: path.into() });
        }
    }
    // Only now do these say the same as the bytes: `Path` itself passes over `.` and `//`.
    let mut directories: Vec<&OsStr> = path.iter().skip(1).collect();
    let file = directories.pop().ok_or(Refusal::PathEmpty)?;
    Ok((PlainPath { path, directories, file }, |plain: &PlainPath<'_>| UntrustedText::from(plain.path).to_string()))
}

fn component(path: &Path, part: &[u8]) -> Result<(), Refusal> {
    let not_normal = |part| Err(Refusal::PathNotNormal { path: path.into(), part });
    match part {
        b"" => not_normal("an empty part (`//`, or `/` at its end)"),
        b"." => not_normal("the part `.`"),
        b".." => not_normal("the part `..`"),
        _ => within("name of a file or directory in the path", part.len(), NAME_MAX),
    }
}

fn within(what: &'static str, length: usize, limit: usize) -> Result<(), Refusal> {
    if length > limit {
        return Err(Refusal::PathTooLong { what, length, limit });
    }
    Ok(())
}
