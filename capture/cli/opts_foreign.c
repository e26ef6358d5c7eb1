// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What the fingers of people know from tcpdump 4.99, dumpcap and the xdpdump of xdp-tools, and what
 * has no meaning here: taken where there is nothing to be done for it, else answered by what to use
 * instead.
 */
#include <stdio.h>
#include <string.h>

#include "capture/base/nearest.h"
#include "capture/cli/opts_impl.h"

static const struct foreign table[] = {
	/* names of foreign hosts; dumpcap's -f EXPRESSION comes out right as well */
	{ 'f', NULL, false, NULL },
	{ 'K', "dont-verify-checksums", false, NULL },
	{ 'N', NULL, false, NULL },	/* domains of names */
	{ 'u', NULL, false, NULL },	/* NFS handles */
	{ 'E', NULL, true,
	  "ESP is not decrypted here: write the packets with -w, and give the key to Wireshark (esp_sa) or "
	  "tcpdump -r" },
	{ 'H', NULL, false, "802.11s is not decoded here: xdpdump -w - | tshark -r -" },
	{ 'I', "monitor-mode", false,
	  "XDP sees no frames of 802.11: capture those with tcpdump -I or dumpcap -I" },
	{ 'm', NULL, true, "SNMP is not decoded here: xdpdump -w - | tshark -r -" },
	{ 'M', NULL, true,
	  "digests of TCP are not validated here: write the packets with -w, and read them with tcpdump -r FILE -M" },
	{ OPT_FOREIGN, "use-pcap", false, "that is --format pcap here" },
	{ OPT_FOREIGN + 1, "load-xdp-mode", true,
	  "that is --hook here: auto, native, generic or tc" },
	{ OPT_FOREIGN + 2, "load-xdp-program", false, NULL },	/* which is what we do */
	{ OPT_FOREIGN + 3, "perf-wakeup", true, NULL },
	{ OPT_FOREIGN + 4, "print-sampling", true,
	  "every Nth packet is not printed here: all are, or those of a filter" },
	{ OPT_FOREIGN + 5, "capture-comment", true,
	  "comments are not written here: editcap --capture-comment adds them" },
};

const struct foreign *opts_foreign(size_t *n)
{
	*n = array_size(table);
	return table;
}

static void add(struct parser *p, const char *before, const char *name, const char *behind)
{
	size_t len = strlen(p->error);

	snprintf(p->error + len, p->cap - len, "%s--%s%s", before, name, behind);
}

/*
 * All that begin with the @len bytes of @word. getopt_long() takes a single one, so there are none
 * or several.
 */
static bool add_alike(struct parser *p, const char *word, size_t len)
{
	const char *name, *before = "";

	opts_wrong(p, "option %.*s is ambiguous: ", (int)len, word);
	for (size_t i = 0; len > 2 && (name = opts_nth_name(i)); i++) {
		if (strncmp(name, word + 2, len - 2))
			continue;
		add(p, before, name, "");
		before = ", ";
	}
	return *before;
}

bool opts_suggest_name(struct parser *p, const char *word, size_t len)
{
	const char *candidate;
	char name[NEAREST_MAX];
	struct nearest n;

	if (add_alike(p, word, len))
		return false;
	opts_wrong(p, "there is no option %.*s", (int)len, word);
	snprintf(name, sizeof(name), "%.*s", (int)len - 2, word + 2);
	n = nearest_to(name);
	for (size_t i = 0; (candidate = opts_nth_name(i)); i++)
		nearest_try(&n, candidate);
	if (*n.best)
		add(p, "; did you mean ", n.best, "?");
	return false;
}

void opts_suggest_dashes(struct parser *p, char *const *argv)
{
	const char *name;

	for (; *argv && strcmp(*argv, "--"); argv++)
		for (size_t i = 0; (name = opts_nth_name(i)); i++)
			if (argv[0][0] == '-' && strlen(name) > 2 && !strcmp(*argv + 1, name)) {
				add(p, "; did you mean ", name, "?");
				return;
			}
}
