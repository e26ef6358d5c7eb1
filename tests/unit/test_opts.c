// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Command lines: each row is one, in words separated by blanks, and what is said about it, or "" if
 * nothing. And the help, which lists the same options as the manual.
 */
#include <regex.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bpf/event.h"
#include "capture/base/util.h"
#include "capture/cli/completions_shells.h"
#include "capture/cli/opts.h"
#include "capture/cli/opts_help.h"
#include "capture/cli/opts_parse.h"
#include "capture/cli/opts_table.h"

#include "tests/unit/unit.h"

static char error[256];

static bool parse(struct opts *o, const char *line)
{
	static char words[512];
	/* the last one stays NULL */
	char *argv[OPTS_IFACES_MAX + 3] = { (char *)"xdpdump" };
	int argc = 1;

	snprintf(words, sizeof(words), "%s", line);
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
		argv[argc++] = strcmp(word, "''") ? word : (char *)"";
	error[0] = '\0';
	opts_close(o);	/* of the line before */
	return opts_parse(o, argc, argv, error, sizeof(error));
}

static const struct line_case {
	const char *name, *line, *error;
} lines[] = {
	{ "an_interface_is_enough", "-i v0", "" },
	{ "a_file_is_enough", "-r f", "" },
	{ "neither_is_the_default_route", "-v", "" },
	{ "both_contradict", "-i v0 -r f", "-i captures and -r reads" },
	{ "words_are_a_filter", "-i v0 udp port 53", "" },
	{ "a_filter_of_a_file", "-r f udp port 53", "" },
	{ "a_filter_without_a_source", "udp port 53", "" },
	{ "a_filter_from_a_file_that_is_not_there", "-r f -F /nonexistent",
	  "/nonexistent: cannot read the filter" },
	{ "a_filter_from_a_directory", "-r f -F /", "Is a directory" },
	{ "a_filter_from_a_file_and_one_in_words", "-r f -F /dev/null udp",
	  "-F /dev/null and 'udp': the filter" },
	{ "a_filter_from_an_empty_file", "-r f -F /dev/null", "" },
	{ "a_dump_needs_no_source", "-d udp", "" },
	{ "a_dump_needs_no_filter", "-d", "" },
	{ "a_dump_for_two_sources", "-d -i v0 -r f udp", "-i captures and -r reads" },
	{ "help", "-h", "" },
	{ "help_on_a_topic", "--help rotation", "" },
	{ "help_on_two_topics", "--help rotation filter",
	  "--help has one topic, and 'filter' is another one" },
	{ "help_on_what_is_no_topic", "--help rotations",
	  "--help rotations: topics are capturing, filter, output, formats, network, database, rotation, recorder," },
	{ "a_sandbox_that_has_to_be", "-i v0 --sandbox strict", "" },
	{ "no_sandbox", "-r f --sandbox off", "" },
	{ "half_a_sandbox", "-r f --sandbox half",
	  "--sandbox 'half' is none of auto, strict and off" },
	{ "colours", "-r f --color always", "" },
	{ "colours_at_another_time", "-r f --color sometimes",
	  "--color 'sometimes' is none of auto, always and never" },
	{ "completions", "--completions bash", "" },
	{ "completions_of_a_shell_that_is_none", "--completions csh",
	  "--completions 'csh' is none of bash, zsh and fish" },
	{ "the_list_for_wireshark", "--extcap-interfaces --extcap-version=4.0", "" },
	{ "a_capture_for_wireshark",
	  "--capture --extcap-interface xdp:v0 --fifo f --extcap-capture-filter udp", "" },
	{ "a_capture_of_wireshark_with_empty_fields",
	  "--capture --extcap-interface xdp:v0 --fifo f --hook '' --program ''", "" },
	{ "a_capture_for_wireshark_into_nothing", "--capture --extcap-interface xdp:v0",
	  "the FIFO of --fifo, which is missing" },
	{ "a_capture_for_wireshark_of_nothing", "--capture --fifo f",
	  "--extcap-interface is missing" },
	{ "a_capture_for_wireshark_of_a_plain_name", "--capture --extcap-interface v0 --fifo f",
	  "'v0' is none of the interfaces" },
	{ "a_capture_for_wireshark_without_a_name", "--capture --extcap-interface xdp: --fifo f",
	  "'xdp:' is none of the interfaces" },
	{ "a_capture_for_wireshark_and_a_file", "--capture --extcap-interface xdp:v0 --fifo f -w g",
	  "-w means nothing with --capture" },
	{ "a_capture_for_wireshark_of_two", "--capture --extcap-interface xdp:v0 --fifo f -i v1",
	  "-i means nothing with --capture" },
	{ "a_capture_for_wireshark_with_two_filters",
	  "--capture --extcap-interface xdp:v0 --fifo f --extcap-capture-filter udp tcp",
	  "--extcap-capture-filter and 'tcp' are two filters" },
	{ "a_capture_for_wireshark_that_reads", "--capture --extcap-interface xdp:v0 --fifo f -r g",
	  "-i captures and -r reads" },
	{ "a_filter_that_is_looked_at",
	  "--extcap-interface xdp:v0 --extcap-capture-filter 'no filter'", "" },
	{ "link_types_for_wireshark_of_nothing", "--extcap-dlts", "--extcap-interface is missing" },
	{ "another_machine",
	  "--capture --extcap-interface xdp-ssh --fifo f --remote-host h --remote-port 22", "" },
	{ "another_machine_with_two_filters",
	  "--capture --extcap-interface xdp-ssh --fifo f --remote-host h --extcap-capture-filter udp tcp",
	  "--extcap-capture-filter and 'tcp' are two filters" },
	{ "another_machine_that_reads",
	  "--capture --extcap-interface xdp-ssh --fifo f --remote-host h -r g",
	  "-r means nothing with --capture" },
	{ "another_machine_without_a_name", "--capture --extcap-interface xdp-ssh --fifo f",
	  "--remote-host is missing" },
	{ "another_machine_for_an_interface_of_this_one",
	  "--capture --extcap-interface xdp:v0 --fifo f --remote-host h",
	  "--remote-host is for the interface xdp-ssh" },
	{ "another_machine_with_a_port_that_is_none",
	  "--capture --extcap-interface xdp-ssh --fifo f --remote-port 70000",
	  "'70000' is not a number from 1 to 65535" },
	{ "a_log_of_a_person", "-i v0 --log-level info",
	  "--log-level is what Wireshark adds to --capture" },
	{ "a_level_that_is_none", "--capture --extcap-interface xdp:v0 --fifo f --log-level noisy",
	  "log level 'noisy' is none of" },
	{ "an_unknown_letter", "-i v0 -Y", "no option -Y" },
	{ "an_unknown_letter_among_others", "-vYi v0", "no option -Y" },
	{ "an_unknown_name", "--nonsense", "there is no option --nonsense" },
	{ "an_ambiguous_name", "--int v0 --p",
	  "option --p is ambiguous: --pid, --packet-count, --postrotate-command" },
	{ "a_name_with_a_value_it_does_not_take", "-i v0 --verbose=3",
	  "option --verbose takes no value" },
	{ "a_slip_in_a_name", "--snapsot-length=3",
	  "no option --snapsot-length; did you mean --snapshot-length?" },
	{ "two_letters_of_a_name_changed_places", "--inof -r f",
	  "no option --inof; did you mean --info?" },
	{ "a_name_of_another_tool_with_a_slip", "--use-pcpa",
	  "no option --use-pcpa; did you mean --use-pcap?" },
	{ "a_long_name_behind_a_single_dash", "-r f -skip 3",
	  "'kip' is not a number from 0 to 262144; did you mean --skip?" },
	{ "a_word_of_two_letters_is_near_to_nothing", "--xy", "there is no option --xy" },
	{ "a_letter_without_its_value", "-i", "option -i needs a value" },
	{ "a_name_without_its_value", "--write", "option --write needs a value" },
	{ "an_empty_output_name", "-i v0 -w ''", "output file is empty" },
	{ "an_empty_input_name", "-r ''", "input file is empty" },
	{ "a_recorder", "-i v0 --recorder 60s,256m --trigger udp --before 100p --after 10s -w f",
	  "" },
	{ "a_recorder_of_a_file",
	  "-r f --recorder 60s --trigger udp --max-triggers 2 --cooldown 5s -w g", "" },
	{ "a_recorder_with_all_triggers",
	  "-i v0 --recorder 1m --at exit -w f --trigger signal --trigger down --trigger rate:>9/s "
	  "--trigger rate:<9/s --trigger drops:1/s --trigger verdict:drop,aborted", "" },
	{ "a_socket_for_commands", "-i v0 -w f --control s", "" },
	{ "a_socket_without_a_path", "-i v0 --control ''", "the path of --control is empty" },
	{ "who_listens", "-i v0 --to tcp-listen:57012", "" },
	{ "who_listens_and_a_file", "-i v0 --to tcp-listen:0 -w f -C 1", "" },
	{ "to_somebody", "-r f --to tcp:host:57012 --format pcap udp", "" },
	{ "to_nowhere", "-i v0 --to", "option --to needs a value" },
	{ "to_an_unknown_place", "-i v0 --to ftp://x",
	  "--to 'ftp://x' is none of tcp-listen:[ADDRESS:]PORT, tcp:HOST:PORT, clickhouse:" },
	{ "a_spool_for_nothing", "-i v0 --spool d",
	  "--spool is for records and needs --to clickhouse: or kafka:" },
	{ "a_spool_for_a_stream", "-i v0 --to tcp:h:1 --spool d",
	  "--spool is for records and needs --to" },
	{ "a_config_for_a_stream", "-i v0 --to tcp:h:1 --to-config f",
	  "--to-config is for records and needs --to" },
	{ "a_limit_for_no_spool", "-i v0 --spool-limit 1g",
	  "--spool-limit is for records and needs --to" },
	{ "to_somebody_as_text", "-i v0 --to tcp:h:1 --format json",
	  "--to sends pcapng, pcap or pcap-ns, not json" },
	{ "to_somebody_compressed", "-i v0 --to tcp:h:1 --compress zstd",
	  "--compress is for files and needs -w FILE" },
	{ "to_somebody_counted", "-r f --to tcp:h:1 --count",
	  "--to sends them: give one of the two" },
	{ "to_somebody_a_report", "-r f --to tcp:h:1 --info",
	  "--to is for captures and for -r FILE" },
	{ "to_somebody_with_secrets", "-r f --to tcp:h:1 --discard-secrets", "" },
	{ "from_somebody", "-r tcp:localhost:57012 -r f", "" },
	{ "from_somebody_without_a_port", "-r tcp:localhost",
	  "a file of that name is './tcp:localhost'" },
	{ "a_file_called_so", "-r ./tcp:localhost", "" },
	{ "from_somebody_for_ever", "-r tcp:h:1 --follow",
	  "a connection is read as it comes without it" },
	{ "reports_of_connections", "-r f -r tcp:h:1 --info",
	  "tcp:h:1: behind another file --info has no connection" },
	{ "commands_while_reading", "-r f --control s",
	  "--control is for capturing and means nothing with -r" },
	{ "a_recorder_without_a_file", "-i v0 --recorder 60s",
	  "--recorder is for files and needs -w FILE" },
	{ "a_recorder_on_stdout", "-i v0 --recorder 60s -w -",
	  "--recorder is for files and needs -w FILE" },
	{ "a_recorder_of_packets", "-i v0 --recorder 100p -w f",
	  "--recorder '100p' is none of a time" },
	{ "a_recorder_without_a_unit", "-i v0 --recorder 60 -w f",
	  "--recorder '60' is none of a time" },
	{ "a_recorder_that_is_too_small", "-i v0 --recorder 100k -w f",
	  "less than 1m is not enough" },
	{ "a_recorder_and_rotation", "-i v0 --recorder 60s -w f -C 1",
	  "-C means nothing with --recorder" },
	{ "a_recorder_and_a_report", "-r f --recorder 60s --info",
	  "--recorder is for captures and for -r FILE" },
	{ "a_recorder_of_a_file_without_a_trigger", "-r f --recorder 60s -w g",
	  "-r and --recorder need a --trigger" },
	{ "a_trigger_that_files_do_not_have",
	  "-r f --recorder 60s -w g --trigger down", "--trigger down is for capturing" },
	{ "a_verdict_of_nobody",
	  "-i v0 --recorder 60s -w g --trigger verdict:drop", "needs the verdicts of a program" },
	{ "a_trigger_without_a_recorder", "-i v0 -w f --trigger udp",
	  "--trigger is for --recorder" },
	{ "a_trigger_that_is_none",
	  "-i v0 --recorder 60s -w f --trigger rate:fast", "--trigger 'rate:fast' is none of" },
	{ "a_reach_that_is_none", "-i v0 --recorder 60s -w f --before 100",
	  "--before '100' is none of a time" },
	{ "no_triggers_at_all", "-i v0 --recorder 60s -w f --max-triggers 0",
	  "is not a number from 1" },
	{ "a_recorder_for_a_number_of_files", "-i v0 --recorder 60s -w f -a files:3",
	  "--max-triggers may be meant" },
	{ "a_command_behind_a_value_of_two_dashes",
	  "-r f --recorder 60s --trigger udp -w -- -- true",
	  "a command (behind --) is for capturing" },
	{ "a_command_while_reading", "-r f --recorder 60s --trigger udp -w g -- true",
	  "means nothing with -r" },
	{ "the_same_interface_twice", "-i v0 -i v0", "interface v0 is given twice" },
	{ "two_interfaces", "-i v0 -i v1", "" },
	{ "the_same_name_in_two_namespaces", "-i v0 --netns a -i v0 --netns b -i v0", "" },
	{ "the_same_interface_twice_in_one", "--netns a -i v0 --netns b -i v0 --netns a -i v0",
	  "interface v0 is given twice" },
	{ "a_namespace_without_an_interface", "--netns a", "" },
	{ "two_namespaces_without_an_interface", "--netns a --pid 7",
	  "--netns a is for the -i behind it, and there is none" },
	{ "a_namespace_behind_its_interface", "-i v0 --pid 7",
	  "--pid 7 is for the -i behind it, and there is none" },
	{ "a_namespace_between_others", "--netns a -i v0 --netns b --netns c -i v0",
	  "--netns b is for the -i behind it, and there is none" },
	{ "the_interfaces_of_two_namespaces", "-D --netns a --netns b", "" },
	{ "the_same_from_behind", "--netns a --netns b -D", "" },
	{ "all_namespaces", "-D --all-netns -T json", "" },
	{ "all_namespaces_without_a_list", "-i v0 --all-netns",
	  "--all-netns is for the list of -D" },
	{ "all_namespaces_and_one", "-D --all-netns --netns a",
	  "--all-netns are all: --netns means nothing with it" },
	{ "a_list_as_csv", "-D -T csv", "-D prints text or json" },
	{ "a_namespace_without_a_name", "--netns '' -i v0",
	  "the name of the network namespace is empty" },
	{ "a_container", "--container web -i eth0", "" },
	{ "a_container_without_a_name", "--container '' -i v0",
	  "the name of the container is empty" },
	{ "a_container_and_a_file", "-r f --container web",
	  "--container is for capturing and means nothing with -r" },
	{ "a_process_that_is_no_number", "--pid x -i v0",
	  "process 'x' is not a number from 1 to 2147483647" },
	{ "a_namespace_and_a_file", "-r f --netns a",
	  "--netns is for capturing and means nothing with -r" },
	{ "a_process_and_a_file", "-r f --pid 1",
	  "--pid is for capturing and means nothing with -r" },

	{ "a_count_of_0", "-i v0 -c 0", "'0' is not a number from 1" },
	{ "a_count_of_1", "-i v0 -c 1", "" },
	{ "a_negative_count", "-i v0 -c -1", "'-1' is not a number" },
	{ "a_count_with_a_sign", "-i v0 -c +1", "'+1' is not a number" },
	{ "a_count_with_letters_behind", "-i v0 -c 5x", "'5x' is not a number" },
	{ "a_hexadecimal_count", "-i v0 -c 0x10", "'0x10' is not a number" },
	{ "an_empty_count", "-i v0 -c ''", "'' is not a number" },
	{ "the_largest_count", "-i v0 -c 18446744073709551615", "" },
	{ "a_count_beyond_64_bits", "-i v0 -c 18446744073709551616", "is not a number" },
	{ "a_snapshot_length_of_0_is_all", "-i v0 -s 0", "" },
	{ "the_largest_snapshot_length", "-i v0 -s 262144", "" },
	{ "a_snapshot_length_beyond", "-i v0 -s 262145",
	  "'262145' is not a number from 0 to 262144" },
	{ "a_snapshot_of_headers", "-i v0 -s headers", "" },
	{ "a_sample", "-i v0 --sample 1/100", "" },
	{ "a_sample_of_all", "-i v0 --sample 1/1", "" },
	{ "the_smallest_sample", "-i v0 --sample 1/1000000000", "" },
	{ "a_sample_beyond", "-i v0 --sample 1/1000000001",
	  "--sample '1/1000000001' is not 1/N, with N from 1 to 1000000000" },
	{ "a_sample_of_none", "-i v0 --sample 0/5", "--sample '0/5' is not 1/N" },
	{ "a_sample_of_more_than_there_are", "-i v0 --sample 2/1", "--sample '2/1' is not 1/N" },
	{ "a_sample_of_nothing", "-i v0 --sample 1/0", "--sample '1/0' is not 1/N" },
	{ "a_sample_without_a_number", "-i v0 --sample 1/", "--sample '1/' is not 1/N" },
	{ "a_sample_with_a_sign", "-i v0 --sample 1/-5", "--sample '1/-5' is not 1/N" },
	{ "a_sample_with_something_behind_it", "-i v0 --sample 1/5x",
	  "--sample '1/5x' is not 1/N" },
	{ "a_sample_that_is_a_number", "-i v0 --sample 100", "--sample '100' is not 1/N" },
	{ "a_sample_that_is_a_word", "-i v0 --sample x", "--sample 'x' is not 1/N" },
	{ "a_rate", "-i v0 --rate-limit 10000/s", "" },
	{ "the_largest_rate_and_a_sample", "-i v0 --rate-limit 10000000/s --sample 1/2", "" },
	{ "a_rate_beyond", "-i v0 --rate-limit 10000001/s",
	  "--rate-limit '10000001/s' is not N/s, with N from 1 to 10000000" },
	{ "a_rate_of_nothing", "-i v0 --rate-limit 0/s", "--rate-limit '0/s' is not N/s" },
	{ "a_rate_below_nothing", "-i v0 --rate-limit -1/s", "--rate-limit '-1/s' is not N/s" },
	{ "a_rate_without_a_number", "-i v0 --rate-limit /s", "--rate-limit '/s' is not N/s" },
	{ "a_rate_without_a_time", "-i v0 --rate-limit 100", "--rate-limit '100' is not N/s" },
	{ "a_rate_of_another_time", "-i v0 --rate-limit 100/m", "--rate-limit '100/m' is not N/s" },
	{ "a_rate_that_is_a_word", "-i v0 --rate-limit x/s", "--rate-limit 'x/s' is not N/s" },
	{ "a_flow_of_many", "-i v0 --flow-sample 1/16", "" },
	{ "a_flow_of_none", "-i v0 --flow-sample 1/0",
	  "--flow-sample '1/0' is not 1/N, with N from 1 to 1000000000" },
	{ "a_limit_of_flows",
	  "-i v0 --flow-limit 20 --flow-sample 1/2 --sample 1/3 --rate-limit 4/s", "" },
	{ "a_limit_of_packets", "-i v0 --flow-limit 20p", "" },
	{ "a_limit_of_bytes", "-i v0 --flow-limit 4k", "" },
	{ "a_limit_of_nothing", "-i v0 --flow-limit 0",
	  "--flow-limit '0' is none of packets (20) and bytes (4k, 4096b)" },
	{ "a_limit_of_no_bytes", "-i v0 --flow-limit 0k", "--flow-limit '0k' is none of" },
	{ "a_limit_of_a_time", "-i v0 --flow-limit 10s", "--flow-limit '10s' is none of" },
	{ "a_limit_without_a_number", "-i v0 --flow-limit b", "--flow-limit 'b' is none of" },
	{ "no_limit", "-i v0 --flow-limit ''", "--flow-limit '' is none of" },
	{ "flows", "-i v0 --flows", "" },
	{ "flows_in_intervals", "-i v0 --flows=5 -T json", "" },
	{ "flows_and_packets", "-i v0 --flows=500ms -T csv -w f -c 10 --flow-limit 5", "" },
	{ "flows_of_a_file", "-r f --flows -T csv -c 10", "" },
	{ "flows_of_a_file_that_is_written", "-r f --flows -w g", "" },
	{ "flows_and_a_stream", "-i v0 --flows --to tcp-listen:9 -c 5", "" },
	{ "flows_in_no_time", "-i v0 --flows=0", "interval '0' is no" },
	{ "flows_of_a_file_in_intervals", "-r f --flows=1",
	  "--flows=SEC is for capturing; with -r it is --flows" },
	{ "flows_between_packets", "-i v0 --flows --print -w f",
	  "--print means nothing with --flows" },
	{ "flows_in_the_stream", "-i v0 --flows -w -", "-w - and --flows both want stdout" },
	{ "flows_in_a_view", "-i v0 --flows --top", "--top means nothing with --flows" },
	{ "flows_after_packets", "-i v0 --flows -c 5",
	  "-c is about packets, of which --flows captures none without -w" },
	{ "flows_of_a_sample", "-i v0 --flows --sample 1/2",
	  "--sample is about packets, of which --flows captures none" },
	{ "flows_of_a_report", "-r f --info --flows", "--flows means nothing with --info" },
	{ "a_flow_of_a_file", "-r f --flow-sample 1/2",
	  "--flow-sample is for capturing and means nothing with -r" },
	{ "a_limit_of_a_file", "-r f --flow-limit 2",
	  "--flow-limit is for capturing and means nothing with -r" },
	{ "a_rate_of_a_file", "-r f --rate-limit 1/s",
	  "--rate-limit is for capturing and means nothing with -r" },
	{ "a_sample_of_a_file", "-r f --sample 1/2",
	  "--sample is for capturing and means nothing with -r" },
	{ "a_snapshot_of_a_word", "-i v0 -s header", "'header' is not a number" },
	{ "a_ring_of_0", "-i v0 -B 0", "'0' is not a number from 1" },
	{ "the_largest_ring", "-i v0 -B 1048576", "" },
	{ "a_ring_beyond", "-i v0 -B 1048577", "'1048577' is not a number" },

	{ "statistics_without_interval", "-i v0 --stats", "" },
	{ "statistics_in_seconds", "-i v0 --stats=5", "" },
	{ "statistics_in_seconds_with_unit", "-i v0 --stats=5s", "" },
	{ "statistics_in_milliseconds", "-i v0 --stats=500ms", "" },
	{ "statistics_each_0_seconds", "-i v0 --stats=0", "interval '0'" },
	{ "statistics_in_years", "-i v0 --stats=9999999999", "interval '9999999999'" },
	{ "statistics_in_minutes", "-i v0 --stats=5m", "" },
	{ "statistics_negative", "-i v0 --stats=-5", "interval '-5'" },
	{ "statistics_with_a_fraction", "-i v0 --stats=0.5", "" },
	{ "statistics_empty", "-i v0 --stats=", "interval ''" },
	{ "statistics_of_a_file", "-r f --stats", "" },
	{ "statistics_for_machines", "-i v0 --stats=5 --stats-format json", "" },
	{ "statistics_of_the_end_for_machines", "-i v0 --stats-format json", "" },
	{ "statistics_of_a_file_for_machines", "-r f --stats --stats-format json", "" },
	{ "statistics_for_machines_without_any", "-r f --stats-format json",
	  "--stats-format is for --stats" },
	{ "metrics_with_a_file", "-r f --metrics 9100", "--metrics" },
	{ "statistics_for_people", "-r f --stats-format text", "" },
	{ "statistics_as_csv", "-i v0 --stats-format csv",
	  "--stats-format 'csv' is neither text nor json" },
	{ "statistics_of_a_file_each_second", "-r f --stats=1", "with -r it is --stats" },

	{ "a_run", "--run p.o -r f", "" },
	{ "a_run_of_everything",
	  "--run p.o:f -r f -w g --map m=00:00 --map m=@/p --expect e --repeat 9 --ingress-ifindex v0 --queue 3", "" },
	{ "a_run_of_a_loaded_program", "--run id:42 -r f udp", "" },
	{ "a_run_whose_changes_are_shown", "--run p.o -r f --diff -c 5 udp", "" },
	{ "a_run_whose_changes_are_written", "--run p.o -r f --diff -w g",
	  "-w means nothing with --diff" },
	{ "a_run_without_a_file", "--run p.o", "--run is for packets of a file and needs -r FILE" },
	{ "a_run_at_an_interface", "--run p.o -i v0",
	  "--run is for packets of a file and needs -r FILE" },
	{ "a_run_of_nothing", "--run '' -r f", "the value of --run is empty" },
	{ "a_map_without_a_run", "-r f --map m=00:00", "--map is for --run OBJECT" },
	{ "an_expectation_without_a_run", "-r f --expect e", "--expect is for --run OBJECT" },
	{ "an_ingress_without_a_run", "-r f --ingress-ifindex 3",
	  "--ingress-ifindex is for --run OBJECT" },
	{ "a_map_that_is_none", "--run p.o -r f --map m", "--map 'm' is neither NAME=KEY:VALUE" },
	{ "a_map_of_a_loaded_program", "--run id:42 -r f --map m=00:00", "are those of its owner" },
	{ "a_queue_of_no_interface", "--run p.o -r f --queue 1",
	  "--queue is one of the interface of --ingress-ifindex" },
	{ "a_queue_beyond", "--run p.o -r f --ingress-ifindex v0 --queue 65536",
	  "'65536' is not a number from 0 to 65535" },
	{ "no_repetition", "--run p.o -r f --repeat 0", "'0' is not a number from 1 to 100000" },
	{ "a_run_into_pcap", "--run p.o -r f -w g --format pcap",
	  "--format pcap knows no verdicts" },
	{ "a_run_that_counts", "--run p.o -r f --count", "--count means nothing with --run" },
	{ "a_run_that_follows", "--run p.o -r f --follow", "--follow means nothing with --run" },
	{ "a_run_that_tells_of_a_file", "--run p.o -r f --info",
	  "--info means nothing with --run" },
	{ "a_run_with_secrets", "--run p.o -r f -w g --inject-secrets tls:k",
	  "--inject-secrets means nothing with --run" },

	{ "an_unknown_mode", "-i v0 --mode fast",
	  "hook 'fast' is none of auto, native, generic and tc" },
	{ "time_five_times", "-i v0 -ttttt", "" },
	{ "time_six_times", "-i v0 -tttttt", "up to five times" },
	{ "pcapng_and_text_on_stdout", "-i v0 -w - --print", "-w - and --print both want stdout" },
	{ "pcapng_on_stdout", "-i v0 -w -", "" },
	{ "promiscuous_with_a_file", "-r f -P", "-P is for capturing" },
	{ "mode_with_a_file", "-r f --mode native", "--hook is for capturing" },
	{ "ring_with_a_file", "-r f -B 64", "-B is for capturing" },
	{ "observe_with_a_file", "-r f --observe front", "--observe is for capturing" },
	{ "a_point_with_a_file", "-r f --at exit", "--at is for capturing" },
	{ "a_place_in_a_file", "-r f --at 4096 -w g -T json --print --offsets", "" },
	{ "a_place_without_a_file", "-i v0 --at 24",
	  "--at 24 is a place in a file and needs -r FILE" },
	{ "a_place_before_the_file", "-r f --at -1",
	  "'-1' is none of entry, exit and both, and no place in a file" },
	{ "a_place_in_two_files", "-r f -r g --at 24", "--at is a place in one file" },
	{ "a_place_and_an_expression", "-r f --at 24 udp", "an expression means nothing with it" },
	{ "a_place_and_a_time", "-r f --at 24 --start 5", "--start means nothing with it" },
	{ "a_place_and_a_report", "-r f --at 24 --info", "--at fetches a packet of -r FILE" },
	{ "an_index", "-r f --index", "" },
	{ "an_index_of_nothing", "--index", "--index is for reading" },
	{ "an_index_of_some_packets", "-r f --index udp", "an expression means nothing with it" },
	{ "an_index_of_what_is_written", "-r f --index -w g -C 1m --part", "" },
	{ "an_index_of_what_is_captured", "-i v0 --index -w g -G 60 -W 10", "" },
	{ "an_index_of_text", "-r f --index -w g --format json",
	  "it needs -w FILE, of pcapng or pcap" },
	{ "an_index_of_stdout", "-r f --index -w -", "it needs -w FILE, of pcapng or pcap" },
	{ "an_index_of_what_is_sent", "-i v0 --index --to tcp-listen:5000",
	  "--index is for reading and needs -r DIR" },
	{ "offsets_as_text", "-r f --offsets", "--offsets is for rows" },
	{ "offsets_in_a_file", "-r f --offsets -w g --format csv", "" },
	{ "offsets_of_a_capture", "-i v0 --offsets -T json", "--offsets is for reading" },
	{ "a_way_to_observe",
	  "-i v0 --observe front --at both --verdict DROP,tx --exit-filter tcp --style xdp-tools",
	"" },
	{ "a_program_by_name", "-i v0 --program xdp_filter --at both", "" },
	{ "a_program_without_a_name", "-i v0 --program=",
	  "--program '' is no name and no id of a program" },
	{ "a_program_with_a_file", "-r f --program xdp_filter", "--program is for capturing" },
	{ "a_program_at_tc", "-i v0 --program 42 --hook tc", "--hook tc is behind XDP" },
	{ "no_way_to_observe", "-i v0 --observe behind",
	  "--observe 'behind' is none of auto, trace and front" },
	{ "no_point", "-i v0 --at end", "--at 'end' is none of entry, exit and both" },
	{ "no_verdict", "-i v0 --verdict drop,shot",
	  "--verdict 'drop,shot' is no list of aborted, drop, pass, tx, redirect and other" },
	{ "an_empty_verdict", "-i v0 --verdict drop,", "--verdict 'drop,' is no list" },
	{ "no_style", "-i v0 --style tcpdump", "--style 'tcpdump' is none of own and xdp-tools" },
	{ "a_mirror_port_and_a_program", "-i v0 --mirror-port --observe front",
	  "--mirror-port drops every frame" },
	{ "a_mirror_port_and_a_verdict", "-i v0 --mirror-port --verdict drop",
	  "--mirror-port drops every frame" },
	{ "a_program_that_is_waited_for", "-i v0 --wait --observe front",
	  "--wait: what comes back has no program yet" },
	{ "mirror_port_with_a_file", "-r f --mirror-port", "--mirror-port is for capturing" },
	{ "a_file_size", "-i v0 -w f -C 10", "" },
	{ "a_file_size_with_a_unit", "-i v0 -w f -C 10k", "" },
	{ "a_file_size_of_0", "-i v0 -w f -C 0", "file size '0' is not a size" },
	{ "a_file_size_of_a_word", "-i v0 -w f -C big", "whole number of 10^6 bytes" },
	{ "a_file_size_without_a_file", "-i v0 -C 10", "-C is for files and needs -w FILE" },
	{ "a_file_size_on_stdout", "-i v0 -w - -C 10", "-C is for files and needs -w FILE" },
	{ "a_file_time", "-i v0 -w f -G 60 -W 3 -z gzip", "" },
	{ "a_file_time_of_0", "-i v0 -w f -G 0", "file time '0' is not a span" },
	{ "a_file_count_of_0", "-i v0 -w f -C 1 -W 0", "'0' is not a number from 1" },
	{ "an_empty_command", "-i v0 -w f -z ''", "the name of the command is empty" },
	{ "a_splitting_of_a_file", "-r f -w g -C 1 -z gzip", "" },
	{ "dumpcaps_files", "-i v0 -w f -b duration:0.5 -b filesize:1000 -b files:5 -b packets:3 -b interval:60 "
			    "-b printname:- -b nametimenum:2", "" },
	{ "printed_names_of_tcpdumps_files", "-i v0 -w f -G 1 -W 3 -b printname:-", "" },
	{ "an_order_of_names", "-i v0 -w f -b packets:3 -b nametimenum:1", "" },
	{ "an_order_of_names_of_0", "-i v0 -w f -b packets:3 -b nametimenum:0",
	  "order of names '0' is not a number from 1" },
	{ "an_order_of_tcpdumps_names", "-i v0 -w f -G 1 -b nametimenum:2",
	  "-b nametimenum: is for the names that -b duration:" },
	{ "an_order_of_a_stop", "-i v0 -w f -a nametimenum:2", "-a 'nametimenum:2' is none" },
	{ "a_criterion_without_a_key", "-i v0 -w f -b 5",
	  "-b '5' is none of duration:SEC, interval" },
	{ "a_criterion_that_is_not_there", "-i v0 -w f -b seconds:5", "-b 'seconds:5' is none" },
	{ "a_criterion_without_a_value", "-i v0 -w f -b files:", "file count '' is not a number" },
	{ "a_criterion_without_a_name", "-i v0 -w f -b printname:", "-b 'printname:' is none" },
	{ "a_kilobyte_of_dumpcap", "-i v0 -w f -b filesize:x", "whole number of 1000 bytes" },
	{ "dumpcaps_stop", "-i v0 -w f -a duration:5 -a filesize:1 -a files:2 -a packets:9", "" },
	{ "a_stop_at_an_interval", "-i v0 -w f -a interval:5",
	  "-a 'interval:5' is none of duration:SEC, filesize" },
	{ "a_stop_with_a_name", "-i v0 -w f -a printname:x", "-a 'printname:x' is none" },
	{ "a_stop_without_a_file", "-i v0 -a duration:5 -a packets:3", "" },
	{ "a_stop_of_files_without_a_file", "-i v0 -a files:3",
	  "-a filesize: and files: need -w FILE" },
	{ "files_that_are_not_complete", "-i v0 -w f --part", "" },
	{ "stdout_that_is_not_complete", "-i v0 -w - --part",
	  "--part is for files and needs -w FILE" },
	{ "disk_limits", "-i v0 -w f --max-disk 1g --min-free 500", "" },
	{ "sync_at_the_end", "-i v0 -w f --sync=close", "" },
	{ "sync_each_five_seconds", "-i v0 -w f --sync 5", "" },
	{ "sync_on_stdout", "-i v0 -w - --sync 5", "" },
	{ "a_write_buffer", "-i v0 -w f --write-buffer 256m", "" },
	{ "no_write_buffer", "-r f -w g --write-buffer none", "" },
	{ "a_write_buffer_of_nothing", "-i v0 -w f --write-buffer 0",
	  "write buffer '0' is neither a size, as 64m, nor none" },
	{ "a_write_buffer_of_the_screen", "-i v0 --write-buffer 1m",
	  "--write-buffer is for files and needs -w" },
	{ "direct_io", "-i v0 -w f --io direct", "" },
	{ "direct_io_of_a_file", "-r f -w g --io direct", "" },
	{ "io_of_any_kind", "-i v0 -w f --io mmap",
	  "--io 'mmap' is none of auto, direct and buffered" },
	{ "io_of_stdout", "-i v0 -w - --io direct", "--io is for files and needs -w FILE" },
	{ "direct_io_of_each_packet", "-i v0 -w f -U --io direct",
	  "--io direct takes a write buffer" },
	{ "direct_io_that_waits", "-i v0 -w f --write-buffer none --io direct",
	  "--io direct takes a write buffer" },
	{ "direct_io_of_what_is_compressed", "-i v0 -w f --compress zstd --io direct",
	  "and no -U or --compress" },
	{ "sync_at_any_time", "-i v0 -w f --sync always",
	  "'always' is none of close, never and seconds" },
	{ "a_format", "-i v0 -w f --format pcap-ns", "" },
	{ "a_format_that_is_not_there", "-i v0 -w f --format snoop", "format 'snoop' is none of" },
	{ "a_format_of_no_file", "-i v0 --format pcap", "--format is for files" },
	{ "json_on_stdout", "-i v0 -T json", "" },
	{ "pcap_on_the_screen", "-i v0 -T pcap", "-T 'pcap' is none of text, json and csv" },
	{ "json_of_nothing", "-i v0 -w f -T json", "-T is for what is printed" },
	{ "json_beside_a_file", "-i v0 -w f --print -T json", "" },
	{ "compression", "-i v0 -w f --compress zstd:3", "" },
	{ "compression_by_three", "-i v0 -w f --compress zstd --threads 3", "" },
	{ "compression_by_nobody", "-i v0 -w f --compress zstd --threads 0",
	  "number of threads '0' is not" },
	{ "threads_that_compress_nothing", "-i v0 -w f --threads 3",
	  "they need --compress, or -r" },
	{ "threads_that_make_no_text", "-r f -w g --threads 3", "they need --compress, or -r" },
	{ "threads_that_make_text", "-r f --threads 3", "" },
	{ "compression_that_is_not_there", "-i v0 -w f --compress lzma", "'lzma' is none of zstd" },
	{ "two_files", "-r f -r g", "" },
	{ "a_range_of_packets", "-r f --skip 3 --start 20:20:57 --end +10m --dedup --recover", "" },
	{ "a_range_of_a_capture", "-i v0 --skip 3", "--skip is for reading and needs -r FILE" },
	{ "a_start_that_is_no_time", "-r f --start noon", "noon" },
	{ "captures_one_behind_the_other", "-r f --concatenated", "" },
	{ "captures_one_behind_the_other_live", "-i v0 --concatenated",
	  "--concatenated is for reading" },
	{ "a_file_that_grows", "-r f --follow -w g", "" },
	{ "a_pattern_of_files_that_grow", "-r f* --follow", "" },
	{ "a_capture_that_grows", "-i v0 --follow", "--follow is for reading" },
	{ "a_report_of_a_file_that_grows", "-r f --follow --info",
	  "--follow has no end, and --info is about the whole" },
	{ "two_files_that_grow", "-r f -r g --follow",
	  "--follow is for one -r, which may be a pattern" },
	{ "a_pipe_that_grows", "-r - --follow", "--follow needs the name of a file" },
	{ "a_damaged_file_that_grows", "-r f --follow --recover",
	  "--follow waits for what --recover would have to look at first" },
	{ "an_output_of_the_pattern", "-r *.pcap --follow -w out.pcap",
	  "what -w writes would be read again" },
	{ "an_end_before_all", "-r f --end 1970-01-01T00:00Z",
	  "--end is the beginning of all times" },
	{ "a_range_past_midnight", "-r f --start 23:55 --end 00:05",
	  "--start is not before --end" },
	{ "a_range_of_dates_reversed", "-r f --start 2026-11-24 --end 2026-11-23",
	  "--start is not before --end" },
	{ "a_range_that_the_first_packet_decides", "-r f --start 2026-11-24 --end 00:05", "" },
	{ "copies_among_packets", "-r f --dedup=100", "" },
	{ "copies_within_a_time", "-r f --dedup=10ms", "" },
	{ "copies_among_none", "-r f --dedup=0", "--dedup '0' is neither" },
	{ "copies_in_other_frames", "-r f --dedup --dedup-ignore ttl,mac", "" },
	{ "copies_with_other_colours", "-r f --dedup --dedup-ignore ttl,colour",
	  "'ttl,colour' is no list of ttl, tos, mac" },
	{ "nothing_does_not_matter", "-r f --dedup --dedup-ignore ''", "'' is no list of" },
	{ "what_does_not_matter_of_no_copies", "-r f --dedup-ignore ttl",
	  "--dedup-ignore tells --dedup or --lost what" },
	{ "secrets", "-r f -w g --discard-secrets --inject-secrets tls:k", "" },
	{ "secrets_in_pcap", "-r f -w g --format pcap --inject-secrets tls:k",
	  "--inject-secrets needs -w FILE, and no other --format" },
	{ "secrets_of_nothing", "-r f --discard-secrets", "--discard-secrets needs -w FILE" },
	{ "secrets_of_a_capture", "-i v0 -w g --discard-secrets",
	  "--discard-secrets is for reading" },
	{ "a_report", "-r f --info -T json tcp", "" },
	{ "a_report_as_csv", "-r f --info -T csv", "--info prints text or json" },
	{ "a_report_in_a_file", "-r f --info -w g", "-w means nothing with --info" },
	{ "a_report_as_a_page", "-r f -r g --info --html h tcp", "" },
	{ "a_live_view", "-i v0 --top -w f -c 5 udp", "" },
	{ "a_view_of_a_file", "-r f --top --skip 5 tcp", "" },
	{ "a_live_view_and_a_file_on_stdout", "-i v0 --top -w -",
	  "-w - and --top both want stdout" },
	{ "a_live_view_and_packets_in_print", "-i v0 --top -w f --print",
	  "--print means nothing with --top" },
	{ "a_view_of_a_file_that_is_written", "-r f -r h --top -w g --format pcap", "" },
	{ "a_view_of_a_file_that_grows", "-r f --top --follow -w g", "" },
	{ "a_view_of_a_file_that_is_written_to_stdout", "-r f --top -w -",
	  "-w - and --top both want stdout" },
	{ "a_view_of_a_file_and_its_text", "-r f --top -w g --print",
	  "--print means nothing with -r and --top" },
	{ "a_view_of_a_report", "-r f --info --top", "--top is for captures and for -r FILE" },
	{ "a_page_without_a_report", "-r f --html h", "--html is for -r FILE --info" },
	{ "a_page_in_json", "-r f --info --html h -T json",
	  "-T is for what is printed, and --html for a page" },
	{ "a_page_without_a_name", "-r f --info --html ''", "the name of the page is empty" },
	{ "a_report_of_nothing", "--info", "--info is for reading and needs -r FILE" },
	{ "what_a_program_changed", "-r f --diff tcp", "" },
	{ "what_a_program_changed_in_a_file_that_grows", "-r f --diff --follow", "" },
	{ "what_a_program_changed_as_json", "-r f -r g --diff -T json -c 5 -s 60 -v", "" },
	{ "what_a_program_changed_as_csv", "-r f --diff -T csv", "--diff prints text or json" },
	{ "what_a_program_changed_in_a_file", "-r f --diff -w g", "-w means nothing with --diff" },
	{ "what_a_program_changed_without_copies", "-r f --diff --dedup",
	  "--dedup means nothing with --diff" },
	{ "what_a_program_changed_in_headers", "-r f --diff -s headers",
	  "-s headers means nothing with --diff" },
	{ "what_a_program_changed_in_nothing", "--diff",
	  "--diff is for reading and needs -r FILE" },
	{ "a_comparison", "--compare f g", "" },
	{ "a_comparison_with_times", "--compare f g --tolerance 0 udp", "" },
	{ "a_comparison_of_headers_alone", "--compare f g -s headers",
	  "-s headers means nothing with --compare" },
	{ "a_report_of_cut_packets", "--info -r f -s 60", "-s means nothing with --info" },
	{ "a_comparison_of_one", "--compare f", "--compare needs two files" },
	{ "a_comparison_of_three", "--compare f g -r h", "--compare takes its two files itself" },
	{ "what_was_lost", "--compare f g --lost --window 10ms --dedup-ignore ttl -T json -w h udp",
	  "" },
	{ "what_was_lost_of_one_file", "-r f --lost", "--lost is for --compare A B" },
	{ "what_was_lost_as_csv", "--compare f g --lost -T csv", "--lost prints text or json" },
	{ "what_was_lost_with_times", "--compare f g --lost --tolerance 1",
	  "--tolerance means nothing with --lost" },
	{ "a_window_of_nothing", "--compare f g --window 1s",
	  "--window is for --compare A B --lost" },
	{ "an_empty_window", "--compare f g --lost --window 0",
	  "window '0' is not a span of time: seconds, or a number with ns, us, ms" },
	{ "a_window_of_microseconds", "--compare f g --lost --window 10us", "" },
	{ "what_was_lost_and_its_table_on_stdout", "--compare f g --lost -w -",
	  "-w - and the table of --lost both want stdout" },
	{ "what_was_lost_as_json_on_stdout", "--compare f g --lost -q -T json -w -",
	  "-w - and the table of --lost both want stdout" },
	{ "what_was_lost_on_stdout", "--compare f g --lost -q -w -", "" },
	{ "a_tolerance_of_nothing", "-r f --tolerance 1", "--tolerance is for --compare" },
	{ "help_beside_anything", "-r f -i v0 -h", "" },

	{ "everything_a_person_types_at_once", "-i v0 -nnvvXSs 0", "" },
	{ "letters_with_nothing_to_be_done", "-i v0 -f -K -N -u -p --dont-verify-checksums", "" },
	{ "ascii", "-r f -AA", "" },
	{ "all_kinds_of_bytes", "-r f -xXA", "" },
	{ "promiscuous_and_not", "-i v0 -pP", "-p and -P contradict each other" },
	{ "quiet_and_verbose", "-i v0 -qv", "" },
	{ "received_packets", "-i v0 -Q in", "" },
	{ "sent_packets", "-i v0 -Q out", "" },
	{ "both_directions", "-i v0 --direction=inout", "" },
	{ "sent_packets_of_a_mirror_port", "-i v0 --mirror-port -Q inout",
	  "--mirror-port drops what is received" },
	{ "a_mirror_port_at_tc", "-i v0 --mirror-port --hook tc",
	  "--mirror-port drops what is received, at XDP" },
	{ "sent_packets_in_front_of_a_program", "-i v0 --observe front -Q out",
	  "-Q out: an XDP program that is watched is given received packets" },
	{ "verdicts_on_sent_packets", "-i v0 --verdict drop -Q out", "-Q out: an XDP program" },
	{ "in_front_of_a_program_at_tc", "-i v0 --observe front --hook tc",
	  "--hook tc is behind XDP" },
	{ "no_direction", "-i v0 -Q up", "direction 'up' is none of in, out and inout" },
	{ "all_interfaces", "-i any", "" },
	{ "interfaces_of_a_pattern", "-i veth* -i any -i eth0 -Q inout", "" },
	{ "all_interfaces_to_come_back", "-i any --wait",
	  "-i 'any' stands for whatever fits it: --wait is for interfaces that are named" },
	{ "all_interfaces_of_a_mirror", "-i eth0 -i v[01] --mirror-port",
	  "-i 'v[01]' stands for whatever fits it: --mirror-port is for interfaces that are named" },
	{ "all_programs", "-i any --verdict drop",
	  "-i 'any' stands for whatever fits it: watching a program is for interfaces that are named" },
	{ "time_of_the_host", "-i v0 -j host", "" },
	{ "time_of_the_adapter", "-i v0 -j adapter_unsynced", "" },
	{ "time_of_the_adapter_as_if_it_were_ours", "-i v0 -j adapter",
	  "-j adapter: drivers do not say whether their clock is that of the host" },
	{ "time_of_the_host_that_is_not_ours", "-i v0 -j host_hiprec_unsynced",
	  "-j host_hiprec_unsynced: times of the host follow its clock" },
	{ "time_of_the_adapter_in_generic_mode", "-i v0 -j adapter_unsynced --hook generic",
	  "-j adapter_unsynced: only in native mode an adapter tells what it knows, not with --hook generic" },
	{ "time_of_the_adapter_at_tc", "-i v0 -j adapter_unsynced --hook tc",
	  "not with --hook tc" },
	{ "time_of_the_adapter_in_native_mode", "-i v0 -j adapter_unsynced --hook native", "" },
	{ "time_of_the_adapter_both_ways", "-i v0 -j adapter_unsynced -Q inout",
	  "-j adapter_unsynced is about received packets: it goes with -Q in alone" },
	{ "time_of_the_adapter_of_what_is_sent", "-i v0 -j adapter_unsynced -Q out",
	  "with -Q in alone" },
	{ "time_of_the_adapter_in_front", "-i v0 -j adapter_unsynced --observe front",
	  "-j adapter_unsynced: an adapter tells what it knows to a program that is alone on it" },
	{ "time_of_the_adapter_at_the_exit", "-i v0 -j adapter_unsynced --at exit",
	  "not to one that watches another" },
	{ "time_of_the_adapter_of_a_file", "-r f -j adapter_unsynced", "" },
	{ "hash", "-i v0 --rx-hash", "" },
	{ "hash_both_ways", "-i v0 --rx-hash -Q inout", "" },
	{ "hash_of_what_is_sent", "-i v0 --rx-hash -Q out",
	  "--rx-hash is about received packets: it goes with -Q in or inout" },
	{ "hash_at_tc", "-i v0 --rx-hash --hook tc", "--rx-hash: only in native mode" },
	{ "hash_of_a_file", "-r f --rx-hash",
	  "--rx-hash is for capturing and means nothing with -r" },
	{ "hash_with_a_value", "-i v0 --rx-hash=toeplitz", "option --rx-hash takes no value" },
	{ "time_of_nobody", "-i v0 -j noon", "-j 'noon' is no kind of time stamps" },
	{ "link_type_of_ethernet", "-i v0 -y EN10MB", "" },
	{ "link_type_of_raw_ip", "-i v0 -y raw", "" },
	{ "another_link_type", "-i v0 -y null", "-y: an interface has EN10MB or RAW" },
	{ "a_link_type_for_a_dump", "-d -y RAW tcp", "" },
	{ "a_link_type_for_a_file", "-r f -y EN10MB",
	  "-y: the link type of a file is that which it has" },
	{ "no_link_type", "-d -y nonsense", "-y 'nonsense' is no link type" },
	{ "link_types_are_listed", "-L", "" },
	{ "time_stamps_are_listed", "-i v0 -J", "" },
	{ "only_a_count", "-r f --count", "" },
	{ "only_a_count_with_a_value", "-r f --count=3", "option --count takes no value" },
	{ "only_a_count_of_a_capture", "-i v0 --count",
	  "--count is for reading and needs -r FILE" },
	{ "only_a_count_and_a_file", "-r f --count -w g",
	  "--count counts packets, and -w writes them" },
	{ "precision", "-r f --micro", "" },
	{ "precision_by_name", "-r f --time-stamp-precision=nano", "" },
	{ "precision_of_something_else", "-r f --time-stamp-precision=pico",
	  "'pico' is neither micro nor nano" },
	{ "precision_that_the_file_has_not", "-r f --micro -w g --format pcap-ns",
	  "--micro and --format pcap-ns contradict" },
	{ "immediately", "-i v0 --immediate-mode", "" },
	{ "waiting", "-i v0 --wait", "" },
	{ "waiting_for_what_cannot_be", "-i v0,v1 --wait",
	  "--wait: no interface will ever be called 'v0,v1'" },
	{ "an_interface_to_restore", "--restore -i v0 -i v1", "" },
	{ "restoring_on_no_interface", "--restore", "--restore needs the interface: -i IF" },
	{ "restoring_what_is_captured", "--restore -i v0 -w f", "-w means nothing with --restore" },
	{ "waiting_for_nothing_in_particular", "--wait",
	  "--wait is for interfaces that are named" },
	{ "waiting_as_another_user", "-i v0 --wait -Z nobody", "" },
	{ "waiting_elsewhere_without_privileges", "--netns blue -i v0 --wait -Z nobody",
	  "--wait needs the privileges later that -Z gives up, with --netns" },
	{ "waiting_for_a_file", "-r f --wait", "--wait is for capturing" },
	{ "lengths", "-r f --lengths", "" },
	{ "mesh_headers", "-i v0 -H", "-H: 802.11s is not decoded here" },
	{ "monitor_mode", "-i v0 --monitor-mode", "-I: XDP sees no frames of 802.11" },
	{ "secrets_of_esp", "-r f -E 0x1@192.0.2.1,none:", "-E: ESP is not decrypted here" },
	{ "modules_of_snmp", "-r f -m mib", "-m: SNMP is not decoded here" },
	{ "secrets_of_tcp", "-r f -M secret", "-M: digests of TCP are not validated here" },
	{ "types_of_tcpdump", "-r f -T vxlan",
	  "-T vxlan: how a port is read is not to be chosen here" },
	{ "numbers_of_autonomous_systems", "-i v0 -b", "option -b needs a value" },
	{ "numbers_of_autonomous_systems_and_more", "-b -i v0",
	  "(tcpdump's -b, AS numbers of BGP, is not here)" },
	{ "a_filter_of_dumpcap", "-i v0 -f tcp", "" },
	{ "pcap_of_xdp_tools", "-i v0 --use-pcap -w f", "--use-pcap: that is --format pcap here" },
	{ "a_mode_of_xdp_tools", "-i v0 --load-xdp-mode skb",
	  "--load-xdp-mode: that is --hook here" },
	{ "a_program_of_xdp_tools", "-i v0 --load-xdp-program", "" },
	{ "files_behind_one_r", "-r f tests/pcaps/udp.pcap",
	  "tests/pcaps/udp.pcap is a file, not a part of an expression" },
	{ "a_file_that_is_not_there_is_an_expression", "-r f tests/pcaps/none.pcap", "" },
	{ "a_list_of_files_that_is_not_there", "-V /nonexistent",
	  "-V /nonexistent: cannot open: No such file" },
	{ "a_list_of_no_files", "-V /dev/null", "-V /dev/null: there are no names of files in it" },
};

static void is_said(void **state)
{
	const struct line_case *c = *state;
	cleanup(opts_close) struct opts o = { .n_reads = 0 };
	bool ok = parse(&o, c->line);

	if (ok != !*c->error)
		fail_msg("%s: %s", c->line, ok ? "accepted" : error);
	if (!strstr(error, c->error))
		fail_msg("%s: '%s' lacks '%s'", c->line, error, c->error);
	opts_close(&o);
}

static void defaults_are_tcpdumps_but_for_the_snapshot(void **state)
{
	cleanup(opts_close) struct opts o = { .n_reads = 0 };

	(void)state;
	assert_true(parse(&o, "-i v0"));
	assert_int_equal(o.action, ACTION_LIVE);
	assert_int_equal(o.snap, 256);
	assert_int_equal(o.ring_bytes, 0);
	assert_false(o.headers_only || o.mirror_port || o.sampling.sample || o.sampling.rate);
	assert_int_equal(o.hook, LIVE_AUTO);
	assert_int_equal(o.directions, LIVE_RECEIVED);
	assert_int_equal(o.print.time, TIME_OF_DAY);
	assert_int_equal(o.print.hex, HEX_NONE);
	assert_int_equal(o.print.verbose, 0);
	assert_int_equal(o.count, 0);
	assert_true(o.text);
	opts_close(&o);
	assert_true(parse(&o, "-r f"));
	assert_int_equal(o.action, ACTION_OFFLINE);
	assert_int_equal(o.snap, 0);
	opts_close(&o);
}

static void values_of_files_arrive(void **state)
{
	static const char *const ring_keys[] = {
		"-i v0 -w f -b nametimenum:2 -b files:3",
		"-i v0 -w f -b nametimenum:2 -b filesize:3",
		"-i v0 -w f -b duration:1 -b nametimenum:2",
		"-i v0 -w f -b interval:1 -b nametimenum:2",
		"-i v0 -w f -b packets:1 -b nametimenum:2",
	};
	cleanup(opts_close) struct opts o = { .n_reads = 0 };

	(void)state;
	assert_true(parse(
		&o,
		"-r f -r g -w h -C 2 -G 1.5 -W 7 -z gzip --max-disk 3k --min-free 4m --sync 2 --format pcap "
		"--compress gzip:4"));
	assert_int_equal(o.action, ACTION_OFFLINE);
	assert_int_equal(o.n_reads, 2);
	assert_string_equal(o.reads[1], "g");
	assert_int_equal(o.rotate.file_bytes, 2000000);
	assert_int_equal(o.rotate.file_ns, 1500000000);
	assert_int_equal(o.rotate.n_files, 7);
	assert_false(o.rotate.ring_names);
	assert_string_equal(o.keep.command, "gzip");
	assert_int_equal(o.keep.max_disk, 3072);
	assert_int_equal(o.keep.min_free, 4 << 20);
	assert_int_equal(o.keep.sync, RETENTION_SYNC_EVERY);
	assert_int_equal(o.keep.sync_ns, 2000000000);
	assert_int_equal(o.format, FORMAT_PCAP);
	assert_true(o.codec.kind == CODEC_GZIP && o.codec.level == 4);
	opts_close(&o);
	assert_true(parse(
		&o,
		"-i v0 -w f -b filesize:3 -b files:4 -b packets:5 -b duration:6 -b interval:7 -b printname:n "
		"-a filesize:8 -a files:9 -a packets:10 -a duration:11"));
	assert_true(o.rotate.ring_names);
	assert_int_equal(o.rotate.file_bytes, 3000);
	assert_int_equal(o.rotate.n_files, 4);
	assert_int_equal(o.rotate.file_packets, 5);
	assert_int_equal(o.rotate.file_ns, 6000000000);
	assert_int_equal(o.rotate.interval_ns, 7000000000);
	assert_string_equal(o.keep.print_name, "n");
	assert_int_equal(o.rotate.stop_bytes, 8000);
	assert_int_equal(o.rotate.stop_files, 9);
	assert_int_equal(o.count, 10);
	assert_true(o.rotate.stop_ns == 11000000000);
	assert_int_equal(o.keep.sync, RETENTION_SYNC_CLOSE);
	assert_int_equal(o.format, FORMAT_PCAPNG);
	assert_int_equal(o.codec.kind, CODEC_NONE);
	assert_true(parse(&o, "-i v0 -w f -G 1 -W 3 -b printname:n"));
	assert_false(o.rotate.ring_names);
	assert_int_equal(o.rotate.file_ns, 1000000000);
	assert_string_equal(o.keep.print_name, "n");
	for (size_t i = 0; i < array_size(ring_keys); i++) {
		assert_true(parse(&o, ring_keys[i]));
		assert_true(o.rotate.ring_names);
		assert_int_equal(o.rotate.name_order, 2);
	}
	opts_close(&o);
	assert_true(parse(&o, "-r f --skip 3 --start +1 --dedup --recover"));
	assert_int_equal(o.skip, 3);
	assert_int_equal(o.start.kind, SELECT_LATER);
	assert_int_equal(o.end.kind, SELECT_NONE);
	assert_int_equal(o.dedup_packets, 5);
	assert_true(o.recover);
	opts_close(&o);
	assert_true(parse(&o, "--compare f g --tolerance 10us -s 60 udp"));
	assert_int_equal(o.snap, 60);
	assert_int_equal(o.action, ACTION_COMPARE);
	assert_string_equal(o.reads[0], "f");
	assert_string_equal(o.reads[1], "g");
	assert_string_equal(o.filter, "udp");
	assert_true(o.times_matter && o.tolerance_ns == 10000);
	opts_close(&o);
}

static void text_is_printed_when_it_is_not_said_otherwise(void **state)
{
	cleanup(opts_close) struct opts o = { .n_reads = 0 };

	(void)state;
	assert_true(parse(&o, "-r f"));
	assert_int_equal(o.screen, FORMAT_TEXT);
	opts_close(&o);
	assert_true(parse(&o, "-r f -T json"));
	assert_int_equal(o.screen, FORMAT_JSON);
	opts_close(&o);
}

static void headers_are_cut_from_whole_frames(void **state)
{
	cleanup(opts_close) struct opts o = { .n_reads = 0 };

	(void)state;
	assert_true(parse(&o, "-i v0 -s headers --mirror-port --sample 1/20 --rate-limit 7/s"));
	assert_true(o.headers_only && o.mirror_port);
	assert_int_equal(o.sampling.sample, 20);
	assert_int_equal(o.sampling.rate, 7);
	assert_int_equal(o.snap, EVENT_SNAP_MAX);
	opts_close(&o);
	assert_true(parse(&o, "-i v0 -s headers -s 96"));
	assert_false(o.headers_only);
	assert_int_equal(o.snap, 96);
	opts_close(&o);
}

static void values_arrive(void **state)
{
	cleanup(opts_close) struct opts o = { .n_reads = 0 };

	(void)state;
	assert_true(parse(
		&o,
		"-i v0 -i v1 -w f -c 10 -s 96 -B 64 -vv -e -XX -tttt -l -U -P -# --stats=500ms --print "
		"--mode generic -Q inout -n --debug"));
	assert_int_equal(o.n_ifaces, 2);
	assert_string_equal(o.ifaces[1], "v1");
	assert_string_equal(o.write, "f");
	assert_int_equal(o.count, 10);
	assert_int_equal(o.snap, 96);
	assert_int_equal(o.ring_bytes, 65536);
	assert_int_equal(o.print.verbose, 2);
	assert_int_equal(o.print.hex, HEX_ASCII_LINK);
	assert_int_equal(o.print.time, TIME_DATE);
	assert_true(o.print.link && o.print.line_buffered && o.print.number);
	assert_true(o.unbuffered && o.promiscuous && o.text && o.stats && o.debug);
	assert_true(o.stats_ns == 500000000);
	assert_int_equal(o.hook, LIVE_GENERIC);
	assert_int_equal(o.directions, LIVE_RECEIVED | LIVE_SENT);
	opts_close(&o);
	assert_true(parse(&o, "-i v0 -w f -s 0"));
	assert_false(o.text);
	assert_int_equal(o.snap, EVENT_SNAP_MAX);
	opts_close(&o);
	assert_true(parse(&o, "-r f -s 0"));
	assert_int_equal(o.snap, 0);
	opts_close(&o);
	assert_true(parse(&o, "-r f -s 70000"));
	assert_int_equal(o.snap, 70000);
	opts_close(&o);
	assert_true(parse(&o, "-i v0 -q"));
	assert_int_equal(o.print.verbose, -1);
	assert_true(o.text);
	opts_close(&o);
	assert_true(parse(&o, "-r f -qq"));
	assert_false(o.text);
	opts_close(&o);
	assert_true(parse(&o, "-r f -qq --print"));
	assert_true(o.text);
	opts_close(&o);
}

static void has_filter(const char *line, const char *filter)
{
	cleanup(opts_close) struct opts o = { .n_reads = 0 };

	assert_true(parse(&o, line));
	if (filter)
		assert_string_equal(o.filter, filter);
	else
		assert_null(o.filter);
	opts_close(&o);
}

/* Options may stand among the words, as GNU getopt has it for tcpdump as well. */
static void the_filter_is_all_words_that_are_no_options(void **state)
{
	(void)state;
	has_filter("-r f", NULL);
	has_filter("-r f ''", NULL);
	has_filter("-F /dev/null -r f", NULL);
	has_filter("-r f udp port 53", "udp port 53");
	has_filter("-r f udp -n port -v 53", "udp port 53");
	has_filter("udp port 53 -r f", "udp port 53");
	has_filter("-r f -- udp -v", "udp -v");
}

static void a_dump_has_as_many_letters_as_tcpdumps(void **state)
{
	cleanup(opts_close) struct opts o = { .n_reads = 0 };

	(void)state;
	assert_true(parse(&o, "-r f -ddd -O -v udp"));
	assert_int_equal(o.action, ACTION_DUMP);
	assert_int_equal(o.dump, 3);
	assert_true(o.no_optimize);
	assert_int_equal(o.print.verbose, 1);
	assert_string_equal(o.filter, "udp");
	opts_close(&o);
	assert_true(parse(&o, "-i v0"));
	assert_false(o.dump || o.no_optimize);
	opts_close(&o);
}

static void a_run_has_its_maps_in_order(void **state)
{
	struct opts o = { .n_reads = 0 };

	(void)state;
	assert_true(parse(&o, "--run p.o:f -r f --map a=00:01 --map b=@/p --map c=:02 --ingress-ifindex v0 "
			      "--queue 3 --repeat 7 --expect e"));
	assert_int_equal(o.action, ACTION_RUN);
	assert_string_equal(o.run, "p.o:f");
	assert_int_equal(o.n_maps, 3);
	assert_int_equal(*o.maps[0].name, 'a');
	assert_string_equal(o.maps[1].pin, "/p");
	assert_int_equal(*o.maps[2].name, 'c');
	assert_string_equal(o.ingress, "v0");
	assert_int_equal(o.queue, 3);
	assert_int_equal(o.repeat, 7);
	/* what should come out is named; what does is not printed as well */
	assert_string_equal(o.expect, "e");
	assert_false(o.text);
	assert_true(parse(&o, "--run p.o -r f"));
	assert_true(o.text);
	opts_close(&o);
}

static void any_number_of_files(void **state)
{
	enum { N = 5000 };
	static char *argv[2 * N + 2] = { (char *)"xdpdump" };
	struct opts o = { .n_reads = 0 };

	(void)state;
	for (unsigned i = 0; i < N; i++) {
		argv[1 + 2 * i] = (char *)"-r";
		argv[2 + 2 * i] = (char *)(i == N - 1 ? "last" : "f");
	}
	assert_true(opts_parse(&o, 2 * N + 1, argv, error, sizeof(error)));
	assert_int_equal(o.n_reads, N);
	assert_string_equal(o.reads[N - 1], "last");
	opts_close(&o);
}

static void a_list_of_files_is_read(void **state)
{
	char path[] = "/tmp/xdpdump-test-XXXXXX", line[64];
	int fd = mkstemp(path);
	struct opts o = { .n_reads = 0 };

	(void)state;
	assert_true(fd >= 0 && write(fd, "one\n\ntwo words\nthree", 20) == 20);
	close(fd);
	snprintf(line, sizeof(line), "-r zero -V %s", path);
	assert_true(parse(&o, line));
	assert_int_equal(o.action, ACTION_OFFLINE);
	assert_int_equal(o.n_reads, 4);
	assert_string_equal(o.reads[0], "zero");
	assert_string_equal(o.reads[2], "two words");
	assert_string_equal(o.reads[3], "three");
	opts_close(&o);
	unlink(path);
}

static void letters_of_tcpdump_arrive(void **state)
{
	struct opts o = { .n_reads = 0 };

	(void)state;
	assert_true(parse(&o, "-i v0 -A -S --lengths --micro --immediate-mode"));
	assert_int_equal(o.print.hex, ASCII);
	assert_true(o.print.sequence && o.print.lengths && o.print.microseconds &&
		    o.print.line_buffered && o.unbuffered);
	assert_true(parse(&o, "-i v0 -AA"));
	assert_int_equal(o.print.hex, ASCII_LINK);
	assert_true(parse(&o, "-i v0 -Axx"));
	assert_int_equal(o.print.hex, HEX_LINK);
	assert_true(parse(&o, "-i v0 -AxX"));
	assert_int_equal(o.print.hex, HEX_ASCII);
	assert_true(parse(&o, "-i v0 -qv"));
	assert_int_equal(o.print.verbose, 1);
	assert_true(parse(&o, "-r f --micro --nano -w g --format pcap"));
	assert_false(o.print.microseconds);
	assert_int_equal(o.format, FORMAT_PCAP_NS);
	assert_true(parse(&o, "-r f -w g --format pcap"));
	assert_int_equal(o.format, FORMAT_PCAP);
	assert_true(parse(&o, "-r f --count"));
	assert_true(o.count_only && !o.text);
	assert_true(parse(&o, "-d -y raw"));
	assert_int_equal(o.linktype, 101);
	assert_true(parse(&o, "-f"));
	assert_int_equal(o.n_ifaces, 0);
	assert_int_equal(o.action, ACTION_LIVE);
	assert_true(parse(&o, "-L"));
	assert_int_equal(o.action, ACTION_LINK_TYPES);
	assert_true(parse(&o, "-J"));
	assert_int_equal(o.action, ACTION_STAMP_TYPES);
}

static void up_to_64_interfaces(void **state)
{
	char line[512] = "";
	cleanup(opts_close) struct opts o = { .n_reads = 0 };

	(void)state;
	for (int i = 0; i < OPTS_IFACES_MAX; i++)
		snprintf(line + strlen(line), sizeof(line) - strlen(line), "-iv%d ", i);
	assert_true(parse(&o, line));
	assert_int_equal(o.n_ifaces, OPTS_IFACES_MAX);
	strcat(line, "-iw");
	opts_close(&o);
	assert_false(parse(&o, line));
	assert_non_null(strstr(error, "more than 64 interfaces"));
}

static void each_interface_is_in_the_namespace_before_it(void **state)
{
	cleanup(opts_close) struct opts o = { .n_reads = 0 };
	static const unsigned where[] = { 0, 1, 1, 2, 1 };

	(void)state;
	assert_true(parse(&o, "-i v0 --netns a -i v0 -i v1 --pid 7 -i v0 --netns a -i v2"));
	assert_int_equal(o.n_netns, 2);
	assert_int_equal(o.netns[0].by, NETNS_ANY);
	assert_string_equal(o.netns[0].text, "a");
	assert_int_equal(o.netns[1].by, NETNS_PID);
	assert_string_equal(o.netns[1].text, "7");
	assert_int_equal(o.n_ifaces, array_size(where));
	assert_memory_equal(o.netns_of, where, sizeof(where));
	assert_true(parse(&o, "--netns a udp"));
	assert_int_equal(o.n_ifaces, 0);
	assert_int_equal(o.netns_of[0], 1);
}

/* The help, caught from stdout. */
static const char *help(void)
{
	static char text[16384];
	int out = dup(STDOUT_FILENO);
	FILE *f = tmpfile();

	if (!f || out < 0)
		fail_msg("no temporary file");
	fflush(stdout);
	dup2(fileno(f), STDOUT_FILENO);
	opts_help(NULL);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	rewind(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	return text;
}

/* One option of the help: "-i, --interface IF". Returns the rest, or NULL. */
static const char *next_option(const char *text, char *letter, char name[static 40],
			       char arg[static 40])
{
	static const char pattern[] =
		"\n  (-(.), |    )--([a-z-]+)( |\\[=)?(A B|1/N|N/s|[A-Z]+:[A-Z]+|[A-Z]*)\\]? ";
	regmatch_t m[6];
	regex_t re;
	int none;

	regcomp(&re, pattern, REG_EXTENDED);
	none = regexec(&re, text, 6, m, 0);
	regfree(&re);
	if (none)
		return NULL;
	*letter = m[2].rm_so < 0 ? '\0' : text[m[2].rm_so];
	snprintf(name, 40, "%.*s", (int)(m[3].rm_eo - m[3].rm_so), text + m[3].rm_so);
	snprintf(arg, 40, "%.*s", (int)(m[5].rm_eo - m[5].rm_so), text + m[5].rm_so);
	return text + m[0].rm_eo;
}

/* What stands behind "--" is a command with --recorder, and an expression without. */
static void a_command_stands_behind_two_dashes(void **state)
{
	struct opts o = { .filter = NULL };

	(void)state;
	assert_true(parse(&o, "-i v0 udp --recorder 60s -w f port 53 -- sh -c false -- x"));
	assert_string_equal(o.filter, "udp port 53");
	assert_non_null(o.command);
	assert_string_equal(o.command[0], "sh");
	assert_string_equal(o.command[2], "false");
	assert_string_equal(o.command[3], "--");
	assert_string_equal(o.command[4], "x");
	assert_null(o.command[5]);
	assert_true(parse(&o, "-i v0 --recorder 60s -w f -- true"));
	assert_null(o.filter);
	assert_string_equal(o.command[0], "true");
	assert_true(parse(&o, "-i v0 --recorder 60s -w f --"));
	assert_null(o.command);
	assert_true(parse(&o, "-i v0 -- udp port 53"));
	assert_string_equal(o.filter, "udp port 53");
	assert_null(o.command);
	opts_close(&o);
}

static void each_letter_has_its_long_name(void **state)
{
	const char *letters = "iwrVcCGWbazZsBFdyOTvqexXAStnlUDLJjQPp#h";
	char letter, name[40], arg[40], seen[128] = "";
	unsigned n_named = 0;

	(void)state;
	for (const char *t = help(); (t = next_option(t, &letter, name, arg));) {
		if (letter)
			strncat(seen, &letter, 1);
		else
			n_named++;
	}
	assert_string_equal(seen, letters);
	assert_int_equal(n_named, 82);
}

static void each_option_is_of_a_topic(void **state)
{
	size_t n_topics, n;
	const struct topic *t = opts_help_topics(&n_topics);
	const struct option_row *rows = opts_table_rows(&n);

	(void)state;
	for (; n; n--, rows++) {
		bool found = false;

		for (size_t i = 0; i < n_topics; i++)
			for (const int *c = t[i].codes; *c; c++)
				found |= *c == rows->code;
		if (!found)
			fail_msg("--%s is in no topic of --help", rows->name);
	}
}

static void each_topic_is_a_section_of_the_manual(void **state)
{
	static char manual[1 << 18];
	FILE *f = fopen("man/xdpdump.8", "r");
	size_t n;
	const struct topic *t = opts_help_topics(&n);

	(void)state;
	if (!f)
		skip();
	manual[fread(manual, 1, sizeof(manual) - 1, f)] = '\0';
	fclose(f);
	for (; n; n--, t++) {
		char section[64], item[64];

		snprintf(section, sizeof(section), "\n.Sh %s\n", t->section);
		snprintf(item, sizeof(item), "\n.Cm %s", t->name);
		if (!strstr(manual, section) || !strstr(strstr(manual, "\n.It Fl h"), item))
			fail_msg("--help %s: no section %s, or no word of it", t->name, t->section);
	}
}

/* A value that is refused stands in the sentence in quotes. */
static void each_word_that_shells_complete_is_taken(void **state)
{
	size_t n, n_words = 0;
	const struct option_row *rows = opts_table_rows(&n);

	(void)state;
	for (; n; n--, rows++) {
		char words[128], option[64], quoted[64], said[256];
		struct value_of v = completions_value(rows);

		snprintf(words, sizeof(words), "%s", v.words);
		snprintf(option, sizeof(option), "--%s", rows->name);
		for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
			char *argv[] = { "xdpdump", option, word, NULL };
			struct opts o;

			if (word[strlen(word) - 1] == ':')
				continue;
			snprintf(quoted, sizeof(quoted), "'%s'", word);
			*said = '\0';
			opts_parse(&o, 3, argv, said, sizeof(said));
			opts_close(&o);
			if (strstr(said, quoted))
				fail_msg("%s %s: %s", option, word, said);
			n_words++;
		}
	}
	assert_true(n_words > 40);
}

/* In the same order, as mdoc has it: ".It Fl i Ar IF , Fl Fl interface Ar IF". */
static void the_manual_lists_what_the_help_lists(void **state)
{
	static char manual[1 << 18];
	FILE *f = fopen("man/xdpdump.8", "r");
	char letter, name[40], arg[40];
	const char *options, *next, *at;
	unsigned n = 0, n_manual = 0;

	(void)state;
	if (!f)
		skip();
	manual[fread(manual, 1, sizeof(manual) - 1, f)] = '\0';
	fclose(f);
	options = strstr(manual, "\n.Sh OPTIONS\n");
	assert_non_null(options);
	next = strstr(options + 1, "\n.Sh ");
	at = options;
	for (const char *t = help(); (t = next_option(t, &letter, name, arg)); n++) {
		char line[160] = "\n.It ";

		if (letter)
			snprintf(line + strlen(line), 60, "Fl %c%s%s , ", letter,
				 *arg ? " Ar " : "", arg);
		snprintf(line + strlen(line), 60, "Fl Fl %s", name);
		if (!strcmp(name, "stats") || !strcmp(name, "dedup") || !strcmp(name, "flows"))
			snprintf(line + strlen(line), 60, " Ns Op = Ns Ar %s", arg);
		else if (*arg)
			snprintf(line + strlen(line), 60, " Ar %s", arg);
		strcat(line, "\n");
		at = strstr(at, line);
		if (!at)
			fail_msg("the manual lacks '%s', or has it further up", line + 1);
	}
	for (const char *t = options; (t = strstr(t, "\n.It Fl ")) && t < next; t++)
		n_manual++;
	assert_int_equal(n, n_manual);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(defaults_are_tcpdumps_but_for_the_snapshot),
		cmocka_unit_test(values_of_files_arrive),
		cmocka_unit_test(text_is_printed_when_it_is_not_said_otherwise),
		cmocka_unit_test(headers_are_cut_from_whole_frames),
		cmocka_unit_test(values_arrive),
		cmocka_unit_test(the_filter_is_all_words_that_are_no_options),
		cmocka_unit_test(a_dump_has_as_many_letters_as_tcpdumps),
		cmocka_unit_test(a_list_of_files_is_read),
		cmocka_unit_test(letters_of_tcpdump_arrive),
		cmocka_unit_test(any_number_of_files),
		cmocka_unit_test(a_run_has_its_maps_in_order),
		cmocka_unit_test(up_to_64_interfaces),
		cmocka_unit_test(each_interface_is_in_the_namespace_before_it),
		cmocka_unit_test(a_command_stands_behind_two_dashes),
		cmocka_unit_test(each_letter_has_its_long_name),
		cmocka_unit_test(each_word_that_shells_complete_is_taken),
		cmocka_unit_test(each_option_is_of_a_topic),
		cmocka_unit_test(each_topic_is_a_section_of_the_manual),
		cmocka_unit_test(the_manual_lists_what_the_help_lists),
	};
	struct CMUnitTest tests[array_size(lines) + array_size(others)];
	size_t n = 0;

	unit_of_table(lines, is_said, tests, n);
	memcpy(tests + n, others, sizeof(others));
	return unit_run("opts", tests, n + sizeof(others) / sizeof(others[0]));
}
