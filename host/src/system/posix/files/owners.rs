//! The users who may own what the loader reads.

use crate::refusal::lack::Lack;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::system::posix::files::own::backend::Posix;
use crate::system::posix::files::own::Own;
use crate::trust::policy::Demands;

/// The user that the host runs as.
pub(crate) fn effective_user() -> u32 {
    // Not by rustix, which panics where a filter refuses the call; the number that it gives then is nobody's.
    // SAFETY: it only asks.
    unsafe { libc::geteuid() }
}

/// The users whose files and directories are trusted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owners {
    only_root: bool,
}

impl Owners {
    /// Root and the user that the host runs as.
    pub(crate) const ROOT_AND_USER: Self = Self { only_root: false };
    /// Root alone.
    pub(crate) const ROOT: Self = Self { only_root: true };

    /// The owners that a policy demands.
    pub(crate) fn of(demands: Demands) -> Self {
        Self { only_root: demands.root_owned }
    }

    /// Whether `owner` is one of them.
    pub(crate) fn accept(self, owner: u32) -> bool {
        owner == 0
            || (!self.only_root && owner == effective_user() && Own::is_anybody(owner).is_ok_and(|anybody| !anybody))
    }

    /// Whether `owner` is not one of them only because nobody knows who it is: the host itself is shown so.
    ///
    /// # Errors
    /// [`Refusal::Shortage`] at `step`, if the kernel cannot be asked now.
    pub(crate) fn unmapped(self, step: Step, owner: u32) -> Result<bool, Refusal> {
        if owner == 0 || owner != effective_user() {
            return Ok(false);
        }
        // What is no shortage is no error of this question.
        Own::is_anybody(owner).or_else(|error| match Lack::of(&error) {
            Some(lack) => Err(Refusal::Shortage { step, lack, reason: error }),
            None => Ok(true),
        })
    }

    /// Whether a sticky directory of root that others write may lie on the way.
    pub(crate) fn accept_sticky(self) -> bool {
        !self.only_root
    }

    /// The owners in words: `neither …` in a refusal.
    pub(crate) fn words(self) -> String {
        match self.only_root {
            true => "not root, as its policy demands".to_owned(),
            false => format!("neither root nor the user {} that the host runs as", effective_user()),
        }
    }

    /// Whom to give a file that another owns.
    pub(crate) fn suggested_owner(self) -> u32 {
        if self.only_root {
            0
        } else {
            effective_user()
        }
    }
}
