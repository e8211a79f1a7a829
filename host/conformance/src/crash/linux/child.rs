//! The requests to a process that a supervisor starts: it makes the same subject, and does what it is asked for.

use crate::crash::linux::talk::Talk;
use crate::crash::linux::work;
use crate::crash::promise::Promise;
use crate::frame::subject::Subject;
use std::io::Result;
use std::path::PathBuf;

/// The work that a child is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// The steps of this seed, supervised.
    Work { seed: u64, steps: usize, directory: PathBuf },
    /// The same steps, and then every way to read what is there, by another instance, supervised with the calls that read.
    Read { seed: u64, steps: usize, directory: PathBuf },
    /// A look at what is there. It may be asked for again and again.
    Look { directory: PathBuf },
    /// A flush, and then such a look, supervised.
    Again { directory: PathBuf },
}

impl Request {
    /// The request to a plugin of a kind.
    pub(crate) fn line<P: Promise>(&self) -> String {
        match self {
            Self::Work { seed, steps, directory } => {
                format!("{} work {seed} {steps} {}", P::KIND, directory.display())
            }
            Self::Read { seed, steps, directory } => {
                format!("{} read {seed} {steps} {}", P::KIND, directory.display())
            }
            Self::Look { directory } => format!("{} look 0 0 {}", P::KIND, directory.display()),
            Self::Again { directory } => format!("{} again 0 0 {}", P::KIND, directory.display()),
        }
    }

    /// The kind, and what its plugin is asked for.
    pub(crate) fn read(line: &str) -> Option<(&str, Self)> {
        let (kind, rest) = line.split_once(' ')?;
        let mut words = rest.splitn(4, ' ');
        let (word, seed, steps) = (words.next()?, words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let directory = PathBuf::from(words.next()?);
        match word {
            "work" => Some((kind, Self::Work { seed, steps, directory })),
            "read" => Some((kind, Self::Read { seed, steps, directory })),
            "again" => Some((kind, Self::Again { directory })),
            "look" => Some((kind, Self::Look { directory })),
            _ => None,
        }
    }

    /// Whether the process ends with it: whoever supervised it waits for that.
    pub(crate) fn is_last(&self) -> bool {
        !matches!(self, Self::Look { .. })
    }

    /// Does what is asked for.
    ///
    /// # Errors
    /// The other process is gone.
    pub(crate) fn answer<P: Promise>(&self, subject: &Subject, talk: &Talk) -> Result<()> {
        match self {
            // Whoever supervises took the descriptor over; here it stays open, as closing it would let no call wait any more.
            Self::Work { seed, steps, directory } => {
                if let Some(_listener) = work::supervise(talk, false)? {
                    work::work::<P>(subject, talk, directory, *seed, *steps)?;
                }
            }
            Self::Read { seed, steps, directory } => {
                if let Some(_listener) = work::supervise(talk, true)? {
                    work::work::<P>(subject, talk, directory, *seed, *steps)?;
                    work::read::<P>(subject, talk, directory)?;
                }
            }
            Self::Again { directory } => {
                if let Some(_listener) = work::supervise(talk, false)? {
                    work::again::<P>(subject, talk, directory)?;
                }
            }
            Self::Look { directory } => work::look::<P>(subject, talk, directory)?,
        }
        talk.say("end")
    }
}
