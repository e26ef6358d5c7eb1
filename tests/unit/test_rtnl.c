// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What an answer of rtnetlink says: no more of it is read than there is. */
#include <stdint.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/kernel/rtnl.h"

#include "tests/unit/unit.h"

static const struct attribute_case {
	const char *name;
	const char *bytes;
	uint16_t n;
	uint64_t number;
	const char *text;
} cases[] = {
	{ "nothing", "", 0, 0, "" },
	{ "one_byte_is_no_number", "1", 1, 0, "1" },
	{ "two_bytes", "\1\1", 2, 0x0101, "\1\1" },
	{ "three_bytes_are_no_number", "ab", 3, 0, "ab" },
	{ "four_bytes", "\1\1\1\1", 4, 0x01010101, "\1\1\1\1" },
	{ "five_bytes_are_no_number", "\1\1\1\1\1", 5, 0, "\1\1\1\1\1" },
	{ "eight_bytes", "\1\1\1\1\1\1\1\1", 8, 0x0101010101010101, "\1\1\1\1\1\1\1" },
	{ "text_without_an_end", "veth", 4, 0x68746576, "veth" },
	{ "text_that_is_longer_than_its_room", "averylongname", 14, 0, "averylo" },
};

static void is_read_as_far_as_it_goes(void **state)
{
	const struct attribute_case *c = *state;
	const struct nlattr head = { .nla_len = sizeof(head) + c->n, .nla_type = 1 };
	char *attr = malloc(sizeof(head) + c->n), text[8];

	memcpy(attr, &head, sizeof(head));
	memcpy(attr + sizeof(head), c->bytes, c->n);
	rtnl_string((struct nlattr *)attr, text, sizeof(text));
	assert_string_equal(text, c->text);
	if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
		assert_int_equal(rtnl_number((struct nlattr *)attr), c->number);
	free(attr);
}

static void a_message_that_ends_in_its_head_has_none(void **state)
{
	struct nlmsghdr msg = { .nlmsg_len = sizeof(msg) + 15 };

	(void)state;
	assert_false(rtnl_has_head(&msg, 16));
	msg.nlmsg_len++;
	assert_true(rtnl_has_head(&msg, 16));
}

int main(void)
{
	struct CMUnitTest tests[array_size(cases) + 1] = {
		cmocka_unit_test(a_message_that_ends_in_its_head_has_none),
	};
	size_t n = 1;

	unit_of_table(cases, is_read_as_far_as_it_goes, tests, n);
	return unit_run("rtnl", tests, n);
}
