//! Trials in processes of their own, beside a process that swaps the file.
//!
//! A library is mapped once in a process, so each trial needs one that has mapped neither file. It is forked, which
//! is ten times cheaper than starting a program, from a child of the test that loads nothing itself and has no
//! thread that could hold a lock of the allocator or the dynamic linker.

use crate::designs::Design;
use crate::stage::{Stage, Swap};
use sochdb_plugin_host::Digest;
use std::fs;
use std::panic::{catch_unwind, AssertUnwindSafe};

/// Long enough for one load on a busy machine, in seconds.
const TRIAL_LIMIT: u32 = 30;

/// How one trial ended: the exit code of its process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was loaded.
    Refused = 40,
    /// The good file ran.
    Good,
    /// The evil file ran, and the loader said so by its digest.
    Other,
    /// A mixture of both files ran, and the loader said so by its digest.
    Mixed,
    /// What ran is not what was checked.
    Evil,
    /// Refused for a reason that no swap can give.
    Surprised,
}

impl Outcome {
    const ALL: [Self; 6] = [Self::Refused, Self::Good, Self::Other, Self::Mixed, Self::Evil, Self::Surprised];

    /// Ends this process with it.
    pub fn end_process(self) -> ! {
        // SAFETY: the process ends at once; nothing of it is used any more.
        unsafe { libc::_exit(self as i32) }
    }
}

/// How often trials ended in each way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub refused: u32,
    pub good: u32,
    pub other: u32,
    pub mixed: u32,
    pub evil: u32,
    pub surprised: u32,
    pub crashed: u32,
}

impl Counts {
    fn add(&mut self, outcome: Option<Outcome>) {
        *match outcome {
            Some(Outcome::Refused) => &mut self.refused,
            Some(Outcome::Good) => &mut self.good,
            Some(Outcome::Other) => &mut self.other,
            Some(Outcome::Mixed) => &mut self.mixed,
            Some(Outcome::Evil) => &mut self.evil,
            Some(Outcome::Surprised) => &mut self.surprised,
            None => &mut self.crashed,
        } += 1;
    }

    /// How many trials there were.
    pub fn trials(&self) -> u32 {
        self.refused + self.good + self.other + self.mixed + self.evil + self.surprised + self.crashed
    }

    /// Runs trials: `least` of them, and on to `most` until `shown` says that they show something.
    pub fn of(swap: Swap, design: Design, stage: &Stage, least: u32, most: u32, shown: fn(&Self) -> bool) -> Self {
        let digest = |path| Digest::of(&fs::read(path).expect("a compiled plugin"));
        let (good, evil) = (digest(stage.good()), digest(stage.evil()));
        let swapper = Forked::new(|| {
            // The kernel ends it with its parent, whatever ends that.
            // SAFETY: it changes an attribute of the process and nothing else.
            unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
            let _ = stage.swap(swap);
        });
        let mut counts = Self::default();
        while counts.trials() < least || (!shown(&counts) && counts.trials() < most) {
            let trial = Forked::new(|| {
                // SAFETY: the signal ends the process, whose memory is its own.
                unsafe { libc::alarm(TRIAL_LIMIT) };
                design.load(stage, good, evil).end_process();
            });
            counts.add(trial.outcome());
        }
        assert_eq!(swapper.kill(), libc::SIGKILL, "the swapper went on to the end");
        counts
    }
}

/// A copy of this process.
struct Forked(libc::pid_t);

impl Forked {
    /// Runs `body` in it; it ends with the body.
    fn new(body: impl FnOnce()) -> Self {
        // SAFETY: no other thread of this process is in the allocator or the dynamic linker; see the file's first lines.
        match unsafe { libc::fork() } {
            -1 => panic!("cannot fork: {}", std::io::Error::last_os_error()),
            0 => {
                // What unwinds must not reach the test's own code, which is the parent's.
                let _ = catch_unwind(AssertUnwindSafe(body));
                // SAFETY: the process ends at once.
                unsafe { libc::_exit(1) }
            }
            pid => Self(pid),
        }
    }

    fn status(&self) -> i32 {
        let mut status = 0;
        // SAFETY: the status is written to a place that outlives the call.
        let ended = unsafe { libc::waitpid(self.0, &mut status, 0) };
        assert_eq!(ended, self.0, "{}", std::io::Error::last_os_error());
        status
    }

    fn outcome(self) -> Option<Outcome> {
        let status = self.status();
        let code = libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status))?;
        Outcome::ALL.into_iter().find(|outcome| *outcome as i32 == code)
    }

    /// Ends it, and says which signal it ended by.
    fn kill(self) -> i32 {
        // SAFETY: the number is that of a child that nobody has waited for.
        unsafe { libc::kill(self.0, libc::SIGKILL) };
        libc::WTERMSIG(self.status())
    }
}
