//! What an operator does with the real command: install, list, remove, and trust files, in a home of its own.

mod check;
mod check_by_ctest;
mod check_choices;
mod check_in_ci;
mod check_reports;
mod check_times;
mod cli;
mod deceit;
mod doctor;
mod edits;
mod inspect;
mod installs;
mod interrupted;
mod narrow_terminals;
mod odd_files;
mod outputs;
mod passwords;
mod pins;
mod publisher;
mod refused;
mod shells;
mod trusts;
mod verify;
