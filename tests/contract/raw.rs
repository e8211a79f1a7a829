//! Tables of plugins in C without the host between, which would never do what is tried on them.

use sochdb_plugin_abi::*;
use std::ffi::{c_void, CString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use support::in_c;

/// A plugin in C as the dynamic linker gives it, without the host between: what the host never does can be done.
pub struct Raw(pub &'static soch_plugin);

impl Raw {
    /// Loads `name`.
    pub fn open(name: &str) -> Self {
        let path = CString::new(in_c!(name).as_os_str().as_bytes()).expect("a path");
        // SAFETY: the plugin was compiled from this source tree, and is never closed. The entry is a constant of it.
        let entry = unsafe {
            let library = libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL);
            assert!(!library.is_null(), "{name} loads");
            libc::dlsym(library, c"soch_plugin_v1".as_ptr()).cast::<soch_plugin>().as_ref()
        };
        Self(entry.expect("the entry"))
    }

    /// Makes an instance; the host is of the first version, and has nothing.
    pub fn create(&self, config: &str) -> *mut c_void {
        // SAFETY: zeros are NULL and None.
        let mut host: soch_host = unsafe { std::mem::zeroed() };
        host.size = std::mem::offset_of!(soch_host, data_dir);
        let mut instance = std::ptr::null_mut();
        let mut error = soch_error::empty();
        let create = self.0.create.expect("it has a `create`");
        // SAFETY: the plugin's function; these examples call nothing of the host, and keep it no longer than this call.
        let status = unsafe { create(&host, soch_str::lend(config), &mut instance, &mut error) };
        assert_eq!(status, SOCH_OK);
        instance
    }

    /// Shuts an instance down and destroys it.
    pub fn end(&self, instance: *mut c_void) {
        let mut error = soch_error::empty();
        // SAFETY: the plugin's functions on an instance that nobody else has, in this order.
        unsafe {
            if let Some(shutdown) = self.0.shutdown {
                assert_eq!(shutdown(instance, &mut error), SOCH_OK);
            }
            if let Some(destroy) = self.0.destroy {
                destroy(instance);
            }
        }
    }
}

/// Each storage in C with an instance of it.
pub fn each_storage(mut test: impl FnMut(&str, &soch_storage, *mut c_void)) {
    let directory = tempfile::tempdir().expect("a directory");
    let place = directory.path().join("data");
    fs::create_dir(&place).expect("a directory of its own");
    let lmdb = serde_json::json!({ "path": place.to_str().expect("UTF-8") }).to_string();
    for (name, config) in [("storage_memory", "{}"), ("storage_lmdb", &lmdb)] {
        let plugin = Raw::open(name);
        let instance = plugin.create(config);
        // SAFETY: the entry says that it is a constant table.
        let table = unsafe { plugin.0.storage.as_ref() }.expect("a storage");
        test(name, table, instance);
        plugin.end(instance);
    }
}

unsafe extern "C" fn count_row(ctx: *mut c_void, _: soch_bytes, _: soch_bytes) -> soch_status {
    // SAFETY: the test passes a number that lives through the scan.
    unsafe { *ctx.cast::<usize>() += 1 };
    SOCH_OK
}

/// The number of rows of table 1.
pub fn rows(storage: &soch_storage, instance: *mut c_void) -> usize {
    let mut count = 0_usize;
    let sink = soch_row_sink { ctx: (&raw mut count).cast(), row: Some(count_row) };
    let (all, mut error) = (soch_bytes::lend(b""), soch_error::empty());
    // SAFETY: the plugin's function on its instance; all is lent for the call.
    let status = unsafe {
        storage.scan.expect("required")(instance, std::ptr::null(), 1, all, all, u64::MAX, &sink, &mut error)
    };
    assert_eq!(status, SOCH_OK);
    count
}
