// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Runs a fuzz target over its corpus as a plain test: linked with NAME_fuzz.c, it reads every file
 * of tests/fuzz/NAME and speaks TAP. An input that the target does not survive ends it.
 */
#include <dirent.h>
#include <libgen.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 20 };

static int run_file(const char *path)
{
	FILE *f = fopen(path, "re");
	uint8_t *data = malloc(INPUT_MAX);
	size_t size;

	if (!f || !data) {
		perror(path);
		return -1;
	}
	size = fread(data, 1, INPUT_MAX, f);
	fclose(f);
	fprintf(stderr, "# %s\n", path);	/* the last one tells which it was */
	/* for sanitizers, which then see every byte read behind it */
	data = realloc(data, size ? size : 1);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	char dir[256], path[512];
	const char *name = basename(argv[0]);
	struct dirent *entry;
	unsigned n = 0;
	DIR *d;

	(void)argc;
	snprintf(dir, sizeof(dir), "tests/fuzz/%.*s", (int)strcspn(name, "_"), name);
	d = opendir(dir);
	while (d && (entry = readdir(d))) {
		if (*entry->d_name == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		if (run_file(path))
			return 1;
		n++;
	}
	if (d)
		closedir(d);
	printf("1..1\n%s 1 - %s: %u inputs replayed\n", n ? "ok" : "not ok", name, n);
	return !n;
}
