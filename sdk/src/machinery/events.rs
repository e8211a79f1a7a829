//! The events that a plugin's code makes with the crates `log` and `tracing`, on their way to the host's log.

use crate::host::{Host, LogLevel};
use crate::labels::Labels;
use crate::machinery::panics;
use std::cell::Cell;

#[cfg(feature = "log")]
mod of_log {
    use crate::host::LogLevel;
    use crate::machinery::events::tell;
    use log::{Level, LevelFilter, Log, Metadata, Record};

    struct Forward;

    fn level(level: Level) -> Option<LogLevel> {
        match level {
            Level::Error => Some(LogLevel::Error),
            Level::Warn => Some(LogLevel::Warn),
            Level::Info => Some(LogLevel::Info),
            Level::Debug => Some(LogLevel::Debug),
            Level::Trace => None,
        }
    }

    impl Log for Forward {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.level() <= log::max_level()
        }

        fn log(&self, record: &Record<'_>) {
            if let Some(level) = level(record.level()).filter(|_| self.enabled(record.metadata())) {
                let text = record.args().as_str().map_or_else(|| record.args().to_string(), str::to_owned);
                let target = ("target", record.target());
                #[cfg(feature = "log-kv")]
                if record.key_values().count() > 0 {
                    let said = said(record);
                    let fields = said.iter().map(|(name, value)| (&**name, &**value));
                    return tell(level, &text, &std::iter::once(target).chain(fields).collect::<Vec<_>>());
                }
                tell(level, &text, &[target]);
            }
        }

        fn flush(&self) {}
    }

    /// The key-values of a record, as text.
    #[cfg(feature = "log-kv")]
    fn said(record: &Record<'_>) -> Vec<(String, String)> {
        use log::kv::{Error, Key, Value, VisitSource};

        struct Said(Vec<(String, String)>);

        impl<'kvs> VisitSource<'kvs> for Said {
            fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
                self.0.push((key.to_string(), value.to_string()));
                Ok(())
            }
        }

        let mut said = Said(Vec::new());
        // No pair ends the visit.
        let _ = record.key_values().visit(&mut said);
        said.0
    }

    pub(super) fn forward(least: LogLevel) {
        // One that the plugin set before stays.
        if log::set_logger(&Forward).is_ok() || log::max_level() > LevelFilter::Off {
            log::set_max_level(match least {
                LogLevel::Error => LevelFilter::Error,
                LogLevel::Warn => LevelFilter::Warn,
                LogLevel::Info => LevelFilter::Info,
                LogLevel::Debug => LevelFilter::Debug,
            });
        }
    }
}

#[cfg(feature = "tracing")]
mod of_tracing {
    use crate::host::LogLevel;
    use crate::machinery::events::tell;
    use std::fmt::{Debug, Write as _};
    use std::sync::atomic::{AtomicI32, Ordering::Relaxed};
    use std::sync::Once;
    use tracing_core::field::{Field, Visit};
    use tracing_core::span::{Attributes, Id, Record};
    use tracing_core::{callsite, dispatcher, Dispatch, Event, Level, LevelFilter, Metadata, Subscriber};

    /// The least level of the instance that was made last.
    static LEAST: AtomicI32 = AtomicI32::new(0);

    struct Forward;

    fn level(level: &Level) -> Option<LogLevel> {
        match *level {
            Level::ERROR => Some(LogLevel::Error),
            Level::WARN => Some(LogLevel::Warn),
            Level::INFO => Some(LogLevel::Info),
            Level::DEBUG => Some(LogLevel::Debug),
            _ => None,
        }
    }

    /// The message of an event, and the other fields as text.
    #[derive(Default)]
    struct Said {
        message: String,
        fields: Vec<(&'static str, String)>,
    }

    impl Visit for Said {
        fn record_str(&mut self, field: &Field, value: &str) {
            match field.name() {
                "message" => self.message.push_str(value),
                name => self.fields.push((name, value.to_owned())),
            }
        }

        fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
            match field.name() {
                "message" => _ = write!(self.message, "{value:?}"),
                name => self.fields.push((name, format!("{value:?}"))),
            }
        }
    }

    impl Subscriber for Forward {
        /// Spans have no place in a line of the host's log.
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.is_event() && level(metadata.level()).is_some_and(|level| level.as_raw() >= LEAST.load(Relaxed))
        }

        fn max_level_hint(&self) -> Option<LevelFilter> {
            Some(match LogLevel::from_raw(LEAST.load(Relaxed)) {
                LogLevel::Error => LevelFilter::ERROR,
                LogLevel::Warn => LevelFilter::WARN,
                LogLevel::Info => LevelFilter::INFO,
                LogLevel::Debug => LevelFilter::DEBUG,
            })
        }

        fn event(&self, event: &Event<'_>) {
            let Some(level) = level(event.metadata().level()) else { return };
            let mut said = Said::default();
            event.record(&mut said);
            let fields = said.fields.iter().map(|(name, value)| (*name, &**value));
            let fields: Vec<_> = std::iter::once(("target", event.metadata().target())).chain(fields).collect();
            tell(level, &said.message, &fields);
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}

        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn enter(&self, _: &Id) {}

        fn exit(&self, _: &Id) {}
    }

    pub(super) fn forward(least: LogLevel) {
        static ONCE: Once = Once::new();
        LEAST.store(least.as_raw(), Relaxed);
        // One that the plugin set before stays.
        ONCE.call_once(|| _ = dispatcher::set_global_default(Dispatch::new(Forward)));
        callsite::rebuild_interest_cache();
    }
}

thread_local! {
    /// Whether this thread is telling of an event.
    static TELLING: Cell<bool> = const { Cell::new(false) };
}

/// Begins to give this library's events to its hosts, from the least level of `host` on.
pub(crate) fn forward(host: &Host) {
    let least = LogLevel::from_raw(host.least_level());
    #[cfg(feature = "log")]
    of_log::forward(least);
    #[cfg(feature = "tracing")]
    of_tracing::forward(least);
}

/// Gives a line to the host of the instance that was made last. What happens on this thread meanwhile is not told: a sink of
/// this library that gets the line may make an event of it.
fn tell(level: LogLevel, message: &str, fields: Labels<'_>) {
    struct Told;
    impl Drop for Told {
        fn drop(&mut self) {
            TELLING.with(|telling| telling.set(false));
        }
    }
    if TELLING.with(|telling| telling.replace(true)) {
        return;
    }
    let _told = Told;
    if let Some(host) = panics::newest() {
        host.log(level, message, fields);
    }
}
