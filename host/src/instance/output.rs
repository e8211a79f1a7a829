//! Calls that write to a writer: the plugin is held to the writer's contract, whoever owns it.

use crate::instance::Instance;
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::{ErrorKind, Result, VecWriter, Writer};

/// How a call used its writer.
struct Use {
    violation: Option<&'static str>,
    /// The first status but `SOCH_OK` that the writer returned.
    refused: Option<soch_status>,
    written: u64,
    limit: u64,
}

impl Instance {
    /// Runs an [any-thread] function that appends to `output`; what it appended goes again if it fails.
    #[inline]
    pub(crate) fn writing(
        &self,
        slot: &'static str,
        output: &mut Vec<u8>,
        call: impl FnOnce(*mut c_void, *const soch_writer, *mut soch_error) -> soch_status,
    ) -> Result<bool> {
        self.writing_as::<false>(slot, output, call)
    }

    /// [`Instance::writing`] by a function of something that stays.
    #[inline]
    pub(crate) fn writing_inside(
        &self,
        slot: &'static str,
        output: &mut Vec<u8>,
        call: impl FnOnce(*mut c_void, *const soch_writer, *mut soch_error) -> soch_status,
    ) -> Result<bool> {
        self.writing_as::<true>(slot, output, call)
    }

    #[inline(always)]
    fn writing_as<const INSIDE: bool>(
        &self,
        slot: &'static str,
        output: &mut Vec<u8>,
        call: impl FnOnce(*mut c_void, *const soch_writer, *mut soch_error) -> soch_status,
    ) -> Result<bool> {
        let start = output.len();
        let mut writer = VecWriter::new(output, self.limits.output);
        if self.limits.contract_checks {
            writer = writer.contract_checks(true);
        }
        let raw = writer.as_raw();
        let result = self.run_as::<INSIDE>(slot, |instance, error| call(instance, &raw, error));
        match result {
            Ok(true) if writer.is_clean() => Ok(true),
            Ok(false) if writer.is_clean() && writer.written() == 0 => Ok(false),
            result => {
                let used = Use {
                    violation: writer.violation(),
                    refused: writer.refused(),
                    written: writer.written() as u64,
                    limit: self.limits.output,
                };
                let result = self.judge(slot, result, used);
                if !matches!(result, Ok(true)) {
                    output.truncate(start);
                }
                result
            }
        }
    }

    /// Runs a function of the instance, or of something that stays.
    #[inline(always)]
    fn run_as<const INSIDE: bool>(
        &self,
        slot: &'static str,
        call: impl FnOnce(*mut c_void, *mut soch_error) -> soch_status,
    ) -> Result<bool> {
        if INSIDE {
            self.run_inside(slot, call)
        } else {
            self.shared(slot, call)
        }
    }

    /// Runs an [any-thread] function that writes to the caller's writer.
    pub(crate) fn forwarding(
        &self,
        slot: &'static str,
        output: &mut Writer<'_>,
        call: impl FnOnce(*mut c_void, *const soch_writer, *mut soch_error) -> soch_status,
    ) -> Result<bool> {
        self.forwarding_as::<false>(slot, output, call)
    }

    /// [`Instance::forwarding`] by a function of something that stays.
    pub(crate) fn forwarding_inside(
        &self,
        slot: &'static str,
        output: &mut Writer<'_>,
        call: impl FnOnce(*mut c_void, *const soch_writer, *mut soch_error) -> soch_status,
    ) -> Result<bool> {
        self.forwarding_as::<true>(slot, output, call)
    }

    #[inline(always)]
    fn forwarding_as<const INSIDE: bool>(
        &self,
        slot: &'static str,
        output: &mut Writer<'_>,
        call: impl FnOnce(*mut c_void, *const soch_writer, *mut soch_error) -> soch_status,
    ) -> Result<bool> {
        let limit = output.limit().min(self.limits.output);
        let used = Use { violation: None, refused: None, written: 0, limit };
        // SAFETY: `output` lives as long as this call, and what it leads to was checked when it was made.
        let mut forward = Forward { to: unsafe { *output.as_raw() }, reserved: None, used };
        let raw = soch_writer {
            ctx: (&raw mut forward).cast(),
            limit,
            write: Some(forward_write),
            reserve: Some(forward_reserve),
            commit: Some(forward_commit),
        };
        let result = self.run_as::<INSIDE>(slot, |instance, error| call(instance, &raw, error));
        self.judge(slot, result, forward.used)
    }

    #[cold]
    fn judge(&self, slot: &'static str, result: Result<bool>, used: Use) -> Result<bool> {
        if let Some(violation) = used.violation {
            return Err(self.contract_violation(slot, violation));
        }
        match (result, used.refused) {
            (Ok(_), Some(status)) => Err(self
                .contract_violation(slot, &format!("reported success after its writer had returned status {status}"))),
            (Ok(false), None) if used.written > 0 => {
                Err(self.contract_violation(slot, &format!("wrote {} bytes and returned SOCH_NOT_FOUND", used.written)))
            }
            (Err(error), Some(SOCH_LIMIT)) if error.kind() != ErrorKind::Panicked => Err(self.error_in(
                slot,
                ErrorKind::Limit,
                format!("`{slot}` wants to write more than the limit of {} bytes", used.limit),
            )),
            (result, _) => result,
        }
    }
}

/// Passes a call's output on to the caller's writer, and notes how it is used.
struct Forward {
    to: soch_writer,
    reserved: Option<usize>,
    used: Use,
}

impl Forward {
    fn fits(&self, len: usize) -> bool {
        len as u64 <= self.used.limit - self.used.written
    }

    /// Notes what the caller's writer said. Its panic is not the plugin's.
    fn note(&mut self, status: soch_status) -> soch_status {
        let status = if status == SOCH_PANICKED { SOCH_FAILED } else { status };
        if status != SOCH_OK {
            self.used.refused = self.used.refused.or(Some(status));
        }
        status
    }
}

/// # Safety
/// `ctx` is that of the [`Forward`] of a call under way.
unsafe fn forward<'a>(ctx: *mut c_void) -> &'a mut Forward {
    // SAFETY: the caller promises it.
    unsafe { &mut *ctx.cast::<Forward>() }
}

unsafe extern "C" fn forward_write(ctx: *mut c_void, bytes: soch_bytes) -> soch_status {
    // SAFETY: the plugin passes the writer's context, which lives until its call returns.
    let this = unsafe { forward(ctx) };
    this.reserved = None;
    // SAFETY: the plugin lends the bytes for the call.
    if unsafe { bytes.get() }.is_none() {
        this.used.violation = Some("wrote from NULL with a length");
        return SOCH_INVALID;
    }
    if !this.fits(bytes.len) {
        return this.note(SOCH_LIMIT);
    }
    // SAFETY: the caller's function, with its own context; a `Writer` has all three.
    let status = this.to.write.map_or(SOCH_FAILED, |write| unsafe { write(this.to.ctx, bytes) });
    if status == SOCH_OK {
        this.used.written += bytes.len as u64;
    }
    this.note(status)
}

unsafe extern "C" fn forward_reserve(ctx: *mut c_void, len: usize, room: *mut *mut u8) -> soch_status {
    // SAFETY: the plugin passes the writer's context, which lives until its call returns.
    let this = unsafe { forward(ctx) };
    this.reserved = None;
    if room.is_null() {
        this.used.violation = Some("reserved without a place for the result");
        return SOCH_INVALID;
    }
    if !this.fits(len) {
        return this.note(SOCH_LIMIT);
    }
    // SAFETY: the caller's function, with its own context and the plugin's place for the result.
    let status = this.to.reserve.map_or(SOCH_FAILED, |reserve| unsafe { reserve(this.to.ctx, len, room) });
    if status == SOCH_OK {
        this.reserved = Some(len);
    }
    this.note(status)
}

unsafe extern "C" fn forward_commit(ctx: *mut c_void, len: usize) -> soch_status {
    // SAFETY: the plugin passes the writer's context, which lives until its call returns.
    let this = unsafe { forward(ctx) };
    if this.reserved.take().is_none_or(|reserved| len > reserved) {
        this.used.violation = Some("committed more than it reserved");
        return SOCH_INVALID;
    }
    // SAFETY: the caller's function, with its own context.
    let status = this.to.commit.map_or(SOCH_FAILED, |commit| unsafe { commit(this.to.ctx, len) });
    if status == SOCH_OK {
        this.used.written += len as u64;
    }
    this.note(status)
}
