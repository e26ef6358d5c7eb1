// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Containers, found in files as their engines write them. Where a process is needed it is this one,
 * or one that has ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/container.h"
#include "tests/unit/unit.h"

#define A	"a0348ecfdbe04914a2a4258179eb86ac8d184c70b960501f8b483e39ee8dcaab"
#define B	"b1348ecfdbe04914a2a4258179eb86ac8d184c70b960501f8b483e39ee8dcaab"
#define A2	"a0378ecfdbe04914a2a4258179eb86ac8d184c70b960501f8b483e39ee8dcaab"

#define DOCKER(id)	"/var/lib/docker/containers/" id "/config.v2.json"
#define TASK(ns, id)	"/run/containerd/io.containerd.runtime.v2.task/" ns "/" id "/"
#define STORED(driver)	"/var/lib/containers/storage/" driver "-containers/containers.json"
#define USERDATA(id)	"/run/containers/storage/overlay-containers/" id "/userdata/"

#define US	"@"		/* our number, in what is in a file */
#define GONE	"2147483646"

struct file {
	const char *path, *text;
};

static const struct find_case {
	const char *name, *wanted;
	struct file files[6];
	int err;
	const char *said;
} cases[] = {
	{ "docker_by_name", "web",
	  { { DOCKER(A), "{\"State\":{\"Running\":true,\"Pid\":" US "},\"ID\":\"" A
	    "\",\"Name\":\"/web\"}" } }, 0, NULL },
	{ "docker_by_id", A,
	  { { DOCKER(A), "{\"State\":{\"Pid\":" US "},\"ID\":\"" A "\",\"Name\":\"/web\"}" } }, 0, NULL },
	{ "docker_by_the_short_id", "a0348ecfdbe0",
	  { { DOCKER(A), "{\"State\":{\"Pid\":" US "},\"ID\":\"" A "\",\"Name\":\"/web\"}" } }, 0, NULL },
	{ "docker_that_does_not_run", "web",
	  { { DOCKER(A), "{\"State\":{\"Running\":false,\"Pid\":0},\"ID\":\"" A "\",\"Name\":\"/web\"}" } },
	  -ESRCH, "web: the container a0348ecfdbe0 of docker does not run" },
	{ "docker_whose_process_has_ended", "web",
	  { { DOCKER(A), "{\"State\":{\"Running\":true,\"Pid\":" GONE "},\"ID\":\"" A "\",\"Name\":\"/web\"}" } },
	  -ESRCH, "web: the container a0348ecfdbe0 of docker does not run" },
	{ "podman_by_name", "web",
	  { { STORED("overlay"), "[{\"id\":\"" B "\",\"names\":[\"db\"]},{\"id\":\"" A "\",\"names\":[\"web\"]}]" },
	    { USERDATA(A) "pidfile", US } }, 0, NULL },
	{ "podman_of_another_storage_driver", "web",
	  { { STORED("vfs"), "[{\"id\":\"" A "\",\"names\":[\"web\"]}]" },
	    { "/run/containers/storage/vfs-containers/" A "/userdata/pidfile", US "\n" } }, 0, NULL },
	{ "podman_of_a_user", "web",
	  { { "/home/me/.local/share/containers/storage/overlay-containers/containers.json",
	      "[{\"id\":\"" A "\",\"names\":[\"web\"]}]" },
	    { "/run/user/1000/containers/overlay-containers/" A "/userdata/pidfile", US } }, 0, NULL },
	{ "podman_that_was_never_started", "web",
	  { { STORED("overlay"), "[{\"id\":\"" A "\",\"names\":[\"web\"]}]" } },
	  -ESRCH, "web: the container a0348ecfdbe0 of podman does not run" },
	{ "podman_whose_process_has_ended", "web",
	  { { STORED("overlay"), "[{\"id\":\"" A "\",\"names\":[\"web\"]}]" }, { USERDATA(A) "pidfile", GONE } },
	  -ESRCH, "does not run" },
	{ "crio_by_the_name_that_it_made", "k8s_web_shop_default_1-2_0",
	  { { STORED("overlay"), "[{\"id\":\"" A "\",\"names\":[\"k8s_web_shop_default_1-2_0\"]}]" },
	    { USERDATA(A) "pidfile", US },
	    { USERDATA(A) "config.json", "{\"annotations\":{\"io.kubernetes.container.name\":\"web\"}}" } }, 0, NULL },
	{ "crio_by_the_name_in_kubernetes", "web",
	  { { STORED("overlay"), "[{\"id\":\"" A "\",\"names\":[\"k8s_web_shop_default_1-2_0\"]}]" },
	    { USERDATA(A) "pidfile", US },
	    { USERDATA(A) "config.json", "{\"annotations\":{\"io.kubernetes.container.name\":\"web\"}}" } }, 0, NULL },
	{ "containerd_by_the_name_in_kubernetes", "web",
	  { { TASK("k8s.io", A) "init.pid", US },
	    { TASK("k8s.io", A) "config.json",
	      "{\"annotations\":{\"io.kubernetes.cri.container-name\":\"web\"}}" } }, 0, NULL },
	{ "containerd_by_the_name_of_nerdctl", "web",
	  { { TASK("default", A) "init.pid", US },
	    { TASK("default", A) "config.json", "{\"annotations\":{\"nerdctl/name\":\"web\"}}" } }, 0, NULL },
	{ "containerd_by_an_id_of_words", "my-task",
	  { { TASK("default", "my-task") "init.pid", US } }, 0, NULL },
	{ "containerd_whose_process_has_ended", "my-task",
	  { { TASK("default", "my-task") "init.pid", GONE } },
	  -ESRCH, "my-task: the container my-task of containerd does not run" },
	{ "a_pod_is_one_namespace", "shop",
	  { { TASK("k8s.io", A) "init.pid", US },
	    { TASK("k8s.io", A) "config.json", "{\"annotations\":{\"io.kubernetes.cri.sandbox-name\":\"shop\"}}" },
	    { TASK("k8s.io", B) "init.pid", US },
	    { TASK("k8s.io", B) "config.json",
	      "{\"annotations\":{\"io.kubernetes.cri.sandbox-name\":\"shop\"}}" } }, 0, NULL },
	{ "docker_and_its_containerd_are_one", "a034",
	  { { DOCKER(A), "{\"State\":{\"Pid\":0},\"ID\":\"" A "\",\"Name\":\"/web\"}" },
	    { TASK("moby", A) "init.pid", US } }, 0, NULL },
	{ "the_beginning_of_two_ids", "a03",
	  { { STORED("overlay"), "[{\"id\":\"" A "\",\"names\":[\"web\"]},{\"id\":\"" A2 "\",\"names\":[\"db\"]}]" } },
	  -ENOTUNIQ, "a03: several containers: a0348ecfdbe0 (podman web), a0378ecfdbe0 (podman db)" },
	{ "of_two_that_one_which_runs", "a03",
	  { { STORED("overlay"), "[{\"id\":\"" A "\",\"names\":[\"web\"]},{\"id\":\"" A2 "\",\"names\":[\"db\"]}]" },
	    { USERDATA(A2) "pidfile", US } }, 0, NULL },
	{ "a_name_goes_before_an_id", "a03",
	  { { DOCKER(A), "{\"State\":{\"Pid\":0},\"ID\":\"" A "\",\"Name\":\"/web\"}" },
	    { DOCKER(B), "{\"State\":{\"Pid\":" US "},\"ID\":\"" B "\",\"Name\":\"/a03\"}" } }, 0, NULL },
	{ "two_digits_are_no_id", "a0",
	  { { DOCKER(A), "{\"State\":{\"Pid\":" US "},\"ID\":\"" A "\",\"Name\":\"/web\"}" } },
	  -ENOENT, "a0: no such container of docker, podman, CRI-O or containerd" },
	{ "a_part_of_a_name_is_no_name", "we",
	  { { DOCKER(A), "{\"State\":{\"Pid\":" US "},\"ID\":\"" A "\",\"Name\":\"/web\"}" } },
	  -ENOENT, "we: no such container" },
	{ "a_file_that_is_torn", "web",
	  { { DOCKER(A), "{\"State\":{\"Pid\":" US "},\"ID\":\"" A "\",\"Na" } },
	  -ENOENT, "web: no such container" },
	{ "a_file_of_something_else", "web",
	  { { DOCKER(A), "[1]" }, { STORED("overlay"), "{\"id\":3}" },
	    { STORED("vfs"), "[{\"id\":3},4,{\"id\":\"../..\",\"names\":[\"web\"]}]" } },
	  -ENOENT, "web: no such container" },
	{ "nothing_is_there", "web", { { NULL, NULL } }, -ENOENT, "web: no such container" },
	{ "a_number_that_is_none", "my-task", { { TASK("default", "my-task") "init.pid", "-1" } },
	  -ESRCH, "does not run" },
};

static char root[] = "/tmp/test_container.XXXXXX";

static void make_directories(char *path)
{
	for (char *at = path + strlen(root) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		if (mkdir(path, 0700) && errno != EEXIST)
			fail_msg("%s: %s", path, strerror(errno));
		*at = '/';
	}
}

static void make(const struct file *file)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s%s", root, file->path);
	make_directories(path);
	f = fopen(path, "w");
	assert_non_null(f);
	for (const char *c = file->text; *c; c++)
		if (*c == *US)
			fprintf(f, "%d", getpid());
		else
			fputc(*c, f);
	fclose(f);
}

static void empty(void)
{
	char line[64];

	snprintf(line, sizeof(line), "rm -rf %s/*", root);
	assert_int_equal(system(line), 0);
}

static void a_container(void **state)
{
	const struct find_case *c = *state;
	char said[1024] = "";
	int pid = 0;

	for (const struct file *f = c->files; f < c->files + array_size(c->files) && f->path; f++)
		make(f);
	assert_int_equal(container_find(root, c->wanted, &pid, said, sizeof(said)), c->err);
	if (c->said ? !strstr(said, c->said) : *said)
		fail_msg("said '%s'", said);
	if (!c->err)
		assert_int_equal(pid, getpid());
	empty();
}

/* The number of the file is of a process that began after it was written. */
static void a_number_that_came_again_is_not_believed(void **state is_unused)
{
	const struct file file = { TASK("default", "my-task") "init.pid", US };
	const struct timespec long_ago[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	char path[512], said[1024];
	int pid;

	make(&file);
	snprintf(path, sizeof(path), "%s%s", root, file.path);
	assert_int_equal(container_find(root, "my-task", &pid, said, sizeof(said)), 0);
	assert_int_equal(utimensat(AT_FDCWD, path, long_ago, 0), 0);
	assert_int_equal(container_find(root, "my-task", &pid, said, sizeof(said)), -ESRCH);
	empty();
}

int main(void)
{
	struct CMUnitTest tests[64];
	size_t n = 0;
	int failed;

	if (!mkdtemp(root))
		return 1;
	unit_of_table(cases, a_container, tests, n);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_number_that_came_again_is_not_believed);
	failed = unit_run("container", tests, n);
	rmdir(root);
	return failed;
}
