// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * --version: ours, and those of the libraries that are in use, which a report of a bug should name.
 */
#define PCAP_DONT_INCLUDE_PCAP_BPF_H
#include <bpf/libbpf.h>
#include <jansson.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "capture/base/library.h"
#include "capture/base/version.h"

static void print_library(enum library l)
{
	const char *version = library_version(l);

	if (version)	/* one that names others as well does so behind a blank */
		printf("%s %.*s\n", library_name(l), (int)strcspn(version, " "), version);
	else
		printf("%s %s (Debian: %s)\n", library_built(l) ? "without" : "built without",
		       library_name(l), library_package(l));
}

void version_print(bool all)
{
	printf("xdpdump %s\nlibbpf %s, %s, zstd %s, zlib %s, jansson %s\n", XDPDUMP_VERSION,
	       libbpf_version_string() + 1, pcap_lib_version(), ZSTD_versionString(),
	       zlibVersion(), jansson_version_str());
	for (enum library l = 0; all && l < LIBRARIES; l++)
		print_library(l);
}
