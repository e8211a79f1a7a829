//! Times each row of a group in pairs with the group's base.
//!
//! A sample is some chunks of the base and as many of the row, by turns, of equally many steps: whatever slows the
//! machine then slows both, and their ratio stays. Before each chunk comes an eighth of it untimed, as the other side has
//! left its own traces in the caches. The base is also timed against itself: that ratio is 1 but for the noise.

use crate::report::{self, Row, Sample};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode};
use rustix::thread::{sched_getaffinity, sched_setaffinity, CpuSet};
use rustix::time::{clock_gettime, ClockId};
use std::any::TypeId;
use std::arch::asm;
use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

/// Chunks of each side in a sample.
const CHUNKS: u64 = 8;
/// The least that is timed at a time.
const SHORTEST: Duration = Duration::from_millis(1);
/// How often two threads try to run at the same time.
const TRIES: usize = 20;
/// What the first step gets.
const SEED: u64 = 1;

/// What a row's time is.
#[derive(Clone, Copy)]
pub enum Clock {
    /// The processor time of this thread: what others do on the machine does not count.
    Thread,
    /// What a watch shows: for work that other threads or processes do.
    Wall,
}

impl Clock {
    /// The time on it, from some moment on.
    pub fn now(self) -> Duration {
        let time = clock_gettime(match self {
            Self::Thread => ClockId::ThreadCPUTime,
            Self::Wall => ClockId::Monotonic,
        });
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    }
}

/// What takes rows, such as a group.
pub trait Rows {
    /// Adds a row whose work is `step`, which gets what it returned the time before.
    fn row(&mut self, name: &str, step: impl FnMut(u64) -> u64 + 'static);
}

/// The groups of one benchmark.
pub struct Frame {
    name: &'static str,
    criterion: Criterion,
    rows: Vec<Row>,
}

impl Frame {
    /// Takes its settings from the arguments of the program.
    pub fn new(name: &'static str) -> Self {
        let seconds = Duration::from_secs_f64;
        let criterion = Criterion::default().warm_up_time(seconds(0.2)).measurement_time(seconds(1.2)).sample_size(40);
        Self { name, criterion: criterion.configure_from_args(), rows: Vec::new() }
    }

    /// A group whose rows are timed by `clock`.
    pub fn group(&mut self, name: &str, clock: Clock) -> Group<'_> {
        let mut group = self.criterion.benchmark_group(name);
        group.sampling_mode(SamplingMode::Flat);
        Group { name: name.to_owned(), clock, each: 1, group, base: None, rows: &mut self.rows }
    }

    /// Reports.
    pub fn finish(self) {
        report::report(self.name, &self.rows);
    }
}

/// Rows that are compared with the first of them.
pub struct Group<'a> {
    name: String,
    clock: Clock,
    /// How many of what the table counts a step does.
    each: u64,
    group: BenchmarkGroup<'a, WallTime>,
    base: Option<Side>,
    rows: &'a mut Vec<Row>,
}

impl Rows for Group<'_> {
    fn row(&mut self, name: &str, mut step: impl FnMut(u64) -> u64 + 'static) {
        let (clock, mut x) = (self.clock, SEED);
        self.timed(name, move |steps| {
            x = repeat(&mut step, x, steps / 8);
            let start = clock.now();
            x = repeat(&mut step, x, steps);
            clock.now() - start
        });
    }
}

impl Group<'_> {
    /// Each step does so many of what the table counts, such as rows.
    pub fn each(mut self, count: u64) -> Self {
        self.each = count;
        self
    }

    /// Takes so few samples, for steps that are long.
    pub fn samples(mut self, count: usize) -> Self {
        self.group.sample_size(count);
        self
    }

    /// Adds a row that does so many steps, and keeps time itself.
    pub fn timed(&mut self, name: &str, row: impl FnMut(u64) -> Duration + 'static) {
        let mut row = Some(Side { run: Box::new(row), least: 0 });
        let (is_base, each) = (self.base.is_none(), self.each);
        let base = self.base.get_or_insert_with(|| row.take().expect("just given"));
        let mut samples = Vec::new();
        self.group.bench_function(name, |bencher| {
            bencher.iter_custom(|steps| {
                let sample = pair(steps, base, row.as_mut());
                samples.push(Sample { steps: steps * each, ..sample });
                Duration::from_secs_f64(sample.row * 1e-9)
            });
        });
        self.rows.push(Row { group: self.name.clone(), name: name.to_owned(), is_base, samples });
    }

    /// Adds a row in which two threads, each on a processor of its own, do every step at the same time. It needs two
    /// processors that are free most of the time.
    pub fn on_two_threads<F: FnMut(u64) -> u64 + Send + 'static>(&mut self, name: &str, make: impl Fn() -> F) {
        let mut threads = [make(), make()];
        self.timed(name, move |steps| {
            let mut time = at_the_same_time(&mut threads, steps);
            for _ in 1..TRIES {
                time = time.or_else(|_| at_the_same_time(&mut threads, steps));
            }
            time.unwrap_or_else(|alone_at_times| alone_at_times)
        });
    }
}

/// The base or a row.
struct Side {
    run: Box<dyn FnMut(u64) -> Duration>,
    /// How many steps take so long that the clock, and the start of a second thread, do not show; 0 if not known yet.
    least: u64,
}

impl Side {
    /// What so many steps take, in nanoseconds; it may be measured with more.
    fn chunk(&mut self, steps: u64) -> f64 {
        if self.least == 0 {
            self.least = 1;
            while (self.run)(self.least) < SHORTEST {
                self.least *= 2;
            }
        }
        let done = steps.max(self.least);
        (self.run)(done).as_secs_f64() * 1e9 / done as f64 * steps as f64
    }
}

/// A chunk on each thread. The processor time of the slower one; as an error, if they did not run at the same time all
/// along.
fn at_the_same_time<F: FnMut(u64) -> u64 + Send + 'static>(
    threads: &mut [F; 2],
    steps: u64,
) -> Result<Duration, Duration> {
    let start = &Barrier::new(threads.len());
    let times: Vec<[Duration; 2]> = thread::scope(|scope| {
        let running = threads.iter_mut().enumerate();
        let running: Vec<_> = running.map(|(at, step)| scope.spawn(move || chunk(at, step, start, steps))).collect();
        running.into_iter().map(|thread| thread.join().expect("no step panics")).collect()
    });
    let longest = |which: usize| times.iter().map(|both| both[which]).max().unwrap_or_default();
    let (processor, wall) = (longest(0), longest(1));
    if wall > processor.mul_f64(1.25) {
        return Err(processor);
    }
    Ok(processor)
}

/// One thread's part: its time on both clocks.
fn chunk(at: usize, step: &mut (impl FnMut(u64) -> u64 + 'static), start: &Barrier, steps: u64) -> [Duration; 2] {
    pin(at);
    repeat(step, SEED, steps / 8);
    start.wait();
    let begin = [Clock::Thread.now(), Clock::Wall.now()];
    repeat(step, SEED, steps);
    [Clock::Thread.now() - begin[0], Clock::Wall.now() - begin[1]]
}

/// One sample; without a row, of the base and itself.
fn pair(steps: u64, base: &mut Side, mut row: Option<&mut Side>) -> Sample {
    let mut sample = Sample { steps, base: 0.0, row: 0.0 };
    let chunks = steps.min(CHUNKS);
    for chunk in 0..chunks {
        let steps = steps * (chunk + 1) / chunks - steps * chunk / chunks;
        // Neither side always comes second.
        for is_row in [chunk % 2 == 1, chunk % 2 == 0] {
            match (is_row, &mut row) {
                (false, _) => sample.base += base.chunk(steps),
                (true, Some(row)) => sample.row += row.chunk(steps),
                (true, None) => sample.row += base.chunk(steps),
            }
        }
    }
    sample
}

/// Does `step` so many times, in a loop of its own machine code at a place that does not depend on other code.
#[inline(never)]
pub fn repeat<F: FnMut(u64) -> u64 + 'static>(step: &mut F, mut x: u64, steps: u64) -> u64 {
    // Loops of equal code would be merged, and rows that share a call instruction disturb its prediction.
    black_box(TypeId::of::<F>());
    // SAFETY: it moves what follows to the beginning of a cache line, by instructions that do nothing.
    unsafe { asm!(".p2align 6", options(nomem, nostack, preserves_flags)) };
    for _ in 0..steps {
        x = step(x);
        // SAFETY: no instruction at all. For all that the compiler knows it changes x and every memory, so nothing is
        // computed or read in advance.
        unsafe { asm!("/* {0} */", inout(reg) x, options(nostack, preserves_flags)) };
    }
    x
}

/// Keeps this thread on one of the processors that the process may use.
fn pin(at: usize) {
    let Ok(allowed) = sched_getaffinity(None) else { return };
    let Some(processor) = (0..CpuSet::MAX_CPU).filter(|&processor| allowed.is_set(processor)).nth(at) else { return };
    let mut alone = CpuSet::new();
    alone.set(processor);
    // If it is not allowed, the scheduler places the thread.
    let _ = sched_setaffinity(None, &alone);
}
