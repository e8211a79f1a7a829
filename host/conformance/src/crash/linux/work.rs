//! The work of a child: the steps of a seed, or a look at what is there.

use crate::crash::linux::kernel;
use crate::crash::linux::talk::Talk;
use crate::crash::promise::Promise;
use crate::frame::subject::Subject;
use rustix::fd::{AsRawFd, OwnedFd};
use sochdb_plugin_host::sdk::ErrorKind;
use std::io::Result;
use std::path::Path;

/// Lets whoever supervises decide about the calls of this process from now on, also of those that read if `reads`. None if the kernel does not.
pub(crate) fn supervise(talk: &Talk, reads: bool) -> Result<Option<OwnedFd>> {
    match kernel::begin(reads) {
        Ok(listener) => {
            talk.say(&format!("supervise {}", listener.as_raw_fd()))?;
            Ok(Some(listener))
        }
        Err(error) => {
            talk.say(&format!("the kernel lets no process be supervised: {error}"))?;
            Ok(None)
        }
    }
}

fn taker<P: Promise>(subject: &Subject, directory: &Path) -> std::result::Result<P::Taker, String> {
    let taker = subject.handles_in(directory).and_then(|handles| P::taker(subject, directory, handles));
    taker.map_err(|why| why.to_string())
}

/// Takes the steps on a new instance, and says of each that it begins, and how it ended; then ends the instance.
pub(crate) fn work<P: Promise>(
    subject: &Subject,
    talk: &Talk,
    directory: &Path,
    seed: u64,
    count: usize,
) -> Result<()> {
    let mut taker = match taker::<P>(subject, directory) {
        Ok(taker) => taker,
        Err(why) => {
            talk.say(&format!("refused {why}"))?;
            return say_open(talk);
        }
    };
    for (at, step) in P::steps(seed, count).iter().enumerate() {
        talk.say(&format!("begin {at}"))?;
        match P::take(&mut taker, step) {
            Ok(()) => talk.say(&format!("done {at}"))?,
            Err(error) if error.kind() == ErrorKind::Unsupported => talk.say(&format!("never {at}"))?,
            Err(error) => talk.say(&format!("failed {at} {error}"))?,
        }
    }
    drop(taker);
    say_open(talk)
}

/// Says how many files are open when the instance is gone.
fn say_open(talk: &Talk) -> Result<()> {
    talk.say(&format!("open {}", std::fs::read_dir("/proc/self/fd")?.count()))
}

/// Opens what is there, and says all of it.
pub(crate) fn look<P: Promise>(subject: &Subject, talk: &Talk, directory: &Path) -> Result<()> {
    let mut taker = match taker::<P>(subject, directory) {
        Ok(taker) => taker,
        Err(why) => return talk.say(&format!("refused {why}")),
    };
    seen::<P>(&mut taker, talk)
}

fn seen<P: Promise>(taker: &mut P::Taker, talk: &Talk) -> Result<()> {
    match P::look(taker) {
        Ok(seen) => seen.iter().try_for_each(|line| talk.say(&format!("seen {line}"))),
        Err(why) => talk.say(&format!("broken {why}")),
    }
}

/// Opens what is there, brings it to the disk, which it says, and then says all of it.
pub(crate) fn again<P: Promise>(subject: &Subject, talk: &Talk, directory: &Path) -> Result<()> {
    let mut taker = match taker::<P>(subject, directory) {
        Ok(taker) => taker,
        Err(why) => return talk.say(&format!("refused {why}")),
    };
    match P::flush(&mut taker) {
        Ok(()) => talk.say(FLUSHED)?,
        Err(error) => return talk.say(&format!("broken flush: {error}")),
    }
    seen::<P>(&mut taker, talk)
}

/// Opens what is there, and says what each way to read gives.
pub(crate) fn read<P: Promise>(subject: &Subject, talk: &Talk, directory: &Path) -> Result<()> {
    talk.say(AGAIN)?;
    match taker::<P>(subject, directory) {
        Ok(mut taker) => P::read(&mut taker).iter().try_for_each(|line| talk.say(&format!("read {line}"))),
        Err(why) => talk.say(&format!("refused {why}")),
    }
}

/// The line of a process that has flushed what it opened.
pub(crate) const FLUSHED: &str = "flushed";
/// The line that a process says before it opens again what it wrote.
pub(crate) const AGAIN: &str = "again";
