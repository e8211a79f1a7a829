//! Many tries of one test, each by its number: what it does can be done again alone.

use crate::crash::linux::child::Request;
use crate::crash::linux::content::Rule;
use crate::crash::linux::perform::Decision;
use crate::crash::linux::process::{Act, Past};
use crate::crash::linux::supervised::{self, Run};
use crate::crash::promise::Promise;
use crate::frame::must::{unseen, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::random::Random;
use crate::frame::subject::{new_directory, Subject};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// So long a test goes on by default, if it has made the fewest.
const TIME: Duration = Duration::from_secs(5);
const FEWEST: u32 = 20;

/// One try.
pub(crate) struct Trial {
    pub(crate) number: u32,
    /// The seed of what it draws.
    pub(crate) seed: u64,
}

/// The tries of a test.
pub(crate) struct Trials<'a> {
    pub(crate) subject: &'a Subject,
    count: u32,
}

impl<'a> Trials<'a> {
    /// `count` tries, if the user says nothing else.
    pub(crate) fn new(subject: &'a Subject, count: u32) -> Result<Self, NotPassed> {
        if !subject.has_children() {
            unseen!("the suite was not told how to start another process for the plugin (`Subject::children`)");
        }
        Ok(Self { subject, count })
    }

    /// The seed of the steps.
    pub(crate) fn seed(&self) -> u64 {
        self.subject.random(0xC4A5).next() >> 1
    }

    pub(crate) fn rule(&self) -> Rule {
        if self.subject.has_strict_disk() {
            Rule::Strict
        } else {
            Rule::Journal
        }
    }

    /// Makes the tries, until one does not pass.
    pub(crate) fn each(&self, mut one: impl FnMut(&Trial) -> Result<(), NotPassed>) -> Result<(), NotPassed> {
        let (only, wished) = self.subject.crash_points_wished();
        let (from, to) = only.map_or((0, wished.unwrap_or(self.count)), |only| (only, only.saturating_add(1)));
        let end = Instant::now() + TIME;
        for number in from..to {
            if wished.is_none() && number - from >= FEWEST && Instant::now() > end {
                break;
            }
            let seed = Random::new(self.seed() ^ u64::from(number) << 32).next();
            match one(&Trial { number, seed }) {
                Err(NotPassed::Failed(why)) => {
                    let again = format!("again: --crash-point {number}");
                    return Err(NotPassed::Failed(format!("point {number}: {why}; {again}")));
                }
                other => other?,
            }
        }
        Ok(())
    }
}

/// The directory of an instance, in one that goes with this.
pub(crate) struct Room {
    root: TempDir,
    pub(crate) at: PathBuf,
}

impl Room {
    pub(crate) fn new() -> Result<Self, NotPassed> {
        let root = new_directory()?;
        let at = root.path().canonicalize().must("cannot find the directory for the test")?.join("at");
        std::fs::create_dir(&at).must("cannot make a directory for the test")?;
        Ok(Self { root, at })
    }
}

/// Empties it.
pub(crate) fn fresh(room: &Room) -> Result<(), NotPassed> {
    debug_assert!(room.root.path().exists(), "it goes with the room");
    std::fs::remove_dir_all(&room.at).must("cannot empty the directory for the test")?;
    std::fs::create_dir(&room.at).must("cannot make a directory for the test")
}

/// Runs the steps of a seed in a child, in the room. Skips the test if the kernel lets no process be supervised.
pub(crate) fn supervised<P: Promise>(
    subject: &Subject,
    room: &Room,
    seed: u64,
    steps: usize,
    decide: impl FnMut(usize, &Act) -> Decision,
) -> Result<Run, NotPassed> {
    let request = Request::Work { seed, steps, directory: room.at.clone() };
    asked::<P>(subject, room, &request, Past::default(), decide)
}

/// The same for another request, in a directory with this past.
pub(crate) fn asked<P: Promise>(
    subject: &Subject,
    room: &Room,
    request: &Request,
    past: Past,
    decide: impl FnMut(usize, &Act) -> Decision,
) -> Result<Run, NotPassed> {
    let request = request.line::<P>();
    subject.is_elsewhere();
    match supervised::run(subject.child_command()?, &request, &room.at, past, P::SYNC, decide)? {
        Ok(run) => Ok(run),
        Err(why) => unseen!("{why}"),
    }
}
