//! The manager's metrics, and the sinks that are told of each change as they do not read.

use crate::manager::sinks::Sinks;
use crate::metrics::registry::Registry;
use std::sync::{Arc, OnceLock, Weak};

/// The part of a manager that handles of metrics keep.
#[derive(Clone, Default)]
pub(crate) struct Metered {
    pub(crate) registry: Arc<Registry>,
    /// Unset as long as there are none. Handles look here, and must not keep sinks alive.
    pushing: Arc<OnceLock<Weak<Sinks>>>,
}

impl Metered {
    /// From now on handles also push to these.
    pub(crate) fn push_to(&self, sinks: &Arc<Sinks>) {
        self.pushing.get_or_init(|| Arc::downgrade(sinks));
    }

    #[inline]
    pub(crate) fn pushing(&self) -> Option<&Weak<Sinks>> {
        self.pushing.get()
    }
}
