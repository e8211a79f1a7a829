static size_t labels_of(const char *side, int is_swapped, soch_label *labels) {
    const soch_label own = {text("side"), text(side)}, other = {text("band"), text("wide")};
    int has_other = strcmp(side, "east") == 0 || strcmp(side, "west") == 0;
    labels[is_swapped && has_other] = own;
    if (has_other) labels[!is_swapped] = other;
    return has_other ? 2 : 1;
}

static inline void counter(int step, const char *name, const char *side, int is_swapped, uint64_t value) {
    soch_label labels[2];
    size_t count = labels_of(side, is_swapped, labels);
    if (HAS(sink, soch_observability, counter_inc)) done(step, sink->counter_inc(instance, text(name), value, labels, count));
}

static inline void gauge(int step, const char *name, const char *side, int is_swapped, double value) {
    soch_label labels[2];
    size_t count = labels_of(side, is_swapped, labels);
    if (HAS(sink, soch_observability, gauge_set)) done(step, sink->gauge_set(instance, text(name), value, labels, count));
}

static inline void histogram(int step, const char *name, const char *side, int is_swapped, double value) {
    soch_label labels[2];
    size_t count = labels_of(side, is_swapped, labels);
    if (HAS(sink, soch_observability, histogram_observe)) {
        done(step, sink->histogram_observe(instance, text(name), value, labels, count));
    }
}

// The metrics that are lent to the sink.
static struct {
    const char *name, *side;
    uint32_t kind;
    uint64_t count;
    double value;
} kept[64];
static size_t kept_count;

static soch_status collect(void *ctx, const soch_metric_sink *to, soch_error *why) {
    (void)ctx, (void)why;
    for (size_t first = 0; first < kept_count; first++) {
        size_t before = 0;
        while (strcmp(kept[before].name, kept[first].name) != 0) before++;
        for (size_t i = first; before == first && i < kept_count; i++) {
            soch_label labels[2];
            soch_metric metric;
            if (strcmp(kept[i].name, kept[first].name) != 0) continue;
            memset(&metric, 0, sizeof metric);
            metric.size = sizeof metric, metric.kind = kept[i].kind, metric.name = text(kept[i].name);
            metric.labels = labels, metric.label_count = labels_of(kept[i].side, 0, labels);
            metric.count = kept[i].count, metric.value = kept[i].value;
            metric.unit = metric.description = text("");
            soch_status status = to->metric(to->ctx, &metric);
            if (status != SOCH_OK) return status;
        }
    }
    return SOCH_OK;
}

static size_t keep(const char *name, const char *side, uint32_t kind) {
    size_t i = 0;
    while (i < kept_count && (strcmp(kept[i].name, name) != 0 || strcmp(kept[i].side, side) != 0)) i++;
    if (i == kept_count) kept[i].name = name, kept[i].side = side, kept[i].kind = kind, kept_count++;
    return i;
}

static inline void kept_counter(int step, const char *name, const char *side, int is_swapped, uint64_t value) {
    (void)step, (void)is_swapped;
    kept[keep(name, side, SOCH_METRIC_COUNTER)].count += value;
}

static inline void kept_gauge(int step, const char *name, const char *side, int is_swapped, double value) {
    (void)step, (void)is_swapped;
    kept[keep(name, side, SOCH_METRIC_GAUGE)].value = value;
}

static inline soch_attribute attribute(const char *name, const char *value) {
    soch_attribute made;
    memset(&made, 0, sizeof made);
    made.name = text(name), made.text = text(value), made.kind = SOCH_ATTRIBUTE_TEXT;
    return made;
}

static inline void start(int step, int span, int parent, int is_record) {
    uint64_t under = parent < 0 ? 0 : numbers[parent];
    if (is_record && HAS(sink, soch_observability, span_record_start)) {
        soch_span_start record;
        memset(&record, 0, sizeof record);
        record.size = sizeof record, record.name = text(word("span", span)), record.parent = under;
        done(step, sink->span_record_start(instance, &record, &numbers[span]));
    } else if (HAS(sink, soch_observability, span_start)) {
        done(step, sink->span_start(instance, text(word("span", span)), under, &numbers[span]));
    } else {
        numbers[span] = (uint64_t)span + 1;
    }
    if (numbers[span] == 0) fail(step, "a span has the number 0");
    ids[span][0] = 0;
    if (HAS(sink, soch_observability, span_context)) {
        soch_trace_context context;
        memset(&context, 0, sizeof context);
        if (sink->span_context(instance, numbers[span], &context, begin()) != SOCH_OK) return;
        for (int i = 0; i < 8; i++) snprintf(ids[span] + 2 * i, 3, "%02x", context.span_id[i]);
    }
}

static inline void event(int step, int span, int number_of, int is_record) {
    const char *name = word("event", number_of), *mark = word("mark", number_of);
    if (is_record && HAS(sink, soch_observability, span_record_event)) {
        const soch_attribute own = attribute("mark", mark);
        soch_span_event record;
        memset(&record, 0, sizeof record);
        record.size = sizeof record, record.name = text(name), record.attributes = &own, record.attribute_count = 1;
        done(step, sink->span_record_event(instance, numbers[span], &record));
    } else if (HAS(sink, soch_observability, span_event)) {
        const soch_label own = {text("mark"), text(mark)};
        done(step, sink->span_event(instance, numbers[span], text(name), &own, 1));
    }
}

static inline void stop(int step, int span, int is_record) {
    if (is_record && HAS(sink, soch_observability, span_record_end)) {
        soch_span_end record;
        memset(&record, 0, sizeof record);
        record.size = sizeof record;
        record.text = text("");
        done(step, sink->span_record_end(instance, numbers[span], &record));
    } else if (HAS(sink, soch_observability, span_end)) {
        done(step, sink->span_end(instance, numbers[span]));
    }
}

static inline void line(int step, int number_of, int length, int level, int is_record) {
    const char *message_of = message(number_of, length), *mark = word("mark", number_of);
    if (is_record && HAS(sink, soch_observability, log_record)) {
        const soch_attribute own = attribute("mark", mark);
        soch_log_record record;
        memset(&record, 0, sizeof record);
        record.size = sizeof record, record.level = level, record.message = text(message_of), record.target = text("");
        record.attributes = &own, record.attribute_count = 1;
        done(step, sink->log_record(instance, &record));
    } else if (HAS(sink, soch_observability, log)) {
        const soch_label own = {text("mark"), text(mark)};
        done(step, sink->log(instance, level, text(message_of), &own, 1));
    }
}

static inline void health(int step, uint64_t report) {
    soch_health state;
    memset(&state, 0, sizeof state);
    state.size = sizeof state, state.operational = 1;
    state.wal_size_bytes = UINT64_C(5000000000) + 1000 * report, state.active_txns = UINT64_C(6000000000) + 1000 * report;
    state.buffer_pool_usage = (2.0 * (double)report + 1) / 512;
    state.checkpoint_age_secs = UINT64_C(7000000000) + 1000 * report;
    if (HAS(sink, soch_observability, report_health)) done(step, sink->report_health(instance, &state));
}

static void lend(void) {
    static const soch_metrics metrics = {sizeof metrics, NULL, collect};
    memset(kept, 0, sizeof kept);
    kept_count = 0;
    if (!HAS(sink, soch_observability, attach)) return;
    soch_status status = sink->attach(instance, &metrics, &error);
    if (status != SOCH_OK && status != SOCH_UNSUPPORTED) fail(0, "attach");
}

static inline void shut_down(int step) {
    if (!is_file()) read_told(step);
    is_gone = !is_file() && received_len == 0;
    if (plugin->shutdown != NULL) done(step, plugin->shutdown(instance, &error));
    read_told(step);
}

static inline void begin_again(int step) {
    (void)step;
    if (plugin->destroy != NULL) plugin->destroy(instance);
    configure(next_config());
    create();
    lend();
}

static void close_all(void) {}

int main(int argc, char **argv) {
    load(argc > 1 ? argv[1] : PLUGIN, next_config());
    sink = plugin->observability;
    if (sink == NULL) fail(0, "it is no sink");
    lend();
