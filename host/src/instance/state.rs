use crate::instance::end::End;
use crate::instance::host_services::HostServices;
use crate::instance::{Instance, Origin};
use std::sync::Arc;

/// Whether an instance takes calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Serving,
    Draining,
    ShutDown,
    Panicked,
}

impl Instance {
    pub(crate) fn state(&self) -> State {
        if self.is_poisoned() {
            return State::Panicked;
        }
        // Held by whoever ends it just now, or for ever in a child of fork.
        match self.end.try_lock().as_deref() {
            Some(End::Over) => State::ShutDown,
            Some(End::NotYet) if !self.gate.is_closed() => State::Serving,
            _ => State::Draining,
        }
    }

    /// Says under which name a manager keeps it, and who keeps its metrics if the application has nobody for that.
    pub(crate) fn registered_as(&self, name: &str, metrics: impl FnOnce() -> Arc<dyn HostServices>) {
        if let Origin::Entry { side, .. } = &*self.origin {
            side.register(name, metrics);
        }
    }

    /// The bytes of memory that it takes, as it told last.
    pub(crate) fn memory_used(&self) -> Option<u64> {
        match &*self.origin {
            Origin::Entry { side, .. } => side.memory_used(),
            Origin::Value { .. } => None,
        }
    }
}
