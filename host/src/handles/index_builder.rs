//! A build of an index by parts.

use crate::handles::index::Index;
use crate::handles::macros::slot;
use crate::instance::end::Handle;
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::{ColumnId, Error, ErrorKind, IndexExtension, Result, RowId, TableId};
use std::fmt;
use std::sync::Arc;

/// A builder of an index, which takes entries in parts, while the index is searched and changed. Nobody sees them before
/// [`IndexBuilder::finish`] puts them in the place of all that the index has by then. One that is dropped changes nothing.
///
/// Any thread may use it. It keeps its index alive, but does not keep it from being shut down or replaced: every call is an
/// error from then on, and the caller begins again. A change of the index waits for the part that is being added, so parts of
/// some thousands of entries are of use.
///
/// For an index that builds only at once, the host keeps the entries in memory, as many bytes of keys as
/// [`DynamicPluginLoader::output_limit`](crate::DynamicPluginLoader::output_limit) allows, and the whole work is in `finish`.
///
/// ```
/// use sochdb_plugin_host::Index;
#[doc = include_str!("pair_index.example")]
/// let mut index = Index::new(Pairs::default())?;
/// index.insert(b"blue", 1)?;
/// let mut builder = index.begin_build(1, 2)?;
/// builder.add(&[(7, b"red"), (8, b"red")])?;
/// assert_eq!((index.lookup(b"blue")?, index.lookup(b"red")?), (vec![1], vec![]));
/// builder.finish()?;
/// assert_eq!((index.lookup(b"blue")?, index.lookup(b"red")?), (vec![], vec![7, 8]));
/// # Ok::<(), Error>(())
/// ```
pub struct IndexBuilder {
    index: Index,
    state: State,
}

enum State {
    /// The plugin's handle, and its number among those of the instance.
    OfPlugin { raw: *mut c_void, number: usize },
    /// The entries that the host keeps for an index which builds only at once.
    Kept { table: TableId, column: ColumnId, entries: Vec<(RowId, Vec<u8>)>, bytes: u64 },
    /// The plugin has finished it.
    Gone,
}

// SAFETY: the plugin promises that a builder's functions may be called from any thread, one at a time, and `&mut` sees to that.
unsafe impl Send for IndexBuilder {}

impl Index {
    /// Begins a build by parts, of entries of that column.
    ///
    /// Blocks until the index has answered.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`] if another builder has to end before; what the index reports.
    pub fn begin_build(&self, table: TableId, column: ColumnId) -> Result<IndexBuilder> {
        let with = |state| IndexBuilder { index: self.clone(), state };
        let kept = || with(State::Kept { table, column, entries: Vec::new(), bytes: 0 });
        let limits = self.instance.limits_of_call("begin_build")?;
        let (Some(begin), Some(close)) = (self.table.begin_build, self.table.abandon_build) else {
            return Ok(kept());
        };
        let (mut raw, mut number) = (std::ptr::null_mut(), 0);
        let begun = self.instance.shared("begin_build", |instance, error| {
            // SAFETY: the plugin's function on its own instance, with a place for the result; the limits are lent.
            let status = unsafe { begin(instance, limits, table, column, &mut raw, error) };
            if status == SOCH_OK {
                // While this call holds the instance open.
                number = self.instance.keep(Handle { slot: "abandon_build", raw, close });
            }
            status
        });
        match begun {
            Err(error) if error.kind() == ErrorKind::Unsupported => Ok(kept()),
            begun => {
                let begun = self.done("begin_build", begun).map(|()| with(State::OfPlugin { raw, number }));
                self.or_next(begun, |next| next.begin_build(table, column))
            }
        }
    }

    /// Builds by the plugin's own builder what its `build` does not; the error of that if there is none.
    pub(crate) fn build_by_one_part(
        &self,
        table: TableId,
        column: ColumnId,
        entries: &[(RowId, &[u8])],
        error: Error,
    ) -> Result<()> {
        let mut builder = self.begin_build(table, column)?;
        if let State::Kept { .. } = builder.state {
            return Err(error);
        }
        builder.add(entries)?;
        builder.finish()
    }

    /// Finishes a builder that this very index began.
    pub(crate) fn finish_own(&self, builder: Box<dyn sochdb_plugin_sdk::IndexBuilder>) -> Result<()> {
        let builder = builder.downcast::<IndexBuilder>()?;
        if !Arc::ptr_eq(&builder.index.instance, &self.instance) {
            let text = "`finish_build`: a builder of another index".to_owned();
            return Err(self.instance.error_in("finish_build", ErrorKind::Invalid, text));
        }
        builder.finish()
    }
}

impl IndexBuilder {
    /// Adds entries, rows with their keys, in any order; one that comes twice counts once.
    ///
    /// Blocks until the index has taken them; [`CallOptions`](crate::CallOptions) limit that.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for a key that the index cannot take; [`ErrorKind::Limit`] if the host keeps the entries, and they
    /// are too many; what the index reports. The first of them may be added then, and all of them may be added again.
    pub fn add(&mut self, entries: &[(RowId, &[u8])]) -> Result<()> {
        const SLOT: &str = "build_add";
        let instance = &*self.index.instance;
        entries.iter().try_for_each(|(_, key)| instance.takes_indexed(SLOT, key))?;
        let limits = instance.limits_of_call(SLOT)?;
        let added = match &mut self.state {
            State::OfPlugin { raw, .. } => {
                let build_add = slot!(self.index.table.build_add);
                let lent = Index::lend_entries(entries);
                // A change that comes meanwhile waits as it does for a build.
                let _building = instance.begin_building();
                // SAFETY: the plugin's function on its own handle, which is open as long as calls get in, and which `&mut`
                // keeps alone; all is lent for the call.
                instance.shared(SLOT, |_, error| unsafe { build_add(*raw, limits, lent.as_ptr(), lent.len(), error) })
            }
            State::Kept { entries: kept, bytes, .. } => {
                let more: u64 = entries.iter().map(|(_, key)| (size_of::<(RowId, Vec<u8>)>() + key.len()) as u64).sum();
                let (limit, wanted) = (instance.limits.output, bytes.saturating_add(more));
                if wanted > limit {
                    let text =
                        format!("`{SLOT}`: the index builds only at once, and the host keeps at most {limit} bytes");
                    return Err(instance.error_in(SLOT, ErrorKind::Limit, text));
                }
                instance.shared(SLOT, |_, _| {
                    kept.extend(entries.iter().map(|(row, key)| (*row, key.to_vec())));
                    *bytes = wanted;
                    SOCH_OK
                })
            }
            State::Gone => unreachable!("`finish` takes the builder"),
        };
        self.index.done(SLOT, added)
    }

    /// Replaces the whole index by what was added, in one step. What was changed since the builder began goes, too.
    ///
    /// Blocks until the index is built, which waits for calls under way unless it describes concurrent changes; [`CallOptions`](crate::CallOptions) limit the build.
    ///
    /// # Errors
    /// What the index reports, such as an entry that was lost. It is as it was then, and the builder is gone.
    pub fn finish(mut self) -> Result<()> {
        const SLOT: &str = "finish_build";
        match std::mem::replace(&mut self.state, State::Gone) {
            State::Kept { table, column, mut entries, .. } => {
                entries.sort_unstable();
                entries.dedup();
                let lent: Vec<(RowId, &[u8])> = entries.iter().map(|(row, key)| (*row, &key[..])).collect();
                self.index.build(table, column, &lent)
            }
            State::OfPlugin { raw, number } => {
                self.state = State::OfPlugin { raw, number };
                let finish_build = slot!(self.index.table.finish_build);
                let instance = self.index.instance.clone();
                let limits = instance.limits_of_call(SLOT)?;
                let index = self.index.clone();
                let call = |_: *mut c_void, error: *mut soch_error| {
                    self.state = State::Gone;
                    instance.forget(number);
                    // SAFETY: the plugin's function on its own handle, once, on an instance that the gate keeps alone; the
                    // limits are lent.
                    unsafe { finish_build(raw, limits, error) }
                };
                let finished = index.change_whole(SLOT, |instance| instance.exclusive_build(SLOT, call));
                index.done(SLOT, finished)
            }
            State::Gone => unreachable!("`finish` takes the builder"),
        }
    }

    /// Ends the build as if it had never begun. Dropping it does the same.
    ///
    /// Blocks until the index has let go of it.
    pub fn abandon(self) {}
}

impl sochdb_plugin_sdk::IndexBuilder for IndexBuilder {
    fn add(&mut self, entries: &[(RowId, &[u8])]) -> Result<()> {
        IndexBuilder::add(self, entries)
    }
}

impl Drop for IndexBuilder {
    fn drop(&mut self) {
        if let State::OfPlugin { number, .. } = self.state {
            // SAFETY: it was kept when it was opened, and ends here.
            unsafe { self.index.instance.release(number) };
        }
    }
}

impl fmt::Debug for IndexBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("IndexBuilder").field("index", &self.index).finish_non_exhaustive()
    }
}
