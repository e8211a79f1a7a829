//! What texts name is there: environment variables, files and directories, and the numbers of limits.

mod limits;
mod paths;
mod sources;
mod variables;
