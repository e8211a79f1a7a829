//! The systems that the command runs on, behind one trait: files and who can use them, processes, the terminal, and what doctor says.

pub(crate) mod backend;
#[cfg(unix)]
mod posix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) type Native = posix::Posix;
#[cfg(windows)]
pub(crate) type Native = windows::Windows;
