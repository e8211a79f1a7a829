//! Mistakes in sinks that serve a page for Prometheus, or send StatsD.

use crate::subject::{mistakes, Damage, Mutant, Plugin};

const PROMETHEUS: Plugin =
    Plugin::of("examples-rust/observability_prometheus").with(&["--config", r#"{"listen": "127.0.0.1:{port}"}"#]);

pub const STATSD: Plugin =
    Plugin::of("tests/plugins/sends_statsd.c").with(&["--config", r#"{"to": "127.0.0.1:{port}"}"#]);

pub const DATAGRAMS: &[Mutant] = mistakes! { STATSD, "tests/plugins/sends_statsd.c";
    Loss "what a datagram has no room for any more":
        "if (self->len > 0 && self->len + room > DATAGRAM) send_text(self);" =>
        "if (self->len > 0 && self->len + room > DATAGRAM) self->len = 0;",
        "observability_output::counters_add_up_over_threads";
    Wrong "two datagrams in one line":
        "if (self->len > 0) add_text(self, \"\\n\");" => "",
        "observability_output::counters_add_up";
    Loss "a flush that sends nothing":
        "    pthread_mutex_lock(&self->lock);\n    send_text(self);\n    int failed" =>
        "    pthread_mutex_lock(&self->lock);\n    int failed",
        "observability_output::counters_add_up";
    Wrong "counters as gauges":
        "\":%\" PRIu64 \"|c\"" => "\":%\" PRIu64 \"|g\"",
        "observability_output::counters_add_up";
    Wrong "gauges as counters":
        ":%.17g|g" => ":%.17g|c",
        "observability_output::a_gauge_has_its_last_value";
    Wrong "counters of 32 bits":
        "PRIu64 \"|c\", value);" => "PRIu64 \"|c\", (uint64_t)(uint32_t)value);",
        "observability_output::counters_add_up";
    Wrong "gauges of six digits":
        ":%.17g|g" => ":%g|g",
        "observability_output::a_gauge_has_its_last_value";
    Wrong "histograms as gauges":
        ":%.17g|h" => ":%.17g|g",
        "observability_output::histograms_have_each_observation";
    Loss "the last label":
        "for (size_t i = 0; i < count; i++) {\n        add_text(self, i == 0" =>
        "for (size_t i = 0; i + 1 < count || i == 0; i++) {\n        if (count == 0) break;\n        add_text(self, i == 0",
        "observability_output::labels_keep_their_texts";
    Leak "the socket of each instance":
        "    close(self->socket);\n    pthread_mutex_destroy" => "    pthread_mutex_destroy",
        "lifecycle::instances_leave_nothing_open";
};

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "times of spans in milliseconds under a name of seconds",
        plugin: PROMETHEUS,
        edits: &[("examples-rust/observability_prometheus/src/spans.rs", "start.elapsed().as_secs_f64()", "start.elapsed().as_secs_f64() * 1000.0")],
        damage: Damage::Wrong,
        finds: "observability_times::a_span_has_its_time_in_the_unit_that_is_said",
    },
    Mutant {
        name: "a gauge that adds",
        plugin: PROMETHEUS,
        edits: &[("examples-rust/observability_prometheus/src/series.rs", "gauge.set(value);", "gauge.inc_by(value);")],
        damage: Damage::Wrong,
        finds: "observability_output::a_gauge_has_its_last_value",
    },
    Mutant {
        name: "a page whose labels are not told apart",
        plugin: PROMETHEUS,
        edits: &[("examples-rust/observability_prometheus/src/metrics.rs", "let names = Names::new(kind, name, labels);\n        let is_allowed", "let names = Names::new(kind, name, &labels[..labels.len().min(1)]);\n        let is_allowed")],
        damage: Damage::Wrong,
        finds: "observability_output::counters_add_up",
    },
    Mutant {
        name: "lent counters are told as floats of 32 bits",
        plugin: PROMETHEUS,
        edits: &[("examples-rust/observability_prometheus/src/pulled.rs", "MetricValue::Counter(total) => (Kind::Counter, Value::Counter(total)),", "MetricValue::Counter(total) => (Kind::Counter, Value::Counter(u64::from(total as u32))),")],
        damage: Damage::Wrong,
        finds: "observability_output::what_is_lent_is_told",
    },
    Mutant {
        name: "buckets that do not add up",
        plugin: PROMETHEUS,
        edits: &[("examples-rust/observability_prometheus/src/series.rs", "family.get(labels).map(|histogram| histogram.observe(value))", "family.get(labels).map(|histogram| histogram.observe(value * 2.0))")],
        damage: Damage::Wrong,
        finds: "observability_output::histograms_have_each_observation",
    },
    Mutant {
        name: "durations of spans are not shown",
        plugin: PROMETHEUS,
        edits: &[("examples-rust/observability_prometheus/src/lib.rs", "self.metrics.span(&name, seconds);", "let _ = (name, seconds);")],
        damage: Damage::Loss,
        finds: "observability_told::spans_come_with_their_names",
    },
    Mutant {
        name: "series have two labels at most",
        plugin: PROMETHEUS,
        edits: &[("examples-rust/observability_prometheus/src/pulled.rs", "                family.series.insert(labels, value);", "                let mut labels = labels;\n                labels.truncate(2);\n                family.series.insert(labels, value);")],
        damage: Damage::Loss,
        finds: "observability_kinds::a_lent_metric_of_each_kind_is_told",
    },
    Mutant {
        name: "a label with the name of a bucket's bound",
        plugin: PROMETHEUS,
        edits: &[("examples-rust/observability_prometheus/src/names.rs", "\"le\" | \"quantile\" =>", "\"quantile\" =>")],
        damage: Damage::Wrong,
        finds: "observability_output::histograms_have_each_observation",
    },
    Mutant {
        name: "a label of a metric that is lent has a letter",
        plugin: PROMETHEUS,
        edits: &[("examples-rust/observability_prometheus/src/lib.rs", "        self.metrics.pull_from(metrics);\n", "        metrics.collect(|metric| metric.labels.iter().for_each(|(name, _)| assert!(!name.is_empty())));\n        self.metrics.pull_from(metrics);\n")],
        damage: Damage::Crash,
        finds: "observability::any_metric_may_be_read",
    },
    Mutant {
        name: "a page of messages has a sample of nothing at its end",
        plugin: PROMETHEUS,
        edits: &[("examples-rust/observability_prometheus/src/samples.rs", "                None if line.starts_with('#') => {}\n", "")],
        damage: Damage::Wrong,
        finds: "observability_pages::each_format_tells_the_same",
    },
    Mutant {
        name: "a native histogram without what is about 0",
        plugin: PROMETHEUS,
        edits: &[("examples-rust/observability_prometheus/src/protobuf.rs", "message.number(7, native.zero_count);", "message.number(7, 0);")],
        damage: Damage::Wrong,
        finds: "observability_pages::each_format_tells_the_same",
    },
    Mutant {
        name: "a description with half an escape",
        plugin: PROMETHEUS,
        edits: &[("examples-rust/observability_prometheus/src/pulled.rs", "'\\\\' | '\"' => escaped", "'\"' => escaped")],
        damage: Damage::Wrong,
        finds: "observability_pages::descriptions_come_whole",
    },
    Mutant {
        name: "an answer that is written as to a file",
        plugin: PROMETHEUS,
        edits: &[(
            "examples-rust/observability_prometheus/src/http.rs",
            "        self.stream.write_all(&answer)",
            "        std::fs::File::from(std::os::fd::OwnedFd::from(self.stream.try_clone()?)).write_all(&answer)",
        )],
        damage: Damage::Crash,
        finds: "observability_many::who_goes_away_sends_no_signal",
    },
    Mutant {
        name: "connections that are open behind the end",
        plugin: PROMETHEUS,
        edits: &[(
            "examples-rust/observability_prometheus/src/server.rs",
            "        let _ = stream.shutdown(Shutdown::Both);\n    }\n    for (_, thread) in connections.into_values() {\n        let _ = thread.join();\n    }\n",
            "        let _ = stream.peer_addr();\n    }\n",
        )],
        damage: Damage::Leak,
        finds: "observability_pages::who_stays_connected_is_let_go_in_the_end",
    },
];
