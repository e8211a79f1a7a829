//! The systems beside Linux, on which no process decides about the calls of another.

use crate::crash::promise::Promise;
use crate::frame::must::unseen;
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use std::io::{Error, ErrorKind, Result};

/// The request of another process, which none makes.
pub(crate) enum Request {}

/// A process that would ask.
pub(crate) enum Talk {}

impl Request {
    pub(crate) fn read(_: &str) -> Option<(&str, Self)> {
        None
    }

    pub(crate) fn is_last(&self) -> bool {
        match *self {}
    }

    pub(crate) fn answer<P: Promise>(&self, _: &Subject, _: &Talk) -> Result<()> {
        match *self {}
    }
}

impl Talk {
    pub(crate) fn of_child() -> Result<Self> {
        Err(Error::new(ErrorKind::Unsupported, "no test of this system asks another process for a part of its work"))
    }

    pub(crate) fn line(&mut self) -> Result<Option<String>> {
        match *self {}
    }
}

/// Leaves the test out, if the plugin makes promises.
fn left_out<P: Promise>(subject: &Subject) -> std::result::Result<(), NotPassed> {
    P::is_made(subject)?;
    unseen!("tests of crashes want Linux, where a process may decide about the calls of another")
}

pub(crate) fn killed<P: Promise>(subject: &Subject) -> std::result::Result<(), NotPassed> {
    left_out::<P>(subject)
}

pub(crate) fn failing_calls<P: Promise>(subject: &Subject) -> std::result::Result<(), NotPassed> {
    left_out::<P>(subject)
}

pub(crate) fn failing_reads<P: Promise>(subject: &Subject) -> std::result::Result<(), NotPassed> {
    left_out::<P>(subject)
}

pub(crate) fn power_loss<P: Promise>(subject: &Subject) -> std::result::Result<(), NotPassed> {
    left_out::<P>(subject)
}
