/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the device of an interface knows of its packets beside their bytes, where its driver tells
 * it to a program in native mode: its time, its hash, the VLAN tag that it took off. For
 * live_iface*.c; complains itself.
 */
#ifndef XDPDUMP_LIVE_LIVE_DEVICE_H
#define XDPDUMP_LIVE_LIVE_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/log.h"

struct live_iface;
struct live_iface_settings;
struct packet;

/*
 * What it will be asked, t->device: what is wanted by name, or else it is an error, and tags where
 * they would be missing, or have been: one that has come back may not be set as it was yet. Within
 * the namespace of the interface.
 */
enum status live_device_choose(struct live_iface *t, const struct live_iface_settings *s);

/* There is a program of somebody else on it. */
enum status live_device_is_taken(const struct live_iface *t);

/* Its driver has no native mode, as things are. */
enum status live_device_not_native(const struct live_iface *t, int err);

/* What the file says of that, and of how packets are chosen and cut. */
void live_device_describe(struct live_iface *t);

/* It is attached: live_device_describe(), and what is missing. */
void live_device_settle(struct live_iface *t);

/* @told: META_DEVICE_WORDS of a record. */
void live_device_packet(struct live_iface *t, const uint8_t *told, struct packet *p);

/* At the end. */
void live_device_report(const struct live_iface *t);

#endif
