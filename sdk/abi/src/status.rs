//! How a call ended.

use core::ffi::c_char;

/// How a call ended. Rule 1 says what a value means that is not listed.
pub type soch_status = i32;

/// The call did what its documentation says.
pub const SOCH_OK: soch_status = 0;
/// The key, table, row, metric or span does not exist. Not an error where the function says so.
pub const SOCH_NOT_FOUND: soch_status = 1;
/// An argument is outside the range the function states.
pub const SOCH_INVALID: soch_status = 2;
/// This plugin does not do that.
pub const SOCH_UNSUPPORTED: soch_status = 3;
/// Another transaction got there first; the caller may try again from its start.
pub const SOCH_CONFLICT: soch_status = 4;
/// Not now; the caller may try the same call again.
pub const SOCH_BUSY: soch_status = 5;
/// The operating system reported an error. `soch_error.code` is its errno; 0 where an engine hides it, and the message has
/// its text then.
pub const SOCH_IO: soch_status = 6;
/// Stored or given bytes are damaged.
pub const SOCH_CORRUPTION: soch_status = 7;
/// A limit was reached: of the writer, of the configuration, or of memory.
pub const SOCH_LIMIT: soch_status = 8;
/// The caller asked to stop: what `soch_call.go_on` answered.
pub const SOCH_CANCELLED: soch_status = 9;
/// The plugin's code panicked or threw. The instance is poisoned: only `destroy` follows.
pub const SOCH_PANICKED: soch_status = 10;
/// Anything else.
pub const SOCH_FAILED: soch_status = 11;
/// A time limit passed, of the plugin or of something that it waited for. Whether the call took effect is not known, unless
/// it is what `soch_call.go_on` answered: `soch_call` says what holds then.
pub const SOCH_TIMEOUT: soch_status = 12;
/// Whoever owns the data or the service does not allow it. The same call by the same user is denied again.
pub const SOCH_DENIED: soch_status = 13;
/// This instance cannot change anything, by its configuration or its medium.
pub const SOCH_READ_ONLY: soch_status = 14;
/// Another owner took the data over. This instance writes nothing any more; a new one may.
pub const SOCH_FENCED: soch_status = 15;

/// Bytes in `soch_error.message`, its NUL included.
pub const SOCH_ERROR_MESSAGE_SIZE: usize = 508;

/// Why a call failed. The caller owns it and sets `code` and `message[0]` to 0 before the call; the
/// plugin writes it on failure only, and may leave it alone. Frozen.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_error {
    /// The plugin's own error number, such as an errno; 0 if it has none.
    pub code: i32,
    /// One sentence in UTF-8 that ends in NUL. Say what was found and what to do.
    // The layout of an array brings code that prints and ends the process into every plugin, 20 KB of it. As an opaque
    // field, its size and alignment are still compared.
    #[cfg_attr(feature = "layout", sabi(unsafe_opaque_field))]
    pub message: [c_char; SOCH_ERROR_MESSAGE_SIZE],
}
