//! A search as it crosses, in both directions.

use crate::error::{Error, Result};
use crate::machinery::barrier::caught;
use crate::machinery::boundary::{slice, with_labels, with_raw_labels, ReadLent};
use crate::properties::index::KeyElement;
use crate::row_filter::{Form, RowFilter};
use crate::search::Search;
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use std::mem::size_of;
use std::ptr::null_mut;
use std::sync::OnceLock;

/// The flags that are understood here.
const FLAGS: u64 = SOCH_SEARCH_EXACT | SOCH_SEARCH_WITHIN;

/// A function of the other side that allows rows, with its context.
struct Callback {
    allows: unsafe extern "C" fn(*mut c_void, u64) -> i32,
    ctx: *mut c_void,
}

// SAFETY: the other side promises that any thread may call it.
unsafe impl Sync for Callback {}

impl Callback {
    fn allows(&self, row: u64) -> bool {
        // SAFETY: the other side lends function and context for the search.
        unsafe { (self.allows)(self.ctx, row) != 0 }
    }
}

/// Reads a search of the other side, and gives it to `call`.
///
/// # Safety
/// The other side lends the search, and all that it leads to, for the call.
///
/// # Errors
/// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for a flag, an element or a form of filter that is not known
/// here; [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for NULL where there must be something, and for a distance that
/// is no number.
pub unsafe fn with_search(search: *const soch_search, call: impl FnOnce(&Search<'_>) -> Result<()>) -> Result<()> {
    // SAFETY: the other side lends it, with all fields of the first minor version that has it (rule 7).
    let raw = match unsafe { search.as_ref() } {
        Some(raw) => raw,
        None => return Err(Error::invalid("the search is NULL")),
    };
    if raw.flags & SOCH_OPTIONS_MUST_UNDERSTAND & !FLAGS != 0 {
        return Err(Error::unsupported(&format!("search with flags {:#x}", raw.flags)));
    }
    if raw.element > SOCH_ELEMENT_TEXT {
        return Err(Error::unsupported(&format!("search for element {}", raw.element)));
    }
    let max_distance = (raw.flags & SOCH_SEARCH_WITHIN != 0).then_some(raw.max_distance);
    if max_distance.is_some_and(f64::is_nan) {
        return Err(Error::invalid("the largest distance is not a number"));
    }
    let (callback, allows);
    let form = match raw.filter {
        SOCH_FILTER_NONE => Form::All,
        // SAFETY: the other side lends the words for the search.
        SOCH_FILTER_BITMAP => Form::Bitmap(unsafe { slice(raw.filter_words, raw.filter_count)? }),
        // SAFETY: as above.
        SOCH_FILTER_SORTED => Form::Sorted(unsafe { slice(raw.filter_words, raw.filter_count)? }),
        SOCH_FILTER_CALLBACK => match raw.allows {
            Some(function) => {
                callback = Callback { allows: function, ctx: raw.filter_ctx };
                allows = |row| callback.allows(row);
                Form::By(&allows)
            }
            None => return Err(Error::invalid("the filter lacks its function")),
        },
        unknown => return Err(Error::unsupported(&format!("filter {unknown}"))),
    };
    // SAFETY: the other side lends query and parameters for the search.
    unsafe {
        let query = raw.query.read()?;
        with_labels(raw.parameters, raw.parameter_count, |parameters| {
            call(&Search {
                query,
                k: raw.k,
                element: KeyElement::from_raw(raw.element),
                rows: RowFilter(form),
                max_distance,
                parameters,
                exact: raw.flags & SOCH_SEARCH_EXACT != 0,
            })
        })
    }
}

/// A function of this side that allows rows, and the panic that ended it.
struct Asked<'a> {
    allows: &'a (dyn Fn(u64) -> bool + Sync),
    panic: OnceLock<String>,
}

/// Lends `search` in the form that crosses.
///
/// # Errors
/// Those of `call`; [`ErrorKind::Failed`](crate::ErrorKind::Failed) if the filter's function panicked, whatever `call`
/// answers then.
pub fn with_raw_search<T>(search: &Search<'_>, call: impl FnOnce(&soch_search) -> Result<T>) -> Result<T> {
    let mut raw = soch_search {
        size: size_of::<soch_search>(),
        flags: if search.exact { SOCH_SEARCH_EXACT } else { 0 },
        query: soch_bytes::lend(search.query),
        k: search.k,
        element: search.element.as_raw(),
        filter: SOCH_FILTER_NONE,
        filter_words: std::ptr::null(),
        filter_count: 0,
        filter_ctx: null_mut(),
        allows: None,
        parameters: std::ptr::null(),
        parameter_count: 0,
        max_distance: search.max_distance.unwrap_or(0.0),
    };
    if search.max_distance.is_some() {
        raw.flags |= SOCH_SEARCH_WITHIN;
    }
    let asked;
    match search.rows.0 {
        Form::All => {}
        Form::Bitmap(words) => {
            (raw.filter, raw.filter_words, raw.filter_count) = (SOCH_FILTER_BITMAP, words.as_ptr(), words.len());
        }
        Form::Sorted(rows) => {
            (raw.filter, raw.filter_words, raw.filter_count) = (SOCH_FILTER_SORTED, rows.as_ptr(), rows.len());
        }
        Form::By(allows) => {
            asked = Asked { allows, panic: OnceLock::new() };
            raw.filter = SOCH_FILTER_CALLBACK;
            raw.allows = Some(ask);
            raw.filter_ctx = (&asked as *const Asked<'_>).cast_mut().cast();
            let result = with_parameters(raw, search, call);
            return match asked.panic.get() {
                None => result,
                Some(text) => Err(Error::failed(format!("the filter of the search {text}"))),
            };
        }
    }
    with_parameters(raw, search, call)
}

fn with_parameters<T>(
    mut raw: soch_search,
    search: &Search<'_>,
    call: impl FnOnce(&soch_search) -> Result<T>,
) -> Result<T> {
    with_raw_labels(search.parameters, |parameters, count| {
        (raw.parameters, raw.parameter_count) = (parameters, count);
        call(&raw)
    })
}

/// Asks the function of a filter. After a panic, which does not leave from here, no row is allowed.
unsafe extern "C" fn ask(ctx: *mut c_void, row: u64) -> i32 {
    // SAFETY: the other side passes the context that came with the search, which lives until it returns.
    let asked = unsafe { &*ctx.cast_const().cast::<Asked<'_>>() };
    match caught(|| asked.panic.get().is_none() && (asked.allows)(row)) {
        Ok(allowed) => allowed.into(),
        Err(text) => {
            let _ = asked.panic.set(text);
            0
        }
    }
}
