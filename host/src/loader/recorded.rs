//! Calls of a plugin's functions, told to somebody before and after each: who looks for the one that ended the process, or
//! that took long.

use crate::base::escape::{hex, printable};
use core::ffi::c_void;
use parking_lot::Mutex;
use sochdb_plugin_abi::*;
use std::fmt::{self, Display, Write};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// The bytes of an argument that are shown.
const SHOWN: usize = 16;

/// The plugin's own functions of one table, each at its place in it.
pub(crate) struct Functions([AtomicUsize; 64]);

impl Functions {
    pub(crate) const fn none() -> Self {
        Self([const { AtomicUsize::new(0) }; 64])
    }
}

static RECORDER: OnceLock<Arc<dyn CallRecorder>> = OnceLock::new();

/// A receiver of the calls of a plugin's functions, from [`DynamicPluginLoader::recorder`](crate::DynamicPluginLoader::recorder).
///
/// ```
/// use sochdb_plugin_host::{CallRecorder, RecordedCall};
/// use std::time::Duration;
///
/// struct Slow;
///
/// impl CallRecorder for Slow {
///     fn begins(&self, _: &RecordedCall<'_>) {}
///
///     fn ended(&self, call: &RecordedCall<'_>, status: Option<i32>, took: Duration) {
///         if took.as_millis() > 100 {
///             eprintln!("{}({}) took {took:?} for status {status:?}", call.slot(), call.arguments());
///         }
///     }
/// }
/// ```
pub trait CallRecorder: Send + Sync {
    /// A call begins, on the thread that makes it.
    fn begins(&self, call: &RecordedCall<'_>);

    /// The call that this thread began last has ended, with this status; None of a function that has none. `took` is the time
    /// of the plugin and of what it called.
    fn ended(&self, call: &RecordedCall<'_>, status: Option<i32>, took: Duration);
}

/// A call of a plugin's function, as a [`CallRecorder`] sees it.
///
/// ```
/// use sochdb_plugin_host::RecordedCall;
///
/// fn name(call: &RecordedCall<'_>) -> String {
///     format!("{}.{}", call.table(), call.slot()) // Such as `soch_storage.get`.
/// }
/// ```
pub struct RecordedCall<'a> {
    table: &'static str,
    slot: &'static str,
    arguments: &'a [&'a dyn Shown],
}

impl RecordedCall<'_> {
    /// Returns the name of the table in the contract.
    #[must_use]
    pub fn table(&self) -> &'static str {
        self.table
    }

    /// Returns the name of the function in the table.
    #[must_use]
    pub fn slot(&self) -> &'static str {
        self.slot
    }

    /// Returns the arguments in short, but for the instance: numbers, the first bytes of what is lent, and how many there are.
    #[must_use]
    pub fn arguments(&self) -> impl Display + '_ {
        Arguments(self.arguments)
    }
}

impl fmt::Debug for RecordedCall<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}({})", self.table, self.slot, self.arguments())
    }
}

struct Arguments<'a>(&'a [&'a dyn Shown]);

impl Display for Arguments<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for argument in self.0.iter().skip(1) {
            let mut text = String::new();
            argument.show(&mut text)?;
            if !text.is_empty() {
                write!(formatter, "{separator}{text}")?;
                separator = ", ";
            }
        }
        Ok(())
    }
}

/// Takes the calls of the tables of one library of this process, the first that is recorded: their functions are called by
/// others, of which there is one each. Those of another library stay as they are.
pub(crate) fn record(tables: &mut crate::instance::Tables, library: usize, recorder: &Arc<dyn CallRecorder>) {
    static LIBRARY: Mutex<Option<usize>> = Mutex::new(None);
    if *LIBRARY.lock().get_or_insert(library) != library {
        return;
    }
    RECORDER.get_or_init(|| recorder.clone());
    tables.storage.iter_mut().for_each(Slots::record);
    tables.index.iter_mut().for_each(Slots::record);
    tables.observability.iter_mut().for_each(Slots::record);
    tables.compression.iter_mut().for_each(Slots::record);
}

/// A table of the contract whose functions are called by others.
pub(crate) trait Slots {
    const NAME: &'static str;

    /// The places for the plugin's own functions.
    fn functions() -> &'static Functions;

    /// The name of the slot at this offset.
    fn slot(offset: usize) -> &'static str;

    /// Has all functions called by others, which tell of each call.
    fn record(&mut self);
}

/// A value that a call has or gives.
pub(crate) trait Shown {
    /// Writes it in short; nothing of a place for a result.
    fn show(&self, text: &mut String) -> fmt::Result;
}

fn bytes(bytes: soch_bytes, text: &mut String) -> fmt::Result {
    if bytes.ptr.is_null() || bytes.len == 0 {
        return write!(text, "[{} bytes]", bytes.len);
    }
    // SAFETY: the host lends so many bytes to the call.
    let first = unsafe { std::slice::from_raw_parts(bytes.ptr, bytes.len.min(SHOWN)) };
    let rest = if bytes.len > SHOWN { format!(".. {} bytes", bytes.len) } else { String::new() };
    write!(text, "[{}{rest}]", hex(first))
}

impl Shown for soch_bytes {
    fn show(&self, text: &mut String) -> fmt::Result {
        bytes(*self, text)
    }
}

impl Shown for soch_str {
    fn show(&self, text: &mut String) -> fmt::Result {
        if self.ptr.is_null() || self.len == 0 {
            return text.write_str("\"\"");
        }
        // SAFETY: the host lends so many bytes to the call.
        let all = unsafe { std::slice::from_raw_parts(self.ptr.cast::<u8>(), self.len) };
        let rest = if self.len > 4 * SHOWN { ".." } else { "" };
        write!(text, "\"{}{rest}\"", printable(&String::from_utf8_lossy(&all[..self.len.min(4 * SHOWN)])))
    }
}

macro_rules! shown {
    ($($number:ty),+) => {
        $(impl Shown for $number {
            fn show(&self, text: &mut String) -> fmt::Result {
                write!(text, "{self}")
            }
        })+
    };
}

shown!(u16, i32, u32, u64, usize, f64);

/// A struct, an array, a place for a result: what is in it is no short text.
impl<T> Shown for *const T {
    fn show(&self, _: &mut String) -> fmt::Result {
        Ok(())
    }
}

impl<T> Shown for *mut T {
    fn show(&self, _: &mut String) -> fmt::Result {
        Ok(())
    }
}

/// The result of a function.
pub(crate) trait Answer {
    fn status(&self) -> Option<i32>;
}

impl Answer for () {
    fn status(&self) -> Option<i32> {
        None
    }
}

impl Answer for soch_status {
    fn status(&self) -> Option<i32> {
        Some(*self)
    }
}

/// A function of a plugin.
pub(crate) trait Function: Copy {
    /// One that is called in its place, for the function at this offset in its table.
    fn recorded<T: Slots, const OFFSET: usize>(self) -> Self;
}

fn told<T: Slots, R: Answer>(offset: usize, arguments: &[&dyn Shown], call: impl FnOnce() -> R) -> R {
    let Some(recorder) = RECORDER.get() else { return call() };
    let told = RecordedCall { table: T::NAME, slot: T::slot(offset), arguments };
    recorder.begins(&told);
    let begin = Instant::now();
    let answer = call();
    recorder.ended(&told, answer.status(), begin.elapsed());
    answer
}

macro_rules! functions {
    ($($($argument:ident)+;)+) => {
        $(impl<R: Answer, $($argument: Shown + Copy),+> Function for unsafe extern "C" fn($($argument),+) -> R {
            fn recorded<T: Slots, const OFFSET: usize>(self) -> Self {
                /// Calls the plugin's own.
                #[allow(non_snake_case)]
                unsafe extern "C" fn call<T: Slots, const OFFSET: usize, R: Answer, $($argument: Shown + Copy),+>(
                    $($argument: $argument),+
                ) -> R {
                    let function = T::functions().0[OFFSET / size_of::<usize>()].load(Relaxed) as *const c_void;
                    // SAFETY: `recorded` put a function of this type there, before anybody could call this one.
                    let function: unsafe extern "C" fn($($argument),+) -> R = unsafe { std::mem::transmute(function) };
                    // SAFETY: whoever calls this one promises what that one demands.
                    told::<T, R>(OFFSET, &[$(&$argument),+], || unsafe { function($($argument),+) })
                }
                let place = &T::functions().0[OFFSET / size_of::<usize>()];
                let new: Self = call::<T, OFFSET, R, $($argument),+>;
                // Instances of the library come later, too: theirs is the same function.
                if self as usize != new as usize {
                    place.store(self as usize, Relaxed);
                }
                new
            }
        })+
    };
}

functions! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
    A B C D E F G H I;
}
