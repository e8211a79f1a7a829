//! How far the end of an instance is: what of the plugin runs on a thread of its own, and who waits for it.

use crate::instance::untold;
use crate::sync::call_gate::{exclusive, CallGate};
use core::ffi::c_void;
use parking_lot::{Condvar, Mutex};
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::machinery::barrier::guard;
use sochdb_plugin_sdk::Error;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

/// How many instances take no more calls, of all that there ever were.
static ENDED: AtomicUsize = AtomicUsize::new(0);

/// A number that changes when an instance ends: whoever keeps instances looks then which.
#[inline]
pub(crate) fn ended() -> usize {
    ENDED.load(Relaxed)
}

/// Says that an instance takes no more calls.
pub(crate) fn say_ended() {
    ENDED.fetch_add(1, Relaxed);
}

/// Something that the plugin opened for the host, and how it ends.
#[derive(Clone, Copy)]
pub(crate) struct Handle {
    /// The slot that closes it.
    pub(crate) slot: &'static str,
    pub(crate) raw: *mut c_void,
    pub(crate) close: unsafe extern "C" fn(*mut c_void),
}

/// How far the end is.
#[derive(Default)]
pub(crate) enum End {
    #[default]
    NotYet,
    Runs(Arc<Job>),
    Over,
}

/// Something of the plugin's that runs on a thread of its own.
#[derive(Default)]
pub(crate) struct Job {
    progress: Mutex<Progress>,
    changed: Condvar,
}

#[derive(Default)]
enum Progress {
    #[default]
    Runs,
    /// With what came of it, for who asks first.
    Over(Option<Box<Outcome>>),
}

/// The outcome of an end, as the plugin said it.
pub(crate) struct Outcome {
    pub(crate) status: soch_status,
    pub(crate) error: soch_error,
    /// The texts of panics of a plugin that is linked in, each with the slot that closed a handle.
    pub(crate) panics: Vec<(&'static str, String)>,
}

/// The instance and what it opened, on their way to another thread.
pub(crate) struct Sent {
    pub(crate) instance: *mut c_void,
    pub(crate) handles: Vec<Handle>,
    pub(crate) call: Call,
}

pub(crate) enum Call {
    Shutdown(Option<unsafe extern "C" fn(*mut c_void, *mut soch_error) -> soch_status>),
    Destroy(unsafe extern "C" fn(*mut c_void)),
}

// SAFETY: the plugin promises that [exclusive] functions may run on any thread, alone; the gate is closed and drained.
unsafe impl Send for Sent {}

impl Sent {
    fn run(self) -> Outcome {
        let (mut error, mut panics) = (soch_error::empty(), Vec::new());
        for handle in self.handles {
            // SAFETY: the plugin's function on its own handle, once; the gate is closed and drained.
            unsafe { (handle.close)(handle.raw) };
            panics.extend(untold::taken().map(|text| (handle.slot, text)));
        }
        let status = match self.call {
            // SAFETY: the gate is closed and drained, so nobody else is in the instance, and `End` says once.
            Call::Shutdown(Some(shutdown)) => unsafe { shutdown(self.instance, &mut error) },
            Call::Shutdown(None) => SOCH_OK,
            // SAFETY: as above, and the instance is not used again.
            Call::Destroy(destroy) => unsafe {
                destroy(self.instance);
                // A loaded library tells of its own panics.
                guard(&raw mut error, || untold::taken().map_or(Ok(()), |text| Err(Error::failed(text))))
            },
        };
        Outcome { status, error, panics }
    }
}

impl Job {
    /// Runs what is sent on another thread; on this one if there is no other to be had.
    pub(crate) fn start(self: &Arc<Self>, gate: &CallGate, sent: Sent) {
        let task = Arc::new(Mutex::new(Some((gate.ending(), sent, self.clone()))));
        let run = |task: &Mutex<Option<(exclusive::Ending, Sent, Arc<Self>)>>| {
            let Some((ending, sent, job)) = task.lock().take() else { return };
            let ending = ending.begin();
            let outcome = sent.run();
            drop(ending);
            *job.progress.lock() = Progress::Over(Some(Box::new(outcome)));
            job.changed.notify_all();
        };
        let other = task.clone();
        if thread::Builder::new().name("soch-end".to_owned()).spawn(move || run(&other)).is_err() {
            run(&task);
        }
    }

    /// Whether it is over by then; and what came of it, if nobody was told before.
    pub(crate) fn wait(&self, deadline: Instant) -> Option<Option<Box<Outcome>>> {
        let mut progress = self.progress.lock();
        let mut late = false;
        loop {
            match &mut *progress {
                Progress::Over(outcome) => return Some(outcome.take()),
                Progress::Runs if late => return None,
                Progress::Runs => {}
            }
            late = self.changed.wait_until(&mut progress, deadline).timed_out();
        }
    }
}
