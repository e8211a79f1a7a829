//! Names and values beside a name.

/// Pairs of name and value: a metric's labels, an event's attributes, a log line's fields.
///
/// ```
/// use sochdb_plugin_sdk::Labels;
///
/// fn find<'a>(labels: Labels<'a>, name: &str) -> Option<&'a str> {
///     labels.iter().find(|(have, _)| *have == name).map(|(_, value)| *value)
/// }
/// assert_eq!(find(&[("table", "orders"), ("shard", "3")], "shard"), Some("3"));
/// ```
pub type Labels<'a> = &'a [(&'a str, &'a str)];
