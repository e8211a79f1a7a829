//! What texts name is there: environment variables, files and directories, and the numbers of limits.

#[path = "support/command.rs"]
mod command;
#[path = "texts/limits.rs"]
mod limits;
#[path = "texts/paths.rs"]
mod paths;
#[path = "texts/sources.rs"]
mod sources;
mod support;
#[path = "texts/variables.rs"]
mod variables;
