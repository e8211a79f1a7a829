//! Attributes, which have a type.

use crate::error::Result;
use crate::machinery::boundary::{slice, ReadLent};
use crate::machinery::list::with_list;
use sochdb_plugin_abi::*;
use std::fmt;

/// The value of an attribute.
///
/// ```
/// use sochdb_plugin_sdk::AttributeValue;
///
/// assert_eq!(AttributeValue::from(7), AttributeValue::Integer(7));
/// assert_eq!(AttributeValue::from("orders").to_string(), "orders");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum AttributeValue<'a> {
    /// A text.
    Text(&'a str),
    /// An integer.
    Integer(i64),
    /// A floating-point number.
    Number(f64),
    /// True or false.
    Bool(bool),
}

/// Names with values that have a type: of a span, an event, a link or a log record.
///
/// ```
/// use sochdb_plugin_sdk::{AttributeValue, Attributes};
///
/// fn rows(attributes: Attributes<'_>) -> Option<i64> {
///     attributes.iter().find_map(|(name, value)| match value {
///         AttributeValue::Integer(rows) if *name == "db.rows" => Some(*rows),
///         _ => None,
///     })
/// }
/// assert_eq!(rows(&[("db.table", "orders".into()), ("db.rows", 42.into())]), Some(42));
/// ```
pub type Attributes<'a> = &'a [(&'a str, AttributeValue<'a>)];

impl<'a> From<&'a str> for AttributeValue<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for AttributeValue<'_> {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl From<f64> for AttributeValue<'_> {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for AttributeValue<'_> {
    fn from(is: bool) -> Self {
        Self::Bool(is)
    }
}

impl fmt::Display for AttributeValue<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => formatter.write_str(text),
            Self::Integer(integer) => integer.fmt(formatter),
            Self::Number(number) => number.fmt(formatter),
            Self::Bool(is) => is.fmt(formatter),
        }
    }
}

/// Lends the attributes in the form that crosses.
pub(crate) fn with_lent<R>(attributes: Attributes<'_>, call: impl FnOnce(&[soch_attribute]) -> R) -> R {
    let lend = |(name, value): &(&str, AttributeValue<'_>)| {
        let mut raw = soch_attribute {
            name: soch_str::lend(name),
            text: soch_str::lend(""),
            integer: 0,
            number: 0.0,
            kind: SOCH_ATTRIBUTE_TEXT,
            reserved: 0,
        };
        match *value {
            AttributeValue::Text(text) => raw.text = soch_str::lend(text),
            AttributeValue::Integer(integer) => (raw.kind, raw.integer) = (SOCH_ATTRIBUTE_INTEGER, integer),
            AttributeValue::Number(number) => (raw.kind, raw.number) = (SOCH_ATTRIBUTE_NUMBER, number),
            AttributeValue::Bool(is) => (raw.kind, raw.integer) = (SOCH_ATTRIBUTE_BOOL, is.into()),
        }
        raw
    };
    with_list(attributes, lend, call)
}

/// Reads lent attributes; those of an unknown kind are passed over.
///
/// # Safety
/// The other side promises `count` attributes at `attributes`, and their text, for `'a`.
///
/// # Errors
/// NULL with a count, or a name or value that is not text.
pub(crate) unsafe fn read<'a>(
    attributes: *const soch_attribute,
    count: usize,
) -> Result<Vec<(&'a str, AttributeValue<'a>)>> {
    // SAFETY: the caller passes the other side's promise on.
    let attributes = unsafe { slice::<soch_attribute>(attributes, count)? };
    let mut read = Vec::with_capacity(count);
    for raw in attributes {
        // SAFETY: as above.
        let name = unsafe { raw.name.read()? };
        let value = match raw.kind {
            // SAFETY: as above.
            SOCH_ATTRIBUTE_TEXT => AttributeValue::Text(unsafe { raw.text.read()? }),
            SOCH_ATTRIBUTE_INTEGER => AttributeValue::Integer(raw.integer),
            SOCH_ATTRIBUTE_NUMBER => AttributeValue::Number(raw.number),
            SOCH_ATTRIBUTE_BOOL => AttributeValue::Bool(raw.integer != 0),
            _ => continue,
        };
        read.push((name, value));
    }
    Ok(read)
}
