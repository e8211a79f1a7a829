//! Attributes of spans and log records, which have a type.

use crate::data::soch_str;

/// `soch_attribute.kind`: the value is `text`.
pub const SOCH_ATTRIBUTE_TEXT: u32 = 0;
/// `soch_attribute.kind`: the value is `integer`.
pub const SOCH_ATTRIBUTE_INTEGER: u32 = 1;
/// `soch_attribute.kind`: the value is `number`.
pub const SOCH_ATTRIBUTE_NUMBER: u32 = 2;
/// `soch_attribute.kind`: the value is `integer`, which says yes or no (rule 17).
pub const SOCH_ATTRIBUTE_BOOL: u32 = 3;

/// A name and a value that has a type, of a span, an event, a link or a log record. Frozen.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_attribute {
    /// The name.
    pub name: soch_str,
    /// The value of a `SOCH_ATTRIBUTE_TEXT`.
    pub text: soch_str,
    /// The value of a `SOCH_ATTRIBUTE_INTEGER` or a `SOCH_ATTRIBUTE_BOOL`.
    pub integer: i64,
    /// The value of a `SOCH_ATTRIBUTE_NUMBER`.
    pub number: f64,
    /// One of `SOCH_ATTRIBUTE_*`, or one of a later minor version (rule 12).
    pub kind: u32,
    /// 0 (rule 16).
    pub reserved: u32,
}
