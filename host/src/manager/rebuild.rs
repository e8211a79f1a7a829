//! An index that is built anew while others search and change it.

use crate::base::kinds::Kinds;
use crate::handles::index::Index;
use crate::handles::index_builder::IndexBuilder;
use crate::instance::Instance;
use crate::manager::carry::{Journaling, Replaced};
use crate::manager::error::{AnyError, ManagerError};
use crate::manager::plan::Plan;
use crate::manager::registration::{Handles, Registration};
use crate::manager::PluginManager;
use crate::plugin::recipe::Recipe;
use crate::plugin::PluginInstance;
use sochdb_plugin_abi::SOCH_KIND_INDEX;
use sochdb_plugin_sdk::{ColumnId, IndexChange, IndexExtension, TableId};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

impl PluginManager {
    /// Builds the index of this name anew, from the entries that `fill` adds, while others search and change it: searches find
    /// the old entries until all of the new ones are there. What is changed from the begin of this call on is kept, so
    /// `fill` may read the rows as they are at any moment after that. [`CallOptions`](crate::CallOptions) around it cancel it and show its progress.
    ///
    /// Blocks as long as `fill` and the build take.
    ///
    /// Another instance is built, from the plugin, configuration and options of this one, and takes its place. What is a value of the
    /// application, more than an index, or has a `data_dir` of its own is built in place, by [`Index::begin_build`]: then a search may for a moment find rows
    /// that were deleted meanwhile.
    ///
    /// ```no_run
    /// # use sochdb_plugin_host::{sdk::Error, CallOptions, CancelToken, PluginManager};
    /// # fn f(manager: &PluginManager, rows: impl Iterator<Item = (u64, Vec<u8>)>) -> Result<(), Box<dyn std::error::Error>> {
    /// let cancel = CancelToken::new(); // For whoever may stop it.
    /// let options = CallOptions::new().with_cancel(&cancel).with_progress(|done, of| println!("{done} of {of}"));
    /// let replaced = options.run(|| {
    ///     manager.rebuild("orders.vector", 1, 2, |builder| {
    ///         rows.into_iter().try_for_each(|(row, key)| builder.add(&[(row, &key)]))
    ///     })
    /// })?;
    /// println!("changes waited {:?}", replaced.pause);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of [`PluginManager::replace`]: the error of `fill` or of the build, or another build meanwhile. The old entries are there
    /// then.
    pub fn rebuild<E: Into<AnyError>>(
        &self,
        name: &str,
        table: TableId,
        column: ColumnId,
        fill: impl FnOnce(&mut IndexBuilder) -> Result<(), E>,
    ) -> Result<Replaced, ManagerError> {
        let old = self.one_of(name)?;
        let refused = |why: AnyError| ManagerError::not_replaced(name, &old, why);
        let Some(index) = Index::of(&old) else { return Err(refused("it is no index".into())) };
        let fill = |builder: &mut IndexBuilder| fill(builder).map_err(Into::into);
        // Its other kinds may be registered under another name, or be held by somebody.
        let is_index_alone = Handles::all_of(&old).kinds() == Kinds(SOCH_KIND_INDEX);
        let recipe = Recipe::of(&old).filter(|recipe| is_index_alone && !recipe.options.has_data_dir());
        let Some(recipe) = recipe else {
            return build_in_place(name, &old, index, table, column, fill).map_err(refused);
        };
        let plan = Plan { one_owner: false, saved: false, followed: true };
        let claimed = old.begin_move().map_err(|error| refused(error.into()))?;
        let carried = self.carry(name, claimed, plan, None, |_| {
            let plugin = PluginInstance { instance: recipe.make()? };
            let mut builder = plugin.index()?.begin_build(table, column)?;
            fill(&mut builder)?;
            builder.finish()?;
            Ok(Registration::from(plugin))
        })?;
        Ok(carried.replaced)
    }
}

fn build_in_place(
    name: &str,
    old: &Arc<Instance>,
    mut index: Index,
    table: TableId,
    column: ColumnId,
    fill: impl FnOnce(&mut IndexBuilder) -> Result<(), AnyError>,
) -> Result<Replaced, AnyError> {
    let _alone = old.begin_move()?;
    let hold = || old.hold_changes(old.limits.drain_timeout).ok_or("changes of the index under way do not end");
    let still = hold()?;
    let journaling = Journaling::begin(old);
    drop(still);
    let mut builder = index.begin_build(table, column)?;
    fill(&mut builder)?;

    let begin = Instant::now();
    let _still = hold()?;
    let changes = old.succession.journal.take()?;
    drop(journaling);
    // The last change of each entry says whether it is there.
    let last: BTreeMap<_, bool> = changes.iter().map(|change| (change.entry(), change.is_insert)).collect();
    let (inserted, deleted): (Vec<_>, Vec<_>) = last.into_iter().partition(|(_, is_insert)| *is_insert);
    let inserted: Vec<_> = inserted.into_iter().map(|((key, row), _)| (row, key)).collect();
    builder.add(&inserted)?;
    builder.finish()?;
    let deleted: Vec<_> = deleted.into_iter().map(|((key, row), _)| IndexChange::Delete { key, row }).collect();
    let left = |error| format!("it is built, and has rows that were deleted meanwhile: {error}");
    index.change_batch(&deleted).map_err(left)?;
    Ok(Replaced { name: name.to_owned(), number: old.number, pause: begin.elapsed(), unended: None })
}
