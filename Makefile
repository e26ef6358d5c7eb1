# SPDX-License-Identifier: GPL-2.0-only OR MIT
# make            build/xdpdump                 make check       tests that need no root, in seconds
# make run        the demo run, as root         make check-peers comparisons with tcpdump, tshark, editcap and others
# make SAN=1 ...  with sanitizers, in build/san make check-live  tests in private network namespaces, as root
# make TSAN=1 ... with that of threads, in build/tsan
# make fuzz       all fuzz targets             scripts/fuzz MINUTES  runs them
# make V=1 ...    shows the commands            make deps        installs what is needed (Debian)
# make WITHOUT="ncurses libcurl"                 without libraries that are taken where they are there
# make install    into $(DESTDIR)$(PREFIX)      make deb         a package, in build/deb
# make oci        an image, in build/oci, with buildah, as root
# make install-caps GROUP=NAME                   the same, as root, and members of that group may capture
# make bench      what it costs beside tcpdump and others, as root, 10 minutes; QUICK=1, ROUNDS=N;
#                 scripts/deps bench first
# make bench-main bench-disk bench-egress bench-kernel bench-drain bench-latency bench-offline   one part of it

CC      ?= cc
CLANG   ?= clang
OBJCOPY ?= objcopy
BPFTOOL ?= $(firstword $(shell command -v bpftool) /usr/sbin/bpftool)
CFLAGS  ?= -O2 -g
PREFIX  ?= /usr/local
# Captures to compare with tshark: there are none in the repository.
CORPUS  ?= $(wildcard ../shared/corpus)
LIBDIR  ?= $(PREFIX)/lib
UNITDIR ?= $(LIBDIR)/systemd/system
# Where Wireshark looks for programs that capture for it, and for profiles: as it was built, else where that of Debian, or of
# others, is, else beside us.
wireshark = $(shell pkg-config --variable=$(1) wireshark 2>/dev/null)
EXTCAPDIR ?= $(firstword $(call wireshark,extcapdir) \
	$(wildcard /usr/lib/$(shell $(CC) -print-multiarch)/wireshark/extcap /usr/libexec/wireshark/extcap /usr/lib64/wireshark/extcap) \
	$(LIBDIR)/wireshark/extcap)
# Debian's zsh looks into vendor-completions for what is in packages.
ZSHDIR  ?= $(PREFIX)/share/zsh/site-functions
PROFILEDIR ?= $(firstword $(addsuffix /profiles,$(call wireshark,pkgdatadir) $(wildcard /usr/share/wireshark)) \
	$(PREFIX)/share/wireshark/profiles)

B      := build$(if $(SAN),/san)$(if $(TSAN),/tsan)
san    := -fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all
cflags := -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -I. -I$(B) -MMD -MP \
	  $(if $(SAN),$(san) -fno-omit-frame-pointer) $(if $(TSAN),-fsanitize=thread -Wno-unknown-warning-option -Wno-tsan)
base_libs := -lbpf -lelf -lz -lzstd -lmnl -lcap -lpcap -ljansson

# Libraries that are taken where they are there, what pkg-config calls them, and what is made of them: the module NAME.c, or
# NAME_none.c without the library. capture/base/library.c knows them, too.
optional := ncurses libmicrohttpd libcurl librdkafka
pc_ncurses := ncursesw
module_ncurses := capture/view/screen
pc_libmicrohttpd := libmicrohttpd
module_libmicrohttpd := capture/report/metrics_http
pc_libcurl := libcurl
module_libcurl := capture/write/engine_clickhouse
pc_librdkafka := rdkafka
module_librdkafka := capture/write/engine_kafka

with    := $(foreach l,$(filter-out $(WITHOUT),$(optional)),$(if $(shell pkg-config --exists $(pc_$l) 2>/dev/null && echo y),$l))
without := $(filter-out $(with),$(optional))
ifneq ($(filter-out $(optional),$(WITHOUT)),)
$(error WITHOUT=$(WITHOUT): what can be left out is $(optional))
endif
pc     := $(if $(with),$(shell pkg-config --cflags $(foreach l,$(with),$(pc_$l))))
# The others are loaded by who asks for them: libmicrohttpd with what it needs would cost each run 4 ms and 3 MB.
linked := $(filter ncurses,$(with))
libs   := $(base_libs) $(if $(linked),$(shell pkg-config --libs $(foreach l,$(linked),$(pc_$l))))
# Those modules with the libraries @1, and all that there are.
modules_of = $(foreach l,$(optional),$(patsubst %,%$(if $(filter $l,$1),,_none).c,$(module_$l)))
modules    := $(call modules_of,$(optional)) $(call modules_of)

ifneq ($(V),1)
Q   := @
say  = @printf '  %-5s %s\n' $(1) $(2);
endif

sources := $(sort $(filter-out $(modules),$(wildcard capture/*.c capture/*/*.c)) $(call modules_of,$(with)))
objs    := $(sources:%.c=$(B)/%.o)
units   := $(patsubst %.c,$(B)/%,$(wildcard tests/unit/test_*.c))
fuzzers := $(patsubst %.c,$(B)/%,$(wildcard tests/fuzz/*_fuzz.c))
subjects := $(patsubst %.c,$(B)/%.o,$(wildcard tests/xdp/*.bpf.c))
skels   := $(patsubst %,$(B)/%.skel.h,xdpdump device front tc process trace find_memory)
tools   := $(patsubst %.c,$(B)/%,$(wildcard replay/*.c)) $(B)/tests/live/books $(B)/tests/live/allowed
tools   += $(if $(filter librdkafka,$(with)),$(B)/tests/live/kafka_mock)

.PHONY: install-caps all tests check check-peers check-live check-corpus check-kernels fuzz fuzz-targets soak bench run deps install deb oci clean lint
.DELETE_ON_ERROR:
.SECONDARY:

all: $(B)/xdpdump

$(B)/xdpdump: $(filter %/main.o,$(objs)) $(B)/libcapture.a
	$(call say,LD,'$@$(if $(with), with $(with))$(if $(without), without $(without))')$(CC) $(CFLAGS) $(cflags) $^ $(LDFLAGS) $(libs) -o $@
# All of capture/ but the main function: what tests, fuzzers and the bench link with.
$(B)/libcapture.a: $(filter-out %/main.o,$(objs)) $(B)/libraries.h
	$(call say,AR,$@)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)
# Without any of the libraries, for the tests: what knows of them is built again.
bare := $(patsubst %.c,$(B)/bare/%.o,capture/base/library.c $(call modules_of))
$(B)/bare/xdpdump: $(filter-out $(B)/capture/base/library.o $(modules:%.c=$(B)/%.o),$(objs)) $(bare)
	$(call say,LD,$@)$(CC) $(CFLAGS) $(cflags) $^ $(LDFLAGS) $(base_libs) -o $@
$(B)/bare/%.o: %.c $(B)/bare/libraries.h
	$(call say,CC,$<)mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(CFLAGS) -I$(B)/bare $(cflags) -c $< -o $@
# Its main function as another one, for tests that run the whole tool without an exec.
$(B)/tests/unit/tool.o: $(filter %/main.o,$(objs))
	$(Q)mkdir -p $(@D) && $(OBJCOPY) --redefine-sym main=xdpdump_main $< $@
$(patsubst %.c,$(B)/%,$(shell grep -l tests/unit/tool.h tests/unit/test_*.c)): $(B)/tests/unit/tool.o
$(B)/capture/base/library.o $(modules:%.c=$(B)/%.o): private cflags += $(pc)
$(B)/%.o: %.c
	$(call say,CC,$<)mkdir -p $(@D) && $(CC) $(CPPFLAGS) $(CFLAGS) $(cflags) -c $< -o $@
build_bpf = $(call say,BPF,$<)mkdir -p $(@D) && $(CLANG) -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -I. \
	-I/usr/include/$(shell $(CC) -print-multiarch) -MMD -MP -c $< -o $@
$(B)/%.bpf.o: bpf/%.bpf.c
	$(build_bpf)
# Programs that --run is tested with.
$(B)/tests/xdp/%.bpf.o: tests/xdp/%.bpf.c
	$(build_bpf)
$(B)/%.skel.h: $(B)/%.bpf.o
	$(call say,SKEL,$@)$(BPFTOOL) gen skeleton $< name $* > $@
# The version: that of the last tag and what has come since, or of the release this was taken from.
version := $(or $(patsubst v%,%,$(shell git describe --tags --match 'v[0-9]*' --dirty 2>/dev/null)),0.2.0)
$(B)/release.h: always
	$(Q)mkdir -p $(@D) && echo '#define XDPDUMP_VERSION "$(version)"' | \
		{ cmp -s - $@ || echo '#define XDPDUMP_VERSION "$(version)"' >$@; }
# And which of the libraries there are.
hash := \#
have = $(foreach l,$(optional),'$(hash)define HAVE_$(shell echo $l | tr a-z A-Z) $(if $(filter $l,$1),1,0)')
$(B)/libraries.h: always
	$(Q)mkdir -p $(@D) && printf '%s\n' $(call have,$(with)) >$@.new && { cmp -s $@.new $@ || cp $@.new $@; }
$(B)/bare/libraries.h: Makefile
	$(Q)mkdir -p $(@D) && printf '%s\n' $(call have) >$@
.PHONY: always
$(objs) $(tools:=.o) $(bare): | $(skels) $(B)/release.h $(B)/libraries.h
$(B)/replay/xdpflood.o: $(B)/xdpflood.skel.h
$(B)/replay/bench_kernel.o: $(B)/bench.skel.h
# Tables of cases, which take longer to compile than to run.
$(units:=.o): private cflags += -Og
$(B)/tests/unit/%: $(B)/tests/unit/%.o $(B)/libcapture.a
	$(call say,LD,$@)$(CC) $(CFLAGS) $(cflags) $(filter %.o,$^) $(filter %.a,$^) $(LDFLAGS) $(libs) -lcmocka -o $@
# As plain tests that replay their corpora; tests/fuzz/build.sh has what fuzzes them instead.
$(B)/tests/fuzz/%_fuzz: $(B)/tests/fuzz/%_fuzz.o $(if $(LIB_FUZZING_ENGINE),,$(B)/tests/fuzz/replay.o) $(B)/libcapture.a
	$(call say,LD,$@)$(if $(LIB_FUZZING_ENGINE),$(CXX),$(CC)) $(CFLAGS) $(cflags) $^ $(LDFLAGS) $(LIB_FUZZING_ENGINE) $(libs) -o $@
$(B)/replay/bench_%: $(B)/replay/bench_%.o $(B)/libcapture.a
	$(call say,LD,$@)$(CC) $(CFLAGS) $(cflags) $^ $(LDFLAGS) $(libs) -o $@
$(B)/replay/%: $(B)/replay/%.o
	$(call say,LD,$@)$(CC) $(CFLAGS) $(cflags) $^ $(LDFLAGS) $(libs) -o $@
$(B)/tests/live/kafka_mock: private libs := $(shell pkg-config --libs rdkafka 2>/dev/null)
$(B)/tests/live/books: private libs :=
$(B)/tests/live/allowed: $(B)/libcapture.a
$(B)/tests/live/%: $(B)/tests/live/%.o
	$(call say,LD,$@)$(CC) $(CFLAGS) $(cflags) $^ $(LDFLAGS) $(libs) -o $@

tests: $(B)/xdpdump $(B)/bare/xdpdump $(units) $(fuzzers) $(tools) $(subjects)
check: tests
	$(Q)B=$(B) tests/run check
check-peers: tests
	$(Q)B=$(B) tests/run peers
check-live: tests
	$(Q)B=$(B) tests/run live
# Not among the tests, for it takes an hour: make soak PACKETS=10000000 RATE=100000
soak: tests
	$(Q)B=$(B) tests/live/soak $(PACKETS) $(RATE)
check-corpus: $(B)/xdpdump
	$(if $(CORPUS),,$(error CORPUS=DIR: a folder with captures))
	$(Q)scripts/check-corpus $(B)/xdpdump $(CORPUS) tests/corpus-allow
# libFuzzer on tests/fuzz/NAME_fuzz.c until stopped: make fuzz-NAME FUZZ=-max_total_time=600; all of them: scripts/fuzz MINUTES
fuzz:
	$(Q)tests/fuzz/build.sh
fuzz-%: fuzz
	$(Q)mkdir -p build/fuzz/corpus/$*
	build/fuzz/tests/fuzz/$*_fuzz -dict=tests/fuzz/$*.dict -max_len=4096 -malloc_limit_mb=64 -rss_limit_mb=512 $(FUZZ) \
		build/fuzz/corpus/$* tests/fuzz/$*
fuzz-targets: $(fuzzers)
check-kernels: tests
	scripts/check-kernels
bench: bench-all
bench-%: tests $(B)/bench_null.bpf.o
	$(Q)B=$(B) replay/bench $* $(if $(QUICK),--quick) $(if $(ROUNDS),--rounds $(ROUNDS))
run:
	scripts/run
deps:
	scripts/deps
lint: $(B)/xdpdump
	$(Q)scripts/lint

install: $(B)/xdpdump $(B)/replay/xdpflood
	install -D -m 755 $(B)/xdpdump $(DESTDIR)$(PREFIX)/sbin/xdpdump
	install -D -m 755 $(B)/replay/xdpflood $(DESTDIR)$(PREFIX)/sbin/xdpflood
	install -D -m 644 man/xdpdump.8 $(DESTDIR)$(PREFIX)/share/man/man8/xdpdump.8
	install -D -m 644 man/xdpdump-recipes.7 $(DESTDIR)$(PREFIX)/share/man/man7/xdpdump-recipes.7
	install -D -m 755 share/install-caps $(DESTDIR)$(PREFIX)/share/xdpdump/install-caps
	install -D -m 644 share/grafana/xdpdump.json $(DESTDIR)$(PREFIX)/share/xdpdump/grafana.json
	install -D -m 644 share/clickhouse/xdpdump.sql $(DESTDIR)$(PREFIX)/share/xdpdump/clickhouse.sql
	install -D -m 644 share/kafka/packets.schema.json $(DESTDIR)$(PREFIX)/share/xdpdump/kafka.schema.json
	install -d $(DESTDIR)$(PREFIX)/share/xdpdump/kubernetes
	install -m 644 share/kubernetes/* $(DESTDIR)$(PREFIX)/share/xdpdump/kubernetes
	sed 's,@sbindir@,$(PREFIX)/sbin,' share/systemd/xdpdump@.service.in | \
		install -D -m 644 /dev/stdin $(DESTDIR)$(UNITDIR)/xdpdump@.service
	install -D -m 644 man/xdpflood.8 $(DESTDIR)$(PREFIX)/share/man/man8/xdpflood.8
	$(B)/xdpdump --completions bash | \
		install -D -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/share/bash-completion/completions/xdpdump
	$(B)/xdpdump --completions zsh | install -D -m 644 /dev/stdin $(DESTDIR)$(ZSHDIR)/_xdpdump
	$(B)/xdpdump --completions fish | \
		install -D -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/xdpdump.fish
	install -d $(DESTDIR)$(EXTCAPDIR)
	ln -sf $(PREFIX)/sbin/xdpdump $(DESTDIR)$(EXTCAPDIR)/xdpdump
	install -d $(DESTDIR)$(PROFILEDIR)/xdpdump
	install -m 644 share/wireshark/profiles/xdpdump/* $(DESTDIR)$(PROFILEDIR)/xdpdump
install-caps: $(if $(GROUP),install)
	$(if $(GROUP),,$(error GROUP= is missing: whose members are to capture?))share/install-caps \
		$(DESTDIR)$(PREFIX)/sbin/xdpdump $(GROUP)
# The package of what is committed; scripts/check-deb installs it in a Debian of its own.
deb:
	$(Q)rm -rf build/deb && mkdir -p build/deb/xdpdump && git archive HEAD | tar -x -C build/deb/xdpdump
	$(Q)cd build/deb/xdpdump && dpkg-buildpackage -b -us -uc
	$(Q)ls build/deb/*.deb
# The image of Containerfile; scripts/check-oci runs it.
oci:
	$(Q)scripts/oci
clean:
	rm -rf build

-include $(objs:.o=.d) $(bare:.o=.d) $(units:=.d) $(fuzzers:=.d) $(tools:=.d) \
	$(patsubst bpf/%.c,$(B)/%.d,$(wildcard bpf/*.bpf.c)) $(subjects:.o=.d)
