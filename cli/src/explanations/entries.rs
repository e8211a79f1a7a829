//! Every code with its cause and remedy, those of the loader and those of this command.

use crate::explanations::codes::OF_COMMAND;
use crate::explanations::placeholders::readable;
use sochdb_plugin_host::{ElfError, Refusal, Step};

/// A code, as it is explained.
pub(crate) struct Entry {
    pub(crate) code: &'static str,
    /// The step that refuses with it; `None` for a code of this command.
    pub(crate) step: Option<Step>,
    pub(crate) cause: String,
    pub(crate) remedy: String,
}

/// What to do about a code, whatever was found.
pub(crate) fn remedy(code: &str) -> Option<String> {
    entries().find(|entry| entry.code == code).map(|entry| entry.remedy)
}

/// Every code: those of the loader in the order of its steps, then those of this command.
pub(crate) fn entries() -> impl Iterator<Item = Entry> {
    let mut refusals: Vec<_> = Refusal::TABLE.iter().chain(ElfError::TABLE).collect();
    refusals.sort_by_key(|reason| reason.step);
    let refusals = refusals.into_iter().map(|reason| {
        let (cause, remedy) = (readable(reason.code, reason.cause), readable(reason.code, reason.remedy));
        Entry { code: reason.code, step: Some(reason.step), cause, remedy }
    });
    let own = OF_COMMAND.iter().map(|(code, cause, remedy)| Entry {
        code,
        step: None,
        cause: cause.to_string(),
        remedy: remedy.to_string(),
    });
    refusals.chain(own)
}
