//! The errors of calls that failed or were refused.

use crate::base::escape::printable;
use crate::instance::untold;
use crate::instance::{Instance, Origin};
use crate::sync::call_gate::refusal::{Hold, Refusal};
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::{Error, ErrorKind, LogLevel};
use std::path::Path;

/// The code and the text of an error, and whether it is one that ends in NUL.
pub(crate) fn said(error: *mut soch_error) -> (i32, String, bool) {
    // SAFETY: `run` wrote a code and an empty message; what the plugin wrote over it ends in NUL, as it promises.
    unsafe {
        let message = (&raw const (*error).message).cast::<u8>();
        let length =
            (0..SOCH_ERROR_MESSAGE_SIZE).position(|at| *message.add(at) == 0).unwrap_or(SOCH_ERROR_MESSAGE_SIZE);
        let bytes = std::slice::from_raw_parts(message, length);
        let is_text = length < SOCH_ERROR_MESSAGE_SIZE && std::str::from_utf8(bytes).is_ok();
        ((*error).code, String::from_utf8_lossy(bytes).into_owned(), is_text)
    }
}

impl Instance {
    #[cold]
    pub(crate) fn failure(&self, slot: &'static str, status: soch_status, error: *mut soch_error) -> Error {
        let (code, text, is_text) = said(error);
        let kind = ErrorKind::from_status(status);
        let text = match (text.is_empty(), kind) {
            (false, _) => text,
            (true, ErrorKind::Panicked) => {
                untold::taken().unwrap_or_else(|| "returned Panicked without a text".to_owned())
            }
            (true, ErrorKind::Failed) if status != SOCH_FAILED => format!("returned the unknown status {status}"),
            (true, kind) => format!("returned {kind:?} without a text"),
        };
        if kind == ErrorKind::Panicked {
            let _ = self.poisoned_by.set(format!("`{slot}` {text}"));
            self.gate.poison();
            crate::instance::end::say_ended();
            self.tell_of_panic(slot, "the instance takes no more calls", &text);
        }
        if self.limits.contract_checks && !is_text {
            return self.contract_violation(slot, "gave an error whose text is not UTF-8 that ends in NUL");
        }
        self.error_in(slot, kind, format!("`{slot}`: {text}")).with_code(code)
    }

    /// A sink's caller is not told of errors, and what comes after is only a refusal.
    #[cold]
    pub(crate) fn tell_of_panic(&self, slot: &'static str, fate: &str, text: &str) {
        let message = format!("`{slot}` panicked: {fate}");
        match &*self.origin {
            Origin::Entry { side, .. } => {
                side.say(LogLevel::Error, &message, &[("slot", slot), ("panic.text", text)]);
            }
            Origin::Value { .. } => {
                let (plugin, instance, text) = (&*self.info.name, self.number, printable(text));
                tracing::error!(target: "sochdb_plugin", plugin, instance, slot, panic.text = %text, "{message}");
            }
        }
    }

    /// The file that it was loaded from; None if it is linked in.
    pub(crate) fn path(&self) -> Option<&Path> {
        match &*self.origin {
            Origin::Entry { path, .. } => path.as_deref(),
            Origin::Value { .. } => None,
        }
    }

    /// The panic that poisoned the instance.
    pub(crate) fn cause(&self) -> &str {
        self.poisoned_by.get().map_or("a call panicked", String::as_str)
    }

    /// The plugin broke the contract in `slot`.
    #[cold]
    pub(crate) fn contract_violation(&self, slot: &str, how: &str) -> Error {
        self.error_in(slot, ErrorKind::Contract, format!("`{slot}` broke the plugin contract: it {how}"))
    }

    /// A call said `SOCH_NOT_FOUND` that does not have this answer.
    #[cold]
    pub(crate) fn unexpected_not_found(&self, slot: &str) -> Error {
        self.contract_violation(slot, "returned SOCH_NOT_FOUND, which this call does not have")
    }

    /// An error of no single slot.
    pub(crate) fn error(&self, kind: ErrorKind, message: String) -> Error {
        let text = printable(&format!("{}: {message}", self.info.name)).into_owned();
        Error::new(kind, text).of_instance(&self.info.name, self.number, self.path())
    }

    /// An error of this slot.
    pub(crate) fn error_in(&self, slot: &str, kind: ErrorKind, message: String) -> Error {
        self.error(kind, message).in_slot(slot)
    }

    #[cold]
    pub(crate) fn refused(&self, slot: &str, refusal: Refusal) -> Error {
        match refusal {
            Refusal::Closed => self.error_in(
                slot,
                ErrorKind::ShutDown, format!("was shut down before this call of `{slot}`")),
            Refusal::Poisoned if self.is_succeeded() => {
                self.error_in(
                slot,
                ErrorKind::ShutDown, format!("was replaced before this call of `{slot}`, as {}", self.cause()))
            }
            Refusal::Poisoned => self.error_in(
                slot,
                ErrorKind::Panicked, format!("takes no more calls, as {}", self.cause())),
            Refusal::Busy(calls) => self.error_in(
                slot,
                ErrorKind::Busy,
                format!("`{slot}` waited {:?} for {calls} call(s) under way", self.longest_wait()),
            ),
            Refusal::Within(hold) => {
                let what = match hold {
                    Hold::Call => "this thread is inside a call of the same extension: make it after that call",
                    Hold::Reader => "this thread has a reader of it open: drop that one, and its cursors, before",
                    Hold::Exclusive => "this thread is inside an exclusive call of it, or its end: make it after that",
                };
                self.error_in(
                slot,
                ErrorKind::Busy, format!("`{slot}` would wait for itself, as {what}"))
            }
            Refusal::Deadlock(other) => self.error_in(
                slot,
                ErrorKind::Busy,
                format!(
                    "`{slot}` would wait for a call that waits, for `{other}`, until this thread ends a call of its own: \
                     make it outside of that call"
                ),
            ),
            Refusal::Forked => self.error_in(
                slot,
                ErrorKind::Forked,
                format!(
                    "`{slot}` was called in a child of fork: extensions run only in the process that made them; make \
                     new ones after `exec`, or fork before they are made"
                ),
            ),
            Refusal::NoBarrier => self.error_in(
                slot,
                ErrorKind::Busy,
                format!(
                    "`{slot}` cannot tell which calls are under way: the kernel refuses `membarrier`, which it granted \
                     before; let the seccomp filter that was put in place since allow it"
                ),
            ),
        }
    }
}
