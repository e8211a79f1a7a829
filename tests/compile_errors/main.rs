//! What does not compile, and that the compiler's message names the cause.

mod hosts;
mod plugins;
mod ui;
