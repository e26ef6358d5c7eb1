// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What is forbidden is tried, in a child for each, under the calls of each need; and files, ports
 * and signals out of reach.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/landlock.h"
#include "capture/kernel/privilege.h"
#include "capture/kernel/seccomp.h"
#include "tests/unit/unit.h"

enum {
	WRITES = SECCOMP_WRITES | SECCOMP_SYNCS, FILES = WRITES | SECCOMP_ROTATES,
	LOADS = SECCOMP_ATTACHES | SECCOMP_LOADS, SKIP = 77,
};

/* ---- what is tried: -1 and errno, or something else ---- */

static long open_to_read(void) { return open("/dev/null", O_RDONLY); }
static long open_to_write(void) { return open("/dev/null", O_WRONLY); }
static long create(void) { return open("/dev/shm/xdpdump-none", O_RDONLY | O_CREAT, 0600); }
static long look_at_name(void) { return open("/dev/null", O_PATH | O_NOFOLLOW); }
static long talk_to_others(void) { return socket(AF_INET, SOCK_STREAM, 0); }
static long talk_to_neighbours(void) { return socket(AF_UNIX, SOCK_DGRAM, 0); }
static long talk_to_kernel(void) { return socket(AF_NETLINK, SOCK_RAW, 0); }
static long call_somebody(void) { return connect(-1, NULL, 0); }
static long send_something(void) { return sendto(-1, "", 1, 0, NULL, 0); }
static long let_in(void) { return accept4(-1, NULL, NULL, 0); }
static long ask_bpf(void) { return syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, NULL, 0); }
static long run_frame(void) { return syscall(SYS_bpf, BPF_PROG_TEST_RUN, NULL, 0); }
static long execute(void) { return execl("/bin/false", "false", (char *)NULL); }
static long execute_file(void) { return syscall(SYS_execveat, -1, "", NULL, NULL, 0); }
static long make_process(void) { return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL); }
static long make_process_anew(void) { return syscall(SYS_clone3, NULL, 0); }
static long write_to_process(void)
{
	return syscall(SYS_process_vm_writev, getppid(), NULL, 0, NULL, 0, 0);
}
static long trace(void) { return ptrace(PTRACE_TRACEME, 0, NULL, NULL); }
static long signal_others(void) { return kill(getppid(), 0); }
static long delete_at(void) { return unlinkat(-1, "none", 0); }
static long rename_at(void) { return renameat(-1, "none", -1, "other"); }
static long set_time(void) { return utimensat(-1, "none", NULL, 0); }
static long lock_file(void) { return flock(-1, LOCK_SH); }
static long link_at(void) { return linkat(-1, "none", -1, "other", 0); }
static long let_others(void) { return chmod("/dev/shm/xdpdump-none", 0666); }
static long mount_something(void) { return mount("none", "/", "tmpfs", 0, NULL); }
static long leave(void) { return unshare(CLONE_NEWUSER); }
static long go_elsewhere(void) { return setns(-1, 0); }
static long become_root(void) { return syscall(SYS_setuid, 0); }
static long settle_anew(void) { return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); }
static long use_ring(void) { return syscall(SYS_io_uring_setup, 1, NULL); }
static long use_keys(void) { return syscall(SYS_keyctl, 0, 0); }
static long fault(void) { return syscall(SYS_userfaultfd, 0); }
static long type_for_user(void) { return ioctl(STDIN_FILENO, TIOCSTI, "x"); }
static long ask_whose_terminal(void) { return ioctl(STDIN_FILENO, TIOCGPGRP, &(pid_t){ 0 }); }
static long load_module(void) { return syscall(SYS_init_module, NULL, 0, ""); }
static long map(int prot)
{
	return (long)mmap(NULL, 4096, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
static long make_code(void) { return map(PROT_READ | PROT_EXEC); }
static long make_memory(void) { return map(PROT_READ | PROT_WRITE); }

static long ask_for_time(void)
{
	struct timespec t;

	return syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
}

static long ask_for_memory(void)
{
	struct sysinfo i;

	return sysinfo(&i);
}

static long make_memory_code(void)
{
	return mprotect((void *)((uintptr_t)make_code & ~4095ul), 4096, PROT_READ | PROT_EXEC);
}

/* @allowed: an or of enum seccomp_need; what else it may fail of is no matter then. */
static const struct attempt {
	const char *name;
	long (*attempt)(void);
	unsigned allowed;
} attempts[] = {
	{ "a file is opened to be read", open_to_read,
	  SECCOMP_OPENS | SECCOMP_ROTATES | SECCOMP_FOLLOWS | SECCOMP_LIVE | SECCOMP_REFILTERS |
		  LOADS | SECCOMP_DELIVERS },
	{ "a file is opened to be written", open_to_write, SECCOMP_ROTATES | SECCOMP_DELIVERS },
	{ "a file is made", create, SECCOMP_ROTATES | SECCOMP_DELIVERS },
	{ "a name is looked at", look_at_name,
	  SECCOMP_OPENS | SECCOMP_ROTATES | SECCOMP_FOLLOWS | SECCOMP_LIVE | SECCOMP_REFILTERS |
		  LOADS | SECCOMP_DELIVERS },
	{ "a socket of the network", talk_to_others,
	  SECCOMP_ATTACHES | SECCOMP_CONNECTS | SECCOMP_DELIVERS },
	{ "a datagram is sent", send_something,
	  SECCOMP_ATTACHES | SECCOMP_TALKS | SECCOMP_SENDS | SECCOMP_LISTENS | SECCOMP_DELIVERS },
	{ "somebody is let in", let_in, SECCOMP_TALKS | SECCOMP_LISTENS | SECCOMP_SENDS },
	{ "a socket of this machine", talk_to_neighbours, SECCOMP_ATTACHES | SECCOMP_LISTENS },
	{ "a netlink socket", talk_to_kernel, SECCOMP_ATTACHES },
	{ "a connection", call_somebody, SECCOMP_LISTENS | SECCOMP_CONNECTS | SECCOMP_DELIVERS },
	{ "bpf", ask_bpf, SECCOMP_LIVE | SECCOMP_LOADS },
	{ "a frame through a program", run_frame, SECCOMP_LIVE | SECCOMP_LOADS | SECCOMP_RUNS },
	{ "a program is executed", execute, 0 },
	{ "a program is executed by its descriptor", execute_file, 0 },
	{ "a process is made", make_process, 0 },
	{ "a process is made by the newer call", make_process_anew, 0 },
	{ "memory of a process is written", write_to_process, 0 },
	{ "ptrace", trace, 0 },
	{ "a signal is sent", signal_others, 0 },
	{ "a file is deleted in a directory", delete_at, FILES | SECCOMP_DELIVERS },
	{ "a file is renamed", rename_at, SECCOMP_RENAMES | SECCOMP_INDEXES | SECCOMP_DELIVERS },
	{ "a file gets another time", set_time, SECCOMP_INDEXES },
	{ "a file is locked", lock_file, SECCOMP_LISTENS | SECCOMP_INDEXES },
	{ "a file gets another name", link_at, 0 },
	{ "a file is let to others", let_others, 0 },
	{ "mount", mount_something, 0 },
	{ "a namespace is made", leave, 0 },
	{ "a namespace is entered", go_elsewhere, SECCOMP_ATTACHES },
	{ "setuid", become_root, 0 },
	{ "prctl", settle_anew, 0 },
	{ "io_uring", use_ring, 0 },
	{ "keys", use_keys, 0 },
	{ "userfaultfd", fault, 0 },
	{ "a terminal is typed on", type_for_user, SECCOMP_ATTACHES },
	{ "a terminal is asked whose it is", ask_whose_terminal, SECCOMP_ATTACHES | SECCOMP_VIEWS },
	{ "a module is loaded", load_module, 0 },
	{ "code is mapped", make_code, 0 },
	{ "memory becomes code", make_memory_code, 0 },
	{ "memory", make_memory, ~0u },
	{ "how much memory there is", ask_for_memory, SECCOMP_SORTS | LOADS | SECCOMP_DELIVERS },
	{ "the time, of the kernel", ask_for_time, ~0u },
};

/* What runs have, and how many calls that may be. */
static const struct mode { const char *name; unsigned needs, most; } modes[] = {
	{ "files are read", SECCOMP_READS, 14 },
	{ "flows of files are printed", SECCOMP_READS | SECCOMP_SORTS, 15 },
	{ "threads read, or make text", SECCOMP_READS | SECCOMP_READS_AHEAD, 19 },
	{ "many files are read", SECCOMP_READS | SECCOMP_OPENS, 20 },
	{ "into a file", SECCOMP_READS | WRITES, 24 },
	{ "into files", SECCOMP_READS | FILES, 28 },
	{ "into files that are renamed where there is room",
	  SECCOMP_READS | FILES | SECCOMP_RENAMES | SECCOMP_MEASURES, 31 },
	{ "into files of an index", SECCOMP_READS | FILES | SECCOMP_INDEXES, 32 },
	{ "files are followed", SECCOMP_READS | SECCOMP_FOLLOWS, 25 },
	{ "a capture is printed", SECCOMP_READS | SECCOMP_LIVE, 19 },
	{ "a capture", SECCOMP_READS | FILES | SECCOMP_LIVE, 31 },
	{ "a capture for as long as a command runs",
	  SECCOMP_READS | FILES | SECCOMP_LIVE | SECCOMP_WAITS, 32 },
	{ "a capture that is told what to do",
	  SECCOMP_READS | FILES | SECCOMP_LIVE | SECCOMP_REFILTERS | SECCOMP_LISTENS, 46 },
	{ "a capture of what comes that is told what to do",
	  SECCOMP_READS | FILES | SECCOMP_LIVE | SECCOMP_ATTACHES | SECCOMP_LISTENS, 72 },
	{ "who loads programs", SECCOMP_LOADS, 35 },
	{ "a capture of what comes", SECCOMP_READS | FILES | SECCOMP_LIVE | SECCOMP_ATTACHES, 67 },
	{ "frames through a program, into a file", SECCOMP_READS | WRITES | SECCOMP_RUNS, 25 },
	{ "records are delivered", SECCOMP_READS | SECCOMP_DELIVERS, 60 },
	{ "a file is sent", SECCOMP_READS | SECCOMP_SENDS, 19 },
	{ "a capture is sent to who comes", SECCOMP_READS | SECCOMP_LIVE | SECCOMP_SENDS, 23 },
	{ "a capture is sent to somebody",
	  SECCOMP_READS | SECCOMP_LIVE | SECCOMP_SENDS | SECCOMP_CONNECTS, 26 },
	{ "a file is looked at on a terminal",
	  SECCOMP_READS | FILES | SECCOMP_OPENS | SECCOMP_RANDOM | SECCOMP_REFILTERS |
		  SECCOMP_VIEWS, 63 },
	{ "a capture is looked at on a terminal",
	  SECCOMP_READS | FILES | SECCOMP_LIVE | SECCOMP_VIEWS, 60 },
	{ "a capture that is asked", SECCOMP_READS | FILES | SECCOMP_LIVE | SECCOMP_TALKS, 50 },
};

/* ---- in a child ---- */

static bool enter(unsigned needs, bool kill_us)
{
	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) && !seccomp_enter(needs, kill_us);
}

/* What waitpid(2) has; what it says is in @said. */
static int in_child(void (*body)(const void *ctx), const void *ctx, char *said, size_t cap)
{
	int fds[2], status;
	ssize_t n, len = 0;
	pid_t pid;

	fflush(NULL);
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		close(fds[0]);
		dup2(fds[1], STDERR_FILENO);
		body(ctx);
		_exit(0);
	}
	close(fds[1]);
	while ((n = read(fds[0], said + len, cap - 1 - len)) > 0)
		len += n;
	said[len] = '\0';
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

struct try { const struct attempt *attempt; unsigned needs; bool kill_us, twice; };

/* _exit() of a process that was made by it is the child's as well. */
static void try_it(const void *ctx)
{
	const struct try *t = ctx;

	if (!enter(t->needs, t->kill_us))
		_exit(255);
	for (unsigned i = 0; i <= t->twice; i++) {
		errno = 0;
		if (t->attempt->attempt() != -1)
			errno = 0;
	}
	_exit(errno);
}

static int attempt_it(const struct try *t, char *said, size_t cap)
{
	return in_child(try_it, t, said, cap);
}

static unsigned calls(unsigned needs)
{
	enum { NUMBERS = 1024 };	/* more than there are */
	unsigned n = 0;

	for (unsigned nr = 0; nr < NUMBERS; nr++)
		n += seccomp_allows(needs, nr);
	return n;
}

static void what_is_not_needed_is_refused(void **state)
{
	const struct mode *m = *state;
	char said[1024];

	for (size_t i = 0; i < array_size(attempts); i++) {
		const struct attempt *a = &attempts[i];
		int status = attempt_it(&(struct try){ a, m->needs, false, false }, said,
					sizeof(said));
		const int err = WEXITSTATUS(status);
		bool refused = strstr(said, "the sandbox refused system call") || err == EACCES ||
			       err == ENOSYS || (m->needs & SECCOMP_DELIVERS && err == EPERM);

		if (!WIFEXITED(status) || err == 255)
			fail_msg("%s: %s: status %d, %s", m->name, a->name, status, said);
		if (refused != !(a->allowed & m->needs) ||
		    (refused && err != EPERM && err != EACCES && err != ENOSYS))
			fail_msg("%s: %s: %s, errno %d", m->name, a->name,
				 refused ? "refused" : "allowed", err);
	}
	if (calls(m->needs) > m->most)
		fail_msg("%s: %u calls are allowed", m->name, calls(m->needs));
}

static void a_refusal_is_said_once(void **state)
{
	const struct try t = { &attempts[0], SECCOMP_READS, false, true };
	char said[1024], wanted[160];

	(void)state;
	assert_int_equal(WEXITSTATUS(attempt_it(&t, said, sizeof(said))), EPERM);
	snprintf(wanted, sizeof(wanted),
		 "xdpdump: warning: the sandbox refused system call %d: please report that; "
		 "--sandbox off does without\n",
		 SYS_openat);
	assert_string_equal(said, wanted);
}

static void or_it_ends_the_process(void **state)
{
	const struct try t = { &attempts[0], SECCOMP_READS, true, false };
	char said[1024];
	int status = attempt_it(&t, said, sizeof(said));

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

#ifdef __x86_64__
/* x32's numbers, and i386's, are others. */
static void by_another_abi(const void *ctx)
{
	long got;

	if (!enter(SECCOMP_READS, false))
		_exit(255);
	if (ctx)
		syscall(0x40000000 | SYS_getpid);
	else
		__asm__ volatile("int $0x80" : "=a"(got) : "a"(20) : "memory");
}

static void other_abis_end_the_process(void **state)
{
	char said[1024];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		int status = in_child(by_another_abi, i ? "" : NULL, said, sizeof(said));

		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGSYS);
	}
}
#endif

/* Once it is there, as what a thread begins with is not allowed either. */
static void *open_later(void *ctx)
{
	const int *fds = ctx;
	char c;

	if (write(fds[3], "", 1) != 1 || read(fds[0], &c, 1) != 1)
		_exit(255);
	_exit(open_to_read() == -1 ? errno : 0);
}

static void with_a_thread(const void *ctx)
{
	pthread_t thread;
	int fds[4];

	(void)ctx;
	if (pipe(fds) || pipe(fds + 2) || pthread_create(&thread, NULL, open_later, fds) ||
	    read(fds[2], &(char){ 0 }, 1) != 1)
		_exit(255);
	if (!enter(SECCOMP_READS | SECCOMP_WRITES, false) || write(fds[1], "", 1) != 1)
		_exit(255);
	for (;;)
		poll(NULL, 0, -1);
}

static void threads_that_are_there_have_it_too(void **state)
{
	char said[1024];

	(void)state;
	assert_int_equal(WEXITSTATUS(in_child(with_a_thread, NULL, said, sizeof(said))), EPERM);
}

/* ---- out of reach ---- */

static char dir[] = "/tmp/sandbox-XXXXXX";

static int set_up(void **state)
{
	(void)state;
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	return !mkdtemp(dir) || chdir(dir) || mkdir("in", 0700) || mkdir("out", 0700) ||
	       close(open("in/f", O_CREAT | O_WRONLY, 0600)) ||
	       close(open("out/f", O_CREAT | O_WRONLY, 0600)) || symlink("../out", "in/link");
}

static int tear_down(void **state)
{
	char line[64];

	(void)state;
	snprintf(line, sizeof(line), "rm -r %s", dir);
	return chdir("/") || system(line);
}

static bool can(const char *path, int flags)
{
	int fd = open(path, flags, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void reach(const void *ctx)
{
	const struct landlock_place places[] = { { "in", LANDLOCK_WRITE }, { "out/f", LANDLOCK_READ } };
	int held = open("in", O_RDONLY | O_DIRECTORY), fd;
	unsigned bad = 0;

	(void)ctx;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || landlock_enter(places, 2, 0))
		_exit(255);
	bad |= !can("in/f", O_RDWR | O_TRUNC) << 0 | !can("in/new", O_RDWR | O_CREAT | O_EXCL) << 1;
	bad |= (renameat(held, "new", held, "newer") || unlink("in/newer")) << 2;
	bad |= !can("out/f", O_RDONLY) << 3 | can("out/f", O_WRONLY) << 3;
	bad |= can("out/new", O_WRONLY | O_CREAT) << 4 | can("in/../out/new", O_WRONLY | O_CREAT)
								 << 4;
	bad |= can("in/link/new", O_WRONLY | O_CREAT) << 5 | !unlink("out/f") << 5;
	bad |= can("/etc/passwd", O_RDONLY) << 6 | !mkdir("in/d", 0700) << 6 |
	       !symlink("f", "in/s") << 6;
	/* somebody moves it: it is the directory that counts, not its name */
	fd = openat(held, "f", O_WRONLY);
	_exit(bad | (fd < 0) << 7);
}

static void files_elsewhere_are_out_of_reach(void **state)
{
	char said[1024];

	(void)state;
	if (!landlock_version())
		skip();
	assert_int_equal(in_child(reach, NULL, said, sizeof(said)), 0);
}

static void reach_moved(const void *ctx)
{
	const struct landlock_place in = { "in", LANDLOCK_WRITE };
	int go[2], moved[2], held = open("in", O_RDONLY | O_DIRECTORY), fd;

	(void)ctx;
	if (pipe(go) || pipe(moved))
		_exit(255);
	if (!fork()) {
		ssize_t n = read(go[0], &(char){ 0 }, 1);

		_exit(n != 1 || rename("in", "out/moved") || rename("out", "in") ||
		      write(moved[1], "", 1) != 1);
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || landlock_enter(&in, 1, 0))
		_exit(255);
	if (write(go[1], "", 1) != 1 || read(moved[0], &(char){ 0 }, 1) != 1)
		_exit(254);
	fd = openat(held, "new", O_WRONLY | O_CREAT | O_EXCL, 0600);
	_exit((fd < 0) | can("in/new", O_WRONLY | O_CREAT) << 1 | can("in/f", O_RDONLY) << 2);
}

static void it_is_the_directory_that_counts_and_not_its_name(void **state)
{
	char said[1024];

	(void)state;
	if (!landlock_version())
		skip();
	assert_int_equal(in_child(reach_moved, NULL, said, sizeof(said)), 0);
}

/* Where the kernel is new enough. */
static void reach_others(const void *ctx)
{
	const struct sockaddr_in port = { .sin_family = AF_INET, .sin_port = htons(7),
					  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const int version = landlock_version(), tcp = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in allowed = port;
	unsigned bad = 0;

	(void)ctx;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || landlock_enter(NULL, 0, 9))
		_exit(255);
	errno = 0;
	bad |= version >= 4 && (connect(tcp, (const struct sockaddr *)&port, sizeof(port)) != -1 ||
				errno != EACCES);
	allowed.sin_port = htons(9);
	bad |= (connect(tcp, (const struct sockaddr *)&allowed, sizeof(allowed)) == -1 &&
		errno == EACCES)
	       << 2;
	bad |= (version >= 6 && !kill(getppid(), 0)) << 1;
	_exit(bad);
}

static void ports_and_signals_are_out_of_reach(void **state)
{
	char said[1024];

	(void)state;
	if (!landlock_version())
		skip();
	assert_int_equal(in_child(reach_others, NULL, said, sizeof(said)), 0);
}

/* ---- rights ---- */

static void settle(const void *ctx)
{
	char line[256];
	FILE *f;
	unsigned bad = 0;

	(void)ctx;
	if (privilege_settle(0))
		_exit(255);
	f = fopen("/proc/self/status", "re");
	while (f && fgets(line, sizeof(line), f)) {
		unsigned long long caps;
		int is;

		if (sscanf(line, "Cap%*3s: %llx", &caps) == 1)
			bad |= caps && (!strncmp(line, "CapBnd", 6) ? !getuid() : 1);
		if (sscanf(line, "NoNewPrivs: %d", &is) == 1)
			bad |= !is << 1;
	}
	_exit(bad | !f << 2);
}

static void no_right_is_left_and_none_can_come(void **state)
{
	char said[1024];

	(void)state;
	assert_int_equal(in_child(settle, NULL, said, sizeof(said)), 0);
}

int main(void)
{
	struct CMUnitTest tests[array_size(modes) + 16];
	const struct CMUnitTest others[] = {
		cmocka_unit_test(a_refusal_is_said_once),
		cmocka_unit_test(or_it_ends_the_process),
#ifdef __x86_64__
		cmocka_unit_test(other_abis_end_the_process),
#endif
		cmocka_unit_test(threads_that_are_there_have_it_too),
	};
	const struct CMUnitTest reaches[] = {
		cmocka_unit_test_setup_teardown(files_elsewhere_are_out_of_reach, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(it_is_the_directory_that_counts_and_not_its_name,
						set_up, tear_down),
		cmocka_unit_test(ports_and_signals_are_out_of_reach),
		cmocka_unit_test(no_right_is_left_and_none_can_come),
	};
	size_t n = 0;

	if (seccomp_is_there())
		unit_of_table_as(modes, "what is not needed is refused: %s",
				 what_is_not_needed_is_refused, tests, n);
	for (size_t i = 0; i < array_size(others) && seccomp_is_there(); i++)
		tests[n++] = others[i];
	for (size_t i = 0; i < array_size(reaches); i++)
		tests[n++] = reaches[i];
	return unit_run("sandbox", tests, n);
}
