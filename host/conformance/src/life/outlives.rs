//! A test of the threads of an instance: none of them is left when `destroy` returns.

use crate::frame::must::{skip, unseen};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::life::worked::{keys_of, work};
use std::collections::BTreeMap;
use std::fs::{read_dir, read_to_string};
use std::time::Duration;

suite!(Lifecycle, "lifecycle": no_thread_outlives_its_instance);

/// Instances that may start what a library keeps for all.
const FIRST: usize = 2;
/// Instances of which each leaves a thread, where it is no library's.
const SEEN: usize = 3;
/// Between the looks at a thread.
const PAUSE: Duration = Duration::from_millis(15);
const LOOKS: u32 = 4;
/// Nanoseconds of a processor that a thread which somebody has joined may still take to its end.
const END: u64 = 5_000_000;

/// A thread as the kernel tells it.
struct Thread {
    name: String,
    /// Whether it waits for something, and for no processor.
    waits: bool,
    /// The nanoseconds that it ran.
    ran: u64,
}

/// The threads of this process by number; those that end meanwhile are left out. None where the system does not tell.
fn threads() -> Option<BTreeMap<u32, Thread>> {
    let thread = |number: u32| {
        let told = |file: &str| read_to_string(format!("/proc/self/task/{number}/{file}")).ok();
        let (stat, ran) = (told("stat")?, told("schedstat")?.split(' ').next()?.parse().ok()?);
        // As proc_pid_stat(5) has them: the name in brackets, and then the state.
        let (begin, rest) = stat.rsplit_once(')')?;
        let name = begin.split_once('(')?.1.to_owned();
        Some((number, Thread { name, waits: rest.starts_with(" S"), ran }))
    };
    let numbers = read_dir("/proc/self/task").ok()?.flatten();
    Some(numbers.filter_map(|entry| thread(entry.file_name().to_str()?.parse().ok()?)).collect())
}

/// A thread that was not there before, and goes on: it runs, or waits at each look.
fn left(before: &BTreeMap<u32, Thread>) -> Option<String> {
    let first = threads()?;
    let mut waiting: Vec<u32> = first
        .iter()
        .filter(|(number, thread)| thread.waits && !before.contains_key(number))
        .map(|(number, _)| *number)
        .collect();
    for _ in 0..LOOKS {
        std::thread::sleep(PAUSE);
        let now = threads()?;
        let runs = now.iter().find(|(number, thread)| {
            let at_first = first.get(number).map(|first| first.ran);
            !before.contains_key(number) && at_first.is_some_and(|ran| thread.ran > ran + END)
        });
        if let Some((_, thread)) = runs {
            return Some(thread.name.clone());
        }
        waiting.retain(|number| now.get(number).is_some_and(|thread| thread.waits));
    }
    waiting.first().map(|number| first[number].name.clone())
}

fn no_thread_outlives_its_instance(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    let keys = keys_of(subject)?;
    let mut seen = Vec::new();
    for turn in 0..FIRST + SEEN {
        let Some(before) = threads() else { unseen!("the system does not tell of threads") };
        let mut instance = subject.instance()?;
        work(&mut instance, keys);
        let is_new = || threads().is_some_and(|now| now.keys().any(|number| !before.contains_key(number)));
        let started = is_new();
        drop(instance);
        if turn == 0 && !started && !is_new() {
            skip!("it starts no threads");
        }
        match left(&before) {
            _ if turn < FIRST => {}
            Some(name) => seen.push(name),
            None => return Ok(()),
        }
    }
    Err(format!(
        "after `destroy` of each of {SEEN} instances a thread is there that came with it, such as {:?}, and goes on; when it returns, nothing that \
         the instance started is left",
        seen[0]
    )
    .into())
}
