// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The three calls of it, for which there is no library. Numbers: include/uapi/linux/landlock.h of
 * Linux 6.12, as that of the machine that builds us may be older.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/landlock.h"

enum { CREATE_VERSION = 1, PATH_BENEATH = 1, NET_PORT = 2, CONNECT_TCP = 2 };

/* LANDLOCK_ACCESS_FS_*, 1 << this */
enum { EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE, MAKE_CHAR, MAKE_DIR,
	MAKE_REG, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK, MAKE_SYM, REFER, TRUNCATE, IOCTL_DEV };

struct ruleset { uint64_t fs, net, scoped; };

struct port { uint64_t allowed, number; };

struct beneath { uint64_t allowed; int32_t fd; } __attribute__((packed));

/* What each version can forbid: files; bind and connect of TCP; abstract sockets and signals. */
static const struct ruleset versions[] = {
	[1] = { (1 << REFER) - 1, 0, 0 },	[2] = { (1 << TRUNCATE) - 1, 0, 0 },
	[3] = { (1 << IOCTL_DEV) - 1, 0, 0 },	[4] = { (1 << IOCTL_DEV) - 1, 3, 0 },
	[5] = { (2 << IOCTL_DEV) - 1, 3, 0 },	[6] = { (2 << IOCTL_DEV) - 1, 3, 3 },
};

static const uint64_t uses[] = {
	[LANDLOCK_LIST] = 1 << READ_DIR,
	[LANDLOCK_READ] = 1 << READ_DIR | 1 << READ_FILE,
	[LANDLOCK_WRITE] = 1 << READ_DIR | 1 << READ_FILE | 1 << WRITE_FILE | 1 << REMOVE_FILE | 1 << MAKE_REG |
			   1 << TRUNCATE,
};

int landlock_version(void)
{
	long n = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_VERSION);

	return n < 0 ? 0 : n;
}

/*
 * Of a file there are fewer rights than of a directory. What is not there cannot be reached, and a
 * pipe, as in /dev/fd, always can.
 */
static int add(int ruleset, const struct landlock_place *p, uint64_t known)
{
	struct beneath b = { uses[p->use] & known, open(p->path, O_PATH | O_CLOEXEC) };
	struct stat st;
	int err = 0;

	if (b.fd < 0)
		return 0;
	if (fstat(b.fd, &st))
		err = -errno;
	if (!err && !S_ISDIR(st.st_mode))
		b.allowed &= 1 << WRITE_FILE | 1 << READ_FILE | 1 << TRUNCATE;
	if (!err && syscall(SYS_landlock_add_rule, ruleset, PATH_BENEATH, &b, 0) && errno != EBADFD)
		err = -errno;
	close(b.fd);
	return err;
}

static int add_port(int ruleset, uint16_t port)
{
	const struct port p = { CONNECT_TCP, port };

	return syscall(SYS_landlock_add_rule, ruleset, NET_PORT, &p, 0) ? -errno : 0;
}

int landlock_enter(const struct landlock_place *places, unsigned n, int port)
{
	const int version = min_of(landlock_version(), (int)array_size(versions) - 1);
	struct ruleset forbidden;
	int err = 0, fd;

	if (!version)
		return -ENOSYS;
	forbidden = versions[version];
	if (port == LANDLOCK_ANY_PORT)
		forbidden.net &= ~(uint64_t)CONNECT_TCP;
	fd = syscall(SYS_landlock_create_ruleset, &forbidden, sizeof(forbidden), 0);
	if (fd < 0)
		return -errno;
	for (unsigned i = 0; !err && i < n; i++)
		err = add(fd, &places[i], forbidden.fs);
	if (!err && port > 0 && forbidden.net)
		err = add_port(fd, port);
	if (!err && syscall(SYS_landlock_restrict_self, fd, 0))
		err = -errno;
	close(fd);
	return err;
}
