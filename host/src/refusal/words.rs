//! The findings of a step, put into words when somebody reads them.

/// A function that says of a step's result what the step found.
pub(crate) trait Words<T>: FnOnce(&T) -> String {}

impl<T, F: FnOnce(&T) -> String> Words<T> for F {}
