//! The table of an index.

use crate::call::Call;
use crate::error::Result;
use crate::index::IndexExtension;
use crate::index_change::IndexChange;
use crate::machinery::barrier::guard;
use crate::machinery::boundary::{fill, slice, ReadLent};
use crate::machinery::instance::{exclusive, is_concurrent, shared, tell_concurrent};
use crate::machinery::list::try_with_list;
use crate::machinery::search::with_search;
use crate::machinery::shims::{builder, room};
use crate::neighbor_lists::places;
use crate::neighbor_lists::NeighborLists;
use crate::neighbors::{Neighbors, RowIds};
use crate::search::Exactness;
use crate::writer::Writer;
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use std::mem::MaybeUninit;

/// The table of `P`.
pub const fn table<P: IndexExtension>() -> soch_index {
    soch_index {
        size: std::mem::size_of::<soch_index>(),
        index_type: Some(index_type::<P>),
        build: Some(build::<P>),
        insert: Some(insert::<P>),
        remove: Some(remove::<P>),
        lookup: Some(lookup::<P>),
        range: Some(range::<P>),
        size_bytes: Some(size_bytes::<P>),
        nearest: Some(nearest::<P>),
        describe: Some(describe::<P>),
        nearest_batch: Some(nearest_batch::<P>),
        search: Some(search::<P>),
        save: Some(save::<P>),
        load: Some(load::<P>),
        flush_index: Some(flush_index::<P>),
        flushed: Some(flushed::<P>),
        change_batch: Some(change_batch::<P>),
        drop_index: Some(drop_index::<P>),
        begin_build: Some(builder::begin::<P>),
        build_add: Some(builder::add),
        finish_build: Some(builder::finish::<P>),
        abandon_build: Some(builder::abandon),
    }
}

unsafe extern "C" fn index_type<P: IndexExtension>(instance: *mut c_void, name: *mut soch_str) -> soch_status {
    // SAFETY: the host passes an instance of this library and a place for the result.
    unsafe {
        guard(std::ptr::null_mut(), || {
            *name = soch_str::lend(shared::<P>(instance).index_type());
            Ok(())
        })
    }
}

unsafe extern "C" fn build<P: IndexExtension>(
    instance: *mut c_void,
    call: *const soch_call,
    table: u32,
    column: u16,
    entries: *const soch_index_entry,
    count: usize,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance that no other call uses, and lends `count` entries for the call.
    unsafe {
        guard(error, || {
            let entries = builder::read_entries(entries, count)?;
            Call::within(call, || exclusive::<P>(instance).build(table, column, &entries))
        })
    }
}

unsafe extern "C" fn insert<P: IndexExtension>(
    instance: *mut c_void,
    key: soch_bytes,
    row: u64,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance that no other call uses unless it was told else, and lends the key for the call.
    unsafe {
        guard(error, || match (is_concurrent::<P>(instance), key.read()?) {
            (true, key) => shared::<P>(instance).insert_concurrently(key, row),
            (false, key) => exclusive::<P>(instance).insert(key, row),
        })
    }
}

unsafe extern "C" fn remove<P: IndexExtension>(
    instance: *mut c_void,
    key: soch_bytes,
    row: u64,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: as for `insert`.
    unsafe {
        guard(error, || match (is_concurrent::<P>(instance), key.read()?) {
            (true, key) => shared::<P>(instance).delete_concurrently(key, row),
            (false, key) => exclusive::<P>(instance).delete(key, row),
        })
    }
}

unsafe extern "C" fn lookup<P: IndexExtension>(
    instance: *mut c_void,
    key: soch_bytes,
    rows: *mut u64,
    capacity: usize,
    count: *mut usize,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends key and arrays for the call.
    unsafe {
        guard(error, || {
            let mut ids = RowIds { room: room(rows, capacity)?, count: 0 };
            shared::<P>(instance).lookup_into(key.read()?, &mut ids)?;
            *count = ids.count;
            Ok(())
        })
    }
}

unsafe extern "C" fn range<P: IndexExtension>(
    instance: *mut c_void,
    call: *const soch_call,
    start: soch_bytes,
    end: soch_bytes,
    limit: u64,
    rows: *mut u64,
    capacity: usize,
    count: *mut usize,
    error: *mut soch_error,
) -> soch_status {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    // SAFETY: the host passes an instance of this library, and lends keys and arrays for the call.
    unsafe {
        guard(error, || {
            let mut ids = RowIds { room: room(rows, capacity)?, count: 0 };
            let (start, end) = (start.read()?, end.read()?);
            Call::within(call, || shared::<P>(instance).range_into(start, end, limit, &mut ids))?;
            *count = ids.count;
            Ok(())
        })
    }
}

unsafe extern "C" fn size_bytes<P: IndexExtension>(
    instance: *mut c_void,
    bytes: *mut u64,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library and a place for the result.
    unsafe {
        guard(error, || {
            *bytes = shared::<P>(instance).size_bytes()?;
            Ok(())
        })
    }
}

unsafe extern "C" fn nearest<P: IndexExtension>(
    instance: *mut c_void,
    query: soch_bytes,
    k: usize,
    rows: *mut u64,
    distances: *mut f32,
    count: *mut usize,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends query and arrays for the call.
    unsafe {
        guard(error, || {
            let mut neighbors = Neighbors { rows: room(rows, k)?, distances: room(distances, k)?, count: 0 };
            shared::<P>(instance).nearest_into(query.read()?, k, &mut neighbors)?;
            *count = neighbors.count;
            Ok(())
        })
    }
}

unsafe extern "C" fn nearest_batch<P: IndexExtension>(
    instance: *mut c_void,
    call: *const soch_call,
    queries: *const soch_bytes,
    query_count: usize,
    k: usize,
    rows: *mut u64,
    distances: *mut f32,
    counts: *mut usize,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends queries and arrays for the call.
    unsafe {
        guard(error, || {
            let queries = read_all(queries, query_count)?;
            let mut lists = lists(query_count, k, rows, distances, counts)?;
            Call::within(call, || shared::<P>(instance).nearest_batch_into(&queries, k, &mut lists))
        })
    }
}

/// # Safety
/// The host lends `count` queries and their bytes for `'a`.
unsafe fn read_all<'a>(queries: *const soch_bytes, count: usize) -> Result<Vec<&'a [u8]>> {
    // SAFETY: the caller passes the host's promise on.
    unsafe { slice(queries, count)?.iter().map(|query| query.read()).collect() }
}

/// # Safety
/// The host lends arrays with a count a query, and `k` rows and distances a query, for `'a`.
unsafe fn lists<'a>(
    queries: usize,
    k: usize,
    rows: *mut u64,
    distances: *mut f32,
    counts: *mut usize,
) -> Result<NeighborLists<'a>> {
    let places = places(queries, k)?;
    // SAFETY: the caller passes the host's promise on.
    unsafe {
        let counts = room(counts, queries)?;
        // Nobody may read a count that was never written.
        counts.fill(MaybeUninit::new(0));
        let counts = &mut *(counts as *mut [MaybeUninit<usize>] as *mut [usize]);
        NeighborLists::new(room(rows, places)?, room(distances, places)?, counts, k)
    }
}

unsafe extern "C" fn describe<P: IndexExtension>(
    instance: *mut c_void,
    properties: *mut soch_index_properties,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library and a place for the result, with its size.
    unsafe {
        guard(error, || {
            let described = shared::<P>(instance).describe();
            if described.concurrent_changes {
                tell_concurrent::<P>(instance);
            }
            fill(properties, &described.as_raw())
        })
    }
}

unsafe extern "C" fn search<P: IndexExtension>(
    instance: *mut c_void,
    call: *const soch_call,
    search: *const soch_search,
    rows: *mut u64,
    distances: *mut f32,
    result: *mut soch_search_result,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends search and arrays for the call.
    unsafe {
        guard(error, || {
            with_search(search, |search| {
                let (rows, distances) = (room(rows, search.k)?, room(distances, search.k)?);
                let mut neighbors = Neighbors { rows, distances, count: 0 };
                let exactness = Call::within(call, || shared::<P>(instance).search_into(search, &mut neighbors))?;
                let flags = if exactness == Exactness::Exact { SOCH_SEARCH_IS_EXACT } else { 0 };
                fill(result, &soch_search_result { size: 0, flags, count: neighbors.count })
            })
        })
    }
}

unsafe extern "C" fn save<P: IndexExtension>(
    instance: *mut c_void,
    call: *const soch_call,
    watermark: u64,
    output: *const soch_writer,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe {
        guard(error, || {
            let mut output = Writer::from_raw(output)?;
            Call::within(call, || shared::<P>(instance).save_into(watermark, &mut output))
        })
    }
}

unsafe extern "C" fn load<P: IndexExtension>(
    instance: *mut c_void,
    call: *const soch_call,
    saved: soch_bytes,
    watermark: *mut u64,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance that no other call uses, lends the rest for the call, and has a place for the
    // result.
    unsafe {
        guard(error, || {
            let saved = saved.read()?;
            *watermark = Call::within(call, || exclusive::<P>(instance).load_from(saved))?;
            Ok(())
        })
    }
}

unsafe extern "C" fn flush_index<P: IndexExtension>(
    instance: *mut c_void,
    call: *const soch_call,
    watermark: u64,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the limits for the call.
    unsafe { guard(error, || Call::within(call, || shared::<P>(instance).flush(watermark))) }
}

unsafe extern "C" fn flushed<P: IndexExtension>(
    instance: *mut c_void,
    watermark: *mut u64,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library and a place for the result.
    unsafe {
        guard(error, || {
            *watermark = shared::<P>(instance).flushed()?;
            Ok(())
        })
    }
}

unsafe extern "C" fn change_batch<P: IndexExtension>(
    instance: *mut c_void,
    call: *const soch_call,
    changes: *const soch_index_change,
    count: usize,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance that no other call uses unless it was told else, and lends `count` changes for the
    // call.
    unsafe {
        guard(error, || {
            try_with_list(
                slice(changes, count)?,
                |change| IndexChange::from_raw(change),
                |changes| {
                    Call::within(call, || match is_concurrent::<P>(instance) {
                        true => shared::<P>(instance).change_batch_concurrently(changes),
                        false => exclusive::<P>(instance).change_batch(changes),
                    })
                },
            )?
        })
    }
}

unsafe extern "C" fn drop_index<P: IndexExtension>(
    instance: *mut c_void,
    call: *const soch_call,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance that no other call uses, and lends the limits for the call.
    unsafe { guard(error, || Call::within(call, || exclusive::<P>(instance).drop_index())) }
}
