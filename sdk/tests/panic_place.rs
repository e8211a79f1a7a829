//! Where a panic happened is part of its error. Alone in its process, as the hook for it is the process's.

use sochdb_plugin_sdk::abi::*;
use sochdb_plugin_sdk::machinery::boundary::error_text;
use sochdb_plugin_sdk::machinery::export::entry;
use sochdb_plugin_sdk::prelude::*;
use sochdb_plugin_sdk::{extension_info, Extension, ExtensionInfo};

struct Panics;

impl Plugin for Panics {
    fn create(_: Host) -> Result<Self> {
        panic!("no such device")
    }
}

impl Extension for Panics {
    fn info(&self) -> ExtensionInfo {
        extension_info!()
    }
}

unsafe extern "C" fn drop_line(_: *mut core::ffi::c_void, _: i32, _: soch_str, _: *const soch_label, _: usize) {}

#[test]
fn error_of_a_panic_names_its_place() {
    let line = include_str!("panic_place.rs").lines().position(|line| line.contains("panic!(\"no")).expect("above") + 1;
    let empty = soch_str::lend("");
    let host = soch_host {
        size: std::mem::size_of::<soch_host>(),
        abi_minor: 0,
        log_level: SOCH_LOG_DEBUG,
        ctx: std::ptr::null_mut(),
        product: empty,
        directory: empty,
        log: Some(drop_line),
        counter_inc: None,
        gauge_set: None,
        histogram_observe: None,
        get_service: None,
        data_dir: soch_str::lend(""),
        memory_budget: 0,
        memory_used: None,
        describe_metric: None,
    };
    let mut error = soch_error::empty();
    let mut instance = std::ptr::null_mut();
    // SAFETY: all arguments live through the call.
    let status = unsafe { entry::<Panics>().create.expect("create")(&host, empty, &mut instance, &mut error) };
    drop(std::panic::take_hook());
    assert_eq!(status, SOCH_PANICKED);
    let (text, end) = (error_text(&error), format!("panic_place.rs:{line}:9: no such device"));
    assert!(text.starts_with("panicked at ") && text.ends_with(&end), "{text}");
}
