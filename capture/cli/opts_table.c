// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/cli/opts_table.h"

static const struct option_row table[] = {
	{ 'i', "interface", "IF", "capture on this interface; may be given more than once" },
	{ OPT_NETNS, "netns", "NS",
	  "the -i behind it are in this network namespace: a name, a process, a path; repeatable" },
	{ OPT_PID, "pid", "PID", "the same, that of a process" },
	{ OPT_CONTAINER, "container", "NAME", "the same, that of a container: its name or id" },
	{ 'w', "write", "FILE", "write pcapng to FILE (- for stdout)" },
	{ OPT_TO, "to", "TARGET",
	  "send packets to whoever connects to tcp-listen:[ADDRESS:]PORT, or to tcp:HOST:PORT; records of them to "
	  "clickhouse://HOST/DB.TABLE or kafka://HOST/TOPIC" },
	{ OPT_TO_CONFIG, "to-config", "FILE",
	  "of --to: lines of KEY=VALUE: user, password; any property of librdkafka" },
	{ OPT_SPOOL, "spool", "DIR",
	  "of --to: records that cannot be delivered wait there, and for the next run" },
	{ OPT_SPOOL_LIMIT, "spool-limit", "SIZE", "they take so much of the disk at most (1g)" },
	{ OPT_FORMAT, "format", "FORMAT",
	  "of FILE: pcapng, pcap, pcap-ns, json, csv, text (pcapng)" },
	{ OPT_COMPRESS, "compress", "CODEC",
	  "compress FILE: zstd[:LEVEL], gzip[:LEVEL], none (none)" },
	{ OPT_THREADS, "threads", "N",
	  "that compress FILE, or read large files and make text (CPUs less one, 4 at most)" },
	{ 'r', "read", "FILE",
	  "read pcap or pcapng from FILE (- for stdin), or all of a directory; more than one: merged by time" },
	{ 'V', "read-list", "FILE",
	  "read the files whose names are the lines of FILE (- for stdin)" },
	{ 'c', "packet-count", "N", "stop after exactly N packets" },
	{ OPT_COUNT, "count", NULL, "with -r: print how many packets there are, and none of them" },
	{ 'C', "file-size", "SIZE",
	  "a new file before FILE gets larger: 10^6 bytes, or with k, m, g, t behind" },
	{ 'G', "file-time", "SEC",
	  "a new file after SEC seconds; strftime(3) conversions in its name" },
	{ 'W', "file-count", "N", "with -C keep N files; with -G alone stop after N" },
	{ 'b', "ring-buffer", "KEY:VALUE",
	  "as dumpcap: duration:, interval:, filesize:, files:, packets:, printname:, nametimenum:" },
	{ 'a', "autostop", "KEY:VALUE",
	  "as dumpcap: stop after duration:, filesize:, files:, packets:" },
	{ 'z', "postrotate-command", "CMD", "run CMD with the name of each finished file" },
	{ 'Z', "relinquish-privileges", "USER",
	  "create files, run CMD and go on as USER once the capture has begun" },
	{ OPT_PART, "part", NULL, "files are called FILE.part until they are complete" },
	{ OPT_MAX_DISK, "max-disk", "SIZE",
	  "all files of this run together; the oldest are deleted" },
	{ OPT_MIN_FREE, "min-free", "SIZE",
	  "leave so much free on the disk; the oldest files are deleted" },
	{ OPT_SYNC, "sync", "WHEN",
	  "bring files to the disk: close, SEC (every SEC seconds), never (close)" },
	{ OPT_WRITE_BUFFER, "write-buffer", "SIZE",
	  "what waits in memory for a slow disk, at most (128m); none" },
	{ OPT_IO, "io", "HOW",
	  "of files: direct, past the page cache; buffered; or what pays (auto)" },
	{ OPT_RECORDER, "recorder", "REACH",
	  "keep packets in memory, so far back (60s, 256m, or both), and write FILE when there is a trigger" },
	{ OPT_TRIGGER, "trigger", "WHAT",
	  "of --recorder: an expression, rate:>N/s, rate:<N/s, drops:N/s, verdict:LIST, down, signal; repeatable" },
	{ OPT_BEFORE, "before", "REACH",
	  "what is written from before a trigger: 10s, 100p(ackets), 4m (all)" },
	{ OPT_AFTER, "after", "REACH", "and from behind it (nothing)" },
	{ OPT_MAX_TRIGGERS, "max-triggers", "N", "of --recorder: stop after so many" },
	{ OPT_COOLDOWN, "cooldown", "SPAN",
	  "of --recorder: the next trigger within this time is ignored" },
	{ 's', "snapshot-length", "LEN",
	  "capture LEN bytes of each packet (256; 0 for whole frames); 'headers': no payload" },
	{ OPT_SAMPLE, "sample", "1/N", "capture one packet of N, at random; the file says so" },
	{ OPT_RATE_LIMIT, "rate-limit", "N/s",
	  "capture N packets a second at most; the file says so" },
	{ OPT_FLOW_SAMPLE, "flow-sample", "1/N",
	  "capture all packets of one flow of N, and none of the others" },
	{ OPT_FLOW_LIMIT, "flow-limit", "N",
	  "capture the first N packets, or bytes (4k), of each flow and direction" },
	{ 'B', "buffer-size", "KIB",
	  "size of the rings of all CPUs in KiB (16384 for each, up to 65536)" },
	{ 'F', "filter-file", "FILE", "take the filter expression from FILE" },
	{ 'd', "dump-filter", NULL,
	  "print the compiled filter and stop; -dd as C, -ddd as numbers, -d -v as eBPF too" },
	{ 'y', "linktype", "TYPE",
	  "link type, that of the interface: EN10MB or RAW; with -d any that libpcap knows" },
	{ 'O', "no-optimize", NULL, "do not let libpcap optimise the filter" },
	{ OPT_SKIP, "skip", "N", "with -r: leave out the first N packets" },
	{ OPT_START, "start", "TIME",
	  "with -r: packets from TIME on: 2026-11-23 20:20:57.5, 20:20:57, +1.5, 1795465257" },
	{ OPT_END, "end", "TIME", "with -r: packets before TIME" },
	{ OPT_DEDUP, "dedup", "[=WINDOW]",
	  "with -r: leave out copies among the last 5, or N, packets, or within a time (10ms)" },
	{ OPT_DEDUP_IGNORE, "dedup-ignore", "FIELDS",
	  "with --dedup or --lost: what does not matter: ttl, tos, mac, vlan, checksum" },
	{ OPT_RECOVER, "recover", NULL, "with -r: all that can be saved from a damaged file" },
	{ OPT_CONCATENATED, "concatenated", NULL,
	  "with -r: captures that stand one behind the other in a file" },
	{ OPT_FOLLOW, "follow", NULL,
	  "with -r: go on as the file grows, and with those that take its place; FILE may be a 'PATTERN*'" },
	{ OPT_INDEX, "index", NULL,
	  "put each file of -w into the index of its directory; alone, with -r DIR: bring it up to date" },
	{ OPT_DISCARD_SECRETS, "discard-secrets", NULL,
	  "with -r: leave decryption secrets out of what is written" },
	{ OPT_INJECT_SECRETS, "inject-secrets", "TYPE:FILE",
	  "with -r: put secrets into it: tls:keys.log, ssh:, wg:, opcua:" },
	{ OPT_INFO, "info", NULL, "with -r: what is in the file" },
	{ OPT_HTML, "html", "FILE",
	  "with --info: the report as a page with charts, all in one file (- for stdout)" },
	{ OPT_DIFF, "diff", NULL,
	  "with -r: what a program changed in its packets: both images, byte by byte" },
	{ OPT_COMPARE, "compare", "A B",
	  "are the packets of A and B, files or directories, the same?" },
	{ OPT_LOST, "lost", NULL,
	  "with --compare: as sets: what is in A and not in B, and the delay of the others; -w writes it" },
	{ OPT_WINDOW, "window", "SPAN",
	  "with --lost: how far apart in time a packet may be in A and B (1s)" },
	{ OPT_TOLERANCE, "tolerance", "SPAN",
	  "with --compare: their times may differ by SPAN (0, 10us); else they do not matter" },
	{ OPT_RUN, "run", "OBJECT",
	  "with -r: the packets through an XDP program: prog.o[:section|function], id:42" },
	{ OPT_MAP, "map", "ENTRY",
	  "with --run: into a map: NAME=KEY:VALUE in hex, or NAME=@PATH of a pinned one" },
	{ OPT_EXPECT, "expect", "FILE",
	  "with --run: what should come out; 1 and the first difference if it does not" },
	{ OPT_REPEAT, "repeat", "N", "with --run: how long a packet takes, by N more runs of it" },
	{ OPT_INGRESS, "ingress-ifindex", "IF",
	  "with --run: the interface that packets seem to come from (lo)" },
	{ OPT_QUEUE, "queue", "N", "with --run: its receive queue (0)" },
	{ 'T', "print-format", "FORMAT", "of what is printed: text, json, csv (text)" },
	{ 'v', "verbose", NULL, "more fields; -vv even more" },
	{ 'q', "quiet", NULL, "fewer fields; -qq no packets" },
	{ 'e', "link-layer", NULL, "print link-layer addresses" },
	{ 'x', "hex", NULL, "print the bytes in hex; -xx with the link-layer header" },
	{ 'X', "hex-ascii", NULL,
	  "print the bytes in hex and ASCII; -XX with the link-layer header" },
	{ 'A', "ascii", NULL, "print the bytes as ASCII; -AA with the link-layer header" },
	{ 'S', "absolute-tcp-sequence-numbers", NULL, "print the sequence numbers of TCP" },
	{ OPT_LENGTHS, "lengths", NULL, "print how many bytes were captured" },
	{ OPT_OFFSETS, "offsets", NULL,
	  "with -r, in JSON and CSV: the file of each packet, and where it begins there, for --at" },
	{ OPT_COLOR, "color", "WHEN",
	  "colours of what is printed: auto (on a terminal), always, never (auto)" },
	{ 't', "time", NULL, "-t no time, -tt seconds since 1970, -ttt since the previous packet, "
			     "-tttt with date, -ttttt since the first packet" },
	{ OPT_MICRO, "micro", NULL, "times with six digits behind the point" },
	{ OPT_NANO, "nano", NULL,
	  "with nine, which is the default; with --format pcap in the file, too" },
	{ OPT_PRECISION, "time-stamp-precision", "PRECISION", "micro or nano: the same" },
	{ 'n', "no-names", NULL, "accepted: names are never resolved" },
	{ 'l', "line-buffered", NULL, "write each line of text at once" },
	{ 'U', "packet-buffered", NULL, "write each packet to the file at once" },
	{ OPT_IMMEDIATE, "immediate-mode", NULL, "-l and -U" },
	{ 'D', "list-interfaces", NULL,
	  "list the interfaces, what is attached to them, and how they would be captured; -T json" },
	{ OPT_ALL_NETNS, "all-netns", NULL, "with -D: those of all network namespaces" },
	{ OPT_RESTORE, "restore", NULL,
	  "put the XDP program back that a killed xdpdump was in front of on -i IF" },
	{ 'L', "list-data-link-types", NULL, "list the link types of the interface" },
	{ 'J', "list-time-stamp-types", NULL, "list the kinds of time stamps of the interface" },
	{ 'j', "time-stamp-type", "TYPE",
	  "kind of time stamps: host, or adapter_unsynced, those of the network card (host)" },
	{ OPT_RX_HASH, "rx-hash", NULL,
	  "with each packet the hash that the network card has computed of it" },
	{ OPT_WAIT, "wait", NULL,
	  "wait for interfaces that are not there yet, and for those that go to come back" },
	{ 'Q', "direction", "DIRECTION", "which packets: in, out, or inout (in)" },
	{ OPT_PROCESS, "process", NULL,
	  "the process that has sent a packet; with -Q out or inout" },
	{ 'P', "promiscuous-mode", NULL, "put the interface into promiscuous mode" },
	{ 'p', "no-promiscuous-mode", NULL, "do not, which is the default" },
	{ '#', "number", NULL, "print the number of each packet" },
	{ OPT_STATS, "stats", "[=SEC]",
	  "statistics at the end, and every SEC seconds (5, 5s, 500ms)" },
	{ OPT_STATS_FORMAT, "stats-format", "FORMAT",
	  "of statistics: text, or json, a line each time (text)" },
	{ OPT_METRICS, "metrics", "WHERE",
	  "tell Prometheus: at PORT (of the loopback), ADDRESS:PORT or unix:PATH" },
	{ OPT_CONTROL, "control", "PATH",
	  "a socket by which 'xdpdump ctl PATH COMMAND' changes what is captured, marks, rotates, triggers, stops" },
	{ OPT_TOP, "top", NULL,
	  "a live view on the terminal: rates, protocols, flows, losses; with -r of a file" },
	{ OPT_FLOWS, "flows", "[=SEC]",
	  "print flows with their packets and bytes at the end, or every SEC seconds; packets only with -w" },
	{ OPT_PRINT, "print", NULL, "print the packets as well when writing to a file" },
	{ OPT_HOOK, "hook", "HOOK",
	  "where received packets are seen: at XDP native or generic, or at tc (auto: the first that is there)" },
	{ OPT_OBSERVE, "observe", "WAY",
	  "an XDP program that is there: auto, trace it, or front: call it from its place (auto)" },
	{ OPT_PROGRAM, "program", "PROGRAM", "that program, by name or id, or one that it runs" },
	{ OPT_AT, "at", "POINT",
	  "of that program: entry, exit, or both (entry); with -r: the packet that begins at byte POINT" },
	{ OPT_VERDICT, "verdict", "LIST",
	  "only packets of which it says so: aborted, drop, pass, tx, redirect, other" },
	{ OPT_EXIT_FILTER, "exit-filter", "EXPR",
	  "only packets that match EXPR when they come out of it" },
	{ OPT_STYLE, "style", "STYLE", "names of interfaces in the file: own, or xdp-tools (own)" },
	{ OPT_MIRROR_PORT, "mirror-port", NULL,
	  "drop every frame after the capture: for ports that receive only copies" },
	{ OPT_SANDBOX, "sandbox", "HOW",
	  "what is not needed is out of reach: auto, strict (or not at all), off (auto)" },
	{ OPT_DEBUG, "debug", NULL, "show what libbpf has to say" },
	{ OPT_COMPLETIONS, "completions", "SHELL",
	  "print what this shell needs to complete a line: bash, zsh, fish" },
	{ OPT_VERSION, "version", NULL, "print the version" },
	{ 'h', "help", NULL, "print this text; with a topic behind it, of some options alone" },
};

/* What Wireshark asks by, as extcap(4) has it, and adds to the options that it lets people choose. */
static const struct hidden hidden[] = {
	{ OPT_EXTCAP_INTERFACES, "extcap-interfaces", no_argument,
	  "list the interfaces for Wireshark" },
	{ OPT_EXTCAP_INTERFACE, "extcap-interface", required_argument, "one of that list" },
	{ OPT_EXTCAP_VERSION, "extcap-version", optional_argument, "the version of Wireshark" },
	{ OPT_EXTCAP_DLTS, "extcap-dlts", no_argument, "list the link types of the interface" },
	{ OPT_EXTCAP_CONFIG, "extcap-config", no_argument, "list the options of the interface" },
	{ OPT_EXTCAP_RELOAD, "extcap-reload-option", required_argument,
	  "with --extcap-config: the values of this option alone" },
	{ OPT_EXTCAP_FILTER, "extcap-capture-filter", required_argument,
	  "without --capture: is it one?" },
	{ OPT_EXTCAP_CAPTURE, "capture", no_argument, "capture on the interface" },
	{ OPT_EXTCAP_FIFO, "fifo", required_argument, "with --capture: where packets go" },
	{ OPT_EXTCAP_CONTROL_IN, "extcap-control-in", required_argument,
	  "where the toolbar is heard" },
	{ OPT_EXTCAP_CONTROL_OUT, "extcap-control-out", required_argument, "where it is told" },
	{ OPT_REMOTE_HOST, "remote-host", required_argument,
	  "the machine to capture on, as ssh knows it" },
	{ OPT_REMOTE_PORT, "remote-port", required_argument, "the port of ssh there" },
	{ OPT_REMOTE_USER, "remote-user", required_argument, "the user there" },
	{ OPT_REMOTE_KEY, "remote-key", required_argument,
	  "the private key; without it those that ssh and its agent have" },
	{ OPT_REMOTE_INTERFACE, "remote-interface", required_argument,
	  "the interface there; without it that of its default route" },
	{ OPT_REMOTE_COMMAND, "remote-command", required_argument,
	  "what runs there: xdpdump, or sudo -n xdpdump" },
	{ OPT_LOG_LEVEL, "log-level", required_argument,
	  "what is in the log: error, warning, info, debug" },
	{ OPT_LOG_FILE, "log-file", required_argument, "add the log to this file as well" },
};

/*
 * What the fingers of people know from tcpdump 4.99, dumpcap and the xdpdump of xdp-tools, and what
 * has no meaning here: taken where there is nothing to be done for it, else answered by what to use
 * instead.
 */
static const struct foreign foreign[] = {
	/* names of foreign hosts; dumpcap's -f EXPRESSION comes out right as well */
	{ 'f', NULL, false, NULL },
	{ 'K', "dont-verify-checksums", false, NULL },
	{ 'N', NULL, false, NULL },	/* domains of names */
	{ 'u', NULL, false, NULL },	/* NFS handles */
	{ 'E', NULL, true,
	  "ESP is not decrypted here: write the packets with -w, and give the key to Wireshark (esp_sa) or "
	  "tcpdump -r" },
	{ 'H', NULL, false, "802.11s is not decoded here: xdpdump -w - | tshark -r -" },
	{ 'I', "monitor-mode", false,
	  "XDP sees no frames of 802.11: capture those with tcpdump -I or dumpcap -I" },
	{ 'm', NULL, true, "SNMP is not decoded here: xdpdump -w - | tshark -r -" },
	{ 'M', NULL, true,
	  "digests of TCP are not validated here: write the packets with -w, and read them with tcpdump -r FILE -M" },
	{ OPT_FOREIGN, "use-pcap", false, "that is --format pcap here" },
	{ OPT_FOREIGN + 1, "load-xdp-mode", true,
	  "that is --hook here: auto, native, generic or tc" },
	{ OPT_FOREIGN + 2, "load-xdp-program", false, NULL },	/* which is what we do */
	{ OPT_FOREIGN + 3, "perf-wakeup", true, NULL },
	{ OPT_FOREIGN + 4, "print-sampling", true,
	  "every Nth packet is not printed here: all are, or those of a filter" },
	{ OPT_FOREIGN + 5, "capture-comment", true,
	  "comments are not written here: editcap --capture-comment adds them" },
};

const struct option_row *opts_table_rows(size_t *n)
{
	*n = array_size(table);
	return table;
}

const struct hidden *opts_table_hidden(size_t *n)
{
	*n = array_size(hidden);
	return hidden;
}

const struct foreign *opts_table_foreign(size_t *n)
{
	*n = array_size(foreign);
	return foreign;
}

/* Of an option that there is. */
static const struct hidden *hidden_of(int code)
{
	for (size_t i = 0; i < array_size(hidden); i++)
		if (hidden[i].code == code)
			return &hidden[i];
	return NULL;
}

static size_t row_of(int code)
{
	size_t i = 0;

	while (table[i].code != code)
		i++;
	return i;
}

const char *opts_table_long_name(int code)
{
	const struct hidden *h = hidden_of(code);

	return h ? h->name : table[row_of(code)].name;
}

const char *opts_table_name(int code)
{
	static char name[32];	/* for one sentence, at the end of all */

	if (code < 256)
		snprintf(name, sizeof(name), "-%c", code);
	else
		snprintf(name, sizeof(name), "--%s", opts_table_long_name(code));
	return name;
}

const char *opts_table_help(int code)
{
	const struct hidden *h = hidden_of(code);

	return h ? h->help : table[row_of(code)].help;
}

const char *opts_table_nth_name(size_t n)
{
	if (n < array_size(table))
		return table[n].name;
	n -= array_size(table);
	if (n < array_size(hidden))
		return hidden[n].name;
	n -= array_size(hidden);
	for (size_t i = 0; i < array_size(foreign); i++)
		if (foreign[i].name && !n--)
			return foreign[i].name;
	return NULL;
}
