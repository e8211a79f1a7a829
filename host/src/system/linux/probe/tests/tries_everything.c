// A constructor that tries to do harm: by name, and then by every number of a system call. DIRECTORY, TCP_PORT and
// CANARY say to what. What it does is chosen by a number that the test writes into the file.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

__attribute__((visibility("default"))) int soch_plugin_v1;

#define BY_NAME 0xFFFFFFFFu
#define ALL 0xFFFFFFFEu
static volatile const struct {
    char mark[16];
    uint32_t what;
} order = {"SOCHDB-SWEEP-AT", ALL};

#define FILE_ DIRECTORY "/file"
#define NEWEST 469

static void ignore(long result) { (void)result; }

// Each would be seen if it worked.
static void by_name(void) {
    pid_t host = getppid();
    ignore(chmod(FILE_, 0666));
    ignore(chmod(DIRECTORY "/directory", 0777));
    ignore(chown(DIRECTORY "/owned", getuid(), getgid()));
    ignore(utimensat(AT_FDCWD, DIRECTORY "/timed", (struct timespec[2]){{1, 0}, {1, 0}}, 0));
    ignore(setxattr(DIRECTORY "/attributed", "user.x", "y", 1, 0));
    ignore(truncate(DIRECTORY "/truncated", 0));
    ignore(unlink(DIRECTORY "/unlinked"));
    ignore(rename(DIRECTORY "/renamed", DIRECTORY "/with-another-name"));
    ignore(link(FILE_, DIRECTORY "/linked"));
    ignore(symlink(FILE_, DIRECTORY "/symlinked"));
    ignore(mkdir(DIRECTORY "/made", 0700));
    ignore(mknod(DIRECTORY "/node", S_IFIFO | 0600, 0));
    ignore(open(DIRECTORY "/created", O_CREAT | O_WRONLY, 0600));
    ignore(open(DIRECTORY "/fifo", O_RDONLY | O_NONBLOCK));
    int read = open(FILE_, O_RDONLY);
    char byte;
    ignore(pread(read, &byte, 1, 0));
    int kept = open("/proc/self/fd/1", O_WRONLY);
    ignore(fchmod(kept, 0666));
    ignore(prlimit(host, RLIMIT_CORE, &(struct rlimit){0, 0}, NULL));
    ignore(setpriority(PRIO_PROCESS, (id_t)host, 5));
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(0, &cpus);
    ignore(sched_setaffinity(host, sizeof cpus, &cpus));
    ignore(syscall(SYS_ioprio_set, 1, host, 3 << 13));
    ignore(shmget(KEY, 1 << 16, IPC_CREAT | 0600));
    ignore(semget(KEY, 1, IPC_CREAT | 0600));
    ignore(msgget(KEY, IPC_CREAT | 0600));
    ignore(mq_open(QUEUE, O_CREAT | O_RDWR, 0600, NULL));
    ignore(syscall(SYS_add_key, "user", QUEUE, "abc", 3, -4));
    struct iovec own = {"written", 7}, theirs = {(void *)CANARY, 7};
    ignore(process_vm_writev(host, &own, 1, &theirs, 1, 0));
    struct sockaddr_in tcp = {.sin_family = AF_INET, .sin_port = htons(TCP_PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    ignore(connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&tcp, sizeof tcp));
    struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = DIRECTORY "/socket"};
    ignore(connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&local, sizeof local));
    if (fork() == 0) {
        setsid();
        sleep(2);
        _exit(0);
    }
    ignore(kill(host, SIGUSR1));
    int pair[2] = {-1, -1};
    ignore(pipe2(pair, O_CLOEXEC));
    ignore(fcntl(pair[0], F_SETOWN, host));
    ignore(fcntl(pair[0], F_SETSIG, SIGUSR1));
    ignore(fcntl(pair[0], F_SETFL, O_ASYNC | O_NONBLOCK));
    ignore(write(pair[1], "x", 1));
    ignore(fcntl(pair[1], F_SETPIPE_SZ, 1 << 20));
}

// Buffers are filled again for each call, as some write into them.
static char path[4096], new_path[4096], number[4096];

static void fill(void) {
    memset(path, 0, 1024);
    memset(new_path, 0, 1024);
    strcpy(path, FILE_);
    strcpy(new_path, DIRECTORY "/with-a-new-name");
    memset(number, 0, 1024);
    number[0] = 1;
}

static void try_number(long call, int patterns) {
    pid_t host = getppid();
    const long given[][6] = {
        {(long)path, 0777, 1, 1, 0, 0},
        {(long)path, (long)new_path, 0777, 0, 0, 0},
        {(long)path, 0, 0, 0, 0, 0},
        {(long)path, (long)"user.x", (long)"y", 1, 0, 0},
        {AT_FDCWD, (long)path, 0777, 0777, 0, 0},
        {AT_FDCWD, (long)new_path, O_CREAT | O_RDWR, 0777, 0, 0},
        {AT_FDCWD, (long)path, AT_FDCWD, (long)new_path, 0, 0},
        {AT_FDCWD, (long)path, O_RDONLY, AT_EMPTY_PATH, (long)number, 0},
        {host, RLIMIT_CORE, (long)number, 0, 0, 0},
        {host, sizeof(long), (long)number, 0, 0, 0},
        {host, SIGUSR1, 0, 0, 0, 0},
        {PRIO_PROCESS, host, 5, 0, 0, 0},
        {1, host, 3 << 13, 0, 0, 0},
        {KEY, 4096, IPC_CREAT | 0600, 0, 0, 0},
        {1, 0666, 0, 0, 0, 0},
        {1, (long)path, (long)number, 1, 0, 0},
        {0, 0, 0, 0, 0, 0},
        {-1, -1, -1, -1, -1, -1},
    };
    for (size_t i = 0; i < sizeof given / sizeof *given && (int)i < patterns; i++) {
        const long *at = given[i];
        fill();
        errno = 0;
        long result = syscall(call, at[0], at[1], at[2], at[3], at[4], at[5]);
        if (call > NEWEST && (result != -1 || errno != ENOSYS)) {
            abort();
        }
    }
}

static int is_alone(long call) {
    static const long alone[] = {ALONE};
    for (size_t i = 0; i < sizeof alone / sizeof *alone; i++) {
        if (alone[i] == call) {
            return 1;
        }
    }
    return 0;
}

static void on_alarm(int signal_number) { (void)signal_number; }

// What blocks is interrupted.
static void interrupt(void) {
    struct sigaction action = {.sa_handler = on_alarm};
    sigaction(SIGALRM, &action, NULL);
    struct itimerval often = {{0, 5000}, {0, 5000}};
    setitimer(ITIMER_REAL, &often, NULL);
}

static void commands(void) {
    pid_t host = getppid();
    struct flock lock = {.l_type = F_WRLCK};
    for (int fd = 0; fd < 8; fd++) {
        for (int command = 0; command < 1100; command++) {
            if (command == F_SETFD || command == F_DUPFD || command == F_DUPFD_CLOEXEC) {
                continue;
            }
            ignore(fcntl(fd, command, host));
            ignore(fcntl(fd, command, SIGKILL));
            ignore(fcntl(fd, command, &lock));
        }
        for (int command = 0x5400; command < 0x5480; command++) {
            ignore(syscall(SYS_ioctl, fd, command, &host));
        }
        static const unsigned long others[] = {0x8901, 0x8902, 0x40086602, 0x4004667F, 0x8004667E, 0xC0045877, 0x1261};
        for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
            ignore(syscall(SYS_ioctl, fd, others[i], &host));
        }
    }
    for (int option = 0; option < 100; option++) {
        if (option == PR_SET_NAME || option == PR_GET_NAME) {
            continue;
        }
        ignore(syscall(SYS_prctl, option, 0, 0, 0, 0));
        ignore(syscall(SYS_prctl, option, host, 0, 0, 0));
    }
    ignore(syscall(SYS_prctl, 0x59616d61, host, 0, 0, 0));
}

__attribute__((constructor)) static void start(void) {
    if (order.what != ALL && order.what != BY_NAME) {
        interrupt();
        // The first sixteen have a meaning, and the last ones are for what ends the process.
        try_number((long)order.what, 64);
        return;
    }
    by_name();
    if (order.what == ALL) {
        interrupt();
        for (long call = 0; call <= 600; call++) {
            if (!is_alone(call)) {
                try_number(call, 64);
            }
#ifdef __x86_64__
            try_number(call | 0x40000000, 64);
#endif
        }
        commands();
    }
}
