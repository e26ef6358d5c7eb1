// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Names are those of ip-netns(8): files on which a namespace is mounted. A path can lead to another
 * namespace the next time; which one it is says its cookie, which none has after it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/net_namespace.h>
#include <linux/nsfs.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "capture/base/nearest.h"
#include "capture/base/util.h"
#include "capture/base/value.h"
#include "capture/kernel/container.h"
#include "capture/kernel/netns.h"
#include "capture/kernel/rtnl.h"

struct netns {
	struct netns_words words;
	char *path;
	char *label;
	uint64_t cookie;
	struct stat file;	/* of the namespace */
	bool is_ours, is_forgotten;
	unsigned number;
};

static void netns_closep(struct netns **ns)
{
	netns_close(*ns);
}

static void fd_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

struct sentence {
	char *text;
	size_t cap;
};

/* Keeps the sentence; returns @err. */
static int fail(const struct sentence *s, int err, const char *fmt, ...) printf_like(3, 4);
static int fail(const struct sentence *s, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(s->text, s->cap, fmt, args);
	va_end(args);
	return err;
}

/* ---- what is said of one ---- */

/* A name in /run/netns that is like @name. */
static struct nearest nearest_name(const char *name)
{
	struct nearest n = nearest_to(name);
	DIR *dir = opendir(NETNS_NAMES);

	for (struct dirent *e; dir && (e = readdir(dir));)
		if (*e->d_name != '.')
			nearest_try(&n, e->d_name);
	if (dir)
		closedir(dir);
	return n;
}

static int no_such(const struct sentence *s, const char *name)
{
	struct nearest n = nearest_name(name);

	return fail(s, -ENOENT, "%s: no such network namespace%s%s%s", name,
		    *n.best ? "; did you mean " : ": neither a name in " NETNS_NAMES " nor a process",
		    n.best, *n.best ? "?" : "");
}

/* "blue" of /run/netns/blue, 42 of /proc/42/ns/net; others have no shorter name. */
static char *label_of_path(const char *path)
{
	static const char *const folders[] = { NETNS_NAMES "/", "/var" NETNS_NAMES "/" };
	char pid[16];
	int end = 0;

	for (size_t i = 0; i < array_size(folders); i++) {
		size_t n = strlen(folders[i]);

		if (!strncmp(path, folders[i], n) && path[n] && !strchr(path + n, '/'))
			return strdup(path + n);
	}
	if (sscanf(path, "/proc/%15[0-9]/ns/net%n", pid, &end) == 1 && end && !path[end])
		return strdup(pid);
	return strdup(path);
}

static int by_process(struct netns *ns, const char *text)
{
	return asprintf(&ns->path, "/proc/%s/ns/net", text) < 0 ? -ENOMEM : 0;
}

static int by_any(struct netns *ns, const char *text, bool *is_process)
{
	uint64_t pid;

	if (strchr(text, '/')) {
		ns->path = strdup(text);
		return ns->path ? 0 : -ENOMEM;
	}
	if (asprintf(&ns->path, NETNS_NAMES "/%s", text) < 0)
		return -ENOMEM;
	*is_process = access(ns->path, F_OK) && value_number(text, 1, INT_MAX, &pid);
	if (!*is_process)
		return 0;
	free(ns->path);
	return by_process(ns, text);
}

static int by_container(struct netns *ns, const char *text, const struct sentence *s)
{
	char pid[16];
	int n, err = container_find("", text, &n, s->text, s->cap);

	if (err)
		return err;
	snprintf(pid, sizeof(pid), "%d", n);
	return by_process(ns, pid);
}

/* The path of what @words mean. */
static int find(struct netns *ns, bool *is_process, const struct sentence *s)
{
	const char *text = ns->words.text;
	int err;

	*is_process = ns->words.by != NETNS_ANY;
	if (ns->words.by == NETNS_CONTAINER)
		err = by_container(ns, text, s);
	else
		err = *is_process ? by_process(ns, text) : by_any(ns, text, is_process);
	if (err && err != -ENOMEM)
		return err;
	ns->label = err ? NULL : strchr(text, '/') ? label_of_path(text) : strdup(text);
	return ns->label ? 0 : fail(s, -ENOMEM, "out of memory");
}

/* ---- opened ---- */

/* Of anything else, a device say, nothing is touched. */
static int open_file(const char *path, struct stat *file)
{
	struct statfs fs;
	int fd;

	if (stat(path, file))
		return -errno;
	if (statfs(path, &fs))
		return -errno;
	if (fs.f_type != NSFS_MAGIC)
		return -EINVAL;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWNET)
		return fd;
	close(fd);
	return -EINVAL;
}

/* Of the namespace in which the calling thread is. */
int netns_cookie(uint64_t *cookie)
{
	cleanup(fd_closep) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(*cookie);

	if (fd < 0)
		return -errno;
	return getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, &len) ? -errno : 0;
}

void netns_leave(struct netns_visit *v)
{
	/* it was allowed before we went; what is left is want of memory */
	while (v->home >= 0 && setns(v->home, CLONE_NEWNET))
		usleep(1000);
	if (v->home >= 0)
		close(v->home);
	v->home = -1;
}

/* Goes to @fd, if there is a way back. */
static int go(struct netns_visit *v, int fd)
{
	int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), err;

	if (home < 0)
		return -errno;
	if (setns(home, CLONE_NEWNET) || setns(fd, CLONE_NEWNET)) {
		err = -errno;
		close(home);
		return err;
	}
	v->home = home;
	return 0;
}

static int open_failed(const struct netns *ns, bool is_process, int err, const struct sentence *s)
{
	const char *text = ns->words.text;

	if (err == -ENOENT && is_process)
		return fail(s, err, "%s: no such process", text);
	if (err == -ENOENT && strchr(text, '/'))
		return fail(s, err, "%s: no such network namespace: there is no such file", text);
	if (err == -ENOENT)
		return no_such(s, text);
	if (err == -EINVAL)
		return fail(s, err, "%s is not a network namespace", text);
	if (err == -EACCES && is_process)
		return fail(s, err,
			    "%s: the network namespace of this process is not ours to see: "
			    "CAP_SYS_PTRACE may be missing",
			    text);
	if (err == -EPERM)
		return fail(s, err,
			    "%s: entering another network namespace takes CAP_SYS_ADMIN", text);
	return fail(s, err, "%s: cannot enter the network namespace: %s", text, strerror(-err));
}

/* Which it is, by having been there. */
static int look(struct netns *ns)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	cleanup(fd_closep) int fd = open_file(ns->path, &ns->file);
	uint64_t ours;
	int err;

	if (fd < 0)
		return fd;
	err = netns_cookie(&ours);
	if (err)
		return err;
	err = go(&v, fd);
	if (!err)
		err = netns_cookie(&ns->cookie);
	ns->is_ours = !err && ns->cookie == ours;
	return err;
}

static int open_words(struct netns **out, const struct netns_words *words, const struct sentence *s)
{
	cleanup(netns_closep) struct netns *ns = calloc(1, sizeof(*ns));
	bool is_process;
	int err;

	if (!ns)
		return fail(s, -ENOMEM, "out of memory");
	ns->words = *words;
	err = find(ns, &is_process, s);
	if (err)
		return err;
	err = look(ns);
	if (err)
		return open_failed(ns, is_process, err, s);
	*out = steal(&ns);
	return 0;
}

int netns_open(struct netns **ns, const struct netns_words *words, char *error, size_t cap)
{
	return open_words(ns, words, &(struct sentence){ error, cap });
}

int netns_open_again(struct netns *ns)
{
	cleanup(netns_closep) struct netns *again = NULL;
	struct netns before = *ns;
	char error[NETNS_ERROR_MAX];
	int err = netns_open(&again, &ns->words, error, sizeof(error));

	if (err)
		return err;
	*ns = *again;
	*again = before;
	return 0;
}

struct netns *netns_close(struct netns *ns)
{
	if (!ns)
		return NULL;
	free(ns->path);
	free(ns->label);
	free(ns);
	return NULL;
}

const char *netns_label(const struct netns *ns)
{
	return ns->label;
}

const struct netns_words *netns_words(const struct netns *ns)
{
	return &ns->words;
}

const char *netns_option(enum netns_by by)
{
	static const char *const names[] = { 
		[NETNS_ANY] = "--netns",
		[NETNS_PID] = "--pid",
		[NETNS_CONTAINER] = "--container",
	};

	return names[by];
}

/* ---- its number ---- */

static int take_number(const struct nlattr *attr, void *data)
{
	if (mnl_attr_get_type(attr) == NETNSA_NSID)
		*(int32_t *)data = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

static int number_of(const struct nlmsghdr *msg, void *data)
{
	return mnl_attr_parse(msg, sizeof(struct rtgenmsg), take_number, data);
}

/* RTM_NEWNSID or RTM_GETNSID for @fd; *@number -1: it has none. */
static int ask_number(int type, int fd, int32_t *number)
{
	char buf[RTNL_ANSWER_MAX];
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buf);

	mnl_nlmsg_put_extra_header(msg, sizeof(struct rtgenmsg));
	msg->nlmsg_type = type;
	msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	mnl_attr_put_u32(msg, NETNSA_FD, fd);
	mnl_attr_put_u32(msg, NETNSA_NSID, -1);
	*number = -1;
	return rtnl_ask(msg, buf, number_of, number);
}

int netns_register(struct netns *ns)
{
	cleanup(fd_closep) int fd = -1;
	struct stat file;
	int32_t number;
	int err;

	if (ns->is_ours || ns->number)
		return 0;
	fd = open_file(ns->path, &file);
	if (fd < 0)
		return fd;
	err = ask_number(RTM_NEWNSID, fd, &number);
	if (err && err != -EEXIST)
		return err;
	err = ask_number(RTM_GETNSID, fd, &number);
	if (!err && number < 0)
		err = -ENOENT;
	ns->number = err ? 0 : number + 1;
	return err;
}

unsigned netns_number(const struct netns *ns)
{
	return ns ? ns->number : 0;
}

bool netns_is_another(const struct netns *ns)
{
	return ns && !ns->is_ours;
}

void netns_forget(struct netns *ns)
{
	ns->number = 0;
	ns->is_forgotten = true;
}

bool netns_is_forgotten(const struct netns *ns)
{
	return ns && ns->is_forgotten;
}

bool netns_has_number(const struct netns *ns, unsigned number)
{
	return !netns_is_forgotten(ns) && netns_number(ns) == number;
}

bool netns_has_left(const struct netns *ns)
{
	struct stat file;

	if (stat(ns->path, &file))
		return errno == ENOENT;
	return file.st_dev != ns->file.st_dev || file.st_ino != ns->file.st_ino;
}

/* ---- entered ---- */

int netns_enter(struct netns_visit *v, const struct netns *ns)
{
	cleanup(fd_closep) int fd = -1;
	struct stat file;
	uint64_t cookie;
	int err;

	if (!netns_is_another(ns))
		return 0;
	if (ns->is_forgotten)
		return -ESTALE;
	fd = open_file(ns->path, &file);
	if (fd < 0)
		return fd;
	err = go(v, fd);
	if (!err)
		err = netns_cookie(&cookie);
	if (!err && cookie != ns->cookie)
		err = -ESTALE;
	if (err)
		netns_leave(v);
	return err;
}

/* "4 28 0:4 net:[4026532240] /run/netns/far rw shared:2 - nsfs nsfs rw" */
bool netns_of_mount(const char *line, char path[static 512])
{
	return sscanf(line, "%*s %*s %*s net:[%*[0-9]] %511s", path) == 1 && strstr(line, " nsfs ");
}

static bool visit(const char *path, bool (*here)(void *ctx), void *ctx)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	cleanup(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd >= 0 && !go(&v, fd) && here(ctx);
}

bool netns_each(bool (*here)(void *ctx), void *ctx)
{
	cleanup(freep) char *line = NULL;
	bool done = false;
	size_t cap = 0;
	char path[512];
	FILE *f = fopen("/proc/self/mountinfo", "re");

	while (f && !done && getline(&line, &cap, f) > 0)
		done = netns_of_mount(line, path) && visit(path, here, ctx);
	if (f)
		fclose(f);
	return done;
}
