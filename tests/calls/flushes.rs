//! Sinks that deliver what they buffer when the application asks, within the time that it has.

use sochdb_plugin_host::sdk::prelude::*;
use sochdb_plugin_host::sdk::{Call, Extension, ExtensionInfo};
use sochdb_plugin_host::{CallOptions, CancelToken, ManagerError, Observability, PluginManager};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// A sink that is never done before its limits end it, or fails at once, or is done at once.
#[derive(Clone)]
struct Buffering {
    flushes: Arc<AtomicUsize>,
    how: How,
}

#[derive(Clone, Copy)]
enum How {
    Forever,
    Fails,
    Delivers,
    Panics,
}

impl Buffering {
    fn new(how: How) -> Self {
        Self { flushes: Arc::default(), how }
    }

    fn flushes(&self) -> usize {
        self.flushes.load(SeqCst)
    }
}

impl Extension for Buffering {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new("buffering", "1.0.0")
    }
}

impl ObservabilityExtension for Buffering {
    fn flush(&self) -> Result<()> {
        self.flushes.fetch_add(1, SeqCst);
        match self.how {
            How::Forever => loop {
                Call::current(|call| call.go_on())?;
                thread::sleep(Duration::from_millis(1));
            },
            How::Fails => Err(Error::new(ErrorKind::Io, "the collector does not answer")),
            How::Delivers => Ok(()),
            How::Panics => panic!("a flush that panics"),
        }
    }
}

fn manager(sinks: &[&Buffering]) -> PluginManager {
    let manager = PluginManager::new();
    for sink in sinks {
        let sink = Observability::new((*sink).clone()).expect("a sink");
        manager.register_observability(sink).expect("registered");
    }
    manager
}

fn kind(result: Result<()>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}

#[test]
fn a_flush_that_does_not_end_ends_with_its_time_or_when_it_is_cancelled() {
    let sink = Buffering::new(How::Forever);
    let manager = manager(&[&sink]);
    let begin = Instant::now();
    let short = CallOptions::new().with_timeout(Duration::from_millis(100));
    assert_eq!(kind(short.run(|| manager.flush_observability())), Some(ErrorKind::Timeout));
    assert!((100..5_000).contains(&begin.elapsed().as_millis()), "it took {:?}", begin.elapsed());
    let cancel = CancelToken::new();
    let cancels = cancel.clone();
    let options = CallOptions::new().with_cancel(&cancel);
    let later = thread::spawn(move || {
        thread::sleep(Duration::from_millis(50));
        cancels.cancel();
    });
    assert_eq!(kind(options.run(|| manager.flush_observability())), Some(ErrorKind::Cancelled));
    later.join().expect("no panic");
    assert_eq!(sink.flushes(), 2);
    assert_eq!(kind(options.run(|| manager.flush_observability())), Some(ErrorKind::Cancelled));
    assert_eq!(sink.flushes(), 2, "what is cancelled before it begins does not reach the sink");
}

#[test]
fn a_sink_that_fails_keeps_no_other_from_being_flushed() {
    let [fails, panics, delivers] = [How::Fails, How::Panics, How::Delivers].map(Buffering::new);
    let manager = manager(&[&fails, &panics, &delivers]);
    let error = manager.flush_observability().expect_err("one fails");
    assert!(error.kind() == ErrorKind::Io && error.to_string().contains("the collector does not answer"), "{error}");
    assert_eq!([&fails, &panics, &delivers].map(Buffering::flushes), [1, 1, 1]);
    assert_eq!(kind(manager.flush_observability()), Some(ErrorKind::Io));
    assert_eq!([&fails, &panics, &delivers].map(Buffering::flushes), [2, 1, 2], "one that panicked gets no call");
    let listed: Vec<String> = manager.extensions().iter().map(|one| format!("{}: {}", one.name, one.state)).collect();
    assert!(listed[1].starts_with("buffering-2: panicked: `flush`") && listed.len() == 3, "{listed:?}");
    let unended = manager.shutdown_all().expect_err("what that one had not written may be lost");
    assert!(matches!(&unended, ManagerError::Shutdown(unended) if unended.len() == 1), "{unended:?}");
    assert_eq!([&fails, &delivers].map(Buffering::flushes), [2, 2], "a shutdown delivers without a flush");
    assert_eq!(kind(manager.flush_observability()), None, "there is nobody to flush");
}
