//! The parts of a process that Linux shows: all of them.

mod attributes;
mod credentials;
mod descriptors;
mod handlers;
mod limits;
mod locale;
mod scheduling;
mod signal_mask;
mod signal_names;
mod signal_stack;
mod status;
mod timers;
mod working_directory;

use crate::process_state::environment::Environment;
use crate::process_state::floating_point::FloatingPoint;
use crate::process_state::part::{parts, Whole};

parts! {
    // Before others take a number that was closed.
    descriptors: descriptors::Descriptors,
    floating_point: FloatingPoint,
    signal_mask: signal_mask::SignalMask,
    signal_stack: signal_stack::SignalStack,
    thread_locale: locale::OfThread,
    niceness: scheduling::Niceness,
    policy: scheduling::Policy,
    processors: scheduling::Processors,
    // Before the attributes: another user takes some of them with it.
    credentials: credentials::Credentials,
    attributes: attributes::Attributes,
    working_directory: working_directory::WorkingDirectory,
    status: status::Status,
    environment: Environment,
    locale: locale::OfProgram,
    limits: limits::Limits,
    timers: timers::Timers,
}

impl Whole for Parts {
    fn is_alone(&self) -> bool {
        self.status.is_alone()
    }
}
