//! Tests of what a durable storage has kept after its process was killed, the power failed, or its calls of the system did.

use crate::crash::{failing_calls, failing_reads, killed, power_loss};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::storage::crash::copies::Copies;
use crate::storage::crash::rows::Rows;
use crate::storage::crash::together::Together;

pub(crate) mod copies;
mod history;
pub(crate) mod rows;
mod steps;
mod take;
pub(crate) mod together;

suite!(Storage, "storage_crash":
    ; full:
    killed_at_any_call_it_keeps_what_it_promised,
    failing_calls_lose_nothing_that_it_promised,
    what_cannot_be_read_is_not_missing,
    a_power_loss_at_any_call_leaves_what_it_promised,
    a_power_loss_leaves_what_threads_were_told_is_durable,
    a_power_loss_leaves_a_copy_as_it_was_made,
);

fn killed_at_any_call_it_keeps_what_it_promised(subject: &Subject) -> Result<(), NotPassed> {
    killed::<Rows>(subject)
}

fn failing_calls_lose_nothing_that_it_promised(subject: &Subject) -> Result<(), NotPassed> {
    failing_calls::<Rows>(subject)
}

fn what_cannot_be_read_is_not_missing(subject: &Subject) -> Result<(), NotPassed> {
    failing_reads::<Rows>(subject)
}

fn a_power_loss_at_any_call_leaves_what_it_promised(subject: &Subject) -> Result<(), NotPassed> {
    power_loss::<Rows>(subject)
}

fn a_power_loss_leaves_what_threads_were_told_is_durable(subject: &Subject) -> Result<(), NotPassed> {
    power_loss::<Together>(subject)
}

fn a_power_loss_leaves_a_copy_as_it_was_made(subject: &Subject) -> Result<(), NotPassed> {
    power_loss::<Copies>(subject)
}
