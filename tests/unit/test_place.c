// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Which files are written to, and which not because others can have put them there. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/write/place.h"

#include "tests/unit/unit.h"

enum { OTHER = 65534, THIRD = 65533 };

static char dir[64];

static const struct shared {
	const char *name;
	mode_t mode;		/* of the directory */
	uid_t owner;		/* of it */
	bool fifo;
	uid_t file_owner;
	bool linked;		/* it has another name */
	uid_t us;
	int want;
} cases[] = {
	{ "a file of ours is written to", 01777, 0, false, 0, false, 0, 0 },
	{ "a FIFO of ours is written to", 01777, 0, true, 0, false, 0, 0 },
	{ "the file of another user is not", 01777, 0, false, OTHER, false, 0, PLACE_FOREIGN },
	{ "nor is such a FIFO", 01777, 0, true, OTHER, false, 0, PLACE_FOREIGN },
	{ "the owner of the directory can be trusted", 01777, OTHER, false, OTHER, false, 0, 0 },
	{ "and so can a FIFO", 01777, OTHER, true, OTHER, false, 0, 0 },
	{ "but nobody else there", 01777, OTHER, false, THIRD, false, 0, PLACE_FOREIGN },
	{ "a file of ours with another name is not written to", 01777, 0, false, 0, true, 0,
	  PLACE_HARD_LINK },
	{ "nor is such a FIFO of ours", 01777, 0, true, 0, true, 0, PLACE_HARD_LINK },
	{ "a directory of a group is no better", 01770, 0, false, OTHER, false, 0, PLACE_FOREIGN },
	{ "in a directory of ours everything is written to", 0755, 0, false, OTHER, true, 0, 0 },
	{ "sticky or not", 01755, 0, false, OTHER, true, 0, 0 },
	{ "where everybody may remove it as well", 0777, 0, false, OTHER, false, 0, 0 },
	{ "who is not root: ours", 01777, 0, false, OTHER, false, OTHER, 0 },
	{ "who is not root: the directory's owner's", 01777, 0, false, 0, false, OTHER, 0 },
	{ "who is not root: somebody else's", 01777, 0, false, THIRD, false, OTHER, PLACE_FOREIGN },
};

static void make(const char *path, const struct shared *c)
{
	char other[96];
	int fd;

	if (c->fifo)
		assert_int_equal(mkfifo(path, 0600), 0);
	else
		close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (!c->fifo)
		assert_int_equal(write(fd, "precious", 8), 8);
	close(fd);
	assert_int_equal(chown(path, c->file_owner, c->file_owner), 0);
	assert_int_equal(chmod(path, 0666), 0);
	snprintf(other, sizeof(other), "%s.other", path);
	if (c->linked)
		assert_int_equal(link(path, other), 0);
}

/* Nothing is waited for. */
static int opened(const char *path, struct stat *st)
{
	int interrupt = eventfd(1, EFD_CLOEXEC), err;
	struct place p;

	err = place_open(&p, -1, path, interrupt);
	close(interrupt);

	if (!err)
		fstat(p.fd, st);
	place_close(&p);
	return err;
}

static int clean(void)
{
	char line[96];

	snprintf(line, sizeof(line), "rm -rf %s", dir);
	return system(line);
}

/*
 * Through a link as well: where the file is counts, not where the link is. Root follows none where
 * everybody can write.
 */
static void what_is_in_a_shared_directory(void **state)
{
	const struct shared *c = *state;
	char path[96], link_to_it[96];
	struct stat st = { 0 };
	int direct, linked, reader = -1;

	snprintf(dir, sizeof(dir), "%s/place-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	assert_non_null(mkdtemp(dir));
	chmod(dir, 0755);
	snprintf(path, sizeof(path), "%s/d", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chown(path, c->owner, c->owner), 0);
	assert_int_equal(chmod(path, c->mode), 0);
	snprintf(path, sizeof(path), "%s/d/f", dir);
	snprintf(link_to_it, sizeof(link_to_it), "%s/link", dir);
	assert_int_equal(symlink("d/f", link_to_it), 0);
	make(path, c);
	if (c->fifo)
		reader = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	assert_int_equal(seteuid(c->us), 0);
	direct = opened(path, &st);
	linked = opened(link_to_it, &st);
	assert_int_equal(seteuid(0), 0);
	if (reader >= 0)
		close(reader);
	assert_int_equal(direct, c->want);
	assert_int_equal(linked, c->want);
	if (!c->want)
		assert_int_equal(st.st_uid, c->file_owner);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, c->fifo ? 0 : 8);
	assert_int_equal(clean(), 0);
}

/* It could not be opened yet: what is refused is not waited for. */
static void a_foreign_fifo_without_a_reader_is_refused_at_once(void **state)
{
	static const struct shared c = { .fifo = true, .file_owner = OTHER };
	char path[96];
	struct stat st;

	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/place-XXXXXX");
	assert_non_null(mkdtemp(dir));
	chmod(dir, 01777);
	snprintf(path, sizeof(path), "%s/f", dir);
	make(path, &c);
	assert_int_equal(opened(path, &st), PLACE_FOREIGN);
	assert_int_equal(clean(), 0);
}

static void each_refusal_is_a_sentence_and_no_error_is_one(void **state)
{
	(void)state;
	for (int err = PLACE_KIND; err < -4095; err++)
		assert_non_null(place_refusal(err));
	for (int err = -4095; err <= 0; err++)
		assert_null(place_refusal(err));
}

int main(void)
{
	struct CMUnitTest tests[sizeof(cases) / sizeof(*cases) + 2];
	size_t n = 0;

	if (geteuid() == 0) {	/* who else could give files away? */
		unit_of_table(cases, what_is_in_a_shared_directory, tests, n);
		tests[n++] = (struct CMUnitTest)cmocka_unit_test(
			a_foreign_fifo_without_a_reader_is_refused_at_once);
	}
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		each_refusal_is_a_sentence_and_no_error_is_one);
	return unit_run("place", tests, n);
}
