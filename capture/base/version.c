// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * --version: ours, and those of the libraries that are in use, which a report of a bug should name.
 */
#define PCAP_DONT_INCLUDE_PCAP_BPF_H
#include <bpf/libbpf.h>
#include <jansson.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <zlib.h>
#include <zstd.h>

#include "capture/base/version.h"

void version_print(void)
{
	printf("xdpdump %s\nlibbpf %s, %s, zstd %s, zlib %s, jansson %s\n", XDPDUMP_VERSION,
	       libbpf_version_string() + 1, pcap_lib_version(), ZSTD_versionString(),
	       zlibVersion(), jansson_version_str());
}
