//! Stops a thread at each instruction, by the processor's trap flag.

use crate::frame::must::{unseen, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::random::Random;
use crate::frame::stepped::points::points;
use crate::frame::stepped::turns::Turns;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ffi::c_void;
use std::ops::Range;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The flag by which the processor stops after an instruction.
const TRAP_FLAG: i64 = 0x100;
/// The instruction of a system call.
const SYSCALL: [u8; 2] = [0x0F, 0x05];
/// The bit of the signal that comes with each stop, in a set of signals.
const OWN_BIT: u64 = 1 << (libc::SIGTRAP - 1);

/// So many times the other thread makes its calls within one call, at most.
const POINTS: usize = 400;
/// The time of a processor for the stops of all calls of one test, and the stops between two looks at it.
const TIME: Duration = Duration::from_millis(500);
const LOOK_EVERY: usize = 64;
/// The stops of a call whose end the other thread waits for, more than which it has where it waits itself.
const MOST_WAITED: usize = 1000;

/// The stops of the calls of one test.
pub(crate) struct Steps {
    turns: Turns,
    /// Where the system's libraries are, and the host where that is apart from the plugin.
    libraries: Vec<Range<usize>>,
    host: Range<usize>,
    /// The last stop in the plugin; 0 after one elsewhere.
    last: AtomicUsize,
    /// Where a call of the host's that goes on without stops returns to; 0 where there is none.
    returns_to: AtomicUsize,
    /// Whether the thread is to go on without stops.
    over: AtomicBool,
    /// The stops of this call; those at which the other thread makes its calls, and how many of them it has passed.
    stops: AtomicUsize,
    points: RefCell<Vec<usize>>,
    passed: AtomicUsize,
    /// So many points has a call, at most.
    most: Cell<usize>,
    random: RefCell<Random>,
    /// Whether the calls of the other thread wait for the stopped one.
    is_waited_for: AtomicBool,
    /// The stops since then.
    waited: AtomicUsize,
    end: Duration,
    /// How many stops the call of each line had, and how often it was made.
    lengths: RefCell<BTreeMap<u32, (usize, usize)>>,
}

/// Whether somebody tells when functions of the plugin begin and end: then nothing else has to stop.
static ARE_TOLD: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether this thread's calls are to stop.
    static IS_OWN: Cell<bool> = const { Cell::new(false) };
}

/// Does what [`call_begins`](super::call_begins) says.
pub(crate) fn call_begins() {
    ARE_TOLD.store(true, Ordering::Relaxed);
    if IS_OWN.get() {
        begins();
    }
}

/// The time that a processor has worked for this thread: on a busy machine, too, calls have as many stops.
fn worked() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.try_into().unwrap_or_default()
}

fn begins() {
    // SAFETY: what is stopped stays until the handler is gone.
    let Some(steps) = (unsafe { NOW.load(Ordering::SeqCst).as_ref() }) else { return };
    if worked() < steps.end {
        steps.over.store(false, Ordering::SeqCst);
        // SAFETY: the handler is there, and lets the thread stop from here on.
        unsafe { libc::raise(libc::SIGTRAP) };
    }
}

/// Does what [`call_ended`](super::call_ended) says.
pub(crate) fn call_ended() {
    if IS_OWN.get() {
        // SAFETY: what is stopped stays until the handler is gone.
        let steps = unsafe { NOW.load(Ordering::SeqCst).as_ref() };
        steps.inspect(|steps| steps.over.store(true, Ordering::SeqCst));
    }
}

/// The steps of the call that is stopped now.
static NOW: AtomicPtr<Steps> = AtomicPtr::new(std::ptr::null_mut());

extern "C" {
    /// The place that a call of the host's returns to which goes on without stops.
    #[link_name = "sochdb_conformance_returned"]
    fn returned();
}

std::arch::global_asm!(".hidden sochdb_conformance_returned", "sochdb_conformance_returned: int3");

/// The bytes of an instruction that calls, at most.
const CALL: usize = 7;

/// Whether the instruction at `at` blocks the signal, or begins a thread or a process, which would stop at its first one.
///
/// # Safety
/// `at` is where the thread stands, with these registers.
unsafe fn ends_here(at: usize, registers: &[i64; 23]) -> bool {
    // SAFETY: the processor is about to read it.
    if unsafe { std::ptr::read_unaligned(at as *const [u8; 2]) } != SYSCALL {
        return false;
    }
    match registers[libc::REG_RAX as usize] {
        libc::SYS_clone | libc::SYS_clone3 | libc::SYS_fork | libc::SYS_vfork | libc::SYS_execve => true,
        libc::SYS_rt_sigprocmask => {
            let (how, set) = (registers[libc::REG_RDI as usize], registers[libc::REG_RSI as usize]);
            // SAFETY: the kernel is about to read the set from there.
            let blocks = || unsafe { std::ptr::read_unaligned(set as *const u64) } & OWN_BIT != 0;
            how != i64::from(libc::SIG_UNBLOCK) && set != 0 && blocks()
        }
        _ => false,
    }
}

/// Runs at each stop. It allocates nothing and takes no lock, as the thread may hold any.
extern "C" fn stop(_: i32, info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel gives both to the handler that `Handler::new` installs.
    let (code, context) = unsafe { ((*info).si_code, &mut *context.cast::<libc::ucontext_t>()) };
    // SAFETY: what is stopped stays until the handler is gone.
    let now = unsafe { NOW.load(Ordering::SeqCst).as_ref() };
    let registers = &mut context.uc_mcontext.gregs;
    let has_returned = registers[libc::REG_RIP as usize] as usize == returned as *const () as usize + 1;
    let is_own = code == libc::TRAP_TRACE || code == libc::SI_TKILL || has_returned;
    let Some(steps) = now.filter(|_| is_own) else {
        // A breakpoint of the plugin's: it ends the process, as it would without this handler.
        // SAFETY: it has no conditions.
        unsafe { libc::signal(libc::SIGTRAP, libc::SIG_DFL) };
        registers[libc::REG_EFL as usize] &= !TRAP_FLAG;
        if code == libc::SI_KERNEL {
            registers[libc::REG_RIP as usize] -= 1;
        }
        return;
    };
    if has_returned {
        registers[libc::REG_RIP as usize] = steps.returns_to.swap(0, Ordering::SeqCst) as i64;
    }
    let at = registers[libc::REG_RIP as usize] as usize;
    // SAFETY: the kernel says where the thread stands.
    if steps.over.load(Ordering::SeqCst) || unsafe { ends_here(at, registers) } {
        registers[libc::REG_EFL as usize] &= !TRAP_FLAG;
        return;
    }
    registers[libc::REG_EFL as usize] |= TRAP_FLAG;
    let last = steps.last.swap(0, Ordering::Relaxed);
    if steps.host.contains(&at) {
        // SAFETY: the kernel says where the thread stands.
        if last != 0 && !unsafe { steps.passes_call(last, registers) } {
            // It has returned, or ends with a call of the host's.
            steps.over.store(true, Ordering::SeqCst);
        }
        return;
    }
    if !steps.libraries.iter().any(|range| range.contains(&at)) {
        steps.last.store(at, Ordering::Relaxed);
        // SAFETY: the address is this thread's own.
        let errno = unsafe { &mut *libc::__errno_location() };
        let before = *errno;
        steps.stopped();
        *errno = before;
    }
}

impl Steps {
    fn new(libraries: Vec<Range<usize>>, host: Range<usize>, random: Random) -> Self {
        Self {
            turns: Turns::default(),
            libraries,
            host,
            last: AtomicUsize::new(0),
            returns_to: AtomicUsize::new(0),
            over: AtomicBool::new(true),
            stops: AtomicUsize::new(0),
            points: RefCell::default(),
            passed: AtomicUsize::new(0),
            most: Cell::new(POINTS),
            random: RefCell::new(random),
            is_waited_for: AtomicBool::new(false),
            waited: AtomicUsize::new(0),
            end: worked() + TIME,
            lengths: RefCell::default(),
        }
    }

    /// Lets a function of the host's go on without stops, if the thread has just called it by the instruction at `last`.
    ///
    /// # Safety
    /// The thread stands at the first instruction behind that, with these registers.
    unsafe fn passes_call(&self, last: usize, registers: &mut [i64; 23]) -> bool {
        let top = registers[libc::REG_RSP as usize] as *mut usize;
        // SAFETY: it is the thread's stack.
        let back = unsafe { top.read() };
        let is_call = back > last && back - last <= CALL;
        if is_call && self.returns_to.load(Ordering::SeqCst) == 0 {
            self.returns_to.store(back, Ordering::SeqCst);
            // SAFETY: the function returns to where this takes the thread back to what stood there.
            unsafe { top.write(returned as *const () as usize) };
            registers[libc::REG_EFL as usize] &= !TRAP_FLAG;
        }
        is_call
    }

    fn stopped(&self) {
        let stop = self.stops.fetch_add(1, Ordering::Relaxed);
        if stop.is_multiple_of(LOOK_EVERY) && worked() > self.end {
            self.over.store(true, Ordering::SeqCst);
        }
        if self.is_waited_for.load(Ordering::Relaxed) {
            if !self.turns.is_back() {
                // Whoever waits for the other thread in a loop does so without stops.
                let waited = self.waited.fetch_add(1, Ordering::Relaxed);
                self.over.fetch_or(waited > MOST_WAITED, Ordering::SeqCst);
                return;
            }
            self.waited.store(0, Ordering::Relaxed);
            self.is_waited_for.store(false, Ordering::Relaxed);
        }
        let (points, before) = (self.points.borrow(), self.passed.load(Ordering::Relaxed));
        let passed = before + points[before..].iter().take_while(|point| **point < stop).count();
        self.passed.store(passed, Ordering::Relaxed);
        if points.get(passed) == Some(&stop) {
            self.is_waited_for.store(!self.turns.give(), Ordering::Relaxed);
        }
    }

    /// Lets the other thread make its calls so many times within one call, at most.
    pub(crate) fn at_most(&self, most: usize) {
        self.most.set(most);
    }

    /// Makes a call which stops at its instructions. The first time they are counted; later the other thread makes its calls at some.
    #[track_caller]
    pub(crate) fn call<T>(&self, call: impl FnOnce() -> T) -> T {
        let line = Location::caller().line();
        let (length, round) = self.lengths.borrow().get(&line).copied().unwrap_or_default();
        self.points.replace(points(length, self.most.get(), round, &mut self.random.borrow_mut()));
        self.passed.store(0, Ordering::Relaxed);
        self.stops.store(0, Ordering::Relaxed);
        IS_OWN.set(true);
        if !ARE_TOLD.load(Ordering::Relaxed) {
            begins();
        }
        let result = call();
        IS_OWN.set(false);
        self.over.store(true, Ordering::SeqCst);
        self.turns.wait();
        self.is_waited_for.store(false, Ordering::Relaxed);
        self.waited.store(0, Ordering::Relaxed);
        let length = self.stops.load(Ordering::Relaxed).max(length);
        self.lengths.borrow_mut().insert(line, (length, round + 1));
        result
    }
}

/// The handler of the signal, which goes with this.
struct Handler(libc::sigaction);

impl Handler {
    fn new(steps: &Steps) -> Result<Self, NotPassed> {
        NOW.store(std::ptr::from_ref(steps).cast_mut(), Ordering::SeqCst);
        // SAFETY: all zeros are a set of no signals and no flags.
        let (mut own, mut before): (libc::sigaction, libc::sigaction) = unsafe { std::mem::zeroed() };
        let handler: extern "C" fn(i32, *mut libc::siginfo_t, *mut c_void) = stop;
        own.sa_sigaction = handler as usize;
        own.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
        // SAFETY: both live as long as the call; the handler keeps to what a handler may do.
        let installed = unsafe { libc::sigaction(libc::SIGTRAP, &own, &mut before) };
        if installed != 0 {
            return Err(std::io::Error::last_os_error()).must("cannot handle SIGTRAP");
        }
        Ok(Self(before))
    }
}

impl Drop for Handler {
    fn drop(&mut self) {
        // SAFETY: it is what was there before.
        unsafe { libc::sigaction(libc::SIGTRAP, &self.0, std::ptr::null_mut()) };
        NOW.store(std::ptr::null_mut(), Ordering::SeqCst);
    }
}

/// The libraries of the system: where plugins are wrong, they are so around their calls.
const OF_SYSTEM: [&str; 8] =
    ["[vdso]", "/libc.so", "/libm.so", "/libpthread.so", "/ld-linux", "/ld-musl", "/libstdc++.so", "/libgcc_s.so"];

/// The code of the system's libraries, and that of this program.
fn code_of_others() -> (Vec<Range<usize>>, Range<usize>) {
    let here = stop as *const () as usize;
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let range = |line: &str| {
        let (from, to) = line.split_once(' ')?.0.split_once('-')?;
        Some(usize::from_str_radix(from, 16).ok()?..usize::from_str_radix(to, 16).ok()?)
    };
    let code = || maps.lines().filter(|line| line.contains("r-xp"));
    let own = code().filter_map(range).find(|range| range.contains(&here)).unwrap_or(0..0);
    let is_of_system = |line: &&str| OF_SYSTEM.iter().any(|name| line.contains(name));
    (code().filter(is_of_system).filter_map(range).collect(), own)
}

fn is_traced() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().any(|line| line.strip_prefix("TracerPid:").is_some_and(|by| by.trim() != "0"))
}

/// Does what [`beside`](super::beside) says. `is_loaded`: the plugin's code is none of this program's.
pub(crate) fn beside(
    is_loaded: bool,
    random: Random,
    mut other: impl FnMut() -> Result<(), NotPassed> + Send,
    test: impl FnOnce(&Steps) -> Result<(), NotPassed>,
) -> Result<(), NotPassed> {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    if is_traced() {
        unseen!("a debugger takes the signals by which a call is stopped at its instructions");
    }
    let (libraries, own) = code_of_others();
    let steps = Steps::new(libraries, if is_loaded { own } else { 0..0 }, random);
    let handler = Handler::new(&steps)?;
    let result = std::thread::scope(|scope| {
        let turns = &steps.turns;
        let thread = scope.spawn(move || {
            let mut result = Ok(());
            turns.serve(|| {
                if result.is_ok() {
                    result = other();
                }
            });
            result
        });
        while !turns.is_served() {
            std::thread::yield_now();
        }
        let tested = test(&steps);
        turns.end();
        thread.join().expect("no test panics").and(tested)
    });
    drop(handler);
    result
}
