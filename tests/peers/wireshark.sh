#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What is installed for Wireshark: its own programs find it, and understand it.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/../golden/lib.sh"

file=tests/pcaps/files/pcapng_verdicts.pcapng
export XDG_CONFIG_HOME=$work/config

if wanted "what_is_installed_is_where_wireshark_looks" make; then
	san=
	[[ ${B##*/} != san ]] || san=1
	{
		# as of a root who is careful with files of his own
		(umask 077 && make -s ${san:+SAN=1} install DESTDIR="$work/root" PREFIX=/usr EXTCAPDIR=/extcap PROFILEDIR=/profiles 2>&1)
		find "$work/root/usr" ! -type l ! -perm -444 -printf 'not for everybody: %P\n'
		[[ $(readlink "$work/root/extcap/xdpdump") == /usr/sbin/xdpdump ]] || echo 'no link to the program'
		diff -r share/wireshark/profiles "$work/root/profiles"
		"$work/root/usr/sbin/xdpdump" --extcap-interfaces | grep -q '{display=XDP: ' || echo 'no interfaces'
	} >"$work/against" 2>&1
	verdict "what_is_installed_is_where_wireshark_looks"
fi

if wanted "the_profile_has_columns_for_queue_and_verdict" tshark; then
	mkdir -p "$work/config/wireshark"
	cp -r share/wireshark/profiles "$work/config/wireshark/"
	{
		tshark -C xdpdump -n -r "$file" 2>&1 >"$work/rows" | grep -v 'Running as user'
		grep -qE ' eth0 3 XDP_TX ' "$work/rows" || { echo 'no interface, queue and verdict:'; head -n 4 "$work/rows"; }
		[[ $(wc -l <"$work/rows") == "$("$dump" -r "$file" --count | sed 's/ .*//')" ]] || echo 'rows are missing'
	} >"$work/against" 2>&1
	verdict "the_profile_has_columns_for_queue_and_verdict"
fi

if wanted "verdicts_have_colours_in_it" tshark; then
	{
		for each in "$file" tests/pcaps/files/pcapng_verdicts_of_all_kinds.pcapng; do
			tshark -C xdpdump --color -n -r "$each" -T fields -e frame.verdict.ebpf_xdp -e frame.verdict.ebpf_tc \
				-e frame.coloring_rule.name 2>"$work/said"
			grep -vE 'Running as user|^$' "$work/said" >&2
		done >"$work/rules"
		for rule in $'1\t\tXDP DROP, tc SHOT' $'2\t\t' $'3\t\tXDP TX' $'\t2\tXDP DROP, tc SHOT'; do
			grep -qxF "$rule" "$work/rules" || echo "no packet with the rule: $rule"
		done
	} >"$work/against" 2>&1
	verdict "verdicts_have_colours_in_it"
fi

if wanted "its_colours_and_buttons_are_filters" tshark; then
	{
		[[ $(wc -l <share/wireshark/profiles/xdpdump/dfilter_buttons) == 3 ]] || echo 'not three buttons'
		while IFS= read -r filter; do
			tshark -n -r "$file" -Y "$filter" 2>&1 >/dev/null | grep -v 'Running as user'
		done < <(cd share/wireshark/profiles/xdpdump && sed -E 's/^"TRUE","[^"]*","([^"]*)".*/\1/' dfilter_buttons &&
			sed -nE 's/^@[^@]*@([^@]*)@.*/\1/p' colorfilters)
	} >"$work/against" 2>&1
	verdict "its_colours_and_buttons_are_filters"
fi
echo "1..$n"
