//! What a constructor in the probe could have changed outside of it: of files, of its host, of what all processes share.

use crate::system::linux::probe::tests::*;
use std::collections::BTreeMap;
use std::ffi::CString;
use std::net::TcpListener;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixListener;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::Arc;
use std::thread::JoinHandle;

/// Where memory of the host is that must stay.
pub(super) const CANARY: usize = 0x5000_0000_0000;
const CANARY_SIZE: usize = 4096;
const FILES: [&str; 7] = ["file", "owned", "timed", "attributed", "truncated", "unlinked", "renamed"];
static SIGNALS: AtomicUsize = AtomicUsize::new(0);

pub(super) type Seen = BTreeMap<String, String>;

/// The name of what all processes share; one for each host.
pub(super) fn key() -> i32 {
    i32::try_from(std::process::id() | 0x5000_0000).expect("a process has at most 22 bits")
}

pub(super) fn queue() -> String {
    format!("/sochdb-sweep-{}", key())
}

/// Makes the files that the constructor knows.
pub(super) fn furnish(target: &Path, for_user: bool) {
    fs::create_dir(target).expect("an own directory");
    fs::create_dir(target.join("directory")).expect("an own directory");
    for name in FILES {
        fs::write(target.join(name), "as it was").expect("an own directory");
    }
    let fifo = c_path(&target.join("fifo"));
    // SAFETY: the path is a C string.
    assert_eq!(unsafe { libc::mkfifo(fifo.as_ptr(), 0o600) }, 0);
    if for_user {
        let names = FILES.iter().map(|name| target.join(name));
        for path in names.chain([target.to_owned(), target.join("directory"), target.join("fifo")]) {
            std::os::unix::fs::chown(path, Some(65534), Some(65534)).expect("root may");
        }
    }
}

fn c_path(path: &Path) -> CString {
    CString::new(path.as_os_str().as_bytes()).expect("a path")
}

/// What is watched, and what waits for a visit.
pub(super) struct Watched {
    target: PathBuf,
    tcp: TcpListener,
    local: UnixListener,
    fifo_read: Arc<AtomicBool>,
    writer: Option<JoinHandle<()>>,
}

impl Watched {
    pub(super) fn new(target: &Path) -> Self {
        let tcp = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let local = UnixListener::bind(target.join("socket")).expect("an own directory");
        fs::set_permissions(target.join("socket"), Permissions::from_mode(0o666)).expect("an own file");
        tcp.set_nonblocking(true).expect("an own socket");
        local.set_nonblocking(true).expect("an own socket");
        let fifo_read = Arc::new(AtomicBool::new(false));
        let (read, fifo) = (fifo_read.clone(), target.join("fifo"));
        // It waits for a reader.
        let writer = std::thread::spawn(move || {
            drop(fs::OpenOptions::new().write(true).open(fifo));
            read.store(true, Ordering::SeqCst);
        });
        extern "C" fn count(_: libc::c_int) {
            SIGNALS.fetch_add(1, Ordering::SeqCst);
        }
        let handler: extern "C" fn(libc::c_int) = count;
        // SAFETY: the handler does nothing but count; nothing else is mapped at that address, and stays so.
        unsafe {
            libc::signal(libc::SIGUSR1, handler as libc::sighandler_t);
            libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
            let (rights, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
            let place = std::ptr::without_provenance_mut(CANARY);
            let page = libc::mmap(place, CANARY_SIZE, rights, kind | libc::MAP_FIXED_NOREPLACE, -1, 0);
            assert_eq!(page, place);
        }
        Self { target: target.to_owned(), tcp, local, fifo_read, writer: Some(writer) }
    }

    pub(super) fn port(&self) -> u16 {
        self.tcp.local_addr().expect("it is bound").port()
    }

    pub(super) fn look(&self) -> Seen {
        let mut seen = Seen::new();
        self.files(&mut seen);
        host(&mut seen);
        shared(&mut seen);
        seen
    }

    fn files(&self, seen: &mut Seen) {
        let mut note = |what: String, value: String| drop(seen.insert(what, value));
        let inside = fs::read_dir(&self.target).expect("it is there").flatten().map(|entry| entry.path());
        for path in inside.chain([self.target.clone(), PathBuf::from("/dev/null")]) {
            let name = path.file_name().expect("it has one").to_string_lossy().into_owned();
            let meta = fs::symlink_metadata(&path).expect("it is there");
            note(name.clone(), "is there".into());
            note(format!("{name}: mode"), format!("{:o} {} {}", meta.mode(), meta.uid(), meta.gid()));
            if name == "null" {
                continue;
            }
            let times = (meta.mtime(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec());
            note(format!("{name}: times"), format!("{times:?} {}", meta.nlink()));
            note(format!("{name}: attributes"), attributes(&path));
            if meta.is_file() {
                // Before it is read: the test reads it too.
                note(format!("{name}: content"), format!("{:?}", fs::read(&path).ok()));
            }
        }
    }

    /// What is not as it was, a line each.
    pub(super) fn differences(mut self, before: &Seen) -> Vec<String> {
        let mut lines = Vec::new();
        // Before anybody reads the FIFO here.
        std::thread::sleep(Duration::from_millis(20));
        if self.fifo_read.load(Ordering::SeqCst) {
            lines.push("a reader of the FIFO".to_owned());
        }
        let after = self.look();
        for (what, value) in &after {
            if before.get(what) != Some(value) {
                lines.push(format!("{what}: {:?} became {value:?}", before.get(what)));
            }
        }
        lines.extend(before.keys().filter(|what| !after.contains_key(*what)).map(|what| format!("{what}: gone")));
        if self.tcp.accept().is_ok() {
            lines.push("a connection by TCP".to_owned());
        }
        if self.local.accept().is_ok() {
            lines.push("a connection by a path".to_owned());
        }
        let options = rustix::process::WaitIdOptions::EXITED
            | rustix::process::WaitIdOptions::NOHANG
            | rustix::process::WaitIdOptions::NOWAIT;
        let child = rustix::process::waitid(rustix::process::WaitId::All, options);
        if !matches!(child, Err(Errno::CHILD)) {
            lines.push(format!("a child: {child:?}"));
        }
        if SIGNALS.load(Ordering::SeqCst) > 0 {
            lines.push("a signal".to_owned());
        }
        // SAFETY: the page is this test's own.
        let canary = unsafe { std::slice::from_raw_parts(std::ptr::without_provenance::<u8>(CANARY), CANARY_SIZE) };
        if canary.iter().any(|byte| *byte != 0) {
            lines.push("memory of the host".to_owned());
        }
        drop(fs::OpenOptions::new().read(true).write(true).open(self.target.join("fifo")));
        let _ = self.writer.take().map(JoinHandle::join);
        clean();
        lines
    }
}

fn attributes(path: &Path) -> String {
    let (path, mut names) = (c_path(path), [0_u8; 4096]);
    // SAFETY: the buffer is as long as it says.
    let size = unsafe { libc::llistxattr(path.as_ptr(), names.as_mut_ptr().cast(), names.len()) };
    usize::try_from(size).map_or_else(|_| String::new(), |size| String::from_utf8_lossy(&names[..size]).into_owned())
}

/// The C library tells its other threads by a signal that a user changed, and goes on when the last has changed too: that
/// thread's handler, with the signal blocked, may still be about to return.
pub(super) fn until_all_threads_changed() {
    const SIGSETXID: u64 = 1 << 32;
    loop {
        let status = fs::read_to_string("/proc/self/status").expect("/proc is mounted");
        let blocked = status.lines().find_map(|line| line.strip_prefix("SigBlk:")).expect("a line of it").trim();
        if u64::from_str_radix(blocked, 16).expect("a mask") & SIGSETXID == 0 {
            return;
        }
        std::thread::yield_now();
    }
}

/// This process: the main thread's settings, as its number is the process's.
fn host(seen: &mut Seen) {
    let pid = i32::try_from(std::process::id()).expect("a process number");
    for name in ["limits", "oom_score_adj", "cgroup", "timerslack_ns", "coredump_filter", "personality"] {
        seen.insert(name.into(), fs::read_to_string(format!("/proc/self/{name}")).unwrap_or_default());
    }
    for line in fs::read_to_string("/proc/self/status").expect("/proc is mounted").lines() {
        let (name, value) = line.split_once(':').expect("a name and a value");
        let kept = ["Umask", "TracerPid", "Uid", "Gid", "Groups", "Threads", "ShdPnd", "NoNewPrivs", "Cpus_allowed"];
        if kept.contains(&name) || name.starts_with("Cap") || name.starts_with("Sig") && name != "SigQ" {
            seen.insert(format!("status {name}"), value.trim().to_owned());
        }
    }
    for name in ["cwd", "root", "ns/user", "ns/mnt", "ns/net", "ns/pid"] {
        seen.insert(name.into(), format!("{:?}", fs::read_link(format!("/proc/self/{name}"))));
    }
    seen.insert("descriptors".into(), fs::read_dir("/proc/self/fd").expect("/proc").count().to_string());
    // SAFETY: they only ask.
    let (nice, policy, io) = unsafe {
        let nice = libc::getpriority(libc::PRIO_PROCESS, std::process::id());
        (nice, libc::sched_getscheduler(pid), libc::syscall(libc::SYS_ioprio_get, 1, pid))
    };
    seen.insert("priority".into(), format!("{nice} {policy} {io}"));
    seen.insert("host name".into(), fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default());
}

/// What has a name that all processes know.
fn shared(seen: &mut Seen) {
    for (name, file, columns) in [("shared memory", "shm", 4), ("semaphores", "sem", 4), ("messages", "msg", 3)] {
        let table = fs::read_to_string(format!("/proc/sysvipc/{file}")).unwrap_or_default();
        let rows: Vec<String> =
            table.lines().map(|row| row.split_whitespace().take(columns).collect::<Vec<_>>().join(" ")).collect();
        seen.insert(name.into(), rows.join("; "));
    }
    let name = CString::new(queue()).expect("a name");
    // SAFETY: the name is a C string; it is only opened.
    let opened = unsafe { libc::mq_open(name.as_ptr(), libc::O_RDONLY) };
    if opened >= 0 {
        // SAFETY: it was just opened here.
        unsafe { libc::mq_close(opened) };
    }
    seen.insert("queue".into(), (opened >= 0).to_string());
    seen.insert("key".into(), own_keys().len().to_string());
}

fn own_keys() -> Vec<libc::c_long> {
    let keys = fs::read_to_string("/proc/keys").unwrap_or_default();
    let own = keys.lines().filter(|line| line.contains(&queue()));
    own.filter_map(|line| libc::c_long::from_str_radix(line.split_whitespace().next()?, 16).ok()).collect()
}

/// Takes away what the control made.
fn clean() {
    let name = CString::new(queue()).expect("a name");
    let key = key();
    // SAFETY: they take away what has this test's own names.
    unsafe {
        libc::mq_unlink(name.as_ptr());
        libc::shmctl(libc::shmget(key, 0, 0), libc::IPC_RMID, std::ptr::null_mut());
        libc::semctl(libc::semget(key, 0, 0), 0, libc::IPC_RMID);
        libc::msgctl(libc::msgget(key, 0), libc::IPC_RMID, std::ptr::null_mut());
        for key in own_keys() {
            let invalidate = 21;
            libc::syscall(libc::SYS_keyctl, invalidate, key);
        }
    }
}

/// Makes these calls fail for this thread and what it starts, as on a kernel that does not have them.
pub(super) fn take_away(calls: &[libc::c_long]) {
    let filter =
        |code: u32, k: u32, jf: u8| libc::sock_filter { code: u16::try_from(code).expect("short"), jt: 0, jf, k };
    let mut program = vec![filter(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0)];
    for call in calls {
        let number = u32::try_from(*call).expect("a number of a call");
        program.push(filter(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, number, 1));
        program.push(filter(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs(), 0));
    }
    program.push(filter(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ALLOW, 0));
    let len = u16::try_from(program.len()).expect("a short program");
    let program = libc::sock_fprog { len, filter: program.as_mut_ptr() };
    // SAFETY: the kernel copies the program, which outlives the calls.
    unsafe {
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        assert_eq!(libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &program), 0);
    }
}
