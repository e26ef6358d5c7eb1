/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * How packets become bytes: pcapng, pcap, and text for people and for programs. A format builds
 * records in memory, whole ones; where they go, and what is done when there is no room for them, is
 * the writer's business.
 */
#ifndef XDPDUMP_FORMAT_FORMAT_H
#define XDPDUMP_FORMAT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct format;
struct iface;
struct iface_stats;
struct origin;
struct packet;
struct text_settings;

enum { FORMAT_AMEND_MAX = 32 };	/* bytes at the beginning of a file that may change later */

enum file_format {
	FORMAT_PCAPNG,
	FORMAT_PCAP,		/* times in microseconds */
	FORMAT_PCAP_NS,
	FORMAT_JSON,		/* one object a line */
	FORMAT_CSV,
	FORMAT_TEXT,
	N_FORMATS
};

/* The name of a format on the command line. */
const char *format_name(enum file_format format);

/* The format of that name into *format. False: there is none. */
bool format_by_name(enum file_format *format, const char *name);

/* Is it text, which a terminal can show? */
bool format_is_text(enum file_format format);

/* Why a packet cannot be expressed. */
enum format_unfit {
	FORMAT_FITS,
	FORMAT_OTHER_LINKTYPE,	/* than that of the file */
	FORMAT_TOO_LATE,	/* the time */
	FORMAT_TOO_LONG,
};

/*
 * What a format does; the writer calls it, and only the writer. Each builds one record at @buf and
 * returns its length, 0 if it has none, or if it cannot express it, minus an enum format_unfit.
 * More than @room: that much room is needed, and nothing was built. All but packet() may be NULL:
 * there is no such record.
 */
struct format_ops {
	size_t collected;	/* bytes that are worth a write; a power of two */
	size_t packet_min;	/* no packet takes fewer bytes; a power of two */
	size_t size;		/* of its struct; 0: it is not copied */

	/* What a file begins with. */
	ssize_t (*head)(struct format *f, void *buf, size_t room, const struct origin *o);

	/*
	 * An interface, before its first packet; they are numbered from 0 in each file. @limit: of
	 * the packets of all interfaces (0: none).
	 */
	ssize_t (*iface)(struct format *f, void *buf, size_t room, const struct iface *i,
			 uint32_t limit);

	/*
	 * @id: the number of its interface in the file. @snaplen cuts the packet (0: it does not).
	 */
	ssize_t (*packet)(struct format *f, void *buf, size_t room, const struct packet *p,
			  uint32_t id, uint32_t snaplen);

	/*
	 * How many of the @n bytes that packet() has built are the packet's own: the last of them,
	 * and where they begin it can be found again. NULL: nobody looks for one.
	 */
	size_t (*own)(const void *record, size_t n);

	/* As if packet() had built it, as far as those behind it depend on that. */
	void (*skip)(struct format *f, const struct packet *p);

	/* What is known at the end about interface @id. */
	ssize_t (*stats)(struct format *f, void *buf, size_t room, uint32_t id,
			 const struct iface_stats *s);

	/* A pcapng block of @n bytes that may be copied as it is. */
	ssize_t (*block)(struct format *f, void *buf, size_t room, const void *block, size_t n);

	/* What a file ends with. */
	ssize_t (*end)(struct format *f, void *buf, size_t room);

	/* A better beginning for a finished file, if that can be changed: its length, or 0. */
	size_t (*amend)(struct format *f, uint8_t buf[static FORMAT_AMEND_MAX]);
};

/* The beginning of each format's own struct, which is allocated with malloc() and owns nothing. */
struct format {
	const struct format_ops *ops;
};

/*
 * An instance, for one file after the other, or NULL if there is no memory. @text: how text looks;
 * NULL: plain.
 */
struct format *format_open(enum file_format format, const struct text_settings *text);
struct format *format_close(struct format *f);

/* @to, of the same format and look, goes on where @from is; of one whose size is known. */
void format_copy(struct format *to, const struct format *from);

/* The formats themselves, for format_open(). */
struct format *format_pcapng(void);
struct format *format_pcap(bool nanoseconds);
struct format *format_json(bool offsets);
struct format *format_csv(bool offsets);
struct format *format_text(const struct text_settings *o);

#endif
