// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <string.h>

#include "capture/base/text.h"
#include "capture/kernel/members.h"
#include "capture/kernel/object.h"
#include "capture/kernel/takeover.h"
#include "capture/kernel/traced.h"
#include "capture/kernel/xdp.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_watched.h"

const char *live_watched_name(const char *name)
{
	return *name ? name : "name unknown";
}

bool live_watched_program(const struct live_iface *t, struct live_watched *w)
{
	if (t->entry)
		t = t->entry;
	if (t->takeover) {
		const struct xdp_holder *h = takeover_holder(t->takeover);

		*w = (struct live_watched){ live_watched_name(h->name), h->prog_id, false };
		return true;
	}
	if (!t->traced)
		return false;
	*w = (struct live_watched){ traced_function(t->traced)->name, traced_program(t->traced)->id,
				    true };
	return true;
}

enum status live_watched_nothing(const struct live_iface *t, const struct live_iface_settings *s)
{
	const struct observe_options *o = &s->observe;

	return log_fail(STATUS_INTERFACE,
			"%s: no XDP program is attached, and %s is about what one does", live_iface_name(t),
			o->program		   ? "--program"
			: o->at & 1 << POINT_EXIT ? "--at"
			: o->verdicts		   ? "--verdict"
						   : "--exit-filter");
}

static void list_program(struct text *t, const struct xdp_program *p)
{
	text_str(t, t->len ? ", " : "");
	text_str(t, live_watched_name(p->name));
	text_str(t, " (id ");
	text_u64(t, p->id);
	text_char(t, ')');
}

enum status live_watched_another(const struct live_iface *t, const char *program)
{
	struct member members[MEMBERS_MAX];
	struct xdp_program found[3];
	char words[1024];
	struct text list = text_in(words, sizeof(words) - 1);
	int n = xdp_query(t->netif.ifindex, found);
	int n_members = n > 0 ? members_find(&found[0], members) : 0;

	for (int i = 0; i < n; i++)
		list_program(&list, &found[i]);
	for (int i = 0; i < n_members; i++)
		list_program(&list, &members[i].program);
	words[list.len] = '\0';
	return log_fail(STATUS_INTERFACE, "%s: there is no XDP program '%s', but %s",
			live_iface_name(t), program, n > 0 ? words : "none any more");
}

bool live_watched_is_ours(const char *name)
{
	return !strncmp(name, "xdpdump", strlen("xdpdump"));
}

enum status live_watched_ours(const struct live_iface *t, const char *name, uint32_t id)
{
	return log_fail(STATUS_INTERFACE,
			"%s: another xdpdump captures there: %s (id %u); it is left as it is",
			live_iface_name(t), name, id);
}
