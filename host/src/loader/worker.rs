//! The thread beside the caller's in which a load does what may block: what it waits for, the caller waits for no longer
//! than a load may take.
//!
//! It lives for one load, so that it has what the caller's thread has (mount namespace, filters, rights). All signals
//! are blocked in it: a write beyond a limit is an error there, and no signal is left behind in the process.

use crate::base::text::UntrustedText;
use crate::kernel::backend::Kernel;
use crate::kernel::Own;
use crate::loader::audit::Record;
use crate::loader::step_runner::Steps;
use crate::refusal::lack::Lack;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::{Step, StepOutcome};
use crate::system::backend::System;
use crate::system::{Native, Thread};
use parking_lot::Mutex;
use std::io;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{channel, RecvTimeoutError, Sender};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// No load takes longer, whatever its limit.
const LONGEST: Duration = Duration::from_secs(1 << 20);

/// The most threads that wait for a file system after their load was given up.
const MOST_ABANDONED: usize = 16;

/// The number of threads that do so now.
static ABANDONED: AtomicUsize = AtomicUsize::new(0);

/// The stack that a step needs, in bytes, and more than a plugin's file can make it need.
const STACK: usize = 1 << 19;

type Job = Box<dyn FnOnce() + Send>;

/// The thread of a load, which begins with its first job, and the time that is left.
#[derive(Debug)]
pub(crate) struct Worker {
    limit: Duration,
    deadline: Instant,
    thread: Option<Working>,
}

#[derive(Debug)]
struct Working {
    jobs: Sender<Job>,
    thread: Thread,
}

/// Why a job has no result.
enum Stopped {
    Late,
    Crowded,
    NoThread(io::Error),
}

impl Worker {
    /// One for a load that begins now.
    pub(crate) fn new(limit: Duration) -> Self {
        Self { limit, deadline: Instant::now() + limit.min(LONGEST), thread: None }
    }

    /// When the load must have come to its end.
    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Runs the steps from `first` on that `job` runs. Tells `steps`, in the caller's thread, how each ended.
    ///
    /// # Errors
    /// The time is up, or there is no thread.
    pub(crate) fn steps<T: Send + 'static>(
        &mut self,
        path: &Path,
        first: Step,
        steps: &mut Steps<'_>,
        record: &mut Record,
        job: impl FnOnce(&mut Steps<'_>, &mut Record) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let told = Arc::new(Mutex::new(Vec::with_capacity(Step::ALL.len())));
        let (mut own, keep, in_words) = (record.clone(), told.clone(), steps.in_words());
        let ended = self.run(move || {
            let mut observer = |outcome: StepOutcome| keep.lock().push(outcome);
            let result = job(&mut Steps::new(&mut observer, in_words), &mut own);
            (result, own)
        });
        let told = std::mem::take(&mut *told.lock());
        let after = |last: &StepOutcome| Step::ALL.iter().copied().find(|step| *step > last.step);
        let next = told.last().map_or(Some(first), after).unwrap_or(first);
        told.into_iter().for_each(|outcome| steps.tell(outcome));
        match ended {
            Ok((result, found)) => {
                *record = found;
                result
            }
            Err(stopped) => steps.refuse(next, self.refusal(&stopped, next, path)),
        }
    }

    /// The result of `job`, the whole of `step`.
    ///
    /// # Errors
    /// As for [`Worker::steps`].
    pub(crate) fn step<T: Send + 'static>(
        &mut self,
        path: &Path,
        step: Step,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        self.run(job).map_err(|stopped| self.refusal(&stopped, step, path))
    }

    /// How much of the time is left.
    pub(crate) fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Goes on with a load that had this much time `left`.
    pub(crate) fn go_on(&mut self, left: Duration) {
        self.deadline = Instant::now() + left;
    }

    /// The refusal for a load whose time is up at `step`.
    pub(crate) fn late(&self, step: Step, path: &Path) -> Refusal {
        self.refusal(&Stopped::Late, step, path)
    }

    /// Ends the thread; a later job gets another one. The kernel does not count it any more then.
    pub(crate) fn rest(&mut self) {
        if let Some(Working { jobs, thread }) = self.thread.take() {
            drop(jobs);
            // It waits for nothing but jobs. What a job panicked with was passed on.
            let _ = Native::join(thread);
        }
    }

    fn run<T: Send + 'static>(&mut self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Stopped> {
        let (answer, answered) = channel();
        // Set by the caller when it gives up, and by the thread when it is done: the second of them knows it.
        let one_is_gone = Arc::new(AtomicBool::new(false));
        let gone = one_is_gone.clone();
        self.send(Box::new(move || {
            let result = job();
            if gone.swap(true, Ordering::AcqRel) {
                ABANDONED.fetch_sub(1, Ordering::AcqRel);
            }
            // Nobody may wait for it any more.
            let _ = answer.send(result);
        }))?;
        match answered.recv_timeout(self.left()) {
            Ok(result) => Ok(result),
            Err(RecvTimeoutError::Disconnected) => self.panicked(),
            Err(RecvTimeoutError::Timeout) => {
                ABANDONED.fetch_add(1, Ordering::AcqRel);
                if one_is_gone.swap(true, Ordering::AcqRel) {
                    ABANDONED.fetch_sub(1, Ordering::AcqRel);
                    return answered.recv().or_else(|_| self.panicked());
                }
                self.thread = None;
                Err(Stopped::Late)
            }
        }
    }

    fn send(&mut self, job: Job) -> Result<(), Stopped> {
        if let Some(working) = &self.thread {
            // It takes jobs as long as this value lives.
            return working.jobs.send(job).or_else(|_| self.panicked());
        }
        if ABANDONED.load(Ordering::Acquire) >= MOST_ABANDONED {
            return Err(Stopped::Crowded);
        }
        let (jobs, taken) = channel::<Job>();
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        let work = move || tracing::dispatcher::with_default(&dispatch, || taken.into_iter().for_each(|job| job()));
        let thread = Native::start(c"sochdb-load", STACK, Box::new(work)).map_err(Stopped::NoThread)?;
        let working = self.thread.insert(Working { jobs, thread });
        working.jobs.send(job).or_else(|_| self.panicked())
    }

    /// Goes on with the panic that ended the thread, as if it had come up here.
    fn panicked<T>(&mut self) -> Result<T, Stopped> {
        match self.thread.take().map(|working| Native::join(working.thread)) {
            Some(Err(panic)) => resume_unwind(panic),
            _ => Err(Stopped::Late),
        }
    }

    fn refusal(&self, stopped: &Stopped, step: Step, path: &Path) -> Refusal {
        let (path, limit) = (UntrustedText::from(path), self.limit);
        match stopped {
            Stopped::Late => Refusal::Timeout {
                step,
                what: format!("{path}: what begins with step {step} did not end within {limit:?}"),
            },
            Stopped::Crowded => Refusal::Timeout {
                step,
                what: format!("{path} was not looked at, as {MOST_ABANDONED} earlier loads still wait for an answer"),
            },
            Stopped::NoThread(error) => {
                let number = error.raw_os_error().unwrap_or(Own::SHORTAGES.threads);
                Refusal::Shortage { step, lack: Lack::Processes, reason: io::Error::from_raw_os_error(number) }
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.rest();
    }
}
