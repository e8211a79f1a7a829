//! The parts that `export_plugin!` is made of. Authors use the macro.

use crate::error::Result;
use crate::extension::{Extension, Plugin};
use crate::host::Host;
use crate::machinery::barrier::guard;
use crate::machinery::boundary::ReadLent;
use crate::machinery::{instance, panics};
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use std::os::raw::c_char;

/// Makes a library a plugin: emits its entry, its note and its layout. Write it once in a crate of type `cdylib`.
///
/// It takes the type that implements [`Plugin`](crate::Plugin), and after a colon the kinds that the type implements:
/// `storage`, `index`, `observability`, `compression`. The plugin's name is that of the crate unless one is given first;
/// version, description and author are the crate's. After `;` follow tables of functions of your own, each a `static` with
/// its id.
///
/// ```text
/// export_plugin!(Stored: compression);
/// export_plugin!("thing", Thing: storage, index);
/// ```
///
/// ```
/// use sochdb_plugin_sdk::prelude::*;
///
/// struct Stored;
/// # impl Plugin for Stored {
/// #     fn create(_: Host) -> Result<Self> { Ok(Self) }
/// # }
/// # impl CompressionExtension for Stored {
/// #     fn algorithm(&self) -> &str { "stored" }
/// #     fn compress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> { output.write(input) }
/// #     fn decompress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> { output.write(input) }
/// # }
///
/// #[repr(C)]
/// struct Limits { longest_input: extern "C" fn() -> u64 }
///
/// extern "C" fn longest_input() -> u64 {
///     1 << 30
/// }
/// static LIMITS: Limits = Limits { longest_input };
///
/// export_plugin!("codec_stored", Stored: compression; "com.vendor.limits/1" => LIMITS);
/// # use sochdb_plugin_sdk::Extension;
/// assert_eq!(Stored.info().name, "codec_stored");
/// ```
///
/// The type gets its [`Extension`](crate::Extension) from here; if it implements that by hand too (E0119), delete the
/// one by hand. A generic type is exported with its types: `export_plugin!(Cache<u64>: storage);`. A crate has one
/// plugin: several kinds on one type go into one `export_plugin!`.
///
/// A program may also link plugins in. The macro makes the static `SOCH_PLUGIN` of the crate, a
/// [`LinkedEntry`](crate::LinkedEntry), for that. But every plugin's library exports the same symbols, and no program can have
/// them twice. So a crate of types `cdylib` and `rlib` says when it exports them: with `linked = []` among the `[features]` of
/// its `Cargo.toml`,
///
/// ```text
/// export_plugin!(#[cfg(not(feature = "linked"))] Stored: compression);
/// ```
///
/// A program that links several in asks for the feature: `codec_stored = { version = "1", features = ["linked"] }`. A library
/// that is built with it is none for a host, which refuses it with `E_ELF_NO_ENTRY`.
///
/// What it emits has `unsafe` in it, and allows that for itself only. So `#![deny(unsafe_code)]` is the strictest level
/// for the file that has it: `forbid` cannot be allowed again, and fails with E0453.
#[macro_export]
macro_rules! export_plugin {
    (#[cfg($($when:tt)+)] $name:literal, $plugin:ty: $($kinds:tt)+) => {
        $crate::export_plugin!(@emit [$($when)+] $name, $plugin: $($kinds)+);
    };
    (#[cfg($($when:tt)+)] $plugin:ty: $($kinds:tt)+) => {
        $crate::export_plugin!(@emit [$($when)+] env!("CARGO_PKG_NAME"), $plugin: $($kinds)+);
    };
    ($plugin:ty: $($kinds:tt)+) => { $crate::export_plugin!(@emit [] env!("CARGO_PKG_NAME"), $plugin: $($kinds)+); };
    ($name:literal, $plugin:ty: $($kinds:tt)+) => { $crate::export_plugin!(@emit [] $name, $plugin: $($kinds)+); };
    (@emit [$($when:tt)*] $name:expr, $plugin:ty: $($kind:ident),+ $(,)? $(; $($id:literal => $table:path),+ $(,)?)?) => {
        /// A second `export_plugin!` in this crate is one too many: a library has one entry. Name all kinds in one.
        #[doc(hidden)]
        #[allow(dead_code, non_upper_case_globals)]
        const export_plugin_is_said_once_a_crate: () = ();
        const _: () = {
            $crate::__require_unwind!();
            $($crate::__require_kind!($kind);)+
            impl $crate::Extension for $plugin {
                fn info(&self) -> $crate::ExtensionInfo {
                    $crate::extension_info!($name)
                }
                fn shutdown(&mut self) -> $crate::Result<()> {
                    <Self as $crate::Plugin>::shutdown(self)
                }
            }
        };
        /// The plugin of this crate, for a program that links it in: `DynamicPluginLoader::linked` of `sochdb_plugin_host` takes
        /// it.
        #[allow(dead_code, non_upper_case_globals, unsafe_code)]
        pub static SOCH_PLUGIN: $crate::LinkedEntry = {
            const IDENTITY: $crate::machinery::export::Identity =
                $crate::machinery::export::Identity::new($name, env!("CARGO_PKG_VERSION"));
            const IDS: &[&str] = &[$($(concat!($id, "\0")),+)?];
            static CAPABILITIES: [$crate::machinery::export::CapabilityId; IDS.len() + 1] = $crate::machinery::export::CapabilityId::list(IDS);
            unsafe extern "C" fn get_interface(
                _instance: *mut core::ffi::c_void,
                id: $crate::abi::soch_str,
            ) -> *const core::ffi::c_void {
                let tables: &[*const core::ffi::c_void] = &[$($(core::ptr::addr_of!($table).cast()),+)?];
                // SAFETY: the host lends the id for the call.
                unsafe { $crate::machinery::export::find_interface(id, IDS, tables) }
            }
            #[cfg(all($($when)*))]
            #[used]
            #[cfg_attr(target_vendor = "apple", link_section = "__DATA,__sochdb")]
            #[cfg_attr(windows, link_section = ".sochdb")]
            // Linkers leave out there what nobody names.
            #[cfg_attr(windows, export_name = "soch_note_v1")]
            #[cfg_attr(not(any(target_vendor = "apple", windows)), link_section = ".note.sochdb")]
            static NOTE: $crate::abi::soch_note = IDENTITY.note(
                0 $(| $crate::machinery::export::kind::$kind)+ | if IDS.is_empty() { 0 } else { $crate::abi::SOCH_KIND_CUSTOM },
            );
            const _: $crate::machinery::export::Identity = IDENTITY;
            #[cfg_attr(all($($when)*), no_mangle)]
            pub static soch_plugin_v1: $crate::abi::soch_plugin = $crate::abi::soch_plugin {
                name: concat!($name, "\0").as_ptr().cast(),
                version: concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast(),
                description: concat!(env!("CARGO_PKG_DESCRIPTION"), "\0").as_ptr().cast(),
                author: concat!(env!("CARGO_PKG_AUTHORS"), "\0").as_ptr().cast(),
                capabilities: if IDS.is_empty() { core::ptr::null() } else { CAPABILITIES.as_ptr().cast() },
                get_interface: if IDS.is_empty() { None } else { Some(get_interface) },
                $($kind: $crate::machinery::shims::$kind::<$plugin>(),)+
                ..$crate::machinery::export::entry::<$plugin>()
            };
            // SAFETY: entry, tables and layout are those that this SDK made for the type.
            unsafe { $crate::__export_layout!([$($when)*] $crate::LinkedEntry::new(&soch_plugin_v1); $($kind),+) }
        };
    };
    ($($other:tt)*) => {
        compile_error!(
            "write `export_plugin!(Type: kind);` or `export_plugin!(\"name\", Type: kind, kind; \"id\" => TABLE);`: the \
             type that implements `Plugin`, and after a colon its kinds, such as `storage`"
        );
    };
}

/// Refuses a crate whose panics would end the host.
#[doc(hidden)]
#[macro_export]
macro_rules! __require_unwind {
    () => {
        #[cfg(panic = "abort")]
        compile_error!(
            "a plugin needs `panic = \"unwind\"`: with \"abort\" a panic in it would end the host's process"
        );
    };
}

macro_rules! kinds {
    ($d:tt $($kind:ident: $handle:ident, $bound:ident, $table:ident, $bit:ident, $what:literal;)+) => {
        /// Refuses a kind that does not exist, and names those that do.
        #[doc(hidden)]
        #[macro_export]
        macro_rules! __require_kind {
            $(($kind) => {};)+
            ($d other:ident) => {
                compile_error!(concat!(
                    "`", stringify!($d other), "` is not a kind of plugin; the kinds are:"
                    $(, " `", stringify!($kind), "`")+
                ));
            };
        }

        /// The bit of each kind.
        pub mod kind {
            #![allow(non_upper_case_globals, missing_docs)]
            $(pub const $kind: u32 = sochdb_plugin_abi::$bit;)+
        }

        /// The entry of `P` without its name and tables.
        pub const fn entry<P: Plugin + Extension>() -> soch_plugin {
            soch_plugin {
                magic: SOCH_MAGIC,
                size: std::mem::size_of::<soch_plugin>() as u32,
                abi_major: SOCH_ABI_MAJOR,
                abi_minor: SOCH_ABI_MINOR,
                min_host_minor: 0,
                reserved: 0,
                flags: 0,
                layout_hash: SOCH_LAYOUT_HASHES[SOCH_ABI_MINOR as usize],
                name: std::ptr::null(),
                version: std::ptr::null(),
                description: std::ptr::null(),
                author: std::ptr::null(),
                capabilities: std::ptr::null(),
                create: Some(create::<P>),
                shutdown: Some(instance::shutdown::<P>),
                destroy: Some(instance::destroy::<P>),
                get_interface: None,
                $($kind: std::ptr::null(),)+
            }
        }
    };
}

for_each_kind!(kinds $);

/// Name and version of a plugin, checked when it is compiled.
#[derive(Clone, Copy, Debug)]
pub struct Identity {
    name: &'static str,
    version: &'static str,
}

impl Identity {
    /// # Panics
    /// At compile time, if one of them has another length or character than `soch_plugin` allows.
    #[must_use]
    pub const fn new(name: &'static str, version: &'static str) -> Self {
        assert!(!has_nul(name), "the plugin's name contains a NUL");
        assert!(
            is_identifier(name, SOCH_NAME_SIZE),
            "the plugin's name must be 1 to 63 of A-Z a-z 0-9 _ . + -, and begin with a letter or digit"
        );
        assert!(
            is_identifier(version, SOCH_VERSION_SIZE),
            "the plugin's version must be 1 to 31 of A-Z a-z 0-9 _ . + -, and begin with a letter or digit"
        );
        Self { name, version }
    }

    /// The note of this plugin.
    #[must_use]
    pub const fn note(&self, kinds: u32) -> soch_note {
        soch_note {
            owner_size: SOCH_NOTE_OWNER_SIZE,
            body_size: SOCH_NOTE_BODY_SIZE,
            kind: SOCH_NOTE_TYPE,
            owner: chars("SochDB"),
            note_version: SOCH_NOTE_VERSION,
            abi_major: SOCH_ABI_MAJOR,
            abi_minor: SOCH_ABI_MINOR,
            min_host_minor: 0,
            reserved: 0,
            flags: 0,
            kinds,
            layout_hash: SOCH_LAYOUT_HASHES[SOCH_ABI_MINOR as usize],
            name: chars(self.name),
            version: chars(self.version),
        }
    }
}

const fn has_nul(text: &str) -> bool {
    let mut at = 0;
    while at < text.len() {
        if text.as_bytes()[at] == 0 {
            return true;
        }
        at += 1;
    }
    false
}

/// Whether `text` may be a plugin's name or version in `size` bytes with its NUL.
#[must_use]
pub const fn is_identifier(text: &str, size: usize) -> bool {
    let bytes = text.as_bytes();
    if bytes.is_empty() || bytes.len() >= size || !bytes[0].is_ascii_alphanumeric() {
        return false;
    }
    let mut at = 0;
    while at < bytes.len() {
        if !(bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'_' | b'.' | b'+' | b'-')) {
            return false;
        }
        at += 1;
    }
    true
}

const fn chars<const N: usize>(text: &str) -> [c_char; N] {
    let mut chars = [0; N];
    let mut at = 0;
    while at < text.len() {
        chars[at] = text.as_bytes()[at] as c_char;
        at += 1;
    }
    chars
}

/// An id of `soch_plugin.capabilities`.
#[repr(transparent)]
#[derive(Clone, Copy, Debug)]
pub struct CapabilityId(*const c_char);

// SAFETY: it leads to a literal.
unsafe impl Sync for CapabilityId {}

impl CapabilityId {
    /// `ids`, each with its NUL, and NULL at the end.
    #[must_use]
    pub const fn list<const N: usize>(ids: &[&'static str]) -> [Self; N] {
        let mut list = [Self(std::ptr::null()); N];
        let mut at = 0;
        while at < ids.len() {
            list[at] = Self(ids[at].as_ptr().cast());
            at += 1;
        }
        list
    }
}

/// The table whose id is `id`, or NULL.
///
/// # Safety
/// The host lends `id` for the call.
#[must_use]
pub unsafe fn find_interface(id: soch_str, ids: &[&str], tables: &[*const c_void]) -> *const c_void {
    // SAFETY: the caller promises it.
    let id = unsafe { id.read() }.unwrap_or_default();
    let at = ids.iter().position(|with_nul| with_nul.strip_suffix('\0') == Some(id));
    at.map_or(std::ptr::null(), |at| tables[at])
}

unsafe extern "C" fn create<P: Plugin + Extension>(
    host: *const soch_host,
    config: soch_str,
    place: *mut *mut c_void,
    error: *mut soch_error,
) -> soch_status {
    let mut tie = instance::Tie::to(None);
    let make = || -> Result<()> {
        // SAFETY: the host lives until `destroy`, and lends the rest for the call.
        let host = unsafe { Host::from_raw(host, config)? };
        let told = panics::enter(&host);
        #[cfg(any(feature = "log", feature = "tracing"))]
        if told {
            crate::machinery::events::forward(&host);
        }
        #[cfg(not(any(feature = "log", feature = "tracing")))]
        let _ = told;
        tie = instance::Tie::to(Some(host.clone()));
        let plugin = P::create(host)?;
        let tie = std::mem::replace(&mut tie, instance::Tie::to(None));
        // SAFETY: the host gives a place for the result.
        unsafe { *place = instance::tied(plugin, tie) };
        Ok(())
    };
    // SAFETY: the host gives a place for the error.
    let status = unsafe { guard(error, make) };
    // Without an instance it is cut here, after the host heard of a panic.
    drop(tie);
    status
}
