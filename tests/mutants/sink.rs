//! Mistakes in sinks.

use crate::subject::{mistakes, Damage, Mutant, Plugin};

pub const JSON: Plugin = Plugin::of("examples-c/observability_json.c").with(&["--config", r#"{"path": "{file}"}"#]);
const CALLS: &str = "examples-c/observability_json.c";
const LINE: &str = "examples-c/observability_json_line.h";
const FILE: &str = "examples-c/observability_json_file.h";

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "a file that each instance begins anew",
        plugin: JSON,
        edits: &[(FILE, "O_WRONLY | O_APPEND | O_CREAT", "O_WRONLY | O_TRUNC | O_CREAT")],
        damage: Damage::Loss,
        finds: "observability_told::log_lines_stay_when_the_next_instance_comes",
    },
    Mutant {
        name: "microseconds under a name of milliseconds",
        plugin: JSON,
        edits: &[(LINE, "now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u", "now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u")],
        damage: Damage::Wrong,
        finds: "observability_times::what_happens_is_told_with_its_time",
    },
    Mutant {
        name: "a line goes on where another process was killed",
        plugin: JSON,
        edits: &[(FILE, "    return is_read && last != '\\n';", "    return is_read && last == 0;")],
        damage: Damage::Loss,
        finds: "observability_told::half_a_line_of_a_killed_process_takes_no_other_with_it",
    },
    Mutant {
        name: "the first 512 gauges are told",
        plugin: JSON,
        edits: &[(
            CALLS,
            "    return measured(instance, \"gauge\"",
            "    static size_t set;\n    if (++set > 512) return SOCH_OK;\n    return measured(instance, \"gauge\"",
        )],
        damage: Damage::Loss,
        finds: "observability_many::metrics_of_many_names_are_all_told",
    },
    Mutant {
        name: "a counter that takes each addition as 1",
        plugin: JSON,
        edits: &[(CALLS, "add_counted(&made, \"value\", value);\n    add_labels", "add_counted(&made, \"value\", 1);\n    add_labels")],
        damage: Damage::Wrong,
        finds: "observability_output::counters_add_up",
    },
    Mutant {
        name: "numbers cut to 32 bits",
        plugin: JSON,
        edits: &[(LINE, r#""%" PRIu64, value);"#, r#""%u", (unsigned)value);"#)],
        damage: Damage::Wrong,
        finds: "observability_output::counters_add_up",
    },
    Mutant {
        name: "numbers with six digits",
        plugin: JSON,
        edits: &[(LINE, r#""%.17g""#, r#""%g""#)],
        damage: Damage::Wrong,
        finds: "observability_output::a_gauge_has_its_last_value",
    },
    Mutant {
        name: "a gauge without its sign",
        plugin: JSON,
        edits: &[(CALLS, r#"return measured(instance, "gauge", name, value, labels, count);"#, r#"return measured(instance, "gauge", name, fabs(value), labels, count);"#)],
        damage: Damage::Wrong,
        finds: "observability_output::a_gauge_has_its_last_value",
    },
    Mutant {
        name: "NaN and infinities as printf writes them",
        plugin: JSON,
        edits: &[(LINE, "if (!isfinite(value)) {", "if (0) {")],
        damage: Damage::Wrong,
        finds: "observability_output::any_number_keeps_the_output_whole",
    },
    Mutant {
        name: "an observation cut to an integer",
        plugin: JSON,
        edits: &[(CALLS, r#"return measured(instance, "histogram", name, value, labels, count);"#, r#"return measured(instance, "histogram", name, (double)(int64_t)value, labels, count);"#)],
        damage: Damage::Wrong,
        finds: "observability_output::histograms_have_each_observation",
    },
    Mutant {
        name: "labels that are passed over",
        plugin: JSON,
        edits: &[(LINE, "SOCH_EACH(soch_label, label, labels, count) {", "SOCH_EACH(soch_label, label, labels, 0 * count) {")],
        damage: Damage::Loss,
        finds: "observability_output::counters_add_up",
    },
    Mutant {
        name: "labels beyond the sixteenth are dropped",
        plugin: JSON,
        edits: &[(LINE, "SOCH_EACH(soch_label, label, labels, count) {", "SOCH_EACH(soch_label, label, labels, count < 16 ? count : 16) {")],
        damage: Damage::Loss,
        finds: "observability_output::labels_keep_their_texts",
    },
    Mutant {
        name: "a label's name in the place of its value",
        plugin: JSON,
        edits: &[(LINE, "add_string(self, label->value);", "add_string(self, label->name);")],
        damage: Damage::Wrong,
        finds: "observability_output::labels_keep_their_texts",
    },
    Mutant {
        name: "control characters that are not escaped",
        plugin: JSON,
        edits: &[(LINE, "if (byte >= 0x20 &&", "if (")],
        damage: Damage::Wrong,
        finds: "observability_output::labels_keep_their_texts",
    },
    Mutant {
        name: "bytes above 127 as signed",
        plugin: JSON,
        edits: &[(LINE, "unsigned char byte = (unsigned char)text.ptr[i];", "signed char byte = (signed char)text.ptr[i];")],
        damage: Damage::Wrong,
        finds: "observability_output::labels_keep_their_texts",
    },
    Mutant {
        name: "lines longer than the room on the stack are cut",
        plugin: JSON,
        edits: &[(LINE, "if (len > self->capacity - self->len) {", "if (len > self->capacity - self->len) {\n        if (self->len < self->capacity - 16) len = self->capacity - self->len - 8; else return;\n    }\n    if (len > self->capacity - self->len) {")],
        damage: Damage::Loss,
        finds: "observability_output::labels_keep_their_texts",
    },
    Mutant {
        name: "a line that grew loses its begin",
        plugin: JSON,
        edits: &[(LINE, "if (self->text == self->first) memcpy(text_now, self->first, self->len);", "if (self->text == self->first) memset(text_now, 32, self->len);")],
        damage: Damage::Loss,
        finds: "observability_output::labels_keep_their_texts",
    },
    Mutant {
        name: "a line is written twice",
        plugin: JSON,
        edits: &[(FILE, "int failed = made->full ? ENOMEM : write_line(self, made);", "int failed = made->full ? ENOMEM : write_line(self, made);\n    if (failed == 0) failed = write_line(self, made);")],
        damage: Damage::Wrong,
        finds: "observability_output::nothing_is_told_twice",
    },
    Mutant {
        name: "every hundredth line is lost",
        plugin: JSON,
        edits: &[(FILE, "int failed = made->full ? ENOMEM : write_line(self, made);", "static int count;\n    int failed = made->full ? ENOMEM : ++count % 100 == 0 ? 0 : write_line(self, made);")],
        damage: Damage::Loss,
        finds: "observability_output::counters_add_up_over_threads",
    },
    Mutant {
        name: "a line that is put together in one room of all threads",
        plugin: JSON,
        edits: &[(CALLS, "line made;\n    begin(&made, \"log\");", "static line made;\n    begin(&made, \"log\");")],
        damage: Damage::Wrong,
        finds: "observability_told::log_lines_of_threads_come_whole",
    },
    Mutant {
        name: "all instances write to the file of the first",
        plugin: JSON,
        edits: &[(FILE, "    memset(self, 0, sizeof *self);\n    self->file = open(", "    static char first[4096];\n    if (first[0] == 0) strncpy(first, path, sizeof first - 1);\n    path = first;\n    memset(self, 0, sizeof *self);\n    self->file = open(")],
        damage: Damage::Wrong,
        finds: "observability_output::each_instance_tells_its_own",
    },
    Mutant {
        name: "the level of a line is lost",
        plugin: JSON,
        edits: &[(CALLS, r#"add_named(&made, "level", soch_text(name, strlen(name)));"#, r#"(void)name, add_named(&made, "level", SOCH_STR("info"));"#)],
        damage: Damage::Wrong,
        finds: "observability_told::log_lines_come_whole",
    },
    Mutant {
        name: "levels that are off by one",
        plugin: JSON,
        edits: &[(CALLS, "levels[level < SOCH_LOG_DEBUG ? SOCH_LOG_DEBUG : level > SOCH_LOG_ERROR ? SOCH_LOG_ERROR : level]", "levels[level < SOCH_LOG_DEBUG ? SOCH_LOG_DEBUG : level >= SOCH_LOG_ERROR ? SOCH_LOG_ERROR : level + 1]")],
        damage: Damage::Wrong,
        finds: "observability_told::log_lines_come_whole",
    },
    Mutant {
        name: "fields of a line are lost",
        plugin: JSON,
        edits: &[(CALLS, "add_named(&made, \"message\", message);\n    add_labels(&made, fields, count);", "add_named(&made, \"message\", message);\n    (void)fields, (void)count;")],
        damage: Damage::Loss,
        finds: "observability_told::log_lines_come_whole",
    },
    Mutant {
        name: "a message that ends at its first NUL or at 64 bytes",
        plugin: JSON,
        edits: &[(CALLS, r#"add_named(&made, "message", message);"#, "if (message.len > 64) message.len = 64;\n    add_named(&made, \"message\", message);")],
        damage: Damage::Loss,
        finds: "observability_told::log_lines_come_whole",
    },
    Mutant {
        name: "debug lines are dropped and not described so",
        plugin: JSON,
        edits: &[(CALLS, "static const char *const levels[]", "if (level == SOCH_LOG_DEBUG) return SOCH_OK;\n    static const char *const levels[]")],
        damage: Damage::Loss,
        finds: "observability_told::log_lines_come_whole",
    },
    Mutant {
        name: "parents of spans are lost",
        plugin: JSON,
        edits: &[(CALLS, r#"add_counted(&made, "parent", parent);"#, r#"(void)parent, add_counted(&made, "parent", 0);"#)],
        damage: Damage::Wrong,
        finds: "observability_told::spans_come_with_their_parents",
    },
    Mutant {
        name: "a span's end has another number",
        plugin: JSON,
        edits: &[(CALLS, "begin(&made, \"span_end\");\n    add_counted(&made, \"span\", span);", "begin(&made, \"span_end\");\n    add_counted(&made, \"span\", span + 1000);")],
        damage: Damage::Wrong,
        finds: "observability_told::spans_come_with_their_parents",
    },
    Mutant {
        name: "a span without its name",
        plugin: JSON,
        edits: &[(CALLS, "begin(&made, \"span_start\");\n    add_named(&made, \"name\", name);", "begin(&made, \"span_start\");\n    (void)name;")],
        damage: Damage::Loss,
        finds: "observability_told::spans_come_with_their_names",
    },
    Mutant {
        name: "events without their attributes",
        plugin: JSON,
        edits: &[(CALLS, "add_labels(&made, attributes, count);", "(void)attributes, (void)count;")],
        damage: Damage::Loss,
        finds: "observability_told::events_come_with_their_attributes",
    },
    Mutant {
        name: "events that are dropped",
        plugin: JSON,
        edits: &[(CALLS, "line made;\n    begin(&made, \"span_event\");", "if (count > 0) return SOCH_OK;\n    line made;\n    begin(&made, \"span_event\");")],
        damage: Damage::Loss,
        finds: "observability_told::events_come_with_their_attributes",
    },
    Mutant {
        name: "half of the report of health",
        plugin: JSON,
        edits: &[(CALLS, "    add_counted(&made, \"checkpoint_age_secs\", health->checkpoint_age_secs);\n", "")],
        damage: Damage::Loss,
        finds: "observability_health::health_is_told_whole",
    },
    Mutant {
        name: "the wrong field of the report of health",
        plugin: JSON,
        edits: &[(CALLS, "health->active_txns);", "health->checkpoint_age_secs);")],
        damage: Damage::Wrong,
        finds: "observability_health::health_is_told_whole",
    },
    Mutant {
        name: "lines are buffered and flush does nothing",
        plugin: JSON,
        edits: &[(FILE, "    if (self->lost == 0 && !self->is_broken && made != NULL) return write_whole(self, made->text, made->len);", "    static char kept[1 << 20];\n    static size_t len;\n    if (made != NULL && len + made->len <= sizeof kept) {\n        memcpy(kept + len, made->text, made->len);\n        len += made->len;\n        return 0;\n    }")],
        damage: Damage::Loss,
        finds: "observability_output::counters_add_up",
    },
    Mutant {
        name: "what came after the last flush is lost at shutdown",
        plugin: JSON,
        edits: &[(FILE, "    if (self->lost == 0 && !self->is_broken && made != NULL) return write_whole(self, made->text, made->len);", "    if (made != NULL && self->kept + made->len <= sizeof self->room) {\n        memcpy(self->room + self->kept, made->text, made->len);\n        self->kept += made->len;\n        return 0;\n    }\n    if (self->lost == 0 && !self->is_broken && made != NULL) return write_whole(self, made->text, made->len);"), (FILE, "    int error;\n} output;", "    int error;\n    size_t kept;\n    char room[1 << 20];\n} output;"), (CALLS, "soch_status status = report(self, sync_output(&self->output), error);", "write_whole(&self->output, self->output.room, self->output.kept);\n    self->output.kept = 0;\n    soch_status status = report(self, sync_output(&self->output), error);")],
        damage: Damage::Loss,
        finds: "observability_output::shutdown_delivers",
    },
    Mutant {
        name: "flush writes again what it has written",
        plugin: JSON,
        edits: &[(FILE, "    if (self->lost == 0 && !self->is_broken && made != NULL) return write_whole(self, made->text, made->len);", "    if (made != NULL && self->kept + made->len <= sizeof self->room) {\n        memcpy(self->room + self->kept, made->text, made->len);\n        self->kept += made->len;\n        return 0;\n    }\n    if (self->lost == 0 && !self->is_broken && made != NULL) return write_whole(self, made->text, made->len);"), (FILE, "    int error;\n} output;", "    int error;\n    size_t kept;\n    char room[1 << 20];\n} output;"), (CALLS, "soch_status status = report(self, sync_output(&self->output), error);", "write_whole(&self->output, self->output.room, self->output.kept);\n    soch_status status = report(self, sync_output(&self->output), error);")],
        damage: Damage::Wrong,
        finds: "observability_output::nothing_is_told_twice",
    },
    Mutant {
        name: "counts of 63 bits",
        plugin: JSON,
        edits: &[("examples-c/observability_json_line.h", "snprintf(digits, sizeof digits, \"%\" PRIu64, value);", "snprintf(digits, sizeof digits, \"%\" PRId64, (int64_t)value);")],
        damage: Damage::Wrong,
        finds: "observability_output::counters_add_up",
    },
    Mutant {
        name: "a control character that is not escaped",
        plugin: JSON,
        edits: &[("examples-c/observability_json_line.h", "if (byte >= 0x20 &&", "if (byte >= 0x1f &&")],
        damage: Damage::Wrong,
        finds: "observability_output::labels_keep_their_texts",
    },
    Mutant {
        name: "a level above those that are listed is debug",
        plugin: JSON,
        edits: &[("examples-c/observability_json.c", "level > SOCH_LOG_ERROR ? SOCH_LOG_ERROR : level", "level > SOCH_LOG_ERROR ? SOCH_LOG_DEBUG : level")],
        damage: Damage::Loss,
        finds: "observability_told::a_level_that_is_not_listed_is_the_nearest",
    },
    Mutant {
        name: "the first span is nobody's parent",
        plugin: JSON,
        edits: &[("examples-c/observability_json.c", "add_counted(&made, \"parent\", parent);", "add_counted(&made, \"parent\", parent > 1 ? parent : 0);")],
        damage: Damage::Loss,
        finds: "observability_told::the_first_span_is_a_parent_too",
    },
    Mutant {
        name: "an age of 32 bits",
        plugin: JSON,
        edits: &[("examples-c/observability_json.c", "add_counted(&made, \"checkpoint_age_secs\", health->checkpoint_age_secs);", "add_counted(&made, \"checkpoint_age_secs\", (uint32_t)health->checkpoint_age_secs);")],
        damage: Damage::Wrong,
        finds: "observability_health::health_is_told_whole",
    },
];

/// Mistakes in what a sink takes, most of which nobody reads back.
pub const TAKEN: &[Mutant] = mistakes! { JSON, "examples-c/observability_json.c";
    Loss "a flush says nothing of lines that are lost":
        "    if (output->lost_in_all > 0) {" => "    if (output->lost > 0) {",
        "observability_no_room::what_is_lost_is_said_by_the_next_flush";
    Loss "a shutdown says nothing of lines that are lost":
        "    return report(self, close_output(&self->output), error);" => "    (void)error;\n    close_output(&self->output);\n    return SOCH_OK;",
        "observability_no_room::what_is_lost_at_the_end_is_said_by_shutdown";
    Nuisance "lost lines whose error has no number":
        "        return failf(error, SOCH_IO, output->error, " => "        return failf(error, SOCH_IO, 0, ",
        "observability_no_room::what_the_system_refuses_has_its_number";
    Wrong "a yes that is not 1 is a no":
        "health->operational != 0 ?" => "health->operational == 1 ?",
        "observability_health::every_number_but_0_is_a_yes";
    Crash "the labels of a counter in a room of sixteen":
        "    add_counted(&made, \"value\", value);\n    add_labels(&made, labels, count);" =>
        "    add_counted(&made, \"value\", value);\n    soch_label kept[16];\n    memcpy(kept, labels, count * sizeof *labels);\n    add_labels(&made, kept, count);",
        "observability::any_number_of_labels_is_taken";
    Crash "a report of health in a room of 32 bytes":
        "    add_counted(&made, \"wal_size_bytes\", health->wal_size_bytes);\n" =>
        "    char kept[32];\n    sprintf(kept, \",\\\"all\\\":\\\"%llu %llu %llu %f\\\"\", (unsigned long long)health->wal_size_bytes, (unsigned long long)health->active_txns, (unsigned long long)health->checkpoint_age_secs, health->buffer_pool_usage);\n    add_text(&made, kept);\n",
        "observability::logs_and_health_are_taken";
    Crash "an assertion that there are a thousand updates at most":
        "    line made;\n    begin(&made, \"counter\");" =>
        "    static int updates;\n    if (__atomic_add_fetch(&updates, 1, __ATOMIC_RELAXED) > 1000) abort();\n    line made;\n    begin(&made, \"counter\");",
        "observability::what_is_read_may_change";
    Wrong "each thread counts its spans":
        "    pthread_mutex_lock(&self->lock);\n    *span = ++self->spans;\n    pthread_mutex_unlock(&self->lock);\n" =>
        "    static __thread uint64_t spans;\n    *span = ++spans;\n",
        "observability::many_threads_may_report";
    Crash "the attributes of an event in a room of sixteen":
        "    add_labels(&made, attributes, count);" =>
        "    soch_label kept[16];\n    memcpy(kept, attributes, count * sizeof *attributes);\n    add_labels(&made, kept, count);",
        "observability_records::any_record_of_a_span_is_taken";
    Crash "the fields of a line in a room of eight":
        "    add_named(&made, \"message\", message);\n    add_labels(&made, fields, count);" =>
        "    add_named(&made, \"message\", message);\n    soch_label kept[8];\n    memcpy(kept, fields, count * sizeof *fields);\n    add_labels(&made, kept, count);",
        "observability_records::any_record_of_the_log_is_taken";
    Loss "the fourth field of a line is dropped":
        "    add_named(&made, \"message\", message);\n    add_labels(&made, fields, count);" =>
        "    add_named(&made, \"message\", message);\n    add_labels(&made, fields, count < 3 ? count : 3);",
        "observability_told::records_of_the_log_come_whole";
    Loss "a flush closes the file":
        "report(self, sync_output(&self->output), error);" => "report(self, close_output(&self->output), error);",
        "observability_records::a_flush_ends";
};

/// The same, where more than one place or another file changes.
pub const WIDE: &[Mutant] = &[
    Mutant {
        name: "a number in a room of 64 bytes",
        plugin: JSON,
        edits: &[(LINE, "snprintf(digits, sizeof digits, \"%.17g\", value);", "sprintf(digits, \"%f\", value);")],
        damage: Damage::Crash,
        finds: "observability::any_value_is_taken",
    },
    Mutant {
        name: "each span is the root of a trace",
        plugin: JSON,
        edits: &[
            (CALLS, "static soch_status create(", "static soch_status span_context(void *instance, uint64_t span, soch_trace_context *context, const soch_writer *state) {\n    const sink *self = instance;\n    if (span == 0 || span > self->spans) return SOCH_NOT_FOUND;\n    memcpy(context->trace_id, &span, sizeof span);\n    memcpy(context->span_id, &span, sizeof span);\n    return SOCH_OK;\n}\n\nstatic soch_status record_start(void *instance, const soch_span_start *start, uint64_t *span) { return span_start(instance, start->name, start->parent, span); }\nstatic soch_status record_event(void *instance, uint64_t span, const soch_span_event *event) { return span_event(instance, span, event->name, NULL, 0); }\nstatic soch_status record_end(void *instance, uint64_t span, const soch_span_end *end) { return span_end(instance, span); }\n\nstatic soch_status create("),
            (CALLS, ".flush = flush,", ".flush = flush, .span_record_start = record_start, .span_record_event = record_event, .span_record_end = record_end, .span_context = span_context,"),
        ],
        damage: Damage::Wrong,
        finds: "observability_records::a_trace_goes_on",
    },
];
