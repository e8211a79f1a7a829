//! Who may own what the loader reads.

use super::user_namespace::is_anybody;
use super::{Lack, LoadError, Step};
use crate::trust::Demands;

/// The user that the host runs as.
pub(super) fn effective_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Whose files and directories are trusted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owners {
    only_root: bool,
}

impl Owners {
    /// Root and the user that the host runs as.
    pub(super) const ROOT_AND_USER: Self = Self { only_root: false };
    /// Root alone.
    pub(super) const ROOT: Self = Self { only_root: true };

    /// Those of a policy.
    pub(super) fn of(demands: Demands) -> Self {
        Self { only_root: demands.root_owned }
    }

    /// Whether `owner` is one of them.
    pub(super) fn accept(self, owner: u32) -> bool {
        owner == 0 || (!self.only_root && owner == effective_user() && is_anybody(owner).is_ok_and(|anybody| !anybody))
    }

    /// Whether `owner` is not one of them only because nobody knows who it is: the host itself is shown so.
    ///
    /// # Errors
    /// [`LoadError::Shortage`] at `step`, if the kernel cannot be asked now.
    pub(super) fn unmapped(self, step: Step, owner: u32) -> Result<bool, LoadError> {
        if owner == 0 || owner != effective_user() {
            return Ok(false);
        }
        // What is no shortage is no error of this question.
        is_anybody(owner).or_else(|error| match Lack::of(&error) {
            Some(lack) => Err(LoadError::Shortage { step, lack, reason: error }),
            None => Ok(true),
        })
    }

    /// Whether a sticky directory of root that others write may lie on the way.
    pub(super) fn accept_sticky(self) -> bool {
        !self.only_root
    }

    /// They in words: `neither …` in a refusal.
    pub(super) fn words(self) -> String {
        match self.only_root {
            true => "not root, as its policy demands".to_owned(),
            false => format!("neither root nor the user {} that the host runs as", effective_user()),
        }
    }

    /// Whom to give a file that another owns.
    pub(super) fn heir(self) -> u32 {
        if self.only_root {
            0
        } else {
            effective_user()
        }
    }
}
