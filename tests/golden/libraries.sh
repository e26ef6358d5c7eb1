#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# The libraries that the tool can do without: built with those that are there, and without any.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/../golden/lib.sh"

bare=$B/bare/xdpdump
# Each by its name, what pkg-config calls it, and the file that is linked (of ncurses what has its version).
libraries=("ncurses ncursesw lib(tinfo|ncursesw)")
# And the one that is loaded when it is asked for.
loaded=libmicrohttpd

linked()
{
	readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(lib[^.]*\).*/\1/p'
}

if wanted "those_that_are_linked_are_named_with_their_versions" readelf; then
	"$dump" --version -v >"$work/said" 2>"$work/against"
	for library in "${libraries[@]}"; do
		read -r name _ file <<<"$library"
		if linked "$dump" | grep -Eqx "$file"; then
			grep -Eqx "$name [0-9][0-9.]*" "$work/said" || echo "$name is linked, and not named"
		else
			grep -Eqx "built without $name \(Debian: .*-dev\)" "$work/said" || echo "$name is not linked, and not missed"
		fi
	done >>"$work/against"
	grep -Eqx "$loaded [0-9][0-9.]*|built without $loaded \(Debian: $loaded-dev\)" "$work/said" ||
		echo "$loaded is neither named nor missed" >>"$work/against"
	! linked "$dump" | grep "^$loaded" >>"$work/against"
	[[ $("$dump" --version | wc -l) == 2 ]] || echo "--version is two lines" >>"$work/against"
	verdict "those_that_are_linked_are_named_with_their_versions"
fi

if wanted "without_any_it_works_and_says_what_is_missing" readelf; then
	{
		for library in "${libraries[@]}"; do
			read -r name _ file <<<"$library"
			! linked "$bare" | grep -Ex "$file"
			"$bare" --version -v | grep -Eqx "built without $name \(Debian: lib$name-dev\)|built without $name \(Debian: $name-dev\)" ||
				echo "does not miss $name"
		done
		"$bare" --version -v | grep -Fqx "built without $loaded (Debian: $loaded-dev)" || echo "does not miss $loaded"
		"$bare" --metrics 9100 2>&1 | grep -q '^xdpdump: --metrics: .* without libmicrohttpd: install libmicrohttpd-dev (Debian)' ||
			echo "--metrics is not refused"
		cmp <("$bare" -r tests/pcaps/mixed.pcap -v) <("$dump" -r tests/pcaps/mixed.pcap -v)
	} >"$work/against" 2>&1
	verdict "without_any_it_works_and_says_what_is_missing"
fi

# Built with it, on a machine without it: a program whose dlopen(3) finds nothing. The sanitizer wants to be the first.
[[ $(nm -D "$dump" 2>/dev/null) != *__asan* ]] || san=1
if wanted "one_that_is_gone_is_missed_by_who_asks_for_it" cc; then
	{
		echo 'void *dlopen(const char *f, int flags) { (void)f, (void)flags; return 0; }' >"$work/gone.c"
		cc -shared -fPIC -o "$work/gone.so" "$work/gone.c"
		gone()
		{
			LD_PRELOAD="${san:+$(cc -print-file-name=libasan.so) }$work/gone.so" "$dump" "$@" 2>&1
		}
		if ! "$dump" --version -v | grep -q "^built without $loaded"; then
			gone --version -v | grep -Fqx "without $loaded (Debian: ${loaded}12)" || echo "it is not missed"
			gone -i lo --metrics 9100 | grep -Fq "xdpdump: --metrics: there is no $loaded here: install ${loaded}12 (Debian)" ||
				echo "--metrics is not refused"
		fi
		cmp <(gone -r tests/pcaps/mixed.pcap) <("$dump" -r tests/pcaps/mixed.pcap)
	} >"$work/against" 2>&1
	verdict "one_that_is_gone_is_missed_by_who_asks_for_it"
fi

# What make would do, in a directory where nothing is built yet.
flags()
{
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -n B="$work/b" "$@" "$work/b/xdpdump" 2>&1 | grep -- "-o $work/b/xdpdump\$"
}

if wanted "make_takes_those_that_pkg_config_finds_but_for_WITHOUT" make pkg-config; then
	{
		flags >"$work/all"
		for library in "${libraries[@]}"; do
			read -r name pc _ <<<"$library"
			pkg-config --exists "$pc" || continue
			grep -qe "-l${pc#lib}" "$work/all" || echo "$name is there, and not taken"
			flags WITHOUT="$name" | grep -e "-l${pc#lib}"
		done
		env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -n B="$work/b" WITHOUT=$loaded "$work/b/xdpdump" 2>&1 |
			grep -q 'metrics_http_none\.c' || echo "$loaded is taken"
		make -n WITHOUT=nonsense 2>&1 | grep -q "WITHOUT=nonsense: what can be left out is ncurses" || echo "takes nonsense"
	} >"$work/against" 2>&1
	verdict "make_takes_those_that_pkg_config_finds_but_for_WITHOUT"
fi
echo "1..$n"
