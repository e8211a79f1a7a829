//! What a constructor may use up.

use crate::system::linux::probe::tests::*;

/// Threads of all users; a user who is not counted alone may have as many, and those of a probe more.
fn allowed_threads() -> usize {
    let of_probe = 256;
    if rustix::process::geteuid().is_root()
        && fs::read_to_string("/proc/self/uid_map").is_ok_and(|map| map.contains("4294967295"))
    {
        return of_probe;
    }
    let load = fs::read_to_string("/proc/loadavg").expect("/proc is mounted");
    let all = load.split(['/', ' ']).nth(4).expect("running and all threads");
    // Some may have ended until the probe looks.
    of_probe + all.parse::<usize>().expect("a number") + 1000
}

#[test]
fn threads_without_end_are_not_had() {
    let most = allowed_threads();
    let eat = format!(
        "pthread_attr_t a; pthread_attr_init(&a); pthread_attr_setstacksize(&a, 16384); pthread_t t; int n = 0;\
         while (n <= {most} && pthread_create(&t, &a, waits, NULL) == 0) n++; if (n > {most} || n < 8) abort();"
    );
    assert_eq!(Library::that_does(&eat).probe().expect("there is a limit").loaded, Ok(()));
}

#[test]
fn memory_that_is_written_has_a_limit() {
    let eat =
        "size_t mb = 0; char *at; while (mb < 700 && (at = malloc(1 << 20)) != NULL) { memset(at, 1, 1 << 20); mb++; }\
               if (mb == 700) abort();";
    assert_eq!(Library::that_does(eat).probe().expect("there is a limit").loaded, Ok(()));
}

/// The kernel keeps the whole of shared memory as long as one page of it is mapped, and counts that page alone.
#[test]
fn shared_memory_that_is_unmapped_but_for_a_page_is_not_had() {
    let eat = "size_t block = 64 << 20; for (int n = 0; n < 11; n++) {\
               char *at = mmap(NULL, block, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);\
               if (at == MAP_FAILED) return; memset(at, 1, block); munmap(at + 4096, block - 4096); } abort();";
    assert_eq!(Library::that_does(eat).probe().expect("there is a limit").loaded, Ok(()));
}

#[test]
fn nothing_that_all_share_is_had() {
    let eat = "struct rlimit r;\
               int none[] = {RLIMIT_CORE, RLIMIT_FSIZE, RLIMIT_MEMLOCK, RLIMIT_MSGQUEUE, RLIMIT_NICE, RLIMIT_RTPRIO};\
               for (size_t i = 0; i < sizeof none / sizeof *none; i++) if (getrlimit(none[i], &r) || r.rlim_max) abort();\
               if (getrlimit(RLIMIT_SIGPENDING, &r) || r.rlim_max > 64) abort();";
    assert_eq!(Library::that_does(eat).probe().expect("the limits are set").loaded, Ok(()));
}

#[test]
fn root_is_nobody_in_the_probe() {
    if !rustix::process::geteuid().is_root() {
        return eprintln!("skipped: root_is_nobody_in_the_probe: it needs root");
    }
    let is_nobody =
        "if (getuid() != geteuid() || getuid() < 0x80000000u || getgid() != getegid() || getegid() < 0x80000000u\
                     || getgroups(0, NULL) != 0) abort();";
    assert_eq!(Library::that_does(is_nobody).probe().expect("its user is another").loaded, Ok(()));
}
