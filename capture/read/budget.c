// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What the files of a run have of the memory that there is for them together. */
#include "capture/read/budget.h"

static bool take(size_t *left, size_t n)
{
	if (n > *left)
		return false;
	*left -= n;
	return true;
}

bool budget_take(struct budget_share *s, size_t n)
{
	if (!take(&s->budget->bytes, n)) {
		s->poor = BUDGET_NO_BYTES;
		return false;
	}
	s->taken += n;
	return true;
}

void budget_give(struct budget_share *s, size_t n)
{
	s->taken -= n;
	s->budget->bytes += n;
}

bool budget_keep(struct budget_share *s, size_t n)
{
	if (!take(&s->budget->kept, n))
		return false;
	s->kept += n;
	return true;
}

void budget_drop(struct budget_share *s, size_t n)
{
	s->kept -= n;
	s->budget->kept += n;
}

bool budget_take_iface(struct budget_share *s, size_t n)
{
	if (!s->budget->ifaces) {
		s->poor = BUDGET_NO_IFACES;
		return false;
	}
	if (!budget_take(s, n))
		return false;
	s->budget->ifaces--;
	s->ifaces++;
	return true;
}

void budget_return(struct budget_share *s)
{
	budget_give(s, s->taken);
	budget_drop(s, s->kept);
	s->budget->ifaces += s->ifaces;
	s->ifaces = 0;
}
