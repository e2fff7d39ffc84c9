/* The filter is written here, not with libseccomp: it is one list of allowed calls, the same on every machine we build
 * for, and a library that compiles such lists is larger than the process that it would protect. Source: seccomp(2),
 * landlock(7), the kernel's samples/seccomp. */
#include "base/sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "the filter of system calls does not know this machine"
#endif

/* Reading, writing, waiting; memory; time; randomness; the end. */
static const int allowed[] = {
    SYS_read,         SYS_write,           SYS_writev,       SYS_recvfrom,    SYS_sendto,
    SYS_recvmsg,      SYS_sendmsg,         SYS_ppoll,        SYS_close,       SYS_brk,
    SYS_munmap,       SYS_mremap,          SYS_madvise,      SYS_futex,       SYS_clock_gettime,
    SYS_gettimeofday, SYS_clock_nanosleep, SYS_getrandom,    SYS_exit,        SYS_exit_group,
    SYS_rt_sigreturn, SYS_rt_sigprocmask,  SYS_rt_sigaction, SYS_sigaltstack, SYS_restart_syscall,
    SYS_getpid,       SYS_gettid,          SYS_tgkill,       SYS_sched_yield,
#ifdef SYS_poll
    SYS_poll,
#endif
#ifdef SYS_time
    SYS_time,
#endif
};
/* Memory that can be executed is never made: the third argument (protection) is looked at. */
static const int memory[] = {SYS_mmap, SYS_mprotect};
/* A library that looks for a file gets told that there is none, and goes on. */
static const int absent[] = {
    SYS_openat,   SYS_newfstatat, SYS_readlinkat, SYS_faccessat,         SYS_fstat,
    SYS_sysinfo,  SYS_prctl,      SYS_getrusage,  SYS_sched_getaffinity,
#ifdef SYS_open
    SYS_open,
#endif
#ifdef SYS_access
    SYS_access,
#endif
#ifdef SYS_readlink
    SYS_readlink,
#endif
};

#define COUNT(list) (sizeof(list) / sizeof *(list))
#define MOST_STEPS 256

struct program {
    struct sock_filter steps[MOST_STEPS];
    unsigned short count;
};

static void step(struct program *p, struct sock_filter f)
{
    if (p->count < MOST_STEPS)
        p->steps[p->count++] = f;
}

static void load(struct program *p, size_t offset)
{
    step(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offset));
}

static void give(struct program *p, unsigned what)
{
    step(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, what));
}

static void when(struct program *p, const int *list, size_t count, unsigned what)
{
    for (size_t i = 0; i < count; i++) {
        step(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)list[i], 0, 1));
        give(p, what);
    }
}

static void filter_make(struct program *p)
{
    load(p, offsetof(struct seccomp_data, arch));
    step(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0));
    give(p, SECCOMP_RET_KILL_PROCESS);
    load(p, offsetof(struct seccomp_data, nr));
    when(p, allowed, COUNT(allowed), SECCOMP_RET_ALLOW);
    when(p, absent, COUNT(absent), SECCOMP_RET_ERRNO | ENOENT);
    for (size_t i = 0; i < COUNT(memory); i++) {
        step(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)memory[i], 0, 4));
        load(p, offsetof(struct seccomp_data, args[2]));
        step(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0));
        give(p, SECCOMP_RET_ALLOW);
        give(p, SECCOMP_RET_KILL_PROCESS);
    }
    give(p, SECCOMP_RET_KILL_PROCESS);
}

/* No file at all, whatever the rights of the process; 0 when the kernel does not have it. */
static int no_files(void)
{
    const struct landlock_ruleset_attr none = {
        .handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
                             LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                             LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                             LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                             LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
                             LANDLOCK_ACCESS_FS_MAKE_SYM};
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    long fd = version < 1 ? -1 : syscall(SYS_landlock_create_ruleset, &none, sizeof none, 0);
    bool good = fd >= 0 && syscall(SYS_landlock_restrict_self, (int)fd, 0) == 0;
    if (fd >= 0)
        close((int)fd);
    return good ? (int)version : 0;
}

bool sandbox_enter(char text[SANDBOX_TEXT_BYTES])
{
    struct program p = {.count = 0};
    const struct rlimit none = {0, 0};
    filter_make(&p);
    const struct sock_fprog program = {.len = p.count, .filter = p.steps};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return false;
    int version = no_files();
    (void)setrlimit(RLIMIT_NOFILE, &none);
    if (version > 0)
        (void)snprintf(text, SANDBOX_TEXT_BYTES, "system calls filtered, no files (Landlock %d)", version);
    else
        (void)snprintf(text, SANDBOX_TEXT_BYTES, "system calls filtered; this kernel has no Landlock");
    return p.count < MOST_STEPS && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}
