//! Linux, where a process may decide about the calls of another.

pub(crate) mod call;
pub(crate) mod child;
pub(crate) mod content;
pub(crate) mod disk;
pub(crate) mod kernel;
pub(crate) mod looker;
pub(crate) mod numbers;
pub(crate) mod patience;
pub(crate) mod perform;
pub(crate) mod points;
pub(crate) mod process;
pub(crate) mod runs;
pub(crate) mod supervised;
pub(crate) mod talk;
pub(crate) mod trials;
pub(crate) mod tried;
pub(crate) mod work;
