//! The users who may own and change what the loader reads.

use crate::kernel::windows::identity::own_user;
use crate::trust::policy::Demands;

/// The system itself, its administrators, and the service that installs its parts.
const OF_THE_SYSTEM: [&str; 3] =
    ["S-1-5-18", "S-1-5-32-544", "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"];

/// The users whose files and directories are trusted, by their security identifiers (SID).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owners {
    only_system: bool,
}

impl Owners {
    /// The system, its administrators, and the user that the host runs as.
    pub(crate) const SYSTEM_AND_USER: Self = Self { only_system: false };
    /// The system and its administrators.
    pub(crate) const SYSTEM: Self = Self { only_system: true };

    /// The owners that a policy demands.
    pub(crate) fn of(demands: Demands) -> Self {
        Self { only_system: demands.root_owned }
    }

    /// Whether `user` is one of them. Who runs the host cannot be asked for where something ran short: then he is none.
    pub(crate) fn accept(self, user: &str) -> bool {
        OF_THE_SYSTEM.contains(&user) || (!self.only_system && own_user().is_ok_and(|own| own == user))
    }

    /// The owners in words: `neither …` in a refusal.
    pub(crate) fn words(self) -> String {
        match (self.only_system, own_user()) {
            (false, Ok(own)) => {
                format!("neither an administrator, nor the system, nor the user {own} that the host runs as")
            }
            _ => "neither an administrator nor the system".to_owned(),
        }
    }

    /// Whom to give a file that another owns.
    pub(crate) fn suggested_owner(self) -> String {
        match (self.only_system, own_user()) {
            (false, Ok(own)) => own,
            _ => OF_THE_SYSTEM[1].to_owned(),
        }
    }
}
