//! The host as an instance sees it, and the life of an instance behind the entry.

use sochdb_plugin_sdk::abi::*;
use sochdb_plugin_sdk::machinery::boundary::error_text;
use sochdb_plugin_sdk::machinery::boundary::ReadLent;
use sochdb_plugin_sdk::machinery::export::entry;
use sochdb_plugin_sdk::machinery::instance::shared;
use sochdb_plugin_sdk::prelude::*;
use sochdb_plugin_sdk::{extension_info, Extension, ExtensionInfo};
use std::ffi::c_void;
use std::sync::{Mutex, Once};

/// Keeps its host, so that a test can use it from outside.
struct Keeps {
    host: Host,
}

impl Plugin for Keeps {
    fn create(host: Host) -> Result<Self> {
        match host.config_text() {
            "fail" => Err(Error::invalid("the configuration says so").with_code(3)),
            "panic" => {
                *LEFT.lock().expect("not poisoned") = Some(host);
                panic!("the configuration says so")
            }
            _ => Ok(Self { host }),
        }
    }
}

impl Extension for Keeps {
    fn info(&self) -> ExtensionInfo {
        extension_info!()
    }
}

/// A host that outlives the instance that was not made, as on a thread that it started.
static LEFT: Mutex<Option<Host>> = Mutex::new(None);

/// What arrived at the host.
#[derive(Default)]
struct Log(Mutex<Vec<String>>);

impl Log {
    fn host(&self, least: i32) -> soch_host {
        soch_host {
            size: std::mem::size_of::<soch_host>(),
            abi_minor: u32::from(SOCH_ABI_MINOR),
            log_level: least,
            ctx: (self as *const Self as *mut Self).cast(),
            product: soch_str::lend("sochdb 2.1.0"),
            directory: soch_str::lend("/opt/plugins"),
            log: Some(log),
            counter_inc: Some(counter_inc),
            gauge_set: Some(gauge_set),
            histogram_observe: None,
            get_service: None,
            data_dir: soch_str::lend(""),
            memory_budget: 0,
            memory_used: None,
            describe_metric: Some(describe_metric),
        }
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("not poisoned"))
    }
}

/// Notes a call with its labels.
///
/// # Safety
/// As the functions of `soch_host`, with a `Log` for `ctx`.
unsafe fn note(ctx: *mut c_void, what: String, labels: *const soch_label, count: usize) {
    let read = |labels: &[(&str, &str)]| {
        // SAFETY: the caller passes the `Log` of its test, which is alive.
        unsafe { (*ctx.cast::<Log>()).0.lock().expect("not poisoned").push(format!("{what} {labels:?}")) };
        Ok(())
    };
    // SAFETY: the caller lends the labels for the call.
    unsafe { sochdb_plugin_sdk::machinery::boundary::with_labels(labels, count, read) }.expect("the SDK sends text");
}

unsafe extern "C" fn log(ctx: *mut c_void, level: i32, text: soch_str, fields: *const soch_label, count: usize) {
    // SAFETY: the SDK passes what it was given, and lends the rest for the call.
    unsafe { note(ctx, format!("{level} {}", text.read().expect("text")), fields, count) };
}

unsafe extern "C" fn counter_inc(ctx: *mut c_void, name: soch_str, value: u64, labels: *const soch_label, n: usize) {
    // SAFETY: the SDK passes what it was given, and lends the rest for the call.
    unsafe { note(ctx, format!("{} +{value}", name.read().expect("text")), labels, n) };
}

unsafe extern "C" fn describe_metric(ctx: *mut c_void, name: soch_str, unit: soch_str, description: soch_str) {
    // SAFETY: the SDK passes what it was given, and lends the rest for the call.
    unsafe {
        let [name, unit, text] = [name, unit, description].map(|text| text.read().expect("text"));
        note(ctx, format!("{name} is in {unit}: {text}"), std::ptr::null(), 0);
    }
}

unsafe extern "C" fn gauge_set(ctx: *mut c_void, name: soch_str, value: f64, labels: *const soch_label, n: usize) {
    // SAFETY: the SDK passes what it was given, and lends the rest for the call.
    unsafe { note(ctx, format!("{} ={value}", name.read().expect("text")), labels, n) };
}

/// `create` of the entry: status, error text, instance.
fn create(host: *const soch_host, config: soch_str) -> (soch_status, String, *mut c_void) {
    // The first `create` with a host keeps panics off standard error; here those of failing tests belong there.
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let log = Log::default();
        called(&log.host(SOCH_LOG_DEBUG), soch_str::lend("fail"));
        drop(std::panic::take_hook());
    });
    called(host, config)
}

fn called(host: *const soch_host, config: soch_str) -> (soch_status, String, *mut c_void) {
    let mut instance = std::ptr::null_mut();
    let mut error = soch_error::empty();
    let call = entry::<Keeps>().create.expect("create");
    // SAFETY: host and configuration are the test's, and live through the call.
    let status = unsafe { call(host, config, &mut instance, &mut error) };
    (status, error_text(&error).into_owned(), instance)
}

#[test]
fn instance_sees_its_host_until_it_is_destroyed() {
    let arrived = Log::default();
    let raw = arrived.host(SOCH_LOG_INFO);
    let (status, text, instance) = create(&raw, soch_str::lend("{\"a\": 1}"));
    assert_eq!((status, &*text), (SOCH_OK, ""));
    // SAFETY: it is an instance of `Keeps`, and no call is under way.
    let host = unsafe { shared::<Keeps>(instance) }.host.clone();
    assert_eq!((host.config_text(), host.product()), ("{\"a\": 1}", "sochdb 2.1.0"));
    assert_eq!(host.directory().and_then(|path| path.to_str()), Some("/opt/plugins"));

    host.log(LogLevel::Debug, "below the level", &[]);
    host.log(LogLevel::Error, "é", &[("key", "value")]);
    host.describe_metric("rows", "{row}", "Rows that came.");
    host.counter_inc("rows", 2, &[]);
    host.gauge_set("fill", 0.5, &[("a", "b")]);
    host.histogram_observe("the host has none", 1.0, &[]);
    assert_eq!(
        arrived.take(),
        [
            "3 é [(\"key\", \"value\")]",
            "rows is in {row}: Rows that came. []",
            "rows +2 []",
            "fill =0.5 [(\"a\", \"b\")]"
        ]
    );

    // SAFETY: no call follows.
    unsafe { entry::<Keeps>().destroy.expect("destroy")(instance) };
    host.log(LogLevel::Error, "too late", &[]);
    host.counter_inc("too late", 1, &[]);
    assert_eq!(arrived.take(), [""; 0]);
    assert_eq!(host.product(), "sochdb 2.1.0");
}

#[test]
fn create_that_fails_leaves_nothing_behind() {
    let arrived = Log::default();
    let raw = arrived.host(SOCH_LOG_DEBUG);
    let (status, text, instance) = create(&raw, soch_str::lend("fail"));
    assert_eq!((status, &*text), (SOCH_INVALID, "the configuration says so"));
    assert!(instance.is_null());
    let (status, text, instance) = create(&raw, soch_str::lend("panic"));
    assert_eq!(status, SOCH_PANICKED);
    assert!(text.ends_with(": the configuration says so"), "{text}");
    assert!(instance.is_null());
    LEFT.lock().expect("not poisoned").take().expect("left").log(LogLevel::Error, "too late", &[]);
    assert_eq!(arrived.take(), [""; 0]);
}

#[test]
fn host_that_breaks_the_contract_is_refused() {
    let arrived = Log::default();
    let good = arrived.host(SOCH_LOG_DEBUG);
    let config = soch_str::lend("{}");
    let not_utf8 = soch_str { ptr: b"\xff".as_ptr().cast(), len: 1 };
    let null = soch_str { ptr: std::ptr::null(), len: 1 };
    let oldest = 2 * std::mem::size_of::<u32>() + 11 * std::mem::size_of::<usize>();
    let (short, no_product) = (soch_host { size: oldest - 1, ..good }, soch_host { product: null, ..good });
    let no_directory = soch_host { directory: not_utf8, ..good };
    let cases: [(*const soch_host, soch_str, &str); 6] = [
        (std::ptr::null(), config, "the host is NULL"),
        (&good, null, "bytes at NULL with a length"),
        (&good, not_utf8, "text that is not UTF-8"),
        (&short, config, "the host is shorter than in any version of the contract"),
        (&no_product, config, "bytes at NULL with a length"),
        (&no_directory, config, "text that is not UTF-8"),
    ];
    for (host, config, expected) in cases {
        let (status, text, instance) = create(host, config);
        assert_eq!(status, SOCH_INVALID, "{expected}");
        assert!(text.starts_with(expected), "{text}");
        assert!(instance.is_null());
    }
    assert_eq!(arrived.take(), [""; 0]);
}

#[test]
fn entry_has_the_version_and_the_hash_of_this_contract() {
    let entry = entry::<Keeps>();
    assert_eq!((entry.magic, entry.size as usize), (SOCH_MAGIC, std::mem::size_of::<soch_plugin>()));
    assert_eq!((entry.abi_major, entry.abi_minor, entry.min_host_minor), (SOCH_ABI_MAJOR, SOCH_ABI_MINOR, 0));
    assert_eq!(entry.layout_hash, SOCH_LAYOUT_HASHES[usize::from(SOCH_ABI_MINOR)]);
}

#[test]
fn detached_host_drops_everything() {
    let host = Host::detached("{\"port\": 9100}");
    assert_eq!((host.config_text(), host.product(), host.directory()), ("{\"port\": 9100}", "detached", None));
    host.log(LogLevel::Error, "nobody reads it", &[("a", "b")]);
    host.counter_inc("a", 1, &[]);
    host.gauge_set("a", 1.0, &[]);
    host.histogram_observe("a", 1.0, &[]);
    let keeps = Keeps::create(host).expect("a plugin's own test needs no host");
    assert_eq!(keeps.host.product(), "detached");
}

#[cfg(feature = "serde")]
#[test]
fn configuration_of_the_wrong_form_names_the_place() {
    let host = Host::detached("{\n  \"port\": \"x\"\n}");
    let error = host.config::<std::collections::BTreeMap<String, u16>>().expect_err("text is no number");
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.message().starts_with("configuration: ") && error.message().contains("line 2"), "{error}");
}
