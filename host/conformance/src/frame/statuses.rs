//! The statuses that a slot may return. A host takes one that it may not for another, or drops it, so that who calls does not
//! see it.

use sochdb_plugin_host::sdk::abi::{SOCH_FENCED, SOCH_NOT_FOUND, SOCH_OK};

/// The slots for which the header gives `SOCH_NOT_FOUND` a meaning.
const MAY_FIND_NOTHING: [(&str, &str); 11] = [
    ("soch_storage", "get"),
    ("soch_storage", "table_get"),
    ("soch_storage", "reader_get"),
    ("soch_storage", "txn_get"),
    ("soch_storage", "property"),
    ("soch_compression", "decompressed_size"),
    ("soch_observability", "span_end"),
    ("soch_observability", "span_event"),
    ("soch_observability", "span_context"),
    ("soch_observability", "span_record_event"),
    ("soch_observability", "span_record_end"),
];

/// Returns what the contract says against this status of a slot; None if the slot may return it. `table` and `slot` are the
/// names in the header.
///
/// ```
/// use sochdb_plugin_conformance::refused_status;
///
/// assert_eq!(refused_status("soch_storage", "get", 1), None);
/// assert!(refused_status("soch_storage", "remove", 1).is_some());
/// assert!(refused_status("soch_storage", "get", -1).is_some());
/// ```
#[must_use]
pub fn refused_status(table: &str, slot: &str, status: i32) -> Option<&'static str> {
    if !(SOCH_OK..=SOCH_FENCED).contains(&status) {
        return Some("this status is not listed, and a host takes it for SOCH_FAILED (rule 1)");
    }
    if status == SOCH_NOT_FOUND && !MAY_FIND_NOTHING.contains(&(table, slot)) {
        return Some("the text of this function does not say what SOCH_NOT_FOUND means");
    }
    None
}
