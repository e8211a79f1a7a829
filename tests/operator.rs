//! What an operator does with the real command: install, list, remove, and trust files, in a home of its own.

#[path = "support/command.rs"]
mod command;
#[path = "operator/edits.rs"]
mod edits;
#[path = "operator/home.rs"]
mod home;
#[path = "operator/installs.rs"]
mod installs;
#[path = "operator/interrupted.rs"]
mod interrupted;
#[path = "operator/pins.rs"]
mod pins;
#[path = "operator/refused.rs"]
mod refused;
mod support;
#[path = "operator/trusts.rs"]
mod trusts;
