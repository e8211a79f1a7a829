//! Names and values beside a name.

/// Names and values: a metric's labels, an event's attributes, a log line's fields.
pub type Labels<'a> = &'a [(&'a str, &'a str)];
