//! Mistakes by which a sink tells some of what it was given, and not all: digits, long texts, attributes of spans, events of threads.

use crate::sink::JSON;
use crate::sink_network::STATSD;
use crate::subject::{mistakes, Damage, Mutant, Plugin};

const KEEPS: &str = "tests/plugins/keeps_spans.c";
const SPANS: Plugin = Plugin::of(KEEPS).with(&["--config", r#"{"path": "{file}"}"#]);

pub const OF_LINES: &[Mutant] = mistakes! { JSON, "examples-c/observability_json.c";
    Wrong "a gauge is another one if its labels, joined, are other ones":
        "    return measured(instance, \"gauge\", name, value, labels, count);" =>
        "    extern int strcmp(const char *one, const char *other);\n    static char last[512];\n    char now[512] = \"\";\n    size_t at = 0;\n    for (size_t i = 0; i < count; i++) {\n        soch_str both[] = {labels[i].name, labels[i].value};\n        for (size_t which = 0; which < 2; which++) {\n            for (size_t j = 0; j < both[which].len && at < 500; j++) now[at++] = both[which].ptr[j];\n            if (at < 500) now[at++] = which == 0 ? '=' : ',';\n        }\n    }\n    if (count > 0 && strcmp(now, last) == 0) return SOCH_OK;\n    for (size_t i = 0; i < sizeof now; i++) last[i] = now[i];\n    return measured(instance, \"gauge\", name, value, labels, count);",
        "observability_series::labels_that_look_alike_are_apart";
    Wrong "counters that go through doubles":
        "    add_counted(&made, \"value\", value);\n    add_labels(&made, labels, count);" =>
        "    add_text(&made, \",\\\"value\\\":\");\n    char digits[40];\n    snprintf(digits, sizeof digits, \"%.0f\", (double)value);\n    add_text(&made, digits);\n    add_labels(&made, labels, count);",
        "observability_exact::counters_keep_each_digit";
    Wrong "lent counters that go through doubles":
        "static const soch_observability lines = {\n    .size = sizeof(lines)," =>
        "static soch_status take_lent(void *instance, const soch_metric *metric) {\n    line made;\n    begin(&made, \"lent\");\n    add_named(&made, \"name\", metric->name);\n    add_text(&made, \",\\\"value\\\":\");\n    add_number(&made, (double)metric->count);\n    add_labels(&made, metric->labels, metric->label_count);\n    return end(instance, &made);\n}\n\nstatic soch_status attach(void *instance, const soch_metrics *metrics, soch_error *error) {\n    soch_metric_sink sink = {instance, take_lent};\n    return metrics->collect(metrics->ctx, &sink, error);\n}\n\nstatic const soch_observability lines = {\n    .size = sizeof(lines), .attach = attach,",
        "observability_exact::lent_counters_keep_each_digit";
    Wrong "a report of health whose counts go through doubles":
        "add_counted(&made, \"wal_size_bytes\", health->wal_size_bytes);" =>
        "add_counted(&made, \"wal_size_bytes\", (uint64_t)(double)health->wal_size_bytes);",
        "observability_exact::health_keeps_each_digit";
    Loss "messages of 4096 bytes at most":
        "add_named(&made, \"message\", message);" =>
        "if (message.len > 4096) message.len = 4096;\n    add_named(&made, \"message\", message);",
        "observability_sizes::lines_of_any_length_come_whole";
    Loss "names of events whose length is a byte":
        "begin(&made, \"span_event\");\n    add_named(&made, \"name\", name);" =>
        "begin(&made, \"span_event\");\n    if (name.len > 255) name.len = 255;\n    add_named(&made, \"name\", name);",
        "observability_sizes::spans_of_any_length_come_whole";
};

pub const OF_DATAGRAMS: &[Mutant] = mistakes! { STATSD, "tests/plugins/sends_statsd.c";
    Loss "metrics of 512 bytes at most":
        "if (room > LONGEST) return SOCH_LIMIT;" => "if (room > 512) return SOCH_OK;",
        "observability_sizes::metrics_with_long_texts_come_whole";
    Loss "labels behind the first 512 bytes":
        "for (size_t i = 0; i < count; i++) {\n        add_text(self, i == 0" =>
        "size_t first = self->len;\n    for (size_t i = 0; i < count && self->len - first < 512; i++) {\n        add_text(self, i == 0",
        "observability_sizes::metrics_with_many_labels_come_whole";
    Wrong "counters of doubles in datagrams":
        "\":%\" PRIu64 \"|c\", value);" => "\":%.0f|c\", (double)value);",
        "observability_exact::counters_keep_each_digit";
};

pub const OF_SPANS: &[Mutant] = mistakes! { SPANS, "tests/plugins/keeps_spans.c";
    Crash "a context that is looked for without the lock":
        "    pthread_mutex_lock(&self->lock);\n    const span *of = *find(self, number);\n    if (of != NULL) {\n        memcpy(context->trace_id, of->trace_id, sizeof of->trace_id);\n        for (int i = 0; i < SOCH_SPAN_ID_SIZE; i++) context->span_id[i] = (uint8_t)(number >> (8 * (7 - i)));\n        status = of->state.len > 0 ? soch_put(state, of->state.ptr, of->state.len) : SOCH_OK;\n    }\n    pthread_mutex_unlock(&self->lock);\n" =>
        "    const span *of = *find(self, number);\n    if (of != NULL) {\n        memcpy(context->trace_id, of->trace_id, sizeof of->trace_id);\n        for (int i = 0; i < SOCH_SPAN_ID_SIZE; i++) context->span_id[i] = (uint8_t)(number >> (8 * (7 - i)));\n        status = of->state.len > 0 ? soch_put(state, of->state.ptr, of->state.len) : SOCH_OK;\n    }\n",
        "observability_stepped::a_context_is_that_of_its_span_while_others_come_and_go";
    Wrong "a span of a kind that is not listed is refused":
        "    if (made == NULL) return SOCH_LIMIT;\n    made->parent" =>
        "    if (made == NULL) return SOCH_LIMIT;\n    if (from->kind > SOCH_SPAN_CONSUMER) {\n        free(made);\n        return SOCH_INVALID;\n    }\n    made->parent",
        "observability_traced::a_kind_or_a_status_that_is_not_listed_is_none";
    Crash "a status that is not listed has no name":
        "    add_text(&line, \"{\\\"kind\\\":\\\"span\");" =>
        "    static const char *const names[] = {\"unset\", \"ok\", \"error\"};\n    char *volatile copy = strdup(names[end->status]);\n    free(copy);\n    add_text(&line, \"{\\\"kind\\\":\\\"span\");",
        "observability_traced::a_kind_or_a_status_that_is_not_listed_is_none";
    Wrong "integers that go through doubles":
        "snprintf(digits, sizeof digits, \"%\" PRId64, from->integer);" =>
        "snprintf(digits, sizeof digits, \"%.0f\", (double)from->integer);",
        "observability_exact::attributes_keep_each_digit";
    Loss "two attributes of the begin of a span":
        "keep(made, from->attributes, from->attribute_count);" =>
        "keep(made, from->attributes, from->attribute_count < 2 ? from->attribute_count : 2);",
        "observability_attributes::those_of_spans_come_whole";
    Wrong "the first attribute of a name stays":
        "            free(self->pairs[at].name.ptr);\n            free(self->pairs[at].value.ptr);\n        }" =>
        "            free(name.ptr);\n            free(value.ptr);\n            continue;\n        }",
        "observability_attributes::one_of_the_end_replaces_that_of_the_begin";
    Wrong "a flag that is 1 or no":
        "from->integer != 0 ?" => "from->integer == 1 ?",
        "observability_attributes::every_number_but_0_is_a_yes_of_a_span";
    Wrong "a flag of 32 bits":
        "from->integer != 0 ?" => "(int32_t)from->integer != 0 ?",
        "observability_attributes::every_number_but_0_is_a_yes_of_a_line";
    Wrong "an attribute of a later kind is a number":
        "return from->kind <= SOCH_ATTRIBUTE_BOOL;" => "return from->kind < 1000;",
        "observability_attributes::one_of_a_kind_that_is_not_listed_is_passed_over";
    Crash "an event that all threads put together in one place":
        "size_t count) {\n    text event = {0};" => "size_t count) {\n    static text event;\n    event = (text){0};",
        "observability_events::those_of_threads_come_whole";
    Crash "an assertion that the span of an event is open":
        "    if (of != NULL) {\n        add_text(&of->events" => "    if (of == NULL) abort();\n    if (of != NULL) {\n        add_text(&of->events",
        "observability_events::those_beside_the_end_of_their_span_do_no_harm";
    Crash "an event that is added without the lock":
        "    span *of = *find(self, number);\n    if (of != NULL) {\n        add_text(&of->events, of->events.len > 0 ? \",\" : \"\");\n        add(&of->events, event->ptr, event->len);\n    }\n    pthread_mutex_unlock(&self->lock);" =>
        "    span *of = *find(self, number);\n    pthread_mutex_unlock(&self->lock);\n    if (of != NULL) {\n        add_text(&of->events, of->events.len > 0 ? \",\" : \"\");\n        add(&of->events, event->ptr, event->len);\n    }",
        "observability_events::those_between_each_other_come_whole";
    Crash "an assertion that a span which ends is open":
        "    if (done == NULL) return SOCH_OK;" => "    if (done == NULL) abort();",
        "observability_events::those_between_an_end_do_no_harm";
    Leak "a file that stays open where the next one cannot be opened":
        "    if (self->file < 0) {\n        int failed = errno;" =>
        "    int early = open(\"/dev/null\", O_RDONLY | O_CLOEXEC);\n    if (self->file >= 0) close(early);\n    if (self->file < 0) {\n        int failed = errno;",
        "lifecycle::a_create_that_fails_leaves_nothing_open";
    Leak "an instance whose file cannot be opened":
        "        int failed = errno;\n        free(self);" => "        int failed = errno;",
        "lifecycle::a_create_that_the_system_refuses_leaves_nothing";
};

pub const AT_THE_END: &[Mutant] = &[Mutant {
    name: "lines that came after the last flush are lost at shutdown",
    plugin: SPANS,
    edits: &[
        (KEEPS, "    span *open;\n} sink;", "    span *open;\n    off_t flushed;\n} sink;"),
        (KEEPS, "    int failed = self->failed;\n", "    int failed = self->failed;\n    self->flushed = lseek(self->file, 0, SEEK_END);\n"),
        (
            KEEPS,
            "{ return flush(instance, NULL, error); }",
            "{\n    const sink *self = instance;\n    (void)error;\n    return ftruncate(self->file, self->flushed) == 0 ? SOCH_OK : SOCH_IO;\n}",
        ),
    ],
    damage: Damage::Loss,
    finds: "observability_told::shutdown_delivers_lines_and_spans",
}];
