//! The dynamic linker of this process. The only module that names libloading.

use crate::base::escape::printable;
use libc::dl_phdr_info;
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use std::ffi::{c_char, CStr, OsStr};
use std::mem::ManuallyDrop;
use std::os::unix::ffi::OsStrExt;

const DT_NULL: usize = 0;
const DT_STRTAB: usize = 5;
const DT_SONAME: usize = 14;

/// Unmapping a library whose threads, thread-local destructors or tables are in use is undefined, and nobody can
/// tell (rust-lang/rust#59629, #88737).
const RTLD_NODELETE: i32 = 0x1000;

/// How names begin that the dynamic linker takes for itself, whatever follows: that of musl is its C library.
#[cfg(not(target_env = "musl"))]
const OF_THE_LINKER: &[&[u8]] = &[];
#[cfg(target_env = "musl")]
const OF_THE_LINKER: &[&[u8]] = &[b"libc.", b"libpthread.", b"librt.", b"libm.", b"libdl.", b"libutil.", b"libxnet."];

/// A mapped library. It is never unmapped.
pub(crate) struct Mapping(ManuallyDrop<Library>);

impl Mapping {
    /// Maps the library at `path`, binds all its symbols and keeps them from other libraries. On refusal what the
    /// dynamic linker says.
    ///
    /// # Safety
    /// The caller trusts the library: its constructors run.
    pub(crate) unsafe fn open(path: &OsStr) -> Result<Self, String> {
        // SAFETY: the caller promises it.
        let opened = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) };
        opened.map(|library| Self(ManuallyDrop::new(library))).map_err(|error| with_causes(&error))
    }

    /// Where the library has this symbol. The search goes on in the libraries that it needs.
    pub(crate) fn address(&self, symbol: &str) -> Option<*const u8> {
        // SAFETY: only the address is taken; who reads it says what it may lead to.
        let address = unsafe { self.0.get::<*const u8>(symbol) }.ok()?;
        Some(address.into_raw().cast_const().cast())
    }
}

/// Whether the dynamic linker has a library that it opened by this path, or whose SONAME this is.
///
/// Asked of its list: `dlopen` with `RTLD_NOLOAD` would search for the file and open what it finds, a FIFO too.
pub(crate) fn is_resident(name: &OsStr) -> bool {
    if OF_THE_LINKER.iter().any(|own| name.as_bytes().starts_with(own)) {
        return true;
    }
    let mut search = Search { name: name.as_bytes(), found: false };
    // SAFETY: the search outlives the call, and the function does not unwind.
    unsafe { libc::dl_iterate_phdr(Some(compare), (&raw mut search).cast()) };
    search.found
}

/// Whether code at `address` is a plugin's or a library's that a trust file names: those have the names that
/// [`fd_paths`](crate::system::linux::files::fd_paths) gave them.
pub(crate) fn is_of_a_plugin(address: usize) -> bool {
    let theirs = format!("/proc/{}/fd/", std::process::id());
    let mut found = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: any address may be asked; what is found is a library's name, which ends in NUL.
    unsafe {
        if libc::dladdr(address as *const libc::c_void, found.as_mut_ptr()) == 0 {
            return false;
        }
        let name = found.assume_init().dli_fname;
        !name.is_null() && CStr::from_ptr(name).to_bytes().starts_with(theirs.as_bytes())
    }
}

struct Search<'a> {
    name: &'a [u8],
    found: bool,
}

/// # Safety
/// The dynamic linker calls it with one of its libraries, which stays mapped meanwhile, and with the [`Search`] that was
/// given to it.
unsafe extern "C" fn compare(library: *mut dl_phdr_info, _: libc::size_t, search: *mut libc::c_void) -> libc::c_int {
    // SAFETY: the dynamic linker's promise, and nobody else has the search meanwhile.
    let (library, search) = unsafe { (&*library, &mut *search.cast::<Search<'_>>()) };
    // SAFETY: its names end in NUL.
    let is_it = |text: *const c_char| !text.is_null() && unsafe { CStr::from_ptr(text) }.to_bytes() == search.name;
    // SAFETY: the dynamic linker's promise.
    search.found = is_it(library.dlpi_name) || unsafe { soname(library) }.is_some_and(is_it);
    search.found.into()
}

/// The SONAME of a mapped library.
///
/// # Safety
/// It is one of the dynamic linker's, and stays mapped.
unsafe fn soname(library: &dl_phdr_info) -> Option<*const c_char> {
    let base = library.dlpi_addr as usize;
    // SAFETY: the dynamic linker found the library by these headers, and they stay.
    let headers = unsafe { std::slice::from_raw_parts(library.dlpi_phdr, library.dlpi_phnum.into()) };
    let dynamic = headers.iter().find(|header| header.p_type == libc::PT_DYNAMIC)?;
    let mut entry = base.wrapping_add(dynamic.p_vaddr as usize) as *const [usize; 2];
    let (mut strings, mut name) = (None, None);
    loop {
        // SAFETY: the section ends in DT_NULL, or the dynamic linker would not have loaded the library.
        let [tag, value] = unsafe { entry.read() };
        match tag {
            DT_NULL => break,
            DT_STRTAB => strings = Some(value),
            DT_SONAME => name = Some(value),
            _ => {}
        }
        // SAFETY: as above.
        entry = unsafe { entry.add(1) };
    }
    // glibc has added the base to it, but not where it may not write, as in the kernel's vDSO.
    let strings = strings.map(|address| if address < base { address + base } else { address })?;
    Some((strings + name?) as *const c_char)
}

/// dlopen's reason is in the error's sources.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    printable(&text).into_owned()
}
