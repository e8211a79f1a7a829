//! How one instance takes the place of another, by what the old one keeps.

use crate::base::kinds::Kinds;
use crate::instance::Instance;
use crate::plugin::recipe::Recipe;
use sochdb_plugin_abi::{SOCH_KIND_INDEX, SOCH_KIND_OBSERVABILITY, SOCH_KIND_STORAGE};
use std::time::Duration;

/// Why nothing takes the place of an index that stays where it is.
pub(crate) const UNSAVED: &str =
    "what its index keeps can be neither saved nor found in a `data_dir`: build another one and `replace` it";

/// How one instance takes the place of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Whether the old one ends before the new one is made, as both cannot have the same files or port. Calls wait.
    pub(crate) one_owner: bool,
    /// Whether what the old index saves is loaded by the new one.
    pub(crate) saved: bool,
    /// Whether changes of the old index that are made meanwhile are made again in the new one. Searches and changes go on.
    pub(crate) followed: bool,
}

impl Plan {
    /// Both are there, and each has its own.
    pub(crate) const BESIDE: Self = Self { one_owner: false, saved: false, followed: false };
    /// Only one of them may be there.
    pub(crate) const ONE_OWNER: Self = Self { one_owner: true, saved: false, followed: false };

    /// The plan that loses nothing of what an instance of these kinds keeps.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn for_the_same(kinds: Kinds, old: &Instance, recipe: &Recipe) -> Result<Self, String> {
        let has = |kind: u32| kinds.0 & kind != 0;
        let has_files = recipe.options.has_data_dir();
        if has(SOCH_KIND_STORAGE) && !old.described.storage.durable {
            return Err("it does not keep its rows where the next one finds them, as it does not describe itself as \
                        durable: fill another one and `replace` it"
                .to_owned());
        }
        let saved = has(SOCH_KIND_INDEX) && !has_files;
        let one_owner = has(SOCH_KIND_STORAGE) || has(SOCH_KIND_OBSERVABILITY) || has_files;
        Ok(Self { one_owner, saved, followed: saved && !one_owner })
    }
}

/// The time that each part of a replacement has: callers wait four times as long.
pub(crate) fn patience(old: &Instance) -> Duration {
    old.limits.drain_timeout / 4
}
