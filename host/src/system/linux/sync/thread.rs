//! A thread that is refused with an error if anything of it is short. The standard library's own is not: it ends the
//! process if the new thread's room for signals cannot be mapped.

use parking_lot::Mutex;
use rustix::thread::gettid;
use std::any::Any;
use std::ffi::{c_void, CStr};
use std::io;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a thread that was joined may stay on the kernel's list.
const LONGEST_END: Duration = Duration::from_millis(100);

type Work = Box<dyn FnOnce() + Send>;
type Panic = Box<dyn Any + Send>;

/// A thread that was started. It goes on alone if this is dropped.
#[derive(Debug)]
pub(crate) struct Thread {
    id: libc::pthread_t,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// The thread's number for the kernel, once it has begun.
    number: AtomicI32,
    /// The payload of the panic that ended it.
    panic: Mutex<Option<Panic>>,
}

struct Start {
    name: &'static CStr,
    shared: Arc<Shared>,
    work: Work,
}

impl Thread {
    /// Starts one with this much stack. It inherits the blocked signals.
    ///
    /// # Errors
    /// There is no memory for it, or it would be one too many.
    pub(crate) fn start(name: &'static CStr, stack: usize, work: Work) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let start = Box::into_raw(Box::new(Start { name, shared: shared.clone(), work }));
        match create(stack.saturating_add(least_stack()), start.cast()) {
            Ok(id) => Ok(Self { id, shared }),
            Err(error) => {
                // SAFETY: it was made above, and no thread began that could have taken it.
                drop(unsafe { Box::from_raw(start) });
                Err(error)
            }
        }
    }

    /// Waits for its end. The kernel does not count it any more then.
    ///
    /// # Errors
    /// What it panicked with.
    pub(crate) fn join(self) -> Result<(), Panic> {
        let own = ManuallyDrop::new(self);
        // SAFETY: this value has the only right to join it, and is not used again.
        let shared = unsafe {
            libc::pthread_join(own.id, std::ptr::null_mut());
            std::ptr::read(&own.shared)
        };
        // Whoever joins a thread is told just before the kernel takes it off its list.
        let until = Instant::now() + LONGEST_END;
        while is_counted(shared.number.load(Ordering::Acquire)) && Instant::now() < until {
            std::thread::yield_now();
        }
        let panic = shared.panic.lock().take();
        panic.map_or(Ok(()), Err)
    }
}

/// Whether this process has a thread of this number.
fn is_counted(thread: i32) -> bool {
    // SAFETY: the kernel sends no signal for number 0, and looks for the thread only.
    thread > 0 && unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), thread, 0) } == 0
}

impl Drop for Thread {
    fn drop(&mut self) {
        // SAFETY: nobody joined it, which takes the value.
        unsafe { libc::pthread_detach(self.id) };
    }
}

/// Starts a thread that takes `start`, if it can be started.
fn create(stack: usize, start: *mut c_void) -> io::Result<libc::pthread_t> {
    let mut attributes = MaybeUninit::uninit();
    let mut id = MaybeUninit::uninit();
    // SAFETY: the attributes are made before they are used, and destroyed once. The thread gets the value that it expects.
    unsafe {
        checked(libc::pthread_attr_init(attributes.as_mut_ptr()))?;
        let created = checked(libc::pthread_attr_setstacksize(attributes.as_mut_ptr(), stack))
            .and_then(|()| checked(libc::pthread_create(id.as_mut_ptr(), attributes.as_ptr(), begin, start)));
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        created.map(|()| id.assume_init())
    }
}

fn checked(error: i32) -> io::Result<()> {
    if error == 0 {
        Ok(())
    } else {
        Err(io::Error::from_raw_os_error(error))
    }
}

/// The bytes of a stack that glibc takes for itself: the thread-local data of all libraries that the program began with.
fn least_stack() -> usize {
    type Least = unsafe extern "C" fn(*const libc::pthread_attr_t) -> libc::size_t;
    let mut attributes = MaybeUninit::uninit();
    // SAFETY: glibc's function, if it is there, has this type, and reads attributes that were made.
    unsafe {
        let found = libc::dlsym(libc::RTLD_DEFAULT, c"__pthread_get_minstack".as_ptr());
        if found.is_null() || libc::pthread_attr_init(attributes.as_mut_ptr()) != 0 {
            return 0;
        }
        let least = std::mem::transmute::<*mut c_void, Least>(found)(attributes.as_ptr());
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        least
    }
}

/// The function that runs in the new thread.
extern "C" fn begin(start: *mut c_void) -> *mut c_void {
    // SAFETY: `Thread::start` made it for this thread alone.
    let Start { name, shared, work } = *unsafe { Box::from_raw(start.cast::<Start>()) };
    shared.number.store(gettid().as_raw_nonzero().get(), Ordering::Release);
    // Only whoever debugs reads it.
    let _ = rustix::thread::set_name(name);
    if let Err(panic) = catch_unwind(AssertUnwindSafe(work)) {
        *shared.panic.lock() = Some(panic);
    }
    std::ptr::null_mut()
}
