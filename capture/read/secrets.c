// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Blocks of type 10: draft-ietf-opsawg-pcapng, 4.7, which has the numbers of the kinds. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/read/blocks.h"
#include "capture/read/secrets.h"

enum {
	HEAD		= 16,		/* type, length, kind, length of the secrets */
	FILE_MAX	= 8 << 20,	/* libpcap and tshark take no block of more than 16 MiB */
};

static const struct kind {
	const char *name;
	uint32_t kind;
	/* with one of these, with bars between them, a line begins; NULL: that is not known */
	const char *label;
} kinds[] = {
	{ "tls", 0x544c534b,
	  "CLIENT_|SERVER_|EXPORTER_|EARLY_EXPORTER_|RSA |PMS_CLIENT_RANDOM|QUIC_" },
	{ "ssh", 0x5353484b, NULL },
	{ "wg", 0x57474b4c,
	  "LOCAL_STATIC_PRIVATE_KEY|REMOTE_STATIC_PUBLIC_KEY|LOCAL_EPHEMERAL_PRIVATE_KEY|PRESHARED_KEY" },
	{ "opcua", 0x55414b4c, NULL },
};

static const struct kind *find_kind(const char *spec, size_t len)
{
	for (size_t i = 0; i < array_size(kinds); i++)
		if (strlen(kinds[i].name) == len && !memcmp(kinds[i].name, spec, len))
			return &kinds[i];
	return NULL;
}

/* Does one of the labels stand at @line? */
static bool begins(const char *line, const char *labels)
{
	while (*labels) {
		size_t len = strcspn(labels, "|");

		if (!strncmp(line, labels, len))
			return true;
		labels += len + (labels[len] == '|');
	}
	return false;
}

static bool looks_like(const char *text, const char *labels)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += strspn(line, "\r\n \t");
		if (begins(line, labels))
			return true;
	}
	return false;
}

/* The file behind room for the head, with a NUL behind it. NULL: errno tells. */
static uint8_t *read_file(const char *path, size_t *n)
{
	FILE *f = fopen(path, "re");
	uint8_t *buf = f ? malloc(HEAD + FILE_MAX + 8) : NULL;

	if (buf) {
		*n = fread(buf + HEAD, 1, FILE_MAX + 1, f);
		errno = ferror(f) ? errno : *n > FILE_MAX ? EFBIG : 0;
	}
	if (f)
		fclose(f);
	if (!buf || !errno)
		return buf;
	free(buf);
	return NULL;
}

const char *secrets_path(const char *spec)
{
	size_t len = strcspn(spec, ":,");

	return spec + len + !!spec[len];
}

bool secrets_read(struct blocks *to, const char *spec, char *error, size_t cap)
{
	size_t n = 0, len = strcspn(spec, ":,"), padded;
	const struct kind *k = find_kind(spec, len);
	const char *path = secrets_path(spec);
	cleanup(freep) uint8_t *buf = NULL;

	*error = '\0';
	if (!k || !spec[len] || !*path) {
		snprintf(error, cap,
			 "secrets '%s' are none of tls:FILE, ssh:FILE, wg:FILE and opcua:FILE",
			 spec);
		return false;
	}
	buf = read_file(path, &n);
	if (!buf) {
		snprintf(error, cap, "%s: cannot read the secrets: %s", path,
			 errno == EFBIG ? "more than 8 MiB" : strerror(errno));
		return false;
	}
	memset(buf + HEAD + n, 0, 8);
	if (k->label && !looks_like((char *)buf + HEAD, k->label))
		snprintf(error, cap, "%s does not look like a log of keys for %s", path, k->name);
	padded = (n + 3) & ~(size_t)3;
	memcpy(buf, (uint32_t[]){ PCAPNG_DSB, HEAD + padded + 4, k->kind, n }, HEAD);
	memcpy(buf + HEAD + padded, &(uint32_t){ HEAD + padded + 4 }, 4);
	if (!blocks_append(to, buf, HEAD + padded + 4))
		return true;
	snprintf(error, cap, "out of memory");
	return false;
}

size_t secrets_look(const struct blocks *b, size_t at, bool *is_secret)
{
	uint32_t head[2];

	memcpy(head, b->bytes + at, sizeof(head));
	*is_secret = head[0] == PCAPNG_DSB;
	return head[1];
}
