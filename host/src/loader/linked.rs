//! The steps of a plugin that is linked in: those that look at the entry in memory.

use crate::elf::notes::Note;
use crate::instance::Tables;
use crate::loader::plugin_entry::Entry;
use crate::loader::step_runner::Steps;
use crate::loader::steps::{entry, layout, note, version};
use crate::refusal::load_error::LoadError;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::sync::call_gate::live;
use sochdb_plugin_sdk::LinkedEntry;

/// Checks what the entry says as the steps do with that of a library. What its note would say is what it says itself.
///
/// # Errors
/// The refusal of the first step that refuses; [`Refusal::Forked`].
pub(crate) fn check(plugin: LinkedEntry, steps: &mut Steps<'_>) -> Result<(Entry, Tables), LoadError> {
    let mut name = None;
    check_and_name(plugin, steps, &mut name).map_err(|refusal| LoadError::new(refusal, None, name.as_deref()))
}

fn check_and_name(
    plugin: LinkedEntry,
    steps: &mut Steps<'_>,
    name: &mut Option<String>,
) -> Result<(Entry, Tables), Refusal> {
    if live::is_child() {
        return steps.refuse(Step::Gate, Refusal::Forked);
    }
    live::watch_for_fork();
    // SAFETY: whoever made the `LinkedEntry` promised for all that it leads to, and that it stays.
    unsafe {
        let (raw, said) = match entry::of_program(plugin.entry()) {
            Ok(read) => read,
            Err(error) => return steps.refuse(Step::Entry, error),
        };
        let said: Note = steps.run(Step::Note, || note::of_program(said))?;
        *name = Some(said.name.to_string());
        let entry = steps.run(Step::Entry, || Entry::agreed(raw, &said))?;
        steps.run(Step::Layout, || layout::check(plugin.layout(), said.kinds))?;
        let tables = steps.run(Step::Version, || version::tables(&entry))?;
        Ok((entry, tables))
    }
}
