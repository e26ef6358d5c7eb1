// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "capture/base/text.h"
#include "capture/format/option_words.h"
#include "capture/packet/names.h"
#include "capture/packet/packet.h"

void option_words_verdict(struct text *t, const struct verdict *v)
{
	const char *name = names_verdict(v);

	if (name)
		text_str(t, name);
	else
		text_i64(t, v->action);
}

void option_words_hash(struct text *t, const struct packet_hash *h)
{
	for (unsigned i = 0; i < h->len; i++)
		text_hex(t, h->value[i], 2);
}

void option_words_algorithm(struct text *t, const struct packet_hash *h)
{
	const char *name = names_hash(h->algorithm);

	if (name)
		text_str(t, name);
	else
		text_u64(t, h->algorithm);
}
