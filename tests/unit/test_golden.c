// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Every capture in tests/pcaps as text, compared with the text that was reviewed and kept in
 * tests/golden. With the word `update` that is written anew, for all cases or those whose name has
 * a second word.
 */
#include "tests/unit/tool.h"

enum { CASES_MAX = 1000 };

/* A line of CASES. */
static struct golden_case {
	char name[128], file[128], options[256];
} cases[CASES_MAX];
static size_t n_cases;

static void read_cases(void)
{
	FILE *f = fopen("tests/golden/CASES", "re");
	char line[512];

	if (!f)
		abort();
	while (fgets(line, sizeof(line), f)) {
		struct golden_case *c = &cases[n_cases];

		*c->options = '\0';
		if (*line != '#' &&
		    sscanf(line, "%127s %127s %255[^\n]", c->name, c->file, c->options) >= 2 &&
		    ++n_cases == CASES_MAX)
			abort();
	}
	fclose(f);
}

/* What is printed, what is complained about, and the exit status. */
static struct text text_of_case(const struct golden_case *c)
{
	struct text t = { 0 };
	FILE *f = open_memstream(&t.bytes, &t.len);

	run("-r tests/pcaps/%s %s", c->file, c->options);
	fwrite(tool.out.bytes, 1, tool.out.len, f);
	if (tool.err.len)
		fprintf(f, "--- stderr\n%s", tool.err.bytes);
	fprintf(f, "--- exit %d\n", tool.status);
	fclose(f);
	return t;
}

static void kept_in(char path[static 256], const char *name)
{
	snprintf(path, 256, "tests/golden/%s.out", name);
}

static void is_as_kept(void **state)
{
	const struct golden_case *c = *state;
	struct text found = text_of_case(c), kept;
	char path[256];

	kept_in(path, c->name);
	kept = text_of_file(path);
	same_text(path, &kept, &found);
	free(kept.bytes);
	free(found.bytes);
}

static bool is_a_case(const char *name, bool by_file)
{
	for (size_t i = 0; i < n_cases; i++)
		if (!strcmp(name, by_file ? cases[i].file : cases[i].name))
			return true;
	return false;
}

static void every_capture_has_a_case(void **state is_unused)
{
	const char *const folders[] = { "tests/pcaps/*", "tests/pcaps/files/*" };
	struct stat st;
	glob_t found;

	for (size_t k = 0; k < 2; k++) {
		assert_int_equal(glob(folders[k], 0, NULL, &found), 0);
		for (size_t i = 0; i < found.gl_pathc; i++)
			if (!stat(found.gl_pathv[i], &st) && S_ISREG(st.st_mode) &&
			    !is_a_case(found.gl_pathv[i] + strlen("tests/pcaps/"), true))
				fail_msg("%s has none", found.gl_pathv[i]);
		globfree(&found);
	}
}

static void every_output_has_a_case(void **state is_unused)
{
	const size_t before = strlen("tests/golden/");
	glob_t found;

	assert_int_equal(glob("tests/golden/*.out", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char *name = found.gl_pathv[i] + before;

		name[strlen(name) - strlen(".out")] = '\0';
		if (!is_a_case(name, false))
			fail_msg("%s.out has none", name);
	}
	globfree(&found);
}

/*
 * What a file is called says how it ends: damage has its place named, warnings do not stop
 * anything, the rest is silent.
 */
static void ends_as_named(const char *name, const char *kept)
{
	const char *complaint = strstr(kept, "--- stderr\n"), *end = strstr(kept, "--- exit ");
	int status = end ? atoi(end + strlen("--- exit ")) : -1;
	bool as_named;

	if (!strncmp(name, "damaged_", 8))
		as_named = status == 1 && complaint &&
			   (strstr(complaint, "at byte ") ||
			    strstr(complaint, "neither pcap nor") ||
			    strstr(complaint, "file is empty"));
	else if (!strncmp(name, "warn_", 5))
		as_named = status == 0 && complaint && strstr(complaint, "warning: ") &&
			   strstr(complaint, " byte ");
	else
		as_named = status == 0 && !complaint;
	if (!as_named)
		fail_msg("%s: exit %d: %s", name, status, complaint ? complaint : "");
}

static void the_name_of_a_file_tells_how_reading_it_ends(void **state is_unused)
{
	glob_t found;

	assert_int_equal(glob("tests/pcaps/files/*", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char *name = strrchr(found.gl_pathv[i], '/') + 1, path[256];
		struct text kept;

		*strrchr(name, '.') = '\0';
		kept_in(path, name);
		kept = text_of_file(path);
		ends_as_named(name, kept.bytes);
		free(kept.bytes);
	}
	globfree(&found);
}

static int update(const char *part)
{
	for (size_t i = 0; i < n_cases; i++) {
		char path[256];
		struct text t;
		FILE *f;

		if (!strstr(cases[i].name, part))
			continue;
		kept_in(path, cases[i].name);
		f = fopen(path, "we");
		t = text_of_case(&cases[i]);
		if (!f || fwrite(t.bytes, 1, t.len, f) != t.len || fclose(f)) {
			perror(path);
			return 1;
		}
		free(t.bytes);
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[CASES_MAX + 3];
	size_t n = 0;

	setenv("TZ", "UTC", 1);
	read_cases();
	if (argc > 1 && !strcmp(argv[1], "update"))
		return update(argc > 2 ? argv[2] : "");
	for (size_t i = 0; i < n_cases; i++)
		tests[n++] = (struct CMUnitTest){ cases[i].name, is_as_kept, NULL, NULL,
						  &cases[i] };
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(every_capture_has_a_case);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(every_output_has_a_case);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		the_name_of_a_file_tells_how_reading_it_ends);
	return unit_run("golden", tests, n);
}
