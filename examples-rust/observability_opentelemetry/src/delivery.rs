//! The thread that delivers.

use crate::health::Health;
use crate::pipelines::Pipelines;
use crate::pulled;
use opentelemetry::Context;
use sochdb_plugin_sdk::{Call, Error, ErrorKind, Metrics, Result};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a flush waits before it asks once more whether its caller still wants it.
const ASK: Duration = Duration::from_millis(10);

type Outcome = std::result::Result<(), String>;

enum Order {
    Flush(Sender<Outcome>),
    Stop,
}

pub(crate) struct Delivery {
    orders: Sender<Order>,
    thread: Option<JoinHandle<Outcome>>,
}

/// What the thread has.
struct Sources {
    pipelines: Pipelines,
    metrics: Arc<OnceLock<Metrics>>,
    health: Arc<Health>,
}

impl Delivery {
    pub(crate) fn start(
        interval: Duration,
        pipelines: Pipelines,
        metrics: Arc<OnceLock<Metrics>>,
        health: Arc<Health>,
    ) -> Result<Self> {
        let (orders, taken) = mpsc::channel();
        let sources = Sources { pipelines, metrics, health };
        let thread = std::thread::Builder::new().name("otlp".into()).spawn(move || sources.run(interval, &taken));
        let thread =
            thread.map_err(|error| Error::new(ErrorKind::Busy, format!("no thread to deliver by: {error}")))?;
        Ok(Self { orders, thread: Some(thread) })
    }

    /// Delivers all, and waits for that as long as the caller does.
    ///
    /// # Errors
    /// What did not arrive; that the caller waits no longer, while delivery goes on.
    pub(crate) fn flush(&self) -> Result<()> {
        let (reply, outcome) = mpsc::channel();
        let gone = || Error::failed("the thread that delivers is gone");
        self.orders.send(Order::Flush(reply)).map_err(|_| gone())?;
        loop {
            match outcome.recv_timeout(ASK) {
                Ok(outcome) => return outcome.map_err(Error::failed),
                Err(RecvTimeoutError::Timeout) => Call::current(|call| call.go_on())?,
                Err(RecvTimeoutError::Disconnected) => return Err(gone()),
            }
        }
    }

    /// Delivers all, and ends. What does not arrive is lost.
    ///
    /// # Errors
    /// What did not arrive; the thread panicked.
    pub(crate) fn stop(&mut self) -> Result<()> {
        let Some(thread) = self.thread.take() else { return Ok(()) };
        // If the thread is gone, `join` says why.
        let _ = self.orders.send(Order::Stop);
        thread.join().map_err(|_| Error::failed("the thread that delivers panicked"))?.map_err(Error::failed)
    }
}

impl Sources {
    fn run(&self, interval: Duration, orders: &Receiver<Order>) -> Outcome {
        // What this thread tells the host's log, it does not get back as telemetry.
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        let mut next = Instant::now() + interval;
        loop {
            match orders.recv_timeout(next.saturating_duration_since(Instant::now())) {
                // The log was told why, and the SDK delivers the rest at its own intervals.
                Err(RecvTimeoutError::Timeout) => drop(self.send_metrics()),
                Ok(first) => {
                    // What was asked for meanwhile is one delivery, also if nobody waits for it any more.
                    let (flushes, stops): (Vec<_>, Vec<_>) = std::iter::once(first)
                        .chain(orders.try_iter())
                        .partition(|order| matches!(order, Order::Flush(_)));
                    if !stops.is_empty() {
                        return self.end();
                    }
                    let outcome = join(self.send_metrics(), self.pipelines.flush());
                    for flush in flushes {
                        if let Order::Flush(reply) = flush {
                            // The caller may wait no longer.
                            let _ = reply.send(outcome.clone());
                        }
                    }
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return self.end(),
            }
            next = Instant::now() + interval;
        }
    }

    /// Delivers all for the last time.
    fn end(&self) -> Outcome {
        let outcome = join(self.send_metrics(), self.pipelines.flush());
        self.pipelines.shutdown();
        outcome
    }

    fn send_metrics(&self) -> Outcome {
        let mut metrics = self.metrics.get().map(pulled::read).unwrap_or_default();
        metrics.extend(self.health.metrics());
        self.pipelines.send_metrics(metrics).map_err(|why| format!("metrics: {why}"))
    }
}

fn join(first: Outcome, second: Outcome) -> Outcome {
    match (first, second) {
        (Err(first), Err(second)) => Err(format!("{first}; {second}")),
        (first, second) => first.and(second),
    }
}
