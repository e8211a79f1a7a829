//! Records of spans and log lines: every field reaches a sink in C as the database gave it, a sink that takes less gets what
//! it takes, and each of several sinks its own numbers.

use sochdb_plugin_host::sdk::prelude::*;
use sochdb_plugin_host::sdk::{
    LogRecord, SpanEnd, SpanEvent, SpanKind, SpanLink, SpanParent, SpanStart, SpanStatus, TraceContext,
};
use sochdb_plugin_host::{Observability, PluginInstance, PluginManager};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};
use support::plugins::{Private, Recorder};

const REMOTE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03";
const AS_C_SAYS: &str = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03";

fn in_c(flags: &[&str]) -> (Arc<Recorder>, PluginInstance) {
    let (recorder, loader) = Recorder::with_loader();
    let library = Private::compile("takes_records", flags).load_by(&loader).expect("the plugin loads");
    (recorder, library.instance("{}").expect("an instance"))
}

/// Where records go: a handle, or a manager.
trait Sink {
    fn start_span(&self, start: &SpanStart<'_>) -> u64;
    fn add_span_event(&self, span: u64, event: &SpanEvent<'_>);
    fn end_span(&self, span: u64, end: &SpanEnd<'_>);
    fn log_record(&self, record: &LogRecord<'_>);
    fn span_context(&self, span: u64) -> Option<TraceContext>;
}

impl Sink for PluginManager {
    fn start_span(&self, start: &SpanStart<'_>) -> u64 {
        self.start_span(start)
    }
    fn add_span_event(&self, span: u64, event: &SpanEvent<'_>) {
        self.add_span_event(span, event);
    }
    fn end_span(&self, span: u64, end: &SpanEnd<'_>) {
        self.end_span(span, end);
    }
    fn log_record(&self, record: &LogRecord<'_>) {
        self.log_record(record);
    }
    fn span_context(&self, span: u64) -> Option<TraceContext> {
        self.span_context(span)
    }
}

struct Handle(Observability);

impl Sink for Handle {
    fn start_span(&self, start: &SpanStart<'_>) -> u64 {
        ObservabilityExtension::start_span(&self.0, start)
    }
    fn add_span_event(&self, span: u64, event: &SpanEvent<'_>) {
        ObservabilityExtension::add_span_event(&self.0, span, event);
    }
    fn end_span(&self, span: u64, end: &SpanEnd<'_>) {
        ObservabilityExtension::end_span(&self.0, span, end);
    }
    fn log_record(&self, record: &LogRecord<'_>) {
        ObservabilityExtension::log_record(&self.0, record);
    }
    fn span_context(&self, span: u64) -> Option<TraceContext> {
        ObservabilityExtension::span_context(&self.0, span)
    }
}

fn report(sink: &dyn Sink) {
    let remote = REMOTE.parse::<TraceContext>().expect("a context").with_state("a=1,b=2");
    let attributes = [("t", "text".into()), ("i", i64::MIN.into()), ("n", 0.5.into()), ("b", true.into())];
    let links = [
        SpanLink { context: remote.clone(), attributes: &attributes[..2] },
        SpanLink { context: TraceContext::new([1; 16], [2; 8], 0).expect("ids"), attributes: &[] },
    ];
    let at = |seconds| UNIX_EPOCH + Duration::new(seconds, 7);
    let start = SpanStart::new("query").with_kind(SpanKind::Server).with_parent(SpanParent::Remote(&remote));
    let query = sink.start_span(&start.with_time(at(1)).with_attributes(&attributes).with_links(&links));
    let inner = SpanStart::new("scan").with_kind(SpanKind::Client).with_parent(SpanParent::Span(query));
    let inner = sink.start_span(&inner);
    sink.add_span_event(inner, &SpanEvent::new("miss").with_time(at(2)).with_attributes(&attributes[2..]));
    let record = LogRecord::new(LogLevel::Warn, "late").with_target("sochdb::scan").with_time(at(3));
    sink.log_record(&record.with_span(SpanParent::Span(inner)).with_attributes(&attributes[1..2]));
    sink.log_record(&LogRecord::new(LogLevel::Debug, "seen").with_span(SpanParent::Remote(&remote)));
    sink.end_span(inner, &SpanEnd::failed("no such table").with_time(at(4)).with_attributes(&attributes[..1]));
    sink.end_span(query, &SpanEnd::new().with_status(SpanStatus::Ok));
}

fn told() -> Vec<String> {
    [
        format!(
            "start query kind=1 parent=0 time=1000000007 remote={AS_C_SAYS} state=a=1,b=2 t:text i:-9223372036854775808 n:0.5 \
             b:true link={AS_C_SAYS} state=a=1,b=2 t:text i:-9223372036854775808 \
             link=01010101010101010101010101010101-0202020202020202-00"
        ),
        "start scan kind=2 parent=1 time=0".into(),
        "event miss span=2 time=2000000007 n:0.5 b:true".into(),
        "record late level=2 span=2 time=3000000007 target=sochdb::scan i:-9223372036854775808".into(),
        format!("record seen level=0 span=0 time=0 remote={AS_C_SAYS} state=a=1,b=2"),
        "end span=2 status=2 time=4000000007 text=no such table t:text".into(),
        "end span=1 status=1 time=0".into(),
    ]
    .into()
}

#[test]
fn every_field_reaches_a_plugin_in_c_as_it_was_given() {
    let (recorder, plugin) = in_c(&[]);
    report(&Handle(plugin.observability().expect("a sink")));
    assert_eq!(recorder.take(), told());
    let (recorder, plugin) = in_c(&[]);
    let manager = PluginManager::new();
    manager.register(&plugin).expect("registered");
    report(&manager);
    assert_eq!(recorder.take(), told());
}

#[test]
fn a_plugin_that_takes_less_gets_what_it_takes_and_nothing_that_is_invented() {
    let (recorder, plugin) = in_c(&["-DSIMPLE"]);
    let handle = Handle(plugin.observability().expect("a sink"));
    report(&handle);
    let told = [
        "span_start query 0",
        "span_start scan 1",
        "span_event miss 2 n=0.5 b=true",
        "log late 2 i=-9223372036854775808",
        "log seen 0",
        "span_end  2",
        "span_end  1",
    ];
    assert_eq!(recorder.take(), told);
    assert_eq!(handle.span_context(1), None, "it has no ids");
}

/// A sink that came late, one that lacks records, and one that has all: the manager's numbers are none of theirs.
#[test]
fn each_sink_gets_its_own_numbers_and_the_first_ids_go_out() {
    let (simple, all, late) = (in_c(&["-DSIMPLE"]), in_c(&[]), in_c(&[]));
    let manager = PluginManager::new();
    manager.register(&simple.1).expect("registered");
    assert_eq!(manager.span_context(manager.start_span(&SpanStart::new("first"))), None);
    manager.register(&all.1).expect("registered");
    let outer = manager.start_span(&SpanStart::new("outer"));
    manager.register(&late.1).expect("registered");
    let inner = manager.start_span(&SpanStart::new("inner").with_parent(SpanParent::Span(outer)));
    manager.log_record(&LogRecord::new(LogLevel::Info, "text").with_span(SpanParent::Span(outer)));
    let ids = [outer, inner].map(|span| manager.span_context(span).map(|context| context.to_string()));
    let wanted = ["1", "2"].map(|id| Some(format!("00-00000000000000000000000000000009-000000000000000{id}-01")));
    assert_eq!(ids, wanted);
    assert_eq!(manager.span_context(inner).expect("ids").state(), "by=c");
    manager.end_span(outer, &SpanEnd::new());
    manager.span_end(inner);
    assert_eq!(manager.span_context(inner), None, "it has ended");
    let told =
        ["span_start first 0", "span_start outer 0", "span_start inner 2", "log text 1", "span_end  2", "span_end  3"];
    assert_eq!(simple.0.take(), told);
    let told = [
        "start outer kind=0 parent=0 time=0",
        "start inner kind=0 parent=1 time=0",
        "record text level=1 span=1 time=0",
        "end span=1 status=0 time=0",
        "span_end  2",
    ];
    assert_eq!(all.0.take(), told);
    assert_eq!(
        late.0.take(),
        ["start inner kind=0 parent=0 time=0", "record text level=1 span=0 time=0", "span_end  1"]
    );
}

/// Ids of zeros are none, and a state that would break a header does not go out.
#[test]
fn ids_that_a_sink_makes_up_wrongly_do_not_go_out() {
    struct Wrong(TraceContext);
    impl sochdb_plugin_host::sdk::Extension for Wrong {
        fn info(&self) -> sochdb_plugin_host::sdk::ExtensionInfo {
            sochdb_plugin_host::sdk::ExtensionInfo::new("wrong", "1.0.0")
        }
    }
    impl ObservabilityExtension for Wrong {
        fn span_context(&self, _: u64) -> Option<TraceContext> {
            Some(self.0.clone())
        }
    }
    let right = REMOTE.parse::<TraceContext>().expect("a context").with_state("a=1");
    let sink = Observability::new(Wrong(right.clone())).expect("a sink");
    assert_eq!(sink.span_context(1), Some(right));
    for (flags, state) in [(["-DZERO_TRACE"], None), (["-DZERO_SPAN"], None), (["-DBAD_STATE"], Some(""))] {
        let (_, plugin) = in_c(&flags);
        let sink = plugin.observability().expect("a sink");
        let span = sink.span_start("s", None);
        assert_eq!(sink.span_context(span).as_ref().map(TraceContext::state), state, "{flags:?}");
    }
}
