//! The making of an instance that is to take another one's place, on a thread that is left alone if it takes too long.

use crate::instance::Instance;
use crate::manager::error::AnyError;
use crate::plugin::PluginInstance;
use crate::sync::call_gate::after;
use parking_lot::Mutex;
use sochdb_plugin_sdk::ErrorKind;
use std::sync::mpsc::{channel, RecvTimeoutError};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Runs `job` on a thread of its own.
///
/// # Errors
/// That it takes longer than `limit`, and is left alone, or that it panics.
pub(crate) fn within<T: Send + 'static>(
    what: &str,
    limit: Duration,
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<T, String> {
    let (send, receive) = channel();
    let run = move || drop(send.send(job()));
    let started = thread::Builder::new().name("soch-make".to_owned()).spawn(run);
    started.map_err(|error| format!("{what} needs a thread: {error}"))?;
    receive.recv_timeout(limit).map_err(|error| match error {
        RecvTimeoutError::Timeout => format!("{what} takes longer than {limit:?}"),
        RecvTimeoutError::Disconnected => format!("{what} panics"),
    })
}

/// Why there is no next instance.
pub(crate) struct NotMade {
    pub(crate) why: AnyError,
    /// Whether something that was made may still have the files and ports that the old one had.
    pub(crate) keeps_files: bool,
}

impl<E: Into<AnyError>> From<E> for NotMade {
    fn from(why: E) -> Self {
        Self { why: why.into(), keeps_files: false }
    }
}

/// An instance that is being made in the place of another, for whoever gives it up.
#[derive(Default)]
pub(crate) struct Making(Mutex<Made>);

#[derive(Default)]
enum Made {
    #[default]
    NotYet,
    This(Arc<Instance>),
    GivenUp,
}

impl Making {
    /// Notes what was made.
    ///
    /// # Errors
    /// It was given up. Then the old one may have its files again, and what was made must write nothing: it is forgotten
    /// as it is.
    pub(crate) fn have(&self, plugin: PluginInstance) -> Result<PluginInstance, String> {
        let mut made = self.0.lock();
        if let Made::GivenUp = *made {
            std::mem::forget(plugin);
            return Err("it was given up".to_owned());
        }
        *made = Made::This(plugin.instance.clone());
        Ok(plugin)
    }

    /// Gives it up, and ends what was made, within `patience`.
    pub(crate) fn give_up(&self, why: String, patience: Duration) -> NotMade {
        let made = std::mem::replace(&mut *self.0.lock(), Made::GivenUp);
        let Made::This(instance) = made else { return NotMade::from(why) };
        let ended = instance.leave(after(patience));
        NotMade { why: why.into(), keeps_files: ended.is_err_and(|error| error.kind() == ErrorKind::Busy) }
    }
}
