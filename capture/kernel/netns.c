// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A path can lead to another namespace the next time; which one it is says its cookie, which none
 * has after it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/net_namespace.h>
#include <linux/nsfs.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/kernel/netns.h"
#include "capture/kernel/rtnl.h"

struct netns {
	struct netns_words words;
	struct netns_place place;
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
		wait_us(1000);
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

/* Which it is, by having been there. */
static int look(struct netns *ns)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	cleanup(fd_closep) int fd = open_file(ns->place.path, &ns->file);
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

int netns_open(struct netns **out, const struct netns_words *words, char *error, size_t cap)
{
	cleanup(netns_closep) struct netns *ns = calloc(1, sizeof(*ns));
	int err;

	if (!ns) {
		snprintf(error, cap, "out of memory");
		return -ENOMEM;
	}
	ns->words = *words;
	err = netns_find(&ns->place, words, error, cap);
	if (err)
		return err;
	err = look(ns);
	if (err)
		return netns_find_failed(&ns->place, words, err, error, cap);
	*out = steal(&ns);
	return 0;
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
	netns_find_release(&ns->place);
	free(ns);
	return NULL;
}

const char *netns_label(const struct netns *ns)
{
	return ns->place.label;
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
		*(int32_t *)data = rtnl_number(attr);
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
	fd = open_file(ns->place.path, &file);
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

	if (stat(ns->place.path, &file))
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
	fd = open_file(ns->place.path, &file);
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
