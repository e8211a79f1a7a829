//! The processes that tests of crashes start.

use crate::crash::promise::Promise;
use crate::crash::{Request, Talk};
use crate::frame::subject::Subject;
use crate::index::crash::Entries;
use crate::storage::crash::copies::Copies;
use crate::storage::crash::rows::Rows;
use crate::storage::crash::together::Together;
use std::io::{Error, Result};

/// Does what a test of another process asks for on the standard input, until its end: the work of a process that
/// [`Subject::children`] starts.
///
/// # Errors
/// The standard input is not that of such a process, or the other process is gone; the system is not Linux, where alone tests
/// start such processes.
pub fn serve(subject: &Subject) -> Result<()> {
    let mut talk = Talk::of_child()?;
    while let Some(line) = talk.line()? {
        let unknown = || Error::other(format!("what is this: {line}"));
        let (kind, request) = Request::read(&line).ok_or_else(unknown)?;
        match kind {
            Rows::KIND => request.answer::<Rows>(subject, &talk)?,
            Copies::KIND => request.answer::<Copies>(subject, &talk)?,
            Together::KIND => request.answer::<Together>(subject, &talk)?,
            Entries::KIND => request.answer::<Entries>(subject, &talk)?,
            _ => return Err(unknown()),
        }
        if request.is_last() {
            break;
        }
    }
    Ok(())
}
