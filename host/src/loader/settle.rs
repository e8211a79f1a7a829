//! A plugin that is replaced while it is judged is judged again: an upgrade is no reason to refuse.
//!
//! `sochdb-plugin install` sees to it that whatever the plugin's name leads to is pinned, and has its manifest and
//! signature, at every moment. What is read after the plugin may be of the next one; so a refusal counts only if the
//! name still leads to the file that was read, because then all of that held while it was judged.

use crate::files::directory_walk::Walked;
use crate::loader::step_runner::Steps;
use crate::refusal::load_error::LoadError;
use crate::refusal::step::{Step, StepOutcome};
use rustix::fs::{AtFlags, Stat};
use rustix::io::{retry_on_intr, Errno};
use std::ffi::OsStr;
use std::time::{Duration, Instant};

/// How long a plugin that is replaced again and again is judged anew.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// Decides by `judge` on the file `name`; `judge` tells how the file looked once it is open. The steps are told once.
pub(crate) fn settled<T>(
    walked: &Walked,
    name: &OsStr,
    steps: &mut Steps<'_>,
    mut judge: impl FnMut(&mut Steps<'_>, &mut Option<Stat>) -> Result<T, LoadError>,
) -> Result<T, LoadError> {
    let give_up = Instant::now() + DRAIN_TIMEOUT;
    loop {
        let (mut outcomes, mut opened) = (Vec::new(), None);
        let mut told = |outcome: StepOutcome| outcomes.push(outcome);
        let judged = judge(&mut Steps::new(&mut told, steps.in_words()), &mut opened);
        if let (Err(_), Some(opened)) = (&judged, &opened) {
            match is_replaced(walked, name, opened) {
                Ok(replaced) if replaced && Instant::now() < give_up => continue,
                Ok(_) => {}
                // Nobody can say whether the refusal counts.
                Err(error) => return steps.refuse(Step::File, error),
            }
        }
        outcomes.into_iter().for_each(|outcome| steps.tell(outcome));
        return judged;
    }
}

fn is_replaced(walked: &Walked, name: &OsStr, opened: &Stat) -> Result<bool, LoadError> {
    match retry_on_intr(|| rustix::fs::statat(&walked.directory, name, AtFlags::SYMLINK_NOFOLLOW)) {
        Ok(now) => Ok((now.st_dev, now.st_ino) != (opened.st_dev, opened.st_ino)),
        Err(Errno::NOENT) => Ok(true),
        Err(errno) => Err(LoadError::failed(Step::File, errno, |reason| LoadError::FileIo {
            path: walked.path.join(name).as_path().into(),
            reason,
        })),
    }
}
