//! Many instances, on many threads: each is its own, and lives and ends wherever that is.

use crate::frame::instance::Instance;
use crate::frame::kind::Kind;
use crate::frame::must::{ensure, needed, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{rows_of, see};
use crate::inputs::keys::Keys;
use crate::life::basics::{works, works_by};
use crate::life::worked::{keys_of, work};
use sochdb_plugin_host::sdk::{CompressionExtension, IndexExtension, StorageExtension};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

suite!(Lifecycle, "lifecycle":
    an_instance_lives_on_any_thread,
    threads_end_before_and_after_an_instance,
    a_level_is_of_one_instance,
    nothing_listens_that_nobody_asked_for,
    its_threads_are_described,
    what_it_opens_is_closed_in_other_programs;
    full: many_instances_at_once,
);

/// The instances, unless they take longer than that to make.
const MANY: usize = 66;
const TIME: Duration = Duration::from_secs(3);

fn many_instances_at_once(subject: &Subject) -> Result<(), NotPassed> {
    let keys = if subject.has(Kind::Index) { Some(Keys::of(subject)?) } else { None };
    let begin = Instant::now();
    let mut instances = Vec::new();
    while instances.len() < MANY && begin.elapsed() < TIME {
        let at = instances.len();
        let mut instance = subject.instance().must(&format!("instance {at}, while the others live"))?;
        fill(&mut instance, keys, at as u64)?;
        instances.push(instance);
    }
    for (at, instance) in instances.iter_mut().enumerate() {
        has_its_own(instance, keys, at as u64)?;
    }
    // Not in the order in which they came.
    while !instances.is_empty() {
        drop(instances.swap_remove(instances.len() / 2));
        if let Some(instance) = instances.first_mut() {
            works(instance, "after the end of others")?;
        }
    }
    Ok(())
}

fn fill(instance: &mut Instance, keys: Option<Keys>, number: u64) -> Result<(), NotPassed> {
    if let Ok(storage) = instance.storage() {
        storage.put(1, b"key", &number.to_le_bytes(), 0).must("put")?;
        storage.put(1, &number.to_le_bytes(), b"own", 0).must("put")?;
    }
    if let (Some(keys), Ok(index)) = (keys, instance.index()) {
        needed("insert", index.insert(&keys.key(number), number))?;
        see(index)?;
    }
    Ok(())
}

fn has_its_own(instance: &mut Instance, keys: Option<Keys>, number: u64) -> Result<(), NotPassed> {
    if let Ok(storage) = instance.storage() {
        let rows = storage.scan(1, b"", b"", 10).must("scan")?;
        let value = storage.get(1, b"key").must("get")?;
        let is_own = rows.len() == 2 && value.as_deref() == Some(&number.to_le_bytes()[..]);
        ensure!(
            is_own,
            "of many instances, number {number} has {} rows, not its 2, and the value {value:02x?}",
            rows.len()
        );
    }
    if let (Some(keys), Ok(index)) = (keys, instance.index()) {
        let found = rows_of(index, &keys.key(number))?;
        ensure!(found.contains(&number), "of many instances, number {number} does not find its row: {found:?}");
        let other = rows_of(index, &keys.key(number + 1))?;
        ensure!(!other.contains(&(number + 1)), "of many instances, number {number} finds the row of the next one");
    }
    Ok(())
}

/// Made, used, shut down and dropped on four threads, each of which is gone before the next comes.
fn an_instance_lives_on_any_thread(subject: &Subject) -> Result<(), NotPassed> {
    for _ in 0..3 {
        let on_a_thread = |work: Box<dyn FnOnce() -> Result<Option<Instance>, NotPassed> + Send + '_>| {
            std::thread::scope(|scope| scope.spawn(work).join().expect("no test panics"))
        };
        let mut made = on_a_thread(Box::new(|| subject.instance().map(Some)))?;
        for when in ["on another thread", "on a third thread"] {
            made = on_a_thread(Box::new(|| {
                let mut instance = made.ok_or("no instance")?;
                works(&mut instance, when)?;
                Ok(Some(instance))
            }))?;
        }
        made = on_a_thread(Box::new(|| {
            let mut instance = made.ok_or("no instance")?;
            instance.shutdown()?;
            Ok(Some(instance))
        }))?;
        on_a_thread(Box::new(|| {
            drop(made);
            Ok(None)
        }))?;
    }
    Ok(())
}

/// The data that a plugin keeps for a thread goes with either.
fn threads_end_before_and_after_an_instance(subject: &Subject) -> Result<(), NotPassed> {
    for _ in 0..3 {
        let mut instance = subject.instance()?;
        works(&mut instance, "at the begin")?;
        let handles = instance.handles().clone();
        let ((used, is_used), (end, may_end)) = (channel(), channel::<()>());
        std::thread::scope(|scope| {
            let clone = handles.clone();
            scope.spawn(move || {
                let result = works_by(&clone, "on another thread");
                drop(clone);
                // The test waits for it.
                let _ = used.send(result);
                let _ = may_end.recv();
            });
            let result = is_used.recv().map_err(|_| "a thread of the test ended early")?;
            drop(handles);
            drop(instance);
            drop(end);
            result
        })?;
        works(&mut subject.instance()?, "after a thread that outlived another instance")?;
    }
    Ok(())
}

/// The level of one instance is no matter of another one's.
fn a_level_is_of_one_instance(subject: &Subject) -> Result<(), NotPassed> {
    if !subject.has(Kind::Compression) {
        skip!("it is no codec");
    }
    let (mut first, mut second) = (subject.instance()?, subject.instance()?);
    let Some(levels) = first.compression()?.describe().levels else { skip!("the codec has no levels") };
    let input: Vec<u8> = (0..20_000_u32).flat_map(|at| (at.wrapping_mul(at) >> 7).to_le_bytes()).collect();
    let (first, second) = (first.compression()?, second.compression()?);
    first.set_level(*levels.start()).must("set_level")?;
    let before = first.compress(&input).must("compress")?;
    if first.compress(&input).must("compress")? != before {
        skip!("the codec compresses one input in different ways");
    }
    second.set_level(*levels.end()).must("set_level")?;
    second.compress(&input).must("compress")?;
    let after = first.compress(&input).must("compress")?;
    ensure!(
        after == before,
        "at another level of another instance, an instance compresses to {} bytes instead of {}",
        after.len(),
        before.len()
    );
    Ok(())
}

/// Sockets at which this process listens, as the kernel names them.
fn listening() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (file, state, inode) in [("tcp", 3, 9), ("tcp6", 3, 9)] {
        let text = std::fs::read_to_string(format!("/proc/self/net/{file}")).unwrap_or_default();
        let lines = text.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
        all.extend(
            lines.filter(|line| line.get(state) == Some(&"0A")).filter_map(|line| Some((*line.get(inode)?).to_owned())),
        );
    }
    // Of one kind the kernel lists all processes' sockets; those that are this one's are open here.
    let open = std::fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    let open = open.filter_map(|entry| std::fs::read_link(entry.path()).ok());
    let open = open.filter_map(|link| Some(link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()));
    open.filter(|inode| all.contains(inode)).collect()
}

/// A plugin says by `describe` that it has connections, or its configuration has an address.
fn nothing_listens_that_nobody_asked_for(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    let mut instance = subject.instance()?;
    let config = subject.config();
    let names_one = ["port", "listen", "address", "host", "://"].iter().any(|word| config.contains(word));
    let says_so = instance.handles().properties().uses_network;
    if names_one || says_so {
        skip!("its configuration or its description is of a network");
    }
    works(&mut instance, "once")?;
    let count = listening().len();
    ensure!(count == 0, "the plugin listens at {count} sockets, of which its configuration says nothing");
    Ok(())
}

/// The time in which a thread that only did a call's work is gone.
const GONE: Duration = Duration::from_millis(200);

/// The fewest threads that the process has in this time, or has so few at once.
fn threads(time: Duration, few: usize) -> usize {
    let now = || std::fs::read_dir("/proc/self/task").into_iter().flatten().count();
    let (begin, mut fewest) = (Instant::now(), now());
    while fewest > few && begin.elapsed() < time {
        std::thread::sleep(Duration::from_millis(2));
        fewest = fewest.min(now());
    }
    fewest
}

fn its_threads_are_described(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    let keys = keys_of(subject)?;
    // What the process itself begins with the first one is there then.
    work(&mut subject.instance()?, keys);
    let before = threads(GONE / 10, 0);
    let mut instance = subject.instance()?;
    if instance.handles().properties().has_threads {
        skip!("it describes that it has threads of its own");
    }
    work(&mut instance, keys);
    let now = threads(GONE, before);
    ensure!(now <= before, "the instance has {} threads of its own, and does not describe it", now - before);
    Ok(())
}

/// The open files that a program which this process starts would have, too.
fn inherited() -> BTreeSet<OsString> {
    let is_inherited = |number: &OsString| {
        let told = std::fs::read_to_string(Path::new("/proc/self/fdinfo").join(number)).unwrap_or_default();
        let flags = told.lines().find_map(|line| u32::from_str_radix(line.strip_prefix("flags:")?.trim(), 8).ok());
        flags.is_some_and(|flags| flags & CLOSED_IN_OTHERS == 0)
    };
    let open = std::fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    open.map(|entry| entry.file_name()).filter(is_inherited).collect()
}

/// O_CLOEXEC of Linux.
const CLOSED_IN_OTHERS: u32 = 0o2_000_000;

fn what_it_opens_is_closed_in_other_programs(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    let keys = keys_of(subject)?;
    let before = inherited();
    let mut instance = subject.instance()?;
    work(&mut instance, keys);
    let file = |number: &OsString| std::fs::read_link(Path::new("/proc/self/fd").join(number)).unwrap_or_default();
    let opened = inherited().difference(&before).map(file).next();
    ensure!(
        opened.is_none(),
        "{} is open in programs that the host starts, too: open files with O_CLOEXEC, sockets with SOCK_CLOEXEC",
        opened.unwrap_or_default().display()
    );
    Ok(())
}
