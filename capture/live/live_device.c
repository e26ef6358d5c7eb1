// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A tag is put back unasked, because without it the packet is another one; all else is
 * asked for.
 */
#include <stdio.h>
#include <string.h>

#include "capture/kernel/ethtool.h"
#include "capture/kernel/xdp_features.h"
#include "capture/live/live_device.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_refusal.h"
#include "capture/live/live_vlan.h"
#include "capture/packet/packet.h"

/* What only a program that is bound to the device is told has to be there. */
static enum status has_what_is_named(struct live_iface *t, uint8_t named, uint8_t known)
{
	const char *name = live_iface_name(t);

	if (named & DEVICE_TIME & ~known)
		return log_fail(STATUS_UNSUPPORTED,
				"%s: -j adapter_unsynced: its driver tells no program the time of the adapter "
				"(nor could it before Linux 6.7); xdpdump -J -i %s lists what there is",
				name, t->netif.name);
	if (named & DEVICE_HASH & ~known)
		return log_fail(STATUS_UNSUPPORTED,
				"%s: --rx-hash: its driver tells no program the hash of the adapter (nor could it "
				"before Linux 6.7)", name);
	if (named & DEVICE_HASH && netif_hash_function(t->netif.name, &t->hash_function))
		return log_fail(STATUS_UNSUPPORTED,
				"%s: --rx-hash: its driver does not say what its hash is (ethtool -x), and without "
				"that it says nothing", name);
	return STATUS_OK;
}

/* Of a VLAN that is captured on its device it is about its own tag. */
static bool strips_tags(const struct live_iface *t)
{
	return live_vlan_is_stag(t) ? ethtool_strips_stag(t->netif.name)
				    : ethtool_strips_vlan(t->netif.name);
}

enum status live_device_choose(struct live_iface *t, const struct live_iface_settings *s)
{
	const bool native = t->netif.ethernet && (s->way == LIVE_AUTO || s->way == LIVE_NATIVE);
	const bool asked = t->device & DEVICE_TAG;
	struct xdp_features f = { .device = 0 };
	enum status status;

	t->strips_vlan = s->directions & LIVE_RECEIVED && t->netif.ethernet && strips_tags(t);
	t->device = 0;
	if (!s->device && !(native && (t->strips_vlan || asked)))
		return STATUS_OK;
	if (xdp_features_of(t->netif.ifindex, &f))
		f.device = 0;
	status = has_what_is_named(t, s->device, f.device);
	t->device = s->device | (t->strips_vlan || asked ? f.device & DEVICE_TAG : 0);
	t->iface.other_clock = t->device & DEVICE_TIME;
	return status;
}

enum status live_device_is_taken(const struct live_iface *t)
{
	return log_fail(STATUS_INTERFACE,
			"%s: an XDP program is there, and what the adapter knows is only told to one in its place: "
			"without -j adapter_unsynced and --rx-hash it is watched", live_iface_name(t));
}

enum status live_device_not_native(const struct live_iface *t, int err)
{
	struct live_refusal r;
	char why[LIVE_REFUSAL_MAX];

	live_refusal_look(&r, &t->netif, err);
	live_refusal_explain(&r, why, sizeof(why));
	return log_fail(STATUS_UNSUPPORTED,
			"%s: no native XDP (%s), in which alone an adapter tells what it knows",
			live_iface_name(t), why);
}

static bool is_without_tags(const struct live_iface *t)
{
	return t->strips_vlan && !(t->device & DEVICE_TAG) && t->way != LIVE_TC;
}

/* What a reader of its packets has to know; words separated by spaces. NULL: nothing. */
static char *comment(const struct live_iface *t)
{
	char words[256] = "";
	size_t len = 0;

	if (is_without_tags(t))
		len += snprintf(words + len, sizeof(words) - len, " vlan_offload=on");
	if (t->iface.other_clock)
		len += snprintf(words + len, sizeof(words) - len, " clock=adapter_unsynced");
	if (t->snap < t->iface.snaplen)
		len += snprintf(words + len, sizeof(words) - len, " snap=%u", t->snap);
	len += sample_to_words(&t->sampling, words + len, sizeof(words) - len);
	return len ? strdup(words + 1) : NULL;
}

/* At tc some have a queue, and some not. */
void live_device_describe(struct live_iface *t)
{
	t->iface.one_queue &= t->way != LIVE_TC;
	free(t->iface.comment);
	t->iface.comment = comment(t);
}

void live_device_settle(struct live_iface *t)
{
	live_device_describe(t);
	if (is_without_tags(t) && !t->entry && !t->pattern)
		log_complain(
			"warning: %s takes VLAN tags off before XDP sees them; ethtool -K %s rxvlan off%s keeps them",
			live_iface_name(t), t->netif.name, t->netns ? ", in its namespace," : "");
}

/* A packet without a time of its clock does not get one of ours: it has none. */
void live_device_packet(struct live_iface *t, const uint8_t *told, struct packet *p)
{
	uint64_t words[META_DEVICE_WORDS];

	memcpy(words, told, sizeof(words));
	if (t->device & DEVICE_TIME) {
		p->ts_ns = words[META_TIME];
		p->has &= words[META_TIME] ? ~0u : ~(unsigned)PACKET_TIME;
		t->untimed += !words[META_TIME];
	}
	if (words[META_HASH] >> 32) {
		p->hash = (struct packet_hash){ t->hash_function, 4, { 0 } };
		for (unsigned i = 0; i < 4; i++)
			p->hash.value[i] = words[META_HASH] >> (24 - 8 * i);
		p->has |= PACKET_HASH;
	}
}

void live_device_report(const struct live_iface *t)
{
	if (t->untimed)
		log_complain("warning: %s: %llu of %llu packets have no time, as the adapter has given them none",
			     live_iface_name(t), (unsigned long long)t->untimed,
			     (unsigned long long)t->taken);
}
