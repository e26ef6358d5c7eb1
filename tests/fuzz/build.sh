#!/bin/bash -eu
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Builds all fuzz targets, as OSS-Fuzz calls it: with its CC, CXX, CFLAGS, LIB_FUZZING_ENGINE and OUT, where each gets its dictionary, its
# corpus as a zip, and the libraries it needs. Without them (`make fuzz`): clang and libFuzzer, in build/fuzz/tests/fuzz.
cd "$(dirname "$0")/../.."
: "${CC:=clang}" "${CXX:=clang++}" "${LIB_FUZZING_ENGINE:=-fsanitize=fuzzer}"
: "${CFLAGS:=-g -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined}"
B=build/fuzz flags=()
# shellcheck disable=SC2016 # $ORIGIN is for the loader
[[ ! ${OUT-} ]] || B=build/oss-fuzz flags=(LDFLAGS='-Wl,-rpath,\$$ORIGIN/lib')
make -s -j"$(getconf _NPROCESSORS_ONLN)" B=$B CC="$CC" CXX="$CXX" CFLAGS="$CFLAGS" LIB_FUZZING_ENGINE="$LIB_FUZZING_ENGINE" \
	WITHOUT='ncurses libmicrohttpd' "${flags[@]}" fuzz-targets
[[ ${OUT-} ]] || exit 0
mkdir -p "$OUT/lib"
for target in "$B"/tests/fuzz/*_fuzz; do
	name=${target##*/}
	cp "$target" "$OUT/"
	cp "tests/fuzz/${name%_fuzz}.dict" "$OUT/$name.dict"
	zip -qjr "$OUT/${name}_seed_corpus.zip" "tests/fuzz/${name%_fuzz}"
	ldd "$target" | awk '/=> \// && !/lib(c|m|pthread|dl|rt|resolv)\.so/ { print $3 }' | xargs -rI{} cp -L {} "$OUT/lib/"
done
