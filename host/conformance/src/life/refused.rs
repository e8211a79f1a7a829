//! A `create` that fails leaves nothing behind, whatever it is that fails, and however late.

use crate::frame::checker::checker;
use crate::frame::must::{ensure, skip, unseen};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::{Filled, PORT};
use crate::frame::subject::{new_directory, Subject};
use crate::frame::test::suite;
use crate::life::bad_configs::bad_configs;
use crate::life::basics::works;
use crate::life::held::{leaks, leaves};
use crate::system::backend::System;
use crate::system::Native;
use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

suite!(Lifecycle, "lifecycle":
    a_create_that_fails_leaves_nothing_open;
    full: refused_configurations_leave_nothing,
    a_create_that_the_system_refuses_leaves_nothing,
    a_directory_in_use_leaves_nothing,
);

/// The longest time for a configuration that is refused: a plugin may ask another machine first.
const REFUSED_SOON: Duration = Duration::from_millis(20);
/// The same, where many are tried at each build.
const REFUSED_AT_ONCE: Duration = Duration::from_millis(5);
/// Calls that are made to see what each leaves open.
const COUNTED: usize = 8;
/// The most files that a `create` may open before none is refused to it.
const MOST_FILES: usize = 12;

/// A way to make an instance that may fail.
struct Way<'a> {
    /// Behind "of a `create`".
    what: String,
    attempt: Box<dyn Fn() -> Result<(), NotPassed> + 'a>,
}

/// A port at which somebody else listens, by TCP and by UDP.
struct InUse(Option<(TcpListener, UdpSocket)>);

impl InUse {
    fn begin() -> Self {
        let tcp = TcpListener::bind(("127.0.0.1", 0)).ok();
        let both = tcp.and_then(|tcp| {
            let udp = UdpSocket::bind(tcp.local_addr().ok()?).ok()?;
            Some((tcp, udp))
        });
        Self(both)
    }

    /// A configuration with that port, if it has the place of one.
    fn config(&self, good: &str) -> Option<String> {
        let port = self.0.as_ref()?.0.local_addr().ok()?.port();
        good.contains(PORT).then(|| good.replace(PORT, &port.to_string()))
    }
}

/// Configurations with a mistake each, and one whose port somebody has.
fn mistaken<'a>(subject: &'a Subject, directory: &Arc<TempDir>, in_use: &InUse) -> Vec<Way<'a>> {
    let mut configs = bad_configs(subject.config());
    if let Some(config) = in_use.config(subject.config()) {
        configs.push(("a port that is in use".to_owned(), config));
    }
    let way = |(what, config): (String, String)| {
        let directory = directory.clone();
        Way {
            what: format!("that refuses a configuration with {what}"),
            attempt: Box::new(move || subject.made(&config, directory.clone()).map(drop)),
        }
    };
    configs.into_iter().map(way).collect()
}

/// Systems that refuse what it needs: the first file or socket that it opens, one of the next ones, or a thread.
fn refusing<'a>(subject: &'a Subject, filled: &'a Filled, directory: &'a Path) -> Vec<Way<'a>> {
    let few = (0..MOST_FILES).map(|files| Way {
        what: format!("where the process may open {files} files and sockets more"),
        attempt: Box::new(move || {
            let made = subject.handles_within(filled, directory, |make| Native::with_few_files(files, make));
            made.unwrap_or_else(|| Ok(Default::default())).map(drop).map_err(NotPassed::from)
        }),
    });
    let threads = Way {
        what: "where no thread begins".to_owned(),
        attempt: Box::new(move || {
            let made = subject.handles_within(filled, directory, |make| Native::without_threads(make));
            made.unwrap_or_else(|| Ok(Default::default())).map(drop).map_err(NotPassed::from)
        }),
    };
    few.chain([threads]).collect()
}

/// Tries those ways that fail within a time, and gives their number.
fn leave_nothing(
    ways: Vec<Way<'_>>,
    soon: Duration,
    left: impl Fn(&dyn Fn() -> Result<(), NotPassed>) -> Result<Option<String>, NotPassed>,
) -> Result<usize, NotPassed> {
    let mut refused = 0;
    for Way { what, attempt } in ways {
        let begin = Instant::now();
        if attempt().is_ok() || begin.elapsed() > soon {
            continue;
        }
        refused += 1;
        // Whether it is made may depend on what others do with the files that it names.
        let found = left(&|| attempt().or(Ok(())))?;
        ensure!(
            found.is_none(),
            "of a `create` {what}, {}: what fails, gives back all that it took",
            found.unwrap_or_default()
        );
    }
    Ok(refused)
}

/// Files, sockets, threads and mappings, which are counted one by one.
fn a_create_that_fails_leaves_nothing_open(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    if let Some(checker) = checker() {
        unseen!("{checker}, which has files and mappings of its own");
    }
    let (directory, in_use) = (Arc::new(new_directory()?), InUse::begin());
    let filled = Filled::new(subject.config(), directory.path())?;
    // What the process itself begins with the first one is there then.
    works(&mut subject.instance()?, "the first instance")?;
    let mut ways = refusing(subject, &filled, directory.path());
    ways.extend(mistaken(subject, &directory, &in_use));
    // In its own directory an engine may write into its log that it was tried.
    let nowhere = new_directory()?;
    let refused = leave_nothing(ways, REFUSED_AT_ONCE, |attempt| leaves(nowhere.path(), COUNTED, attempt))?;
    works(&mut subject.instance()?, &format!("after {refused} ways in which a `create` failed"))?;
    if refused == 0 {
        skip!("no `create` fails");
    }
    Ok(())
}

fn refused_configurations_leave_nothing(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    if let Some(checker) = checker() {
        unseen!("{checker}, which finds leaks itself");
    }
    let (directory, in_use) = (Arc::new(new_directory()?), InUse::begin());
    let ways = mistaken(subject, &directory, &in_use);
    let refused = leave_nothing(ways, REFUSED_SOON, |attempt| leaks(directory.path(), attempt))?;
    works(&mut subject.instance()?, &format!("after {refused} configurations that were refused"))?;
    if refused == 0 {
        skip!("no configuration is refused");
    }
    Ok(())
}

fn a_create_that_the_system_refuses_leaves_nothing(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    if let Some(checker) = checker() {
        unseen!("{checker}, which finds leaks itself");
    }
    let directory = new_directory()?;
    let filled = Filled::new(subject.config(), directory.path())?;
    works(&mut subject.instance()?, "the first instance")?;
    let (ways, nowhere) = (refusing(subject, &filled, directory.path()), new_directory()?);
    let refused = leave_nothing(ways, REFUSED_SOON, |attempt| leaks(nowhere.path(), attempt))?;
    works(&mut subject.instance()?, &format!("after the system refused {refused} times what a `create` needs"))?;
    if refused == 0 {
        skip!("it needs nothing that the system can refuse");
    }
    Ok(())
}

/// Two instances do not write to one directory: one that finds it in use is refused, and gives back what it took.
fn a_directory_in_use_leaves_nothing(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    if let Some(checker) = checker() {
        unseen!("{checker}, which finds leaks itself");
    }
    let (mut first, nowhere) = (subject.instance()?, new_directory()?);
    let directory = first.directory();
    let begin = Instant::now();
    let attempt = || subject.made(subject.config(), directory.clone()).map(drop);
    if attempt().is_ok() {
        skip!("a second instance may have the directory of another");
    }
    if begin.elapsed() > REFUSED_SOON {
        skip!("a second instance waits for the directory of another");
    }
    // An engine may write into its log that somebody tried.
    let found = leaks(nowhere.path(), || attempt().or(Ok(())))?;
    ensure!(
        found.is_none(),
        "of a `create` in a directory that another instance uses, {}: what fails, gives back all that it took",
        found.unwrap_or_default()
    );
    works(&mut first, "after others were refused in its directory")
}
