/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A question to rtnetlink, in the network namespace of the calling thread, or by a socket that was
 * opened in another one, or before there was a sandbox.
 */
#ifndef XDPDUMP_KERNEL_RTNL_H
#define XDPDUMP_KERNEL_RTNL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libmnl/libmnl.h>

enum { RTNL_ANSWER_MAX = 32 * 1024 };

/*
 * Sends @msg, which is in @buf of RTNL_ANSWER_MAX bytes, and hands each answer to @each, which may
 * be NULL. -errno, the kernel's included.
 */
int rtnl_ask(struct nlmsghdr *msg, char *buf, mnl_cb_t each, void *ctx);

/* The same to another part of the kernel: NETLINK_GENERIC. */
int rtnl_ask_of(int bus, struct nlmsghdr *msg, char *buf, mnl_cb_t each, void *ctx);

/* A socket that stays open, for one question at a time. 0 or -errno. */
struct rtnl;
int rtnl_open(struct rtnl **rtnl, int bus);
int rtnl_ask_by(struct rtnl *r, struct nlmsghdr *msg, char *buf, mnl_cb_t each, void *ctx);
struct rtnl *rtnl_close(struct rtnl *r);

/*
 * What an answer says, never more of it than there is: has it a head of @n bytes; the number in an
 * attribute, of 2, 4 or 8 bytes, else 0; its text, cut to fit, with a NUL.
 */
bool rtnl_has_head(const struct nlmsghdr *msg, size_t n);
uint64_t rtnl_number(const struct nlattr *attr);
void rtnl_string(const struct nlattr *attr, char *out, size_t cap);

#endif
