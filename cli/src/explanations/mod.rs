//! What is said of codes: of the loader's, from its tables, and of the command's own.

pub(crate) mod codes;
pub(crate) mod entries;
pub(crate) mod examples;
pub(crate) mod placeholders;
pub(crate) mod sandboxes;
