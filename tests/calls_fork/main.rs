//! In a child of fork every call is an error, and none waits, whatever the other threads of the parent were doing.

use sochdb_plugin_host::sdk::{
    CompressionExtension, Error, ErrorKind, HealthInfo, IndexExtension, LogLevel, ObservabilityExtension,
    StorageExtension,
};
use sochdb_plugin_host::{DynamicPluginLoader, ManagerError, Observability, PluginInstance, PluginManager};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use support::in_c;
use support::plugins::{in_rust, load, Private};
use support::sink::Sink;

/// More by an environment variable.
const FORKS: u32 = 1000;

struct Parent {
    manager: PluginManager,
    plugins: Vec<PluginInstance>,
    loader: DynamicPluginLoader,
    another: Private,
}

impl Parent {
    fn new() -> Self {
        let manager = PluginManager::new();
        let plugins: Vec<PluginInstance> = [in_rust("panicking"), in_rust("index_sorted"), in_c!("codec_xor")]
            .map(|library| load(&library).instance("{}").expect("an instance"))
            .into();
        plugins.iter().for_each(|plugin| manager.register(plugin).expect("registered"));
        let sink = Observability::new(Sink::new("linked", |_| {})).expect("a sink");
        manager.register_observability(sink).expect("registered");
        Self {
            manager,
            plugins,
            loader: DynamicPluginLoader::new_trusted(),
            another: Private::copy(&in_c!("storage_memory")),
        }
    }

    /// Every kind of call, for ever.
    fn hammer(&self, done: &AtomicBool) {
        let [both, sorted, codec] = &self.plugins[..] else { unreachable!("there are three") };
        let (storage, mut index) = (both.storage().expect("a storage"), sorted.index().expect("an index"));
        let codec = codec.compression().expect("a codec");
        while !done.load(Relaxed) {
            storage.put(1, b"k", b"v", 0).expect("put");
            drop(storage.open_table(1).expect("a table"));
            storage.reader().expect("a reader").get(1, b"k").expect("get");
            index.insert(b"k", 1).expect("insert");
            index.delete(b"k", 1).expect("delete");
            codec.compress(&[1; 300]).expect("compress");
            let span = self.manager.span_start("s", None);
            self.manager.log_info("x", &[]);
            self.manager.counter_inc("c", 1, &[]);
            self.manager.span_end(span);
        }
    }

    /// What a child does; how many of its calls were not refused as they must be.
    fn in_child(&self) -> i32 {
        let [both, sorted, codec] = &self.plugins[..] else { unreachable!("there are three") };
        let (storage, index) = (both.storage().expect("a storage"), sorted.index().expect("an index"));
        let (sink, codec) = (both.observability().expect("a sink"), codec.compression().expect("a codec"));
        let mut wrong = 0;
        let mut check =
            |result: Result<(), Error>| wrong += i32::from(result.err().map(|e| e.kind()) != Some(ErrorKind::Forked));
        check(storage.put(1, b"k", b"v", 0));
        check(storage.get(1, b"k").map(drop));
        check(storage.scan(1, b"", b"", 1).map(drop));
        check(storage.flush());
        check(storage.reader().map(drop));
        check(storage.open_table(1).map(drop));
        check(index.clone().insert(b"k", 1));
        check(index.clone().build(1, 1, &[]));
        check(index.lookup(b"k").map(drop));
        check(codec.compress(b"k").map(drop));
        check(codec.clone().set_level(1));
        check(both.shutdown());
        sink.log(LogLevel::Info, "x", &[]);
        sink.report_health(&HealthInfo::default());
        let span = self.manager.span_start("s", None);
        self.manager.span_event(span, "e", &[]);
        self.manager.span_end(span);
        self.manager.log_info("x", &[]);
        self.manager.counter_inc("c", 1, &[]);
        self.manager.counter_inc("new", 1, &[("a", "b")]);
        self.manager.metrics().collect(|_| {});
        let _ = (self.manager.storage(), self.manager.index("index_sorted"), self.manager.list_extensions());
        wrong += i32::from(self.manager.register(both) != Err(ManagerError::Forked));
        wrong += i32::from(self.manager.set_active_storage("panicking") != Err(ManagerError::Forked));
        wrong += i32::from(self.manager.shutdown_all() != Err(ManagerError::Forked));
        // SAFETY: the plugin is from this source tree.
        let loaded = unsafe { self.loader.load(&self.another.path) };
        wrong += i32::from(!matches!(&loaded, Err(error) if error.code() == "E_FORKED"));
        let verified = self.loader.verify(&self.another.path);
        wrong += i32::from(!matches!(&verified, Err(error) if error.code() == "E_FORKED"));
        wrong
    }
}

#[test]
fn a_child_of_fork_is_refused_every_call_and_waits_for_none() {
    let forks = std::env::var("SOCH_FORKS").map_or(FORKS, |text| text.parse().expect("a number"));
    let (parent, done) = (Parent::new(), AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| parent.hammer(&done));
        }
        let reader = parent.plugins[0].storage().expect("a storage");
        for round in 0..forks {
            let open = (reader.reader().expect("a reader"), reader.open_table(1).expect("a table"));
            // SAFETY: the child allocates, which glibc allows after fork, and ends by `_exit`.
            let child = unsafe { libc::fork() };
            if child == 0 {
                // SAFETY: a signal that ends the child.
                unsafe { libc::alarm(10) };
                drop(open);
                let wrong = parent.in_child();
                // SAFETY: handles go, and nothing of the plugins runs; then only the child is ended.
                unsafe {
                    drop(std::ptr::read(&parent));
                    libc::_exit(wrong);
                }
            }
            let mut status = 0;
            // SAFETY: a place for the result.
            assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
            if status != 0 {
                done.store(true, Relaxed);
                panic!("child {round}: status {status:#x}: 0xe is one that hung, 0xNN00 one with NN wrong answers");
            }
        }
        done.store(true, Relaxed);
    });
    parent.manager.shutdown_all().expect("the parent goes on");
}
