//! The refusal of a file that is no plugin.

use crate::base::text::UntrustedText;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use std::path::Path;

/// The bit of a directory in which others may add names, but not replace them.
const STICKY: u32 = 0o1000;

/// The refusal at `step` that names the file instead of the plugin, made by `refusal` of what was found and what to do. A
/// shortage stays one: it is not the file's.
pub(crate) fn refused(
    step: Step,
    path: &Path,
    error: Refusal,
    refusal: impl FnOnce(String, String) -> Refusal,
) -> Refusal {
    match error {
        Refusal::Shortage { lack, reason, .. } => Refusal::Shortage { step, lack, reason },
        error => refusal(error.to_string(), fix(path, &error)),
    }
}

/// The remedy for a file that is no plugin, so nobody installs, strips or builds it: a text, or a library that a plugin
/// needs.
fn fix(path: &Path, error: &Refusal) -> String {
    let path = UntrustedText::from(path);
    match error {
        Refusal::FileNotFound { .. } => format!("check the path {path}"),
        Refusal::FileSymlink { .. } => format!("put the file itself in place of the link {path}"),
        Refusal::NotRegular { kind, .. } => format!("move the {kind} {path} away, and put a file there"),
        Refusal::FileOwner { suggested_owner, .. } => {
            format!("make sure where it comes from, then chown {suggested_owner} {path}")
        }
        Refusal::FileWritable { .. } => format!("make sure that nobody else changed it, then chmod go-w {path}"),
        Refusal::TooLarge { limit, .. } => {
            format!("make sure that it is the right file: none of more than {limit} bytes is read")
        }
        Refusal::FileReplaced { .. } | Refusal::FileChanged { .. } => "try again when nobody writes it".to_owned(),
        Refusal::DirOwner { directory, suggested_owner, .. } => {
            format!(
                "chown {suggested_owner} {directory}, or keep the file where only root or user {suggested_owner} can change any directory"
            )
        }
        Refusal::DirWritable { directory, mode, .. } if mode & STICKY != 0 => {
            format!("keep the file outside of {directory}, in a directory that only root or you can change")
        }
        Refusal::DirWritable { directory, .. } => {
            format!("make sure that nobody else changed what is in it, then chmod go-w {directory}")
        }
        Refusal::DirSymlink { directory } => format!(
            "put a directory in place of the link {directory}, or name the file by a path without links (the path of a \
             user's trust file begins with XDG_CONFIG_HOME, or HOME)"
        ),
        Refusal::PathTooLong { .. } => "move the file to a shorter path".to_owned(),
        Refusal::PathPseudo { .. } => "copy the file to a directory on disk".to_owned(),
        error if error.step() == Step::Path => {
            "name the file by its absolute path, without `.`, `..`, `//` and `$`".to_owned()
        }
        error => error.remedy(),
    }
}
