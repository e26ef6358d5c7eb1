// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/ethtool.h"

/* Features have words of 32 bits; there are fewer than 128 so far. */
enum { WORD_BITS = 32, WORDS_MAX = 8 };

int ethtool_ask(const char *name, void *command)
{
	struct ifreq ifr = { .ifr_data = command };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -errno;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	err = ioctl(fd, SIOCETHTOOL, &ifr) ? -errno : 0;
	close(fd);
	return err;
}

void ethtool_queues(const char *name, struct ethtool_queues *q)
{
	struct ethtool_channels c = { .cmd = ETHTOOL_GCHANNELS };

	*q = (struct ethtool_queues){ .rx = 0 };
	if (!ethtool_ask(name, &c))
		*q = (struct ethtool_queues){ c.rx_count, c.tx_count,	   c.combined_count,
					      c.max_rx,	  c.max_tx, c.max_combined };
}

bool ethtool_has_one_queue(const char *name)
{
	struct ethtool_queues q;

	ethtool_queues(name, &q);
	return q.rx + q.combined == 1;
}

bool ethtool_has_lro(const char *name)
{
	struct ethtool_value flags = { .cmd = ETHTOOL_GFLAGS };

	return !ethtool_ask(name, &flags) && flags.data & ETH_FLAG_LRO;
}

static unsigned n_features(const char *name)
{
	cleanup(freep) struct ethtool_sset_info *set = calloc(1,
							      sizeof(*set) + sizeof(set->data[0]));

	if (!set)
		return 0;
	set->cmd = ETHTOOL_GSSET_INFO;
	set->sset_mask = 1ull << ETH_SS_FEATURES;
	return ethtool_ask(name, set) || !set->sset_mask
		       ? 0
		       : min_of(set->data[0], (uint32_t)(WORDS_MAX * WORD_BITS));
}

/* The number of a feature, by its name. -1: the kernel has none of that name. */
static int find_feature(const char *name, const char *feature)
{
	const unsigned n = n_features(name);
	cleanup(freep) struct ethtool_gstrings *strings =
		calloc(1, sizeof(*strings) + (size_t)n * ETH_GSTRING_LEN);

	if (!strings || !n)
		return -1;
	strings->cmd = ETHTOOL_GSTRINGS;
	strings->string_set = ETH_SS_FEATURES;
	strings->len = n;
	if (ethtool_ask(name, strings))
		return -1;
	for (unsigned i = 0; i < n; i++)
		if (!strncmp((const char *)strings->data + (size_t)i * ETH_GSTRING_LEN, feature,
			     ETH_GSTRING_LEN))
			return i;
	return -1;
}

/* *@fixed: nobody here can change it. */
static bool has_feature(const char *name, const char *feature, bool *fixed)
{
	cleanup(freep) struct ethtool_gfeatures *f =
		calloc(1, sizeof(*f) + WORDS_MAX * sizeof(f->features[0]));
	int at = find_feature(name, feature);
	const struct ethtool_get_features_block *b;
	uint32_t bit;

	*fixed = false;
	if (!f || at < 0)
		return false;
	f->cmd = ETHTOOL_GFEATURES;
	f->size = WORDS_MAX;
	if (ethtool_ask(name, f))
		return false;
	b = &f->features[at / WORD_BITS];
	bit = UINT32_C(1) << at % WORD_BITS;
	*fixed = !(b->available & bit) || b->never_changed & bit;
	return b->active & bit;
}

bool ethtool_has_gro_hw(const char *name, bool *fixed)
{
	return has_feature(name, "rx-gro-hw", fixed);
}

bool ethtool_strips_vlan(const char *name)
{
	struct ethtool_value flags = { .cmd = ETHTOOL_GFLAGS };

	return !ethtool_ask(name, &flags) && flags.data & ETH_FLAG_RXVLAN;
}

bool ethtool_strips_stag(const char *name)
{
	bool fixed;

	return has_feature(name, "rx-vlan-stag-hw-parse", &fixed);
}
