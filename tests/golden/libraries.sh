#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# The libraries that the tool can do without: built with those that are there, and without any.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/../golden/lib.sh"

bare=$B/bare/xdpdump
# Each by its name, what pkg-config calls it, and the file that is linked (of ncurses what has its version).
libraries=("ncurses ncursesw lib(tinfo|ncursesw)")
# And those that are loaded when they are asked for: name, the package to build with it and the one to load it, what asks for it.
loaded=("libmicrohttpd libmicrohttpd-dev libmicrohttpd12 --metrics=9100"
	"libcurl libcurl4-openssl-dev libcurl4 --to=clickhouse://localhost/a.b"
	"librdkafka librdkafka-dev librdkafka1 --to=kafka://localhost/a")

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
	for library in "${loaded[@]}"; do
		read -r name to_build _ <<<"$library"
		grep -Eqx "$name [0-9][0-9.]*|built without $name \(Debian: $to_build\)" "$work/said" ||
			echo "$name is neither named nor missed" >>"$work/against"
		! linked "$dump" | grep "^$name" >>"$work/against"
	done
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
		for library in "${loaded[@]}"; do
			read -r name to_build _ option <<<"$library"
			"$bare" --version -v | grep -Fqx "built without $name (Debian: $to_build)" || echo "does not miss $name"
			"$bare" "$option" 2>&1 | grep -q "^xdpdump: ${option%%=*}.*: .* without $name: install $to_build (Debian)" ||
				echo "$option is not refused"
		done
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
		for library in "${loaded[@]}"; do
			read -r name _ to_load option <<<"$library"
			! "$dump" --version -v | grep -q "^built without $name" || continue
			gone --version -v | grep -Fqx "without $name (Debian: $to_load)" || echo "$name is not missed"
			gone -r tests/pcaps/mixed.pcap "$option" |
				grep -Eq "xdpdump: ${option%%=*}.*: .*$name .*$to_load" || echo "$option is not refused"
		done
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
		env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -n B="$work/b" WITHOUT="libmicrohttpd libcurl librdkafka" \
			"$work/b/xdpdump" >"$work/without" 2>&1
		for module in metrics_http engine_clickhouse engine_kafka; do
			grep -q "${module}_none\.c" "$work/without" || echo "$module is taken"
		done
		make -n WITHOUT=nonsense 2>&1 | grep -q "WITHOUT=nonsense: what can be left out is ncurses" || echo "takes nonsense"
	} >"$work/against" 2>&1
	verdict "make_takes_those_that_pkg_config_finds_but_for_WITHOUT"
fi
echo "1..$n"
