// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * seccomp(2). One table, and a classic BPF program made of it: a loop, for which each run would
 * have to load a library.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "capture/base/sanitized.h"
#include "capture/base/util.h"
#include "capture/kernel/seccomp.h"

#if defined(__x86_64__)
#define ARCH	AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH	AUDIT_ARCH_AARCH64
#else
#define ARCH	0
#endif


enum { FOR_ALL = ~0, X32_BIT = 0x40000000, INSNS_MAX = 512 };

/*
 * What is asked of an argument. NONE: of the bits none is set, SOME: one is; IS: it is that. NEVER,
 * of a last row: a library may try, and goes without; NEW: it takes this for a kernel that does not
 * have it yet, and does as before.
 */
enum ask { ANY, NONE, SOME, IS, NEVER, NEW };

enum {
	NEW_FILES = SECCOMP_ROTATES,
	FILES	= SECCOMP_WRITES | NEW_FILES,
	LOADS	= SECCOMP_ATTACHES | SECCOMP_LOADS,
	CONNECTS = SECCOMP_CONNECTS | SECCOMP_DELIVERS,
	OPENS	= SECCOMP_OPENS | SECCOMP_FOLLOWS | SECCOMP_REFILTERS | LOADS,
	THREADS	= FILES | SECCOMP_TALKS | SECCOMP_READS_AHEAD | SECCOMP_DELIVERS,
	/* libraries that do as they please */
	BEGINS	= SECCOMP_VIEWS | SECCOMP_DELIVERS,	/* threads, whenever they like */
	OTHERS	= SECCOMP_ATTACHES | SECCOMP_TALKS | BEGINS,
	NOT_TO_READ = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY),
};

#define CALL(name, needs)	{ __NR_##name, needs, ANY, 0, 0 }
/* What is asked of a terminal; not to type on it. */
#define TERMINAL(request)	{ __NR_ioctl, SECCOMP_VIEWS, IS, 1, request }

/* Rows of the same call stand side by side: one that fits is enough. */
static const struct row {
	uint32_t nr;
	unsigned needs;		/* one of them */
	enum ask ask;
	uint8_t arg;
	uint32_t bits;
} rows[] = {
	CALL(read, FOR_ALL), CALL(write, FOR_ALL), CALL(close, FOR_ALL), CALL(lseek, FOR_ALL),
	CALL(exit_group, FOR_ALL), CALL(epoll_pwait2, FOR_ALL), CALL(ppoll, FOR_ALL),
	/*
	 * where the vDSO cannot tell the time itself, as with a clock source that is not the TSC
	 * (vdso(7))
	 */
	CALL(clock_gettime, FOR_ALL),
	/* memory: nothing that is written is executed */
	CALL(brk, FOR_ALL), CALL(munmap, FOR_ALL), CALL(mremap, FOR_ALL),
	{ __NR_mmap, FOR_ALL, NONE, 2, PROT_EXEC },
	/*
	 * a library that looks a name up in another way than by files and DNS is not loaded any
	 * more (nss(5))
	 */
	{ __NR_mmap, SECCOMP_DELIVERS, NEVER, 0, 0 },
	{ __NR_mprotect, OTHERS, NONE, 2, PROT_EXEC },
	/* to print without being interrupted */
	CALL(rt_sigprocmask, FOR_ALL), CALL(rt_sigreturn, FOR_ALL),
	/* fstat(3) is one or the other, as glibc is; times, and what has a name, are the second */
	CALL(fstat, OPENS | OTHERS | SECCOMP_INDEXES),
	CALL(newfstatat, OPENS | NEW_FILES | SECCOMP_LISTENS | SECCOMP_DELIVERS),
	/*
	 * a thread, as it waits and ends; and as it begins, if it is not ours (thread.c waits for
	 * that)
	 */
	CALL(futex, THREADS), CALL(madvise, THREADS), CALL(exit, THREADS),
	CALL(rseq, SECCOMP_TALKS | BEGINS), CALL(set_robust_list, SECCOMP_TALKS | BEGINS),
	/* a thread, never a process: that shows in a flag, which clone3(2) has in memory */
	{ __NR_clone, BEGINS, SOME, 0, CLONE_THREAD }, { __NR_clone3, BEGINS, NEW, 0, 0 },
	CALL(eventfd2, BEGINS),
	/* a terminal is left and come back to, and what is said meanwhile is kept */
	CALL(rt_sigaction, BEGINS), { __NR_kill, SECCOMP_VIEWS, IS, 1, SIGTSTP },
	CALL(memfd_create, SECCOMP_VIEWS), CALL(pipe2, BEGINS),
	CALL(getuid, BEGINS), CALL(getgid, BEGINS), CALL(getegid, BEGINS),
	/* those who write are to have the processor, if it is the only one */
	CALL(sched_yield, FILES),
	/* files */
	{ __NR_openat, OPENS | SECCOMP_LIVE, NONE, 2, NOT_TO_READ },
	CALL(openat, NEW_FILES | SECCOMP_DELIVERS),
	CALL(fcntl, OPENS | FILES | SECCOMP_DELIVERS), CALL(unlinkat, FILES | SECCOMP_LISTENS | SECCOMP_DELIVERS),
	CALL(ftruncate, FILES),
	CALL(statx, SECCOMP_FOLLOWS | FILES), CALL(fdatasync, SECCOMP_SYNCS | SECCOMP_DELIVERS),
	CALL(fsync, SECCOMP_SYNCS | SECCOMP_DELIVERS),
	CALL(geteuid, NEW_FILES | SECCOMP_ATTACHES | SECCOMP_DELIVERS),
#ifdef __NR_readlink
	CALL(readlink, NEW_FILES | SECCOMP_ATTACHES),
#else
	CALL(readlinkat, NEW_FILES | SECCOMP_ATTACHES),
#endif
	CALL(renameat, SECCOMP_RENAMES | SECCOMP_INDEXES | SECCOMP_DELIVERS), CALL(utimensat, SECCOMP_INDEXES),
	CALL(fstatfs, SECCOMP_MEASURES), CALL(syncfs, SECCOMP_MEASURES),
	/* more files than there are descriptors */
	CALL(prlimit64, OPENS | SECCOMP_VIEWS), CALL(getdents64, OPENS | SECCOMP_DELIVERS),
	CALL(getrandom, SECCOMP_RANDOM | SECCOMP_DELIVERS),
	/* is there memory to sort in? libbpf does, as well */
	CALL(sysinfo, SECCOMP_SORTS | LOADS | SECCOMP_DELIVERS),
	CALL(inotify_add_watch, SECCOMP_FOLLOWS), CALL(inotify_rm_watch, SECCOMP_FOLLOWS),
	/* a capture: counters; what rtnetlink tells; a clock that is set */
	CALL(bpf, SECCOMP_LIVE | SECCOMP_LOADS), { __NR_bpf, SECCOMP_RUNS, IS, 0, BPF_PROG_TEST_RUN },
	CALL(membarrier, SECCOMP_ATTACHES | SECCOMP_PAUSES),
	CALL(recvmsg, SECCOMP_LIVE | SECCOMP_TALKS | SECCOMP_LOADS | SECCOMP_DELIVERS),
	CALL(sendto, SECCOMP_ATTACHES | SECCOMP_TALKS | SECCOMP_SENDS | SECCOMP_LISTENS | SECCOMP_DELIVERS),
	{ __NR_socket, SECCOMP_LISTENS, IS, 0, AF_UNIX }, { __NR_socket, CONNECTS, IS, 0, AF_INET },
	{ __NR_socket, CONNECTS, IS, 0, AF_INET6 },
	{ __NR_socket, SECCOMP_PROMISCUOUS, IS, 0, AF_PACKET }, CALL(socket, SECCOMP_ATTACHES),
	{ __NR_socket, SECCOMP_REFILTERS | SECCOMP_DELIVERS, NEVER, 0, 0 },
	CALL(bind, SECCOMP_ATTACHES), CALL(getsockname, OTHERS),
	CALL(timerfd_settime, SECCOMP_LIVE),
	/* what they wait by, and go on waiting once we were stopped */
#ifdef __NR_poll
	CALL(poll, OTHERS),
#endif
	CALL(clock_nanosleep, OTHERS), CALL(restart_syscall, OTHERS | SECCOMP_READS_AHEAD),
	/*
	 * others that come: rights, devices, namespaces, programs, the process that
	 * guards a place
	 */
	CALL(capget, SECCOMP_ATTACHES | SECCOMP_VIEWS), CALL(capset, SECCOMP_ATTACHES | SECCOMP_VIEWS),
	CALL(uname, LOADS | SECCOMP_REFILTERS | SECCOMP_DELIVERS),
	CALL(setsockopt, SECCOMP_ATTACHES | SECCOMP_TALKS | SECCOMP_PROMISCUOUS | SECCOMP_DELIVERS),
	CALL(getsockopt, SECCOMP_ATTACHES | CONNECTS),
	CALL(ioctl, SECCOMP_ATTACHES), TERMINAL(TCGETS), TERMINAL(TCSETS), TERMINAL(TCSETSW), TERMINAL(TCSETSF),
	TERMINAL(TCXONC), TERMINAL(TCFLSH), TERMINAL(TIOCGWINSZ),
	/* is it still ours, when it is left and come back to? */
	TERMINAL(TIOCGPGRP),
#ifdef __NR_getpgrp
	CALL(getpgrp, SECCOMP_VIEWS),
#else
	CALL(getpgid, SECCOMP_VIEWS),
#endif
	/* how many bytes there are to read; and no waiting for them */
	{ __NR_ioctl, SECCOMP_DELIVERS, IS, 1, FIONREAD },
	{ __NR_ioctl, SECCOMP_DELIVERS, IS, 1, FIONBIO },
	CALL(setns, SECCOMP_ATTACHES), CALL(perf_event_open, SECCOMP_ATTACHES),
	CALL(sendmsg, SECCOMP_TALKS | SECCOMP_REFILTERS | LOADS | SECCOMP_DELIVERS),
	CALL(recvfrom, SECCOMP_ATTACHES | SECCOMP_TALKS | SECCOMP_SENDS | SECCOMP_LISTENS | SECCOMP_DELIVERS),
	/* names of both kinds of addresses are asked for at once */
	CALL(sendmmsg, SECCOMP_DELIVERS), CALL(socketpair, SECCOMP_DELIVERS), CALL(getpeername, SECCOMP_DELIVERS),
	CALL(epoll_ctl, SECCOMP_ATTACHES | SECCOMP_VIEWS | SECCOMP_TALKS | SECCOMP_SENDS | SECCOMP_LISTENS),
	CALL(wait4, SECCOMP_ATTACHES | SECCOMP_WAITS | SECCOMP_REFILTERS),
	CALL(faccessat, SECCOMP_FOLLOWS | SECCOMP_VIEWS | LOADS), CALL(faccessat2, LOADS),
	/* and what libbpf does where it loads one */
	CALL(dup3, SECCOMP_RESTORES | SECCOMP_VIEWS | LOADS), CALL(dup, LOADS),
	CALL(pread64, SECCOMP_VIEWS | SECCOMP_READS_AHEAD | LOADS),
	CALL(getpid, BEGINS | LOADS),
	CALL(gettid, LOADS | SECCOMP_DELIVERS), CALL(sched_getaffinity, LOADS),
#ifdef __NR_dup2
	CALL(dup2, SECCOMP_RESTORES | SECCOMP_VIEWS | LOADS),
#endif
#ifdef __NR_access
	CALL(access, SECCOMP_FOLLOWS | SECCOMP_VIEWS | LOADS),
#endif
	/* somebody who asks: the thread gives itself a name */
	{ __NR_prctl, SECCOMP_TALKS | SECCOMP_DELIVERS, IS, 0, PR_SET_NAME },
	CALL(statfs, SECCOMP_TALKS | SECCOMP_ATTACHES),
	CALL(accept4, SECCOMP_TALKS | SECCOMP_LISTENS | SECCOMP_SENDS),
	CALL(shutdown, SECCOMP_TALKS | SECCOMP_SENDS | SECCOMP_REFILTERS | SECCOMP_DELIVERS),
	CALL(writev, SECCOMP_TALKS),
	/* a socket that has a name loses it, unless somebody else listens there by then */
	CALL(connect, SECCOMP_LISTENS | CONNECTS), CALL(flock, SECCOMP_LISTENS | SECCOMP_INDEXES),
#ifdef __NR_unlink
	CALL(unlink, SECCOMP_LISTENS),
#endif
#ifdef __NR_epoll_wait
	CALL(epoll_wait, SECCOMP_TALKS),
#else
	CALL(epoll_pwait, SECCOMP_TALKS),
#endif
};

/* ---- the program ---- */

struct program {
	struct sock_filter insns[INSNS_MAX];
	unsigned short n;
	uint32_t refused;	/* what becomes of what is not allowed */
};

static void add(struct program *p, uint16_t code, uint8_t jt, uint8_t jf, uint32_t k)
{
	if (p->n < INSNS_MAX)
		p->insns[p->n++] = (struct sock_filter){ code, jt, jf, k };
}

static void load(struct program *p, size_t offset)
{
	add(p, BPF_LD | BPF_W | BPF_ABS, 0, 0, offset);
}

static void answer(struct program *p, uint32_t action)
{
	add(p, BPF_RET | BPF_K, 0, 0, action);
}

/* Flags are in the lower half of an argument. */
static void allow(struct program *p, const struct row *r)
{
	static const struct { uint16_t jump; bool to_answer; } asks[] = {
		[NONE] = { BPF_JSET, false }, [SOME] = { BPF_JSET, true }, [IS] = { BPF_JEQ, true },
	};

	if (r->ask == NEVER || r->ask == NEW) {
		answer(p, SECCOMP_RET_ERRNO | (r->ask == NEVER ? EACCES : ENOSYS));
		return;
	}
	if (r->ask != ANY) {
		bool to_answer = asks[r->ask].to_answer;

		load(p, offsetof(struct seccomp_data, args[r->arg]));
		add(p, BPF_JMP | asks[r->ask].jump | BPF_K, !to_answer, to_answer, r->bits);
	}
	answer(p, SECCOMP_RET_ALLOW);
}

/* All rows of the call of rows[@i]; how many these are. */
static size_t add_call(struct program *p, size_t i, unsigned needs)
{
	const unsigned short at = p->n;
	const uint32_t nr = rows[i].nr;
	size_t n = 0;

	add(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, nr);
	for (; i + n < array_size(rows) && rows[i + n].nr == nr; n++)
		if (rows[i + n].needs & needs)
			allow(p, &rows[i + n]);
	if (p->n == at + 1) {		/* it is not needed */
		p->n = at;
		return n;
	}
	answer(p, p->refused);
	p->insns[at].jf = p->n - at - 1;
	return n;
}

static void build(struct program *p, unsigned needs)
{
	load(p, offsetof(struct seccomp_data, arch));
	add(p, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, ARCH);
	answer(p, SECCOMP_RET_KILL_PROCESS);
	load(p, offsetof(struct seccomp_data, nr));
	/* no call at all, as a tracer has it that makes one fail */
	add(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, ~0u);
	answer(p, SECCOMP_RET_ALLOW);
#ifdef __x86_64__
	add(p, BPF_JMP | BPF_JGE | BPF_K, 0, 1, X32_BIT);
	answer(p, SECCOMP_RET_KILL_PROCESS);
#endif
	for (size_t i = 0; i < array_size(rows);)
		i += add_call(p, i, needs);
	answer(p, p->refused);
}

bool seccomp_allows(unsigned needs, unsigned nr)
{
	for (size_t i = 0; i < array_size(rows); i++)
		if (rows[i].nr == nr && rows[i].needs & needs && rows[i].ask < NEVER)
			return true;
	return false;
}

/* ---- what is refused ---- */

static void fail_call(ucontext_t *u)
{
#if defined(__x86_64__)
	u->uc_mcontext.gregs[REG_RAX] = -EPERM;
#elif defined(__aarch64__)
	u->uc_mcontext.regs[0] = -EPERM;
#else
	(void)u;
#endif
}

/* Decimal digits, at most ten of them, behind each other; how many. */
static size_t put_number(char *to, unsigned number)
{
	char backwards[10];
	size_t n = 0;

	do
		backwards[n++] = '0' + number % 10;
	while (number /= 10);
	for (size_t i = 0; i < n; i++)
		to[i] = backwards[n - 1 - i];
	return n;
}

/*
 * Whatever we were doing: nothing but what is allowed in a signal handler, which snprintf(3) is
 * not.
 */
static void on_refusal(int sig is_unused, siginfo_t *info, void *context)
{
	static const char before[] = "xdpdump: warning: the sandbox refused system call ";
	static const char behind[] = ": please report that; --sandbox off does without\n";
	static bool is_said;
	char line[sizeof(before) + 10 + sizeof(behind)];
	size_t n = sizeof(before) - 1;
	ssize_t ignored is_unused;

	fail_call(context);
	if (__atomic_exchange_n(&is_said, true, __ATOMIC_RELAXED))
		return;
	memcpy(line, before, n);
	n += put_number(line + n, info->si_syscall);
	memcpy(line + n, behind, sizeof(behind) - 1);
	ignored = write(STDERR_FILENO, line, n + sizeof(behind) - 1);
}

static int catch_refusals(void)
{
	const struct sigaction a = { .sa_sigaction = on_refusal, .sa_flags = SA_SIGINFO | SA_RESTART };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGSYS);
	return sigaction(SIGSYS, &a, NULL) || sigprocmask(SIG_UNBLOCK, &set, NULL) ? -errno : 0;
}

/* ---- all of it ---- */

/* Sanitizers do what they please: they map, open and ask whenever they have something to say. */
bool seccomp_is_sanitized(void)
{
	return SANITIZED;
}

bool seccomp_is_there(void)
{
	const uint32_t action = SECCOMP_RET_KILL_PROCESS;

	return ARCH && !SANITIZED && !syscall(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
}

/* Threads of libraries have all signals blocked, and that one would end us. */
static uint32_t refusal(unsigned needs)
{
	return needs & SECCOMP_DELIVERS ? SECCOMP_RET_ERRNO | EPERM : SECCOMP_RET_TRAP;
}

int seccomp_enter(unsigned needs, bool kill)
{
	struct program p = { .refused = kill ? SECCOMP_RET_KILL_PROCESS : refusal(needs) };
	struct sock_fprog f = { .filter = p.insns };
	int err = catch_refusals();
	long got;

	if (err)
		return err;
	build(&p, needs);
	f.len = p.n;
	got = syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &f);
	/* a thread that has another list: its number */
	return got > 0 ? -EBUSY : got ? -errno : 0;
}
