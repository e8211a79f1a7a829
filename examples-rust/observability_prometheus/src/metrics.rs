//! The metrics of an instance: families by name, each with its series, and those of the host beside them.

use crate::claims::{Claims, Source};
use crate::config::Config;
use crate::format::Format;
use crate::health::Health;
use crate::limits::{Limit, Limits};
use crate::names::{Kind, LabelSet, Names};
use crate::protobuf::{self, Natives};
use crate::pulled::{self, Pulled};
use crate::series::{Series, Update};
use crate::text;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;
use sochdb_plugin_sdk::{HealthInfo, Host, Labels, LogLevel, Metric};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

const SPANS: &str = "span_duration_seconds";
const DROPPED: &str = "sochdb_dropped_series";
const CLASHES: &str = "sochdb_plugin_name_clashes";
/// How many refused names are remembered, so that each is complained of once.
const MAX_COMPLAINTS: usize = 1_000;
/// How much of a name a complaint shows.
const SHOWN: usize = 100;

struct State {
    registry: Registry,
    families: HashMap<String, Series>,
    claims: Claims,
    limits: Limits,
    /// The host's series that are shown.
    pulled: HashMap<String, HashSet<LabelSet>>,
    clashes: HashSet<(String, Kind)>,
    exceeded: HashSet<Limit>,
}

/// All metrics of an instance. Calls on series that are there do not wait for each other.
pub(crate) struct Metrics {
    host: Host,
    dropped: Counter,
    clashed: Counter,
    of_host: OnceLock<sochdb_plugin_sdk::Metrics>,
    health: Arc<Health>,
    state: RwLock<State>,
}

/// Why a series is not shown.
enum Refusal {
    Limit(Limit),
    Clash,
}

/// What the host's log is told, once.
enum Complaint {
    Limit(Limit, String),
    Clash(String, Kind),
}

impl Metrics {
    pub(crate) fn new(host: Host, config: &Config) -> Self {
        let (dropped, clashed, health) = (Counter::default(), Counter::default(), Arc::new(Health::default()));
        let mut registry = Registry::default();
        registry.register(
            DROPPED,
            "Updates, and series at a scrape, that were dropped as they would exceed a limit",
            dropped.clone(),
        );
        registry.register(CLASHES, "Metrics that are not shown as an earlier one has their name", clashed.clone());
        registry.register_collector(Box::new(health.clone()));
        let mut claims = Claims::default();
        [DROPPED, CLASHES].iter().for_each(|name| claims.reserve(Kind::Counter, name));
        Health::NAMES.iter().for_each(|name| claims.reserve(Kind::Gauge, name));
        claims.reserve(Kind::Histogram, SPANS);
        let spans = Series::of_spans();
        spans.register(&mut registry, SPANS, "Time from the start of a span to its end");
        let state = State {
            registry,
            families: HashMap::from([(SPANS.to_owned(), spans)]),
            claims,
            limits: Limits::new(config),
            pulled: HashMap::new(),
            clashes: HashSet::new(),
            exceeded: HashSet::new(),
        };
        Self { host, dropped, clashed, of_host: OnceLock::new(), health, state: RwLock::new(state) }
    }

    /// Applies `update` to the series of `name` and `labels`; makes it if there is room.
    pub(crate) fn update(&self, name: &str, labels: Labels<'_>, update: Update) {
        self.update_of(name, labels, update, Source::Pushed);
    }

    /// Adds the duration of a span.
    pub(crate) fn span(&self, name: &str, seconds: f64) {
        self.update_of(SPANS, &[("name", name)], Update::Observe(seconds), Source::Own);
    }

    /// Whether a name is short enough to be shown.
    pub(crate) fn takes(&self, name: &str) -> bool {
        let takes = self.state.read().unwrap_or_else(PoisonError::into_inner).limits.takes(name);
        if !takes {
            self.refuse(name, Refusal::Limit("max_label_bytes"), Kind::Histogram);
        }
        takes
    }

    fn update_of(&self, name: &str, labels: Labels<'_>, update: Update, source: Source) {
        if matches!(update, Update::Observe(value) if !value.is_finite()) {
            // It would make the sum of its series useless for ever.
            return;
        }
        let kind = update.kind();
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if !state.are_short(name, labels) {
            drop(state);
            return self.refuse(name, Refusal::Limit("max_label_bytes"), kind);
        }
        let names = Names::new(kind, name, labels);
        let is_allowed = state.claims.allow(&names, source);
        if is_allowed && state.families.get(&names.family).is_some_and(|series| series.apply(&names.labels, update)) {
            return;
        }
        drop(state);
        if let Err(refusal) = self.with_state(|state| state.add(&names, update, source)) {
            self.refuse(name, refusal, kind);
        }
    }

    /// Counts what is not shown, and complains. Not to be called under the lock: the host may come back here to report
    /// what it logs.
    fn refuse(&self, name: &str, refusal: Refusal, kind: Kind) {
        if let Some(complaint) = self.with_state(|state| self.count(state, name, refusal, kind)) {
            self.complain(complaint);
        }
    }

    fn count(&self, state: &mut State, name: &str, refusal: Refusal, kind: Kind) -> Option<Complaint> {
        match refusal {
            Refusal::Limit(limit) => {
                self.dropped.inc();
                state.exceeded.insert(limit).then(|| Complaint::Limit(limit, cut(name)))
            }
            Refusal::Clash => {
                let is_new = state.clashes.len() < MAX_COMPLAINTS && state.clashes.insert((name.to_owned(), kind));
                is_new.then(|| {
                    self.clashed.inc();
                    Complaint::Clash(cut(name), kind)
                })
            }
        }
    }

    fn complain(&self, complaint: Complaint) {
        match complaint {
            Complaint::Limit(limit, name) => {
                let fields = [("limit", limit), ("name", &*name)];
                self.host.log(LogLevel::Warn, "metrics are dropped: they exceed a limit of the configuration", &fields);
            }
            Complaint::Clash(name, kind) => {
                let fields = [("name", &*name), ("kind", kind.name())];
                self.host.log(LogLevel::Warn, "metric dropped: an earlier one has its name", &fields);
            }
        }
    }

    /// From now on the host's metrics are read at each scrape.
    pub(crate) fn pull_from(&self, metrics: sochdb_plugin_sdk::Metrics) {
        // The host lends them once.
        let _ = self.of_host.set(metrics);
    }

    /// What the host has now, without what there is no name or room for.
    fn pull(&self) -> Pulled {
        let Some(of_host) = self.of_host.get() else { return Pulled::default() };
        let mut complaints = Vec::new();
        let pulled = Pulled::read(of_host, |metric, kind| {
            self.with_state(|state| match state.admit(metric, kind) {
                Ok(names) => Some(names),
                Err(refusal) => {
                    complaints.extend(self.count(state, metric.name, refusal, kind));
                    None
                }
            })
        });
        complaints.into_iter().for_each(|complaint| self.complain(complaint));
        pulled
    }

    pub(crate) fn report_health(&self, health: &HealthInfo) {
        self.health.set(health);
    }

    /// All metrics in that format.
    pub(crate) fn encode(&self, format: Format) -> Vec<u8> {
        let pulled = self.pull();
        let natives = if format == Format::Protobuf { pulled.natives() } else { Natives::default() };
        let page = self.page(pulled);
        match format {
            Format::Plain => text::plain(&page).into_bytes(),
            Format::OpenMetrics => page.into_bytes(),
            Format::Protobuf => protobuf::encode(&page, &natives),
        }
    }

    /// All metrics in the OpenMetrics text format.
    fn page(&self, of_host: Pulled) -> String {
        let mut pulled = Registry::default();
        pulled.register_collector(Box::new(of_host));
        let mut text = String::new();
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let own = encode_registry(&mut text, &state.registry);
        drop(state);
        // Writing to a String cannot fail.
        own.and_then(|()| encode_registry(&mut text, &pulled)).and_then(|()| encode_eof(&mut text)).unwrap_or_default();
        text
    }

    fn with_state<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn are_short(&self, name: &str, labels: Labels<'_>) -> bool {
        let mut texts = labels.iter().flat_map(|&(name, value)| [name, value]).chain([name]);
        texts.all(|text| self.limits.takes(text))
    }

    /// Makes the series if it is not there, and applies `update`.
    fn add(&mut self, names: &Names, update: Update, source: Source) -> Result<(), Refusal> {
        if !self.claims.allow(names, source) {
            return Err(Refusal::Clash);
        }
        // Another thread may have made it since.
        if !self.families.get(&names.family).is_some_and(|series| series.has(&names.labels)) {
            let lines = pulled::lines(names.kind, None);
            if let Some(limit) = self.limits.exceeded_by(names, lines) {
                return Err(Refusal::Limit(limit));
            }
            self.limits.add(names, lines);
            self.claims.take(names, source);
        }
        let Self { registry, families, .. } = self;
        let series = families.entry(names.family.clone()).or_insert_with_key(|family| {
            let series = Series::of(update);
            series.register(registry, family, &format!("The {} {family} of the database", names.kind.name()));
            series
        });
        series.create(&names.labels);
        series.apply(&names.labels, update);
        Ok(())
    }

    /// The names of a series of the host that is shown: from the first time on, they are taken.
    fn admit(&mut self, metric: &Metric<'_>, kind: Kind) -> Result<Names, Refusal> {
        if !self.are_short(metric.name, metric.labels) {
            return Err(Refusal::Limit("max_label_bytes"));
        }
        let names = Names::new(kind, metric.name, metric.labels);
        if !self.claims.allow(&names, Source::Read) {
            return Err(Refusal::Clash);
        }
        if !self.pulled.get(&names.family).is_some_and(|series| series.contains(&names.labels)) {
            let lines = pulled::lines(kind, pulled::chosen_buckets(metric));
            if let Some(limit) = self.limits.exceeded_by(&names, lines) {
                return Err(Refusal::Limit(limit));
            }
            self.limits.add(&names, lines);
            self.claims.take(&names, Source::Read);
            self.pulled.entry(names.family.clone()).or_default().insert(names.labels.clone());
        }
        Ok(names)
    }
}

/// The begin of a name, for a person.
fn cut(name: &str) -> String {
    name.chars().take(SHOWN).collect()
}
