//! A plugin that is replaced while it is judged is judged again: an upgrade is no reason to refuse.
//!
//! `sochdb-plugin install` sees to it that whatever the plugin's name leads to is pinned, and has its manifest and
//! signature, at every moment. What is read after the plugin may be of the next one; so a refusal counts only if the
//! name still leads to the file that was read, because then all of that held while it was judged.

use crate::files::backend::FileSystem;
use crate::files::status::Status;
use crate::loader::step_runner::Steps;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::{Step, StepOutcome};
use crate::system::{Directory, Files};
use std::ffi::OsStr;
use std::time::{Duration, Instant};

/// How long a plugin that is replaced again and again is judged anew.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// Decides by `judge` on the file `name`; `judge` tells how the file looked once it is open. The steps are told once.
pub(crate) fn settled<T>(
    directory: &Directory,
    name: &OsStr,
    steps: &mut Steps<'_>,
    mut judge: impl FnMut(&mut Steps<'_>, &mut Option<Status>) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let give_up = Instant::now() + DRAIN_TIMEOUT;
    loop {
        let (mut outcomes, mut opened) = (Vec::new(), None);
        let mut told = |outcome: StepOutcome| outcomes.push(outcome);
        let judged = judge(&mut Steps::new(&mut told, steps.in_words()), &mut opened);
        if let (Err(_), Some(opened)) = (&judged, &opened) {
            match Files::is_replaced(directory, name, opened) {
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
