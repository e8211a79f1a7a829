//! The process that a supervisor starts: it makes the same subject, and does what it is asked for.

use crate::crash::talk::Talk;
use crate::crash::work;
use crate::frame::subject::Subject;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};

/// The work that a child is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// The steps of this seed, supervised.
    Work { seed: u64, steps: usize, directory: PathBuf },
    /// A look at what is there. It may be asked for again and again.
    Look { directory: PathBuf },
}

impl Request {
    pub(crate) fn line(&self) -> String {
        match self {
            Self::Work { seed, steps, directory } => format!("work {seed} {steps} {}", directory.display()),
            Self::Look { directory } => format!("look 0 0 {}", directory.display()),
        }
    }

    fn read(line: &str) -> Option<Self> {
        let mut words = line.splitn(4, ' ');
        let (word, seed, steps) = (words.next()?, words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let directory = PathBuf::from(words.next()?);
        match word {
            "work" => Some(Self::Work { seed, steps, directory }),
            "look" => Some(Self::Look { directory }),
            _ => None,
        }
    }
}

/// Does what a test of another process asks for on the standard input, until its end: the work of a process that
/// [`Subject::children`] starts.
///
/// # Errors
/// The standard input is not that of such a process, or the other process is gone.
pub fn serve(subject: &Subject) -> Result<()> {
    let mut talk = Talk::of_child()?;
    while let Some(line) = talk.line()? {
        let request = Request::read(&line).ok_or_else(|| Error::other(format!("what is this: {line}")))?;
        match request {
            Request::Work { seed, steps, directory } => supervised(subject, &talk, &directory, seed, steps)?,
            Request::Look { directory } => work::look(subject, &talk, &directory)?,
        }
        talk.say("end")?;
        if line.starts_with("work ") {
            break;
        }
    }
    Ok(())
}

fn supervised(subject: &Subject, talk: &Talk, directory: &Path, seed: u64, steps: usize) -> Result<()> {
    // Whoever supervises took the descriptor over; here it stays open, as closing it would let no call wait any more.
    let Some(_listener) = work::supervise(talk)? else { return Ok(()) };
    work::work(subject, talk, directory, seed, steps)
}
