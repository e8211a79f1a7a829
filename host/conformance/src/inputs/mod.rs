//! The inputs that tests of several kinds give to a plugin, and the ways to read back what it holds.

pub(crate) mod cancelled;
pub(crate) mod compacted;
pub(crate) mod files;
pub(crate) mod handed_on;
pub(crate) mod keys;
pub(crate) mod lent;
pub(crate) mod moving_writer;
pub(crate) mod newer;
pub(crate) mod questions;
pub(crate) mod refusing;
pub(crate) mod rows;
pub(crate) mod waiting_call;
pub(crate) mod waiting_writer;
