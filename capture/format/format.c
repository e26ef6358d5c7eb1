// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The formats by name. */
#include <stdlib.h>
#include <string.h>

#include "capture/format/format.h"
#include "capture/format/text_settings.h"

static const char *const names[N_FORMATS] = {
	[FORMAT_PCAPNG] = "pcapng", [FORMAT_PCAP] = "pcap", [FORMAT_PCAP_NS] = "pcap-ns",
	[FORMAT_JSON] = "json", [FORMAT_CSV] = "csv", [FORMAT_TEXT] = "text",
};

const char *format_name(enum file_format format)
{
	return names[format];
}

bool format_by_name(enum file_format *format, const char *name)
{
	for (unsigned i = 0; i < N_FORMATS; i++) {
		if (!strcmp(names[i], name)) {
			*format = i;
			return true;
		}
	}
	return false;
}

bool format_is_text(enum file_format format)
{
	return format >= FORMAT_JSON;
}

struct format *format_open(enum file_format format, const struct text_settings *text)
{
	static const struct text_settings plain;

	switch (format) {
	case FORMAT_PCAP:
	case FORMAT_PCAP_NS:
		return format_pcap(format == FORMAT_PCAP_NS);
	case FORMAT_JSON:
		return format_json(text && text->offsets);
	case FORMAT_CSV:
		return format_csv(text && text->offsets);
	case FORMAT_TEXT:
		return format_text(text ? text : &plain);
	default:
		return format_pcapng();
	}
}

void format_copy(struct format *to, const struct format *from)
{
	memcpy(to, from, from->ops->size);
}

struct format *format_close(struct format *f)
{
	free(f);
	return NULL;
}
